//! Tasks out, results in.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use cloudpickle::{Bytes, Source};
use redis::{Client, Connection, cmd};
use uuid::Uuid;
use worker_task::{Outcome, Task};

use crate::error::{Error, Result};
use crate::{message, meta};

/// How long Redis may take for an answer, and workers for the question which Python they are.
const ANSWER: Duration = Duration::from_secs(30);
/// Nobody waits longer, and clocks do not overflow.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// The task of `worker/rust_tasks.py` that calls a pickled function.
const RUN_BYTES: &str = "run_bytes";

/// A queue of a Celery application whose broker and result backend are one Redis database.
pub struct Celery {
    client: Client,
    connection: Connection,
    queue: String,
    python: Option<(u8, u8)>,
}

/// A task that was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sent {
    pub(crate) id: String,
    pub(crate) guarded: bool,
}

impl Sent {
    /// Its id, by which Celery knows it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl Celery {
    /// Connects to the Redis database of an application; `celery` is the name of the queue where nothing else is set.
    ///
    /// # Errors
    ///
    /// [`Error::Redis`] for an address that is none, or where nobody answers.
    pub fn connect(url: &str, queue: &str) -> Result<Self> {
        let client = Client::open(url)?;
        let connection = client.get_connection_with_timeout(ANSWER)?;
        connection.set_read_timeout(Some(ANSWER))?;
        connection.set_write_timeout(Some(ANSWER))?;
        Ok(Self { client, connection, queue: queue.to_owned(), python: None })
    }

    /// Sends a task of the application, by its name: `Task::global("rust_tasks", "add").args((1, 2))`. Among the arguments must be no function that travels by value: see the [trap](crate#the-trap).
    ///
    /// # Errors
    ///
    /// [`Error::NoName`] for a function by value; [`Error::Redis`], [`Error::Pickle`].
    pub fn send(&mut self, task: &Task) -> Result<Sent> {
        let name = task.reference().ok_or(Error::NoName)?;
        self.push(name, task, false)
    }

    /// Has a function called by `run_bytes`, whether it goes by reference, from source or by value. Celery pickles the result, and the exception.
    ///
    /// # Errors
    ///
    /// [`Error::OtherPython`] for bytecode that the worker could not run: it is not sent then. For that a worker is [asked](Celery::python) once.
    pub fn run(&mut self, task: &Task) -> Result<Sent> {
        self.check(task)?;
        self.push(RUN_BYTES, &by_bytes(task)?, false)
    }

    /// The same inside a [guard](worker_task::guard): whatever cloudpickle can pickle comes back.
    ///
    /// # Errors
    ///
    /// Those of [`Celery::run`].
    pub fn run_guarded(&mut self, task: &Task) -> Result<Sent> {
        self.check(task)?;
        self.push(RUN_BYTES, &by_bytes(&task.guarded()?)?, true)
    }

    /// The Python of the worker that answers first; those of one queue should have the same.
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`] when none answers.
    pub fn python(&mut self) -> Result<(u8, u8)> {
        static VERSION: LazyLock<Source> = LazyLock::new(|| Source::lambda("lambda: __import__('sys').version_info[:2]"));
        if let Some(known) = self.python {
            return Ok(known);
        }
        let asked = self.run(&Task::source(&VERSION)?)?;
        let version = self.wait(&asked, ANSWER)?.into_value().map_err(Error::Asking)?.root().extract()?;
        self.python = Some(version);
        Ok(version)
    }

    /// Waits for what comes of a task.
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`], [`Error::Revoked`], [`Error::NoPickle`].
    pub fn wait(&mut self, sent: &Sent, within: Duration) -> Result<Outcome> {
        let end = Instant::now() + within.min(LONGEST);
        let key = format!("celery-task-meta-{}", sent.id);
        // Celery publishes under the key's name too. Who listens first and looks then misses nothing.
        let mut listener = self.client.get_connection_with_timeout(ANSWER)?;
        let mut listener = listener.as_pubsub();
        listener.subscribe(&key)?;
        let mut bytes: Option<Vec<u8>> = cmd("GET").arg(&key).query(&mut self.connection)?;
        loop {
            if let Some(outcome) = bytes.as_deref().map(|bytes| meta::read(sent, bytes)).transpose()?.flatten() {
                return Ok(outcome);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::TimedOut(sent.id.clone()));
            }
            listener.set_read_timeout(Some(left))?;
            bytes = match listener.get_message() {
                Err(error) if error.is_timeout() => None,
                message => Some(message?.get_payload()?),
            };
        }
    }

    fn check(&mut self, task: &Task) -> Result<()> {
        if task.python().is_some() {
            task.check(self.python()?)?;
        }
        Ok(())
    }

    fn push(&mut self, name: &str, task: &Task, guarded: bool) -> Result<Sent> {
        let sent = Sent { id: Uuid::new_v4().to_string(), guarded };
        let message = message::encode(&sent.id, name, &self.queue, task.clone().into_call())?;
        cmd("LPUSH").arg(&self.queue).arg(message).query::<()>(&mut self.connection)?;
        Ok(sent)
    }
}

/// The call of `run_bytes`: the function as bytes, then its arguments.
fn by_bytes(task: &Task) -> Result<Task> {
    let call = task.clone().into_call();
    let mut outer = Task::global("builtins", RUN_BYTES).arg(Bytes(task.function()?));
    for arg in &call.args {
        outer = outer.arg(call.heap.obj(*arg));
    }
    for (name, value) in &call.kwargs {
        outer = outer.kwarg(call.heap.obj(*name).as_str()?, call.heap.obj(*value));
    }
    Ok(outer)
}
