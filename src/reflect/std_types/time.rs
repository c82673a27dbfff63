//! `datetime.time`.
//!
//! ```text
//! datetime.time(b'\x17\x3b\x3b\x0f\x42\x3f')             hour, minute, second, microseconds in three bytes
//! datetime.time(b'\x97\x3b\x3b\x0f\x42\x3f')             fold=1, from protocol 4 on
//! datetime.time(b'\x17\x3b\x3b\x0f\x42\x3f', tzinfo)
//! ```

use std::fmt;

use super::date::state_bytes;
use super::made::Made;
use super::zone_text;
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;
use crate::reflect::shape::{handles, view};

/// A time of day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Clock {
    /// From 0 to 23.
    pub hour: u8,
    /// From 0 to 59.
    pub minute: u8,
    /// From 0 to 59.
    pub second: u8,
    /// From 0 to 999,999.
    pub microsecond: u32,
    /// The second of two equal times, when clocks are set back (PEP 495). Protocols 0 to 3 leave it out.
    pub fold: bool,
}

impl Clock {
    pub(super) fn of_bytes([hour, minute, second, a, b, c]: [u8; 6], fold: bool) -> Option<Self> {
        let microsecond = u32::from_be_bytes([0, a, b, c]);
        let clock = Self { hour, minute, second, microsecond, fold };
        clock.is_valid().then_some(clock)
    }

    pub(super) fn to_bytes(self) -> [u8; 6] {
        let [_, a, b, c] = self.microsecond.to_be_bytes();
        [self.hour, self.minute, self.second, a, b, c]
    }

    /// Whether there is such a time.
    #[must_use]
    pub fn is_valid(self) -> bool {
        self.hour < 24 && self.minute < 60 && self.second < 60 && self.microsecond < 1_000_000
    }

    /// Minutes, and what is finer as far as it is not zero.
    pub(super) fn write_rest(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.minute)?;
        if self.second != 0 || self.microsecond != 0 {
            write!(f, ", {}", self.second)?;
        }
        if self.microsecond != 0 {
            write!(f, ", {}", self.microsecond)?;
        }
        Ok(())
    }
}

/// A time of a pickle: a `Copy` view. `Display` is Python's `repr`: `datetime.time(23, 59)`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Target;
/// use cloudpickle::reflect::std_types::{Clock, Time, TimeParts};
/// use cloudpickle::Heap;
///
/// let mut heap = Heap::new();
/// let clock = Clock { hour: 23, minute: 59, fold: true, ..Clock::default() };
/// let time = TimeParts { clock, tzinfo: None }.build(&mut heap, &Target::cpython(3, 12))?;
/// assert_eq!(Time::reflect(heap.obj(time))?.to_string(), "datetime.time(23, 59, fold=1)");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Time<'h> {
    object: Obj<'h>,
    clock: Clock,
    tzinfo: Option<Obj<'h>>,
}
view!(
    /// Reads a time (`time_reduce` of `_datetimemodule.c`).
    Time,
    "a time"
);

impl<'h> Time<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let made = Made::by(object, "datetime", "time")?;
        let [hour, rest @ ..] = <[u8; 6]>::try_from(&*state_bytes(made.arg(0)?)?).ok()?;
        let [a, b, c, d, e] = rest;
        let clock = Clock::of_bytes([hour & 0x7f, a, b, c, d, e], hour & 0x80 != 0)?;
        let tzinfo = made.arg(1).filter(|zone| !zone.is_none());
        (made.args.len() <= 2).then_some(Self { object, clock, tzinfo })
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
    pub fn parts(self) -> TimeParts {
        TimeParts { clock: self.clock, tzinfo: self.tzinfo.map(Obj::value) }
    }
}

impl fmt::Display for Time<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "datetime.time({}, ", self.clock.hour)?;
        self.clock.write_rest(f)?;
        // The other way round than a datetime has it.
        if let Some(zone) = self.tzinfo {
            write!(f, ", tzinfo={}", zone_text(zone))?;
        }
        f.write_str(if self.clock.fold { ", fold=1)" } else { ")" })
    }
}

/// What a time is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TimeParts {
    /// Hour, minute, second, microsecond, `fold`.
    pub clock: Clock,
    /// `tzinfo`.
    pub tzinfo: Option<Value>,
}
handles!(TimeParts { tzinfo });

impl TimeParts {
    /// Builds the time.
    ///
    /// # Errors
    ///
    /// None: every Python has it. Protocols 0 to 3 leave `fold` out, as CPython does.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let class = heap.shared_global("datetime", "time");
        let mut bytes = self.clock.to_bytes();
        if self.clock.fold && target.protocol_number() > 3 {
            bytes[0] |= 0x80;
        }
        let state = heap.bytes(bytes.to_vec());
        Ok(match self.tzinfo {
            Some(zone) => heap.call(class, (state, zone)),
            None => heap.call(class, (state,)),
        })
    }
}
