//! Looking ahead, where the stream could go on in two ways.

use super::Surprise;
use super::reader::*;
use crate::op::Op;

/// So many simple objects in a row, a key and a tuple of three, can become one; more do not.
const MAX_ATOMS: usize = 4;

/// So far above what is looked for the stack may grow.
const MAX_DEPTH: usize = 64;

/// How the items of a container come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    /// Above a mark.
    Batch,
    /// One, without a mark.
    Single,
    /// The one was read, its opcode is to follow.
    SingleRead,
    Done,
}

/// What the operations that are looked at leave on the stack.
#[derive(Default)]
struct Depths {
    depth: usize,
    marks: Vec<usize>,
}

impl Depths {
    /// Takes and leaves so many objects; false when that goes below what is looked at.
    fn take(&mut self, taken: usize, left: usize) -> bool {
        let base = self.marks.last().copied().unwrap_or(0);
        match self.depth.checked_sub(taken) {
            Some(depth) if depth >= base => {
                self.depth = depth + left;
                true
            }
            _ => false,
        }
    }

    /// Takes all above the last mark, and so many below it.
    fn take_marked(&mut self, taken: usize, left: usize) -> bool {
        let Some(mark) = self.marks.pop() else { return false };
        self.depth = mark;
        self.take(taken, left)
    }

    #[inline(always)]
    fn step(&mut self, op: Op<'_>) -> bool {
        match op {
            Op::Mark => {
                self.marks.push(self.depth);
                true
            }
            Op::Memoize | Op::BinPut(_) | Op::LongBinPut(_) | Op::Frame(_) => true,
            Op::Appends | Op::SetItems | Op::AddItems => self.take_marked(1, 1),
            Op::Tuple | Op::FrozenSet => self.take_marked(0, 1),
            Op::Append | Op::Build | Op::Tuple2 | Op::StackGlobal | Op::NewObj | Op::Reduce => self.take(2, 1),
            Op::Tuple1 => self.take(1, 1),
            Op::SetItem | Op::Tuple3 => self.take(3, 1),
            _ => is_whole(op) && self.take(0, 1),
        }
    }
}

/// Whether an operation makes an object out of nothing.
fn is_whole(op: Op<'_>) -> bool {
    is_atom(op) || matches!(op, Op::EmptyList | Op::EmptyDict | Op::EmptySet | Op::EmptyTuple | Op::Global(_))
}

/// Whether an operation makes an object that holds no others.
fn is_atom(op: Op<'_>) -> bool {
    matches!(
        op,
        Op::None
            | Op::NewTrue
            | Op::NewFalse
            | Op::BinInt(_)
            | Op::BinInt1(_)
            | Op::BinInt2(_)
            | Op::Long1(_)
            | Op::Long4(_)
            | Op::BinFloat(_)
            | Op::ShortBinUnicode(_)
            | Op::BinUnicode(_)
            | Op::BinUnicode8(_)
            | Op::ShortBinBytes(_)
            | Op::BinBytes(_)
            | Op::BinBytes8(_)
            | Op::ByteArray8(_)
            | Op::BinGet(_)
            | Op::LongBinGet(_)
    )
}

impl<'de> Reader<'de> {
    /// How the items of a container come that was just opened or whose last batch was full: `items` of them are put in by `closer` where
    /// there is no mark.
    #[inline]
    pub(super) fn mode(&mut self, items: usize, closer: u8) -> Result<Mode, Surprise> {
        match self.peek()? {
            MARK => {
                self.skip_byte();
                Ok(Mode::Batch)
            }
            SET_ITEM | SET_ITEMS | APPEND | APPENDS | ADD_ITEMS | TUPLE | TUPLE1 | TUPLE2 | TUPLE3 | STOP | BUILD | REDUCE
            | NEW_OBJ | FROZEN_SET => Ok(Mode::Done),
            _ => Ok(if self.follows(items, closer)? { Mode::Single } else { Mode::Done }),
        }
    }

    /// Whether so many objects follow and then this opcode.
    pub(super) fn follows(&mut self, items: usize, closer: u8) -> Result<bool, Surprise> {
        match self.simple_follow(items, closer) {
            Some(follow) => Ok(follow),
            None => self.any_follow(items, closer),
        }
    }

    /// The same, where it shows within a few simple objects.
    fn simple_follow(&self, items: usize, closer: u8) -> Option<bool> {
        let mut rest = self.rest;
        for atoms in 0..=MAX_ATOMS {
            if atoms == items {
                match rest.first() {
                    Some(&opcode) if opcode == closer => return Some(true),
                    Some(&(MARK | EMPTY_LIST | EMPTY_DICT)) => return Some(false),
                    _ => {}
                }
            }
            rest = behind_memo(behind_atom(rest)?);
        }
        Some(false)
    }

    fn any_follow(&mut self, items: usize, closer: u8) -> Result<bool, Surprise> {
        let mut depths = Depths::default();
        let mut rest = self.rest;
        // The last object is a container or instance into which more can go.
        let mut fresh = false;
        let mut atoms = 0;
        loop {
            let (after, op) = Op::parse(rest).map_err(|_| Surprise)?;
            if depths.marks.is_empty() && depths.depth >= items {
                if depths.depth == items && rest.first() == Some(&closer) {
                    return Ok(true);
                }
                // Behind something whole, more can only be a part of a tuple; long ones are not waited for.
                let opens = matches!(op, Op::Mark | Op::EmptyList | Op::EmptyDict | Op::EmptySet);
                let behind_whole = depths.depth == items && !fresh && opens;
                if behind_whole || atoms > MAX_ATOMS || depths.depth > items + MAX_DEPTH {
                    return Ok(false);
                }
            }
            self.ahead = self.ahead.checked_sub(rest.len() - after.len()).ok_or(Surprise)?;
            if !depths.step(op) {
                return Ok(false);
            }
            rest = after;
            match op {
                Op::EmptyList | Op::EmptyDict | Op::EmptySet | Op::Reduce | Op::NewObj => (fresh, atoms) = (true, 0),
                Op::Memoize | Op::BinPut(_) | Op::LongBinPut(_) | Op::Frame(_) => {}
                op if is_atom(op) => (fresh, atoms) = (false, atoms + 1),
                _ => (fresh, atoms) = (false, 0),
            }
        }
    }

    /// Whether the object just read is the first item of a tuple of three or fewer, and all behind it are simple.
    #[inline]
    pub(super) fn begins_tuple(&mut self) -> bool {
        let mut rest = self.rest;
        for opcode in [TUPLE1, TUPLE2, TUPLE3] {
            if rest.first() == Some(&opcode) {
                return true;
            }
            match behind_atom(rest) {
                Some(after) => rest = behind_memo(after),
                None => return false,
            }
        }
        false
    }

    /// Whether a class follows by two texts: its module and its name.
    pub(super) fn begins_class(&self) -> bool {
        let mut rest = self.rest;
        for _ in 0..2 {
            match (rest.first(), behind_atom(rest)) {
                (Some(&(SHORT_BIN_UNICODE | BIN_UNICODE | BIN_GET | LONG_BIN_GET)), Some(after)) => rest = behind_memo(after),
                _ => return false,
            }
        }
        rest.first() == Some(&STACK_GLOBAL)
    }

    /// Whether a list has exactly so many items, all of them simple or few: whether it is meant where a tuple is wanted.
    pub(super) fn list_has(&mut self, items: usize) -> Result<bool, Surprise> {
        let rest = behind_memo(self.rest.get(1..).unwrap_or_default());
        match rest.first() {
            Some(&MARK) => {}
            _ => return Ok(items == 1),
        }
        let mut simple = rest.get(1..);
        for _ in 0..items {
            simple = simple.and_then(behind_atom).map(behind_memo);
        }
        if simple.is_some_and(|rest| rest.first() == Some(&APPENDS)) {
            return Ok(true);
        }
        let mut depths = Depths::default();
        let mut rest = rest.get(1..).unwrap_or_default();
        loop {
            if depths.marks.is_empty() && rest.first() == Some(&APPENDS) {
                return Ok(depths.depth == items);
            }
            if depths.marks.is_empty() && depths.depth > items + 2 {
                return Ok(false);
            }
            let (after, op) = Op::parse(rest).map_err(|_| Surprise)?;
            self.ahead = self.ahead.checked_sub(rest.len() - after.len()).ok_or(Surprise)?;
            if !depths.step(op) {
                return Ok(false);
            }
            rest = after;
        }
    }
}

/// What stands behind an operation that makes an object that holds no others; none for any other, and for rare ones.
#[inline(always)]
fn behind_atom(rest: &[u8]) -> Option<&[u8]> {
    let (opcode, operand) = rest.split_first()?;
    let count = match *opcode {
        SHORT_BIN_UNICODE | LONG1 | SHORT_BIN_BYTES => usize::from(*operand.first()?) + 1,
        BIN_INT1 | BIN_GET => 1,
        BIN_INT2 => 2,
        BIN_INT | LONG_BIN_GET => 4,
        BIN_FLOAT => 8,
        NONE | NEW_TRUE | NEW_FALSE => 0,
        _ => {
            return match Op::parse(rest) {
                Ok((after, op)) if is_atom(op) => Some(after),
                _ => None,
            };
        }
    };
    operand.get(count..)
}

/// What stands behind a memo operation, if there is one.
#[inline(always)]
fn behind_memo(rest: &[u8]) -> &[u8] {
    match rest {
        [MEMOIZE, rest @ ..] | [BIN_PUT, _, rest @ ..] | [LONG_BIN_PUT, _, _, _, _, rest @ ..] => rest,
        _ => rest,
    }
}
