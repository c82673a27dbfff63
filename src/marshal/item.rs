//! The type codes of marshal, each with what stands behind it: one table, from which reader and writer are made.

use super::operand::{Digits, Ieee64, Long, Number, NumberPair, Operand, Reader, Short};
use crate::error::{Error, ErrorKind, Result};
use crate::text::PyStr;

/// Makes [`Item`] and everything that is known of a type code from one table. A row such as
///
/// ```text
/// /// An int of 32 bits.
/// INT = b'i' => Int(i32), shared, 0;
/// ```
///
/// says: `TYPE_INT` is the byte `i`, behind it stands an [`Operand`] `i32`, `FLAG_REF` gives the object a number (`plain`: it
/// does not), version 0 of marshal has it already.
macro_rules! types {
    ($($(#[$doc:meta])* $text:ident = $byte:literal => $name:ident $(($operand:ty))?, $sharing:ident, $version:literal;)*) => {
        /// One object of marshal data by itself, without its children: its type code, and what stands behind that.
        ///
        /// A container says how many objects follow which are its items; see [`Node::children`](super::Node::children).
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[non_exhaustive]
        pub enum Item<'a> {
            $($(#[$doc])* $name $(($operand))?,)*
            /// An int field of a code object: four bytes without a type code.
            Field(i32),
        }

        impl<'a> Item<'a> {
            /// Reads what stands behind a type code.
            #[inline]
            pub(super) fn parse(code: u8, input: &mut Reader<'a>) -> Result<Self> {
                match code {
                    $($byte => Ok(Self::$name $((<$operand>::parse(input).map_err(|error| in_type(error, concat!("TYPE_", stringify!($text))))?))?),)*
                    _ => Err(unknown_type_code(code)),
                }
            }

            /// Writes the type code, with or without `FLAG_REF`, and what stands behind it.
            #[inline]
            pub(super) fn emit(&self, flag: bool, out: &mut Vec<u8>) {
                match self {
                    $(types!(@pattern $name $(operand $operand)?) => {
                        out.push(if flag { $byte | FLAG_REF } else { $byte });
                        $(<$operand as Operand<'_>>::emit(operand, out);)?
                    })*
                    Self::Field(n) => n.emit(out),
                }
            }

            /// The type code, without `FLAG_REF`; `None` for a [`Item::Field`], which has none.
            #[must_use]
            pub fn type_code(&self) -> Option<u8> {
                match self {
                    $(Self::$name { .. } => Some($byte),)*
                    Self::Field(_) => None,
                }
            }

            /// The name of the type code in CPython's `Python/marshal.c`, such as `TYPE_INT`.
            #[must_use]
            pub fn type_name(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => concat!("TYPE_", stringify!($text)),)*
                    Self::Field(_) => "TYPE_CODE",
                }
            }

            /// The first version of marshal that writes the type code.
            #[must_use]
            pub fn version(&self) -> u8 {
                match self {
                    $(Self::$name { .. } => $version,)*
                    Self::Field(_) => 0,
                }
            }

            /// Whether `FLAG_REF` gives the object a number, by which a [`Item::Ref`] can name it. For the others it says
            /// nothing.
            #[inline]
            pub(super) fn takes_number(&self) -> bool {
                match self {
                    $(Self::$name { .. } => types!(@ $sharing),)*
                    Self::Field(_) => false,
                }
            }
        }
    };
    (@pattern $name:ident $bound:ident $operand:ty) => { Self::$name($bound) };
    (@pattern $name:ident) => { Self::$name };
    (@ shared) => { true };
    (@ plain) => { false };
}
types! {
    /// No object: the end of a dict.
    NULL = b'0' => Null, plain, 0;
    /// `None`.
    NONE = b'N' => None, plain, 0;
    /// `False`.
    FALSE = b'F' => False, plain, 0;
    /// `True`.
    TRUE = b'T' => True, plain, 0;
    /// The class `StopIteration`.
    STOPITER = b'S' => StopIteration, plain, 0;
    /// `...`, the `Ellipsis`.
    ELLIPSIS = b'.' => Ellipsis, plain, 0;
    /// An int of 32 bits.
    INT = b'i' => Int(i32), shared, 0;
    /// An int of 64 bits; Python 2 wrote it.
    INT64 = b'I' => Int64(i64), shared, 0;
    /// Any other int.
    LONG = b'l' => Long(Digits<'a>), shared, 0;
    /// A float as text.
    FLOAT = b'f' => Float(Number<'a>), shared, 0;
    /// A float as its bits.
    BINARY_FLOAT = b'g' => BinaryFloat(Ieee64), shared, 2;
    /// A complex number as two texts.
    COMPLEX = b'x' => Complex(NumberPair<'a>), shared, 0;
    /// A complex number as its bits, the real part first.
    BINARY_COMPLEX = b'y' => BinaryComplex((Ieee64, Ieee64)), shared, 2;
    /// Bytes; a `str` of Python 2.
    STRING = b's' => Bytes(Long<'a>), shared, 0;
    /// A str that Python interns; in Python 2 a `str`, which a [`Item::StringRef`] can name.
    INTERNED = b't' => Interned(Long<'a>), shared, 1;
    /// A `str` of Python 2 that was there before, by its number among the interned ones.
    STRINGREF = b'R' => StringRef(u32), plain, 1;
    /// A str in UTF-8, lone surrogates in it.
    UNICODE = b'u' => Unicode(PyStr<'a>), shared, 0;
    /// A str of ASCII; CPython reads it as Latin-1.
    ASCII = b'a' => Ascii(Long<'a>), shared, 4;
    /// The same, interned.
    ASCII_INTERNED = b'A' => AsciiInterned(Long<'a>), shared, 4;
    /// A str of up to 255 ASCII characters.
    SHORT_ASCII = b'z' => ShortAscii(Short<'a>), shared, 4;
    /// The same, interned.
    SHORT_ASCII_INTERNED = b'Z' => ShortAsciiInterned(Short<'a>), shared, 4;
    /// An object that was there before, by its number: `FLAG_REF` numbers objects in the order in which they begin.
    REF = b'r' => Ref(u32), plain, 3;
    /// A tuple of up to 255 items.
    SMALL_TUPLE = b')' => SmallTuple(u8), shared, 4;
    /// A tuple.
    TUPLE = b'(' => Tuple(u32), shared, 0;
    /// A list.
    LIST = b'[' => List(u32), shared, 0;
    /// A dict: keys and values in turn, then a [`Item::Null`].
    DICT = b'{' => Dict, shared, 0;
    /// A set.
    SET = b'<' => Set(u32), shared, 1;
    /// A frozenset.
    FROZENSET = b'>' => FrozenSet(u32), shared, 1;
    /// A slice: start, stop and step.
    SLICE = b':' => Slice, shared, 5;
    /// A code object: its fields, in the order of the [`Layout`](super::Layout).
    CODE = b'c' => Code, shared, 0;
}

/// The bit of a type code which says that the object is there more than once: it gets the next number.
pub(super) const FLAG_REF: u8 = 0x80;

#[cold]
fn in_type(error: Error, name: &'static str) -> Error {
    error.in_type(name)
}

#[cold]
pub(super) fn unknown_type_code(code: u8) -> Error {
    ErrorKind::UnknownTypeCode(code).into()
}

impl Item<'_> {
    /// Whether a reference to the object from inside of it cannot be read: CPython makes it only when all of its parts are there
    /// (`r_ref_reserve`).
    pub(super) fn is_made_last(&self) -> bool {
        matches!(self, Self::FrozenSet(1..) | Self::Code | Self::Slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads one item, writes it back, and cuts it short everywhere.
    fn check(bytes: &[u8], expected: Item<'_>) {
        let mut input = Reader::new(&bytes[1..]);
        assert_eq!(Item::parse(bytes[0], &mut input), Ok(expected));
        assert_eq!(input.rest(), b"");
        assert_eq!(expected.type_code(), Some(bytes[0]));
        let mut written = Vec::new();
        expected.emit(false, &mut written);
        assert_eq!(written, bytes);
        for end in 1..bytes.len() {
            assert!(Item::parse(bytes[0], &mut Reader::new(&bytes[1..end])).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn every_type_code() {
        let one = Ieee64(1f64.to_bits());
        let table: &[(&[u8], Item<'_>)] = &[
            (b"0", Item::Null),
            (b"N", Item::None),
            (b"F", Item::False),
            (b"T", Item::True),
            (b"S", Item::StopIteration),
            (b".", Item::Ellipsis),
            (b"i\xfe\xff\xff\xff", Item::Int(-2)),
            (b"I\xfe\xff\xff\xff\xff\xff\xff\xff", Item::Int64(-2)),
            (b"l\xfe\xff\xff\xff\0\0\x01\0", Item::Long(Digits { negative: true, bytes: b"\0\0\x01\0" })),
            (b"f\x031.5", Item::Float(Number(b"1.5"))),
            (b"g\0\0\0\0\0\0\xf0\x3f", Item::BinaryFloat(one)),
            (b"x\x011\x012", Item::Complex(NumberPair(b"\x011\x012"))),
            (b"y\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\xf0\x3f", Item::BinaryComplex((one, one))),
            (b"s\x02\0\0\0ab", Item::Bytes(Long(b"ab"))),
            (b"t\x02\0\0\0ab", Item::Interned(Long(b"ab"))),
            (b"R\x02\0\0\0", Item::StringRef(2)),
            (b"u\x03\0\0\0\xed\xa0\x80", Item::Unicode(PyStr::new(b"\xed\xa0\x80").unwrap())),
            (b"a\x02\0\0\0ab", Item::Ascii(Long(b"ab"))),
            (b"A\x02\0\0\0ab", Item::AsciiInterned(Long(b"ab"))),
            (b"z\x02ab", Item::ShortAscii(Short(b"ab"))),
            (b"Z\x02ab", Item::ShortAsciiInterned(Short(b"ab"))),
            (b"r\x02\0\0\0", Item::Ref(2)),
            (b")\x02", Item::SmallTuple(2)),
            (b"(\x02\0\0\0", Item::Tuple(2)),
            (b"[\x02\0\0\0", Item::List(2)),
            (b"{", Item::Dict),
            (b"<\x02\0\0\0", Item::Set(2)),
            (b">\x02\0\0\0", Item::FrozenSet(2)),
            (b":", Item::Slice),
            (b"c", Item::Code),
        ];
        for (bytes, expected) in table {
            check(bytes, *expected);
        }
        let known = (0..=0xff).filter(|code| match Item::parse(*code, &mut Reader::new(&[0; 16])) {
            Err(error) => !matches!(error.kind(), ErrorKind::UnknownTypeCode(_)),
            Ok(_) => true,
        });
        assert_eq!(known.count(), table.len());
    }

    #[test]
    fn what_is_refused() {
        let table: &[(&[u8], ErrorKind)] = &[
            (b"s\xff\xff\xff\xff", ErrorKind::NegativeCount(-1)),
            (b"l\0\0\0\x80", ErrorKind::NegativeCount(i32::MIN)),
            (b"l\x01\0\0\0\0\x80", ErrorKind::BadLongDigit(0x8000)),
            (b"l\x01\0\0\0\0\0", ErrorKind::BadLongDigit(0)),
            (b"u\x01\0\0\0\xff", ErrorKind::NotUtf8 { valid_up_to: 0 }),
            (b"f\x01x", ErrorKind::BadNumber { wanted: "float", text: "x".into() }),
            (b"f\0", ErrorKind::BadNumber { wanted: "float", text: String::new() }),
            (b"\x99", ErrorKind::UnknownTypeCode(0x99)),
        ];
        for (bytes, expected) in table {
            let error = Item::parse(bytes[0], &mut Reader::new(&bytes[1..])).unwrap_err();
            assert_eq!(error.kind(), expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn small() {
        assert_eq!(size_of::<Item<'_>>(), 24);
    }
}
