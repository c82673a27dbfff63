//! What can go wrong on the way to a server and back.

use worker_task::{OtherPython, Raised};

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a plan was not sent, or gave no rows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The connection to the server.
    #[error("connection: {0}")]
    Connection(#[from] tonic::transport::Error),
    /// The system has no room for another runtime.
    #[error("runtime: {0}")]
    Runtime(#[from] std::io::Error),
    /// A pickle could not be made or read.
    #[error("pickle: {0}")]
    Pickle(#[from] cloudpickle::Error),
    /// The rows are no Arrow stream.
    #[error("arrow: {0}")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// A Python function raised, on a worker.
    #[error("{0}")]
    Raised(Raised),
    /// What the server says of a plan: gRPC's status code, and its message.
    #[error("spark: {message} ({code:?})")]
    Spark {
        /// The status.
        code: tonic::Code,
        /// `[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, ..`.
        message: String,
    },
    /// The workers could not run the function. Nothing was sent.
    #[error(transparent)]
    OtherPython(#[from] OtherPython),
    /// The function has something that PySpark's copy of cloudpickle has no helper for. Nothing was sent.
    #[error("not for PySpark's copy of cloudpickle: {0}")]
    NotForSpark(String),
    /// A message that is not what servers are known to send.
    #[error("the server sent {0}")]
    Unreadable(String),
}
