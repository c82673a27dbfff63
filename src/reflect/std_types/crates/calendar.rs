//! What crates for dates and times share.

use super::super::{Clock, Date, DateTime, DateTimeParts, Time, TimeDelta, TimeParts, TimeZone, TimeZoneParts};
use super::target;
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};

/// A date of a year that may be none of Python's.
pub(super) fn date(year: i32, month: u32, day: u32) -> Date {
    let small = |n: u32| u8::try_from(n).unwrap_or(1);
    match u16::try_from(year) {
        Ok(year @ 1..=9999) => Date { year, month: small(month), day: small(day) },
        _ if year < 1 => Date { year: 1, month: 1, day: 1 },
        _ => Date { year: 9999, month: 12, day: 31 },
    }
}

/// A time of the day. A leap second is the last microsecond before it.
pub(super) fn clock(hour: u32, minute: u32, second: u32, nanosecond: u32) -> Clock {
    let small = |n: u32| u8::try_from(n).unwrap_or(0);
    let microsecond = (nanosecond / 1000).min(999_999);
    Clock { hour: small(hour), minute: small(minute), second: small(second), microsecond, fold: false }
}

pub(super) fn add_time(heap: &mut Heap<'_>, clock: Clock) -> Value {
    built(TimeParts { clock, tzinfo: None }.build(heap, &target()))
}

pub(super) fn add_datetime(heap: &mut Heap<'_>, date: Date, clock: Clock, tzinfo: Option<Value>) -> Value {
    built(DateTimeParts { date, clock, tzinfo }.build(heap, &target()))
}

/// `datetime.timezone` with so many seconds east of Greenwich.
pub(super) fn add_offset(heap: &mut Heap<'_>, seconds: i32) -> Value {
    let offset = TimeDelta::from_microseconds(i128::from(seconds) * 1_000_000).unwrap_or_default();
    built(TimeZoneParts { offset, name: None }.build(heap, &target()))
}

/// Whatever a target of Python 3.11 is asked for here it has.
pub(super) fn built(value: Result<Value>) -> Value {
    value.unwrap_or(Value::None)
}

/// A time without a zone.
pub(super) fn naive_time(object: Obj<'_>) -> Result<Clock> {
    let time = Time::reflect(object)?;
    if time.tzinfo().is_some() { Err(object.wanted("a time without a time zone")) } else { Ok(time.clock()) }
}

/// A datetime without a zone.
pub(super) fn naive_datetime(object: Obj<'_>) -> Result<(Date, Clock)> {
    let datetime = DateTime::reflect(object)?;
    if datetime.tzinfo().is_some() {
        return Err(object.wanted("a datetime without a time zone"));
    }
    Ok((datetime.date(), datetime.clock()))
}

/// A datetime with a zone.
pub(super) fn aware_datetime(object: Obj<'_>) -> Result<(Date, Clock, Obj<'_>)> {
    let datetime = DateTime::reflect(object)?;
    let zone = datetime.tzinfo().ok_or_else(|| object.wanted("a datetime with a time zone"))?;
    Ok((datetime.date(), datetime.clock(), zone))
}

/// Seconds east of Greenwich of a `datetime.timezone`; `None` where they are no whole ones.
pub(super) fn offset_seconds(zone: Obj<'_>) -> Result<Option<i32>> {
    let micros = TimeZone::reflect(zone)?.offset().microseconds_in_all();
    Ok(i32::try_from(micros / 1_000_000).ok().filter(|_| micros % 1_000_000 == 0))
}
