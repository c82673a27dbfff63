//! Classes from nothing: plain ones, enums, dataclasses.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;

use indexmap::IndexMap;

use super::class_parts::sort_attributes;
use super::function_builder::dict;
use super::{Build, Cell, Class, ClassKind, ClassParts, FunctionBuilder, Given, Release, Source, Target};
use crate::error::Result;
use crate::heap::{Heap, Value};

/// Builds a class: begun by [`Class::new`], [`Class::enumeration`] or [`Class::dataclass`].
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use cloudpickle::reflect::{Class, Target};
///
/// let mut heap = Heap::new();
/// let target = Target::cpython(3, 12);
/// let base = heap.global("collections", "UserDict");
/// let config = Class::new("Config").module("jobs").base(base).attr("retries", 3).build(&mut heap, &target)?;
/// let class = Class::reflect(heap.obj(config))?;
/// assert_eq!(class.to_string(), "<class 'jobs.Config'>");
/// assert_eq!(class.member("retries").unwrap().as_i64()?, 3);
///
/// let color = Class::enumeration("Color").member("RED", 1).member("GREEN", 2).build(&mut heap, &target)?;
/// assert_eq!(Class::reflect(heap.obj(color))?.to_string(), "<enum 'Color'>");
///
/// let int = heap.global("builtins", "int");
/// let point = Class::dataclass("Point").field("x", int).field_default("y", int, 0).build(&mut heap, &target)?;
/// let origin = heap.call(point, (0,)); // Point(x=0, y=0) on the worker
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is built before `build`"]
pub struct ClassBuilder {
    name: Box<str>,
    qualname: Option<Box<str>>,
    module: Box<str>,
    doc: Option<Given>,
    kind: Kind,
    metaclass: Option<Given>,
    bases: Vec<Given>,
    attributes: IndexMap<Box<str>, Attribute>,
    annotations: IndexMap<Box<str>, Given>,
    slots: Option<Vec<Box<str>>>,
    tracker_id: Option<Box<str>>,
}

#[derive(Clone, Debug)]
enum Kind {
    Plain,
    Enum { members: IndexMap<Box<str>, Given> },
    Dataclass { options: IndexMap<Box<str>, Given> },
}

#[derive(Clone, Debug)]
enum Attribute {
    Value(Given),
    Method(Box<FunctionBuilder>),
    /// A method in a `classmethod` or `staticmethod`.
    Wrapped(&'static str, Box<FunctionBuilder>),
    /// A field of a dataclass whose default a call gives.
    Factory(Given),
}

impl Class<'_> {
    /// Begins a class.
    #[expect(clippy::new_ret_no_self, reason = "a class in a heap is read; one that is made has to be built into it")]
    pub fn new(name: &str) -> ClassBuilder {
        ClassBuilder::of_kind(name, Kind::Plain)
    }

    /// Begins an enum, of `enum.Enum` unless it is given other bases.
    pub fn enumeration(name: &str) -> ClassBuilder {
        ClassBuilder::of_kind(name, Kind::Enum { members: IndexMap::new() })
    }

    /// Begins a dataclass: the worker's `dataclasses.dataclass` makes its methods, so no bytecode of them travels. The option `slots` has no
    /// effect on a class that is there already, which this one is by then.
    pub fn dataclass(name: &str) -> ClassBuilder {
        ClassBuilder::of_kind(name, Kind::Dataclass { options: IndexMap::new() })
    }
}

impl ClassBuilder {
    fn of_kind(name: &str, kind: Kind) -> Self {
        Self {
            name: name.into(),
            qualname: None,
            module: "__main__".into(),
            doc: None,
            kind,
            metaclass: None,
            bases: Vec::new(),
            attributes: IndexMap::new(),
            annotations: IndexMap::new(),
            slots: None,
            tracker_id: None,
        }
    }

    /// Sets `__module__`; otherwise it is `__main__`.
    pub fn module(mut self, module: &str) -> Self {
        self.module = module.into();
        self
    }

    /// Sets `__qualname__`. cloudpickle keeps that of an enum only.
    pub fn qualname(mut self, qualname: &str) -> Self {
        self.qualname = Some(qualname.into());
        self
    }

    /// Sets `__doc__`.
    pub fn doc(mut self, doc: impl Build + Send + Sync + 'static) -> Self {
        self.doc = Some(Given::new(doc));
        self
    }

    /// Adds a base; without one it is `object`, for an enum `enum.Enum`.
    pub fn base(mut self, base: impl Build + Send + Sync + 'static) -> Self {
        self.bases.push(Given::new(base));
        self
    }

    /// Sets the metaclass; otherwise it is `type`. An enum has that of its bases.
    pub fn metaclass(mut self, metaclass: impl Build + Send + Sync + 'static) -> Self {
        self.metaclass = Some(Given::new(metaclass));
        self
    }

    /// Sets an attribute.
    pub fn attr(mut self, name: &str, value: impl Build + Send + Sync + 'static) -> Self {
        self.attributes.insert(name.into(), Attribute::Value(Given::new(value)));
        self
    }

    /// Sets a method. Code that uses `super()` or `__class__` has that as a free variable, and gets the class.
    pub fn method(mut self, name: &str, function: FunctionBuilder) -> Self {
        self.attributes.insert(name.into(), Attribute::Method(Box::new(function)));
        self
    }

    /// Sets a method in a `classmethod`.
    pub fn classmethod(mut self, name: &str, function: FunctionBuilder) -> Self {
        self.attributes.insert(name.into(), Attribute::Wrapped("classmethod", Box::new(function)));
        self
    }

    /// Sets a method in a `staticmethod`.
    pub fn staticmethod(mut self, name: &str, function: FunctionBuilder) -> Self {
        self.attributes.insert(name.into(), Attribute::Wrapped("staticmethod", Box::new(function)));
        self
    }

    /// Sets a method in a `property`, as its getter.
    pub fn property(mut self, name: &str, getter: FunctionBuilder) -> Self {
        self.attributes.insert(name.into(), Attribute::Wrapped("property", Box::new(getter)));
        self
    }

    /// Sets `__slots__`. cloudpickle from 2.2.1 on makes a class that has them as an attribute and no slots: its instances have a
    /// `__dict__` too.
    pub fn slots(mut self, slots: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.slots = Some(slots.into_iter().map(Into::into).collect());
        self
    }

    /// Sets by what a worker knows a class that it has met before; otherwise it is a number that no other class has.
    pub fn tracker_id(mut self, id: &str) -> Self {
        self.tracker_id = Some(id.into());
        self
    }

    /// Adds a member to an enum. Of other classes it is an attribute.
    pub fn member(mut self, name: &str, value: impl Build + Send + Sync + 'static) -> Self {
        match &mut self.kind {
            Kind::Enum { members } => {
                members.insert(name.into(), Given::new(value));
                self
            }
            _ => self.attr(name, value),
        }
    }

    /// Adds a field to a dataclass: its name and type. Of other classes it is an annotation alone.
    pub fn field(mut self, name: &str, annotation: impl Build + Send + Sync + 'static) -> Self {
        self.annotations.insert(name.into(), Given::new(annotation));
        self
    }

    /// Adds a field with a default to a dataclass.
    pub fn field_default(
        self,
        name: &str,
        annotation: impl Build + Send + Sync + 'static,
        default: impl Build + Send + Sync + 'static,
    ) -> Self {
        self.field(name, annotation).attr(name, default)
    }

    /// Adds a field to a dataclass whose default a call gives: `field(default_factory=list)`.
    pub fn field_factory(
        mut self,
        name: &str,
        annotation: impl Build + Send + Sync + 'static,
        factory: impl Build + Send + Sync + 'static,
    ) -> Self {
        self.attributes.insert(name.into(), Attribute::Factory(Given::new(factory)));
        self.field(name, annotation)
    }

    /// Sets an option of a dataclass: `frozen`, `order`, ...
    pub fn option(mut self, name: &str, value: impl Build + Send + Sync + 'static) -> Self {
        if let Kind::Dataclass { options } = &mut self.kind {
            options.insert(name.into(), Given::new(value));
        }
        self
    }

    /// Builds the class in a heap.
    ///
    /// # Errors
    ///
    /// Those of the methods and values.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let parts = self.skeleton(heap, target)?;
        let class = parts.build_skeleton(heap, target)?;
        let mut cell = None;
        let mut pairs = Vec::new();
        let module = heap.name(&self.module);
        pairs.push((heap.name("__module__"), module));
        for (name, attribute) in &self.attributes {
            let value = match attribute {
                Attribute::Value(value) => value.build(heap)?,
                Attribute::Method(function) => self.method_of(heap, target, class, &mut cell, name, function)?,
                Attribute::Wrapped(wrapper, function) => {
                    let function = self.method_of(heap, target, class, &mut cell, name, function)?;
                    let wrapper = heap.shared_global("builtins", wrapper);
                    heap.call(wrapper, (function,))
                }
                Attribute::Factory(factory) => {
                    let factory = factory.build(heap)?;
                    let field = heap.shared_global("dataclasses", "field");
                    let key = heap.name("default_factory");
                    let keywords = heap.dict([(key, factory)]);
                    let field = partial(heap, field, keywords)?;
                    heap.call(field, ())
                }
            };
            pairs.push((heap.name(name), value));
        }
        if let Some(slots) = &self.slots
            && target.dialect_of().release() >= Release::V2_2
        {
            let slots = slot_names(heap, slots);
            pairs.push((heap.name("__slots__"), slots));
        }
        if !self.annotations.is_empty() {
            let annotations = dict(heap, &self.annotations)?;
            pairs.push((heap.name("__annotations__"), annotations));
        }
        let doc = self.doc.as_ref().map_or(Ok(Value::None), |doc| doc.build(heap))?;
        pairs.push((heap.name("__doc__"), doc));
        if target.dialect_of().release() >= Release::V3_1 {
            sort_attributes(heap, &mut pairs);
        }
        let attributes = heap.dict(pairs);
        let class = parts.build_state(heap, target, class, attributes)?;
        if let Kind::Dataclass { options } = &self.kind {
            let options = dict(heap, options)?;
            let decorator = DECORATE.build(heap)?;
            let decorated = heap.call(decorator, (class, options));
            heap.then(class, decorated)?;
        }
        Ok(class)
    }

    fn skeleton(&self, heap: &mut Heap<'_>, target: &Target) -> Result<ClassParts> {
        let mut bases = self.bases.iter().map(|base| base.build(heap)).collect::<Result<Vec<_>>>()?;
        let name = heap.name(&self.name);
        let module = heap.name(&self.module);
        let (base, kind) = match &self.kind {
            Kind::Enum { members } => {
                let members = dict(heap, members)?;
                let qualname = self.qualname.as_deref().map_or(name, |qualname| heap.str(qualname));
                (("enum", "Enum"), ClassKind::Enum { qualname, members, module })
            }
            Kind::Plain | Kind::Dataclass { .. } => {
                let metaclass = match &self.metaclass {
                    Some(metaclass) => metaclass.build(heap)?,
                    None => heap.shared_global("builtins", "type"),
                };
                let mut type_kwargs = Vec::new();
                if target.dialect_of().release() >= Release::V2_2 {
                    type_kwargs.push((heap.name("__module__"), module));
                } else if let Some(slots) = &self.slots {
                    let slots = slot_names(heap, slots);
                    type_kwargs.push((heap.name("__slots__"), slots));
                }
                let type_kwargs = heap.dict(type_kwargs);
                (("builtins", "object"), ClassKind::Plain { metaclass, type_kwargs })
            }
        };
        if bases.is_empty() {
            bases.push(heap.shared_global(base.0, base.1));
        }
        let bases = heap.tuple(bases);
        let id = self.tracker_id.as_deref().map_or_else(new_tracker_id, ToOwned::to_owned);
        let tracker_id = heap.str(&id);
        Ok(ClassParts { name, bases, kind, tracker_id, attributes: None, release: None })
    }

    /// A method, which finds its class in the cell that all methods share.
    fn method_of(
        &self,
        heap: &mut Heap<'_>,
        target: &Target,
        class: Value,
        cell: &mut Option<Value>,
        name: &str,
        function: &FunctionBuilder,
    ) -> Result<Value> {
        let qualname = self.qualname.as_deref().unwrap_or(&self.name);
        let mut function = function.clone().or_module(&self.module).or_qualname(heap, qualname, name);
        if function.has_free(heap, "__class__") {
            let cell = *cell.get_or_insert_with(|| Cell::build(heap, Some(class), target));
            function = function.or_cell("__class__", cell);
        }
        function.build(heap, target)
    }
}

/// Makes a dataclass of a class, once: a worker that knows the class already only gets its attributes again, and those that are fields are
/// no attributes of a dataclass.
pub(super) static DECORATE: LazyLock<Source> = LazyLock::new(|| {
    Source::function(
        "def dataclass(cls, options):
    import dataclasses, sys, types, typing
    if '__dataclass_fields__' not in vars(cls):
        name = cls.__module__
        module = types.ModuleType(name)
        module.__dict__.update(typing=typing, dataclasses=dataclasses)
        for namespace in (typing, dataclasses):
            for known in ('ClassVar', 'InitVar', 'KW_ONLY'):
                if hasattr(namespace, known):
                    setattr(module, known, getattr(namespace, known))
        found = sys.modules.setdefault(name, module)
        try:
            return dataclasses.dataclass(**options)(cls)
        finally:
            if found is module:
                del sys.modules[name]
    for name, value in list(vars(cls).items()):
        if isinstance(value, dataclasses.Field):
            delattr(cls, name)
    return cls",
    )
});

/// `functools.partial(function, **keywords)`.
fn partial(heap: &mut Heap<'_>, function: Value, keywords: Value) -> Result<Value> {
    let partial = heap.shared_global("functools", "partial");
    let partial = heap.call(partial, (function,));
    let state = heap.tuple([function, Value::EMPTY_TUPLE, keywords, Value::None]);
    heap.build(partial, state)?;
    Ok(partial)
}

fn slot_names(heap: &mut Heap<'_>, slots: &[Box<str>]) -> Value {
    let names: Vec<Value> = slots.iter().map(|slot| heap.name(slot)).collect();
    heap.tuple(names)
}

/// 32 hexadecimal digits, as `uuid.uuid4().hex` gives them.
pub(super) fn new_tracker_id() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}
