//! The walk over `co_code`: opcodes, arguments, jump targets.
//!
//! ```text
//! 90 01   74 2c   00 00 00 00 ..
//! EXTENDED_ARG    LOAD_GLOBAL 300, then its inline caches (3.11)
//! ```
//!
//! An instruction is two bytes: an opcode and a byte of argument. Larger arguments have their upper bytes in `EXTENDED_ARG` instructions before it. From 3.11
//! on an opcode may be followed by inline caches, which the interpreter writes to while it runs; in `co_code` they are zeros.

use super::Version;
use super::exceptions::Exceptions;
use super::opcode::{Kind, Opcode};
use crate::int::{i64_from_usize, usize_from_u32};

/// An instruction as it stands in the bytecode.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw {
    pub(super) offset: usize,
    /// Where the first `EXTENDED_ARG` before it stands.
    pub(super) start: usize,
    pub(super) opcode: Opcode,
    pub(super) arg: Option<i32>,
}

/// A walk over bytecode, `_unpack_opargs` in CPython's `Lib/dis.py`: it holds its place only, so that the bytecode can be beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    version: Version,
    at: usize,
    start: Option<usize>,
    extended: i32,
}

impl Walk {
    pub(super) fn new(version: Version) -> Self {
        Self { version, at: 0, start: None, extended: 0 }
    }

    #[inline]
    pub(super) fn next(&mut self, code: &[u8]) -> Option<Raw> {
        let (number, rest) = code.get(self.at..)?.split_first()?;
        let offset = self.at;
        let opcode = self.version.opcode(*number);
        let op = opcode.op();
        let mut start = offset;
        let mut arg = None;
        match op.kind {
            // 3.8 and 3.9 keep what was prefixed until an opcode takes it.
            Kind::NoArg if self.version < Version::Py310 => {}
            Kind::NoArg => self.extended = 0,
            kind => {
                let found = i32::from(rest.first().copied().unwrap_or(0)) | self.extended;
                self.extended = if kind == Kind::Extended { found << 8 } else { 0 };
                arg = Some(found);
            }
        }
        if op.kind == Kind::Extended {
            self.start.get_or_insert(offset);
        } else {
            start = self.start.take().unwrap_or(offset);
        }
        self.at = offset.saturating_add(2 + 2 * usize::from(op.caches));
        Some(Raw { offset, start, opcode, arg })
    }
}

impl Raw {
    /// Where it jumps to: `_get_jump_target` in `Lib/dis.py` of 3.13. Before 3.10 arguments count bytes, since then instructions.
    #[inline]
    pub(super) fn jump_target(&self) -> Option<i64> {
        let version = self.opcode.version();
        let unit = if version < Version::Py310 { 1 } else { 2 };
        let distance = i64::from(self.arg?) * unit;
        let op = self.opcode.op();
        let distance = match op.kind {
            Kind::JumpTo => return Some(distance),
            Kind::Jump => distance,
            Kind::JumpBack | Kind::JumpFrom => -distance,
            _ => return None,
        };
        // 3.11 has no jump with caches.
        Some(i64_from_usize(self.offset) + 2 + distance + 2 * i64::from(op.caches))
    }
}

/// The offsets that something jumps to, in order; from 3.13 on those where a row of the exception table begins and ends too.
#[derive(Clone, Debug)]
pub(super) struct Labels(Vec<i64>);

impl Labels {
    pub(super) fn new(code: &[u8], exceptions: Exceptions<'_>, version: Version) -> Self {
        let mut offsets = Vec::new();
        let mut walk = Walk::new(version);
        while let Some(raw) = walk.next(code) {
            offsets.extend(raw.jump_target());
        }
        for row in exceptions {
            if version >= Version::Py313 {
                offsets.extend([row.start, row.end]);
            } else if row.start >= row.end {
                continue;
            }
            offsets.push(row.target);
        }
        offsets.sort_unstable();
        offsets.dedup();
        offsets.shrink_to_fit();
        Self(offsets)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The offset of a label, counted from 0.
    pub(super) fn get(&self, at: usize) -> Option<i64> {
        self.0.get(at).copied()
    }

    /// The number of the label at an offset, from 1 on.
    pub(super) fn number(&self, offset: i64) -> Option<usize> {
        self.0.binary_search(&offset).ok().map(|at| at + 1)
    }

    /// The same for offsets asked in order, when `next` is kept from one question to the next.
    #[inline]
    pub(super) fn number_from(&self, next: &mut usize, offset: i64) -> Option<usize> {
        while self.0.get(*next).is_some_and(|label| *label < offset) {
            *next += 1;
        }
        (self.0.get(*next) == Some(&offset)).then_some(*next + 1)
    }
}

/// An argument as an index; none when it is below zero.
#[inline]
pub(super) fn index(arg: i32) -> Option<usize> {
    u32::try_from(arg).ok().map(usize_from_u32)
}
