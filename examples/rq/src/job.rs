//! A job as RQ keeps it.
//!
//! ```text
//! HSET  rq:job:<id>       data <zlib of a pickle>  origin default  status queued  created_at ..  enqueued_at ..  timeout 180  ..
//! SADD  rq:queues         rq:queue:default
//! RPUSH rq:queue:default  <id>
//! ```
//!
//! The pickle is a tuple `(name, instance, args, kwargs)`. With an instance the worker calls its attribute of that name, so a function that travels by value is the
//! instance, and the name is `__call__`.

use std::io::Write;

use cloudpickle::{Pickler, Value};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use uuid::Uuid;
use worker_task::Task;

use crate::error::Result;

/// A job that was queued.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    pub(crate) id: String,
    pub(crate) guarded: bool,
}

impl Job {
    pub(crate) fn new(guarded: bool) -> Self {
        Self { id: Uuid::new_v4().to_string(), guarded }
    }

    /// Its id, by which RQ's own tools know it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn key(&self) -> String {
        format!("rq:job:{}", self.id)
    }

    pub(crate) fn results(&self) -> String {
        format!("rq:results:{}", self.id)
    }
}

/// The field `data`.
pub(crate) fn data(task: &Task) -> Result<Vec<u8>> {
    let mut call = task.clone().into_call();
    let (args, kwargs) = call.arguments();
    let (name, instance) = match task.reference() {
        Some(dotted) => (dotted, Value::None),
        None => ("__call__", call.function),
    };
    let name = call.heap.str(name);
    let root = call.heap.tuple([name, instance, args, kwargs]);
    let pickle = Pickler::new().protocol(4).dumps(&call.heap, root)?;
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    let packed = zlib.write_all(&pickle).and_then(|()| zlib.finish());
    Ok(packed.expect("a vector takes every byte"))
}

/// The field `description`: what RQ's tools show of a job.
pub(crate) fn description(task: &Task) -> String {
    format!("{}(..) from Rust", task.reference().unwrap_or("<function by value>"))
}
