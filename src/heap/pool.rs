//! The children of tuples, lists, dicts and sets: one pool of handles, ranges into it.
//!
//! A container costs no allocation of its own. What is complete when it is made (a tuple, a frozenset) is a [`Run`]; what can grow is a
//! [`Seq`], which grows in place at the end of the pool and moves there, with room to double, when it is somewhere else.

use super::full;
use super::value::Value;

/// The largest block that an allocator keeps: glibc's `DEFAULT_MMAP_THRESHOLD_MAX`.
const KEPT: usize = 1 << 25;

/// A range of the pool that never grows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Run {
    start: u32,
    len: u32,
}

/// A range of the pool that can grow.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seq {
    start: u32,
    len: u32,
    capacity: u32,
}

impl Run {
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.len as usize
    }
}

impl Seq {
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.len as usize
    }

    /// Leaves only the first `length` items.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.len = self.len.min(position(length));
    }
}

/// The pool.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool(Vec<Value>);

/// A length or offset in the pool.
#[inline]
fn position(n: usize) -> u32 {
    u32::try_from(n).unwrap_or_else(|_| full("items"))
}

impl Pool {
    /// How many handles there are, those left behind included.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// Gives back what is in excess.
    pub(crate) fn fit(&mut self) {
        self.0.shrink_to_fit();
    }

    /// Forgets all items, but not the memory.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The items of a run.
    #[inline]
    pub(crate) fn run(&self, run: Run) -> &[Value] {
        let start = run.start as usize;
        &self.0[start..start + run.len as usize]
    }

    /// The items of a sequence.
    #[inline]
    pub(crate) fn seq(&self, seq: Seq) -> &[Value] {
        let start = seq.start as usize;
        &self.0[start..start + seq.len as usize]
    }

    /// The items of a sequence, to change.
    pub(crate) fn seq_mut(&mut self, seq: Seq) -> &mut [Value] {
        let start = seq.start as usize;
        &mut self.0[start..start + seq.len as usize]
    }

    /// The items of a run, to change.
    pub(crate) fn run_mut(&mut self, run: Run) -> &mut [Value] {
        let start = run.start as usize;
        &mut self.0[start..start + run.len as usize]
    }

    /// All items, those left behind included.
    pub(crate) fn all_mut(&mut self) -> &mut [Value] {
        &mut self.0
    }

    /// A new run of these items.
    #[inline]
    pub(crate) fn add(&mut self, items: &[Value]) -> Run {
        let run = Run { start: position(self.0.len()), len: position(items.len()) };
        self.append(items);
        run
    }

    /// A new run of items whose number is known.
    #[inline(always)]
    pub(crate) fn add_array<const N: usize>(&mut self, items: [Value; N]) -> Run {
        let run = Run { start: position(self.0.len()), len: N as u32 };
        self.0.extend_from_slice(&items);
        run
    }

    /// Appends items to a sequence.
    #[inline]
    pub(crate) fn extend(&mut self, seq: &mut Seq, items: &[Value]) {
        let count = position(items.len());
        if seq.len == 0 && seq.capacity == 0 {
            seq.start = position(self.0.len());
            self.append(items);
            (seq.len, seq.capacity) = (count, count);
        } else if count <= seq.capacity - seq.len {
            let end = seq.start as usize + seq.len as usize;
            self.0[end..end + items.len()].copy_from_slice(items);
            seq.len += count;
        } else {
            self.grow(seq, items);
        }
    }

    /// Appends one item to a sequence.
    #[inline(always)]
    pub(crate) fn extend_by_one(&mut self, seq: &mut Seq, item: Value) {
        if seq.capacity == 0 {
            *seq = Seq { start: position(self.0.len()), len: 1, capacity: 1 };
            self.0.push(item);
        } else {
            self.extend(seq, &[item]);
        }
    }

    /// Puts items at the end. Few at a time, as mostly, are copied as so many: a call of `memcpy` takes longer than that. Pairs make even numbers.
    #[inline(always)]
    fn append(&mut self, items: &[Value]) {
        macro_rules! short {
            ($($length:literal)*) => {
                match items.len() {
                    $($length => items.first_chunk::<$length>().into_iter().for_each(|items| self.0.extend_from_slice(items)),)*
                    _ => self.0.extend_from_slice(items),
                }
            };
        }
        short!(1 2 3 4 5 6 7 8 10 12 14 16)
    }

    /// Makes room for what there will be when the whole input is read, see [`super::foresee`], and for `others` bytes more if the allocator can keep so many.
    pub(crate) fn foresee(&mut self, read: usize, of: usize, others: usize) {
        let missing = super::missing(&self.0, read, of);
        if missing > 0 {
            let wanted = missing + missing / 8;
            let excess = others / size_of::<Value>();
            let kept = (self.0.len() + wanted + excess) * size_of::<Value>() <= KEPT;
            // Without the room the vector grows as it always does.
            let _ = self.0.try_reserve_exact(if kept { wanted + excess } else { wanted });
        }
    }

    /// Appends items to a sequence that has no room for them.
    fn grow(&mut self, seq: &mut Seq, items: &[Value]) {
        let (start, len, capacity) = (seq.start as usize, seq.len as usize, seq.capacity as usize);
        let wanted = len + items.len();
        if start + capacity == self.0.len() {
            self.0.truncate(start + len);
            self.0.extend_from_slice(items);
            seq.capacity = position(wanted);
        } else {
            let doubled = wanted.max(len * 2);
            seq.start = position(self.0.len());
            self.0.reserve(doubled);
            self.0.extend_from_within(start..start + len);
            self.0.extend_from_slice(items);
            self.0.resize(seq.start as usize + doubled, Value::None);
            seq.capacity = position(doubled);
        }
        seq.len = position(wanted);
        position(self.0.len());
    }

    /// Takes back the run that was added last.
    pub(crate) fn forget_last(&mut self, run: Run) {
        if run.start as usize + run.len as usize == self.0.len() {
            self.0.truncate(run.start as usize);
        }
    }

    /// Takes one item out of a sequence; those behind it move up.
    pub(crate) fn remove(&mut self, seq: &mut Seq, index: usize) -> Value {
        let items = self.seq_mut(*seq);
        let removed = items[index];
        items.copy_within(index + 1.., index);
        seq.len -= 1;
        removed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ints(range: std::ops::Range<i32>) -> Vec<Value> {
        range.map(Value::Int).collect()
    }

    #[test]
    fn sequences_grow_where_they_can_and_move_where_they_must() {
        let mut pool = Pool::default();
        let (mut a, mut b) = (Seq::default(), Seq::default());
        pool.extend(&mut a, &ints(0..3));
        pool.extend(&mut a, &ints(3..5));
        assert_eq!(pool.len(), 5, "grown in place");
        pool.extend(&mut b, &ints(10..12));
        for n in 5..200 {
            pool.extend(&mut a, &ints(n..n + 1));
            pool.extend(&mut b, &ints(n + 7..n + 8));
        }
        assert_eq!(pool.seq(a), ints(0..200));
        assert_eq!(pool.seq(b), ints(10..207));
        assert!(pool.len() < 200 * 8, "{} for 397 items", pool.len());
        let run = pool.add(&ints(1..4));
        assert_eq!(pool.run(run), ints(1..4));
        assert_eq!(pool.remove(&mut a, 1), Value::Int(1));
        assert_eq!(a.len(), 199);
        assert_eq!(pool.seq(a)[1], Value::Int(2));
    }
}
