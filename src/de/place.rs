//! Where an error was: its path in words, and the offset of the operation that made the object.

use std::collections::HashMap;

use super::context::Step;
use crate::heap::Heap;
use crate::op::{Op, ops};
use crate::opcode::{Opcode, StackItem};

/// From this length of the input on no offset is looked for.
const MAX_INPUT: usize = 1 << 28;

/// The path of an object, such as `users[3].name`.
pub(crate) fn path(heap: &Heap<'_>, steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Item(index) => path.push_str(&format!("[{index}]")),
            Step::Value(key, _) => match heap.obj(*key).as_str() {
                Ok(name) if is_identifier(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(name);
                }
                _ => path.push_str(&format!("[{:.40}]", heap.obj(*key))),
            },
            Step::Key(pair) => path.push_str(&format!("{{key {pair}}}")),
            Step::Data => path.push_str("[1]"),
        }
    }
    path
}

fn is_identifier(name: &str) -> bool {
    let starts = name.chars().next().is_some_and(|first| first == '_' || first.is_alphabetic());
    starts && name.chars().all(|char| char == '_' || char.is_alphanumeric())
}

/// What an operation made, and what was put into it.
struct Node {
    offset: usize,
    opcode: Opcode,
    children: Vec<usize>,
}

/// The offset of the operation that made the object at the end of the steps.
pub(crate) fn offset(input: &[u8], steps: &[Step]) -> Option<usize> {
    if input.len() > MAX_INPUT {
        return None;
    }
    let (nodes, root) = nodes(input)?;
    let mut at = root;
    for step in steps {
        match child(&nodes, at, *step) {
            Some(next) => at = next,
            None => break,
        }
    }
    Some(nodes[at].offset)
}

fn child(nodes: &[Node], mut at: usize, step: Step) -> Option<usize> {
    // An instance is read as its state, else as its arguments.
    for _ in 0..8 {
        let node = &nodes[at];
        at = match (node.opcode, node.children.as_slice()) {
            (Opcode::Reduce | Opcode::NewObj | Opcode::NewObjEx | Opcode::Inst | Opcode::Obj, [_, args, rest @ ..]) => {
                *rest.last().unwrap_or(args)
            }
            _ => break,
        };
    }
    let children = &nodes[at].children;
    let index = match step {
        Step::Item(index) => index,
        Step::Key(pair) => pair * 2,
        Step::Value(_, pair) => pair * 2 + 1,
        Step::Data => 1,
    };
    children.get(index).copied()
}

/// Runs the stream with nothing but offsets on the stack.
fn nodes(input: &[u8]) -> Option<(Vec<Node>, usize)> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut stack: Vec<usize> = Vec::new();
    let mut marks: Vec<usize> = Vec::new();
    let mut memo: HashMap<u64, usize> = HashMap::new();
    for op in ops(input) {
        let (offset, op) = op.ok()?;
        match op {
            Op::Stop => return Some((nodes, stack.pop()?)),
            Op::Mark => marks.push(stack.len()),
            Op::Memoize => drop(memo.insert(memo.len() as u64, *stack.last()?)),
            Op::BinPut(index) => drop(memo.insert(index.into(), *stack.last()?)),
            Op::LongBinPut(index) => drop(memo.insert(index.into(), *stack.last()?)),
            Op::Put(line) => drop(memo.insert(decimal(line.0)?, *stack.last()?)),
            Op::BinGet(index) => stack.push(*memo.get(&index.into())?),
            Op::LongBinGet(index) => stack.push(*memo.get(&index.into())?),
            Op::Get(line) => stack.push(*memo.get(&decimal(line.0)?)?),
            Op::Dup => stack.push(*stack.last()?),
            Op::Pop if marks.last() == Some(&stack.len()) => drop(marks.pop()),
            Op::Pop => drop(stack.pop()?),
            Op::PopMark => stack.truncate(marks.pop()?),
            Op::Proto(_) | Op::Frame(_) => {}
            _ => {
                let opcode = op.opcode();
                let before = opcode.stack_before();
                let start = match before.iter().position(|item| *item == StackItem::Mark) {
                    Some(below) => marks.pop()?.checked_sub(below)?,
                    None => stack.len().checked_sub(before.len())?,
                };
                let taken = stack.split_off(start);
                let changes = matches!(
                    op,
                    Op::Append | Op::Appends | Op::SetItem | Op::SetItems | Op::AddItems | Op::Build | Op::ReadonlyBuffer
                );
                match taken.split_first() {
                    Some((target, items)) if changes => {
                        nodes.get_mut(*target)?.children.extend(items);
                        stack.push(*target);
                    }
                    _ => {
                        stack.push(nodes.len());
                        nodes.push(Node { offset, opcode, children: taken });
                    }
                }
            }
        }
    }
    None
}

fn decimal(line: &[u8]) -> Option<u64> {
    std::str::from_utf8(line).ok()?.trim().parse().ok()
}
