//! Objects without children: numbers, text and bytes.

use crate::error::{ErrorKind, Result};
use crate::heap::{BufferId, Heap, LongId, Value};
use crate::int;
use crate::opcode::Opcode;
use crate::text::{PyStr, Utf8Sink, escape, float};

use super::writer::Writer;

impl Writer<'_, '_> {
    /// An int of 32 bits.
    #[inline(always)]
    pub(crate) fn int(&mut self, n: i32) {
        let out = &mut self.sink.out;
        if self.protocol == 0 {
            out.push(Opcode::Int.byte());
            int::write_decimal(&int::Int::Small(n.into()), out);
            out.push(b'\n');
        } else if let Ok(n) = u8::try_from(n) {
            out.extend_from_slice(&[Opcode::BinInt1.byte(), n]);
        } else if let Ok(n) = u16::try_from(n) {
            let [low, high] = n.to_le_bytes();
            out.extend_from_slice(&[Opcode::BinInt2.byte(), low, high]);
        } else {
            let [a, b, c, d] = n.to_le_bytes();
            out.extend_from_slice(&[Opcode::BinInt.byte(), a, b, c, d]);
        }
    }

    pub(crate) fn bool(&mut self, bool: bool) {
        let bytes: &[u8] = match (self.protocol, bool) {
            (0 | 1, true) => b"I01\n",
            (0 | 1, false) => b"I00\n",
            (_, true) => &[Opcode::NewTrue.byte()],
            (_, false) => &[Opcode::NewFalse.byte()],
        };
        self.sink.out.extend_from_slice(bytes);
    }

    /// `save_long` for ints that do not fit 32 bits, or were long in Python 2.
    pub(crate) fn long(&mut self, id: LongId) -> Result<()> {
        let bytes = self.heap.content(Value::Long(id));
        let by_int = self.heap.longs[id.index()].by_int;
        let out = &mut self.sink.out;
        if by_int || self.protocol < 2 {
            out.push(if by_int { Opcode::Int.byte() } else { Opcode::Long.byte() });
            int::write_decimal(&int::from_le_bytes_signed(bytes), out);
            out.extend_from_slice(if by_int { b"\n" } else { b"L\n" });
            return Ok(());
        }
        if let Ok(count) = u8::try_from(bytes.len()) {
            out.extend_from_slice(&[Opcode::Long1.byte(), count]);
        } else if let Ok(count) = i32::try_from(bytes.len()) {
            out.push(Opcode::Long4.byte());
            out.extend_from_slice(&count.to_le_bytes());
        } else {
            return Err(ErrorKind::NotInProtocol { what: "an int of more than 2 GiB", protocol: self.protocol }.into());
        }
        out.extend_from_slice(bytes);
        Ok(())
    }

    #[inline(always)]
    pub(crate) fn float(&mut self, float: f64) {
        let out = &mut self.sink.out;
        if self.protocol == 0 {
            out.push(Opcode::Float.byte());
            // Writing to a vector does not fail.
            let _ = float::write_float_repr(&mut Utf8Sink(out), float);
            out.push(b'\n');
        } else {
            let [a, b, c, d, e, f, g, h] = float.to_bits().to_be_bytes();
            out.extend_from_slice(&[Opcode::BinFloat.byte(), a, b, c, d, e, f, g, h]);
        }
    }

    /// The opcode of a str, without the memo: `save_unicode`, `write_unicode_binary`.
    #[inline(always)]
    pub(crate) fn str(&mut self, text: &[u8]) -> Result<()> {
        match u8::try_from(text.len()) {
            Ok(count) if self.protocol >= 4 => {
                let out = &mut self.sink.out;
                out.extend_from_slice(&[Opcode::ShortBinUnicode.byte(), count]);
                out.extend_from_slice(text);
                Ok(())
            }
            _ => self.long_str(text),
        }
    }

    fn long_str(&mut self, text: &[u8]) -> Result<()> {
        if self.protocol == 0 {
            let out = &mut self.sink.out;
            out.push(Opcode::Unicode.byte());
            let start = out.len();
            escape::encode_raw_unicode(PyStr::from_valid(text), out);
            if self.style.bare_controls {
                unescape_controls(out, start);
            }
            out.push(b'\n');
            return Ok(());
        }
        match head4(Opcode::BinUnicode, text.len()) {
            Some(head) => self.sink.payload(&head, text),
            None if self.protocol >= 4 => self.sink.payload(&head8(Opcode::BinUnicode8, text.len()), text),
            None => Err(ErrorKind::NotInProtocol { what: "a str of 4 GiB", protocol: self.protocol }.into()),
        }
    }

    /// A Python 2 `str`.
    pub(crate) fn byte_string(&mut self, bytes: &[u8]) -> Result<()> {
        let out = &mut self.sink.out;
        if self.protocol == 0 {
            out.push(Opcode::String.byte());
            escape::encode_string_repr(bytes, out);
            out.push(b'\n');
        } else if let Ok(count) = u8::try_from(bytes.len()) {
            out.extend_from_slice(&[Opcode::ShortBinString.byte(), count]);
            out.extend_from_slice(bytes);
        } else {
            let head = head4(Opcode::BinString, bytes.len());
            let head = head.ok_or(ErrorKind::NotInProtocol { what: "a Python 2 str of 4 GiB", protocol: self.protocol })?;
            self.sink.payload(&head, bytes)?;
        }
        Ok(())
    }

    /// The opcode of bytes at protocol 3 and later, without the memo.
    pub(crate) fn binary_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        if let Ok(count) = u8::try_from(bytes.len()) {
            return self.sink.payload(&[Opcode::ShortBinBytes.byte(), count], bytes);
        }
        match head4(Opcode::BinBytes, bytes.len()) {
            Some(head) => self.sink.payload(&head, bytes),
            None if self.protocol >= 4 => self.sink.payload(&head8(Opcode::BinBytes8, bytes.len()), bytes),
            None => Err(ErrorKind::NotInProtocol { what: "bytes of 4 GiB", protocol: self.protocol }.into()),
        }
    }

    /// `save_bytes`; below protocol 3 a call that makes them.
    pub(crate) fn bytes(&mut self, value: Value, bytes: &[u8]) -> Result<()> {
        if self.protocol >= 3 {
            self.binary_bytes(bytes)?;
            self.memoize(value);
            return Ok(());
        }
        self.bytes_call(bytes)?;
        self.memoize(value);
        Ok(())
    }

    /// `_codecs.encode(text, 'latin1')`, or `bytes()`, as far as `REDUCE`.
    fn bytes_call(&mut self, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            self.well_known("builtins", "bytes")?;
            self.empty_tuple();
        } else {
            self.well_known("_codecs", "encode")?;
            let latin1: String = bytes.iter().copied().map(char::from).collect();
            if self.protocol < 2 {
                self.op(Opcode::Mark);
            }
            self.sink.boundary()?;
            self.str(latin1.as_bytes())?;
            self.memoize_unnamed();
            self.well_known_str("latin1")?;
            self.op(if self.protocol < 2 { Opcode::Tuple } else { Opcode::Tuple2 });
            self.memoize_unnamed();
        }
        self.op(Opcode::Reduce);
        Ok(())
    }

    /// `save_bytearray`; below protocol 5 a call that makes it.
    pub(crate) fn byte_array(&mut self, value: Value, bytes: &[u8]) -> Result<()> {
        if self.protocol >= 5 {
            self.sink.payload(&head8(Opcode::ByteArray8, bytes.len()), bytes)?;
            self.memoize(value);
            return Ok(());
        }
        self.well_known("builtins", "bytearray")?;
        if bytes.is_empty() {
            self.empty_tuple();
        } else {
            if self.protocol < 2 {
                self.op(Opcode::Mark);
            }
            self.sink.boundary()?;
            if self.protocol >= 3 {
                self.binary_bytes(bytes)?
            } else {
                self.bytes_call(bytes)?
            }
            self.memoize_unnamed();
            self.op(if self.protocol < 2 { Opcode::Tuple } else { Opcode::Tuple1 });
            self.memoize_unnamed();
        }
        self.op(Opcode::Reduce);
        self.memoize(value);
        Ok(())
    }

    /// `save_picklebuffer`.
    pub(crate) fn buffer(&mut self, id: BufferId) -> Result<()> {
        let value = Value::Buffer(id);
        let buffer = self.heap.buffers[id.index()];
        if self.protocol < 5 {
            return Err(ErrorKind::NotInProtocol { what: "an out-of-band buffer", protocol: self.protocol }.into());
        }
        if buffer.of_byte_array {
            self.sink.payload(&head8(Opcode::ByteArray8, self.heap.content(value).len()), self.heap.content(value))?;
            self.op(Opcode::ReadonlyBuffer);
            self.memoize(value);
            return Ok(());
        }
        if self.out_of_band {
            self.buffers.push(id);
            self.op(Opcode::NextBuffer);
            if buffer.readonly {
                self.op(Opcode::ReadonlyBuffer);
            }
            self.memoize_if_needed(value);
            return Ok(());
        }
        if buffer.data.is_none() {
            return Err(ErrorKind::BufferMissing(id.index()).into());
        }
        let bytes = Heap::content(self.heap, value);
        if buffer.readonly { self.bytes(value, bytes) } else { self.byte_array(value, bytes) }
    }

    pub(crate) fn empty_tuple(&mut self) {
        self.sink.out.extend_from_slice(if self.protocol == 0 { b"(t" } else { b")" });
    }
}

/// An opcode with a four-byte count; none when the length does not fit.
pub(crate) fn head4(opcode: Opcode, length: usize) -> Option<[u8; 5]> {
    let [a, b, c, d] = u32::try_from(length).ok()?.to_le_bytes();
    Some([opcode.byte(), a, b, c, d])
}

/// An opcode with an eight-byte count.
pub(crate) fn head8(opcode: Opcode, length: usize) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = (length as u64).to_le_bytes();
    [opcode.byte(), a, b, c, d, e, f, g, h]
}

/// Takes the escapes of NUL, carriage return and 0x1a back, for writers that have none.
fn unescape_controls(out: &mut Vec<u8>, start: usize) {
    let text = out.split_off(start);
    let mut rest = text.as_slice();
    while let Some((first, tail)) = rest.split_first() {
        let bare = match rest.get(..6) {
            Some(br"\u0000") => Some(0),
            Some(br"\u000d") => Some(b'\r'),
            Some(br"\u001a") => Some(0x1a),
            _ => None,
        };
        match bare {
            Some(byte) => {
                out.push(byte);
                rest = &rest[6..];
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
}
