//! Items that go into containers: APPENDS, SETITEMS, ADDITEMS and their like.

use crate::error::{ErrorKind, Result};
use crate::heap::{EffectKind, Value};

use super::machine::{Machine, unknown, wrong_type};
use super::trace::BATCH;

impl Machine<'_, '_> {
    pub(crate) fn dict(&mut self) -> Result<()> {
        let at = self.marker()?;
        let count = self.stack.len() - at;
        if !count.is_multiple_of(2) {
            return Err(ErrorKind::OddItems(count).into());
        }
        self.check_hashable(at, 2)?;
        let dict = self.heap.push_dict();
        self.heap.pool.extend(&mut self.heap.dicts[dict.index()], &self.stack[at..]);
        self.stack.truncate(at);
        self.push(Value::Dict(dict));
        Ok(())
    }

    /// The container below the objects from `at` on, or an error when a mark or nothing is there.
    #[inline(always)]
    pub(crate) fn container(&self, at: usize) -> Result<Value> {
        if at > self.fence { Ok(self.stack[at - 1]) } else { Err(self.underflow(1)) }
    }

    /// Whether one more item, set by itself, comes behind full batches: the habit of the Python pickler.
    #[inline(always)]
    pub(crate) fn follows_full_batches(&self, at: usize) -> bool {
        let length = match self.stack[at - 1] {
            Value::List(id) => self.heap.lists[id.index()].len(),
            Value::Dict(id) => self.heap.dicts[id.index()].len() / 2,
            _ => 0,
        };
        length >= BATCH && length % BATCH == 0
    }

    /// `do_append`: the objects from `at` on go to the list below them.
    #[inline(always)]
    pub(crate) fn append(&mut self, at: usize) -> Result<()> {
        let list = self.container(at)?;
        if at == self.stack.len() {
            return Ok(());
        }
        match list {
            Value::List(id) => self.heap.pool.extend(&mut self.heap.lists[id.index()], &self.stack[at..]),
            _ => self.append_to_other(list, at)?,
        }
        self.stack.truncate(at);
        Ok(())
    }

    #[cold]
    pub(crate) fn append_to_other(&mut self, list: Value, at: usize) -> Result<()> {
        let items = &self.stack[at..];
        match list {
            Value::ByteArray(_) => {
                items.iter().try_for_each(|item| self.check_byte(*item))?;
                *self.grown.entry(list).or_default() += items.len();
            }
            _ if unknown(list) => {}
            _ => return Err(ErrorKind::NoMethod { method: "extend or append", found: self.heap.kind_name(list) }.into()),
        }
        self.trace.hidden += self.heap.gather(EffectKind::Append, list, items);
        Ok(())
    }

    /// `do_setitems`: the pairs from `at` on go to the dict below them.
    #[inline(always)]
    pub(crate) fn set_items(&mut self, at: usize) -> Result<()> {
        let dict = self.container(at)?;
        let count = self.stack.len() - at;
        if count == 0 {
            self.trace.empty_batches += 1;
            return Ok(());
        }
        if !count.is_multiple_of(2) {
            return Err(ErrorKind::OddItems(count).into());
        }
        match dict {
            Value::Dict(id) => {
                self.check_hashable(at, 2)?;
                self.heap.pool.extend(&mut self.heap.dicts[id.index()], &self.stack[at..]);
            }
            _ => self.set_items_of_other(dict, at)?,
        }
        self.stack.truncate(at);
        Ok(())
    }

    #[cold]
    pub(crate) fn set_items_of_other(&mut self, target: Value, at: usize) -> Result<()> {
        let pairs = &self.stack[at..];
        let length = match target {
            Value::List(id) => Some(self.heap.lists[id.index()].len()),
            Value::ByteArray(_) => Some(self.heap.content(target).len() + self.grown.get(&target).copied().unwrap_or(0)),
            _ => None,
        };
        if let Some(length) = length {
            for pair in pairs.chunks_exact(2) {
                let index = self.heap.index_of(pair[0]);
                if index.is_none() && !unknown(pair[0]) {
                    return Err(wrong_type("an index", &self.heap, pair[0]));
                }
                if let Value::ByteArray(_) = target {
                    self.check_byte(pair[1])?;
                }
                let from_end = index.filter(|index| *index < 0).and_then(|index| index.checked_add_unsigned(length as u64));
                if let Some(index) = index
                    && !u64::try_from(from_end.unwrap_or(index)).is_ok_and(|at| at < length as u64)
                {
                    return Err(ErrorKind::NotFound { what: "item", name: index.to_string() }.into());
                }
            }
        } else if !unknown(target) {
            return Err(ErrorKind::NoMethod { method: "__setitem__", found: self.heap.kind_name(target) }.into());
        }
        self.trace.hidden += self.heap.gather(EffectKind::SetItems, target, pairs);
        Ok(())
    }

    /// Checks that an object can be an item of a bytearray.
    pub(crate) fn check_byte(&self, value: Value) -> Result<()> {
        let byte = unknown(value) || self.heap.index_of(value).is_some_and(|n| (0..256).contains(&n));
        if byte { Ok(()) } else { Err(wrong_type("an int from 0 to 255", &self.heap, value)) }
    }

    /// `load_additems`: the objects from `at` on go to the set below them.
    #[inline(always)]
    pub(crate) fn add_items(&mut self, at: usize) -> Result<()> {
        let set = self.container(at)?;
        if at == self.stack.len() {
            self.trace.empty_batches += 1;
            return Ok(());
        }
        match set {
            Value::Set(id) => {
                self.check_hashable(at, 1)?;
                self.heap.pool.extend(&mut self.heap.sets[id.index()], &self.stack[at..]);
            }
            _ if unknown(set) => self.trace.hidden += self.heap.gather(EffectKind::AddItems, set, &self.stack[at..]),
            _ => return Err(ErrorKind::NoMethod { method: "add", found: self.heap.kind_name(set) }.into()),
        }
        self.stack.truncate(at);
        Ok(())
    }

    /// Checks that every `step`th object from `at` on can be hashed.
    #[inline(always)]
    pub(crate) fn check_hashable(&mut self, at: usize, step: usize) -> Result<()> {
        for value in self.stack[at..].iter().step_by(step) {
            match value {
                Value::Str(_) | Value::Int(_) => {}
                _ => self.heap.check_hashable(*value, &mut self.hashable).map_err(ErrorKind::Unhashable)?,
            }
        }
        Ok(())
    }
}
