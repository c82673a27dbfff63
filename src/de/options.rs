//! How Python objects become Rust values.

use std::io::BufRead;

use serde::de::{Deserialize, DeserializeOwned};

use super::context::Context;
use super::object::Object;
use crate::error::{ErrorKind, Result};
use crate::heap::Obj;
use crate::text::Encoding;
use crate::unpickle::Unpickler;

/// How Python objects become Rust values.
///
/// # Examples
///
/// ```
/// use cloudpickle::de::Options;
///
/// // [[...]]: a list that holds itself.
/// let input = b"]q\x00h\x00a.";
/// let err = cloudpickle::from_slice::<Vec<Vec<()>>>(input).unwrap_err();
/// assert_eq!(err.to_string(), "the object holds itself at [0] (at offset 0x0)");
/// let value: Vec<Option<()>> = Options::new().cycles_as_none(true).from_slice(input)?;
/// assert_eq!(value, [None]);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) unpickler: Option<Unpickler>,
    pub(crate) encoding: Encoding,
    pub(crate) class_key: Option<String>,
    pub(crate) globals_as_none: bool,
    pub(crate) cycles_as_none: bool,
    pub(crate) max_depth: usize,
    pub(crate) max_repeats: u64,
    pub(crate) heap_only: bool,
    pub(crate) direct_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            unpickler: None,
            encoding: Encoding::default(),
            class_key: None,
            globals_as_none: false,
            cycles_as_none: false,
            max_depth: 128,
            max_repeats: 10_000_000,
            heap_only: false,
            direct_only: false,
        }
    }
}

impl Options {
    /// Data as it is; instances as their state; errors for cycles and for classes and functions by themselves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How Python 2 strings are read: the `encoding` argument of `pickle.loads`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::{Encoding, de::Options};
    ///
    /// let text: String = Options::new().encoding(Encoding::Latin1).from_slice(b"U\x01\xe9.")?;
    /// assert_eq!(text, "é");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Reads with an [`Unpickler`]: its limits, its policy, its extension codes. Its own encoding is what counts then.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::{Policy, Unpickler, de::Options};
    ///
    /// let plain_data = Options::new().unpickler(Unpickler::new().policy(&Policy::deny_all()));
    /// assert!(plain_data.from_slice::<Vec<i32>>(b"(K\x01K\x02l.").is_ok());
    /// assert!(plain_data.from_slice::<(String,)>(b"cos\nsystem\n(S'true'\ntR.").is_err());
    /// ```
    #[must_use]
    pub fn unpickler(mut self, unpickler: Unpickler) -> Self {
        self.unpickler = Some(unpickler);
        self
    }

    /// Gives the class of an instance, `module.name`, as a first field of this name.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use cloudpickle::de::Options;
    ///
    /// let input = b"cshop\nOrder\n)\x81}X\x02\x00\x00\x00idX\x01\x00\x00\x007sb.";
    /// let order: BTreeMap<String, String> = Options::new().class_key("__class__").from_slice(input)?;
    /// assert_eq!(order, BTreeMap::from([("__class__".into(), "shop.Order".into()), ("id".into(), "7".into())]));
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn class_key(mut self, key: impl Into<String>) -> Self {
        self.class_key = Some(key.into());
        self
    }

    /// Reads classes, functions and objects with a persistent id, where they stand by themselves, as `None` instead of an error.
    #[must_use]
    pub fn globals_as_none(mut self, allowed: bool) -> Self {
        self.globals_as_none = allowed;
        self
    }

    /// Reads an object inside itself as `None` instead of an error.
    #[must_use]
    pub fn cycles_as_none(mut self, allowed: bool) -> Self {
        self.cycles_as_none = allowed;
        self
    }

    /// How deep containers may be nested, 128 by default: Rust values are made by recursion.
    #[must_use]
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.max_depth = depth;
        self
    }

    /// How many objects may be read more than once, 10 million by default; 32 bytes of text count as one more.
    ///
    /// An object that a pickle shares is repeated in the Rust value, so that a few bytes can ask for all the memory there is:
    ///
    /// ```
    /// let mut input = b"]".to_vec();
    /// for _ in 0..60 {
    ///     input.splice(0..0, *b"](");
    ///     input.extend(b"2e"); // x = [x, x]
    /// }
    /// input.push(b'.');
    /// let err = cloudpickle::from_slice::<serde::de::IgnoredAny>(&input);
    /// assert!(err.is_ok(), "what is not wanted is not walked");
    /// # #[derive(serde::Deserialize)]
    /// # struct Tree(Vec<Tree>);
    /// let err = cloudpickle::from_slice::<Tree>(&input).err().unwrap();
    /// assert!(err.to_string().starts_with("limit reached: more than 10000000 repeated objects"));
    /// ```
    #[must_use]
    pub fn max_repeats(mut self, objects: u64) -> Self {
        self.max_repeats = objects;
        self
    }

    /// Reads by way of a heap even where the stream could be read directly: for tests and comparisons.
    #[doc(hidden)]
    #[must_use]
    pub fn heap_only(mut self, heap_only: bool) -> Self {
        self.heap_only = heap_only;
        self
    }

    /// Gives an error where the stream cannot be read directly: for tests and comparisons.
    #[doc(hidden)]
    #[must_use]
    pub fn direct_only(mut self, direct_only: bool) -> Self {
        self.direct_only = direct_only;
        self
    }

    pub(crate) fn reader(&self) -> Unpickler {
        self.unpickler.clone().unwrap_or_else(|| Unpickler::new().encoding(self.encoding))
    }

    /// Whether a stream may be read without a heap.
    fn is_direct(&self) -> bool {
        !self.heap_only && self.unpickler.is_none() && self.class_key.is_none() && !self.globals_as_none
    }

    /// Reads a value from a pickle: see [`from_slice`](crate::from_slice).
    ///
    /// # Errors
    ///
    /// See [`from_slice`](crate::from_slice).
    pub fn from_slice<'de, T: Deserialize<'de>>(&self, input: &'de [u8]) -> Result<T> {
        let (value, length) = self.from_prefix(input)?;
        match input.len() - length {
            0 => Ok(value),
            left => Err(ErrorKind::TrailingBytes(left).at(length)),
        }
    }

    /// Reads a value from the first pickle in `input` and says how many bytes that took, so that the next can be read behind it.
    ///
    /// # Errors
    ///
    /// See [`from_slice`](crate::from_slice).
    ///
    /// # Examples
    ///
    /// ```
    /// let (first, length) = cloudpickle::de::Options::new().from_prefix::<u8>(b"K\x07.K\x08.")?;
    /// assert_eq!((first, length), (7, 3));
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn from_prefix<'de, T: Deserialize<'de>>(&self, input: &'de [u8]) -> Result<(T, usize)> {
        if self.is_direct()
            && let Some(read) = super::stream::read(input, self)
        {
            return Ok(read);
        }
        if self.direct_only {
            return Err(ErrorKind::Custom("the stream cannot be read directly".to_owned()).into());
        }
        let (pickle, length) = self.reader().loads_prefix(input)?;
        let context = Context::of_pickle(&pickle, input, self);
        let value = T::deserialize(Object::new(&context, pickle.root)).map_err(|error| context.locate(error))?;
        Ok((value, length))
    }

    /// Reads a value from the first pickle that a reader gives: see [`from_reader`](crate::from_reader).
    ///
    /// # Errors
    ///
    /// See [`from_reader`](crate::from_reader).
    pub fn from_reader<T: DeserializeOwned>(&self, mut reader: impl BufRead) -> Result<T> {
        let input = self.reader().read_bytes(&mut reader)?;
        self.from_slice(&input)
    }

    /// Reads a value from an object: see [`from_obj`](crate::from_obj).
    ///
    /// # Errors
    ///
    /// See [`from_obj`](crate::from_obj).
    pub fn from_obj<'de, T: Deserialize<'de>>(&self, object: Obj<'de>) -> Result<T> {
        let context = Context::of_heap(object.heap(), self);
        let root = object.value();
        T::deserialize(Object::new(&context, root)).map_err(|error| context.locate(error))
    }
}
