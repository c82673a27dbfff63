//! Enums: the values of their members, as the metaclass gives them.

use super::node::{Class, Node, Thing, Why};
use super::shipment::Shipment;
use crate::error::Result;
use crate::heap::Value;

/// What a name in the body of an enum is.
fn is_member(module: &super::CompiledModule, name: &str, node: Node) -> bool {
    let sunder = name.starts_with('_') && name.ends_with('_');
    let private = name.starts_with("__") || (name.starts_with('_') && name.contains("__"));
    let descriptor = match module.nodes.get(node) {
        Thing::Function(_) | Thing::Property(_) => true,
        Thing::Call { callable, .. } => match module.nodes.get(*callable) {
            Thing::Global(of, name) => {
                (&**of == "builtins" && matches!(&**name, "classmethod" | "staticmethod"))
                    || matches!((&**of, &**name), ("types", "DynamicClassAttribute") | ("enum", "property" | "nonmember") | ("functools", _))
            }
            _ => false,
        },
        _ => false,
    };
    !sunder && !private && !descriptor
}

/// The names of the members, those of aliases among them.
pub(super) fn names(shipment: &Shipment<'_, '_, '_>, class: &Class) -> Vec<Box<str>> {
    let module = shipment.module;
    class.members.iter().filter(|(name, node)| is_member(module, name, **node)).map(|(name, _)| name.clone()).collect()
}

/// The values of the members by their names, a dict: aliases aside.
pub(super) fn members(shipment: &mut Shipment<'_, '_, '_>, class: &Class) -> Result<Value> {
    let module = shipment.module;
    let lost = |shipment: &Shipment<'_, '_, '_>, reason| shipment.lost(Why { reason, ..class.made_at });
    if class.members.contains_key("__new__") || class.members.contains_key("_generate_next_value_") || class.members.contains_key("_missing_") {
        return Err(lost(shipment, "an enum makes the values of its members in a way of its own"));
    }
    let base = class.bases.last().and_then(|base| match module.nodes.get(*base) {
        Thing::Global(of, name) if &**of == "enum" => Some(&**name),
        _ => None,
    });
    let Some(base) = base else { return Err(lost(shipment, "the base of an enum is not one of the module enum")) };
    let mut found: Vec<(Box<str>, Value, Option<i64>, Node)> = Vec::new();
    for (name, node) in &class.members {
        if !is_member(module, name, *node) {
            continue;
        }
        let auto = matches!(module.nodes.get(*node), Thing::Call { callable, .. } if module.nodes.is_global(*callable, "enum", "auto"));
        let (value, number) = if auto {
            let highest = found.iter().filter_map(|(_, _, number, _)| *number).max();
            let last = found.iter().filter_map(|(_, _, number, _)| *number).next_back();
            match base {
                "StrEnum" => (shipment.heap.str(&name.to_lowercase()), None),
                "Flag" | "IntFlag" => {
                    let number = highest.map_or(1, |n| 1_i64 << (64 - n.max(0).leading_zeros()).min(62));
                    (shipment.heap.int(number), Some(number))
                }
                _ => {
                    let before = if module.version.python() >= (3, 11) { highest } else { last };
                    let number = before.map_or(1, |n| n.saturating_add(1));
                    (shipment.heap.int(number), Some(number))
                }
            }
        } else {
            (shipment.ship(*node)?, module.int(*node))
        };
        let same = |other: &(Box<str>, Value, Option<i64>, Node)| shipment.heap.obj(other.1).py_eq(shipment.heap.obj(value));
        if found.iter().any(same) {
            continue;
        }
        found.push((name.clone(), value, number, *node));
    }
    let pairs: Vec<_> = found.into_iter().map(|(name, value, _, _)| (shipment.heap.name(&name), value)).collect();
    Ok(shipment.heap.dict(pairs))
}
