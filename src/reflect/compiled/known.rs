//! What is known of builtins and of the standard library: calls whose result the machine can tell.

use super::calls::Keywords;
use super::machine::{Lost, Machine};
use super::node::{Node, Thing};
use crate::bytecode::Version;
use crate::heap::Value;

impl Machine {
    /// Methods of a known str.
    pub(super) fn text_method(&mut self, of: Node, name: &str, args: &[Node]) -> Result<Option<Node>, Lost> {
        let text = self.text(of).unwrap_or_default();
        self.spend(text.len() / 8 + 1)?;
        let given = match args {
            [one] => self.text(*one),
            _ => None,
        };
        let yes = |machine: &mut Self, yes| Ok(Some(machine.nodes.add(Thing::Const(Value::bool(yes)))));
        match (name, given, args) {
            ("startswith", Some(given), _) => yes(self, text.starts_with(&given)),
            ("endswith", Some(given), _) => yes(self, text.ends_with(&given)),
            ("lower", None, []) if text.is_ascii() => Ok(Some(self.constant_str(&text.to_ascii_lowercase()))),
            ("upper", None, []) if text.is_ascii() => Ok(Some(self.constant_str(&text.to_ascii_uppercase()))),
            ("join", _, [items]) => {
                let Some(items) = self.items(*items)? else { return Ok(None) };
                let texts: Option<Vec<String>> = items.iter().map(|item| self.text(*item)).collect();
                let Some(texts) =
                    texts.filter(|texts| texts.iter().map(String::len).sum::<usize>() + text.len() * texts.len() < 1 << 16)
                else {
                    return Ok(None);
                };
                Ok(Some(self.constant_str(&texts.join(&text))))
            }
            _ => Ok(None),
        }
    }

    /// What is known of builtins and of the standard library.
    pub(super) fn known(
        &mut self,
        module: &str,
        name: &str,
        args: &mut [Node],
        keywords: &Keywords,
    ) -> Result<Option<Node>, Lost> {
        let keyword = |wanted: &str| keywords.iter().find(|(name, _)| &**name == wanted).map(|(_, value)| *value);
        Ok(Some(match (module, name, &*args) {
            ("builtins", "property", _) => {
                let mut parts = [None; 4];
                for (part, (at, name)) in parts.iter_mut().zip(["fget", "fset", "fdel", "doc"].iter().enumerate()) {
                    *part = args.get(at).copied().or_else(|| keyword(name)).filter(|node| self.is_none(*node) != Some(true));
                }
                self.nodes.add(Thing::Property(parts))
            }
            ("builtins", "tuple" | "list" | "set", [one]) if keywords.is_empty() => {
                let Some(items) = self.items(*one)? else { return Ok(None) };
                self.spend(items.len())?;
                self.nodes.add(match name {
                    "tuple" => Thing::Tuple(items),
                    "list" => Thing::List(items),
                    _ => Thing::Set(items),
                })
            }
            ("builtins", "list" | "set" | "tuple", []) => self.nodes.add(match name {
                "tuple" => Thing::Tuple(Vec::new()),
                "list" => Thing::List(Vec::new()),
                _ => Thing::Set(Vec::new()),
            }),
            ("builtins", "dict", given) => {
                let mut pairs = match given {
                    [] => Vec::new(),
                    [one] => match self.nodes.get(*one) {
                        Thing::Dict(pairs) if self.nodes.changed(*one).is_none() => pairs.clone(),
                        _ => match self.pairs(*one)? {
                            Some(pairs) => pairs,
                            None => return Ok(None),
                        },
                    },
                    _ => return Ok(None),
                };
                for (name, value) in keywords {
                    pairs.push((self.name_node(name), *value));
                }
                let dict = self.nodes.add(Thing::Dict(Vec::new()));
                for (key, value) in pairs {
                    self.set_item(dict, key, value)?;
                }
                dict
            }
            ("builtins", "len", [one]) => {
                let Some(items) = self.items(*one)? else { return Ok(None) };
                self.constant_int(i64::try_from(items.len()).unwrap_or(i64::MAX))
            }
            ("builtins", "getattr", [object, name]) if self.text(*name).is_some() => {
                let name = self.text(*name).unwrap_or_default();
                self.attribute(*object, &name)?
            }
            ("builtins", "setattr", [object, name, value]) if self.text(*name).is_some() => {
                let name = self.text(*name).unwrap_or_default();
                self.set_attribute(*object, &name, Some(*value))?;
                self.none
            }
            // Names of a dict that is given, and not of the module.
            ("builtins", "exec" | "eval", [_, names, ..]) if matches!(self.nodes.get(*names), Thing::Dict(_)) => {
                let why = self.why("it may set any name");
                for arg in &*args {
                    self.touch_items(*arg, why)?;
                }
                self.raising = true;
                self.nodes.add(Thing::Unknown(why))
            }
            ("builtins", "setattr" | "globals" | "vars" | "locals" | "exec" | "eval" | "delattr", _) => {
                let why = self.why("it may set any name");
                self.forget_globals(why);
                for arg in &*args {
                    self.touch_items(*arg, why)?;
                    self.nodes.change(*arg, why);
                }
                self.nodes.add(Thing::Unknown(why))
            }
            ("builtins", "enumerate" | "zip" | "reversed", given) if keywords.is_empty() => {
                let mut columns = Vec::new();
                for one in given {
                    match self.items(*one)? {
                        Some(items) => columns.push(items),
                        None => return Ok(None),
                    }
                }
                let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
                self.spend(rows * (1 + columns.len()))?;
                let mut items = Vec::with_capacity(rows);
                for row in 0..rows {
                    let mut tuple: Vec<Node> = columns.iter().filter_map(|column| column.get(row).copied()).collect();
                    if name == "enumerate" {
                        let number = self.constant_int(i64::try_from(row).unwrap_or(i64::MAX));
                        tuple.insert(0, number);
                    }
                    items.push(match (name, tuple.first()) {
                        ("reversed", Some(one)) => *one,
                        _ => self.nodes.add(Thing::Tuple(tuple)),
                    });
                }
                if name == "reversed" {
                    items.reverse();
                }
                self.nodes.add(Thing::Iter(items, 0))
            }
            ("typing" | "typing_extensions", "cast", [_, value]) => *value,
            ("abc", "abstractmethod", [function]) if matches!(self.nodes.get(*function), Thing::Function(_)) => {
                let yes = self.nodes.add(Thing::Const(Value::True));
                let function = *function;
                if let Thing::Function(f) = self.nodes.get_mut(function) {
                    f.attributes.insert("__isabstractmethod__".into(), yes);
                }
                function
            }
            ("typing" | "typing_extensions", "runtime_checkable", [class])
                if matches!(self.nodes.get(*class), Thing::Class(_)) =>
            {
                let yes = self.nodes.add(Thing::Const(Value::True));
                self.set_attribute(*class, "_is_runtime_protocol", Some(yes))?;
                *class
            }
            ("typing", "overload", [_]) => self.nodes.add(Thing::Global("typing".into(), "_overload_dummy".into())),
            ("typing", "final", [one]) => {
                if self.version >= Version::Py311 {
                    let yes = self.nodes.add(Thing::Const(Value::True));
                    self.set_attribute(*one, "__final__", Some(yes))?;
                }
                *one
            }
            ("dataclasses", "dataclass", [class]) if keywords.is_empty() => {
                return self.decorate(module, name, &[], Vec::new(), &[*class]);
            }
            ("functools", "update_wrapper", [wrapper, wrapped]) if keywords.is_empty() => {
                return self.decorate("functools", "wraps", &[*wrapped], Vec::new(), &[*wrapper]);
            }
            _ => return Ok(None),
        }))
    }

    /// `name(*given, **options)(*args)`, for decorators that are known.
    pub(super) fn decorate(
        &mut self,
        module: &str,
        name: &str,
        given: &[Node],
        options: Keywords,
        args: &[Node],
    ) -> Result<Option<Node>, Lost> {
        match (module, name, given, args) {
            ("dataclasses", "dataclass", [], [class]) => {
                let Thing::Class(found) = self.nodes.get_mut(*class) else { return Ok(None) };
                found.dataclass = Some(options);
                Ok(Some(*class))
            }
            ("functools", "wraps", [wrapped], [wrapper]) if options.is_empty() => {
                let Thing::Function(of) = self.nodes.get(*wrapped).clone() else { return Ok(None) };
                if !matches!(self.nodes.get(*wrapper), Thing::Function(_)) || self.nodes.changed(*wrapped).is_some() {
                    return Ok(None);
                }
                let name = self.attribute(*wrapped, "__name__")?;
                let qualname = self.attribute(*wrapped, "__qualname__")?;
                let doc = self.attribute(*wrapped, "__doc__")?;
                // The very dict of the other.
                let annotations = match of.annotations {
                    Some(annotations) => annotations,
                    None => self.nodes.add(Thing::Dict(Vec::new())),
                };
                if let Thing::Function(of) = self.nodes.get_mut(*wrapped) {
                    of.annotations = Some(annotations);
                }
                let Thing::Function(function) = self.nodes.get_mut(*wrapper) else { return Ok(None) };
                function.name = Some(name);
                function.qualname = Some(qualname);
                function.doc = Some(doc);
                function.module = of.module;
                function.annotations = Some(annotations);
                for (name, value) in of.attributes {
                    function.attributes.insert(name, value);
                }
                function.attributes.insert("__wrapped__".into(), *wrapped);
                Ok(Some(*wrapper))
            }
            _ => Ok(None),
        }
    }
}
