//! Functions and classes that are made in one step with what fills them, and refer to themselves.
//!
//! ```text
//! _fill_function(_make_skel_func(code, cells, globals), {'globals': {'f': ..}, ..})
//!                ^ the function                                     ^ the same object
//! ```
//!
//! The function is there before its state is: what the state says of the function itself is the skeleton. The call that fills it is what
//! is met first, from outside; it gives the skeleton back.

use std::collections::{HashMap, HashSet};

use crate::heap::{EffectKind, EventKind, Heap, Marks, NO_EVENT, Reach, Slot, Value};
use crate::style::Memoize;
use crate::unpickle::{PROLOGUE, Pickle};

/// The skeleton of a call that fills one, by the call.
pub(super) type Skeletons = HashMap<Value, Value>;

/// A place to be visited, where it can hold something else, and what it holds.
type Step = (Option<Slot>, Value);

/// Lets a call that fills a skeleton be held where it is met first; everything else refers to the skeleton. The walk goes the way of the
/// pickler.
pub(super) fn tie(heap: &mut Heap<'_>, root: Value, skeletons: &Skeletons) {
    let mut seen = HashSet::new();
    let mut steps: Vec<Step> = vec![(None, root)];
    push_effects(heap, PROLOGUE, &mut steps);
    while let Some((slot, value)) = steps.pop() {
        let atom = matches!(
            value,
            Value::None | Value::True | Value::False | Value::Int(_) | Value::Long(_) | Value::Float(_) | Value::Str(_)
        );
        if atom {
            continue;
        }
        if !seen.insert(value) {
            if let (Some(slot), Some(skeleton)) = (slot, skeletons.get(&value)) {
                heap.put(slot, *skeleton);
            }
            continue;
        }
        push_effects(heap, value, &mut steps);
        match value {
            Value::Call(id) => {
                let event = heap.events[id.index()];
                steps.push((Some(Slot::Object(id.0)), event.object));
                steps.extend(heap.recursive.get(&id).and_then(|habits| habits.outer_args).map(|args| (None, args)));
                steps.push((Some(Slot::Subject(id.0)), event.subject));
            }
            Value::Persistent(id) => steps.push((None, heap.persistents[id.index()].id)),
            _ => {
                let items = heap.items(value).iter().enumerate();
                steps.extend(items.rev().map(|(at, item)| (Some(Slot::Item(value, at)), *item)));
            }
        }
    }
}

/// What is done to an object, the first on top.
fn push_effects(heap: &Heap<'_>, target: Value, steps: &mut Vec<Step>) {
    let (mut next, _) = heap.effect_chain(target);
    let begin = steps.len();
    while next != NO_EVENT {
        let event = heap.events[next as usize];
        if event.kind == EventKind::Effect(EffectKind::SetState) {
            steps.push((Some(Slot::Subject(next)), event.subject));
        }
        steps.push((Some(Slot::Object(next)), event.object));
        next = event.next;
    }
    if let Some(steps) = steps.get_mut(begin..) {
        steps.reverse();
    }
}

/// Has the pickler give no memo slot to the calls that fill skeletons and to their arguments, as cloudpickle does: what is fetched again is
/// the skeleton.
pub(super) fn leave_unmarked(pickle: &mut Pickle<'_>, skeletons: &Skeletons) {
    let heap = &mut pickle.heap;
    let mut marks = Marks::default();
    let mut reach = Reach::default();
    reach.visit(pickle.root);
    reach.visit_effects(heap, PROLOGUE);
    let args: HashSet<Value> =
        skeletons.keys().filter_map(|fill| heap.obj(*fill).as_call().ok().map(|call| call.args().value())).collect();
    while let Some(value) = reach.next(heap) {
        let never = matches!(value, Value::Persistent(_) | Value::Buffer(_) | Value::EMPTY_TUPLE);
        if !never && !skeletons.contains_key(&value) && !args.contains(&value) {
            marks.insert(value);
        }
    }
    heap.memoized = marks;
    pickle.style.memoize = Memoize::Marked;
}
