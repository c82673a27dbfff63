//! Values in one dimension: of a column, a series, an index.
//!
//! ```text
//! numpy.ndarray                                                           of one or two axes
//! __pyx_unpickle_NDArrayBacked(cls, checksum, None) and (dtype, ndarray, {})   Categorical, DatetimeArray, TimedeltaArray, PeriodArray, StringArray
//! cls() and {'_data': ndarray, '_mask': ndarray}                          IntegerArray, FloatingArray, BooleanArray
//! cls() and {'_left': .., '_right': ..}                                   IntervalArray
//! cls() and {'_sparse_index': .., '_sparse_values': ndarray, ..}          SparseArray
//! ```

use std::fmt;

use super::cell::{self, Cell};
use super::{Index, instance, items, pandas_name};
use crate::heap::{Obj, Value};
use crate::reflect::numpy::{Array, DtypeKind, Element, Values};
use crate::reflect::std_types::Instance;

/// How deep columns may lie in columns: categories are an index, whose values may be categorical.
const DEPTH: u32 = 8;

/// An attribute of an array. Those that C makes have their attributes in a dict that is one item of their state.
fn attr<'h>(made: Instance<'h>, name: &str) -> Option<Obj<'h>> {
    let state = made.state().map(items).unwrap_or_default().iter().map(|item| made.class().heap().obj(*item));
    made.attr(name).or_else(|| state.filter_map(|part| part.get(name).ok()).next())
}

/// How the values of a column are kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ColumnKind {
    /// In an array of numpy's.
    Numpy,
    /// In an array of numpy's, with a second one that says which are missing: `Int64`, `Float64`, `boolean`.
    Masked,
    /// Texts and `NA`: `string`.
    String,
    /// Numbers of categories.
    Categorical,
    /// Points in time, with a zone or without.
    DateTime,
    /// Durations.
    TimeDelta,
    /// Spans of time.
    Period,
    /// Those that are not the fill value, and where they stand.
    Sparse,
    /// A left and a right end for each.
    Interval,
    /// Not known.
    Other,
}

/// Values in one dimension: a `Copy` view.
///
/// # Examples
///
/// See `examples/dataframe.rs`.
#[derive(Clone, Copy)]
pub struct Column<'h> {
    object: Obj<'h>,
    kind: ColumnKind,
    array: Option<Array<'h>>,
    /// The index on the array's first axis, where it has two.
    row: Option<usize>,
    dtype: Option<Obj<'h>>,
    made: Option<Instance<'h>>,
}

impl<'h> Column<'h> {
    /// Reads the values of a series, a block or an index. Anything is a column; what is not known has [`ColumnKind::Other`].
    #[must_use]
    pub fn reflect(object: Obj<'h>) -> Self {
        Self::of(object, None)
    }

    /// The same for one row of an array with two axes.
    pub(super) fn of(object: Obj<'h>, row: Option<usize>) -> Self {
        let other = Self { object, kind: ColumnKind::Other, array: None, row: None, dtype: None, made: None };
        if let Some(array) = Array::recognise(object) {
            return Self { kind: ColumnKind::Numpy, ..other }.with_array(array, row);
        }
        let Some((name, made)) = instance(object) else { return other };
        let kind = match &*name {
            "IntegerArray" | "FloatingArray" | "BooleanArray" => ColumnKind::Masked,
            "StringArray" => ColumnKind::String,
            "Categorical" => ColumnKind::Categorical,
            "DatetimeArray" => ColumnKind::DateTime,
            "TimedeltaArray" => ColumnKind::TimeDelta,
            "PeriodArray" => ColumnKind::Period,
            "SparseArray" => ColumnKind::Sparse,
            "IntervalArray" => ColumnKind::Interval,
            // A thin coat around an array: NumpyExtensionArray.
            "PandasArray" | "NumpyExtensionArray" => ColumnKind::Numpy,
            _ => ColumnKind::Other,
        };
        let heap = object.heap();
        let state = made.state().map(items).unwrap_or_default();
        let found = state.iter().map(|item| heap.obj(*item));
        let attr = |names: [&str; 3]| names.into_iter().find_map(|name| made.attr(name));
        let array = found.clone().find_map(Array::recognise);
        let array = array.or_else(|| Array::recognise(attr(["_ndarray", "_codes", "_data"])?));
        let dtype = found.clone().find(|item| Array::recognise(*item).is_none() && !item.is_none());
        let dtype = dtype.or_else(|| attr(["_dtype", "dtype", "_dtype"]));
        let column = Self { kind, dtype, made: Some(made), ..other };
        array.map_or(column, |array| column.with_array(array, row))
    }

    /// A row is meant only where there are several axes: extension arrays have one.
    fn with_array(self, array: Array<'h>, row: Option<usize>) -> Self {
        Self { array: Some(array), row: row.filter(|_| array.axes() > 1), ..self }
    }

    /// The array that pandas keeps them in.
    #[must_use]
    pub fn object(self) -> Obj<'h> {
        self.object
    }

    /// How they are kept.
    #[must_use]
    pub fn kind(self) -> ColumnKind {
        self.kind
    }

    /// The array of numpy's below: the values, the codes of a categorical, times since 1970. The column may be one row of it.
    #[must_use]
    pub fn array(self) -> Option<Array<'h>> {
        self.array
    }

    /// How many values there are; `None` where that is not known.
    #[must_use]
    pub fn len(self) -> Option<usize> {
        match self.kind {
            ColumnKind::Sparse => {
                let index = self.made?.attr("_sparse_index")?.as_call().ok()?;
                usize::try_from(index.args().get(0).ok()?.as_u64().ok()?).ok()
            }
            ColumnKind::Interval => {
                let left = self.ends()?.0;
                // Ends are no intervals themselves.
                left.array?.len_at(None)
            }
            _ => self.array?.len_at(self.row),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == Some(0)
    }

    /// The values as a Rust type, where the array below has it, missing ones among them.
    #[must_use]
    pub fn values<T: Element>(self) -> Option<Values<'h, T>> {
        self.array?.values_at(self.row)
    }

    /// Which values are missing, where a second array says so.
    #[must_use]
    pub fn mask(self) -> Option<Values<'h, bool>> {
        Array::recognise(self.made?.attr("_mask")?)?.values_at(None)
    }

    /// The categories, in their order, and whether the order means something.
    #[must_use]
    pub fn categories(self) -> Option<(Index<'h>, bool)> {
        let dtype = Instance::recognise(self.dtype.filter(|_| self.kind == ColumnKind::Categorical)?)?;
        let ordered = dtype.attr("ordered").or(dtype.attr("_ordered"));
        let categories = dtype.attr("categories").or(dtype.attr("_categories"))?;
        Some((Index::recognise(categories)?, ordered.is_some_and(|ordered| ordered.as_bool() == Ok(true))))
    }

    /// The zone of points in time, as an object of `datetime`, `zoneinfo` or `pytz`.
    #[must_use]
    pub fn zone(self) -> Option<Obj<'h>> {
        let dtype = Instance::recognise(self.dtype.filter(|_| self.kind == ColumnKind::DateTime)?)?;
        let zone = dtype.attr("tz").or(dtype.attr("_tz")).or(self.made?.attr("_tz"));
        zone.filter(|zone| !zone.is_none())
    }

    /// What times and durations are counted in: `ns`, `us`, `ms`, `s`.
    #[must_use]
    pub fn unit(self) -> Option<String> {
        self.array?.dtype().time_unit().map(|(unit, _)| unit)
    }

    /// The span of periods, such as `M` or `Y-DEC`, where its dtype names it: pandas 1 has an object of its offsets there.
    #[must_use]
    pub fn frequency(self) -> Option<&'h str> {
        let dtype = Instance::recognise(self.dtype.filter(|_| self.kind == ColumnKind::Period)?)?;
        let name = dtype.args().next()?.as_str().ok()?;
        name.strip_prefix("period[")?.strip_suffix(']')
    }

    /// Each value. `None` for kinds that are not known, and for items that are no number, time, text or object.
    #[must_use]
    pub fn cells(self) -> Option<Box<dyn Iterator<Item = Cell<'h>> + 'h>> {
        self.cells_at(0)
    }

    pub(super) fn cells_at(self, depth: u32) -> Option<Box<dyn Iterator<Item = Cell<'h>> + 'h>> {
        if depth > DEPTH {
            return None;
        }
        match self.kind {
            ColumnKind::Masked => {
                let cells = cell::cells(self.array?, self.row)?;
                Some(Box::new(cells.zip(self.mask()?).map(|(cell, missing)| if missing { Cell::Missing } else { cell })))
            }
            ColumnKind::Categorical => {
                let categories: Vec<Cell<'h>> = self.categories()?.0.cells_at(depth + 1)?.collect();
                let codes = cell::cells(self.array?, self.row)?;
                Some(Box::new(codes.map(move |code| match code {
                    Cell::Int(code) => {
                        usize::try_from(code).ok().and_then(|code| categories.get(code).copied()).unwrap_or(Cell::Missing)
                    }
                    _ => Cell::Missing,
                })))
            }
            ColumnKind::Period => Some(Box::new(self.values::<i64>()?.map(Cell::period))),
            // Old pandas keeps them as ints.
            ColumnKind::DateTime if self.array?.dtype().kind() == DtypeKind::Int => {
                Some(Box::new(self.values()?.map(Cell::time)))
            }
            ColumnKind::Sparse | ColumnKind::Interval => None,
            _ => cell::cells(self.array?, self.row),
        }
    }

    /// The values of a sparse column that are there, with their places; all others are [`Column::fill_value`].
    #[must_use]
    pub fn sparse(self) -> Option<Vec<(usize, Cell<'h>)>> {
        let made = self.made.filter(|_| self.kind == ColumnKind::Sparse)?;
        let index = made.attr("_sparse_index")?.as_call().ok()?;
        let values = cell::cells(Array::recognise(made.attr("_sparse_values")?)?, None)?;
        let heap = self.object.heap();
        let arrays = heap.items(index.args().value()).iter().filter_map(|arg| Array::recognise(heap.obj(*arg)));
        let arrays: Vec<Vec<i32>> = arrays.filter_map(|array| Some(array.values_at(None)?.collect())).collect();
        let places: Vec<i32> = match (pandas_name(index.callable())?.as_str(), arrays.as_slice()) {
            ("IntIndex", [places]) => places.clone(),
            ("BlockIndex", [starts, lengths]) => {
                let total: i64 = lengths.iter().map(|length| i64::from(*length)).sum();
                if total > i64::try_from(self.len()?).ok()? {
                    return None;
                }
                starts
                    .iter()
                    .zip(lengths)
                    .flat_map(|(start, length)| (0..*length).map(move |n| start.saturating_add(n)))
                    .collect()
            }
            _ => return None,
        };
        let places = places.into_iter().filter_map(|place| usize::try_from(place).ok());
        Some(places.zip(values).collect())
    }

    /// The value of a sparse column wherever it has no other.
    #[must_use]
    pub fn fill_value(self) -> Option<Obj<'h>> {
        let made = self.made.filter(|_| self.kind == ColumnKind::Sparse)?;
        Instance::recognise(made.attr("_dtype")?)?.attr("_fill_value")
    }

    /// The left and the right ends of intervals.
    #[must_use]
    pub fn ends(self) -> Option<(Column<'h>, Column<'h>)> {
        let made = self.made.filter(|_| self.kind == ColumnKind::Interval)?;
        // pandas 1 keeps two indexes, pandas 2 two arrays.
        let end = |name| {
            let end = attr(made, name)?;
            Index::recognise(end).map_or_else(|| Some(Self::of(end, None)), Index::values)
        };
        Some((end("_left")?, end("_right")?))
    }

    /// The dtype as pandas names it: `int64`, `datetime64[ns, UTC]` without the zone, `category`, `Int64`, ..
    #[must_use]
    pub fn dtype_name(self) -> String {
        let numpy = || match self.array.map(|array| array.dtype()) {
            Some(dtype) => match (dtype.kind(), dtype.time_unit()) {
                (DtypeKind::Bool, _) => "bool".to_owned(),
                (DtypeKind::Object, _) => "object".to_owned(),
                (DtypeKind::Int, _) => format!("int{}", dtype.item_size() * 8),
                (DtypeKind::UInt, _) => format!("uint{}", dtype.item_size() * 8),
                (DtypeKind::Float, _) => format!("float{}", dtype.item_size() * 8),
                (DtypeKind::Complex, _) => format!("complex{}", dtype.item_size() * 8),
                (DtypeKind::DateTime, Some((unit, _))) => format!("datetime64[{unit}]"),
                (DtypeKind::TimeDelta, Some((unit, _))) => format!("timedelta64[{unit}]"),
                _ => dtype.str(),
            },
            None => self.object.type_name().to_owned(),
        };
        match self.kind {
            ColumnKind::Masked => match numpy().as_str() {
                "bool" => "boolean".to_owned(),
                name if name.starts_with("uint") => name.replace("uint", "UInt"),
                name => name.replace("int", "Int").replace("float", "Float"),
            },
            ColumnKind::String => "string".to_owned(),
            ColumnKind::Categorical => "category".to_owned(),
            ColumnKind::Period => self.frequency().map_or_else(|| "period".to_owned(), |of| format!("period[{of}]")),
            ColumnKind::Sparse => "Sparse".to_owned(),
            ColumnKind::Interval => "interval".to_owned(),
            ColumnKind::DateTime if self.array.is_some_and(|array| array.dtype().kind() == DtypeKind::Int) => {
                "datetime64[ns]".to_owned()
            }
            _ => numpy(),
        }
    }
}

impl fmt::Display for Column<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.dtype_name())?;
        match self.len() {
            Some(length) => write!(f, " {length}>"),
            None => f.write_str(">"),
        }
    }
}

impl fmt::Debug for Column<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Places of columns without rows cost a pickle nothing, so they are not believed beyond this.
const MAX_EMPTY: usize = 1 << 12;

/// The places that a block's rows have among the columns: a slice, or an array of ints.
pub(super) fn placement(object: Obj<'_>, values: Column<'_>) -> Option<Vec<usize>> {
    if let Some(slice) = crate::reflect::std_types::Slice::recognise(object) {
        let int = |part: Obj<'_>| part.as_i64().ok();
        let (start, stop, step) = (int(slice.start()).unwrap_or(0), int(slice.stop())?, int(slice.step()).unwrap_or(1));
        let step = usize::try_from(step).ok().filter(|step| *step > 0)?;
        let (start, stop) = (usize::try_from(start).ok()?, usize::try_from(stop).ok()?);
        let paid = values.array.map_or(0, Array::len).max(MAX_EMPTY);
        return (stop.saturating_sub(start) / step <= paid).then(|| (start..stop).step_by(step).collect());
    }
    if let Value::Int(place) = object.value() {
        return Some(vec![usize::try_from(place).ok()?]);
    }
    let cells = cell::cells(Array::recognise(object)?, None)?;
    cells.map(|cell| if let Cell::Int(place) = cell { usize::try_from(place).ok() } else { None }).collect()
}
