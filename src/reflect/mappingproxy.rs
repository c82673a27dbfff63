//! `types.MappingProxyType`: a dict that cannot be changed through it.
//!
//! ```text
//! types.MappingProxyType(dict)
//! ```

use std::fmt;

use super::annotation::repr_text;
use super::shape::{Origin, Shape, handles, view};
use super::{Target, dialect};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};

/// A mapping proxy of a pickle: a `Copy` view. `Display` is Python's `repr`: `mappingproxy({'k': 1})`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{MappingProxy, MappingProxyParts, Target};
/// use cloudpickle::{Heap, py};
///
/// let mut heap = Heap::new();
/// let dict = py!(in heap, {"k": 1});
/// let proxy = MappingProxyParts::new(dict).build(&mut heap, &Target::cpython(3, 12))?;
/// assert_eq!(MappingProxy::reflect(heap.obj(proxy))?.to_string(), "mappingproxy({'k': 1})");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct MappingProxy<'h> {
    object: Obj<'h>,
    origin: Origin,
    of: Obj<'h>,
}
view!(
    /// Reads a mapping proxy (`_mappingproxy_reduce` of cloudpickle).
    MappingProxy,
    "a mapping proxy"
);

impl<'h> MappingProxy<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call(object)?;
        let named = || shape.callable.is_global("types", "MappingProxyType");
        match shape.args() {
            &[of] if dialect::is_builtin_type(shape.callable, "MappingProxyType") || named() => {
                Some(Self { object, origin: shape.origin(), of: shape.obj(of) })
            }
            _ => None,
        }
    }

    /// The mapping behind it: a dict, or an instance of another class.
    #[must_use]
    pub fn mapping(self) -> Obj<'h> {
        self.of
    }

    /// What is in it; nothing where the mapping is no dict.
    pub fn items(self) -> impl Iterator<Item = (Obj<'h>, Obj<'h>)> + Clone + use<'h> {
        self.of.items().into_iter().flatten()
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> MappingProxyParts {
        MappingProxyParts { of: self.of.value(), origin: self.origin }
    }
}

impl fmt::Display for MappingProxy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mappingproxy({})", repr_text(self.of))
    }
}

/// What a mapping proxy is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MappingProxyParts {
    /// The mapping behind it, a dict mostly.
    pub of: Value,
    origin: Origin,
}
handles!(MappingProxyParts { of, origin });

impl MappingProxyParts {
    /// A proxy for a mapping.
    #[must_use]
    pub fn new(of: Value) -> Self {
        Self { of, origin: Origin::default() }
    }

    /// Builds the proxy.
    ///
    /// # Errors
    ///
    /// None: every release writes it the same way.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let callable = self.origin.builtin_type(heap, target, "MappingProxyType");
        let args = self.origin.args(heap, &[self.of]);
        Ok(heap.call(callable, args))
    }
}
