//! `collections.deque`.
//!
//! ```text
//! collections.deque(), then APPENDS                  deque((), maxlen) where it is bounded
//! collections.deque([1, 2])  deque([1, 2], maxlen)   Python 2
//! ```

use std::fmt;

use super::made::Made;
use super::pairs::{append_items, items_text};
use crate::error::Result;
use crate::heap::{EffectKind, Heap, Obj, Value};
use crate::reflect::Target;
use crate::reflect::shape::{handles, view};

/// A `deque` of a pickle: a `Copy` view. `Display` is Python's `repr`: `deque([1, 2], maxlen=3)`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::std_types::Deque;
///
/// let pickle = cloudpickle::loads(b"ccollections\ndeque\n()I3\ntR(I1\nI2\ne.")?;
/// let deque = Deque::reflect(pickle.root())?;
/// assert_eq!((deque.maxlen(), deque.items().len()), (Some(3), 2));
/// assert_eq!(deque.to_string(), "deque([1, 2], maxlen=3)");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Deque<'h> {
    object: Obj<'h>,
    items: &'h [Value],
    maxlen: Option<u64>,
}
view!(
    /// Reads a `deque` (`deque___reduce___impl` of `_collectionsmodule.c`).
    Deque,
    "a deque"
);

impl<'h> Deque<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let made = Made::of(object).filter(|made| made.is_called("collections", "deque") && made.state().is_none())?;
        let heap = object.heap();
        let given = match made.args {
            [] => &[],
            [items @ (Value::List(_) | Value::Tuple(_))] | [items @ (Value::List(_) | Value::Tuple(_)), _] => heap.items(*items),
            _ => return None,
        };
        let maxlen = match made.arg(1) {
            Some(maxlen) if !maxlen.is_none() => Some(maxlen.as_u64().ok()?),
            _ => None,
        };
        let items = heap.gathered(object.value(), EffectKind::Append).map_or(given, |list| heap.items(list));
        Some(Self { object, items, maxlen })
    }

    /// The items.
    pub fn items(self) -> impl ExactSizeIterator<Item = Obj<'h>> + DoubleEndedIterator + Clone + use<'h> {
        let heap = self.object.heap();
        self.items.iter().map(move |item| heap.obj(*item))
    }

    /// `maxlen`: how many items it holds at most.
    #[must_use]
    pub fn maxlen(self) -> Option<u64> {
        self.maxlen
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> DequeParts {
        DequeParts { items: self.items.to_vec(), maxlen: self.maxlen }
    }
}

impl fmt::Display for Deque<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "deque([{}]", items_text(self.items()))?;
        match self.maxlen {
            Some(maxlen) => write!(f, ", maxlen={maxlen})"),
            None => f.write_str(")"),
        }
    }
}

/// What a `deque` is made of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DequeParts {
    /// The items. Where they are more than `maxlen`, Python keeps the last.
    pub items: Vec<Value>,
    /// `maxlen`.
    pub maxlen: Option<u64>,
}
handles!(DequeParts { items });

impl DequeParts {
    /// Builds the deque.
    ///
    /// # Errors
    ///
    /// None: every Python has it.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::Target;
    /// use cloudpickle::reflect::std_types::{Deque, DequeParts};
    /// use cloudpickle::{Heap, Value};
    ///
    /// let mut heap = Heap::new();
    /// let parts = DequeParts { items: vec![Value::Int(1)], maxlen: None };
    /// let deque = parts.build(&mut heap, &Target::cpython(3, 12))?;
    /// assert_eq!(Deque::reflect(heap.obj(deque))?.to_string(), "deque([1])");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let class = heap.shared_global("collections", "deque");
        let old = target.python() < (3, 0);
        let given = if old { heap.list(self.items.iter().copied()) } else { Value::EMPTY_TUPLE };
        let object = match self.maxlen {
            Some(maxlen) => heap.call(class, (given, maxlen)),
            None if old => heap.call(class, (given,)),
            None => heap.call(class, ()),
        };
        if !old {
            append_items(heap, object, &self.items);
        }
        Ok(object)
    }
}
