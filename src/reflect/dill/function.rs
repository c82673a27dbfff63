//! dill's functions.

use super::{Helper, called};
use crate::heap::{EffectKind, Obj, Value};
use crate::reflect::Code;
use crate::reflect::function::State;

/// A function of dill's: its code, its globals (a dict, or that of a module by reference), and what else is said of it.
pub(in crate::reflect) fn function(object: Obj<'_>) -> Option<(Code<'_>, Value, State)> {
    let (Helper::Function, &[code, globals, ref rest @ ..]) = called(object)? else { return None };
    let heap = object.heap();
    let code = Code::reflect(heap.obj(code)).ok()?;
    let at = |nth: usize| rest.get(nth).copied();
    let mut state = State {
        globals: Some(globals).filter(|globals| matches!(globals, Value::Dict(_))),
        name: at(0).filter(|name| *name != Value::None),
        defaults: at(1),
        closure: at(2),
        attributes: at(3),
        kwdefaults: at(4),
        module: module_of(heap.obj(globals)),
        ..State::default()
    };
    let built = object.effects().filter(|effect| effect.kind == EffectKind::Build).last();
    match built.map(|effect| effect.object) {
        Some(pair) if matches!(pair.value(), Value::Tuple(_)) => {
            state.attributes = pair.get(0).ok().map(Obj::value);
            fill(&mut state, pair.get(1).ok()?)?;
        }
        Some(attributes) => state.attributes = Some(attributes.value()),
        // Up to 0.3.4 nothing says it, and Python takes it from the code.
        None => state.doc = code.consts().next().filter(|first| first.as_py_str().is_ok()).map(Obj::value),
    }
    Some((code, globals, state))
}

/// What is set by name.
fn fill(state: &mut State, named: Obj<'_>) -> Option<()> {
    for (key, value) in named.items().ok()? {
        let slot = match key.as_str().ok()? {
            "__qualname__" => &mut state.qualname,
            "__annotations__" => &mut state.annotations,
            "__kwdefaults__" => &mut state.kwdefaults,
            "__module__" => &mut state.module,
            "__doc__" => &mut state.doc,
            // One that is no plain dict.
            "__dict__" => &mut state.attributes,
            _ => continue,
        };
        *slot = Some(value.value());
    }
    Some(())
}

/// The module of a function: `__name__` of its globals when it was made. What is put into them later may say another one.
///
/// The dict of a module is named instead of written: `GLOBAL '__builtin__ __main__'`, or `GLOBAL 'module __dict__'`.
fn module_of(globals: Obj<'_>) -> Option<Value> {
    let Value::Global(id) = globals.value() else {
        let name = globals.items().ok()?.find(|(key, _)| key.as_str().is_ok_and(|key| key == "__name__"));
        return name.map(|(_, module)| module.value());
    };
    let (module, name) = globals.global_names()?;
    let global = globals.heap().globals.get(id.index())?;
    match (&*module, &*name) {
        ("__builtin__" | "builtins", "__main__") => Some(global.name),
        (_, "__dict__") => Some(global.module),
        _ => None,
    }
}
