//! What all plain values have.

/// Gives a plain value with `recognise` and `build` its `reflect`, and makes it `ToPy` and `FromPy`.
macro_rules! plain {
    ($(#[$doc:meta])* $name:ident, $wanted:literal) => {
        impl $name {
            $(#[$doc])*
            ///
            /// # Errors
            ///
            /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for other objects.
            pub fn reflect(object: $crate::heap::Obj<'_>) -> $crate::error::Result<Self> {
                Self::recognise(object).ok_or_else(|| object.wanted($wanted))
            }
        }

        /// As CPython 3.11 writes it at protocol 5, which every later Python loads.
        impl $crate::heap::ToPy for $name {
            fn to_py(&self, heap: &mut $crate::heap::Heap<'_>) -> $crate::heap::Value {
                self.build(heap, &$crate::reflect::Target::cpython(3, 11))
            }
        }

        impl $crate::reflect::std_types::FromPy<'_> for $name {
            fn from_py(object: $crate::heap::Obj<'_>) -> $crate::error::Result<Self> {
                Self::reflect(object)
            }
        }
    };
}
pub(super) use plain;
