//! One value of a column.

use super::pandas_name;
use crate::heap::{Obj, Value};
use crate::reflect::numpy::{Array, DtypeKind, Element, Scalar};
use crate::reflect::shape::Shape;
use crate::text::PyStr;

/// What stands in one place of a column.
///
/// Times and durations are counted in a unit (`ns` mostly) from 1970-01-01 in UTC, as pandas has them; the zone is the column's.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'h> {
    /// Nothing: `None`, `NA`, `NaT`, a place whose mask is set, a category of -1. A NaN is a [`Cell::Float`].
    Missing,
    /// A bool.
    Bool(bool),
    /// An int.
    Int(i64),
    /// An int of a column without signs.
    UInt(u64),
    /// A float, also of 16 and 32 bits.
    Float(f64),
    /// Text.
    Str(PyStr<'h>),
    /// A point in time.
    Time(i64),
    /// A duration.
    Duration(i64),
    /// A span of time: how many of the column's spans lie before it since 1970.
    Period(i64),
    /// Anything else.
    Object(Obj<'h>),
}

/// `numpy.datetime64('NaT')`.
const NAT: i64 = i64::MIN;

impl<'h> Cell<'h> {
    /// Any object.
    pub(super) fn of(object: Obj<'h>) -> Self {
        match object.value() {
            Value::None => Self::Missing,
            Value::True => Self::Bool(true),
            Value::False => Self::Bool(false),
            Value::Int(n) => Self::Int(n.into()),
            Value::Long(_) => object.as_i64().map_or(Self::Object(object), Self::Int),
            Value::Float(_) => object.as_f64().map_or(Self::Object(object), Self::Float),
            Value::Str(_) | Value::ByteString(_) => object.as_py_str().map_or(Self::Object(object), Self::Str),
            Value::Global(_) if pandas_name(object).as_deref() == Some("NA") => Self::Missing,
            Value::Call(_) => scalar(object).unwrap_or(Self::Object(object)),
            _ => Self::Object(object),
        }
    }

    pub(super) fn time(ticks: i64) -> Self {
        if ticks == NAT { Self::Missing } else { Self::Time(ticks) }
    }

    pub(super) fn duration(ticks: i64) -> Self {
        if ticks == NAT { Self::Missing } else { Self::Duration(ticks) }
    }

    pub(super) fn period(ordinal: i64) -> Self {
        if ordinal == NAT { Self::Missing } else { Self::Period(ordinal) }
    }

    /// As a float, where it is a number; a missing one is NaN.
    #[must_use]
    pub fn as_f64(self) -> Option<f64> {
        match self {
            Self::Missing => Some(f64::NAN),
            Self::Bool(bool) => Some(f64::from(u8::from(bool))),
            Self::Int(n) => Some(crate::int::f64_from_i64(n)),
            Self::UInt(n) => Some(crate::int::f64_from_u64(n)),
            Self::Float(float) => Some(float),
            _ => None,
        }
    }
}

/// The cells of an array, or of one index of its first axis.
pub(super) fn cells<'h>(array: Array<'h>, row: Option<usize>) -> Option<Box<dyn Iterator<Item = Cell<'h>> + 'h>> {
    fn each<'h, T: Element>(
        array: Array<'h>,
        row: Option<usize>,
        cell: fn(T) -> Cell<'h>,
    ) -> Option<Box<dyn Iterator<Item = Cell<'h>> + 'h>> {
        Some(Box::new(array.values_at(row)?.map(cell)))
    }
    let dtype = array.dtype();
    match (dtype.kind(), dtype.item_size()) {
        (DtypeKind::Bool, _) => each(array, row, Cell::Bool),
        (DtypeKind::Int, 1) => each(array, row, |n: i8| Cell::Int(n.into())),
        (DtypeKind::Int, 2) => each(array, row, |n: i16| Cell::Int(n.into())),
        (DtypeKind::Int, 4) => each(array, row, |n: i32| Cell::Int(n.into())),
        (DtypeKind::Int, 8) => each(array, row, Cell::Int),
        (DtypeKind::UInt, 1) => each(array, row, |n: u8| Cell::UInt(n.into())),
        (DtypeKind::UInt, 2) => each(array, row, |n: u16| Cell::UInt(n.into())),
        (DtypeKind::UInt, 4) => each(array, row, |n: u32| Cell::UInt(n.into())),
        (DtypeKind::UInt, 8) => each(array, row, Cell::UInt),
        (DtypeKind::Float, 4) => each(array, row, |n: f32| Cell::Float(n.into())),
        (DtypeKind::Float, 8) => each(array, row, Cell::Float),
        (DtypeKind::DateTime, _) => each(array, row, Cell::time),
        (DtypeKind::TimeDelta, _) => each(array, row, Cell::duration),
        (DtypeKind::Object, _) => {
            let heap = array.object().heap();
            Some(Box::new(array.objects_at(row)?.iter().map(move |item| Cell::of(heap.obj(*item)))))
        }
        _ => None,
    }
}

/// A scalar of pandas or numpy, times of pandas in nanoseconds whatever their unit: `Timestamp`, `Timedelta`, `Period`, `NaT`, `NA`, `numpy.float64(1.5)`. `None` for other objects.
///
/// ```text
/// pandas._libs.tslibs.timestamps._unpickle_timestamp(ticks, freq, zone[, unit])
/// pandas._libs.tslibs.timedeltas._timedelta_unpickle(ticks, unit)        Timedelta(ticks) in pandas 1
/// pandas._libs.tslibs.period.Period(None, freq, ordinal)
/// pandas._libs.tslibs.nattype.__nat_unpickle(None)
/// ```
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::pandas::{Cell, scalar};
///
/// let pickle = cloudpickle::loads(b"\x80\x02cpandas._libs.tslibs.timedeltas\n_timedelta_unpickle\nK\x07K\x0a\x86R.")?;
/// assert!(matches!(scalar(pickle.root()), Some(Cell::Duration(7))));
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[must_use]
pub fn scalar(object: Obj<'_>) -> Option<Cell<'_>> {
    if let Value::Global(_) = object.value() {
        return (pandas_name(object)? == "NA").then_some(Cell::Missing);
    }
    let shape = Shape::call_with_state(object)?;
    if let Some(scalar) = Scalar::recognise(object) {
        return of_numpy(scalar);
    }
    let int = |nth: usize| shape.obj(*shape.args().get(nth)?).as_i64().ok();
    match &*pandas_name(shape.callable)? {
        "_unpickle_timestamp" => in_nanoseconds(int(0)?, int(3)).map(Cell::time),
        "_timedelta_unpickle" | "Timedelta" => in_nanoseconds(int(0)?, int(1)).map(Cell::duration),
        "Period" => int(2).map(Cell::period),
        "__nat_unpickle" | "_nat_unpickle" => Some(Cell::Missing),
        _ => None,
    }
}

/// Ticks of a unit, as numpy numbers them (`NPY_DATETIMEUNIT`: 7 is seconds), in nanoseconds; pandas 1 knows no other. `None` where they are too many.
fn in_nanoseconds(ticks: i64, unit: Option<i64>) -> Option<i64> {
    let nanoseconds = match unit {
        _ if ticks == NAT => 1,
        Some(7) => 1_000_000_000,
        Some(8) => 1_000_000,
        Some(9) => 1_000,
        _ => 1,
    };
    ticks.checked_mul(nanoseconds)
}

fn of_numpy(scalar: Scalar<'_>) -> Option<Cell<'_>> {
    let dtype = scalar.dtype();
    match (dtype.kind(), dtype.item_size()) {
        (DtypeKind::Bool, _) => scalar.value().ok().map(Cell::Bool),
        (DtypeKind::Int, 8) => scalar.value().ok().map(Cell::Int),
        (DtypeKind::Int, 4) => scalar.value::<i32>().ok().map(|n| Cell::Int(n.into())),
        (DtypeKind::UInt, 8) => scalar.value().ok().map(Cell::UInt),
        (DtypeKind::Float, 8) => scalar.value().ok().map(Cell::Float),
        (DtypeKind::Float, 4) => scalar.value::<f32>().ok().map(|n| Cell::Float(n.into())),
        (DtypeKind::DateTime, _) => scalar.value().ok().map(Cell::time),
        (DtypeKind::TimeDelta, _) => scalar.value().ok().map(Cell::duration),
        _ => None,
    }
}
