//! Types that only the module `types` has a name for.
//!
//! ```text
//! _builtin_type('CodeType')       types.CodeType; 'ClassType' is type, in 1.2
//! ```
//!
//! `int`, `dict` and their like are globals of `builtins`.

use std::fmt;

use super::annotation::type_text;
use super::shape::{Origin, Shape, handles, unsayable, view};
use super::{Helper, Target};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::text::PyStr;

/// A type of the module `types` in a pickle: a `Copy` view. `Display` is Python's `repr`: `<class 'function'>`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::BuiltinType;
///
/// let pickle = cloudpickle::loads(b"ccloudpickle.cloudpickle\n_builtin_type\n(VLambdaType\ntR.")?;
/// let function = BuiltinType::reflect(pickle.root())?;
/// assert_eq!(function.name(), "LambdaType");
/// assert_eq!(function.to_string(), "<class 'function'>");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct BuiltinType<'h> {
    object: Obj<'h>,
    origin: Origin,
    name: Obj<'h>,
}
view!(
    /// Reads a type of the module `types` (`_BUILTIN_TYPE_NAMES` of cloudpickle).
    BuiltinType,
    "a type of the module types"
);

/// Types that not every Python 3 has, with the first that has them.
const SINCE: [(&str, (u8, u8)); 10] = [
    ("ClassMethodDescriptorType", (3, 7)),
    ("MethodDescriptorType", (3, 7)),
    ("MethodWrapperType", (3, 7)),
    ("WrapperDescriptorType", (3, 7)),
    ("CellType", (3, 8)),
    ("GenericAlias", (3, 9)),
    ("EllipsisType", (3, 10)),
    ("NoneType", (3, 10)),
    ("NotImplementedType", (3, 10)),
    ("UnionType", (3, 10)),
];

impl<'h> BuiltinType<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let (shape, helper) = Shape::helper_call(object)?;
        match (helper, shape.args()) {
            (Helper::BuiltinType, &[name]) => {
                let name = shape.obj(name);
                name.as_py_str().is_ok().then_some(Self { object, origin: shape.origin(), name })
            }
            _ => None,
        }
    }

    /// Its name in `types`; where it has two there, the last: `LambdaType` for functions.
    #[must_use]
    pub fn name(self) -> PyStr<'h> {
        self.name.as_py_str().unwrap_or_else(|_| PyStr::from(""))
    }

    /// The first Python 3 that has it.
    pub(super) fn since(self) -> (u8, u8) {
        SINCE.iter().find(|(name, _)| self.name() == **name).map_or((3, 0), |(_, since)| *since)
    }

    /// Its parts, to build anew.
    #[must_use]
    pub fn parts(self) -> BuiltinTypeParts {
        BuiltinTypeParts { name: self.name.value(), origin: self.origin }
    }
}

impl fmt::Display for BuiltinType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<class '{}'>", type_text(self.object).unwrap_or_default())
    }
}

/// What a type of the module `types` is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BuiltinTypeParts {
    /// Its name in `types`, a str.
    pub name: Value,
    origin: Origin,
}
handles!(BuiltinTypeParts { name, origin });

impl BuiltinTypeParts {
    /// The type `types.<name>`.
    pub fn new(heap: &mut Heap<'_>, name: &str) -> Self {
        Self { name: heap.str(name), origin: Origin::default() }
    }

    /// Builds the look-up.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotInDialect`](crate::ErrorKind::NotInDialect) for a type that the target's `types` does not have.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let name = heap.obj(self.name).as_py_str()?;
        if SINCE.iter().any(|(other, since)| name == **other && target.python() < *since) {
            return Err(unsayable("a type that its module types does not have", target));
        }
        if name == "ClassType" && target.dialect_of().release() > super::Release::V1_2 {
            return Ok(heap.shared_global("builtins", "type"));
        }
        let callable = self.origin.helper(heap, target, Helper::BuiltinType);
        let args = self.origin.args(heap, &[self.name]);
        Ok(heap.call(callable, args))
    }
}
