//! How an object was made, whichever protocol wrote it.
//!
//! ```text
//! protocol 0, 1   copyreg._reconstructor(cls, object, None)          an instance without arguments
//!                 copyreg._reconstructor(cls, tuple, (1, 2))         of a class derived from a builtin, with the builtin's value
//! 2 and up        NEWOBJ cls (args)                                  copyreg.__newobj__(cls, *args) where it is called itself
//! 2, 3            functools.partial(cls.__new__, cls, *args, **kwargs)()
//! 4 and up        NEWOBJ_EX cls (args) {kwargs}
//! any             REDUCE callable (args)
//! ```

use crate::heap::{Call, CallKind, EffectKind, Heap, Obj, Value};
use crate::reflect::{Partial, Target};

/// A class or another callable, and what it was given.
#[derive(Clone, Copy)]
pub(super) struct Made<'h> {
    pub(super) object: Obj<'h>,
    pub(super) callable: Obj<'h>,
    pub(super) args: &'h [Value],
    pub(super) kwargs: Option<Obj<'h>>,
    /// The value of the builtin that the class is derived from, where `copyreg._reconstructor` has it.
    pub(super) base: Option<Obj<'h>>,
    /// That builtin, which is `object` where there is none.
    pub(super) base_type: Option<Obj<'h>>,
    /// Made by `__new__`: `callable` is a class.
    pub(super) is_new: bool,
}

impl<'h> Made<'h> {
    pub(super) fn of(object: Obj<'h>) -> Option<Self> {
        let call = object.as_call().ok()?;
        let (heap, callable) = (object.heap(), call.callable());
        let args = heap.items(call.args().value());
        let plain =
            Self { object, callable, args, kwargs: None, base: None, base_type: None, is_new: call.kind() != CallKind::Reduce };
        if call.kind() != CallKind::Reduce {
            return Some(Self { kwargs: call.kwargs(), ..plain });
        }
        let new = |class: Value, args, kwargs| Self { callable: heap.obj(class), args, kwargs, is_new: true, ..plain };
        let is = |name| callable.is_global("copyreg", name);
        Some(match *args {
            [class, base_type, base] if is("_reconstructor") => {
                let base = (base != Value::None).then(|| heap.obj(base));
                Self { base, base_type: Some(heap.obj(base_type)), ..new(class, &[], None) }
            }
            [class, ..] if is("__newobj__") => new(class, args.get(1..).unwrap_or_default(), None),
            [class, args @ Value::Tuple(_), kwargs] if is("__newobj_ex__") => {
                new(class, heap.items(args), Some(heap.obj(kwargs)))
            }
            [] => Self::by_partial(callable, call).map_or(plain, |(class, args, kwargs)| new(class, args, kwargs)),
            _ => plain,
        })
    }

    /// `functools.partial(cls.__new__, cls, *args, **kwargs)`.
    fn by_partial(callable: Obj<'h>, _: Call<'h>) -> Option<(Value, &'h [Value], Option<Obj<'h>>)> {
        let partial = Partial::recognise(callable)?;
        let function = partial.function();
        let is_new = match function.value() {
            Value::Global(_) => function.global_names().is_some_and(|(_, name)| name.ends_with(".__new__")),
            _ => function.as_call().is_ok_and(|call| {
                let name = call.args().get(1);
                call.callable().is_global("builtins", "getattr") && name.is_ok_and(|name| name.as_str() == Ok("__new__"))
            }),
        };
        let parts = partial.parts();
        let kwargs = Some(callable.heap().obj(parts.keywords)).filter(|kwargs| !kwargs.is_none());
        match callable.heap().items(parts.args) {
            [class, args @ ..] if is_new => Some((*class, args, kwargs)),
            _ => None,
        }
    }

    /// The call of a global, to whose result nothing was done.
    pub(super) fn by(object: Obj<'h>, module: &str, name: &str) -> Option<Self> {
        Self::of(object).filter(|made| made.is_called(module, name) && made.is_untouched())
    }

    pub(super) fn is_called(self, module: &str, name: &str) -> bool {
        !self.is_new && self.callable.is_global(module, name)
    }

    pub(super) fn is_instance_of(self, module: &str, name: &str) -> bool {
        self.is_new && self.callable.is_global(module, name) && self.args.is_empty()
    }

    pub(super) fn is_untouched(self) -> bool {
        self.object.effects().next().is_none()
    }

    pub(super) fn arg(self, nth: usize) -> Option<Obj<'h>> {
        self.args.get(nth).map(|arg| self.object.heap().obj(*arg))
    }

    /// The last state that the object was given.
    pub(super) fn state(self) -> Option<Obj<'h>> {
        let states = self.object.effects().filter(|effect| matches!(effect.kind, EffectKind::Build | EffectKind::SetState));
        states.last().map(|effect| effect.object)
    }
}

/// An instance of a class without arguments, as `object.__reduce_ex__` makes it at the protocol of a target.
pub(super) fn new_instance(heap: &mut Heap<'_>, target: &Target, class: Value) -> Value {
    if target.protocol_number() >= 2 {
        return heap.new_object(class, ());
    }
    let reconstructor = heap.shared_global("copyreg", "_reconstructor");
    let object = heap.shared_global("builtins", "object");
    heap.call(reconstructor, (class, object, Value::None))
}
