//! A place for a worker, with a thread: it keeps a worker there, and takes calls from the queue for it. While it has none, whoever waits for the answer to a
//! call borrows the worker: [`run_here`].
//!
//! A worker writes the whole answer to a call before it begins the next. So of the calls that a dead worker had, only the first without an answer may have
//! run, and that only if all of it was written; the others go back into the queue. This is what "never run twice" rests on.

use std::collections::VecDeque;
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::channel::Stopped;
use crate::error::{Error, Result};
use crate::interpreter::Interpreter;
use crate::pool::Inner;
use crate::queue::{Job, Taken};
use crate::worker::Worker;

/// How often an idle worker is looked at.
const IDLE: Duration = Duration::from_millis(100);

/// How many bytes may be given to a worker ahead.
const AHEAD: usize = 1 << 16;

/// The longest call that is. Longer ones are written at once, and could wait for a worker that waits for us to read.
const LONGEST: usize = 1 << 13;

/// How often a call may go back to the queue because workers ended while it was being written.
const RETURNS: u32 = 8;

/// What to do with a worker.
enum Next {
    /// It is gone.
    Replace,
    /// It has run all the calls it may.
    Retire(Worker),
    /// The pool is closed.
    Close(Worker),
}

/// A call that a worker has.
struct Sent {
    job: Job,
    id: u64,
    /// The count of written bytes at which the worker has all of it.
    end: u64,
}

/// Keeps a worker in a place until the pool is closed.
pub(crate) fn run(pool: &Inner, place: usize, started: impl FnOnce(Result<Arc<Interpreter>>)) {
    let mut started = Some(started);
    loop {
        let (worker, python) = match pool.start_worker() {
            Ok(started) => started,
            Err(error) => {
                if let Some(started) = started.take() {
                    started(Err(error.clone()));
                }
                // A call that waits learns why nothing happens.
                match pool.queue.take(place, None, IDLE).1 {
                    Taken::Job(job) => job.sink.end(Err(error)),
                    Taken::Nothing => {}
                    Taken::Closed => return,
                }
                continue;
            }
        };
        pool.pids[place].store(worker.pid(), Ordering::Relaxed);
        if let Some(started) = started.take() {
            started(Ok(python));
        }
        let next = serve(pool, place, Slot { worker, sent: VecDeque::new(), calls: 0 });
        pool.pids[place].store(0, Ordering::Relaxed);
        match next {
            Next::Replace => {}
            Next::Retire(worker) => worker.end(pool.settings.grace),
            Next::Close(worker) => return worker.end(pool.settings.grace),
        }
    }
}

/// Has a worker that waits make the call, on the thread of who wants it: no other thread has to wake up for it. Gives the call back when there is none.
pub(crate) fn run_here(pool: &Inner, job: Job) -> Option<Job> {
    let Some((place, slot)) = pool.queue.borrow() else { return Some(job) };
    let mut loan = Loan { pool, place, slot: Some(slot) };
    if let Some(slot) = &mut loan.slot
        && job.sink.send()
    {
        slot.begin(pool, job);
        if slot.exchange(pool).is_err() {
            loan.slot = None;
        }
    }
    None
}

/// A worker that is borrowed, and goes back to its place however its use ends.
struct Loan<'p> {
    pool: &'p Inner,
    place: usize,
    slot: Option<Slot>,
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        // One that is in the middle of a call cannot be used by others.
        let slot = self.slot.take().filter(|slot| slot.sent.is_empty());
        if slot.is_none() {
            self.pool.pids[self.place].store(0, Ordering::Relaxed);
        }
        let retires = slot.as_ref().is_some_and(|slot| slot.calls >= self.pool.settings.max_calls);
        self.pool.queue.give_back(self.place, slot, retires);
    }
}

/// Takes calls for a worker as long as it may have some.
fn serve(pool: &Inner, place: usize, mut slot: Slot) -> Next {
    loop {
        if slot.sent.is_empty() {
            if slot.calls >= pool.settings.max_calls {
                return Next::Retire(slot.worker);
            }
            let (back, taken) = pool.queue.take(place, Some(slot), IDLE);
            let Some(back) = back else { return Next::Replace };
            slot = back;
            match taken {
                Taken::Job(job) => slot.begin(pool, job),
                Taken::Nothing if slot.worker.is_alive() => continue,
                Taken::Nothing => return Next::Replace,
                Taken::Closed => return Next::Close(slot.worker),
            }
        }
        slot.send_ahead(pool);
        if slot.exchange(pool).is_err() {
            return Next::Replace;
        }
    }
}

/// A worker, and the calls that it has.
pub(crate) struct Slot {
    worker: Worker,
    sent: VecDeque<Sent>,
    /// How many calls the worker was given.
    calls: u64,
}

/// The worker cannot go on; its calls are settled.
struct Gone;

impl Slot {
    /// Gives a call to a worker that has none.
    fn begin(&mut self, pool: &Inner, job: Job) {
        self.worker.begin(timeout(pool, &job));
        self.send(job);
    }

    /// What fails here fails again when the answer is read.
    fn send(&mut self, job: Job) {
        self.calls += 1;
        let id = self.calls;
        let end = self.worker.push(id, &job.prepared).unwrap_or(u64::MAX);
        self.sent.push_back(Sent { job, id, end });
    }

    /// Gives a fast worker calls before it has answered, so that neither it nor we wait for each other after every call.
    fn send_ahead(&mut self, pool: &Inner) {
        let most = pool.settings.ahead;
        if !self.worker.is_fast() || self.sent.len() > most.div_ceil(2) {
            return;
        }
        let cost = |job: &Job| job.prepared.length() + job.prepared.callable.pickle().len() + 64;
        let left = usize::try_from(pool.settings.max_calls - self.calls).unwrap_or(usize::MAX);
        let mut bytes: usize = self.sent.iter().map(|sent| cost(&sent.job)).sum();
        let jobs = pool.queue.take_ahead((most + 1 - self.sent.len()).min(left), |job| {
            bytes += cost(job);
            bytes <= AHEAD && cost(job) <= LONGEST
        });
        for job in jobs {
            self.send(job);
        }
    }

    /// Writes what the worker is to have, and reads the answer to its first call.
    fn exchange(&mut self, pool: &Inner) -> Result<(), Gone> {
        self.flush().and_then(|()| self.answer(pool)).map_err(|error| {
            self.lost(pool, error);
            Gone
        })
    }

    /// Writes the call that the worker is to begin, and of the others what it takes.
    fn flush(&mut self) -> Result<()> {
        let end = self.sent.front().map_or(0, |first| first.end);
        Ok(self.worker.flush(end)?)
    }

    /// Reads the answer to the first call that has none.
    fn answer(&mut self, pool: &Inner) -> Result<()> {
        let Some(first) = self.sent.front() else { return Ok(()) };
        let outcome = self.worker.answer(first.id)?;
        if let Some(Sent { job, .. }) = self.sent.pop_front() {
            job.sink.end(outcome);
        }
        if let Some(next) = self.sent.front() {
            self.worker.begin(timeout(pool, &next.job));
        }
        Ok(())
    }

    /// Settles the calls of a worker that cannot go on.
    fn lost(&mut self, pool: &Inner, error: Error) {
        let stopped = self.worker.stopped();
        let late = (stopped == Some(Stopped::Late)).then(|| self.sent.front().map(|sent| sent.id)).flatten();
        let status = self.worker.kill();
        let broken = matches!(error, Error::Protocol(_) | Error::Pickle(_));
        // Answers that were on their way.
        while !broken && self.answer(pool).is_ok() && !self.sent.is_empty() {}
        let written = self.worker.written();
        let (mut back, mut first) = (Vec::new(), true);
        for Sent { mut job, id, end } in self.sent.drain(..) {
            // What breaks the protocol may have begun more than it answered.
            let may_have_run = end <= written && (first || broken);
            first = false;
            let again = if may_have_run {
                job.runs += 1;
                job.runs <= job.prepared.limits.retries.unwrap_or(pool.settings.retries)
            } else {
                job.returns += u32::from(end > written);
                job.returns <= RETURNS
            };
            if stopped == Some(Stopped::Closed) {
                job.sink.end(Err(Error::Closed));
            } else if again {
                back.push(job);
            } else {
                let timeout = timeout(pool, &job).filter(|_| late == Some(id));
                job.sink.end(Err(why(&error, timeout, status)));
            }
        }
        pool.queue.put_back(back);
    }
}

fn timeout(pool: &Inner, job: &Job) -> Option<Duration> {
    job.prepared.limits.timeout.or(pool.settings.timeout)
}

/// What a call that ended with its worker is told.
fn why(error: &Error, timeout: Option<Duration>, status: Option<ExitStatus>) -> Error {
    match (error, timeout) {
        (_, Some(timeout)) => Error::TimedOut(timeout),
        (Error::Protocol(_) | Error::Pickle(_) | Error::TooLong { .. }, _) => error.clone(),
        _ => Error::Died(status),
    }
}
