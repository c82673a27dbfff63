//! What is read and written again is the same graph: for pickles of every origin, in the style they came in and in any other protocol, by our own
//! comparison and by CPython's.

mod common;

use common::{Judge, Kind, Python, Record, assembled, corpus, default_python, interpreters};

use cloudpickle::{Encoding, ErrorKind, Pickle, Pickler, Unpickler};

fn unpickler(record: &Record) -> Unpickler {
    let encoding = match record.info.get("encoding").map(String::as_str) {
        Some("bytes") => Encoding::Bytes,
        Some("latin1") => Encoding::Latin1,
        Some("utf-8") => Encoding::Utf8,
        _ => Encoding::Ascii,
    };
    Unpickler::new().encoding(encoding).max_digits(0).fix_imports(record.fix_imports)
}

fn loads<'a>(record: &'a Record, payload: &'a [u8]) -> cloudpickle::Result<Pickle<'a>> {
    unpickler(record).loads_with_buffers(payload, record.buffers.iter().map(|buffer| buffer.data.as_slice()))
}

/// The first pickle of a record, written again in its own style: the same graph.
fn check_rewritten(record: &Record, pickle: &Pickle<'_>) -> Result<Vec<u8>, String> {
    let written = pickle.dumps().map_err(|error| format!("dumps: {error}"))?;
    let again = loads(record, &written).map_err(|error| format!("loads of what was written: {error}"))?;
    if again.root().is_isomorphic(pickle.root()) { Ok(written) } else { Err("another graph".to_owned()) }
}

#[test]
fn every_origin_gives_the_same_graph() {
    let mut failures = Vec::new();
    for python in interpreters() {
        let records = corpus(&python);
        let mut count = 0;
        for record in records.iter().filter(|record| record.pickles == 1) {
            count += 1;
            let result = match loads(record, &record.payload) {
                Ok(pickle) => check_rewritten(record, &pickle).map(drop),
                Err(error) => Err(format!("loads: {error}")),
            };
            failures.extend(result.err().map(|why| format!("{python} {}: {why}", record.name)));
        }
        println!("{python}: {count} graphs");
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

/// Asks CPython whether what we wrote loads as what the record holds.
fn check_with(judge: &mut Judge, record: &Record, written: &[u8], what: &str, failures: &mut Vec<String>) {
    if written == record.payload {
        return;
    }
    if let Err(difference) = judge.same(&record.payload, written, &record.loading()) {
        failures.push(format!("{} {} {what}: {difference}", judge.python(), record.name));
    }
}

/// Every protocol, plain and without the memo slots that nobody needs.
fn recode(python: &Python, every: usize) -> (usize, Vec<String>) {
    let mut judge = Judge::new(python);
    let mut failures = Vec::new();
    let mut count = 0;
    let records = corpus(python);
    let chosen = records.iter().filter(|record| record.pickles == 1 && record.payload.len() < 100_000 && !record.deep);
    let chosen = chosen.filter(|record| !LOST.iter().any(|(case, _)| record.name.ends_with(case)));
    for (number, record) in chosen.enumerate() {
        let Ok(pickle) = loads(record, &record.payload) else { continue };
        for protocol in 0..=python.highest_protocol() {
            if (number + usize::from(protocol)) % every != 0 {
                continue;
            }
            let optimize = (number / every + usize::from(protocol)) % 2 == 1;
            let pickler = Pickler::like(&pickle).protocol(protocol).optimize(optimize);
            match pickler.dump_pickle(&pickle) {
                Ok(written) => {
                    count += 1;
                    check_with(&mut judge, record, &written, &format!("as protocol {protocol}"), &mut failures);
                }
                Err(error) if matches!(error.kind(), ErrorKind::NotInProtocol { .. } | ErrorKind::EndlessRecursion { .. }) => {}
                Err(error) => failures.push(format!("{python} {} as protocol {protocol}: {error}", record.name)),
            }
        }
    }
    (count, failures)
}

/// Cases that no pickler of CPython can carry over to an older protocol, with the reason.
const LOST: &[(&str, &str)] = &[
    ("int-huge", "below protocol 2 an int is text, and CPython neither writes nor reads more than 4300 digits"),
    ("int-huge-minus", "the same"),
    ("float-nan-bits", "text of protocol 0 has no sign and no bits for a NaN"),
    ("name-exceptions", "below protocol 3 ModuleNotFoundError has the name ImportError"),
    ("compat-all", "below protocol 3 BrokenPipeError has the name OSError"),
];

#[test]
fn cpython_loads_every_protocol_as_the_same_objects() {
    let default = default_python();
    let mut failures = Vec::new();
    for python in interpreters().iter().filter(|python| python.version.0 == 3) {
        let every = if python.version == default.version { 4 } else { 24 };
        let (count, failed) = recode(python, every);
        println!("{python}: {count} payloads in another protocol, {} differ", failed.len());
        failures.extend(failed);
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

/// Assembled streams that do not come back as the same graph, with the reason.
const EXPLAINED: &[(&str, &str)] = &[
    ("asm/int/L-hex-long", "an int of more than 4300 digits in hexadecimal comes back in decimal, which CPython refuses"),
    ("asm/float/F-nan", "text of protocol 0 has no sign for a NaN: CPython writes it back as nan too"),
    (
        "asm/call/result-used-later",
        "a call whose argument is changed after it and whose result is used after that: objects have no time",
    ),
    ("asm/buffer/appended", "what the given buffer is only Python knows: a bytearray can be extended, other buffers cannot"),
];

#[test]
fn streams_that_no_pickler_writes() {
    let python = default_python();
    let mut judge = Judge::new(&python);
    let mut failures = Vec::new();
    let mut taken = 0;
    for record in assembled(&python) {
        // CPython refuses some because of what real objects say; tests/agreement.rs has the rules of the machine itself. From a file a frame is read
        // as one block, and what reaches over its end is lost: we read as `loads` does.
        if record.kind == Kind::Rejected
            || record.pickles != 1
            || record.name.contains("frame/ends-in")
            || EXPLAINED.iter().any(|(name, _)| record.name == *name)
        {
            continue;
        }
        taken += 1;
        match loads(&record, &record.payload) {
            Ok(pickle) => match check_rewritten(&record, &pickle) {
                Ok(written) => check_with(&mut judge, &record, &written, "written again", &mut failures),
                Err(why) => failures.push(format!("{}: {why}", record.name)),
            },
            Err(error) => failures.push(format!("{}: {error}", record.name)),
        }
    }
    println!("{python}: {taken} assembled streams");
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}
