//! Scanning, held against a labelled corpus: `tests/python/scan_corpus.py` writes it, and sees that what is dangerous has an effect.
#![cfg(feature = "container")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use cloudpickle::container;
use cloudpickle::scan::{Rules, Severity, Verdict, scan, scan_each};
use cloudpickle::{Pickler, Source};
use common::{default_python, not_run, scripts, venv};

/// The worst verdict of all pickles of a file, as the program finds them.
fn verdict(bytes: &[u8]) -> Option<Verdict> {
    let mut worst = None;
    let mut add = |verdict: Verdict| worst = Some(worst.map_or(verdict, |worst: Verdict| worst.worse(verdict)));
    container::each(bytes, &mut |member| {
        if member.problem.is_some() {
            return add(Verdict::Error);
        }
        for report in scan_each(member.bytes, &Rules::default()) {
            let nothing = report.verdict() == Verdict::Error && report.globals().is_empty();
            if !(member.may_be_none && nothing) {
                add(report.verdict());
            }
        }
    });
    worst
}

/// The corpus, written by an interpreter that has the packages; without them by one that has none.
fn corpus() -> PathBuf {
    static ONCE: OnceLock<PathBuf> = OnceLock::new();
    ONCE.get_or_init(write_corpus).clone()
}

/// The script of the corpus, with the packages whose pickles it has.
fn script() -> Command {
    let python = default_python();
    let packages = venv(
        &python,
        &["numpy", "pandas", "scikit-learn", "scipy", "cloudpickle", "dill", "networkx", "sympy", "pyarrow", "lz4"],
    );
    let mut command = python.command();
    match &packages {
        Ok(packages) => {
            command.env("PYTHONPATH", packages);
        }
        Err(why) => not_run(&format!("harmless pickles of numpy, pandas, scikit-learn, scipy, cloudpickle and dill: {why}")),
    }
    command.arg(scripts().join("scan_corpus.py"));
    command
}

fn write_corpus() -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scan-corpus");
    let output = script().arg(&dir).output().expect("python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    dir
}

struct Entry {
    name: String,
    label: String,
    class: String,
    bytes: Vec<u8>,
}

fn entries(dir: &Path) -> Vec<Entry> {
    let manifest = fs::read_to_string(dir.join("manifest.json")).expect("the manifest was written");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("the manifest is JSON");
    let text = |entry: &serde_json::Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let entry = |entry: &serde_json::Value| Entry {
        name: text(entry, "name"),
        label: text(entry, "label"),
        class: text(entry, "class"),
        bytes: fs::read(dir.join(text(entry, "file"))).expect("the file was written"),
    };
    manifest.as_array().expect("the manifest is a list").iter().map(entry).collect()
}

#[test]
fn labelled_corpus() {
    let dir = corpus();
    let mut seen: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    for entry in entries(&dir) {
        let verdict = verdict(&entry.bytes);
        let right = match (entry.label.as_str(), verdict) {
            ("dangerous", found) => found == Some(Verdict::Dangerous),
            ("harmless", Some(Verdict::Suspicious)) => entry.class == "code by value",
            // An array of numbers holds no pickle.
            ("harmless", found) => matches!(found, Some(Verdict::Safe) | None),
            (_, found) => !matches!(found, Some(Verdict::Safe) | None),
        };
        let (count, wrong) = seen.entry(entry.label).or_default();
        *count += 1;
        if !right {
            wrong.push(format!("{}: {verdict:?}", entry.name));
        }
    }
    let of = |label: &str| seen.get(label).cloned().unwrap_or_default();
    let (dangerous, missed) = of("dangerous");
    let (harmless, alarms) = of("harmless");
    let (malformed, unseen) = of("malformed");
    println!(
        "{dangerous} dangerous, {} missed; {harmless} harmless, {} false alarms; {malformed} malformed",
        missed.len(),
        alarms.len()
    );
    assert!(dangerous >= 400 && harmless >= 300 && malformed >= 40, "{dangerous} {harmless} {malformed}");
    assert!(missed.len() * 100 <= dangerous, "missed: {missed:#?}");
    assert!(alarms.len() * 100 <= harmless, "false alarms: {alarms:#?}");
    assert!(unseen.is_empty(), "malformed and safe: {unseen:#?}");
}

/// Every 25th dangerous pickle is loaded, in a process of its own: its effect happens. `scan_corpus.py --verify` loads all of them.
#[test]
fn dangerous_ones_are() {
    let output = script().args(["--verify", "--every", "25"]).arg(corpus()).output().expect("python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Cut anywhere, a pickle is never safe: what is left is broken.
#[test]
fn cut_pickles_are_never_safe() {
    let list = b"\x80\x04\x95\x0b\0\0\0\0\0\0\0]\x94(K\x01K\x02e.";
    let harmful = b"\x80\x02cos\nsystem\nX\x04\0\0\0true\x85R0N.";
    assert_eq!(verdict(list), Some(Verdict::Error), "the frame is too long");
    for whole in [&list[11..], harmful] {
        for end in 0..whole.len() {
            assert_ne!(scan(&whole[..end], &Rules::default()).verdict(), Verdict::Safe, "cut at {end}");
        }
    }
    let called = harmful.iter().position(|byte| *byte == b'R').expect("there is a call");
    assert_eq!(scan(&harmful[..=called], &Rules::default()).verdict(), Verdict::Dangerous);
}

#[test]
fn what_is_reported() {
    let stream =
        b"\x80\x02cbuiltins\ngetattr\ncimportlib\nimport_module\nX\x02\0\0\0os\x85RX\x06\0\0\0system\x86RX\x04\0\0\0true\x85R.";
    let report = scan(stream, &Rules::default());
    let calls: Vec<_> = report.calls().iter().map(|call| format!("{} {}{}", call.offset, call.callable, call.args)).collect();
    assert_eq!(
        calls,
        [
            "53 importlib.import_module('os',)",
            "66 builtins.getattr(importlib.import_module('os'), 'system')",
            "77 os.system('true',)"
        ]
    );
    let globals: Vec<_> = report.globals().iter().map(|global| format!("{}.{}", global.module, global.name)).collect();
    assert!(globals.contains(&"os.system".to_owned()), "{globals:?}");
    assert_eq!(report.calls().last().map(|call| call.severity), Some(Severity::Dangerous));
}

#[test]
fn own_rules_go_first() {
    let stream = b"cos\ngetcwd\n)R.";
    assert_eq!(scan(stream, &Rules::default()).verdict(), Verdict::Suspicious);
    assert_eq!(scan(stream, &Rules::default().allow("os", "getcwd")).verdict(), Verdict::Safe);
    assert_eq!(scan(stream, &Rules::default().allow("os", "getcwd").deny("os", "**")).verdict(), Verdict::Dangerous);
}

/// A class that is data is harmless as long as its `__init__` does not run, and none of its methods.
#[test]
fn objects_made_without_their_init() {
    let of = |stream: &[u8]| scan(stream, &Rules::default()).verdict();
    assert_eq!(of(b"\x80\x02cmimetypes\nMimeTypes\n)\x81}X\x01\0\0\0aK\x01sb."), Verdict::Safe);
    assert_eq!(of(b"ccopyreg\n_reconstructor\n(cmimetypes\nMimeTypes\nc__builtin__\nobject\nNtR."), Verdict::Safe);
    assert_eq!(of(b"\x80\x02cmimetypes\nMimeTypes\n)R."), Verdict::Dangerous);
    // `FileType("w")`, and then a call of the object.
    let file_type = b"\x80\x02cargparse\nFileType\n)\x81}X\x05\0\0\0_modeX\x01\0\0\0wsb".to_vec();
    assert_eq!(of(&[&*file_type, b"."].concat()), Verdict::Safe);
    assert_eq!(of(&[&*file_type, b"X\x01\0\0\0x\x85R."].concat()), Verdict::Dangerous);
    // `list(FileInput)`
    assert_eq!(of(b"\x80\x02c__builtin__\nlist\ncfileinput\nFileInput\n)\x81\x85R."), Verdict::Dangerous);
    // A state that brings a function, and one that has a destructor.
    assert_eq!(of(b"\x80\x02cmimetypes\nMimeTypes\n)\x81}X\x01\0\0\0acos\nsystem\nsb)R."), Verdict::Dangerous);
    assert_ne!(of(b"\x80\x02ctempfile\n_TemporaryFileCloser\n)\x81."), Verdict::Safe);
}

/// Functions that this crate ships as source are code by value that is only built; sources that do something are dangerous.
#[test]
fn source_functions() {
    let of = |source: &Source| scan(&source.dumps().expect("it can be written"), &Rules::default()).verdict();
    assert_eq!(of(&Source::lambda("lambda x: x ** 2")), Verdict::Suspicious);
    assert_eq!(of(&Source::function("def f(x):\n    import os\n    return os.getpid()\n")), Verdict::Suspicious);
    assert_eq!(of(&Source::function("print('x')\ndef f(x):\n    return x\n")), Verdict::Dangerous);
    let reaches = Source::lambda("lambda x: __import__('os').system(x)").dumps().expect("it can be written");
    assert_eq!(scan(&reaches, &Rules::default().judge_code(true)).verdict(), Verdict::Dangerous);
}

/// Streams that cost much: the time and memory of a scan stay in proportion to the input.
#[test]
fn hostile_streams_end() {
    // Ten thousand calls that are all given the same large list, with something harmful in it.
    let mut shared = b"\x80\x02](".to_vec();
    shared.extend(b"K\x01".repeat(100_000));
    shared.extend_from_slice(b"cos\nsystem\neq\x010");
    shared.extend(b"cmyapp\nf\nh\x01\x85R0".repeat(10_000));
    shared.extend_from_slice(b"N.");
    assert_eq!(scan(&shared, &Rules::default()).verdict(), Verdict::Dangerous);

    // A pickle of a pickle of a pickle.
    let mut nested = b"N.".to_vec();
    for _ in 0..200 {
        let mut outer = b"\x80\x03cpickle\nloads\nB".to_vec();
        outer.extend_from_slice(&u32::try_from(nested.len()).expect("it is short").to_le_bytes());
        outer.extend_from_slice(&nested);
        outer.extend_from_slice(b"\x85R.");
        nested = outer;
    }
    assert_eq!(scan(&nested, &Rules::default()).verdict(), Verdict::Dangerous);

    // Beginnings of pickles everywhere.
    let starts = b"\x80\x02".repeat(200_000);
    assert_ne!(scan(&starts, &Rules::default()).verdict(), Verdict::Safe);
    let globals = b"cos\nsystem\n".repeat(50_000);
    assert_ne!(scan(&globals, &Rules::default()).verdict(), Verdict::Safe);

    // A partial of a partial.
    let mut partials = b"\x80\x02cbuiltins\nlen\nq\x000h\x00".to_vec();
    for _ in 0..5_000 {
        partials.splice(2..2, *b"cfunctools\npartial\n");
        partials.extend_from_slice(b"\x85R");
    }
    partials.extend_from_slice(b")R.");
    let _ = scan(&partials, &Rules::default());
}

/// What this crate writes for plain data is safe.
#[test]
fn plain_data_is_safe() {
    let pickle = cloudpickle::py!({"name": "run-7", "shape": (2, 3), "tags": ["a", "b"]});
    for protocol in 0..=5 {
        let bytes = Pickler::new().protocol(protocol).dump_pickle(&pickle).expect("it can be written");
        assert_eq!(scan(&bytes, &Rules::default()).verdict(), Verdict::Safe, "protocol {protocol}");
    }
}
