//! `datetime.date`.
//!
//! ```text
//! datetime.date(b'\x07\xe6\x0c\x1f')      year in two bytes, month, day
//! ```

use std::fmt;

use super::made::Made;
use super::plain::plain;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;

/// A date. `Display` is Python's `repr`: `datetime.date(2022, 12, 31)`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::std_types::Date;
///
/// let pickle = cloudpickle::loads(b"\x80\x03cdatetime\ndate\nC\x04\x07\xe6\x0c\x1f\x85R.")?;
/// let date = Date::reflect(pickle.root())?;
/// assert_eq!(date, Date { year: 2022, month: 12, day: 31 });
/// assert_eq!(date.to_string(), "datetime.date(2022, 12, 31)");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Date {
    /// From 1 to 9999.
    pub year: u16,
    /// From 1 to 12.
    pub month: u8,
    /// From 1 to the last day of the month.
    pub day: u8,
}
plain!(
    /// Reads a date (`date_reduce` of `_datetimemodule.c`).
    Date,
    "a date"
);

impl Date {
    pub(crate) fn recognise(object: Obj<'_>) -> Option<Self> {
        let made = Made::by(object, "datetime", "date")?;
        match (made.args.len(), made.arg(0)?) {
            (1, state) => Self::of_bytes(<[u8; 4]>::try_from(&*state_bytes(state)?).ok()?),
            (3, _) => {
                let part = |nth| made.arg(nth)?.as_i64().ok();
                Self { year: part(0)?.try_into().ok()?, month: part(1)?.try_into().ok()?, day: part(2)?.try_into().ok()? }.sound()
            }
            _ => None,
        }
    }

    pub(super) fn of_bytes([high, low, month, day]: [u8; 4]) -> Option<Self> {
        Self { year: u16::from_be_bytes([high, low]), month, day }.sound()
    }

    pub(super) fn to_bytes(self) -> [u8; 4] {
        let [high, low] = self.year.to_be_bytes();
        [high, low, self.month, self.day]
    }

    fn sound(self) -> Option<Self> {
        self.is_valid().then_some(self)
    }

    /// Whether there is such a day.
    #[must_use]
    pub fn is_valid(self) -> bool {
        let leap = self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let days = match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        (1..=9999).contains(&self.year) && (1..=12).contains(&self.month) && (1..=days).contains(&self.day)
    }

    /// Builds the date.
    pub fn build(self, heap: &mut Heap<'_>, _target: &Target) -> Value {
        let class = heap.shared_global("datetime", "date");
        let state = heap.bytes(self.to_bytes().to_vec());
        heap.call(class, (state,))
    }
}

/// The bytes of a state; Python 2 wrote them as a str, which may have been read as text.
pub(super) fn state_bytes(object: Obj<'_>) -> Option<std::borrow::Cow<'_, [u8]>> {
    match object.value() {
        Value::Str(_) => object.latin1().map(Into::into),
        _ => object.to_bytes().ok(),
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "datetime.date({}, {}, {})", self.year, self.month, self.day)
    }
}
