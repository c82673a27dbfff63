//! `.pyc` files: a code object behind a header that says which Python compiled it, and from which source.
//!
//! ```text
//! 3.7 on    magic \r \n   flags = 0             mtime of the source      size of the source
//!           magic \r \n   flags = 1 or 3        hash of the source       (8 bytes; PEP 552)
//! 3.6       magic \r \n   mtime of the source   size of the source
//! 2.7       magic \r \n   mtime of the source
//! ```
//!
//! Each is four bytes, little-endian; behind them stands the code object of the module.

use super::marshaller::Marshaller;
use super::operand::Reader;
use super::tree::Marshal;
use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Value};

/// The magic number of each release (`PYC_MAGIC_NUMBER`; the list of all is in CPython's
/// `Include/internal/pycore_magic_number.h`).
const MAGIC_NUMBERS: &[((u8, u8), u16)] = &[
    ((2, 7), 62211),
    ((3, 6), 3379),
    ((3, 7), 3394),
    ((3, 8), 3413),
    ((3, 9), 3425),
    ((3, 10), 3439),
    ((3, 11), 3495),
    ((3, 12), 3531),
    ((3, 13), 3571),
    ((3, 14), 3627),
];

/// The magic number of a release of CPython: `importlib.util.MAGIC_NUMBER`, without the `\r\n` at its end.
///
/// # Examples
///
/// ```
/// assert_eq!(cloudpickle::marshal::magic_number((3, 12)), Some(3531));
/// assert_eq!(cloudpickle::marshal::magic_number((3, 2)), None);
/// ```
#[must_use]
pub fn magic_number(python: (u8, u8)) -> Option<u16> {
    MAGIC_NUMBERS.iter().find(|(version, _)| *version == python).map(|(_, magic)| *magic)
}

/// How Python finds out whether a `.pyc` belongs to its source ([PEP 552](https://peps.python.org/pep-0552/)).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Validation {
    /// By the time and size of the source.
    Timestamp {
        /// When the source was changed, in seconds since 1970, the lowest 32 bits.
        mtime: u32,
        /// The size of the source, the lowest 32 bits; Python 2 does not write it.
        size: u32,
    },
    /// By the hash of the source, which is read and compared.
    CheckedHash([u8; 8]),
    /// By nothing; the hash of the source is there for other tools.
    UncheckedHash([u8; 8]),
}

/// The first bytes of a `.pyc` file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Header {
    /// The version of Python whose bytecode it is.
    pub python: (u8, u8),
    /// How it is held against the source.
    pub validation: Validation,
}

impl Header {
    /// Reads a header; gives the input behind it too.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownMagic`] for a magic number that is of no release from 3.6 to 3.14 (CPython: `ImportError: bad magic
    /// number`), [`ErrorKind::BadPycFlags`] for flags other than 0, 1 and 3, [`ErrorKind::UnexpectedEof`].
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::marshal::Header;
    ///
    /// let error = Header::parse(b"\xad\x0d\r\n\0\0\0\0\0\0\0\0\0\0\0\0").unwrap_err();
    /// assert_eq!(error.to_string(), "magic number 3501 is of no Python that is known (at offset 0x0)");
    /// ```
    pub fn parse(input: &[u8]) -> Result<(Self, &[u8])> {
        let mut reader = Reader::new(input);
        match Self::read(&mut reader) {
            Ok(header) => Ok((header, reader.rest())),
            Err(error) => {
                let at = match error.kind() {
                    ErrorKind::UnexpectedEof { .. } => input.len(),
                    ErrorKind::BadPycFlags(_) => 4,
                    _ => 0,
                };
                Err(error.or_at(at, None))
            }
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self> {
        let [low, high, end @ ..] = input.array::<4>()?;
        let magic = u16::from_le_bytes([low, high]);
        let python = MAGIC_NUMBERS.iter().find(|(_, number)| *number == magic).filter(|_| end == *b"\r\n");
        let python = python.map(|(version, _)| *version).ok_or(ErrorKind::UnknownMagic([low, high, end[0], end[1]]))?;
        let flags = if python >= (3, 7) { input.array().map(u32::from_le_bytes)? } else { 0 };
        let validation = match flags {
            0 => {
                let mtime = input.array().map(u32::from_le_bytes)?;
                let size = if python >= (3, 0) { input.array().map(u32::from_le_bytes)? } else { 0 };
                Validation::Timestamp { mtime, size }
            }
            0b01 => Validation::UncheckedHash(input.array()?),
            0b11 => Validation::CheckedHash(input.array()?),
            _ => return Err(ErrorKind::BadPycFlags(flags).into()),
        };
        Ok(Self { python, validation })
    }

    /// Writes the header behind what is there.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoMagic`] for a Python without a known magic number, or before 3.7 with a hash.
    pub fn emit(&self, out: &mut Vec<u8>) -> Result<()> {
        let magic = magic_number(self.python).ok_or(ErrorKind::NoMagic(self.python))?;
        let flags = match self.validation {
            Validation::Timestamp { .. } => 0_u32,
            Validation::UncheckedHash(_) => 0b01,
            Validation::CheckedHash(_) => 0b11,
        };
        if flags != 0 && self.python < (3, 7) {
            return Err(ErrorKind::NoMagic(self.python).into());
        }
        out.extend(magic.to_le_bytes());
        out.extend(b"\r\n");
        if self.python >= (3, 7) {
            out.extend(flags.to_le_bytes());
        }
        match self.validation {
            Validation::Timestamp { mtime, size } => {
                out.extend(mtime.to_le_bytes());
                if self.python >= (3, 0) {
                    out.extend(size.to_le_bytes());
                }
            }
            Validation::UncheckedHash(hash) | Validation::CheckedHash(hash) => out.extend(hash),
        }
        Ok(())
    }

    /// Makes a `.pyc` file of a code object in a heap.
    ///
    /// # Errors
    ///
    /// Those of [`Header::emit`] and of [`Marshaller::dumps`].
    pub fn dumps(&self, heap: &Heap<'_>, code: Value) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.emit(&mut out)?;
        Marshaller::new(self.python).dump(heap, code, &mut out)?;
        Ok(out)
    }
}

/// A `.pyc` file.
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use cloudpickle::marshal::{Header, Pyc, Validation};
/// use cloudpickle::reflect::{Code, CodeParts, Target};
///
/// let mut heap = Heap::new();
/// let parts = CodeParts { name: "<module>".into(), ..CodeParts::default() };
/// let code = parts.build(&mut heap, &Target::cpython(3, 12));
/// let header = Header { python: (3, 12), validation: Validation::Timestamp { mtime: 1_700_000_000, size: 12 } };
/// let file = header.dumps(&heap, code)?;
///
/// let pyc = Pyc::parse(&file)?;
/// assert_eq!(pyc.header, header);
/// let code = pyc.code.load(&mut heap)?;
/// assert_eq!(Code::reflect(heap.obj(code))?.name(), "<module>");
/// assert_eq!(pyc.to_bytes()?, file);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pyc<'a> {
    /// Which Python compiled it, from which source.
    pub header: Header,
    /// The code object of the module.
    pub code: Marshal<'a>,
}

impl<'a> Pyc<'a> {
    /// Reads a `.pyc` file. Bytes behind the code object are ignored, as Python does.
    ///
    /// # Errors
    ///
    /// Those of [`Header::parse`] and of [`Marshal::parse`].
    pub fn parse(input: &'a [u8]) -> Result<Self> {
        let (header, rest) = Header::parse(input)?;
        let code = Marshal::parse_behind(input, input.len() - rest.len(), header.python)?;
        Ok(Self { header, code })
    }

    /// The bytes of the file.
    ///
    /// # Errors
    ///
    /// Those of [`Header::emit`]; none for what was read.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(16 + self.code.consumed());
        self.header.emit(&mut out)?;
        self.code.write(&mut out);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        let table: &[(&[u8], (u8, u8), Validation)] = &[
            (b"\x03\xf3\r\n\x01\0\0\0", (2, 7), Validation::Timestamp { mtime: 1, size: 0 }),
            (b"\x33\x0d\r\n\x01\0\0\0\x02\0\0\0", (3, 6), Validation::Timestamp { mtime: 1, size: 2 }),
            (b"\x42\x0d\r\n\0\0\0\0\x01\0\0\0\x02\0\0\0", (3, 7), Validation::Timestamp { mtime: 1, size: 2 }),
            (b"\xcb\x0d\r\n\x01\0\0\0abcdefgh", (3, 12), Validation::UncheckedHash(*b"abcdefgh")),
            (b"\x2b\x0e\r\n\x03\0\0\0abcdefgh", (3, 14), Validation::CheckedHash(*b"abcdefgh")),
        ];
        for (bytes, python, validation) in table {
            let header = Header { python: *python, validation: *validation };
            assert_eq!(Header::parse(bytes), Ok((header, &[][..])));
            let mut written = Vec::new();
            header.emit(&mut written).unwrap();
            assert_eq!(written, *bytes);
            for end in 0..bytes.len() {
                assert!(Header::parse(&bytes[..end]).is_err(), "cut at {end}");
            }
        }
    }

    #[test]
    fn what_is_refused() {
        let kind = |bytes: &[u8]| Header::parse(bytes).unwrap_err().kind().clone();
        assert_eq!(kind(b"\xcb\x0d\n\r"), ErrorKind::UnknownMagic(*b"\xcb\x0d\n\r"));
        assert_eq!(kind(b"\xcb\x0d\r\n\x02\0\0\0abcdefgh"), ErrorKind::BadPycFlags(2));
        let header = Header { python: (3, 6), validation: Validation::CheckedHash([0; 8]) };
        assert!(header.emit(&mut Vec::new()).is_err());
    }
}
