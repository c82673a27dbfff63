//! What an object is read as: data, whichever way Python pickled it.

use std::borrow::Cow;
use std::collections::HashMap;

use super::context::{Content, Context};
use crate::error::{ErrorKind, Result};
use crate::heap::{CallId, CallKind, EffectKind, Obj, Value};
use crate::int::{self, Int};
use crate::text::Encoding;

/// What is to come of an object that could be two things.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Want {
    /// Whatever it is.
    Any,
    /// A sequence: the arguments of a call rather than its only one.
    Items,
}

/// What an object is read as.
pub(crate) enum Shape<'c, 'de> {
    None,
    Bool(bool),
    Int(Int),
    Float(f64),
    Str(Content<'c, 'de>),
    /// Text that was decoded.
    Text(String),
    Bytes(Content<'c, 'de>),
    /// Bytes that were made.
    Made(Vec<u8>),
    Items(&'c [Value]),
    /// Keys and values in turn, and the class if that is asked for.
    Pairs(Cow<'c, [Value]>, Option<String>),
    /// A list of pairs, as an old `OrderedDict` has them.
    PairItems(&'c [Value]),
}

/// How many calls may stand for each other.
const MAX_CALLS: usize = 1000;

impl<'c, 'de: 'c> Context<'c, 'de> {
    /// What an object is read as.
    pub(crate) fn shape(&self, value: Value, want: Want) -> Result<Shape<'c, 'de>> {
        let heap = self.heap;
        let mut value = value;
        let mut class = None;
        for _ in 0..MAX_CALLS {
            match value {
                Value::None => return Ok(Shape::None),
                Value::True => return Ok(Shape::Bool(true)),
                Value::False => return Ok(Shape::Bool(false)),
                Value::Int(n) => return Ok(Shape::Int(Int::Small(n.into()))),
                Value::Long(_) => return Ok(Shape::Int(int::from_le_bytes_signed(heap.content(value)))),
                Value::Float(id) => return Ok(Shape::Float(heap.floats[id.index()])),
                Value::Str(_) => return Ok(Shape::Str(self.content(value))),
                Value::ByteString(_) => return Ok(self.byte_string(value)),
                Value::Bytes(_) | Value::ByteArray(_) => return Ok(Shape::Bytes(self.content(value))),
                Value::Buffer(id) if heap.buffers[id.index()].data.is_none() => {
                    return Err(ErrorKind::BufferMissing(id.index()).into());
                }
                Value::Buffer(_) => return Ok(Shape::Bytes(self.content(value))),
                Value::Tuple(_) | Value::List(_) | Value::Set(_) | Value::FrozenSet(_) => {
                    return Ok(Shape::Items(heap.items(value)));
                }
                Value::Dict(_) => return Ok(Shape::Pairs(heap.items(value).into(), class)),
                Value::Global(_) | Value::Persistent(_) | Value::Extension(_) if self.options.globals_as_none => {
                    return Ok(Shape::None);
                }
                Value::Global(_) | Value::Persistent(_) | Value::Extension(_) => return Err(heap.wrong_type("data", value)),
                Value::Call(id) => match self.call(value, id, want, &mut class)? {
                    Called::Shape(shape) => return Ok(shape),
                    Called::Value(next) => value = next,
                },
            }
        }
        Err(ErrorKind::Cycle.into())
    }

    /// A `str` of Python 2.
    fn byte_string(&self, value: Value) -> Shape<'c, 'de> {
        let content = self.content(value);
        match self.heap.encoding {
            Encoding::Bytes => Shape::Bytes(content),
            Encoding::Latin1 if !content.bytes().is_ascii() => {
                Shape::Text(content.bytes().iter().copied().map(char::from).collect())
            }
            _ => Shape::Str(content),
        }
    }

    /// What the result of a call is read as: what was put into it, else its state, else what it was made from.
    fn call(&self, value: Value, id: CallId, want: Want, class: &mut Option<String>) -> Result<Called<'c, 'de>> {
        let object = self.heap.obj(value);
        let call = object.as_call()?;
        let callable = call.callable();
        if let Some(key) = &self.options.class_key
            && !key.is_empty()
            && class.is_none()
        {
            let made_by = match (call.kind(), is_named(callable, "copyreg", &["_reconstructor", "__newobj__"])) {
                (CallKind::Reduce, true) => call.args().get(0)?,
                _ => callable,
            };
            *class = made_by.global_names().map(|(module, name)| format!("{module}.{name}"));
        }
        for kind in [EffectKind::SetItems, EffectKind::Append, EffectKind::AddItems] {
            if let Some(items) = self.heap.gathered(value, kind) {
                return Ok(Called::Value(items));
            }
        }
        if let Some(state) = call.state() {
            return Ok(self.state(state.value(), class.take()).map_or(Called::Value(state.value()), Called::Shape));
        }
        let args = self.heap.items(call.args().value());
        let kind = self.heap.events[id.index()].kind;
        let plain = kind == crate::heap::EventKind::Call(CallKind::Reduce);
        if plain && let Some(known) = self.known_call(callable, args) {
            return Ok(known);
        }
        let container = |value: Value| {
            matches!(value, Value::Tuple(_) | Value::List(_) | Value::Set(_) | Value::FrozenSet(_) | Value::Dict(_))
        };
        Ok(match args {
            [] => Called::Shape(Shape::Pairs(Cow::Borrowed(&[]), class.take())),
            [only] if plain && (want == Want::Any || container(*only)) => Called::Value(*only),
            _ => Called::Shape(Shape::Items(args)),
        })
    }

    /// The pair of `__dict__` and slots that `copyreg` makes as a state; other states are read as they are.
    fn state(&self, state: Value, class: Option<String>) -> Option<Shape<'c, 'de>> {
        match (state, self.heap.items(state)) {
            (Value::Dict(_), pairs) => Some(Shape::Pairs(pairs.into(), class)),
            (Value::Tuple(_), &[first @ (Value::None | Value::Dict(_)), slots @ Value::Dict(_)]) => {
                let pairs = [self.heap.items(first), self.heap.items(slots)].concat();
                Some(Shape::Pairs(pairs.into(), class))
            }
            _ => None,
        }
    }

    /// Calls by which pickles write plain data.
    fn known_call(&self, callable: Obj<'c>, args: &'c [Value]) -> Option<Called<'c, 'de>> {
        let (module, name) = callable.global_names()?;
        if let Some(bytes) = self.heap.bytes_of_call(&module, &name, args) {
            // Those of an object are content, which may live as long as the input.
            return Some(match (args, bytes) {
                ([only @ (Value::Bytes(_) | Value::ByteArray(_) | Value::ByteString(_))], _) => Called::Value(*only),
                (_, bytes) => Called::Shape(Shape::Made(bytes.into_owned())),
            });
        }
        Some(match (&*module, &*name, args) {
            ("builtins", "set" | "frozenset" | "list" | "tuple" | "int" | "float" | "str" | "dict", [only]) => {
                Called::Value(*only)
            }
            ("builtins", "set" | "frozenset" | "list" | "tuple", []) => Called::Shape(Shape::Items(&[])),
            ("collections", "OrderedDict", [pairs @ Value::List(_)]) => Called::Shape(Shape::PairItems(self.heap.items(*pairs))),
            ("collections", "defaultdict", [_] | []) => Called::Shape(Shape::Pairs(Cow::Borrowed(&[]), None)),
            ("collections", "deque", [items, _]) => Called::Value(*items),
            ("copyreg", "__newobj__", [_]) => Called::Shape(Shape::Pairs(Cow::Borrowed(&[]), None)),
            ("copyreg", "__newobj__", [_, args @ ..]) => Called::Shape(Shape::Items(args)),
            ("copyreg", "_reconstructor", [_, _, Value::None]) => Called::Shape(Shape::Pairs(Cow::Borrowed(&[]), None)),
            ("copyreg", "_reconstructor", [_, _, base]) => Called::Value(*base),
            _ => return None,
        })
    }

    /// The pairs with the last value of each key that is text, if some key is there more than once.
    pub(crate) fn without_repeated(&self, pairs: &[Value]) -> Option<Vec<Value>> {
        let text = |key: &Value| matches!(key, Value::Str(_) | Value::ByteString(_)).then(|| self.heap.content(*key));
        // Length and ends tell most names apart.
        let ends = |text: &[u8]| {
            let (first, last) = (text.first_chunk::<2>(), text.last_chunk::<3>());
            let [a, b] = first.copied().unwrap_or([0, text.first().copied().unwrap_or(0)]);
            let [c, d, e] = last.copied().unwrap_or([0; 3]);
            u64::from_le_bytes([a, b, c, d, e, 0, 0, 0]) << 24 | text.len() as u64 & 0xff_ffff
        };
        let mut prints: Vec<u64> = pairs.iter().step_by(2).filter_map(text).map(ends).collect();
        prints.sort_unstable();
        if !prints.windows(2).any(|two| two[0] == two[1]) {
            return None;
        }
        let mut last = HashMap::new();
        for (at, pair) in pairs.chunks_exact(2).enumerate() {
            if let Some(text) = text(&pair[0]) {
                last.insert(text, at);
            }
        }
        let kept = |(at, pair): &(usize, &[Value])| text(&pair[0]).is_none_or(|text| last.get(text) == Some(at));
        let kept = pairs.chunks_exact(2).enumerate().filter(kept).flat_map(|(_, pair)| pair.iter().copied());
        Some(kept.collect())
    }
}

/// What comes of a call: a shape, or another object in its place.
enum Called<'c, 'de> {
    Shape(Shape<'c, 'de>),
    Value(Value),
}

fn is_named(object: Obj<'_>, module: &str, names: &[&str]) -> bool {
    names.iter().any(|name| object.is_global(module, name))
}
