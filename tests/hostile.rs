//! Pickles that want to hurt: deep, shared, false and long ones.
//!
//! Each is read, written back, compared, printed, copied and dropped on a thread with a stack of 256 KiB, so nothing recurses. An allocator
//! counts: reading `n` bytes never has more than [`READING`] bytes at a time for each of them, and everything together not more than
//! [`ALL`]. The counts are those of an allocator that cannot grow in place: a vector that grows is held twice while it does. Inputs
//! are so large that anything that is not linear would not end.

use std::sync::{Mutex, MutexGuard, PoisonError};

use cloudpickle::{Heap, Pickle, Pickler, Unpickler, loads, ops, optimize};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes of memory for each byte of input while it is read, the input aside.
const READING: usize = 64;

/// The same for everything that is done here: the pickle, a copy of it, what was written, what was read from that, tables for comparing.
const ALL: usize = 320;

/// What may be taken whatever the input: tables of the machine, the thread, the `repr`.
const CONSTANT: usize = 4 << 20;

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

const DEEP: usize = 600_000;
const LONG: usize = 200_000;

/// Pickles that are read: name, input.
fn readable() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |before: &[u8], level: &[u8]| join(&[before, &times(level, DEEP), b"."]);
    let long = |before: &[u8], level: &[u8], after: &[u8]| join(&[before, &times(level, LONG), after, b"."]);
    let mut key = join(&[b"}", b")", &times(b"\x85", DEEP), b"\x94"]);
    key.extend(b"Ns.");
    vec![
        ("3,000,000 nested lists", join(&[&times(b"]", DEEP), &times(b"a", DEEP - 1), b"."])),
        ("nested lists of protocol 0", join(&[&times(b"(", LONG), &times(b"l", LONG), b"."])),
        ("nested tuples", deep(b")", b"\x85")),
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
        ("recursive tuples", recursive_tuples(2000, 2000)),
        ("recursive calls", recursive_calls(2000, 2000)),
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
    assert!(optimize(input).is_ok());
    assert!(Unpickler::new().loads_partial(&input[..input.len() - 1]).error().is_some());
    assert_eq!(cloudpickle::load(&mut &input[..]).unwrap().dumps().unwrap(), written);
}

#[test]
fn memory_is_paid_for_and_nothing_recurses() {
    let _alone = alone();
    let mut failed = Vec::new();
    let mut most = (0.0_f64, 0.0_f64);
    println!("{:50} {:>10} {:>8} {:>8}", "peak of memory by the byte of input", "bytes", "reading", "all");
    for (name, input) in readable() {
        let size = input.len();
        let start = std::time::Instant::now();
        let (pickle, reading) = peak(|| on_a_small_stack(|| loads(&input).map(drop)));
        if let Err(error) = pickle {
            failed.push(format!("{name}: {error}"));
            continue;
        }
        let t1 = start.elapsed();
        let ((), all) = peak(|| on_a_small_stack(|| everything(&input)));
        print!("{:6.2} {:6.2} ", t1.as_secs_f64(), start.elapsed().as_secs_f64());
        let factor = |bytes: usize| bytes.saturating_sub(CONSTANT) as f64 / size as f64;
        println!("{name:50} {size:10} {:8.1} {:8.1}", reading as f64 / size as f64, all as f64 / size as f64);
        most = (most.0.max(factor(reading)), most.1.max(factor(all)));
        if reading > CONSTANT + READING * size || all > CONSTANT + ALL * size {
            failed.push(format!("{name}: {reading} bytes for reading, {all} in all, for {size} bytes"));
        }
    }
    println!("at most {:.1} and {:.1}, besides {CONSTANT} bytes", most.0, most.1);
    assert!(failed.is_empty(), "{failed:#?}");
}
