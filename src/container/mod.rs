//! Containers: the pickles in zip files, compressed files, archives and arrays.
//!
//! Python's users meet pickles in other files: a torch checkpoint is a zip file with a `data.pkl`, a joblib file is compressed, an `.npy` of objects is a header and a pickle.
//! [`each`] visits every part of a file in which a pickle may be. What a file is is told by its content and not by its name. Broken archives are read as far as
//! Python's own readers would read them, and further: checksums, flags and sizes may lie, and members that a directory does not list are found by their headers.
//!
//! | content | parts |
//! | --- | --- |
//! | zip (`.pt`, `.npz`, `.keras`) | every member |
//! | gzip, zlib, bzip2, xz, lzma, lz4 (joblib) | what it decompresses to |
//! | tar | every member |
//! | `.npy` | what follows the header |
//! | anything else | the file itself |
//!
//! [`TorchFile`] opens torch's checkpoints with the bytes of their tensors, [`TorchWriter`] writes them. [`unpacked`] gives what a compressed file holds.

mod inflate;
mod tar;
mod torch;
mod zip;
mod zip_writer;

pub use self::torch::{TorchFile, TorchFormat, TorchWriter};

use std::borrow::Cow;

use crate::error::{ErrorKind, Result};

/// How deep containers may lie in containers.
const DEPTH: usize = 6;
/// How many bytes all parts of one file may have together, at least, and for each byte of the file.
const ROOM: usize = 1 << 28;
const ROOM_PER_BYTE: usize = 64;

/// A part of a file in which a pickle may be.
#[derive(Clone, Copy, Debug)]
pub struct Member<'m> {
    /// Its name in the container, with those of containers in it behind colons; empty for the file itself.
    pub path: &'m str,
    /// Its bytes, as far as they could be read.
    pub bytes: &'m [u8],
    /// It need not be a pickle: that it cannot be read says nothing.
    pub may_be_none: bool,
    /// Why it cannot be read, or not to its end.
    pub problem: Option<&'m str>,
}

/// Visits every part of a file in which a pickle may be.
///
/// # Examples
///
/// ```
/// use cloudpickle::container;
///
/// // An array of objects: a header, and a pickle.
/// let npy = b"\x93NUMPY\x01\x00\x36\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,)}K\x07.";
/// let mut seen = Vec::new();
/// container::each(npy, &mut |member| seen.push(member.bytes.to_vec()));
/// assert_eq!(seen, [b"K\x07."]);
/// ```
pub fn each(bytes: &[u8], visit: &mut dyn FnMut(Member<'_>)) {
    Walk { visit, room: room(bytes) }.part(String::new(), bytes, false, 0);
}

/// What a compressed file holds (gzip, zlib, bzip2, xz, lzma, lz4), or the bytes themselves where they are not compressed.
///
/// joblib compresses whole files: `reflect::joblib::loads` takes what is unpacked.
///
/// # Errors
///
/// [`ErrorKind::Custom`] where the stream is broken, or holds more than 64 times as much as it is long and more than 256 MiB.
///
/// # Examples
///
/// ```
/// use cloudpickle::container::unpacked;
///
/// assert_eq!(*unpacked(b"K\x07.")?, *b"K\x07.");
/// assert!(unpacked(b"\x1f\x8b\x08 no gzip").is_err());
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub fn unpacked(bytes: &[u8]) -> Result<Cow<'_, [u8]>> {
    match inflate::sniffed(bytes, room(bytes)) {
        Some((data, None)) => Ok(Cow::Owned(data)),
        Some((_, Some(problem))) => Err(ErrorKind::Custom(problem.to_owned()).into()),
        None => Ok(Cow::Borrowed(bytes)),
    }
}

/// How many bytes all parts of a file may have together.
fn room(bytes: &[u8]) -> usize {
    bytes.len().saturating_mul(ROOM_PER_BYTE).max(ROOM)
}

/// A part that is still to be looked at.
struct Part<'b> {
    path: String,
    bytes: Cow<'b, [u8]>,
    may_be_none: bool,
    /// Why it does not go on.
    problem: Option<&'static str>,
}

struct Walk<'v> {
    visit: &'v mut dyn FnMut(Member<'_>),
    /// How many bytes may still be unpacked.
    room: usize,
}

impl Walk<'_> {
    fn part(&mut self, path: String, bytes: &[u8], may_be_none: bool, depth: usize) {
        if depth > DEPTH {
            return (self.visit)(Member {
                path: &path,
                bytes,
                may_be_none,
                problem: Some("containers in containers without an end"),
            });
        }
        let under = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}:{name}") };
        let (mut alone, mut may_be_none) = (true, may_be_none);
        if let Some(problem) = unsupported(bytes) {
            (self.visit)(Member { path: &path, bytes, may_be_none, problem: Some(problem) });
        } else if let Some((data, problem)) = inflate::sniffed(bytes, self.room) {
            self.room = self.room.saturating_sub(data.len());
            if data.is_empty() {
                (self.visit)(Member { path: &path, bytes, may_be_none, problem: problem.or(Some("nothing in it")) });
            } else {
                self.part(path.clone(), &data, may_be_none, depth + 1);
                if problem.is_some() {
                    (self.visit)(Member { path: &path, bytes, may_be_none, problem });
                }
                return;
            }
        } else if bytes.starts_with(NPY) && npy(bytes).is_none() {
            (self.visit)(Member { path: &path, bytes, may_be_none, problem: Some("the header of the array is broken") });
        } else if let Some((at, objects)) = npy(bytes) {
            return (self.visit)(Member {
                path: &path,
                bytes: bytes.get(at..).unwrap_or_default(),
                may_be_none: !objects,
                problem: None,
            });
        } else if tar::is_tar(bytes) {
            for part in tar::parts(bytes) {
                self.part(under(&part.path), &part.bytes, part.may_be_none, depth + 1);
            }
            alone = false;
        }
        if zip::is_zip(bytes) {
            if let Some(problem) = zip::problem(bytes) {
                (self.visit)(Member { path: &path, bytes: &[], may_be_none, problem: Some(problem) });
            }
            let mut seen = 0;
            zip::each(bytes, &mut self.room, &mut |room, part| {
                seen += 1;
                let mut inner = Walk { visit: self.visit, room };
                let name = under(&part.path);
                inner.part(name.clone(), &part.bytes, part.may_be_none, depth + 1);
                if let Some(problem) = part.problem {
                    (inner.visit)(Member {
                        path: &name,
                        bytes: &part.bytes,
                        may_be_none: part.may_be_none,
                        problem: Some(problem),
                    });
                }
                inner.room
            });
            // A zip file behind a pickle is both.
            alone = seen == 0 || !bytes.starts_with(b"PK");
            may_be_none |= seen > 0;
        }
        if alone {
            (self.visit)(Member { path: &path, bytes, may_be_none, problem: None });
        }
    }
}

/// Archives that are known and not read.
fn unsupported(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Some("7z archives are not read"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("zstandard streams are not read"),
        [b'R', b'a', b'r', b'!', 0x1a, 0x07, ..] => Some("rar archives are not read"),
        _ => None,
    }
}

const NPY: &[u8] = b"\x93NUMPY";

/// Where the data of an array begins, and whether it holds objects.
fn npy(bytes: &[u8]) -> Option<(usize, bool)> {
    let rest = bytes.strip_prefix(NPY)?;
    let (start, length) = match rest {
        [1, _, a, b, ..] => (10, usize::from(u16::from_le_bytes([*a, *b]))),
        [2 | 3, _, a, b, c, d, ..] => (12, usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).ok()?),
        _ => return None,
    };
    let end = length.checked_add(start)?;
    let header = bytes.get(start..end)?;
    // What is no dict with a dtype, numpy refuses.
    memchr::memmem::find(header, b"descr")?;
    Some((end, header.contains(&b'O')))
}

/// Names under which Python's users keep pickles.
fn is_pickle_name(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    matches!(extension.as_deref(), Some("pkl" | "pickle" | "p" | "joblib" | "dill" | "sav"))
}
