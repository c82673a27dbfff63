//! Out-of-band buffers (PEP 574).

use crate::error::{ErrorKind, Result};
use crate::heap::{Buffer, Value};

use super::machine::{Machine, unknown, wrong_type};

impl Machine<'_, '_> {
    pub(crate) fn next_buffer(&mut self) -> Result<()> {
        let number = self.buffers_taken;
        self.buffers_taken += 1;
        let data = match self.buffers.next() {
            Some(bytes) => Some(self.heap.store.keep(bytes)),
            None if self.options.missing_buffers => None,
            None => return Err(ErrorKind::BufferMissing(number).into()),
        };
        let buffer = self.heap.push_buffer(Buffer { data, readonly: false, of_byte_array: false });
        self.push(buffer);
        Ok(())
    }

    pub(crate) fn readonly_buffer(&mut self) -> Result<()> {
        match self.top(1)? {
            Value::Buffer(id) => {
                let readonly = Buffer { readonly: true, ..self.heap.buffers[id.index()] };
                if !self.heap.buffers[id.index()].readonly {
                    let view = self.heap.push_buffer(readonly);
                    self.stack.pop();
                    self.push(view);
                }
                Ok(())
            }
            Value::Bytes(_) => Ok(()),
            Value::ByteArray(id) => {
                let span = self.heap.byte_arrays[id.index()];
                let view = self.heap.push_buffer(Buffer { data: Some(span), readonly: true, of_byte_array: true });
                self.stack.pop();
                self.push(view);
                Ok(())
            }
            Value::ByteString(_) if self.options.encoding.gives_bytes() => Ok(()),
            value if unknown(value) => Ok(()),
            value => Err(wrong_type("a buffer", &self.heap, value)),
        }
    }
}
