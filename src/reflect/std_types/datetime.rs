//! `datetime.datetime`.
//!
//! ```text
//! datetime.datetime(b'\x07\xe6\x0c\x1f\x17\x3b\x3b\x0f\x42\x3f')             a date, then a time
//! datetime.datetime(b'\x07\xe6\x8c\x1f\x17\x3b\x3b\x0f\x42\x3f')             fold=1, from protocol 4 on: a bit of the month
//! datetime.datetime(b'\x07\xe6\x0c\x1f\x17\x3b\x3b\x0f\x42\x3f', tzinfo)
//! ```

use std::fmt;

use super::date::state_bytes;
use super::made::Made;
use super::{Clock, Date, zone_text};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;
use crate::reflect::shape::{handles, view};

/// A date with a time: a `Copy` view of it in a pickle. `Display` is Python's `repr`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Target;
/// use cloudpickle::reflect::std_types::{Clock, Date, DateTime, DateTimeParts};
/// use cloudpickle::Heap;
///
/// let mut heap = Heap::new();
/// let date = Date { year: 2024, month: 2, day: 29 };
/// let parts = DateTimeParts { date, clock: Clock { hour: 12, ..Clock::default() }, tzinfo: None };
/// let object = parts.build(&mut heap, &Target::cpython(3, 12))?;
/// assert_eq!(DateTime::reflect(heap.obj(object))?.to_string(), "datetime.datetime(2024, 2, 29, 12, 0)");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct DateTime<'h> {
    object: Obj<'h>,
    date: Date,
    clock: Clock,
    tzinfo: Option<Obj<'h>>,
}
view!(
    /// Reads a date with a time (`datetime_reduce` of `_datetimemodule.c`).
    DateTime,
    "a datetime"
);

impl<'h> DateTime<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let made = Made::by(object, "datetime", "datetime")?;
        let bytes = <[u8; 10]>::try_from(&*state_bytes(made.arg(0)?)?).ok()?;
        let [high, low, month, day, time @ ..] = bytes;
        let date = Date::of_bytes([high, low, month & 0x7f, day])?;
        let clock = Clock::of_bytes(time, month & 0x80 != 0)?;
        let tzinfo = made.arg(1).filter(|zone| !zone.is_none());
        (made.args.len() <= 2).then_some(Self { object, date, clock, tzinfo })
    }

    /// Year, month, day.
    #[must_use]
    pub fn date(self) -> Date {
        self.date
    }

    /// Hour, minute, second, microsecond, `fold`.
    #[must_use]
    pub fn clock(self) -> Clock {
        self.clock
    }

    /// `tzinfo`: mostly a [`TimeZone`](super::TimeZone) or a [`ZoneInfo`](super::ZoneInfo).
    #[must_use]
    pub fn tzinfo(self) -> Option<Obj<'h>> {
        self.tzinfo
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> DateTimeParts {
        DateTimeParts { date: self.date, clock: self.clock, tzinfo: self.tzinfo.map(Obj::value) }
    }
}

impl fmt::Display for DateTime<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Date { year, month, day } = self.date;
        write!(f, "datetime.datetime({year}, {month}, {day}, {}, ", self.clock.hour)?;
        self.clock.write_rest(f)?;
        if self.clock.fold {
            f.write_str(", fold=1")?;
        }
        match self.tzinfo {
            Some(zone) => write!(f, ", tzinfo={})", zone_text(zone)),
            None => f.write_str(")"),
        }
    }
}

/// What a date with a time is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DateTimeParts {
    /// Year, month, day.
    pub date: Date,
    /// Hour, minute, second, microsecond, `fold`.
    pub clock: Clock,
    /// `tzinfo`.
    pub tzinfo: Option<Value>,
}
handles!(DateTimeParts { tzinfo });

impl DateTimeParts {
    /// Builds the date with a time.
    ///
    /// # Errors
    ///
    /// None: every Python has it. Protocols 0 to 3 leave `fold` out, as CPython does.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let class = heap.shared_global("datetime", "datetime");
        let mut bytes = [&self.date.to_bytes()[..], &self.clock.to_bytes()].concat();
        if self.clock.fold
            && target.protocol_number() > 3
            && let Some(month) = bytes.get_mut(2)
        {
            *month |= 0x80;
        }
        let state = heap.bytes(bytes);
        Ok(match self.tzinfo {
            Some(zone) => heap.call(class, (state, zone)),
            None => heap.call(class, (state,)),
        })
    }
}
