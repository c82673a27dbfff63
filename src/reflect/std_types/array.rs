//! `array.array`.
//!
//! ```text
//! array._array_reconstructor(array.array, 'i', 8, b'\x01\x00\x00\x00')      from protocol 3 on: the format of the machine, its bytes
//! array.array('i', [1])                                                     below, and in Python 2: the items
//! ```

use std::borrow::Cow;
use std::fmt;

use super::array_items::{ArrayItem, MachineFormat, of_object, type_code_format};
use super::made::Made;
use super::text;
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;
use crate::reflect::numpy::Element;
use crate::reflect::shape::{handles, view};
use crate::text::PyStr;

/// An array of a pickle: a `Copy` view. `Display` is Python's `repr`: `array('i', [1, 2])`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Target;
/// use cloudpickle::reflect::std_types::{Array, ArrayParts};
/// use cloudpickle::Heap;
///
/// let mut heap = Heap::new();
/// let array = ArrayParts::from_slice(&[0.5, -1.0]).build(&mut heap, &Target::cpython(3, 12))?;
/// let array = Array::reflect(heap.obj(array))?;
/// assert_eq!((array.type_code(), array.len()), ('d', 2));
/// assert_eq!(array.values::<f64>(), Some(vec![0.5, -1.0]));
/// assert_eq!(array.to_string(), "array('d', [0.5, -1.0])");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Array<'h> {
    object: Obj<'h>,
    class: Option<Obj<'h>>,
    type_code: char,
    data: Data<'h>,
}
view!(
    /// Reads an array (`array_array___reduce_ex___impl` of `arraymodule.c`), and one of a class derived from it from protocol 3 on.
    Array,
    "an array.array"
);

/// What the items of an array are in.
#[derive(Clone, Copy)]
enum Data<'h> {
    /// Bytes, in a format.
    Bytes(MachineFormat, Obj<'h>),
    /// A list of numbers, or of strs.
    List(MachineFormat, &'h [Value]),
}

impl<'h> Array<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let made = Made::of(object).filter(|made| !made.is_new)?;
        let heap = object.heap();
        let code = |code: Obj<'h>| {
            let mut chars = code.as_str().ok()?.chars();
            chars.next().filter(|_| chars.next().is_none())
        };
        if made.is_called("array", "_array_reconstructor") {
            let &[class, type_code, format, bytes] = made.args else { return None };
            let format = MachineFormat::from_number(heap.obj(format).as_i64().ok()?)?;
            let class = heap.obj(class);
            let class = (!class.is_global("array", "array")).then_some(class);
            // Bytes that are no whole number of items Python refuses.
            let bytes = heap.obj(bytes);
            bytes.as_bytes().ok().filter(|bytes| bytes.len().is_multiple_of(format.item_size()))?;
            return Some(Self { object, class, type_code: code(heap.obj(type_code))?, data: Data::Bytes(format, bytes) });
        }
        match *made.args {
            [type_code, list @ Value::List(_)] if made.is_called("array", "array") => {
                let type_code = code(heap.obj(type_code))?;
                let (format, items) = (type_code_format(type_code)?, heap.items(list));
                let fits = items.iter().all(|item| of_object(format, heap.obj(*item)).is_some());
                fits.then_some(Self { object, class: None, type_code, data: Data::List(format, items) })
            }
            _ => None,
        }
    }

    /// The class, where it is one derived from `array.array`.
    #[must_use]
    pub fn class(self) -> Option<Obj<'h>> {
        self.class
    }

    /// `typecode`: `'i'`, `'d'`, ..
    #[must_use]
    pub fn type_code(self) -> char {
        self.type_code
    }

    /// How the items are written in [`bytes`](Self::bytes); for a list of items, how Python has them on most machines.
    #[must_use]
    pub fn format(self) -> MachineFormat {
        match self.data {
            Data::Bytes(format, _) | Data::List(format, _) => format,
        }
    }

    /// How many items it has.
    #[must_use]
    pub fn len(self) -> usize {
        match self.data {
            Data::Bytes(format, bytes) => bytes.as_bytes().map_or(0, <[u8]>::len) / format.item_size(),
            Data::List(_, items) => items.len(),
        }
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The items as bytes, in [`format`](Self::format): borrowed from the pickle from protocol 3 on.
    #[must_use]
    pub fn bytes(self) -> Cow<'h, [u8]> {
        match self.data {
            Data::Bytes(_, bytes) => Cow::Borrowed(bytes.as_bytes().unwrap_or_default()),
            Data::List(format, _) => {
                let mut bytes = Vec::new();
                self.items().for_each(|item| format.write(item, &mut bytes));
                Cow::Owned(bytes)
            }
        }
    }

    /// The items one by one.
    pub fn items(self) -> impl Iterator<Item = ArrayItem> + Clone + use<'h> {
        let (format, heap) = (self.format(), self.object.heap());
        let (bytes, list) = match self.data {
            Data::Bytes(_, bytes) => (bytes.as_bytes().unwrap_or_default(), &[][..]),
            Data::List(_, items) => (&[][..], items),
        };
        let bytes = bytes.chunks_exact(format.item_size()).filter_map(move |bytes| format.read(bytes));
        bytes.chain(list.iter().filter_map(move |item| of_object(format, heap.obj(*item))))
    }

    /// The items as a slice of Rust numbers that lies in the pickle; `None` where they are of another type, where byte order or alignment
    /// are not this machine's, and for a list of items. [`values`](Self::values) takes all of these but the first.
    #[must_use]
    pub fn as_slice<T: Element>(self) -> Option<&'h [T]> {
        match self.data {
            Data::Bytes(format, bytes) if format.is::<T>() && format.is_native() => T::cast(bytes.as_bytes().ok()?),
            _ => None,
        }
    }

    /// The items as Rust numbers; `None` where they are of another type.
    #[must_use]
    pub fn values<T: Element>(self) -> Option<Vec<T>> {
        let format = self.format();
        if !format.is::<T>() {
            return None;
        }
        let bytes = self.bytes();
        bytes.chunks_exact(format.item_size()).map(|item| T::read(item, format.is_big_endian())).collect()
    }

    /// The text of an array of characters, type codes `u` and `w`; `None` for other arrays, and where there are lone surrogates.
    #[must_use]
    pub fn text(self) -> Option<String> {
        let mut units = self.items().map(|item| match item {
            ArrayItem::Char(unit) => Some(unit),
            _ => None,
        });
        if !self.format().is_text() {
            return None;
        }
        if self.format().item_size() == 2 {
            let units: Vec<u16> = units.map(|unit| u16::try_from(unit?).ok()).collect::<Option<_>>()?;
            return String::from_utf16(&units).ok();
        }
        units.try_fold(String::new(), |mut text, unit| {
            text.push(char::from_u32(unit?)?);
            Some(text)
        })
    }

    /// Its parts, to change and to build anew. The bytes are copied.
    #[must_use]
    pub fn parts(self) -> ArrayParts {
        let class = self.class.map(Obj::value);
        ArrayParts { class, type_code: self.type_code, format: self.format(), bytes: self.bytes().into_owned() }
    }
}

impl fmt::Display for Array<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.class.map_or_else(|| "array".to_owned(), text);
        write!(f, "{name}({:?}", PyStr::from(self.type_code.encode_utf8(&mut [0; 4]) as &str))?;
        if self.is_empty() {
            return f.write_str(")");
        }
        if let Some(text) = self.text() {
            return write!(f, ", {:?})", PyStr::from(&*text));
        }
        f.write_str(", [")?;
        for (nth, item) in self.items().enumerate() {
            write!(f, "{}{item}", if nth > 0 { ", " } else { "" })?;
        }
        f.write_str("])")
    }
}

/// What an array is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArrayParts {
    /// The class, where it is one derived from `array.array`.
    pub class: Option<Value>,
    /// `typecode`.
    pub type_code: char,
    /// How the items are written.
    pub format: MachineFormat,
    /// The items.
    pub bytes: Vec<u8>,
}
handles!(ArrayParts { class });

impl ArrayParts {
    /// An array of numbers: `b`, `h`, `i`, `q`, `B`, `H`, `I`, `Q`, `f` or `d`, as the Rust type is.
    ///
    /// A bool is no number, and a complex one not for `array`: an array of these is one of bytes, and of the parts.
    #[must_use]
    pub fn from_slice<T: Element>(items: &[T]) -> Self {
        let (type_code, format) = MachineFormat::of::<T>();
        Self { class: None, type_code, format, bytes: T::bytes(items).to_vec() }
    }

    /// Builds the array.
    ///
    /// # Errors
    ///
    /// None: every Python has it; type code `w` is of 3.13, `u` is gone with 3.16, `c` is of Python 2.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let type_code = heap.name(self.type_code.encode_utf8(&mut [0; 4]));
        let class = self.class.unwrap_or_else(|| match target.python() {
            (3, 10..) => heap.apart_global("array", "array"),
            _ => heap.shared_global("array", "array"),
        });
        if target.protocol_number() >= 3 && target.python() >= (3, 0) {
            let reconstructor = heap.shared_global("array", "_array_reconstructor");
            let bytes = heap.bytes(self.bytes.clone());
            return Ok(heap.call(reconstructor, (class, type_code, self.format.number(), bytes)));
        }
        let items = self.bytes.chunks_exact(self.format.item_size()).filter_map(|bytes| self.format.read(bytes));
        let items: Vec<Value> = items.map(|item| item.add_to(heap, self.type_code)).collect();
        let items = heap.list(items);
        Ok(heap.call(class, (type_code, items)))
    }
}
