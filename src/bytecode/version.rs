//! The versions of CPython whose bytecode is known.

use std::fmt;
use std::str::FromStr;

use super::opcode::{Opcode, Table};
use super::tables;
use crate::error::{Error, ErrorKind};

/// A version of CPython, each of which has a bytecode of its own.
///
/// # Examples
///
/// ```
/// use cloudpickle::bytecode::Version;
///
/// assert_eq!(Version::of_python((3, 11)), Some(Version::Py311));
/// assert_eq!(Version::of_python((3, 7)), None);
/// assert_eq!("3.9".parse::<Version>()?, Version::Py39);
/// assert_eq!(Version::Py314.to_string(), "3.14");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Version {
    /// CPython 3.8.
    Py38,
    /// CPython 3.9.
    Py39,
    /// CPython 3.10: jumps count instructions, lines have a table of their own (PEP 626).
    Py310,
    /// CPython 3.11: inline caches, exception tables, columns (PEP 657, PEP 659).
    Py311,
    /// CPython 3.12: comprehensions are inlined (PEP 709).
    Py312,
    /// CPython 3.13: the opcodes are renumbered, `dis` prints labels.
    Py313,
    /// CPython 3.14.
    Py314,
}

impl Version {
    /// All of them, the oldest first.
    pub const ALL: [Self; 7] = [Self::Py38, Self::Py39, Self::Py310, Self::Py311, Self::Py312, Self::Py313, Self::Py314];

    /// The version of `sys.version_info[:2]`, where its bytecode is known.
    #[must_use]
    pub fn of_python(python: (u8, u8)) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.python() == python)
    }

    /// `sys.version_info[:2]`.
    #[must_use]
    pub fn python(self) -> (u8, u8) {
        let minor = match self {
            Self::Py38 => 8,
            Self::Py39 => 9,
            Self::Py310 => 10,
            Self::Py311 => 11,
            Self::Py312 => 12,
            Self::Py313 => 13,
            Self::Py314 => 14,
        };
        (3, minor)
    }

    /// Its opcode of a number: `opcode.opname[number]`.
    #[must_use]
    pub fn opcode(self, number: u8) -> Opcode {
        Opcode::new(self, number)
    }

    pub(super) fn table(self) -> &'static Table {
        tables::of(self)
    }
}

/// `3.11`.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor) = self.python();
        write!(f, "{major}.{minor}")
    }
}

/// Reads `3.11`.
///
/// # Errors
///
/// [`ErrorKind::NotFound`] for other versions than those of [`Version::ALL`].
impl FromStr for Version {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|version| version.to_string() == text);
        found.ok_or_else(|| ErrorKind::NotFound { what: "bytecode of Python", name: text.to_owned() }.into())
    }
}
