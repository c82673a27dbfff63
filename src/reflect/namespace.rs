//! `types.SimpleNamespace`.
//!
//! ```text
//! types.SimpleNamespace(), then its __dict__ as state
//! ```

use std::fmt;

use super::annotation::repr_text;
use super::function::named;
use super::shape::{Origin, Shape, handles, view};
use super::{Target, dialect};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::text::PyStr;

/// A `SimpleNamespace` of a pickle: a `Copy` view. `Display` is Python's `repr`: `namespace(a=1)`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{Namespace, NamespaceParts, Target};
/// use cloudpickle::{Heap, py};
///
/// let mut heap = Heap::new();
/// let attributes = py!(in heap, {"a": 1});
/// let space = NamespaceParts::new(attributes).build(&mut heap, &Target::cpython(3, 12))?;
/// assert_eq!(Namespace::reflect(heap.obj(space))?.to_string(), "namespace(a=1)");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Namespace<'h> {
    object: Obj<'h>,
    origin: Origin,
    of: Obj<'h>,
}
view!(
    /// Reads a namespace (`SimpleNamespace.__reduce__`).
    Namespace,
    "a SimpleNamespace"
);

impl<'h> Namespace<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call_with_state(object)?;
        let class = shape.callable;
        let fits = dialect::is_builtin_type(class, "SimpleNamespace") || class.is_global("types", "SimpleNamespace");
        let of = shape.state.filter(|of| fits && shape.args().is_empty() && matches!(of.value(), Value::Dict(_)))?;
        Some(Self { object, origin: shape.origin(), of })
    }

    /// `__dict__`: attributes.
    pub fn attributes(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        named(Some(self.of))
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> NamespaceParts {
        NamespaceParts { attributes: self.of.value(), origin: self.origin }
    }
}

impl fmt::Display for Namespace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("namespace(")?;
        for (nth, (name, value)) in self.attributes().enumerate() {
            let comma = if nth > 0 { ", " } else { "" };
            write!(f, "{comma}{}={}", name.to_string_lossy(), repr_text(value))?;
        }
        f.write_str(")")
    }
}

/// What a `SimpleNamespace` is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NamespaceParts {
    /// `__dict__`, a dict.
    pub attributes: Value,
    origin: Origin,
}
handles!(NamespaceParts { attributes, origin });

impl NamespaceParts {
    /// A namespace with the attributes of a dict.
    #[must_use]
    pub fn new(attributes: Value) -> Self {
        Self { attributes, origin: Origin::default() }
    }

    /// Builds the namespace.
    ///
    /// # Errors
    ///
    /// None: every release writes it the same way.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let class = self.origin.builtin_type(heap, target, "SimpleNamespace");
        let object = heap.call(class, Value::EMPTY_TUPLE);
        heap.build(object, self.attributes)?;
        Ok(object)
    }
}
