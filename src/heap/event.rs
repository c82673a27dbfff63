//! Calls, and what is done to objects, in program order.
//!
//! A pickle makes most objects by calling something, and changes them afterwards. Both are events, kept in one arena in the order in
//! which the machine would have carried them out, so that nothing a stream does is lost: a call is an object
//! ([`Value::Call`] is its event), an effect hangs in the chain of the object that it is done to.

use super::value::{CallId, Value};

/// No event: the end of a chain.
pub(crate) const NO_EVENT: u32 = u32::MAX;

/// How something is called: the opcode that does it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CallKind {
    /// `REDUCE`: `callable(*args)`.
    Reduce,
    /// `NEWOBJ`: `cls.__new__(cls, *args)`.
    NewObj,
    /// `NEWOBJ_EX`: `cls.__new__(cls, *args, **kwargs)`.
    NewObjEx,
    /// `INST`: `module.cls(*args)`, or an instance without a call when there are no arguments and no `__getinitargs__`.
    Inst,
    /// `OBJ`: the same with the class taken from the stack.
    Obj,
}

/// What is done to an object after it was made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EffectKind {
    /// `BUILD`: `obj.__setstate__(state)`, or its `__dict__` and attributes are updated.
    Build,
    /// `APPEND`, `APPENDS`: `obj.extend(items)`.
    Append,
    /// `SETITEM`, `SETITEMS`: `obj[key] = value` for each pair.
    SetItems,
    /// `ADDITEMS`: `obj.add(item)` for each.
    AddItems,
    /// A state setter: `setter(obj, state)`, its result dropped.
    SetState,
    /// Another object is made and dropped at this point.
    Drop,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EventKind {
    Call(CallKind),
    Effect(EffectKind),
    /// A call that turned out to be part of something else.
    Void,
}

/// One event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) kind: EventKind,
    /// A call's callable; the object that an effect is done to; a state setter.
    pub(crate) subject: Value,
    /// A call's arguments (for `NewObjEx` a pair of arguments and keywords); an effect's state, items or dropped object.
    pub(crate) object: Value,
    /// A call's first effect; an effect's next.
    pub(crate) next: u32,
    /// A call's last effect; the call that a state setter is called with.
    pub(crate) last: u32,
}

impl Event {
    pub(crate) fn call(kind: CallKind, callable: Value, args: Value) -> Self {
        Self { kind: EventKind::Call(kind), subject: callable, object: args, next: NO_EVENT, last: NO_EVENT }
    }

    pub(crate) fn effect(kind: EffectKind, subject: Value, object: Value) -> Self {
        Self { kind: EventKind::Effect(kind), subject, object, next: NO_EVENT, last: NO_EVENT }
    }

    /// The object that an effect is done to.
    pub(crate) fn target(&self) -> Value {
        match self.kind {
            EventKind::Effect(EffectKind::SetState) => Value::Call(CallId(self.last)),
            _ => self.subject,
        }
    }
}
