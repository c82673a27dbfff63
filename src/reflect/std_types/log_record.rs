//! `logging.LogRecord`, and its attributes as `logging.handlers.SocketHandler` sends them.
//!
//! ```text
//! {'name': 'app', 'msg': 'text', 'args': None, 'levelname': 'INFO', 'levelno': 20, .., 'exc_info': None}     SocketHandler.makePickle
//! NEWOBJ logging.LogRecord (), the same dict as state                                                        a record in a queue
//! ```
//!
//! `SocketHandler` writes four bytes before each pickle: its length, the highest byte first.

use std::fmt;

use super::instance::Instance;
use super::text;
use crate::heap::{Obj, Value};
use crate::reflect::shape::view;
use crate::text::PyStr;

/// The attributes that `LogRecord.__init__` and `Formatter.format` make.
const ATTRIBUTES: [&str; 23] = [
    "name",
    "msg",
    "args",
    "levelname",
    "levelno",
    "pathname",
    "filename",
    "module",
    "exc_info",
    "exc_text",
    "stack_info",
    "lineno",
    "funcName",
    "created",
    "msecs",
    "relativeCreated",
    "thread",
    "threadName",
    "processName",
    "process",
    "taskName",
    "message",
    "asctime",
];

/// A record of `logging` in a pickle: a `Copy` view. `Display` is one line of it: `INFO:app:text`.
///
/// # Examples
///
/// ```
/// use cloudpickle::py;
/// use cloudpickle::reflect::std_types::LogRecord;
///
/// let pickle = py!({"name": "app", "msg": "5 items", "args": None, "levelname": "INFO", "levelno": 20, "shard": 7});
/// let record = LogRecord::reflect(pickle.root())?;
/// assert_eq!((record.level(), record.message().as_deref()), (20, Some("5 items")));
/// let (name, shard) = record.extras().next().unwrap();
/// assert_eq!((name.to_string(), shard.as_i64()?), ("shard".to_owned(), 7));
/// assert_eq!(record.to_string(), "INFO:app:5 items");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct LogRecord<'h> {
    object: Obj<'h>,
    level: i64,
}
view!(
    /// Reads an instance that has a level and a message, or a dict of its attributes (`SocketHandler.makePickle` of `logging/handlers.py`).
    LogRecord,
    "a record of logging"
);

fn attr<'h>(object: Obj<'h>, name: &str) -> Option<Obj<'h>> {
    match object.value() {
        Value::Dict(_) => object.get(name).ok(),
        _ => Instance::recognise(object)?.attr(name),
    }
}

impl<'h> LogRecord<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let level = attr(object, "levelno")?.as_i64().ok()?;
        let fits = attr(object, "msg").is_some() && attr(object, "name").is_some();
        fits.then_some(Self { object, level })
    }

    /// An attribute: `record.get("funcName")`. `None` where it is not there, and where it is Python's `None`.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Obj<'h>> {
        attr(self.object, name).filter(|value| !value.is_none())
    }

    fn text(self, name: &str) -> Option<PyStr<'h>> {
        self.get(name)?.as_py_str().ok()
    }

    /// `name`: that of the logger.
    #[must_use]
    pub fn name(self) -> Option<PyStr<'h>> {
        self.text("name")
    }

    /// `levelno`: 10 is `DEBUG`, 20 `INFO`, 30 `WARNING`, 40 `ERROR`, 50 `CRITICAL`.
    #[must_use]
    pub fn level(self) -> i64 {
        self.level
    }

    /// `levelname`.
    #[must_use]
    pub fn level_name(self) -> Option<PyStr<'h>> {
        self.text("levelname")
    }

    /// `msg`: the text with its `%s`, mostly a str.
    #[must_use]
    pub fn msg(self) -> Option<Obj<'h>> {
        self.get("msg")
    }

    /// `args`: what is put into `msg`; `SocketHandler` has put it in already.
    #[must_use]
    pub fn args(self) -> Option<Obj<'h>> {
        self.get("args").filter(|args| args.value() != Value::EMPTY_TUPLE)
    }

    /// `getMessage()`, where nothing is left to be put into the text, which is so for all that `SocketHandler` and `QueueHandler` send.
    #[must_use]
    pub fn message(self) -> Option<String> {
        let msg = self.msg().filter(|_| self.args().is_none())?;
        Some(msg.as_py_str().map_or_else(|_| text(msg), |msg| msg.to_string_lossy().into_owned()))
    }

    /// `created`: seconds since 1970.
    #[must_use]
    pub fn created(self) -> Option<f64> {
        self.get("created")?.as_f64().ok()
    }

    /// `pathname` and `lineno`: where the record was made.
    #[must_use]
    pub fn place(self) -> Option<(PyStr<'h>, u64)> {
        Some((self.text("pathname")?, self.get("lineno")?.as_u64().ok()?))
    }

    /// `exc_text`: the traceback of an exception as text.
    #[must_use]
    pub fn exception_text(self) -> Option<PyStr<'h>> {
        self.text("exc_text")
    }

    /// What `extra=` added: attributes that are not `logging`'s own.
    pub fn extras(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        let dict = Some(self.object).filter(|object| matches!(object.value(), Value::Dict(_)));
        let instance = Instance::recognise(self.object).map(Instance::attrs);
        let attrs = crate::reflect::function::named(dict).chain(instance.into_iter().flatten());
        attrs.filter(|(name, _)| !ATTRIBUTES.iter().any(|known| *name == **known))
    }
}

impl fmt::Display for LogRecord<'_> {
    /// As `logging.BASIC_FORMAT` has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |text: Option<PyStr<'_>>| text.map_or_else(String::new, |text| text.to_string_lossy().into_owned());
        let message = self.message().or_else(|| self.msg().map(super::text)).unwrap_or_default();
        write!(f, "{}:{}:{message}", text(self.level_name()), text(self.name()))
    }
}
