//! The text of annotations and defaults: types by name, what `typing` has without that prefix, all else as `repr`.

use std::borrow::Cow;
use std::fmt::{self, Write};

use super::{Class, Function, Helper, dialect, dill};
use crate::heap::{Call, Obj, Value};
use crate::text::float::write_float_repr;

/// How deep annotations are written.
const DEPTH: usize = 32;
/// How long annotations and defaults are written, in characters.
const LENGTH: usize = 1 << 12;

/// `inspect.formatannotation`: types by name, what `typing` has without that prefix, all else as `repr`.
pub(crate) fn annotation_text(annotation: Obj<'_>) -> String {
    let mut out = String::new();
    if is_type(annotation) {
        write_type(&mut out, annotation, 0);
        return out.strip_prefix("typing.").map(str::to_owned).unwrap_or(out);
    }
    write_value(&mut out, annotation, 0);
    if is_typing(annotation) { without_typing(&out) } else { out }
}

/// `repr`, with classes and functions as Python has them, without the address.
pub(crate) fn repr_text(object: Obj<'_>) -> String {
    let mut out = String::new();
    write_value(&mut out, object, 0);
    out
}

/// Whether an object is a class: a global in front of which a pickle says nothing else, a class by value, or what only a type is written as.
fn is_type(object: Obj<'_>) -> bool {
    match object.value() {
        Value::Global(_) => !object.as_global().is_ok_and(|(module, name)| {
            module == "typing" || (module == "builtins" && matches!(&*name, "Ellipsis" | "NotImplemented"))
        }),
        Value::Call(_) => {
            let Ok(call) = object.as_call() else { return false };
            Class::recognise(object).is_some()
                || Helper::of(call.callable()) == Some(Helper::BuiltinType)
                || dill::loaded_type(object).is_some()
                || is_type_itself(call.callable())
        }
        _ => false,
    }
}

/// `type`, which cloudpickle 1.2 writes as `types.ClassType`.
fn is_type_itself(object: Obj<'_>) -> bool {
    object.is_global("builtins", "type") || dialect::is_builtin_type(object, "ClassType")
}

/// Whether an object is something of `typing` whose `repr` begins with that name.
fn is_typing(object: Obj<'_>) -> bool {
    let mut origin = object;
    for _ in 0..DEPTH {
        match origin.value() {
            Value::Global(_) => return origin.as_global().is_ok_and(|(module, _)| module == "typing"),
            Value::Call(_) => match parts_of(origin) {
                Some(Form::Item(of, _)) => origin = of,
                _ => return false,
            },
            _ => return false,
        }
    }
    false
}

/// `typing.` taken away where a word begins with it.
fn without_typing(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("typing.") {
        let inside = rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
        let end = at + if inside { "typing.".len() } else { 0 };
        out.push_str(&rest[..end]);
        rest = &rest[at + "typing.".len()..];
    }
    out + rest
}

/// What is written with brackets or bars.
enum Form<'h> {
    /// `origin[argument]`, the argument as it is given.
    Item(Obj<'h>, Obj<'h>),
    /// `a | b`.
    Or(Obj<'h>),
}

fn parts_of(object: Obj<'_>) -> Option<Form<'_>> {
    let call = object.as_call().ok()?;
    let (callable, args) = (call.callable(), call.args());
    let (first, second) = (args.get(0).ok()?, args.get(1).ok()?);
    if callable.is_global("_operator", "getitem") || callable.is_global("operator", "getitem") {
        if dialect::is_builtin_type(first, "UnionType") {
            return Some(Form::Or(second));
        }
        return Some(Form::Item(first, second));
    }
    let alias = dialect::is_builtin_type(callable, "GenericAlias")
        || callable.is_global("types", "GenericAlias")
        || callable.is_global("collections.abc", "_CallableGenericAlias")
        || Helper::of(callable) == Some(Helper::ParametrizedTypeHint);
    if alias {
        return Some(Form::Item(first, second));
    }
    let reduced = callable.is_global("_functools", "reduce") || callable.is_global("functools", "reduce");
    if reduced && (first.is_global("_operator", "or_") || first.is_global("operator", "or_")) {
        return Some(Form::Or(second));
    }
    None
}

/// `typing._type_repr`: a type by name, anything else as `repr`.
fn write_type(out: &mut String, object: Obj<'_>, depth: usize) {
    if depth > DEPTH || out.len() > LENGTH {
        out.push_str("...");
        return;
    }
    if let Some((module, name)) = type_name(object) {
        if module != "builtins" {
            let _ = write!(out, "{module}.");
        }
        out.push_str(&name);
        return;
    }
    match object.value() {
        Value::Global(_) if object.is_global("builtins", "Ellipsis") => out.push_str("..."),
        _ if dill::singleton(object) == Some("Ellipsis") => out.push_str("..."),
        Value::List(_) => write_items(out, object, depth, ("[", "]"), write_type),
        _ => write_value(out, object, depth),
    }
}

/// Module and name of a class as they stand in source text.
pub(crate) fn type_text(object: Obj<'_>) -> Option<String> {
    let (module, name) = type_name(object)?;
    Some(if module == "builtins" { name.into_owned() } else { format!("{module}.{name}") })
}

/// Module and qualified name of a class.
fn type_name(object: Obj<'_>) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    match object.value() {
        // dill's own name for it, whatever the protocol.
        Value::Global(_) if object.is_global("__builtin__", "NoneType") => Some(("builtins".into(), "NoneType".into())),
        Value::Global(_) if is_type(object) || is_typing(object) => object.as_global().ok(),
        Value::Call(_) => {
            if let Some(class) = Class::recognise(object) {
                let module = class.module().map_or(Cow::Borrowed("builtins"), |module| module.to_string_lossy());
                return Some((module, class.qualname().to_string_lossy()));
            }
            if let Some(name) = dill::loaded_type(object) {
                return Some(("builtins".into(), name));
            }
            let call = object.as_call().ok()?;
            let argument = call.args().get(0).ok()?;
            if is_type_itself(call.callable()) {
                let name = match argument {
                    none if none.is_none() => "NoneType",
                    other if other.is_global("builtins", "Ellipsis") => "ellipsis",
                    other if other.is_global("builtins", "NotImplemented") => "NotImplementedType",
                    _ => return None,
                };
                return Some(("builtins".into(), name.into()));
            }
            if Helper::of(call.callable()) == Some(Helper::BuiltinType) {
                let name = argument.as_str().ok()?;
                let (module, name) = match name {
                    "LambdaType" => ("builtins", "function"),
                    "BuiltinMethodType" => ("builtins", "builtin_function_or_method"),
                    "CodeType" => ("builtins", "code"),
                    "ModuleType" => ("builtins", "module"),
                    "MethodType" => ("builtins", "method"),
                    "MappingProxyType" => ("builtins", "mappingproxy"),
                    "GeneratorType" => ("builtins", "generator"),
                    "CoroutineType" => ("builtins", "coroutine"),
                    "FrameType" => ("builtins", "frame"),
                    "TracebackType" => ("builtins", "traceback"),
                    name => ("types", name),
                };
                return Some((module.into(), name.into()));
            }
            None
        }
        _ => None,
    }
}

fn write_items(out: &mut String, object: Obj<'_>, depth: usize, around: (&str, &str), write: fn(&mut String, Obj<'_>, usize)) {
    out.push_str(around.0);
    if let Ok(items) = object.iter() {
        for (nth, item) in items.enumerate() {
            if out.len() > LENGTH {
                out.push_str("...");
                break;
            }
            if nth > 0 {
                out.push_str(", ");
            }
            write(out, item, depth + 1);
        }
    }
    out.push_str(around.1);
}

/// `repr`.
fn write_value(out: &mut String, object: Obj<'_>, depth: usize) {
    if depth > DEPTH || out.len() > LENGTH {
        out.push_str("...");
        return;
    }
    match object.value() {
        Value::Global(_) if is_typing(object) => {
            if let Ok((module, name)) = object.as_global() {
                let _ = write!(out, "{module}.{name}");
            }
        }
        Value::Global(_) if object.is_global("dataclasses", "_HAS_DEFAULT_FACTORY") => out.push_str("<factory>"),
        Value::Global(_) => {
            let Ok((module, name)) = object.as_global() else { return };
            let last = name.rsplit('.').next().unwrap_or_default();
            let builtin = module == "builtins";
            // Whether a global is a class cannot be seen: builtins are known, others go by how Python programmers write names.
            match () {
                () if builtin && matches!(&*name, "Ellipsis" | "NotImplemented") => out.push_str(&name),
                () if builtin && BUILTIN_FUNCTIONS.contains(&&*name) => {
                    let _ = write!(out, "<built-in function {name}>");
                }
                () if builtin => {
                    let _ = write!(out, "<class '{name}'>");
                }
                () if last.starts_with(char::is_uppercase) => {
                    let _ = write!(out, "<class '{module}.{name}'>");
                }
                () => {
                    let _ = write!(out, "<function {name}>");
                }
            }
        }
        Value::Call(_) => write_call(out, object, depth),
        Value::Tuple(_) if object.len().is_ok_and(|length| length == 1) => {
            write_items(out, object, depth, ("(", ",)"), write_value);
        }
        Value::Tuple(_) => write_items(out, object, depth, ("(", ")"), write_value),
        Value::List(_) => write_items(out, object, depth, ("[", "]"), write_value),
        Value::Dict(_) => {
            out.push('{');
            for (nth, (key, value)) in object.items().into_iter().flatten().enumerate() {
                if out.len() > LENGTH {
                    out.push_str("...");
                    break;
                }
                if nth > 0 {
                    out.push_str(", ");
                }
                write_value(out, key, depth + 1);
                out.push_str(": ");
                write_value(out, value, depth + 1);
            }
            out.push('}');
        }
        _ => {
            let _ = write!(out, "{object:.4096}");
        }
    }
}

/// Functions among the builtins; the other callables there are classes.
const BUILTIN_FUNCTIONS: &[&str] = &[
    "abs",
    "aiter",
    "all",
    "anext",
    "any",
    "ascii",
    "bin",
    "breakpoint",
    "callable",
    "chr",
    "compile",
    "delattr",
    "dir",
    "divmod",
    "eval",
    "exec",
    "format",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "hex",
    "id",
    "input",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "locals",
    "max",
    "min",
    "next",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "repr",
    "round",
    "setattr",
    "sorted",
    "sum",
    "vars",
    "__import__",
    "__build_class__",
];

fn write_call(out: &mut String, object: Obj<'_>, depth: usize) {
    match parts_of(object) {
        Some(Form::Or(items)) => {
            for (nth, item) in items.iter().into_iter().flatten().enumerate() {
                if nth > 0 {
                    out.push_str(" | ");
                }
                write_alternative(out, item, depth + 1);
            }
            return;
        }
        Some(Form::Item(origin, argument)) => return write_generic(out, origin, argument, depth),
        None => {}
    }
    if let Some((real, imaginary)) = complex(object) {
        let _ = write_complex(out, real, imaginary);
    } else if let Some(text) = singleton(object) {
        out.push_str(text);
    } else if let Some(inner) = init_var(object) {
        out.push_str("dataclasses.InitVar[");
        write_type(out, inner, depth + 1);
        out.push(']');
    } else if let Some(function) = Function::recognise(object) {
        let _ = write!(out, "<function {}>", function.qualname());
    } else if let Some((module, name)) = type_name(object) {
        let prefix = if module == "builtins" { String::new() } else { format!("{module}.") };
        let _ = write!(out, "<class '{prefix}{name}'>");
    } else if Helper::called(object) == Some(Helper::MakeTypeVar) {
        let args = object.as_call().map(Call::args);
        let name = args.and_then(|args| args.get(0)).and_then(Obj::as_str).unwrap_or("?");
        let variance = |nth: usize| args_bool(object, nth);
        let sign = if variance(3) {
            '+'
        } else if variance(4) {
            '-'
        } else {
            '~'
        };
        let _ = write!(out, "{sign}{name}");
    } else {
        let _ = write!(out, "{object:.4096}");
    }
}

/// Objects of which there is one, as they print.
fn singleton(object: Obj<'_>) -> Option<&'static str> {
    if let Some(evaluated) = dill::singleton(object) {
        return Some(evaluated);
    }
    let callable = object.as_call().ok()?.callable();
    match Helper::of(callable) {
        Some(Helper::GenEllipsis) => Some("Ellipsis"),
        Some(Helper::GenNotImplemented) => Some("NotImplemented"),
        _ if callable.is_global("dataclasses", "_HAS_DEFAULT_FACTORY_CLASS") => Some("<factory>"),
        _ => None,
    }
}

/// The type of a `dataclasses.InitVar`.
fn init_var(object: Obj<'_>) -> Option<Obj<'_>> {
    let call = object.as_call().ok().filter(|call| call.callable().is_global("dataclasses", "InitVar"))?;
    let state = call.state()?;
    state.get("type").or_else(|_| state.get(1)?.get("type")).ok()
}

/// The parts of a complex number, which is written as a call.
fn complex(object: Obj<'_>) -> Option<(f64, f64)> {
    let is_complex =
        |class: Obj<'_>| class.is_global("builtins", "complex") || dill::loaded_type(class).is_some_and(|name| name == "complex");
    let call = object.as_call().ok().filter(|call| is_complex(call.callable()))?;
    Some((call.args().get(0).ok()?.as_f64().ok()?, call.args().get(1).ok()?.as_f64().ok()?))
}

/// `1j`, `(1+2j)`: whole floats without `.0`, and no real part where it is 0.
fn write_complex(out: &mut String, real: f64, imaginary: f64) -> fmt::Result {
    let part = |float: f64| {
        let mut text = String::new();
        write_float_repr(&mut text, float).map(|()| text.strip_suffix(".0").map(str::to_owned).unwrap_or(text))
    };
    let imaginary_text = part(imaginary)?;
    if real == 0.0 && real.is_sign_positive() {
        return write!(out, "{imaginary_text}j");
    }
    let sign = if imaginary_text.starts_with('-') { "" } else { "+" };
    write!(out, "({}{sign}{imaginary_text}j)", part(real)?)
}

fn args_bool(object: Obj<'_>, nth: usize) -> bool {
    object.as_call().and_then(|call| call.args().get(nth)).and_then(Obj::as_bool).unwrap_or(false)
}

fn is_none_type(object: Obj<'_>) -> bool {
    object.is_none() || type_name(object).is_some_and(|(module, name)| module == "builtins" && name == "NoneType")
}

/// An operand of `|`: `None` for its type.
fn write_alternative(out: &mut String, object: Obj<'_>, depth: usize) {
    if is_none_type(object) { out.push_str("None") } else { write_type(out, object, depth) }
}

/// `origin[..]` as `typing` writes it.
fn write_generic(out: &mut String, origin: Obj<'_>, argument: Obj<'_>, depth: usize) {
    let special = origin.as_global().ok().filter(|(module, _)| module == "typing").map(|(_, name)| name);
    let items: Vec<Obj<'_>> = match argument.value() {
        Value::Tuple(_) => argument.iter().into_iter().flatten().collect(),
        _ => vec![argument],
    };
    let write_list = |out: &mut String, items: &[Obj<'_>], write: fn(&mut String, Obj<'_>, usize)| {
        for (nth, item) in items.iter().enumerate() {
            if nth > 0 {
                out.push_str(", ");
            }
            write(out, *item, depth + 1);
        }
    };
    match special.as_deref() {
        Some("Union") if items.len() == 2 && items.iter().any(|item| is_none_type(*item)) => {
            out.push_str("typing.Optional[");
            let rest: Vec<_> = items.iter().copied().filter(|item| !is_none_type(*item)).collect();
            write_list(out, &rest, write_type);
        }
        Some("Literal") => {
            out.push_str("typing.Literal[");
            write_list(out, &items, write_value);
        }
        Some("Annotated") => {
            out.push_str("typing.Annotated[");
            let (first, rest) = items.split_at(items.len().min(1));
            write_list(out, first, write_type);
            for item in rest {
                out.push_str(", ");
                write_value(out, *item, depth + 1);
            }
        }
        Some("Optional") => {
            out.push_str("typing.Optional[");
            write_list(out, &items, write_type);
        }
        _ => {
            write_type(out, origin, depth + 1);
            out.push('[');
            match *items {
                [] => out.push_str("()"),
                _ => write_list(out, &items, write_type),
            }
        }
    }
    out.push(']');
}
