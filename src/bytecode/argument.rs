//! What the argument of an instruction stands for.

use std::fmt::{self, Write};

use super::Version;
use super::fields::{self, CodeFields, Variables};
use super::opcode::{Kind, Texts};
use super::walk::{Labels, Raw, index};
use crate::heap::Obj;
use crate::text::PyStr;

/// The argument of an instruction, looked up: `dis.Instruction.argval`.
///
/// `Display` is what `dis` prints in parentheses, `dis.Instruction.argrepr`; nothing for arguments that are numbers only.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Argument<'h> {
    /// None, or a number that stands for itself.
    Plain,
    /// A constant.
    Const(Obj<'h>),
    /// The names of keyword arguments, `KW_NAMES` of 3.11. `dis` prints nothing for them.
    Keywords(Obj<'h>),
    /// An int that stands in the argument itself (`LOAD_SMALL_INT`). `dis` prints nothing for it.
    SmallInt(i32),
    /// A name: of a global, an attribute, a module.
    Name(PyStr<'h>),
    /// A global that is read, from 3.11 on, where `LOAD_GLOBAL` may push a NULL for a call too.
    Global {
        /// The name.
        name: PyStr<'h>,
        /// Whether it pushes a NULL.
        null: bool,
    },
    /// An attribute that is read, from 3.12 on, where `LOAD_ATTR` may push what a method call needs.
    Attr {
        /// The name.
        name: PyStr<'h>,
        /// Whether it pushes `self` or a NULL.
        method: bool,
    },
    /// A local variable; from 3.11 on also a cell.
    Local(PyStr<'h>),
    /// Two local variables (3.13 and later).
    Locals(PyStr<'h>, PyStr<'h>),
    /// A variable in a cell.
    Cell(PyStr<'h>),
    /// Where a jump goes.
    Jump {
        /// The offset in the bytecode.
        target: i64,
        /// The number of the label there, which `dis` prints from 3.13 on.
        label: Option<usize>,
    },
    /// Where that begins which `END_ASYNC_FOR` ends (3.14).
    From {
        /// The offset in the bytecode.
        target: i64,
        /// The number of the label there.
        label: Option<usize>,
    },
    /// A comparison.
    Compare {
        /// `<`, `==`, ...
        operator: &'static str,
        /// Whether the result is made a bool (3.13 and later).
        to_bool: bool,
    },
    /// How a value of an f-string is formatted.
    Format {
        /// `str`, `repr` or `ascii`; empty for none.
        conversion: &'static str,
        /// Whether there is a format behind a colon.
        with_format: bool,
    },
    /// What is given to a function that is made, with a bit for each.
    Function {
        /// The bits.
        flags: i32,
        /// What they are: `defaults`, `kwdefaults`, `annotations`, `closure`, from 3.14 on `annotate`.
        names: &'static [&'static str],
    },
    /// An operator: `+`, `//=`; from 3.14 on `is not`, `in` and `[]` too.
    Operator(&'static str),
    /// A function of the interpreter: `INTRINSIC_PRINT`.
    Intrinsic(&'static str),
    /// A constant that needs no place in `co_consts` (3.14): `AssertionError`.
    Common(&'static str),
    /// A method that is looked up on the type (3.14): `__enter__`.
    Special(&'static str),
    /// An index behind the end of what it points into. CPython's `dis` raises `IndexError`.
    Unknown,
}

impl<'h> Argument<'h> {
    pub(super) fn resolve(raw: Raw, code: &CodeFields<'h>, variables: &Variables<'h>, labels: &Labels) -> Self {
        Self::look_up(raw, code, variables, labels).unwrap_or(Self::Unknown)
    }

    fn look_up(raw: Raw, code: &CodeFields<'h>, variables: &Variables<'h>, labels: &Labels) -> Option<Self> {
        let Some(arg) = raw.arg else { return Some(Self::Plain) };
        let version = raw.opcode.version();
        let texts: &Texts = &version.table().texts;
        let name = |shift: u32| fields::text(code.names, index(arg)? >> shift);
        let text = |texts: &[&'static str]| texts.get(index(arg)?).copied();
        let choice = |no, yes| if arg == 0 { no } else { yes };
        let label = |target| if version >= Version::Py313 { labels.number(target) } else { None };
        Some(match raw.opcode.op().kind {
            Kind::NoArg | Kind::Extended | Kind::Number => Self::Plain,
            Kind::Const => Self::Const(fields::item(code.consts, index(arg)?)?),
            Kind::Keywords => Self::Keywords(fields::item(code.consts, index(arg)?)?),
            Kind::SmallInt => Self::SmallInt(arg),
            Kind::Name => Self::Name(name(0)?),
            Kind::Global => Self::Global { name: name(1)?, null: arg & 1 == 1 },
            Kind::Attr => Self::Attr { name: name(1)?, method: arg & 1 == 1 },
            Kind::SuperAttr => Self::Attr { name: name(2)?, method: arg & 1 == 1 },
            Kind::Local => Self::Local(variables.local(index(arg)?)?),
            Kind::LocalPair => Self::Locals(variables.local(index(arg >> 4)?)?, variables.local(index(arg & 15)?)?),
            Kind::Cell => Self::Cell(variables.cell(index(arg)?)?),
            Kind::Jump | Kind::JumpBack | Kind::JumpTo => {
                let target = raw.jump_target()?;
                Self::Jump { target, label: label(target) }
            }
            Kind::JumpFrom => {
                let target = raw.jump_target()?;
                Self::From { target, label: label(target) }
            }
            Kind::Compare => Self::Compare {
                operator: texts.compare.get(index(arg >> texts.compare_shift)?)?,
                to_bool: version >= Version::Py313 && arg & 16 != 0,
            },
            Kind::Format => Self::Format { conversion: conversion(arg & 3)?, with_format: arg & 4 != 0 },
            Kind::Convert => Self::Format { conversion: conversion(arg)?, with_format: false },
            Kind::Function => Self::Function { flags: arg, names: texts.function },
            Kind::Binary => Self::Operator(text(texts.binary)?),
            Kind::Intrinsic1 => Self::Intrinsic(text(texts.intrinsic1)?),
            Kind::Intrinsic2 => Self::Intrinsic(text(texts.intrinsic2)?),
            Kind::Common => Self::Common(text(texts.common)?),
            Kind::Special => Self::Special(text(texts.special)?),
            Kind::Is => Self::Operator(choice("is", "is not")),
            Kind::Contains => Self::Operator(choice("in", "not in")),
        })
    }

    /// The name, of whatever it is the name.
    #[must_use]
    pub fn name(&self) -> Option<PyStr<'h>> {
        match *self {
            Self::Name(name) | Self::Local(name) | Self::Cell(name) => Some(name),
            Self::Global { name, .. } | Self::Attr { name, .. } => Some(name),
            _ => None,
        }
    }

    /// The offset of a jump's target.
    #[must_use]
    pub fn target(&self) -> Option<i64> {
        match *self {
            Self::Jump { target, .. } => Some(target),
            _ => None,
        }
    }

    /// `argrepr` of a version; a constant by `constant`.
    pub(super) fn write<W: Write>(
        &self,
        out: &mut W,
        version: Version,
        constant: impl FnOnce(&mut W, Obj<'h>) -> fmt::Result,
    ) -> fmt::Result {
        match *self {
            Self::Plain | Self::Keywords(_) | Self::SmallInt(_) => Ok(()),
            Self::Const(object) => constant(out, object),
            Self::Name(name) | Self::Local(name) | Self::Cell(name) => write_name(out, name),
            Self::Global { name, null } => write_marked(out, name, null.then_some("NULL"), version),
            Self::Attr { name, method } => write_marked(out, name, method.then_some("NULL|self"), version),
            Self::Locals(first, second) => {
                write_name(out, first)?;
                out.write_str(", ")?;
                write_name(out, second)
            }
            Self::Jump { label: Some(label), .. } => write!(out, "to L{label}"),
            Self::Jump { target, .. } => write!(out, "to {target}"),
            Self::From { label: Some(label), .. } => write!(out, "from L{label}"),
            Self::From { target, .. } => write!(out, "from {target}"),
            Self::Compare { operator, to_bool: true } => write!(out, "bool({operator})"),
            Self::Compare { operator, to_bool: false } => out.write_str(operator),
            Self::Format { conversion, with_format } => {
                out.write_str(conversion)?;
                out.write_str(match (conversion, with_format) {
                    (_, false) => "",
                    ("", true) => "with format",
                    (_, true) => ", with format",
                })
            }
            Self::Function { flags, names } => {
                let mut between = "";
                for (bit, name) in names.iter().enumerate() {
                    if flags & (1 << bit) != 0 {
                        out.write_str(between)?;
                        out.write_str(name)?;
                        between = ", ";
                    }
                }
                Ok(())
            }
            Self::Operator(text) | Self::Intrinsic(text) | Self::Common(text) | Self::Special(text) => out.write_str(text),
            Self::Unknown => out.write_str("<unknown>"),
        }
    }
}

/// The text of the newest version.
impl fmt::Display for Argument<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Version::Py314, |f, object| object.fmt(f))
    }
}

fn conversion(arg: i32) -> Option<&'static str> {
    ["", "str", "repr", "ascii"].get(index(arg)?).copied()
}

fn write_name(out: &mut impl Write, name: PyStr<'_>) -> fmt::Result {
    match name.to_str() {
        Some(text) => out.write_str(text),
        None => out.write_str(&name.to_string_lossy()),
    }
}

/// `NULL + name` in 3.11 and 3.12, `name + NULL` since.
fn write_marked(out: &mut impl Write, name: PyStr<'_>, mark: Option<&str>, version: Version) -> fmt::Result {
    match mark {
        Some(mark) if version < Version::Py313 => {
            write!(out, "{mark} + ")?;
            write_name(out, name)
        }
        Some(mark) => {
            write_name(out, name)?;
            write!(out, " + {mark}")
        }
        None => write_name(out, name),
    }
}
