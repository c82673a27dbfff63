//! Exception tables: which instructions are inside a `try`, and where to go from there (3.11 and later).
//!
//! ```text
//! 84 0c 10 03      instructions 4 to 15 -> 16, stack depth 1, lasti
//! ```
//!
//! A row is four numbers: start, length and target, in instructions, and twice the depth, plus 1 when the offset of the raising instruction is pushed. A number has six
//! bits a byte, the upper ones first; bit 6 says that more follow, bit 7 marks the first byte of a row. CPython describes them in
//! `InternalDocs/exception_handling.md`, in 3.11 and 3.12 `Objects/exception_handling_notes.txt`.

/// A row of an exception table. The offsets are in bytes.
///
/// # Examples
///
/// ```
/// use cloudpickle::bytecode::{ExceptionRow, Exceptions};
///
/// let rows: Vec<_> = Exceptions::new(b"\x84\x0c\x10\x03").collect();
/// assert_eq!(rows, [ExceptionRow { start: 8, end: 32, target: 32, depth: 1, lasti: true }]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(clippy::exhaustive_structs)] // the format has these
pub struct ExceptionRow {
    /// Where it begins.
    pub start: i64,
    /// Where it ends: the first offset behind it.
    pub end: i64,
    /// The handler.
    pub target: i64,
    /// How many objects stay on the stack.
    pub depth: i64,
    /// Whether the offset of the instruction that raised is pushed below the exception.
    pub lasti: bool,
}

/// Reads `co_exceptiontable`: `_parse_exception_table` in CPython's `Lib/dis.py`. A row that is not whole ends it.
#[derive(Clone, Copy, Debug)]
pub struct Exceptions<'t> {
    rest: &'t [u8],
}

impl<'t> Exceptions<'t> {
    /// The rows of a table.
    #[must_use]
    pub fn new(table: &'t [u8]) -> Self {
        Self { rest: table }
    }

    fn number(&mut self) -> Option<i64> {
        let mut number = 0;
        loop {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            // No code object is so long, so it does not matter that a larger number is lost.
            number = ((number << 6) | i64::from(byte & 63)) & ((1 << 40) - 1);
            if byte & 64 == 0 {
                return Some(number);
            }
        }
    }
}

impl Iterator for Exceptions<'_> {
    type Item = ExceptionRow;

    fn next(&mut self) -> Option<ExceptionRow> {
        let (start, length) = (self.number()? * 2, self.number()? * 2);
        let (target, depth) = (self.number()? * 2, self.number()?);
        Some(ExceptionRow { start, end: start + length, target, depth: depth >> 1, lasti: depth & 1 == 1 })
    }
}
