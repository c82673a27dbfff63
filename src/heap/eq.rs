//! Python's `==`, and look-up by it.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::OnceLock;

use indexmap::{Equivalent as _, IndexMap};
use num_bigint::BigInt;

use super::{EventKind, Heap, NO_EVENT, Obj, Value};
use crate::int::{self, Int};
use crate::text::Encoding;

/// How deep sets and keys may be nested in sets and keys before only the same one counts as equal.
const DEPTH: u8 = 8;

impl<'h> Obj<'h> {
    /// Python's `==`, as far as it can be told without running anything.
    ///
    /// Numbers are equal across types (`1 == 1.0 == True`), strings and containers by content, dicts and sets without regard to order, a set and a
    /// frozenset, bytes and a bytearray too. Globals are equal by name, the results of calls when the same was called with equal arguments
    /// and the same was done to them; where Python would follow a cycle without end, what was compared before counts as equal.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::py;
    ///
    /// let (a, b) = (py!({"x": [1, 2.0], 3: None}), py!({3.0: None, "x": [True, 2]}));
    /// assert!(a.root().py_eq(b.root()));
    /// assert!(!a.root().py_eq(py!({"x": [1, 2]}).root()));
    /// ```
    #[must_use]
    pub fn py_eq(self, other: Obj<'_>) -> bool {
        Comparison {
            left: self.heap(),
            right: other.heap(),
            same_heap: std::ptr::eq(self.heap(), std::ptr::from_ref(other.heap()).cast()),
        }
        .equal(self.value(), other.value(), DEPTH)
    }
}

struct Comparison<'l, 'r> {
    left: &'l Heap<'l>,
    right: &'r Heap<'r>,
    same_heap: bool,
}

impl Comparison<'_, '_> {
    fn equal(&self, left: Value, right: Value, depth: u8) -> bool {
        let mut seen: HashSet<(Value, Value)> = HashSet::new();
        let mut open = vec![(left, right)];
        let mut first = true;
        while let Some((a, b)) = open.pop() {
            // In containers Python asks `is` first, so a NaN is equal to itself there.
            if !first && self.same_heap && a == b {
                continue;
            }
            first = false;
            match self.step(a, b, depth, &mut open) {
                Some(true) => {}
                Some(false) => return false,
                None => {
                    if !seen.insert((a, b)) {
                        continue;
                    }
                    if !self.children(a, b, depth, &mut open) {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Compares what has no children; `None` for what has.
    fn step(&self, a: Value, b: Value, depth: u8, _: &mut Vec<(Value, Value)>) -> Option<bool> {
        let (left, right) = (self.left, self.right);
        if let (Some(x), Some(y)) = (Number::of(left, a), Number::of(right, b)) {
            return Some(x == y);
        }
        if let (Some(x), Some(y)) = (Text::of(left, a), Text::of(right, b)) {
            return Some(x == y);
        }
        match (a, b) {
            (Value::None, Value::None) => Some(true),
            (Value::Extension(x), Value::Extension(y)) => Some(x == y),
            (Value::Tuple(_), Value::Tuple(_)) | (Value::List(_), Value::List(_)) => {
                (left.items(a).len() != right.items(b).len()).then_some(false)
            }
            (Value::Dict(_), Value::Dict(_))
            | (Value::Call(_), Value::Call(_))
            | (Value::Persistent(_), Value::Persistent(_)) => None,
            (Value::Global(_), Value::Global(_)) => None,
            (Value::Set(_) | Value::FrozenSet(_), Value::Set(_) | Value::FrozenSet(_)) => Some(self.sets_equal(a, b, depth)),
            _ => Some(false),
        }
    }

    /// Puts the pairs of children that have to be equal on the stack; false when something is without its like.
    fn children(&self, a: Value, b: Value, depth: u8, open: &mut Vec<(Value, Value)>) -> bool {
        let (left, right) = (self.left, self.right);
        match (a, b) {
            (Value::Dict(_), Value::Dict(_)) => {
                // Keys are compared by recursion.
                let Some(inner) = depth.checked_sub(1) else { return false };
                let (x, y) = (Index::of_dict(left, a, inner), Index::of_dict(right, b, inner));
                if x.len() != y.len() {
                    return false;
                }
                for (key, value) in x.iter() {
                    match y.get(key) {
                        Some(other) => open.push((value, other)),
                        None => return false,
                    }
                }
                true
            }
            (Value::Global(x), Value::Global(y)) => {
                let (x, y) = (left.obj(Value::Global(x)).global_names(), right.obj(Value::Global(y)).global_names());
                x == y
            }
            (Value::Persistent(x), Value::Persistent(y)) => {
                open.push((left.persistents[x.index()].id, right.persistents[y.index()].id));
                true
            }
            (Value::Call(x), Value::Call(y)) => {
                let (mut x, mut y) = (x.0, y.0);
                loop {
                    let (p, q) = (&left.events[x as usize], &right.events[y as usize]);
                    if p.kind != q.kind {
                        return false;
                    }
                    if !matches!(p.kind, EventKind::Effect(_)) {
                        open.push((p.subject, q.subject));
                    }
                    open.push((p.object, q.object));
                    match (p.next, q.next) {
                        (NO_EVENT, NO_EVENT) => return true,
                        (NO_EVENT, _) | (_, NO_EVENT) => return false,
                        next => (x, y) = next,
                    }
                }
            }
            _ => {
                open.extend(left.items(a).iter().copied().zip(right.items(b).iter().copied()));
                true
            }
        }
    }

    fn sets_equal(&self, a: Value, b: Value, depth: u8) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return self.same_heap && a == b };
        let (x, y) = (Index::of_set(self.left, a, depth), Index::of_set(self.right, b, depth));
        x.len() == y.len() && x.iter().all(|(key, _)| y.get(key).is_some())
    }
}

/// A number of any type.
#[derive(PartialEq)]
enum Number {
    Int(i64),
    Big(BigInt),
    Float(f64),
}

impl Number {
    fn of(heap: &Heap<'_>, value: Value) -> Option<Self> {
        match value {
            Value::True => Some(Self::Int(1)),
            Value::False => Some(Self::Int(0)),
            Value::Int(n) => Some(Self::Int(n.into())),
            Value::Long(_) => Some(match int::from_le_bytes_signed(heap.content(value)) {
                Int::Small(n) => Self::Int(n),
                Int::Big(n) => Self::Big(n),
            }),
            Value::Float(id) => Some(Self::of_float(heap.floats[id.index()])),
            _ => None,
        }
    }

    /// The int that a float is, if it is one.
    fn of_float(float: f64) -> Self {
        match int::from_integral(float) {
            Some(Int::Small(n)) => Self::Int(n),
            Some(Int::Big(n)) => Self::Big(n),
            None => Self::Float(float),
        }
    }
}

/// Text or bytes, whichever way they are held.
#[derive(PartialEq)]
enum Text<'h> {
    Str(std::borrow::Cow<'h, [u8]>),
    Bytes(&'h [u8]),
}

impl<'h> Text<'h> {
    fn of(heap: &'h Heap<'_>, value: Value) -> Option<Self> {
        let content = heap.content(value);
        match value {
            Value::Str(_) => Some(Self::Str(content.into())),
            Value::Bytes(_) | Value::ByteArray(_) | Value::Buffer(_) => Some(Self::Bytes(content)),
            Value::ByteString(_) => Some(match heap.encoding {
                Encoding::Bytes => Self::Bytes(content),
                Encoding::Latin1 => Self::Str(content.iter().copied().map(char::from).collect::<String>().into_bytes().into()),
                Encoding::Ascii | Encoding::Utf8 => Self::Str(content.into()),
            }),
            _ => None,
        }
    }
}

/// An object as a key: equal and hashed as Python does.
struct Key<'h> {
    heap: &'h Heap<'h>,
    value: Value,
    hash: u64,
    depth: u8,
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        Equivalent(self).equivalent(other)
    }
}

impl Eq for Key<'_> {}

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// Hashes of objects: equal for equal ones. Each object is looked at once, however many keys there are of it.
struct Hashes<'h> {
    heap: &'h Heap<'h>,
    shallow: HashMap<Value, u64>,
    whole: HashMap<Value, u64>,
}

impl<'h> Hashes<'h> {
    fn new(heap: &'h Heap<'h>) -> Self {
        Self { heap, shallow: HashMap::new(), whole: HashMap::new() }
    }

    fn key(&mut self, value: Value, depth: u8) -> Key<'h> {
        Key { heap: self.heap, value, hash: self.of(value), depth }
    }

    fn of(&mut self, value: Value) -> u64 {
        let items = match value {
            Value::Tuple(_) | Value::Set(_) | Value::FrozenSet(_) => self.heap.items(value),
            Value::Call(id) => self.heap.items(self.heap.events[id.index()].object),
            _ => return self.shallow(value),
        };
        if let Some(hash) = self.whole.get(&value) {
            return *hash;
        }
        let mut hashes: Vec<u64> = items.iter().map(|item| self.shallow(*item)).collect();
        if let Value::Set(_) | Value::FrozenSet(_) = value {
            hashes.sort_unstable();
            hashes.dedup();
        }
        let hash = hash_one((self.shallow(value), hashes));
        self.whole.insert(value, hash);
        hash
    }

    /// A hash that needs no descent.
    fn shallow(&mut self, value: Value) -> u64 {
        if let Some(hash) = self.shallow.get(&value) {
            return *hash;
        }
        let heap = self.heap;
        let hash = if let Some(number) = Number::of(heap, value) {
            match number {
                Number::Int(n) => hash_one(n),
                Number::Big(n) => hash_one(n),
                Number::Float(float) => hash_one(float.to_bits()),
            }
        } else if let Some(text) = Text::of(heap, value) {
            match text {
                Text::Str(text) => hash_one(text),
                Text::Bytes(bytes) => hash_one(bytes),
            }
        } else {
            match value {
                Value::Tuple(_) => hash_one(heap.items(value).len()),
                Value::Extension(code) => hash_one(("extension", code)),
                Value::Global(_) => hash_one(heap.obj(value).global_names()),
                Value::Call(id) => hash_one(match heap.events[id.index()].kind {
                    EventKind::Call(kind) => Some(kind),
                    _ => None,
                }),
                _ => 0,
            }
        };
        if !matches!(value, Value::None | Value::True | Value::False | Value::Int(_) | Value::Extension(_)) {
            self.shallow.insert(value, hash);
        }
        hash
    }
}

/// The same in the whole process, so that keys of two heaps can meet; not known to who made them.
fn hash_one(value: impl Hash) -> u64 {
    static STATE: OnceLock<RandomState> = OnceLock::new();
    STATE.get_or_init(RandomState::new).hash_one(value)
}

/// The keys of a dict or the items of a set, each once: the first place, the last value.
pub(crate) struct Index<'h>(IndexMap<Key<'h>, Value>);

impl<'h> Index<'h> {
    fn of_dict(heap: &'h Heap<'h>, dict: Value, depth: u8) -> Self {
        let mut hashes = Hashes::new(heap);
        let pairs = heap.items(dict).chunks_exact(2);
        Self(pairs.map(|pair| (hashes.key(pair[0], depth), pair[1])).collect())
    }

    fn of_set(heap: &'h Heap<'h>, set: Value, depth: u8) -> Self {
        let mut hashes = Hashes::new(heap);
        Self(heap.items(set).iter().map(|item| (hashes.key(*item, depth), Value::None)).collect())
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn iter(&self) -> impl Iterator<Item = (&Key<'h>, Value)> {
        self.0.iter().map(|(key, value)| (key, *value))
    }

    fn get(&self, key: &Key<'_>) -> Option<Value> {
        self.0.get(&Equivalent(key)).copied()
    }
}

/// Where objects of a heap are in a list, by Python's equality: the last of equal ones.
pub(crate) struct Positions<'h>(IndexMap<Key<'h>, usize>);

impl<'h> Positions<'h> {
    pub(crate) fn new(heap: &'h Heap<'h>, objects: impl Iterator<Item = Value>) -> Self {
        let mut hashes = Hashes::new(heap);
        Self(objects.enumerate().map(|(at, object)| (hashes.key(object, DEPTH), at)).collect())
    }

    /// The position of an object of any heap.
    pub(crate) fn get(&self, object: Obj<'_>) -> Option<usize> {
        let key = Hashes::new(object.heap()).key(object.value(), DEPTH);
        self.0.get(&Equivalent(&key)).copied()
    }
}

/// A key of another heap.
struct Equivalent<'k, 'h>(&'k Key<'h>);

impl Hash for Equivalent<'_, '_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl indexmap::Equivalent<Key<'_>> for Equivalent<'_, '_> {
    fn equivalent(&self, key: &Key<'_>) -> bool {
        let same_heap = std::ptr::eq(std::ptr::from_ref(self.0.heap).cast::<u8>(), std::ptr::from_ref(key.heap).cast::<u8>());
        (same_heap && self.0.value == key.value)
            || Comparison { left: self.0.heap, right: key.heap, same_heap }.equal(self.0.value, key.value, self.0.depth)
    }
}

/// The pairs of a dict by key, for many look-ups: made by [`Obj::index`].
///
/// # Examples
///
/// ```
/// use cloudpickle::py;
///
/// let pickle = py!({"a": 1, 2: "b"});
/// let index = pickle.root().index()?;
/// assert_eq!(index.get(2.0).unwrap().to_string(), "'b'");
/// assert!(index.get("c").is_none());
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub struct DictIndex<'h> {
    heap: &'h Heap<'h>,
    index: Index<'h>,
}

impl<'h> DictIndex<'h> {
    pub(crate) fn new(heap: &'h Heap<'h>, dict: Value) -> Self {
        Self { heap, index: Index::of_dict(heap, dict, DEPTH) }
    }

    /// The value of a key, by Python's equality; the last one that was set. A handle is one of the dict's own heap.
    ///
    /// # Examples
    ///
    /// ```
    /// let pickle = cloudpickle::py!({"spam": 1, (1, 2): 2});
    /// let index = pickle.root().index()?;
    /// assert_eq!(index.get((1.0, 2)).unwrap().as_i64()?, 2);
    /// let (key, _) = pickle.root().items()?.next().unwrap();
    /// assert_eq!(index.get(key.value()).unwrap().as_i64()?, 1);
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn get(&self, key: impl super::ToPy) -> Option<Obj<'h>> {
        if let Some(value) = key.handle() {
            let key = Hashes::new(self.heap).key(value, DEPTH);
            return self.index.get(&key).map(|value| self.heap.obj(value));
        }
        let mut scratch = Heap::new();
        let value = key.to_py(&mut scratch);
        let key = Hashes::new(&scratch).key(value, DEPTH);
        self.index.get(&key).map(|value| self.heap.obj(value))
    }

    /// How many different keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there are no keys.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.len() == 0
    }

    /// The pairs: each key once, in the order in which they were first set, with the last value.
    pub fn iter(&self) -> impl Iterator<Item = (Obj<'h>, Obj<'h>)> {
        self.index.0.iter().map(|(key, value)| (self.heap.obj(key.value), self.heap.obj(*value)))
    }
}

impl Heap<'_> {
    /// Where in a dict's keys and values in turn the last pair with an equal key begins.
    pub(crate) fn position_of_key(&self, dict: Value, key: Value) -> Option<usize> {
        let comparison = Comparison { left: self, right: self, same_heap: true };
        let keys = self.items(dict).iter().step_by(2);
        keys.rev().position(|other| *other == key || comparison.equal(*other, key, DEPTH)).map(|from_end| {
            let pairs = self.items(dict).len() / 2;
            (pairs - 1 - from_end) * 2
        })
    }
}
