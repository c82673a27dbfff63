//! Tar archives: a header of 512 bytes, then the member, padded to 512.

use std::borrow::Cow;

use super::Part;

const BLOCK: usize = 512;

/// Whether the bytes begin with a header whose checksum is right, or with the magic of one.
pub(super) fn is_tar(bytes: &[u8]) -> bool {
    let Some(header) = bytes.get(..BLOCK) else { return false };
    header.get(257..262) == Some(b"ustar") || checksum(header)
}

/// The sum of all bytes, those of the sum itself counted as blanks.
fn checksum(header: &[u8]) -> bool {
    let sum: u64 = header.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) }).sum();
    header.first() != Some(&0) && header.get(148..156).and_then(number) == Some(sum)
}

/// Octal digits, or base 256 behind a first byte of 0x80.
fn number(field: &[u8]) -> Option<u64> {
    if let [0x80, rest @ ..] = field {
        return rest.iter().try_fold(0_u64, |n, byte| n.checked_mul(256)?.checked_add(u64::from(*byte)));
    }
    let digits = field.iter().skip_while(|byte| **byte == b' ').take_while(|byte| byte.is_ascii_digit());
    digits.copied().try_fold(0_u64, |n, digit| n.checked_mul(8)?.checked_add(u64::from(digit.checked_sub(b'0')?)))
}

pub(super) fn parts(bytes: &[u8]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = bytes;
    // What a header of pax says of the member behind it, or of all.
    let (mut next, mut all) = (None, None);
    while let Some((header, after)) = rest.split_at_checked(BLOCK) {
        rest = after;
        if header.first() == Some(&0) {
            continue;
        }
        let kind = header.get(156).copied().unwrap_or_default();
        let said = if matches!(kind, b'x' | b'g' | b'X' | b'L' | b'K') { None } else { next.take().or(all) };
        let size = header.get(124..136).and_then(number).and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
        let size = said.unwrap_or(size);
        let name = header.get(..100).unwrap_or_default();
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        let data = rest.get(..size.min(rest.len())).unwrap_or_default();
        match kind {
            b'x' | b'X' => next = pax_size(data),
            b'g' => all = pax_size(data),
            _ => {}
        }
        // What is none of the kinds that Python knows is a file to it.
        let file = !matches!(kind, b'1'..=b'6' | b'L' | b'K' | b'x' | b'g' | b'X');
        if file && !data.is_empty() {
            let path = String::from_utf8_lossy(name).into_owned();
            parts.push(Part { may_be_none: !super::is_pickle_name(&path), path, bytes: Cow::Borrowed(data), problem: None });
        }
        rest = rest.get(size.div_ceil(BLOCK).saturating_mul(BLOCK)..).unwrap_or_default();
    }
    parts
}

/// The size in a header of pax: lines of a length, a key and a value, `13 size=1234`.
fn pax_size(mut records: &[u8]) -> Option<usize> {
    let mut found = None;
    while let Some(blank) = memchr::memchr(b' ', records) {
        let length: usize = std::str::from_utf8(records.get(..blank)?).ok()?.parse().ok()?;
        let record = records.get(blank + 1..length)?;
        if let Some(value) = record.strip_prefix(b"size=") {
            found = std::str::from_utf8(value).ok().and_then(|value| value.trim_end().parse().ok());
        }
        records = records.get(length..).filter(|_| length > 0).unwrap_or_default();
    }
    found
}
