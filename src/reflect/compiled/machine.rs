//! The symbolic machine: follows the bytecode of a module body, of the class bodies in it, and of those functions of the module that it calls.
//!
//! A step gives objects as far as they are known. Where a condition is not known, or something may have been raised inside a `try`, both ways are
//! laid beside each other up to the step where they meet, and what either of them does to names and objects becomes unknown: see [`Machine::fork`].

use std::collections::HashMap;
use std::mem;
use std::rc::Rc;

use indexmap::IndexMap;

use super::ModuleOptions;
use super::node::{Class, Node, Nodes, Place, Thing, Why};
use super::program::{Operand, Program};
use crate::bytecode::Version;
use crate::heap::{Heap, Value};

/// How many steps are taken for a module, and how many objects are looked at.
const BUDGET: usize = 1_500_000;
/// How deep functions of the module call each other.
const DEPTH: usize = 60;

/// What a step leads to.
pub(super) enum Flow {
    Next,
    Goto(usize),
    /// A module that is not there was imported.
    Raise,
    Branch {
        /// Whether it jumps, where that is known.
        jumps: Option<bool>,
        target: usize,
        /// What it pushes when it jumps, and when it does not.
        on_jump: Vec<Node>,
        on_next: Vec<Node>,
    },
    Return(Node),
    Enter(Box<Frame>),
}

/// Why a frame cannot be followed any further.
pub(super) type Lost = &'static str;

pub(super) enum Body {
    Module,
    Class { name: Node, bases: Vec<Node>, keywords: Vec<(Box<str>, Node)>, made_at: Place },
    Function { function: Node, yields: Option<Vec<Node>> },
}

/// Code that is being followed.
pub(super) struct Frame {
    pub(super) program: Rc<Program>,
    pub(super) at: usize,
    pub(super) stack: Vec<Node>,
    pub(super) fast: HashMap<Rc<str>, Node>,
    pub(super) cells: HashMap<Rc<str>, Node>,
    /// The names of a class body.
    pub(super) names: IndexMap<Box<str>, Node>,
    /// The handlers that were set up, and how much was on the stack then (up to 3.10).
    pub(super) blocks: Vec<(usize, usize)>,
    pub(super) keywords: Option<Value>,
    pub(super) body: Body,
    /// Something in it may have raised.
    raising: bool,
}

impl Frame {
    pub(super) fn new(program: Rc<Program>, body: Body) -> Self {
        Self {
            program,
            at: 0,
            stack: Vec::new(),
            fast: HashMap::new(),
            cells: HashMap::new(),
            names: IndexMap::new(),
            blocks: Vec::new(),
            keywords: None,
            body,
            raising: false,
        }
    }

    pub(super) fn pop(&mut self) -> Result<Node, Lost> {
        self.stack.pop().ok_or("the stack is empty")
    }

    /// The topmost objects, the lowest first.
    pub(super) fn pop_many(&mut self, count: usize) -> Result<Vec<Node>, Lost> {
        let from = self.stack.len().checked_sub(count).ok_or("the stack is too short")?;
        Ok(self.stack.split_off(from))
    }

    pub(super) fn peek(&self, depth: usize) -> Result<Node, Lost> {
        let at = self.stack.len().checked_sub(depth).ok_or("the stack is too short")?;
        self.stack.get(at).copied().ok_or("the stack is too short")
    }
}

/// What follows a module.
pub(super) struct Machine {
    pub(super) heap: Heap<'static>,
    pub(super) nodes: Nodes,
    pub(super) version: Version,
    pub(super) options: ModuleOptions,
    /// `__package__`.
    pub(super) package: Box<str>,
    pub(super) globals: IndexMap<Box<str>, Node>,
    /// Modules of which all names were imported.
    pub(super) stars: Vec<Box<str>>,
    /// The modules that the body imported, submodules by their whole names.
    pub(super) imported: IndexMap<Box<str>, ()>,
    programs: HashMap<Value, Rc<Program>>,
    frames: Vec<Frame>,
    budget: usize,
    /// Code that was not followed hands out the dict of the names of the module, or sets something of what it has at hand. Where both are, any name
    /// may be set.
    pub(super) hands_out: bool,
    pub(super) sets: bool,
    /// It may raise.
    pub(super) raising: bool,
    /// Nothing is followed into: two ways are laid beside each other.
    pub(super) simulating: bool,
    pub(super) none: Node,
    /// The strs that are names, which Python interns.
    pub(super) names: Vec<Value>,
}

impl Machine {
    pub(super) fn new(heap: Heap<'static>, version: Version, package: &str, options: ModuleOptions) -> Self {
        let mut nodes = Nodes::new(Place { instruction: "RETURN_VALUE", line: None });
        let none = nodes.add(Thing::Const(Value::None));
        Self {
            heap,
            nodes,
            version,
            options,
            package: package.into(),
            globals: IndexMap::new(),
            stars: Vec::new(),
            imported: IndexMap::new(),
            programs: HashMap::new(),
            frames: Vec::new(),
            budget: BUDGET,
            hands_out: false,
            sets: false,
            raising: false,
            simulating: false,
            none,
            names: Vec::new(),
        }
    }

    /// A str that is interned.
    pub(super) fn name_node(&mut self, text: &str) -> Node {
        let value = self.heap.name(text);
        self.names.push(value);
        self.nodes.add(Thing::Const(value))
    }

    /// What the import machinery sets, before the first instruction.
    pub(super) fn begin(&mut self, file: &str, code: Value) {
        if let Ok(program) = self.program(code)
            && let Some(first) = program.steps.first()
        {
            self.nodes.here = first.place();
        }
        let name = self.options.name.clone();
        let node = self.name_node(&name);
        self.globals.insert("__name__".into(), node);
        let package = self.package.clone();
        let node = self.name_node(&package);
        self.globals.insert("__package__".into(), node);
        let node = self.constant_str(file);
        self.globals.insert("__file__".into(), node);
        self.globals.insert("__doc__".into(), self.none);
        for name in ["__spec__", "__loader__", "__builtins__", "__cached__"] {
            let node = self.unknown("the import machinery sets it");
            self.globals.insert(name.into(), node);
        }
    }

    /// Runs the `__annotate__` of functions (3.14), when all names are there.
    pub(super) fn evaluate_annotations(&mut self) {
        for function in self.nodes.functions() {
            let Thing::Function(found) = self.nodes.get(function) else { continue };
            let Some(annotate) = found.annotate else { continue };
            self.nodes.here = self.nodes.made_at(function);
            let format = self.constant_int(1);
            let dict = self.result_of(annotate, vec![format]);
            if let Thing::Function(found) = self.nodes.get_mut(function) {
                found.annotations = Some(dict);
            }
        }
    }

    /// The same for classes whose making needs them: dataclasses and named tuples.
    pub(super) fn evaluate_fields(&mut self) {
        for class in self.nodes.classes() {
            let Thing::Class(found) = self.nodes.get(class) else { continue };
            let named = found.bases.iter().any(|base| self.nodes.is_global(*base, "typing", "NamedTuple"));
            let annotate = found.members.get("__annotate_func__").copied();
            let Some(annotate) = annotate.filter(|_| named || found.dataclass.is_some()) else { continue };
            self.nodes.here = found.made_at;
            let format = self.constant_int(1);
            let dict = self.result_of(annotate, vec![format]);
            if let Thing::Class(found) = self.nodes.get_mut(class) {
                found.members.insert("__annotations__".into(), dict);
            }
        }
    }

    /// What a function of the module gives.
    fn result_of(&mut self, function: Node, args: Vec<Node>) -> Node {
        let Ok(frame) = self.frame_of(function, args) else { return self.unknown("the annotations are not followed") };
        let mut base = Frame::new(Rc::clone(&frame.program), Body::Module);
        base.at = base.program.steps.len();
        self.frames.push(base);
        self.frames.push(frame);
        while self.frames.len() > 1 {
            self.advance();
        }
        let result = self.frames.pop().and_then(|mut base| base.stack.pop());
        result.unwrap_or_else(|| self.unknown("the annotations are not followed"))
    }

    /// Pays for work.
    pub(super) fn spend(&mut self, cost: usize) -> Result<(), Lost> {
        self.budget = self.budget.checked_sub(cost).ok_or("the module does too much to be followed")?;
        Ok(())
    }

    pub(super) fn why(&self, reason: &'static str) -> Why {
        self.nodes.here.why(reason)
    }

    pub(super) fn unknown(&mut self, reason: &'static str) -> Node {
        let why = self.why(reason);
        self.nodes.add(Thing::Unknown(why))
    }

    pub(super) fn program(&mut self, code: Value) -> Result<Rc<Program>, Lost> {
        if let Some(known) = self.programs.get(&code) {
            return Ok(Rc::clone(known));
        }
        let program = Program::new(&self.heap, code, self.version).map_err(|_| "it is no code object")?;
        self.spend(program.steps.len())?;
        let program = Rc::new(program);
        self.programs.insert(code, Rc::clone(&program));
        Ok(program)
    }

    pub(super) fn is_too_deep(&self) -> bool {
        self.frames.len() > DEPTH
    }

    /// Follows a module body to its end.
    pub(super) fn run(&mut self, code: Value) -> Result<(), Lost> {
        let program = self.program(code)?;
        self.frames.push(Frame::new(program, Body::Module));
        while !self.frames.is_empty() {
            self.advance();
        }
        Ok(())
    }

    fn advance(&mut self) {
        if let Some(mut frame) = self.frames.pop() {
            let flow = self.take_step(&mut frame);
            match flow {
                Ok(Flow::Return(value)) => self.leave(frame, value),
                Ok(Flow::Enter(callee)) => {
                    frame.at += 1;
                    self.frames.push(frame);
                    self.frames.push(*callee);
                }
                Ok(flow) => match self.go(&mut frame, flow) {
                    Ok(()) => self.frames.push(frame),
                    Err(lost) => self.lose(frame, lost),
                },
                Err(lost) => self.lose(frame, lost),
            }
        }
    }

    fn take_step(&mut self, frame: &mut Frame) -> Result<Flow, Lost> {
        self.raising = false;
        let program = Rc::clone(&frame.program);
        let Some(step) = program.steps.get(frame.at) else { return Ok(Flow::Return(self.none)) };
        self.nodes.here = step.place();
        self.spend(1)?;
        self.step(frame, step)
    }

    /// Goes where a step leads.
    fn go(&mut self, frame: &mut Frame, flow: Flow) -> Result<(), Lost> {
        let at = frame.at;
        let raising = mem::take(&mut self.raising);
        match flow {
            Flow::Goto(target) => frame.at = target,
            Flow::Raise => frame.at = self.raise(frame)?,
            Flow::Branch { jumps: Some(true), target, on_jump, .. } => {
                frame.stack.extend(on_jump);
                frame.at = target;
            }
            Flow::Branch { jumps: Some(false), on_next, .. } => {
                frame.stack.extend(on_next);
                frame.at += 1;
            }
            Flow::Branch { jumps: None, target, on_jump, on_next } => {
                let stack = mem::take(&mut frame.stack);
                let with = |more: Vec<Node>| Some(stack.iter().copied().chain(more).collect());
                let ways = [(at + 1, with(on_next)), (target, with(on_jump))];
                return self.fork(frame, ways, self.why("whether it jumps is not known"));
            }
            _ => frame.at += 1,
        }
        if raising { self.protect(frame, at) } else { Ok(()) }
    }

    /// A step may have raised: inside a `try` whose handler goes on, what the rest of the body and the handler do is not known.
    fn protect(&mut self, frame: &mut Frame, at: usize) -> Result<(), Lost> {
        let program = Rc::clone(&frame.program);
        let goes_on = |handler: usize| program.reachable(handler, None).1;
        let handler = if self.version >= Version::Py311 {
            let mut handler = program.handler(at);
            for _ in 0..8 {
                let Some(inner) = handler.filter(|handler| !goes_on(*handler)) else { break };
                handler = program.handler(inner).filter(|outer| *outer != inner);
            }
            handler.filter(|handler| goes_on(*handler))
        } else {
            frame.blocks.iter().rev().map(|(handler, _)| *handler).find(|handler| goes_on(*handler))
        };
        self.spend(program.steps.len() / 8)?;
        let Some(handler) = handler else {
            frame.raising = true;
            return Ok(());
        };
        let stack = mem::take(&mut frame.stack);
        let next = frame.at;
        self.fork(frame, [(next, Some(stack)), (handler, None)], self.why("it may raise inside a try whose handler goes on"))
    }

    /// Two ways that may be taken: goes on where they meet, with all that either of them sets made unknown. A way that only raises is not taken,
    /// since then the module would not be there.
    fn fork(&mut self, frame: &mut Frame, ways: [(usize, Option<Vec<Node>>); 2], why: Why) -> Result<(), Lost> {
        let program = Rc::clone(&frame.program);
        self.spend(program.steps.len())?;
        let [(one, one_stack), (other, other_stack)] = ways;
        match (program.reachable(one, None).1, program.reachable(other, None).1) {
            (true, true) => {}
            (true, false) if one_stack.is_some() => {
                (frame.at, frame.stack) = (one, one_stack.unwrap_or_default());
                return Ok(());
            }
            (false, true) if other_stack.is_some() => {
                (frame.at, frame.stack) = (other, other_stack.unwrap_or_default());
                return Ok(());
            }
            _ => return Err("both ways raise"),
        }
        self.spend(program.steps.len() * 4)?;
        let join = program.join(one, other);
        let before = one_stack.clone().or_else(|| other_stack.clone()).unwrap_or_default();
        let mut ends = Vec::new();
        if let Some(join) = join {
            let outer = mem::replace(&mut self.simulating, true);
            let blocks = frame.blocks.clone();
            let mut ended = None;
            for (from, stack) in [(one, one_stack), (other, other_stack)] {
                let Some(stack) = stack else { continue };
                frame.blocks.clone_from(&blocks);
                let path = program.path(from, join);
                if let Some(end) = path.and_then(|path| self.simulate(frame, &path, join, stack)) {
                    ended.get_or_insert_with(|| frame.blocks.clone());
                    ends.push(end);
                }
            }
            frame.blocks = ended.unwrap_or(blocks);
            self.simulating = outer;
        }
        self.nodes.here = why.place();
        for from in [one, other] {
            let (region, _) = program.reachable(from, join);
            self.spend(region.len())?;
            self.spoil(frame, &region, why)?;
        }
        let Some(join) = join else {
            if matches!(frame.body, Body::Function { .. }) {
                return Err("what it returns depends on what is not known");
            }
            frame.at = program.steps.len();
            return Ok(());
        };
        let (Some(end), other) = (ends.first().cloned(), ends.get(1).cloned().unwrap_or(before)) else {
            return Err("the ways cannot be laid beside each other");
        };
        if ends.len() == 2 && other.len() != end.len() {
            return Err("the ways leave different stacks");
        }
        let merged = end
            .iter()
            .enumerate()
            .map(|(at, node)| if other.get(at) == Some(node) { *node } else { self.nodes.add(Thing::Unknown(why)) });
        frame.stack = merged.collect();
        frame.at = join;
        Ok(())
    }

    /// Takes the steps of one way, for the stack that it leaves.
    fn simulate(&mut self, frame: &mut Frame, path: &[usize], join: usize, stack: Vec<Node>) -> Option<Vec<Node>> {
        frame.stack = stack;
        for (nth, at) in path.iter().enumerate() {
            frame.at = *at;
            let next = path.get(nth + 1).copied().unwrap_or(join);
            match self.take_step(frame).ok()? {
                Flow::Next | Flow::Goto(_) => {}
                Flow::Branch { target, on_jump, on_next, .. } => {
                    frame.stack.extend(if next == target { on_jump } else { on_next });
                }
                Flow::Return(_) | Flow::Enter(_) | Flow::Raise => return None,
            }
        }
        Some(mem::take(&mut frame.stack))
    }

    /// What some steps may set becomes unknown, and what they may change is marked.
    fn spoil(&mut self, frame: &mut Frame, region: &[usize], why: Why) -> Result<(), Lost> {
        let program = Rc::clone(&frame.program);
        let steps: Vec<_> = region.iter().filter_map(|at| program.steps.get(*at)).collect();
        let acts = |op: &str| {
            op.starts_with("CALL") || op.starts_with("STORE_SUB") || op.starts_with("DELETE_SUB") || op.ends_with("_ATTR")
        };
        let sets = steps.iter().any(|step| matches!(step.op, "STORE_ATTR" | "DELETE_ATTR"));
        let acts = sets || steps.iter().any(|step| acts(step.op) || step.op.starts_with("INPLACE") || step.op == "BINARY_OP");
        for step in &steps {
            let names: &[&Rc<str>] = match &step.operand {
                Operand::Name(name) => &[name],
                Operand::Names(first, second) => &[first, second],
                _ => &[],
            };
            for name in names {
                let unknown = || Thing::Unknown(why);
                match step.op {
                    "STORE_NAME" | "DELETE_NAME" if !matches!(frame.body, Body::Module) => {
                        let node = self.nodes.add(unknown());
                        frame.names.insert((***name).into(), node);
                    }
                    "STORE_NAME" | "DELETE_NAME" | "STORE_GLOBAL" | "DELETE_GLOBAL" => {
                        let node = self.nodes.add(unknown());
                        self.globals.insert((***name).into(), node);
                    }
                    "STORE_DEREF" | "DELETE_DEREF" => {
                        if let Some(cell) = frame.cells.get(*name).copied() {
                            let node = self.nodes.add(unknown());
                            *self.nodes.get_mut(cell) = Thing::Cell(Some(node));
                        }
                    }
                    op if op.starts_with("STORE_FAST") || op == "DELETE_FAST" => {
                        let node = self.nodes.add(unknown());
                        frame.fast.insert(Rc::clone(name), node);
                    }
                    "LOAD_NAME" | "LOAD_GLOBAL" | "LOAD_FAST" | "LOAD_FAST_BORROW" | "LOAD_DEREF" if acts => {
                        let found =
                            frame.names.get(&***name).or_else(|| frame.fast.get(*name)).or_else(|| self.globals.get(&***name));
                        if let Some(node) = found.copied() {
                            self.touch(node, why, sets)?;
                        }
                    }
                    _ => {}
                }
            }
            match step.op {
                "IMPORT_STAR" => self.forget_globals(why),
                "CALL_INTRINSIC_1" if matches!(step.operand, Operand::Text("INTRINSIC_IMPORT_STAR")) => self.forget_globals(why),
                _ => {}
            }
        }
        Ok(())
    }

    /// A frame cannot be followed: what it would have set is not known.
    fn lose(&mut self, mut frame: Frame, lost: Lost) {
        let why = self.why(lost);
        let (region, _) = frame.program.reachable(frame.at, None);
        let spoiled = self.spoil(&mut frame, &region, why);
        if spoiled.is_err() {
            self.forget_globals(why);
        }
        let node = self.nodes.add(Thing::Unknown(why));
        match &frame.body {
            Body::Module => {
                // What stood behind may define any name.
                let (region, _) = frame.program.reachable(frame.at, None);
                let calls =
                    region.iter().filter_map(|at| frame.program.steps.get(*at)).any(|step| step.op.starts_with("IMPORT_STAR"));
                if calls {
                    self.forget_globals(why);
                }
            }
            Body::Class { .. } => self.back(node, true),
            Body::Function { function, .. } => {
                let function = *function;
                let locals: Vec<Node> = frame.fast.values().chain(frame.cells.values()).copied().collect();
                let touched = self.touch_call(function, &locals, why);
                if touched.is_err() {
                    self.forget_globals(why);
                }
                self.back(node, true);
            }
        }
    }

    /// A frame is done.
    fn leave(&mut self, mut frame: Frame, value: Node) {
        let raising = frame.raising;
        let result = match frame.body {
            Body::Module => return,
            Body::Function { yields: Some(yields), .. } => self.nodes.add(Thing::Iter(yields, 0)),
            Body::Function { .. } => value,
            Body::Class { name, bases, keywords, made_at } => {
                let cell = frame.names.shift_remove("__classcell__");
                frame.names.shift_remove("__classdictcell__");
                let qualname = frame.names.shift_remove("__qualname__");
                let members = mem::take(&mut frame.names);
                let class = Class { name, qualname, bases, keywords, members, dataclass: None, made_at };
                let class = self.nodes.add(Thing::Class(Box::new(class)));
                self.made_class(class);
                if let Some(cell) = cell
                    && let Thing::Cell(content) = self.nodes.get_mut(cell)
                {
                    *content = Some(class);
                }
                class
            }
        };
        self.back(result, raising);
    }

    /// Gives the result of a frame to the one below.
    fn back(&mut self, result: Node, raising: bool) {
        let Some(mut frame) = self.frames.pop() else { return };
        frame.stack.push(result);
        let at = frame.at.saturating_sub(1);
        if let Some(step) = frame.program.steps.get(at) {
            self.nodes.here = step.place();
        }
        let done = if raising { self.protect(&mut frame, at) } else { Ok(()) };
        match done {
            Ok(()) => self.frames.push(frame),
            Err(lost) => self.lose(frame, lost),
        }
    }
}
