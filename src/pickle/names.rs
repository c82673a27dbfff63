//! Globals: modules and names, in the spelling of the protocol.

use std::borrow::Cow;

use crate::compat;
use crate::error::Result;
use crate::heap::{Global, GlobalId, NO_EVENT, Value};
use crate::opcode::Opcode;

use super::writer::{Task, Writer};
use crate::unpickle::is_line;

impl Writer<'_, '_> {
    /// `save_global`, for a global whose names are known. Its strings are objects, shared with whatever else holds them.
    pub(crate) fn global(&mut self, id: GlobalId) -> Result<()> {
        let global = self.heap.globals[id.index()];
        let (module, name) = (self.heap.content(global.module), self.heap.content(global.name));
        let mapped = self.mapped(global, module, name);
        let (module_text, name_text) =
            mapped.as_ref().map_or((module, name), |(module, name)| (module.as_bytes(), name.as_bytes()));
        let in_lines = is_line(module_text) && is_line(name_text);
        let text = in_lines && (self.protocol < 4 || global.text);
        if text && self.protocol < 4 && !global.undotted && name.contains(&b'.') {
            return self.dotted(id, global, module_text, name_text);
        }
        if text {
            self.global_line(module_text, name_text);
        } else if mapped.is_some() {
            self.named_str(module_text)?;
            self.named_str(name_text)?;
            self.op(Opcode::StackGlobal);
        } else {
            self.name(global.module)?;
            self.name(global.name)?;
            self.op(Opcode::StackGlobal);
        }
        self.memoize(Value::Global(id));
        Ok(())
    }

    /// The names in the spelling of the protocol, where that is another: Python 2's below protocol 3.
    fn mapped(&self, global: Global, module: &[u8], name: &[u8]) -> Option<(String, String)> {
        let old = self.protocol < 3 && self.fix_imports;
        if global.python2 == old || (self.protocol < 3 && !self.fix_imports) {
            return None;
        }
        let (module, name) = (std::str::from_utf8(module).ok()?, std::str::from_utf8(name).ok()?);
        let mapped = if old { compat::to_python2(module, name) } else { compat::to_python3(module, name) };
        (mapped != (module, name)).then(|| (mapped.0.to_owned(), mapped.1.to_owned()))
    }

    fn global_line(&mut self, module: &[u8], name: &[u8]) {
        let out = &mut self.sink.out;
        out.push(Opcode::Global.byte());
        out.extend_from_slice(module);
        out.push(b'\n');
        out.extend_from_slice(name);
        out.push(b'\n');
    }

    /// A name as the str that it is in the heap.
    fn name(&mut self, name: Value) -> Result<()> {
        // Names are strings: leaves.
        self.leaf(name).map(drop)
    }

    /// A name that is no object of the heap.
    fn named_str(&mut self, text: &[u8]) -> Result<()> {
        self.sink.boundary()?;
        if let Some(index) = self.strings.get(text) {
            self.get(*index);
            return Ok(());
        }
        self.str(text)?;
        if let Some(index) = self.memoize_unnamed() {
            self.strings.insert(text.into(), index);
        }
        Ok(())
    }

    /// A str that the picklers keep at hand, such as `'latin1'`.
    pub(crate) fn well_known_str(&mut self, text: &'static str) -> Result<()> {
        match self.heap.names.get(text.as_bytes()) {
            Some(id) => self.leaf(Value::Str(*id)).map(drop),
            None => self.named_str(text.as_bytes()),
        }
    }

    /// A global that the picklers call, such as `builtins.set`.
    pub(crate) fn well_known(&mut self, module: &'static str, name: &'static str) -> Result<()> {
        self.sink.boundary()?;
        if let Some(index) = self.well_known.get(&(module, name)) {
            self.get(*index);
            return Ok(());
        }
        if self.protocol >= 4 {
            self.well_known_str(module)?;
            self.well_known_str(name)?;
            self.op(Opcode::StackGlobal);
        } else {
            let (module, name) =
                if self.protocol < 3 && self.fix_imports { compat::to_python2(module, name) } else { (module, name) };
            self.global_line(module.as_bytes(), name.as_bytes());
        }
        if let Some(index) = self.memoize_unnamed() {
            self.well_known.insert((module, name), index);
        }
        Ok(())
    }

    /// A qualified name with dots below protocol 4: attributes of attributes, `getattr(getattr(Outer, 'Inner'), 'method')`.
    ///
    /// As CPython 3.13 writes it: only names and the whole are remembered.
    fn dotted(&mut self, id: GlobalId, global: Global, module: &[u8], name: &[u8]) -> Result<()> {
        let name: Cow<'_, [u8]> = name.to_vec().into();
        let mut parts = name.split(|byte| *byte == b'.');
        let first = parts.next().unwrap_or_default();
        let rest: Vec<&[u8]> = parts.collect();
        for _ in &rest {
            self.well_known("builtins", "getattr")?;
            if self.protocol < 2 {
                self.op(Opcode::Mark);
            }
        }
        // The outermost name is mapped by itself.
        let outer = match std::str::from_utf8(first) {
            Ok(first) if self.protocol < 3 && self.fix_imports && !global.python2 => {
                let module = self.heap.content(global.module);
                std::str::from_utf8(module).ok().map(|module| compat::to_python2(module, first))
            }
            _ => None,
        };
        match outer {
            Some((module, first)) => {
                let (module, first) = (module.to_owned(), first.to_owned());
                self.global_line(module.as_bytes(), first.as_bytes());
            }
            None => self.global_line(module, first),
        }
        for part in rest {
            self.named_str(part)?;
            self.op(if self.protocol < 2 { Opcode::Tuple } else { Opcode::Tuple2 });
            self.op(Opcode::Reduce);
        }
        self.memoize(Value::Global(id));
        Ok(())
    }

    pub(crate) fn open_global(&mut self, value: Value, index: usize) -> Result<()> {
        if !self.substitutes.is_empty()
            && let Some(substitute) = self.substitutes.get(&value).copied()
        {
            return self.child(substitute);
        }
        let global = self.heap.globals[index];
        let known = |part| matches!(part, Value::Str(_));
        if known(global.module) && known(global.name) && !self.has_effects {
            if let Value::Global(id) = value {
                self.global(id)?;
            }
            return Ok(());
        }
        if known(global.module) && known(global.name) {
            let effects = [self.heap.effect_chain(global.module), self.heap.effect_chain(global.name)];
            if effects == [(NO_EVENT, NO_EVENT); 2] {
                if let Value::Global(id) = value {
                    let has_effects = std::mem::replace(&mut self.has_effects, false);
                    self.global(id)?;
                    self.has_effects = has_effects;
                }
                return self.after(value);
            }
        }
        self.tasks.push(Task::DynamicGlobal(value, true));
        self.child(global.module)
    }

    /// A global whose names a call gives: they are objects on the stack.
    pub(crate) fn dynamic_global(&mut self, value: Value, name_next: bool) -> Result<()> {
        if name_next {
            self.tasks.push(Task::DynamicGlobal(value, false));
            if let Value::Global(id) = value {
                self.child(self.heap.globals[id.index()].name)?;
            }
            return Ok(());
        }
        self.op(Opcode::StackGlobal);
        self.memoize(value);
        self.after(value)
    }

    pub(crate) fn extension(&mut self, code: i32) {
        let out = &mut self.sink.out;
        if let Ok(code) = u8::try_from(code) {
            out.extend_from_slice(&[Opcode::Ext1.byte(), code]);
        } else if let Ok(code) = u16::try_from(code) {
            out.push(Opcode::Ext2.byte());
            out.extend_from_slice(&code.to_le_bytes());
        } else {
            out.push(Opcode::Ext4.byte());
            out.extend_from_slice(&code.to_le_bytes());
        }
    }
}
