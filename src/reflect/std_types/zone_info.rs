//! `zoneinfo.ZoneInfo`: a time zone of the IANA database, by its name.
//!
//! ```text
//! getattr(zoneinfo.ZoneInfo, '_unpickle')('Europe/Berlin', 1)          0: not from the cache (ZoneInfo.no_cache)
//! ```

use std::fmt;

use super::made::Made;
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::reflect::Target;
use crate::reflect::shape::{unsayable, view};
use crate::text::PyStr;

/// A time zone by name: a `Copy` view. `Display` is Python's `repr`: `zoneinfo.ZoneInfo(key='Europe/Berlin')`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Target;
/// use cloudpickle::reflect::std_types::{ZoneInfo, ZoneInfoParts};
/// use cloudpickle::Heap;
///
/// let mut heap = Heap::new();
/// let zone = ZoneInfoParts::new("Europe/Berlin").build(&mut heap, &Target::cpython(3, 12))?;
/// assert_eq!(ZoneInfo::reflect(heap.obj(zone))?.key(), "Europe/Berlin");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct ZoneInfo<'h> {
    object: Obj<'h>,
    key: PyStr<'h>,
    from_cache: bool,
}
view!(
    /// Reads a time zone (`zoneinfo_reduce` of `_zoneinfo.c`).
    ZoneInfo,
    "a ZoneInfo"
);

impl<'h> ZoneInfo<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let made = Made::of(object).filter(|made| !made.is_new && made.is_untouched())?;
        let (key, from_cache) = match made.args {
            [key, from_cache @ (Value::True | Value::False | Value::Int(_))] => {
                (object.heap().obj(*key).as_py_str().ok()?, *from_cache)
            }
            _ => return None,
        };
        let from_cache = !matches!(from_cache, Value::False | Value::Int(0));
        let method = made.callable;
        let named = || method.is_global("zoneinfo", "ZoneInfo._unpickle");
        let got = || {
            let got = Made::by(method, "builtins", "getattr")?;
            let class = got.arg(0)?.is_global("zoneinfo", "ZoneInfo");
            (class && got.arg(1)?.as_str() == Ok("_unpickle")).then_some(())
        };
        (named() || got().is_some()).then_some(Self { object, key, from_cache })
    }

    /// The name of the zone.
    #[must_use]
    pub fn key(self) -> PyStr<'h> {
        self.key
    }

    /// Whether the zone is that of the cache, as it is unless it was made by `ZoneInfo.no_cache`.
    #[must_use]
    pub fn is_from_cache(self) -> bool {
        self.from_cache
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> ZoneInfoParts {
        ZoneInfoParts { key: self.key.to_string_lossy().into_owned(), from_cache: self.from_cache }
    }
}

impl fmt::Display for ZoneInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "zoneinfo.ZoneInfo(key={:?})", self.key)
    }
}

/// What a time zone by name is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ZoneInfoParts {
    /// The name of the zone.
    pub key: String,
    /// Whether it is that of the cache.
    pub from_cache: bool,
}

impl ZoneInfoParts {
    /// The zone of the cache.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), from_cache: true }
    }

    /// Builds the time zone.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotInDialect`](crate::ErrorKind::NotInDialect) before Python 3.9.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        if target.python() < (3, 9) {
            return Err(unsayable("a ZoneInfo", target));
        }
        let getattr = heap.shared_global("builtins", "getattr");
        let class = heap.shared_global("zoneinfo", "ZoneInfo");
        let name = heap.name("_unpickle");
        let method = heap.call(getattr, (class, name));
        // The C code writes an int.
        Ok(heap.call(method, (&self.key, i32::from(self.from_cache))))
    }
}
