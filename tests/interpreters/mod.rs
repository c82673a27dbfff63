//! Finds the CPython interpreters of this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

/// An interpreter and its version.
#[derive(Debug, Clone)]
pub struct Interpreter {
    pub path: PathBuf,
    pub version: (u32, u32),
}

/// One interpreter for each minor version, oldest first.
pub fn interpreters() -> Vec<Interpreter> {
    let mut candidates: Vec<PathBuf> = Vec::new();
    let pyenv = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv")));
    if let Some(versions) = pyenv.and_then(|root| std::fs::read_dir(root.join("versions")).ok()) {
        candidates.extend(versions.flatten().map(|entry| entry.path().join("bin/python")));
    }
    candidates.extend((6..=15).map(|minor| PathBuf::from(format!("python3.{minor}"))));
    candidates.push("python3".into());

    let mut found: Vec<Interpreter> = Vec::new();
    for path in candidates {
        let script = "import sys, platform; print(platform.python_implementation(), sys.version_info[0], sys.version_info[1])";
        let Ok(output) = Command::new(&path).args(["-c", script]).output() else { continue };
        let text = String::from_utf8_lossy(&output.stdout);
        // Python 2 prints a tuple.
        let words: Vec<_> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let ["CPython", major, minor] = words[..] else { continue };
        let version = (major.parse().unwrap(), minor.parse().unwrap());
        if !found.iter().any(|interpreter| interpreter.version == version) {
            found.push(Interpreter { path, version });
        }
    }
    found.sort_by_key(|interpreter| interpreter.version);
    found
}
