//! What CPython's C unpickler accepts, the `Unpickler` accepts, and nothing else: 24,000 mutated, truncated and made up pickles.
//!
//! `tests/python/mutate.py` makes the cases and asks a CPython about each; `tests/python/ACCEPTANCE.md` has the rules that it follows. Its
//! answers are kept in `target` for as long as the scripts stay as they are.

mod common;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use common::{Python, default_python, interpreters, not_run, scripts};

use cloudpickle::{Encoding, Error, ErrorKind, Unpickler, ops};

/// What is different and may be: which cases, by what CPython says and by our error, and why.
const DIFFERENCES: &[(IsOne, &str)] = &[
    (
        |case, _| case.flags & 0b1100 == 0b1100 && case.pickle.contains(&0x97),
        "a buffer of a bytearray can be changed and not hashed; whoever gives us buffers gives bytes",
    ),
    (
        |case, error| error.is_none() && case.message.starts_with("BufferError: Existing exports"),
        "a bytearray cannot grow while a READONLY_BUFFER of it is alive; what is still alive is not tracked",
    ),
    (
        |_, error| {
            let unfinished = |error: &&Error| *error.kind() == ErrorKind::UnfinishedLine;
            error.filter(unfinished).is_some_and(|error| matches!(error.opcode(), Some("GLOBAL" | "INST")))
        },
        "both refuse; CPython looks for the mark and at the first line before it reads the second, we read both lines first",
    ),
];

type IsOne = fn(&Case, Option<&Error>) -> bool;

/// What CPython says when it refuses something, and the kinds of our errors that say the same.
const REASONS: &[(&str, &[&str])] = &[
    ("UnpicklingError: pickle data was truncated", &["UnexpectedEof", "UnfinishedLine", "EmptyLine", "BadFrame"]),
    ("EOFError: Ran out of input", &["UnexpectedEof"]),
    ("UnpicklingError: read would overflow", &["UnexpectedEof", "BadFrame"]),
    ("OverflowError: FRAME length exceeds", &["BadFrame"]),
    ("OverflowError: BIN", &["UnexpectedEof"]),
    ("OverflowError: BYTEARRAY8 exceeds", &["UnexpectedEof"]),
    ("OverflowError: byte string is too large", &["UnexpectedEof"]),
    ("MemoryError", &["UnexpectedEof"]),
    ("UnpicklingError: invalid load key", &["UnknownOpcode"]),
    ("ValueError: unsupported pickle protocol", &["UnsupportedProtocol"]),
    ("UnpicklingError: LONG pickle has negative byte count", &["NegativeCount"]),
    ("UnpicklingError: could not find MARK", &["NoMark"]),
    ("UnpicklingError: unpickling stack underflow", &["StackUnderflow"]),
    ("UnpicklingError: unexpected MARK found", &["UnexpectedMark"]),
    ("UnpicklingError: odd number of items", &["OddItems"]),
    ("UnpicklingError: Memo value not found at index -", &["NegativeMemoIndex"]),
    ("UnpicklingError: Memo value not found", &["MemoMissing"]),
    ("KeyError: -", &["NegativeMemoIndex"]), // until 3.8
    ("KeyError: ", &["MemoMissing"]),
    ("ValueError: negative PUT argument", &["NegativeMemoIndex"]),
    ("OverflowError: Python int too large to convert to C ssize_t", &["BadNumber"]),
    ("ValueError: invalid literal for int()", &["BadNumber"]),
    ("ValueError: could not convert string to int", &["BadNumber", "LimitExceeded"]),
    ("ValueError: could not convert string to float", &["BadNumber"]),
    ("OverflowError: value too large to convert to float", &["BadNumber"]),
    ("ValueError: Exceeds the limit", &["LimitExceeded"]),
    ("UnpicklingError: the STRING opcode argument must be quoted", &["NotQuoted"]),
    (r"ValueError: invalid \x escape", &["BadEscape"]),
    (r"ValueError: Trailing \ in string", &["BadEscape"]),
    ("UnicodeDecodeError: 'rawunicodeescape'", &["BadEscape"]),
    // LONG of bytes that are not UTF-8 is no number.
    ("UnicodeDecodeError: ", &["NotUtf8", "NotInEncoding", "BadNumber"]),
    ("UnpicklingError: persistent IDs in protocol 0 must be ASCII", &["PersistentIdNotAscii"]),
    ("UnpicklingError: EXT specifies code <= 0", &["BadExtensionCode"]),
    ("UnpicklingError: pickle stream refers to out-of-band data", &["BufferMissing"]),
    ("UnpicklingError: not enough out-of-band buffers", &["BufferMissing"]),
    ("UnpicklingError: STACK_GLOBAL requires str", &["WrongType", "StackUnderflow", "UnexpectedMark"]),
    ("TypeError: unhashable type", &["Unhashable"]),
    ("ValueError: cannot hash writable memoryview", &["Unhashable"]),
    ("TypeError: argument list must be a tuple", &["WrongType"]),
    // Until 3.9, before the class is looked for.
    ("UnpicklingError: NEWOBJ expected an arg tuple", &["WrongType", "StackUnderflow", "UnexpectedMark"]),
    ("UnpicklingError: NEWOBJ", &["WrongType"]),
    ("TypeError: memoryview: a bytes-like object is required", &["WrongType"]),
    ("UnpicklingError: state is not a dictionary", &["WrongType"]),
    ("UnpicklingError: slot state is not a dictionary", &["WrongType"]),
    ("TypeError: attribute name must be string", &["NoMethod"]),
    ("TypeError: __class__ ", &["NoMethod"]),
    ("AttributeError: ", &["NoMethod"]),
    ("TypeError: cannot modify read-only memory", &["NoMethod"]),
    ("BufferError: Existing exports of data", &["NoMethod"]),
    ("ValueError: byte must be in range(0, 256)", &["WrongType"]),
    // Until 3.8 also for a tuple, before it is said that nothing can be set there.
    ("IndexError: cannot fit 'int' into an index-sized integer", &["WrongType", "NoMethod"]),
    // The value is looked at first, in older versions the index.
    ("IndexError: bytearray index", &["NotFound", "WrongType"]),
    ("IndexError: ", &["NotFound"]),
    ("TypeError: ", &["WrongType", "NoMethod"]),
];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Verdict {
    Rejected,
    Accepted,
    /// Only the real objects behind a stand-in could decide.
    Open,
    /// The interpreter died of it, or took too long.
    Crashed,
}

/// A pickle, and what CPython says to it.
#[derive(Debug)]
struct Case {
    number: usize,
    made: String,
    flags: u8,
    pickle: Vec<u8>,
    verdict: Verdict,
    /// How much CPython had read.
    offset: Option<usize>,
    message: String,
}

impl Case {
    fn unpickler(&self) -> Unpickler {
        let encodings = [Encoding::Ascii, Encoding::Latin1, Encoding::Bytes, Encoding::Utf8];
        Unpickler::new().encoding(encodings[usize::from(self.flags & 3)])
    }

    fn buffers(&self) -> Vec<&'static [u8]> {
        let count = if self.flags & 4 == 0 { 0 } else { self.flags >> 5 };
        vec![b"\0\x01\x02\x03"; count.into()]
    }

    /// Whether we accept the first `end` bytes.
    fn accepted_until(&self, end: usize) -> bool {
        self.unpickler().loads_with_buffers(&self.pickle[..end], self.buffers()).is_ok()
    }
}

/// The cases, made once, with the answers of the interpreter.
fn cases(python: &Python, maker: &Python, seed: u32, count: usize) -> Vec<Case> {
    let directory = made_by(python, maker, seed, count);
    let read = |name: &str| std::fs::read(directory.join(name)).unwrap();
    let (records, answers, kinds) = (read("cases.bin"), read("answers.bin"), read("kinds.txt"));
    let (mut records, mut answers) = (records.as_slice(), answers.as_slice());
    let mut take = |from_answers: bool, count: usize| {
        let rest = if from_answers { &mut answers } else { &mut records };
        let (taken, left) = rest.split_at(count);
        *rest = left;
        taken.to_vec()
    };
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte));
    let kinds = String::from_utf8(kinds).unwrap();
    let case = |(index, made): (usize, &str)| {
        let size = number(&take(false, 4));
        let mut pickle = take(false, size);
        let flags = pickle.remove(0);
        let verdicts = [Verdict::Rejected, Verdict::Accepted, Verdict::Open, Verdict::Crashed];
        let verdict = verdicts[number(&take(true, 1))];
        let size = number(&take(true, 2));
        let answer = String::from_utf8(take(true, size)).unwrap();
        let (kind, rest) = answer.split_once('@').unwrap_or((&answer, ""));
        let (offset, message) = rest.split_once(": ").unwrap_or((rest, ""));
        let message = [kind, message].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
        Case { number: index, made: made.into(), flags, pickle, verdict, offset: offset.parse().ok(), message }
    };
    kinds.lines().enumerate().map(case).collect()
}

/// The directory with cases and answers.
fn made_by(python: &Python, maker: &Python, seed: u32, count: usize) -> PathBuf {
    let scripts = scripts();
    let mut hasher = DefaultHasher::new();
    for script in ["mutate.py", "accept.py", "corners.py"] {
        std::fs::read(scripts.join(script)).unwrap().hash(&mut hasher);
    }
    let (major, minor, _) = python.version;
    let name = format!("agreement-{major}.{minor}-{seed}-{count}-{:016x}", hasher.finish());
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name);
    if !directory.is_dir() {
        let making = directory.with_file_name(format!("{name}-{}", std::process::id()));
        let mut command = maker.command();
        command.arg(scripts.join("mutate.py")).arg(&making).args(["--seed", &seed.to_string(), "--count", &count.to_string()]);
        let output = command.arg("--judge").arg(&python.path).output().unwrap();
        assert!(output.status.success(), "mutate.py: {}", String::from_utf8_lossy(&output.stderr));
        std::fs::rename(&making, &directory).unwrap();
    }
    directory
}

/// The name of an error's kind.
fn kind_name(error: &Error) -> String {
    let shown = format!("{:?}", error.kind());
    shown.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().into()
}

/// What is wrong with our error for a case that CPython refuses; `None` when it says the same, at the same place.
fn wrong_error(case: &Case, error: &Error) -> Option<String> {
    let name = kind_name(error);
    let reason = REASONS.iter().find(|(message, _)| case.message.starts_with(message));
    if !reason.is_some_and(|(_, kinds)| kinds.contains(&name.as_str())) {
        return Some(format!("{name} for {:?}", case.message));
    }
    let mut walk = ops(&case.pickle);
    let ended = matches!(error.kind(), ErrorKind::UnexpectedEof { .. } | ErrorKind::UnfinishedLine);
    let (start, end) = if ended {
        if error.offset() != Some(case.pickle.len()) {
            return Some(format!("{error}, not at the end"));
        }
        walk.by_ref().for_each(drop);
        (walk.offset(), case.pickle.len())
    } else {
        let found = walk.by_ref().map_while(Result::ok).find(|(offset, _)| Some(*offset) == error.offset());
        match (found, error.offset()) {
            (Some((offset, _)), _) => (offset, walk.offset()),
            (None, Some(offset)) if offset == walk.offset() => (offset, case.pickle.len()),
            _ => return Some(format!("{error}, where no operation begins")),
        }
    };
    // An opcode that cannot read its operand has consumed nothing of it; without any byte there is no opcode.
    let agrees = case.offset.is_none_or(|offset| start < offset && offset <= end || offset == start && start == end);
    (!agrees).then(|| format!("{error}: CPython came to {:?}, the operation is {start}..{end}", case.offset))
}

/// Compares all cases of an interpreter; gives what is wrong.
fn compare(python: &Python, maker: &Python, seed: u32, count: usize) -> Vec<String> {
    let mut counts: BTreeMap<(Verdict, bool), usize> = BTreeMap::new();
    let mut explained = vec![0; DIFFERENCES.len()];
    let mut wrong = Vec::new();
    for case in cases(python, maker, seed, count) {
        let result = case.unpickler().loads_with_buffers(&case.pickle, case.buffers());
        *counts.entry((case.verdict, result.is_ok())).or_default() += 1;
        let mut complain = |what: String, error: Option<&Error>| {
            if let Some(index) = DIFFERENCES.iter().position(|(is_one, _)| is_one(&case, error)) {
                explained[index] += 1;
            } else {
                let shown = &case.pickle[..case.pickle.len().min(200)];
                let (number, made, flags) = (case.number, &case.made, case.flags);
                wrong.push(format!("case {number} ({made}, flags {flags:#x}) {}: {what}", shown.escape_ascii()));
            }
        };
        match (case.verdict, result) {
            (Verdict::Accepted, Ok(_)) => {
                let Some(length) = case.offset else { continue };
                let enough = case.accepted_until(length) || case.pickle.contains(&0x95);
                if !enough || case.accepted_until(length - 1) {
                    complain(format!("CPython has read {length} bytes"), None);
                }
                if case.flags & 4 == 0 {
                    let ours = case.unpickler().loads_prefix(&case.pickle).map(|(_, length)| length);
                    if ours != Ok(length) {
                        complain(format!("CPython has read {length} bytes, we {ours:?}"), None);
                    }
                }
            }
            (Verdict::Accepted, Err(error)) => complain(format!("refused: {error}"), Some(&error)),
            (Verdict::Rejected, Ok(_)) => complain(format!("accepted; CPython: {} at {:?}", case.message, case.offset), None),
            (Verdict::Rejected, Err(error)) => {
                if let Some(what) = wrong_error(&case, &error) {
                    complain(what, Some(&error));
                }
            }
            (Verdict::Open | Verdict::Crashed, _) => {}
        }
    }
    println!("{python}, {count} cases, seed {seed}:");
    for ((verdict, ours), count) in counts {
        println!("{count:8} {verdict:?} by CPython, {} by us", if ours { "accepted" } else { "rejected" });
    }
    for (count, (_, why)) in explained.iter().zip(DIFFERENCES) {
        println!("{count:8} explained: {why}");
    }
    wrong
}

fn check(wrong: &[String]) {
    let shown = wrong.iter().take(40).map(|line| format!("\n{line}")).collect::<String>();
    assert!(wrong.is_empty(), "{} differences:{shown}", wrong.len());
}

/// The `python3` at hand or, when that is too old for protocol 5, the newest.
fn maker() -> Python {
    let python = default_python();
    let newest = || interpreters().pop();
    if python.is_at_least(3, 8) { python } else { newest().unwrap_or(python) }
}

#[test]
fn accepts_what_the_python_at_hand_accepts() {
    let python = maker();
    check(&compare(&python, &python, 0, 24_000));
}

/// Older and newer ones, on other cases.
#[test]
fn accepts_what_other_pythons_accept() {
    for ((major, minor), seed) in [((3, 8), 1), ((3, 13), 2)] {
        match interpreters().iter().find(|python| (python.version.0, python.version.1) == (major, minor)) {
            Some(python) => check(&compare(python, &maker(), seed, 6_000)),
            None => not_run(&format!("acceptance of CPython {major}.{minor}, which is not there")),
        }
    }
}
