//! Tasks for a [Dask](https://distributed.dask.org) cluster, from Rust.
//!
//! The scheduler's own protocol for task graphs changes with its releases. What has stayed is that it passes a `run` on to a worker: a function to
//! call, with arguments. So this client sends, from source, the few functions that do the rest there (`gateway.py`): they submit tasks to the scheduler by the worker's own client,
//! look after them, and bring results as bytes.
//!
//! ```no_run
//! use std::time::Duration;
//! use cloudpickle::Source;
//! use dask_example::Cluster;
//! use worker_task::Task;
//!
//! let mut cluster = Cluster::connect("127.0.0.1:8786", Duration::from_secs(10))?;
//! let square = Task::source(&Source::lambda("lambda x: x ** 2"))?;
//! let tasks: Vec<Task> = (0..1000).map(|x| square.clone().arg(x)).collect();
//! let futures = cluster.submit_all(&tasks)?;
//! for state in cluster.gather(&futures, Duration::from_secs(60))? {
//!     println!("{}", state.outcome()?.into_value()?.root());
//! }
//! cluster.release(&futures)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Whoever reaches the scheduler runs code on the workers: keep it on a network that you trust.

mod cluster;
mod comm;
mod error;
mod gateway;

pub use self::cluster::{Cluster, Future, State, Worker};
pub use self::error::{Error, Result};
