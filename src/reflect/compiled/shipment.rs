//! From what the machine knows to what cloudpickle writes for it.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::CompiledModule;
use super::node::{Node, Place, Thing, Why};
use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Value};
use crate::reflect::std_types::PatternParts;
use crate::reflect::{Dialect, LoggerParts, ModuleParts, PartialParts, PropertyParts, Release, Target, TypeVarParts};

/// How many objects are looked at to see in which order they can be made.
const WORK: usize = 1_000_000;
/// How deep objects may be in each other.
const DEEPEST: usize = 200;

/// What is still to be filled: functions and classes refer to each other.
pub(super) enum Task {
    Globals(Node, Value),
    Attributes(Node, Value),
}

/// Definitions of a module on their way into a heap.
pub(super) struct Shipment<'s, 'h, 'a> {
    pub(super) module: &'s CompiledModule,
    /// The package that it is of.
    pub(super) root: &'s CompiledModule,
    pub(super) heap: &'h mut Heap<'a>,
    pub(super) target: &'s Target,
    /// What is asked for, as errors name it.
    pub(super) wanted: String,
    pub(super) open: Vec<Task>,
    depth: usize,
    /// What is being made.
    current: Option<Node>,
    /// What each class and function that is called on the worker needs, all in all.
    pub(super) needed: HashMap<Node, Rc<HashSet<Node>>>,
    /// How many objects may still be looked at for that.
    pub(super) work: usize,
}

/// The key of a heap under which modules share what they refer to.
const SHARED: u64 = 0;

impl<'s, 'h, 'a> Shipment<'s, 'h, 'a> {
    pub(super) fn new(module: &'s CompiledModule, root: &'s CompiledModule, heap: &'h mut Heap<'a>, wanted: String) -> Self {
        let mut this = Self {
            module,
            root,
            heap,
            target: &root.target,
            wanted,
            open: Vec::new(),
            depth: 0,
            current: None,
            needed: HashMap::new(),
            work: WORK,
        };
        // Builders use these too.
        for name in ["type", "object", "property", "classmethod", "staticmethod"] {
            this.reference("builtins", name);
        }
        this
    }

    pub(super) fn dialect(&self) -> &'s Dialect {
        self.target.dialect_of()
    }

    pub(super) fn is_since(&self, release: Release) -> bool {
        self.dialect().release() >= release
    }

    /// What was made of something of the module before.
    pub(super) fn made(&self, key: &str) -> Option<Value> {
        self.heap.made.get(&(self.module.number, key.into())).copied()
    }

    pub(super) fn keep(&mut self, key: &str, value: Value) {
        self.heap.made.insert((self.module.number, key.into()), value);
    }

    pub(super) fn lost(&self, why: Why) -> crate::error::Error {
        let Why { instruction, line, reason } = why;
        ErrorKind::NotFollowed { name: self.wanted.clone(), instruction, line, reason }.into()
    }

    /// What a process has only once, whichever module asks for it.
    pub(super) fn only(&mut self, key: &str, make: impl FnOnce(&mut Heap<'a>) -> Value) -> Value {
        let key = (SHARED, format!("only {key}").into());
        if let Some(made) = self.heap.made.get(&key) {
            return *made;
        }
        let made = make(self.heap);
        self.heap.made.insert(key, made);
        made
    }

    /// An error for what was followed and cannot be shipped.
    pub(super) fn cannot(&self, reason: &'static str) -> crate::error::Error {
        let nodes = &self.module.nodes;
        self.lost(self.current.map_or(nodes.here, |node| nodes.made_at(node)).why(reason))
    }

    /// Makes an object and all that it needs.
    pub(super) fn ship_whole(&mut self, node: Node) -> Result<Value> {
        let value = self.ship(node)?;
        while let Some(task) = self.open.pop() {
            self.current = Some(match task {
                Task::Globals(node, _) | Task::Attributes(node, _) => node,
            });
            match task {
                Task::Globals(node, dict) => self.fill_globals(node, dict)?,
                Task::Attributes(node, dict) => self.fill_attributes(node, dict)?,
            }
        }
        Ok(value)
    }

    pub(super) fn ship(&mut self, node: Node) -> Result<Value> {
        if let Some(why) = self.module.nodes.changed(node) {
            return Err(self.lost(why));
        }
        let key = format!("node {node:?}");
        if let Some(made) = self.made(&key) {
            return Ok(made);
        }
        if self.depth > DEEPEST {
            return Err(ErrorKind::LimitExceeded { what: "objects in each other", limit: 200 }.into());
        }
        self.depth += 1;
        let outer = self.current.replace(node);
        let value = self.ship_thing(node);
        self.current = outer;
        self.depth -= 1;
        let value = value?;
        if !matches!(self.module.nodes.get(node), Thing::Const(_)) {
            self.keep(&key, value);
        }
        Ok(value)
    }

    pub(super) fn ship_all(&mut self, nodes: &[Node]) -> Result<Vec<Value>> {
        nodes.iter().map(|node| self.ship(*node)).collect()
    }

    fn ship_thing(&mut self, node: Node) -> Result<Value> {
        let module = self.module;
        Ok(match module.nodes.get(node) {
            Thing::Const(value) => self.constant(*value)?,
            Thing::Tuple(items) => {
                let items = self.ship_all(items)?;
                self.heap.tuple(items)
            }
            Thing::List(items) => {
                let list = self.heap.list([]);
                self.keep(&format!("node {node:?}"), list);
                let items = self.ship_all(items)?;
                self.heap.extend(list, &items);
                list
            }
            Thing::Set(items) => {
                let items = self.ship_all(items)?;
                self.heap.set(items)
            }
            Thing::Dict(pairs) => {
                let dict = self.heap.dict([]);
                self.keep(&format!("node {node:?}"), dict);
                for (key, value) in pairs {
                    let pair = [self.ship(*key)?, self.ship(*value)?];
                    self.heap.extend(dict, &pair);
                }
                dict
            }
            Thing::Module(name) => self.module_reference(name)?,
            Thing::Global(of, name) => match name.rsplit_once('.') {
                Some((class, method)) if &**of == "builtins" => self.method_of_builtin(class, method),
                _ => self.reference(of, name),
            },
            Thing::Attr(of, name) | Thing::Method(of, name) => {
                let object = self.ship(*of)?;
                self.attribute_of(object, name)
            }
            Thing::Call { callable, args, keywords } => {
                self.check_order(node, *callable)?;
                self.ship_call(*callable, args, keywords)?
            }
            Thing::Property(parts) => self.property(parts)?,
            Thing::Function(function) => self.function(node, function)?,
            Thing::Class(class) => self.class(node, class)?,
            Thing::VersionInfo => self.reference("sys", "version_info"),
            Thing::Unknown(why) => return Err(self.lost(*why)),
            Thing::Cell(_) => return Err(self.cannot("a cell stands by itself")),
            Thing::Iter(..) => return Err(self.cannot("an iterator stands by itself")),
            Thing::BuildClass | Thing::Null => return Err(self.cannot("it is no object")),
        })
    }

    /// `getattr(object, name)`, for a name with dots again and again.
    pub(super) fn attribute_of(&mut self, object: Value, name: &str) -> Value {
        let getattr = self.reference("builtins", "getattr");
        name.split('.').fold(object, |object, name| {
            let name = self.heap.name(name);
            self.heap.call(getattr, (object, name))
        })
    }

    /// `str.lower`, which reduces to an attribute of its class.
    fn method_of_builtin(&mut self, class: &str, method: &str) -> Value {
        let key = (SHARED, format!("method {class}.{method}").into());
        if let Some(made) = self.heap.made.get(&key) {
            return *made;
        }
        let getattr = self.reference("builtins", "getattr");
        let class = self.reference("builtins", class);
        let name = self.heap.name(method);
        let made = self.heap.call(getattr, (class, name));
        self.heap.made.insert(key, made);
        made
    }

    /// A reference: one object in a heap, whichever module refers to it.
    pub(super) fn reference(&mut self, module: &str, name: &str) -> Value {
        if module == "types"
            && let Some(known) = BUILTIN_TYPES.iter().find(|(names, _)| names.contains(&name))
        {
            return self.dialect().builtin_type(self.heap, known.1);
        }
        let (module, name) = super::stdlib::own_names(module, name);
        let in_c = super::stdlib::is_in_c(module, name);
        let text = if in_c { format!("{module} {name}") } else { format!("reference {module} {name}") };
        let key = (SHARED, text.into());
        if let Some(made) = self.heap.made.get(&key) {
            return *made;
        }
        let made = if in_c { self.heap.global_in_c(module, name) } else { self.heap.global(module, name) };
        self.heap.made.insert(key, made);
        made
    }

    pub(super) fn module_reference(&mut self, name: &str) -> Result<Value> {
        if self.root.covers(name) {
            let Some(module) = self.root.module(name) else {
                return Err(self.cannot("a module of the package is used as an object, and it is not there"));
            };
            let place = self.current.map_or(self.module.nodes.here, |node| self.module.nodes.made_at(node));
            return Shipment::new(module, self.root, self.heap, name.to_owned()).whole_module(place);
        }
        let key = (SHARED, format!("module {name}").into());
        if let Some(made) = self.heap.made.get(&key) {
            return Ok(*made);
        }
        let mut parts = ModuleParts::reference(self.heap, name);
        // The names of modules that are there before any code runs are no interned strs.
        if !matches!(name, "sys" | "builtins" | "io") {
            parts.name = self.heap.name(super::stdlib::own_name(name));
        }
        let helper = self.dialect().helper(self.heap, crate::reflect::Helper::SubImport);
        let args = self.heap.tuple([parts.name]);
        let made = self.heap.call(helper, args);
        self.heap.made.insert(key, made);
        Ok(made)
    }

    /// The module as an object: `dynamic_subimport`, and what is in it, but for what the import machinery knows of its file.
    ///
    /// The names are filled in after it is made, since functions in it may refer to it.
    fn whole_module(&mut self, used_at: Place) -> Result<Value> {
        const MACHINERY: &[&str] = &["__spec__", "__loader__", "__cached__", "__builtins__"];
        if let Some(made) = self.made("the module") {
            return Ok(made);
        }
        let module = self.module;
        if !module.stars.is_empty() {
            return Err(self.lost(used_at.why("a module is used as an object that has all names of another module")));
        }
        let helper = self.dialect().helper(self.heap, crate::reflect::Helper::DynamicSubImport);
        let (name, nothing) = (self.heap.name(&module.name), self.heap.dict([]));
        let made = self.heap.call(helper, (name, nothing));
        self.keep("the module", made);
        let names = module.globals.keys().map(|name| &**name).chain(module.is_package.then_some("__path__"));
        let mut pairs = Vec::new();
        for name in names.filter(|name| !MACHINERY.contains(name)) {
            let value = match self.attribute_of_module(name) {
                Some(value) => value,
                None => self.reference(&module.name, name),
            };
            pairs.push((self.heap.name(name), value));
        }
        let state = self.heap.dict(pairs);
        self.heap.build(made, state)?;
        Ok(made)
    }

    /// `callable(*args, **keywords)` as a call: keywords go through `functools.partial`.
    pub(super) fn call(&mut self, callable: Value, args: Vec<Value>, keywords: &[(Box<str>, Value)]) -> Result<Value> {
        let args = self.heap.tuple(args);
        if keywords.is_empty() {
            return Ok(self.heap.call(callable, args));
        }
        let pairs: Vec<_> = keywords.iter().map(|(name, value)| (self.heap.name(name), *value)).collect();
        let keywords = self.heap.dict(pairs);
        let partial = PartialParts::new(self.heap, callable).args(args).keywords(keywords).build(self.heap, self.target)?;
        Ok(self.heap.call(partial, ()))
    }

    fn ship_call(&mut self, callable: Node, args: &[Node], keywords: &[(Box<str>, Node)]) -> Result<Value> {
        let module = self.module;
        if let Thing::Global(of, name) = module.nodes.get(callable)
            && let Some(made) = self.known_call(of, name, args, keywords)?
        {
            return Ok(made);
        }
        let callable = self.ship(callable)?;
        let args = self.ship_all(args)?;
        let mut shipped = Vec::with_capacity(keywords.len());
        for (name, value) in keywords {
            shipped.push((name.clone(), self.ship(*value)?));
        }
        self.call(callable, args, &shipped)
    }

    /// Objects of the standard library that cloudpickle writes in another way than by the call that made them.
    fn known_call(&mut self, of: &str, name: &str, args: &[Node], keywords: &[(Box<str>, Node)]) -> Result<Option<Value>> {
        let module = self.module;
        let constant = |node: &Node| module.nodes.constant(*node);
        Ok(match (of, name) {
            ("typing", "TypeVar") if !keywords.iter().any(|(name, _)| matches!(&**name, "infer_variance" | "default")) => {
                let Some((name, constraints)) = args.split_first() else { return Ok(None) };
                let name = self.ship(*name)?;
                let constraints = self.ship_all(constraints)?;
                let constraints = self.heap.tuple(constraints);
                let mut parts = TypeVarParts::new(self.heap, "").constraints(constraints);
                for (keyword, value) in keywords {
                    let yes = constant(value) == Some(Value::True);
                    parts = match &**keyword {
                        "bound" => {
                            let bound = self.forward(*value)?;
                            parts.bound(bound)
                        }
                        "covariant" if yes => parts.covariant(),
                        "contravariant" if yes => parts.contravariant(),
                        _ => parts,
                    };
                }
                if let TypeVarParts::Value(slots) = &mut parts {
                    slots.name = name;
                }
                let id = crate::reflect::class_builder::new_tracker_id();
                Some(parts.tracker_id(self.heap, &id).build(self.heap, self.target)?)
            }
            ("logging", "getLogger") if keywords.is_empty() => match args {
                [] => Some(LoggerParts::root().build(self.heap, self.target)?),
                [name] => {
                    let mut parts = LoggerParts::root();
                    parts.name = Some(self.ship(*name)?);
                    Some(parts.build(self.heap, self.target)?)
                }
                _ => None,
            },
            ("re", "compile") if keywords.is_empty() => {
                let Some(pattern) = args.first().and_then(constant) else { return Ok(None) };
                let content = match pattern {
                    Value::Str(_) | Value::Bytes(_) => module.heap.content(pattern),
                    _ => return Ok(None),
                };
                // Flags can be set inside.
                if content.windows(2).any(|two| two == b"(?")
                    && content.windows(3).any(|three| three.starts_with(b"(?") && three[2].is_ascii_lowercase())
                {
                    return Ok(None);
                }
                let given = match args.get(1) {
                    None => Some(0),
                    Some(flags) => module.flags(*flags),
                };
                let Some(given) = given else { return Ok(None) };
                let unicode = if matches!(pattern, Value::Str(_)) && given & 256 == 0 { 32 } else { 0 };
                let pattern = self.constant(pattern)?;
                Some(PatternParts { pattern, flags: given | unicode }.build(self.heap, self.target)?)
            }
            ("functools", "partial") => {
                let Some((function, args)) = args.split_first() else { return Ok(None) };
                let function = self.ship(*function)?;
                let args = self.ship_all(args)?;
                let args = self.heap.tuple(args);
                let mut pairs = Vec::new();
                for (name, value) in keywords {
                    pairs.push((self.heap.name(name), self.ship(*value)?));
                }
                let keywords = self.heap.dict(pairs);
                Some(PartialParts::new(self.heap, function).args(args).keywords(keywords).build(self.heap, self.target)?)
            }
            ("collections", "namedtuple") if !keywords.iter().any(|(name, _)| &**name == "module") => {
                let callable = self.reference(of, name);
                let args = self.ship_all(args)?;
                let mut shipped = Vec::new();
                for (name, value) in keywords {
                    shipped.push((name.clone(), self.ship(*value)?));
                }
                shipped.push(("module".into(), self.heap.name(&module.name)));
                Some(self.call(callable, args, &shipped)?)
            }
            // Optional[X] is Union[X, None].
            ("operator", "getitem") if args.first().is_some_and(|of| module.nodes.is_global(*of, "typing", "Optional")) => {
                let [_, of] = args else { return Ok(None) };
                let callable = self.reference("operator", "getitem");
                let union = self.reference("typing", "Union");
                let of = self.forward(*of)?;
                let type_of = self.reference("builtins", "type");
                let none = self.only("type of None", |heap| heap.call(type_of, (Value::None,)));
                // `typing` keeps what it made: the same alternatives give the same object.
                Some(self.only(&format!("alias {union:?} {of:?} {none:?}"), |heap| {
                    let alternatives = heap.tuple([of, none]);
                    heap.call(callable, (union, alternatives))
                }))
            }
            ("operator", "getitem") if args.first().is_some_and(|of| module.is_typing(*of)) => {
                let [origin, of] = args else { return Ok(None) };
                let callable = self.reference("operator", "getitem");
                let origin = self.ship(*origin)?;
                let of = self.argument_of_alias(*of)?;
                let text = match of {
                    Value::Tuple(_) => format!("{:?}", self.heap.items(of)),
                    Value::List(_) => return Ok(Some(self.heap.call(callable, (origin, of)))),
                    _ => format!("{of:?}"),
                };
                Some(self.only(&format!("alias {origin:?} {text}"), |heap| heap.call(callable, (origin, of))))
            }
            ("builtins", "object") if args.is_empty() && keywords.is_empty() => {
                let object = self.heap.shared_global("builtins", "object");
                Some(self.heap.new_object(object, ()))
            }
            // The class of `None` has no name that could be imported.
            ("builtins", "type")
                if args.len() == 1 && keywords.is_empty() && args.first().and_then(constant) == Some(Value::None) =>
            {
                let of = self.heap.shared_global("builtins", "type");
                Some(self.only("type of None", |heap| heap.call(of, (Value::None,))))
            }
            _ => None,
        })
    }

    /// What stands in the brackets of an alias of `typing`: `None` is its type there.
    fn argument_of_alias(&mut self, node: Node) -> Result<Value> {
        let module = self.module;
        if let Thing::Tuple(items) = module.nodes.get(node)
            && module.nodes.changed(node).is_none()
        {
            let mut values = Vec::with_capacity(items.len());
            for item in items {
                let value = self.ship(*item)?;
                values.push(self.or_type_of_none(value));
            }
            return Ok(self.heap.tuple(values));
        }
        let value = self.ship(node)?;
        Ok(self.or_type_of_none(value))
    }

    fn or_type_of_none(&mut self, value: Value) -> Value {
        if value != Value::None {
            return value;
        }
        let of = self.heap.shared_global("builtins", "type");
        self.only("type of None", |heap| heap.call(of, (Value::None,)))
    }

    /// A type, or the forward reference that `typing` makes of a str.
    pub(super) fn forward(&mut self, node: Node) -> Result<Value> {
        if let Thing::Const(value @ Value::Str(_)) = self.module.nodes.get(node) {
            let text = self.constant(*value)?;
            let reference = self.reference("typing", "ForwardRef");
            return Ok(self.heap.call(reference, (text,)));
        }
        self.ship(node)
    }

    fn property(&mut self, parts: &[Option<Node>; 4]) -> Result<Value> {
        let [get, set, delete, doc] = *parts;
        let mut ship = |node: Option<Node>| node.map_or(Ok(Value::None), |node| self.ship(node));
        let (get_value, set, delete) = (ship(get)?, ship(set)?, ship(delete)?);
        let doc = match (doc, get) {
            (Some(doc), _) => self.ship(doc)?,
            (None, Some(get)) => match self.module.nodes.get(get) {
                Thing::Function(function) => self.doc(function)?,
                _ => Value::None,
            },
            _ => Value::None,
        };
        PropertyParts::new(get_value).setter(set).deleter(delete).doc(doc).build(self.heap, self.target)
    }
}

/// The types that cloudpickle fetches from `types`, by all of their names there, and the one that it uses.
const BUILTIN_TYPES: &[(&[&str], &str)] = &[
    (&["FunctionType", "LambdaType"], "LambdaType"),
    (&["MappingProxyType"], "MappingProxyType"),
    (&["SimpleNamespace"], "SimpleNamespace"),
    (&["CellType"], "CellType"),
    (&["GeneratorType"], "GeneratorType"),
    (&["CoroutineType"], "CoroutineType"),
    (&["AsyncGeneratorType"], "AsyncGeneratorType"),
    (&["CodeType"], "CodeType"),
    (&["MethodType"], "MethodType"),
    (&["BuiltinFunctionType", "BuiltinMethodType"], "BuiltinMethodType"),
    (&["ModuleType"], "ModuleType"),
    (&["TracebackType"], "TracebackType"),
    (&["FrameType"], "FrameType"),
    (&["GetSetDescriptorType"], "GetSetDescriptorType"),
    (&["MemberDescriptorType"], "MemberDescriptorType"),
    (&["GenericAlias"], "GenericAlias"),
    (&["DynamicClassAttribute"], "DynamicClassAttribute"),
];
