//! Which objects Python can hash.

use std::collections::HashSet;

use super::{Heap, Value};

impl Heap<'_> {
    /// Whether Python can hash the object; if not, the name of the type that it cannot.
    ///
    /// A tuple is hashed by its items, at any depth (`tuplehash`); what a call gives is taken to be hashable.
    pub(crate) fn check_hashable(&self, value: Value) -> Result<(), &'static str> {
        match value {
            Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::ByteArray(_) => Err(self.kind_name(value)),
            Value::Buffer(id) if self.buffers[id.index()].of_byte_array => Err("bytearray"),
            Value::Tuple(_) => self.check_hashable_items(value),
            _ => Ok(()),
        }
    }

    fn check_hashable_items(&self, tuple: Value) -> Result<(), &'static str> {
        let mut nested = Vec::new();
        let mut seen = HashSet::new();
        let mut next = Some(tuple);
        while let Some(tuple) = next {
            for item in self.items(tuple) {
                match item {
                    Value::Tuple(_) if *item != Value::EMPTY_TUPLE => {
                        if seen.insert(*item) {
                            nested.push(*item);
                        }
                    }
                    Value::Tuple(_) => {}
                    _ => self.check_hashable(*item)?,
                }
            }
            next = nested.pop();
        }
        Ok(())
    }

    /// The int that an object is as an index: ints and bools of at most 64 bits.
    pub(crate) fn index_of(&self, value: Value) -> Option<i64> {
        match value {
            Value::Bool(bool) => Some(bool.into()),
            Value::Int(n) => Some(n.into()),
            Value::Long(_) => match crate::int::from_le_bytes_signed(self.content(value)) {
                crate::int::Int::Small(n) => Some(n),
                crate::int::Int::Big(_) => None,
            },
            _ => None,
        }
    }
}
