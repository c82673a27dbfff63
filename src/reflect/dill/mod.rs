//! What dill writes, read as the same types as cloudpickle's.
//!
//! dill makes its objects by helpers of its own, all in `dill._dill`, and what must wait until an object is there it does by calls whose
//! result is dropped:
//!
//! ```text
//! _create_function(code, globals, name, defaults, closure)        then BUILD (__dict__, {'__qualname__': .., ..})
//! _create_code(lnotab, argcount, ..)                              up to 0.3.5 without lnotab
//! _create_cell(contents)                                          or _create_cell(None), then _setattr(cell, 'cell_contents', contents)
//! _create_type(metaclass, name, bases, dict)                      then setattr(class, '__qualname__', ..)
//! _import_module(name)                                            a module, by reference
//! _load_type('int')                                               a type of `builtins` or `types`
//! _eval_repr('Ellipsis')
//! ```
//!
//! Releases 0.3.4 to 0.4.1. The files here know dill's shapes and nothing else; the types above ask them when an object is not cloudpickle's.

mod cell;
mod class;
mod function;

use std::borrow::Cow;

use crate::heap::{Obj, Value};

pub(super) use self::cell::cell_contents;
pub(super) use self::class::{ClassState, class, enum_members};
pub(super) use self::function::function;

/// A helper function of dill.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Helper {
    Function,
    Code,
    Cell,
    Type,
    NamedTuple,
    LoadType,
    ImportModule,
    EvalRepr,
}

impl Helper {
    fn of(object: Obj<'_>) -> Option<Self> {
        let (module, name) = object.global_names()?;
        // Releases before 0.3 had all of it in `dill.dill`.
        if !matches!(&*module, "dill._dill" | "dill.dill") {
            return None;
        }
        Some(match &*name {
            "_create_function" => Self::Function,
            "_create_code" => Self::Code,
            "_create_cell" => Self::Cell,
            "_create_type" => Self::Type,
            "_create_namedtuple" => Self::NamedTuple,
            "_load_type" => Self::LoadType,
            "_import_module" => Self::ImportModule,
            "_eval_repr" => Self::EvalRepr,
            _ => return None,
        })
    }
}

/// The helper that makes an object, and its arguments.
fn called(object: Obj<'_>) -> Option<(Helper, &[Value])> {
    let Value::Call(_) = object.value() else { return None };
    let call = object.as_call().ok()?;
    Some((Helper::of(call.callable())?, object.heap().items(call.args().value())))
}

/// The name of a module: `_import_module(name)`.
pub(super) fn module_name(object: Obj<'_>) -> Option<Obj<'_>> {
    match called(object)? {
        (Helper::ImportModule, [name, ..]) => Some(object.heap().obj(*name)).filter(|name| name.as_py_str().is_ok()),
        _ => None,
    }
}

/// Whether an object is made by a helper of dill.
pub(super) fn is_made(object: Obj<'_>) -> bool {
    called(object).is_some() || class(object).is_some()
}

/// The arguments of `types.CodeType` in a call of `_create_code`: from where on, since 0.3.6 has the line table of older Pythons before them.
pub(super) fn code_arguments(object: Obj<'_>) -> Option<usize> {
    match called(object)? {
        (Helper::Code, [Value::Int(_), ..]) => Some(0),
        (Helper::Code, [_, ..]) => Some(1),
        _ => None,
    }
}

/// The `__name__` of a type that dill knows by name: each of them is one of `builtins`.
pub(super) fn loaded_type(object: Obj<'_>) -> Option<Cow<'_, str>> {
    let name = match called(object)? {
        (Helper::LoadType, [name, ..]) => object.heap().obj(*name).as_py_str().ok()?.to_string_lossy(),
        _ => return None,
    };
    Some(match &*name {
        "LambdaType" | "FunctionType" => "function".into(),
        "BuiltinMethodType" | "BuiltinFunctionType" => "builtin_function_or_method".into(),
        "CodeType" => "code".into(),
        "ModuleType" => "module".into(),
        "MethodType" => "method".into(),
        "MappingProxyType" => "mappingproxy".into(),
        "GeneratorType" => "generator".into(),
        "CoroutineType" => "coroutine".into(),
        "FrameType" => "frame".into(),
        "TracebackType" => "traceback".into(),
        "CellType" => "cell".into(),
        "EllipsisType" => "ellipsis".into(),
        _ => name,
    })
}

/// `Ellipsis` or `NotImplemented`, which dill writes as the text that evaluates to it.
pub(super) fn singleton(object: Obj<'_>) -> Option<&'static str> {
    let text = match called(object)? {
        (Helper::EvalRepr, [text, ..]) => object.heap().obj(*text).as_str().ok()?,
        _ => return None,
    };
    ["Ellipsis", "NotImplemented"].into_iter().find(|name| *name == text)
}

/// Whether an object is the function of dill that `setattr` or `delattr` stands for: `getattr(dill._dill, '_setattr', setattr)`.
fn is_attribute_function(object: Obj<'_>, name: &str) -> bool {
    if object.is_global("builtins", name) {
        return true;
    }
    let Value::Call(_) = object.value() else { return false };
    let Ok(call) = object.as_call() else { return false };
    let heap = object.heap();
    match heap.items(call.args().value()) {
        [_, _, default] => call.callable().is_global("builtins", "getattr") && heap.obj(*default).is_global("builtins", name),
        _ => false,
    }
}

/// What a dropped `setattr(object, name, value)` sets last.
fn set_late<'h>(object: Obj<'h>, name: &str) -> Option<Obj<'h>> {
    let heap = object.heap();
    let set = heap.dropped_calls(object.value()).filter_map(|call| {
        let call = call.as_call().ok()?;
        match heap.items(call.args().value()) {
            [_, attribute, value] if heap.obj(*attribute).as_str().is_ok_and(|found| found == name) => {
                is_attribute_function(call.callable(), "setattr").then_some(*value)
            }
            _ => None,
        }
    });
    set.last().map(|value| heap.obj(value))
}
