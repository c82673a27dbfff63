//! Operations: opcodes with their operands, read from a stream and written back without loss.
//!
//! [`ops`] walks a stream, [`Op::emit`] writes one operation; writing what was read gives the same bytes. Nothing here knows
//! about objects: what the operations do is the business of the [`Unpickler`](crate::Unpickler).

mod annotate;
mod argument;
mod dis;
mod keys;
mod operand;
mod optimize;

use nom::Parser;

pub use self::dis::{Dis, dis};
pub use self::operand::{
    ByteArray8, Bytes1, Bytes4, Bytes8, DecimalNlLong, DecimalNlShort, Float8, FloatNl, Long1, Long4, OperandKind, String1,
    String4, StringNl, StringNlNoEscape, StringNlNoEscapePair, UnicodeString1, UnicodeString4, UnicodeString8, UnicodeStringNl,
};
pub(crate) use self::operand::{Fault, Operand};
pub use self::optimize::optimize;

use crate::error::{Error, Result};
use crate::opcode::{Opcode, for_each_opcode};

/// Makes `Op`, its reader and its writer out of the rows of the opcode table.
macro_rules! define_op {
    ($(
        $(#[$doc:meta])*
        $name:ident = $byte:literal => $variant:ident $(($operand:ty))?,
        [$($before:ident)*] -> [$($after:ident)*], proto $proto:literal;
    )*) => {
        /// An operation: an opcode with its operand, as it stands in the stream.
        ///
        /// # Examples
        ///
        /// ```
        /// use cloudpickle::op::Op;
        ///
        /// let mut bytes = Vec::new();
        /// Op::BinInt(-1).emit(&mut bytes);
        /// assert_eq!(bytes, b"J\xff\xff\xff\xff");
        /// ```
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Op<'a> {
            $($(#[$doc])* $variant $(($operand))?,)*
        }

        impl<'a> Op<'a> {
            /// Reads one operation off the front of the input.
            #[inline(always)]
            pub(crate) fn parse(input: &'a [u8]) -> operand::Parsed<'a, Self> {
                let (rest, byte) = operand::byte(input)?;
                match byte {
                    $($byte => define_op!(@parse rest, $variant $(($operand))?),)*
                    byte => Err(nom::Err::Error(Fault::UnknownOpcode(byte))),
                }
            }

            /// Writes the operation: the opcode's byte and the operand.
            ///
            /// # Panics
            ///
            /// When an operand is longer than its count can say, such as 256 bytes for `SHORT_BINBYTES`.
            pub fn emit(&self, out: &mut Vec<u8>) {
                match self {
                    $(define_op!(@pattern operand, $variant $(($operand))?) => {
                        out.push($byte);
                        define_op!(@emit operand, out $(, $operand)?);
                    })*
                }
            }

            /// The opcode.
            #[must_use]
            pub const fn opcode(&self) -> Opcode {
                match self {
                    $(Self::$variant { .. } => Opcode::$variant,)*
                }
            }
        }

        impl Opcode {
            /// The kind of operand that follows; `None` for opcodes without one.
            #[must_use]
            #[expect(clippy::extra_unused_lifetimes, reason = "operand types in the rows name the lifetime")]
            pub fn operand<'a>(self) -> Option<OperandKind> {
                match self {
                    $(Self::$variant => define_op!(@kind $($operand)?),)*
                }
            }
        }
    };
    (@parse $rest:ident, $variant:ident) => { Ok(($rest, Op::$variant)) };
    (@parse $rest:ident, $variant:ident($operand:ty)) => { <$operand>::parse.map(Op::$variant).parse($rest) };
    (@pattern $value:ident, $variant:ident) => { Op::$variant };
    (@pattern $value:ident, $variant:ident($operand:ty)) => { Op::$variant($value) };
    (@emit $value:ident, $out:ident) => {};
    (@emit $value:ident, $out:ident, $operand:ty) => { $value.emit($out) };
    (@kind) => { None };
    (@kind $operand:ty) => { Some(<$operand as Operand<'a>>::KIND) };
}
for_each_opcode!(define_op);

impl Op<'_> {
    /// The operand as `pickletools.dis` prints it; empty where there is none, or none that it reads.
    pub(crate) fn operand_text(&self) -> String {
        let (mut scratch, mut out) = (Vec::new(), Vec::new());
        if let Ok(Some(arg)) = self.argument(&mut scratch) {
            arg.write_repr(&mut out);
        }
        String::from_utf8_lossy(&out).into_owned()
    }
}

/// Walks the operations of a pickle, up to and with `STOP`.
///
/// The iterator gives each operation with its offset. After an error, and after `STOP`, it ends; [`Ops::offset`] then says how far it
/// came, so that several pickles in one input can be walked one after another.
///
/// # Errors
///
/// [`ErrorKind::UnexpectedEof`](crate::ErrorKind::UnexpectedEof) and
/// [`ErrorKind::UnfinishedLine`](crate::ErrorKind::UnfinishedLine) where the input stops too early,
/// [`ErrorKind::UnknownOpcode`](crate::ErrorKind::UnknownOpcode) and
/// [`ErrorKind::NegativeCount`](crate::ErrorKind::NegativeCount).
///
/// # Examples
///
/// ```
/// let ops = cloudpickle::ops(b"\x80\x02K\x07.").collect::<Result<Vec<_>, _>>()?;
/// let names: Vec<_> = ops.iter().map(|(offset, op)| (*offset, op.opcode().name())).collect();
/// assert_eq!(names, [(0, "PROTO"), (2, "BININT1"), (4, "STOP")]);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[must_use]
pub fn ops(input: &[u8]) -> Ops<'_> {
    Ops { rest: input, length: input.len(), done: false }
}

/// The operations of a pickle, made by [`ops`].
#[derive(Clone, Debug)]
pub struct Ops<'a> {
    rest: &'a [u8],
    length: usize,
    done: bool,
}

impl Ops<'_> {
    /// How many bytes of the input have been read.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.length - self.rest.len()
    }
}

impl<'a> Iterator for Ops<'a> {
    type Item = Result<(usize, Op<'a>)>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let offset = self.offset();
        match Op::parse(self.rest) {
            Ok((rest, op)) => {
                self.rest = rest;
                self.done = matches!(op, Op::Stop);
                Some(Ok((offset, op)))
            }
            Err(error) => {
                self.done = true;
                Some(Err(fault_at(error.into(), self.rest, offset)))
            }
        }
    }
}

impl std::iter::FusedIterator for Ops<'_> {}

/// The error for a fault in the operation that `rest` begins with, `offset` bytes into the input.
#[cold]
pub(crate) fn fault_at(fault: Fault, rest: &[u8], offset: usize) -> Error {
    let opcode = rest.first().and_then(|byte| Opcode::from_byte(*byte)).map(Opcode::name);
    let place = match fault {
        Fault::Eof(_) | Fault::Line => offset + rest.len(),
        Fault::NegativeCount(_) | Fault::UnknownOpcode(_) => offset,
    };
    Error::from(fault).or_at(place, opcode)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Op<'_>) {
        assert_eq!(Op::parse(bytes), Ok((&[][..], expected)));
        let mut written = Vec::new();
        expected.emit(&mut written);
        assert_eq!(written, bytes);
        for end in 0..bytes.len() {
            assert!(Op::parse(&bytes[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn every_operand_kind_both_ways() {
        check(b"(", Op::Mark);
        check(b"K\x07", Op::BinInt1(7));
        check(b"M\x01\x02", Op::BinInt2(0x201));
        check(b"J\xff\xff\xff\xff", Op::BinInt(-1));
        check(b"j\x01\x00\x01\x00", Op::LongBinGet(0x10001));
        check(b"\x95\x01\0\0\0\0\0\0\0", Op::Frame(1));
        check(b"G\x3f\xf0\0\0\0\0\0\0", Op::BinFloat(Float8(1.0_f64.to_bits())));
        check(b"I007\n", Op::Int(DecimalNlShort(b"007")));
        check(b"L7L\n", Op::Long(DecimalNlLong(b"7L")));
        check(b"F1.5\n", Op::Float(FloatNl(b"1.5")));
        check(b"S'a'\n", Op::String(StringNl(b"'a'")));
        check(b"Pid\n", Op::PersId(StringNlNoEscape(b"id")));
        check(b"Va\n", Op::Unicode(UnicodeStringNl(b"a")));
        check(b"\x8a\x02\x00\x01", Op::Long1(Long1(b"\x00\x01")));
        check(b"\x8b\x01\0\0\0\x05", Op::Long4(Long4(b"\x05")));
        check(b"U\x01a", Op::ShortBinString(String1(b"a")));
        check(b"T\x01\0\0\0a", Op::BinString(String4(b"a")));
        check(b"C\x01a", Op::ShortBinBytes(Bytes1(b"a")));
        check(b"B\x01\0\0\0a", Op::BinBytes(Bytes4(b"a")));
        check(b"\x8e\x01\0\0\0\0\0\0\0a", Op::BinBytes8(Bytes8(b"a")));
        check(b"\x96\x01\0\0\0\0\0\0\0a", Op::ByteArray8(ByteArray8(b"a")));
        check(b"\x8c\x01a", Op::ShortBinUnicode(UnicodeString1(b"a")));
        check(b"X\x01\0\0\0a", Op::BinUnicode(UnicodeString4(b"a")));
        check(b"\x8d\x01\0\0\0\0\0\0\0a", Op::BinUnicode8(UnicodeString8(b"a")));
    }

    #[test]
    fn pairs_of_lines() {
        let (_, op) = Op::parse(b"cos\nsystem\n.").unwrap();
        let Op::Global(pair) = op else { panic!("{op:?}") };
        assert_eq!(pair.lines(), (&b"os"[..], &b"system"[..]));
        check(b"cos\nsystem\n", op);
        check(b"i\n\n", Op::parse(b"i\n\n").unwrap().1);
    }

    #[test]
    fn faults() {
        let fault = |bytes| Fault::from(Op::parse(bytes).unwrap_err());
        assert_eq!(fault(b""), Fault::Eof(1));
        assert_eq!(fault(b"J\0"), Fault::Eof(3));
        assert_eq!(fault(b"\x8e\0\0\0\0\0\0\0\x10"), Fault::Eof(1 << 60));
        assert_eq!(fault(b"\x8b\xff\xff\xff\xff"), Fault::NegativeCount(-1));
        assert_eq!(fault(b"I1"), Fault::Line);
        assert_eq!(fault(b"\xff"), Fault::UnknownOpcode(0xff));
    }

    #[test]
    fn an_op_is_three_words() {
        assert!(size_of::<Op<'_>>() <= 3 * size_of::<usize>());
    }
}
