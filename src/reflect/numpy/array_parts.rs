//! Arrays made in Rust.

use std::borrow::Cow;

use super::layout::Layout;
use super::{DtypeParts, Element, Numpy};
use crate::error::{ErrorKind, Result};
use crate::heap::{Buffer, Heap, Value};
use crate::reflect::Target;

/// How the items of an array lie in memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Order {
    /// The last index changes first.
    #[default]
    C,
    /// The first index changes first.
    Fortran,
}

/// What an array is made of.
///
/// # Examples
///
/// A slice that lives as long as the heap is not copied at all until it is written; from protocol 5 on it can be handed over as it is:
///
/// ```
/// use cloudpickle::reflect::Target;
/// use cloudpickle::reflect::numpy::ArrayParts;
/// use cloudpickle::{Heap, Pickler};
///
/// let samples = vec![0.5; 10_000];
/// let mut heap = Heap::new();
/// let array = ArrayParts::new(&mut heap, samples.as_slice(), [100, 100])?;
/// let array = array.build(&mut heap, &Target::cpython(3, 12))?;
/// let (bytes, buffers) = Pickler::new().dumps_with_buffers(&heap, array)?;
/// assert!(bytes.len() < 200);
/// assert_eq!(buffers[0].len(), 80_000);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArrayParts {
    /// The class: `numpy.ndarray`, or a subclass.
    pub class: Value,
    /// What the items are.
    pub dtype: DtypeParts,
    /// The lengths of the axes.
    pub shape: Vec<usize>,
    /// In which order the items lie in `data`.
    pub order: Order,
    /// Bytes, or a list of objects in C order.
    pub data: Value,
    /// Handed over as a buffer; `None` where numpy does that.
    buffer: Option<bool>,
    readonly: bool,
    numpy: Numpy,
}
impl crate::reflect::Handles for ArrayParts {
    fn each(&mut self, change: &mut dyn FnMut(&mut Value)) {
        change(&mut self.class);
        change(&mut self.data);
    }
}

impl ArrayParts {
    /// An array of Rust values in C order: a vector, copied once, or a slice that lives as long as the heap, not copied.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] where the shape has another number of items.
    pub fn new<'a, T: Element>(
        heap: &mut Heap<'a>,
        items: impl Into<Cow<'a, [T]>>,
        shape: impl Into<Vec<usize>>,
    ) -> Result<Self> {
        let data = match items.into() {
            Cow::Borrowed(items) => heap.bytes(T::bytes(items)),
            Cow::Owned(items) => heap.bytes(T::bytes(&items).to_vec()),
        };
        let class = heap.shared_global("numpy", "ndarray");
        let parts = Self { class, ..Self::of(DtypeParts::of::<T>(), shape.into(), Order::C, data) };
        parts.layout(heap)?;
        Ok(parts)
    }

    /// An array of any dtype from its bytes, or from a list of objects.
    pub fn from_data(heap: &mut Heap<'_>, dtype: DtypeParts, shape: impl Into<Vec<usize>>, data: Value) -> Self {
        Self { class: heap.shared_global("numpy", "ndarray"), ..Self::of(dtype, shape.into(), Order::C, data) }
    }

    pub(super) fn of(dtype: DtypeParts, shape: Vec<usize>, order: Order, data: Value) -> Self {
        Self { class: Value::None, dtype, shape, order, data, buffer: None, readonly: false, numpy: Numpy::default() }
    }

    /// Sets the class, for arrays of a subclass such as `numpy.matrix`.
    #[must_use]
    pub fn class(self, class: Value) -> Self {
        Self { class, ..self }
    }

    /// Sets the order in which the items lie.
    #[must_use]
    pub fn order(self, order: Order) -> Self {
        Self { order, ..self }
    }

    /// Sets which numpy's names are written.
    #[must_use]
    pub fn numpy(self, numpy: Numpy) -> Self {
        Self { numpy, ..self }
    }

    /// `array.flags.writeable = False`, which protocol 5 can say.
    #[must_use]
    pub fn readonly(self, readonly: bool) -> Self {
        Self { readonly, ..self }
    }

    /// Whether it is handed over as a buffer from protocol 5 on. numpy does this for `ndarray` itself without objects and times in it.
    #[must_use]
    pub fn buffer(self, buffer: bool) -> Self {
        Self { buffer: Some(buffer), ..self }
    }

    fn layout(&self, heap: &Heap<'_>) -> Result<Layout> {
        let layout = Layout::new(self.shape.clone(), self.dtype.item_size(), self.order == Order::Fortran);
        let length = layout.as_ref().map(Layout::len);
        let data = heap.obj(self.data);
        let fits = match self.data {
            Value::List(_) => data.len().ok() == length,
            _ => length.and_then(|length| length.checked_mul(self.dtype.item_size())) == Some(data.as_bytes()?.len()),
        };
        let wanted = || data.wanted("as much data as shape and dtype say");
        layout.filter(|_| fits).ok_or_else(wanted)
    }

    /// Whether the order is written as Fortran order: an array of one axis is in C order too.
    fn is_fortran(&self, heap: &Heap<'_>) -> Result<bool> {
        Ok(self.order == Order::Fortran && !self.layout(heap)?.is_c(self.dtype.item_size()))
    }

    /// What `__setstate__` is given.
    pub(super) fn state(&self, heap: &mut Heap<'_>) -> Result<Vec<Value>> {
        let fortran = self.is_fortran(heap)?;
        let shape = self.build_shape(heap);
        let dtype = self.dtype.build(heap, self.numpy)?;
        Ok(vec![Value::Int(1), shape, dtype, Value::bool(fortran), self.data])
    }

    fn build_shape(&self, heap: &mut Heap<'_>) -> Value {
        let shape: Vec<Value> = self.shape.iter().map(|length| heap.add(*length)).collect();
        heap.tuple(shape)
    }

    /// Builds the array.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] where `data` is not as long as shape and dtype say, and those of [`DtypeParts::build`].
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let plain = heap.obj(self.class).is_global("numpy", "ndarray");
        let buffer = self.buffer.unwrap_or_else(|| plain && self.dtype.has_buffer());
        if buffer && target.protocol_number() >= 5 && !matches!(self.data, Value::List(_)) {
            return self.build_buffer(heap);
        }
        let reconstruct = self.numpy.helper(heap, "multiarray", "_reconstruct");
        let shape = heap.tuple([Value::Int(0)]);
        let letter = heap.bytes(b"b");
        let array = heap.call(reconstruct, (self.class, shape, letter));
        let state = self.state(heap)?;
        let state = heap.tuple(state);
        heap.build(array, state)?;
        Ok(array)
    }

    fn build_buffer(&self, heap: &mut Heap<'_>) -> Result<Value> {
        let order = if self.is_fortran(heap)? { "F" } else { "C" };
        let span = heap.span(self.data).ok_or_else(|| ErrorKind::WrongType { wanted: "bytes", found: "other data".into() })?;
        let buffer = heap.push_buffer(Buffer { data: Some(span), readonly: self.readonly, of_byte_array: false });
        let frombuffer = self.numpy.helper(heap, "numeric", "_frombuffer");
        let dtype = self.dtype.build(heap, self.numpy)?;
        let shape = self.build_shape(heap);
        let order = Value::Str(heap.intern(order.as_bytes()));
        Ok(heap.call(frombuffer, (buffer, dtype, shape, order)))
    }
}
