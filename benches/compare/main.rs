//! Times this crate beside CPython and other crates, on the same data, in the same run, and prints one table of ratios.
//!
//! ```text
//! cargo bench --bench compare                              all data, 5 rounds: some minutes
//! cargo bench --bench compare -- twitter ints              only the sets whose names contain one of these
//! cargo bench --bench compare -- --rounds 11               more rounds, when the machine is busy
//! cargo bench --bench compare -- --ours twitter            no peers
//! cargo bench --bench compare -- --only decode twitter     nothing but this, for profiling: see `only.rs`
//! cargo bench --bench compare -- --valgrind twitter        how many instructions a byte takes, the same on every run
//! cargo bench --bench compare -- --large 500               a pickle of so many MB: rates at its begin and end, memory
//! ```
//!
//! `data.py` makes the data once. In every round each side is timed in turn for some 40 ms, so that all meet the same noise; what is printed are
//! medians, of the ratios too, which are taken within a round. The drop of the result is within the time on every side, since a user pays it. CPython
//! runs without its cyclic garbage collector, as `timeit` has it; with it, `loads` of large data takes longer. What takes long (the pickler written
//! in Python, `pickletools`) is called once.

mod cold;
mod data;
mod figures;
mod large;
mod only;
mod sides;
mod table;

use data::{Data, Peer, SETS};

pub(crate) struct Arguments {
    rounds: usize,
    ours: bool,
    names: Vec<String>,
}

impl Arguments {
    pub(crate) fn chosen(&self) -> impl Iterator<Item = &'static str> {
        SETS.iter().copied().filter(|name| self.names.is_empty() || self.names.iter().any(|part| name.contains(part.as_str())))
    }
}

fn main() {
    let mut arguments = Arguments { rounds: 5, ours: false, names: Vec::new() };
    let (mut only, mut valgrind, mut large) = (None, false, None);
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        let mut next = || given.next().unwrap_or_else(|| panic!("{argument} wants something behind it"));
        match argument.as_str() {
            // What `cargo bench` itself gives.
            "--bench" => {}
            "--rounds" => arguments.rounds = next().parse().expect("--rounds wants a number"),
            "--ours" => arguments.ours = true,
            "--only" => only = Some(next()),
            "--valgrind" => valgrind = true,
            "--large" => large = Some(next().parse().expect("--large wants a number of megabytes")),
            // What this program asks of itself, in a process of its own.
            "--cold-loads" => return cold::child(next().as_ref()),
            "--calls" => return only::child(&next(), &next(), next().parse().expect("a number of calls")),
            "--large-step" => return large::child(&next(), next().as_ref()),
            name if !name.starts_with('-') => arguments.names.push(name.to_owned()),
            unknown => panic!("{unknown} is not known; see the head of benches/compare/main.rs"),
        }
    }
    let data = Data::make();
    if let Some(megabytes) = large {
        return large::large(&data, megabytes);
    }
    if let Some(what) = only {
        return only::only(&what, &data, &arguments);
    }
    if valgrind {
        return only::valgrind(&data, &arguments);
    }
    let mut peer = (!arguments.ours).then(|| Peer::start(&data));
    table::print(&data, &arguments, peer.as_mut());
}
