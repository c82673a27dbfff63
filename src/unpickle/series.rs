//! Several pickles that share one memo.

use crate::heap::{Heap, Marks, Obj, Value};
use crate::style::Style;
use crate::text::Encoding;

use super::drops;
use super::machine::Machine;

/// Several pickles that one `Pickler` wrote one after another: they share the memo, so later ones refer to objects of earlier ones.
///
/// Made by [`Unpickler::loads_series`](super::Unpickler::loads_series).
#[derive(Clone, Debug)]
pub struct Series<'a> {
    pub(crate) heap: Heap<'a>,
    pub(crate) roots: Vec<Value>,
    pub(crate) protocol: u8,
    pub(crate) style: Style,
}

impl<'a> Series<'a> {
    pub(crate) fn finish(mut machine: Machine<'a, '_>, roots: Vec<Value>, stream: &[u8], encoding: Encoding) -> Self {
        drops::settle(&mut machine.heap, &roots, &machine.drops);
        let protocol = machine.trace.protocol(&machine.heap, stream);
        let (style, marked) = machine.trace.style(&machine.heap, &machine.memo, stream, protocol);
        let mut heap = machine.heap;
        heap.encoding = encoding;
        heap.memoized = Marks::of(&marked);
        Self { heap, roots, protocol, style }
    }

    /// The object that each pickle is of, in their order.
    pub fn roots(&self) -> impl ExactSizeIterator<Item = Obj<'_>> {
        self.roots.iter().map(|root| self.heap.obj(*root))
    }

    /// The objects.
    #[must_use]
    pub fn heap(&self) -> &Heap<'a> {
        &self.heap
    }
}
