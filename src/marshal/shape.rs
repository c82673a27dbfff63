//! What an object of a heap is for marshal: pickle writes some by calls, marshal has a type code for them.

use std::borrow::Cow;
use std::mem::take;

use super::layout::{Field, Layout};
use super::localsplus::{self, Parameters};
use super::marshaller::Marshaller;
use crate::error::{Error, ErrorKind, Result};
use crate::heap::{CallKind, Heap, NO_EVENT, Obj, Value};
use crate::text::PyStr;

/// An object, taken apart.
pub(super) enum Shape<'h> {
    None,
    Bool(bool),
    StopIteration,
    Ellipsis,
    Int,
    Float(f64),
    Complex(f64, f64),
    Bytes(Cow<'h, [u8]>),
    Str(PyStr<'h>),
    Tuple(&'h [Value]),
    List(&'h [Value]),
    Dict(&'h [Value]),
    Set(&'h [Value]),
    FrozenSet(&'h [Value]),
    Slice([Value; 3]),
    Code(Vec<Part>),
}

/// A field of a code object.
pub(super) enum Part {
    Int(i32),
    Object(Value),
    /// A name or a tuple of names: Python interns them.
    Names(Value),
    /// A constant; Python interns those that look like names.
    Consts(Value),
    /// The names of variables: a tuple that is not in the heap.
    Variables(Vec<Value>),
    Kinds(Vec<u8>),
}

impl Marshaller {
    /// What an object is.
    #[inline]
    pub(super) fn shape<'h>(&self, heap: &'h Heap<'h>, value: Value) -> Result<Shape<'h>> {
        if heap.effect_chain(value) != (NO_EVENT, NO_EVENT) {
            return Err(self.refuse(heap, value));
        }
        let items = heap.items(value);
        Ok(match value {
            Value::None => Shape::None,
            Value::True => Shape::Bool(true),
            Value::False => Shape::Bool(false),
            Value::Int(_) | Value::Long(_) => Shape::Int,
            Value::Float(id) => Shape::Float(heap.floats.get(id.index()).copied().unwrap_or_default()),
            Value::Str(_) => Shape::Str(PyStr::from_valid(heap.content(value))),
            Value::ByteString(_) if self.python.0 < 3 => Shape::Bytes(Cow::Borrowed(heap.content(value))),
            Value::ByteString(_) => Shape::Str(heap.obj(value).as_py_str()?),
            Value::Bytes(_) | Value::ByteArray(_) | Value::Buffer(_) => Shape::Bytes(Cow::Borrowed(heap.obj(value).as_bytes()?)),
            Value::Tuple(_) => Shape::Tuple(items),
            Value::List(_) => Shape::List(items),
            Value::Dict(_) => Shape::Dict(items),
            Value::Set(_) => Shape::Set(items),
            Value::FrozenSet(_) => Shape::FrozenSet(items),
            Value::Global(_) => match heap.obj(value).global_names() {
                Some((module, name)) if module == "builtins" && name == "Ellipsis" => Shape::Ellipsis,
                Some((module, name)) if name == "StopIteration" && matches!(&*module, "builtins" | "exceptions") => {
                    Shape::StopIteration
                }
                _ => return Err(self.refuse(heap, value)),
            },
            Value::Call(_) => self.call(heap, value)?.ok_or_else(|| self.refuse(heap, value))?,
            Value::Extension(_) | Value::Persistent(_) => return Err(self.refuse(heap, value)),
        })
    }

    #[cold]
    pub(super) fn refuse(&self, heap: &Heap<'_>, value: Value) -> Error {
        ErrorKind::NotMarshallable { found: heap.describe(value), version: self.version }.into()
    }

    /// The objects that a call is written with.
    pub(super) fn parts_of_call(&self, heap: &Heap<'_>, value: Value, parts: &mut Vec<Value>) -> Result<()> {
        let call = heap.obj(value).as_call()?;
        if !is_code_type(call.callable()) {
            return match self.shape(heap, value)? {
                Shape::Set(items) | Shape::FrozenSet(items) => {
                    parts.extend_from_slice(items);
                    Ok(())
                }
                Shape::Slice(items) => {
                    parts.extend(items);
                    Ok(())
                }
                _ => Ok(()),
            };
        }
        let layout = Layout::of_python(self.python);
        for (field, value) in layout.constructed().iter().zip(heap.items(call.args().value())) {
            match field {
                // They become one tuple, which is not in the heap.
                Field::VarNames | Field::CellVars | Field::FreeVars if layout == Layout::Python311 => {
                    parts.extend_from_slice(heap.items(*value));
                }
                _ => parts.push(*value),
            }
        }
        Ok(())
    }

    /// What a call gives; none for calls of anything else.
    fn call<'h>(&self, heap: &'h Heap<'h>, value: Value) -> Result<Option<Shape<'h>>> {
        let call = heap.obj(value).as_call()?;
        let (callable, args) = (call.callable(), heap.items(call.args().value()));
        if call.kind() != CallKind::Reduce {
            return Ok(None);
        }
        if is_code_type(callable) {
            let Some(layout) = Layout::of_constructor(args.len()) else { return Ok(None) };
            layout.check(self.python)?;
            return self.code(heap, args, layout).map(|parts| Some(Shape::Code(parts)));
        }
        let Some((module, name)) = callable.global_names() else { return Ok(None) };
        let items = |list: &Value| match list {
            Value::List(_) | Value::Tuple(_) => Some(heap.items(*list)),
            _ => None,
        };
        Ok(match (&*module, &*name, args) {
            ("builtins", "complex", [real, imaginary]) => match (heap.obj(*real).as_f64(), heap.obj(*imaginary).as_f64()) {
                (Ok(real), Ok(imaginary)) => Some(Shape::Complex(real, imaginary)),
                _ => None,
            },
            ("builtins", "slice", [start, stop, step]) if self.version >= 5 => Some(Shape::Slice([*start, *stop, *step])),
            // What pickle writes where the protocol has no opcode for these types.
            ("builtins", "set", []) => Some(Shape::Set(&[])),
            ("builtins", "set", [list]) => items(list).map(Shape::Set),
            ("builtins", "frozenset", []) => Some(Shape::FrozenSet(&[])),
            ("builtins", "frozenset", [list]) => items(list).map(Shape::FrozenSet),
            _ => heap.obj(value).called_bytes().map(Shape::Bytes),
        })
    }

    /// The fields of a code object as marshal has them, from the arguments of the constructor.
    fn code(&self, heap: &Heap<'_>, args: &[Value], layout: Layout) -> Result<Vec<Part>> {
        let constructed = layout.constructed();
        let get = |field| {
            let at = constructed.iter().position(|other| *other == field);
            at.and_then(|at| args.get(at)).copied().unwrap_or(Value::None)
        };
        let int = |field| match get(field) {
            Value::Int(n) => Ok(n),
            // The field is not there in this Python.
            Value::None if !constructed.contains(&field) => Ok(0),
            other => Err(heap.wrong_type("an int of 32 bits", other)),
        };
        let (mut names, mut kinds) = (Vec::new(), Vec::new());
        if layout == Layout::Python311 {
            let parameters = Parameters {
                argcount: int(Field::ArgCount)?,
                posonly: int(Field::PosOnlyArgCount)?,
                kwonly: int(Field::KwOnlyArgCount)?,
                flags: int(Field::Flags)?,
            };
            let variables = [Field::VarNames, Field::CellVars, Field::FreeVars].map(get);
            (names, kinds) = localsplus::join(heap, variables, parameters, self.python)?;
        }
        let part = |field: &Field| {
            Ok(match field {
                Field::LocalsPlusNames => Part::Variables(take(&mut names)),
                Field::LocalsPlusKinds => Part::Kinds(take(&mut kinds)),
                Field::Consts => Part::Consts(get(*field)),
                field if field.is_int() => Part::Int(int(*field)?),
                field if field.is_names() => Part::Names(get(*field)),
                field => Part::Object(get(*field)),
            })
        };
        layout.marshalled().iter().map(part).collect()
    }
}

/// `types.CodeType`, or cloudpickle's `_builtin_type("CodeType")` of any release.
fn is_code_type(callable: Obj<'_>) -> bool {
    if callable.is_global("types", "CodeType") {
        return true;
    }
    let Ok(call) = callable.as_call() else { return false };
    let helper = call.callable().global_names().is_some_and(|(_, name)| name == "_builtin_type");
    helper && call.args().get(0).is_ok_and(|name| name.as_str().is_ok_and(|name| matches!(name, "CodeType" | "code")))
}
