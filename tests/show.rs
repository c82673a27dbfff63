//! Looking into pickles: trees, paths, differences, sizes and programs, of the golden corpus and of hostile input.
#![cfg(feature = "cli")]

mod common;

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use cloudpickle::show::{Diff, KINDS, Show, Stats, find, python};
use cloudpickle::{Encoding, Pickler, Unpickler, loads, py, show};
use common::{golden, interpreters};
use serde_json::Value as Json;

fn unpickler() -> Unpickler {
    Unpickler::new().encoding(Encoding::Latin1).missing_buffers(true).max_digits(0)
}

/// The golden payloads, each different one once.
fn payloads() -> Vec<(String, Vec<u8>)> {
    let mut seen = HashSet::new();
    let mut all = Vec::new();
    golden(|golden| {
        if seen.insert(golden.bytes.clone()) {
            all.push((golden.label(), golden.bytes));
        }
    });
    assert!(all.len() > 1_000, "{}", all.len());
    all
}

#[test]
fn the_golden_corpus() {
    let mut paths = 0;
    for (label, bytes) in payloads() {
        let pickle = unpickler().loads(&bytes).unwrap_or_else(|error| panic!("{label}: {error}"));
        let tree = show(pickle.root());
        assert!(!tree.to_string().is_empty(), "{label}");
        for (at, entry) in tree.entries().iter().enumerate() {
            assert!(KINDS.contains(&entry.node().kind()), "{label}: {} is not listed", entry.node().kind());
            // What is printed can be asked for.
            if at % 7 == 0 && entry.depth() < 100 {
                let path = tree.path(at);
                let found = find(pickle.root(), &path).unwrap_or_else(|error| panic!("{label}: {path}: {error}"));
                // A key that is there twice, or that is cut and looks the same as another: the last is found.
                let is_found = |at: usize| tree.entries()[at].node().object().value() == found.value() && tree.path(at) == path;
                assert!((at..tree.entries().len()).any(is_found), "{label}: {path}");
                paths += 1;
            }
        }
        let again = unpickler().loads(&bytes).expect("as before");
        let diff = Diff::new(pickle.root(), again.root());
        assert!(diff.is_empty(), "{label}: {diff}");
        let stats = Stats::of(&bytes).unwrap_or_else(|error| panic!("{label}: {error}"));
        assert_eq!(stats.opcodes.iter().map(|usage| usage.bytes).sum::<usize>(), bytes.len(), "{label}");
        assert_eq!((stats.paths[0].path.as_str(), stats.paths[0].bytes), ("root", bytes.len()), "{label}");
        assert!(stats.paths.iter().all(|size| size.bytes <= bytes.len()), "{label}");
        assert!(python(pickle.root()).contains("root = "), "{label}");
    }
    assert!(paths > 5_000, "{paths}");
}

/// The tables of `docs/json.md`: for each object its fields and their types.
fn schema() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut schema: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut name = String::new();
    for line in include_str!("../docs/json.md").lines() {
        if let Some(title) = line.strip_prefix("## ") {
            name = title.to_owned();
        } else if let Some(row) = line.strip_prefix("| ").filter(|row| !row.starts_with("field |") && !row.starts_with("---")) {
            let cells: Vec<_> = row.split(" | ").collect();
            schema.entry(name.clone()).or_default().insert(cells[0].to_owned(), cells[1].to_owned());
        }
    }
    schema
}

/// Holds a value against a type of the tables.
fn check(schema: &BTreeMap<String, BTreeMap<String, String>>, kind: &str, value: &Json, whole: &str) {
    if let Some(kind) = kind.strip_suffix('?') {
        if !value.is_null() {
            check(schema, kind, value, whole);
        }
        return;
    }
    if let Some(inner) = kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
        let items = value.as_array().unwrap_or_else(|| panic!("a list wanted, {value} found in {whole:.300}"));
        return items.iter().for_each(|item| check(schema, inner, item, whole));
    }
    match kind {
        "str" => assert!(value.is_string(), "a str wanted, {value} found in {whole:.300}"),
        "int" => assert!(value.is_u64(), "an int wanted, {value} found in {whole:.300}"),
        "bool" => assert!(value.is_boolean(), "a bool wanted, {value} found in {whole:.300}"),
        "any" => {}
        name => {
            let fields = schema.get(name).unwrap_or_else(|| panic!("no table of {name}"));
            let object = value.as_object().unwrap_or_else(|| panic!("{name} wanted, {value} found"));
            for (field, kind) in fields {
                check(schema, kind, object.get(field).unwrap_or(&Json::Null), whole);
            }
            for field in object.keys() {
                assert!(fields.contains_key(field), "{field} of {name} is not in docs/json.md");
            }
        }
    }
}

fn run(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cloudpickle")).args(args).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn file(name: &str, bytes: &[u8]) -> String {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("show");
    std::fs::create_dir_all(&dir).expect("a directory");
    let path = dir.join(name);
    std::fs::write(&path, bytes).expect("a file");
    path.to_str().expect("a path of text").to_owned()
}

#[test]
fn json_is_what_the_tables_say() {
    let schema = schema();
    // Every tenth; all of them where `SHOW_ALL` is set.
    let step = if std::env::var_os("SHOW_ALL").is_some() { 1 } else { 10 };
    let files: Vec<String> =
        payloads().iter().step_by(step).enumerate().map(|(at, (_, bytes))| file(&format!("{at}.pkl"), bytes)).collect();
    for chunk in files.chunks(400) {
        for command in ["show", "stats"] {
            let mut args = vec![command, "--json"];
            args.extend(chunk.iter().map(String::as_str));
            let (status, out, err) = run(&args);
            assert_eq!((status, err.as_str()), (Some(0), ""));
            assert_eq!(out.lines().count(), chunk.len());
            for line in out.lines() {
                let json: Json = serde_json::from_str(line).expect("a line is JSON");
                check(&schema, command, &json, line);
                assert!(json["error"].is_null());
            }
        }
    }
    for (nth, two) in files.windows(2).step_by(29).enumerate() {
        let (status, out, _) = run(&["diff", "--json", &two[0], &two[usize::from(nth % 4 != 0)]]);
        let json: Json = serde_json::from_str(&out).expect("a line is JSON");
        check(&schema, "diff", &json, &out);
        assert_eq!(status, Some(if json["equal"] == true { 0 } else { 1 }));
        assert!(nth % 4 != 0 || json["equal"] == true, "{out}");
    }
    let broken = file("broken.pkl", b"\x80\x02K");
    for (command, args) in [("show", vec![&broken]), ("stats", vec![&broken]), ("diff", vec![&broken, &files[0]])] {
        let args: Vec<&str> = [command, "--json"].into_iter().chain(args.into_iter().map(String::as_str)).collect();
        let (status, out, _) = run(&args);
        let json: Json = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{command}: {error}: {out:?}"));
        check(&schema, command, &json, &out);
        assert!(status == Some(2) && json["error"].is_string(), "{out}");
    }
}

#[test]
fn texts() {
    for (stream, expected) in [
        (&b"cos\nsystem\n(S'true'\ntR0(lp0\ng0\na."[..], "&1 [*1, <before 0>: os.system('true')]"),
        (b"(lp0\ng0\na.", "&1 [*1]"),
        (b"]((((((tttttta.", "[((((((),),),),),)]"),
        (b"\x80\x04\x8f(K\x01K\x02\x90.", "{1, 2}"),
        (b"c__main__\nP\n)\x81}(S'x'\nI1\nS'a b'\nI2\nub.", "<__main__.P x=1, 'a b'=2>"),
        (b"ccollections\nOrderedDict\n)RS'a'\nI1\nsS'b'\n]s.", "OrderedDict({'a': 1, 'b': []})"),
        (b"ccollections\ndeque\n(]I3\ntR(I1\nI2\ne.", "deque([1, 2], maxlen=3)"),
        (b"cdecimal\nDecimal\n(S'1.5'\ntR.", "Decimal('1.5')"),
        (b"Pan id\n.", "<persistent 'an id'>"),
        (
            b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x0ctQK\0K\x03K\x04\x86K\x04K\x01\x86\x89ccollections\nOrderedDict\n)RtR.",
            "<torch.Tensor (3, 4) float32 on 'cpu', storage '0'>",
        ),
    ] {
        let pickle = unpickler().loads(stream).unwrap_or_else(|error| panic!("{expected}: {error}"));
        assert_eq!(show(pickle.root()).to_string(), expected);
    }
    let (name, rows) = ("x".repeat(1000), (0..300).map(|n| vec![n; 3]).collect::<Vec<_>>());
    let pickle = py!({"name": name, "rows": rows});
    let text = Show::new().items(2).width(60).tree(pickle.root()).to_string();
    let expected = format!(
        "{{\n    'name': '{}'... (1,000 characters),\n    'rows': [[0, 0, ... 1 more], [1, 1, ... 1 more], ... 298 more],\n}}",
        "x".repeat(200)
    );
    assert_eq!(
        text,
        expected.replace(
            "[[0, 0, ... 1 more], [1, 1, ... 1 more], ... 298 more]",
            "[\n        [0, 0, ... 1 more],\n        [1, 1, ... 1 more],\n        ... 298 more,\n    ]"
        )
    );
}

#[test]
fn paths() {
    let long_key = "k".repeat(60);
    let pickle = py!({"it's": [1, 2], "]": "bracket", 1.5: "float", (1, 2): "tuple", (long_key): "long", "\u{e9}\n": "escaped"});
    for (path, expected) in [
        ("root[\"it's\"][1]", "2"),
        ("[\"it's\"][-1]", "2"),
        ("root[']']", "'bracket'"),
        ("root[1.5]", "'float'"),
        ("root[(1, 2)]", "'tuple'"),
        ("root['\u{e9}\\n']", "'escaped'"),
        ("root['\\xe9\\n']", "'escaped'"),
        ("root<key 0>", "\"it's\""),
    ] {
        assert_eq!(find(pickle.root(), path).unwrap_or_else(|error| panic!("{path}: {error}")).to_string(), expected, "{path}");
    }
    // A key that an error shows cut.
    let error = find(pickle.root(), &format!("root['{}'].x", "k".repeat(60))).unwrap_err().to_string();
    assert!(error.starts_with("no attribute 'x', it is str and holds nothing at root['kkk"), "{error}");
    let tree = show(pickle.root());
    let long = (0..tree.entries().len()).map(|at| tree.path(at)).find(|path| path.contains("...")).expect("a path that is cut");
    assert_eq!(find(pickle.root(), &long).expect("what is printed is found").to_string(), "'long'");
    for bad in ["root.", "root[1", "root x", "root<"] {
        assert!(find(pickle.root(), bad).is_err(), "{bad}");
    }
}

#[test]
fn differences() {
    let dates =
        |day: u8| loads(&[&b"cdatetime\ndate\n(C\x04\x07\xe8\x01"[..], &[day], b"tR."].concat()).expect("a date").into_owned();
    assert_eq!(
        Diff::new(dates(2).root(), dates(3).root()).to_string(),
        "changed root\n    - datetime.date(2024, 1, 2)\n    + datetime.date(2024, 1, 3)\n"
    );
    for (left, right, expected) in [
        (py!([1, 2, 3]), py!([1, 3]), "removed root[1]\n    - 2\n"),
        (py!([1]), py!([1.0]), "type changed root[0]\n    - 1\n    + 1.0\n"),
        (py!({1: "a"}), py!({1.0: "b"}), "changed root[1]\n    - 'a'\n    + 'b'\n"),
        (py!((1, [2])), py!((1, (2,))), "type changed root[1]\n    - [2]\n    + (2,)\n"),
        (py!({"a": 1, "b": 2}), py!({"b": 2, "a": 1}), ""),
        (py!([0.5]), py!([0.5]), ""),
        (py!([f64::NAN]), py!([f64::NAN]), ""),
        (py!([]), py!([[1, 2]]), "added root[0]\n    + [1, 2]\n"),
    ] {
        let diff = Diff::new(left.root(), right.root());
        assert_eq!(diff.to_string(), expected);
        assert_eq!(diff.is_empty(), expected.is_empty());
    }
    // How a pickle says it makes no difference. Below protocol 4 an attribute of a class is a call of getattr, and reads so where it is a default.
    for (label, bytes) in payloads().into_iter().step_by(41) {
        let pickle = unpickler().loads(&bytes).expect("a payload");
        for protocol in [4, 5] {
            let Ok(other) = Pickler::like(&pickle).protocol(protocol).dump_pickle(&pickle) else { continue };
            let other = unpickler().loads(&other).expect("what we wrote");
            let diff = Diff::new(pickle.root(), other.root());
            assert!(diff.is_empty(), "{label} in protocol {protocol}: {diff}");
        }
    }
}

/// Lists in lists, so many deep.
fn deep(levels: usize) -> Vec<u8> {
    let mut bytes = b"]".repeat(levels);
    bytes.extend(b"a".repeat(levels - 1));
    bytes.push(b'.');
    bytes
}

/// A list of twice the same list of twice the same list ..
fn shared(levels: usize) -> Vec<u8> {
    let mut text = String::from("]");
    for level in 0..levels {
        let _ = write!(text, "p{level}\n0(lg{level}\nag{level}\na");
    }
    (text + ".").into_bytes()
}

#[test]
fn hostile_graphs() {
    for (name, bytes, other) in [
        ("deep", deep(300_000), deep(300_001)),
        ("shared", shared(5_000), shared(4_999)),
        ("cyclic", b"(lp0\n(dp1\nS'a'\ng0\nsa.".to_vec(), b"(lp0\n(dp1\nS'b'\ng0\nsa.".to_vec()),
        ("in its own tuple", b"(lp0\n(g0\ntp1\nag1\n.".to_vec(), b"(lp0\n(g0\nI1\ntp1\nag1\n.".to_vec()),
    ] {
        let pickle = loads(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let text = show(pickle.root()).to_string();
        assert!(text.len() < 2_000_000, "{name}: {}", text.len());
        let tree = show(pickle.root());
        let last = tree.entries().len() - 1;
        assert!(tree.path(last).len() < 10_000, "{name}");
        let (again, other) = (loads(&bytes).expect("as before"), loads(&other).expect("another"));
        assert!(Diff::new(pickle.root(), again.root()).is_empty(), "{name}");
        let diff = Diff::new(pickle.root(), other.root());
        assert!(!diff.is_empty() && diff.to_string().len() < 100_000, "{name}: {diff}");
        let stats = Stats::of(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(stats.to_string().len() < 100_000, "{name}");
        assert!(python(pickle.root()).contains("\nroot = "), "{name}");
    }
}

/// Objects of plain and standard types, with sharing and cycles, and how two of them are compared.
const OBJECTS: &str = r#"
import sys, pickle, collections, datetime, decimal, fractions, pathlib, uuid, array
shared = [1, 2]
loop = [1]; loop.append({'up': loop, 'set': {1, 'a'}})
inner = []; pair = (inner, 'x'); inner.append(pair)
od = collections.OrderedDict([('b', 1), ('a', shared)])
objects = [
    None, True, -1, 2**100, -2**70, 1.5, float('inf'), -0.0, 'text', "it's \n\u20ac\U0001f600", b'\x00\xff', bytearray(b'ab'), (), (1,), [], {}, set(), frozenset(),
    {1, 2, 'a'}, frozenset([1, (2, 3)]), [1, [2, [3, [4, [5, [6, [7]]]]]]], {'a': {'b': {'c': {'d': {'e': [1, {}]}}}}},
    list(range(200)), {'k%d' % i: [i] for i in range(100)}, [shared, shared, {'s': shared}], loop, pair, inner,
    datetime.date(2024, 2, 29), datetime.datetime(2024, 1, 2, 3, 4, 5, 678), datetime.time(1, 2), datetime.timedelta(-1, 5),
    datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=2), 'x')),
    decimal.Decimal('-1.50'), decimal.Decimal('NaN'), fractions.Fraction(-1, 3), uuid.UUID(int=7), pathlib.PurePosixPath('/a/b'), 1j, complex(-0.0, float('inf')),
    range(1, 10, 3), slice(1, None, 2), od, collections.defaultdict(list, {'a': [1]}), collections.deque([1, shared], 5), collections.Counter('hello'),
    ValueError('x', 2), array.array('d', [1.0, 2.0]), int, collections.OrderedDict, len, ..., NotImplemented, [datetime.date(2024, 1, 1)] * 3, {(1, 2): {3: (4, 5)}},
]
def graph(x):
    # Equal graphs have equal texts: what each object is, where the same ones are.
    seen, out, todo = {}, [], [x]
    keep = []
    while todo:
        x = todo.pop()
        keep.append(x)
        if id(x) in seen and isinstance(x, (list, dict, set, collections.deque, bytearray)):
            out.append('#%d' % seen[id(x)]); continue
        seen.setdefault(id(x), len(seen))
        out.append(type(x).__name__)
        if isinstance(x, dict): out.append(len(x)); todo.extend(y for p in x.items() for y in p)
        elif isinstance(x, (list, tuple, collections.deque)): out.append(len(x)); todo.extend(x)
        elif isinstance(x, (set, frozenset)): out.append(sorted(map(repr, x)))
        elif isinstance(x, BaseException): todo.append(x.args)
        else: out.append(repr(x))
    return repr([o if not o is None else 0 for o in map(str, out)])
"#;

#[test]
fn printed_programs_make_equal_objects() {
    for interpreter in interpreters().into_iter().filter(|python| python.is_at_least(3, 8)) {
        let source = format!(
            "{OBJECTS}\nfor p in range(pickle.HIGHEST_PROTOCOL + 1):\n    for o in objects:\n        try: d = pickle.dumps(o, p)\n        except RecursionError: d = pickle.dumps(None, 2)\n        print(p, d.hex())\n"
        );
        let out = interpreter.run(&source).unwrap_or_else(|error| panic!("{interpreter}: {error}"));
        let mut script = format!("{OBJECTS}\nfailed = []\ncount = 0\n");
        let mut count = 0;
        for line in out.lines() {
            let (_, hex) = line.split_once(' ').expect("a protocol and a pickle");
            let bytes: Vec<u8> =
                (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect();
            let pickle = loads(&bytes).expect("what CPython wrote");
            let program = python(pickle.root());
            let hexed: String = program.bytes().fold(String::new(), |mut out, byte| {
                let _ = write!(out, "{byte:02x}");
                out
            });
            count += 1;
            let _ = write!(
                script,
                "source = bytes.fromhex('{hexed}').decode()\nns = {{}}\ntry:\n    exec(source, ns)\n    a, b = graph(ns['root']), graph(pickle.loads(bytes.fromhex('{hex}')))\n    if a != b: failed.append((source, a, b))\nexcept Exception as e:\n    failed.append((source, repr(e), ''))\ncount += 1\n"
            );
        }
        assert!(count > 200, "{count}");
        script.push_str("print(count, len(failed))\nfor f in failed[:3]: print(*f, sep='\\n')\n");
        let file = file(&format!("programs-{}.{}.py", interpreter.version.0, interpreter.version.1), script.as_bytes());
        let output = interpreter.command().arg(&file).output().expect("the interpreter runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(text.lines().next(), Some(format!("{count} 0").as_str()), "{interpreter}: {text}");
    }
}

#[test]
fn the_program_ends_with_a_status() {
    let (left, right) = (file("left.pkl", b"(lI1\na."), file("right.pkl", b"(lI2\na."));
    assert_eq!(run(&["diff", &left, &left]), (Some(0), String::new(), String::new()));
    assert_eq!(run(&["diff", &left, &right]), (Some(1), "changed root[0]\n    - 1\n    + 2\n".to_owned(), String::new()));
    assert_eq!(run(&["diff", &left, "no/such/file"]).0, Some(2));
    assert_eq!(run(&["show", "no/such/file"]).0, Some(2));
    assert_eq!(run(&["show", "--path", "root[0]", &right]).1, "2\n");
    assert_eq!(run(&["show", "--path", "root[7]", &right]).2, format!("cloudpickle: {right}: no key 7, but [0] at root\n"));
    assert_eq!(run(&["show", "--color", "always", &left]).1, "[\u{1b}[33m1\u{1b}[0m]\n");
    assert_eq!(run(&["show", "--as", "python", &left]).1.lines().last(), Some("root = [1]"));
    let memo = file("memo.pkl", b"\x80\x02]q\x05K\x01q\x07ah\x05.");
    let output = Command::new(env!("CARGO_BIN_EXE_cloudpickle")).args(["optimize", &memo]).output().expect("the program runs");
    assert_eq!(output.stdout, b"\x80\x02]q\x00K\x01ah\x00.");
    assert_eq!(output.stderr, b"cloudpickle: 13 bytes before, 11 after (-15.4 %)\n");
}

#[test]
fn the_readme_shows_real_output() {
    let readme = include_str!("../README.md");
    let section = readme.split("## What is in it?").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the section");
    let mut shown = 0;
    for block in section.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        for part in block.split("$ cloudpickle ").skip(1) {
            let (command, expected) = part.split_once('\n').expect("a command and its output");
            let args: Vec<&str> = command.split(' ').map(|arg| arg.trim_matches('\'')).collect();
            let output = Command::new(env!("CARGO_BIN_EXE_cloudpickle"))
                .args(&args)
                .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"))
                .output()
                .expect("the program runs");
            assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{command}");
            shown += 1;
        }
    }
    assert!(shown >= 5, "{shown}");
}
