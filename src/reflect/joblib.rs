//! joblib's files: pickles with the bytes of arrays between their opcodes.
//!
//! ```text
//! NEWOBJ joblib.numpy_pickle.NumpyArrayWrapper ()
//! BUILD {'subclass': numpy.ndarray, 'shape': (3,), 'order': 'C', 'dtype': dtype, 'allow_mmap': True, 'numpy_array_alignment_bytes': 16}
//! 1 byte how many follow, as many bytes to align, the bytes of the array           the opcodes go on behind them
//! BUILD {.., 'dtype': dtype('O')}, and a pickle of the array                       for arrays of objects
//! ```
//!
//! The source is `NumpyArrayWrapper` and `NumpyUnpickler.load_build` of `joblib/numpy_pickle.py`. Before 1.2 nothing was aligned.

use super::numpy::{Array, Dtype};
use super::std_types::Instance;
use crate::error::{ErrorKind, Result};
use crate::heap::{Obj, Value};
use crate::opcode::Opcode;
use crate::unpickle::{Pickle, Unpickler, Watch, Watched};

/// Loads a file that `joblib.dump` wrote, with every array in it where joblib would put it: [`Array`] reads them, their bytes are borrowed.
///
/// A compressed file is unpacked first: `container::unpacked` (feature `container`). What is loaded is an ordinary pickle; written again, it
/// needs no joblib to be loaded.
///
/// # Errors
///
/// Those of [`loads`](crate::loads); [`ErrorKind::UnexpectedEof`] where the bytes of an array are cut.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{joblib, numpy::Array};
///
/// let file = include_bytes!("../../examples/array.joblib"); // joblib.dump({"weights": numpy.array([1.5, 2.5, 3.0])}, "array.joblib")
/// let pickle = joblib::loads(file)?;
/// let array = Array::reflect(pickle.root().get("weights")?)?;
/// assert_eq!(array.values::<f64>()?.collect::<Vec<_>>(), [1.5, 2.5, 3.0]);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub fn loads(input: &[u8]) -> Result<Pickle<'_>> {
    loads_with(&Unpickler::new(), input)
}

/// The same with the options of an [`Unpickler`].
///
/// # Errors
///
/// Those of [`loads`].
pub fn loads_with<'a>(unpickler: &Unpickler, input: &'a [u8]) -> Result<Pickle<'a>> {
    let mut found = Found { unpickler, length: input.len(), arrays: Vec::new(), error: None };
    let result = unpickler.loads_watching(input, &mut found);
    if let Some(error) = found.error {
        return Err(error);
    }
    let mut pickle = result?;
    for (wrapper, data) in found.arrays {
        match data {
            Data::Bytes { start, length } => in_place_of(&mut pickle, wrapper, start, length)?,
            Data::Pickle { start } => {
                let nested = unpickler.loads(input.get(start..).unwrap_or_default())?;
                let copy = pickle.heap_mut().copy(nested.root());
                pickle.heap_mut().become_call(wrapper, copy)?;
            }
        }
    }
    Ok(pickle)
}

/// Where an array is in the input.
enum Data {
    Bytes { start: usize, length: usize },
    Pickle { start: usize },
}

struct Found<'u> {
    unpickler: &'u Unpickler,
    length: usize,
    arrays: Vec<(Value, Data)>,
    error: Option<crate::error::Error>,
}

/// What a wrapper says of its array.
struct Wrapper<'h> {
    subclass: Obj<'h>,
    shape: Obj<'h>,
    dtype: Obj<'h>,
    fortran: bool,
    aligned: bool,
}

impl<'h> Wrapper<'h> {
    fn recognise(object: Obj<'h>) -> Option<Self> {
        let made = Instance::recognise(object)?;
        let (module, name) = made.class().global_names()?;
        if name != "NumpyArrayWrapper" || !module.ends_with("numpy_pickle") {
            return None;
        }
        Some(Self {
            subclass: made.attr("subclass")?,
            shape: made.attr("shape")?,
            dtype: made.attr("dtype")?,
            fortran: made.attr("order")?.as_py_str().ok()? == "F",
            aligned: made.attr("numpy_array_alignment_bytes").is_some_and(|bytes| !bytes.is_none()),
        })
    }
}

impl Watch for Found<'_> {
    fn after(&mut self, machine: Watched<'_, '_>, opcode: Opcode, offset: usize, rest: &[u8]) -> usize {
        let top = machine.stack.last().filter(|_| opcode == Opcode::Build && self.error.is_none());
        let Some((top, wrapper)) = top.and_then(|top| Some((*top, Wrapper::recognise(machine.heap.obj(*top))?))) else {
            return 0;
        };
        let at = self.length - rest.len();
        let Some(dtype) = Dtype::recognise(wrapper.dtype) else { return 0 };
        if dtype.has_objects() {
            return match self.unpickler.loads_prefix(rest) {
                Ok((_, length)) => {
                    self.arrays.push((top, Data::Pickle { start: at }));
                    length
                }
                Err(error) => {
                    self.error = Some(error);
                    0
                }
            };
        }
        let skipped = if wrapper.aligned { rest.first().map(|padding| usize::from(*padding) + 1) } else { Some(0) };
        let sizes = wrapper.shape.iter().ok().into_iter().flatten().map(|length| usize::try_from(length.as_u64().ok()?).ok());
        let length = sizes.into_iter().try_fold(dtype.item_size(), |product, length| product.checked_mul(length?));
        let end = skipped.zip(length).and_then(|(skipped, length)| skipped.checked_add(length));
        match (skipped, length, end.filter(|end| *end <= rest.len())) {
            (Some(skipped), Some(length), Some(end)) => {
                self.arrays.push((top, Data::Bytes { start: at + skipped, length }));
                end
            }
            _ => {
                let needed = end.unwrap_or(usize::MAX).saturating_sub(rest.len());
                self.error = Some(ErrorKind::UnexpectedEof { needed }.at(offset));
                0
            }
        }
    }
}

/// Makes a wrapper the call that makes its array.
fn in_place_of(pickle: &mut Pickle<'_>, object: Value, start: usize, length: usize) -> Result<()> {
    let heap = pickle.heap_mut();
    let wanted = |heap: &crate::heap::Heap<'_>| heap.obj(object).wanted("a wrapper of one array");
    let Some(wrapper) = Wrapper::recognise(heap.obj(object)) else { return Err(wanted(heap)) };
    let (subclass, shape, dtype, fortran) =
        (wrapper.subclass.value(), wrapper.shape.value(), wrapper.dtype.value(), wrapper.fortran);
    let reconstruct = heap.shared_global("numpy.core.multiarray", "_reconstruct");
    let nothing = heap.tuple([Value::Int(0)]);
    let letter = heap.bytes(b"b");
    let span = heap.store.input(start, length);
    let bytes = heap.push_bytes(span);
    let array = heap.call(reconstruct, (subclass, nothing, letter));
    heap.build(array, (1, shape, dtype, fortran, bytes))?;
    heap.become_call(object, array)?;
    Array::recognise(heap.obj(object)).map(drop).ok_or_else(|| wanted(heap))
}
