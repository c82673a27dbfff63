//! The heap: Python objects that refer to each other by handle.
//!
//! A pickle is a graph with sharing and cycles, so its objects live in a [`Heap`] and hold each other as [`Value`]s. There is one arena
//! for each kind of object, one pool for the children of all containers, and text stays where it is in the input. Users look at
//! objects through [`Obj`], a `Copy` view with the navigation.

mod build;
mod called_bytes;
mod copy;
mod eq;
mod event;
mod hash;
mod iso;
mod late;
mod macros;
mod marks;
mod measure;
mod obj;
mod path;
mod pool;
mod reach;
mod replace;
mod repr;
mod store;
mod to_py;
mod value;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use indexmap::IndexMap;

use crate::text::Encoding;

pub use self::eq::DictIndex;
pub(crate) use self::eq::Positions;
pub use self::event::{CallKind, EffectKind};
pub(crate) use self::event::{Event, EventKind, NO_EVENT};
pub(crate) use self::hash::Hashable;
use self::late::Late;
pub(crate) use self::marks::{Marks, Table};
pub use self::obj::{Call, Effect, Key, Obj};
pub(crate) use self::pool::{Pool, Run, Seq};
pub(crate) use self::reach::Reach;
pub(crate) use self::replace::{Fresh, Slot};
pub(crate) use self::repr::ReprIn;
pub(crate) use self::store::{Span, Store};
pub use self::to_py::{Bytes, ToPy};
pub use self::value::{
    BufferId, ByteArrayId, ByteStringId, BytesId, CallId, DictId, FloatId, FrozenSetId, GlobalId, ListId, LongId, PersistentId,
    SetId, StrId, TupleId, Value,
};

/// A heap has no more room: 2^32 objects of one kind. Readers stop before this.
#[cold]
fn full(what: &str) -> ! {
    panic!("a heap holds at most 2^32 {what}")
}

/// The index that the next object of an arena gets.
#[inline]
fn next_index(len: usize) -> u32 {
    u32::try_from(len).unwrap_or_else(|_| full("objects of a kind"))
}

/// Makes room for what there will be when the whole input is read, if the rest is like what was read so far. Gives how many bytes there is room for.
pub(crate) fn foresee<T>(items: &mut Vec<T>, read: usize, of: usize) -> usize {
    let missing = missing(items, read, of);
    if missing > 0 {
        // Without the room the vector grows as it always does.
        let _ = items.try_reserve_exact(missing + missing / 8);
    }
    items.capacity() * size_of::<T>()
}

/// How many more there will be when the whole input is read, if there is no room for them.
fn missing<T>(items: &Vec<T>, read: usize, of: usize) -> usize {
    let share = items.len() as u128 * of.saturating_sub(read) as u128 / read.max(1) as u128;
    usize::try_from(share).ok().filter(|more| *more > items.capacity() - items.len()).unwrap_or(0)
}

/// No room is made beforehand for more than an input of so many bytes.
pub(crate) const ROOM: usize = 1 << 12;

/// An int in two's complement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Long {
    pub(crate) span: Span,
    /// Written by `INT` although it does not fit 32 bits, as Python 2 does.
    pub(crate) by_int: bool,
}

/// An out-of-band buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Buffer {
    /// The bytes, when they were given.
    pub(crate) data: Option<Span>,
    /// `READONLY_BUFFER` came behind it.
    pub(crate) readonly: bool,
    /// A view of a bytearray, which Python cannot hash.
    pub(crate) of_byte_array: bool,
}

/// A module and a qualified name in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Global {
    /// A str, or a call that would give one.
    pub(crate) module: Value,
    pub(crate) name: Value,
    /// The names are those of a stream of protocol 0 to 2, which Python 3 maps to its own.
    pub(crate) python2: bool,
    /// Written by `GLOBAL` although the protocol has `STACK_GLOBAL`.
    pub(crate) text: bool,
    /// Read below protocol 4, where a dot in a name is no attribute.
    pub(crate) undotted: bool,
    /// Part of a builder's own calls: a reference also where its module is pickled by value.
    pub(crate) fixed: bool,
}

/// An object known by a persistent id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Persistent {
    pub(crate) id: Value,
    /// Written by `PERSID`.
    pub(crate) text: bool,
}

/// How a call was written that was reached again through its arguments, and so was made twice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recursive {
    /// The second time the same tuple of arguments was found, not one made anew.
    pub(crate) same_args: bool,
    /// The arguments outside, where these are not the same objects as those inside, although they are equal.
    pub(crate) outer_args: Option<Value>,
    /// The last effect that was written with the object inside its own arguments. The C pickler stops there; the Python pickler goes on
    /// with the object outside, and what is done to it then is written there.
    pub(crate) last_inside: u32,
}

/// Python objects that refer to each other by handle.
#[derive(Clone, Debug)]
pub struct Heap<'a> {
    pub(crate) store: Store<'a>,
    pub(crate) longs: Vec<Long>,
    pub(crate) floats: Vec<f64>,
    pub(crate) strs: Vec<Span>,
    pub(crate) byte_strings: Vec<Span>,
    pub(crate) bytes: Vec<Span>,
    pub(crate) byte_arrays: Vec<Span>,
    pub(crate) buffers: Vec<Buffer>,
    pub(crate) pool: Pool,
    pub(crate) tuples: Vec<Run>,
    pub(crate) lists: Vec<Seq>,
    pub(crate) dicts: Vec<Seq>,
    pub(crate) sets: Vec<Seq>,
    pub(crate) frozensets: Vec<Run>,
    pub(crate) globals: Vec<Global>,
    pub(crate) persistents: Vec<Persistent>,
    pub(crate) events: Vec<Event>,
    /// The first and last effect on objects that are not calls.
    pub(crate) effects: IndexMap<Value, (u32, u32)>,
    /// How calls were written that were reached again through their arguments.
    pub(crate) recursive: HashMap<CallId, Recursive>,
    /// Tuples of up to three items that were written with a mark although the protocol has a shorter way.
    pub(crate) marked_tuples: Marks,
    /// Names that were given as text, each once.
    pub(crate) names: IndexMap<Box<[u8]>, StrId>,
    /// What builders made here and use again, by the number of what it was made from and a name.
    pub(crate) made: HashMap<(u64, Box<str>), Value>,
    /// The calls whose result is dropped, by their first argument.
    late: OnceLock<Late>,
    /// The objects that the stream gave a memo slot, where it did not give one to all.
    pub(crate) memoized: Marks,
    /// How Python 2 strings are read.
    pub(crate) encoding: Encoding,
    /// Where paths begin, when the heap is one object's.
    pub(crate) root: Option<Value>,
}

macro_rules! push {
    ($heap:ident.$arena:ident, $id:ident, $item:expr) => {{
        let index = next_index($heap.$arena.len());
        $heap.$arena.push($item);
        $id(index)
    }};
}

/// Objects from parts, for the reader and the builders above it.
impl<'a> Heap<'a> {
    pub(crate) fn over(input: Cow<'a, [u8]>) -> Self {
        // Room for what a small pickle of its length mostly has, so that few vectors grow; `fit` gives back what is left.
        let input_len = input.len().min(ROOM);
        let mut tuples = Vec::with_capacity(1 + input_len / 48);
        tuples.push(Run::default());
        Self {
            store: Store::new(input),
            longs: Vec::new(),
            floats: Vec::new(),
            strs: Vec::with_capacity(input_len / 20),
            byte_strings: Vec::new(),
            bytes: Vec::new(),
            byte_arrays: Vec::new(),
            buffers: Vec::new(),
            pool: Pool::with_capacity(input_len / 8),
            tuples,
            lists: Vec::new(),
            dicts: Vec::with_capacity(input_len / 96),
            sets: Vec::new(),
            frozensets: Vec::new(),
            globals: Vec::with_capacity(input_len / 128),
            persistents: Vec::new(),
            events: Vec::with_capacity(input_len / 96),
            effects: IndexMap::new(),
            recursive: HashMap::new(),
            marked_tuples: Marks::default(),
            names: IndexMap::new(),
            made: HashMap::new(),
            late: OnceLock::new(),
            memoized: Marks::default(),
            encoding: Encoding::default(),
            root: None,
        }
    }

    /// A heap without its input, for one that is given an owned one.
    pub(crate) fn with_input(self, input: Vec<u8>) -> Heap<'static> {
        Heap {
            store: self.store.into_owned_with(input),
            longs: self.longs,
            floats: self.floats,
            strs: self.strs,
            byte_strings: self.byte_strings,
            bytes: self.bytes,
            byte_arrays: self.byte_arrays,
            buffers: self.buffers,
            pool: self.pool,
            tuples: self.tuples,
            lists: self.lists,
            dicts: self.dicts,
            sets: self.sets,
            frozensets: self.frozensets,
            globals: self.globals,
            persistents: self.persistents,
            events: self.events,
            effects: self.effects,
            recursive: self.recursive,
            marked_tuples: self.marked_tuples,
            names: self.names,
            made: self.made,
            late: self.late,
            memoized: self.memoized,
            encoding: self.encoding,
            root: self.root,
        }
    }

    /// The memory without its objects, for others.
    pub(crate) fn emptied(mut self) -> Heap<'static> {
        // Every field is named, so that none is forgotten.
        let Self {
            store,
            longs,
            floats,
            strs,
            byte_strings,
            bytes,
            byte_arrays,
            buffers,
            pool,
            tuples,
            lists,
            dicts,
            sets,
            frozensets,
            globals,
            persistents,
            events,
            effects,
            recursive,
            names,
            made,
            memoized,
            marked_tuples,
            encoding,
            root,
            late,
        } = &mut self;
        store.clear();
        longs.clear();
        floats.clear();
        for spans in [strs, byte_strings, bytes, byte_arrays] {
            spans.clear();
        }
        buffers.clear();
        pool.clear();
        // The empty tuple stays.
        tuples.truncate(1);
        for seqs in [lists, dicts, sets] {
            seqs.clear();
        }
        frozensets.clear();
        globals.clear();
        persistents.clear();
        events.clear();
        effects.clear();
        recursive.clear();
        names.clear();
        made.clear();
        *memoized = Marks::default();
        *marked_tuples = Marks::default();
        *encoding = Encoding::default();
        *root = None;
        late.take();
        self.with_input(Vec::new())
    }

    /// Gives back what vectors have in excess. Of a large heap that costs no memory, as it was never touched; of many small ones it does.
    pub(crate) fn fit(&mut self) {
        self.strs.shrink_to_fit();
        self.pool.fit();
        self.tuples.shrink_to_fit();
        self.lists.shrink_to_fit();
        self.dicts.shrink_to_fit();
        self.globals.shrink_to_fit();
        self.events.shrink_to_fit();
    }

    /// Makes room for what the whole input holds, if the rest is like what was read so far: `of` and `read` say how much that is. A vector that
    /// grows to twice its size again and again touches twice the memory.
    ///
    /// The pool gets as much again as everything else, `besides` included: an allocator that goes by the largest block it had (glibc: `M_TRIM_THRESHOLD` is twice
    /// that) then keeps the memory of one pickle for the next. What is never used is never touched.
    pub(crate) fn foresee(&mut self, read: usize, of: usize, besides: usize) {
        macro_rules! foresee {
            ($($arena:ident)*) => { besides $(+ foresee(&mut self.$arena, read, of))* };
        }
        let others = foresee!(longs floats strs bytes tuples lists dicts sets globals persistents events);
        self.pool.foresee(read, of, others);
    }

    /// An emptied heap, for the objects of another input.
    pub(crate) fn over_again(mut self, input: Cow<'a, [u8]>) -> Self {
        self.store.set_input(input);
        self
    }

    /// Cuts the tie to the input by copying it.
    #[must_use]
    pub fn into_owned(mut self) -> Heap<'static> {
        let input = self.store.take_input();
        self.with_input(input)
    }

    #[inline]
    pub(crate) fn push_long(&mut self, span: Span, by_int: bool) -> Value {
        Value::Long(push!(self.longs, LongId, Long { span, by_int }))
    }

    #[inline]
    pub(crate) fn push_float(&mut self, float: f64) -> Value {
        Value::Float(push!(self.floats, FloatId, float))
    }

    #[inline]
    pub(crate) fn push_str(&mut self, span: Span) -> StrId {
        push!(self.strs, StrId, span)
    }

    #[inline]
    pub(crate) fn push_byte_string(&mut self, span: Span) -> Value {
        Value::ByteString(push!(self.byte_strings, ByteStringId, span))
    }

    #[inline]
    pub(crate) fn push_bytes(&mut self, span: Span) -> Value {
        Value::Bytes(push!(self.bytes, BytesId, span))
    }

    #[inline]
    pub(crate) fn push_byte_array(&mut self, span: Span) -> Value {
        Value::ByteArray(push!(self.byte_arrays, ByteArrayId, span))
    }

    pub(crate) fn push_buffer(&mut self, buffer: Buffer) -> Value {
        Value::Buffer(push!(self.buffers, BufferId, buffer))
    }

    #[inline]
    pub(crate) fn push_tuple(&mut self, items: &[Value]) -> Value {
        if items.is_empty() {
            return Value::EMPTY_TUPLE;
        }
        let run = self.pool.add(items);
        Value::Tuple(push!(self.tuples, TupleId, run))
    }

    /// A tuple of a number of items that is known, and is not 0.
    #[inline(always)]
    pub(crate) fn push_short_tuple<const N: usize>(&mut self, items: [Value; N]) -> Value {
        let run = self.pool.add_array(items);
        Value::Tuple(push!(self.tuples, TupleId, run))
    }

    /// A tuple that has its handle before its items, since they may hold it; [`Heap::fill_tuple`] gives them.
    pub(crate) fn reserve_tuple(&mut self) -> Value {
        Value::Tuple(push!(self.tuples, TupleId, Run::default()))
    }

    pub(crate) fn fill_tuple(&mut self, tuple: TupleId, items: &[Value]) {
        self.tuples[tuple.index()] = self.pool.add(items);
    }

    #[inline]
    pub(crate) fn push_list(&mut self) -> ListId {
        push!(self.lists, ListId, Seq::default())
    }

    #[inline]
    pub(crate) fn push_dict(&mut self) -> DictId {
        push!(self.dicts, DictId, Seq::default())
    }

    #[inline]
    pub(crate) fn push_set(&mut self) -> SetId {
        push!(self.sets, SetId, Seq::default())
    }

    #[inline]
    pub(crate) fn push_frozenset(&mut self, items: &[Value]) -> Value {
        let run = self.pool.add(items);
        Value::FrozenSet(push!(self.frozensets, FrozenSetId, run))
    }

    #[inline]
    pub(crate) fn push_global(&mut self, global: Global) -> Value {
        Value::Global(push!(self.globals, GlobalId, global))
    }

    pub(crate) fn push_persistent(&mut self, persistent: Persistent) -> Value {
        Value::Persistent(push!(self.persistents, PersistentId, persistent))
    }

    #[inline]
    pub(crate) fn push_event(&mut self, event: Event) -> u32 {
        let index = next_index(self.events.len());
        self.events.push(event);
        index
    }

    #[inline]
    pub(crate) fn push_call(&mut self, kind: CallKind, callable: Value, args: Value) -> Value {
        Value::Call(CallId(self.push_event(Event::call(kind, callable, args))))
    }

    /// The first and last effect on an object.
    #[inline]
    pub(crate) fn effect_chain(&self, target: Value) -> (u32, u32) {
        match target {
            Value::Call(call) => {
                let event = &self.events[call.index()];
                (event.next, event.last)
            }
            _ if self.effects.is_empty() => (NO_EVENT, NO_EVENT),
            _ => self.effects.get(&target).copied().unwrap_or((NO_EVENT, NO_EVENT)),
        }
    }

    /// Hangs an effect behind what was done to an object before.
    #[inline]
    pub(crate) fn chain_effect(&mut self, target: Value, index: u32) {
        let (first, last) = match target {
            Value::Call(call) => {
                let event = &mut self.events[call.index()];
                (&mut event.next, &mut event.last)
            }
            _ => {
                let chain = self.effects.entry(target).or_insert((NO_EVENT, NO_EVENT));
                (&mut chain.0, &mut chain.1)
            }
        };
        let previous = std::mem::replace(last, index);
        if previous == NO_EVENT {
            *first = index;
        } else {
            self.events[previous as usize].next = index;
        }
    }

    pub(crate) fn push_effect(&mut self, kind: EffectKind, target: Value, object: Value) {
        let index = self.push_event(Event::effect(kind, target, object));
        self.chain_effect(target, index);
    }

    /// Puts items into the hidden list, dict or set of what is done to an object: the last effect's if that is of the same kind. Gives
    /// how many containers it had to make.
    pub(crate) fn gather(&mut self, kind: EffectKind, target: Value, items: &[Value]) -> usize {
        let (_, last) = self.effect_chain(target);
        let open = self.events.get(last as usize).filter(|event| event.kind == EventKind::Effect(kind)).map(|event| event.object);
        let open = open.filter(|_| !self.ends_inside(target, last));
        let gathered = open.unwrap_or_else(|| {
            let gathered = match kind {
                EffectKind::SetItems => Value::Dict(self.push_dict()),
                EffectKind::AddItems => Value::Set(self.push_set()),
                _ => Value::List(self.push_list()),
            };
            self.push_effect(kind, target, gathered);
            gathered
        });
        self.extend(gathered, items);
        usize::from(open.is_none())
    }

    /// Takes the items of a list, dict or set from one on away.
    pub(crate) fn truncate(&mut self, container: Value, length: usize) {
        match container {
            Value::List(id) => self.lists[id.index()].truncate(length),
            Value::Dict(id) => self.dicts[id.index()].truncate(length),
            Value::Set(id) => self.sets[id.index()].truncate(length),
            _ => {}
        }
    }

    /// Whether an effect is the last that was done to an object inside its own arguments.
    fn ends_inside(&self, target: Value, effect: u32) -> bool {
        match target {
            Value::Call(id) if !self.recursive.is_empty() => {
                self.recursive.get(&id).is_some_and(|call| call.last_inside == effect)
            }
            _ => false,
        }
    }

    /// Puts items behind those of a list, dict (keys and values in turn) or set.
    pub(crate) fn extend(&mut self, container: Value, items: &[Value]) {
        match container {
            Value::List(id) => self.pool.extend(&mut self.lists[id.index()], items),
            Value::Dict(id) => self.pool.extend(&mut self.dicts[id.index()], items),
            Value::Set(id) => self.pool.extend(&mut self.sets[id.index()], items),
            _ => {}
        }
    }

    /// The hidden container of the last items of a kind that were done to an object.
    pub(crate) fn gathered(&self, target: Value, kind: EffectKind) -> Option<Value> {
        let (mut next, _) = self.effect_chain(target);
        let mut found = None;
        while next != NO_EVENT {
            let event = &self.events[next as usize];
            if event.kind == EventKind::Effect(kind) {
                found = Some(event.object);
            }
            next = event.next;
        }
        found
    }

    /// The str of a name that was given as text; the same text gives the same object.
    pub(crate) fn intern(&mut self, name: &[u8]) -> StrId {
        if let Some(id) = self.names.get(name) {
            return *id;
        }
        let span = self.store.copy(name);
        let id = self.push_str(span);
        self.names.insert(name.into(), id);
        id
    }

    /// The direct children of a container; nothing for other objects.
    #[inline]
    pub(crate) fn items(&self, value: Value) -> &[Value] {
        match value {
            Value::Tuple(id) => self.pool.run(self.tuples[id.index()]),
            Value::List(id) => self.pool.seq(self.lists[id.index()]),
            Value::Dict(id) => self.pool.seq(self.dicts[id.index()]),
            Value::Set(id) => self.pool.seq(self.sets[id.index()]),
            Value::FrozenSet(id) => self.pool.run(self.frozensets[id.index()]),
            _ => &[],
        }
    }

    /// The bytes of a str, of bytes and their like, or of a long int.
    #[inline]
    pub(crate) fn content(&self, value: Value) -> &[u8] {
        self.span(value).map_or(&[], |span| self.store.get(span))
    }

    /// Where in the input those bytes are, when they are there.
    #[cfg(feature = "serde")]
    pub(crate) fn input_range(&self, value: Value) -> Option<std::ops::Range<usize>> {
        self.store.input_range(self.span(value)?)
    }

    #[inline(always)]
    pub(crate) fn span(&self, value: Value) -> Option<Span> {
        match value {
            Value::Str(id) => Some(self.strs[id.index()]),
            Value::ByteString(id) => Some(self.byte_strings[id.index()]),
            Value::Bytes(id) => Some(self.bytes[id.index()]),
            Value::ByteArray(id) => Some(self.byte_arrays[id.index()]),
            Value::Long(id) => Some(self.longs[id.index()].span),
            Value::Buffer(id) => self.buffers[id.index()].data,
            _ => None,
        }
    }
}
