//! `datetime.timezone`: a fixed distance from UTC.
//!
//! ```text
//! datetime.timezone(timedelta)    datetime.timezone(timedelta, 'name')
//! ```

use std::fmt;

use super::TimeDelta;
use super::made::Made;
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;
use crate::reflect::shape::view;
use crate::text::PyStr;

/// A time zone with a fixed offset: a `Copy` view. `Display` is Python's `repr`: `datetime.timezone.utc`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Target;
/// use cloudpickle::reflect::std_types::{TimeZone, TimeZoneParts};
/// use cloudpickle::Heap;
///
/// let mut heap = Heap::new();
/// let utc = TimeZoneParts::default().build(&mut heap, &Target::cpython(3, 12))?;
/// assert_eq!(TimeZone::reflect(heap.obj(utc))?.to_string(), "datetime.timezone.utc");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct TimeZone<'h> {
    object: Obj<'h>,
    offset: TimeDelta,
    name: Option<PyStr<'h>>,
}
view!(
    /// Reads a time zone (`timezone_getinitargs` of `_datetimemodule.c`).
    TimeZone,
    "a timezone"
);

impl<'h> TimeZone<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let made = Made::by(object, "datetime", "timezone")?;
        let offset = TimeDelta::recognise(made.arg(0)?)?;
        let name = match made.arg(1) {
            Some(name) => Some(name.as_py_str().ok()?),
            None => None,
        };
        let sound = made.args.len() <= 2 && offset.microseconds_in_all().unsigned_abs() < 86_400_000_000;
        sound.then_some(Self { object, offset, name })
    }

    /// How far it is east of UTC.
    #[must_use]
    pub fn offset(self) -> TimeDelta {
        self.offset
    }

    /// The name that it was given.
    #[must_use]
    pub fn name(self) -> Option<PyStr<'h>> {
        self.name
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> TimeZoneParts {
        TimeZoneParts { offset: self.offset, name: self.name.map(|name| name.to_string_lossy().into_owned()) }
    }
}

impl fmt::Display for TimeZone<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            None if self.offset == TimeDelta::default() => f.write_str("datetime.timezone.utc"),
            None => write!(f, "datetime.timezone({})", self.offset),
            Some(name) => write!(f, "datetime.timezone({}, {name:?})", self.offset),
        }
    }
}

/// What a time zone is made of; UTC by default.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TimeZoneParts {
    /// How far it is east of UTC: less than a day.
    pub offset: TimeDelta,
    /// Its name, where it has one of its own.
    pub name: Option<String>,
}

impl TimeZoneParts {
    /// Builds the time zone.
    ///
    /// # Errors
    ///
    /// None: every Python 3 has it.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let class = heap.shared_global("datetime", "timezone");
        let offset = self.offset.build(heap, target);
        Ok(match &self.name {
            Some(name) => heap.call(class, (offset, name)),
            None => heap.call(class, (offset,)),
        })
    }
}
