//! Python's `str`, and the texts in which pickles and `repr` write strings, bytes and floats.
//!
//! A Python string is a sequence of code points, and unlike a Rust string it may hold a surrogate without its partner:
//! `os.fsdecode` and JSON make such strings. Binary pickles write them in UTF-8 all the same, a surrogate in three bytes:
//!
//! ```text
//! \x8c  04  61 ed b2 80      SHORT_BINUNICODE  'a\udc80'
//! ```
//!
//! [`PyStr`] is a view on such bytes. The rest of the module is about text written for humans, which protocol 0 puts into
//! its lines too: [`mod@repr`] is what Python's `repr` gives for strings and bytes, [`float`] the same for floats and how
//! their lines are read, [`escape`] the escapes of the opcodes UNICODE and STRING.

mod code_points;
mod encoding;
pub mod escape;
pub mod float;
mod printable;
mod printable_since;
pub mod repr;

pub use code_points::CodePoints;
pub(crate) use code_points::{push_code_point, validate};
pub use encoding::Encoding;
pub use printable::UNICODE_VERSION;

use std::borrow::Cow;
use std::fmt;

/// A Python `str`: its bytes in UTF-8, in which lone surrogates are legal.
///
/// This is the encoding Python calls `utf-8` with the error handler `surrogatepass`. A high and a low surrogate which
/// follow each other, each in its three bytes, are two code points, as they are in Python.
///
/// Equality, order and hash are those of the bytes. They agree with Python's `==` and `<`, since each string has one
/// encoding, and the encoding keeps the order of the code points.
///
/// `Display` writes the string, with U+FFFD for each surrogate; `Debug` writes Python's `repr`.
///
/// # Examples
///
/// ```
/// use cloudpickle::text::PyStr;
///
/// let name = PyStr::from("naïve");
/// assert_eq!(name, "naïve");
/// assert_eq!(name.len_code_points(), 5);
///
/// let lone = PyStr::new(b"a\xed\xb2\x80").unwrap();
/// assert_eq!(lone.to_str(), None);
/// assert_eq!(lone.to_string_lossy(), "a\u{fffd}");
/// assert_eq!(format!("{lone:?}"), r"'a\udc80'");
///
/// assert_eq!(PyStr::new(b"caf\xe9"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PyStr<'a> {
    bytes: &'a [u8],
}

impl<'a> PyStr<'a> {
    /// A string of these bytes; none if they are not UTF-8, surrogates passed.
    ///
    /// This is `bytes.decode("utf-8", "surrogatepass")`; `PyUnicode_DecodeUTF8` in CPython's `Objects/unicodeobject.c`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::text::PyStr;
    ///
    /// assert!(PyStr::new("€".as_bytes()).is_some());
    /// assert!(PyStr::new(b"\xed\xa0\x80").is_some());
    /// assert!(PyStr::new(b"\xc0\x80").is_none());
    /// ```
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        validate(bytes).ok().map(|()| Self { bytes })
    }

    /// A string of bytes known to be valid. If they are not, what the methods give has no meaning.
    #[inline]
    pub(crate) fn from_valid(bytes: &'a [u8]) -> Self {
        debug_assert!(validate(bytes).is_ok());
        Self { bytes }
    }

    /// The bytes: `str.encode("utf-8", "surrogatepass")`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::text::PyStr;
    ///
    /// assert_eq!(PyStr::from("é").as_bytes(), b"\xc3\xa9");
    /// ```
    #[inline]
    pub fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The string as Rust has them; none if there is a surrogate in it.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::text::PyStr;
    ///
    /// assert_eq!(PyStr::from("é").to_str(), Some("é"));
    /// assert_eq!(PyStr::new(b"\xed\xa0\xbd\xed\xb8\x80").unwrap().to_str(), None);
    /// ```
    #[inline]
    pub fn to_str(self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes).ok()
    }

    /// The string with one U+FFFD for each surrogate in it.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::text::PyStr;
    ///
    /// assert_eq!(PyStr::new(b"\xed\xa0\x80.").unwrap().to_string_lossy(), "\u{fffd}.");
    /// ```
    pub fn to_string_lossy(self) -> Cow<'a, str> {
        match self.to_str() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(
                self.code_points().map(|code_point| char::from_u32(code_point).unwrap_or(char::REPLACEMENT_CHARACTER)).collect(),
            ),
        }
    }

    /// The code points: `map(ord, str)`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::text::PyStr;
    ///
    /// let pair = PyStr::new(b"\xed\xa0\xbd\xed\xb8\x80").unwrap();
    /// assert_eq!(pair.code_points().collect::<Vec<_>>(), [0xd83d, 0xde00]);
    /// assert_eq!(PyStr::from("😀").code_points().collect::<Vec<_>>(), [0x1f600]);
    /// ```
    #[inline]
    pub fn code_points(self) -> CodePoints<'a> {
        CodePoints { rest: self.bytes }
    }

    /// The number of code points: `len(str)`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::text::PyStr;
    ///
    /// assert_eq!(PyStr::from("😀é").len_code_points(), 2);
    /// ```
    pub fn len_code_points(self) -> usize {
        // All bytes but those which continue a sequence begin one.
        self.bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
    }

    /// Whether this is `''`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::text::PyStr;
    ///
    /// assert!(PyStr::default().is_empty());
    /// ```
    #[inline]
    pub fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }
}

impl<'a> From<&'a str> for PyStr<'a> {
    #[inline]
    fn from(text: &'a str) -> Self {
        Self::from_valid(text.as_bytes())
    }
}

impl PartialEq<str> for PyStr<'_> {
    #[inline]
    fn eq(&self, other: &str) -> bool {
        self.bytes == other.as_bytes()
    }
}

impl PartialEq<&str> for PyStr<'_> {
    #[inline]
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl fmt::Display for PyStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_string_lossy())
    }
}

impl fmt::Debug for PyStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        repr::write_str_repr(f, *self)
    }
}

/// Lets what writes text append to bytes: `write_float_repr(&mut Utf8Sink(&mut out), float)`.
///
/// # Examples
///
/// ```
/// use cloudpickle::text::{Utf8Sink, float::write_float_repr};
///
/// let mut line = b"F".to_vec();
/// write_float_repr(&mut Utf8Sink(&mut line), 0.5)?;
/// assert_eq!(line, b"F0.5");
/// # Ok::<(), std::fmt::Error>(())
/// ```
#[derive(Debug)]
pub struct Utf8Sink<'a>(pub &'a mut Vec<u8>);

impl fmt::Write for Utf8Sink<'_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views() {
        // bytes, to_str, lossy, code points
        type Row = (&'static [u8], Option<&'static str>, &'static str, &'static [u32]);
        let table: &[Row] = &[
            (b"", Some(""), "", &[]),
            (b"abc", Some("abc"), "abc", &[0x61, 0x62, 0x63]),
            (b"\xc3\xa9", Some("é"), "é", &[0xe9]),
            (b"\xf0\x9f\x98\x80", Some("😀"), "😀", &[0x1f600]),
            (b"\xed\xa0\xbd\xed\xb8\x80", None, "\u{fffd}\u{fffd}", &[0xd83d, 0xde00]),
            (b"a\xed\xbf\xbf\xc3\xa9", None, "a\u{fffd}é", &[0x61, 0xdfff, 0xe9]),
        ];
        for &(bytes, text, lossy, code_points) in table {
            let str = PyStr::new(bytes).unwrap();
            assert_eq!(str.as_bytes(), bytes);
            assert_eq!(str.to_str(), text);
            assert_eq!(str.to_string_lossy(), lossy);
            assert_eq!(str.to_string(), lossy);
            assert_eq!(str.code_points().collect::<Vec<_>>(), code_points);
            assert_eq!(str.len_code_points(), code_points.len());
            assert_eq!(str.is_empty(), bytes.is_empty());
            assert_eq!(text.is_some_and(|text| str == text), text.is_some());
        }
    }

    #[test]
    fn order_is_that_of_the_code_points() {
        let texts: [&[u8]; 6] = [b"", b"a", b"\xc3\xa9", b"\xed\xa0\x80", b"\xef\xbf\xbd", b"\xf0\x9f\x98\x80"];
        let strs = texts.map(|bytes| PyStr::new(bytes).unwrap());
        assert!(strs.is_sorted());
        assert!(strs.is_sorted_by(|a, b| a.code_points().le(b.code_points())));
    }

    #[test]
    fn padding() {
        assert_eq!(format!("{:>4}|{:?}", PyStr::from("é"), PyStr::from("é'")), "   é|\"é'\"");
    }
}
