//! What came of a call.

use std::fmt;

use cloudpickle::reflect::std_types::Exception;
use cloudpickle::{Obj, Pickle, Result, loads};

/// The result of a call, or the exception it raised.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one for a call over the network")]
pub enum Outcome {
    /// The result, as objects: `pickle.root().extract::<i64>()?`.
    Value(Pickle<'static>),
    /// It raised.
    Raised(Raised),
}

impl Outcome {
    /// Reads what [`guard`](crate::guard) gave.
    ///
    /// # Errors
    ///
    /// Those of [`loads`], and [`ErrorKind::WrongType`](cloudpickle::ErrorKind::WrongType) for what is not from the guard.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let mut pickle = loads(bytes)?.into_owned();
        let (ok, value) = pickle.root().extract::<(bool, cloudpickle::Value)>()?;
        if ok {
            pickle.set_root(value);
            return Ok(Self::Value(pickle));
        }
        let (kind, message, traceback) = pickle.heap().obj(value).extract()?;
        Ok(Self::Raised(Raised { kind, message, traceback }))
    }

    /// The result.
    ///
    /// # Errors
    ///
    /// What the call raised.
    pub fn into_value(self) -> std::result::Result<Pickle<'static>, Raised> {
        match self {
            Self::Value(pickle) => Ok(pickle),
            Self::Raised(raised) => Err(raised),
        }
    }
}

/// An exception of the worker, as text. `Display` is the last line of a traceback: `ValueError: text`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Raised {
    /// The name of its class, with its module where the engine told that: `ValueError`, `kombu.exceptions.EncodeError`.
    pub kind: String,
    /// `str(exception)`.
    pub message: String,
    /// The traceback as Python prints it, the line with the exception included.
    pub traceback: String,
}

impl Raised {
    /// From the text of a traceback: the exception stands behind the last line that is indented.
    ///
    /// ```
    /// use worker_task::Raised;
    ///
    /// let raised = Raised::from_traceback("Traceback (most recent call last):\n  File \"tasks.py\", line 7, in f\n    g()\nKeyError: 'spam'\n");
    /// assert_eq!((&*raised.kind, &*raised.message), ("KeyError", "'spam'"));
    /// ```
    #[must_use]
    pub fn from_traceback(traceback: &str) -> Self {
        let lines: Vec<&str> = traceback.trim_end().lines().collect();
        let first = lines.iter().rposition(|line| line.starts_with("  ")).map_or(0, |at| at + 1);
        let text = lines[first..].join("\n");
        let (kind, message) = text.split_once(": ").unwrap_or((&text, ""));
        Self { kind: kind.to_owned(), message: message.to_owned(), traceback: traceback.to_owned() }
    }

    /// From a pickled exception, whose class need not be known here, and the text of its traceback.
    ///
    /// The message is what the traceback ends with, since only Python knows what `str` gives; without one, the arguments.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](cloudpickle::ErrorKind::WrongType) for what is no exception.
    pub fn from_exception(object: Obj<'_>, traceback: &str) -> Result<Self> {
        let exception = Exception::reflect(object)?;
        let kind = exception.class_name();
        let told = |(at, _): (usize, &str)| {
            let (class, message) = traceback[at + 1..].trim_end().split_once(": ")?;
            (class.rsplit('.').next() == Some(&kind)).then(|| message.to_owned())
        };
        let args = || {
            let args: Vec<String> =
                exception.args().map(|arg| arg.as_str().map_or_else(|_| arg.to_string(), str::to_owned)).collect();
            args.join(", ")
        };
        let message = traceback.rmatch_indices('\n').find_map(told).unwrap_or_else(args);
        Ok(Self { kind, message, traceback: traceback.to_owned() })
    }
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

impl std::error::Error for Raised {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions() {
        let message = |pickle: &[u8], traceback: &str| {
            let pickle = loads(pickle).expect("a pickle");
            Raised::from_exception(pickle.root(), traceback).expect("an exception").to_string()
        };
        let key = b"\x80\x02cexceptions\nKeyError\nX\x04\0\0\0spam\x85R.";
        assert_eq!(message(key, "Traceback (most recent call last):\n  File ..\nKeyError: 'spam'\n"), "KeyError: 'spam'");
        assert_eq!(message(key, "Traceback ..\nKeyError: two\nlines\n"), "KeyError: two\nlines");
        assert_eq!(message(key, "Traceback ..\nmy.KeyError: there: it\n"), "KeyError: there: it");
        assert_eq!(message(key, ""), "KeyError: spam");
        assert_eq!(message(b"cbuiltins\nOSError\n(I2\nVgone\ntR.", "OSError"), "OSError: 2, gone");
    }
}
