//! Where in the stream objects come from.
//!
//! A pickler writes an object and what is in it in one stretch, from the opcode that begins it to the last that fills it: the stretch of a list has
//! those of its items inside. The machine is watched for it: what is on the top of the stack after an operation is what the operation worked on.

use std::collections::HashMap;
use std::ops::Range;

use crate::error::Result;
use crate::heap::Value;
use crate::opcode::Opcode;
use crate::text::Encoding;
use crate::unpickle::{Unpickler, Watch, Watched};

/// The stretches of the objects of a pickle.
#[derive(Debug, Default)]
pub(super) struct Origins {
    stretches: HashMap<Value, (usize, usize)>,
    /// For the operations that were asked for, in order: their offset, and what was on the top of the stack then.
    pub(super) tops: Vec<(usize, Option<Value>)>,
}

impl Origins {
    /// Reads a pickle and notes where its objects come from, and what each of the operations worked on that begin in these stretches, which are in order. The
    /// handles are those of a heap that [`Unpickler`] makes with the same options: Python 2 strings as Latin-1, buffers may be missing.
    pub(super) fn of(input: &[u8], tops: &[Range<usize>]) -> Result<Self> {
        let mut watch = Stretches { length: input.len(), starts: Vec::new(), mark: None, tops, found: Self::default() };
        unpickler().loads_watched(input, &mut watch).result?;
        Ok(watch.found)
    }

    /// Where an object begins and ends.
    pub(super) fn stretch(&self, value: Value) -> Option<(usize, usize)> {
        self.stretches.get(&value).copied()
    }
}

/// How pickles are read that are looked into.
pub(super) fn unpickler() -> Unpickler {
    Unpickler::new().encoding(Encoding::Latin1).missing_buffers(true).max_digits(0)
}

struct Stretches<'t> {
    length: usize,
    /// Where each item of the stack begins.
    starts: Vec<usize>,
    /// A mark that the next item stands on.
    mark: Option<usize>,
    tops: &'t [Range<usize>],
    found: Origins,
}

impl Watch for Stretches<'_> {
    fn after(&mut self, machine: Watched<'_, '_>, opcode: Opcode, offset: usize, rest: &[u8]) -> usize {
        let stack = machine.stack;
        if let Some(wanted) = self.tops.first() {
            if wanted.contains(&offset) {
                self.found.tops.push((offset, stack.last().copied()));
            } else if wanted.end <= offset {
                self.tops = &self.tops[1..];
            }
        }
        if opcode == Opcode::Mark {
            self.mark.get_or_insert(offset);
            return 0;
        }
        while self.starts.len() < stack.len() {
            self.starts.push(self.mark.take().unwrap_or(offset));
        }
        self.starts.truncate(stack.len());
        self.mark = None;
        if let (Some(top), Some(start)) = (stack.last(), self.starts.last())
            && (top.has_place() || matches!(top, Value::Float(_) | Value::Long(_)))
        {
            let end = self.length - rest.len();
            let stretch = self.found.stretches.entry(*top).or_insert((*start, end));
            // What is fetched from the memo was made elsewhere.
            if stretch.0 == *start {
                stretch.1 = end;
            }
        }
        0
    }
}
