//! What a worker is asked to do: calls of the standard library, put together in a heap.

use super::helpers;
use crate::error::Result;
use crate::heap::{Heap, ToPy, Value};

type Name = (&'static str, &'static str);

pub(super) const COMPILE: Name = ("builtins", "compile");
pub(super) const EVAL: Name = ("builtins", "eval");
pub(super) const EXEC: Name = ("builtins", "exec");
pub(super) const GETATTR: Name = ("builtins", "getattr");
pub(super) const GETITEM: Name = ("operator", "getitem");
pub(super) const LIST: Name = ("builtins", "list");
pub(super) const MODULE_TYPE: Name = ("types", "ModuleType");
pub(super) const PARSE: Name = ("ast", "parse");
pub(super) const SETATTR: Name = ("builtins", "setattr");
pub(super) const SETITEM: Name = ("operator", "setitem");
pub(super) const SLICE: Name = ("builtins", "slice");
pub(super) const STRING_IO: Name = ("io", "StringIO");

/// A word that is one object wherever it stands, such as `'__dict__'`.
pub(super) struct Word<'t>(pub(super) &'t str);

impl ToPy for Word<'_> {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        Value::Str(heap.intern(self.0.as_bytes()))
    }
}

/// A text that is compiled: each of its parts is one object, so that it stands in the pickle once.
#[derive(Clone, Copy)]
pub(super) struct Text {
    pub(super) source: Value,
    pub(super) file: Value,
    /// Its length in characters.
    length: i64,
}

/// Builds calls in a heap.
pub(super) struct Worker<'w, 'a> {
    pub(super) heap: &'w mut Heap<'a>,
}

impl<'w, 'a> Worker<'w, 'a> {
    pub(super) fn new(heap: &'w mut Heap<'a>) -> Self {
        Self { heap }
    }

    /// What was made under this number and name before, or else is made now.
    pub(super) fn once(&mut self, number: u64, name: &str, make: impl FnOnce(&mut Self) -> Result<Value>) -> Result<Value> {
        let key = (number, name.into());
        if let Some(made) = self.heap.made.get(&key) {
            return Ok(*made);
        }
        let made = make(self)?;
        self.heap.made.insert(key, made);
        Ok(made)
    }

    fn global(&mut self, (module, name): Name) -> Value {
        self.heap.shared_global(module, name)
    }

    pub(super) fn call(&mut self, callable: Name, args: impl ToPy) -> Value {
        let callable = self.global(callable);
        self.heap.call(callable, args)
    }

    pub(super) fn getattr(&mut self, object: Value, name: &str) -> Value {
        self.call(GETATTR, (object, Word(name)))
    }

    pub(super) fn getitem(&mut self, object: Value, key: impl ToPy) -> Value {
        self.call(GETITEM, (object, key))
    }

    /// A name with dots: its first part by `first`, the others as attributes.
    pub(super) fn path(
        &mut self,
        number: u64,
        path: &str,
        first: impl FnOnce(&mut Self, &str) -> Result<Value>,
    ) -> Result<Value> {
        self.once(number, &format!(".{path}"), |worker| match path.split_once('.') {
            None => first(worker, path),
            Some((name, rest)) => {
                let outermost = worker.once(number, &format!(".{name}"), |worker| first(worker, name))?;
                Ok(rest.split('.').fold(outermost, |object, name| worker.getattr(object, name)))
            }
        })
    }

    pub(super) fn text(&mut self, source: &str, file: &str) -> Text {
        let length = i64::try_from(source.chars().count()).unwrap_or(i64::MAX);
        Text { source: self.heap.str(source), file: self.heap.str(file), length }
    }

    /// Code of a source, or of a syntax tree. The last argument, `dont_inherit`, keeps the `__future__` statements of who loads out.
    pub(super) fn compile(&mut self, what: Value, file: Value, mode: &str) -> Value {
        self.call(COMPILE, (what, file, Word(mode), 0, true))
    }

    /// After an object is made: puts a text into `linecache`, where tracebacks and `inspect.getsource` look for it.
    pub(super) fn cache_lines(&mut self, after: Value, text: Text) -> Result<()> {
        // What linecache does with a file: universal newlines, and neither U+2028 nor a form feed ends a line.
        let reader = self.call(STRING_IO, (text.source, Value::None));
        let lines = self.call(LIST, (reader,));
        // A global of its own: the item is set when it is written.
        let cache = self.heap.fixed_global("linecache", "cache");
        self.heap.set_item(cache, text.file, (text.length, Value::None, lines, text.file))?;
        self.heap.then(after, cache)
    }

    /// A function of ours that travels along, once in a heap.
    pub(super) fn helper(&mut self, source: &str, name: &str) -> Result<Value> {
        self.once(0, name, |worker| {
            let globals = worker.heap.dict([]);
            let run = worker.call(EXEC, (source, globals));
            worker.heap.then(globals, run)?;
            Ok(worker.getitem(globals, Word(name)))
        })
    }

    pub(super) fn run(&mut self, code: Value, module: Value) -> Result<Value> {
        let run = self.helper(helpers::RUN, "run")?;
        Ok(self.heap.call(run, (code, module)))
    }
}
