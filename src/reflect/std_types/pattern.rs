//! `re.Pattern`: a compiled regular expression.
//!
//! ```text
//! re._compile(pattern, flags)
//! ```

use std::fmt;

use super::made::Made;
use super::text;
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;
use crate::reflect::shape::{handles, view};

/// A regular expression of a pickle: a `Copy` view. `Display` is the call that makes it: `re.compile('a+', 34)`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::std_types::Pattern;
///
/// let pickle = cloudpickle::loads(b"cre\n_compile\n(Va+\nI34\ntR.")?;
/// let pattern = Pattern::reflect(pickle.root())?;
/// assert_eq!(pattern.pattern().as_str()?, "a+");
/// assert_eq!(pattern.flags(), 2 | 32); // re.IGNORECASE | re.UNICODE
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Pattern<'h> {
    object: Obj<'h>,
    pattern: Obj<'h>,
    flags: u32,
}
view!(
    /// Reads a regular expression (`_pickle` of `re`).
    Pattern,
    "a regular expression"
);

impl<'h> Pattern<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let made = Made::by(object, "re", "_compile")?;
        match made.args {
            [_, _] => Some(Self { object, pattern: made.arg(0)?, flags: u32::try_from(made.arg(1)?.as_i64().ok()?).ok()? }),
            _ => None,
        }
    }

    /// The text: a str or bytes.
    #[must_use]
    pub fn pattern(self) -> Obj<'h> {
        self.pattern
    }

    /// `flags`: `re.IGNORECASE` and its like, as one number.
    #[must_use]
    pub fn flags(self) -> u32 {
        self.flags
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> PatternParts {
        PatternParts { pattern: self.pattern.value(), flags: self.flags }
    }
}

impl fmt::Display for Pattern<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "re.compile({}, {})", text(self.pattern), self.flags)
    }
}

/// What a regular expression is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PatternParts {
    /// The text: a str or bytes.
    pub pattern: Value,
    /// `flags`; for a str `re.UNICODE` (32) is among them.
    pub flags: u32,
}
handles!(PatternParts { pattern });

impl PatternParts {
    /// Builds the regular expression.
    ///
    /// # Errors
    ///
    /// None: every Python has it.
    pub fn build(&self, heap: &mut Heap<'_>, _target: &Target) -> Result<Value> {
        let compile = heap.shared_global("re", "_compile");
        Ok(heap.call(compile, (self.pattern, self.flags)))
    }
}
