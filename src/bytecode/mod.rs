//! Bytecode of CPython 3.8 to 3.14: `co_code` and what belongs to it, as the module `dis` of each version shows it.
//!
//! ```text
//! co_code            97 00 7c 00 64 01 7a 05 00 00 53 00         opcodes, arguments, inline caches
//! co_linetable       80 00 d8 0b 0f 90 21 89 38 80 4f            which line and columns each came from
//! co_exceptiontable                                              which instructions are inside a try
//!
//!   1           0 RESUME                   0
//!
//!   2           2 LOAD_FAST                0 (x)
//!               4 LOAD_CONST               1 (2)
//!               6 BINARY_OP                5 (*)
//!              10 RETURN_VALUE
//! ```
//!
//! Every version has opcodes and tables of its own, and a code object does not say which version it is of, so all that is read here is read as of a
//! [`Version`]. The bytecode is hostile input: any bytes give instructions, and never more than there are pairs of bytes.
//!
//! - [`CodeFields`]: what is read. [`Code`](crate::reflect::Code) gives it for a code object of a pickle, and has the short ways in.
//! - [`Instructions`]: opcodes with their arguments looked up.
//! - [`Listing`]: the text of `dis.dis`.
//! - [`LineRanges`], [`Exceptions`]: the two tables.
//! - [`Needs`]: which globals, attributes and modules a function uses.

mod argument;
mod exceptions;
mod fields;
mod guess;
mod instructions;
mod lines;
mod listing;
mod needs;
mod nested;
mod opcode;
mod tables;
mod version;
mod walk;

pub use self::argument::Argument;
pub use self::exceptions::{ExceptionRow, Exceptions};
pub use self::fields::CodeFields;
pub use self::instructions::{Instruction, Instructions};
pub use self::lines::{LineRange, LineRanges, Position};
pub use self::listing::Listing;
pub use self::needs::{GlobalUse, Import, Needs};
pub use self::opcode::Opcode;
pub use self::version::Version;
