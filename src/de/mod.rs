//! Pickles to Rust values, by serde.
//!
//! [`from_slice`] and [`from_reader`] read pickles, [`from_obj`] reads an object of a heap, [`Options`] say how. Where the stream allows it,
//! that is for plain data, values are made straight from the opcodes; what needs Python's stack machine, such as shared containers and the calls of
//! reducers, is loaded into a heap first. What comes out is the same.
//!
//! | Python | serde |
//! | --- | --- |
//! | `None` | unit; `None` of an `Option` |
//! | bool, float | bool, `f64` |
//! | int | `i64`, else `u64`, `i128`, `u128`; of any size with [`with::int`](mod@crate::with::int) |
//! | str | str, borrowed where it can be; a lone surrogate is an error |
//! | bytes, bytearray, buffer | bytes, or a sequence of `u8` where a sequence is wanted |
//! | `str` of Python 2 | str, or bytes with [`Encoding::Bytes`](crate::Encoding::Bytes) |
//! | tuple, list, set, frozenset, `deque` | sequence |
//! | dict, `OrderedDict`, `defaultdict`, `Counter` | map |
//! | instance with a state | what its state is read as: a map, mostly; `__slots__` and `__dict__` as one map |
//! | instance made from arguments (namedtuple) | sequence of the arguments |
//! | result of a call of one argument (`Decimal('1.5')`, enum member) | the argument |
//! | str, or dict of one pair; tuple `(variant,)`, `(variant, data)` | enum |
//! | class, function, persistent id | error, or unit with [`Options::globals_as_none`] |
//!
//! A dict keeps the last value of a key that is there more than once, and so does a struct, but not one with `#[serde(flatten)]`: there it is an error.
//!
//! # Coming from serde-pickle
//!
//! | serde-pickle | here |
//! | --- | --- |
//! | `from_slice(bytes, DeOptions::new())` | [`from_slice(bytes)`](from_slice); types that borrow are read too |
//! | `from_reader(reader, options)`, to the end of the reader | [`from_reader(reader)`](from_reader), to the end of the pickle |
//! | `from_iter` | collect, then [`from_slice`] |
//! | `Deserializer::reset_memo` for several pickles | [`Options::from_prefix`], or [`from_reader`] once for each |
//! | `value_from_slice`, `Value` | [`loads`](crate::loads), [`Obj`]: with classes, calls and sharing |
//! | `from_value`, `to_value` | [`from_obj`], [`to_heap`](crate::to_heap) |
//! | `DeOptions::decode_strings()` | Python 2 strings are text; [`Options::encoding`] says in which encoding. Bytes: `Encoding::Bytes` |
//! | `DeOptions::keep_restore_state()` | always: without a state an instance is what it was made from |
//! | `DeOptions::replace_unresolved_globals()` | [`Options::globals_as_none`] |
//! | `DeOptions::replace_recursive_structures()` | [`Options::cycles_as_none`] |
//! | `to_vec(&value, SerOptions::new())`, protocol 3 | [`to_vec(&value)`](crate::to_vec), protocol 4 |
//! | `SerOptions::proto_v2()` | [`ser::Options::protocol(2)`](crate::ser::Options::protocol) |
//! | `SerOptions::compat_enum_repr()` | [`ser::Options::tuple_enums(true)`](crate::ser::Options::tuple_enums) |
//! | tuple and dict forms of enums are both read | the same |
//! | ints above 64 bits only in `Value` | `i128`, `u128`, [`with::int`](mod@crate::with::int) |
//! | sets only in `Value` | any sequence reads them, [`with::set`](mod@crate::with::set) writes them |
//! | shared objects are repeated without bound | within [`Options::max_repeats`] |
//! | nesting without bound | within [`Options::max_depth`] |
//! | bytes after the pickle are an error | the same in [`from_slice`] |

mod context;
mod object;
mod options;
mod place;
mod shape;
mod special;
mod stream;

use std::fmt::Display;
use std::io::BufRead;

use serde::de::{self, Deserialize, DeserializeOwned, Expected, Unexpected, Visitor};

use self::context::Context;
use self::object::Object;
pub use self::options::Options;
use crate::error::{Error, ErrorKind, Result};
use crate::heap::Obj;
use crate::unpickle::Pickle;

/// Reads a value from a pickle. The whole input has to be one pickle.
///
/// # Errors
///
/// Those of [`loads`](crate::loads); [`ErrorKind::Custom`] and [`ErrorKind::WrongType`] where the type wants something else, with the path and the
/// offset; [`ErrorKind::Cycle`] for objects that hold themselves; [`ErrorKind::LimitExceeded`]; [`ErrorKind::TrailingBytes`].
///
/// # Examples
///
/// ```
/// use serde::Deserialize;
///
/// #[derive(Deserialize, Debug, PartialEq)]
/// struct User<'a> { name: &'a str, age: Option<u8> }
///
/// // pickle.dumps({'users': [{'name': 'eve', 'age': 7}]}, 2)
/// let input = b"\x80\x02}X\x05\x00\x00\x00users](}(X\x04\x00\x00\x00nameX\x03\x00\x00\x00eveX\x03\x00\x00\x00ageK\x07ues.";
/// # #[derive(Deserialize)]
/// # struct Users<'a> { #[serde(borrow)] users: Vec<User<'a>> }
/// let Users { users } = cloudpickle::from_slice(input)?;
/// assert_eq!(users, [User { name: "eve", age: Some(7) }]);
///
/// # #[derive(Deserialize, Debug)]
/// # struct Wrong { #[expect(unused)] users: Vec<WrongUser> }
/// # #[derive(Deserialize, Debug)]
/// # struct WrongUser { #[expect(unused)] name: bool }
/// let err = cloudpickle::from_slice::<Wrong>(input).unwrap_err();
/// assert_eq!(err.to_string(), "a boolean wanted, string \"eve\" found at users[0].name (at offset 0x1a)");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub fn from_slice<'de, T: Deserialize<'de>>(input: &'de [u8]) -> Result<T> {
    Options::new().from_slice(input)
}

/// Reads a value from the first pickle that a reader gives; it never reads past `STOP`.
///
/// # Errors
///
/// Those of [`from_slice`], and [`ErrorKind::Io`] for those of the reader.
///
/// # Examples
///
/// ```
/// let mut reader = &b"K\x07.K\x08."[..];
/// assert_eq!(cloudpickle::from_reader::<u8>(&mut reader)?, 7);
/// assert_eq!(cloudpickle::from_reader::<u8>(&mut reader)?, 8);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub fn from_reader<T: DeserializeOwned>(reader: impl BufRead) -> Result<T> {
    Options::new().from_reader(reader)
}

/// Reads a value from an object of a heap; text and bytes can be borrowed from there.
///
/// # Errors
///
/// Those of [`from_slice`], without offsets.
///
/// # Examples
///
/// ```
/// let pickle = cloudpickle::py!({"config": {"rate": 0.5, "steps": [10, 20]}, "blob": None});
/// let steps: Vec<u32> = cloudpickle::from_obj(pickle.root().get("config")?.get("steps")?)?;
/// assert_eq!(steps, [10, 20]);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub fn from_obj<'de, T: Deserialize<'de>>(object: Obj<'de>) -> Result<T> {
    Options::new().from_obj(object)
}

impl de::Error for Error {
    #[cold]
    fn custom<T: Display>(message: T) -> Self {
        ErrorKind::Custom(message.to_string()).into()
    }

    #[cold]
    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        ErrorKind::Custom(format!("{wanted} wanted, {} found", Found(found))).into()
    }

    #[cold]
    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        ErrorKind::Custom(format!("{wanted} wanted, {} found", Found(found))).into()
    }

    #[cold]
    fn invalid_length(length: usize, wanted: &dyn Expected) -> Self {
        ErrorKind::Custom(format!("{wanted} wanted, {length} items found")).into()
    }
}

/// What was found, in the words of Python where serde's are others.
struct Found<'a>(Unexpected<'a>);

impl Display for Found<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Unexpected::Unit => f.write_str("None"),
            Unexpected::Str(text) if text.len() > 60 => {
                write!(f, "string {:?}...", text.chars().take(40).collect::<String>())
            }
            found => found.fmt(f),
        }
    }
}

/// Deserializes values from a pickle, or from an object of a heap.
///
/// [`from_slice`] and [`from_obj`] are shorter, and for bytes faster; this is for code that wants a `serde::Deserializer`, such as one for a
/// `DeserializeSeed`, or an erased one.
///
/// # Examples
///
/// ```
/// use cloudpickle::de::{Deserializer, Options};
/// use serde::Deserialize;
///
/// let options = Options::new();
/// let mut deserializer = Deserializer::from_slice(b"(K\x01K\x02t.", &options)?;
/// assert_eq!(<(u8, u8)>::deserialize(&mut deserializer)?, (1, 2));
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub struct Deserializer<'de> {
    source: Source<'de>,
    options: &'de Options,
}

enum Source<'de> {
    Input(Box<Pickle<'de>>, &'de [u8]),
    Object(Obj<'de>),
}

impl<'de> Deserializer<'de> {
    /// A deserializer of the first pickle in `input`.
    ///
    /// # Errors
    ///
    /// Those of [`loads`](crate::loads).
    pub fn from_slice(input: &'de [u8], options: &'de Options) -> Result<Self> {
        let pickle = options.reader().loads(input)?;
        Ok(Self { source: Source::Input(Box::new(pickle), input), options })
    }

    /// A deserializer of an object of a heap.
    #[must_use]
    pub fn from_obj(object: Obj<'de>, options: &'de Options) -> Self {
        Self { source: Source::Object(object), options }
    }
}

/// Forwards to the object, and says where an error was.
macro_rules! forward {
    ($($method:ident($($name:ident: $type:ty),*);)*) => {
        $(fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value> {
            match &self.source {
                Source::Input(pickle, input) => {
                    let context = Context::of_pickle(pickle, input, self.options);
                    let root = pickle.root;
                    Object::new(&context, root).$method($($name,)* visitor).map_err(|error| context.locate(error))
                }
                Source::Object(object) => {
                    let context = Context::of_heap(object.heap(), self.options);
                    let root = object.value();
                    Object::new(&context, root).$method($($name,)* visitor).map_err(|error| context.locate(error))
                }
            }
        })*
    };
}

impl<'de> de::Deserializer<'de> for &mut Deserializer<'de> {
    type Error = Error;

    forward! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }
}
