//! Keys of dicts and items of sets, which are hashed and compared while they are put in.

use super::follow::Follow;
use super::rules::Severity;
use super::value::Sym;
use crate::heap::{EffectKind, EventKind, Heap, Value};

impl Follow<'_, '_> {
    /// Finds keys whose class travels by value and whose `__hash__` or `__eq__` is not seen to be harmless.
    pub(super) fn find_keys(&mut self) {
        let heap = self.heap;
        let classes: Vec<Value> = self.classes().collect();
        let runs = classes.into_iter().any(|class| self.class_runs(class, &["__hash__", "__eq__"]));
        if !runs {
            return;
        }
        let dicts = heap.dicts.iter().flat_map(|dict| heap.pool.seq(*dict).iter().step_by(2));
        let sets = heap.sets.iter().flat_map(|set| heap.pool.seq(*set));
        let frozen = heap.frozensets.iter().flat_map(|set| heap.pool.run(*set));
        let mut keys: Vec<Value> = dicts.chain(sets).chain(frozen).copied().filter(|key| matches!(key, Value::Call(_))).collect();
        // Below protocol 4 a set is a call with a list; items of other containers are set later.
        for event in &heap.events {
            match event.kind {
                EventKind::Call(_) if is_set(heap, event.subject) => {
                    let lists = heap.items(event.object).iter().flat_map(|list| heap.items(*list));
                    keys.extend(lists.copied().filter(|key| matches!(key, Value::Call(_))));
                }
                EventKind::Effect(EffectKind::SetItems) => {
                    let pairs = heap.items(event.object).iter().step_by(2);
                    keys.extend(pairs.copied().filter(|key| matches!(key, Value::Call(_))));
                }
                _ => {}
            }
        }
        for key in keys {
            if let Sym::Made(class) = self.sym(key)
                && self.class_runs(class, &["__hash__", "__eq__"])
            {
                return self.find(Severity::Dangerous, "hashes a key whose class travels by value, which runs its code");
            }
        }
    }
}

fn is_set(heap: &Heap<'_>, callee: Value) -> bool {
    heap.obj(callee).global_names().is_some_and(|(_, name)| matches!(&*name, "set" | "frozenset"))
}
