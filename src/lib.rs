//! Python pickles in Rust.

pub mod error;
pub mod int;
pub mod op;
pub mod opcode;

pub use error::{Error, ErrorKind, Result};
pub use op::{Op, ops};
pub use opcode::Opcode;
