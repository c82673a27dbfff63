//! From marshal data to objects of a heap.

use std::collections::HashSet;

use super::item::Item;
use super::layout::{Layout, Order};
use super::operand::{Long, Short};
use super::tree::Marshal;
use crate::error::{ErrorKind, Result};
use crate::heap::{CallKind, Hashable, Heap, Value};
use crate::int::{self, Int};
use crate::text::PyStr;

/// A container whose children are being made.
struct Open {
    /// Where its children begin among the values.
    base: usize,
    /// The item behind its last child.
    end: u32,
    item: usize,
    /// Its number, when references may name it.
    number: Option<usize>,
    /// Its handle; `None` for what is made last.
    value: Option<Value>,
}

/// What is at hand while objects are made.
struct Loader<'m, 'a, 'h, 'b> {
    marshal: &'m Marshal<'a>,
    heap: &'h mut Heap<'b>,
    code_type: Value,
    order: Order,
    /// The objects so far that are not in a container yet.
    values: Vec<Value>,
    open: Vec<Open>,
    /// The objects with a number.
    numbered: Vec<Option<Value>>,
    hashable: Hashable,
    python2: bool,
    /// The strs that Python interns, where somebody asks.
    interned: Option<HashSet<Value>>,
}

impl Marshal<'_> {
    /// Makes the object in a heap: what `marshal.loads` gives.
    ///
    /// A code object becomes what cloudpickle writes for it, a call of `types.CodeType` with the arguments that the constructor
    /// takes in that version of Python; [`reflect::Code`](crate::reflect::Code) reads it. Complex numbers, slices, `Ellipsis`
    /// and `StopIteration` become the calls and globals that pickle writes for them. An object that references name is one
    /// object, so sharing and cycles are those of the original.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unhashable`] for keys of dicts and items of sets that Python cannot hash, [`ErrorKind::WrongType`] for code
    /// objects whose variables are no names with a byte each.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Heap;
    /// use cloudpickle::marshal::Marshal;
    ///
    /// // x = []; x.append(x); marshal.dumps((x, 2j, ...))
    /// let input = b"\xa9\x03\xdb\x01\0\0\0r\x01\0\0\0y\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40.";
    /// let mut heap = Heap::new();
    /// let value = Marshal::parse(input, (3, 12))?.load(&mut heap)?;
    /// assert_eq!(heap.obj(value).to_string(), "([[...]], 2j, Ellipsis)");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn load(&self, heap: &mut Heap<'_>) -> Result<Value> {
        let code_type = heap.fixed_global("types", "CodeType");
        self.load_as(heap, code_type)
    }

    /// The same, with another name for `types.CodeType`: cloudpickle writes `_builtin_type("CodeType")`, which
    /// [`Dialect::builtin_type`](crate::reflect::Dialect::builtin_type) makes.
    ///
    /// # Errors
    ///
    /// Those of [`Marshal::load`].
    pub fn load_as(&self, heap: &mut Heap<'_>, code_type: Value) -> Result<Value> {
        self.load_with(heap, code_type, None).map(|(value, _)| value)
    }

    /// The same as [`Marshal::load`], and which strs Python interns: those are one object in the whole process.
    pub(crate) fn load_interned(&self, heap: &mut Heap<'_>) -> Result<(Value, HashSet<Value>)> {
        let code_type = heap.fixed_global("types", "CodeType");
        self.load_with(heap, code_type, Some(HashSet::new()))
    }

    fn load_with(
        &self,
        heap: &mut Heap<'_>,
        code_type: Value,
        interned: Option<HashSet<Value>>,
    ) -> Result<(Value, HashSet<Value>)> {
        let mut loader = Loader {
            marshal: self,
            heap,
            code_type,
            order: Order::new(Layout::of_python(self.python)),
            values: Vec::new(),
            open: Vec::new(),
            numbered: Vec::with_capacity(self.numbered.len()),
            hashable: Hashable::default(),
            python2: self.python.0 < 3,
            interned,
        };
        loader.run()?;
        let value = loader.values.pop().ok_or(ErrorKind::NullObject)?;
        Ok((value, loader.interned.unwrap_or_default()))
    }
}

impl Loader<'_, '_, '_, '_> {
    fn run(&mut self) -> Result<()> {
        let marshal = self.marshal;
        for (at, entry) in marshal.nodes.iter().enumerate() {
            let next = int::u32_from_usize(at + 1).unwrap_or(u32::MAX);
            let takes_number =
                entry.item.takes_number() && if self.python2 { matches!(entry.item, Item::Interned(_)) } else { entry.flag };
            if entry.end > next {
                let number = takes_number.then_some(self.numbered.len());
                let value = self.begin(entry.item, takes_number);
                if takes_number {
                    self.numbered.push(value);
                }
                self.open.push(Open { base: self.values.len(), end: entry.end, item: at, number, value });
                continue;
            }
            if let Some(value) = self.atom(entry.item)? {
                let interned = matches!(entry.item, Item::Interned(_) | Item::AsciiInterned(_) | Item::ShortAsciiInterned(_));
                if let Some(known) = self.interned.as_mut().filter(|_| interned) {
                    known.insert(value);
                }
                if takes_number {
                    self.numbered.push(Some(value));
                }
                self.values.push(value);
            }
            while let Some(open) = self.open.pop_if(|open| open.end == next) {
                let item = marshal.nodes.get(open.item).map_or(Item::Null, |entry| entry.item);
                let value = self.finish(&open, item)?;
                if let Some(slot) = open.number.and_then(|number| self.numbered.get_mut(number)) {
                    *slot = Some(value);
                }
                self.values.truncate(open.base);
                self.values.push(value);
            }
        }
        Ok(())
    }

    /// An object without children; none for the end of a dict.
    fn atom(&mut self, item: Item<'_>) -> Result<Option<Value>> {
        let heap = &mut *self.heap;
        Ok(Some(match item {
            Item::Null => return Ok(None),
            Item::None => Value::None,
            Item::False => Value::False,
            Item::True => Value::True,
            Item::StopIteration => heap.fixed_global("builtins", "StopIteration"),
            Item::Ellipsis => heap.fixed_global("builtins", "Ellipsis"),
            Item::Int(n) | Item::Field(n) => Value::Int(n),
            Item::Int64(n) => match i32::try_from(n) {
                Ok(n) => Value::Int(n),
                Err(_) => long(heap, &Int::Small(n), true),
            },
            Item::Long(digits) => match digits.value() {
                // The `long` of Python 2 is another type than `int`, whatever its value.
                Int::Small(n) if !self.python2 => heap.int(n),
                n => long(heap, &n, false),
            },
            Item::Float(text) => heap.float(text.value()?),
            Item::BinaryFloat(bits) => heap.float(bits.value()),
            Item::Complex(texts) => {
                let (real, imaginary) = texts.value()?;
                complex(heap, real, imaginary)
            }
            Item::BinaryComplex((real, imaginary)) => complex(heap, real.value(), imaginary.value()),
            Item::Bytes(Long(bytes)) | Item::Interned(Long(bytes)) if self.python2 => {
                let span = heap.store.copy(bytes);
                heap.push_byte_string(span)
            }
            Item::Bytes(Long(bytes)) => {
                let span = heap.store.copy(bytes);
                heap.push_bytes(span)
            }
            Item::Interned(Long(bytes)) => match PyStr::new(bytes) {
                Some(text) => heap.py_str(text),
                None => return Err(super::operand::not_utf8(bytes)),
            },
            Item::Unicode(text) => heap.py_str(text),
            Item::Ascii(Long(text)) | Item::AsciiInterned(Long(text)) => latin1(heap, text),
            Item::ShortAscii(Short(text)) | Item::ShortAsciiInterned(Short(text)) => latin1(heap, text),
            Item::Ref(number) | Item::StringRef(number) => {
                let value = self.numbered.get(int::usize_from_u32(number)).copied().flatten();
                match value {
                    Some(value) => value,
                    None => return Err(ErrorKind::BadReference(number).into()),
                }
            }
            Item::SmallTuple(_) | Item::Tuple(_) => Value::EMPTY_TUPLE,
            Item::List(_) => heap.list([]),
            Item::Set(_) => heap.set([]),
            Item::FrozenSet(_) => heap.frozenset([]),
            // They always have children.
            Item::Dict | Item::Slice | Item::Code => return Err(ErrorKind::NullObject.into()),
        }))
    }

    /// The handle of a container that may hold itself.
    fn begin(&mut self, item: Item<'_>, takes_number: bool) -> Option<Value> {
        match item {
            Item::List(_) => Some(self.heap.list([])),
            Item::Dict => Some(self.heap.dict([])),
            Item::Set(_) => Some(self.heap.set([])),
            Item::SmallTuple(_) | Item::Tuple(_) if takes_number => Some(self.heap.reserve_tuple()),
            _ => None,
        }
    }

    /// Makes a container of its children, or puts them into it.
    fn finish(&mut self, open: &Open, item: Item<'_>) -> Result<Value> {
        let heap = &mut *self.heap;
        let children = self.values.get(open.base..).unwrap_or_default();
        match (item, open.value) {
            (Item::Code, _) => {
                let arguments = self.order.arguments(heap, children)?;
                return Ok(heap.push_call(CallKind::Reduce, self.code_type, arguments));
            }
            (Item::Slice, _) => {
                let slice = heap.fixed_global("builtins", "slice");
                let arguments = heap.push_tuple(children);
                return Ok(heap.push_call(CallKind::Reduce, slice, arguments));
            }
            (Item::FrozenSet(_), _) => {
                check_hashable(heap, children, &mut self.hashable)?;
                return Ok(heap.push_frozenset(children));
            }
            (_, None) => return Ok(heap.push_tuple(children)),
            (_, Some(Value::Tuple(tuple))) => heap.fill_tuple(tuple, children),
            (Item::Dict, Some(dict)) => {
                let (pairs, _) = children.as_chunks::<2>();
                for [key, _] in pairs {
                    check_hashable(heap, &[*key], &mut self.hashable)?;
                }
                heap.extend(dict, pairs.as_flattened());
            }
            (Item::Set(_), Some(set)) => {
                check_hashable(heap, children, &mut self.hashable)?;
                heap.extend(set, children);
            }
            (_, Some(list)) => heap.extend(list, children),
        }
        Ok(open.value.unwrap_or(Value::None))
    }
}

fn check_hashable(heap: &Heap<'_>, values: &[Value], known: &mut Hashable) -> Result<()> {
    for value in values {
        if let Err(found) = heap.check_hashable(*value, known) {
            return Err(ErrorKind::Unhashable(found).into());
        }
    }
    Ok(())
}

/// A str of characters below U+0100, a byte each; mostly they are ASCII.
fn latin1(heap: &mut Heap<'_>, text: &[u8]) -> Value {
    if text.is_ascii() {
        let span = heap.store.copy(text);
        return Value::Str(heap.push_str(span));
    }
    let text: String = text.iter().copied().map(char::from).collect();
    heap.str(&text)
}

fn long(heap: &mut Heap<'_>, n: &Int, by_int: bool) -> Value {
    let span = heap.store.copy(&int::to_le_bytes_minimal(n));
    heap.push_long(span, by_int)
}

fn complex(heap: &mut Heap<'_>, real: f64, imaginary: f64) -> Value {
    let complex = heap.fixed_global("builtins", "complex");
    let parts = [heap.float(real), heap.float(imaginary)];
    let arguments = heap.push_tuple(&parts);
    heap.push_call(CallKind::Reduce, complex, arguments)
}
