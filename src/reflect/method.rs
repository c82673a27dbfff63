//! Bound methods: a function and the object that it is bound to.
//!
//! ```text
//! types.MethodType(function, self)        # self is the class for a classmethod
//! ```
//!
//! A method of a builtin type is an [`Attribute`](super::Attribute).

use std::fmt;

use super::annotation::repr_text;
use super::shape::{Origin, Shape, handles, view};
use super::{Function, Target, dialect};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};

/// A bound method of a pickle: a `Copy` view.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{Method, MethodParts, Target};
/// use cloudpickle::{Heap, py};
///
/// let mut heap = Heap::new();
/// let (function, this) = (heap.global("shapes", "Point.norm"), py!(in heap, [3, 4]));
/// let method = MethodParts::new(function, this).build(&mut heap, &Target::cpython(3, 12))?;
/// assert_eq!(Method::reflect(heap.obj(method))?.to_string(), "<bound method Point.norm of [3, 4]>");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Method<'h> {
    object: Obj<'h>,
    origin: Origin,
    function: Obj<'h>,
    this: Obj<'h>,
}
view!(
    /// Reads a bound method (`_method_reduce` of cloudpickle).
    Method,
    "a bound method"
);

impl<'h> Method<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call(object)?;
        let is_method = dialect::is_builtin_type(shape.callable, "MethodType") || shape.callable.is_global("types", "MethodType");
        match shape.args() {
            &[function, this] if is_method => {
                Some(Self { object, origin: shape.origin(), function: shape.obj(function), this: shape.obj(this) })
            }
            _ => None,
        }
    }

    /// `__func__`: a function by value or by reference, or anything else that can be called.
    #[must_use]
    pub fn function(self) -> Obj<'h> {
        self.function
    }

    /// `__self__`: the object that it is bound to, the class for a classmethod.
    #[must_use]
    pub fn this(self) -> Obj<'h> {
        self.this
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> MethodParts {
        MethodParts { function: self.function.value(), this: self.this.value(), origin: self.origin }
    }
}

impl fmt::Display for Method<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<bound method ")?;
        match (Function::recognise(self.function), self.function.global_names()) {
            (Some(function), _) => write!(f, "{}", function.qualname())?,
            (None, Some((_, name))) => f.write_str(&name)?,
            (None, None) => f.write_str("?")?,
        }
        write!(f, " of {}>", repr_text(self.this))
    }
}

/// What a bound method is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MethodParts {
    /// `__func__`.
    pub function: Value,
    /// `__self__`.
    pub this: Value,
    origin: Origin,
}
handles!(MethodParts { function, this, origin });

impl MethodParts {
    /// A function bound to an object.
    #[must_use]
    pub fn new(function: Value, this: Value) -> Self {
        Self { function, this, origin: Origin::default() }
    }

    /// Builds the bound method.
    ///
    /// # Errors
    ///
    /// None: every release writes it the same way.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let callable = self.origin.builtin_type(heap, target, "MethodType");
        let args = self.origin.args(heap, &[self.function, self.this]);
        Ok(heap.call(callable, args))
    }
}
