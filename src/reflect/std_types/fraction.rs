//! `fractions.Fraction`.
//!
//! ```text
//! fractions.Fraction('1/3')       up to Python 3.10
//! fractions.Fraction(1, 3)        from 3.11 on
//! ```

use std::fmt;

use num_bigint::BigInt;

use super::made::Made;
use super::plain::plain;
use crate::heap::{Heap, Obj, Value};
use crate::int::{Base, Int, parse_int};
use crate::reflect::Target;

/// A rational number. `Display` is Python's `repr`: `Fraction(1, 3)`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::std_types::Fraction;
///
/// let pickle = cloudpickle::loads(b"cfractions\nFraction\n(V-1/3\ntR.")?;
/// let third = Fraction::reflect(pickle.root())?;
/// assert_eq!((third.numerator, third.denominator), ((-1).into(), 3.into()));
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Fraction {
    /// What is divided; it has the sign.
    pub numerator: BigInt,
    /// By what: above zero, without a common divisor.
    pub denominator: BigInt,
}
plain!(
    /// Reads a rational number (`Fraction.__reduce__` of `fractions.py`).
    Fraction,
    "a Fraction"
);

impl Fraction {
    pub(crate) fn recognise(object: Obj<'_>) -> Option<Self> {
        let made = Made::by(object, "fractions", "Fraction")?;
        let (numerator, denominator) = match made.args {
            [_] => {
                let text = made.arg(0)?.as_str().ok()?;
                let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
                (integer(numerator)?, integer(denominator)?)
            }
            [_, _] => (made.arg(0)?.as_bigint().ok()?, made.arg(1)?.as_bigint().ok()?),
            _ => return None,
        };
        (denominator > BigInt::ZERO).then_some(Self { numerator, denominator })
    }

    /// Builds the number.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Value {
        let class = heap.shared_global("fractions", "Fraction");
        if target.python() >= (3, 11) {
            return heap.call(class, (&self.numerator, &self.denominator));
        }
        let text = if self.denominator == BigInt::from(1) {
            self.numerator.to_string()
        } else {
            format!("{}/{}", self.numerator, self.denominator)
        };
        heap.call(class, (text,))
    }
}

/// As many digits as Python reads.
fn integer(text: &str) -> Option<BigInt> {
    parse_int(text.as_bytes(), Base::Ten, 4300).ok().map(|int| match int {
        Int::Small(n) => n.into(),
        Int::Big(n) => n,
    })
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fraction({}, {})", self.numerator, self.denominator)
    }
}
