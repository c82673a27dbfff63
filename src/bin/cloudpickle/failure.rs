//! Why a command ends early.

use std::io;
use std::process::ExitCode;

pub(crate) enum Failure {
    /// Nobody reads the output any more.
    Closed,
    Because(String),
}

impl Failure {
    /// A pickle was to be written to a terminal.
    pub(crate) fn for_terminal() -> Self {
        Self::Because("a pickle is no text for a terminal: send standard output to a file".to_owned())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::Closed } else { Self::Because(error.to_string()) }
    }
}

impl From<cloudpickle::Error> for Failure {
    fn from(error: cloudpickle::Error) -> Self {
        match error.kind() {
            cloudpickle::ErrorKind::Io { kind: io::ErrorKind::BrokenPipe, .. } => Self::Closed,
            _ => Self::Because(error.to_string()),
        }
    }
}

/// The exit status of a command for one input; what went wrong is said with the input's name.
pub(crate) fn status(input: &str, result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) | Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(Failure::Because(why)) => {
            eprintln!("cloudpickle: {input}: {why}");
            ExitCode::FAILURE
        }
    }
}
