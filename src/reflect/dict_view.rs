//! Views of dicts: `d.keys()`, `d.values()`, `d.items()`.
//!
//! ```text
//! _make_dict_keys([..])    _make_dict_values([..])    _make_dict_items({..})            from 1.6 on
//! _make_dict_keys([..], True)    ..                                                     of an OrderedDict, from 2.0 on
//! ```
//!
//! The dict behind the view is made anew: what it is a view of is not in the pickle.

use std::fmt;

use super::annotation::repr_text;
use super::shape::{Origin, Shape, handles, unsayable, view};
use super::{Helper, Release, Target};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};

/// Which part of a dict a view shows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DictViewKind {
    /// `d.keys()`.
    Keys,
    /// `d.values()`.
    Values,
    /// `d.items()`.
    Items,
}

impl DictViewKind {
    fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Values => "values",
            Self::Items => "items",
        }
    }

    fn helper(self) -> Helper {
        match self {
            Self::Keys => Helper::MakeDictKeys,
            Self::Values => Helper::MakeDictValues,
            Self::Items => Helper::MakeDictItems,
        }
    }
}

/// A view of a dict: a `Copy` view of it. `Display` is Python's `repr`: `dict_keys(['a', 'b'])`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{DictView, DictViewParts, Target};
/// use cloudpickle::{Heap, py};
///
/// let mut heap = Heap::new();
/// let keys = py!(in heap, ["a", "b"]);
/// let view = DictViewParts::keys(keys).build(&mut heap, &Target::cpython(3, 12))?;
/// assert_eq!(DictView::reflect(heap.obj(view))?.to_string(), "dict_keys(['a', 'b'])");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct DictView<'h> {
    object: Obj<'h>,
    origin: Origin,
    kind: DictViewKind,
    of: Obj<'h>,
    flag: Option<Value>,
}
view!(
    /// Reads a view of a dict (`_dict_keys_reduce` of cloudpickle and its like).
    DictView,
    "a view of a dict"
);

impl<'h> DictView<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let (shape, helper) = Shape::helper_call(object)?;
        let kind = match helper {
            Helper::MakeDictKeys => DictViewKind::Keys,
            Helper::MakeDictValues => DictViewKind::Values,
            Helper::MakeDictItems => DictViewKind::Items,
            _ => return None,
        };
        let (of, flag) = match *shape.args() {
            [of] => (of, None),
            [of, flag @ (Value::True | Value::False)] => (of, Some(flag)),
            _ => return None,
        };
        let fits = matches!((kind, of), (DictViewKind::Items, Value::Dict(_)) | (_, Value::List(_)));
        fits.then(|| Self { object, origin: shape.origin(), kind, of: shape.obj(of), flag })
    }

    /// Which part of the dict it shows.
    #[must_use]
    pub fn kind(self) -> DictViewKind {
        self.kind
    }

    /// Whether the dict is an `OrderedDict`.
    #[must_use]
    pub fn is_ordered(self) -> bool {
        self.flag == Some(Value::True)
    }

    /// The keys, or the values; of items the keys.
    pub fn iter(self) -> impl Iterator<Item = Obj<'h>> + Clone + use<'h> {
        self.of.iter().into_iter().flatten()
    }

    /// The pairs of a view of items; nothing for the others.
    pub fn items(self) -> impl Iterator<Item = (Obj<'h>, Obj<'h>)> + Clone + use<'h> {
        self.of.items().into_iter().flatten()
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> DictViewParts {
        DictViewParts { kind: self.kind, of: self.of.value(), flag: self.flag, origin: self.origin }
    }
}

impl fmt::Display for DictView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = if self.is_ordered() { "odict" } else { "dict" };
        write!(f, "{prefix}_{}(", self.kind.name())?;
        if self.kind == DictViewKind::Items {
            f.write_str("[")?;
            for (nth, (key, value)) in self.items().enumerate() {
                let comma = if nth > 0 { ", " } else { "" };
                write!(f, "{comma}({}, {})", repr_text(key), repr_text(value))?;
            }
            return f.write_str("])");
        }
        write!(f, "{})", repr_text(self.of))
    }
}

/// What a view of a dict is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DictViewParts {
    /// Which part of the dict it shows.
    pub kind: DictViewKind,
    /// A list of keys or values, or the dict of items.
    pub of: Value,
    /// `True` for an `OrderedDict`; not there for a dict.
    flag: Option<Value>,
    origin: Origin,
}
handles!(DictViewParts { of, flag, origin });

impl DictViewParts {
    fn new(kind: DictViewKind, of: Value) -> Self {
        Self { kind, of, flag: None, origin: Origin::default() }
    }

    /// Keys, from a list.
    #[must_use]
    pub fn keys(list: Value) -> Self {
        Self::new(DictViewKind::Keys, list)
    }

    /// Values, from a list.
    #[must_use]
    pub fn values(list: Value) -> Self {
        Self::new(DictViewKind::Values, list)
    }

    /// Items, from a dict.
    #[must_use]
    pub fn items(dict: Value) -> Self {
        Self::new(DictViewKind::Items, dict)
    }

    /// Makes it a view of an `OrderedDict`.
    #[must_use]
    pub fn ordered(self) -> Self {
        Self { flag: Some(Value::True), ..self }
    }

    /// Builds the view.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotInDialect`](crate::ErrorKind::NotInDialect) before cloudpickle 1.6, for an `OrderedDict` before 2.0.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let release = target.dialect_of().release();
        if release < Release::V1_6 {
            return Err(unsayable("a view of a dict", target));
        }
        if self.flag.is_some() && release < Release::V2_0 {
            return Err(unsayable("a view of an OrderedDict", target));
        }
        let callable = self.origin.helper(heap, target, self.kind.helper());
        let items: Vec<_> = [Some(self.of), self.flag].into_iter().flatten().collect();
        let args = self.origin.args(heap, &items);
        Ok(heap.call(callable, args))
    }
}
