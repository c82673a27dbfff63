//! The items of `array.array`, and how a machine has them.

use std::fmt;

use crate::heap::{Heap, Obj, Value};
use crate::reflect::numpy::{DtypeKind, Element};
use crate::text::float::write_float_repr;
use crate::text::{PyStr, push_code_point};

/// How the items of an array are written: a number of `enum machine_format_code` in CPython's `arraymodule.c`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::std_types::MachineFormat;
///
/// let format = MachineFormat::from_number(9).unwrap();
/// assert_eq!((format.item_size(), format.is_big_endian()), (4, true)); // SIGNED_INT32_BE
/// assert_eq!(MachineFormat::from_number(22), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct MachineFormat(u8);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unsigned,
    Signed,
    Float,
    /// UTF-16 or UTF-32.
    Text,
}

impl MachineFormat {
    const LAST: u8 = 21;

    /// The format of a number, from 0 (`UNSIGNED_INT8`) to 21 (`UTF32_BE`).
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        u8::try_from(number).ok().filter(|number| *number <= Self::LAST).map(Self)
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// Kind and size. Two formats of one kind, size and byte order each stand in a row, little endian first; of bytes there is one.
    fn row(self) -> (Kind, usize) {
        match self.0 {
            0 => (Kind::Unsigned, 1),
            1 => (Kind::Signed, 1),
            2 | 3 => (Kind::Unsigned, 2),
            4 | 5 => (Kind::Signed, 2),
            6 | 7 => (Kind::Unsigned, 4),
            8 | 9 => (Kind::Signed, 4),
            10 | 11 => (Kind::Unsigned, 8),
            12 | 13 => (Kind::Signed, 8),
            14 | 15 => (Kind::Float, 4),
            16 | 17 => (Kind::Float, 8),
            18 | 19 => (Kind::Text, 2),
            _ => (Kind::Text, 4),
        }
    }

    /// How many bytes an item has.
    #[must_use]
    pub fn item_size(self) -> usize {
        self.row().1
    }

    /// Whether the first byte of an item is the highest.
    #[must_use]
    pub fn is_big_endian(self) -> bool {
        self.0 > 1 && self.0 % 2 == 1
    }

    /// Whether the items are characters.
    #[must_use]
    pub fn is_text(self) -> bool {
        self.row().0 == Kind::Text
    }

    pub(super) fn is_native(self) -> bool {
        self.item_size() == 1 || self.is_big_endian() == cfg!(target_endian = "big")
    }

    /// Whether the items are of a Rust type.
    pub(super) fn is<T: Element>(self) -> bool {
        let kind = match self.row().0 {
            Kind::Unsigned => DtypeKind::UInt,
            Kind::Signed => DtypeKind::Int,
            Kind::Float => DtypeKind::Float,
            Kind::Text => return false,
        };
        kind == T::KIND && size_of::<T>() == self.item_size()
    }

    /// The type code and the format of this machine for a Rust type.
    pub(super) fn of<T: Element>() -> (char, Self) {
        // A complex number is two floats, a bool a byte.
        let (code, number) = match (T::KIND, size_of::<T>()) {
            (DtypeKind::Int, 1) => ('b', 1),
            (DtypeKind::UInt, 2) => ('H', 2),
            (DtypeKind::Int, 2) => ('h', 4),
            (DtypeKind::UInt, 4) => ('I', 6),
            (DtypeKind::Int, 4) => ('i', 8),
            (DtypeKind::UInt, 8) => ('Q', 10),
            (DtypeKind::Int, 8) => ('q', 12),
            (DtypeKind::Float, 4) | (DtypeKind::Complex, 8) => ('f', 14),
            (DtypeKind::Float, 8) | (DtypeKind::Complex, 16) => ('d', 16),
            _ => ('B', 0),
        };
        (code, Self(number + u8::from(number > 1 && cfg!(target_endian = "big"))))
    }

    /// The item in as many bytes as it takes.
    pub(super) fn read(self, bytes: &[u8]) -> Option<ArrayItem> {
        let (kind, size) = self.row();
        // As a number of 128 bits, the lowest byte first.
        let mut le = [0; 16];
        let low = le.get_mut(..size)?;
        low.copy_from_slice(bytes.get(..size)?);
        if self.is_big_endian() {
            low.reverse();
        }
        let bits = u128::from_le_bytes(le);
        let unused = u128::BITS - 8 * u32::try_from(size).ok()?;
        Some(match kind {
            Kind::Unsigned => ArrayItem::Int(i128::try_from(bits).ok()?),
            Kind::Signed => ArrayItem::Int((bits << unused).cast_signed() >> unused),
            Kind::Text => ArrayItem::Char(u32::try_from(bits).ok()?),
            Kind::Float if size == 4 => ArrayItem::Float(f32::from_bits(u32::try_from(bits).ok()?).into()),
            Kind::Float => ArrayItem::Float(f64::from_bits(u64::try_from(bits).ok()?)),
        })
    }

    /// Writes an item.
    pub(super) fn write(self, item: ArrayItem, out: &mut Vec<u8>) {
        let size = self.item_size();
        let bits = match item {
            ArrayItem::Int(n) => n.cast_unsigned(),
            ArrayItem::Char(unit) => unit.into(),
            // The nearest one, as `array` has it.
            ArrayItem::Float(float) if size == 4 => (float as f32).to_bits().into(),
            ArrayItem::Float(float) => float.to_bits().into(),
        };
        let le = bits.to_le_bytes();
        let low = le.iter().take(size);
        if self.is_big_endian() { out.extend(low.rev()) } else { out.extend(low) }
    }
}

/// An item of an array. `Display` is Python's `repr` of a number.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ArrayItem {
    /// An int.
    Int(i128),
    /// A float.
    Float(f64),
    /// A character, type codes `u` and `w`: a code point, or where items have two bytes a unit of UTF-16.
    Char(u32),
}

impl ArrayItem {
    /// The object of a list of items.
    pub(super) fn add_to(self, heap: &mut Heap<'_>, type_code: char) -> Value {
        match self {
            // Python 2's characters are strs of one byte.
            Self::Int(n) if type_code == 'c' => heap.byte_string(vec![u8::try_from(n).unwrap_or(b'?')]),
            Self::Int(n) => heap.int(n),
            Self::Float(float) => heap.float(float),
            // CPython has one object for each of the first 256 characters.
            Self::Char(unit @ ..=0xff) => heap.name(char::from_u32(unit).unwrap_or_default().encode_utf8(&mut [0; 4])),
            Self::Char(unit) => {
                let mut text = Vec::new();
                push_code_point(unit, &mut text);
                // What is no code point is U+FFFD, as nothing else can be said.
                heap.py_str(PyStr::new(&text).unwrap_or_else(|| PyStr::from("\u{fffd}")))
            }
        }
    }
}

impl fmt::Display for ArrayItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(n) => write!(f, "{n}"),
            Self::Float(x) => write_float_repr(f, *x),
            Self::Char(unit) => write!(f, "{unit}"),
        }
    }
}

/// How Python has the items of a type code on a 64-bit machine that is no Windows.
pub(super) fn type_code_format(type_code: char) -> Option<MachineFormat> {
    Some(MachineFormat(match type_code {
        'B' | 'c' => 0,
        'b' => 1,
        'H' => 2,
        'h' => 4,
        'I' => 6,
        'i' => 8,
        'L' | 'Q' => 10,
        'l' | 'q' => 12,
        'f' => 14,
        'd' => 16,
        'u' | 'w' => 20,
        _ => return None,
    }))
}

/// An item of a list of them, where it is one of the format.
pub(super) fn of_object(format: MachineFormat, object: Obj<'_>) -> Option<ArrayItem> {
    let (kind, size) = format.row();
    match kind {
        Kind::Float => object.as_f64().ok().map(ArrayItem::Float),
        Kind::Text => {
            let mut units = object.as_py_str().ok()?.code_points();
            units.next().filter(|_| units.next().is_none()).map(ArrayItem::Char)
        }
        Kind::Unsigned | Kind::Signed => {
            // A character of Python 2, as bytes or as text.
            if let Value::ByteString(_) | Value::Bytes(_) | Value::Str(_) = object.value() {
                let byte = match object.value() {
                    Value::Str(_) => object.latin1()?.first().copied()?,
                    _ => object.as_bytes().ok()?.first().copied()?,
                };
                return (size == 1).then_some(ArrayItem::Int(byte.into()));
            }
            let n = i128::try_from(object.as_bigint().ok()?).ok()?;
            let bits = 8 * u32::try_from(size).ok()?;
            let (low, high) = if kind == Kind::Signed {
                (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1)
            } else {
                (0, (1_i128 << bits) - 1)
            };
            (low..=high).contains(&n).then_some(ArrayItem::Int(n))
        }
    }
}
