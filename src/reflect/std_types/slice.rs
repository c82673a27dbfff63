//! `slice`.
//!
//! ```text
//! builtins.slice(start, stop, step)
//! ```

use std::fmt;

use super::made::Made;
use super::text;
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;
use crate::reflect::shape::{handles, view};

/// A slice of a pickle: a `Copy` view. `Display` is Python's `repr`: `slice(1, None, None)`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Target;
/// use cloudpickle::reflect::std_types::{Slice, SliceParts};
/// use cloudpickle::{Heap, Value};
///
/// let mut heap = Heap::new();
/// let parts = SliceParts { start: Value::Int(1), stop: Value::None, step: Value::None };
/// let slice = parts.build(&mut heap, &Target::cpython(3, 12))?;
/// assert_eq!(Slice::reflect(heap.obj(slice))?.to_string(), "slice(1, None, None)");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Slice<'h> {
    object: Obj<'h>,
    parts: SliceParts,
}
view!(
    /// Reads a slice (`slice_reduce` of `sliceobject.c`).
    Slice,
    "a slice"
);

impl<'h> Slice<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let made = Made::by(object, "builtins", "slice")?;
        match *made.args {
            [start, stop, step] => Some(Self { object, parts: SliceParts { start, stop, step } }),
            _ => None,
        }
    }

    /// `start`.
    #[must_use]
    pub fn start(self) -> Obj<'h> {
        self.object.heap().obj(self.parts.start)
    }

    /// `stop`.
    #[must_use]
    pub fn stop(self) -> Obj<'h> {
        self.object.heap().obj(self.parts.stop)
    }

    /// `step`.
    #[must_use]
    pub fn step(self) -> Obj<'h> {
        self.object.heap().obj(self.parts.step)
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> SliceParts {
        self.parts
    }
}

impl fmt::Display for Slice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "slice({}, {}, {})", text(self.start()), text(self.stop()), text(self.step()))
    }
}

/// What a slice is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SliceParts {
    /// `start`, mostly an int or `None`.
    pub start: Value,
    /// `stop`.
    pub stop: Value,
    /// `step`.
    pub step: Value,
}
handles!(SliceParts { start, stop, step });

impl SliceParts {
    /// Builds the slice.
    ///
    /// # Errors
    ///
    /// None: every Python has it.
    pub fn build(&self, heap: &mut Heap<'_>, _target: &Target) -> Result<Value> {
        let class = heap.shared_global("builtins", "slice");
        Ok(heap.call(class, (self.start, self.stop, self.step)))
    }
}
