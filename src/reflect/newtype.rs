//! `typing.NewType`.
//!
//! On Python 3.6 to 3.9 it is a function of the module `typing` with an attribute `__supertype__`; from 3.10 on an object that a pickle
//! refers to by name.

use std::fmt;

use super::{Function, Target};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::text::PyStr;

/// A `NewType` that is a function by value: a `Copy` view.
#[derive(Clone, Copy)]
pub struct NewType<'h> {
    function: Function<'h>,
    supertype: Obj<'h>,
}

impl<'h> NewType<'h> {
    /// The `NewType` that a function is; `None` for other functions.
    #[must_use]
    pub fn of(function: Function<'h>) -> Option<Self> {
        let (_, supertype) = function.attributes().find(|(name, _)| *name == "__supertype__")?;
        Some(Self { function, supertype })
    }

    /// The function.
    #[must_use]
    pub fn function(self) -> Function<'h> {
        self.function
    }

    /// `__name__`.
    #[must_use]
    pub fn name(self) -> PyStr<'h> {
        self.function.name()
    }

    /// `__supertype__`.
    #[must_use]
    pub fn supertype(self) -> Obj<'h> {
        self.supertype
    }
}

impl fmt::Display for NewType<'_> {
    /// As Python had it: `<function UserId>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<function {}>", self.name())
    }
}

impl fmt::Debug for NewType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// What a `NewType`, a `ParamSpec` or a `TypeVarTuple` is made of on the worker: a call of what is in `typing`. cloudpickle refers to them by
/// name only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewTypeParts {
    maker: &'static str,
    name: Value,
    supertype: Option<Value>,
    since: (u8, u8),
}
super::shape::handles!(NewTypeParts { name, supertype });

impl NewTypeParts {
    /// `typing.NewType(name, supertype)`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::{NewTypeParts, Target};
    /// use cloudpickle::Heap;
    ///
    /// let mut heap = Heap::new();
    /// let int = heap.global("builtins", "int");
    /// let user_id = NewTypeParts::new(&mut heap, "UserId", int).build(&mut heap, &Target::cpython(3, 8))?;
    /// assert_eq!(heap.obj(user_id).to_string(), "typing.NewType('UserId', int)");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn new(heap: &mut Heap<'_>, name: &str, supertype: Value) -> Self {
        Self { maker: "NewType", name: heap.str(name), supertype: Some(supertype), since: (3, 6) }
    }

    /// `typing.ParamSpec(name)`, from Python 3.10 on.
    pub fn param_spec(heap: &mut Heap<'_>, name: &str) -> Self {
        Self { maker: "ParamSpec", name: heap.str(name), supertype: None, since: (3, 10) }
    }

    /// `typing.TypeVarTuple(name)`, from Python 3.11 on.
    pub fn type_var_tuple(heap: &mut Heap<'_>, name: &str) -> Self {
        Self { maker: "TypeVarTuple", name: heap.str(name), supertype: None, since: (3, 11) }
    }

    /// Builds the call.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotInDialect`](crate::ErrorKind::NotInDialect) for a Python whose `typing` has none.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        if target.python() < self.since {
            return Err(super::shape::unsayable(self.maker, target));
        }
        let maker = heap.shared_global("typing", self.maker);
        let items: Vec<_> = [Some(self.name), self.supertype].into_iter().flatten().collect();
        let args = heap.tuple(items);
        Ok(heap.call(maker, args))
    }
}
