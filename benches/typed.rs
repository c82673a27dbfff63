//! Times reading into Rust types and writing them, beside serde-pickle and `pickled` on the same pickles and serde_json and sonic-rs on the JSON of the
//! same documents.
//!
//! ```text
//! cargo bench --bench typed                       all data, 5 rounds
//! cargo bench --bench typed -- twitter ints       only the sets whose names contain one of these
//! cargo bench --bench typed -- --rounds 11        more rounds, when the machine is busy
//! cargo bench --bench typed -- --ours             no peers
//! cargo bench --bench typed -- --count            instructions instead of times: the same on any machine; needs valgrind
//! cargo bench --bench typed -- --one ints read:ours 20    nothing but this, so many times, for profiling
//! ```
//!
//! The data is that of `compare`. In every round each side is timed in turn for some 40 ms; what is printed are medians, of the ratios too: a ratio is
//! the time of the peer by ours, so above 1 we are faster. Rates are in bytes of the pickle that CPython wrote. The drop of the value is within the
//! time.

#[path = "typed/documents.rs"]
mod documents;

use std::collections::HashMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use cloudpickle::de;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use documents::{Canada, Catalog, Item, Point, Tweets, Twitter};

/// How long one side is timed in one round, in seconds.
const TURN: f64 = 0.04;

/// The sides, in the order of the columns: what it is called with, and the head of its column.
const READ: [(&str, &str); 6] = [
    ("read:ours", "read"),
    ("read:heap", "by heap"),
    ("read:serde-pickle", "serde-p"),
    ("read:pickled", "pickled"),
    ("read:serde_json", "json"),
    ("read:sonic-rs", "sonic"),
];
const WRITE: [(&str, &str); 5] = [
    ("write:ours", "write"),
    ("write:serde-pickle", "serde-p"),
    ("write:pickled", "pickled"),
    ("write:serde_json", "json"),
    ("write:sonic-rs", "sonic"),
];

/// Any document, as serde_json has it.
type Any = serde_json::Value;

#[derive(Default)]
struct Arguments {
    rounds: usize,
    ours: bool,
    count: bool,
    /// One side, and how many times.
    one: Option<(String, usize)>,
    names: Vec<String>,
}

fn main() {
    let mut arguments = Arguments { rounds: 5, ..Arguments::default() };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        let mut next = |what: &str| given.next().unwrap_or_else(|| panic!("{what} is missing; see the head of benches/typed.rs"));
        match argument.as_str() {
            "--bench" => {}
            "--rounds" => arguments.rounds = next("a number of rounds").parse().expect("--rounds wants a number"),
            "--ours" => arguments.ours = true,
            "--count" => arguments.count = true,
            "--one" => {
                arguments.names = vec![next("a set")];
                arguments.one = Some((next("a side"), next("a number of calls").parse().expect("--one wants a number")));
            }
            name if !name.starts_with('-') => arguments.names.push(name.to_owned()),
            unknown => panic!("{unknown} is not known; see the head of benches/typed.rs"),
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let run = Run { directory: root.join("target/bench-data"), arguments };
    if run.arguments.one.is_none() {
        run.make_data(root);
        run.head();
    }
    run.set::<Twitter>("twitter", "twitter");
    run.set::<Tweets>("twitter:few", "twitter");
    run.set::<Any>("twitter:any", "twitter");
    run.set::<Catalog>("citm_catalog", "citm_catalog");
    run.set::<Any>("citm:any", "citm_catalog");
    run.set::<Canada>("canada", "canada");
    run.set::<Any>("canada:any", "canada");
    run.set::<Vec<i64>>("ints", "ints");
    run.set::<Vec<f64>>("floats", "floats");
    run.set::<Vec<String>>("strings", "strings");
    run.set::<HashMap<String, u32>>("dict", "dict");
    run.set::<Vec<(u32, String, bool)>>("tuples", "tuples");
    run.set::<Vec<Item>>("dataclasses", "dataclasses");
    run.set::<Vec<Point>>("namedtuples", "namedtuples");
    run.set::<Skip>("twitter:skip", "twitter");
}

/// What nobody wants.
struct Skip;

impl<'de> serde::Deserialize<'de> for Skip {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_ignored_any(IgnoredAny).map(|_| Self)
    }
}

impl Serialize for Skip {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// One side: what is timed.
type Side<'s> = Box<dyn Fn() + 's>;

struct Run {
    directory: PathBuf,
    arguments: Arguments,
}

impl Run {
    fn make_data(&self, root: &Path) {
        std::fs::create_dir_all(&self.directory).expect("a directory for the data can be made");
        let made = Command::new("python3").arg(root.join("benches/data.py")).arg(&self.directory).status();
        assert!(made.is_ok_and(|status| status.success()), "data.py makes the data; it needs a python3");
    }

    fn head(&self) {
        print!("{:<14} {:>6} |", "data", "MB");
        let unit = if self.arguments.count { "ins/B" } else { "MB/s" };
        for sides in [&READ[..], &WRITE] {
            for (at, (_, head)) in sides.iter().enumerate() {
                print!(" {:>8}", if at == 0 { format!("{head} {unit}") } else { format!("x {head}") });
            }
            print!(" |");
        }
        println!();
    }

    fn set<T: Serialize + DeserializeOwned>(&self, name: &str, file: &str) {
        let Arguments { names, one, .. } = &self.arguments;
        let wanted = |part: &String| if one.is_some() { name == part } else { name.contains(part.as_str()) };
        if !names.is_empty() && !names.iter().any(wanted) {
            return;
        }
        let Ok(input) = std::fs::read(self.directory.join(file).with_extension("pkl")) else { return };
        let value: T = cloudpickle::from_slice(&input).expect("the data is of this type");
        // All of the document, also where the type takes a part of it.
        let json = serde_json::to_string(&cloudpickle::from_slice::<Any>(&input).expect("the data is JSON too"))
            .expect("so is its text");
        let heap = de::Options::new().heap_only(true);
        let side = |side: &str| -> Option<Side<'_>> {
            Some(match side {
                "read:ours" => repeat(|| cloudpickle::from_slice::<T>(&input)),
                "read:heap" => repeat(|| heap.from_slice::<T>(&input)),
                "write:ours" => repeat(|| cloudpickle::to_vec(&value)),
                _ if self.arguments.ours => return None,
                "read:serde-pickle" => {
                    serde_pickle::from_slice::<T>(&input, Default::default()).ok()?;
                    repeat(|| serde_pickle::from_slice::<T>(&input, Default::default()))
                }
                "read:pickled" => {
                    pickled::from_slice::<T>(&input, Default::default()).ok()?;
                    repeat(|| pickled::from_slice::<T>(&input, Default::default()))
                }
                "read:serde_json" => repeat(|| serde_json::from_str::<T>(&json)),
                "read:sonic-rs" => {
                    sonic_rs::from_str::<T>(&json).ok()?;
                    repeat(|| sonic_rs::from_str::<T>(&json))
                }
                "write:serde-pickle" => repeat(|| serde_pickle::to_vec(&value, Default::default())),
                "write:pickled" => repeat(|| pickled::to_vec(&value, Default::default())),
                "write:serde_json" => repeat(|| serde_json::to_vec(&value)),
                "write:sonic-rs" => repeat(|| sonic_rs::to_vec(&value)),
                unknown => panic!("{unknown} is no side"),
            })
        };
        if let Some((name, calls)) = one {
            let call = side(name).expect("this side reads the data");
            return (0..*calls).for_each(|_| call());
        }
        let megabytes = input.len() as f64 / 1e6;
        let direct = de::Options::new().direct_only(true).from_slice::<T>(&input).is_ok();
        print!("{name:<14} {megabytes:>6.2} |");
        for sides in [&READ[..], &WRITE] {
            let sides: Vec<(&str, Option<Side<'_>>)> = sides.iter().map(|(name, _)| (*name, side(name))).collect();
            let mut figures = vec![Vec::new(); sides.len()];
            for _ in 0..if self.arguments.count { 1 } else { self.arguments.rounds } {
                for (figures, (what, call)) in figures.iter_mut().zip(&sides) {
                    if let Some(call) = call {
                        figures.push(if self.arguments.count { instructions(name, what) } else { time(call) });
                    }
                }
            }
            for (at, theirs) in figures.iter().enumerate() {
                let ratios: Vec<f64> = theirs.iter().zip(&figures[0]).map(|(theirs, ours)| theirs / ours).collect();
                match (at, median(theirs)) {
                    (_, None) => print!(" {:>8}", "-"),
                    (0, Some(count)) if self.arguments.count => print!(" {:>10.2}", count / 1e6 / megabytes),
                    (0, Some(seconds)) => print!(" {:>9.0}", megabytes / seconds),
                    (_, Some(_)) => print!(" {:>8.2}", median(&ratios).unwrap_or_default()),
                }
            }
            print!(" |");
        }
        println!("{}", if direct { "" } else { " read by way of a heap" });
    }
}

fn repeat<'s, R>(call: impl Fn() -> R + 's) -> Side<'s> {
    Box::new(move || drop(black_box(call())))
}

/// Seconds per call, one call first to warm up.
fn time(call: &dyn Fn()) -> f64 {
    let start = Instant::now();
    call();
    let calls = ((TURN / start.elapsed().as_secs_f64()) as usize).clamp(1, 100_000);
    let start = Instant::now();
    for _ in 0..calls {
        call();
    }
    start.elapsed().as_secs_f64() / calls as f64
}

/// Instructions per call, as valgrind counts them in a process of its own: those of three calls less those of one, by two.
fn instructions(set: &str, side: &str) -> f64 {
    let program = std::env::current_exe().expect("this program has a path");
    let count = |calls: &str| {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(&program)
            .args(["--one", set, side, calls])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output()
            .expect("--count needs valgrind");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let counted = text.lines().find_map(|line| line.split("Collected :").nth(1)?.trim().parse::<f64>().ok());
        counted.unwrap_or_else(|| panic!("valgrind counts: {text}"))
    };
    (count("3") - count("1")) / 2.0
}

fn median(figures: &[f64]) -> Option<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}
