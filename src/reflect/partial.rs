//! `functools.partial`.
//!
//! ```text
//! functools.partial(function), then the state (function, args, keywords, __dict__ or None)
//! ```

use std::fmt;

use super::annotation::repr_text;
use super::shape::{Origin, Shape, handles, view};
use super::{Class, Function, Target};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::text::PyStr;

/// A `functools.partial` of a pickle: a `Copy` view. `Display` is Python's `repr`: `functools.partial(<class 'int'>, base=2)`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{Partial, PartialParts, Target};
/// use cloudpickle::{Heap, py};
///
/// let mut heap = Heap::new();
/// let int = heap.global("builtins", "int");
/// let keywords = py!(in heap, {"base": 2});
/// let partial = PartialParts::new(&mut heap, int).keywords(keywords).build(&mut heap, &Target::cpython(3, 12))?;
/// assert_eq!(Partial::reflect(heap.obj(partial))?.to_string(), "functools.partial(<class 'int'>, base=2)");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Partial<'h> {
    object: Obj<'h>,
    origin: Origin,
    class: Obj<'h>,
    function: Obj<'h>,
    /// Function, arguments, keywords, attributes.
    state: [Value; 4],
}
view!(
    /// Reads a partial (`partial.__reduce__`), one of a subclass by value too.
    Partial,
    "a functools.partial"
);

impl<'h> Partial<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call_with_state(object)?;
        let state = <[Value; 4]>::try_from(object.heap().items(shape.state?.value())).ok()?;
        let [function, args, keywords, attributes] = state;
        // On the slow path the state has the skeleton of a function by value.
        let same = |first: Value| first == function || Function::recognise(shape.obj(first)).is_some();
        let fits = matches!(shape.args(), &[first] if same(first))
            && matches!(
                (args, keywords, attributes),
                (Value::Tuple(_), Value::Dict(_) | Value::None, Value::Dict(_) | Value::None)
            );
        let class = shape.callable;
        let is_partial = |class: Obj<'_>| class.is_global("functools", "partial");
        let fits = fits && (is_partial(class) || Class::recognise(class).is_some_and(|class| class.bases().any(is_partial)));
        let function = shape.obj(*shape.args().first()?);
        fits.then(|| Self { object, origin: shape.origin(), class, function, state })
    }

    fn part(self, nth: usize) -> Obj<'h> {
        self.object.heap().obj(self.state.get(nth).copied().unwrap_or(Value::None))
    }

    /// The class: `functools.partial`, or a subclass.
    #[must_use]
    pub fn class(self) -> Obj<'h> {
        self.class
    }

    /// `func`.
    #[must_use]
    pub fn function(self) -> Obj<'h> {
        self.function
    }

    /// `args`.
    pub fn args(self) -> impl Iterator<Item = Obj<'h>> + Clone + use<'h> {
        self.part(1).iter().into_iter().flatten()
    }

    /// `keywords`.
    pub fn keywords(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        super::function::named(Some(self.part(2)))
    }

    /// `__dict__`: attributes.
    pub fn attributes(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        super::function::named(Some(self.part(3)))
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> PartialParts {
        let [again, args, keywords, attributes] = self.state;
        let (class, function) = (self.class.value(), self.function.value());
        PartialParts { class, function, args, keywords, attributes, again: Some((function, again)), origin: self.origin }
    }
}

impl fmt::Display for Partial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Class::recognise(self.class) {
            Some(class) => write!(f, "{}", class.name())?,
            None => f.write_str("functools.partial")?,
        }
        write!(f, "({}", repr_text(self.function()))?;
        for arg in self.args() {
            write!(f, ", {}", repr_text(arg))?;
        }
        for (name, value) in self.keywords() {
            write!(f, ", {}={}", name.to_string_lossy(), repr_text(value))?;
        }
        f.write_str(")")
    }
}

/// What a partial is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartialParts {
    /// The class: `functools.partial`, or a subclass.
    pub class: Value,
    /// `func`.
    pub function: Value,
    /// `args`, a tuple.
    pub args: Value,
    /// `keywords`, a dict.
    pub keywords: Value,
    /// `__dict__`, a dict or `None`.
    pub attributes: Value,
    /// The function that was read, and what stood for it in the state.
    again: Option<(Value, Value)>,
    origin: Origin,
}
handles!(PartialParts { class, function, args, keywords, attributes, again, origin });

impl PartialParts {
    /// A partial of a function without arguments.
    pub fn new(heap: &mut Heap<'_>, function: Value) -> Self {
        Self {
            class: heap.shared_global("functools", "partial"),
            function,
            args: Value::EMPTY_TUPLE,
            keywords: heap.dict([]),
            attributes: Value::None,
            again: None,
            origin: Origin::default(),
        }
    }

    /// Sets `args`, a tuple.
    #[must_use]
    pub fn args(self, args: Value) -> Self {
        Self { args, ..self }
    }

    /// Sets `keywords`, a dict.
    #[must_use]
    pub fn keywords(self, keywords: Value) -> Self {
        Self { keywords, ..self }
    }

    /// Sets `__dict__`, a dict.
    #[must_use]
    pub fn attributes(self, attributes: Value) -> Self {
        Self { attributes, ..self }
    }

    /// Builds the partial.
    ///
    /// # Errors
    ///
    /// None: every release writes it the same way.
    pub fn build(&self, heap: &mut Heap<'_>, _target: &Target) -> Result<Value> {
        let args = self.origin.args(heap, &[self.function]);
        let again = self.again.filter(|(function, _)| *function == self.function).map_or(self.function, |(_, again)| again);
        let state = self.origin.state(heap, &[again, self.args, self.keywords, self.attributes]);
        let object = heap.call(self.class, args);
        heap.build(object, state)?;
        Ok(object)
    }
}
