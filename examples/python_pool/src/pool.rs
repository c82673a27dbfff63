//! The pool: Rust as the parent of Python processes.

use std::fmt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use cloudpickle::ToPy;
use serde::de::DeserializeOwned;

use crate::answer::Answer;
use crate::call::{Call, Sink};
use crate::callable::Callable;
use crate::chunks::MapChunks;
use crate::error::{Error, Result};
use crate::interpreter::Interpreter;
use crate::map::{AsCompleted, Map};
use crate::queue::{Job, Queue};
use crate::slot::{self, Slot};
use crate::task::{Prepared, Task};
use crate::wire::MAX_MESSAGE;
use crate::worker::Worker;

/// A pool of Python workers: processes of a plain interpreter, with nothing installed there.
///
/// A worker that crashes, hangs or is killed fails the call that it had, and is replaced; all other calls go on. No call is run twice unless
/// [`Task::retries`] says that it may be. Dropping the pool ends the calls that wait with [`Error::Closed`], kills workers that are busy, and leaves no
/// process behind; [`Pool::close`] lets all calls end first.
///
/// # Examples
///
/// ```
/// use cloudpickle::Source;
/// use python_pool::{Callable, Pool};
///
/// let pool = Pool::new(2)?;
/// let slug = Callable::new(&Source::function("
/// import re
///
/// def slug(title, separator='-'):
///     return separator.join(re.findall('[a-z]+', title.lower()))
/// "))?;
/// let titles = ["Brave New World", "The Hobbit"];
/// let slugs = pool.map(titles.map(|title| slug.call((title,)))).map(|answer| answer?.get::<String>());
/// assert_eq!(slugs.collect::<Result<Vec<_>, _>>()?, ["brave-new-world", "the-hobbit"]);
/// # Ok::<(), python_pool::Error>(())
/// ```
pub struct Pool {
    inner: Arc<Inner>,
    python: Arc<Interpreter>,
    threads: Threads,
}

/// The threads of the workers. They end with the pool, and their workers with them.
struct Threads {
    inner: Arc<Inner>,
    handles: Vec<JoinHandle<()>>,
}

/// What the threads of the workers share.
pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) queue: Queue<Slot>,
    /// The process of each worker, 0 while there is none.
    pub(crate) pids: Vec<AtomicU32>,
    python: OnceLock<Arc<Interpreter>>,
    init: Mutex<Init>,
    stop: Arc<AtomicBool>,
}

/// The first call of every worker.
enum Init {
    None,
    Given(Box<Task>),
    Prepared(Arc<Prepared>),
    Refused(Error),
}

type Configure = Arc<dyn Fn(&mut Command) + Send + Sync>;

pub(crate) struct Settings {
    python: std::ffi::OsString,
    configure: Option<Configure>,
    workers: usize,
    queue: usize,
    start_timeout: Duration,
    max_message: u64,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retries: u32,
    pub(crate) max_calls: u64,
    pub(crate) ahead: usize,
    pub(crate) grace: Duration,
}

/// Settings of a [`Pool`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use python_pool::{Callable, Pool};
///
/// let pool = Pool::builder()
///     .workers(2)
///     .command(|command| {
///         command.env("TZ", "UTC");
///     })
///     .initializer(Callable::global("random", "seed").call((1,)))
///     .timeout(Duration::from_secs(10))
///     .max_calls(1000)
///     .start()?;
/// assert_eq!(pool.call(Callable::global("os", "getenv").call(("TZ",)))?.get::<String>()?, "UTC");
/// # Ok::<(), python_pool::Error>(())
/// ```
#[must_use]
pub struct Builder {
    settings: Settings,
    init: Init,
}

impl Builder {
    fn new() -> Self {
        let settings = Settings {
            python: "python3".into(),
            configure: None,
            workers: thread::available_parallelism().map_or(1, usize::from),
            queue: 1000,
            start_timeout: Duration::from_secs(60),
            max_message: MAX_MESSAGE,
            timeout: None,
            retries: 0,
            max_calls: u64::MAX,
            ahead: 16,
            grace: Duration::from_secs(5),
        };
        Self { settings, init: Init::None }
    }

    fn set(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(&mut self.settings);
        self
    }

    /// The interpreter: a path, or a name on `PATH`. `python3` by default.
    pub fn python(self, program: impl Into<std::ffi::OsString>) -> Self {
        self.set(|settings| settings.python = program.into())
    }

    /// Changes the command of each worker: its environment, its directory, options of the interpreter, where its stderr goes.
    pub fn command(self, configure: impl Fn(&mut Command) + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.configure = Some(Arc::new(configure)))
    }

    /// How many workers; as many as the machine has processors by default.
    pub fn workers(self, workers: usize) -> Self {
        self.set(|settings| settings.workers = workers.max(1))
    }

    /// How many calls may wait before [`Pool::submit`] does: 1000 by default.
    pub fn queue(self, calls: usize) -> Self {
        self.set(|settings| settings.queue = calls.max(1))
    }

    /// How long a call may take, from when a worker begins it: see [`Task::timeout`]. No limit by default.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.set(|settings| settings.timeout = Some(timeout))
    }

    /// How often calls may be run again: see [`Task::retries`].
    pub fn retries(self, retries: u32) -> Self {
        self.set(|settings| settings.retries = retries)
    }

    /// A call that every worker makes before all others. One that fails is as a worker that cannot be started.
    pub fn initializer(mut self, task: Task) -> Self {
        self.init = Init::Given(Box::new(task));
        self
    }

    /// How many calls a worker makes before another takes its place. No limit by default.
    pub fn max_calls(self, calls: u64) -> Self {
        self.set(|settings| settings.max_calls = calls.max(1))
    }

    /// How many calls a worker may be given before it has answered: 16 by default, 0 for none.
    ///
    /// Only a worker whose calls take less than a millisecond gets any, of 64 KiB together at most, and none while another worker is idle. They wait for the
    /// calls before them, even where one of those takes long after all.
    pub fn ahead(self, calls: usize) -> Self {
        self.set(|settings| settings.ahead = calls)
    }

    /// How many bytes an answer may have, buffers included: 1 GiB by default. A worker that answers with more is replaced.
    pub fn max_message(self, bytes: u64) -> Self {
        self.set(|settings| settings.max_message = bytes)
    }

    /// How long a worker may take to start, its initializer included: a minute by default.
    pub fn start_timeout(self, timeout: Duration) -> Self {
        self.set(|settings| settings.start_timeout = timeout)
    }

    /// How long an idle worker may take to end (its `atexit` functions, its threads) before it is killed: five seconds by default.
    pub fn grace(self, grace: Duration) -> Self {
        self.set(|settings| settings.grace = grace)
    }

    /// Starts the workers, and waits until the first has said who it is.
    ///
    /// # Errors
    ///
    /// [`Error::Start`] when it cannot be started, or what its initializer raised.
    pub fn start(self) -> Result<Pool> {
        let Self { settings, init } = self;
        let workers = settings.workers;
        let inner = Arc::new(Inner {
            queue: Queue::new(settings.queue, workers),
            pids: (0..workers).map(|_| AtomicU32::new(0)).collect(),
            settings,
            python: OnceLock::new(),
            init: Mutex::new(init),
            stop: Arc::default(),
        });
        let (sender, started) = mpsc::channel();
        let mut threads = Threads { inner: Arc::clone(&inner), handles: Vec::new() };
        for place in 0..workers {
            let (inner, sender) = (Arc::clone(&inner), sender.clone());
            let run = move || slot::run(&inner, place, move |result| drop(sender.send(result)));
            threads.handles.push(thread::Builder::new().name(format!("python {place}")).spawn(run)?);
        }
        let python = started.recv().map_err(|_| Error::Closed)??;
        Ok(Pool { inner, python, threads })
    }
}

impl Inner {
    /// Starts a worker, and has it initialized.
    pub(crate) fn start_worker(&self) -> Result<(Worker, Arc<Interpreter>)> {
        let Settings { python, configure, start_timeout, max_message, .. } = &self.settings;
        let mut command = Command::new(python);
        if let Some(configure) = configure {
            configure(&mut command);
        }
        let mut worker = Worker::start(command, Arc::clone(&self.stop), *start_timeout, *max_message)?;
        let known = self.python.get_or_init(|| Arc::new(worker.interpreter().clone()));
        if **known != *worker.interpreter() {
            let reason = format!("it was {known} and is {} now", worker.interpreter());
            return Err(Error::Start { python: python.to_string_lossy().into_owned(), reason });
        }
        if let Some(init) = self.init(known)? {
            worker.begin(Some(*start_timeout));
            let end = worker.push(0, &init)?;
            worker.flush(end)?;
            worker.answer(0)??;
            worker.begin(None);
        }
        Ok((worker, Arc::clone(known)))
    }

    fn init(&self, python: &Arc<Interpreter>) -> Result<Option<Arc<Prepared>>> {
        let mut init = self.init.lock().unwrap_or_else(PoisonError::into_inner);
        *init = match std::mem::replace(&mut *init, Init::None) {
            Init::Given(task) => match task.prepare(python) {
                Ok(prepared) => Init::Prepared(Arc::new(prepared)),
                Err(error) => Init::Refused(error),
            },
            init => init,
        };
        match &*init {
            Init::None | Init::Given(_) => Ok(None),
            Init::Prepared(prepared) => Ok(Some(Arc::clone(prepared))),
            Init::Refused(error) => Err(error.clone()),
        }
    }
}

impl Pool {
    /// A pool of so many workers of `python3`.
    ///
    /// # Errors
    ///
    /// Those of [`Builder::start`].
    pub fn new(workers: usize) -> Result<Self> {
        Self::builder().workers(workers).start()
    }

    /// Settings for a pool.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// The Python of the workers.
    #[must_use]
    pub fn python(&self) -> &Interpreter {
        &self.python
    }

    /// The processes of the workers that are there now.
    #[must_use]
    pub fn pids(&self) -> Vec<u32> {
        self.inner.pids.iter().map(|pid| pid.load(Ordering::Relaxed)).filter(|pid| *pid != 0).collect()
    }

    /// How many calls wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.inner.queue.len()
    }

    /// How many calls may wait.
    #[must_use]
    pub fn bound(&self) -> usize {
        self.inner.queue.bound()
    }

    /// How many workers it keeps.
    pub(crate) fn workers(&self) -> usize {
        self.inner.settings.workers
    }

    /// How long so many calls may take together.
    pub(crate) fn timeout(&self, calls: usize) -> Option<Duration> {
        self.inner.settings.timeout?.checked_mul(u32::try_from(calls).ok()?)
    }

    /// Pickles a call, for whoever submits it more than once or must not lose it when the queue is full.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] when it cannot run on these workers, [`Error::Pickle`] when it cannot be pickled.
    pub fn prepare(&self, task: Task) -> Result<Payload> {
        Ok(Payload { prepared: Arc::new(task.prepare(&self.python)?), python: Arc::clone(&self.python) })
    }

    /// Gives a call to the workers. When the queue is full it waits until there is room.
    ///
    /// # Errors
    ///
    /// Those of [`Pool::prepare`].
    pub fn submit(&self, task: impl IntoPayload) -> Result<Call> {
        let (call, sink) = Call::new();
        self.inner.queue.push(job(task.into_payload(self)?, sink))?;
        Ok(call)
    }

    /// Gives a call to the workers if there is room in the queue.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] when there is none; those of [`Pool::prepare`].
    pub fn try_submit(&self, task: impl IntoPayload) -> Result<Call> {
        let (call, sink) = Call::new();
        self.inner.queue.try_push(job(task.into_payload(self)?, sink))?;
        Ok(call)
    }

    /// Gives a call to the workers, and waits for its result. A worker that is idle is written to and read from by this very thread.
    ///
    /// # Errors
    ///
    /// Those of [`Pool::prepare`] and [`Call::wait`].
    pub fn call(&self, task: impl IntoPayload) -> Result<Answer> {
        let (call, sink) = Call::new();
        if let Some(job) = slot::run_here(&self.inner, job(task.into_payload(self)?, sink)) {
            self.inner.queue.push(job)?;
        }
        // It goes back to the queue when its worker ends before it has it.
        call.wait()
    }

    /// The results of calls, in the order of the calls. As many calls are under way as the queue has room for; the next are taken as results are.
    ///
    /// # Examples
    ///
    /// ```
    /// use python_pool::{Callable, Pool};
    ///
    /// let pool = Pool::new(2)?;
    /// let factorial = Callable::global("math", "factorial");
    /// let last = pool.map((0..=20).map(|n| factorial.call((n,)))).last().unwrap()?;
    /// assert_eq!(last.get::<u64>()?, 2_432_902_008_176_640_000);
    /// # Ok::<(), python_pool::Error>(())
    /// ```
    pub fn map<I>(&self, tasks: I) -> Map<'_, I::IntoIter>
    where
        I: IntoIterator<Item: IntoPayload>,
    {
        Map::new(self, tasks.into_iter())
    }

    /// The results of one callable, called with each of many arguments, in their order: what `Executor.map` with a `chunksize` is, and as little work for each
    /// call. Each input is as in [`Callable::call`].
    ///
    /// So many calls at a time are one message, and their results another. A call that raises fails alone. But a worker that ends has not told which of the
    /// calls it had made: all of such a chunk end with [`Error::Died`] then, none of them is run twice, and the other chunks go on. What is said of a call
    /// elsewhere is of a chunk here: its retries, its place among the calls that wait, the number of calls of a worker. Its time limit is that of all its calls.
    ///
    /// # Examples
    ///
    /// ```
    /// use python_pool::{Callable, Pool};
    ///
    /// let pool = Pool::new(2)?;
    /// let sqrt = Callable::global("math", "sqrt");
    /// let roots = pool.map_chunks(&sqrt, 100, (0..10_000).map(|n| (n * n,))).collect::<Result<Vec<f64>, _>>()?;
    /// assert_eq!(roots[9_999], 9_999.0);
    ///
    /// // One that raises fails alone.
    /// let few: Vec<Result<f64, _>> = pool.map_chunks(&sqrt, 100, [4, -1, 9]).collect();
    /// assert_eq!((*few[0].as_ref().unwrap(), *few[2].as_ref().unwrap()), (2.0, 3.0));
    /// assert_eq!(few[1].as_ref().unwrap_err().raised().unwrap().type_name(), "ValueError");
    /// # Ok::<(), python_pool::Error>(())
    /// ```
    pub fn map_chunks<T, I>(&self, callable: &Callable, size: usize, inputs: I) -> MapChunks<'_, T, I::IntoIter>
    where
        T: DeserializeOwned,
        I: IntoIterator<Item: ToPy>,
    {
        MapChunks::new(self, callable, size, inputs.into_iter())
    }

    /// The results of calls as they come, each with the number of its call.
    ///
    /// # Examples
    ///
    /// ```
    /// use python_pool::{Callable, Pool};
    ///
    /// let pool = Pool::new(2)?;
    /// let sleep = Callable::global("time", "sleep");
    /// let order = pool.as_completed([0.5, 0.0].map(|seconds| sleep.call((seconds,)))).map(|(number, _)| number);
    /// assert_eq!(order.collect::<Vec<_>>(), [1, 0]);
    /// # Ok::<(), python_pool::Error>(())
    /// ```
    pub fn as_completed<I>(&self, tasks: I) -> AsCompleted<'_, I::IntoIter>
    where
        I: IntoIterator<Item: IntoPayload>,
    {
        AsCompleted::new(self, tasks.into_iter())
    }

    /// Gives a call whose outcome goes to a channel.
    pub(crate) fn submit_to(&self, task: impl IntoPayload, sink: impl FnOnce() -> Sink) -> Result<()> {
        let payload = task.into_payload(self)?;
        self.inner.queue.push(job(payload, sink()))
    }

    /// Waits until all calls have ended, then lets the workers end.
    pub fn close(mut self) {
        self.inner.queue.close(false);
        self.threads.join();
    }
}

impl Threads {
    fn join(&mut self) {
        for handle in self.handles.drain(..) {
            // A thread that panicked has dropped its calls, which says so to who waits for them.
            let _ = handle.join();
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if !self.handles.is_empty() {
            self.inner.stop.store(true, Ordering::Relaxed);
        }
        self.inner.queue.close(true);
        self.join();
    }
}

fn job(payload: Payload, sink: Sink) -> Job {
    Job { prepared: payload.prepared, sink, runs: 0, returns: 0 }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Pool");
        debug.field("python", &self.python).field("pids", &self.pids()).field("waiting", &self.waiting()).finish()
    }
}

/// A call that is pickled: it can be submitted again and again to the pool that made it.
#[derive(Clone, Debug)]
pub struct Payload {
    prepared: Arc<Prepared>,
    python: Arc<Interpreter>,
}

/// What can be submitted: a [`Task`], a [`Payload`], or a reference to one.
pub trait IntoPayload {
    /// The call, pickled for a pool.
    ///
    /// # Errors
    ///
    /// Those of [`Pool::prepare`].
    fn into_payload(self, pool: &Pool) -> Result<Payload>;
}

impl IntoPayload for Task {
    fn into_payload(self, pool: &Pool) -> Result<Payload> {
        pool.prepare(self)
    }
}

impl IntoPayload for Payload {
    fn into_payload(self, pool: &Pool) -> Result<Payload> {
        // What another Python can load was asked of that one only.
        if self.python == pool.python {
            return Ok(self);
        }
        Err(Error::Refused(format!("it was pickled for {}, the workers are {}", self.python, pool.python)))
    }
}

impl IntoPayload for &Payload {
    fn into_payload(self, pool: &Pool) -> Result<Payload> {
        self.clone().into_payload(pool)
    }
}

impl<T: IntoPayload> IntoPayload for Result<T> {
    fn into_payload(self, pool: &Pool) -> Result<Payload> {
        self?.into_payload(pool)
    }
}
