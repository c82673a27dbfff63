//! Places in objects: one step of a path such as `root['config'][3].weights`.
//!
//! ```text
//! [3]            item of a list or tuple, of a list that a class is derived from
//! ['rate']       value of a dict's key, of a key of a class derived from dict
//! .weights       attribute of an instance, member of a class, variable of a module, and Python's own
//!                names for the parts of functions and code: .__globals__ .__closure__ .cell_contents .co_consts
//! <arg 0>        what Python has no expression for: an argument of a call, the callable itself,
//! <callable>     a state that is no dict of attributes, an item of a set, the key of the third pair
//! <state>        of a dict, an object that the pickle makes at this place and drops
//! <item 0> <key 2> <dropped 0>   and <before 0>: what the stream makes and drops before the root
//! ```

use std::borrow::Cow;
use std::fmt;

use crate::heap::Obj;

/// How many characters of a key a path shows, as the paths of errors do.
pub(super) const KEY: usize = 40;

/// A place in an object. `Display` is the step as a path has it.
#[derive(Clone, Debug)]
pub enum Step<'h> {
    /// `[3]`.
    Index(usize),
    /// `['rate']`.
    Key(Obj<'h>),
    /// `.weights`.
    Attr(Cow<'h, str>),
    /// `<arg 0>`, `<state>`: a part that Python has no expression for.
    Part(&'static str, Option<usize>),
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(at) => write!(f, "[{at}]"),
            Self::Key(key) => write!(f, "[{key:.KEY$}]"),
            Self::Attr(name) if is_name(name) => write!(f, ".{name}"),
            Self::Attr(name) => write!(f, "<attr {}>", super::node::quoted(name)),
            Self::Part(part, None) => write!(f, "<{part}>"),
            Self::Part(part, Some(at)) => write!(f, "<{part} {at}>"),
        }
    }
}

impl Step<'_> {
    /// What stands before the object where its container is shown: `'rate': `, `weights=`, nothing for items.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Index(_) | Self::Part("arg" | "item", _) => String::new(),
            Self::Key(key) => format!("{key:.100}: "),
            Self::Attr(name) if is_name(name) => format!("{name}="),
            Self::Attr(name) => format!("{}=", super::node::quoted(name)),
            Self::Part("args", _) => "*".to_owned(),
            Self::Part("kwargs", _) => "**".to_owned(),
            Self::Part(..) => format!("{self}: "),
        }
    }
}

/// Whether a text is an identifier, more or less: letters, digits and underscores.
pub(super) fn is_name(text: &str) -> bool {
    let letter = |c: char| c == '_' || c.is_alphabetic();
    text.starts_with(letter) && text.chars().all(|c| letter(c) || c.is_numeric())
}
