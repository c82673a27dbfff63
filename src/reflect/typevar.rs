//! TypeVars.
//!
//! ```text
//! from 1.4 on         _make_typevar(name, bound, constraints, covariant, contravariant, tracker_id)
//!                     getattr(subimport(module), name)                    one that a module has by its name
//! up to 1.3           TypeVar() with its slots as state on Python 3.6; a global otherwise
//! ```
//!
//! `ParamSpec`, `TypeVarTuple` and `TypeAliasType` are globals whatever module they are of.

use std::fmt;

use super::shape::{Origin, Shape, handles, unsayable, view};
use super::{Attribute, AttributeParts, Helper, Module, ModuleParts, Release, Target};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::text::PyStr;

/// A `TypeVar` of a pickle: a `Copy` view. `Display` is Python's `repr`: `~T`, `+T_co`, `-T_contra`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{Target, TypeVar, TypeVarParts};
/// use cloudpickle::Heap;
///
/// let mut heap = Heap::new();
/// let bound = heap.global("builtins", "int");
/// let typevar = TypeVarParts::new(&mut heap, "T").bound(bound).build(&mut heap, &Target::cpython(3, 12))?;
/// let typevar = TypeVar::reflect(heap.obj(typevar))?;
/// assert_eq!((typevar.to_string(), typevar.bound().unwrap().to_string()), ("~T".into(), "int".into()));
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct TypeVar<'h> {
    object: Obj<'h>,
    origin: Origin,
    form: Form<'h>,
}

#[derive(Clone, Copy)]
enum Form<'h> {
    Reference(Attribute<'h>, Module<'h>),
    /// Name, bound, constraints, covariant, contravariant, tracker id.
    Value([Value; 6]),
}

/// The slots of a TypeVar on Python 3.6.
const SLOTS: [&str; 5] = ["__name__", "__bound__", "__constraints__", "__covariant__", "__contravariant__"];

view!(
    /// Reads a TypeVar (`_typevar_reduce` of cloudpickle). One by reference is looked up in a module: any other attribute of a module
    /// has that shape too.
    TypeVar,
    "a TypeVar"
);

impl<'h> TypeVar<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        if let Some(attribute) = Attribute::recognise(object) {
            let module = Module::recognise(attribute.of()).filter(|module| !module.is_dynamic())?;
            return Some(Self { object, origin: Origin::default(), form: Form::Reference(attribute, module) });
        }
        let (origin, parts) = match Shape::helper_call(object) {
            Some((shape, Helper::MakeTypeVar)) => (shape.origin(), <[Value; 6]>::try_from(shape.args()).ok()?),
            _ => {
                let shape = Shape::instance(object).filter(|shape| shape.callable.is_global("typing", "TypeVar"))?;
                let slots = shape.state?.get(1).ok()?;
                if slots.len().ok()? != SLOTS.len() {
                    return None;
                }
                let slot = |name: &str| slots.get(name).ok().map(Obj::value);
                let [name, bound, constraints, covariant, contravariant] = SLOTS;
                let parts = [slot(name)?, slot(bound)?, slot(constraints)?, slot(covariant)?, slot(contravariant)?, Value::None];
                (shape.origin(), parts)
            }
        };
        let [name, _, constraints, covariant, contravariant, _] = parts;
        let fits = object.heap().obj(name).as_py_str().is_ok()
            && matches!(
                (constraints, covariant, contravariant),
                (Value::Tuple(_), Value::True | Value::False, Value::True | Value::False)
            );
        fits.then_some(Self { object, origin, form: Form::Value(parts) })
    }

    fn part(self, nth: usize) -> Option<Obj<'h>> {
        match self.form {
            Form::Value(parts) => Some(self.object.heap().obj(*parts.get(nth)?)),
            Form::Reference(..) => None,
        }
    }

    fn flag(self, nth: usize) -> bool {
        self.part(nth).is_some_and(|part| part.value() == Value::True)
    }

    /// `__name__`.
    #[must_use]
    pub fn name(self) -> PyStr<'h> {
        match self.form {
            Form::Reference(attribute, _) => attribute.name(),
            Form::Value(_) => self.part(0).and_then(|name| name.as_py_str().ok()).unwrap_or_else(|| PyStr::from("")),
        }
    }

    /// The module that it is looked up in; `None` where it travels by value.
    #[must_use]
    pub fn module(self) -> Option<PyStr<'h>> {
        match self.form {
            Form::Reference(_, module) => Some(module.name()),
            Form::Value(_) => None,
        }
    }

    /// `__bound__`, unless it is `None`.
    #[must_use]
    pub fn bound(self) -> Option<Obj<'h>> {
        self.part(1).filter(|bound| !bound.is_none())
    }

    /// `__constraints__`.
    pub fn constraints(self) -> impl Iterator<Item = Obj<'h>> + Clone + use<'h> {
        self.part(2).and_then(|constraints| constraints.iter().ok()).into_iter().flatten()
    }

    /// `__covariant__`.
    #[must_use]
    pub fn is_covariant(self) -> bool {
        self.flag(3)
    }

    /// `__contravariant__`.
    #[must_use]
    pub fn is_contravariant(self) -> bool {
        self.flag(4)
    }

    /// By what a worker knows a TypeVar that it has met before.
    #[must_use]
    pub fn tracker_id(self) -> Option<PyStr<'h>> {
        self.part(5)?.as_py_str().ok()
    }

    /// Whether it is written by its slots, as on Python 3.6 up to 1.3.
    pub(super) fn is_slots(self) -> bool {
        Shape::instance(self.object).is_some()
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> TypeVarParts {
        match self.form {
            Form::Reference(attribute, _) => TypeVarParts::Reference(attribute.parts()),
            Form::Value([name, bound, constraints, covariant, contravariant, tracker_id]) => {
                let slots = TypeVarSlots { name, bound, constraints, covariant, contravariant, tracker_id, origin: self.origin };
                TypeVarParts::Value(slots)
            }
        }
    }
}

impl fmt::Display for TypeVar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match (self.is_covariant(), self.is_contravariant()) {
            (true, _) => '+',
            (_, true) => '-',
            _ => '~',
        };
        write!(f, "{sign}{}", self.name())
    }
}

/// What a TypeVar by value is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypeVarSlots {
    /// `__name__`, a str.
    pub name: Value,
    /// `__bound__`, or `None`.
    pub bound: Value,
    /// `__constraints__`, a tuple.
    pub constraints: Value,
    /// `__covariant__`, a bool.
    pub covariant: Value,
    /// `__contravariant__`, a bool.
    pub contravariant: Value,
    /// By what a worker knows a TypeVar that it has met before, a str; `None` for one that it makes each time.
    pub tracker_id: Value,
    origin: Origin,
}
handles!(TypeVarSlots { name, bound, constraints, covariant, contravariant, tracker_id, origin });

/// What a TypeVar is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TypeVarParts {
    /// One that a module has by its name: an attribute of the module.
    Reference(AttributeParts),
    /// One that is made on the worker.
    Value(TypeVarSlots),
}

impl super::Handles for TypeVarParts {
    fn each(&mut self, change: &mut dyn FnMut(&mut Value)) {
        match self {
            Self::Reference(attribute) => attribute.each(change),
            Self::Value(slots) => slots.each(change),
        }
    }
}

impl TypeVarParts {
    /// One that is made on the worker.
    pub fn new(heap: &mut Heap<'_>, name: &str) -> Self {
        Self::Value(TypeVarSlots {
            name: heap.str(name),
            bound: Value::None,
            constraints: Value::EMPTY_TUPLE,
            covariant: Value::False,
            contravariant: Value::False,
            tracker_id: Value::None,
            origin: Origin::default(),
        })
    }

    /// One that a module has by its name, such as `typing.AnyStr`.
    ///
    /// # Errors
    ///
    /// None: every release can refer to a module.
    pub fn reference(heap: &mut Heap<'_>, target: &Target, module: &str, name: &str) -> Result<Self> {
        let module = ModuleParts::reference(heap, module).build(heap, target)?;
        Ok(Self::Reference(AttributeParts::new(heap, module, name)))
    }

    fn change(mut self, change: impl FnOnce(&mut TypeVarSlots)) -> Self {
        if let Self::Value(slots) = &mut self {
            change(slots);
        }
        self
    }

    /// Sets `__bound__`. Nothing is changed where the TypeVar is a reference, here and below.
    #[must_use]
    pub fn bound(self, bound: Value) -> Self {
        self.change(|slots| slots.bound = bound)
    }

    /// Sets `__constraints__`, a tuple of types.
    #[must_use]
    pub fn constraints(self, constraints: Value) -> Self {
        self.change(|slots| slots.constraints = constraints)
    }

    /// Sets `__covariant__`.
    #[must_use]
    pub fn covariant(self) -> Self {
        self.change(|slots| slots.covariant = Value::True)
    }

    /// Sets `__contravariant__`.
    #[must_use]
    pub fn contravariant(self) -> Self {
        self.change(|slots| slots.contravariant = Value::True)
    }

    /// Sets by what a worker knows it: one that it has met before is not made again.
    pub fn tracker_id(self, heap: &mut Heap<'_>, id: &str) -> Self {
        let id = heap.str(id);
        self.change(|slots| slots.tracker_id = id)
    }

    /// Builds the TypeVar.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotInDialect`](crate::ErrorKind::NotInDialect) for a TypeVar by value up to 1.3 on Python 3.7 and later.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        match self {
            Self::Reference(attribute) => attribute.build(heap, target),
            Self::Value(slots) => slots.build(heap, target),
        }
    }
}

impl TypeVarSlots {
    fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let old = target.dialect_of().release() <= Release::V1_2;
        // By its slots it needs no helper.
        let has_slots =
            old && !self.origin.is_helper(heap, target, Helper::MakeTypeVar) || self.origin.is_global(heap, "typing", "TypeVar");
        if has_slots && target.python() < (3, 7) {
            let class = self.origin.global(heap, &[("typing", "TypeVar")]);
            let values = [self.name, self.bound, self.constraints, self.covariant, self.contravariant];
            let slots: Vec<_> = SLOTS.into_iter().zip(values).collect();
            let state = self.origin.slots(heap, &slots);
            let object = heap.new_object(class, Value::EMPTY_TUPLE);
            heap.build(object, state)?;
            return Ok(object);
        }
        // 1.4, which counts as 1.2, has the helper.
        if old && !self.origin.is_helper(heap, target, Helper::MakeTypeVar) {
            return Err(unsayable("a TypeVar by value", target));
        }
        let callable = self.origin.helper(heap, target, Helper::MakeTypeVar);
        let items = [self.name, self.bound, self.constraints, self.covariant, self.contravariant, self.tracker_id];
        let args = self.origin.args(heap, &items);
        Ok(heap.call(callable, args))
    }
}
