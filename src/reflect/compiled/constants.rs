//! Constants and code objects, with the identity that they have in a Python that imported the module.

use super::shipment::Shipment;
use crate::error::Result;
use crate::heap::Value;
use crate::marshal::Field;
use crate::reflect::{Code, Release};

impl Shipment<'_, '_, '_> {
    /// A constant.
    ///
    /// Interned strs are one object in a process, and so are strs and bytes of at most one character. Everything else is the object that it is in
    /// the `.pyc`.
    pub(super) fn constant(&mut self, value: Value) -> Result<Value> {
        let module = self.module;
        match value {
            Value::None | Value::True | Value::False | Value::Int(_) | Value::EMPTY_TUPLE => return Ok(value),
            Value::Str(_) => {
                let text = module.heap.content(value);
                if module.interned.contains(&value) || is_single(text) {
                    return Ok(Value::Str(self.heap.intern(text)));
                }
            }
            _ => {}
        }
        if matches!(value, Value::Bytes(_)) && module.heap.content(value).len() <= 1 {
            let bytes = module.heap.content(value);
            return Ok(self.only(&format!("bytes {bytes:?}"), |heap| heap.bytes(bytes.to_vec())));
        }
        let key = format!("constant {value:?}");
        if let Some(made) = self.made(&key) {
            return Ok(made);
        }
        let items = |machine: &mut Self| -> Result<Vec<Value>> {
            let items = machine.module.heap.items(value).to_vec();
            items.into_iter().map(|item| machine.constant(item)).collect()
        };
        let made = match value {
            Value::Tuple(_) => {
                let items = items(self)?;
                self.heap.tuple(items)
            }
            Value::FrozenSet(_) => {
                let items = items(self)?;
                self.heap.frozenset(items)
            }
            Value::Call(_) => match Code::recognise(module.heap.obj(value)) {
                Some(code) => self.code(code)?,
                None => {
                    let copied = self.heap.copy_all(&module.heap, &[value]);
                    copied.first().copied().unwrap_or(Value::None)
                }
            },
            Value::Global(_) => {
                let names = module.heap.obj(value).as_global()?;
                self.reference(&names.0, &names.1)
            }
            _ => {
                let copied = self.heap.copy_all(&module.heap, &[value]);
                copied.first().copied().unwrap_or(Value::None)
            }
        };
        self.keep(&key, made);
        Ok(made)
    }

    /// `"".join(text)`: another object, unless it is a single character.
    pub(super) fn copied_name(&mut self, text: &str) -> Value {
        if is_single(text.as_bytes()) { self.heap.name(text) } else { self.heap.str(text) }
    }

    /// `_code_reduce`. From 3.1 on the name and the four tuples of names are copies.
    fn code(&mut self, code: Code<'_>) -> Result<Value> {
        let copies = self.is_since(Release::V3_1);
        let mut args = Vec::with_capacity(code.shape().constructed().len());
        for field in code.shape().constructed() {
            let Some(object) = code.field(*field) else { continue };
            let value = object.value();
            args.push(match field {
                Field::Name if copies => {
                    let text = object.as_py_str()?.to_string_lossy().into_owned();
                    self.copied_name(&text)
                }
                Field::Names | Field::VarNames | Field::FreeVars | Field::CellVars => {
                    let items = self.module.heap.items(value).to_vec();
                    let items = items.into_iter().map(|item| self.constant(item)).collect::<Result<Vec<_>>>()?;
                    self.heap.tuple(items)
                }
                // A getter from 3.11 on, which gives bytes of the code object's own.
                Field::Code if self.target.python() >= (3, 11) => {
                    let bytes = self.module.heap.content(value).to_vec();
                    self.heap.bytes(bytes)
                }
                _ => self.constant(value)?,
            });
        }
        let code_type = self.dialect().builtin_type(self.heap, "CodeType");
        let args = self.heap.tuple(args);
        Ok(self.heap.call(code_type, args))
    }
}

/// What Python has only once: the empty text and single characters of Latin-1.
fn is_single(text: &[u8]) -> bool {
    match std::str::from_utf8(text) {
        Ok(text) => {
            let mut chars = text.chars();
            chars.next().is_none_or(|c| u32::from(c) < 256) && chars.next().is_none()
        }
        Err(_) => false,
    }
}
