//! A number for each object that is equal where everything below is: so that what is equal need not be looked through twice.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::heap::{Heap, Obj, Value};

/// The numbers of the objects below a root. They are of use with those of another root only where both were made with the same state, which
/// nobody who wrote a pickle knows.
pub(super) struct Digests {
    of: HashMap<Value, u64>,
    state: RandomState,
}

impl Digests {
    /// Looks at everything below an object once, without recursion. Inside of a cycle an object is known by how far up it is.
    pub(super) fn new(root: Obj<'_>, state: &RandomState) -> Self {
        let heap = root.heap();
        let mut digests = Self { of: HashMap::new(), state: state.clone() };
        let mut inside: HashMap<Value, usize> = HashMap::new();
        // Objects to look at, and to finish when what they hold is done.
        let mut open = vec![(root.value(), false)];
        let mut held = Vec::new();
        while let Some((value, finish)) = open.pop() {
            if finish {
                let digest = digests.combine(heap, value, &inside, &mut held);
                inside.remove(&value);
                digests.of.insert(value, digest);
            } else if !digests.of.contains_key(&value) && !is_leaf(value) && !inside.contains_key(&value) {
                inside.insert(value, inside.len());
                open.push((value, true));
                held.clear();
                parts(heap, value, &mut held);
                open.extend(heap.items(value).iter().chain(&held).rev().map(|part| (*part, false)));
            }
        }
        digests
    }

    /// How many objects were looked at.
    pub(super) fn len(&self) -> usize {
        self.of.len()
    }

    pub(super) fn get(&self, object: Obj<'_>) -> u64 {
        self.of.get(&object.value()).copied().unwrap_or_else(|| self.leaf(object.heap(), object.value()))
    }

    fn leaf(&self, heap: &Heap<'_>, value: Value) -> u64 {
        match value {
            Value::None | Value::True | Value::False | Value::Extension(_) => self.state.hash_one(value),
            // An int may be written as a long one.
            Value::Int(n) => self.state.hash_one(("int", i64::from(n))),
            Value::Long(_) => match heap.index_of(value) {
                Some(n) => self.state.hash_one(("int", n)),
                None => self.state.hash_one(("long", heap.content(value))),
            },
            Value::Float(id) => self.state.hash_one(("float", heap.floats[id.index()].to_bits())),
            Value::Global(_) => self.state.hash_one(("global", heap.obj(value).global_names())),
            _ => self.state.hash_one((std::mem::discriminant(&value), heap.content(value))),
        }
    }

    fn combine(&self, heap: &Heap<'_>, value: Value, inside: &HashMap<Value, usize>, held: &mut Vec<Value>) -> u64 {
        let depth = inside.get(&value).copied().unwrap_or_default();
        let of = |part: &Value| match (self.of.get(part), inside.get(part)) {
            (Some(digest), _) => *digest,
            (None, Some(other)) => self.state.hash_one(("up", depth - other.min(&depth))),
            (None, None) => self.leaf(heap, *part),
        };
        let items = heap.items(value);
        let sum = |numbers: &mut dyn Iterator<Item = u64>| numbers.fold(0_u64, u64::wrapping_add);
        held.clear();
        parts(heap, value, held);
        let held: Vec<u64> = held.iter().map(of).collect();
        let contents = match value {
            // The order of a dict and of a set makes no difference to Python's equality.
            Value::Dict(_) => sum(&mut items.chunks_exact(2).map(|pair| self.state.hash_one((of(&pair[0]), of(&pair[1]))))),
            Value::Set(_) | Value::FrozenSet(_) => sum(&mut items.iter().map(|item| self.state.hash_one(of(item)))),
            _ => self.state.hash_one(items.iter().map(of).collect::<Vec<_>>()),
        };
        let effects: Vec<_> = heap.obj(value).effects().map(|effect| effect.kind).collect();
        self.state.hash_one((std::mem::discriminant(&value), items.len(), contents, held, effects))
    }
}

fn is_leaf(value: Value) -> bool {
    let container = matches!(
        value,
        Value::Tuple(_)
            | Value::List(_)
            | Value::Dict(_)
            | Value::Set(_)
            | Value::FrozenSet(_)
            | Value::Call(_)
            | Value::Persistent(_)
    );
    !container
}

/// What an object holds beside its items.
fn parts(heap: &Heap<'_>, value: Value, held: &mut Vec<Value>) {
    match value {
        Value::Call(id) => {
            let event = &heap.events[id.index()];
            held.extend([event.subject, event.object]);
        }
        Value::Persistent(id) => held.push(heap.persistents[id.index()].id),
        _ => {}
    }
    for effect in heap.obj(value).effects() {
        held.extend(effect.setter.map(Obj::value));
        held.push(effect.object.value());
    }
}
