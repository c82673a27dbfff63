//! Python pickles in Rust: read, write, look into and build them, functions and classes by value included.
//!
//! A pickle is a program for a small stack machine; Python's `pickle.loads` runs it, importing and calling whatever it names. This crate reads the program
//! without running anything: [`loads`] gives a [`Heap`] of Python objects in which a call is an object that says what would have been called.
//! Objects are looked at through [`Obj`], changed, built with [`py!`] and [`Heap`], and written by [`Pickler`] byte for byte as CPython writes them.
//! [`Source`] makes functions, classes and modules from Python source that any CPython worker can run.
//!
//! ```
//! // Data for a Python worker.
//! let bytes = cloudpickle::py!({"name": "run-7", "shape": (2, 3)}).dumps()?;
//!
//! // Data from anywhere, looked into. Nothing is imported, nothing is called.
//! let pickle = cloudpickle::loads(&bytes)?;
//! assert_eq!(pickle.root().to_string(), "{'name': 'run-7', 'shape': (2, 3)}");
//! assert_eq!(pickle.root().get("shape")?.get(1)?.as_i64()?, 3);
//!
//! // What was read is written back as it was.
//! assert_eq!(pickle.dumps()?, bytes);
//! # Ok::<(), cloudpickle::Error>(())
//! ```
//!
//! # Security
//!
//! Reading runs nothing, whatever the input: no import, no call, no panic, no recursion, and memory in proportion to the input. `pickle.loads` on the other side
//! *does* run what a pickle says: never let Python load what you do not trust. A [`Policy`] refuses pickles that name other globals than those allowed.
//!
//! # The ways in
//!
//! | you have | you want | take |
//! | --- | --- | --- |
//! | bytes | objects | [`loads`], [`Unpickler`] |
//! | a reader | objects | [`load`], [`Unpickler::iter`] |
//! | broken or hostile bytes | what was built before the error | [`Unpickler::loads_partial`] |
//! | Rust values | a pickle | [`py!`], [`Heap::add`], [`Pickler`] |
//! | Python source | a function on a worker | [`Source`] |
//! | a payload of cloudpickle or dill | its functions and classes | [`Function`], [`Class`], [`reflect`] |
//! | a `.pyc` | its functions and classes on a worker | [`CompiledModule`](reflect::CompiledModule) |
//! | code objects | functions and classes on a worker | [`Function::new`], [`Class::new`] |
//! | a file of a stranger | what loading it would do | [`scan()`] |
//! | an object | its tree as Python would write it, differences, sizes | [`show()`], [`show`](mod@show) |
//! | a Rust type with serde | a pickle, or objects | [`to_vec`], [`to_writer`], [`to_heap`] |
//! | a pickle, or an object | a Rust type with serde | [`from_slice`], [`from_reader`], [`from_obj`] |
//! | bytes | the opcodes | [`ops`], [`dis`] |
//! | a `.pyc`, or marshal data | code objects | [`marshal::Pyc`], [`marshal::Marshal`] |

pub mod bytecode;
mod compat;
#[cfg(feature = "container")]
pub mod container;
#[cfg(feature = "serde")]
pub mod de;
pub mod error;
pub mod heap;
pub mod int;
pub mod limits;
pub mod marshal;
pub mod op;
pub mod opcode;
pub mod pickle;
pub mod reflect;
pub mod scan;
#[cfg(feature = "serde")]
pub mod ser;
pub mod show;
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
pub use reflect::{Class, Function, Source, SourceModule};
pub use scan::{Rules, scan};
#[cfg(feature = "serde")]
pub use ser::{Serializer, to_heap, to_vec, to_writer};
pub use show::show;
pub use text::Encoding;
pub use unpickle::{Pickle, Policy, Series, Unpickler, Workspace, load, loads};
