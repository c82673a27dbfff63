//! Objects that a stream makes and drops: which of them writing back must repeat.

use std::collections::HashSet;

use crate::heap::{EffectKind, EventKind, Heap, NO_EVENT, Value};

/// Keeps those drops which make something that is not reached otherwise and does something: imports, calls, or asks for a persistent id.
pub(crate) fn settle(heap: &mut Heap<'_>, roots: &[Value], drops: &[u32]) {
    if drops.is_empty() {
        return;
    }
    let is_drop: HashSet<u32> = drops.iter().copied().collect();
    let mut seen = HashSet::new();
    for root in roots {
        reach(heap, *root, &is_drop, &mut seen);
    }
    for index in drops {
        let event = &heap.events[*index as usize];
        let dropped = event.object;
        if seen.contains(&dropped) || !reach(heap, dropped, &is_drop, &mut seen) {
            heap.events[*index as usize].kind = EventKind::Void;
        }
    }
    let mut containers: Vec<Value> = drops.iter().map(|index| heap.events[*index as usize].subject).collect();
    containers.retain(|container| matches!(container, Value::List(_) | Value::Dict(_) | Value::Set(_)));
    let mut settled = HashSet::new();
    for container in containers {
        if settled.insert(container) {
            split(heap, container);
        }
    }
}

/// What came into a container behind something that was made and dropped is done to it behind that.
fn split(heap: &mut Heap<'_>, container: Value) {
    let mut chain = Vec::new();
    let (mut next, _) = heap.effect_chain(container);
    while let Some(event) = heap.events.get(next as usize) {
        chain.extend((event.kind != EventKind::Void).then_some((next, event.last as usize)));
        next = event.next;
    }
    let items = heap.items(container).to_vec();
    let Some((_, first)) = chain.first().copied().filter(|(_, length)| *length < items.len()) else { return };
    let kind = match container {
        Value::Dict(_) => EffectKind::SetItems,
        Value::Set(_) => EffectKind::AddItems,
        _ => EffectKind::Append,
    };
    heap.truncate(container, first);
    heap.effects.swap_remove(&container);
    let ends = chain.iter().skip(1).map(|(_, length)| *length).chain([items.len()]);
    let mut start = first;
    for ((index, _), end) in chain.iter().zip(ends.collect::<Vec<_>>()) {
        heap.events[*index as usize].next = NO_EVENT;
        heap.chain_effect(container, *index);
        if let Some(items) = items.get(start..end).filter(|items| !items.is_empty()) {
            heap.gather(kind, container, items);
            start = end;
        }
    }
}

/// Visits everything below `start` that was not visited yet, what is dropped there aside; says whether any of it does something.
fn reach(heap: &Heap<'_>, start: Value, skipped: &HashSet<u32>, seen: &mut HashSet<Value>) -> bool {
    let mut acts = false;
    let mut open = vec![start];
    while let Some(value) = open.pop() {
        if value.is_leaf() || !seen.insert(value) {
            continue;
        }
        open.extend_from_slice(heap.items(value));
        match value {
            Value::Call(call) => {
                acts = true;
                let event = &heap.events[call.index()];
                open.extend([event.subject, event.object]);
            }
            Value::Global(_) | Value::Extension(_) => acts = true,
            Value::Persistent(id) => {
                acts = true;
                open.push(heap.persistents[id.index()].id);
            }
            _ => {}
        }
        let (mut next, _) = heap.effect_chain(value);
        while next != NO_EVENT {
            let event = &heap.events[next as usize];
            if !skipped.contains(&next) {
                open.extend([event.subject, event.object]);
            }
            next = event.next;
        }
    }
    acts
}
