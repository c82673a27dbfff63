//! A queue: what goes in, who works on it, and what comes out.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use redis::{Client, Connection, cmd};
use worker_task::{Outcome, Task};

use crate::error::{Error, Result};
use crate::job::{self, Job};
use crate::result;

/// How long Redis may take for an answer that needs no waiting.
const ANSWER: Duration = Duration::from_secs(10);

/// Nobody waits longer, and clocks do not overflow.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// A queue of RQ.
pub struct Queue {
    connection: Connection,
    name: String,
    timeout: Duration,
    result_ttl: Duration,
    failure_ttl: Duration,
    retries: u32,
    pauses: Vec<Duration>,
}

/// A worker, as it tells of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Worker {
    /// Its name.
    pub name: String,
    /// Its Python.
    pub python: (u8, u8),
    /// Its RQ: `3.0.0`.
    pub rq: String,
}

impl Queue {
    /// Connects to the Redis server of a queue.
    ///
    /// # Errors
    ///
    /// [`Error::Redis`] for an address that is none, or where nobody answers.
    pub fn connect(url: &str, name: &str) -> Result<Self> {
        let connection = Client::open(url)?.get_connection_with_timeout(ANSWER)?;
        connection.set_read_timeout(Some(ANSWER))?;
        connection.set_write_timeout(Some(ANSWER))?;
        let seconds = Duration::from_secs;
        Ok(Self {
            connection,
            name: name.to_owned(),
            timeout: seconds(180),
            result_ttl: seconds(500),
            failure_ttl: seconds(31_536_000),
            retries: 0,
            pauses: Vec::new(),
        })
    }

    /// How long the worker lets a job run; 180 seconds by default, as in RQ.
    #[must_use]
    pub fn job_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// How long Redis keeps a result, and what is known of a job that failed; 500 seconds and a year by default, as in RQ.
    #[must_use]
    pub fn keep(self, result: Duration, failure: Duration) -> Self {
        Self { result_ttl: result, failure_ttl: failure, ..self }
    }

    /// How often a job that raised, or whose process died, is run again: RQ's `Retry(max, interval)`. 0 by default.
    ///
    /// Before each of these runs it waits for one of the pauses, of whole seconds: they are of the last runs, those before them wait as long as the first says.
    /// Without pauses it goes back to the end of the queue at once. With pauses a worker has to run `--with-scheduler`, or the job waits forever.
    ///
    /// A job inside a guard never raises, so it is not run again; nor is one that was stopped.
    #[must_use]
    pub fn retries(self, retries: u32, pauses: impl IntoIterator<Item = Duration>) -> Self {
        Self { retries, pauses: pauses.into_iter().collect(), ..self }
    }

    /// The workers that listen to the queue now.
    ///
    /// # Errors
    ///
    /// [`Error::Redis`].
    pub fn workers(&mut self) -> Result<Vec<Worker>> {
        let keys: BTreeSet<String> = cmd("SMEMBERS").arg(format!("rq:workers:{}", self.name)).query(&mut self.connection)?;
        let mut workers = Vec::new();
        for key in keys {
            let fields: (Option<String>, Option<String>) =
                cmd("HMGET").arg(&key).arg(&["python_version", "version"]).query(&mut self.connection)?;
            // A worker that was killed stays in the set; its hash expires.
            if let (Some(python), Some(rq)) = fields
                && let Some(python) = minor_version(&python)
            {
                let name = key.strip_prefix("rq:worker:").unwrap_or(&key).to_owned();
                workers.push(Worker { name, python, rq });
            }
        }
        Ok(workers)
    }

    /// Queues a job. What its function returns is pickled by RQ: a result that the standard library's pickle cannot take comes back as the str
    /// `Unserializable return value`, as if that were the result.
    ///
    /// # Errors
    ///
    /// [`Error::OtherPython`] and [`Error::NoWorker`] for bytecode that a worker of the queue could not run: nothing is sent then. A worker that comes
    /// later is not asked.
    pub fn enqueue(&mut self, task: &Task) -> Result<Job> {
        self.check([task])?;
        let job = Job::new(false);
        self.push([(&job, task)])?;
        Ok(job)
    }

    /// Queues a job inside a [guard](worker_task::guard): whatever cloudpickle can pickle comes back, and why not when it cannot.
    ///
    /// # Errors
    ///
    /// Those of [`Queue::enqueue`].
    pub fn enqueue_guarded(&mut self, task: &Task) -> Result<Job> {
        self.check([task])?;
        let job = Job::new(true);
        self.push([(&job, &task.guarded()?)])?;
        Ok(job)
    }

    /// Queues many jobs in one transaction.
    ///
    /// # Errors
    ///
    /// Those of [`Queue::enqueue`]; then none is queued.
    pub fn enqueue_all(&mut self, tasks: &[Task]) -> Result<Vec<Job>> {
        self.check(tasks)?;
        let jobs: Vec<Job> = tasks.iter().map(|_| Job::new(false)).collect();
        self.push(jobs.iter().zip(tasks))?;
        Ok(jobs)
    }

    /// Waits for what comes of a job, retries included. The connection is busy for that long.
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`]; [`Error::Stopped`]; [`Error::Unreadable`] and [`Error::Pickle`] for results of a serializer other than pickle.
    pub fn wait(&mut self, job: &Job, within: Duration) -> Result<Outcome> {
        let within = within.min(LONGEST);
        let end = Instant::now() + within;
        let mut last = "0-0".to_owned();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            // 0 would be forever.
            let block = u64::try_from(left.as_millis()).unwrap_or(u64::MAX).max(1);
            self.connection.set_read_timeout(Some(left + ANSWER))?;
            let mut read = cmd("XREAD");
            read.arg(&["COUNT", "1", "BLOCK"]).arg(block).arg("STREAMS").arg(job.results()).arg(&last);
            let answer: Option<Streams> = read.query(&mut self.connection)?;
            self.connection.set_read_timeout(Some(ANSWER))?;
            let entry = answer.and_then(|streams| streams.into_iter().next()).and_then(|(_, entries)| entries.into_iter().next());
            let Some((id, fields)) = entry else { return Err(Error::TimedOut(job.id.clone())) };
            match result::read(job, &fields)? {
                // RQ writes of a stopped job what it writes of a failed one, and only its state tells.
                Some(Outcome::Raised(_)) if self.status(job)?.as_deref() == Some("stopped") => {
                    return Err(Error::Stopped(job.id.clone()));
                }
                Some(outcome) => return Ok(outcome),
                None => {}
            }
            last = id;
        }
    }

    /// What RQ says of a job: `queued`, `started`, `finished`, `failed`, `stopped`, `scheduled` while it waits to be run again, ..; `None` when it is
    /// forgotten.
    ///
    /// # Errors
    ///
    /// [`Error::Redis`].
    pub fn status(&mut self, job: &Job) -> Result<Option<String>> {
        Ok(cmd("HGET").arg(job.key()).arg("status").query(&mut self.connection)?)
    }

    /// How often a job will be run again at most: less with each run that failed. `None` for a job without retries.
    ///
    /// # Errors
    ///
    /// [`Error::Redis`].
    pub fn retries_left(&mut self, job: &Job) -> Result<Option<u32>> {
        Ok(cmd("HGET").arg(job.key()).arg("retries_left").query(&mut self.connection)?)
    }

    /// Has the worker that runs a job kill its process: `rq.command.send_stop_job_command`. [`Queue::wait`] then says [`Error::Stopped`]. False when no worker
    /// has it: it waits, or it has ended.
    ///
    /// A `SimpleWorker` runs jobs in its own process, and does not hear of it until the job has ended.
    ///
    /// # Errors
    ///
    /// [`Error::Redis`].
    pub fn stop(&mut self, job: &Job) -> Result<bool> {
        let (status, worker): (Option<String>, Option<String>) =
            cmd("HMGET").arg(job.key()).arg(&["status", "worker_name"]).query(&mut self.connection)?;
        let (Some("started"), Some(worker)) = (status.as_deref(), worker) else { return Ok(false) };
        // Ids have nothing that JSON would escape.
        let command = format!(r#"{{"command": "stop-job", "job_id": "{}"}}"#, job.id);
        let heard: u32 = cmd("PUBLISH").arg(format!("rq:pubsub:{worker}")).arg(command).query(&mut self.connection)?;
        Ok(heard > 0)
    }

    /// Bytecode is held against the workers that are there.
    fn check<'t>(&mut self, tasks: impl IntoIterator<Item = &'t Task>) -> Result<()> {
        let of_one_python: HashMap<_, &Task> = tasks.into_iter().filter_map(|task| Some((task.python()?, task))).collect();
        if of_one_python.is_empty() {
            return Ok(());
        }
        let workers = self.workers()?;
        if workers.is_empty() {
            return Err(Error::NoWorker(self.name.clone()));
        }
        for worker in workers {
            for task in of_one_python.values() {
                task.check(worker.python).map_err(|mismatch| Error::OtherPython { name: worker.name.clone(), mismatch })?;
            }
        }
        Ok(())
    }

    fn push<'t>(&mut self, jobs: impl IntoIterator<Item = (&'t Job, &'t Task)>) -> Result<()> {
        let queue = format!("rq:queue:{}", self.name);
        let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
        let mut pipe = redis::pipe();
        pipe.atomic().cmd("SADD").arg("rq:queues").arg(&queue).ignore();
        for (job, task) in jobs {
            let seconds = |duration: Duration| duration.as_secs().to_string();
            pipe.cmd("HSET")
                .arg(job.key())
                .arg(&[("origin", &*self.name), ("status", "queued"), ("created_at", &now), ("enqueued_at", &now)])
                .arg(&[("timeout", seconds(self.timeout)), ("result_ttl", seconds(self.result_ttl))])
                .arg(&[("failure_ttl", seconds(self.failure_ttl)), ("description", job::description(task))])
                .arg("data")
                .arg(job::data(task)?)
                .ignore();
            if self.retries > 0 {
                let pauses: Vec<String> = self.pauses.iter().map(|pause| pause.as_secs().to_string()).collect();
                let retries =
                    [("retries_left", self.retries.to_string()), ("retry_intervals", format!("[{}]", pauses.join(", ")))];
                // An empty list would have no first pause.
                let fields = if pauses.is_empty() { &retries[..1] } else { &retries[..] };
                pipe.cmd("HSET").arg(job.key()).arg(fields).ignore();
            }
            pipe.cmd("RPUSH").arg(&queue).arg(&job.id).ignore();
        }
        Ok(pipe.query(&mut self.connection)?)
    }
}

/// What XREAD gives: of each stream its entries, of each entry its fields.
type Streams = Vec<(String, Vec<(String, HashMap<String, Vec<u8>>)>)>;

/// `3.11.7 (main, ..)`, as `sys.version` has it.
fn minor_version(text: &str) -> Option<(u8, u8)> {
    let mut parts = text.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}
