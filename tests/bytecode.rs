//! Bytecode against CPython's own `dis`, `opcode` and code objects, and against cloudpickle, on the standard library of every CPython there is.
//!
//! A part of the modules is looked at, evenly chosen. `CLOUDPICKLE_CODES=all` looks at all of them and prints how many code objects that were:
//!
//! ```text
//! CLOUDPICKLE_CODES=all cargo test --release --test bytecode -- --nocapture
//! ```

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use cloudpickle::bytecode::{LineRange, LineRanges, Position, Version};
use cloudpickle::reflect::Code;
use cloudpickle::text::repr::is_printable_in;

use common::{Python, interpreters, not_run, pyodide, run_pyodide, scripts, venv};

/// Every so many modules one is looked at.
const STEP: usize = 50;
/// In so many parts all of them are.
const PARTS: usize = 12;

/// A CPython of a version: of this machine, or under node.
enum Judge {
    Python(Python),
    Pyodide(PathBuf),
}

impl Judge {
    fn of(version: Version) -> Option<Self> {
        if let Some(python) = interpreters().into_iter().find(|p| (p.version.0, p.version.1) == version.python()) {
            return Some(Self::Python(python));
        }
        if version != Version::Py314 {
            // `interpreters` has said that it is missing.
            return None;
        }
        match pyodide() {
            Ok(pyodide) => Some(Self::Pyodide(pyodide)),
            Err(why) => {
                not_run(&format!("CPython 3.14 not found, and no pyodide: {why}"));
                None
            }
        }
    }

    /// What a script prints, with `arguments` behind the name of a file in `out`.
    fn run(&self, script: &str, out: &Path, file: &str, arguments: &[&str]) -> Result<String, String> {
        match self {
            Self::Python(python) => {
                let libs = venv(python, &["cloudpickle==3.1.2"])?;
                let mut command = python.command();
                command.env("PYTHONPATH", libs).arg(scripts().join(script)).arg(out.join(file)).args(arguments);
                let output = command.output().map_err(|error| error.to_string())?;
                let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
            }
            Self::Pyodide(pyodide) => {
                // The package is the same for all; any of them installs it.
                let libs = venv(&common::default_python(), &["cloudpickle==3.1.2"])?;
                let file = format!("/out/{file}");
                let arguments: Vec<&str> = [file.as_str()].into_iter().chain(arguments.iter().copied()).collect();
                run_pyodide(pyodide, out, &libs, script, &arguments)
            }
        }
    }
}

fn directory(version: Version) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("codes-{version}"));
    std::fs::create_dir_all(&directory).expect("a directory for what Python writes can be made");
    directory
}

/// The fields of the records that `codes.py` writes.
fn records(mut bytes: &[u8]) -> Vec<[&[u8]; 4]> {
    let mut field = || {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (field, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
        bytes = rest;
        Some(field)
    };
    std::iter::from_fn(|| Some([field()?, field()?, field()?, field()?])).collect()
}

#[derive(Default)]
struct Counts {
    modules: usize,
    codes: usize,
    lines: usize,
    /// Code objects whose version is guessed rightly.
    guessed: usize,
    differences: Vec<String>,
}

impl Counts {
    fn compare(&mut self, what: &str, ours: &str, theirs: &str) {
        if ours == theirs {
            return;
        }
        let lines = ours.lines().zip(theirs.lines());
        let found = lines.enumerate().find(|(_, (ours, theirs))| ours != theirs);
        let found = match found {
            Some((at, (ours, theirs))) => format!("line {}\n  ours   {ours:.300}\n  theirs {theirs:.300}", at + 1),
            None => format!("{} lines, not {}", ours.lines().count(), theirs.lines().count()),
        };
        self.differences.push(format!("{what}: {found}"));
    }
}

fn check(version: Version) {
    let Some(judge) = Judge::of(version) else { return };
    let all = std::env::var_os("CLOUDPICKLE_CODES").is_some_and(|value| value == "all");
    let out = directory(version);
    let file = format!("codes-{}", std::process::id());
    let mut counts = Counts::default();
    for first in 0..if all { PARTS } else { 1 } {
        let step = if all { PARTS } else { STEP };
        judge.run("codes.py", &out, &file, &[&step.to_string(), &first.to_string()]).expect("codes.py runs");
        let bytes = std::fs::read(out.join(&file)).expect("codes.py has written its file");
        for record in records(&bytes) {
            check_module(version, record, &mut counts);
        }
    }
    let Counts { modules, codes, lines, guessed, differences } = counts;
    let found = differences.len();
    eprintln!("{version}: {modules} modules, {codes} code objects ({guessed} guessed), {lines} lines, {found} differences");
    assert!(codes > 300, "{version}: only {codes} code objects");
    assert!(differences.is_empty(), "{version}: {}", differences[..differences.len().min(10)].join("\n"));
    let _ = std::fs::remove_file(out.join(&file));
}

fn check_module(version: Version, [name, payload, text, facts]: [&[u8]; 4], counts: &mut Counts) {
    let name = String::from_utf8_lossy(name);
    let pickle = cloudpickle::loads(payload).expect("what cloudpickle wrote can be read");
    let code = Code::reflect(pickle.root()).expect("it is a code object");
    let theirs = String::from_utf8_lossy(text);
    counts.modules += 1;
    counts.lines += theirs.lines().count();
    counts.compare(&format!("{name}: dis"), &code.dis(version).to_string(), &theirs);
    let facts = String::from_utf8_lossy(facts);
    let (modules, facts) = facts.split_once('\n').expect("the first line has the modules");
    let modules: Vec<_> = modules.split(' ').collect();
    let (mut ours, mut codes) = (String::new(), vec![code]);
    while let Some(code) = codes.pop() {
        counts.codes += 1;
        let inside: Vec<_> = code.nested().collect();
        codes.extend(inside.iter().rev());
        if !version.fits(&code.fields()) {
            counts.differences.push(format!("{name}: {} does not fit {version}", code.name()));
        }
        counts.guessed += usize::from(code.guess_version() == Some(version));
        write_facts(&mut ours, code, version, &modules).expect("a string can be written to");
    }
    counts.compare(&format!("{name}: facts"), &ours, facts);
}

/// The packages and modules that `codes.py` asks for.
const PACKAGES: &[&str] = &["concurrent", "email", "importlib", "json", "logging", "xml"];

/// What `codes.py` writes as facts.
fn write_facts(out: &mut String, code: Code<'_>, version: Version, modules: &[&str]) -> std::fmt::Result {
    let needs = code.needs(version);
    writeln!(out, "code {}", code.name())?;
    let line = |out: &mut String, name: &str, items: Vec<String>| writeln!(out, "{name} {}", items.join(" "));
    let letter = |on, letter| if on { letter } else { "" };
    let globals = needs.globals.iter().map(|global| {
        let (read, written, deleted) = (letter(global.read, "r"), letter(global.written, "w"), letter(global.deleted, "d"));
        format!("{}:{read}{written}{deleted}", global.name)
    });
    line(out, "globals", globals.collect())?;
    line(out, "names", needs.names.iter().map(ToString::to_string).collect())?;
    line(out, "attributes", needs.attributes.iter().map(ToString::to_string).collect())?;
    let imports = needs.imports.iter().map(|import| {
        let names: Vec<_> = import.names.iter().map(ToString::to_string).collect();
        format!("{}:{}:{}", import.level, import.module, names.join(","))
    });
    line(out, "imports", imports.collect())?;
    let mut found: Vec<_> = PACKAGES.iter().flat_map(|package| needs.submodules(package, modules.iter().copied())).collect();
    found.sort_unstable();
    line(out, "submodules", found.iter().map(ToString::to_string).collect())?;
    let (bytecode, table) = (code.bytecode(), code.linetable());
    let ranges = || LineRanges::new(&table, version, code.firstlineno(), bytecode.len());
    if version >= Version::Py310 {
        line(out, "lines", lines(ranges(), version, bytecode.len()))?;
    }
    if version >= Version::Py311 {
        line(out, "positions", positions(ranges()))?;
    }
    if version >= Version::Py313 {
        let prefixed = code.instructions(version).filter(|i| i.start_offset != i.offset);
        line(out, "starts", prefixed.map(|i| format!("{}:{}", i.offset, i.start_offset)).collect())?;
    }
    Ok(())
}

fn python(number: Option<i32>) -> String {
    number.map_or_else(|| "None".to_owned(), |number| number.to_string())
}

/// `co_lines`: 3.12 and later merge ranges of the same line.
fn lines(ranges: LineRanges<'_>, version: Version, code_len: usize) -> Vec<String> {
    let mut merged: Vec<LineRange> = Vec::new();
    for range in ranges.filter(|range| range.start < range.end && range.start < code_len) {
        match merged.last_mut() {
            Some(last) if version >= Version::Py312 && last.position.line == range.position.line => last.end = range.end,
            _ => merged.push(range),
        }
    }
    merged.iter().map(|range| format!("{}-{}:{}", range.start, range.end, python(range.position.line))).collect()
}

/// `co_positions`, runs of equal ones.
fn positions(ranges: LineRanges<'_>) -> Vec<String> {
    let mut runs: Vec<(usize, Position)> = Vec::new();
    for range in ranges {
        let units = (range.end - range.start) / 2;
        match runs.last_mut() {
            Some((count, position)) if *position == range.position => *count += units,
            _ => runs.push((units, range.position)),
        }
    }
    let text = |(count, at): &(usize, Position)| {
        let [line, end_line, column, end_column] = [at.line, at.end_line, at.column, at.end_column].map(python);
        format!("{count}*{line},{end_line},{column},{end_column}")
    };
    runs.iter().map(text).collect()
}

#[test]
fn opcodes() {
    let mut compared = BTreeMap::new();
    for version in Version::ALL {
        let Some(judge) = Judge::of(version) else { continue };
        let made = match &judge {
            Judge::Python(python) => {
                let mut command = python.command();
                let output = command.arg(scripts().join("make_opcodes.py")).output().expect("the interpreter starts");
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                String::from_utf8_lossy(&output.stdout).into_owned()
            }
            Judge::Pyodide(pyodide) => {
                let nowhere = directory(version);
                run_pyodide(pyodide, &nowhere, &nowhere, "make_opcodes.py", &[]).expect("node runs")
            }
        };
        let (_, minor) = version.python();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/bytecode/tables/py3{minor}.rs"));
        let checked_in = std::fs::read_to_string(&file).expect("the table is there");
        // The first line names the patch release.
        let body = |text: &str| text.split_once('\n').map(|(_, body)| body.to_owned());
        assert!(body(&made) == body(&checked_in), "{} is not what make_opcodes.py makes", file.display());
        compared.insert(version, made.len());
    }
    assert!(!compared.is_empty());
}

/// Which characters `repr` escapes depends on the Unicode of the version.
#[test]
fn printable_characters() {
    for version in Version::ALL {
        let Some(judge) = Judge::of(version) else { continue };
        let (out, file) = (directory(version), format!("printable-{}", std::process::id()));
        judge.run("make_printable.py", &out, &file, &[]).expect("make_printable.py runs");
        let theirs = std::fs::read(out.join(&file)).expect("make_printable.py has written its file");
        let _ = std::fs::remove_file(out.join(&file));
        assert_eq!(theirs.len(), 0x11_0000);
        let ours = |char: char| is_printable_in(char, version.python());
        let differs = |char: &char| ours(*char) != (theirs[*char as usize] == 1);
        let different: Vec<char> = ('\0'..=char::MAX).filter(differs).collect();
        assert!(different.is_empty(), "{version}: {different:?}");
    }
}

#[test]
fn python_3_8() {
    check(Version::Py38);
}

#[test]
fn python_3_9() {
    check(Version::Py39);
}

#[test]
fn python_3_10() {
    check(Version::Py310);
}

#[test]
fn python_3_11() {
    check(Version::Py311);
}

#[test]
fn python_3_12() {
    check(Version::Py312);
}

#[test]
fn python_3_13() {
    check(Version::Py313);
}

#[test]
fn python_3_14() {
    check(Version::Py314);
}
