//! Line tables: which instruction came from which line, and from 3.11 on from which columns.
//!
//! ```text
//! 3.8, 3.9   co_lnotab      06 01  08 ff ..      so many bytes on, so many lines on (signed)
//! 3.10       co_linetable   06 01  08 80 ..      an instruction range of so many bytes, its line (signed; 80: no line)
//! 3.11       co_linetable   d8 04 0f ..          1cccclll: a code and how many instructions, then line and columns as the code says
//! ```
//!
//! CPython describes them in `Objects/lnotab_notes.txt` (up to 3.10) and `InternalDocs/code_objects.md` (up to 3.12 `Objects/locations.md`).

use super::Version;

/// Where an instruction is in the source: `dis.Positions`. Up to 3.10 only the line is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[allow(clippy::exhaustive_structs)] // Python's has these
pub struct Position {
    /// The line, counted from 1.
    pub line: Option<i32>,
    /// The last line.
    pub end_line: Option<i32>,
    /// The column in bytes of the line, counted from 0.
    pub column: Option<i32>,
    /// The column behind the end.
    pub end_column: Option<i32>,
}

impl Position {
    fn of_line(line: i32) -> Self {
        Self { line: Some(line), ..Self::default() }
    }
}

/// Bytecode that came from one place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(clippy::exhaustive_structs)]
pub struct LineRange {
    /// The offset of the first instruction.
    pub start: usize,
    /// The offset behind the last.
    pub end: usize,
    /// The place.
    pub position: Position,
}

/// Where in a line table a reader is; it does not hold the table, which can so be beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor {
    version: Version,
    code_len: usize,
    at: usize,
    line: i32,
    end: usize,
    done: bool,
}

impl Cursor {
    pub(super) fn new(version: Version, firstlineno: i32, code_len: usize) -> Self {
        Self { version, code_len, at: 0, line: firstlineno, end: 0, done: false }
    }

    /// The next range.
    pub(super) fn next(&mut self, table: &[u8]) -> Option<LineRange> {
        match self.version {
            _ if self.done => None,
            Version::Py38 | Version::Py39 => self.of_lnotab(table),
            Version::Py310 => self.of_lines(table),
            _ => self.of_locations(table),
        }
    }

    fn range(&mut self, length: usize, position: Position) -> LineRange {
        let start = self.end;
        self.end = start.saturating_add(length);
        LineRange { start, end: self.end, position }
    }

    fn pair(&mut self, table: &[u8]) -> Option<(u8, i8)> {
        let pair = table.get(self.at..)?.first_chunk::<2>()?;
        self.at += 2;
        Some((pair[0], i8::from_le_bytes([pair[1]])))
    }

    /// `findlinestarts` of 3.8 and 3.9: what is behind the last pair goes to the end of the code.
    fn of_lnotab(&mut self, table: &[u8]) -> Option<LineRange> {
        let position = |line| Position::of_line(line);
        while let Some((bytes, lines)) = self.pair(table) {
            let line = self.line;
            self.line = line.wrapping_add(lines.into());
            if bytes > 0 {
                let range = self.range(bytes.into(), position(line));
                self.done = range.end >= self.code_len;
                return Some(range);
            }
        }
        self.done = true;
        let length = self.code_len.saturating_sub(self.end);
        Some(self.range(length, position(self.line)))
    }

    /// `PyLineTable_NextAddressRange` in `Objects/codeobject.c` of 3.10.
    fn of_lines(&mut self, table: &[u8]) -> Option<LineRange> {
        let (bytes, lines) = self.pair(table)?;
        if lines == i8::MIN {
            return Some(self.range(bytes.into(), Position::default()));
        }
        self.line = self.line.wrapping_add(lines.into());
        Some(self.range(bytes.into(), Position::of_line(self.line)))
    }

    /// `advance_with_locations` in `Objects/codeobject.c` of 3.11.
    fn of_locations(&mut self, table: &[u8]) -> Option<LineRange> {
        let (first, rest) = table.get(self.at..)?.split_first()?;
        let length = rest.iter().position(|byte| byte & 0x80 != 0).unwrap_or(rest.len());
        self.at += 1 + length;
        let mut entry = Entry { rest: &rest[..length] };
        let (code, units) = ((first >> 3) & 15, (first & 7) + 1);
        let (mut column, mut end_column, mut more_lines) = (None, None, 0);
        match code {
            0..10 => {
                let byte = entry.byte();
                let start = i32::from(code << 3 | (byte >> 4 & 7));
                (column, end_column) = (Some(start), Some(start + i32::from(byte & 15)));
            }
            10..13 => {
                self.line = self.line.wrapping_add(i32::from(code) - 10);
                (column, end_column) = (Some(entry.byte().into()), Some(entry.byte().into()));
            }
            13 => self.line = self.line.wrapping_add(entry.signed()),
            14 => {
                self.line = self.line.wrapping_add(entry.signed());
                more_lines = entry.number();
                // One more than the column, 0 for none.
                let mut behind = || i32::try_from(entry.number()).ok().and_then(|n| n.checked_sub(1)).filter(|n| *n >= 0);
                (column, end_column) = (behind(), behind());
            }
            _ => return Some(self.range(2 * usize::from(units), Position::default())),
        }
        let end_line = self.line.wrapping_add_unsigned(more_lines);
        let position = Position { line: Some(self.line), end_line: Some(end_line), column, end_column };
        Some(self.range(2 * usize::from(units), position))
    }
}

/// What stands behind the first byte of an entry.
struct Entry<'t> {
    rest: &'t [u8],
}

impl Entry<'_> {
    fn byte(&mut self) -> u8 {
        self.rest.split_off_first().copied().unwrap_or(0)
    }

    /// Six bits a byte, the lower ones first.
    fn number(&mut self) -> u32 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            number |= u32::from(byte & 63).checked_shl(shift).unwrap_or(0);
            shift += 6;
            if byte & 64 == 0 {
                return number;
            }
        }
    }

    /// The sign is the lowest bit.
    fn signed(&mut self) -> i32 {
        let number = self.number();
        let size = i32::try_from(number >> 1).unwrap_or(0);
        if number & 1 == 1 { -size } else { size }
    }
}

/// The ranges of a line table, from the first instruction on: CPython's `co_lines()`, not merged, and `co_positions()`.
///
/// # Examples
///
/// ```
/// use cloudpickle::bytecode::{LineRanges, Version};
///
/// let ranges = LineRanges::new(b"\x06\x01\x08\xff", Version::Py39, 10, 20);
/// let lines: Vec<_> = ranges.map(|range| (range.start, range.end, range.position.line)).collect();
/// assert_eq!(lines, [(0, 6, Some(10)), (6, 14, Some(11)), (14, 20, Some(10))]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LineRanges<'t> {
    table: &'t [u8],
    cursor: Cursor,
}

impl<'t> LineRanges<'t> {
    /// The ranges of `co_lnotab` or `co_linetable`, with `co_firstlineno` and the length of `co_code`.
    #[must_use]
    pub fn new(table: &'t [u8], version: Version, firstlineno: i32, code_len: usize) -> Self {
        Self { table, cursor: Cursor::new(version, firstlineno, code_len) }
    }
}

impl Iterator for LineRanges<'_> {
    type Item = LineRange;

    fn next(&mut self) -> Option<LineRange> {
        self.cursor.next(self.table)
    }
}

/// Where lines start, as `dis.findlinestarts` says: an offset and a line. From 3.13 on an offset from which there is no line is one too.
#[derive(Clone, Copy, Debug)]
pub(super) struct Starts {
    cursor: Cursor,
    last: Option<Option<i32>>,
}

impl Starts {
    pub(super) fn new(cursor: Cursor) -> Self {
        Self { cursor, last: None }
    }

    pub(super) fn next(&mut self, table: &[u8]) -> Option<(usize, Option<i32>)> {
        let version = self.cursor.version;
        loop {
            let end = self.cursor.end;
            if version >= Version::Py310 && end >= self.cursor.code_len {
                return None;
            }
            let range = self.cursor.next(table)?;
            if version >= Version::Py310 && range.start == range.end {
                continue;
            }
            let line = range.position.line;
            if self.last == Some(line) || (line.is_none() && version < Version::Py313) {
                continue;
            }
            self.last = Some(line);
            return Some((range.start, line));
        }
    }
}
