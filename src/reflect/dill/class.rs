//! dill's classes.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Helper, set_late};
use crate::heap::{EffectKind, Obj, Value};
use crate::text::PyStr;

/// What a class of dill's is made of.
pub(in crate::reflect) struct ClassState {
    pub(in crate::reflect) metaclass: Option<Value>,
    pub(in crate::reflect) name: Value,
    pub(in crate::reflect) qualname: Option<Value>,
    pub(in crate::reflect) module: Option<Value>,
    pub(in crate::reflect) bases: Value,
    pub(in crate::reflect) members: Option<Value>,
    /// `_member_map_` of an enum: its members by name, each of them a call of the class.
    pub(in crate::reflect) enum_members: Option<Value>,
}

/// A class of dill's: made by its metaclass, by `types.new_class` where bases are no classes, or from the fields of a named tuple.
pub(in crate::reflect) fn class(object: Obj<'_>) -> Option<ClassState> {
    let Value::Call(_) = object.value() else { return None };
    let call = object.as_call().ok()?;
    let heap = object.heap();
    let args = heap.items(call.args().value());
    let made = match (Helper::of(call.callable()), args) {
        (Some(Helper::Type), &[metaclass, name, bases, members]) => (Some(metaclass), name, bases, Some(members), None),
        (Some(Helper::NamedTuple), &[name, _, module, ..]) => (None, name, Value::EMPTY_TUPLE, None, Some(module)),
        (None, &[name, bases @ Value::Tuple(_), kwargs, body]) if call.callable().is_global("types", "new_class") => {
            let metaclass = heap.obj(kwargs).get("metaclass").ok()?.value();
            (Some(metaclass), name, bases, source_of(heap.obj(body)), None)
        }
        _ => return None,
    };
    let (metaclass, name, bases, members, module) = made;
    heap.obj(name).as_py_str().ok()?;
    let is_enum = metaclass.is_some_and(|metaclass| {
        let metaclass = heap.obj(metaclass);
        metaclass.is_global("enum", "EnumMeta") || metaclass.is_global("enum", "EnumType")
    });
    let enum_members = members.filter(|_| is_enum).and_then(|members| heap.obj(members).get("_member_map_").ok());
    Some(ClassState {
        metaclass,
        name,
        qualname: set_late(object, "__qualname__").map(Obj::value),
        module,
        bases,
        members,
        enum_members: enum_members.map(Obj::value),
    })
}

/// The dict that `functools.partial(_setitems, source=dict)` copies into the body of a class.
fn source_of(body: Obj<'_>) -> Option<Value> {
    let state = body.effects().filter(|effect| effect.kind == EffectKind::Build).last()?.object;
    state.get(2).ok()?.get("source").ok().map(Obj::value)
}

/// The members of an enum with their values, as `_member_names_` lists them: aliases and combinations of flags aside.
pub(in crate::reflect) fn enum_members<'h>(class: Obj<'h>, members: Obj<'h>) -> Vec<(PyStr<'h>, Obj<'h>)> {
    let state = self::class(class);
    let module = state.as_ref().and_then(|state| class.heap().obj(state.members?).get("__module__").ok());
    let text = |text: Option<Obj<'h>>| text.and_then(|text| text.as_py_str().ok()).map(|text| text.to_string_lossy());
    let (module, name) = (text(module), text(state.as_ref().map(|state| class.heap().obj(state.name))));
    // The members are written before the class is there: by its name, of which the last part is known.
    let is_class = |callable: Obj<'_>| {
        let by_name =
            |(found, path): (Cow<'_, str>, Cow<'_, str>)| Some(found) == module && path.rsplit('.').next() == name.as_deref();
        callable.value() == class.value() || callable.global_names().is_some_and(by_name)
    };
    let names = state.as_ref().and_then(|state| class.heap().obj(state.members?).get("_member_names_").ok());
    let names: HashSet<_> =
        names.and_then(|names| names.iter().ok()).into_iter().flatten().filter_map(|name| name.as_str().ok()).collect();
    let pairs = members.items().into_iter().flatten();
    let pairs = pairs.filter(|(name, _)| name.as_str().is_ok_and(|name| names.contains(name)));
    let valued = pairs.filter_map(|(name, member)| {
        let value = match member.as_call() {
            Ok(call) if is_class(call.callable()) => call.args().get(0).ok()?,
            _ => member,
        };
        Some((name.as_py_str().ok()?, value))
    });
    valued.collect()
}
