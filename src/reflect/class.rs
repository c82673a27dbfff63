//! Classes: what cloudpickle writes for `class`.
//!
//! A class is made nearly empty, so that its methods can refer to it, and gets its attributes afterwards:
//!
//! ```text
//! _make_skeleton_class(metaclass, name, bases, type_kwargs, tracker_id, None)
//! _class_setstate(class, ({'__module__': .., 'method': function, ..}, {}))
//!
//! _rehydrate_skeleton_class(_make_skeleton_class(..), {..})           # up to 1.4 on Python 3.6 and 3.7
//! _make_skeleton_enum(bases, name, qualname, members, module, tracker_id, None)      # then as a class
//! ```
//!
//! The worker keeps a table of tracker ids: a class that it has met before is not made again.

use std::fmt;

use super::classmethod::function_of;
use super::function::named;
use super::{ClassKind, ClassParts, Function, Helper, Release, dill};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::text::PyStr;

/// A class of a pickle: a view of all that it is made of.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Class;
///
/// let bytes = b"ccloudpickle.cloudpickle\n_make_skeleton_class\n(cbuiltins\ntype\nVPoint\n(cbuiltins\nobject\nt(V__module__\nVshapes\ndVid\nNtR.";
/// let pickle = cloudpickle::loads(bytes)?;
/// let class = Class::reflect(pickle.root())?;
/// assert_eq!(class.to_string(), "<class 'shapes.Point'>");
/// assert_eq!(class.tracker_id().unwrap(), "id");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Class<'h> {
    heap: &'h Heap<'h>,
    object: Value,
    /// `None` for an enum, whose metaclass is that of its bases.
    metaclass: Option<Value>,
    name: Value,
    qualname: Option<Value>,
    module: Option<Value>,
    bases: Value,
    type_kwargs: Value,
    tracker_id: Value,
    enum_members: Option<Value>,
    members: Option<Value>,
}

impl<'h> Class<'h> {
    /// Reads a class, whichever release of cloudpickle wrote it, or dill.
    ///
    /// On the slow path the object that methods refer to is the skeleton inside: it reads as a class without members.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for other objects, classes by reference among them.
    pub fn reflect(object: Obj<'h>) -> Result<Self> {
        Self::recognise(object).ok_or_else(|| object.wanted("a class by value"))
    }

    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let Value::Call(_) = object.value() else { return None };
        let call = object.as_call().ok()?;
        let heap = object.heap();
        let args = heap.items(call.args().value());
        let members = class_state(object).and_then(|state| state.get(0).ok()).map(Obj::value);
        match (Helper::of(call.callable()), args) {
            (Some(Helper::MakeSkeletonClass), &[metaclass, name, bases, type_kwargs, ref rest @ ..]) => Some(Self {
                heap,
                object: object.value(),
                metaclass: Some(metaclass),
                name,
                qualname: None,
                module: None,
                bases,
                type_kwargs,
                tracker_id: rest.first().copied().unwrap_or(Value::None),
                enum_members: None,
                members,
            }),
            (Some(Helper::MakeSkeletonEnum), &[bases, name, qualname, enum_members, module, ref rest @ ..]) => Some(Self {
                heap,
                object: object.value(),
                metaclass: None,
                name,
                qualname: Some(qualname),
                module: Some(module),
                bases,
                type_kwargs: Value::None,
                tracker_id: rest.first().copied().unwrap_or(Value::None),
                enum_members: Some(enum_members),
                members,
            }),
            (Some(Helper::RehydrateSkeletonClass), &[skeleton, members]) => {
                let skeleton = heap.obj(skeleton);
                if Helper::called(skeleton) == Some(Helper::RehydrateSkeletonClass) {
                    return None;
                }
                let class = Self::recognise(skeleton).or_else(|| Self::of_metaclass(skeleton))?;
                Some(Self { object: object.value(), members: Some(members), ..class })
            }
            _ => dill::class(object).map(|found| Self::of_dill(object, found)),
        }
    }

    fn of_dill(object: Obj<'h>, found: dill::ClassState) -> Self {
        let dill::ClassState { metaclass, name, qualname, module, bases, members, enum_members } = found;
        let (heap, object) = (object.heap(), object.value());
        let (type_kwargs, tracker_id) = (Value::None, Value::None);
        Self { heap, object, metaclass, name, qualname, module, bases, type_kwargs, tracker_id, enum_members, members }
    }

    /// Up to 0.4 a metaclass is called: `type(name, bases, {'__doc__': None})`.
    fn of_metaclass(object: Obj<'h>) -> Option<Self> {
        let call = object.as_call().ok()?;
        let heap = object.heap();
        match heap.items(call.args().value()) {
            &[name @ (Value::Str(_) | Value::ByteString(_)), bases @ Value::Tuple(_), type_kwargs @ Value::Dict(_)] => {
                Some(Self {
                    heap,
                    object: object.value(),
                    metaclass: Some(call.callable().value()),
                    name,
                    qualname: None,
                    module: None,
                    bases,
                    type_kwargs,
                    tracker_id: Value::None,
                    enum_members: None,
                    members: None,
                })
            }
            _ => None,
        }
    }

    fn text(self, value: Value) -> Option<PyStr<'h>> {
        self.heap.obj(value).as_py_str().ok()
    }

    pub(super) fn take_apart(self, release: Option<Release>) -> ClassParts {
        let kind = match (self.enum_members, self.metaclass) {
            (Some(members), _) => ClassKind::Enum {
                qualname: self.qualname.unwrap_or(self.name),
                members,
                module: self.module.unwrap_or(Value::None),
            },
            (None, metaclass) => ClassKind::Plain { metaclass: metaclass.unwrap_or(Value::None), type_kwargs: self.type_kwargs },
        };
        let Self { name, bases, tracker_id, members: attributes, .. } = self;
        ClassParts { name, bases, kind, tracker_id, attributes, release }
    }

    /// The object.
    #[must_use]
    pub fn object(self) -> Obj<'h> {
        self.heap.obj(self.object)
    }

    /// `__name__`.
    #[must_use]
    pub fn name(self) -> PyStr<'h> {
        self.text(self.name).unwrap_or_else(|| PyStr::from(""))
    }

    /// `__qualname__` as the worker will have it: cloudpickle keeps that of an enum only, and others get their name.
    #[must_use]
    pub fn qualname(self) -> PyStr<'h> {
        self.qualname.and_then(|qualname| self.text(qualname)).unwrap_or_else(|| self.name())
    }

    /// `__module__`.
    #[must_use]
    pub fn module(self) -> Option<PyStr<'h>> {
        let of_dict = |dict: Option<Value>| self.heap.obj(dict?).get("__module__").ok()?.as_py_str().ok();
        let own = of_dict(self.members).or_else(|| of_dict(Some(self.type_kwargs)));
        own.or_else(|| self.module.and_then(|module| self.text(module)))
    }

    /// The handle of `__module__`, where the class says it.
    pub(super) fn module_object(self) -> Option<Value> {
        let of_dict = |dict: Option<Value>| self.heap.obj(dict?).get("__module__").ok().map(Obj::value);
        of_dict(self.members).or_else(|| of_dict(Some(self.type_kwargs))).or(self.module)
    }

    /// The handle of the tuple of bases.
    pub(super) fn bases_object(self) -> Value {
        self.bases
    }

    /// `__doc__`, unless it is `None`.
    #[must_use]
    pub fn doc(self) -> Option<Obj<'h>> {
        self.member("__doc__").filter(|doc| !doc.is_none())
    }

    /// The metaclass; `None` for an enum, which has that of its bases.
    #[must_use]
    pub fn metaclass(self) -> Option<Obj<'h>> {
        self.metaclass.map(|metaclass| self.heap.obj(metaclass))
    }

    /// The bases as the class statement has them: generic aliases too.
    pub fn bases(self) -> impl ExactSizeIterator<Item = Obj<'h>> + Clone + use<'h> {
        let heap = self.heap;
        heap.items(self.bases).iter().map(move |value| heap.obj(*value))
    }

    /// What the class is made with: `__module__` from 2.2.1 on, `__slots__` before.
    pub fn type_kwargs(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        named(Some(self.heap.obj(self.type_kwargs)))
    }

    /// By what a worker knows a class that it has met before.
    #[must_use]
    pub fn tracker_id(self) -> Option<PyStr<'h>> {
        self.text(self.tracker_id)
    }

    /// The attributes, in the order in which they are set.
    pub fn members(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        named(self.members.map(|members| self.heap.obj(members)))
    }

    /// An attribute.
    #[must_use]
    pub fn member(self, name: &str) -> Option<Obj<'h>> {
        self.heap.obj(self.members?).get(name).ok()
    }

    /// The handle of the dict of [`Class::members`], to change it; `None` for a class that is made without attributes.
    #[must_use]
    pub fn members_dict(self) -> Option<Value> {
        self.members
    }

    /// The attributes that are functions by value, or a `classmethod`, a `staticmethod` or a `property` (its getter) of one.
    pub fn methods(self) -> impl Iterator<Item = (PyStr<'h>, Function<'h>)> + Clone + use<'h> {
        self.members().filter_map(|(name, member)| Some((name, function_of(member)?)))
    }

    /// A method.
    #[must_use]
    pub fn method(self, name: &str) -> Option<Function<'h>> {
        function_of(self.member(name)?)
    }

    /// `__slots__` of the class itself; `None` where it has none.
    #[must_use]
    pub fn slots(self) -> Option<Vec<PyStr<'h>>> {
        let given = self.heap.obj(self.type_kwargs).get("__slots__").ok();
        let slots = self.member("__slots__").or(given)?;
        match slots.as_py_str() {
            Ok(one) => Some(vec![one]),
            Err(_) => Some(slots.iter().ok()?.filter_map(|slot| slot.as_py_str().ok()).collect()),
        }
    }

    /// Whether it is an enum.
    #[must_use]
    pub fn is_enum(self) -> bool {
        self.enum_members.is_some()
    }

    /// The members of an enum with their values, aliases aside; empty for other classes.
    pub fn enum_members(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        let members = self.enum_members.map(|members| self.heap.obj(members));
        // cloudpickle has no metaclass for an enum, dill has no dict of its values.
        let of_dill = members.filter(|_| self.metaclass.is_some()).map(|members| dill::enum_members(self.object(), members));
        let plain = named(members.filter(|_| of_dill.is_none()));
        of_dill.into_iter().flatten().chain(plain)
    }

    /// The names of a dataclass's fields; `None` for other classes.
    #[must_use]
    pub fn dataclass_fields(self) -> Option<Vec<PyStr<'h>>> {
        let fields = self.member("__dataclass_fields__")?;
        Some(named(Some(fields)).map(|(name, _)| name).collect())
    }
}

/// The state that `_class_setstate` gives, a pair.
fn class_state(object: Obj<'_>) -> Option<Obj<'_>> {
    let states =
        object.effects().filter(|effect| effect.setter.is_some_and(|setter| Helper::of(setter) == Some(Helper::ClassSetState)));
    states.last().map(|effect| effect.object)
}

impl fmt::Display for Class<'_> {
    /// As Python has it: `<class '__main__.Point'>`, `<enum 'Color'>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_enum() {
            return write!(f, "<enum '{}'>", self.name());
        }
        f.write_str("<class '")?;
        if let Some(module) = self.module() {
            write!(f, "{module}.")?;
        }
        write!(f, "{}'>", self.qualname())
    }
}

impl fmt::Debug for Class<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
