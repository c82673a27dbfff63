//! Comparisons, as far as both sides are known.

use super::machine::{Lost, Machine};
use super::node::{Node, Thing};
use crate::heap::Value;

impl Machine {
    /// `left operator right`.
    pub(super) fn compare(&mut self, operator: &str, left: Node, right: Node) -> Result<Thing, Lost> {
        let known = match operator {
            "==" => self.equal_value(left, right),
            "!=" => self.equal_value(left, right).map(|equal| !equal),
            "is" | "is not" => {
                let same = match (self.nodes.get(left), self.nodes.get(right)) {
                    (Thing::Const(Value::None | Value::True | Value::False), Thing::Const(_))
                    | (Thing::Const(_), Thing::Const(Value::None | Value::True | Value::False)) => {
                        self.nodes.constant(left).zip(self.nodes.constant(right)).map(|(a, b)| a == b)
                    }
                    (_, Thing::Const(Value::None)) => self.is_none(left),
                    (Thing::Class(_) | Thing::Function(_), Thing::Class(_) | Thing::Function(_)) => Some(left == right),
                    _ => None,
                };
                same.map(|same| same == (operator == "is"))
            }
            "in" | "not in" => {
                let found = match self.nodes.get(right) {
                    Thing::Dict(_) => self.look_up(right, left)?.map(|found| found.is_some()),
                    Thing::Set(items) | Thing::Tuple(items) | Thing::List(items) if self.nodes.changed(right).is_none() => {
                        let items = items.clone();
                        self.spend(items.len())?;
                        let equal: Vec<_> = items.iter().map(|item| self.equal(*item, left)).collect();
                        if equal.contains(&Some(true)) {
                            Some(true)
                        } else {
                            equal.iter().all(|e| *e == Some(false)).then_some(false)
                        }
                    }
                    Thing::Const(value @ (Value::Tuple(_) | Value::FrozenSet(_))) => match self.nodes.get(left) {
                        Thing::Const(left) => {
                            let left = self.heap.obj(*left);
                            Some(self.heap.items(*value).iter().any(|item| self.heap.obj(*item).py_eq(left)))
                        }
                        _ => None,
                    },
                    _ => None,
                };
                found.map(|found| found == (operator == "in"))
            }
            "<" | "<=" | ">" | ">=" => {
                let order = match (self.nodes.get(left), self.nodes.get(right)) {
                    (Thing::VersionInfo, _) => self.version_order(right, operator),
                    _ => match (self.int(left), self.int(right)) {
                        (Some(a), Some(b)) => Some(a.cmp(&b)),
                        _ => self.int_tuple(left).zip(self.int_tuple(right)).map(|(a, b)| a.cmp(&b)),
                    },
                };
                order.map(|order| match operator {
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    _ => order.is_ge(),
                })
            }
            _ => None,
        };
        let name = match operator {
            "==" => "eq",
            "!=" => "ne",
            "<" => "lt",
            "<=" => "le",
            ">" => "gt",
            ">=" => "ge",
            "is" => "is_",
            "is not" => "is_not",
            "in" | "not in" => "contains",
            _ => return Err("the comparison is not followed"),
        };
        Ok(match known {
            Some(known) => Thing::Const(Value::bool(known)),
            None if operator == "not in" => Thing::Unknown(self.why("the comparison is not followed")),
            None if operator == "in" => self.operator(name, vec![right, left]),
            None => self.operator(name, vec![left, right]),
        })
    }

    fn equal_value(&self, left: Node, right: Node) -> Option<bool> {
        match (self.nodes.get(left), self.nodes.get(right)) {
            (Thing::Const(a), Thing::Const(b)) => Some(self.heap.obj(*a).py_eq(self.heap.obj(*b))),
            _ => None,
        }
    }

    /// How `sys.version_info` of the version, whatever its micro, stands to a tuple.
    fn version_order(&self, tuple: Node, operator: &str) -> Option<std::cmp::Ordering> {
        let wanted = self.int_tuple(tuple)?;
        let (major, minor) = self.version.python();
        let known = [i64::from(major), i64::from(minor)];
        for (known, wanted) in known.iter().zip(&wanted) {
            if known != wanted {
                return Some(known.cmp(wanted));
            }
        }
        match wanted.get(2..) {
            // It is longer.
            None | Some([]) => Some(std::cmp::Ordering::Greater),
            Some([0]) if matches!(operator, "<" | ">=") => Some(std::cmp::Ordering::Greater),
            _ => None,
        }
    }

    fn int_tuple(&self, node: Node) -> Option<Vec<i64>> {
        match self.nodes.get(node) {
            Thing::Const(value @ Value::Tuple(_)) => {
                self.heap.items(*value).iter().map(|item| self.heap.obj(*item).as_i64().ok()).collect()
            }
            Thing::Tuple(items) => items.iter().map(|item| self.int(*item)).collect(),
            _ => None,
        }
    }
}
