//! `torch.Tensor`.
//!
//! ```text
//! torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks[, {'conj': True, ..}])
//! torch._utils._rebuild_tensor(storage, offset, size, stride)                        before 0.4
//! torch._utils._rebuild_tensor_v3(.., requires_grad, hooks, dtype[, {..}])           dtypes without a storage class
//! torch._utils._rebuild_qtensor(storage, offset, size, stride, quantizer, requires_grad, hooks)
//! torch._utils._rebuild_sparse_tensor(layout, (indices, values, size[, is_coalesced]))   also for compressed rows and columns
//! torch._utils._rebuild_sparse_csr_tensor(layout, (crow_indices, col_indices, values, size))
//! torch._utils._rebuild_nested_tensor(buffer, sizes, strides, offsets)
//! torch._utils._rebuild_meta_tensor_no_storage(dtype, size, stride, requires_grad)
//! torch._utils._rebuild_parameter(tensor, requires_grad, hooks)                      around one of the others
//! torch._tensor._rebuild_from_type_v2(function, class, args, state)                  of a subclass
//! ```
//!
//! The source is `_reduce_ex_internal` of `torch/_tensor.py`, and `torch/_utils.py`.

use std::fmt;

use super::{Dtype, Storage, torch_name};
use crate::heap::{Heap, Obj, Value};
use crate::reflect::shape::{Shape, view};

/// How many calls may lie around the one that makes the tensor.
const WRAPPERS: usize = 8;

/// How a tensor is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum TensorKind {
    /// Items in a storage: `torch.strided`.
    Strided,
    /// Ints in a storage, with scales and zero points: see [`Tensor::quantizer`].
    Quantized,
    /// Tensors of indices and of values: `torch.sparse_coo`, `torch.sparse_csr` and its like. See [`Tensor::components`].
    Sparse,
    /// Tensors of different lengths one behind the other. See [`Tensor::components`].
    Nested,
    /// No numbers at all: device `meta`.
    Meta,
}

/// How the ints of a quantised tensor stand for numbers.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::large_enum_variant, reason = "a Copy view as all others; there is one for a tensor, when it is asked for")]
pub enum Quantizer<'h> {
    /// `torch.per_tensor_affine`: number = (int - zero point) * scale.
    PerTensor {
        /// The scale.
        scale: f64,
        /// The int that stands for 0.
        zero_point: i64,
    },
    /// `torch.per_channel_affine` and `torch.per_channel_affine_float_qparams`: each index of one dimension has its own.
    PerChannel {
        /// The scales.
        scales: Tensor<'h>,
        /// The ints that stand for 0.
        zero_points: Tensor<'h>,
        /// The dimension.
        axis: i64,
    },
}

/// A `torch.Tensor` of a pickle, or a `torch.nn.Parameter`: a `Copy` view. `Display` says class, shape, dtype and device.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::torch::{Dtype, Tensor, TensorKind};
///
/// let pickle = cloudpickle::loads(
///     b"\x80\x02ctorch._utils\n_rebuild_meta_tensor_no_storage\n(ctorch\nbfloat16\nK\x02K\x03\x86K\x03K\x01\x86\x89tR.",
/// )?;
/// let tensor = Tensor::reflect(pickle.root())?;
/// assert_eq!((tensor.kind(), tensor.dtype(), tensor.shape()), (TensorKind::Meta, Dtype::BF16, vec![2, 3]));
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Tensor<'h> {
    object: Obj<'h>,
    made: Made<'h>,
    parameter: Option<bool>,
    class: Option<Obj<'h>>,
}
view!(
    /// Reads what one of torch's rebuild functions is called with, whichever release wrote it.
    Tensor,
    "a torch.Tensor"
);

/// What the innermost call says.
#[derive(Clone, Copy)]
struct Made<'h> {
    kind: TensorKind,
    dtype: Dtype,
    storage: Option<Storage<'h>>,
    offset: usize,
    shape: Value,
    stride: Value,
    requires_grad: bool,
    /// The quantizer's parameters, or the components' tuple.
    parts: Option<Obj<'h>>,
    layout: Option<&'h str>,
    metadata: Option<Obj<'h>>,
}

impl<'h> Tensor<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let heap = object.heap();
        let (mut parameter, mut class) = (None, None);
        let shape = Shape::call_with_state(object)?;
        let (mut callable, mut args) = (shape.callable, shape.args());
        for _ in 0..WRAPPERS {
            let name = torch_name(callable)?;
            let inner = match (&*name, args) {
                ("_rebuild_parameter" | "_rebuild_parameter_with_state", [inner, grad, ..]) => {
                    parameter = Some(heap.obj(*grad).as_bool().ok()?);
                    *inner
                }
                ("_rebuild_from_type_v2", [function, of, inner, _]) => {
                    class = class.or(Some(heap.obj(*of)));
                    (callable, args) = (heap.obj(*function), heap.items(*inner));
                    continue;
                }
                ("_rebuild_from_type", [function, of, inner, _]) => {
                    class = class.or(Some(heap.obj(*of)));
                    (callable, args) = (heap.obj(*function), heap.items(*inner));
                    continue;
                }
                (name, args) => {
                    let made = Made::of(heap, name, args)?;
                    return Some(Self { object, made, parameter, class });
                }
            };
            let shape = Shape::call_with_state(heap.obj(inner))?;
            (callable, args) = (shape.callable, shape.args());
        }
        None
    }

    /// How it is laid out.
    #[must_use]
    pub fn kind(self) -> TensorKind {
        self.made.kind
    }

    /// `tensor.dtype`.
    #[must_use]
    pub fn dtype(self) -> Dtype {
        self.made.dtype
    }

    /// The storage that it lies in, for strided and quantised tensors. Tensors that share a storage have the same key.
    #[must_use]
    pub fn storage(self) -> Option<Storage<'h>> {
        self.made.storage
    }

    /// `tensor.storage_offset()`: where in the storage its first item is, in items.
    #[must_use]
    pub fn storage_offset(self) -> usize {
        self.made.offset
    }

    /// `tensor.shape`.
    #[must_use]
    pub fn shape(self) -> Vec<usize> {
        sizes(self.object.heap(), self.made.shape).unwrap_or_default()
    }

    /// `tensor.stride()`: how far it is from one index of a dimension to the next, in items; empty for tensors without a storage of their own.
    #[must_use]
    pub fn stride(self) -> Vec<usize> {
        sizes(self.object.heap(), self.made.stride).unwrap_or_default()
    }

    /// `tensor.numel()`: how many items it has.
    #[must_use]
    pub fn len(self) -> usize {
        self.shape().iter().fold(1, |product, length| product.saturating_mul(*length))
    }

    /// Whether it has no items.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// `tensor.device`: `cpu`, `cuda:0`, `meta`, ..
    #[must_use]
    pub fn device(self) -> std::borrow::Cow<'h, str> {
        match (self.made.kind, self.made.storage) {
            (_, Some(storage)) => storage.device(),
            (TensorKind::Meta, None) => "meta".into(),
            _ => self.components().into_iter().find_map(|(_, part)| part.storage()).map(Storage::device).unwrap_or_default(),
        }
    }

    /// `tensor.requires_grad`.
    #[must_use]
    pub fn requires_grad(self) -> bool {
        self.parameter.unwrap_or(self.made.requires_grad)
    }

    /// Whether it is a `torch.nn.Parameter`.
    #[must_use]
    pub fn is_parameter(self) -> bool {
        self.parameter.is_some()
    }

    /// The class, where it is a subclass of `torch.Tensor`.
    #[must_use]
    pub fn class(self) -> Option<Obj<'h>> {
        self.class
    }

    /// Whether its complex numbers are to be conjugated: `tensor.is_conj()`.
    #[must_use]
    pub fn is_conj(self) -> bool {
        self.flag("conj")
    }

    /// Whether its numbers are to be negated: `tensor.is_neg()`.
    #[must_use]
    pub fn is_neg(self) -> bool {
        self.flag("neg")
    }

    fn flag(self, name: &str) -> bool {
        self.made.metadata.and_then(|metadata| metadata.get(name).ok()).is_some_and(|flag| flag.as_bool() == Ok(true))
    }

    /// `tensor.layout` of sparse tensors: `torch.sparse_coo`, `torch.sparse_csr`, ..
    #[must_use]
    pub fn layout(self) -> &'h str {
        self.made.layout.unwrap_or("torch.strided")
    }

    /// What the ints of a quantised tensor mean.
    #[must_use]
    pub fn quantizer(self) -> Option<Quantizer<'h>> {
        let parts = self.made.parts.filter(|_| self.made.kind == TensorKind::Quantized)?;
        let heap = parts.heap();
        match *heap.items(parts.value()) {
            [_, scale, zero_point] => Some(Quantizer::PerTensor {
                scale: heap.obj(scale).as_f64().ok()?,
                zero_point: heap.obj(zero_point).as_i64().ok()?,
            }),
            [_, scales, zero_points, axis] => Some(Quantizer::PerChannel {
                scales: Self::recognise(heap.obj(scales))?,
                zero_points: Self::recognise(heap.obj(zero_points))?,
                axis: heap.obj(axis).as_i64().ok()?,
            }),
            _ => None,
        }
    }

    /// The tensors that a sparse or nested tensor is made of, by the names that torch has for them.
    #[must_use]
    pub fn components(self) -> Vec<(&'static str, Tensor<'h>)> {
        let Some(parts) = self.made.parts.filter(|_| self.made.kind != TensorKind::Quantized) else { return Vec::new() };
        let names: &[&str] = match self.layout() {
            "torch.sparse_coo" => &["indices", "values"],
            "torch.sparse_csr" | "torch.sparse_bsr" => &["crow_indices", "col_indices", "values"],
            "torch.sparse_csc" | "torch.sparse_bsc" => &["ccol_indices", "row_indices", "values"],
            _ => &["values", "sizes", "strides", "offsets"],
        };
        let heap = parts.heap();
        let items = heap.items(parts.value()).iter().map(|part| Self::recognise(heap.obj(*part)));
        names.iter().zip(items).filter_map(|(name, part)| Some((*name, part?))).collect()
    }
}

/// The lengths in a tuple, or in a `torch.Size`.
fn sizes(heap: &Heap<'_>, value: Value) -> Option<Vec<usize>> {
    let items = match value {
        Value::Tuple(_) | Value::List(_) => heap.items(value),
        _ => {
            let shape = Shape::call(heap.obj(value)).filter(|shape| shape.callable.is_global("torch", "Size"))?;
            heap.items(*shape.args().first()?)
        }
    };
    items.iter().map(|item| usize::try_from(heap.obj(*item).as_u64().ok()?).ok()).collect()
}

impl<'h> Made<'h> {
    fn of(heap: &'h Heap<'h>, name: &str, args: &'h [Value]) -> Option<Self> {
        let dtype_of = |value: Value| Dtype::named(&torch_name(heap.obj(value))?);
        let made = match (name, args) {
            ("_rebuild_tensor_v2" | "_rebuild_tensor", &[storage, offset, shape, stride, ref rest @ ..]) => {
                let made = Self::stored(heap, storage, None, [offset, shape, stride])?;
                Self { requires_grad: is_true(rest.first()), metadata: rest.get(2).map(|value| heap.obj(*value)), ..made }
            }
            ("_rebuild_tensor_v3", &[storage, offset, shape, stride, grad, _, dtype, ref rest @ ..]) => {
                let made = Self::stored(heap, storage, Some(dtype_of(dtype)?), [offset, shape, stride])?;
                Self { requires_grad: is_true(Some(&grad)), metadata: rest.first().map(|value| heap.obj(*value)), ..made }
            }
            ("_rebuild_qtensor", &[storage, offset, shape, stride, parts, grad, ..]) => {
                let made = Self::stored(heap, storage, None, [offset, shape, stride])?;
                let (kind, parts) = (TensorKind::Quantized, Some(heap.obj(parts)));
                Self { kind, parts, requires_grad: is_true(Some(&grad)), ..made }
            }
            ("_rebuild_sparse_tensor" | "_rebuild_sparse_csr_tensor", &[layout, parts]) => {
                let layout =
                    Shape::call(heap.obj(layout)).filter(|shape| torch_name(shape.callable).as_deref() == Some("_get_layout"))?;
                let layout = heap.obj(*layout.args().first()?).as_str().ok()?;
                let count = if layout == "torch.sparse_coo" { 2 } else { 3 };
                let (values, shape) = match heap.items(parts) {
                    items if items.len() > count => (items[count - 1], items[count]),
                    _ => return None,
                };
                let dtype = Self::inner_dtype(heap.obj(values))?;
                let parts = Some(heap.obj(parts));
                Self { layout: Some(layout), parts, ..Self::bare(TensorKind::Sparse, dtype, shape, Value::EMPTY_TUPLE) }
            }
            ("_rebuild_nested_tensor", &[buffer, _, _, _]) => {
                let made =
                    Self::bare(TensorKind::Nested, Self::inner_dtype(heap.obj(buffer))?, Value::EMPTY_TUPLE, Value::EMPTY_TUPLE);
                Self { layout: Some("torch.nested"), ..made }
            }
            ("_rebuild_meta_tensor_no_storage", &[dtype, shape, stride, grad]) => {
                let made = Self::bare(TensorKind::Meta, dtype_of(dtype)?, shape, stride);
                Self { requires_grad: is_true(Some(&grad)), ..made }
            }
            _ => return None,
        };
        sizes(heap, made.shape).and(sizes(heap, made.stride)).and(Some(made))
    }

    /// The dtype of a tensor that is part of another; one more level is not followed.
    fn inner_dtype(object: Obj<'h>) -> Option<Dtype> {
        let shape = Shape::call_with_state(object)?;
        let name = torch_name(shape.callable)?;
        name.starts_with("_rebuild_tensor").then(|| Self::of(object.heap(), &name, shape.args())).flatten().map(|made| made.dtype)
    }

    fn bare(kind: TensorKind, dtype: Dtype, shape: Value, stride: Value) -> Self {
        let (storage, parts, layout, metadata) = (None, None, None, None);
        Self { kind, dtype, storage, offset: 0, shape, stride, requires_grad: false, parts, layout, metadata }
    }

    fn stored(heap: &'h Heap<'h>, storage: Value, dtype: Option<Dtype>, [offset, shape, stride]: [Value; 3]) -> Option<Self> {
        let storage = Storage::recognise(heap.obj(storage))?;
        let dtype = dtype.or(storage.dtype())?;
        let offset = usize::try_from(heap.obj(offset).as_u64().ok()?).ok()?;
        Some(Self { storage: Some(storage), offset, ..Self::bare(TensorKind::Strided, dtype, shape, stride) })
    }
}

fn is_true(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::True | Value::Int(1)))
}

impl fmt::Display for Tensor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.class {
            Some(class) => write!(f, "<{class} ")?,
            None if self.is_parameter() => f.write_str("<torch.nn.Parameter ")?,
            None => f.write_str("<torch.Tensor ")?,
        }
        write!(f, "{} {} {}", crate::reflect::numpy::Tuple(&self.shape()), self.dtype(), self.device())?;
        match self.made.layout {
            Some(layout) => write!(f, " {layout}>"),
            None => f.write_str(">"),
        }
    }
}
