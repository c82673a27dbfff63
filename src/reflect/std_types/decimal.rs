//! `decimal.Decimal`.
//!
//! ```text
//! decimal.Decimal('1.10')
//! ```

use std::fmt;

use super::made::Made;
use super::plain::plain;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;
use crate::text::PyStr;

/// A decimal number, by its text. `Display` is Python's `repr`: `Decimal('1.10')`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::std_types::Decimal;
///
/// let pickle = cloudpickle::loads(b"cdecimal\nDecimal\n(V1.10\ntR.")?;
/// assert_eq!(Decimal::reflect(pickle.root())?.as_str(), "1.10");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Decimal(String);
plain!(
    /// Reads a decimal number (`dec_reduce` of `_decimal.c`).
    Decimal,
    "a Decimal"
);

impl Decimal {
    /// The number that Python's `Decimal(text)` gives. The text is not looked at.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn recognise(object: Obj<'_>) -> Option<Self> {
        let made = Made::of(object).filter(|made| made.is_untouched())?;
        // `_decimal` is what Python 2's backports wrote.
        let named = made.is_called("decimal", "Decimal") || made.is_called("_decimal", "Decimal");
        match made.args {
            [_] if named => made.arg(0)?.as_str().ok().map(Self::new),
            _ => None,
        }
    }

    /// `str` of the number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Builds the number.
    pub fn build(&self, heap: &mut Heap<'_>, _target: &Target) -> Value {
        let class = heap.shared_global("decimal", "Decimal");
        heap.call(class, (&self.0,))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decimal({:?})", PyStr::from(&*self.0))
    }
}
