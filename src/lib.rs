//! Python pickles in Rust.

mod compat;
pub mod error;
pub mod heap;
pub mod int;
pub mod limits;
pub mod op;
pub mod opcode;
pub mod pickle;
pub mod reflect;
pub mod style;
pub mod text;
pub mod unpickle;

pub use error::{Error, ErrorKind, Result};
pub use heap::{Bytes, Heap, Obj, ToPy, Value};
pub use op::{Dis, Op, dis, ops, optimize};
pub use opcode::Opcode;
pub use pickle::Pickler;
pub use reflect::{Source, SourceModule};
pub use text::Encoding;
pub use unpickle::{Pickle, Policy, Unpickler, load, loads};
