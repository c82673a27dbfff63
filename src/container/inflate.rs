//! Compressed streams: gzip, zlib, bzip2, xz, lzma, lz4.

use std::io::{self, Read};

/// How large a dictionary of lzma may be, in KiB: a little more than `xz -9` takes. It is allocated before there is any data.
const DICTIONARY: u32 = 66 * 1024;
const BROKEN: &str = "the compressed data is broken";

/// What a compressed stream holds, if the bytes are one: as far as it can be read, and why not further.
pub(super) fn sniffed(bytes: &[u8], room: usize) -> Option<(Vec<u8>, Option<&'static str>)> {
    match bytes {
        [0x1f, 0x8b, ..] => Some(gzip(bytes, room)),
        [0x78, flags, ..] if (0x7800 + u16::from(*flags)) % 31 == 0 => Some(zlib(bytes, room)),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(read(bzip2::read::MultiBzDecoder::new(bytes), room)),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(xz(bytes, room)),
        [0x5d, 0, 0, ..] => Some(lzma(bytes, room)),
        [0x04, 0x22, 0x4d, 0x18, ..] => Some(read(lz4_flex::frame::FrameDecoder::new(bytes), room)),
        _ => None,
    }
}

/// What is cut is read to the last byte that can be unpacked. The reader gives nothing of a chunk that is cut, and nothing of a piece in which it fails:
/// so it is read again with zeros behind it, from there on byte by byte. What the zeros unpack to stands behind all that Python would read.
fn xz(bytes: &[u8], room: usize) -> (Vec<u8>, Option<&'static str>) {
    let (mut data, problem) = read(lzma_rust2::XzReader::new_mem_limit(bytes, true, DICTIONARY), room);
    if problem == Some(BROKEN) {
        let padded = bytes.chain(io::repeat(0).take(CHUNK));
        let mut again = lzma_rust2::XzReader::new_mem_limit(padded, true, DICTIONARY);
        let length = crate::int::u64_from_usize(data.len());
        if io::copy(&mut again.by_ref().take(length), &mut io::sink()).is_ok_and(|read| read == length) {
            data.extend(pieces(again.take(2 * CHUNK), room, &mut [0]).0);
        }
    }
    (data, problem)
}

/// How long a chunk of lzma is, packed or not.
const CHUNK: u64 = 1 << 16;

/// Streams of lzma, one after another, as Python's `lzma` reads them.
fn lzma(bytes: &[u8], room: usize) -> (Vec<u8>, Option<&'static str>) {
    streams(bytes, room, |rest, room| {
        let Ok(mut reader) = lzma_rust2::LzmaReader::new_mem_limit(*rest, DICTIONARY, None) else {
            return (Vec::new(), Some(BROKEN));
        };
        reader.set_defer_errors(true);
        let held = read(&mut reader, room);
        // It reads ahead, over the beginning of the next stream.
        let (unread, unused) = reader.into_parts();
        *rest = rest.get(rest.len() - unread.len() - unused.len()..).unwrap_or_default();
        held
    })
}

/// The lzma of a zip file: two bytes of version and two of size come before the properties, and the size of the data is missing.
pub(super) fn zipped_lzma(bytes: &[u8], room: usize) -> (Vec<u8>, Option<&'static str>) {
    let broken = (Vec::new(), Some(BROKEN));
    let Some([_, _, _, _, properties, a, b, c, d]) = bytes.first_chunk() else { return broken };
    let dictionary = u32::from_le_bytes([*a, *b, *c, *d]);
    if dictionary / 1024 > DICTIONARY {
        return broken;
    }
    let data = bytes.get(9..).unwrap_or_default();
    match lzma_rust2::LzmaReader::new_with_props(data, u64::MAX, *properties, dictionary, None) {
        Ok(reader) => read(reader, room),
        Err(_) => broken,
    }
}

/// Streams of zlib, one after another, as joblib reads them. As with gzip, what comes before a wrong checksum was loaded by then.
fn zlib(bytes: &[u8], room: usize) -> (Vec<u8>, Option<&'static str>) {
    let (data, problem) = streams(bytes, room, |rest, room| read(flate2::bufread::ZlibDecoder::new(rest), room));
    match problem {
        Some(_) if data.is_empty() => (deflate(bytes.get(2..).unwrap_or_default(), room).0, problem),
        _ => (data, problem),
    }
}

/// Reads stream after stream. What stands behind the first and is none is left out, as Python does.
fn streams(
    bytes: &[u8],
    room: usize,
    one: impl Fn(&mut &[u8], usize) -> (Vec<u8>, Option<&'static str>),
) -> (Vec<u8>, Option<&'static str>) {
    let mut rest = bytes;
    let (mut all, mut problem) = one(&mut rest, room);
    while problem.is_none() && !rest.is_empty() {
        let before = rest.len();
        let (data, end) = one(&mut rest, room.saturating_sub(all.len()));
        if (end.is_some() && data.is_empty()) || rest.len() == before {
            break;
        }
        all.extend(data);
        problem = end;
    }
    (all, problem)
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

/// How long a gzip header is: ten bytes, and what its flags say: an extra field, a name, a comment, a checksum.
fn header(bytes: &[u8]) -> Option<usize> {
    let flags = *bytes.get(3)?;
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            at += memchr::memchr(0, bytes.get(at..)?)? + 1;
        }
    }
    at += if flags & 2 != 0 { 2 } else { 0 };
    (bytes.len() > at).then_some(at)
}

/// How many bytes are read at once.
const PIECE: usize = 1 << 14;

/// Reads at most as much as there is room for.
fn read(from: impl Read, room: usize) -> (Vec<u8>, Option<&'static str>) {
    pieces(from, room, &mut [0; PIECE])
}

/// Reads piece by piece, each as long as the buffer.
fn pieces(mut from: impl Read, room: usize, piece: &mut [u8]) -> (Vec<u8>, Option<&'static str>) {
    let mut data = Vec::new();
    loop {
        match from.read(piece) {
            Ok(0) => return (data, None),
            Ok(count) => data.extend_from_slice(piece.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return (data, Some(BROKEN)),
        }
        if data.len() > room {
            return (data, Some("it unpacks to more than is read"));
        }
    }
}
