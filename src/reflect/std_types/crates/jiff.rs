//! Dates and times of `jiff`, which knows zones by name and both sides of a clock change, as `zoneinfo` and `fold` do.

use jiff::civil;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ZonedDateTime};

use super::super::from_py::out_of_range;
use super::super::{Clock, Date, FromPy, TimeDelta, ZoneInfo, ZoneInfoParts};
use super::calendar::{
    add_datetime, add_offset, add_time, aware_datetime, built, clock, date, naive_datetime, naive_time, offset_seconds,
};
use super::target;
use crate::error::Result;
use crate::heap::{Heap, Obj, ToPy, Value};

fn to_date(day: civil::Date) -> Date {
    date(day.year().into(), day.month().unsigned_abs().into(), day.day().unsigned_abs().into())
}

fn to_clock(time: civil::Time) -> Clock {
    let part = |n: i8| u32::from(n.unsigned_abs());
    clock(part(time.hour()), part(time.minute()), part(time.second()), time.subsec_nanosecond().unsigned_abs())
}

fn of_date(date: Date) -> Option<civil::Date> {
    civil::Date::new(date.year.try_into().ok()?, date.month.try_into().ok()?, date.day.try_into().ok()?).ok()
}

fn of_clock(clock: Clock) -> Option<civil::Time> {
    let nanosecond = i32::try_from(clock.microsecond).ok()?.checked_mul(1000)?;
    let [hour, minute, second] = [clock.hour, clock.minute, clock.second].map(|part| i8::try_from(part).ok());
    civil::Time::new(hour?, minute?, second?, nanosecond).ok()
}

fn of_both(date: Date, clock: Clock) -> Option<civil::DateTime> {
    Some(civil::DateTime::from_parts(of_date(date)?, of_clock(clock)?))
}

/// `datetime.date`.
impl ToPy for civil::Date {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        to_date(*self).to_py(heap)
    }
}

/// `datetime.date`.
impl FromPy<'_> for civil::Date {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        of_date(Date::reflect(object)?).ok_or_else(|| out_of_range(object, "civil::Date"))
    }
}

/// `datetime.time` without a zone.
impl ToPy for civil::Time {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        add_time(heap, to_clock(*self))
    }
}

/// `datetime.time` without a zone.
impl FromPy<'_> for civil::Time {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        of_clock(naive_time(object)?).ok_or_else(|| out_of_range(object, "civil::Time"))
    }
}

/// `datetime.datetime` without a zone.
impl ToPy for civil::DateTime {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        add_datetime(heap, to_date(self.date()), to_clock(self.time()), None)
    }
}

/// `datetime.datetime` without a zone.
impl FromPy<'_> for civil::DateTime {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        let (date, clock) = naive_datetime(object)?;
        of_both(date, clock).ok_or_else(|| out_of_range(object, "civil::DateTime"))
    }
}

/// `datetime.timezone`.
impl ToPy for Offset {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        add_offset(heap, self.seconds())
    }
}

/// `datetime.timezone` of whole seconds.
impl FromPy<'_> for Offset {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        let offset = offset_seconds(object)?.and_then(|seconds| Self::from_seconds(seconds).ok());
        offset.ok_or_else(|| out_of_range(object, "Offset"))
    }
}

/// `datetime.datetime` in UTC.
impl ToPy for Timestamp {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        self.to_zoned_datetime(TimeZone::UTC).to_py(heap)
    }
}

/// `datetime.datetime` with any zone that [`ZonedDateTime`] reads.
impl FromPy<'_> for Timestamp {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        ZonedDateTime::from_py(object).map(|zoned| zoned.timestamp())
    }
}

/// `datetime.datetime` with a `ZoneInfo`, `fold` set for the second time in a clock change; zones without a name are `datetime.timezone`s,
/// and so is UTC.
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use jiff::ZonedDateTime;
///
/// let moment: ZonedDateTime = "2024-02-29T12:30:00+05:30[+05:30]".parse().unwrap();
/// let mut heap = Heap::new();
/// let value = heap.add(&moment);
/// assert_eq!(heap.obj(value).extract::<ZonedDateTime>()?, moment);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
impl ToPy for ZonedDateTime {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        let (zone, local) = (self.time_zone(), self.datetime());
        let name = zone.iana_name().filter(|_| *zone != TimeZone::UTC);
        let tzinfo = match name {
            Some(name) => built(ZoneInfoParts::new(name).build(heap, &target())),
            None => self.offset().to_py(heap),
        };
        let second = match zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Fold { after, .. } => after == self.offset(),
            _ => false,
        };
        let clock = Clock { fold: second, ..to_clock(local.time()) };
        add_datetime(heap, to_date(local.date()), clock, Some(tzinfo))
    }
}

/// `datetime.datetime` with a `datetime.timezone` of whole seconds, or with a `ZoneInfo` that jiff's database has: with the features of jiff
/// that bring one.
impl FromPy<'_> for ZonedDateTime {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        let (date, clock, zone) = aware_datetime(object)?;
        let wanted = || out_of_range(object, "ZonedDateTime");
        let zone = match ZoneInfo::reflect(zone) {
            Ok(info) => info
                .key()
                .to_str()
                .and_then(|key| TimeZone::get(key).ok())
                .ok_or_else(|| out_of_range(zone, "jiff's time zones"))?,
            Err(_) => TimeZone::fixed(Offset::from_py(zone)?),
        };
        let local = of_both(date, clock).ok_or_else(wanted)?;
        // PEP 495: `fold` says which side of a clock change counts, in a gap too.
        let offset = match zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { before, after } | AmbiguousOffset::Fold { before, after } => {
                if clock.fold {
                    after
                } else {
                    before
                }
            }
        };
        offset.to_timestamp(local).map(|timestamp| timestamp.to_zoned_datetime(zone)).map_err(|_| wanted())
    }
}

/// `datetime.timedelta`; what is longer than the longest is that.
impl ToPy for SignedDuration {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        TimeDelta::clamped(self.as_micros()).to_py(heap)
    }
}

/// `datetime.timedelta`.
impl FromPy<'_> for SignedDuration {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        let micros = TimeDelta::reflect(object)?.microseconds_in_all();
        Self::try_from_micros_i128(micros).ok_or_else(|| out_of_range(object, "SignedDuration"))
    }
}
