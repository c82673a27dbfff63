//! The one error type: what was wanted, what was found, where.
//!
//! An [`Error`] is one word wide, so results stay small on the hot paths. It carries an [`ErrorKind`] with the data of the
//! failure and, where they are known, the offset in the input and the name of the opcode that was being carried out.

use std::fmt;

/// A result whose error is this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong while a pickle was read, looked into, built or written.
///
/// # Examples
///
/// ```
/// let err = cloudpickle::loads(b"\x80\x02K").unwrap_err();
/// assert_eq!(err.offset(), Some(3));
/// assert_eq!(err.to_string(), "1 more byte needed in BININT1 (at offset 0x3)");
/// ```
#[derive(Clone, PartialEq)]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq)]
struct Inner {
    kind: ErrorKind,
    offset: Option<usize>,
    opcode: Option<&'static str>,
    path: Option<String>,
}

impl Error {
    /// The kind, with its data.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The offset in the input at which reading stopped, in bytes; `None` for errors that have no place in an input.
    ///
    /// For [`ErrorKind::UnexpectedEof`] this is the end of the input, for every other kind the first byte of the opcode.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        self.0.offset
    }

    /// The opcode that was being carried out, by the name which `pickletools` gives it, such as `"BININT1"`.
    #[must_use]
    pub fn opcode(&self) -> Option<&'static str> {
        self.0.opcode
    }

    /// The path of the object that was asked, such as `["config"]["rate"]`, for errors of navigation.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// Adds where it happened, unless a place is known already.
    pub(crate) fn or_at(mut self, offset: usize, opcode: Option<&'static str>) -> Self {
        self.0.offset.get_or_insert(offset);
        if self.0.opcode.is_none() {
            self.0.opcode = opcode;
        }
        self
    }

    /// The same error in an input in front of which other bytes stand.
    pub(crate) fn moved(mut self, by: usize) -> Self {
        self.0.offset = self.0.offset.map(|offset| offset + by);
        self
    }

    /// Adds the name of the type code that was being read.
    pub(crate) fn in_type(mut self, name: &'static str) -> Self {
        self.0.opcode.get_or_insert(name);
        self
    }

    /// Adds the path of the object that was asked.
    pub(crate) fn on_path(mut self, path: impl Into<String>) -> Self {
        self.0.path.get_or_insert_with(|| path.into());
        self
    }
}

impl From<ErrorKind> for Error {
    #[cold]
    fn from(kind: ErrorKind) -> Self {
        Self(Box::new(Inner { kind, offset: None, opcode: None, path: None }))
    }
}

impl From<std::io::Error> for Error {
    #[cold]
    fn from(error: std::io::Error) -> Self {
        ErrorKind::Io { kind: error.kind(), message: error.to_string() }.into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, offset, opcode, path } = &*self.0;
        write!(f, "{kind}")?;
        if let Some(opcode) = opcode {
            write!(f, " in {opcode}")?;
        }
        if let Some(path) = path {
            write!(f, " at {path}")?;
        }
        if let Some(offset) = offset {
            write!(f, " (at offset {offset:#x})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, offset, opcode, path } = &*self.0;
        f.debug_struct("Error").field("kind", kind).field("offset", offset).field("opcode", opcode).field("path", path).finish()
    }
}

impl std::error::Error for Error {}

impl ErrorKind {
    /// The error of this kind at an offset of the input.
    pub(crate) fn at(self, offset: usize) -> Error {
        Error::from(self).or_at(offset, None)
    }
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// The first four bytes of a `.pyc` file that cannot be read.
struct Magic([u8; 4]);

impl fmt::Display for Magic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [low, high, b'\r', b'\n'] => {
                write!(f, "magic number {} is of no Python that is known", u16::from_le_bytes([low, high]))
            }
            bytes => write!(f, "{:?} is no magic number of a .pyc file", bytes.escape_ascii().to_string()),
        }
    }
}

/// The kinds of [`Error`], with the data of each.
///
/// The messages are ours; where CPython's unpickler refuses the same input, its exception and wording are named.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input ends inside an opcode, or before `STOP` (CPython: `UnpicklingError: pickle data was truncated`, or
    /// `EOFError: Ran out of input` between opcodes).
    #[error("{needed} more byte{} needed", plural(*.needed))]
    UnexpectedEof {
        /// How many bytes more the operand wanted, at least.
        needed: usize,
    },
    /// The input ends before a text operand's newline.
    #[error("the line has no newline before the end of the input")]
    UnfinishedLine,
    /// A text operand that must hold something is empty (CPython: `pickle data was truncated`).
    #[error("the line is empty")]
    EmptyLine,
    /// A byte that no protocol has as an opcode (CPython: `invalid load key`).
    #[error("unknown opcode {0:#04x}")]
    UnknownOpcode(u8),
    /// `PROTO` names a protocol later than 5.
    #[error("pickle protocol {0} is not known, 5 is the newest")]
    UnsupportedProtocol(u8),
    /// A byte count below zero (`LONG4`, `BINSTRING`).
    #[error("negative byte count {0}")]
    NegativeCount(i32),
    /// Fewer items on the stack than the opcode takes (CPython: `unpickling stack underflow`).
    #[error("stack underflow: {needed} item{} needed, {found} found", plural(*.needed))]
    StackUnderflow {
        /// How many the opcode takes.
        needed: usize,
        /// How many there were above the last mark.
        found: usize,
    },
    /// A mark where an object was wanted (CPython: `unexpected MARK found`).
    #[error("unexpected mark on the stack")]
    UnexpectedMark,
    /// No mark where one was wanted (CPython: `could not find MARK`).
    #[error("no mark on the stack")]
    NoMark,
    /// A text operand is no number (CPython: `ValueError`).
    #[error("{text:?} is not a valid {wanted}")]
    BadNumber {
        /// What was wanted, such as `int` or `float`.
        wanted: &'static str,
        /// What was found.
        text: String,
    },
    /// A memo index below zero.
    #[error("negative memo index {0}")]
    NegativeMemoIndex(i64),
    /// A memo slot is read that nothing was put into (CPython: `Memo value not found at index`).
    #[error("memo slot {0} is empty")]
    MemoMissing(u64),
    /// Text that is not UTF-8 (lone surrogates allowed where CPython allows them).
    #[error("text is not UTF-8 from byte {valid_up_to} on")]
    NotUtf8 {
        /// How many bytes of the text are valid.
        valid_up_to: usize,
    },
    /// Bytes of a Python 2 string that the chosen encoding cannot read.
    #[error("byte {byte:#04x} of a Python 2 string cannot be read as {encoding}")]
    NotInEncoding {
        /// The first byte that cannot be read.
        byte: u8,
        /// The encoding, as Python names it.
        encoding: &'static str,
    },
    /// A persistent id of protocol 0 that is not ASCII.
    #[error("a persistent id of protocol 0 must be ASCII")]
    PersistentIdNotAscii,
    /// The escapes of a text operand are broken.
    #[error("{reason} at byte {position} of the text")]
    BadEscape {
        /// Where in the text.
        position: usize,
        /// What is wrong there.
        reason: String,
    },
    /// The operand of `STRING` is not in quotes.
    #[error("the operand of STRING must be in quotes")]
    NotQuoted,
    /// An object of another type was wanted.
    #[error("{wanted} wanted, {found} found")]
    WrongType {
        /// What was wanted.
        wanted: &'static str,
        /// The Python type that was found, or what it is.
        found: String,
    },
    /// A text that is no path of an object, such as `root['config'][3].weights`.
    #[error("{path:?} is no path from byte {at} on: [key], .attribute or <part> wanted")]
    BadPath {
        /// The whole text.
        path: String,
        /// Where it is no path.
        at: usize,
    },
    /// An object that Python cannot hash, as a key of a dict or an item of a set (CPython: `TypeError: unhashable type`).
    #[error("a {0} cannot be hashed, so it cannot be a dict key or a set item")]
    Unhashable(&'static str),
    /// An odd number of items where pairs were wanted (CPython: `odd number of items for SETITEMS`).
    #[error("{0} items found, but keys and values come in pairs")]
    OddItems(usize),
    /// A method was wanted that objects of this type do not have (CPython: `AttributeError`).
    #[error("a {found} has no {method}")]
    NoMethod {
        /// The method that the opcode calls.
        method: &'static str,
        /// The Python type that was found.
        found: &'static str,
    },
    /// An extension code that is zero or negative.
    #[error("extension code {0} is not positive")]
    BadExtensionCode(i32),
    /// A frame longer than the input that is left, or than any input can be.
    #[error("a frame of {length} bytes, with {remaining} left")]
    BadFrame {
        /// The length that the frame claims.
        length: u64,
        /// How many bytes there are.
        remaining: usize,
    },
    /// `NEXT_BUFFER` without a buffer to take.
    #[error("out-of-band buffer {0} was not given")]
    BufferMissing(usize),
    /// A global that the policy does not allow.
    #[error("global {module}.{name} is not allowed")]
    GlobalNotAllowed {
        /// The module, as Python would import it.
        module: String,
        /// The qualified name in it.
        name: String,
    },
    /// A byte that is no type code of marshal data in the version of Python it is read for (CPython: `bad marshal data (unknown type code)`).
    #[error("unknown type code {0:#04x} of marshal data")]
    UnknownTypeCode(u8),
    /// A reference in marshal data to an object that is not there yet (CPython: `bad marshal data (invalid reference)`).
    #[error("reference {0} names no object")]
    BadReference(u32),
    /// The end of a dict in marshal data where an object was wanted (CPython: `NULL object in marshal data`).
    #[error("NULL found where an object was wanted")]
    NullObject,
    /// A digit of an int in marshal data that has more than 15 bits, or a highest digit of 0 (CPython: `digit out of range in long`, `unnormalized long data`).
    #[error("{0:#x} cannot be a digit of an int in marshal data, or not the highest")]
    BadLongDigit(u16),
    /// An object that marshal does not know (CPython: `ValueError: unmarshallable object`).
    #[error("{found} cannot be marshalled in version {version}")]
    NotMarshallable {
        /// The object.
        found: String,
        /// The version of marshal that was asked for.
        version: u8,
    },
    /// A `.pyc` file of a Python that is not known (CPython: `ImportError: bad magic number`).
    #[error("{}", Magic(*.0))]
    UnknownMagic([u8; 4]),
    /// Flags of a `.pyc` file that say no kind of validation (CPython: `ImportError: invalid flags`).
    #[error("flags {0:#x} of a .pyc file say no kind of validation")]
    BadPycFlags(u32),
    /// A version of Python whose `.pyc` files are not known, or have no header of the kind that was asked for.
    #[error("Python {}.{} has no such .pyc files", .0.0, .0.1)]
    NoMagic((u8, u8)),
    /// A limit was reached.
    #[error("limit reached: more than {limit} {what}")]
    LimitExceeded {
        /// What was counted.
        what: &'static str,
        /// How many are allowed.
        limit: u64,
    },
    /// Input is left after `STOP` where the whole input was to be one pickle.
    #[error("{0} bytes left after STOP")]
    TrailingBytes(usize),
    /// A code object that this Python does not take.
    #[error("code of {of} does not run on Python {major}.{minor}")]
    CodeOfOtherPython {
        /// The Pythons that take it.
        of: &'static str,
        /// The Python that was to take it.
        major: u8,
        /// Its second number.
        minor: u8,
    },
    /// A cloudpickle of that release has no way to make it.
    #[error("{dialect} cannot make {what}")]
    NotInDialect {
        /// What was to be made.
        what: &'static str,
        /// The package and release.
        dialect: String,
    },
    /// A key or attribute that is not there.
    #[error("no {what} {name}")]
    NotFound {
        /// What was looked for: `key`, `item`, `attribute`, `module`, ...
        what: &'static str,
        /// Its name, as Python's `repr` writes it where it is a value.
        name: String,
    },
    /// Something of a compiled module that was not followed, and is needed.
    #[error("{name} cannot be built from compiled code: {reason} ({instruction}{})", line.map(|line| format!(" in line {line}")).unwrap_or_default())]
    NotFollowed {
        /// What is needed: a module and a name in it.
        name: String,
        /// The instruction that was not followed.
        instruction: &'static str,
        /// Its line in the source.
        line: Option<i32>,
        /// Why not.
        reason: &'static str,
    },
    /// A number that does not fit the Rust type asked for.
    #[error("{value} does not fit {wanted}")]
    OutOfRange {
        /// The Rust type.
        wanted: &'static str,
        /// The value.
        value: String,
    },
    /// Python source with a NUL character, which no Python compiles.
    #[error("the source has a NUL character at byte {position}")]
    NulInSource {
        /// Where in the source.
        position: usize,
    },
    /// A name that Python would not take for a variable: it is no identifier, or a keyword.
    #[error("{0:?} cannot be the name of a variable")]
    NotAnIdentifier(String),
    /// No line of a function's source begins with `def`, `async def` or `class`.
    #[error("no line of the source begins with def, async def or class")]
    NoDefinition,
    /// A module that was not registered for pickling by value (cloudpickle: `ValueError`).
    #[error("module {0} is not registered for pickling by value")]
    NotRegistered(String),
    /// A pickle protocol cannot say this.
    #[error("{what} cannot be written with protocol {protocol}")]
    NotInProtocol {
        /// What cannot be written.
        what: &'static str,
        /// The protocol that was asked for.
        protocol: u8,
    },
    /// An object that can only be made from itself, such as a call among its own arguments (CPython: `RecursionError`, or `PicklingError`).
    #[error("with protocol {protocol} this can only be made from itself: {found}")]
    EndlessRecursion {
        /// The object.
        found: String,
        /// The protocol that was asked for.
        protocol: u8,
    },
    /// The stream cannot be disassembled further, in the words of `pickletools`.
    #[error("{0}")]
    Disassembly(String),
    /// An object that holds itself where a tree was wanted.
    #[error("the object holds itself")]
    Cycle,
    /// What a Rust type said while it was serialized or deserialized.
    #[error("{0}")]
    Custom(String),
    /// The reader or writer failed.
    #[error("{message}")]
    Io {
        /// The kind of the input or output error.
        kind: std::io::ErrorKind,
        /// Its message.
        message: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn says_what_and_where() {
        let err = Error::from(ErrorKind::StackUnderflow { needed: 2, found: 1 }).or_at(0x1f, Some("SETITEM"));
        assert_eq!(err.to_string(), "stack underflow: 2 items needed, 1 found in SETITEM (at offset 0x1f)");
    }
}
