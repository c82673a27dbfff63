//! Rust values to pickles, by serde.
//!
//! [`to_vec`] and [`to_writer`] go straight to opcodes, [`to_heap`] makes objects that can be changed and pickled with others.
//! [`Options`] choose the protocol and what structs and enums become.
//!
//! | serde | Python |
//! | --- | --- |
//! | bool, integers up to 128 bits, floats | bool, int, float |
//! | char, str | str |
//! | bytes (`serde_bytes`) | bytes |
//! | `None`, `()`, unit struct | `None` |
//! | `Some(t)`, newtype struct | `t` |
//! | sequence (`Vec`, slice, `HashSet`) | list |
//! | tuple, array, tuple struct | tuple |
//! | map | dict, with keys of any type that Python can hash |
//! | struct | dict of names; instance or namedtuple with [`Options`] |
//! | enum | `'Variant'`, `{'Variant': data}` |
//!
//! What serde has no word for (sets, bytearrays, ints of any size, `Decimal`, `datetime`) is written by the modules in [`with`](crate::with).

pub(crate) mod calendar;
mod heap;
mod options;
mod special;
mod stream;
mod target;

use std::io::Write;

use serde::ser::{self, Serialize};

pub use self::heap::{Objects, OpenObject};
pub use self::options::Options;
use self::options::Style;
pub use self::stream::{OpenItems, Stream};
pub use self::target::{Kind, Target};
use crate::error::{Error, ErrorKind, Result};
use crate::heap::{Heap, Value};
use crate::int::Int;

/// Names of newtype structs that say what their content is: see [`with`](crate::with).
pub(crate) mod marker {
    pub(crate) const SET: &str = "$cloudpickle::set";
    pub(crate) const FROZENSET: &str = "$cloudpickle::frozenset";
    pub(crate) const TUPLE: &str = "$cloudpickle::tuple";
    pub(crate) const LIST: &str = "$cloudpickle::list";
    pub(crate) const BYTEARRAY: &str = "$cloudpickle::bytearray";
    pub(crate) const INT: &str = "$cloudpickle::int";
    pub(crate) const DECIMAL: &str = "$cloudpickle::decimal";
    pub(crate) const FRACTION: &str = "$cloudpickle::fraction";
    pub(crate) const COMPLEX: &str = "$cloudpickle::complex";
    pub(crate) const DATETIME: &str = "$cloudpickle::datetime";
    pub(crate) const DATE: &str = "$cloudpickle::date";
    pub(crate) const TIME: &str = "$cloudpickle::time";
    pub(crate) const TIMEDELTA: &str = "$cloudpickle::timedelta";
    pub(crate) const UUID: &str = "$cloudpickle::uuid";
    pub(crate) const PREFIX: &str = "$cloudpickle::";
}

/// Pickles a value, with protocol 4.
///
/// # Errors
///
/// [`ErrorKind::Unhashable`] for a map with keys that Python cannot hash, such as lists; [`ErrorKind::Custom`] for what the value's own
/// `Serialize` says.
///
/// # Examples
///
/// ```
/// use serde::Serialize;
///
/// #[derive(Serialize)]
/// struct Job<'a> { name: &'a str, shape: (u32, u32), rate: Option<f64> }
///
/// let bytes = cloudpickle::to_vec(&Job { name: "run-7", shape: (2, 3), rate: None })?;
/// assert_eq!(cloudpickle::loads(&bytes)?.root().to_string(), "{'name': 'run-7', 'shape': (2, 3), 'rate': None}");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    Options::new().to_vec(value)
}

/// Pickles a value to a writer, with protocol 4; at most about one frame of 64 KiB is held back.
///
/// # Errors
///
/// Those of [`to_vec`], and [`ErrorKind::Io`] for those of the writer.
///
/// # Examples
///
/// ```
/// let mut file = Vec::new();
/// cloudpickle::to_writer(&mut file, &["spam", "eggs"])?;
/// assert_eq!(cloudpickle::from_slice::<Vec<&str>>(&file)?, ["spam", "eggs"]);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub fn to_writer<T: Serialize + ?Sized>(writer: impl Write, value: &T) -> Result<()> {
    Options::new().to_writer(writer, value)
}

/// Adds a value to a heap, where it can be put together with calls, functions and anything else.
///
/// # Errors
///
/// Those of [`to_vec`].
///
/// # Examples
///
/// ```
/// use std::collections::BTreeMap;
/// use cloudpickle::{Heap, Pickler};
///
/// let mut heap = Heap::new();
/// let config = cloudpickle::to_heap(&mut heap, &BTreeMap::from([("retries", 3)]))?;
/// let run = heap.global("myapp.jobs", "run");
/// let call = heap.call(run, (config,));
/// assert_eq!(heap.obj(call).to_string(), "myapp.jobs.run({'retries': 3})");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub fn to_heap<T: Serialize + ?Sized>(heap: &mut Heap<'_>, value: &T) -> Result<Value> {
    Options::new().to_heap(heap, value)
}

/// Whether a protocol is written without a heap between.
fn is_direct(protocol: u8) -> bool {
    protocol >= 2
}

impl ser::Error for Error {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        ErrorKind::Custom(message.to_string()).into()
    }
}

/// Serializes values to a [`Stream`] of opcodes or to [`Objects`] of a heap.
///
/// [`to_vec`], [`to_writer`] and [`to_heap`] are shorter; this is for code that wants a `serde::Serializer`, such as an erased one.
///
/// # Examples
///
/// ```
/// use cloudpickle::ser::{Options, Serializer};
/// use serde::Serializer as _;
///
/// let options = Options::new();
/// let mut bytes = Vec::new();
/// let mut serializer = Serializer::new(&mut bytes, &options);
/// serializer.collect_seq(1..4)?;
/// serializer.finish()?;
/// assert_eq!(cloudpickle::loads(&bytes)?.root().to_string(), "[1, 2, 3]");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub struct Serializer<'o, T> {
    pub(crate) target: T,
    options: &'o Options,
    /// What the next sequence, tuple or bytes are.
    marked: Option<&'static str>,
    /// How many keys and items of sets lie around the value: what is in them has to be hashable.
    keys: u32,
}

impl<'o, 'w> Serializer<'o, Stream<'w>> {
    /// Serializes one value to a writer. Protocols 0 and 1 need a heap: [`Options::to_writer`] has one.
    ///
    /// # Panics
    ///
    /// For protocols 0 and 1.
    pub fn new(writer: &'w mut impl Write, options: &'o Options) -> Self {
        assert!(is_direct(options.protocol), "protocol {} is written by way of a heap", options.protocol);
        Self::over(Stream::new(Some(writer), options.protocol), options)
    }

    /// Ends the pickle.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] for those of the writer.
    pub fn finish(self) -> Result<()> {
        self.target.finish().map(drop)
    }
}

impl<'o, 'r, 'a> Serializer<'o, Objects<'r, 'a>> {
    /// Serializes one value into a heap.
    pub fn to_heap(heap: &'r mut Heap<'a>, options: &'o Options) -> Self {
        Self::over(Objects::new(heap), options)
    }

    /// The object.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Custom`] when nothing was serialized.
    pub fn finish(self) -> Result<Value> {
        self.target.finish()
    }
}

impl<'o, T: Target> Serializer<'o, T> {
    pub(crate) fn over(target: T, options: &'o Options) -> Self {
        Self { target, options, marked: None, keys: 0 }
    }

    fn check_key(&self, what: &'static str) -> Result<()> {
        if self.keys > 0 { Err(ErrorKind::Unhashable(what).into()) } else { Ok(()) }
    }

    #[inline(always)]
    fn begin<'s>(&'s mut self, kind: Kind, length: Option<usize>) -> Result<Compound<'s, 'o, T>> {
        if self.keys > 0 {
            self.check_kind(kind)?;
        }
        if is_hashed(kind) {
            self.keys += 1;
        }
        let open = self.target.open(kind, length)?;
        Ok(Compound { serializer: self, open })
    }

    #[cold]
    fn check_kind(&self, kind: Kind) -> Result<()> {
        match kind {
            Kind::List => self.check_key("list"),
            Kind::Dict => self.check_key("dict"),
            Kind::Set => self.check_key("set"),
            _ => Ok(()),
        }
    }

    fn begin_call<'s>(&'s mut self, kind: Kind, class: (&str, &str), length: usize) -> Result<Compound<'s, 'o, T>> {
        let open = self.target.open_call(kind, class.0, class.1, Some(length))?;
        Ok(Compound { serializer: self, open })
    }

    /// Begins `{'Variant': ...}` or `('Variant', ...)`.
    fn begin_variant(&mut self, variant: &'static str) -> Result<T::Open> {
        let open = if self.options.tuple_enums {
            self.target.open(Kind::Tuple, Some(2))
        } else {
            self.check_key("dict")?;
            self.target.open(Kind::Dict, Some(1))
        };
        let mut open = open?;
        self.target.item(&mut open)?;
        self.target.name(variant)?;
        if self.options.tuple_enums {
            self.target.item(&mut open)?;
        }
        Ok(open)
    }

    #[inline(always)]
    fn sequence<'s>(&'s mut self, kind: Kind, length: Option<usize>) -> Result<Compound<'s, 'o, T>> {
        if self.marked.is_some() { self.marked_sequence(kind, length) } else { self.begin(kind, length) }
    }

    fn marked_sequence<'s>(&'s mut self, kind: Kind, length: Option<usize>) -> Result<Compound<'s, 'o, T>> {
        let kind = match self.marked.take() {
            Some(marker::SET) => Kind::Set,
            Some(marker::FROZENSET) => Kind::FrozenSet,
            Some(marker::TUPLE) => Kind::Tuple,
            Some(marker::LIST) => Kind::List,
            Some(marker::COMPLEX) => return self.begin_call(Kind::Call, ("builtins", "complex"), 2),
            Some(marker::TIMEDELTA) => return self.begin_call(Kind::Call, ("datetime", "timedelta"), 3),
            _ => kind,
        };
        self.begin(kind, length)
    }

    fn any_int(&mut self, n: Result<i64, impl Into<num_bigint::BigInt>>) -> Result<()> {
        match n {
            Ok(n) => self.target.int(n),
            Err(n) => self.target.big(&Int::from(n.into())),
        }
    }
}

/// Whether the items of a container are hashed.
fn is_hashed(kind: Kind) -> bool {
    matches!(kind, Kind::Set | Kind::FrozenSet)
}

/// A container that is being serialized: made by [`Serializer`].
pub struct Compound<'s, 'o, T: Target> {
    serializer: &'s mut Serializer<'o, T>,
    open: T::Open,
}

impl<T: Target> Compound<'_, '_, T> {
    #[inline(always)]
    fn item(&mut self, value: &(impl Serialize + ?Sized)) -> Result<()> {
        self.serializer.target.item(&mut self.open)?;
        value.serialize(&mut *self.serializer)
    }

    #[inline(always)]
    fn field(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) -> Result<()> {
        self.serializer.target.item(&mut self.open)?;
        if T::kind(&self.open) != Kind::New {
            self.serializer.target.name(name)?;
        }
        value.serialize(&mut *self.serializer)
    }

    #[inline(always)]
    fn close(self) -> Result<()> {
        if is_hashed(T::kind(&self.open)) {
            self.serializer.keys -= 1;
        }
        self.serializer.target.close(self.open)
    }
}

/// The data of a variant that is being serialized: made by [`Serializer`].
pub struct VariantData<'s, 'o, T: Target> {
    data: Compound<'s, 'o, T>,
    /// The dict or tuple around the data.
    outer: T::Open,
}

impl<T: Target> VariantData<'_, '_, T> {
    fn item(&mut self, value: &(impl Serialize + ?Sized)) -> Result<()> {
        self.data.item(value)
    }

    fn field(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) -> Result<()> {
        self.data.field(name, value)
    }

    fn close(self) -> Result<()> {
        let Compound { serializer, open } = self.data;
        serializer.target.close(open)?;
        serializer.target.close(self.outer)
    }
}

impl<'s, 'o, T: Target> ser::Serializer for &'s mut Serializer<'o, T> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Compound<'s, 'o, T>;
    type SerializeTuple = Compound<'s, 'o, T>;
    type SerializeTupleStruct = Compound<'s, 'o, T>;
    type SerializeTupleVariant = VariantData<'s, 'o, T>;
    type SerializeMap = Compound<'s, 'o, T>;
    type SerializeStruct = Compound<'s, 'o, T>;
    type SerializeStructVariant = VariantData<'s, 'o, T>;

    #[inline(always)]
    fn serialize_bool(self, bool: bool) -> Result<()> {
        self.target.bool(bool)
    }

    #[inline(always)]
    fn serialize_i8(self, n: i8) -> Result<()> {
        self.target.int(n.into())
    }

    #[inline(always)]
    fn serialize_i16(self, n: i16) -> Result<()> {
        self.target.int(n.into())
    }

    #[inline(always)]
    fn serialize_i32(self, n: i32) -> Result<()> {
        self.target.int(n.into())
    }

    #[inline(always)]
    fn serialize_i64(self, n: i64) -> Result<()> {
        self.target.int(n)
    }

    fn serialize_i128(self, n: i128) -> Result<()> {
        self.any_int(i64::try_from(n).map_err(|_| n))
    }

    #[inline(always)]
    fn serialize_u8(self, n: u8) -> Result<()> {
        self.target.int(n.into())
    }

    #[inline(always)]
    fn serialize_u16(self, n: u16) -> Result<()> {
        self.target.int(n.into())
    }

    #[inline(always)]
    fn serialize_u32(self, n: u32) -> Result<()> {
        self.target.int(n.into())
    }

    #[inline(always)]
    fn serialize_u64(self, n: u64) -> Result<()> {
        self.any_int(i64::try_from(n).map_err(|_| n))
    }

    fn serialize_u128(self, n: u128) -> Result<()> {
        self.any_int(i64::try_from(n).map_err(|_| n))
    }

    #[inline(always)]
    fn serialize_f32(self, float: f32) -> Result<()> {
        self.target.float(float.into())
    }

    #[inline(always)]
    fn serialize_f64(self, float: f64) -> Result<()> {
        self.target.float(float)
    }

    fn serialize_char(self, char: char) -> Result<()> {
        self.target.str(char.encode_utf8(&mut [0; 4]))
    }

    #[inline(always)]
    fn serialize_str(self, text: &str) -> Result<()> {
        match self.marked {
            None => self.target.str(text),
            Some(marked) => {
                self.marked = None;
                special::text(&mut self.target, marked, text)
            }
        }
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<()> {
        match self.marked.take() {
            Some(marker::INT) => self.target.big(&crate::int::from_le_bytes_signed(bytes)),
            Some(marker::BYTEARRAY) => {
                self.check_key("bytearray")?;
                self.target.byte_array(bytes)
            }
            _ => self.target.bytes(bytes),
        }
    }

    #[inline(always)]
    fn serialize_none(self) -> Result<()> {
        self.target.none()
    }

    #[inline(always)]
    fn serialize_some<V: Serialize + ?Sized>(self, value: &V) -> Result<()> {
        value.serialize(self)
    }

    #[inline(always)]
    fn serialize_unit(self) -> Result<()> {
        self.target.none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<()> {
        self.target.none()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<()> {
        if !self.options.tuple_enums {
            return self.target.name(variant);
        }
        let mut open = self.target.open(Kind::Tuple, Some(1))?;
        self.target.item(&mut open)?;
        self.target.name(variant)?;
        self.target.close(open)
    }

    fn serialize_newtype_struct<V: Serialize + ?Sized>(self, name: &'static str, value: &V) -> Result<()> {
        if name.starts_with(marker::PREFIX) {
            self.marked = Some(name);
            let result = value.serialize(&mut *self);
            self.marked = None;
            return result;
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<V: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &V,
    ) -> Result<()> {
        let open = self.begin_variant(variant)?;
        value.serialize(&mut *self)?;
        self.target.close(open)
    }

    #[inline(always)]
    fn serialize_seq(self, length: Option<usize>) -> Result<Self::SerializeSeq> {
        self.sequence(Kind::List, length)
    }

    #[inline(always)]
    fn serialize_tuple(self, length: usize) -> Result<Self::SerializeTuple> {
        self.sequence(Kind::Tuple, Some(length))
    }

    fn serialize_tuple_struct(self, name: &'static str, length: usize) -> Result<Self::SerializeTupleStruct> {
        let options = self.options;
        match options.style(name) {
            (Style::NamedTuple, module, class) => self.begin_call(Kind::New, (module, class), length),
            _ => self.begin(Kind::Tuple, Some(length)),
        }
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        let outer = self.begin_variant(variant)?;
        Ok(VariantData { data: self.begin(Kind::List, Some(length))?, outer })
    }

    #[inline(always)]
    fn serialize_map(self, length: Option<usize>) -> Result<Self::SerializeMap> {
        self.begin(Kind::Dict, length)
    }

    #[inline(always)]
    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Self::SerializeStruct> {
        let options = self.options;
        if options.only_dicts {
            return self.begin(Kind::Dict, Some(length));
        }
        match options.style(name) {
            (Style::Dict, ..) => self.begin(Kind::Dict, Some(length)),
            (Style::Instance, module, class) => self.begin_call(Kind::Instance, (module, class), length),
            (Style::NamedTuple, module, class) => self.begin_call(Kind::New, (module, class), length),
        }
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStructVariant> {
        let outer = self.begin_variant(variant)?;
        Ok(VariantData { data: self.begin(Kind::Dict, Some(length))?, outer })
    }
}

macro_rules! items {
    ($($trait:ident :: $method:ident for $type:ident;)*) => {
        $(impl<T: Target> ser::$trait for $type<'_, '_, T> {
            type Ok = ();
            type Error = Error;

            #[inline(always)]
            fn $method<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<()> {
                self.item(value)
            }

            #[inline(always)]
            fn end(self) -> Result<()> {
                self.close()
            }
        })*
    };
}
items! {
    SerializeSeq::serialize_element for Compound;
    SerializeTuple::serialize_element for Compound;
    SerializeTupleStruct::serialize_field for Compound;
    SerializeTupleVariant::serialize_field for VariantData;
}

macro_rules! fields {
    ($($trait:ident for $type:ident;)*) => {
        $(impl<T: Target> ser::$trait for $type<'_, '_, T> {
            type Ok = ();
            type Error = Error;

            #[inline(always)]
            fn serialize_field<V: Serialize + ?Sized>(&mut self, name: &'static str, value: &V) -> Result<()> {
                self.field(name, value)
            }

            #[inline(always)]
            fn end(self) -> Result<()> {
                self.close()
            }
        })*
    };
}
fields! {
    SerializeStruct for Compound;
    SerializeStructVariant for VariantData;
}

impl<T: Target> ser::SerializeMap for Compound<'_, '_, T> {
    type Ok = ();
    type Error = Error;

    #[inline(always)]
    fn serialize_key<K: Serialize + ?Sized>(&mut self, key: &K) -> Result<()> {
        self.serializer.target.item(&mut self.open)?;
        self.serializer.keys += 1;
        key.serialize(&mut *self.serializer)?;
        self.serializer.keys -= 1;
        Ok(())
    }

    #[inline(always)]
    fn serialize_value<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<()> {
        value.serialize(&mut *self.serializer)
    }

    #[inline(always)]
    fn end(self) -> Result<()> {
        self.close()
    }
}
