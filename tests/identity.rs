//! What the C pickler of CPython 3.8 and newer wrote is read and written back byte for byte; what any other writer wrote, as far as its habits
//! show in the stream.

mod common;

use common::{Kind, Record, corpus, interpreters, not_run, numpy_corpus, python2};
use std::collections::HashSet;

use cloudpickle::{Encoding, Op, Result, Unpickler};

/// Reads every pickle of a record and writes it again in the style it was read in.
fn rewritten(record: &Record) -> Result<Vec<u8>> {
    let encoding = match record.info.get("encoding").map(String::as_str) {
        Some("bytes") => Encoding::Bytes,
        Some("latin1") => Encoding::Latin1,
        _ => Encoding::Ascii,
    };
    let unpickler = Unpickler::new().encoding(encoding).missing_buffers(true).max_digits(0).fix_imports(record.fix_imports);
    if record.pickles > 1 && !record.memo_cleared {
        return unpickler.loads_series(&record.payload)?.dumps();
    }
    let mut written = Vec::new();
    let mut rest = record.payload.as_slice();
    while !rest.is_empty() {
        let (pickle, length) = unpickler.loads_prefix(rest)?;
        written.extend(pickle.dumps()?);
        rest = &rest[length..];
    }
    Ok(written)
}

/// Records that are not written back as they were read, with the reason.
fn changed<'r>(records: impl IntoIterator<Item = &'r Record>) -> Vec<String> {
    let mut changed = Vec::new();
    for record in records {
        match rewritten(record) {
            Ok(written) if written == record.payload => {}
            Ok(written) => {
                let at = written.iter().zip(&record.payload).take_while(|(a, b)| a == b).count();
                changed.push(format!("{}: {} bytes, other from offset {at:#x}", record.name, record.payload.len()));
            }
            Err(error) => changed.push(format!("{}: {error}", record.name)),
        }
    }
    changed
}

#[test]
fn what_the_c_pickler_wrote_comes_back_byte_for_byte() {
    let mut distinct: HashSet<Vec<u8>> = HashSet::new();
    for python in interpreters().iter().filter(|python| python.is_at_least(3, 8)) {
        let records = corpus(python);
        let exact = || records.iter().filter(|record| record.kind == Kind::Identity);
        let changed = changed(exact());
        println!("{python}: {} payloads of the C pickler, {} differ", exact().count(), changed.len());
        assert!(changed.is_empty(), "{python}: {} differ\n{}", changed.len(), changed.join("\n"));
        distinct.extend(exact().map(|record| record.payload.clone()));
    }
    println!("{} distinct payloads in all", distinct.len());
    assert!(distinct.len() >= 3000, "the corpus has only {} distinct payloads", distinct.len());
}

#[test]
fn other_writers_come_back_byte_for_byte_as_far_as_their_style_shows() {
    let mut failures = Vec::new();
    for python in interpreters() {
        let records = corpus(&python);
        let others = || records.iter().filter(|record| record.kind == Kind::Graph);
        let changed = changed(others());
        println!("{python}: {} payloads of other picklers, {} differ", others().count(), changed.len());
        failures.extend(changed.iter().map(|line| format!("{python} {line}")));
    }
    assert!(failures.is_empty(), "{} differ\n{}", failures.len(), failures.join("\n"));
}

/// What the style does not follow: memo slots that are left out (`pickletools.optimize` of Python 2 keeps the old numbers, and so does `pickle` for
/// some old-style instances), and floats in text of 17 digits where fewer are enough (cPickle at protocol 0).
fn has_python_2_habits(payload: &[u8]) -> bool {
    let text = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
    let mut slots = Vec::new();
    for (_, op) in cloudpickle::ops(payload).map_while(Result::ok) {
        match op {
            Op::Put(line) => slots.extend(text(line.0).parse::<u32>()),
            Op::BinPut(slot) => slots.push(slot.into()),
            Op::LongBinPut(slot) => slots.push(slot),
            Op::Float(line) => {
                let float: f64 = text(line.0).parse().unwrap_or(f64::NAN);
                if cloudpickle::py!(float).root().to_string() != text(line.0) {
                    return true;
                }
            }
            _ => {}
        }
    }
    let first = slots.first().copied().unwrap_or(0);
    first > 1 || slots.iter().zip(first..).any(|(slot, expected)| *slot != expected)
}

#[test]
fn python_2_comes_back_byte_for_byte() {
    let Some(python) = python2() else {
        not_run("Python 2.7: python2.7 not found");
        return;
    };
    let records = corpus(&python);
    let (known, exact): (Vec<&Record>, Vec<&Record>) = records.iter().partition(|record| has_python_2_habits(&record.payload));
    println!("{python}: {} payloads with memo slots left out, or floats of 17 digits, are not written so", known.len());
    assert!(known.len() < records.len() / 15, "{} of {}", known.len(), records.len());
    let count = exact.len();
    let changed = changed(exact);
    println!("{python}: {count} payloads of pickle and cPickle, {} differ", changed.len());
    assert!(changed.is_empty(), "{python}: {} differ\n{}", changed.len(), changed.join("\n"));
}

#[test]
fn numpy_and_pandas_come_back_byte_for_byte() {
    let (python, _, records) = match numpy_corpus() {
        Ok(found) => found,
        Err(why) if std::env::var_os("CI").is_none() => {
            not_run(&format!("numpy and pandas: {why}"));
            return;
        }
        Err(why) => panic!("numpy and pandas: {why}"),
    };
    let changed = changed(&records);
    println!("{python}: {} payloads with arrays and frames, {} differ", records.len(), changed.len());
    assert!(changed.is_empty(), "{python}: {} differ\n{}", changed.len(), changed.join("\n"));
}
