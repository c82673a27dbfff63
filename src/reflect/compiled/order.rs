//! In which order things can be made: what a call runs has to be whole before.
//!
//! Functions and classes may refer to each other in any way, since they are filled when all are there. But an instance that the worker makes by a call
//! needs its class filled, and that cannot be when the class refers to that instance.

use std::collections::HashSet;
use std::rc::Rc;

use super::node::{Node, Thing};
use super::shipment::Shipment;
use crate::error::{ErrorKind, Result};

impl Shipment<'_, '_, '_> {
    /// Refuses a call that runs code of the module which needs the result of the call.
    pub(super) fn check_order(&mut self, call: Node, callable: Node) -> Result<()> {
        let module = self.module;
        // The class or function at the bottom: C(..), C.make(..), decorator(..)(..)
        let mut root = callable;
        for _ in 0..16 {
            root = match module.nodes.get(root) {
                Thing::Attr(of, _) | Thing::Method(of, _) => *of,
                Thing::Call { callable, .. } => *callable,
                _ => break,
            };
        }
        if !matches!(module.nodes.get(root), Thing::Function(_) | Thing::Class(_)) {
            return Ok(());
        }
        if self.needed_by(root)?.contains(&call) {
            return Err(self.lost(module.nodes.made_at(call).why("it is made by a call of what needs it itself")));
        }
        Ok(())
    }

    /// All that an object needs to be whole.
    fn needed_by(&mut self, root: Node) -> Result<Rc<HashSet<Node>>> {
        if let Some(known) = self.needed.get(&root) {
            return Ok(Rc::clone(known));
        }
        let module = self.module;
        let mut seen = HashSet::new();
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            if !seen.insert(node) {
                continue;
            }
            let before = open.len();
            match module.nodes.get(node) {
                Thing::Function(function) => {
                    for name in self.globals_of(function)? {
                        open.extend(module.globals.get(&name));
                    }
                    open.extend(&function.closure);
                    open.extend(function.attributes.values());
                    open.extend([function.defaults, function.kwdefaults, function.annotations].into_iter().flatten());
                }
                Thing::Class(class) => {
                    open.extend(class.bases.iter().chain(class.members.values()));
                    open.extend(class.keywords.iter().map(|(_, value)| *value));
                }
                _ => open.extend(module.nodes.children(node)),
            }
            let found = 1 + open.len() - before;
            self.work = self
                .work
                .checked_sub(found)
                .ok_or(ErrorKind::LimitExceeded { what: "objects that need each other", limit: 1_000_000 })?;
        }
        let seen = Rc::new(seen);
        self.needed.insert(root, Rc::clone(&seen));
        Ok(seen)
    }
}
