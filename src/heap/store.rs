//! The bytes of strings, bytes and long ints: borrowed from the input where possible.
//!
//! A [`Span`] is eight bytes and says where the bytes of one object are. Most lie in the input that was read, so nothing is copied;
//! what was decoded from escapes or made in Rust lies in a text buffer of the heap, and what is large or far away is a blob
//! of its own.
//!
//! ```text
//! start 0xxx..  len    the input, offset below 2 GiB
//! start 10xx..  len    the heap's text buffer, offset below 1 GiB
//! start 11xx..  -      blob number xx..
//! ```

use std::borrow::Cow;
use std::ops::Range;

use super::full;

const TEXT: u32 = 0b10 << 30;
const BLOB: u32 = 0b11 << 30;
const TAG: u32 = 0b11 << 30;

/// From this size on, bytes made in Rust are kept as they came, as a blob.
const BLOB_MIN: usize = 1 << 12;

/// Where the bytes of an object are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Span {
    start: u32,
    len: u32,
}

#[derive(Clone, Debug)]
enum Blob<'a> {
    Input(Range<usize>),
    Data(Cow<'a, [u8]>),
}

/// Holds the bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store<'a> {
    input: Cow<'a, [u8]>,
    text: Vec<u8>,
    blobs: Vec<Blob<'a>>,
}

impl<'a> Store<'a> {
    pub(crate) fn new(input: Cow<'a, [u8]>) -> Self {
        Self { input, text: Vec::new(), blobs: Vec::new() }
    }

    /// The bytes of a span.
    #[inline]
    pub(crate) fn get(&self, span: Span) -> &[u8] {
        let len = span.len as usize;
        if span.start < TEXT {
            let start = span.start as usize;
            return &self.input[start..start + len];
        }
        let start = (span.start & !TAG) as usize;
        if span.start < BLOB {
            return &self.text[start..start + len];
        }
        match &self.blobs[start] {
            Blob::Input(range) => &self.input[range.clone()],
            Blob::Data(data) => data,
        }
    }

    /// A span of the input.
    #[inline]
    pub(crate) fn input(&mut self, start: usize, len: usize) -> Span {
        match (u32::try_from(start), u32::try_from(len)) {
            (Ok(start), Ok(len)) if start < TEXT => Span { start, len },
            _ => self.blob(Blob::Input(start..start + len)),
        }
    }

    /// A copy of the bytes.
    pub(crate) fn copy(&mut self, bytes: &[u8]) -> Span {
        match (u32::try_from(self.text.len()), u32::try_from(bytes.len())) {
            (Ok(start), Ok(len)) if bytes.len() < BLOB_MIN && start < TEXT >> 1 => {
                self.text.extend_from_slice(bytes);
                Span { start: start | TEXT, len }
            }
            _ => self.blob(Blob::Data(Cow::Owned(bytes.to_vec()))),
        }
    }

    /// The bytes themselves, without a copy when they are large.
    pub(crate) fn keep(&mut self, bytes: Cow<'a, [u8]>) -> Span {
        if bytes.len() < BLOB_MIN { self.copy(&bytes) } else { self.blob(Blob::Data(bytes)) }
    }

    /// Puts an input where there was none for the time being.
    pub(crate) fn set_input(&mut self, input: Cow<'a, [u8]>) {
        self.input = input;
    }

    /// Where in the input a span is, when it is there.
    #[cfg(feature = "serde")]
    pub(crate) fn input_range(&self, span: Span) -> Option<Range<usize>> {
        let start = span.start as usize;
        if span.start < TEXT {
            return Some(start..start + span.len as usize);
        }
        match (span.start >= BLOB).then(|| &self.blobs[start & !(TAG as usize)]) {
            Some(Blob::Input(range)) => Some(range.clone()),
            _ => None,
        }
    }

    /// How long the input is.
    pub(crate) fn input_len(&self) -> usize {
        self.input.len()
    }

    /// How many bytes it holds besides the input.
    pub(crate) fn owned(&self) -> usize {
        let data = |blob: &Blob<'_>| match blob {
            Blob::Input(_) => 0,
            Blob::Data(data) => data.len(),
        };
        self.text.len() + self.blobs.iter().map(data).sum::<usize>()
    }

    #[cold]
    fn blob(&mut self, blob: Blob<'a>) -> Span {
        let index = u32::try_from(self.blobs.len()).ok().filter(|index| index & TAG == 0);
        let index = index.unwrap_or_else(|| full("blobs"));
        self.blobs.push(blob);
        Span { start: index | BLOB, len: 0 }
    }

    /// Forgets everything but the memory.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.blobs.clear();
    }

    /// Takes the input out.
    pub(crate) fn take_input(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.input).into_owned()
    }

    /// Cuts the tie to the input; an equal one, or none for the time being, takes its place.
    pub(crate) fn into_owned_with(self, input: Vec<u8>) -> Store<'static> {
        let owned = |blob| match blob {
            Blob::Input(range) => Blob::Input(range),
            Blob::Data(data) => Blob::Data(Cow::Owned(data.into_owned())),
        };
        Store { input: Cow::Owned(input), text: self.text, blobs: self.blobs.into_iter().map(owned).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place() {
        let mut store = Store::new(Cow::Borrowed(b"0123456789"));
        let large = vec![7; BLOB_MIN];
        let spans =
            [store.input(2, 3), store.copy(b"made"), store.keep(Cow::Borrowed(&large)), store.copy(&large), store.input(0, 0)];
        let expected: [&[u8]; 5] = [b"234", b"made", &large, &large, b""];
        for (span, expected) in spans.into_iter().zip(expected) {
            assert_eq!(store.get(span), expected);
        }
        let owned = store.clone().into_owned_with(b"0123456789".to_vec());
        for (span, expected) in spans.into_iter().zip(expected) {
            assert_eq!(owned.get(span), expected);
        }
    }

    #[test]
    fn far_offsets_become_blobs() {
        let mut store = Store::new(Cow::Borrowed(b""));
        let span = store.input(1 << 31, 0);
        assert_eq!(span.start & TAG, TAG);
        assert_eq!(size_of::<Span>(), 8);
    }
}
