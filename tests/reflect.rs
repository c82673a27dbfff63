//! Reflection against what Python wrote beside each golden payload: every function, code object, cell and class that a payload has.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use cloudpickle::reflect::{Cell, Class, Code, Dialect, Function, Helper, Module};
use cloudpickle::{Obj, Value};
use serde_json::Value as Json;

/// A case with its payloads.
struct Record {
    name: String,
    info: Json,
    payloads: Vec<Vec<u8>>,
}

fn golden_files() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "zlib"));
    files.sort();
    files
}

/// `u32(number of fields) (u32(length) bytes)*`, in a zlib stream.
fn records(file: &Path) -> Vec<Record> {
    let packed = fs::read(file).expect("a golden file");
    let data = miniz_oxide::inflate::decompress_to_vec_zlib(&packed).expect("a zlib stream");
    let mut rest = data.as_slice();
    let number = |rest: &mut &[u8]| {
        let (head, tail) = rest.split_at(4);
        *rest = tail;
        u32::from_le_bytes(head.try_into().expect("four bytes")) as usize
    };
    let mut found = Vec::new();
    while !rest.is_empty() {
        let mut fields = Vec::new();
        for _ in 0..number(&mut rest) {
            let length = number(&mut rest);
            let (field, tail) = rest.split_at(length);
            fields.push(field.to_vec());
            rest = tail;
        }
        let payloads = fields.split_off(2);
        let info = serde_json::from_slice(&fields[1]).expect("JSON");
        found.push(Record { name: String::from_utf8(fields.swap_remove(0)).expect("a name"), info, payloads });
    }
    found
}

/// What is compared, and what differs.
#[derive(Default)]
struct Tally {
    compared: BTreeMap<&'static str, usize>,
    fields: usize,
    differ: Vec<String>,
}

struct Check<'t> {
    tally: &'t mut Tally,
    label: String,
    python: (u32, u32),
    /// Of cloudpickle; newer than all for dill.
    release: (u32, u32),
    /// Of dill.
    dill: Option<&'static str>,
    /// A class that is made and dropped, and then fetched by name.
    dropped: Option<Value>,
    seen: HashSet<Value>,
    /// What cannot be told from a pickle is compared loosely.
    tracked: HashMap<i64, Value>,
}

fn base64(text: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut out = Vec::new();
    for group in text.as_bytes().chunks(4) {
        let kept: Vec<_> = group.iter().copied().filter(|c| *c != b'=').collect();
        let bits = kept.iter().fold(0u32, |bits, c| bits << 6 | u32::from(digit(*c))) << (6 * (4 - kept.len()));
        out.extend_from_slice(&bits.to_be_bytes()[1..kept.len()]);
    }
    out
}

fn called(object: Obj<'_>) -> Option<Helper> {
    object.as_call().ok().and_then(|call| Helper::of(call.callable()))
}

fn is_loaded_type(object: Obj<'_>) -> bool {
    object.as_call().is_ok_and(|call| call.callable().is_global("dill._dill", "_load_type"))
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_default()
}

fn pairs(json: &Json) -> impl Iterator<Item = (&str, &Json)> {
    json.as_array().into_iter().flatten().map(|pair| (text(&pair[0]), &pair[1]))
}

impl Check<'_> {
    fn equal<A: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: A, wanted: A) {
        self.tally.fields += 1;
        if found != wanted {
            self.tally.differ.push(format!("{}: {what}: {found:?}, Python has {wanted:?}", self.label));
        }
    }

    fn fail(&mut self, what: impl std::fmt::Display) {
        self.tally.differ.push(format!("{}: {what}", self.label));
    }

    fn count(&mut self, what: &'static str) {
        *self.tally.compared.entry(what).or_default() += 1;
    }

    fn object(&mut self, object: Obj<'_>, json: &Json) {
        if let Some(number) = json["id"].as_i64() {
            self.tracked.insert(number, object.value());
        }
        match text(&json["kind"]) {
            // Below protocol 3 bytes are a call.
            "bytes" if object.as_bytes().is_err() => {}
            kind @ ("NoneType" | "bool" | "int" | "float" | "str" | "bytes") => {
                self.count("value");
                self.equal(kind, object.to_string(), text(&json["repr"]).to_owned());
            }
            kind @ ("tuple" | "list") => {
                let Ok(items) = object.iter() else { return };
                if !self.seen.insert(object.value()) && kind == "list" {
                    return;
                }
                for (item, wanted) in items.zip(json["items"].as_array().into_iter().flatten()) {
                    self.object(item, wanted);
                }
            }
            "dict" => {
                let Ok(items) = object.items() else { return };
                if !self.seen.insert(object.value()) {
                    return;
                }
                for ((_, value), wanted) in items.zip(json["items"].as_array().into_iter().flatten()) {
                    self.object(value, &wanted[1]);
                }
            }
            "module" if self.dill.is_some() && object.as_call().is_ok() => {
                self.count("module");
                let name = Module::reflect(object).map(|module| module.name().to_string());
                self.equal("module", name.ok(), Some(text(&json["name"]).to_owned()));
            }
            // What dill meets again while it writes it, it writes by name, and then that is what the pickle gives.
            "function" | "class" if self.dill.is_some() && object.as_global().is_ok() => {
                self.count("by name");
                let names = object.as_global().map(|(module, name)| (module.into_owned(), name.into_owned())).ok();
                self.equal("name", names, Some((text(&json["module"]).to_owned(), text(&json["qualname"]).to_owned())));
                // The class itself is made and dropped before that.
                let dropped = object.heap().obj(Value::None).effects().filter_map(|effect| Class::reflect(effect.object).ok());
                for class in dropped.filter(|class| class.name() == text(&json["name"])) {
                    self.count("dropped class");
                    self.dropped = Some(class.object().value());
                    self.class(class, json);
                }
            }
            // A type that dill knows by name.
            "class" if self.dill.is_some() && is_loaded_type(object) => self.count("type of dill's"),
            // On the slow path what refers to itself holds the skeleton, which says nothing but its code or its name.
            "function" | "class" if matches!(called(object), Some(Helper::MakeSkelFunc)) || self.is_skeleton(object) => {
                self.count("skeleton");
            }
            "function" => match Function::reflect(object) {
                Ok(function) => self.function(function, json),
                Err(error) => self.fail(error),
            },
            "code" => match Code::reflect(object) {
                Ok(code) => self.code(code, json),
                Err(error) => self.fail(error),
            },
            "cell" => match Cell::reflect(object) {
                Ok(cell) => self.cell(cell, json),
                Err(error) => self.fail(error),
            },
            "class" => match Class::reflect(object) {
                Ok(class) => self.class(class, json),
                Err(error) => self.fail(error),
            },
            "reference" => {
                if let Ok((module, name)) = object.as_global() {
                    self.count("reference");
                    let same = (module == text(&json["module"]), name == text(&json["name"]));
                    // C and Python name some modules of theirs differently.
                    // One class has two names.
                    let alias = self.dill.is_some() && name == "EnumMeta" && json["name"] == "EnumType";
                    if !same.1 && !alias {
                        self.fail(format!("reference {module}.{name}, Python has {json}"));
                    }
                }
            }
            // Methods of a class hold their function as the only argument.
            "classmethod" | "staticmethod" => {
                if let Ok(function) = object.as_call().and_then(|call| call.args().get(0)) {
                    self.object(function, &json["function"]);
                }
            }
            "method" => {
                let args = object.as_call().ok().filter(|call| Helper::of(call.callable()).is_none());
                for (nth, part) in ["function", "self"].into_iter().enumerate() {
                    if let Some(Ok(found)) = args.map(|call| call.args().get(nth)) {
                        self.object(found, &json[part]);
                    }
                }
            }
            "property" => {
                if let Ok(args) = object.as_call().map(|call| call.args()) {
                    for (nth, part) in ["get", "set", "delete"].into_iter().enumerate() {
                        if let Ok(found) = args.get(nth) {
                            self.object(found, &json[part]);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn is_skeleton(&self, object: Obj<'_>) -> bool {
        let slow = self.release < (1, 5) && self.python < (3, 8);
        slow && matches!(Helper::of(object.as_call().map_or(object, |call| call.callable())), Some(Helper::MakeSkeletonClass))
            || self.release < (1, 0) && called(object).is_none()
    }

    fn named<'h>(&mut self, what: &str, found: impl Iterator<Item = (impl ToString, Obj<'h>)>, wanted: &Json, ordered: bool) {
        let found: Vec<(String, Obj<'_>)> = found.map(|(name, value)| (name.to_string(), value)).collect();
        let wanted: Vec<_> = pairs(wanted).collect();
        let mut names: Vec<&str> = found.iter().map(|(name, _)| &**name).collect();
        let mut wanted_names: Vec<_> = wanted.iter().map(|(name, _)| *name).collect();
        if !ordered {
            names.sort_unstable();
            wanted_names.sort_unstable();
        }
        self.equal(what, names, wanted_names);
        for (name, value) in found {
            if let Some((_, wanted)) = wanted.iter().find(|(other, _)| **other == *name) {
                self.object(value, wanted);
            }
        }
    }

    fn function(&mut self, function: Function<'_>, json: &Json) {
        self.count("function");
        // What old releases leave out, and so cannot be read.
        let slow = self.release < (1, 5) && self.python < (3, 8);
        let annotated = json["annotations"].as_array().is_some_and(|annotations| !annotations.is_empty());
        let no_annotations = self.release < (1, 0) || slow && self.python < (3, 7) || self.old_dill() && annotated;
        if !self.seen.insert(function.object().value()) {
            return;
        }
        if let Some(release) = self.dill {
            self.dill_function(function, json, release);
        } else if self.release >= (1, 0) {
            self.equal("name", function.name().to_string(), text(&json["name"]).to_owned());
            self.equal("module", function.module().map(|module| module.to_string()), json["module"].as_str().map(str::to_owned));
            self.equal("qualname", function.qualname().to_string(), text(&json["qualname"]).to_owned());
        }
        if self.release >= (1, 0) && self.dill.is_none() {
            self.equal("doc", function.doc().map(|doc| doc.to_string()), json["doc"].as_str().map(str::to_owned));
        }
        if !no_annotations {
            let wanted = json.get("own_signature").unwrap_or(&json["signature"]);
            if let Some(wanted) = wanted.as_str() {
                // Only a running Python has addresses, and files of modules.
                // `__signature__` takes the place of the parameters; TypeVars travel from 1.4 on, and without their inferred variance.
                let other = function.attributes().any(|(name, _)| name == "__signature__")
                    || self.label.ends_with("_type_parameters")
                    // dill writes TypeVars by name, and what is behind a name cannot be seen.
                    || self.dill.is_some() && wanted.contains('~')
                    || self.release < (1, 4) && (wanted.contains('~') || wanted.contains("-> __main__.Unit"));
                // 3.6 printed annotations and defaults without blanks.
                if !wanted.contains("<module ") && !other && self.python >= (3, 7) {
                    self.count("signature");
                    // Before 3.9 `Optional` printed as a union, and the shape of 3.8 is that of 3.10.
                    let same = |text: &str| text.replace(" at 0x0>", ">").replace("Union[int, NoneType]", "Optional[int]");
                    self.equal("signature", function.signature().to_string(), same(wanted));
                    let display = same(text(&json["display"]));
                    if !self.old_dill() {
                        self.equal("display", function.to_string(), display);
                    }
                }
            }
            let annotations = json["annotations"].as_array().into_iter().flatten();
            let annotations: Vec<_> = annotations.map(|item| Json::from(vec![item[0].clone(), item[2].clone()])).collect();
            self.named("annotations", function.annotations(), &annotations.into(), true);
        }
        self.code(function.code(), &json["code"]);
        // dill has one dict of globals.
        if self.release >= (1, 0) && self.dill.is_none() {
            self.named("base globals", function.base_globals(), &json["base_globals"], true);
        }
        // Up to 2.0 the bytecode of 3.11 is misread, and such functions cannot be loaded.
        if (self.python < (3, 11) || self.release > (2, 0)) && self.dill.is_none() {
            self.named("globals", function.globals(), &json["globals"], false);
        }
        self.named("attributes", function.attributes(), &json["attributes"], true);
        self.equal("is closure", function.is_closure(), !json["closure"].is_null());
        let cells: Vec<_> = function.closure().collect();
        let wanted: Vec<_> = pairs(&json["closure"]).collect();
        let names: Vec<_> = cells.iter().map(|(name, _)| name.to_string()).collect();
        self.equal("closure", names, wanted.iter().map(|(name, _)| (*name).to_owned()).collect());
        for ((_, cell), (_, wanted)) in cells.into_iter().zip(wanted) {
            self.cell(cell, wanted);
        }
        let defaults = json["defaults"].as_array().map_or(&[][..], Vec::as_slice);
        self.equal("number of defaults", function.defaults().len(), defaults.len());
        for (value, wanted) in function.defaults().zip(defaults) {
            self.object(value, wanted);
        }
        if self.release >= (1, 0) {
            self.named("kwdefaults", function.kwdefaults(), &json["kwdefaults"], true);
        }
    }

    /// 0.3.4 writes no qualified name, no annotations, no documentation and the line table of older Pythons.
    fn old_dill(&self) -> bool {
        self.dill.is_some_and(|release| release.starts_with("0.3.4"))
    }

    /// What dill writes in other ways.
    fn dill_function(&mut self, function: Function<'_>, json: &Json, release: &str) {
        self.equal("name", function.name().to_string(), text(&json["name"]).to_owned());
        let module = function.module().map(|module| module.to_string());
        match release {
            // `__name__` is left out of the globals.
            "0.3.4 recurse" => {}
            // It is not written: the worker takes it from the globals.
            "0.3.4" => {
                let wanted = pairs(&json["base_globals"]).find(|(name, _)| *name == "__name__").map(|(_, value)| &value["repr"]);
                self.equal("module", module.map(|module| format!("'{module}'")), wanted.map(|name| text(name).to_owned()));
            }
            _ => self.equal("module", module, json["module"].as_str().map(str::to_owned)),
        }
        if !self.old_dill() {
            self.equal("qualname", function.qualname().to_string(), text(&json["qualname"]).to_owned());
            self.equal("doc", function.doc().map(|doc| doc.to_string()), json["doc"].as_str().map(str::to_owned));
        }
        // Globals are left to the module, or there are more of them: of the functions that are called, and builtins.
        let by_reference =
            Obj::as_global(function.object().as_call().and_then(|call| call.args().get(1)).expect("globals")).is_ok();
        let found: HashMap<_, _> = function.globals().map(|(name, value)| (name.to_string(), value)).collect();
        if by_reference {
            self.equal("globals of a module", found.len(), 0);
            return;
        }
        // 0.3.4 misreads the bytecode of 3.12 and misses the globals that are called.
        let misread = self.old_dill() && self.python >= (3, 11);
        for (name, wanted) in pairs(&json["globals"]) {
            if !misread {
                self.equal(&format!("global {name}"), found.contains_key(name), true);
            }
            if let Some(value) = found.get(name) {
                self.object(*value, wanted);
            }
        }
    }

    fn cell(&mut self, cell: Cell<'_>, json: &Json) {
        if json.get("ref").is_some() {
            return;
        }
        self.count("cell");
        self.equal("empty cell", cell.contents().is_none(), json.get("contents").is_none());
        if let (Some(found), Some(wanted)) = (cell.contents(), json.get("contents")) {
            self.object(found, wanted);
        }
    }

    fn code(&mut self, code: Code<'_>, json: &Json) {
        if json.get("ref").is_some() {
            return;
        }
        self.count("code");
        let numbers = [
            ("argcount", code.argcount()),
            ("posonlyargcount", code.posonly()),
            ("kwonlyargcount", code.kwonly()),
            ("nlocals", code.nlocals()),
            ("stacksize", code.stacksize()),
            ("flags", code.flags()),
        ];
        for (name, found) in numbers {
            self.equal(name, i64::from(found), json[name].as_i64().unwrap_or(0));
        }
        self.equal("firstlineno", Some(i64::from(code.firstlineno())), json["firstlineno"].as_i64());
        self.equal("filename", code.filename().to_string(), text(&json["filename"]).to_owned());
        self.equal("name", code.name().to_string(), text(&json["name"]).to_owned());
        if let Some(qualname) = code.qualname() {
            self.equal("qualname", qualname.to_string(), text(&json["qualname"]).to_owned());
        }
        let texts = [
            ("names", code.names().map(|name| name.to_string()).collect::<Vec<_>>()),
            ("varnames", code.varnames().map(|name| name.to_string()).collect()),
            ("freevars", code.freevars().map(|name| name.to_string()).collect()),
            ("cellvars", code.cellvars().map(|name| name.to_string()).collect()),
        ];
        for (name, found) in texts {
            let wanted = json[name].as_array().into_iter().flatten().map(|name| text(name).to_owned()).collect();
            self.equal(name, found, wanted);
        }
        self.equal("bytecode", code.bytecode().to_vec(), base64(text(&json["code"])));
        let table = json.get("linetable").or(json.get("lnotab"));
        // Before 2.0 the table of 3.9 was written on 3.10, before 2.1 on 3.11.
        let old_shape = self.python >= (3, 10) && (self.release < (2, 0) || self.old_dill())
            || self.python >= (3, 11) && self.release < (2, 1);
        if !old_shape {
            self.equal("linetable", code.linetable().to_vec(), base64(table.map_or("", text)));
        }
        if let Some(table) = code.exceptiontable() {
            self.equal("exceptiontable", table.to_vec(), base64(text(&json["exceptiontable"])));
        }
        let consts = json["consts"].as_array().map_or(&[][..], Vec::as_slice);
        self.equal("number of consts", code.consts().count(), consts.len());
        for (found, wanted) in code.consts().zip(consts) {
            self.object(found, wanted);
        }
    }

    fn class(&mut self, class: Class<'_>, json: &Json) {
        self.count("class");
        if !self.seen.insert(class.object().value()) {
            return;
        }
        self.equal("class name", class.name().to_string(), text(&json["name"]).to_owned());
        // dill sets it from 0.3.7 on, on the name where the class is made and dropped.
        let dropped = self.dill.is_some() && self.dropped == Some(class.object().value());
        if class.is_enum() && !dropped || self.dill.is_some() && !self.old_dill() && !dropped {
            self.equal("class qualname", class.qualname().to_string(), text(&json["qualname"]).to_owned());
        }
        if class.module().is_some() || self.release >= (3, 0) && json["module"] != "builtins" {
            self.equal(
                "class module",
                class.module().map(|module| module.to_string()),
                json["module"].as_str().map(str::to_owned),
            );
        }
        // A named tuple of dill's is its name and its fields.
        if self.dill.is_some() && class.metaclass().is_none() {
            self.count("named tuple");
            self.equal("bases", (class.bases().len(), class.members().count()), (0, 0));
            return;
        }
        let orig = json.get("orig_bases").and_then(Json::as_array).map(Vec::len);
        let bases = json["bases"].as_array().map_or(0, Vec::len);
        let found = class.bases().len();
        self.equal("number of bases", found == bases || Some(found) == orig, true);
        if orig.is_none() && found == bases {
            for (found, wanted) in class.bases().zip(json["bases"].as_array().into_iter().flatten()) {
                self.object(found, wanted);
            }
        }
        if let Some(metaclass) = class.metaclass() {
            self.object(metaclass, &json["metaclass"]);
        }
        if self.release < (1, 0) {
            // Enums were ordinary classes.
            return;
        }
        self.equal("is enum", class.is_enum(), json.get("enum").is_some());
        if let (true, Some(members)) = (class.is_enum(), json.get("enum").and_then(Json::as_array)) {
            let found: Vec<_> = class.enum_members().collect();
            // A combination of flags is one of the members, but no canonical one.
            let canonical = |member: &&Json| found.iter().any(|(name, _)| *name == text(&member["name"]));
            let wanted: Vec<_> = members.iter().filter(|member| member["alias"] != true).filter(canonical).collect();
            let names: Vec<_> = found.iter().map(|(name, _)| name.to_string()).collect();
            self.equal("enum members", names, wanted.iter().map(|member| text(&member["name"]).to_owned()).collect());
            for ((_, value), wanted) in found.into_iter().zip(wanted) {
                self.object(value, &wanted["value"]);
            }
        }
        // An empty tuple is the same object in a base, and so is left out.
        let slots = json.get("slots").and_then(Json::as_array);
        if let Some(slots) = slots.filter(|slots| !slots.is_empty() || class.slots().is_some()) {
            self.count("slots");
            let found = class.slots().map(|slots| slots.iter().map(ToString::to_string).collect::<Vec<_>>());
            self.equal("slots", found, Some(slots.iter().map(|slot| text(slot).to_owned()).collect()));
        }
        if let Some(fields) = json["dataclass"]["fields"].as_array() {
            self.count("dataclass");
            let found = class.dataclass_fields().unwrap_or_default();
            let found: Vec<_> = found.iter().map(ToString::to_string).collect();
            let wanted: Vec<_> = fields.iter().map(|field| text(&field["name"]).to_owned()).collect();
            self.equal("dataclass fields", found.iter().filter(|name| wanted.contains(name)).count(), wanted.len());
        }
        self.members(class, json);
    }

    fn members(&mut self, class: Class<'_>, json: &Json) {
        let mut wanted: HashMap<&str, (&Json, bool)> = HashMap::new();
        for member in json["members"].as_array().into_iter().flatten() {
            wanted.insert(text(&member[0]), (&member[1], member.get(2).is_some()));
        }
        for (name, value) in class.members() {
            let name = name.to_string();
            match wanted.remove(&*name) {
                Some((json, _)) => {
                    self.tally.fields += 1;
                    self.object(value, json);
                }
                None if matches!(&*name, "_abc_impl" | "__slotnames__" | "__doc__" | "__tree_hash__")
                    || name.starts_with("_abc_") => {}
                None => self.fail(format!("{}: member {name} that Python does not have", class.name())),
            }
        }
        if class.is_enum() {
            return;
        }
        let left: Vec<_> = wanted
            .into_iter()
            .filter(|(name, (json, same))| {
                let made_anew =
                    matches!(*name, "__weakref__" | "__dict__" | "_abc_impl" | "__annotate_func__" | "__annotations_cache__");
                let made_anew = made_anew || *name == "__prepare__" && self.old_dill();
                let given = class.type_kwargs().any(|(given, _)| given == *name);
                !(*same || made_anew || given || name.starts_with("_abc_") || text(&json["kind"]) == "member descriptor")
            })
            .map(|(name, _)| name.to_owned())
            .collect();
        self.equal("members left out", left, Vec::new());
    }
}

fn version(text: &str) -> (u32, u32) {
    let mut numbers = text.split('.').filter_map(|number| number.parse().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

#[test]
fn golden_payloads_are_what_python_says() {
    let files = golden_files();
    if files.is_empty() {
        println!("NOT RUN: there are no golden payloads");
        return;
    }
    let mut tally = Tally::default();
    let (mut payloads, mut skipped, mut dialects, mut exact) = (0, 0, 0, 0);
    for file in files {
        let python = version(file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().trim_start_matches("py"));
        for record in records(&file) {
            for (producer, result) in record.info["producers"].as_object().into_iter().flatten() {
                let Some(at) = result["payload"].as_u64() else { continue };
                if producer.starts_with("dill") {
                    skipped += 1;
                    continue;
                }
                payloads += 1;
                let (package, release) = producer.split_once(' ').expect("package and release");
                let label = format!("{}.{} {producer} {}", python.0, python.1, record.name);
                let pickle = cloudpickle::loads(&record.payloads[at as usize]).expect(&label);
                if let Some(dialect) = Dialect::detect(pickle.root()) {
                    dialects += 1;
                    assert_eq!(dialect.package().split('.').next(), Some(package), "{label}");
                    let full = dialect.to_string();
                    exact += usize::from(full.rsplit(' ').next().is_some_and(|found| version(found) == version(release)));
                }
                let object = result.get("object").unwrap_or(&record.info["object"]);
                let (seen, tracked) = (HashSet::new(), HashMap::new());
                let release = version(release);
                Check { tally: &mut tally, label, python, release, dill: None, dropped: None, seen, tracked }
                    .object(pickle.root(), object);
            }
        }
    }
    println!(
        "{payloads} payloads of cloudpickle ({skipped} of dill not compared), {dialects} dialects, {exact} with the very release"
    );
    println!("{:?}, {} fields, {} differ", tally.compared, tally.fields, tally.differ.len());
    let shown = std::env::var("SHOW").ok().and_then(|shown| shown.parse().ok()).unwrap_or(40);
    for line in tally.differ.iter().take(shown) {
        println!("{line:.400}");
    }
    assert!(tally.differ.is_empty());
}

/// dill's payloads, read as the same types.
#[test]
fn golden_payloads_of_dill_are_what_python_says() {
    let mut tally = Tally::default();
    let (mut payloads, mut roots) = (0, BTreeMap::<String, usize>::new());
    for file in golden_files() {
        let python = version(file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().trim_start_matches("py"));
        for record in records(&file) {
            for (producer, result) in record.info["producers"].as_object().into_iter().flatten() {
                let Some(at) = result["payload"].as_u64() else { continue };
                let Some(release) = producer.strip_prefix("dill ") else { continue };
                payloads += 1;
                let label = format!("{}.{} {producer} {}", python.0, python.1, record.name);
                let pickle = cloudpickle::loads(&record.payloads[at as usize]).expect(&label);
                let object = result.get("object").unwrap_or(&record.info["object"]);
                *roots.entry(text(&object["kind"]).to_owned()).or_default() += 1;
                let (seen, tracked) = (HashSet::new(), HashMap::new());
                let dill = ["0.3.4", "0.3.4 recurse", "0.3.8", "0.3.8 recurse", "0.4.1", "0.4.1 recurse"];
                let dill = dill.into_iter().find(|known| *known == release);
                assert!(dill.is_some(), "{label}");
                let newest = (u32::MAX, 0);
                Check { tally: &mut tally, label, python, release: newest, dill, dropped: None, seen, tracked }
                    .object(pickle.root(), object);
            }
        }
    }
    println!("{payloads} payloads of dill: {roots:?}");
    println!("{:?}, {} fields, {} differ", tally.compared, tally.fields, tally.differ.len());
    let shown = std::env::var("SHOW").ok().and_then(|shown| shown.parse().ok()).unwrap_or(40);
    for line in tally.differ.iter().take(shown) {
        println!("{line:.400}");
    }
    assert!(payloads > 3_000 && tally.differ.is_empty());
}

/// Calls inside calls, where a reader that went down would run out of stack.
#[test]
fn nested_calls_are_no_functions() {
    for (module, name) in
        [("cloudpickle.cloudpickle", "_fill_function"), ("cloudpickle.cloudpickle", "_rehydrate_skeleton_class")]
    {
        let mut bytes = format!("(c{module}\n{name}\n0").into_bytes();
        bytes.extend(format!("c{module}\n{name}\n(").into_bytes().repeat(100_000));
        bytes.extend(b"N}tR".iter().chain(&b"}tR".repeat(99_999)).chain(b"."));
        let pickle = cloudpickle::loads(&bytes).expect("a pickle");
        assert!(Function::reflect(pickle.root()).is_err());
        assert!(Class::reflect(pickle.root()).is_err());
        assert!(Dialect::detect(pickle.root()).is_some());
    }
}
