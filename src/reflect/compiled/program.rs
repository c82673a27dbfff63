//! A code object decoded for the symbolic machine: steps that borrow nothing, and where control goes from each.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use super::node::Place;
use crate::bytecode::{Argument, Exceptions, Version};
use crate::error::Result;
use crate::heap::{Heap, Value};
use crate::reflect::Code;

/// What the argument of a step stands for.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    None,
    Const(Value),
    Name(Rc<str>),
    Names(Rc<str>, Rc<str>),
    Text(&'static str),
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    offset: i64,
    pub(super) op: &'static str,
    pub(super) arg: i32,
    pub(super) operand: Operand,
    pub(super) line: Option<i32>,
    /// The step that it jumps to.
    pub(super) target: Option<usize>,
}

impl Step {
    pub(super) fn place(&self) -> Place {
        Place { instruction: self.op, line: self.line }
    }
}

/// The steps of a code object.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    /// From which offset to which, the step of the handler, the depth of the stack there, and whether the place is pushed (3.11 on).
    handlers: Vec<(i64, i64, usize, usize, bool)>,
    pub(super) flags: u32,
    pub(super) argcount: usize,
    pub(super) kwonly: usize,
    pub(super) varnames: Vec<Rc<str>>,
    pub(super) cellvars: Vec<Rc<str>>,
    pub(super) freevars: Vec<Rc<str>>,
}

impl Program {
    pub(super) fn new(heap: &Heap<'_>, value: Value, version: Version) -> Result<Self> {
        let code = Code::reflect(heap.obj(value))?;
        let text = |name: crate::text::PyStr<'_>| -> Rc<str> { name.to_string_lossy().as_ref().into() };
        let mut steps = Vec::new();
        let mut places = HashMap::new();
        let mut targets = Vec::new();
        // What the compiler adds has no line: the one before, or that of the definition.
        let mut line = (code.firstlineno() > 0).then(|| code.firstlineno());
        for instruction in code.instructions(version) {
            let op = instruction.opcode.name();
            if matches!(op, "EXTENDED_ARG" | "CACHE") {
                continue;
            }
            for offset in [instruction.offset, instruction.start_offset] {
                places.entry(crate::int::i64_from_usize(offset)).or_insert(steps.len());
            }
            targets.push(instruction.argument.target());
            let operand = match instruction.argument {
                Argument::Const(object) | Argument::Keywords(object) => Operand::Const(object.value()),
                Argument::Name(name) | Argument::Local(name) | Argument::Cell(name) => Operand::Name(text(name)),
                Argument::Global { name, .. } | Argument::Attr { name, .. } => Operand::Name(text(name)),
                Argument::Locals(first, second) => Operand::Names(text(first), text(second)),
                Argument::Compare { operator: text, .. }
                | Argument::Operator(text)
                | Argument::Intrinsic(text)
                | Argument::Common(text) => Operand::Text(text),
                _ => Operand::None,
            };
            line = instruction.position.line.filter(|line| *line > 0).or(line);
            let offset = crate::int::i64_from_usize(instruction.offset);
            steps.push(Step { offset, op, arg: instruction.arg.unwrap_or(0), operand, line, target: None });
        }
        for (step, target) in steps.iter_mut().zip(targets) {
            step.target = target.and_then(|target| places.get(&target).copied());
        }
        let table = code.exceptiontable().unwrap_or_default();
        let rows = Exceptions::new(&table).take(steps.len());
        let depth = |depth| usize::try_from(depth).unwrap_or(0);
        let handlers =
            rows.filter_map(|row| Some((row.start, row.end, *places.get(&row.target)?, depth(row.depth), row.lasti))).collect();
        Ok(Self {
            steps,
            handlers,
            flags: code.flags(),
            argcount: crate::int::usize_from_u32(code.argcount()),
            kwonly: crate::int::usize_from_u32(code.kwonly()),
            varnames: code.varnames().map(text).collect(),
            cellvars: code.cellvars().map(text).collect(),
            freevars: code.freevars().map(text).collect(),
        })
    }

    /// The handler of a step, from 3.11 on.
    pub(super) fn handler(&self, at: usize) -> Option<usize> {
        self.handler_at(at).map(|(target, _, _)| target)
    }

    /// The same, with the depth of the stack there, and whether the place of the step is pushed.
    pub(super) fn handler_at(&self, at: usize) -> Option<(usize, usize, bool)> {
        let offset = self.steps.get(at)?.offset;
        let found = self.handlers.iter().find(|(start, end, ..)| (*start..*end).contains(&offset));
        found.map(|(_, _, target, depth, lasti)| (*target, *depth, *lasti))
    }

    /// The steps that may follow a step when nothing is raised, and whether the code may end there.
    fn successors(&self, at: usize) -> ([Option<usize>; 2], bool) {
        let Some(step) = self.steps.get(at) else { return ([None, None], false) };
        let next = Some(at + 1).filter(|next| *next < self.steps.len());
        match step.op {
            "RETURN_VALUE" | "RETURN_CONST" => ([None, None], true),
            "RAISE_VARARGS" | "RERAISE" => ([None, None], false),
            op if op.starts_with("SETUP_") => ([next, None], false),
            op if op.starts_with("JUMP_") && !op.starts_with("JUMP_IF") => ([step.target, None], false),
            _ => ([next, step.target], false),
        }
    }

    /// The steps that can be reached from one, without passing another; whether the code may end there. In order.
    pub(super) fn reachable(&self, from: usize, stop: Option<usize>) -> (Vec<usize>, bool) {
        let mut seen = vec![false; self.steps.len()];
        let (mut open, mut ends) = (vec![from], false);
        while let Some(at) = open.pop() {
            if Some(at) == stop || seen.get(at).copied().unwrap_or(true) {
                continue;
            }
            seen[at] = true;
            let (next, end) = self.successors(at);
            ends |= end;
            open.extend(next.into_iter().flatten());
        }
        (seen.iter().enumerate().filter(|(_, seen)| **seen).map(|(at, _)| at).collect(), ends)
    }

    /// Where two ways come together again: the first step that both pass whichever way they go.
    pub(super) fn join(&self, one: usize, other: usize) -> Option<usize> {
        const TRIES: usize = 24;
        let (first, _) = self.reachable(one, None);
        let (second, _) = self.reachable(other, None);
        let both = first.iter().filter(|at| second.binary_search(at).is_ok());
        let ends = |from, stop| self.reachable(from, Some(stop)).1;
        both.copied().take(TRIES).find(|at| !ends(one, *at) && !ends(other, *at))
    }

    /// The steps on a shortest way, the last aside.
    pub(super) fn path(&self, from: usize, to: usize) -> Option<Vec<usize>> {
        let mut before = vec![None; self.steps.len()];
        let mut open = VecDeque::from([from]);
        while let Some(at) = open.pop_front() {
            if at == to {
                let mut path = Vec::new();
                let mut at = at;
                while at != from {
                    at = before.get(at).copied().flatten()?;
                    path.push(at);
                }
                path.reverse();
                return Some(path);
            }
            for next in self.successors(at).0.into_iter().flatten() {
                if next != from && before.get(next).copied().flatten().is_none() {
                    before[next] = Some(at);
                    open.push_back(next);
                }
            }
        }
        None
    }
}
