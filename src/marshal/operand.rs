//! What stands behind a type code, read and written.
//!
//! All numbers are little-endian. Counts have a sign for historical reasons, and only that of a long says something.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind, Result};
use crate::int::{self, Int};
use crate::text::{PyStr, float, validate};
use num_bigint::{BigInt, Sign};

/// What is left of the input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(input: &'a [u8]) -> Self {
        Self(input)
    }

    #[inline]
    pub(super) fn rest(self) -> &'a [u8] {
        self.0
    }

    /// Takes the next byte.
    #[inline]
    pub(super) fn byte(&mut self) -> Result<u8> {
        self.array().map(|[byte]| byte)
    }

    /// Takes as many bytes as the array has.
    #[inline]
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        match self.0.split_first_chunk() {
            Some((array, rest)) => {
                self.0 = rest;
                Ok(*array)
            }
            None => Err(self.short_of(N)),
        }
    }

    /// Takes the next `len` bytes. Nothing is allocated for them, so a false `len` costs nothing.
    #[inline]
    fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        match self.0.split_at_checked(len) {
            Some((taken, rest)) => {
                self.0 = rest;
                Ok(taken)
            }
            None => Err(self.short_of(len)),
        }
    }

    #[cold]
    fn short_of(&self, needed: usize) -> Error {
        ErrorKind::UnexpectedEof { needed: needed.saturating_sub(self.0.len()) }.into()
    }
}

/// What stands behind a type code: `emit` writes the bytes that `parse` reads.
pub(super) trait Operand<'a>: Sized {
    fn parse(input: &mut Reader<'a>) -> Result<Self>;
    fn emit(&self, out: &mut Vec<u8>);
}

macro_rules! little_endian {
    ($($type:ty)*) => {
        $(impl<'a> Operand<'a> for $type {
            #[inline]
            fn parse(input: &mut Reader<'a>) -> Result<Self> {
                input.array().map(Self::from_le_bytes)
            }

            #[inline]
            fn emit(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
        })*
    };
}
little_endian!(u8 u16 i32 i64);

/// A count of items, or the number of an object. It is not believed: the items have to be there.
impl<'a> Operand<'a> for u32 {
    #[inline]
    fn parse(input: &mut Reader<'a>) -> Result<Self> {
        let count = i32::parse(input)?;
        Self::try_from(count).map_err(|_| ErrorKind::NegativeCount(count).into())
    }

    #[inline]
    fn emit(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }
}

/// Bytes behind a length of one byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Short<'a>(pub &'a [u8]);

impl<'a> Operand<'a> for Short<'a> {
    #[inline]
    fn parse(input: &mut Reader<'a>) -> Result<Self> {
        let len = input.byte()?;
        input.take(len.into()).map(Self)
    }

    #[inline]
    fn emit(&self, out: &mut Vec<u8>) {
        debug_assert!(self.0.len() < 256);
        out.push(int::low_byte(int::u64_from_usize(self.0.len())));
        out.extend_from_slice(self.0);
    }
}

/// Bytes behind a length of four bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Long<'a>(pub &'a [u8]);

impl<'a> Operand<'a> for Long<'a> {
    #[inline]
    fn parse(input: &mut Reader<'a>) -> Result<Self> {
        let len = u32::parse(input)?;
        input.take(int::usize_from_u32(len)).map(Self)
    }

    #[inline]
    fn emit(&self, out: &mut Vec<u8>) {
        int::u32_from_usize(self.0.len()).unwrap_or(u32::MAX).emit(out);
        out.extend_from_slice(self.0);
    }
}

/// A str of UTF-8 behind a length of four bytes; lone surrogates are legal.
impl<'a> Operand<'a> for PyStr<'a> {
    #[inline]
    fn parse(input: &mut Reader<'a>) -> Result<Self> {
        let Long(bytes) = Long::parse(input)?;
        PyStr::new(bytes).ok_or_else(|| not_utf8(bytes))
    }

    #[inline]
    fn emit(&self, out: &mut Vec<u8>) {
        Long(self.as_bytes()).emit(out);
    }
}

#[cold]
pub(super) fn not_utf8(bytes: &[u8]) -> Error {
    ErrorKind::NotUtf8 { valid_up_to: validate(bytes).err().unwrap_or(bytes.len()) }.into()
}

/// The bits of a float.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ieee64(pub u64);

impl Ieee64 {
    /// The float.
    #[must_use]
    pub fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

impl<'a> Operand<'a> for Ieee64 {
    #[inline]
    fn parse(input: &mut Reader<'a>) -> Result<Self> {
        input.array().map(|bytes| Self(u64::from_le_bytes(bytes)))
    }

    #[inline]
    fn emit(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0.to_le_bytes());
    }
}

impl<'a> Operand<'a> for (Ieee64, Ieee64) {
    fn parse(input: &mut Reader<'a>) -> Result<Self> {
        Ok((Ieee64::parse(input)?, Ieee64::parse(input)?))
    }

    fn emit(&self, out: &mut Vec<u8>) {
        self.0.emit(out);
        self.1.emit(out);
    }
}

/// The text of a float, behind a length of one byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Number<'a>(pub &'a [u8]);

impl Number<'_> {
    /// The float; too large a number is an infinity, as in `r_float_str` of CPython's `Python/marshal.c`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadNumber`] for other text.
    pub fn value(self) -> Result<f64> {
        let text = self.0.split(|byte| *byte == 0).next().unwrap_or_default();
        let negative = text.first() == Some(&b'-');
        match float::parse_float(text) {
            _ if text.contains(&b'\n') => Err(self.bad()),
            Ok(float) => Ok(float),
            Err(float::FloatError::Overflow) if negative => Ok(f64::NEG_INFINITY),
            Err(float::FloatError::Overflow) => Ok(f64::INFINITY),
            Err(_) => Err(self.bad()),
        }
    }

    #[cold]
    fn bad(self) -> Error {
        ErrorKind::BadNumber { wanted: "float", text: String::from_utf8_lossy(self.0).into_owned() }.into()
    }
}

impl<'a> Operand<'a> for Number<'a> {
    fn parse(input: &mut Reader<'a>) -> Result<Self> {
        let Short(text) = Short::parse(input)?;
        let number = Self(text);
        number.value().map(|_| number)
    }

    fn emit(&self, out: &mut Vec<u8>) {
        Short(self.0).emit(out);
    }
}

/// Two numbers as text, each behind its length: the parts of a complex number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NumberPair<'a>(pub(super) &'a [u8]);

impl<'a> NumberPair<'a> {
    /// The real and the imaginary part.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadNumber`] for other text.
    pub fn value(self) -> Result<(f64, f64)> {
        let mut input = Reader::new(self.0);
        Ok((Number::parse(&mut input)?.value()?, Number::parse(&mut input)?.value()?))
    }
}

impl<'a> Operand<'a> for NumberPair<'a> {
    fn parse(input: &mut Reader<'a>) -> Result<Self> {
        let mut ahead = *input;
        Number::parse(&mut ahead)?;
        Number::parse(&mut ahead)?;
        input.take(input.rest().len() - ahead.rest().len()).map(Self)
    }

    fn emit(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0);
    }
}

/// An int in digits of 15 bits, each in two bytes, the lowest first. The sign is that of the count before them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digits<'a> {
    pub(super) negative: bool,
    pub(super) bytes: &'a [u8],
}

/// Bits in a digit (`PyLong_MARSHAL_SHIFT`).
const SHIFT: usize = 15;

impl Digits<'_> {
    /// The int.
    #[must_use]
    pub fn value(&self) -> Int {
        let digits = self.bytes.as_chunks().0.iter().map(|digit| u16::from_le_bytes(*digit));
        if self.bytes.len() <= 8 {
            let n = digits.rev().fold(0, |n: i64, digit| n << SHIFT | i64::from(digit));
            return Int::Small(if self.negative { -n } else { n });
        }
        let magnitude = repack(digits.map(u32::from), SHIFT, 8).map(|byte| int::low_byte(byte.into())).collect::<Vec<u8>>();
        BigInt::from_bytes_le(if self.negative { Sign::Minus } else { Sign::Plus }, &magnitude).into()
    }

    /// The digits of an int, two bytes each, and whether it is below zero (`w_PyLong`).
    pub(super) fn of(n: &Int) -> (bool, Cow<'static, [u8]>) {
        let (negative, magnitude) = match n {
            Int::Small(n) => (*n < 0, n.unsigned_abs().to_le_bytes().to_vec()),
            Int::Big(n) => (n.sign() == Sign::Minus, n.magnitude().to_bytes_le()),
        };
        let digits = repack(magnitude.into_iter().map(u32::from), 8, SHIFT);
        let mut bytes: Vec<u8> =
            digits.flat_map(|digit| [int::low_byte(digit.into()), int::low_byte((digit >> 8).into())]).collect();
        while let [.., 0, 0] = *bytes {
            bytes.truncate(bytes.len() - 2);
        }
        (negative, bytes.into())
    }
}

/// Numbers of so many bits as numbers of other many bits, the lowest first.
fn repack(digits: impl Iterator<Item = u32>, from: usize, to: usize) -> impl Iterator<Item = u32> {
    let mut digits = digits.fuse();
    let (mut held, mut bits) = (0_u32, 0);
    std::iter::from_fn(move || {
        while bits < to {
            match digits.next() {
                Some(digit) => {
                    held |= digit << bits;
                    bits += from;
                }
                None if bits == 0 => return None,
                None => bits = to,
            }
        }
        let digit = held & ((1 << to) - 1);
        held >>= to;
        bits -= to;
        Some(digit)
    })
}

impl<'a> Operand<'a> for Digits<'a> {
    fn parse(input: &mut Reader<'a>) -> Result<Self> {
        let count = i32::parse(input)?;
        let bytes = int::usize_from_u64(u64::from(count.unsigned_abs()) * 2).filter(|_| count != i32::MIN);
        let Some(bytes) = bytes else { return Err(ErrorKind::NegativeCount(count).into()) };
        let bytes = input.take(bytes)?;
        let mut digits = bytes.as_chunks().0.iter().map(|digit| u16::from_le_bytes(*digit));
        if let Some(digit) = digits.clone().find(|digit| *digit >= 1 << SHIFT) {
            return Err(ErrorKind::BadLongDigit(digit).into());
        }
        match digits.next_back() {
            Some(0) => Err(ErrorKind::BadLongDigit(0).into()),
            _ => Ok(Self { negative: count < 0, bytes }),
        }
    }

    fn emit(&self, out: &mut Vec<u8>) {
        let count = i32::try_from(self.bytes.len() / 2).unwrap_or(i32::MAX);
        (if self.negative { -count } else { count }).emit(out);
        out.extend_from_slice(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ints() {
        for shift in 0..200 {
            for near in -2..=2 {
                for sign in [-1, 1] {
                    let n = Int::from((BigInt::from(1) << shift) * sign + near);
                    let (negative, bytes) = Digits::of(&n);
                    assert_eq!(Digits { negative, bytes: &bytes }.value(), n);
                    let mut written = Vec::new();
                    Digits { negative, bytes: &bytes }.emit(&mut written);
                    let read = Digits::parse(&mut Reader::new(&written));
                    assert_eq!(read, Ok(Digits { negative, bytes: &bytes }));
                }
            }
        }
    }

    #[test]
    fn floats() {
        let table: &[(&[u8], Option<f64>)] = &[
            (b"1.5", Some(1.5)),
            (b"1e400", Some(f64::INFINITY)),
            (b"-1e400", Some(f64::NEG_INFINITY)),
            (b"1\0x", Some(1.0)),
            (b"1\n", None),
            (b" 1", None),
            (b"", None),
        ];
        for (text, expected) in table {
            assert_eq!(Number(text).value().ok(), *expected, "{}", text.escape_ascii());
        }
    }
}
