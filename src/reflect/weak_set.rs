//! `weakref.WeakSet`.
//!
//! ```text
//! _weakrefset.WeakSet([..])
//! ```
//!
//! What nothing else in the pickle holds is gone from the set as soon as it is loaded.

use std::fmt;

use super::Target;
use super::annotation::repr_text;
use super::shape::{Origin, Shape, handles, view};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};

/// Where it is, first as cloudpickle has it.
const NAMES: [(&str, &str); 2] = [("_weakrefset", "WeakSet"), ("weakref", "WeakSet")];

/// A weak set of a pickle: a `Copy` view. `Display` is its expression: `WeakSet([..])`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::WeakSet;
///
/// let pickle = cloudpickle::loads(b"c_weakrefset\nWeakSet\n((lc__main__\nPoint\natR.")?;
/// let set = WeakSet::reflect(pickle.root())?;
/// assert_eq!(set.iter().count(), 1);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct WeakSet<'h> {
    object: Obj<'h>,
    origin: Origin,
    of: Obj<'h>,
}
view!(
    /// Reads a weak set (`_weakset_reduce` of cloudpickle).
    WeakSet,
    "a weak set"
);

impl<'h> WeakSet<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape =
            Shape::call(object).filter(|shape| NAMES.iter().any(|(module, name)| shape.callable.is_global(module, name)))?;
        match shape.args() {
            &[of @ Value::List(_)] => Some(Self { object, origin: shape.origin(), of: shape.obj(of) }),
            _ => None,
        }
    }

    /// What is in it, in no order that says anything.
    pub fn iter(self) -> impl Iterator<Item = Obj<'h>> + Clone + use<'h> {
        self.of.iter().into_iter().flatten()
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> WeakSetParts {
        WeakSetParts { of: self.of.value(), origin: self.origin }
    }
}

impl fmt::Display for WeakSet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WeakSet({})", repr_text(self.of))
    }
}

/// What a weak set is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WeakSetParts {
    /// What is in it, a list.
    pub of: Value,
    origin: Origin,
}
handles!(WeakSetParts { of, origin });

impl WeakSetParts {
    /// A weak set of what is in a list.
    #[must_use]
    pub fn new(of: Value) -> Self {
        Self { of, origin: Origin::default() }
    }

    /// Builds the weak set.
    ///
    /// # Errors
    ///
    /// None: every release writes it the same way.
    pub fn build(&self, heap: &mut Heap<'_>, _target: &Target) -> Result<Value> {
        let callable = self.origin.global(heap, &NAMES);
        let args = self.origin.args(heap, &[self.of]);
        Ok(heap.call(callable, args))
    }
}
