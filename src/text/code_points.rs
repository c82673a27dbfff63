//! Generalised UTF-8: UTF-8 in which the surrogates, too, have their three bytes.
//!
//! Python calls it UTF-8 with the error handler `surrogatepass`.
//!
//! ```text
//! 0xxxxxxx                                 up to U+007F
//! 110xxxxx 10xxxxxx                        up to U+07FF
//! 1110xxxx 10xxxxxx 10xxxxxx               up to U+FFFF; U+D800 to U+DFFF are ED A0 80 to ED BF BF
//! 11110xxx 10xxxxxx 10xxxxxx 10xxxxxx      up to U+10FFFF
//! ```

use crate::int::low_byte;
use std::iter::FusedIterator;

/// Holds the bytes against the rules; the error is the offset of the first sequence which breaks them.
///
/// The offset is the `start` of the `UnicodeDecodeError` CPython raises in `PyUnicode_DecodeUTF8`.
#[inline]
pub(crate) fn validate(bytes: &[u8]) -> Result<(), usize> {
    if is_short_ascii(bytes) { Ok(()) } else { validate_any(bytes) }
}

fn validate_any(bytes: &[u8]) -> Result<(), usize> {
    if bytes.is_ascii() {
        return Ok(());
    }
    let mut checked = 0;
    while let Err(error) = std::str::from_utf8(bytes.get(checked..).unwrap_or_default()) {
        checked += error.valid_up_to();
        match bytes.get(checked..) {
            Some([0xed, 0xa0..=0xbf, 0x80..=0xbf, ..]) => checked += 3,
            _ => return Err(checked),
        }
    }
    Ok(())
}

/// Whether these are at most 16 bytes, and all ASCII.
///
/// Most strings of a pickle are. Two words which may overlap cover them, in less than half the time `from_utf8` needs.
#[inline]
fn is_short_ascii(bytes: &[u8]) -> bool {
    const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
    const HALF_HIGH_BITS: u32 = 0x8080_8080;
    match bytes.len() {
        0..4 => bytes.iter().fold(0, |all, byte| all | byte) < 0x80,
        4..8 => match (bytes.first_chunk(), bytes.last_chunk()) {
            (Some(first), Some(last)) => (u32::from_ne_bytes(*first) | u32::from_ne_bytes(*last)) & HALF_HIGH_BITS == 0,
            _ => false,
        },
        8..=16 => match (bytes.first_chunk(), bytes.last_chunk()) {
            (Some(first), Some(last)) => (u64::from_ne_bytes(*first) | u64::from_ne_bytes(*last)) & HIGH_BITS == 0,
            _ => false,
        },
        _ => false,
    }
}

/// The code points of a [`PyStr`][super::PyStr], surrogates included. Made by [`PyStr::code_points`][super::PyStr::code_points].
#[derive(Clone, Debug)]
pub struct CodePoints<'a> {
    /// Valid, or what comes out has no meaning.
    pub(super) rest: &'a [u8],
}

impl Iterator for CodePoints<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        let (&first, rest) = self.rest.split_first()?;
        let (bits, more) = match first {
            0x00..=0x7f => (first, 0),
            0x80..=0xdf => (first & 0x1f, 1),
            0xe0..=0xef => (first & 0x0f, 2),
            0xf0..=0xff => (first & 0x07, 3),
        };
        let (continuation, rest) = rest.split_at_checked(more)?;
        self.rest = rest;
        Some(continuation.iter().fold(u32::from(bits), |code_point, byte| (code_point << 6) | u32::from(byte & 0x3f)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.rest.len().div_ceil(4), Some(self.rest.len()))
    }
}

impl FusedIterator for CodePoints<'_> {}

/// Appends the bytes of a code point, which may be a surrogate and is at most U+10FFFF.
pub(crate) fn push_code_point(code_point: u32, out: &mut Vec<u8>) {
    let byte = |head: u8, shift: u32, mask: u32| head | low_byte(u64::from((code_point >> shift) & mask));
    match code_point {
        0..0x80 => out.push(byte(0, 0, 0x7f)),
        0x80..0x800 => out.extend([byte(0xc0, 6, 0x1f), byte(0x80, 0, 0x3f)]),
        0x800..0x1_0000 => out.extend([byte(0xe0, 12, 0x0f), byte(0x80, 6, 0x3f), byte(0x80, 0, 0x3f)]),
        _ => out.extend([byte(0xf0, 18, 0x07), byte(0x80, 12, 0x3f), byte(0x80, 6, 0x3f), byte(0x80, 0, 0x3f)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_code_point_round_trips() {
        let mut bytes = Vec::new();
        for code_point in 0..=0x10_ffff {
            bytes.clear();
            push_code_point(code_point, &mut bytes);
            assert_eq!(validate(&bytes), Ok(()), "{code_point:x}");
            assert_eq!(CodePoints { rest: &bytes }.collect::<Vec<_>>(), [code_point]);
            if let Some(char) = char::from_u32(code_point) {
                assert_eq!(bytes, char.to_string().as_bytes());
            }
        }
    }

    #[test]
    fn validation() {
        let table: &[(&[u8], Result<(), usize>)] = &[
            (b"", Ok(())),
            ("aé€😀".as_bytes(), Ok(())),
            (b"\xed\xa0\x80", Ok(())),
            (b"a\xed\xbf\xbfb", Ok(())),
            (b"\xed\xa0\xbd\xed\xb8\x80", Ok(())),
            (b"\x80", Err(0)),
            (b"a\xff", Err(1)),
            (b"\xc0\x80", Err(0)),
            (b"\xe0\x80\x80", Err(0)),
            (b"\xed\xa0", Err(0)),
            (b"\xed\xa0\x80\xed\xa0", Err(3)),
            (b"\xed\xa0a", Err(0)),
            (b"ab\xf4\x90\x80\x80", Err(2)),
            (b"\xf5\x80\x80\x80", Err(0)),
            (b"\xe2\x82", Err(0)),
        ];
        for (bytes, expected) in table {
            assert_eq!(validate(bytes), *expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn short_ascii_of_every_length() {
        for len in 0..40 {
            let mut bytes = vec![b'a'; len];
            assert_eq!(is_short_ascii(&bytes), len <= 16, "{len}");
            for at in 0..len {
                bytes[at] = 0x80;
                assert!(!is_short_ascii(&bytes), "{len}, {at}");
                assert_eq!(validate(&bytes), Err(at));
                bytes[at] = b'a';
            }
        }
    }

    proptest! {
        #[test]
        fn valid_utf8_is_valid(text: String) {
            prop_assert_eq!(validate(text.as_bytes()), Ok(()));
            let chars = CodePoints { rest: text.as_bytes() }.map(|c| char::from_u32(c).unwrap());
            prop_assert_eq!(chars.collect::<String>(), text);
        }

        #[test]
        fn any_bytes_give_an_answer(bytes: Vec<u8>) {
            let utf8 = std::str::from_utf8(&bytes).is_ok();
            prop_assert!(validate(&bytes).is_ok() || !utf8);
            let _ = CodePoints { rest: &bytes }.count();
        }
    }
}
