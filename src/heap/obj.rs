//! The view that users hold of an object.

use std::borrow::Cow;

use num_bigint::BigInt;

use super::{CallId, CallKind, DictIndex, EffectKind, EventKind, Heap, NO_EVENT, Value};
use crate::compat;
use crate::error::{Error, ErrorKind, Result};
use crate::int::{self, Int};
use crate::text::PyStr;

/// A Python object in a heap: a `Copy` view with the navigation.
///
/// `Display` is Python's `repr`. Errors of navigation say where the object is and what was found there.
///
/// # Examples
///
/// ```
/// use cloudpickle::py;
///
/// let pickle = py!({"config": {"rate": 0.5, "steps": [10, 20]}});
/// let root = pickle.root();
/// assert_eq!(root.get("config")?.get("rate")?.as_f64()?, 0.5);
/// assert_eq!(root.get("config")?.get("steps")?.get(1)?.as_i64()?, 20);
/// for (key, value) in root.get("config")?.items()? {
///     println!("{key} -> {value}");
/// }
/// let err = root.get("config")?.get("rate")?.as_str().unwrap_err();
/// assert_eq!(err.to_string(), "str wanted, float 0.5 found at root['config']['rate']");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Obj<'h> {
    heap: &'h Heap<'h>,
    value: Value,
    /// The container that it was taken from, and the place there.
    from: Option<(Value, Place)>,
}

/// A place in a container.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Index(u32),
    Key(Value),
}

impl<'a> Heap<'a> {
    /// A view of an object.
    #[must_use]
    pub fn obj(&self, value: Value) -> Obj<'_> {
        Obj { heap: self, value, from: None }
    }
}

impl<'h> Obj<'h> {
    /// The handle.
    #[must_use]
    pub fn value(self) -> Value {
        self.value
    }

    /// The heap that it is in.
    #[must_use]
    pub fn heap(self) -> &'h Heap<'h> {
        self.heap
    }

    fn at(self, value: Value, place: Place) -> Self {
        Self { heap: self.heap, value, from: Some((self.value, place)) }
    }

    fn child(self, value: Value) -> Self {
        Self { heap: self.heap, value, from: None }
    }

    /// What Python calls the type: `int`, `str`, `dict`, ...; for what only a running Python could tell, what it is in the pickle.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        self.heap.kind_name(self.value)
    }

    #[cold]
    fn fail(self, kind: ErrorKind) -> Error {
        let error = Error::from(kind);
        match self.heap.path_of(self.value, self.from) {
            Some(path) => error.on_path(path),
            None => error,
        }
    }

    #[cold]
    pub(crate) fn wanted(self, wanted: &'static str) -> Error {
        self.fail(ErrorKind::WrongType { wanted, found: self.heap.describe(self.value) })
    }

    /// Whether it is `None`.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.value == Value::None
    }

    /// The bool.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for all but `True` and `False`.
    pub fn as_bool(self) -> Result<bool> {
        match self.value {
            Value::True => Ok(true),
            Value::False => Ok(false),
            _ => Err(self.wanted("bool")),
        }
    }

    /// The int, of any size; a bool is one too, as in Python.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for other objects.
    pub fn as_int(self) -> Result<Int> {
        match self.value {
            Value::True => Ok(Int::Small(1)),
            Value::False => Ok(Int::Small(0)),
            Value::Int(n) => Ok(Int::Small(n.into())),
            Value::Long(_) => Ok(int::from_le_bytes_signed(self.heap.content(self.value))),
            _ => Err(self.wanted("int")),
        }
    }

    /// The int as a `BigInt`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for other objects.
    pub fn as_bigint(self) -> Result<BigInt> {
        self.as_int().map(|int| match int {
            Int::Small(n) => n.into(),
            Int::Big(n) => n,
        })
    }

    /// The int, where it fits 64 bits.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for other objects, [`ErrorKind::OutOfRange`] for larger ints.
    pub fn as_i64(self) -> Result<i64> {
        match self.as_int()? {
            Int::Small(n) => Ok(n),
            Int::Big(_) => Err(self.fail(ErrorKind::OutOfRange { wanted: "i64", value: self.to_string() })),
        }
    }

    /// The int, where it fits 64 bits without a sign.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for other objects, [`ErrorKind::OutOfRange`] for ints below zero or too large.
    pub fn as_u64(self) -> Result<u64> {
        let n = match self.as_int()? {
            Int::Small(n) => u64::try_from(n).ok(),
            Int::Big(n) => u64::try_from(n).ok(),
        };
        n.ok_or_else(|| self.fail(ErrorKind::OutOfRange { wanted: "u64", value: self.to_string() }))
    }

    /// The float; an int of 32 bits counts as one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for other objects.
    pub fn as_f64(self) -> Result<f64> {
        match self.value {
            Value::Float(id) => Ok(self.heap.floats[id.index()]),
            Value::Int(n) => Ok(n.into()),
            _ => Err(self.wanted("float")),
        }
    }

    /// The str. A Python 2 `str` is one when it is ASCII.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for other objects.
    pub fn as_py_str(self) -> Result<PyStr<'h>> {
        let content = self.heap.content(self.value);
        match self.value {
            Value::Str(_) => Ok(PyStr::from_valid(content)),
            Value::ByteString(_) if content.is_ascii() => Ok(PyStr::from_valid(content)),
            _ => Err(self.wanted("str")),
        }
    }

    /// The str as Rust has them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for other objects, [`ErrorKind::NotUtf8`] for a str with a lone surrogate in it:
    /// [`Obj::as_py_str`] takes those too.
    pub fn as_str(self) -> Result<&'h str> {
        let text = self.as_py_str()?;
        std::str::from_utf8(text.as_bytes()).map_err(|error| self.fail(ErrorKind::NotUtf8 { valid_up_to: error.valid_up_to() }))
    }

    /// The bytes of bytes, of a bytearray, of a buffer, or of a Python 2 `str`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for other objects, [`ErrorKind::BufferMissing`] for a buffer that was not given.
    pub fn as_bytes(self) -> Result<&'h [u8]> {
        match self.value {
            Value::Bytes(_) | Value::ByteArray(_) | Value::ByteString(_) => Ok(self.heap.content(self.value)),
            Value::Buffer(id) => match self.heap.buffers[id.index()].data {
                Some(_) => Ok(self.heap.content(self.value)),
                None => Err(self.fail(ErrorKind::BufferMissing(id.index()))),
            },
            _ => Err(self.wanted("bytes")),
        }
    }

    /// Python's `len`: items of a container (a dict's pairs in stream order, those of equal keys each), code points of a str, bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for objects without a length.
    pub fn len(self) -> Result<usize> {
        match self.value {
            Value::Tuple(_) | Value::List(_) | Value::Set(_) | Value::FrozenSet(_) => Ok(self.heap.items(self.value).len()),
            Value::Dict(_) => Ok(self.heap.items(self.value).len() / 2),
            Value::Str(_) => self.as_py_str().map(PyStr::len_code_points),
            Value::Bytes(_) | Value::ByteArray(_) | Value::ByteString(_) | Value::Buffer(_) => {
                Ok(self.heap.content(self.value).len())
            }
            _ => Err(self.wanted("an object with a length")),
        }
    }

    /// Whether its length is zero.
    ///
    /// # Errors
    ///
    /// Those of [`Obj::len`].
    pub fn is_empty(self) -> Result<bool> {
        self.len().map(|length| length == 0)
    }

    /// The items of a tuple, list, set or frozenset, the keys of a dict, or what a call's result was extended by (a `deque`).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for other objects.
    pub fn iter(self) -> Result<impl ExactSizeIterator<Item = Obj<'h>> + Clone + use<'h>> {
        let (items, step) = match self.value {
            Value::Tuple(_) | Value::List(_) | Value::Set(_) | Value::FrozenSet(_) => (self.heap.items(self.value), 1),
            Value::Dict(_) => (self.heap.items(self.value), 2),
            Value::Call(_) => match self.heap.gathered(self.value, EffectKind::Append) {
                Some(list) => (self.heap.items(list), 1),
                None => return Err(self.wanted("an object with items")),
            },
            _ => return Err(self.wanted("an object with items")),
        };
        let places = items.iter().step_by(step).enumerate();
        Ok(places.map(move |(index, item)| self.at(*item, Place::Index(int::u32_from_usize(index).unwrap_or(u32::MAX)))))
    }

    /// The pairs of a dict, or those that were set on a call's result (an `OrderedDict`), in stream order.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for other objects.
    pub fn items(self) -> Result<impl ExactSizeIterator<Item = (Obj<'h>, Obj<'h>)> + DoubleEndedIterator + Clone + use<'h>> {
        let dict = self.dict().ok_or_else(|| self.wanted("dict"))?;
        let pairs = self.heap.items(dict).chunks_exact(2);
        Ok(pairs.map(move |pair| (self.child(pair[0]), self.at(pair[1], Place::Key(pair[0])))))
    }

    fn dict(self) -> Option<Value> {
        match self.value {
            Value::Dict(_) => Some(self.value),
            Value::Call(_) => self.heap.gathered(self.value, EffectKind::SetItems),
            _ => None,
        }
    }

    /// Python's `obj[key]`: the value of a dict's key, the last one where there are several, or the item of a tuple or list.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] when there is none, [`ErrorKind::WrongType`] for objects without items.
    pub fn get(self, key: impl Key) -> Result<Obj<'h>> {
        let missing = |what| self.fail(ErrorKind::NotFound { what, name: key.show() });
        match self.value {
            Value::Tuple(_) | Value::List(_) => {
                let items = self.heap.items(self.value);
                let Some(index) = key.index() else { return Err(self.wanted("dict")) };
                let at = if index < 0 { index.checked_add_unsigned(items.len() as u64) } else { Some(index) };
                let at = at.and_then(|at| usize::try_from(at).ok());
                match at.and_then(|at| Some((*items.get(at)?, int::u32_from_usize(at)?))) {
                    Some((item, at)) => Ok(self.at(item, Place::Index(at))),
                    None => Err(missing("item")),
                }
            }
            _ => {
                let mut items = self.items()?;
                let found = items.rfind(|(other, _)| key.is(*other));
                found.map(|(_, value)| value).ok_or_else(|| missing("key"))
            }
        }
    }

    /// The pairs of a dict by key, for many look-ups.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for other objects.
    pub fn index(self) -> Result<DictIndex<'h>> {
        let dict = self.dict().ok_or_else(|| self.wanted("dict"))?;
        Ok(DictIndex::new(self.heap, dict))
    }

    /// The module and the qualified name of a global, as Python 3 has them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for other objects, and for a global whose names only a call would give.
    ///
    /// # Examples
    ///
    /// ```
    /// let pickle = cloudpickle::loads(b"c__builtin__\nxrange\n.")?;
    /// assert_eq!(pickle.root().as_global()?, ("builtins".into(), "range".into()));
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn as_global(self) -> Result<(Cow<'h, str>, Cow<'h, str>)> {
        self.global_names().ok_or_else(|| self.wanted("a global with known names"))
    }

    pub(crate) fn global_names(self) -> Option<(Cow<'h, str>, Cow<'h, str>)> {
        let Value::Global(id) = self.value else { return None };
        let global = self.heap.globals[id.index()];
        let text = |part: Value| match part {
            Value::Str(_) | Value::ByteString(_) => Some(String::from_utf8_lossy(self.heap.content(part))),
            _ => None,
        };
        let (module, name) = (text(global.module)?, text(global.name)?);
        if !global.python2 {
            return Some((module, name));
        }
        let mapped = compat::to_python3(&module, &name);
        if mapped == (&*module, &*name) {
            return Some((module, name));
        }
        Some((Cow::Owned(mapped.0.to_owned()), Cow::Owned(mapped.1.to_owned())))
    }

    /// Module and name of a global as they stand in the pickle: those of Python 2 are not translated.
    pub(crate) fn written_names(self) -> Option<(&'h [u8], &'h [u8])> {
        let Value::Global(id) = self.value else { return None };
        let global = &self.heap.globals[id.index()];
        let text = |part: Value| match part {
            Value::Str(_) | Value::ByteString(_) => Some(self.heap.content(part)),
            _ => None,
        };
        Some((text(global.module)?, text(global.name)?))
    }

    /// Whether it is this global.
    #[must_use]
    pub fn is_global(self, module: &str, name: &str) -> bool {
        let Value::Global(id) = self.value else { return false };
        if !self.heap.globals[id.index()].python2 {
            return self.written_names() == Some((module.as_bytes(), name.as_bytes()));
        }
        self.global_names().is_some_and(|names| names == (module.into(), name.into()))
    }

    /// The call that would give the object.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for objects that are not the result of a call.
    ///
    /// # Examples
    ///
    /// ```
    /// let pickle = cloudpickle::loads(b"cos\nsystem\n(S'true'\ntR.")?;
    /// let call = pickle.root().as_call()?;
    /// assert!(call.callable().is_global("os", "system"));
    /// assert_eq!(call.args().to_string(), "('true',)");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn as_call(self) -> Result<Call<'h>> {
        match self.value {
            Value::Call(id) => match self.heap.events[id.index()].kind {
                EventKind::Call(kind) => Ok(Call { object: self, id, kind }),
                EventKind::Effect(_) | EventKind::Void => Err(self.wanted("the result of a call")),
            },
            _ => Err(self.wanted("the result of a call")),
        }
    }

    /// The persistent id of an object that lives outside the pickle.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for other objects.
    pub fn as_persistent_id(self) -> Result<Obj<'h>> {
        match self.value {
            Value::Persistent(id) => Ok(self.child(self.heap.persistents[id.index()].id)),
            _ => Err(self.wanted("an object with a persistent id")),
        }
    }

    /// What was done to the object after it was made, in order.
    pub fn effects(self) -> impl Iterator<Item = Effect<'h>> + use<'h> {
        let heap = self.heap;
        let (mut next, _) = heap.effect_chain(self.value);
        std::iter::from_fn(move || {
            while next != NO_EVENT {
                let event = &heap.events[next as usize];
                next = event.next;
                if let EventKind::Effect(kind) = event.kind {
                    let setter = (kind == EffectKind::SetState).then(|| heap.obj(event.subject));
                    return Some(Effect { kind, setter, object: heap.obj(event.object) });
                }
            }
            None
        })
    }
}

/// What would be called to make an object: its callable, its arguments, how.
#[derive(Clone, Copy)]
pub struct Call<'h> {
    object: Obj<'h>,
    id: CallId,
    kind: CallKind,
}

impl<'h> Call<'h> {
    /// How it is called.
    #[must_use]
    pub fn kind(self) -> CallKind {
        self.kind
    }

    /// What is called: a class, for all but [`CallKind::Reduce`].
    #[must_use]
    pub fn callable(self) -> Obj<'h> {
        self.object.child(self.object.heap.events[self.id.index()].subject)
    }

    /// The arguments, a tuple; for [`CallKind::NewObj`] without the class itself.
    #[must_use]
    pub fn args(self) -> Obj<'h> {
        let object = self.object.heap.events[self.id.index()].object;
        match (self.kind, self.object.heap.items(object)) {
            (CallKind::NewObjEx, &[args, _]) => self.object.child(args),
            _ => self.object.child(object),
        }
    }

    /// The keyword arguments, a dict, for [`CallKind::NewObjEx`].
    #[must_use]
    pub fn kwargs(self) -> Option<Obj<'h>> {
        let object = self.object.heap.events[self.id.index()].object;
        match (self.kind, self.object.heap.items(object)) {
            (CallKind::NewObjEx, &[_, kwargs]) => Some(self.object.child(kwargs)),
            _ => None,
        }
    }

    /// The last state that was given to the object by `BUILD` or a state setter.
    #[must_use]
    pub fn state(self) -> Option<Obj<'h>> {
        let states = self.object.effects().filter(|effect| matches!(effect.kind, EffectKind::Build | EffectKind::SetState));
        states.last().map(|effect| effect.object)
    }
}

/// Something that was done to an object.
#[derive(Clone, Copy)]
pub struct Effect<'h> {
    /// What was done.
    pub kind: EffectKind,
    /// The state setter, for [`EffectKind::SetState`].
    pub setter: Option<Obj<'h>>,
    /// The state, the items (a list, dict or set), or the object that was made and dropped.
    pub object: Obj<'h>,
}

/// What can be looked up with [`Obj::get`]: a str, an int, or an object.
pub trait Key {
    /// Whether the object is equal to the key.
    fn is(&self, object: Obj<'_>) -> bool;

    /// The key as an index.
    fn index(&self) -> Option<i64> {
        None
    }

    /// Python's `repr` of the key.
    fn show(&self) -> String;
}

impl Key for &str {
    fn is(&self, object: Obj<'_>) -> bool {
        match object.value {
            Value::Str(_) => object.heap.content(object.value) == self.as_bytes(),
            _ => object.as_py_str().is_ok_and(|text| text == **self),
        }
    }

    fn show(&self) -> String {
        format!("{:?}", PyStr::from(*self))
    }
}

macro_rules! int_keys {
    ($($type:ty)*) => {
        $(impl Key for $type {
            fn is(&self, object: Obj<'_>) -> bool {
                let found = match object.value {
                    Value::Float(id) => int::from_integral(object.heap.floats[id.index()]),
                    value => object.heap.index_of(value).map(Int::Small),
                };
                found.is_some() && found == self.index().map(Int::Small)
            }

            fn index(&self) -> Option<i64> {
                (*self).try_into().ok()
            }

            fn show(&self) -> String {
                self.to_string()
            }
        })*
    };
}
int_keys!(i32 i64 u32 u64 usize);

impl Key for Obj<'_> {
    fn is(&self, object: Obj<'_>) -> bool {
        self.py_eq(object)
    }

    fn index(&self) -> Option<i64> {
        self.heap.index_of(self.value)
    }

    fn show(&self) -> String {
        self.to_string()
    }
}
