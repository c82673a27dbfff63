//! Text files that were open for reading: all their text, as a `StringIO`.
//!
//! ```text
//! _file_reconstructor(StringIO)       from 1.5 on, and on Python 3.8 and later; before, the StringIO alone
//! StringIO                            io.StringIO.__new__, then the state (text, '\n', position, {'name': path})
//! ```

use std::fmt;

use super::shape::{Origin, Shape, handles, view};
use super::{Helper, Release, Target};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::text::PyStr;

/// A text file of a pickle: a `Copy` view. `Display` is Python's `repr` of a file: `<_io.TextIOWrapper name='a.txt' mode='r'>`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{Target, TextFile, TextFileParts};
/// use cloudpickle::Heap;
///
/// let mut heap = Heap::new();
/// let file = TextFileParts::new(&mut heap, "notes.txt", "first\nsecond\n").position(6);
/// let file = file.build(&mut heap, &Target::cpython(3, 12))?;
/// let file = TextFile::reflect(heap.obj(file))?;
/// assert_eq!((file.text().as_str()?, file.position()), ("first\nsecond\n", 6));
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct TextFile<'h> {
    object: Obj<'h>,
    origin: Origin,
    buffer: Origin,
    stringio: Obj<'h>,
    /// Text, newline, position, attributes.
    state: [Value; 4],
}
view!(
    /// Reads a text file (`_file_reduce` of cloudpickle). A `StringIO` by itself is one where it has a name.
    TextFile,
    "a text file"
);

/// Where `StringIO` is.
const STRING_IO: [(&str, &str); 2] = [("_io", "StringIO"), ("io", "StringIO")];

impl<'h> TextFile<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let (origin, stringio) = match Shape::helper_call(object) {
            Some((shape, Helper::FileReconstructor)) => match shape.args() {
                &[stringio] => (shape.origin(), shape.obj(stringio)),
                _ => return None,
            },
            _ => (Origin::default(), object),
        };
        let shape = Shape::instance(stringio)?;
        if !STRING_IO.iter().any(|(module, name)| shape.callable.is_global(module, name)) {
            return None;
        }
        let state = <[Value; 4]>::try_from(object.heap().items(shape.state?.value())).ok()?;
        let [text, newline, position, attributes] = state;
        let name = shape.obj(attributes).get("name").ok();
        let fits = shape.obj(text).as_py_str().is_ok()
            && shape.obj(newline).as_py_str().is_ok()
            && shape.obj(position).as_u64().is_ok()
            && name.is_some_and(|name| name.as_py_str().is_ok());
        fits.then(|| Self { object, origin, buffer: shape.origin(), stringio, state })
    }

    fn part(self, nth: usize) -> Obj<'h> {
        self.object.heap().obj(self.state.get(nth).copied().unwrap_or(Value::None))
    }

    /// All its text, from the beginning.
    #[must_use]
    pub fn text(self) -> Obj<'h> {
        self.part(0)
    }

    /// Where it is read next, in characters; cloudpickle writes what `tell()` said.
    #[must_use]
    pub fn position(self) -> u64 {
        self.part(2).as_u64().unwrap_or(0)
    }

    /// `name`: its path.
    #[must_use]
    pub fn name(self) -> PyStr<'h> {
        self.part(3).get("name").ok().and_then(|name| name.as_py_str().ok()).unwrap_or_else(|| PyStr::from(""))
    }

    /// The `StringIO` that the worker gets.
    #[must_use]
    pub fn string_io(self) -> Obj<'h> {
        self.stringio
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> TextFileParts {
        let [text, newline, position, attributes] = self.state;
        let stringio = Some(self.stringio.value());
        TextFileParts { text, newline, position, attributes, stringio, buffer: self.buffer, origin: self.origin }
    }
}

impl fmt::Display for TextFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<_io.TextIOWrapper name={} mode='r'>", self.part(3).get("name").unwrap_or(self.part(0)))
    }
}

/// What a text file is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextFileParts {
    /// All its text, a str.
    pub text: Value,
    /// How lines end, a str.
    pub newline: Value,
    /// Where it is read next, an int.
    pub position: Value,
    /// Attributes, a dict with `name` in it.
    pub attributes: Value,
    /// The `StringIO` that was read.
    stringio: Option<Value>,
    buffer: Origin,
    origin: Origin,
}
handles!(TextFileParts { text, newline, position, attributes, stringio, buffer, origin });

impl TextFileParts {
    /// A file at its beginning.
    pub fn new(heap: &mut Heap<'_>, name: &str, text: &str) -> Self {
        let (key, name) = (heap.str("name"), heap.str(name));
        Self {
            text: heap.str(text),
            newline: heap.str("\n"),
            position: Value::Int(0),
            attributes: heap.dict([(key, name)]),
            stringio: None,
            buffer: Origin::default(),
            origin: Origin::default(),
        }
    }

    /// Sets where it is read next, in characters.
    #[must_use]
    pub fn position(self, position: u32) -> Self {
        let position = Value::Int(i32::try_from(position).unwrap_or(i32::MAX));
        Self { position, ..self }
    }

    /// Builds the file.
    ///
    /// # Errors
    ///
    /// None: every release can say it.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let items = [self.text, self.newline, self.position, self.attributes];
        let kept = self.stringio.filter(|stringio| {
            let state = Shape::instance(heap.obj(*stringio)).and_then(|shape| shape.state);
            state.is_some_and(|state| heap.items(state.value()) == items)
        });
        // What was read without a call around it stays so: it loads everywhere.
        let read_alone = self.stringio.is_some() && self.origin == Origin::default();
        let alone = read_alone || target.dialect_of().release() <= Release::V1_2 && target.python() < (3, 8);
        let stringio = match kept {
            // Alone, it is the file itself, which is built anew.
            Some(stringio) if !alone => stringio,
            _ => {
                let class = self.buffer.global(heap, &STRING_IO);
                let state = self.buffer.state(heap, &items);
                let object = heap.new_object(class, Value::EMPTY_TUPLE);
                heap.build(object, state)?;
                object
            }
        };
        if alone {
            return Ok(stringio);
        }
        let callable = self.origin.helper(heap, target, Helper::FileReconstructor);
        let args = self.origin.args(heap, &[stringio]);
        Ok(heap.call(callable, args))
    }
}
