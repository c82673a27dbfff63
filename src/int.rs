//! Python's `int`: of any size, read from the text and the bytes pickles hold.
//!
//! A pickle writes an int in one of three ways, and this module reads and writes what stands in them:
//!
//! ```text
//! I  1 2 \n            INT             decimal line, and the bools of old: I00 I01
//! L  1 2 L \n          LONG            decimal line, an 'L' at its end
//! \x8a  02  39 30      LONG1, LONG4    a length, then that many bytes: two's complement, little-endian
//! ```
//!
//! The lines are read as CPython's C unpickler reads them, which accepts a good deal more than any pickler writes: white
//! space, octal, hexadecimal, underscores, and everything after a NUL. What CPython refuses is refused here.
//!
//! The checked casts of the crate live here too, see [`u32_from_usize`] and its neighbours.

use memchr::memchr;
use num_bigint::{BigInt, Sign};
use std::fmt;

/// The number of decimal digits CPython reads unless told otherwise (`sys.int_info.default_max_str_digits`).
pub const DEFAULT_MAX_DIGITS: usize = 4300;

/// A Python `int`, in an `i64` where it fits in one.
///
/// The functions of this module never make a `Big` of a number which fits in `Small`, so equal ints are equal values.
///
/// # Examples
///
/// ```
/// use cloudpickle::int::{Base, Int, parse_int};
///
/// assert_eq!(parse_int(b" -12_345\n", Base::Ten, 0)?, Int::Small(-12345));
/// assert!(matches!(parse_int(b"0x8000000000000000", Base::Literal, 0)?, Int::Big(_)));
/// # Ok::<(), cloudpickle::int::IntError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Int {
    /// A number from `-2**63` to `2**63 - 1`.
    Small(i64),
    /// Any other number.
    Big(BigInt),
}

impl From<i64> for Int {
    fn from(n: i64) -> Self {
        Self::Small(n)
    }
}

impl From<BigInt> for Int {
    fn from(n: BigInt) -> Self {
        match i64::try_from(&n) {
            Ok(small) => Self::Small(small),
            Err(_) => Self::Big(n),
        }
    }
}

/// Python's `str(int)`, without the limit CPython has for it.
impl fmt::Display for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Small(n) => n.fmt(f),
            Self::Big(n) => n.fmt(f),
        }
    }
}

/// What an INT line stands for: before protocol 2 the bools were written as ints, `I00` and `I01`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum IntOrBool {
    /// Python's `False` or `True`.
    Bool(bool),
    /// Any other int.
    Int(Int),
}

/// Why a text is not an int.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IntError {
    /// The line of an opcode is empty. CPython: `UnpicklingError: pickle data was truncated`.
    #[error("empty line where an int was wanted")]
    Empty,
    /// The text is not an int. CPython: `ValueError: could not convert string to int`.
    #[error("text is not an int")]
    Invalid,
    /// The text has more decimal digits than allowed. CPython: `ValueError: Exceeds the limit (4300 digits) for integer
    /// string conversion`.
    #[error("int of {digits} decimal digits, limit is {limit}")]
    TooManyDigits {
        /// The digits there are, leading zeros included, underscores not.
        digits: usize,
        /// The digits allowed.
        limit: usize,
    },
}

/// How the base of a number is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// By its prefix, as in Python source: `0x`, `0o`, `0b`, otherwise ten. `int(text, 0)`.
    Literal,
    /// Ten whatever it begins with. `int(text)`.
    Ten,
}

/// Reads an int as CPython does in [`int()`][Base].
///
/// White space may surround the number, one underscore may stand between two digits, and a NUL ends the text. A decimal
/// number of [`Base::Literal`] may not begin with a zero unless it is zero.
///
/// More than `max_digits` decimal digits are an error; `0` stands for no limit, as in `sys.set_int_max_str_digits`. The
/// limit is there because the time needed grows with the square of the digits; for numbers with a prefix it does not, and
/// they are not limited.
///
/// This is `PyLong_FromString` in CPython's `Objects/longobject.c`.
///
/// # Errors
///
/// [`IntError::Invalid`], [`IntError::TooManyDigits`].
///
/// # Examples
///
/// ```
/// use cloudpickle::int::{Base, Int, IntError, parse_int};
///
/// assert_eq!(parse_int(b"0x_ff", Base::Literal, 4300), Ok(Int::Small(255)));
/// assert_eq!(parse_int(b"010", Base::Ten, 4300), Ok(Int::Small(10)));
/// assert_eq!(parse_int(b"010", Base::Literal, 4300), Err(IntError::Invalid));
/// ```
pub fn parse_int(text: &[u8], base: Base, max_digits: usize) -> Result<Int, IntError> {
    let (negative, text) = split_sign(trim_start(until_nul(text)));
    let (radix, text) = match (base, text) {
        (Base::Literal, [b'0', b'x' | b'X', digits @ ..]) => (16, after_underscore(digits)),
        (Base::Literal, [b'0', b'o' | b'O', digits @ ..]) => (8, after_underscore(digits)),
        (Base::Literal, [b'0', b'b' | b'B', digits @ ..]) => (2, after_underscore(digits)),
        _ => (10, text),
    };

    let body = trim_end(text);
    let mut digits = Vec::with_capacity(body.len());
    let mut previous = b'_';
    for &byte in body {
        match (byte, digit(byte, radix)) {
            (_, Some(value)) => digits.push(value),
            (b'_', None) if previous != b'_' => {}
            _ => return Err(IntError::Invalid),
        }
        previous = byte;
    }
    // Also true of a body without any digit.
    if previous == b'_' {
        return Err(IntError::Invalid);
    }
    if radix == 10 && max_digits != 0 && digits.len() > max_digits {
        return Err(IntError::TooManyDigits { digits: digits.len(), limit: max_digits });
    }

    let int = number(negative, &digits, radix)?;
    // Python 2 took these for octal, so Python 3 takes them for nothing.
    let old_octal = base == Base::Literal && radix == 10 && text.first() == Some(&b'0');
    if old_octal && int != Int::Small(0) {
        return Err(IntError::Invalid);
    }
    Ok(int)
}

/// Reads the line of an INT opcode, its `\n` taken off.
///
/// C's `strtol(line, 0)` is asked first, for which `010` is eight; what it does not understand to the end, or finds too
/// large, is read by [`parse_int`] as [`Base::Literal`]. A line of two characters which `strtol` reads as 0 or 1 is a bool,
/// however it is written: `01` is, so are `+1` and `-0`; but not `1 `, which `strtol` does not read to the end.
///
/// This is `load_int` in CPython's `Modules/_pickle.c`, where a C `long` has 64 bits. On Windows it has 32, and an octal
/// number above `2**31` is an error there.
///
/// # Errors
///
/// [`IntError::Empty`] for an empty line, otherwise those of [`parse_int`].
///
/// # Examples
///
/// ```
/// use cloudpickle::int::{Int, IntOrBool, parse_int_opcode};
///
/// assert_eq!(parse_int_opcode(b"01", 4300), Ok(IntOrBool::Bool(true)));
/// assert_eq!(parse_int_opcode(b"1", 4300), Ok(IntOrBool::Int(Int::Small(1))));
/// assert_eq!(parse_int_opcode(b"010", 4300), Ok(IntOrBool::Int(Int::Small(8))));
/// ```
pub fn parse_int_opcode(line: &[u8], max_digits: usize) -> Result<IntOrBool, IntError> {
    if line.is_empty() {
        return Err(IntError::Empty);
    }
    match (strtol(until_nul(line)), line.len()) {
        (Some(0), 2) => Ok(IntOrBool::Bool(false)),
        (Some(1), 2) => Ok(IntOrBool::Bool(true)),
        (Some(n), _) => Ok(IntOrBool::Int(Int::Small(n))),
        (None, _) => parse_int(line, Base::Literal, max_digits).map(IntOrBool::Int),
    }
}

/// Reads the line of a LONG opcode, its `\n` taken off.
///
/// One `L` at the end is taken off, though none is needed, and the rest read by [`parse_int`] as [`Base::Literal`].
///
/// This is `load_long` in CPython's `Modules/_pickle.c`.
///
/// # Errors
///
/// [`IntError::Empty`] for an empty line, otherwise those of [`parse_int`].
///
/// # Examples
///
/// ```
/// use cloudpickle::int::{Int, IntError, parse_long_opcode};
///
/// assert_eq!(parse_long_opcode(b"-7L", 4300), Ok(Int::Small(-7)));
/// assert_eq!(parse_long_opcode(b"-7", 4300), Ok(Int::Small(-7)));
/// assert_eq!(parse_long_opcode(b"-7LL", 4300), Err(IntError::Invalid));
/// ```
pub fn parse_long_opcode(line: &[u8], max_digits: usize) -> Result<Int, IntError> {
    if line.is_empty() {
        return Err(IntError::Empty);
    }
    parse_int(line.strip_suffix(b"L").unwrap_or(line), Base::Literal, max_digits)
}

/// Appends `str(int)`, the text of the opcodes INT and LONG without the latter's `L`.
///
/// CPython's pickler refuses to write an int of more than [`DEFAULT_MAX_DIGITS`] in this way; this function does not.
///
/// # Examples
///
/// ```
/// use cloudpickle::int::{Int, write_decimal};
///
/// let mut line = b"I".to_vec();
/// write_decimal(&Int::Small(-12), &mut line);
/// assert_eq!(line, b"I-12");
/// ```
pub fn write_decimal(int: &Int, out: &mut Vec<u8>) {
    match int {
        Int::Small(n) => {
            // 2**63 has 19 digits.
            let mut digits = [b'0'; 20];
            let mut rest = n.unsigned_abs();
            let mut start = digits.len();
            for (at, slot) in digits.iter_mut().enumerate().rev() {
                *slot = b'0' + low_byte(rest % 10);
                start = at;
                rest /= 10;
                if rest == 0 {
                    break;
                }
            }
            if *n < 0 {
                out.push(b'-');
            }
            out.extend_from_slice(digits.get(start..).unwrap_or_default());
        }
        Int::Big(n) => out.extend_from_slice(n.to_string().as_bytes()),
    }
}

/// Reads the bytes of LONG1 and LONG4: two's complement, little-endian, none at all for zero.
///
/// They need not be as few as possible: `[1, 0]` is one, too.
///
/// This is `decode_long` in CPython's `Lib/pickle.py`, `int.from_bytes(data, "little", signed=True)`.
///
/// # Examples
///
/// ```
/// use cloudpickle::int::{Int, from_le_bytes_signed};
///
/// assert_eq!(from_le_bytes_signed(b""), Int::Small(0));
/// assert_eq!(from_le_bytes_signed(b"\x00\xff"), Int::Small(-256));
/// ```
pub fn from_le_bytes_signed(bytes: &[u8]) -> Int {
    let negative = bytes.last().is_some_and(|&last| last >= 0x80);
    let mut filled = [if negative { 0xff } else { 0 }; 8];
    match filled.get_mut(..bytes.len()) {
        Some(low) => {
            low.copy_from_slice(bytes);
            Int::Small(i64::from_le_bytes(filled))
        }
        None => BigInt::from_signed_bytes_le(bytes).into(),
    }
}

/// Makes the bytes of LONG1 and LONG4: two's complement, little-endian, as few as possible.
///
/// This is `encode_long` in CPython's `Lib/pickle.py`. Nothing is allocated for an [`Int::Small`].
///
/// # Examples
///
/// ```
/// use cloudpickle::int::{Int, to_le_bytes_minimal};
///
/// assert_eq!(*to_le_bytes_minimal(&Int::Small(0)), *b"");
/// assert_eq!(*to_le_bytes_minimal(&Int::Small(-128)), *b"\x80");
/// assert_eq!(*to_le_bytes_minimal(&Int::Small(128)), *b"\x80\x00");
/// ```
pub fn to_le_bytes_minimal(int: &Int) -> LeBytes {
    LeBytes(match int {
        Int::Small(0) => Bytes::Few([0; 8], 0),
        Int::Small(n) => {
            // Bits which only repeat the sign need not be written, but for one.
            let repeated = (if *n < 0 { n.leading_ones() } else { n.leading_zeros() }) - 1;
            Bytes::Few(n.to_le_bytes(), 8 - usize_from_u32(repeated / 8))
        }
        Int::Big(n) => Bytes::Many(n.to_signed_bytes_le()),
    })
}

/// The bytes of an int, made by [`to_le_bytes_minimal`].
#[derive(Clone, Debug)]
pub struct LeBytes(Bytes);

#[derive(Clone, Debug)]
enum Bytes {
    Few([u8; 8], usize),
    Many(Vec<u8>),
}

impl std::ops::Deref for LeBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Bytes::Few(bytes, len) => bytes.get(..*len).unwrap_or(bytes),
            Bytes::Many(bytes) => bytes,
        }
    }
}

impl AsRef<[u8]> for LeBytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

/// The text of a C string.
fn until_nul(text: &[u8]) -> &[u8] {
    memchr(0, text).and_then(|nul| text.get(..nul)).unwrap_or(text)
}

/// White space as C's `isspace` has it. `u8::is_ascii_whitespace` leaves out the vertical tab.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn trim_start(mut text: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_space(*first)
    {
        text = rest;
    }
    text
}

fn trim_end(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., last] = text
        && is_space(*last)
    {
        text = rest;
    }
    text
}

/// Takes off a sign; true for a minus.
fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// An underscore may stand between a prefix and the first digit.
fn after_underscore(digits: &[u8]) -> &[u8] {
    digits.strip_prefix(b"_").unwrap_or(digits)
}

/// The value of a digit.
fn digit(byte: u8, radix: u8) -> Option<u8> {
    let value = match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        b'A'..=b'F' => byte - b'A' + 10,
        _ => return None,
    };
    (value < radix).then_some(value)
}

/// Makes a number of the values of its digits.
fn number(negative: bool, digits: &[u8], radix: u8) -> Result<Int, IntError> {
    if let Some(n) = small_number(negative, digits.iter().copied(), radix) {
        return Ok(Int::Small(n));
    }
    let sign = if negative { Sign::Minus } else { Sign::Plus };
    let number = BigInt::from_radix_be(sign, digits, u32::from(radix)).ok_or(IntError::Invalid)?;
    Ok(number.into())
}

/// As [`number`], but nothing when it does not fit.
fn small_number(negative: bool, mut digits: impl Iterator<Item = u8>, radix: u8) -> Option<i64> {
    // Downwards, as there is one more negative number than there are positive ones.
    let n = digits.try_fold(0_i64, |n, digit| n.checked_mul(i64::from(radix))?.checked_sub(i64::from(digit)))?;
    if negative { Some(n) } else { n.checked_neg() }
}

/// C's `strtol(text, &end, 0)`: nothing when `end` is not the end of the text, or on overflow.
fn strtol(text: &[u8]) -> Option<i64> {
    if text.is_empty() {
        // Nothing was read, and that to the end.
        return Some(0);
    }
    let (negative, text) = split_sign(trim_start(text));
    let (radix, digits) = match text {
        [b'0', b'x' | b'X', digits @ ..] => (16, digits),
        [b'0', ..] => (8, text),
        _ => (10, text),
    };
    if digits.is_empty() || !digits.iter().all(|&byte| digit(byte, radix).is_some()) {
        return None;
    }
    small_number(negative, digits.iter().filter_map(|&byte| digit(byte, radix)), radix)
}

// The casts of the crate. All but the lossless ones are checked; there is no bare `as` elsewhere.

const _: () = assert!(usize::BITS >= 32 && usize::BITS <= 64, "a usize of 32 or of 64 bits");

/// The number, if it fits: a length for BINUNICODE and its like, an index into an arena.
pub fn u32_from_usize(n: usize) -> Option<u32> {
    u32::try_from(n).ok()
}

/// The number, if it fits: a length for SHORT_BINUNICODE and its like.
pub fn u8_from_usize(n: usize) -> Option<u8> {
    u8::try_from(n).ok()
}

/// The number, if this machine can count so far: a length of FRAME and its like.
pub fn usize_from_u64(n: u64) -> Option<usize> {
    usize::try_from(n).ok()
}

/// The number. Nothing is lost, as a `usize` has 32 bits or more.
pub const fn usize_from_u32(n: u32) -> usize {
    n as usize
}

/// The number. Nothing is lost, as a `usize` has 64 bits or fewer.
pub const fn u64_from_usize(n: usize) -> u64 {
    n as u64
}

/// The number, or the largest there is: no slice is so long.
pub fn i64_from_usize(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The lowest eight bits.
pub const fn low_byte(n: u64) -> u8 {
    (n & 0xff) as u8
}

/// The float nearest to an int.
#[inline]
pub(crate) fn f64_from_i64(n: i64) -> f64 {
    n as f64
}

/// The float nearest to an int without a sign.
#[inline]
pub(crate) fn f64_from_u64(n: u64) -> f64 {
    n as f64
}

/// The int that a float is equal to; none for fractions, infinities and NaN.
///
/// # Examples
///
/// ```
/// use cloudpickle::int::{Int, from_integral};
///
/// assert_eq!(from_integral(-2.0), Some(Int::Small(-2)));
/// assert_eq!(from_integral(1e20), Some(Int::Big(10_u128.pow(20).into())));
/// assert_eq!(from_integral(0.5), None);
/// ```
pub fn from_integral(float: f64) -> Option<Int> {
    if !float.is_finite() || float.fract() != 0.0 {
        return None;
    }
    let bits = float.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32 - 1075;
    if exponent <= 0 {
        // At most 53 bits: exact in an i64.
        return Some(Int::Small(float as i64));
    }
    let mantissa = BigInt::from((bits & ((1 << 52) - 1)) | 1 << 52);
    let magnitude = mantissa << exponent.unsigned_abs();
    Some(Int::from(if float < 0.0 { -magnitude } else { magnitude }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn big(text: &str) -> Int {
        text.parse::<BigInt>().unwrap().into()
    }

    #[test]
    fn texts() {
        use Base::{Literal, Ten};
        let invalid = Err(IntError::Invalid);
        let table: &[(&[u8], Base, Result<Int, IntError>)] = &[
            (b"0", Ten, Ok(Int::Small(0))),
            (b"-0", Ten, Ok(Int::Small(0))),
            (b"+12", Ten, Ok(Int::Small(12))),
            (b" \t\n\x0b\x0c\r-12\r \x0b", Ten, Ok(Int::Small(-12))),
            (b"12\x00 whatever", Ten, Ok(Int::Small(12))),
            (b"1_2_3", Ten, Ok(Int::Small(123))),
            (b"010", Ten, Ok(Int::Small(10))),
            (b"9223372036854775807", Ten, Ok(Int::Small(i64::MAX))),
            (b"9223372036854775808", Ten, Ok(big("9223372036854775808"))),
            (b"-9223372036854775808", Ten, Ok(Int::Small(i64::MIN))),
            (b"-9223372036854775809", Ten, Ok(big("-9223372036854775809"))),
            (b"0000000000000000000000000000000000000001", Ten, Ok(Int::Small(1))),
            (b"", Ten, invalid.clone()),
            (b"\x001", Ten, invalid.clone()),
            (b" ", Ten, invalid.clone()),
            (b"+", Ten, invalid.clone()),
            (b"--1", Ten, invalid.clone()),
            (b"- 1", Ten, invalid.clone()),
            (b"_1", Ten, invalid.clone()),
            (b"1_", Ten, invalid.clone()),
            (b"1__2", Ten, invalid.clone()),
            (b"1 2", Ten, invalid.clone()),
            (b"1\xa0", Ten, invalid.clone()),
            (b"0x1", Ten, invalid.clone()),
            (b"1a", Ten, invalid.clone()),
            (b"00", Literal, Ok(Int::Small(0))),
            (b"0_0", Literal, Ok(Int::Small(0))),
            (b"010", Literal, invalid.clone()),
            (b"0_1", Literal, invalid.clone()),
            (b"0xfF", Literal, Ok(Int::Small(255))),
            (b"-0X_f_f", Literal, Ok(Int::Small(-255))),
            (b"0o17", Literal, Ok(Int::Small(15))),
            (b"0b101", Literal, Ok(Int::Small(5))),
            (b"0x8000000000000000", Literal, Ok(big("9223372036854775808"))),
            (b"0x", Literal, invalid.clone()),
            (b"0x_", Literal, invalid.clone()),
            (b"0x__1", Literal, invalid.clone()),
            (b"0x1_", Literal, invalid.clone()),
            (b"0xg", Literal, invalid.clone()),
            (b"0o8", Literal, invalid.clone()),
            (b"0b2", Literal, invalid),
        ];
        for (text, base, expected) in table {
            assert_eq!(parse_int(text, *base, DEFAULT_MAX_DIGITS), *expected, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn digit_limit() {
        let many = Err(IntError::TooManyDigits { digits: 11, limit: 10 });
        assert_eq!(parse_int(b"1_0000_00000", Base::Ten, 10), Ok(Int::Small(1_000_000_000)));
        assert_eq!(parse_int(b"10000000000", Base::Ten, 10), many);
        assert_eq!(parse_int(b"00000000000", Base::Literal, 10), many);
        assert_eq!(parse_int(b"10000000000", Base::Ten, 0), Ok(Int::Small(10_000_000_000)));
        assert_eq!(parse_int(b"1000000000x", Base::Ten, 10), Err(IntError::Invalid));
        assert_eq!(parse_int(b"0x10000000000", Base::Literal, 10), Ok(Int::Small(1 << 40)));
    }

    #[test]
    fn int_lines() {
        use IntOrBool::Bool;
        let int = |n| Ok(IntOrBool::Int(Int::Small(n)));
        let invalid = Err(IntError::Invalid);
        let table: &[(&[u8], Result<IntOrBool, IntError>)] = &[
            (b"00", Ok(Bool(false))),
            (b"01", Ok(Bool(true))),
            (b" 1", Ok(Bool(true))),
            (b"+1", Ok(Bool(true))),
            (b"-0", Ok(Bool(false))),
            (b"1\0", Ok(Bool(true))),
            (b"\0x", Ok(Bool(false))),
            (b"\0", int(0)),
            (b"\0xx", int(0)),
            (b"1", int(1)),
            (b"1 ", int(1)),
            (b"-1", int(-1)),
            (b"001", int(1)),
            (b"010", int(8)),
            (b"-010", int(-8)),
            (b"0x10", int(16)),
            (b"0x_10", int(16)),
            (b"0b10", int(2)),
            (b"12\0xyz", int(12)),
            (b"-9223372036854775808", int(i64::MIN)),
            (b"9223372036854775808", Ok(IntOrBool::Int(big("9223372036854775808")))),
            (b"0777777777777777777777777", invalid.clone()),
            (b"08", invalid.clone()),
            (b"010 ", invalid.clone()),
            (b"0x", invalid.clone()),
            (b"0x\0", invalid.clone()),
            (b"+\0", invalid.clone()),
            (b" ", invalid.clone()),
            (b"1L", invalid),
            (b"", Err(IntError::Empty)),
        ];
        for (line, expected) in table {
            let found = parse_int_opcode(line, DEFAULT_MAX_DIGITS);
            assert_eq!(found, *expected, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn long_lines() {
        let table: &[(&[u8], Result<Int, IntError>)] = &[
            (b"0L", Ok(Int::Small(0))),
            (b"1L", Ok(Int::Small(1))),
            (b"1", Ok(Int::Small(1))),
            (b" 1 L", Ok(Int::Small(1))),
            (b"0x10L", Ok(Int::Small(16))),
            (b"18446744073709551616L", Ok(big("18446744073709551616"))),
            (b"010L", Err(IntError::Invalid)),
            (b"1LL", Err(IntError::Invalid)),
            (b"1L ", Err(IntError::Invalid)),
            (b"1l", Err(IntError::Invalid)),
            (b"L", Err(IntError::Invalid)),
            (b"", Err(IntError::Empty)),
        ];
        for (line, expected) in table {
            let found = parse_long_opcode(line, DEFAULT_MAX_DIGITS);
            assert_eq!(found, *expected, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn bytes() {
        let table: &[(&str, &[u8])] = &[
            ("0", b""),
            ("1", b"\x01"),
            ("-1", b"\xff"),
            ("127", b"\x7f"),
            ("128", b"\x80\x00"),
            ("-128", b"\x80"),
            ("-129", b"\x7f\xff"),
            ("255", b"\xff\x00"),
            ("-256", b"\x00\xff"),
            ("32767", b"\xff\x7f"),
            ("-32768", b"\x00\x80"),
            ("9223372036854775807", b"\xff\xff\xff\xff\xff\xff\xff\x7f"),
            ("-9223372036854775808", b"\x00\x00\x00\x00\x00\x00\x00\x80"),
            ("9223372036854775808", b"\x00\x00\x00\x00\x00\x00\x00\x80\x00"),
            ("-9223372036854775809", b"\xff\xff\xff\xff\xff\xff\xff\x7f\xff"),
            ("-2361183241434822606848", b"\x00\x00\x00\x00\x00\x00\x00\x00\x80"),
        ];
        for (text, bytes) in table {
            let int = big(text);
            assert_eq!(from_le_bytes_signed(bytes), int, "{text}");
            assert_eq!(*to_le_bytes_minimal(&int), **bytes, "{text}");
            let mut written = Vec::new();
            write_decimal(&int, &mut written);
            assert_eq!(written, text.as_bytes());
            assert_eq!(int.to_string(), *text);
        }
    }

    #[test]
    fn bytes_need_not_be_minimal() {
        assert_eq!(from_le_bytes_signed(b"\x01\0\0\0\0\0\0\0\0\0\0"), Int::Small(1));
        assert_eq!(from_le_bytes_signed(&[0xff; 20]), Int::Small(-1));
        assert_eq!(from_le_bytes_signed(&[0; 20]), Int::Small(0));
    }

    proptest! {
        #[test]
        fn bytes_round_trip(bytes in proptest::collection::vec(any::<u8>(), 0..24)) {
            let int = from_le_bytes_signed(&bytes);
            let minimal = to_le_bytes_minimal(&int);
            prop_assert!(minimal.len() <= bytes.len());
            prop_assert_eq!(from_le_bytes_signed(&minimal), int.clone());
            let mut text = Vec::new();
            write_decimal(&int, &mut text);
            prop_assert_eq!(parse_int(&text, Base::Literal, 0), Ok(int));
        }

        #[test]
        fn any_line_gives_an_answer(line in "[-+ 0-9a-fxoL_\\x00]{0,12}") {
            let _ = parse_int_opcode(line.as_bytes(), 4);
            let _ = parse_long_opcode(line.as_bytes(), 4);
            let _ = parse_int(line.as_bytes(), Base::Ten, 4);
        }
    }
}
