//! Attributes, items and imports: what is known of an object.

use super::effects::is_namespace;
use super::machine::{Lost, Machine};
use super::node::{Node, Thing};
use crate::heap::Value;

/// How many items a range has at most that is followed.
const RANGE: i64 = 10_000;

impl Machine {
    pub(super) fn constant_int(&mut self, n: i64) -> Node {
        let value = self.heap.int(n);
        self.nodes.add(Thing::Const(value))
    }

    pub(super) fn constant_str(&mut self, text: &str) -> Node {
        let value = self.heap.str(text);
        self.nodes.add(Thing::Const(value))
    }

    /// A str whose value is known.
    pub(super) fn text(&self, node: Node) -> Option<String> {
        match self.nodes.get(node) {
            Thing::Const(value @ Value::Str(_)) => self.heap.obj(*value).as_str().ok().map(ToOwned::to_owned),
            _ => None,
        }
    }

    /// The items of something that can be iterated over, where they and their order are known.
    pub(super) fn items(&mut self, node: Node) -> Result<Option<Vec<Node>>, Lost> {
        if self.nodes.changed(node).is_some() {
            return Ok(None);
        }
        let items = match self.nodes.get(node) {
            Thing::Tuple(items) | Thing::List(items) => items.clone(),
            Thing::Set(items) if items.len() < 2 => items.clone(),
            Thing::Dict(pairs) => pairs.iter().map(|(key, _)| *key).collect(),
            Thing::Iter(items, at) => items.get(*at..).unwrap_or_default().to_vec(),
            Thing::Const(value @ (Value::Tuple(_) | Value::FrozenSet(_))) => {
                let values = self.heap.items(*value).to_vec();
                if matches!(value, Value::FrozenSet(_)) && values.len() > 1 {
                    return Ok(None);
                }
                self.spend(values.len())?;
                values.into_iter().map(|value| self.nodes.add(Thing::Const(value))).collect()
            }
            Thing::Const(Value::Str(_)) => {
                let Some(text) = self.text(node) else { return Ok(None) };
                self.spend(text.len())?;
                text.chars().map(|c| self.constant_str(c.encode_utf8(&mut [0; 4]))).collect()
            }
            Thing::Call { callable, args, keywords }
                if self.nodes.is_global(*callable, "builtins", "range") && keywords.is_empty() =>
            {
                let bounds: Option<Vec<i64>> = args.iter().map(|arg| self.int(*arg)).collect();
                let (from, to, by) = match bounds.as_deref() {
                    Some([to]) => (0, *to, 1),
                    Some([from, to]) => (*from, *to, 1),
                    Some([from, to, by]) if *by != 0 => (*from, *to, *by),
                    _ => return Ok(None),
                };
                let mut items = Vec::new();
                let mut n = from;
                while (by > 0 && n < to) || (by < 0 && n > to) {
                    if i64::try_from(items.len()).unwrap_or(i64::MAX) > RANGE {
                        return Ok(None);
                    }
                    items.push(self.constant_int(n));
                    let Some(next) = n.checked_add(by) else { break };
                    n = next;
                }
                items
            }
            _ => return Ok(None),
        };
        self.spend(items.len())?;
        Ok(Some(items))
    }

    /// The items of a list of pairs.
    pub(super) fn pairs(&mut self, node: Node) -> Result<Option<Vec<(Node, Node)>>, Lost> {
        let Some(items) = self.items(node)? else { return Ok(None) };
        let mut pairs = Vec::with_capacity(items.len());
        for item in items {
            match self.items(item)?.as_deref() {
                Some([key, value]) => pairs.push((*key, *value)),
                _ => return Ok(None),
            }
        }
        Ok(Some(pairs))
    }

    pub(super) fn int(&self, node: Node) -> Option<i64> {
        match self.nodes.get(node) {
            Thing::Const(value @ (Value::Int(_) | Value::Long(_) | Value::True | Value::False)) => match value {
                Value::True => Some(1),
                Value::False => Some(0),
                value => self.heap.obj(*value).as_i64().ok(),
            },
            _ => None,
        }
    }

    /// Whether two objects are equal, where that is known.
    pub(super) fn equal(&self, one: Node, other: Node) -> Option<bool> {
        match (self.nodes.get(one), self.nodes.get(other)) {
            (Thing::Const(one), Thing::Const(other)) => Some(self.heap.obj(*one).py_eq(self.heap.obj(*other))),
            _ if one == other => Some(true),
            (Thing::Global(m, n), Thing::Global(o, p)) if m == o && n == p => Some(true),
            (Thing::Class(_) | Thing::Function(_) | Thing::Const(_), Thing::Class(_) | Thing::Function(_) | Thing::Const(_)) => {
                Some(false)
            }
            _ => None,
        }
    }

    /// The value of a key: `None` where it is not known whether there is one.
    pub(super) fn look_up(&mut self, dict: Node, key: Node) -> Result<Option<Option<Node>>, Lost> {
        let Thing::Dict(pairs) = self.nodes.get(dict) else { return Ok(None) };
        let pairs = pairs.clone();
        self.spend(pairs.len())?;
        if self.nodes.changed(dict).is_some() {
            return Ok(None);
        }
        let mut found = None;
        for (known, value) in pairs {
            match self.equal(known, key) {
                Some(true) => found = Some(value),
                Some(false) => {}
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    /// Sets an item of a dict. Where it is not known whether a key is there already it is set once more, as the worker will do it.
    pub(super) fn set_item(&mut self, dict: Node, key: Node, value: Node) -> Result<(), Lost> {
        let Thing::Dict(pairs) = self.nodes.get(dict) else { return Ok(()) };
        let keys: Vec<Node> = pairs.iter().map(|(key, _)| *key).collect();
        self.spend(1 + keys.len() / 16)?;
        let mut at = None;
        for (nth, known) in keys.iter().enumerate() {
            match self.equal(*known, key) {
                Some(true) => at = Some(nth),
                Some(false) => {}
                None => {
                    at = None;
                    break;
                }
            }
        }
        let Thing::Dict(pairs) = self.nodes.get_mut(dict) else { return Ok(()) };
        match at.and_then(|at| pairs.get_mut(at)) {
            Some(pair) => pair.1 = value,
            None => pairs.push((key, value)),
        }
        Ok(())
    }

    /// An attribute.
    pub(super) fn attribute(&mut self, object: Node, name: &str) -> Result<Node, Lost> {
        if is_namespace(name) {
            let why = self.why("it may set any name");
            self.forget_globals(why);
        }
        if let Some(why) = self.nodes.changed(object)
            && matches!(self.nodes.get(object), Thing::Class(_) | Thing::Function(_))
        {
            return Ok(self.nodes.add(Thing::Unknown(why)));
        }
        let thing = match self.nodes.get(object) {
            Thing::Unknown(why) => Thing::Unknown(*why),
            Thing::Module(module) => self.module_attribute(&module.clone(), name),
            Thing::Global(module, qualname) => {
                let (module, qualname) = (module.clone(), format!("{qualname}.{name}"));
                self.raising = true;
                Thing::Global(module, qualname.into())
            }
            Thing::VersionInfo if matches!(name, "major" | "minor") => {
                let (major, minor) = self.version.python();
                return Ok(self.constant_int(if name == "major" { major } else { minor }.into()));
            }
            Thing::Const(Value::Str(_)) => Thing::Attr(object, name.into()),
            Thing::Class(class) => match class.members.get(name).copied() {
                Some(found) if matches!(self.nodes.get(found), Thing::Function(_)) => return Ok(found),
                _ => match (name, class.qualname) {
                    ("__name__", _) => return Ok(class.name),
                    ("__qualname__", Some(qualname)) => return Ok(qualname),
                    _ => Thing::Attr(object, name.into()),
                },
            },
            Thing::Function(function) => {
                let function = function.clone();
                if let Some(found) = function.attributes.get(name) {
                    return Ok(*found);
                }
                let code = crate::reflect::Code::reflect(self.heap.obj(function.code)).map_err(|_| "it is no code object")?;
                match name {
                    "__name__" => match function.name {
                        Some(name) => return Ok(name),
                        None => Thing::Const(code.name_object().value()),
                    },
                    "__qualname__" => match (function.qualname, code.qualname()) {
                        (Some(qualname), _) => return Ok(qualname),
                        (None, Some(qualname)) => {
                            let qualname = qualname.to_string_lossy().into_owned();
                            return Ok(self.constant_str(&qualname));
                        }
                        _ => Thing::Attr(object, name.into()),
                    },
                    "__doc__" => match function.doc {
                        Some(doc) => return Ok(doc),
                        None => Thing::Const(code.docstring(self.version.python()).map_or(Value::None, |doc| doc.value())),
                    },
                    "__module__" => return Ok(function.module.unwrap_or_else(|| self.global("__name__"))),
                    _ => {
                        self.raising = true;
                        Thing::Attr(object, name.into())
                    }
                }
            }
            Thing::Property(_) if matches!(name, "getter" | "setter" | "deleter") => Thing::Method(object, name.into()),
            Thing::List(_) | Thing::Dict(_) | Thing::Set(_) => Thing::Method(object, name.into()),
            Thing::Const(_) | Thing::Tuple(_) => Thing::Attr(object, name.into()),
            _ => {
                self.raising = true;
                Thing::Attr(object, name.into())
            }
        };
        Ok(self.nodes.add(thing))
    }

    fn module_attribute(&mut self, module: &str, name: &str) -> Thing {
        let whole = format!("{module}.{name}");
        match (module, name) {
            ("sys", "version_info") => return Thing::VersionInfo,
            ("sys", "platform") if self.options.platform.is_some() => {
                let platform = self.options.platform.clone().unwrap_or_default();
                return Thing::Const(self.heap.name(&platform));
            }
            ("os", "name") if self.options.platform.is_some() => {
                let name = if self.options.platform.as_deref() == Some("win32") { "nt" } else { "posix" };
                return Thing::Const(self.heap.name(name));
            }
            ("typing" | "typing_extensions", "TYPE_CHECKING") => return Thing::Const(Value::False),
            _ => {}
        }
        if self.imported.contains_key(&*whole) {
            return Thing::Module(whole.into());
        }
        self.raising |= self.options.has(module) != Some(true);
        Thing::Global(module.into(), name.into())
    }

    /// Sets or deletes an attribute.
    pub(super) fn set_attribute(&mut self, object: Node, name: &str, value: Option<Node>) -> Result<(), Lost> {
        let why = self.why("an attribute is set");
        let special =
            name.starts_with("__") && !matches!(name, "__isabstractmethod__" | "__final__" | "__wrapped__" | "__signature__");
        let simulating = self.simulating;
        match (self.nodes.get_mut(object), value) {
            (Thing::Function(_) | Thing::Class(_), _) if simulating => self.nodes.change(object, why),
            (Thing::Function(function), Some(value)) => match name {
                "__doc__" => function.doc = Some(value),
                "__name__" => function.name = Some(value),
                "__qualname__" => function.qualname = Some(value),
                "__module__" => function.module = Some(value),
                "__annotations__" => function.annotations = Some(value),
                "__defaults__" => function.defaults = Some(value),
                _ if special => self.nodes.change(object, why),
                _ => {
                    function.attributes.insert(name.into(), value);
                }
            },
            (Thing::Class(class), Some(value)) if class.dataclass.is_none() => {
                if name == "__name__" || name == "__qualname__" || name == "__bases__" {
                    self.nodes.change(object, why);
                } else {
                    class.members.insert(name.into(), value);
                }
            }
            (Thing::Module(_) | Thing::Global(..), _) => {}
            _ => self.nodes.change(object, why),
        }
        Ok(())
    }

    /// `IMPORT_NAME`.
    pub(super) fn import(&mut self, name: &str, level: Node, names: Node) -> Result<Option<Node>, Lost> {
        let level = self.int(level).ok_or("how many dots stand before the module is not known")?;
        let whole = if level == 0 {
            name.to_owned()
        } else {
            let up = usize::try_from(level - 1).map_err(|_| "an import has a wrong number of dots")?;
            let mut package = &*self.package;
            for _ in 0..up {
                package = package.rsplit_once('.').ok_or("an import leaves the package")?.0;
            }
            match (package, name) {
                ("", _) => return Err("an import leaves the package"),
                (package, "") => package.to_owned(),
                (package, name) => format!("{package}.{name}"),
            }
        };
        match self.options.has(&whole) {
            Some(true) => {}
            Some(false) if self.simulating => self.raising = true,
            Some(false) => return Ok(None),
            None => self.raising = !super::stdlib::is_always_there(&whole, self.version.python()),
        }
        let mut end = 0;
        while let Some(dot) = whole.get(end..).and_then(|rest| rest.find('.')) {
            end += dot;
            self.imported.insert(whole.get(..end).unwrap_or_default().into(), ());
            end += 1;
        }
        self.imported.insert((*whole).into(), ());
        // `import a.b` binds `a`, `from a.b import c` takes from `a.b`.
        let top = match self.is_none(names) {
            Some(false) => &*whole,
            _ if level == 0 => whole.split('.').next().unwrap_or_default(),
            _ => &*whole,
        };
        let module = Thing::Module(top.into());
        Ok(Some(self.nodes.add(module)))
    }

    /// `IMPORT_FROM`.
    pub(super) fn import_from(&mut self, module: Node, name: &str) -> Result<Node, Lost> {
        let thing = match self.nodes.get(module) {
            Thing::Module(module) => {
                let module = module.clone();
                match super::stdlib::submodule(&module, name) {
                    Some(whole) => Thing::Module(whole.into()),
                    None => self.module_attribute(&module, name),
                }
            }
            Thing::Unknown(why) => Thing::Unknown(*why),
            _ => return self.attribute(module, name),
        };
        Ok(self.nodes.add(thing))
    }

    /// Whether `from module import name` asks for a module that is said to be missing.
    pub(super) fn is_missing(&self, module: Node, name: &str) -> bool {
        let Thing::Module(module) = self.nodes.get(module) else { return false };
        self.options.has(module) != Some(false) && self.options.has(&format!("{module}.{name}")) == Some(false)
    }

    /// `from module import *`: any name may be set.
    pub(super) fn import_star(&mut self, module: Node) -> Result<(), Lost> {
        let why = self.why("all names are imported");
        let Thing::Module(name) = self.nodes.get(module) else { return Err("the module is not known") };
        let name = name.clone();
        self.forget_globals(why);
        self.raising = true;
        self.stars.push(name);
        Ok(())
    }

    pub(super) fn is_none(&self, node: Node) -> Option<bool> {
        match self.nodes.get(node) {
            Thing::Const(value) => Some(*value == Value::None),
            Thing::Unknown(_) | Thing::Call { .. } | Thing::Attr(..) | Thing::Global(..) | Thing::Null => None,
            _ => Some(false),
        }
    }

    /// Whether it counts as true.
    pub(super) fn truth(&self, node: Node) -> Option<bool> {
        if self.nodes.changed(node).is_some() {
            return None;
        }
        match self.nodes.get(node) {
            Thing::Const(value) => match value {
                Value::None => Some(false),
                Value::True => Some(true),
                Value::False => Some(false),
                Value::Int(n) => Some(*n != 0),
                Value::Long(_) => Some(true),
                Value::Float(_) => self.heap.obj(*value).as_f64().ok().map(|float| float != 0.0),
                Value::Str(_) | Value::Bytes(_) => Some(!self.heap.content(*value).is_empty()),
                Value::Tuple(_) | Value::FrozenSet(_) => Some(!self.heap.items(*value).is_empty()),
                _ => None,
            },
            Thing::Tuple(items) | Thing::List(items) | Thing::Set(items) => Some(!items.is_empty()),
            Thing::Dict(pairs) => Some(!pairs.is_empty()),
            Thing::Module(_) | Thing::Function(_) | Thing::VersionInfo => Some(true),
            Thing::Class(class) => class.keywords.is_empty().then_some(true),
            _ => None,
        }
    }
}
