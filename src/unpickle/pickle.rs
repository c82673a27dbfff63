//! What reading gives: a heap, its root, and the style of the writer.

use crate::error::{Error, Result};
use crate::heap::{Heap, Marks, Obj, Value};
use crate::style::Style;
use crate::text::Encoding;

use super::drops;
use super::machine::Machine;
use super::workspace::Tables;

/// A pickle as objects: a heap, the root object in it, and how it was written.
///
/// # Examples
///
/// ```
/// let pickle = cloudpickle::loads(b"\x80\x02]q\x00(K\x01K\x02e.")?;
/// assert_eq!(pickle.protocol(), 2);
/// assert_eq!(pickle.root().to_string(), "[1, 2]");
/// assert_eq!(pickle.dumps()?, b"\x80\x02]q\x00(K\x01K\x02e.");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pickle<'a> {
    pub(crate) heap: Heap<'a>,
    pub(crate) root: Value,
    pub(crate) protocol: u8,
    pub(crate) style: Style,
}

impl<'a> Pickle<'a> {
    /// A pickle of an object of a heap, to be written with protocol 5 in the style of the newest CPython.
    #[must_use]
    pub fn new(heap: Heap<'a>, root: Value) -> Self {
        let mut heap = heap;
        heap.root = Some(root);
        Self { heap, root, protocol: 5, style: Style::default() }
    }

    pub(crate) fn finish(mut machine: Machine<'a, '_>, root: Value, stream: &[u8], encoding: Encoding) -> (Self, Tables) {
        machine.leave();
        drops::settle(&mut machine.heap, &[root], &machine.drops);
        let protocol = machine.trace.protocol(&machine.heap, stream);
        let (style, marked) = machine.trace.style(&machine.heap, &machine.memo, stream, protocol);
        let (mut heap, tables) = machine.into_parts();
        heap.encoding = encoding;
        heap.root = Some(root);
        heap.memoized = Marks::of(&marked);
        (Self { heap, root, protocol, style }, tables)
    }

    /// The object that the pickle is of.
    #[must_use]
    pub fn root(&self) -> Obj<'_> {
        self.heap.obj(self.root)
    }

    /// The handle of the object that the pickle is of.
    #[must_use]
    pub fn root_value(&self) -> Value {
        self.root
    }

    /// Makes another object the root.
    pub fn set_root(&mut self, root: Value) {
        self.root = root;
        self.heap.root = Some(root);
    }

    /// The objects.
    #[must_use]
    pub fn heap(&self) -> &Heap<'a> {
        &self.heap
    }

    /// The objects, to change.
    pub fn heap_mut(&mut self) -> &mut Heap<'a> {
        &mut self.heap
    }

    /// The protocol that it was written in, and will be written in by `dumps`: what `PROTO` says, else what its opcodes need.
    #[must_use]
    pub fn protocol(&self) -> u8 {
        self.protocol
    }

    /// What the stream showed of its writer.
    #[must_use]
    pub fn style(&self) -> Style {
        self.style
    }

    /// Takes heap and root apart.
    #[must_use]
    pub fn into_parts(self) -> (Heap<'a>, Value) {
        (self.heap, self.root)
    }

    /// Cuts the tie to the input by copying it.
    #[must_use]
    pub fn into_owned(self) -> Pickle<'static> {
        Pickle { heap: self.heap.into_owned(), root: self.root, protocol: self.protocol, style: self.style }
    }

    /// Cuts the tie to the input without a copy; [`Pickle::attach`] has to give it back.
    pub(crate) fn detach(self) -> Pickle<'static> {
        Pickle { heap: self.heap.with_input(Vec::new()), root: self.root, protocol: self.protocol, style: self.style }
    }

    /// Gives an input that was cut off back.
    pub(crate) fn attach(mut self, input: Vec<u8>) -> Self {
        self.heap.store.set_input(input.into());
        self
    }
}

/// What came of a stream that may be broken, made by [`Unpickler::loads_partial`](super::Unpickler::loads_partial).
#[derive(Debug)]
pub struct Partial<'a> {
    heap: Heap<'a>,
    result: Result<(Value, usize)>,
    stack: Vec<Value>,
}

impl<'a> Partial<'a> {
    pub(crate) fn finish(machine: Machine<'a, '_>, result: Result<(Value, usize)>, encoding: Encoding) -> Self {
        let mut heap = machine.heap;
        heap.encoding = encoding;
        Self { heap, result, stack: machine.stack }
    }

    /// Why reading stopped before `STOP`; `None` when it did not.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.result.as_ref().err()
    }

    /// The root object, when `STOP` was reached.
    #[must_use]
    pub fn root(&self) -> Option<Obj<'_>> {
        self.result.as_ref().ok().map(|(root, _)| self.heap.obj(*root))
    }

    /// What lay on the stack when reading stopped, the top last.
    pub fn stack(&self) -> impl Iterator<Item = Obj<'_>> {
        self.stack.iter().map(|value| self.heap.obj(*value))
    }

    /// The objects.
    #[must_use]
    pub fn heap(&self) -> &Heap<'a> {
        &self.heap
    }
}
