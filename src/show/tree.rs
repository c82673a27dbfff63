//! The objects below one, each once: a table from which text, JSON and pages are made.

use std::collections::HashMap;

use crate::heap::{Obj, Value};

use super::node::Node;
use super::step::Step;

/// How much of a graph is shown.
///
/// # Examples
///
/// ```
/// use cloudpickle::show::Show;
///
/// let pickle = cloudpickle::py!({"rate": 0.5, "steps": [10, 20, 30]});
/// assert_eq!(Show::new().items(2).tree(pickle.root()).to_string(), "{'rate': 0.5, 'steps': [10, 20, ... 1 more]}");
/// assert_eq!(Show::new().depth(1).tree(pickle.root()).to_string(), "{'rate': 0.5, 'steps': [... 3 items]}");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Show {
    pub(super) depth: usize,
    pub(super) items: usize,
    pub(super) objects: usize,
    pub(super) text: usize,
    pub(super) width: usize,
}

impl Default for Show {
    fn default() -> Self {
        Self { depth: usize::MAX, items: 100, objects: 5_000, text: super::TEXT, width: 100 }
    }
}

impl Show {
    /// All depths, 100 items of a container, 5,000 objects, 200 characters of a str, lines of 100 characters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many levels of containers are opened.
    #[must_use]
    pub fn depth(mut self, levels: usize) -> Self {
        self.depth = levels;
        self
    }

    /// How many items of each container are shown.
    #[must_use]
    pub fn items(mut self, items: usize) -> Self {
        self.items = items;
        self
    }

    /// How many objects are shown altogether, about.
    #[must_use]
    pub fn objects(mut self, objects: usize) -> Self {
        self.objects = objects;
        self
    }

    /// How many characters of a str are shown, and half as many bytes.
    #[must_use]
    pub fn text(mut self, characters: usize) -> Self {
        self.text = characters.max(1);
        self
    }

    /// How long lines may be before a container is opened over several.
    #[must_use]
    pub fn width(mut self, columns: usize) -> Self {
        self.width = columns;
        self
    }

    /// Walks the objects below one. Each is opened once, where it is met first, so that sharing and cycles cost nothing.
    #[must_use]
    pub fn tree(self, root: Obj<'_>) -> Tree<'_> {
        let mut tree = Tree { entries: Vec::new(), how: self };
        let mut seen: HashMap<Value, usize> = HashMap::new();
        // Containers that are open: their entry, and which child is next.
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut next = Some((Step::Part("root", None), root, None));
        loop {
            if let Some((step, object, parent)) = next.take() {
                let at = tree.entries.len();
                let node = Node::within(object, self.text);
                let marked = node.is_marked();
                let first = if marked { seen.get(&object.value()).copied() } else { None };
                if let Some(first) = first.and_then(|first| tree.entries.get_mut(first)) {
                    first.mark = 1;
                }
                if marked && first.is_none() {
                    seen.insert(object.value(), at);
                }
                let depth = open.len();
                let opened = first.is_none() && depth < self.depth && !node.is_empty();
                tree.entries.push(Entry { parent, depth, step, node, mark: 0, same_as: first, shown: 0, end: at + 1 });
                if opened {
                    open.push((at, 0));
                }
            }
            let Some((at, child)) = open.last_mut() else { break };
            let (at, nth) = (*at, *child);
            *child += 1;
            let count = tree.entries.len();
            let entry = &mut tree.entries[at];
            match entry.node.child(nth).filter(|_| nth < self.items && count < self.objects) {
                Some((step, object)) => {
                    entry.shown += 1;
                    next = Some((step, object, Some(at)));
                }
                None => {
                    entry.end = count;
                    open.pop();
                }
            }
        }
        // Numbered in the order in which they are read.
        for (number, entry) in tree.entries.iter_mut().filter(|entry| entry.mark > 0).enumerate() {
            entry.mark = number + 1;
        }
        tree
    }
}

/// One object of a [`Tree`], at one place.
#[derive(Clone)]
pub struct Entry<'h> {
    parent: Option<usize>,
    depth: usize,
    pub(super) step: Step<'h>,
    pub(super) node: Node<'h>,
    pub(super) mark: usize,
    pub(super) same_as: Option<usize>,
    pub(super) shown: usize,
    /// Behind the last entry below it.
    pub(super) end: usize,
}

impl<'h> Entry<'h> {
    /// The entry of what it is in; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<usize> {
        self.parent
    }

    /// How many containers it is in.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Its place in its parent.
    #[must_use]
    pub fn step(&self) -> &Step<'h> {
        &self.step
    }

    /// The object.
    #[must_use]
    pub fn node(&self) -> &Node<'h> {
        &self.node
    }

    /// The number of an object that is met more than once, at its first place: `&1`.
    #[must_use]
    pub fn mark(&self) -> Option<usize> {
        Some(self.mark).filter(|mark| *mark > 0)
    }

    /// The entry where the same object was met first; it is not opened again: `*1`.
    #[must_use]
    pub fn same_as(&self) -> Option<usize> {
        self.same_as
    }

    /// How many of the objects in it are entries of the tree.
    #[must_use]
    pub fn shown(&self) -> usize {
        self.shown
    }
}

/// The objects below one, each once, in the order of a walk that opens each where it is met first. `Display` is the text.
///
/// ```text
/// {'rate': 0.5, 'steps': [10, 20]}             data as Python has them; long ones over several lines
/// &1 [*1, 2]                                   a list that holds itself: &1 marks an object, *1 is the same again
/// <geometry.Point x=1, y=2>                    an instance with its attributes
/// os.system('true')                            a call that loading would make
/// <function __main__.f(data: int) -> int ...>  a function by value
/// [1, 2, ... 98 more]                          what is cut says how much
/// ```
///
/// An object that can be changed, or that holds others, has a mark where it is met more than once.
pub struct Tree<'h> {
    pub(super) entries: Vec<Entry<'h>>,
    pub(super) how: Show,
}

impl<'h> Tree<'h> {
    /// The entries; what an entry holds stands behind it.
    #[must_use]
    pub fn entries(&self) -> &[Entry<'h>] {
        &self.entries
    }

    /// The path of an entry from the root: `root['model'].weights[3]`. Of very deep ones the middle is left out.
    ///
    /// # Examples
    ///
    /// ```
    /// let pickle = cloudpickle::py!({"steps": [10, 20]});
    /// let tree = cloudpickle::show(pickle.root());
    /// assert_eq!(tree.path(3), "root['steps'][1]");
    /// ```
    #[must_use]
    pub fn path(&self, entry: usize) -> String {
        let mut steps = Vec::new();
        let mut next = self.entries.get(entry);
        while let Some((entry, parent)) = next.and_then(|entry| Some((entry, entry.parent?))) {
            steps.push(&entry.step);
            next = self.entries.get(parent);
        }
        super::path::write(&steps)
    }
}
