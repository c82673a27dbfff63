//! Many calls: their results in order, or as they come.

use std::collections::VecDeque;
use std::iter::Fuse;
use std::sync::mpsc::{self, Receiver, Sender};

use crate::answer::Answer;
use crate::call::{Call, Sink};
use crate::error::{Error, Result};
use crate::pool::{IntoPayload, Pool};

/// The results of calls in their order: see [`Pool::map`].
pub struct Map<'p, I> {
    pool: &'p Pool,
    tasks: Fuse<I>,
    calls: VecDeque<Result<Call>>,
}

impl<'p, I: Iterator<Item: IntoPayload>> Map<'p, I> {
    pub(crate) fn new(pool: &'p Pool, tasks: I) -> Self {
        Self { pool, tasks: tasks.fuse(), calls: VecDeque::new() }
    }
}

impl<I: Iterator<Item: IntoPayload>> Iterator for Map<'_, I> {
    type Item = Result<Answer>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.calls.len() < self.pool.bound()
            && let Some(task) = self.tasks.next()
        {
            self.calls.push_back(self.pool.submit(task));
        }
        Some(self.calls.pop_front()?.and_then(Call::wait))
    }
}

/// The results of calls as they come: see [`Pool::as_completed`].
pub struct AsCompleted<'p, I> {
    pool: &'p Pool,
    tasks: Fuse<I>,
    sender: Sender<(usize, Result<Answer>)>,
    outcomes: Receiver<(usize, Result<Answer>)>,
    begun: usize,
    ended: usize,
}

impl<'p, I: Iterator<Item: IntoPayload>> AsCompleted<'p, I> {
    pub(crate) fn new(pool: &'p Pool, tasks: I) -> Self {
        let (sender, outcomes) = mpsc::channel();
        Self { pool, tasks: tasks.fuse(), sender, outcomes, begun: 0, ended: 0 }
    }

    fn begin(&mut self, task: I::Item) {
        let number = self.begun;
        self.begun += 1;
        if let Err(error) = self.pool.submit_to(task, || Sink::numbered(self.sender.clone(), number)) {
            // The queue is closed only with the pool, which we borrow: what failed was never given to it.
            Sink::numbered(self.sender.clone(), number).end(Err(error));
        }
    }
}

impl<I: Iterator<Item: IntoPayload>> Iterator for AsCompleted<'_, I> {
    type Item = (usize, Result<Answer>);

    fn next(&mut self) -> Option<Self::Item> {
        while self.begun - self.ended < self.pool.bound()
            && let Some(task) = self.tasks.next()
        {
            self.begin(task);
        }
        if self.begun == self.ended {
            return None;
        }
        let (number, outcome) = self.outcomes.recv().unwrap_or((self.ended, Err(Error::Closed)));
        self.ended += 1;
        Some((number, outcome))
    }
}
