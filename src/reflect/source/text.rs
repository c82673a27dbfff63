//! Python text: what is done to it before it travels, and the names in it. Nothing here parses Python.

use std::borrow::Cow;

use crate::error::{ErrorKind, Result};

/// A module's or a function's text: without a byte order mark, ending with a newline. Line ends stay as they are, Python takes all of them.
pub(super) fn statements(text: &str) -> Result<Cow<'_, str>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // ValueError up to CPython 3.10, SyntaxError from 3.11 on.
    if let Some(position) = text.find('\0') {
        return Err(ErrorKind::NulInSource { position }.into());
    }
    Ok(if text.ends_with('\n') { text.into() } else { format!("{text}\n").into() })
}

/// An expression's text: blanks before it would be an `IndentationError`.
pub(super) fn expression(text: &str) -> Result<Cow<'_, str>> {
    statements(text.strip_prefix('\u{feff}').unwrap_or(text).trim_start())
}

/// The name that the last line with a `def`, `async def` or `class` at its very beginning defines.
pub(super) fn last_definition(text: &str) -> Option<&str> {
    let name = |line: &'_ str| {
        let rest = line.strip_prefix("def ").or_else(|| line.strip_prefix("class ")).or_else(|| {
            let rest = line.strip_prefix("async ")?;
            rest.trim_start().strip_prefix("def ")
        })?;
        let rest = rest.trim_start();
        let end = rest.find(|c: char| !is_continue(c)).unwrap_or(rest.len());
        Some(rest.len() - end..rest.len()).filter(|_| end > 0)
    };
    // Python's line ends: `\n`, `\r\n` and `\r`.
    text.split(['\n', '\r']).rev().find_map(|line| {
        let from_end = name(line)?;
        let line_rest = &line[line.len() - from_end.end..];
        Some(&line_rest[..from_end.end - from_end.start])
    })
}

fn is_continue(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Holds the name of a variable that is written into a template against Python's grammar.
pub(super) fn check_variable(name: &str) -> Result<()> {
    let mut chars = name.chars();
    let begins = chars.next().is_some_and(|c| c == '_' || c.is_alphabetic());
    // `locals` is what the template itself calls.
    if begins && chars.all(is_continue) && !KEYWORDS.contains(&name) && !["locals", "__debug__"].contains(&name) {
        return Ok(());
    }
    Err(ErrorKind::NotAnIdentifier(name.to_owned()).into())
}

/// `keyword.kwlist` of CPython 3.7 to 3.13; 3.6 takes `async` and `await` for names.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else",
    "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];

/// The file name under which a source stands in `linecache`: `<my_module 0123456789abcdef>`. Other sources of the same name have others.
pub(super) fn file_name(name: &str, parts: &[&[u8]]) -> String {
    // FNV-1a of 64 bits: the same in every release, since a registered module is known by it.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in [&[name.as_bytes()], parts].concat() {
        for byte in part.iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    // Python takes NUL for a module's name, not for a file's.
    format!("<{} {hash:016x}>", name.replace('\0', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions() {
        for (text, expected) in [
            ("def f(x):\n    return x\n", Some("f")),
            ("@deco\nasync   def  g (x): pass", Some("g")),
            ("def f(): pass\r\nclass C:\r\n    def m(self): pass\r\n", Some("C")),
            ("def f(): pass\rdef g[T](x: T): pass\r", Some("g")),
            ("class Größe: pass", Some("Größe")),
            ("x = 1\ndefine = 2\nclassy(3)\n", None),
            ("    def f(): pass\n", None),
            ("def (x): pass\ndef", None),
            ("", None),
        ] {
            assert_eq!(last_definition(text), expected, "{text:?}");
        }
    }

    #[test]
    fn texts() {
        assert_eq!(statements("\u{feff}x = 1").unwrap(), "x = 1\n");
        assert_eq!(statements("x = 1\r\n\x0c\r\n").unwrap(), "x = 1\r\n\x0c\r\n");
        assert_eq!(expression("\n  lambda x:\n  x").unwrap(), "lambda x:\n  x\n");
        assert_eq!(*statements("x\0").unwrap_err().kind(), ErrorKind::NulInSource { position: 1 });
    }

    #[test]
    fn variables() {
        for name in ["x", "_", "größe", "match", "x1"] {
            assert!(check_variable(name).is_ok(), "{name:?}");
        }
        for name in ["", "1x", "class", "a.b", "a, b", "locals", "__debug__", "x y", "x\n"] {
            assert!(check_variable(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn file_names_stay() {
        assert_eq!(file_name("m", &[b"x = 1\n"]), "<m a2c637010bbbdea4>");
    }
}
