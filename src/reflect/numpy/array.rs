//! `numpy.ndarray`.
//!
//! ```text
//! numpy.core.multiarray._reconstruct(numpy.ndarray, (0,), b'b'), then the state
//!     (1, shape, dtype, in Fortran order, bytes or a list of objects)
//! numpy.core.numeric._frombuffer(buffer, dtype, shape, 'C' or 'F')        from protocol 5 on
//! ```
//!
//! The source is `array_reduce`, `array_setstate` and `array_reduce_ex` of `numpy/core/src/multiarray/methods.c`.

use std::borrow::Cow;
use std::fmt;

use super::dtype::{Tuple, shape_of};
use super::element::{Element, is_native};
use super::layout::{Layout, Offsets};
use super::raw::Raw;
use super::{ArrayParts, ByteOrder, Dtype, Order, is_helper};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::shape::{Shape, view};

/// Items without bytes cost a pickle nothing, so they are not believed beyond this.
const MAX_EMPTY_ITEMS: usize = 1 << 16;

/// A `numpy.ndarray` of a pickle, or an array of a subclass: a `Copy` view.
///
/// Its bytes stay where they are in the input, or in the out-of-band buffer. `Display` says class, shape and dtype.
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use cloudpickle::reflect::Target;
/// use cloudpickle::reflect::numpy::{Array, ArrayParts};
///
/// let mut heap = Heap::new();
/// let parts = ArrayParts::new(&mut heap, vec![1.5, 2.5, 3.5, 4.5, 5.5, 6.5], [2, 3])?;
/// let array = parts.build(&mut heap, &Target::cpython(3, 12))?;
///
/// let array = Array::reflect(heap.obj(array))?;
/// assert_eq!((array.shape(), array.strides()), (vec![2, 3], vec![24, 8]));
/// assert_eq!(array.to_string(), "<numpy.ndarray (2, 3) <f8>");
/// assert_eq!(array.values::<f64>()?.sum::<f64>(), 24.0);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Array<'h> {
    object: Obj<'h>,
    class: Option<Obj<'h>>,
    dtype: Dtype<'h>,
    shape: Value,
    fortran: bool,
    /// The order in which the axes lie, where it is neither C nor Fortran order.
    axes: Option<Value>,
    data: Data<'h>,
}
view!(
    /// Reads an array of numpy 1 or 2, in any protocol. Its bytes are as many as its shape and dtype say.
    Array,
    "a numpy.ndarray"
);

#[derive(Clone, Copy)]
enum Data<'h> {
    Raw(Raw<'h>),
    Objects(Obj<'h>),
}

impl<'h> Array<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call_with_state(object)?;
        if is_helper(shape.callable, "multiarray", "_reconstruct") {
            let state = object.heap().items(shape.state?.value());
            return Self::from_state(object, shape.obj(*shape.args().first()?), state);
        }
        if shape.state.is_some() || !is_helper(shape.callable, "numeric", "_frombuffer") {
            return None;
        }
        let (&[buffer, dtype, lengths, order], rest) = shape.args().split_first_chunk()?;
        let (fortran, axes) = match (shape.obj(order).as_str().ok()?, rest) {
            ("C", [] | [Value::None]) => (false, None),
            ("F", [] | [Value::None]) => (true, None),
            ("K", &[axes @ Value::Tuple(_)]) => (false, Some(axes)),
            _ => return None,
        };
        let (dtype, data) = (Dtype::recognise(shape.obj(dtype))?, Data::Raw(Raw::of(shape.obj(buffer))?));
        Self { object, class: None, dtype, shape: lengths, fortran, axes, data }.checked()
    }

    /// An array of what `__setstate__` is given: `(1, shape, dtype, in Fortran order, data)`, in old pickles without the 1.
    pub(super) fn from_state(object: Obj<'h>, class: Obj<'h>, state: &'h [Value]) -> Option<Self> {
        let heap = object.heap();
        let (shape, dtype, fortran, data) = match *state {
            [Value::Int(_), shape, dtype, fortran, data] | [shape, dtype, fortran, data] => (shape, dtype, fortran, data),
            _ => return None,
        };
        let fortran = heap.obj(fortran).as_i64().ok()? != 0;
        let data = match data {
            Value::List(_) => Data::Objects(heap.obj(data)),
            _ => Data::Raw(Raw::of(heap.obj(data))?),
        };
        let dtype = Dtype::recognise(heap.obj(dtype))?;
        Self { object, class: Some(class), dtype, shape, fortran, axes: None, data }.checked()
    }

    /// Holds the data against shape and dtype, as `array_setstate` does.
    fn checked(self) -> Option<Self> {
        let layout = self.make_layout()?;
        let wanted = layout.len().checked_mul(self.dtype.item_size())?;
        if self.dtype.item_size() == 0 && layout.len() > MAX_EMPTY_ITEMS {
            return None;
        }
        let fits = match self.data {
            Data::Raw(raw) => !self.dtype.has_objects() && raw.len().is_none_or(|length| length == wanted),
            Data::Objects(list) => list.len().is_ok_and(|length| length == layout.len()),
        };
        fits.then_some(self)
    }

    fn make_layout(self) -> Option<Layout> {
        let heap = self.object.heap();
        let layout = Layout::new(shape_of(heap, self.shape)?, self.dtype.item_size(), self.fortran)?;
        match self.axes {
            Some(axes) => layout.transposed(&shape_of(heap, axes)?),
            None => Some(layout),
        }
    }

    fn layout(self) -> Layout {
        self.make_layout().unwrap_or_default()
    }

    /// The class where the pickle names it: `numpy.ndarray` or a subclass.
    #[must_use]
    pub fn class(self) -> Option<Obj<'h>> {
        self.class
    }

    /// `array.dtype`.
    #[must_use]
    pub fn dtype(self) -> Dtype<'h> {
        self.dtype
    }

    /// `array.shape`.
    #[must_use]
    pub fn shape(self) -> Vec<usize> {
        self.layout().shape
    }

    /// `array.strides`: how far it is from one index of an axis to the next, in bytes.
    #[must_use]
    pub fn strides(self) -> Vec<usize> {
        self.layout().strides
    }

    /// `array.size`: how many items there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.layout().len()
    }

    /// Whether there are no items.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// `array.flags.c_contiguous`.
    #[must_use]
    pub fn is_c_contiguous(self) -> bool {
        self.layout().is_c(self.dtype.item_size())
    }

    /// `array.flags.f_contiguous`.
    #[must_use]
    pub fn is_f_contiguous(self) -> bool {
        self.layout().is_fortran(self.dtype.item_size())
    }

    /// The bytes of all items, in the order in which they lie in memory: `array.ravel("K").tobytes()`.
    ///
    /// They are borrowed, except those of protocols 0 to 2 of Python 3, which has them as text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BufferMissing`](crate::ErrorKind::BufferMissing) for an out-of-band buffer that was not given,
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for arrays of objects.
    pub fn bytes(self) -> Result<Cow<'h, [u8]>> {
        match self.data {
            Data::Raw(raw) => raw.get(),
            Data::Objects(_) => Err(self.object.wanted("an array of bytes")),
        }
    }

    /// The items as a slice, where they are of this type and the machine's byte order, lie in C order, are in the pickle as bytes, and are aligned.
    ///
    /// In the middle of a pickle it is chance whether items of more than a byte are aligned; out-of-band buffers are where they were allocated.
    /// [`Array::values`] reads the others.
    #[must_use]
    pub fn as_slice<T: Element>(self) -> Option<&'h [T]> {
        self.as_slice_memory_order().filter(|_| self.is_c_contiguous())
    }

    /// The same in the order in which the items lie in memory, which is Fortran order for arrays that have it.
    #[must_use]
    pub fn as_slice_memory_order<T: Element>(self) -> Option<&'h [T]> {
        if !T::fits(self.dtype) || !is_native(self.dtype.byte_order()) {
            return None;
        }
        match self.data {
            Data::Raw(Raw::Bytes(object)) => T::cast(object.as_bytes().ok()?),
            _ => None,
        }
    }

    /// The items in C order of their indices, as `array.flat` has them, whatever their byte order, order in memory and alignment.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for items of another type, and those of [`Array::bytes`].
    pub fn values<T: Element>(self) -> Result<Values<'h, T>> {
        if !T::fits(self.dtype) {
            return Err(self.object.wanted(T::WANTED));
        }
        let big = self.dtype.byte_order() == ByteOrder::Big;
        Ok(Values::new(self.bytes()?, &self.layout(), big))
    }

    /// The bytes of each item, in C order of their indices.
    ///
    /// # Errors
    ///
    /// Those of [`Array::bytes`].
    pub fn item_bytes(self) -> Result<impl ExactSizeIterator<Item = Cow<'h, [u8]>> + use<'h>> {
        let (bytes, size) = (self.bytes()?, self.dtype.item_size());
        Ok(self.layout().offsets().map(move |offset| {
            let end = offset.saturating_add(size);
            match &bytes {
                Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(offset..end).unwrap_or_default()),
                Cow::Owned(bytes) => Cow::Owned(bytes.get(offset..end).unwrap_or_default().to_vec()),
            }
        }))
    }

    /// The values of `array[index]`, for an array of several axes.
    pub(crate) fn values_at<T: Element>(self, index: Option<usize>) -> Option<Values<'h, T>> {
        let layout = self.layout_at(index).filter(|_| T::fits(self.dtype))?;
        Some(Values::new(self.bytes().ok()?, &layout, self.dtype.byte_order() == ByteOrder::Big))
    }

    /// The objects of `array[index]`.
    pub(crate) fn objects_at(self, index: Option<usize>) -> Option<&'h [Value]> {
        let Data::Objects(list) = self.data else { return None };
        let (length, items) = (self.layout_at(index)?.len(), list.heap().items(list.value()));
        let start = length.checked_mul(index.unwrap_or(0))?;
        items.get(start..start.checked_add(length)?)
    }

    /// How many items `array[index]` has.
    pub(crate) fn len_at(self, index: Option<usize>) -> Option<usize> {
        self.layout_at(index).map(|layout| layout.len())
    }

    /// How many axes it has.
    pub(crate) fn axes(self) -> usize {
        self.layout().shape.len()
    }

    fn layout_at(self, index: Option<usize>) -> Option<Layout> {
        match index {
            Some(index) => self.layout().at(index),
            None => Some(self.layout()),
        }
    }

    /// The items of an array of objects, in C order of their indices; those of a structure with objects in it are tuples.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for other arrays.
    pub fn objects(self) -> Result<impl ExactSizeIterator<Item = Obj<'h>> + Clone + use<'h>> {
        match self.data {
            Data::Objects(list) => list.iter(),
            Data::Raw(_) => Err(self.object.wanted("an array of objects")),
        }
    }

    /// Its parts, to change and to build anew.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for an array whose axes lie in neither C nor Fortran order.
    pub fn parts(self, heap: &mut Heap<'_>) -> Result<ArrayParts> {
        if self.axes.is_some() {
            return Err(self.object.wanted("an array in C or Fortran order"));
        }
        let data = match self.data {
            Data::Raw(raw) => heap.bytes(raw.get()?.into_owned()),
            Data::Objects(list) => heap.copy(list),
        };
        let class = match self.class {
            Some(class) => class_of(class, heap),
            None => heap.shared_global("numpy", "ndarray"),
        };
        let dtype = self.dtype.parts()?;
        let order = if self.fortran { Order::Fortran } else { Order::C };
        let readonly = match self.data {
            Data::Raw(Raw::Bytes(object)) => match object.value() {
                Value::Buffer(id) => object.heap().buffers.get(id.index()).is_some_and(|buffer| buffer.readonly),
                value => self.class.is_none() && matches!(value, Value::Bytes(_)),
            },
            _ => false,
        };
        Ok(ArrayParts::of(dtype, self.shape(), order, data).class(class).readonly(readonly))
    }
}

/// A class in another heap: the same object for all that name it.
pub(super) fn class_of(class: Obj<'_>, heap: &mut Heap<'_>) -> Value {
    match class.global_names() {
        Some((module, name)) => heap.shared_global(&module, &name),
        None => heap.copy(class),
    }
}

impl fmt::Display for Array<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.class {
            Some(class) => write!(f, "<{class}")?,
            None => f.write_str("<numpy.ndarray")?,
        }
        write!(f, " {} {}>", Tuple(&self.shape()), self.dtype)
    }
}

/// The items of an array as Rust values: see [`Array::values`].
#[derive(Clone, Debug)]
pub struct Values<'h, T> {
    bytes: Cow<'h, [u8]>,
    offsets: Offsets,
    big: bool,
    of: std::marker::PhantomData<T>,
}

impl<'h, T> Values<'h, T> {
    pub(crate) fn new(bytes: Cow<'h, [u8]>, layout: &Layout, big: bool) -> Self {
        Self { bytes, offsets: layout.offsets(), big, of: std::marker::PhantomData }
    }
}

impl<T: Element> Iterator for Values<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        let offset = self.offsets.next()?;
        T::read(self.bytes.get(offset..offset.checked_add(size_of::<T>())?)?, self.big)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.offsets.size_hint()
    }
}

impl<T: Element> ExactSizeIterator for Values<'_, T> {}
