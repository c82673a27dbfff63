//! `collections.Counter`.
//!
//! ```text
//! collections.Counter({'a': 2, 'b': 1})
//! ```

use std::fmt;

use super::made::Made;
use super::pairs::{Pairs, dict_text, mapping};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;
use crate::reflect::shape::{handles, view};

/// A `Counter` of a pickle: a `Copy` view. `Display` is Python's `repr`, the most common first: `Counter({'a': 2, 'b': 1})`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::std_types::Counter;
///
/// let pickle = cloudpickle::loads(b"ccollections\nCounter\n((dVb\nI1\nsVa\nI2\nstR.")?;
/// let counter = Counter::reflect(pickle.root())?;
/// assert_eq!(counter.get("a").unwrap().as_i64()?, 2);
/// assert_eq!(counter.to_string(), "Counter({'a': 2, 'b': 1})");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Counter<'h> {
    object: Obj<'h>,
    pairs: Pairs<'h>,
}
view!(
    /// Reads a `Counter` (`Counter.__reduce__` of `collections`).
    Counter,
    "a Counter"
);
mapping!(Counter);

impl<'h> Counter<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        Made::by(object, "collections", "Counter")?;
        Some(Self { object, pairs: Pairs::of(object)? })
    }

    /// The pairs, those with the highest counts first (`Counter.most_common`); in their order where a count is no int.
    #[must_use]
    pub fn most_common(self) -> Vec<(Obj<'h>, Obj<'h>)> {
        let counted: Option<Vec<_>> = self.items().map(|pair| Some((pair.1.as_bigint().ok()?, pair))).collect();
        let Some(mut counted) = counted else { return self.items().collect() };
        counted.sort_by(|(a, _), (b, _)| b.cmp(a));
        counted.into_iter().map(|(_, pair)| pair).collect()
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> CounterParts {
        CounterParts { pairs: self.pairs.handles() }
    }
}

impl fmt::Display for Counter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("Counter()");
        }
        write!(f, "Counter({})", dict_text(self.most_common().into_iter()))
    }
}

/// What a `Counter` is made of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CounterParts {
    /// Its elements and how often each was counted.
    pub pairs: Vec<(Value, Value)>,
}
handles!(CounterParts { pairs });

impl CounterParts {
    /// Builds the counter.
    ///
    /// # Errors
    ///
    /// None: every Python has it.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::Target;
    /// use cloudpickle::reflect::std_types::{Counter, CounterParts};
    /// use cloudpickle::{Heap, Value};
    ///
    /// let mut heap = Heap::new();
    /// let pairs = vec![(heap.str("spam"), Value::Int(3))];
    /// let counter = CounterParts { pairs }.build(&mut heap, &Target::cpython(3, 12))?;
    /// assert_eq!(Counter::reflect(heap.obj(counter))?.to_string(), "Counter({'spam': 3})");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn build(&self, heap: &mut Heap<'_>, _target: &Target) -> Result<Value> {
        let class = heap.shared_global("collections", "Counter");
        let dict = heap.dict(self.pairs.iter().copied());
        Ok(heap.call(class, (dict,)))
    }
}
