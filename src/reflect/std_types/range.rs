//! `range`, which is `xrange` in Python 2.
//!
//! ```text
//! builtins.range(start, stop, step)
//! ```

use std::fmt;

use num_bigint::BigInt;

use super::made::Made;
use super::plain::plain;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;

/// A range of ints. `Display` is Python's `repr`: `range(0, 10)`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::std_types::Range;
///
/// let pickle = cloudpickle::loads(b"c__builtin__\nxrange\n(I0\nI10\nI3\ntR.")?;
/// assert_eq!(Range::reflect(pickle.root())?.to_string(), "range(0, 10, 3)");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Range {
    /// The first int.
    pub start: BigInt,
    /// The end, which is not in it.
    pub stop: BigInt,
    /// From one int to the next; not zero.
    pub step: BigInt,
}
plain!(
    /// Reads a range (`range_reduce` of `rangeobject.c`).
    Range,
    "a range"
);

impl Range {
    pub(crate) fn recognise(object: Obj<'_>) -> Option<Self> {
        let made = Made::by(object, "builtins", "range")?;
        let part = |nth| made.arg(nth)?.as_bigint().ok();
        let range = match made.args {
            [_] => Self { start: BigInt::ZERO, stop: part(0)?, step: 1.into() },
            [_, _] => Self { start: part(0)?, stop: part(1)?, step: 1.into() },
            [_, _, _] => Self { start: part(0)?, stop: part(1)?, step: part(2)? },
            _ => return None,
        };
        (range.step != BigInt::ZERO).then_some(range)
    }

    /// Builds the range.
    pub fn build(&self, heap: &mut Heap<'_>, _target: &Target) -> Value {
        let class = heap.shared_global("builtins", "range");
        heap.call(class, (&self.start, &self.stop, &self.step))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.step == BigInt::from(1) {
            return write!(f, "range({}, {})", self.start, self.stop);
        }
        write!(f, "range({}, {}, {})", self.start, self.stop, self.step)
    }
}
