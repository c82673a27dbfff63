//! `cloudpickle diff`: what changed between two pickles.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use cloudpickle::show::{Diff, short};
use cloudpickle::{Obj, Pickle};
use serde_json::{Value as Json, json};

use super::show::plain;
use super::{input, pickles};

/// What is said on the command line.
#[derive(Args)]
pub(crate) struct Options {
    /// The file before
    #[arg(value_name = "BEFORE")]
    left: PathBuf,
    /// The file after; one of the two may be `-` for standard input
    #[arg(value_name = "AFTER")]
    right: PathBuf,
    /// Print a JSON object a line for each two pickles compared
    #[arg(long)]
    json: bool,
}

/// A pickle of a file, with the name that messages give it.
type Named = (String, Pickle<'static>);

/// Compares the pickles of two files in their order; the exit status is 0 when all are equal, 1 when some differ, 2 when something could not be read.
pub(crate) fn run(options: &Options) -> ExitCode {
    let (left, right) = match (read(&options.left), read(&options.right)) {
        (Ok(left), Ok(right)) => (left, right),
        (left, right) => {
            for error in [left.err(), right.err()].into_iter().flatten() {
                if options.json {
                    println!("{}", json!({"before": null, "after": null, "equal": null, "error": error, "changes": []}));
                }
                eprintln!("cloudpickle: {error}");
            }
            return ExitCode::from(2);
        }
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut differ = false;
    let titled = left.len() > 1 || right.len() > 1;
    let count = left.len().max(right.len());
    let written = (0..count).try_for_each(|nth| {
        let (left, right) = (left.get(nth), right.get(nth));
        let name = |named: Option<&Named>| named.map(|(name, _)| name.clone());
        if titled && !options.json {
            let or_none = |named| name(named).unwrap_or_else(|| "nothing".to_owned());
            writeln!(out, "# {} and {}", or_none(left), or_none(right))?;
        }
        let (Some((_, one)), Some((_, other))) = (left, right) else {
            differ = true;
            let changed = if left.is_some() { "removed" } else { "added" };
            let object = left.or(right).map(|(_, pickle)| pickle.root());
            let text = object.map(short);
            if options.json {
                let value = |is| if is { json!({"text": text}) } else { Json::Null };
                let change = json!({"changed": changed, "path": "root", "before": value(left.is_some()), "after": value(right.is_some()), "note": ""});
                let line = json!({"before": name(left), "after": name(right), "equal": false, "error": null, "count": 1, "complete": true, "changes": [change]});
                return writeln!(out, "{line}");
            }
            return writeln!(out, "{changed} root\n    {} {}", if left.is_some() { '-' } else { '+' }, text.unwrap_or_default());
        };
        let diff = Diff::new(one.root(), other.root());
        differ |= !diff.is_empty();
        if options.json { writeln!(out, "{}", json_of(name(left), name(right), &diff)) } else { write!(out, "{diff}") }
    });
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("cloudpickle: standard output: {error}");
            ExitCode::from(2)
        }
        _ => ExitCode::from(u8::from(differ)),
    }
}

/// All pickles of a file.
fn read(path: &Path) -> Result<Vec<Named>, String> {
    let name = input::name(path);
    let bytes = input::read(path).map_err(|error| format!("{name}: {error}"))?;
    let mut all = Vec::new();
    pickles::each(path, &bytes, &mut |found| {
        let pickle = found.pickle.map_err(|error| format!("{}: {error}", found.name))?;
        let place = if found.offset > 0 { format!(" at {:#x}", found.offset) } else { String::new() };
        all.push((format!("{}{place}", found.name), pickle.into_owned()));
        Ok::<_, String>(())
    })?;
    if all.is_empty() { Err(format!("{name}: no pickle in it")) } else { Ok(all) }
}

fn json_of(left: Option<String>, right: Option<String>, diff: &Diff<'_, '_>) -> Json {
    let changes = diff.changes().iter().map(|change| {
        json!({
            "changed": change.changed.as_str(),
            "path": change.path,
            "before": change.left.map(side),
            "after": change.right.map(side),
            "note": change.note,
        })
    });
    json!({
        "before": left,
        "after": right,
        "equal": diff.is_empty(),
        "error": null,
        "count": diff.len(),
        "complete": !diff.is_cut(),
        "changes": changes.collect::<Vec<_>>(),
    })
}

fn side(object: Obj<'_>) -> Json {
    let node = cloudpickle::show::Node::of(object);
    let mut side = json!({"type": node.kind(), "text": short(object)});
    if let Some(value) = plain(object) {
        side["value"] = value;
    }
    side
}
