//! Code that travels by value: what its bytecode names, and whether running it is seen to be harmless.

use std::rc::Rc;

use crate::heap::{Heap, Value};
use crate::marshal::Marshal;

use super::names::is_escape;
use super::rules::{Rules, Severity, is_powerful};

/// What a code object and those inside it name.
#[derive(Clone, Default, Debug)]
pub(crate) struct Facts {
    /// `co_names`: globals, attributes and modules.
    pub(crate) names: Vec<String>,
    /// Something imports, or may.
    pub(crate) imports: bool,
    /// Not all of it could be read.
    pub(crate) partial: bool,
}

/// A Python of each layout of code objects, the newest first.
const PYTHONS: &[(u8, u8)] = &[(3, 13), (3, 10), (3, 7), (2, 7)];

/// How many code objects of one function are looked at.
const BUDGET: usize = 10_000;

impl Facts {
    /// Reads the arguments of a call of `CodeType`, and those of the code objects among its constants.
    pub(crate) fn of(heap: &Heap<'_>, code: Value, bytes: impl Fn(Value) -> Option<Rc<[u8]>>) -> Self {
        let mut facts = Self::default();
        let mut open = vec![code];
        let mut budget = BUDGET;
        while let Some(code) = open.pop() {
            let args = match code {
                Value::Call(id) => heap.events.get(id.index()).map_or(Value::None, |event| event.object),
                other => other,
            };
            let args = heap.items(args);
            // The bytecode, then the constants, then the names, whatever the version.
            let mut tuples = args.iter().filter(|arg| matches!(arg, Value::Tuple(_)));
            let (Some(constants), Some(names)) = (tuples.next(), tuples.next()) else {
                facts.partial = true;
                continue;
            };
            // Below protocol 3 bytes are the value of a call.
            let bytecode = args.iter().find_map(|arg| bytes(*arg));
            facts.imports |= bytecode.is_none_or(|bytecode| imports(&bytecode, args.len()));
            for name in heap.items(*names) {
                match name {
                    Value::Str(_) | Value::ByteString(_) => {
                        facts.names.push(String::from_utf8_lossy(heap.content(*name)).into_owned())
                    }
                    _ => facts.partial = true,
                }
            }
            for constant in heap.items(*constants) {
                if let Value::Call(_) = constant {
                    open.push(*constant);
                }
            }
            budget = budget.saturating_sub(1);
            if budget == 0 {
                facts.partial = true;
                break;
            }
        }
        facts
    }

    /// Reads the code objects in marshal data, in the layout of the Python that it fits.
    pub(crate) fn of_marshal(bytes: &[u8]) -> Option<Self> {
        let parsed = PYTHONS.iter().find_map(|python| {
            let marshal = Marshal::parse(bytes, *python).ok()?;
            let mut heap = Heap::new();
            let code = marshal.load(&mut heap).ok()?;
            Some((heap, code))
        });
        let (heap, code) = parsed?;
        Some(Self::of(&heap, code, |value| match value {
            Value::Bytes(_) => Some(heap.content(value).into()),
            _ => None,
        }))
    }

    /// What is harmful among the names, as it would be written: `os.system`, `eval`.
    pub(crate) fn reaches(&self, rules: &Rules) -> Vec<String> {
        let mut found = Vec::new();
        for (at, name) in self.names.iter().enumerate() {
            if HARMFUL_BUILTINS.contains(&name.as_str()) {
                found.push(name.clone());
            }
            if is_powerful(name) {
                let harmful =
                    self.names[at + 1..].iter().take(64).find(|next| rules.judge(name, next).severity == Severity::Dangerous);
                found.push(match harmful {
                    Some(next) => format!("{name}.{next}"),
                    None => name.clone(),
                });
            }
            if is_escape(name) && !TAME.contains(&name.as_str()) {
                found.push(name.clone());
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// Whether running it is seen to be harmless: it imports nothing and names nothing that could do harm.
    pub(crate) fn is_harmless(&self, rules: &Rules, global: impl Fn(&str) -> bool) -> bool {
        !self.partial
            && !self.imports
            && self.reaches(rules).is_empty()
            && self.names.iter().all(|name| global(name) && !HARMFUL_ATTRIBUTES.contains(&name.as_str()))
    }
}

/// Names with two underscores that ordinary methods have.
const TAME: &[&str] = &[
    "__init__",
    "__dict__",
    "__class__",
    "__setstate__",
    "__getstate__",
    "__setattr__",
    "__setitem__",
    "__call__",
    "__slots__",
    "__post_init__",
    "__annotations__",
];

const HARMFUL_BUILTINS: &[&str] =
    &["eval", "exec", "compile", "open", "__import__", "input", "globals", "execfile", "breakpoint", "getattr", "vars"];

const HARMFUL_ATTRIBUTES: &[&str] = &[
    "system",
    "popen",
    "Popen",
    "check_output",
    "check_call",
    "call",
    "run",
    "spawn",
    "write_text",
    "write_bytes",
    "unlink",
    "remove",
    "rmtree",
    "import_module",
    "urlopen",
    "connect",
    "load",
    "loads",
    "execv",
    "execve",
    "execl",
    "fork",
    "kill",
    "write",
    "open",
    "send",
    "sendall",
    "rename",
    "chmod",
    "touch",
    "mkdir",
    "rmdir",
];

/// Whether bytecode imports: `IMPORT_NAME`, whose number depends on the version, which the first operation tells.
fn imports(bytecode: &[u8], args: usize) -> bool {
    let mut ops = bytecode.iter().step_by(2);
    if args < 18 {
        // Up to 3.10.
        return ops.any(|op| *op == 108);
    }
    let has = |wanted: u8| bytecode.iter().step_by(2).any(|op| *op == wanted);
    match (has(151), has(149)) {
        // `RESUME` of 3.11 and 3.12.
        (true, false) => ops.any(|op| *op == 108),
        // `RESUME` of 3.13.
        (false, true) => ops.any(|op| *op == 75),
        _ => true,
    }
}
