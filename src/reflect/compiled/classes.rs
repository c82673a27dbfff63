//! Classes of a module as cloudpickle writes them: `_class_getnewargs`, `_class_getstate` and what they do for enums.

use indexmap::IndexMap;

use super::enums;
use super::node::{Class, Node, Thing};
use super::shipment::{Shipment, Task};
use super::{CompiledModule, stdlib};
use crate::bytecode::Version;
use crate::error::Result;
use crate::heap::Value;
use crate::reflect::class_builder::{DECORATE, new_tracker_id};
use crate::reflect::class_parts::sort_attributes;
use crate::reflect::classmethod::{ClassMethodParts, StaticMethodParts};
use crate::reflect::{ClassKind, ClassParts, Helper, Release, Source};
use std::cell::Cell;
use std::collections::HashSet;
use std::sync::LazyLock;

/// What makes a class.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Metaclass {
    Type,
    Abc,
    Enum,
    /// One of the module.
    Own(Node),
    Other(Box<str>, Box<str>),
    Unknown(&'static str),
}

/// Tells descriptors among the attributes of a class their names, as making the class would have done.
static SET_NAMES: LazyLock<Source> = LazyLock::new(|| {
    Source::function(
        "def set_names(cls):
    for name, value in list(vars(cls).items()):
        set_name = getattr(type(value), '__set_name__', None)
        if set_name is not None:
            set_name(value, cls, name)",
    )
});

/// How many classes are looked at for one.
const WORK: u32 = 20_000;
/// Classes are derived from each other no deeper.
const DEEPEST: usize = 50;

/// Looks at the classes of a package.
#[derive(Clone, Copy)]
pub(super) struct Classes<'s> {
    pub(super) root: &'s CompiledModule,
    pub(super) module: &'s CompiledModule,
    /// How many classes may still be looked at: bases can be shared very often.
    work: &'s Cell<u32>,
}

/// What defines a name of a class first.
enum Defined {
    Concrete,
    Abstract,
    /// A class of another package, which may have it or not.
    Unknown,
}

impl<'s> Classes<'s> {
    fn pays(self) -> bool {
        let left = self.work.get();
        self.work.set(left.saturating_sub(1));
        left > 0
    }

    /// The metaclass of a class of the module.
    pub(super) fn metaclass(self, class: &Class, depth: usize) -> Metaclass {
        let nodes = &self.module.nodes;
        if depth > DEEPEST || !self.pays() {
            return Metaclass::Unknown("classes are derived from each other without an end");
        }
        if let Some((_, given)) = class.keywords.iter().find(|(name, _)| &**name == "metaclass") {
            return match nodes.get(*given) {
                Thing::Global(module, name) => of_names(module, name),
                Thing::Class(_) => Metaclass::Own(*given),
                _ => Metaclass::Unknown("the metaclass is not known"),
            };
        }
        let mut chosen = Metaclass::Type;
        for found in class.bases.iter().map(|base| self.metaclass_of_base(*base, depth)) {
            match (&chosen, found) {
                (_, unknown @ Metaclass::Unknown(_)) => return unknown,
                (Metaclass::Type, found) => chosen = found,
                (Metaclass::Abc, found @ (Metaclass::Own(_) | Metaclass::Other(..) | Metaclass::Enum)) => chosen = found,
                _ => {}
            }
        }
        chosen
    }

    fn metaclass_of_base(self, base: Node, depth: usize) -> Metaclass {
        let nodes = &self.module.nodes;
        if depth > DEEPEST {
            return Metaclass::Unknown("classes are derived from each other without an end");
        }
        match nodes.get(base) {
            Thing::Class(class) if nodes.changed(base).is_none() => self.metaclass(class, depth + 1),
            Thing::Global(module, name) => {
                let (module, name) = &self.root.origin(module, name);
                if let Some((other, node)) = self.root.found(module, name) {
                    return match (Classes { module: other, ..self }).metaclass_of_base(node, depth + 1) {
                        Metaclass::Own(_) => Metaclass::Unknown("its metaclass is one of another module of the package"),
                        found => found,
                    };
                }
                match stdlib::metaclass(module, name) {
                    Some((module, name)) => of_names(module, name),
                    None if module.starts_with("typing") => {
                        Metaclass::Unknown("a class of typing makes its subclasses in a way of its own")
                    }
                    None if self.root.plain_bases.contains(&(module.clone(), name.clone())) => Metaclass::Type,
                    None => Metaclass::Unknown("a base is of another package, and its metaclass is not known"),
                }
            }
            // Generic[T], Mapping[K, V]
            Thing::Call { callable, args, .. } if nodes.is_global(*callable, "operator", "getitem") => {
                args.first().map_or(Metaclass::Unknown("a base is not known"), |of| self.metaclass_of_base(*of, depth + 1))
            }
            _ => Metaclass::Unknown("a base is not known"),
        }
    }

    /// Whether a base is an alias such as `Generic[T]` and no class.
    pub(super) fn is_alias(self, base: Node) -> bool {
        match self.module.nodes.get(base) {
            Thing::Call { callable, .. } => self.module.nodes.is_global(*callable, "operator", "getitem"),
            Thing::Global(module, name) => {
                let (module, name) = self.root.origin(module, name);
                const CLASSES: &[&str] = &["Generic", "Protocol", "Any", "NamedTuple", "TypedDict", "IO", "TextIO", "BinaryIO"];
                module.starts_with("typing") && !CLASSES.contains(&&*name) && !name.starts_with("Supports")
            }
            _ => false,
        }
    }

    /// Whether a member is abstract.
    fn is_abstract(self, node: Node) -> bool {
        let nodes = &self.module.nodes;
        match nodes.get(node) {
            Thing::Function(function) => function.attributes.contains_key("__isabstractmethod__"),
            Thing::Property(parts) => parts.iter().take(3).flatten().any(|part| self.is_abstract(*part)),
            Thing::Call { callable, args, .. } => match nodes.get(*callable) {
                Thing::Global(module, name) if &**module == "builtins" && matches!(&**name, "classmethod" | "staticmethod") => {
                    args.iter().any(|arg| self.is_abstract(*arg))
                }
                Thing::Global(module, _) => &**module == "abc",
                _ => false,
            },
            _ => false,
        }
    }

    /// The names that a class or one of its bases has as abstract.
    fn abstract_candidates(self, base: Node, names: &mut Vec<Box<str>>, depth: usize) {
        if depth > DEEPEST || !self.pays() {
            return;
        }
        match self.module.nodes.get(base) {
            Thing::Class(class) => {
                names.extend(class.members.iter().filter(|(_, member)| self.is_abstract(**member)).map(|(name, _)| name.clone()));
                class.bases.iter().for_each(|base| self.abstract_candidates(*base, names, depth + 1));
            }
            Thing::Global(module, name) => {
                let (module, name) = &self.root.origin(module, name);
                match self.root.found(module, name) {
                    Some((other, node)) => Classes { module: other, ..self }.abstract_candidates(node, names, depth + 1),
                    None => names.extend(stdlib::abstract_methods(module, name).map(Into::into)),
                }
            }
            Thing::Call { args, .. } => args.iter().take(1).for_each(|of| self.abstract_candidates(*of, names, depth + 1)),
            _ => {}
        }
    }

    /// What defines a name, in the order of the bases.
    fn defined(self, base: Node, wanted: &str, depth: usize) -> Option<Defined> {
        if depth > DEEPEST || !self.pays() {
            return None;
        }
        match self.module.nodes.get(base) {
            Thing::Class(class) => match class.members.get(wanted) {
                Some(member) if self.is_abstract(*member) => Some(Defined::Abstract),
                Some(_) => Some(Defined::Concrete),
                None => class.bases.iter().find_map(|base| self.defined(*base, wanted, depth + 1)),
            },
            Thing::Global(module, name) => {
                let (module, name) = &self.root.origin(module, name);
                match self.root.found(module, name) {
                    Some((other, node)) => Classes { module: other, ..self }.defined(node, wanted, depth + 1),
                    None if stdlib::abstract_methods(module, name).any(|name| name == wanted) => Some(Defined::Abstract),
                    None if stdlib::has_concrete(module, name, wanted) => Some(Defined::Concrete),
                    None => (!stdlib::is_of_every_python(module)).then_some(Defined::Unknown),
                }
            }
            Thing::Call { args, .. } => args.first().and_then(|of| self.defined(*of, wanted, depth + 1)),
            _ => None,
        }
    }

    /// `__abstractmethods__`; `None` where a base of another package may define some of them.
    fn abstract_names(self, class: Node) -> Option<Vec<Box<str>>> {
        let mut names = Vec::new();
        self.abstract_candidates(class, &mut names, 0);
        names.sort_unstable();
        names.dedup();
        let mut is_known = true;
        names.retain(|name| {
            let defined = self.defined(class, name, 0);
            is_known &= !matches!(defined, Some(Defined::Unknown));
            matches!(defined, Some(Defined::Abstract))
        });
        is_known.then_some(names)
    }
}

fn of_names(module: &str, name: &str) -> Metaclass {
    match (module, name) {
        ("builtins", "type") => Metaclass::Type,
        ("abc", "ABCMeta") => Metaclass::Abc,
        ("enum", "EnumMeta" | "EnumType") => Metaclass::Enum,
        _ => Metaclass::Other(module.into(), name.into()),
    }
}

impl Shipment<'_, '_, '_> {
    /// A class without what is in it, which comes later.
    pub(super) fn class(&mut self, node: Node, class: &Class) -> Result<Value> {
        let module = self.module;
        if class.bases.iter().any(|base| module.nodes.is_global(*base, "typing", "NamedTuple")) {
            return self.named_tuple(node, class);
        }
        let work = Cell::new(WORK);
        let classes = Classes { root: self.root, module, work: &work };
        let metaclass = classes.metaclass(class, 0);
        let name = self.ship(class.name)?;
        let bases = if class.bases.is_empty() {
            let object = self.heap.shared_global("builtins", "object");
            vec![object]
        } else {
            self.ship_all(&class.bases)?
        };
        let bases = self.heap.tuple(bases);
        self.keep(&format!("bases {node:?}"), bases);
        let id = new_tracker_id();
        let tracker_id = self.heap.str(&id);
        let module_name = self.heap.name(&module.name);
        let meta_value = match &metaclass {
            Metaclass::Type => self.heap.shared_global("builtins", "type"),
            Metaclass::Abc => self.reference("abc", "ABCMeta"),
            Metaclass::Own(node) => {
                if let Thing::Class(own) = module.nodes.get(*node)
                    && own.members.keys().any(|name| matches!(&**name, "__new__" | "__init__" | "__prepare__"))
                {
                    return Err(self.lost(class.made_at.why("its metaclass makes it in a way of its own")));
                }
                self.ship(*node)?
            }
            Metaclass::Other(of, name) if &**of == "typing" && &**name == "_ProtocolMeta" => self.reference(of, name),
            Metaclass::Other(..) => {
                return Err(self.lost(class.made_at.why("its metaclass is not known")));
            }
            Metaclass::Unknown(reason) => return Err(self.lost(class.made_at.why(reason))),
            Metaclass::Enum => Value::None,
        };
        let kind = if metaclass == Metaclass::Enum {
            let members = enums::members(self, class)?;
            let qualname = match class.qualname {
                Some(qualname) => self.ship(qualname)?,
                None => name,
            };
            ClassKind::Enum { qualname, members, module: module_name }
        } else {
            let key = self.heap.name("__module__");
            let type_kwargs = self.heap.dict([(key, module_name)]);
            ClassKind::Plain { metaclass: meta_value, type_kwargs }
        };
        let parts = ClassParts { name, bases, kind, tracker_id, attributes: None, release: None };
        let made = parts.build_skeleton(self.heap, self.target)?;
        self.keep(&format!("node {node:?}"), made);
        let attributes = self.heap.dict([]);
        let setter = self.dialect().helper(self.heap, Helper::ClassSetState);
        let nothing = self.heap.dict([]);
        let state = self.heap.tuple([attributes, nothing]);
        self.heap.set_state(made, setter, state)?;
        self.open.push(Task::Attributes(node, attributes));
        let describes = |node: &Node| match module.nodes.get(*node) {
            Thing::Call { callable, .. } => !matches!(
                module.nodes.get(*callable),
                Thing::Global(of, _) if matches!(&**of, "builtins" | "re" | "operator" | "typing" | "logging" | "abc")
            ),
            Thing::Attr(..) => true,
            _ => false,
        };
        if metaclass != Metaclass::Enum && class.dataclass.is_none() && class.members.values().any(describes) {
            let set_names = SET_NAMES.build(self.heap)?;
            let dropped = self.heap.call(set_names, (made,));
            self.heap.then(made, dropped)?;
        }
        if matches!(metaclass, Metaclass::Other(..)) && module.version >= Version::Py312 {
            // What a protocol asks for is noted when it is made: again, with all that is in it.
            let init = self.reference("typing", "_ProtocolMeta.__init__");
            let nothing = self.heap.dict([]);
            let dropped = self.heap.call(init, (made, name, Value::EMPTY_TUPLE, nothing));
            self.heap.then(made, dropped)?;
            if class.members.contains_key("_is_runtime_protocol") {
                let runtime = self.reference("typing", "runtime_checkable");
                let dropped = self.heap.call(runtime, (made,));
                self.heap.then(made, dropped)?;
            }
        }
        if let Some(options) = &class.dataclass {
            let mut pairs = Vec::new();
            for (name, value) in options {
                pairs.push((self.heap.name(name), self.ship(*value)?));
            }
            let options = self.heap.dict(pairs);
            let decorator = DECORATE.build(self.heap)?;
            let decorated = self.heap.call(decorator, (made, options));
            self.heap.then(made, decorated)?;
        }
        Ok(made)
    }

    pub(super) fn fill_class(&mut self, node: Node, dict: Value) -> Result<()> {
        let Thing::Class(class) = self.module.nodes.get(node) else { return Ok(()) };
        let outer = match self.module.text(class.name) {
            Some(name) => std::mem::replace(&mut self.wanted, format!("{}.{name}", self.module.name)),
            None => self.wanted.clone(),
        };
        let members = self.members(node, class)?;
        let inherited = self.inherited(class)?;
        let mut pairs = Vec::new();
        for (name, value) in members {
            // cloudpickle leaves out what is the very object that a base has.
            if inherited.get(&name).is_some_and(|base| is_same(*base, value)) {
                continue;
            }
            // Only that key is put there by cloudpickle itself.
            let key = if &*name == "_abc_impl" { self.heap.name(&name) } else { self.copied_name(&name) };
            pairs.push((key, value));
        }
        if self.is_since(Release::V3_1) {
            sort_attributes(self.heap, &mut pairs);
        }
        let flat: Vec<Value> = pairs.into_iter().flat_map(|(key, value)| [key, value]).collect();
        self.heap.extend(dict, &flat);
        self.wanted = outer;
        Ok(())
    }

    /// A class of `typing.NamedTuple`: `collections.namedtuple` makes it on the worker, and it gets what else the body has.
    fn named_tuple(&mut self, node: Node, class: &Class) -> Result<Value> {
        let module = self.module;
        let lost = |this: &Self, reason| this.lost(class.made_at.why(reason));
        let fields = match class.members.get("__annotations__").map(|node| module.nodes.get(*node)) {
            Some(Thing::Dict(pairs)) => pairs.clone(),
            _ => return Err(lost(self, "the fields of a named tuple are not known")),
        };
        let mut names = Vec::new();
        let mut defaults = Vec::new();
        let mut fields_named: Vec<Box<str>> = Vec::new();
        for (field, _) in &fields {
            let Some(text) = module.text(*field) else { return Err(lost(self, "the fields of a named tuple are not known")) };
            names.push(self.ship(*field)?);
            match class.members.get(&*text) {
                Some(default) => defaults.push(self.ship(*default)?),
                None if !defaults.is_empty() => return Err(lost(self, "a field without a default follows one with a default")),
                None => {}
            }
            fields_named.push(text.into());
        }
        let with_default: Vec<_> = names.iter().copied().rev().zip(defaults.iter().copied().rev()).rev().collect();
        let maker = self.reference("collections", "namedtuple");
        let (name, names) = (self.ship(class.name)?, self.heap.tuple(names));
        let (defaults, module_name) = (self.heap.tuple(defaults), self.heap.name(&module.name));
        let keywords = [("defaults".into(), defaults), ("module".into(), module_name)];
        let made = self.call(maker, vec![name, names], &keywords)?;
        self.keep(&format!("node {node:?}"), made);
        let attributes = self.heap.dict([]);
        let setter = self.dialect().helper(self.heap, Helper::ClassSetState);
        let nothing = self.heap.dict([]);
        let state = self.heap.tuple([attributes, nothing]);
        self.heap.set_state(made, setter, state)?;
        let mut pairs = Vec::new();
        let mut of_new = Value::None;
        for (name, member) in &class.members {
            if fields_named.contains(name) || matches!(&**name, "__module__" | "__annotate_func__") {
                continue;
            }
            let value = match module.nodes.get(*member) {
                // `typing` makes forward references of strs.
                Thing::Dict(given) if &**name == "__annotations__" => {
                    let annotations = self.heap.dict([]);
                    for (field, of) in given {
                        let pair = [self.ship(*field)?, self.forward(*of)?];
                        self.heap.extend(annotations, &pair);
                    }
                    // Up to 3.8 `__new__` has the strs themselves, in a dict of its own.
                    of_new = if module.version > Version::Py38 {
                        annotations
                    } else {
                        pairs.extend([self.copied_name("_field_types"), annotations]);
                        self.ship(*member)?
                    };
                    annotations
                }
                _ => self.ship(*member)?,
            };
            pairs.extend([self.copied_name(name), value]);
        }
        // A class up to 3.8, a function since.
        if module.version > Version::Py38 {
            let bases = self.reference("typing", "NamedTuple");
            let bases = self.heap.tuple([bases]);
            pairs.extend([self.copied_name("__orig_bases__"), bases]);
        } else {
            // `typing` knows the defaults, and gives none to `collections.namedtuple`, which had two names for them.
            let (defaults, none) = (self.heap.dict(with_default), self.heap.dict([]));
            pairs.extend([self.copied_name("_field_defaults"), defaults, self.copied_name("_fields_defaults"), none]);
        }
        self.heap.extend(attributes, &pairs);
        // `nm_tpl.__annotations__ = nm_tpl.__new__.__annotations__ = types`
        let (getattr, setattr) = (self.reference("builtins", "getattr"), self.reference("builtins", "setattr"));
        let key = self.heap.name("__new__");
        let new = self.heap.call(getattr, (made, key));
        let key = self.heap.name("__annotations__");
        let dropped = self.heap.call(setattr, (new, key, of_new));
        self.heap.then(made, dropped)?;
        Ok(made)
    }

    /// What the dicts of the bases hold.
    fn inherited(&mut self, class: &Class) -> Result<IndexMap<Box<str>, Value>> {
        let mut found = IndexMap::new();
        for base in class.bases.iter().rev() {
            match self.module.nodes.get(*base) {
                Thing::Class(of) => found.extend(self.members(*base, of)?),
                Thing::Global(module, name) => self.inherited_from(module, name, &mut found)?,
                // Generic[T], Mapping[K, V]
                Thing::Call { callable, args, .. } if self.module.nodes.is_global(*callable, "operator", "getitem") => {
                    if let Some(Thing::Global(module, name)) = args.first().map(|of| self.module.nodes.get(*of)) {
                        self.inherited_from(module, name, &mut found)?;
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// What the dict of a class of another module holds that a process has only once: small constants, and empty tuples.
    fn inherited_from(&mut self, module: &str, name: &str, found: &mut IndexMap<Box<str>, Value>) -> Result<()> {
        let (module, name) = self.root.origin(module, name);
        let Some((other, node)) = self.root.found(&module, &name) else {
            let (is_slotless, is_stateless) = stdlib::empty_tuples(&module, &name);
            if is_slotless {
                found.insert("__slots__".into(), Value::EMPTY_TUPLE);
            }
            if is_stateless && self.module.version >= Version::Py313 {
                found.insert("__static_attributes__".into(), Value::EMPTY_TUPLE);
            }
            return Ok(());
        };
        let Thing::Class(class) = other.nodes.get(node) else { return Ok(()) };
        let wanted = self.wanted.clone();
        let mut there = Shipment::new(other, self.root, self.heap, wanted);
        found.insert("__doc__".into(), Value::None);
        for (name, member) in &class.members {
            let value = match other.nodes.get(*member) {
                Thing::Const(value) => there.constant(*value)?,
                Thing::Tuple(items) if items.is_empty() => Value::EMPTY_TUPLE,
                _ => {
                    found.shift_remove(name);
                    continue;
                }
            };
            found.insert(name.clone(), value);
        }
        if class.members.contains_key("__eq__") && !class.members.contains_key("__hash__") {
            found.insert("__hash__".into(), Value::None);
        }
        Ok(())
    }

    /// The dict of a class as its metaclass leaves it, without what cloudpickle never takes.
    fn members(&mut self, node: Node, class: &Class) -> Result<IndexMap<Box<str>, Value>> {
        let module = self.module;
        let work = Cell::new(WORK);
        let classes = Classes { root: self.root, module, work: &work };
        let metaclass = classes.metaclass(class, 0);
        let mut members: IndexMap<Box<str>, Value> = IndexMap::new();
        let enum_names = if metaclass == Metaclass::Enum { enums::names(self, class) } else { Vec::new() };
        for (name, member) in &class.members {
            if matches!(&**name, "__weakref__" | "__dict__" | "__annotate_func__") || enum_names.contains(name) {
                continue;
            }
            let value = match (&**name, module.nodes.get(*member)) {
                ("__annotations__", Thing::Dict(_)) if class.dataclass.is_some() => self.ship(*member)?,
                ("__new__", Thing::Function(_)) => {
                    let function = self.ship(*member)?;
                    StaticMethodParts::new(function).build(self.heap, self.target)?
                }
                ("__init_subclass__" | "__class_getitem__", Thing::Function(_)) => {
                    let function = self.ship(*member)?;
                    ClassMethodParts::new(function).build(self.heap, self.target)?
                }
                _ => self.ship(*member)?,
            };
            members.insert(name.clone(), value);
        }
        if metaclass == Metaclass::Enum {
            members.extend(enums::aliases(self, node, class)?);
            if module.version < Version::Py311 {
                let doc = self.heap.str("An enumeration.");
                members.entry("__doc__".into()).or_insert(doc);
            }
        }
        members.entry("__doc__".into()).or_insert(Value::None);
        if members.contains_key("__eq__") && !members.contains_key("__hash__") {
            members.insert("__hash__".into(), Value::None);
        }
        if class.bases.iter().any(|base| classes.is_alias(*base)) {
            let bases = self.made(&format!("bases {node:?}")).unwrap_or(Value::None);
            members.insert("__orig_bases__".into(), bases);
            let parameters = self.parameters(class)?;
            members.insert("__parameters__".into(), parameters);
        }
        let is_abc = match &metaclass {
            Metaclass::Abc | Metaclass::Other(..) => true,
            Metaclass::Own(own) => match module.nodes.get(*own) {
                Thing::Class(own) => own.bases.iter().any(|base| module.nodes.is_global(*base, "abc", "ABCMeta")),
                _ => false,
            },
            _ => false,
        };
        if is_abc {
            let names = classes.abstract_names(node);
            if work.get() == 0 {
                return Err(self.cannot("classes are derived from each other too often"));
            }
            let Some(names) = names else {
                return Err(self.lost(class.made_at.why("a base is of another package, and may define what is abstract")));
            };
            let names: Vec<Value> = names.iter().map(|name| self.heap.name(name)).collect();
            let set = match &*names {
                // One object up to 3.9.
                [] if module.version < Version::Py310 => self.only("frozenset()", |heap| heap.frozenset([])),
                names => self.heap.frozenset(names.iter().copied()),
            };
            members.insert("__abstractmethods__".into(), set);
            let registry = self.heap.list([]);
            members.insert("_abc_impl".into(), registry);
        }
        Ok(members)
    }

    /// `__parameters__`: the TypeVars of the aliases among the bases, in order.
    fn parameters(&mut self, class: &Class) -> Result<Value> {
        let module = self.module;
        const VARIABLES: &[&str] = &["TypeVar", "ParamSpec", "TypeVarTuple"];
        let mut found = Vec::new();
        let mut open: Vec<Node> = class.bases.iter().rev().copied().collect();
        let mut budget = 1000;
        while let Some(node) = open.pop() {
            budget -= 1;
            if budget == 0 {
                break;
            }
            match module.nodes.get(node) {
                Thing::Call { callable, .. }
                    if VARIABLES.iter().any(|name| module.nodes.is_global(*callable, "typing", name)) =>
                {
                    found.push(node);
                }
                Thing::Call { callable, args, .. } if module.nodes.is_global(*callable, "operator", "getitem") => {
                    open.extend(args.iter().skip(1).rev());
                }
                Thing::Tuple(items) => open.extend(items.iter().rev()),
                _ => {}
            }
        }
        let mut once = HashSet::new();
        found.retain(|node| once.insert(*node));
        let values = self.ship_all(&found)?;
        Ok(self.heap.tuple(values))
    }
}

/// Whether two handles are one object in Python: small ints and what is held in place are.
fn is_same(one: Value, other: Value) -> bool {
    match one {
        Value::Int(n) => one == other && (-5..=256).contains(&n),
        _ => one == other,
    }
}
