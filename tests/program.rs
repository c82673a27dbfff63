//! The program `cloudpickle`, run as a user runs it.
#![cfg(feature = "cli")]

mod common;

use std::io::Write;
use std::process::{Command, Output, Stdio};

fn run(args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cloudpickle"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    // The program may end before it has read everything.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().expect("the program ends")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("output is UTF-8")
}

const LIST: &[u8] = b"\x80\x02]q\x00(K\x01K\x02e.";

#[test]
fn dis_prints_what_pickletools_prints() {
    let output = run(&["dis"], LIST);
    assert!(output.status.success());
    assert_eq!(
        text(&output.stdout),
        "    0: \\x80 PROTO      2\n    2: ]    EMPTY_LIST\n    3: q    BINPUT     0\n    5: (    MARK\n    6: K        BININT1    1\n    \
         8: K        BININT1    2\n   10: e        APPENDS    (MARK at 5)\n   11: .    STOP\nhighest protocol among opcodes = 2\n"
    );
    assert_eq!(output.stderr, b"");
}

#[test]
fn dis_prints_as_far_as_it_comes() {
    let output = run(&["dis", "-"], b"\x80\x02K\x07K");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "    0: \\x80 PROTO      2\n    2: K    BININT1    7\n");
    assert_eq!(
        text(&output.stderr),
        "cloudpickle: standard input: not enough data in stream to read uint1 in BININT1 (at offset 0x4)\n"
    );
}

#[test]
fn recode_writes_the_same_bytes() {
    let output = run(&["recode"], LIST);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(output.stdout, LIST);
}

#[test]
fn recode_to_another_protocol_without_memo_slots() {
    let output = run(&["recode", "--protocol", "4", "--optimize"], LIST);
    assert_eq!(output.stdout, b"\x80\x04\x95\x08\0\0\0\0\0\0\0](K\x01K\x02e.");
    let output = run(&["recode", "-p", "0"], LIST);
    assert_eq!(output.stdout, b"(lp0\nI1\naI2\na.");
}

#[test]
fn a_bad_input_gives_one_line_and_nothing_else() {
    for input in [&b""[..], b"\xff", b"\x80\x02K", b"(K\x01", b"0.", b"\x80\x09N."] {
        let output = run(&["recode"], input);
        assert_eq!(output.status.code(), Some(1), "{input:?}");
        assert_eq!(output.stdout, b"", "{input:?}");
        let error = text(&output.stderr);
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(error.starts_with("cloudpickle: standard input: "), "{error}");
    }
    let output = run(&["recode", "no-such-file.pkl"], b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("cloudpickle: no-such-file.pkl: "), "{}", text(&output.stderr));
}

#[test]
fn python_2_strings_and_missing_buffers_pass_through() {
    for input in [&b"U\x01\xe9."[..], b"\x80\x05\x97\x98."] {
        assert_eq!(run(&["recode"], input).stdout, input);
    }
}

#[test]
fn recode_keeps_what_follows() {
    assert_eq!(run(&["recode", "--protocol", "1"], b"K\x01.\x80\x02].rest").stdout, b"K\x01.].rest");
}

#[test]
fn usage_is_explained() {
    let output = run(&["--help"], b"");
    assert!(text(&output.stdout).contains("recode"), "{}", text(&output.stdout));
    assert_eq!(run(&["recode", "--protocol", "6"], b"").status.code(), Some(2));
}

const COUNTER: &[u8] = include_bytes!("../examples/counter.pkl");

#[test]
fn recode_takes_functions_apart_and_builds_them_anew() {
    let output = run(&["recode", "--rebuild"], COUNTER);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (COUNTER, &b""[..]));
}

#[test]
fn recode_moves_functions_to_another_dialect() {
    let output = run(&["recode", "--dialect", "pyspark 2.2"], COUNTER);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let has = |name: &str| output.stdout.windows(name.len()).any(|window| window == name.as_bytes());
    assert!(has("pyspark.cloudpickle.cloudpickle_fast") && !has("cloudpickle.cloudpickle.cloudpickle"));
    let output = run(&["recode", "--dialect", "cloudpickle"], &output.stdout);
    assert_eq!(output.stdout, COUNTER, "there and back");
    let output = run(&["recode", "--dialect", "cloudpickle new"], COUNTER);
    assert_eq!(output.status.code(), Some(2), "an argument that is none");
}

#[test]
fn code_prints_what_dis_prints_for_each_function() {
    let payload = include_bytes!("../examples/my_function.pkl");
    let listing = "  2           0 RESUME                   0

  4           2 LOAD_FAST                0 (data)
              4 LOAD_GLOBAL              0 (CONSTANT)
             14 BINARY_OP                0 (+)
             18 RETURN_VALUE

";
    let expected = format!("Disassembly of <function __main__.my_function(data: int) -> int> (Python 3.12):\n{listing}");
    for args in [&["code"][..], &["code", "--python", "3.12"], &["code", "examples/my_function.pkl"]] {
        let output = run(args, payload);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(text(&output.stdout), expected, "{args:?}");
    }
    // Several pickles in one file.
    let output = run(&["code"], &[&payload[..], payload].concat());
    assert_eq!(text(&output.stdout), expected.repeat(2));
    let output = run(&["code", "--python", "3.7"], payload);
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("no bytecode of Python 3.7"), "{}", text(&output.stderr));
}

/// Compiles a module, writes the `.pyc` where it is told and prints `dis.dis` with dots for addresses.
const COMPILE: &str = r#"
import dis, importlib._bootstrap_external as b, io, os, re, sys
source = """
import os.path
class C(dict, metaclass=type):
    "doc"
    def f(self, a=1j, *b: int, **c) -> str:
        try:
            return [x + a for x in b if x is not None and x < 3] or f"{a!r:>{c}}"
        except (ValueError, TypeError) as e:
            raise KeyError(e) from None
async def g(a):
    async with a as b, b:
        yield await b
"""
code = compile(source, "tasks.py", "exec")
open(os.environ["PYC"], "wb").write(b._code_to_timestamp_pyc(code, 1, len(source)))
out = io.StringIO()
dis.dis(code, file=out)
sys.stdout.write(re.sub(r" at 0x[0-9a-f]+, file", " at 0x..., file", out.getvalue()))
"#;

#[test]
fn code_prints_what_dis_prints_for_a_pyc() {
    for python in common::interpreters().into_iter().filter(|python| python.is_at_least(3, 8)) {
        let (major, minor, _) = python.version;
        let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tasks-{major}.{minor}.pyc"));
        let theirs = python.command().env("PYC", &file).args(["-c", COMPILE]).output().expect("the interpreter starts");
        assert!(theirs.status.success(), "{}", text(&theirs.stderr));
        let ours = run(&["code", file.to_str().expect("a path of text")], b"");
        assert!(ours.status.success(), "{}", text(&ours.stderr));
        assert!(theirs.stdout.len() > 1000);
        assert_eq!(text(&ours.stdout), text(&theirs.stdout), "{python}");
    }
}

#[test]
fn scan_says_what_loading_would_do() {
    let harmful = b"cos\nsystem\n(S'true'\ntR.";
    let output = run(&["scan", "--json"], harmful);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a line of JSON");
    assert_eq!(line["file"], "standard input");
    assert_eq!(line["verdict"], "dangerous");
    assert_eq!((&line["globals"][0]["module"], &line["globals"][0]["name"]), (&"os".into(), &"system".into()));
    assert_eq!((&line["calls"][0]["callable"], &line["calls"][0]["offset"]), (&"os.system".into(), &21.into()));
    assert!(line["error"].is_null());
}

#[test]
fn scan_ends_with_a_status() {
    for (input, args, status) in [
        (LIST, &["scan"][..], 0),
        (b"cos\ngetcwd\n)R.", &["scan"], 1),
        (b"cos\ngetcwd\n)R.", &["scan", "--fail-on", "dangerous"], 0),
        (b"\x80\x02K", &["scan"], 2),
        (b"", &["scan", "no/such/file"], 2),
        (b"", &["scan", "--rules", "no/such/file"], 2),
    ] {
        assert_eq!(run(args, input).status.code(), Some(status), "{args:?}");
    }
}

/// Files of a folder are looked at in parallel, and told in their order.
#[test]
fn scan_tells_files_in_their_order() {
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("scan-order");
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).expect("a folder can be made");
    for at in 0..50 {
        std::fs::write(dir.join(format!("{at:02}.pkl")), LIST).expect("a file can be written");
    }
    let output = run(&["scan", "--json", "--jobs", "4", dir.to_str().expect("a path of text")], b"");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let lines: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let files: Vec<&str> = lines.iter().map(|line| line["file"].as_str().expect("a name")).collect();
    assert_eq!(files.len(), 50);
    assert!(files.is_sorted(), "{files:?}");
}

#[test]
fn every_command_gives_json() {
    let line = |args: &[&str], input: &[u8]| -> serde_json::Value {
        let output = run(args, input);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        serde_json::from_str(text(&output.stdout).lines().next().expect("a line")).expect("a line of JSON")
    };
    let op = line(&["dis", "--json"], LIST);
    assert_eq!((&op["opcode"], &op["offset"], &op["operand"]), (&"PROTO".into(), &0.into(), &"02".into()));
    let code = line(&["code", "--json", "examples/my_function.pkl"], b"");
    assert_eq!(code["python"], "3.12");
    let to = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("recoded.pkl");
    let done = line(&["recode", "--json", "-p", "4", "-o", to.to_str().expect("a path of text")], LIST);
    assert_eq!((&done["before"], &done["pickles"]), (&LIST.len().into(), &1.into()));
}

#[test]
fn completions_and_man_page_name_the_commands() {
    for args in [&["completions", "bash"][..], &["completions", "zsh"], &["completions", "fish"], &["man"]] {
        let output = run(args, b"");
        assert!(output.status.success(), "{args:?}");
        assert!(text(&output.stdout).contains("fail"), "{args:?}");
        assert!(text(&output.stdout).contains("recode"), "{args:?}");
    }
}
