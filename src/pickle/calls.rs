//! Calls, and what is done to objects: `save_reduce` and what it calls.

use crate::error::Result;
use crate::heap::{CallId, CallKind, EffectKind, Event, EventKind, NO_EVENT, Value};
use crate::opcode::Opcode;

use super::writer::{NEVER, Stage, Task, Writer};

impl<'h> Writer<'h, '_> {
    pub(crate) fn event(&self, id: CallId) -> &'h Event {
        &self.heap.events[id.index()]
    }

    /// `save_reduce`: the callable, or the class, first.
    pub(crate) fn open_call(&mut self, id: CallId) -> Result<()> {
        let event = self.event(id);
        let EventKind::Call(kind) = event.kind else { return Ok(()) };
        match kind {
            CallKind::NewObj if self.protocol < 2 => {
                self.well_known("copyreg", "__newobj__")?;
                self.op(Opcode::Mark);
                self.tasks.push(Task::Marked(id, 0));
                self.child(event.subject)
            }
            CallKind::NewObjEx if self.protocol < 4 => {
                self.well_known("copyreg", "__newobj_ex__")?;
                self.op(Opcode::Mark);
                self.tasks.push(Task::Call(id, Stage::Args));
                self.child(event.subject)
            }
            CallKind::Reduce | CallKind::NewObj | CallKind::NewObjEx => {
                let habits = self.heap.recursive.get(&id).filter(|habits| habits.outer_args.is_some());
                let outer = habits.is_some() && self.outside.insert(id);
                self.tasks.push(Task::Call(id, if outer { Stage::OuterArgs } else { Stage::Args }));
                self.child(event.subject)
            }
            CallKind::Inst if !self.substitutes.contains_key(&event.subject) => {
                self.op(Opcode::Mark);
                self.marked(id, 0)
            }
            CallKind::Inst | CallKind::Obj => {
                self.op(Opcode::Mark);
                self.tasks.push(Task::Marked(id, 0));
                self.child(event.subject)
            }
        }
    }

    pub(crate) fn call(&mut self, id: CallId, stage: Stage) -> Result<()> {
        let event = self.event(id);
        let extended = event.kind == EventKind::Call(CallKind::NewObjEx);
        let (args, keywords) = match self.heap.items(event.object) {
            &[args, keywords] if extended => (args, Some(keywords)),
            _ => (event.object, None),
        };
        match (stage, keywords) {
            (Stage::OuterArgs, _) => {
                self.tasks.push(Task::Call(id, Stage::Finish));
                self.child(self.heap.recursive.get(&id).and_then(|habits| habits.outer_args).unwrap_or(args))
            }
            (Stage::Args, _) => {
                self.tasks.push(Task::Call(id, if extended { Stage::Keywords } else { Stage::Finish }));
                // The object was made while its callable was, and its arguments with it.
                let made = !matches!(self.memo.get(Value::Call(id)), 0 | NEVER) && args != Value::EMPTY_TUPLE;
                if made && matches!(args, Value::Tuple(_)) && self.is_made_anew(args) {
                    return self.descend(args);
                }
                self.child(args)
            }
            (Stage::Keywords, Some(keywords)) => {
                self.tasks.push(Task::Call(id, Stage::Finish));
                self.child(keywords)
            }
            _ => self.finish_call(id, event),
        }
    }

    pub(crate) fn finish_call(&mut self, id: CallId, event: &Event) -> Result<()> {
        match event.kind {
            EventKind::Call(CallKind::NewObj) => self.op(Opcode::NewObj),
            EventKind::Call(CallKind::NewObjEx) if self.protocol >= 4 => self.op(Opcode::NewObjEx),
            EventKind::Call(CallKind::NewObjEx) => {
                self.op(Opcode::Tuple);
                self.memoize_unnamed();
                self.op(Opcode::Reduce);
            }
            _ => self.op(Opcode::Reduce),
        }
        self.done_call(id)
    }

    /// After the opcode of a call: its memo slot and its effects.
    pub(crate) fn done_call(&mut self, id: CallId) -> Result<()> {
        let value = Value::Call(id);
        let fresh = matches!(self.memo.get(value), 0 | NEVER);
        if fresh {
            self.memoize(value);
        } else {
            // The object was reached again through its arguments: it is in the memo, this one is thrown away.
            self.op(Opcode::Pop);
            let slot = self.memo.get(value);
            self.get(slot - 1);
        }
        match self.heap.recursive.get(&id) {
            None if fresh => self.begin_effects(value),
            Some(call) if fresh => {
                let (first, _) = self.heap.effect_chain(value);
                if call.last_inside != NO_EVENT {
                    self.tasks.push(Task::Effects(first, call.last_inside));
                }
            }
            Some(call) => {
                let (first, _) = self.heap.effect_chain(value);
                let inside = self.heap.events.get(call.last_inside as usize);
                self.tasks.push(Task::Effects(inside.map_or(first, |event| event.next), NO_EVENT));
            }
            None => {}
        }
        Ok(())
    }

    /// After a call's opcode: the memo slot, or, when the object was reached again through its arguments, the one that it has.
    pub(crate) fn remember_call(&mut self, value: Value) -> Result<bool> {
        match self.memo.get(value) {
            0 | NEVER => {
                self.memoize(value);
                self.after(value)?;
                Ok(true)
            }
            slot => {
                self.op(Opcode::Pop);
                self.get(slot - 1);
                Ok(false)
            }
        }
    }

    /// Arguments behind a mark, from one on.
    pub(crate) fn marked(&mut self, id: CallId, mut next: usize) -> Result<()> {
        let event = self.event(id);
        let heap = self.heap;
        let items = heap.items(event.object);
        while let Some(item) = items.get(next) {
            next += 1;
            if !self.leaf(*item)? {
                self.tasks.push(Task::Marked(id, next));
                return self.descend(*item);
            }
        }
        match (event.kind, event.subject) {
            (EventKind::Call(CallKind::Inst), subject @ Value::Global(global)) if !self.substitutes.contains_key(&subject) => {
                let global = heap.globals[global.index()];
                let out = &mut self.sink.out;
                out.push(Opcode::Inst.byte());
                out.extend_from_slice(heap.content(global.module));
                out.push(b'\n');
                out.extend_from_slice(heap.content(global.name));
                out.push(b'\n');
            }
            (EventKind::Call(CallKind::NewObj), _) => {
                self.op(Opcode::Tuple);
                self.memoize_unnamed();
                self.op(Opcode::Reduce);
            }
            _ => self.op(Opcode::Obj),
        }
        self.done_call(id)
    }

    /// What is done to an object, from one effect to another.
    pub(crate) fn effects(&mut self, mut next: u32, last: u32) -> Result<()> {
        while next != NO_EVENT {
            let event = &self.heap.events[next as usize];
            let following = if next == last { NO_EVENT } else { event.next };
            let EventKind::Effect(kind) = event.kind else {
                next = following;
                continue;
            };
            self.tasks.push(Task::Effects(following, last));
            return match kind {
                EffectKind::Build => {
                    self.tasks.push(Task::Emit(&[Opcode::Build]));
                    self.child(event.object)
                }
                EffectKind::Drop => {
                    self.tasks.push(Task::Emit(&[Opcode::Pop]));
                    self.child(event.object)
                }
                EffectKind::SetState => {
                    self.tasks.push(Task::Emit(&[Opcode::Tuple2, Opcode::Reduce, Opcode::Pop]));
                    self.tasks.push(Task::StateOf(event.target(), event.object));
                    self.child(event.subject)
                }
                EffectKind::Append | EffectKind::SetItems | EffectKind::AddItems => self.gathered(event.object, 0),
            };
        }
        Ok(())
    }
}
