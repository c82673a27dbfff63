//! What can go wrong.

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something was not sent, or cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The connection.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Redis said no, or nothing.
    #[error("redis: {0}")]
    Redis(#[from] redis::RedisError),
    /// A pickle could not be made or read, or holds something else.
    #[error("pickle: {0}")]
    Pickle(#[from] cloudpickle::Error),
    /// A message that says it is longer than is allowed.
    #[error("a message of {length} bytes, where {limit} are allowed")]
    TooLong {
        /// What the message says.
        length: u32,
        /// What is allowed.
        limit: u32,
    },
    /// Carbon's answer to a question that it does not take.
    #[error("carbon: {0}")]
    Carbon(String),
}
