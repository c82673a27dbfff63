//! Enums: the values of their members, as the metaclass gives them.

use super::node::{Class, Node, Thing};
use super::shipment::Shipment;
use crate::error::Result;
use crate::heap::Value;
use crate::reflect::EnumMemberParts;

/// A name of an enum and its value.
struct Member {
    name: Box<str>,
    value: Value,
    number: Option<i64>,
    node: Node,
    /// Another member has the value, or it is made of several flags.
    alias: bool,
}

/// Whether a name in the body of an enum is a member.
fn is_member(module: &super::CompiledModule, name: &str, node: Node) -> bool {
    let sunder = name.starts_with('_') && name.ends_with('_');
    let private = name.starts_with("__") || (name.starts_with('_') && name.contains("__"));
    let descriptor = match module.nodes.get(node) {
        Thing::Function(_) | Thing::Property(_) => true,
        Thing::Call { callable, .. } => match module.nodes.get(*callable) {
            Thing::Global(of, name) => {
                let made = (&**of, &**name);
                matches!(made, ("builtins", "classmethod" | "staticmethod") | ("types", "DynamicClassAttribute"))
                    || matches!(made, ("enum", "property" | "nonmember") | ("functools", _))
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

/// The number that a member is made of: those before it have theirs.
fn number_of(shipment: &Shipment<'_, '_, '_>, found: &[Member], node: Node, depth: usize) -> Option<i64> {
    let module = shipment.module;
    if let Some(known) = found.iter().find(|member| member.node == node) {
        return known.number;
    }
    match module.nodes.get(node) {
        Thing::Call { callable, args, .. } if depth < 8 => {
            let Thing::Global(of, name) = module.nodes.get(*callable) else { return None };
            let [one, other] = args[..] else { return None };
            let one = number_of(shipment, found, one, depth + 1)?;
            let other = number_of(shipment, found, other, depth + 1)?;
            match (&**of, &**name) {
                ("operator", "or_") => Some(one | other),
                ("operator", "and_") => Some(one & other),
                ("operator", "xor") => Some(one ^ other),
                _ => None,
            }
        }
        _ => module.int(node),
    }
}

fn all(shipment: &mut Shipment<'_, '_, '_>, class: &Class) -> Result<Vec<Member>> {
    let module = shipment.module;
    let lost = |shipment: &Shipment<'_, '_, '_>, reason| shipment.lost(class.made_at.why(reason));
    if ["__new__", "_generate_next_value_", "_missing_"].iter().any(|name| class.members.contains_key(*name)) {
        return Err(lost(shipment, "an enum makes the values of its members in a way of its own"));
    }
    let base = class.bases.last().and_then(|base| match module.nodes.get(*base) {
        Thing::Global(of, name) if &**of == "enum" => Some(&**name),
        _ => None,
    });
    let Some(base) = base else { return Err(lost(shipment, "the base of an enum is not one of the module enum")) };
    let is_flag = matches!(base, "Flag" | "IntFlag");
    let since_11 = module.version.python() >= (3, 11);
    let mut found: Vec<Member> = Vec::new();
    for (name, node) in &class.members {
        if !is_member(module, name, *node) {
            continue;
        }
        let auto =
            matches!(module.nodes.get(*node), Thing::Call { callable, .. } if module.nodes.is_global(*callable, "enum", "auto"));
        let mut number = number_of(shipment, &found, *node, 0);
        let value = if auto {
            let highest = found.iter().filter_map(|member| member.number).max();
            let last = found.iter().filter_map(|member| member.number).next_back();
            number = match base {
                "StrEnum" => None,
                _ if is_flag => Some(highest.map_or(1, |n| 1_i64 << (64 - n.max(0).leading_zeros()).min(62))),
                _ => Some((if since_11 { highest } else { last }).map_or(1, |n| n.saturating_add(1))),
            };
            match number {
                Some(number) => shipment.heap.int(number),
                None => shipment.heap.str(&name.to_lowercase()),
            }
        } else {
            match number {
                Some(number) if module.int(*node).is_none() => shipment.heap.int(number),
                _ => shipment.ship(*node)?,
            }
        };
        let same = |other: &Member| shipment.heap.obj(other.value).py_eq(shipment.heap.obj(value));
        // Since 3.11 several flags together are no member of their own.
        let several = is_flag && since_11 && number.is_some_and(|n| n.count_ones() != 1);
        let alias = several || found.iter().any(same);
        found.push(Member { name: name.clone(), value, number, node: *node, alias });
    }
    Ok(found)
}

/// The values of the members by their names, a dict: aliases aside.
pub(super) fn members(shipment: &mut Shipment<'_, '_, '_>, class: &Class) -> Result<Value> {
    let found = all(shipment, class)?;
    let own = found.iter().filter(|member| !member.alias);
    let pairs: Vec<_> = own.map(|member| (shipment.heap.name(&member.name), member.value)).collect();
    Ok(shipment.heap.dict(pairs))
}

/// The aliases: attributes of the class that are members.
pub(super) fn aliases(shipment: &mut Shipment<'_, '_, '_>, node: Node, class: &Class) -> Result<Vec<(Box<str>, Value)>> {
    let made = shipment.ship(node)?;
    let mut aliases = Vec::new();
    for member in all(shipment, class)?.into_iter().filter(|member| member.alias) {
        let value = EnumMemberParts::new(made, member.value).build(shipment.heap, shipment.target)?;
        aliases.push((member.name, value));
    }
    Ok(aliases)
}
