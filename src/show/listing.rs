//! The operations of a pickle, each with the object of a tree that it worked on.

use std::collections::HashMap;
use std::ops::Range;

use crate::error::Result;
use crate::heap::Value;
use crate::op::ops;
use crate::opcode::Opcode;

use super::origin::Origins;
use super::shorten;
use super::tree::Tree;

/// How many bytes before and behind a place are listed.
const AROUND: usize = 160;
/// How many characters of an operand.
const OPERAND: usize = 120;

/// An operation.
#[derive(Clone, Debug)]
pub struct Line {
    /// Where it stands.
    pub offset: usize,
    /// Where it ends.
    pub end: usize,
    /// The opcode.
    pub opcode: Opcode,
    /// The operand as `pickletools.dis` prints it, cut when it is long.
    pub operand: String,
    /// The entry of the tree for the object that it made or filled.
    pub entry: Option<usize>,
}

/// The first operations of a pickle and those around some places, with the objects of a tree; and how many operations there are.
///
/// The tree is one of the pickle that an [`Unpickler`](crate::Unpickler) reads from this input.
///
/// # Errors
///
/// Those of [`Unpickler::loads`](crate::Unpickler::loads).
///
/// # Examples
///
/// ```
/// let input = b"\x80\x02](K\x01X\x01\0\0\0ae.";
/// let pickle = cloudpickle::loads(input)?;
/// let (lines, count) = cloudpickle::show::listing(input, &cloudpickle::show(pickle.root()), 100, &[])?;
/// let lines: Vec<_> = lines.iter().map(|line| (line.opcode.name(), line.operand.as_str(), line.entry)).collect();
/// assert_eq!(lines[1..5], [("EMPTY_LIST", "", Some(0)), ("MARK", "", None), ("BININT1", "1", Some(1)), ("BINUNICODE", "'a'", Some(2))]);
/// assert_eq!(count, 7);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub fn listing(input: &[u8], tree: &Tree<'_>, first: usize, places: &[usize]) -> Result<(Vec<Line>, usize)> {
    // Where the first ones end.
    let mut all = ops(input);
    let mut count = 0;
    let mut end = 0;
    while let Some(op) = all.next() {
        op?;
        count += 1;
        if count == first {
            end = all.offset();
        }
    }
    let end = if count < first { input.len() } else { end };
    let mut wanted: Vec<Range<usize>> = Vec::new();
    wanted.push(0..end);
    let mut places = places.to_vec();
    places.sort_unstable();
    for place in places {
        let around = place.saturating_sub(AROUND)..place.saturating_add(AROUND);
        match wanted.last_mut() {
            Some(last) if around.start <= last.end => last.end = last.end.max(around.end),
            _ => wanted.push(around),
        }
    }
    let origins = Origins::of(input, &wanted)?;
    let mut entries: HashMap<Value, usize> = HashMap::new();
    for (at, entry) in tree.entries().iter().enumerate() {
        entries.entry(entry.node().object().value()).or_insert(at);
    }
    let mut placed = Placed { tree, entries, ints: HashMap::new() };
    let mut tops = origins.tops.into_iter().peekable();
    let mut lines = Vec::new();
    let mut ops = ops(input);
    while let Some(op) = ops.next() {
        let (offset, op) = op?;
        // The machine stops before anybody can watch what `STOP` does.
        let stop = op.opcode() == Opcode::Stop && wanted.iter().any(|wanted| wanted.contains(&offset));
        let top = if stop { tree.entries().first().map(|root| (offset, Some(root.node().object().value()))) } else { None };
        let Some((_, top)) = top.or_else(|| tops.next_if(|(top, _)| *top == offset)) else {
            if tops.peek().is_none() && ops.offset() >= wanted.last().map_or(0, |last| last.end) {
                break;
            }
            continue;
        };
        let operand = op.operand_text();
        let cut = shorten(&operand, OPERAND);
        let operand = if cut.len() < operand.len() { format!("{cut}...") } else { operand };
        let entry = if op.opcode() == Opcode::Mark { None } else { top.and_then(|top| placed.entry(top)) };
        lines.push(Line { offset, end: ops.offset(), opcode: op.opcode(), operand, entry });
    }
    Ok((lines, count))
}

/// Which entry an operation worked on.
struct Placed<'t, 'h> {
    tree: &'t Tree<'h>,
    entries: HashMap<Value, usize>,
    /// How far the places of each value are used up that is held in place: the nth `1` of the stream is the nth in the tree, mostly.
    ints: HashMap<Value, usize>,
}

impl Placed<'_, '_> {
    fn entry(&mut self, top: Value) -> Option<usize> {
        let first = *self.entries.get(&top)?;
        if top.has_place() {
            return Some(first);
        }
        let from = self.ints.get(&top).copied().unwrap_or(first);
        let rest = self.tree.entries().iter().enumerate().skip(from).take(1_000);
        let found = rest.filter(|(_, entry)| entry.node().object().value() == top).map(|(at, _)| at).next();
        let found = found.unwrap_or(first);
        self.ints.insert(top, found + 1);
        Some(found)
    }
}
