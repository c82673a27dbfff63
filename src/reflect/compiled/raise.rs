//! Exceptions that are known to be raised: imports of modules that are not there, in a `try` that handles it.

use super::machine::{Frame, Lost, Machine};
use super::node::{Node, Thing};
use super::program::Step;
use crate::bytecode::Version;
use crate::heap::Value;

/// What a handler may name for `ModuleNotFoundError`.
const CAUGHT: &[&str] = &["ModuleNotFoundError", "ImportError", "Exception", "BaseException"];

impl Machine {
    /// Goes to the handler of the step that is being taken.
    pub(super) fn raise(&mut self, frame: &mut Frame) -> Result<usize, Lost> {
        let exception = self.nodes.add(Thing::Global("builtins".into(), "ModuleNotFoundError".into()));
        if self.version >= Version::Py311 {
            let (handler, depth, lasti) = frame.program.handler_at(frame.at).ok_or("the import fails")?;
            frame.stack.truncate(depth);
            if lasti {
                frame.stack.push(self.none);
            }
            frame.stack.push(exception);
            return Ok(handler);
        }
        let (handler, depth) = frame.blocks.pop().ok_or("the import fails")?;
        frame.stack.truncate(depth);
        // Three of the exception that is being handled already, three of this one; a block for the handler.
        let none = self.none;
        frame.blocks.push((usize::MAX, frame.stack.len()));
        frame.stack.extend([none, none, none, none, exception, exception]);
        Ok(handler)
    }

    /// The instructions of handlers.
    pub(super) fn handle(&mut self, frame: &mut Frame, step: &Step) -> Result<(), Lost> {
        match step.op {
            "PUSH_EXC_INFO" => {
                let exception = frame.pop()?;
                frame.stack.extend([self.none, exception]);
            }
            "POP_EXCEPT" if self.version >= Version::Py311 => {
                frame.pop()?;
            }
            "POP_EXCEPT" => {
                frame.blocks.pop();
                frame.pop_many(3)?;
            }
            _ => {
                let wanted = frame.pop()?;
                let exception = frame.peek(1)?;
                let caught = self.catches(wanted, exception)?;
                let node = self.nodes.add(Thing::Const(Value::bool(caught)));
                frame.stack.push(node);
            }
        }
        Ok(())
    }

    /// Whether a handler takes an exception.
    pub(super) fn catches(&mut self, wanted: Node, exception: Node) -> Result<bool, Lost> {
        if !self.nodes.is_global(exception, "builtins", "ModuleNotFoundError") {
            return Err("what was raised is not known");
        }
        match self.nodes.get(wanted) {
            Thing::Global(module, name) if &**module == "builtins" => Ok(CAUGHT.contains(&&**name)),
            Thing::Tuple(items) => {
                let items = items.clone();
                let mut caught = false;
                for item in items {
                    caught |= self.catches(item, exception)?;
                }
                Ok(caught)
            }
            _ => Err("which exceptions are handled is not known"),
        }
    }
}
