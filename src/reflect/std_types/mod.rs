//! Python's own types: what the standard library has and people keep in pickles, as Rust types.
//!
//! None of them is data to pickle; each is a call in one of a few shapes, which depend on the protocol and on the Python that wrote it. The types here
//! read all of these shapes and build the one that a [`Target`](super::Target) has: the same bytes that its CPython would write.
//!
//! - [`Date`], [`Time`], [`DateTime`], [`TimeDelta`], [`TimeZone`], [`ZoneInfo`]: `datetime` and `zoneinfo`.
//! - [`Decimal`], [`Fraction`], [`Complex`], [`Uuid`], [`Range`]: numbers and their like.
//! - [`PurePath`]: `pathlib`. Addresses of `ipaddress` are Rust's [`IpAddr`](std::net::IpAddr).
//! - [`OrderedDict`], [`DefaultDict`], [`Counter`], [`Deque`], [`ChainMap`], [`UserDict`], [`UserList`], [`UserString`]: `collections`;
//!   `types.SimpleNamespace` is a [`Namespace`](super::Namespace).
//! - [`Array`], [`BytesIo`], [`StringIo`]: `array` and `io`. [`Slice`], [`Pattern`], [`Exception`], [`EnumValue`], [`LogRecord`]; `...` and
//!   `NotImplemented` are [`Singleton`](super::Singleton)s.
//! - [`Instance`]: an instance of any class, however it was pickled, and [`Obj::attr`](crate::Obj::attr); [`InstanceParts`] build one.
//! - [`FromPy`] and [`Obj::extract`](crate::Obj::extract): Python objects as Rust values.
//!
//! What holds no other object is a plain Rust value (`Date`, `Decimal`, ..), with `reflect` and `build`; it is [`ToPy`](crate::ToPy) and [`FromPy`] too. What
//! holds objects is a `Copy` view of the heap (`DateTime`, `TimeZone`, ..), with its parts to build one. `Display` is Python's `repr`.

mod array;
mod array_items;
mod complex;
mod counter;
mod crates;
mod date;
mod datetime;
mod decimal;
mod default_dict;
mod deque;
mod enum_value;
mod exception;
mod fraction;
mod from_py;
mod instance;
mod instance_parts;
mod ip_address;
mod log_record;
mod made;
mod memory_io;
mod ordered_dict;
mod pairs;
mod path;
mod pattern;
mod plain;
mod range;
mod slice;
mod time;
mod timedelta;
mod timezone;
mod uuid;
mod wrapped;
mod zone_info;

pub use self::array::{Array, ArrayParts};
pub use self::array_items::{ArrayItem, MachineFormat};
pub use self::complex::Complex;
pub use self::counter::{Counter, CounterParts};
pub use self::date::Date;
pub use self::datetime::{DateTime, DateTimeParts};
pub use self::decimal::Decimal;
pub use self::default_dict::{DefaultDict, DefaultDictParts};
pub use self::deque::{Deque, DequeParts};
pub use self::enum_value::{EnumValue, EnumValueParts};
pub use self::exception::{Exception, ExceptionParts};
pub use self::fraction::Fraction;
pub use self::from_py::FromPy;
pub use self::instance::Instance;
pub use self::instance_parts::{InstanceParts, InstanceState};
pub use self::log_record::LogRecord;
pub use self::memory_io::{BytesIo, BytesIoParts, StringIo, StringIoParts};
pub use self::ordered_dict::{OrderedDict, OrderedDictParts};
pub use self::path::{PathKind, PurePath};
pub use self::pattern::{Pattern, PatternParts};
pub use self::range::Range;
pub use self::slice::{Slice, SliceParts};
pub use self::time::{Clock, Time, TimeParts};
pub use self::timedelta::TimeDelta;
pub use self::timezone::{TimeZone, TimeZoneParts};
pub use self::uuid::Uuid;
pub use self::wrapped::{ChainMap, ChainMapParts, UserDict, UserDictParts, UserList, UserListParts, UserString, UserStringParts};
pub use self::zone_info::{ZoneInfo, ZoneInfoParts};

use super::annotation::repr_text;
use crate::heap::{Obj, Value};
use crate::text::repr::write_bytes_repr;

/// `repr` of a time zone. It is not [`text`], so that a zone which is a datetime with a zone and so on is not followed.
fn zone_text(object: Obj<'_>) -> String {
    let zone = TimeZone::recognise(object).map(|zone| zone.to_string());
    let zone = zone.or_else(|| ZoneInfo::recognise(object).map(|zone| zone.to_string()));
    zone.unwrap_or_else(|| repr_text(object))
}

/// The name of the type and `repr` of an object of one of the types of this module that hold no other, and of bytes that a call makes.
pub(crate) fn named_text(object: Obj<'_>) -> Option<(&'static str, String)> {
    macro_rules! first {
        ($($name:ident $kind:literal)*) => {
            $(if let Some(found) = $name::recognise(object) {
                return Some(($kind, found.to_string()));
            })*
        };
    }
    let call = object.as_call().ok()?;
    if let Some(bytes) = object.called_bytes() {
        let mut out = String::new();
        // A String takes everything.
        let _ = write_bytes_repr(&mut out, &bytes);
        let array = call.callable().is_global("builtins", "bytearray");
        return Some(if array { ("bytearray", format!("bytearray({out})")) } else { ("bytes", out) });
    }
    first!(Date "date" Time "time" DateTime "datetime" TimeDelta "timedelta" TimeZone "timezone" ZoneInfo "timezone");
    first!(Decimal "Decimal" Fraction "Fraction" Complex "complex" Uuid "UUID" Range "range" PurePath "path");
    None
}

/// `repr` of an object, the types of this module as Python has them.
fn text(object: Obj<'_>) -> String {
    if let Value::Call(_) = object.value()
        && let Some((_, text)) = named_text(object).filter(|(kind, _)| *kind != "bytearray")
    {
        return text;
    }
    repr_text(object)
}
