//! Zip files, read as far as anybody would: by the directory at the end, as Python and torch do, and by the headers in front of the members.
//!
//! ```text
//! PK 3 4  header, name, extra, data      for each member
//! PK 1 2  header, name, extra, comment   for each member, the directory
//! PK 5 6  where the directory is         the end
//! ```
//!
//! The two may disagree about names, methods and sizes. A scanner that believes one of them misses what a reader that believes the other finds, so members are read by both.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Part, inflate};

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const LARGE_END: &[u8] = b"PK\x06\x06";
const LOCATOR: &[u8] = b"PK\x06\x07";
/// How many members are looked at.
const MEMBERS: usize = 100_000;

/// Whether there is a zip file in the bytes: one that begins here, or that ends here.
pub(super) fn is_zip(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(22 + 0xffff)..).unwrap_or_default();
    bytes.starts_with(LOCAL) || memchr::memmem::rfind(tail, END).is_some()
}

/// Why Python would not open a zip file, where that shows at its end; its members are found by their headers all the same.
pub(super) fn problem(bytes: &[u8]) -> Option<&'static str> {
    if !bytes.starts_with(LOCAL) {
        return None;
    }
    let Some((start, offset)) = directory_start(bytes) else { return Some("the zip file has no end") };
    if offset > start {
        return Some("the directory of the zip file stands before where its end says");
    }
    let stands = bytes.get(start..).is_some_and(|rest| [CENTRAL, END, LARGE_END].iter().any(|header| rest.starts_with(header)));
    if stands { None } else { Some("the directory of the zip file is not where its end says") }
}

/// A member's name and what is in it.
pub(super) type Named<'b> = (String, Cow<'b, [u8]>);

/// The members that the directory lists, by name, as Python and torch read them; what is only stored is borrowed.
///
/// # Errors
///
/// Why a member cannot be unpacked.
pub(super) fn members(bytes: &[u8], mut room: usize) -> Result<Vec<Named<'_>>, &'static str> {
    let entries = directory(bytes).into_iter().take(MEMBERS);
    let unpacked = entries.map(|entry| {
        let (data, problem) = unpack(bytes, &entry, room);
        if let Cow::Owned(data) = &data {
            room = room.saturating_sub(data.len());
        }
        problem.map_or(Ok((entry.name, data)), Err)
    });
    unpacked.collect()
}

/// What a header says of a member.
#[derive(Clone)]
struct Entry {
    name: String,
    method: u16,
    packed: usize,
    /// Where its header is.
    header: usize,
    /// Where the data begins.
    data: usize,
    /// The size of the data is not in the header.
    open: bool,
}

/// Visits the members. The visitor is given how many bytes may still be unpacked, and gives what is left.
pub(super) fn each(bytes: &[u8], room: &mut usize, visit: &mut dyn FnMut(usize, Part<'_>) -> usize) {
    let mut entries = directory(bytes);
    let local = headers(bytes);
    // By the directory's name and method where there is one; a header that tells something else is another member.
    let known: HashSet<(usize, u16, usize)> = entries.iter().map(|entry| (entry.data, entry.method, entry.packed)).collect();
    let starts: HashSet<usize> = entries.iter().map(|entry| entry.data).collect();
    let listed: Vec<(usize, usize)> = entries.iter().map(|entry| (entry.data, entry.data.saturating_add(entry.packed))).collect();
    let covered = Covered::new(listed);
    for entry in local {
        // The header of a zip file in a zip file is that one's.
        if covered.holds(entry.header) {
            continue;
        }
        let same = known.contains(&(entry.data, entry.method, entry.packed));
        let unsaid = starts.contains(&entry.data) && (entry.open || entry.packed == 0 || entry.packed == 0xffff_ffff);
        if !same && !unsaid {
            entries.push(entry);
        }
    }
    for entry in entries.into_iter().take(MEMBERS) {
        let (data, problem) = unpack(bytes, &entry, *room);
        if let Cow::Owned(data) = &data {
            *room = room.saturating_sub(data.len());
        }
        if data.is_empty() && problem.is_none() {
            continue;
        }
        let may_be_none = !super::is_pickle_name(&entry.name);
        // What is no pickle anyway need not be whole.
        let problem = problem.filter(|_| !may_be_none);
        *room = visit(*room, Part { path: entry.name, bytes: data, may_be_none, problem });
    }
}

fn unpack<'b>(bytes: &'b [u8], entry: &Entry, room: usize) -> (Cow<'b, [u8]>, Option<&'static str>) {
    let rest = bytes.get(entry.data..).unwrap_or_default();
    let packed = rest.get(..entry.packed.min(rest.len())).unwrap_or_default();
    let packed = if entry.open || (packed.is_empty() && entry.method != 0) { rest } else { packed };
    let (data, problem) = match entry.method {
        0 if entry.open => {
            let end = memchr::memmem::find(rest, b"PK").unwrap_or(rest.len());
            return (Cow::Borrowed(rest.get(..end).unwrap_or_default()), None);
        }
        0 => return (Cow::Borrowed(packed), None),
        8 | 9 => inflate::deflate(packed, room),
        12 => inflate::bzip2(packed, room),
        14 => inflate::zipped_lzma(packed, room),
        _ => (Vec::new(), Some("the method of compression is not known")),
    };
    // A method that lies: the data as it is.
    if data.is_empty() && problem.is_some() {
        return (Cow::Borrowed(packed), problem);
    }
    (Cow::Owned(data), problem)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_le_bytes).and_then(|n| usize::try_from(n).ok())
}

fn u64_at(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().copied().map(u64::from_le_bytes).and_then(|n| usize::try_from(n).ok())
}

/// Where the data of a member begins, by the header in front of it.
fn data_start(bytes: &[u8], header: usize) -> Option<usize> {
    let name = usize::from(u16_at(bytes, header.checked_add(26)?)?);
    let extra = usize::from(u16_at(bytes, header.checked_add(28)?)?);
    header.checked_add(30)?.checked_add(name)?.checked_add(extra)
}

/// The members that the directory lists; offsets count from where the zip file begins, which need not be where the bytes do.
fn directory(bytes: &[u8]) -> Vec<Entry> {
    let mut entries = Vec::new();
    // The directory's headers stand one after another, so they are found wherever the end says they are.
    let (start, offset) = directory_start(bytes).unwrap_or((0, 0));
    let shift = start.saturating_sub(offset);
    for at in central_headers(bytes) {
        let parsed = || {
            let method = u16_at(bytes, at + 10)?;
            let (mut packed, mut header) = (u32_at(bytes, at + 20)?, u32_at(bytes, at + 42)?);
            let unpacked = u32_at(bytes, at + 24)?;
            let (name, extra) = (usize::from(u16_at(bytes, at + 28)?), usize::from(u16_at(bytes, at + 30)?));
            let fields = bytes.get(at + 46 + name..at + 46 + name + extra).unwrap_or_default();
            let name = bytes.get(at + 46..at + 46 + name)?;
            if packed == 0xffff_ffff || header == 0xffff_ffff {
                // The sizes that do not fit stand in an extra field, in their order.
                let mut field = fields;
                while let (Some(kind), Some(length)) = (u16_at(field, 0), u16_at(field, 2)) {
                    if kind == 1 {
                        let mut place = 4 + if unpacked == 0xffff_ffff { 8 } else { 0 };
                        if packed == 0xffff_ffff {
                            packed = u64_at(field, place)?;
                            place += 8;
                        }
                        if header == 0xffff_ffff {
                            header = u64_at(field, place)?;
                        }
                        break;
                    }
                    field = field.get(4 + usize::from(length)..)?;
                }
            }
            let header = header
                .checked_add(shift)
                .filter(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(b"PK")))
                .or(Some(header))?;
            let data = data_start(bytes, header)?;
            Some(Entry { name: String::from_utf8_lossy(name).into_owned(), method, packed, header, data, open: false })
        };
        entries.extend(parsed());
    }
    entries
}

/// Where the directory begins, and where it says that it does. In front of the end there may be one of 64 bits with its locator, as torch always writes them.
fn directory_start(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = memchr::memmem::rfind(bytes, END)?;
    let large = end.checked_sub(20).filter(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(LOCATOR))).and_then(|at| {
        let said = u64_at(bytes, at + 8)?;
        let places = [Some(said), at.checked_sub(56)];
        places.into_iter().flatten().find(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(LARGE_END)))
    });
    let (size, offset, end) = match large {
        Some(at) => (u64_at(bytes, at.checked_add(40)?)?, u64_at(bytes, at.checked_add(48)?)?, at),
        None => (u32_at(bytes, end + 12)?, u32_at(bytes, end + 16)?, end),
    };
    Some((end.checked_sub(size)?, offset))
}

/// Where the headers of the directory are: one behind the other from where the end says that they begin; without an end that is right, wherever there are any.
fn central_headers(bytes: &[u8]) -> Vec<usize> {
    let start = directory_start(bytes).map(|(start, _)| start);
    let mut found = Vec::new();
    let mut next = start;
    while let Some(at) = next.filter(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(CENTRAL)) && found.len() < MEMBERS)
    {
        found.push(at);
        let lengths = [28, 30, 32].map(|place| u16_at(bytes, at + place).map_or(0, usize::from));
        next = Some(at + 46 + lengths.iter().sum::<usize>());
    }
    if found.is_empty() {
        found.extend(memchr::memmem::find_iter(bytes, CENTRAL).take(MEMBERS));
    }
    found
}

/// The data of the members that the directory lists.
struct Covered(Vec<(usize, usize)>);

impl Covered {
    /// Ranges in order, those that touch as one.
    fn new(mut ranges: Vec<(usize, usize)>) -> Self {
        ranges.sort_unstable();
        let mut joined: Vec<(usize, usize)> = Vec::new();
        for (start, end) in ranges {
            match joined.last_mut() {
                Some(last) if start < last.1 => last.1 = last.1.max(end),
                _ => joined.push((start, end)),
            }
        }
        Self(joined)
    }

    fn holds(&self, at: usize) -> bool {
        let after = self.0.partition_point(|range| range.0 <= at);
        after.checked_sub(1).and_then(|before| self.0.get(before)).is_some_and(|range| at < range.1)
    }
}

/// The members that have a header in front of them.
fn headers(bytes: &[u8]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for at in memchr::memmem::find_iter(bytes, LOCAL).take(MEMBERS) {
        let parsed = || {
            let (flags, method) = (u16_at(bytes, at + 6)?, u16_at(bytes, at + 8)?);
            let packed = u32_at(bytes, at + 18)?;
            let name = usize::from(u16_at(bytes, at + 26)?);
            let name = bytes.get(at + 30..at + 30 + name)?;
            let data = data_start(bytes, at)?;
            Some(Entry {
                name: String::from_utf8_lossy(name).into_owned(),
                method,
                packed,
                header: at,
                data,
                open: flags & 8 != 0 && packed == 0,
            })
        };
        entries.extend(parsed());
    }
    entries
}
