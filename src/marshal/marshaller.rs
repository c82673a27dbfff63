//! From objects of a heap to marshal data.

use std::collections::HashSet;

use super::item::Item;
use super::operand::{Digits, Ieee64, Long, Number, NumberPair, Operand, Short};
use super::shape::{Part, Shape};
use super::tree::newest_version;
use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Table, Value};
use crate::int;
use crate::text::PyStr;

/// How deep objects may nest (`MAX_MARSHAL_STACK_DEPTH`): CPython neither writes nor reads more.
const MAX_DEPTH: u32 = 2000;

/// Writes objects of a heap as marshal data: `marshal.dumps`.
///
/// What is written depends on the Python that is to read it, since its code objects have their own [`Layout`](super::Layout).
/// The objects must be those that marshal knows: `None`, bools, ints, floats, complex numbers, strs, bytes, tuples, lists,
/// dicts, sets, frozensets, code objects, slices (version 5), `Ellipsis` and `StopIteration`. Bytearrays and buffers are written
/// as bytes, as CPython does.
///
/// # Choices
///
/// `marshal.dumps` decides by reference counts and interning, which a heap does not have. Loaded again, what is written here is
/// equal to what CPython writes, but the bytes need not be:
///
/// - From version 3 on, `FLAG_REF` is set on the objects that are used more than once, and on no others. CPython sets it on all
///   that anything else in the process uses, too. Ints of 32 bits and floats are not shared.
/// - Names in code objects are written as interned, so are constants that look like names. Other strs are not.
/// - Sets are in the order of the heap. CPython sorts their items by what it writes for them (3.11 on).
/// - Since 3.11 the variables of a code object are one tuple with a byte for each. What the bytes say is what CPython's compiler
///   says.
///
/// # Examples
///
/// ```
/// use cloudpickle::marshal::Marshaller;
/// use cloudpickle::{Heap, py};
///
/// let mut heap = Heap::new();
/// let value = py!(in heap, {"a": (1, None)});
/// let bytes = Marshaller::new((3, 12)).dumps(&heap, value)?;
/// assert_eq!(bytes, b"{z\x01a)\x02i\x01\0\0\0N0"); // marshal.loads(bytes) == {'a': (1, None)}
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Marshaller {
    pub(super) python: (u8, u8),
    pub(super) version: u8,
    max_bytes: usize,
}

impl Marshaller {
    /// Writes for a version of Python, in the newest version of marshal that it reads: 5 since 3.14, 4 since 3.4, 2 for
    /// Python 2.
    #[must_use]
    pub fn new(python: (u8, u8)) -> Self {
        Self { python, version: newest_version(python), max_bytes: 1 << 30 }
    }

    /// The version of marshal, if not the newest that the Python reads. Below 3 nothing is shared, and what holds itself cannot
    /// be written.
    #[must_use]
    pub fn version(mut self, version: u8) -> Self {
        self.version = version.min(newest_version(self.python));
        self
    }

    /// How many bytes may be written; 1 GiB unless set. Below version 3 an object is written each time it is used, so a few that
    /// are shared, such as lists of two times the same list in each other, may become any number.
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Writes an object.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotMarshallable`] for objects that marshal does not know (CPython: `ValueError: unmarshallable object`),
    /// [`ErrorKind::CodeOfOtherPython`] for a code object of another version of Python, [`ErrorKind::WrongType`] for one whose
    /// fields are not what they must be, [`ErrorKind::LimitExceeded`] for more than 2000 levels (CPython: `object too deeply
    /// nested to marshal`) or too many bytes, [`ErrorKind::Cycle`] for a frozenset, slice or code object that holds itself.
    pub fn dumps(&self, heap: &Heap<'_>, value: Value) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.dump(heap, value, &mut out)?;
        Ok(out)
    }

    pub(super) fn dump(&self, heap: &Heap<'_>, value: Value, out: &mut Vec<u8>) -> Result<()> {
        let numbers = if self.version >= 3 { Some(self.count(heap, value)?) } else { None };
        let mut writer = Writer {
            options: self,
            heap,
            numbers,
            next: 0,
            tasks: vec![Task::Object(value, Intern::Never)],
            depth: 0,
            late: HashSet::new(),
        };
        let start = out.len();
        while let Some(task) = writer.tasks.pop() {
            writer.carry_out(task, out)?;
            if out.len() - start > self.max_bytes {
                let limit = int::u64_from_usize(self.max_bytes);
                return Err(ErrorKind::LimitExceeded { what: "bytes of marshal data", limit }.into());
            }
        }
        Ok(())
    }

    /// How often each object is used: once, or more than once.
    fn count(&self, heap: &Heap<'_>, value: Value) -> Result<Table> {
        let mut uses = Table::for_heap(heap);
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match uses.entry(value) {
                Some(count @ 0) => *count = ONCE,
                Some(count) => {
                    *count = SHARED;
                    continue;
                }
                None => {}
            }
            match value {
                Value::Tuple(_) | Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::FrozenSet(_) => {
                    open.extend_from_slice(heap.items(value));
                }
                Value::Call(_) => self.parts_of_call(heap, value, &mut open)?,
                _ => {}
            }
        }
        Ok(uses)
    }
}

/// Used once.
const ONCE: u32 = 1;
/// Used more than once, and not written yet.
const SHARED: u32 = 2;
/// The number of what is written: this and more.
const NUMBERED: u32 = 3;

/// Which strs are written as interned.
#[derive(Clone, Copy, PartialEq)]
enum Intern {
    Never,
    /// Those that look like names: constants.
    Names,
    Always,
}

/// What is still to be written. Of a container only one item at a time is taken out, so the tasks are as many as there are
/// levels.
enum Task<'h> {
    Object(Value, Intern),
    Items(std::slice::Iter<'h, Value>, Intern),
    Int(i32),
    Variables(Vec<Value>),
    Kinds(Vec<u8>),
    Null,
    /// The children of an object are written.
    Leave(Value),
}

struct Writer<'o, 'h> {
    options: &'o Marshaller,
    heap: &'h Heap<'h>,
    /// What [`Marshaller::count`] gave, and then the numbers of what is written.
    numbers: Option<Table>,
    next: u32,
    tasks: Vec<Task<'h>>,
    depth: u32,
    /// Those that are being written and cannot be named meanwhile.
    late: HashSet<Value>,
}

impl<'h> Writer<'_, 'h> {
    fn carry_out(&mut self, task: Task<'h>, out: &mut Vec<u8>) -> Result<()> {
        match task {
            Task::Object(value, intern) => self.object(value, intern, out)?,
            Task::Int(n) => n.emit(out),
            Task::Null => Item::Null.emit(false, out),
            Task::Kinds(kinds) => Item::Bytes(Long(&kinds)).emit(false, out),
            Task::Items(mut items, intern) => {
                if let Some(item) = items.next() {
                    if items.len() > 0 {
                        self.tasks.push(Task::Items(items, intern));
                    }
                    self.object(*item, intern, out)?;
                }
            }
            Task::Variables(names) => {
                self.tuple_item(names.len())?.emit(false, out);
                self.depth += 1;
                for name in names {
                    self.object(name, Intern::Always, out)?;
                }
                self.depth -= 1;
            }
            Task::Leave(value) => {
                self.depth -= 1;
                if !self.late.is_empty() {
                    self.late.remove(&value);
                }
            }
        }
        Ok(())
    }

    /// Whether the object gets a number; or what was written before, if it is the same.
    fn number(&mut self, value: Value) -> Result<Numbered> {
        let Some(number) = self.numbers.as_mut().and_then(|numbers| numbers.entry(value)) else { return Ok(Numbered::No) };
        match *number {
            SHARED if value != Value::EMPTY_TUPLE => {
                *number = NUMBERED + self.next;
                self.next += 1;
                Ok(Numbered::New)
            }
            NUMBERED.. if self.late.contains(&value) => Err(ErrorKind::Cycle.into()),
            written @ NUMBERED.. => Ok(Numbered::Before(written - NUMBERED)),
            _ => Ok(Numbered::No),
        }
    }

    fn object(&mut self, value: Value, intern: Intern, out: &mut Vec<u8>) -> Result<()> {
        if self.depth >= MAX_DEPTH {
            return Err(ErrorKind::LimitExceeded { what: "levels", limit: MAX_DEPTH.into() }.into());
        }
        let flag = match self.number(value)? {
            Numbered::Before(number) => {
                Item::Ref(number).emit(false, out);
                return Ok(());
            }
            Numbered::New => true,
            Numbered::No => false,
        };
        let shape = self.options.shape(self.heap, value)?;
        match shape {
            Shape::None => Item::None.emit(flag, out),
            Shape::Bool(true) => Item::True.emit(flag, out),
            Shape::Bool(false) => Item::False.emit(flag, out),
            Shape::StopIteration | Shape::Ellipsis => {
                // They take no number: the one that was given is taken back.
                if flag {
                    self.take_back(value);
                }
                let item = if let Shape::Ellipsis = shape { Item::Ellipsis } else { Item::StopIteration };
                item.emit(false, out);
            }
            Shape::Int => match value {
                Value::Int(n) => Item::Int(n).emit(flag, out),
                _ => {
                    let n = self.heap.obj(value).as_int()?;
                    let python2 = self.options.python.0 < 3;
                    let by_int =
                        matches!(value, Value::Long(id) if self.heap.longs.get(id.index()).is_some_and(|long| long.by_int));
                    match &n {
                        int::Int::Small(n) if python2 && by_int => Item::Int64(*n).emit(flag, out),
                        int::Int::Small(n) if !python2 && i32::try_from(*n).is_ok() => {
                            Item::Int(i32::try_from(*n).unwrap_or_default()).emit(flag, out);
                        }
                        _ => {
                            let (negative, bytes) = Digits::of(&n);
                            check_len(bytes.len() / 2)?;
                            Item::Long(Digits { negative, bytes: &bytes }).emit(flag, out);
                        }
                    }
                }
            },
            Shape::Float(float) if self.options.version < 2 => {
                Item::Float(Number(general(float).as_bytes())).emit(flag, out);
            }
            Shape::Float(float) => Item::BinaryFloat(Ieee64(float.to_bits())).emit(flag, out),
            Shape::Complex(real, imaginary) if self.options.version < 2 => {
                let mut texts = Vec::new();
                Number(general(real).as_bytes()).emit(&mut texts);
                Number(general(imaginary).as_bytes()).emit(&mut texts);
                Item::Complex(NumberPair(&texts)).emit(flag, out);
            }
            Shape::Complex(real, imaginary) => {
                Item::BinaryComplex((Ieee64(real.to_bits()), Ieee64(imaginary.to_bits()))).emit(flag, out);
            }
            Shape::Bytes(bytes) => {
                check_len(bytes.len())?;
                Item::Bytes(Long(&bytes)).emit(flag, out);
            }
            Shape::Str(text) => self.str(text, intern, flag, out)?,
            Shape::Tuple(items) => {
                self.tuple_item(items.len())?.emit(flag, out);
                self.enter(value, items, intern);
            }
            Shape::List(items) => {
                Item::List(check_len(items.len())?).emit(flag, out);
                self.enter(value, items, Intern::Never);
            }
            Shape::Dict(items) => {
                Item::Dict.emit(flag, out);
                self.leave_later(value);
                self.tasks.push(Task::Null);
                self.tasks.push(Task::Items(items.iter(), Intern::Never));
            }
            Shape::Set(items) => {
                Item::Set(check_len(items.len())?).emit(flag, out);
                self.enter(value, items, Intern::Never);
            }
            Shape::FrozenSet(items) => {
                Item::FrozenSet(check_len(items.len())?).emit(flag, out);
                self.keep_late(value, flag);
                self.enter(value, items, intern);
            }
            Shape::Slice(parts) => {
                Item::Slice.emit(flag, out);
                self.keep_late(value, flag);
                self.leave_later(value);
                self.tasks.extend(parts.into_iter().rev().map(|part| Task::Object(part, Intern::Never)));
            }
            Shape::Code(parts) => {
                Item::Code.emit(flag, out);
                self.keep_late(value, flag);
                self.leave_later(value);
                self.tasks.extend(parts.into_iter().rev().map(|part| match part {
                    Part::Int(n) => Task::Int(n),
                    Part::Object(value) => Task::Object(value, Intern::Never),
                    Part::Names(value) => Task::Object(value, Intern::Always),
                    Part::Consts(value) => Task::Object(value, Intern::Names),
                    Part::Variables(names) => Task::Variables(names),
                    Part::Kinds(kinds) => Task::Kinds(kinds),
                }));
            }
        }
        Ok(())
    }

    fn str(&self, text: PyStr<'_>, intern: Intern, flag: bool, out: &mut Vec<u8>) -> Result<()> {
        let bytes = text.as_bytes();
        check_len(bytes.len())?;
        let is_name = || bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let interned = match intern {
            Intern::Never => false,
            Intern::Names => is_name(),
            Intern::Always => true,
        };
        let item = match (self.options.version, interned) {
            (4.., true) if bytes.is_ascii() && bytes.len() < 256 => Item::ShortAsciiInterned(Short(bytes)),
            (4.., false) if bytes.is_ascii() && bytes.len() < 256 => Item::ShortAscii(Short(bytes)),
            (4.., true) if bytes.is_ascii() => Item::AsciiInterned(Long(bytes)),
            (4.., false) if bytes.is_ascii() => Item::Ascii(Long(bytes)),
            (3.., true) => Item::Interned(Long(bytes)),
            // The names of Python 2 are its `str`.
            _ if self.options.python.0 < 3 && intern == Intern::Always && bytes.is_ascii() => Item::Bytes(Long(bytes)),
            _ => Item::Unicode(text),
        };
        item.emit(flag, out);
        Ok(())
    }

    fn tuple_item(&self, len: usize) -> Result<Item<'static>> {
        match int::u8_from_usize(len) {
            Some(len) if self.options.version >= 4 => Ok(Item::SmallTuple(len)),
            _ => check_len(len).map(Item::Tuple),
        }
    }

    fn enter(&mut self, value: Value, items: &'h [Value], intern: Intern) {
        self.leave_later(value);
        self.tasks.push(Task::Items(items.iter(), intern));
    }

    fn leave_later(&mut self, value: Value) {
        self.depth += 1;
        self.tasks.push(Task::Leave(value));
    }

    /// Says that the object cannot be named until it is written.
    fn keep_late(&mut self, value: Value, flag: bool) {
        if flag {
            self.late.insert(value);
        }
    }

    fn take_back(&mut self, value: Value) {
        if let Some(number) = self.numbers.as_mut().and_then(|numbers| numbers.entry(value)) {
            *number = SHARED;
            self.next -= 1;
        }
    }
}

enum Numbered {
    No,
    New,
    Before(u32),
}

/// A length as marshal writes it: 31 bits (`SIZE32_MAX`).
fn check_len(len: usize) -> Result<u32> {
    match i32::try_from(len).ok().and_then(|len| u32::try_from(len).ok()) {
        Some(len) => Ok(len),
        None => Err(ErrorKind::LimitExceeded { what: "bytes or items of one object", limit: 0x7fff_ffff }.into()),
    }
}

/// `'%.17g' % float`, as version 0 and 1 write it.
fn general(float: f64) -> String {
    if float.is_nan() {
        return "nan".to_owned();
    }
    if float.is_infinite() {
        return if float < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    let scientific = format!("{float:.16e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let strip = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    match usize::try_from(16 - exponent) {
        Ok(decimals) if exponent >= -4 => strip(&format!("{float:.decimals$}")),
        _ => format!("{}e{}{:02}", strip(mantissa), if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::general;

    #[test]
    fn floats_as_text() {
        let table = [
            (0.0, "0"),
            (-0.0, "-0"),
            (0.1, "0.10000000000000001"),
            (1e16, "10000000000000000"),
            (1e17, "1e+17"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (1e-4, "0.0001"),
            (1e-5, "1.0000000000000001e-05"),
            (-2.5, "-2.5"),
            (5e-324, "4.9406564584124654e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NEG_INFINITY, "-inf"),
            (-f64::NAN, "nan"),
        ];
        for (float, text) in table {
            assert_eq!(general(float), text);
        }
    }
}
