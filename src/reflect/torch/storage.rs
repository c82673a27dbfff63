//! Storages: what a tensor's numbers lie in.
//!
//! ```text
//! BINPERSID ('storage', torch.FloatStorage, '0', 'cpu', 6)                 zip files: class, key, location, items
//!           ('storage', torch.storage.UntypedStorage, '0', 'cpu', 24)      of dtypes without a class of their own: bytes
//!           ('storage', torch.FloatStorage, '94..', 'cpu', 6, None)        the older format, with a view of another storage or None:
//!                                                      (key, offset, items)
//! ```
//!
//! The source is `persistent_id` in `_save` and `_legacy_save` of `torch/serialization.py`.

use std::borrow::Cow;
use std::fmt;

use super::{Dtype, torch_name};
use crate::heap::{Heap, Obj, Value};
use crate::reflect::shape::view;

/// A storage that a pickle names: a `Copy` view. Its bytes lie elsewhere, under its key.
#[derive(Clone, Copy)]
pub struct Storage<'h> {
    object: Obj<'h>,
    dtype: Option<Dtype>,
    key: Obj<'h>,
    location: Obj<'h>,
    len: usize,
    view: Option<(usize, usize)>,
}
view!(
    /// Reads the persistent id of a storage, in the form of the zip files or of the older format.
    Storage,
    "a torch storage"
);

impl<'h> Storage<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let heap = object.heap();
        let id = object.as_persistent_id().ok()?.value();
        let [tag, class, key, location, len, rest @ ..] = heap.items(id) else { return None };
        let number = |value: Value| usize::try_from(heap.obj(value).as_u64().ok()?).ok();
        let class = torch_name(heap.obj(*class))?;
        let dtype = match &*class {
            "UntypedStorage" | "_UntypedStorage" => None,
            class => Some(Dtype::of_storage_class(class)?),
        };
        let view = match *rest {
            [] | [Value::None] => None,
            [view] => match *heap.items(view) {
                [_, offset, len] => Some((number(offset)?, number(len)?)),
                _ => return None,
            },
            _ => return None,
        };
        heap.obj(*key).as_py_str().ok()?;
        let is_storage = heap.obj(*tag).as_py_str().is_ok_and(|tag| tag == "storage");
        is_storage.then_some(Self { object, dtype, key: heap.obj(*key), location: heap.obj(*location), len: number(*len)?, view })
    }

    /// What its items are; `None` for an untyped storage, whose items are bytes.
    #[must_use]
    pub fn dtype(self) -> Option<Dtype> {
        self.dtype
    }

    /// The key of its bytes in the file. Storages with the same key are one.
    #[must_use]
    pub fn key(self) -> Cow<'h, str> {
        self.key.as_py_str().map(|key| key.to_string_lossy()).unwrap_or_default()
    }

    /// `storage.device`: `cpu`, `cuda:0`, ..
    #[must_use]
    pub fn device(self) -> Cow<'h, str> {
        self.location.as_py_str().map(|device| device.to_string_lossy()).unwrap_or_default()
    }

    /// How many items it has; bytes, where it has no dtype.
    #[must_use]
    pub fn len(self) -> usize {
        self.len
    }

    /// Whether it has no items.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// `storage.nbytes()`: its length in bytes. `None` where that is more than a machine has.
    #[must_use]
    pub fn byte_len(self) -> Option<usize> {
        self.len.checked_mul(self.item_size())
    }

    pub(crate) fn item_size(self) -> usize {
        self.dtype.map_or(1, Dtype::item_size)
    }

    /// Where this part of another storage's items begins and how many they are, in the older format.
    #[must_use]
    pub fn view(self) -> Option<(usize, usize)> {
        self.view
    }

    /// Its parts, for another heap.
    #[must_use]
    pub fn parts(self) -> StorageParts {
        let Self { dtype, len, .. } = self;
        StorageParts { dtype, key: self.key().into_owned(), device: self.device().into_owned(), len }
    }
}

impl fmt::Display for Storage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = self.dtype.and_then(Dtype::storage_class).unwrap_or("UntypedStorage");
        write!(f, "<torch.{class} {} {} {}>", self.key(), self.device(), self.len)
    }
}

/// What the persistent id of a storage is made of.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct StorageParts {
    /// What its items are; `None` for bytes.
    pub dtype: Option<Dtype>,
    /// The key of its bytes in the file.
    pub key: String,
    /// The device it is loaded to.
    pub device: String,
    /// How many items it has.
    pub len: usize,
}

impl StorageParts {
    /// A storage of items of the dtype on the CPU. Dtypes without a storage class have an untyped one.
    #[must_use]
    pub fn new(dtype: Dtype, key: impl Into<String>, len: usize) -> Self {
        let (dtype, len) = match dtype.storage_class() {
            Some(_) => (Some(dtype), len),
            None => (None, len.saturating_mul(dtype.item_size())),
        };
        Self { dtype, key: key.into(), device: "cpu".to_owned(), len }
    }

    /// Builds it, in the form of the zip files.
    pub fn build(&self, heap: &mut Heap<'_>) -> Value {
        let (module, class) = match self.dtype.and_then(Dtype::storage_class) {
            Some(class) => ("torch", class),
            None => ("torch.storage", "UntypedStorage"),
        };
        let (tag, class) = (heap.name("storage"), heap.shared_global(module, class));
        let (key, device) = (heap.str(&self.key), heap.name(&self.device));
        let id = heap.add((tag, class, key, device, self.len));
        heap.persistent(id)
    }
}
