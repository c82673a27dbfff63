//! torch's files: a pickle, and beside it the bytes of the storages that it names.

mod legacy;
mod write;

use std::borrow::Cow;
use std::collections::HashMap;

pub use self::write::TorchWriter;
use super::{room, zip};
use crate::error::{ErrorKind, Result};
use crate::heap::Obj;
use crate::reflect::torch::{Storage, Tensor, TensorData, tensors};
use crate::unpickle::{Pickle, Unpickler};

/// The two formats of `torch.save`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TorchFormat {
    /// A zip file, since torch 1.6.
    Zip,
    /// Pickles one behind the other, then the storages.
    Legacy,
}

/// A file that `torch.save` wrote, open: nothing is run, and no number is copied.
///
/// ```text
/// zip file    archive/data.pkl    archive/byteorder   archive/data/0 ..   archive/version
/// legacy      the magic number    1001    system    the object    keys    length and bytes of each storage
/// ```
///
/// # Examples
///
/// ```
/// use cloudpickle::container::{TorchFile, TorchWriter};
///
/// // What torch.load(file, weights_only=True) accepts.
/// let mut writer = TorchWriter::new();
/// let weight = writer.tensor(vec![1.0_f32, 2.0, 3.0, 6.0], [2, 2])?;
/// let file = writer.state_dict([("layer.weight", weight)])?;
///
/// let file = TorchFile::open(&file)?;
/// for (name, tensor) in file.tensors()? {
///     let data = file.data(tensor)?;
///     println!("{name}: {tensor}, mean {}", data.numbers()?.sum::<f64>() / data.len() as f64);
/// }
/// let (_, weight) = file.tensors()?[0];
/// assert_eq!(file.data(weight)?.values::<f32>()?.sum::<f32>(), 12.0);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TorchFile<'a> {
    pickle: Pickle<'a>,
    storages: HashMap<Cow<'a, str>, Cow<'a, [u8]>>,
    format: TorchFormat,
    big_endian: bool,
    version: Option<u64>,
}

impl<'a> TorchFile<'a> {
    /// Opens a file of either format, by its content.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Custom`] for what is no file of torch's or is broken, and those of [`loads`](crate::loads) for its pickle.
    pub fn open(bytes: &'a [u8]) -> Result<Self> {
        Self::open_with(&Unpickler::new(), bytes)
    }

    /// The same with limits or a policy for its pickle.
    ///
    /// # Errors
    ///
    /// Those of [`TorchFile::open`] and of [`Unpickler::loads`].
    pub fn open_with(unpickler: &Unpickler, bytes: &'a [u8]) -> Result<Self> {
        if zip::is_zip(bytes) { Self::open_zip(unpickler, bytes) } else { legacy::open(unpickler, bytes) }
    }

    fn open_zip(unpickler: &Unpickler, bytes: &'a [u8]) -> Result<Self> {
        let members = zip::members(bytes, room(bytes)).map_err(|problem| problem_of(&format!("the zip file: {problem}")))?;
        // torch calls the folder after the first member.
        let data = members.iter().map(|(name, _)| name.as_str()).find_map(|name| name.strip_suffix("data.pkl"));
        let Some(root) = data.filter(|root| root.ends_with('/')).map(str::to_owned) else {
            return Err(problem_of("a zip file without a data.pkl is no file of torch's"));
        };
        let (mut pickle, mut storages, mut big_endian, mut version) = (None, HashMap::new(), false, None);
        for (name, data) in members {
            let Some(inside) = name.strip_prefix(&root) else { continue };
            match inside.strip_prefix("data/") {
                Some(key) => drop(storages.insert(Cow::Owned(key.to_owned()), data)),
                None => match inside {
                    "data.pkl" => pickle = Some(data),
                    "byteorder" => big_endian = *data == *b"big",
                    "version" => version = std::str::from_utf8(&data).ok().and_then(|text| text.trim().parse().ok()),
                    _ => {}
                },
            }
        }
        let pickle = match pickle {
            Some(Cow::Borrowed(pickle)) => unpickler.loads(pickle)?,
            Some(Cow::Owned(pickle)) => unpickler.loads(&pickle)?.into_owned(),
            None => return Err(problem_of("a zip file without a data.pkl is no file of torch's")),
        };
        Ok(Self { pickle, storages, format: TorchFormat::Zip, big_endian, version })
    }

    /// Which of the formats it has.
    #[must_use]
    pub fn format(&self) -> TorchFormat {
        self.format
    }

    /// Whether numbers are in big endian.
    #[must_use]
    pub fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// The version of a zip file's format, 3 today.
    #[must_use]
    pub fn version(&self) -> Option<u64> {
        self.version
    }

    /// The object that was saved.
    #[must_use]
    pub fn root(&self) -> Obj<'_> {
        self.pickle.root()
    }

    /// The pickle of the object.
    #[must_use]
    pub fn pickle(&self) -> &Pickle<'a> {
        &self.pickle
    }

    /// Every tensor with its path: see [`tensors`](crate::reflect::torch::tensors()).
    ///
    /// # Errors
    ///
    /// Those of [`tensors`](crate::reflect::torch::tensors()).
    pub fn tensors(&self) -> Result<Vec<(String, Tensor<'_>)>> {
        tensors(self.root())
    }

    /// The bytes of a storage: a part of the file, where the zip file does not compress it, which torch never does.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] where the file has no such storage, [`ErrorKind::WrongType`] where it is shorter than the pickle says.
    pub fn storage(&self, storage: Storage<'_>) -> Result<&[u8]> {
        let key = storage.key();
        let missing = || ErrorKind::NotFound { what: "storage", name: key.clone().into_owned() };
        let bytes = self.storages.get(&*key).ok_or_else(missing)?;
        let size = storage.item_size();
        let whole = || storage.object().wanted("a storage as long as the pickle says");
        let part = match storage.view() {
            None => storage.byte_len().and_then(|length| bytes.get(..length)),
            Some((offset, length)) => {
                offset.checked_mul(size).and_then(|start| bytes.get(start..start.checked_add(length.checked_mul(size)?)?))
            }
        };
        part.ok_or_else(whole)
    }

    /// A tensor with its numbers.
    ///
    /// # Errors
    ///
    /// Those of [`TorchFile::storage`] and [`Tensor::with_bytes`].
    pub fn data<'f>(&'f self, tensor: Tensor<'_>) -> Result<TensorData<'f>> {
        let storage = tensor.storage().ok_or_else(|| tensor.object().wanted("a tensor with a storage"))?;
        tensor.with_bytes_of(self.storage(storage)?, self.big_endian)
    }
}

#[cold]
fn problem_of(problem: &str) -> crate::error::Error {
    ErrorKind::Custom(problem.to_owned()).into()
}
