//! What serde has no word for: modules for `#[serde(with = "...")]`.
//!
//! | module | Rust | Python |
//! | --- | --- | --- |
//! | [`set`](mod@set) | any sequence | set |
//! | [`frozenset`] | any sequence | frozenset |
//! | [`tuple`](mod@tuple) | any sequence, such as `Vec` | tuple |
//! | [`list`] | any sequence, tuple or array | list |
//! | [`bytearray`] | `Vec<u8>` and whatever is made of it | bytearray |
//! | [`int`] | [`BigInt`](num_bigint::BigInt) and whatever it converts to | int of any size |
//! | [`decimal`], [`fraction`] | `String` | `decimal.Decimal`, `fractions.Fraction` |
//! | [`complex`] | pair of floats: `(f64, f64)`, `[f64; 2]` | complex |
//! | [`datetime`], [`date`], [`time`] | `String`, and types that show and read the text of ISO 8601 | `datetime.datetime` and its like |
//! | [`timedelta`] | [`Duration`](std::time::Duration) | `datetime.timedelta` |
//! | [`uuid`] | `String`, and types that show and read 32 digits | `uuid.UUID` |
//!
//! Other formats than pickle see a sequence, bytes or text.
//!
//! A date, a time and a UUID are read by way of a heap; so is the whole pickle then.
//!
//! # Examples
//!
//! ```
//! use std::collections::BTreeSet;
//! use num_bigint::BigInt;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize, Debug, PartialEq)]
//! struct Order {
//!     #[serde(with = "cloudpickle::with::set")]
//!     tags: BTreeSet<String>,
//!     #[serde(with = "cloudpickle::with::tuple")]
//!     shape: Vec<u32>,
//!     #[serde(with = "cloudpickle::with::int")]
//!     serial: BigInt,
//!     #[serde(with = "cloudpickle::with::decimal")]
//!     price: String,
//! }
//!
//! let order = Order {
//!     tags: BTreeSet::from(["new".to_owned()]),
//!     shape: vec![2, 3],
//!     serial: BigInt::from(1) << 130,
//!     price: "19.90".to_owned(),
//! };
//! let bytes = cloudpickle::to_vec(&order)?;
//! assert_eq!(
//!     cloudpickle::loads(&bytes)?.root().to_string(),
//!     "{'tags': {'new'}, 'shape': (2, 3), 'serial': 1361129467683753853853498429727072845824, 'price': decimal.Decimal('19.90')}"
//! );
//! assert_eq!(cloudpickle::from_slice::<Order>(&bytes)?, order);
//! # Ok::<(), cloudpickle::Error>(())
//! ```
//!
//! Types of Python's standard library:
//!
//! ```
//! use std::time::Duration;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize, Debug, PartialEq)]
//! struct Event {
//!     #[serde(with = "cloudpickle::with::uuid")]
//!     id: String,
//!     #[serde(with = "cloudpickle::with::datetime")]
//!     at: String,
//!     #[serde(with = "cloudpickle::with::timedelta")]
//!     took: Duration,
//! }
//!
//! let event = Event {
//!     id: "12345678-9abc-def0-1234-56789abcdef0".into(),
//!     at: "2022-12-31T23:59:59.500000+01:00".into(),
//!     took: Duration::from_millis(1500),
//! };
//! let bytes = cloudpickle::to_vec(&event)?;
//! // pickle.loads(bytes)['at'] == datetime(2022, 12, 31, 23, 59, 59, 500000, timezone(timedelta(hours=1)))
//! assert_eq!(cloudpickle::from_slice::<Event>(&bytes)?, event);
//! # Ok::<(), cloudpickle::Error>(())
//! ```

mod text;

pub use self::text::{date, datetime, time, timedelta, uuid};
use crate::ser::marker;

/// Modules that change only what is written.
macro_rules! written_as {
    ($($(#[$doc:meta])* $name:ident, $marker:ident;)*) => {
        $($(#[$doc])*
        pub mod $name {
            use serde::{Deserialize, Deserializer, Serialize, Serializer};

            /// Serializes the value.
            ///
            /// # Errors
            ///
            /// Those of the serializer.
            pub fn serialize<T: Serialize + ?Sized, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_newtype_struct(super::marker::$marker, value)
            }

            /// Deserializes the value.
            ///
            /// # Errors
            ///
            /// Those of the deserializer.
            pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
                T::deserialize(deserializer)
            }
        })*
    };
}
written_as! {
    /// A sequence as a Python set.
    set, SET;
    /// A sequence as a Python frozenset.
    frozenset, FROZENSET;
    /// A sequence as a Python tuple.
    tuple, TUPLE;
    /// A tuple or array as a Python list.
    list, LIST;
    /// Text as a `decimal.Decimal`, which is read as its text.
    decimal, DECIMAL;
    /// A pair of floats as a Python complex, which is read as such a pair.
    complex, COMPLEX;
}

/// Text such as `1/3` as a `fractions.Fraction`, which is read as its text.
pub mod fraction {
    use num_bigint::BigInt;
    use serde::de::{Deserializer, Error, SeqAccess, Visitor};
    use serde::{Deserialize, Serializer};
    use std::fmt;

    /// Serializes the text.
    ///
    /// # Errors
    ///
    /// Those of the serializer.
    pub fn serialize<T: AsRef<str> + ?Sized, S: Serializer>(text: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(super::marker::FRACTION, text.as_ref())
    }

    /// Deserializes the text: up to Python 3.11 a fraction is pickled as text, since then as two ints.
    ///
    /// # Errors
    ///
    /// Those of the deserializer.
    pub fn deserialize<'de, T: From<String>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        #[derive(Debug)]
        struct Part(BigInt);

        impl<'de> Deserialize<'de> for Part {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                super::int::deserialize(deserializer).map(Self)
            }
        }

        struct Fraction;

        impl<'de> Visitor<'de> for Fraction {
            type Value = String;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a fraction")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
                Ok(text.to_owned())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<String, A::Error> {
                let wanted = |index| A::Error::invalid_length(index, &"two ints");
                let Part(numerator) = items.next_element()?.ok_or_else(|| wanted(0))?;
                let Part(denominator) = items.next_element()?.ok_or_else(|| wanted(1))?;
                Ok(format!("{numerator}/{denominator}"))
            }
        }
        deserializer.deserialize_any(Fraction).map(T::from)
    }
}

/// Bytes of some kind.
struct Raw<'b>(&'b [u8]);

impl serde::Serialize for Raw<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// Bytes as a Python bytearray.
pub mod bytearray {
    use serde::Serializer;
    use serde::de::{Deserializer, Error, SeqAccess, Visitor};
    use std::fmt;

    /// Serializes the bytes.
    ///
    /// # Errors
    ///
    /// Those of the serializer.
    pub fn serialize<T: AsRef<[u8]> + ?Sized, S: Serializer>(bytes: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(super::marker::BYTEARRAY, &super::Raw(bytes.as_ref()))
    }

    /// Deserializes the bytes.
    ///
    /// # Errors
    ///
    /// Those of the deserializer.
    pub fn deserialize<'de, T: From<Vec<u8>>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        struct Bytes;

        impl<'de> Visitor<'de> for Bytes {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }

            fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
                Ok(bytes)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<u8>, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = items.next_element()? {
                    bytes.push(byte);
                }
                Ok(bytes)
            }
        }
        deserializer.deserialize_byte_buf(Bytes).map(T::from)
    }
}

/// An int of any size.
///
/// Takes and gives [`BigInt`](num_bigint::BigInt) and what it converts from and to, such as `BigUint` and 128-bit integers.
pub mod int {
    use num_bigint::BigInt;
    use serde::Serializer;
    use serde::de::{Deserializer, Error, Visitor};
    use std::fmt;

    /// Serializes the int.
    ///
    /// # Errors
    ///
    /// Those of the serializer.
    pub fn serialize<T: Clone + Into<BigInt>, S: Serializer>(n: &T, serializer: S) -> Result<S::Ok, S::Error> {
        let n: BigInt = n.clone().into();
        serializer.serialize_newtype_struct(super::marker::INT, &super::Raw(&n.to_signed_bytes_le()))
    }

    /// Deserializes the int.
    ///
    /// # Errors
    ///
    /// Those of the deserializer; an error when the int does not fit the type.
    pub fn deserialize<'de, T: TryFrom<BigInt>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        struct AnyInt;

        impl<'de> Visitor<'de> for AnyInt {
            type Value = BigInt;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("int")
            }

            fn visit_i64<E: Error>(self, n: i64) -> Result<BigInt, E> {
                Ok(n.into())
            }

            fn visit_u64<E: Error>(self, n: u64) -> Result<BigInt, E> {
                Ok(n.into())
            }

            fn visit_i128<E: Error>(self, n: i128) -> Result<BigInt, E> {
                Ok(n.into())
            }

            fn visit_u128<E: Error>(self, n: u128) -> Result<BigInt, E> {
                Ok(n.into())
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<BigInt, E> {
                Ok(BigInt::from_signed_bytes_le(bytes))
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<BigInt, D::Error> {
                deserializer.deserialize_any(self)
            }
        }
        let n = deserializer.deserialize_newtype_struct(super::marker::INT, AnyInt)?;
        let text = n.to_string();
        T::try_from(n).map_err(|_| D::Error::custom(format_args!("{text:.60} does not fit {}", std::any::type_name::<T>())))
    }
}
