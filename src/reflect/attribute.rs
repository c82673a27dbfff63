//! Attributes by name: what Python finds again with `getattr`.
//!
//! ```text
//! getattr([1], 'append')                  a method of a builtin type, bound
//! getattr(5, '__add__')                   a method wrapper
//! getattr(str, 'upper')                   method descriptors, slot wrappers, class methods of builtin types, int.__new__
//! getattr(type, '__dict__')               getset and member descriptors
//! getattr(subimport('sys'), 'stdout')     the streams of sys; TypeVars by reference are such calls too
//! ```

use std::fmt;

use super::annotation::{repr_text, type_text};
use super::shape::{Origin, Shape, handles, view};
use super::{Module, Target};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::text::PyStr;

/// An attribute of another object: a `Copy` view.
///
/// What kind of thing it is only Python knows, which looks it up; so `Display` is its expression: `str.upper`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Attribute;
///
/// let pickle = cloudpickle::loads(b"cbuiltins\ngetattr\n(cbuiltins\nstr\nVupper\ntR.")?;
/// let attribute = Attribute::reflect(pickle.root())?;
/// assert_eq!(attribute.name(), "upper");
/// assert_eq!(attribute.to_string(), "str.upper");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Attribute<'h> {
    object: Obj<'h>,
    origin: Origin,
    of: Obj<'h>,
    name: Obj<'h>,
}
view!(
    /// Reads an attribute by name (`__reduce__` of builtin methods and descriptors, `_getset_reduce` of cloudpickle).
    Attribute,
    "an attribute of another object"
);

impl<'h> Attribute<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call(object).filter(|shape| shape.callable.is_global("builtins", "getattr"))?;
        let &[of, name] = shape.args() else { return None };
        let (of, name) = (shape.obj(of), shape.obj(name));
        name.as_py_str().is_ok().then_some(Self { object, origin: shape.origin(), of, name })
    }

    /// The object that has the attribute: `__self__` of a method, `__objclass__` of a descriptor, a module.
    #[must_use]
    pub fn of(self) -> Obj<'h> {
        self.of
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> PyStr<'h> {
        self.name.as_py_str().unwrap_or_else(|_| PyStr::from(""))
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> AttributeParts {
        AttributeParts { of: self.of.value(), name: self.name.value(), origin: self.origin }
    }
}

impl fmt::Display for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (Module::recognise(self.of), type_text(self.of), self.of.value()) {
            (Some(module), ..) => write!(f, "{}", module.name())?,
            (None, Some(class), _) => f.write_str(&class)?,
            // `5.real` would be a float.
            (None, None, Value::Int(_) | Value::Long(_)) => write!(f, "({})", self.of)?,
            _ => f.write_str(&repr_text(self.of))?,
        }
        write!(f, ".{}", self.name())
    }
}

/// What an attribute by name is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AttributeParts {
    /// The object that has it.
    pub of: Value,
    /// Its name, a str.
    pub name: Value,
    origin: Origin,
}
handles!(AttributeParts { of, name, origin });

impl AttributeParts {
    /// An attribute of an object.
    pub fn new(heap: &mut Heap<'_>, of: Value, name: &str) -> Self {
        Self { of, name: heap.str(name), origin: Origin::default() }
    }

    /// Builds the look-up.
    ///
    /// # Errors
    ///
    /// None: every release writes it the same way.
    pub fn build(&self, heap: &mut Heap<'_>, _target: &Target) -> Result<Value> {
        let callable = self.origin.global(heap, &[("builtins", "getattr")]);
        let args = self.origin.args(heap, &[self.of, self.name]);
        Ok(heap.call(callable, args))
    }
}
