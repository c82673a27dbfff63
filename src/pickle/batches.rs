//! How the picklers cut items into batches.

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
    Marked(usize),
}

impl Batches {
    /// Whether the batch that begins at an item has no mark.
    #[inline(always)]
    fn lone(self, start: usize) -> bool {
        match self {
            Self::Single => true,
            Self::Exact(total) => total == 1,
            Self::Iterated(total) => start + 1 == total,
            Self::Marked(_) => false,
        }
    }

    #[inline(always)]
    fn begins(self, next: usize) -> bool {
        matches!(self, Self::Single) || next.is_multiple_of(BATCH)
    }

    /// Before an item.
    #[inline(always)]
    pub(crate) fn open(self, writer: &mut Writer<'_, '_>, next: usize) {
        if self.begins(next) && !self.lone(next) {
            writer.op(Opcode::Mark);
        }
    }

    /// After so many items.
    #[inline(always)]
    pub(crate) fn close(self, writer: &mut Writer<'_, '_>, done: usize, one: Opcode, many: Opcode) {
        let total = match self {
            Self::Single => usize::MAX,
            Self::Exact(total) | Self::Iterated(total) | Self::Marked(total) => total,
        };
        if done == 0 || !(done == total || self.begins(done)) {
            return;
        }
        let start = if let Self::Single = self { done - 1 } else { (done - 1) / BATCH * BATCH };
        writer.op(if self.lone(start) { one } else { many });
    }
}
