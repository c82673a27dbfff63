//! numpy's arrays, dtypes and scalars.
//!
//! - [`Array`]: an ndarray, or one of a subclass; [`ArrayParts`] builds one from a Rust slice.
//! - [`Dtype`], [`DtypeField`]: what its items are; [`DtypeParts`] builds one.
//! - [`Scalar`], [`ScalarParts`]: `numpy.float64(1.5)` and its like.
//! - [`MaskedArray`], [`MaskedArrayParts`]: `numpy.ma.MaskedArray`.
//! - [`Element`]: the Rust types that items are read as.
//!
//! With the feature `ndarray`, arrays of that crate are views of a pickle's (`Array::view`), are made from them (`Array::to_ndarray`), and are built into pickles
//! (`ArrayParts::from_ndarray`, `ToPy`).
//!
//! The names that numpy 1 (`numpy.core`) and numpy 2 (`numpy._core`) write are both read. What is built has the names of numpy 1, which both load,
//! unless [`Numpy::V2`] is asked for.

mod array;
mod array_parts;
mod dtype;
mod dtype_parts;
mod element;
mod layout;
mod masked;
#[cfg(feature = "ndarray")]
mod ndarray;
mod raw;
mod scalar;

pub use self::array::{Array, Values};
pub use self::array_parts::{ArrayParts, Order};
pub(crate) use self::dtype::Tuple;
pub use self::dtype::{ByteOrder, Dtype, DtypeField, DtypeKind};
pub use self::dtype_parts::{DtypeParts, FieldOf};
pub use self::element::Element;
pub(crate) use self::layout::Layout;
pub use self::masked::{MaskedArray, MaskedArrayParts};
pub use self::scalar::{Scalar, ScalarParts};

use crate::heap::{Heap, Obj, Value};

/// Which numpy's names are written for its helpers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Numpy {
    /// Those of numpy 1, `numpy.core.multiarray` and others, which numpy 2 loads too.
    #[default]
    V1,
    /// Those of numpy 2, `numpy._core.multiarray` and others, which numpy 1.26 loads too.
    V2,
}

impl Numpy {
    /// A helper in `numpy.core.<module>`.
    fn helper(self, heap: &mut Heap<'_>, module: &str, name: &str) -> Value {
        let core = match self {
            Self::V1 => "numpy.core",
            Self::V2 => "numpy._core",
        };
        heap.shared_global(&format!("{core}.{module}"), name)
    }
}

/// Whether an object is a helper in `numpy.core.<module>`, by the name of any release.
fn is_helper(object: Obj<'_>, module: &str, name: &str) -> bool {
    object.global_names().is_some_and(|(found, of)| {
        let inside = found.strip_prefix("numpy.core.").or_else(|| found.strip_prefix("numpy._core."));
        of == name && inside == Some(module)
    })
}
