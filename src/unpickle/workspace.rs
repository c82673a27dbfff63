//! Memory that is kept from one pickle to the next.

use std::borrow::Cow;

use crate::heap::{Heap, ROOM, Table, Value};

use super::memo::Memo;
use super::pickle::Pickle;

/// Memory that is kept from one pickle to the next, for programs that read or write many.
///
/// What reading takes besides the input is a stack, a memo and the arenas of the heap. [`Unpickler::loads_in`](super::Unpickler::loads_in) leaves stack and
/// memo here, and [`Workspace::recycle`] brings the arenas back when the objects are no longer wanted. From then on nothing is asked of the allocator,
/// and no page is touched for the first time, which is most of the time that a fresh heap takes.
/// [`Pickler::dump_in`](crate::Pickler::dump_in) keeps its table here.
///
/// A workspace belongs to whoever made it: one for each thread, no global state. It keeps as much as the largest pickle took; a new one keeps nothing.
/// Nothing of an earlier pickle can be seen in a later one.
///
/// # Examples
///
/// ```
/// use cloudpickle::{Unpickler, Workspace};
///
/// let unpickler = Unpickler::new().max_objects(1_000_000);
/// let mut workspace = Workspace::new();
/// let mut sum = 0;
/// for payload in [b"K\x07.", b"K\x08."] {
///     let pickle = unpickler.loads_in(&mut workspace, payload)?;
///     sum += pickle.root().as_i64()?;
///     workspace.recycle(pickle);
/// }
/// assert_eq!(sum, 15);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Workspace {
    heap: Option<Heap<'static>>,
    pub(super) tables: Tables,
    /// The memo of the writing machine.
    pub(crate) numbers: Table,
}

/// What the reading machine works with and no pickle needs.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(super) stack: Vec<Value>,
    pub(super) marks: Vec<usize>,
    pub(super) memo: Memo,
    pub(super) drops: Vec<u32>,
}

impl Workspace {
    /// A workspace that holds nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the memory of a pickle whose objects are no longer wanted, for the next one.
    pub fn recycle(&mut self, pickle: Pickle<'_>) {
        self.recycle_heap(pickle.heap);
    }

    /// Takes the memory of a heap whose objects are no longer wanted.
    pub fn recycle_heap(&mut self, heap: Heap<'_>) {
        self.heap = Some(heap.emptied());
    }

    /// A heap for what an input holds.
    pub(super) fn heap<'a>(&mut self, input: &'a [u8]) -> Heap<'a> {
        match self.heap.take() {
            Some(heap) => heap.over_again(Cow::Borrowed(input)),
            None => Heap::over(Cow::Borrowed(input)),
        }
    }
}

impl Tables {
    /// Room for what a small pickle of its length mostly needs, so that few tables grow.
    pub(super) fn over(input: &[u8]) -> Self {
        let length = input.len().min(ROOM);
        let stack = Vec::with_capacity(8 + length / 16);
        Self { stack, marks: Vec::with_capacity(8), memo: Memo::with_capacity(length / 10), drops: Vec::new() }
    }

    /// Forgets everything but the memory.
    pub(super) fn clear(&mut self) {
        self.stack.clear();
        self.marks.clear();
        self.memo.clear();
        self.drops.clear();
    }
}
