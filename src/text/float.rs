//! Floats as text: Python's `repr(float)`, and the line of the FLOAT opcode.
//!
//! ```text
//! F  1 e + 1 6 \n      FLOAT  1e16
//! ```
//!
//! Protocol 0 writes a float as its `repr`; from protocol 1 on BINFLOAT holds the eight bytes.

use memchr::memchr2;
use std::fmt;

/// Why the line of a FLOAT opcode is not a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FloatError {
    /// The line is empty. CPython: `UnpicklingError: pickle data was truncated`.
    #[error("empty line where a float was wanted")]
    Empty,
    /// The text is not a float. CPython: `ValueError: could not convert string to float`.
    #[error("text is not a float")]
    Invalid,
    /// The number is larger than any float. CPython: `OverflowError: value too large to convert to float`.
    #[error("float is too large")]
    Overflow,
}

/// Writes Python 3's `repr(float)`.
///
/// These are the fewest digits which read back as the same float, and of those the nearest to it. The exponent is written
/// if it is below -4 or above 15. There is always a point or an exponent, but for `inf`, `-inf` and `nan`, which has no sign.
///
/// This is `float_repr` in CPython's `Objects/floatobject.c`, `PyOS_double_to_string(x, 'r', 0, Py_DTSF_ADD_DOT_0, NULL)`.
///
/// # Errors
///
/// Only those of `out`.
///
/// # Examples
///
/// ```
/// use cloudpickle::text::float::write_float_repr;
///
/// let mut text = String::new();
/// for float in [1.0, 0.1, 1e15, 1e16, 0.00001, -0.0, f64::INFINITY] {
///     write_float_repr(&mut text, float)?;
///     text.push(' ');
/// }
/// assert_eq!(text, "1.0 0.1 1000000000000000.0 1e+16 1e-05 -0.0 inf ");
/// # Ok::<(), std::fmt::Error>(())
/// ```
pub fn write_float_repr(out: &mut impl fmt::Write, float: f64) -> fmt::Result {
    if float.is_nan() {
        return out.write_str("nan");
    }
    if float.is_sign_negative() {
        out.write_char('-')?;
    }
    if float.is_infinite() {
        return out.write_str("inf");
    }

    let mut buffer = zmij::Buffer::new();
    let shortest = buffer.format_finite(float.abs());
    // Most come out as Python has them: with a point among the first characters, and no exponent, which would stand among the last five.
    let bytes = shortest.as_bytes();
    let tail = bytes.get(bytes.len().saturating_sub(5)..).unwrap_or_default();
    if !tail.contains(&b'e') && !bytes.starts_with(b"0.0000") && bytes.iter().take(17).any(|byte| *byte == b'.') {
        return out.write_str(shortest);
    }
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((shortest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = [whole, fraction].concat();
    let significant = digits.trim_start_matches('0');
    // As in `1.25e-07`: where the point would stand behind the first digit.
    let dropped = digits.len() - significant.len();
    let shift = i32::try_from(whole.len()).unwrap_or(0) - 1 - i32::try_from(dropped).unwrap_or(0);
    write_digits(out, significant.trim_end_matches('0'), exponent + shift)
}

/// Writes digits whose point stands behind the first one, shifted by an exponent; none are zero.
fn write_digits(out: &mut impl fmt::Write, digits: &str, exponent: i32) -> fmt::Result {
    // One digit, and the digits after the point if there is one.
    let (first, more) = digits.split_at_checked(1).unwrap_or(("0", ""));
    match usize::try_from(exponent) {
        Ok(exponent @ ..16) => match more.split_at_checked(exponent) {
            None | Some((_, "")) => write!(out, "{first}{more:0<exponent$}.0"),
            Some((whole, fraction)) => write!(out, "{first}{whole}.{fraction}"),
        },
        Err(_) if exponent >= -4 => {
            out.write_str("0.")?;
            (exponent..-1).try_for_each(|_| out.write_char('0'))?;
            out.write_str(digits)
        }
        _ => {
            let point = if more.is_empty() { "" } else { "." };
            let sign = if exponent < 0 { '-' } else { '+' };
            write!(out, "{first}{point}{more}e{sign}{:02}", exponent.unsigned_abs())
        }
    }
}

/// Writes Python 3's `repr(complex)`.
///
/// This is `complex_repr` in CPython's `Objects/complexobject.c`. A real part of 0 is left out, unless it is -0.
///
/// # Errors
///
/// Only those of `out`.
///
/// # Examples
///
/// ```
/// use cloudpickle::text::float::write_complex_repr;
///
/// let mut text = String::new();
/// for (real, imag) in [(0.0, 1.0), (-0.0, -0.0), (1.5, 1e16), (f64::INFINITY, f64::NAN)] {
///     write_complex_repr(&mut text, real, imag)?;
///     text.push(' ');
/// }
/// assert_eq!(text, "1j (-0-0j) (1.5+1e+16j) (inf+nanj) ");
/// # Ok::<(), std::fmt::Error>(())
/// ```
pub fn write_complex_repr(out: &mut impl fmt::Write, real: f64, imag: f64) -> fmt::Result {
    let text = |float| {
        let mut text = String::new();
        write_float_repr(&mut text, float)?;
        text.truncate(text.strip_suffix(".0").map_or(text.len(), str::len));
        Ok(text)
    };
    let imag = text(imag)?;
    if real == 0.0 && real.is_sign_positive() {
        return write!(out, "{imag}j");
    }
    let sign = if imag.starts_with('-') { "" } else { "+" };
    write!(out, "({}{sign}{imag}j)", text(real)?)
}

/// Reads the line of a FLOAT opcode, its `\n` taken off.
///
/// Signs, points at either end, exponents and, in any case, `inf`, `infinity` and `nan` are understood; spaces, underscores
/// and hexadecimal are not. A NUL ends the text. A number too small for a float is zero, one too large an error.
///
/// This is `load_float` in CPython's `Modules/_pickle.c`, `PyOS_string_to_double` in `Python/pystrtod.c`.
///
/// # Errors
///
/// [`FloatError`] says why, as CPython does, but that a number too large with something after it is [`FloatError::Invalid`].
///
/// # Examples
///
/// ```
/// use cloudpickle::text::float::{FloatError, parse_float};
///
/// assert_eq!(parse_float(b"1e+16"), Ok(1e16));
/// assert_eq!(parse_float(b"-.5"), Ok(-0.5));
/// assert_eq!(parse_float(b"Infinity"), Ok(f64::INFINITY));
/// assert_eq!(parse_float(b"1e400"), Err(FloatError::Overflow));
/// assert_eq!(parse_float(b" 1.0"), Err(FloatError::Invalid));
/// ```
pub fn parse_float(line: &[u8]) -> Result<f64, FloatError> {
    if line.is_empty() {
        return Err(FloatError::Empty);
    }
    let text = memchr2(b'\n', 0, line).and_then(|end| line.get(..end)).unwrap_or(line);
    // The grammar of Rust's `f64::from_str` is the one CPython has.
    let text = std::str::from_utf8(text).map_err(|_| FloatError::Invalid)?;
    let float: f64 = text.parse().map_err(|_| FloatError::Invalid)?;
    if float.is_infinite() && text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(FloatError::Overflow);
    }
    Ok(float)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn repr(float: f64) -> String {
        let mut text = String::new();
        write_float_repr(&mut text, float).unwrap();
        text
    }

    #[test]
    fn reprs() {
        let table = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-1.5, "-1.5"),
            (10.0, "10.0"),
            (123.456, "123.456"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e15, "1000000000000000.0"),
            (9999999999999998.0, "9999999999999998.0"),
            (1e16, "1e+16"),
            (1.5e16, "1.5e+16"),
            (12345678901234567.0, "1.2345678901234568e+16"),
            (0.001, "0.001"),
            (0.0001, "0.0001"),
            (0.00012, "0.00012"),
            (0.00001, "1e-05"),
            (0.000012, "1.2e-05"),
            (1e100, "1e+100"),
            (1.5e-300, "1.5e-300"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
            // Ties: the even digit.
            (2_f64.powi(50) + 0.25, "1125899906842624.2"),
            (2_f64.powi(50) + 0.75, "1125899906842624.8"),
            (2_f64.powi(46) + 0.125, "70368744177664.12"),
            (2_f64.powi(20) + 2_f64.powi(-11), "1048576.0004882812"),
            // The nearest of sixteen digits is ...801, which is another float.
            (2_f64.powi(-44), "5.684341886080802e-14"),
        ];
        for (float, expected) in table {
            assert_eq!(repr(float), expected);
        }
    }

    #[test]
    fn lines() {
        use FloatError::{Empty, Invalid, Overflow};
        let table: &[(&[u8], Result<f64, FloatError>)] = &[
            (b"1", Ok(1.0)),
            (b"+1.5", Ok(1.5)),
            (b".5", Ok(0.5)),
            (b"5.", Ok(5.0)),
            (b"5.e1", Ok(50.0)),
            (b"1E+05", Ok(1e5)),
            (b"1e-400", Ok(0.0)),
            (b"0e999999999999999999999", Ok(0.0)),
            (b"1e-999999999999999999999", Ok(0.0)),
            (b"1.5\0 whatever", Ok(1.5)),
            (b"1.5\n", Ok(1.5)),
            (b"inf", Ok(f64::INFINITY)),
            (b"-iNfInItY", Ok(f64::NEG_INFINITY)),
            (b"1e400", Err(Overflow)),
            (b"-1e400", Err(Overflow)),
            (b"1e999999999999999999999", Err(Overflow)),
            (b"", Err(Empty)),
            (b"\0", Err(Invalid)),
            (b" 1", Err(Invalid)),
            (b"1 ", Err(Invalid)),
            (b".", Err(Invalid)),
            (b".e1", Err(Invalid)),
            (b"1e", Err(Invalid)),
            (b"1e+", Err(Invalid)),
            (b"--1", Err(Invalid)),
            (b"1_0", Err(Invalid)),
            (b"0x1p3", Err(Invalid)),
            (b"infinit", Err(Invalid)),
            (b"nan(1)", Err(Invalid)),
            (b"1\xff", Err(Invalid)),
        ];
        for (line, expected) in table {
            assert_eq!(parse_float(line), *expected, "{}", line.escape_ascii());
        }
        for (line, negative) in [(b"nan" as &[u8], false), (b"+NaN", false), (b"-nan", true)] {
            let nan = parse_float(line).unwrap();
            assert!(nan.is_nan() && nan.is_sign_negative() == negative);
        }
    }

    proptest! {
        #[test]
        fn repr_round_trips(bits: u64) {
            let float = f64::from_bits(bits);
            let read = parse_float(repr(float).as_bytes()).unwrap();
            prop_assert!(read.to_bits() == bits || float.is_nan() && read.is_nan());
        }

        #[test]
        fn any_line_gives_an_answer(line: Vec<u8>) {
            let _ = parse_float(&line);
        }
    }
}
