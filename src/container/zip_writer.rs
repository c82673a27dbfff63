//! Zip files as torch writes them: members stored, each at a multiple of 64 bytes.
//!
//! ```text
//! PK 3 4  header without sizes, name, 'FB' and padding, data
//! PK 7 8  checksum and sizes                                    for each member
//! PK 1 2  header, name                                          for each member, the directory
//! PK 6 6, PK 6 7  where the directory is, in 64 bits
//! PK 5 6  where the directory is
//! ```
//!
//! The source is `PyTorchStreamWriter` of `caffe2/serialize/inline_container.cc`.

use std::io::{self, Write};

/// Members begin at multiples of so many bytes.
pub(super) const ALIGNMENT: usize = 64;
/// Sizes come behind the data; names are UTF-8.
const FLAGS: u16 = 0x0808;

/// Writes one member after another.
pub(super) struct ZipWriter<'w, W> {
    out: &'w mut W,
    at: u64,
    members: Vec<Member>,
}

struct Member {
    name: String,
    header: u64,
    size: u64,
    checksum: u32,
}

/// A number in a field that may be too small for it: the real one stands elsewhere then.
fn small(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn is_large(n: u64) -> bool {
    n >= u64::from(u32::MAX)
}

impl<'w, W: Write> ZipWriter<'w, W> {
    pub(super) fn new(out: &'w mut W) -> Self {
        Self { out, at: 0, members: Vec::new() }
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    pub(super) fn member(&mut self, name: &str, data: &[u8]) -> io::Result<()> {
        let header = self.at;
        let before = header + 30 + name.len() as u64 + 4;
        let padding = before.next_multiple_of(ALIGNMENT as u64) - before;
        let padding = usize::try_from(padding).unwrap_or_default();
        let name_len = u16::try_from(name.len()).map_err(|_| io::Error::other("a name of more than 65,535 bytes"))?;
        let mut head = Vec::with_capacity(30 + name.len() + ALIGNMENT + 4);
        head.extend(b"PK\x03\x04\0\0");
        head.extend(FLAGS.to_le_bytes());
        // Method, time, date, checksum and both sizes.
        head.extend([0; 18]);
        head.extend(name_len.to_le_bytes());
        // Less than 64 and 4.
        head.extend([padding as u8 + 4, 0]);
        head.extend(name.as_bytes());
        head.extend([b'F', b'B', padding as u8, 0]);
        head.resize(head.len() + padding, b'Z');
        self.put(&head)?;
        let mut crc = flate2::Crc::new();
        crc.update(data);
        let (checksum, size) = (crc.sum(), data.len() as u64);
        self.put(data)?;
        let mut behind = b"PK\x07\x08".to_vec();
        behind.extend(checksum.to_le_bytes());
        for _ in 0..2 {
            if is_large(size) {
                behind.extend(size.to_le_bytes());
            } else {
                behind.extend(small(size).to_le_bytes());
            }
        }
        self.put(&behind)?;
        self.members.push(Member { name: name.to_owned(), header, size, checksum });
        Ok(())
    }

    /// Forty digits that depend on what was written so far.
    pub(super) fn id(&self) -> String {
        let mut names = flate2::Crc::new();
        let mut data = flate2::Crc::new();
        for member in &self.members {
            names.update(member.name.as_bytes());
            data.update(&member.checksum.to_le_bytes());
        }
        format!("{:020}{:020}", names.sum(), data.sum())
    }

    pub(super) fn finish(&mut self) -> io::Result<()> {
        let start = self.at;
        let mut directory = Vec::new();
        for member in &self.members {
            let mut large = Vec::new();
            if is_large(member.size) {
                large.extend([member.size.to_le_bytes(), member.size.to_le_bytes()].concat());
            }
            if is_large(member.header) {
                large.extend(member.header.to_le_bytes());
            }
            let extra = if large.is_empty() { 0 } else { large.len() + 4 };
            directory.extend(b"PK\x01\x02\0\0\0\0");
            directory.extend(FLAGS.to_le_bytes());
            directory.extend([0; 6]);
            directory.extend(member.checksum.to_le_bytes());
            directory.extend([small(member.size).to_le_bytes(), small(member.size).to_le_bytes()].concat());
            // `member` refused longer names; there are at most 28 bytes more.
            directory.extend((member.name.len() as u16).to_le_bytes());
            directory.extend([extra as u8, 0]);
            directory.extend([0; 10]);
            directory.extend(small(member.header).to_le_bytes());
            directory.extend(member.name.as_bytes());
            if extra > 0 {
                directory.extend([1, 0, large.len() as u8, 0]);
                directory.extend(large);
            }
        }
        let (size, count) = (directory.len() as u64, self.members.len() as u64);
        let large_end = start + size;
        directory.extend(b"PK\x06\x06");
        directory.extend(44_u64.to_le_bytes());
        directory.extend([0x1e, 3, 45, 0]);
        directory.extend([0; 8]);
        for n in [count, count, size, start] {
            directory.extend(n.to_le_bytes());
        }
        directory.extend(b"PK\x06\x07\0\0\0\0");
        directory.extend(large_end.to_le_bytes());
        directory.extend(1_u32.to_le_bytes());
        let count = u16::try_from(count).unwrap_or(u16::MAX).to_le_bytes();
        directory.extend(b"PK\x05\x06\0\0\0\0");
        directory.extend([count, count].concat());
        directory.extend([small(size).to_le_bytes(), small(start).to_le_bytes()].concat());
        directory.extend([0; 2]);
        self.put(&directory)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::zip;
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut out = Vec::new();
        let mut writer = ZipWriter::new(&mut out);
        let members = [("a/data.pkl", vec![1; 100]), ("a/data/0", vec![2; 3]), ("a/empty", vec![]), ("a/b", vec![b'P'; 64])];
        for (name, data) in &members {
            writer.member(name, data).expect("a vector takes everything");
        }
        writer.finish().expect("a vector takes everything");
        let read = zip::members(&out, 0).expect("members");
        assert_eq!(read.len(), members.len());
        for ((name, data), (found, bytes)) in members.iter().zip(read) {
            assert_eq!((name.to_owned(), data.as_slice()), (found.as_str(), &*bytes));
            let at = bytes.as_ptr() as usize - out.as_ptr() as usize;
            assert_eq!(at % ALIGNMENT, 0, "{name}");
        }
    }
}
