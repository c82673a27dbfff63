//! A function, its arguments, and which Python it takes.

use std::fmt;

use cloudpickle::reflect::Target;
use cloudpickle::{Bytes, Heap, Pickle, Pickler, Result, Source, ToPy, Value};

use crate::guard;

/// A call for a worker: a function by reference, from source, or by value, with arguments.
#[derive(Clone, Debug)]
pub struct Task {
    call: Call,
    reference: Option<String>,
    python: Option<(u8, u8)>,
}

/// The objects of a [`Task`], in one heap: an engine adds its own around them and pickles the whole.
#[derive(Clone, Debug)]
pub struct Call {
    /// Where the objects are.
    pub heap: Heap<'static>,
    /// What is called.
    pub function: Value,
    /// The positional arguments.
    pub args: Vec<Value>,
    /// The arguments by name.
    pub kwargs: Vec<(Value, Value)>,
}

impl Task {
    /// A function that the worker can import: `Task::global("math", "hypot")`.
    #[must_use]
    pub fn global(module: &str, name: &str) -> Self {
        let mut heap = Heap::new();
        let function = heap.global(module, name);
        Self { reference: Some(format!("{module}.{name}")), ..Self::new(heap, function, None) }
    }

    /// A function by value, from its source: every Python takes it, and nothing has to be installed there.
    ///
    /// # Errors
    ///
    /// Those of [`Source::build`].
    pub fn source(source: &Source) -> Result<Self> {
        let mut heap = Heap::new();
        let function = source.build(&mut heap)?;
        Ok(Self::new(heap, function, None))
    }

    /// A function by value, built from bytecode for a target, with cloudpickle on the worker.
    ///
    /// # Errors
    ///
    /// Those of `build`.
    pub fn by_value(target: &Target, build: impl FnOnce(&mut Heap<'static>, &Target) -> Result<Value>) -> Result<Self> {
        let mut heap = Heap::new();
        let function = build(&mut heap, target)?;
        Ok(Self::new(heap, function, Some(target.python())))
    }

    /// A function that a Python program pickled by value, with cloudpickle.
    ///
    /// Nothing in a payload says which Python wrote it, and another one crashes on its bytecode: whoever has the payload has to know.
    #[must_use]
    pub fn payload(python: (u8, u8), pickle: &Pickle<'_>) -> Self {
        let mut heap = Heap::new();
        let function = heap.copy(pickle.root());
        Self::new(heap, function, Some(python))
    }

    fn new(heap: Heap<'static>, function: Value, python: Option<(u8, u8)>) -> Self {
        Self { call: Call { heap, function, args: Vec::new(), kwargs: Vec::new() }, reference: None, python }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, value: impl ToPy) -> Self {
        let value = self.call.heap.add(value);
        self.call.args.push(value);
        self
    }

    /// Adds the items of a tuple as arguments: `task.args((3.0, 4.0))`.
    ///
    /// # Panics
    ///
    /// For what is no tuple, list or set.
    #[must_use]
    pub fn args(mut self, values: impl ToPy) -> Self {
        let values = self.call.heap.add(values);
        let items = self.call.heap.obj(values).iter().expect("a tuple of arguments");
        self.call.args.extend(items.map(|item| item.value()));
        self
    }

    /// Adds an argument by name.
    #[must_use]
    pub fn kwarg(mut self, name: &str, value: impl ToPy) -> Self {
        let (name, value) = (self.call.heap.str(name), self.call.heap.add(value));
        self.call.kwargs.push((name, value));
        self
    }

    /// The dotted name of a function that goes by reference.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    /// The Python that its bytecode is of; `None` when every one runs it.
    #[must_use]
    pub fn python(&self) -> Option<(u8, u8)> {
        self.python
    }

    /// Whether a worker of that Python can run it.
    ///
    /// # Errors
    ///
    /// [`OtherPython`] for bytecode of another minor version: that worker would raise, or crash.
    pub fn check(&self, worker: (u8, u8)) -> std::result::Result<(), OtherPython> {
        match self.python {
            Some(task) if task != worker => Err(OtherPython { task, worker }),
            _ => Ok(()),
        }
    }

    /// Its objects.
    #[must_use]
    pub fn into_call(self) -> Call {
        self.call
    }

    /// The pickle of its function alone, in protocol 4.
    ///
    /// # Errors
    ///
    /// Those of [`Pickler::dumps`].
    pub fn function(&self) -> Result<Vec<u8>> {
        pickler().dumps(&self.call.heap, self.call.function)
    }

    /// The pickle of `(function, args, kwargs)`, in protocol 4.
    ///
    /// # Errors
    ///
    /// Those of [`Pickler::dumps`].
    pub fn dumps(&self) -> Result<Vec<u8>> {
        let mut call = self.call.clone();
        let (args, kwargs) = call.arguments();
        let all = call.heap.tuple([call.function, args, kwargs]);
        pickler().dumps(&call.heap, all)
    }

    /// The same, called by [`guard`]: the worker gives bytes, which every engine carries, and [`Outcome::read`](crate::Outcome::read) reads.
    ///
    /// A result that the engine could not pickle, and an exception, come back as data. The payload is opened inside the call.
    ///
    /// # Errors
    ///
    /// Those of [`Task::dumps`].
    pub fn guarded(&self) -> Result<Self> {
        let guarded = Self::source(guard())?.arg(Bytes(self.dumps()?));
        Ok(Self { python: self.python, ..guarded })
    }
}

impl Call {
    /// The arguments as a tuple and a dict.
    pub fn arguments(&mut self) -> (Value, Value) {
        (self.heap.tuple(self.args.iter().copied()), self.heap.dict(self.kwargs.iter().copied()))
    }
}

/// Protocol 4: read by every Python from 3.4 on.
fn pickler() -> Pickler {
    Pickler::new().protocol(4)
}

/// Bytecode of one Python, for a worker of another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OtherPython {
    /// What the task is of.
    pub task: (u8, u8),
    /// What the worker is.
    pub worker: (u8, u8),
}

impl fmt::Display for OtherPython {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { task, worker } = self;
        write!(f, "bytecode of Python {}.{} for a worker with Python {}.{}", task.0, task.1, worker.0, worker.1)
    }
}

impl std::error::Error for OtherPython {}
