//! `torch.nn.Module`, as far as it is data.
//!
//! ```text
//! NEWOBJ torch.nn.modules.linear.Linear ()
//! BUILD {'training': True, '_parameters': {'weight': .., 'bias': ..}, '_buffers': {}, '_modules': {}, .., 'in_features': 3}
//! ```
//!
//! In the older format the class is a persistent id, `('module', class, file, source)`.

use std::fmt;

use super::Tensor;
use crate::heap::{Obj, Value};
use crate::reflect::shape::view;
use crate::reflect::std_types::Instance;
use crate::text::PyStr;

/// A `torch.nn.Module` of a pickle: a `Copy` view. What it computes is its class, which is not in the pickle.
#[derive(Clone, Copy)]
pub struct Module<'h> {
    object: Obj<'h>,
    made: Instance<'h>,
    modules: Obj<'h>,
}
view!(
    /// Reads an instance that has `_parameters`, `_buffers` and `_modules`.
    Module,
    "a torch.nn.Module"
);

impl<'h> Module<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let made = Instance::recognise(object)?;
        let dict = |name| made.attr(name).filter(|dict| dict.items().is_ok());
        // A dict without items is a call without items.
        let any = |name| made.attr(name);
        any("_parameters").and(any("_buffers"))?;
        let modules = dict("_modules").or(any("_modules"))?;
        Some(Self { object, made, modules })
    }

    /// Module and name of the class, such as `torch.nn.modules.linear.Linear`.
    #[must_use]
    pub fn class_name(self) -> Option<String> {
        let class = self.made.class();
        match class.as_persistent_id() {
            Ok(id) => {
                let (module, name) = id.get(1).ok()?.as_global().ok()?;
                Some(format!("{module}.{name}"))
            }
            Err(_) => self.made.class_name(),
        }
    }

    /// The source of the class, which the older format keeps where it could be found.
    #[must_use]
    pub fn source(self) -> Option<&'h str> {
        self.made.class().as_persistent_id().ok()?.get(3).ok()?.as_str().ok()
    }

    /// Whether it is in training mode.
    #[must_use]
    pub fn is_training(self) -> bool {
        self.made.attr("training").is_some_and(|training| training.as_bool() == Ok(true))
    }

    /// Any other attribute, such as `in_features`.
    #[must_use]
    pub fn attr(self, name: &str) -> Option<Obj<'h>> {
        self.made.attr(name)
    }

    /// Its own parameters, those that are `None` left out.
    pub fn parameters(self) -> impl Iterator<Item = (PyStr<'h>, Tensor<'h>)> + use<'h> {
        self.tensors("_parameters")
    }

    /// Its own buffers, those that are `None` left out.
    pub fn buffers(self) -> impl Iterator<Item = (PyStr<'h>, Tensor<'h>)> + use<'h> {
        self.tensors("_buffers")
    }

    /// Whether a buffer is left out of a state dict.
    #[must_use]
    pub fn is_persistent(self, buffer: PyStr<'_>) -> bool {
        let left_out = self.made.attr("_non_persistent_buffers_set");
        let mut names = left_out.into_iter().flat_map(|set| {
            // Below protocol 4 a set is a call with a list.
            let list = set.as_call().ok().and_then(|call| call.args().get(0).ok()).unwrap_or(set);
            set.heap().items(list.value()).iter().map(move |name| set.heap().obj(*name))
        });
        !names.any(|name| name.as_py_str().is_ok_and(|name| name == buffer))
    }

    /// Its submodules by name, those that are `None` left out.
    pub fn modules(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + use<'h> {
        pairs(self.modules)
    }

    fn tensors(self, attr: &str) -> impl Iterator<Item = (PyStr<'h>, Tensor<'h>)> + use<'h> {
        let dict = self.made.attr(attr);
        dict.into_iter().flat_map(pairs).filter_map(|(name, tensor)| Some((name, Tensor::recognise(tensor)?)))
    }
}

fn pairs<'h>(dict: Obj<'h>) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + use<'h> {
    let pairs = dict.items().ok().into_iter().flatten();
    pairs.filter(|(_, value)| value.value() != Value::None).filter_map(|(name, value)| Some((name.as_py_str().ok()?, value)))
}

impl fmt::Display for Module<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = self.class_name().unwrap_or_else(|| "torch.nn.Module".to_owned());
        write!(f, "<{class}")?;
        for (name, tensor) in self.parameters().chain(self.buffers()) {
            write!(f, " {}={tensor}", name.to_string_lossy())?;
        }
        for (name, _) in self.modules() {
            write!(f, " {}", name.to_string_lossy())?;
        }
        f.write_str(">")
    }
}
