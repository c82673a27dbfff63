//! What Rust values mean in Python.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};
use num_bigint::{BigInt, BigUint};

use super::{Heap, Obj, Value};
use crate::int::Int;
use crate::text::PyStr;

/// A Rust value that means a Python object.
///
/// | Rust | Python |
/// | --- | --- |
/// | integers, [`BigInt`] | int |
/// | `f32`, `f64` | float |
/// | `bool` | bool |
/// | `&str`, `String`, `char`, [`PyStr`] | str |
/// | [`Bytes`] | bytes |
/// | tuples, `()` among them | tuple |
/// | arrays, slices, `Vec`, `VecDeque` | list |
/// | `HashMap`, `BTreeMap`, `IndexMap` | dict |
/// | `HashSet`, `BTreeSet`, `IndexSet` | set |
/// | `None` | `None` |
/// | `Box`, `Rc`, `Arc`, `Cow` | what is in it |
/// | [`Value`] | the object itself |
/// | [`Obj`] | a copy of the object with everything below it |
///
/// Dates, decimals, UUIDs and others of [`std_types`](crate::reflect::std_types) are `ToPy` too, and so are types of other crates: see
/// [`FromPy`](crate::reflect::std_types::FromPy).
///
/// # Examples
///
/// ```
/// use std::collections::BTreeMap;
/// use cloudpickle::{Bytes, Heap, ToPy};
///
/// struct Point { x: f64, y: f64 }
///
/// impl ToPy for Point {
///     fn to_py(&self, heap: &mut Heap<'_>) -> cloudpickle::Value {
///         let class = heap.global("geometry", "Point");
///         heap.call(class, (self.x, self.y))
///     }
/// }
///
/// let mut heap = Heap::new();
/// let value = heap.add((Point { x: 1.0, y: 2.5 }, BTreeMap::from([("k", vec![1, 2])]), Bytes(b"\x00")));
/// assert_eq!(heap.obj(value).to_string(), r"(geometry.Point(1.0, 2.5), {'k': [1, 2]}, b'\x00')");
/// ```
pub trait ToPy {
    /// Adds the Python object to a heap.
    fn to_py(&self, heap: &mut Heap<'_>) -> Value;

    /// The handle, where it is one already.
    #[doc(hidden)]
    fn handle(&self) -> Option<Value> {
        None
    }
}

/// Bytes that mean Python's `bytes`; a plain slice or vector of `u8` is a list of ints.
///
/// # Examples
///
/// ```
/// use cloudpickle::{Bytes, py};
///
/// assert_eq!(py!((Bytes(b"ab"), b"ab")).root().to_string(), "(b'ab', [97, 98])");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Bytes<T>(pub T);

impl<T: AsRef<[u8]>> ToPy for Bytes<T> {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        heap.bytes(self.0.as_ref().to_vec())
    }
}

impl ToPy for Value {
    fn to_py(&self, _: &mut Heap<'_>) -> Value {
        *self
    }

    fn handle(&self) -> Option<Value> {
        Some(*self)
    }
}

impl ToPy for Obj<'_> {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        heap.copy(*self)
    }
}

impl ToPy for bool {
    fn to_py(&self, _: &mut Heap<'_>) -> Value {
        Value::bool(*self)
    }
}

macro_rules! ints {
    ($($type:ty)*) => {
        $(impl ToPy for $type {
            fn to_py(&self, heap: &mut Heap<'_>) -> Value {
                match i32::try_from(*self) {
                    Ok(n) => Value::Int(n),
                    Err(_) => heap.any_int(&Int::from(BigInt::from(*self))),
                }
            }
        })*
    };
}
ints!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

impl ToPy for BigInt {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        heap.any_int(&Int::from(self.clone()))
    }
}

impl ToPy for BigUint {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        heap.any_int(&Int::from(BigInt::from(self.clone())))
    }
}

impl ToPy for f64 {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        heap.float(*self)
    }
}

impl ToPy for f32 {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        heap.float((*self).into())
    }
}

impl ToPy for str {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        heap.str(self)
    }
}

impl ToPy for String {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        heap.str(self)
    }
}

impl ToPy for char {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        heap.str(self.encode_utf8(&mut [0; 4]))
    }
}

impl ToPy for PyStr<'_> {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        heap.py_str(*self)
    }
}

impl<T: ToPy + ?Sized> ToPy for &T {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        (**self).to_py(heap)
    }

    fn handle(&self) -> Option<Value> {
        (**self).handle()
    }
}

macro_rules! pointers {
    ($($pointer:ident)*) => {
        $(impl<T: ToPy + ?Sized> ToPy for $pointer<T> {
            fn to_py(&self, heap: &mut Heap<'_>) -> Value {
                (**self).to_py(heap)
            }
        })*
    };
}
pointers!(Box Rc Arc);

impl<T: ToPy + ToOwned + ?Sized> ToPy for Cow<'_, T> {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        (**self).to_py(heap)
    }
}

impl<T: ToPy> ToPy for Option<T> {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        self.as_ref().map_or(Value::None, |value| value.to_py(heap))
    }
}

fn values<T: ToPy>(heap: &mut Heap<'_>, items: impl IntoIterator<Item = T>) -> Vec<Value> {
    items.into_iter().map(|item| item.to_py(heap)).collect()
}

macro_rules! collections {
    ($($make:ident: [$($generics:tt)*] $type:ty;)*) => {
        $(impl<$($generics)*> ToPy for $type {
            fn to_py(&self, heap: &mut Heap<'_>) -> Value {
                let items = values(heap, self);
                heap.$make(items)
            }
        })*
    };
}
collections! {
    list: [T: ToPy] [T];
    list: [T: ToPy, const N: usize] [T; N];
    list: [T: ToPy] Vec<T>;
    list: [T: ToPy] VecDeque<T>;
    set: [T: ToPy, S] HashSet<T, S>;
    set: [T: ToPy] BTreeSet<T>;
    set: [T: ToPy, S] IndexSet<T, S>;
}

macro_rules! maps {
    ($([$($generics:tt)*] $type:ty;)*) => {
        $(impl<$($generics)*> ToPy for $type {
            fn to_py(&self, heap: &mut Heap<'_>) -> Value {
                let pairs: Vec<_> = self.iter().map(|(key, value)| (key.to_py(heap), value.to_py(heap))).collect();
                heap.dict(pairs)
            }
        })*
    };
}
maps! {
    [K: ToPy, V: ToPy, S] HashMap<K, V, S>;
    [K: ToPy, V: ToPy] BTreeMap<K, V>;
    [K: ToPy, V: ToPy, S] IndexMap<K, V, S>;
}

impl ToPy for () {
    fn to_py(&self, _: &mut Heap<'_>) -> Value {
        Value::EMPTY_TUPLE
    }
}

macro_rules! tuples {
    ($($name:ident)+) => {
        impl<$($name: ToPy),+> ToPy for ($($name,)+) {
            #[allow(non_snake_case, reason = "the fields have the names of their types")]
            fn to_py(&self, heap: &mut Heap<'_>) -> Value {
                let ($($name,)+) = self;
                let items = [$($name.to_py(heap)),+];
                heap.tuple(items)
            }
        }
    };
}
tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
tuples!(A B C D E F G H I);
tuples!(A B C D E F G H I J);
tuples!(A B C D E F G H I J K);
tuples!(A B C D E F G H I J K L);
