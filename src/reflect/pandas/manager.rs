//! Block managers: the columns of a frame by dtype.
//!
//! ```text
//! BlockManager((block, ..), [columns, index])                   since pandas 1.3; block: _unpickle_block(values, places, 2)
//! SingleBlockManager() and ([index], [values], [index], {'0.14.1': {'axes': [..], 'blocks': [{'values': .., 'mgr_locs': ..}]}})
//! ```
//!
//! The source is `BlockManager.__reduce__` of `pandas/_libs/internals.pyx` and `SingleBlockManager.__getstate__` of `pandas/core/internals/managers.py`.

use super::column::placement;
use super::{Column, Index, instance, items, pandas_name};
use crate::heap::Obj;
use crate::reflect::shape::Shape;

/// Columns that lie together: an array, each of whose rows is a column, or an extension array that is one column.
#[derive(Clone, Debug)]
pub struct Block<'h> {
    values: Column<'h>,
    places: Vec<usize>,
}

impl<'h> Block<'h> {
    fn new(values: Obj<'h>, places: Obj<'h>) -> Option<Self> {
        let values = Column::reflect(values);
        Some(Self { values, places: placement(places, values)? })
    }

    /// The array of all of them, of two axes mostly.
    #[must_use]
    pub fn values(&self) -> Column<'h> {
        self.values
    }

    /// Which columns of the frame they are.
    #[must_use]
    pub fn places(&self) -> &[usize] {
        &self.places
    }

    /// The column at a place of the frame, if it is here.
    #[must_use]
    pub fn column(&self, place: usize) -> Option<Column<'h>> {
        let row = self.places.iter().position(|here| *here == place)?;
        Some(Column::of(self.values.object(), Some(row)))
    }
}

/// Axes and blocks.
#[derive(Clone, Debug)]
pub(super) struct Manager<'h> {
    pub(super) axes: Vec<Index<'h>>,
    pub(super) blocks: Vec<Block<'h>>,
}

impl<'h> Manager<'h> {
    pub(super) fn recognise(object: Obj<'h>) -> Option<Self> {
        let (name, made) = instance(object)?;
        if !matches!(&*name, "BlockManager" | "SingleBlockManager") {
            return None;
        }
        let heap = object.heap();
        let axes = |axes: Obj<'h>| items(axes).iter().map(|axis| Index::recognise(heap.obj(*axis))).collect::<Option<Vec<_>>>();
        if let Some(state) = made.state() {
            let new = state.iter().ok()?.last()?.get("0.14.1").ok()?;
            let blocks = new.get("blocks").ok()?;
            let block = |block: Obj<'h>| Block::new(block.get("values").ok()?, block.get("mgr_locs").ok()?);
            let blocks = blocks.iter().ok()?.map(block).collect::<Option<Vec<_>>>()?;
            return Some(Self { axes: axes(new.get("axes").ok()?)?, blocks });
        }
        let mut args = made.args();
        let (blocks, named) = (args.next()?, args.next()?);
        let block = |object: Obj<'h>| {
            let shape = Shape::call(object).filter(|shape| pandas_name(shape.callable).as_deref() == Some("_unpickle_block"))?;
            let &[values, places, ..] = shape.args() else { return None };
            Block::new(heap.obj(values), heap.obj(places))
        };
        let blocks = items(blocks).iter().map(|item| block(heap.obj(*item))).collect::<Option<Vec<_>>>()?;
        Some(Self { axes: axes(named)?, blocks })
    }
}
