//! What a test of an engine needs: programs, an interpreter, a place for files, and an end to waiting.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs};

use crate::python::{Python, interpreters, not_run, output, target};

/// What a test cannot go on without: `None`, said on stderr, where it is missing on somebody's machine; with `CI` set that is a failure.
///
/// # Panics
///
/// When it is missing and `CI` is set.
pub fn need<T>(what: Result<T, String>) -> Option<T> {
    match what {
        Ok(there) => Some(there),
        Err(error) if env::var_os("CI").is_some() => panic!("{error}"),
        Err(error) => {
            not_run(&error);
            None
        }
    }
}

/// The first of some minor versions of Python 3 that is there: `python(&[11, 12])`.
///
/// # Errors
///
/// When none is.
pub fn python(minors: &[u8]) -> Result<Python, String> {
    let found = interpreters();
    let of = |minor: &u8| found.iter().find(|python| (python.version.0, python.version.1) == (3, *minor)).cloned();
    minors.iter().find_map(of).ok_or_else(|| format!("no CPython of 3.{minors:?} found (pyenv install 3.{})", minors[0]))
}

/// A command of an interpreter with packages: directories that [`venv`](crate::venv) made, or others.
///
/// Bytecode is kept, unlike in the tests of the pickles: an engine has many modules, and several processes.
///
/// # Panics
///
/// For a directory that no search path can hold.
#[must_use]
pub fn command(python: &Python, packages: &[&Path]) -> Command {
    let mut command = python.command();
    command.env_remove("PYTHONDONTWRITEBYTECODE").env("PYTHONPATH", env::join_paths(packages).expect("no colon in a path"));
    command
}

/// Runs a command to its end: what it printed.
///
/// # Errors
///
/// What it wrote to stderr, when its status is not 0.
pub fn run(command: &mut Command) -> Result<String, String> {
    output(command)
}

/// The `.pyc` that an interpreter makes of a source.
///
/// # Panics
///
/// With what Python says of the source.
#[must_use]
pub fn compile(python: &Python, name: &str, source: &str) -> Vec<u8> {
    let (file, pyc) = (scratch_file(&format!("{name}.py")), scratch_file(&format!("{name}.pyc")));
    fs::write(&file, source).expect("a scratch file can be written");
    let script = "import py_compile, sys; py_compile.compile(*sys.argv[1:3], dfile=sys.argv[3], doraise=True)";
    let mut command = python.command();
    output(command.args(["-c", script]).arg(&file).arg(&pyc).arg(format!("{name}.py"))).unwrap_or_else(|e| panic!("{e}"));
    let bytes = fs::read(&pyc).expect("it was made");
    let _ = (fs::remove_file(&file), fs::remove_file(&pyc));
    bytes
}

/// A directory for what tests write, below `target/engines`.
///
/// # Panics
///
/// When it cannot be made.
#[must_use]
pub fn scratch(name: &str) -> PathBuf {
    let dir = target().join("engines").join(name);
    fs::create_dir_all(&dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    dir
}

/// The path of a file that nobody else has, in the directory of such files; it ends with `name`.
#[must_use]
pub fn scratch_file(name: &str) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    scratch("files").join(format!("{}-{}-{name}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)))
}

/// Asks again and again until there is an answer, or the time is over.
pub fn wait_for<T>(within: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    loop {
        match ask() {
            None if begun.elapsed() < within => std::thread::sleep(Duration::from_millis(20)),
            answer => return answer,
        }
    }
}

/// A program of the system; root installs the Debian package that has it where it is missing.
pub(crate) fn program(name: &str, package: &str) -> Result<PathBuf, String> {
    let find = || {
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    let missing = |why: &str| format!("{name} not found (apt-get install {package}){why}");
    let mut who = Command::new("id");
    if output(who.arg("-u")).map(|user| user.trim() != "0").unwrap_or(true) || !Path::new("/usr/bin/apt-get").is_file() {
        return Err(missing(""));
    }
    // Past the test harness, as it may take a while.
    let _ = writeln!(std::io::stderr(), "installing Debian's {package}");
    let apt = |args: &[&str]| {
        let mut command = Command::new("apt-get");
        output(command.env("DEBIAN_FRONTEND", "noninteractive").args(["-qq", "-o", "DPkg::Lock::Timeout=120"]).args(args))
    };
    let install = ["install", "-y", "--no-install-recommends", package];
    apt(&install).or_else(|_| apt(&["update"]).and_then(|_| apt(&install))).map_err(|e| missing(&format!(": {e}")))?;
    find().ok_or_else(|| missing(" even after that"))
}
