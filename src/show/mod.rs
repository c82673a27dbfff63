//! Looking into pickles: the tree of objects as Python would write it, the differences of two, what makes one large.
//!
//! - [`Node`]: one object as a reader sees it, whatever the pickle has to do to make it: a function, a date, an instance, a list.
//! - [`Show`] and [`Tree`]: the objects below one, each once, as text or as a table.
//! - [`find`]: the object at a path such as `root['model'].weights[3]`.
//! - [`Diff`]: what changed between two objects.
//! - [`Stats`]: what a stream consists of, and how many bytes each path takes.
//! - [`python()`]: a Python program that would make the same objects.
//!
//! ```
//! let pickle = cloudpickle::py!({"rate": 0.5, "steps": [10, 20]});
//! assert_eq!(cloudpickle::show(pickle.root()).to_string(), "{'rate': 0.5, 'steps': [10, 20]}");
//! ```

mod align;
mod array;
mod diff;
mod digest;
mod listing;
mod made;
mod node;
mod origin;
mod path;
mod python;
mod stats;
mod step;
mod tensor;
mod text;
mod tree;

pub use self::diff::{Change, Changed, Diff, short};
pub use self::listing::{Line, listing};
pub use self::node::Node;
pub use self::path::find;
pub use self::python::python;
pub use self::stats::{MemoUse, OpcodeUse, PathSize, Repeated, Stats};
pub use self::step::Step;
pub use self::text::Token;
pub use self::tree::{Entry, Show, Tree};

use crate::heap::Obj;

/// How many characters of a str are shown.
const TEXT: usize = 200;

/// Every kind that [`Node::kind`] gives.
pub const KINDS: &[&str] = &[
    "None",
    "bool",
    "int",
    "float",
    "str",
    "Python 2 str",
    "bytes",
    "bytearray",
    "buffer",
    "tuple",
    "list",
    "dict",
    "set",
    "frozenset",
    "global",
    "extension",
    "persistent",
    "storage",
    "tensor",
    "array",
    "dtype",
    "scalar",
    "function",
    "class",
    "code",
    "cell",
    "module",
    "method",
    "property",
    "classmethod",
    "staticmethod",
    "partial",
    "mappingproxy",
    "enum member",
    "type",
    "singleton",
    "logger",
    "view",
    "attribute",
    "OrderedDict",
    "defaultdict",
    "Counter",
    "deque",
    "date",
    "time",
    "datetime",
    "timedelta",
    "timezone",
    "Decimal",
    "Fraction",
    "complex",
    "UUID",
    "range",
    "path",
    "instance",
    "call",
];

/// The objects below one, as Python would write them: [`Show::tree`] with its defaults.
///
/// # Examples
///
/// ```
/// // A list that holds itself, and an instance that is held twice.
/// let pickle = cloudpickle::loads(b"(lp0\ng0\nac__main__\nPoint\n)\x81p1\nag1\na.")?;
/// assert_eq!(cloudpickle::show(pickle.root()).to_string(), "&1 [*1, &2 <__main__.Point>, *2]");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[must_use]
pub fn show(object: Obj<'_>) -> Tree<'_> {
    Show::new().tree(object)
}

/// The first characters of a text.
fn shorten(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}
