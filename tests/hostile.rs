//! Pickles that want to hurt: deep, shared, false and long ones.
//!
//! Each is read, written back, compared, printed, copied and dropped on a thread with a stack of 256 KiB, so nothing recurses. An allocator
//! counts: reading `n` bytes never has more than [`READING`] bytes at a time for each of them, and everything together not more than
//! [`ALL`]. The counts are those of an allocator that cannot grow in place: a vector that grows is held twice while it does. Inputs
//! are so large that anything that is not linear would not end.

use std::sync::{Mutex, MutexGuard, PoisonError};

use cloudpickle::marshal::{Marshal, Marshaller};
use cloudpickle::{ErrorKind, Heap, Pickle, Pickler, Unpickler, loads, ops, optimize};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes of memory for each byte of input while it is read, the input aside.
const READING: usize = 64;

/// The same for everything that is done here: the pickle, a copy of it, what was written, what was read from that, tables for comparing.
const ALL: usize = 400;

/// What reading may take whatever the input.
const READING_CONSTANT: usize = 16 << 10;

/// What everything may take whatever the input: a `repr` has up to a million characters.
const ALL_CONSTANT: usize = 4 << 20;

const STACK: usize = 256 << 10;

/// Only one test at a time, so that what is counted is its own.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn on_a_small_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        thread.unwrap().join().unwrap()
    })
}

/// The most memory that was in use meanwhile, above what was in use before.
fn peak<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = run();
    (result, MEMORY.peak_usage() - before)
}

/// One after the other.
fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn times(part: &[u8], count: usize) -> Vec<u8> {
    part.repeat(count)
}

/// A part for each number.
fn each(count: usize, part: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
    (0..u32::try_from(count).unwrap()).flat_map(part).collect()
}

fn with_u32(before: &[u8], number: u32, after: &[u8]) -> Vec<u8> {
    join(&[before, &number.to_le_bytes(), after])
}

/// As many levels as the deepest have.
const DEEPEST: usize = 3_000_000;
const DEEP: usize = (1 << 18) + 1;
/// Just above a power of two: vectors that double have just grown.
const LONG: usize = (1 << 17) + 1;

/// Pickles that are read: name, input.
fn readable() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |before: &[u8], level: &[u8]| join(&[before, &times(level, DEEP), b"."]);
    let long = |before: &[u8], level: &[u8], after: &[u8]| join(&[before, &times(level, LONG), after, b"."]);
    let mut key = join(&[b"}", b")", &times(b"\x85", DEEP), b"\x94"]);
    key.extend(b"Ns.");
    vec![
        ("3,000,000 nested lists", join(&[&times(b"]", DEEPEST), &times(b"a", DEEPEST - 1), b"."])),
        ("nested lists of protocol 0", join(&[&times(b"(", LONG), &times(b"l", LONG), b"."])),
        ("3,000,000 nested tuples", join(&[b")", &times(b"\x85", DEEPEST), b"."])),
        ("nested tuples of marks", join(&[&times(b"(", DEEP), &times(b"t", DEEP), b"."])),
        ("nested pairs", deep(b")", b"N\x86")),
        ("nested dicts", join(&[&times(b"}N", DEEP), b"N", &times(b"s", DEEP), b"."])),
        ("nested sets through tuples", join(&[&times(b"\x8f(", LONG), b"N", &times(b"\x85\x90Q", LONG), b"."])),
        ("nested frozensets", join(&[&times(b"(", LONG), &times(b"\x91", LONG), b"."])),
        ("nested calls, as callables", deep(b"cm\nn\n", b")R")),
        ("nested calls, as arguments", long(b"cm\nn\n\x940", b"h\0", &join(&[b")", &times(b"\x85R", LONG)]))),
        ("nested states", long(b"cm\nn\n\x940N", b"", &join(&[&times(b"h\0", LONG), b"N", &times(b"b", LONG)]))),
        ("nested persistent ids", deep(b"N", b"Q")),
        ("nested instances", join(&[b"cm\nn\n\x940", &times(b"(h\0", LONG), &times(b"o", LONG), b"."])),
        ("nested appends to calls", join(&[&times(b"cm\nn\n)R", LONG), &times(b"a", LONG - 1), b"."])),
        (
            "x = [x, x], 64 times",
            join(&[
                b"]",
                &each(64, |n| vec![b'q', n.to_le_bytes()[0], b'0', b']', b'(', b'h', n.to_le_bytes()[0], b'2', b'e']),
                b".",
            ]),
        ),
        ("x = (x, x)", long(b"N", b"2\x86", b"")),
        ("a deep tuple as key", key.clone()),
        ("a deep tuple as many keys", join(&[&key[..key.len() - 3], b"0}", &times(b"h\0Ns", LONG), b"."])),
        ("a long tuple as many keys", join(&[b"(", &times(b"N", DEEP), b"t\x940}", &times(b"h\0Ns", LONG), b"."])),
        ("a deep tuple in many sets", join(&[&key[1..key.len() - 3], b"0", &times(b"(h\0\x91", LONG), b"."])),
        ("many equal keys", long(b"}(", b"K\x01N", b"u")),
        ("many equal items", long(b"\x8f(", b"K\x01", b"\x90")),
        ("one long list", long(b"](", b"N", b"e")),
        ("one long list, item by item", long(b"]", b"Na", b"")),
        ("one long tuple", long(b"(", b"N", b"t")),
        ("lists", long(b"(", b"]", b"t")),
        ("sets", long(b"(", b"\x8f", b"t")),
        ("floats", long(b"(", b"G\0\0\0\0\0\0\0\0", b"t")),
        ("empty strs", long(b"(", b"\x8c\0", b"t")),
        ("empty longs", long(b"(", b"\x8a\0", b"t")),
        ("globals", join(&[b"(\x8c\x01a\x940", &times(b"h\0h\0\x93", LONG), b"t."])),
        (
            "globals of names that are not alike",
            join(&[b"(", &each(200_000, |n| format!("c{n:x}\n{n:o}\n").into_bytes()), b"t."]),
        ),
        ("persistent ids that are not alike", join(&[b"(", &each(500_000, |n| format!("P{n:x}\n").into_bytes()), b"t."])),
        ("calls", join(&[b"(cm\nn\n\x940", &times(b"h\0)R", LONG), b"t."])),
        ("persistent ids of one", join(&[b"(", &times(b"NQ", LONG), b"t."])),
        ("states of one object", long(b"cm\nn\n", b"Nb", b"")),
        ("items of one object", long(b"cm\nn\n", b"Na", b"")),
        ("items of many sorts", long(b"cm\nn\n", b"NaNNs", b"")),
        ("two lists in turn", join(&[b"]\x94]\x94", &times(b"h\0Na0h\x01Na0", LONG), b"."])),
        ("long lists that move once", {
            let list = join(&[b"](", &times(b"N", 1000), b"e"]);
            join(&[b"(", &times(&join(&[&list, b"]Na0Na"]), 1000), b"t."])
        }),
        ("many lists in turn", {
            let lists = each(250, |n| vec![b']', b'q', n.to_le_bytes()[0]]);
            let round = each(250, |n| vec![b'h', n.to_le_bytes()[0], b'N', b'a', b'0']);
            join(&[b"(", &lists, b"t\x94", &times(&round, 1000), b"."])
        }),
        ("dropped lists", long(b"N", b"]0", b"")),
        ("dropped calls", long(b"cm\nn\n", b"2)R0", b"")),
        ("dropped persistent ids", long(b"N", b"2Q0", b"")),
        ("dropped slices", long(b"N", b"(]1", b"")),
        ("left on the stack", long(b"", b"]", b"N")),
        ("calls that are made again", {
            let args = |slot: u8| join(&[b"h\0(", &times(b"N", LONG), b"tR", &[b'q', slot], b"0"]);
            join(&[b"cm\nn\nq\x000", &args(1), &args(2), &times(b"h\x010h\x020", LONG), b"N."])
        }),
        ("new calls with old arguments", {
            let args = |slot: u8| join(&[b"(", &times(b"N", LONG), b"t", &[b'q', slot], b"0"]);
            join(&[b"cm\nn\nq\x000", &args(1), &args(2), b"h\0h\x02Rq\x030", &times(b"h\0h\x01R0h\x030", LONG), b"N."])
        }),
        ("memo: one slot again and again", long(b"]", b"q\0", b"")),
        ("memo: MEMOIZE only", long(b"]", b"\x94", b"")),
        ("memo: MEMOIZE over MEMOIZE", long(b"]q\x01", b"\x94", b"")),
        ("memo: DUP only", long(b"]", b"2", b"")),
        ("memo: the last index", with_u32(b"]r", u32::MAX, b"\x94j\xff\xff\xff\xff.")),
        ("memo: sparse", join(&[b"]", &each(200_000, |n| with_u32(b"r", n * 20_011, b"")), b"."])),
        ("memo: holes", join(&[b"]", &each(200_000, |n| with_u32(b"r", n * 1023, b"")), b"."])),
        ("memo: growing holes", join(&[b"]", &each(2000, |n| with_u32(b"r", n * n / 2, b"")), b"."])),
        ("memo: downwards", join(&[b"]", &each(200_000, |n| with_u32(b"r", 200_000 - n, b"")), b"."])),
        ("memo: text", join(&[b"]", &each(200_000, |n| format!("p{n}\n").into_bytes()), b"."])),
        ("a long int of 1 MB that is met again", {
            let int = join(&[&with_u32(b"\x8b", 1 << 20, b""), &times(b"\x7f", 1 << 20), b"\x94"]);
            join(&[b"(", &int, &times(b"h\0", LONG), b"t."])
        }),
        ("a long int of 1 MB, duplicated", {
            let int = join(&[&with_u32(b"\x8b", 1 << 20, b""), &times(b"\x7f", 1 << 20)]);
            join(&[b"(", &int, &times(b"2", LONG), b"t."])
        }),
        ("a persistent id of 1 MB that is met again", join(&[b"(P", &times(b"x", LONG), b"\n\x94", &times(b"h\0", LONG), b"t."])),
        ("deep persistent ids that are met again", join(&[b"(N", &times(b"Q", LONG), b"\x94", &times(b"h\0", LONG), b"t."])),
        ("frames", long(b"", b"\x95\0\0\0\0\0\0\0\0", b"N")),
        ("protocols", long(b"", b"\x80\x04", b"N")),
        ("an INT of many zeros", join(&[b"I", &times(b"0", LONG), b"\n."])),
        ("a FLOAT of many digits", join(&[b"F", &times(b"7", 300), b".", &times(b"7", LONG), b"\n."])),
        ("a UNICODE line of 10 MB", join(&[b"V", &times(b"x", 10 << 20), b"\n."])),
        ("a UNICODE line of escapes", join(&[b"V", &times(b"\\u00e9", LONG), b"\n."])),
        ("a UNICODE line of Latin-1", join(&[b"V", &times(b"\xe9", LONG), b"\n."])),
        ("a STRING line of 10 MB", join(&[b"S'", &times(b"x", 10 << 20), b"'\n."])),
        ("a STRING line of escapes", join(&[b"S'", &times(b"\\x41", LONG), b"'\n."])),
        ("GLOBAL with lines of 10 MB", join(&[b"c", &times(b"x", 10 << 20), b"\n", &times(b"y", 10 << 20), b"\n."])),
        ("a dict of tuples that hold each other's items", {
            join(&[b"}", &each(1000, |n| join(&[b"(", &times(b"N", n as usize), b"tNs"])), b"."])
        }),
        ("bytearrays with items", long(b"\x96\0\0\0\0\0\0\0\0", b"K\x01a", b"")),
    ]
}

/// Tuples in tuples, with lists in the innermost that hold the outermost.
fn recursive_tuples(depth: usize, lists: usize) -> Vec<u8> {
    let outermost = u32::MAX.to_le_bytes();
    let made = each(lists, |n| with_u32(b"]r", n, b""));
    let filled = each(lists, |n| join(&[&with_u32(b"j", n, b"j"), &outermost, b"a0"]));
    join(&[b"(", &made, b"t", &times(b"\x85", depth), b"r", &outermost, &filled, b"."])
}

/// The same with calls.
fn recursive_calls(depth: usize, lists: usize) -> Vec<u8> {
    let outermost = u32::MAX.to_le_bytes();
    let made = each(lists, |n| with_u32(b"]r", n, b""));
    let filled = each(lists, |n| join(&[&with_u32(b"j", n, b"j"), &outermost, b"a0"]));
    let calls = join(&[&times(b"cm\nn\n", depth), b"(", &made, b"t", &times(b"R\x85", depth - 1), b"R"]);
    join(&[&calls, b"r", &outermost, &filled, b"."])
}

/// Does everything to a pickle that can be done to one.
fn everything(input: &[u8]) {
    let pickle = loads(input).unwrap();
    let clone = pickle.clone();
    let written = pickle.dumps().unwrap();
    let again = loads(&written).unwrap();
    assert!(pickle.root().is_isomorphic(again.root()));
    drop(clone);
    for protocol in [2, 5] {
        // Older protocols can lack a word for something.
        let _ = Pickler::new().protocol(protocol).optimize(true).dump_pickle(&pickle);
    }
    assert!(pickle.root().to_string().len() < 3 << 20);
    assert_eq!(ops(input).map_while(Result::ok).last().map(|(_, op)| op.opcode().name()), Some("STOP"));
    let mut heap = Heap::new();
    let copy = heap.copy(pickle.root());
    assert!(heap.obj(copy).is_isomorphic(pickle.root()));
    drop(heap);
    let owned: Pickle<'static> = pickle.into_owned();
    drop(owned);
    // As `pickletools.optimize` it refuses some that can be read.
    let _ = optimize(input);
    assert!(Unpickler::new().loads_partial(&input[..input.len() - 1]).error().is_some());
    assert_eq!(cloudpickle::load(&mut &input[..]).unwrap().dumps().unwrap(), written);
}

/// Prints what an input took by the byte, and notes in `failed` when it was too much.
fn judge(name: &str, size: usize, reading: usize, all: usize, failed: &mut Vec<String>) {
    println!("{name:50} {size:10} {:8.1} {:8.1}", reading as f64 / size as f64, all as f64 / size as f64);
    if reading > READING_CONSTANT + READING * size || all > ALL_CONSTANT + ALL * size {
        failed.push(format!("{name}: {reading} bytes for reading, {all} in all, for {size} bytes"));
    }
}

fn head() {
    println!("{:50} {:>10} {:>8} {:>8}", "peak of memory by the byte of input", "bytes", "reading", "all");
}

/// Tuples and calls that go round through lists: each list has the tuples begun once more inside themselves. The C pickler does
/// the same, but not
/// deeper than it can recurse.
#[test]
fn cycles_through_tuples_end() {
    let _alone = alone();
    let mut failed = Vec::new();
    head();
    for (name, input) in [("recursive tuples", recursive_tuples(2000, 2000)), ("recursive calls", recursive_calls(2000, 2000))] {
        let (_, reading) = peak(|| on_a_small_stack(|| loads(&input).map(drop).unwrap()));
        let (written, all) = peak(|| on_a_small_stack(|| loads(&input).unwrap().dumps().map(|written| written.len())));
        println!("{written:?}");
        assert!(written.is_err_and(|error| matches!(error.kind(), ErrorKind::EndlessRecursion { .. })));
        judge(name, input.len(), reading, all, &mut failed);
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Pickles that are refused, by their kind of error.
fn refused() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let long = |before: &[u8], level: &[u8], after: &[u8]| join(&[before, &times(level, 10 * LONG), after]);
    let with_u64 = |code: &[u8], number: u64| join(&[code, &number.to_le_bytes(), b"abc."]);
    vec![
        ("only marks", long(b"", b"(", b""), "UnexpectedEof"),
        ("marks up to STOP", long(b"", b"(", b"."), "UnexpectedMark"),
        ("marks, then tuples", join(&[&times(b"(", LONG), &times(b"t", LONG), b"t."]), "NoMark"),
        ("only DUPs", long(b"", b"2", b""), "StackUnderflow"),
        ("only MEMOIZE", long(b"", b"\x94", b""), "StackUnderflow"),
        ("POP after POP", long(b"](", b"0", b""), "StackUnderflow"),
        ("a list that is popped", long(b"", b"]0", b""), "UnexpectedEof"),
        ("calls without STOP", long(b"cm\nn\n", b")R", b""), "UnexpectedEof"),
        ("LONG_BINPUT without an object", with_u32(b"r", u32::MAX, b"."), "StackUnderflow"),
        ("LONG_BINGET of nothing", with_u32(b"j", u32::MAX, b"."), "MemoMissing"),
        ("PUT of a huge index", b"Np99999999999999999999\n.".to_vec(), "BadNumber"),
        ("BINBYTES8 of 2^60", with_u64(b"\x8e", 1 << 60), "UnexpectedEof"),
        ("BINBYTES8 of 2^64-1", with_u64(b"\x8e", u64::MAX), "UnexpectedEof"),
        ("BINUNICODE8 of 2^60", with_u64(b"\x8d", 1 << 60), "UnexpectedEof"),
        ("BYTEARRAY8 of 2^60", with_u64(b"\x96", 1 << 60), "UnexpectedEof"),
        ("a frame of 2^63", with_u64(b"\x95", 1 << 63), "BadFrame"),
        ("a frame of 2^40", with_u64(b"\x95", 1 << 40), "BadFrame"),
        ("LONG4 of 2^31-1", with_u32(b"\x8b", u32::MAX >> 1, b"abc."), "UnexpectedEof"),
        ("LONG4 of -1", with_u32(b"\x8b", u32::MAX, b"abc."), "NegativeCount"),
        ("BINSTRING of 2^32-1", with_u32(b"T", u32::MAX, b"abc."), "UnexpectedEof"),
        ("an INT of 1,000,000 digits", join(&[b"I", &times(b"7", 1_000_000), b"\n."]), "LimitExceeded"),
        ("a LONG of 1,000,000 digits", join(&[b"L", &times(b"7", 1_000_000), b"L\n."]), "LimitExceeded"),
        ("a GET of 1,000,000 digits", join(&[b"Ng", &times(b"7", 1_000_000), b"\n."]), "LimitExceeded"),
        ("a FLOAT line that is none", join(&[b"F", &times(b"x", 1_000_000), b"\n."]), "BadNumber"),
        ("a line without an end", join(&[b"V", &times(b"x", 10 << 20)]), "UnfinishedLine"),
        ("a deep tuple that cannot be hashed", join(&[b"}]", &times(b"\x85", DEEP), b"Ns."]), "Unhashable"),
    ]
}

#[test]
fn what_is_refused_takes_no_memory_either() {
    let _alone = alone();
    let mut failed = Vec::new();
    head();
    for (name, input, kind) in refused() {
        let (found, reading) = peak(|| on_a_small_stack(|| loads(&input).map(drop).unwrap_err()));
        if !format!("{:?}", found.kind()).starts_with(kind) {
            failed.push(format!("{name}: {found}"));
        }
        let ((), all) = peak(|| {
            on_a_small_stack(|| {
                assert!(Unpickler::new().loads_partial(&input).error().is_some());
                assert!(cloudpickle::load(&mut &input[..]).is_err());
                let _ = ops(&input).count();
                let _ = optimize(&input);
            });
        });
        judge(name, input.len(), reading, all, &mut failed);
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Python's `==`, which compares what is deep or shared without recursion.
#[test]
fn deep_objects_are_compared() {
    let _alone = alone();
    for (name, input) in readable() {
        if name.contains("nested") && !name.contains("sets") || name.starts_with("x = ") || name.contains("keys") {
            on_a_small_stack(|| {
                let pickle = loads(&input).unwrap();
                assert!(pickle.root().py_eq(pickle.clone().root()), "{name}");
            });
        }
    }
}

/// Sets of sets of sets: compared as far as a few levels, quickly in any case.
#[test]
fn sets_in_sets_are_compared_in_time() {
    let level = |n: u8| vec![b'q', n, b'0', b'(', b'h', n, b'h', n, b'\x85', b'h', n, b'\x86', b'\x91'];
    let input = join(&[b"(K\x01\x91", &(0..60).flat_map(level).collect::<Vec<_>>(), b"."]);
    on_a_small_stack(|| {
        let pickle = loads(&input).unwrap();
        let _ = pickle.root().py_eq(pickle.clone().root());
    });
}

#[test]
fn memory_is_paid_for_and_nothing_recurses() {
    let _alone = alone();
    let mut failed = Vec::new();
    head();
    for (name, input) in readable() {
        let (pickle, reading) = peak(|| on_a_small_stack(|| loads(&input).map(drop)));
        match pickle {
            Ok(()) => {
                let ((), all) = peak(|| on_a_small_stack(|| everything(&input)));
                judge(name, input.len(), reading, all, &mut failed);
            }
            Err(error) => failed.push(format!("{name}: {error}")),
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Bytes of memory for each byte of marshal data while it is read: an item of one byte is a node of 32, and one of 12 while it is
/// open; a vector that grows is
/// held twice, once with room to double.
const READING_MARSHAL: usize = 108;

/// Marshal data that is read.
fn marshal_data() -> Vec<(&'static str, Vec<u8>)> {
    let with = |code: u8, number: usize| with_u32(&[code], u32::try_from(number).unwrap(), b"");
    let keys = join(&[&with(b'(' | 0x80, DEEP), &times(b"N", DEEP)]);
    vec![
        ("3,000,000 nested lists", join(&[&times(&with(b'[', 1), DEEPEST), b"N"])),
        ("3,000,000 nested tuples", join(&[&times(b")\x01", DEEPEST), b"N"])),
        ("nested tuples with numbers", join(&[&times(b"\xa9\x01", DEEP), b"N"])),
        ("nested dicts", join(&[&times(b"{N", DEEP), b"N", &times(b"0", DEEP)])),
        ("nested frozensets", join(&[&times(&with(b'>', 1), DEEP), b"N"])),
        ("nested frozensets with numbers", join(&[&times(&with(b'>' | 0x80, 1), DEEP), b"N"])),
        ("nested slices", join(&[&times(b":", DEEP), b"N", &times(b"NN", DEEP)])),
        ("nested code objects", {
            let ints = times(b"\0", 24);
            let rest = join(&[&times(b"N", 7), &times(b"\0", 4), b"N"]);
            join(&[&times(&join(&[b"c", &ints]), LONG / 8), b"N", &times(&rest, LONG / 8)])
        }),
        (
            "x = [x, x], 64 times",
            join(&[&times(&with(b'[' | 0x80, 2), 64), b"N", &each(64, |n| with_u32(b"r", 63 - n, b""))[5..], b"N"]),
        ),
        ("one long list", join(&[&with(b'[', DEEP), &times(b"N", DEEP)])),
        ("one long tuple", join(&[&with(b'(', DEEP), &times(b"N", DEEP)])),
        ("one long set of equal items", join(&[&with(b'<', DEEP), &times(b"N", DEEP)])),
        ("one long dict of equal keys", join(&[b"{", &times(b"NN", LONG), b"0"])),
        ("empty lists", join(&[&with(b'[', LONG), &times(&with(b'[', 0), LONG)])),
        ("empty dicts", join(&[&with(b'[', LONG), &times(b"{0", LONG)])),
        ("empty tuples with numbers", join(&[&with(b'[', LONG), &times(b"\xa9\0", LONG)])),
        ("empty strs", join(&[&with(b'[', LONG), &times(b"z\0", LONG)])),
        ("empty bytes with numbers", join(&[&with(b'[', LONG), &times(&with(b's' | 0x80, 0), LONG)])),
        ("ints of no digits", join(&[&with(b'[', LONG), &times(b"l\0\0\0\0", LONG)])),
        ("strs of Latin-1", join(&[&with(b'[', LONG), &times(b"z\x01\xff", LONG)])),
        ("complex numbers", join(&[&with(b'[', LONG), &times(b"x\x010\x010", LONG)])),
        ("slices", join(&[&with(b'[', LONG), &times(b":NNN", LONG)])),
        ("references", join(&[&with(b'[', LONG + 1), b"\xa9\0", &times(&with(b'r', 0), LONG)])),
        ("lists that hold the list", join(&[&with(b'[' | 0x80, LONG), &times(b"[\x01\0\0\0r\0\0\0\0", LONG)])),
        ("a long tuple as many keys", join(&[b"{", &keys, b"N", &times(&join(&[&with(b'r', 0), b"N"]), LONG), b"0"])),
        ("a tuple that holds itself as a key", b"{\xa9\x01r\0\0\0\0N0".to_vec()),
    ]
}

/// Marshal data that is refused.
fn bad_marshal_data() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let with = |code: u8, number: u32| with_u32(&[code], number, b"");
    vec![
        ("only nested lists", times(&with(b'[', 1), LONG), "UnexpectedEof"),
        ("nested lists of 2^31-1", times(&with(b'[', u32::MAX >> 1), LONG), "UnexpectedEof"),
        ("a list of 2^31-1", with(b'[', u32::MAX >> 1), "UnexpectedEof"),
        ("a tuple of -1", with(b'(', u32::MAX), "NegativeCount"),
        ("bytes of 2^31-1", with(b's', u32::MAX >> 1), "UnexpectedEof"),
        ("an int of 2^31-1 digits", with(b'l', u32::MAX >> 1), "UnexpectedEof"),
        ("an int of -2^31 digits", with(b'l', 1 << 31), "NegativeCount"),
        ("a reference to itself", join(&[&with(b'>' | 0x80, 1), &with(b'r', 0)]), "BadReference"),
        ("dicts without an end", times(b"{N", LONG), "UnexpectedEof"),
        ("code objects without an end", times(&join(&[b"c", &times(b"\0", 24)]), LONG), "UnexpectedEof"),
        ("only the end of a dict", b"0".to_vec(), "NullObject"),
    ]
}

#[test]
fn marshal_data_is_paid_for_too() {
    let _alone = alone();
    let mut failed = Vec::new();
    head();
    let judge = |name: &str, size: usize, reading: usize, all: usize, failed: &mut Vec<String>| {
        println!("{name:50} {size:10} {:8.1} {:8.1}", reading as f64 / size as f64, all as f64 / size as f64);
        if reading > READING_CONSTANT + READING_MARSHAL * size || all > ALL_CONSTANT + ALL * size {
            failed.push(format!("{name}: {reading} bytes for reading, {all} in all, for {size} bytes"));
        }
    };
    for (name, input) in marshal_data() {
        // Slices came with 3.14; code objects have the most fields that can be anything before 3.11.
        let python = if input.contains(&b':') { (3, 14) } else { (3, 8) };
        let (read, reading) = peak(|| on_a_small_stack(|| Marshal::parse(&input, python).map(drop)));
        if let Err(error) = read {
            failed.push(format!("{name}: {error}"));
            continue;
        }
        let ((), all) = peak(|| {
            on_a_small_stack(|| {
                let marshal = Marshal::parse(&input, python).unwrap();
                assert!(marshal.to_bytes() == input, "{name}");
                let mut heap = Heap::new();
                let value = marshal.load(&mut heap).unwrap();
                drop(marshal);
                match Marshaller::new(python).dumps(&heap, value) {
                    Ok(written) => {
                        let mut again = Heap::new();
                        let value_again = Marshal::parse(&written, python).unwrap().load(&mut again).unwrap();
                        assert!(heap.obj(value).is_isomorphic(again.obj(value_again)), "{name}");
                    }
                    Err(error) => {
                        assert!(matches!(error.kind(), ErrorKind::LimitExceeded { what: "levels", .. }), "{name}: {error}")
                    }
                }
                let flat = Marshaller::new(python).version(2).max_bytes(1 << 20).dumps(&heap, value);
                assert!(flat.is_err() || flat.is_ok_and(|flat| flat.len() <= 1 << 20));
                assert!(heap.obj(value).to_string().len() < 3 << 20);
                let _ = Pickler::new().dumps(&heap, value);
            });
        });
        judge(name, input.len(), reading, all, &mut failed);
    }
    for (name, input, kind) in bad_marshal_data() {
        let (found, reading) = peak(|| on_a_small_stack(|| Marshal::parse(&input, (3, 8)).map(drop).unwrap_err()));
        if !format!("{:?}", found.kind()).starts_with(kind) {
            failed.push(format!("{name}: {found}"));
        }
        judge(name, input.len(), reading, 0, &mut failed);
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
