//! `numpy.dtype`.
//!
//! ```text
//! numpy.dtype('f8', False, True), then the state
//!     (3, '<', subarray, names, fields, itemsize, alignment, flags)       or 4, with metadata behind it
//! ```
//!
//! The source is `arraydescr_reduce` and `arraydescr_setstate` of `numpy/core/src/multiarray/descriptor.c`.

use std::fmt;

use super::raw::Raw;
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::shape::{Shape, view};
use crate::text::PyStr;

/// How deep dtypes may be nested in what is printed and taken apart, and how many fields are printed in all.
pub(super) const MAX_NESTING: usize = 32;
const MAX_PRINTED: usize = 10_000;

/// `dtype.kind`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum DtypeKind {
    /// `?`, `numpy.bool_`.
    Bool,
    /// `i`, an int with a sign.
    Int,
    /// `u`, an int without a sign.
    UInt,
    /// `f`, a float of 2, 4, 8 bytes, or a long double.
    Float,
    /// `c`, a pair of floats.
    Complex,
    /// `m`, `numpy.timedelta64`.
    TimeDelta,
    /// `M`, `numpy.datetime64`.
    DateTime,
    /// `O`, Python objects.
    Object,
    /// `S`, bytes of a fixed length.
    Bytes,
    /// `U`, text of a fixed length in four bytes by the character.
    Str,
    /// `V`, raw bytes, a structure or a subarray.
    Void,
}

impl DtypeKind {
    /// All kinds with their letters.
    const LETTERS: [(Self, char); 11] = [
        (Self::Bool, 'b'),
        (Self::Int, 'i'),
        (Self::UInt, 'u'),
        (Self::Float, 'f'),
        (Self::Complex, 'c'),
        (Self::TimeDelta, 'm'),
        (Self::DateTime, 'M'),
        (Self::Object, 'O'),
        (Self::Bytes, 'S'),
        (Self::Str, 'U'),
        (Self::Void, 'V'),
    ];

    /// The letter that Python has for it in `dtype.str`.
    #[must_use]
    pub fn letter(self) -> char {
        Self::LETTERS.iter().find(|(kind, _)| *kind == self).map_or('V', |(_, letter)| *letter)
    }

    fn of(letter: char) -> Option<Self> {
        Self::LETTERS.iter().find(|(_, of)| *of == letter).map(|(kind, _)| *kind)
    }

    pub(super) fn is_time(self) -> bool {
        matches!(self, Self::DateTime | Self::TimeDelta)
    }
}

/// `dtype.byteorder`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ByteOrder {
    /// `<`.
    Little,
    /// `>`.
    Big,
    /// `|`: there is none, as for single bytes and structures.
    None,
}

impl ByteOrder {
    /// The letter that Python has for it in `dtype.str`.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::Little => '<',
            Self::Big => '>',
            Self::None => '|',
        }
    }

    fn of(text: &str) -> Option<Self> {
        match text {
            "<" | "=" => Some(Self::Little),
            ">" => Some(Self::Big),
            "|" => Some(Self::None),
            _ => None,
        }
    }
}

/// A `numpy.dtype` of a pickle: a `Copy` view. `Display` is `dtype.str`, or the list of `dtype.descr` for structures.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::numpy::{Dtype, DtypeKind};
///
/// // pickle.dumps(numpy.dtype('>i4'), 2)
/// let bytes = b"\x80\x02cnumpy\ndtype\nX\x02\0\0\0i4\x89\x88\x87R(K\x03X\x01\0\0\0>NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb.";
/// let pickle = cloudpickle::loads(bytes)?;
/// let dtype = Dtype::reflect(pickle.root())?;
/// assert_eq!((dtype.kind(), dtype.item_size()), (DtypeKind::Int, 4));
/// assert_eq!(dtype.to_string(), ">i4");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Dtype<'h> {
    object: Obj<'h>,
    kind: DtypeKind,
    order: ByteOrder,
    item_size: usize,
    alignment: usize,
    flags: i64,
    /// A class such as `numpy.record` stands where the type's name would.
    class: Option<Obj<'h>>,
    /// The dtype and the shape.
    subarray: Option<(Value, Value)>,
    names: Value,
    fields: Value,
    metadata: Value,
}
view!(
    /// Reads a dtype.
    Dtype,
    "a numpy.dtype"
);

/// A field of a structure.
#[derive(Clone, Copy, Debug)]
pub struct DtypeField<'h> {
    /// The name.
    pub name: PyStr<'h>,
    /// The title, a second name or any object.
    pub title: Option<Obj<'h>>,
    /// What it is.
    pub dtype: Dtype<'h>,
    /// Where it begins in the structure, in bytes.
    pub offset: usize,
}

/// The lengths of the axes: a tuple of ints, or one int.
pub(super) fn shape_of(heap: &Heap<'_>, shape: Value) -> Option<Vec<usize>> {
    let length = |value: &Value| heap.obj(*value).as_u64().ok().and_then(|length| usize::try_from(length).ok());
    match shape {
        Value::Tuple(_) => heap.items(shape).iter().map(length).collect(),
        _ => Some(vec![length(&shape)?]),
    }
}

impl<'h> Dtype<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call_with_state(object).filter(|shape| shape.callable.is_global("numpy", "dtype"))?;
        let of = shape.obj(*shape.args().first()?);
        let class = matches!(of.value(), Value::Global(_)).then_some(of);
        let (kind, size) = match class {
            Some(_) => (DtypeKind::Void, 0),
            None => {
                let mut letters = of.as_str().ok()?.chars();
                let kind = DtypeKind::of(letters.next()?)?;
                let size: usize = letters.as_str().parse().ok()?;
                (kind, if kind == DtypeKind::Str { size.checked_mul(4)? } else { size })
            }
        };
        let heap = object.heap();
        let state = heap.items(shape.state?.value());
        let (&[version, order, subarray, names, fields, item_size, alignment, flags], rest) = state.split_first_chunk()?;
        if !matches!((version, rest), (Value::Int(3), []) | (Value::Int(4), [_])) {
            return None;
        }
        let int = |value: Value| heap.obj(value).as_i64().ok();
        let order = ByteOrder::of(heap.obj(order).as_str().ok()?)?;
        let given = usize::try_from(int(item_size)?).ok();
        let alignment = usize::try_from(int(alignment)?).ok();
        let subarray = match (subarray, heap.items(subarray)) {
            (Value::None, _) => None,
            (Value::Tuple(_), &[base, shape]) => Some((base, shape)),
            _ => return None,
        };
        let fits = matches!((names, fields), (Value::None, Value::None) | (Value::Tuple(_), Value::Dict(_)));
        let item_size = given.unwrap_or(size);
        let natural = if kind == DtypeKind::Complex { item_size / 2 } else { item_size };
        fits.then(|| Self {
            object,
            kind,
            order,
            item_size,
            alignment: alignment.unwrap_or(natural),
            flags: int(flags).unwrap_or(0),
            class,
            subarray,
            names,
            fields,
            metadata: rest.first().copied().unwrap_or(Value::None),
        })
    }

    /// `dtype.kind`.
    #[must_use]
    pub fn kind(self) -> DtypeKind {
        self.kind
    }

    /// `dtype.byteorder`, with this machine's own spelled out.
    #[must_use]
    pub fn byte_order(self) -> ByteOrder {
        self.order
    }

    /// `dtype.itemsize`.
    #[must_use]
    pub fn item_size(self) -> usize {
        self.item_size
    }

    /// `dtype.alignment`.
    #[must_use]
    pub fn alignment(self) -> usize {
        self.alignment
    }

    /// `dtype.isalignedstruct`.
    #[must_use]
    pub fn is_aligned(self) -> bool {
        self.flags & 0x80 != 0
    }

    /// `dtype.hasobject`: there are Python objects among its items or fields.
    #[must_use]
    pub fn has_objects(self) -> bool {
        self.flags & 1 != 0
    }

    /// `dtype.type` where it is another than its kind's, such as `numpy.record`.
    #[must_use]
    pub fn class(self) -> Option<Obj<'h>> {
        self.class
    }

    /// Whether `dtype.names` is there: a structure, with fields or without.
    #[must_use]
    pub fn is_structure(self) -> bool {
        self.names != Value::None
    }

    /// The unit of dates and times and how many of it: `("s", 25)` for `M8[25s]`, `("generic", 1)` where there is none
    /// (`numpy.datetime_data`).
    #[must_use]
    pub fn time_unit(self) -> Option<(String, i64)> {
        let heap = self.object.heap();
        let &[_, unit] = heap.items(self.metadata) else { return None };
        let &[unit, count, _, _] = heap.items(unit) else { return None };
        let unit = Raw::of(heap.obj(unit)).and_then(|raw| raw.get().ok()).filter(|_| self.kind.is_time())?;
        Some((String::from_utf8_lossy(&unit).into_owned(), heap.obj(count).as_i64().ok()?))
    }

    /// `dtype.metadata`, a dict, where there is one.
    #[must_use]
    pub fn metadata(self) -> Option<Obj<'h>> {
        let heap = self.object.heap();
        let of = match heap.items(self.metadata) {
            &[of, _] if self.kind.is_time() && matches!(self.metadata, Value::Tuple(_)) => of,
            _ => self.metadata,
        };
        Some(heap.obj(of)).filter(|of| of.len().is_ok_and(|length| length > 0))
    }

    /// `dtype.subdtype`: the dtype and the shape of which each item is an array.
    #[must_use]
    pub fn subarray(self) -> Option<(Dtype<'h>, Vec<usize>)> {
        let heap = self.object.heap();
        let (base, shape) = self.subarray?;
        Some((Self::recognise(heap.obj(base))?, shape_of(heap, shape)?))
    }

    /// `dtype.names` with `dtype.fields`, in the order of the names.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) where the pickle has something else for a field, or a field that does not fit the item.
    pub fn fields(self) -> Result<Vec<DtypeField<'h>>> {
        let heap = self.object.heap();
        if self.fields == Value::None {
            return Ok(Vec::new());
        }
        let index = heap.obj(self.fields).index()?;
        let field = |name: &Value| {
            let (dtype, offset, title) = match *heap.items(index.get(heap.obj(*name))?.value()) {
                [dtype, offset] => (dtype, offset, None),
                [dtype, offset, title] => (dtype, offset, Some(heap.obj(title))),
                _ => return None,
            };
            let dtype = Self::recognise(heap.obj(dtype))?;
            let offset = usize::try_from(heap.obj(offset).as_u64().ok()?).ok()?;
            offset.checked_add(dtype.item_size).filter(|end| *end <= self.item_size)?;
            Some(DtypeField { name: heap.obj(*name).as_py_str().ok()?, title, dtype, offset })
        };
        let names = heap.items(self.names).iter();
        names.map(|name| field(name).ok_or_else(|| heap.obj(*name).wanted("the name of a field"))).collect()
    }

    /// `dtype.str`: `<f8`, `|S3`, `<M8[25s]`, `|V24`.
    #[must_use]
    pub fn str(self) -> String {
        let size = if self.kind == DtypeKind::Str { self.item_size / 4 } else { self.item_size };
        let order = self.order.letter();
        let letter = self.kind.letter();
        match (self.kind, self.time_unit()) {
            (DtypeKind::Object, _) => "|O".to_owned(),
            (_, Some((unit, _))) if unit == "generic" => format!("{order}{letter}{size}"),
            (_, Some((unit, 1))) => format!("{order}{letter}{size}[{unit}]"),
            (_, Some((unit, count))) => format!("{order}{letter}{size}[{count}{unit}]"),
            _ => format!("{order}{letter}{size}"),
        }
    }

    /// Whether `None` stands where the metadata of a time would.
    pub(super) fn has_bare_unit(self) -> bool {
        matches!(self.object.heap().items(self.metadata), [Value::None, _])
    }

    pub(super) fn flags(self) -> i64 {
        self.flags
    }

    fn write(self, f: &mut fmt::Formatter<'_>, depth: usize, left: &mut usize) -> fmt::Result {
        if depth >= MAX_NESTING || *left == 0 {
            return f.write_str("...");
        }
        let Ok(mut fields) = self.fields() else { return f.write_str("...") };
        if fields.is_empty() {
            return if depth == 0 { f.write_str(&self.str()) } else { write!(f, "'{}'", self.str()) };
        }
        fields.sort_by_key(|field| field.offset);
        f.write_str("[")?;
        let (mut end, mut comma) = (0, "");
        for field in &fields {
            if *left == 0 {
                return write!(f, "{comma}...]");
            }
            *left -= 1;
            if let Some(gap @ 1..) = field.offset.checked_sub(end) {
                write!(f, "{comma}('', '|V{gap}')")?;
                comma = ", ";
            }
            write!(f, "{comma}(")?;
            comma = ", ";
            match field.title {
                Some(title) => write!(f, "({title}, {:?}), ", field.name)?,
                None => write!(f, "{:?}, ", field.name)?,
            }
            let (base, shape) = field.dtype.subarray().map_or((field.dtype, None), |(base, shape)| (base, Some(shape)));
            base.write(f, depth + 1, left)?;
            if let Some(shape) = shape {
                write!(f, ", {}", Tuple(&shape))?;
            }
            f.write_str(")")?;
            end = field.offset.saturating_add(field.dtype.item_size);
        }
        if let Some(gap @ 1..) = self.item_size.checked_sub(end) {
            write!(f, "{comma}('', '|V{gap}')")?;
        }
        f.write_str("]")
    }
}

impl fmt::Display for Dtype<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0, &mut { MAX_PRINTED })
    }
}

/// A shape as Python prints a tuple.
pub(crate) struct Tuple<'a>(pub(crate) &'a [usize]);

impl fmt::Display for Tuple<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [one] => write!(f, "({one},)"),
            lengths => {
                f.write_str("(")?;
                for (nth, length) in lengths.iter().enumerate() {
                    write!(f, "{}{length}", if nth > 0 { ", " } else { "" })?;
                }
                f.write_str(")")
            }
        }
    }
}
