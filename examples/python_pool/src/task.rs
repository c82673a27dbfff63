//! A call to be made: a callable, its arguments, and what it is allowed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cloudpickle::{Heap, Pickler, ToPy, Value};

use crate::callable::Callable;
use crate::error::{Error, Result};
use crate::interpreter::{Interpreter, Needs};

/// Bytes that several calls share, as buffers: an `Arc` of a vector, a memory map, an array of another crate.
pub type Shared = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// A call to be made: made by [`Callable::call`], sent by [`Pool::submit`](crate::Pool::submit).
///
/// # Examples
///
/// ```
/// use python_pool::{Callable, Pool};
///
/// let pool = Pool::new(1)?;
/// let int = Callable::global("builtins", "int");
/// assert_eq!(pool.call(int.call(("101",)).kwarg("base", 2))?.get::<i64>()?, 5);
///
/// // 64 MB that are not copied here.
/// let crc = Callable::global("zlib", "crc32");
/// let sum = pool.call(crc.call(()).buffer(vec![0; 64_000_000]))?.get::<u32>()?;
/// # assert_eq!(sum, 0xa49c0e6e);
/// # Ok::<(), python_pool::Error>(())
/// ```
pub struct Task {
    callable: Callable,
    heap: Heap<'static>,
    args: Vec<Value>,
    kwargs: Vec<(Value, Value)>,
    shared: Vec<(Value, Shared)>,
    python: Option<(u8, u8)>,
    limits: Limits,
    many: bool,
}

/// What a call is allowed, where it is not what the pool says.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Limits {
    pub(crate) timeout: Option<Duration>,
    pub(crate) retries: Option<u32>,
}

impl Task {
    pub(crate) fn new(callable: Callable, args: impl ToPy) -> Self {
        let mut heap = Heap::new();
        let value = args.to_py(&mut heap);
        let args = match value {
            Value::Tuple(_) => heap.obj(value).iter().map(|items| items.map(|item| item.value()).collect()).unwrap_or_default(),
            _ => vec![value],
        };
        Self::of_args(callable, heap, args, false)
    }

    /// Several calls in one: the worker is given a list of the arguments of each, and answers all together (`run_many` in `worker.py`).
    pub(crate) fn many(callable: Callable, inputs: impl Iterator<Item: ToPy>) -> Self {
        let mut heap = Heap::new();
        let mut args = Vec::new();
        for input in inputs {
            let value = input.to_py(&mut heap);
            args.push(if matches!(value, Value::Tuple(_)) { value } else { heap.tuple([value]) });
        }
        Self::of_args(callable, heap, args, true)
    }

    fn of_args(callable: Callable, heap: Heap<'static>, args: Vec<Value>, many: bool) -> Self {
        Self { callable, heap, args, kwargs: Vec::new(), shared: Vec::new(), python: None, limits: Limits::default(), many }
    }

    /// How many arguments it has, or calls where it is several.
    pub(crate) fn len(&self) -> usize {
        self.args.len()
    }

    /// One more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl ToPy) -> Self {
        let arg = arg.to_py(&mut self.heap);
        self.args.push(arg);
        self
    }

    /// One more argument that a function makes in the heap of the call: an array of [`reflect::numpy`](cloudpickle::reflect::numpy), a source function, a
    /// serde type (`cloudpickle::to_heap`).
    ///
    /// # Errors
    ///
    /// Those of the function.
    pub fn arg_with(mut self, make: impl FnOnce(&mut Heap<'static>) -> cloudpickle::Result<Value>) -> Result<Self> {
        let arg = make(&mut self.heap)?;
        self.args.push(arg);
        Ok(self)
    }

    /// A keyword argument.
    #[must_use]
    pub fn kwarg(mut self, name: &str, arg: impl ToPy) -> Self {
        let name = self.heap.str(name);
        let arg = arg.to_py(&mut self.heap);
        self.kwargs.push((name, arg));
        self
    }

    /// One more argument: bytes out of band, a `bytearray` on the worker. They are neither pickled nor copied here. Python 3.8 or later.
    #[must_use]
    pub fn buffer(mut self, bytes: Vec<u8>) -> Self {
        let buffer = self.heap.buffer(bytes, false);
        self.args.push(buffer);
        self
    }

    /// The same for bytes that others hold too.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use python_pool::{Callable, Pool};
    ///
    /// let pool = Pool::new(2)?;
    /// let (count, dna) = (Callable::global("builtins", "bytearray.count"), Arc::new(b"gattaca".repeat(1000)));
    /// let calls = ["a", "t"].map(|base| pool.submit(count.call(()).shared(dna.clone()).arg(cloudpickle::Bytes(base))));
    /// let counts = calls.map(|call| call?.wait()?.get::<u32>());
    /// assert_eq!(counts.map(Result::unwrap), [3000, 2000]);
    /// # Ok::<(), python_pool::Error>(())
    /// ```
    #[must_use]
    pub fn shared(mut self, bytes: Shared) -> Self {
        let buffer = self.heap.buffer(Vec::new(), false);
        self.args.push(buffer);
        self.shared.push((buffer, bytes));
        self
    }

    /// How long the call may take, from when a worker begins it: then the worker is killed, and the call ends with [`Error::TimedOut`].
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = Some(timeout);
        self
    }

    /// How often the call may be run again when its worker ended or took too long: 0 unless the pool says otherwise. Only for calls that do no harm when they
    /// are run twice. An exception is an answer, and is never a reason to run again.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.limits.retries = Some(retries);
        self
    }

    /// Says by which Python the functions by value among the arguments were compiled; unless it is said, the one that [`Callable::for_python`] says for the
    /// callable, or what their bytecode shows.
    #[must_use]
    pub fn for_python(mut self, major: u8, minor: u8) -> Self {
        self.python = Some((major, minor));
        self
    }

    /// Pickles it, and refuses what the workers could not run.
    pub(crate) fn prepare(self, python: &Interpreter) -> Result<Prepared> {
        let Self { callable, mut heap, args, kwargs, shared, python: stated, limits, many } = self;
        callable.check(python)?;
        let (root, form) = if many {
            (heap.list(args), Form::Many)
        } else if kwargs.is_empty() {
            (heap.tuple(args), Form::Args)
        } else {
            let (args, kwargs) = (heap.tuple(args), heap.dict(kwargs));
            (heap.tuple([args, kwargs]), Form::Keywords)
        };
        let pickler = Pickler::new().protocol(python.protocol());
        let (pickle, handles) = pickler.dumps_out_of_band(&heap, root).map_err(|err| match err.kind() {
            cloudpickle::ErrorKind::NotInProtocol { .. } => Error::Refused(format!("{err}, the workers are {python}")),
            _ => err.into(),
        })?;
        Needs::of(&pickle)?.for_python(stated.or(callable.python())).check(python)?;
        let buffers = handles.into_iter().map(|handle| match shared.iter().find(|(value, _)| *value == handle) {
            Some((_, bytes)) => Buffer::Shared(Arc::clone(bytes)),
            None => Buffer::Own(handle),
        });
        let buffers: Vec<Buffer> = buffers.collect();
        // The objects have become the pickle; only buffers are still needed.
        let heap = buffers.iter().any(|buffer| matches!(buffer, Buffer::Own(_))).then_some(heap);
        Ok(Prepared { callable, pickle, form, heap, buffers, limits })
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let args: Vec<String> = self.args.iter().map(|arg| self.heap.obj(*arg).to_string()).collect();
        write!(f, "Task({:?}, {})", self.callable, args.join(", "))
    }
}

/// What the pickle of a call is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// The tuple of the arguments.
    Args = 0,
    /// `(args, kwargs)`.
    Keywords = 1,
    /// A list of such tuples, each for a call of its own.
    Many = 2,
}

/// A call as it goes to a worker. The buffers stay where they are.
pub(crate) struct Prepared {
    pub(crate) callable: Callable,
    pub(crate) pickle: Vec<u8>,
    pub(crate) form: Form,
    heap: Option<Heap<'static>>,
    buffers: Vec<Buffer>,
    pub(crate) limits: Limits,
}

enum Buffer {
    Own(Value),
    Shared(Shared),
}

impl Prepared {
    /// The buffers, in the order in which the pickle takes them.
    pub(crate) fn buffers(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.buffers.iter().map(|buffer| match (buffer, &self.heap) {
            (Buffer::Own(value), Some(heap)) => heap.obj(*value).as_bytes().unwrap_or_default(),
            (Buffer::Own(_), None) => &[],
            (Buffer::Shared(bytes), _) => (**bytes).as_ref(),
        })
    }

    /// How many bytes the worker has to read for it, the callable aside.
    pub(crate) fn length(&self) -> usize {
        self.pickle.len() + self.buffers().map(<[u8]>::len).sum::<usize>()
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {} bytes", self.callable, self.length())
    }
}
