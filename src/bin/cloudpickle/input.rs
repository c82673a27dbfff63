//! What commands read: a file or standard input.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;

#[derive(Args)]
pub(crate) struct Input {
    /// The file with the pickle; `-` or nothing for standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Input {
    fn path(&self) -> &Path {
        self.file.as_deref().unwrap_or(Path::new("-"))
    }

    /// What messages call the input.
    pub(crate) fn name(&self) -> String {
        name(self.path())
    }

    pub(crate) fn read(&self) -> io::Result<Vec<u8>> {
        read(self.path())
    }
}

/// What messages call a file.
pub(crate) fn name(path: &Path) -> String {
    if path.as_os_str() == OsStr::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

/// The bytes of a file, or of standard input for `-`.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path.as_os_str() != OsStr::new("-") {
        return fs::read(path);
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}
