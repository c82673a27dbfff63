//! Marshal and `.pyc` beside CPython's own: the whole standard library of every interpreter, plain data in every version, and data that is broken.

mod common;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use cloudpickle::marshal::{Header, Item, Marshal, Marshaller, Node, Pyc, Validation, magic_number};
use cloudpickle::{ErrorKind, Heap, Obj, Pickler, Value};
use common::{Python, interpreters, not_run, pycs, pyodide, python2, run_pyodide, scripts};

fn all() -> Vec<Python> {
    python2().into_iter().chain(interpreters()).collect()
}

fn version(python: &Python) -> (u8, u8) {
    (python.version.0, python.version.1)
}

/// The judge, asked one thing.
fn judge(python: &Python, arguments: &[&str]) -> Command {
    let mut command = python.command();
    command.arg(scripts().join("marshal_judge.py")).args(arguments);
    command
}

/// Gives the judge the records; what it says, line by line.
fn ask<'a>(python: &Python, arguments: &[&str], records: impl Iterator<Item = Vec<u8>> + Send + 'a) -> Vec<String> {
    let mut process = judge(python, arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut input = process.stdin.take().expect("it was asked for");
    let output = BufReader::new(process.stdout.take().expect("it was asked for"));
    let lines = std::thread::scope(|scope| {
        scope.spawn(move || {
            for field in records {
                let length = u32::try_from(field.len()).expect("a field is short").to_le_bytes();
                if input.write_all(&length).and_then(|()| input.write_all(&field)).is_err() {
                    break;
                }
            }
        });
        output.lines().map(|line| line.expect("it writes text")).collect()
    });
    process.wait().expect("it ends");
    lines
}

/// The records that the judge writes: a version of marshal, and marshal data.
fn given(python: &Python, what: &str) -> Vec<(u8, Vec<u8>)> {
    let output = judge(python, &[what]).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    versions(pairs(&output.stdout))
}

/// Fields behind their lengths, two by two.
fn pairs(mut rest: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut field = || {
        let (length, behind) = rest.split_first_chunk()?;
        let (field, behind) = behind.split_at(u32::from_le_bytes(*length) as usize);
        rest = behind;
        Some(field.to_vec())
    };
    let mut records = Vec::new();
    while let (Some(first), Some(second)) = (field(), field()) {
        records.push((first, second));
    }
    records
}

fn versions(pairs: Vec<(Vec<u8>, Vec<u8>)>) -> Vec<(u8, Vec<u8>)> {
    pairs.into_iter().map(|(version, data)| (version[0], data)).collect()
}

/// How long the header of a `.pyc` file is.
fn header_length(python: &Python) -> usize {
    match version(python) {
        (..3, _) => 8,
        (3, ..7) => 12,
        _ => 16,
    }
}

#[test]
fn the_standard_library_is_written_as_it_was_read() {
    for python in all() {
        let files = pycs(&python);
        let (mut bytes, mut kinds) = (0, [0; 3]);
        for (name, file) in &files {
            let pyc = Pyc::parse(file).unwrap_or_else(|error| panic!("{python}, {name}: {error}"));
            assert_eq!(pyc.header.python, version(&python));
            assert!(pyc.to_bytes().as_ref() == Ok(file), "{python}, {name}: other bytes");
            let marshal = Marshal::parse(&file[header_length(&python)..], version(&python)).unwrap();
            assert_eq!(marshal, pyc.code);
            assert_eq!(marshal.consumed(), file.len() - header_length(&python));
            bytes += file.len();
            kinds[match pyc.header.validation {
                Validation::Timestamp { .. } => 0,
                Validation::CheckedHash(_) => 1,
                Validation::UncheckedHash(_) => 2,
            }] += 1;
        }
        println!("{python}: {} files, {bytes} bytes; timestamp, checked, unchecked: {kinds:?}", files.len());
        assert!(files.len() > 1000, "{python}: only {} files", files.len());
        assert!(!python.is_at_least(3, 7) || kinds.iter().all(|count| *count > 50), "{python}: {kinds:?}");
    }
}

/// The bytes that say what the variables of each code object are, in the order of the file.
fn kinds<'a>(marshal: &Marshal<'a>) -> Vec<Item<'a>> {
    let mut found = Vec::new();
    let mut open = vec![marshal.root()];
    while let Some(node) = open.pop() {
        let children: Vec<Node<'_, 'a>> = node.children().collect();
        if node.item() == Item::Code {
            found.push(children[9].target().unwrap_or(children[9]).item());
        }
        open.extend(children.into_iter().rev());
    }
    found
}

/// What the judge compares: name, `.pyc`, pickle of it, `.pyc` written from the heap. Also of how many code objects the variables were compared.
fn through_the_heap(name: &str, file: &[u8]) -> ([Vec<u8>; 4], usize) {
    let pyc = Pyc::parse(file).unwrap();
    let python = pyc.header.python;
    let mut heap = Heap::new();
    let code = pyc.code.load(&mut heap).unwrap_or_else(|error| panic!("{python:?}, {name}: {error}"));
    let pickle = Pickler::new().protocol(if python < (3, 0) { 2 } else { 4 }).dumps(&heap, code).unwrap();
    let ours = pyc.header.dumps(&heap, code).unwrap_or_else(|error| panic!("{python:?}, {name}: {error}"));
    let mut variables = 0;
    if python >= (3, 11) {
        let again = Pyc::parse(&ours).unwrap();
        let (expected, found) = (kinds(&pyc.code), kinds(&again.code));
        assert!(expected == found, "{python:?}, {name}: the variables are others");
        variables = expected.len();
    }
    ([name.as_bytes().to_vec(), file.to_vec(), pickle, ours], variables)
}

/// Each code object through the heap: the pickle of it and the `.pyc` that is written from it load as what Python reads from the original.
#[test]
fn the_standard_library_through_the_heap() {
    for python in all() {
        let files = pycs(&python);
        let share = if std::env::var_os("ALL").is_some() { 1 } else { 4 };
        let mut variables = 0;
        let records = files.iter().step_by(share).flat_map(|(name, file)| {
            let (record, count) = through_the_heap(name, file);
            variables += count;
            record
        });
        let records: Vec<Vec<u8>> = records.collect();
        let lines = ask(&python, &["same", &header_length(&python).to_string()], records.into_iter());
        let (last, differences) = lines.split_last().unwrap_or_else(|| panic!("{python}: no answer"));
        println!("{python}: {last}, variables of {variables}");
        assert!(differences.is_empty(), "{python}: {}", differences.join("\n"));
        let counts: Vec<usize> = last.split(' ').skip(1).map(|count| count.parse().expect("a count")).collect();
        assert_eq!(counts[0], files.len().div_ceil(share), "{python}: {last}");
        assert!(counts[1] > 5 * counts[0], "{python}: {last}");
    }
}

/// Each case beside what is written of it in every version of marshal.
fn written_in_every_version(cases: &[(u8, Vec<u8>)], python: (u8, u8)) -> Vec<Vec<u8>> {
    let newest = cases.iter().map(|(version, _)| *version).max().unwrap();
    let mut records = Vec::new();
    for (version_read, data) in cases {
        let marshal = Marshal::parse(data, python).unwrap_or_else(|error| panic!("{error}: {}", data.escape_ascii()));
        assert!(marshal.to_bytes() == *data, "{}", data.escape_ascii());
        let mut heap = Heap::new();
        let value = marshal.load(&mut heap).unwrap();
        for version_written in 0..=newest {
            let marshaller = Marshaller::new(python).version(version_written).max_bytes(1 << 20);
            match marshaller.dumps(&heap, value) {
                Ok(written) => records.extend([data.clone(), written]),
                // Slices came with version 5.
                Err(error) if matches!(error.kind(), ErrorKind::NotMarshallable { .. }) => {
                    assert!(data.contains(&b':') && version_written < 5 && *version_read == 5, "{error}");
                }
                // Below version 3 there are no references.
                Err(error) => {
                    let cyclic = matches!(error.kind(), ErrorKind::LimitExceeded { .. });
                    assert!(cyclic && version_written < 3 && *version_read >= 3, "{error}: {}", data.escape_ascii());
                }
            }
        }
    }
    records
}

/// Plain data that Python wrote in every version is read, and written in every version so that Python reads the same.
#[test]
fn plain_data() {
    for python in all() {
        let cases = given(&python, "data");
        let records = written_in_every_version(&cases, version(&python));
        let expected = records.len() / 2;
        let lines = ask(&python, &["equal"], records.into_iter());
        assert_eq!(lines, [format!("compared {expected}")], "{python}");
        println!("{python}: {} cases, {expected} comparisons", cases.len());
    }
}

/// What pyodide's Python 3.14 says.
fn ask_pyodide(pyodide: &Path, arguments: &[&str], input: &[Vec<u8>]) -> Vec<u8> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pyodide-marshal");
    std::fs::create_dir_all(&directory).unwrap();
    let field = |field: &Vec<u8>| [&(field.len() as u32).to_le_bytes(), field.as_slice()].concat();
    std::fs::write(directory.join("in.bin"), input.iter().flat_map(field).collect::<Vec<u8>>()).unwrap();
    run_pyodide(pyodide, &directory, &directory, "marshal_judge.py", arguments).unwrap_or_else(|error| panic!("{error}"));
    std::fs::read(directory.join("out.bin")).unwrap()
}

/// Python 3.14, as pyodide has it: slices, and what its compiler says of parameters.
#[test]
fn python_3_14() {
    if interpreters().iter().any(|python| python.is_at_least(3, 14)) {
        return;
    }
    let python = match pyodide() {
        Ok(python) => python,
        Err(error) => return not_run(&format!("Python 3.14 in pyodide: {error}")),
    };
    let files = pairs(&ask_pyodide(&python, &["pycs"], &[]));
    let (mut records, mut variables, mut slices) = (Vec::new(), 0, 0);
    for (name, file) in &files {
        let name = String::from_utf8_lossy(name);
        let pyc = Pyc::parse(file).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(pyc.header.python, (3, 14));
        assert!(pyc.to_bytes().as_ref() == Ok(file), "{name}: other bytes");
        let (record, count) = through_the_heap(&name, file);
        records.extend(record);
        variables += count;
        let mut open = vec![pyc.code.root()];
        while let Some(node) = open.pop() {
            slices += usize::from(node.item() == Item::Slice);
            open.extend(node.children());
        }
    }
    let said = String::from_utf8(ask_pyodide(&python, &["same", "16"], &records)).unwrap();
    assert_eq!(said, format!("compared {} {variables}\n", files.len()));
    assert!(files.len() > 400 && slices > 100, "{} files, {slices} slices", files.len());

    let cases = versions(pairs(&ask_pyodide(&python, &["data"], &[])));
    assert!(cases.iter().any(|(version, _)| *version == 5));
    let records = written_in_every_version(&cases, (3, 14));
    let expected = records.len() / 2;
    let said = String::from_utf8(ask_pyodide(&python, &["equal"], &records)).unwrap();
    assert_eq!(said, format!("compared {expected}\n"));
    println!(
        "Python 3.14: {} files, {variables} code objects, {slices} slices, {expected} comparisons of plain data",
        files.len()
    );
}

/// Xorshift: the same mutants every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

/// Broken data: cut off, bytes changed, type codes changed, parts doubled and dropped.
fn mutants(seeds: &[(u8, Vec<u8>)], count: usize) -> Vec<Vec<u8>> {
    const CODES: &[u8] = b"0NFTS.iIlfgxystRuaAzZr)([{<>:c?\xe9\xf3\xe1\xdb\xfb\xa9\xa8\xda\xfa\xbc\xbe";
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let seeds: Vec<&Vec<u8>> = seeds.iter().map(|(_, seed)| seed).filter(|seed| seed.len() < 2000).collect();
    let mut mutants = Vec::new();
    for number in 0..count {
        let mut mutant = seeds[number % seeds.len()].clone();
        for _ in 0..=random.below(3) {
            if mutant.is_empty() {
                break;
            }
            let at = random.below(mutant.len());
            match random.below(8) {
                0 => mutant.truncate(at),
                1 => mutant[at] ^= 1 << random.below(8),
                2 => mutant[at] = random.below(256) as u8,
                3 | 4 => mutant[at] = CODES[random.below(CODES.len())],
                5 => mutant[at] ^= 0x80,
                6 => {
                    let end = (at + 1 + random.below(12)).min(mutant.len());
                    mutant.drain(at..end);
                }
                _ => {
                    let end = (at + 1 + random.below(12)).min(mutant.len());
                    let part = mutant[at..end].to_vec();
                    let to = random.below(mutant.len());
                    mutant.splice(to..to, part);
                }
            }
        }
        mutants.push(mutant);
    }
    mutants
}

/// Whether the `repr` is one that Python writes in the same way: no sets, whose order is another, no calls.
fn has_plain_repr(marshal: &Marshal<'_>) -> bool {
    let mut open = vec![marshal.root()];
    while let Some(node) = open.pop() {
        match node.item() {
            Item::Set(_) | Item::FrozenSet(_) | Item::Slice | Item::Code | Item::StopIteration => return false,
            Item::Complex(_) | Item::BinaryComplex(_) => return false,
            _ => open.extend(node.children()),
        }
    }
    true
}

/// A dict in marshal data may have a key twice; Python keeps the last value.
fn has_keys_twice(object: Obj<'_>) -> bool {
    let mut open = vec![object];
    let mut seen = std::collections::HashSet::new();
    while let Some(object) = open.pop() {
        if !seen.insert(object.value()) {
            continue;
        }
        if let Value::Dict(_) = object.value() {
            let index = object.index().unwrap();
            if object.items().unwrap().any(|(key, value)| index.get(key).is_none_or(|last| last.value() != value.value())) {
                return true;
            }
            open.extend(object.items().unwrap().map(|(_, value)| value));
        }
        if let Ok(items) = object.iter() {
            open.extend(items);
        }
    }
    false
}

/// What CPython reads, we read, and as the same.
#[test]
fn broken_data() {
    for python in interpreters() {
        let mut seeds = given(&python, "data");
        let codes = given(&python, "codes");
        seeds.extend((0..40).flat_map(|_| codes.clone()));
        let inputs = mutants(&seeds, if std::env::var_os("ALL").is_some() { 20_000 } else { 5_000 });
        let verdicts = verdicts(&python, &inputs);
        let (mut accepted, mut compared, mut both, mut lost) = (0, 0, 0, 0);
        for (input, verdict) in inputs.iter().zip(&verdicts) {
            let marshal = Marshal::parse(input, version(&python));
            let mut heap = Heap::new();
            let loaded = marshal.as_ref().map_err(Clone::clone).and_then(|marshal| marshal.load(&mut heap));
            if let Ok(marshal) = &marshal {
                assert_eq!(marshal.to_bytes(), input[..marshal.consumed()]);
            }
            both += usize::from(loaded.is_ok() == verdict.starts_with("ok "));
            lost += usize::from(verdict == "lost");
            let Some(repr) = verdict.strip_prefix("ok ") else { continue };
            accepted += 1;
            let value = loaded.unwrap_or_else(|error| panic!("{python}: {error}, but {repr}: {}", input.escape_ascii()));
            let object = heap.obj(value);
            if has_plain_repr(marshal.as_ref().unwrap()) && repr.len() < 10_000 && !has_keys_twice(object) {
                assert_eq!(object.to_string().replace('\n', "\\n"), *repr, "{python}: {}", input.escape_ascii());
                compared += 1;
            }
        }
        println!(
            "{python}: {} inputs, {accepted} accepted, {compared} compared, the same verdict on {both}, {lost} without one",
            inputs.len()
        );
        assert!(accepted > 500 && compared > 300, "{python}: {accepted} accepted, {compared} compared");
    }
}

/// The judge on each input; `lost` where it did not survive.
fn verdicts(python: &Python, inputs: &[Vec<u8>]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    while lines.len() < inputs.len() {
        lines.extend(ask(python, &["verdicts"], inputs[lines.len()..].iter().cloned()));
        if lines.len() < inputs.len() {
            lines.push("lost".to_owned());
        }
    }
    lines
}

#[test]
fn magic_numbers() {
    for python in all() {
        let source = match python.version.0 {
            2 => "import imp; print(repr(imp.get_magic()))",
            _ => "import importlib.util; print(int.from_bytes(importlib.util.MAGIC_NUMBER[:2], 'little'))",
        };
        let said = python.run(source).unwrap();
        let magic = magic_number(version(&python)).expect("it is known");
        match python.version.0 {
            2 => assert_eq!(said.trim(), r"'\x03\xf3\r\n'"),
            _ => assert_eq!(said.trim(), magic.to_string()),
        }
        assert_eq!(magic_number((2, 7)), Some(u16::from_le_bytes([0x03, 0xf3])));
    }
    let header = Header { python: (3, 5), validation: Validation::Timestamp { mtime: 0, size: 0 } };
    assert_eq!(header.emit(&mut Vec::new()).unwrap_err().kind(), &ErrorKind::NoMagic((3, 5)));
}
