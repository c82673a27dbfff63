//! Modules by value whose definitions a pickle carries.

use std::fmt;

use indexmap::IndexMap;

use super::source::number;
use super::{Class, Function, Helper};
use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Obj, Reach, Value};
use crate::pickle::ModuleByValue;
use crate::unpickle::Pickle;

/// A module of which a pickle carries functions and classes by value, or the whole as a dynamic module: a source of definitions for
/// [`Pickler::register_pickle_by_value`](crate::Pickler::register_pickle_by_value).
///
/// What a Python program wrote once with `cloudpickle.register_pickle_by_value(my_module)`, a Rust service sends on with every reference to
/// `my_module`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::PickledModule;
/// use cloudpickle::{Heap, Pickler};
///
/// let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/my_function.pkl"));
/// let module = PickledModule::new("__main__", cloudpickle::loads(bytes)?.into_owned())?;
///
/// let mut heap = Heap::new();
/// let f = heap.global("__main__", "my_function");
/// let mut pickler = Pickler::new();
/// pickler.register_pickle_by_value(module);
/// let by_value = pickler.dumps(&heap, f)?;
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub struct PickledModule {
    name: Box<str>,
    pickle: Pickle<'static>,
    /// What there is, by module and qualified name.
    definitions: IndexMap<(Box<str>, Box<str>), Value>,
    /// What it is known by in a heap.
    number: u64,
}

impl fmt::Debug for PickledModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PickledModule").field("name", &self.name).field("definitions", &self.definitions.len()).finish()
    }
}

impl PickledModule {
    /// Finds what a pickle carries of a module and of its submodules.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] when it carries nothing of it by value.
    pub fn new(name: &str, pickle: Pickle<'static>) -> Result<Self> {
        let mut definitions = IndexMap::new();
        let mut reach = Reach::default();
        reach.visit(pickle.root_value());
        while let Some(value) = reach.next(pickle.heap()) {
            let object = pickle.heap().obj(value);
            let mut add = |module: String, qualname: String, value: Value| {
                let covered = module.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
                if covered {
                    definitions.entry((module.into_boxed_str(), qualname.into_boxed_str())).or_insert(value);
                }
            };
            if let Some(function) = Function::recognise(object).filter(|function| !function.is_skeleton()) {
                if let Some(module) = function.module() {
                    add(module.to_string(), function.qualname().to_string(), value);
                }
            } else if let Some(class) = Class::recognise(object) {
                if let Some(module) = class.module() {
                    add(module.to_string(), class.qualname().to_string(), value);
                }
            } else if let Some((module, variables)) = dynamic_module(object) {
                for (name, value) in variables.items().into_iter().flatten() {
                    if let Ok(name) = name.as_str() {
                        add(module.clone(), name.to_owned(), value.value());
                    }
                }
            }
        }
        if definitions.is_empty() {
            return Err(ErrorKind::NotFound { what: "definition by value of module", name: name.to_owned() }.into());
        }
        Ok(Self { name: name.into(), pickle, definitions, number: number() })
    }

    /// The qualified names that it has definitions of, with their modules, in order.
    #[must_use]
    pub fn definitions(&self) -> Vec<(&str, &str)> {
        let mut names: Vec<(&str, &str)> = self.definitions.keys().map(|(module, name)| (&**module, &**name)).collect();
        names.sort_unstable();
        names
    }

    /// The copy in a heap of a definition. All come into a heap together, so that what they share stays shared.
    fn copy(&self, heap: &mut Heap<'_>, module: &str, name: &str) -> Option<Value> {
        let place = self.definitions.get_index_of(&(module.into(), name.into()))?;
        let key = |place: usize| (self.number, place.to_string().into_boxed_str());
        if !heap.made.contains_key(&key(place)) {
            let originals: Vec<Value> = self.definitions.values().copied().collect();
            let copies = heap.copy_all(self.pickle.heap(), &originals);
            heap.made.extend(copies.into_iter().enumerate().map(|(place, copy)| (key(place), copy)));
        }
        heap.made.get(&key(place)).copied()
    }
}

impl ModuleByValue for PickledModule {
    fn name(&self) -> &str {
        &self.name
    }

    fn define(&self, heap: &mut Heap<'_>, module: &str, name: &str) -> Result<Value> {
        let missing = || ErrorKind::NotFound { what: "definition by value of", name: format!("{module}.{name}") };
        if let Some(copy) = self.copy(heap, module, name) {
            return Ok(copy);
        }
        // An attribute of a class that is defined.
        let ends = name.match_indices('.').map(|(at, _)| at);
        let class = ends.rev().find_map(|end| Some((self.copy(heap, module, name.get(..end)?)?, name.get(end + 1..)?)));
        let (mut found, attributes) = class.ok_or_else(missing)?;
        for attribute in attributes.split('.') {
            let class = Class::recognise(heap.obj(found)).ok_or_else(missing)?;
            found = class.member(attribute).ok_or_else(missing)?.value();
        }
        Ok(found)
    }
}

/// Name and variables of a module that is made on the worker: `dynamic_subimport(name, vars)`.
fn dynamic_module(object: Obj<'_>) -> Option<(String, Obj<'_>)> {
    let call = object.as_call().ok().filter(|call| Helper::of(call.callable()) == Some(Helper::DynamicSubImport))?;
    Some((call.args().get(0).ok()?.as_str().ok()?.to_owned(), call.args().get(1).ok()?))
}
