//! What code that is not followed may change.

use std::collections::HashSet;
use std::rc::Rc;

use super::calls::gives_immutable;
use super::machine::{Lost, Machine};
use super::node::{Node, Thing, Why};
use super::program::{Operand, Step};
use crate::heap::Value;
use crate::reflect::Code;

impl Machine {
    /// All globals may have been set.
    pub(super) fn forget_globals(&mut self, why: Why) {
        let names: Vec<Box<str>> = self.globals.keys().filter(|name| !name.starts_with("__")).cloned().collect();
        for name in names {
            let node = self.nodes.add(Thing::Unknown(why));
            self.globals.insert(name, node);
        }
    }

    /// Code that is not followed has an object at hand: what can be changed in place may have been. `sets` says that it sets attributes.
    pub(super) fn touch(&mut self, node: Node, why: Why, sets: bool) -> Result<(), Lost> {
        match self.nodes.get(node) {
            Thing::List(_) | Thing::Dict(_) | Thing::Set(_) => self.touch_items(node, why),
            Thing::Call { .. } | Thing::Attr(..) if !gives_immutable(&self.nodes, node) => {
                self.nodes.change(node, why);
                Ok(())
            }
            Thing::Function(_) => {
                if sets {
                    self.nodes.change(node, why);
                }
                self.touch_call(node, &[], why)
            }
            Thing::Class(_) => {
                if sets {
                    self.nodes.change(node, why);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The containers among arguments may have been changed, and those in them.
    pub(super) fn touch_items(&mut self, node: Node, why: Why) -> Result<(), Lost> {
        let mut seen = HashSet::new();
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            if !seen.insert(node) {
                continue;
            }
            self.spend(1)?;
            match self.nodes.get(node) {
                Thing::List(_) | Thing::Dict(_) | Thing::Set(_) => self.nodes.change(node, why),
                Thing::Tuple(_) | Thing::Cell(_) | Thing::Iter(..) => {}
                _ => continue,
            }
            open.extend(self.nodes.children(node));
        }
        Ok(())
    }

    /// A function of the module was called and not followed: what it and those that it may call can change.
    pub(super) fn touch_call(&mut self, function: Node, args: &[Node], why: Why) -> Result<(), Lost> {
        for arg in args {
            self.touch_items(*arg, why)?;
        }
        let mut seen = HashSet::new();
        let mut open = vec![function];
        open.extend(args.iter().copied().filter(|arg| matches!(self.nodes.get(*arg), Thing::Function(_))));
        let (mut classes, mut attributes) = (Vec::new(), HashSet::new());
        loop {
            let Some(node) = open.pop() else {
                // Methods of the classes that were met, where anything has their names as attributes.
                let methods = |class: &Node| match self.nodes.get(*class) {
                    Thing::Class(class) => {
                        let named = class.members.iter().filter(|(name, _)| attributes.contains(&***name));
                        named.map(|(_, member)| *member).collect::<Vec<_>>()
                    }
                    _ => Vec::new(),
                };
                open.extend(classes.iter().flat_map(methods).filter(|member| !seen.contains(member)));
                if open.is_empty() {
                    break;
                }
                continue;
            };
            if !seen.insert(node) {
                continue;
            }
            self.spend(1)?;
            match self.nodes.get(node) {
                Thing::Function(function) => {
                    let (code, closure) = (function.code, function.closure.clone());
                    for cell in closure {
                        if let Thing::Cell(Some(content)) = self.nodes.get(cell) {
                            let content = *content;
                            self.touch_items(content, why)?;
                            open.push(content);
                        }
                    }
                    self.touch_code(code, &mut open, &mut attributes, node, why)?;
                }
                Thing::Class(class) => {
                    const MAKERS: &[&str] =
                        &["__init__", "__new__", "__post_init__", "__setattr__", "__init_subclass__", "__call__"];
                    classes.push(node);
                    open.extend(MAKERS.iter().filter_map(|name| class.members.get(*name)));
                    open.extend(class.bases.iter().copied());
                }
                Thing::Call { .. } | Thing::Tuple(_) => open.extend(self.nodes.children(node)),
                Thing::Property(parts) => open.extend(parts.iter().flatten().copied()),
                _ => {}
            }
        }
        Ok(())
    }

    fn touch_code(
        &mut self,
        code: Value,
        open: &mut Vec<Node>,
        attributes: &mut HashSet<Rc<str>>,
        function: Node,
        why: Why,
    ) -> Result<(), Lost> {
        let mut codes = vec![code];
        let mut seen = HashSet::new();
        while let Some(code) = codes.pop() {
            if !seen.insert(code) {
                continue;
            }
            let program = self.program(code)?;
            self.spend(program.steps.len())?;
            let view = Code::reflect(self.heap.obj(code)).map_err(|_| "it is no code object")?;
            codes.extend(view.nested().map(|nested| nested.object().value()));
            // Whether it may set something of a namespace that it gets at.
            let sets = program.steps.iter().any(|step| match (&step.operand, step.op) {
                (_, "STORE_SUBSCR" | "DELETE_SUBSCR" | "STORE_ATTR" | "DELETE_ATTR") => true,
                (Operand::Name(name), _) => {
                    matches!(&**name, "update" | "setdefault" | "pop" | "clear" | "setattr" | "delattr" | "exec" | "eval")
                }
                _ => false,
            });
            self.sets |= sets;
            if sets && self.hands_out {
                self.forget_globals(why);
            }
            let mut sets_any = false;
            let mut read = Vec::new();
            for (at, step) in program.steps.iter().enumerate() {
                let Operand::Name(name) = &step.operand else { continue };
                match step.op {
                    "STORE_GLOBAL" | "DELETE_GLOBAL" => {
                        let node = self.nodes.add(Thing::Unknown(why));
                        self.globals.insert((**name).into(), node);
                    }
                    "LOAD_GLOBAL" | "LOAD_NAME" => {
                        match &**name {
                            "exec" | "eval" if has_names_of_its_own(&program.steps, at) => {}
                            "exec" | "eval" => self.forget_globals(why),
                            "globals" => self.hand_out(why),
                            "vars" | "locals" if sets => self.forget_globals(why),
                            "setattr" | "delattr" => sets_any = true,
                            _ => {}
                        }
                        if let Some(node) = self.globals.get(&**name).copied() {
                            let next = program.steps.get(at + 1).map_or("", |step| step.op);
                            read.push((node, matches!(next, "STORE_ATTR" | "DELETE_ATTR")));
                        }
                    }
                    "LOAD_ATTR" | "LOAD_METHOD" => {
                        attributes.insert(Rc::clone(name));
                        if sets && &**name == "modules" {
                            self.forget_globals(why);
                        }
                        if is_namespace(name) {
                            self.hand_out(why);
                        }
                    }
                    "STORE_DEREF" | "DELETE_DEREF" => {
                        let nth = program.freevars.iter().position(|free| free == name);
                        if let (Some(nth), Thing::Function(function)) = (nth, self.nodes.get(function))
                            && let Some(cell) = function.closure.get(nth).copied()
                        {
                            let node = self.nodes.add(Thing::Unknown(why));
                            *self.nodes.get_mut(cell) = Thing::Cell(Some(node));
                        }
                    }
                    _ => {}
                }
            }
            for (node, sets) in read {
                match self.nodes.get(node) {
                    Thing::Function(_) | Thing::Class(_) => {
                        if sets || sets_any {
                            self.nodes.change(node, why);
                        }
                        open.push(node);
                    }
                    Thing::Call { .. } | Thing::Attr(..) if !gives_immutable(&self.nodes, node) => self.nodes.change(node, why),
                    _ => self.touch_items(node, why)?,
                }
            }
        }
        Ok(())
    }

    /// Code that is not followed has the names of the module as a dict at hand.
    fn hand_out(&mut self, why: Why) {
        self.hands_out = true;
        if self.sets {
            self.forget_globals(why);
        }
    }

    /// Making a class runs `__init_subclass__` of its bases, and `__set_name__` of what is in it.
    pub(super) fn made_class(&mut self, class: Node) {
        let why = self.why("making a class may change it");
        let mut open = vec![class];
        let mut seen = HashSet::new();
        let mut run = Vec::new();
        while let Some(node) = open.pop() {
            if !seen.insert(node) {
                continue;
            }
            let Thing::Class(found) = self.nodes.get(node) else { continue };
            if node != class {
                run.extend(found.members.get("__init_subclass__").copied());
            }
            open.extend(found.bases.iter().copied());
            open.extend(found.keywords.iter().filter(|(name, _)| &**name == "metaclass").map(|(_, value)| *value));
            for member in found.members.values() {
                if let Thing::Call { callable, .. } = self.nodes.get(*member)
                    && let Thing::Class(of) = self.nodes.get(*callable)
                {
                    run.extend(of.members.get("__set_name__").copied());
                }
            }
            if found.bases.iter().any(|base| self.nodes.is_global(*base, "builtins", "type")) {
                run.push(node);
            }
        }
        let known = run.into_iter().try_for_each(|function| self.touch_call(function, &[], why));
        if known.is_err() {
            self.forget_globals(why);
        }
    }
}

/// Whether an attribute of a function or a frame is the dict of the names of its module.
pub(super) fn is_namespace(attribute: &str) -> bool {
    matches!(attribute, "__globals__" | "f_globals")
}

/// Whether `exec` or `eval`, which a step loads, is called with names that are a local variable: not with those of the module.
fn has_names_of_its_own(steps: &[Step], at: usize) -> bool {
    let (mut args, mut is_local) = (0, false);
    for step in steps.get(at + 1..).unwrap_or_default() {
        let loaded = match step.op {
            "PUSH_NULL" | "PRECALL" | "NOP" => continue,
            "LOAD_FAST" | "LOAD_FAST_BORROW" | "LOAD_FAST_CHECK" | "LOAD_DEREF" | "LOAD_CONST" => 1,
            "LOAD_FAST_LOAD_FAST" | "LOAD_FAST_BORROW_LOAD_FAST_BORROW" => 2,
            "CALL" | "CALL_FUNCTION" => return is_local && step.arg == args,
            _ => return false,
        };
        is_local |= step.op != "LOAD_CONST" && args < 2 && args + loaded >= 2;
        args += loaded;
    }
    false
}
