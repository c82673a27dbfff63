//! The text of `dis.dis`.

use std::fmt::{self, Write};

use super::Version;
use super::exceptions::{ExceptionRow, Exceptions};
use super::fields::CodeFields;
use super::instructions::{Instruction, Instructions, exceptions};
use super::lines::{Cursor, Starts};
use super::nested::Nested;
use super::walk::Labels;
use crate::heap::{Obj, ReprIn, Value};
use crate::int::{i64_from_usize, low_byte, usize_from_u32};
use crate::text::repr;

/// How many characters `Display` writes before it stops with `...`.
const BUDGET: usize = 64 << 20;

/// The instructions of a code object as text, line for line what `dis.dis(code)` of its Python prints, nested code objects included.
///
/// `Display` writes it, with a newline at the end. There is one difference: a code object has no address here, so that `at 0x...` stands, with dots, where Python has
/// the address. What Python's `dis` does not print, since it raises `IndexError` first, is `<unknown>`.
///
/// Sharing makes a small pickle into a listing without end, a code object among its own constants for instance: what is longer than 64 MiB ends
/// with `...`; [`Listing::max_text`] sets another limit.
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
/// assert_eq!(
///     code.dis(Version::Py312).depth(0).to_string().lines().collect::<Vec<_>>(),
///     [
///         "  2           0 RESUME                   0",
///         "",
///         "  4           2 LOAD_FAST                0 (data)",
///         "              4 LOAD_GLOBAL              0 (CONSTANT)",
///         "             14 BINARY_OP                0 (+)",
///         "             18 RETURN_VALUE",
///     ]
/// );
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone)]
pub struct Listing<'h> {
    code: CodeFields<'h>,
    version: Version,
    depth: Option<usize>,
    max_text: usize,
}

impl<'h> Listing<'h> {
    /// The listing of a code object of a version.
    #[must_use]
    pub fn new(code: CodeFields<'h>, version: Version) -> Self {
        Self { code, version, depth: None, max_text: BUDGET }
    }

    /// How deep it goes into nested code objects, `depth=` of `dis.dis`: 0 for the code object alone.
    #[must_use]
    pub fn depth(self, depth: usize) -> Self {
        Self { depth: Some(depth), ..self }
    }

    /// How many characters are written before it stops with `...`. Tables that say nothing count as text too.
    #[must_use]
    pub fn max_text(self, max_text: usize) -> Self {
        Self { max_text, ..self }
    }
}

impl fmt::Display for Listing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nested = Nested::new(&self.code);
        let mut printer = Printer { out: f, left: self.max_text, line: String::new(), nested, version: self.version };
        match printer.all(&self.code, self.depth) {
            Err(_) if printer.left == 0 => f.write_str("...\n"),
            result => result,
        }
    }
}

struct Printer<'w, 'f, 'h> {
    out: &'w mut fmt::Formatter<'f>,
    /// How much may still be written.
    left: usize,
    /// The line that is being made.
    line: String,
    nested: Nested<'h>,
    version: Version,
}

impl<'h> Printer<'_, '_, 'h> {
    /// `_disassemble_recursive`, with a stack of its own.
    fn all(&mut self, code: &CodeFields<'h>, depth: Option<usize>) -> fmt::Result {
        let heap = code.consts.heap();
        self.one(code.clone())?;
        let mut open = vec![(self.nested.codes(code.consts), 0)];
        if depth == Some(0) {
            open.clear();
        }
        while let Some((codes, next)) = open.last_mut() {
            let Some(value) = codes.get(*next).copied() else {
                open.pop();
                continue;
            };
            *next += 1;
            let object = heap.obj(value);
            let (Some(title), Some(code)) = (self.nested.title(object), self.nested.fields(object)) else { continue };
            writeln!(self.line, "\nDisassembly of {title}:")?;
            self.flush()?;
            let codes = self.nested.codes(code.consts);
            self.one(code)?;
            if depth.is_none_or(|depth| open.len() < depth) {
                open.push((codes, 0));
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> fmt::Result {
        self.pay(self.line.len())?;
        self.out.write_str(&self.line)?;
        self.line.clear();
        Ok(())
    }

    fn pay(&mut self, length: usize) -> fmt::Result {
        match self.left.checked_sub(length) {
            Some(left) => self.left = left,
            None => {
                self.left = 0;
                return Err(fmt::Error);
            }
        }
        Ok(())
    }

    /// `disassemble`.
    fn one(&mut self, code: CodeFields<'h>) -> fmt::Result {
        // A table can be read for nothing: rows without instructions, lines behind the end.
        self.pay(code.linetable.len().saturating_add(code.exceptiontable.len()))?;
        let widths = Widths::new(&code, self.version);
        let exceptions: Vec<ExceptionRow> = Exceptions::new(exceptions(&code, self.version)).collect();
        let mut instructions = Instructions::new(code, self.version);
        let labels = instructions.labels().len();
        let label_width = 4 + decimal_width(labels);
        for instruction in &mut instructions {
            if widths.line > 0 && instruction.starts_line && instruction.offset > 0 {
                self.line.push('\n');
            }
            if self.version >= Version::Py313 {
                self.start_with_label(&instruction, &widths, label_width)?;
            } else {
                self.start_with_offset(&instruction, &widths);
            }
            self.operation(&instruction)?;
            self.flush()?;
        }
        self.exceptions(&exceptions, instructions.labels())
    }

    /// Line number, `>>` for a jump target, offset: up to 3.12.
    fn start_with_offset(&mut self, instruction: &Instruction<'_>, widths: &Widths) {
        let line = &mut self.line;
        if widths.line > 0 {
            match instruction.position.line.filter(|_| instruction.starts_line) {
                Some(number) => push_right(line, number.into(), widths.line),
                None => push_blanks(line, widths.line),
            }
            line.push(' ');
        }
        line.push_str(if instruction.is_jump_target { "    >> " } else { "       " });
        push_right(line, i64_from_usize(instruction.offset), widths.offset);
        line.push(' ');
    }

    /// Line number, label: 3.13 and later.
    fn start_with_label(&mut self, instruction: &Instruction<'_>, widths: &Widths, label_width: usize) -> fmt::Result {
        let line = &mut self.line;
        if widths.line > 0 {
            match instruction.position.line {
                _ if !instruction.starts_line => push_blanks(line, widths.line),
                Some(number) => push_right(line, number.into(), widths.line),
                None => write!(line, "{:>1$}", "--", widths.line)?,
            }
            line.push(' ');
        }
        match instruction.label {
            Some(label) => {
                push_blanks(line, label_width.saturating_sub(2 + decimal_width(label)));
                write!(line, "L{label}:")?;
            }
            None => push_blanks(line, label_width),
        }
        line.push_str("     ");
        Ok(())
    }

    /// The opcode's name, the argument and what it stands for.
    fn operation(&mut self, instruction: &Instruction<'h>) -> fmt::Result {
        let Self { line, nested, version, .. } = self;
        let name = instruction.opcode.name();
        line.push_str(name);
        if let Some(arg) = instruction.arg {
            push_blanks(line, 20_usize.saturating_sub(name.len()));
            line.push(' ');
            // From 3.13 on a long name takes the room of the argument.
            let excess = if *version >= Version::Py313 { name.len().saturating_sub(20) } else { 0 };
            push_right(line, arg.into(), 5_usize.saturating_sub(excess));
            let (end, python) = (line.len(), version.python());
            line.push_str(" (");
            instruction.write_argument(line, |line, object| write_constant(line, nested, object, python))?;
            if line.len() == end + 2 {
                line.truncate(end);
            } else {
                line.push(')');
            }
        }
        line.push('\n');
        Ok(())
    }

    fn exceptions(&mut self, rows: &[ExceptionRow], labels: &Labels) -> fmt::Result {
        if rows.is_empty() {
            return Ok(());
        }
        self.line.push_str("ExceptionTable:\n");
        for row in rows {
            let lasti = if row.lasti { " lasti" } else { "" };
            let ExceptionRow { start, end, target, depth, .. } = row;
            if self.version >= Version::Py313 {
                let label = |offset| labels.number(offset).unwrap_or(0);
                let (start, end, target) = (label(*start), label(*end), label(*target));
                writeln!(self.line, "  L{start} to L{end} -> L{target} [{depth}]{lasti}")?;
            } else {
                writeln!(self.line, "  {start} to {} -> {target} [{depth}]{lasti}", end - 2)?;
            }
            self.flush()?;
        }
        Ok(())
    }
}

/// How wide columns are; 0 for none.
struct Widths {
    line: usize,
    offset: usize,
}

impl Widths {
    fn new(code: &CodeFields<'_>, version: Version) -> Self {
        let mut starts = Starts::new(Cursor::new(version, code.firstlineno, code.bytecode.len()));
        let (mut last, mut without) = (None, false);
        while let Some((_, line)) = starts.next(&code.linetable) {
            // 3.13 does not count a line 0.
            match line {
                Some(0) if version >= Version::Py313 => {}
                Some(line) => last = last.max(Some(line)),
                None => without = true,
            }
        }
        let last = last.filter(|line| version < Version::Py313 || *line != -1);
        let width = match last {
            None => 0,
            Some(line) if version < Version::Py313 && line < 1000 => 3,
            Some(line) => line.to_string().len().max(3),
        };
        let line = if without && width == 3 { 4 } else { width };
        let offset = match code.bytecode.len().saturating_sub(2) {
            far @ 10_000.. => decimal_width(far),
            _ => 4,
        };
        Self { line, offset }
    }
}

/// `repr` of a constant. Most are simple, and many.
fn write_constant<'h>(line: &mut String, nested: &mut Nested<'h>, object: Obj<'h>, python: (u8, u8)) -> fmt::Result {
    match object.value() {
        Value::None => line.write_str("None"),
        Value::Int(n) => {
            push_right(line, n.into(), 0);
            Ok(())
        }
        Value::Str(_) => match object.as_py_str() {
            Ok(text) => repr::write_str_repr_by(line, text, |char| repr::is_printable_in(char, python)),
            Err(_) => Ok(()),
        },
        _ => match nested.title(object) {
            Some(title) => write!(line, "{title}"),
            None => write!(line, "{}", ReprIn(object, python)),
        },
    }
}

fn push_blanks(line: &mut String, mut count: usize) {
    const BLANKS: &str = "                                ";
    while let Some(rest) = count.checked_sub(BLANKS.len()) {
        line.push_str(BLANKS);
        count = rest;
    }
    line.push_str(&BLANKS[..count]);
}

/// A number, right-justified.
fn push_right(line: &mut String, number: i64, width: usize) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + low_byte(rest % 10);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    push_blanks(line, width.saturating_sub(digits.len() - at));
    line.push_str(std::str::from_utf8(&digits[at..]).unwrap_or_default());
}

fn decimal_width(n: usize) -> usize {
    n.checked_ilog10().map_or(1, |log| usize_from_u32(log) + 1)
}
