//! Python's `repr` of an object.

use std::collections::HashSet;
use std::fmt::{self, Write};

use super::{Call, CallKind, DictIndex, EffectKind, FloatId, Heap, Obj, Value};
use crate::int;
use crate::text::{Encoding, PyStr, float, repr};

/// How many objects and characters `Display` writes before it stops with `...`.
const BUDGET: usize = 1 << 20;

/// How many bytes an int of 4300 digits has, `sys.int_info.default_max_str_digits`.
const LONG_INT: usize = 1786;

/// Python's `repr`.
///
/// Plain data reads as in Python, cycles included, and so do complex numbers and the frozensets of old protocols, which are calls in a pickle. What any
/// other call would give is written as the call, followed by what was done to the result: `__setstate__` for a state, `extend`, `update` and `add` for items. Sharing makes small pickles into huge trees
/// (`x = [x, x]`, sixty times), so what is longer than about a million characters ends with `...`; a precision sets another limit:
/// `{:.80}`.
///
/// # Examples
///
/// ```
/// let mut pickle = cloudpickle::py!([1.0, "it's", (), None, {"k": [True]}]);
/// assert_eq!(pickle.root().to_string(), r#"[1.0, "it's", (), None, {'k': [True]}]"#);
/// assert_eq!(format!("{:.12}", pickle.root()), r#"[1.0, "it's"..."#);
/// ```
impl fmt::Display for Obj<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let budget = f.precision().unwrap_or(BUDGET);
        display(*self, f, budget, None)
    }
}

fn display(object: Obj<'_>, f: &mut fmt::Formatter<'_>, budget: usize, python: Option<(u8, u8)>) -> fmt::Result {
    let mut out = Budgeted { out: f, left: budget, python };
    match write_repr(&mut out, object.heap(), object.value()) {
        Err(_) if out.left == 0 => f.write_str("..."),
        result => result,
    }
}

/// `repr` as a version of Python writes it: they know different characters.
pub(crate) struct ReprIn<'h>(pub(crate) Obj<'h>, pub(crate) (u8, u8));

impl fmt::Display for ReprIn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(self.0, f, BUDGET, Some(self.1))
    }
}

impl fmt::Debug for Obj<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} {:.200}>", self.type_name(), self)
    }
}

impl Heap<'_> {
    /// The type of an object and a short `repr`, for messages.
    pub(crate) fn describe(&self, value: Value) -> String {
        match value {
            Value::None => "None".to_owned(),
            _ => format!("{} {:.60}", self.kind_name(value), self.obj(value)),
        }
    }
}

/// Stops with an error when so many characters are written.
struct Budgeted<'w, 'f> {
    out: &'w mut fmt::Formatter<'f>,
    left: usize,
    /// The Python whose `repr` it is, where that matters.
    python: Option<(u8, u8)>,
}

impl Write for Budgeted<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut length = text.len();
        if length > self.left {
            length = self.left;
            while !text.is_char_boundary(length) {
                length -= 1;
            }
            self.left = 0;
            self.out.write_str(&text[..length])?;
            return Err(fmt::Error);
        }
        self.left -= length;
        self.out.write_str(text)
    }
}

/// What is left to write.
enum Part<'h> {
    Text(&'static str),
    Object(Value),
    /// The items of a container from one on, with what stands between them.
    Items(&'h [Value], &'static str),
    Pairs(Vec<Value>, usize),
    /// The container is no longer being written.
    Leave(Value),
}

fn write_repr(out: &mut Budgeted<'_, '_>, heap: &Heap<'_>, root: Value) -> fmt::Result {
    let mut inside: HashSet<Value> = HashSet::new();
    let mut parts = vec![Part::Object(root)];
    while let Some(part) = parts.pop() {
        match part {
            Part::Text(text) => out.write_str(text)?,
            Part::Leave(value) => {
                inside.remove(&value);
            }
            Part::Items(items, separator) => {
                if let Some((first, rest)) = items.split_first() {
                    if !rest.is_empty() {
                        parts.push(Part::Items(rest, separator));
                        parts.push(Part::Text(separator));
                    }
                    parts.push(Part::Object(*first));
                }
            }
            Part::Pairs(pairs, next) => {
                if let Some(&[key, value]) = pairs.get(next..next + 2) {
                    if next + 2 < pairs.len() {
                        parts.push(Part::Pairs(pairs, next + 2));
                        parts.push(Part::Text(", "));
                    }
                    parts.extend([Part::Object(value), Part::Text(": "), Part::Object(key)]);
                }
            }
            Part::Object(value) => write_object(out, heap, value, &mut inside, &mut parts)?,
        }
    }
    Ok(())
}

fn write_object<'h>(
    out: &mut Budgeted<'_, '_>,
    heap: &'h Heap<'_>,
    value: Value,
    inside: &mut HashSet<Value>,
    parts: &mut Vec<Part<'h>>,
) -> fmt::Result {
    let items = heap.items(value);
    // What stands around the items, and alone when there are none, and when the object is met inside itself.
    let (open, close, empty, again) = match value {
        Value::List(_) => ("[", "]", "[]", "[...]"),
        Value::Tuple(_) if items.len() == 1 => ("(", ",)", "()", "(...)"),
        Value::Tuple(_) => ("(", ")", "()", "(...)"),
        Value::Dict(_) => ("{", "}", "{}", "{...}"),
        Value::Set(_) => ("{", "}", "set()", "set(...)"),
        Value::FrozenSet(_) => ("frozenset({", "})", "frozenset()", "frozenset(...)"),
        Value::Call(_) => return write_call(out, heap, value, inside, parts),
        _ => return write_leaf(out, heap, value, parts),
    };
    if items.is_empty() {
        return out.write_str(empty);
    }
    if !inside.insert(value) {
        return out.write_str(again);
    }
    out.write_str(open)?;
    parts.extend([Part::Leave(value), Part::Text(close)]);
    parts.push(if let Value::Dict(_) = value { pairs(heap, value) } else { Part::Items(items, ", ") });
    Ok(())
}

/// The pairs of a dict, each key once.
fn pairs<'h>(heap: &'h Heap<'_>, dict: Value) -> Part<'h> {
    let index = DictIndex::new(heap, dict);
    Part::Pairs(index.iter().flat_map(|(key, value)| [key.value(), value.value()]).collect(), 0)
}

fn write_call<'h>(
    out: &mut Budgeted<'_, '_>,
    heap: &'h Heap<'_>,
    value: Value,
    inside: &mut HashSet<Value>,
    parts: &mut Vec<Part<'h>>,
) -> fmt::Result {
    let object = heap.obj(value);
    let Ok(call) = object.as_call() else { return out.write_str("<dropped>") };
    if !inside.insert(value) {
        return out.write_str("...");
    }
    parts.push(Part::Leave(value));
    let effects: Vec<_> = object.effects().collect();
    if effects.is_empty()
        && let Some(plain) = PlainCall::of(call)
    {
        return plain.write(out, heap, parts);
    }
    for effect in effects.iter().rev() {
        let method = match effect.kind {
            EffectKind::Build => ".__setstate__(",
            EffectKind::Append => ".extend(",
            EffectKind::SetItems => ".update(",
            EffectKind::AddItems => ".update(",
            EffectKind::SetState => ").__call__(_, ",
            EffectKind::Drop => continue,
        };
        parts.extend([Part::Text(")"), Part::Object(effect.object.value()), Part::Text(method)]);
        if let Some(setter) = effect.setter {
            parts.extend([Part::Object(setter.value()), Part::Text(".then(")]);
        }
    }
    parts.push(Part::Text(")"));
    if let (CallKind::NewObjEx, Some(kwargs)) = (call.kind(), call.kwargs()) {
        parts.extend([Part::Object(kwargs.value()), Part::Text(", **")]);
    }
    match call.args().value() {
        args @ Value::Tuple(_) => parts.push(Part::Items(heap.items(args), ", ")),
        args => parts.extend([Part::Object(args), Part::Text("*")]),
    }
    parts.extend([Part::Text("("), Part::Object(call.callable().value())]);
    Ok(())
}

/// Calls that every pickler writes for data which has no opcode of its own.
enum PlainCall {
    Complex(f64, f64),
    /// A frozenset up to protocol 3: the call has its items in a list.
    FrozenSet(Value),
}

impl PlainCall {
    fn of(call: Call<'_>) -> Option<Self> {
        let (module, name) = call.callable().global_names()?;
        let heap = call.callable().heap();
        let args @ Value::Tuple(_) = call.args().value() else { return None };
        let float = |id: FloatId| heap.floats[id.index()];
        match (&*module, &*name, heap.items(args)) {
            ("builtins", "complex", [Value::Float(real), Value::Float(imag)]) => Some(Self::Complex(float(*real), float(*imag))),
            ("builtins", "frozenset", [list @ Value::List(_)]) => Some(Self::FrozenSet(*list)),
            _ => None,
        }
    }

    fn write<'h>(self, out: &mut Budgeted<'_, '_>, heap: &'h Heap<'_>, parts: &mut Vec<Part<'h>>) -> fmt::Result {
        match self {
            Self::Complex(real, imag) => float::write_complex_repr(out, real, imag),
            Self::FrozenSet(list) if heap.items(list).is_empty() => out.write_str("frozenset()"),
            Self::FrozenSet(list) => {
                parts.extend([Part::Text("})"), Part::Items(heap.items(list), ", ")]);
                out.write_str("frozenset({")
            }
        }
    }
}

fn write_leaf(out: &mut Budgeted<'_, '_>, heap: &Heap<'_>, value: Value, parts: &mut Vec<Part<'_>>) -> fmt::Result {
    let content = heap.content(value);
    match value {
        Value::None => out.write_str("None"),
        Value::True => out.write_str("True"),
        Value::False => out.write_str("False"),
        Value::Int(n) => write!(out, "{n}"),
        Value::Long(_) => match int::from_le_bytes_signed(content) {
            // Too long for Python to write it in decimal; that takes more than linear time.
            int::Int::Big(n) if content.len() > LONG_INT => write!(out, "{n:#x}"),
            n => write!(out, "{n}"),
        },
        Value::Float(id) => float::write_float_repr(out, heap.floats[id.index()]),
        Value::Str(_) => match out.python {
            Some(python) => repr::write_str_repr_by(out, PyStr::from_valid(content), |char| repr::is_printable_in(char, python)),
            None => repr::write_str_repr(out, PyStr::from_valid(content)),
        },
        Value::ByteString(_) => match (heap.encoding, PyStr::new(content)) {
            (Encoding::Bytes, _) => repr::write_bytes_repr(out, content),
            (Encoding::Ascii | Encoding::Utf8, Some(text)) => repr::write_str_repr(out, text),
            _ => {
                let latin1: String = content.iter().copied().map(char::from).collect();
                repr::write_str_repr(out, PyStr::from(latin1.as_str()))
            }
        },
        Value::Bytes(_) => repr::write_bytes_repr(out, content),
        Value::ByteArray(_) => {
            out.write_str("bytearray(")?;
            repr::write_bytes_repr(out, content)?;
            out.write_str(")")
        }
        Value::Buffer(id) => match heap.buffers[id.index()].data {
            Some(_) => write!(out, "<buffer of {} bytes>", content.len()),
            None => out.write_str("<buffer>"),
        },
        Value::Global(id) => match heap.obj(value).global_names() {
            Some((module, name)) if module == "builtins" => out.write_str(&name),
            Some((module, name)) => write!(out, "{module}.{name}"),
            None => {
                let global = heap.globals[id.index()];
                out.write_str("<global ")?;
                parts.extend([Part::Text(">"), Part::Object(global.name), Part::Text("."), Part::Object(global.module)]);
                Ok(())
            }
        },
        Value::Extension(code) => write!(out, "<extension {code}>"),
        Value::Persistent(id) => {
            out.write_str("<persistent ")?;
            parts.extend([Part::Text(">"), Part::Object(heap.persistents[id.index()].id)]);
            Ok(())
        }
        Value::Tuple(_) | Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::FrozenSet(_) | Value::Call(_) => Ok(()),
    }
}
