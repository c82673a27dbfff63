//! Which objects Python can hash.

use super::{Heap, TupleId, Value};

/// Tuples that Python can hash, so that each is looked through once, however often it is a key.
#[derive(Debug, Default)]
pub(crate) struct Hashable(Vec<u64>);

impl Hashable {
    /// Adds a tuple; false when it was there.
    fn insert(&mut self, tuple: TupleId) -> bool {
        let (word, bit) = (tuple.index() / 64, 1 << (tuple.index() % 64));
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        let new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        new
    }
}

impl Heap<'_> {
    /// Whether Python can hash the object; if not, the name of the type that it cannot.
    ///
    /// A tuple is hashed by its items, at any depth (`tuplehash`); what a call gives is taken to be hashable.
    /// After an error `known` is good for nothing.
    pub(crate) fn check_hashable(&self, value: Value, known: &mut Hashable) -> Result<(), &'static str> {
        match value {
            Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::ByteArray(_) => Err(self.kind_name(value)),
            Value::Buffer(id) if self.buffers[id.index()].of_byte_array => Err("bytearray"),
            Value::Tuple(id) if known.insert(id) => self.check_hashable_items(value, known),
            _ => Ok(()),
        }
    }

    fn check_hashable_items(&self, tuple: Value, known: &mut Hashable) -> Result<(), &'static str> {
        let mut nested = Vec::new();
        let mut next = Some(tuple);
        while let Some(tuple) = next {
            for item in self.items(tuple) {
                match item {
                    Value::Tuple(id) => {
                        if known.insert(*id) {
                            nested.push(*item);
                        }
                    }
                    _ => self.check_hashable(*item, known)?,
                }
            }
            next = nested.pop();
        }
        Ok(())
    }

    /// The int that an object is as an index: ints and bools of at most 64 bits.
    pub(crate) fn index_of(&self, value: Value) -> Option<i64> {
        match value {
            Value::True => Some(1),
            Value::False => Some(0),
            Value::Int(n) => Some(n.into()),
            Value::Long(_) => match crate::int::from_le_bytes_signed(self.content(value)) {
                crate::int::Int::Small(n) => Some(n),
                crate::int::Int::Big(_) => None,
            },
            _ => None,
        }
    }
}
