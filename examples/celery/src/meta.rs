//! What Celery writes of a task: a pickled dict under the key `celery-task-meta-<id>`.
//!
//! ```text
//! {'status': 'SUCCESS', 'result': 42, 'traceback': None, 'children': [], 'date_done': .., 'task_id': ..}
//! ```

use cloudpickle::loads;
use worker_task::{Outcome, Raised};

use crate::client::Sent;
use crate::error::{Error, Result};

/// What came of the task; `None` while it goes on.
pub(crate) fn read(sent: &Sent, bytes: &[u8]) -> Result<Option<Outcome>> {
    if bytes.first() != Some(&0x80) {
        return Err(Error::NoPickle(sent.id.clone(), String::from_utf8_lossy(bytes).into_owned()));
    }
    let mut meta = loads(bytes)?.into_owned();
    let result = meta.root().get("result")?;
    match meta.root().get("status")?.as_str()? {
        "SUCCESS" if sent.guarded => Ok(Some(Outcome::read(&result.to_bytes()?)?)),
        "SUCCESS" => {
            let result = result.value();
            meta.set_root(result);
            Ok(Some(Outcome::Value(meta)))
        }
        // The exception itself, of a class that need not be known here.
        "FAILURE" => {
            let traceback = meta.root().get("traceback")?.as_str().unwrap_or_default();
            let raised = Raised::from_exception(result, traceback).unwrap_or_else(|_| Raised::from_traceback(traceback));
            Ok(Some(Outcome::Raised(raised)))
        }
        "REVOKED" => Err(Error::Revoked(sent.id.clone())),
        _ => Ok(None),
    }
}
