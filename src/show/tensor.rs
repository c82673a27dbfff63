//! Tensors of torch, whose data are outside the pickle.
//!
//! ```text
//! ('storage', torch.FloatStorage, '0', 'cpu', 12)                           a persistent id
//! torch._utils._rebuild_tensor_v2(storage, 0, (3, 4), (4, 1), False, OrderedDict())
//! torch._utils._rebuild_parameter(tensor, True, OrderedDict())
//! ```

use std::fmt;

use crate::heap::{Obj, Value};

use super::made::leaf;
use super::node::{Node, quoted, thousands};

/// Where the data of tensors are: a part of the persistent id.
pub(super) struct Storage<'h> {
    class: String,
    key: Obj<'h>,
    location: Obj<'h>,
    items: Obj<'h>,
}

/// The storage that a persistent id is of.
pub(super) fn storage(id: Obj<'_>) -> Option<Storage<'_>> {
    let heap = id.heap();
    let (Value::Tuple(_), &[tag, class, key, location, items, ..]) = (id.value(), heap.items(id.value())) else { return None };
    let (key, location, items) = (heap.obj(key), heap.obj(location), heap.obj(items));
    let is = heap.content(tag) == b"storage" && matches!(items.value(), Value::Int(_) | Value::Long(_));
    let is = is && matches!((key.value(), location.value()), (Value::Str(_), Value::Str(_)));
    let (_, class) = heap.obj(class).global_names().filter(|_| is)?;
    Some(Storage { class: class.into_owned(), key, location, items })
}

impl Storage<'_> {
    /// The dtype that the class of a storage has.
    fn dtype(&self) -> &str {
        match &*self.class {
            "DoubleStorage" => "float64",
            "FloatStorage" => "float32",
            "HalfStorage" => "float16",
            "BFloat16Storage" => "bfloat16",
            "LongStorage" => "int64",
            "IntStorage" => "int32",
            "ShortStorage" => "int16",
            "CharStorage" => "int8",
            "ByteStorage" => "uint8",
            "BoolStorage" => "bool",
            "ComplexFloatStorage" => "complex64",
            "ComplexDoubleStorage" => "complex128",
            other => other,
        }
    }

    fn at(&self) -> String {
        format!(
            "{}, storage {}",
            quoted(self.location.as_str().unwrap_or_default()),
            quoted(self.key.as_str().unwrap_or_default())
        )
    }
}

impl fmt::Display for Storage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items = self.items.as_u64().ok().and_then(|items| usize::try_from(items).ok()).unwrap_or_default();
        write!(f, "<torch storage {} {} on {}>", thousands(items), self.dtype(), self.at())
    }
}

/// A tensor or a parameter, as long as nothing but its shape is to be told.
pub(super) fn node(object: Obj<'_>) -> Option<Node<'_>> {
    let (_, name) = object.as_call().ok()?.callable().global_names()?;
    let heap = object.heap();
    let args = heap.items(object.as_call().ok()?.args().value());
    let no_hooks = |hooks: &Value| Node::of(heap.obj(*hooks)).is_empty();
    if object.effects().next().is_some() {
        return None;
    }
    match (&*name, args) {
        ("_rebuild_tensor_v2", [storage, offset, size, _stride, grad, hooks, ..]) if no_hooks(hooks) && args.len() == 6 => {
            let text = text("torch.Tensor", [*storage, *offset, *size, *grad].map(|part| heap.obj(part)))?;
            Some(leaf(object, "tensor", text))
        }
        ("_rebuild_parameter", [data, grad, hooks]) if no_hooks(hooks) => {
            let inner = node_args(heap.obj(*data))?;
            let text = text("torch.nn.Parameter", [inner[0], inner[1], inner[2], heap.obj(*grad)])?;
            Some(leaf(object, "tensor", text))
        }
        _ => None,
    }
}

/// Storage, offset and size of a tensor in a parameter.
fn node_args(data: Obj<'_>) -> Option<[Obj<'_>; 3]> {
    node(data)?;
    let call = data.as_call().ok()?;
    let heap = data.heap();
    match heap.items(call.args().value()) {
        [storage, offset, size, ..] if call.callable().is_global("torch._utils", "_rebuild_tensor_v2") => {
            Some([*storage, *offset, *size].map(|part| heap.obj(part)))
        }
        _ => None,
    }
}

fn text(name: &str, [data, offset, size, grad]: [Obj<'_>; 4]) -> Option<String> {
    let Value::Persistent(_) = data.value() else { return None };
    let storage = storage(data.as_persistent_id().ok()?)?;
    let Value::Tuple(_) = size.value() else { return None };
    let offset = if offset.value() == Value::Int(0) { String::new() } else { format!(" from item {offset:.20}") };
    let grad = if grad.value() == Value::True { ", requires_grad" } else { "" };
    Some(format!("<{name} {size:.80} {} on {}{offset}{grad}>", storage.dtype(), storage.at()))
}
