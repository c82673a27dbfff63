//! Memoryviews, which come back as bytes.
//!
//! ```text
//! bytes(b'..')        from 1.5 on, and on Python 3.8 and later; before, the bytes alone
//! ```

use std::fmt;

use super::shape::{Origin, Shape, handles, view};
use super::{Release, Target};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};

/// A memoryview of a pickle: a `Copy` view. The worker gets bytes, and `Display` is their `repr`.
///
/// Where a pickle has the bytes alone, nothing tells that they were a memoryview.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{MemoryView, MemoryViewParts, Target};
/// use cloudpickle::Heap;
///
/// let mut heap = Heap::new();
/// let bytes = heap.bytes(b"spam");
/// let view = MemoryViewParts::new(bytes).build(&mut heap, &Target::cpython(3, 12))?;
/// assert_eq!(MemoryView::reflect(heap.obj(view))?.bytes(), b"spam");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct MemoryView<'h> {
    object: Obj<'h>,
    origin: Origin,
    of: Obj<'h>,
}
view!(
    /// Reads a memoryview (`_memoryview_reduce` of cloudpickle).
    MemoryView,
    "a memoryview"
);

impl<'h> MemoryView<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call(object).filter(|shape| shape.callable.is_global("builtins", "bytes"))?;
        match shape.args() {
            &[of @ Value::Bytes(_)] => Some(Self { object, origin: shape.origin(), of: shape.obj(of) }),
            _ => None,
        }
    }

    /// What is in it.
    #[must_use]
    pub fn bytes(self) -> &'h [u8] {
        self.of.as_bytes().unwrap_or_default()
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> MemoryViewParts {
        MemoryViewParts { of: self.of.value(), origin: self.origin }
    }
}

impl fmt::Display for MemoryView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.of)
    }
}

/// What a memoryview is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemoryViewParts {
    /// What is in it, bytes.
    pub of: Value,
    origin: Origin,
}
handles!(MemoryViewParts { of, origin });

impl MemoryViewParts {
    /// A view of bytes.
    #[must_use]
    pub fn new(of: Value) -> Self {
        Self { of, origin: Origin::default() }
    }

    /// Builds the bytes.
    ///
    /// # Errors
    ///
    /// None: what the worker gets is bytes in any release.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let slow = target.dialect_of().release() <= Release::V1_2 && target.python() < (3, 8);
        if slow && self.origin == Origin::default() {
            return Ok(self.of);
        }
        let callable = self.origin.global(heap, &[("builtins", "bytes")]);
        let args = self.origin.args(heap, &[self.of]);
        Ok(heap.call(callable, args))
    }
}
