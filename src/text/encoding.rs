//! How the bytes of Python 2 strings are read.

use crate::error::{ErrorKind, Result};

/// How a Python 2 `str` (`STRING`, `BINSTRING`, `SHORT_BINSTRING`) becomes an object of Python 3: the `encoding` argument of
/// `pickle.loads`.
///
/// The bytes are kept in any case; the encoding says what they must be, and how they are shown.
///
/// # Examples
///
/// ```
/// use cloudpickle::{Encoding, Unpickler};
///
/// assert!(cloudpickle::loads(b"U\x01\xe9.").is_err());
/// let pickle = Unpickler::new().encoding(Encoding::Latin1).loads(b"U\x01\xe9.")?;
/// assert_eq!(pickle.root().to_string(), "'é'");
/// let pickle = Unpickler::new().encoding(Encoding::Bytes).loads(b"U\x01\xe9.")?;
/// assert_eq!(pickle.root().to_string(), r"b'\xe9'");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Encoding {
    /// A str, and only ASCII: CPython's default.
    #[default]
    Ascii,
    /// A str, each byte a character: what numpy arrays and datetimes of Python 2 need.
    Latin1,
    /// A str in UTF-8.
    Utf8,
    /// Bytes.
    Bytes,
}

impl Encoding {
    /// The name that `pickle.loads` knows it by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ascii => "ASCII",
            Self::Latin1 => "latin1",
            Self::Utf8 => "utf-8",
            Self::Bytes => "bytes",
        }
    }

    /// Whether Python 2 strings become bytes.
    pub(crate) fn gives_bytes(self) -> bool {
        self == Self::Bytes
    }

    /// Checks that the bytes can be read.
    #[inline]
    pub(crate) fn check(self, bytes: &[u8]) -> Result<()> {
        let bad = match self {
            Self::Ascii => bytes.iter().copied().find(|byte| !byte.is_ascii()),
            Self::Utf8 => std::str::from_utf8(bytes).err().and_then(|error| bytes.get(error.valid_up_to()).copied()),
            Self::Latin1 | Self::Bytes => None,
        };
        match bad {
            None => Ok(()),
            Some(byte) => Err(ErrorKind::NotInEncoding { byte, encoding: self.name() }.into()),
        }
    }
}
