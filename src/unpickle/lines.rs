//! What text lines of protocol 0 stand for.

use std::borrow::Cow;

use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Span, Value};
use crate::int::{self, Base, Int, IntError, IntOrBool};
use crate::text;

/// The operand of `INT`.
pub(crate) fn int(heap: &mut Heap<'_>, line: &[u8], digits: usize) -> Result<Value> {
    match int::parse_int_opcode(line, digits).map_err(|error| bad_int(error, line))? {
        IntOrBool::Bool(bool) => Ok(Value::bool(bool)),
        IntOrBool::Int(int) => Ok(match small(&int) {
            Some(n) => Value::Int(n),
            None => stored(heap, &int, true),
        }),
    }
}

/// The operand of `LONG`: always an object of its own, as Python 2 has it.
pub(crate) fn long(heap: &mut Heap<'_>, line: &[u8], digits: usize) -> Result<Value> {
    let int = int::parse_long_opcode(line, digits).map_err(|error| bad_int(error, line))?;
    Ok(stored(heap, &int, false))
}

fn small(int: &Int) -> Option<i32> {
    match int {
        Int::Small(n) => i32::try_from(*n).ok(),
        Int::Big(_) => None,
    }
}

fn stored(heap: &mut Heap<'_>, int: &Int, by_int: bool) -> Value {
    let span = heap.store.copy(&int::to_le_bytes_minimal(int));
    heap.push_long(span, by_int)
}

fn bad_int(error: IntError, line: &[u8]) -> ErrorKind {
    match error {
        IntError::Empty => ErrorKind::EmptyLine,
        IntError::TooManyDigits { limit, .. } => ErrorKind::LimitExceeded { what: "digits", limit: limit as u64 },
        _ => bad_number("int", line),
    }
}

/// The operand of `FLOAT`.
pub(crate) fn float(heap: &mut Heap<'_>, line: &[u8]) -> Result<Value> {
    if line.is_empty() {
        return Err(ErrorKind::EmptyLine.into());
    }
    let float = text::float::parse_float(line).map_err(|_| bad_number("float", line))?;
    Ok(heap.push_float(float))
}

fn bad_number(wanted: &'static str, line: &[u8]) -> ErrorKind {
    let shown = &line[..line.len().min(40)];
    ErrorKind::BadNumber { wanted, text: String::from_utf8_lossy(shown).into_owned() }
}

/// The operand of `GET` and `PUT`.
pub(crate) fn memo_index(line: &[u8]) -> Result<u64> {
    if line.is_empty() {
        return Err(ErrorKind::EmptyLine.into());
    }
    match int::parse_int(line, Base::Ten, int::DEFAULT_MAX_DIGITS).map_err(|error| bad_int(error, line))? {
        Int::Small(n) => u64::try_from(n).map_err(|_| ErrorKind::NegativeMemoIndex(n).into()),
        Int::Big(_) => Err(bad_number("memo index", line).into()),
    }
}

/// The operand of `UNICODE`, which begins at `start`.
pub(crate) fn unicode(heap: &mut Heap<'_>, line: &[u8], start: usize) -> Result<Value> {
    let decoded = text::escape::decode_raw_unicode(line)
        .map_err(|error| ErrorKind::BadEscape { position: error.offset, reason: error.reason.to_string() })?;
    let span = place(heap, decoded, start);
    Ok(Value::Str(heap.push_str(span)))
}

/// The operand of `STRING`, which begins at `start`: where the bytes between the quotes are.
pub(crate) fn string(heap: &mut Heap<'_>, line: &[u8], start: usize) -> Result<Span> {
    let body = text::escape::quoted_body(line).ok_or(ErrorKind::NotQuoted)?;
    let decoded = text::escape::decode_string_escape(body)
        .map_err(|error| ErrorKind::BadEscape { position: error.offset, reason: error.reason.to_string() })?;
    Ok(place(heap, decoded, start + 1))
}

fn place(heap: &mut Heap<'_>, decoded: Cow<'_, [u8]>, start: usize) -> Span {
    match decoded {
        Cow::Borrowed(text) => heap.store.input(start, text.len()),
        Cow::Owned(text) => heap.store.copy(&text),
    }
}
