//! What RQ writes of a job that ended: an entry of the stream `rq:results:<id>`.
//!
//! | field | content |
//! | --- | --- |
//! | `type` | 1 successful, 2 failed, 3 stopped, 4 to be tried again, 5 tried often enough |
//! | `return_value` | base64 of a pickle; absent for `None` |
//! | `exc_string` | base64 of the zlib stream of a traceback |

use std::collections::HashMap;
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cloudpickle::{loads, py};
use flate2::read::ZlibDecoder;
use worker_task::{Outcome, Raised};

use crate::error::{Error, Result};
use crate::job::Job;

/// Tracebacks of more bytes are cut off there.
const MAX_TRACEBACK: u64 = 16 << 20;

/// What came of the job; `None` when it will be tried again.
pub(crate) fn read(job: &Job, entry: &HashMap<String, Vec<u8>>) -> Result<Option<Outcome>> {
    let kind = entry.get("type").map_or("", |kind| std::str::from_utf8(kind).unwrap_or_default());
    match kind {
        "1" => value(job, entry.get("return_value")).map(Some),
        "2" | "5" => Ok(Some(Outcome::Raised(Raised::from_traceback(&traceback(job, entry.get("exc_string"))?)))),
        "3" => Err(Error::Stopped(job.id.clone())),
        "4" => Ok(None),
        other => Err(unreadable(job, "the type", &format!("{other:?}"))),
    }
}

fn value(job: &Job, field: Option<&Vec<u8>>) -> Result<Outcome> {
    let Some(text) = field else { return Ok(Outcome::Value(py!(None))) };
    let bytes = STANDARD.decode(text).map_err(|e| unreadable(job, "the return value", &e))?;
    let pickle = loads(&bytes)?.into_owned();
    if job.guarded { Ok(Outcome::read(&pickle.root().to_bytes()?)?) } else { Ok(Outcome::Value(pickle)) }
}

fn traceback(job: &Job, field: Option<&Vec<u8>>) -> Result<String> {
    let Some(text) = field else { return Ok(String::new()) };
    let bytes = STANDARD.decode(text).map_err(|e| unreadable(job, "the traceback", &e))?;
    let mut plain = Vec::new();
    let read = ZlibDecoder::new(&bytes[..]).take(MAX_TRACEBACK).read_to_end(&mut plain);
    read.map_err(|e| unreadable(job, "the traceback", &e))?;
    Ok(String::from_utf8_lossy(&plain).into_owned())
}

pub(crate) fn unreadable(job: &Job, what: &'static str, why: &dyn std::fmt::Display) -> Error {
    Error::Unreadable { id: job.id.clone(), what, why: why.to_string() }
}
