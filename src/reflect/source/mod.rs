//! Source functions: Python source shipped as a live function, lambda, class or module.
//!
//! cloudpickle ships bytecode, which only the same minor version of Python can run. Source runs on all of them: one payload serves
//! every CPython from 3.6 on (and PyPy), with nothing installed there but Python itself. All it takes is calls of the standard library,
//! which plain `pickle.loads` makes:
//!
//! ```text
//! module = types.ModuleType('my_module')                      # REDUCE
//! module.__dict__.update({'__file__': file, 'CONSTANT': 42})  # BUILD
//! linecache.cache[file] = (.., None, lines, file)             # SETITEM: tracebacks and inspect.getsource show the source
//! exec(compile(source, file, 'exec', 0, True), module.__dict__)
//! getattr(module, 'my_function')                              # the object that is pickled
//! ```
//!
//! Inside the source everything works as in a module: recursion, decorators, imports, `async def`, generators, classes with `super()`,
//! annotations, dataclasses. Values from Rust come in as globals, as default arguments, as attributes, or as the variables that
//! closures share. The text is not parsed here: a mistake in it is a `SyntaxError` on the worker, with file name and line.
//!
//! | what | how |
//! | --- | --- |
//! | `lambda x: x ** 2` | [`Source::lambda`] |
//! | any expression | [`Source::expression`] |
//! | one function or class, in `__main__` | [`Source::function`] |
//! | a module, and what is in it | [`Source::module`], [`SourceModule`] |
//! | closures | [`Source::closure`] |
//!
//! # Limits
//!
//! - What is loaded is not in the worker's `sys.modules` unless it was [registered](SourceModule::register): instances of its classes can
//!   be pickled there by cloudpickle, not by `pickle`, and `inspect.getsource` shows its functions, not its classes.
//! - A dataclass whose annotations are strings belongs into a module of another name than `__main__`: `dataclasses` looks the names up in
//!   what the worker runs as `__main__`.
//! - A dataclass with such annotations that a function makes when it is called needs its module registered.
//! - A relative import needs the package on the worker, or registered.

pub(crate) mod helpers;
mod local;
mod module;
mod text;
mod worker;

use std::sync::atomic::{AtomicU64, Ordering};

use indexmap::IndexMap;

pub use self::module::SourceModule;
use self::worker::{EVAL, Word, Worker};
use super::{Build, Given};
use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Value};
use crate::pickle::Pickler;

/// A Python object from its source: a lambda, a function, a class, anything.
///
/// # Examples
///
/// ```
/// use cloudpickle::Source;
///
/// let squared = Source::lambda("lambda x: x ** 2");
/// let bytes = squared.dumps()?; // pickle.loads(bytes)(2) == 4
/// # Ok::<(), cloudpickle::Error>(())
/// ```
///
/// Built into a heap it is an object like any other. In one heap, one `Source` (and a clone of it) is one object:
///
/// ```
/// use cloudpickle::{Heap, Pickler, Source, py};
///
/// let mut heap = Heap::new();
/// let squared = Source::lambda("lambda x: x ** 2").build(&mut heap)?;
/// let map = heap.global("builtins", "map");
/// let numbers = py!(in heap, [1, 2, 3]);
/// let list = heap.global("builtins", "list");
/// let squares = heap.call(map, (squared, numbers));
/// let squares = heap.call(list, (squares,));
/// let bytes = Pickler::new().dumps(&heap, squares)?; // pickle.loads(bytes) == [1, 4, 9]
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Source {
    what: What,
    /// Whose globals they are.
    scope: SourceModule,
    /// What the expression, or the function around local definitions, is known by in a heap.
    number: u64,
    /// The name of the function around closures.
    outer: Box<str>,
    closure: IndexMap<Box<str>, Given>,
    changes: Changes,
}

#[derive(Clone, Debug)]
enum What {
    /// An expression, and what it is called in its file name.
    Expression(Box<str>, &'static str),
    /// What the scope's own text makes, by its name.
    Member(Option<Box<str>>),
    /// What a text makes as the body of a function.
    Local(Box<str>, Option<Box<str>>),
}

/// What is set on a function after it is made.
#[derive(Clone, Default, Debug)]
struct Changes {
    /// What the function is known by in a heap when it is changed.
    number: u64,
    attributes: IndexMap<Box<str>, Given>,
    kwdefaults: IndexMap<Box<str>, Given>,
    slots: IndexMap<&'static str, Given>,
}

/// A new number, by which a heap knows what was made in it.
pub(super) fn number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn dumps(object: &dyn Build) -> Result<Vec<u8>> {
    let mut heap = Heap::new();
    let root = object.build(&mut heap)?;
    Pickler::new().protocol(4).optimize(true).dumps(&heap, root)
}

impl Source {
    fn new(what: What, scope: SourceModule) -> Self {
        let outer = "closure".into();
        Self { what, scope, number: number(), outer, closure: IndexMap::new(), changes: Changes::default() }
    }

    /// A lambda, or any other expression that gives a function.
    #[must_use]
    pub fn lambda(text: &str) -> Self {
        Self::new(What::Expression(text.into(), "lambda"), SourceModule::new("__main__", None))
    }

    /// The value of an expression, which is computed when the pickle is loaded.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Source;
    ///
    /// // pickle.loads(bytes) == [0, 1, 4, 9]
    /// let bytes = Source::expression("[i * i for i in range(n)]").global("n", 4).dumps()?;
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn expression(text: &str) -> Self {
        Self::new(What::Expression(text.into(), "expression"), SourceModule::new("__main__", None))
    }

    /// A function or class from the text of its definition, as if it stood in `__main__`.
    ///
    /// The text may have imports and helpers before it: it is a module's text, and the object is what its last line that begins with
    /// `def`, `async def` or `class` defines. Lines are looked at, not parsed: in a text with such a line inside of a string at the
    /// end, name the object with [`Source::module`] and [`SourceModule::function`].
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Source;
    ///
    /// let my_function = Source::function("
    /// def my_function(data: int) -> int:
    ///     return data + CONSTANT
    /// ");
    /// let bytes = my_function.global("CONSTANT", 42).dumps()?; // pickle.loads(bytes)(43) == 85
    ///
    /// let err = Source::function("my_function").dumps().unwrap_err();
    /// assert_eq!(err.to_string(), "no line of the source begins with def, async def or class");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn function(text: &str) -> Self {
        Self::new(What::Member(text::last_definition(text).map(Into::into)), SourceModule::new("__main__", Some(text)))
    }

    /// A module, to take functions and classes from.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Source;
    ///
    /// let text = "
    /// def my_function(data: int) -> int:
    ///     return data + CONSTANT
    /// ";
    /// let my_module = Source::module("my_module", text).global("CONSTANT", 42);
    /// let bytes = my_module.function("my_function").dumps()?; // pickle.loads(bytes)(43) == 85
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn module(name: &str, text: &str) -> SourceModule {
        SourceModule::new(name, Some(text))
    }

    fn member(module: &SourceModule, name: &str) -> Self {
        Self::new(What::Member(Some(name.into())), module.clone())
    }

    /// Makes what is told next that of another object.
    fn renewed(mut self) -> Self {
        self.number = number();
        self
    }

    /// Gives the text a global. One of a module gets a copy of the module with that global: what was taken from the module itself keeps
    /// its own.
    #[must_use]
    pub fn global(mut self, name: &str, value: impl Build + Send + Sync + 'static) -> Self {
        self.scope = self.scope.global(name, value);
        self.renewed()
    }

    /// Moves the text into a module, whose globals it then has: a lambda that calls the module's functions, a closure beside them.
    ///
    /// A function becomes one that was defined inside of a function of that module, also without [closure](Source::closure) variables.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Source;
    ///
    /// let my_module = Source::module("my_module", "def f(x): return x + 1");
    /// // pickle.loads(bytes)(4) == 50
    /// let bytes = Source::lambda("lambda x: 10 * f(x)").within(&my_module).dumps()?;
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn within(self, module: &SourceModule) -> Self {
        let mut source = self.localized();
        source.scope = module.clone();
        source.renewed()
    }

    /// Gives the text a variable of a function around it: a closure over a value from Rust.
    ///
    /// The text, be it a lambda's or of definitions, keeps its lines and columns. In definitions the variable can be `nonlocal`, and what
    /// they define is local to that function: [siblings](Source::sibling) know each other and share the variables, as closures do.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::{Heap, Pickler, Source};
    ///
    /// let bytes = Source::lambda("lambda x: x + offset").closure("offset", 5).dumps()?; // pickle.loads(bytes)(4) == 9
    ///
    /// let value = Source::function("
    /// def up():
    ///     nonlocal n
    ///     n += 1
    ///
    /// def value():
    ///     return n
    /// ").closure("n", 10);
    /// let mut heap = Heap::new();
    /// let both = [value.sibling("up"), value].map(|source| source.build(&mut heap));
    /// let [up, value] = both;
    /// let both = heap.add((up?, value?));
    /// // up, value = pickle.loads(bytes); up(); assert value() == 11
    /// let bytes = Pickler::new().protocol(4).dumps(&heap, both)?;
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Building fails with [`ErrorKind::NotAnIdentifier`] when Python has no variable of that name.
    #[must_use]
    pub fn closure(self, name: &str, value: impl Build + Send + Sync + 'static) -> Self {
        let mut source = self.localized();
        source.closure.insert(name.into(), Given::new(value));
        source.renewed()
    }

    /// Names the function around closures, which is part of their `__qualname__`: `closure.<locals>.f` unless it is named.
    #[must_use]
    pub fn outer(self, name: &str) -> Self {
        let mut source = self.localized();
        source.outer = name.into();
        source.renewed()
    }

    /// Another function or class of the same text: it shares globals and closure variables with this one. An expression is its own.
    #[must_use]
    pub fn sibling(&self, name: &str) -> Self {
        let what = match &self.what {
            What::Expression(..) => self.what.clone(),
            What::Member(_) => What::Member(Some(name.into())),
            What::Local(text, _) => What::Local(text.clone(), Some(name.into())),
        };
        Self { what, changes: Changes::default(), ..self.clone() }
    }

    /// A text that stood for itself is the body of a function now.
    fn localized(mut self) -> Self {
        if let What::Member(name) = self.what {
            self.what = What::Local(self.scope.text().into(), name);
            self.scope = self.scope.without_text();
        }
        self
    }

    fn changed(mut self, change: impl FnOnce(&mut Changes)) -> Self {
        self.changes.number = number();
        change(&mut self.changes);
        self
    }

    fn slot(self, name: &'static str, value: impl Build + Send + Sync + 'static) -> Self {
        self.changed(|changes| {
            changes.slots.insert(name, Given::new(value));
        })
    }

    /// Sets the default arguments, the function's `__defaults__`: a tuple, whose items belong to the last of its parameters.
    ///
    /// This and the methods below change the function itself, as the rest of its module sees it.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Source;
    ///
    /// let power = Source::lambda("lambda x, n: x ** n").defaults((2,)).attribute("unit", "m").name("power");
    /// let bytes = power.dumps()?; // pickle.loads(bytes)(3) == 9
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Building fails with [`ErrorKind::WrongType`] when the value is neither a tuple nor `None`.
    #[must_use]
    pub fn defaults(self, values: impl Build + Send + Sync + 'static) -> Self {
        self.slot("__defaults__", values)
    }

    /// Sets the default of a keyword-only parameter. With the first one, those of the source are forgotten.
    #[must_use]
    pub fn kwdefault(self, name: &str, value: impl Build + Send + Sync + 'static) -> Self {
        self.changed(|changes| {
            changes.kwdefaults.insert(name.into(), Given::new(value));
        })
    }

    /// Sets an attribute of the function.
    #[must_use]
    pub fn attribute(self, name: &str, value: impl Build + Send + Sync + 'static) -> Self {
        self.changed(|changes| {
            changes.attributes.insert(name.into(), Given::new(value));
        })
    }

    /// Names the function: its `__name__` and its `__qualname__`.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        self.slot("__name__", name.to_owned()).slot("__qualname__", name.to_owned())
    }

    /// Sets the function's `__qualname__`.
    #[must_use]
    pub fn qualname(self, name: &str) -> Self {
        self.slot("__qualname__", name.to_owned())
    }

    /// Sets the function's documentation, its `__doc__`.
    #[must_use]
    pub fn doc(self, text: &str) -> Self {
        self.slot("__doc__", text.to_owned())
    }

    /// Sets the function's annotations: a dict.
    #[must_use]
    pub fn annotations(self, annotations: impl Build + Send + Sync + 'static) -> Self {
        self.slot("__annotations__", annotations)
    }

    /// Adds the object to a heap, or gives the one that was added before.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NulInSource`] for a text with a NUL character, [`ErrorKind::NoDefinition`] for a function's text that defines none,
    /// [`ErrorKind::NotAnIdentifier`] for names of closure variables that Python has not, and those of the values given.
    pub fn build(&self, heap: &mut Heap<'_>) -> Result<Value> {
        let mut worker = Worker::new(heap);
        let object = match &self.what {
            What::Expression(text, label) => {
                worker.once(self.number, "expression", |worker| self.expression_in(worker, text, label))?
            }
            What::Member(name) => self.scope.part(&mut worker, defined(name)?)?,
            What::Local(text, name) => {
                let name = defined(name)?;
                worker.path(self.number, name, |worker, name| {
                    let locals = worker.once(self.number, "locals", |worker| self.locals_in(worker, text))?;
                    Ok(worker.getitem(locals, Word(name)))
                })?
            }
        };
        self.changes.apply(&mut worker, object)
    }

    /// The pickle of the object, in protocol 4, which every Python from 3.4 on reads.
    ///
    /// For another protocol, [build](Source::build) it into a heap. [`Value`]s given to it belong to a heap, and to
    /// [`build`](Source::build) with that heap.
    ///
    /// # Errors
    ///
    /// Those of [`Source::build`].
    pub fn dumps(&self) -> Result<Vec<u8>> {
        dumps(self)
    }

    fn expression_in(&self, worker: &mut Worker<'_, '_>, source: &str, label: &str) -> Result<Value> {
        let source = text::expression(source)?;
        let globals = self.scope.globals(worker)?;
        let text = worker.text(&source, &text::file_name(label, &[source.as_bytes()]));
        if !self.closure.is_empty() {
            return self.closed_expression(worker, text, globals);
        }
        let code = worker.compile(text.source, text.file, "eval");
        worker.cache_lines(code, text)?;
        Ok(worker.call(EVAL, (code, globals)))
    }
}

impl Build for Source {
    fn build(&self, heap: &mut Heap<'_>) -> Result<Value> {
        Self::build(self, heap)
    }
}

fn defined(name: &Option<Box<str>>) -> Result<&str> {
    name.as_deref().ok_or_else(|| ErrorKind::NoDefinition.into())
}

impl Changes {
    /// BUILD of a function sets its attributes, and its slots, which are the other half of a pair.
    fn apply(&self, worker: &mut Worker<'_, '_>, function: Value) -> Result<Value> {
        let Self { number, attributes, kwdefaults, slots } = self;
        if *number == 0 {
            return Ok(function);
        }
        worker.once(*number, "changed", |worker| {
            let attributes = worker.dict(attributes.iter().map(|(name, value)| (&**name, value)))?;
            let kwdefaults = worker.dict(kwdefaults.iter().map(|(name, value)| (&**name, value)))?;
            let slots = worker.dict(slots.iter().map(|(name, value)| (*name, value)))?;
            if let Ok(defaults) = worker.heap.obj(slots).get("__defaults__")
                && !matches!(defaults.value(), Value::Tuple(_) | Value::None)
            {
                return Err(worker.heap.wrong_type("a tuple of default arguments", defaults.value()));
            }
            if !worker.heap.items(kwdefaults).is_empty() {
                let name = worker.heap.add(Word("__kwdefaults__"));
                worker.heap.set_item(slots, name, kwdefaults)?;
            }
            // The C unpickler takes no None for the slots.
            match [attributes, slots].map(|dict| worker.heap.items(dict).is_empty()) {
                [_, true] => worker.heap.build(function, attributes)?,
                [true, false] => worker.heap.build(function, (Value::None, slots))?,
                [false, false] => worker.heap.build(function, (attributes, slots))?,
            }
            Ok(function)
        })
    }
}

impl Worker<'_, '_> {
    fn dict<'g>(&mut self, items: impl Iterator<Item = (&'g str, &'g Given)>) -> Result<Value> {
        let pairs = items.map(|(name, value)| {
            let value = value.build(self.heap)?;
            Ok((self.heap.add(Word(name)), value))
        });
        let pairs = pairs.collect::<Result<Vec<_>>>()?;
        Ok(self.heap.dict(pairs))
    }
}
