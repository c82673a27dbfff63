//! Graphs that are the same: the same objects in the same places, with the same sharing.

use std::collections::{HashMap, HashSet};

use super::{EventKind, NO_EVENT, Obj, Value};

impl<'h> Obj<'h> {
    /// Whether two graphs are isomorphic: the same objects in the same order, shared and in cycles at the same places.
    ///
    /// This is stricter than `==`: `1` and `True` differ, two equal strings are not one string used twice, floats are compared by their bits,
    /// dicts and sets in stream order. Globals are the same by name.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::{Heap, py};
    ///
    /// let mut heap = Heap::new();
    /// let text = heap.str("spam");
    /// let (shared, apart) = (py!(in heap, [text, text]), py!(in heap, [text, "spam"]));
    /// assert!(heap.obj(shared).py_eq(heap.obj(apart)));
    /// assert!(!heap.obj(shared).is_isomorphic(heap.obj(apart)));
    /// assert!(heap.obj(shared).is_isomorphic(heap.obj(shared)));
    /// ```
    #[must_use]
    pub fn is_isomorphic(self, other: Obj<'_>) -> bool {
        let (left, right) = (self.heap(), other.heap());
        let mut forth: HashMap<Value, Value> = HashMap::new();
        let mut back: HashMap<Value, Value> = HashMap::new();
        let mut longs = HashSet::new();
        let mut open = vec![(self.value(), other.value())];
        while let Some((a, b)) = open.pop() {
            match (a, b) {
                (Value::Float(x), Value::Float(y)) => {
                    if left.floats[x.index()].to_bits() != right.floats[y.index()].to_bits() {
                        return false;
                    }
                    continue;
                }
                (Value::Long(_), Value::Long(_)) => {
                    if longs.insert((a, b)) && left.content(a) != right.content(b) {
                        return false;
                    }
                    continue;
                }
                (Value::None | Value::True | Value::False | Value::Int(_) | Value::Extension(_) | Value::EMPTY_TUPLE, _) => {
                    if a != b {
                        return false;
                    }
                    continue;
                }
                (Value::Global(_), Value::Global(_)) => {
                    let names = (left.obj(a).global_names(), right.obj(b).global_names());
                    if let (Some(x), Some(y)) = names {
                        if x != y {
                            return false;
                        }
                        continue;
                    }
                }
                _ => {}
            }
            match (forth.insert(a, b), back.insert(b, a)) {
                (None, None) => {}
                (Some(known), Some(knower)) if known == b && knower == a => continue,
                _ => return false,
            }
            if std::mem::discriminant(&a) != std::mem::discriminant(&b) || left.content(a) != right.content(b) {
                return false;
            }
            let (x, y) = (left.items(a), right.items(b));
            if x.len() != y.len() {
                return false;
            }
            open.extend(x.iter().copied().zip(y.iter().copied()));
            match (a, b) {
                (Value::Global(x), Value::Global(y)) => {
                    let (x, y) = (left.globals[x.index()], right.globals[y.index()]);
                    open.extend([(x.module, y.module), (x.name, y.name)]);
                }
                (Value::Persistent(x), Value::Persistent(y)) => {
                    let (x, y) = (left.persistents[x.index()], right.persistents[y.index()]);
                    match (x.id, y.id) {
                        // An id of protocol 0 is no object.
                        (Value::Str(_), Value::Str(_)) if x.text || y.text => {
                            if left.content(x.id) != right.content(y.id) {
                                return false;
                            }
                        }
                        pair => open.push(pair),
                    }
                }
                (Value::Buffer(x), Value::Buffer(y)) => {
                    let (x, y) = (left.buffers[x.index()], right.buffers[y.index()]);
                    if x.readonly != y.readonly || x.data.is_some() != y.data.is_some() {
                        return false;
                    }
                }
                (Value::Call(x), Value::Call(y)) => {
                    let (x, y) = (&left.events[x.index()], &right.events[y.index()]);
                    if x.kind != y.kind {
                        return false;
                    }
                    open.extend([(x.subject, y.subject), (x.object, y.object)]);
                }
                _ => {}
            }
            let (mut x, mut y) = (left.effect_chain(a).0, right.effect_chain(b).0);
            loop {
                while x != NO_EVENT && left.events[x as usize].kind == EventKind::Void {
                    x = left.events[x as usize].next;
                }
                while y != NO_EVENT && right.events[y as usize].kind == EventKind::Void {
                    y = right.events[y as usize].next;
                }
                if x == NO_EVENT || y == NO_EVENT {
                    break;
                }
                let (p, q) = (&left.events[x as usize], &right.events[y as usize]);
                if p.kind != q.kind {
                    return false;
                }
                open.extend([(p.subject, q.subject), (p.object, q.object)]);
                (x, y) = (p.next, q.next);
            }
            if x != y {
                return false;
            }
        }
        true
    }
}
