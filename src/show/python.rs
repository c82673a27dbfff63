//! A Python program that would make the same objects.
//!
//! What is met once and is small stands inside of what holds it; all else gets a name. A container that is met inside itself is made empty and filled
//! later, and what is done to an object after it was made is a statement behind its making.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use crate::heap::{CallKind, EffectKind, Heap, Obj, Value};
use crate::reflect::std_types::{self, Complex, DateTime, Time, TimeZone, ZoneInfo};
use crate::text::PyStr;
use crate::text::repr::{write_bytes_repr, write_str_repr};
use crate::unpickle::PROLOGUE;

use super::step::is_name;

/// How deep containers stand in containers, and how long a line is, before a name is given.
const NESTED: usize = 3;
const WIDTH: usize = 100;
/// How long a program is at most, in bytes.
const LENGTH: usize = 64 << 20;

/// A state is given to an object as `BUILD` does it (`load_build` of CPython's `pickle.py`).
const SET_STATE: &str = "
def set_state(obj, state):
    if hasattr(obj, '__setstate__'):
        obj.__setstate__(state)
        return
    slots = None
    if isinstance(state, tuple) and len(state) == 2:
        state, slots = state
    if state:
        obj.__dict__.update(state)
    for name, value in (slots or {}).items():
        setattr(obj, name, value)
";

/// Keywords of Python, which cannot stand behind a dot or be a name.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else",
    "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];

/// A Python program that would make the same objects as the pickle: for reading, and for running where the pickle is trusted.
///
/// Shared objects have names, cycles are closed by statements, and calls are written as the pickle makes them: for data and the types of the standard
/// library the program runs on Python 3.8 and later, and gives an equal object as `root`. Calls are in the order in which what they make is needed, not in that of the stream.
/// What is outside of the pickle is a call of `persistent_load` or `extension`, or an item of `buffers`, which the program does not define.
///
/// # Examples
///
/// ```
/// use cloudpickle::{py, show::python};
///
/// let program = python(py!({"rate": 0.5, "steps": [10, 20]}).root());
/// assert!(program.ends_with("\nroot = {'rate': 0.5, 'steps': [10, 20]}\n"), "{program}");
///
/// // A list that holds itself.
/// let pickle = cloudpickle::loads(b"(lp0\ng0\na.")?;
/// assert!(python(pickle.root()).ends_with("\nlist1 = []\nlist1.append(list1)\nroot = list1\n"));
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[must_use]
pub fn python(object: Obj<'_>) -> String {
    let mut program = Program::new(object);
    program.run(object);
    program.text()
}

/// What is to be done next.
enum Step {
    Enter(Value),
    Make(Value),
    Finish(Value),
    /// A statement for what is made and dropped.
    Drop(Value),
}

struct Program<'h> {
    heap: &'h Heap<'h>,
    /// How often each object is met, up to two times.
    met: HashMap<Value, u8>,
    /// Objects that are being made.
    open: HashSet<Value>,
    names: HashMap<Value, String>,
    /// Expressions that stand where they are used, and how deep they are.
    inline: HashMap<Value, (String, usize)>,
    /// What cannot be made yet, and what it waits for.
    waits: HashMap<Value, Value>,
    /// What has to be made or filled when an object is there.
    later: HashMap<Value, Vec<Value>>,
    counts: HashMap<String, usize>,
    imports: Vec<String>,
    imported: HashSet<String>,
    body: String,
    states: bool,
}

impl<'h> Program<'h> {
    fn new(object: Obj<'h>) -> Self {
        let mut program = Self {
            heap: object.heap(),
            met: HashMap::new(),
            open: HashSet::new(),
            names: HashMap::new(),
            inline: HashMap::new(),
            waits: HashMap::new(),
            later: HashMap::new(),
            counts: HashMap::new(),
            imports: Vec::new(),
            imported: HashSet::new(),
            body: String::new(),
            states: false,
        };
        let mut open = vec![object.value()];
        open.extend(program.done_to(PROLOGUE));
        while let Some(value) = open.pop() {
            if !is_made(value) {
                continue;
            }
            let met = program.met.entry(value).or_default();
            *met = (*met + 1).min(2);
            if *met == 1 {
                let (made, done) = (program.made_of(value), program.done_to(value));
                open.extend(made.into_iter().chain(done));
            }
        }
        program
    }

    fn run(&mut self, root: Obj<'h>) {
        let mut steps = vec![Step::Enter(root.value())];
        if self.heap.root == Some(root.value()) {
            let before: Vec<_> = self.heap.obj(PROLOGUE).effects().map(|effect| effect.object.value()).collect();
            steps.extend(before.into_iter().rev().flat_map(|dropped| [Step::Drop(dropped), Step::Enter(dropped)]));
        }
        while let Some(step) = steps.pop() {
            if self.body.len() > LENGTH {
                self.body.push_str("# ... the program would be longer yet\n");
                return;
            }
            match step {
                Step::Enter(value) => {
                    let known =
                        self.names.contains_key(&value) || self.inline.contains_key(&value) || self.waits.contains_key(&value);
                    if is_made(value) && !known && self.open.insert(value) {
                        steps.push(Step::Make(value));
                        steps.extend(self.made_of(value).into_iter().rev().map(Step::Enter));
                    }
                }
                Step::Make(value) => {
                    self.make(value);
                    let done = self.done_to(value);
                    if self.heap.obj(value).effects().next().is_some() {
                        steps.push(Step::Finish(value));
                        steps.extend(done.into_iter().rev().map(Step::Enter));
                    } else {
                        self.open.remove(&value);
                    }
                }
                Step::Finish(value) => {
                    self.finish(value);
                    self.open.remove(&value);
                }
                Step::Drop(value) => {
                    let expression = self.expression(value);
                    let _ = writeln!(self.body, "{expression}");
                }
            }
        }
        let root = self.expression(root.value());
        let _ = writeln!(self.body, "root = {root}");
    }

    fn text(self) -> String {
        let mut out = "# Makes the objects of a pickle. Running it does what loading the pickle does.\n".to_owned();
        for module in &self.imports {
            let _ = writeln!(out, "import {module}");
        }
        if self.states {
            out.push_str(SET_STATE);
        }
        out.push('\n');
        out.push_str(&self.body);
        out
    }

    /// What has to be there before an object can be made.
    fn made_of(&self, value: Value) -> Vec<Value> {
        let heap = self.heap;
        match value {
            Value::Call(_) if self.standard(value).is_some() => Vec::new(),
            Value::Call(_) => {
                let Ok(call) = heap.obj(value).as_call() else { return Vec::new() };
                let args = call.args().value();
                let mut parts = vec![call.callable().value()];
                match args {
                    Value::Tuple(_) => parts.extend(heap.items(args)),
                    _ => parts.push(args),
                }
                parts.extend(call.kwargs().map(Obj::value));
                parts
            }
            Value::Persistent(id) => vec![heap.persistents[id.index()].id],
            Value::Global(id) if heap.obj(value).global_names().is_none() => {
                let global = heap.globals[id.index()];
                vec![global.module, global.name]
            }
            _ => heap.items(value).to_vec(),
        }
    }

    /// What is needed for what is done to it.
    fn done_to(&self, value: Value) -> Vec<Value> {
        let mut parts = Vec::new();
        for effect in self.heap.obj(value).effects() {
            parts.extend(effect.setter.map(Obj::value));
            match effect.kind {
                EffectKind::Append | EffectKind::SetItems | EffectKind::AddItems => {
                    parts.extend(self.heap.items(effect.object.value()))
                }
                EffectKind::Build | EffectKind::SetState | EffectKind::Drop => parts.push(effect.object.value()),
            }
        }
        parts
    }

    /// What one of these waits for: an object that is being made.
    fn pending(&self, parts: &[Value]) -> Option<Value> {
        parts.iter().find_map(|part| match self.waits.get(part) {
            Some(other) => Some(*other),
            None => (self.open.contains(part) && !self.names.contains_key(part)).then_some(*part),
        })
    }

    fn make(&mut self, value: Value) {
        let parts = self.made_of(value);
        if let Some(other) = self.pending(&parts) {
            match value {
                Value::List(_) | Value::Dict(_) | Value::Set(_) => {
                    let empty = match value {
                        Value::List(_) => "[]",
                        Value::Dict(_) => "{}",
                        _ => "set()",
                    };
                    self.assign(value, empty);
                    self.later.entry(other).or_default().push(value);
                    self.run_later(value);
                }
                _ => {
                    self.waits.insert(value, other);
                    self.later.entry(other).or_default().push(value);
                }
            }
            return;
        }
        self.state(value);
    }

    /// Makes an object of which all parts are there.
    fn state(&mut self, value: Value) {
        let (expression, depth) = self.compose(value);
        let shared = self.met.get(&value).is_some_and(|met| *met > 1);
        let waited = self.later.contains_key(&value) || self.waits.contains_key(&value);
        let effects = self.heap.obj(value).effects().next().is_some();
        if shared || waited || effects || depth > NESTED {
            self.assign(value, &expression);
            self.waits.remove(&value);
            self.run_later(value);
        } else {
            self.inline.insert(value, (expression, depth));
        }
    }

    /// Makes and fills what has waited for an object.
    fn run_later(&mut self, value: Value) {
        let mut ready = vec![value];
        while let Some(value) = ready.pop() {
            for waiting in self.later.remove(&value).unwrap_or_default() {
                let parts = self.made_of(waiting);
                self.waits.remove(&waiting);
                if let Some(other) = self.pending(&parts) {
                    if !self.names.contains_key(&waiting) {
                        self.waits.insert(waiting, other);
                    }
                    self.later.entry(other).or_default().push(waiting);
                } else if self.names.contains_key(&waiting) {
                    self.fill(waiting, &parts);
                } else {
                    let (expression, _) = self.compose(waiting);
                    self.assign(waiting, &expression);
                    ready.push(waiting);
                }
            }
        }
    }

    fn fill(&mut self, value: Value, parts: &[Value]) {
        let name = self.names.get(&value).cloned().unwrap_or_default();
        match value {
            Value::Dict(_) => self.set_items(&name, parts),
            Value::Set(_) => self.each(&name, "add", parts),
            _ => self.each(&name, "append", parts),
        }
    }

    fn each(&mut self, name: &str, method: &str, items: &[Value]) {
        for item in items {
            let item = self.expression(*item);
            let _ = writeln!(self.body, "{name}.{method}({item})");
        }
    }

    fn set_items(&mut self, name: &str, pairs: &[Value]) {
        for pair in pairs.chunks_exact(2) {
            let (key, value) = (self.expression(pair[0]), self.expression(pair[1]));
            let _ = writeln!(self.body, "{name}[{key}] = {value}");
        }
    }

    /// Does to an object what is done to it.
    fn finish(&mut self, value: Value) {
        let heap = self.heap;
        let name = self.expression(value);
        for effect in heap.obj(value).effects() {
            let object = effect.object.value();
            match effect.kind {
                EffectKind::Append => self.each(&name, "append", heap.items(object)),
                EffectKind::AddItems => self.each(&name, "add", heap.items(object)),
                EffectKind::SetItems => self.set_items(&name, heap.items(object)),
                EffectKind::Build => {
                    self.states = true;
                    let state = self.expression(object);
                    let _ = writeln!(self.body, "set_state({name}, {state})");
                }
                EffectKind::SetState => {
                    let setter = effect.setter.map(|setter| self.expression(setter.value())).unwrap_or_default();
                    let state = self.expression(object);
                    let _ = writeln!(self.body, "{setter}({name}, {state})");
                }
                EffectKind::Drop => {
                    let dropped = self.expression(object);
                    let _ = writeln!(self.body, "{dropped}");
                }
            }
        }
    }

    fn assign(&mut self, value: Value, expression: &str) {
        let base = match value {
            Value::Call(_) => {
                let names = self.heap.obj(value).as_call().ok().and_then(|call| class_of(call.callable()));
                let last: String = names.unwrap_or_default().rsplit('.').next().unwrap_or_default().to_owned();
                let plain: String = last.trim_matches('_').chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                let plain = plain.to_ascii_lowercase();
                if plain.starts_with(|c: char| c.is_ascii_alphabetic()) { plain } else { "made".to_owned() }
            }
            Value::Persistent(_) => "persistent".to_owned(),
            Value::Global(_) => "name".to_owned(),
            _ => self.heap.kind_name(value).to_owned(),
        };
        // `x1` and 1: a base that ends in a digit is kept apart.
        let base = if base.ends_with(|c: char| c.is_ascii_digit()) { base + "_" } else { base };
        let count = self.counts.entry(base.clone()).or_default();
        *count += 1;
        let name = format!("{base}{count}");
        let _ = writeln!(self.body, "{name} = {expression}");
        self.names.insert(value, name);
    }

    /// What stands for an object where it is used.
    fn expression(&mut self, value: Value) -> String {
        if let Some(name) = self.names.get(&value) {
            return name.clone();
        }
        match self.inline.remove(&value) {
            Some((expression, _)) => expression,
            None if is_made(value) => "...".to_owned(),
            None => self.leaf(value),
        }
    }

    /// What makes an object whose parts are all there, and how deep it is.
    fn compose(&mut self, value: Value) -> (String, usize) {
        let heap = self.heap;
        if let Some(text) = self.standard(value) {
            if let Some((module, _)) = text.split_once('.').filter(|(module, _)| is_name(module)) {
                self.import(module);
            }
            return (text, 1);
        }
        let parts = self.made_of(value);
        let depth = parts.iter().filter_map(|part| self.inline.get(part)).map(|(_, depth)| *depth).max().unwrap_or(0) + 1;
        let items = heap.items(value).len();
        let text = match value {
            Value::Dict(_) => {
                let pairs =
                    parts.chunks_exact(2).map(|pair| format!("{}: {}", self.expression(pair[0]), self.expression(pair[1])));
                let pairs = pairs.collect();
                join("{", pairs, "}")
            }
            Value::Set(_) if items == 0 => "set()".to_owned(),
            Value::FrozenSet(_) if items == 0 => "frozenset()".to_owned(),
            Value::Call(_) => self.call(value),
            Value::Persistent(_) => format!("persistent_load({})", self.all(&parts).join(", ")),
            Value::Global(_) => {
                self.import("importlib");
                let parts = self.all(&parts);
                format!("getattr(importlib.import_module({}), {})", parts[0], parts[1])
            }
            _ => {
                let (open, close) = match value {
                    Value::List(_) => ("[", "]"),
                    Value::Set(_) => ("{", "}"),
                    Value::FrozenSet(_) => ("frozenset({", "})"),
                    _ if items == 1 => ("(", ",)"),
                    _ => ("(", ")"),
                };
                let items = self.all(&parts);
                join(open, items, close)
            }
        };
        (text, depth)
    }

    fn all(&mut self, parts: &[Value]) -> Vec<String> {
        parts.iter().map(|part| self.expression(*part)).collect()
    }

    fn call(&mut self, value: Value) -> String {
        let heap = self.heap;
        let Ok(call) = heap.obj(value).as_call() else { return "None".to_owned() };
        let callable = self.expression(call.callable().value());
        let args = call.args().value();
        let mut given = match args {
            Value::Tuple(_) => self.all(heap.items(args)),
            _ => vec![format!("*{}", self.expression(args))],
        };
        if let Some(kwargs) = call.kwargs().filter(|kwargs| kwargs.value() != Value::None) {
            given.push(format!("**{}", self.expression(kwargs.value())));
        }
        let bare = matches!(call.kind(), CallKind::Inst | CallKind::Obj) && given.is_empty();
        if bare || matches!(call.kind(), CallKind::NewObj | CallKind::NewObjEx) {
            given.insert(0, callable.clone());
            return join(&format!("{callable}.__new__("), given, ")");
        }
        join(&format!("{callable}("), given, ")")
    }

    fn import(&mut self, module: &str) {
        if self.imported.insert(module.to_owned()) {
            self.imports.push(module.to_owned());
        }
    }

    /// An object of a type of the standard library by its `repr`, where Python reads that as the same object.
    fn standard(&self, value: Value) -> Option<String> {
        let Value::Call(_) = value else { return None };
        let object = self.heap.obj(value);
        if object.effects().next().is_some() {
            return None;
        }
        if let Some(complex) = Complex::recognise(object) {
            return Some(format!("complex({}, {})", float(complex.real), float(complex.imag)));
        }
        let zone =
            DateTime::recognise(object).map(DateTime::tzinfo).or_else(|| Time::recognise(object).map(Time::tzinfo)).flatten();
        if zone.is_some_and(|zone| TimeZone::recognise(zone).is_none() && ZoneInfo::recognise(zone).is_none()) {
            return None;
        }
        let (kind, text) = std_types::named_text(object)?;
        match kind {
            "Decimal" => Some(format!("decimal.{text}")),
            "Fraction" => Some(format!("fractions.{text}")),
            "UUID" => Some(format!("uuid.{text}")),
            "path" => Some(format!("pathlib.{text}")),
            // A datetime with a zone by name needs two modules.
            _ if text.contains("zoneinfo.") && !text.starts_with("zoneinfo.") => None,
            "timezone" if text.contains("from_file") || text.contains("no_cache") => None,
            _ => Some(text),
        }
    }

    /// What has no parts.
    fn leaf(&mut self, value: Value) -> String {
        let heap = self.heap;
        let content = heap.content(value);
        let mut out = String::new();
        // A String takes everything.
        match value {
            Value::Float(id) => return float(heap.floats[id.index()]),
            Value::Str(_) => {
                let _ = write_str_repr(&mut out, PyStr::from_valid(content));
            }
            Value::Bytes(_) => {
                let _ = write_bytes_repr(&mut out, content);
            }
            Value::ByteArray(_) => {
                let _ = write_bytes_repr(&mut out, content);
                out = format!("bytearray({out})");
            }
            Value::Extension(code) => return format!("extension({code})"),
            Value::Buffer(id) => return format!("buffers[{}]", id.index()),
            Value::Global(_) => return self.global(value),
            _ => return heap.obj(value).to_string(),
        }
        out
    }

    fn global(&mut self, value: Value) -> String {
        let Some((module, name)) = self.heap.obj(value).global_names() else { return "...".to_owned() };
        let plain = |text: &str| text.split('.').all(|part| is_name(part) && !KEYWORDS.contains(&part));
        if plain(&module) && plain(&name) {
            if module == "builtins" && !name.starts_with("__") {
                return name.into_owned();
            }
            self.import(&module);
            return format!("{module}.{name}");
        }
        self.import("importlib");
        let (module, name) = (literal(&module), literal(&name));
        format!("getattr(importlib.import_module({module}), {name})")
    }
}

/// The name of what is called; of a constructor the class that it is given.
fn class_of(callable: Obj<'_>) -> Option<String> {
    let (_, name) = callable.global_names()?;
    Some(name.into_owned())
}

/// Whether an object is made from others, or can be met as the same one.
fn is_made(value: Value) -> bool {
    match value {
        Value::EMPTY_TUPLE => false,
        Value::List(_)
        | Value::Dict(_)
        | Value::Set(_)
        | Value::FrozenSet(_)
        | Value::Tuple(_)
        | Value::Call(_)
        | Value::Persistent(_) => true,
        _ => false,
    }
}

fn literal(text: &str) -> String {
    let mut out = String::new();
    let _ = write_str_repr(&mut out, PyStr::from(text));
    out
}

/// A float that Python reads as the same one.
fn float(float: f64) -> String {
    let mut out = String::new();
    let _ = crate::text::float::write_float_repr(&mut out, float);
    if float.is_finite() { out } else { format!("float('{out}')") }
}

/// A call or a display on one line, or with a line for each item.
fn join(open: &str, items: Vec<String>, close: &str) -> String {
    let length: usize = items.iter().map(|item| item.len() + 2).sum();
    if items.is_empty() || length + open.len() < WIDTH && items.iter().all(|item| !item.contains('\n')) {
        return format!("{open}{}{close}", items.join(", "));
    }
    let mut out = format!("{open}\n");
    for item in items {
        let _ = writeln!(out, "    {},", item.replace('\n', "\n    "));
    }
    out.push_str(close.trim_start_matches(','));
    out
}
