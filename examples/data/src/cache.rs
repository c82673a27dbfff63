//! What the caches of Django and of Flask-Caching keep in Redis.
//!
//! | | Django | Flask-Caching (cachelib) |
//! | --- | --- | --- |
//! | key | `<KEY_PREFIX>:<VERSION>:<key>`: `:1:spam` | `<CACHE_KEY_PREFIX><key>`: `flask_cache_spam` |
//! | an int | decimal text | decimal text |
//! | anything else, a bool too | a pickle | `!` and a pickle |

use std::time::Duration;

use cloudpickle::{Pickle, Pickler, loads, py};
use num_bigint::BigInt;
use redis::{Client, Connection, cmd};

use crate::error::Result;

/// How long Redis may take for an answer.
const ANSWER: Duration = Duration::from_secs(10);

/// A cache in Redis, shared with a Python program.
pub struct Cache {
    connection: Connection,
    prefix: String,
    mark: &'static [u8],
}

impl Cache {
    /// The cache of `django.core.cache.backends.redis.RedisCache`, with its `KEY_PREFIX` (`""` by default) and `VERSION` (1 by default).
    ///
    /// # Errors
    ///
    /// [`Error::Redis`](crate::Error::Redis) for an address that is none, or where nobody answers.
    pub fn django(url: &str, key_prefix: &str, version: u32) -> Result<Self> {
        Self::connect(url, format!("{key_prefix}:{version}:"), b"")
    }

    /// The `RedisCache` of Flask-Caching, with its `CACHE_KEY_PREFIX` (`"flask_cache_"` by default).
    ///
    /// # Errors
    ///
    /// Those of [`Cache::django`].
    pub fn flask(url: &str, key_prefix: &str) -> Result<Self> {
        Self::connect(url, key_prefix.to_owned(), b"!")
    }

    fn connect(url: &str, prefix: String, mark: &'static [u8]) -> Result<Self> {
        let connection = Client::open(url)?.get_connection_with_timeout(ANSWER)?;
        connection.set_read_timeout(Some(ANSWER))?;
        connection.set_write_timeout(Some(ANSWER))?;
        Ok(Self { connection, prefix, mark })
    }

    /// The value of a key: `cache.get(key)`.
    ///
    /// # Errors
    ///
    /// [`Error::Redis`](crate::Error::Redis), and [`Error::Pickle`](crate::Error::Pickle) for a value that is no pickle.
    pub fn get(&mut self, key: &str) -> Result<Option<Pickle<'static>>> {
        let value: Option<Vec<u8>> = cmd("GET").arg(self.key(key)).query(&mut self.connection)?;
        value.map(|value| decode(&value, self.mark)).transpose()
    }

    /// Sets the value of a key, for a time: `cache.set(key, value, timeout)`. Times are counted in seconds; a part of one counts as one.
    ///
    /// # Errors
    ///
    /// [`Error::Redis`](crate::Error::Redis).
    pub fn set(&mut self, key: &str, value: &Pickle<'_>, timeout: Option<Duration>) -> Result<()> {
        let mut set = cmd("SET");
        set.arg(self.key(key)).arg(encode(value, self.mark)?);
        if let Some(timeout) = timeout {
            set.arg("EX").arg(timeout.as_millis().div_ceil(1000).max(1) as u64);
        }
        Ok(set.query(&mut self.connection)?)
    }

    /// Forgets a key; whether it was there.
    ///
    /// # Errors
    ///
    /// [`Error::Redis`](crate::Error::Redis).
    pub fn delete(&mut self, key: &str) -> Result<bool> {
        Ok(cmd("DEL").arg(self.key(key)).query(&mut self.connection)?)
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

/// Ints stay text, so that Redis can count with them.
fn encode(value: &Pickle<'_>, mark: &[u8]) -> Result<Vec<u8>> {
    let root = value.root();
    if root.type_name() == "int" {
        return Ok(root.as_bigint()?.to_string().into_bytes());
    }
    let mut bytes = mark.to_vec();
    Pickler::new().protocol(4).dump(&mut bytes, value.heap(), root.value())?;
    Ok(bytes)
}

fn decode(bytes: &[u8], mark: &[u8]) -> Result<Pickle<'static>> {
    if let Some(int) = std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<BigInt>().ok()) {
        return Ok(py!(int));
    }
    Ok(loads(bytes.strip_prefix(mark).unwrap_or(bytes))?.into_owned())
}
