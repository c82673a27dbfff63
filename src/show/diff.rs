//! What changed between two objects, as paths and values.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::RandomState;

use crate::heap::{Obj, Positions, Value};
use crate::reflect::Code;
use crate::reflect::numpy::Array;

use super::align;
use super::digest::Digests;
use super::node::{Around, Node, thousands};
use super::step::Step;
use super::tree::Show;

/// How many changes are listed.
const LISTED: usize = 10_000;

/// What happened to an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Changed {
    /// Only the second has it.
    Added,
    /// Only the first has it.
    Removed,
    /// Both have it, with another value.
    Value,
    /// Both have it, and it is of another type.
    Type,
}

impl Changed {
    /// The word: `added`, `removed`, `changed` or `type changed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Value => "changed",
            Self::Type => "type changed",
        }
    }
}

/// One difference.
#[derive(Clone)]
pub struct Change<'l, 'r> {
    /// What happened.
    pub changed: Changed,
    /// Where: the path in the first, and in the second for what was added.
    pub path: String,
    /// What the first has.
    pub left: Option<Obj<'l>>,
    /// What the second has.
    pub right: Option<Obj<'r>>,
    /// What is not seen in the values: `3 of 12 values`, `bytecode`; empty mostly.
    pub note: String,
}

/// The differences of two objects. `Display` has a line for each, or two.
///
/// - What is equal in Python is no difference, nor is how a pickle says it: the protocol, the order of a dict, what is shared. But `1`, `1.0` and `True` differ in type.
/// - Keys of dicts and items of sets are matched by Python's equality, attributes by name, items of lists by an alignment of equal items.
/// - Everything takes little more than linear time; when a graph is made so that it would not, [`Diff::is_cut`] says that there may be more.
///
/// # Examples
///
/// ```
/// use cloudpickle::{py, show::Diff};
///
/// let (before, after) = (py!({"rate": 0.5, "steps": [1, 2, 3]}), py!({"steps": [1, 3, 4], "rate": 0.25}));
/// let diff = Diff::new(before.root(), after.root());
/// assert_eq!(diff.to_string(), "\
/// changed root['rate']
///     - 0.5
///     + 0.25
/// removed root['steps'][1]
///     - 2
/// added root['steps'][2]
///     + 4
/// ");
/// assert!(Diff::new(before.root(), before.root()).is_empty());
/// ```
pub struct Diff<'l, 'r> {
    changes: Vec<Change<'l, 'r>>,
    count: usize,
    cut: bool,
}

impl<'l, 'r> Diff<'l, 'r> {
    /// Compares two objects.
    #[must_use]
    pub fn new(left: Obj<'l>, right: Obj<'r>) -> Self {
        let state = RandomState::new();
        let digests = (Digests::new(left, &state), Digests::new(right, &state));
        // Every two objects are compared once; a graph in which most meet most others would still take long.
        let work = (digests.0.len() + digests.1.len()).saturating_mul(32).saturating_add(100_000);
        let mut walk =
            Walk { digests, seen: HashSet::new(), open: Vec::new(), places: Vec::new(), work, found: Vec::new(), count: 0 };
        walk.open.push((left, right, None));
        while let Some((left, right, place)) = walk.open.pop() {
            if walk.work == 0 {
                break;
            }
            walk.compare(left, right, place);
        }
        Self { changes: walk.found, count: walk.count, cut: walk.work == 0 }
    }

    /// The differences, of very many the first ones.
    #[must_use]
    pub fn changes(&self) -> &[Change<'l, 'r>] {
        &self.changes
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether the two are equal.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0 && !self.cut
    }

    /// Whether the comparison was given up: there may be more differences.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut
    }
}

/// Where a pair is: the pair that it is in, and the step from there.
struct Place<'l> {
    parent: Option<usize>,
    step: Step<'l>,
}

type Pair<'l, 'r> = (Obj<'l>, Obj<'r>, Option<usize>);

struct Walk<'l, 'r> {
    digests: (Digests, Digests),
    seen: HashSet<(Value, Value)>,
    open: Vec<Pair<'l, 'r>>,
    places: Vec<Place<'l>>,
    work: usize,
    found: Vec<Change<'l, 'r>>,
    count: usize,
}

impl<'l, 'r> Walk<'l, 'r> {
    fn compare(&mut self, left: Obj<'l>, right: Obj<'r>, place: Option<usize>) {
        if self.digests.0.get(left) == self.digests.1.get(right) {
            return;
        }
        let (one, other) = (Node::of(left), Node::of(right));
        self.work = self.work.saturating_sub(1 + one.len() + other.len());
        let kinds = [kind(&one), kind(&other)];
        let leaves = matches!(one.around, Around::Leaf(_)) && matches!(other.around, Around::Leaf(_));
        // An empty set is a leaf, one with items is not: only the kinds count.
        if kinds[0] != kinds[1] || is_type(kinds[0]) && head(&one) != head(&other) {
            return self.found(Changed::Type, place, None, Some(left), Some(right), String::new());
        }
        if leaves {
            if let Some(note) = leaf_differs(&one, &other) {
                self.found(Changed::Value, place, None, Some(left), Some(right), note);
            }
            return;
        }
        if !self.seen.insert((left.value(), right.value())) {
            return;
        }
        if let Some(note) = head_differs(&one, &other) {
            self.found(Changed::Value, place, None, Some(left), Some(right), note);
        }
        self.children(&one, &other, place);
    }

    fn children(&mut self, one: &Node<'l>, other: &Node<'r>, place: Option<usize>) {
        let mut pairs = Vec::new();
        let unordered = one.kind() != "array";
        let is_item = |step: &Step<'_>| matches!(step, Step::Part("item", _)) && unordered;
        // Attributes and parts by name, the last of the same name.
        let named = |step: &Step<'_>| match step {
            Step::Attr(_) | Step::Part(..) if !is_item(step) => Some(step.to_string()),
            _ => None,
        };
        let names: HashMap<String, usize> =
            other.children().enumerate().filter_map(|(at, (step, _))| Some((named(&step)?, at))).collect();
        let own_names: HashMap<String, usize> =
            one.children().enumerate().filter_map(|(at, (step, _))| Some((named(&step)?, at))).collect();
        // Keys, and items of sets, by equality.
        let key = |(step, object): &(Step<'_>, Obj<'_>)| match step {
            Step::Key(key) => Some(key.value()),
            step if is_item(step) => Some(object.value()),
            _ => None,
        };
        let (left_at, left_keys) = keys(one, &key);
        let (right_at, right_keys) = keys(other, &key);
        let own = Positions::new(one.object().heap(), left_keys.iter().copied());
        let others = Positions::new(other.object().heap(), right_keys.iter().copied());
        for (at, (step, object)) in one.children().enumerate() {
            let found = match named(&step) {
                Some(name) if own_names.get(&name) == Some(&at) => names.get(&name).copied(),
                _ => continue,
            };
            match found.and_then(|found| other.child(found)) {
                Some((_, right)) => pairs.push((step, object, right)),
                None => self.found(Changed::Removed, place, Some(step), Some(object), None, String::new()),
            }
        }
        for (nth, (at, key)) in left_at.iter().zip(&left_keys).enumerate() {
            let key = one.object().heap().obj(*key);
            let Some((step, object)) = one.child(*at).filter(|_| own.get(key) == Some(nth)) else { continue };
            match others.get(key).and_then(|found| other.child(*right_at.get(found)?)) {
                Some(_) if is_item(&step) => {}
                Some((_, right)) => pairs.push((step, object, right)),
                None => self.found(Changed::Removed, place, Some(step), Some(object), None, String::new()),
            }
        }
        for (nth, (at, key)) in right_at.iter().zip(&right_keys).enumerate() {
            let key = other.object().heap().obj(*key);
            let Some((step, object)) = other.child(*at).filter(|_| others.get(key) == Some(nth)) else { continue };
            if own.get(key).is_none() {
                self.found(Changed::Added, place, Some(step), None, Some(object), String::new());
            }
        }
        for (at, (step, object)) in other.children().enumerate() {
            if let Some(name) = named(&step).filter(|name| names.get(name) == Some(&at))
                && !own_names.contains_key(&name)
            {
                self.found(Changed::Added, place, Some(step), None, Some(object), String::new());
            }
        }
        self.sequence(one, other, place, &mut pairs);
        let start = self.open.len();
        for (step, left, right) in pairs {
            if self.digests.0.get(left) != self.digests.1.get(right) {
                self.places.push(Place { parent: place, step });
                self.open.push((left, right, Some(self.places.len() - 1)));
            }
        }
        self.open[start..].reverse();
    }

    /// Items of lists and tuples.
    fn sequence(
        &mut self,
        one: &Node<'l>,
        other: &Node<'r>,
        place: Option<usize>,
        pairs: &mut Vec<(Step<'l>, Obj<'l>, Obj<'r>)>,
    ) {
        let left: Vec<_> = one.children().filter(|(step, _)| matches!(step, Step::Index(_))).collect();
        let right: Vec<_> = other.children().filter(|(step, _)| matches!(step, Step::Index(_))).collect();
        let x: Vec<u64> = left.iter().map(|(_, object)| self.digests.0.get(*object)).collect();
        let y: Vec<u64> = right.iter().map(|(_, object)| self.digests.1.get(*object)).collect();
        for (gone, new) in align::gaps(&x, &y) {
            let both = gone.len().min(new.len());
            let (gone, new) = (&left[gone], &right[new]);
            for ((step, left), (_, right)) in gone.iter().zip(new) {
                pairs.push((step.clone(), *left, *right));
            }
            for (step, object) in &gone[both..] {
                self.found(Changed::Removed, place, Some(step.clone()), Some(*object), None, String::new());
            }
            for (step, object) in &new[both..] {
                self.found(Changed::Added, place, Some(step.clone()), None, Some(*object), String::new());
            }
        }
    }

    /// Notes a change at a place, or at a step from there.
    fn found(
        &mut self,
        changed: Changed,
        place: Option<usize>,
        step: Option<Step<'_>>,
        left: Option<Obj<'l>>,
        right: Option<Obj<'r>>,
        note: String,
    ) {
        self.count += 1;
        if self.found.len() >= LISTED {
            return;
        }
        let mut steps: Vec<&Step<'_>> = step.iter().collect();
        let mut next = place;
        while let Some(place) = next.and_then(|place| self.places.get(place)) {
            steps.push(&place.step);
            next = place.parent;
        }
        let path = super::path::write(&steps);
        self.found.push(Change { changed, path, left, right, note });
    }
}

/// The children that have a key, and the keys.
fn keys<'h>(node: &Node<'h>, key: &dyn Fn(&(Step<'_>, Obj<'_>)) -> Option<Value>) -> (Vec<usize>, Vec<Value>) {
    node.children().enumerate().filter_map(|(at, child)| Some((at, key(&child)?))).unzip()
}

/// The kind, by what Python 3 makes of it.
fn kind(node: &Node<'_>) -> &'static str {
    match node.kind() {
        "Python 2 str" if node.object().as_py_str().is_ok() => "str",
        // A call of `getattr` below protocol 4, a name with dots from there on.
        "attribute" => "global",
        kind => kind,
    }
}

/// Kinds whose heads say the type of an object: another head is another type.
fn is_type(kind: &str) -> bool {
    matches!(kind, "instance" | "call" | "enum member")
}

fn head<'n>(node: &'n Node<'_>) -> &'n str {
    match &node.around {
        Around::Leaf(text) | Around::Brackets(text, _) => text.trim_start_matches('<').trim_end_matches('('),
        Around::Angle(text) => text.trim_start_matches('<'),
    }
}

/// Whether two leaves of one kind differ, and in what.
fn leaf_differs(one: &Node<'_>, other: &Node<'_>) -> Option<String> {
    let (left, right) = (one.object(), other.object());
    if let (Some(left), Some(right)) = (Array::recognise(left), Array::recognise(right)) {
        return array_differs(left, right);
    }
    let same = match (one.kind(), left.value(), right.value()) {
        ("bytes" | "bytearray", ..) => left.to_bytes().ok() == right.to_bytes().ok(),
        ("float", ..) => one.text() == other.text(),
        (_, Value::Call(_), _) | (_, _, Value::Call(_)) => one.text() == other.text() && one.text().len() < 10 * super::TEXT,
        ("storage", ..) => one.text() == other.text(),
        _ if kind(one) == "str" => {
            left.as_py_str().ok().map(|text| text.as_bytes()) == right.as_py_str().ok().map(|text| text.as_bytes())
        }
        _ => left.py_eq(right),
    };
    (!same).then(String::new)
}

fn array_differs(left: Array<'_>, right: Array<'_>) -> Option<String> {
    if left.shape() != right.shape() || left.dtype().to_string() != right.dtype().to_string() {
        return Some(String::new());
    }
    let (Ok(one), Ok(other)) = (left.item_bytes(), right.item_bytes()) else { return Some(String::new()) };
    let differing = one.zip(other).filter(|(one, other)| one != other).count();
    (differing > 0).then(|| format!("{} of {} values", thousands(differing), thousands(left.len())))
}

/// Whether what two objects say of themselves differs, what is in them aside.
fn head_differs(one: &Node<'_>, other: &Node<'_>) -> Option<String> {
    if let (Some(left), Some(right)) = (Code::recognise(one.object()), Code::recognise(other.object())) {
        if left.bytecode() != right.bytecode() {
            return Some("bytecode".to_owned());
        }
        let same = left.names().eq(right.names()) && left.varnames().eq(right.varnames()) && left.freevars().eq(right.freevars());
        let same = same
            && (left.argcount(), left.posonly(), left.kwonly(), left.flags())
                == (right.argcount(), right.posonly(), right.kwonly(), right.flags());
        return (!same).then(|| "names".to_owned());
    }
    let plain = matches!(one.kind(), "list" | "tuple" | "dict" | "set" | "frozenset");
    // `(` and `,)` of a tuple follow from its items.
    (!plain && head(one) != head(other)).then(String::new)
}

impl fmt::Display for Diff<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in &self.changes {
            let Change { changed, path, left, right, note } = change;
            write!(f, "{} {path}", changed.as_str())?;
            if !note.is_empty() {
                write!(f, " ({note})")?;
            }
            f.write_str("\n")?;
            if let Some(left) = left {
                writeln!(f, "    - {}", short(*left))?;
            }
            if let Some(right) = right {
                writeln!(f, "    + {}", short(*right))?;
            }
        }
        if self.count > self.changes.len() {
            writeln!(f, "... {} more", thousands(self.count - self.changes.len()))?;
        }
        if self.cut {
            writeln!(f, "... given up: there may be more")?;
        }
        Ok(())
    }
}

/// An object in a line, what is long or deep in it cut.
///
/// # Examples
///
/// ```
/// let pickle = cloudpickle::py!([[1, 2, 3, 4, 5, 6], [[[]], "a"]]);
/// assert_eq!(cloudpickle::show::short(pickle.root()), "[[1, 2, 3, 4, 5, ... 1 more], [[... 1 item], 'a']]");
/// ```
#[must_use]
pub fn short(object: Obj<'_>) -> String {
    Show::new().depth(2).items(5).objects(20).text(80).width(usize::MAX).tree(object).to_string()
}
