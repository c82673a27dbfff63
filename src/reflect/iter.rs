//! Iterators: those of builtin types and of `itertools`, which pickle where they are.
//!
//! ```text
//! iter([1, 2, 3]), then the state 1           the second item is next
//! enumerate(iter, 1)   zip(iter, iter)   map(function, iter)   filter(function, iter)   reversed([..]), state
//! itertools.count(5, 2)   itertools.chain(), state   ..                                 up to Python 3.13
//! ```

use std::fmt;

use super::Target;
use super::annotation::repr_text;
use super::shape::{Origin, Shape, handles, unsayable, view};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};

/// What makes iterators among the builtins.
const BUILTINS: [&str; 6] = ["iter", "reversed", "enumerate", "zip", "map", "filter"];

/// An iterator of a pickle: a `Copy` view. `Display` is its expression: `itertools.count(5, 2)`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Iter;
///
/// let pickle = cloudpickle::loads(b"cbuiltins\niter\n((lI7\naI8\natRI1\nb.")?;
/// let iter = Iter::reflect(pickle.root())?;
/// assert_eq!(iter.kind(), "iter");
/// assert_eq!(iter.state().unwrap().as_i64()?, 1);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Iter<'h> {
    shape: Shape<'h>,
    object: Obj<'h>,
}
view!(
    /// Reads an iterator (`__reduce__` of CPython's iterators).
    Iter,
    "an iterator"
);

impl<'h> Iter<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call_with_state(object)?;
        let (module, name) = shape.callable.global_names()?;
        let makes = match &*module {
            "builtins" => BUILTINS.contains(&&*name),
            "itertools" => true,
            _ => false,
        };
        makes.then_some(Self { shape, object })
    }

    /// What makes it: `iter`, `enumerate`, or a name in `itertools`.
    #[must_use]
    pub fn kind(self) -> std::borrow::Cow<'h, str> {
        self.shape.callable.global_names().map(|(_, name)| name).unwrap_or_default()
    }

    /// Whether it is of `itertools`.
    #[must_use]
    pub fn is_itertools(self) -> bool {
        self.shape.callable.global_names().is_some_and(|(module, _)| module == "itertools")
    }

    /// What it is made with: a sequence, other iterators, a function.
    pub fn args(self) -> impl ExactSizeIterator<Item = Obj<'h>> + Clone + use<'h> {
        let shape = self.shape;
        shape.args().iter().map(move |value| shape.obj(*value))
    }

    /// How far it is, where that is not among the arguments: an index mostly.
    #[must_use]
    pub fn state(self) -> Option<Obj<'h>> {
        self.shape.state
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> IterParts {
        IterParts {
            maker: self.shape.callable.value(),
            args: self.shape.args().to_vec(),
            state: self.shape.state.map(Obj::value),
            origin: self.shape.origin(),
        }
    }
}

impl fmt::Display for Iter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_itertools() {
            f.write_str("itertools.")?;
        }
        write!(f, "{}(", self.kind())?;
        for (nth, arg) in self.args().enumerate() {
            let comma = if nth > 0 { ", " } else { "" };
            write!(f, "{comma}{}", repr_text(arg))?;
        }
        f.write_str(")")
    }
}

/// What an iterator is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IterParts {
    /// What makes it, a global.
    pub maker: Value,
    /// What it is made with.
    pub args: Vec<Value>,
    /// How far it is.
    pub state: Option<Value>,
    origin: Origin,
}
handles!(IterParts { maker, args, state, origin });

impl IterParts {
    /// An iterator of a builtin: `iter`, `reversed`, `enumerate`, `zip`, `map` or `filter`.
    pub fn builtin(heap: &mut Heap<'_>, name: &str, args: impl IntoIterator<Item = Value>) -> Self {
        let maker = heap.shared_global("builtins", name);
        Self { maker, args: args.into_iter().collect(), state: None, origin: Origin::default() }
    }

    /// An iterator of `itertools`.
    pub fn itertools(heap: &mut Heap<'_>, name: &str, args: impl IntoIterator<Item = Value>) -> Self {
        let maker = heap.shared_global("itertools", name);
        Self { maker, args: args.into_iter().collect(), state: None, origin: Origin::default() }
    }

    /// Sets how far it is, as its `__setstate__` takes it: an index for `iter` and `reversed`.
    #[must_use]
    pub fn state(self, state: Value) -> Self {
        Self { state: Some(state), ..self }
    }

    /// Builds the iterator.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotInDialect`](crate::ErrorKind::NotInDialect) for an iterator of `itertools` with a state from Python 3.14 on, which has no
    /// `__setstate__` there.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let itertools = heap.obj(self.maker).global_names().is_some_and(|(module, _)| module == "itertools");
        if itertools && self.state.is_some() && target.python() >= (3, 14) {
            return Err(unsayable("the state of an iterator of itertools", target));
        }
        let args = self.origin.args(heap, &self.args);
        let object = heap.call(self.maker, args);
        if let Some(state) = self.state {
            heap.build(object, state)?;
        }
        Ok(object)
    }
}
