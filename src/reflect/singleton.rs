//! `...`, `NotImplemented`, and the types of these and of `None`.
//!
//! ```text
//! builtins.Ellipsis  builtins.NotImplemented         globals
//! _gen_ellipsis()  _gen_not_implemented()            up to 1.4 on Python 3.6 and 3.7
//! type(None)  type(Ellipsis)  type(NotImplemented)   in 1.2 type is types.ClassType
//! ```

use std::fmt;

use super::shape::{Origin, Shape, handles, unsayable, view};
use super::{Helper, Release, Target, dialect};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};

/// `...` or `NotImplemented` in a pickle: a `Copy` view. `Display` is Python's `repr`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Singleton;
///
/// let pickle = cloudpickle::loads(b"ccloudpickle.cloudpickle\n_gen_ellipsis\n)R.")?;
/// assert_eq!(Singleton::reflect(pickle.root())?.to_string(), "Ellipsis");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Singleton<'h> {
    object: Obj<'h>,
    origin: Origin,
    name: &'static str,
}
view!(
    /// Reads `...` or `NotImplemented`.
    Singleton,
    "Ellipsis or NotImplemented"
);

const ELLIPSIS: &str = "Ellipsis";
const NOT_IMPLEMENTED: &str = "NotImplemented";

impl<'h> Singleton<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let global = |name| object.is_global("builtins", name);
        let (origin, name) = match Shape::helper_call(object) {
            Some((shape, Helper::GenEllipsis)) if shape.args().is_empty() => (shape.origin(), ELLIPSIS),
            Some((shape, Helper::GenNotImplemented)) if shape.args().is_empty() => (shape.origin(), NOT_IMPLEMENTED),
            _ if !matches!(object.value(), Value::Global(_)) => return None,
            _ if global(ELLIPSIS) => (Origin::default(), ELLIPSIS),
            _ if global(NOT_IMPLEMENTED) => (Origin::default(), NOT_IMPLEMENTED),
            _ => return None,
        };
        Some(Self { object, origin, name })
    }

    /// Whether it is `...`.
    #[must_use]
    pub fn is_ellipsis(self) -> bool {
        self.name == ELLIPSIS
    }

    /// Its parts, to build anew.
    #[must_use]
    pub fn parts(self) -> SingletonParts {
        let object = Some(self.object.value()).filter(|value| matches!(value, Value::Global(_)));
        SingletonParts { name: self.name, global: object, origin: self.origin }
    }
}

impl fmt::Display for Singleton<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// `...` or `NotImplemented`, to build one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SingletonParts {
    name: &'static str,
    global: Option<Value>,
    origin: Origin,
}
handles!(SingletonParts { global, origin });

impl SingletonParts {
    /// `...`.
    #[must_use]
    pub fn ellipsis() -> Self {
        Self { name: ELLIPSIS, global: None, origin: Origin::default() }
    }

    /// `NotImplemented`.
    #[must_use]
    pub fn not_implemented() -> Self {
        Self { name: NOT_IMPLEMENTED, ..Self::ellipsis() }
    }

    /// Builds it.
    ///
    /// # Errors
    ///
    /// None: every release can say it.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let release = target.dialect_of().release();
        let slow = release <= Release::V1_1 || release == Release::V1_2 && target.python() < (3, 8);
        // A global loads everywhere, the helpers are there up to 2.2.
        let was_call = self.origin != Origin::default() && release < Release::V3_0;
        if self.global.is_none() && (slow || was_call) {
            let helper = if self.name == ELLIPSIS { Helper::GenEllipsis } else { Helper::GenNotImplemented };
            let callable = self.origin.helper(heap, target, helper);
            return Ok(heap.call(callable, Value::EMPTY_TUPLE));
        }
        Ok(self.global.unwrap_or_else(|| heap.shared_global("builtins", self.name)))
    }
}

/// The type of `None`, `...` or `NotImplemented` in a pickle: a `Copy` view. `Display` is Python's `repr`: `<class 'NoneType'>`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::TypeOf;
///
/// let pickle = cloudpickle::loads(b"cbuiltins\ntype\n(NtR.")?;
/// assert_eq!(TypeOf::reflect(pickle.root())?.to_string(), "<class 'NoneType'>");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct TypeOf<'h> {
    object: Obj<'h>,
    origin: Origin,
    of: Obj<'h>,
}
view!(
    /// Reads such a type (`_class_reduce` of cloudpickle).
    TypeOf,
    "the type of None, Ellipsis or NotImplemented"
);

impl<'h> TypeOf<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call(object)?;
        let is_type = shape.callable.is_global("builtins", "type") || dialect::is_builtin_type(shape.callable, "ClassType");
        let &[of] = shape.args() else { return None };
        let of = shape.obj(of);
        let fits = is_type && (of.is_none() || Singleton::recognise(of).is_some());
        fits.then(|| Self { object, origin: shape.origin(), of })
    }

    /// The only instance: `None`, `...` or `NotImplemented`.
    #[must_use]
    pub fn instance(self) -> Obj<'h> {
        self.of
    }

    /// `__name__`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match Singleton::recognise(self.of) {
            None => "NoneType",
            Some(singleton) if singleton.is_ellipsis() => "ellipsis",
            Some(_) => "NotImplementedType",
        }
    }

    /// Its parts, to build anew.
    #[must_use]
    pub fn parts(self) -> TypeOfParts {
        TypeOfParts { of: self.of.value(), origin: self.origin }
    }
}

impl fmt::Display for TypeOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<class '{}'>", self.name())
    }
}

/// What such a type is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypeOfParts {
    /// The only instance: `None`, `...` or `NotImplemented`.
    pub of: Value,
    origin: Origin,
}
handles!(TypeOfParts { of, origin });

impl TypeOfParts {
    /// The type of `None`, or of what [`SingletonParts`] builds.
    #[must_use]
    pub fn new(of: Value) -> Self {
        Self { of, origin: Origin::default() }
    }

    /// Builds the type.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotInDialect`](crate::ErrorKind::NotInDialect) for cloudpickle 0.4, which writes it as a class of its own.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let release = target.dialect_of().release();
        if release < Release::V1_1 {
            return Err(unsayable("the type of None", target));
        }
        // From 1.3 on it is `type`; where a pickle says that, it stays.
        let callable = match release {
            Release::V1_2 => self.origin.builtin_type_or(heap, target, "ClassType", ("builtins", "type")),
            _ => self.origin.global(heap, &[("builtins", "type")]),
        };
        let args = self.origin.args(heap, &[self.of]);
        Ok(heap.call(callable, args))
    }
}
