//! Times the disassembler beside CPython's own `dis`, on the same code objects, in the same run.
//!
//! ```text
//! cargo bench --bench bytecode                  every CPython from 3.8 on that is there, 5 rounds
//! cargo bench --bench bytecode -- 3.11          that one
//! cargo bench --bench bytecode -- --ours 3.11   ours alone, for profiling
//! ```
//!
//! The code objects are one module in forty of the standard library. `text` is `dis.dis`, nested code included; `walk` goes through
//! `dis.get_instructions`; ours does the same from a heap into which the pickles are loaded already. Medians of the rounds.

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Instant;

use cloudpickle::Pickle;
use cloudpickle::bytecode::Version;
use cloudpickle::reflect::Code;

use common::{Python, interpreters, scripts, venv};

const ROUNDS: usize = 5;

fn main() {
    let given: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let ours = given.iter().any(|argument| argument == "--ours");
    let wanted: Vec<&String> = given.iter().filter(|argument| !argument.starts_with('-')).collect();
    println!("version  code objects     bytes   text: dis     ours  times   walk: dis     ours  times");
    for python in interpreters() {
        let Some(version) = Version::of_python((python.version.0, python.version.1)) else { continue };
        if wanted.is_empty() || wanted.iter().any(|name| **name == version.to_string()) {
            compare(&python, version, ours);
        }
    }
}

fn compare(python: &Python, version: Version, ours: bool) {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-codes-{version}"));
    let mut peer = start(python, &out);
    let mut requests = peer.stdin.take().expect("standard input is piped");
    let mut answers = BufReader::new(peer.stdout.take().expect("standard output is piped")).lines();
    let mut answer = || answers.next().expect("the peer answers").expect("the peer answers");
    let sizes = answer();
    let pickles = pickles(&std::fs::read(&out).expect("the peer has written its file"));
    let mut times: [Vec<f64>; 4] = Default::default();
    for _ in 0..ROUNDS {
        if !ours {
            writeln!(requests).expect("the peer listens");
            let line = answer();
            for (column, seconds) in line.split(' ').enumerate() {
                times[column].push(seconds.parse().expect("a number of seconds"));
            }
        }
        for _ in 0..if ours { 100 } else { 1 } {
            times[2].push(time(|| pickles.iter().map(|pickle| code(pickle).dis(version).to_string().len()).sum()));
            times[3].push(time(|| pickles.iter().map(|pickle| walk(code(pickle), version)).sum()));
        }
    }
    drop(requests);
    peer.wait().expect("the peer ends");
    let [their_text, their_walk, our_text, our_walk] = times.map(median);
    let (codes, bytes) = sizes.split_once(' ').expect("two numbers");
    let ms = |seconds: f64| format!("{:7.1} ms", seconds * 1e3);
    println!(
        "{version:7}  {codes:>12}  {bytes:>8}  {}{} {:6.0}  {}{} {:6.0}",
        ms(their_text),
        ms(our_text),
        their_text / our_text,
        ms(their_walk),
        ms(our_walk),
        their_walk / our_walk,
    );
}

fn start(python: &Python, out: &Path) -> Child {
    let libs = venv(python, &["cloudpickle==3.1.2"]).expect("cloudpickle can be installed");
    let paths = std::env::join_paths([libs, scripts()]).expect("the paths can be joined");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/dis_peer.py");
    let mut command = python.command();
    command.env("PYTHONPATH", paths).arg(script).arg(out).stdin(Stdio::piped()).stdout(Stdio::piped());
    command.spawn().expect("the interpreter starts")
}

fn pickles(mut bytes: &[u8]) -> Vec<Pickle<'static>> {
    let mut pickles = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let (payload, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
        pickles.push(cloudpickle::loads(payload).expect("what cloudpickle wrote can be read").into_owned());
        bytes = rest;
    }
    pickles
}

fn code<'p>(pickle: &'p Pickle<'_>) -> Code<'p> {
    Code::reflect(pickle.root()).expect("it is a code object")
}

fn walk(code: Code<'_>, version: Version) -> usize {
    let mut count = 0;
    let mut codes = vec![code];
    while let Some(code) = codes.pop() {
        for instruction in code.instructions(version) {
            black_box(instruction);
            count += 1;
        }
        codes.extend(code.nested());
    }
    count
}

fn time(run: impl FnOnce() -> usize) -> f64 {
    let start = Instant::now();
    black_box(run());
    start.elapsed().as_secs_f64()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}
