//! Pickles that Python programs exchange as data, and a Rust service can take part in.
//!
//! - [`logs`]: records of Python's `logging`, as `SocketHandler` sends them.
//! - [`graphite`]: metrics for Graphite's carbon, and the points that it has in memory.
//! - [`cache`]: what Django's and Flask-Caching's caches keep in Redis.
//!
//! Reading runs nothing here, so a record or a value of a stranger does no harm. What is written into a cache Python unpickles: keep that Redis on a network that you trust.

pub mod cache;
mod error;
mod frame;
pub mod graphite;
pub mod logs;

pub use self::error::{Error, Result};
