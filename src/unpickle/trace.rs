//! What the machine notes of the writer while it reads, and what style follows from it.

use crate::heap::{CallKind, EffectKind, EventKind, Global, Heap, Value};
use crate::op::{Op, ops};
use crate::style::{Flavor, Framing, Memoize, Style};

use super::memo::Memo;

/// Notes on the writer.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// Objects of the heap that no writer gives a memo slot: names given as text, arguments of `INST`, gathered items.
    pub(crate) hidden: usize,
    /// Calls made, hidden ones included.
    pub(crate) calls: usize,
    /// The protocol of the first `PROTO`, and whether it came first.
    pub(crate) proto: Option<u8>,
    pub(crate) late_proto: bool,
    pub(crate) frames: bool,
    pub(crate) frame_end: usize,
    pub(crate) small_frame: bool,
    pub(crate) framed_payload: bool,
    /// `SETITEMS` or `ADDITEMS` without items, as the C pickler writes behind 1000 entries.
    pub(crate) empty_batches: usize,
    /// A single item set by itself behind full batches, as the Python pickler does.
    pub(crate) lone_last: bool,
    pub(crate) bare_controls: bool,
    /// How many arguments were compared with those of a call that was made before.
    pub(crate) compared: usize,
    /// There was a `DUP`.
    pub(crate) duplicated: bool,
    /// What the reader was told of names.
    pub(crate) fix_imports: bool,
}

/// Whether a name can stand in a line of text: `GLOBAL` wants it not empty, and without surrogates.
pub(crate) fn is_line(name: &[u8]) -> bool {
    !name.is_empty() && !name.contains(&b'\n') && std::str::from_utf8(name).is_ok()
}

/// From this length on, what follows the header stands in a frame.
const FRAMED: usize = 4;

/// How many items the picklers write in one batch.
pub(crate) const BATCH: usize = 1000;

impl Trace {
    /// The protocol that the stream was written in, or one that can say what it holds when it goes beyond that.
    pub(crate) fn protocol(&self, heap: &Heap<'_>, stream: &[u8]) -> u8 {
        // No writer declares 0 or 1.
        let declared = self.proto.filter(|proto| *proto >= 2 && !self.late_proto);
        let protocol = declared.unwrap_or_else(|| {
            // A state setter has TUPLE2 for its arguments at every protocol.
            let setters = heap.events.iter().any(|event| event.kind == EventKind::Effect(EffectKind::SetState));
            let counts = |op: &Op<'_>| !(matches!(op, Op::Proto(_)) || setters && matches!(op, Op::Tuple2));
            let protos = ops(stream).map_while(Result::ok).filter(|(_, op)| counts(op)).map(|(_, op)| op.opcode().proto());
            protos.max().unwrap_or(0).max(self.proto.unwrap_or(0))
        });
        protocol.max(self.least_protocol(heap, protocol))
    }

    /// The first protocol in which the objects are no calls of something that makes them, where that is after `protocol`.
    fn least_protocol(&self, heap: &Heap<'_>, protocol: u8) -> u8 {
        let is_line = |part: Value| matches!(part, Value::Str(_)) && is_line(heap.content(part));
        // Behind a later PROTO 4 the dots of a name are attributes.
        let dotted = |global: &Global| !global.undotted && heap.content(global.name).contains(&b'.');
        let no_lines = |global: &Global| !is_line(global.module) || !is_line(global.name) || dotted(global);
        let calls = |kind| heap.events.iter().any(|event| event.kind == EventKind::Call(kind));
        if protocol < 5 && heap.byte_arrays.len() + heap.buffers.len() > 0 {
            5
        } else if protocol < 4
            && (heap.sets.len() + heap.frozensets.len() > 0 || calls(CallKind::NewObjEx) || heap.globals.iter().any(no_lines))
        {
            4
        } else if protocol < 3 && !heap.bytes.is_empty() {
            3
        } else if protocol < 2 && calls(CallKind::NewObj) {
            2
        } else {
            0
        }
    }

    /// The style, and the objects that the stream gave memo slots where it did not give one to all.
    pub(crate) fn style(&self, heap: &Heap<'_>, memo: &Memo, stream: &[u8], protocol: u8) -> (Style, Vec<Value>) {
        let remembered = heap.strs.len()
            + heap.byte_strings.len()
            + heap.bytes.len()
            + heap.byte_arrays.len()
            + heap.tuples.len().saturating_sub(1)
            + heap.lists.len()
            + heap.dicts.len()
            + heap.sets.len()
            + heap.frozensets.len()
            + heap.globals.len()
            + self.calls;
        // The picklers remember no persistent ids, buffers and ints; a stream that uses one again does.
        let unusual = |value: Value| matches!(value, Value::Persistent(_) | Value::Buffer(_) | Value::Long(_));
        let may_be_unusual = heap.persistents.len() + heap.buffers.len() + heap.longs.len() > 0;
        let overwritten = memo.len() != memo.puts() as u64;
        let unusual = may_be_unusual && (self.duplicated || overwritten || memo.values().any(unusual));
        let all = memo.puts() == remembered.saturating_sub(self.hidden) && !unusual;
        let marked = if all { Vec::new() } else { memo.values().collect() };
        let full = |seq: &&crate::heap::Seq, width: usize| seq.len() > 0 && seq.len().is_multiple_of(BATCH * width);
        let batches_missing = || {
            let dicts = heap.dicts.iter().filter(|seq| full(seq, 2)).count();
            let sets = heap.sets.iter().filter(|seq| full(seq, 1)).count();
            dicts + sets > 0 && self.empty_batches == 0
        };
        let flavor = if protocol >= 1 && (self.lone_last || batches_missing()) { Flavor::Python } else { Flavor::C };
        let header = if self.proto.is_some() && !self.late_proto { 2 } else { 0 };
        let framing = if protocol < 4 {
            Framing::Modern
        } else if self.small_frame || self.framed_payload {
            Framing::Python36
        } else if !self.frames && stream.len() - header >= FRAMED {
            Framing::Never
        } else {
            Framing::Modern
        };
        let style = Style {
            flavor,
            framing,
            memoize: if all { Memoize::All } else { Memoize::Marked },
            memo_base: u32::from(protocol < 4 && memo.first() == Some(1)),
            bare_controls: self.bare_controls,
            python3_names: !self.fix_imports,
            no_header: protocol >= 2 && self.proto.is_none(),
        };
        (style, marked)
    }
}
