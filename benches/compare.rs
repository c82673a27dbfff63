//! Times this crate beside CPython's `_pickle` and serde-pickle, on the same data, in the same run, and prints tables.
//!
//! ```text
//! cargo bench                              all data, 5 rounds
//! cargo bench -- twitter ints              only the sets whose names contain one of these
//! cargo bench -- --rounds 11               more rounds, when the machine is busy
//! cargo bench -- --ours twitter            no peers
//! cargo bench -- --only decode twitter     nothing but this, for profiling: decode, encode, ops or dis
//! cargo bench -- --cold                    the first decode of a process, and its peak memory
//! ```
//!
//! `data.py` makes the data once. In every round each side is timed in turn for some 40 ms, so that all meet the same noise; what is printed
//! are medians, of the ratios too, which are taken within a round. The drop of the result is within the time on every side, since a user
//! pays it. CPython runs without its cyclic garbage collector (as `timeit` has it): with it, the default, `loads` of large data takes longer, by the
//! factor in the column `gc`; the ratios are those against the faster.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use cloudpickle::{Dis, Op, Pickle};

/// The sets, and which row of the means a set belongs to.
const SETS: &[(&str, Option<usize>)] = &[
    ("twitter", Some(0)),
    ("citm_catalog", Some(0)),
    ("canada", Some(0)),
    ("ints", Some(1)),
    ("floats", Some(2)),
    ("strings", Some(3)),
    ("dict", Some(4)),
    ("tuples", None),
    ("dataclasses", Some(5)),
    ("namedtuples", None),
    ("nested", None),
    ("torch", None),
    ("functions", Some(6)),
    ("payloads", None),
    ("pandas", None),
    ("bytes", None),
    ("bytearray", None),
];
const MEANS: usize = 7;

/// How long one side is timed in one round, in seconds.
const TURN: f64 = 0.04;

struct Arguments {
    rounds: usize,
    ours: bool,
    cold: bool,
    only: Option<String>,
    names: Vec<String>,
}

impl Arguments {
    fn chosen(&self) -> impl Iterator<Item = (&'static str, Option<usize>)> {
        SETS.iter()
            .copied()
            .filter(|(name, _)| self.names.is_empty() || self.names.iter().any(|part| name.contains(part.as_str())))
    }
}

fn main() {
    let mut arguments = Arguments { rounds: 5, ours: false, cold: false, only: None, names: Vec::new() };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            // What `cargo bench` itself gives.
            "--bench" => {}
            "--rounds" => arguments.rounds = given.next().and_then(|n| n.parse().ok()).expect("--rounds wants a number"),
            "--ours" => arguments.ours = true,
            "--only" => arguments.only = given.next(),
            "--cold" => arguments.cold = true,
            "--cold-loads" => return cold_loads(Path::new(&given.next().expect("--cold-loads wants a file"))),
            name if !name.starts_with('-') => arguments.names.push(name.to_owned()),
            unknown => panic!("{unknown} is not known; see the head of benches/compare.rs"),
        }
    }
    let data = Data::make();
    if arguments.cold {
        return cold(&data, &arguments);
    }
    if let Some(what) = &arguments.only {
        return only(what, &data, &arguments);
    }
    let mut peer = (!arguments.ours).then(|| Peer::start(&data));
    compare(&data, &arguments, peer.as_mut());
}

/// Where the data is.
struct Data(PathBuf);

impl Data {
    fn make() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let directory = root.join("target/bench-data");
        std::fs::create_dir_all(&directory).expect("a directory for the data can be made");
        let made = Command::new("python3").arg(root.join("benches/data.py")).arg(&directory).status();
        assert!(made.is_ok_and(|status| status.success()), "data.py makes the data; it needs a python3");
        Self(directory)
    }

    /// The pickles of a set; none when it was left out.
    fn read(&self, name: &str) -> Option<Vec<Vec<u8>>> {
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

    fn peer(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("python3");
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peer.py")).arg(&self.0);
        command.args(arguments.iter().map(OsStr::new));
        command
    }
}

/// A CPython that times itself on request.
struct Peer {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    fn start(data: &Data) -> Self {
        let mut process =
            data.peer(&[]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3 made the data, so it starts");
        let requests = process.stdin.take().expect("it was asked for");
        let answers = BufReader::new(process.stdout.take().expect("it was asked for"));
        Self { process, requests, answers }
    }

    /// Seconds per call.
    fn time(&mut self, what: &str, name: &str, calls: usize, collector: &str) -> f64 {
        writeln!(self.requests, "{what} {name} {calls} {collector}").expect("the peer listens");
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

/// How often to call what takes so long, to fill a turn.
fn calls(seconds: f64) -> usize {
    ((TURN / seconds) as usize).clamp(1, 100_000)
}

/// Seconds per call, one call first to warm up.
fn time<R>(mut call: impl FnMut() -> R) -> f64 {
    let start = Instant::now();
    drop(black_box(call()));
    let calls = calls(start.elapsed().as_secs_f64());
    let start = Instant::now();
    for _ in 0..calls {
        drop(black_box(call()));
    }
    start.elapsed().as_secs_f64() / calls as f64
}

/// Seconds per call of the peer, one call first to warm up.
fn time_peer(peer: &mut Peer, what: &str, name: &str, collector: &str) -> f64 {
    let once = peer.time(what, name, 1, collector);
    peer.time(what, name, calls(once), collector)
}

/// One figure for each round.
#[derive(Clone, Debug, Default)]
struct Figures(Vec<f64>);

impl Figures {
    fn add(&mut self, figure: f64) {
        self.0.push(figure);
    }

    fn median(&self) -> Option<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        match sorted.len() {
            0 => None,
            length if length % 2 == 1 => Some(sorted[middle]),
            _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
        }
    }

    /// This in the unit of another, round by round.
    fn over(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a / b).collect())
    }
}

/// Seconds of each side for one direction.
#[derive(Debug, Default)]
struct Side {
    ours: Figures,
    cpython: Figures,
    collected: Figures,
    serde_pickle: Figures,
}

impl Side {
    fn ratio(&self) -> Option<f64> {
        self.cpython.over(&self.ours).median()
    }

    fn header(name: &str) -> String {
        format!("{name:>8} MB/s {:>9} {:>7} {:>5} {:>9}", "CPython", "x", "gc", "x serde-p")
    }

    fn row(&self, megabytes: f64) -> String {
        let mut row = rate(megabytes, &self.ours, 13);
        row += &rate(megabytes, &self.cpython, 10);
        for (ratio, width) in [
            (self.ratio(), 8),
            (self.collected.over(&self.cpython).median(), 6),
            (self.serde_pickle.over(&self.ours).median(), 10),
        ] {
            row += &number(ratio, width);
        }
        row
    }
}

fn rate(megabytes: f64, seconds: &Figures, width: usize) -> String {
    seconds.median().map_or_else(|| format!("{:>width$}", "-"), |seconds| format!("{:>width$.0}", megabytes / seconds))
}

fn number(figure: Option<f64>, width: usize) -> String {
    match figure {
        None => format!("{:>width$}", "-"),
        Some(figure) if figure >= 1000.0 => format!("{figure:>width$.0}"),
        Some(figure) => format!("{figure:>width$.2}"),
    }
}

/// Times one set and adds to the tables and means.
fn compare(data: &Data, arguments: &Arguments, mut peer: Option<&mut Peer>) {
    let mut tables = [
        format!("{:<13} {:>6} |{} |{}\n", "data", "MB", Side::header("decode"), Side::header("encode")),
        format!("{:<13} {:>6} | {:>9} {:>9} {:>6} | {:>8} {:>6}\n", "data", "MB", "ops MB/s", "bare loop", "x", "dis MB/s", "x"),
    ];
    let mut means: [[Vec<f64>; MEANS]; 2] = Default::default();
    let mut least = [(f64::INFINITY, ""); 2];
    for (name, mean) in arguments.chosen() {
        let Some(parts) = data.read(name) else {
            eprintln!("{name}: left out, data.py says why");
            continue;
        };
        eprintln!("{name} ...");
        let megabytes = parts.iter().map(Vec::len).sum::<usize>() as f64 / 1e6;
        let (mut decode, mut encode) = (Side::default(), Side::default());
        let (mut ops, mut floor, mut dis, mut pickletools) = Default::default();
        let foreign = foreign(&parts);
        for round in 0..arguments.rounds {
            decode_round(&mut decode, &parts, foreign.is_some(), peer.as_deref_mut().map(|peer| (peer, name)));
            encode_round(&mut encode, &parts, foreign.as_deref(), peer.as_deref_mut().map(|peer| (peer, name)));
            walk_round(&mut ops, &mut floor, &mut dis, &parts);
            // pickletools takes a thousand times as long: only documents, only once.
            if let (0, Some(0), Some(peer)) = (round, mean, peer.as_deref_mut()) {
                pickletools = Figures(vec![peer.time("dis", name, 1, "off")]);
            }
        }
        let _ = writeln!(tables[0], "{name:<13} {megabytes:>6.2} |{} |{}", decode.row(megabytes), encode.row(megabytes));
        let share = number(floor.over(&ops).median(), 7);
        let (ops, floor) = (rate(megabytes, &ops, 10), rate(megabytes, &floor, 10));
        let faster = number(pickletools.over(&dis).median(), 7);
        let _ = writeln!(tables[1], "{name:<13} {megabytes:>6.2} |{ops}{floor}{share} |{}{faster}", rate(megabytes, &dis, 9));
        for (direction, side) in [&decode, &encode].into_iter().enumerate() {
            let (Some(mean), Some(ratio)) = (mean, side.ratio()) else { continue };
            means[direction][mean].push(ratio);
            if ratio < least[direction].0 {
                least[direction] = (ratio, name);
            }
        }
    }
    println!("\n{}\n{}", tables[0], tables[1]);
    println!("x: how many times as fast; CPython without its garbage collector; gc: how much longer it takes with it.");
    for (direction, name) in ["decode", "encode"].into_iter().enumerate() {
        let rows: Vec<f64> = means[direction].iter().filter(|row| !row.is_empty()).map(|row| geometric_mean(row)).collect();
        if !rows.is_empty() {
            let (ratio, least) = least[direction];
            let (mean, count) = (geometric_mean(&rows), rows.len());
            println!(
                "{name}: geometric mean {mean:.2} x CPython over {count} of {MEANS} kinds of data, least {ratio:.2} ({least})"
            );
        }
    }
}

fn geometric_mean(figures: &[f64]) -> f64 {
    (figures.iter().map(|figure| figure.ln()).sum::<f64>() / figures.len() as f64).exp()
}

/// serde-pickle's values, if it can read the set.
fn foreign(parts: &[Vec<u8>]) -> Option<Vec<serde_pickle::Value>> {
    parts.iter().map(|part| serde_pickle::value_from_slice(part, Default::default()).ok()).collect()
}

fn decode_round(side: &mut Side, parts: &[Vec<u8>], foreign: bool, peer: Option<(&mut Peer, &str)>) {
    side.ours.add(time(|| parts.iter().for_each(|part| drop(black_box(cloudpickle::loads(part))))));
    let Some((peer, name)) = peer else { return };
    side.cpython.add(time_peer(peer, "loads", name, "off"));
    side.collected.add(time_peer(peer, "loads", name, "on"));
    if foreign {
        let loads = |part: &Vec<u8>| drop(black_box(serde_pickle::value_from_slice(part, Default::default())));
        side.serde_pickle.add(time(|| parts.iter().for_each(loads)));
    }
}

fn encode_round(side: &mut Side, parts: &[Vec<u8>], foreign: Option<&[serde_pickle::Value]>, peer: Option<(&mut Peer, &str)>) {
    let pickles: Vec<Pickle<'_>> = parts.iter().map(|part| cloudpickle::loads(part).expect("the data is sound")).collect();
    for (pickle, part) in pickles.iter().zip(parts) {
        assert!(pickle.dumps().is_ok_and(|written| written == *part), "what is timed writes the same bytes");
    }
    side.ours.add(time(|| pickles.iter().for_each(|pickle| drop(black_box(pickle.dumps())))));
    let Some((peer, name)) = peer else { return };
    side.cpython.add(time_peer(peer, "dumps", name, "off"));
    side.collected.add(time_peer(peer, "dumps", name, "on"));
    if let Some(values) = foreign {
        let dumps = |value: &serde_pickle::Value| drop(black_box(serde_pickle::value_to_vec(value, Default::default())));
        side.serde_pickle.add(time(|| values.iter().for_each(dumps)));
    }
}

fn walk_round(ops: &mut Figures, floor: &mut Figures, dis: &mut Figures, parts: &[Vec<u8>]) {
    ops.add(time(|| parts.iter().map(|part| look(part)).sum::<u64>()));
    floor.add(time(|| parts.iter().map(|part| skip(part)).sum::<usize>()));
    dis.add(time(|| {
        parts.iter().for_each(|part| drop(black_box(Dis::new().write(part, &mut std::io::sink()))));
    }));
}

/// What a user of the walk does: looks at each operation, and into its operand.
fn look(part: &[u8]) -> u64 {
    let mut sum = 0;
    for op in cloudpickle::ops(part) {
        let Ok((offset, op)) = op else { break };
        sum += match op {
            Op::ShortBinUnicode(text) => text.0.len() as u64,
            Op::BinInt1(n) => n.into(),
            Op::BinInt2(n) => n.into(),
            Op::BinGet(index) => index.into(),
            Op::LongBinGet(index) => index.into(),
            Op::BinFloat(bits) => bits.0 & 1,
            Op::Memoize => offset as u64,
            _ => 1,
        };
    }
    sum
}

/// Times one of our own functions and no other.
fn only(what: &str, data: &Data, arguments: &Arguments) {
    for (name, _) in arguments.chosen() {
        let Some(parts) = data.read(name) else { continue };
        let pickles: Vec<Pickle<'_>> = parts.iter().map(|part| cloudpickle::loads(part).expect("the data is sound")).collect();
        let (unpickler, mut workspace, mut out) = (cloudpickle::Unpickler::new(), cloudpickle::Workspace::new(), Vec::new());
        let mut call = || match what {
            "decode-kept" => parts.iter().for_each(|part| {
                let pickle = unpickler.loads_in(&mut workspace, part).expect("the data is sound");
                workspace.recycle(black_box(pickle));
            }),
            "encode-kept" => pickles.iter().for_each(|pickle| {
                out.clear();
                cloudpickle::Pickler::like(pickle).dump_pickle_in(&mut workspace, pickle, &mut out).expect("it is written");
            }),
            "decode" => parts.iter().for_each(|part| drop(black_box(cloudpickle::loads(part)))),
            "encode" => pickles.iter().for_each(|pickle| drop(black_box(pickle.dumps()))),
            "ops" => drop(black_box(parts.iter().map(|part| look(part)).sum::<u64>())),
            "skip" => drop(black_box(parts.iter().map(|part| skip(part)).sum::<usize>())),
            "dis" => parts.iter().for_each(|part| drop(Dis::new().write(part, &mut std::io::sink()))),
            _ => panic!("--only wants decode, encode, ops or dis"),
        };
        // Each call by itself: the best says what it takes when nothing else runs.
        let mut seconds = Figures::default();
        let begin = Instant::now();
        while begin.elapsed().as_secs_f64() < TURN * arguments.rounds as f64 {
            let start = Instant::now();
            call();
            seconds.add(start.elapsed().as_secs_f64());
        }
        let best = Figures(vec![seconds.0.iter().copied().fold(f64::INFINITY, f64::min)]);
        let megabytes = parts.iter().map(Vec::len).sum::<usize>() as f64 / 1e6;
        println!("{what} {name:<13} {} MB/s, best {}", rate(megabytes, &seconds, 6), rate(megabytes, &best, 6));
    }
}

/// The floor of walking: a bare `match` over the opcodes that protocol 4 and 5 use, which skips operands; gives how many there are.
fn skip(input: &[u8]) -> usize {
    let number = |at: usize, width: usize| input[at..at + width].iter().rev().fold(0, |n, byte| n << 8 | usize::from(*byte));
    let (mut at, mut count) = (0, 0);
    loop {
        let byte = input[at];
        count += 1;
        at += 1;
        at += match byte {
            b'.' => return count,
            b'K' | b'h' | b'q' | b'\x80' | b'\x82' => 1,
            b'M' | b'\x83' => 2,
            b'J' | b'j' | b'r' | b'\x84' => 4,
            b'G' | b'\x95' => 8,
            b'\x8c' | b'C' | b'U' | b'\x8a' => 1 + usize::from(input[at]),
            b'X' | b'B' | b'T' | b'\x8b' => 4 + number(at, 4),
            b'\x8d' | b'\x8e' | b'\x96' => 8 + number(at, 8),
            _ => 0,
        };
    }
}

/// A field of `/proc/self/status`, in KiB.
fn status(field: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(f64::NAN)
}

/// Loads once: seconds, and by how many KiB that raised the peak of resident memory.
fn cold_loads(path: &Path) {
    let data = Data(path.parent().map(Path::to_owned).unwrap_or_default());
    let name = path.file_stem().and_then(OsStr::to_str).expect("a file of the data");
    let parts = data.read(name).expect("a file of the data");
    let before = status("VmRSS");
    let start = Instant::now();
    let pickles: Vec<Pickle<'_>> = parts.iter().map(|part| cloudpickle::loads(part).expect("the data is sound")).collect();
    let seconds = start.elapsed().as_secs_f64();
    println!("{seconds} {}", status("VmHWM") - before);
    drop(pickles);
}

/// The first decode of a process, and the memory it takes beyond the input.
fn cold(data: &Data, arguments: &Arguments) {
    println!(
        "{:<13} {:>6} | {:>9} {:>9} {:>6} | {:>9} {:>9} {:>6}",
        "first loads", "MB", "ms", "CPython", "x", "peak MB", "CPython", "share"
    );
    for (name, _) in arguments.chosen() {
        let path = data.0.join(name).with_extension("pkl");
        let Ok(metadata) = path.metadata() else { continue };
        let program = std::env::current_exe().expect("this program has a path");
        let [mut ours, mut theirs] = [[Figures::default(), Figures::default()], [Figures::default(), Figures::default()]];
        for _ in 0..arguments.rounds {
            for (figures, output) in [
                (&mut ours, Command::new(&program).arg("--cold-loads").arg(&path).output()),
                (&mut theirs, data.peer(&["cold", name]).output()),
            ] {
                let output = output.expect("it starts").stdout;
                let text = String::from_utf8_lossy(&output);
                for (figures, figure) in figures.iter_mut().zip(text.split_whitespace()) {
                    figures.add(figure.parse().expect("a number"));
                }
            }
        }
        let [ms, peer_ms] = [&ours[0], &theirs[0]].map(|figures| number(figures.median().map(|seconds| seconds * 1e3), 10));
        let [peak, peer_peak] = [&ours[1], &theirs[1]].map(|figures| number(figures.median().map(|kib| kib / 1024.0), 10));
        let faster = number(theirs[0].over(&ours[0]).median(), 7);
        let share = number(ours[1].over(&theirs[1]).median(), 7);
        let megabytes = metadata.len() as f64 / 1e6;
        println!("{name:<13} {megabytes:>6.2} |{ms}{peer_ms}{faster} |{peak}{peer_peak}{share}");
    }
}
