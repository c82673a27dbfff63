//! One of our own functions and no other: its best time, or its instructions.

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use crate::Arguments;
use crate::data::Data;
use crate::figures::{Figures, TURN, number, rate};
use crate::sides::Ours;

/// What can be timed by itself.
const WHAT: &[&str] = &["decode", "decode-kept", "encode", "encode-kept", "ops", "skip", "dis", "reflect"];

fn call(what: &str, ours: &mut Ours<'_>) {
    match what {
        "decode" => ours.decode(),
        "decode-kept" => ours.decode_kept(),
        "encode" => ours.encode(),
        "encode-kept" => ours.encode_kept(),
        "ops" => drop(black_box(ours.ops())),
        "skip" => drop(black_box(ours.skip())),
        "dis" => ours.dis(),
        "reflect" => drop(black_box(ours.reflect())),
        _ => panic!("one of {WHAT:?} is wanted"),
    }
}

/// Calls it over and over; the best says what it takes when nothing else runs.
pub(crate) fn only(what: &str, data: &Data, arguments: &Arguments) {
    for name in arguments.chosen() {
        let Some(parts) = data.read(name) else { continue };
        let mut ours = Ours::new(&parts);
        let mut seconds = Figures::default();
        let begin = Instant::now();
        while begin.elapsed().as_secs_f64() < TURN * arguments.rounds as f64 {
            let start = Instant::now();
            call(what, &mut ours);
            seconds.add(start.elapsed().as_secs_f64());
        }
        let megabytes = parts.iter().map(Vec::len).sum::<usize>() as f64 / 1e6;
        println!("{what} {name:<13} {} MB/s, best {}", rate(megabytes, seconds.median(), 6), rate(megabytes, seconds.least(), 6));
    }
}

/// Calls it so many times.
pub(crate) fn child(what: &str, name: &str, calls: usize) {
    let parts = Data::make().read(name).expect("a set of the data");
    let mut ours = Ours::new(&parts);
    (0..calls).for_each(|_| call(what, &mut ours));
}

/// How many instructions the second call takes for each byte, by valgrind.
pub(crate) fn valgrind(data: &Data, arguments: &Arguments) {
    if Command::new("valgrind").arg("--version").output().is_err() {
        return println!("valgrind is not found");
    }
    let columns = &WHAT[..7];
    print!("{:<13}", "instr. per byte");
    columns.iter().for_each(|what| print!(" {what:>11}"));
    println!();
    for name in arguments.chosen() {
        let Some(parts) = data.read(name) else { continue };
        let bytes: usize = parts.iter().map(Vec::len).sum();
        print!("{name:<15}");
        for what in columns {
            let [one, two] = ["1", "2"].map(|calls| instructions(what, name, calls));
            let each = one.zip(two).map(|(one, two)| (two - one) / bytes as f64);
            print!(" {}", number(each, 11));
        }
        println!();
    }
}

fn instructions(what: &str, name: &str, calls: &str) -> Option<f64> {
    let program = std::env::current_exe().expect("this program has a path");
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program).args(["--calls", what, name, calls]);
    let output = command.output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let (_, count) = text.split_once("Collected :")?;
    count.split_whitespace().next()?.parse().ok()
}
