//! What the fuzz targets do with their input. `tests/fuzz_smoke.rs` does the same with a few hundred files.
#![allow(dead_code)] // each target uses its own
#![allow(unreachable_pub)]

use cloudpickle::bytecode::{CodeFields, Exceptions, Instructions, LineRanges, Listing, Needs, Version};
use cloudpickle::marshal::{Marshal, Marshaller, Pyc};
use cloudpickle::op::Op;
use cloudpickle::reflect::CompiledModule;
use cloudpickle::{Dis, Encoding, ErrorKind, Heap, Pickler, Unpickler, dis, ops, optimize};

/// Every operation that is read is written back as it was, and can be read by itself.
pub fn ops_target(data: &[u8]) {
    let mut written = Vec::new();
    let mut walk = ops(data);
    for item in walk.by_ref() {
        let Ok((offset, op)) = item else { break };
        assert_eq!(offset, written.len());
        let start = written.len();
        op.emit(&mut written);
        let mut alone = ops(&written[start..]);
        assert_eq!(alone.next(), Some(Ok((0, op))));
    }
    assert_eq!(written, &data[..walk.offset()]);
}

/// Everything that reads gives a result or an error, and all agree.
pub fn unpickle(data: &[u8]) {
    let Some((flags, data)) = data.split_first() else { return };
    let encodings = [Encoding::Ascii, Encoding::Latin1, Encoding::Utf8, Encoding::Bytes];
    let unpickler = Unpickler::new().encoding(encodings[usize::from(flags & 3)]).missing_buffers(flags & 4 != 0);
    let whole = unpickler.loads_prefix(data);
    let partial = unpickler.loads_partial(data);
    assert_eq!(partial.error(), whole.as_ref().err());
    match &whole {
        Ok((pickle, length)) => {
            assert!(unpickler.loads(&data[..length - 1]).is_err());
            // A frame that goes on behind STOP counts what is there; a reader is not asked for that.
            let mut frames = ops(data).map_while(Result::ok).filter_map(|(offset, op)| match op {
                Op::Frame(bytes) => Some(bytes.saturating_add(offset as u64 + 9)),
                _ => None,
            });
            if frames.any(|end| end > *length as u64) {
                return;
            }
            assert!(unpickler.loads(&data[..*length]).is_ok());
            let mut reader = data;
            let loaded = unpickler.load(&mut reader).unwrap();
            assert_eq!(reader.len(), data.len() - length, "a reader is not read past STOP");
            assert_eq!((loaded.protocol(), loaded.style()), (pickle.protocol(), pickle.style()));
            let shown = format!("{:.1000}", pickle.root());
            assert_eq!(format!("{:.1000}", loaded.root()), shown);
            assert!(shown.len() <= 1003);
        }
        Err(error) => {
            assert!(error.offset().is_some_and(|offset| offset <= data.len()), "{error}");
            assert!(unpickler.load(&mut &data[..]).is_err());
        }
    }
    if flags & 8 != 0 {
        let limited = unpickler.clone().max_objects(20).max_memo(10).max_bytes(1000).loads(data);
        let exceeded = |error: &cloudpickle::Error| matches!(error.kind(), ErrorKind::LimitExceeded { .. });
        assert!(limited.is_ok() == whole.is_ok() || limited.is_err_and(|error| exceeded(&error)));
    }
}

/// `dumps(loads(x))` is the same graph, and stable.
///
/// With `POP`, `POP_MARK` and `DUP` a stream can make a global or what a persistent id stands for, do something to it, throw it away and
/// go on with it inside itself; no pickler does. Such a stream is only written so that it can be read.
pub fn roundtrip(data: &[u8]) {
    let Some((flags, data)) = data.split_first() else { return };
    let encodings = [Encoding::Ascii, Encoding::Latin1, Encoding::Utf8, Encoding::Bytes];
    let unpickler = Unpickler::new().encoding(encodings[usize::from(flags & 3)]).missing_buffers(true).max_digits(0);
    let Ok(pickle) = unpickler.loads(data) else { return };
    let odd = |op: Op<'_>| match op {
        Op::Pop | Op::PopMark | Op::Dup => true,
        // The sign of a NaN is lost in text.
        Op::Float(line) => line.0.to_ascii_lowercase().starts_with(b"-nan"),
        _ => false,
    };
    let odd = ops(data).map_while(Result::ok).any(|(_, op)| odd(op));
    match pickle.dumps() {
        Ok(written) => {
            let again = unpickler.loads(&written);
            let again = again.unwrap_or_else(|error| panic!("{error} in {}", written.escape_ascii()));
            if !odd {
                assert!(pickle.root().is_isomorphic(again.root()), "{} became {}", pickle.root(), again.root());
                let (first, second) = (written.escape_ascii(), again.dumps().unwrap());
                assert_eq!(second.escape_ascii().to_string(), first.to_string(), "{:?}, {:?}", pickle.style(), again.style());
            }
        }
        Err(error) => assert!(refused(&error), "{error}"),
    }
    let pickler = Pickler::new().protocol((flags >> 3) % 6).optimize(flags & 4 != 0);
    match pickler.dump_pickle(&pickle) {
        Ok(written) => {
            let again = unpickler.loads(&written);
            assert!(again.is_ok(), "{:?} in {}", again.map(drop), written.escape_ascii());
        }
        Err(error) => assert!(refused(&error), "{error}"),
    }
}

/// What cannot be written, or not in every protocol.
fn refused(error: &cloudpickle::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotInProtocol { .. }
            | ErrorKind::BufferMissing(_)
            | ErrorKind::LimitExceeded { .. }
            | ErrorKind::EndlessRecursion { .. }
    )
}

/// Disassembling and optimizing give a result or an error; notes change neither the lines nor the length.
pub fn disassemble(data: &[u8]) {
    let _ = dis(data);
    // A mark indents what follows: without a limit the text would be as long as the square of the input.
    let run = |dis: Dis, text: &mut Vec<u8>| dis.max_text(1 << 22).write(data, text).map_err(|error| error.kind().clone());
    let (mut plain, mut noted) = (Vec::new(), Vec::new());
    let length = run(Dis::new().indent(1), &mut plain);
    let noted_length = run(Dis::new().indent(1).annotate(30), &mut noted);
    let cut = |result: &Result<usize, ErrorKind>| matches!(result, Err(ErrorKind::LimitExceeded { .. }));
    if !cut(&length) && !cut(&noted_length) {
        assert_eq!(length, noted_length);
        assert_eq!(plain.iter().filter(|byte| **byte == b'\n').count(), noted.iter().filter(|byte| **byte == b'\n').count());
    }
    if let Ok(optimized) = optimize(data) {
        assert!(ops(&optimized).all(|op| op.is_ok()));
    }
}

/// Marshal data is written as it was read, makes objects or an error, and these are written so that they are read as the same.
pub fn marshal(data: &[u8]) {
    let Some((flags, data)) = data.split_first() else { return };
    let pythons = [(2, 7), (3, 6), (3, 8), (3, 11), (3, 12), (3, 14)];
    let python = pythons[usize::from(flags & 7) % pythons.len()];
    match Marshal::parse(data, python) {
        Ok(marshal) => {
            assert_eq!(marshal.to_bytes(), &data[..marshal.consumed()]);
            assert!(Marshal::parse(&data[..marshal.consumed() - 1], python).is_err());
            objects(&marshal, flags >> 3);
        }
        Err(error) => assert!(error.offset().is_some_and(|offset| offset <= data.len()), "{error}"),
    }
}

fn objects(marshal: &Marshal<'_>, version: u8) {
    let mut heap = Heap::new();
    let Ok(value) = marshal.load(&mut heap) else { return };
    let shown = format!("{:.1000}", heap.obj(value));
    let marshaller = Marshaller::new(marshal.python()).max_bytes(1 << 20);
    match marshaller.dumps(&heap, value) {
        Ok(written) => {
            let again = Marshal::parse(&written, marshal.python());
            let again = again.unwrap_or_else(|error| panic!("{error} in {}", written.escape_ascii()));
            assert_eq!(again.consumed(), written.len());
            let mut heap = Heap::new();
            let value = again.load(&mut heap).unwrap();
            // Since 3.11 the variables of a code object are one tuple; no compiler puts a cell before an argument that is one.
            if !shown.contains("types.CodeType") || marshal.python() < (3, 11) {
                assert_eq!(format!("{:.1000}", heap.obj(value)), shown, "{}", written.escape_ascii());
            }
            assert_eq!(marshaller.dumps(&heap, value), Ok(written));
        }
        // Too deep, or a code object whose fields are not what they must be.
        Err(error) => assert!(matches!(error.kind(), ErrorKind::LimitExceeded { .. } | ErrorKind::WrongType { .. }), "{error}"),
    }
    let older = marshaller.version(version % 6).dumps(&heap, value);
    assert!(older.is_err() || Marshal::parse(&older.unwrap(), marshal.python()).is_ok());
    let _ = Pickler::new().dumps(&heap, value);
}

/// The same for `.pyc` files.
pub fn pyc(data: &[u8]) {
    match Pyc::parse(data) {
        Ok(pyc) => {
            let written = pyc.to_bytes().unwrap();
            assert_eq!(written, &data[..written.len()]);
            objects(&pyc.code, 4);
        }
        Err(error) => assert!(error.offset().is_some_and(|offset| offset <= data.len()), "{error}"),
    }
}

/// A module body is followed, whatever it is, and each of its names gives an object or an error that says why not.
pub fn module(data: &[u8]) {
    let Ok(module) = CompiledModule::from_pyc("m", data) else { return };
    let names: Vec<String> = module.names().take(32).map(ToOwned::to_owned).collect();
    for name in names {
        let mut heap = Heap::new();
        match module.build(&mut heap, &name) {
            Ok(value) => {
                let _ = Pickler::new().dumps(&heap, value);
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// A code object of any bytes gives instructions, a listing and what it needs: two bytes, the version and the line, then lengths and contents of the
/// bytecode and the tables.
///
/// No more than there are pairs of bytes, and no text without bytes for it.
pub fn bytecode(data: &[u8]) {
    let Some((&[version, line], rest)) = data.split_first_chunk() else { return };
    let version = Version::ALL[usize::from(version) % Version::ALL.len()];
    let mut rest = rest;
    let mut take = || {
        let (length, behind) = rest.split_first()?;
        let (part, behind) = behind.split_at(behind.len().min(usize::from(*length) * 4));
        rest = behind;
        Some(part)
    };
    let linetable = take().unwrap_or_default();
    let exceptiontable = take().unwrap_or_default();
    let bytecode = rest;
    let mut heap = Heap::new();
    let (names, locals) = (heap.add(("f", "os", "path")), heap.add(("x", "y")));
    let (cells, free) = (heap.add(("y", "z")), heap.add(("w",)));
    let consts = heap.add((None::<i32>, 1, "text", (1.5, ("a",))));
    let code = CodeFields {
        name: "f".into(),
        firstlineno: i32::from(line) * 100,
        bytecode: bytecode.into(),
        linetable: linetable.into(),
        exceptiontable: exceptiontable.into(),
        consts: heap.obj(consts),
        names: heap.obj(names),
        varnames: heap.obj(locals),
        cellvars: heap.obj(cells),
        freevars: heap.obj(free),
        ..CodeFields::new(&heap)
    };
    let pairs = bytecode.len().div_ceil(2);
    let instructions: Vec<_> = Instructions::new(code.clone(), version).collect();
    assert!(instructions.len() <= pairs);
    assert!(instructions.windows(2).all(|two| two[0].offset < two[1].offset));
    let ranges: Vec<_> = LineRanges::new(linetable, version, i32::from(line), bytecode.len()).collect();
    assert!(ranges.len() <= linetable.len() + 1);
    assert!(ranges.windows(2).all(|two| two[0].end == two[1].start));
    let rows: Vec<_> = Exceptions::new(exceptiontable).collect();
    assert!(rows.len() <= exceptiontable.len() / 4);
    let text = Listing::new(code.clone(), version).to_string();
    let lines = text.lines().filter(|line| !line.is_empty()).count();
    let table = if version >= Version::Py311 && !rows.is_empty() { rows.len() + 1 } else { 0 };
    assert_eq!(lines, instructions.len() + table, "{text}");
    let needs = Needs::new(code.clone(), version);
    assert!(needs.globals.len() + needs.attributes.len() + needs.names.len() <= 9);
    for version in Version::ALL {
        if version.fits(&code) {
            assert!(!Listing::new(code.clone(), version).to_string().contains("<unknown>"));
        }
    }
}
