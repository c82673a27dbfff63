//! What a class of one release is in another.
//!
//! ```text
//! from 2.2.1 on                 the metaclass is told __module__
//! from 3.1 on                   attributes are in the order of their names
//! up to 2.2.0                   the metaclass is told __slots__, up to 1.3 those of a base too; a class that has some keeps them
//! up to 1.4 below Python 3.8    the metaclass is told __doc__, which is no attribute then
//! up to 2.2.0                   an attribute that is the same object in the base is left out: __module__, as a rule
//! ```

use super::class_parts::{is_named, pairs, sort_attributes};
use super::{Class, ClassKind, ClassParts, Helper, Release, Target, dialect};
use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Obj, Value};

/// How many bases are looked at for a module that a class does not say.
const ANCESTORS: usize = 100;

type Pairs = Vec<(Value, Value)>;

impl ClassParts {
    /// The release that it is taken from, where it moves to another.
    fn moves_to(&self, target: &Target) -> Option<Release> {
        self.release.filter(|from| *from != target.dialect_of().release())
    }

    /// What a release cannot make of a class that was another's.
    pub(super) fn check(&self, heap: &Heap<'_>, target: &Target) -> Result<()> {
        let release = target.dialect_of().release();
        let what = match self.kind {
            ClassKind::Enum { .. } if release < Release::V1_1 => "an enum",
            // They call the metaclass with the bases as they are.
            ClassKind::Plain { .. }
                if release <= Release::V1_2
                    && self.moves_to(target).is_some()
                    && heap.items(self.bases).iter().any(|base| is_no_class(heap.obj(*base))) =>
            {
                "a class of which a base is no class"
            }
            _ => return Ok(()),
        };
        Err(ErrorKind::NotInDialect { what, dialect: target.dialect_of().to_string() }.into())
    }

    /// What the metaclass gets.
    pub(super) fn type_kwargs_for(&self, heap: &mut Heap<'_>, given: Value, target: &Target) -> Value {
        let Some(from) = self.moves_to(target) else { return given };
        let release = target.dialect_of().release();
        let mut kwargs = pairs(heap.obj(given));
        let (slots, doc) = (self.attribute(heap, "__slots__"), self.attribute(heap, "__doc__"));
        // Those of a base, or the same object: no release writes them as an attribute.
        let inherited = slots.is_none() && (from <= Release::V1_2 || release >= Release::V2_2);
        kwargs.retain(|(key, _)| !(inherited && is_named(heap, *key, "__slots__")));
        if release < Release::V2_2 {
            kwargs.retain(|(key, _)| !is_named(heap, *key, "__module__"));
            if let Some(slots) = slots {
                insert(heap, &mut kwargs, 0, "__slots__", slots);
            }
        } else if let Some(module) = self.attribute(heap, "__module__").or_else(|| module_of_base(heap, self.bases)) {
            insert(heap, &mut kwargs, 0, "__module__", module);
        }
        if target.is_slow() {
            insert(heap, &mut kwargs, 0, "__doc__", doc.unwrap_or(Value::None));
        } else {
            kwargs.retain(|(key, _)| !is_named(heap, *key, "__doc__"));
        }
        heap.dict(kwargs)
    }

    /// The attributes.
    pub(super) fn attributes_for(&self, heap: &mut Heap<'_>, attributes: Value, target: &Target) -> Result<Value> {
        if self.moves_to(target).is_none() {
            return Ok(attributes);
        }
        let release = target.dialect_of().release();
        let mut attributes = pairs(heap.obj(attributes));
        if let ClassKind::Plain { type_kwargs, .. } = self.kind {
            let given = |heap: &Heap<'_>, name: &str| heap.obj(type_kwargs).get(name).ok().map(Obj::value);
            if release < Release::V2_2
                && let Some(module) = given(heap, "__module__")
            {
                insert(heap, &mut attributes, 0, "__module__", module);
            }
            if target.is_slow() {
                attributes.retain(|(key, _)| !is_named(heap, *key, "__doc__"));
            } else if let Some(doc) = given(heap, "__doc__") {
                let end = attributes.len();
                insert(heap, &mut attributes, end, "__doc__", doc);
            }
        }
        if release < Release::V1_1
            && let Some(at) = attributes.iter().position(|(key, _)| is_named(heap, *key, "_abc_impl"))
        {
            let (_, registered) = attributes.remove(at);
            if !heap.items(registered).is_empty() {
                let dialect = target.dialect_of().to_string();
                return Err(ErrorKind::NotInDialect { what: "a class with registered subclasses", dialect }.into());
            }
        }
        if release >= Release::V3_1 {
            sort_attributes(heap, &mut attributes);
        } else if let Some(at) = attributes.iter().position(|(key, _)| is_named(heap, *key, "__module__")) {
            // CPython 3.13 forgets `__firstlineno__` when the module is set.
            attributes.get_mut(..=at).into_iter().for_each(|first| first.rotate_right(1));
        }
        Ok(heap.dict(attributes))
    }

    fn attribute(&self, heap: &Heap<'_>, name: &str) -> Option<Value> {
        heap.obj(self.attributes?).get(name).ok().map(Obj::value)
    }
}

/// Adds an entry, unless there is one.
fn insert(heap: &mut Heap<'_>, pairs: &mut Pairs, at: usize, name: &'static str, value: Value) {
    if !pairs.iter().any(|(key, _)| is_named(heap, *key, name)) {
        let key = heap.name(name);
        pairs.insert(at, (key, value));
    }
}

/// Whether a base is a generic alias, or one of the names in `typing` that stand for a class.
fn is_no_class(base: Obj<'_>) -> bool {
    let Ok(call) = base.as_call() else {
        return base.is_global("typing", "NamedTuple") || base.is_global("typing", "TypedDict");
    };
    call.callable().is_global("_operator", "getitem")
        || dialect::is_builtin_type(call.callable(), "GenericAlias")
        || Helper::of(call.callable()) == Some(Helper::ParametrizedTypeHint)
}

/// The module of a class that does not say it: that of its first base, or of what that is an alias of.
fn module_of_base(heap: &Heap<'_>, bases: Value) -> Option<Value> {
    let mut bases = bases;
    for _ in 0..ANCESTORS {
        let mut base = heap.obj(*heap.items(bases).first()?);
        if is_no_class(base)
            && let Ok(call) = base.as_call()
        {
            base = call.args().get(0).ok()?;
        }
        if let Value::Global(id) = base.value() {
            let object = base.is_global("builtins", "object");
            return Some(heap.globals[id.index()].module).filter(|_| !object);
        }
        let class = Class::recognise(base)?;
        if let Some(module) = class.module_object() {
            return Some(module);
        }
        bases = class.bases_object();
    }
    None
}
