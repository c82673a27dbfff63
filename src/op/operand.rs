//! Operands: what stands behind an opcode's byte, each kind with its reader and its writer side by side.
//!
//! Nothing is lost: text lines stay as they are written, counted bytes stay bytes, floats stay bits. What an operand means is
//! for the machine that carries the opcode out; `emit(parse(x)) == x` holds for all of them.

use nom::{IResult, Needed, Parser};

use crate::error::{Error, ErrorKind};

/// What a reader of operands gives: the rest of the input and the operand.
pub(crate) type Parsed<'a, T> = IResult<&'a [u8], T, Fault>;

/// Why an operand or opcode cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// More input is needed, at least so many bytes.
    Eof(usize),
    /// A line has no newline.
    Line,
    /// A signed count is negative.
    NegativeCount(i32),
    /// No protocol has this opcode.
    UnknownOpcode(u8),
}

impl<I> nom::error::ParseError<I> for Fault {
    fn from_error_kind(_: I, _: nom::error::ErrorKind) -> Self {
        Self::Eof(1)
    }

    fn append(_: I, _: nom::error::ErrorKind, other: Self) -> Self {
        other
    }
}

impl From<nom::Err<Self>> for Fault {
    fn from(error: nom::Err<Self>) -> Self {
        match error {
            nom::Err::Incomplete(Needed::Size(needed)) => Self::Eof(needed.get()),
            nom::Err::Incomplete(Needed::Unknown) => Self::Eof(1),
            nom::Err::Error(fault) | nom::Err::Failure(fault) => fault,
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Eof(needed) => ErrorKind::UnexpectedEof { needed },
            Fault::Line => ErrorKind::UnfinishedLine,
            Fault::NegativeCount(count) => ErrorKind::NegativeCount(count),
            Fault::UnknownOpcode(byte) => ErrorKind::UnknownOpcode(byte),
        }
        .into()
    }
}

/// The kinds of operand, by the names that `pickletools` has for them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OperandKind {
    /// One byte.
    Uint1,
    /// Two bytes, little-endian.
    Uint2,
    /// Four bytes, little-endian, signed.
    Int4,
    /// Four bytes, little-endian.
    Uint4,
    /// Eight bytes, little-endian.
    Uint8,
    /// Eight bytes, IEEE 754, big-endian.
    Float8,
    /// A line: an int in decimal.
    DecimalNlShort,
    /// A line: an int in decimal with an `L` behind it.
    DecimalNlLong,
    /// A line: a float in decimal.
    FloatNl,
    /// A line: a Python 2 string in quotes.
    StringNl,
    /// A line of text.
    StringNlNoEscape,
    /// Two lines of text.
    StringNlNoEscapePair,
    /// A line: a str in the raw-unicode-escape encoding.
    UnicodeStringNl,
    /// Two's complement, little-endian, with a one-byte count.
    Long1,
    /// Two's complement, little-endian, with a four-byte signed count.
    Long4,
    /// A Python 2 string with a one-byte count.
    String1,
    /// A Python 2 string with a four-byte count.
    String4,
    /// Bytes with a one-byte count.
    Bytes1,
    /// Bytes with a four-byte count.
    Bytes4,
    /// Bytes with an eight-byte count.
    Bytes8,
    /// A bytearray with an eight-byte count.
    ByteArray8,
    /// A str in UTF-8 with a one-byte count.
    UnicodeString1,
    /// A str in UTF-8 with a four-byte count.
    UnicodeString4,
    /// A str in UTF-8 with an eight-byte count.
    UnicodeString8,
}

impl OperandKind {
    /// The name that `pickletools` gives it, such as `"decimalnl_short"`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::op::OperandKind;
    ///
    /// assert_eq!(OperandKind::StringNlNoEscapePair.name(), "stringnl_noescape_pair");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uint1 => "uint1",
            Self::Uint2 => "uint2",
            Self::Int4 => "int4",
            Self::Uint4 => "uint4",
            Self::Uint8 => "uint8",
            Self::Float8 => "float8",
            Self::DecimalNlShort => "decimalnl_short",
            Self::DecimalNlLong => "decimalnl_long",
            Self::FloatNl => "floatnl",
            Self::StringNl => "stringnl",
            Self::StringNlNoEscape => "stringnl_noescape",
            Self::StringNlNoEscapePair => "stringnl_noescape_pair",
            Self::UnicodeStringNl => "unicodestringnl",
            Self::Long1 => "long1",
            Self::Long4 => "long4",
            Self::String1 => "string1",
            Self::String4 => "string4",
            Self::Bytes1 => "bytes1",
            Self::Bytes4 => "bytes4",
            Self::Bytes8 => "bytes8",
            Self::ByteArray8 => "bytearray8",
            Self::UnicodeString1 => "unicodestring1",
            Self::UnicodeString4 => "unicodestring4",
            Self::UnicodeString8 => "unicodestring8",
        }
    }
}

/// An operand that can be read from a stream and written back.
pub(crate) trait Operand<'a>: Sized {
    /// The kind, for the disassembler and the tests.
    const KIND: OperandKind;

    /// Reads the operand.
    fn parse(input: &'a [u8]) -> Parsed<'a, Self>;

    /// Writes the operand as it was read.
    ///
    /// # Panics
    ///
    /// When a counted operand is longer than its count can say.
    fn emit(&self, out: &mut Vec<u8>);
}

/// Takes the next `N` bytes, as `nom::bytes::streaming::take` does, but as an array: a number of them is one load.
#[inline(always)]
fn array<const N: usize>(input: &[u8]) -> Parsed<'_, [u8; N]> {
    match input.split_first_chunk() {
        Some((array, rest)) => Ok((rest, *array)),
        None => Err(missing(N - input.len())),
    }
}

/// Takes the next `length` bytes, as `nom::bytes::streaming::take` does; how many are missing is only counted when some are.
#[inline(always)]
fn bytes(input: &[u8], length: usize) -> Parsed<'_, &[u8]> {
    match input.split_at_checked(length) {
        Some((bytes, rest)) => Ok((rest, bytes)),
        None => Err(missing(length - input.len())),
    }
}

#[cold]
fn missing(count: usize) -> nom::Err<Fault> {
    nom::Err::Incomplete(Needed::new(count))
}

/// Takes the next byte.
#[inline(always)]
pub(super) fn byte(input: &[u8]) -> Parsed<'_, u8> {
    match input.split_first() {
        Some((byte, rest)) => Ok((rest, *byte)),
        None => Err(missing(1)),
    }
}

/// Numbers of fixed width.
macro_rules! fixed {
    ($($type:ty: $kind:ident;)*) => {
        $(impl<'a> Operand<'a> for $type {
            const KIND: OperandKind = OperandKind::$kind;

            #[inline(always)]
            fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
                array.map(Self::from_le_bytes).parse(input)
            }

            #[inline]
            fn emit(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
        })*
    };
}
fixed! {
    u8: Uint1;
    u16: Uint2;
    i32: Int4;
    u32: Uint4;
    u64: Uint8;
}

/// The operand of `BINFLOAT`: the bits of a float.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Float8(pub u64);

impl Float8 {
    /// The float that the bits stand for.
    #[must_use]
    #[inline]
    pub const fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

impl<'a> Operand<'a> for Float8 {
    const KIND: OperandKind = OperandKind::Float8;

    #[inline(always)]
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        array.map(u64::from_be_bytes).map(Self).parse(input)
    }

    #[inline]
    fn emit(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0.to_be_bytes());
    }
}

/// Takes what stands before the next newline, and the newline.
#[inline]
fn line(input: &[u8]) -> Parsed<'_, &[u8]> {
    let end = memchr::memchr(b'\n', input).ok_or(nom::Err::Error(Fault::Line))?;
    let (line, rest) = input.split_at(end);
    Ok((rest.get(1..).unwrap_or_default(), line))
}

/// Operands that are one line of text; the newline is not part of them.
macro_rules! lines {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub struct $name<'a>(pub &'a [u8]);

        impl<'a> Operand<'a> for $name<'a> {
            const KIND: OperandKind = OperandKind::$name;

            #[inline(always)]
            fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
                line.map(Self).parse(input)
            }

            #[inline]
            fn emit(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self.0);
                out.push(b'\n');
            }
        })*
    };
}
lines! {
    /// A line: an int in decimal, for `INT`, `GET` and `PUT`.
    DecimalNlShort;
    /// A line: an int in decimal with an `L` behind it, for `LONG`.
    DecimalNlLong;
    /// A line: a float in decimal, for `FLOAT`.
    FloatNl;
    /// A line: a Python 2 string in quotes, for `STRING`.
    StringNl;
    /// A line of text, for `PERSID`.
    StringNlNoEscape;
    /// A line: a str in the raw-unicode-escape encoding, for `UNICODE`.
    UnicodeStringNl;
}

/// Two lines of text, for `GLOBAL` and `INST`: a module and a name in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct StringNlNoEscapePair<'a>(&'a [u8]);

impl<'a> StringNlNoEscapePair<'a> {
    /// Both lines: the module and the name.
    #[must_use]
    pub fn lines(self) -> (&'a [u8], &'a [u8]) {
        match memchr::memchr(b'\n', self.0) {
            Some(at) => (&self.0[..at], &self.0[at + 1..]),
            None => (self.0, b""),
        }
    }
}

impl<'a> Operand<'a> for StringNlNoEscapePair<'a> {
    const KIND: OperandKind = OperandKind::StringNlNoEscapePair;

    #[inline]
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (rest, first) = line(input)?;
        let (rest, second) = line(rest)?;
        let both = input.get(..first.len() + 1 + second.len()).unwrap_or_default();
        Ok((rest, Self(both)))
    }

    #[inline]
    fn emit(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0);
        out.push(b'\n');
    }
}

/// A count as it stands in the stream.
trait Count<'a>: Operand<'a> {
    /// The count as a length; nothing is allocated for it.
    fn length(self) -> Result<usize, Fault>;

    /// The length as a count, when it fits.
    fn of(length: usize) -> Option<Self>;
}

macro_rules! counts {
    ($($type:ty: |$count:ident| $length:expr;)*) => {
        $(impl<'a> Count<'a> for $type {
            #[inline(always)]
            fn length(self) -> Result<usize, Fault> {
                let $count = self;
                $length
            }

            #[inline(always)]
            fn of(length: usize) -> Option<Self> {
                Self::try_from(length).ok()
            }
        })*
    };
}
counts! {
    u8: |count| Ok(usize::from(count));
    u32: |count| usize::try_from(count).map_err(|_| Fault::Eof(usize::MAX));
    u64: |count| usize::try_from(count).map_err(|_| Fault::Eof(usize::MAX));
    i32: |count| usize::try_from(count).map_err(|_| Fault::NegativeCount(count));
}

#[inline(always)]
fn counted<'a, C: Count<'a>>(input: &'a [u8]) -> Parsed<'a, &'a [u8]> {
    let (rest, count) = C::parse(input)?;
    let length = count.length().map_err(nom::Err::Error)?;
    bytes(rest, length)
}

/// Operands that are bytes with their count in front.
macro_rules! counted {
    ($($(#[$doc:meta])* $name:ident, $count:ty;)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub struct $name<'a>(pub &'a [u8]);

        impl<'a> Operand<'a> for $name<'a> {
            const KIND: OperandKind = OperandKind::$name;

            #[inline(always)]
            fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
                counted::<$count>.map(Self).parse(input)
            }

            #[inline]
            fn emit(&self, out: &mut Vec<u8>) {
                let count = <$count as Count<'a>>::of(self.0.len());
                count.expect("the operand is as long as its count can say").emit(out);
                out.extend_from_slice(self.0);
            }
        })*
    };
}
counted! {
    /// An int in two's complement, little-endian, at most 255 bytes.
    Long1, u8;
    /// An int in two's complement, little-endian, with a four-byte signed count.
    Long4, i32;
    /// A Python 2 string of at most 255 bytes.
    String1, u8;
    /// A Python 2 string with a four-byte count.
    String4, u32;
    /// At most 255 bytes.
    Bytes1, u8;
    /// Bytes with a four-byte count.
    Bytes4, u32;
    /// Bytes with an eight-byte count.
    Bytes8, u64;
    /// A bytearray with an eight-byte count.
    ByteArray8, u64;
    /// A str of at most 255 bytes of UTF-8.
    UnicodeString1, u8;
    /// A str in UTF-8 with a four-byte count.
    UnicodeString4, u32;
    /// A str in UTF-8 with an eight-byte count.
    UnicodeString8, u64;
}
