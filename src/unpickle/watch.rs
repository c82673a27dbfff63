//! Watching the machine: what was done at which place, and bytes in the stream that are none of its operations.

use crate::error::Result;
use crate::heap::{Heap, Value};
use crate::opcode::Opcode;

/// Sees every operation after it was carried out.
pub(crate) trait Watch {
    /// Whether it looks at all.
    const WATCHES: bool = true;

    /// An operation at `offset` was carried out; `rest` is the input behind it. Gives how many bytes of that are skipped.
    fn after(&mut self, machine: Watched<'_, '_>, opcode: Opcode, offset: usize, rest: &[u8]) -> usize;
}

/// What a watcher sees of the machine.
pub(crate) struct Watched<'m, 'a> {
    pub(crate) heap: &'m Heap<'a>,
    pub(crate) stack: &'m [Value],
}

/// Watches nothing, and costs nothing.
pub(crate) struct Nobody;

impl Watch for Nobody {
    const WATCHES: bool = false;

    #[inline(always)]
    fn after(&mut self, _: Watched<'_, '_>, _: Opcode, _: usize, _: &[u8]) -> usize {
        0
    }
}

/// What came of a stream that was watched, whole or broken.
pub(crate) struct Seen<'a> {
    pub(crate) heap: Heap<'a>,
    /// The root and how many bytes were read.
    pub(crate) result: Result<(Value, usize)>,
}
