//! The variables of a code object since Python 3.11: one tuple of names, and a byte for each that says what it is.
//!
//! ```text
//! localsplusnames  ('argument', 'captured', 'local', 'cell', 'outer')
//! localspluskinds     20          60         20       40      80
//! varnames            x           x          x
//! cellvars                        x                   x
//! freevars                                                    x
//! ```

use std::collections::HashMap;

use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Value};

/// A positional parameter (3.14 on).
const ARG_POS: u8 = 0x02;
/// A parameter with a keyword (3.14 on).
const ARG_KW: u8 = 0x04;
/// `*args` or `**kwargs` (3.14 on).
const ARG_VAR: u8 = 0x08;
/// A variable of a comprehension which `locals()` does not show (3.12 on).
const HIDDEN: u8 = 0x10;
const LOCAL: u8 = 0x20;
const CELL: u8 = 0x40;
const FREE: u8 = 0x80;

/// `CO_OPTIMIZED`: the code of a function, not of a module or class.
const CO_OPTIMIZED: i32 = 0x01;
const CO_VARARGS: i32 = 0x04;
const CO_VARKEYWORDS: i32 = 0x08;

/// What `types.CodeType` takes instead.
pub(super) struct Split {
    pub(super) nlocals: Value,
    pub(super) varnames: Value,
    pub(super) cellvars: Value,
    pub(super) freevars: Value,
}

/// Takes the variables apart (`_PyCode_GetVarnames` and its neighbours in CPython's `Objects/codeobject.c`).
pub(super) fn split(heap: &mut Heap<'_>, names: Value, kinds: Value) -> Result<Split> {
    let Value::Tuple(_) = names else { return Err(heap.wrong_type("a tuple of the names of variables", names)) };
    let count = heap.items(names).len();
    if !matches!(kinds, Value::Bytes(_)) || heap.content(kinds).len() != count {
        return Err(heap.wrong_type("a byte for each variable", kinds));
    }
    let of = |heap: &Heap<'_>, kind: u8| -> Vec<Value> {
        let named = heap.items(names).iter().zip(heap.content(kinds));
        named.filter(|(_, found)| **found & kind != 0).map(|(name, _)| *name).collect()
    };
    let (varnames, cellvars, freevars) = (of(heap, LOCAL), of(heap, CELL), of(heap, FREE));
    let nlocals = heap.int(i128::try_from(varnames.len()).unwrap_or_default());
    // Mostly the variables of a function are all local: then the tuple is the one that is there.
    let varnames = if varnames.len() == count { names } else { heap.push_tuple(&varnames) };
    let (cellvars, freevars) = (heap.push_tuple(&cellvars), heap.push_tuple(&freevars));
    Ok(Split { nlocals, varnames, cellvars, freevars })
}

/// The ints of a code object that say which variables are parameters.
#[derive(Clone, Copy)]
pub(super) struct Parameters {
    pub(super) argcount: i32,
    pub(super) posonly: i32,
    pub(super) kwonly: i32,
    pub(super) flags: i32,
}

impl Parameters {
    /// What CPython's compiler says of the local at an index besides that it is one (`compute_localsplus_info` in
    /// `Python/assemble.c`).
    fn more(self, index: usize, python: (u8, u8)) -> u8 {
        let mut more = 0;
        if python >= (3, 12) && self.flags & CO_OPTIMIZED == 0 {
            more |= HIDDEN;
        }
        if python >= (3, 14) {
            let index = i64::try_from(index).unwrap_or(i64::MAX);
            let star = i64::from(self.argcount) + i64::from(self.kwonly);
            let stars = star + i64::from(self.flags & CO_VARARGS != 0);
            more |= match index {
                _ if index < self.posonly.into() => ARG_POS,
                _ if index < self.argcount.into() => ARG_POS | ARG_KW,
                _ if index < star => ARG_KW,
                _ if index < stars => ARG_VAR | ARG_POS,
                _ if index == stars && self.flags & CO_VARKEYWORDS != 0 => ARG_VAR | ARG_KW,
                _ => 0,
            };
        }
        more
    }
}

/// Puts the variables together (`PyUnstable_Code_NewWithPosOnlyArgs`): names and kinds.
pub(super) fn join(
    heap: &Heap<'_>,
    [varnames, cellvars, freevars]: [Value; 3],
    parameters: Parameters,
    python: (u8, u8),
) -> Result<(Vec<Value>, Vec<u8>)> {
    for names in [varnames, cellvars, freevars] {
        let is_name = |name: &Value| matches!(name, Value::Str(_));
        if !matches!(names, Value::Tuple(_)) || !heap.items(names).iter().all(is_name) {
            return Err(heap.wrong_type("a tuple of the names of variables", names));
        }
    }
    let mut names = heap.items(varnames).to_vec();
    let mut kinds: Vec<u8> = (0..names.len()).map(|index| LOCAL | parameters.more(index, python)).collect();
    let cells = heap.items(cellvars);
    let locals: HashMap<&[u8], usize> = match cells {
        [] => HashMap::new(),
        _ => names.iter().enumerate().rev().map(|(index, name)| (heap.content(*name), index)).collect(),
    };
    for cell in cells {
        match locals.get(heap.content(*cell)).and_then(|index| kinds.get_mut(*index)) {
            Some(kind) => *kind |= CELL,
            None => {
                names.push(*cell);
                kinds.push(CELL);
            }
        }
    }
    for free in heap.items(freevars) {
        names.push(*free);
        kinds.push(FREE);
    }
    if i32::try_from(names.len()).is_err() {
        return Err(ErrorKind::LimitExceeded { what: "variables", limit: 0x7fff_ffff }.into());
    }
    Ok((names, kinds))
}
