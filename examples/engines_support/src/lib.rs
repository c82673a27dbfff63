//! Real engines for tests: interpreters and packages for them, servers that end with the test, Redis.
//!
//! Everything listens on the loopback only, on a port that was free; what is installed by pip stands below `target/python-libs`, once. A [`Server`]
//! ends when it is dropped, and when the test's process ends, however it does.

mod closure;
#[allow(dead_code, missing_docs, unreachable_pub)] // the root's tests use the rest of it
#[path = "../../../tests/common/python.rs"]
mod python;
mod redis;
mod server;
mod tools;

pub use self::closure::{built_closure, pickled_closure};
pub use self::python::{Python, interpreters, not_run, python2, venv};
pub use self::redis::Redis;
pub use self::server::{Server, free_port};
pub use self::tools::{command, compile, need, python, run, scratch, scratch_file, wait_for};
