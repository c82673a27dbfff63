//! What can be taken out of a pickle and built anew: the list of constructs.

use super::{
    Alias, AliasParts, Attribute, AttributeParts, BuiltinType, BuiltinTypeParts, ClassMethod, ClassMethodParts, DataclassField,
    DictView, DictViewParts, EnumMember, EnumMemberParts, FieldParts, Iter, IterParts, Logger, LoggerParts, MappingProxy,
    MappingProxyParts, MemoryView, MemoryViewParts, Method, MethodParts, Module, ModuleParts, Namespace, NamespaceParts, Partial,
    PartialParts, Property, PropertyParts, Singleton, SingletonParts, StaticMethod, StaticMethodParts, TextFile, TextFileParts,
    TypeOf, TypeOfParts, TypeVar, TypeVarParts, WeakSet, WeakSetParts,
};
use super::{Cell, Class, Code, CodeParts, Dialect, Function, FunctionParts, Target};
use super::{ClassParts, Layout, Release, dill};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};

/// A construct, taken apart.
pub(crate) trait Construct {
    /// Builds it as the target's cloudpickle writes it.
    fn build_for(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value>;

    /// What the target cannot say of it, though it is built.
    fn lost(&self, _: &Heap<'_>, _: &Target) -> Option<&'static str> {
        None
    }
}

/// Takes a construct apart that a dialect wrote; `None` for other objects.
type Lift = fn(Obj<'_>, &Dialect) -> Option<Box<dyn Construct>>;

/// Takes an object apart, if it is a construct of cloudpickle's.
pub(crate) fn lift(object: Obj<'_>, dialect: &Dialect) -> Option<Box<dyn Construct>> {
    if dill::is_made(object) {
        return None;
    }
    LIFTS.iter().find_map(|lift| lift(object, dialect))
}

fn function(object: Obj<'_>, _: &Dialect) -> Option<Box<dyn Construct>> {
    let function = Function::recognise(object).filter(|function| !function.is_skeleton() && function.has_state())?;
    Some(Box::new(function.parts()))
}

impl Construct for FunctionParts {
    fn build_for(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        self.build(heap, target)
    }

    fn lost(&self, heap: &Heap<'_>, target: &Target) -> Option<&'static str> {
        self.lost_in(heap, target)
    }
}

fn class(object: Obj<'_>, dialect: &Dialect) -> Option<Box<dyn Construct>> {
    Some(Box::new(Class::recognise(object)?.parts_of(dialect.release())))
}

impl Construct for ClassParts {
    fn build_for(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        self.build(heap, target)
    }
}

fn code(object: Obj<'_>, _: &Dialect) -> Option<Box<dyn Construct>> {
    let code = Code::reflect(object).ok()?;
    Some(Box::new((code.parts(), code.shape())))
}

/// Bytecode is of one Python, and so the shape stays.
impl Construct for (CodeParts, Layout) {
    fn build_for(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        Ok(self.0.build_shape(heap, self.1, target.dialect_of()))
    }
}

fn cell(object: Obj<'_>, _: &Dialect) -> Option<Box<dyn Construct>> {
    let cell = Cell::reflect(object).ok()?;
    Some(Box::new(CellParts(cell.contents().map(Obj::value))))
}

/// What a cell holds.
struct CellParts(Option<Value>);

impl Construct for CellParts {
    fn build_for(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        Ok(Cell::build(heap, self.0, target))
    }
}

/// Lists all lifts, and makes those of the views whose parts are all that is needed.
macro_rules! lifts {
    ($($first:ident)*; $($view:ident $parts:ident)*) => {
        const LIFTS: &[Lift] = &[$($first,)* $(|object, _| Some(Box::new($view::recognise(object)?.parts())),)*];

        $(impl Construct for $parts {
            fn build_for(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
                self.build(heap, target)
            }
        })*
    };
}
lifts! {
    function class code cell alias builtin_type typevar field;
    Attribute AttributeParts
    ClassMethod ClassMethodParts
    DictView DictViewParts
    EnumMember EnumMemberParts
    Iter IterParts
    Logger LoggerParts
    MappingProxy MappingProxyParts
    MemoryView MemoryViewParts
    Method MethodParts
    Module ModuleParts
    Namespace NamespaceParts
    Partial PartialParts
    Property PropertyParts
    Singleton SingletonParts
    StaticMethod StaticMethodParts
    TextFile TextFileParts
    TypeOf TypeOfParts
    WeakSet WeakSetParts
}

/// Parts with the Pythons that write such a shape: a construct tells more of them than the code objects of a pickle do.
struct Of<P> {
    parts: P,
    oldest: (u8, u8),
    newest: (u8, u8),
}

impl<P> Of<P> {
    fn target(&self, target: &Target) -> Target {
        target.with_python(target.python().clamp(self.oldest, self.newest))
    }
}

/// No Python is older, none newer.
const ANY: ((u8, u8), (u8, u8)) = ((0, 0), (u8::MAX, u8::MAX));

fn alias(object: Obj<'_>, _: &Dialect) -> Option<Box<dyn Construct>> {
    let alias = Alias::recognise(object)?;
    let (oldest, newest) = alias.pythons();
    Some(Box::new(Of { parts: alias.parts(), oldest, newest }))
}

impl Construct for Of<AliasParts> {
    fn build_for(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        self.parts.build(heap, &self.target(target))
    }
}

fn builtin_type(object: Obj<'_>, _: &Dialect) -> Option<Box<dyn Construct>> {
    let found = BuiltinType::recognise(object)?;
    Some(Box::new(Of { parts: found.parts(), oldest: found.since(), newest: ANY.1 }))
}

impl Construct for Of<BuiltinTypeParts> {
    fn build_for(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        self.parts.build(heap, &self.target(target))
    }
}

fn typevar(object: Obj<'_>, _: &Dialect) -> Option<Box<dyn Construct>> {
    let found = TypeVar::recognise(object)?;
    let (oldest, newest) = if found.is_slots() { ((3, 6), (3, 6)) } else { ANY };
    Some(Box::new(Of { parts: found.parts(), oldest, newest }))
}

impl Construct for Of<TypeVarParts> {
    fn build_for(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        self.parts.build(heap, &self.target(target))
    }
}

fn field(object: Obj<'_>, dialect: &Dialect) -> Option<Box<dyn Construct>> {
    Some(Box::new((DataclassField::recognise(object)?.parts(), dialect.release())))
}

/// A field, and the release that wrote it: for the same its kind stays, which dill writes as cloudpickle did before 3.0.
impl Construct for (FieldParts, Release) {
    fn build_for(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        if target.dialect_of().release() == self.1 { self.0.build_as_read(heap) } else { self.0.build(heap, target) }
    }
}
