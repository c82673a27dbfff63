//! The writing machine: walks the graph and emits the operations that build it.
//!
//! It follows the C pickler of CPython (`Modules/_pickle.c`, `save` and what it calls), object by object, with a stack of its own instead of
//! recursion. An object gets a memo slot when it is written and is fetched from there when it is met again; lists, dicts and sets are
//! remembered before their items, tuples, frozensets and calls after them.

use std::collections::{HashMap, HashSet};

use crate::error::{ErrorKind, Result};
use crate::heap::{
    BufferId, CallId, CallKind, DictId, EffectKind, Event, EventKind, FrozenSetId, Heap, ListId, NO_EVENT, SetId, Table, TupleId,
    Value,
};
use crate::opcode::Opcode;
use crate::style::{Flavor, Memoize, Style};

use super::sink::Sink;

/// How many items go into one batch.
const BATCH: usize = 1000;

/// How many objects are begun one within the other by recursion.
const DESCENTS: usize = 8;

/// The number of an object that gets no memo slot; any other is its index plus one.
pub(crate) const NEVER: u32 = u32::MAX;

/// What is to be written when what lies above it on the stack is done.
enum Task {
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
enum Stage {
    Args,
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
    tasks: Vec<Task>,
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
    changed: HashSet<Value>,
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
            memo: Table::for_heap(heap),
            count: 0,
            tasks: Vec::new(),
            descents: 0,
            deepest: usize::try_from(heap.count()).unwrap_or(usize::MAX).saturating_mul(6).saturating_add(64),
            strings: HashMap::new(),
            well_known: HashMap::new(),
            substitutes: HashMap::new(),
            has_effects: !heap.effects.is_empty(),
            changed: HashSet::new(),
        }
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
        let out = &mut self.sink.out;
        if self.protocol == 0 {
            out.push(Opcode::Get.byte());
            out.extend_from_slice(index.to_string().as_bytes());
            out.push(b'\n');
        } else if let Ok(index) = u8::try_from(index) {
            out.extend_from_slice(&[Opcode::BinGet.byte(), index]);
        } else {
            let [a, b, c, d] = index.to_le_bytes();
            out.extend_from_slice(&[Opcode::LongBinGet.byte(), a, b, c, d]);
        }
    }

    /// Fetches the object if it was written before.
    #[inline(always)]
    fn get_written(&mut self, value: Value) -> bool {
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
        let out = &mut self.sink.out;
        if self.protocol >= 4 {
            out.push(Opcode::Memoize.byte());
        } else if self.protocol == 0 {
            out.push(Opcode::Put.byte());
            out.extend_from_slice(index.to_string().as_bytes());
            out.push(b'\n');
        } else if let Ok(index) = u8::try_from(index) {
            out.extend_from_slice(&[Opcode::BinPut.byte(), index]);
        } else {
            let [a, b, c, d] = index.to_le_bytes();
            out.extend_from_slice(&[Opcode::LongBinPut.byte(), a, b, c, d]);
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
            Value::Bool(bool) => self.bool(bool),
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
    fn open(&mut self, value: Value) -> Result<()> {
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
            Value::None | Value::Bool(_) | Value::Int(_) | Value::Long(_) | Value::Float(_) => {}
        }
        Ok(())
    }

    /// Writes a child of which nothing is to be done before what is on the task stack.
    fn child(&mut self, value: Value) -> Result<()> {
        if self.leaf(value)? { Ok(()) } else { self.descend(value) }
    }

    /// Begins an object as the last thing that its parent does for now; after some levels by way of [`Writer::work`], so that depth
    /// costs no recursion. (By that way always, an encode takes a third longer.)
    #[inline]
    fn descend(&mut self, value: Value) -> Result<()> {
        if self.descents == DESCENTS {
            self.tasks.push(Task::Open(value));
            return Ok(());
        }
        self.descents += 1;
        self.open(value)
    }

    /// After an object that is not a call: what is done to it.
    #[inline(always)]
    fn after(&mut self, value: Value) -> Result<()> {
        if self.has_effects {
            self.begin_effects(value);
        }
        Ok(())
    }

    fn begin_effects(&mut self, value: Value) {
        let (first, _) = self.heap.effect_chain(value);
        if first != NO_EVENT {
            self.tasks.push(Task::Effects(first, NO_EVENT));
        }
    }

    /// Whether a tuple is the arguments of a call which was reached again through them: a reducer makes them anew each time it is asked.
    fn is_made_anew(&self, tuple: Value) -> bool {
        match self.tasks.last() {
            Some(Task::Call(id, Stage::Finish)) => {
                self.event(*id).object == tuple && !self.heap.recursive.get(id).is_some_and(|call| call.same_args)
            }
            _ => false,
        }
    }

    fn marks_tuple(&self, id: TupleId) -> bool {
        self.protocol < 2 || self.heap.tuples[id.index()].len() > 3
    }

    /// `save_tuple`, from an item on.
    fn tuple_items(&mut self, id: TupleId, mut next: usize) -> Result<()> {
        let heap = self.heap;
        let items = heap.pool.run(heap.tuples[id.index()]);
        while let Some(item) = items.get(next) {
            next += 1;
            if !self.leaf(*item)? {
                self.tasks.push(Task::Tuple(id, next));
                return self.descend(*item);
            }
        }
        let value = Value::Tuple(id);
        let marked = self.marks_tuple(id);
        let opcode = match (marked, items.len()) {
            (false, 1) => Opcode::Tuple1,
            (false, 2) => Opcode::Tuple2,
            (false, _) => Opcode::Tuple3,
            (true, _) => Opcode::Tuple,
        };
        match self.memo.get(value) {
            0 | NEVER => {
                self.op(opcode);
                self.memoize(value);
                self.after(value)
            }
            _ if self.is_made_anew(value) => {
                self.op(opcode);
                self.memoize_unnamed();
                Ok(())
            }
            slot => {
                // The tuple was reached again through its items and is in the memo now.
                let pops = match (marked, self.protocol) {
                    (false, _) => items.len(),
                    (true, 0) => items.len() + 1,
                    (true, _) => 0,
                };
                if pops == 0 {
                    self.op(Opcode::PopMark);
                }
                (0..pops).for_each(|_| self.op(Opcode::Pop));
                self.get(slot - 1);
                Ok(())
            }
        }
    }

    /// `batch_list_exact`, or `batch_list` in the Python pickler's style, from an item on.
    fn list_items(&mut self, id: ListId, mut next: usize) -> Result<()> {
        let heap = self.heap;
        let items = heap.pool.seq(heap.lists[id.index()]);
        let batches = self.batches(items.len(), self.style.flavor == Flavor::C);
        // `next` counts an item as done when it is begun, so what is behind it is closed here.
        loop {
            batches.close(self, next, Opcode::Append, Opcode::Appends);
            let Some(item) = items.get(next) else { break };
            batches.open(self, next);
            next += 1;
            if !self.leaf(*item)? {
                self.tasks.push(Task::List(id, next));
                return self.descend(*item);
            }
        }
        self.after(Value::List(id))
    }

    /// `batch_dict_exact`, or `batch_dict` in the Python pickler's style, from a key or value on.
    fn dict_items(&mut self, id: DictId, mut next: usize) -> Result<()> {
        let heap = self.heap;
        let items = heap.pool.seq(heap.dicts[id.index()]);
        let exact = self.style.flavor == Flavor::C;
        let batches = self.batches(items.len() / 2, exact);
        loop {
            if next.is_multiple_of(2) {
                batches.close(self, next / 2, Opcode::SetItem, Opcode::SetItems);
            }
            let Some(item) = items.get(next) else { break };
            if next.is_multiple_of(2) {
                batches.open(self, next / 2);
            }
            next += 1;
            if !self.leaf(*item)? {
                self.tasks.push(Task::Dict(id, next));
                return self.descend(*item);
            }
        }
        if exact && self.protocol > 0 && items.len() >= 2 * BATCH && items.len().is_multiple_of(2 * BATCH) {
            // The C pickler sees that a dict is at its end only when it asks for the next batch.
            self.op(Opcode::Mark);
            self.op(Opcode::SetItems);
        }
        self.after(Value::Dict(id))
    }

    /// `save_set`, from an item on.
    fn set_items(&mut self, id: SetId, mut next: usize) -> Result<()> {
        let heap = self.heap;
        let items = heap.pool.seq(heap.sets[id.index()]);
        loop {
            if next > 0 && (next == items.len() || next.is_multiple_of(BATCH)) {
                self.op(Opcode::AddItems);
            }
            let Some(item) = items.get(next) else { break };
            if next.is_multiple_of(BATCH) {
                self.op(Opcode::Mark);
            }
            next += 1;
            if !self.leaf(*item)? {
                self.tasks.push(Task::Set(id, next));
                return self.descend(*item);
            }
        }
        if self.style.flavor == Flavor::C && !items.is_empty() && items.len().is_multiple_of(BATCH) {
            self.op(Opcode::Mark);
            self.op(Opcode::AddItems);
        }
        self.after(Value::Set(id))
    }

    /// `save_frozenset`, from an item on.
    fn frozenset_items(&mut self, id: FrozenSetId, mut next: usize) -> Result<()> {
        let heap = self.heap;
        let items = heap.pool.run(heap.frozensets[id.index()]);
        while let Some(item) = items.get(next) {
            next += 1;
            if !self.leaf(*item)? {
                self.tasks.push(Task::FrozenSet(id, next));
                return self.descend(*item);
            }
        }
        let value = Value::FrozenSet(id);
        match self.memo.get(value) {
            0 | NEVER => {
                self.op(Opcode::FrozenSet);
                self.memoize(value);
                self.after(value)
            }
            slot => {
                self.op(Opcode::PopMark);
                self.get(slot - 1);
                Ok(())
            }
        }
    }

    /// A set below protocol 4: `set([..])`, from an item of the list on.
    fn set_call(&mut self, set: Value, mut next: usize) -> Result<()> {
        let heap = self.heap;
        let items = heap.items(set);
        let batches = self.batches(items.len(), self.style.flavor == Flavor::C);
        loop {
            batches.close(self, next, Opcode::Append, Opcode::Appends);
            let Some(item) = items.get(next) else { break };
            batches.open(self, next);
            next += 1;
            if !self.leaf(*item)? {
                self.tasks.push(Task::SetCall(set, next));
                return self.descend(*item);
            }
        }
        self.op(if self.protocol < 2 { Opcode::Tuple } else { Opcode::Tuple1 });
        self.memoize_unnamed();
        self.op(Opcode::Reduce);
        self.remember_call(set).map(drop)
    }

    /// After a call's opcode: the memo slot, or, when the object was reached again through its arguments, the one that it has.
    fn remember_call(&mut self, value: Value) -> Result<bool> {
        match self.memo.get(value) {
            0 | NEVER => {
                self.memoize(value);
                self.after(value)?;
                Ok(true)
            }
            slot => {
                self.op(Opcode::Pop);
                self.get(slot - 1);
                Ok(false)
            }
        }
    }

    fn open_global(&mut self, value: Value, index: usize) -> Result<()> {
        if !self.substitutes.is_empty()
            && let Some(substitute) = self.substitutes.get(&value).copied()
        {
            return self.child(substitute);
        }
        let global = self.heap.globals[index];
        let known = |part| matches!(part, Value::Str(_));
        if known(global.module) && known(global.name) && !self.has_effects {
            if let Value::Global(id) = value {
                self.global(id)?;
            }
            return Ok(());
        }
        if known(global.module) && known(global.name) {
            let effects = [self.heap.effect_chain(global.module), self.heap.effect_chain(global.name)];
            if effects == [(NO_EVENT, NO_EVENT); 2] {
                if let Value::Global(id) = value {
                    let has_effects = std::mem::replace(&mut self.has_effects, false);
                    self.global(id)?;
                    self.has_effects = has_effects;
                }
                return self.after(value);
            }
        }
        self.tasks.push(Task::DynamicGlobal(value, true));
        self.child(global.module)
    }

    /// A global whose names a call gives: they are objects on the stack.
    fn dynamic_global(&mut self, value: Value, name_next: bool) -> Result<()> {
        if name_next {
            self.tasks.push(Task::DynamicGlobal(value, false));
            if let Value::Global(id) = value {
                self.child(self.heap.globals[id.index()].name)?;
            }
            return Ok(());
        }
        self.op(Opcode::StackGlobal);
        self.memoize(value);
        self.after(value)
    }

    fn extension(&mut self, code: i32) {
        let out = &mut self.sink.out;
        if let Ok(code) = u8::try_from(code) {
            out.extend_from_slice(&[Opcode::Ext1.byte(), code]);
        } else if let Ok(code) = u16::try_from(code) {
            out.push(Opcode::Ext2.byte());
            out.extend_from_slice(&code.to_le_bytes());
        } else {
            out.push(Opcode::Ext4.byte());
            out.extend_from_slice(&code.to_le_bytes());
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

    fn event(&self, id: CallId) -> &'h Event {
        &self.heap.events[id.index()]
    }

    /// `save_reduce`: the callable, or the class, first.
    fn open_call(&mut self, id: CallId) -> Result<()> {
        let event = self.event(id);
        let EventKind::Call(kind) = event.kind else { return Ok(()) };
        match kind {
            CallKind::NewObj if self.protocol < 2 => {
                self.well_known("copyreg", "__newobj__")?;
                self.op(Opcode::Mark);
                self.tasks.push(Task::Marked(id, 0));
                self.child(event.subject)
            }
            CallKind::NewObjEx if self.protocol < 4 => {
                self.well_known("copyreg", "__newobj_ex__")?;
                self.op(Opcode::Mark);
                self.tasks.push(Task::Call(id, Stage::Args));
                self.child(event.subject)
            }
            CallKind::Reduce | CallKind::NewObj | CallKind::NewObjEx => {
                self.tasks.push(Task::Call(id, Stage::Args));
                self.child(event.subject)
            }
            CallKind::Inst if !self.substitutes.contains_key(&event.subject) => {
                self.op(Opcode::Mark);
                self.marked(id, 0)
            }
            CallKind::Inst | CallKind::Obj => {
                self.op(Opcode::Mark);
                self.tasks.push(Task::Marked(id, 0));
                self.child(event.subject)
            }
        }
    }

    fn call(&mut self, id: CallId, stage: Stage) -> Result<()> {
        let event = self.event(id);
        let extended = event.kind == EventKind::Call(CallKind::NewObjEx);
        let (args, keywords) = match self.heap.items(event.object) {
            &[args, keywords] if extended => (args, Some(keywords)),
            _ => (event.object, None),
        };
        match (stage, keywords) {
            (Stage::Args, _) => {
                self.tasks.push(Task::Call(id, if extended { Stage::Keywords } else { Stage::Finish }));
                self.child(args)
            }
            (Stage::Keywords, Some(keywords)) => {
                self.tasks.push(Task::Call(id, Stage::Finish));
                self.child(keywords)
            }
            _ => self.finish_call(id, event),
        }
    }

    fn finish_call(&mut self, id: CallId, event: &Event) -> Result<()> {
        match event.kind {
            EventKind::Call(CallKind::NewObj) => self.op(Opcode::NewObj),
            EventKind::Call(CallKind::NewObjEx) if self.protocol >= 4 => self.op(Opcode::NewObjEx),
            EventKind::Call(CallKind::NewObjEx) => {
                self.op(Opcode::Tuple);
                self.memoize_unnamed();
                self.op(Opcode::Reduce);
            }
            _ => self.op(Opcode::Reduce),
        }
        self.done_call(id)
    }

    /// After the opcode of a call: its memo slot and its effects.
    fn done_call(&mut self, id: CallId) -> Result<()> {
        let value = Value::Call(id);
        let fresh = matches!(self.memo.get(value), 0 | NEVER);
        if fresh {
            self.memoize(value);
        } else {
            // The object was reached again through its arguments: it is in the memo, this one is thrown away.
            self.op(Opcode::Pop);
            let slot = self.memo.get(value);
            self.get(slot - 1);
        }
        match self.heap.recursive.get(&id) {
            None if fresh => self.begin_effects(value),
            Some(call) if fresh => {
                let (first, _) = self.heap.effect_chain(value);
                if call.last_inside != NO_EVENT {
                    self.tasks.push(Task::Effects(first, call.last_inside));
                }
            }
            Some(call) => {
                let (first, _) = self.heap.effect_chain(value);
                let inside = self.heap.events.get(call.last_inside as usize);
                self.tasks.push(Task::Effects(inside.map_or(first, |event| event.next), NO_EVENT));
            }
            None => {}
        }
        Ok(())
    }

    /// Arguments behind a mark, from one on.
    fn marked(&mut self, id: CallId, mut next: usize) -> Result<()> {
        let event = self.event(id);
        let heap = self.heap;
        let items = heap.items(event.object);
        while let Some(item) = items.get(next) {
            next += 1;
            if !self.leaf(*item)? {
                self.tasks.push(Task::Marked(id, next));
                return self.descend(*item);
            }
        }
        match (event.kind, event.subject) {
            (EventKind::Call(CallKind::Inst), subject @ Value::Global(global)) if !self.substitutes.contains_key(&subject) => {
                let global = heap.globals[global.index()];
                let out = &mut self.sink.out;
                out.push(Opcode::Inst.byte());
                out.extend_from_slice(heap.content(global.module));
                out.push(b'\n');
                out.extend_from_slice(heap.content(global.name));
                out.push(b'\n');
            }
            (EventKind::Call(CallKind::NewObj), _) => {
                self.op(Opcode::Tuple);
                self.memoize_unnamed();
                self.op(Opcode::Reduce);
            }
            _ => self.op(Opcode::Obj),
        }
        self.done_call(id)
    }

    /// What is done to an object, from one effect to another.
    fn effects(&mut self, mut next: u32, last: u32) -> Result<()> {
        while next != NO_EVENT {
            let event = &self.heap.events[next as usize];
            let following = if next == last { NO_EVENT } else { event.next };
            let EventKind::Effect(kind) = event.kind else {
                next = following;
                continue;
            };
            self.tasks.push(Task::Effects(following, last));
            return match kind {
                EffectKind::Build => {
                    self.tasks.push(Task::Emit(&[Opcode::Build]));
                    self.child(event.object)
                }
                EffectKind::Drop => {
                    self.tasks.push(Task::Emit(&[Opcode::Pop]));
                    self.child(event.object)
                }
                EffectKind::SetState => {
                    self.tasks.push(Task::Emit(&[Opcode::Tuple2, Opcode::Reduce, Opcode::Pop]));
                    self.tasks.push(Task::StateOf(event.target(), event.object));
                    self.child(event.subject)
                }
                EffectKind::Append | EffectKind::SetItems | EffectKind::AddItems => self.gathered(event.object, 0),
            };
        }
        Ok(())
    }

    /// Items that are done to a call: `batch_list`, `batch_dict`, from one on.
    fn gathered(&mut self, container: Value, mut next: usize) -> Result<()> {
        let heap = self.heap;
        let items = heap.items(container);
        let (width, one, many) = match container {
            Value::Dict(_) => (2, Opcode::SetItem, Opcode::SetItems),
            Value::Set(_) => (1, Opcode::AddItems, Opcode::AddItems),
            _ => (1, Opcode::Append, Opcode::Appends),
        };
        let batches = match container {
            Value::Set(_) => Batches::Marked(items.len()),
            _ => self.batches(items.len() / width, false),
        };
        loop {
            if next.is_multiple_of(width) {
                batches.close(self, next / width, one, many);
            }
            let Some(item) = items.get(next) else { break };
            if next.is_multiple_of(width) {
                batches.open(self, next / width);
            }
            next += 1;
            if !self.leaf(*item)? {
                self.tasks.push(Task::Gathered(container, next));
                return self.descend(*item);
            }
        }
        Ok(())
    }

    fn batches(&self, total: usize, exact: bool) -> Batches {
        match (self.protocol, exact) {
            (0, _) => Batches::Single,
            (_, true) => Batches::Exact(total),
            (_, false) => Batches::Iterated(total),
        }
    }
}

/// How a number of items is cut into batches.
#[derive(Clone, Copy)]
enum Batches {
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
    fn open(self, writer: &mut Writer<'_, '_>, next: usize) {
        if self.begins(next) && !self.lone(next) {
            writer.op(Opcode::Mark);
        }
    }

    /// After so many items.
    #[inline(always)]
    fn close(self, writer: &mut Writer<'_, '_>, done: usize, one: Opcode, many: Opcode) {
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
