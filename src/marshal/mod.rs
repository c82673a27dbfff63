//! Marshal and `.pyc`: how Python writes compiled code.
//!
//! Marshal is the format of Python's `marshal` module: plain data and code objects, no classes, no calls. It is what stands in a
//! `.pyc` file behind the header. A type code says what follows; its highest bit, `FLAG_REF`, that the object gets the next
//! number, by which it is named when it comes again:
//!
//! ```text
//! a9 02                        FLAG_REF | SMALL_TUPLE 2        object 0
//!       da 02 61 62            FLAG_REF | SHORT_ASCII 'ab'     object 1, the first item
//!       72 01 00 00 00         REF 1                           the same str again
//! ```
//!
//! - [`Marshal`] reads it as it is, a tree of [`Item`]s, and writes the same bytes again. [`Marshal::load`] makes the objects in
//!   a [`Heap`](crate::Heap); a code object becomes the call of `types.CodeType` that cloudpickle writes for it, so that it can
//!   be looked into ([`reflect::Code`](crate::reflect::Code)) and pickled.
//! - [`Marshaller`] writes objects of a heap, code objects among them, for a version of Python.
//! - [`Pyc`] and its [`Header`] are `.pyc` files of CPython 2.7 and 3.6 to 3.14.
//!
//! Versions of the format, and who writes them: 2 is Python 2.7; 3 has references, 4 strs of ASCII and small tuples, both since
//! Python 3.4; 5 has slices, since 3.14. All are read, and 0 and 1 before them. What a code object looks like does not depend on
//! the version of the format but on that of Python, see [`Layout`].

mod item;
mod layout;
mod load;
mod localsplus;
mod marshaller;
mod operand;
mod pyc;
mod shape;
mod tree;

pub use self::item::Item;
pub(crate) use self::layout::Field;
pub use self::layout::Layout;
pub use self::marshaller::Marshaller;
pub use self::operand::{Digits, Ieee64, Long, Number, NumberPair, Short};
pub use self::pyc::{Header, Pyc, Validation, magic_number};
pub use self::tree::{Marshal, Node};
