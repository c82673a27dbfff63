//! Cells: the variables of a closure.

use super::{Helper, dialect};
use crate::error::Result;
use crate::heap::Obj;

/// A cell of a closure: a `Copy` view of what it holds.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Cell;
///
/// let pickle = cloudpickle::loads(b"ccloudpickle.cloudpickle\n_make_cell\n(K\x07tR.")?;
/// assert_eq!(Cell::reflect(pickle.root())?.contents().unwrap().as_i64()?, 7);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Cell<'h> {
    object: Obj<'h>,
    contents: Option<Obj<'h>>,
}

impl<'h> Cell<'h> {
    /// Reads a cell.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for other objects.
    pub fn reflect(object: Obj<'h>) -> Result<Self> {
        let wanted = || object.wanted("a cell");
        let call = object.as_call().map_err(|_| wanted())?;
        let empty = match Helper::of(call.callable()) {
            Some(Helper::MakeEmptyCell) => true,
            Some(Helper::MakeCell) => false,
            _ if dialect::is_builtin_type(call.callable(), "CellType") || call.callable().is_global("types", "CellType") => false,
            _ => return Err(wanted()),
        };
        let contents = call.args().get(0).ok().filter(|_| !empty);
        Ok(Self { object, contents })
    }

    /// What stands for a cell in `closure_values`: its contents, or the marker of an empty one.
    pub(crate) fn of_contents(object: Obj<'h>) -> Self {
        let empty = Helper::of(object) == Some(Helper::EmptyCellValue);
        Self { object, contents: Some(object).filter(|_| !empty) }
    }

    /// The object; for the contents that cloudpickle up to 1.4 writes without a cell, the contents.
    #[must_use]
    pub fn object(self) -> Obj<'h> {
        self.object
    }

    /// What it holds; `None` for an empty cell.
    #[must_use]
    pub fn contents(self) -> Option<Obj<'h>> {
        self.contents
    }
}
