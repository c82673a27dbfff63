//! numpy's scalars.
//!
//! ```text
//! numpy.core.multiarray.scalar(dtype, bytes)
//! ```
//!
//! The source is `gentype_reduce` of `numpy/core/src/multiarray/scalartypes.c.src`.

use std::borrow::Cow;
use std::fmt;

use super::raw::Raw;
use super::{ByteOrder, Dtype, DtypeParts, Element, Numpy, is_helper};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::shape::{Shape, view};

/// A numpy scalar of a pickle, such as `numpy.float64(1.5)`: a `Copy` view. `Display` says its dtype and its bytes.
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use cloudpickle::reflect::numpy::{Scalar, ScalarParts};
///
/// let mut heap = Heap::new();
/// let scalar = ScalarParts::new(&mut heap, 1.5).build(&mut heap)?;
/// let scalar = Scalar::reflect(heap.obj(scalar))?;
/// assert_eq!(scalar.value::<f64>()?, 1.5);
/// assert_eq!(scalar.to_string(), "<numpy scalar <f8 000000000000f83f>");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Scalar<'h> {
    object: Obj<'h>,
    dtype: Dtype<'h>,
    /// What is no bytes is an object.
    data: Result<Raw<'h>, Obj<'h>>,
}
view!(
    /// Reads a scalar of numpy 1 or 2.
    Scalar,
    "a numpy scalar"
);

impl<'h> Scalar<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call(object).filter(|shape| is_helper(shape.callable, "multiarray", "scalar"))?;
        let &[dtype, data] = shape.args() else { return None };
        let dtype = Dtype::recognise(shape.obj(dtype))?;
        let data = match Raw::of(shape.obj(data)).filter(|_| !dtype.has_objects()) {
            Some(raw) if raw.len().is_none_or(|length| length == dtype.item_size()) => Ok(raw),
            None if dtype.has_objects() => Err(shape.obj(data)),
            _ => return None,
        };
        Some(Self { object, dtype, data })
    }

    /// `scalar.dtype`.
    #[must_use]
    pub fn dtype(self) -> Dtype<'h> {
        self.dtype
    }

    /// `scalar.tobytes()`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for scalars with objects in them.
    pub fn bytes(self) -> Result<Cow<'h, [u8]>> {
        self.data.map_err(|data| data.wanted("bytes"))?.get()
    }

    /// The value as a Rust type.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for a dtype that is not of this type.
    pub fn value<T: Element>(self) -> Result<T> {
        let read = || T::read(&self.bytes().ok()?, self.dtype.byte_order() == ByteOrder::Big);
        T::fits(self.dtype).then(read).flatten().ok_or_else(|| self.object.wanted(T::WANTED))
    }

    /// What stands for a scalar with objects in it: the object, or an array of a structure.
    #[must_use]
    pub fn content(self) -> Option<Obj<'h>> {
        self.data.err()
    }

    /// Its parts, to change and to build anew.
    ///
    /// # Errors
    ///
    /// Those of [`Dtype::parts`] and [`Scalar::bytes`].
    pub fn parts(self, heap: &mut Heap<'_>) -> Result<ScalarParts> {
        let data = match self.data {
            Ok(raw) => heap.bytes(raw.get()?.into_owned()),
            Err(object) => heap.copy(object),
        };
        Ok(ScalarParts { dtype: self.dtype.parts()?, data, numpy: Numpy::default() })
    }
}

impl fmt::Display for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<numpy scalar {} ", self.dtype)?;
        match self.bytes() {
            Ok(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?,
            Err(_) => f.write_str("...")?,
        }
        f.write_str(">")
    }
}

/// What a scalar is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScalarParts {
    /// What it is.
    pub dtype: DtypeParts,
    /// Its bytes.
    pub data: Value,
    numpy: Numpy,
}
impl crate::reflect::Handles for ScalarParts {
    fn each(&mut self, change: &mut dyn FnMut(&mut Value)) {
        change(&mut self.data);
    }
}

impl ScalarParts {
    /// A scalar of a Rust value.
    pub fn new<T: Element>(heap: &mut Heap<'_>, value: T) -> Self {
        let data = heap.bytes(T::bytes(&[value]).to_vec());
        Self { dtype: DtypeParts::of::<T>(), data, numpy: Numpy::default() }
    }

    /// Sets which numpy's names are written.
    #[must_use]
    pub fn numpy(self, numpy: Numpy) -> Self {
        Self { numpy, ..self }
    }

    /// Builds the scalar.
    ///
    /// # Errors
    ///
    /// Those of [`DtypeParts::build`].
    pub fn build(&self, heap: &mut Heap<'_>) -> Result<Value> {
        let scalar = self.numpy.helper(heap, "multiarray", "scalar");
        let dtype = self.dtype.build(heap, self.numpy)?;
        Ok(heap.call(scalar, (dtype, self.data)))
    }
}
