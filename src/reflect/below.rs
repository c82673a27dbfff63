//! What lies below an object, with the path to it.

use std::fmt::Write;

use crate::error::{ErrorKind, Result};
use crate::heap::Obj;
use crate::text::PyStr;

/// How many objects are looked at: sharing makes small pickles into huge trees (`x = [x, x]`, sixty times).
const BUDGET: u64 = 1 << 22;
const MAX_PATH: usize = 1 << 16;

/// A step of a path.
#[derive(Clone, Copy)]
pub(crate) enum Step<'h> {
    Name(PyStr<'h>),
    Index(usize),
}

impl<'h> Step<'h> {
    /// The key of a dict, where it is text or a number.
    pub(crate) fn of(key: Obj<'h>) -> Option<Self> {
        match key.as_py_str() {
            Ok(text) => Some(Self::Name(text)),
            Err(_) => usize::try_from(key.as_i64().ok()?).ok().map(Self::Index),
        }
    }
}

/// Everything below an object that is recognised, by its path: steps joined by dots. `children` says what lies in an object that is not.
pub(crate) fn below<'h, T>(
    object: Obj<'h>,
    recognise: impl Fn(Obj<'h>) -> Option<T>,
    children: impl Fn(Obj<'h>, &mut dyn FnMut(Step<'h>, Obj<'h>)),
) -> Result<Vec<(String, T)>> {
    let too_many = || ErrorKind::LimitExceeded { what: "objects below one", limit: BUDGET };
    let mut found = Vec::new();
    // What is to be looked at, the next one last: its object, the length of the path before it, and its own step.
    let mut open = vec![(object, 0, None)];
    let mut path = String::new();
    let mut budget = BUDGET;
    while let Some((object, length, step)) = open.pop() {
        budget = budget.checked_sub(1).ok_or_else(too_many)?;
        path.truncate(length);
        let dot = if length > 0 { "." } else { "" };
        // A String takes everything.
        let _ = match step {
            None => Ok(()),
            Some(Step::Name(key)) => write!(path, "{dot}{}", key.to_string_lossy()),
            Some(Step::Index(index)) => write!(path, "{dot}{index}"),
        };
        if let Some(item) = recognise(object) {
            found.push((path.clone(), item));
            continue;
        }
        let length = path.len();
        if length > MAX_PATH {
            return Err(ErrorKind::LimitExceeded { what: "bytes in a path", limit: MAX_PATH as u64 }.into());
        }
        let first = open.len();
        children(object, &mut |step, child| open.push((child, length, Some(step))));
        if open.len() as u64 > BUDGET {
            return Err(too_many().into());
        }
        open.get_mut(first..).unwrap_or_default().reverse();
    }
    Ok(found)
}
