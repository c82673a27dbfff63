//! Where the bytes go: frames, and writers that take the stream as it grows.
//!
//! At protocol 4 and 5 the stream is cut into frames, so that a reader can fetch much at once:
//!
//! ```text
//! 80 04   95 <length, 8 bytes> ...   95 <length> ...      PROTO 4, frame, frame
//! ```
//!
//! A frame ends before the next object once it holds 64 KiB. What is larger than that by itself stands between frames, and a frame of less
//! than four bytes has no header.

use std::io::Write;

use crate::error::Result;
use crate::style::Framing;

/// `FRAME_SIZE_TARGET`: a frame of so many bytes ends; a payload of so many stands by itself.
const TARGET: usize = 1 << 16;
/// `FRAME_SIZE_MIN`: a shorter frame has no header.
const MIN: usize = 4;
/// `FRAME` and its operand.
const HEADER: usize = 9;

/// The output.
pub(crate) struct Sink<'w> {
    pub(crate) out: Vec<u8>,
    writer: Option<&'w mut dyn Write>,
    framing: Framing,
    /// Where the header of the open frame is.
    frame: Option<usize>,
    /// From this length on, something is to be done before the next object.
    limit: usize,
}

impl<'w> Sink<'w> {
    /// An output that will hold so many bytes, if what was read is written back.
    #[cfg(feature = "serde")]
    pub(crate) fn new(writer: Option<&'w mut dyn Write>, framing: Framing, expected: usize) -> Self {
        Self::behind(Vec::new(), writer, framing, expected)
    }

    /// An output behind what is there, which will grow by so many bytes if what was read is written back.
    pub(crate) fn behind(mut out: Vec<u8>, writer: Option<&'w mut dyn Write>, framing: Framing, expected: usize) -> Self {
        let limit = if writer.is_some() { TARGET } else { usize::MAX };
        out.reserve(expected.min(TARGET));
        Self { out, writer, framing, frame: None, limit }
    }

    /// Opens the first frame, behind the header of the stream.
    pub(crate) fn begin(&mut self) {
        if self.framing != Framing::Never {
            self.open();
        }
    }

    fn open(&mut self) {
        self.frame = Some(self.out.len());
        self.out.extend_from_slice(&[b'\x95', 0, 0, 0, 0, 0, 0, 0, 0]);
        self.limit = self.out.len() + TARGET;
    }

    /// Before an object: ends a full frame.
    #[inline(always)]
    pub(crate) fn boundary(&mut self) -> Result<()> {
        if self.out.len() >= self.limit { self.cut() } else { Ok(()) }
    }

    #[cold]
    fn cut(&mut self) -> Result<()> {
        let framed = self.frame.is_some();
        self.end_frame();
        self.flush()?;
        if framed {
            self.open();
        }
        Ok(())
    }

    /// `_Pickler_CloseFrame`.
    pub(crate) fn end_frame(&mut self) {
        let Some(start) = self.frame.take() else { return };
        let length = self.out.len() - start - HEADER;
        if length < MIN && self.framing == Framing::Modern {
            self.out.drain(start..start + HEADER);
        } else {
            self.out[start + 1..start + HEADER].copy_from_slice(&(length as u64).to_le_bytes());
        }
    }

    fn flush(&mut self) -> Result<()> {
        if let Some(writer) = &mut self.writer {
            writer.write_all(&self.out)?;
            self.out.clear();
        }
        Ok(())
    }

    /// `_Pickler_write_bytes`: an opcode with its count, and a payload, which stands outside of frames when it is large.
    #[inline]
    pub(crate) fn payload(&mut self, head: &[u8], payload: &[u8]) -> Result<()> {
        if payload.len() >= TARGET {
            return self.large_payload(head, payload);
        }
        self.out.extend_from_slice(head);
        self.out.extend_from_slice(payload);
        Ok(())
    }

    #[cold]
    fn large_payload(&mut self, head: &[u8], payload: &[u8]) -> Result<()> {
        let framed = self.frame.is_some() && self.framing == Framing::Modern;
        if framed {
            self.end_frame();
        }
        self.out.extend_from_slice(head);
        if self.writer.is_some() && self.frame.is_none() {
            self.flush()?;
            if let Some(writer) = &mut self.writer {
                writer.write_all(payload)?;
            }
        } else {
            self.out.extend_from_slice(payload);
        }
        if framed {
            self.open();
        }
        Ok(())
    }

    /// Ends the stream; what was not handed to a writer is in the output.
    pub(crate) fn end(&mut self) -> Result<()> {
        self.end_frame();
        self.flush()
    }

    /// Ends the stream; gives what was not handed to a writer.
    #[cfg(feature = "serde")]
    pub(crate) fn finish(mut self) -> Result<Vec<u8>> {
        self.end()?;
        Ok(self.out)
    }
}
