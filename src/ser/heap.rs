//! Into a heap: objects that can be looked at, changed, and pickled with others.

use std::collections::HashMap;

use super::target::{Kind, Target, sealed::Sealed};
use crate::error::{ErrorKind, Result};
use crate::heap::{CallKind, EffectKind, Heap, Value};
use crate::int::Int;

/// Builds objects in a heap.
pub struct Objects<'r, 'a> {
    heap: &'r mut Heap<'a>,
    stack: Vec<Value>,
    /// Each class and function is one object.
    globals: HashMap<(String, String), Value>,
}

/// A container that is open.
#[derive(Clone, Copy, Debug)]
pub struct OpenObject {
    kind: Kind,
    /// Where the items begin on the stack.
    start: usize,
}

impl<'r, 'a> Objects<'r, 'a> {
    pub(crate) fn new(heap: &'r mut Heap<'a>) -> Self {
        Self { heap, stack: Vec::new(), globals: HashMap::new() }
    }

    pub(crate) fn finish(mut self) -> Result<Value> {
        self.stack.pop().ok_or_else(|| ErrorKind::Custom("nothing was serialized".to_owned()).into())
    }

    fn global(&mut self, module: &str, name: &str) -> Value {
        let heap = &mut *self.heap;
        *self.globals.entry((module.to_owned(), name.to_owned())).or_insert_with(|| heap.global(module, name))
    }

    fn push(&mut self, value: Value) -> Result<()> {
        self.stack.push(value);
        Ok(())
    }
}

impl Sealed for Objects<'_, '_> {}

impl Target for Objects<'_, '_> {
    type Open = OpenObject;

    fn none(&mut self) -> Result<()> {
        self.push(Value::None)
    }

    fn bool(&mut self, bool: bool) -> Result<()> {
        self.push(Value::bool(bool))
    }

    fn int(&mut self, n: i64) -> Result<()> {
        let value = self.heap.int(n);
        self.push(value)
    }

    fn big(&mut self, n: &Int) -> Result<()> {
        let value = self.heap.any_int(n);
        self.push(value)
    }

    fn float(&mut self, float: f64) -> Result<()> {
        let value = self.heap.float(float);
        self.push(value)
    }

    fn str(&mut self, text: &str) -> Result<()> {
        let value = self.heap.str(text);
        self.push(value)
    }

    fn name(&mut self, name: &'static str) -> Result<()> {
        let id = self.heap.intern(name.as_bytes());
        self.push(Value::Str(id))
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let value = self.heap.bytes(bytes.to_vec());
        self.push(value)
    }

    fn byte_array(&mut self, bytes: &[u8]) -> Result<()> {
        let value = self.heap.byte_array(bytes.to_vec());
        self.push(value)
    }

    fn open(&mut self, kind: Kind, _: Option<usize>) -> Result<OpenObject> {
        Ok(OpenObject { kind, start: self.stack.len() })
    }

    fn open_call(&mut self, kind: Kind, module: &str, name: &str, length: Option<usize>) -> Result<OpenObject> {
        let callable = self.global(module, name);
        self.push(callable)?;
        self.open(kind, length)
    }

    fn item(&mut self, _: &mut OpenObject) -> Result<()> {
        Ok(())
    }

    fn kind(open: &OpenObject) -> Kind {
        open.kind
    }

    fn close(&mut self, open: OpenObject) -> Result<()> {
        let items = self.stack.split_off(open.start);
        let callable = match open.kind {
            Kind::Instance | Kind::New | Kind::Call => self.stack.pop().unwrap_or(Value::None),
            _ => Value::None,
        };
        let heap = &mut *self.heap;
        let container = |heap: &mut Heap<'_>, container: Value| {
            heap.extend(container, &items);
            container
        };
        let value = match open.kind {
            Kind::List => {
                let list = Value::List(heap.push_list());
                container(heap, list)
            }
            Kind::Dict => {
                let dict = Value::Dict(heap.push_dict());
                container(heap, dict)
            }
            Kind::Set => {
                let set = Value::Set(heap.push_set());
                container(heap, set)
            }
            Kind::Tuple => heap.push_tuple(&items),
            Kind::FrozenSet => heap.push_frozenset(&items),
            Kind::Instance => {
                let instance = heap.push_call(CallKind::NewObj, callable, Value::EMPTY_TUPLE);
                if !items.is_empty() {
                    let state = Value::Dict(heap.push_dict());
                    heap.extend(state, &items);
                    heap.push_effect(EffectKind::Build, instance, state);
                }
                instance
            }
            Kind::New | Kind::Call => {
                let args = heap.push_tuple(&items);
                let kind = if open.kind == Kind::New { CallKind::NewObj } else { CallKind::Reduce };
                heap.push_call(kind, callable, args)
            }
        };
        self.push(value)
    }
}
