//! What the fuzz targets do, done with the pickles in `fuzz/corpus`.

#[path = "../fuzz/bodies.rs"]
mod bodies;

fn run(target: &str, body: fn(&[u8])) {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path());
    let mut count = 0;
    for file in files {
        let data = std::fs::read(&file).unwrap();
        let result = std::panic::catch_unwind(|| body(&data));
        assert!(result.is_ok(), "{} of {}", target, file.display());
        count += 1;
    }
    assert!(count > 50, "{count} files for {target}");
}

#[test]
fn ops() {
    run("ops", bodies::ops_target);
}

#[test]
fn unpickle() {
    run("unpickle", bodies::unpickle);
}

#[test]
fn roundtrip() {
    run("roundtrip", bodies::roundtrip);
}

#[test]
fn dis() {
    run("dis", bodies::disassemble);
}

#[test]
fn marshal() {
    run("marshal", bodies::marshal);
}

#[test]
fn pyc() {
    run("pyc", bodies::pyc);
}

#[test]
fn module() {
    run("module", bodies::module);
}

/// The same modules with bytes changed, each in many ways: code that no compiler writes.
#[test]
fn changed_modules() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/module");
    let (mut state, mut count) = (0x2545_f491_4f6c_dd1d_u64, 0);
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 16).unwrap_or(0) % below
    };
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    for file in files {
        let data = std::fs::read(&file).unwrap();
        for _ in 0..12 {
            let mut changed = data.clone();
            for _ in 0..=random(6) {
                let at = 16 + random(changed.len() - 16);
                changed[at] = u8::try_from(random(256)).unwrap();
            }
            let result = std::panic::catch_unwind(|| bodies::module(&changed));
            assert!(result.is_ok(), "{}: {}", file.display(), changed.escape_ascii());
            count += 1;
        }
    }
    assert!(count > 500);
}

#[test]
fn bytecode() {
    run("bytecode", bodies::bytecode);
}

/// What the targets have found, each with its cause.
#[test]
fn found() {
    // `PROTO 1`, which no writer writes, was believed, so `STACK_GLOBAL` came into a stream of protocol 1.
    bodies::roundtrip(b"\0\x80\x01\x8c\x01a\x8c\x01\n\x93.");
    // With two slots for three objects, one of them used twice, as many slots were filled as a pickler would have: the persistent id, which a
    // pickler writes twice, seemed to be none that is shared.
    bodies::roundtrip(b"\0(Pid\nq\x01h\x01]q\x01t.");
    // The name was read behind `PROTO 4`, where a dot is an attribute, and written in the protocol of the first `PROTO`.
    bodies::roundtrip(b"\0\x80\x02\x80\x04\x8c\x01a\x8c\x03b.c\x93.");
    // Objects of protocol 5 behind `PROTO 2`: bytearrays, sets and frozensets became calls that make them.
    bodies::roundtrip(b"\0\x80\x02(\x96\x01\0\0\0\0\0\0\0a(\x91\x8fC\x01bt.");
    // What was done to an extension was not written.
    bodies::roundtrip(b"\0\x80\x02\x82\x01}b.");
    // A name that begins with a dot, in a protocol below 4: the line for what stands before the dot was empty.
    bodies::roundtrip(b"\x18\x80\x04\x8c\x01a\x8c\x02.b\x93.");
    // A call that is left on the stack, with another call of it above: dropped and fetched again when written, which when read was taken for
    // an object that was made twice.
    bodies::roundtrip(b"\0Pid\n)\x81q\x000h\x00)\x81q\x010N.");
    bodies::roundtrip(b"\0Pid\n)\x81q\x00h\x00)\x81N.");
    // A frame that is longer than the pickle, but not than the input: CPython's `loads` takes it. (The target was wrong.)
    bodies::unpickle(b"\0\x95\x08\0\0\0\0\0\0\0N.behind");
}

/// A list with a call among whose arguments is a list that holds the call: it is made again inside, and what was begun outside is dropped for
/// it. The two have the same arguments, which was not seen with a long int among them.
#[test]
fn a_call_that_is_made_again_with_a_number() {
    let input = b"(lp0\ncmodule\nClass\np1\n((lp2\ng1\n(g2\nL-2147483649L\ntp3\nRp4\naL-2147483649L\ntp5\nR0g4\na.";
    let pickle = cloudpickle::loads(input).unwrap();
    assert_eq!(pickle.root().len().unwrap(), 1);
    assert_eq!(pickle.dumps().unwrap().escape_ascii().to_string(), input.escape_ascii().to_string());
}
