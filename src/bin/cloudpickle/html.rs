//! `cloudpickle show --html`: one page for a browser, which asks for nothing outside of itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cloudpickle::scan::{Rules, scan_each};
use cloudpickle::show::{Show, Tree, listing};
use serde_json::{Value as Json, json};

use super::input;
use super::pickles::{self, Found};

const PAGE: &str = include_str!("page.html");
/// How many pickles go into a page, and how many objects and opcodes of all.
const PICKLES: usize = 50;
const OBJECTS: usize = 40_000;
const OPCODES: usize = 40_000;

/// Writes the page; the exit status is 0, or 2 when something could not be read or written.
pub(crate) fn run(files: &[PathBuf], page: &Path) -> ExitCode {
    let mut unread = false;
    let mut all = Vec::new();
    let mut more = 0;
    let (mut objects, mut opcodes) = (OBJECTS, OPCODES);
    for file in files {
        let bytes = match input::read(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                eprintln!("cloudpickle: {}: {error}", input::name(file));
                unread = true;
                continue;
            }
        };
        let visited = pickles::each(file, &bytes, &mut |found: Found<'_>| {
            unread |= found.pickle.is_err();
            if all.len() >= PICKLES {
                more += 1;
                return Ok::<_, ()>(());
            }
            // A large pickle leaves some for those behind it.
            all.push(of_pickle(&found, &mut objects, &mut opcodes));
            Ok(())
        });
        debug_assert!(visited.is_ok());
    }
    if all.is_empty() {
        eprintln!("cloudpickle: no pickle for a page");
        return ExitCode::from(2);
    }
    // No end tag and no comment can stand in the data.
    let data = json!({"pickles": all, "more": more}).to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028");
    let text = PAGE.replacen("/*DATA*/", &data, 1);
    match fs::write(page, text) {
        Ok(()) => ExitCode::from(if unread { 2 } else { 0 }),
        Err(error) => {
            eprintln!("cloudpickle: {}: {error}", page.display());
            ExitCode::from(2)
        }
    }
}

fn of_pickle(found: &Found<'_>, objects: &mut usize, opcodes: &mut usize) -> Json {
    let reports = scan_each(found.bytes, &Rules::default());
    let findings: Vec<_> = reports.iter().flat_map(|report| report.findings()).take(1_000).collect();
    let verdict = reports.iter().map(|report| report.verdict()).reduce(|one, other| one.worse(other));
    let mut json = json!({
        "name": found.name,
        "offset": found.offset,
        "length": found.bytes.len(),
        "path": "root",
        "verdict": verdict.map_or("error", |verdict| verdict.as_str()),
        "findings": findings.iter().map(|f| json!([f.offset, f.severity.as_str(), f.message])).collect::<Vec<_>>(),
        "protocol": 0,
        "nodes": [],
        "ops": [],
        "opcount": 0,
        "nodes_cut": false,
        "error": null,
    });
    let pickle = match &found.pickle {
        Ok(pickle) => pickle,
        Err(error) => {
            json["error"] = error.as_str().into();
            return json;
        }
    };
    let tree = Show::new().items(5_000).objects((*objects / 2).max(200)).text(2_000).tree(pickle.root());
    *objects = objects.saturating_sub(tree.entries().len());
    json["protocol"] = pickle.protocol().into();
    json["nodes_cut"] = tree.entries().iter().any(|entry| entry.same_as().is_none() && entry.shown() < entry.node().len()).into();
    json["nodes"] = nodes(&tree);
    let places: Vec<usize> = findings.iter().map(|finding| finding.offset).collect();
    if let Ok((lines, count)) = listing(found.bytes, &tree, (*opcodes / 2).max(200), &places) {
        *opcodes = opcodes.saturating_sub(lines.len());
        json["opcount"] = count.into();
        let lines = lines
            .iter()
            .map(|line| json!([line.offset, line.opcode.name(), line.operand, line.entry.map_or(-1, as_number), line.end]));
        json["ops"] = lines.collect();
    }
    json
}

/// What the page has of each object, in the order that it says itself.
fn nodes(tree: &Tree<'_>) -> Json {
    let entries = tree.entries().iter().map(|entry| {
        let node = entry.node();
        json!([
            entry.parent().map_or(-1, as_number),
            entry.step().to_string(),
            entry.step().label(),
            node.kind(),
            node.text(),
            node.len(),
            entry.shown(),
            entry.mark(),
            entry.same_as().map_or(-1, as_number),
        ])
    });
    entries.collect()
}

fn as_number(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(-1)
}
