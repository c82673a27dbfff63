//! Dates and times of `chrono`.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};

use super::super::from_py::out_of_range;
use super::super::{Clock, Date, FromPy, TimeDelta as PyTimeDelta};
use super::calendar::{
    add_datetime, add_offset, add_time, aware_datetime, clock, date, naive_datetime, naive_time, offset_seconds,
};
use crate::error::Result;
use crate::heap::{Heap, Obj, ToPy, Value};

fn to_clock(time: &impl Timelike) -> Clock {
    clock(time.hour(), time.minute(), time.second(), time.nanosecond())
}

fn to_date(day: &impl Datelike) -> Date {
    date(day.year(), day.month(), day.day())
}

fn of_date(date: Date) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
}

fn of_clock(clock: Clock) -> Option<NaiveTime> {
    NaiveTime::from_hms_micro_opt(clock.hour.into(), clock.minute.into(), clock.second.into(), clock.microsecond)
}

/// `datetime.date`.
impl ToPy for NaiveDate {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        to_date(self).to_py(heap)
    }
}

/// `datetime.date`.
impl FromPy<'_> for NaiveDate {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        of_date(Date::reflect(object)?).ok_or_else(|| out_of_range(object, "NaiveDate"))
    }
}

/// `datetime.time` without a zone.
impl ToPy for NaiveTime {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        add_time(heap, to_clock(self))
    }
}

/// `datetime.time` without a zone.
impl FromPy<'_> for NaiveTime {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        of_clock(naive_time(object)?).ok_or_else(|| out_of_range(object, "NaiveTime"))
    }
}

/// `datetime.datetime` without a zone.
impl ToPy for NaiveDateTime {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        add_datetime(heap, to_date(self), to_clock(self), None)
    }
}

/// `datetime.datetime` without a zone.
impl FromPy<'_> for NaiveDateTime {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        let (date, clock) = naive_datetime(object)?;
        let both = of_date(date).zip(of_clock(clock));
        both.map(|(date, time)| date.and_time(time)).ok_or_else(|| out_of_range(object, "NaiveDateTime"))
    }
}

/// `datetime.timezone`.
impl ToPy for FixedOffset {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        add_offset(heap, self.local_minus_utc())
    }
}

/// `datetime.timezone` of whole seconds.
impl FromPy<'_> for FixedOffset {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        offset_seconds(object)?.and_then(Self::east_opt).ok_or_else(|| out_of_range(object, "FixedOffset"))
    }
}

/// `datetime.datetime` with a `datetime.timezone`.
///
/// # Examples
///
/// ```
/// use chrono::{DateTime, Utc};
/// use cloudpickle::Heap;
///
/// let moment: DateTime<Utc> = "2024-02-29T12:30:00Z".parse().unwrap();
/// let mut heap = Heap::new();
/// let value = heap.add(moment);
/// assert_eq!(heap.obj(value).extract::<DateTime<Utc>>()?, moment);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
impl ToPy for DateTime<Utc> {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        self.fixed_offset().to_py(heap)
    }
}

/// `datetime.datetime` with a `datetime.timezone`.
impl ToPy for DateTime<FixedOffset> {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        let zone = self.offset().to_py(heap);
        add_datetime(heap, to_date(self), to_clock(self), Some(zone))
    }
}

/// `datetime.datetime` with a `datetime.timezone` of whole seconds; what a `ZoneInfo` means only a database of time zones tells.
impl FromPy<'_> for DateTime<FixedOffset> {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        let (date, clock, zone) = aware_datetime(object)?;
        let offset = FixedOffset::from_py(zone)?;
        let local = of_date(date).zip(of_clock(clock)).map(|(date, time)| date.and_time(time));
        let moment = local.and_then(|local| offset.from_local_datetime(&local).single());
        moment.ok_or_else(|| out_of_range(object, "DateTime<FixedOffset>"))
    }
}

/// `datetime.datetime` with a `datetime.timezone` of whole seconds.
impl FromPy<'_> for DateTime<Utc> {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        DateTime::<FixedOffset>::from_py(object).map(|moment| moment.to_utc())
    }
}

/// `datetime.timedelta`; what is longer than the longest is that.
impl ToPy for TimeDelta {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        let micros = i128::from(self.num_seconds()) * 1_000_000 + i128::from(self.subsec_nanos() / 1000);
        PyTimeDelta::clamped(micros).to_py(heap)
    }
}

/// `datetime.timedelta`.
impl FromPy<'_> for TimeDelta {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        let delta = PyTimeDelta::reflect(object)?;
        let seconds = i64::from(delta.days) * 86_400 + i64::from(delta.seconds);
        Self::new(seconds, delta.microseconds * 1000).ok_or_else(|| out_of_range(object, "TimeDelta"))
    }
}
