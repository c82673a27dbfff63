//! Tasks for [Celery](https://docs.celeryq.dev) workers over Redis, from Rust.
//!
//! A message is JSON around a pickle, a result a pickle under a key. Functions by value go to the task `run_bytes`, three lines that the worker has
//! to have (`worker/rust_tasks.py`).
//!
//! ```no_run
//! use std::time::Duration;
//! use celery_example::Celery;
//! use cloudpickle::Source;
//! use worker_task::Task;
//!
//! let mut celery = Celery::connect("redis://127.0.0.1:6379/1", "celery")?;
//! let sent = celery.run(&Task::source(&Source::lambda("lambda x: x ** 2"))?.arg(12))?;
//! let squared: i64 = celery.wait(&sent, Duration::from_secs(10))?.into_value()?.root().extract()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The trap
//!
//! Never put a function that travels by value among the arguments of a task. A prefork worker, the default, reads the message in its main process and pickles the
//! arguments anew, with the standard library's pickle, for the processes of its pool. That fails for such a function, the worker ends, the message goes back into the queue, and the next worker
//! takes it. Bytes pass: hence `run_bytes`.
//!
//! Whoever reaches the Redis server runs code on the workers: keep it on a network that you trust.

mod client;
mod error;
mod message;
mod meta;

pub use self::client::{Celery, Sent};
pub use self::error::{Error, Result};
