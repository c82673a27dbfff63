//! Compressed streams: gzip, zlib, bzip2, xz, lzma, lz4.

use std::io::{self, Read, Write};

/// What a compressed stream holds, if the bytes are one: as far as it can be read, and why not further.
pub(super) fn sniffed(bytes: &[u8], room: usize) -> Option<(Vec<u8>, Option<&'static str>)> {
    match bytes {
        [0x1f, 0x8b, ..] => Some(gzip(bytes, room)),
        [0x78, flags, ..] if (0x7800 + u16::from(*flags)) % 31 == 0 => Some(read(flate2::read::ZlibDecoder::new(bytes), room)),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(read(bzip2::read::MultiBzDecoder::new(bytes), room)),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(written(room, |out| lzma_rs::xz_decompress(&mut &*bytes, out))),
        [0x5d, 0, 0, ..] => Some(lzma(bytes, room)),
        [0x04, 0x22, 0x4d, 0x18, ..] => Some(read(lz4_flex::frame::FrameDecoder::new(bytes), room)),
        _ => None,
    }
}

pub(super) fn lzma(bytes: &[u8], room: usize) -> (Vec<u8>, Option<&'static str>) {
    written(room, |out| lzma_rs::lzma_decompress(&mut &*bytes, out))
}

pub(super) fn deflate(bytes: &[u8], room: usize) -> (Vec<u8>, Option<&'static str>) {
    read(flate2::read::DeflateDecoder::new(bytes), room)
}

pub(super) fn bzip2(bytes: &[u8], room: usize) -> (Vec<u8>, Option<&'static str>) {
    read(bzip2::read::MultiBzDecoder::new(bytes), room)
}

/// The checksum at the end is not looked at: what comes before it was loaded by then.
fn gzip(bytes: &[u8], room: usize) -> (Vec<u8>, Option<&'static str>) {
    let (data, problem) = read(flate2::read::MultiGzDecoder::new(bytes), room);
    match problem {
        Some(_) if data.is_empty() => {
            header(bytes).map_or((data, problem), |at| deflate(bytes.get(at..).unwrap_or_default(), room))
        }
        _ => (data, problem),
    }
}

/// How long a gzip header without names and extras is.
fn header(bytes: &[u8]) -> Option<usize> {
    (bytes.len() > 10).then_some(10)
}

/// Reads at most as much as there is room for.
fn read(mut from: impl Read, room: usize) -> (Vec<u8>, Option<&'static str>) {
    let mut data = Vec::new();
    let mut piece = [0; 1 << 14];
    loop {
        match from.read(&mut piece) {
            Ok(0) => return (data, None),
            Ok(count) => data.extend_from_slice(piece.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return (data, Some("the compressed data is broken")),
        }
        if data.len() > room {
            return (data, Some("it unpacks to more than is read"));
        }
    }
}

/// Takes what a decoder writes, at most as much as there is room for.
fn written<E>(room: usize, decode: impl FnOnce(&mut Limited) -> Result<(), E>) -> (Vec<u8>, Option<&'static str>) {
    let mut out = Limited { data: Vec::new(), room };
    let result = decode(&mut out);
    let problem = if out.data.len() > room { "it unpacks to more than is read" } else { "the compressed data is broken" };
    (out.data, result.err().map(|_| problem))
}

struct Limited {
    data: Vec<u8>,
    room: usize,
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.data.len() > self.room {
            return Err(io::Error::other("no more room"));
        }
        self.data.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
