//! Every tensor below an object.

use std::fmt::Write;

use super::{Module, Tensor};
use crate::error::{ErrorKind, Result};
use crate::heap::{Obj, Value};
use crate::text::PyStr;

/// How many objects are looked at: sharing makes small pickles into huge trees (`x = [x, x]`, sixty times).
const BUDGET: u64 = 1 << 22;

/// Every tensor below an object with its path: the keys of a state dict, those of a checkpoint around it, the names in a module, joined by dots.
///
/// A state dict has its own keys, as `load_state_dict` wants them. Of modules parameters and buffers come first, then the submodules, as in `module.state_dict()`.
/// A tensor that is reached by two paths comes twice.
///
/// # Errors
///
/// [`ErrorKind::LimitExceeded`] where more objects would have to be looked at than any checkpoint has.
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
    let mut found = Vec::new();
    // What is to be looked at, the next one last: its object, the length of the path before it, and its own name.
    let mut open = vec![(object, 0, Name::None)];
    let mut path = String::new();
    let mut budget = BUDGET;
    while let Some((object, length, name)) = open.pop() {
        budget = budget.checked_sub(1).ok_or(ErrorKind::LimitExceeded { what: "objects in a checkpoint", limit: BUDGET })?;
        path.truncate(length);
        let dot = if length > 0 { "." } else { "" };
        // A String takes everything.
        let _ = match name {
            Name::None => Ok(()),
            Name::Key(key) => write!(path, "{dot}{}", key.to_string_lossy()),
            Name::Index(index) => write!(path, "{dot}{index}"),
        };
        if let Some(tensor) = Tensor::recognise(object) {
            found.push((path.clone(), tensor));
            continue;
        }
        let length = path.len();
        if length > 1 << 16 {
            return Err(ErrorKind::LimitExceeded { what: "bytes in a path", limit: 1 << 16 }.into());
        }
        let first = open.len();
        match object.value() {
            Value::Tuple(_) | Value::List(_) => {
                open.extend(object.iter()?.enumerate().map(|(index, item)| (item, length, Name::Index(index))));
            }
            Value::Dict(_) | Value::Call(_) => {
                if let Some(module) = Module::recognise(object) {
                    let named = module.parameters().chain(module.buffers());
                    open.extend(named.map(|(name, tensor)| (tensor.object(), length, Name::Key(name))));
                    open.extend(module.modules().map(|(name, module)| (module, length, Name::Key(name))));
                } else if let Ok(items) = object.items() {
                    open.extend(items.filter_map(|(key, value)| Some((value, length, Name::of(key)?))));
                }
            }
            _ => {}
        }
        if open.len() as u64 > BUDGET {
            return Err(ErrorKind::LimitExceeded { what: "objects in a checkpoint", limit: BUDGET }.into());
        }
        open.get_mut(first..).unwrap_or_default().reverse();
    }
    Ok(found)
}

/// A step of a path.
#[derive(Clone, Copy)]
enum Name<'h> {
    None,
    Key(PyStr<'h>),
    Index(usize),
}

impl<'h> Name<'h> {
    fn of(key: Obj<'h>) -> Option<Self> {
        match key.as_py_str() {
            Ok(text) => Some(Self::Key(text)),
            Err(_) => usize::try_from(key.as_i64().ok()?).ok().map(Self::Index),
        }
    }
}
