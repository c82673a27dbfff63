//! The pickle machine: carries the operations out and builds the heap.
//!
//! It follows the C unpickler of CPython (`Modules/_pickle.c`): what that accepts is accepted, what it refuses is refused. Where CPython
//! would import or call something, the machine notes what; the result of a call can be anything, so it is accepted wherever some
//! object would be.

use std::collections::HashMap;

use super::lines;
use super::memo::Memo;
use super::options::Options;
use super::trace::{BATCH, Trace};
use crate::error::{Error, ErrorKind, Result};
use crate::heap::{
    Buffer, CallId, CallKind, EffectKind, Event, EventKind, Global, Hashable, Heap, NO_EVENT, Persistent, Recursive, StrId,
    TupleId, Value,
};
use crate::int::u32_from_usize;
use crate::op::{Op, fault_at};
use crate::text;

/// From this size on, a payload stands outside of frames.
const LARGE: usize = 1 << 16;

/// Effects that belong before the root object hang on `None`, which has none of its own.
pub(crate) const PROLOGUE: Value = Value::None;

pub(crate) struct Machine<'a, 'o> {
    pub(crate) heap: Heap<'a>,
    pub(crate) stack: Vec<Value>,
    marks: Vec<usize>,
    /// Where the objects above the last mark begin.
    fence: usize,
    pub(crate) memo: Memo,
    proto: u8,
    length: usize,
    buffers: std::vec::IntoIter<std::borrow::Cow<'a, [u8]>>,
    buffers_taken: usize,
    options: &'o Options,
    pub(crate) trace: Trace,
    /// Effects that drop something: whether they matter is decided at the end.
    pub(crate) drops: Vec<u32>,
    hashable: Hashable,
    /// By how much bytearrays have grown.
    grown: HashMap<Value, usize>,
}

impl<'a, 'o> Machine<'a, 'o> {
    pub(crate) fn new(heap: Heap<'a>, length: usize, buffers: Vec<std::borrow::Cow<'a, [u8]>>, options: &'o Options) -> Self {
        Self {
            heap,
            stack: Vec::new(),
            marks: Vec::new(),
            fence: 0,
            memo: Memo::default(),
            proto: 0,
            length,
            buffers: buffers.into_iter(),
            buffers_taken: 0,
            options,
            trace: Trace { fix_imports: options.fix_imports, ..Trace::default() },
            drops: Vec::new(),
            hashable: Hashable::default(),
            grown: HashMap::new(),
        }
    }

    /// Runs up to `STOP`; gives the root object and how many bytes were read.
    pub(crate) fn run(&mut self, input: &[u8]) -> Result<(Value, usize)> {
        if input.len() as u64 > self.options.limits.input {
            return Err(ErrorKind::LimitExceeded { what: "bytes of input", limit: self.options.limits.input }.at(0));
        }
        // A heap has room for four items for every byte of an input of 1 GiB; for more it has to be watched.
        if self.options.limits.count() || input.len() >= 1 << 30 {
            self.run_as::<true>(input)
        } else {
            self.run_as::<false>(input)
        }
    }

    fn run_as<const COUNTED: bool>(&mut self, input: &[u8]) -> Result<(Value, usize)> {
        let mut rest = input;
        loop {
            let (after, op) = match Op::parse(rest) {
                Ok(parsed) => parsed,
                Err(error) => return Err(fault_at(error.into(), rest, self.length - rest.len())),
            };
            let result = if let Op::Stop = op { self.pop().map(Some) } else { self.step(op, after).map(|()| None) };
            match result {
                Ok(None) => {}
                Ok(Some(root)) => return Ok((root, input.len() - after.len())),
                Err(error) => return Err(error.or_at(self.length - rest.len(), Some(op.opcode().name()))),
            }
            if COUNTED {
                self.count().map_err(|error| error.or_at(self.length - rest.len(), Some(op.opcode().name())))?;
            }
            rest = after;
        }
    }

    #[cold]
    fn count(&self) -> Result<()> {
        let limits = &self.options.limits;
        let exceeded = |what, limit| Err(ErrorKind::LimitExceeded { what, limit }.into());
        if self.heap.count() > limits.objects {
            return exceeded("objects", limits.objects);
        }
        if self.memo.len() > limits.memo {
            return exceeded("memo entries", limits.memo);
        }
        if self.heap.memory() > limits.bytes {
            return exceeded("bytes of memory", limits.bytes);
        }
        if self.heap.is_nearly_full() {
            return exceeded("objects in one heap", 1 << 31);
        }
        Ok(())
    }

    /// Carries one operation out; `after` is the input behind it.
    #[inline(always)]
    fn step(&mut self, op: Op<'_>, after: &[u8]) -> Result<()> {
        match op {
            Op::None => self.push(Value::None),
            Op::NewTrue => self.push(Value::Bool(true)),
            Op::NewFalse => self.push(Value::Bool(false)),
            Op::BinInt(n) => self.push(Value::Int(n)),
            Op::BinInt1(n) => self.push(Value::Int(n.into())),
            Op::BinInt2(n) => self.push(Value::Int(n.into())),
            Op::BinFloat(bits) => {
                let float = self.heap.push_float(bits.value());
                self.push(float);
            }
            Op::Int(line) => {
                let int = lines::int(&mut self.heap, line.0, self.options.limits.digits)?;
                self.push(int);
            }
            Op::Long(line) => {
                let int = lines::long(&mut self.heap, line.0, self.options.limits.digits)?;
                self.push(int);
            }
            Op::Float(line) => {
                let float = lines::float(&mut self.heap, line.0)?;
                self.push(float);
            }
            Op::Long1(bytes) => self.long(bytes.0, after),
            Op::Long4(bytes) => self.long(bytes.0, after),

            Op::ShortBinUnicode(text) => self.str(text.0, after)?,
            Op::BinUnicode(text) => self.str(text.0, after)?,
            Op::BinUnicode8(text) => self.str(text.0, after)?,
            Op::Unicode(line) => {
                self.trace.bare_controls |= line.0.iter().any(|byte| matches!(byte, 0 | b'\r' | 0x1a));
                let text = lines::unicode(&mut self.heap, line.0, self.length - after.len() - 1 - line.0.len())?;
                self.push(text);
            }
            Op::ShortBinBytes(bytes) => self.bytes(bytes.0, after),
            Op::BinBytes(bytes) => self.bytes(bytes.0, after),
            Op::BinBytes8(bytes) => self.bytes(bytes.0, after),
            Op::ByteArray8(bytes) => {
                let start = self.payload(bytes.0, after);
                let span = self.heap.store.input(start, bytes.0.len());
                let value = self.heap.push_byte_array(span);
                self.push(value);
            }
            Op::ShortBinString(bytes) => self.byte_string(bytes.0, after)?,
            Op::BinString(bytes) => self.byte_string(bytes.0, after)?,
            Op::String(line) => {
                let start = self.length - after.len() - 1 - line.0.len();
                let span = lines::string(&mut self.heap, line.0, start)?;
                self.options.encoding.check(self.heap.store.get(span))?;
                let value = self.heap.push_byte_string(span);
                self.push(value);
            }
            Op::NextBuffer => self.next_buffer()?,
            Op::ReadonlyBuffer => self.readonly_buffer()?,

            Op::EmptyTuple => self.push(Value::EMPTY_TUPLE),
            Op::EmptyList => {
                let list = self.heap.push_list();
                self.push(Value::List(list));
            }
            Op::EmptyDict => {
                let dict = self.heap.push_dict();
                self.push(Value::Dict(dict));
            }
            Op::EmptySet => {
                let set = self.heap.push_set();
                self.push(Value::Set(set));
            }
            Op::Tuple1 => self.tuple(1)?,
            Op::Tuple2 => self.tuple(2)?,
            Op::Tuple3 => self.tuple(3)?,
            Op::Tuple => {
                let at = self.marker()?;
                let tuple = self.heap.push_tuple(&self.stack[at..]);
                self.stack.truncate(at);
                self.push(tuple);
            }
            Op::List => {
                let at = self.marker()?;
                let list = self.heap.push_list();
                self.heap.pool.extend(&mut self.heap.lists[list.index()], &self.stack[at..]);
                self.stack.truncate(at);
                self.push(Value::List(list));
            }
            Op::Dict => self.dict()?,
            Op::FrozenSet => {
                let at = self.marker()?;
                self.check_hashable(at, 1)?;
                let set = self.heap.push_frozenset(&self.stack[at..]);
                self.stack.truncate(at);
                self.push(set);
            }
            Op::Append => {
                let at = self.stack.len().saturating_sub(1);
                if at <= self.fence {
                    return Err(self.underflow(2));
                }
                self.trace.lone_last |= self.follows_full_batches(at);
                self.append(at)?;
            }
            Op::Appends => {
                let at = self.marker()?;
                self.append(at)?;
            }
            Op::SetItem => {
                let at = self.stack.len().saturating_sub(2);
                if at <= self.fence {
                    return Err(self.underflow(3));
                }
                self.trace.lone_last |= self.follows_full_batches(at);
                self.set_items(at)?;
            }
            Op::SetItems => {
                let at = self.marker()?;
                self.set_items(at)?;
            }
            Op::AddItems => {
                let at = self.marker()?;
                self.add_items(at)?;
            }

            Op::Mark => {
                self.marks.push(self.stack.len());
                self.fence = self.stack.len();
            }
            Op::Pop => self.pop_op(after)?,
            Op::PopMark => {
                let at = self.marker()?;
                for value in self.stack.split_off(at) {
                    self.dropped(value);
                }
            }
            Op::Dup => {
                self.trace.duplicated = true;
                let top = self.top(1)?;
                self.push(top);
            }

            Op::Memoize => {
                let top = self.top(1)?;
                self.memo.memoize(top);
            }
            Op::BinPut(index) => self.put(index.into())?,
            Op::LongBinPut(index) => self.put(index.into())?,
            Op::Put(line) => {
                if line.0.is_empty() {
                    return Err(ErrorKind::EmptyLine.into());
                }
                self.top(1)?;
                let index = lines::memo_index(line.0)?;
                self.put(index)?;
            }
            Op::BinGet(index) => self.get(index.into())?,
            Op::LongBinGet(index) => self.get(index.into())?,
            Op::Get(line) => {
                let index = lines::memo_index(line.0)?;
                self.get(index)?;
            }

            Op::Global(pair) => {
                let global = self.named(pair.lines())?;
                self.push(global);
            }
            Op::StackGlobal => self.stack_global()?,
            Op::Ext1(code) => self.extension(code.into())?,
            Op::Ext2(code) => self.extension(code.into())?,
            Op::Ext4(code) => self.extension(code)?,
            Op::PersId(line) => {
                if !line.0.is_ascii() {
                    return Err(ErrorKind::PersistentIdNotAscii.into());
                }
                let id = self.hidden_name(line.0);
                let value = self.heap.push_persistent(Persistent { id, text: true });
                self.push(value);
            }
            Op::BinPersId => {
                let id = self.pop()?;
                let value = self.heap.push_persistent(Persistent { id, text: false });
                self.push(value);
            }

            Op::Reduce => {
                let args = self.top(1)?;
                let callable = self.top(2)?;
                self.check_callable(callable)?;
                self.check_args(args)?;
                self.call(CallKind::Reduce, callable, args, 2);
            }
            Op::NewObj => {
                let args = self.top(1)?;
                let class = self.top(2)?;
                self.check_args(args)?;
                self.check_class(class)?;
                self.call(CallKind::NewObj, class, args, 2);
            }
            Op::NewObjEx => self.new_obj_ex()?,
            Op::Inst(pair) => {
                let at = self.marker()?;
                let (module, name) = pair.lines();
                if !module.is_ascii() || !name.is_ascii() {
                    return Err(ErrorKind::NotUtf8 { valid_up_to: 0 }.into());
                }
                let class = self.named((module, name))?;
                self.trace.hidden += 1;
                self.instance(CallKind::Inst, class, at);
            }
            Op::Obj => {
                let at = self.marker()?;
                let Some(class) = self.stack.get(at).copied() else {
                    return Err(self.underflow(1));
                };
                self.check_callable(class)?;
                self.instance(CallKind::Obj, class, at + 1);
                let object = self.stack.pop().unwrap_or(Value::None);
                self.stack.truncate(at);
                self.push(object);
            }
            Op::Build => self.build()?,

            Op::Proto(proto) => {
                if proto > 5 {
                    return Err(ErrorKind::UnsupportedProtocol(proto).into());
                }
                self.proto = proto;
                if self.trace.proto.is_none() {
                    self.trace.proto = Some(proto);
                    self.trace.late_proto = self.length - after.len() != 2;
                }
            }
            Op::Frame(length) => self.frame(length, after)?,
            Op::Stop => {}
        }
        Ok(())
    }

    #[inline(always)]
    fn push(&mut self, value: Value) {
        self.stack.push(value);
    }

    #[inline(always)]
    fn pop(&mut self) -> Result<Value> {
        let top = self.top(1)?;
        self.stack.pop();
        Ok(top)
    }

    /// The object `depth` below the top, the top being 1.
    #[inline(always)]
    fn top(&self, depth: usize) -> Result<Value> {
        match self.stack.len().checked_sub(depth) {
            Some(at) if at >= self.fence => Ok(self.stack[at]),
            _ => Err(self.underflow(depth)),
        }
    }

    #[cold]
    fn underflow(&self, needed: usize) -> Error {
        if self.marks.is_empty() {
            ErrorKind::StackUnderflow { needed, found: self.stack.len() }.into()
        } else {
            ErrorKind::UnexpectedMark.into()
        }
    }

    /// Takes the last mark away; gives where the objects above it begin.
    #[inline(always)]
    fn marker(&mut self) -> Result<usize> {
        let Some(at) = self.marks.pop() else { return Err(ErrorKind::NoMark.into()) };
        self.fence = self.marks.last().copied().unwrap_or(0);
        Ok(at)
    }

    /// Where a payload that ends where `after` begins starts; notes whether it stands in a frame.
    #[inline(always)]
    fn payload(&mut self, bytes: &[u8], after: &[u8]) -> usize {
        let start = self.length - after.len() - bytes.len();
        if bytes.len() >= LARGE {
            self.trace.framed_payload |= start < self.trace.frame_end;
        }
        start
    }

    #[inline(always)]
    fn str(&mut self, bytes: &[u8], after: &[u8]) -> Result<()> {
        text::validate(bytes).map_err(|valid_up_to| ErrorKind::NotUtf8 { valid_up_to })?;
        let start = self.payload(bytes, after);
        let span = self.heap.store.input(start, bytes.len());
        let id = self.heap.push_str(span);
        self.push(Value::Str(id));
        Ok(())
    }

    #[inline(always)]
    fn bytes(&mut self, bytes: &[u8], after: &[u8]) {
        let start = self.payload(bytes, after);
        let span = self.heap.store.input(start, bytes.len());
        let value = self.heap.push_bytes(span);
        self.push(value);
    }

    fn byte_string(&mut self, bytes: &[u8], after: &[u8]) -> Result<()> {
        self.options.encoding.check(bytes)?;
        let start = self.payload(bytes, after);
        let span = self.heap.store.input(start, bytes.len());
        let value = self.heap.push_byte_string(span);
        self.push(value);
        Ok(())
    }

    fn long(&mut self, bytes: &[u8], after: &[u8]) {
        let start = self.length - after.len() - bytes.len();
        let length = bytes.len() - redundant(bytes);
        let span = self.heap.store.input(start, length);
        let value = self.heap.push_long(span, false);
        self.push(value);
    }

    #[inline(always)]
    fn tuple(&mut self, count: usize) -> Result<()> {
        self.top(count)?;
        let at = self.stack.len() - count;
        let tuple = self.heap.push_tuple(&self.stack[at..]);
        self.stack.truncate(at);
        self.push(tuple);
        Ok(())
    }

    fn dict(&mut self) -> Result<()> {
        let at = self.marker()?;
        let count = self.stack.len() - at;
        if !count.is_multiple_of(2) {
            return Err(ErrorKind::OddItems(count).into());
        }
        self.check_hashable(at, 2)?;
        let dict = self.heap.push_dict();
        self.heap.pool.extend(&mut self.heap.dicts[dict.index()], &self.stack[at..]);
        self.stack.truncate(at);
        self.push(Value::Dict(dict));
        Ok(())
    }

    /// The container below the objects from `at` on, or an error when a mark or nothing is there.
    #[inline(always)]
    fn container(&self, at: usize) -> Result<Value> {
        if at > self.fence { Ok(self.stack[at - 1]) } else { Err(self.underflow(1)) }
    }

    /// Whether one more item, set by itself, comes behind full batches: the habit of the Python pickler.
    #[inline(always)]
    fn follows_full_batches(&self, at: usize) -> bool {
        let length = match self.stack[at - 1] {
            Value::List(id) => self.heap.lists[id.index()].len(),
            Value::Dict(id) => self.heap.dicts[id.index()].len() / 2,
            _ => 0,
        };
        length >= BATCH && length % BATCH == 0
    }

    /// `do_append`: the objects from `at` on go to the list below them.
    #[inline(always)]
    fn append(&mut self, at: usize) -> Result<()> {
        let list = self.container(at)?;
        if at == self.stack.len() {
            return Ok(());
        }
        match list {
            Value::List(id) => self.heap.pool.extend(&mut self.heap.lists[id.index()], &self.stack[at..]),
            _ => self.append_to_other(list, at)?,
        }
        self.stack.truncate(at);
        Ok(())
    }

    #[cold]
    fn append_to_other(&mut self, list: Value, at: usize) -> Result<()> {
        let items = &self.stack[at..];
        match list {
            Value::ByteArray(_) => {
                items.iter().try_for_each(|item| self.check_byte(*item))?;
                *self.grown.entry(list).or_default() += items.len();
            }
            _ if unknown(list) => {}
            _ => return Err(ErrorKind::NoMethod { method: "extend or append", found: self.heap.kind_name(list) }.into()),
        }
        self.trace.hidden += self.heap.gather(EffectKind::Append, list, items);
        Ok(())
    }

    /// `do_setitems`: the pairs from `at` on go to the dict below them.
    #[inline(always)]
    fn set_items(&mut self, at: usize) -> Result<()> {
        let dict = self.container(at)?;
        let count = self.stack.len() - at;
        if count == 0 {
            self.trace.empty_batches += 1;
            return Ok(());
        }
        if !count.is_multiple_of(2) {
            return Err(ErrorKind::OddItems(count).into());
        }
        match dict {
            Value::Dict(id) => {
                self.check_hashable(at, 2)?;
                self.heap.pool.extend(&mut self.heap.dicts[id.index()], &self.stack[at..]);
            }
            _ => self.set_items_of_other(dict, at)?,
        }
        self.stack.truncate(at);
        Ok(())
    }

    #[cold]
    fn set_items_of_other(&mut self, target: Value, at: usize) -> Result<()> {
        let pairs = &self.stack[at..];
        let length = match target {
            Value::List(id) => Some(self.heap.lists[id.index()].len()),
            Value::ByteArray(_) => Some(self.heap.content(target).len() + self.grown.get(&target).copied().unwrap_or(0)),
            _ => None,
        };
        if let Some(length) = length {
            for pair in pairs.chunks_exact(2) {
                let index = self.heap.index_of(pair[0]);
                if index.is_none() && !unknown(pair[0]) {
                    return Err(wrong_type("an index", &self.heap, pair[0]));
                }
                if let Value::ByteArray(_) = target {
                    self.check_byte(pair[1])?;
                }
                let from_end = index.filter(|index| *index < 0).and_then(|index| index.checked_add_unsigned(length as u64));
                if let Some(index) = index
                    && !u64::try_from(from_end.unwrap_or(index)).is_ok_and(|at| at < length as u64)
                {
                    return Err(ErrorKind::NotFound { what: "item", name: index.to_string() }.into());
                }
            }
        } else if !unknown(target) {
            return Err(ErrorKind::NoMethod { method: "__setitem__", found: self.heap.kind_name(target) }.into());
        }
        self.trace.hidden += self.heap.gather(EffectKind::SetItems, target, pairs);
        Ok(())
    }

    /// Checks that an object can be an item of a bytearray.
    fn check_byte(&self, value: Value) -> Result<()> {
        let byte = unknown(value) || self.heap.index_of(value).is_some_and(|n| (0..256).contains(&n));
        if byte { Ok(()) } else { Err(wrong_type("an int from 0 to 255", &self.heap, value)) }
    }

    /// `load_additems`: the objects from `at` on go to the set below them.
    #[inline(always)]
    fn add_items(&mut self, at: usize) -> Result<()> {
        let set = self.container(at)?;
        if at == self.stack.len() {
            self.trace.empty_batches += 1;
            return Ok(());
        }
        match set {
            Value::Set(id) => {
                self.check_hashable(at, 1)?;
                self.heap.pool.extend(&mut self.heap.sets[id.index()], &self.stack[at..]);
            }
            _ if unknown(set) => self.trace.hidden += self.heap.gather(EffectKind::AddItems, set, &self.stack[at..]),
            _ => return Err(ErrorKind::NoMethod { method: "add", found: self.heap.kind_name(set) }.into()),
        }
        self.stack.truncate(at);
        Ok(())
    }

    /// Checks that every `step`th object from `at` on can be hashed.
    #[inline(always)]
    fn check_hashable(&mut self, at: usize, step: usize) -> Result<()> {
        for value in self.stack[at..].iter().step_by(step) {
            match value {
                Value::Str(_) | Value::Int(_) => {}
                _ => self.heap.check_hashable(*value, &mut self.hashable).map_err(ErrorKind::Unhashable)?,
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn put(&mut self, index: u64) -> Result<()> {
        let top = self.top(1)?;
        self.memo.put(index, top);
        Ok(())
    }

    #[inline(always)]
    fn get(&mut self, index: u64) -> Result<()> {
        let Some(value) = self.memo.get(index) else { return Err(ErrorKind::MemoMissing(index).into()) };
        self.push(value);
        Ok(())
    }

    /// The str of a name that the stream gives as text: no object of its own there.
    fn hidden_name(&mut self, name: &[u8]) -> Value {
        let before = self.heap.strs.len();
        let id: StrId = self.heap.intern(name);
        self.trace.hidden += self.heap.strs.len() - before;
        Value::Str(id)
    }

    fn named(&mut self, (module, name): (&[u8], &[u8])) -> Result<Value> {
        for line in [module, name] {
            if line.is_empty() {
                return Err(ErrorKind::EmptyLine.into());
            }
            std::str::from_utf8(line).map_err(|error| ErrorKind::NotUtf8 { valid_up_to: error.valid_up_to() })?;
        }
        let module = self.hidden_name(module);
        let name = self.hidden_name(name);
        self.global(module, name, true)
    }

    fn stack_global(&mut self) -> Result<()> {
        let name = self.top(1)?;
        let module = self.top(2)?;
        for part in [module, name] {
            let str = match part {
                Value::Str(_) => true,
                Value::ByteString(_) => !self.options.encoding.gives_bytes(),
                _ => unknown(part),
            };
            if !str {
                return Err(wrong_type("str", &self.heap, part));
            }
        }
        self.stack.truncate(self.stack.len() - 2);
        let global = self.global(module, name, false)?;
        self.push(global);
        Ok(())
    }

    fn global(&mut self, module: Value, name: Value, text: bool) -> Result<Value> {
        let python2 = self.proto < 3 && self.options.fix_imports;
        let global = Global { module, name, python2, text: text && self.proto >= 4, undotted: self.proto < 4, fixed: false };
        let value = self.heap.push_global(global);
        self.options.check_global(&self.heap, value)?;
        Ok(value)
    }

    fn extension(&mut self, code: i32) -> Result<()> {
        if code <= 0 {
            return Err(ErrorKind::BadExtensionCode(code).into());
        }
        self.options.check_extension(code)?;
        self.push(Value::Extension(code));
        Ok(())
    }

    fn check_callable(&self, callable: Value) -> Result<()> {
        if unknown(callable) { Ok(()) } else { Err(wrong_type("a callable", &self.heap, callable)) }
    }

    fn check_class(&self, class: Value) -> Result<()> {
        if unknown(class) { Ok(()) } else { Err(wrong_type("a class", &self.heap, class)) }
    }

    fn check_args(&self, args: Value) -> Result<()> {
        if matches!(args, Value::Tuple(_)) || unknown(args) {
            Ok(())
        } else {
            Err(wrong_type("a tuple of arguments", &self.heap, args))
        }
    }

    /// Replaces the top `count` objects by the call.
    #[inline]
    fn call(&mut self, kind: CallKind, callable: Value, args: Value, count: usize) {
        self.trace.calls += 1;
        let call = self.heap.push_call(kind, callable, args);
        self.stack.truncate(self.stack.len() - count);
        self.push(call);
    }

    fn new_obj_ex(&mut self) -> Result<()> {
        let kwargs = self.top(1)?;
        let args = self.top(2)?;
        let class = self.top(3)?;
        self.check_class(class)?;
        self.check_args(args)?;
        match kwargs {
            Value::Dict(_) => {}
            _ if unknown(kwargs) => {}
            _ => return Err(wrong_type("a dict of keywords", &self.heap, kwargs)),
        }
        self.trace.hidden += 1;
        let both = self.heap.push_tuple(&[args, kwargs]);
        self.call(CallKind::NewObjEx, class, both, 3);
        Ok(())
    }

    /// An instance with the objects from `at` on as its arguments.
    fn instance(&mut self, kind: CallKind, class: Value, at: usize) {
        let args = self.heap.push_tuple(&self.stack[at..]);
        self.trace.hidden += usize::from(args != Value::EMPTY_TUPLE);
        self.stack.truncate(at);
        self.call(kind, class, args, 0);
    }

    /// `load_build`.
    fn build(&mut self) -> Result<()> {
        let state = self.top(1)?;
        let target = self.top(2)?;
        self.stack.pop();
        if unknown(target) {
            self.heap.push_effect(EffectKind::Build, target, state);
            return Ok(());
        }
        // An object without `__setstate__` and without `__dict__`: only states that say nothing are taken.
        let (state, slots) = match (state, self.heap.items(state)) {
            (Value::Tuple(_), &[state, slots]) => (state, Some(slots)),
            _ => (state, None),
        };
        match state {
            Value::None => {}
            _ if unknown(state) => {}
            Value::Dict(_) => {
                return Err(ErrorKind::NoMethod { method: "__dict__", found: self.heap.kind_name(target) }.into());
            }
            _ => return Err(wrong_type("a dict as state", &self.heap, state)),
        }
        match slots {
            None => Ok(()),
            Some(slots @ Value::Dict(_)) if self.heap.items(slots).is_empty() => Ok(()),
            Some(Value::Dict(_)) => {
                Err(ErrorKind::NoMethod { method: "settable attributes", found: self.heap.kind_name(target) }.into())
            }
            Some(slots) if unknown(slots) => Ok(()),
            Some(slots) => Err(wrong_type("a dict as state of slots", &self.heap, slots)),
        }
    }

    fn next_buffer(&mut self) -> Result<()> {
        let number = self.buffers_taken;
        self.buffers_taken += 1;
        let data = match self.buffers.next() {
            Some(bytes) => Some(self.heap.store.keep(bytes)),
            None if self.options.missing_buffers => None,
            None => return Err(ErrorKind::BufferMissing(number).into()),
        };
        let buffer = self.heap.push_buffer(Buffer { data, readonly: false, of_byte_array: false });
        self.push(buffer);
        Ok(())
    }

    fn readonly_buffer(&mut self) -> Result<()> {
        match self.top(1)? {
            Value::Buffer(id) => {
                let readonly = Buffer { readonly: true, ..self.heap.buffers[id.index()] };
                if !self.heap.buffers[id.index()].readonly {
                    let view = self.heap.push_buffer(readonly);
                    self.stack.pop();
                    self.push(view);
                }
                Ok(())
            }
            Value::Bytes(_) => Ok(()),
            Value::ByteArray(id) => {
                let span = self.heap.byte_arrays[id.index()];
                let view = self.heap.push_buffer(Buffer { data: Some(span), readonly: true, of_byte_array: true });
                self.stack.pop();
                self.push(view);
                Ok(())
            }
            Value::ByteString(_) if self.options.encoding.gives_bytes() => Ok(()),
            value if unknown(value) => Ok(()),
            value => Err(wrong_type("a buffer", &self.heap, value)),
        }
    }

    fn frame(&mut self, length: u64, after: &[u8]) -> Result<()> {
        match usize::try_from(length) {
            Ok(bytes) if bytes <= after.len() => {
                self.trace.frames = true;
                self.trace.frame_end = self.length - after.len() + bytes;
                self.trace.small_frame |= bytes < 4;
                Ok(())
            }
            _ => Err(ErrorKind::BadFrame { length, remaining: after.len() }.into()),
        }
    }

    /// `load_pop`: the mark if that is on top, else the top object.
    fn pop_op(&mut self, after: &[u8]) -> Result<()> {
        if self.marks.last() == Some(&self.stack.len()) {
            self.marker()?;
            return Ok(());
        }
        let value = self.pop()?;
        if !self.state_setter(value) && !self.made_again(value, after) {
            self.dropped(value);
        }
        Ok(())
    }

    /// A dropped call of `setter(obj, state)` on the object that is now on top is what a reducer's state setter does: neither the
    /// arguments nor the result get a memo slot.
    fn state_setter(&mut self, value: Value) -> bool {
        let Value::Call(call) = value else { return false };
        let Ok(target @ Value::Call(target_id)) = self.top(1) else { return false };
        let Some(event) = self.heap.events.get(call.index()).copied() else { return false };
        let (EventKind::Call(CallKind::Reduce), Value::Tuple(args)) = (event.kind, event.object) else { return false };
        let fresh = call.index() + 1 == self.heap.events.len() && args.index() + 1 == self.heap.tuples.len();
        let &[object, state] = self.heap.items(event.object) else { return false };
        if !fresh || object != target || self.memo.last() == Some(value) || self.memo.last() == Some(event.object) {
            return false;
        }
        self.trace.calls -= 1;
        self.forget_last_tuple(args);
        let effect = Event {
            kind: EventKind::Effect(EffectKind::SetState),
            subject: event.subject,
            object: state,
            next: NO_EVENT,
            last: target_id.0,
        };
        self.heap.events[call.index()] = effect;
        self.heap.chain_effect(target, call.0);
        true
    }

    fn forget_last_tuple(&mut self, tuple: TupleId) {
        let run = self.heap.tuples[tuple.index()];
        self.heap.tuples.pop();
        self.heap.pool.forget_last(run);
    }

    /// A call that is dropped because the same object was made while its arguments were: the next operation gets that one.
    fn made_again(&mut self, value: Value, after: &[u8]) -> bool {
        let Value::Call(dropped) = value else { return false };
        let index = match Op::parse(after) {
            Ok((_, Op::BinGet(index))) => u64::from(index),
            Ok((_, Op::LongBinGet(index))) => u64::from(index),
            Ok((_, Op::Get(line))) => match lines::memo_index(line.0) {
                Ok(index) => index,
                Err(_) => return false,
            },
            _ => return false,
        };
        let Some(Value::Call(kept)) = self.memo.get(index) else { return false };
        let (dropped, made) = (self.heap.events[dropped.index()], self.heap.events[kept.index()]);
        let same_args = dropped.object == made.object;
        // What a pickler drops it has just made, item by item: in all that is not more than there are bytes.
        self.trace.compared += self.heap.items(dropped.object).len();
        if !same_args && self.trace.compared > self.length {
            return false;
        }
        let same = dropped.next == NO_EVENT
            && (dropped.kind, dropped.subject) == (made.kind, made.subject)
            && (same_args || self.heap.items(dropped.object) == self.heap.items(made.object));
        self.trace.hidden += usize::from(same);
        if same {
            self.heap.recursive.insert(kept, Recursive { same_args, last_inside: made.last });
        }
        same
    }

    /// Notes that something is made and dropped at this point.
    fn dropped(&mut self, value: Value) {
        let matters = matches!(
            value,
            Value::Call(_)
                | Value::Global(_)
                | Value::Persistent(_)
                | Value::Extension(_)
                | Value::Tuple(_)
                | Value::List(_)
                | Value::Dict(_)
                | Value::Set(_)
                | Value::FrozenSet(_)
        );
        if !matters || self.does_nothing(value) {
            return;
        }
        let below = self.stack.last().copied().filter(|_| self.stack.len() > self.fence);
        let place = below.filter(|below| {
            !matches!(
                *below,
                Value::None
                    | Value::Bool(_)
                    | Value::Int(_)
                    | Value::Extension(_)
                    | Value::Long(_)
                    | Value::Float(_)
                    | Value::EMPTY_TUPLE
            )
        });
        self.drop_at(place.unwrap_or(PROLOGUE), value);
    }

    /// An empty container to which nothing was done, and what was dropped just before.
    fn does_nothing(&self, value: Value) -> bool {
        let container = matches!(value, Value::Tuple(_) | Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::FrozenSet(_));
        let empty = container && self.heap.items(value).is_empty() && self.heap.effect_chain(value) == (NO_EVENT, NO_EVENT);
        let again = |event: &Event| event.kind == EventKind::Effect(EffectKind::Drop) && event.object == value;
        empty || self.heap.events.last().is_some_and(again)
    }

    fn drop_at(&mut self, place: Value, value: Value) {
        let mut event = Event::effect(EffectKind::Drop, place, value);
        // How much was in a container by then.
        event.last = u32_from_usize(self.heap.items(place).len()).unwrap_or(NO_EVENT);
        let index = self.heap.push_event(event);
        self.heap.chain_effect(place, index);
        self.drops.push(index);
    }

    /// What still lies on the stack when the machine stops was made as well.
    pub(crate) fn leave(&mut self) {
        self.marks.clear();
        (self.fence, self.proto) = (0, 0);
        for value in std::mem::take(&mut self.stack) {
            self.dropped(value);
        }
    }
}

/// How many of the last bytes of a two's complement number say nothing.
fn redundant(bytes: &[u8]) -> usize {
    let mut count = 0;
    let mut rest = bytes;
    while let [head @ .., last] = rest {
        let sign = head.last().is_some_and(|byte| byte & 0x80 != 0);
        if !(*last == 0 && !sign || *last == 0xff && sign && !head.is_empty()) {
            break;
        }
        count += 1;
        rest = head;
    }
    count
}

/// Whether only a running Python knows what the object is.
#[inline]
pub(crate) fn unknown(value: Value) -> bool {
    matches!(value, Value::Global(_) | Value::Call(CallId(_)) | Value::Persistent(_) | Value::Extension(_))
}

#[cold]
fn wrong_type(wanted: &'static str, heap: &Heap<'_>, found: Value) -> Error {
    ErrorKind::WrongType { wanted, found: heap.kind_name(found).into() }.into()
}
