//! `rust_decimal::Decimal`: Python's `decimal.Decimal` of up to 28 digits.

use rust_decimal::Decimal;

use super::super::from_py::out_of_range;
use super::super::{Decimal as PyDecimal, FromPy};
use crate::error::Result;
use crate::heap::{Heap, Obj, ToPy, Value};

/// `decimal.Decimal`, with the zeros at its end.
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use rust_decimal::Decimal;
///
/// let price: Decimal = "1.10".parse().unwrap();
/// let mut heap = Heap::new();
/// let value = heap.add(price);
/// assert_eq!(heap.obj(value).to_string(), "decimal.Decimal('1.10')");
/// assert_eq!(heap.obj(value).extract::<Decimal>()?, price);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
impl ToPy for Decimal {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        PyDecimal::new(self.to_string()).to_py(heap)
    }
}

/// `decimal.Decimal`. What has more digits than fit, infinities and NaNs are out of range: nothing is rounded.
impl FromPy<'_> for Decimal {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        exact(PyDecimal::reflect(object)?.as_str()).ok_or_else(|| out_of_range(object, "rust_decimal::Decimal"))
    }
}

/// The number of a text as Python writes it: `-1.10`, `1E+3`, `5E-7`.
fn exact(text: &str) -> Option<Decimal> {
    let Some((base, exponent)) = text.split_once(['E', 'e']) else { return Decimal::from_str_exact(text).ok() };
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = base.split_once('.').unwrap_or((base, ""));
    let moved = i32::try_from(fraction.len()).ok()? - exponent;
    if moved <= 0 {
        let zeros = usize::try_from(-moved).ok().filter(|zeros| *zeros <= Decimal::MAX_SCALE as usize)?;
        return Decimal::from_str_exact(&[whole, fraction, &"0".repeat(zeros)].concat()).ok();
    }
    let mut number = Decimal::from_str_exact(&[whole, fraction].concat()).ok()?;
    number.set_scale(u32::try_from(moved).ok()?).ok()?;
    Some(number)
}
