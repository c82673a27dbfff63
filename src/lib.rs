//! Python pickles in Rust.

pub mod error;
pub mod int;
pub mod op;
pub mod opcode;
pub mod text;

pub use error::{Error, ErrorKind, Result};
pub use op::{Dis, Op, dis, ops, optimize};
pub use opcode::Opcode;
