//! Instructions, one after the other, with all that is known about each.

use std::fmt::{self, Write};

use super::Version;
use super::argument::Argument;
use super::exceptions::Exceptions;
use super::fields::{CodeFields, Variables};
use super::lines::{Cursor, LineRange, Position, Starts};
use super::opcode::{Kind, Opcode};
use super::walk::{Labels, Walk};
use crate::heap::Obj;
use crate::int::i64_from_usize;

/// An instruction: `dis.Instruction`.
///
/// `Display` has the name, the argument and what that stands for, as `dis` prints them: `LOAD_GLOBAL 1 (NULL + print)`.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Instruction<'h> {
    /// Where it stands in `co_code`.
    pub offset: usize,
    /// Where the first `EXTENDED_ARG` before it stands, otherwise the offset.
    pub start_offset: usize,
    /// The opcode.
    pub opcode: Opcode,
    /// The argument as a number, with what `EXTENDED_ARG` added.
    pub arg: Option<i32>,
    /// What the argument stands for.
    pub argument: Argument<'h>,
    /// Whether `dis` prints a line number before it. In 3.13 and later a line starts also where there is none any more.
    pub starts_line: bool,
    /// Where it is in the source. Up to 3.10 only the line is known.
    pub position: Position,
    /// Whether something jumps to it, an exception included.
    pub is_jump_target: bool,
    /// The number of the label there, which `dis` prints from 3.13 on.
    pub label: Option<usize>,
}

impl fmt::Display for Instruction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.opcode.name())?;
        let Some(arg) = self.arg else { return Ok(()) };
        write!(f, " {arg}")?;
        let mut text = String::new();
        self.write_argument(&mut text, |text, object| write!(text, "{object}"))?;
        if text.is_empty() { Ok(()) } else { write!(f, " ({text})") }
    }
}

impl<'h> Instruction<'h> {
    /// `argrepr`, a constant by `constant`.
    pub(super) fn write_argument<W: Write>(
        &self,
        out: &mut W,
        constant: impl FnOnce(&mut W, Obj<'h>) -> fmt::Result,
    ) -> fmt::Result {
        let version = self.opcode.version();
        // Up to 3.9 the argument itself was the target.
        if self.opcode.op().kind == Kind::JumpTo && version < Version::Py310 {
            return Ok(());
        }
        self.argument.write(out, version, constant)
    }
}

/// The instructions of a code object: `dis.Bytecode(code)`, `dis.get_instructions(code)`.
///
/// `EXTENDED_ARG` is an instruction too, as it is there; inline caches are not. Whatever the bytes are, there is one instruction for every two of
/// them at most. An argument that points nowhere is [`Argument::Unknown`].
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Function;
/// use cloudpickle::bytecode::Version;
///
/// let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/my_function.pkl"));
/// let pickle = cloudpickle::loads(bytes)?;
/// let code = Function::reflect(pickle.root())?.code();
/// let instructions: Vec<_> = code.instructions(Version::Py312).collect();
/// assert_eq!(instructions[0].to_string(), "RESUME 0");
/// assert_eq!(instructions[1].to_string(), "LOAD_FAST 0 (data)");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub struct Instructions<'h> {
    code: CodeFields<'h>,
    version: Version,
    walk: Walk,
    variables: Variables<'h>,
    labels: Labels,
    next_label: usize,
    starts: Starts,
    next_start: Option<(usize, Option<i32>)>,
    lines: Cursor,
    range: LineRange,
}

impl<'h> Instructions<'h> {
    /// The instructions of a code object of a version.
    #[must_use]
    pub fn new(code: CodeFields<'h>, version: Version) -> Self {
        let lines = Cursor::new(version, code.firstlineno, code.bytecode.len());
        let mut starts = Starts::new(lines);
        let next_start = starts.next(&code.linetable);
        let labels = Labels::new(&code.bytecode, Exceptions::new(exceptions(&code, version)), version);
        Self {
            version,
            walk: Walk::new(version),
            variables: Variables::new(&code, version),
            labels,
            next_label: 0,
            starts,
            next_start,
            lines,
            range: LineRange::default(),
            code,
        }
    }

    /// The version that they are read as.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    pub(super) fn labels(&self) -> &Labels {
        &self.labels
    }
}

/// The exception table; there is none before 3.11.
pub(super) fn exceptions<'c>(code: &'c CodeFields<'_>, version: Version) -> &'c [u8] {
    if version >= Version::Py311 { &code.exceptiontable } else { &[] }
}

impl<'h> Iterator for Instructions<'h> {
    type Item = Instruction<'h>;

    #[inline]
    fn next(&mut self) -> Option<Instruction<'h>> {
        let raw = self.walk.next(&self.code.bytecode)?;
        let offset = raw.offset;
        while self.next_start.is_some_and(|(at, _)| at < offset) {
            self.next_start = self.starts.next(&self.code.linetable);
        }
        while self.range.end <= offset {
            match self.lines.next(&self.code.linetable) {
                Some(range) => self.range = range,
                None => self.range = LineRange { start: offset, end: usize::MAX, position: Position::default() },
            }
        }
        let label = self.labels.number_from(&mut self.next_label, i64_from_usize(offset));
        Some(Instruction {
            offset,
            start_offset: raw.start,
            opcode: raw.opcode,
            arg: raw.arg,
            argument: Argument::resolve(raw, &self.code, &self.variables, &self.labels),
            starts_line: self.next_start.is_some_and(|(at, _)| at == offset),
            position: self.range.position,
            is_jump_target: label.is_some(),
            label,
        })
    }
}
