//! Jobs for [RQ](https://python-rq.org) workers, from Rust.
//!
//! RQ keeps everything in Redis: a job is a hash with a pickle in it, a queue a list of job ids, a result an entry of a stream. So a client is a few commands
//! and a pickle, and no Python.
//!
//! ```no_run
//! use std::time::Duration;
//! use cloudpickle::Source;
//! use rq_example::Queue;
//! use worker_task::Task;
//!
//! let mut queue = Queue::connect("redis://127.0.0.1:6379/0", "default")?;
//! let task = Task::source(&Source::lambda("lambda x: x ** 2"))?.arg(12);
//! let job = queue.enqueue(&task)?;
//! let squared: i64 = queue.wait(&job, Duration::from_secs(10))?.into_value()?.root().extract()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Whoever reaches the Redis server runs code on the workers: keep it on a network that you trust.

mod error;
mod job;
mod queue;
mod result;

pub use self::error::{Error, Result};
pub use self::job::Job;
pub use self::queue::{Queue, Worker};
