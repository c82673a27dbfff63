//! The handshake of `multiprocessing.connection`: `deliver_challenge` and `answer_challenge` in CPython's `Lib/multiprocessing/connection.py`.
//!
//! ```text
//! listener                                    client
//! #CHALLENGE# + message             ->
//!                                   <-        digest of the message, with the key
//! #WELCOME# or #FAILURE#            ->
//! ```
//!
//! and then the same the other way round. Up to Python 3.11 the message is 20 random bytes and the digest HMAC-MD5; from 3.12 on it is `{sha256}` and 40 random
//! bytes, and the digest `{sha256}` and HMAC-SHA256 of the whole message. An older client takes such a message as it is, and answers with HMAC-MD5 of it.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha2::{Sha256, Sha384};

use crate::error::{Error, Result};

const CHALLENGE: &[u8] = b"#CHALLENGE#";
const WELCOME: &[u8] = b"#WELCOME#";
const FAILURE: &[u8] = b"#FAILURE#";

/// What a peer of 3.12 or later answers with the digest that it is asked for.
const OURS: &[u8] = b"{sha256}";
const RANDOM: usize = 40;

/// The length of a message before 3.12, and of an HMAC-MD5: neither has a name in front.
const OLD_MESSAGE: usize = 20;
const MD5: usize = 16;

/// The longest message of a handshake.
pub(crate) const LONGEST: u64 = 256;

/// The key that both sides know, and what of the other side is good enough.
///
/// # Examples
///
/// ```
/// use python_pool::AuthKey;
///
/// let key = AuthKey::new(b"secret").refuse_md5();
/// assert_eq!(format!("{key:?}"), "AuthKey(..)");
/// ```
#[derive(Clone)]
pub struct AuthKey {
    key: Vec<u8>,
    md5: bool,
}

impl std::fmt::Debug for AuthKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuthKey(..)")
    }
}

impl AuthKey {
    /// The `authkey` of Python.
    #[must_use]
    pub fn new(key: impl AsRef<[u8]>) -> Self {
        Self { key: key.as_ref().to_vec(), md5: true }
    }

    /// Takes no HMAC-MD5 from the other side, and gives none: it must be Python 3.12 or later.
    #[must_use]
    pub fn refuse_md5(mut self) -> Self {
        self.md5 = false;
        self
    }

    /// Asks the other side for a proof of the key.
    pub(crate) fn challenge(&self, connection: &mut impl Messages) -> Result<Vec<u8>> {
        let mut message = OURS.to_vec();
        message.resize(OURS.len() + RANDOM, 0);
        getrandom::fill(&mut message[OURS.len()..]).map_err(std::io::Error::other)?;
        connection.send(&[CHALLENGE, &message].concat())?;
        let answer = connection.receive()?;
        let proven = self.proves(&message, &answer);
        connection.send(if proven { WELCOME } else { FAILURE })?;
        if proven { Ok(message) } else { Err(Error::Authentication("the other side does not have the key")) }
    }

    /// Proves to the other side that we have the key. `ours` is what we asked ourselves: an answer to that would be one to give back to us.
    pub(crate) fn answer(&self, connection: &mut impl Messages, ours: Option<&[u8]>) -> Result<()> {
        let message = connection.receive()?;
        let message = message.strip_prefix(CHALLENGE).ok_or_else(|| Error::protocol("no challenge where one was wanted"))?;
        if message.len() < OLD_MESSAGE {
            return Err(Error::protocol("a challenge that is too short"));
        }
        if ours == Some(message) {
            return Err(Error::Authentication("the other side asks what it was asked"));
        }
        let answer = match named(message) {
            Some((name, _)) => {
                let digest = self.digest(name, message).ok_or_else(|| Error::protocol("a digest that is not known"))?;
                [b"{", name, b"}", &digest].concat()
            }
            None if self.md5 => self.digest(b"md5", message).unwrap_or_default(),
            None => return Err(Error::Authentication("the other side knows HMAC-MD5 only")),
        };
        connection.send(&answer)?;
        match &connection.receive()?[..] {
            WELCOME => Ok(()),
            FAILURE => Err(Error::Authentication("the other side has another key")),
            _ => Err(Error::protocol("neither #WELCOME# nor #FAILURE#")),
        }
    }

    /// Whether an answer to a message was made with the key. Takes the same time wherever they differ.
    fn proves(&self, message: &[u8], answer: &[u8]) -> bool {
        let (name, digest) = named(answer).unwrap_or((b"md5", answer));
        match name {
            b"md5" => self.md5 && digest.len() == MD5 && self.mac::<Hmac<Md5>>(message).verify_slice(digest).is_ok(),
            b"sha256" => self.mac::<Hmac<Sha256>>(message).verify_slice(digest).is_ok(),
            b"sha384" => self.mac::<Hmac<Sha384>>(message).verify_slice(digest).is_ok(),
            _ => false,
        }
    }

    fn digest(&self, name: &[u8], message: &[u8]) -> Option<Vec<u8>> {
        match name {
            b"md5" if self.md5 => Some(self.mac::<Hmac<Md5>>(message).finalize().into_bytes().to_vec()),
            b"sha256" => Some(self.mac::<Hmac<Sha256>>(message).finalize().into_bytes().to_vec()),
            b"sha384" => Some(self.mac::<Hmac<Sha384>>(message).finalize().into_bytes().to_vec()),
            _ => None,
        }
    }

    fn mac<M: Mac + KeyInit>(&self, message: &[u8]) -> M {
        // HMAC takes keys of any length.
        let mut mac = <M as KeyInit>::new_from_slice(&self.key).unwrap_or_else(|_| unreachable!("HMAC takes any key"));
        mac.update(message);
        mac
    }
}

/// Splits `{name}rest`; `None` for what has no name in front, as it was before 3.12.
fn named(message: &[u8]) -> Option<(&[u8], &[u8])> {
    if matches!(message.len(), OLD_MESSAGE | MD5) {
        return None;
    }
    let rest = message.strip_prefix(b"{")?;
    let end = rest.iter().take(10).position(|byte| *byte == b'}')?;
    Some((&rest[..end], &rest[end + 1..]))
}

/// What a handshake needs of a connection.
pub(crate) trait Messages {
    fn send(&mut self, message: &[u8]) -> Result<()>;
    /// At most [`LONGEST`] bytes.
    fn receive(&mut self) -> Result<Vec<u8>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digests of `hmac.new(b"secret", message, name)` in CPython 3.13.
    #[test]
    fn digests() {
        let key = AuthKey::new(b"secret");
        let message = b"{sha256}0123456789012345678901234567890123456789";
        let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(hex(key.digest(b"md5", message).unwrap()), "ef311782db3cbcf879cf593ba8490f69");
        assert_eq!(
            hex(key.digest(b"sha256", message).unwrap()),
            "57221c32cd0aa3e90893e11ffda2be7449c1517591a532039a0a1ee16b4b0f5b"
        );
        for name in [&b"md5"[..], b"sha256", b"sha384"] {
            let digest = key.digest(name, message).unwrap();
            assert!(key.proves(message, &[b"{", name, b"}", &digest[..]].concat()));
            let mut other = digest.clone();
            other[7] ^= 1;
            assert!(!key.proves(message, &[b"{", name, b"}", &other[..]].concat()));
            assert!(!key.proves(message, &[b"{", name, b"}", &digest[..digest.len() - 1]].concat()));
        }
        let md5 = key.digest(b"md5", message).unwrap();
        assert!(key.proves(message, &md5));
        assert!(!key.clone().refuse_md5().proves(message, &md5));
        for empty in [&b""[..], b"{}", b"{sha256}", b"{sha3_256}", b"{md5}"] {
            assert!(!key.proves(message, empty));
        }
    }
}
