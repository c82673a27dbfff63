//! Types of Python's standard library: what an interpreter pickled is read, built anew and loaded (`tests/python/std_judge.py`).

use super::pyodide::{pyodide, run_pyodide};
use super::python::{Python, interpreters, not_run, python2, scripts};
use cloudpickle::reflect::Target;
use cloudpickle::{Encoding, Heap, Obj, Pickler, Result, Unpickler, Value};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// What one object is read as, built as, and shown as.
pub struct Read {
    pub fields: Json,
    /// Python's `repr`; none where ours is something else.
    pub repr: Option<String>,
    pub built: Option<(Heap<'static>, Value)>,
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn unhex(text: &str) -> Vec<u8> {
    let digits = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
    (0..text.len()).step_by(2).map(digits).collect()
}

/// The bits of a float as text; of a NaN only that it is one.
pub fn bits(x: f64) -> String {
    if x.is_nan() { "nan".to_owned() } else { format!("{:016x}", x.to_bits()) }
}

/// Who is asked: a CPython of this machine, or 3.14 under node.
pub enum Interpreter {
    CPython(Python),
    Pyodide(PathBuf),
}

impl fmt::Display for Interpreter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CPython(python) => python.fmt(f),
            Self::Pyodide(_) => f.write_str("CPython 3.14 in pyodide"),
        }
    }
}

impl Interpreter {
    pub fn version(&self) -> (u8, u8) {
        match self {
            Self::CPython(python) => (python.version.0, python.version.1),
            Self::Pyodide(_) => (3, 14),
        }
    }

    /// Whether it is that minor version or a newer one.
    pub fn is_at_least(&self, major: u8, minor: u8) -> bool {
        self.version() >= (major, minor)
    }

    /// What a script prints, and what it says besides.
    fn ask(&self, script: &str, arguments: &[&str], input: String) -> (String, String) {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("JSON is text");
        match self {
            Self::CPython(python) => {
                let mut command = python.command();
                command.arg(scripts().join(script)).args(arguments);
                let mut child =
                    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("Python runs");
                let mut stdin = child.stdin.take().expect("a pipe");
                let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
                let output = child.wait_with_output().expect("Python ends");
                let stderr = text(output.stderr);
                assert!(output.status.success(), "{python}: {stderr}");
                writer.join().expect("no panic").expect("Python reads");
                (text(output.stdout), stderr)
            }
            Self::Pyodide(pyodide) => {
                let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pyodide-{script}"));
                std::fs::create_dir_all(&directory).expect("a directory can be made");
                std::fs::write(directory.join("in.bin"), input).expect("it can be written to");
                let stderr =
                    run_pyodide(pyodide, &directory, &directory, script, arguments).unwrap_or_else(|error| panic!("{error}"));
                (text(std::fs::read(directory.join("out.bin")).expect("what it printed")), stderr)
            }
        }
    }
}

/// The types of a script, and how each is read.
pub struct Types {
    pub script: &'static str,
    /// Reads an object of a kind, and builds it for a target.
    pub read: fn(&str, Obj<'_>, &Target) -> Result<Read>,
    /// Whether what was read is what Python said: kind, what was read, the whole record, whether it is of Python 2.
    pub fits: fn(&str, &Json, &Json, bool) -> bool,
    /// Whether what is built for other protocols is loaded too: 0, 2 and 4, which write in different ways.
    pub other_protocols: bool,
}

/// One pickle of an interpreter, and what was built from it for the same protocol.
pub struct Built<'a> {
    pub python: &'a Interpreter,
    pub kind: &'a str,
    pub protocol: u8,
    pub written: &'a [u8],
    pub built: &'a [u8],
}

#[derive(Default)]
pub struct Count {
    pub values: BTreeSet<u64>,
    pub pickles: usize,
    pub built: usize,
    pub identical: usize,
    pub crossed: usize,
}

impl Types {
    /// Compares all that an interpreter wrote; `differs` gets what is built but not byte for byte what Python wrote, `wrong` what is.
    fn compare(
        &self,
        python: &Interpreter,
        mut differs: impl FnMut(&Built<'_>),
        wrong: &mut Vec<String>,
    ) -> BTreeMap<String, Count> {
        let (text, stderr) = python.ask(self.script, &[], String::new());
        if stderr.contains("zoneinfo") && python.is_at_least(3, 9) {
            not_run(&format!("{python}: {}", stderr.trim()));
        }
        let old = python.version().0 == 2;
        let mut counts: BTreeMap<String, Count> = BTreeMap::new();
        let mut pairs = Vec::new();
        for line in text.lines() {
            let record: Json = serde_json::from_str(line).expect("JSON");
            let (kind, data) = (record["kind"].as_str().expect("text"), unhex(record["data"].as_str().expect("text")));
            let protocol = u8::try_from(record["protocol"].as_u64().expect("an int")).expect("small");
            let target = Target::cpython(python.version().0, python.version().1).protocol(protocol);
            let count = counts.entry(kind.to_owned()).or_default();
            count.pickles += 1;
            count.values.insert(record["nth"].as_u64().expect("an int"));
            // A Python 2 str may be read as bytes or as text.
            for encoding in if old { &[Encoding::Latin1, Encoding::Bytes][..] } else { &[Encoding::Ascii] } {
                let pickle = Unpickler::new().encoding(*encoding).loads(&data).expect("what Python wrote is read");
                let root = pickle.root();
                let found = match (self.read)(kind, root, &target) {
                    Ok(found) => found,
                    Err(error) => {
                        wrong.push(format!("{python}: {line:.2000}\n{error}"));
                        continue;
                    }
                };
                if !(self.fits)(kind, &found.fields, &record, old) {
                    wrong.push(format!("{python}: {line:.2000}\nread {:.2000}", found.fields.to_string()));
                }
                if old {
                    continue;
                }
                if let Some(repr) = found.repr
                    && repr != record["repr"].as_str().expect("text")
                {
                    wrong.push(format!("{python}: {line:.2000}\nshown {repr:.2000}"));
                }
                let Some((heap, value)) = found.built else { continue };
                let bytes = Pickler::new().protocol(protocol).dumps(&heap, value).expect("what is built is written");
                count.built += 1;
                count.identical += usize::from(bytes == data);
                if bytes != data {
                    differs(&Built { python, kind, protocol, written: &data, built: &bytes });
                }
                pairs.push(format!("{kind} {} {}", hex(&data), hex(&bytes)));
                for other in [0, 2, 4].into_iter().filter(|other| self.other_protocols && *other != protocol) {
                    let found = (self.read)(kind, root, &target.clone().protocol(other)).expect("it was read before");
                    let (heap, value) = found.built.expect("it was built before");
                    let bytes = Pickler::new().protocol(other).dumps(&heap, value).expect("what is built is written");
                    count.crossed += 1;
                    pairs.push(format!("{kind} {} {}", hex(&data), hex(&bytes)));
                }
            }
        }
        self.load(python, &pairs, wrong);
        counts
    }

    /// Has an interpreter load pairs of pickles, and say of each that both are the same.
    fn load(&self, python: &Interpreter, pairs: &[String], wrong: &mut Vec<String>) {
        let (said, _) = python.ask(self.script, &["check"], pairs.join("\n"));
        assert_eq!(said.lines().count(), pairs.len(), "{python}");
        for (said, pair) in said.lines().zip(pairs) {
            if said != "same" {
                wrong.push(format!("{python}: {said}: {pair:.2000}"));
            }
        }
    }

    /// Compares what CPython 3.8 and later wrote, 3.14 under node among them, and 2.7; prints the counts of each kind, and gives what is wrong.
    #[must_use]
    pub fn compare_all(
        &self,
        mut differs: impl FnMut(&Built<'_>),
        mut check: impl FnMut(&Interpreter, &str, &Count),
    ) -> Vec<String> {
        let mut all: BTreeMap<String, Count> = BTreeMap::new();
        let mut wrong = Vec::new();
        let found = interpreters().into_iter().filter(|python| python.is_at_least(3, 8)).chain(python2());
        let mut asked: Vec<Interpreter> = found.map(Interpreter::CPython).collect();
        if !asked.iter().any(|python| python.is_at_least(3, 14)) {
            match pyodide() {
                Ok(pyodide) => asked.push(Interpreter::Pyodide(pyodide)),
                Err(why) => not_run(&format!("CPython 3.14 not found, and no pyodide: {why}")),
            }
        }
        for python in asked {
            for (kind, count) in self.compare(&python, &mut differs, &mut wrong) {
                check(&python, &kind, &count);
                let sum = all.entry(kind).or_default();
                sum.pickles += count.pickles;
                sum.built += count.built;
                sum.identical += count.identical;
                sum.crossed += count.crossed;
            }
        }
        for (kind, Count { pickles, built, identical, crossed, .. }) in all {
            let others = if crossed > 0 { format!(", {crossed} more for other protocols") } else { String::new() };
            println!("{kind}: {pickles} pickles read, {built} built and loaded as the same, {identical} byte for byte{others}");
        }
        wrong
    }
}
