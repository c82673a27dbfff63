//! The next thing in the stream.

use super::Surprise;
use crate::de::options::Options;
use crate::int::{self, Int};
use crate::op::Op;
use crate::opcode::Opcode;

/// The bytes of opcodes, for patterns.
macro_rules! bytes {
    ($($name:ident = $opcode:ident;)*) => {
        $(pub(super) const $name: u8 = Opcode::$opcode.byte();)*
    };
}
bytes! {
    APPEND = Append;
    APPENDS = Appends;
    SET_ITEM = SetItem;
    SET_ITEMS = SetItems;
    ADD_ITEMS = AddItems;
    MARK = Mark;
    TUPLE = Tuple;
    TUPLE1 = Tuple1;
    TUPLE2 = Tuple2;
    TUPLE3 = Tuple3;
    EMPTY_TUPLE = EmptyTuple;
    EMPTY_LIST = EmptyList;
    EMPTY_DICT = EmptyDict;
    NONE = None;
    NEW_OBJ = NewObj;
    BUILD = Build;
    REDUCE = Reduce;
    STACK_GLOBAL = StackGlobal;
    GLOBAL = Global;
    BIN_GET = BinGet;
    LONG_BIN_GET = LongBinGet;
    SHORT_BIN_UNICODE = ShortBinUnicode;
    BIN_FLOAT = BinFloat;
    BIN_INT1 = BinInt1;
    BIN_INT2 = BinInt2;
    BIN_INT = BinInt;
    MEMOIZE = Memoize;
    NEW_TRUE = NewTrue;
    NEW_FALSE = NewFalse;
    LONG1 = Long1;
    BIN_UNICODE = BinUnicode;
    SHORT_BIN_BYTES = ShortBinBytes;
    BIN_PUT = BinPut;
    LONG_BIN_PUT = LongBinPut;
    FRAME = Frame;
    STOP = Stop;
    FROZEN_SET = FrozenSet;
}

/// The beginning of an object, or all of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token<'de> {
    None,
    Bool(bool),
    Int(i64),
    Big(&'de [u8]),
    Float(f64),
    Str(&'de str),
    Bytes(&'de [u8]),
    List,
    Dict,
    Set,
    /// A mark, with the items of a tuple to follow.
    Mark,
    EmptyTuple,
    Class,
}

/// What a memo slot holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot<'de> {
    Str(&'de str),
    /// What the operation at this offset made; `usize::MAX` for a slot that was left out.
    At(usize),
}

/// A place to come back to.
#[derive(Clone, Copy)]
pub(super) struct Place<'de> {
    rest: &'de [u8],
    memo: usize,
}

/// Reads the stream.
pub(super) struct Reader<'de> {
    pub(super) input: &'de [u8],
    pub(super) rest: &'de [u8],
    pub(super) memo: Vec<Slot<'de>>,
    /// A memo slot was left out, so that `MEMOIZE` cannot say by counting which is next.
    holes: bool,
    pub(super) depth: usize,
    /// How many keys and items of sets lie around the object: it has to be hashable.
    pub(super) hashing: u32,
    /// A container was left in the middle.
    pub(super) failed: bool,
    /// How many objects may be fetched from the memo yet.
    repeats: u64,
    /// How many bytes may be looked ahead at yet.
    pub(super) ahead: usize,
    /// Where a tuple of few items is known to begin.
    pub(super) tuple_at: usize,
    /// Where the container that was opened last begins.
    pub(super) opened: usize,
    /// Where the value of a dict begins that is to be read.
    pub(super) value_at: usize,
    pub(super) skim: super::skim::Stack,
}

impl<'de> Reader<'de> {
    pub(super) fn new(input: &'de [u8], options: &Options) -> Option<Self> {
        let rest = match Op::parse(input) {
            Ok((rest, Op::Proto(0..=5))) => rest,
            Ok((_, Op::Proto(_))) => return None,
            _ => input,
        };
        Some(Self {
            input,
            rest,
            memo: Vec::with_capacity((input.len() / 64).min(1 << 16)),
            holes: false,
            depth: options.max_depth,
            hashing: 0,
            failed: false,
            repeats: options.max_repeats,
            ahead: input.len().saturating_mul(4).saturating_add(4096),
            tuple_at: usize::MAX,
            opened: usize::MAX,
            value_at: usize::MAX,
            skim: super::skim::Stack::default(),
        })
    }

    /// How many bytes were read, when all that is left of the pickle is `STOP`.
    pub(super) fn stop(&mut self) -> Option<usize> {
        let stop = self.peek().ok()? == STOP && !self.failed;
        stop.then(|| self.offset() + 1)
    }

    #[inline(always)]
    pub(super) fn offset(&self) -> usize {
        self.input.len() - self.rest.len()
    }

    #[inline(always)]
    pub(super) fn place(&self) -> Place<'de> {
        Place { rest: self.rest, memo: self.memo.len() }
    }

    /// Goes back; only over what puts nothing into slots that were in use.
    pub(super) fn back(&mut self, place: Place<'de>) {
        self.rest = place.rest;
        self.memo.truncate(place.memo);
    }

    /// The next opcode, frames aside.
    #[inline(always)]
    pub(super) fn peek(&mut self) -> Result<u8, Surprise> {
        match self.rest {
            [FRAME, ..] => self.peek_behind_frame(),
            [byte, ..] => Ok(*byte),
            [] => Err(Surprise),
        }
    }

    #[cold]
    fn peek_behind_frame(&mut self) -> Result<u8, Surprise> {
        while let Ok((rest, Op::Frame(length))) = Op::parse(self.rest) {
            if usize::try_from(length).map_or(true, |length| length > rest.len()) {
                return Err(Surprise);
            }
            self.rest = rest;
        }
        self.rest.first().copied().ok_or(Surprise)
    }

    /// Goes over the opcode that was looked at.
    #[inline(always)]
    pub(super) fn skip_byte(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    /// Goes over this opcode; anything else is a surprise.
    #[inline(always)]
    pub(super) fn expect(&mut self, opcode: u8) -> Result<(), Surprise> {
        if self.peek()? != opcode {
            return Err(Surprise);
        }
        self.skip_byte();
        Ok(())
    }

    /// The memo slot that the object just read gets, if any.
    #[inline(always)]
    pub(super) fn memoize(&mut self, slot: Slot<'de>) -> Result<(), Surprise> {
        match self.rest {
            [MEMOIZE, rest @ ..] if !self.holes => {
                self.rest = rest;
                self.memo.push(slot);
                Ok(())
            }
            [BIN_PUT | LONG_BIN_PUT | FRAME | MEMOIZE, ..] => self.put(slot),
            _ => Ok(()),
        }
    }

    fn put(&mut self, slot: Slot<'de>) -> Result<(), Surprise> {
        let index = match self.peek()? {
            MEMOIZE if !self.holes => self.memo.len(),
            MEMOIZE => return Err(Surprise),
            BIN_PUT | LONG_BIN_PUT => match Op::parse(self.rest) {
                Ok((_, Op::BinPut(index))) => index.into(),
                Ok((_, Op::LongBinPut(index))) => int::usize_from_u32(index),
                _ => return Err(Surprise),
            },
            _ => return Ok(()),
        };
        self.rest = Op::parse(self.rest).map_err(|_| Surprise)?.0;
        if index < self.memo.len() {
            // Stored anew: what it held before may be in use.
            match self.memo.get_mut(index) {
                Some(old @ Slot::At(usize::MAX)) => *old = slot,
                _ => return Err(Surprise),
            }
            return Ok(());
        }
        if index > self.memo.len() {
            if index > self.input.len() {
                return Err(Surprise);
            }
            self.holes = true;
            self.memo.resize(index, Slot::At(usize::MAX));
        }
        self.memo.push(slot);
        Ok(())
    }

    #[inline(always)]
    fn str(&mut self, bytes: &'de [u8]) -> Result<Token<'de>, Surprise> {
        let text = std::str::from_utf8(bytes).map_err(|_| Surprise)?;
        self.memoize(Slot::Str(text))?;
        Ok(Token::Str(text))
    }

    /// A text, when that is what comes.
    #[inline(always)]
    pub(super) fn short_str(&mut self) -> Result<Option<&'de str>, Surprise> {
        match self.rest {
            [SHORT_BIN_UNICODE, count, operand @ ..] => {
                let (text, rest) = operand.split_at_checked(usize::from(*count)).ok_or(Surprise)?;
                self.rest = rest;
                let text = std::str::from_utf8(text).map_err(|_| Surprise)?;
                self.memoize(Slot::Str(text))?;
                Ok(Some(text))
            }
            [BIN_GET, index, rest @ ..] => match self.memo.get(usize::from(*index)).copied() {
                Some(Slot::Str(text)) => {
                    self.charge(text.len())?;
                    self.rest = rest;
                    Ok(Some(text))
                }
                _ => Ok(None),
            },
            [LONG_BIN_GET, a, b, c, d, rest @ ..] => {
                let index = int::usize_from_u32(u32::from_le_bytes([*a, *b, *c, *d]));
                match self.memo.get(index).copied() {
                    Some(Slot::Str(text)) => {
                        self.charge(text.len())?;
                        self.rest = rest;
                        Ok(Some(text))
                    }
                    _ => Ok(None),
                }
            }
            _ => Ok(None),
        }
    }

    #[inline(always)]
    fn charge(&mut self, length: usize) -> Result<(), Surprise> {
        self.repeats = self.repeats.checked_sub(1 + length as u64 / 32).ok_or(Surprise)?;
        Ok(())
    }

    fn get(&mut self, index: usize) -> Result<Token<'de>, Surprise> {
        match self.memo.get(index).copied() {
            Some(Slot::Str(text)) => {
                self.charge(text.len())?;
                Ok(Token::Str(text))
            }
            Some(Slot::At(offset)) => match Op::parse(self.input.get(offset..).unwrap_or_default()) {
                Ok((_, Op::ShortBinBytes(bytes))) => self.again(bytes.0),
                Ok((_, Op::BinBytes(bytes))) => self.again(bytes.0),
                Ok((_, Op::BinBytes8(bytes))) => self.again(bytes.0),
                Ok((_, Op::Global(_) | Op::StackGlobal)) => Ok(Token::Class),
                _ => Err(Surprise),
            },
            None => Err(Surprise),
        }
    }

    fn again(&mut self, bytes: &'de [u8]) -> Result<Token<'de>, Surprise> {
        self.charge(bytes.len())?;
        Ok(Token::Bytes(bytes))
    }

    fn container(&mut self, offset: usize, token: Token<'de>) -> Result<Token<'de>, Surprise> {
        self.begin(offset)?;
        Ok(token)
    }

    /// A container begins at an offset, and its opcode was read.
    #[inline(always)]
    fn begin(&mut self, offset: usize) -> Result<(), Surprise> {
        if self.hashing > 0 {
            return Err(Surprise);
        }
        self.opened = offset;
        self.memoize(Slot::At(offset))
    }

    /// Goes over the opcode of a container, which was looked at.
    #[inline(always)]
    pub(super) fn open(&mut self) -> Result<(), Surprise> {
        let offset = self.offset();
        self.skip_byte();
        self.begin(offset)
    }

    fn bytes(&mut self, offset: usize, bytes: &'de [u8]) -> Result<Token<'de>, Surprise> {
        self.memoize(Slot::At(offset))?;
        Ok(Token::Bytes(bytes))
    }

    /// The next object, or its beginning, with its memo slot.
    pub(super) fn token(&mut self) -> Result<Token<'de>, Surprise> {
        self.peek()?;
        let offset = self.offset();
        let (rest, op) = Op::parse(self.rest).map_err(|_| Surprise)?;
        self.rest = rest;
        Ok(match op {
            Op::ShortBinUnicode(text) => self.str(text.0)?,
            Op::BinUnicode(text) => self.str(text.0)?,
            Op::BinUnicode8(text) => self.str(text.0)?,
            Op::BinGet(index) => self.get(index.into())?,
            Op::LongBinGet(index) => self.get(int::usize_from_u32(index))?,
            Op::BinInt1(n) => Token::Int(n.into()),
            Op::BinInt2(n) => Token::Int(n.into()),
            Op::BinInt(n) => Token::Int(n.into()),
            Op::Long1(bytes) => long(bytes.0),
            Op::Long4(bytes) => long(bytes.0),
            Op::BinFloat(float) => Token::Float(float.value()),
            Op::None => Token::None,
            Op::NewTrue => Token::Bool(true),
            Op::NewFalse => Token::Bool(false),
            Op::ShortBinBytes(bytes) => self.bytes(offset, bytes.0)?,
            Op::BinBytes(bytes) => self.bytes(offset, bytes.0)?,
            Op::BinBytes8(bytes) => self.bytes(offset, bytes.0)?,
            Op::ByteArray8(bytes) => self.container(offset, Token::Bytes(bytes.0))?,
            Op::EmptyList => self.container(offset, Token::List)?,
            Op::EmptyDict => self.container(offset, Token::Dict)?,
            Op::EmptySet => self.container(offset, Token::Set)?,
            Op::Mark => Token::Mark,
            Op::EmptyTuple => Token::EmptyTuple,
            Op::Global(pair) => {
                let (module, name) = pair.lines();
                let sound = [module, name].iter().all(|line| !line.is_empty() && std::str::from_utf8(line).is_ok());
                if !sound || self.hashing > 0 {
                    return Err(Surprise);
                }
                self.memoize(Slot::At(offset))?;
                Token::Class
            }
            _ => return Err(Surprise),
        })
    }

    /// The name and the rest of a class whose module was just read.
    pub(super) fn class(&mut self) -> Result<(), Surprise> {
        match self.token()? {
            Token::Str(_) => {}
            _ => return Err(Surprise),
        }
        self.peek()?;
        let offset = self.offset();
        self.expect(STACK_GLOBAL)?;
        self.memoize(Slot::At(offset))
    }

    #[inline]
    pub(super) fn enter(&mut self) -> Result<(), Surprise> {
        self.depth = self.depth.checked_sub(1).ok_or(Surprise)?;
        Ok(())
    }
}

fn long(bytes: &[u8]) -> Token<'_> {
    match bytes.len() {
        0..=8 => match int::from_le_bytes_signed(bytes) {
            Int::Small(n) => Token::Int(n),
            Int::Big(_) => Token::Big(bytes),
        },
        _ => Token::Big(bytes),
    }
}
