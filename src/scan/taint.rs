//! Whether something harmful is given to a call: it lies somewhere in the arguments.

use std::collections::HashSet;

use crate::heap::{NO_EVENT, Value};

use super::follow::Follow;
use super::rules::Severity;
use super::value::Sym;

/// How many objects all walks of one scan look at together, for every object of the heap.
const SHARE: usize = 8;

impl Follow<'_, '_> {
    /// Whether handing the value over hands something harmful over.
    pub(super) fn is_harmful(&self, sym: &Sym) -> bool {
        match sym {
            // To hand over what is only not known to be harmless is no harm yet.
            Sym::Name(name) => {
                let judgement = self.judge(name);
                judgement.severity == Severity::Dangerous && !judgement.unlisted
            }
            Sym::Tainted => true,
            Sym::Partial(partial) => self.is_harmful(&partial.0),
            _ => false,
        }
    }

    /// What is harmful among all that can be reached from a value, code by value aside.
    pub(super) fn harmful_in(&mut self, value: Value) -> Option<Sym> {
        if !self.any_harmful {
            return None;
        }
        let mut seen = HashSet::new();
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            if value.is_leaf() || !seen.insert(value) {
                continue;
            }
            self.walked += 1;
            if self.walked > self.heap.pool.len().saturating_mul(SHARE).saturating_add(100_000) {
                return Some(Sym::Tainted);
            }
            let sym = self.sym(value);
            if self.is_harmful(&sym) {
                return Some(sym);
            }
            match (value, sym) {
                (_, Sym::Function(_) | Sym::Class(_) | Sym::Code(_) | Sym::Source | Sym::Helper) => continue,
                (Value::Call(call), _) => {
                    let event = &self.heap.events[call.index()];
                    open.push(event.object);
                }
                _ => {}
            }
            let items = self.heap.items(value);
            self.walked += items.len();
            open.extend_from_slice(items);
            let (mut next, _) = self.heap.effect_chain(value);
            while next != NO_EVENT {
                let event = &self.heap.events[next as usize];
                open.push(event.object);
                next = event.next;
            }
        }
        None
    }
}
