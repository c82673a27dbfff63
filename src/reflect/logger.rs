//! Loggers.
//!
//! ```text
//! logging.getLogger('a.b')        logging.getLogger()         the root
//! ```
//!
//! Levels and handlers are those that the worker has.

use std::fmt;

use super::Target;
use super::shape::{Origin, Shape, handles, view};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::text::PyStr;

/// A logger of a pickle: a `Copy` view. `Display` is Python's `repr` without the level: `<Logger a.b>`, `<RootLogger root>`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Logger;
///
/// let pickle = cloudpickle::loads(b"clogging\ngetLogger\n(Vjobs.load\ntR.")?;
/// assert_eq!(Logger::reflect(pickle.root())?.to_string(), "<Logger jobs.load>");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Logger<'h> {
    object: Obj<'h>,
    origin: Origin,
    name: Option<Obj<'h>>,
}
view!(
    /// Reads a logger (`_logger_reduce` and `_root_logger_reduce` of cloudpickle; `Logger.__reduce__` from Python 3.7 on).
    Logger,
    "a logger"
);

impl<'h> Logger<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call(object).filter(|shape| shape.callable.is_global("logging", "getLogger"))?;
        let name = match *shape.args() {
            [] => None,
            [name] => Some(shape.obj(name)),
            _ => return None,
        };
        name.is_none_or(|name| name.as_py_str().is_ok()).then_some(Self { object, origin: shape.origin(), name })
    }

    /// Its name; that of the root is `root`.
    #[must_use]
    pub fn name(self) -> PyStr<'h> {
        self.name.and_then(|name| name.as_py_str().ok()).unwrap_or_else(|| PyStr::from("root"))
    }

    /// Whether it is the root of all loggers.
    #[must_use]
    pub fn is_root(self) -> bool {
        self.name.is_none_or(|name| name.is_empty().unwrap_or(false))
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> LoggerParts {
        LoggerParts { name: self.name.map(Obj::value), origin: self.origin }
    }
}

impl fmt::Display for Logger<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_root() { f.write_str("<RootLogger root>") } else { write!(f, "<Logger {}>", self.name()) }
    }
}

/// What a logger is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoggerParts {
    /// Its name, a str; `None` for the root.
    pub name: Option<Value>,
    origin: Origin,
}
handles!(LoggerParts { name, origin });

impl LoggerParts {
    /// The logger of a name.
    pub fn new(heap: &mut Heap<'_>, name: &str) -> Self {
        Self { name: Some(heap.str(name)), origin: Origin::default() }
    }

    /// The root of all loggers.
    #[must_use]
    pub fn root() -> Self {
        Self { name: None, origin: Origin::default() }
    }

    /// Builds the look-up.
    ///
    /// # Errors
    ///
    /// None: every release writes it the same way.
    pub fn build(&self, heap: &mut Heap<'_>, _target: &Target) -> Result<Value> {
        let callable = self.origin.global(heap, &[("logging", "getLogger")]);
        let items: Vec<_> = self.name.into_iter().collect();
        let args = self.origin.args(heap, &items);
        Ok(heap.call(callable, args))
    }
}
