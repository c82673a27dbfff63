//! How the picklers cut items into batches.

use crate::error::Result;
use crate::heap::Value;
use crate::opcode::Opcode;

use super::writer::Writer;

/// How many items go into one batch.
pub(crate) const BATCH: usize = 1000;

/// How a number of items is cut into batches.
#[derive(Clone, Copy)]
pub(crate) enum Batches {
    /// Protocol 0: each by itself.
    Single,
    /// A list or dict itself: by itself only when there is no other.
    Exact(usize),
    /// The items of an iterator: the last one of all by itself when it begins a batch.
    Iterated(usize),
    /// Items of a set: never by themselves.
    Marked,
}

impl Batches {
    /// Whether the batch that begins at an item has no mark.
    #[inline(always)]
    fn lone(self, start: usize) -> bool {
        match self {
            Self::Single => true,
            Self::Exact(total) => total == 1,
            Self::Iterated(total) => start + 1 == total,
            Self::Marked => false,
        }
    }

    /// Where the batch begins that holds what stands before `next`, and how long a batch is.
    #[inline(always)]
    fn around<const WIDTH: usize>(self, next: usize) -> (usize, usize) {
        let last = next.saturating_sub(1);
        match self {
            Self::Single => (last / WIDTH * WIDTH, WIDTH),
            _ => (last / (BATCH * WIDTH) * (BATCH * WIDTH), BATCH * WIDTH),
        }
    }
}

impl Writer<'_, '_> {
    /// Writes items in batches, from one on; each is of `WIDTH` objects. Stops behind an object that has to be opened, and says where; none when all are
    /// written. `next` counts an object as done when it is begun, so what is behind it is closed here.
    #[inline(always)]
    pub(crate) fn batched<const WIDTH: usize>(
        &mut self,
        items: &[Value],
        mut next: usize,
        batches: Batches,
        opcodes: [Opcode; 2],
    ) -> Result<Option<usize>> {
        if items.len() > BATCH * WIDTH || matches!(batches, Batches::Single) {
            return self.in_many_batches::<WIDTH>(items, next, batches, opcodes);
        }
        if items.is_empty() {
            return Ok(None);
        }
        let [one, many] = opcodes;
        let lone = batches.lone(0);
        if next == 0 && !lone {
            self.op(Opcode::Mark);
        }
        while let Some(item) = items.get(next) {
            next += 1;
            if !self.leaf(*item)? {
                return Ok(Some(next));
            }
        }
        self.op(if lone { one } else { many });
        Ok(None)
    }

    fn in_many_batches<const WIDTH: usize>(
        &mut self,
        items: &[Value],
        mut next: usize,
        batches: Batches,
        [one, many]: [Opcode; 2],
    ) -> Result<Option<usize>> {
        let (mut start, length) = batches.around::<WIDTH>(next);
        // Before the first there is no batch to end.
        let mut end = if next == 0 { 0 } else { (start + length).min(items.len()) };
        loop {
            while next < end {
                next += 1;
                if !self.leaf(items[next - 1])? {
                    return Ok(Some(next));
                }
            }
            if next > 0 {
                self.op(if batches.lone(start / WIDTH) { one } else { many });
            }
            if next >= items.len() {
                return Ok(None);
            }
            if !batches.lone(next / WIDTH) {
                self.op(Opcode::Mark);
            }
            (start, end) = (next, (next + length).min(items.len()));
        }
    }
}
