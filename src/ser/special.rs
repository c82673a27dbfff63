//! Text that becomes an object of Python's standard library: see [`with`](crate::with).

use super::calendar::Moment;
use super::marker;
use super::target::{Kind, Target};
use crate::error::{Error, ErrorKind, Result};
use crate::int::Int;

/// Writes text as what its marker says.
pub(super) fn text<T: Target>(target: &mut T, marked: &'static str, text: &str) -> Result<()> {
    let (what, moment) = match marked {
        marker::DECIMAL => return by_text(target, ("decimal", "Decimal"), text),
        marker::FRACTION => return by_text(target, ("fractions", "Fraction"), text),
        marker::UUID => return uuid(target, text),
        marker::DATETIME => ("datetime", Moment::date_time(text)),
        marker::DATE => ("date", Moment::date(text)),
        marker::TIME => ("time", Moment::time(text)),
        _ => return target.str(text),
    };
    let moment = moment.ok_or_else(|| unsound(what, text))?;
    let mut call = target.open_call(Kind::Call, "datetime", what, Some(1 + usize::from(moment.offset.is_some())))?;
    target.item(&mut call)?;
    target.bytes(&moment.bytes())?;
    if let Some(offset) = moment.offset {
        target.item(&mut call)?;
        timezone(target, offset)?;
    }
    target.close(call)
}

/// `datetime.timezone(datetime.timedelta(days, seconds, 0))`.
fn timezone<T: Target>(target: &mut T, offset: i32) -> Result<()> {
    let mut zone = target.open_call(Kind::Call, "datetime", "timezone", Some(1))?;
    target.item(&mut zone)?;
    let mut delta = target.open_call(Kind::Call, "datetime", "timedelta", Some(3))?;
    for part in [offset.div_euclid(86_400), offset.rem_euclid(86_400), 0] {
        target.item(&mut delta)?;
        target.int(part.into())?;
    }
    target.close(delta)?;
    target.close(zone)
}

fn by_text<T: Target>(target: &mut T, (module, name): (&str, &str), text: &str) -> Result<()> {
    let mut call = target.open_call(Kind::Call, module, name, Some(1))?;
    target.item(&mut call)?;
    target.str(text)?;
    target.close(call)
}

/// A `uuid.UUID` with its state, the one int.
fn uuid<T: Target>(target: &mut T, text: &str) -> Result<()> {
    let digits: String = text.chars().filter(|char| *char != '-').collect();
    let sound = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let n = u128::from_str_radix(&digits, 16).ok().filter(|_| sound).ok_or_else(|| unsound("UUID", text))?;
    let mut instance = target.open_call(Kind::Instance, "uuid", "UUID", Some(1))?;
    target.item(&mut instance)?;
    target.name("int")?;
    match i64::try_from(n) {
        Ok(n) => target.int(n)?,
        Err(_) => target.big(&Int::from(num_bigint::BigInt::from(n)))?,
    }
    target.close(instance)
}

#[cold]
fn unsound(what: &str, text: &str) -> Error {
    ErrorKind::Custom(format!("{text:.60?} is no {what}")).into()
}
