//! What the interpreters write (`tests/python/corpus.py` and its siblings), made once and kept in `target/corpus`.

use super::{
    Loading,
    python::{Python, default_python, hash, made, output, scripts, target, venv},
};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

/// Where a payload comes from, and with it what reading and writing it again gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The C pickler of CPython 3.8 or newer: the same bytes.
    Identity,
    /// Anything else that loads: the same graph.
    Graph,
    /// CPython rejects it (only [`assembled`] has these).
    Rejected,
}

/// A buffer that the pickler handed over instead of writing it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Buffer {
    pub readonly: bool,
    pub data: Vec<u8>,
}

/// One payload, or several written one after another by one pickler.
#[derive(Clone, Debug)]
pub struct Record {
    /// `p<protocol>/<pickler>/<case>`.
    pub name: String,
    pub kind: Kind,
    pub protocol: u8,
    /// `c`, `py`, `opt`, `fast`; Python 2 has `c` (cPickle) and `py` too; `asm` for the assembled ones.
    pub pickler: String,
    /// How many pickles the payload holds; they share one memo unless `memo_cleared`.
    pub pickles: usize,
    pub memo_cleared: bool,
    /// It holds persistent ids.
    pub ids: bool,
    /// It holds extension codes.
    pub extensions: bool,
    /// False when Python 3 names stand at protocol < 3.
    pub fix_imports: bool,
    /// Nested deep.
    pub deep: bool,
    /// Every `key=value` of the record, these and others.
    pub info: HashMap<String, String>,
    pub payload: Vec<u8>,
    pub buffers: Vec<Buffer>,
}

impl Record {
    /// How an interpreter has to load it.
    pub fn loading(&self) -> Loading<'_> {
        Loading {
            buffers: &self.buffers,
            pickles: (self.pickles != 1).then_some(self.pickles),
            fix_imports: self.fix_imports,
            encoding: self.info.get("encoding").map(String::as_str),
            ..Loading::default()
        }
    }
}

/// What this interpreter's picklers wrote: `corpus.py`, or `corpus2.py` on Python 2.
///
/// # Panics
///
/// When the generator fails.
pub fn corpus(python: &Python) -> Vec<Record> {
    let path = corpus_path(python);
    read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The file that [`corpus`] reads; written when it is not there yet.
pub fn corpus_path(python: &Python) -> PathBuf {
    let scripts: &[&str] = match python.version.0 {
        2 => &["corpus2.py", "corpus_types2.py"],
        _ => &["corpus.py", "corpus_types.py"],
    };
    generated(python, scripts, &[], None, "corpus").unwrap_or_else(|e| panic!("{e}"))
}

/// Streams that no pickler writes, with this interpreter's verdict on each (`assembled.py`).
///
/// # Panics
///
/// When the generator fails.
pub fn assembled(python: &Python) -> Vec<Record> {
    generated(python, &["assembled.py", "corpus_types.py"], &[], None, "assembled")
        .and_then(|path| read(&path))
        .unwrap_or_else(|e| panic!("{e}"))
}

/// The versions that [`numpy_corpus`] installs.
const NUMPY: &[&str] =
    &["numpy==1.26.4", "pandas==2.2.3", "python-dateutil==2.9.0.post0", "pytz==2024.2", "six==1.17.0", "tzdata==2024.2"];

/// What numpy arrays and pandas frames look like, written by the default `python3`; with the `PYTHONPATH` they need.
///
/// # Errors
///
/// Why numpy is not there: no network, or no wheel for this Python.
pub fn numpy_corpus() -> Result<(Python, PathBuf, Vec<Record>), String> {
    let python = default_python();
    let libs = venv(&python, NUMPY)?;
    let path = generated(&python, &["corpus.py", "corpus_types.py"], &["--numpy"], Some(&libs), "numpy")?;
    let records = read(&path)?;
    Ok((python, libs, records))
}

/// Runs `scripts[0] args DIR` once for this interpreter and these scripts; the file it wrote.
fn generated(python: &Python, names: &[&str], args: &[&str], libs: Option<&Path>, what: &str) -> Result<PathBuf, String> {
    let texts = names
        .iter()
        .map(|name| fs::read(scripts().join(name)).map_err(|e| format!("{name}: {e}")))
        .collect::<Result<Vec<_>, _>>()?;
    let libs_name = libs.map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    let parts = texts.iter().map(Vec::as_slice).chain([libs_name.as_bytes()]);
    let (major, minor, patch) = python.version;
    let name = format!("{what}-{major}.{minor}.{patch}-{}", hash(parts));
    let dir = made(target().join("corpus").join(name), |dir| {
        let mut command = python.command();
        if let Some(libs) = libs {
            command.env("PYTHONPATH", libs);
        }
        command.arg(scripts().join(names[0])).args(args).arg(dir);
        output(&mut command).map(drop)
    })?;
    Ok(dir.join(format!("{what}-{major}.{minor}.bin")))
}

/// Reads the container; its format is told in `corpus.py`.
fn read(path: &Path) -> Result<Vec<Record>, String> {
    let data = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut rest = data.strip_prefix(b"PICKLES1").ok_or_else(|| format!("{}: not a file of payloads", path.display()))?;
    let mut records = Vec::new();
    while !rest.is_empty() {
        records.push(record(&mut rest).ok_or_else(|| format!("{}: cut off", path.display()))?);
    }
    Ok(records)
}

fn record(rest: &mut &[u8]) -> Option<Record> {
    let name = String::from_utf8(field(rest)?.to_vec()).ok()?;
    let info: HashMap<String, String> = std::str::from_utf8(field(rest)?)
        .ok()?
        .split(' ')
        .filter_map(|word| word.split_once('='))
        .map(|(key, value)| (key.to_string(), value.to_string()))
        .collect();
    let payload = field(rest)?.to_vec();
    let mut buffers = Vec::new();
    for _ in 0..number(rest)? {
        let readonly = rest.split_off_first()? == &1;
        buffers.push(Buffer { readonly, data: field(rest)?.to_vec() });
    }
    let get = |key: &str| info.get(key).map(String::as_str);
    Some(Record {
        kind: match get("kind")? {
            "identity" => Kind::Identity,
            "graph" => Kind::Graph,
            "rejected" => Kind::Rejected,
            _ => return None,
        },
        protocol: get("protocol")?.parse().ok()?,
        pickler: get("pickler")?.to_string(),
        pickles: get("pickles")?.parse().ok()?,
        memo_cleared: get("memo") == Some("cleared"),
        ids: get("ids").is_some(),
        extensions: get("ext").is_some(),
        fix_imports: get("fix_imports") != Some("0"),
        deep: get("deep").is_some(),
        name,
        info,
        payload,
        buffers,
    })
}

pub(super) fn number(rest: &mut &[u8]) -> Option<u32> {
    let (number, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    Some(u32::from_le_bytes(*number))
}

pub(super) fn field<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = usize::try_from(number(rest)?).ok()?;
    let (field, after) = rest.split_at_checked(len)?;
    *rest = after;
    Some(field)
}
