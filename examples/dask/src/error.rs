//! What can go wrong on the way to a worker and back.

use worker_task::OtherPython;

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a task was not submitted, or has no outcome.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The connection to the scheduler.
    #[error("scheduler: {0}")]
    Io(#[from] std::io::Error),
    /// A pickle could not be made or read.
    #[error("pickle: {0}")]
    Pickle(#[from] cloudpickle::Error),
    /// A message that is not what schedulers are known to send.
    #[error("the scheduler sent {0}")]
    Unreadable(String),
    /// What the scheduler, or the worker that looks after the tasks, says.
    #[error("dask: {0}")]
    Dask(String),
    /// There is no worker.
    #[error("the scheduler has no worker")]
    NoWorker,
    /// A worker could not run it. Nothing was submitted.
    #[error("{address}: {mismatch}")]
    OtherPython {
        /// The address of the worker.
        address: String,
        /// The two versions.
        mismatch: OtherPython,
    },
    /// The task was cancelled.
    #[error("task {0} was cancelled")]
    Cancelled(String),
    /// Dask gave the task up, as when the workers that had it died: what it says.
    #[error("task lost: {0}")]
    Lost(String),
    /// It has not ended yet.
    #[error("task {0} has not ended in time")]
    Pending(String),
}
