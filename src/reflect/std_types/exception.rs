//! Exceptions.
//!
//! ```text
//! builtins.ValueError('text')      state {'__notes__': ['note'], 'code': 5}        where it has attributes
//! ```
//!
//! Cause, context and traceback are not in a pickle.

use std::fmt;

use super::instance::Instance;
use super::text;
use crate::error::Result;
use crate::heap::{CallKind, Heap, Obj, ToPy, Value};
use crate::reflect::Target;
use crate::reflect::shape::{handles, view};
use crate::text::PyStr;

/// An exception of a pickle: a `Copy` view. `Display` is Python's `repr`: `ValueError('text')`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::std_types::Exception;
///
/// let pickle = cloudpickle::loads(b"cexceptions\nValueError\n(Vtext\ntR.")?;
/// assert_eq!(Exception::reflect(pickle.root())?.to_string(), "ValueError('text')");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Exception<'h> {
    object: Obj<'h>,
    instance: Instance<'h>,
}
view!(
    /// Reads the call of a class with arguments, and a state that is a dict (`BaseException_reduce` of `exceptions.c`).
    ///
    /// Whether the class is one of exceptions is not in a pickle, so it is not asked, but for those of `builtins`.
    Exception,
    "an exception"
);

impl<'h> Exception<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        if object.as_call().ok()?.kind() != CallKind::Reduce {
            return None;
        }
        let instance = Instance::recognise(object).filter(|instance| !instance.is_new())?;
        let (module, name) = instance.class().global_names()?;
        let builtin = module == "builtins" || module == "exceptions";
        let ends = ["Error", "Exception", "Warning", "Exit", "Interrupt", "Iteration", "Group"];
        let fits = !builtin || ends.iter().any(|end| name.ends_with(end));
        let fits = fits && instance.state().is_none_or(|state| state.items().is_ok());
        fits.then_some(Self { object, instance })
    }

    /// The class.
    #[must_use]
    pub fn class(self) -> Obj<'h> {
        self.instance.class()
    }

    /// The name of the class: `ValueError`. Protocols 0 to 2 write `OSError` for its subclasses; Python takes the one that the number in `args` means.
    #[must_use]
    pub fn class_name(self) -> String {
        let name = self.instance.class().global_names().map(|(_, name)| name.into_owned()).unwrap_or_default();
        name.rsplit('.').next().unwrap_or_default().to_owned()
    }

    /// `args`: what the class was called with.
    pub fn args(self) -> impl ExactSizeIterator<Item = Obj<'h>> + Clone + use<'h> {
        self.instance.args()
    }

    /// `__notes__`: what `add_note` added, from Python 3.11 on.
    pub fn notes(self) -> impl Iterator<Item = Obj<'h>> + Clone + use<'h> {
        self.instance.attr("__notes__").and_then(|notes| notes.iter().ok()).into_iter().flatten()
    }

    /// The attributes, `__notes__` among them.
    pub fn attrs(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        self.instance.attrs()
    }
}

impl<'h> Exception<'h> {
    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> ExceptionParts {
        let handles = |(name, value): (Obj<'h>, Obj<'h>)| (name.value(), value.value());
        let attrs = self.instance.state().and_then(|state| Some(state.items().ok()?.map(handles).collect()));
        let args = self.args().map(Obj::value).collect();
        ExceptionParts { class: self.class().value(), args, attrs: attrs.unwrap_or_default() }
    }
}

impl fmt::Display for Exception<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let args: Vec<_> = self.args().map(text).collect();
        write!(f, "{}({})", self.class_name(), args.join(", "))
    }
}

/// What an exception is made of. Cause, context and traceback Python does not pickle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExceptionParts {
    /// The class, by name or by value: `heap.global("builtins", "ValueError")`.
    pub class: Value,
    /// `args`: what the class is called with.
    pub args: Vec<Value>,
    /// `__dict__`: attributes, each with its name, `__notes__` among them.
    pub attrs: Vec<(Value, Value)>,
}
handles!(ExceptionParts { class, args, attrs });

impl ExceptionParts {
    /// An exception of a class, called with arguments.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::Target;
    /// use cloudpickle::reflect::std_types::{Exception, ExceptionParts};
    /// use cloudpickle::Heap;
    ///
    /// let mut heap = Heap::new();
    /// let class = heap.global("builtins", "ValueError");
    /// let text = heap.str("no such shard");
    /// let error = ExceptionParts::new(class, [text]).note(&mut heap, "while reading 7");
    /// let error = error.build(&mut heap, &Target::cpython(3, 12))?;
    /// assert_eq!(Exception::reflect(heap.obj(error))?.notes().next().unwrap().as_str()?, "while reading 7");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn new(class: Value, args: impl IntoIterator<Item = Value>) -> Self {
        Self { class, args: args.into_iter().collect(), attrs: Vec::new() }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attr(mut self, heap: &mut Heap<'_>, name: &str, value: impl ToPy) -> Self {
        self.attrs.push((heap.name(name), value.to_py(heap)));
        self
    }

    /// Adds a note, as `add_note` does. Before Python 3.11 it is an attribute that nobody shows.
    #[must_use]
    pub fn note(self, heap: &mut Heap<'_>, note: &str) -> Self {
        let note = heap.str(note);
        let is_notes = |name: &Value| heap.obj(*name).as_py_str().is_ok_and(|name| name == "__notes__");
        let notes = self.attrs.iter().find(|(name, _)| is_notes(name)).map(|(_, notes)| *notes);
        if let Some(list @ Value::List(_)) = notes {
            heap.extend(list, &[note]);
            return self;
        }
        let notes = heap.list([note]);
        self.attr(heap, "__notes__", notes)
    }

    /// Builds the exception.
    ///
    /// # Errors
    ///
    /// None: every Python has it.
    pub fn build(&self, heap: &mut Heap<'_>, _target: &Target) -> Result<Value> {
        let args = heap.tuple(self.args.iter().copied());
        let object = heap.call(self.class, args);
        if !self.attrs.is_empty() {
            let state = heap.dict(self.attrs.iter().copied());
            heap.build(object, state)?;
        }
        Ok(object)
    }
}
