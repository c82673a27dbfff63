//! What a call gave.

use cloudpickle::{Pickle, Unpickler};
use serde::de::DeserializeOwned;

use crate::error::Result;

/// What a call gave: a pickle, and the buffers that came beside it.
///
/// # Examples
///
/// ```
/// use python_pool::{Callable, Pool};
///
/// let pool = Pool::new(1)?;
/// let answer = pool.call(Callable::global("builtins", "divmod").call((17, 5)))?;
/// assert_eq!(answer.get::<(i64, i64)>()?, (3, 2));
/// assert_eq!(answer.pickle()?.root().to_string(), "(3, 2)");
/// # Ok::<(), python_pool::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Answer {
    message: Vec<u8>,
    start: usize,
    buffers: Vec<Vec<u8>>,
}

impl Answer {
    pub(crate) fn new(message: Vec<u8>, start: usize, buffers: Vec<Vec<u8>>) -> Self {
        Self { message, start, buffers }
    }

    /// The pickle as it came.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.message.get(self.start..).unwrap_or_default()
    }

    /// The buffers that came out of band (PEP 574): the data of arrays. Empty for Python before 3.8.
    #[must_use]
    pub fn buffers(&self) -> &[Vec<u8>] {
        &self.buffers
    }

    /// The result as Python objects, borrowed from here: nothing is copied.
    ///
    /// # Errors
    ///
    /// When what came is no pickle.
    pub fn pickle(&self) -> Result<Pickle<'_>> {
        Ok(Unpickler::new().loads_with_buffers(self.bytes(), self.buffers.iter().map(Vec::as_slice))?)
    }

    /// The result as a Rust type with serde, as [`cloudpickle::from_slice`] reads it.
    ///
    /// # Errors
    ///
    /// When the result is something else.
    pub fn get<T: DeserializeOwned>(&self) -> Result<T> {
        if self.buffers.is_empty() {
            return Ok(cloudpickle::from_slice(self.bytes())?);
        }
        Ok(cloudpickle::from_obj(self.pickle()?.root())?)
    }
}
