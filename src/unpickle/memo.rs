//! The memo of the reading machine: objects by index.
//!
//! An index is a key, not the length of a vector: `LONG_BINPUT 4294967295` costs one entry.

use std::collections::HashMap;

use crate::heap::{Value, foresee};

/// How many slots of the dense part may be empty, besides one for each that is not.
const GAP: u64 = 1 << 6;

#[derive(Debug, Default)]
pub(crate) struct Memo {
    /// Every slot of it is filled, as long as nothing is odd.
    dense: Vec<Value>,
    /// What is to be known besides once a slot was not filled behind the last one, or a second time. Picklers of Python 3 never do that.
    odd: Option<Box<Odd>>,
}

/// The state of a memo whose slots were not filled one behind the other, each once.
#[derive(Debug, Default)]
struct Odd {
    /// Which slots of the dense part are filled.
    filled: Vec<bool>,
    sparse: HashMap<u64, Value>,
    count: u64,
    /// What was stored last.
    last: Option<Value>,
    puts: usize,
    first: Option<u64>,
}

impl Memo {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { dense: Vec::with_capacity(capacity), odd: None }
    }

    /// Stores an object at the next index, as `MEMOIZE` does: the number of indices in use.
    #[inline(always)]
    pub(crate) fn memoize(&mut self, value: Value) {
        match &self.odd {
            None => self.dense.push(value),
            Some(odd) => self.put_oddly(odd.count, value),
        }
    }

    /// Stores an object at an index.
    #[inline(always)]
    pub(crate) fn put(&mut self, index: u64, value: Value) {
        if self.odd.is_none() && index == self.dense.len() as u64 {
            self.dense.push(value);
        } else {
            self.put_oddly(index, value);
        }
    }

    #[cold]
    fn put_oddly(&mut self, index: u64, value: Value) {
        let (length, dense) = (self.dense.len() as u64, &mut self.dense);
        let odd = self.odd.get_or_insert_with(|| {
            let first = (length > 0).then_some(0);
            Box::new(Odd { filled: vec![true; dense.len()], count: length, puts: dense.len(), first, ..Odd::default() })
        });
        odd.first.get_or_insert(index);
        odd.puts += 1;
        odd.last = Some(value);
        let was_there = match usize::try_from(index) {
            Ok(at) if index < length => {
                dense[at] = value;
                std::mem::replace(&mut odd.filled[at], true)
            }
            Ok(at) if index < 2 * odd.count + GAP && odd.sparse.is_empty() => {
                dense.resize(at, Value::None);
                odd.filled.resize(at, false);
                dense.push(value);
                odd.filled.push(true);
                false
            }
            // An index below the end of the dense part may be in the sparse one from before.
            Ok(_) if index == length => {
                dense.push(value);
                odd.filled.push(true);
                odd.sparse.remove(&index).is_some()
            }
            _ => odd.sparse.insert(index, value).is_some(),
        };
        odd.count += u64::from(!was_there);
    }

    /// The object at an index.
    #[inline(always)]
    pub(crate) fn get(&self, index: u64) -> Option<Value> {
        match &self.odd {
            None => self.dense.get(usize::try_from(index).ok()?).copied(),
            Some(odd) => self.get_oddly(odd, index),
        }
    }

    #[cold]
    fn get_oddly(&self, odd: &Odd, index: u64) -> Option<Value> {
        let at = usize::try_from(index).ok().filter(|at| odd.filled.get(*at) == Some(&true));
        at.and_then(|at| self.dense.get(at)).or_else(|| odd.sparse.get(&index)).copied()
    }

    /// Makes room for what the whole input stores, if the rest is like what was read so far. Gives how many bytes there is room for.
    pub(crate) fn foresee(&mut self, read: usize, of: usize) -> usize {
        foresee(&mut self.dense, read, of)
    }

    /// Forgets everything but the memory.
    pub(crate) fn clear(&mut self) {
        self.dense.clear();
        self.odd = None;
    }

    /// What was stored last.
    pub(crate) fn last(&self) -> Option<Value> {
        match &self.odd {
            None => self.dense.last().copied(),
            Some(odd) => odd.last,
        }
    }

    /// How many times something was stored.
    pub(crate) fn puts(&self) -> usize {
        self.odd.as_ref().map_or(self.dense.len(), |odd| odd.puts)
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> u64 {
        self.odd.as_ref().map_or(self.dense.len() as u64, |odd| odd.count)
    }

    /// The first index that was used.
    pub(crate) fn first(&self) -> Option<u64> {
        match &self.odd {
            None => (!self.dense.is_empty()).then_some(0),
            Some(odd) => odd.first,
        }
    }

    /// All objects in it.
    pub(crate) fn values(&self) -> impl Iterator<Item = Value> {
        let odd = self.odd.as_deref();
        let filled = move |(at, value): (usize, &Value)| odd.is_none_or(|odd| odd.filled[at]).then_some(*value);
        let sparse = odd.map(|odd| odd.sparse.values().copied());
        self.dense.iter().enumerate().filter_map(filled).chain(sparse.into_iter().flatten())
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
        assert_eq!((memo.len(), memo.odd.as_ref().unwrap().sparse.len(), memo.first()), (99_999, 0, Some(1)));
    }
}
