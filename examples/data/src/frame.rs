//! A pickle on a socket: its length in four bytes, the highest first, then the pickle.

use std::io::{self, ErrorKind, Read, Write};

use crate::error::{Error, Result};

/// The next message; `None` where the other side has closed between two messages.
pub(crate) fn read(reader: &mut impl Read, limit: u32) -> Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match reader.read(&mut length[..1]) {
        Ok(0) => return Ok(None),
        Ok(_) => reader.read_exact(&mut length[1..])?,
        Err(error) if error.kind() == ErrorKind::Interrupted => return read(reader, limit),
        Err(error) => return Err(error.into()),
    }
    let length = u32::from_be_bytes(length);
    if length > limit {
        return Err(Error::TooLong { length, limit });
    }
    // It grows with what arrives, not by what was announced.
    let mut message = Vec::new();
    reader.take(length.into()).read_to_end(&mut message)?;
    if message.len() < length as usize {
        return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
    }
    Ok(Some(message))
}

/// Sends a message.
pub(crate) fn write(writer: &mut impl Write, message: &[u8]) -> Result<()> {
    let length = u32::try_from(message.len()).map_err(|_| Error::TooLong { length: u32::MAX, limit: u32::MAX })?;
    writer.write_all(&length.to_be_bytes())?;
    writer.write_all(message)?;
    Ok(writer.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages() {
        let mut sent = Vec::new();
        write(&mut sent, b"spam").unwrap();
        write(&mut sent, b"").unwrap();
        assert_eq!(sent, b"\0\0\0\x04spam\0\0\0\0");
        let mut rest = &sent[..];
        assert_eq!(read(&mut rest, 4).unwrap().as_deref(), Some(&b"spam"[..]));
        assert_eq!(read(&mut rest, 4).unwrap().as_deref(), Some(&b""[..]));
        assert_eq!(read(&mut rest, 4).unwrap(), None);
        assert!(matches!(read(&mut &sent[..], 3), Err(Error::TooLong { length: 4, limit: 3 })));
        for end in 1..8 {
            assert!(read(&mut &sent[..end], 4).is_err(), "cut at {end}");
        }
    }
}
