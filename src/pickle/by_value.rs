//! By reference or by value: modules whose functions and classes travel along.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

use super::Pickler;
use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Reach, Value};
use crate::unpickle::PROLOGUE;

/// A module that can say how its functions and classes are made on a worker that does not have it.
///
/// [`SourceModule`](crate::SourceModule) is one.
pub trait ModuleByValue: fmt::Debug + Send + Sync {
    /// The module's name.
    fn name(&self) -> &str;

    /// Makes something of the module, or of one of its submodules, in a heap: `name` with its dots in the module `module`.
    ///
    /// The object is made once for each reference to it, so what references share has to be kept by the module. It must not be made of a
    /// reference to itself: only what is done to an object after it was made may refer to it.
    ///
    /// # Errors
    ///
    /// When it does not know that module, or cannot make it.
    fn define(&self, heap: &mut Heap<'_>, module: &str, name: &str) -> Result<Value>;
}

/// The modules that are registered, by their names.
pub(crate) type Registry = IndexMap<Box<str>, Arc<dyn ModuleByValue>>;

impl Pickler {
    /// Writes the functions and classes of a module, and of its submodules, by value from now on: cloudpickle's
    /// `register_pickle_by_value`.
    ///
    /// A [global](crate::Heap::global) is a reference: the worker imports the module. Where `my_module`, or a package above it, is
    /// registered, `my_module.my_function` is written as what the module makes of it instead. The submodules of a
    /// [`SourceModule`](crate::SourceModule) are found among those that it [requires](crate::SourceModule::require).
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::{Heap, Pickler, Source};
    ///
    /// let mut heap = Heap::new();
    /// let f = heap.global("my_module", "f");
    /// let mut pickler = Pickler::new();
    /// let by_reference = pickler.dumps(&heap, f)?; // ModuleNotFoundError where my_module is not installed
    ///
    /// pickler.register_pickle_by_value(Source::module("my_module", "def f(x): return x + 1"));
    /// let by_value = pickler.dumps(&heap, f)?;
    /// assert_ne!(by_value, by_reference);
    ///
    /// pickler.unregister_pickle_by_value("my_module")?;
    /// assert_eq!(pickler.dumps(&heap, f)?, by_reference);
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn register_pickle_by_value(&mut self, module: impl ModuleByValue + 'static) {
        self.by_value.insert(module.name().into(), Arc::new(module));
    }

    /// Writes a module by reference again: cloudpickle's `unregister_pickle_by_value`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotRegistered`] for a module that is not registered itself.
    ///
    /// # Examples
    ///
    /// ```
    /// let err = cloudpickle::Pickler::new().unregister_pickle_by_value("my_module").unwrap_err();
    /// assert_eq!(err.to_string(), "module my_module is not registered for pickling by value");
    /// ```
    pub fn unregister_pickle_by_value(&mut self, module: &str) -> Result<()> {
        let removed = self.by_value.shift_remove(module);
        removed.map(drop).ok_or_else(|| ErrorKind::NotRegistered(module.to_owned()).into())
    }

    /// The names of the modules that are registered: cloudpickle's `list_registry_pickle_by_value`.
    pub fn list_registry_pickle_by_value(&self) -> impl ExactSizeIterator<Item = &str> {
        self.by_value.keys().map(AsRef::as_ref)
    }

    /// The heap with definitions of what is to be written by value, and which globals stand for them; `None` when there are none.
    pub(crate) fn define<'a>(
        &self,
        heap: &Heap<'a>,
        roots: &[Value],
        prologue: bool,
    ) -> Result<Option<(Heap<'a>, HashMap<Value, Value>)>> {
        let mut defined = None;
        let mut definitions = HashMap::new();
        if self.by_value.is_empty() {
            return Ok(None);
        }
        let mut reach = Reach::default();
        roots.iter().for_each(|root| reach.visit(*root));
        if prologue {
            reach.visit_effects(heap, PROLOGUE);
        }
        while let Some(value) = reach.next(defined.as_ref().unwrap_or(heap)) {
            let reference = defined.as_ref().unwrap_or(heap).reference(value);
            let Some((module, name)) = reference.map(|(module, name)| (module.into_owned(), name.into_owned())) else { continue };
            let Some(by_value) = self.covering(&module) else { continue };
            let heap = defined.get_or_insert_with(|| heap.clone());
            let definition = by_value.define(heap, &module, &name)?;
            if definition == value {
                continue;
            }
            heap.move_effects(value, definition)?;
            reach.visit(definition);
            definitions.insert(value, definition);
        }
        Ok(defined.map(|heap| (heap, definitions)))
    }

    /// The module that is registered for this one: itself, or the nearest package above it.
    fn covering(&self, module: &str) -> Option<&dyn ModuleByValue> {
        let mut name = module;
        loop {
            if let Some(found) = self.by_value.get(name) {
                return Some(&**found);
            }
            (name, _) = name.rsplit_once('.')?;
        }
    }
}
