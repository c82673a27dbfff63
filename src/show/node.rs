//! One object as a reader sees it: its kind, its text, and the objects in it with their places.

use std::borrow::Cow;

use crate::heap::{Heap, Obj, Value};
use crate::text::repr::{write_bytes_repr, write_str_repr};
use crate::unpickle::PROLOGUE;

use super::step::Step;
use super::{made, shorten};

/// An object as a reader sees it: what it is, and what is in it.
///
/// # Examples
///
/// ```
/// use cloudpickle::show::Node;
///
/// let pickle = cloudpickle::py!({"rate": 0.5, "steps": [10, 20]});
/// let node = Node::of(pickle.root());
/// assert_eq!((node.kind(), node.len()), ("dict", 2));
/// let (step, rate) = node.child(0).unwrap();
/// assert_eq!((step.to_string(), rate.to_string()), ("['rate']".into(), "0.5".into()));
/// ```
#[derive(Clone)]
pub struct Node<'h> {
    pub(super) object: Obj<'h>,
    pub(super) kind: &'static str,
    pub(super) around: Around,
    pub(super) children: Children<'h>,
}

/// The text of a node without what is in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Around {
    /// The text, whole.
    Leaf(String),
    /// What stands before and behind the children: `[` and `]`.
    Brackets(String, Cow<'static, str>),
    /// `<geometry.Point` and `>`: children are set off by a blank, and there may be none.
    Angle(String),
}

#[derive(Clone)]
pub(super) enum Children<'h> {
    Items(&'h [Value]),
    Pairs(&'h [Value]),
    /// Items that have no index: of sets.
    Unordered(&'h [Value]),
    Named(Vec<(Step<'h>, Obj<'h>)>),
}

impl<'h> Node<'h> {
    /// Looks at an object.
    #[must_use]
    pub fn of(object: Obj<'h>) -> Self {
        Self::within(object, super::TEXT)
    }

    /// Looks at an object; a str longer than so many characters is cut.
    pub(super) fn within(object: Obj<'h>, text: usize) -> Self {
        let heap = object.heap();
        let value = object.value();
        let items = heap.items(value);
        let brackets = |kind, open: &str, close, children| Self {
            object,
            kind,
            around: Around::Brackets(open.to_owned(), Cow::Borrowed(close)),
            children,
        };
        let leaf = |kind, text| Self { object, kind, around: Around::Leaf(text), children: Children::Items(&[]) };
        let node = match value {
            Value::List(_) => brackets("list", "[", "]", Children::Items(items)),
            Value::Tuple(_) => brackets("tuple", "(", if items.len() == 1 { ",)" } else { ")" }, Children::Items(items)),
            Value::Dict(_) => brackets("dict", "{", "}", Children::Pairs(items)),
            Value::Set(_) if items.is_empty() => leaf("set", "set()".to_owned()),
            Value::Set(_) => brackets("set", "{", "}", Children::Unordered(items)),
            Value::FrozenSet(_) if items.is_empty() => leaf("frozenset", "frozenset()".to_owned()),
            Value::FrozenSet(_) => brackets("frozenset", "frozenset({", "})", Children::Unordered(items)),
            Value::Call(_) => made::node(object),
            Value::Persistent(id) => made::persistent(object, heap.obj(heap.persistents[id.index()].id)),
            Value::Global(id) if object.global_names().is_none() => {
                let global = heap.globals[id.index()];
                let parts = [("module", global.module), ("name", global.name)];
                let parts = parts.map(|(name, part)| (Step::Part(name, None), heap.obj(part)));
                Self {
                    object,
                    kind: "global",
                    around: Around::Angle("<global".to_owned()),
                    children: Children::Named(parts.into()),
                }
            }
            Value::Global(_) => leaf("global", global_text(object)),
            _ => leaf(kind(heap, value), leaf_text(object, text)),
        };
        node.with_effects()
    }

    /// What is done to an object that is no call, what is made and dropped at its place, and what the stream does before it makes the root.
    fn with_effects(mut self) -> Self {
        let heap = self.object.heap();
        let value = self.object.value();
        let mut done = Vec::new();
        if !heap.effects.is_empty() {
            if value.has_place() && !matches!(value, Value::Call(_)) {
                made::effects(self.object, self.len(), &mut done);
            }
            if heap.root == Some(value) {
                let before = heap.obj(PROLOGUE).effects().enumerate();
                done.extend(before.map(|(at, effect)| (Step::Part("before", Some(at)), effect.object)));
            }
        }
        if !done.is_empty() {
            let mut all: Vec<_> = (0..self.len()).filter_map(|at| self.child(at)).collect();
            all.append(&mut done);
            self.children = Children::Named(all);
            if let Around::Leaf(text) = self.around {
                self.around = Around::Angle(format!("<{text}"));
            }
        }
        self
    }

    /// The object.
    #[must_use]
    pub fn object(&self) -> Obj<'h> {
        self.object
    }

    /// What it is: a Python type (`dict`, `int`), `function`, `class`, `code`, `array`, `tensor`, `instance`, `call`, ...
    ///
    /// These are the values of `type` in the JSON of the program: see [`super::KINDS`].
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// How many objects are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.children {
            Children::Items(items) | Children::Unordered(items) => items.len(),
            Children::Pairs(pairs) => pairs.len() / 2,
            Children::Named(named) => named.len(),
        }
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An object in it, and its place there.
    #[must_use]
    pub fn child(&self, at: usize) -> Option<(Step<'h>, Obj<'h>)> {
        let heap = self.object.heap();
        match &self.children {
            Children::Items(items) => Some((Step::Index(at), heap.obj(*items.get(at)?))),
            Children::Unordered(items) => Some((Step::Part("item", Some(at)), heap.obj(*items.get(at)?))),
            Children::Pairs(pairs) => match pairs.get(at * 2..at * 2 + 2)? {
                [key, value] => Some((Step::Key(heap.obj(*key)), heap.obj(*value))),
                _ => None,
            },
            Children::Named(named) => named.get(at).cloned(),
        }
    }

    /// The objects in it with their places, in the order of the stream.
    pub fn children(&self) -> impl Iterator<Item = (Step<'h>, Obj<'h>)> + '_ {
        (0..self.len()).filter_map(|at| self.child(at))
    }

    /// Its text on one line: whole for what holds nothing, with `...` for what is in it otherwise.
    #[must_use]
    pub fn text(&self) -> String {
        let inside = if self.is_empty() { "" } else { "..." };
        match &self.around {
            Around::Leaf(text) => text.clone(),
            Around::Brackets(open, close) => format!("{open}{inside}{close}"),
            Around::Angle(open) if self.is_empty() => format!("{open}>"),
            Around::Angle(open) => format!("{open} ...>"),
        }
    }

    /// Whether other objects can see it change: what is worth a mark when it is met twice.
    pub(super) fn is_marked(&self) -> bool {
        match self.object.value() {
            Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::ByteArray(_) => true,
            Value::Call(_) => !matches!(self.around, Around::Leaf(_)) || matches!(self.kind, "array" | "tensor" | "code"),
            Value::Tuple(_) | Value::FrozenSet(_) => !self.is_empty(),
            _ => !self.is_empty(),
        }
    }
}

pub(super) fn kind(heap: &Heap<'_>, value: Value) -> &'static str {
    match value {
        Value::None => "None",
        Value::Persistent(_) => "persistent",
        Value::Extension(_) => "extension",
        _ => heap.kind_name(value),
    }
}

/// A global as Python names it; names that are none are put in quotes.
pub(super) fn global_text(object: Obj<'_>) -> String {
    let Some((module, name)) = object.global_names() else { return "<global>".to_owned() };
    let plain = |text: &str| text.split('.').all(super::step::is_name);
    let whole = if module == "builtins" && plain(&name) { name.to_string() } else { format!("{module}.{name}") };
    if plain(&name) && plain(&module) { whole } else { format!("<global {}>", quoted(&whole)) }
}

/// A name as it is, with what does not print escaped.
pub(super) fn escaped(text: &str) -> String {
    let whole = quoted(text);
    whole.get(1..whole.len() - 1).unwrap_or_default().to_owned()
}

/// `repr` of a Rust str, cut.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::new();
    // A String takes everything.
    let _ = write_str_repr(&mut out, crate::text::PyStr::from(shorten(text, super::TEXT)));
    out
}

/// `repr` of what has nothing in it, cut where it is long, with its length.
pub(super) fn leaf_text(object: Obj<'_>, limit: usize) -> String {
    let heap = object.heap();
    let content = heap.content(object.value());
    let mut out = String::new();
    match object.value() {
        Value::Str(_) if content.len() > limit => {
            let cut = shorten(&String::from_utf8_lossy(&content[..(limit + 4).min(content.len())]), limit).to_owned();
            let _ = write_str_repr(&mut out, crate::text::PyStr::from(cut.trim_end_matches('\u{fffd}')));
            let length = crate::text::PyStr::from_valid(content).len_code_points();
            format!("{out}... ({} characters)", thousands(length))
        }
        Value::Bytes(_) | Value::ByteArray(_) | Value::ByteString(_) | Value::Buffer(_) if content.len() > limit / 2 => {
            let _ = write_bytes_repr(&mut out, &content[..limit / 2]);
            let length = thousands(content.len());
            match object.value() {
                Value::ByteArray(_) => format!("bytearray({out}... ({length} bytes))"),
                Value::Buffer(_) => format!("<buffer {out}... ({length} bytes)>"),
                _ => format!("{out}... ({length} bytes)"),
            }
        }
        Value::Long(_) if content.len() > limit / 2 => format!("{object:.limit$} ({} bytes)", thousands(content.len())),
        Value::ByteString(_) => {
            let _ = write_bytes_repr(&mut out, content);
            // A Python 2 str that is text reads as such.
            match object.as_py_str() {
                Ok(_) => out.split_off(1),
                Err(_) => out,
            }
        }
        _ => object.to_string(),
    }
}

/// A count as people read it: `1,234,567`.
#[must_use]
pub(super) fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
