//! Paths: where an object is, written and read. What errors and listings print can be asked for.

use crate::error::{Error, ErrorKind, Result};
use crate::heap::{Heap, Obj, Value};
use crate::text::PyStr;

use super::node::Node;
use super::step::{KEY, Step};

/// How many steps at each end of a path are written.
const ENDS: usize = 60;

/// A path, given its steps from the last to the first.
pub(super) fn write(steps: &[&Step<'_>]) -> String {
    let mut out = "root".to_owned();
    for (nth, step) in steps.iter().rev().enumerate() {
        if nth == ENDS && steps.len() > 2 * ENDS {
            out.push_str(&format!("<{} steps>", steps.len() - 2 * ENDS));
        }
        if nth < ENDS || nth >= steps.len().saturating_sub(ENDS) || steps.len() <= 2 * ENDS {
            out.push_str(&step.to_string());
        }
    }
    out
}

/// The object at a path from another: `root['model'].weights[3]`.
///
/// Paths are written as errors and [`Tree::path`](super::Tree::path) print them; [`Step`] lists the steps. Keys are strings, bytes, numbers, `True`, `False`
/// and `None` in Python's spelling, found by Python's equality; other keys, and those that a path shows cut, are compared as they are printed.
/// `root` may be left out, and indices may count from the end.
///
/// # Errors
///
/// [`ErrorKind::NotFound`] where there is no such object, with what is there; [`ErrorKind::BadPath`] for what is no path.
///
/// # Examples
///
/// ```
/// use cloudpickle::show::find;
///
/// let pickle = cloudpickle::py!({"model": {"weights": [0.5, 1.5]}});
/// assert_eq!(find(pickle.root(), "root['model']['weights'][-1]")?.as_f64()?, 1.5);
/// let err = find(pickle.root(), "root['model'].bias").unwrap_err();
/// assert_eq!(err.to_string(), "no attribute 'bias', but ['weights'] at root['model']");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub fn find<'h>(root: Obj<'h>, path: &str) -> Result<Obj<'h>> {
    let path = path.trim();
    let mut rest = path.strip_prefix("root").unwrap_or(path);
    let mut object = root;
    while !rest.is_empty() {
        let node = Node::of(object);
        let at = path.len() - rest.len();
        let come = || if path.starts_with("root") { path[..at].to_owned() } else { format!("root{}", &path[..at]) };
        let (what, asked, after) = Asked::read(rest).ok_or_else(|| ErrorKind::BadPath { path: path.to_owned(), at })?;
        let found = if what == "key" { by_key(&node, &asked, rest) } else { None };
        let found = found.or_else(|| by_step(&node, &asked).map(|found| (found, after)));
        let Some((next, after)) = found else {
            let name = format!("{}{}", asked.shown(), there(&node));
            return Err(Error::from(ErrorKind::NotFound { what, name }).on_path(come()));
        };
        (object, rest) = (next, after);
    }
    Ok(object)
}

/// The places that there are, the first of them.
fn there(node: &Node<'_>) -> String {
    const FIRST: usize = 5;
    let mut places: Vec<String> = node.children().take(FIRST).map(|(step, _)| step.to_string()).collect();
    if node.len() > FIRST {
        places.push("...".to_owned());
    }
    if places.is_empty() { format!(", it is {} and holds nothing", node.kind()) } else { format!(", but {}", places.join(" ")) }
}

/// A step as it is asked for.
enum Asked<'p> {
    Key(&'p str),
    Attr(&'p str),
    Part(&'p str),
}

impl<'p> Asked<'p> {
    /// Takes a step off the front: what it asks for, the step, and what follows.
    fn read(path: &'p str) -> Option<(&'static str, Self, &'p str)> {
        if let Some(rest) = path.strip_prefix('.') {
            let end = rest.find(['.', '[', '<']).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            return (!name.is_empty()).then_some(("attribute", Self::Attr(name), after));
        }
        if let Some(rest) = path.strip_prefix('<') {
            let end = closing(rest, '<', '>')?;
            return Some(("part", Self::Part(&rest[..end]), &rest[end + 1..]));
        }
        let rest = path.strip_prefix('[')?;
        // A key that is cut has no end of its own: `by_key` finds it by what stands there.
        let end = closing(rest, '[', ']').unwrap_or(rest.len());
        Some(("key", Self::Key(&rest[..end]), rest.get(end + 1..).unwrap_or_default()))
    }

    fn shown(&self) -> String {
        match self {
            Self::Key(key) => (*key).to_owned(),
            Self::Attr(name) => format!("{:?}", PyStr::from(*name)),
            Self::Part(part) => format!("<{part}>"),
        }
    }
}

/// Where the bracket closes that is open before the text; those in quotes do not count.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, char) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if char == '\\' => escaped = true,
            Some(end) if char == end => quote = None,
            Some(_) => {}
            None if char == '\'' || char == '"' => quote = Some(char),
            None if char == close && depth == 0 => return Some(at),
            None if char == close => depth -= 1,
            None if char == open => depth += 1,
            None => {}
        }
    }
    None
}

/// An item by index or key, and what follows it in the path.
fn by_key<'h, 'p>(node: &Node<'h>, asked: &Asked<'_>, path: &'p str) -> Option<(Obj<'h>, &'p str)> {
    let Asked::Key(text) = asked else { return None };
    let whole = path.get(text.len() + 2..);
    if let (Some(literal), Some(after)) = (literal(text), whole) {
        let items = || node.children().filter(|(step, _)| matches!(step, Step::Index(_)));
        if let Some(index) = literal.0.index_of(literal.1) {
            let at =
                usize::try_from(index).ok().or_else(|| items().count().checked_sub(usize::try_from(index.unsigned_abs()).ok()?));
            let found = at.and_then(|at| node.child(at).filter(|(step, _)| matches!(step, Step::Index(found) if *found == at)));
            let found = found.or_else(|| items().find(|(step, _)| matches!(step, Step::Index(found) if Some(*found) == at)));
            if let Some((_, item)) = found {
                return Some((item, after));
            }
        }
        let key = literal.0.obj(literal.1);
        // The last of equal keys is the one that Python has.
        let found = node.children().filter(|(step, _)| matches!(step, Step::Key(other) if other.py_eq(key))).last();
        if let Some((_, value)) = found {
            return Some((value, after));
        }
    }
    let rest = path.strip_prefix('[')?;
    let printed = |key: &Obj<'_>| {
        let shown = format!("{key:.KEY$}]");
        rest.starts_with(&shown).then_some(shown.len())
    };
    let found = node.children().filter_map(|(step, value)| match step {
        Step::Key(key) => Some((value, printed(&key)?)),
        _ => None,
    });
    found.last().map(|(value, length)| (value, &rest[length..]))
}

fn by_step<'h>(node: &Node<'h>, asked: &Asked<'_>) -> Option<Obj<'h>> {
    if let (Asked::Part(part), Value::Dict(_)) = (asked, node.object.value())
        && let Some(at) = part.strip_prefix("key ").and_then(|at| at.parse().ok())
        && let Some((Step::Key(key), _)) = node.child(at)
    {
        return Some(key);
    }
    let found = node.children().filter(|(step, _)| match (asked, step) {
        (Asked::Attr(name), Step::Attr(found)) => found == name,
        (Asked::Part(part), Step::Attr(_) | Step::Part(..)) => {
            step.to_string().get(1..).is_some_and(|shown| shown.strip_suffix('>') == Some(part))
        }
        _ => false,
    });
    // An attribute that is set again is the last one.
    found.last().map(|(_, object)| object)
}

/// A Python literal as an object of its own heap: strings, bytes, numbers, `None`, `True`, `False`.
fn literal(text: &str) -> Option<(Heap<'static>, Value)> {
    let mut heap = Heap::new();
    let text = text.trim();
    let value = match text {
        "None" => Value::None,
        "True" => Value::True,
        "False" => Value::False,
        _ => {
            let (bytes, quoted) = text.strip_prefix('b').map_or((false, text), |rest| (true, rest));
            let quote = quoted.chars().next().filter(|char| matches!(char, '\'' | '"'));
            if let Some(quote) = quote {
                let inner = quoted.get(1..)?.strip_suffix(quote)?;
                let content = unescape(inner, bytes)?;
                if bytes { heap.bytes(content) } else { heap.add(PyStr::new(&content)?) }
            } else if let Ok(int) = text.parse::<num_bigint::BigInt>() {
                heap.add(int)
            } else {
                heap.add(text.parse::<f64>().ok().filter(|_| text.contains(|c: char| c.is_ascii_digit()))?)
            }
        }
    };
    Some((heap, value))
}

/// The escapes that `repr` writes, read.
fn unescape(text: &str, bytes: bool) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            crate::text::push_code_point(u32::from(char), &mut out);
            continue;
        }
        let digits = match chars.next()? {
            'n' => {
                out.push(b'\n');
                continue;
            }
            't' => {
                out.push(b'\t');
                continue;
            }
            'r' => {
                out.push(b'\r');
                continue;
            }
            'x' => 2,
            'u' if !bytes => 4,
            'U' if !bytes => 8,
            other @ ('\\' | '\'' | '"') => {
                out.push(u8::try_from(other).ok()?);
                continue;
            }
            _ => return None,
        };
        let mut code_point = 0;
        for _ in 0..digits {
            code_point = code_point * 16 + chars.next()?.to_digit(16)?;
        }
        match u8::try_from(code_point) {
            Ok(byte) if bytes => out.push(byte),
            _ if code_point > 0x10_ffff => return None,
            _ => crate::text::push_code_point(code_point, &mut out),
        }
    }
    Some(out)
}
