//! Properties.
//!
//! ```text
//! property(fget, fset, fdel, doc)         # from 1.3 on; an abc.abstractproperty is written as one
//! ```

use std::fmt;

use super::Target;
use super::shape::{Origin, Shape, handles, view};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};

/// A `property` of a pickle: a `Copy` view. `Display` is `<property object>`, Python's without the address.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Property;
///
/// let pickle = cloudpickle::loads(b"cbuiltins\nproperty\n(cshapes\nsize\nNNVHow large.\ntR.")?;
/// let property = Property::reflect(pickle.root())?;
/// assert!(property.getter().is_some() && property.setter().is_none());
/// assert_eq!(property.doc().unwrap().as_str()?, "How large.");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Property<'h> {
    object: Obj<'h>,
    origin: Origin,
    args: [Value; 4],
    is_abstract: bool,
}
view!(
    /// Reads a property (`_property_reduce` of cloudpickle). One of a subclass is another object.
    Property,
    "a property"
);

impl<'h> Property<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call(object)?;
        let is_abstract = shape.callable.is_global("abc", "abstractproperty");
        match shape.args() {
            &[get, set, delete, doc] if is_abstract || shape.callable.is_global("builtins", "property") => {
                Some(Self { object, origin: shape.origin(), args: [get, set, delete, doc], is_abstract })
            }
            _ => None,
        }
    }

    fn part(self, value: Value) -> Option<Obj<'h>> {
        Some(self.object.heap().obj(value)).filter(|part| !part.is_none())
    }

    /// `fget`.
    #[must_use]
    pub fn getter(self) -> Option<Obj<'h>> {
        self.part(self.args[0])
    }

    /// `fset`.
    #[must_use]
    pub fn setter(self) -> Option<Obj<'h>> {
        self.part(self.args[1])
    }

    /// `fdel`.
    #[must_use]
    pub fn deleter(self) -> Option<Obj<'h>> {
        self.part(self.args[2])
    }

    /// `__doc__`: its own, or that of the getter.
    #[must_use]
    pub fn doc(self) -> Option<Obj<'h>> {
        self.part(self.args[3])
    }

    /// Whether it is `abc.abstractproperty`. cloudpickle writes that as a property, whose functions are abstract.
    #[must_use]
    pub fn is_abstract(self) -> bool {
        self.is_abstract
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> PropertyParts {
        let [get, set, delete, doc] = self.args;
        PropertyParts { get, set, delete, doc, is_abstract: self.is_abstract, origin: self.origin }
    }
}

impl fmt::Display for Property<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<property object>")
    }
}

/// What a property is made of: functions, or `None`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PropertyParts {
    /// `fget`.
    pub get: Value,
    /// `fset`.
    pub set: Value,
    /// `fdel`.
    pub delete: Value,
    /// `__doc__`.
    pub doc: Value,
    /// Whether it is `abc.abstractproperty`.
    pub is_abstract: bool,
    origin: Origin,
}
handles!(PropertyParts { get, set, delete, doc, origin });

impl PropertyParts {
    /// A property with a getter.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::{PropertyParts, Target};
    /// use cloudpickle::Heap;
    ///
    /// let mut heap = Heap::new();
    /// let (get, set) = (heap.global("operator", "itemgetter"), heap.global("operator", "setitem"));
    /// let property = PropertyParts::new(get).setter(set).build(&mut heap, &Target::cpython(3, 12))?;
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn new(get: Value) -> Self {
        let none = Value::None;
        Self { get, set: none, delete: none, doc: none, is_abstract: false, origin: Origin::default() }
    }

    /// Sets `fset`.
    #[must_use]
    pub fn setter(self, set: Value) -> Self {
        Self { set, ..self }
    }

    /// Sets `fdel`.
    #[must_use]
    pub fn deleter(self, delete: Value) -> Self {
        Self { delete, ..self }
    }

    /// Sets `__doc__`.
    #[must_use]
    pub fn doc(self, doc: Value) -> Self {
        Self { doc, ..self }
    }

    /// Makes it `abc.abstractproperty`.
    #[must_use]
    pub fn abstracted(self) -> Self {
        Self { is_abstract: true, ..self }
    }

    /// Builds the property.
    ///
    /// # Errors
    ///
    /// None: cloudpickle 1.2 does not write properties, but the worker needs nothing of it to make one.
    pub fn build(&self, heap: &mut Heap<'_>, _target: &Target) -> Result<Value> {
        let name = if self.is_abstract { ("abc", "abstractproperty") } else { ("builtins", "property") };
        let callable = self.origin.global(heap, &[name]);
        let args = self.origin.args(heap, &[self.get, self.set, self.delete, self.doc]);
        Ok(heap.call(callable, args))
    }
}
