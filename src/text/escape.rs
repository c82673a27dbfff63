//! The escapes in the lines of the opcodes UNICODE and STRING.
//!
//! ```text
//! V  c a f \xe9 \ u 2 0 a c \n       UNICODE  'café€'      raw-unicode-escape: Latin-1 bytes, \u and \U
//! S  ' c a f \ x e 9 ' \n            STRING   b'caf\xe9'   Python 2's repr, with its quotes
//! ```
//!
//! Writers and readers stand in pairs: [`encode_raw_unicode`] and [`decode_raw_unicode`]; [`encode_string_repr`], and
//! [`quoted_body`] with [`decode_string_escape`].

use super::{PyStr, Utf8Sink, push_code_point, repr};
use memchr::memchr;
use std::borrow::Cow;
use std::fmt::Write;

/// An escape which cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at {offset}")]
pub struct EscapeError {
    /// Where its backslash is, from the beginning of the text given.
    pub offset: usize,
    /// What is wrong with it.
    pub reason: EscapeReason,
}

/// What is wrong with an escape. The messages are CPython's, spelled as the crate spells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EscapeReason {
    /// Fewer than four hexadecimal digits after `\u`.
    #[error("truncated \\uXXXX escape")]
    TruncatedU4,
    /// Fewer than eight hexadecimal digits after `\U`.
    #[error("truncated \\UXXXXXXXX escape")]
    TruncatedU8,
    /// A `\U` escape for more than U+10FFFF.
    #[error("\\UXXXXXXXX escape out of range")]
    OutOfRange,
    /// Fewer than two hexadecimal digits after `\x`.
    #[error("invalid \\x escape")]
    InvalidX,
    /// A backslash with nothing after it.
    #[error("trailing backslash")]
    TrailingBackslash,
}

impl EscapeReason {
    fn at(self, offset: usize) -> EscapeError {
        EscapeError { offset, reason: self }
    }
}

/// Appends a string as the line of a UNICODE opcode has it, without the `\n`.
///
/// Characters up to U+00FF are single bytes. Escaped are those above, and backslash, NUL, line feed, carriage return and
/// Control-Z, which text files on some systems do not keep.
///
/// This is `raw_unicode_escape` in CPython's `Modules/_pickle.c` from 3.7 on; older ones escaped backslash and line feed only.
///
/// # Examples
///
/// ```
/// use cloudpickle::text::{PyStr, escape::encode_raw_unicode};
///
/// let mut line = Vec::new();
/// encode_raw_unicode(PyStr::from("é\\€😀"), &mut line);
/// assert_eq!(line, b"\xe9\\u005c\\u20ac\\U0001f600");
/// ```
pub fn encode_raw_unicode(str: PyStr<'_>, out: &mut Vec<u8>) {
    for code_point in str.code_points() {
        match u8::try_from(code_point) {
            Ok(b'\\' | b'\0' | b'\n' | b'\r' | 0x1a) => {}
            Ok(latin1) => {
                out.push(latin1);
                continue;
            }
            Err(_) => {}
        }
        let mut out = Utf8Sink(out);
        // Writing to a vector does not fail.
        let _ = if code_point <= 0xffff { write!(out, "\\u{code_point:04x}") } else { write!(out, "\\U{code_point:08x}") };
    }
}

/// Reads the line of a UNICODE opcode, its `\n` taken off: the bytes of a [`PyStr`].
///
/// A backslash before anything but `u` and `U` stands for itself, and so does what follows it, even another backslash: in
/// `\\u0041` there is no escape. `\ud83d\ude00` is two surrogates, not one character.
///
/// The line itself is given back where it can be.
///
/// This is `_PyUnicode_DecodeRawUnicodeEscapeStateful` in CPython's `Objects/unicodeobject.c`.
///
/// # Errors
///
/// [`EscapeReason::TruncatedU4`], [`EscapeReason::TruncatedU8`], [`EscapeReason::OutOfRange`].
///
/// # Examples
///
/// ```
/// use cloudpickle::text::{PyStr, escape::decode_raw_unicode};
///
/// let bytes = decode_raw_unicode(b"caf\xe9 \\u20ac \\n")?;
/// assert_eq!(PyStr::new(&bytes).unwrap(), "café € \\n");
///
/// let error = decode_raw_unicode(b"caf\\u00e").unwrap_err();
/// assert_eq!(error.to_string(), "truncated \\uXXXX escape at 3");
/// # Ok::<(), cloudpickle::text::escape::EscapeError>(())
/// ```
pub fn decode_raw_unicode(line: &[u8]) -> Result<Cow<'_, [u8]>, EscapeError> {
    if line.is_ascii() && memchr(b'\\', line).is_none() {
        return Ok(Cow::Borrowed(line));
    }
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while let [first, after @ ..] = rest {
        let offset = line.len() - rest.len();
        rest = match (first, after) {
            (b'\\', [b'u', digits @ ..]) => {
                let (code_point, after) = hex(digits, 4).ok_or(EscapeReason::TruncatedU4.at(offset))?;
                push_code_point(code_point, &mut out);
                after
            }
            (b'\\', [b'U', digits @ ..]) => {
                let (code_point, after) = hex(digits, 8).ok_or(EscapeReason::TruncatedU8.at(offset))?;
                if code_point > 0x10_ffff {
                    return Err(EscapeReason::OutOfRange.at(offset));
                }
                push_code_point(code_point, &mut out);
                after
            }
            (b'\\', [second, after @ ..]) => {
                out.push(b'\\');
                push_code_point(u32::from(*second), &mut out);
                after
            }
            _ => {
                push_code_point(u32::from(*first), &mut out);
                after
            }
        };
    }
    Ok(Cow::Owned(out))
}

/// Appends bytes as the line of a STRING opcode has them, quotes included, without the `\n`.
///
/// This is Python 2's `repr(str)`, which its picklers write at protocol 0; `string_repr` in its `Objects/stringobject.c`.
///
/// # Examples
///
/// ```
/// use cloudpickle::text::escape::encode_string_repr;
///
/// let mut line = Vec::new();
/// encode_string_repr(b"caf\xe9\n", &mut line);
/// assert_eq!(line, br"'caf\xe9\n'");
/// ```
pub fn encode_string_repr(bytes: &[u8], out: &mut Vec<u8>) {
    // Writing to a vector does not fail.
    let _ = repr::write_quoted_bytes(&mut Utf8Sink(out), bytes);
}

/// What is between the quotes of the line of a STRING opcode, its `\n` taken off.
///
/// The line must begin and end with the same quote, single or double; none if it does not. Nothing is said about quotes
/// in between.
///
/// This is in `load_string` in CPython's `Modules/_pickle.c`: `UnpicklingError: the STRING opcode argument must be quoted`.
///
/// # Examples
///
/// ```
/// use cloudpickle::text::escape::quoted_body;
///
/// assert_eq!(quoted_body(b"'it's'"), Some(&b"it's"[..]));
/// assert_eq!(quoted_body(b"'it\""), None);
/// assert_eq!(quoted_body(b"'"), None);
/// ```
pub fn quoted_body(line: &[u8]) -> Option<&[u8]> {
    match line {
        [b'\'', body @ .., b'\''] | [b'"', body @ .., b'"'] => Some(body),
        _ => None,
    }
}

/// Reads the escapes of a bytes literal, as they stand between the quotes of a STRING line.
///
/// These are Python's: `\n` and its like, up to three octal digits of which eight bits are kept, `\x` with two hexadecimal
/// digits, and a backslash before a line feed, which takes both away. Before anything else a backslash stands for itself.
///
/// The text itself is given back if there is no backslash in it.
///
/// This is `PyBytes_DecodeEscape` in CPython's `Objects/bytesobject.c`.
///
/// # Errors
///
/// [`EscapeReason::InvalidX`], [`EscapeReason::TrailingBackslash`].
///
/// # Examples
///
/// ```
/// use cloudpickle::text::escape::decode_string_escape;
///
/// assert_eq!(*decode_string_escape(br"\x41\102\q\n")?, *b"AB\\q\n");
/// assert_eq!(decode_string_escape(br"ab\x4").unwrap_err().offset, 2);
/// # Ok::<(), cloudpickle::text::escape::EscapeError>(())
/// ```
pub fn decode_string_escape(text: &[u8]) -> Result<Cow<'_, [u8]>, EscapeError> {
    let Some(first) = memchr(b'\\', text) else {
        return Ok(Cow::Borrowed(text));
    };
    let mut out = Vec::with_capacity(text.len());
    let mut offset = 0;
    let mut next = Some(first);
    while let Some(plain) = next {
        let (before, rest) = text.get(offset..).unwrap_or_default().split_at(plain);
        out.extend_from_slice(before);
        offset += plain;
        let (byte, len) = string_escape(rest).map_err(|reason| reason.at(offset))?;
        out.extend(byte);
        offset += len;
        next = memchr(b'\\', text.get(offset..).unwrap_or_default());
    }
    out.extend_from_slice(text.get(offset..).unwrap_or_default());
    Ok(Cow::Owned(out))
}

/// The byte which the escape at the beginning stands for, if any, and the length of the escape.
fn string_escape(text: &[u8]) -> Result<(Option<u8>, usize), EscapeReason> {
    let byte = match text.get(1) {
        None => return Err(EscapeReason::TrailingBackslash),
        Some(b'\n') => return Ok((None, 2)),
        Some(b'x') => {
            let (value, _) = text.get(2..).and_then(|digits| hex(digits, 2)).ok_or(EscapeReason::InvalidX)?;
            return Ok((u8::try_from(value).ok(), 4));
        }
        Some(b'0'..=b'7') => {
            let digits = text.iter().skip(1).take(3).take_while(|byte| matches!(byte, b'0'..=b'7'));
            // A ninth bit is lost, as in C.
            let value = digits.clone().fold(0_u8, |value, digit| (value << 3) | (digit - b'0'));
            return Ok((Some(value), 1 + digits.count()));
        }
        Some(byte @ (b'\\' | b'\'' | b'"')) => *byte,
        Some(b'a') => 0x07,
        Some(b'b') => 0x08,
        Some(b't') => b'\t',
        Some(b'n') => b'\n',
        Some(b'v') => 0x0b,
        Some(b'f') => 0x0c,
        Some(b'r') => b'\r',
        // Only the backslash; what follows it is plain.
        Some(_) => return Ok((Some(b'\\'), 1)),
    };
    Ok((Some(byte), 2))
}

/// The value of the first `count` bytes, at most eight hexadecimal digits, and what follows them.
fn hex(text: &[u8], count: usize) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(count)?;
    let value = digits.iter().try_fold(0_u32, |value, &byte| Some((value << 4) | char::from(byte).to_digit(16)?))?;
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::EscapeReason::{InvalidX, OutOfRange, TrailingBackslash, TruncatedU4, TruncatedU8};
    use super::*;
    use proptest::prelude::*;
    use proptest::string::bytes_regex;

    #[test]
    fn raw_unicode() {
        // The line CPython writes, the bytes of the string.
        let table: &[(&[u8], &[u8])] = &[
            (b"", b""),
            (b"abc", b"abc"),
            (b"caf\xe9\xff\x80", "café\u{ff}\u{80}".as_bytes()),
            (b"\\u005c\\u0000\\u000a\\u000d\\u001a", b"\\\0\n\r\x1a"),
            (b"\t\x0b\x1b\x7f'\"", b"\t\x0b\x1b\x7f'\""),
            (b"\\u0100\\uffff", "\u{100}\u{ffff}".as_bytes()),
            (b"\\U00010000\\U0010ffff", "\u{10000}\u{10ffff}".as_bytes()),
            (b"\\ud83d\\ude00", b"\xed\xa0\xbd\xed\xb8\x80"),
        ];
        for (line, bytes) in table {
            let mut written = Vec::new();
            encode_raw_unicode(PyStr::new(bytes).unwrap(), &mut written);
            assert_eq!(written, *line);
            let read = decode_raw_unicode(line).unwrap();
            assert_eq!(read, *bytes);
            assert_eq!(matches!(read, Cow::Borrowed(_)), line.is_ascii() && !line.contains(&b'\\'));
        }
    }

    #[test]
    fn raw_unicode_lines_cpython_does_not_write() {
        let table: &[(&[u8], Result<&str, EscapeError>)] = &[
            (br"\", Ok(r"\")),
            (br"\\", Ok(r"\\")),
            (br"\\u0041", Ok(r"\\u0041")),
            (br"\\\u0041", Ok(r"\\A")),
            (br"\x41\n\", Ok(r"\x41\n\")),
            (b"\\\xe9", Ok("\\é")),
            (br"\u00E9\u00e9", Ok("éé")),
            (br"\U0000004100", Ok("A00")),
            (br"a\u", Err(TruncatedU4.at(1))),
            (br"a\u00e", Err(TruncatedU4.at(1))),
            (br"a\u00g0", Err(TruncatedU4.at(1))),
            (br"\u+041", Err(TruncatedU4.at(0))),
            (br"ab\U0000004", Err(TruncatedU8.at(2))),
            (br"\U00110000", Err(OutOfRange.at(0))),
            (br"\Uffffffff", Err(OutOfRange.at(0))),
        ];
        for (line, expected) in table {
            let read = decode_raw_unicode(line).map(|bytes| String::from_utf8(bytes.into()).unwrap());
            assert_eq!(read, expected.map(str::to_owned), "{}", line.escape_ascii());
        }
    }

    #[test]
    fn string_repr() {
        // The line Python 2 writes, the bytes.
        let table: &[(&[u8], &[u8])] = &[
            (b"''", b""),
            (b"'abc'", b"abc"),
            (b"\"it's\"", b"it's"),
            (br#"'\'"'"#, b"'\""),
            (br"'\\\t\n\r'", b"\\\t\n\r"),
            (br"'\x00\x1f ~\x7f\xff'", b"\0\x1f ~\x7f\xff"),
        ];
        for (line, bytes) in table {
            let mut written = Vec::new();
            encode_string_repr(bytes, &mut written);
            assert_eq!(written, *line);
            assert_eq!(decode_string_escape(quoted_body(line).unwrap()).unwrap(), *bytes);
        }
    }

    #[test]
    fn string_escapes() {
        type Row = (&'static [u8], Result<&'static [u8], EscapeError>);
        let table: &[Row] = &[
            (b"", Ok(b"")),
            (b"a'b\xff", Ok(b"a'b\xff")),
            (br#"\\\'\"\a\b\t\n\v\f\r"#, Ok(b"\\'\"\x07\x08\t\n\x0b\x0c\r")),
            (b"a\\\nb", Ok(b"ab")),
            (br"\0\12\101\1011\18\8", Ok(b"\0\nAA1\x018\\8")),
            (br"\400\777", Ok(b"\0\xff")),
            (br"\x41\xfF\x411", Ok(b"A\xffA1")),
            (br"\q\u0041\N", Ok(br"\q\u0041\N")),
            (br"\q\\", Ok(br"\q\")),
            (br"a\", Err(TrailingBackslash.at(1))),
            (br"\x", Err(InvalidX.at(0))),
            (br"a\x4", Err(InvalidX.at(1))),
            (br"ab\x4g", Err(InvalidX.at(2))),
            (br"\x+1", Err(InvalidX.at(0))),
        ];
        for (text, expected) in table {
            let read = decode_string_escape(text);
            assert_eq!(read.as_deref().map_err(|&error| error), *expected, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn quotes() {
        let table: &[(&[u8], Option<&[u8]>)] = &[
            (b"''", Some(b"")),
            (b"\"\"", Some(b"")),
            (b"'a'", Some(b"a")),
            (b"'a'b'", Some(b"a'b")),
            (b"'\\'", Some(b"\\")),
            (b"", None),
            (b"'", None),
            (b"abc", None),
            (b"'a\"", None),
            (b"'a' ", None),
            (b" 'a'", None),
            (b"xax", None),
        ];
        for (line, expected) in table {
            assert_eq!(quoted_body(line), *expected, "{}", line.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn raw_unicode_round_trips(text: String) {
            let mut line = Vec::new();
            encode_raw_unicode(PyStr::from(text.as_str()), &mut line);
            prop_assert!(!line.contains(&b'\n'));
            prop_assert_eq!(&*decode_raw_unicode(&line).unwrap(), text.as_bytes());
        }

        #[test]
        fn string_repr_round_trips(bytes: Vec<u8>) {
            let mut line = Vec::new();
            encode_string_repr(&bytes, &mut line);
            prop_assert_eq!(&*decode_string_escape(quoted_body(&line).unwrap()).unwrap(), &*bytes);
        }

        #[test]
        fn any_line_gives_an_answer(line in bytes_regex(r"(?s-u)[\\uUx0-9a-f'\n\xff]{0,20}").unwrap()) {
            if let Ok(bytes) = decode_raw_unicode(&line) {
                prop_assert!(PyStr::new(&bytes).is_some());
            }
            let _ = decode_string_escape(&line);
        }
    }
}
