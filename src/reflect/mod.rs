//! Reflection: Python's constructs as Rust types.
//!
//! A pickle knows no functions and no classes; it makes them by calls. The types here read those calls, whichever release of cloudpickle wrote
//! them, and build the calls that make them on a worker.
//!
//! - [`Function`], [`Signature`], [`Cell`], [`Code`], [`Class`]: views of what cloudpickle wrote.
//! - [`Dialect`], [`Helper`]: which release wrote it, and how it names its helpers. [`Target`]: what is built for.
//! - [`Source`] and [`SourceModule`]: functions, classes and modules from Python source, for every CPython from 3.6 on with nothing
//!   installed.

mod cell;
mod class;
mod class_builder;
mod class_moves;
mod class_parts;
mod code;
mod construct;
mod dialect;
mod edit;
mod function;
mod function_builder;
mod function_parts;
mod given;
mod pickled_module;
mod rebuild;
mod signature;
mod skeletons;
pub mod source;
mod target;

pub use self::cell::Cell;
pub use self::class::Class;
pub use self::class_builder::ClassBuilder;
pub use self::class_parts::{ClassKind, ClassParts};
pub use self::code::{Code, CodeParts, CodeShape};
pub use self::dialect::{Dialect, Helper, Release};
pub use self::edit::{ClassEdit, FunctionEdit};
pub use self::function::Function;
pub use self::function_builder::{CodeSource, FunctionBuilder};
pub use self::function_parts::{Closure, FunctionParts};
pub(crate) use self::given::Given;
pub use self::pickled_module::PickledModule;
pub use self::rebuild::{Kept, Rebuilt};
pub use self::signature::{Parameter, ParameterKind, Signature};
pub use self::source::{Source, SourceModule};
pub use self::target::Target;

use crate::error::Result;
use crate::heap::{Heap, ToPy, Value};

/// What an object of a heap can be made of: every [`ToPy`] value, and the constructs of this module, where it can fail.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Build;
/// use cloudpickle::{Heap, Source};
///
/// let mut heap = Heap::new();
/// let items: [&dyn Build; 2] = [&"spam", &Source::lambda("lambda x: x + 1")];
/// let items = items.iter().map(|item| item.build(&mut heap)).collect::<Result<Vec<_>, _>>()?;
/// let list = heap.list(items);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub trait Build {
    /// Adds the object to a heap.
    ///
    /// # Errors
    ///
    /// What keeps the object from being made; never for [`ToPy`] values.
    fn build(&self, heap: &mut Heap<'_>) -> Result<Value>;
}

impl<T: ToPy + ?Sized> Build for T {
    fn build(&self, heap: &mut Heap<'_>) -> Result<Value> {
        Ok(self.to_py(heap))
    }
}
