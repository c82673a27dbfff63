//! The pickle machine: carries the operations out and builds the heap.
//!
//! It follows the C unpickler of CPython (`Modules/_pickle.c`): what that accepts is accepted, what it refuses is refused. Where CPython
//! would import or call something, the machine notes what; the result of a call can be anything, so it is accepted wherever some
//! object would be.

use std::collections::HashMap;

use super::lines;
use super::memo::Memo;
use super::options::Options;
use super::trace::Trace;
use super::watch::{Nobody, Watch, Watched};
use super::workspace::Tables;
use crate::error::{Error, ErrorKind, Result};
use crate::heap::{CallId, CallKind, Hashable, Heap, Persistent, Value};
use crate::op::{Op, fault_at};
use crate::opcode::Opcode;
use crate::text;

/// From this size on, a payload stands outside of frames.
const LARGE: usize = 1 << 16;

/// From this size on, what an input will need is foreseen from its beginning.
const OUTLOOK: usize = 1 << 16;

/// Effects that belong before the root object hang on `None`, which has none of its own.
pub(crate) const PROLOGUE: Value = Value::None;

pub(crate) struct Machine<'a, 'o> {
    pub(crate) heap: Heap<'a>,
    pub(crate) stack: Vec<Value>,
    pub(crate) marks: Vec<usize>,
    /// Where the objects above the last mark begin.
    pub(crate) fence: usize,
    pub(crate) memo: Memo,
    pub(crate) proto: u8,
    pub(crate) length: usize,
    /// With how much of the input left it is time to look again how much there will be.
    outlook: usize,
    pub(crate) buffers: std::vec::IntoIter<std::borrow::Cow<'a, [u8]>>,
    pub(crate) buffers_taken: usize,
    pub(crate) options: &'o Options,
    pub(crate) trace: Trace,
    /// Effects that drop something: whether they matter is decided at the end.
    pub(crate) drops: Vec<u32>,
    pub(crate) hashable: Hashable,
    /// By how much bytearrays have grown.
    pub(crate) grown: HashMap<Value, usize>,
}

impl<'a, 'o> Machine<'a, 'o> {
    pub(crate) fn new(
        heap: Heap<'a>,
        tables: Tables,
        length: usize,
        buffers: Vec<std::borrow::Cow<'a, [u8]>>,
        options: &'o Options,
    ) -> Self {
        let Tables { stack, marks, memo, drops } = tables;
        Self {
            heap,
            stack,
            marks,
            fence: 0,
            memo,
            proto: 0,
            length,
            outlook: 0,
            buffers: buffers.into_iter(),
            buffers_taken: 0,
            options,
            trace: Trace { fix_imports: options.fix_imports, ..Trace::default() },
            drops,
            hashable: Hashable::default(),
            grown: HashMap::new(),
        }
    }

    /// What is left when the machine has done its work: the heap, and the tables for the next machine.
    pub(crate) fn into_parts(self) -> (Heap<'a>, Tables) {
        let Self { heap, stack, marks, memo, drops, .. } = self;
        (heap, Tables { stack, marks, memo, drops })
    }

    /// Runs up to `STOP`; gives the root object and how many bytes were read.
    pub(crate) fn run(&mut self, input: &[u8]) -> Result<(Value, usize)> {
        self.watched(input, &mut Nobody)
    }

    /// Runs up to `STOP` while somebody watches.
    pub(crate) fn watched(&mut self, input: &[u8], watch: &mut impl Watch) -> Result<(Value, usize)> {
        if input.len() as u64 > self.options.limits.input {
            return Err(ErrorKind::LimitExceeded { what: "bytes of input", limit: self.options.limits.input }.at(0));
        }
        // A heap has room for four items for every byte of an input of 1 GiB; for more it has to be watched.
        if self.options.limits.count() || input.len() >= 1 << 30 {
            self.run_as::<true, _>(input, watch)
        } else {
            self.run_as::<false, _>(input, watch)
        }
    }

    fn run_as<const COUNTED: bool, W: Watch>(&mut self, input: &[u8], watch: &mut W) -> Result<(Value, usize)> {
        let mut rest = input;
        self.outlook = if input.len() < OUTLOOK { 0 } else { input.len() - input.len() / 64 };
        loop {
            let (after, op) = match Op::parse(rest) {
                Ok(parsed) => parsed,
                Err(error) => return Err(fault_at(error.into(), rest, self.length - rest.len())),
            };
            if let Op::Stop = op {
                return match self.pop() {
                    Ok(root) => Ok((root, input.len() - after.len())),
                    Err(error) => Err(self.in_op(error, rest)),
                };
            }
            let after = match self.step::<COUNTED, W>(op, after) {
                Ok(after) => after,
                Err(error) => return Err(self.in_op(error, rest)),
            };
            if COUNTED && let Err(error) = self.count() {
                return Err(self.in_op(error, rest));
            }
            let skipped = match opcode(rest) {
                Some(opcode) if W::WATCHES => {
                    let seen = Watched { heap: &self.heap, stack: &self.stack };
                    watch.after(seen, opcode, self.length - rest.len(), after)
                }
                _ => 0,
            };
            rest = after.get(skipped..).unwrap_or_default();
        }
    }

    /// The error with the operation in which it came up: the one that `rest` begins with. That is not handed on from where it was read, since it would
    /// have to be kept for each operation.
    #[cold]
    fn in_op(&self, error: Error, rest: &[u8]) -> Error {
        error.or_at(self.length - rest.len(), opcode(rest).map(Opcode::name))
    }

    /// Looks now and then how much there will be.
    #[inline(always)]
    pub(crate) fn look_out(&mut self, after: &[u8]) {
        if after.len() < self.outlook {
            self.foresee(after);
        }
    }

    /// Makes room for what is to come, as far as what was read so far tells.
    #[cold]
    fn foresee(&mut self, after: &[u8]) {
        let read = self.length - after.len();
        let memo = self.memo.foresee(read, self.length);
        self.heap.foresee(read, self.length, memo);
        self.outlook = self.length.saturating_sub(read.saturating_mul(6));
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

    /// Carries one operation out; `after` is the input behind it. Gives the input behind what was done: where nobody counts or watches, that is also what mostly
    /// comes next, since finding out what to do takes longer than doing it.
    #[inline(always)]
    fn step<'i, const COUNTED: bool, W: Watch>(&mut self, op: Op<'i>, after: &'i [u8]) -> Result<&'i [u8]> {
        let fused = !COUNTED && !W::WATCHES;
        match op {
            Op::None => self.push(Value::None),
            Op::NewTrue => self.push(Value::True),
            Op::NewFalse => self.push(Value::False),
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

            Op::ShortBinUnicode(text) => return self.str(text.0, after).map(|str| self.memoized(fused, str, after)),
            Op::BinUnicode(text) => return self.str(text.0, after).map(|str| self.memoized(fused, str, after)),
            Op::BinUnicode8(text) => return self.str(text.0, after).map(|str| self.memoized(fused, str, after)),
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

            Op::EmptyTuple => {
                self.push(Value::EMPTY_TUPLE);
                return Ok(self.no_arguments(fused, after));
            }
            Op::EmptyList => {
                let list = Value::List(self.heap.push_list());
                self.push(list);
                return Ok(self.opened(fused, list, after));
            }
            Op::EmptyDict => {
                let dict = Value::Dict(self.heap.push_dict());
                self.push(dict);
                return Ok(self.opened(fused, dict, after));
            }
            Op::EmptySet => {
                let set = self.heap.push_set();
                self.push(Value::Set(set));
            }
            Op::Tuple1 => return self.tuple::<1>().map(|tuple| self.arguments(fused, tuple, after)),
            Op::Tuple2 => return self.tuple::<2>().map(|tuple| self.arguments(fused, tuple, after)),
            Op::Tuple3 => return self.tuple::<3>().map(|tuple| self.arguments(fused, tuple, after)),
            Op::Tuple => {
                let at = self.marker()?;
                let tuple = self.heap.push_tuple(&self.stack[at..]);
                if self.stack.len() - at <= 3 && self.proto >= 2 {
                    self.heap.marked_tuples.insert(tuple);
                }
                self.stack.truncate(at);
                self.push(tuple);
                return Ok(self.arguments(fused, tuple, after));
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
                match self.stack[at - 1..] {
                    [Value::List(id), item] => {
                        self.stack.truncate(at);
                        self.heap.pool.extend_by_one(&mut self.heap.lists[id.index()], item);
                    }
                    _ => self.append(at)?,
                }
                self.look_out(after);
            }
            Op::Appends => {
                let at = self.marker()?;
                self.append(at)?;
                self.look_out(after);
            }
            Op::SetItem => {
                let at = self.stack.len().saturating_sub(2);
                if at <= self.fence {
                    return Err(self.underflow(3));
                }
                self.trace.lone_last |= self.follows_full_batches(at);
                self.set_items(at)?;
                self.look_out(after);
            }
            Op::SetItems => {
                let at = self.marker()?;
                self.set_items(at)?;
                self.look_out(after);
                return Ok(self.built(fused, after));
            }
            Op::AddItems => {
                let at = self.marker()?;
                self.add_items(at)?;
            }

            Op::Mark => self.mark(),
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
                let call = self.call(CallKind::Reduce, callable, args, 2);
                return Ok(self.memoized(fused, call, after));
            }
            Op::NewObj => {
                let args = self.top(1)?;
                let class = self.top(2)?;
                self.check_args(args)?;
                self.check_class(class)?;
                let call = self.call(CallKind::NewObj, class, args, 2);
                return Ok(self.memoized(fused, call, after));
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
        Ok(after)
    }

    #[inline(always)]
    pub(super) fn mark(&mut self) {
        self.marks.push(self.stack.len());
        self.fence = self.stack.len();
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, value: Value) {
        self.stack.push(value);
    }

    #[inline(always)]
    pub(crate) fn pop(&mut self) -> Result<Value> {
        let top = self.top(1)?;
        self.stack.pop();
        Ok(top)
    }

    /// The object `depth` below the top, the top being 1.
    #[inline(always)]
    pub(crate) fn top(&self, depth: usize) -> Result<Value> {
        // No mark lies above the top.
        let length = self.stack.len();
        if length - self.fence < depth { Err(self.underflow(depth)) } else { Ok(self.stack[length - depth]) }
    }

    #[cold]
    pub(crate) fn underflow(&self, needed: usize) -> Error {
        if self.marks.is_empty() {
            ErrorKind::StackUnderflow { needed, found: self.stack.len() }.into()
        } else {
            ErrorKind::UnexpectedMark.into()
        }
    }

    /// Takes the last mark away; gives where the objects above it begin.
    #[inline(always)]
    pub(crate) fn marker(&mut self) -> Result<usize> {
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
    fn str(&mut self, bytes: &[u8], after: &[u8]) -> Result<Value> {
        text::validate(bytes).map_err(|valid_up_to| ErrorKind::NotUtf8 { valid_up_to })?;
        let start = self.payload(bytes, after);
        let span = self.heap.store.input(start, bytes.len());
        let str = Value::Str(self.heap.push_str(span));
        self.push(str);
        Ok(str)
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
    fn tuple<const N: usize>(&mut self) -> Result<Value> {
        match self.stack.last_chunk::<N>() {
            Some(items) if self.stack.len() - self.fence >= N => {
                let tuple = self.heap.push_short_tuple(*items);
                self.stack.truncate(self.stack.len() - N);
                self.push(tuple);
                Ok(tuple)
            }
            _ => Err(self.underflow(N)),
        }
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
}

/// The opcode that an input begins with.
fn opcode(rest: &[u8]) -> Option<Opcode> {
    rest.first().and_then(|byte| Opcode::from_byte(*byte))
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
pub(crate) fn wrong_type(wanted: &'static str, heap: &Heap<'_>, found: Value) -> Error {
    ErrorKind::WrongType { wanted, found: heap.kind_name(found).into() }.into()
}
