//! The disassembler: one line per operation, as `pickletools.dis` prints them.
//!
//! ```text
//!     0: \x80 PROTO      2
//!     2: ]    EMPTY_LIST
//!     3: q    BINPUT     0
//!     5: (    MARK
//!     6: K        BININT1    1
//!     8: K        BININT1    2
//!    10: e        APPENDS    (MARK at 5)
//!    11: .    STOP
//! highest protocol among opcodes = 2
//! ```
//!
//! A line has the offset, the opcode's byte and its name, indented by the marks that are open, then the operand and what the
//! operation did with a mark or the memo. On the way the stack is followed, by the kinds of its objects only, so that a
//! stream which no unpickler could run is refused where it goes wrong.
//!
//! The text is that of CPython 3.13, to the letter, and so are the sentences of the errors. Older versions differ in the note
//! on `LONG4`, in the characters that their Unicode knows to be printable, before 3.11 (and some patch releases) in that they
//! write ints of any length, and before 3.8 in that they do not know the opcodes of protocol 5.

use std::io;

use super::Op;
use super::argument::{Arg, sentence};
use super::keys::KeyMap;
use crate::error::{Error, ErrorKind, Result};
use crate::int::{Int, u64_from_usize};
use crate::opcode::{Opcode, StackItem};

/// Disassembles the first pickle of the input: the text of `pickletools.dis`.
///
/// [`Dis`] has the options, and writes to a writer as it goes.
///
/// # Errors
///
/// [`ErrorKind::Disassembly`] with the sentence that `pickletools` would have raised, which also refuses streams that could
/// be walked but not be run. [`ErrorKind::LimitExceeded`] when the text is longer than 64 MiB and 256 bytes more for each byte
/// of the input: the text of a million marks is indented to two terabytes.
///
/// # Examples
///
/// ```
/// let text = cloudpickle::dis(b"\x80\x02K\x01\x85.")?;
/// assert_eq!(
///     text,
///     r"    0: \x80 PROTO      2
///     2: K    BININT1    1
///     4: \x85 TUPLE1
///     5: .    STOP
/// highest protocol among opcodes = 2
/// "
/// );
///
/// let err = cloudpickle::dis(b"Nq\x01q\x01.").unwrap_err();
/// assert_eq!(err.to_string(), "memo key 1 already defined in BINPUT (at offset 0x3)");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub fn dis(input: &[u8]) -> Result<String> {
    let limit = u64_from_usize(input.len()).saturating_mul(256).saturating_add(64 << 20);
    let mut text = String::new();
    let mut put = |part: &str| {
        text.push_str(part);
        Ok(())
    };
    Dis::new().max_text(limit).run(input, &mut put)?;
    Ok(text)
}

/// The disassembler with its options; [`dis()`] is the short form.
///
/// # Examples
///
/// ```
/// use cloudpickle::Dis;
///
/// let mut text = Vec::new();
/// let length = Dis::new().indent(2).annotate(30).write(b"(K\x01t.", &mut text)?;
/// assert_eq!(length, 5);
/// assert_eq!(
///     String::from_utf8_lossy(&text),
///     "    0: (    MARK                      Push markobject onto the stack.
///     1: K      BININT1    1            Push a one-byte unsigned integer.
///     3: t      TUPLE      (MARK at 0)  Build a tuple out of the topmost stack slice, after markobject.
///     4: .    STOP                      Stop the unpickling machine.
/// highest protocol among opcodes = 1
/// "
/// );
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Dis {
    indent: usize,
    annotate: usize,
    max_text: u64,
    keep_memo: bool,
    memo: KeyMap<StackItem>,
}

impl Default for Dis {
    fn default() -> Self {
        Self { indent: 4, annotate: 0, max_text: u64::MAX, keep_memo: false, memo: KeyMap::default() }
    }
}

impl Dis {
    /// The disassembler as [`dis()`] has it, but that there is no limit to the text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many blanks a line is indented for each mark that is open: `indentlevel`, otherwise 4.
    #[must_use]
    pub fn indent(mut self, blanks: usize) -> Self {
        self.indent = blanks;
        self
    }

    /// Writes a note behind each operation, if possible in this column: `annotate`. There are no notes with 0.
    #[must_use]
    pub fn annotate(mut self, column: usize) -> Self {
        self.annotate = column;
        self
    }

    /// Keeps the memo from one pickle to the next: `memo`. So pickles can be read that one `Pickler` wrote one after another.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Dis;
    ///
    /// let mut dis = Dis::new().keep_memo(true);
    /// let input = b"]q\x00.h\x00.";
    /// let length = dis.write(input, &mut std::io::sink())?;
    /// dis.write(&input[length..], &mut std::io::sink())?;
    ///
    /// let err = Dis::new().write(&input[length..], &mut std::io::sink()).unwrap_err();
    /// assert_eq!(err.to_string(), "memo key 0 has never been stored into in BINGET (at offset 0x0)");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn keep_memo(mut self, keep: bool) -> Self {
        self.keep_memo = keep;
        self
    }

    /// Stops with [`ErrorKind::LimitExceeded`] when the text gets longer than so many bytes.
    ///
    /// Open marks indent the lines below them, so the text may grow with the square of the input.
    #[must_use]
    pub fn max_text(mut self, bytes: u64) -> Self {
        self.max_text = bytes;
        self
    }

    /// Disassembles the first pickle of the input, and gives its length in bytes.
    ///
    /// The text is written in pieces. When there is an error, what `pickletools` would have printed before has been written.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Disassembly`] with the sentence that `pickletools` would have raised; [`ErrorKind::LimitExceeded`];
    /// [`ErrorKind::Io`] when the writer fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Dis;
    ///
    /// let mut text = Vec::new();
    /// let err = Dis::new().write(b"K\x01K\x02.", &mut text).unwrap_err();
    /// assert_eq!(err.to_string(), "stack not empty after STOP: [int] in STOP (at offset 0x4)");
    /// assert!(text.ends_with(b"    4: .    STOP\nhighest protocol among opcodes = 1\n"));
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn write(&mut self, input: &[u8], out: &mut impl io::Write) -> Result<usize> {
        self.run(input, &mut |part| out.write_all(part.as_bytes()))
    }

    fn run(&mut self, input: &[u8], put: &mut Put<'_>) -> Result<usize> {
        if !self.keep_memo {
            self.memo.clear();
        }
        let mut text = Text { put, buffer: String::with_capacity(2 * Text::PIECE), written: 0, limit: self.max_text };
        let result = self.lines(input, &mut text);
        text.flush()?;
        result
    }

    fn lines(&mut self, input: &[u8], text: &mut Text<'_, '_>) -> Result<usize> {
        let mut machine = Machine { stack: Vec::new(), marks: Vec::new(), memo: &mut self.memo };
        let mut scratch = Vec::new();
        let mut rest = input;
        let mut highest = 0;
        let mut column = self.annotate;
        loop {
            let offset = input.len() - rest.len();
            let (after, op) = match Op::parse(rest) {
                Ok(parsed) => parsed,
                Err(error) => {
                    let opcode = rest.first().and_then(|byte| Opcode::from_byte(*byte));
                    return Err(refused(sentence(error.into(), rest, offset), offset, opcode));
                }
            };
            rest = after;
            let opcode = op.opcode();
            let refuse = |sentence| refused(sentence, offset, Some(opcode));
            scratch.clear();
            let arg = op.argument(&mut scratch).map_err(refuse)?;

            text.number(offset, 5);
            text.text(": ");
            let depth = machine.marks.len();
            // What fails from here on fails behind the offset, or behind the line.
            let step = machine.step(op, arg.as_ref(), offset).map_err(refuse)?;
            arg.as_ref().map_or(Ok(()), Arg::check_repr).map_err(refuse)?;

            text.byte_repr(opcode.byte());
            text.text(" ");
            let indentation = self.indent.saturating_mul(depth);
            text.blanks(indentation)?;
            let name = opcode.name();
            text.text(name);
            let mut width = (5 + name.len()).saturating_add(indentation);
            if arg.is_some() || step.note.is_some() {
                let start = text.buffer.len();
                for _ in name.len()..10 {
                    text.text(" ");
                }
                if let Some(arg) = arg {
                    text.text(" ");
                    arg.write_repr(&mut text.buffer);
                }
                if let Some(note) = step.note {
                    text.text(" ");
                    text.note(note);
                }
                if self.annotate != 0 {
                    let written = text.buffer.get(start..).unwrap_or_default();
                    width = width.saturating_add(written.chars().count());
                }
            }
            if self.annotate != 0 {
                text.blanks(column.saturating_sub(width))?;
                column = column.max(width);
                if column > 50 {
                    column = self.annotate;
                }
                text.text(" ");
                text.text(opcode.annotation());
            }
            text.end_line()?;

            machine.finish(step, opcode).map_err(refuse)?;
            highest = highest.max(opcode.proto());
            if opcode == Opcode::Stop {
                text.text("highest protocol among opcodes = ");
                text.number(usize::from(highest), 0);
                text.end_line()?;
                machine.expect_empty().map_err(refuse)?;
                return Ok(input.len() - rest.len());
            }
        }
    }
}

#[cold]
fn refused(sentence: String, offset: usize, opcode: Option<Opcode>) -> Error {
    ErrorKind::Disassembly(sentence).at(offset).or_at(offset, opcode.map(Opcode::name))
}

/// What stands behind an operand.
#[derive(Clone, Copy)]
enum Note {
    /// The mark that was taken, by its offset.
    MarkAt(usize),
    NoMark,
    /// The slot that `MEMOIZE` stored into.
    StoredAs(usize),
}

/// What an operation does, known before its line is written and done after.
struct Step {
    note: Option<Note>,
    /// An error that is raised when the line is written.
    sentence: Option<String>,
    /// The mark, when one is pushed.
    mark: Option<usize>,
    /// How many items are popped.
    pops: usize,
    /// The memo's item, in place of what the table says is pushed.
    recalled: Option<StackItem>,
}

/// The stack, the marks and the memo, as `pickletools.dis` follows them.
struct Machine<'m> {
    stack: Vec<StackItem>,
    /// Offsets of the marks. A mark that is popped as an ordinary item stays here, as it does in `pickletools`.
    marks: Vec<usize>,
    memo: &'m mut KeyMap<StackItem>,
}

impl Machine<'_> {
    /// Takes a mark and what is above it, and stores into the memo or recalls from it.
    fn step(&mut self, op: Op<'_>, arg: Option<&Arg<'_>>, offset: usize) -> Result<Step, String> {
        let opcode = op.opcode();
        let before = opcode.stack_before();
        let mut step = Step { note: None, sentence: None, mark: None, pops: before.len(), recalled: None };

        let marked = before.iter().position(|item| *item == StackItem::Mark);
        if marked.is_some() || (opcode == Opcode::Pop && self.stack.last() == Some(&StackItem::Mark)) {
            match self.marks.pop() {
                Some(mark) => {
                    step.note = Some(Note::MarkAt(mark));
                    let at = self.stack.iter().rposition(|item| *item == StackItem::Mark);
                    // The search for the mark runs off the end of the list.
                    self.stack.truncate(at.ok_or("list index out of range")?);
                    step.pops = marked.unwrap_or(0);
                }
                None => {
                    step.note = Some(Note::NoMark);
                    step.sentence = Some("no MARK exists on stack".to_owned());
                }
            }
        }

        match op {
            Op::Put(_) | Op::BinPut(_) | Op::LongBinPut(_) => step.sentence = self.store(arg.and_then(Arg::key), arg),
            Op::Memoize => {
                let slot = self.memo.len();
                step.note = Some(Note::StoredAs(slot));
                step.sentence = self.store(i64::try_from(slot).ok().map(Int::Small), None);
            }
            Op::Get(_) | Op::BinGet(_) | Op::LongBinGet(_) => {
                step.recalled = arg.and_then(Arg::key).and_then(|key| self.memo.get(&key));
                if step.recalled.is_none() {
                    step.sentence = Some(format!("memo key {} has never been stored into", key_repr(arg)));
                }
            }
            Op::Mark => step.mark = Some(offset),
            _ => {}
        }
        Ok(step)
    }

    /// Stores the top of the stack into the memo; gives the sentence when that cannot be.
    fn store(&mut self, key: Option<Int>, arg: Option<&Arg<'_>>) -> Option<String> {
        let key = key?;
        if self.memo.contains(&key) {
            return Some(format!("memo key {} already defined", key_repr(arg)));
        }
        match self.stack.last() {
            None => Some("stack is empty -- can't store into memo".to_owned()),
            Some(StackItem::Mark) => Some("can't store markobject in the memo".to_owned()),
            Some(item) => {
                self.memo.insert(key, *item);
                None
            }
        }
    }

    /// Pops and pushes what is left to be popped and pushed.
    fn finish(&mut self, step: Step, opcode: Opcode) -> Result<(), String> {
        if let Some(sentence) = step.sentence {
            return Err(sentence);
        }
        let found = self.stack.len();
        let left = found
            .checked_sub(step.pops)
            .ok_or_else(|| format!("tries to pop {} items from stack with only {found} items", step.pops))?;
        self.stack.truncate(left);
        self.marks.extend(step.mark);
        match step.recalled {
            Some(item) => self.stack.push(item),
            None => self.stack.extend_from_slice(opcode.stack_after()),
        }
        Ok(())
    }

    fn expect_empty(&self) -> Result<(), String> {
        if self.stack.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = self.stack.iter().map(|item| item.name()).collect();
        Err(format!("stack not empty after STOP: [{}]", names.join(", ")))
    }
}

/// The key as the sentences have it: the operand, and `None` for `MEMOIZE`.
fn key_repr(arg: Option<&Arg<'_>>) -> String {
    let mut repr = String::new();
    match arg {
        None => repr.push_str("None"),
        Some(arg) => arg.write_repr(&mut repr),
    }
    repr
}

/// Where the text goes, piece by piece.
type Put<'p> = dyn FnMut(&str) -> io::Result<()> + 'p;

/// The text, gathered into pieces.
struct Text<'t, 'p> {
    put: &'t mut Put<'p>,
    buffer: String,
    written: u64,
    limit: u64,
}

impl Text<'_, '_> {
    /// How much is gathered before it is written.
    const PIECE: usize = 16 << 10;
    const BLANKS: &'static str = "                                                                ";

    fn text(&mut self, text: &str) {
        self.buffer.push_str(text);
    }

    /// Writes a number with blanks before it if it is shorter than `width`, which is at most 20.
    fn number(&mut self, number: usize, width: usize) {
        // 2**64 has 20 digits.
        let mut digits = [b' '; 20];
        let mut start = digits.len();
        let mut rest = number;
        for (at, slot) in digits.iter_mut().enumerate().rev() {
            *slot = b"0123456789".get(rest % 10).copied().unwrap_or(b'0');
            start = at;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let start = start.min(digits.len().saturating_sub(width));
        let digits = digits.get(start..).and_then(|digits| std::str::from_utf8(digits).ok());
        self.text(digits.unwrap_or_default());
    }

    /// Writes an opcode's byte as in a Python string, in four columns.
    fn byte_repr(&mut self, byte: u8) {
        const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
        if byte.is_ascii() {
            self.buffer.push(char::from(byte));
            self.text("   ");
        } else {
            self.text("\\x");
            let digit = |value: u8| HEX.get(usize::from(value)).copied().unwrap_or('0');
            self.buffer.push(digit(byte >> 4));
            self.buffer.push(digit(byte & 0xf));
        }
    }

    fn note(&mut self, note: Note) {
        match note {
            Note::MarkAt(offset) => {
                self.text("(MARK at ");
                self.number(offset, 0);
                self.text(")");
            }
            Note::NoMark => self.text("no MARK exists on stack"),
            Note::StoredAs(slot) => {
                self.text("(as ");
                self.number(slot, 0);
                self.text(")");
            }
        }
    }

    /// Writes blanks, of which there may be more than memory holds.
    fn blanks(&mut self, mut count: usize) -> Result<()> {
        self.check_limit(count)?;
        while count > 0 {
            let some = Self::BLANKS.get(..count).unwrap_or(Self::BLANKS);
            self.text(some);
            count -= some.len();
            self.flush_if_full()?;
        }
        Ok(())
    }

    fn end_line(&mut self) -> Result<()> {
        self.text("\n");
        self.check_limit(0)?;
        self.flush_if_full()
    }

    /// Fails when the text is longer than allowed, or would be with `more` bytes.
    fn check_limit(&self, more: usize) -> Result<()> {
        let length = self.written.saturating_add(u64_from_usize(self.buffer.len().saturating_add(more)));
        if length > self.limit {
            return Err(ErrorKind::LimitExceeded { what: "bytes of disassembly", limit: self.limit }.into());
        }
        Ok(())
    }

    fn flush_if_full(&mut self) -> Result<()> {
        if self.buffer.len() < Self::PIECE { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<()> {
        (self.put)(&self.buffer)?;
        self.written = self.written.saturating_add(u64_from_usize(self.buffer.len()));
        self.buffer.clear();
        Ok(())
    }
}
