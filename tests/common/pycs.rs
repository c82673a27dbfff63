//! The compiled standard library of an interpreter (`tests/python/pycs.py`), made once and kept in `target/marshal`.

use super::{
    corpus::field,
    python::{Python, hash, made, output, scripts, target},
};
use std::fs;

/// Every `.pyc` of the standard library, with its name; a sample of them once more for each kind of header.
///
/// # Panics
///
/// When they cannot be made.
pub fn pycs(python: &Python) -> Vec<(String, Vec<u8>)> {
    let script = scripts().join("pycs.py");
    let (major, minor, patch) = python.version;
    let text = fs::read(&script).expect("the script is there");
    let name = format!("pycs-{major}.{minor}.{patch}-{}", hash([text.as_slice()]));
    let parent = target().join("marshal");
    fs::create_dir_all(&parent).expect("a directory for them can be made");
    let dir = made(parent.join(name), |dir| output(python.command().arg(&script).arg(dir)).map(drop));
    let data = fs::read(dir.unwrap_or_else(|e| panic!("{e}")).join("pycs.bin")).expect("it was made");
    let mut rest = data.as_slice();
    let mut files = Vec::new();
    while !rest.is_empty() {
        let (Some(name), Some(file)) = (field(&mut rest), field(&mut rest)) else { panic!("{} is cut off", python) };
        files.push((String::from_utf8_lossy(name).into_owned(), file.to_vec()));
    }
    files
}
