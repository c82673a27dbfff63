//! Python's `repr` of strings and bytes.
//!
//! ```text
//! 'naïve\n'      "it's"      'both \' and "'      '\x00\u200b\ud800\U000e0001'
//! b'caf\xe9'     b"it's"
//! ```
//!
//! Quotes are single, unless only single ones are inside. What does not print is escaped, and which characters print is a
//! matter of Unicode: [`UNICODE_VERSION`][super::UNICODE_VERSION] says of which. Other versions of CPython have others, and
//! differ for characters that came into Unicode in between.

use super::PyStr;
use super::printable::NOT_PRINTABLE;
use super::printable_since::PRINTABLE_SINCE;
use std::cmp::Ordering;
use std::fmt;

/// Writes Python 3's `repr(str)`.
///
/// This is `unicode_repr` in CPython's `Objects/unicodeobject.c`.
///
/// # Errors
///
/// Only those of `out`.
///
/// # Examples
///
/// ```
/// use cloudpickle::text::{PyStr, repr::write_str_repr};
///
/// let mut text = String::new();
/// write_str_repr(&mut text, PyStr::from("it's\u{ad}a café\n"))?;
/// assert_eq!(text, r#""it's\xada café\n""#);
/// # Ok::<(), std::fmt::Error>(())
/// ```
pub fn write_str_repr(out: &mut impl fmt::Write, str: PyStr<'_>) -> fmt::Result {
    write_str_repr_by(out, str, is_printable)
}

/// Writes Python 3's `repr(str)`, given which characters print.
pub(crate) fn write_str_repr_by(out: &mut impl fmt::Write, str: PyStr<'_>, is_printable: impl Fn(char) -> bool) -> fmt::Result {
    let quote = quote_for(str.as_bytes());
    out.write_char(quote)?;
    // Runs of characters that are written as they are, and what stands between them.
    let plain = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'\\' && char::from(*byte) != quote;
    let mut rest = str.as_bytes();
    loop {
        let (run, behind) = rest.split_at(rest.iter().position(|byte| !plain(byte)).unwrap_or(rest.len()));
        out.write_str(std::str::from_utf8(run).unwrap_or_default())?;
        let others = behind.split_at(behind.iter().position(plain).unwrap_or(behind.len()));
        if others.0.is_empty() {
            break;
        }
        rest = others.1;
        for code_point in PyStr::from_valid(others.0).code_points() {
            match char::from_u32(code_point) {
                Some(char) if write_short_escape(out, char, quote)? => {}
                Some(char) if is_printable(char) => out.write_char(char)?,
                _ if code_point <= 0xff => write!(out, "\\x{code_point:02x}")?,
                _ if code_point <= 0xffff => write!(out, "\\u{code_point:04x}")?,
                _ => write!(out, "\\U{code_point:08x}")?,
            }
        }
    }
    out.write_char(quote)
}

/// Writes Python 3's `repr(bytes)`.
///
/// This is `PyBytes_Repr` in CPython's `Objects/bytesobject.c`.
///
/// # Errors
///
/// Only those of `out`.
///
/// # Examples
///
/// ```
/// use cloudpickle::text::repr::write_bytes_repr;
///
/// let mut text = String::new();
/// write_bytes_repr(&mut text, b"it's\0 caf\xe9\n")?;
/// assert_eq!(text, r#"b"it's\x00 caf\xe9\n""#);
/// # Ok::<(), std::fmt::Error>(())
/// ```
pub fn write_bytes_repr(out: &mut impl fmt::Write, bytes: &[u8]) -> fmt::Result {
    out.write_char('b')?;
    write_quoted_bytes(out, bytes)
}

/// Writes `repr(bytes)` without the `b`: Python 2's `repr(str)`.
pub(super) fn write_quoted_bytes(out: &mut impl fmt::Write, bytes: &[u8]) -> fmt::Result {
    let quote = quote_for(bytes);
    out.write_char(quote)?;
    for &byte in bytes {
        match char::from(byte) {
            char if write_short_escape(out, char, quote)? => {}
            char @ ' '..='~' => out.write_char(char)?,
            _ => write!(out, "\\x{byte:02x}")?,
        }
    }
    out.write_char(quote)
}

/// Single quotes, unless there are single quotes inside and no double ones.
fn quote_for(bytes: &[u8]) -> char {
    if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' }
}

/// Writes the character if it is one of those with an escape of two characters, and tells whether it was.
fn write_short_escape(out: &mut impl fmt::Write, char: char, quote: char) -> Result<bool, fmt::Error> {
    match char {
        '\t' => out.write_str("\\t")?,
        '\n' => out.write_str("\\n")?,
        '\r' => out.write_str("\\r")?,
        '\\' => out.write_str("\\\\")?,
        _ if char == quote => {
            out.write_char('\\')?;
            out.write_char(quote)?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Python's `str.isprintable()` for one character: neither a control, nor unassigned, nor a space other than `' '`.
///
/// This is `_PyUnicode_IsPrintable` in CPython's `Objects/unicodectype.c`.
///
/// # Examples
///
/// ```
/// use cloudpickle::text::repr::is_printable;
///
/// assert!(is_printable('é') && is_printable(' '));
/// assert!(!is_printable('\u{a0}') && !is_printable('\u{200b}'));
/// ```
pub fn is_printable(char: char) -> bool {
    if char.is_ascii() {
        return matches!(char, ' '..='~');
    }
    let code_point = u32::from(char);
    NOT_PRINTABLE
        .binary_search_by(|&(first, last)| {
            if last < code_point {
                Ordering::Less
            } else if first > code_point {
                Ordering::Greater
            } else {
                Ordering::Equal
            }
        })
        .is_err()
}

/// Python's `str.isprintable()` for one character, as a version of CPython from 3.8 on says: each brings a newer Unicode.
///
/// # Examples
///
/// ```
/// use cloudpickle::text::repr::is_printable_in;
///
/// // U+2FFC came with Unicode 15.1.
/// assert!(!is_printable_in('\u{2ffc}', (3, 12)));
/// assert!(is_printable_in('\u{2ffc}', (3, 13)));
/// ```
pub fn is_printable_in(char: char, python: (u8, u8)) -> bool {
    if char.is_ascii() {
        return is_printable(char);
    }
    let code_point = u32::from(char);
    let behind = PRINTABLE_SINCE.partition_point(|(first, ..)| *first <= code_point);
    let run = behind.checked_sub(1).and_then(|at| PRINTABLE_SINCE.get(at));
    match run {
        Some((_, last, minor)) if code_point <= *last => python >= (3, *minor),
        _ => is_printable(char),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings() {
        let table: &[(&[u8], &str)] = &[
            (b"", "''"),
            (b"abc", "'abc'"),
            (b"it's", "\"it's\""),
            (b"\"", "'\"'"),
            (b"'\"", r#"'\'"'"#),
            (b"\\", r"'\\'"),
            (b"\t\n\r", r"'\t\n\r'"),
            (b"\0\x07\x1b\x1f\x7f", r"'\x00\x07\x1b\x1f\x7f'"),
            (b"\xc2\x80\xc2\xa0\xc2\xad\xc2\xa1", "'\\x80\\xa0\\xad¡'"),
            ("é€\u{200b}\u{2028}\u{378}\u{e000}".as_bytes(), "'é€\\u200b\\u2028\\u0378\\ue000'"),
            ("😀\u{e0001}\u{10ffff}".as_bytes(), "'😀\\U000e0001\\U0010ffff'"),
            (b"\xed\xa0\xbd\xed\xb8\x80", r"'\ud83d\ude00'"),
        ];
        for (bytes, expected) in table {
            let mut text = String::new();
            write_str_repr(&mut text, PyStr::new(bytes).unwrap()).unwrap();
            assert_eq!(text, *expected);
        }
    }

    #[test]
    fn bytes() {
        let table: &[(&[u8], &str)] = &[
            (b"", "b''"),
            (b"abc", "b'abc'"),
            (b"it's", "b\"it's\""),
            (b"'\"", r#"b'\'"'"#),
            (b"\\\t\n\r", r"b'\\\t\n\r'"),
            (b"\0\x1f ~\x7f\x80\xff", r"b'\x00\x1f ~\x7f\x80\xff'"),
        ];
        for (bytes, expected) in table {
            let mut text = String::new();
            write_bytes_repr(&mut text, bytes).unwrap();
            assert_eq!(text, *expected);
        }
    }

    #[test]
    fn table_is_sorted_and_has_gaps() {
        for pair in NOT_PRINTABLE.windows(2) {
            assert!(pair[0].0 <= pair[0].1 && pair[0].1 + 1 < pair[1].0, "{pair:x?}");
        }
    }

    #[test]
    fn table_agrees_with_the_rule_for_ascii() {
        for byte in 0..0x80 {
            let listed = NOT_PRINTABLE.iter().any(|&(first, last)| (first..=last).contains(&u32::from(byte)));
            assert_eq!(is_printable(char::from(byte)), !listed);
        }
    }
}
