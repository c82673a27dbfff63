//! CPython 3.14 under node: the npm package pyodide, kept in `target/pyodide`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::python::{made, output, scripts, target};

/// The package; its CPython is a 3.14.
const PACKAGE: &str = "pyodide@314.0.7";

/// Where the package is, installed by npm once.
///
/// # Errors
///
/// What npm or node said. A test that cannot go on without it calls [`not_run`](super::not_run) with it.
pub fn pyodide() -> Result<PathBuf, String> {
    let name = PACKAGE.replace('@', "-");
    let dir = made(target().join("pyodide").join(name), |dir| {
        output(Command::new("node").arg("--version"))?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--silent", "--no-audit", "--no-fund", PACKAGE]).current_dir(dir);
        output(&mut npm).map(drop)
    })?;
    Ok(dir.join("node_modules").join("pyodide"))
}

/// What a script of `tests/python` prints there; it finds `out` at `/out` and may write to it, and imports from `libs`.
pub fn run_pyodide(pyodide: &Path, out: &Path, libs: &Path, script: &str, arguments: &[&str]) -> Result<String, String> {
    let mut node = Command::new("node");
    node.arg(scripts().join("pyodide.mjs")).args([pyodide, out, libs]).arg(script).args(arguments);
    output(&mut node)
}
