//! Messages of Dask's TCP protocol.
//!
//! ```text
//! u64 length | u64 number of frames | u64 length of each frame | frames        all lowest byte first
//! frame 0: msgpack; {"__Serialized__": i} in it stands for what begins in frame i: a msgpack header that says how many frames follow
//! ```
//!
//! Bytes are one object that is always sent as they are, so bytes is all that is asked for.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use rmpv::Value;

use crate::error::{Error, Result};

/// Longer messages, and more frames, are refused.
const LONGEST: u64 = 1 << 30;
const FRAMES: u64 = 1 << 16;

/// A connection to a scheduler.
#[derive(Debug)]
pub(crate) struct Comm {
    stream: TcpStream,
    /// An answer was given up: what comes now may be that one.
    astray: bool,
}

/// A message: what it says, and the frames behind it.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) root: Value,
    frames: Vec<Vec<u8>>,
}

impl Comm {
    /// Connects and exchanges what both sides can: no compression.
    pub(crate) fn connect(address: &str, within: Duration) -> Result<Self> {
        let address = address.strip_prefix("tcp://").unwrap_or(address);
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, within) {
                Ok(stream) => {
                    let mut comm = Self { stream, astray: false };
                    comm.limit(within)?;
                    comm.stream.set_write_timeout(Some(within))?;
                    comm.stream.set_nodelay(true)?;
                    comm.receive()?;
                    comm.send(&map([("compression", Value::Nil), ("python", Value::Nil), ("pickle-protocol", Value::from(4))]))?;
                    return Ok(comm);
                }
                Err(error) => last = error,
            }
        }
        Err(last.into())
    }

    /// How long an answer may take.
    pub(crate) fn limit(&mut self, within: Duration) -> Result<()> {
        Ok(self.stream.set_read_timeout(Some(within))?)
    }

    /// Sends a message and waits for its answer. After an error the connection is of no more use.
    pub(crate) fn ask(&mut self, message: &Value) -> Result<Message> {
        if self.astray {
            return Err(io::Error::from(io::ErrorKind::NotConnected).into());
        }
        let answer = self.send(message).and_then(|()| self.receive());
        self.astray = answer.is_err();
        answer
    }

    fn send(&mut self, message: &Value) -> Result<()> {
        let mut frame = Vec::new();
        rmpv::encode::write_value(&mut frame, message).map_err(io::Error::from)?;
        let length = frame.len() as u64;
        // The first number counts all that comes behind it.
        let head: Vec<u8> = [16 + length, 1, length].iter().flat_map(|number| number.to_le_bytes()).collect();
        self.stream.write_all(&head)?;
        Ok(self.stream.write_all(&frame)?)
    }

    fn receive(&mut self) -> Result<Message> {
        // Frames may lie in the block that the first number counts, or behind it: they follow each other either way.
        let (_, count) = (self.number()?, self.number()?);
        if count > FRAMES {
            return Err(Error::Unreadable(format!("a message of {count} frames")));
        }
        let lengths: Vec<u64> = (0..count).map(|_| self.number()).collect::<Result<_>>()?;
        if lengths.iter().try_fold(0_u64, |sum, length| sum.checked_add(*length)).is_none_or(|sum| sum > LONGEST) {
            return Err(Error::Unreadable("a message of more than a gigabyte".into()));
        }
        let frames: Vec<Vec<u8>> = lengths.into_iter().map(|length| self.frame(length)).collect::<Result<_>>()?;
        let root = msgpack(frames.first().ok_or_else(|| Error::Unreadable("no frame".into()))?)?;
        Ok(Message { root, frames })
    }

    fn number(&mut self) -> Result<u64> {
        let mut bytes = [0; 8];
        self.stream.read_exact(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn frame(&mut self, length: u64) -> Result<Vec<u8>> {
        // It grows with what arrives, not by what was announced.
        let mut frame = Vec::new();
        (&mut self.stream).take(length).read_to_end(&mut frame)?;
        if (frame.len() as u64) < length { Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()) } else { Ok(frame) }
    }
}

impl Message {
    /// The bytes that a `{"__Serialized__": i}` of the message stands for.
    pub(crate) fn bytes(&self, value: &Value) -> Result<Vec<u8>> {
        let unreadable = || Error::Unreadable(format!("{value:.80} where bytes were asked for"));
        let at = get(value, "__Serialized__")
            .and_then(Value::as_u64)
            .and_then(|at| usize::try_from(at).ok())
            .ok_or_else(unreadable)?;
        let header = msgpack(self.frames.get(at).ok_or_else(unreadable)?)?;
        let is_bytes = get(&header, "serializer").and_then(Value::as_str) == Some("dask");
        let count = get(&header, "num-sub-frames").and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
        let behind = count.and_then(|count| self.frames.get(at + 1..(at + 1).checked_add(count)?));
        // Long ones are cut into frames.
        behind.filter(|_| is_bytes).map(<[_]>::concat).ok_or_else(unreadable)
    }
}

fn msgpack(mut frame: &[u8]) -> Result<Value> {
    rmpv::decode::read_value(&mut frame).map_err(|error| Error::Unreadable(format!("no msgpack: {error}")))
}

/// A map with text for keys.
pub(crate) fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Map(entries.into_iter().map(|(key, value)| (Value::from(key), value)).collect())
}

/// The value of a key; `None` where it is not there, or where there is no map.
pub(crate) fn get<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    let entries = value.as_map()?;
    entries.iter().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
}
