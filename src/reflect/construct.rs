//! What can be taken out of a pickle and built anew: the list of constructs.

use super::{Cell, Class, Code, CodeParts, Dialect, Function, FunctionParts, Target};
use super::{ClassParts, CodeShape};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};

/// A construct, taken apart.
pub(crate) trait Construct {
    /// Builds it as the target's cloudpickle writes it.
    fn build_for(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value>;
}

/// Takes a construct apart that a dialect wrote; `None` for other objects.
type Lift = fn(Obj<'_>, &Dialect) -> Option<Box<dyn Construct>>;

const LIFTS: &[Lift] = &[function, class, code, cell];

/// Takes an object apart, if it is a construct.
pub(crate) fn lift(object: Obj<'_>, dialect: &Dialect) -> Option<Box<dyn Construct>> {
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
impl Construct for (CodeParts, CodeShape) {
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
