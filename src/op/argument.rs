//! Operands as `pickletools` reads them.
//!
//! Walking a stream needs nothing of an operand but its bytes. `pickletools` makes a Python object of each, in its own way:
//! other than the unpickler it reads the lines of ints with `int()` and those of floats with `float()`, undoes escapes in
//! the names of globals, and takes strings of Python 2 for Latin-1. What it refuses is refused here, in its words.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;

use super::operand::Fault;
use super::{
    ByteArray8, Bytes1, Bytes4, Bytes8, DecimalNlLong, DecimalNlShort, Float8, FloatNl, Long1, Long4, Op, OperandKind, String1,
    String4, StringNl, StringNlNoEscape, StringNlNoEscapePair, UnicodeString1, UnicodeString4, UnicodeString8, UnicodeStringNl,
};
use crate::int::{Base, DEFAULT_MAX_DIGITS, Int, IntError, from_le_bytes_signed, parse_int, write_decimal};
use crate::opcode::{Opcode, for_each_opcode};
use crate::text::escape::{EscapeError, EscapeReason, decode_raw_unicode, decode_string_escape};
use crate::text::float::write_float_repr;
use crate::text::repr::{write_bytes_repr, write_str_repr};
use crate::text::{PyStr, Utf8Sink};

/// An operand as the Python object that `pickletools` makes of it.
#[derive(Debug)]
pub(super) enum Arg<'a> {
    Bool(bool),
    Int(Int),
    Uint(u64),
    /// Bytes of an int in two's complement.
    Long(&'a [u8]),
    Float(f64),
    Str(PyStr<'a>),
    Bytes(&'a [u8]),
    ByteArray(&'a [u8]),
}

/// The operand, or why `pickletools` refuses it.
pub(super) type Read<'a> = Result<Arg<'a>, String>;

impl Arg<'_> {
    /// The key of the memo that the operand of a `PUT` or `GET` stands for. As in any dict of Python, `True` is 1.
    pub(super) fn key(&self) -> Option<Int> {
        match self {
            Self::Bool(bool) => Some(Int::Small(i64::from(*bool))),
            Self::Int(int) => Some(int.clone()),
            Self::Uint(uint) => i64::try_from(*uint).ok().map(Int::Small),
            _ => None,
        }
    }

    /// Whether Python writes its `repr`: an int may be of more digits than it does.
    ///
    /// # Errors
    ///
    /// The sentence of Python's error.
    pub(super) fn check_repr(&self) -> Result<(), String> {
        // 2.408 digits per byte: with fewer bytes there are never too many digits, with more always.
        const FEWEST: usize = 1785;
        const MOST: usize = 1787;
        let Self::Long(bytes) = self else { return Ok(()) };
        if bytes.len() < FEWEST {
            return Ok(());
        }
        let bytes = significant(bytes);
        let digits = |bytes| from_le_bytes_signed(bytes).to_string().bytes().filter(u8::is_ascii_digit).count();
        if bytes.len() < FEWEST || (bytes.len() <= MOST && digits(bytes) <= DEFAULT_MAX_DIGITS) {
            return Ok(());
        }
        Err(format!(
            "Exceeds the limit ({DEFAULT_MAX_DIGITS} digits) for integer string conversion; \
             use sys.set_int_max_str_digits() to increase the limit"
        ))
    }

    /// Appends its `repr`, which is to be checked before.
    pub(super) fn write_repr(&self, out: &mut Vec<u8>) {
        let sink = &mut Utf8Sink(out);
        let written = match self {
            Self::Bool(bool) => sink.write_str(if *bool { "True" } else { "False" }),
            Self::Int(int) => {
                write_decimal(int, out);
                Ok(())
            }
            Self::Uint(uint) => match i64::try_from(*uint) {
                Ok(int) => {
                    write_decimal(&Int::Small(int), out);
                    Ok(())
                }
                Err(_) => write!(sink, "{uint}"),
            },
            Self::Long(bytes) => {
                write_decimal(&from_le_bytes_signed(significant(bytes)), out);
                Ok(())
            }
            Self::Float(float) => write_float_repr(sink, *float),
            Self::Str(str) => write_str_repr(sink, *str),
            Self::Bytes(bytes) => write_bytes_repr(sink, bytes),
            Self::ByteArray(bytes) => write_bytearray_repr(sink, bytes),
        };
        debug_assert!(written.is_ok(), "a Vec takes all");
    }
}

/// Writes `repr(bytearray)`, which unlike that of bytes escapes a single quote between double ones, too.
fn write_bytearray_repr(out: &mut impl fmt::Write, bytes: &[u8]) -> fmt::Result {
    out.write_str("bytearray(")?;
    if bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        out.write_str(&bytes_repr(bytes).replace('\'', r"\'"))?;
    } else {
        write_bytes_repr(out, bytes)?;
    }
    out.write_char(')')
}

/// The bytes of an int without those at the end which only repeat the sign.
fn significant(bytes: &[u8]) -> &[u8] {
    let sign = if bytes.last().is_some_and(|last| *last >= 0x80) { 0xff } else { 0 };
    let repeated = bytes.iter().rev().take_while(|byte| **byte == sign).count();
    // One is kept, for its topmost bit.
    bytes.get(..bytes.len() - repeated + 1).unwrap_or(bytes)
}

/// An operand that `pickletools` can read.
trait Argument<'a> {
    /// Reads it; what cannot be borrowed from the operand is put into `scratch`.
    fn argument<'s>(self, scratch: &'s mut Vec<u8>) -> Read<'s>
    where
        'a: 's;
}

macro_rules! arguments {
    ($($type:ty: |$operand:pat_param, $scratch:pat_param| $read:expr;)*) => {
        $(impl<'a> Argument<'a> for $type {
            #[inline]
            fn argument<'s>(self, $scratch: &'s mut Vec<u8>) -> Read<'s>
            where
                'a: 's,
            {
                let $operand = self;
                $read
            }
        })*
    };
}
arguments! {
    u8: |uint, _| Ok(Arg::Uint(u64::from(uint)));
    u16: |uint, _| Ok(Arg::Uint(u64::from(uint)));
    u32: |uint, _| Ok(Arg::Uint(u64::from(uint)));
    u64: |uint, _| Ok(Arg::Uint(uint));
    i32: |int, _| Ok(Arg::Int(Int::Small(i64::from(int))));
    Float8: |float, _| Ok(Arg::Float(float.value()));
    DecimalNlShort<'a>: |DecimalNlShort(line), _| match line {
        b"00" => Ok(Arg::Bool(false)),
        b"01" => Ok(Arg::Bool(true)),
        _ => int(line).map(Arg::Int),
    };
    DecimalNlLong<'a>: |DecimalNlLong(line), _| int(line.strip_suffix(b"L").unwrap_or(line)).map(Arg::Int);
    FloatNl<'a>: |FloatNl(line), _| float(line).map(Arg::Float);
    StringNl<'a>: |StringNl(line), scratch| {
        unescape(unquote(line)?, scratch)?;
        Ok(Arg::Str(PyStr::from_valid(scratch)))
    };
    StringNlNoEscape<'a>: |StringNlNoEscape(line), scratch| {
        unescape(line, scratch)?;
        Ok(Arg::Str(PyStr::from_valid(scratch)))
    };
    StringNlNoEscapePair<'a>: |pair, scratch| {
        let (module, name) = pair.lines();
        unescape(module, scratch)?;
        scratch.push(b' ');
        unescape(name, scratch)?;
        Ok(Arg::Str(PyStr::from_valid(scratch)))
    };
    UnicodeStringNl<'a>: |UnicodeStringNl(line), scratch| match decode_raw_unicode(line) {
        Ok(Cow::Borrowed(text)) => Ok(Arg::Str(PyStr::from_valid(text))),
        Ok(Cow::Owned(text)) => {
            *scratch = text;
            Ok(Arg::Str(PyStr::from_valid(scratch)))
        }
        Err(error) => Err(raw_unicode_error(line, error)),
    };
    Long1<'a>: |Long1(bytes), _| Ok(Arg::Long(bytes));
    Long4<'a>: |Long4(bytes), _| Ok(Arg::Long(bytes));
    String1<'a>: |String1(bytes), scratch| Ok(latin1(bytes, scratch));
    // CPython's unpickler takes the count for unsigned, `pickletools` for signed.
    String4<'a>: |String4(bytes), scratch| match u32::try_from(bytes.len()).map(u32::cast_signed) {
        Ok(count @ ..0) => Err(negative_count(OperandKind::String4, count)),
        _ => Ok(latin1(bytes, scratch)),
    };
    Bytes1<'a>: |Bytes1(bytes), _| Ok(Arg::Bytes(bytes));
    Bytes4<'a>: |Bytes4(bytes), _| Ok(Arg::Bytes(bytes));
    Bytes8<'a>: |Bytes8(bytes), _| Ok(Arg::Bytes(bytes));
    ByteArray8<'a>: |ByteArray8(bytes), _| Ok(Arg::ByteArray(bytes));
    UnicodeString1<'a>: |UnicodeString1(text), _| utf8(text);
    UnicodeString4<'a>: |UnicodeString4(text), _| utf8(text);
    UnicodeString8<'a>: |UnicodeString8(text), _| utf8(text);
}

/// Makes [`Op::argument`] out of the rows of the opcode table.
macro_rules! define_argument {
    ($(
        $(#[$doc:meta])*
        $name:ident = $byte:literal => $variant:ident $(($operand:ty))?,
        [$($before:ident)*] -> [$($after:ident)*], proto $proto:literal;
    )*) => {
        impl<'a> Op<'a> {
            /// The operand as `pickletools` reads it; `None` for opcodes without one.
            ///
            /// # Errors
            ///
            /// The sentence of the error that `pickletools` raises.
            #[inline]
            pub(super) fn argument<'s>(&self, scratch: &'s mut Vec<u8>) -> Result<Option<Arg<'s>>, String>
            where
                'a: 's,
            {
                match self {
                    $(define_argument!(@pattern operand, $variant $(($operand))?) =>
                        define_argument!(@read operand, scratch $(, $operand)?),)*
                }
            }
        }
    };
    (@pattern $value:ident, $variant:ident) => { Op::$variant };
    (@pattern $value:ident, $variant:ident($operand:ty)) => { Op::$variant($value) };
    (@read $value:ident, $scratch:ident) => { Ok(None) };
    (@read $value:ident, $scratch:ident, $operand:ty) => { (*$value).argument($scratch).map(Some) };
}
for_each_opcode!(define_argument);

/// `int(line)`.
fn int(line: &[u8]) -> Result<Int, String> {
    match parse_int(line, Base::Ten, DEFAULT_MAX_DIGITS) {
        // What follows a NUL is not looked at, but must not be there.
        Ok(int) if memchr::memchr(0, line).is_none() => Ok(int),
        Err(IntError::TooManyDigits { digits, limit }) => Err(format!(
            "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; \
             use sys.set_int_max_str_digits() to increase the limit"
        )),
        _ => {
            // No more of the line than this is shown.
            let mut shown = bytes_repr(line.get(..200).unwrap_or(line));
            shown.truncate(200);
            Err(format!("invalid literal for int() with base 10: {shown}"))
        }
    }
}

/// `float(line)`.
fn float(line: &[u8]) -> Result<f64, String> {
    let invalid = || format!("could not convert string to float: {}", bytes_repr(line));
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let start = line.iter().take_while(|byte| is_space(byte)).count();
    let end = line.len() - line.iter().rev().take_while(|byte| is_space(byte)).count();
    let text = line.get(start..end).and_then(|text| std::str::from_utf8(text).ok()).ok_or_else(invalid)?;
    let text = if text.contains('_') { Cow::Owned(without_underscores(text).ok_or_else(invalid)?) } else { Cow::Borrowed(text) };
    // Rust reads the same floats as Python, and as Python does it makes those that are too large infinite.
    text.parse().map_err(|_| invalid())
}

/// Takes out the underscores; none if one is not between two digits.
fn without_underscores(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let digit_at = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let placed = |at: usize| digit_at(at.checked_sub(1)) && digit_at(at.checked_add(1));
    bytes.iter().enumerate().all(|(at, byte)| *byte != b'_' || placed(at)).then(|| text.replace('_', ""))
}

/// What is between the quotes. One quote alone begins and ends the line, so nothing is between.
fn unquote(line: &[u8]) -> Result<&[u8], String> {
    let (quote, rest) = match line {
        [quote @ (b'"' | b'\''), rest @ ..] => (quote, rest),
        _ => return Err(format!("no string quotes around {}", bytes_repr(line))),
    };
    if line.last() != Some(quote) {
        let quote = bytes_repr(std::slice::from_ref(quote));
        // The spelling is that of `pickletools`.
        return Err(format!("strinq quote {quote} not found at both ends of {}", bytes_repr(line)));
    }
    Ok(rest.split_last().map_or(rest, |(_, body)| body))
}

/// Appends the text without its escapes, which must be ASCII then: `codecs.escape_decode(text)[0].decode("ascii")`.
fn unescape(text: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
    let text = decode_string_escape(text).map_err(|error| match error.reason {
        EscapeReason::TrailingBackslash => r"Trailing \ in string".to_owned(),
        _ => format!(r"invalid \x escape at position {}", error.offset),
    })?;
    if let Some(position) = text.iter().position(|byte| !byte.is_ascii()) {
        return Err(decode_error("ascii", &text, position, position + 1, "ordinal not in range(128)"));
    }
    out.extend_from_slice(&text);
    Ok(())
}

/// Every byte is a character.
fn latin1<'s>(bytes: &'s [u8], scratch: &'s mut Vec<u8>) -> Arg<'s> {
    if bytes.is_ascii() {
        return Arg::Str(PyStr::from_valid(bytes));
    }
    for byte in bytes {
        scratch.extend_from_slice(char::from(*byte).encode_utf8(&mut [0; 2]).as_bytes());
    }
    Arg::Str(PyStr::from_valid(scratch))
}

/// UTF-8 in which surrogates are passed.
fn utf8(text: &[u8]) -> Read<'_> {
    PyStr::new(text).map(Arg::Str).ok_or_else(|| utf8_error(text))
}

#[cold]
fn utf8_error(text: &[u8]) -> String {
    let mut start = 0;
    loop {
        let rest = text.get(start..).unwrap_or_default();
        let Err(error) = std::str::from_utf8(rest) else { return String::new() };
        start += error.valid_up_to();
        let rest = text.get(start..).unwrap_or_default();
        if let [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..] = rest {
            start += 3;
            continue;
        }
        let (end, reason) = match (error.error_len(), rest) {
            (None, _) => (text.len(), "unexpected end of data"),
            (Some(_), [0x80..=0xc1 | 0xf5..=0xff, ..]) => (start + 1, "invalid start byte"),
            (Some(length), _) => (start + length, "invalid continuation byte"),
        };
        return decode_error("utf-8", text, start, end, reason);
    }
}

#[cold]
fn raw_unicode_error(line: &[u8], EscapeError { offset, reason }: EscapeError) -> String {
    let (digits, reason) = match reason {
        EscapeReason::TruncatedU8 => (8, r"truncated \UXXXXXXXX escape"),
        EscapeReason::OutOfRange => (8, r"\Uxxxxxxxx out of range"),
        _ => (4, r"truncated \uXXXX escape"),
    };
    let found = line.iter().skip(offset + 2).take(digits).take_while(|byte| byte.is_ascii_hexdigit()).count();
    decode_error("rawunicodeescape", line, offset, offset + 2 + found, reason)
}

/// The sentence of a `UnicodeDecodeError`.
fn decode_error(encoding: &str, text: &[u8], start: usize, end: usize, reason: &str) -> String {
    match text.get(start..end) {
        Some([byte]) => format!("'{encoding}' codec can't decode byte {byte:#04x} in position {start}: {reason}"),
        _ => format!("'{encoding}' codec can't decode bytes in position {start}-{}: {reason}", end.saturating_sub(1)),
    }
}

fn bytes_repr(bytes: &[u8]) -> String {
    let mut repr = String::new();
    let written = write_bytes_repr(&mut repr, bytes);
    debug_assert!(written.is_ok(), "a String takes all");
    repr
}

/// What `pickletools` says of a fault in the operation that `rest` begins with, `offset` bytes into the input.
#[cold]
pub(super) fn sentence(fault: Fault, rest: &[u8], offset: usize) -> String {
    let Some((byte, operand)) = rest.split_first() else {
        return "pickle exhausted before seeing STOP".to_owned();
    };
    let Some(kind) = Opcode::from_byte(*byte).and_then(Opcode::operand) else {
        return format!("at position {offset}, opcode {} unknown", bytes_repr(std::slice::from_ref(byte)));
    };
    match fault {
        Fault::Line => unfinished_line(kind, operand),
        Fault::NegativeCount(count) => negative_count(kind, count),
        Fault::Eof(_) | Fault::UnknownOpcode(_) => cut_off(kind, operand),
    }
}

fn unfinished_line(kind: OperandKind, operand: &[u8]) -> String {
    // Of a pair, the first line is read to the end before the second is looked for.
    let first = match memchr::memchr(b'\n', operand) {
        Some(end) => unescape(operand.get(..end).unwrap_or_default(), &mut Vec::new()),
        None => Ok(()),
    };
    let wanted = if kind == OperandKind::UnicodeStringNl { "unicodestringnl" } else { "stringnl" };
    first.err().unwrap_or_else(|| format!("no newline found when trying to read {wanted}"))
}

fn negative_count(kind: OperandKind, count: i32) -> String {
    format!("{} byte count < 0: {count}", kind.name())
}

fn cut_off(kind: OperandKind, operand: &[u8]) -> String {
    let name = kind.name();
    let Some((count_kind, width)) = count_of(kind) else {
        return format!("not enough data in stream to read {name}");
    };
    let Some((count, rest)) = operand.split_at_checked(width) else {
        return format!("not enough data in stream to read {}", count_kind.name());
    };
    let count = count.iter().rev().fold(0_u64, |count, byte| (count << 8) | u64::from(*byte));
    match (kind, u32::try_from(count).map(u32::cast_signed)) {
        (OperandKind::String4, Ok(count @ ..0)) => negative_count(kind, count),
        (OperandKind::Long1 | OperandKind::Long4, _) => format!("not enough data in stream to read {name}"),
        _ if i64::try_from(count).is_err() => format!("{name} byte count > sys.maxsize: {count}"),
        _ => format!("expected {count} bytes in a {name}, but only {} remain", rest.len()),
    }
}

/// The kind of the count that a counted operand begins with, and its width.
const fn count_of(kind: OperandKind) -> Option<(OperandKind, usize)> {
    match kind {
        OperandKind::Long1 | OperandKind::String1 | OperandKind::Bytes1 | OperandKind::UnicodeString1 => {
            Some((OperandKind::Uint1, 1))
        }
        OperandKind::Long4 | OperandKind::String4 => Some((OperandKind::Int4, 4)),
        OperandKind::Bytes4 | OperandKind::UnicodeString4 => Some((OperandKind::Uint4, 4)),
        OperandKind::Bytes8 | OperandKind::ByteArray8 | OperandKind::UnicodeString8 => Some((OperandKind::Uint8, 8)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The repr of the operand of the first operation, or the sentence.
    fn read(stream: &[u8]) -> Result<String, String> {
        let (_, op) = Op::parse(stream).map_err(|error| sentence(error.into(), stream, 0))?;
        let mut scratch = Vec::new();
        let arg = op.argument(&mut scratch)?.ok_or("no operand")?;
        arg.check_repr()?;
        let mut repr = Vec::new();
        arg.write_repr(&mut repr);
        Ok(String::from_utf8(repr).unwrap())
    }

    #[test]
    fn operands_as_python_prints_them() {
        let table: &[(&[u8], &str)] = &[
            (b"I00\n", "False"),
            (b"I01\n", "True"),
            (b"I 1_000\t\n", "1000"),
            (b"I001\n", "1"),
            (b"L-7L\n", "-7"),
            (b"K\xff", "255"),
            (b"J\xff\xff\xff\xff", "-1"),
            (b"\x95\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615"),
            (b"\x8a\x00", "0"),
            (b"\x8a\x02\xff\x00", "255"),
            (b"\x8a\x09\0\0\0\0\0\0\0\x80\x00", "9223372036854775808"),
            (b"\x8a\x0b\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "-1"),
            (b"F 1_0.5e3 \n", "10500.0"),
            (b"F-1e999\n", "-inf"),
            (b"G\x3f\xf8\0\0\0\0\0\0", "1.5"),
            (b"S'a\\x41\\q'\n", r"'aA\\q'"),
            (b"S\"\n", "''"),
            (b"cos\nsys\\ttem\n", r"'os sys\ttem'"),
            (b"Pa b\n", "'a b'"),
            (b"V\\u20ac\xe9\n", "'\u{20ac}\u{e9}'"),
            (b"U\x02\xe9\x80", "'\u{e9}\\x80'"),
            (b"\x8c\x03\xed\xa0\x80", r"'\ud800'"),
            (b"C\x04it's", "b\"it's\""),
            (b"\x96\x04\0\0\0\0\0\0\0it's", r#"bytearray(b"it\'s")"#),
        ];
        for (stream, repr) in table {
            assert_eq!(read(stream).as_deref(), Ok(*repr), "{}", stream.escape_ascii());
        }
    }

    #[test]
    fn operands_that_are_refused() {
        let table: &[(&[u8], &str)] = &[
            (b"", "pickle exhausted before seeing STOP"),
            (b"\xff", r"at position 0, opcode b'\xff' unknown"),
            (b"J\0", "not enough data in stream to read int4"),
            (b"I", "no newline found when trying to read stringnl"),
            (b"V", "no newline found when trying to read unicodestringnl"),
            (b"ca\nb", "no newline found when trying to read stringnl"),
            (b"c\\x\nb", r"invalid \x escape at position 0"),
            (b"I0x1\n", "invalid literal for int() with base 10: b'0x1'"),
            (b"I1\0\n", r"invalid literal for int() with base 10: b'1\x00'"),
            (b"F1__0\n", "could not convert string to float: b'1__0'"),
            (b"Sa\n", "no string quotes around b'a'"),
            (b"S'a\n", r#"strinq quote b"'" not found at both ends of b"'a""#),
            (b"S'\\'\n", r"Trailing \ in string"),
            (b"P\xe9\n", "'ascii' codec can't decode byte 0xe9 in position 0: ordinal not in range(128)"),
            (b"Va\\u12\n", r"'rawunicodeescape' codec can't decode bytes in position 1-4: truncated \uXXXX escape"),
            (b"V\\U00110000\n", r"'rawunicodeescape' codec can't decode bytes in position 0-9: \Uxxxxxxxx out of range"),
            (b"\x8c\x01\xff", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
            (b"\x8c\x03a\xe2\x82", "'utf-8' codec can't decode bytes in position 1-2: unexpected end of data"),
            (b"\x8c\x05ab", "expected 5 bytes in a unicodestring1, but only 2 remain"),
            (b"X\0", "not enough data in stream to read uint4"),
            (b"\x8a\x02a", "not enough data in stream to read long1"),
            (b"\x8b\xff\xff\xff\xff", "long4 byte count < 0: -1"),
            (b"T\xfe\xff\xff\xffabc", "string4 byte count < 0: -2"),
            (b"\x8e\0\0\0\0\0\0\0\x80", "bytes8 byte count > sys.maxsize: 9223372036854775808"),
        ];
        for (stream, sentence) in table {
            assert_eq!(read(stream).unwrap_err(), *sentence, "{}", stream.escape_ascii());
        }
    }

    #[test]
    fn an_int_of_as_many_digits_as_python_writes() {
        let long4 = |bytes: &[u8]| [b"\x8b", &u32::try_from(bytes.len()).unwrap().to_le_bytes()[..], bytes].concat();
        for length in 1780..1800 {
            for top in [1, 0x0a, 0x0b, 0x7f, 0x80, 0xff] {
                let bytes = [&vec![0; length - 1][..], &[top]].concat();
                let digits = num_bigint::BigInt::from_signed_bytes_le(&bytes).magnitude().to_string().len();
                assert_eq!(read(&long4(&bytes)).is_ok(), digits <= 4300, "{length} {top}");
            }
        }
        assert!(read(&long4(&[0; 100_000])).is_ok());
        assert!(read(&long4(&[0xff; 100_000])).is_ok());
    }
}
