//! Arguments and states in a few words: what a reader of a report wants, and no more of a large object than its beginning.

use std::fmt::Write;

use crate::heap::{EventKind, Heap, Value};

/// How many bytes of text are made, about.
const LENGTH: usize = 200;
/// How many items of a container are shown.
const ITEMS: usize = 8;
/// How deep calls and containers are shown.
const DEPTH: u32 = 4;
/// How many characters of a str are shown in full.
const PLAIN: usize = 80;

/// An object as Python would write it, cut with `...` where it is long or deep.
pub(super) fn show(heap: &Heap<'_>, value: Value) -> String {
    let mut out = String::with_capacity(64);
    write(heap, value, 0, &mut out);
    out
}

fn write(heap: &Heap<'_>, value: Value, depth: u32, out: &mut String) {
    if out.len() > LENGTH || depth > DEPTH {
        return out.push_str("...");
    }
    match value {
        Value::Str(_) => {
            let text = heap.content(value);
            let plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'\'' | b'\\');
            match std::str::from_utf8(text) {
                Ok(plain_text) if text.len() <= PLAIN && text.iter().all(plain) => {
                    out.push('\'');
                    out.push_str(plain_text);
                    out.push('\'');
                }
                _ => whole(heap, value, out),
            }
        }
        Value::Bytes(_) | Value::ByteArray(_) if heap.content(value).len() > 32 => {
            let _ = write!(out, "<{} bytes>", heap.content(value).len());
        }
        Value::Tuple(_) => {
            let items = heap.items(value);
            sequence(heap, items, ("(", if items.len() == 1 { ",)" } else { ")" }), depth, out);
        }
        Value::List(_) => sequence(heap, heap.items(value), ("[", "]"), depth, out),
        Value::Dict(_) => {
            out.push('{');
            for (at, pair) in heap.items(value).chunks_exact(2).enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                if at == ITEMS {
                    out.push_str("...");
                    break;
                }
                if let [key, value] = pair {
                    write(heap, *key, depth + 1, out);
                    out.push_str(": ");
                    write(heap, *value, depth + 1, out);
                }
            }
            out.push('}');
        }
        Value::Global(_) => match heap.obj(value).global_names() {
            Some((module, name)) => {
                if module != "builtins" {
                    out.push_str(&module);
                    out.push('.');
                }
                out.push_str(&name);
            }
            None => out.push_str("<unknown>"),
        },
        Value::Call(id) => match heap.events.get(id.index()) {
            Some(event) if matches!(event.kind, EventKind::Call(_)) => {
                write(heap, event.subject, depth + 1, out);
                match event.object {
                    Value::Tuple(_) => sequence(heap, heap.items(event.object), ("(", ")"), depth, out),
                    other => {
                        out.push_str("(*");
                        write(heap, other, depth + 1, out);
                        out.push(')');
                    }
                }
            }
            _ => out.push_str("<unknown>"),
        },
        _ => whole(heap, value, out),
    }
}

fn sequence(heap: &Heap<'_>, items: &[Value], (open, close): (&str, &str), depth: u32, out: &mut String) {
    out.push_str(open);
    for (at, item) in items.iter().enumerate() {
        out.push_str(if at > 0 { ", " } else { "" });
        if at == ITEMS || out.len() > LENGTH {
            out.push_str("...");
            break;
        }
        write(heap, *item, depth + 1, out);
    }
    out.push_str(close);
}

fn whole(heap: &Heap<'_>, value: Value, out: &mut String) {
    // Writing to a String does not fail.
    let _ = write!(out, "{:.*}", LENGTH, heap.obj(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_cut() {
        for (stream, expected) in [
            (&b"(cos\nsystem\n(S'true'\ntRK\x01t."[..], "(os.system('true'), 1)"),
            (b"(lp0\ng0\na.", "[[[[[...]]]]]"),
            (b"]((((((tttttta.", "[((((...,),),),)]"),
            (b"(lI1\naI2\naI3\naI4\naI5\naI6\naI7\naI8\naI9\na.", "[1, 2, 3, 4, 5, 6, 7, 8, ...]"),
            (b"X\x03\0\0\0it'.", "\"it'\""),
            (b"cbuiltins\nlen\n.", "len"),
            (b"}(K\x01K\x02u.", "{1: 2}"),
        ] {
            let pickle = crate::loads(stream).expect("it is a pickle");
            assert_eq!(show(pickle.heap(), pickle.root_value()), expected);
        }
    }
}
