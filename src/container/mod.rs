//! Containers: the pickles in zip files, compressed files, archives and arrays.

/// A part of a file in which a pickle may be.
#[derive(Clone, Copy, Debug)]
pub struct Member<'m> {
    /// Its name in the container, with those of containers in it behind colons; empty for the file itself.
    pub path: &'m str,
    /// Its bytes, as far as they could be read.
    pub bytes: &'m [u8],
    /// It need not be a pickle: that it cannot be read says nothing.
    pub may_be_none: bool,
    /// Why it cannot be read.
    pub problem: Option<&'m str>,
}

/// Visits every part of a file in which a pickle may be.
pub fn each(bytes: &[u8], visit: &mut dyn FnMut(Member<'_>)) {
    visit(Member { path: "", bytes, may_be_none: false, problem: None });
}
