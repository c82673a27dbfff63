//! What the symbolic machine computes with: objects of a module as far as they are known.

use indexmap::IndexMap;

use crate::heap::Value;

/// An object that the machine knows: an index into [`Nodes`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Node(u32);

/// An instruction and its line in the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) instruction: &'static str,
    pub(super) line: Option<i32>,
}

impl Why {
    pub(super) fn place(self) -> Place {
        Place { instruction: self.instruction, line: self.line }
    }
}

impl Place {
    pub(super) fn why(self, reason: &'static str) -> Why {
        Why { instruction: self.instruction, line: self.line, reason }
    }
}

/// Where in the source something was not followed, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Why {
    pub(super) instruction: &'static str,
    pub(super) line: Option<i32>,
    pub(super) reason: &'static str,
}

/// What an object is.
#[derive(Clone, Debug)]
pub(super) enum Thing {
    /// A constant: an object of the heap of the compiled code.
    Const(Value),
    Tuple(Vec<Node>),
    List(Vec<Node>),
    Set(Vec<Node>),
    Dict(Vec<(Node, Node)>),
    /// A module that is imported.
    Module(Box<str>),
    /// Something of another module, or a builtin.
    Global(Box<str>, Box<str>),
    /// `getattr(object, name)`.
    Attr(Node, Box<str>),
    /// `callable(*args, **keywords)`.
    Call {
        callable: Node,
        args: Vec<Node>,
        keywords: Vec<(Box<str>, Node)>,
    },
    Function(Box<Function>),
    Property([Option<Node>; 4]),
    Class(Box<Class>),
    Cell(Option<Node>),
    /// A method of a known object, as `LOAD_METHOD` finds it.
    Method(Node, Box<str>),
    /// What is left of something that is iterated over.
    Iter(Vec<Node>, usize),
    /// `sys.version_info`.
    VersionInfo,
    /// `__build_class__`.
    BuildClass,
    /// What is on the stack below a callable that is no method.
    Null,
    Unknown(Why),
}

/// A function of the module.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) code: Value,
    /// `__name__`, `__qualname__`, `__doc__` and `__module__` where they are not those of the code.
    pub(super) name: Option<Node>,
    pub(super) qualname: Option<Node>,
    pub(super) doc: Option<Node>,
    pub(super) module: Option<Node>,
    pub(super) defaults: Option<Node>,
    pub(super) kwdefaults: Option<Node>,
    pub(super) annotations: Option<Node>,
    /// `__annotate__` of 3.14.
    pub(super) annotate: Option<Node>,
    pub(super) closure: Vec<Node>,
    pub(super) attributes: IndexMap<Box<str>, Node>,
}

/// A class of the module.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub(super) name: Node,
    pub(super) qualname: Option<Node>,
    pub(super) bases: Vec<Node>,
    pub(super) keywords: Vec<(Box<str>, Node)>,
    /// The namespace of the body, in order.
    pub(super) members: IndexMap<Box<str>, Node>,
    /// `dataclasses.dataclass` was called with it, with these keywords.
    pub(super) dataclass: Option<Vec<(Box<str>, Node)>>,
    pub(super) made_at: Place,
}

#[derive(Clone, Debug)]
struct Entry {
    thing: Thing,
    /// It may have been changed by what was not followed.
    changed: Option<Why>,
    made_at: Place,
}

/// All objects of a machine.
#[derive(Debug)]
pub(super) struct Nodes {
    all: Vec<Entry>,
    /// Where what is added now is made.
    pub(super) here: Place,
}

impl Nodes {
    pub(super) fn new(here: Place) -> Self {
        Self { all: Vec::new(), here }
    }

    pub(super) fn add(&mut self, thing: Thing) -> Node {
        let node = Node(crate::int::u32_from_usize(self.all.len()).unwrap_or(u32::MAX));
        self.all.push(Entry { thing, changed: None, made_at: self.here });
        node
    }

    /// Where an object was made.
    pub(super) fn made_at(&self, node: Node) -> Place {
        self.all[crate::int::usize_from_u32(node.0)].made_at
    }

    /// All functions.
    pub(super) fn functions(&self) -> Vec<Node> {
        let all = self.all.iter().enumerate().filter(|(_, entry)| matches!(entry.thing, Thing::Function(_)));
        all.map(|(at, _)| Node(crate::int::u32_from_usize(at).unwrap_or(u32::MAX))).collect()
    }

    /// All classes.
    pub(super) fn classes(&self) -> Vec<Node> {
        let all = self.all.iter().enumerate().filter(|(_, entry)| matches!(entry.thing, Thing::Class(_)));
        all.map(|(at, _)| Node(crate::int::u32_from_usize(at).unwrap_or(u32::MAX))).collect()
    }

    pub(super) fn get(&self, node: Node) -> &Thing {
        &self.all[crate::int::usize_from_u32(node.0)].thing
    }

    pub(super) fn get_mut(&mut self, node: Node) -> &mut Thing {
        &mut self.all[crate::int::usize_from_u32(node.0)].thing
    }

    /// Notes that something may have changed an object.
    pub(super) fn change(&mut self, node: Node, why: Why) {
        self.all[crate::int::usize_from_u32(node.0)].changed.get_or_insert(why);
    }

    pub(super) fn changed(&self, node: Node) -> Option<Why> {
        self.all[crate::int::usize_from_u32(node.0)].changed
    }

    pub(super) fn constant(&self, node: Node) -> Option<Value> {
        match self.get(node) {
            Thing::Const(value) => Some(*value),
            _ => None,
        }
    }

    pub(super) fn is_global(&self, node: Node, module: &str, name: &str) -> bool {
        matches!(self.get(node), Thing::Global(m, n) if &**m == module && &**n == name)
    }

    /// The objects that one consists of, as far as they are known.
    pub(super) fn children(&self, node: Node) -> Vec<Node> {
        match self.get(node) {
            Thing::Tuple(items) | Thing::List(items) | Thing::Set(items) | Thing::Iter(items, _) => items.clone(),
            Thing::Dict(pairs) => pairs.iter().flat_map(|(key, value)| [*key, *value]).collect(),
            Thing::Attr(of, _) | Thing::Method(of, _) => vec![*of],
            Thing::Call { callable, args, keywords } => {
                [*callable].into_iter().chain(args.iter().copied()).chain(keywords.iter().map(|(_, value)| *value)).collect()
            }
            Thing::Cell(content) => content.iter().copied().collect(),
            Thing::Property(parts) => parts.iter().flatten().copied().collect(),
            _ => Vec::new(),
        }
    }
}
