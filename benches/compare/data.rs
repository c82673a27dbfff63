//! The data, and the CPython that times itself beside us.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::figures::calls;

/// The sets, in the order of the table.
pub(crate) const SETS: &[&str] = &[
    "twitter",
    "citm_catalog",
    "canada",
    "ints",
    "floats",
    "strings",
    "dict",
    "tuples",
    "dataclasses",
    "namedtuples",
    "nested",
    "torch",
    "functions",
    "payloads",
    "pandas",
    "bytes",
    "bytearray",
];

/// Where the data is.
pub(crate) struct Data(pub(crate) PathBuf);

impl Data {
    /// Makes it, once.
    pub(crate) fn make() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let directory = root.join("target/bench-data");
        std::fs::create_dir_all(&directory).expect("a directory for the data can be made");
        let made = Command::new("python3").arg(root.join("benches/data.py")).arg(&directory).status();
        assert!(made.is_ok_and(|status| status.success()), "data.py makes the data; it needs a python3");
        Self(directory)
    }

    /// The pickles of a set; none when it was left out.
    pub(crate) fn read(&self, name: &str) -> Option<Vec<Vec<u8>>> {
        let bytes = std::fs::read(self.0.join(name).with_extension("pkl")).ok()?;
        if name != "payloads" {
            return Some(vec![bytes]);
        }
        let mut rest = bytes.as_slice();
        let mut parts = Vec::new();
        while !rest.is_empty() {
            let mut ops = cloudpickle::ops(rest);
            assert!(ops.by_ref().all(|op| op.is_ok()), "the data is sound");
            let (part, tail) = rest.split_at(ops.offset());
            parts.push(part.to_vec());
            rest = tail;
        }
        Some(parts)
    }

    /// A run of `peer.py`.
    pub(crate) fn peer(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("python3");
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peer.py")).arg(&self.0);
        command.args(arguments.iter().map(OsStr::new));
        command
    }
}

/// A CPython that times itself on request.
pub(crate) struct Peer {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    pub(crate) fn start(data: &Data) -> Self {
        let mut process =
            data.peer(&[]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3 made the data, so it starts");
        let requests = process.stdin.take().expect("it was asked for");
        let answers = BufReader::new(process.stdout.take().expect("it was asked for"));
        Self { process, requests, answers }
    }

    /// Seconds for one call, some made; none for what the peer has not.
    pub(crate) fn once(&mut self, what: &str, name: &str, calls: usize) -> Option<f64> {
        writeln!(self.requests, "{what} {name} {calls} off").expect("the peer listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the peer answers");
        answer.trim().parse().ok()
    }

    /// Seconds per call of a turn, one call first to warm up.
    pub(crate) fn time(&mut self, what: &str, name: &str) -> Option<f64> {
        let once = self.once(what, name, 1)?;
        self.once(what, name, calls(once))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
