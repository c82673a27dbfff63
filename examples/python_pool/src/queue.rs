//! The calls that wait, in a queue with a bound, and the workers that wait for them.

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

/// The calls that wait, and the workers that do: `W` is a worker with what belongs to it.
///
/// Every worker has a place, and a thread of its own. While it waits for a call its thread leaves it here, and whoever has a call and would wait for the
/// answer anyhow borrows it ([`Queue::borrow`]) without that thread.
pub(crate) struct Queue<W> {
    state: Mutex<State<W>>,
    /// Each wakes the thread of one place.
    filled: Vec<Condvar>,
    drained: Condvar,
    bound: usize,
}

struct State<W> {
    jobs: VecDeque<Job>,
    places: Vec<Place<W>>,
    /// The places whose threads wait and were not woken yet, those that came last at the end.
    idle: Vec<usize>,
    open: bool,
}

/// Where the worker of a place is.
enum Place<W> {
    /// With its thread.
    Busy,
    /// Here; its thread waits. None where it has none, and waits to say so.
    Idle(Option<W>),
    /// Borrowed; its thread waits.
    Lent,
    /// Given back for its thread to look after; none where it is gone.
    Back(Option<W>),
}

impl<W> State<W> {
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

impl<W> Queue<W> {
    pub(crate) fn new(bound: usize, workers: usize) -> Self {
        let places = (0..workers).map(|_| Place::Busy).collect();
        let state = State { jobs: VecDeque::new(), places, idle: Vec::new(), open: true };
        let filled = (0..workers).map(|_| Condvar::new()).collect();
        Self { state: Mutex::new(state), filled, drained: Condvar::new(), bound }
    }

    fn lock(&self) -> MutexGuard<'_, State<W>> {
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

    fn put(&self, mut state: MutexGuard<'_, State<W>>, job: Job) -> Result<()> {
        if !state.open {
            return Err(Error::Closed);
        }
        state.jobs.push_back(job);
        if let Some(place) = state.idle.pop() {
            self.filled[place].notify_one();
        }
        Ok(())
    }

    /// Takes the next call for the worker of a place, for which it waits so long. The worker comes back with it, unless it was borrowed and ended.
    pub(crate) fn take(&self, place: usize, mut worker: Option<W>, timeout: Duration) -> (Option<W>, Taken) {
        let mut state = self.lock();
        let mut waited = false;
        loop {
            while let Some(job) = state.jobs.pop_front() {
                self.drained.notify_one();
                if job.sink.send() {
                    return (worker, Taken::Job(job));
                }
            }
            if !state.open {
                return (worker, Taken::Closed);
            }
            if waited {
                return (worker, Taken::Nothing);
            }
            state.places[place] = Place::Idle(worker);
            state.idle.push(place);
            worker = loop {
                let (woken, result) = self.filled[place].wait_timeout(state, timeout).unwrap_or_else(PoisonError::into_inner);
                state = woken;
                match std::mem::replace(&mut state.places[place], Place::Busy) {
                    Place::Idle(worker) => {
                        state.idle.retain(|idle| *idle != place);
                        waited = result.timed_out();
                        break worker;
                    }
                    Place::Lent => state.places[place] = Place::Lent,
                    Place::Back(worker) => return (worker, Taken::Nothing),
                    // Only this thread takes it away.
                    Place::Busy => break None,
                }
            };
        }
    }

    /// Borrows a worker that waits, and its place; none while calls wait, which come first.
    pub(crate) fn borrow(&self) -> Option<(usize, W)> {
        let mut state = self.lock();
        if !state.jobs.is_empty() {
            return None;
        }
        let State { places, idle, .. } = &mut *state;
        let at = idle.iter().rposition(|place| matches!(places[*place], Place::Idle(Some(_))))?;
        let place = idle.remove(at);
        match std::mem::replace(&mut places[place], Place::Lent) {
            Place::Idle(Some(worker)) => Some((place, worker)),
            other => {
                places[place] = other;
                None
            }
        }
    }

    /// Gives a worker back: to whoever borrows it next, or to its thread when that has something to do: calls that wait, or `done` with it. None is one that
    /// has ended.
    pub(crate) fn give_back(&self, place: usize, worker: Option<W>, done: bool) {
        let mut state = self.lock();
        if worker.is_none() || done || !state.jobs.is_empty() || !state.open {
            state.places[place] = Place::Back(worker);
            self.filled[place].notify_one();
        } else {
            state.places[place] = Place::Idle(worker);
            state.idle.push(place);
        }
    }

    /// Takes calls for a worker that is still busy: at most so many, its share of those that wait, and only while no other worker waits. `fits` stops it.
    pub(crate) fn take_ahead(&self, most: usize, mut fits: impl FnMut(&Job) -> bool) -> Vec<Job> {
        let mut state = self.lock();
        let mut taken = Vec::new();
        if !state.idle.is_empty() {
            return taken;
        }
        let share = state.jobs.len().div_ceil(self.filled.len()).min(most);
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
        if !state.jobs.is_empty() {
            state.idle.drain(..).for_each(|place| self.filled[place].notify_one());
        }
    }

    /// Takes no more calls; those that wait are dropped or still carried out.
    pub(crate) fn close(&self, abandon: bool) {
        let mut state = self.lock();
        state.open = false;
        let dropped = if abandon { std::mem::take(&mut state.jobs) } else { VecDeque::new() };
        drop(state);
        self.filled.iter().for_each(Condvar::notify_one);
        self.drained.notify_all();
        drop(dropped);
    }
}
