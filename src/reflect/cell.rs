//! Cells: the variables of a closure.

use super::{Dialect, Helper, Release, Target, dialect, dill};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};

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
    /// Reads a cell, of cloudpickle or of dill.
    ///
    /// dill fills the cells of a function when everything is there, by calls whose result is dropped:
    ///
    /// ```
    /// use cloudpickle::reflect::Cell;
    ///
    /// let bytes = b"cdill._dill\n_create_cell\n(NtRp0\ncbuiltins\nsetattr\n(g0\nVcell_contents\nK\x07tR0.";
    /// let pickle = cloudpickle::loads(bytes)?;
    /// assert_eq!(Cell::reflect(pickle.root())?.contents().unwrap().as_i64()?, 7);
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for other objects.
    pub fn reflect(object: Obj<'h>) -> Result<Self> {
        Self::recognise(object).ok_or_else(|| object.wanted("a cell"))
    }

    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let Value::Call(_) = object.value() else { return None };
        let call = object.as_call().ok()?;
        let empty = match Helper::of(call.callable()) {
            Some(Helper::MakeEmptyCell) => true,
            Some(Helper::MakeCell) => false,
            _ if dialect::is_builtin_type(call.callable(), "CellType") || call.callable().is_global("types", "CellType") => false,
            _ => return dill::cell_contents(object).map(|contents| Self { object, contents }),
        };
        let contents = call.args().iter().ok()?.next().filter(|_| !empty);
        Some(Self { object, contents })
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

    /// Builds an empty cell as a dialect has it.
    pub(super) fn build_empty(heap: &mut Heap<'_>, dialect: &Dialect) -> Value {
        if dialect.release() < Release::V1_6 {
            let cell_type = dialect.builtin_type(heap, "CellType");
            return heap.call(cell_type, ());
        }
        let helper = dialect.helper(heap, Helper::MakeEmptyCell);
        heap.call(helper, ())
    }

    /// Builds a cell with contents as a dialect has it.
    pub(super) fn build_full(heap: &mut Heap<'_>, contents: Value, dialect: &Dialect) -> Value {
        let callable = if dialect.release() < Release::V1_6 {
            dialect.builtin_type(heap, "CellType")
        } else {
            dialect.helper(heap, Helper::MakeCell)
        };
        let args = heap.tuple([contents]);
        heap.call(callable, args)
    }

    /// Builds a cell: what functions that are to share a variable close over.
    ///
    /// cloudpickle gives each function cells of its own and fills them from those of the pickle, so after loading they share what a cell
    /// held, not the cell.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Heap;
    /// use cloudpickle::reflect::{Cell, Target};
    ///
    /// let mut heap = Heap::new();
    /// let cell = Cell::build(&mut heap, Some(cloudpickle::Value::Int(7)), &Target::cpython(3, 12));
    /// assert_eq!(Cell::reflect(heap.obj(cell))?.contents().unwrap().as_i64()?, 7);
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn build(heap: &mut Heap<'_>, contents: Option<Value>, target: &Target) -> Value {
        match contents {
            Some(contents) => Self::build_full(heap, contents, target.dialect_of()),
            None => Self::build_empty(heap, target.dialect_of()),
        }
    }
}
