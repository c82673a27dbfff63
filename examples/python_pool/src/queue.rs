//! The calls that wait: a queue with a bound.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::call::Sink;
use crate::error::{Error, Result};
use crate::task::Prepared;

/// A call, and who waits for it.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) prepared: Arc<Prepared>,
    pub(crate) sink: Sink,
    /// How often it may have been run.
    pub(crate) runs: u32,
    /// How often a worker ended before it had all of it.
    pub(crate) returns: u32,
}

pub(crate) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    drained: Condvar,
    bound: usize,
    workers: usize,
}

struct State {
    jobs: VecDeque<Job>,
    /// How many workers wait for a call.
    waiting: usize,
    open: bool,
}

impl State {
    fn pop_if(&mut self, wanted: &mut impl FnMut(&Job) -> bool) -> Option<Job> {
        if wanted(self.jobs.front()?) { self.jobs.pop_front() } else { None }
    }
}

/// What waiting for a call gave.
pub(crate) enum Taken {
    Job(Job),
    /// None came.
    Nothing,
    /// None will come.
    Closed,
}

impl Queue {
    pub(crate) fn new(bound: usize, workers: usize) -> Self {
        let state = State { jobs: VecDeque::new(), waiting: 0, open: true };
        Self { state: Mutex::new(state), filled: Condvar::new(), drained: Condvar::new(), bound, workers }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn bound(&self) -> usize {
        self.bound
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().jobs.len()
    }

    /// Puts a call in, as soon as there is room.
    pub(crate) fn push(&self, job: Job) -> Result<()> {
        let mut state = self.lock();
        while state.open && state.jobs.len() >= self.bound {
            state = self.drained.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        self.put(state, job)
    }

    /// Puts a call in if there is room now.
    pub(crate) fn try_push(&self, job: Job) -> Result<()> {
        let state = self.lock();
        if state.open && state.jobs.len() >= self.bound {
            return Err(Error::Full(state.jobs.len()));
        }
        self.put(state, job)
    }

    fn put(&self, mut state: MutexGuard<'_, State>, job: Job) -> Result<()> {
        if !state.open {
            return Err(Error::Closed);
        }
        state.jobs.push_back(job);
        if state.waiting > 0 {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// Takes the next call, for which it waits so long.
    pub(crate) fn take(&self, timeout: Duration) -> Taken {
        let mut state = self.lock();
        let mut waited = false;
        loop {
            while let Some(job) = state.jobs.pop_front() {
                self.drained.notify_one();
                if job.sink.send() {
                    return Taken::Job(job);
                }
            }
            if !state.open {
                return Taken::Closed;
            }
            if waited {
                return Taken::Nothing;
            }
            state.waiting += 1;
            let (woken, result) = self.filled.wait_timeout(state, timeout).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            state.waiting -= 1;
            waited = result.timed_out();
        }
    }

    /// Takes calls for a worker that is still busy: at most so many, its share of those that wait, and only while no other worker waits. `fits` stops it.
    pub(crate) fn take_ahead(&self, most: usize, mut fits: impl FnMut(&Job) -> bool) -> Vec<Job> {
        let mut state = self.lock();
        let mut taken = Vec::new();
        if state.waiting > 0 {
            return taken;
        }
        let share = state.jobs.len().div_ceil(self.workers).min(most);
        while taken.len() < share
            && let Some(job) = state.pop_if(&mut fits)
        {
            if job.sink.send() {
                taken.push(job);
            }
        }
        if !taken.is_empty() {
            self.drained.notify_all();
        }
        taken
    }

    /// Puts calls back that no worker began, before all others and in their order. There is always room for them.
    pub(crate) fn put_back(&self, jobs: Vec<Job>) {
        let mut state = self.lock();
        for job in jobs.into_iter().rev() {
            job.sink.wait_again();
            state.jobs.push_front(job);
        }
        self.filled.notify_all();
    }

    /// Takes no more calls; those that wait are dropped or still carried out.
    pub(crate) fn close(&self, abandon: bool) {
        let mut state = self.lock();
        state.open = false;
        let dropped = if abandon { std::mem::take(&mut state.jobs) } else { VecDeque::new() };
        drop(state);
        self.filled.notify_all();
        self.drained.notify_all();
        drop(dropped);
    }
}
