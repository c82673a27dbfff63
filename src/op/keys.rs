//! The memo as `pickletools` keeps it: a dict whose keys are any ints.
//!
//! Picklers number their memo slots from zero, so most keys are indices into a vector. A stream may use any other int just
//! as well, negative ones and those of many digits too; these are in a table beside it.

use std::collections::HashMap;

use crate::int::Int;

/// How far beyond its end the vector is grown for a key. Python 2's pickler begins with 1, and a few may be left out.
const GAP: usize = 8;

/// A table with ints as keys, small and fast for those that count up from zero.
#[derive(Clone, Debug)]
pub(super) struct KeyMap<T> {
    dense: Vec<Option<T>>,
    sparse: HashMap<Int, T>,
    len: usize,
}

impl<T> Default for KeyMap<T> {
    fn default() -> Self {
        Self { dense: Vec::new(), sparse: HashMap::new(), len: 0 }
    }
}

impl<T: Copy> KeyMap<T> {
    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn clear(&mut self) {
        self.dense.clear();
        self.sparse.clear();
        self.len = 0;
    }

    pub(super) fn get(&self, key: &Int) -> Option<T> {
        match index(key).and_then(|index| self.dense.get(index).copied()) {
            Some(Some(value)) => Some(value),
            _ if self.sparse.is_empty() => None,
            _ => self.sparse.get(key).copied(),
        }
    }

    pub(super) fn contains(&self, key: &Int) -> bool {
        self.get(key).is_some()
    }

    /// Sets a key, new or not.
    pub(super) fn insert(&mut self, key: Int, value: T) {
        if !self.sparse.is_empty()
            && let Some(old) = self.sparse.get_mut(&key)
        {
            *old = value;
            return;
        }
        match index(&key) {
            Some(index) if index < self.dense.len() + GAP => {
                if index >= self.dense.len() {
                    self.dense.resize(index + 1, None);
                }
                if let Some(slot) = self.dense.get_mut(index) {
                    self.len += usize::from(slot.is_none());
                    *slot = Some(value);
                }
            }
            _ => {
                self.sparse.insert(key, value);
                self.len += 1;
            }
        }
    }
}

fn index(key: &Int) -> Option<usize> {
    match key {
        Int::Small(key) => usize::try_from(*key).ok(),
        Int::Big(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_any_order() {
        let mut map = KeyMap::default();
        let keys = [20, 0, 1, -1, 5, 9, 12, 15, 19, i64::MAX, i64::MIN, 20, 21, 30, 0];
        for (value, key) in keys.into_iter().enumerate() {
            map.insert(Int::Small(key), value);
            assert_eq!(map.get(&Int::Small(key)), Some(value), "{key}");
        }
        assert_eq!(map.len(), 13);
        assert_eq!(map.get(&Int::Small(20)), Some(11));
        assert_eq!(map.get(&Int::Small(0)), Some(14));
        assert!(!map.contains(&Int::Small(2)) && !map.contains(&Int::Small(31)));
        map.clear();
        assert_eq!(map.len(), 0);
        assert!(keys.iter().all(|key| !map.contains(&Int::Small(*key))));
    }

    #[test]
    fn a_far_key_costs_no_vector() {
        let mut map = KeyMap::default();
        map.insert(Int::Small(i64::from(u32::MAX)), ());
        assert!(map.dense.is_empty() && map.contains(&Int::Small(i64::from(u32::MAX))));
    }
}
