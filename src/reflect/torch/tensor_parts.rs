//! Tensors made in Rust.

use super::{Dtype, Storage};
use crate::error::Result;
use crate::heap::{Heap, Value};

/// What a tensor is made of.
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use cloudpickle::reflect::torch::{Dtype, StorageParts, Tensor, TensorParts};
///
/// let mut heap = Heap::new();
/// let storage = StorageParts::new(Dtype::F32, "0", 6).build(&mut heap);
/// let tensor = TensorParts::new(storage, Dtype::F32, [2, 3]).build(&mut heap)?;
/// let tensor = Tensor::reflect(heap.obj(tensor))?;
/// assert_eq!(tensor.to_string(), "<torch.Tensor (2, 3) float32 cpu>");
/// assert_eq!(tensor.stride(), [3, 1]);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TensorParts {
    /// What it lies in: see [`StorageParts`](super::StorageParts).
    pub storage: Value,
    /// What its items are.
    pub dtype: Dtype,
    /// Where in the storage its first item is, in items.
    pub offset: usize,
    /// The lengths of its dimensions.
    pub shape: Vec<usize>,
    /// How far it is from one index of a dimension to the next, in items.
    pub stride: Vec<usize>,
    /// Whether gradients are computed for it.
    pub requires_grad: bool,
    /// Whether it is a `torch.nn.Parameter`.
    pub is_parameter: bool,
}
impl crate::reflect::Handles for TensorParts {
    fn each(&mut self, change: &mut dyn FnMut(&mut Value)) {
        change(&mut self.storage);
    }
}

impl TensorParts {
    /// A contiguous tensor at the beginning of a storage.
    pub fn new(storage: Value, dtype: Dtype, shape: impl Into<Vec<usize>>) -> Self {
        let shape = shape.into();
        let mut stride = vec![1; shape.len()];
        let mut next = 1_usize;
        for (stride, length) in stride.iter_mut().zip(&shape).rev() {
            *stride = next;
            next = next.saturating_mul((*length).max(1));
        }
        Self { storage, dtype, offset: 0, shape, stride, requires_grad: false, is_parameter: false }
    }

    /// Sets where in the storage its first item is, in items.
    #[must_use]
    pub fn offset(self, offset: usize) -> Self {
        Self { offset, ..self }
    }

    /// Sets the stride, in items.
    #[must_use]
    pub fn stride(self, stride: impl Into<Vec<usize>>) -> Self {
        Self { stride: stride.into(), ..self }
    }

    /// Makes it a `torch.nn.Parameter`, for which gradients are computed.
    #[must_use]
    pub fn parameter(self) -> Self {
        Self { is_parameter: true, requires_grad: true, ..self }
    }

    /// Builds the tensor: `torch._utils._rebuild_tensor_v2`, or `_v3` for dtypes without a storage class.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) where `storage` is no storage, or the tensor does not lie in it.
    pub fn build(&self, heap: &mut Heap<'_>) -> Result<Value> {
        let storage = Storage::reflect(heap.obj(self.storage))?;
        let room = storage.byte_len().unwrap_or(usize::MAX);
        let fits = super::data::layout(self.dtype, self.offset, &self.shape, &self.stride, room).is_some();
        let same = storage.dtype().is_none_or(|dtype| dtype == self.dtype);
        if !fits || !same {
            return Err(heap.obj(self.storage).wanted("a storage that the tensor lies in"));
        }
        let typed = storage.dtype().is_some();
        let sizes = |heap: &mut Heap<'_>, sizes: &[usize]| {
            let sizes: Vec<Value> = sizes.iter().map(|size| heap.add(*size)).collect();
            heap.tuple(sizes)
        };
        let (shape, stride) = (sizes(heap, &self.shape), sizes(heap, &self.stride));
        let offset = heap.add(self.offset);
        let grad = Value::bool(self.requires_grad && !self.is_parameter);
        let rebuild = heap.shared_global("torch._utils", if typed { "_rebuild_tensor_v2" } else { "_rebuild_tensor_v3" });
        let hooks = no_hooks(heap);
        let mut args = vec![self.storage, offset, shape, stride, grad, hooks];
        if !typed {
            args.push(heap.shared_global("torch", self.dtype.name()));
        }
        let args = heap.tuple(args);
        let tensor = heap.call(rebuild, args);
        if !self.is_parameter {
            return Ok(tensor);
        }
        let rebuild = heap.shared_global("torch._utils", "_rebuild_parameter");
        let hooks = no_hooks(heap);
        Ok(heap.call(rebuild, (tensor, self.requires_grad, hooks)))
    }
}

/// The backward hooks of a tensor: an `OrderedDict` without items.
fn no_hooks(heap: &mut Heap<'_>) -> Value {
    let class = heap.shared_global("collections", "OrderedDict");
    heap.call(class, ())
}
