//! Python source that a pickle compiles: whether running it only defines functions and constants.
//!
//! This does not parse Python. It knows strings, brackets, comments and line ends well enough to cut a text into its outermost
//! statements, and takes only statements of a few shapes for harmless. What it does not understand is harmful.

/// Whether running the text as statements (`exec`) only defines functions, imports harmless modules and sets constants.
pub(crate) fn only_defines(text: &str) -> bool {
    let Some(statements) = statements(text) else { return false };
    let mut open = false;
    for (indent, statement) in statements {
        // What stands deeper belongs to a function; a class body is run, so classes are taken only with harmless statements in them.
        if indent > 0 {
            if !open {
                return false;
            }
            continue;
        }
        open = false;
        let statement = statement.trim();
        if let Some(rest) = statement.strip_prefix("async ").unwrap_or(statement).trim_start().strip_prefix("def ") {
            let Some(end) = header_end(rest) else { return false };
            let header = &rest[..end];
            // Defaults and annotations are run.
            let harmless = header.find('(').is_some_and(|at| is_plain(&header[at + 1..].replace(['*', '/'], "")));
            if !harmless {
                return false;
            }
            open = true;
            continue;
        }
        if !(is_constant(statement) || is_harmless_import(statement)) {
            return false;
        }
    }
    true
}

/// Whether the text is one `lambda` whose defaults are harmless.
pub(crate) fn only_lambda(text: &str) -> bool {
    let text = text.trim();
    let Some(rest) = text.strip_prefix("lambda").filter(|rest| rest.starts_with([' ', ':', '\t'])) else { return false };
    let Some(end) = header_end(rest) else { return false };
    let Some(parts) = mask(rest) else { return false };
    // A comma outside of brackets behind the colon would begin another element of a tuple.
    let mut depth = 0_i32;
    for byte in parts.bytes().skip(end + 1) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b',' | b'\n' | b'\r' if depth == 0 => return false,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    is_plain(&rest[..end].replace('*', ""))
}

/// Where the colon is that ends the header of a `def` or `lambda`.
fn header_end(text: &str) -> Option<usize> {
    let masked = mask(text)?;
    let mut depth = 0_i32;
    for (at, byte) in masked.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b':' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

/// Names, numbers, strings, commas, annotations and defaults: no call, no subscript of a call, no operator that a class could define.
fn is_plain(text: &str) -> bool {
    let Some(masked) = mask(text) else { return false };
    let masked = masked.replace("->", "").replace("...", "");
    let names = masked.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let dangerous = |name: &str| name == "yield" || name == "await" || name == "lambda" || name == "for";
    !masked.contains(['(', '{', '@', '+', '-', '*', '/', '%', '<', '>', '!', '&', '^', '~', '\\', ';', '`'])
        && !names.into_iter().any(dangerous)
}

/// A docstring, `pass`, `global x`, or a name set to something plain.
fn is_constant(statement: &str) -> bool {
    let Some(masked) = mask(statement) else { return false };
    let masked = masked.trim();
    if matches!(masked, "" | "pass" | "...")
        || (masked.starts_with('"') && masked.ends_with('"') && masked.len() >= 2 && !masked[1..masked.len() - 1].contains('"'))
    {
        return true;
    }
    match masked.split_once('=') {
        Some((target, value)) => {
            let target = target.split(':').next().unwrap_or_default().trim();
            let name = !target.is_empty() && target.chars().all(|c| c.is_alphanumeric() || c == '_') && !target.starts_with("__");
            let value = value.trim().trim_start_matches('-');
            let value = value.replace(['(', ')', '{', '}'], " ");
            name && !masked.contains("==") && !calls(masked) && is_plain(&value)
        }
        None => false,
    }
}

/// Whether a bracket follows a name, a string or another bracket: a call, or an item that is asked for.
fn calls(masked: &str) -> bool {
    let mut before = ' ';
    for c in masked.chars() {
        if matches!(c, '(' | '[') && (before.is_alphanumeric() || matches!(before, '_' | ')' | ']' | '"' | '}')) {
            return true;
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
    false
}

/// `import math`, `from typing import Any`: modules whose import does nothing, under their own names.
fn is_harmless_import(statement: &str) -> bool {
    const MODULES: &[&str] = &[
        "math",
        "cmath",
        "typing",
        "dataclasses",
        "functools",
        "itertools",
        "collections",
        "operator",
        "decimal",
        "fractions",
        "datetime",
        "json",
        "re",
        "random",
        "statistics",
        "string",
        "time",
        "enum",
        "abc",
        "__future__",
        "numpy",
        "pandas",
        "copy",
        "bisect",
        "heapq",
        "struct",
        "hashlib",
        "base64",
        "os",
        "sys",
        "io",
        "types",
        "inspect",
        "linecache",
        "threading",
    ];
    let modules = match (statement.strip_prefix("import "), statement.strip_prefix("from ")) {
        (Some(rest), _) => rest,
        (_, Some(rest)) => match rest.split_once(" import ") {
            Some((module, names))
                if names.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ',' | ' ' | '(' | ')' | '\n')) =>
            {
                module
            }
            _ => return false,
        },
        _ => return false,
    };
    modules.split(',').all(|module| {
        let module = module.split(" as ").next().unwrap_or_default().trim();
        MODULES.contains(&module.split('.').next().unwrap_or_default())
    })
}

/// The outermost logical lines and how far they are indented; `None` for what is not understood.
fn statements(text: &str) -> Option<Vec<(usize, &str)>> {
    // A form feed begins the indentation anew, a cookie names another encoding.
    if text.contains('\x0c') || text.lines().take(2).any(|line| line.contains("coding")) {
        return None;
    }
    let masked = mask(text)?;
    let bytes = masked.as_bytes();
    let (mut found, mut start, mut depth) = (Vec::new(), 0, 0_i32);
    let mut at = 0;
    while at <= bytes.len() {
        let byte = bytes.get(at).copied().unwrap_or(b'\n');
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            // What follows a semicolon is a statement of the same block, and what follows a colon on a line belongs to it.
            b';' if depth == 0 => return None,
            b'\\' => return None,
            b'\n' | b'\r' if depth == 0 => {
                let line = text.get(start..at.min(text.len()))?;
                let content = masked.get(start..at.min(masked.len()))?;
                if !content.trim().is_empty() {
                    found.push((content.len() - content.trim_start().len(), line));
                }
                start = at + 1;
            }
            _ => {}
        }
        if depth < 0 {
            return None;
        }
        at += 1;
    }
    (depth == 0).then_some(found)
}

/// The text with every string as `"` and blanks and every comment as blanks, byte for byte at the same places; `None` when a string does not end
/// or is an f-string, which runs what it holds.
fn mask(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'#' => {
                while at < bytes.len() && !matches!(bytes[at], b'\n' | b'\r') {
                    out[at] = b' ';
                    at += 1;
                }
            }
            quote @ (b'\'' | b'"') => {
                let prefix = out[..at].iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
                if out[at - prefix..at].iter().any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T')) && prefix <= 2 {
                    return None;
                }
                let triple = bytes.get(at..at + 3).is_some_and(|three| three.iter().all(|byte| *byte == quote));
                let size = if triple { 3 } else { 1 };
                let begin = at;
                at += size;
                loop {
                    let rest = bytes.get(at..)?;
                    match rest.first()? {
                        b'\\' => at += 2,
                        b'\n' | b'\r' if !triple => return None,
                        byte if *byte == quote && rest.iter().take(size).filter(|byte| **byte == quote).count() == size => break,
                        _ => at += 1,
                    }
                }
                at += size;
                let end = at.min(out.len());
                out[begin..end].fill(b' ');
                // The prefix belongs to the string.
                out[begin - prefix..begin].fill(b' ');
                out[begin] = b'"';
                out[end - 1] = b'"';
            }
            _ => at += 1,
        }
    }
    String::from_utf8(out).ok()
}

/// The words of a text, for findings.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions() {
        for (text, expected) in [
            ("def f(x):\n    return x + 1\n", true),
            ("def f(x, y=2, *args, k='a(b', **kw): return x\n", true),
            ("def f(x: int) -> int:\n    import os\n    return os.getpid()\n", true),
            ("\"\"\"doc\"\"\"\nimport math\nN = 3\n\ndef f():\n    return N\n", true),
            ("def f(x=print(1)):\n    pass\n", false),
            ("@deco\ndef f():\n    pass\n", false),
            ("print('x')\n", false),
            ("def f(): pass\nf()\n", false),
            ("def f(): pass; f()\n", false),
            ("def f():\n    pass\n\nx = f()\n", false),
            ("import evil\n", false),
            ("from os import system\nx = 1; system('id')\n", false),
            ("class A:\n    print('x')\n", false),
            ("x = f'{print(1)}'\n", false),
            ("x = [__import__('os')]\n", false),
            ("x = 1\n  y = 2\n", false),
            ("def f(): pass\n\\\nprint(1)\n", false),
            ("if 1:\n    print(1)\n", false),
            ("def f():\n    '''\n'''\nprint(1)\n", false),
            ("def f(x): return 1\rprint(2)\r", false),
        ] {
            assert_eq!(only_defines(text), expected, "{text:?}");
        }
    }

    #[test]
    fn lambdas() {
        for (text, expected) in [
            ("lambda x: x ** 2", true),
            ("lambda: __import__('os').system('id')", true),
            ("lambda x=1, *a: (x, a)\n", true),
            ("lambda: 0, print(1)", false),
            ("lambda x=print(1): x", false),
            ("(lambda: print(1))()", false),
            ("lambdax", false),
            ("print(1)", false),
        ] {
            assert_eq!(only_lambda(text), expected, "{text:?}");
        }
    }
}
