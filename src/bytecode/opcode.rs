//! Opcodes, and what the tables say about them.

use std::fmt;

use super::Version;

/// What the argument of an opcode is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// There is none.
    NoArg,
    /// The upper bytes of the next argument (`EXTENDED_ARG`).
    Extended,
    /// A number: how many items, how deep in the stack.
    Number,
    /// An index into `co_consts`.
    Const,
    /// The same, but `dis` does not print it (`KW_NAMES` of 3.11).
    Keywords,
    /// The int itself (`LOAD_SMALL_INT`).
    SmallInt,
    /// An index into `co_names`.
    Name,
    /// That index twice, and whether a NULL is pushed too (`LOAD_GLOBAL`).
    Global,
    /// That index twice, and whether a method is wanted (`LOAD_ATTR` from 3.12 on).
    Attr,
    /// That index four times, and two flags (`LOAD_SUPER_ATTR`).
    SuperAttr,
    /// An index into the local variables.
    Local,
    /// Two of them, four bits each.
    LocalPair,
    /// An index into the cells.
    Cell,
    /// How far a jump goes.
    Jump,
    /// How far it goes back.
    JumpBack,
    /// Where it goes.
    JumpTo,
    /// How far back that begins which ends here (`END_ASYNC_FOR` of 3.14).
    JumpFrom,
    /// A comparison.
    Compare,
    /// A conversion and whether there is a format (`FORMAT_VALUE`).
    Format,
    /// A conversion (`CONVERT_VALUE`).
    Convert,
    /// What a function is given (`MAKE_FUNCTION`, `SET_FUNCTION_ATTRIBUTE`): a bit for each.
    Function,
    /// An operator of `BINARY_OP`.
    Binary,
    /// A function of the interpreter (`CALL_INTRINSIC_1`).
    Intrinsic1,
    /// A function of the interpreter (`CALL_INTRINSIC_2`).
    Intrinsic2,
    /// A constant that needs no place in `co_consts` (`LOAD_COMMON_CONSTANT`).
    Common,
    /// A method that is looked up on the type (`LOAD_SPECIAL`).
    Special,
    /// `is` or `is not`.
    Is,
    /// `in` or `not in`.
    Contains,
}

/// A row of a table.
#[derive(Debug)]
pub(super) struct Op {
    pub(super) number: u8,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// How many inline cache entries, of two bytes each, follow.
    pub(super) caches: u8,
    /// Whether the interpreter puts it in the place of another opcode while it runs; there is none in `co_code`.
    pub(super) form: bool,
}

pub(super) const fn op(number: u8, name: &'static str, kind: Kind, caches: u8) -> Op {
    Op { number, name, kind, caches, form: false }
}

pub(super) const fn form(number: u8, name: &'static str, kind: Kind, caches: u8) -> Op {
    Op { number, name, kind, caches, form: true }
}

/// The rows of a table, each at its number.
pub(super) const fn in_order(ops: [Op; 256]) -> [Op; 256] {
    let mut number = 0;
    loop {
        assert!(ops[number as usize].number == number, "a row stands at its number");
        if number == u8::MAX {
            return ops;
        }
        number += 1;
    }
}

/// What the numbers of an argument stand for.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) compare_shift: u8,
    pub(super) compare: &'static [&'static str],
    pub(super) binary: &'static [&'static str],
    pub(super) intrinsic1: &'static [&'static str],
    pub(super) intrinsic2: &'static [&'static str],
    pub(super) common: &'static [&'static str],
    pub(super) special: &'static [&'static str],
    pub(super) function: &'static [&'static str],
}

/// The opcodes of a version.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) texts: Texts,
    pub(super) ops: [Op; 256],
}

/// An opcode of a version of CPython.
///
/// `Display` is the name.
///
/// # Examples
///
/// ```
/// use cloudpickle::bytecode::Version;
///
/// let opcode = Version::Py311.opcode(116);
/// assert_eq!(opcode.name(), "LOAD_GLOBAL");
/// assert_eq!(opcode.caches(), 5);
/// assert_eq!(Version::Py313.opcode(116).name(), "UNPACK_EX"); // renumbered
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Opcode {
    version: Version,
    number: u8,
}

impl Opcode {
    pub(super) fn new(version: Version, number: u8) -> Self {
        Self { version, number }
    }

    pub(super) fn op(self) -> &'static Op {
        &self.version.table().ops[usize::from(self.number)]
    }

    /// The version that it is of.
    #[must_use]
    pub fn version(self) -> Version {
        self.version
    }

    /// The number: the byte in `co_code`.
    #[must_use]
    pub fn number(self) -> u8 {
        self.number
    }

    /// The name, `opcode.opname[number]`; for a number that is no opcode what stands there, such as `<7>`.
    ///
    /// The forms that the interpreter puts in the place of an opcode while it runs (`LOAD_ATTR_SLOT`) have their own.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.op().name
    }

    /// Whether that version has an opcode of the number.
    #[must_use]
    pub fn is_known(self) -> bool {
        !self.name().starts_with('<')
    }

    /// Whether it has an argument.
    #[must_use]
    pub fn has_arg(self) -> bool {
        self.op().kind != Kind::NoArg
    }

    /// How many inline cache entries, of two bytes each, follow it; none before 3.11.
    #[must_use]
    pub fn caches(self) -> u8 {
        self.op().caches
    }

    /// Whether its argument says where to jump.
    #[must_use]
    pub fn is_jump(self) -> bool {
        matches!(self.op().kind, Kind::Jump | Kind::JumpBack | Kind::JumpTo)
    }
}

impl fmt::Display for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} of {})", self.name(), self.number, self.version)
    }
}
