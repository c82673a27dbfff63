//! The interpreters of this machine, and packages for them.

use std::{
    collections::{BTreeMap, HashSet},
    env, fmt, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, OnceLock},
};

/// A CPython that was run and gave its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Python {
    /// The interpreter itself: no shim, no link.
    pub path: PathBuf,
    pub version: (u8, u8, u8),
}

impl fmt::Display for Python {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor, patch) = self.version;
        write!(f, "CPython {major}.{minor}.{patch}")
    }
}

impl Python {
    /// Whether it is that minor version or a newer one: `python.is_at_least(3, 8)`.
    pub fn is_at_least(&self, major: u8, minor: u8) -> bool {
        (self.version.0, self.version.1) >= (major, minor)
    }

    /// The highest protocol its `pickle` writes.
    pub fn highest_protocol(&self) -> u8 {
        match (self.version.0, self.version.1) {
            (2, _) => 2,
            (3, ..=7) => 4,
            _ => 5,
        }
    }

    /// A command in an environment that makes it write the same every time.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command
            .env("PYTHONHASHSEED", "0")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONNOUSERSITE", "1")
            .env("PYTHONIOENCODING", "utf-8")
            .env_remove("PYTHONPATH")
            .env_remove("PYTHONHOME")
            .env_remove("PYTHONSTARTUP")
            .env_remove("PYTHONWARNINGS");
        command
    }

    /// What `python -c source` prints, or what it wrote to stderr when it failed.
    pub fn run(&self, source: &str) -> Result<String, String> {
        let mut command = self.command();
        command.arg("-c").arg(source);
        output(&mut command)
    }
}

/// Runs to the end: stdout as text, or stderr when the status is not 0.
pub(super) fn output(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|e| format!("{command:?}: {e}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let text = String::from_utf8_lossy(&output.stderr);
        Err(format!("{command:?}: {}\n{text}", output.status))
    }
}

/// Every CPython 3.6 or newer, one per minor version, in the order of versions.
///
/// Looked for on `PATH` and among pyenv's versions. Each minor version from 3.8 to 3.13 that is missing is named on
/// stderr once per test binary.
///
/// # Panics
///
/// When there is none: the tests are worth nothing without one.
pub fn interpreters() -> Vec<Python> {
    static ONCE: OnceLock<()> = OnceLock::new();
    let found: Vec<_> = all().iter().filter(|p| p.is_at_least(3, 6)).cloned().collect();
    assert!(
        !found.is_empty(),
        "no CPython 3.6 or newer was found: install python3 (Debian: apt-get install python3), or more versions with \
         pyenv (pyenv install 3.13)"
    );
    ONCE.get_or_init(|| {
        for minor in 8..=13 {
            if !found.iter().any(|p| (p.version.0, p.version.1) == (3, minor)) {
                not_run(&format!("CPython 3.{minor} not found"));
            }
        }
    });
    found
}

/// The CPython 2.7 of this machine; without one stderr says so.
pub fn python2() -> Option<Python> {
    static ONCE: OnceLock<()> = OnceLock::new();
    let found = all().iter().find(|p| (p.version.0, p.version.1) == (2, 7)).cloned();
    if found.is_none() {
        ONCE.get_or_init(|| not_run("CPython 2.7 not found"));
    }
    found
}

/// The `python3` a user of this machine gets, or the newest one found.
pub fn default_python() -> Python {
    let found = interpreters();
    let named = search_path("python3").into_iter().find_map(|path| probe(&path));
    named
        .and_then(|named| {
            let same = |p: &&Python| (p.version.0, p.version.1) == (named.version.0, named.version.1);
            found.iter().find(same).cloned()
        })
        .unwrap_or_else(|| found[found.len() - 1].clone())
}

/// Tells on stderr, past the test harness, what was not compared.
pub fn not_run(what: &str) {
    let _ = writeln!(std::io::stderr(), "not run: {what}");
}

fn all() -> &'static [Python] {
    static FOUND: OnceLock<Vec<Python>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let mut candidates = search_path("python3");
        candidates.extend((6..=20).flat_map(|minor| search_path(&format!("python3.{minor}"))));
        candidates.extend(search_path("python2.7"));
        candidates.extend(pyenv());
        let mut seen = HashSet::new();
        let mut found = BTreeMap::new();
        for path in candidates {
            if !seen.insert(fs::canonicalize(&path).unwrap_or_else(|_| path.clone())) {
                continue;
            }
            if let Some(python) = probe(&path) {
                found.entry((python.version.0, python.version.1)).or_insert(python);
            }
        }
        found.into_values().collect()
    })
}

fn search_path(name: &str) -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|dir| dir.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
        .filter(|file| file.is_file())
        .collect()
}

fn pyenv() -> Vec<PathBuf> {
    let roots = [env::var_os("PYENV_ROOT").map(PathBuf::from), env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv"))];
    let mut found: Vec<PathBuf> = roots
        .into_iter()
        .flatten()
        .filter_map(|root| fs::read_dir(root.join("versions")).ok())
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin").join("python")))
        .filter(|file| file.is_file())
        .collect();
    found.sort();
    found
}

/// Runs it and asks who it is; a shim without a version behind it, or another implementation, is nothing.
fn probe(path: &Path) -> Option<Python> {
    let source = "import sys, platform; print('%d.%d.%d' % sys.version_info[:3]); \
                  print(platform.python_implementation()); print(sys.executable)";
    let mut command = Command::new(path);
    let text = output(command.arg("-c").arg(source)).ok()?;
    let mut lines = text.lines();
    let mut version = lines.next()?.split('.').map(|n| n.parse().ok());
    let version = (version.next()??, version.next()??, version.next()??);
    if lines.next()? != "CPython" {
        return None;
    }
    let path = PathBuf::from(lines.next()?);
    Some(Python { path, version })
}

/// The directory of the Python scripts.
pub fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("python")
}

/// The `target` directory, with the corpus and the packages below it.
///
/// Cargo says where that is when it compiles an integration test; a library that includes this file finds it from the test that runs.
pub(super) fn target() -> PathBuf {
    let tmp = option_env!("CARGO_TARGET_TMPDIR").map(PathBuf::from);
    let in_deps = || env::current_exe().ok()?.parent()?.parent().map(Path::to_path_buf);
    let below = tmp.or_else(in_deps).expect("a test has a path");
    below.parent().map_or_else(|| below.clone(), Path::to_path_buf)
}

/// FNV-1a: names a directory for what it was made from.
pub(super) fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

/// The directory `dir`, made by `make` when it is not there yet.
///
/// It is made under another name and then renamed, so that it is whole when it is there, whoever else makes it too.
pub(super) fn made(dir: PathBuf, make: impl FnOnce(&Path) -> Result<(), String>) -> Result<PathBuf, String> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(|e| e.into_inner());
    if dir.is_dir() {
        return Ok(dir);
    }
    let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let making = dir.with_file_name(format!(".{name}.{}", std::process::id()));
    let _ = fs::remove_dir_all(&making);
    fs::create_dir_all(&making).map_err(|e| format!("{}: {e}", making.display()))?;
    let result = make(&making).and_then(|()| match fs::rename(&making, &dir) {
        Err(e) if !dir.is_dir() => Err(format!("{}: {e}", dir.display())),
        _ => Ok(()),
    });
    let _ = fs::remove_dir_all(&making);
    result.map(|()| dir)
}

/// A directory for `PYTHONPATH` that holds `requirements`, installed by pip once and kept in `target/python-libs`.
///
/// # Errors
///
/// What pip said. A test that cannot go on without them calls [`not_run`] with it.
pub fn venv(python: &Python, requirements: &[&str]) -> Result<PathBuf, String> {
    let (major, minor, patch) = python.version;
    let name = format!("{major}.{minor}.{patch}-{}", hash(requirements.iter().map(|r| r.as_bytes())));
    made(target().join("python-libs").join(name), |dir| {
        let _ = writeln!(std::io::stderr(), "installing for {python}: {}", requirements.join(" "));
        let mut command = python.command();
        command
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"])
            .arg("--target")
            .arg(dir)
            .args(requirements);
        output(&mut command).map(drop)
    })
}
