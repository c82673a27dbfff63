//! Sets and tables of objects: by kind and index, so that looking one up is an index into a vector.

use super::{Heap, Value};

/// How many kinds of object have an arena.
const KINDS: usize = 14;

/// The arena and the index of an object; `None` for those held in place, and for floats.
#[inline]
fn slot(value: Value) -> Option<(usize, usize)> {
    Some(match value {
        Value::Str(id) => (0, id.index()),
        Value::Dict(id) => (1, id.index()),
        Value::List(id) => (2, id.index()),
        Value::Tuple(id) => (3, id.index()),
        Value::Call(id) => (4, id.index()),
        Value::Global(id) => (5, id.index()),
        Value::Bytes(id) => (6, id.index()),
        Value::ByteArray(id) => (7, id.index()),
        Value::ByteString(id) => (8, id.index()),
        Value::Set(id) => (9, id.index()),
        Value::FrozenSet(id) => (10, id.index()),
        Value::Buffer(id) => (11, id.index()),
        Value::Persistent(id) => (12, id.index()),
        Value::Long(id) => (13, id.index()),
        Value::None | Value::True | Value::False | Value::Int(_) | Value::Extension(_) | Value::Float(_) => return None,
    })
}

/// A number for every object, 0 at first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// Those of all kinds, one kind behind the other.
    numbers: Vec<u32>,
    /// Where those of a kind begin.
    starts: [usize; KINDS],
}

impl Table {
    /// A table for the objects of a heap; pages that nobody writes to are never touched.
    pub(crate) fn for_heap(heap: &Heap<'_>) -> Self {
        Self::default().again_for(heap)
    }

    /// Makes it one for the objects of a heap, in the memory that it has.
    pub(crate) fn again_for(mut self, heap: &Heap<'_>) -> Self {
        let lengths: [usize; KINDS] = [
            heap.strs.len(),
            heap.dicts.len(),
            heap.lists.len(),
            heap.tuples.len(),
            heap.events.len(),
            heap.globals.len(),
            heap.bytes.len(),
            heap.byte_arrays.len(),
            heap.byte_strings.len(),
            heap.sets.len(),
            heap.frozensets.len(),
            heap.buffers.len(),
            heap.persistents.len(),
            heap.longs.len(),
        ];
        let mut total = 0;
        self.starts = lengths.map(|length| {
            total += length;
            total - length
        });
        if self.numbers.capacity() < total {
            self.numbers = vec![0; total];
        } else {
            self.numbers.clear();
            self.numbers.resize(total, 0);
        }
        self
    }

    /// The number of an object; 0 for those held in place.
    #[inline]
    pub(crate) fn get(&self, value: Value) -> u32 {
        slot(value).and_then(|(kind, index)| self.numbers.get(self.starts[kind] + index)).copied().unwrap_or(0)
    }

    /// The place of an object's number.
    #[inline]
    pub(crate) fn entry(&mut self, value: Value) -> Option<&mut u32> {
        slot(value).and_then(|(kind, index)| self.numbers.get_mut(self.starts[kind] + index))
    }

    /// Turns counts into permissions: 0 for what was counted twice or is marked, `never` for everything else.
    pub(crate) fn settle(&mut self, marked: Option<&Marks>, never: u32) {
        let mut rest = self.numbers.as_mut_slice();
        for kind in (0..KINDS).rev() {
            let (before, counts) = rest.split_at_mut(self.starts[kind]);
            for (index, count) in counts.iter_mut().enumerate() {
                let kept = *count > 1 || marked.is_some_and(|marked| marked.holds_at(kind, index));
                *count = if kept { 0 } else { never };
            }
            rest = before;
        }
    }
}

/// A set of objects: one word while it is empty, as most are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    kinds: Option<Box<[Vec<u64>; KINDS]>>,
}

impl Marks {
    /// The set of these objects; those held in place are left out.
    pub(crate) fn of(values: &[Value]) -> Self {
        let mut marks = Self::default();
        values.iter().for_each(|value| marks.insert(*value));
        marks
    }

    /// Adds an object.
    pub(crate) fn insert(&mut self, value: Value) {
        let Some((kind, index)) = slot(value) else { return };
        let words = &mut self.kinds.get_or_insert_default()[kind];
        if words.len() <= index / 64 {
            words.resize(index / 64 + 1, 0);
        }
        words[index / 64] |= 1 << (index % 64);
    }

    /// Whether an object is in it.
    #[inline]
    pub(crate) fn holds(&self, value: Value) -> bool {
        self.kinds.is_some() && slot(value).is_some_and(|(kind, index)| self.holds_at(kind, index))
    }

    #[inline]
    fn holds_at(&self, kind: usize, index: usize) -> bool {
        let words = self.kinds.as_ref().and_then(|kinds| kinds[kind].get(index / 64));
        words.is_some_and(|word| word >> (index % 64) & 1 == 1)
    }
}
