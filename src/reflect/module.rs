//! Modules: by reference, and with all that is in them.
//!
//! ```text
//! subimport(name)                    a module that the worker imports
//! dynamic_subimport(name, vars)      a module that no file has, or one that is registered for pickling by value
//! ```

use std::fmt;

use super::function::named;
use super::shape::{Origin, Shape, handles, view};
use super::{Helper, Target, dill};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::text::PyStr;

/// A module of a pickle: a `Copy` view.
///
/// `Display` is Python's `repr` as far as a pickle tells it: `<module 'math'>`. Python adds where the module is from.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Module;
///
/// let pickle = cloudpickle::loads(b"ccloudpickle.cloudpickle\nsubimport\n(Vxml.etree\ntR.")?;
/// let module = Module::reflect(pickle.root())?;
/// assert_eq!(module.name(), "xml.etree");
/// assert!(!module.is_dynamic());
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Module<'h> {
    object: Obj<'h>,
    origin: Origin,
    name: Obj<'h>,
    vars: Option<Obj<'h>>,
}
view!(
    /// Reads a module, whichever way it was written (`subimport` and `dynamic_subimport` of cloudpickle, `_import_module` of dill, which
    /// has no modules by value).
    Module,
    "a module"
);

impl<'h> Module<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        if let Some(name) = dill::module_name(object) {
            return Some(Self { object, origin: Origin::default(), name, vars: None });
        }
        let (shape, helper) = Shape::helper_call(object)?;
        let (name, vars) = match (helper, shape.args()) {
            (Helper::SubImport, &[name]) => (name, None),
            (Helper::DynamicSubImport, &[name, vars @ Value::Dict(_)]) => (name, Some(shape.obj(vars))),
            _ => return None,
        };
        let name = shape.obj(name);
        name.as_py_str().is_ok().then_some(Self { object, origin: shape.origin(), name, vars })
    }

    /// `__name__`: with dots for a module in a package.
    #[must_use]
    pub fn name(self) -> PyStr<'h> {
        self.name.as_py_str().unwrap_or_else(|_| PyStr::from(""))
    }

    /// Whether it travels by value.
    #[must_use]
    pub fn is_dynamic(self) -> bool {
        self.vars.is_some()
    }

    /// What is in it, in the order of its `__dict__`; nothing for a module by reference.
    pub fn vars(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        named(self.vars)
    }

    /// What a name in it stands for; `None` for a module by reference too.
    #[must_use]
    pub fn var(self, name: &str) -> Option<Obj<'h>> {
        self.vars?.get(name).ok()
    }

    /// `__doc__`, unless it is `None`.
    #[must_use]
    pub fn doc(self) -> Option<Obj<'h>> {
        self.var("__doc__").filter(|doc| !doc.is_none())
    }

    /// The handle of the dict of [`Module::vars`], to change it.
    #[must_use]
    pub fn vars_dict(self) -> Option<Value> {
        self.vars.map(Obj::value)
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> ModuleParts {
        ModuleParts { name: self.name.value(), vars: self.vars_dict(), origin: self.origin }
    }
}

impl fmt::Display for Module<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<module {:?}>", self.name())
    }
}

/// What a module is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModuleParts {
    /// `__name__`, a str.
    pub name: Value,
    /// What is in it, a dict; `None` for a module by reference.
    pub vars: Option<Value>,
    origin: Origin,
}
handles!(ModuleParts { name, vars, origin });

impl ModuleParts {
    /// A module that the worker imports.
    pub fn reference(heap: &mut Heap<'_>, name: &str) -> Self {
        Self { name: heap.str(name), vars: None, origin: Origin::default() }
    }

    /// A new module, made as `types.ModuleType(name)` makes one.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::{ModuleParts, Target};
    /// use cloudpickle::{Heap, Pickler};
    ///
    /// let mut heap = Heap::new();
    /// let module = ModuleParts::dynamic(&mut heap, "settings").var(&mut heap, "LIMIT", Some(10))?;
    /// let module = module.build(&mut heap, &Target::cpython(3, 12))?;
    /// // pickle.loads(bytes).LIMIT == 10
    /// let bytes = Pickler::new().dumps(&heap, module)?;
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn dynamic(heap: &mut Heap<'_>, name: &str) -> Self {
        let name = heap.str(name);
        let mut pairs = vec![(heap.str("__name__"), name)];
        for key in ["__doc__", "__package__", "__loader__", "__spec__"] {
            pairs.push((heap.str(key), Value::None));
        }
        Self { name, vars: Some(heap.dict(pairs)), origin: Origin::default() }
    }

    /// Puts something into it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for a module by reference.
    pub fn var(self, heap: &mut Heap<'_>, name: &str, value: impl crate::heap::ToPy) -> Result<Self> {
        heap.set_item(self.vars.unwrap_or(Value::None), name, value)?;
        Ok(self)
    }

    /// Builds the module.
    ///
    /// # Errors
    ///
    /// None: every release has both ways.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let helper = if self.vars.is_some() { Helper::DynamicSubImport } else { Helper::SubImport };
        let callable = self.origin.helper(heap, target, helper);
        let items: Vec<_> = [Some(self.name), self.vars].into_iter().flatten().collect();
        let args = self.origin.args(heap, &items);
        Ok(heap.call(callable, args))
    }
}
