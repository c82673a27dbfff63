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
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(read(lzma_rust2::XzReader::new_mem_limit(bytes, true, DICTIONARY), room)),
        [0x5d, 0, 0, ..] => Some(lzma(bytes, room)),
        [0x04, 0x22, 0x4d, 0x18, ..] => Some(read(lz4_flex::frame::FrameDecoder::new(bytes), room)),
        _ => None,
    }
}

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

/// Streams of zlib, one after another, as joblib reads them.
fn zlib(bytes: &[u8], room: usize) -> (Vec<u8>, Option<&'static str>) {
    streams(bytes, room, |rest, room| read(flate2::bufread::ZlibDecoder::new(rest), room))
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
            Err(_) => return (data, Some(BROKEN)),
        }
        if data.len() > room {
            return (data, Some("it unpacks to more than is read"));
        }
    }
}
