//! `num_complex::Complex`: Python's `complex`.

use num_complex::Complex;

use super::super::{Complex as PyComplex, FromPy};
use crate::error::Result;
use crate::heap::{Heap, Obj, ToPy, Value};

/// `complex`.
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use num_complex::Complex;
///
/// let mut heap = Heap::new();
/// let value = heap.add(Complex::new(1.0, 2.0));
/// assert_eq!(heap.obj(value).extract::<Complex<f64>>()?, Complex::new(1.0, 2.0));
/// # Ok::<(), cloudpickle::Error>(())
/// ```
impl ToPy for Complex<f64> {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        PyComplex { real: self.re, imag: self.im }.to_py(heap)
    }
}

/// A complex; a float or an int is one too.
impl FromPy<'_> for Complex<f64> {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        match object.as_f64() {
            Ok(real) => Ok(Self::new(real, 0.0)),
            Err(_) => PyComplex::reflect(object).map(|complex| Self::new(complex.real, complex.imag)),
        }
    }
}
