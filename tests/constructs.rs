//! The constructs beside functions and classes, as views of what releases of cloudpickle wrote: every field against what Python wrote beside
//! each golden payload, and every one built anew from its parts.

mod common;

use std::collections::{BTreeMap, HashSet};

use cloudpickle::reflect::{
    Alias, Attribute, BuiltinType, Cell, Class, ClassMethod, Dataclass, DictView, DictViewKind, EnumMember, Enumeration,
    Function, Iter, Logger, MappingProxy, MemoryView, Method, Module, NamedTuple, Namespace, NewType, Partial, Property,
    Singleton, StaticMethod, TextFile, TypeOf, TypeVar, WeakSet,
};
use cloudpickle::reflect::{DataclassField, Dialect, FieldParts, Target, TextFileParts};
use cloudpickle::{Heap, Obj, Pickle, Value};
use common::{golden, version};
use serde_json::Value as Json;

/// What is compared, what is not and why, and what differs.
#[derive(Default)]
struct Tally {
    compared: BTreeMap<&'static str, usize>,
    excluded: BTreeMap<&'static str, usize>,
    fields: usize,
    differ: Vec<String>,
}

struct Check<'t> {
    tally: &'t mut Tally,
    label: String,
    case: String,
    python: (u32, u32),
    release: (u32, u32),
    seen: HashSet<Value>,
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_default()
}

fn list(json: &Json) -> &[Json] {
    json.as_array().map_or(&[], Vec::as_slice)
}

/// Without the addresses of objects, which only a running Python has, and as it wrote `Optional` before 3.9.
fn clean(text: &str) -> String {
    text.replace(" at 0x0>", ">").replace("Union[int, NoneType]", "Optional[int]")
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - group.len()));
        out.extend((0..=group.len()).map(|nth| char::from(DIGITS[bits >> (18 - 6 * nth) & 63])));
        out.extend(std::iter::repeat_n('=', 3 - group.len()));
    }
    out
}

impl Check<'_> {
    fn equal<A: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: A, wanted: A) {
        self.tally.fields += 1;
        if found != wanted {
            self.tally.differ.push(format!("{}: {what}: {found:?}, Python has {wanted:?}", self.label));
        }
    }

    fn excluded(&mut self, why: &'static str) {
        *self.tally.excluded.entry(why).or_default() += 1;
    }

    /// A view that must be there.
    fn view<T>(&mut self, kind: &'static str, view: cloudpickle::Result<T>) -> Option<T> {
        *self.tally.compared.entry(kind).or_default() += 1;
        view.map_err(|error| self.tally.differ.push(format!("{}: {kind}: {error}", self.label))).ok()
    }

    /// Up to 1.4 on Python 3.6 and 3.7.
    fn slow(&self) -> bool {
        self.release < (1, 5) && self.python < (3, 8)
    }

    fn optional(&mut self, what: &str, found: Option<Obj<'_>>, json: &Json) {
        self.equal(what, found.is_none(), json.is_null() || json["kind"] == "NoneType");
        if let Some(found) = found {
            self.object(found, json);
        }
    }

    fn each<'h>(&mut self, what: &str, found: impl Iterator<Item = Obj<'h>>, wanted: &Json) {
        let found: Vec<_> = found.collect();
        self.equal(what, found.len(), list(wanted).len());
        for (found, wanted) in found.into_iter().zip(list(wanted)) {
            self.object(found, wanted);
        }
    }

    fn named<'h>(&mut self, what: &str, found: impl Iterator<Item = (impl ToString, Obj<'h>)>, wanted: &Json) {
        let found: Vec<_> = found.map(|(name, value)| (name.to_string(), value)).collect();
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        self.equal(what, names, list(wanted).iter().map(|pair| text(&pair[0]).trim_matches('\'')).collect());
        for ((_, value), wanted) in found.iter().zip(list(wanted)) {
            self.object(*value, &wanted[1]);
        }
    }

    /// Values by name, as many as both have.
    fn common<'h>(&mut self, found: impl Iterator<Item = (impl ToString, Obj<'h>)>, wanted: &Json) {
        for (name, value) in found {
            let name = name.to_string();
            if let Some(pair) = list(wanted).iter().find(|pair| text(&pair[0]) == name.trim_matches('\'')) {
                self.object(value, &pair[1]);
            }
        }
    }

    fn object(&mut self, object: Obj<'_>, json: &Json) {
        let kind = text(&json["kind"]);
        // Met before, or nothing is said.
        if kind.is_empty() {
            return;
        }
        match kind {
            "NoneType" | "bool" | "int" | "float" | "str" => {
                self.equal(kind, object.to_string(), text(&json["repr"]).to_owned());
            }
            "bytes" if object.as_bytes().is_ok() => self.equal(kind, object.to_string(), text(&json["repr"]).to_owned()),
            "tuple" | "list" | "dict" => self.container(object, json),
            "function" | "code" | "cell" | "class" => self.code(object, json),
            "ellipsis" | "NotImplementedType" => {
                if let Some(found) = self.view("Singleton", Singleton::reflect(object)) {
                    self.equal("singleton", found.to_string(), text(&json["repr"]).to_owned());
                }
            }
            "type of" if self.release < (1, 0) => self.excluded("0.4 writes the type of None as a class of its own"),
            "type of" => {
                if let Some(found) = self.view("TypeOf", TypeOf::reflect(object)) {
                    let instance = Singleton::reflect(found.instance()).map_or("None".into(), |found| found.to_string());
                    self.equal("instance", instance, text(&json["value"]).to_owned());
                }
            }
            "types constant" => self.types_constant(object, json),
            "reference" => self.reference(object, json),
            "module" => self.module(object, json),
            "method" => {
                if let Some(found) = self.view("Method", Method::reflect(object)) {
                    self.object(found.function(), &json["function"]);
                    self.object(found.this(), &json["self"]);
                }
            }
            "builtin method"
            | "method wrapper"
            | "method descriptor"
            | "slot wrapper"
            | "classmethod descriptor"
            | "getset descriptor"
            | "member descriptor" => self.attribute(object, json),
            "classmethod" => {
                if let Some(found) = self.view("ClassMethod", ClassMethod::reflect(object)) {
                    self.equal("is abstract", found.is_abstract(), text(&json["class"]["name"]) == "abstractclassmethod");
                    self.object(found.function(), &json["function"]);
                }
            }
            "staticmethod" => {
                if let Some(found) = self.view("StaticMethod", StaticMethod::reflect(object)) {
                    self.equal("is abstract", found.is_abstract(), text(&json["class"]["name"]) == "abstractstaticmethod");
                    self.object(found.function(), &json["function"]);
                }
            }
            "property" => self.property(object, json),
            "enum member" => self.enum_member(object, json),
            "TypeVar" => self.typevar(object, json),
            "ParamSpec" | "TypeVarTuple" | "TypeAliasType" | "NewType" => {
                *self.tally.compared.entry("by name alone").or_default() += 1;
                let names = (text(&json["module"]).to_owned(), text(&json["name"]).to_owned());
                let found = object.as_global().map(|(module, name)| (module.into_owned(), name.into_owned())).ok();
                self.equal(kind, found, Some(names));
            }
            "mappingproxy" => {
                if let Some(found) = self.view("MappingProxy", MappingProxy::reflect(object)) {
                    self.pairs(found.items(), json);
                }
            }
            "memoryview" if self.slow() => self.excluded("a memoryview of the slow path is bytes"),
            "memoryview" => {
                if let Some(found) = self.view("MemoryView", MemoryView::reflect(object)) {
                    self.equal("bytes", base64(found.bytes()), text(&json["base64"]).to_owned());
                }
            }
            "WeakSet" => {
                if let Some(found) = self.view("WeakSet", WeakSet::reflect(object)) {
                    // The order says nothing.
                    self.equal("number of items", found.iter().count(), list(&json["items"]).len());
                }
            }
            "logger" => {
                if let Some(found) = self.view("Logger", Logger::reflect(object)) {
                    self.equal("name", found.name().to_string(), text(&json["name"]).to_owned());
                    self.equal("is root", found.is_root(), json["root"] == true);
                }
            }
            "text file" => self.text_file(object, json),
            "partial" => {
                if let Some(found) = self.view("Partial", Partial::reflect(object)) {
                    self.object(found.class(), &json["class"]);
                    self.object(found.function(), &json["function"]);
                    self.each("args", found.args(), &json["args"]);
                    self.named("keywords", found.keywords(), &json["keywords"]);
                    self.named("attributes", found.attributes(), &json["attributes"]);
                }
            }
            "SimpleNamespace" => {
                if let Some(found) = self.view("Namespace", Namespace::reflect(object)) {
                    self.named("attributes", found.attributes(), &json["attributes"]);
                }
            }
            "alias" if self.release < (1, 5) => self.excluded("on 3.6 an alias is a class up to 1.3"),
            "alias" => {
                if let Some(found) = self.view("Alias", Alias::reflect(object)) {
                    self.optional("origin", found.origin(), &json["origin"]);
                    self.tally.fields += 1;
                }
            }
            "instance" => self.instance(object, json),
            view if view.starts_with("dict_") || view.starts_with("odict_") => self.dict_view(object, json, view),
            // Standard types are no constructs of cloudpickle's.
            "bytes" | "complex" | "set" | "frozenset" | "bytearray" | "slice" | "pattern" => {}
            other => self.tally.differ.push(format!("{}: nothing known about {other}", self.label)),
        }
    }

    fn pairs<'h>(&mut self, found: impl Iterator<Item = (Obj<'h>, Obj<'h>)>, json: &Json) {
        let found: Vec<_> = found.collect();
        self.equal("number of pairs", found.len(), list(&json["items"]).len());
        for ((key, value), pair) in found.into_iter().zip(list(&json["items"])) {
            // A mapping proxy has texts for keys.
            match &pair[0] {
                Json::String(name) => self.equal("key", key.to_string().trim_matches('\'').to_owned(), name.clone()),
                wanted => self.object(key, wanted),
            }
            self.object(value, &pair[1]);
        }
    }

    fn container(&mut self, object: Obj<'_>, json: &Json) {
        if !self.seen.insert(object.value()) {
            return;
        }
        if json["kind"] == "dict" {
            if let Ok(items) = object.items() {
                for ((_, value), wanted) in items.zip(list(&json["items"])) {
                    self.object(value, &wanted[1]);
                }
            }
        } else if let Ok(items) = object.iter() {
            for (item, wanted) in items.zip(list(&json["items"])) {
                self.object(item, wanted);
            }
        }
    }

    /// What other constructs are found in.
    fn code(&mut self, object: Obj<'_>, json: &Json) {
        if !self.seen.insert(object.value()) {
            return;
        }
        match text(&json["kind"]) {
            "function" => {
                let Ok(function) = Function::reflect(object) else { return };
                self.common(function.globals(), &json["globals"]);
                self.common(function.attributes(), &json["attributes"]);
                self.common(function.kwdefaults(), &json["kwdefaults"]);
                for (name, value) in function.annotations() {
                    let wanted = list(&json["annotations"]).iter().find(|wanted| name == *text(&wanted[0]));
                    self.object(value, wanted.map_or(&Json::Null, |wanted| &wanted[2]));
                }
                for (value, wanted) in function.defaults().zip(list(&json["defaults"])) {
                    self.object(value, wanted);
                }
                for ((_, cell), wanted) in function.closure().zip(list(&json["closure"])) {
                    if let Some(contents) = cell.contents() {
                        self.object(contents, &wanted[1]["contents"]);
                    }
                }
                for submodule in function.submodules() {
                    if let Some(module) = self.view("captured submodule", Module::reflect(submodule)) {
                        self.equal("by reference", module.is_dynamic(), false);
                    }
                }
                let in_typing = json["code"]["filename"].as_str().is_some_and(|file| file.ends_with("typing.py"));
                if in_typing
                    && self.python < (3, 10)
                    && let Some(found) = NewType::of(function)
                {
                    *self.tally.compared.entry("NewType").or_default() += 1;
                    if self.release >= (1, 0) {
                        self.equal("name", found.name().to_string(), text(&json["name"]).to_owned());
                    }
                    let supertype = list(&json["attributes"]).iter().find(|pair| pair[0] == "__supertype__");
                    self.equal("has supertype", supertype.is_some(), true);
                    self.object(found.supertype(), supertype.map_or(&Json::Null, |pair| &pair[1]));
                }
            }
            "code" => {
                if let Ok(code) = cloudpickle::reflect::Code::reflect(object) {
                    for (value, wanted) in code.consts().zip(list(&json["consts"])) {
                        self.object(value, wanted);
                    }
                }
            }
            "cell" => {
                if let Some(contents) = Cell::reflect(object).ok().and_then(Cell::contents) {
                    self.object(contents, &json["contents"]);
                }
            }
            _ => {
                let Ok(class) = Class::reflect(object) else { return };
                for (base, wanted) in class.bases().zip(list(&json["bases"])) {
                    if json.get("orig_bases").is_none() {
                        self.object(base, wanted);
                    }
                }
                self.class(class, json);
                for (name, value) in class.members() {
                    self.wrapped(class, &name.to_string_lossy(), json);
                    let wanted = list(&json["members"]).iter().find(|wanted| name == *text(&wanted[0]));
                    self.object(value, wanted.map_or(&Json::Null, |wanted| &wanted[1]));
                }
            }
        }
    }

    /// The function in a `classmethod`, a `staticmethod` or a `property` is a method of the class.
    fn wrapped(&mut self, class: Class<'_>, name: &str, json: &Json) {
        let Some(member) = list(&json["members"]).iter().find(|member| member[0] == name).map(|member| &member[1]) else {
            return;
        };
        let function = match text(&member["kind"]) {
            "classmethod" | "staticmethod" => &member["function"],
            "property" => &member["get"],
            _ => return,
        };
        if function["kind"] == "function" && self.release >= (1, 0) {
            *self.tally.compared.entry("wrapped method").or_default() += 1;
            let method = class.method(name).map(|method| method.name().to_string());
            self.equal("method", method, Some(text(&function["name"]).to_owned()));
        }
    }

    fn class(&mut self, class: Class<'_>, json: &Json) {
        let skeleton = class.members_dict().is_none();
        if self.release < (1, 0) {
            return;
        }
        if let Some(wanted) = json.get("enum") {
            let found = self.view("Enumeration", Enumeration::of(class).ok_or_else(|| no("an enum")));
            if let Some(found) = found {
                self.enumeration(found, list(wanted), json, skeleton);
            }
        }
        if !skeleton
            && let Some(wanted) = json.get("namedtuple")
            && let Some(found) = self.view("NamedTuple", NamedTuple::of(class).ok_or_else(|| no("a namedtuple")))
        {
            let fields: Vec<_> = found.fields().map(|name| name.to_string_lossy().into_owned()).collect();
            self.equal("fields", fields, list(&wanted["fields"]).iter().map(|name| text(name).to_owned()).collect());
            self.named("defaults", found.defaults().map(plain), &wanted["defaults"]);
        }
        if !skeleton
            && let Some(wanted) = json.get("dataclass")
            && let Some(found) = self.view("Dataclass", Dataclass::of(class).ok_or_else(|| no("a dataclass")))
        {
            self.dataclass(found, wanted);
        }
    }

    fn enumeration(&mut self, found: Enumeration<'_>, wanted: &[Json], json: &Json, skeleton: bool) {
        let is_flag = list(&json["mro_names"]).iter().any(|name| name == "enum.Flag");
        self.equal("is flag", found.is_flag(), is_flag);
        let members: Vec<_> = found.members().map(plain).collect();
        let names: Vec<_> = members.iter().map(|(name, _)| name.clone()).collect();
        let canonical: Vec<_> =
            wanted.iter().filter(|member| member["alias"] != true).map(|member| text(&member["name"])).collect();
        // A combination of flags with a name is in the dict of members with Python 3.11 and 3.12.
        self.equal("names", canonical.iter().all(|name| names.iter().any(|other| other == name)), true);
        let ordered: Vec<_> = names.iter().map(String::as_str).filter(|name| canonical.contains(name)).collect();
        self.equal("order", ordered, canonical.clone());
        for (name, value) in &members {
            if let Some(wanted) = wanted.iter().find(|wanted| text(&wanted["name"]) == name) {
                self.object(*value, &wanted["value"]);
            }
        }
        if skeleton {
            return;
        }
        let aliases: Vec<_> = wanted
            .iter()
            .filter(|member| member["alias"] == true)
            .map(|member| text(&member["name"]).to_owned())
            .filter(|name| !names.contains(name))
            .collect();
        let value = |name: &str| wanted.iter().find(|member| member["name"] == name).map(|member| &member["value"]["repr"]);
        for (alias, name) in found.aliases() {
            if let (Some(found), Some(member)) =
                (value(&alias.to_string_lossy()), name.and_then(|name| value(&name.to_string_lossy())))
            {
                self.equal("alias of", member, found);
            }
        }
        let mut found: Vec<_> = found.aliases().map(|(name, _)| name.to_string_lossy().into_owned()).collect();
        found.retain(|name| !name.starts_with('_'));
        found.sort_unstable();
        let mut sorted = aliases.clone();
        sorted.sort_unstable();
        self.equal("aliases", found, sorted);
    }

    fn dataclass(&mut self, found: Dataclass<'_>, wanted: &Json) {
        let fields: Vec<_> = found.fields().collect();
        let names: Vec<_> = fields.iter().map(|field| field.name().to_string_lossy().into_owned()).collect();
        self.equal("fields", names, list(&wanted["fields"]).iter().map(|field| text(&field["name"]).to_owned()).collect());
        for (field, wanted) in fields.into_iter().zip(list(&wanted["fields"])) {
            *self.tally.compared.entry("DataclassField").or_default() += 1;
            self.equal("field kind", field.kind().map(|kind| kind.name()), Some(text(&wanted["kind"])));
            // TypeVars travel from 1.4 on.
            if !(self.release < (1, 4) && text(&wanted["type"]).contains('~')) {
                self.equal("field type", field.type_text(), clean(text(&wanted["type"])));
            }
            for (name, value) in [("default", field.default()), ("default_factory", field.default_factory())] {
                let json = wanted.get(name);
                self.equal(name, value.is_some(), json.is_some());
                if let (Some(value), Some(json)) = (value, json) {
                    self.object(value, json);
                }
            }
            let flags = [
                ("init", field.init()),
                ("repr", field.repr()),
                ("hash", field.hash()),
                ("compare", field.compare()),
                ("kw_only", field.kw_only()),
            ];
            for (name, flag) in flags {
                self.equal(name, flag, wanted.get(name).and_then(Json::as_bool));
            }
            self.named(
                "metadata",
                field.metadata().map(|(key, value)| (key.to_string().trim_matches('\'').to_owned(), value)),
                &wanted["metadata"],
            );
        }
        let params: BTreeMap<_, _> =
            found.params().map(plain).map(|(name, value)| (name, value.value() == Value::True)).collect();
        let wanted = wanted["params"].as_object().into_iter().flatten();
        self.equal("params", params, wanted.map(|(name, value)| (name.clone(), *value == true)).collect());
    }

    fn types_constant(&mut self, object: Obj<'_>, json: &Json) {
        let names: Vec<_> = list(&json["names"]).iter().map(text).collect();
        if let Ok((module, name)) = object.as_global() {
            *self.tally.compared.entry("types constant by name").or_default() += 1;
            // pyspark's old copies look the type up in a module that has it.
            let known = module == "types" && names.contains(&&*name) || module == "typing" && name == "Union";
            return self.equal("types constant", known || module == "builtins", true);
        }
        if self.release < (1, 2) && Class::reflect(object).is_ok() {
            return self.excluded("0.4 and 1.1 write some builtin types as classes");
        }
        if let Some(found) = self.view("BuiltinType", BuiltinType::reflect(object)) {
            self.equal("name", names.contains(&&*found.name().to_string_lossy()), true);
        }
    }

    fn reference(&mut self, object: Obj<'_>, json: &Json) {
        if json["what"] != "TypeVar" {
            return;
        }
        if object.as_global().is_ok() {
            return self.excluded("up to 1.3 a TypeVar of 3.7 and later is a global");
        }
        if let Some(found) = self.view("TypeVar", TypeVar::reflect(object)) {
            self.equal("name", found.name().to_string(), text(&json["name"]).to_owned());
            if let Some(module) = found.module() {
                self.equal("module", module.to_string(), text(&json["module"]).to_owned());
            }
        }
    }

    fn module(&mut self, object: Obj<'_>, json: &Json) {
        let Some(found) = self.view("Module", Module::reflect(object)) else { return };
        self.equal("name", found.name().to_string(), text(&json["name"]).to_owned());
        if !self.seen.insert(object.value()) {
            return;
        }
        // Before 1.5 a module was written by value when it had no file.
        if self.release >= (1, 5) {
            self.equal("by value", found.is_dynamic(), json["by"] == "value");
        }
        if found.is_dynamic() && json["by"] == "value" {
            // 1.2 writes `__builtins__` too.
            let vars = found.vars().map(plain).filter(|(name, _)| name != "__builtins__");
            self.named("vars", vars, &json["vars"]);
        }
    }

    fn attribute(&mut self, object: Obj<'_>, json: &Json) {
        if let Ok((_, name)) = object.as_global() {
            // Methods of builtin types that Python finds by their qualified name.
            *self.tally.compared.entry("method by name").or_default() += 1;
            let last = name.rsplit('.').next().unwrap_or_default().to_owned();
            return self.equal("name", last, text(&json["name"]).to_owned());
        }
        if self.release < (1, 2) && Function::reflect(object.as_call().map_or(object, |call| call.callable())).is_ok() {
            return self.excluded("0.4 and 1.1 write object.__new__ as the call of a function");
        }
        if self.release < (1, 0) && Attribute::reflect(object).is_err() {
            return self.excluded("0.4 writes some methods of classes otherwise");
        }
        if let Some(found) = self.view("Attribute", Attribute::reflect(object)) {
            self.equal("name", found.name().to_string(), text(&json["name"]).to_owned());
            self.object(found.of(), json.get("self").unwrap_or(&json["class"]));
        }
    }

    fn property(&mut self, object: Obj<'_>, json: &Json) {
        if let Some(found) = self.view("Property", Property::reflect(object)) {
            self.optional("getter", found.getter(), &json["get"]);
            self.optional("setter", found.setter(), &json["set"]);
            self.optional("deleter", found.deleter(), &json["delete"]);
            let doc = found.doc().and_then(|doc| doc.as_str().ok()).map(str::to_owned);
            // The doc of the getter is repeated.
            self.equal("doc", doc, json["doc"].as_str().map(str::to_owned));
        }
    }

    fn enum_member(&mut self, object: Obj<'_>, json: &Json) {
        let by_reference = json["class"]["kind"] == "reference";
        if by_reference {
            return self.excluded("a member of an enum by reference is a call of a global, or a global");
        }
        if self.release < (1, 0) {
            return self.excluded("0.4 writes enums as calls of their metaclass");
        }
        if let Some(found) = self.view("EnumMember", EnumMember::reflect(object)) {
            let name = json["name"].as_str().filter(|name| !name.contains('|')).map(str::to_owned);
            if let (Some(name), false) = (name, found.name().is_none()) {
                self.equal("name", found.name().map(|name| name.to_string()), Some(name));
            } else {
                // Only a combination of flags has no name of its own.
                self.equal("is flag", found.class().is_flag(), true);
            }
            self.object(found.value(), &json["value"]);
            self.object(found.class().class().object(), &json["class"]);
        }
    }

    fn typevar(&mut self, object: Obj<'_>, json: &Json) {
        if object.as_global().is_ok() && self.release < (1, 4) {
            return self.excluded("up to 1.3 a TypeVar of 3.7 and later is a global");
        }
        if let Some(found) = self.view("TypeVar", TypeVar::reflect(object)) {
            self.equal("name", found.name().to_string(), text(&json["name"]).to_owned());
            if found.module().is_some() {
                return;
            }
            self.optional("bound", found.bound(), &json["bound"]);
            self.each("constraints", found.constraints(), &json["constraints"]);
            self.equal("covariant", found.is_covariant(), json["covariant"] == true);
            self.equal("contravariant", found.is_contravariant(), json["contravariant"] == true);
        }
    }

    fn text_file(&mut self, object: Obj<'_>, json: &Json) {
        // The streams of `sys` are attributes of it.
        if text(&json["name"]).starts_with('<') {
            if let Some(found) = self.view("Attribute", Attribute::reflect(object)) {
                let name = text(&json["name"]).trim_matches(['<', '>']).to_owned();
                self.equal("stream", found.name().to_string(), name);
            }
            return;
        }
        if let Some(found) = self.view("TextFile", TextFile::reflect(object)) {
            self.equal("name", found.name().to_string(), text(&json["name"]).to_owned());
            let (wanted, position) = if self.case == "file_empty" { ("", 0) } else { ("first line\nsecond line\n", 11) };
            self.equal("text", found.text().as_str().ok(), Some(wanted));
            self.equal("position", found.position(), position);
        }
    }

    fn dict_view(&mut self, object: Obj<'_>, json: &Json, kind: &str) {
        let Some(found) = self.view("DictView", DictView::reflect(object)) else { return };
        self.equal("is ordered", found.is_ordered(), kind.starts_with('o'));
        let name = match found.kind() {
            DictViewKind::Keys => "keys",
            DictViewKind::Values => "values",
            DictViewKind::Items => "items",
        };
        self.equal("kind", kind.ends_with(name), true);
        if found.kind() == DictViewKind::Items {
            self.pairs(found.items(), json);
        } else {
            self.each("items", found.iter(), &json["items"]);
        }
    }

    fn instance(&mut self, object: Obj<'_>, json: &Json) {
        let name = text(&json["class_name"]);
        let steps = &json["reduce"];
        let iterator = name.starts_with("itertools.")
            || name.starts_with("builtins.") && name.ends_with("iterator")
            || matches!(name, "builtins.enumerate" | "builtins.zip" | "builtins.map" | "builtins.filter");
        let alias = ["getitem", "GenericAlias", "_CallableGenericAlias", "reduce"].contains(&text(&steps["callable"]))
            || text(&steps["callable"]).contains("GenericAlias");
        if iterator {
            if let Some(found) = self.view("Iter", Iter::reflect(object)) {
                self.equal(
                    "maker",
                    found.kind().into_owned(),
                    text(&steps["callable"]).rsplit('.').next().unwrap_or_default().to_owned(),
                );
                self.each("args", found.args(), &steps["args"]);
                self.optional("state", found.state(), &steps["state"]);
            }
        } else if alias && !steps["callable"].is_null() {
            if let Some(found) = self.view("Alias", Alias::reflect(object)) {
                let args = list(&steps["args"]);
                match found.origin() {
                    Some(origin) => self.object(origin, &args[0]),
                    None => self.equal("arguments", args.len(), 2),
                }
                self.object(found.argument(), &args[1]);
                let single = args[1]["kind"] == "tuple";
                if single {
                    self.equal("number of arguments", found.args().count(), list(&args[1]["items"]).len());
                }
            }
        } else if self.seen.insert(object.value()) {
            let Ok(call) = object.as_call() else { return };
            let Some(state) = call.state() else { return };
            for (wanted, state) in [(&json["attributes"], Some(state)), (&json["slots"], state.get(1).ok())] {
                let Some(Ok(items)) = state.map(Obj::items) else { continue };
                self.common(items, wanted);
            }
        }
    }
}

fn plain<'h>((name, value): (cloudpickle::text::PyStr<'h>, Obj<'h>)) -> (String, Obj<'h>) {
    (name.to_string_lossy().into_owned(), value)
}

fn no(what: &'static str) -> cloudpickle::Error {
    cloudpickle::ErrorKind::WrongType { wanted: what, found: "a class".into() }.into()
}

#[test]
fn golden_constructs_are_what_python_says() {
    let mut tally = Tally::default();
    let mut payloads = 0;
    golden(|payload| {
        if payload.package == "dill" {
            return;
        }
        payloads += 1;
        let label = payload.label();
        let pickle = cloudpickle::loads(&payload.bytes).expect(&label);
        let (case, python, release, seen) = (payload.case, payload.python, version(&payload.release), HashSet::new());
        Check { tally: &mut tally, label, case, python, release, seen }.object(pickle.root(), &payload.object);
    });
    println!("{payloads} payloads, {} fields, {} differ", tally.fields, tally.differ.len());
    println!("{:?}", tally.compared);
    println!("not compared: {:?}", tally.excluded);
    let shown = std::env::var("SHOW").ok().and_then(|shown| shown.parse().ok()).unwrap_or(40);
    for line in tally.differ.iter().take(shown) {
        println!("{line:.400}");
    }
    assert!(tally.differ.is_empty());
    assert!(tally.compared.values().sum::<usize>() > 20_000, "few constructs were found");
}

/// What the parts of an object build, where it is a construct; by which view.
type Rebuild = Box<dyn Fn(&mut Heap<'_>, &Target) -> cloudpickle::Result<Value>>;

fn rebuilds(object: Obj<'_>) -> Vec<(&'static str, Rebuild)> {
    let mut found: Vec<(&'static str, Rebuild)> = Vec::new();
    macro_rules! views {
        ($($view:ident)*) => {
            $(if let Ok(view) = $view::reflect(object) {
                let parts = view.parts();
                // Views print whatever they hold, and their handles can be gone through.
                assert!(!view.to_string().is_empty());
                let mut same = parts.clone();
                let mut handles = 0;
                cloudpickle::reflect::Handles::each(&mut same, &mut |_| handles += 1);
                assert_eq!(same, parts);
                assert!(handles > 0);
                found.push((stringify!($view), Box::new(move |heap, target| parts.build(heap, target))));
            })*
        };
    }
    views!(Alias Attribute BuiltinType ClassMethod DataclassField DictView EnumMember Iter Logger MappingProxy MemoryView Method Module
        Namespace Partial Property Singleton StaticMethod TextFile TypeOf TypeVar WeakSet);
    found
}

/// Every object of a pickle.
fn objects(pickle: &Pickle<'_>) -> Vec<Value> {
    let heap = pickle.heap();
    let mut seen = HashSet::new();
    let mut waiting = vec![pickle.root_value()];
    let mut found = Vec::new();
    while let Some(value) = waiting.pop() {
        if !seen.insert(value) {
            continue;
        }
        found.push(value);
        let object = heap.obj(value);
        if let Ok(call) = object.as_call() {
            waiting.extend([call.callable().value(), call.args().value()]);
            waiting.extend(call.kwargs().map(Obj::value));
        } else if let Ok(items) = object.items() {
            waiting.extend(items.flat_map(|(key, value)| [key.value(), value.value()]));
        } else if let Ok(items) = object.iter() {
            waiting.extend(items.map(Obj::value));
        }
        for effect in object.effects() {
            waiting.extend(effect.setter.map(Obj::value));
            waiting.push(effect.object.value());
        }
    }
    found
}

/// Whether two calls are made of the very same objects.
fn same(found: Obj<'_>, wanted: Obj<'_>) -> bool {
    if found.value() == wanted.value() {
        return true;
    }
    let (Ok(found_call), Ok(wanted_call)) = (found.as_call(), wanted.as_call()) else { return false };
    let effects = |object: Obj<'_>| -> Vec<_> { object.effects().map(|effect| (effect.kind, effect.object.value())).collect() };
    found_call.kind() == wanted_call.kind()
        && found_call.callable().value() == wanted_call.callable().value()
        && found_call.args().value() == wanted_call.args().value()
        && effects(found) == effects(wanted)
}

fn constant(release: (u32, u32)) -> Dialect {
    match release {
        (3, 1..) => Dialect::CLOUDPICKLE_3_1,
        (3, 0) => Dialect::CLOUDPICKLE_3_0,
        (2, 1..) => Dialect::CLOUDPICKLE_2_2,
        (2, 0) => Dialect::CLOUDPICKLE_2_0,
        (1, 5..) => Dialect::CLOUDPICKLE_1_6,
        _ => Dialect::CLOUDPICKLE_1_2,
    }
}

/// What was read in one dialect is built in another, where shapes differ.
#[test]
fn constructs_in_another_dialect() {
    let ray = Target::cpython(3, 12).dialect(Dialect::RAY);
    let old = Target::cpython(3, 12).dialect(Dialect::CLOUDPICKLE_2_2);
    let slow = Target::cpython(3, 7).dialect(Dialect::CLOUDPICKLE_1_2);
    let cases: [(&str, &Target, &str); 6] = [
        ("ccloudpickle.cloudpickle\n_gen_ellipsis\n)R.", &ray, "Ellipsis"),
        ("cbuiltins\ntype\n(NtR.", &slow, "type(None)"),
        ("ccloudpickle.cloudpickle\nsubimport\n(Vmath\ntR.", &ray, "ray.cloudpickle.cloudpickle.subimport('math')"),
        (
            "ccloudpickle.cloudpickle\n_builtin_type\n(VMethodType\ntR(cm\nf\nI5\ntR.",
            &ray,
            "ray.cloudpickle.cloudpickle._builtin_type('MethodType')(m.f, 5)",
        ),
        ("c_functools\nreduce\n(c_operator\nor_\n(ca\nA\nca\nB\nttR.", &slow, "_operator.getitem(typing.Union, (a.A, a.B))"),
        ("ccloudpickle.cloudpickle\n_builtin_type\n(VClassType\ntR.", &ray, "type"),
    ];
    for (pickle, target, wanted) in cases {
        let mut pickle = cloudpickle::loads(pickle.as_bytes()).expect(wanted);
        let root = pickle.root_value();
        let (_, rebuild) = rebuilds(pickle.heap().obj(root)).pop().expect(wanted);
        let new = rebuild(pickle.heap_mut(), target).expect(wanted);
        assert_eq!(pickle.heap().obj(new).to_string(), wanted);
    }

    // A file is in `cloudpickle_fast` before 3.0, and alone on the slow path; a field's kind is a sentinel from 3.0 on.
    let mut heap = Heap::new();
    let new = Target::cpython(3, 12);
    let file = TextFileParts::new(&mut heap, "a.txt", "x").build(&mut heap, &new).expect("a file");
    let field = FieldParts::new(&mut heap, &new, "size", Value::None).expect("a field").build(&mut heap, &new).expect("a field");
    for (target, file_wanted, field_wanted) in [
        (&new, "cloudpickle.cloudpickle._file_reconstructor(", "_get_dataclass_field_type_sentinel('_FIELD')"),
        (&old, "cloudpickle.cloudpickle_fast._file_reconstructor(", "'_field_type': dataclasses._FIELD_BASE"),
        (&slow, "_io.StringIO", "'_field_type': dataclasses._FIELD_BASE"),
    ] {
        for (value, wanted) in [(file, file_wanted), (field, field_wanted)] {
            let (_, rebuild) = rebuilds(heap.obj(value)).pop().expect(wanted);
            let built = rebuild(&mut heap, target).expect(wanted);
            let text = heap.obj(built).to_string();
            assert!(text.contains(wanted), "{target}: {text}");
        }
    }
}

/// Constructs in constructs, where a reader that went down would run out of stack.
#[test]
fn deep_constructs() {
    for head in [
        "cfunctools\npartial\n(",
        "cbuiltins\nclassmethod\n(",
        "cbuiltins\ngetattr\n(",
        "cbuiltins\nproperty\n(",
        "c_operator\ngetitem\n(",
    ] {
        let tail = match head {
            _ if head.contains("getattr") => "Vname\ntR",
            _ if head.contains("getitem") => "cm\nC\ntR",
            _ if head.contains("property") => "NNNtR",
            _ => "tR",
        };
        let depth = 100_000;
        let bytes = [head.repeat(depth), "N".to_owned(), tail.repeat(depth), ".".to_owned()].concat();
        let pickle = cloudpickle::loads(bytes.as_bytes()).expect(head);
        let found = rebuilds(pickle.root());
        assert_eq!(found.len(), usize::from(!(head.contains("partial") || head.contains("getitem"))), "{head}");
    }
}

#[test]
fn golden_constructs_are_built_as_they_were_read() {
    let mut built: BTreeMap<&'static str, usize> = BTreeMap::new();
    let (mut roots, mut exact, mut differ) = (0, 0, Vec::new());
    golden(|payload| {
        let label = payload.label();
        let mut pickle = cloudpickle::loads(&payload.bytes).expect(&label);
        let found = if payload.package == "dill" { None } else { Dialect::detect(pickle.root()) };
        let number = |number: u32| u8::try_from(number).expect("a version");
        let python = (number(payload.python.0), number(payload.python.1));
        let dialect = found.unwrap_or_else(|| constant(version(&payload.release)));
        let target = Target::cpython(python.0, python.1).dialect(dialect);
        for value in objects(&pickle).into_iter().filter(|value| matches!(value, Value::Call(_) | Value::Global(_))) {
            // What dill makes by helpers of its own is read only.
            let callable = pickle.heap().obj(value).as_call().map(|call| call.callable());
            if callable.is_ok_and(|callable| callable.as_global().is_ok_and(|(module, _)| module.starts_with("dill."))) {
                continue;
            }
            for (view, rebuild) in rebuilds(pickle.heap().obj(value)) {
                let result = rebuild(pickle.heap_mut(), &target);
                match result {
                    Ok(new) if same(pickle.heap().obj(new), pickle.heap().obj(value)) => {
                        *built.entry(view).or_default() += 1;
                        if value == pickle.root_value() && value != new {
                            let mut whole = pickle.clone();
                            whole.set_root(new);
                            roots += 1;
                            // What is written by a pickler in Python has a memo slot by its handle, and what is in itself holds the
                            // object that was read.
                            let by_handle = python < (3, 8) || payload.package == "dill" || payload.case == "module_dynamic_self";
                            if whole.dumps().ok().as_deref() == Some(payload.bytes.as_slice()) {
                                exact += 1;
                            } else if !by_handle {
                                differ.push(format!("{label}: {view} as the root: other bytes"));
                            }
                        }
                    }
                    Ok(new) => differ.push(format!("{label}: {view}: {:.150}", pickle.heap().obj(new))),
                    Err(error) => differ.push(format!("{label}: {view}: {error}")),
                }
            }
        }
    });
    println!("{built:?}, {roots} of them roots, {exact} of these give the same bytes, {} differ", differ.len());
    let shown = std::env::var("SHOW").ok().and_then(|shown| shown.parse().ok()).unwrap_or(40);
    for line in differ.iter().take(shown) {
        println!("{line:.400}");
    }
    assert!(differ.is_empty());
    assert_eq!(built.len(), 22, "a construct was not found");
}
