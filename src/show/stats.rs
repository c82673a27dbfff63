//! What a stream consists of: its opcodes, its memo, its objects, and which of them take the bytes.

use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::op::{Op, ops};
use crate::opcode::Opcode;

use super::node::{Node, kind, leaf_text, thousands};
use super::origin::{Origins, unpickler};
use super::step::Step;

/// How many items a list, and a dict, may have before its items are one line of the table.
const FEW: usize = 8;
const FEW_KEYS: usize = 100;
/// How many different paths are told apart.
const PATHS: usize = 200_000;
/// How many rows of each table are kept, and printed.
const KEPT: usize = 1_000;
const PRINTED: usize = 12;
/// An object in which one other takes nearly all is left out for that one: in percent.
const NEARLY_ALL: usize = 97;

/// An opcode, how often it stands in the stream, and its bytes with those of its operands.
#[derive(Clone, Debug)]
pub struct OpcodeUse {
    /// The opcode.
    pub opcode: Opcode,
    /// How often.
    pub count: usize,
    /// How many bytes altogether.
    pub bytes: usize,
}

/// How the memo is used.
#[derive(Clone, Copy, Default, Debug)]
pub struct MemoUse {
    /// How often something is put into it.
    pub stored: usize,
    /// How often something is taken from it.
    pub fetched: usize,
    /// How many of its slots nobody asks for.
    pub unused: usize,
}

/// The bytes of the objects at a path.
#[derive(Clone, Debug)]
pub struct PathSize {
    /// The path; `[*]` stands for any item of a long list or dict.
    pub path: String,
    /// How many objects are there.
    pub objects: usize,
    /// How many bytes of the stream make them and what is in them.
    pub bytes: usize,
}

/// A str that is written more than once.
#[derive(Clone, Debug)]
pub struct Repeated {
    /// Its `repr`, cut when it is long.
    pub text: String,
    /// How many objects have this text.
    pub copies: usize,
    /// How many bytes the text has.
    pub length: usize,
}

/// What a pickle consists of, made by [`Stats::of`]. `Display` has the tables.
#[derive(Clone, Debug)]
pub struct Stats {
    /// How many bytes it takes.
    pub length: usize,
    /// The protocol.
    pub protocol: u8,
    /// How many frames it is in.
    pub frames: usize,
    /// How many bytes [`optimize`](crate::optimize()) would leave; `None` where that does not read it.
    pub optimized: Option<usize>,
    /// The opcodes, those that take most bytes first.
    pub opcodes: Vec<OpcodeUse>,
    /// The memo.
    pub memo: MemoUse,
    /// How many objects there are of each kind ([`Node::kind`]), the most first. Values in place, such as small ints, count at each place.
    pub kinds: Vec<(&'static str, usize)>,
    /// How many instances and calls there are of each class or function by name, the most first.
    pub classes: Vec<(String, usize)>,
    /// What takes the bytes, the largest first.
    pub paths: Vec<PathSize>,
    /// Strings that are written more than once, those first that take most.
    pub repeated: Vec<Repeated>,
}

impl Stats {
    /// Looks through the first pickle of the input.
    ///
    /// The bytes of an object are the stretch of the stream from the opcode that begins it to the last that fills it. What is fetched from the memo counts where
    /// it was made.
    ///
    /// # Errors
    ///
    /// Those of [`Unpickler::loads`](crate::Unpickler::loads).
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::{py, show::Stats};
    ///
    /// let bytes = py!({"name": "run-7", "weights": (1.5, 2.5, 3.5)}).dumps()?;
    /// let stats = Stats::of(&bytes)?;
    /// let sizes: Vec<_> = stats.paths.iter().map(|size| (size.path.as_str(), size.bytes)).collect();
    /// assert_eq!(sizes[..2], [("root", 70), ("root['weights']", 29)]);
    /// assert_eq!((stats.memo.stored, stats.memo.unused, stats.optimized), (5, 5, Some(65)));
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn of(input: &[u8]) -> Result<Self> {
        let (pickle, length) = unpickler().loads_prefix(input)?;
        let input = &input[..length];
        let origins = Origins::of(input, &[])?;
        let (opcodes, frames, memo) = stream(input)?;
        let mut sizes =
            Sizes { origins: &origins, nodes: Vec::new(), ids: HashMap::new(), kinds: HashMap::new(), classes: HashMap::new() };
        sizes.walk(pickle.root(), length);
        Ok(Self {
            length,
            protocol: pickle.protocol(),
            frames,
            optimized: crate::op::optimize(input).ok().map(|optimized| optimized.len()),
            opcodes,
            memo,
            kinds: most(std::mem::take(&mut sizes.kinds)),
            classes: most(std::mem::take(&mut sizes.classes)),
            paths: sizes.table(),
            repeated: repeated(pickle.heap()),
        })
    }
}

fn most<K: Ord>(counts: HashMap<K, usize>) -> Vec<(K, usize)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    counts.truncate(KEPT);
    counts
}

/// The opcodes, the number of frames, and the memo.
fn stream(input: &[u8]) -> Result<(Vec<OpcodeUse>, usize, MemoUse)> {
    let mut uses: HashMap<Opcode, (usize, usize)> = HashMap::new();
    let mut memo = MemoUse::default();
    let mut asked: HashMap<u64, bool> = HashMap::new();
    let number = |line: &[u8]| std::str::from_utf8(line).ok().and_then(|line| line.trim().parse().ok()).unwrap_or(u64::MAX);
    let mut ops = ops(input);
    let mut last = 0;
    while let Some(next) = ops.next() {
        let (_, op) = next?;
        let end = ops.offset();
        let entry = uses.entry(op.opcode()).or_default();
        (entry.0, entry.1) = (entry.0 + 1, entry.1 + end - last);
        last = end;
        let (stored, fetched) = match op {
            Op::Put(line) => (Some(number(line.0)), None),
            Op::BinPut(slot) => (Some(slot.into()), None),
            Op::LongBinPut(slot) => (Some(slot.into()), None),
            Op::Memoize => (Some(asked.len() as u64), None),
            Op::Get(line) => (None, Some(number(line.0))),
            Op::BinGet(slot) => (None, Some(slot.into())),
            Op::LongBinGet(slot) => (None, Some(slot.into())),
            _ => (None, None),
        };
        if let Some(slot) = stored {
            memo.stored += 1;
            asked.entry(slot).or_default();
        }
        if let Some(slot) = fetched {
            memo.fetched += 1;
            asked.insert(slot, true);
        }
    }
    memo.unused = asked.values().filter(|asked| !**asked).count();
    let frames = uses.get(&Opcode::Frame).map_or(0, |(count, _)| *count);
    let mut opcodes: Vec<_> = uses.into_iter().map(|(opcode, (count, bytes))| OpcodeUse { opcode, count, bytes }).collect();
    opcodes.sort_by_key(|usage| (std::cmp::Reverse(usage.bytes), usage.opcode.byte()));
    Ok((opcodes, frames, memo))
}

/// Strings with the same text.
fn repeated(heap: &Heap<'_>) -> Vec<Repeated> {
    let mut counts: HashMap<&[u8], (usize, u32)> = HashMap::new();
    for (at, span) in (0_u32..).zip(&heap.strs) {
        counts.entry(heap.store.get(*span)).or_insert((0, at)).0 += 1;
    }
    let mut found: Vec<_> = counts.into_iter().filter(|(text, (copies, _))| *copies > 1 && !text.is_empty()).collect();
    found.sort_by_key(|(text, (copies, first))| (std::cmp::Reverse(text.len() * (copies - 1)), *first));
    found.truncate(KEPT);
    let show = |first| leaf_text(heap.obj(Value::Str(crate::heap::StrId(first))), 60);
    found.into_iter().map(|(text, (copies, first))| Repeated { text: show(first), copies, length: text.len() }).collect()
}

/// A step of a path in which items of long containers are not told apart.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Place {
    Any,
    Index(usize),
    Text(Box<str>),
}

/// All objects at a path.
struct At {
    parent: usize,
    place: Place,
    objects: usize,
    bytes: usize,
}

struct Sizes<'o> {
    origins: &'o Origins,
    nodes: Vec<At>,
    ids: HashMap<(usize, Place), usize>,
    kinds: HashMap<&'static str, usize>,
    classes: HashMap<String, usize>,
}

impl Sizes<'_> {
    fn walk(&mut self, root: Obj<'_>, length: usize) {
        let mut seen = HashSet::new();
        self.nodes.push(At { parent: 0, place: Place::Any, objects: 0, bytes: 0 });
        let mut open = vec![(root, 0)];
        while let Some((object, at)) = open.pop() {
            let value = object.value();
            let own = value.has_place() || matches!(value, Value::Float(_) | Value::Long(_));
            if own && !seen.insert(value) {
                continue;
            }
            let bytes = match self.origins.stretch(value) {
                _ if at == 0 => length,
                Some((start, end)) => end.saturating_sub(start),
                None => 0,
            };
            self.nodes[at].objects += 1;
            self.nodes[at].bytes += bytes;
            if is_leaf(object) {
                *self.kinds.entry(kind(object.heap(), value)).or_default() += 1;
                continue;
            }
            let node = Node::of(object);
            *self.kinds.entry(node.kind()).or_default() += 1;
            // The error for other objects would look for their paths.
            if let Value::Call(_) = value
                && let Ok(call) = object.as_call()
                && let Some((module, name)) = call.callable().global_names()
            {
                *self.classes.entry(format!("{module}.{name}")).or_default() += 1;
            }
            for (step, child) in node.children() {
                let place = match step {
                    Step::Index(_) if node.len() > FEW => Place::Any,
                    Step::Key(_) if node.len() > FEW_KEYS => Place::Any,
                    Step::Part("item", _) => Place::Any,
                    Step::Index(index) => Place::Index(index),
                    step => Place::Text(step.to_string().into()),
                };
                let id = self.id(at, place);
                open.push((child, id));
            }
        }
    }

    /// The number of a path. When there are very many, what is in an object counts as the object's.
    fn id(&mut self, parent: usize, place: Place) -> usize {
        let count = self.nodes.len();
        if let Some(id) = self.ids.get(&(parent, place.clone())) {
            return *id;
        }
        if count >= PATHS {
            return self.ids.get(&(parent, Place::Any)).copied().unwrap_or(parent.max(1));
        }
        self.nodes.push(At { parent, place: place.clone(), objects: 0, bytes: 0 });
        self.ids.insert((parent, place), count);
        count
    }

    /// The largest paths.
    fn table(&self) -> Vec<PathSize> {
        let mut largest_child = vec![0; self.nodes.len()];
        for node in self.nodes.iter().skip(1) {
            let largest = &mut largest_child[node.parent];
            *largest = node.bytes.max(*largest);
        }
        let telling =
            |at: &usize| *at == 0 || largest_child[*at] * 100 < self.nodes[*at].bytes * NEARLY_ALL && self.nodes[*at].bytes > 0;
        let mut order: Vec<usize> = (0..self.nodes.len()).filter(telling).collect();
        order.sort_by_key(|at| (std::cmp::Reverse(self.nodes[*at].bytes), *at));
        order.truncate(KEPT);
        order
            .into_iter()
            .map(|at| PathSize { path: self.path(at), objects: self.nodes[at].objects, bytes: self.nodes[at].bytes })
            .collect()
    }

    fn path(&self, mut at: usize) -> String {
        const STEPS: usize = 100;
        let mut steps = Vec::new();
        while at != 0 && steps.len() < STEPS {
            let node = &self.nodes[at];
            steps.push(match &node.place {
                Place::Any => "[*]".to_owned(),
                Place::Index(index) => format!("[{index}]"),
                Place::Text(text) => text.to_string(),
            });
            at = node.parent;
        }
        steps.push(if at == 0 { "root".to_owned() } else { "root...".to_owned() });
        steps.reverse();
        steps.concat()
    }
}

fn is_leaf(object: Obj<'_>) -> bool {
    let value = object.value();
    (value.is_leaf() || value == Value::EMPTY_TUPLE) && (object.heap().effects.is_empty() || object.effects().next().is_none())
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: usize, one: &str| format!("{} {one}{}", thousands(count), if count == 1 { "" } else { "s" });
        let share = |bytes: usize| format!("{:.1} %", bytes as f64 * 100.0 / self.length.max(1) as f64);
        write!(f, "{} of protocol {}, {}", plural(self.length, "byte"), self.protocol, plural(self.frames, "frame"))?;
        match self.optimized {
            Some(optimized) if optimized < self.length => writeln!(f, "; {} when optimized", thousands(optimized))?,
            _ => writeln!(f)?,
        }
        let MemoUse { stored, fetched, unused } = self.memo;
        writeln!(f, "memo: {} stored, {} fetched, {} never fetched", thousands(stored), thousands(fetched), thousands(unused))?;
        writeln!(f, "\n{:>12} {:>8} {:>9}  path", "bytes", "share", "objects")?;
        for size in self.paths.iter().take(PRINTED) {
            writeln!(f, "{:>12} {:>8} {:>9}  {}", thousands(size.bytes), share(size.bytes), thousands(size.objects), size.path)?;
        }
        writeln!(f, "\n{:>12} {:>8} {:>9}  opcode", "bytes", "share", "count")?;
        for usage in self.opcodes.iter().take(PRINTED) {
            writeln!(
                f,
                "{:>12} {:>8} {:>9}  {}",
                thousands(usage.bytes),
                share(usage.bytes),
                thousands(usage.count),
                usage.opcode
            )?;
        }
        writeln!(f, "\n{:>12}  kind of object", "count")?;
        for (kind, count) in self.kinds.iter().take(PRINTED) {
            writeln!(f, "{:>12}  {kind}", thousands(*count))?;
        }
        if !self.classes.is_empty() {
            writeln!(f, "\n{:>12}  calls and instances of", "count")?;
            for (class, count) in self.classes.iter().take(PRINTED) {
                writeln!(f, "{:>12}  {}", thousands(*count), super::node::escaped(class))?;
            }
        }
        if !self.repeated.is_empty() {
            writeln!(f, "\n{:>12} {:>9}  str written more than once", "bytes", "copies")?;
            for repeated in self.repeated.iter().take(PRINTED) {
                let bytes = repeated.length * repeated.copies;
                writeln!(f, "{:>12} {:>9}  {}", thousands(bytes), thousands(repeated.copies), repeated.text)?;
            }
        }
        Ok(())
    }
}
