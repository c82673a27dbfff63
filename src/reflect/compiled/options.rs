//! What is known about the worker while a module is followed.

use indexmap::IndexMap;

use super::CompiledModule;
use crate::error::Result;

/// What a module body may ask for while it is imported, and how its names are to be found: options of [`CompiledModule`].
///
/// # Examples
///
/// A module with `if sys.platform == "win32": ..` and `try: import numpy .. except ImportError: ..`, for a worker with Linux and without numpy:
///
/// ```no_run
/// use cloudpickle::reflect::ModuleOptions;
///
/// let bytes = std::fs::read("tasks.cpython-312.pyc").unwrap();
/// let tasks = ModuleOptions::new("tasks").platform("linux").missing("numpy").from_pyc(&bytes)?;
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is followed before `from_pyc`"]
pub struct ModuleOptions {
    pub(super) name: Box<str>,
    pub(super) file: Option<Box<str>>,
    pub(super) platform: Option<Box<str>>,
    pub(super) modules: IndexMap<Box<str>, bool>,
}

impl ModuleOptions {
    /// Options for a module of a name, that by which it would be imported.
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), file: None, platform: None, modules: IndexMap::new() }
    }

    /// Says what `sys.platform` is: `linux`, `darwin`, `win32`. Otherwise what depends on it is not followed.
    pub fn platform(mut self, platform: &str) -> Self {
        self.platform = Some(platform.into());
        self
    }

    /// Says that a module can be imported, and what is imported from it is there. The modules that every Python has are known.
    pub fn installed(mut self, module: &str) -> Self {
        self.modules.insert(module.into(), true);
        self
    }

    /// Says that the import of a module raises `ModuleNotFoundError`.
    pub fn missing(mut self, module: &str) -> Self {
        self.modules.insert(module.into(), false);
        self
    }

    /// Says what `__file__` is; otherwise it is the name that the compiler was given.
    pub fn file(mut self, file: &str) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Follows a module.
    ///
    /// # Errors
    ///
    /// Those of [`CompiledModule::from_pyc`].
    pub fn from_pyc(&self, bytes: &[u8]) -> Result<CompiledModule> {
        CompiledModule::follow(self, bytes)
    }

    /// Whether a module can be imported: what the nearest package above it that is named says.
    pub(super) fn has(&self, module: &str) -> Option<bool> {
        let mut name = module;
        loop {
            if let Some(known) = self.modules.get(name) {
                return Some(*known);
            }
            (name, _) = name.rsplit_once('.')?;
        }
    }
}
