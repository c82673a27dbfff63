//! Classes taken apart, and put together for a worker: the other half of [`Class`](super::Class).

use super::function_parts::fill_call;
use super::{Class, Helper, Release, Target};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};

/// What a class is made of, as handles of one heap.
///
/// Made from a class that was read by [`Class::parts`], or from nothing; [`ClassParts::build`] writes it as the cloudpickle of the target
/// does. Those who build from nothing have it easier with a [`ClassBuilder`](super::ClassBuilder).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClassParts {
    /// `__name__`, a str.
    pub name: Value,
    /// `__bases__`, a tuple.
    pub bases: Value,
    /// What makes it.
    pub kind: ClassKind,
    /// By what a worker knows a class that it has met before: a str, or `None` for a class that is made anew each time.
    pub tracker_id: Value,
    /// The attributes, a dict; `None` for a class without a state.
    pub attributes: Option<Value>,
    /// The release that the attributes are as of; `None` for those of the target.
    pub(super) release: Option<Release>,
}

/// How a class is made.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ClassKind {
    /// By its metaclass.
    Plain {
        /// The metaclass.
        metaclass: Value,
        /// What the metaclass gets besides name and bases, a dict: `__module__` from 2.2.1 on, `__slots__` before.
        type_kwargs: Value,
    },
    /// As an enum.
    Enum {
        /// `__qualname__`, a str.
        qualname: Value,
        /// The values of the members by name, a dict; aliases are attributes.
        members: Value,
        /// `__module__`, a str.
        module: Value,
    },
}

impl<'h> Class<'h> {
    /// Takes the class apart, to change it and to build it anew.
    #[must_use]
    pub fn parts(self) -> ClassParts {
        self.take_apart(None)
    }

    /// Takes a class of a release apart: a target of another release gets the attributes as that has them.
    pub(super) fn parts_of(self, release: Release) -> ClassParts {
        self.take_apart(Some(release))
    }
}

impl ClassParts {
    /// Builds the class as the target's cloudpickle writes it: `_make_skeleton_class` or `_make_skeleton_enum`, then `_class_setstate`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) where a part is no object of its kind;
    /// [`ErrorKind::NotInDialect`](crate::ErrorKind::NotInDialect) for what the first releases cannot make: enums and registered subclasses
    /// before 1.1, and, for a class of a later release, bases that are generic aliases before 1.4.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let class = self.build_skeleton(heap, target)?;
        match self.attributes {
            Some(attributes) => self.build_state(heap, target, class, attributes),
            None => Ok(class),
        }
    }

    /// The class without its attributes.
    pub(super) fn build_skeleton(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let dialect = target.dialect_of();
        self.check(heap, target)?;
        let args = match self.kind {
            ClassKind::Plain { metaclass, type_kwargs } => {
                let type_kwargs = self.type_kwargs_for(heap, type_kwargs, target);
                // The first releases call the metaclass, and track no classes.
                let tracked = self.tracker_id != Value::None && dialect.release() >= Release::V1_1;
                if dialect.release() <= Release::V1_1 && !tracked {
                    let args = heap.tuple([self.name, self.bases, type_kwargs]);
                    return Ok(heap.call(metaclass, args));
                }
                [metaclass, self.name, self.bases, type_kwargs, self.tracker_id, Value::None].to_vec()
            }
            ClassKind::Enum { qualname, members, module } => {
                [self.bases, self.name, qualname, members, module, self.tracker_id, Value::None].to_vec()
            }
        };
        let helper = match self.kind {
            ClassKind::Plain { .. } => Helper::MakeSkeletonClass,
            ClassKind::Enum { .. } => Helper::MakeSkeletonEnum,
        };
        let helper = dialect.helper(heap, helper);
        let args = heap.tuple(args);
        Ok(heap.call(helper, args))
    }

    /// Gives a class its attributes.
    pub(super) fn build_state(&self, heap: &mut Heap<'_>, target: &Target, class: Value, attributes: Value) -> Result<Value> {
        let dialect = target.dialect_of();
        let attributes = self.attributes_for(heap, attributes, target)?;
        if target.is_slow() {
            let helper = dialect.helper(heap, Helper::RehydrateSkeletonClass);
            return Ok(fill_call(heap, helper, class, attributes));
        }
        let setter = dialect.helper(heap, Helper::ClassSetState);
        let nothing = heap.dict([]);
        let state = heap.tuple([attributes, nothing]);
        heap.set_state(class, setter, state)?;
        Ok(class)
    }
}

/// Attributes as cloudpickle from 3.1 on has them.
pub(super) fn sort_attributes(heap: &Heap<'_>, pairs: &mut [(Value, Value)]) {
    pairs.sort_by(|(a, _), (b, _)| {
        let key = |value: &Value| (is_named(heap, *value, "_abc_impl"), heap.content(*value));
        key(a).cmp(&key(b))
    });
}

pub(super) fn pairs(dict: Obj<'_>) -> Vec<(Value, Value)> {
    dict.items().map(|items| items.map(|(key, value)| (key.value(), value.value())).collect()).unwrap_or_default()
}

pub(super) fn is_named(heap: &Heap<'_>, key: Value, name: &str) -> bool {
    matches!(key, Value::Str(_) | Value::ByteString(_)) && heap.content(key) == name.as_bytes()
}
