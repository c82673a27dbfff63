//! Code objects among constants: those of functions, classes and comprehensions inside.

use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use super::fields::{CodeFields, items};
use crate::heap::{Obj, Value};
use crate::text::PyStr;

/// What `repr` says of a code object, with dots for its address.
#[derive(Clone, Copy)]
pub(super) struct Title<'h> {
    name: PyStr<'h>,
    filename: PyStr<'h>,
    firstlineno: i32,
}

/// `code_repr` in CPython's `Objects/codeobject.c`.
impl fmt::Display for Title<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = if self.firstlineno == 0 { -1 } else { self.firstlineno };
        let (name, filename) = (self.name.to_string_lossy(), self.filename.to_string_lossy());
        write!(f, "<code object {name} at 0x..., file \"{filename}\", line {line}>")
    }
}

/// The code objects that were met, each looked at once: a few constants can be those of very many code objects.
pub(super) struct Nested<'h> {
    fields: fn(Obj<'h>) -> Option<CodeFields<'h>>,
    titles: HashMap<Value, Option<Title<'h>>>,
    tuples: HashMap<Value, Rc<[Value]>>,
}

impl<'h> Nested<'h> {
    pub(super) fn new(code: &CodeFields<'h>) -> Self {
        Self { fields: code.nested, titles: HashMap::new(), tuples: HashMap::new() }
    }

    /// The fields of a code object.
    pub(super) fn fields(&self, object: Obj<'h>) -> Option<CodeFields<'h>> {
        (self.fields)(object)
    }

    /// What `repr` says of an object, if it is a code object.
    pub(super) fn title(&mut self, object: Obj<'h>) -> Option<Title<'h>> {
        let Value::Call(_) = object.value() else { return None };
        let fields = self.fields;
        *self.titles.entry(object.value()).or_insert_with(|| {
            let CodeFields { name, filename, firstlineno, .. } = fields(object)?;
            Some(Title { name, filename, firstlineno })
        })
    }

    /// The code objects of a tuple of constants, in order.
    pub(super) fn codes(&mut self, consts: Obj<'h>) -> Rc<[Value]> {
        if let Some(known) = self.tuples.get(&consts.value()) {
            return Rc::clone(known);
        }
        let heap = consts.heap();
        let codes = items(consts).iter().copied().filter(|value| self.title(heap.obj(*value)).is_some());
        let codes: Rc<[Value]> = codes.collect();
        self.tuples.insert(consts.value(), Rc::clone(&codes));
        codes
    }
}
