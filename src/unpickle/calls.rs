//! What Python would import and call: globals, REDUCE, NEWOBJ, INST, OBJ, BUILD.

use crate::error::{ErrorKind, Result};
use crate::heap::{CallKind, EffectKind, Global, StrId, Value};

use super::machine::{Machine, unknown, wrong_type};

impl Machine<'_, '_> {
    /// The str of a name that the stream gives as text: no object of its own there.
    pub(crate) fn hidden_name(&mut self, name: &[u8]) -> Value {
        let before = self.heap.strs.len();
        let id: StrId = self.heap.intern(name);
        self.trace.hidden += self.heap.strs.len() - before;
        Value::Str(id)
    }

    pub(crate) fn named(&mut self, (module, name): (&[u8], &[u8])) -> Result<Value> {
        for line in [module, name] {
            if line.is_empty() {
                return Err(ErrorKind::EmptyLine.into());
            }
            std::str::from_utf8(line).map_err(|error| ErrorKind::NotUtf8 { valid_up_to: error.valid_up_to() })?;
        }
        let module = self.hidden_name(module);
        let name = self.hidden_name(name);
        self.global(module, name, true)
    }

    pub(crate) fn stack_global(&mut self) -> Result<()> {
        let name = self.top(1)?;
        let module = self.top(2)?;
        for part in [module, name] {
            let str = match part {
                Value::Str(_) => true,
                Value::ByteString(_) => !self.options.encoding.gives_bytes(),
                _ => unknown(part),
            };
            if !str {
                return Err(wrong_type("str", &self.heap, part));
            }
        }
        self.stack.truncate(self.stack.len() - 2);
        let global = self.global(module, name, false)?;
        self.push(global);
        Ok(())
    }

    pub(crate) fn global(&mut self, module: Value, name: Value, text: bool) -> Result<Value> {
        let python2 = self.proto < 3 && self.options.fix_imports;
        let global = Global { module, name, python2, text: text && self.proto >= 4, undotted: self.proto < 4, fixed: false };
        let value = self.heap.push_global(global);
        self.options.check_global(&self.heap, value)?;
        Ok(value)
    }

    pub(crate) fn extension(&mut self, code: i32) -> Result<()> {
        if code <= 0 {
            return Err(ErrorKind::BadExtensionCode(code).into());
        }
        self.options.check_extension(code)?;
        self.push(Value::Extension(code));
        Ok(())
    }

    pub(crate) fn check_callable(&self, callable: Value) -> Result<()> {
        if unknown(callable) { Ok(()) } else { Err(wrong_type("a callable", &self.heap, callable)) }
    }

    pub(crate) fn check_class(&self, class: Value) -> Result<()> {
        if unknown(class) { Ok(()) } else { Err(wrong_type("a class", &self.heap, class)) }
    }

    pub(crate) fn check_args(&self, args: Value) -> Result<()> {
        if matches!(args, Value::Tuple(_)) || unknown(args) {
            Ok(())
        } else {
            Err(wrong_type("a tuple of arguments", &self.heap, args))
        }
    }

    /// Replaces the top `count` objects by the call.
    #[inline]
    pub(crate) fn call(&mut self, kind: CallKind, callable: Value, args: Value, count: usize) -> Value {
        self.trace.calls += 1;
        let call = self.heap.push_call(kind, callable, args);
        self.stack.truncate(self.stack.len() - count);
        self.push(call);
        call
    }

    pub(crate) fn new_obj_ex(&mut self) -> Result<()> {
        let kwargs = self.top(1)?;
        let args = self.top(2)?;
        let class = self.top(3)?;
        self.check_class(class)?;
        self.check_args(args)?;
        match kwargs {
            Value::Dict(_) => {}
            _ if unknown(kwargs) => {}
            _ => return Err(wrong_type("a dict of keywords", &self.heap, kwargs)),
        }
        self.trace.hidden += 1;
        let both = self.heap.push_tuple(&[args, kwargs]);
        self.call(CallKind::NewObjEx, class, both, 3);
        Ok(())
    }

    /// An instance with the objects from `at` on as its arguments.
    pub(crate) fn instance(&mut self, kind: CallKind, class: Value, at: usize) {
        let args = self.heap.push_tuple(&self.stack[at..]);
        self.trace.hidden += usize::from(args != Value::EMPTY_TUPLE);
        self.stack.truncate(at);
        self.call(kind, class, args, 0);
    }

    /// `load_build`.
    pub(crate) fn build(&mut self) -> Result<()> {
        let state = self.top(1)?;
        let target = self.top(2)?;
        self.stack.pop();
        if unknown(target) {
            self.heap.push_effect(EffectKind::Build, target, state);
            return Ok(());
        }
        // An object without `__setstate__` and without `__dict__`: only states that say nothing are taken.
        let (state, slots) = match (state, self.heap.items(state)) {
            (Value::Tuple(_), &[state, slots]) => (state, Some(slots)),
            _ => (state, None),
        };
        match state {
            Value::None => {}
            _ if unknown(state) => {}
            Value::Dict(_) => {
                return Err(ErrorKind::NoMethod { method: "__dict__", found: self.heap.kind_name(target) }.into());
            }
            _ => return Err(wrong_type("a dict as state", &self.heap, state)),
        }
        match slots {
            None => Ok(()),
            Some(slots @ Value::Dict(_)) if self.heap.items(slots).is_empty() => Ok(()),
            Some(Value::Dict(_)) => {
                Err(ErrorKind::NoMethod { method: "settable attributes", found: self.heap.kind_name(target) }.into())
            }
            Some(slots) if unknown(slots) => Ok(()),
            Some(slots) => Err(wrong_type("a dict as state of slots", &self.heap, slots)),
        }
    }
}
