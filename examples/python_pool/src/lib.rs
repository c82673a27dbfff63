//! Python workers for Rust: a pool of processes, and connections to Python processes that are somewhere else.
//!
//! The workers are plain `python3` processes with nothing installed. Calls, results and exceptions travel as pickles, which [`cloudpickle`] writes and reads
//! without any Python on this side.
//!
//! ```
//! use cloudpickle::Source;
//! use python_pool::{Callable, Pool};
//!
//! let pool = Pool::new(2)?;
//!
//! // By reference: what the workers can import.
//! let hypot = Callable::global("math", "hypot");
//! assert_eq!(pool.call(hypot.call((3.0, 4.0)))?.get::<f64>()?, 5.0);
//!
//! // From source: any Python from 3.6 on.
//! let squared = Callable::new(&Source::lambda("lambda x: x ** 2"))?;
//! let squares = pool.map((0..4).map(|n| squared.call((n,)))).map(|answer| answer?.get::<u32>());
//! assert_eq!(squares.collect::<Result<Vec<_>, _>>()?, [0, 1, 4, 9]);
//!
//! // Exceptions come back as values.
//! let err = pool.call(hypot.call(("spam", 4))).unwrap_err();
//! assert_eq!(err.to_string(), "TypeError: must be real number, not str");
//! # Ok::<(), python_pool::Error>(())
//! ```
//!
//! # The ways in
//!
//! | you want | take |
//! | --- | --- |
//! | Python functions called by processes of your own | [`Pool`], [`Callable`], [`Task`] |
//! | to know when a call has ended | [`Call`], [`Pool::map`], [`Pool::map_chunks`], [`Pool::as_completed`] |
//! | what it gave, or raised | [`Answer`], [`Raised`] |
//! | to talk to a Python process that listens, or dials | [`Connection`], [`Listener`] |
//! | queues, dicts and objects that live in a Python process | [`Manager`], [`Proxy`] |
//! | the messages themselves | [`wire`] |
//!
//! # Floors
//!
//! ```text
//! 4  map, chunks   many calls
//! 3  pool < slot   the pool, and the thread that keeps a worker in its place; manager
//! 2  worker        one worker; queue; connection
//! 1  channel       a process and its socket; call, task < callable < interpreter; raised < answer; auth
//! 0  error, wire
//! ```
//!
//! # Security
//!
//! Nothing that comes back is run here. What is sent is run there: that is its purpose. A [`Connection`] is authenticated where it has a key, and is never
//! encrypted.

mod answer;
mod auth;
mod call;
mod callable;
mod channel;
mod chunks;
mod connection;
mod error;
mod interpreter;
mod manager;
mod map;
mod pool;
mod queue;
mod raised;
mod slot;
mod task;
pub mod wire;
mod worker;

pub use self::answer::Answer;
pub use self::auth::AuthKey;
pub use self::call::Call;
pub use self::callable::Callable;
pub use self::chunks::MapChunks;
pub use self::connection::{Address, Connection, Listener};
pub use self::error::{Error, Result};
pub use self::interpreter::Interpreter;
pub use self::manager::{Manager, Proxy, Returned};
pub use self::map::{AsCompleted, Map};
pub use self::pool::{Builder, IntoPayload, Payload, Pool};
pub use self::raised::{Raised, Stage};
pub use self::task::{Shared, Task};
