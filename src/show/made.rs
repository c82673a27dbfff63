//! What calls give, as a reader sees it: functions, classes, instances, dates, arrays, and calls of anything else.

use std::borrow::Cow;

use crate::heap::{CallKind, EffectKind, Obj, Value};
use crate::reflect::std_types::{self, Instance};
use crate::reflect::{
    Alias, Attribute, BuiltinType, Cell, Class, ClassMethod, Code, DictView, EnumMember, Function, Logger, MappingProxy, Method,
    Module, NamedTuple, Partial, Property, Singleton, StaticMethod, TypeOf, TypeVar,
};

use super::node::{Around, Children, Node, global_text, thousands};
use super::step::Step;
use super::{array, shorten, tensor};

type Parts<'h> = Vec<(Step<'h>, Obj<'h>)>;

fn attr<'h>(name: &'static str, object: Obj<'h>) -> (Step<'h>, Obj<'h>) {
    (Step::Attr(Cow::Borrowed(name)), object)
}

/// What a call gives.
pub(super) fn node(object: Obj<'_>) -> Node<'_> {
    // A reader of a broken heap may hold an effect; it has no parts.
    let Ok(call) = object.as_call() else { return leaf(object, "call", "<dropped>".to_owned()) };
    let callable = call.callable();
    let names = callable.global_names();
    let module = names.as_ref().map_or("", |(module, _)| module);
    // Instances of classes by name are the most by far: no other construct is pickled so, but for UUIDs.
    if call.kind() != CallKind::Reduce && !module.is_empty() && module != "uuid" && module != "types" {
        return instance(object);
    }
    if let Some((kind, text)) = std_types::named_text(object) {
        return leaf(object, kind, text);
    }
    if module.starts_with("numpy") {
        return array::node(object).unwrap_or_else(|| instance(object));
    }
    if module.starts_with("torch") {
        return tensor::node(object).unwrap_or_else(|| instance(object));
    }
    if module == "builtins"
        && let Some(node) = set(object)
    {
        return node;
    }
    if module == "collections"
        && let Some(node) = collection(object)
    {
        return node;
    }
    construct(object).unwrap_or_else(|| instance(object))
}

pub(super) fn leaf<'h>(object: Obj<'h>, kind: &'static str, text: String) -> Node<'h> {
    let cut = shorten(&text, 10 * super::TEXT);
    let text = if cut.len() < text.len() { format!("{cut}... ({} characters)", thousands(text.len())) } else { text };
    Node { object, kind, around: Around::Leaf(text), children: Children::Items(&[]) }
}

fn angle<'h>(object: Obj<'h>, kind: &'static str, text: &str, parts: Parts<'h>) -> Node<'h> {
    let open = text.strip_suffix('>').unwrap_or(text);
    let open = if open.starts_with('<') { open.to_owned() } else { format!("<{open}") };
    Node { object, kind, around: Around::Angle(open), children: Children::Named(parts) }
}

/// Functions and classes by value, and what else cloudpickle and dill make.
fn construct(object: Obj<'_>) -> Option<Node<'_>> {
    let heap = object.heap();
    if let Some(function) = Function::recognise(object) {
        let parts = function.parts();
        let closure = match parts.closure {
            Some(crate::reflect::Closure::Cells(cells) | crate::reflect::Closure::Contents(cells)) => cells,
            None => Value::None,
        };
        let named = [
            ("__code__", parts.code),
            ("__globals__", parts.globals),
            ("__closure__", closure),
            ("__defaults__", parts.defaults),
            ("__kwdefaults__", parts.kwdefaults),
            ("__doc__", parts.doc),
            ("__dict__", parts.attributes),
        ];
        let telling = |value: Value| match value {
            Value::None => false,
            Value::Dict(_) | Value::Tuple(_) | Value::List(_) => !heap.items(value).is_empty(),
            _ => true,
        };
        let named = named.into_iter().filter(|(_, part)| telling(*part)).map(|(name, part)| attr(name, heap.obj(part)));
        return Some(angle(object, "function", &function.to_string(), named.collect()));
    }
    if let Some(class) = Class::recognise(object) {
        let mut parts: Parts<'_> =
            class.bases().filter(|base| !base.is_global("builtins", "object")).zip(0..).map(base).collect();
        parts.extend(class.members().map(|(name, member)| (Step::Attr(name.to_string_lossy()), member)));
        return Some(angle(object, "class", &class.to_string(), parts));
    }
    if let Some(code) = Code::recognise(object) {
        let text = format!("<code {} ({} bytes of bytecode)", code.name(), code.bytecode().len());
        let consts = code.consts().enumerate().filter(|(_, constant)| !constant.is_none());
        let consts = consts.map(|(at, constant)| (Step::Part("const", Some(at)), constant)).collect();
        return Some(angle(object, "code", &text, consts));
    }
    if let Some(cell) = Cell::recognise(object) {
        let contents = cell.contents().map(|contents| attr("cell_contents", contents));
        return Some(angle(object, "cell", "<cell", contents.into_iter().collect()));
    }
    if let Some(module) = Module::recognise(object) {
        let vars = module.vars().map(|(name, var)| (Step::Attr(name.to_string_lossy()), var));
        return Some(angle(object, "module", &module.to_string(), vars.collect()));
    }
    if let Some(method) = Method::recognise(object) {
        return Some(angle(
            object,
            "method",
            "<bound method",
            vec![attr("__func__", method.function()), attr("__self__", method.this())],
        ));
    }
    if let Some(property) = Property::recognise(object) {
        let parts = [("fget", property.getter()), ("fset", property.setter()), ("fdel", property.deleter())];
        let parts = parts.into_iter().filter_map(|(name, part)| Some(attr(name, part?))).collect();
        return Some(angle(object, "property", "<property", parts));
    }
    if let Some(method) = ClassMethod::recognise(object) {
        return Some(angle(object, "classmethod", "<classmethod", vec![attr("__func__", method.function())]));
    }
    if let Some(method) = StaticMethod::recognise(object) {
        return Some(angle(object, "staticmethod", "<staticmethod", vec![attr("__func__", method.function())]));
    }
    if let Some(partial) = Partial::recognise(object) {
        let mut parts = vec![attr("func", partial.function())];
        parts.extend(partial.args().enumerate().map(|(at, arg)| (Step::Part("arg", Some(at)), arg)));
        parts.extend(partial.keywords().map(|(name, value)| (Step::Attr(name.to_string_lossy()), value)));
        return Some(angle(object, "partial", "<functools.partial", parts));
    }
    if let Some(proxy) = MappingProxy::recognise(object) {
        let parts = vec![(Step::Part("mapping", None), proxy.mapping())];
        return Some(angle(object, "mappingproxy", "<mappingproxy", parts));
    }
    if let Some(member) = EnumMember::recognise(object) {
        return Some(angle(object, "enum member", &member.to_string(), vec![attr("value", member.value())]));
    }
    macro_rules! leaves {
        ($($view:ident $kind:literal)*) => {
            $(if let Some(found) = $view::recognise(object) {
                return Some(leaf(object, $kind, found.to_string()));
            })*
        };
    }
    leaves!(Alias "type" TypeVar "type" BuiltinType "type" TypeOf "type" Singleton "singleton" Logger "logger" DictView "view" Attribute "attribute");
    None
}

fn base<'h>((base, at): (Obj<'h>, usize)) -> (Step<'h>, Obj<'h>) {
    (Step::Part("base", Some(at)), base)
}

/// Sets and frozensets of protocols below 4: calls with a list.
fn set(object: Obj<'_>) -> Option<Node<'_>> {
    let (call, heap) = (object.as_call().ok()?, object.heap());
    let (_, name) = call.callable().global_names()?;
    let &[list @ Value::List(_)] = heap.items(call.args().value()) else { return None };
    let (kind, open, close, empty) = match &*name {
        "set" => ("set", "{", "}", "set()"),
        "frozenset" => ("frozenset", "frozenset({", "})", "frozenset()"),
        _ => return None,
    };
    if object.effects().next().is_some() || heap.obj(list).effects().next().is_some() {
        return None;
    }
    if heap.items(list).is_empty() {
        return Some(leaf(object, kind, empty.to_owned()));
    }
    let around = Around::Brackets(open.to_owned(), close.into());
    Some(Node { object, kind, around, children: Children::Unordered(heap.items(list)) })
}

/// The types of `collections`, as their `repr` has them.
fn collection(object: Obj<'_>) -> Option<Node<'_>> {
    let instance = Instance::recognise(object)?;
    let (_, name) = instance.class().global_names()?;
    let mut done = Vec::new();
    effects(object, 0, &mut done);
    let args: Vec<_> = instance.args().collect();
    if let ("Counter", [counts], true) = (&*name, &args[..], done.is_empty())
        && let Value::Dict(_) = counts.value()
    {
        let around = Around::Brackets("Counter({".to_owned(), "})".into());
        return Some(Node { object, kind: "Counter", around, children: Children::Named(pairs_of(*counts).collect()) });
    }
    let pairs = done.iter().all(|(step, _)| matches!(step, Step::Key(_)));
    let items = done.iter().all(|(step, _)| matches!(step, Step::Index(_)));
    let (kind, open, close): (_, _, Cow<'static, str>) = match (&*name, &args[..]) {
        ("OrderedDict", []) if pairs => ("OrderedDict", "OrderedDict({".to_owned(), "})".into()),
        ("defaultdict", []) if pairs => ("defaultdict", "defaultdict(None, {".to_owned(), "})".into()),
        ("defaultdict", [factory]) if pairs && (factory.is_none() || matches!(factory.value(), Value::Global(_))) => {
            ("defaultdict", format!("defaultdict({}, {{", Node::of(*factory).text()), "})".into())
        }
        ("deque", []) if items => ("deque", "deque([".to_owned(), "])".into()),
        ("deque", [empty, max @ ..]) if items && max.len() <= 1 && empty.heap().items(empty.value()).is_empty() => {
            let close = max
                .first()
                .filter(|max| !max.is_none())
                .map_or_else(|| "])".into(), |max| format!("], maxlen={max:.20})").into());
            ("deque", "deque([".to_owned(), close)
        }
        _ => return None,
    };
    Some(Node { object, kind, around: Around::Brackets(open, close), children: Children::Named(done) })
}

/// An instance of any class, or the call of anything.
fn instance(object: Obj<'_>) -> Node<'_> {
    let (Some(instance), Ok(call)) = (Instance::recognise(object), object.as_call()) else {
        return leaf(object, "call", "<call>".to_owned());
    };
    let mut parts = Parts::new();
    let class = instance.class();
    let by_value = Class::recognise(class);
    let name = match class.value() {
        Value::Global(_) if class.global_names().is_some() => Some(global_text(class)),
        Value::Call(_) => {
            by_value.map(|class| class_name(class)).or_else(|| Attribute::recognise(class).map(|of| of.to_string()))
        }
        _ => None,
    };
    if name.is_none() {
        parts.push((Step::Part("callable", None), class));
    } else if !matches!(class.value(), Value::Global(_)) {
        // The class is in the pickle: there is more to see of it.
        parts.push(attr("__class__", class));
    }
    let fields: Vec<_> = by_value.and_then(NamedTuple::of).map(|tuple| tuple.fields().collect()).unwrap_or_default();
    if !matches!(call.args().value(), Value::Tuple(_)) {
        parts.push((Step::Part("args", None), call.args()));
    }
    for (at, arg) in instance.args().enumerate() {
        let step = match fields.get(at) {
            Some(field) if instance.args().len() == fields.len() => Step::Attr(field.to_string_lossy()),
            _ => Step::Part("arg", Some(at)),
        };
        parts.push((step, arg));
    }
    // Keywords may come from a call too, and then have no names.
    if let Some(kwargs) = call.kwargs().filter(|kwargs| !object.heap().items(kwargs.value()).is_empty()) {
        parts.push((Step::Part("kwargs", None), kwargs));
    } else {
        parts.extend(instance.kwargs().map(|(name, value)| (Step::Attr(name.to_string_lossy()), value)));
    }
    if let Some(base) = instance.base_value() {
        parts.push((Step::Part("value", None), base));
    }
    let before = parts.len();
    effects(object, 0, &mut parts);
    let name = name.unwrap_or_else(|| if instance.is_new() { "object" } else { "call" }.to_owned());
    if !instance.is_new() && parts.len() == before {
        let around = Around::Brackets(format!("{name}("), ")".into());
        return Node { object, kind: "call", around, children: Children::Named(parts) };
    }
    angle(object, "instance", &name, parts)
}

/// Module and qualified name of a class by value.
fn class_name(class: Class<'_>) -> String {
    match class.module() {
        Some(module) => format!("{}.{}", module.to_string_lossy(), class.qualname().to_string_lossy()),
        None => class.qualname().to_string_lossy().into_owned(),
    }
}

/// What is done to an object after it was made, in order: attributes, items, states, and what is made and dropped at its place.
///
/// The first item that is added has the index `items`.
pub(super) fn effects<'h>(object: Obj<'h>, mut items: usize, parts: &mut Parts<'h>) {
    let heap = object.heap();
    let (mut members, mut states, mut dropped) = (items, 0, 0);
    let nth = |count: &mut usize| {
        *count += 1;
        *count - 1
    };
    for effect in object.effects() {
        let done = effect.object;
        match effect.kind {
            EffectKind::Append => {
                parts.extend(heap.items(done.value()).iter().map(|item| (Step::Index(nth(&mut items)), heap.obj(*item))));
            }
            EffectKind::AddItems => {
                let added = heap.items(done.value()).iter();
                parts.extend(added.map(|item| (Step::Part("item", Some(nth(&mut members))), heap.obj(*item))));
            }
            EffectKind::SetItems => parts.extend(pairs_of(done)),
            EffectKind::Build => build(done, &mut states, parts),
            EffectKind::SetState => {
                let at = Some(nth(&mut states)).filter(|at| *at > 0);
                parts.extend(effect.setter.map(|setter| (Step::Part("setter", at), setter)));
                parts.push((Step::Part("state", at), done));
            }
            EffectKind::Drop => parts.push((Step::Part("dropped", Some(nth(&mut dropped))), done)),
        }
    }
}

fn pairs_of(dict: Obj<'_>) -> impl Iterator<Item = (Step<'_>, Obj<'_>)> {
    let heap = dict.heap();
    heap.items(dict.value()).chunks_exact(2).map(move |pair| (Step::Key(heap.obj(pair[0])), heap.obj(pair[1])))
}

/// A state: attributes where it is a dict of names, or a dict and one for slots.
fn build<'h>(state: Obj<'h>, states: &mut usize, parts: &mut Parts<'h>) {
    let heap = state.heap();
    let dicts = match (state.value(), heap.items(state.value())) {
        (Value::Dict(_), _) => vec![state],
        (Value::Tuple(_), &[first @ (Value::None | Value::Dict(_)), slots @ Value::Dict(_)]) => {
            [first, slots].into_iter().filter(|dict| *dict != Value::None).map(|dict| heap.obj(dict)).collect()
        }
        _ => Vec::new(),
    };
    let is_str = |key: &Value| matches!(key, Value::Str(_) | Value::ByteString(_));
    if !dicts.is_empty() && dicts.iter().all(|dict| heap.items(dict.value()).iter().step_by(2).all(is_str)) {
        for pair in dicts.iter().flat_map(|dict| heap.items(dict.value()).chunks_exact(2)) {
            parts.push((Step::Attr(String::from_utf8_lossy(heap.content(pair[0]))), heap.obj(pair[1])));
        }
        return;
    }
    *states += 1;
    parts.push((Step::Part("state", Some(*states - 1).filter(|at| *at > 0)), state));
}

/// An object that lives outside the pickle.
pub(super) fn persistent<'h>(object: Obj<'h>, id: Obj<'h>) -> Node<'h> {
    if let Some(storage) = tensor::storage(id) {
        return leaf(object, "storage", storage.to_string());
    }
    if Node::of(id).is_empty() {
        return leaf(object, "persistent", format!("<persistent {}>", Node::of(id).text()));
    }
    angle(object, "persistent", "<persistent", vec![(Step::Part("id", None), id)])
}
