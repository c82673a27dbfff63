//! What can go wrong on the way to a worker and back.

use worker_task::{OtherPython, Raised};

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a task was not sent, or has no outcome.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Redis said no, or nothing.
    #[error("redis: {0}")]
    Redis(#[from] redis::RedisError),
    /// A pickle could not be made or read.
    #[error("pickle: {0}")]
    Pickle(#[from] cloudpickle::Error),
    /// A task is known by its name; one by value goes to `run_bytes`.
    #[error("a function by value is no task of the application: use run")]
    NoName,
    /// The worker could not run it. It was not sent.
    #[error(transparent)]
    OtherPython(#[from] OtherPython),
    /// The worker could not say which Python it is.
    #[error("asked for its Python, the worker raised {0}")]
    Asking(Raised),
    /// There was no result in time. A message that a worker cannot read is dropped there, and never has one.
    #[error("no result of task {0} in time")]
    TimedOut(String),
    /// The task was revoked.
    #[error("task {0} was revoked")]
    Revoked(String),
    /// The result is no pickle: `result_serializer` of the application has to be `pickle`.
    #[error("the result of task {0} is no pickle: {1:.60}")]
    NoPickle(String, String),
}
