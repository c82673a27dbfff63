//! Where an object is: for the errors of navigation.

use std::collections::{HashMap, VecDeque};

use super::obj::Place;
use super::{Heap, Value};

/// How many objects are looked at before a path is given up.
const BUDGET: usize = 100_000;

impl Heap<'_> {
    /// The path from the root to an object, such as `root['config'][3]`; from where it was taken where that is known.
    pub(crate) fn path_of(&self, value: Value, from: Option<(Value, Place)>) -> Option<String> {
        let (start, last) = match from {
            Some((container, place)) => (container, self.show_place(place)),
            None => (value, String::new()),
        };
        let path = self.root.and_then(|root| self.path_to(root, start));
        match (path, from) {
            (Some(path), _) => Some(format!("root{path}{last}")),
            (None, Some(_)) => Some(last),
            (None, None) => None,
        }
    }

    fn show_place(&self, place: Place) -> String {
        match place {
            Place::Index(index) => format!("[{index}]"),
            Place::Key(key) => format!("[{:.40}]", self.obj(key)),
        }
    }

    /// The shortest path from one object to another through tuples, lists and dicts.
    fn path_to(&self, root: Value, target: Value) -> Option<String> {
        let mut came_from: HashMap<Value, (Value, Place)> = HashMap::new();
        let mut open = VecDeque::from([root]);
        while let Some(value) = open.pop_front() {
            if value == target {
                let mut steps = Vec::new();
                let mut at = target;
                while at != root
                    && let Some((container, place)) = came_from.get(&at)
                {
                    steps.push(self.show_place(*place));
                    at = *container;
                }
                steps.reverse();
                return Some(steps.concat());
            }
            if came_from.len() > BUDGET {
                return None;
            }
            let mut visit = |child: Value, place: Place| {
                if child != root && !came_from.contains_key(&child) {
                    came_from.insert(child, (value, place));
                    open.push_back(child);
                }
            };
            match value {
                Value::Dict(_) => {
                    self.items(value).chunks_exact(2).for_each(|pair| visit(pair[1], Place::Key(pair[0])));
                }
                Value::Tuple(_) | Value::List(_) => {
                    self.items(value).iter().zip(0..).for_each(|(item, index)| visit(*item, Place::Index(index)));
                }
                _ => {}
            }
        }
        None
    }
}
