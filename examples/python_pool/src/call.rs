//! Handles of calls: what `concurrent.futures` calls a future.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

use crate::answer::Answer;
use crate::error::{Error, Result};

/// A call that was submitted. Dropping it does not take the call back; [`Call::cancel`] does, as long as no worker has it.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use python_pool::{Callable, Pool};
///
/// let pool = Pool::new(1)?;
/// let call = pool.submit(Callable::global("time", "sleep").call((0.3,)))?;
/// assert!(!call.wait_timeout(Duration::from_millis(1)), "it still sleeps");
/// assert!(call.wait()?.pickle()?.root().is_none());
/// # Ok::<(), python_pool::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "the result of the call comes here"]
pub struct Call(Arc<Cell>);

#[derive(Debug, Default)]
struct Cell {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug, Default)]
enum State {
    /// In the queue.
    #[default]
    Waiting,
    /// With a worker.
    Sent,
    Ended(Result<Answer>),
    /// Nobody will send it, or its outcome was taken.
    Over,
}

impl Call {
    /// A call that waits, and the end of it that the pool holds.
    pub(crate) fn new() -> (Self, Sink) {
        let cell = Arc::new(Cell::default());
        (Self(Arc::clone(&cell)), Sink(Some(To::Call(cell))))
    }

    /// Waits for the end of the call.
    ///
    /// # Errors
    ///
    /// [`Error::Raised`], [`Error::Died`], [`Error::TimedOut`], [`Error::Start`], [`Error::Closed`], [`Error::Cancelled`]; [`Error::Protocol`] and
    /// [`Error::TooLong`] for answers that cannot be read.
    pub fn wait(self) -> Result<Answer> {
        let mut state = self.0.lock();
        loop {
            match std::mem::replace(&mut *state, State::Over) {
                State::Ended(outcome) => return outcome,
                State::Over => return Err(Error::Cancelled),
                running => *state = running,
            }
            state = self.0.ended.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits for the end of the call at most so long, and says whether it has ended.
    #[must_use]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        let mut state = self.0.lock();
        loop {
            if matches!(*state, State::Ended(_) | State::Over) {
                return true;
            }
            let rest = deadline.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return false;
            }
            (state, _) = self.0.ended.wait_timeout(state, rest).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether the call has ended.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.wait_timeout(Duration::ZERO)
    }

    /// Takes the call back if no worker has it yet, and says whether it did; then [`Call::wait`] gives [`Error::Cancelled`].
    #[must_use]
    pub fn cancel(&self) -> bool {
        let mut state = self.0.lock();
        if matches!(*state, State::Waiting) {
            *state = State::Over;
            self.0.ended.notify_all();
        }
        matches!(*state, State::Over)
    }
}

impl Cell {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the outcome of a call goes. One that is dropped without an outcome says that the pool was closed: no call is lost.
#[derive(Debug)]
pub(crate) struct Sink(Option<To>);

#[derive(Debug)]
enum To {
    Call(Arc<Cell>),
    Channel(mpsc::Sender<(usize, Result<Answer>)>, usize),
}

impl Sink {
    /// Sends the outcome to a channel, with a number.
    pub(crate) fn numbered(sender: mpsc::Sender<(usize, Result<Answer>)>, number: usize) -> Self {
        Self(Some(To::Channel(sender, number)))
    }

    /// Says that a worker gets the call; false when it was cancelled.
    pub(crate) fn send(&self) -> bool {
        let Some(To::Call(cell)) = &self.0 else { return true };
        let mut state = cell.lock();
        if matches!(*state, State::Waiting) {
            *state = State::Sent;
        }
        matches!(*state, State::Sent)
    }

    /// Says that the call waits again: its worker ended before it began.
    pub(crate) fn wait_again(&self) {
        if let Some(To::Call(cell)) = &self.0 {
            *cell.lock() = State::Waiting;
        }
    }

    pub(crate) fn end(mut self, outcome: Result<Answer>) {
        self.give(outcome);
    }

    fn give(&mut self, outcome: Result<Answer>) {
        match self.0.take() {
            Some(To::Call(cell)) => {
                let mut state = cell.lock();
                if !matches!(*state, State::Over) {
                    *state = State::Ended(outcome);
                }
                drop(state);
                cell.ended.notify_all();
            }
            // Who does not listen any more does not want it.
            Some(To::Channel(sender, number)) => drop(sender.send((number, outcome))),
            None => {}
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if self.0.is_some() {
            self.give(Err(Error::Closed));
        }
    }
}
