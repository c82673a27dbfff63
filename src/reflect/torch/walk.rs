//! Every tensor below an object.

use super::{Module, Tensor};
use crate::error::Result;
use crate::heap::{Obj, Value};
use crate::reflect::below::{Step, below};

/// Every tensor below an object with its path: the keys of a state dict, those of a checkpoint around it, the names in a module, joined by dots.
///
/// A state dict has its own keys, as `load_state_dict` wants them. Of modules parameters and buffers come first, then the submodules, as in `module.state_dict()`.
/// A tensor that is reached by two paths comes twice.
///
/// # Errors
///
/// [`ErrorKind::LimitExceeded`](crate::ErrorKind::LimitExceeded) where more objects would have to be looked at than any checkpoint has.
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use cloudpickle::reflect::torch::{self, Dtype, StorageParts, TensorParts};
///
/// let mut heap = Heap::new();
/// let storage = StorageParts::new(Dtype::F32, "0", 4).build(&mut heap);
/// let weight = TensorParts::new(storage, Dtype::F32, [4]).build(&mut heap)?;
/// let key = heap.str("layer.weight");
/// let state = heap.dict([(key, weight)]);
/// let model = heap.str("model");
/// let root = heap.dict([(model, state)]);
///
/// let found = torch::tensors(heap.obj(root))?;
/// assert_eq!((found[0].0.as_str(), found[0].1.len()), ("model.layer.weight", 4));
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub fn tensors(object: Obj<'_>) -> Result<Vec<(String, Tensor<'_>)>> {
    below(object, Tensor::recognise, |object, found| match object.value() {
        Value::Tuple(_) | Value::List(_) => {
            let items = object.iter().ok().into_iter().flatten().enumerate();
            items.for_each(|(index, item)| found(Step::Index(index), item));
        }
        Value::Dict(_) | Value::Call(_) => {
            if let Some(module) = Module::recognise(object) {
                let tensors = module.parameters().chain(module.buffers());
                tensors.for_each(|(name, tensor)| found(Step::Name(name), tensor.object()));
                module.modules().for_each(|(name, module)| found(Step::Name(name), module));
            } else if let Ok(items) = object.items() {
                items.filter_map(|(key, value)| Some((Step::of(key)?, value))).for_each(|(step, value)| found(step, value));
            }
        }
        _ => {}
    })
}
