//! Dtypes made in Rust.

use super::dtype::{Dtype, DtypeKind, MAX_NESTING};
use super::element::Element;
use super::{ByteOrder, Numpy};
use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Value};

/// Bits of `dtype.flags`: Python objects, bytes that must be set before use, a structure's own.
const OBJECT_FLAGS: i64 = 63;
const NEEDS_INIT: i64 = 8;
const STRUCTURE: i64 = 16;
const FROM_FIELDS: i64 = 27;
const ALIGNED: i64 = 128;

/// The key of dtypes in [`Heap::made`]: no module of source has this number.
const MADE: u64 = u64::MAX;

/// What a dtype is made of.
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use cloudpickle::reflect::numpy::{Dtype, DtypeParts, Numpy};
///
/// let mut heap = Heap::new();
/// let point = DtypeParts::structure([("x", DtypeParts::of::<f64>()), ("name", DtypeParts::text(8))]);
/// let dtype = point.build(&mut heap, Numpy::V1)?;
/// assert_eq!(Dtype::reflect(heap.obj(dtype))?.to_string(), "[('x', '<f8'), ('name', '<U8')]");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DtypeParts {
    kind: DtypeKind,
    order: ByteOrder,
    item_size: usize,
    unit: Option<(String, i64)>,
    /// `None` stands beside the unit, as numpy writes it since 2.3, and not an empty dict.
    bare_unit: bool,
    subarray: Option<(Box<Self>, Vec<usize>)>,
    fields: Option<Vec<FieldOf>>,
    /// `dtype.alignment`, of structures.
    alignment: usize,
    aligned: bool,
    /// Of class `numpy.record`.
    record: bool,
}

/// A field of a structure that is made in Rust.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldOf {
    /// The name.
    pub name: String,
    /// The title, a second name.
    pub title: Option<String>,
    /// What it is.
    pub dtype: DtypeParts,
    /// Where it begins, in bytes.
    pub offset: usize,
}

impl DtypeParts {
    fn simple(kind: DtypeKind, item_size: usize) -> Self {
        let none = item_size == 1 || matches!(kind, DtypeKind::Bytes | DtypeKind::Void | DtypeKind::Object);
        let order = match none {
            true => ByteOrder::None,
            false if cfg!(target_endian = "big") => ByteOrder::Big,
            false => ByteOrder::Little,
        };
        let alignment = if matches!(kind, DtypeKind::Bytes | DtypeKind::Void) { 1 } else { item_size };
        Self {
            kind,
            order: if kind == DtypeKind::Str { ByteOrder::Little } else { order },
            item_size,
            unit: None,
            bare_unit: false,
            subarray: None,
            fields: None,
            alignment: if kind == DtypeKind::Str { 4 } else { alignment },
            aligned: false,
            record: false,
        }
    }

    /// The dtype of a Rust type.
    #[must_use]
    pub fn of<T: Element>() -> Self {
        Self::simple(T::KIND, size_of::<T>())
    }

    /// A kind with the bytes of an item: `(DtypeKind::Float, 2)` is `f2`.
    #[must_use]
    pub fn new(kind: DtypeKind, item_size: usize) -> Self {
        Self::simple(kind, item_size)
    }

    /// `U` and a number of characters.
    #[must_use]
    pub fn text(characters: usize) -> Self {
        Self::simple(DtypeKind::Str, characters.saturating_mul(4))
    }

    /// Python objects.
    #[must_use]
    pub fn objects() -> Self {
        Self::simple(DtypeKind::Object, 8)
    }

    /// `M8` or `m8` in a number of units, such as `("ns", 1)`.
    #[must_use]
    pub fn time(kind: DtypeKind, unit: impl Into<String>, count: i64) -> Self {
        Self { unit: Some((unit.into(), count)), ..Self::simple(kind, 8) }
    }

    /// A structure whose fields lie one after another.
    #[must_use]
    pub fn structure<N: Into<String>>(fields: impl IntoIterator<Item = (N, Self)>) -> Self {
        let mut offset = 0usize;
        let mut made = Vec::new();
        for (name, dtype) in fields {
            let size = dtype.item_size;
            made.push(FieldOf { name: name.into(), title: None, dtype, offset });
            offset = offset.saturating_add(size);
        }
        Self::with_fields(made, offset)
    }

    /// A structure of fields with their offsets and titles, and the size of it all.
    #[must_use]
    pub fn with_fields(fields: Vec<FieldOf>, item_size: usize) -> Self {
        Self { fields: Some(fields), ..Self::simple(DtypeKind::Void, item_size) }
    }

    /// Items that are arrays of a dtype, as a field may be.
    #[must_use]
    pub fn array_of(self, shape: impl Into<Vec<usize>>) -> Self {
        let shape = shape.into();
        let size = shape.iter().fold(self.item_size, |size, length| size.saturating_mul(*length));
        let alignment = self.alignment;
        Self { subarray: Some((Box::new(self), shape)), alignment, ..Self::simple(DtypeKind::Void, size) }
    }

    /// Another byte order, where there is any.
    #[must_use]
    pub fn byte_order(self, order: ByteOrder) -> Self {
        if self.order == ByteOrder::None { self } else { Self { order, ..self } }
    }

    /// `align=True`, with the alignment of the structure.
    #[must_use]
    pub fn aligned(self, alignment: usize) -> Self {
        Self { aligned: true, alignment, ..self }
    }

    /// `numpy.record` as the class of the items, as arrays of class `numpy.recarray` have them.
    #[must_use]
    pub fn record(self) -> Self {
        Self { record: true, ..self }
    }

    /// `dtype.itemsize`.
    #[must_use]
    pub fn item_size(&self) -> usize {
        self.item_size
    }

    /// `dtype.kind`.
    #[must_use]
    pub fn kind(&self) -> DtypeKind {
        self.kind
    }

    /// Whether numpy hands arrays of it over as buffers: there are neither objects nor times in it.
    pub(super) fn has_buffer(&self) -> bool {
        let inner = |fields: &Vec<FieldOf>| fields.iter().all(|field| field.dtype.has_buffer());
        !self.kind.is_time()
            && self.flags() & 1 == 0
            && self.item_size > 0
            && self.subarray.as_ref().is_none_or(|(base, _)| base.has_buffer())
            && self.fields.as_ref().is_none_or(inner)
    }

    fn flags(&self) -> i64 {
        let own = match self.kind {
            DtypeKind::Object => OBJECT_FLAGS,
            DtypeKind::Str => NEEDS_INIT,
            _ => 0,
        };
        let aligned = if self.aligned { ALIGNED } else { 0 };
        match (&self.subarray, &self.fields) {
            (Some((base, _)), _) => base.flags(),
            (None, Some(fields)) => {
                let of_fields = fields.iter().fold(0, |flags, field| flags | field.dtype.flags());
                STRUCTURE | of_fields & FROM_FIELDS | aligned
            }
            _ => own,
        }
    }

    /// Builds the dtype.
    ///
    /// numpy has one object for each type of numbers in the machine's byte order, and so has a heap.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::LimitExceeded`] for structures that are nested deeper than 32 levels.
    pub fn build(&self, heap: &mut Heap<'_>, numpy: Numpy) -> Result<Value> {
        self.build_at(heap, numpy, 0)
    }

    fn build_at(&self, heap: &mut Heap<'_>, numpy: Numpy, depth: usize) -> Result<Value> {
        check_nesting(depth)?;
        let plain = matches!(
            self.kind,
            DtypeKind::Bool | DtypeKind::Int | DtypeKind::UInt | DtypeKind::Float | DtypeKind::Complex | DtypeKind::Object
        );
        let letter = self.kind.letter();
        let size = if self.kind == DtypeKind::Str { self.item_size / 4 } else { self.item_size };
        let key = (MADE, format!("dtype {letter}{size}").into_boxed_str());
        let native = self.order != ByteOrder::Big;
        if let Some(made) = heap.made.get(&key).filter(|_| plain && native) {
            return Ok(*made);
        }
        let class = heap.shared_global("numpy", "dtype");
        let of = if self.record { heap.shared_global("numpy", "record") } else { heap.str(&format!("{letter}{size}")) };
        let dtype = heap.call(class, (of, false, true));
        let order = Value::Str(heap.intern(self.order.letter().to_string().as_bytes()));
        let subarray = match &self.subarray {
            Some((base, shape)) => {
                let base = base.build_at(heap, numpy, depth + 1)?;
                let shape: Vec<Value> = shape.iter().map(|length| heap.add(*length)).collect();
                let shape = heap.tuple(shape);
                heap.tuple([base, shape])
            }
            None => Value::None,
        };
        let (names, fields) = self.build_fields(heap, numpy, depth)?;
        let sized = matches!(self.kind, DtypeKind::Bytes | DtypeKind::Str | DtypeKind::Void);
        let (item_size, alignment) =
            if sized { (heap.add(self.item_size), heap.add(self.alignment)) } else { (Value::Int(-1), Value::Int(-1)) };
        // Before numpy 2 they were a char, which has a sign.
        let flags = self.flags();
        let flags = if numpy == Numpy::V1 && flags >= ALIGNED { flags - 2 * ALIGNED } else { flags };
        let flags = heap.add(flags);
        let version = Value::Int(if self.unit.is_some() { 4 } else { 3 });
        let mut state = vec![version, order, subarray, names, fields, item_size, alignment, flags];
        if let Some((unit, count)) = &self.unit {
            let unit = self.build_unit(heap, unit);
            let count = heap.add(*count);
            let unit = heap.tuple([unit, count, Value::Int(1), Value::Int(1)]);
            let metadata = if self.bare_unit { Value::None } else { heap.dict([]) };
            state.push(heap.tuple([metadata, unit]));
        }
        let state = heap.tuple(state);
        heap.build(dtype, state)?;
        if plain && native {
            heap.made.insert(key, dtype);
        }
        Ok(dtype)
    }

    /// CPython has one object for each single byte.
    fn build_unit(&self, heap: &mut Heap<'_>, unit: &str) -> Value {
        let key = (MADE, format!("unit {unit}").into_boxed_str());
        match heap.made.get(&key) {
            Some(made) if unit.len() == 1 => *made,
            _ => {
                let bytes = heap.bytes(unit.as_bytes().to_vec());
                heap.made.insert(key, bytes);
                bytes
            }
        }
    }

    fn build_fields(&self, heap: &mut Heap<'_>, numpy: Numpy, depth: usize) -> Result<(Value, Value)> {
        let Some(fields) = &self.fields else { return Ok((Value::None, Value::None)) };
        let mut names = Vec::new();
        let mut pairs = Vec::new();
        for field in fields {
            let name = Value::Str(heap.intern(field.name.as_bytes()));
            let dtype = field.dtype.build_at(heap, numpy, depth + 1)?;
            let offset = heap.add(field.offset);
            names.push(name);
            match &field.title {
                Some(title) => {
                    let title = Value::Str(heap.intern(title.as_bytes()));
                    let entry = heap.tuple([dtype, offset, title]);
                    pairs.extend([(name, entry), (title, entry)]);
                }
                None => pairs.push((name, heap.tuple([dtype, offset]))),
            }
        }
        Ok((heap.tuple(names), heap.dict(pairs)))
    }
}

impl Dtype<'_> {
    /// Its parts, to change and to build anew. Metadata, and titles that are no text, are not among them.
    ///
    /// # Errors
    ///
    /// Those of [`Dtype::fields`], and [`ErrorKind::LimitExceeded`] for structures that are nested deeper than 32 levels or have more than 10,000 fields in all.
    pub fn parts(self) -> Result<DtypeParts> {
        self.parts_at(0, &mut { MAX_FIELDS })
    }

    fn parts_at(self, depth: usize, left: &mut usize) -> Result<DtypeParts> {
        check_nesting(depth)?;
        let mut parts = DtypeParts {
            order: self.byte_order(),
            unit: self.time_unit(),
            bare_unit: self.has_bare_unit(),
            alignment: self.alignment(),
            aligned: self.flags() & ALIGNED != 0,
            record: self.class().is_some_and(|class| class.is_global("numpy", "record")),
            ..DtypeParts::simple(self.kind(), self.item_size())
        };
        if let Some((base, shape)) = self.subarray() {
            parts.subarray = Some((Box::new(base.parts_at(depth + 1, left)?), shape));
        }
        if self.is_structure() {
            let mut fields = Vec::new();
            for field in self.fields()? {
                *left = left
                    .checked_sub(1)
                    .ok_or(ErrorKind::LimitExceeded { what: "fields of a dtype", limit: MAX_FIELDS as u64 })?;
                let title = field.title.and_then(|title| title.as_str().ok()).map(str::to_owned);
                let dtype = field.dtype.parts_at(depth + 1, left)?;
                fields.push(FieldOf { name: field.name.to_string_lossy().into_owned(), title, dtype, offset: field.offset });
            }
            parts.fields = Some(fields);
        }
        Ok(parts)
    }
}

const MAX_FIELDS: usize = 10_000;

fn check_nesting(depth: usize) -> Result<()> {
    if depth < MAX_NESTING {
        return Ok(());
    }
    Err(ErrorKind::LimitExceeded { what: "levels of a dtype", limit: MAX_NESTING as u64 }.into())
}
