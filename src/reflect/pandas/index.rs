//! `pandas.Index` and its kinds.
//!
//! ```text
//! pandas.core.indexes.base._new_Index(cls, {'data': values, 'name': ..})
//!                                    (RangeIndex, {'name': .., 'start': 0, 'stop': 3, 'step': 1})
//!                                    (MultiIndex, {'levels': [index, ..], 'codes': [array, ..], 'sortorder': .., 'names': [..]})
//! pandas.core.indexes.datetimes._new_DatetimeIndex(DatetimeIndex, {'data': .., 'name': ..})       in the same way _new_PeriodIndex, _new_IntervalIndex
//! ```

use std::fmt;

use super::{Cell, Column, items, pandas_name};
use crate::heap::Obj;
use crate::reflect::shape::{Shape, view};

/// The kinds of indexes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum IndexKind {
    /// `Index`, of any dtype; `Int64Index` and its like in pandas 1.
    Plain,
    /// `RangeIndex`: start, stop and step.
    Range,
    /// `MultiIndex`: several levels.
    Multi,
    /// `DatetimeIndex`.
    DateTime,
    /// `TimedeltaIndex`.
    TimeDelta,
    /// `PeriodIndex`.
    Period,
    /// `CategoricalIndex`.
    Categorical,
    /// `IntervalIndex`.
    Interval,
}

/// The labels of rows or columns: a `Copy` view.
#[derive(Clone, Copy)]
pub struct Index<'h> {
    object: Obj<'h>,
    kind: IndexKind,
    dict: Obj<'h>,
}
view!(
    /// Reads an index of any kind.
    Index,
    "a pandas.Index"
);

impl<'h> Index<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call(object)?;
        let &[class, dict] = shape.args() else { return None };
        if !pandas_name(shape.callable)?.starts_with("_new_") {
            return None;
        }
        let kind = match &*pandas_name(shape.obj(class))? {
            "RangeIndex" => IndexKind::Range,
            "MultiIndex" => IndexKind::Multi,
            "DatetimeIndex" => IndexKind::DateTime,
            "TimedeltaIndex" => IndexKind::TimeDelta,
            "PeriodIndex" => IndexKind::Period,
            "CategoricalIndex" => IndexKind::Categorical,
            "IntervalIndex" => IndexKind::Interval,
            _ => IndexKind::Plain,
        };
        let dict = shape.obj(dict);
        dict.items().is_ok().then_some(Self { object, kind, dict })
    }

    /// Which kind it is.
    #[must_use]
    pub fn kind(self) -> IndexKind {
        self.kind
    }

    /// Its name, where it has one.
    #[must_use]
    pub fn name(self) -> Option<Obj<'h>> {
        self.dict.get("name").ok().filter(|name| !name.is_none())
    }

    /// The names of the levels of a multi-index.
    #[must_use]
    pub fn names(self) -> Vec<Option<Obj<'h>>> {
        self.parts("names").map(|name| Some(name).filter(|name| !name.is_none())).collect()
    }

    /// The levels of a multi-index.
    #[must_use]
    pub fn levels(self) -> Vec<Index<'h>> {
        self.parts("levels").filter_map(Self::recognise).collect()
    }

    /// For each level of a multi-index the places in it, -1 for none.
    #[must_use]
    pub fn codes(self) -> Vec<Column<'h>> {
        let codes = if self.dict.get("codes").is_ok() { "codes" } else { "labels" };
        self.parts(codes)
            .map(|codes| {
                // A FrozenNDArray is called with the array.
                let inner = Shape::call_with_state(codes).filter(|shape| pandas_name(shape.callable).is_some());
                Column::reflect(inner.and_then(|shape| Some(shape.obj(*shape.args().first()?))).unwrap_or(codes))
            })
            .collect()
    }

    fn parts(self, name: &str) -> impl Iterator<Item = Obj<'h>> + use<'h> {
        let heap = self.object.heap();
        let list = self.dict.get(name).ok();
        let parts = list.map(|list| {
            // A FrozenList is called with a list.
            let inner = Shape::call_with_state(list).and_then(|shape| Some(shape.obj(*shape.args().first()?)));
            items(inner.unwrap_or(list))
        });
        parts.unwrap_or_default().iter().map(move |part| heap.obj(*part))
    }

    /// Start, stop and step of a range.
    #[must_use]
    pub fn range(self) -> Option<(i64, i64, i64)> {
        let int = |name| self.dict.get(name).ok()?.as_i64().ok();
        let (start, stop, step) = (int("start")?, int("stop")?, int("step")?);
        (self.kind == IndexKind::Range && step != 0).then_some((start, stop, step))
    }

    /// The values of an index that keeps them: all but ranges and multi-indexes.
    #[must_use]
    pub fn values(self) -> Option<Column<'h>> {
        self.dict.get("data").ok().map(Column::reflect)
    }

    /// How many labels there are; `None` where that is not known.
    #[must_use]
    pub fn len(self) -> Option<usize> {
        match self.kind {
            IndexKind::Range => {
                let (start, stop, step) = self.range()?;
                let (span, step) = if step > 0 {
                    (i128::from(stop) - i128::from(start), i128::from(step))
                } else {
                    (i128::from(start) - i128::from(stop), -i128::from(step))
                };
                usize::try_from((span.max(0) + step - 1) / step).ok()
            }
            IndexKind::Multi => self.codes().first()?.len(),
            // Ends are no intervals themselves.
            IndexKind::Interval => match self.ends()?.0 {
                left if left.kind == IndexKind::Range => left.len(),
                left => left.values()?.len(),
            },
            _ => self.values()?.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == Some(0)
    }

    /// The left and the right ends of an interval index.
    #[must_use]
    pub fn ends(self) -> Option<(Index<'h>, Index<'h>)> {
        Some((Self::recognise(self.dict.get("left").ok()?)?, Self::recognise(self.dict.get("right").ok()?)?))
    }

    /// Each label. `None` for multi-indexes and intervals, and where a value is nothing that a [`Cell`] has.
    #[must_use]
    pub fn cells(self) -> Option<Box<dyn Iterator<Item = Cell<'h>> + 'h>> {
        self.cells_at(0)
    }

    pub(super) fn cells_at(self, depth: u32) -> Option<Box<dyn Iterator<Item = Cell<'h>> + 'h>> {
        match self.kind {
            IndexKind::Range => {
                let (start, _, step) = self.range()?;
                let length = i64::try_from(self.len()?).ok()?;
                Some(Box::new((0..length).map(move |nth| Cell::Int(start.saturating_add(nth.saturating_mul(step))))))
            }
            IndexKind::Multi | IndexKind::Interval => None,
            _ => self.values()?.cells_at(depth),
        }
    }

    /// The labels of a level of a multi-index, one for each row.
    #[must_use]
    pub fn level_cells(self, level: usize) -> Option<Box<dyn Iterator<Item = Cell<'h>> + 'h>> {
        let labels: Vec<Cell<'h>> = self.levels().get(level)?.cells()?.collect();
        let codes = self.codes().get(level)?.cells()?;
        Some(Box::new(codes.map(move |code| match code {
            Cell::Int(code) => usize::try_from(code).ok().and_then(|code| labels.get(code).copied()).unwrap_or(Cell::Missing),
            _ => Cell::Missing,
        })))
    }
}

impl fmt::Display for Index<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{:?} index", self.kind)?;
        match self.len() {
            Some(length) => write!(f, " {length}>"),
            None => f.write_str(">"),
        }
    }
}
