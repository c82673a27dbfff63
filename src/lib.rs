//! Python pickles in Rust.

pub mod error;
pub mod heap;
pub mod int;
pub mod limits;
pub mod op;
pub mod opcode;
pub mod style;
pub mod unpickle;

pub use error::{Error, ErrorKind, Result};
pub use heap::{Heap, Value};
pub use op::{Op, ops};
pub use opcode::Opcode;
pub use unpickle::{Pickle, Unpickler, loads};
