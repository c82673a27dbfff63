//! A tree as text: on one line what fits, else indented.

use std::fmt;

use super::node::{Around, thousands};
use super::tree::{Entry, Tree};

/// How much deeper each level stands, and how deep the deepest: what is deeper yet stands there too.
const INDENT: usize = 4;
const DEEPEST: usize = 80;
/// How long an item may be for several to stand on one line.
const SHORT: usize = 24;

/// What a piece of the text is, for colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Token {
    /// Brackets, commas, blanks.
    Plain,
    /// A key or the name of an attribute.
    Label,
    /// A str or bytes.
    Text,
    /// A number, a date.
    Number,
    /// `None`, `True`, `False`.
    Word,
    /// A class, a function, a call.
    Type,
    /// `&1` and `*1`.
    Mark,
    /// How much is left out.
    Cut,
}

/// What is still to be written.
enum Part {
    Entry(usize, usize, bool),
    Text(Token, String),
    Line(usize),
}

impl Tree<'_> {
    /// Writes the text in pieces, for who wants colours.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::show::Token;
    ///
    /// let pickle = cloudpickle::py!([1, "a"]);
    /// let mut texts = Vec::new();
    /// cloudpickle::show(pickle.root()).write(&mut |token, piece| -> Result<(), ()> {
    ///     if token == Token::Text {
    ///         texts.push(piece.to_owned());
    ///     }
    ///     Ok(())
    /// }).unwrap();
    /// assert_eq!(texts, ["'a'"]);
    /// ```
    pub fn write<E>(&self, out: &mut dyn FnMut(Token, &str) -> Result<(), E>) -> Result<(), E> {
        let lengths = self.lengths();
        let mut parts = vec![Part::Entry(0, 0, false)];
        while let Some(part) = parts.pop() {
            match part {
                Part::Text(token, text) => out(token, &text)?,
                Part::Line(indent) => out(Token::Plain, &format!("\n{:indent$}", ""))?,
                Part::Entry(at, indent, flat) => {
                    let Some(entry) = self.entries.get(at) else { continue };
                    let flat = flat || indent + lengths[at] <= self.how.width;
                    self.open(at, entry, indent, flat, &lengths, &mut parts);
                }
            }
        }
        Ok(())
    }

    /// How long each entry is on one line.
    fn lengths(&self) -> Vec<usize> {
        let mut lengths = vec![0_usize; self.entries.len()];
        for (at, entry) in self.entries.iter().enumerate().rev() {
            let around = match (&entry.node.around, entry.same_as) {
                (_, Some(_)) => 4,
                (Around::Leaf(text), _) => text.chars().count(),
                (Around::Brackets(open, close), _) => open.chars().count() + close.chars().count(),
                (Around::Angle(open), _) => open.chars().count() + 2,
            };
            let cut = self.cut(entry).map_or(0, |cut| cut.len() + 2);
            lengths[at] += around + cut + label(entry).chars().count() + if entry.mark > 0 { 4 } else { 0 };
            if let Some(parent) = entry.parent() {
                lengths[parent] = lengths[parent].saturating_add(lengths[at] + 2);
            }
        }
        lengths
    }

    /// What is said of children that are not shown.
    fn cut(&self, entry: &Entry<'_>) -> Option<String> {
        let left = entry.node.len().checked_sub(entry.shown).filter(|left| *left > 0 && entry.same_as.is_none())?;
        let word = if left == 1 { "item" } else { "items" };
        Some(if entry.shown == 0 { format!("... {} {word}", thousands(left)) } else { format!("... {} more", thousands(left)) })
    }

    fn open(&self, at: usize, entry: &Entry<'_>, indent: usize, flat: bool, lengths: &[usize], parts: &mut Vec<Part>) {
        let first = parts.len();
        let mut push = |token, text: String| {
            if !text.is_empty() {
                parts.push(Part::Text(token, text));
            }
        };
        push(Token::Label, label(entry));
        if let Some(first) = entry.same_as {
            push(Token::Mark, format!("*{}", self.entries[first].mark));
        } else {
            if entry.mark > 0 {
                push(Token::Mark, format!("&{} ", entry.mark));
            }
            let (open, close, angle) = match &entry.node.around {
                Around::Leaf(text) => (text.as_str(), "", false),
                Around::Brackets(open, close) => (open.as_str(), &**close, false),
                Around::Angle(open) => (open.as_str(), ">", true),
            };
            push(token(entry), open.to_owned());
            let cut = self.cut(entry);
            let mut children = Vec::new();
            let mut child = at + 1;
            while child < entry.end {
                children.push(child);
                child = self.entries[child].end;
            }
            let inner = (indent + INDENT).min(DEEPEST);
            let empty = children.is_empty() && cut.is_none();
            let (count, comma) = (children.len() + usize::from(cut.is_some()), if flat || !angle { "," } else { "" });
            // Many short ones stand side by side.
            let filled = !flat && !angle && children.len() > 8 && children.iter().all(|child| lengths[*child] <= SHORT);
            let mut column = usize::MAX / 2;
            let contents = children.into_iter().map(|child| Part::Entry(child, inner, flat || filled));
            for (nth, part) in contents.chain(cut.map(|cut| Part::Text(Token::Cut, cut))).enumerate() {
                let length = match part {
                    Part::Entry(child, ..) => lengths[child] + 2,
                    _ => SHORT,
                };
                column += length;
                match flat {
                    false if filled && column <= self.how.width => parts.push(Part::Text(Token::Plain, " ".to_owned())),
                    false => {
                        column = inner + length;
                        parts.push(Part::Line(inner));
                    }
                    true if nth > 0 || angle => parts.push(Part::Text(Token::Plain, " ".to_owned())),
                    true => {}
                }
                parts.push(part);
                if nth + 1 < count || !flat && !angle {
                    parts.push(Part::Text(Token::Plain, comma.to_owned()));
                }
            }
            if !flat && !empty {
                parts.push(Part::Line(indent));
            }
            // `(1,)` has its comma already over several lines.
            let close = if flat || close != ",)" { close } else { ")" };
            if !close.is_empty() {
                parts.push(Part::Text(token(entry), close.to_owned()));
            }
        }
        parts[first..].reverse();
    }
}

fn label(entry: &Entry<'_>) -> String {
    if entry.parent().is_some() { entry.step.label() } else { String::new() }
}

/// What the text of an entry is.
fn token(entry: &Entry<'_>) -> Token {
    match entry.node.kind {
        "str" | "Python 2 str" | "bytes" | "bytearray" => Token::Text,
        "int" | "float" | "complex" | "Decimal" | "Fraction" => Token::Number,
        "date" | "time" | "datetime" | "timedelta" | "timezone" | "range" | "path" | "UUID" => Token::Number,
        "None" | "bool" | "singleton" => Token::Word,
        "list" | "tuple" | "dict" | "set" | "frozenset" => Token::Plain,
        _ => Token::Type,
    }
}

impl fmt::Display for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(&mut |_, text| f.write_str(text))
    }
}

impl fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
