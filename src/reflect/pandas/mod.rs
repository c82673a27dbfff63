//! pandas' frames, series, indexes and scalars, for reading.
//!
//! - [`DataFrame`], [`Series`]: columns by name, down to the [`Block`]s that they lie in.
//! - [`Index`], [`IndexKind`]: labels of rows and columns, each kind.
//! - [`Column`]: one-dimensional values: a row of a block, a categorical, an array with a mask, times with a zone. [`Cell`]: one of them.
//! - [`scalar`]: `Timestamp`, `Timedelta`, `Period`, `NaT`, `NA`.
//!
//! Shapes of pandas 1 and 2 are read. Arrays of pyarrow stay what they are: a call with its arguments, [`Column::object`].

mod cell;
mod column;
mod frame;
mod index;
mod manager;

pub use self::cell::{Cell, scalar};
pub use self::column::{Column, ColumnKind};
pub use self::frame::{DataFrame, Series};
pub use self::index::{Index, IndexKind};
pub use self::manager::Block;

use crate::heap::{Obj, Value};
use crate::reflect::std_types::Instance;

/// The name of a global in pandas, whichever of its modules has it.
fn pandas_name(object: Obj<'_>) -> Option<String> {
    let (module, name) = object.global_names()?;
    module.starts_with("pandas.").then(|| name.into_owned())
}

/// The class of an instance in pandas, and its state. Arrays that C makes name their class as an argument.
fn instance(object: Obj<'_>) -> Option<(String, Instance<'_>)> {
    let made = Instance::recognise(object)?;
    let name = pandas_name(made.class())?;
    let name = if name.starts_with("__pyx_unpickle_") { pandas_name(made.args().next()?)? } else { name };
    Some((name, made))
}

/// The items of a tuple or a list; none of other objects.
fn items(object: Obj<'_>) -> &[Value] {
    match object.value() {
        Value::Tuple(_) | Value::List(_) => object.heap().items(object.value()),
        _ => &[],
    }
}
