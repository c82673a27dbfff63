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

#[cfg(test)]
mod tests {
    use crate::heap::Heap;

    #[test]
    fn calls_are_found_by_their_first_argument() {
        let mut heap = Heap::new();
        let setattr = heap.global("builtins", "setattr");
        let (one, other) = (heap.call(setattr, ()), heap.call(setattr, ()));
        let drop = |heap: &mut Heap<'_>, place, args: (crate::Value, &str, i64)| {
            let call = heap.call(setattr, args);
            heap.then(place, call).expect("a place");
        };
        let values = |heap: &Heap<'_>, object| -> Vec<String> {
            heap.dropped_calls(object).map(|call| call.as_call().unwrap().args().get(2).unwrap().to_string()).collect()
        };
        drop(&mut heap, other, (one, "x", 1));
        drop(&mut heap, one, (other, "x", 2));
        assert_eq!((values(&heap, one), values(&heap, other)), (vec!["1".into()], vec!["2".into()]));
        // What is dropped after the first question is found as well.
        drop(&mut heap, other, (one, "x", 3));
        assert_eq!(values(&heap, one), ["1", "3"]);
        assert_eq!(values(&heap, setattr), Vec::<String>::new());
    }
}
