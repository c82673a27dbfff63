//! Calls that are made for what they do and dropped, found by the object that they do it to: their first argument.

use std::collections::HashMap;

use super::{CallKind, EffectKind, Event, EventKind, Heap, Obj, Value};

/// The dropped calls of a heap, made when it is first asked for.
#[derive(Clone, Debug)]
pub(crate) struct Late {
    by_first: HashMap<Value, Vec<Value>>,
    /// How many events there were: what came since is looked through.
    events: usize,
}

impl<'a> Heap<'a> {
    /// The calls with this object as their first argument whose result is dropped, in program order: `setattr(object, name, value)`.
    pub(crate) fn dropped_calls(&self, object: Value) -> impl Iterator<Item = Obj<'_>> {
        let late = self.late.get_or_init(|| {
            let mut by_first: HashMap<Value, Vec<Value>> = HashMap::new();
            for (first, call) in self.events.iter().filter_map(|event| self.dropped_call(event)) {
                by_first.entry(first).or_default().push(call);
            }
            Late { by_first, events: self.events.len() }
        });
        let before = late.by_first.get(&object).into_iter().flatten().copied();
        let since = self.events.iter().skip(late.events).filter_map(|event| self.dropped_call(event));
        let since = since.filter(move |(first, _)| *first == object).map(|(_, call)| call);
        before.chain(since).map(|call| self.obj(call))
    }

    /// The first argument of the call that an event drops, and the call.
    fn dropped_call(&self, event: &Event) -> Option<(Value, Value)> {
        let (EventKind::Effect(EffectKind::Drop), Value::Call(id)) = (event.kind, event.object) else { return None };
        let call = self.events.get(id.index()).filter(|call| call.kind == EventKind::Call(CallKind::Reduce))?;
        Some((*self.items(call.object).first()?, event.object))
    }
}
