//! Python pickles in Rust.

mod compat;
#[cfg(feature = "serde")]
pub mod de;
pub mod error;
pub mod heap;
pub mod int;
pub mod limits;
pub mod op;
pub mod opcode;
pub mod pickle;
#[cfg(feature = "serde")]
pub mod ser;
pub mod style;
pub mod text;
pub mod unpickle;
#[cfg(feature = "serde")]
pub mod with;

#[cfg(feature = "serde")]
pub use de::{Deserializer, from_obj, from_reader, from_slice};
pub use error::{Error, ErrorKind, Result};
pub use heap::{Bytes, Heap, Obj, ToPy, Value};
pub use op::{Dis, Op, dis, ops, optimize};
pub use opcode::Opcode;
pub use pickle::Pickler;
#[cfg(feature = "serde")]
pub use ser::{Serializer, to_heap, to_vec, to_writer};
pub use text::Encoding;
pub use unpickle::{Pickle, Policy, Unpickler, load, loads};
