//! Containers, held against Python's own readers: `tests/python/containers.py` writes archives and compressed files, whole, broken and lying, and says what zipfile,
//! tarfile, gzip, bz2, lzma and zlib read of each. What they read, we read too; what they find whole, we find without a problem.
#![cfg(feature = "container")]

mod common;

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use cloudpickle::container;
use common::{default_python, scripts};

/// One row of the table.
struct Case {
    name: String,
    bytes: Vec<u8>,
    /// What Python's reader reads of each member.
    read: Vec<Vec<u8>>,
}

/// The table, written once for all tests.
fn cases() -> &'static [Case] {
    static CASES: OnceLock<Vec<Case>> = OnceLock::new();
    CASES.get_or_init(write_cases)
}

fn write_cases() -> Vec<Case> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("containers");
    let output = default_python().command().arg(scripts().join("containers.py")).arg(&dir).output().expect("python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let manifest = fs::read_to_string(dir.join("manifest.json")).expect("the manifest was written");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("the manifest is JSON");
    let text = |entry: &serde_json::Value| entry.as_str().expect("it is a string").to_owned();
    let case = |entry: &serde_json::Value| Case {
        name: text(&entry["name"]),
        bytes: fs::read(dir.join(text(&entry["file"]))).expect("the file was written"),
        read: entry["read"].as_array().expect("it is a list").iter().map(|hex| from_hex(&text(hex))).collect(),
    };
    manifest.as_array().expect("the manifest is a list").iter().map(case).collect()
}

fn from_hex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("it is ASCII"));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("they are digits")).collect()
}

#[test]
fn what_python_reads_we_read() {
    let cases = cases();
    let mut missed = Vec::new();
    let mut read = 0;
    for case in cases {
        let mut members: Vec<Vec<u8>> = Vec::new();
        container::each(&case.bytes, &mut |member| members.push(member.bytes.to_vec()));
        for wanted in &case.read {
            read += 1;
            // We may read on where Python stops.
            if !members.iter().any(|member| member.starts_with(wanted)) {
                missed.push(format!("{}: {} bytes", case.name, wanted.len()));
            }
        }
    }
    assert!(cases.len() >= 100 && read >= 400, "{} files, {read} members", cases.len());
    assert!(missed.is_empty(), "not read: {missed:#?}");
}

/// What Python's reader refuses, or of which it reads nothing, is said to be broken, or its pickles are found anyway.
#[test]
fn what_is_refused_is_not_silently_nothing() {
    for case in cases().iter().filter(|case| case.read.iter().all(Vec::is_empty)) {
        let (mut problems, mut found) = (0, 0);
        container::each(&case.bytes, &mut |member| {
            problems += usize::from(member.problem.is_some());
            // The scanner looks through bytes that are no pickle.
            found += usize::from(member.bytes.windows(5).any(|window| window == b"\x80\x02}q\x00"));
        });
        assert!(problems + found > 0, "{}", case.name);
    }
}

/// What only shows at the end of a zip file or in the header of an array is said too: Python refuses both.
#[test]
fn broken_ends_and_headers() {
    let problems = |bytes: &[u8]| {
        let mut problems = 0;
        container::each(bytes, &mut |member| problems += usize::from(member.problem.is_some()));
        problems
    };
    let whole = &cases().iter().find(|case| case.name == "zip stored").expect("it is in the table").bytes;
    let end = whole.windows(4).rposition(|window| window == b"PK\x05\x06").expect("it has an end");
    assert_eq!(problems(whole), 0);
    assert_eq!(problems(&whole[..end]), 1, "without an end");
    let mut lies = whole.clone();
    lies[end + 12] ^= 0x40;
    assert_eq!(problems(&lies), 1, "the size of the directory lies");
    let mut lies = whole.clone();
    lies[end + 19] = 0x7f;
    assert_eq!(problems(&lies), 1, "the offset of the directory lies");
    assert_eq!(problems(b"\x93NUMPY\x01\x00\x10\x00{no dict of it} N."), 1);
}
