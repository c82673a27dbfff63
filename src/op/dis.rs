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

use super::argument::{Arg, sentence};
use super::keys::KeyMap;
use super::{Fault, Op};
use crate::error::{Error, ErrorKind, Result};
use crate::int::{Int, low_byte, u64_from_usize};
use crate::opcode::{Opcode, StackItem};
use crate::text::PyStr;

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
    let mut text = Vec::new();
    Dis::new().max_text(limit).write(input, &mut text)?;
    // All of it is UTF-8: the reprs are written as text, and the rest is ASCII.
    Ok(String::from_utf8(text).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
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
        if !self.keep_memo {
            self.memo.clear();
        }
        let mut text = Text { out, buffer: Vec::with_capacity(2 * PIECE), written: 0, limit: self.max_text };
        let result = self.lines(input, &mut text);
        text.flush()?;
        result
    }

    fn lines(&mut self, input: &[u8], text: &mut Text<'_, impl io::Write>) -> Result<usize> {
        let mut machine = Machine { stack: Vec::new(), marks: Vec::new(), memo: &mut self.memo };
        let mut scratch = Vec::new();
        let mut rest = input;
        let mut highest = 0;
        let mut column = self.annotate;
        loop {
            let offset = input.len() - rest.len();
            let row = rest.first().and_then(|byte| ROWS.get(usize::from(*byte))).and_then(Option::as_ref);
            let opcode = row.map(|row| row.opcode);
            let unreadable = |fault| refused(sentence(fault, rest, offset), offset, opcode);
            let (after, op) = Op::parse(rest).map_err(|error| unreadable(error.into()))?;
            let Some(row) = row else { return Err(unreadable(Fault::Eof(1))) };
            rest = after;
            let refuse = |sentence| refused(sentence, offset, Some(row.opcode));
            scratch.clear();
            let arg = op.argument(&mut scratch).map_err(refuse)?;

            text.number(offset, 5);
            text.text(b": ");
            let indentation = self.indent.saturating_mul(machine.marks.len());
            // What fails from here on fails behind the offset, or behind the line.
            let step = machine.step(&op, row, arg.as_ref(), offset).map_err(refuse)?;
            arg.as_ref().map_or(Ok(()), Arg::check_repr).map_err(refuse)?;

            text.text(&row.lead);
            text.blanks(indentation)?;
            text.text(row.name.as_bytes());
            let mut width = (row.lead.len() + row.name.len()).saturating_add(indentation);
            if arg.is_some() || step.note.is_some() {
                let start = text.buffer.len();
                text.blanks(10_usize.saturating_sub(row.name.len()))?;
                if let Some(arg) = arg {
                    text.text(b" ");
                    arg.write_repr(&mut text.buffer);
                }
                if let Some(note) = step.note {
                    text.text(b" ");
                    text.note(note);
                }
                if self.annotate != 0 {
                    let written = text.buffer.get(start..).unwrap_or_default();
                    width = width.saturating_add(PyStr::from_valid(written).len_code_points());
                }
            }
            if self.annotate != 0 {
                text.blanks(column.saturating_sub(width))?;
                column = column.max(width);
                if column > 50 {
                    column = self.annotate;
                }
                text.text(b" ");
                text.text(row.opcode.annotation().as_bytes());
            }
            text.end_line()?;

            machine.finish(step, row).map_err(refuse)?;
            highest = highest.max(row.proto);
            if row.opcode == Opcode::Stop {
                text.text(b"highest protocol among opcodes = ");
                text.number(usize::from(highest), 0);
                text.end_line()?;
                machine.expect_empty().map_err(refuse)?;
                return Ok(input.len() - rest.len());
            }
        }
    }
}

/// What has to be known of an opcode for each of its lines, gathered.
struct Row {
    opcode: Opcode,
    /// Its byte as in a Python string, and blanks up to the fifth column.
    lead: [u8; 5],
    name: &'static str,
    /// How many items are below the mark, for those that take one.
    marked: Option<usize>,
    pops: usize,
    pushes: &'static [StackItem],
    proto: u8,
}

impl Row {
    const fn of(opcode: Opcode) -> Self {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let byte = opcode.byte();
        let lead = if byte.is_ascii() {
            [byte, b' ', b' ', b' ', b' ']
        } else {
            [b'\\', b'x', HEX[(byte >> 4) as usize], HEX[(byte & 0xf) as usize], b' ']
        };
        let before = opcode.stack_before();
        let mut marked = None;
        let mut at = 0;
        while at < before.len() {
            if matches!(before[at], StackItem::Mark) {
                marked = Some(at);
            }
            at += 1;
        }
        let pushes = opcode.stack_after();
        Self { opcode, lead, name: opcode.name(), marked, pops: before.len(), pushes, proto: opcode.proto() }
    }
}

/// The rows by their bytes.
static ROWS: [Option<Row>; 256] = {
    let mut rows = [const { None }; 256];
    let mut at = 0;
    while at < Opcode::ALL.len() {
        rows[Opcode::ALL[at].byte() as usize] = Some(Row::of(Opcode::ALL[at]));
        at += 1;
    }
    rows
};

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
    fn step(&mut self, op: &Op<'_>, row: &Row, arg: Option<&Arg<'_>>, offset: usize) -> Result<Step, String> {
        let mut step = Step { note: None, sentence: None, mark: None, pops: row.pops, recalled: None };

        if row.marked.is_some() || (matches!(op, Op::Pop) && self.stack.last() == Some(&StackItem::Mark)) {
            match self.marks.pop() {
                Some(mark) => {
                    step.note = Some(Note::MarkAt(mark));
                    let at = self.stack.iter().rposition(|item| *item == StackItem::Mark);
                    // The search for the mark runs off the end of the list.
                    self.stack.truncate(at.ok_or("list index out of range")?);
                    step.pops = row.marked.unwrap_or(0);
                }
                None => {
                    step.note = Some(Note::NoMark);
                    step.sentence = Some("no MARK exists on stack".to_owned());
                }
            }
        }

        match *op {
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
    fn finish(&mut self, step: Step, row: &Row) -> Result<(), String> {
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
            None => self.stack.extend_from_slice(row.pushes),
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
    let mut repr = Vec::new();
    match arg {
        None => repr.extend_from_slice(b"None"),
        Some(arg) => arg.write_repr(&mut repr),
    }
    String::from_utf8_lossy(&repr).into_owned()
}

/// How much text is gathered before it is written.
const PIECE: usize = 16 << 10;

/// As many blanks as most lines want.
const BLANKS: &[u8; 64] = &[b' '; 64];

/// The text, gathered into pieces.
struct Text<'t, W> {
    out: &'t mut W,
    buffer: Vec<u8>,
    written: u64,
    limit: u64,
}

impl<W: io::Write> Text<'_, W> {
    fn text(&mut self, text: &[u8]) {
        self.buffer.extend_from_slice(text);
    }

    /// Writes a number with blanks before it if it is shorter than `width`, which is at most 20.
    fn number(&mut self, number: usize, width: usize) {
        // 2**64 has 20 digits.
        let mut digits = [b' '; 20];
        let mut start = digits.len();
        let mut rest = number;
        for (at, slot) in digits.iter_mut().enumerate().rev() {
            *slot = b'0' + low_byte(u64_from_usize(rest % 10));
            start = at;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let start = start.min(digits.len().saturating_sub(width));
        self.text(digits.get(start..).unwrap_or_default());
    }

    fn note(&mut self, note: Note) {
        match note {
            Note::MarkAt(offset) => {
                self.text(b"(MARK at ");
                self.number(offset, 0);
                self.text(b")");
            }
            Note::NoMark => self.text(b"no MARK exists on stack"),
            Note::StoredAs(slot) => {
                self.text(b"(as ");
                self.number(slot, 0);
                self.text(b")");
            }
        }
    }

    /// Writes blanks, of which there may be more than memory holds.
    fn blanks(&mut self, mut count: usize) -> Result<()> {
        while count > PIECE {
            self.check_limit(count)?;
            self.buffer.resize(self.buffer.len() + PIECE, b' ');
            count -= PIECE;
            self.flush()?;
        }
        match BLANKS.get(..count) {
            Some(blanks) => self.text(blanks),
            None => self.buffer.resize(self.buffer.len() + count, b' '),
        }
        Ok(())
    }

    fn end_line(&mut self) -> Result<()> {
        self.text(b"\n");
        self.check_limit(0)?;
        if self.buffer.len() < PIECE { Ok(()) } else { self.flush() }
    }

    /// Fails when the text is longer than allowed, or would be with `more` bytes.
    fn check_limit(&self, more: usize) -> Result<()> {
        let length = self.written.saturating_add(u64_from_usize(self.buffer.len().saturating_add(more)));
        if length > self.limit {
            return Err(ErrorKind::LimitExceeded { what: "bytes of disassembly", limit: self.limit }.into());
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.out.write_all(&self.buffer)?;
        self.written = self.written.saturating_add(u64_from_usize(self.buffer.len()));
        self.buffer.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_before_an_error() {
        let table: &[(&[u8], &str, &str)] = &[
            (b"", "", "pickle exhausted before seeing STOP (at offset 0x0)"),
            (
                b"Nt.",
                "    0: N    NONE\n    1: t    TUPLE      no MARK exists on stack\n",
                "no MARK exists on stack in TUPLE (at offset 0x1)",
            ),
            (
                b"(a",
                "    0: (    MARK\n    1: a        APPEND\n",
                "tries to pop 2 items from stack with only 1 items in APPEND (at offset 0x1)",
            ),
            // The mark is gone, its offset is not.
            (
                b"(NaNt.",
                "    0: (    MARK\n    1: N        NONE\n    2: a        APPEND\n    3: N        NONE\n    4: ",
                "list index out of range in TUPLE (at offset 0x4)",
            ),
            (b"\x94", "    0: \\x94 MEMOIZE    (as 0)\n", "stack is empty -- can't store into memo in MEMOIZE (at offset 0x0)"),
            (
                b"(p0\n",
                "    0: (    MARK\n    1: p        PUT        0\n",
                "can't store markobject in the memo in PUT (at offset 0x1)",
            ),
            (b"g01\n", "    0: g    GET        True\n", "memo key True has never been stored into in GET (at offset 0x0)"),
            // An operand that cannot be read prints nothing.
            (b"NIx\n.", "    0: N    NONE\n", "invalid literal for int() with base 10: b'x' in INT (at offset 0x1)"),
            (
                b"(].",
                "    0: (    MARK\n    1: ]        EMPTY_LIST\n    2: .        STOP\nhighest protocol among opcodes = 1\n",
                "stack not empty after STOP: [mark] in STOP (at offset 0x2)",
            ),
        ];
        for (input, text, message) in table {
            let mut written = Vec::new();
            let error = Dis::new().write(input, &mut written).unwrap_err();
            assert_eq!((String::from_utf8(written).unwrap().as_str(), error.to_string().as_str()), (*text, *message));
        }
    }

    #[test]
    fn columns() {
        let text = |dis: Dis, input: &[u8]| {
            let mut text = Vec::new();
            dis.clone().write(input, &mut text).unwrap();
            String::from_utf8(text).unwrap().lines().next().unwrap_or_default().to_owned()
        };
        assert_eq!(text(Dis::new().annotate(1), b"N."), "    0: N    NONE Push None on the stack.");
        assert_eq!(text(Dis::new().annotate(12), b"N."), "    0: N    NONE    Push None on the stack.");
        // Characters are counted, not bytes.
        assert_eq!(
            text(Dis::new().annotate(30), b"\x8c\x02\xc3\xa9."),
            "    0: \\x8c SHORT_BINUNICODE '\u{e9}'      Push a Python Unicode string object."
        );
    }

    #[test]
    fn long_lines_come_in_pieces() {
        let mut text = Vec::new();
        Dis::new().indent(100_000).write(b"(N1.", &mut text).unwrap_err();
        assert_eq!(
            text.len(),
            "    0: (    MARK\n    1: N    NONE\n    2: 1    POP_MARK   (MARK at 0)\n    3: .    STOP\n".len() + 200_000
        );
    }
}
