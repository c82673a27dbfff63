//! `ipaddress`: addresses.
//!
//! ```text
//! ipaddress.IPv4Address(n)    ipaddress.IPv6Address(n)      the address as an int
//! ipaddress.IPv6Address('fe80::1%eth0')                     a str, with a scope that a Rust address has no place for
//! ```

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::from_py::FromPy;
use super::made::Made;
use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Obj, ToPy, Value};

fn recognise(object: Obj<'_>) -> Option<IpAddr> {
    let made = Made::of(object).filter(|made| made.is_untouched() && made.args.len() == 1)?;
    let address = made.arg(0)?;
    if made.is_called("ipaddress", "IPv4Address") {
        return match address.as_str() {
            Ok(text) => text.parse::<Ipv4Addr>().ok().map(Into::into),
            Err(_) => Some(Ipv4Addr::from(u32::try_from(address.as_u64().ok()?).ok()?).into()),
        };
    }
    if made.is_called("ipaddress", "IPv6Address") {
        return match address.as_str() {
            Ok(text) => text.parse::<Ipv6Addr>().ok().map(Into::into),
            Err(_) => Some(Ipv6Addr::from(u128::try_from(address.as_bigint().ok()?).ok()?).into()),
        };
    }
    None
}

/// An address of `ipaddress`, or the text of one.
impl FromPy<'_> for IpAddr {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        let text = || object.as_str().ok()?.parse().ok();
        recognise(object).or_else(text).ok_or_else(|| object.wanted("an IP address"))
    }
}

macro_rules! from_py {
    ($($type:ident $kind:ident $wanted:literal;)*) => {
        $(
            /// An address of `ipaddress`, or the text of one.
            impl FromPy<'_> for $type {
                fn from_py(object: Obj<'_>) -> Result<Self> {
                    match IpAddr::from_py(object)? {
                        IpAddr::$kind(address) => Ok(address),
                        other => Err(ErrorKind::OutOfRange { wanted: $wanted, value: other.to_string() }.into()),
                    }
                }
            }
        )*
    };
}
from_py! {
    Ipv4Addr V4 "an IPv4 address";
    Ipv6Addr V6 "an IPv6 address";
}

/// `ipaddress.IPv4Address`.
impl ToPy for Ipv4Addr {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        let class = heap.shared_global("ipaddress", "IPv4Address");
        heap.call(class, (self.to_bits(),))
    }
}

/// `ipaddress.IPv6Address`.
impl ToPy for Ipv6Addr {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        let class = heap.shared_global("ipaddress", "IPv6Address");
        heap.call(class, (self.to_bits(),))
    }
}

/// `ipaddress.IPv4Address` or `ipaddress.IPv6Address`.
impl ToPy for IpAddr {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        match self {
            Self::V4(address) => address.to_py(heap),
            Self::V6(address) => address.to_py(heap),
        }
    }
}
