//! Bytes, whichever protocol wrote them.
//!
//! ```text
//! protocol 0 to 2   _codecs.encode('text', 'latin1')     bytes, each a code point of the text
//!                   bytes()                              no bytes
//!                   bytearray('text', 'latin-1')         a bytearray, before Python 3.8
//! below 5           bytearray(bytes)    bytearray()
//! ```

use std::borrow::Cow;

use super::{CallKind, Heap, Obj, Value};
use crate::error::Result;

impl Heap<'_> {
    /// The bytes that the call of a global gives; none for calls of anything else. This is the one place that knows these calls.
    pub(crate) fn bytes_of_call(&self, module: &str, name: &str, args: &[Value]) -> Option<Cow<'_, [u8]>> {
        match (module, name, args) {
            ("builtins", "bytes" | "bytearray", []) => Some(Cow::Borrowed(&[])),
            ("builtins", "bytes" | "bytearray", &[bytes]) => match bytes {
                // One call deep: what a pickler writes.
                Value::Call(_) => self.obj(bytes).encoded_text(),
                Value::Bytes(_) | Value::ByteArray(_) | Value::ByteString(_) => Some(Cow::Borrowed(self.content(bytes))),
                _ => None,
            },
            ("builtins", "bytearray", &[text, encoding]) | ("_codecs", "encode", &[text, encoding]) => {
                self.obj(text).as_latin1(self.obj(encoding))
            }
            _ => None,
        }
    }
}

impl<'h> Obj<'h> {
    /// The bytes of bytes or a bytearray, whichever protocol wrote them.
    ///
    /// Below protocol 3 a pickle has no opcode for bytes, and below 5 none for a bytearray: pickles make them by calls (`_codecs.encode`),
    /// which this reads (`save_bytes` and `save_bytearray` of CPython's `pickle.py`). [`Obj::as_bytes`] takes only what is bytes without a call.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for other objects.
    ///
    /// # Examples
    ///
    /// ```
    /// // pickle.dumps(b"\x00\xff", 2)
    /// let pickle = cloudpickle::loads(b"\x80\x02c_codecs\nencode\nX\x03\x00\x00\x00\x00\xc3\xbfX\x06\x00\x00\x00latin1\x86R.")?;
    /// assert_eq!(*pickle.root().to_bytes()?, [0, 0xff]);
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn to_bytes(self) -> Result<Cow<'h, [u8]>> {
        match self.value() {
            Value::Call(_) => self.called_bytes().ok_or_else(|| self.wanted("bytes")),
            _ => self.as_bytes().map(Cow::Borrowed),
        }
    }

    /// The bytes that a call gives; none for calls of anything else.
    pub(crate) fn called_bytes(self) -> Option<Cow<'h, [u8]>> {
        let call = self.as_call().ok()?;
        if call.kind() != CallKind::Reduce || self.effects().next().is_some() {
            return None;
        }
        let (module, name) = call.callable().global_names()?;
        self.heap().bytes_of_call(&module, &name, self.heap().items(call.args().value()))
    }

    /// `_codecs.encode(text, 'latin1')` and `bytes()`, as a pickler writes the bytes of a bytearray.
    fn encoded_text(self) -> Option<Cow<'h, [u8]>> {
        let call = self.as_call().ok()?;
        let args = self.heap().items(call.args().value());
        match *args {
            [text, encoding] if call.callable().is_global("_codecs", "encode") => {
                self.heap().obj(text).as_latin1(self.heap().obj(encoding))
            }
            [] if call.callable().is_global("builtins", "bytes") => Some(Cow::Borrowed(&[])),
            _ => None,
        }
    }

    fn as_latin1(self, encoding: Obj<'_>) -> Option<Cow<'h, [u8]>> {
        let latin1 = encoding.as_py_str().is_ok_and(|name| name == "latin1" || name == "latin-1");
        if !latin1 {
            return None;
        }
        self.latin1().map(Cow::Owned)
    }

    /// The bytes that the code points of a str are.
    pub(crate) fn latin1(self) -> Option<Vec<u8>> {
        let text = self.as_py_str().ok()?;
        text.code_points().map(|code_point| u8::try_from(code_point).ok()).collect()
    }
}
