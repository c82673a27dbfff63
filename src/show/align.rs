//! Which items of two lists are the same: an alignment in little more than linear time.
//!
//! Equal ends are taken off first. In what is left, items that both lists have exactly once are anchors, as many as are in the same order (patience
//! diff); between two anchors short stretches are compared whole, long ones are left as they are.

use std::collections::HashMap;
use std::ops::Range;

/// The largest table for the comparison of a stretch.
const TABLE: usize = 250_000;

/// A stretch of both lists without equal items at the same places.
pub(super) type Gap = (Range<usize>, Range<usize>);

/// The stretches in which two lists of digests differ, in order; what is between them is equal.
pub(super) fn gaps(left: &[u64], right: &[u64]) -> Vec<Gap> {
    let (start, end) = ends(left, right);
    let (inner_left, inner_right) = (&left[start..left.len() - end], &right[start..right.len() - end]);
    let mut found = Vec::new();
    let (mut x, mut y) = (0, 0);
    let last = (inner_left.len(), inner_right.len());
    for (i, j) in anchors(inner_left, inner_right).into_iter().chain([last]) {
        if x < i || y < j {
            stretch(inner_left, inner_right, (x..i, y..j), &mut found);
        }
        (x, y) = (i + 1, j + 1);
    }
    found.into_iter().map(|(x, y)| (x.start + start..x.end + start, y.start + start..y.end + start)).collect()
}

/// How many items are equal at the beginning and at the end.
fn ends(left: &[u64], right: &[u64]) -> (usize, usize) {
    let start = left.iter().zip(right).take_while(|(x, y)| x == y).count();
    let end = left[start..].iter().rev().zip(right[start..].iter().rev()).take_while(|(x, y)| x == y).count();
    (start, end)
}

/// Pairs of items that each list has once, rising in both.
fn anchors(left: &[u64], right: &[u64]) -> Vec<(usize, usize)> {
    // How often each list has it, and where.
    let mut seen: HashMap<u64, (u32, usize, u32, usize)> = HashMap::with_capacity(left.len());
    for (at, item) in left.iter().enumerate() {
        let entry = seen.entry(*item).or_default();
        (entry.0, entry.1) = (entry.0.saturating_add(1), at);
    }
    for (at, item) in right.iter().enumerate() {
        if let Some(entry) = seen.get_mut(item) {
            (entry.2, entry.3) = (entry.2.saturating_add(1), at);
        }
    }
    let unique = |item: &u64| seen.get(item).filter(|entry| entry.0 == 1 && entry.2 == 1).map(|entry| (entry.1, entry.3));
    rising(&left.iter().filter_map(unique).collect::<Vec<_>>())
}

/// The longest subsequence that rises in the second number (the first rises already).
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The pair that ends the best sequence of each length, and for each pair the one before it.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < pair.1);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut found = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(at) = next {
        found.push(pairs[at]);
        next = before[at];
    }
    found.reverse();
    found
}

/// The gaps of a stretch between two anchors.
fn stretch(left: &[u64], right: &[u64], (x, y): Gap, found: &mut Vec<Gap>) {
    let (start, end) = ends(&left[x.clone()], &right[y.clone()]);
    let (x, y) = (x.start + start..x.end - end, y.start + start..y.end - end);
    if x.len().saturating_mul(y.len()) > TABLE || x.is_empty() || y.is_empty() {
        if !x.is_empty() || !y.is_empty() {
            found.push((x, y));
        }
        return;
    }
    // The length of the longest common subsequence of every two rests.
    let (rows, columns) = (x.len(), y.len());
    let mut table = vec![0_u32; (rows + 1) * (columns + 1)];
    let cell = |i: usize, j: usize| i * (columns + 1) + j;
    for i in (0..rows).rev() {
        for j in (0..columns).rev() {
            table[cell(i, j)] = match left[x.start + i] == right[y.start + j] {
                true => table[cell(i + 1, j + 1)] + 1,
                false => table[cell(i + 1, j)].max(table[cell(i, j + 1)]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let (mut from_i, mut from_j) = (0, 0);
    loop {
        let same = i < rows && j < columns && left[x.start + i] == right[y.start + j];
        if same || i == rows && j == columns {
            if from_i < i || from_j < j {
                found.push((x.start + from_i..x.start + i, y.start + from_j..y.start + j));
            }
            if !same {
                return;
            }
            (i, j) = (i + 1, j + 1);
            (from_i, from_j) = (i, j);
        } else if j == columns || i < rows && table[cell(i + 1, j)] >= table[cell(i, j + 1)] {
            i += 1;
        } else {
            j += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(left: &[u64], right: &[u64], expected: &[Gap]) {
        assert_eq!(gaps(left, right), expected, "{left:?} {right:?}");
        // What is outside of the gaps is equal.
        let outside = |items: &[u64], gaps: &[Range<usize>]| -> Vec<u64> {
            let inside = |at: &usize| gaps.iter().any(|gap| gap.contains(at));
            (0..items.len()).filter(|at| !inside(at)).map(|at| items[at]).collect()
        };
        let (x, y): (Vec<_>, Vec<_>) = gaps(left, right).into_iter().unzip();
        assert_eq!(outside(left, &x), outside(right, &y), "{left:?} {right:?}");
    }

    #[test]
    fn stretches() {
        check(&[], &[], &[]);
        check(&[1, 2, 3], &[1, 2, 3], &[]);
        check(&[1, 2, 3], &[1, 9, 3], &[(1..2, 1..2)]);
        check(&[1, 3], &[1, 2, 3], &[(1..1, 1..2)]);
        check(&[1, 1, 1, 2], &[1, 1, 2], &[(2..3, 2..2)]);
        check(&[1, 2], &[], &[(0..2, 0..0)]);
        check(&[5, 1, 2, 3, 6], &[7, 1, 9, 2, 3, 8], &[(0..1, 0..1), (2..2, 2..3), (4..5, 5..6)]);
        check(&[1, 2, 1, 2, 3], &[2, 1, 2, 1, 4], &[(0..1, 0..0), (4..5, 3..5)]);
    }

    #[test]
    fn large_lists_take_no_table() {
        let left: Vec<u64> = (0..200_000).map(|n| n % 7).collect();
        let right: Vec<u64> = (0..200_000).map(|n| n % 5).collect();
        assert_eq!(gaps(&left, &right).len(), 1);
        let right: Vec<u64> = (0..200_000).map(|n| n + 3).collect();
        assert_eq!(gaps(&(0..200_000).collect::<Vec<_>>(), &right), [(0..3, 0..0), (200_000..200_000, 199_997..200_000)]);
    }
}
