//! What is text in Rust: dates, times and UUIDs, of any crate's types.

use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserializer, Error, Visitor};

/// Takes text, and makes of it what the type makes of it.
struct Text<T>(&'static str, PhantomData<T>);

impl<'de, T: FromStr<Err: Display>> Visitor<'de> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(|error| E::custom(format_args!("{text:.60?}: {error}")))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

fn read<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(
    deserializer: D,
    marker: &'static str,
    what: &'static str,
) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(marker, Text(what, PhantomData))
}

/// Modules for types that are written and read as text.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident, $marker:ident, $what:literal;)*) => {
        $($(#[$doc])*
        pub mod $name {
            use std::fmt::Display;
            use std::str::FromStr;

            use serde::{Deserializer, Serializer};

            use crate::ser::marker::$marker;

            /// Serializes the value.
            ///
            /// # Errors
            ///
            #[doc = concat!("Those of the serializer; `ErrorKind::Custom` when the text is no ", $what, ".")]
            pub fn serialize<T: Display + ?Sized, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_newtype_struct($marker, &value.to_string())
            }

            /// Deserializes the value.
            ///
            /// # Errors
            ///
            #[doc = concat!("Those of the deserializer; an error when what is there is neither a ", $what, " nor text.")]
            pub fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
                super::read(deserializer, $marker, $what)
            }
        })*
    };
}
texts! {
    /// The text of ISO 8601 as a `datetime.datetime`, such as `2022-12-31T23:59:59.5+01:00`.
    ///
    /// For `String`, and for the types of any crate that show and read such text. It is read as `isoformat` writes it; with an offset if the time
    /// has a zone, which has to have a fixed offset. What is finer than a microsecond is dropped.
    datetime, DATETIME, "datetime";
    /// The text of ISO 8601 as a `datetime.date`, such as `2022-12-31`.
    date, DATE, "date";
    /// The text of ISO 8601 as a `datetime.time`, such as `23:59:59.5`.
    time, TIME, "time";
    /// Text of 32 hexadecimal digits, with dashes or without, as a `uuid.UUID`; it is read with dashes.
    uuid, UUID, "UUID";
}

/// A [`Duration`](std::time::Duration) as a `datetime.timedelta`.
///
/// What is finer than a microsecond is dropped. A negative one cannot be read.
pub mod timedelta {
    use std::time::Duration;

    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    /// `timedelta.max`, in days.
    const MAX_DAYS: u64 = 999_999_999;

    /// Serializes the duration.
    ///
    /// # Errors
    ///
    /// Those of the serializer; an error for a duration of 1,000,000,000 days or more.
    pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        let (days, seconds) = (duration.as_secs() / 86_400, duration.as_secs() % 86_400);
        if days > MAX_DAYS {
            return Err(S::Error::custom(format_args!("{days} days are more than a timedelta has")));
        }
        serializer.serialize_newtype_struct(crate::ser::marker::TIMEDELTA, &(days, seconds, duration.subsec_micros()))
    }

    /// Deserializes the duration.
    ///
    /// # Errors
    ///
    /// Those of the deserializer; an error for a negative timedelta.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let (days, seconds, micros) = <(i64, i64, i64)>::deserialize(deserializer)?;
        let whole = days.checked_mul(86_400).and_then(|whole| whole.checked_add(seconds)).and_then(|n| u64::try_from(n).ok());
        match (whole, u32::try_from(micros)) {
            (Some(whole), Ok(micros @ 0..=999_999)) => Ok(Duration::new(whole, micros * 1000)),
            _ => Err(D::Error::custom("a timedelta of zero or more wanted, a negative one found")),
        }
    }
}
