//! Which objects are met more than once: those that need a memo slot.

use std::collections::{HashMap, HashSet};

use crate::heap::{EventKind, Heap, Marks, NO_EVENT, Table, Value};

use super::writer::NEVER;

/// A memo table in which only those objects can get a slot that are met again below the roots, and those that are marked.
pub(crate) fn needed(
    table: Table,
    heap: &Heap<'_>,
    roots: &[Value],
    marked: Option<&Marks>,
    substitutes: &HashMap<Value, Value>,
    names: bool,
) -> Table {
    let mut table = table.again_for(heap);
    let mut open: Vec<Value> = roots.to_vec();
    // What is held in place has no number, but something can be done to it: before the root, and to extensions.
    let mut in_place = HashSet::new();
    while let Some(value) = open.pop() {
        let value = substitutes.get(&value).copied().unwrap_or(value);
        match table.entry(value) {
            Some(count @ 0) => *count = 1,
            Some(count) => {
                *count = 2;
                continue;
            }
            None if heap.effects.is_empty() || !in_place.insert(value) => continue,
            None => {}
        }
        open.extend_from_slice(heap.items(value));
        match value {
            Value::Call(id) => {
                let event = &heap.events[id.index()];
                open.push(event.subject);
                open.extend(heap.recursive.get(&id).and_then(|habits| habits.outer_args));
                match event.kind {
                    // The pair of arguments and keywords is no object of the stream.
                    EventKind::Call(crate::heap::CallKind::NewObjEx) => open.extend_from_slice(heap.items(event.object)),
                    EventKind::Call(crate::heap::CallKind::Inst | crate::heap::CallKind::Obj) => {
                        open.extend_from_slice(heap.items(event.object));
                    }
                    _ => open.push(event.object),
                }
            }
            Value::Global(id) if names => {
                let global = heap.globals[id.index()];
                open.extend([global.module, global.name]);
            }
            Value::Persistent(id) => open.push(heap.persistents[id.index()].id),
            _ => {}
        }
        let (mut next, _) = heap.effect_chain(value);
        while next != NO_EVENT {
            let event = &heap.events[next as usize];
            if let EventKind::Effect(kind) = event.kind {
                use crate::heap::EffectKind;
                match kind {
                    EffectKind::SetState => open.extend([event.target(), event.subject, event.object]),
                    EffectKind::Append | EffectKind::SetItems | EffectKind::AddItems => {
                        open.extend_from_slice(heap.items(event.object));
                    }
                    EffectKind::Build | EffectKind::Drop => open.push(event.object),
                }
            }
            next = event.next;
        }
    }
    table.settle(marked, NEVER);
    table
}
