//! What is written when an object is: everything below it.

use std::collections::HashSet;

use super::{Heap, NO_EVENT, Value};

/// A walk over everything below some objects, each object once. The heap may grow between two steps.
#[derive(Default)]
pub(crate) struct Reach {
    seen: HashSet<Value>,
    open: Vec<Value>,
}

impl Reach {
    /// Adds an object to those that are still to be visited.
    pub(crate) fn visit(&mut self, value: Value) {
        self.open.push(value);
    }

    /// The next object, and with it what it holds put on the way; numbers, `None` and their like are left out.
    pub(crate) fn next(&mut self, heap: &Heap<'_>) -> Option<Value> {
        while let Some(value) = self.open.pop() {
            let leaf = matches!(
                value,
                Value::None | Value::True | Value::False | Value::Int(_) | Value::Long(_) | Value::Float(_) | Value::Extension(_)
            );
            if leaf || !self.seen.insert(value) {
                continue;
            }
            self.open.extend_from_slice(heap.items(value));
            match value {
                Value::Call(call) => {
                    let event = &heap.events[call.index()];
                    self.open.extend([event.subject, event.object]);
                    self.open.extend(heap.recursive.get(&call).and_then(|habits| habits.outer_args));
                }
                Value::Global(id) => {
                    let global = heap.globals[id.index()];
                    self.open.extend([global.module, global.name]);
                }
                Value::Persistent(id) => self.open.push(heap.persistents[id.index()].id),
                _ => {}
            }
            self.visit_effects(heap, value);
            return Some(value);
        }
        None
    }

    /// Adds what is done to an object, or at the place that it stands for.
    pub(crate) fn visit_effects(&mut self, heap: &Heap<'_>, target: Value) {
        let (mut next, _) = heap.effect_chain(target);
        while next != NO_EVENT {
            let event = &heap.events[next as usize];
            self.open.extend([event.subject, event.object]);
            next = event.next;
        }
    }
}
