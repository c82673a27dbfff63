//! The format of `torch.save` before 1.6, and with `_use_new_zipfile_serialization=False` since.
//!
//! ```text
//! pickle of 0x1950a86a20f9469cfc6c    of 1001    of {'protocol_version': 1001, 'little_endian': True, 'type_sizes': ..}    of the object
//! pickle of the list of keys, and for each key: 8 bytes how many items it has, and the items
//! ```
//!
//! The source is `_legacy_save` and `_legacy_load` of `torch/serialization.py`, and `THPStorage_writeFileRaw` of `torch/csrc/serialization.cpp`. The older form still, a tar
//! archive, is not read.

use std::borrow::Cow;
use std::collections::HashMap;

use num_bigint::BigInt;

use super::{TorchFile, TorchFormat, problem_of};
use crate::error::Result;
use crate::heap::{Heap, Value};
use crate::reflect::torch::Storage;
use crate::unpickle::Unpickler;

const MAGIC: u128 = 0x1950_a86a_20f9_469c_fc6c;
const PROTOCOL: i64 = 1001;

pub(super) fn open<'a>(unpickler: &Unpickler, bytes: &'a [u8]) -> Result<TorchFile<'a>> {
    let foreign = || problem_of("neither a zip file nor torch's magic number");
    let (magic, length) = Unpickler::new().loads_prefix(bytes).map_err(|_| foreign())?;
    if magic.root().as_bigint() != Ok(BigInt::from(MAGIC)) {
        return Err(foreign());
    }
    let mut rest = bytes.get(length..).unwrap_or_default();
    let mut next = || -> Result<_> {
        let (pickle, length) = unpickler.loads_prefix(rest)?;
        rest = rest.get(length..).unwrap_or_default();
        Ok(pickle)
    };
    if next()?.root().as_i64() != Ok(PROTOCOL) {
        return Err(problem_of("a protocol of torch's that is not known"));
    }
    let system = next()?;
    let big_endian = system.root().get("little_endian").is_ok_and(|little| little.as_bool() == Ok(false));
    let pickle = next()?;
    let keys = next()?;
    let sizes = item_sizes(pickle.heap());
    let mut storages = HashMap::new();
    for key in keys.root().iter()? {
        let key = key.as_str()?;
        let short = || problem_of(&format!("the file ends in storage {key}"));
        let (count, after) = rest.split_first_chunk().ok_or_else(short)?;
        let count = if big_endian { u64::from_be_bytes(*count) } else { u64::from_le_bytes(*count) };
        let size = sizes.get(key).copied().ok_or_else(|| problem_of(&format!("storage {key} is named nowhere")))?;
        let length = usize::try_from(count).ok().and_then(|count| count.checked_mul(size)).ok_or_else(short)?;
        let (data, after) = after.split_at_checked(length).ok_or_else(short)?;
        storages.insert(Cow::Owned(key.to_owned()), Cow::Borrowed(data));
        rest = after;
    }
    Ok(TorchFile { pickle, storages, format: TorchFormat::Legacy, big_endian, version: None })
}

/// How many bytes an item of each storage has.
fn item_sizes(heap: &Heap<'_>) -> HashMap<String, usize> {
    let storages = heap.persistent_objects().filter_map(|object| Storage::recognise(heap.obj(object)));
    storages.map(|storage| (storage.key().into_owned(), storage.item_size())).collect()
}

impl Heap<'_> {
    /// Every object with a persistent id.
    fn persistent_objects(&self) -> impl Iterator<Item = Value> + use<> {
        let count = crate::int::u32_from_usize(self.persistents.len()).unwrap_or(u32::MAX);
        (0..count).map(|index| Value::Persistent(crate::heap::PersistentId(index)))
    }
}
