//! `io.BytesIO` and `io.StringIO`: files in memory.
//!
//! ```text
//! NEWOBJ _io.BytesIO ()       state (contents, position, __dict__ or None)
//! NEWOBJ _io.StringIO ()      state (contents, newline, position, __dict__ or None)
//! ```
//!
//! Python does not pickle them below protocol 2.

use std::borrow::Cow;
use std::fmt;

use super::made::{Made, new_instance};
use super::text;
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;
use crate::reflect::shape::{handles, view};
use crate::text::PyStr;

/// The state of an instance of a class of `_io`.
fn state<'h>(object: Obj<'h>, class: &str) -> Option<&'h [Value]> {
    let made = Made::of(object)?;
    let named = ["_io", "io"].into_iter().any(|module| made.callable.is_global(module, class));
    let state = made.state().filter(|_| named && made.args.is_empty())?;
    matches!(state.value(), Value::Tuple(_)).then(|| object.heap().items(state.value()))
}

/// Builds an instance with a state. Below protocol 2 the class is called: `_reconstructor` refuses it.
fn with_state(heap: &mut Heap<'_>, target: &Target, class: &str, state: &[Value]) -> Result<Value> {
    let class = heap.shared_global("_io", class);
    let object = if target.protocol_number() >= 2 { new_instance(heap, target, class) } else { heap.call(class, ()) };
    let state = heap.tuple(state.iter().copied());
    heap.build(object, state)?;
    Ok(object)
}

/// A `BytesIO` of a pickle: a `Copy` view. `Display` shows contents and position: `<BytesIO b'ab' at 1>`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Target;
/// use cloudpickle::reflect::std_types::{BytesIo, BytesIoParts};
/// use cloudpickle::Heap;
///
/// let mut heap = Heap::new();
/// let contents = heap.bytes(b"spam");
/// let file = BytesIoParts { contents, position: 1, dict: None }.build(&mut heap, &Target::cpython(3, 12))?;
/// let file = BytesIo::reflect(heap.obj(file))?;
/// assert_eq!((&*file.contents(), file.position()), (&b"spam"[..], 1));
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct BytesIo<'h> {
    object: Obj<'h>,
    contents: Obj<'h>,
    position: u64,
    dict: Option<Obj<'h>>,
}
view!(
    /// Reads a `BytesIO` (`_io_BytesIO___getstate___impl` of `bytesio.c`).
    BytesIo,
    "a BytesIO"
);

impl<'h> BytesIo<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let heap = object.heap();
        let &[contents, position, dict] = state(object, "BytesIO")? else { return None };
        let contents = heap.obj(contents);
        contents.to_bytes().ok()?;
        let dict = Some(heap.obj(dict)).filter(|dict| !dict.is_none());
        Some(Self { object, contents, position: heap.obj(position).as_u64().ok()?, dict })
    }

    /// `getvalue()`: all bytes, borrowed from the pickle from protocol 3 on.
    #[must_use]
    pub fn contents(self) -> Cow<'h, [u8]> {
        self.contents.to_bytes().unwrap_or_default()
    }

    /// `tell()`: where it is read next.
    #[must_use]
    pub fn position(self) -> u64 {
        self.position
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> BytesIoParts {
        BytesIoParts { contents: self.contents.value(), position: self.position, dict: self.dict.map(Obj::value) }
    }
}

impl fmt::Display for BytesIo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<BytesIO {} at {}>", text(self.contents), self.position)
    }
}

/// What a `BytesIO` is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BytesIoParts {
    /// All bytes.
    pub contents: Value,
    /// Where it is read next.
    pub position: u64,
    /// `__dict__`, where it has attributes.
    pub dict: Option<Value>,
}
handles!(BytesIoParts { contents, dict });

impl BytesIoParts {
    /// Builds the file.
    ///
    /// # Errors
    ///
    /// None: every Python has it.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let position = heap.add(self.position);
        with_state(heap, target, "BytesIO", &[self.contents, position, self.dict.unwrap_or(Value::None)])
    }
}

/// A `StringIO` of a pickle: a `Copy` view. `Display` shows contents and position: `<StringIO 'ab' at 1>`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Target;
/// use cloudpickle::reflect::std_types::{StringIo, StringIoParts};
/// use cloudpickle::Heap;
///
/// let mut heap = Heap::new();
/// let parts = StringIoParts::new(heap.str("one\ntwo\n"));
/// let file = parts.build(&mut heap, &Target::cpython(3, 12))?;
/// let file = StringIo::reflect(heap.obj(file))?;
/// assert_eq!(file.contents().to_string(), "one\ntwo\n");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct StringIo<'h> {
    object: Obj<'h>,
    contents: PyStr<'h>,
    newline: Option<PyStr<'h>>,
    position: u64,
    parts: StringIoParts,
}
view!(
    /// Reads a `StringIO` (`_io_StringIO___getstate___impl` of `stringio.c`).
    StringIo,
    "a StringIO"
);

impl<'h> StringIo<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let heap = object.heap();
        let &[contents, newline, position, dict] = state(object, "StringIO")? else { return None };
        let dict = Some(dict).filter(|dict| *dict != Value::None);
        let position = heap.obj(position).as_u64().ok()?;
        let parts = StringIoParts { contents, newline: Some(newline), position, dict };
        let newline = match newline {
            Value::None => None,
            newline => Some(heap.obj(newline).as_py_str().ok()?),
        };
        Some(Self { object, contents: heap.obj(contents).as_py_str().ok()?, newline, position, parts })
    }

    /// `getvalue()`: the whole text.
    #[must_use]
    pub fn contents(self) -> PyStr<'h> {
        self.contents
    }

    /// What lines end with when they are written; `None` for universal newlines.
    #[must_use]
    pub fn newline(self) -> Option<PyStr<'h>> {
        self.newline
    }

    /// `tell()`: where it is read next, in code points.
    #[must_use]
    pub fn position(self) -> u64 {
        self.position
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> StringIoParts {
        self.parts
    }
}

impl fmt::Display for StringIo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<StringIO {:?} at {}>", self.contents, self.position)
    }
}

/// What a `StringIO` is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StringIoParts {
    /// The whole text.
    pub contents: Value,
    /// What lines end with: a str, or Python's `None`; without one it is `'\n'`, as `io.StringIO()` has it.
    pub newline: Option<Value>,
    /// Where it is read next, in code points.
    pub position: u64,
    /// `__dict__`, where it has attributes.
    pub dict: Option<Value>,
}
handles!(StringIoParts { contents, newline, dict });

impl StringIoParts {
    /// A file with a text, to be read from its start.
    #[must_use]
    pub fn new(contents: Value) -> Self {
        Self { contents, newline: None, position: 0, dict: None }
    }

    /// Builds the file.
    ///
    /// # Errors
    ///
    /// None: every Python has it.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let newline = self.newline.unwrap_or_else(|| heap.str("\n"));
        let position = heap.add(self.position);
        with_state(heap, target, "StringIO", &[self.contents, newline, position, self.dict.unwrap_or(Value::None)])
    }
}
