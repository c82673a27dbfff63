//! How much there is in a heap.

use super::{Buffer, Event, Global, Heap, Long, Persistent, Run, Seq, Span, Value};

impl Heap<'_> {
    /// How many objects there are: those in place, such as small ints, are not counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        let arenas = [
            self.longs.len(),
            self.floats.len(),
            self.strs.len(),
            self.byte_strings.len(),
            self.bytes.len(),
            self.byte_arrays.len(),
            self.buffers.len(),
            self.tuples.len().saturating_sub(1),
            self.lists.len(),
            self.dicts.len(),
            self.sets.len(),
            self.frozensets.len(),
            self.globals.len(),
            self.persistents.len(),
            self.events.len(),
        ];
        arenas.into_iter().map(|length| length as u64).sum()
    }

    /// How many bytes the objects take, text that lies in the input not counted.
    #[must_use]
    pub fn memory(&self) -> u64 {
        let arenas = [
            self.longs.len() * size_of::<Long>(),
            self.floats.len() * size_of::<f64>(),
            (self.strs.len() + self.byte_strings.len() + self.bytes.len() + self.byte_arrays.len()) * size_of::<Span>(),
            self.buffers.len() * size_of::<Buffer>(),
            self.pool.len() * size_of::<Value>(),
            (self.tuples.len() + self.frozensets.len()) * size_of::<Run>(),
            (self.lists.len() + self.dicts.len() + self.sets.len()) * size_of::<Seq>(),
            self.globals.len() * size_of::<Global>(),
            self.persistents.len() * size_of::<Persistent>(),
            self.events.len() * size_of::<Event>(),
            self.store.owned(),
        ];
        arenas.into_iter().map(|bytes| bytes as u64).sum()
    }

    /// Whether one more object could be too many for 32-bit indices.
    pub(crate) fn is_nearly_full(&self) -> bool {
        self.count().max(self.pool.len() as u64) >= 1 << 31
    }

    /// What Python calls the type of the object: `int`, `str`, ...; for what only Python could tell, what it is in the stream.
    pub(crate) fn kind_name(&self, value: Value) -> &'static str {
        match value {
            Value::None => "NoneType",
            Value::True | Value::False => "bool",
            Value::Int(_) | Value::Long(_) => "int",
            Value::Float(_) => "float",
            Value::Str(_) => "str",
            Value::ByteString(_) => "Python 2 str",
            Value::Bytes(_) => "bytes",
            Value::ByteArray(_) => "bytearray",
            Value::Buffer(_) => "buffer",
            Value::Tuple(_) => "tuple",
            Value::List(_) => "list",
            Value::Dict(_) => "dict",
            Value::Set(_) => "set",
            Value::FrozenSet(_) => "frozenset",
            Value::Global(_) => "global",
            Value::Extension(_) => "extension code",
            Value::Persistent(_) => "persistent id",
            Value::Call(_) => "result of a call",
        }
    }
}
