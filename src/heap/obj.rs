//! The view that users hold of an object.

use super::{Heap, Value};

/// A Python object in a heap: a `Copy` view with the navigation.
#[derive(Clone, Copy)]
pub struct Obj<'h> {
    heap: &'h Heap<'h>,
    value: Value,
}

impl<'a> Heap<'a> {
    /// A view of an object.
    #[must_use]
    pub fn obj(&self, value: Value) -> Obj<'_> {
        Obj { heap: self, value }
    }
}

impl<'h> Obj<'h> {
    /// The handle.
    #[must_use]
    pub fn value(self) -> Value {
        self.value
    }

    /// The heap that it is in.
    #[must_use]
    pub fn heap(self) -> &'h Heap<'h> {
        self.heap
    }
}
