//! Judging a call: by what is called, and by what is given to it.

use super::code::Facts;
use super::follow::{Args, Follow, Outcome};
use super::names::is_class;
use super::rules::Severity;
use super::special;
use super::value::{Name, Sym};
use crate::heap::{CallKind, EffectKind, Event, EventKind, NO_EVENT, Value};

/// How often a call leads to another: a partial of a partial.
const HOPS: u32 = 32;

impl Follow<'_, '_> {
    /// Judges a call; `this` is the object that it gives, or the target of a state setter.
    pub(super) fn call(&mut self, kind: CallKind, callee: &Sym, args: &Args, this: Value) -> Outcome {
        self.call_in(kind, callee, args, this, 0)
    }

    pub(super) fn call_in(&mut self, kind: CallKind, callee: &Sym, args: &Args, this: Value, hops: u32) -> Outcome {
        if hops > HOPS {
            return Outcome::new(Severity::Dangerous, "calls lead to calls without an end", Sym::Tainted);
        }
        match callee {
            Sym::Name(name) => self.call_name(kind, name, args, this, hops),
            Sym::Attributes(paths) => {
                let object = args.known.first().cloned().unwrap_or(Sym::Unknown);
                let mut worst = Severity::Safe;
                let mut gives = Sym::Unknown;
                for path in paths.iter() {
                    let (severity, found) = self.path(&object, path);
                    worst = worst.max(severity);
                    gives = found;
                }
                let gives = if paths.len() == 1 || worst == Severity::Safe { gives } else { Sym::Tainted };
                Outcome::new(worst, "reaches attributes", gives)
            }
            Sym::Method(method) => {
                let object = args.known.first().cloned().unwrap_or(Sym::Unknown);
                let (severity, found) = self.path(&object, &method.0);
                let args = Args { known: method.1.clone(), whole: args.whole };
                let mut outcome = self.call_in(CallKind::Reduce, &found, &args, this, hops + 1);
                outcome.severity = outcome.severity.max(severity);
                outcome
            }
            Sym::Partial(partial) => {
                let known = partial.1.iter().chain(&args.known).cloned().collect();
                self.call_in(CallKind::Reduce, &partial.0, &Args { known, whole: args.whole }, this, hops + 1)
            }
            Sym::Function(made) => match self.code_is_harmless(*made) {
                true => Outcome::new(Severity::Suspicious, "runs code by value that is seen to be harmless", Sym::Unknown),
                false => Outcome::new(Severity::Dangerous, self.code_reason("runs a function by value", *made), Sym::Tainted),
            },
            Sym::Class(class) => {
                let methods: &[&str] = match kind {
                    CallKind::Reduce | CallKind::Inst | CallKind::Obj => &["__new__", "__init__", "__post_init__", "__call__"],
                    CallKind::NewObj | CallKind::NewObjEx => &["__new__"],
                };
                match self.class_runs(*class, methods) {
                    true => Outcome::new(Severity::Dangerous, "runs the constructor of a class by value", Sym::Made(*class)),
                    false => Outcome::new(Severity::Suspicious, "an instance of a class by value", Sym::Made(*class)),
                }
            }
            Sym::Made(class) => match self.class_runs(*class, &["__call__"]) {
                true => Outcome::new(Severity::Dangerous, "runs code by value", Sym::Tainted),
                false => Outcome::new(Severity::Suspicious, "calls an instance of a class by value", Sym::Unknown),
            },
            Sym::Source => Outcome::new(Severity::Dangerous, "runs what was compiled from source", Sym::Tainted),
            Sym::Helper => {
                let source = args.known.iter().all(|arg| match arg {
                    Sym::Source | Sym::Instance(_) => true,
                    Sym::Data(_) => self.text(arg).is_none_or(|text| !text.contains('\n') || super::source::only_defines(&text)),
                    _ => false,
                });
                match source {
                    true => Outcome::new(Severity::Suspicious, "runs source that only defines functions", Sym::Source),
                    false => Outcome::new(Severity::Dangerous, "runs Python code", Sym::Tainted),
                }
            }
            Sym::Tainted => {
                Outcome::new(Severity::Dangerous, "what is called is not known, and something harmful went into it", Sym::Tainted)
            }
            Sym::Instance(name) if self.judge(name).unlisted && !super::rules::is_standard(&name.module) => {
                self.unknown_call(args)
            }
            // The class of a function that sympy does not know, `f` in `f(x)`.
            Sym::Instance(name) if name.is("sympy.core.function", "_rebuild_undef") => {
                Outcome::new(Severity::Safe, "an expression", Sym::Instance(name.clone()))
            }
            Sym::Instance(_) => Outcome::new(Severity::Dangerous, "calls an object that is no function", Sym::Tainted),
            Sym::Code(_) | Sym::Marshalled(_) | Sym::Data(_) | Sym::Text(_) | Sym::Bytes(_) | Sym::Unknown => {
                self.unknown_call(args)
            }
        }
    }

    fn unknown_call(&mut self, args: &Args) -> Outcome {
        match self.harmful_in(args.whole) {
            Some(_) => Outcome::new(
                Severity::Dangerous,
                "what is called is not known, and something harmful is given to it",
                Sym::Tainted,
            ),
            None => Outcome::new(Severity::Suspicious, "what is called is not known", Sym::Unknown),
        }
    }

    fn call_name(&mut self, kind: CallKind, name: &Name, args: &Args, this: Value, hops: u32) -> Outcome {
        let own = self.rules.is_own(&name.module, &name.path);
        if !own && let Some(outcome) = special::call(self, kind, name, args, this, hops) {
            return outcome;
        }
        let judgement = self.judge(name);
        let mut severity = judgement.severity;
        let made = matches!(kind, CallKind::NewObj | CallKind::NewObjEx);
        let mut reason = judgement.reason;
        if judgement.plain && made {
            (severity, reason) = (Severity::Safe, "an object made without its `__init__`");
        } else if judgement.unlisted && made && is_class(&name.path) {
            severity = severity.min(Severity::Suspicious);
        }
        if severity == Severity::Dangerous {
            return Outcome::new(severity, reason, Sym::Tainted);
        }
        if let Some(runs) = self.runs_methods(name, args) {
            return runs;
        }
        if !HOLDERS.contains(&(super::names::canonical(&name.module), name.path.as_str())) {
            if let Some(harmful) = self.harmful_in(args.whole) {
                let reason = format!("{} is given to it", self.describe(&harmful));
                return Outcome::new(Severity::Dangerous, reason, Sym::Tainted);
            }
            if let Some(runs) = self.runs_arguments(name, args) {
                return runs;
            }
        }
        let gives = if name.path.is_empty() { Sym::Unknown } else { Sym::Instance(name.clone().into()) };
        Outcome::new(severity, reason, gives)
    }

    /// Functions that call what they are given, and are given code by value.
    fn runs_arguments(&mut self, name: &Name, args: &Args) -> Option<Outcome> {
        let caller = CALLERS.contains(&(super::names::canonical(&name.module), name.path.as_str()));
        if !caller && (is_class(&name.path) || super::rules::is_standard(&name.module)) {
            return None;
        }
        for arg in args.known.clone() {
            let harmless = match &arg {
                Sym::Name(name) if caller => name.path.is_empty() || self.judge(name).severity < Severity::Dangerous,
                Sym::Function(made) => self.code_is_harmless(*made),
                Sym::Class(_) | Sym::Source => false,
                Sym::Made(class) => !self.class_runs(*class, &["__call__", "__iter__", "__next__", "__getitem__"]),
                Sym::Method(_) | Sym::Attributes(_) | Sym::Partial(_) if caller => self.applied(&arg, args) < Severity::Dangerous,
                _ => true,
            };
            if !harmless {
                return Some(Outcome::new(Severity::Dangerous, "runs what is given to it", Sym::Tainted));
            }
        }
        None
    }

    /// Functions that iterate, compare or copy what they are given, and are given an object that was made without its `__init__`: now its methods run.
    fn runs_methods(&mut self, name: &Name, args: &Args) -> Option<Outcome> {
        if !CONSUMERS.contains(&super::names::canonical(&name.module)) || ONLY_LOOK.contains(&name.path.as_str()) {
            return None;
        }
        let runs = args.known.iter().find(|arg| match arg {
            Sym::Instance(class) => self.judge(class).severity == Severity::Dangerous,
            _ => false,
        })?;
        let reason = format!("runs the methods of {}", self.describe(runs));
        Some(Outcome::new(Severity::Dangerous, reason, Sym::Tainted))
    }

    /// How harmful it is that a function is called with each item of the other arguments: `map(methodcaller("unlink"), paths)`.
    fn applied(&mut self, function: &Sym, args: &Args) -> Severity {
        let heap = self.heap;
        let mut worst = Severity::Safe;
        for arg in args.known.clone() {
            let items = match arg {
                Sym::Data(list) => heap.items(list).to_vec(),
                _ => continue,
            };
            for item in items.into_iter().take(64) {
                let known = vec![self.sym(item)];
                worst = worst.max(self.call_in(CallKind::Reduce, function, &Args { known, whole: args.whole }, item, 1).severity);
            }
        }
        worst
    }

    /// An attribute, by a name with dots.
    pub(super) fn path(&mut self, object: &Sym, path: &str) -> (Severity, Sym) {
        let mut object = object.clone();
        let mut worst = Severity::Safe;
        for part in path.split('.') {
            let (severity, found) = self.attribute(&object, part);
            worst = worst.max(severity);
            object = found;
        }
        (worst, object)
    }

    /// An attribute, and how harmful it is to reach it.
    pub(super) fn attribute(&mut self, object: &Sym, name: &str) -> (Severity, Sym) {
        let escape = super::names::is_escape(name);
        match object {
            Sym::Name(of) => {
                let found = of.attribute(name);
                self.reach(&found);
                let judgement = self.judge(&found);
                let severity = match judgement.on_import || escape {
                    true => judgement.severity,
                    false if self.is_quiet(&found, judgement) => Severity::Safe,
                    false => judgement.severity.min(Severity::Suspicious),
                };
                (severity, Sym::Name(found.into()))
            }
            Sym::Instance(of) if of.is("types", "ModuleType") => (Severity::Suspicious, Sym::Source),
            Sym::Instance(of) => {
                let found = Name::resolve(&of.module, &format!("{}.{name}", of.path));
                let judgement = self.judge(&found);
                let severity = match escape {
                    true => Severity::Dangerous,
                    // A bound method of a known type, which is not called here.
                    false if judgement.unlisted && self.judge(of).severity == Severity::Safe => Severity::Safe,
                    false => judgement.severity.min(Severity::Suspicious),
                };
                (severity, Sym::Name(found.into()))
            }
            Sym::Data(_) | Sym::Text(_) | Sym::Bytes(_) if !escape => {
                let class = match object {
                    Sym::Text(_) => "str",
                    Sym::Bytes(_) => "bytes",
                    Sym::Data(value) => self.heap.kind_name(*value),
                    _ => "object",
                };
                let method = Sym::name("builtins", &format!("{class}.{name}"));
                (Severity::Safe, Sym::partial(method, vec![object.clone()]).unwrap_or(Sym::Tainted))
            }
            Sym::Source => (Severity::Suspicious, Sym::Source),
            Sym::Function(_) | Sym::Class(_) | Sym::Code(_) | Sym::Marshalled(_) | Sym::Made(_) if escape => {
                (Severity::Suspicious, Sym::Tainted)
            }
            Sym::Function(made) | Sym::Class(made) | Sym::Made(made) => (Severity::Suspicious, Sym::Function(*made)),
            Sym::Tainted => (Severity::Dangerous, Sym::Tainted),
            _ if escape => (Severity::Dangerous, Sym::Tainted),
            _ => (Severity::Suspicious, Sym::Unknown),
        }
    }

    /// What a function by value reaches, for a reason.
    pub(super) fn code_reason(&self, what: &str, made: Value) -> String {
        let reaches = self.facts(made).reaches(self.rules);
        if reaches.is_empty() { what.to_owned() } else { format!("{what} that reaches {}", reaches.join(", ")) }
    }

    /// What the code names from which a function was made; of a code object itself, too.
    pub(super) fn facts(&self, made: Value) -> Facts {
        let Value::Call(id) = made else { return Facts { partial: true, ..Facts::default() } };
        let Some(event) = self.heap.events.get(id.index()) else { return Facts { partial: true, ..Facts::default() } };
        let first = self.heap.items(event.object).first().copied();
        let bytes = |value| match value {
            Value::Bytes(_) | Value::ByteString(_) | Value::Call(_) => self.bytes(&self.known(value)),
            _ => None,
        };
        match first.map(|first| (first, self.known(first))) {
            Some((_, Sym::Marshalled(facts))) => (*facts).clone(),
            Some((_, Sym::Code(Some(code)))) => Facts::of(self.heap, code, bytes),
            _ if matches!(self.known(made), Sym::Code(_)) => Facts::of(self.heap, made, bytes),
            _ => Facts { partial: true, imports: true, ..Facts::default() },
        }
    }

    /// What is known of a value that was made before.
    fn known(&self, value: Value) -> Sym {
        match value {
            Value::Call(id) => self.given(id.index()),
            _ => Sym::Data(value),
        }
    }

    fn code_is_harmless(&mut self, made: Value) -> bool {
        let facts = self.facts(made);
        let globals = self.globals_of(made);
        let names: Vec<Option<Sym>> =
            facts.names.iter().map(|name| globals.iter().find(|(key, _)| key == name).map(|(_, sym)| sym.clone())).collect();
        let harmless = names.iter().all(|sym| match sym {
            None | Some(Sym::Data(_)) => true,
            Some(Sym::Name(name)) => self.judge(name).severity == Severity::Safe && !name.path.is_empty(),
            Some(_) => false,
        });
        harmless && facts.is_harmless(self.rules, |_| true)
    }

    /// The globals that travel with a function: those in its arguments and those in the state that is set later.
    fn globals_of(&mut self, made: Value) -> Vec<(String, Sym)> {
        let Value::Call(id) = made else { return Vec::new() };
        let heap = self.heap;
        let Some(event) = heap.events.get(id.index()) else { return Vec::new() };
        let mut dicts: Vec<Value> =
            heap.items(event.object).iter().copied().filter(|arg| matches!(arg, Value::Dict(_))).collect();
        let (mut next, _) = heap.effect_chain(made);
        while next != NO_EVENT {
            let effect = &heap.events[next as usize];
            next = effect.next;
            let mut open = vec![effect.object];
            // The state is a pair of dicts, in which `__globals__` is another.
            for _ in 0..16 {
                let Some(value) = open.pop() else { break };
                match value {
                    Value::Dict(_) => {
                        dicts.push(value);
                        open.extend(heap.items(value).iter().copied().filter(|item| matches!(item, Value::Dict(_))));
                    }
                    Value::Tuple(_) => open.extend(heap.items(value).iter().copied().take(8)),
                    _ => {}
                }
            }
        }
        let mut globals = Vec::new();
        for dict in dicts {
            for pair in heap.items(dict).chunks_exact(2) {
                if let Value::Str(_) | Value::ByteString(_) = pair[0] {
                    let key = String::from_utf8_lossy(heap.content(pair[0])).into_owned();
                    let sym = self.sym(pair[1]);
                    globals.push((key, sym));
                }
            }
        }
        globals
    }

    /// Whether a class by value has one of the methods, and running it is not seen to be harmless.
    pub(super) fn class_runs(&mut self, class: Value, methods: &[&str]) -> bool {
        let attributes = self.globals_of(class);
        let mut runs = false;
        for (name, sym) in attributes {
            if !methods.contains(&name.as_str()) {
                continue;
            }
            runs |= match sym {
                Sym::Function(made) => !self.code_is_harmless(made),
                Sym::Name(name) => self.judge(&name).severity > Severity::Safe,
                Sym::Instance(_) => match self.wrapped_function(class, &name) {
                    Some(made) => !self.code_is_harmless(made),
                    None => true,
                },
                Sym::Data(_) => false,
                _ => true,
            };
        }
        runs
    }

    /// The function in `staticmethod(f)`, as `__new__` is kept.
    fn wrapped_function(&mut self, class: Value, method: &str) -> Option<Value> {
        let heap = self.heap;
        let (mut next, _) = heap.effect_chain(class);
        while next != NO_EVENT {
            let effect = &heap.events[next as usize];
            next = effect.next;
            for dict in [&[effect.object], heap.items(effect.object)].concat() {
                let Value::Dict(_) = dict else { continue };
                for pair in heap.items(dict).chunks_exact(2) {
                    let named = matches!(pair[0], Value::Str(_)) && heap.content(pair[0]) == method.as_bytes();
                    if let (true, Value::Call(id)) = (named, pair[1]) {
                        let inner = heap.items(heap.events.get(id.index())?.object).first().copied()?;
                        if let Sym::Function(made) = self.sym(inner) {
                            return Some(made);
                        }
                    }
                }
            }
        }
        None
    }
}

/// Containers: what they are given is in them and is not called.
const HOLDERS: &[(&str, &str)] = &[
    ("builtins", "list"),
    ("builtins", "dict"),
    ("builtins", "tuple"),
    ("builtins", "set"),
    ("builtins", "frozenset"),
    ("collections", "OrderedDict"),
    ("collections", "deque"),
    ("types", "SimpleNamespace"),
    ("types", "ModuleType"),
];

/// Modules whose functions run the methods of what they are given, `__iter__` and its like.
const CONSUMERS: &[&str] = &[
    "builtins",
    "itertools",
    "collections",
    "operator",
    "math",
    "statistics",
    "heapq",
    "functools",
    "copy",
    "array",
    "struct",
    "json",
    "bisect",
    "random",
    "string",
    "decimal",
    "fractions",
];

/// Functions in them that do not.
const ONLY_LOOK: &[&str] = &["id", "type", "isinstance", "issubclass", "callable", "object"];

/// Functions that call what they are given.
const CALLERS: &[(&str, &str)] = &[
    ("builtins", "map"),
    ("builtins", "filter"),
    ("builtins", "sorted"),
    ("builtins", "min"),
    ("builtins", "max"),
    ("builtins", "sum"),
    ("builtins", "any"),
    ("builtins", "all"),
    ("builtins", "iter"),
    ("builtins", "next"),
    ("builtins", "list"),
    ("builtins", "tuple"),
    ("builtins", "set"),
    ("builtins", "frozenset"),
    ("builtins", "str"),
    ("builtins", "repr"),
    ("builtins", "len"),
    ("builtins", "int"),
    ("builtins", "hash"),
    ("functools", "reduce"),
    ("itertools", "starmap"),
    ("itertools", "accumulate"),
    ("itertools", "filterfalse"),
    ("itertools", "takewhile"),
    ("itertools", "dropwhile"),
    ("itertools", "groupby"),
    ("collections", "defaultdict"),
    ("collections", "deque"),
    ("re", "sub"),
    ("re", "subn"),
    ("heapq", "nlargest"),
    ("heapq", "nsmallest"),
    ("operator", "getitem"),
    ("operator", "contains"),
    ("operator", "add"),
    ("json", "loads"),
];

/// `BUILD` on a partial puts another function in: its state is `(func, args, kwargs, dict)`.
pub(super) fn rebuild_partial(follow: &mut Follow<'_, '_>, event: Event) -> (Severity, &'static str) {
    if event.kind != EventKind::Effect(EffectKind::Build) {
        return (Severity::Suspicious, "a partial has no items");
    }
    let heap = follow.heap;
    let items = heap.items(event.object);
    let (Some(function), args) = (items.first().copied(), items.get(1).copied().unwrap_or(Value::EMPTY_TUPLE)) else {
        return (Severity::Suspicious, "the state is not known");
    };
    let function = follow.sym(function);
    let mut known: Vec<Sym> = heap.items(args).iter().take(64).map(|arg| follow.sym(*arg)).collect();
    // Functions among the keywords are called as well: `key=`, `default=`.
    let keywords = items.get(2).map(|keywords| heap.items(*keywords)).unwrap_or_default();
    for value in keywords.iter().skip(1).step_by(2).take(64) {
        let value = follow.sym(*value);
        if matches!(
            value,
            Sym::Method(_) | Sym::Attributes(_) | Sym::Partial(_) | Sym::Function(_) | Sym::Class(_) | Sym::Made(_)
        ) {
            known.push(value);
        }
    }
    let harmful = follow.is_harmful(&function) || follow.harmful_in(event.object).is_some();
    let Some(partial) = Sym::partial(function, known) else {
        follow.replace(event.subject, Sym::Tainted);
        return (Severity::Dangerous, special::ENDLESS);
    };
    follow.replace(event.subject, partial);
    if harmful {
        (Severity::Dangerous, "a harmful function takes the place of its own or is given to it")
    } else {
        (Severity::Safe, "")
    }
}
