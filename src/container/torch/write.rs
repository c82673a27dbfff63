//! Writing zip files as torch does.

use std::borrow::Cow;
use std::io::{self, Write};

use super::super::zip_writer::{ALIGNMENT, ZipWriter};
use crate::error::{ErrorKind, Result};
use crate::heap::{EffectKind, Heap, Value};
use crate::pickle::Pickler;
use crate::reflect::numpy::Element;
use crate::reflect::torch::{Dtype, StorageParts, TensorParts};

/// Builds a file that `torch.load(file, weights_only=True)` accepts.
///
/// Storages are given first, tensors are made in them, and an object that holds the tensors is written. Tensors in one storage share it after loading.
///
/// # Examples
///
/// ```
/// use cloudpickle::container::TorchWriter;
/// use cloudpickle::reflect::torch::{Dtype, TensorParts};
///
/// let numbers: Vec<f32> = (0..1000).map(|n| n as f32).collect();
/// let mut writer = TorchWriter::new();
/// // A slice that lives as long as the writer is not copied until it is written.
/// let storage = writer.storage(numbers.as_slice())?;
/// let heap = writer.heap_mut();
/// let matrix = TensorParts::new(storage, Dtype::F32, [10, 100]).parameter().build(heap)?;
/// let row = TensorParts::new(storage, Dtype::F32, [100]).offset(300).build(heap)?;
/// let mut file = Vec::new();
/// writer.write_state_dict(&mut file, [("matrix", matrix), ("row", row)])?;
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TorchWriter<'a> {
    heap: Heap<'a>,
    storages: Vec<Cow<'a, [u8]>>,
}

impl<'a> TorchWriter<'a> {
    /// A writer without storages.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The objects, to build tensors and what holds them in.
    pub fn heap_mut(&mut self) -> &mut Heap<'a> {
        &mut self.heap
    }

    /// A storage of Rust numbers: a vector, copied once, or a slice that lives as long as the writer, not copied.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] for a Rust type that no dtype of torch's has.
    pub fn storage<T: Element>(&mut self, items: impl Into<Cow<'a, [T]>>) -> Result<Value> {
        let dtype = Dtype::of::<T>().ok_or_else(|| ErrorKind::NotFound { what: "dtype for", name: T::WANTED.to_owned() })?;
        let bytes = match items.into() {
            Cow::Borrowed(items) => Cow::Borrowed(T::bytes(items)),
            Cow::Owned(items) => Cow::Owned(T::bytes(&items).to_vec()),
        };
        self.storage_of(dtype, bytes)
    }

    /// A storage of any dtype from its bytes, in this machine's byte order.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] where they are no whole number of items.
    pub fn storage_of(&mut self, dtype: Dtype, bytes: impl Into<Cow<'a, [u8]>>) -> Result<Value> {
        let bytes = bytes.into();
        if bytes.len() % dtype.item_size() != 0 {
            let found = format!("{} bytes", bytes.len());
            return Err(ErrorKind::WrongType { wanted: "bytes of whole items", found }.into());
        }
        let key = self.storages.len().to_string();
        let len = bytes.len() / dtype.item_size();
        self.storages.push(bytes);
        Ok(StorageParts::new(dtype, key, len).build(&mut self.heap))
    }

    /// A contiguous tensor in a storage of its own.
    ///
    /// # Errors
    ///
    /// Those of [`TorchWriter::storage`], and [`ErrorKind::WrongType`] where the shape has more items.
    pub fn tensor<T: Element>(&mut self, items: impl Into<Cow<'a, [T]>>, shape: impl Into<Vec<usize>>) -> Result<Value> {
        let storage = self.storage(items)?;
        let dtype = Dtype::of::<T>().unwrap_or(Dtype::U8);
        TensorParts::new(storage, dtype, shape).build(&mut self.heap)
    }

    /// Writes an object.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] for those of the writer, and those of [`Pickler::dumps`].
    pub fn write(&self, out: &mut impl Write, root: Value) -> Result<()> {
        let pickle = Pickler::new().protocol(2).dumps(&self.heap, root)?;
        let order: &[u8] = if cfg!(target_endian = "big") { b"big" } else { b"little" };
        let mut file = ZipWriter::new(out);
        let mut write = || -> io::Result<()> {
            file.member("archive/data.pkl", &pickle)?;
            file.member("archive/.format_version", b"1")?;
            file.member("archive/.storage_alignment", ALIGNMENT.to_string().as_bytes())?;
            file.member("archive/byteorder", order)?;
            for (key, bytes) in self.storages.iter().enumerate() {
                file.member(&format!("archive/data/{key}"), bytes)?;
            }
            file.member("archive/version", b"3\n")?;
            let id = file.id();
            file.member("archive/.data/serialization_id", id.as_bytes())?;
            file.finish()
        };
        write().map_err(|error| ErrorKind::Io { kind: error.kind(), message: error.to_string() }.into())
    }

    /// Writes a state dict: an `OrderedDict` of the tensors by name.
    ///
    /// # Errors
    ///
    /// Those of [`TorchWriter::write`].
    pub fn write_state_dict<'n>(
        mut self,
        out: &mut impl Write,
        tensors: impl IntoIterator<Item = (&'n str, Value)>,
    ) -> Result<()> {
        let class = self.heap.shared_global("collections", "OrderedDict");
        let dict = self.heap.call(class, ());
        let pairs = tensors.into_iter().flat_map(|(name, tensor)| [self.heap.str(name), tensor]).collect::<Vec<_>>();
        self.heap.gather(EffectKind::SetItems, dict, &pairs);
        self.write(out, dict)
    }

    /// The bytes of a file with a state dict.
    ///
    /// # Errors
    ///
    /// Those of [`TorchWriter::write`].
    pub fn state_dict<'n>(self, tensors: impl IntoIterator<Item = (&'n str, Value)>) -> Result<Vec<u8>> {
        let length: usize = self.storages.iter().map(|bytes| bytes.len() + 256).sum();
        let mut out = Vec::with_capacity(length + 4096);
        self.write_state_dict(&mut out, tensors)?;
        Ok(out)
    }
}
