//! `numpy.ma.MaskedArray`.
//!
//! ```text
//! numpy.ma.core._mareconstruct(numpy.ma.MaskedArray, numpy.ndarray, (0,), 'b'), then the state
//!     (1, shape, dtype, in Fortran order, bytes or a list of objects, the mask's bytes, fill_value)
//! ```
//!
//! The source is `MaskedArray.__reduce__` and `__getstate__` of `numpy/ma/core.py`.

use std::borrow::Cow;
use std::fmt;

use super::array::class_of;
use super::raw::Raw;
use super::{Array, ArrayParts};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::shape::{Shape, view};

/// A `numpy.ma.MaskedArray` of a pickle: a `Copy` view. `Display` says class, shape and dtype.
#[derive(Clone, Copy)]
pub struct MaskedArray<'h> {
    object: Obj<'h>,
    data: Array<'h>,
    base: Obj<'h>,
    mask: Raw<'h>,
    fill_value: Obj<'h>,
}
view!(
    /// Reads a masked array of numpy 1 or 2.
    MaskedArray,
    "a numpy.ma.MaskedArray"
);

impl<'h> MaskedArray<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call_with_state(object)?;
        let &[class, base, _, _] = shape.args() else { return None };
        let state = object.heap().items(shape.state?.value());
        let (state, &[mask, fill_value]) = state.split_last_chunk()?;
        if !shape.callable.is_global("numpy.ma.core", "_mareconstruct") {
            return None;
        }
        let data = Array::from_state(object, shape.obj(class), state)?;
        let mask = Raw::of(shape.obj(mask))?;
        // Each field of a structure has a mask of its own.
        let fits = data.dtype().is_structure() || mask.len() == Some(data.len());
        fits.then(|| Self { object, data, base: shape.obj(base), mask, fill_value: shape.obj(fill_value) })
    }

    /// `array.data`: the values, those that are masked too.
    #[must_use]
    pub fn data(self) -> Array<'h> {
        self.data
    }

    /// The bytes of `array.mask`, in the order in which the values lie in memory: one byte for each item, 1 where it is masked; for structures one for each field of it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BufferMissing`](crate::ErrorKind::BufferMissing) for an out-of-band buffer that was not given.
    pub fn mask(self) -> Result<Cow<'h, [u8]>> {
        self.mask.get()
    }

    /// `array.fill_value`: an array without axes, or `None` where it is the dtype's default.
    #[must_use]
    pub fn fill_value(self) -> Obj<'h> {
        self.fill_value
    }

    /// Its parts, to change and to build anew.
    ///
    /// # Errors
    ///
    /// Those of [`Array::parts`].
    pub fn parts(self, heap: &mut Heap<'_>) -> Result<MaskedArrayParts> {
        Ok(MaskedArrayParts {
            data: self.data.parts(heap)?,
            base: class_of(self.base, heap),
            mask: heap.bytes(self.mask.get()?.into_owned()),
            fill_value: heap.copy(self.fill_value),
        })
    }
}

impl fmt::Display for MaskedArray<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.data)
    }
}

/// What a masked array is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MaskedArrayParts {
    /// The values, with the class of the array.
    pub data: ArrayParts,
    /// The class of its values, `numpy.ndarray`.
    pub base: Value,
    /// The bytes of the mask.
    pub mask: Value,
    /// An array without axes, or `None`.
    pub fill_value: Value,
}
impl crate::reflect::Handles for MaskedArrayParts {
    fn each(&mut self, change: &mut dyn FnMut(&mut Value)) {
        self.data.each(change);
        change(&mut self.base);
        change(&mut self.mask);
        change(&mut self.fill_value);
    }
}

impl MaskedArrayParts {
    /// The values with a mask: one byte for each, 1 where it is masked.
    pub fn new(heap: &mut Heap<'_>, data: ArrayParts, mask: impl Into<Vec<u8>>) -> Self {
        let (base, class) = (data.class, heap.shared_global("numpy.ma", "MaskedArray"));
        let mask = heap.bytes(mask.into());
        Self { data: data.class(class), base, mask, fill_value: Value::None }
    }

    /// Builds the masked array.
    ///
    /// # Errors
    ///
    /// Those of [`ArrayParts::build`].
    pub fn build(&self, heap: &mut Heap<'_>) -> Result<Value> {
        let reconstruct = heap.shared_global("numpy.ma.core", "_mareconstruct");
        let shape = heap.tuple([Value::Int(0)]);
        let letter = Value::Str(heap.intern(b"b"));
        let array = heap.call(reconstruct, (self.data.class, self.base, shape, letter));
        let mut state = self.data.state(heap)?;
        state.extend([self.mask, self.fill_value]);
        let state = heap.tuple(state);
        heap.build(array, state)?;
        Ok(array)
    }
}
