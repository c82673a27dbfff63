//! Bytes as the protocols have them.

use std::borrow::Cow;

use crate::error::Result;
use crate::heap::{Obj, Value};
use crate::reflect::shape::Shape;

/// The bytes of an array. Protocols 0 to 2 of Python 3 have no bytes, and write `_codecs.encode(text, 'latin1')`.
#[derive(Clone, Copy)]
pub(super) enum Raw<'h> {
    /// Bytes, a bytearray, a buffer, or a `str` of Python 2.
    Bytes(Obj<'h>),
    /// The text of bytes, and how many they are.
    Latin1(&'h str, usize),
}

impl<'h> Raw<'h> {
    pub(super) fn of(object: Obj<'h>) -> Option<Self> {
        match object.value() {
            Value::Bytes(_) | Value::ByteArray(_) | Value::Buffer(_) | Value::ByteString(_) => return Some(Self::Bytes(object)),
            _ => {}
        }
        let shape = Shape::call(object)?;
        match shape.args() {
            [] if shape.callable.is_global("builtins", "bytes") => Some(Self::Latin1("", 0)),
            &[text, encoding] if shape.callable.is_global("_codecs", "encode") => {
                let latin1 = shape.obj(encoding).as_py_str().is_ok_and(|encoding| encoding == "latin1");
                let text = shape.obj(text).as_str().ok().filter(|_| latin1)?;
                let mut length = 0;
                for char in text.chars() {
                    u8::try_from(char).ok()?;
                    length += 1;
                }
                Some(Self::Latin1(text, length))
            }
            _ => None,
        }
    }

    /// How many bytes; `None` for a buffer that was not given.
    pub(super) fn len(self) -> Option<usize> {
        match self {
            Self::Bytes(object) => object.as_bytes().ok().map(<[u8]>::len),
            Self::Latin1(_, length) => Some(length),
        }
    }

    pub(super) fn get(self) -> Result<Cow<'h, [u8]>> {
        match self {
            Self::Bytes(object) => object.as_bytes().map(Cow::Borrowed),
            Self::Latin1(text, _) => Ok(text.chars().filter_map(|char| u8::try_from(char).ok()).collect()),
        }
    }
}
