//! A cluster: its workers, tasks for them, and what comes of those.

use std::time::Duration;

use cloudpickle::{Bytes, Source, loads};
use rmpv::Value;
use worker_task::{Outcome, Task, guard};

use crate::comm::{Comm, Message, get, map};
use crate::error::{Error, Result};
use crate::gateway::Call;

/// How long the scheduler and a worker may take for an answer.
const ANSWER: Duration = Duration::from_secs(60);
/// Nobody waits longer, and clocks do not overflow.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// A cluster, known by its scheduler. One of its workers looks after the tasks; they run wherever the scheduler puts them.
#[derive(Debug)]
pub struct Cluster {
    comm: Comm,
    gateway: String,
}

/// A worker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Worker {
    /// Its address: `tcp://127.0.0.1:40123`.
    pub address: String,
    /// Its Python.
    pub python: (u8, u8),
}

/// A task that was submitted, held by the cluster until it is [released](Cluster::release).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Future {
    key: String,
}

impl Future {
    /// The key by which Dask knows it.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// How far a task is.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one for a call over the network")]
pub enum State {
    /// It was called: with a result, or an exception.
    Done(Outcome),
    /// It waits or runs.
    Pending(Future),
    /// It was cancelled.
    Cancelled(Future),
    /// Dask gave it up: what it says.
    Lost(String),
}

impl State {
    /// What came of it.
    ///
    /// # Errors
    ///
    /// [`Error::Pending`], [`Error::Cancelled`], [`Error::Lost`].
    pub fn outcome(self) -> Result<Outcome> {
        match self {
            Self::Done(outcome) => Ok(outcome),
            Self::Pending(future) => Err(Error::Pending(future.key)),
            Self::Cancelled(future) => Err(Error::Cancelled(future.key)),
            Self::Lost(why) => Err(Error::Lost(why)),
        }
    }
}

impl Cluster {
    /// Connects to a scheduler: `127.0.0.1:8786`, with `tcp://` before it or without.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] where nobody answers within that time, [`Error::NoWorker`] for a scheduler without workers.
    pub fn connect(address: &str, within: Duration) -> Result<Self> {
        let mut comm = Comm::connect(address, within)?;
        comm.limit(ANSWER)?;
        let mut cluster = Self { comm, gateway: String::new() };
        cluster.gateway = cluster.addresses()?.into_iter().next().ok_or(Error::NoWorker)?;
        Ok(cluster)
    }

    /// The workers that are there now.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::Dask`].
    pub fn workers(&mut self) -> Result<Vec<Worker>> {
        let addresses = self.addresses()?;
        let version = Call::new("version", |_| Ok(Vec::new()))?;
        let answer = self.run(&addresses, &version)?;
        let of = |address: String| {
            let bytes = result(&answer, &address)?;
            match bytes[..] {
                [major, minor] => Ok(Worker { address, python: (major, minor) }),
                _ => Err(Error::Unreadable(format!("{bytes:?} for a version"))),
            }
        };
        addresses.into_iter().map(of).collect()
    }

    /// Submits a task.
    ///
    /// # Errors
    ///
    /// Those of [`Cluster::submit_all`].
    pub fn submit(&mut self, task: &Task) -> Result<Future> {
        self.submit_all(std::slice::from_ref(task))?.pop().ok_or(Error::NoWorker)
    }

    /// Submits many tasks in one message. Each is called inside a [guard](worker_task::guard), so Dask takes a task that raises for one that ended well.
    ///
    /// # Errors
    ///
    /// [`Error::OtherPython`] for bytecode that a worker of the cluster could not run: nothing is submitted then. A worker that comes later is not asked.
    pub fn submit_all(&mut self, tasks: &[Task]) -> Result<Vec<Future>> {
        if tasks.iter().any(|task| task.python().is_some()) {
            let workers = self.workers()?;
            for (task, worker) in tasks.iter().flat_map(|task| workers.iter().map(move |worker| (task, worker))) {
                let address = || worker.address.clone();
                task.check(worker.python).map_err(|mismatch| Error::OtherPython { address: address(), mismatch })?;
            }
        }
        let call = Call::new("submit", |heap| {
            let payloads = tasks.iter().map(|task| Ok(Bytes(task.dumps()?))).collect::<cloudpickle::Result<Vec<_>>>()?;
            Ok(vec![Source::build(guard(), heap)?, heap.add(payloads)])
        })?;
        let keys: Vec<String> = loads(&self.ask_gateway(&call)?)?.root().extract()?;
        Ok(keys.into_iter().map(|key| Future { key }).collect())
    }

    /// Waits until all have ended, or the time is over: how far each is.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::Dask`].
    pub fn gather(&mut self, futures: &[Future], within: Duration) -> Result<Vec<State>> {
        let within = within.min(LONGEST);
        let call = Call::new("gather", |heap| Ok(vec![heap.add(keys(futures)), heap.float(within.as_secs_f64())]))?;
        self.comm.limit(within + ANSWER)?;
        let answer = self.ask_gateway(&call);
        self.comm.limit(ANSWER)?;
        let answer = answer?;
        let answer = loads(&answer)?;
        let states: Vec<(&str, Option<cloudpickle::Obj<'_>>)> = answer.root().extract()?;
        let state = |(future, (status, value)): (&Future, (&str, Option<cloudpickle::Obj<'_>>))| match (status, value) {
            ("finished", Some(result)) => Ok(State::Done(Outcome::read(&result.to_bytes()?)?)),
            ("pending", _) => Ok(State::Pending(future.clone())),
            ("cancelled", _) => Ok(State::Cancelled(future.clone())),
            (status, value) => {
                let why = value.and_then(|text| text.as_str().ok()).unwrap_or(status);
                Ok(State::Lost(format!("{}: {why}", future.key)))
            }
        };
        futures.iter().zip(states).map(state).collect()
    }

    /// Waits for one.
    ///
    /// # Errors
    ///
    /// Those of [`Cluster::gather`] and of [`State::outcome`].
    pub fn wait(&mut self, future: &Future, within: Duration) -> Result<Outcome> {
        let mut states = self.gather(std::slice::from_ref(future), within)?;
        states.pop().ok_or_else(|| Error::Pending(future.key.clone()))?.outcome()
    }

    /// Cancels tasks that have not ended. What runs already runs on, for nobody.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::Dask`].
    pub fn cancel(&mut self, futures: &[Future]) -> Result<()> {
        let call = Call::new("cancel", |heap| Ok(vec![heap.add(keys(futures))]))?;
        self.ask_gateway(&call).map(drop)
    }

    /// Lets go of tasks: the cluster forgets their results.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::Dask`].
    pub fn release(&mut self, futures: &[Future]) -> Result<()> {
        let call = Call::new("release", |heap| Ok(vec![heap.add(keys(futures))]))?;
        self.ask_gateway(&call).map(drop)
    }

    fn addresses(&mut self) -> Result<Vec<String>> {
        let answer = self.comm.ask(&map([("op", "identity".into()), ("reply", true.into())]))?;
        let workers = get(&answer.root, "workers").and_then(Value::as_map);
        let workers = workers.ok_or_else(|| Error::Unreadable(format!("{:.80} for its identity", answer.root)))?;
        Ok(workers.iter().filter_map(|(address, _)| Some(address.as_str()?.to_owned())).collect())
    }

    fn ask_gateway(&mut self, call: &Call) -> Result<Vec<u8>> {
        let gateway = self.gateway.clone();
        let answer = self.run(std::slice::from_ref(&gateway), call)?;
        result(&answer, &gateway)
    }

    /// Has workers call a function; the scheduler passes it on.
    fn run(&mut self, workers: &[String], call: &Call) -> Result<Message> {
        let run = map([
            ("op", "run".into()),
            ("function", Value::Binary(call.function.clone())),
            ("args", Value::Binary(call.args.clone())),
            ("kwargs", Value::Binary(Vec::new())),
            ("wait", true.into()),
        ]);
        let workers = workers.iter().map(|address| Value::from(&**address)).collect();
        let answer = self.comm.ask(&map([
            ("op", "broadcast".into()),
            ("reply", true.into()),
            ("workers", Value::Array(workers)),
            ("msg", run),
        ]))?;
        // Else it is a map of addresses.
        match get(&answer.root, "status") {
            Some(_) => Err(failure(&answer.root)),
            None => Ok(answer),
        }
    }
}

fn keys(futures: &[Future]) -> Vec<&str> {
    futures.iter().map(Future::key).collect()
}

/// The bytes that a worker's function gave.
fn result(answer: &Message, worker: &str) -> Result<Vec<u8>> {
    let of_worker = get(&answer.root, worker).ok_or_else(|| Error::Dask(format!("no answer of {worker}")))?;
    match (get(of_worker, "status").and_then(Value::as_str), get(of_worker, "result")) {
        (Some("OK"), Some(result)) => answer.bytes(result),
        _ => Err(failure(of_worker)),
    }
}

/// What is said of an exception, as text; the exception itself is a pickle that needs Dask.
fn failure(answer: &Value) -> Error {
    let texts = ["exception_text", "text", "status"].iter().filter_map(|key| get(answer, key)?.as_str());
    Error::Dask(texts.into_iter().next().map_or_else(|| format!("{answer:.200}"), str::to_owned))
}
