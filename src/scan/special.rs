//! Functions whose call is followed: what they give is known from what they are given.

use std::rc::Rc;

use super::Verdict;
use super::code::Facts;
use super::follow::{Args, Follow, Outcome};
use super::names::{canonical, is_escape};
use super::rules::{Severity, is_powerful};
use super::source;
use super::value::{Name, Sym};
use crate::heap::{CallKind, Value};
use crate::reflect::Helper;
use crate::reflect::source::helpers as source_helpers;

/// Why a function is not followed into others.
pub(super) const ENDLESS: &str = "wraps what is wrapped, without an end";
/// How deep pickles may lie in pickles.
const DEPTH: u32 = 8;

/// Judges a call of a function that is known better than by a rule; `None` for all others.
pub(super) fn call(
    follow: &mut Follow<'_, '_>,
    kind: CallKind,
    name: &Name,
    args: &Args,
    this: Value,
    hops: u32,
) -> Option<Outcome> {
    if let Some(helper) = Helper::in_module(&name.module, &name.path) {
        return cloudpickle(follow, helper, name, args, this);
    }
    let known = &args.known;
    let first = known.first().cloned().unwrap_or(Sym::Unknown);
    let second = known.get(1).cloned().unwrap_or(Sym::Unknown);
    let rest = |from: usize| Args { known: known.get(from..).unwrap_or_default().to_vec(), whole: args.whole };
    let outcome = match (canonical(&name.module), name.path.as_str()) {
        ("builtins", "getattr") | ("dill._dill", "_get_attr" | "_getattribute") => {
            get_attribute(follow, &first, &second, known.get(2))
        }
        ("builtins" | "importlib._bootstrap" | "importlib", "__import__") => {
            let module = follow.text(&first);
            let whole = known.get(3).is_some_and(|from| !matches!(from, Sym::Data(list) if follow.heap.items(*list).is_empty()));
            import_by_call(
                follow,
                module.map(|module| if whole { module } else { module.split('.').next().unwrap_or_default().into() }),
            )
        }
        ("importlib", "import_module") | ("test.support.import_helper", "import_module") => {
            let module = follow.text(&first);
            import_by_call(follow, module)
        }
        ("pydoc", "safeimport") => {
            let module = follow.text(&first);
            import_by_call(follow, module)
        }
        (by @ "dill._dill", "_import_module") | (by @ "pydoc", "locate") | (by @ "pkgutil", "resolve_name") => {
            let target = follow.text(&first).map(|text| text.replace(':', "."));
            let target = target.map(|text| match text.rsplit_once('.') {
                Some((module, path)) => Name::resolve(module, path),
                None => Name { module: text, path: String::new() },
            });
            match target {
                Some(name) => {
                    let module = Some(name.module.as_str().into());
                    let imported = if by == "dill._dill" { import(follow, module) } else { import_by_call(follow, module) };
                    follow.reach(&name);
                    Outcome { gives: Sym::Name(name.into()), ..imported }
                }
                None => Outcome::new(Severity::Dangerous, "imports what is not known", Sym::Tainted),
            }
        }
        ("builtins", "compile") => compile(follow, known),
        ("builtins", "exec" | "eval") => execute(follow, &name.path, known),
        ("builtins", "type") if known.len() == 3 => {
            if let Some(harmful) = follow.harmful_in(args.whole) {
                let reason = format!("a class made of {}", follow.describe(&harmful));
                return Some(Outcome::new(Severity::Dangerous, reason, Sym::Tainted));
            }
            Outcome::new(Severity::Suspicious, "makes a class", Sym::Class(this))
        }
        // The class of an object.
        ("builtins", "type") if known.len() == 1 => {
            let class = match &first {
                Sym::Instance(class) => Sym::Name(class.clone()),
                Sym::Made(class) => Sym::Class(*class),
                Sym::Data(value) => Sym::name("builtins", follow.heap.kind_name(*value)),
                Sym::Text(_) => Sym::name("builtins", "str"),
                Sym::Bytes(_) => Sym::name("builtins", "bytes"),
                Sym::Tainted => Sym::Tainted,
                Sym::Name(name) if !super::names::is_class(&name.path) => Sym::name("types", "FunctionType"),
                Sym::Name(_) | Sym::Class(_) => Sym::name("builtins", "type"),
                _ => return None,
            };
            Outcome::new(Severity::Safe, "the class of an object", class)
        }
        ("builtins", "vars") => match first {
            Sym::Instance(of) if of.is("types", "ModuleType") => {
                Outcome::new(Severity::Suspicious, "variables of a module by value", Sym::Source)
            }
            other => Outcome::new(Severity::Suspicious, "gives the variables of an object", other),
        },
        ("builtins", "setattr") | ("dill._dill", "_setattr") => change(follow, &first, "sets an attribute of an object"),
        ("operator", "setitem") => change(follow, &first, "sets an item of an object"),
        ("operator", "getitem")
        | (
            "builtins",
            "dict.get" | "dict.__getitem__" | "dict.pop" | "dict.setdefault" | "list.__getitem__" | "tuple.__getitem__",
        ) => get_item(follow, &first, &second)?,
        ("operator", "call") => follow.call_in(CallKind::Reduce, &first, &rest(1), this, hops + 1),
        ("builtins", "apply") => {
            let inner = match second {
                Sym::Data(tuple) => follow.heap.items(tuple).to_vec(),
                _ => Vec::new(),
            };
            let inner = inner.into_iter().take(64).map(|arg| follow.sym(arg)).collect();
            follow.call_in(CallKind::Reduce, &first, &Args { known: inner, whole: args.whole }, this, hops + 1)
        }
        ("operator", "attrgetter") => {
            let paths: Option<Vec<Rc<str>>> = known.iter().map(|path| follow.text(path)).collect();
            match paths {
                Some(paths) => {
                    let escapes = paths.iter().any(|path| path.split('.').any(is_escape));
                    let severity = if escapes { Severity::Suspicious } else { Severity::Safe };
                    Outcome::new(severity, "reaches attributes when it is called", Sym::Attributes(paths.into()))
                }
                None => Outcome::new(Severity::Suspicious, "the attribute is not known", Sym::Tainted),
            }
        }
        ("operator", "methodcaller") => match follow.text(&first) {
            Some(method) => match Sym::method(method, rest(1).known) {
                Some(method) => Outcome::new(Severity::Safe, "calls a method when it is called", method),
                None => Outcome::new(Severity::Dangerous, ENDLESS, Sym::Tainted),
            },
            None => Outcome::new(Severity::Suspicious, "the method is not known", Sym::Tainted),
        },
        ("functools", "partial") if !known.is_empty() => partial(follow, &first, rest(1).known),
        ("types", "MethodType") => partial(follow, &first, rest(1).known),
        ("types", "FunctionType" | "LambdaType") | ("dill._dill", "_create_function") => function(follow, this, &first),
        ("types", "CodeType") | ("dill._dill", "_create_code") => {
            Outcome::new(Severity::Suspicious, "a code object by value", Sym::Code(Some(this)))
        }
        ("dill._dill", "_create_type") => follow.call_in(CallKind::Reduce, &first, &rest(1), this, hops + 1),
        ("dill._dill", "_load_type") => match follow.text(&first) {
            Some(name) => {
                let module = if name.ends_with("Type") { "types" } else { "builtins" };
                Outcome::new(Severity::Suspicious, "a type of the interpreter", Sym::name(module, &name))
            }
            None => Outcome::new(Severity::Dangerous, "a type that is not known", Sym::Tainted),
        },
        ("marshal", "loads") | ("dill._dill", "_unmarshal") => marshalled(follow, &first),
        // The file is opened, or the folder made; what pickles write gives none.
        ("xml.etree.ElementTree", "ElementTree") if known.len() > 1 => {
            Outcome::new(Severity::Dangerous, "opens a file", Sym::Tainted)
        }
        ("dateutil.tz" | "dateutil.tz.tz", "tzfile" | "tzical")
        | ("joblib" | "joblib.memory", "Memory" | "MemorizedFunc" | "MemorizedResult")
            if matches!(kind, CallKind::Reduce | CallKind::Inst | CallKind::Obj)
                && !matches!(first, Sym::Unknown | Sym::Data(Value::None))
                && !known.is_empty() =>
        {
            Outcome::new(Severity::Dangerous, "opens a file", Sym::Tainted)
        }
        ("lightgbm" | "lightgbm.basic" | "xgboost" | "xgboost.core" | "catboost" | "catboost.core", "Booster")
            if kind == CallKind::Reduce && !known.is_empty() =>
        {
            Outcome::new(Severity::Dangerous, "opens a file", Sym::Tainted)
        }
        (module, _) if module.starts_with("sympy") && sympy_text(follow, args) => {
            Outcome::new(Severity::Dangerous, "sympy evaluates text that it is given", Sym::Tainted)
        }
        ("pickle" | "dill._dill" | "cloudpickle.cloudpickle", "loads" | "_loads") | ("torch.storage", "_load_from_bytes") => {
            nested(follow, &first)
        }
        ("copyreg", "_reconstructor") => {
            // `_reconstructor(cls, base, state)`: the state is given to the base.
            let state = follow.heap.items(args.whole).get(2).copied().unwrap_or(Value::None);
            let given = Args { known: rest(2).known, whole: state };
            follow.call_in(CallKind::NewObj, &first, &given, this, hops + 1)
        }
        ("copyreg", "__newobj__" | "__newobj_ex__") => follow.call_in(CallKind::NewObj, &first, &rest(1), this, hops + 1),
        ("copyreg", "add_extension") => {
            let code = match known.get(2) {
                Some(Sym::Data(Value::Int(code))) => Some(*code),
                _ => None,
            };
            match (follow.text(&first), follow.text(&second), code) {
                (Some(module), Some(path), Some(code)) => {
                    let sym = Sym::name(&module, &path);
                    if let Sym::Name(name) = &sym {
                        follow.reach(name);
                    }
                    follow.any_harmful |= follow.is_harmful(&sym);
                    follow.extensions.insert(code, sym);
                    Outcome::new(Severity::Dangerous, "gives a global an extension code in the whole process", Sym::Unknown)
                }
                _ => Outcome::new(Severity::Dangerous, "gives what is not known an extension code", Sym::Unknown),
            }
        }
        // `cls(**kwargs)`
        ("kombu.abstract", "unpickle_dict") => follow.call_in(CallKind::Reduce, &first, &rest(1), this, hops + 1),
        ("torch._tensor" | "torch", "_rebuild_from_type_v2" | "_rebuild_from_type") => {
            let inner = match known.get(2) {
                Some(Sym::Data(tuple)) => follow.heap.items(*tuple).to_vec(),
                _ => Vec::new(),
            };
            let inner = inner.into_iter().take(64).map(|arg| follow.sym(arg)).collect();
            follow.call_in(CallKind::Reduce, &first, &Args { known: inner, whole: args.whole }, this, hops + 1)
        }
        _ => {
            let gives = follow.computed(name, args)?;
            let judgement = follow.judge(name);
            if judgement.severity == Severity::Dangerous {
                return None;
            }
            Outcome::new(judgement.severity, judgement.reason, gives)
        }
    };
    Some(outcome)
}

/// Whether a text among the arguments could be more than a name: `sympify`, which sympy's classes call, evaluates it as Python code.
fn sympy_text(follow: &Follow<'_, '_>, args: &Args) -> bool {
    let mut open: Vec<Value> = vec![args.whole];
    for _ in 0..1000 {
        let Some(value) = open.pop() else { break };
        match value {
            Value::Str(_) | Value::ByteString(_) => {
                let text = String::from_utf8_lossy(follow.heap.content(value));
                if text.contains('(') || text.contains("__") {
                    return true;
                }
            }
            Value::Tuple(_) | Value::List(_) => open.extend_from_slice(follow.heap.items(value)),
            _ => {}
        }
    }
    false
}

/// `marshal.loads`: the code objects inside are read, whichever Python wrote them.
fn marshalled(follow: &mut Follow<'_, '_>, bytes: &Sym) -> Outcome {
    let bytes = follow.bytes(bytes).filter(|bytes| follow.spend(bytes.len()));
    let facts = bytes.and_then(|bytes| Facts::of_marshal(&bytes));
    let Some(facts) = facts else {
        return Outcome::new(Severity::Suspicious, "a code object by value that cannot be seen", Sym::Code(None));
    };
    let reaches = facts.reaches(follow.rules);
    let reason = match reaches.is_empty() {
        true => "a code object by value".to_owned(),
        false => format!("a code object by value that reaches {}", reaches.join(", ")),
    };
    let harmful = follow.rules.judge_code && !reaches.is_empty();
    Outcome::new(if harmful { Severity::Dangerous } else { Severity::Suspicious }, reason, Sym::Marshalled(facts.into()))
}

fn get_attribute(follow: &mut Follow<'_, '_>, object: &Sym, name: &Sym, default: Option<&Sym>) -> Outcome {
    match follow.text(name) {
        Some(name) => {
            let (severity, found) = follow.path(object, &name);
            let found = match default {
                // The attribute of a module is there where the table knows it; the default counts everywhere else.
                Some(default) if follow.is_harmful(default) => match (object, &found) {
                    (Sym::Name(of), Sym::Name(name)) if of.path.is_empty() && !follow.judge(name).unlisted => found,
                    _ => Sym::Tainted,
                },
                _ => found,
            };
            Outcome::new(severity, "reaches an attribute", found)
        }
        None => Outcome::new(Severity::Dangerous, "reaches an attribute whose name is not known", Sym::Tainted),
    }
}

fn import(follow: &mut Follow<'_, '_>, module: Option<Rc<str>>) -> Outcome {
    let Some(module) = module else {
        return Outcome::new(Severity::Dangerous, "imports a module whose name is not known", Sym::Tainted);
    };
    let name = Name { module: module.to_string(), path: String::new() };
    follow.reach(&name);
    let judgement = follow.judge(&name);
    let severity = if judgement.on_import { Severity::Dangerous } else { Severity::Suspicious };
    Outcome::new(severity, format!("imports {module}: {}", judgement.reason), Sym::Name(name.into()))
}

/// No pickler writes such calls: what they import for nothing is not known is there for the import's sake.
fn import_by_call(follow: &mut Follow<'_, '_>, module: Option<Rc<str>>) -> Outcome {
    let unlisted = module.as_ref().is_some_and(|module| follow.rules.judge(module, "").unlisted);
    let outcome = import(follow, module);
    Outcome { severity: if unlisted { Severity::Dangerous } else { outcome.severity }, ..outcome }
}

fn partial(follow: &mut Follow<'_, '_>, function: &Sym, args: Vec<Sym>) -> Outcome {
    let severity = match function {
        _ if follow.is_harmful(function) => Severity::Dangerous,
        Sym::Name(name) => follow.judge(name).severity,
        _ => Severity::Suspicious,
    };
    let harmful = args.iter().any(|arg| follow.is_harmful(arg));
    let severity = if harmful { Severity::Dangerous } else { severity };
    let reason = format!("wraps {}", follow.describe(function));
    match Sym::partial(function.clone(), args) {
        Some(partial) => Outcome::new(severity, reason, partial),
        None => Outcome::new(Severity::Dangerous, ENDLESS, Sym::Tainted),
    }
}

/// A function by value: built and not run.
fn function(follow: &mut Follow<'_, '_>, this: Value, code: &Sym) -> Outcome {
    let facts = match code {
        Sym::Code(Some(code)) => follow.facts(*code),
        Sym::Marshalled(facts) => (**facts).clone(),
        _ => Facts { partial: true, ..Default::default() },
    };
    let reaches = facts.reaches(follow.rules);
    if reaches.is_empty() {
        return Outcome::new(Severity::Suspicious, "a function by value", Sym::Function(this));
    }
    let severity = if follow.rules.judge_code { Severity::Dangerous } else { Severity::Suspicious };
    Outcome::new(severity, format!("a function by value that reaches {}", reaches.join(", ")), Sym::Function(this))
}

fn cloudpickle(follow: &mut Follow<'_, '_>, helper: Helper, name: &Name, args: &Args, this: Value) -> Option<Outcome> {
    let first = args.known.first().cloned().unwrap_or(Sym::Unknown);
    let suspicious = |what: &'static str, gives: Sym| Some(Outcome::new(Severity::Suspicious, what, gives));
    match helper {
        Helper::BuiltinType => match follow.text(&first) {
            Some(name) => suspicious("a type of the interpreter", Sym::name("types", &name)),
            None => Some(Outcome::new(Severity::Dangerous, "a type that is not known", Sym::Tainted)),
        },
        Helper::MakeFunction | Helper::MakeSkelFunc => Some(function(follow, this, &first)),
        Helper::FillFunction | Helper::RehydrateSkeletonClass | Helper::FunctionSetState | Helper::ClassSetState => match first {
            Sym::Function(_) | Sym::Class(_) => suspicious("code by value", first),
            Sym::Name(of) => Some(Outcome::new(Severity::Dangerous, format!("changes {of}, which others use"), Sym::Tainted)),
            _ => suspicious("code by value", Sym::Unknown),
        },
        Helper::MakeSkeletonClass | Helper::MakeSkeletonEnum => {
            // The metaclass makes it, and the bases are told.
            for arg in args.known.iter().take(3) {
                let runs = match arg {
                    Sym::Class(class) => follow.class_runs(*class, &["__new__", "__init__", "__prepare__", "__call__"]),
                    Sym::Function(_) | Sym::Source | Sym::Tainted | Sym::Made(_) => true,
                    Sym::Name(name) => {
                        let name = name.clone();
                        follow.judge(&name).severity == Severity::Dangerous
                    }
                    Sym::Data(bases) => {
                        let bases = follow.heap.items(*bases).to_vec();
                        bases.into_iter().take(64).any(|base| match follow.sym(base) {
                            Sym::Class(class) => follow.class_runs(class, &["__init_subclass__", "__mro_entries__"]),
                            Sym::Made(class) => follow.class_runs(class, &["__mro_entries__"]),
                            Sym::Tainted | Sym::Source => true,
                            _ => false,
                        })
                    }
                    _ => false,
                };
                if runs {
                    return Some(Outcome::new(Severity::Dangerous, "making a class runs code by value", Sym::Class(this)));
                }
            }
            suspicious("a class by value", Sym::Class(this))
        }
        Helper::SubImport => {
            let module = follow.text(&first);
            let mut outcome = import(follow, module.clone());
            let known = module.is_some_and(|module| !follow.rules.judge(&module, "").unlisted && !is_powerful(&module));
            if known && outcome.severity == Severity::Suspicious {
                outcome.severity = Severity::Safe;
            }
            Some(outcome)
        }
        Helper::DynamicSubImport => suspicious("a module by value", Sym::Source),
        Helper::FileReconstructor => Some(Outcome::new(Severity::Safe, "a file in memory", Sym::Unknown)),
        _ => suspicious("part of code by value", Sym::Instance(name.clone().into())),
    }
}

/// `compile(source, file, mode)` runs nothing.
fn compile(follow: &mut Follow<'_, '_>, args: &[Sym]) -> Outcome {
    let text = args.first().and_then(|source| follow.source_text(source));
    let mode = args.get(2).and_then(|mode| follow.text(mode));
    let harmless = match (text.as_deref(), mode.as_deref()) {
        (Some(text), Some("exec")) => source::only_defines(text),
        (Some(text), Some("eval")) => source::only_lambda(text),
        _ => false,
    };
    let reaches = text.map(|text| follow.source_reaches(&text)).unwrap_or_default();
    let gives = if harmless { Sym::Source } else { Sym::Tainted };
    let severity = if follow.rules.judge_code && !reaches.is_empty() { Severity::Dangerous } else { Severity::Suspicious };
    Outcome::new(severity, format!("compiles source{reaches}"), gives)
}

fn execute(follow: &mut Follow<'_, '_>, how: &str, args: &[Sym]) -> Outcome {
    let first = args.first().cloned().unwrap_or(Sym::Unknown);
    let text = follow.source_text(&first);
    let harmless = match (&first, text.as_deref()) {
        (Sym::Source, _) => true,
        (Sym::Marshalled(facts), _) => facts.is_harmless(follow.rules, |_| true),
        (_, Some(text)) if how == "eval" => source::only_lambda(text),
        (_, Some(text)) => source::only_defines(text),
        _ => false,
    };
    let namespace = match args.get(1) {
        None => true,
        Some(Sym::Data(value @ (Value::Dict(_) | Value::None))) => {
            let helper = text.as_deref().is_some_and(|text| text == source_helpers::RUN || text == source_helpers::LOAD);
            follow.namespaces.insert(*value, helper);
            true
        }
        Some(Sym::Source) => true,
        _ => false,
    };
    let reaches = match (&first, text) {
        (Sym::Marshalled(facts), _) => reached(&facts.reaches(follow.rules)),
        (_, text) => text.map(|text| follow.source_reaches(&text)).unwrap_or_default(),
    };
    if harmless && namespace {
        let severity = if follow.rules.judge_code && !reaches.is_empty() { Severity::Dangerous } else { Severity::Suspicious };
        return Outcome::new(severity, format!("runs source that only defines functions{reaches}"), Sym::Source);
    }
    Outcome::new(Severity::Dangerous, format!("runs Python code{reaches}"), Sym::Tainted)
}

/// A change of an object: harmless only where the object was made by this pickle.
fn change(follow: &mut Follow<'_, '_>, target: &Sym, reason: &'static str) -> Outcome {
    let own = match target {
        Sym::Source | Sym::Function(_) | Sym::Class(_) | Sym::Made(_) | Sym::Data(_) => true,
        Sym::Instance(name) => {
            name.is("types", "ModuleType") || name.is("types", "SimpleNamespace") || name.module.starts_with("dill.")
        }
        _ => false,
    };
    let severity = if own { Severity::Suspicious } else { Severity::Dangerous };
    let _ = follow;
    Outcome::new(severity, reason, Sym::Unknown)
}

/// An item of a dict of modules or variables, or of a container in the pickle.
fn get_item(follow: &mut Follow<'_, '_>, object: &Sym, key: &Sym) -> Option<Outcome> {
    let text = follow.text(key);
    let outcome = match object {
        Sym::Name(name) if name.is("sys", "modules") => import(follow, text),
        // `List[int]`: a class with parameters.
        Sym::Name(name) if !name.path.is_empty() && !name.path.ends_with("__dict__") && !name.path.ends_with("__builtins__") => {
            return None;
        }
        Sym::Name(name) => {
            let Some(text) = text else {
                return Some(Outcome::new(Severity::Dangerous, "reaches an item whose key is not known", Sym::Tainted));
            };
            // `__dict__` of a module or a class: its attributes.
            let base = Name {
                module: name.module.clone(),
                path: name.path.trim_end_matches("__dict__").trim_end_matches('.').to_owned(),
            };
            let (severity, found) = follow.attribute(&Sym::Name(base.into()), &text);
            Outcome::new(severity.max(Severity::Suspicious), "reaches an item by its name", found)
        }
        Sym::Source => Outcome::new(Severity::Suspicious, "reaches what was defined", Sym::Source),
        Sym::Data(value) => match follow.namespaces.get(value) {
            Some(true) => Outcome::new(Severity::Suspicious, "reaches a helper", Sym::Helper),
            Some(false) => Outcome::new(Severity::Suspicious, "reaches what was defined", Sym::Source),
            None => {
                let Sym::Data(key) = key else { return None };
                let heap = follow.heap;
                let found = heap.obj(*value).get(heap.obj(*key)).ok()?.value();
                let sym = follow.sym(found);
                Outcome::new(Severity::Safe, "an item", sym)
            }
        },
        _ => return None,
    };
    Some(outcome)
}

/// A pickle in a pickle.
fn nested(follow: &mut Follow<'_, '_>, bytes: &Sym) -> Outcome {
    let Some(bytes) = follow.bytes(bytes) else {
        return Outcome::new(Severity::Dangerous, "loads a pickle that cannot be seen", Sym::Tainted);
    };
    if follow.depth >= DEPTH || !follow.spend(bytes.len()) {
        return Outcome::new(Severity::Dangerous, "loads pickles in pickles without an end", Sym::Tainted);
    }
    let (reports, root) = super::inside::nested(&bytes, follow.rules, follow.depth + 1);
    let verdict = reports.iter().fold(Verdict::Safe, |worst, report| worst.worse(report.verdict()));
    let mut harmful = false;
    for report in reports {
        harmful |= report.globals.iter().any(|global| global.severity == Severity::Dangerous);
        for finding in report.findings {
            follow.find(finding.severity, format!("in a pickle inside: {}", finding.message));
        }
        let at = follow.place();
        follow.report.calls.extend(report.calls.into_iter().map(|call| super::CallUse { offset: at, ..call }));
        follow.report.globals.extend(report.globals.into_iter().map(|global| super::GlobalUse { offset: at, ..global }));
    }
    let severity = match verdict {
        Verdict::Safe => Severity::Safe,
        Verdict::Suspicious | Verdict::Error => Severity::Suspicious,
        Verdict::Dangerous => Severity::Dangerous,
    };
    let gives = match root {
        Sym::Name(_) | Sym::Instance(_) | Sym::Text(_) | Sym::Bytes(_) | Sym::Attributes(_) => root,
        _ if harmful || verdict == Verdict::Dangerous => Sym::Tainted,
        _ => Sym::Unknown,
    };
    Outcome::new(severity, "loads a pickle", gives)
}

impl Follow<'_, '_> {
    /// The text of a source: a str, or bytes that can only mean one.
    fn source_text(&self, source: &Sym) -> Option<Rc<str>> {
        self.text(source).or_else(|| {
            let bytes = self.bytes(source)?;
            let text = std::str::from_utf8(&bytes).ok().filter(|text| text.is_ascii())?;
            Some(text.into())
        })
    }

    /// What a source reaches, for a reason.
    fn source_reaches(&self, text: &str) -> String {
        let names = source::words(text).take(10_000).map(str::to_owned).collect();
        let reaches = Facts { names, ..Default::default() }.reaches(self.rules);
        reached(&reaches)
    }
}

fn reached(reaches: &[String]) -> String {
    if reaches.is_empty() { String::new() } else { format!(" that reaches {}", reaches.join(", ")) }
}
