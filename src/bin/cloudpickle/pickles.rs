//! The pickles of a file: one after another, and in the members of containers.

use std::path::Path;

use cloudpickle::container::{self, Member};
use cloudpickle::{Encoding, Pickle, Unpickler};

use super::input;

/// One pickle of a file, read as far as it can be.
pub(crate) struct Found<'p> {
    /// The file, with the member's name behind a colon.
    pub(crate) name: &'p str,
    /// Where it begins in the member.
    pub(crate) offset: usize,
    /// Its bytes; what is left of the member where it cannot be read.
    pub(crate) bytes: &'p [u8],
    pub(crate) pickle: Result<Pickle<'p>, String>,
}

/// How pickles are looked into: Python 2 strings keep their bytes, buffers that are elsewhere stay there.
pub(crate) fn unpickler() -> Unpickler {
    Unpickler::new().encoding(Encoding::Latin1).missing_buffers(true).max_digits(0)
}

/// Visits each pickle of a file until a visit fails. Members that need not be pickles and are none are passed over.
pub(crate) fn each<E>(path: &Path, bytes: &[u8], visit: &mut dyn FnMut(Found<'_>) -> Result<(), E>) -> Result<(), E> {
    let name = input::name(path);
    let unpickler = unpickler();
    let mut result = Ok(());
    container::each(bytes, &mut |member: Member<'_>| {
        if result.is_err() {
            return;
        }
        let shown = if member.path.is_empty() { name.clone() } else { format!("{name}:{}", member.path) };
        if let Some(problem) = member.problem {
            result = visit(Found { name: &shown, offset: 0, bytes: member.bytes, pickle: Err(problem.to_owned()) });
            return;
        }
        let mut done = 0;
        loop {
            let rest = member.bytes.get(done..).unwrap_or_default();
            let (read, length) = match unpickler.loads_prefix(rest) {
                Ok((pickle, length)) => (Ok(pickle), length),
                // Behind a pickle may stand anything.
                Err(_) if done > 0 || member.may_be_none => return,
                Err(error) => (Err(error.to_string()), rest.len()),
            };
            let broken = read.is_err();
            result = visit(Found { name: &shown, offset: done, bytes: &rest[..length], pickle: read });
            done += length;
            if result.is_err() || broken || done >= member.bytes.len() {
                return;
            }
        }
    });
    result
}
