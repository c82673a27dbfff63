//! Dataclasses, as views over their class: fields and parameters.
//!
//! ```text
//! __dataclass_fields__    {name: dataclasses.Field.__new__, then its slots as state, ..}
//! __dataclass_params__    dataclasses._DataclassParams.__new__, then its slots as state
//! _field_type             _get_dataclass_field_type_sentinel('_FIELD')            from 3.0 on
//!                         dataclasses._FIELD_BASE.__new__, then {'name': '_FIELD'}
//! ```

use std::fmt;

use super::annotation::repr_text;
use super::function::named;
use super::shape::{Origin, Shape, unsayable, view};
use super::{Class, Helper, MappingProxy, MappingProxyParts, Release, Target};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::text::PyStr;

/// A dataclass: a `Copy` view over its [`Class`].
#[derive(Clone, Copy)]
pub struct Dataclass<'h> {
    class: Class<'h>,
    fields: Obj<'h>,
}

impl<'h> Dataclass<'h> {
    /// The dataclass that a class is; `None` for other classes, subclasses of dataclasses that are none themselves among them.
    #[must_use]
    pub fn of(class: Class<'h>) -> Option<Self> {
        let fields = class.member("__dataclass_fields__").filter(|fields| matches!(fields.value(), Value::Dict(_)))?;
        Some(Self { class, fields })
    }

    /// Its class.
    #[must_use]
    pub fn class(self) -> Class<'h> {
        self.class
    }

    /// The fields in their order, those of the bases first; class variables and `InitVar`s are among them.
    pub fn fields(self) -> impl Iterator<Item = DataclassField<'h>> + Clone + use<'h> {
        named(Some(self.fields)).filter_map(|(_, field)| DataclassField::recognise(field))
    }

    /// A field.
    #[must_use]
    pub fn field(self, name: &str) -> Option<DataclassField<'h>> {
        DataclassField::recognise(self.fields.get(name).ok()?)
    }

    /// What the decorator was given, `frozen`, `order` and so on, with their values.
    pub fn params(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        let shape = self.class.member("__dataclass_params__").and_then(Shape::instance);
        let slots = shape.and_then(|shape| shape.state).map(|state| state.get(1).unwrap_or(state));
        named(slots)
    }

    /// Whether the decorator was given something: `dataclass.is("frozen")`.
    #[must_use]
    pub fn is(self, param: &str) -> bool {
        self.params().any(|(name, value)| name == *param && value.value() == Value::True)
    }
}

impl fmt::Display for Dataclass<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.class)
    }
}

impl fmt::Debug for Dataclass<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// What a field of a dataclass is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FieldKind {
    /// A field of instances.
    Field,
    /// `ClassVar[..]`: none of theirs.
    ClassVar,
    /// `InitVar[..]`: a parameter of `__init__` alone.
    InitVar,
}

impl FieldKind {
    /// Its name in `dataclasses`: `_FIELD`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Field => "_FIELD",
            Self::ClassVar => "_FIELD_CLASSVAR",
            Self::InitVar => "_FIELD_INITVAR",
        }
    }

    /// What stands for it in a pickle, whichever release wrote that.
    fn of(object: Obj<'_>) -> Option<Self> {
        let name = match Shape::helper_call(object) {
            Some((shape, Helper::DataclassSentinel)) => shape.obj(*shape.args().first()?),
            _ => {
                let shape = Shape::instance(object).filter(|shape| shape.callable.is_global("dataclasses", "_FIELD_BASE"))?;
                let state = shape.state?;
                state.get("name").or_else(|_| state.get(1)?.get("name")).ok()?
            }
        };
        let name = name.as_py_str().ok()?;
        [Self::Field, Self::ClassVar, Self::InitVar].into_iter().find(|kind| name == *kind.name())
    }

    /// All fields of a kind have the same object.
    fn build(self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let key = (0, format!("{} {}", target.dialect_of(), self.name()).into());
        if let Some(made) = heap.made.get(&key) {
            return Ok(*made);
        }
        let made = self.build_new(heap, target)?;
        heap.made.insert(key, made);
        Ok(made)
    }

    fn build_new(self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        if target.dialect_of().release() >= Release::V3_0 {
            let helper = target.dialect_of().helper(heap, Helper::DataclassSentinel);
            return Ok(heap.call(helper, (self.name(),)));
        }
        let class = heap.shared_global("dataclasses", "_FIELD_BASE");
        let object = heap.new_object(class, ());
        let (key, name) = (heap.str("name"), heap.str(self.name()));
        let slots = heap.dict([(key, name)]);
        heap.build(object, (Value::None, slots))?;
        Ok(object)
    }
}

/// A field of a dataclass: a `Copy` view. `Display` is how it was declared, as far as it is a field like most: `size: int = 3`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{DataclassField, FieldParts, Target};
/// use cloudpickle::{Heap, Value};
///
/// let mut heap = Heap::new();
/// let int = heap.global("builtins", "int");
/// let target = Target::cpython(3, 12);
/// let field = FieldParts::new(&mut heap, &target, "size", int)?.default(Value::Int(3)).build(&mut heap, &target)?;
/// assert_eq!(DataclassField::reflect(heap.obj(field))?.to_string(), "size: int = 3");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct DataclassField<'h> {
    object: Obj<'h>,
    origin: Origin,
    slots: Obj<'h>,
}
view!(
    /// Reads a field (`dataclasses.Field`).
    DataclassField,
    "a field of a dataclass"
);

impl<'h> DataclassField<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::instance(object).filter(|shape| shape.callable.is_global("dataclasses", "Field"))?;
        let state = shape.state?;
        let slots = match object.heap().items(state.value()) {
            &[Value::None, slots @ Value::Dict(_)] if matches!(state.value(), Value::Tuple(_)) => shape.obj(slots),
            _ => return None,
        };
        let is_text = slots.get("name").is_ok_and(|name| name.as_py_str().is_ok());
        is_text.then_some(Self { object, origin: shape.origin(), slots })
    }

    fn slot(self, name: &str) -> Option<Obj<'h>> {
        self.slots.get(name).ok()
    }

    fn given(self, name: &str) -> Option<Obj<'h>> {
        self.slot(name).filter(|value| !is_missing(*value))
    }

    fn flag(self, name: &str) -> Option<bool> {
        match self.slot(name)?.value() {
            Value::True => Some(true),
            Value::False => Some(false),
            _ => None,
        }
    }

    /// `name`.
    #[must_use]
    pub fn name(self) -> PyStr<'h> {
        self.slot("name").and_then(|name| name.as_py_str().ok()).unwrap_or_else(|| PyStr::from(""))
    }

    /// `type`: the annotation, which is text under `from __future__ import annotations`.
    #[must_use]
    pub fn annotation(self) -> Option<Obj<'h>> {
        self.slot("type")
    }

    /// The annotation's `repr`.
    #[must_use]
    pub fn type_text(self) -> String {
        self.annotation().map(repr_text).unwrap_or_default()
    }

    /// `default`; `None` where it is missing.
    #[must_use]
    pub fn default(self) -> Option<Obj<'h>> {
        self.given("default")
    }

    /// `default_factory`; `None` where it is missing.
    #[must_use]
    pub fn default_factory(self) -> Option<Obj<'h>> {
        self.given("default_factory")
    }

    /// `init`: whether `__init__` takes it.
    #[must_use]
    pub fn init(self) -> Option<bool> {
        self.flag("init")
    }

    /// `repr`: whether `__repr__` shows it.
    #[must_use]
    pub fn repr(self) -> Option<bool> {
        self.flag("repr")
    }

    /// `hash`: whether `__hash__` takes it; `None` for as it is compared.
    #[must_use]
    pub fn hash(self) -> Option<bool> {
        self.flag("hash")
    }

    /// `compare`: whether `==` and `<` take it.
    #[must_use]
    pub fn compare(self) -> Option<bool> {
        self.flag("compare")
    }

    /// `kw_only`: whether `__init__` takes it by name alone; `None` before Python 3.10, and for class variables.
    #[must_use]
    pub fn kw_only(self) -> Option<bool> {
        self.flag("kw_only")
    }

    /// `metadata`.
    pub fn metadata(self) -> impl Iterator<Item = (Obj<'h>, Obj<'h>)> + Clone + use<'h> {
        self.slot("metadata").and_then(MappingProxy::recognise).into_iter().flat_map(MappingProxy::items)
    }

    /// What it is: a field, a class variable, an `InitVar`.
    #[must_use]
    pub fn kind(self) -> Option<FieldKind> {
        FieldKind::of(self.slot("_field_type")?)
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> FieldParts {
        let slots = named(Some(self.slots)).map(|(name, value)| (name.to_string_lossy().into_owned(), value.value())).collect();
        FieldParts { slots, kind: self.kind(), origin: self.origin }
    }
}

/// `dataclasses.MISSING`, which does not survive: the worker gets another instance of its class.
fn is_missing(object: Obj<'_>) -> bool {
    let shape = Shape::instance(object);
    shape.is_some_and(|shape| shape.callable.is_global("dataclasses", "_MISSING_TYPE"))
        || object.is_global("dataclasses", "MISSING")
}

impl fmt::Display for DataclassField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name().to_string_lossy())?;
        if let Some(annotation) = self.annotation() {
            write!(f, ": {}", super::annotation::annotation_text(annotation))?;
        }
        match (self.default(), self.default_factory()) {
            (Some(default), _) => write!(f, " = {}", repr_text(default)),
            (None, Some(factory)) => write!(f, " = <factory> {}", repr_text(factory)),
            (None, None) => Ok(()),
        }
    }
}

/// What a field of a dataclass is made of: its slots.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldParts {
    /// In the order in which they are written.
    slots: Vec<(String, Value)>,
    kind: Option<FieldKind>,
    origin: Origin,
}

impl super::Handles for FieldParts {
    fn each(&mut self, change: &mut dyn FnMut(&mut Value)) {
        for (_, value) in &mut self.slots {
            change(value);
        }
        self.origin.each(change);
    }
}

impl FieldParts {
    /// A field without a default, as `name: type` in the body of a dataclass gives it.
    ///
    /// # Errors
    ///
    /// None: every target has it.
    pub fn new(heap: &mut Heap<'_>, target: &Target, name: &str, annotation: Value) -> Result<Self> {
        let class = heap.shared_global("dataclasses", "_MISSING_TYPE");
        let (default, factory) = (heap.new_object(class, ()), heap.new_object(class, ()));
        let empty = heap.dict([]);
        let metadata = MappingProxyParts::new(empty).build(heap, target)?;
        let kind = FieldKind::Field.build(heap, target)?;
        let yes = Value::True;
        let mut slots = vec![
            ("name", heap.str(name)),
            ("type", annotation),
            ("default", default),
            ("default_factory", factory),
            ("repr", yes),
            ("hash", Value::None),
            ("init", yes),
            ("compare", yes),
            ("metadata", metadata),
        ];
        if target.python() >= (3, 10) {
            slots.push(("kw_only", Value::False));
        }
        if target.python() >= (3, 14) {
            slots.push(("doc", Value::None));
        }
        slots.push(("_field_type", kind));
        let slots = slots.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(Self { slots, kind: Some(FieldKind::Field), origin: Origin::default() })
    }

    /// A slot: `name`, `type`, `init` and so on.
    #[must_use]
    pub fn slot(&self, name: &str) -> Option<Value> {
        self.slots.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
    }

    /// Sets a slot that a field has: `repr`, `hash`, `init`, `compare`, `kw_only`.
    #[must_use]
    pub fn set(mut self, name: &str, value: Value) -> Self {
        if let Some((_, slot)) = self.slots.iter_mut().find(|(other, _)| other == name) {
            *slot = value;
        }
        self
    }

    /// Sets `default`.
    #[must_use]
    pub fn default(self, default: Value) -> Self {
        self.set("default", default)
    }

    /// Sets `default_factory`, what makes the default of each instance.
    #[must_use]
    pub fn default_factory(self, factory: Value) -> Self {
        self.set("default_factory", factory)
    }

    /// Builds the field.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotInDialect`](crate::ErrorKind::NotInDialect) before Python 3.7, which has no dataclasses.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        if target.python() < (3, 7) {
            return Err(unsayable("a dataclass", target));
        }
        let sentinels = target.dialect_of().release() >= Release::V3_0;
        let mut slots = Vec::with_capacity(self.slots.len());
        for (name, value) in &self.slots {
            let value = match self.kind {
                Some(kind) if name == "_field_type" && is_sentinel(heap.obj(*value)) != sentinels => kind.build(heap, target)?,
                _ => *value,
            };
            slots.push((name.as_str(), value));
        }
        self.build_slots(heap, &slots)
    }

    /// Builds the field with its kind as it is.
    pub(super) fn build_as_read(&self, heap: &mut Heap<'_>) -> Result<Value> {
        let slots: Vec<_> = self.slots.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        self.build_slots(heap, &slots)
    }

    fn build_slots(&self, heap: &mut Heap<'_>, slots: &[(&str, Value)]) -> Result<Value> {
        let class = self.origin.global(heap, &[("dataclasses", "Field")]);
        let state = self.origin.slots(heap, slots);
        let object = heap.new_object(class, Value::EMPTY_TUPLE);
        heap.build(object, state)?;
        Ok(object)
    }
}

/// Whether a kind of field is written as from 3.0 on.
fn is_sentinel(object: Obj<'_>) -> bool {
    Helper::called(object) == Some(Helper::DataclassSentinel)
}
