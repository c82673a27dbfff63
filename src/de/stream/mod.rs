//! From opcodes straight to visitors, without a heap.
//!
//! A pickle is written for a stack machine, a visitor wants a tree from the top down. Most of a pickle can be read so: a list is opened
//! (`EMPTY_LIST MARK`), its items follow, `APPENDS` ends it. Where the stream could go on in two ways the reader looks ahead or takes the likelier
//! one, as the type wants it:
//!
//! ```text
//! ] K 01 a         [1]: one item, put into the list by APPEND ..
//! ] K 01 ..        .. or an empty list, and 1 is something behind it
//! K 01 K 02 86     (1, 2): that it is a tuple shows at its end
//! ```
//!
//! A wrong guess cannot give a wrong value. Each operation is read once, in order, as a part of one object, and only in ways in which the machine
//! would carry it out; what the machine makes of a stream is one tree, so when a reading comes to `STOP` with nothing left over it is that one. When it
//! does not, nor when a type says that it wants something else, [`read`] gives nothing, and the stream is loaded into a heap, which is right in
//! all cases and knows what to say in an error.

mod access;
mod ahead;
mod reader;
mod skim;
mod visit;

use serde::de::Deserialize;

use self::reader::Reader;
use super::options::Options;

/// What was not expected: the stream has to be read otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surprise;

impl std::fmt::Display for Surprise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the stream cannot be read directly")
    }
}

impl std::error::Error for Surprise {}

impl serde::de::Error for Surprise {
    #[inline]
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }

    #[inline]
    fn invalid_type(_: serde::de::Unexpected<'_>, _: &dyn serde::de::Expected) -> Self {
        Self
    }

    #[inline]
    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
}

/// Reads a value and says how many bytes the pickle took; none when it has to be read by way of a heap.
pub(crate) fn read<'de, T: Deserialize<'de>>(input: &'de [u8], options: &Options) -> Option<(T, usize)> {
    let mut reader = Reader::new(input, options)?;
    let value = T::deserialize(&mut reader).ok()?;
    let length = reader.stop()?;
    Some((value, length))
}
