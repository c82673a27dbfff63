//! Texts that a pickle puts together while it is loaded.

use std::rc::Rc;

use super::follow::{Args, Follow};
use super::value::{Name, Sym};
use crate::heap::Value;

/// How long a text may become.
const LIMIT: usize = 1 << 24;

impl Follow<'_, '_> {
    /// The str that an object is.
    pub(super) fn text(&self, sym: &Sym) -> Option<Rc<str>> {
        match sym {
            Sym::Text(text) => Some(text.clone()),
            Sym::Data(value @ (Value::Str(_) | Value::ByteString(_))) => {
                Some(String::from_utf8_lossy(self.heap.content(*value)).into())
            }
            _ => None,
        }
    }

    /// The bytes that an object is.
    pub(super) fn bytes(&self, sym: &Sym) -> Option<Rc<[u8]>> {
        match sym {
            Sym::Bytes(bytes) => Some(bytes.clone()),
            Sym::Data(value @ (Value::Bytes(_) | Value::ByteString(_) | Value::ByteArray(_))) => {
                Some(self.heap.content(*value).into())
            }
            _ => None,
        }
    }

    /// The value of a call of a function of texts, where it is one and its arguments are known.
    pub(super) fn computed(&mut self, name: &Name, args: &Args) -> Option<Sym> {
        let module = super::names::canonical(&name.module);
        let first = args.known.first();
        let second = args.known.get(1);
        let text = |at: Option<&Sym>| at.and_then(|sym| self.text(sym));
        let bytes = |at: Option<&Sym>| at.and_then(|sym| self.bytes(sym));
        let found = match (module, name.path.as_str()) {
            ("builtins", "str.join") => {
                let separator = text(first)?;
                let Some(Sym::Data(list)) = second else { return None };
                let mut joined = String::new();
                let heap = self.heap;
                for (at, item) in heap.items(*list).iter().enumerate() {
                    let item = self.sym(*item);
                    joined.push_str(if at > 0 { &separator } else { "" });
                    joined.push_str(&self.text(&item)?);
                    if joined.len() > LIMIT {
                        return None;
                    }
                }
                Sym::Text(joined.into())
            }
            ("operator", "add" | "concat" | "iadd" | "iconcat") | ("builtins", "str.__add__" | "bytes.__add__") => {
                match (text(first), text(second)) {
                    (Some(a), Some(b)) if a.len() + b.len() < LIMIT => Sym::Text(format!("{a}{b}").into()),
                    _ => Sym::Bytes([&*bytes(first)?, &*bytes(second)?].concat().into()),
                }
            }
            ("builtins", "str" | "unicode") if args.known.len() == 1 => Sym::Text(text(first)?),
            ("builtins", "str" | "bytes.decode" | "bytearray.decode")
            | ("codecs", "decode" | "utf_8_decode" | "latin_1_decode") => {
                let encoding = text(second).unwrap_or_else(|| "utf-8".into()).to_lowercase().replace(['_', '-'], "");
                match (&*encoding, text(first), bytes(first)) {
                    ("rot13", Some(text), _) => Sym::Text(rot13(&text).into()),
                    ("hex" | "hexcodec", _, Some(bytes)) => Sym::Bytes(hex(&bytes)?.into()),
                    ("base64" | "base64codec", _, Some(bytes)) => Sym::Bytes(base64(&bytes)?.into()),
                    ("utf8" | "ascii" | "utf", _, Some(bytes)) => Sym::Text(std::str::from_utf8(&bytes).ok()?.into()),
                    ("latin1" | "iso88591" | "cp1252", _, Some(bytes)) => {
                        Sym::Text(bytes.iter().copied().map(char::from).collect::<String>().into())
                    }
                    _ => return None,
                }
            }
            ("codecs", "encode") | ("builtins", "str.encode" | "bytes" | "bytearray") => {
                if let (None, Some(bytes)) = (second, bytes(first)) {
                    return Some(Sym::Bytes(bytes));
                }
                let encoding = text(second).unwrap_or_else(|| "utf-8".into()).to_lowercase().replace(['_', '-'], "");
                let text = text(first)?;
                match &*encoding {
                    "rot13" => Sym::Text(rot13(&text).into()),
                    "utf8" | "ascii" => Sym::Bytes(text.as_bytes().into()),
                    "latin1" | "iso88591" => {
                        Sym::Bytes(text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect::<Option<Vec<u8>>>()?.into())
                    }
                    _ => return None,
                }
            }
            ("base64", "b64decode" | "standard_b64decode" | "decodebytes" | "decodestring" | "urlsafe_b64decode")
            | ("binascii", "a2b_base64") => {
                Sym::Bytes(base64(&bytes(first).or_else(|| text(first).map(|text| text.as_bytes().into()))?)?.into())
            }
            ("base64", "b16decode")
            | ("binascii", "unhexlify" | "a2b_hex")
            | ("builtins", "bytes.fromhex" | "bytearray.fromhex") => {
                Sym::Bytes(hex(&bytes(first).or_else(|| text(first).map(|text| text.as_bytes().into()))?)?.into())
            }
            ("builtins", "str.lower") => Sym::Text(text(first)?.to_lowercase().into()),
            ("builtins", "str.upper") => Sym::Text(text(first)?.to_uppercase().into()),
            ("builtins", "str.strip") if args.known.len() == 1 => Sym::Text(text(first)?.trim().into()),
            ("builtins", "str.replace") => Sym::Text(text(first)?.replace(&*text(second)?, &text(args.known.get(2))?).into()),
            ("builtins", "chr" | "unichr") => match first {
                Some(Sym::Data(Value::Int(code))) => Sym::Text(char::from_u32(u32::try_from(*code).ok()?)?.to_string().into()),
                _ => return None,
            },
            _ => return None,
        };
        Some(found)
    }
}

fn rot13(text: &str) -> String {
    let turn = |byte: u8, base: u8| char::from((byte - base + 13) % 26 + base);
    text.chars()
        .map(|c| match u8::try_from(c) {
            Ok(byte @ b'a'..=b'z') => turn(byte, b'a'),
            Ok(byte @ b'A'..=b'Z') => turn(byte, b'A'),
            _ => c,
        })
        .collect()
}

fn hex(text: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| char::from(*byte).to_digit(16))
        .map(|digit| digit.and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    digits.len().is_multiple_of(2).then(|| digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// Both alphabets; what is in none is skipped, as Python does.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut bits, mut held) = (Vec::with_capacity(text.len() / 4 * 3), 0_u32, 0_u32);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoders() {
        assert_eq!(rot13("flfgrz"), "system");
        assert_eq!(hex(b"6f 73").as_deref(), Some(&b"os"[..]));
        assert_eq!(hex(b"6f7"), None);
        assert_eq!(base64(b"b3M=\n").as_deref(), Some(&b"os"[..]));
    }
}
