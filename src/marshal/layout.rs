//! The fields of a code object: in the order in which marshal has them, and in that in which `types.CodeType` takes them.

use super::localsplus;
use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Value};

/// A field of a code object, by the name that it has in Python behind `co_`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Field {
    ArgCount,
    PosOnlyArgCount,
    KwOnlyArgCount,
    NLocals,
    StackSize,
    Flags,
    Code,
    Consts,
    Names,
    VarNames,
    FreeVars,
    CellVars,
    /// `varnames`, `cellvars` and `freevars` in one, each name once.
    LocalsPlusNames,
    /// A byte for each of those: which of the three it is in.
    LocalsPlusKinds,
    FileName,
    Name,
    QualName,
    FirstLineNo,
    LineTable,
    ExceptionTable,
}

impl Field {
    /// Whether marshal writes it as four bytes without a type code.
    pub(super) fn is_int(self) -> bool {
        use Field::*;
        matches!(self, ArgCount | PosOnlyArgCount | KwOnlyArgCount | NLocals | StackSize | Flags | FirstLineNo)
    }

    /// Whether it is a name or a tuple of names, which Python interns.
    pub(super) fn is_names(self) -> bool {
        use Field::*;
        matches!(self, Names | VarNames | FreeVars | CellVars | LocalsPlusNames | Name | QualName)
    }
}

/// How a code object is laid out. Marshal data does not say it: it depends on the Python that wrote it.
///
/// ```text
/// 2.7          argcount nlocals stacksize flags
///              code consts names varnames freevars cellvars filename name  firstlineno  lnotab
/// 3.6, 3.7     argcount kwonlyargcount nlocals stacksize flags  ..
/// 3.8 to 3.10  argcount posonlyargcount kwonlyargcount nlocals stacksize flags  ..
/// 3.11 on      argcount posonlyargcount kwonlyargcount stacksize flags
///              code consts names localsplusnames localspluskinds filename name qualname  firstlineno  linetable exceptiontable
/// ```
///
/// `argcount` and the others of the first lines, and `firstlineno`, are four bytes each; the rest are objects.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Layout {
    /// Python 2.7.
    Python27,
    /// 3.6 and 3.7, and 3.4 and 3.5 before them.
    Python36,
    /// 3.8 to 3.10.
    Python38,
    /// 3.11 and later.
    Python311,
}

impl Layout {
    /// The layout that a version of Python writes.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::marshal::Layout;
    ///
    /// assert_eq!(Layout::of_python((3, 12)), Layout::Python311);
    /// ```
    #[must_use]
    pub fn of_python(version: (u8, u8)) -> Self {
        match version {
            (..3, _) => Self::Python27,
            (3, ..8) => Self::Python36,
            (3, ..11) => Self::Python38,
            _ => Self::Python311,
        }
    }

    /// The layout whose constructor takes so many arguments.
    pub(crate) fn of_constructor(arguments: usize) -> Option<Self> {
        let layouts = [Self::Python27, Self::Python36, Self::Python38, Self::Python311];
        layouts.into_iter().find(|layout| layout.constructed().len() == arguments)
    }

    /// Whether a version of Python takes code objects of this layout.
    pub(crate) fn check(self, (major, minor): (u8, u8)) -> Result<()> {
        if self == Self::of_python((major, minor)) {
            return Ok(());
        }
        let of = match self {
            Self::Python27 => "Python 2",
            Self::Python36 => "Python 3.6 or 3.7",
            Self::Python38 => "Python 3.8 to 3.10",
            Self::Python311 => "Python 3.11 or later",
        };
        Err(ErrorKind::CodeOfOtherPython { of, major, minor }.into())
    }

    /// The fields in the order in which marshal has them.
    pub(super) fn marshalled(self) -> &'static [Field] {
        use Field::*;
        match self {
            Self::Python27 => &[
                ArgCount,
                NLocals,
                StackSize,
                Flags,
                Code,
                Consts,
                Names,
                VarNames,
                FreeVars,
                CellVars,
                FileName,
                Name,
                FirstLineNo,
                LineTable,
            ],
            Self::Python36 => &[
                ArgCount,
                KwOnlyArgCount,
                NLocals,
                StackSize,
                Flags,
                Code,
                Consts,
                Names,
                VarNames,
                FreeVars,
                CellVars,
                FileName,
                Name,
                FirstLineNo,
                LineTable,
            ],
            Self::Python38 => &[
                ArgCount,
                PosOnlyArgCount,
                KwOnlyArgCount,
                NLocals,
                StackSize,
                Flags,
                Code,
                Consts,
                Names,
                VarNames,
                FreeVars,
                CellVars,
                FileName,
                Name,
                FirstLineNo,
                LineTable,
            ],
            Self::Python311 => &[
                ArgCount,
                PosOnlyArgCount,
                KwOnlyArgCount,
                StackSize,
                Flags,
                Code,
                Consts,
                Names,
                LocalsPlusNames,
                LocalsPlusKinds,
                FileName,
                Name,
                QualName,
                FirstLineNo,
                LineTable,
                ExceptionTable,
            ],
        }
    }

    /// The fields in the order in which `types.CodeType` takes them (`code_new_impl` in CPython's `Objects/codeobject.c`).
    pub(crate) fn constructed(self) -> &'static [Field] {
        use Field::*;
        match self {
            Self::Python27 => &[
                ArgCount,
                NLocals,
                StackSize,
                Flags,
                Code,
                Consts,
                Names,
                VarNames,
                FileName,
                Name,
                FirstLineNo,
                LineTable,
                FreeVars,
                CellVars,
            ],
            Self::Python36 => &[
                ArgCount,
                KwOnlyArgCount,
                NLocals,
                StackSize,
                Flags,
                Code,
                Consts,
                Names,
                VarNames,
                FileName,
                Name,
                FirstLineNo,
                LineTable,
                FreeVars,
                CellVars,
            ],
            Self::Python38 => &[
                ArgCount,
                PosOnlyArgCount,
                KwOnlyArgCount,
                NLocals,
                StackSize,
                Flags,
                Code,
                Consts,
                Names,
                VarNames,
                FileName,
                Name,
                FirstLineNo,
                LineTable,
                FreeVars,
                CellVars,
            ],
            Self::Python311 => &[
                ArgCount,
                PosOnlyArgCount,
                KwOnlyArgCount,
                NLocals,
                StackSize,
                Flags,
                Code,
                Consts,
                Names,
                VarNames,
                FileName,
                Name,
                QualName,
                FirstLineNo,
                LineTable,
                ExceptionTable,
                FreeVars,
                CellVars,
            ],
        }
    }
}

/// How the arguments of `types.CodeType` are made of the fields as marshal has them.
pub(super) struct Order {
    /// For each argument the place of its field.
    places: Vec<Option<usize>>,
    /// `localsplusnames` and `localspluskinds`, of which the arguments that have no place are made.
    joined: Option<(usize, usize)>,
    constructed: &'static [Field],
}

impl Order {
    pub(super) fn new(layout: Layout) -> Self {
        let (marshalled, constructed) = (layout.marshalled(), layout.constructed());
        let place = |field: Field| marshalled.iter().position(|other| *other == field);
        Self {
            places: constructed.iter().map(|field| place(*field)).collect(),
            joined: place(Field::LocalsPlusNames).zip(place(Field::LocalsPlusKinds)),
            constructed,
        }
    }

    /// The arguments, a tuple.
    pub(super) fn arguments(&self, heap: &mut Heap<'_>, marshalled: &[Value]) -> Result<Value> {
        let get = |place: usize| marshalled.get(place).copied().unwrap_or(Value::None);
        let mut arguments = [Value::None; 18];
        for (argument, place) in arguments.iter_mut().zip(&self.places) {
            *argument = place.map_or(Value::None, get);
        }
        if let Some((names, kinds)) = self.joined {
            let split = localsplus::split(heap, get(names), get(kinds))?;
            for (argument, field) in arguments.iter_mut().zip(self.constructed) {
                match field {
                    Field::NLocals => *argument = split.nlocals,
                    Field::VarNames => *argument = split.varnames,
                    Field::CellVars => *argument = split.cellvars,
                    Field::FreeVars => *argument = split.freevars,
                    _ => {}
                }
            }
        }
        Ok(heap.push_tuple(arguments.get(..self.constructed.len()).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// But for those that are one in marshal, both orders have the same fields.
    #[test]
    fn the_same_fields() {
        for layout in [Layout::Python27, Layout::Python36, Layout::Python38, Layout::Python311] {
            let (marshalled, constructed) = (layout.marshalled(), layout.constructed());
            let missing: Vec<_> = constructed.iter().filter(|field| !marshalled.contains(field)).collect();
            match layout {
                Layout::Python311 => {
                    assert_eq!(missing, [&Field::NLocals, &Field::VarNames, &Field::FreeVars, &Field::CellVars]);
                    assert_eq!(marshalled.len() + 2, constructed.len());
                }
                _ => assert_eq!((missing.len(), marshalled.len()), (0, constructed.len())),
            }
        }
    }
}
