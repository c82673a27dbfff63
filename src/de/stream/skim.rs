//! Going over an object that nobody wants.
//!
//! What is skipped has to be sound all the same, since a heap would refuse it otherwise: so this is a machine that knows the types of what lies
//! on its stack and nothing else.

use super::Surprise;
use super::ahead::Mode;
use super::reader::*;
use crate::int;
use crate::op::Op;
use crate::text;

/// What lies on the stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Hashable, and nothing can be put into it.
    Plain,
    Str,
    /// A tuple of such.
    Tuple,
    /// A tuple that cannot be hashed.
    Unhashable,
    List,
    Dict,
    Set,
    ByteArray,
    /// A class, or the result of a call.
    Open,
}

impl Kind {
    fn is_hashable(self) -> bool {
        matches!(self, Self::Plain | Self::Str | Self::Tuple | Self::Open)
    }
}

/// The stack, kept for the next object.
#[derive(Default)]
pub(super) struct Stack {
    kinds: Vec<Kind>,
    marks: Vec<usize>,
}

impl Stack {
    fn base(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    /// Where the top objects begin, if there are so many above the last mark.
    fn top(&self, count: usize) -> Result<usize, Surprise> {
        self.kinds.len().checked_sub(count).filter(|at| *at >= self.base()).ok_or(Surprise)
    }

    fn pop_mark(&mut self) -> Result<usize, Surprise> {
        self.marks.pop().ok_or(Surprise)
    }

    /// Puts what lies from `at` on into the container below.
    fn put(&mut self, at: usize, container: Kind, step: usize) -> Result<(), Surprise> {
        let below = at.checked_sub(1).filter(|below| *below >= self.base()).ok_or(Surprise)?;
        let items = self.kinds.get(at..).ok_or(Surprise)?;
        let found = *self.kinds.get(below).ok_or(Surprise)?;
        if found != container && found != Kind::Open || items.len() % step != 0 && step == 2 {
            return Err(Surprise);
        }
        if container != Kind::List && !items.iter().step_by(step).all(|kind| kind.is_hashable()) {
            return Err(Surprise);
        }
        self.kinds.truncate(at);
        Ok(())
    }

    fn tuple(&mut self, at: usize) -> Result<(), Surprise> {
        let hashable = self.kinds.get(at..).ok_or(Surprise)?.iter().all(|kind| kind.is_hashable());
        self.kinds.truncate(at);
        self.kinds.push(if hashable { Kind::Tuple } else { Kind::Unhashable });
        Ok(())
    }
}

impl<'de> Reader<'de> {
    /// Goes over the next object.
    pub(super) fn skim(&mut self) -> Result<(), Surprise> {
        let mut stack = std::mem::take(&mut self.skim);
        stack.kinds.clear();
        stack.marks.clear();
        let result = self.skim_with(&mut stack);
        self.skim = stack;
        result
    }

    fn skim_with(&mut self, stack: &mut Stack) -> Result<(), Surprise> {
        let mut count = 0;
        self.peek()?;
        let start = self.offset();
        let tuple_known = self.tuple_at == start;
        let class = self.begins_class();
        loop {
            let before = stack.kinds.len();
            let (rest, op) = Op::parse(self.rest).map_err(|_| Surprise)?;
            self.skim_op(stack, op, rest)?;
            if stack.kinds.len() != 1 || !stack.marks.is_empty() {
                continue;
            }
            // One object: is that all of it?
            let more = match (op, stack.kinds.first()) {
                (Op::EmptyList, _) => self.skim_mode(stack, 1, APPEND)?,
                (Op::EmptyDict, _) => self.skim_mode(stack, 2, SET_ITEM)?,
                (Op::EmptySet, _) => self.peek()? == MARK,
                (Op::Appends | Op::AddItems, _) => {
                    count += before - 1;
                    count % 1000 == 0 && self.skim_mode(stack, 1, APPEND)?
                }
                (Op::SetItems, Some(Kind::Dict)) => {
                    count += (before - 1) / 2;
                    count % 1000 == 0 && self.skim_mode(stack, 2, SET_ITEM)?
                }
                (Op::Global(_) | Op::StackGlobal, _) => true,
                (Op::BinGet(_) | Op::LongBinGet(_), Some(Kind::Open)) => true,
                (Op::NewObj | Op::Reduce, _) => match self.peek()? {
                    EMPTY_DICT => self.follows(1, BUILD)?,
                    MARK => true,
                    _ => false,
                },
                (Op::Append | Op::SetItem | Op::Build | Op::Tuple | Op::Tuple1 | Op::Tuple2 | Op::Tuple3 | Op::FrozenSet, _) => {
                    false
                }
                (Op::EmptyTuple | Op::ByteArray8(_), _) => false,
                _ if class => true,
                _ => !tuple_known && self.begins_tuple(),
            };
            if !more {
                return Ok(());
            }
        }
    }

    /// Whether items of a container follow.
    fn skim_mode(&mut self, stack: &mut Stack, items: usize, closer: u8) -> Result<bool, Surprise> {
        Ok(match self.mode(items, closer)? {
            Mode::Batch => {
                stack.marks.push(stack.kinds.len());
                true
            }
            Mode::Done => false,
            Mode::Single | Mode::SingleRead => true,
        })
    }

    fn skim_op(&mut self, stack: &mut Stack, op: Op<'de>, rest: &'de [u8]) -> Result<(), Surprise> {
        let offset = self.offset();
        self.rest = rest;
        match op {
            Op::ShortBinUnicode(bytes) => return self.skim_str(stack, bytes.0),
            Op::BinUnicode(bytes) => return self.skim_str(stack, bytes.0),
            Op::BinUnicode8(bytes) => return self.skim_str(stack, bytes.0),
            Op::None
            | Op::NewTrue
            | Op::NewFalse
            | Op::BinInt(_)
            | Op::BinInt1(_)
            | Op::BinInt2(_)
            | Op::Long1(_)
            | Op::Long4(_)
            | Op::BinFloat(_) => {
                stack.kinds.push(Kind::Plain);
                return Ok(());
            }
            Op::EmptyTuple => {
                stack.kinds.push(Kind::Tuple);
                return Ok(());
            }
            Op::ShortBinBytes(_) | Op::BinBytes(_) | Op::BinBytes8(_) => stack.kinds.push(Kind::Plain),
            Op::ByteArray8(_) => stack.kinds.push(Kind::ByteArray),
            Op::EmptyList => stack.kinds.push(Kind::List),
            Op::EmptyDict => stack.kinds.push(Kind::Dict),
            Op::EmptySet => stack.kinds.push(Kind::Set),
            Op::Mark => {
                stack.marks.push(stack.kinds.len());
                return Ok(());
            }
            Op::Append => {
                let at = stack.top(2)? + 1;
                return stack.put(at, Kind::List, 1);
            }
            Op::Appends => {
                let at = stack.pop_mark()?;
                return stack.put(at, Kind::List, 1);
            }
            Op::SetItem => {
                let at = stack.top(3)? + 1;
                return stack.put(at, Kind::Dict, 2);
            }
            Op::SetItems => {
                let at = stack.pop_mark()?;
                return stack.put(at, Kind::Dict, 2);
            }
            Op::AddItems => {
                let at = stack.pop_mark()?;
                return stack.put(at, Kind::Set, 1);
            }
            Op::Tuple1 => stack.tuple(stack.top(1)?)?,
            Op::Tuple2 => stack.tuple(stack.top(2)?)?,
            Op::Tuple3 => stack.tuple(stack.top(3)?)?,
            Op::Tuple => {
                let at = stack.pop_mark()?;
                stack.tuple(at)?;
            }
            Op::FrozenSet => {
                let at = stack.pop_mark()?;
                if !stack.kinds.get(at..).ok_or(Surprise)?.iter().all(|kind| kind.is_hashable()) {
                    return Err(Surprise);
                }
                stack.kinds.truncate(at);
                stack.kinds.push(Kind::Plain);
            }
            Op::Global(pair) => {
                let (module, name) = pair.lines();
                if [module, name].iter().any(|line| line.is_empty() || std::str::from_utf8(line).is_err()) {
                    return Err(Surprise);
                }
                stack.kinds.push(Kind::Open);
            }
            Op::StackGlobal => {
                let at = stack.top(2)?;
                if stack.kinds.get(at..) != Some(&[Kind::Str, Kind::Str]) {
                    return Err(Surprise);
                }
                stack.kinds.truncate(at);
                stack.kinds.push(Kind::Open);
            }
            Op::NewObj | Op::Reduce => {
                let at = stack.top(2)?;
                if !matches!(stack.kinds.get(at..), Some([Kind::Open, Kind::Tuple | Kind::Unhashable])) {
                    return Err(Surprise);
                }
                stack.kinds.truncate(at + 1);
            }
            Op::Build => {
                let at = stack.top(2)?;
                if stack.kinds.get(at) != Some(&Kind::Open) {
                    return Err(Surprise);
                }
                stack.kinds.truncate(at + 1);
                return Ok(());
            }
            Op::BinGet(index) => return self.skim_get(stack, index.into()),
            Op::LongBinGet(index) => return self.skim_get(stack, int::usize_from_u32(index)),
            Op::Frame(length) => {
                return if usize::try_from(length).is_ok_and(|length| length <= rest.len()) { Ok(()) } else { Err(Surprise) };
            }
            _ => return Err(Surprise),
        }
        self.memoize(Slot::At(offset))
    }

    fn skim_str(&mut self, stack: &mut Stack, bytes: &'de [u8]) -> Result<(), Surprise> {
        stack.kinds.push(Kind::Str);
        match std::str::from_utf8(bytes) {
            Ok(text) => self.memoize(Slot::Str(text)),
            Err(_) if text::validate(bytes).is_ok() => self.memoize(Slot::At(usize::MAX - 1)),
            Err(_) => Err(Surprise),
        }
    }

    /// An object of the memo. One that is not whole, or that something could be put into, is a surprise.
    fn skim_get(&mut self, stack: &mut Stack, index: usize) -> Result<(), Surprise> {
        let kind = match self.memo.get(index) {
            Some(Slot::Str(_)) => Kind::Str,
            Some(Slot::At(offset)) => match self.input.get(*offset) {
                Some(&GLOBAL | &STACK_GLOBAL) => Kind::Open,
                _ => return Err(Surprise),
            },
            None => return Err(Surprise),
        };
        stack.kinds.push(kind);
        Ok(())
    }
}
