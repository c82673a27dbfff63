//! Arrays of the crate `ndarray`: views of what a pickle holds, and arrays built from them. Behind the feature of that name.

use std::borrow::Cow;

use ndarray::{ArrayBase, ArrayRef, ArrayViewD, Data, Dimension, IxDyn, OwnedRepr, ShapeBuilder, StrideShape};

use super::{Array, ArrayParts, ByteOrder, Element, Order};
use crate::error::Result;
use crate::heap::{Heap, Obj, ToPy, Value};
use crate::reflect::Target;
use crate::reflect::std_types::FromPy;

impl<'h> Array<'h> {
    /// The array as a view of the crate `ndarray`, with numpy's own shape and strides; nothing is copied.
    ///
    /// `None` where [`Array::as_slice_memory_order`] is `None`: items of another type or byte order, or not aligned. [`Array::to_ndarray`] copies these.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Heap;
    /// use cloudpickle::reflect::Target;
    /// use cloudpickle::reflect::numpy::{Array, ArrayParts};
    ///
    /// let mut heap = Heap::new();
    /// let parts = ArrayParts::new(&mut heap, [1u8, 2, 3, 4, 5, 6].as_slice(), [2, 3])?;
    /// let array = parts.build(&mut heap, &Target::cpython(3, 12))?;
    /// let view = Array::reflect(heap.obj(array))?.view::<u8>().expect("bytes are always aligned");
    /// assert_eq!(view, ndarray::array![[1, 2, 3], [4, 5, 6]].into_dyn());
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn view<T: Element>(self) -> Option<ArrayViewD<'h, T>> {
        let items = self.as_slice_memory_order()?;
        ArrayViewD::from_shape(self.stride_shape::<T>(), items).ok()
    }

    /// The array as one of the crate `ndarray`, copied once, whatever its byte order and alignment. Its axes lie in memory as they do in the pickle.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for items of another type or another number of axes, and those of [`Array::bytes`].
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Heap;
    /// use cloudpickle::reflect::Target;
    /// use cloudpickle::reflect::numpy::{Array, ArrayParts};
    /// use ndarray::{Array2, Axis, array};
    ///
    /// let mut heap = Heap::new();
    /// let samples = array![[1.0, 2.0], [3.0, 5.0]];
    /// let built = ArrayParts::from_ndarray(&mut heap, &samples).build(&mut heap, &Target::cpython(3, 12))?;
    /// let found: Array2<f64> = Array::reflect(heap.obj(built))?.to_ndarray()?;
    /// assert_eq!(found.sum_axis(Axis(0)), array![4.0, 7.0]);
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn to_ndarray<T: Element, D: Dimension>(self) -> Result<ndarray::Array<T, D>> {
        if !T::fits(self.dtype()) {
            return Err(self.object().wanted(T::WANTED));
        }
        let items = match self.as_slice_memory_order() {
            Some(items) => items.to_vec(),
            None => self.items_in_memory_order()?,
        };
        let array = ndarray::ArrayD::from_shape_vec(self.stride_shape::<T>(), items).ok();
        let array = array.and_then(|array| array.into_dimensionality().ok());
        array.ok_or_else(|| self.object().wanted(axes_wanted::<D>()))
    }

    fn items_in_memory_order<T: Element>(self) -> Result<Vec<T>> {
        let bytes = self.bytes()?;
        let big = self.dtype().byte_order() == ByteOrder::Big;
        Ok(bytes.chunks_exact(size_of::<T>()).filter_map(|item| T::read(item, big)).collect())
    }

    fn stride_shape<T>(self) -> StrideShape<IxDyn> {
        let shape = IxDyn(&self.shape());
        if self.is_empty() {
            // Whatever numpy's strides are, there is nothing to stride over.
            return shape.into();
        }
        let strides: Vec<usize> = self.strides().iter().map(|stride| stride / size_of::<T>()).collect();
        shape.strides(IxDyn(&strides))
    }
}

impl ArrayParts {
    /// An array of the crate `ndarray`. One that lies in C or Fortran order lives as long as the heap and is not copied; any other is copied once, in C order.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Heap;
    /// use cloudpickle::reflect::Target;
    /// use cloudpickle::reflect::numpy::{ArrayParts, Order};
    ///
    /// let table = ndarray::array![[1i64, 2, 3], [4, 5, 6]];
    /// let turned = table.t();
    /// let mut heap = Heap::new();
    /// let parts = ArrayParts::from_ndarray(&mut heap, &turned);
    /// assert_eq!((parts.shape.as_slice(), parts.order), (&[3, 2][..], Order::Fortran));
    /// let array = parts.build(&mut heap, &Target::cpython(3, 12))?;
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn from_ndarray<'a, T: Element, D: Dimension>(heap: &mut Heap<'a>, array: &'a ArrayRef<T, D>) -> Self {
        let (order, bytes) = laid_out(array);
        let data = heap.bytes(bytes);
        Self::from_data(heap, super::DtypeParts::of::<T>(), array.shape(), data).order(order)
    }
}

/// The bytes of all items and their order: as they lie in memory where that is C or Fortran order, else copied in C order.
fn laid_out<T: Element, D: Dimension>(array: &ArrayRef<T, D>) -> (Order, Cow<'_, [u8]>) {
    let order = if array.is_standard_layout() || !array.t().is_standard_layout() { Order::C } else { Order::Fortran };
    match array.as_slice_memory_order() {
        Some(items) if order == Order::Fortran || array.is_standard_layout() => (order, T::bytes(items).into()),
        _ => (order, array.iter().flat_map(|item| T::bytes(std::slice::from_ref(item))).copied().collect::<Vec<u8>>().into()),
    }
}

fn axes_wanted<D: Dimension>() -> &'static str {
    match D::NDIM {
        Some(0) => "an array without axes",
        Some(1) => "an array of one axis",
        Some(2) => "an array of 2 axes",
        Some(3) => "an array of 3 axes",
        Some(4) => "an array of 4 axes",
        Some(5) => "an array of 5 axes",
        Some(_) => "an array of 6 axes",
        None => "an array of no more items than Rust can count",
    }
}

/// `numpy.ndarray`, copied. [`ArrayParts::from_ndarray`] copies nothing.
impl<S, D> ToPy for ArrayBase<S, D>
where
    S: Data,
    S::Elem: Element,
    D: Dimension,
{
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        let (order, bytes) = laid_out(self);
        let data = heap.bytes(bytes.into_owned());
        let parts = ArrayParts::from_data(heap, super::DtypeParts::of::<S::Elem>(), self.shape(), data).order(order);
        // Not as a buffer, so that any protocol can be written.
        parts.buffer(false).build(heap, &Target::cpython(3, 11)).expect("the array has as many items as its shape says")
    }
}

/// `numpy.ndarray`, copied. [`Array::view`] copies nothing.
impl<T: Element, D: Dimension> FromPy<'_> for ArrayBase<OwnedRepr<T>, D> {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        Array::reflect(object)?.to_ndarray()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, ArrayD, Axis, Slice, array};

    use super::*;

    fn there_and_back<D: Dimension>(array: &ArrayRef<i16, D>) -> (Order, ArrayD<i16>) {
        let mut heap = Heap::new();
        let parts = ArrayParts::from_ndarray(&mut heap, array);
        let built = parts.build(&mut heap, &Target::cpython(3, 12)).expect("as many items as the shape says");
        let found = Array::reflect(heap.obj(built)).expect("an array").to_ndarray().expect("of int16");
        (parts.order, found)
    }

    #[test]
    fn every_layout() {
        let table = array![[1, 2, 3], [4, 5, 6]];
        let cases = [
            (table.view(), Order::C),
            (table.slice_axis(Axis(1), Slice::new(0, None, 2)), Order::C),
            (table.slice_axis(Axis(0), Slice::new(0, None, -1)), Order::C),
            (table.slice_axis(Axis(0), Slice::new(1, Some(1), 1)), Order::C),
            (table.t(), Order::Fortran),
        ];
        for (case, order) in cases {
            assert_eq!(there_and_back(&case), (order, case.to_owned().into_dyn()));
            let mut heap = Heap::new();
            let added = heap.add(case);
            assert_eq!(heap.obj(added).extract::<Array2<i16>>().expect("an array"), case);
        }
    }

    #[test]
    fn what_it_is_not() {
        let mut heap = Heap::new();
        let added = heap.add(array![[1.5, 2.5]]);
        let error = |result: Result<String>| result.unwrap_err().to_string();
        let object = heap.obj(added);
        assert!(error(object.extract::<Array1<f64>>().map(|a| a.to_string())).starts_with("an array of one axis wanted"));
        assert!(error(object.extract::<Array2<f32>>().map(|a| a.to_string())).starts_with("an array of float32 wanted"));
        assert!(Array::reflect(object).expect("an array").view::<i64>().is_none());
    }
}
