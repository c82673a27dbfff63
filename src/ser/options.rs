//! How Rust values become Python objects.

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;

use super::heap::Objects;
use super::stream::Stream;
use super::{Serializer, is_direct};
use crate::error::Result;
use crate::heap::{Heap, Value};
use crate::pickle::Pickler;

/// What a Rust struct becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    Dict,
    Instance,
    NamedTuple,
}

/// How Rust values become Python objects: protocol, structs, enums.
///
/// The defaults give plain data that any Python 3 reads: protocol 4, structs as dicts, enums as serde_json writes them.
///
/// # Examples
///
/// ```
/// use serde::Serialize;
///
/// #[derive(Serialize)]
/// struct Point { x: i32, y: i32 }
///
/// let point = Point { x: 1, y: -2 };
/// let options = cloudpickle::ser::Options::new();
/// let show = |bytes: Vec<u8>| cloudpickle::loads(&bytes).map(|pickle| pickle.root().to_string());
/// assert_eq!(show(options.to_vec(&point)?)?, "{'x': 1, 'y': -2}");
///
/// // An instance of the class `geometry.Point`, such as a dataclass.
/// let options = options.instance("Point", "geometry", "Point");
/// assert_eq!(show(options.to_vec(&point)?)?, "geometry.Point().__setstate__({'x': 1, 'y': -2})");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) protocol: u8,
    pub(crate) tuple_enums: bool,
    /// No struct is anything but a dict.
    pub(crate) only_dicts: bool,
    /// What structs become that have no entry of their own, and the module of their classes.
    structs: (Style, String),
    /// By the name of the struct: style, module, class.
    named: BTreeMap<String, (Style, String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self { protocol: 4, tuple_enums: false, only_dicts: true, structs: (Style::Dict, String::new()), named: BTreeMap::new() }
    }
}

impl Options {
    /// Protocol 4, structs as dicts, enums as serde_json writes them.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The protocol, 0 to 5. Protocol 4, the default, is read by every Python from 3.4 on; protocol 2 by Python 2 too.
    ///
    /// # Panics
    ///
    /// For any other number.
    ///
    /// # Examples
    ///
    /// ```
    /// let bytes = cloudpickle::ser::Options::new().protocol(2).to_vec(&(1, 2))?;
    /// assert_eq!(bytes, b"\x80\x02K\x01K\x02\x86.");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn protocol(mut self, protocol: u8) -> Self {
        assert!(protocol <= 5, "pickle protocol {protocol} is not known, 5 is the newest");
        self.protocol = protocol;
        self
    }

    /// Writes the struct of this name as an instance of the class `module.class`: made without `__init__`, then given its fields as
    /// `__dict__`, as Python pickles instances itself. Dataclasses and other classes without `__slots__` are such.
    ///
    /// The name is the one that serde knows: the Rust name, unless `#[serde(rename = "...")]` says another.
    #[must_use]
    pub fn instance(self, name: &str, module: &str, class: &str) -> Self {
        self.named(name, Style::Instance, module, class)
    }

    /// Writes every struct that has no entry of its own as an instance of the class of the same name in a module.
    ///
    /// # Examples
    ///
    /// ```
    /// # use serde::Serialize;
    /// #[derive(Serialize)]
    /// struct Job { id: u32, owner: Owner }
    /// #[derive(Serialize)]
    /// struct Owner { name: String }
    ///
    /// let job = Job { id: 7, owner: Owner { name: "eve".into() } };
    /// let bytes = cloudpickle::ser::Options::new().instances_in("myapp.jobs").to_vec(&job)?;
    /// // pickle.loads(bytes).owner.name == "eve"
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn instances_in(mut self, module: &str) -> Self {
        self.only_dicts = false;
        self.structs = (Style::Instance, module.to_owned());
        self
    }

    /// Writes the struct, or tuple struct, of this name as the namedtuple `module.class`: made from its fields in their order.
    ///
    /// # Examples
    ///
    /// ```
    /// # use serde::Serialize;
    /// #[derive(Serialize)]
    /// struct Point { x: i32, y: i32 }
    ///
    /// let options = cloudpickle::ser::Options::new().namedtuple("Point", "geometry", "Point");
    /// let bytes = options.to_vec(&Point { x: 1, y: -2 })?;
    /// assert_eq!(cloudpickle::loads(&bytes)?.root().to_string(), "geometry.Point(1, -2)");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn namedtuple(self, name: &str, module: &str, class: &str) -> Self {
        self.named(name, Style::NamedTuple, module, class)
    }

    /// Writes every struct that has no entry of its own as the namedtuple of the same name in a module.
    #[must_use]
    pub fn namedtuples_in(mut self, module: &str) -> Self {
        self.only_dicts = false;
        self.structs = (Style::NamedTuple, module.to_owned());
        self
    }

    /// Writes the struct of this name as a dict, whatever the others become.
    #[must_use]
    pub fn dict(self, name: &str) -> Self {
        self.named(name, Style::Dict, "", "")
    }

    fn named(mut self, name: &str, style: Style, module: &str, class: &str) -> Self {
        self.only_dicts = false;
        self.named.insert(name.to_owned(), (style, module.to_owned(), class.to_owned()));
        self
    }

    /// Writes enums as tuples `('Variant', data)` and `('Variant',)`, the form of serde-pickle up to 0.6. Both forms are read.
    ///
    /// | Rust | default | as tuples |
    /// | --- | --- | --- |
    /// | `Variant` | `'Variant'` | `('Variant',)` |
    /// | `Variant(t)` | `{'Variant': t}` | `('Variant', t)` |
    /// | `Variant(t, u)` | `{'Variant': [t, u]}` | `('Variant', [t, u])` |
    /// | `Variant { x: t }` | `{'Variant': {'x': t}}` | `('Variant', {'x': t})` |
    #[must_use]
    pub fn tuple_enums(mut self, tuples: bool) -> Self {
        self.tuple_enums = tuples;
        self
    }

    /// What a struct becomes: style, module, class.
    pub(crate) fn style<'o>(&'o self, name: &'o str) -> (Style, &'o str, &'o str) {
        match self.named.get(name) {
            Some((style, module, class)) => (*style, module, class),
            None => (self.structs.0, &self.structs.1, name),
        }
    }

    /// Pickles a value: see [`to_vec`](crate::to_vec).
    ///
    /// # Errors
    ///
    /// See [`to_vec`](crate::to_vec).
    pub fn to_vec<T: Serialize + ?Sized>(&self, value: &T) -> Result<Vec<u8>> {
        if is_direct(self.protocol) {
            let mut serializer = Serializer::over(Stream::new(None, self.protocol), self);
            value.serialize(&mut serializer)?;
            return serializer.target.finish();
        }
        let mut heap = Heap::new();
        let root = self.to_heap(&mut heap, value)?;
        Pickler::new().protocol(self.protocol).dumps(&heap, root)
    }

    /// Pickles a value to a writer: see [`to_writer`](crate::to_writer).
    ///
    /// # Errors
    ///
    /// See [`to_writer`](crate::to_writer).
    pub fn to_writer<T: Serialize + ?Sized>(&self, mut writer: impl Write, value: &T) -> Result<()> {
        if is_direct(self.protocol) {
            let mut serializer = Serializer::over(Stream::new(Some(&mut writer), self.protocol), self);
            value.serialize(&mut serializer)?;
            return serializer.target.finish().map(drop);
        }
        let mut heap = Heap::new();
        let root = self.to_heap(&mut heap, value)?;
        Pickler::new().protocol(self.protocol).dump(&mut writer, &heap, root)
    }

    /// Adds a value to a heap: see [`to_heap`](crate::to_heap). The protocol plays no part.
    ///
    /// # Errors
    ///
    /// See [`to_heap`](crate::to_heap).
    pub fn to_heap<T: Serialize + ?Sized>(&self, heap: &mut Heap<'_>, value: &T) -> Result<Value> {
        let mut serializer = Serializer::over(Objects::new(heap), self);
        value.serialize(&mut serializer)?;
        serializer.target.finish()
    }
}
