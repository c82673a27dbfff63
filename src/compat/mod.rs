//! Names of Python 2 and Python 3: what `fix_imports` of the picklers maps.
//!
//! Streams of protocol 0 to 2 carry the names of Python 2, so that Python 2 can read them: the pickler writes `__builtin__` for `builtins`,
//! the unpickler reads it back. The tables are `Lib/_compat_pickle.py`'s.

mod tables;

use self::tables::{MODULES_TO_2, MODULES_TO_3, NAMES_TO_2, NAMES_TO_3};

/// A module and a name in it.
type Name = (&'static str, &'static str);
/// Names and what they are called on the other side.
type Names = [(Name, Name)];
/// Modules and what they are called on the other side.
type Modules = [Name];

fn map<'a>(names: &'static Names, modules: &'static Modules, module: &'a str, name: &'a str) -> (&'a str, &'a str) {
    if let Ok(at) = names.binary_search_by(|(from, _)| from.cmp(&(module, name))) {
        return names[at].1;
    }
    match modules.binary_search_by(|(from, _)| (*from).cmp(module)) {
        Ok(at) => (modules[at].1, name),
        Err(_) => (module, name),
    }
}

/// The module and name that Python 3 imports for those of Python 2 (`_pickle.c`, `find_class`).
pub(crate) fn to_python3<'a>(module: &'a str, name: &'a str) -> (&'a str, &'a str) {
    map(NAMES_TO_3, MODULES_TO_3, module, name)
}

/// The module and name that Python 2 has for those of Python 3 (`_pickle.c`, `fix_imports`).
pub(crate) fn to_python2<'a>(module: &'a str, name: &'a str) -> (&'a str, &'a str) {
    map(NAMES_TO_2, MODULES_TO_2, module, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_before_modules() {
        assert_eq!(to_python3("__builtin__", "xrange"), ("builtins", "range"));
        assert_eq!(to_python3("__builtin__", "set"), ("builtins", "set"));
        assert_eq!(to_python3("my.module", "f"), ("my.module", "f"));
        assert_eq!(to_python2("builtins", "range"), ("__builtin__", "xrange"));
        assert_eq!(to_python2("builtins", "BrokenPipeError"), ("exceptions", "OSError"));
        assert_eq!(to_python2("tkinter.tix", "X"), ("Tix", "X"));
    }

    #[test]
    fn tables_are_sorted() {
        assert!(NAMES_TO_3.is_sorted() && NAMES_TO_2.is_sorted());
        assert!(MODULES_TO_3.is_sorted() && MODULES_TO_2.is_sorted());
    }
}
