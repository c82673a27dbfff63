//! `collections.OrderedDict`.
//!
//! ```text
//! collections.OrderedDict(), then SETITEMS           then the attributes as state, if there are any
//! collections.OrderedDict([['a', 1], ['b', 2]])      Python 2
//! ```

use std::fmt;

use super::made::Made;
use super::pairs::{Pairs, dict_text, mapping, set_pairs};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;
use crate::reflect::shape::{handles, view};

/// An `OrderedDict` of a pickle: a `Copy` view. `Display` is Python's `repr` since 3.12: `OrderedDict({'a': 1})`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::std_types::OrderedDict;
///
/// let pickle = cloudpickle::loads(b"ccollections\nOrderedDict\n)R(Va\nI1\nVb\nI2\nu.")?;
/// let dict = OrderedDict::reflect(pickle.root())?;
/// assert_eq!(dict.get("b").unwrap().as_i64()?, 2);
/// assert_eq!(dict.to_string(), "OrderedDict({'a': 1, 'b': 2})");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct OrderedDict<'h> {
    object: Obj<'h>,
    made: Made<'h>,
    pairs: Pairs<'h>,
}
view!(
    /// Reads an `OrderedDict` (`odict_reduce` of `odictobject.c`). Classes derived from it are [`Instance`](super::Instance)s.
    OrderedDict,
    "an OrderedDict"
);
mapping!(OrderedDict);

impl<'h> OrderedDict<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let made = Made::of(object).filter(|made| made.is_called("collections", "OrderedDict"))?;
        Some(Self { object, made, pairs: Pairs::of(object)? })
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> OrderedDictParts {
        OrderedDictParts { pairs: self.pairs.handles(), state: self.made.state().map(Obj::value) }
    }
}

impl fmt::Display for OrderedDict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("OrderedDict()");
        }
        write!(f, "OrderedDict({})", dict_text(self.items()))
    }
}

/// What an `OrderedDict` is made of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OrderedDictParts {
    /// Its pairs.
    pub pairs: Vec<(Value, Value)>,
    /// `__dict__`, where it has attributes.
    pub state: Option<Value>,
}
handles!(OrderedDictParts { pairs, state });

impl OrderedDictParts {
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
    /// use cloudpickle::reflect::std_types::{OrderedDict, OrderedDictParts};
    /// use cloudpickle::{Heap, Value};
    ///
    /// let mut heap = Heap::new();
    /// let pairs = vec![(heap.str("b"), Value::Int(2)), (heap.str("a"), Value::Int(1))];
    /// let dict = OrderedDictParts { pairs, state: None }.build(&mut heap, &Target::cpython(3, 12))?;
    /// assert_eq!(OrderedDict::reflect(heap.obj(dict))?.to_string(), "OrderedDict({'b': 2, 'a': 1})");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let class = heap.shared_global("collections", "OrderedDict");
        let object = if target.python() < (3, 0) {
            let pairs: Vec<Value> = self.pairs.iter().map(|(key, value)| heap.list([*key, *value])).collect();
            let pairs = heap.list(pairs);
            heap.call(class, (pairs,))
        } else {
            let object = heap.call(class, ());
            set_pairs(heap, object, &self.pairs);
            object
        };
        if let Some(state) = self.state {
            heap.build(object, state)?;
        }
        Ok(object)
    }
}
