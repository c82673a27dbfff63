//! Dates and times: the text of ISO 8601, and the bytes that Python pickles them as.
//!
//! ```text
//! date       07 E6 0C 1F                     year (two bytes), month, day
//! time                   17 3B 3B 0F 42 3F   hour, minute, second, microseconds (three bytes)
//! datetime   07 E6 0C 1F 17 3B 3B 0F 42 3F   both
//! ```
//!
//! `datetime.__reduce_ex__` of CPython gives these bytes, and the time zone if there is one (`_datetimemodule.c`, `datetime_getstate`).

use std::fmt::{self, Display};

/// A date, a time or both.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Moment {
    pub(crate) date: Option<[u8; 4]>,
    pub(crate) time: Option<[u8; 6]>,
    /// Seconds east of UTC.
    pub(crate) offset: Option<i32>,
}

impl Moment {
    /// Reads the text of a `date`, as `date.fromisoformat` does.
    pub(crate) fn date(text: &str) -> Option<Self> {
        Some(Self { date: Some(date(text)?), time: None, offset: None })
    }

    /// Reads the text of a `time`. What is finer than a microsecond is dropped.
    pub(crate) fn time(text: &str) -> Option<Self> {
        let (time, offset) = clock(text)?;
        Some(Self { date: None, time: Some(time), offset })
    }

    /// Reads the text of a `datetime`: date and time with `T` or a space between them.
    pub(crate) fn date_time(text: &str) -> Option<Self> {
        let (day, rest) = text.split_at_checked(10)?;
        let (time, offset) = clock(rest.strip_prefix(['T', 't', ' '])?)?;
        Some(Self { date: Some(date(day)?), time: Some(time), offset })
    }

    /// Reads the bytes of a pickle. The first bit of the month says which of two equal times is meant (`fold`); text has no word for it.
    pub(crate) fn from_bytes(bytes: &[u8], offset: Option<i32>) -> Option<Self> {
        let (date, time) = match bytes.len() {
            4 => (bytes.first_chunk::<4>(), None),
            6 => (None, bytes.first_chunk::<6>()),
            10 => (bytes.first_chunk::<4>(), bytes.last_chunk::<6>()),
            _ => return None,
        };
        let date = date.map(|[high, low, month, day]| [*high, *low, month & 0x7f, *day]);
        let time = time.map(|[hour, rest @ ..]| [hour & 0x7f, rest[0], rest[1], rest[2], rest[3], rest[4]]);
        let sound = date.is_none_or(is_date) && time.is_none_or(is_time);
        sound.then_some(Self { date, time, offset })
    }

    /// The bytes of a pickle.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let date = self.date.iter().flatten();
        date.chain(self.time.iter().flatten()).copied().collect()
    }
}

/// As `isoformat` writes it.
impl Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some([high, low, month, day]) = self.date {
            write!(f, "{:04}-{month:02}-{day:02}", u16::from_be_bytes([high, low]))?;
        }
        let Some([hour, minute, second, a, b, c]) = self.time else { return Ok(()) };
        if self.date.is_some() {
            f.write_str("T")?;
        }
        write!(f, "{hour:02}:{minute:02}:{second:02}")?;
        let micros = u32::from_be_bytes([0, a, b, c]);
        if micros > 0 {
            write!(f, ".{micros:06}")?;
        }
        let Some(offset) = self.offset else { return Ok(()) };
        let (sign, size) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
        write!(f, "{sign}{:02}:{:02}", size / 3600, size / 60 % 60)?;
        if size % 60 > 0 { write!(f, ":{:02}", size % 60) } else { Ok(()) }
    }
}

/// A number of just so many digits.
fn digits(text: &str, count: usize) -> Option<u16> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

fn is_date([high, low, month, day]: [u8; 4]) -> bool {
    let year = u16::from_be_bytes([high, low]);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u8::from(leap),
        _ => 31,
    };
    (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=days).contains(&day)
}

fn is_time([hour, minute, second, a, b, c]: [u8; 6]) -> bool {
    hour < 24 && minute < 60 && second < 60 && u32::from_be_bytes([0, a, b, c]) < 1_000_000
}

fn date(text: &str) -> Option<[u8; 4]> {
    let mut parts = text.split('-');
    let year = digits(parts.next()?, 4)?.to_be_bytes();
    let mut two = || u8::try_from(digits(parts.next()?, 2)?).ok();
    let date = [year[0], year[1], two()?, two()?];
    (parts.next().is_none() && is_date(date)).then_some(date)
}

fn clock(text: &str) -> Option<([u8; 6], Option<i32>)> {
    let (time, offset) = match text.find(['Z', 'z', '+', '-']) {
        None => (text, None),
        Some(at) => {
            let (time, zone) = text.split_at_checked(at)?;
            (time, Some(offset(zone)?))
        }
    };
    let (time, fraction) = time.split_once('.').map_or((time, None), |(time, fraction)| (time, Some(fraction)));
    let mut parts = time.split(':');
    let mut two = |wanted| match parts.next() {
        Some(part) => u8::try_from(digits(part, 2)?).ok(),
        None if wanted => None,
        None => Some(0),
    };
    let (hour, minute, second) = (two(true)?, two(true)?, two(fraction.is_some())?);
    let micros = match fraction {
        Some(fraction) if !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit()) => {
            let six: String = fraction.chars().chain("000000".chars()).take(6).collect();
            six.parse::<u32>().ok()?
        }
        Some(_) => return None,
        None => 0,
    };
    let [_, a, b, c] = micros.to_be_bytes();
    let time = [hour, minute, second, a, b, c];
    (parts.next().is_none() && is_time(time)).then_some((time, offset))
}

/// `Z`, `+01`, `+01:00`, `+0100` or `+01:00:00`, in seconds.
fn offset(text: &str) -> Option<i32> {
    let (sign, text) = match text.split_at_checked(1)? {
        ("Z" | "z", "") => return Some(0),
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits_of: String = text.chars().filter(|char| *char != ':').collect();
    let shape: Vec<usize> = text.split(':').map(str::len).collect();
    let known = matches!(shape.as_slice(), [2] | [4] | [2, 2] | [2, 2, 2]);
    let mut parts = digits_of.as_bytes().chunks(2).map(|part| {
        let part = std::str::from_utf8(part).ok()?;
        digits(part, 2).map(i32::from)
    });
    let mut part = || parts.next().unwrap_or(Some(0));
    let (hours, minutes, seconds) = (part()?, part()?, part()?);
    let sound = known && hours < 24 && minutes < 60 && seconds < 60;
    sound.then_some(sign * (hours * 3600 + minutes * 60 + seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        let texts = [
            ("2022-12-31T23:59:59.999999", "2022-12-31T23:59:59.999999"),
            ("2022-12-31 23:59", "2022-12-31T23:59:00"),
            ("2024-02-29T00:00:00.5Z", "2024-02-29T00:00:00.500000+00:00"),
            ("0001-01-01T01:02:03.1234567899-0730", "0001-01-01T01:02:03.123456-07:30"),
            ("9999-12-31T00:00:00+01:02:03", "9999-12-31T00:00:00+01:02:03"),
        ];
        for (text, written) in texts {
            let moment = Moment::date_time(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(moment.to_string(), written);
            assert_eq!(Moment::from_bytes(&moment.bytes(), moment.offset), Some(moment));
        }
        assert_eq!(Moment::date("2000-02-29").map(|date| date.to_string()).as_deref(), Some("2000-02-29"));
        assert_eq!(Moment::time("07:08+02").map(|time| time.to_string()).as_deref(), Some("07:08:00+02:00"));
    }

    #[test]
    fn what_is_none() {
        let wrong = [
            "",
            "2022-12-31",
            "2022-13-01T00:00",
            "2023-02-29T00:00",
            "1900-02-29T00:00",
            "0000-01-01T00:00",
            "2022-1-01T00:00",
            "2022-12-31T24:00",
            "2022-12-31T23:60",
            "2022-12-31T23:59:60",
            "2022-12-31T23",
            "2022-12-31T23:59.5",
            "2022-12-31T23:59:00.",
            "2022-12-31T23:59:00+1",
            "2022-12-31T23:59:00+1:00",
            "2022-12-31T23:59:00Z ",
            "2022-12-31é23:59",
            "2022-12-31T+1:+2",
            "2022-12-31T23:59:00:00",
            "2022-12-31T23:59:00+24:00",
        ];
        for text in wrong {
            assert_eq!(Moment::date_time(text), None, "{text}");
        }
        for bytes in [&b"\x07\xe6\x0d\x01"[..], b"\x18\0\0\0\0\0", b"\0\0\0\x0f\x42\x40", b"", b"\x07\xe6\x01\x01\0\0\0\0\0\0\0"]
        {
            assert_eq!(Moment::from_bytes(bytes, None), None, "{bytes:?}");
        }
    }
}
