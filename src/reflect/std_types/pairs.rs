//! The pairs of what is like a dict, wherever its call has them.
//!
//! ```text
//! OrderedDict()  defaultdict(int)                    then SETITEMS, if there are pairs
//! OrderedDict([['a', 1], ..])                        Python 2
//! Counter({'a': 2})                                  dict(..), too
//! copyreg._reconstructor(cls, dict, {'a': 1})        a class derived from dict, at protocol 0 and 1
//! NEWOBJ cls ()                                      the same later, then SETITEMS
//! ```

use super::made::Made;
use crate::heap::{EffectKind, Heap, Key, Obj, Value};

/// The pairs of a dict, or of what makes one by a call.
#[derive(Clone, Copy)]
pub(super) struct Pairs<'h>(Obj<'h>);

impl<'h> Pairs<'h> {
    pub(super) fn of(object: Obj<'h>) -> Option<Self> {
        match object.value() {
            Value::Dict(_) => Some(Self(object)),
            Value::Call(_) => Self::called(object),
            _ => None,
        }
    }

    fn called(object: Obj<'h>) -> Option<Self> {
        let made = Made::of(object)?;
        if let Some(pairs) = Self::set_on(object) {
            return Some(pairs);
        }
        let heap = object.heap();
        let none = Self(heap.obj(Value::EMPTY_TUPLE));
        if let Some(base) = made.base {
            return matches!(base.value(), Value::Dict(_)).then_some(Self(base));
        }
        // A dict of a class of its own that has no pairs; nothing tells it from an object of another class without attributes.
        if made.is_new && made.args.is_empty() {
            let without_attributes = made.state().is_none_or(|state| state.items().is_ok_and(|mut items| items.next().is_none()));
            return without_attributes.then_some(none);
        }
        let (module, name) = made.callable.global_names()?;
        match (&*module, &*name, made.args) {
            ("builtins", "dict", []) | ("collections", "OrderedDict" | "Counter", []) => Some(none),
            ("collections", "defaultdict", [] | [_]) => Some(none),
            ("builtins", "dict", [dict @ Value::Dict(_)]) => Some(Self(heap.obj(*dict))),
            ("collections", "OrderedDict" | "Counter", [dict @ Value::Dict(_)]) => Some(Self(heap.obj(*dict))),
            ("collections", "OrderedDict", [list @ Value::List(_)]) => Self::listed(heap.obj(*list)),
            _ => None,
        }
    }

    /// Those that were set on what a call gives.
    pub(super) fn set_on(object: Obj<'h>) -> Option<Self> {
        object.heap().gathered(object.value(), EffectKind::SetItems).map(|_| Self(object))
    }

    /// A list of pairs.
    fn listed(list: Obj<'h>) -> Option<Self> {
        let heap = list.heap();
        let is_pair = |item: &Value| matches!(item, Value::List(_) | Value::Tuple(_)) && heap.items(*item).len() == 2;
        heap.items(list.value()).iter().all(is_pair).then_some(Self(list))
    }

    /// They, in their order; of equal keys each.
    pub(super) fn iter(self) -> impl Iterator<Item = (Obj<'h>, Obj<'h>)> + Clone + use<'h> {
        let dict = self.0.items().ok();
        let list = if dict.is_some() { None } else { self.0.iter().ok() };
        let pair = |item: Obj<'h>| Some((item.get(0).ok()?, item.get(1).ok()?));
        dict.into_iter().flatten().chain(list.into_iter().flatten().filter_map(pair))
    }

    pub(super) fn len(self) -> usize {
        self.0.items().map_or_else(|_| self.0.len().unwrap_or(0), |items| items.len())
    }

    pub(super) fn get(self, key: impl Key) -> Option<Obj<'h>> {
        self.iter().filter(|(other, _)| key.is(*other)).last().map(|(_, value)| value)
    }

    pub(super) fn handles(self) -> Vec<(Value, Value)> {
        self.iter().map(|(key, value)| (key.value(), value.value())).collect()
    }
}

/// Sets pairs on what a call gives.
pub(super) fn set_pairs(heap: &mut Heap<'_>, object: Value, pairs: &[(Value, Value)]) {
    if !pairs.is_empty() {
        let items: Vec<Value> = pairs.iter().flat_map(|(key, value)| [*key, *value]).collect();
        heap.gather(EffectKind::SetItems, object, &items);
    }
}

/// Appends items to what a call gives.
pub(super) fn append_items(heap: &mut Heap<'_>, object: Value, items: &[Value]) {
    if !items.is_empty() {
        heap.gather(EffectKind::Append, object, items);
    }
}

/// What views of dicts have.
macro_rules! mapping {
    ($name:ident) => {
        impl<'h> $name<'h> {
            /// The pairs, in their order; of equal keys each.
            pub fn items(self) -> impl Iterator<Item = (Obj<'h>, Obj<'h>)> + Clone + use<'h> {
                self.pairs.iter()
            }

            /// The value of a key.
            #[must_use]
            pub fn get(self, key: impl $crate::heap::Key) -> Option<Obj<'h>> {
                self.pairs.get(key)
            }

            /// How many pairs there are; those of equal keys each.
            #[must_use]
            pub fn len(self) -> usize {
                self.pairs.len()
            }

            /// Whether there are none.
            #[must_use]
            pub fn is_empty(self) -> bool {
                self.len() == 0
            }
        }
    };
}
pub(super) use mapping;

/// `repr` of the pairs as a dict: `{'a': 1}`.
pub(super) fn dict_text<'h>(pairs: impl Iterator<Item = (Obj<'h>, Obj<'h>)>) -> String {
    let pairs: Vec<_> = pairs.map(|(key, value)| format!("{}: {}", super::text(key), super::text(value))).collect();
    format!("{{{}}}", pairs.join(", "))
}

/// `repr` of the items, between commas: `1, 2`.
pub(super) fn items_text<'h>(items: impl Iterator<Item = Obj<'h>>) -> String {
    let items: Vec<_> = items.map(super::text).collect();
    items.join(", ")
}
