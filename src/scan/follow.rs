//! Following the calls of a pickle in their order.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;
use std::rc::Rc;

use super::names::{is_class, is_escape};
use super::places::Places;
use super::report::{CallUse, Finding, GlobalUse, Report, StateUse};
use super::rules::{Judgement, Rules, Severity, is_standard};
use super::value::{Name, Sym};
use super::{Scanned, calls, show};
use crate::error::Result;
use crate::heap::{CallId, CallKind, EffectKind, Event, EventKind, Heap, Value};

/// How many harmless calls, and states, are listed.
const LISTED: usize = 10_000;
/// How many arguments of a call are looked at one by one.
const ARGUMENTS: usize = 64;

/// What is said of a call, and what it gives.
pub(super) struct Outcome {
    pub(super) severity: Severity,
    pub(super) reason: Cow<'static, str>,
    pub(super) gives: Sym,
}

impl Outcome {
    pub(super) fn new(severity: Severity, reason: impl Into<Cow<'static, str>>, gives: Sym) -> Self {
        Self { severity, reason: reason.into(), gives }
    }
}

/// The arguments of a call.
pub(super) struct Args {
    /// What is known of the first of them; all, unless there are very many.
    pub(super) known: Vec<Sym>,
    /// The tuple, and keywords with it.
    pub(super) whole: Value,
}

/// A scan of one pickle.
pub(super) struct Follow<'h, 'r> {
    pub(super) heap: &'h Heap<'h>,
    places: &'r Places,
    pub(super) rules: &'r Rules,
    /// Where the pickle begins in the input.
    offset: usize,
    /// How many pickles it lies in.
    pub(super) depth: u32,
    /// What each event gives.
    gives: Vec<Sym>,
    globals: Vec<Option<Sym>>,
    pub(super) extensions: HashMap<i32, Sym>,
    /// Something that is harmful to hand over has come up.
    pub(super) any_harmful: bool,
    /// Dicts in which source was run, and whether it was that of a helper of ours.
    pub(super) namespaces: HashMap<Value, bool>,
    /// How many bytes of pickles in pickles may still be read.
    nested: usize,
    pub(super) walked: usize,
    pub(super) report: Report,
    /// The event that is judged.
    at: usize,
    /// The worst that was said of a call of a name.
    called: HashMap<Rc<Name>, Severity>,
    /// Globals that were reached by name and stand nowhere in the stream.
    reached: Vec<(usize, Name)>,
}

impl<'h, 'r> Follow<'h, 'r> {
    pub(super) fn new(heap: &'h Heap<'_>, places: &'r Places, rules: &'r Rules, offset: usize, depth: u32) -> Self {
        let mut follow = Self {
            heap,
            places,
            rules,
            offset,
            depth,
            gives: Vec::with_capacity(heap.events.len()),
            globals: vec![None; heap.globals.len()],
            extensions: HashMap::new(),
            any_harmful: false,
            namespaces: HashMap::new(),
            nested: heap.store.input_len().saturating_mul(4).saturating_add(1 << 20),
            walked: 0,
            report: Report::new(offset),
            at: offset,
            reached: Vec::new(),
            called: HashMap::new(),
        };
        // Names that stand in the stream are known from the beginning on, also to calls before them that reach them through lists.
        // A name stands in the stream as often as it is used; most are few.
        let mut names: HashMap<(&[u8], &[u8], bool), Sym> = HashMap::new();
        for (index, global) in heap.globals.iter().enumerate() {
            let literal = |value| matches!(value, Value::Str(_) | Value::ByteString(_));
            if !(literal(global.module) && literal(global.name)) {
                continue;
            }
            let key = (heap.content(global.module), heap.content(global.name), global.python2);
            let known = names.get(&key).cloned();
            let sym = known.or_else(|| follow.written(index).map(Sym::Name));
            if let Some(sym) = sym {
                follow.any_harmful |= !names.contains_key(&key) && follow.is_harmful(&sym);
                names.insert(key, sym.clone());
                follow.globals[index] = Some(sym);
            }
        }
        follow
    }

    /// The names of a global that stands in the stream.
    fn written(&self, index: usize) -> Option<Rc<Name>> {
        let id = crate::int::u32_from_usize(index)?;
        let (module, name) = self.heap.obj(Value::Global(crate::heap::GlobalId(id))).global_names()?;
        Some(Name::known(&module, &name))
    }

    pub(super) fn judge(&self, name: &Name) -> Judgement {
        self.rules.judge(&name.module, &name.path)
    }

    /// What is known of an object.
    pub(super) fn sym(&mut self, value: Value) -> Sym {
        match value {
            Value::Call(id) => self.gives.get(id.index()).cloned().unwrap_or(Sym::Unknown),
            Value::Global(id) => self.global(id.index()),
            Value::Extension(code) => self.extensions.get(&code).cloned().unwrap_or(Sym::Unknown),
            Value::Persistent(_) => Sym::Unknown,
            _ => Sym::Data(value),
        }
    }

    fn global(&mut self, index: usize) -> Sym {
        if let Some(Some(sym)) = self.globals.get(index) {
            return sym.clone();
        }
        let Some(global) = self.heap.globals.get(index).copied() else { return Sym::Unknown };
        let (module, name) = (self.sym(global.module), self.sym(global.name));
        let sym = match (self.text(&module), self.text(&name)) {
            (Some(module), Some(name)) => {
                let mapped = if global.python2 { crate::compat::to_python3(&module, &name) } else { (&*module, &*name) };
                Sym::name(mapped.0, mapped.1)
            }
            // The machine stops at a name that is no str.
            _ if self.is_no_text(global.module, &module) || self.is_no_text(global.name, &name) => Sym::Unknown,
            _ => Sym::Tainted,
        };
        self.any_harmful |= self.is_harmful(&sym);
        if let Some(slot) = self.globals.get_mut(index) {
            *slot = Some(sym.clone());
        }
        sym
    }

    /// Whether an object is known to be no str: plain data, a class, or an object of a class that is known.
    fn is_no_text(&self, value: Value, sym: &Sym) -> bool {
        let made = match value {
            Value::Call(id) => self.heap.events.get(id.index()).map(|event| event.kind),
            _ => None,
        };
        match sym {
            Sym::Data(value) => !matches!(value, Value::Str(_) | Value::ByteString(_)),
            Sym::Name(_) => true,
            Sym::Instance(class) => {
                let known = is_class(&class.path)
                    && !class.is("collections", "UserString")
                    && self.judge(class).severity == Severity::Safe;
                known && matches!(made, Some(EventKind::Call(CallKind::NewObj | CallKind::NewObjEx)))
            }
            _ => false,
        }
    }

    /// Judges everything.
    pub(super) fn report(mut self, result: Result<(Value, usize)>) -> Scanned {
        for index in 0..self.heap.events.len() {
            let event = self.heap.events[index];
            self.at = self.offset + self.places.event(index);
            let gives = self.event(index, event);
            self.any_harmful |= self.is_harmful(&gives);
            self.gives.push(gives);
        }
        self.find_keys();
        self.list_globals();
        for (at, code) in &self.places.extensions {
            if !self.extensions.contains_key(code) {
                self.at = self.offset + at;
                self.find(Severity::Suspicious, format!("extension code {code} stands for what is not known"));
            }
        }
        let mut root = Sym::Unknown;
        match result {
            Ok((value, length)) => {
                self.report.length = length;
                root = self.sym(value);
            }
            Err(error) => {
                self.report.length = error.offset().unwrap_or_default();
                self.report.error = Some(error.moved(self.offset));
            }
        }
        let inner = self.places.nested.iter().map(|at| self.offset + at).collect();
        Scanned { report: self.report, root, wrapped: self.places.wrapped, inner }
    }

    fn event(&mut self, index: usize, event: Event) -> Sym {
        let id = crate::int::u32_from_usize(index).unwrap_or(u32::MAX);
        match event.kind {
            EventKind::Call(kind) => {
                let callee = self.sym(event.subject);
                let tuple = match (kind, self.heap.items(event.object)) {
                    (CallKind::NewObjEx, &[args, _]) => args,
                    _ => event.object,
                };
                let args = self.args(tuple, event.object, None);
                let outcome = match (event.subject, &callee, kind) {
                    (Value::Extension(_), Sym::Unknown, CallKind::Reduce | CallKind::Inst | CallKind::Obj) => Outcome::new(
                        Severity::Dangerous,
                        "only the process that loads it knows what its extension code stands for",
                        Sym::Tainted,
                    ),
                    _ => self.call(kind, &callee, &args, Value::Call(CallId(id))),
                };
                let shown = self.show(event.object);
                self.list_call(&callee, shown, &outcome);
                outcome.gives
            }
            EventKind::Effect(EffectKind::SetState) => {
                let callee = self.sym(event.subject);
                let target = event.target();
                let args = self.args(event.object, event.object, Some(target));
                let outcome = self.call(CallKind::Reduce, &callee, &args, target);
                let shown = format!("({}, {})", self.show(target), self.show(event.object));
                self.list_call(&callee, shown, &outcome);
                Sym::Unknown
            }
            EventKind::Effect(kind @ (EffectKind::Build | EffectKind::SetItems | EffectKind::Append | EffectKind::AddItems)) => {
                let target = self.sym(event.subject);
                let (severity, reason) = self.change(kind, &target, event);
                self.list_state(&target, event, severity, reason);
                Sym::Unknown
            }
            EventKind::Effect(EffectKind::Drop) | EventKind::Void => Sym::Unknown,
        }
    }

    /// The arguments: the items of a tuple, behind `first`, or a state behind its target.
    fn args(&mut self, tuple: Value, whole: Value, first: Option<Value>) -> Args {
        let heap = self.heap;
        let known = match first {
            Some(first) => vec![self.sym(first), self.sym(tuple)],
            None => heap.items(tuple).iter().take(ARGUMENTS).map(|arg| self.sym(*arg)).collect(),
        };
        Args { known, whole }
    }

    pub(super) fn find(&mut self, severity: Severity, message: impl Into<String>) {
        let finding = Finding { offset: self.at, severity, message: message.into() };
        let room = self.report.findings.len() < LISTED || severity == Severity::Dangerous;
        if room && self.report.findings.last() != Some(&finding) {
            self.report.findings.push(finding);
        }
    }

    /// Where in the input it is.
    pub(super) fn place(&self) -> usize {
        self.at
    }

    /// What an event gave that was judged before.
    pub(super) fn given(&self, index: usize) -> Sym {
        self.gives.get(index).cloned().unwrap_or(Sym::Unknown)
    }

    /// The classes by value that the calls gave.
    pub(super) fn classes(&self) -> impl Iterator<Item = Value> {
        self.gives.iter().filter_map(|sym| match sym {
            Sym::Class(class) => Some(*class),
            _ => None,
        })
    }

    /// Takes so many bytes of what pickles in pickles may have; false when that is used up.
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
        let left = self.nested.checked_sub(bytes);
        self.nested = left.unwrap_or_default();
        left.is_some()
    }

    /// Notes that a name was reached although it does not stand in the stream.
    pub(super) fn reach(&mut self, name: &Name) {
        if self.reached.len() < LISTED {
            self.reached.push((self.at, name.clone()));
        }
    }

    /// An object in a few words.
    fn show(&self, value: Value) -> String {
        show::show(self.heap, value)
    }

    pub(super) fn describe(&self, sym: &Sym) -> String {
        match sym {
            Sym::Data(value) => format!("{:.40}", self.heap.obj(*value)),
            Sym::Name(name) => name.to_string(),
            Sym::Instance(name) => format!("<{name} object>"),
            Sym::Text(text) => format!("{text:.40?}"),
            Sym::Bytes(bytes) => format!("<{} bytes>", bytes.len()),
            Sym::Code(_) | Sym::Marshalled(_) => "<code>".to_owned(),
            Sym::Function(_) => "<function by value>".to_owned(),
            Sym::Class(_) => "<class by value>".to_owned(),
            Sym::Made(_) => "<instance of a class by value>".to_owned(),
            Sym::Attributes(names) => format!("operator.attrgetter({})", names.join(", ")),
            Sym::Method(method) => format!("operator.methodcaller({})", method.0),
            Sym::Partial(partial) => format!("functools.partial({})", self.describe(&partial.0)),
            Sym::Source | Sym::Helper => "<from source>".to_owned(),
            Sym::Tainted | Sym::Unknown => "<unknown>".to_owned(),
        }
    }

    fn list_call(&mut self, callee: &Sym, args: String, outcome: &Outcome) {
        if let Sym::Name(name) = callee {
            let worst = self.called.entry(name.clone()).or_insert(Severity::Safe);
            *worst = outcome.severity.max(*worst);
        }
        let callable = self.describe(callee);
        if outcome.severity > Severity::Safe {
            let mut message = format!("calls {callable}");
            let _ = write!(message, ": {}", outcome.reason);
            self.find(outcome.severity, message);
        }
        if self.report.calls.len() >= LISTED && outcome.severity < Severity::Dangerous {
            self.report.calls_left_out += 1;
            return;
        }
        self.report.calls.push(CallUse {
            offset: self.at,
            callable,
            args,
            severity: outcome.severity,
            reason: outcome.reason.clone(),
        });
    }

    fn list_state(&mut self, target: &Sym, event: Event, severity: Severity, reason: &'static str) {
        let described = self.describe(target);
        if severity > Severity::Safe {
            self.find(severity, format!("changes {described}: {reason}"));
        }
        if self.report.states.len() >= LISTED && severity < Severity::Dangerous {
            self.report.calls_left_out += 1;
            return;
        }
        let state = self.show(event.object);
        self.report.states.push(StateUse { offset: self.at, target: described, state, severity });
    }

    /// Lists all globals, in their order, each once.
    fn list_globals(&mut self) {
        let mut named: Vec<(usize, Option<Rc<Name>>)> = Vec::new();
        for index in 0..self.heap.globals.len() {
            let offset = self.offset + self.places.global(index);
            match self.global(index) {
                Sym::Name(name) => named.push((offset, Some(name))),
                Sym::Unknown => {
                    self.at = offset;
                    self.find(Severity::Suspicious, "names a global by what is no text");
                }
                _ => named.push((offset, None)),
            }
        }
        named.extend(std::mem::take(&mut self.reached).into_iter().map(|(offset, name)| (offset, Some(Rc::new(name)))));
        let mut seen = std::collections::HashSet::new();
        for (offset, name) in named {
            if !seen.insert(name.clone()) {
                continue;
            }
            self.at = offset;
            let Some(name) = name else {
                let reason = "the name is put together while loading, and is not known";
                self.find(Severity::Dangerous, format!("names a global: {reason}"));
                self.report.globals.push(GlobalUse {
                    offset,
                    module: String::new(),
                    name: String::new(),
                    severity: Severity::Dangerous,
                    reason,
                });
                continue;
            };
            let mut judgement = self.judge(&name);
            // To name something and not to call it is no harm, unless the import does it; of what was called enough was said.
            match self.called.get(&name) {
                _ if judgement.on_import => self.find(judgement.severity, format!("names {name}: {}", judgement.reason)),
                Some(called) => judgement.severity = *called,
                None if self.is_quiet(&name, judgement) => judgement.severity = Severity::Safe,
                None if judgement.severity > Severity::Safe => {
                    self.find(Severity::Suspicious, format!("names {name}: {}", judgement.reason));
                }
                None => {}
            }
            self.report.globals.push(GlobalUse {
                offset,
                module: name.module.clone(),
                name: name.path.clone(),
                severity: judgement.severity,
                reason: judgement.reason,
            });
        }
        self.report.findings.sort_by_key(|finding| finding.offset);
    }

    /// Whether it is no harm to hold a name: a method of a harmless class, a function of the standard library that only looks at something.
    pub(super) fn is_quiet(&self, name: &Name, judgement: Judgement) -> bool {
        if judgement.plain {
            return true;
        }
        if !is_standard(&name.module) || name.path.split('.').any(is_escape) {
            return false;
        }
        let looks = judgement.severity == Severity::Suspicious && !judgement.unlisted;
        let shared = ["environ", "stdin", "stdout", "stderr", "path", "argv"].contains(&name.path.as_str());
        let method = name.path.rsplit_once('.').is_some_and(|(class, _)| {
            let class = Name { module: name.module.clone(), path: class.to_owned() };
            judgement.unlisted && is_class(&class.path) && self.judge(&class).severity == Severity::Safe
        });
        (looks && !shared) || method
    }

    /// What `BUILD` and items do to an object.
    fn change(&mut self, kind: EffectKind, target: &Sym, event: Event) -> (Severity, &'static str) {
        match target {
            Sym::Name(name) => {
                let own =
                    name.is("linecache", "cache") && kind == EffectKind::SetItems && self.harmful_in(event.object).is_none();
                if own {
                    return (Severity::Suspicious, "source lines for code by value");
                }
                let says_nothing = kind == EffectKind::Build && event.object == Value::None;
                let severity = if says_nothing { Severity::Suspicious } else { Severity::Dangerous };
                (severity, "it is shared by the whole process")
            }
            Sym::Instance(name) if name.is("functools", "partial") => calls::rebuild_partial(self, event),
            Sym::Instance(name) if kind == EffectKind::Build && name.is("functools", "partialmethod") => (Severity::Safe, ""),
            Sym::Instance(name) => {
                let judgement = self.judge(name);
                if self.gets_method(event.object) {
                    // The pickle machine asks the object for these, and an object's own attributes come before its class's.
                    self.replace(event.subject, Sym::Tainted);
                }
                let known = judgement.plain || !judgement.unlisted;
                let severity = if known { Severity::Safe } else { judgement.severity.min(Severity::Suspicious) };
                (severity, judgement.reason)
            }
            Sym::Partial(_) => calls::rebuild_partial(self, event),
            Sym::Made(class) => {
                let slots = matches!((event.object, self.heap.items(event.object)), (Value::Tuple(_), &[_, Value::Dict(_)]));
                let methods: &[&str] = match kind {
                    EffectKind::Build if slots => &["__setstate__", "__setattr__"],
                    EffectKind::Build => &["__setstate__"],
                    EffectKind::Append => &["append", "extend"],
                    EffectKind::AddItems => &["add"],
                    _ => &["__setitem__"],
                };
                match self.class_runs(*class, methods) {
                    true => (Severity::Dangerous, "runs code that travels by value"),
                    false => (Severity::Suspicious, "an instance of a class by value"),
                }
            }
            Sym::Function(_) | Sym::Class(_) | Sym::Code(_) | Sym::Marshalled(_) | Sym::Source | Sym::Helper => {
                (Severity::Suspicious, "code by value")
            }
            Sym::Tainted => (Severity::Dangerous, "something harmful was given to it"),
            _ if self.harmful_in(event.object).is_some() => {
                (Severity::Dangerous, "something harmful is put into what is not known")
            }
            Sym::Attributes(_) | Sym::Method(_) => (Severity::Dangerous, "another function takes the place of its own"),
            _ => (Severity::Suspicious, "what it is is not known"),
        }
    }

    /// Whether a state gives an object a method that the pickle machine calls: `__setstate__`, `append`, `extend`, `add`, or anything harmful.
    fn gets_method(&mut self, state: Value) -> bool {
        const CALLED: &[&[u8]] = &[b"__setstate__", b"append", b"extend", b"add"];
        let heap = self.heap;
        let dicts = [&[state], heap.items(state)].concat();
        let own = dicts.iter().filter(|dict| matches!(dict, Value::Dict(_))).any(|dict| {
            heap.items(*dict).chunks_exact(2).any(|pair| {
                let key = matches!(pair[0], Value::Str(_) | Value::ByteString(_)) && CALLED.contains(&heap.content(pair[0]));
                key && matches!(pair[1], Value::Call(_) | Value::Global(_) | Value::Extension(_))
            })
        });
        own || self.harmful_in(state).is_some()
    }

    /// Puts something else in the place of what a call gave.
    pub(super) fn replace(&mut self, target: Value, sym: Sym) {
        if let Value::Call(id) = target {
            self.any_harmful |= self.is_harmful(&sym);
            if let Some(slot) = self.gives.get_mut(id.index()) {
                *slot = sym;
            }
        }
    }
}
