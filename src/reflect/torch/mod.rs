//! torch's tensors, storages, state dicts and modules.
//!
//! - [`Storage`]: the bytes that tensors lie in, known by a persistent id; [`StorageParts`] builds one.
//! - [`Tensor`], [`TensorKind`]: how a tensor lies in its storage: dtype, shape, stride, offset, device; [`TensorParts`] builds one.
//! - [`Dtype`]: `torch.float32` and its like.
//! - [`Module`]: a `torch.nn.Module` as far as it is data: its class, parameters, buffers and submodules.
//! - [`tensors`]: every tensor below an object by its path, for state dicts, checkpoints and whole modules alike.
//! - [`TensorData`]: a tensor together with the bytes of its storage.
//!
//! A pickle of torch's holds no numbers: the storages lie beside it, in the same file. With the feature `container`, `container::TorchFile` opens both formats of
//! such files, and `container::TorchWriter` writes them.

mod data;
mod dtype;
mod minifloat;
mod module;
mod storage;
mod tensor;
mod tensor_parts;
mod walk;

pub use self::data::TensorData;
pub use self::dtype::Dtype;
pub use self::module::Module;
pub use self::storage::{Storage, StorageParts};
pub use self::tensor::{Quantizer, Tensor, TensorKind};
pub use self::tensor_parts::TensorParts;
pub use self::walk::tensors;

use crate::heap::Obj;

/// The name of a global in torch, whichever of its modules has it.
fn torch_name(object: Obj<'_>) -> Option<String> {
    let (module, name) = object.global_names()?;
    let inside = module == "torch" || module.starts_with("torch.");
    inside.then(|| name.into_owned())
}
