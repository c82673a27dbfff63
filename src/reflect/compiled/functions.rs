//! Functions of a module as cloudpickle writes them: `_function_getnewargs` and `_function_getstate`.

use super::node::{Function, Node, Thing};
use super::shipment::{Shipment, Task};
use crate::error::Result;
use crate::heap::Value;
use crate::reflect::{Cell, Closure, Code, FunctionParts, Release};

impl Shipment<'_, '_, '_> {
    /// The globals that all functions of the module are made with.
    fn base_globals(&mut self) -> Value {
        if let Some(made) = self.made("base globals") {
            return made;
        }
        let mut pairs = Vec::new();
        for key in ["__package__", "__name__", "__path__", "__file__"] {
            if let Some(value) = self.attribute_of_module(key) {
                pairs.push((self.heap.name(key), value));
            }
        }
        let made = self.heap.dict(pairs);
        self.keep("base globals", made);
        made
    }

    /// What the import machinery puts into a module.
    pub(super) fn attribute_of_module(&mut self, name: &str) -> Option<Value> {
        let module = self.module;
        let key = format!("module {name}");
        if let Some(made) = self.made(&key) {
            return Some(made);
        }
        let made = match name {
            "__name__" => self.heap.name(&module.name),
            "__package__" if module.is_package => self.heap.name(&module.name),
            // `rpartition` makes a new str.
            "__package__" => match module.name.rsplit_once('.') {
                Some((package, _)) => self.copied_name(package),
                None => self.heap.name(""),
            },
            "__path__" if module.is_package => {
                let path = module.file.rsplit_once(['/', '\\']).map_or("", |(directory, _)| directory);
                let path = self.heap.str(path);
                self.heap.list([path])
            }
            "__file__" => self.heap.str(&module.file),
            _ => return None,
        };
        self.keep(&key, made);
        Some(made)
    }

    fn copied(&mut self, node: Option<Node>, otherwise: &str) -> Result<Value> {
        let Some(node) = node else { return Ok(self.copied_or_same(otherwise)) };
        match self.module.nodes.get(node) {
            Thing::Const(value @ Value::Str(_)) => {
                let text = self.module.heap.obj(*value).as_py_str()?.to_string_lossy().into_owned();
                Ok(self.copied_or_same(&text))
            }
            _ => self.ship(node),
        }
    }

    /// From 3.1 on names are copies.
    fn copied_or_same(&mut self, text: &str) -> Value {
        if self.is_since(Release::V3_1) { self.copied_name(text) } else { self.heap.name(text) }
    }

    pub(super) fn doc(&mut self, function: &Function) -> Result<Value> {
        if let Some(doc) = function.doc {
            return self.ship(doc);
        }
        let module = self.module;
        let code = Code::reflect(module.heap.obj(function.code))?;
        code.docstring(module.version.python()).map_or(Ok(Value::None), |doc| self.constant(doc.value()))
    }

    pub(super) fn function(&mut self, node: Node, function: &Function) -> Result<Value> {
        let module = self.module;
        let code = Code::reflect(module.heap.obj(function.code))?;
        let code_value = self.constant(function.code)?;
        let name_text = code.name().to_string_lossy().into_owned();
        let name = self.copied(function.name, &name_text)?;
        let module_name = match function.module {
            Some(module) => self.ship(module)?,
            None => self.heap.name(&module.name),
        };
        let mut parts = FunctionParts::new(self.heap, code_value, name, module_name);
        let in_code = code.qualname().map_or(name_text, |qualname| qualname.to_string_lossy().into_owned());
        parts.qualname = self.copied(function.qualname, &in_code)?;
        parts.base_globals = self.base_globals();
        parts.doc = self.doc(function)?;
        if let Some(defaults) = function.defaults {
            parts.defaults = self.ship(defaults)?;
        }
        if let Some(kwdefaults) = function.kwdefaults {
            parts.kwdefaults = self.ship(kwdefaults)?;
        }
        if let Some(annotations) = function.annotations {
            parts.annotations = self.ship(annotations)?;
        }
        if !function.closure.is_empty() {
            let cells = function.closure.iter().map(|cell| self.cell(*cell)).collect::<Result<Vec<_>>>()?;
            parts.closure = Some(Closure::Cells(self.heap.tuple(cells)));
        }
        let (globals, attributes) = (parts.globals, parts.attributes);
        let submodules = self.submodules(function)?;
        parts.submodules = self.heap.list(submodules);
        let made = parts.build(self.heap, self.target)?;
        self.keep(&format!("node {node:?}"), made);
        self.open.push(Task::Globals(node, globals));
        self.open.push(Task::Attributes(node, attributes));
        Ok(made)
    }

    /// A cell. What it holds may refer to the function, so it is there before.
    fn cell(&mut self, cell: Node) -> Result<Value> {
        let key = format!("node {cell:?}");
        if let Some(made) = self.made(&key) {
            return Ok(made);
        }
        let content = match self.module.nodes.get(cell) {
            Thing::Cell(content) => *content,
            Thing::Unknown(why) => return Err(self.lost(*why)),
            _ => return Err(self.cannot("a closure holds what is no cell")),
        };
        let content = content.map(|content| self.ship(content)).transpose()?;
        if let Some(made) = self.made(&key) {
            return Ok(made);
        }
        let made = Cell::build(self.heap, content, self.target);
        self.keep(&key, made);
        Ok(made)
    }

    /// The names that a function's code uses and that its module has, in the order of `_extract_code_globals`.
    pub(super) fn globals_of(&self, function: &Function) -> Result<Vec<Box<str>>> {
        let module = self.module;
        let needs = Code::reflect(module.heap.obj(function.code))?.needs(module.version);
        Ok(needs.globals.iter().map(|global| global.name.to_string_lossy().as_ref().into()).collect())
    }

    pub(super) fn fill_globals(&mut self, node: Node, dict: Value) -> Result<()> {
        let module = self.module;
        let Thing::Function(function) = module.nodes.get(node) else { return Ok(()) };
        for name in self.globals_of(function)? {
            let set_by_import = matches!(&*name, "__name__" | "__package__" | "__path__" | "__file__");
            let known = if set_by_import { self.attribute_of_module(&name) } else { None };
            let value = match module.globals.get(&name) {
                _ if known.is_some() => known.unwrap_or(Value::None),
                Some(found) => {
                    let outer = std::mem::replace(&mut self.wanted, format!("{}.{name}", module.name));
                    let value = self.ship(*found)?;
                    self.wanted = outer;
                    value
                }
                None => match self.star_name(&name)? {
                    Some(value) => value,
                    None => continue,
                },
            };
            let key = self.heap.name(&name);
            self.heap.extend(dict, &[key, value]);
        }
        Ok(())
    }

    /// A name that may come from `from module import *`.
    fn star_name(&mut self, name: &str) -> Result<Option<Value>> {
        let module = self.module;
        match (&*module.stars, super::stdlib::is_builtin(name)) {
            ([], _) => Ok(None),
            ([one], false) => Ok(Some(self.reference(&one.clone(), name))),
            _ => Err(self.cannot("it may come from an import of all names")),
        }
    }

    /// Submodules of packages among the globals and in the closure that the code can address.
    fn submodules(&mut self, function: &Function) -> Result<Vec<Value>> {
        let module = self.module;
        let code = Code::reflect(module.heap.obj(function.code))?;
        let needs = code.needs(module.version);
        let globals = self.globals_of(function)?;
        let values = globals.iter().filter_map(|name| module.globals.get(name).copied());
        let closure = function.closure.iter().filter_map(|cell| match module.nodes.get(*cell) {
            Thing::Cell(content) => *content,
            _ => None,
        });
        let packages: Vec<&str> = values
            .chain(closure)
            .filter_map(|node| match module.nodes.get(node) {
                // A module is no package, and `os.path` is a module of its own.
                Thing::Module(name) if &**name != "os" => Some(&**name),
                _ => None,
            })
            .collect();
        let mut found = Vec::new();
        for package in packages {
            for name in needs.submodules(package, module.imported.keys().map(|name| &**name)) {
                found.push(self.module_reference(name)?);
            }
        }
        Ok(found)
    }

    pub(super) fn fill_attributes(&mut self, node: Node, dict: Value) -> Result<()> {
        let Thing::Function(function) = self.module.nodes.get(node) else { return self.fill_class(node, dict) };
        for (name, value) in &function.attributes {
            let value = self.ship(*value)?;
            let key = self.copied_name(name);
            self.heap.extend(dict, &[key, value]);
        }
        Ok(())
    }
}
