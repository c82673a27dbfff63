//! The writing machine: walks the graph and emits the operations that build it.
//!
//! It follows the C pickler of CPython (`Modules/_pickle.c`, `save` and what it calls), object by object, with a stack of its own instead of
//! recursion. An object gets a memo slot when it is written and is fetched from there when it is met again; lists, dicts and sets are
//! remembered before their items, tuples, frozensets and calls after them.

use std::collections::{HashMap, HashSet};

use crate::error::{ErrorKind, Result};
use crate::heap::{BufferId, CallId, DictId, FrozenSetId, Heap, ListId, NO_EVENT, SetId, Table, TupleId, Value};
use crate::opcode::Opcode;
use crate::style::{Memoize, Style};
use crate::unpickle::PROLOGUE;

use super::sink::Sink;

/// How many objects are begun one within the other by recursion.
const DESCENTS: usize = 8;

/// The number of an object that gets no memo slot; any other is its index plus one.
pub(crate) const NEVER: u32 = u32::MAX;

/// What is to be written when what lies above it on the stack is done.
pub(crate) enum Task {
    Open(Value),
    Tuple(TupleId, usize),
    List(ListId, usize),
    Dict(DictId, usize),
    Set(SetId, usize),
    FrozenSet(FrozenSetId, usize),
    /// Items of a hidden container that are done to a call: as the picklers write those of an iterator.
    Gathered(Value, usize),
    /// A set or frozenset below protocol 4, as a call with a list: `set([..])`.
    SetCall(Value, usize),
    Call(CallId, Stage),
    /// Arguments between a mark and an opcode that takes them all.
    Marked(CallId, usize),
    /// What is done to an object: from one effect to another, or to the last.
    Effects(u32, u32),
    Emit(&'static [Opcode]),
    PersistentDone(Value),
    DynamicGlobal(Value, bool),
    /// A state setter's arguments: the object, which is in the memo, and the state.
    StateOf(Value, Value),
}

#[derive(Clone, Copy)]
pub(crate) enum Stage {
    Args,
    /// Those outside of a call that was reached again, which are not the same objects.
    OuterArgs,
    Keywords,
    Finish,
}

pub(crate) struct Writer<'h, 'w> {
    pub(crate) heap: &'h Heap<'h>,
    pub(crate) sink: Sink<'w>,
    pub(crate) protocol: u8,
    pub(crate) style: Style,
    pub(crate) fix_imports: bool,
    pub(crate) out_of_band: bool,
    pub(crate) buffers: Vec<BufferId>,
    pub(crate) memo: Table,
    /// How many memo slots are in use.
    count: u32,
    pub(crate) tasks: Vec<Task>,
    /// How many objects are being begun, one within the other.
    descents: usize,
    /// An object can be open twice, once inside itself, each time with a few tasks; with more on the stack there is no end.
    deepest: usize,
    /// Memo slots of strings that are no objects of the heap.
    pub(crate) strings: HashMap<Box<[u8]>, u32>,
    /// Memo slots of globals that the pickler itself calls.
    pub(crate) well_known: HashMap<(&'static str, &'static str), u32>,
    /// Globals that are written as something else.
    pub(crate) substitutes: HashMap<Value, Value>,
    pub(crate) has_effects: bool,
    /// Extensions to which was done what is done to them: one object for each code, without a memo slot.
    pub(crate) changed: HashSet<Value>,
    /// Calls with other arguments outside that were begun.
    pub(crate) outside: HashSet<CallId>,
}

impl<'h, 'w> Writer<'h, 'w> {
    pub(crate) fn new(heap: &'h Heap<'h>, sink: Sink<'w>, protocol: u8, style: Style) -> Self {
        Self {
            heap,
            sink,
            protocol,
            style,
            fix_imports: true,
            out_of_band: false,
            buffers: Vec::new(),
            memo: Table::default(),
            count: 0,
            tasks: Vec::new(),
            descents: 0,
            deepest: usize::try_from(heap.count()).unwrap_or(usize::MAX).saturating_mul(6).saturating_add(64),
            strings: HashMap::new(),
            well_known: HashMap::new(),
            substitutes: HashMap::new(),
            has_effects: !heap.effects.is_empty(),
            changed: HashSet::new(),
            outside: HashSet::new(),
        }
    }

    /// Writes one pickle after another.
    pub(crate) fn pickles(&mut self, roots: &[Value], prologue: bool) -> Result<()> {
        for (number, root) in roots.iter().enumerate() {
            self.sink.end_frame();
            if self.protocol >= 2 && !self.style.no_header {
                self.sink.out.extend_from_slice(&[b'\x80', self.protocol]);
            }
            self.sink.begin();
            if prologue && number == 0 {
                self.prologue(PROLOGUE)?;
            }
            self.object(*root)?;
            self.sink.out.push(b'.');
        }
        self.sink.end()
    }

    /// Writes what is done before the root object.
    pub(crate) fn prologue(&mut self, place: Value) -> Result<()> {
        let (first, _) = self.heap.effect_chain(place);
        self.tasks.push(Task::Effects(first, NO_EVENT));
        self.work()
    }

    /// Writes an object and everything below it.
    pub(crate) fn object(&mut self, root: Value) -> Result<()> {
        if !self.leaf(root)? {
            self.open(root)?;
        }
        self.work()
    }

    fn work(&mut self) -> Result<()> {
        while let Some(task) = self.tasks.pop() {
            self.descents = 0;
            match task {
                Task::Open(value) => self.open(value)?,
                Task::List(id, next) => self.list_items(id, next)?,
                Task::Dict(id, next) => self.dict_items(id, next)?,
                Task::Tuple(id, next) => self.tuple_items(id, next)?,
                Task::Call(id, stage) => self.call(id, stage)?,
                Task::Effects(next, last) => self.effects(next, last)?,
                Task::Emit(opcodes) => opcodes.iter().for_each(|opcode| self.op(*opcode)),
                Task::Set(id, next) => self.set_items(id, next)?,
                Task::FrozenSet(id, next) => self.frozenset_items(id, next)?,
                Task::Gathered(items, next) => self.gathered(items, next)?,
                Task::SetCall(set, next) => self.set_call(set, next)?,
                Task::Marked(id, next) => self.marked(id, next)?,
                Task::PersistentDone(value) => self.persistent_done(value),
                Task::DynamicGlobal(value, name_next) => self.dynamic_global(value, name_next)?,
                Task::StateOf(target, state) => {
                    self.leaf(target)?;
                    self.child(state)?;
                }
            }
        }
        Ok(())
    }

    #[inline(always)]
    pub(crate) fn op(&mut self, opcode: Opcode) {
        self.sink.out.push(opcode.byte());
    }

    /// Fetches a memo slot.
    #[inline(always)]
    pub(crate) fn get(&mut self, index: u32) {
        self.slot(index, [Opcode::Get, Opcode::BinGet, Opcode::LongBinGet]);
    }

    /// An opcode with a memo index: as text, in one byte, in four.
    #[inline(always)]
    fn slot(&mut self, index: u32, [text, short, long]: [Opcode; 3]) {
        let out = &mut self.sink.out;
        if self.protocol == 0 {
            out.push(text.byte());
            out.extend_from_slice(index.to_string().as_bytes());
            out.push(b'\n');
        } else if let Ok(index) = u8::try_from(index) {
            out.extend_from_slice(&[short.byte(), index]);
        } else {
            let [a, b, c, d] = index.to_le_bytes();
            out.extend_from_slice(&[long.byte(), a, b, c, d]);
        }
    }

    /// Fetches the object if it was written before.
    #[inline(always)]
    pub(crate) fn get_written(&mut self, value: Value) -> bool {
        match self.memo.get(value) {
            0 | NEVER => false,
            slot => {
                self.get(slot - 1);
                true
            }
        }
    }

    /// Gives the object on top a memo slot.
    #[inline(always)]
    pub(crate) fn memoize(&mut self, value: Value) {
        let index = self.count + self.style.memo_base;
        if let Some(slot) = self.memo.entry(value)
            && *slot != NEVER
        {
            *slot = index + 1;
            self.count += 1;
            self.put(index);
        }
    }

    /// Gives an object on top a memo slot that the picklers give none, such as one with a persistent id, where the stream asks for it again.
    pub(crate) fn memoize_if_needed(&mut self, value: Value) {
        if self.style.memoize != Memoize::All {
            self.memoize(value);
        }
    }

    /// Gives the object on top, which is none of the heap, a memo slot, where all objects get one.
    pub(crate) fn memoize_unnamed(&mut self) -> Option<u32> {
        if self.style.memoize != Memoize::All {
            return None;
        }
        let index = self.count + self.style.memo_base;
        self.count += 1;
        self.put(index);
        Some(index)
    }

    #[inline(always)]
    fn put(&mut self, index: u32) {
        if self.protocol >= 4 {
            self.op(Opcode::Memoize);
        } else {
            self.slot(index, [Opcode::Put, Opcode::BinPut, Opcode::LongBinPut]);
        }
    }

    /// Writes an object that needs no task of its own; false for those that do, which [`Writer::open`] takes.
    #[inline(always)]
    pub(crate) fn leaf(&mut self, value: Value) -> Result<bool> {
        self.sink.boundary()?;
        match value {
            Value::Int(n) => self.int(n),
            Value::Str(id) => {
                if !self.get_written(value) {
                    if self.has_effects {
                        return Ok(false);
                    }
                    self.str(self.heap.store.get(self.heap.strs[id.index()]))?;
                    self.memoize(value);
                }
            }
            Value::Float(id) => self.float(self.heap.floats[id.index()]),
            Value::None => self.op(Opcode::None),
            Value::True => self.bool(true),
            Value::False => self.bool(false),
            Value::EMPTY_TUPLE => self.empty_tuple(),
            Value::Long(id) => {
                if self.style.memoize == Memoize::All {
                    self.long(id)?;
                } else if !self.get_written(value) {
                    self.long(id)?;
                    self.memoize_if_needed(value);
                }
            }
            Value::Extension(_) if self.has_effects && !self.changed.contains(&value) => return Ok(false),
            Value::Extension(code) => self.extension(code),
            _ => return Ok(self.get_written(value)),
        }
        Ok(true)
    }

    /// Begins an object that was not written before.
    pub(crate) fn open(&mut self, value: Value) -> Result<()> {
        if self.tasks.len() > self.deepest {
            return Err(ErrorKind::EndlessRecursion { found: self.heap.describe(value), protocol: self.protocol }.into());
        }
        match value {
            Value::List(id) => {
                if self.protocol == 0 {
                    self.sink.out.extend_from_slice(b"(l");
                } else {
                    self.op(Opcode::EmptyList);
                }
                self.memoize(value);
                self.list_items(id, 0)?;
            }
            Value::Dict(id) => {
                if self.protocol == 0 {
                    self.sink.out.extend_from_slice(b"(d");
                } else {
                    self.op(Opcode::EmptyDict);
                }
                self.memoize(value);
                self.dict_items(id, 0)?;
            }
            Value::Tuple(id) => {
                if self.marks_tuple(id) {
                    self.op(Opcode::Mark);
                }
                self.tuple_items(id, 0)?;
            }
            Value::Set(_) | Value::FrozenSet(_) if self.protocol < 4 => {
                let name = if let Value::Set(_) = value { "set" } else { "frozenset" };
                self.well_known("builtins", name)?;
                if self.protocol < 2 {
                    self.op(Opcode::Mark);
                }
                self.sink.out.extend_from_slice(if self.protocol == 0 { b"(l" } else { b"]" });
                self.memoize_unnamed();
                self.set_call(value, 0)?;
            }
            Value::Set(id) => {
                self.op(Opcode::EmptySet);
                self.memoize(value);
                self.set_items(id, 0)?;
            }
            Value::FrozenSet(id) => {
                self.op(Opcode::Mark);
                self.frozenset_items(id, 0)?;
            }
            Value::Call(id) => self.open_call(id)?,
            Value::Global(id) => self.open_global(value, id.index())?,
            Value::Persistent(id) => {
                let persistent = self.heap.persistents[id.index()];
                let line = self.heap.content(persistent.id);
                let text = persistent.text || self.protocol == 0 && matches!(persistent.id, Value::Str(_));
                if text && line.is_ascii() && !line.contains(&b'\n') {
                    self.op(Opcode::PersId);
                    self.sink.out.extend_from_slice(line);
                    self.sink.out.push(b'\n');
                    self.memoize_if_needed(value);
                    return self.after(value);
                }
                self.begin_effects(value);
                self.tasks.push(Task::PersistentDone(value));
                self.child(persistent.id)?;
            }
            Value::Bytes(_) => {
                self.bytes(value, self.heap.content(value))?;
                self.after(value)?;
            }
            Value::ByteArray(_) => {
                self.byte_array(value, self.heap.content(value))?;
                self.after(value)?;
            }
            Value::ByteString(_) => {
                self.byte_string(self.heap.content(value))?;
                self.memoize(value);
                self.after(value)?;
            }
            Value::Str(_) => {
                self.str(self.heap.content(value))?;
                self.memoize(value);
                self.after(value)?;
            }
            Value::Buffer(id) => {
                self.buffer(id)?;
                self.after(value)?;
            }
            Value::Extension(code) => {
                self.extension(code);
                self.changed.insert(value);
                self.begin_effects(value);
            }
            Value::None | Value::True | Value::False | Value::Int(_) | Value::Long(_) | Value::Float(_) => {}
        }
        Ok(())
    }

    /// Writes a child of which nothing is to be done before what is on the task stack.
    pub(crate) fn child(&mut self, value: Value) -> Result<()> {
        if self.leaf(value)? { Ok(()) } else { self.descend(value) }
    }

    /// Begins an object as the last thing that its parent does for now; after some levels by way of [`Writer::work`], so that depth
    /// costs no recursion. (By that way always, an encode takes a third longer.)
    #[inline]
    pub(crate) fn descend(&mut self, value: Value) -> Result<()> {
        if self.descents == DESCENTS {
            self.tasks.push(Task::Open(value));
            return Ok(());
        }
        self.descents += 1;
        self.open(value)
    }

    /// After an object that is not a call: what is done to it.
    #[inline(always)]
    pub(crate) fn after(&mut self, value: Value) -> Result<()> {
        if self.has_effects {
            self.begin_effects(value);
        }
        Ok(())
    }

    pub(crate) fn begin_effects(&mut self, value: Value) {
        let (first, _) = self.heap.effect_chain(value);
        if first != NO_EVENT {
            self.tasks.push(Task::Effects(first, NO_EVENT));
        }
    }

    fn persistent_done(&mut self, value: Value) {
        match self.memo.get(value) {
            0 | NEVER => {
                self.op(Opcode::BinPersId);
                self.memoize_if_needed(value);
            }
            slot => {
                // It was reached again through its id.
                self.op(Opcode::Pop);
                self.get(slot - 1);
            }
        }
    }
}
