//! Objects from one heap to another.

use std::collections::HashMap;

use super::{Buffer, EffectKind, Event, EventKind, Global, Heap, Long, NO_EVENT, Obj, Persistent, Recursive, Run, Value};

impl Heap<'_> {
    /// Copies an object of another heap, and everything below it, with its sharing and its cycles.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::{Heap, py};
    ///
    /// let pickle = py!(["spam", (1, 2)]);
    /// let mut heap = Heap::new();
    /// let copy = heap.copy(pickle.root());
    /// assert_eq!(heap.obj(copy).to_string(), "['spam', (1, 2)]");
    /// ```
    pub fn copy(&mut self, object: Obj<'_>) -> Value {
        self.copy_all(object.heap(), &[object.value()])[0]
    }

    /// Copies objects of another heap, with what they share.
    pub(crate) fn copy_all(&mut self, from: &Heap<'_>, objects: &[Value]) -> Vec<Value> {
        let mut copier = Copier { from, copies: HashMap::new(), open: Vec::new() };
        let copies = objects.iter().map(|object| copier.shell(self, *object)).collect();
        while let Some((from, to)) = copier.open.pop() {
            copier.fill(self, from, to);
        }
        copies
    }
}

/// Copies in two steps: a shell of each object, then what is in it.
struct Copier<'h> {
    from: &'h Heap<'h>,
    copies: HashMap<Value, Value>,
    open: Vec<(Value, Value)>,
}

impl Copier<'_> {
    /// The copy of an object, whose content may still be missing.
    fn shell(&mut self, to: &mut Heap<'_>, value: Value) -> Value {
        if let Some(copy) = self.copies.get(&value) {
            return *copy;
        }
        let from = self.from;
        let children = from.items(value).len();
        let text = |to: &mut Heap<'_>| to.store.copy(from.content(value));
        let copy = match value {
            Value::None | Value::True | Value::False | Value::Int(_) | Value::Extension(_) | Value::EMPTY_TUPLE => return value,
            Value::Float(id) => return to.push_float(from.floats[id.index()]),
            Value::Long(id) => {
                let Long { by_int, .. } = from.longs[id.index()];
                let span = text(to);
                let copy = to.push_long(span, by_int);
                self.copies.insert(value, copy);
                return copy;
            }
            Value::Str(_) => {
                let span = text(to);
                Value::Str(to.push_str(span))
            }
            Value::ByteString(_) => {
                let span = text(to);
                to.push_byte_string(span)
            }
            Value::Bytes(_) => {
                let span = text(to);
                to.push_bytes(span)
            }
            Value::ByteArray(_) => {
                let span = text(to);
                to.push_byte_array(span)
            }
            Value::Buffer(id) => {
                let buffer = from.buffers[id.index()];
                let data = buffer.data.map(|span| to.store.copy(from.store.get(span)));
                to.push_buffer(Buffer { data, ..buffer })
            }
            Value::Tuple(_) => to.push_tuple(&vec![Value::None; children]),
            Value::FrozenSet(_) => to.push_frozenset(&vec![Value::None; children]),
            Value::List(_) => Value::List(to.push_list()),
            Value::Dict(_) => Value::Dict(to.push_dict()),
            Value::Set(_) => Value::Set(to.push_set()),
            Value::Global(id) => to.push_global(from.globals[id.index()]),
            Value::Persistent(id) => to.push_persistent(from.persistents[id.index()]),
            Value::Call(id) => match from.events[id.index()].kind {
                EventKind::Call(kind) => to.push_call(kind, Value::None, Value::None),
                EventKind::Effect(_) | EventKind::Void => return Value::None,
            },
        };
        self.copies.insert(value, copy);
        self.open.push((value, copy));
        copy
    }

    /// Copies what is in an object.
    fn fill(&mut self, to: &mut Heap<'_>, value: Value, copy: Value) {
        let from = self.from;
        let items: Vec<Value> = from.items(value).iter().map(|item| self.shell(to, *item)).collect();
        match copy {
            Value::Tuple(id) => write_run(to, to.tuples[id.index()], &items),
            Value::FrozenSet(id) => write_run(to, to.frozensets[id.index()], &items),
            Value::List(_) | Value::Dict(_) | Value::Set(_) => to.extend(copy, &items),
            Value::Global(id) => {
                let global = to.globals[id.index()];
                let module = self.name(to, global.module);
                let name = self.name(to, global.name);
                to.globals[id.index()] = Global { module, name, ..global };
            }
            Value::Persistent(id) => {
                let Persistent { id: old, text } = to.persistents[id.index()];
                let new = self.shell(to, old);
                to.persistents[id.index()] = Persistent { id: new, text };
            }
            Value::Call(id) => {
                if let Value::Call(old) = value {
                    let event = from.events[old.index()];
                    let subject = self.shell(to, event.subject);
                    let object = self.shell(to, event.object);
                    let made = &mut to.events[id.index()];
                    (made.subject, made.object) = (subject, object);
                    if let Some(habits) = from.recursive.get(&old) {
                        let outer_args = habits.outer_args.map(|args| self.shell(to, args));
                        to.recursive.insert(id, Recursive { outer_args, ..*habits });
                    }
                }
            }
            _ => {}
        }
        self.effects(to, value, copy);
    }

    /// A name: interned in both heaps or in none, so that equal names given as text stay one object.
    fn name(&mut self, to: &mut Heap<'_>, name: Value) -> Value {
        let interned = matches!(name, Value::Str(id) if self.from.names.get(self.from.content(name)) == Some(&id));
        if !interned {
            return self.shell(to, name);
        }
        let copy = Value::Str(to.intern(self.from.content(name)));
        self.copies.insert(name, copy);
        copy
    }

    fn effects(&mut self, to: &mut Heap<'_>, value: Value, copy: Value) {
        let (mut next, _) = self.from.effect_chain(value);
        while next != NO_EVENT {
            let event = self.from.events[next as usize];
            next = event.next;
            let EventKind::Effect(kind) = event.kind else { continue };
            let object = self.shell(to, event.object);
            let mut effect = Event::effect(kind, copy, object);
            if kind == EffectKind::SetState {
                effect.subject = self.shell(to, event.subject);
                if let Value::Call(id) = copy {
                    effect.last = id.0;
                }
            }
            let index = to.push_event(effect);
            to.chain_effect(copy, index);
        }
    }
}

fn write_run(heap: &mut Heap<'_>, run: Run, items: &[Value]) {
    heap.pool.run_mut(run).copy_from_slice(items);
}
