//! Namedtuples, as views over their class.
//!
//! A namedtuple is an ordinary class with base `tuple`: its fields are in `_fields`, its defaults in `_field_defaults`.

use std::fmt;

use super::function::named;
use super::shape::{handles, unsayable};
use super::{Class, PartialParts, Target};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::text::PyStr;

/// A namedtuple class: a `Copy` view over its [`Class`].
#[derive(Clone, Copy)]
pub struct NamedTuple<'h> {
    class: Class<'h>,
    fields: Obj<'h>,
}

impl<'h> NamedTuple<'h> {
    /// The namedtuple that a class is, of `collections.namedtuple` or `typing.NamedTuple`; `None` for other classes, subclasses of
    /// namedtuples among them.
    #[must_use]
    pub fn of(class: Class<'h>) -> Option<Self> {
        let fields = class.member("_fields").filter(|fields| matches!(fields.value(), Value::Tuple(_)))?;
        let texts = fields.iter().ok()?.all(|field| field.as_py_str().is_ok());
        let is_tuple = |base: Obj<'_>| base.is_global("builtins", "tuple") || base.is_global("typing", "NamedTuple");
        (texts && class.bases().any(is_tuple)).then_some(Self { class, fields })
    }

    /// Its class.
    #[must_use]
    pub fn class(self) -> Class<'h> {
        self.class
    }

    /// `_fields`: the names.
    pub fn fields(self) -> impl Iterator<Item = PyStr<'h>> + Clone + use<'h> {
        self.fields.iter().into_iter().flatten().filter_map(|field| field.as_py_str().ok())
    }

    /// `_field_defaults`: defaults by name, of the last fields.
    pub fn defaults(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        named(self.class.member("_field_defaults"))
    }

    /// `__annotations__`: types by name, of a `typing.NamedTuple`.
    pub fn annotations(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        named(self.class.member("__annotations__"))
    }
}

impl fmt::Display for NamedTuple<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.class)
    }
}

impl fmt::Debug for NamedTuple<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// What a namedtuple is made of on the worker: a call of `collections.namedtuple`. It holds no bytecode, so that any Python can load it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NamedTupleParts {
    /// `__name__`, a str.
    pub name: Value,
    /// The names of the fields, strs.
    pub fields: Vec<Value>,
    /// Defaults of the last fields.
    pub defaults: Vec<Value>,
    /// `__module__`, a str.
    pub module: Value,
}
handles!(NamedTupleParts { name, fields, defaults, module });

impl NamedTupleParts {
    /// A namedtuple of the module `__main__`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::{NamedTupleParts, Target};
    /// use cloudpickle::Heap;
    ///
    /// let mut heap = Heap::new();
    /// let zero = heap.add(0);
    /// let pair = NamedTupleParts::new(&mut heap, "Pair", ["left", "right"]).defaults([zero]);
    /// let pair = pair.build(&mut heap, &Target::cpython(3, 12))?;
    /// // pickle.loads(..) == Pair(left=1, right=0)
    /// let one = heap.call(pair, (1,));
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn new<'n>(heap: &mut Heap<'_>, name: &str, fields: impl IntoIterator<Item = &'n str>) -> Self {
        Self {
            name: heap.str(name),
            fields: fields.into_iter().map(|field| heap.str(field)).collect(),
            defaults: Vec::new(),
            module: heap.str("__main__"),
        }
    }

    /// Sets the defaults of the last fields, from Python 3.7 on.
    #[must_use]
    pub fn defaults(self, defaults: impl IntoIterator<Item = Value>) -> Self {
        Self { defaults: defaults.into_iter().collect(), ..self }
    }

    /// Sets `__module__`.
    pub fn module(self, heap: &mut Heap<'_>, module: &str) -> Self {
        Self { module: heap.str(module), ..self }
    }

    /// Builds the class.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotInDialect`](crate::ErrorKind::NotInDialect) for defaults before Python 3.7.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let mut keywords = vec![(heap.str("module"), self.module)];
        if !self.defaults.is_empty() {
            if target.python() < (3, 7) {
                return Err(unsayable("a namedtuple with defaults", target));
            }
            let defaults = heap.tuple(self.defaults.iter().copied());
            keywords.push((heap.str("defaults"), defaults));
        }
        let keywords = heap.dict(keywords);
        let maker = heap.shared_global("collections", "namedtuple");
        let maker = PartialParts::new(heap, maker).keywords(keywords).build(heap, target)?;
        let fields = heap.tuple(self.fields.iter().copied());
        Ok(heap.call(maker, (self.name, fields)))
    }
}
