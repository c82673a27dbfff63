//! What is made and taken off the stack again: POP, POP_MARK, and what is left there at the end.

use crate::error::Result;
use crate::heap::{CallKind, EffectKind, Event, EventKind, NO_EVENT, Recursive, TupleId, Value};
use crate::int::u32_from_usize;
use crate::op::Op;

use super::lines;
use super::machine::{Machine, PROLOGUE};

impl Machine<'_, '_> {
    /// `load_pop`: the mark if that is on top, else the top object.
    pub(crate) fn pop_op(&mut self, after: &[u8]) -> Result<()> {
        if self.marks.last() == Some(&self.stack.len()) {
            self.marker()?;
            return Ok(());
        }
        let value = self.pop()?;
        if !self.state_setter(value) && !self.made_again(value, after) {
            self.dropped(value);
        }
        Ok(())
    }

    /// A dropped call of `setter(obj, state)` on the object that is now on top is what a reducer's state setter does: neither the
    /// arguments nor the result get a memo slot.
    pub(crate) fn state_setter(&mut self, value: Value) -> bool {
        let Value::Call(call) = value else { return false };
        let Ok(target @ Value::Call(target_id)) = self.top(1) else { return false };
        let Some(event) = self.heap.events.get(call.index()).copied() else { return false };
        let (EventKind::Call(CallKind::Reduce), Value::Tuple(args)) = (event.kind, event.object) else { return false };
        let fresh = call.index() + 1 == self.heap.events.len() && args.index() + 1 == self.heap.tuples.len();
        let &[object, state] = self.heap.items(event.object) else { return false };
        if !fresh || object != target || self.memo.last() == Some(value) || self.memo.last() == Some(event.object) {
            return false;
        }
        self.trace.calls -= 1;
        self.forget_last_tuple(args);
        let effect = Event {
            kind: EventKind::Effect(EffectKind::SetState),
            subject: event.subject,
            object: state,
            next: NO_EVENT,
            last: target_id.0,
        };
        self.heap.events[call.index()] = effect;
        self.heap.chain_effect(target, call.0);
        true
    }

    pub(crate) fn forget_last_tuple(&mut self, tuple: TupleId) {
        let run = self.heap.tuples[tuple.index()];
        self.heap.tuples.pop();
        self.heap.pool.forget_last(run);
    }

    /// A call that is dropped because the same object was made while its arguments were: the next operation gets that one.
    pub(crate) fn made_again(&mut self, value: Value, after: &[u8]) -> bool {
        let Value::Call(dropped) = value else { return false };
        let index = match Op::parse(after) {
            Ok((_, Op::BinGet(index))) => u64::from(index),
            Ok((_, Op::LongBinGet(index))) => u64::from(index),
            Ok((_, Op::Get(line))) => match lines::memo_index(line.0) {
                Ok(index) => index,
                Err(_) => return false,
            },
            _ => return false,
        };
        let Some(Value::Call(kept)) = self.memo.get(index).filter(|kept| *kept != value) else { return false };
        let (dropped, made) = (self.heap.events[dropped.index()], self.heap.events[kept.index()]);
        let same_args = dropped.object == made.object;
        // What a pickler drops it has just made, item by item: in all that is not more than there are bytes.
        self.trace.compared += self.heap.items(dropped.object).len();
        if !same_args && self.trace.compared > self.length {
            return false;
        }
        let identical = same_args || self.same_items(dropped.object, made.object, false);
        let same = dropped.next == NO_EVENT
            && (dropped.kind, dropped.subject) == (made.kind, made.subject)
            && (identical || self.same_items(dropped.object, made.object, true));
        self.trace.hidden += usize::from(same);
        if same {
            let outer_args = (!identical).then_some(dropped.object);
            self.heap.recursive.insert(kept, Recursive { same_args, outer_args, last_inside: made.last });
        }
        same
    }

    /// Whether two tuples hold the same objects; numbers are written anew each time. What a reducer gives can have containers in it that
    /// it makes anew, with the same objects in them: `made_anew` allows these.
    fn same_items(&mut self, a: Value, b: Value, made_anew: bool) -> bool {
        let (mut inner, heap) = (0, &self.heap);
        let identical = |a: Value, b: Value| match (a, b) {
            (Value::Long(_), Value::Long(_)) => heap.content(a) == heap.content(b),
            (Value::Float(x), Value::Float(y)) => heap.floats[x.index()].to_bits() == heap.floats[y.index()].to_bits(),
            _ => a == b,
        };
        let all = |a: &[Value], b: &[Value]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| identical(*a, *b));
        let (a, b) = (heap.items(a), heap.items(b));
        let same = a.len() == b.len()
            && a.iter().zip(b).all(|(a, b)| {
                let (items, others) = (heap.items(*a), heap.items(*b));
                inner += items.len();
                let container = matches!(
                    (a, b),
                    (Value::List(_), Value::List(_)) | (Value::Dict(_), Value::Dict(_)) | (Value::Tuple(_), Value::Tuple(_))
                );
                identical(*a, *b) || made_anew && container && self.trace.compared + inner <= self.length && all(items, others)
            });
        self.trace.compared += inner;
        same
    }

    /// Notes that something is made and dropped at this point.
    pub(crate) fn dropped(&mut self, value: Value) {
        let matters = matches!(
            value,
            Value::Call(_)
                | Value::Global(_)
                | Value::Persistent(_)
                | Value::Extension(_)
                | Value::Tuple(_)
                | Value::List(_)
                | Value::Dict(_)
                | Value::Set(_)
                | Value::FrozenSet(_)
        );
        if !matters || self.does_nothing(value) {
            return;
        }
        let below = self.stack.last().copied().filter(|_| self.stack.len() > self.fence);
        let place = below.filter(|below| below.has_place());
        self.drop_at(place.unwrap_or(PROLOGUE), value);
    }

    /// An empty container to which nothing was done, and what was dropped just before.
    pub(crate) fn does_nothing(&self, value: Value) -> bool {
        let container = matches!(value, Value::Tuple(_) | Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::FrozenSet(_));
        let empty = container && self.heap.items(value).is_empty() && self.heap.effect_chain(value) == (NO_EVENT, NO_EVENT);
        let again = |event: &Event| event.kind == EventKind::Effect(EffectKind::Drop) && event.object == value;
        empty || self.heap.events.last().is_some_and(again)
    }

    pub(crate) fn drop_at(&mut self, place: Value, value: Value) {
        let mut event = Event::effect(EffectKind::Drop, place, value);
        // How much was in a container by then.
        event.last = u32_from_usize(self.heap.items(place).len()).unwrap_or(NO_EVENT);
        let index = self.heap.push_event(event);
        self.heap.chain_effect(place, index);
        self.drops.push(index);
    }

    /// Makes ready for the next pickle, which has the same memo.
    pub(crate) fn begin_anew(&mut self) {
        self.marks.clear();
        self.stack.clear();
        (self.fence, self.proto) = (0, 0);
    }

    /// What still lies on the stack when the machine stops was made as well.
    pub(crate) fn leave(&mut self) {
        self.marks.clear();
        (self.fence, self.proto) = (0, 0);
        let mut left = std::mem::take(&mut self.stack);
        for value in left.drain(..) {
            self.dropped(value);
        }
        self.stack = left;
    }
}
