//! The containers of `collections` that are Python classes around another object: `ChainMap`, `UserDict`, `UserList`, `UserString`.
//!
//! ```text
//! an instance without arguments, then {'maps': [..]} or {'data': ..} as state
//! NEWOBJ UserString ('text',), then {'data': 'text'}            it has __getnewargs__, which protocols 0 and 1 do not ask
//! INST UserDict.UserDict, then {'data': {..}}                   Python 2: `UserDict`, `UserList`, `UserString` are modules
//! ```

use std::fmt;

use super::instance::Instance;
use super::made::new_instance;
use super::pairs::{dict_text, items_text};
use super::text;
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;
use crate::reflect::shape::{handles, view};

macro_rules! wrapped {
    ($(
        $(#[$doc:meta])*
        $name:ident $parts:ident $class:literal { $(#[$inner_doc:meta])* $inner:ident } $wanted:literal;
    )*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy)]
            pub struct $name<'h> {
                object: Obj<'h>,
                inner: Obj<'h>,
            }
            view!(
                /// Reads it.
                $name,
                $wanted
            );

            impl<'h> $name<'h> {
                pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
                    let instance = Instance::recognise(object).filter(|instance| instance.class().is_global("collections", $class))?;
                    Some(Self { object, inner: instance.attr(stringify!($inner))? })
                }

                $(#[$inner_doc])*
                #[must_use]
                pub fn $inner(self) -> Obj<'h> {
                    self.inner
                }

                /// Its parts, to change and to build anew.
                #[must_use]
                pub fn parts(self) -> $parts {
                    $parts { $inner: self.inner.value() }
                }
            }

            #[doc = concat!("What a `", $class, "` is made of.")]
            #[derive(Clone, Copy, PartialEq, Eq, Debug)]
            pub struct $parts {
                $(#[$inner_doc])*
                pub $inner: Value,
            }
            handles!($parts { $inner });
        )*
    };
}
wrapped! {
    /// A `ChainMap` of a pickle: a `Copy` view. `Display` is Python's `repr`: `ChainMap({'a': 1}, {})`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::Target;
    /// use cloudpickle::reflect::std_types::{ChainMap, ChainMapParts};
    /// use cloudpickle::{Heap, py};
    ///
    /// let mut heap = Heap::new();
    /// let maps = py!(in heap, [{"a": 1}, {}]);
    /// let chain = ChainMapParts { maps }.build(&mut heap, &Target::cpython(3, 12))?;
    /// assert_eq!(ChainMap::reflect(heap.obj(chain))?.to_string(), "ChainMap({'a': 1}, {})");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    ChainMap ChainMapParts "ChainMap" {
        /// `maps`: a list of the dicts, the first looked into first.
        maps
    } "a ChainMap";

    /// A `UserDict` of a pickle: a `Copy` view. `Display` is Python's `repr`, that of its dict.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::std_types::UserDict;
    ///
    /// let pickle = cloudpickle::loads(b"\x80\x04\x8c\x0bcollections\x8c\x08UserDict\x93)\x81}\x8c\x04data}\x8c\x01aK\x01ssb.")?;
    /// assert_eq!(UserDict::reflect(pickle.root())?.data().get("a")?.as_i64()?, 1);
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    UserDict UserDictParts "UserDict" {
        /// `data`: the dict.
        data
    } "a UserDict";

    /// A `UserList` of a pickle: a `Copy` view. `Display` is Python's `repr`, that of its list.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::std_types::UserList;
    ///
    /// let pickle = cloudpickle::loads(b"\x80\x04\x8c\x0bcollections\x8c\x08UserList\x93)\x81}\x8c\x04data]K\x01asb.")?;
    /// assert_eq!(UserList::reflect(pickle.root())?.data().to_string(), "[1]");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    UserList UserListParts "UserList" {
        /// `data`: the list.
        data
    } "a UserList";

    /// A `UserString` of a pickle: a `Copy` view. `Display` is Python's `repr`, that of its str.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::std_types::UserString;
    ///
    /// let pickle = cloudpickle::loads(b"\x80\x04\x8c\x0bcollections\x8c\x0aUserString\x93\x8c\x02ab\x94\x85\x81}\x8c\x04datah\x00sb.")?;
    /// assert_eq!(UserString::reflect(pickle.root())?.data().as_str()?, "ab");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    UserString UserStringParts "UserString" {
        /// `data`: the str.
        data
    } "a UserString";
}

impl fmt::Display for ChainMap<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChainMap({})", items_text(self.inner.iter().into_iter().flatten()))
    }
}

impl fmt::Display for UserDict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.inner.items() {
            Ok(items) => f.write_str(&dict_text(items)),
            Err(_) => f.write_str(&text(self.inner)),
        }
    }
}

impl fmt::Display for UserList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]", items_text(self.inner.iter().into_iter().flatten()))
    }
}

impl fmt::Display for UserString<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text(self.inner))
    }
}

/// An instance around an object.
fn around(heap: &mut Heap<'_>, target: &Target, class: (&str, &str), attribute: &str, inner: Value) -> Result<Value> {
    let (class, is_string) = (heap.shared_global(class.0, class.1), class.1 == "UserString");
    let object = if is_string && target.protocol_number() >= 2 {
        heap.new_object(class, (inner,))
    } else {
        new_instance(heap, target, class)
    };
    let name = heap.name(attribute);
    let state = heap.dict([(name, inner)]);
    heap.build(object, state)?;
    Ok(object)
}

macro_rules! builds {
    ($($parts:ident $class:literal $inner:ident;)*) => {
        $(impl $parts {
            /// Builds it.
            ///
            /// # Errors
            ///
            /// None: every Python 3 has it.
            pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
                around(heap, target, ("collections", $class), stringify!($inner), self.$inner)
            }
        })*
    };
}
builds! {
    ChainMapParts "ChainMap" maps;
    UserDictParts "UserDict" data;
    UserListParts "UserList" data;
    UserStringParts "UserString" data;
}
