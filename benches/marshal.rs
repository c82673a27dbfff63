//! Times reading and writing of compiled code beside CPython's `marshal`, over the `.pyc` files of a whole standard library, and
//! prints a table.
//!
//! ```text
//! cargo bench --bench marshal                              the library of `python3`, 7 rounds
//! cargo bench --bench marshal -- python3.8 python3.13      those of other interpreters
//! cargo bench --bench marshal -- --rounds 11
//! cargo bench --bench marshal -- --only objects            nothing but this, for profiling: tree, objects or dumps
//! ```
//!
//! In every round each side goes once through all files, in turn, so that all meet the same noise; what is printed are medians,
//! of the ratios too, which are taken within a round. The drop of the result is within the time on every side. CPython runs
//! without its cyclic garbage collector.
//!
//! - *tree* reads the files as they are: [`Pyc::parse`].
//! - *objects* makes the objects of a heap too, as CPython's `marshal.loads` does.
//! - *dumps* writes the objects of the heaps, code objects among them; CPython's `marshal.dumps` of the same.

use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use cloudpickle::marshal::Pyc;
use cloudpickle::{Heap, Value};

fn main() {
    let (mut rounds, mut pythons, mut alone) = (7, Vec::new(), None);
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            // What `cargo bench` itself gives.
            "--bench" => {}
            "--rounds" => rounds = given.next().and_then(|n| n.parse().ok()).expect("--rounds wants a number"),
            "--only" => alone = given.next(),
            name if !name.starts_with('-') => pythons.push(name.to_owned()),
            unknown => panic!("{unknown} is not known; see the head of benches/marshal.rs"),
        }
    }
    if pythons.is_empty() {
        pythons.push("python3".to_owned());
    }
    if let Some(what) = alone {
        return pythons.iter().for_each(|python| only(&what, python, rounds));
    }
    println!(
        "{:<10} {:>6} {:>6} | {:>10} {:>7} {:>10} {:>7} {:>13} | {:>10} {:>13} {:>7}",
        "CPython", "files", "MB", "tree MB/s", "x", "objects", "x", "loads CPython", "dumps MB/s", "dumps CPython", "x"
    );
    for python in pythons {
        compare(&python, rounds);
    }
    println!("x: how many times as fast as CPython's marshal.loads, marshal.dumps.");
}

/// The files of the library, made once.
fn library(python: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let directory = root.join("target/bench-data").join(format!("pycs-{}", python.replace(['/', '\\'], "-")));
    let file = directory.join("pycs.bin");
    if !file.is_file() {
        std::fs::create_dir_all(&directory).expect("a directory for the data can be made");
        let made = Command::new(python).arg(root.join("tests/python/pycs.py")).arg(&directory).status();
        assert!(made.is_ok_and(|status| status.success()), "{python} cannot compile its standard library");
    }
    file
}

fn files(data: &[u8]) -> Vec<&[u8]> {
    let mut rest = data;
    let mut parts = Vec::new();
    while let Some((length, behind)) = rest.split_first_chunk() {
        let (part, behind) = behind.split_at(u32::from_le_bytes(*length) as usize);
        parts.push(part);
        rest = behind;
    }
    parts.into_iter().skip(1).step_by(2).collect()
}

fn compare(python: &str, rounds: usize) {
    let path = library(python);
    let data = std::fs::read(&path).expect("it was made");
    let files = files(&data);
    let mut peer = Peer::start(python, &path);
    let heaps: Vec<(Pyc<'_>, Heap<'_>, Value)> = files.iter().map(|file| load(file)).collect();
    let mut figures: [Vec<f64>; 5] = Default::default();
    for _ in 0..rounds {
        figures[0].push(time(|| files.iter().for_each(|file| drop(black_box(Pyc::parse(file))))));
        figures[1].push(time(|| files.iter().for_each(|file| drop(black_box(load(file))))));
        figures[2].push(peer.time("loads"));
        figures[3].push(time(|| heaps.iter().for_each(|(pyc, heap, code)| drop(black_box(pyc.header.dumps(heap, *code))))));
        figures[4].push(peer.time("dumps"));
    }
    let megabytes = files.iter().map(|file| file.len()).sum::<usize>() as f64 / 1e6;
    let rate = |side: usize| megabytes / median(figures[side].iter().copied());
    let times = |theirs: usize, ours: usize| median(figures[theirs].iter().zip(&figures[ours]).map(|(a, b)| a / b));
    println!(
        "{:<10} {:>6} {megabytes:>6.1} | {:>10.0} {:>7.2} {:>10.0} {:>7.2} {:>13.0} | {:>10.0} {:>13.0} {:>7.2}",
        peer.version,
        files.len(),
        rate(0),
        times(2, 0),
        rate(1),
        times(2, 1),
        rate(2),
        rate(3),
        rate(4),
        times(4, 3)
    );
}

/// Times one of our own sides and no other; the best of all rounds.
fn only(what: &str, python: &str, rounds: usize) {
    let data = std::fs::read(library(python)).expect("it was made");
    let files = files(&data);
    let heaps: Vec<(Pyc<'_>, Heap<'_>, Value)> = files.iter().filter(|_| what == "dumps").map(|file| load(file)).collect();
    let seconds = (0..rounds).map(|_| match what {
        "tree" => time(|| files.iter().for_each(|file| drop(black_box(Pyc::parse(file))))),
        "objects" => time(|| files.iter().for_each(|file| drop(black_box(load(file))))),
        "dumps" => time(|| heaps.iter().for_each(|(pyc, heap, code)| drop(black_box(pyc.header.dumps(heap, *code))))),
        _ => panic!("--only wants tree, objects or dumps"),
    });
    let megabytes = files.iter().map(|file| file.len()).sum::<usize>() as f64 / 1e6;
    println!("{what} {python} {:.0} MB/s", megabytes / seconds.fold(f64::INFINITY, f64::min));
}

fn load(file: &[u8]) -> (Pyc<'_>, Heap<'_>, Value) {
    let pyc = Pyc::parse(file).expect("the file is sound");
    let mut heap = Heap::new();
    let code = pyc.code.load(&mut heap).expect("the file is sound");
    (pyc, heap, code)
}

fn time(call: impl FnOnce()) -> f64 {
    let start = Instant::now();
    call();
    start.elapsed().as_secs_f64()
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = figures.collect();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// A CPython that times itself on request.
struct Peer {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    version: String,
}

impl Peer {
    fn start(python: &str, file: &Path) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/marshal_peer.py");
        let process = Command::new(python).arg(script).arg(file).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut process = process.expect("it made the data, so it starts");
        let requests = process.stdin.take().expect("it was asked for");
        let mut answers = BufReader::new(process.stdout.take().expect("it was asked for"));
        let mut version = String::new();
        answers.read_line(&mut version).expect("the peer says who it is");
        Self { process, requests, answers, version: version.trim().to_owned() }
    }

    /// Seconds for all files.
    fn time(&mut self, what: &str) -> f64 {
        writeln!(self.requests, "{what} 1").expect("the peer listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the peer answers");
        answer.trim().parse().expect("the answer is a number")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
