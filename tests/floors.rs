//! A module imports only from lower floors, and on one floor only from the left (DESIGN.md).

use std::fs;
use std::path::{Path, PathBuf};

/// The floors from the ground up; on each, from left to right.
const FLOORS: &[&[&str]] = &[
    &["error"],
    &["limits", "style", "compat", "opcode", "int", "text"],
    &["op", "heap"],
    &["marshal", "unpickle", "pickle", "bytecode"],
    &["reflect", "container"],
    &["ser", "de", "with", "scan", "show"],
    &["lib", "bin"],
];

/// Where a module stands: its floor and its place there.
fn place(module: &str) -> (usize, usize) {
    let places = FLOORS
        .iter()
        .enumerate()
        .flat_map(|(floor, modules)| modules.iter().enumerate().map(move |(at, name)| (*name, (floor, at))));
    let found = places.into_iter().find(|(name, _)| *name == module);
    found.unwrap_or_else(|| panic!("module {module} stands on no floor: add it to FLOORS and to DESIGN.md")).1
}

fn sources(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("src can be read") {
        let path = entry.expect("src can be read").path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The modules that a file names behind `crate::`, comments and tests aside; what is not a module is a re-export of `lib.rs`.
fn imports(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code: String = lines.flat_map(|line| [line, "\n"]).collect();
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        found.push(rest[..end].to_owned());
    }
    found
}

#[test]
fn imports_go_down() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut upward = Vec::new();
    let mut seen = 0;
    for file in files {
        let inside = file.strip_prefix(&src).expect("the file is in src");
        let first = inside.components().next().expect("a file has a name").as_os_str().to_string_lossy().into_owned();
        let module = first.trim_end_matches(".rs");
        if place(module).0 == FLOORS.len() - 1 {
            continue;
        }
        let text = fs::read_to_string(&file).expect("the file is text");
        for import in imports(&text) {
            seen += 1;
            let (from, to) = (place(module), place(&import));
            let down = to.0 < from.0 || (to.0 == from.0 && to.1 <= from.1);
            if !down {
                upward.push(format!("{} imports {import}", inside.display()));
            }
        }
    }
    assert!(seen > 50, "only {seen} imports found: the test looks at the wrong place");
    assert!(upward.is_empty(), "{}", upward.join("\n"));
}
