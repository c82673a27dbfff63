//! `SourceModule`: a module from its source.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;

use super::worker::{EXEC, MODULE_TYPE, Text, Word, Worker};
use super::{Given, Source, dumps, helpers, number, text};
use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Reach, Value};
use crate::pickle::{ModuleByValue, Pickler};
use crate::reflect::Build;

/// A Python module from its source: what its functions and classes are taken from.
///
/// On the worker the text runs once, in a new module object, when the pickle is loaded. Everything that is taken from one
/// `SourceModule` (or from a clone of it) and built into one heap belongs to that one module object and shares its globals. A module
/// that was changed by one of the methods below is another module.
///
/// # Examples
///
/// ```
/// use cloudpickle::{Heap, Pickler, Source};
///
/// let counter = Source::module("counter", "
/// count = 0
///
/// def up():
///     global count
///     count += STEP
///
/// def value():
///     return count
/// ").global("STEP", 5);
///
/// let mut heap = Heap::new();
/// let up = counter.function("up").build(&mut heap)?;
/// let value = counter.function("value").build(&mut heap)?;
/// let both = heap.add((up, value));
/// // up, value = pickle.loads(bytes); up(); assert value() == 5
/// let bytes = Pickler::new().protocol(4).dumps(&heap, both)?;
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SourceModule(Arc<Module>);

#[derive(Clone, Debug)]
struct Module {
    /// What the module is known by in a heap.
    number: u64,
    name: Box<str>,
    /// None for a mere namespace, a dict.
    text: Option<Box<str>>,
    globals: IndexMap<Box<str>, Given>,
    required: Vec<SourceModule>,
    registered: bool,
}

impl SourceModule {
    pub(super) fn new(name: &str, text: Option<&str>) -> Self {
        let text = text.map(Into::into);
        Self(Arc::new(Module {
            number: number(),
            name: name.into(),
            text,
            globals: IndexMap::new(),
            required: Vec::new(),
            registered: false,
        }))
    }

    fn change(mut self, change: impl FnOnce(&mut Module)) -> Self {
        let module = Arc::make_mut(&mut self.0);
        module.number = number();
        change(module);
        self
    }

    /// The module's name, its `__name__`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The module's text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.text.as_deref().unwrap_or_default()
    }

    /// The namespace alone.
    pub(super) fn without_text(self) -> Self {
        self.change(|module| module.text = None)
    }

    /// Gives the module a global, set before its text runs.
    ///
    /// # Examples
    ///
    /// Any [`ToPy`](crate::ToPy) value will do, and any [`Source`]:
    ///
    /// ```
    /// use cloudpickle::Source;
    ///
    /// let my_module = Source::module("my_module", "def f(x): return round_up(x) + CONSTANT")
    ///     .global("CONSTANT", 42)
    ///     .global("round_up", Source::lambda("lambda x: -(-x // 1)"));
    /// // pickle.loads(bytes)(0.5) == 43
    /// let bytes = my_module.function("f").dumps()?;
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn global(self, name: &str, value: impl Build + Send + Sync + 'static) -> Self {
        self.change(|module| {
            module.globals.insert(name.into(), Given::new(value));
        })
    }

    /// Loads another module before this one. One that is [registered](Self::register) can then be imported by this one's text.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Source;
    ///
    /// let helpers = Source::module("helpers", "def twice(x): return 2 * x").register();
    /// let job = Source::module("job", "
    /// from helpers import twice
    /// def run(x): return twice(x) + 1
    /// ").require(helpers);
    /// // pickle.loads(bytes)(4) == 9
    /// let bytes = job.function("run").dumps()?;
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn require(self, module: Self) -> Self {
        self.change(|this| this.required.push(module))
    }

    /// Leaves the module in the worker's `sys.modules`, as if it had been imported.
    ///
    /// The worker can then import it, pickle instances of its classes, and find the source of its classes. Loading the same module
    /// again, from this payload or from another, gives the module that is there; one of the same name with another text or other
    /// globals takes its place. Never register the name of a module that the worker has installed: it would be replaced.
    ///
    /// A package needs the global `__path__`: an empty list.
    ///
    /// Without this a module leaves nothing behind in `sys.modules`, and cloudpickle on the worker pickles what belongs to it by value.
    #[must_use]
    pub fn register(self) -> Self {
        self.change(|module| module.registered = true)
    }

    /// A function of the module, by its name; with dots, a method: `"C.make"`.
    #[must_use]
    pub fn function(&self, name: &str) -> Source {
        Source::member(self, name)
    }

    /// A class of the module, by its name; with dots, a class in a class.
    #[must_use]
    pub fn class(&self, name: &str) -> Source {
        Source::member(self, name)
    }

    /// Anything else that the module's text makes, by its name; with dots, its attributes: `"Color.RED"`.
    #[must_use]
    pub fn get(&self, name: &str) -> Source {
        Source::member(self, name)
    }

    /// Adds the module object to a heap.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NulInSource`], and those of the globals given.
    pub fn build(&self, heap: &mut Heap<'_>) -> Result<Value> {
        Worker::new(heap).once(self.0.number, "module", |worker| self.make(worker))
    }

    /// The pickle of the module object, in protocol 4, which every Python from 3.4 on reads.
    ///
    /// # Errors
    ///
    /// Those of [`SourceModule::build`].
    pub fn dumps(&self) -> Result<Vec<u8>> {
        dumps(self)
    }

    /// Gives the module of a heap a global after its text ran, where [`global`](Self::global) would be too early: a value that holds a
    /// function of this very module.
    ///
    /// # Errors
    ///
    /// Those of [`SourceModule::build`] and of the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::{Heap, Pickler, Source, py};
    ///
    /// let module = Source::module("my_module", "
    /// def f(): return 42
    /// def call(name): return COMMANDS[name]()
    /// ");
    /// let mut heap = Heap::new();
    /// let f = module.function("f").build(&mut heap)?;
    /// let commands = py!(in heap, {"f": f});
    /// module.set_global(&mut heap, "COMMANDS", commands)?;
    /// let call = module.function("call").build(&mut heap)?;
    /// // pickle.loads(bytes)("f") == 42
    /// let bytes = Pickler::new().protocol(4).dumps(&heap, call)?;
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn set_global(&self, heap: &mut Heap<'_>, name: &str, value: impl Build) -> Result<()> {
        let module = self.build(heap)?;
        let value = value.build(heap)?;
        let mut worker = Worker::new(heap);
        let name = worker.heap.add(Word(name));
        worker.set_globals(module, [(name, value)])
    }

    /// A member of the module's object.
    pub(super) fn part(&self, worker: &mut Worker<'_, '_>, path: &str) -> Result<Value> {
        worker.path(self.0.number, path, |worker, name| {
            let module = self.build(worker.heap)?;
            Ok(worker.getattr(module, name))
        })
    }

    /// The dict of the module's globals.
    pub(super) fn globals(&self, worker: &mut Worker<'_, '_>) -> Result<Value> {
        match &self.0.text {
            Some(_) => self.part(worker, "__dict__"),
            None => self.build(worker.heap),
        }
    }

    fn make(&self, worker: &mut Worker<'_, '_>) -> Result<Value> {
        let Module { name, text, globals, required, registered, .. } = &*self.0;
        let required = required.iter().map(|module| module.build(worker.heap)).collect::<Result<Vec<_>>>()?;
        let mut early = Vec::new();
        let mut late = Vec::new();
        for (key, value) in globals {
            let value = value.build(worker.heap)?;
            let key = worker.heap.add(Word(key));
            // What holds something of this module cannot be there before the module is.
            let list = if mentions(worker.heap, value, name) { &mut late } else { &mut early };
            list.push((key, value));
        }
        let Some(text) = text else {
            let pairs = [(worker.heap.add(Word("__name__")), worker.heap.add(Word(name)))];
            let globals = worker.heap.dict(pairs.into_iter().chain(early).chain(late));
            worker.then_all(globals, required)?;
            return Ok(globals);
        };
        let text = text::statements(text)?;
        let module = if *registered {
            let variables = worker.heap.dict(early);
            worker.then_all(variables, required)?;
            worker.load(name, &text, variables)?
        } else {
            worker.make_module(name, &text, early, required)?
        };
        if !late.is_empty() {
            worker.set_globals(module, late)?;
        }
        Ok(module)
    }
}

/// Whether an object holds a reference to something of a module.
fn mentions(heap: &Heap<'_>, value: Value, module: &str) -> bool {
    let mut reach = Reach::default();
    reach.visit(value);
    std::iter::from_fn(|| reach.next(heap)).any(|value| heap.reference(value).is_some_and(|(of, _)| of == module))
}

impl Build for SourceModule {
    fn build(&self, heap: &mut Heap<'_>) -> Result<Value> {
        Self::build(self, heap)
    }
}

impl ModuleByValue for SourceModule {
    fn name(&self) -> &str {
        Self::name(self)
    }

    fn define(&self, heap: &mut Heap<'_>, module: &str, name: &str) -> Result<Value> {
        let mut seen = HashSet::new();
        let mut open = vec![self];
        while let Some(candidate) = open.pop() {
            if candidate.name() == module {
                return candidate.part(&mut Worker::new(heap), name);
            }
            if seen.insert(candidate.0.number) {
                open.extend(&candidate.0.required);
            }
        }
        Err(ErrorKind::NotFound { what: "source of module", name: module.to_owned() }.into())
    }
}

impl Worker<'_, '_> {
    /// A module object; its effects, in their order, are what running the text takes.
    fn make_module(&mut self, name: &str, source: &str, variables: Vec<(Value, Value)>, required: Vec<Value>) -> Result<Value> {
        let text = self.text(source, &text::file_name(name, &[source.as_bytes()]));
        let module_name = self.heap.add(Word(name));
        let module = self.call(MODULE_TYPE, (module_name,));
        self.then_all(module, required)?;
        // BUILD is an update of `__dict__` here: later a `__getattr__` of the module would be asked for `__setstate__`.
        let package = name.rsplit_once('.').map_or("", |(package, _)| package);
        let known = [("__file__", text.file), ("__package__", self.heap.add(Word(package)))];
        let known = known.map(|(key, value)| (self.heap.add(Word(key)), value));
        let state = self.heap.dict(known.into_iter().chain(variables));
        self.heap.build(module, state)?;
        self.cache_lines(module, text)?;
        let code = self.compile(text.source, text.file, "exec");
        let done = if helpers::wants_listing(source) {
            self.run(code, module)?
        } else {
            // A node of its own: the one that others hold may be on its way to being written.
            let globals = self.getattr(module, "__dict__");
            self.call(EXEC, (code, globals))
        };
        self.heap.then(module, done)?;
        Ok(module)
    }

    /// A module that stays in `sys.modules`. Its file name says which one it is, so the globals given are in it too.
    fn load(&mut self, name: &str, source: &str, variables: Value) -> Result<Value> {
        let written = Pickler::new().protocol(4).dumps(self.heap, variables)?;
        let Text { source: text, file, .. } = self.text(source, &text::file_name(name, &[source.as_bytes(), &written]));
        let load = self.helper(helpers::LOAD, "load")?;
        Ok(self.heap.call(load, (Word(name), file, text, variables)))
    }

    fn then_all(&mut self, object: Value, dropped: Vec<Value>) -> Result<()> {
        dropped.into_iter().try_for_each(|dropped| self.heap.then(object, dropped))
    }

    /// After a module is made: sets globals of it.
    fn set_globals(&mut self, module: Value, globals: impl IntoIterator<Item = (Value, Value)>) -> Result<()> {
        let dict = self.getattr(module, "__dict__");
        for (name, value) in globals {
            self.heap.set_item(dict, name, value)?;
        }
        self.heap.then(module, dict)
    }
}
