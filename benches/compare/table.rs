//! The table: every side, every set.

use std::hint::black_box;

use crate::Arguments;
use crate::cold::Cold;
use crate::data::{Data, Peer};
use crate::figures::{Figures, number, rate, time};
use crate::sides::{Foreign, Ours};

/// The sets of one kind of data, of which the mean is taken.
const KINDS: &[&[&str]] =
    &[&["twitter", "citm_catalog", "canada"], &["ints"], &["floats"], &["strings"], &["dict"], &["dataclasses"], &["functions"]];

/// Up to this many megabytes `pickletools` is asked for its disassembly; it reads one in a second.
const SMALL: f64 = 2.0;

const HEADER: [&str; 3] = [
    "                     |  decode: loads, x as fast as                  |  encode: dumps, x as fast as                  |    walk, x    |  first loads",
    "data              MB |  MB/s   kept | CPython  kept   .py serde- pick-|  MB/s   kept | CPython  kept   .py serde- pick-| bare pickle-|     x  peak",
    "                     |         MB/s |                     pickle   led|         MB/s |                     pickle   led| loop   tools|       share",
];

/// Seconds of each side in one direction.
#[derive(Default)]
struct Side {
    ours: Figures,
    kept: Figures,
    cpython: Figures,
    python: Figures,
    serde_pickle: Figures,
    pickled: Figures,
}

impl Side {
    fn ratio(&self) -> Option<f64> {
        self.cpython.over(&self.ours).median()
    }

    fn row(&self, megabytes: f64) -> String {
        let mut row = rate(megabytes, self.ours.median(), 6) + &rate(megabytes, self.kept.median(), 7) + " |";
        let ratios = [
            (self.ratio(), 8),
            (self.cpython.over(&self.kept).median(), 6),
            (self.python.over(&self.ours).median(), 6),
            (self.serde_pickle.over(&self.ours).median(), 6),
            (self.pickled.over(&self.ours).median(), 6),
        ];
        for (ratio, width) in ratios {
            row += &number(ratio, width);
        }
        row
    }
}

/// Everything about one set.
#[derive(Default)]
struct Row {
    decode: Side,
    encode: Side,
    ops: Figures,
    floor: Figures,
    dis: Figures,
    pickletools: Figures,
    reflect: Figures,
    cold: Cold,
}

/// The values that other crates make of a set.
struct Values {
    serde_pickle: Option<Vec<serde_pickle::Value>>,
    pickled: Option<Vec<pickled::Value>>,
}

impl Values {
    fn of(parts: &[Vec<u8>]) -> Self {
        Self { serde_pickle: Foreign::read_all(parts), pickled: Foreign::read_all(parts) }
    }
}

/// Times what a crate does with a set, both ways.
fn foreign<F: Foreign>(values: Option<&[F]>, parts: &[Vec<u8>]) -> [Option<f64>; 2] {
    let Some(values) = values else { return [None, None] };
    let read = time(|| parts.iter().for_each(|part| drop(black_box(F::read(part)))));
    let writes = values.iter().all(|value| value.write().is_some());
    let write = writes.then(|| time(|| values.iter().for_each(|value| drop(black_box(value.write())))));
    [Some(read), write]
}

impl Row {
    fn round(
        &mut self,
        round: usize,
        name: &str,
        ours: &mut Ours<'_>,
        parts: &[Vec<u8>],
        values: &Values,
        mut peer: Option<&mut Peer>,
    ) {
        self.decode.ours.add(time(|| ours.decode()));
        self.decode.kept.add(time(|| ours.decode_kept()));
        self.decode.cpython.add(peer.as_deref_mut().and_then(|peer| peer.time("loads", name)));
        self.encode.ours.add(time(|| ours.encode()));
        self.encode.kept.add(time(|| ours.encode_kept()));
        self.encode.cpython.add(peer.as_deref_mut().and_then(|peer| peer.time("dumps", name)));
        self.ops.add(time(|| ours.ops()));
        self.floor.add(time(|| ours.skip()));
        self.dis.add(time(|| ours.dis()));
        if name == "functions" {
            self.reflect.add(time(|| ours.reflect()));
        }
        let Some(peer) = peer else { return };
        let [read, write] = foreign(values.serde_pickle.as_deref(), parts);
        self.decode.serde_pickle.add(read);
        self.encode.serde_pickle.add(write);
        let [read, write] = foreign(values.pickled.as_deref(), parts);
        self.decode.pickled.add(read);
        self.encode.pickled.add(write);
        if round == 0 {
            self.decode.python.add(peer.once("loads-py", name, 1));
            self.encode.python.add(peer.once("dumps-py", name, 1));
            if parts.iter().map(Vec::len).sum::<usize>() as f64 / 1e6 <= SMALL {
                self.pickletools.add(peer.once("dis", name, 1));
            }
        }
    }

    fn text(&self, name: &str, megabytes: f64) -> String {
        let [faster, share] = self.cold.ratios();
        // What is a few operations has no rate.
        let walked = self.ops.median().filter(|seconds| megabytes / seconds < 1e6).and(self.floor.over(&self.ops).median());
        format!(
            "{name:<13}{megabytes:>7.2} |{}|{}|{} {}|{}{}\n",
            self.decode.row(megabytes),
            self.encode.row(megabytes),
            number(walked, 5),
            number(self.pickletools.over(&self.dis).median(), 7),
            number(faster, 6),
            number(share, 6),
        )
    }
}

/// Times all sets and prints the table.
pub(crate) fn print(data: &Data, arguments: &Arguments, mut peer: Option<&mut Peer>) {
    let mut table = HEADER.join("\n") + "\n";
    let mut ratios = Vec::new();
    let mut reflected = String::new();
    for name in arguments.chosen() {
        let Some(parts) = data.read(name) else {
            eprintln!("{name}: left out, data.py says why");
            continue;
        };
        eprintln!("{name} ...");
        let megabytes = parts.iter().map(Vec::len).sum::<usize>() as f64 / 1e6;
        let mut ours = Ours::new(&parts);
        let values = Values::of(&parts);
        let mut row = Row::default();
        for round in 0..arguments.rounds {
            row.round(round, name, &mut ours, &parts, &values, peer.as_deref_mut());
            if peer.is_some() {
                row.cold.round(data, name);
            }
        }
        table += &row.text(name, megabytes);
        ratios.push((name, [row.decode.ratio(), row.encode.ratio()]));
        if let Some(seconds) = row.reflect.median() {
            let [decode, kept] = [&row.decode.ours, &row.decode.kept].map(|decode| number(row.reflect.over(decode).median(), 0));
            reflected = format!(
                "reflection of all {name}, name, parameters, globals and closure: {:.2} ms, {decode} of the time of loads, {kept} of that in kept memory\n",
                seconds * 1e3
            );
        }
    }
    println!("\n{table}");
    print!("{reflected}");
    for (direction, what) in ["decode", "encode"].into_iter().enumerate() {
        let ratio = |name: &&str| ratios.iter().find(|(other, _)| other == name).and_then(|(_, ratios)| ratios[direction]);
        let means: Vec<f64> =
            KINDS.iter().map(|kind| kind.iter().filter_map(ratio).collect::<Vec<_>>()).filter_map(mean).collect();
        if let Some(mean) = mean(means) {
            println!("{what}: geometric mean {mean:.1} x CPython over the seven kinds of data");
        }
    }
}

fn mean(figures: Vec<f64>) -> Option<f64> {
    let sum: f64 = figures.iter().map(|figure| figure.ln()).sum();
    (!figures.is_empty()).then(|| (sum / figures.len() as f64).exp())
}
