//! Python functions for [Spark](https://spark.apache.org), from Rust.
//!
//! A Spark Connect server takes query plans as protobuf messages over gRPC. A Python function in such a plan is a pickle of `(function, return type)`, which the
//! server passes on, unread, to the Python workers that it starts. So a client needs the messages and a pickle, and no Python.
//!
//! ```no_run
//! use std::time::Duration;
//! use cloudpickle::Source;
//! use spark_example::{Column, Frame, Session, Type};
//! use worker_task::Task;
//!
//! let mut session = Session::connect("http://127.0.0.1:15002", Duration::from_secs(10))?;
//! let square = Task::source(&Source::lambda("lambda x: x * x"))?;
//! let square = session.udf("square", &square, Type::Long)?;
//! let squares = Frame::range(0, 1_000_000).select([square.on([Column::named("id")]).alias("y")]);
//! let batches = session.collect(&squares.aggregate([Column::call("sum", [Column::named("y")])]))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Whoever reaches the server runs code on the workers: keep it on a network that you trust.

mod error;
mod failure;
mod frame;
mod proto;
mod session;
mod udf;

pub use arrow_array;

pub use self::error::{Error, Result};
pub use self::frame::{Column, Frame};
pub use self::session::Session;
pub use self::udf::{Eval, Type, Udf};
