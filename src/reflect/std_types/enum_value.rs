//! Members of enums, and flags.
//!
//! ```text
//! Color(1)                                     class and value: every Python
//! getattr(Color, 'RED')                        class and name: enum.pickle_by_enum_name, from 3.11 on
//! operator.or_(Perm(1), Perm(4))               a combination of flags, 3.11.0 and 3.11.1
//! re.IGNORECASE                                a global: members of enums that a module made of its constants
//! ```

use std::fmt;

use num_bigint::BigInt;

use super::made::Made;
use super::text;
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;
use crate::reflect::shape::view;
use crate::text::PyStr;

/// How many flags a combination may have.
const MAX_FLAGS: usize = 4096;

/// A member of an enum, or flags, of a class by reference or by value: a `Copy` view. `Display` is a Python expression: `Color(1)`, `Color.RED`.
///
/// A class by reference is a name, and nothing tells that it is an enum: every call of a class with one argument is read. Of a class by value
/// [`EnumMember`](crate::reflect::EnumMember) knows more. What is pickled as a global is [`Obj::as_global`].
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::std_types::EnumValue;
///
/// let pickle = cloudpickle::loads(b"chttp\nHTTPStatus\n(I404\ntR.")?;
/// let status = EnumValue::reflect(pickle.root())?;
/// assert_eq!(status.class().as_global()?, ("http".into(), "HTTPStatus".into()));
/// assert_eq!(status.value().unwrap().as_i64()?, 404);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct EnumValue<'h> {
    object: Obj<'h>,
    class: Obj<'h>,
    by: By<'h>,
}
view!(
    /// Reads a member of an enum (`Enum.__reduce_ex__`, `Flag.__reduce_ex__`, `pickle_by_enum_name` of `enum`).
    EnumValue,
    "a member of an enum"
);

#[derive(Clone, Copy)]
enum By<'h> {
    Value(Obj<'h>),
    Name(PyStr<'h>),
    /// An `or_` of others.
    Or,
}

impl<'h> EnumValue<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let made = one(object)?;
        if !is_or(made) {
            return Self::single(object, made);
        }
        let mut class = None;
        for flag in flags(object)? {
            let Some(made) = one(flag) else { continue };
            class = class.or(Some(Self::single(flag, made)?.class));
        }
        Some(Self { object, class: class?, by: By::Or })
    }

    fn single(object: Obj<'h>, made: Made<'h>) -> Option<Self> {
        let heap = object.heap();
        match *made.args {
            [class, name] if made.callable.is_global("builtins", "getattr") => {
                let by = By::Name(heap.obj(name).as_py_str().ok()?);
                Some(Self { object, class: heap.obj(class), by })
            }
            [value] => Some(Self { object, class: made.callable, by: By::Value(heap.obj(value)) }),
            _ => None,
        }
    }

    /// The enum.
    #[must_use]
    pub fn class(self) -> Obj<'h> {
        self.class
    }

    /// `value`, where the pickle has it.
    #[must_use]
    pub fn value(self) -> Option<Obj<'h>> {
        match self.by {
            By::Value(value) => Some(value),
            _ => None,
        }
    }

    /// `name`, where the pickle has it.
    #[must_use]
    pub fn name(self) -> Option<PyStr<'h>> {
        match self.by {
            By::Name(name) => Some(name),
            _ => None,
        }
    }

    /// `value` of flags or of a member of an `IntEnum`, those of a combination in one number.
    #[must_use]
    pub fn int_value(self) -> Option<BigInt> {
        match self.by {
            By::Value(value) => value.as_bigint().ok(),
            By::Name(_) => None,
            By::Or => {
                let mut all = BigInt::ZERO;
                for flag in flags(self.object)? {
                    let made = one(flag);
                    all |= match made {
                        Some(made) => Self::single(flag, made)?.value()?.as_bigint().ok()?,
                        None => flag.as_bigint().ok()?,
                    };
                }
                Some(all)
            }
        }
    }

    /// Its parts, to change and to build anew; `None` for a combination whose values are no ints.
    #[must_use]
    pub fn parts(self, heap: &mut Heap<'_>) -> Option<EnumValueParts> {
        let class = self.class.value();
        match self.by {
            By::Value(value) => Some(EnumValueParts::Value { class, value: value.value() }),
            By::Name(name) => Some(EnumValueParts::Name { class, name: name.to_string_lossy().into_owned() }),
            By::Or => Some(EnumValueParts::Value { class, value: heap.add(self.int_value()?) }),
        }
    }
}

/// A call to whose result nothing was done.
fn one(object: Obj<'_>) -> Option<Made<'_>> {
    Made::of(object).filter(|made| !made.is_new && made.is_untouched())
}

fn is_or(made: Made<'_>) -> bool {
    ["_operator", "operator"].into_iter().any(|module| made.is_called(module, "or_"))
}

/// What `or_` combines, and what these do, without their order.
fn flags(object: Obj<'_>) -> Option<Vec<Obj<'_>>> {
    let (mut waiting, mut found) = (vec![object], Vec::new());
    while let Some(object) = waiting.pop() {
        match one(object).filter(|made| is_or(*made)) {
            Some(made) => waiting.extend([made.arg(0)?, made.arg(1)?]),
            None => found.push(object),
        }
        if waiting.len() + found.len() > MAX_FLAGS {
            return None;
        }
    }
    Some(found)
}

impl fmt::Display for EnumValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.class.global_names();
        let class = names.map_or_else(|| text(self.class), |(_, name)| name.into_owned());
        match (self.by, self.int_value()) {
            (By::Value(value), _) => write!(f, "{class}({})", text(value)),
            (By::Name(name), _) => write!(f, "{class}.{name}"),
            (By::Or, Some(value)) => write!(f, "{class}({value})"),
            (By::Or, None) => write!(f, "{class}(..)"),
        }
    }
}

/// What a member of an enum is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EnumValueParts {
    /// By its value, flags among them.
    Value {
        /// The enum: `heap.global("http", "HTTPStatus")`, or a class by value.
        class: Value,
        /// `value`.
        value: Value,
    },
    /// By its name.
    Name {
        /// The enum.
        class: Value,
        /// `name`.
        name: String,
    },
}

impl crate::reflect::Handles for EnumValueParts {
    fn each(&mut self, change: &mut dyn FnMut(&mut Value)) {
        match self {
            Self::Value { class, value } => {
                change(class);
                change(value);
            }
            Self::Name { class, .. } => change(class),
        }
    }
}

impl EnumValueParts {
    /// Builds the member.
    ///
    /// # Errors
    ///
    /// None: every Python loads both.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::Target;
    /// use cloudpickle::reflect::std_types::{EnumValue, EnumValueParts};
    /// use cloudpickle::Heap;
    ///
    /// let mut heap = Heap::new();
    /// let parts = EnumValueParts::Name { class: heap.global("http", "HTTPStatus"), name: "OK".into() };
    /// let ok = parts.build(&mut heap, &Target::cpython(3, 12))?;
    /// assert_eq!(EnumValue::reflect(heap.obj(ok))?.to_string(), "HTTPStatus.OK");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn build(&self, heap: &mut Heap<'_>, _target: &Target) -> Result<Value> {
        match self {
            Self::Value { class, value } => Ok(heap.call(*class, (*value,))),
            Self::Name { class, name } => {
                let getattr = heap.shared_global("builtins", "getattr");
                let name = heap.name(name);
                Ok(heap.call(getattr, (*class, name)))
            }
        }
    }
}
