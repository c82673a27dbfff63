//! Exceptions.
//!
//! ```text
//! builtins.ValueError('text')      state {'__notes__': ['note'], 'code': 5}        where it has attributes
//! ```
//!
//! Cause, context and traceback are not in a pickle.

use std::fmt;

use super::instance::Instance;
use super::text;
use crate::heap::{CallKind, Obj};
use crate::reflect::shape::view;
use crate::text::PyStr;

/// An exception of a pickle: a `Copy` view. `Display` is Python's `repr`: `ValueError('text')`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::std_types::Exception;
///
/// let pickle = cloudpickle::loads(b"cexceptions\nValueError\n(Vtext\ntR.")?;
/// assert_eq!(Exception::reflect(pickle.root())?.to_string(), "ValueError('text')");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Exception<'h> {
    object: Obj<'h>,
    instance: Instance<'h>,
}
view!(
    /// Reads the call of a class with arguments, and a state that is a dict (`BaseException_reduce` of `exceptions.c`).
    ///
    /// Whether the class is one of exceptions is not in a pickle, so it is not asked, but for those of `builtins`.
    Exception,
    "an exception"
);

impl<'h> Exception<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        if object.as_call().ok()?.kind() != CallKind::Reduce {
            return None;
        }
        let instance = Instance::recognise(object).filter(|instance| !instance.is_new())?;
        let (module, name) = instance.class().global_names()?;
        let builtin = module == "builtins" || module == "exceptions";
        let ends = ["Error", "Exception", "Warning", "Exit", "Interrupt", "Iteration", "Group"];
        let fits = !builtin || ends.iter().any(|end| name.ends_with(end));
        let fits = fits && instance.state().is_none_or(|state| state.items().is_ok());
        fits.then_some(Self { object, instance })
    }

    /// The class.
    #[must_use]
    pub fn class(self) -> Obj<'h> {
        self.instance.class()
    }

    /// The name of the class: `ValueError`. Protocols 0 to 2 write `OSError` for its subclasses; Python takes the one that the number in `args` means.
    #[must_use]
    pub fn class_name(self) -> String {
        let name = self.instance.class().global_names().map(|(_, name)| name.into_owned()).unwrap_or_default();
        name.rsplit('.').next().unwrap_or_default().to_owned()
    }

    /// `args`: what the class was called with.
    pub fn args(self) -> impl ExactSizeIterator<Item = Obj<'h>> + Clone + use<'h> {
        self.instance.args()
    }

    /// `__notes__`: what `add_note` added, from Python 3.11 on.
    pub fn notes(self) -> impl Iterator<Item = Obj<'h>> + Clone + use<'h> {
        self.instance.attr("__notes__").and_then(|notes| notes.iter().ok()).into_iter().flatten()
    }

    /// The attributes, `__notes__` among them.
    pub fn attrs(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        self.instance.attrs()
    }
}

impl fmt::Display for Exception<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let args: Vec<_> = self.args().map(text).collect();
        write!(f, "{}({})", self.class_name(), args.join(", "))
    }
}
