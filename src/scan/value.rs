//! What is known of the value of a call without making it.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use super::code::Facts;
use super::names::canonical;
use super::remembered::Remembered;
use super::rules::{is_listed, is_powerful};
use crate::heap::Value;

/// A module and a path in it; an empty path is the module itself.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Name {
    pub(crate) module: String,
    pub(crate) path: String,
}

impl Name {
    /// What a module and a path lead to: `collections` and `_sys.modules` to `sys` and `modules`.
    pub(crate) fn resolve(module: &str, path: &str) -> Self {
        let path = path.trim_end_matches(".__call__");
        let parts: Vec<&str> = path.split('.').collect();
        for (at, part) in parts.iter().enumerate().rev() {
            let bare = if is_powerful(part) { part } else { part.trim_start_matches('_') };
            let bare = bare.trim_end_matches("__");
            let own =
                at == 0 && (canonical(module) == bare || module.ends_with(&format!(".{bare}")) || OWN.contains(&(module, bare)));
            if !own && !bare.is_empty() && is_powerful(bare) {
                return Self { module: bare.to_owned(), path: parts[at + 1..].join(".") };
            }
        }
        // A submodule is a module: `random.rand` of `numpy` is `rand` of `numpy.random`.
        let (mut module, mut path) = (module.to_owned(), path);
        while !path.is_empty() {
            let (first, rest) = path.split_once('.').unwrap_or((path, ""));
            let inner = format!("{module}.{first}");
            if !is_listed(&inner) {
                break;
            }
            (module, path) = (inner, rest);
        }
        Self { module, path: path.to_owned() }
    }

    /// What a module and a path lead to, found once.
    pub(crate) fn known(module: &str, path: &str) -> Rc<Self> {
        thread_local! {
            static NAMES: RefCell<Remembered<Rc<Name>>> = RefCell::new(Remembered::new());
        }
        NAMES.with_borrow_mut(|names| names.get(module, path, || Rc::new(Self::resolve(module, path))))
    }

    /// An attribute of it.
    pub(crate) fn attribute(&self, name: &str) -> Self {
        if self.path.is_empty() {
            let inner = format!("{}.{name}", self.module);
            if is_powerful(&inner) {
                return Self { module: inner, path: String::new() };
            }
            Self::resolve(&self.module, name)
        } else {
            Self::resolve(&self.module, &format!("{}.{name}", self.path))
        }
    }

    pub(crate) fn is(&self, module: &str, path: &str) -> bool {
        canonical(&self.module) == module && self.path == path
    }
}

/// Names that are called as a module is, and are not that module.
const OWN: &[(&str, &str)] = &[
    ("numpy", "io"),
    ("ast", "operator"),
    ("datetime", "time"),
    ("concurrent.futures", "process"),
    ("dill._dill", "io"),
    ("typing", "io"),
    ("matplotlib", "test"),
    ("pandas", "test"),
    ("numpy", "test"),
];

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.module),
            path => write!(f, "{}.{path}", self.module),
        }
    }
}

/// How often functions may be wrapped in others.
const WRAPPED: u32 = 16;

/// What is known of an object.
#[derive(Clone, Debug)]
pub(crate) enum Sym {
    /// It stands in the pickle as it is.
    Data(Value),
    /// A module, or what a module holds.
    Name(Rc<Name>),
    /// Made by calling a class or a harmless function.
    Instance(Rc<Name>),
    /// A str that is known.
    Text(Rc<str>),
    /// Bytes that are known.
    Bytes(Rc<[u8]>),
    /// A code object: the call of `CodeType` that makes it, when there is one.
    Code(Option<Value>),
    /// A code object out of `marshal.loads`, and what it names.
    Marshalled(Rc<Facts>),
    /// A function by value: the call that makes it.
    Function(Value),
    /// A class by value: the call that makes it.
    Class(Value),
    /// An instance of one.
    Made(Value),
    /// `operator.attrgetter(..)`.
    Attributes(Rc<[Rc<str>]>),
    /// `operator.methodcaller(name, ..)`, and how deep functions are wrapped in it.
    Method(Rc<(Rc<str>, Vec<Sym>, u32)>),
    /// `functools.partial(f, ..)`, or a bound method, and how deep functions are wrapped in it.
    Partial(Rc<(Sym, Vec<Sym>, u32)>),
    /// Code compiled from source that only defines things; what it defined; its namespace.
    Source,
    /// A function of [`crate::Source`] that runs what it is given.
    Helper,
    /// Something that an unknown call gave which something harmful was given to.
    Tainted,
    /// Nothing is known.
    Unknown,
}

impl Sym {
    /// How deep functions are wrapped in it.
    pub(crate) fn depth(&self) -> u32 {
        match self {
            Self::Partial(partial) => partial.2,
            Self::Method(method) => method.2,
            _ => 0,
        }
    }

    /// `functools.partial(function, *args)`; nothing when it is wrapped too often to follow.
    pub(crate) fn partial(function: Self, args: Vec<Self>) -> Option<Self> {
        let depth = args.iter().chain([&function]).map(Self::depth).max().unwrap_or_default() + 1;
        (depth <= WRAPPED).then(|| Self::Partial(Rc::new((function, args, depth))))
    }

    /// `operator.methodcaller(name, *args)`; nothing when it is wrapped too often to follow.
    pub(crate) fn method(name: Rc<str>, args: Vec<Self>) -> Option<Self> {
        let depth = args.iter().map(Self::depth).max().unwrap_or_default() + 1;
        (depth <= WRAPPED).then(|| Self::Method(Rc::new((name, args, depth))))
    }

    pub(crate) fn name(module: &str, path: &str) -> Self {
        Self::Name(Name::known(module, path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_modules() {
        for (module, path, expected) in [
            ("os", "system", "os.system"),
            ("collections", "_sys.modules", "sys.modules"),
            ("shutil", "os.system", "os.system"),
            ("shutil", "os", "os"),
            ("numpy", "core._internal.sys.modules", "sys.modules"),
            ("socket", "socket", "socket.socket"),
            ("os", "system.__call__", "os.system"),
            ("datetime", "datetime.now", "datetime.datetime.now"),
            ("numpy", "random.rand", "numpy.random.rand"),
        ] {
            assert_eq!(Name::resolve(module, path).to_string(), expected, "{module} {path}");
        }
        assert_eq!(Name::resolve("os", "").attribute("system").to_string(), "os.system");
        assert_eq!(Name::resolve("logging", "").attribute("os").attribute("popen").to_string(), "os.popen");
    }
}
