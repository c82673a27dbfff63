//! The memo of the reading machine: objects by index.
//!
//! An index is a key, not the length of a vector: `LONG_BINPUT 4294967295` costs one entry.

use std::collections::HashMap;

use crate::heap::Value;

/// How many slots of the dense part may be empty, besides one for each that is not.
const GAP: u64 = 1 << 6;

#[derive(Debug, Default)]
pub(crate) struct Memo {
    dense: Vec<Option<Value>>,
    sparse: HashMap<u64, Value>,
    count: u64,
    /// What was stored last.
    last: Option<Value>,
    puts: usize,
    first: Option<u64>,
}

impl Memo {
    /// Stores an object at the next index, as `MEMOIZE` does: the number of indices in use.
    #[inline]
    pub(crate) fn memoize(&mut self, value: Value) {
        if self.count == self.dense.len() as u64 {
            self.dense.push(Some(value));
            self.count += 1;
            self.puts += 1;
            self.last = Some(value);
        } else {
            self.put(self.count, value);
        }
    }

    /// Stores an object at an index.
    #[inline]
    pub(crate) fn put(&mut self, index: u64, value: Value) {
        if self.puts == 0 {
            self.first = Some(index);
        }
        self.puts += 1;
        self.last = Some(value);
        let length = self.dense.len() as u64;
        if index == length {
            // An index below the end of the dense part may be in the sparse one from before.
            self.count += u64::from(self.sparse.is_empty() || self.sparse.remove(&index).is_none());
            self.dense.push(Some(value));
        } else {
            self.put_apart(index, length, value);
        }
    }

    fn put_apart(&mut self, index: u64, length: u64, value: Value) {
        let old = match usize::try_from(index) {
            Ok(at) if index < length => self.dense[at].replace(value),
            Ok(at) if index < 2 * self.count + GAP && self.sparse.is_empty() => {
                self.dense.resize(at, None);
                self.dense.push(Some(value));
                None
            }
            _ => self.sparse.insert(index, value),
        };
        self.count += u64::from(old.is_none());
    }

    /// The object at an index.
    #[inline]
    pub(crate) fn get(&self, index: u64) -> Option<Value> {
        match usize::try_from(index).ok().and_then(|at| self.dense.get(at)) {
            Some(Some(value)) => Some(*value),
            _ if self.sparse.is_empty() => None,
            _ => self.sparse.get(&index).copied(),
        }
    }

    /// Forgets everything but the memory.
    pub(crate) fn clear(&mut self) {
        self.dense.clear();
        self.sparse.clear();
        (self.count, self.last, self.puts, self.first) = (0, None, 0, None);
    }

    /// What was stored last.
    pub(crate) fn last(&self) -> Option<Value> {
        self.last
    }

    /// How many times something was stored.
    pub(crate) fn puts(&self) -> usize {
        self.puts
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> u64 {
        self.count
    }

    /// The first index that was used.
    pub(crate) fn first(&self) -> Option<u64> {
        self.first
    }

    /// All objects in it.
    pub(crate) fn values(&self) -> impl Iterator<Item = Value> {
        self.dense.iter().flatten().copied().chain(self.sparse.values().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_a_key() {
        let mut memo = Memo::default();
        memo.put(u64::from(u32::MAX), Value::Int(1));
        memo.memoize(Value::Int(2));
        memo.put(0, Value::Int(3));
        memo.put(7, Value::Int(4));
        memo.put(1, Value::Int(5));
        let found = [0, 1, 2, 7, u64::from(u32::MAX)].map(|index| memo.get(index));
        let expected = [Some(3), Some(5), None, Some(4), Some(1)].map(|n| n.map(Value::Int));
        assert_eq!(found, expected);
        assert_eq!(memo.len(), 4);
        assert!(memo.dense.len() < 100);
    }

    #[test]
    fn memoize_counts_the_entries() {
        let mut memo = Memo::default();
        memo.put(1, Value::Int(1));
        memo.memoize(Value::Int(2));
        assert_eq!(memo.get(1), Some(Value::Int(2)), "one entry, so the next index is one");
        memo.put(0, Value::Int(3));
        memo.memoize(Value::Int(4));
        assert_eq!((memo.get(0), memo.get(2)), (Some(Value::Int(3)), Some(Value::Int(4))));
    }

    #[test]
    fn indices_from_one_stay_dense() {
        let mut memo = Memo::default();
        for index in 1..100_000 {
            memo.put(index, Value::Int(7));
        }
        assert_eq!((memo.len(), memo.sparse.len(), memo.first()), (99_999, 0, Some(1)));
    }
}
