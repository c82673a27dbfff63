//! `pandas.DataFrame` and `pandas.Series`.
//!
//! ```text
//! NEWOBJ pandas.core.frame.DataFrame ()    BUILD {'_mgr': block manager, '_typ': 'dataframe', ..}
//! NEWOBJ pandas.core.series.Series ()      BUILD {'_mgr': block manager, '_name': .., ..}
//! ```

use std::fmt;

use super::manager::Manager;
use super::{Block, Column, Index, instance};
use crate::heap::{Key, Obj};
use crate::reflect::shape::view;
use crate::text::PyStr;

/// A `pandas.DataFrame` of a pickle, for reading: a `Copy` view.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::pandas::DataFrame;
///
/// let pickle = cloudpickle::loads(include_bytes!("../../../examples/dataframe.pkl"))?; // written by pandas
/// let frame = DataFrame::reflect(pickle.root())?;
/// assert_eq!((frame.names()[0].to_str(), frame.len()), (Some("city"), Some(4)));
/// let people = frame.column("people").and_then(|people| people.values::<i64>()).unwrap();
/// assert_eq!(people.sum::<i64>(), 8_600_000);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct DataFrame<'h> {
    object: Obj<'h>,
    manager: Obj<'h>,
}
view!(
    /// Reads a frame of pandas 1 or 2.
    DataFrame,
    "a pandas.DataFrame"
);

/// The block manager of a frame or a series, by its name in old and new pandas.
fn manager<'h>(object: Obj<'h>, class: &str, axes: usize) -> Option<Obj<'h>> {
    let (name, made) = instance(object)?;
    let manager = made.attr("_mgr").or(made.attr("_data"))?;
    let fits = name == class && Manager::recognise(manager).is_some_and(|manager| manager.axes.len() == axes);
    fits.then_some(manager)
}

impl<'h> DataFrame<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        manager(object, "DataFrame", 2).map(|manager| Self { object, manager })
    }

    fn parts(self) -> Option<Manager<'h>> {
        Manager::recognise(self.manager)
    }

    /// The labels of the columns.
    #[must_use]
    pub fn columns(self) -> Option<Index<'h>> {
        self.parts()?.axes.first().copied()
    }

    /// The labels of the rows.
    #[must_use]
    pub fn index(self) -> Option<Index<'h>> {
        self.parts()?.axes.get(1).copied()
    }

    /// How many rows it has; `None` where its index does not say.
    #[must_use]
    pub fn len(self) -> Option<usize> {
        self.index()?.len()
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == Some(0)
    }

    /// The names of the columns, as far as they are text.
    #[must_use]
    pub fn names(self) -> Vec<PyStr<'h>> {
        // A range has no text, however long it is.
        let cells = self.columns().and_then(Index::values).and_then(Column::cells).into_iter().flatten();
        cells.filter_map(|cell| if let super::Cell::Str(name) = cell { Some(name) } else { None }).collect()
    }

    /// The blocks that the columns lie in.
    #[must_use]
    pub fn blocks(self) -> Vec<Block<'h>> {
        self.parts().map(|manager| manager.blocks).unwrap_or_default()
    }

    /// The column with this name, the first of several.
    #[must_use]
    pub fn column(self, name: impl Key) -> Option<Column<'h>> {
        let labels = self.columns()?.values()?.array()?;
        let place = labels.objects().ok()?.position(|label| name.is(label))?;
        self.column_at(place)
    }

    /// The column at this place.
    #[must_use]
    pub fn column_at(self, place: usize) -> Option<Column<'h>> {
        self.parts()?.blocks.iter().find_map(|block| block.column(place))
    }

    /// All columns, in their order.
    #[must_use]
    pub fn all(self) -> Vec<Column<'h>> {
        let blocks = self.blocks();
        let mut columns: Vec<(usize, Column<'h>)> = Vec::new();
        for block in &blocks {
            for (row, place) in block.places().iter().enumerate() {
                columns.push((*place, Column::of(block.values().object(), Some(row))));
            }
        }
        columns.sort_by_key(|(place, _)| *place);
        columns.into_iter().map(|(_, column)| column).collect()
    }
}

impl fmt::Display for DataFrame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<pandas.DataFrame {} x {}>", self.len().unwrap_or(0), self.columns().and_then(Index::len).unwrap_or(0))
    }
}

/// A `pandas.Series` of a pickle, for reading: a `Copy` view.
#[derive(Clone, Copy)]
pub struct Series<'h> {
    object: Obj<'h>,
    manager: Obj<'h>,
    name: Option<Obj<'h>>,
}
view!(
    /// Reads a series of pandas 1 or 2.
    Series,
    "a pandas.Series"
);

impl<'h> Series<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let manager = manager(object, "Series", 1)?;
        let (_, made) = instance(object)?;
        let name = made.attr("_name").or(made.attr("name")).filter(|name| !name.is_none());
        Some(Self { object, manager, name })
    }

    /// Its name, where it has one.
    #[must_use]
    pub fn name(self) -> Option<Obj<'h>> {
        self.name
    }

    /// The labels of its values.
    #[must_use]
    pub fn index(self) -> Option<Index<'h>> {
        Manager::recognise(self.manager)?.axes.first().copied()
    }

    /// Its values.
    #[must_use]
    pub fn values(self) -> Option<Column<'h>> {
        Manager::recognise(self.manager)?.blocks.first().map(Block::values)
    }
}

impl fmt::Display for Series<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<pandas.Series")?;
        match self.values() {
            Some(values) => write!(f, " {values}>"),
            None => f.write_str(">"),
        }
    }
}
