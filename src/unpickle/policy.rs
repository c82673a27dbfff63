//! Which globals a pickle may name.

use std::collections::{HashMap, HashSet};

use crate::compat;
use crate::error::{ErrorKind, Result};

/// Which globals a pickle may name: a gate in front of workers.
///
/// The names are those that Python 3 would import: in streams of protocol 0 to 2 the names of Python 2 are mapped first, as
/// `find_class` of the C unpickler does. A stream that names anything else is refused at the opcode that does; nothing of it is loaded.
///
/// A policy sees names. It does not see what a call of an allowed name does, so allow only what is harmless with any arguments.
///
/// # Examples
///
/// ```
/// use cloudpickle::{Policy, Unpickler};
///
/// let policy = Policy::deny_all().allow("builtins", ["set", "frozenset"]).allow_module("myapp.jobs");
/// let err = Unpickler::new().policy(&policy).loads(b"cos\nsystem\n(S'true'\ntR.").unwrap_err();
/// assert_eq!(err.to_string(), "global os.system is not allowed in GLOBAL (at offset 0x0)");
/// assert!(Unpickler::new().policy(&policy).loads(b"c__builtin__\nset\n.").is_ok());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Policy {
    allow_others: bool,
    modules: HashSet<String>,
    names: HashMap<String, HashSet<String>>,
    denied_modules: HashSet<String>,
    denied: HashMap<String, HashSet<String>>,
}

impl Policy {
    /// Refuses every global that is not allowed by name.
    #[must_use]
    pub fn deny_all() -> Self {
        Self::default()
    }

    /// Lets every global through that is not denied by name.
    #[must_use]
    pub fn allow_all() -> Self {
        Self { allow_others: true, ..Self::default() }
    }

    /// Allows names of a module: qualified names such as `"Point"` or `"Outer.Inner"`, each exactly.
    #[must_use]
    pub fn allow<N: Into<String>>(mut self, module: impl Into<String>, names: impl IntoIterator<Item = N>) -> Self {
        self.names.entry(module.into()).or_default().extend(names.into_iter().map(Into::into));
        self
    }

    /// Allows every name of a module that has no dot in it; submodules are modules of their own.
    ///
    /// A name with dots, such as `sys.modules.clear`, can lead out of the module: those have to be allowed one by one.
    #[must_use]
    pub fn allow_module(mut self, module: impl Into<String>) -> Self {
        self.modules.insert(module.into());
        self
    }

    /// Denies names of a module, whatever is allowed.
    #[must_use]
    pub fn deny<N: Into<String>>(mut self, module: impl Into<String>, names: impl IntoIterator<Item = N>) -> Self {
        self.denied.entry(module.into()).or_default().extend(names.into_iter().map(Into::into));
        self
    }

    /// Denies every name of a module, whatever is allowed.
    #[must_use]
    pub fn deny_module(mut self, module: impl Into<String>) -> Self {
        self.denied_modules.insert(module.into());
        self
    }

    /// Whether a global may be named.
    #[must_use]
    pub fn allows(&self, module: &str, name: &str) -> bool {
        let holds = |names: &HashMap<String, HashSet<String>>| names.get(module).is_some_and(|names| names.contains(name));
        if self.denied_modules.contains(module) || holds(&self.denied) {
            return false;
        }
        self.allow_others || holds(&self.names) || (self.modules.contains(module) && !name.contains('.'))
    }

    /// Checks a global by the names that Python 3 would import.
    pub(crate) fn check(&self, module: &str, name: &str, python2: bool) -> Result<()> {
        let (module, name) = if python2 { compat::to_python3(module, name) } else { (module, name) };
        if self.allows(module, name) {
            return Ok(());
        }
        Err(ErrorKind::GlobalNotAllowed { module: module.into(), name: name.into() }.into())
    }
}
