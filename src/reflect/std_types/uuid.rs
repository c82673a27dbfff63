//! `uuid.UUID`.
//!
//! ```text
//! protocol 0, 1   copyreg._reconstructor(uuid.UUID, object, None)     state {'int': n}
//! 2 and up        NEWOBJ uuid.UUID ()                                 state {'int': n}    {'int': n, 'is_safe': 0}
//! ```

use std::fmt;

use super::instance::Instance;
use super::made::{Made, new_instance};
use super::plain::plain;
use crate::heap::{Heap, Obj, Value};
use crate::int::Int;
use crate::reflect::Target;

/// A UUID. `Display` is Python's `repr`: `UUID('00000000-0000-0000-0000-000000000001')`.
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use cloudpickle::reflect::std_types::Uuid;
///
/// let mut heap = Heap::new();
/// let value = heap.add(Uuid::from_int(1));
/// assert_eq!(Uuid::reflect(heap.obj(value))?.int, 1);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Uuid {
    /// Its 128 bits.
    pub int: u128,
    /// `is_safe`: whether the platform made it in a way that is safe for several processes; `None` where that is unknown.
    pub is_safe: Option<bool>,
}
plain!(
    /// Reads a UUID (`UUID.__getstate__` of `uuid.py`; before Python 3.7 its `__dict__`).
    Uuid,
    "a UUID"
);

impl Uuid {
    /// The UUID of 128 bits.
    #[must_use]
    pub fn from_int(int: u128) -> Self {
        Self { int, is_safe: None }
    }

    pub(crate) fn recognise(object: Obj<'_>) -> Option<Self> {
        Made::of(object).filter(|made| made.is_instance_of("uuid", "UUID"))?;
        let instance = Instance::recognise(object)?;
        let int = match instance.attr("int")?.as_int().ok()? {
            Int::Small(n) => u128::try_from(n).ok()?,
            Int::Big(n) => u128::try_from(n).ok()?,
        };
        let is_safe = instance.attr("is_safe").and_then(|safe| match safe.value() {
            Value::Int(n) => Some(n),
            // Python 3.7 has the member: `uuid.SafeUUID(0)`.
            _ => i32::try_from(Made::by(safe, "uuid", "SafeUUID")?.arg(0)?.as_i64().ok()?).ok(),
        });
        let is_safe = match is_safe {
            Some(0) => Some(true),
            Some(-1) => Some(false),
            _ => None,
        };
        Some(Self { int, is_safe })
    }

    /// Builds the UUID.
    pub fn build(self, heap: &mut Heap<'_>, target: &Target) -> Value {
        let class = heap.shared_global("uuid", "UUID");
        let object = new_instance(heap, target, class);
        let (name, int) = (heap.name("int"), heap.add(self.int));
        let mut state = vec![(name, int)];
        if let Some(is_safe) = self.is_safe {
            state.push((heap.name("is_safe"), Value::Int(if is_safe { 0 } else { -1 })));
        }
        let state = heap.dict(state);
        // The object is a call, which takes any state.
        let _ = heap.build(object, state);
        object
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:032x}", self.int);
        let parts = [text.get(..8), text.get(8..12), text.get(12..16), text.get(16..20), text.get(20..)];
        write!(f, "UUID('{}')", parts.into_iter().flatten().collect::<Vec<_>>().join("-"))
    }
}
