//! `datetime.timedelta`.
//!
//! ```text
//! datetime.timedelta(days, seconds, microseconds)
//! ```

use std::fmt;
use std::time::Duration;

use super::made::Made;
use super::plain::plain;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;

const SECOND: i128 = 1_000_000;
const DAY: i128 = 86_400 * SECOND;
const MAX_DAYS: i32 = 999_999_999;

/// A duration as Python keeps it. `Display` is Python's `repr`: `datetime.timedelta(days=1)`.
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use cloudpickle::reflect::std_types::TimeDelta;
///
/// let delta = TimeDelta::from_microseconds(-1).unwrap();
/// assert_eq!(delta, TimeDelta { days: -1, seconds: 86_399, microseconds: 999_999 });
///
/// let mut heap = Heap::new();
/// let value = heap.add(delta);
/// assert_eq!(TimeDelta::reflect(heap.obj(value))?.microseconds_in_all(), -1);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct TimeDelta {
    /// From -999,999,999 to 999,999,999.
    pub days: i32,
    /// From 0 to 86,399.
    pub seconds: u32,
    /// From 0 to 999,999.
    pub microseconds: u32,
}
plain!(
    /// Reads a duration (`delta_reduce` of `_datetimemodule.c`).
    TimeDelta,
    "a timedelta"
);

impl TimeDelta {
    pub(crate) fn recognise(object: Obj<'_>) -> Option<Self> {
        let made = Made::by(object, "datetime", "timedelta")?;
        let part = |nth| made.arg(nth).map_or(Some(0), |part| part.as_i64().ok()).map(i128::from);
        let (days, seconds, micros) = (part(0)?, part(1)?, part(2)?);
        let all = days.checked_mul(DAY)?.checked_add(seconds.checked_mul(SECOND)?)?.checked_add(micros)?;
        Self::from_microseconds(all).filter(|_| made.args.len() <= 3)
    }

    /// So many microseconds; `None` where Python has no such duration.
    #[must_use]
    pub fn from_microseconds(microseconds: i128) -> Option<Self> {
        let days = i32::try_from(microseconds.div_euclid(DAY)).ok().filter(|days| (-MAX_DAYS..=MAX_DAYS).contains(days))?;
        let rest = microseconds.rem_euclid(DAY);
        let (seconds, microseconds) = (u32::try_from(rest / SECOND).ok()?, u32::try_from(rest % SECOND).ok()?);
        Some(Self { days, seconds, microseconds })
    }

    /// So many microseconds, or the longest duration that Python has on that side.
    #[must_use]
    pub fn clamped(microseconds: i128) -> Self {
        let longest = i128::from(MAX_DAYS + 1) * DAY - 1;
        Self::from_microseconds(microseconds.clamp(-i128::from(MAX_DAYS) * DAY, longest)).unwrap_or_default()
    }

    /// The whole duration in microseconds.
    #[must_use]
    pub fn microseconds_in_all(self) -> i128 {
        i128::from(self.days) * DAY + i128::from(self.seconds) * SECOND + i128::from(self.microseconds)
    }

    /// Builds the duration.
    pub fn build(self, heap: &mut Heap<'_>, _target: &Target) -> Value {
        let class = heap.shared_global("datetime", "timedelta");
        heap.call(class, (self.days, self.seconds, self.microseconds))
    }
}

/// What is finer than a microsecond is dropped; `None` where Python has no such duration.
impl TryFrom<Duration> for TimeDelta {
    type Error = ();

    fn try_from(duration: Duration) -> Result<Self, ()> {
        i128::try_from(duration.as_micros()).ok().and_then(Self::from_microseconds).ok_or(())
    }
}

impl fmt::Display for TimeDelta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.days != 0 {
            parts.push(format!("days={}", self.days));
        }
        if self.seconds != 0 {
            parts.push(format!("seconds={}", self.seconds));
        }
        if self.microseconds != 0 {
            parts.push(format!("microseconds={}", self.microseconds));
        }
        let parts = if parts.is_empty() { "0".to_owned() } else { parts.join(", ") };
        write!(f, "datetime.timedelta({parts})")
    }
}
