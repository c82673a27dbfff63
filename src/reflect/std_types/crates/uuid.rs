//! `uuid::Uuid`: Python's `uuid.UUID`.

use uuid::Uuid;

use super::super::{FromPy, Uuid as PyUuid};
use crate::error::Result;
use crate::heap::{Heap, Obj, ToPy, Value};

/// `uuid.UUID`.
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use uuid::Uuid;
///
/// let mut heap = Heap::new();
/// let value = heap.add(Uuid::from_u128(1));
/// assert_eq!(heap.obj(value).extract::<Uuid>()?, Uuid::from_u128(1));
/// # Ok::<(), cloudpickle::Error>(())
/// ```
impl ToPy for Uuid {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        PyUuid::from_int(self.as_u128()).to_py(heap)
    }
}

/// `uuid.UUID`.
impl FromPy<'_> for Uuid {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        PyUuid::reflect(object).map(|uuid| Self::from_u128(uuid.int))
    }
}
