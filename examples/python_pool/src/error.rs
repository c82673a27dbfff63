//! The one error type: what was wanted, what was found, and whether a call may have run.

use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use crate::raised::Raised;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong.
///
/// An error is `Clone`, since every call that waits for a worker which cannot start gets the same one.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Python raised an exception: while it loaded the call, in the call, or while it pickled the result.
    #[error("{0}")]
    Raised(Box<Raised>),
    /// The worker ended while it had the call: it crashed or was killed. Whether the call had any effect is not known, so it is not run again unless
    /// [`Task::retries`](crate::Task::retries) says so.
    #[error("the worker ended ({}) during the call, which may have run in part", Status(*.0))]
    Died(Option<ExitStatus>),
    /// The call took longer than it was allowed; its worker was killed.
    #[error("the call took longer than {0:?}: its worker was killed")]
    TimedOut(Duration),
    /// The call cannot run on these workers, and was not sent.
    #[error("not sent: {0}")]
    Refused(String),
    /// A worker could not be started.
    #[error("{python} could not be started: {reason}")]
    Start {
        /// The program.
        python: String,
        /// Why.
        reason: String,
    },
    /// The queue is full ([`Pool::try_submit`](crate::Pool::try_submit)).
    #[error("the queue is full: {0} calls wait")]
    Full(usize),
    /// The pool was dropped or closed before the call ended.
    #[error("the pool was closed before the call ended")]
    Closed,
    /// The call was cancelled before it was sent.
    #[error("the call was cancelled")]
    Cancelled,
    /// A message is longer than is allowed; nothing of it was read.
    #[error("a message of {length} bytes, {limit} are allowed")]
    TooLong {
        /// The length that the other side claims.
        length: u64,
        /// The limit.
        limit: u64,
    },
    /// What the other side sent is not what it should send; the connection is not used any more.
    #[error("the other side does not keep to the protocol: {0}")]
    Protocol(String),
    /// The other side closed the connection: Python's `EOFError`.
    #[error("the other side closed the connection")]
    Eof,
    /// The other side does not have the key, or says that we do not: `multiprocessing.AuthenticationError`.
    #[error("authentication failed: {0}")]
    Authentication(&'static str),
    /// A pickle could not be written or read.
    #[error(transparent)]
    Pickle(#[from] cloudpickle::Error),
    /// Input or output failed, or took too long ([`io::ErrorKind::TimedOut`]).
    #[error("{0}")]
    Io(Arc<io::Error>),
}

impl Error {
    /// The Python exception, if it is one.
    #[must_use]
    pub fn raised(&self) -> Option<&Raised> {
        match self {
            Self::Raised(raised) => Some(raised),
            _ => None,
        }
    }

    pub(crate) fn protocol(what: impl Into<String>) -> Self {
        Self::Protocol(what.into())
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(Arc::new(error))
    }
}

/// Sockets say either, whichever the system.
pub(crate) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

struct Status(Option<ExitStatus>);

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(status) => status.fmt(f),
            None => f.write_str("it closed its connection"),
        }
    }
}
