//! Closures: a text inside of a function whose variables come from Rust.
//!
//! The text is not indented or wrapped, which would change it: the worker parses it and a template apart, and puts the one
//! syntax tree into the other before it compiles. So lines and columns stay those of the text, and strings over several lines stay whole.

use super::worker::{EVAL, EXEC, PARSE, SETATTR, SETITEM, SLICE, Text, Word, Worker};
use super::{Source, text};
use crate::error::Result;
use crate::heap::Value;

impl Source {
    /// The names of the variables as parameters, and their values.
    fn variables(&self, worker: &mut Worker<'_, '_>) -> Result<(String, Value)> {
        let mut names: Vec<&str> = Vec::new();
        let mut values = Vec::new();
        for (name, value) in &self.closure {
            text::check_variable(name)?;
            names.push(name);
            values.push(value.build(worker.heap)?);
        }
        Ok((names.join(", "), worker.heap.tuple(values)))
    }

    /// `(lambda a, b: EXPRESSION)(value_a, value_b)`.
    pub(super) fn closed_expression(&self, worker: &mut Worker<'_, '_>, text: Text, globals: Value) -> Result<Value> {
        let (names, values) = self.variables(worker)?;
        let template = worker.call(PARSE, (format!("lambda {names}: 0"), "<closure>", Word("eval")));
        let lambda = worker.getattr(template, "body");
        let tree = worker.call(PARSE, (text.source, text.file, Word("eval")));
        let tree = worker.getattr(tree, "body");
        let put = worker.call(SETATTR, (lambda, Word("body"), tree));
        worker.heap.then(template, put)?;
        let code = worker.compile(template, text.file, "eval");
        worker.cache_lines(code, text)?;
        let outer = worker.call(EVAL, (code, globals));
        Ok(worker.heap.call(outer, values))
    }

    /// The local variables of a function that has the text for its body: a dict.
    pub(super) fn locals_in(&self, worker: &mut Worker<'_, '_>, source: &str) -> Result<Value> {
        text::check_variable(&self.outer)?;
        let outer = &*self.outer;
        let source = text::statements(source)?;
        let globals = self.scope.globals(worker)?;
        let (names, values) = self.variables(worker)?;
        let text = worker.text(&source, &text::file_name(outer, &[source.as_bytes()]));
        let template = worker.call(PARSE, (format!("def {outer}({names}):\n pass\n return locals()\n"),));
        let function = worker.getattr(template, "body");
        let function = worker.getitem(function, 0);
        let body = worker.getattr(function, "body");
        let pass = worker.call(SLICE, (0, 1));
        let tree = worker.call(PARSE, (text.source, text.file));
        let tree = worker.getattr(tree, "body");
        let put = worker.call(SETITEM, (body, pass, tree));
        worker.heap.then(template, put)?;
        let code = worker.compile(template, text.file, "exec");
        worker.cache_lines(code, text)?;
        // A namespace of its own: the function around is no global of the module.
        let namespace = worker.heap.dict([]);
        let run = worker.call(EXEC, (code, globals, namespace));
        worker.heap.then(namespace, run)?;
        let outer = worker.getitem(namespace, Word(outer));
        Ok(worker.heap.call(outer, values))
    }
}
