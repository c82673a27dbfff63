//! Shapes: calls as constructs are read from them, and built.
//!
//! A construct is a call of a certain callable with certain arguments. What is read keeps the handles of both, and what is built uses them
//! again as far as they say the same: objects that a pickle shares, such as the global of a helper, stay one object.

use super::{Helper, Target, dialect};
use crate::error::{Error, ErrorKind};
use crate::heap::{CallKind, EffectKind, Heap, Obj, Value};

/// A call with what may be done to its result: one state at most.
#[derive(Clone, Copy)]
pub(crate) struct Shape<'h> {
    pub(crate) object: Obj<'h>,
    pub(crate) kind: CallKind,
    pub(crate) callable: Obj<'h>,
    args: Value,
    pub(crate) state: Option<Obj<'h>>,
}

impl<'h> Shape<'h> {
    /// A call by `REDUCE` or `NEWOBJ`.
    fn of(object: Obj<'h>) -> Option<Self> {
        let Value::Call(_) = object.value() else { return None };
        let call = object.as_call().ok()?;
        let args = call.args().value();
        if !matches!((call.kind(), args), (CallKind::Reduce | CallKind::NewObj, Value::Tuple(_))) {
            return None;
        }
        let mut effects = object.effects();
        let state = effects.next();
        if effects.next().is_some() || state.is_some_and(|effect| effect.kind != EffectKind::Build) {
            return None;
        }
        let state = state.map(|effect| effect.object);
        Some(Self { object, kind: call.kind(), callable: call.callable(), args, state })
    }

    /// `callable(*args)`, and nothing done to what it gives.
    pub(crate) fn call(object: Obj<'h>) -> Option<Self> {
        Self::of(object).filter(|shape| shape.kind == CallKind::Reduce && shape.state.is_none())
    }

    /// `callable(*args)`, with a state or without.
    pub(crate) fn call_with_state(object: Obj<'h>) -> Option<Self> {
        Self::of(object).filter(|shape| shape.kind == CallKind::Reduce)
    }

    /// An instance of a class, made without arguments and given a state.
    pub(crate) fn instance(object: Obj<'h>) -> Option<Self> {
        Self::of(object).filter(|shape| shape.kind == CallKind::NewObj && shape.args().is_empty())
    }

    pub(crate) fn args(self) -> &'h [Value] {
        self.object.heap().items(self.args)
    }

    pub(crate) fn obj(self, value: Value) -> Obj<'h> {
        self.object.heap().obj(value)
    }

    pub(crate) fn helper(self) -> Option<Helper> {
        Helper::of(self.callable)
    }

    /// The helper of [`Shape::call`], with its arguments.
    pub(crate) fn helper_call(object: Obj<'h>) -> Option<(Self, Helper)> {
        let shape = Self::call(object)?;
        Some((shape, shape.helper()?))
    }

    pub(crate) fn origin(self) -> Origin {
        Origin { callable: Some(self.callable.value()), args: Some(self.args), state: self.state.map(Obj::value) }
    }
}

/// The handles of what a construct was read from; none where it is made in Rust.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Origin {
    callable: Option<Value>,
    args: Option<Value>,
    state: Option<Value>,
}

impl Origin {
    fn kept(self, heap: &Heap<'_>, same: impl FnOnce(Obj<'_>) -> bool) -> Option<Value> {
        self.callable.filter(|callable| same(heap.obj(*callable)))
    }

    /// Whether the helper of the target's dialect was read.
    pub(crate) fn is_helper(self, heap: &Heap<'_>, target: &Target, helper: Helper) -> bool {
        self.kept(heap, |callable| is_helper(callable, target, helper)).is_some()
    }

    /// Whether a global was read.
    pub(crate) fn is_global(self, heap: &Heap<'_>, module: &str, name: &str) -> bool {
        self.kept(heap, |callable| callable.is_global(module, name)).is_some()
    }

    /// The helper of the target's dialect.
    pub(crate) fn helper(self, heap: &mut Heap<'_>, target: &Target, helper: Helper) -> Value {
        let kept = self.kept(heap, |callable| is_helper(callable, target, helper));
        kept.unwrap_or_else(|| target.dialect_of().helper(heap, helper))
    }

    /// The type `types.<name>` as the target's dialect writes it; by that name where the pickle that was read has it so.
    pub(crate) fn builtin_type(self, heap: &mut Heap<'_>, target: &Target, name: &str) -> Value {
        let kept = self.kept(heap, |callable| {
            let of_dialect = || callable.as_call().is_ok_and(|call| is_helper(call.callable(), target, Helper::BuiltinType));
            callable.is_global("types", name) || dialect::is_builtin_type(callable, name) && of_dialect()
        });
        kept.unwrap_or_else(|| target.dialect_of().builtin_type(heap, name))
    }

    /// The same, or a global where the pickle that was read has that.
    pub(crate) fn builtin_type_or(self, heap: &mut Heap<'_>, target: &Target, name: &str, global: (&str, &str)) -> Value {
        let kept = self.kept(heap, |callable| callable.is_global(global.0, global.1));
        kept.unwrap_or_else(|| self.builtin_type(heap, target, name))
    }

    /// A global: the first of the names, unless what was read is another of them.
    pub(crate) fn global(self, heap: &mut Heap<'_>, names: &[(&str, &str)]) -> Value {
        let kept = self.kept(heap, |callable| names.iter().any(|(module, name)| callable.is_global(module, name)));
        kept.unwrap_or_else(|| {
            let (module, name) = names.first().copied().unwrap_or_default();
            heap.shared_global(module, name)
        })
    }

    /// The arguments as a tuple.
    pub(crate) fn args(self, heap: &mut Heap<'_>, items: &[Value]) -> Value {
        tuple(heap, self.args, items)
    }

    /// The state of an instance with slots: `(None, {name: value, ..})`.
    pub(crate) fn slots(self, heap: &mut Heap<'_>, slots: &[(&str, Value)]) -> Value {
        let kept = self.state.and_then(|state| heap.items(state).get(1).copied());
        let dict = dict(heap, kept, slots);
        tuple(heap, self.state, &[Value::None, dict])
    }

    /// A state that is a tuple.
    pub(crate) fn state(self, heap: &mut Heap<'_>, items: &[Value]) -> Value {
        tuple(heap, self.state, items)
    }
}

fn is_helper(callable: Obj<'_>, target: &Target, helper: Helper) -> bool {
    let module = || callable.global_names().is_some_and(|(module, _)| module == target.dialect_of().module(helper));
    Helper::of(callable) == Some(helper) && module()
}

/// The tuple that was read, where it has the same items.
fn tuple(heap: &mut Heap<'_>, kept: Option<Value>, items: &[Value]) -> Value {
    match kept {
        Some(kept @ Value::Tuple(_)) if heap.items(kept) == items => kept,
        _ => heap.tuple(items.iter().copied()),
    }
}

/// The dict that was read, where it has the same pairs; where it has not, its keys as far as they are there.
fn dict(heap: &mut Heap<'_>, kept: Option<Value>, pairs: &[(&str, Value)]) -> Value {
    let mut items = Vec::with_capacity(pairs.len());
    for (name, value) in pairs {
        let key = kept.and_then(|kept| {
            let mut keys = heap.items(kept).iter().step_by(2).copied();
            keys.find(|key| heap.obj(*key).as_py_str().is_ok_and(|key| key == **name))
        });
        let key = key.unwrap_or_else(|| Value::Str(heap.intern(name.as_bytes())));
        items.push((key, *value));
    }
    match kept {
        Some(kept @ Value::Dict(_))
            if heap.items(kept).chunks_exact(2).map(|pair| (pair[0], pair[1])).eq(items.iter().copied()) =>
        {
            kept
        }
        _ => heap.dict(items),
    }
}

/// What a target has no way to say.
pub(crate) fn unsayable(what: &'static str, target: &Target) -> Error {
    ErrorKind::NotInDialect { what, dialect: target.to_string() }.into()
}

/// The handles in the parts of a construct, to change them: when objects are replaced, or parts go to another heap.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{Handles, PropertyParts};
/// use cloudpickle::Value;
///
/// let mut parts = PropertyParts::new(Value::Int(1));
/// parts.each(&mut |handle| *handle = Value::Int(2));
/// assert_eq!(parts.get, Value::Int(2));
/// ```
pub trait Handles {
    /// Calls `change` with every handle, those among them of the callable and the arguments that a construct was read from.
    fn each(&mut self, change: &mut dyn FnMut(&mut Value));
}

impl Handles for Value {
    fn each(&mut self, change: &mut dyn FnMut(&mut Value)) {
        change(self);
    }
}

impl<T: Handles> Handles for Option<T> {
    fn each(&mut self, change: &mut dyn FnMut(&mut Value)) {
        if let Some(value) = self {
            value.each(change);
        }
    }
}

impl<T: Handles, U: Handles> Handles for (T, U) {
    fn each(&mut self, change: &mut dyn FnMut(&mut Value)) {
        self.0.each(change);
        self.1.each(change);
    }
}

impl<T: Handles> Handles for Vec<T> {
    fn each(&mut self, change: &mut dyn FnMut(&mut Value)) {
        for value in self {
            value.each(change);
        }
    }
}

impl Handles for Origin {
    fn each(&mut self, change: &mut dyn FnMut(&mut Value)) {
        self.callable.each(change);
        self.args.each(change);
        self.state.each(change);
    }
}

/// Implements [`Handles`] by the fields that have handles.
macro_rules! handles {
    ($name:ident { $($field:ident),* }) => {
        impl $crate::reflect::Handles for $name {
            fn each(&mut self, change: &mut dyn FnMut(&mut $crate::heap::Value)) {
                $($crate::reflect::Handles::each(&mut self.$field, change);)*
            }
        }
    };
}

/// What all views have: `reflect`, `object`, and `Debug` as `Display`. The view has a field `object`.
macro_rules! view {
    ($(#[$doc:meta])* $name:ident, $wanted:literal) => {
        impl<'h> $name<'h> {
            $(#[$doc])*
            ///
            /// # Errors
            ///
            /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for other objects.
            pub fn reflect(object: $crate::heap::Obj<'h>) -> $crate::error::Result<Self> {
                Self::recognise(object).ok_or_else(|| object.wanted($wanted))
            }

            /// The object.
            #[must_use]
            pub fn object(self) -> $crate::heap::Obj<'h> {
                self.object
            }
        }

        impl std::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{self}")
            }
        }
    };
}
pub(crate) use {handles, view};
