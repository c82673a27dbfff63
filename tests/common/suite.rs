//! cloudpickle's own test suite, with a release of cloudpickle to run it on.

use super::python::{Python, default_python, hash, made, output, scripts, target, venv};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The suite, laid out so that `python -m pytest tests` in `root` runs it.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Holds `tests`, and `sitecustomize.py` (`tests/python/conformance.py`).
    pub root: PathBuf,
    /// cloudpickle, pytest and what the suite imports.
    pub libs: PathBuf,
}

/// The last release whose source archive carries the tests.
const RELEASE: &str = "2.2.1";

/// What the suite of 2.2.1 names and 3.x no longer has: the lines that cloudpickle's authors put there when they dropped it.
const SINCE_3: &[(&str, &str)] = &[
    ("from cloudpickle.compat import pickle", "import pickle"),
    ("from cloudpickle.cloudpickle import _make_empty_cell, cell_set", "from cloudpickle.cloudpickle import _make_empty_cell"),
    ("cell_set(cell, ob)", "cell.cell_contents = ob"),
];

/// The suite for this interpreter, on `release` of cloudpickle.
///
/// # Errors
///
/// What pip said. A test that cannot go on without it calls [`super::not_run`] with it.
pub fn suite(python: &Python, release: &str) -> Result<Suite, String> {
    let cloudpickle = format!("cloudpickle=={release}");
    let libs = venv(python, &[&cloudpickle, "pytest", "psutil", "numpy", "tornado", "typing_extensions"])?;
    let archive = archive()?;
    let hook = fs::read(scripts().join("conformance.py")).map_err(|e| format!("conformance.py: {e}"))?;
    let replaced: &[(&str, &str)] = if release.starts_with("3.") { SINCE_3 } else { &[] };
    let texts = replaced.iter().flat_map(|(old, new)| [old.as_bytes(), new.as_bytes()]);
    let name = format!("suite-{RELEASE}-{}", hash([hook.as_slice()].into_iter().chain(texts)));
    let root = made(target().join("conformance").join(name), |dir| {
        let said = |e: std::io::Error| format!("{}: {e}", dir.display());
        unpack(&archive, dir)?;
        fs::write(dir.join("sitecustomize.py"), &hook).map_err(said)?;
        // The suite is run as it is, whatever stands in directories above.
        fs::write(dir.join("pytest.ini"), "[pytest]\n").map_err(said)?;
        for file in ["cloudpickle_test.py", "cloudpickle_file_test.py", "testutils.py"] {
            let path = dir.join("tests").join(file);
            let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            let text = replaced.iter().fold(text, |text, (old, new)| text.replace(old, new));
            fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
        }
        Ok(())
    })?;
    Ok(Suite { root, libs })
}

/// The source archive of [`RELEASE`], by pip.
fn archive() -> Result<PathBuf, String> {
    let python = default_python();
    let dir = made(target().join("conformance").join(format!("archive-{RELEASE}")), |dir| {
        let mut command = python.command();
        command
            .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"])
            .args(["--no-binary", "cloudpickle", "--dest"])
            .arg(dir)
            .arg(format!("cloudpickle=={RELEASE}"));
        output(&mut command).map(drop)
    })?;
    Ok(dir.join(format!("cloudpickle-{RELEASE}.tar.gz")))
}

/// Takes the tests out of the archive, and puts the package that they import beside them.
fn unpack(archive: &Path, dir: &Path) -> Result<(), String> {
    let source = "import os, shutil, sys, tarfile\n\
                  archive, root, release = sys.argv[1:]\n\
                  with tarfile.open(archive) as file:\n    file.extractall(root)\n\
                  tests = os.path.join(root, 'tests')\n\
                  shutil.move(os.path.join(root, 'cloudpickle-' + release, 'tests'), tests)\n\
                  package = '_cloudpickle_testpkg'\n\
                  shutil.copytree(os.path.join(tests, 'cloudpickle_testpkg', package), os.path.join(root, package))\n\
                  shutil.rmtree(os.path.join(root, 'cloudpickle-' + release))\n";
    let mut command = default_python().command();
    command.args(["-c", source]).arg(archive).arg(dir).arg(RELEASE);
    output(&mut command).map(drop)
}
