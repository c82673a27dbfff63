//! Tuples, lists, dicts and sets: their items, in batches.

use crate::error::Result;
use crate::heap::{DictId, FrozenSetId, ListId, SetId, TupleId, Value};
use crate::opcode::Opcode;
use crate::style::Flavor;

use super::batches::{BATCH, Batches};
use super::writer::{NEVER, Stage, Task, Writer};

impl Writer<'_, '_> {
    /// Whether a tuple is the arguments of a call which was reached again through them: a reducer makes them anew each time it is asked.
    pub(crate) fn is_made_anew(&self, tuple: Value) -> bool {
        match self.tasks.last() {
            Some(Task::Call(id, Stage::Finish)) => {
                self.event(*id).object == tuple && !self.heap.recursive.get(id).is_some_and(|call| call.same_args)
            }
            _ => false,
        }
    }

    pub(crate) fn marks_tuple(&self, id: TupleId) -> bool {
        self.protocol < 2 || self.heap.tuples[id.index()].len() > 3 || self.heap.marked_tuples.holds(Value::Tuple(id))
    }

    /// `save_tuple`, from an item on.
    pub(crate) fn tuple_items(&mut self, id: TupleId, mut next: usize) -> Result<()> {
        let heap = self.heap;
        let items = heap.pool.run(heap.tuples[id.index()]);
        while let Some(item) = items.get(next) {
            next += 1;
            if !self.leaf(*item)? {
                self.tasks.push(Task::Tuple(id, next));
                return self.descend(*item);
            }
        }
        let value = Value::Tuple(id);
        let marked = self.marks_tuple(id);
        let opcode = match (marked, items.len()) {
            (false, 1) => Opcode::Tuple1,
            (false, 2) => Opcode::Tuple2,
            (false, _) => Opcode::Tuple3,
            (true, _) => Opcode::Tuple,
        };
        match self.memo.get(value) {
            0 | NEVER => {
                self.op(opcode);
                self.memoize(value);
                self.after(value)
            }
            _ if self.is_made_anew(value) => {
                self.op(opcode);
                self.memoize_unnamed();
                Ok(())
            }
            slot => {
                // The tuple was reached again through its items and is in the memo now.
                let pops = match (marked, self.protocol) {
                    (false, _) => items.len(),
                    (true, 0) => items.len() + 1,
                    (true, _) => 0,
                };
                if pops == 0 {
                    self.op(Opcode::PopMark);
                }
                (0..pops).for_each(|_| self.op(Opcode::Pop));
                self.get(slot - 1);
                Ok(())
            }
        }
    }

    /// `batch_list_exact`, or `batch_list` in the Python pickler's style, from an item on.
    pub(crate) fn list_items(&mut self, id: ListId, next: usize) -> Result<()> {
        let heap = self.heap;
        let items = heap.pool.seq(heap.lists[id.index()]);
        let batches = self.batches(items.len(), self.style.flavor == Flavor::C);
        if let Some(next) = self.batched::<1>(items, next, batches, [Opcode::Append, Opcode::Appends])? {
            self.tasks.push(Task::List(id, next));
            return self.descend(items[next - 1]);
        }
        self.after(Value::List(id))
    }

    /// `batch_dict_exact`, or `batch_dict` in the Python pickler's style, from a key or value on.
    pub(crate) fn dict_items(&mut self, id: DictId, next: usize) -> Result<()> {
        let heap = self.heap;
        let items = heap.pool.seq(heap.dicts[id.index()]);
        let exact = self.style.flavor == Flavor::C;
        let batches = self.batches(items.len() / 2, exact);
        if let Some(next) = self.batched::<2>(items, next, batches, [Opcode::SetItem, Opcode::SetItems])? {
            self.tasks.push(Task::Dict(id, next));
            return self.descend(items[next - 1]);
        }
        if exact && self.protocol > 0 && items.len() >= 2 * BATCH && items.len().is_multiple_of(2 * BATCH) {
            // The C pickler sees that a dict is at its end only when it asks for the next batch.
            self.op(Opcode::Mark);
            self.op(Opcode::SetItems);
        }
        self.after(Value::Dict(id))
    }

    /// `save_set`, from an item on.
    pub(crate) fn set_items(&mut self, id: SetId, next: usize) -> Result<()> {
        let heap = self.heap;
        let items = heap.pool.seq(heap.sets[id.index()]);
        if let Some(next) = self.batched::<1>(items, next, Batches::Marked, [Opcode::AddItems; 2])? {
            self.tasks.push(Task::Set(id, next));
            return self.descend(items[next - 1]);
        }
        if self.style.flavor == Flavor::C && !items.is_empty() && items.len().is_multiple_of(BATCH) {
            self.op(Opcode::Mark);
            self.op(Opcode::AddItems);
        }
        self.after(Value::Set(id))
    }

    /// `save_frozenset`, from an item on.
    pub(crate) fn frozenset_items(&mut self, id: FrozenSetId, mut next: usize) -> Result<()> {
        let heap = self.heap;
        let items = heap.pool.run(heap.frozensets[id.index()]);
        while let Some(item) = items.get(next) {
            next += 1;
            if !self.leaf(*item)? {
                self.tasks.push(Task::FrozenSet(id, next));
                return self.descend(*item);
            }
        }
        let value = Value::FrozenSet(id);
        match self.memo.get(value) {
            0 | NEVER => {
                self.op(Opcode::FrozenSet);
                self.memoize(value);
                self.after(value)
            }
            slot => {
                self.op(Opcode::PopMark);
                self.get(slot - 1);
                Ok(())
            }
        }
    }

    /// A set below protocol 4: `set([..])`, from an item of the list on.
    pub(crate) fn set_call(&mut self, set: Value, next: usize) -> Result<()> {
        let heap = self.heap;
        let items = heap.items(set);
        let batches = self.batches(items.len(), self.style.flavor == Flavor::C);
        if let Some(next) = self.batched::<1>(items, next, batches, [Opcode::Append, Opcode::Appends])? {
            self.tasks.push(Task::SetCall(set, next));
            return self.descend(items[next - 1]);
        }
        self.op(if self.protocol < 2 { Opcode::Tuple } else { Opcode::Tuple1 });
        self.memoize_unnamed();
        self.op(Opcode::Reduce);
        self.remember_call(set).map(drop)
    }

    /// Items that are done to a call: `batch_list`, `batch_dict`, from one on.
    pub(crate) fn gathered(&mut self, container: Value, next: usize) -> Result<()> {
        let heap = self.heap;
        let items = heap.items(container);
        let next = match container {
            Value::Dict(_) => {
                let batches = self.batches(items.len() / 2, false);
                self.batched::<2>(items, next, batches, [Opcode::SetItem, Opcode::SetItems])?
            }
            Value::Set(_) => self.batched::<1>(items, next, Batches::Marked, [Opcode::AddItems; 2])?,
            _ => {
                let batches = self.batches(items.len(), false);
                self.batched::<1>(items, next, batches, [Opcode::Append, Opcode::Appends])?
            }
        };
        let Some(next) = next else { return Ok(()) };
        self.tasks.push(Task::Gathered(container, next));
        self.descend(items[next - 1])
    }

    pub(crate) fn batches(&self, total: usize, exact: bool) -> Batches {
        match (self.protocol, exact) {
            (0, _) => Batches::Single,
            (_, true) => Batches::Exact(total),
            (_, false) => Batches::Iterated(total),
        }
    }
}
