//! The optimizer: memo slots that are never read are not written, as `pickletools.optimize` does it.
//!
//! ```text
//! ]  q\x05  K\x01  q\x07  a  h\x05  .       EMPTY_LIST  BINPUT 5  BININT1 1  BINPUT 7  APPEND  BINGET 5  STOP
//! ]  q\x00  K\x01         a  h\x00  .       EMPTY_LIST  BINPUT 0  BININT1 1            APPEND  BINGET 0  STOP
//! ```
//!
//! The slots that are left are numbered anew, and from protocol 4 on the stream is divided into new frames.

use std::ops::Range;

use super::argument::{Arg, sentence};
use super::keys::KeyMap;
use super::{DecimalNlShort, Fault, Op};
use crate::error::{Error, ErrorKind, Result};
use crate::int::{Int, u8_from_usize, u64_from_usize};
use crate::opcode::Opcode;

/// Takes the `PUT`s out of the first pickle of the input that no `GET` asks for: the bytes of `pickletools.optimize`.
///
/// The result loads to the same objects, and is mostly shorter and quicker to load. It is exactly what CPython 3.7 to 3.13
/// make of it, other frames and other numbers of slots included.
///
/// # Errors
///
/// [`ErrorKind::Disassembly`] with the sentence of the error that `pickletools` raises. It reads each operand, so it refuses
/// some that no slot depends on; on the other hand it does not follow the stack.
///
/// # Examples
///
/// ```
/// let optimized = cloudpickle::optimize(b"\x80\x02]q\x05K\x01q\x07ah\x05.")?;
/// assert_eq!(optimized, b"\x80\x02]q\x00K\x01ah\x00.");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub fn optimize(input: &[u8]) -> Result<Vec<u8>> {
    let mut survey = Survey::of(input)?;
    let mut out = Vec::with_capacity(survey.end);
    out.extend_from_slice(survey.header);
    let mut framer = Framer { out, frame: (survey.proto >= 4).then(Vec::new), input, kept: 0..0 };
    let mut stored = KeyMap::default();
    let mut slots = 0;
    let mut scratch = Vec::new();
    let mut data = Vec::new();
    let mut rest = input.get(survey.header.len()..).unwrap_or_default();
    loop {
        let offset = input.len() - rest.len();
        let (after, op) = Op::parse(rest).map_err(|error| unreadable(error.into(), rest, offset))?;
        rest = after;
        scratch.clear();
        match memo_use(&op, &stored, &mut scratch, offset)? {
            Use::Frame => {}
            Use::Store(key) => {
                if survey.recalled.contains(&key) {
                    data.clear();
                    write_put(slots, survey.proto, &mut data);
                    framer.write(&data);
                    survey.recalled.insert(key.clone(), Some(slots));
                    slots += 1;
                }
                stored.insert(key, ());
            }
            Use::Recall(key) => {
                data.clear();
                let slot = survey.recalled.get(&key).flatten();
                write_get(slot, survey.proto, &mut data).map_err(|sentence| refused(sentence, offset, Some(op.opcode())))?;
                framer.write(&data);
            }
            Use::None => framer.keep(offset..input.len() - rest.len()),
        }
        if matches!(op, Op::Stop) {
            return Ok(framer.finish());
        }
    }
}

/// What has to be known of a pickle before it can be written anew.
struct Survey<'a> {
    /// The `PROTO` at its beginning.
    header: &'a [u8],
    /// The protocol to write.
    proto: u8,
    /// The keys that are read, and later their new slots.
    recalled: KeyMap<Option<usize>>,
    /// Its length.
    end: usize,
}

impl<'a> Survey<'a> {
    fn of(input: &'a [u8]) -> Result<Self> {
        let mut survey = Self { header: b"", proto: 0, recalled: KeyMap::default(), end: 0 };
        let mut stored = KeyMap::default();
        let mut scratch = Vec::new();
        let mut rest = input;
        loop {
            let offset = input.len() - rest.len();
            let (after, op) = Op::parse(rest).map_err(|error| unreadable(error.into(), rest, offset))?;
            rest = after;
            scratch.clear();
            match memo_use(&op, &stored, &mut scratch, offset)? {
                Use::Store(key) => stored.insert(key, ()),
                Use::Recall(key) => {
                    survey.proto = survey.proto.max(op.opcode().proto());
                    survey.recalled.insert(key, None);
                }
                Use::Frame => {}
                Use::None => {
                    op.argument(&mut scratch).map_err(|sentence| refused(sentence, offset, Some(op.opcode())))?;
                }
            }
            match op {
                Op::Proto(proto) => {
                    survey.proto = survey.proto.max(proto);
                    if offset == 0 {
                        survey.header = input.get(..input.len() - rest.len()).unwrap_or_default();
                    }
                }
                Op::Stop if survey.proto > 5 => {
                    // Said by the pickler that is made for the rest.
                    return Err(refused("pickle protocol must be <= 5".to_owned(), offset, None));
                }
                Op::Stop => {
                    survey.end = input.len() - rest.len();
                    return Ok(survey);
                }
                _ => {}
            }
        }
    }
}

/// What an operation has to do with the memo.
enum Use {
    Store(Int),
    Recall(Int),
    /// A frame, which is not taken over.
    Frame,
    None,
}

/// What it has to do with the memo; only operands that are keys are read.
#[inline]
fn memo_use(op: &Op<'_>, stored: &KeyMap<()>, scratch: &mut Vec<u8>, offset: usize) -> Result<Use> {
    let mut key = || match op.argument(scratch) {
        Ok(arg) => Ok(arg.as_ref().and_then(Arg::key).unwrap_or(Int::Small(0))),
        Err(sentence) => Err(refused(sentence, offset, Some(op.opcode()))),
    };
    Ok(match op {
        Op::Put(_) | Op::BinPut(_) | Op::LongBinPut(_) => Use::Store(key()?),
        Op::Get(_) | Op::BinGet(_) | Op::LongBinGet(_) => Use::Recall(key()?),
        Op::Memoize => Use::Store(Int::Small(i64::try_from(stored.len()).unwrap_or(i64::MAX))),
        Op::Frame(_) => Use::Frame,
        _ => Use::None,
    })
}

#[cold]
fn unreadable(fault: Fault, rest: &[u8], offset: usize) -> Error {
    let opcode = rest.first().and_then(|byte| Opcode::from_byte(*byte));
    refused(sentence(fault, rest, offset), offset, opcode)
}

#[cold]
fn refused(sentence: String, offset: usize, opcode: Option<Opcode>) -> Error {
    ErrorKind::Disassembly(sentence).at(offset).or_at(offset, opcode.map(Opcode::name))
}

/// Stores into a slot, the next one.
fn write_put(slot: usize, proto: u8, out: &mut Vec<u8>) {
    match (proto, u8_from_usize(slot)) {
        (4.., _) => Op::Memoize.emit(out),
        (1.., Some(slot)) => Op::BinPut(slot).emit(out),
        // An input with more slots would be of 8 GiB.
        (1.., None) => Op::LongBinPut(u32::try_from(slot).unwrap_or(u32::MAX)).emit(out),
        (0, _) => Op::Put(DecimalNlShort(slot.to_string().as_bytes())).emit(out),
    }
}

/// Recalls a slot, or what is none because nothing was stored before: `pickletools` writes that into text, too.
fn write_get(slot: Option<usize>, proto: u8, out: &mut Vec<u8>) -> Result<(), String> {
    match (proto, slot) {
        (1.., None) => return Err("'<' not supported between instances of 'NoneType' and 'int'".to_owned()),
        (1.., Some(slot)) => match u8_from_usize(slot) {
            Some(slot) => Op::BinGet(slot).emit(out),
            None => Op::LongBinGet(u32::try_from(slot).unwrap_or(u32::MAX)).emit(out),
        },
        (0, None) => Op::Get(DecimalNlShort(b"None")).emit(out),
        (0, Some(slot)) => Op::Get(DecimalNlShort(slot.to_string().as_bytes())).emit(out),
    }
    Ok(())
}

/// Divides what is written into frames, as the pickler of CPython's `Lib/pickle.py` does.
struct Framer<'a> {
    out: Vec<u8>,
    /// What goes into the next frame; none when there are no frames.
    frame: Option<Vec<u8>>,
    input: &'a [u8],
    /// Operations of the input which stand next to each other and come behind all that, to be copied at once.
    kept: Range<usize>,
}

impl Framer<'_> {
    /// Less than this is written without a frame.
    const LEAST: usize = 4;
    /// With so much a frame is full, and what is longer is written without one.
    const TARGET: usize = 64 << 10;

    /// Writes an operation of the input.
    fn keep(&mut self, op: Range<usize>) {
        let frameless = op.len() > Self::TARGET;
        self.begin(frameless);
        if self.kept.end != op.start {
            self.copy_kept();
            self.kept = op;
        } else {
            self.kept.end = op.end;
        }
        if frameless && self.frame.is_some() {
            // The frame is empty.
            self.out.extend_from_slice(self.input.get(self.kept.clone()).unwrap_or_default());
            self.kept = 0..0;
        }
    }

    /// Writes another operation.
    fn write(&mut self, op: &[u8]) {
        self.begin(false);
        self.copy_kept();
        self.frame.as_mut().unwrap_or(&mut self.out).extend_from_slice(op);
    }

    /// Ends the frame before an operation if it is full, or must be ended.
    fn begin(&mut self, end: bool) {
        if let Some(frame) = &self.frame
            && (end || frame.len() + self.kept.len() >= Self::TARGET)
        {
            self.end_frame();
        }
    }

    fn copy_kept(&mut self) {
        let kept = self.input.get(std::mem::take(&mut self.kept)).unwrap_or_default();
        self.frame.as_mut().unwrap_or(&mut self.out).extend_from_slice(kept);
    }

    fn end_frame(&mut self) {
        self.copy_kept();
        if let Some(frame) = &mut self.frame {
            if frame.len() >= Self::LEAST {
                Op::Frame(u64_from_usize(frame.len())).emit(&mut self.out);
            }
            self.out.append(frame);
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.end_frame();
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_pickletools() {
        let table: &[(&[u8], &[u8])] = &[
            (b"N.", b"N."),
            (b"N.rest", b"N."),
            // No slot is read, one is, all are.
            (b"]q\x00.", b"]."),
            (b"(lp0\nI1\np1\nag1\n.", b"(lI1\np0\nag0\n."),
            (b"]q\x05K\x01q\x07ah\x05.", b"]q\x00K\x01ah\x00."),
            (b"]r\xff\xff\xff\xff]p7\nj\xff\xff\xff\xffg07\n.", b"]q\x00]q\x01h\x00h\x01."),
            // MEMOIZE stores by the number of slots there are, PUT anew.
            (b"N\x94N\x94h\x01.", b"NNq\x00h\x00."),
            (b"Nq\x00h\x00Nq\x00h\x00.", b"Nq\x00h\x00Nq\x01h\x01."),
            // Never stored: in text it is read all the same.
            (b"g7\n.", b"gNone\n."),
            // A PROTO is kept where it stands, and the greatest counts.
            (b"\x80\x02N\x80\x03.", b"\x80\x02N\x80\x03."),
            (b"Nq\x05\x80\x04h\x05.", b"\x95\x07\0\0\0\0\0\0\0N\x94\x80\x04h\x00."),
            // Frames: for four bytes or more.
            (b"\x80\x04\x95\x02\0\0\0\0\0\0\0N.", b"\x80\x04N."),
            (b"\x80\x04NN0.", b"\x80\x04\x95\x04\0\0\0\0\0\0\0NN0."),
        ];
        for (input, expected) in table {
            assert_eq!(optimize(input).unwrap().escape_ascii().to_string(), expected.escape_ascii().to_string());
        }
    }

    #[test]
    fn errors() {
        let table: &[(&[u8], &str)] = &[
            (b"N", "pickle exhausted before seeing STOP (at offset 0x1)"),
            (b"Nh\x00.", "'<' not supported between instances of 'NoneType' and 'int' in BINGET (at offset 0x1)"),
            (b"\x80\x06.", "pickle protocol must be <= 5 (at offset 0x2)"),
            (b"NIx\n.", "invalid literal for int() with base 10: b'x' in INT (at offset 0x1)"),
        ];
        for (input, expected) in table {
            assert_eq!(optimize(input).unwrap_err().to_string(), *expected);
        }
    }
}
