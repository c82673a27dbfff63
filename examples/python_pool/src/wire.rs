//! Messages as `multiprocessing.connection` frames them: `Connection._send_bytes` and `_recv` in CPython's `Lib/multiprocessing/connection.py`.
//!
//! ```text
//! i32be length | payload                   up to 0x7fffffff bytes
//! i32be -1 | u64be length | payload        longer ones
//! ```

use std::io::{self, ErrorKind, IoSlice, Read, Write};

use crate::error::{Error, Result};

/// The longest message that [`read`] takes unless it is told otherwise: 1 GiB.
pub const MAX_MESSAGE: u64 = 1 << 30;

/// What is reserved for a message before any of it has come; a longer one grows as it comes.
const ROOM: u64 = 1 << 20;

/// The length in front of a message.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    bytes: [u8; 12],
    long: bool,
}

impl Head {
    pub(crate) fn of(length: usize) -> Self {
        let mut bytes = [0; 12];
        match i32::try_from(length) {
            Ok(length) => bytes[..4].copy_from_slice(&length.to_be_bytes()),
            Err(_) => {
                bytes[..4].copy_from_slice(&(-1_i32).to_be_bytes());
                bytes[4..].copy_from_slice(&(length as u64).to_be_bytes());
            }
        }
        Self { bytes, long: i32::try_from(length).is_err() }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        if self.long { &self.bytes } else { &self.bytes[..4] }
    }
}

/// Writes one message. The payload is not copied: head and payload go out in one system call.
///
/// # Errors
///
/// Those of the writer.
///
/// # Examples
///
/// ```
/// let mut out = Vec::new();
/// python_pool::wire::write(&mut out, b"spam")?;
/// assert_eq!(out, b"\0\0\0\x04spam");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write(writer: &mut impl Write, payload: &[u8]) -> io::Result<()> {
    write_slices(writer, &[Head::of(payload.len()).as_bytes(), payload]).map(drop)
}

/// Writes slices one behind the other, in as few system calls as the writer allows; gives how many bytes.
pub(crate) fn write_slices(writer: &mut impl Write, slices: &[&[u8]]) -> io::Result<u64> {
    let mut slices: Vec<IoSlice<'_>> = slices.iter().map(|slice| IoSlice::new(slice)).collect();
    let (mut rest, mut total) = (&mut slices[..], 0);
    // Empty slices would look like the end of what the writer takes.
    IoSlice::advance_slices(&mut rest, 0);
    while !rest.is_empty() {
        match writer.write_vectored(rest) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => {
                total += written as u64;
                IoSlice::advance_slices(&mut rest, written);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(total)
}

/// Reads one message of at most `limit` bytes. Memory is taken for what has come, not for what the length claims.
///
/// # Errors
///
/// [`Error::Eof`] at the end of the input; [`Error::TooLong`], before any of it is read; [`Error::Protocol`] for a length below -1 or an input that ends
/// inside a message; [`Error::Io`] for errors of the reader.
///
/// # Examples
///
/// ```
/// use python_pool::{Error, wire};
///
/// assert_eq!(wire::read(&mut &b"\0\0\0\x04spam"[..], 100)?, b"spam");
/// assert!(matches!(wire::read(&mut &b"\x7f\xff\xff\xff"[..], 100), Err(Error::TooLong { .. })));
/// # Ok::<(), Error>(())
/// ```
pub fn read(reader: &mut impl Read, limit: u64) -> Result<Vec<u8>> {
    let mut head = [0; 4];
    if !read_exact(reader, &mut head)? {
        return Err(Error::Eof);
    }
    let length = match i32::from_be_bytes(head) {
        -1 => {
            let mut long = [0; 8];
            if !read_exact(reader, &mut long)? {
                return Err(cut());
            }
            u64::from_be_bytes(long)
        }
        length => u64::try_from(length).map_err(|_| Error::protocol(format!("a message of {length} bytes")))?,
    };
    if length > limit {
        return Err(Error::TooLong { length, limit });
    }
    let mut payload = Vec::with_capacity(usize::try_from(length.min(ROOM)).unwrap_or(0));
    let mut body = reader.take(length);
    body.read_to_end(&mut payload)?;
    if body.limit() > 0 { Err(cut()) } else { Ok(payload) }
}

/// Fills a buffer; false when the input ends before its first byte.
fn read_exact(reader: &mut impl Read, buffer: &mut [u8]) -> Result<bool> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) if filled == 0 => return Ok(false),
            Ok(0) => return Err(cut()),
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // Only where nothing has come can it be tried again.
            Err(error) if filled > 0 && crate::error::is_timeout(&error) => {
                return Err(io::Error::other("time ran out inside a message").into());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}

fn cut() -> Error {
    Error::protocol("it ended inside a message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        assert_eq!(Head::of(5).as_bytes(), [0, 0, 0, 5]);
        assert_eq!(Head::of(0x7fff_ffff).as_bytes(), [0x7f, 0xff, 0xff, 0xff]);
        assert_eq!(Head::of(0x8000_0000).as_bytes(), [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0x80, 0, 0, 0]);
    }

    #[test]
    fn every_cut_is_an_error() {
        let message = b"\xff\xff\xff\xff\0\0\0\0\0\0\0\x04spam";
        assert_eq!(read(&mut &message[..], 4).unwrap(), b"spam");
        assert!(matches!(read(&mut &message[..0], 4), Err(Error::Eof)));
        for end in 1..message.len() {
            assert!(matches!(read(&mut &message[..end], 4), Err(Error::Protocol(_))), "cut at {end}");
        }
    }

    #[test]
    fn lengths_that_lie_take_no_memory() {
        let lies: [&[u8]; 3] = [b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xfe"];
        for lie in lies {
            assert!(matches!(read(&mut &lie[..], MAX_MESSAGE), Err(Error::TooLong { .. } | Error::Protocol(_))));
        }
        // Allowed, but not there: what came is what is held.
        assert!(matches!(read(&mut &b"\x3f\xff\xff\xffspam"[..], MAX_MESSAGE), Err(Error::Protocol(_))));
    }

    /// Takes a few bytes at a time, as a socket may.
    struct Slow(Vec<u8>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = bytes.len().min(3);
            self.0.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn short_writes_go_on() {
        let mut slow = Slow(Vec::new());
        assert_eq!(write_slices(&mut slow, &[b"", b"spam and", b"", b" eggs", b""]).unwrap(), 13);
        assert_eq!(slow.0, b"spam and eggs");
        write(&mut slow, b"").unwrap();
        assert_eq!(slow.0, b"spam and eggs\0\0\0\0");
    }
}
