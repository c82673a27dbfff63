//! What Python objects mean in Rust: the mirror of [`ToPy`](crate::ToPy).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use indexmap::{IndexMap, IndexSet};
use num_bigint::{BigInt, BigUint};

use super::TimeDelta;
use super::made::Made;
use super::pairs::Pairs;
use crate::error::{ErrorKind, Result};
use crate::heap::{Bytes, EffectKind, Heap, Obj, ToPy, Value};
use crate::text::PyStr;

/// A Rust value that a Python object can be read as.
///
/// | Rust | Python |
/// | --- | --- |
/// | integers, [`BigInt`] | int |
/// | `f32`, `f64` | float, small ints |
/// | `bool` | bool |
/// | `&str`, `String`, `Cow<str>`, `char`, [`PyStr`] | str |
/// | [`Bytes`] | bytes, bytearray, of every protocol |
/// | tuples, `()` among them | tuple, list, a namedtuple's instance; of that length |
/// | `Vec`, `VecDeque`, arrays | list, tuple, set, frozenset, deque |
/// | `HashMap`, `BTreeMap`, `IndexMap` | dict, OrderedDict, defaultdict, Counter |
/// | `HashSet`, `BTreeSet`, `IndexSet` | as `Vec` |
/// | `Option` | `None`, or the object |
/// | `Box`, `Rc`, `Arc` | what is in it |
/// | [`Duration`] | timedelta |
/// | `IpAddr`, `PathBuf`, the plain values of this module | the object of the standard library |
/// | [`Obj`], [`Value`] | the object itself |
///
/// With the features of their names: [`jiff`](https://docs.rs/jiff) (`ZonedDateTime`, `Timestamp`, `SignedDuration`, `tz::Offset`, `civil`),
/// [`chrono`](https://docs.rs/chrono) (`NaiveDate`, `NaiveTime`, `NaiveDateTime`, `DateTime` of `Utc` and `FixedOffset`, `FixedOffset`, `TimeDelta`),
/// `rust_decimal::Decimal`, `uuid::Uuid`, `num_complex::Complex<f64>`.
///
/// # Examples
///
/// A struct of your own, whichever way its Python class is pickled; [`ToPy`] is the way back:
///
/// ```
/// use cloudpickle::reflect::Target;
/// use cloudpickle::reflect::std_types::{FromPy, InstanceParts};
/// use cloudpickle::{Heap, Obj, Result, ToPy, Value};
///
/// #[derive(PartialEq, Debug)]
/// struct Point { x: f64, label: Option<String> }
///
/// impl FromPy<'_> for Point {
///     fn from_py(object: Obj<'_>) -> Result<Self> {
///         Ok(Self { x: object.attr("x")?.extract()?, label: object.attr("label")?.extract()? })
///     }
/// }
///
/// impl ToPy for Point {
///     fn to_py(&self, heap: &mut Heap<'_>) -> Value {
///         let class = heap.global("geometry", "Point");
///         let point = InstanceParts::new(class).attr(heap, "x", self.x).attr(heap, "label", &self.label);
///         point.build(heap, &Target::cpython(3, 12)).expect("an instance takes attributes")
///     }
/// }
///
/// let mut heap = Heap::new();
/// let points = heap.add(vec![Point { x: 0.5, label: None }]);
/// let points: Vec<Point> = heap.obj(points).extract()?;
/// assert_eq!(points, [Point { x: 0.5, label: None }]);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
///
/// Containers:
///
/// ```
/// use std::collections::BTreeMap;
/// use cloudpickle::py;
///
/// let pickle = py!({"a": [1, 2], "b": []});
/// let map: BTreeMap<String, Vec<u8>> = pickle.root().extract()?;
/// assert_eq!(map["a"], [1, 2]);
/// let err = py!([1, "x"]).root().extract::<Vec<u8>>().unwrap_err();
/// assert_eq!(err.to_string(), "int wanted, str 'x' found at root[1]");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub trait FromPy<'h>: Sized {
    /// Reads an object.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for objects that mean something else, [`ErrorKind::OutOfRange`] for those that do not fit.
    fn from_py(object: Obj<'h>) -> Result<Self>;
}

impl<'h> Obj<'h> {
    /// The object as a Rust value.
    ///
    /// # Errors
    ///
    /// Those of [`FromPy::from_py`].
    ///
    /// # Examples
    ///
    /// ```
    /// let pickle = cloudpickle::py!(("spam", 2.5, [1, 2, 3]));
    /// let (name, rate, steps): (String, f64, Vec<i64>) = pickle.root().extract()?;
    /// assert_eq!((&*name, rate, steps), ("spam", 2.5, vec![1, 2, 3]));
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn extract<T: FromPy<'h>>(self) -> Result<T> {
        T::from_py(self)
    }
}

pub(super) fn out_of_range(object: Obj<'_>, wanted: &'static str) -> crate::error::Error {
    ErrorKind::OutOfRange { wanted, value: format!("{object:.60}") }.into()
}

macro_rules! simple {
    ($($type:ty: |$object:ident| $read:expr;)*) => {
        $(impl<'h> FromPy<'h> for $type {
            fn from_py($object: Obj<'h>) -> Result<Self> {
                $read
            }
        })*
    };
}
simple! {
    Obj<'h>: |object| Ok(object);
    Value: |object| Ok(object.value());
    bool: |object| object.as_bool();
    f64: |object| object.as_f64();
    &'h str: |object| object.as_str();
    Cow<'h, str>: |object| object.as_str().map(Cow::Borrowed);
    String: |object| object.as_str().map(str::to_owned);
    PyStr<'h>: |object| object.as_py_str();
    BigInt: |object| object.as_bigint();
    BigUint: |object| BigUint::try_from(object.as_bigint()?).map_err(|_| out_of_range(object, "BigUint"));
    Bytes<&'h [u8]>: |object| object.as_bytes().map(Bytes);
    Bytes<Cow<'h, [u8]>>: |object| object.to_bytes().map(Bytes);
    Bytes<Vec<u8>>: |object| object.to_bytes().map(|bytes| Bytes(bytes.into_owned()));
}

impl FromPy<'_> for f32 {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        // The nearest one, as `struct.pack('f', x)` has it; but what is finite stays so.
        let float = object.as_f64()?;
        let narrow = float as Self;
        if narrow.is_infinite() && float.is_finite() { Err(out_of_range(object, "f32")) } else { Ok(narrow) }
    }
}

macro_rules! ints {
    ($($type:ident)*) => {
        $(impl FromPy<'_> for $type {
            fn from_py(object: Obj<'_>) -> Result<Self> {
                match object.value() {
                    Value::Int(n) => Self::try_from(n).ok(),
                    _ => Self::try_from(object.as_bigint()?).ok(),
                }
                .ok_or_else(|| out_of_range(object, stringify!($type)))
            }
        })*
    };
}
ints!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

impl FromPy<'_> for char {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        let mut chars = object.as_str()?.chars();
        match (chars.next(), chars.next()) {
            (Some(char), None) => Ok(char),
            _ => Err(out_of_range(object, "char")),
        }
    }
}

impl<'h, T: FromPy<'h>> FromPy<'h> for Option<T> {
    fn from_py(object: Obj<'h>) -> Result<Self> {
        if object.is_none() { Ok(None) } else { T::from_py(object).map(Some) }
    }
}

macro_rules! pointers {
    ($($pointer:ident)*) => {
        $(impl<'h, T: FromPy<'h>> FromPy<'h> for $pointer<T> {
            fn from_py(object: Obj<'h>) -> Result<Self> {
                T::from_py(object).map(Self::new)
            }
        })*
    };
}
pointers!(Box Rc Arc);

/// The items of a list, tuple, set or frozenset, of what makes one by a call, or of a deque.
fn sequence(object: Obj<'_>) -> Result<Obj<'_>> {
    let found = match object.value() {
        Value::Tuple(_) | Value::List(_) | Value::Set(_) | Value::FrozenSet(_) => return Ok(object),
        Value::Call(_) => called_sequence(object),
        _ => None,
    };
    found.ok_or_else(|| object.wanted("a sequence"))
}

fn called_sequence(object: Obj<'_>) -> Option<Obj<'_>> {
    let heap = object.heap();
    let made = Made::of(object)?;
    let gathered = [EffectKind::Append, EffectKind::AddItems].into_iter().find_map(|kind| heap.gathered(object.value(), kind));
    if let Some(items) = gathered.or(made.base.map(Obj::value)) {
        return is_sequence(items).then(|| heap.obj(items));
    }
    // A namedtuple's instance.
    if made.is_new {
        return object.as_call().ok().map(|call| call.args());
    }
    let (module, name) = made.callable.global_names()?;
    match (&*module, &*name, made.args) {
        ("builtins", "set" | "frozenset" | "list" | "tuple", []) | ("collections", "deque", []) => {
            Some(heap.obj(Value::EMPTY_TUPLE))
        }
        ("builtins", "set" | "frozenset" | "list" | "tuple", [items])
        | ("collections", "deque", [items] | [items, _])
        | ("array", "array", [_, items]) => is_sequence(*items).then(|| heap.obj(*items)),
        _ => None,
    }
}

fn is_sequence(items: Value) -> bool {
    matches!(items, Value::Tuple(_) | Value::List(_) | Value::Set(_) | Value::FrozenSet(_))
}

macro_rules! collections {
    ($([$($generics:tt)*] $type:ty;)*) => {
        $(impl<'h, $($generics)*> FromPy<'h> for $type {
            fn from_py(object: Obj<'h>) -> Result<Self> {
                sequence(object)?.iter()?.map(T::from_py).collect()
            }
        })*
    };
}
collections! {
    [T: FromPy<'h>] Vec<T>;
    [T: FromPy<'h>] VecDeque<T>;
    [T: FromPy<'h> + Ord] BTreeSet<T>;
    [T: FromPy<'h> + Hash + Eq, S: BuildHasher + Default] HashSet<T, S>;
    [T: FromPy<'h> + Hash + Eq, S: BuildHasher + Default] IndexSet<T, S>;
}

fn of_length<'h>(object: Obj<'h>, length: usize, wanted: &'static str) -> Result<Obj<'h>> {
    let items = sequence(object)?;
    if items.len()? == length { Ok(items) } else { Err(out_of_range(object, wanted)) }
}

impl<'h, T: FromPy<'h>, const N: usize> FromPy<'h> for [T; N] {
    fn from_py(object: Obj<'h>) -> Result<Self> {
        let items = Vec::from_py(of_length(object, N, "an array of another length")?)?;
        items.try_into().map_err(|_| out_of_range(object, "an array of another length"))
    }
}

fn read_pairs<'h, K: FromPy<'h>, V: FromPy<'h>>(object: Obj<'h>) -> Result<Vec<(K, V)>> {
    let pairs = Pairs::of(object).ok_or_else(|| object.wanted("dict"))?;
    pairs.iter().map(|(key, value)| Ok((K::from_py(key)?, V::from_py(value)?))).collect()
}

macro_rules! maps {
    ($([$($generics:tt)*] $type:ty;)*) => {
        $(impl<'h, $($generics)*> FromPy<'h> for $type {
            fn from_py(object: Obj<'h>) -> Result<Self> {
                Ok(read_pairs(object)?.into_iter().collect())
            }
        })*
    };
}
maps! {
    [K: FromPy<'h> + Ord, V: FromPy<'h>] BTreeMap<K, V>;
    [K: FromPy<'h> + Hash + Eq, V: FromPy<'h>, S: BuildHasher + Default] HashMap<K, V, S>;
    [K: FromPy<'h> + Hash + Eq, V: FromPy<'h>, S: BuildHasher + Default] IndexMap<K, V, S>;
}

impl FromPy<'_> for () {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        of_length(object, 0, "()").map(drop)
    }
}

macro_rules! tuples {
    ($length:literal: $($name:ident)+) => {
        impl<'h, $($name: FromPy<'h>),+> FromPy<'h> for ($($name,)+) {
            fn from_py(object: Obj<'h>) -> Result<Self> {
                let mut items = of_length(object, $length, "a tuple of another length")?.iter()?;
                Ok(($({
                    let item = items.next().ok_or_else(|| out_of_range(object, "a tuple of another length"))?;
                    $name::from_py(item)?
                },)+))
            }
        }
    };
}
tuples!(1: A);
tuples!(2: A B);
tuples!(3: A B C);
tuples!(4: A B C D);
tuples!(5: A B C D E);
tuples!(6: A B C D E F);
tuples!(7: A B C D E F G);
tuples!(8: A B C D E F G H);

/// A timedelta that is not below zero.
impl FromPy<'_> for Duration {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        let delta = TimeDelta::reflect(object)?;
        let below = || out_of_range(object, "Duration");
        let days = u64::try_from(delta.days).map_err(|_| below())?;
        let seconds = days.checked_mul(86_400).and_then(|days| days.checked_add(delta.seconds.into()));
        Ok(Self::new(seconds.ok_or_else(below)?, delta.microseconds * 1000))
    }
}

/// A timedelta. What is finer than a microsecond is dropped, and what is longer than the longest timedelta is that.
impl ToPy for Duration {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        TimeDelta::clamped(i128::try_from(self.as_micros()).unwrap_or(i128::MAX)).to_py(heap)
    }
}
