//! What can go wrong on the way to a worker and back.

use worker_task::OtherPython;

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a job was not queued, or has no outcome.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Redis said no, or nothing.
    #[error("redis: {0}")]
    Redis(#[from] redis::RedisError),
    /// A pickle could not be made or read.
    #[error("pickle: {0}")]
    Pickle(#[from] cloudpickle::Error),
    /// A worker of the queue could not run it. Nothing was sent.
    #[error("{name}: {mismatch}")]
    OtherPython {
        /// The name of the worker.
        name: String,
        /// The two versions.
        mismatch: OtherPython,
    },
    /// Bytecode for a queue without a worker: which Python it is for cannot be told. Nothing was sent.
    #[error("queue {0} has no worker whose Python could be compared")]
    NoWorker(String),
    /// There was no result in time. The job may still run.
    #[error("no result of job {0} in time")]
    TimedOut(String),
    /// The job was stopped on the worker.
    #[error("job {0} was stopped")]
    Stopped(String),
    /// What RQ wrote is not what it is known to write.
    #[error("{what} of job {id} cannot be read: {why}")]
    Unreadable {
        /// The id of the job.
        id: String,
        /// The field.
        what: &'static str,
        /// What was found.
        why: String,
    },
}
