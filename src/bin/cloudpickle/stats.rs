//! `cloudpickle stats`: what pickles consist of.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use cloudpickle::show::Stats;
use serde_json::{Value as Json, json};

use super::{input, pickles};

/// What is said on the command line.
#[derive(Args)]
pub(crate) struct Options {
    /// The files; `-` or nothing for standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print a JSON object a line for each pickle
    #[arg(long)]
    json: bool,
}

/// Looks through everything; the exit status is 0, or 2 when something could not be read.
pub(crate) fn run(options: &Options) -> ExitCode {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let standard_input = [PathBuf::from("-")];
    let files = if options.files.is_empty() { &standard_input[..] } else { &options.files };
    let mut unread = false;
    let mut seen = 0;
    let written = files.iter().try_for_each(|file| {
        let mut say = |name: &str, offset: usize, stats: Result<Stats, String>| match stats {
            Ok(stats) if options.json => writeln!(out, "{}", json_of(name, offset, &stats)),
            Ok(stats) => {
                let place = if offset > 0 { format!(" at {offset:#x}") } else { String::new() };
                seen += 1;
                write!(out, "{}{name}{place}: {stats}", if seen > 1 { "\n" } else { "" })
            }
            Err(error) => {
                unread = true;
                eprintln!("cloudpickle: {name}: {error}");
                if options.json { writeln!(out, "{}", json!({"file": name, "offset": offset, "error": error})) } else { Ok(()) }
            }
        };
        let name = input::name(file);
        let bytes = match input::read(file) {
            Ok(bytes) => bytes,
            Err(error) => return say(&name, 0, Err(error.to_string())),
        };
        let mut found = false;
        pickles::each(file, &bytes, &mut |pickle| {
            found = true;
            let stats = pickle.pickle.and_then(|_| Stats::of(pickle.bytes).map_err(|error| error.to_string()));
            say(pickle.name, pickle.offset, stats)
        })?;
        if found { Ok(()) } else { say(&name, 0, Err("no pickle in it".to_owned())) }
    });
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("cloudpickle: standard output: {error}");
            ExitCode::from(2)
        }
        _ if unread => ExitCode::from(2),
        _ => ExitCode::SUCCESS,
    }
}

fn json_of(name: &str, offset: usize, stats: &Stats) -> Json {
    let opcodes =
        stats.opcodes.iter().map(|usage| json!({"opcode": usage.opcode.name(), "count": usage.count, "bytes": usage.bytes}));
    let paths = stats.paths.iter().map(|size| json!({"path": size.path, "bytes": size.bytes, "objects": size.objects}));
    let kinds = stats.kinds.iter().map(|(kind, count)| json!({"type": kind, "count": count}));
    let classes = stats.classes.iter().map(|(class, count)| json!({"name": class, "count": count}));
    let repeated = stats.repeated.iter().map(|text| json!({"text": text.text, "copies": text.copies, "length": text.length}));
    json!({
        "file": name,
        "offset": offset,
        "length": stats.length,
        "protocol": stats.protocol,
        "frames": stats.frames,
        "optimized": stats.optimized,
        "error": null,
        "memo": {"stored": stats.memo.stored, "fetched": stats.memo.fetched, "unused": stats.memo.unused},
        "paths": paths.collect::<Vec<_>>(),
        "opcodes": opcodes.collect::<Vec<_>>(),
        "kinds": kinds.collect::<Vec<_>>(),
        "classes": classes.collect::<Vec<_>>(),
        "repeated": repeated.collect::<Vec<_>>(),
    })
}
