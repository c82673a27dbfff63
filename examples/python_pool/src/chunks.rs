//! Many calls of one callable, a chunk of them in a message.

use std::collections::VecDeque;
use std::iter::Fuse;
use std::marker::PhantomData;

use cloudpickle::{Obj, ToPy};
use serde::de::DeserializeOwned;

use crate::answer::Answer;
use crate::call::Call;
use crate::callable::Callable;
use crate::error::{Error, Result};
use crate::pool::Pool;
use crate::raised::Raised;
use crate::task::Task;

/// The results of a callable in the order of its inputs: see [`Pool::map_chunks`].
pub struct MapChunks<'p, T, I> {
    pool: &'p Pool,
    callable: Callable,
    size: usize,
    inputs: Fuse<I>,
    chunks: VecDeque<Chunk>,
    results: std::vec::IntoIter<Result<T>>,
    of: PhantomData<fn() -> T>,
}

/// Calls that are under way together.
struct Chunk {
    call: Result<Call>,
    calls: usize,
}

impl<'p, T: DeserializeOwned, I: Iterator<Item: ToPy>> MapChunks<'p, T, I> {
    pub(crate) fn new(pool: &'p Pool, callable: &Callable, size: usize, inputs: I) -> Self {
        Self {
            pool,
            callable: callable.clone(),
            size: size.max(1),
            inputs: inputs.fuse(),
            chunks: VecDeque::new(),
            results: Vec::new().into_iter(),
            of: PhantomData,
        }
    }

    /// How many chunks are under way: as many calls as the queue has room for, but never so few that a worker waits for the next.
    fn ahead(&self) -> usize {
        (self.pool.bound() / self.size).max(2 * self.pool.workers()).min(self.pool.bound())
    }

    /// Gives the next inputs to the workers; false when there are none.
    fn begin(&mut self) -> bool {
        let mut task = Task::many(self.callable.clone(), self.inputs.by_ref().take(self.size));
        let calls = task.len();
        if calls == 0 {
            return false;
        }
        if let Some(timeout) = self.pool.timeout(calls) {
            task = task.timeout(timeout);
        }
        self.chunks.push_back(Chunk { call: self.pool.submit(task), calls });
        true
    }
}

impl<T: DeserializeOwned, I: Iterator<Item: ToPy>> Iterator for MapChunks<'_, T, I> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(result) = self.results.next() {
                return Some(result);
            }
            while self.chunks.len() < self.ahead() && self.begin() {}
            let Chunk { call, calls } = self.chunks.pop_front()?;
            self.results = match call.and_then(Call::wait).and_then(|answer| results(&answer, calls)) {
                Ok(results) => results.into_iter(),
                Err(error) => (0..calls).map(|_| Err(error.clone())).collect::<Vec<_>>().into_iter(),
            };
        }
    }
}

/// The results of a chunk: `run_many` in `worker.py` says what comes.
fn results<T: DeserializeOwned>(answer: &Answer, calls: usize) -> Result<Vec<Result<T>>> {
    // A list of what is wanted, mostly.
    if let Ok(all) = answer.get::<Vec<T>>() {
        check(all.len(), calls)?;
        return Ok(all.into_iter().map(Ok).collect());
    }
    let pickle = answer.pickle()?;
    let root = pickle.root();
    let (all, failed) = if root.type_name() == "dict" { (root.get("results")?, Some(root.get("failed")?)) } else { (root, None) };
    check(all.len()?, calls)?;
    let mut results: Vec<Result<T>> = all.iter()?.map(|item| Ok(cloudpickle::from_obj(item)?)).collect();
    for (index, what) in failed.map(Obj::items).transpose()?.into_iter().flatten() {
        let place = results.get_mut(usize::try_from(index.as_u64()?).unwrap_or(usize::MAX));
        let place = place.ok_or_else(|| Error::protocol(format!("call {index} failed of {calls}")))?;
        *place = Err(Error::Raised(Box::new(Raised::read(&Answer::new(what.as_bytes()?.to_vec(), 0, Vec::new()))?)));
    }
    Ok(results)
}

fn check(found: usize, calls: usize) -> Result<()> {
    if found == calls { Ok(()) } else { Err(Error::protocol(format!("{found} results of {calls} calls"))) }
}
