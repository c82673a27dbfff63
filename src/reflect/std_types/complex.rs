//! `complex`.
//!
//! ```text
//! builtins.complex(real, imag)
//! ```

use std::fmt;

use super::made::Made;
use super::plain::plain;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;
use crate::text::float::write_complex_repr;

/// A complex number. `Display` is Python's `repr`: `(1+2j)`.
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use cloudpickle::reflect::std_types::Complex;
///
/// let mut heap = Heap::new();
/// let value = heap.add(Complex { real: 1.0, imag: 2.0 });
/// assert_eq!(Complex::reflect(heap.obj(value))?.to_string(), "(1+2j)");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Complex {
    /// The real part.
    pub real: f64,
    /// The imaginary part.
    pub imag: f64,
}
plain!(
    /// Reads a complex number (`pickle_complex` of `copyreg.py`).
    Complex,
    "a complex"
);

impl Complex {
    pub(crate) fn recognise(object: Obj<'_>) -> Option<Self> {
        let made = Made::by(object, "builtins", "complex")?;
        match made.args {
            [_, _] => Some(Self { real: made.arg(0)?.as_f64().ok()?, imag: made.arg(1)?.as_f64().ok()? }),
            _ => None,
        }
    }

    /// Builds the number.
    pub fn build(self, heap: &mut Heap<'_>, _target: &Target) -> Value {
        let class = heap.shared_global("builtins", "complex");
        heap.call(class, (self.real, self.imag))
    }
}

impl fmt::Display for Complex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_complex_repr(f, self.real, self.imag)
    }
}
