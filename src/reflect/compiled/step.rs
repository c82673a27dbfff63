//! What each instruction does, by its name: one dispatch for all versions.

use std::rc::Rc;

use super::machine::{Body, Flow, Frame, Lost, Machine};
use super::node::{Function, Node, Thing};
use super::program::{Operand, Step};
use crate::bytecode::Version;
use crate::heap::Value;
use indexmap::IndexMap;

fn name(step: &Step) -> Result<Rc<str>, Lost> {
    match &step.operand {
        Operand::Name(name) => Ok(Rc::clone(name)),
        _ => Err("it has no name"),
    }
}

fn text(step: &Step) -> Result<&'static str, Lost> {
    match step.operand {
        Operand::Text(text) => Ok(text),
        _ => Err("its operator is not known"),
    }
}

fn count(step: &Step) -> Result<usize, Lost> {
    usize::try_from(step.arg).map_err(|_| "its argument is too large")
}

impl Machine {
    /// Takes a step.
    pub(super) fn step(&mut self, frame: &mut Frame, step: &Step) -> Result<Flow, Lost> {
        let op = step.op;
        match op {
            "NOP" | "RESUME" | "PRECALL" | "NOT_TAKEN" | "GEN_START" | "COPY_FREE_VARS" | "CALL_INTRINSIC_1_NOP" => {}
            "TO_BOOL" => {}
            "SETUP_ANNOTATIONS" => {
                let dict = self.nodes.add(Thing::Dict(Vec::new()));
                let names = self.names(frame);
                names.entry("__annotations__".into()).or_insert(dict);
            }
            "POP_TOP" | "END_FOR" | "POP_ITER" | "END_SEND" => {
                frame.pop()?;
                if op == "END_FOR" && self.version == Version::Py312 {
                    frame.pop()?;
                }
            }
            "ROT_TWO" => self.rotate(frame, 2)?,
            "ROT_THREE" => self.rotate(frame, 3)?,
            "ROT_FOUR" => self.rotate(frame, 4)?,
            "ROT_N" => self.rotate(frame, count(step)?)?,
            "DUP_TOP" => frame.stack.push(frame.peek(1)?),
            "DUP_TOP_TWO" => {
                let (second, first) = (frame.peek(2)?, frame.peek(1)?);
                frame.stack.extend([second, first]);
            }
            "COPY" => frame.stack.push(frame.peek(count(step)?)?),
            "SWAP" => {
                let depth = frame.stack.len().checked_sub(count(step)?).ok_or("the stack is too short")?;
                let top = frame.stack.len().checked_sub(1).ok_or("the stack is empty")?;
                if depth > top {
                    return Err("the stack is too short");
                }
                frame.stack.swap(depth, top);
            }
            "PUSH_NULL" => {
                let null = self.nodes.add(Thing::Null);
                frame.stack.push(null);
            }
            "LOAD_CONST" | "LOAD_CONST_IMMORTAL" | "LOAD_CONST_MORTAL" => {
                let Operand::Const(value) = step.operand else { return Err("the constant is not there") };
                let node = self.nodes.add(Thing::Const(value));
                frame.stack.push(node);
            }
            "LOAD_SMALL_INT" => {
                let node = self.nodes.add(Thing::Const(Value::Int(step.arg)));
                frame.stack.push(node);
            }
            "LOAD_COMMON_CONSTANT" | "LOAD_ASSERTION_ERROR" => {
                let name = if op == "LOAD_ASSERTION_ERROR" { "AssertionError" } else { text(step)? };
                let node = self.nodes.add(Thing::Global("builtins".into(), name.into()));
                frame.stack.push(node);
            }
            "RETURN_VALUE" => return Ok(Flow::Return(frame.pop()?)),
            "RETURN_CONST" => {
                let Operand::Const(value) = step.operand else { return Err("the constant is not there") };
                return Ok(Flow::Return(self.nodes.add(Thing::Const(value))));
            }
            "LOAD_NAME" | "LOAD_GLOBAL" | "LOAD_FROM_DICT_OR_GLOBALS" | "LOAD_LOCALS" => return self.load_name(frame, step),
            "STORE_NAME" => {
                let (value, name) = (frame.pop()?, name(step)?);
                self.names(frame).insert((*name).into(), value);
            }
            "DELETE_NAME" => {
                let name = name(step)?;
                self.names(frame).shift_remove(&*name);
            }
            "STORE_GLOBAL" => {
                let (value, name) = (frame.pop()?, name(step)?);
                self.globals.insert((*name).into(), value);
            }
            "DELETE_GLOBAL" => {
                self.globals.shift_remove(&*name(step)?);
            }
            "LOAD_FAST" | "LOAD_FAST_CHECK" | "LOAD_FAST_BORROW" | "LOAD_CLOSURE" => {
                let node = Self::fast(frame, &name(step)?, op == "LOAD_CLOSURE")?;
                frame.stack.push(node);
            }
            "LOAD_FAST_AND_CLEAR" => {
                let name = name(step)?;
                let node = frame.fast.remove(&name).unwrap_or_else(|| self.nodes.add(Thing::Null));
                frame.stack.push(node);
            }
            "LOAD_FAST_LOAD_FAST" | "LOAD_FAST_BORROW_LOAD_FAST_BORROW" => {
                let Operand::Names(first, second) = &step.operand else { return Err("it has no names") };
                let (first, second) = (Self::fast(frame, first, false)?, Self::fast(frame, second, false)?);
                frame.stack.extend([first, second]);
            }
            "STORE_FAST" => {
                let value = frame.pop()?;
                self.store_fast(frame, name(step)?, value);
            }
            "STORE_FAST_LOAD_FAST" => {
                let Operand::Names(first, second) = &step.operand else { return Err("it has no names") };
                let value = frame.pop()?;
                self.store_fast(frame, Rc::clone(first), value);
                let loaded = Self::fast(frame, second, false)?;
                frame.stack.push(loaded);
            }
            "STORE_FAST_STORE_FAST" => {
                let Operand::Names(first, second) = &step.operand else { return Err("it has no names") };
                let value = frame.pop()?;
                self.store_fast(frame, Rc::clone(first), value);
                let value = frame.pop()?;
                self.store_fast(frame, Rc::clone(second), value);
            }
            "DELETE_FAST" => {
                frame.fast.remove(&name(step)?);
            }
            "MAKE_CELL" => {
                let name = name(step)?;
                let content = frame.fast.remove(&name);
                let cell = self.nodes.add(Thing::Cell(content));
                frame.cells.insert(name, cell);
            }
            "LOAD_DEREF" | "LOAD_CLASSDEREF" | "LOAD_FROM_DICT_OR_DEREF" => {
                let name = name(step)?;
                if op == "LOAD_FROM_DICT_OR_DEREF" {
                    frame.pop()?;
                }
                if op != "LOAD_DEREF"
                    && let Some(found) = frame.names.get(&*name)
                {
                    frame.stack.push(*found);
                } else {
                    let cell = frame.cells.get(&name).copied().ok_or("the cell is not known")?;
                    let Thing::Cell(Some(content)) = self.nodes.get(cell) else { return Err("the cell is empty") };
                    frame.stack.push(*content);
                }
            }
            "STORE_DEREF" => {
                let (value, name) = (frame.pop()?, name(step)?);
                let cell = frame.cells.get(&name).copied().ok_or("the cell is not known")?;
                *self.nodes.get_mut(cell) = Thing::Cell(Some(value));
            }
            "DELETE_DEREF" => {
                let cell = frame.cells.get(&name(step)?).copied().ok_or("the cell is not known")?;
                *self.nodes.get_mut(cell) = Thing::Cell(None);
            }
            "LOAD_BUILD_CLASS" => {
                let node = self.nodes.add(Thing::BuildClass);
                frame.stack.push(node);
            }
            "LOAD_ATTR" | "LOAD_METHOD" => {
                let (object, name) = (frame.pop()?, name(step)?);
                let found = self.attribute(object, &name)?;
                frame.stack.push(found);
                let method = op == "LOAD_METHOD" || (self.version >= Version::Py312 && step.arg & 1 == 1);
                if method {
                    // Where the object is not known to be a method's, a NULL stands at its place: below up to 3.12, above since.
                    let null = self.nodes.add(Thing::Null);
                    let at = frame.stack.len() - usize::from(self.version < Version::Py313);
                    frame.stack.insert(at, null);
                }
            }
            "STORE_ATTR" => {
                let (object, value) = (frame.pop()?, frame.pop()?);
                self.set_attribute(object, &name(step)?, Some(value))?;
            }
            "DELETE_ATTR" => {
                let object = frame.pop()?;
                self.set_attribute(object, &name(step)?, None)?;
            }
            "IMPORT_NAME" => {
                let (names, level) = (frame.pop()?, frame.pop()?);
                match self.import(&name(step)?, level, names)? {
                    Some(module) => frame.stack.push(module),
                    None => return Ok(Flow::Raise),
                }
            }
            "IMPORT_FROM" => {
                let (module, name) = (frame.peek(1)?, name(step)?);
                if self.is_missing(module, &name) {
                    if !self.simulating {
                        return Ok(Flow::Raise);
                    }
                    self.raising = true;
                }
                let found = self.import_from(module, &name)?;
                frame.stack.push(found);
            }
            "IMPORT_STAR" => {
                let module = frame.pop()?;
                self.import_star(module)?;
            }
            "MAKE_FUNCTION" => self.make_function(frame, step)?,
            "SET_FUNCTION_ATTRIBUTE" => {
                let function = frame.pop()?;
                let value = frame.pop()?;
                self.function_attribute(function, step.arg, value)?;
                frame.stack.push(function);
            }
            "GET_ITER" => {
                let object = frame.pop()?;
                let iter = match self.items(object)? {
                    Some(items) => self.nodes.add(Thing::Iter(items, 0)),
                    None => self.unknown("what is iterated over is not known"),
                };
                frame.stack.push(iter);
            }
            "FOR_ITER" => return self.for_iter(frame, step),
            "JUMP_FORWARD" | "JUMP_ABSOLUTE" | "JUMP_BACKWARD" | "JUMP_BACKWARD_NO_INTERRUPT" => {
                return Ok(Flow::Goto(step.target.ok_or("the jump leads nowhere")?));
            }
            "SETUP_FINALLY" => frame.blocks.push((step.target.ok_or("the handler is not there")?, frame.stack.len())),
            "PUSH_EXC_INFO" | "POP_EXCEPT" | "CHECK_EXC_MATCH" => self.handle(frame, step)?,
            "JUMP_IF_NOT_EXC_MATCH" => {
                let (wanted, exception) = (frame.pop()?, frame.pop()?);
                let caught = self.catches(wanted, exception)?;
                let target = step.target.ok_or("the jump leads nowhere")?;
                return Ok(Flow::Branch { jumps: Some(!caught), target, on_jump: Vec::new(), on_next: Vec::new() });
            }
            "POP_BLOCK" => {
                frame.blocks.pop();
            }
            "YIELD_VALUE" => {
                let value = frame.pop()?;
                let Body::Function { yields: Some(yields), .. } = &mut frame.body else { return Err("it yields") };
                yields.push(value);
                frame.stack.push(self.none);
            }
            "RETURN_GENERATOR" => frame.stack.push(self.none),
            _ if op.contains("JUMP") => return self.branch(frame, step),
            _ if op.starts_with("CALL") && !op.starts_with("CALL_INTRINSIC") && op != "CALL_FINALLY" => {
                return self.call_step(frame, step);
            }
            "KW_NAMES" => {
                let Operand::Const(value) = step.operand else { return Err("the names are not there") };
                frame.keywords = Some(value);
            }
            _ => self.compute(frame, step)?,
        }
        Ok(Flow::Next)
    }

    /// The names that a body sets.
    pub(super) fn names<'f>(&'f mut self, frame: &'f mut Frame) -> &'f mut IndexMap<Box<str>, Node> {
        match frame.body {
            Body::Class { .. } => &mut frame.names,
            _ => &mut self.globals,
        }
    }

    fn rotate(&mut self, frame: &mut Frame, count: usize) -> Result<(), Lost> {
        let from = frame.stack.len().checked_sub(count).ok_or("the stack is too short")?;
        frame.stack.get_mut(from..).unwrap_or_default().rotate_right(count.min(1));
        Ok(())
    }

    fn fast(frame: &Frame, name: &str, closure: bool) -> Result<Node, Lost> {
        let (fast, cell) = (frame.fast.get(name), frame.cells.get(name));
        let found = if closure { cell } else { fast.or(cell) };
        found.copied().ok_or("the local variable is not known")
    }

    fn store_fast(&mut self, frame: &mut Frame, name: Rc<str>, value: Node) {
        if matches!(self.nodes.get(value), Thing::Null) {
            frame.fast.remove(&name);
        } else {
            frame.fast.insert(name, value);
        }
    }

    fn load_name(&mut self, frame: &mut Frame, step: &Step) -> Result<Flow, Lost> {
        if step.op == "LOAD_LOCALS" {
            let node = self.nodes.add(Thing::Null);
            frame.stack.push(node);
            return Ok(Flow::Next);
        }
        let name = name(step)?;
        if step.op == "LOAD_FROM_DICT_OR_GLOBALS" {
            frame.pop()?;
        }
        let own = if step.op == "LOAD_GLOBAL" { None } else { frame.names.get(&*name).copied() };
        let found = match own {
            Some(found) => found,
            None => self.global(&name),
        };
        frame.stack.push(found);
        if step.op == "LOAD_GLOBAL" && self.version >= Version::Py311 && step.arg & 1 == 1 {
            let null = self.nodes.add(Thing::Null);
            let at = frame.stack.len() - usize::from(self.version < Version::Py313);
            frame.stack.insert(at, null);
        }
        Ok(Flow::Next)
    }

    /// A global of the module, or a builtin.
    pub(super) fn global(&mut self, name: &str) -> Node {
        if let Some(found) = self.globals.get(name) {
            return *found;
        }
        if super::stdlib::is_builtin(name) {
            if !self.stars.is_empty() {
                return self.unknown("it may be a builtin, or come from an import of all names");
            }
            return self.nodes.add(Thing::Global("builtins".into(), name.into()));
        }
        self.raising = true;
        match &*self.stars {
            [one] => {
                let module = one.clone();
                self.nodes.add(Thing::Global(module, name.into()))
            }
            _ => self.unknown("the name is not known"),
        }
    }

    fn make_function(&mut self, frame: &mut Frame, step: &Step) -> Result<(), Lost> {
        let qualname = if self.version < Version::Py311 { Some(frame.pop()?) } else { None };
        let code = frame.pop()?;
        let code = self.nodes.constant(code).ok_or("the code is not known")?;
        self.program(code)?;
        let function = Function {
            code,
            name: None,
            qualname,
            doc: None,
            module: None,
            defaults: None,
            kwdefaults: None,
            annotations: None,
            annotate: None,
            closure: Vec::new(),
            attributes: IndexMap::new(),
        };
        let function = self.nodes.add(Thing::Function(Box::new(function)));
        if self.version < Version::Py313 {
            for flag in [8, 4, 2, 1] {
                if step.arg & flag != 0 {
                    let value = frame.pop()?;
                    self.function_attribute(function, flag, value)?;
                }
            }
        }
        frame.stack.push(function);
        Ok(())
    }

    fn function_attribute(&mut self, function: Node, flag: i32, value: Node) -> Result<(), Lost> {
        let items = match self.nodes.get(value) {
            Thing::Tuple(items) => items.clone(),
            Thing::Const(_) => self.items(value)?.unwrap_or_default(),
            _ => Vec::new(),
        };
        let annotations = if flag == 4 && !matches!(self.nodes.get(value), Thing::Dict(_)) {
            // From 3.10 on names and values in turn.
            let (pairs, _) = items.as_chunks::<2>();
            let pairs = pairs.iter().map(|[key, value]| (*key, *value)).collect();
            self.nodes.add(Thing::Dict(pairs))
        } else {
            value
        };
        let Thing::Function(function) = self.nodes.get_mut(function) else { return Err("it is no function") };
        match flag {
            1 => function.defaults = Some(value),
            2 => function.kwdefaults = Some(value),
            4 => function.annotations = Some(annotations),
            8 => function.closure = items,
            16 => function.annotate = Some(value),
            _ => return Err("a function is given what is not known"),
        }
        Ok(())
    }

    fn for_iter(&mut self, frame: &mut Frame, step: &Step) -> Result<Flow, Lost> {
        let target = step.target.ok_or("the jump leads nowhere")?;
        let iter = frame.pop()?;
        let next = match self.nodes.get_mut(iter) {
            Thing::Iter(items, at) => {
                let next = items.get(*at).copied();
                *at += 1;
                Some(next)
            }
            _ => None,
        };
        let item = next.flatten();
        // Up to 3.11 the iterator is gone at the end; since then `END_FOR` and what follows it take it and one more.
        let on_jump = match self.version {
            Version::Py38 | Version::Py39 | Version::Py310 | Version::Py311 => Vec::new(),
            _ => vec![iter, self.none],
        };
        let jumps = next.map(|next| next.is_none());
        let item = match item {
            Some(item) => item,
            None => self.unknown("what is iterated over is not known"),
        };
        Ok(Flow::Branch { jumps, target, on_jump, on_next: vec![iter, item] })
    }

    fn branch(&mut self, frame: &mut Frame, step: &Step) -> Result<Flow, Lost> {
        let target = step.target.ok_or("the jump leads nowhere")?;
        let top = frame.pop()?;
        let keeps = step.op.ends_with("OR_POP");
        let known = if step.op.contains("NONE") {
            self.is_none(top).map(|none| none != step.op.contains("NOT_NONE"))
        } else if step.op.contains("IF_TRUE") {
            self.truth(top)
        } else if step.op.contains("IF_FALSE") {
            self.truth(top).map(|truth| !truth)
        } else {
            return Err("the instruction is not followed");
        };
        let on_jump = if keeps { vec![top] } else { Vec::new() };
        Ok(Flow::Branch { jumps: known, target, on_jump, on_next: Vec::new() })
    }
}
