//! Where in the stream things were done.

use crate::heap::{EventKind, Heap, Value};
use crate::opcode::Opcode;
use crate::unpickle::{Watch, Watched};

use super::View;

/// The offsets of events and globals, and the arrays that joblib puts into the stream.
pub(super) struct Places {
    view: View,
    /// The offset of each event.
    events: Vec<usize>,
    globals: Vec<usize>,
    /// The extension codes, with their places.
    pub(super) extensions: Vec<(usize, i32)>,
    /// A `NumpyArrayWrapper` was given its state.
    pub(super) wrapped: bool,
    /// Where pickles begin that joblib loads from inside of this one: arrays of objects.
    pub(super) nested: Vec<usize>,
}

impl Places {
    pub(super) fn new(view: View) -> Self {
        Self { view, events: Vec::new(), globals: Vec::new(), extensions: Vec::new(), wrapped: false, nested: Vec::new() }
    }

    pub(super) fn event(&self, index: usize) -> usize {
        self.events.get(index).copied().unwrap_or_default()
    }

    pub(super) fn global(&self, index: usize) -> usize {
        self.globals.get(index).copied().unwrap_or_default()
    }
}

impl Watch for Places {
    #[inline(always)]
    fn after(&mut self, machine: Watched<'_, '_>, opcode: Opcode, offset: usize, rest: &[u8]) -> usize {
        let heap = machine.heap;
        if heap.events.len() > self.events.len() {
            self.events.resize(heap.events.len(), offset);
        }
        if heap.globals.len() > self.globals.len() {
            self.globals.resize(heap.globals.len(), offset);
        }
        match opcode {
            Opcode::Build => self.built(heap, machine.stack.last().copied(), offset, rest),
            Opcode::Ext1 | Opcode::Ext2 | Opcode::Ext4 => {
                if let Some(Value::Extension(code)) = machine.stack.last() {
                    self.extensions.push((offset, *code));
                }
                0
            }
            _ => 0,
        }
    }
}

impl Places {
    /// Behind the state of a wrapper joblib finds the array itself; gives how long it is.
    #[cold]
    fn built(&mut self, heap: &Heap<'_>, top: Option<Value>, offset: usize, rest: &[u8]) -> usize {
        let Some(Value::Call(call)) = top else { return 0 };
        let Some(event) = heap.events.get(call.index()) else { return 0 };
        let wrapper = matches!(event.kind, EventKind::Call(_))
            && heap
                .obj(event.subject)
                .global_names()
                .is_some_and(|(module, name)| name == "NumpyArrayWrapper" && module.ends_with("numpy_pickle"));
        if !wrapper {
            return 0;
        }
        self.wrapped = true;
        if self.view != View::Joblib {
            return 0;
        }
        let Some(state) = heap.events.get(event.last as usize).map(|effect| heap.obj(effect.object)) else { return 0 };
        let Some(count) = elements(state) else { return 0 };
        let Some(size) = state.get("dtype").ok().and_then(item_size) else { return 0 };
        if size == 0 {
            // An array of objects: a pickle of its own, read from the same file.
            let at = offset + 1;
            self.nested.push(at);
            return crate::unpickle::Unpickler::new()
                .encoding(crate::text::Encoding::Latin1)
                .loads_prefix(rest)
                .map_or(rest.len(), |(_, length)| length);
        }
        let padding = match state.get("numpy_array_alignment_bytes") {
            Ok(alignment) if !alignment.is_none() => rest.first().map_or(0, |padding| usize::from(*padding) + 1),
            _ => 0,
        };
        count.saturating_mul(size).saturating_add(padding).min(rest.len())
    }
}

/// How many elements the shape in a state has.
fn elements(state: crate::heap::Obj<'_>) -> Option<usize> {
    let mut count = 1_usize;
    for size in state.get("shape").ok()?.iter().ok()? {
        count = count.saturating_mul(usize::try_from(size.as_i64().ok()?).ok()?);
    }
    Some(count)
}

/// The size of an element of a dtype, 0 for objects: `dtype('f8', False, True)` and its state.
fn item_size(dtype: crate::heap::Obj<'_>) -> Option<usize> {
    let call = dtype.as_call().ok()?;
    let name = call.args().iter().ok()?.next()?.as_py_str().ok()?.to_string_lossy().into_owned();
    if name.starts_with('O') {
        return Some(0);
    }
    if name.starts_with('V') {
        // Records: the size is in the state, and they may hold objects.
        let state = call.state()?;
        let mut fields = state.iter().ok()?;
        return fields.nth(5).and_then(|size| usize::try_from(size.as_i64().ok()?).ok());
    }
    let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
    let size: usize = digits.parse().ok()?;
    Some(if name.starts_with('U') { size * 4 } else { size })
}
