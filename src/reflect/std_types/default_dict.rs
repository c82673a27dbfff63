//! `collections.defaultdict`.
//!
//! ```text
//! collections.defaultdict(factory), then SETITEMS           defaultdict() without a factory
//! ```

use std::fmt;

use super::made::Made;
use super::pairs::{Pairs, dict_text, mapping, set_pairs};
use super::text;
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;
use crate::reflect::shape::{handles, view};

/// A `defaultdict` of a pickle: a `Copy` view. `Display` is Python's `repr`: `defaultdict(<class 'int'>, {'a': 1})`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::std_types::DefaultDict;
///
/// let pickle = cloudpickle::loads(b"ccollections\ndefaultdict\n(cbuiltins\nint\ntR(Va\nI1\nu.")?;
/// let dict = DefaultDict::reflect(pickle.root())?;
/// assert!(dict.factory().unwrap().is_global("builtins", "int"));
/// assert_eq!(dict.to_string(), "defaultdict(<class 'int'>, {'a': 1})");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct DefaultDict<'h> {
    object: Obj<'h>,
    factory: Option<Obj<'h>>,
    pairs: Pairs<'h>,
}
view!(
    /// Reads a `defaultdict` (`defdict_reduce` of `_collectionsmodule.c`).
    DefaultDict,
    "a defaultdict"
);
mapping!(DefaultDict);

impl<'h> DefaultDict<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let made = Made::of(object).filter(|made| made.is_called("collections", "defaultdict"))?;
        let factory = made.arg(0).filter(|factory| !factory.is_none());
        Some(Self { object, factory, pairs: Pairs::of(object)? })
    }

    /// `default_factory`: what is called for the value of a key that is not there.
    #[must_use]
    pub fn factory(self) -> Option<Obj<'h>> {
        self.factory
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> DefaultDictParts {
        DefaultDictParts { factory: self.factory.map(Obj::value), pairs: self.pairs.handles() }
    }
}

impl fmt::Display for DefaultDict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let factory = self.factory.map_or_else(|| "None".to_owned(), text);
        write!(f, "defaultdict({factory}, {})", dict_text(self.items()))
    }
}

/// What a `defaultdict` is made of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DefaultDictParts {
    /// `default_factory`, a callable: `heap.global("builtins", "list")`.
    pub factory: Option<Value>,
    /// Its pairs.
    pub pairs: Vec<(Value, Value)>,
}
handles!(DefaultDictParts { factory, pairs });

impl DefaultDictParts {
    /// Builds the dict.
    ///
    /// # Errors
    ///
    /// None: every Python has it.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::Target;
    /// use cloudpickle::reflect::std_types::{DefaultDict, DefaultDictParts};
    /// use cloudpickle::Heap;
    ///
    /// let mut heap = Heap::new();
    /// let parts = DefaultDictParts { factory: Some(heap.global("builtins", "list")), pairs: vec![] };
    /// let dict = parts.build(&mut heap, &Target::cpython(3, 12))?;
    /// assert_eq!(DefaultDict::reflect(heap.obj(dict))?.to_string(), "defaultdict(<class 'list'>, {})");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn build(&self, heap: &mut Heap<'_>, _target: &Target) -> Result<Value> {
        let class = heap.shared_global("collections", "defaultdict");
        let args = heap.tuple(self.factory);
        let object = heap.call(class, args);
        set_pairs(heap, object, &self.pairs);
        Ok(object)
    }
}
