//! Operators, literals and comparisons.

use super::machine::{Frame, Lost, Machine};
use super::node::{Node, Thing};
use super::program::{Operand, Step};
use crate::heap::Value;

/// How long a str may be that is made while a module is followed.
const LONGEST: usize = 1 << 16;

/// The function of `operator` for an instruction up to 3.10, or for the operator of `BINARY_OP`.
const OPERATORS: &[(&str, &str, &str)] = &[
    ("BINARY_ADD", "+", "add"),
    ("BINARY_SUBTRACT", "-", "sub"),
    ("BINARY_MULTIPLY", "*", "mul"),
    ("BINARY_MATRIX_MULTIPLY", "@", "matmul"),
    ("BINARY_TRUE_DIVIDE", "/", "truediv"),
    ("BINARY_FLOOR_DIVIDE", "//", "floordiv"),
    ("BINARY_MODULO", "%", "mod"),
    ("BINARY_POWER", "**", "pow"),
    ("BINARY_LSHIFT", "<<", "lshift"),
    ("BINARY_RSHIFT", ">>", "rshift"),
    ("BINARY_AND", "&", "and_"),
    ("BINARY_OR", "|", "or_"),
    ("BINARY_XOR", "^", "xor"),
    ("BINARY_SUBSCR", "[]", "getitem"),
];

impl Machine {
    /// Everything that only computes.
    pub(super) fn compute(&mut self, frame: &mut Frame, step: &Step) -> Result<(), Lost> {
        let op = step.op;
        let count = || usize::try_from(step.arg).map_err(|_| "its argument is too large");
        let thing = match op {
            "BUILD_TUPLE" => Thing::Tuple(frame.pop_many(count()?)?),
            "BUILD_LIST" => Thing::List(frame.pop_many(count()?)?),
            "BUILD_SET" => Thing::Set(frame.pop_many(count()?)?),
            "BUILD_MAP" => {
                let items = frame.pop_many(count()?.saturating_mul(2))?;
                self.dict(items)?
            }
            "BUILD_CONST_KEY_MAP" => {
                let keys = frame.pop()?;
                let keys = self.items(keys)?.ok_or("the keys are not known")?;
                let values = frame.pop_many(count()?)?;
                self.dict(keys.into_iter().zip(values).flat_map(|(key, value)| [key, value]).collect())?
            }
            "BUILD_TUPLE_UNPACK" | "BUILD_LIST_UNPACK" | "BUILD_SET_UNPACK" | "BUILD_TUPLE_UNPACK_WITH_CALL" => {
                let mut items = Vec::new();
                for part in frame.pop_many(count()?)? {
                    let Some(more) = self.items(part)? else {
                        let node = self.unknown("what is unpacked is not known");
                        frame.stack.push(node);
                        return Ok(());
                    };
                    items.extend(more);
                }
                if op == "BUILD_LIST_UNPACK" {
                    Thing::List(items)
                } else if op == "BUILD_SET_UNPACK" {
                    Thing::Set(items)
                } else {
                    Thing::Tuple(items)
                }
            }
            "BUILD_MAP_UNPACK" | "BUILD_MAP_UNPACK_WITH_CALL" => {
                let dict = self.nodes.add(Thing::Dict(Vec::new()));
                for part in frame.pop_many(count()?)? {
                    self.merge(dict, part)?;
                }
                frame.stack.push(dict);
                return Ok(());
            }
            "LIST_TO_TUPLE" => self.list_to_tuple(frame)?,
            "LIST_APPEND" | "SET_ADD" | "LIST_EXTEND" | "SET_UPDATE" | "MAP_ADD" | "DICT_UPDATE" | "DICT_MERGE" => {
                return self.add_to(frame, step);
            }
            "BUILD_SLICE" => {
                let args = frame.pop_many(count()?)?;
                let callable = self.nodes.add(Thing::Global("builtins".into(), "slice".into()));
                Thing::Call { callable, args, keywords: Vec::new() }
            }
            "BUILD_STRING" => {
                let parts = frame.pop_many(count()?)?;
                let mut text = String::new();
                for part in &parts {
                    match self.text(*part) {
                        Some(part) if text.len() + part.len() < LONGEST => text.push_str(&part),
                        _ => {
                            let empty = self.constant_str("");
                            let callable = self.nodes.add(Thing::Attr(empty, "join".into()));
                            let args = vec![self.nodes.add(Thing::Tuple(parts))];
                            let call = self.nodes.add(Thing::Call { callable, args, keywords: Vec::new() });
                            frame.stack.push(call);
                            return Ok(());
                        }
                    }
                }
                self.spend(text.len())?;
                Thing::Const(self.heap.str(&text))
            }
            "FORMAT_VALUE" | "FORMAT_SIMPLE" | "FORMAT_WITH_SPEC" => {
                let spec = if op == "FORMAT_WITH_SPEC" || (op == "FORMAT_VALUE" && step.arg & 4 != 0) {
                    Some(frame.pop()?)
                } else {
                    None
                };
                let value = frame.pop()?;
                if spec.is_none() && (op == "FORMAT_SIMPLE" || step.arg & 3 == 0) && self.text(value).is_some() {
                    frame.stack.push(value);
                    return Ok(());
                }
                let conversion = if op == "FORMAT_VALUE" { step.arg & 3 } else { 0 };
                let value = self.converted(value, conversion);
                let callable = self.nodes.add(Thing::Global("builtins".into(), "format".into()));
                Thing::Call { callable, args: [value].into_iter().chain(spec).collect(), keywords: Vec::new() }
            }
            "CONVERT_VALUE" => {
                let value = frame.pop()?;
                let node = self.converted(value, step.arg);
                frame.stack.push(node);
                return Ok(());
            }
            "UNPACK_SEQUENCE" => {
                let (value, count) = (frame.pop()?, count()?);
                self.spend(count)?;
                match self.items(value)? {
                    Some(items) if items.len() == count => frame.stack.extend(items.iter().rev()),
                    _ => {
                        self.raising = true;
                        for at in (0..count).rev() {
                            let at = self.constant_int(i64::try_from(at).unwrap_or(i64::MAX));
                            let callable = self.nodes.add(Thing::Global("operator".into(), "getitem".into()));
                            let item = match self.nodes.get(value) {
                                Thing::Unknown(why) => Thing::Unknown(*why),
                                Thing::Global(..) | Thing::Call { .. } | Thing::Attr(..) => {
                                    Thing::Call { callable, args: vec![value, at], keywords: Vec::new() }
                                }
                                _ => Thing::Unknown(self.why("what is unpacked is not known")),
                            };
                            let item = self.nodes.add(item);
                            frame.stack.push(item);
                        }
                    }
                }
                return Ok(());
            }
            "UNPACK_EX" => {
                let value = frame.pop()?;
                let (before, after) =
                    (usize::try_from(step.arg & 0xff).unwrap_or(0), usize::try_from(step.arg >> 8).unwrap_or(0));
                let Some(items) = self.items(value)? else {
                    for _ in 0..=before + after {
                        let node = self.unknown("what is unpacked is not known");
                        frame.stack.push(node);
                    }
                    return Ok(());
                };
                let rest = items.len().checked_sub(before + after).ok_or("there is too little to unpack")?;
                let list = self.nodes.add(Thing::List(items.get(before..before + rest).unwrap_or_default().to_vec()));
                frame.stack.extend(items.get(before + rest..).unwrap_or_default().iter().rev());
                frame.stack.push(list);
                frame.stack.extend(items.get(..before).unwrap_or_default().iter().rev());
                return Ok(());
            }
            "BINARY_SLICE" => {
                let args = frame.pop_many(2)?;
                let object = frame.pop()?;
                let callable = self.nodes.add(Thing::Global("builtins".into(), "slice".into()));
                let key = self.nodes.add(Thing::Call { callable, args, keywords: Vec::new() });
                let found = self.get_item(object, key)?;
                frame.stack.push(found);
                return Ok(());
            }
            "STORE_SUBSCR" => {
                let (key, object, value) = (frame.pop()?, frame.pop()?, frame.pop()?);
                return self.store_item(object, key, value);
            }
            "DELETE_SUBSCR" => {
                let (key, object) = (frame.pop()?, frame.pop()?);
                let why = self.why("an item is deleted");
                self.nodes.change(object, why);
                let _ = key;
                return Ok(());
            }
            "CALL_INTRINSIC_1" => match step.operand.text() {
                Some("INTRINSIC_LIST_TO_TUPLE") => self.list_to_tuple(frame)?,
                Some("INTRINSIC_IMPORT_STAR") => {
                    let module = frame.pop()?;
                    self.import_star(module)?;
                    frame.stack.push(self.none);
                    return Ok(());
                }
                _ => {
                    frame.pop()?;
                    Thing::Unknown(self.why("the instruction is not followed"))
                }
            },
            "CALL_INTRINSIC_2" => {
                frame.pop_many(2)?;
                Thing::Unknown(self.why("the instruction is not followed"))
            }
            "UNARY_NOT" => {
                let value = frame.pop()?;
                match self.truth(value) {
                    Some(truth) => Thing::Const(Value::bool(!truth)),
                    None => self.operator("not_", vec![value]),
                }
            }
            "UNARY_NEGATIVE" | "UNARY_INVERT" | "UNARY_POSITIVE" => {
                let value = frame.pop()?;
                match (op, self.int(value)) {
                    ("UNARY_NEGATIVE", Some(n)) if n != i64::MIN => Thing::Const(self.heap.int(-n)),
                    ("UNARY_INVERT", Some(n)) => Thing::Const(self.heap.int(!n)),
                    ("UNARY_NEGATIVE", _) => self.operator("neg", vec![value]),
                    ("UNARY_INVERT", _) => self.operator("invert", vec![value]),
                    _ => self.operator("pos", vec![value]),
                }
            }
            "COMPARE_OP" => {
                let (right, left) = (frame.pop()?, frame.pop()?);
                let Operand::Text(operator) = step.operand else { return Err("its operator is not known") };
                if operator == "exception match" {
                    let caught = self.catches(right, left)?;
                    let node = self.nodes.add(Thing::Const(Value::bool(caught)));
                    frame.stack.push(node);
                    return Ok(());
                }
                self.compare(operator, left, right)?
            }
            "IS_OP" | "CONTAINS_OP" => {
                let (right, left) = (frame.pop()?, frame.pop()?);
                let operator = match (op, step.arg) {
                    ("IS_OP", 0) => "is",
                    ("IS_OP", _) => "is not",
                    (_, 0) => "in",
                    _ => "not in",
                };
                self.compare(operator, left, right)?
            }
            "BINARY_OP" => {
                let (right, left) = (frame.pop()?, frame.pop()?);
                let operator = step.operand.text().ok_or("its operator is not known")?;
                let (operator, in_place) = match operator.strip_suffix('=') {
                    Some(operator) => (operator, true),
                    None => (operator, false),
                };
                let row = OPERATORS.iter().find(|(_, sign, _)| *sign == operator).ok_or("its operator is not known")?;
                let result = self.binary(row.2, in_place, left, right)?;
                frame.stack.push(result);
                return Ok(());
            }
            _ if op.starts_with("BINARY_") || op.starts_with("INPLACE_") => {
                let in_place = op.starts_with("INPLACE_");
                let name = op.replacen("INPLACE_", "BINARY_", 1);
                let row =
                    OPERATORS.iter().find(|(instruction, _, _)| *instruction == name).ok_or("the instruction is not followed")?;
                let (right, left) = (frame.pop()?, frame.pop()?);
                let result = self.binary(row.2, in_place, left, right)?;
                frame.stack.push(result);
                return Ok(());
            }
            _ => return Err("the instruction is not followed"),
        };
        let node = self.nodes.add(thing);
        frame.stack.push(node);
        Ok(())
    }

    fn dict(&mut self, items: Vec<Node>) -> Result<Thing, Lost> {
        let dict = self.nodes.add(Thing::Dict(Vec::new()));
        let (pairs, _) = items.as_chunks::<2>();
        for [key, value] in pairs {
            self.set_item(dict, *key, *value)?;
        }
        if let Some(why) = self.nodes.changed(dict) {
            return Ok(Thing::Unknown(why));
        }
        Ok(self.nodes.get(dict).clone())
    }

    /// `!r`, `!s` and `!a` of an f-string.
    fn converted(&mut self, value: Node, conversion: i32) -> Node {
        let name = match conversion {
            1 => "str",
            2 => "repr",
            3 => "ascii",
            _ => return value,
        };
        let callable = self.nodes.add(Thing::Global("builtins".into(), name.into()));
        self.nodes.add(Thing::Call { callable, args: vec![value], keywords: Vec::new() })
    }

    fn list_to_tuple(&mut self, frame: &mut Frame) -> Result<Thing, Lost> {
        let list = frame.pop()?;
        match self.items(list)? {
            Some(items) => Ok(Thing::Tuple(items)),
            None => Ok(Thing::Unknown(self.why("the list is not known"))),
        }
    }

    fn merge(&mut self, dict: Node, part: Node) -> Result<(), Lost> {
        let why = self.why("what is unpacked is not known");
        let Thing::Dict(pairs) = self.nodes.get(part).clone() else {
            self.nodes.change(dict, why);
            return Ok(());
        };
        if self.nodes.changed(part).is_some() {
            self.nodes.change(dict, why);
            return Ok(());
        }
        for (key, value) in pairs {
            self.set_item(dict, key, value)?;
        }
        Ok(())
    }

    /// What comprehensions and displays with stars do.
    fn add_to(&mut self, frame: &mut Frame, step: &Step) -> Result<(), Lost> {
        let value = frame.pop()?;
        let key = if step.op == "MAP_ADD" { Some(frame.pop()?) } else { None };
        let depth = usize::try_from(step.arg).map_err(|_| "its argument is too large")?;
        let container = frame.peek(depth)?;
        match step.op {
            "DICT_UPDATE" | "DICT_MERGE" => return self.merge(container, value),
            "MAP_ADD" => return self.set_item(container, key.unwrap_or(value), value),
            _ => {}
        }
        let constant = self.nodes.constant(value);
        let more = match (step.op, constant) {
            ("LIST_APPEND" | "SET_ADD", _) => vec![value],
            // The order of a set is that of its hashes anyhow.
            ("SET_UPDATE", Some(set @ Value::FrozenSet(_))) => {
                let items = self.heap.items(set).to_vec();
                items.into_iter().map(|item| self.nodes.add(Thing::Const(item))).collect()
            }
            _ => match self.items(value)? {
                Some(items) => items,
                None => {
                    let why = self.why("what is unpacked is not known");
                    self.nodes.change(container, why);
                    return Ok(());
                }
            },
        };
        self.spend(more.len())?;
        match self.nodes.get_mut(container) {
            Thing::List(items) | Thing::Set(items) => items.extend(more),
            _ => return Err("it is no container"),
        }
        Ok(())
    }

    fn store_item(&mut self, object: Node, key: Node, value: Node) -> Result<(), Lost> {
        let why = self.why("an item is set");
        match self.nodes.get(object) {
            Thing::Dict(_) if !self.simulating && self.nodes.changed(object).is_none() => self.set_item(object, key, value),
            Thing::List(_) | Thing::Dict(_) | Thing::Call { .. } => {
                self.nodes.change(object, why);
                Ok(())
            }
            Thing::Unknown(_) => Ok(()),
            Thing::Attr(..) | Thing::Global(..) => {
                self.raising = true;
                if matches!(self.nodes.get(object), Thing::Global(module, name) if &**module == "sys" && &**name == "modules") {
                    self.forget_globals(why);
                }
                Ok(())
            }
            _ => Err("what an item is set of is not known"),
        }
    }

    pub(super) fn operator(&mut self, name: &str, args: Vec<Node>) -> Thing {
        self.raising = true;
        if let Some(why) =
            args.iter().find_map(|arg| if let Thing::Unknown(why) = self.nodes.get(*arg) { Some(*why) } else { None })
        {
            return Thing::Unknown(why);
        }
        let callable = self.nodes.add(Thing::Global("operator".into(), name.into()));
        Thing::Call { callable, args, keywords: Vec::new() }
    }

    fn binary(&mut self, name: &str, in_place: bool, left: Node, right: Node) -> Result<Node, Lost> {
        if let (Some(a), Some(b)) = (self.int(left), self.int(right)) {
            let shift = u32::try_from(b).ok().filter(|b| *b < 63);
            let result = match name {
                "add" => a.checked_add(b),
                "sub" => a.checked_sub(b),
                "mul" => a.checked_mul(b),
                "lshift" => shift.and_then(|by| a.checked_mul(1_i64 << by)),
                "rshift" => shift.map(|by| a >> by),
                "and_" => Some(a & b),
                "or_" => Some(a | b),
                "xor" => Some(a ^ b),
                "floordiv" if b > 0 => Some(a.div_euclid(b)),
                "mod" if b > 0 => Some(a.rem_euclid(b)),
                "pow" => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
                _ => None,
            };
            let bools =
                [left, right].iter().all(|node| matches!(self.nodes.get(*node), Thing::Const(Value::True | Value::False)));
            if let Some(result) = result.filter(|_| !bools) {
                let value = self.heap.int(result);
                return Ok(self.nodes.add(Thing::Const(value)));
            }
        }
        if name == "getitem" {
            return self.get_item(left, right);
        }
        if let (Some(a), Some(b), "add") = (self.text(left), self.text(right), name)
            && a.len() + b.len() < LONGEST
        {
            self.spend(a.len() + b.len())?;
            return Ok(self.constant_str(&(a + &b)));
        }
        if name == "mod"
            && let Some(template) = self.text(left)
            && let Some(text) = self.formatted(&template, right)?
        {
            return Ok(self.constant_str(&text));
        }
        let is = |thing: &Thing| matches!(thing, Thing::List(_) | Thing::Dict(_) | Thing::Set(_));
        let is_tuple = |machine: &Self, node| matches!(machine.nodes.get(node), Thing::Tuple(_) | Thing::Const(Value::Tuple(_)));
        if name == "add" && is_tuple(self, left) && is_tuple(self, right) {
            let mut items = self.items(left)?.unwrap_or_default();
            items.extend(self.items(right)?.unwrap_or_default());
            return Ok(self.nodes.add(Thing::Tuple(items)));
        }
        if let (Thing::List(_), "add", false) = (self.nodes.get(left), name, self.simulating)
            && let (Some(mut items), Some(more)) = (self.items(left)?, self.items(right)?)
        {
            if in_place {
                if let Thing::List(items) = self.nodes.get_mut(left) {
                    items.extend(more);
                }
                return Ok(left);
            }
            items.extend(more);
            return Ok(self.nodes.add(Thing::List(items)));
        }
        if is(self.nodes.get(left)) || is(self.nodes.get(right)) {
            let why = self.why("the operator is not followed");
            if in_place {
                self.nodes.change(left, why);
            }
            return Ok(self.nodes.add(Thing::Unknown(why)));
        }
        let thing = self.operator(name, vec![left, right]);
        Ok(self.nodes.add(thing))
    }

    /// `template % values`, for strs and ints.
    fn formatted(&mut self, template: &str, values: Node) -> Result<Option<String>, Lost> {
        let values = match self.nodes.get(values) {
            Thing::Tuple(_) | Thing::Const(Value::Tuple(_)) => self.items(values)?.unwrap_or_default(),
            _ => vec![values],
        };
        let (mut out, mut values) = (String::new(), values.into_iter());
        let mut parts = template.split('%');
        out.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let Some(value) = values.next() else { return Ok(None) };
            let text = match (part.chars().next(), self.text(value), self.int(value)) {
                (Some('s'), Some(text), _) => text,
                (Some('s' | 'd'), None, Some(n))
                    if !matches!(self.nodes.get(value), Thing::Const(Value::True | Value::False)) =>
                {
                    n.to_string()
                }
                _ => return Ok(None),
            };
            if out.len() + text.len() + part.len() > LONGEST {
                return Ok(None);
            }
            out.push_str(&text);
            out.push_str(part.get(1..).unwrap_or_default());
        }
        self.spend(out.len())?;
        Ok(values.next().is_none().then_some(out))
    }

    pub(super) fn get_item(&mut self, object: Node, key: Node) -> Result<Node, Lost> {
        let index = self.int(key);
        match self.nodes.get(object) {
            Thing::VersionInfo => {
                let (major, minor) = self.version.python();
                if let Some(at @ 0..=1) = index {
                    return Ok(self.constant_int(if at == 0 { major } else { minor }.into()));
                }
                // [:2]
                if let Thing::Call { callable, args, .. } = self.nodes.get(key).clone()
                    && self.nodes.is_global(callable, "builtins", "slice")
                    && let [from, to] = args[..]
                    && (self.is_none(from) == Some(true) || self.int(from) == Some(0))
                    && self.int(to) == Some(2)
                {
                    let items = [Value::Int(major.into()), Value::Int(minor.into())];
                    let tuple = self.heap.tuple(items);
                    return Ok(self.nodes.add(Thing::Const(tuple)));
                }
                Ok(self.unknown("the version is not known so far"))
            }
            Thing::Tuple(_) | Thing::List(_) | Thing::Const(Value::Tuple(_)) => {
                let items = self.items(object)?;
                let found = items.and_then(|items| items.get(usize::try_from(index?).ok()?).copied());
                Ok(found.unwrap_or_else(|| self.operator_on(object, key)))
            }
            Thing::Dict(_) => match self.look_up(object, key)? {
                Some(Some(found)) => Ok(found),
                _ => {
                    self.raising = true;
                    Ok(self.unknown("the item is not known"))
                }
            },
            _ => Ok(self.operator_on(object, key)),
        }
    }

    fn operator_on(&mut self, object: Node, key: Node) -> Node {
        if self.nodes.changed(object).is_some() {
            return self.unknown("it may have been changed");
        }
        let thing = self.operator("getitem", vec![object, key]);
        self.nodes.add(thing)
    }
}
