//! What the server says went wrong.

use prost::Message;
use tonic::{Code, Status};
use worker_task::Raised;

use crate::error::Error;
use crate::proto::{ErrorInfo, FetchErrorDetailsResponse, RpcStatus};

/// Why there is no answer.
pub(crate) enum Failure {
    /// The connection.
    Connection(tonic::transport::Error),
    /// The server refused, or failed.
    Status(Status),
}

impl From<tonic::transport::Error> for Failure {
    fn from(error: tonic::transport::Error) -> Self {
        Self::Connection(error)
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

/// By what name the server gives the whole message: a status has its first 2048 characters. `_handle_rpc_error_with_error_info` in `pyspark/sql/connect/client/core.py`.
pub(crate) fn error_id(status: &Status) -> Option<String> {
    let details = RpcStatus::decode(status.details()).ok()?.details;
    let info = details.iter().find(|any| any.type_url.ends_with("/google.rpc.ErrorInfo"))?;
    ErrorInfo::decode(&*info.value).ok()?.metadata.remove("errorId")
}

/// The whole message.
pub(crate) fn message(mut details: FetchErrorDetailsResponse) -> Option<String> {
    let root = usize::try_from(details.root_error_idx?).ok()?;
    (root < details.errors.len()).then(|| details.errors.swap_remove(root).message)
}

/// An exception of Python comes as the text of its traceback.
pub(crate) fn read(code: Code, message: String) -> Error {
    match message.find("Traceback (most recent call last):") {
        Some(at) => {
            let text = &message[at..];
            // Spark's own end of each message.
            let text = text.rfind("\n SQLSTATE: ").map_or(text, |end| &text[..end]);
            Error::Raised(Raised::from_traceback(&format!("{}\n", text.trim_end_matches('\n'))))
        }
        None => Error::Spark { code, message },
    }
}

/// `Python in worker has different version: 3.11 than that in driver: 0.0`, of `check_python_version` in `pyspark/worker_util.py`.
pub(crate) fn worker_version(text: &str) -> Option<(u8, u8)> {
    let (_, version) = text.split_once("Python in worker has different version: ")?;
    let (major, minor) = version.split_whitespace().next()?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracebacks() {
        let said = |message: &str| read(Code::Internal, message.to_owned()).to_string();
        let traceback =
            "Traceback (most recent call last):\n  File \"x\", line 2, in fails\n    return {}[x]\nKeyError: 'spam'\n";
        let exception = format!("[PYTHON_EXCEPTION] An exception was thrown from Python:\n{traceback}");
        assert_eq!(said(&exception), "KeyError: 'spam'");
        assert_eq!(said(&format!("{exception} SQLSTATE: 38000")), "KeyError: 'spam'");
        assert_eq!(said("[PARSE_SYNTAX_ERROR] at 'FROM'"), "spark: [PARSE_SYNTAX_ERROR] at 'FROM' (Internal)");
    }

    #[test]
    fn versions() {
        let refused = "Python in worker has different version: 3.11 than that in driver: 0.0, PySpark cannot run with different minor versions.";
        assert_eq!(worker_version(refused), Some((3, 11)));
        assert_eq!(worker_version("KeyError: 7"), None);
    }
}
