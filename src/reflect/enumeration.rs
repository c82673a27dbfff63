//! Enums, as views over their class, and their members.
//!
//! ```text
//! _make_skeleton_enum(bases, name, qualname, {'RED': 1, ..}, module, tracker_id, None)
//! _class_setstate(class, ({'CRIMSON': class(1), ..}, {}))         # aliases are attributes
//! class(value)                                                    # a member
//! ```

use std::fmt;

use super::annotation::repr_text;
use super::shape::{Origin, Shape, handles, view};
use super::{Class, Helper, Target};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::text::PyStr;

/// How many classes are looked at for the base of a flag.
const LINEAGE: usize = 64;

/// An enum: a `Copy` view over its [`Class`].
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{Class, Enumeration};
///
/// let bytes = b"ccloudpickle.cloudpickle\n_make_skeleton_enum\n((cenum\nIntEnum\ntVLevel\nVLevel\n(VLOW\nI1\ndV__main__\nVid\nNtR.";
/// let pickle = cloudpickle::loads(bytes)?;
/// let level = Enumeration::of(Class::reflect(pickle.root())?).unwrap();
/// let (name, value) = level.members().next().unwrap();
/// assert_eq!((name.to_string(), value.as_i64()?), ("LOW".to_owned(), 1));
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Enumeration<'h> {
    class: Class<'h>,
}

impl<'h> Enumeration<'h> {
    /// The enum that a class is; `None` for other classes.
    #[must_use]
    pub fn of(class: Class<'h>) -> Option<Self> {
        class.is_enum().then_some(Self { class })
    }

    /// Its class.
    #[must_use]
    pub fn class(self) -> Class<'h> {
        self.class
    }

    /// The members with their values, in the order of their definition; aliases aside.
    pub fn members(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        self.class.enum_members()
    }

    /// Other names of members: the name, and that of the member. A name of a combination of flags has no member.
    pub fn aliases(self) -> impl Iterator<Item = (PyStr<'h>, Option<PyStr<'h>>)> + Clone + use<'h> {
        let of_this = move |member: Obj<'h>| {
            let shape = Shape::call(member)?;
            let this = self.class.object();
            // On the slow path members are of the skeleton.
            let skeleton = || this.as_call().ok().and_then(|call| call.args().get(0).ok());
            let own = shape.callable.value() == this.value()
                || Helper::called(this) == Some(Helper::RehydrateSkeletonClass)
                    && skeleton().is_some_and(|skeleton| skeleton.value() == shape.callable.value());
            match shape.args() {
                &[value] if own => Some(shape.obj(value)),
                _ => None,
            }
        };
        self.class.members().filter_map(move |(name, member)| {
            let value = of_this(member)?;
            Some((name, self.named(value)))
        })
    }

    /// The name of the member with a value.
    fn named(self, value: Obj<'h>) -> Option<PyStr<'h>> {
        self.members().find(|(_, other)| other.value() == value.value() || other.py_eq(value)).map(|(name, _)| name)
    }

    /// Whether its members can be combined: a base is `enum.Flag` or `enum.IntFlag`.
    #[must_use]
    pub fn is_flag(self) -> bool {
        let mut waiting = vec![self.class];
        for _ in 0..LINEAGE {
            let Some(class) = waiting.pop() else { return false };
            for base in class.bases() {
                if base.is_global("enum", "Flag") || base.is_global("enum", "IntFlag") {
                    return true;
                }
                waiting.extend(Class::recognise(base));
            }
        }
        false
    }

    /// The types among its bases that the members are instances of, as in `class Level(int, Enum)`: what is no enum.
    pub fn mixins(self) -> impl Iterator<Item = Obj<'h>> + use<'h> {
        self.class.bases().filter(|base| {
            let of_module = base.global_names().is_some_and(|(module, _)| module == "enum");
            !of_module && !Class::recognise(*base).is_some_and(Class::is_enum)
        })
    }
}

impl fmt::Display for Enumeration<'_> {
    /// As Python has it: `<enum 'Level'>`; a flag is `<flag 'Perm'>` from Python 3.11 on.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.class)
    }
}

impl fmt::Debug for Enumeration<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A member of an enum by value: a `Copy` view. `Display` is Python's `repr`: `<Level.LOW: 1>`; of a combination of flags without the
/// names.
///
/// A member of an enum by reference is a call of a global: nothing tells that it is an enum.
#[derive(Clone, Copy)]
pub struct EnumMember<'h> {
    object: Obj<'h>,
    origin: Origin,
    class: Enumeration<'h>,
    value: Obj<'h>,
}
view!(
    /// Reads a member of an enum by value (`Enum.__reduce_ex__`).
    EnumMember,
    "a member of an enum by value"
);

impl<'h> EnumMember<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call(object)?;
        let class = Class::recognise(shape.callable).and_then(Enumeration::of)?;
        match shape.args() {
            &[value] => Some(Self { object, origin: shape.origin(), class, value: shape.obj(value) }),
            _ => None,
        }
    }

    /// The enum.
    #[must_use]
    pub fn class(self) -> Enumeration<'h> {
        self.class
    }

    /// `value`.
    #[must_use]
    pub fn value(self) -> Obj<'h> {
        self.value
    }

    /// `name`; `None` for a combination of flags that has none.
    #[must_use]
    pub fn name(self) -> Option<PyStr<'h>> {
        self.class.named(self.value)
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> EnumMemberParts {
        let class = self.object.as_call().map_or(Value::None, |call| call.callable().value());
        EnumMemberParts { class, value: self.value.value(), origin: self.origin }
    }
}

impl fmt::Display for EnumMember<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.class.class.name())?;
        if let Some(name) = self.name() {
            write!(f, ".{name}")?;
        }
        write!(f, ": {}>", repr_text(self.value))
    }
}

/// What a member of an enum is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnumMemberParts {
    /// The enum, by value or by reference.
    pub class: Value,
    /// `value`.
    pub value: Value,
    origin: Origin,
}
handles!(EnumMemberParts { class, value, origin });

impl EnumMemberParts {
    /// The member of an enum with a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::{EnumMemberParts, Target};
    /// use cloudpickle::{Heap, Value};
    ///
    /// let mut heap = Heap::new();
    /// let status = heap.global("http", "HTTPStatus");
    /// let not_found = EnumMemberParts::new(status, Value::Int(404)).build(&mut heap, &Target::cpython(3, 12))?;
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn new(class: Value, value: Value) -> Self {
        Self { class, value, origin: Origin::default() }
    }

    /// Builds the member.
    ///
    /// # Errors
    ///
    /// None: every release writes it the same way.
    pub fn build(&self, heap: &mut Heap<'_>, _target: &Target) -> Result<Value> {
        let args = self.origin.args(heap, &[self.value]);
        Ok(heap.call(self.class, args))
    }
}
