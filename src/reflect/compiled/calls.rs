//! Calls: of functions and classes of the module, of methods of known containers, of what is known of the standard library, and of all else.

use std::collections::HashMap;
use std::rc::Rc;

use super::machine::{Body, Flow, Frame, Lost, Machine};
use super::node::{Node, Nodes, Thing};
use super::program::{Operand, Step};
use crate::bytecode::Version;

const CO_VARARGS: u32 = 0x04;
const CO_VARKEYWORDS: u32 = 0x08;
const CO_GENERATOR: u32 = 0x20;
const CO_ASYNC: u32 = 0x80 | 0x200;

pub(super) type Keywords = Vec<(Box<str>, Node)>;

/// What a call gives.
enum Called {
    Value(Node),
    Enter(Box<Frame>),
}

/// Callables whose results cannot be changed in place, or are kept by the module that they are of.
const IMMUTABLE: &[(&str, &str)] = &[
    ("abc", "abstractmethod"),
    ("builtins", "classmethod"),
    ("builtins", "frozenset"),
    ("builtins", "int"),
    ("builtins", "object"),
    ("builtins", "staticmethod"),
    ("builtins", "str"),
    ("builtins", "tuple"),
    ("collections", "namedtuple"),
    ("contextlib", "contextmanager"),
    ("datetime", "timedelta"),
    ("decimal", "Decimal"),
    ("fractions", "Fraction"),
    ("functools", "cached_property"),
    ("functools", "lru_cache"),
    ("functools", "partial"),
    ("logging", "getLogger"),
    ("operator", "attrgetter"),
    ("operator", "itemgetter"),
    ("operator", "methodcaller"),
    ("os.path", "join"),
    ("pathlib", "Path"),
    ("pathlib", "PurePath"),
    ("re", "compile"),
    ("struct", "Struct"),
    ("typing", "NamedTuple"),
    ("typing", "NewType"),
    ("typing", "ParamSpec"),
    ("typing", "TypeVar"),
];

/// Whether what a call or an attribute gives is known to stay as it is.
pub(super) fn gives_immutable(nodes: &Nodes, node: Node) -> bool {
    match nodes.get(node) {
        Thing::Call { callable, .. } => match nodes.get(*callable) {
            Thing::Global(module, name) => module.starts_with("operator") || IMMUTABLE.contains(&(&**module, &**name)),
            Thing::Attr(of, _) => gives_immutable(nodes, *of),
            _ => false,
        },
        Thing::Attr(of, _) => matches!(nodes.get(*of), Thing::Global(..) | Thing::Module(_)) || gives_immutable(nodes, *of),
        Thing::Global(..) | Thing::Const(_) => true,
        _ => false,
    }
}

impl Machine {
    pub(super) fn call_step(&mut self, frame: &mut Frame, step: &Step) -> Result<Flow, Lost> {
        let count = usize::try_from(step.arg).map_err(|_| "its argument is too large")?;
        let names = match step.op {
            "CALL_FUNCTION_KW" | "CALL_KW" => {
                let names = frame.pop()?;
                self.items(names)?.ok_or("the names of keywords are not known")?
            }
            "CALL" => match frame.keywords.take() {
                Some(value) => {
                    let names = self.nodes.add(Thing::Const(value));
                    self.items(names)?.unwrap_or_default()
                }
                None => Vec::new(),
            },
            _ => Vec::new(),
        };
        let mut args;
        let mut keywords: Keywords = Vec::new();
        let callable = match step.op {
            "CALL_FUNCTION" | "CALL_FUNCTION_KW" => {
                args = frame.pop_many(count)?;
                frame.pop()?
            }
            "CALL_METHOD" | "CALL" | "CALL_KW" => {
                args = frame.pop_many(count)?;
                let (above, below) = (frame.pop()?, frame.pop()?);
                match (self.nodes.get(below), self.nodes.get(above)) {
                    (Thing::Null, _) => above,
                    (_, Thing::Null) => below,
                    // A method and its object, as decorators have it: `PUSH_NULL` is left out in 3.11.
                    _ => {
                        args.insert(0, above);
                        below
                    }
                }
            }
            "CALL_FUNCTION_EX" => {
                let has_keywords = self.version >= Version::Py314 || step.arg & 1 == 1;
                let dict = if has_keywords { Some(frame.pop()?) } else { None };
                let dict = dict.filter(|dict| !matches!(self.nodes.get(*dict), Thing::Null));
                let given = frame.pop()?;
                let callable = if self.version >= Version::Py313 {
                    frame.pop()?;
                    frame.pop()?
                } else {
                    let callable = frame.pop()?;
                    if self.version >= Version::Py311 {
                        frame.pop()?;
                    }
                    callable
                };
                let mut known = self.items(given)?;
                if let Some(dict) = dict {
                    match self.nodes.get(dict).clone() {
                        Thing::Dict(pairs) if self.nodes.changed(dict).is_none() => {
                            for (key, value) in pairs {
                                match self.text(key) {
                                    Some(key) => keywords.push((key.into(), value)),
                                    None => known = None,
                                }
                            }
                        }
                        _ => known = None,
                    }
                }
                let Some(known) = known else {
                    let why = self.why("the arguments are not known");
                    self.touch_call(callable, &[given], why)?;
                    let node = self.nodes.add(Thing::Unknown(why));
                    frame.stack.push(node);
                    self.raising = true;
                    return Ok(Flow::Next);
                };
                args = known;
                callable
            }
            _ => return Err("the instruction is not followed"),
        };
        let named = args.len().checked_sub(names.len()).ok_or("there are more names than arguments")?;
        for (name, value) in names.into_iter().zip(args.split_off(named)) {
            keywords.push((self.text(name).ok_or("a keyword is not known")?.into(), value));
        }
        self.spend(args.len() + keywords.len())?;
        match self.invoke(callable, args, keywords)? {
            Called::Value(value) => {
                frame.stack.push(value);
                Ok(Flow::Next)
            }
            Called::Enter(callee) => Ok(Flow::Enter(callee)),
        }
    }

    fn invoke(&mut self, callable: Node, mut args: Vec<Node>, keywords: Keywords) -> Result<Called, Lost> {
        let value = |node| Ok(Called::Value(node));
        match self.nodes.get(callable).clone() {
            Thing::BuildClass => return self.build_class(args, keywords),
            Thing::Function(_) => return self.enter(callable, args, keywords),
            Thing::Unknown(why) => {
                for arg in args.iter().chain(keywords.iter().map(|(_, value)| value)) {
                    self.touch_items(*arg, why)?;
                }
                self.raising = true;
                return value(self.nodes.add(Thing::Unknown(why)));
            }
            Thing::Method(of, name) => {
                if let Some(found) = self.method(of, &name, &args, &keywords)? {
                    return value(found);
                }
                let callable = self.nodes.add(Thing::Attr(of, name));
                return value(self.outside(callable, args, keywords)?);
            }
            Thing::Attr(of, name) if self.text(of).is_some() => {
                if let Some(found) = self.text_method(of, &name, &args)? {
                    return value(found);
                }
            }
            Thing::Global(module, name) => {
                if let Some(found) = self.known(&module, &name, &mut args, &keywords)? {
                    return value(found);
                }
            }
            Thing::Call { callable: made_by, keywords: options, args: given } => {
                // dataclass(frozen=True)(cls), wraps(f)(g)
                if let Thing::Global(module, name) = self.nodes.get(made_by).clone()
                    && let Some(found) = self.decorate(&module, &name, &given, options, &args)?
                {
                    return value(found);
                }
            }
            _ => {}
        }
        value(self.outside(callable, args, keywords)?)
    }

    /// A call that is left to the worker.
    fn outside(&mut self, callable: Node, args: Vec<Node>, keywords: Keywords) -> Result<Node, Lost> {
        let why = self.why("the call may change it");
        self.raising = true;
        let calls_back =
            matches!(self.nodes.get(callable), Thing::Global(module, name) if &**module == "builtins" || &**name == "reduce");
        let all: Vec<Node> = args.iter().copied().chain(keywords.iter().map(|(_, value)| *value)).collect();
        // What is given as it is now must not change behind the call.
        let mut frozen = HashMap::new();
        let args = args.iter().map(|arg| self.freeze(*arg, &mut frozen)).collect::<Result<Vec<_>, _>>()?;
        let mut kept = Vec::with_capacity(keywords.len());
        for (name, value) in keywords {
            kept.push((name, self.freeze(value, &mut frozen)?));
        }
        let harmless = gives_immutable_call(&self.nodes, callable);
        for arg in all {
            if !harmless {
                self.touch_items(arg, why)?;
                if matches!(self.nodes.get(arg), Thing::Call { .. })
                    && !gives_immutable(&self.nodes, arg)
                    && !is_descriptor(&self.nodes, arg)
                {
                    self.nodes.change(arg, why);
                }
            }
            if calls_back && matches!(self.nodes.get(arg), Thing::Function(_)) {
                self.touch_call(arg, &[], why)?;
            }
        }
        match self.nodes.get(callable).clone() {
            Thing::Attr(of, _) if !gives_immutable(&self.nodes, of) => match self.nodes.get(of) {
                Thing::Call { .. } | Thing::Attr(..) => {
                    // The method may change its object: what it is called on is the object as it was before.
                    let copy = self.nodes.get(of).clone();
                    let before = self.nodes.changed(of);
                    self.nodes.change(of, why);
                    let copy = self.nodes.add(copy);
                    if let Some(before) = before {
                        self.nodes.change(copy, before);
                    }
                    let Thing::Attr(_, name) = self.nodes.get(callable).clone() else { return Err("it is no attribute") };
                    let callable = self.nodes.add(Thing::Attr(copy, name));
                    return Ok(self.nodes.add(Thing::Call { callable, args, keywords: kept }));
                }
                Thing::List(_) | Thing::Dict(_) | Thing::Set(_) => {
                    self.nodes.change(of, why);
                    return Ok(self.nodes.add(Thing::Unknown(why)));
                }
                Thing::Class(class) => {
                    // A method of its metaclass or of a base, such as `register`.
                    let Thing::Attr(_, name) = self.nodes.get(callable) else { return Err("it is no attribute") };
                    if !class.members.contains_key(name) {
                        self.nodes.change(of, why);
                    }
                    self.touch_call(of, &[], why)?;
                }
                _ => {}
            },
            Thing::Class(_) => self.touch_call(callable, &[], why)?,
            _ => {}
        }
        Ok(self.nodes.add(Thing::Call { callable, args, keywords: kept }))
    }

    /// A container as it is now.
    fn freeze(&mut self, node: Node, frozen: &mut HashMap<Node, Node>) -> Result<Node, Lost> {
        let thing = match self.nodes.get(node) {
            Thing::List(_) | Thing::Dict(_) | Thing::Set(_) => self.nodes.get(node).clone(),
            _ => return Ok(node),
        };
        if let Some(known) = frozen.get(&node) {
            return Ok(*known);
        }
        self.spend(1 + self.nodes.children(node).len())?;
        let changed = self.nodes.changed(node);
        let copy = self.nodes.add(thing);
        if let Some(why) = changed {
            self.nodes.change(copy, why);
        }
        frozen.insert(node, copy);
        Ok(copy)
    }

    fn build_class(&mut self, mut args: Vec<Node>, keywords: Keywords) -> Result<Called, Lost> {
        if self.simulating || args.len() < 2 {
            return Ok(Called::Value(self.unknown("the class is made under a condition that is not known")));
        }
        let bases = args.split_off(2);
        let [body, name] = args[..] else { return Err("a class has no body") };
        let Thing::Function(function) = self.nodes.get(body) else { return Err("the body of a class is not known") };
        let (code, closure) = (function.code, function.closure.clone());
        let program = self.program(code)?;
        let made_at = self.nodes.here;
        let mut frame = Frame::new(program, Body::Class { name, bases, keywords, made_at });
        self.cells(&mut frame, &closure);
        Ok(Called::Enter(Box::new(frame)))
    }

    fn cells(&mut self, frame: &mut Frame, closure: &[Node]) {
        let program = Rc::clone(&frame.program);
        for (name, cell) in program.freevars.iter().zip(closure) {
            frame.cells.insert(Rc::clone(name), *cell);
        }
        if self.version < Version::Py311 {
            for name in &program.cellvars {
                let cell = self.nodes.add(Thing::Cell(frame.fast.get(name).copied()));
                frame.cells.insert(Rc::clone(name), cell);
            }
        }
    }

    /// Follows a call of a function of the module.
    fn enter(&mut self, callable: Node, args: Vec<Node>, keywords: Keywords) -> Result<Called, Lost> {
        let Thing::Function(function) = self.nodes.get(callable).clone() else { return Err("it is no function") };
        let program = self.program(function.code)?;
        let changed = self.nodes.changed(callable).is_some();
        if program.flags & CO_ASYNC != 0 || self.simulating || self.is_too_deep() || changed {
            let why = self.why("the call is not followed");
            let all: Vec<Node> = args.iter().copied().chain(keywords.iter().map(|(_, value)| *value)).collect();
            self.touch_call(callable, &all, why)?;
            self.raising = true;
            return Ok(Called::Value(self.nodes.add(Thing::Unknown(why))));
        }
        let yields = (program.flags & CO_GENERATOR != 0).then(Vec::new);
        let mut frame = Frame::new(Rc::clone(&program), Body::Function { function: callable, yields });
        match self.bind(&mut frame, &function, args, keywords)? {
            Some(()) => {}
            None => {
                let why = self.why("its arguments are not known");
                self.touch_call(callable, &[], why)?;
                return Ok(Called::Value(self.nodes.add(Thing::Unknown(why))));
            }
        }
        self.cells(&mut frame, &function.closure);
        Ok(Called::Enter(Box::new(frame)))
    }

    /// A frame for a function without keywords.
    pub(super) fn frame_of(&mut self, function: Node, args: Vec<Node>) -> Result<Frame, Lost> {
        match self.enter(function, args, Vec::new())? {
            Called::Enter(frame) => Ok(*frame),
            Called::Value(_) => Err("the call is not followed"),
        }
    }

    /// Binds arguments to parameters; nothing where they do not fit.
    fn bind(
        &mut self,
        frame: &mut Frame,
        function: &super::node::Function,
        args: Vec<Node>,
        keywords: Keywords,
    ) -> Result<Option<()>, Lost> {
        let program = Rc::clone(&frame.program);
        let parameters = program.argcount + program.kwonly;
        let mut rest = Vec::new();
        for (at, arg) in args.into_iter().enumerate() {
            match program.varnames.get(at).filter(|_| at < program.argcount) {
                Some(name) => {
                    frame.fast.insert(Rc::clone(name), arg);
                }
                None => rest.push(arg),
            }
        }
        let mut more = Vec::new();
        for (name, value) in keywords {
            let known = program.varnames.iter().take(parameters).find(|known| ***known == *name);
            match known {
                Some(known) => {
                    frame.fast.insert(Rc::clone(known), value);
                }
                None => {
                    more.push((self.name_node(&name), value));
                }
            }
        }
        let defaults = match function.defaults {
            Some(defaults) => self.items(defaults)?.ok_or("the defaults are not known")?,
            None => Vec::new(),
        };
        let first = program.argcount.saturating_sub(defaults.len());
        for (name, value) in program.varnames.iter().take(program.argcount).skip(first).zip(defaults) {
            frame.fast.entry(Rc::clone(name)).or_insert(value);
        }
        if let Some(dict) = function.kwdefaults {
            let Thing::Dict(pairs) = self.nodes.get(dict).clone() else { return Err("the defaults are not known") };
            for (key, value) in pairs {
                let name: Rc<str> = self.text(key).ok_or("the defaults are not known")?.into();
                frame.fast.entry(name).or_insert(value);
            }
        }
        let missing = program.varnames.iter().take(parameters).any(|name| !frame.fast.contains_key(name));
        let mut stars = program.varnames.iter().skip(parameters);
        if program.flags & CO_VARARGS != 0 {
            let node = self.nodes.add(Thing::Tuple(rest));
            frame.fast.insert(Rc::clone(stars.next().ok_or("a parameter has no name")?), node);
        } else if !rest.is_empty() {
            return Ok(None);
        }
        if program.flags & CO_VARKEYWORDS != 0 {
            let node = self.nodes.add(Thing::Dict(more));
            frame.fast.insert(Rc::clone(stars.next().ok_or("a parameter has no name")?), node);
        } else if !more.is_empty() {
            return Ok(None);
        }
        Ok((!missing).then_some(()))
    }

    /// Methods of containers that are known. `None` for what is left to the worker.
    fn method(&mut self, of: Node, name: &str, args: &[Node], keywords: &Keywords) -> Result<Option<Node>, Lost> {
        if self.nodes.changed(of).is_some() && !matches!(self.nodes.get(of), Thing::Property(_)) {
            return Ok(None);
        }
        let none = Some(self.none);
        let given = match *args {
            [one] => self.items(one)?,
            _ => None,
        };
        match (self.nodes.get_mut(of), name, args) {
            (Thing::Property(parts), "getter" | "setter" | "deleter", [function]) => {
                let mut parts = *parts;
                let at = if name == "getter" {
                    0
                } else if name == "setter" {
                    1
                } else {
                    2
                };
                parts[at] = Some(*function);
                return Ok(Some(self.nodes.add(Thing::Property(parts))));
            }
            _ if self.simulating => return Ok(None),
            (Thing::List(items), "append", [item]) => items.push(*item),
            (Thing::List(items), "extend", [_]) => match given {
                Some(more) => items.extend(more),
                None => return Ok(None),
            },
            (Thing::Set(items), "add", [item]) => items.push(*item),
            (Thing::Set(items), "update", [_]) => match given {
                Some(more) => items.extend(more),
                None => return Ok(None),
            },
            (Thing::Dict(pairs), "items", []) => {
                let pairs = pairs.clone();
                self.spend(pairs.len())?;
                let items = pairs.into_iter().map(|(key, value)| self.nodes.add(Thing::Tuple(vec![key, value]))).collect();
                return Ok(Some(self.nodes.add(Thing::Iter(items, 0))));
            }
            (Thing::Dict(pairs), "keys" | "values", []) => {
                let items = pairs.iter().map(|(key, value)| if name == "keys" { *key } else { *value }).collect();
                return Ok(Some(self.nodes.add(Thing::Iter(items, 0))));
            }
            (Thing::Dict(_), "copy", []) => {
                let copy = self.nodes.get(of).clone();
                return Ok(Some(self.nodes.add(copy)));
            }
            (Thing::Dict(_), "get" | "setdefault", [key, default @ ..]) => {
                let found = self.look_up(of, *key)?;
                return Ok(match (found, default) {
                    (Some(Some(value)), _) => Some(value),
                    (Some(None), [default]) if name == "get" => Some(*default),
                    (Some(None), []) if name == "get" => none,
                    (Some(None), [default]) => {
                        self.set_item(of, *key, *default)?;
                        Some(*default)
                    }
                    _ => None,
                });
            }
            (Thing::Dict(_), "update", more) => {
                let mut pairs = Vec::new();
                for dict in more {
                    match self.nodes.get(*dict) {
                        Thing::Dict(found) if self.nodes.changed(*dict).is_none() => pairs.extend(found.iter().copied()),
                        _ => return Ok(None),
                    }
                }
                for (name, value) in keywords {
                    pairs.push((self.name_node(name), *value));
                }
                for (key, value) in pairs {
                    self.set_item(of, key, value)?;
                }
                return Ok(none);
            }
            _ => return Ok(None),
        }
        self.spend(1)?;
        Ok(none)
    }
}

/// Calls that leave their arguments as they are.
fn gives_immutable_call(nodes: &Nodes, callable: Node) -> bool {
    match nodes.get(callable) {
        Thing::Global(module, name) => {
            IMMUTABLE.contains(&(&**module, &**name))
                || matches!(
                    (&**module, &**name),
                    ("builtins", "isinstance" | "sorted" | "frozenset" | "sum" | "max" | "min" | "any" | "all" | "repr")
                )
        }
        Thing::Attr(of, _) => matches!(nodes.get(*of), Thing::Const(_)),
        _ => false,
    }
}

fn is_descriptor(nodes: &Nodes, node: Node) -> bool {
    matches!(nodes.get(node), Thing::Call { callable, .. } if nodes.is_global(*callable, "builtins", "classmethod") || nodes.is_global(*callable, "builtins", "staticmethod"))
}

impl Operand {
    pub(super) fn text(&self) -> Option<&'static str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}
