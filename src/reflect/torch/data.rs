//! A tensor with the bytes of its storage.

use std::borrow::Cow;

use super::dtype::Number;
use super::{Dtype, Tensor};
use crate::error::{Error, ErrorKind, Result};
use crate::reflect::numpy::{Element, Layout, Values};

/// Where the items of a tensor lie in the bytes of its storage; `None` where they do not.
pub(super) fn layout(dtype: Dtype, offset: usize, shape: &[usize], stride: &[usize], room: usize) -> Option<Layout> {
    let size = dtype.item_size();
    let strides = stride.iter().map(|stride| stride.checked_mul(size)).collect::<Option<Vec<_>>>()?;
    Layout::strided(offset.checked_mul(size)?, shape.to_vec(), strides, size, room)
}

/// The numbers of a tensor: how it lies in its storage, and the storage's bytes, which are borrowed from the file.
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use cloudpickle::reflect::torch::{Dtype, StorageParts, Tensor, TensorParts};
///
/// let mut heap = Heap::new();
/// let storage = StorageParts::new(Dtype::I16, "0", 6).build(&mut heap);
/// // Six numbers, read as the columns of two rows.
/// let tensor = TensorParts::new(storage, Dtype::I16, [3, 2]).stride([1, 3]).build(&mut heap)?;
/// let bytes: Vec<u8> = (1..7_i16).flat_map(i16::to_le_bytes).collect();
///
/// let data = Tensor::reflect(heap.obj(tensor))?.with_bytes(&bytes)?;
/// assert_eq!(data.values::<i16>()?.collect::<Vec<_>>(), [1, 4, 2, 5, 3, 6]);
/// assert_eq!(data.numbers()?.sum::<f64>(), 21.0);
/// assert!(data.bytes().is_none()); // they do not lie in the order of the indices
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TensorData<'b> {
    dtype: Dtype,
    layout: Layout,
    storage: &'b [u8],
    big: bool,
}

impl<'h> Tensor<'h> {
    /// The tensor with the bytes of its storage, in little endian as nearly all files have them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for tensors of other kinds than [`TensorKind::Strided`](super::TensorKind::Strided) and quantised ones, and where it does not lie in the bytes.
    pub fn with_bytes<'b>(self, storage: &'b [u8]) -> Result<TensorData<'b>> {
        self.with_bytes_of(storage, false)
    }

    pub(crate) fn with_bytes_of<'b>(self, storage: &'b [u8], big: bool) -> Result<TensorData<'b>> {
        let short = || self.object().wanted("a tensor that lies in its storage");
        self.storage().ok_or_else(|| self.object().wanted("a tensor with a storage"))?;
        let layout = layout(self.dtype(), self.storage_offset(), &self.shape(), &self.stride(), storage.len());
        Ok(TensorData { dtype: self.dtype(), layout: layout.ok_or_else(short)?, storage, big })
    }
}

impl<'b> TensorData<'b> {
    /// What the items are.
    #[must_use]
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// The lengths of the dimensions.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.layout.shape
    }

    /// `tensor.numel()`: how many items there are. An expanded tensor has more than its storage.
    #[must_use]
    pub fn len(&self) -> usize {
        self.layout.len()
    }

    /// Whether there are no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `tensor.is_contiguous()`: whether the items lie in the order of their indices without gaps.
    #[must_use]
    pub fn is_contiguous(&self) -> bool {
        self.layout.is_c(self.dtype.item_size())
    }

    /// The bytes of the tensor, a part of the file; `None` where they do not lie in the order of the indices.
    #[must_use]
    pub fn bytes(&self) -> Option<&'b [u8]> {
        let length = self.len().checked_mul(self.dtype.item_size())?;
        if length == 0 {
            return Some(&[]);
        }
        let end = self.layout.start.checked_add(length)?;
        self.storage.get(self.layout.start..end).filter(|_| self.is_contiguous())
    }

    /// The items as a slice, where they are of this type and the machine's byte order, contiguous and aligned.
    ///
    /// torch puts storages at multiples of 64 bytes of the file, so this is so where the file itself is mapped or read into aligned memory.
    #[must_use]
    pub fn as_slice<T: Element>(&self) -> Option<&'b [T]> {
        let native = self.big == cfg!(target_endian = "big") || self.dtype.item_size() == 1;
        self.bytes().filter(|_| native && self.dtype.is_of::<T>()).and_then(T::cast)
    }

    /// The items in the order of their indices, wherever they lie.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for items of another type.
    pub fn values<T: Element>(&self) -> Result<Values<'b, T>> {
        if !self.dtype.is_of::<T>() {
            return Err(self.other(T::WANTED));
        }
        Ok(Values::new(Cow::Borrowed(self.storage), &self.layout, self.big))
    }

    /// The bytes of each item, in the order of the indices.
    pub fn item_bytes(&self) -> impl ExactSizeIterator<Item = &'b [u8]> + use<'b> {
        let (storage, size) = (self.storage, self.dtype.item_size());
        self.layout.offsets().map(move |offset| storage.get(offset..offset.saturating_add(size)).unwrap_or_default())
    }

    /// The items as `f64`, floats of 16 and 8 bits among them; bools are 0 and 1, large ints are rounded, quantised items are the ints that they are stored as.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for complex numbers, and for dtypes whose items share a byte.
    pub fn numbers(&self) -> Result<impl ExactSizeIterator<Item = f64> + use<'b>> {
        let big = self.big;
        let read: fn(&[u8], bool) -> Option<f64> = match self.dtype {
            Dtype::F32 => |bytes, big| f32::read(bytes, big).map(f64::from),
            Dtype::F64 => f64::read,
            Dtype::I8 | Dtype::QI8 => |bytes, big| i8::read(bytes, big).map(f64::from),
            Dtype::I16 => |bytes, big| i16::read(bytes, big).map(f64::from),
            Dtype::I32 | Dtype::QI32 => |bytes, big| i32::read(bytes, big).map(f64::from),
            Dtype::I64 => |bytes, big| i64::read(bytes, big).map(crate::int::f64_from_i64),
            Dtype::U8 | Dtype::QU8 => |bytes, big| u8::read(bytes, big).map(f64::from),
            Dtype::U16 => |bytes, big| u16::read(bytes, big).map(f64::from),
            Dtype::U32 => |bytes, big| u32::read(bytes, big).map(f64::from),
            Dtype::U64 => |bytes, big| u64::read(bytes, big).map(crate::int::f64_from_u64),
            Dtype::Bool => |bytes, big| bool::read(bytes, big).map(|bool| f64::from(u8::from(bool))),
            _ => |_, _| None,
        };
        let small = match self.dtype.number() {
            Number::Small(small) => Some(small),
            Number::Element(crate::reflect::numpy::DtypeKind::Complex) | Number::Opaque => return Err(self.other("real numbers")),
            Number::Element(_) => None,
        };
        Ok(self.item_bytes().map(move |bytes| match small {
            Some(small) => {
                let bits = match *bytes {
                    [a, b] if big => u16::from_be_bytes([a, b]),
                    [a, b] => u16::from_le_bytes([a, b]),
                    [a] => a.into(),
                    _ => 0,
                };
                small.value(bits.into())
            }
            None => read(bytes, big).unwrap_or(f64::NAN),
        }))
    }

    #[cold]
    fn other(&self, wanted: &'static str) -> Error {
        ErrorKind::WrongType { wanted, found: format!("a tensor of {}", self.dtype) }.into()
    }
}
