//! What is read of a code object: its fields, borrowed from a heap.

use std::borrow::Cow;
use std::collections::HashSet;

use super::Version;
use crate::heap::{Heap, Obj, Value};
use crate::text::PyStr;

/// The fields of a code object that its bytecode needs: a plain struct, however the code object came into the heap.
///
/// [`Code::fields`](crate::reflect::Code::fields) gives that of a code object in a pickle.
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use cloudpickle::bytecode::{CodeFields, Instructions, Version};
///
/// let mut heap = Heap::new();
/// let consts = heap.add((None::<i32>, 42));
/// let code = CodeFields {
///     name: "answer".into(),
///     bytecode: b"\x64\x01\x53\x00".into(), // LOAD_CONST 1, RETURN_VALUE
///     consts: heap.obj(consts),
///     ..CodeFields::new(&heap)
/// };
/// let lines: Vec<String> = Instructions::new(code, Version::Py38).map(|i| i.to_string()).collect();
/// assert_eq!(lines, ["LOAD_CONST 1 (42)", "RETURN_VALUE"]);
/// ```
#[derive(Clone)]
pub struct CodeFields<'h> {
    /// `co_name`.
    pub name: PyStr<'h>,
    /// `co_filename`.
    pub filename: PyStr<'h>,
    /// `co_firstlineno`.
    pub firstlineno: i32,
    /// `co_code`.
    pub bytecode: Cow<'h, [u8]>,
    /// `co_lnotab`, from Python 3.10 on `co_linetable`.
    pub linetable: Cow<'h, [u8]>,
    /// `co_exceptiontable`; empty before Python 3.11.
    pub exceptiontable: Cow<'h, [u8]>,
    /// `co_consts`, a tuple.
    pub consts: Obj<'h>,
    /// `co_names`, a tuple of str.
    pub names: Obj<'h>,
    /// `co_varnames`, a tuple of str.
    pub varnames: Obj<'h>,
    /// `co_cellvars`, a tuple of str.
    pub cellvars: Obj<'h>,
    /// `co_freevars`, a tuple of str.
    pub freevars: Obj<'h>,
    /// The fields of a constant that is a code object, `None` for all others.
    pub nested: fn(Obj<'h>) -> Option<CodeFields<'h>>,
}

impl<'h> CodeFields<'h> {
    /// A code object without anything, in a heap.
    #[must_use]
    pub fn new(heap: &'h Heap<'h>) -> Self {
        let empty = heap.obj(Value::EMPTY_TUPLE);
        Self {
            name: PyStr::from(""),
            filename: PyStr::from(""),
            firstlineno: 0,
            bytecode: Cow::Borrowed(&[]),
            linetable: Cow::Borrowed(&[]),
            exceptiontable: Cow::Borrowed(&[]),
            consts: empty,
            names: empty,
            varnames: empty,
            cellvars: empty,
            freevars: empty,
            nested: |_| None,
        }
    }
}

/// The items of a tuple; none for any other object.
pub(super) fn items<'h>(tuple: Obj<'h>) -> &'h [Value] {
    match tuple.value() {
        value @ Value::Tuple(_) => tuple.heap().items(value),
        _ => &[],
    }
}

/// An item of a tuple.
pub(super) fn item<'h>(tuple: Obj<'h>, index: usize) -> Option<Obj<'h>> {
    items(tuple).get(index).map(|value| tuple.heap().obj(*value))
}

/// An item of a tuple of str.
pub(super) fn text<'h>(tuple: Obj<'h>, index: usize) -> Option<PyStr<'h>> {
    let item = item(tuple, index)?;
    match item.value() {
        Value::Str(_) | Value::ByteString(_) => item.as_py_str().ok(),
        _ => None,
    }
}

/// The local variables and cells by the index that an argument has.
///
/// Up to 3.10 locals and cells are counted apart, the cells of nested functions before those of outer ones. From 3.11 on they are counted together, and a
/// parameter that is a cell too has one place (`co_localsplusnames`; `PyUnstable_Code_NewWithPosOnlyArgs` in CPython's `Objects/codeobject.c` puts them
/// together).
pub(super) struct Variables<'h> {
    together: bool,
    varnames: Obj<'h>,
    cellvars: Obj<'h>,
    freevars: Obj<'h>,
    /// The cells that are no local variables: indices into `co_cellvars`. `None` for all.
    own_cells: Option<Vec<usize>>,
}

impl<'h> Variables<'h> {
    pub(super) fn new(code: &CodeFields<'h>, version: Version) -> Self {
        let together = version >= Version::Py311;
        let (varnames, cellvars) = (code.varnames, code.cellvars);
        let mut own_cells = None;
        if together && !items(cellvars).is_empty() {
            let locals: HashSet<_> = (0..items(varnames).len()).map(|at| text(varnames, at)).collect();
            own_cells = Some((0..items(cellvars).len()).filter(|at| !locals.contains(&text(cellvars, *at))).collect());
        }
        Self { together, varnames, cellvars, freevars: code.freevars, own_cells }
    }

    pub(super) fn local(&self, index: usize) -> Option<PyStr<'h>> {
        match index.checked_sub(items(self.varnames).len()) {
            Some(beyond) if self.together => self.cell_behind(beyond),
            _ => text(self.varnames, index),
        }
    }

    pub(super) fn cell(&self, index: usize) -> Option<PyStr<'h>> {
        if self.together { self.local(index) } else { self.cell_behind(index) }
    }

    fn cell_behind(&self, index: usize) -> Option<PyStr<'h>> {
        let own = self.own_cells.as_ref().map_or(items(self.cellvars).len(), Vec::len);
        match index.checked_sub(own) {
            Some(free) => text(self.freevars, free),
            None => text(self.cellvars, self.own_cells.as_ref().map_or(Some(index), |cells| cells.get(index).copied())?),
        }
    }
}
