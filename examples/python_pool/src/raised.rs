//! Exceptions of Python, as they come back from a worker.

use std::fmt;

use cloudpickle::reflect::std_types::Exception;
use cloudpickle::{Obj, Pickle, Pickler};

use crate::answer::Answer;
use crate::error::{Error, Result};

/// Where in the life of a call an exception was raised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Stage {
    /// While the worker unpickled the callable or its arguments: the callable was not called.
    Load,
    /// In the call.
    Call,
    /// The call went through, its result cannot be pickled.
    Result,
}

/// A Python exception.
///
/// # Examples
///
/// ```
/// use python_pool::{Callable, Pool, Stage};
///
/// let pool = Pool::new(1)?;
/// let err = pool.call(Callable::global("math", "sqrt").call((-1,))).unwrap_err();
/// let raised = err.raised().unwrap();
/// assert_eq!((raised.type_name(), raised.stage()), ("ValueError", Stage::Call));
/// assert!(raised.traceback().ends_with(&format!("{}: {}\n", raised.type_name(), raised.message())));
/// # Ok::<(), python_pool::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Raised {
    stage: Stage,
    type_name: String,
    message: String,
    traceback: String,
    object: Option<Vec<u8>>,
}

impl Raised {
    /// Reads what a worker says.
    pub(crate) fn read(answer: &Answer) -> Result<Self> {
        let pickle = answer.pickle()?;
        let root = pickle.root();
        // Python's text may have lone surrogates.
        let text = |at: i64| Ok::<_, Error>(root.get(at)?.as_py_str()?.to_string_lossy().into_owned());
        let stage = match &*text(0)? {
            "load" => Stage::Load,
            "call" => Stage::Call,
            "result" => Stage::Result,
            other => return Err(Error::protocol(format!("an exception while {other}"))),
        };
        let object = root.get(4)?;
        let object = if object.is_none() { None } else { Some(object.as_bytes()?.to_vec()) };
        Ok(Self { stage, type_name: text(1)?, message: text(2)?, traceback: text(3)?, object })
    }

    /// Reads an exception object, which comes without a traceback.
    pub(crate) fn of_object(object: Obj<'_>) -> Result<Self> {
        let exception = Exception::reflect(object)?;
        let mut args = exception.args();
        // As `str(exception)` does for most classes.
        let message = match (args.len(), args.next()) {
            (0, _) | (_, None) => String::new(),
            (1, Some(only)) => only.as_py_str().map_or_else(|_| only.to_string(), |text| text.to_string_lossy().into_owned()),
            _ => format!("({})", exception.args().map(|arg| arg.to_string()).collect::<Vec<_>>().join(", ")),
        };
        let type_name = match exception.class().as_global() {
            Ok((module, name)) if module != "builtins" => format!("{module}.{name}"),
            _ => exception.class_name(),
        };
        let bytes = Pickler::new().protocol(4).dumps(object.heap(), object.value())?;
        let traceback = format!("{type_name}: {message}\n");
        Ok(Self { stage: Stage::Call, type_name, message, traceback, object: Some(bytes) })
    }

    /// Reads a traceback, whose last line says what was raised.
    pub(crate) fn of_traceback(text: &str) -> Self {
        let last = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        let (type_name, message) = last.split_once(": ").unwrap_or((last, ""));
        let (type_name, message) = (type_name.to_owned(), message.to_owned());
        Self { stage: Stage::Call, type_name, message, traceback: text.to_owned(), object: None }
    }

    /// Where it was raised.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The class, with its module unless it is a builtin: `ValueError`, `json.decoder.JSONDecodeError`.
    #[must_use]
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// `str(exception)`.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What Python prints of it, causes and contexts too. Functions from [`Source`](cloudpickle::Source) show their source.
    #[must_use]
    pub fn traceback(&self) -> &str {
        &self.traceback
    }

    /// The exception object; `None` where it could not be pickled. [`Exception`](cloudpickle::reflect::std_types::Exception) reads it.
    ///
    /// # Errors
    ///
    /// When what came is no pickle.
    pub fn object(&self) -> Result<Option<Pickle<'_>>> {
        self.object.as_deref().map(|bytes| cloudpickle::loads(bytes).map_err(Error::from)).transpose()
    }
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match self.stage {
            Stage::Load => "the call could not be loaded: ",
            Stage::Call => "",
            Stage::Result => "the result cannot be pickled: ",
        };
        write!(f, "{stage}{}: {}", self.type_name, self.message)
    }
}
