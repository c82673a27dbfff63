//! Objects put in the place of others.

use std::collections::HashMap;

use super::{EventKind, Heap, NO_EVENT, Value};
use crate::error::Result;

/// A place in an object that holds another one.
#[derive(Clone, Copy)]
pub(crate) enum Slot {
    /// An item of a container; keys and values of a dict in turn.
    Item(Value, usize),
    /// The callable of a call, the setter of a state.
    Subject(u32),
    /// The arguments of a call, what an effect does it with.
    Object(u32),
}

/// What was in a heap at some time: objects made since are fresh.
#[derive(Clone, Copy)]
pub(crate) struct Fresh {
    tuples: usize,
    lists: usize,
    dicts: usize,
    events: usize,
}

impl Fresh {
    /// Whether a tuple, list, dict or call was made since then.
    pub(crate) fn holds(self, value: Value) -> bool {
        match value {
            Value::Tuple(id) => id.index() >= self.tuples,
            Value::List(id) => id.index() >= self.lists,
            Value::Dict(id) => id.index() >= self.dicts,
            Value::Call(id) => id.index() >= self.events,
            _ => false,
        }
    }
}

impl Heap<'_> {
    /// What is in the heap now.
    pub(crate) fn fresh_from_here(&self) -> Fresh {
        Fresh { tuples: self.tuples.len(), lists: self.lists.len(), dicts: self.dicts.len(), events: self.events.len() }
    }

    /// Puts an object into a place.
    pub(crate) fn put(&mut self, place: Slot, value: Value) {
        self.late.take();
        match place {
            Slot::Subject(event) => self.events[event as usize].subject = value,
            Slot::Object(event) => self.events[event as usize].object = value,
            Slot::Item(Value::Tuple(id), at) => self.pool.run_mut(self.tuples[id.index()])[at] = value,
            Slot::Item(Value::List(id), at) => self.pool.seq_mut(self.lists[id.index()])[at] = value,
            Slot::Item(Value::Dict(id), at) => self.pool.seq_mut(self.dicts[id.index()])[at] = value,
            Slot::Item(Value::Set(id), at) => self.pool.seq_mut(self.sets[id.index()])[at] = value,
            Slot::Item(Value::FrozenSet(id), at) => self.pool.run_mut(self.frozensets[id.index()])[at] = value,
            Slot::Item(..) => {}
        }
    }

    /// Puts objects in the place of others, wherever those are held. What is done to the others is not done to the new ones.
    pub(crate) fn replace(&mut self, by: &HashMap<Value, Value>) {
        self.late.take();
        let exchange = |value: &mut Value| {
            if let Some(new) = by.get(value) {
                *value = *new;
            }
        };
        self.pool.all_mut().iter_mut().for_each(exchange);
        for event in &mut self.events {
            exchange(&mut event.subject);
            exchange(&mut event.object);
        }
        for global in &mut self.globals {
            exchange(&mut global.module);
            exchange(&mut global.name);
        }
        for persistent in &mut self.persistents {
            exchange(&mut persistent.id);
        }
        for habits in self.recursive.values_mut() {
            habits.outer_args.iter_mut().for_each(exchange);
        }
        if let Some(root) = &mut self.root {
            exchange(root);
        }
    }

    /// Makes a call another one, with what is done to that: whoever holds the first then has what the second gives.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) where one of them is no call.
    pub(crate) fn become_call(&mut self, old: Value, new: Value) -> Result<()> {
        let (Value::Call(to), Value::Call(from)) = (old, new) else { return Err(self.wrong_type("a call", new)) };
        self.late.take();
        // What was done to the old one is done to nothing any more.
        let mut next = self.events[to.index()].next;
        while next != NO_EVENT {
            let event = &mut self.events[next as usize];
            event.kind = EventKind::Void;
            next = event.next;
        }
        self.events[to.index()] = self.events[from.index()];
        let mut next = self.events[to.index()].next;
        while next != NO_EVENT {
            let event = &mut self.events[next as usize];
            if event.subject == new {
                event.subject = old;
            }
            next = event.next;
        }
        Ok(())
    }
}
