//! Modules from `.pyc` files: functions and classes without a Python that imports them.
//!
//! A symbolic machine follows the bytecode of the module body and notes what each name ends up as: a function with its code, defaults and closure, a
//! class with its namespace, a constant, a reference into another module, a call that the worker will make. From that the definitions are built that
//! cloudpickle would write.

mod calls;
mod classes;
mod compare;
mod constants;
mod effects;
mod enums;
mod functions;
mod known;
mod machine;
mod node;
mod objects;
mod operate;
mod options;
mod order;
mod program;
mod raise;
mod shipment;
mod stdlib;
mod step;
mod table;

use std::collections::HashSet;
use std::fmt;

use indexmap::IndexMap;

use self::machine::Machine;
use self::node::{Node, Nodes, Thing};
use self::shipment::Shipment;
use super::{Code, Dialect, Target};

pub use self::options::ModuleOptions;
use crate::bytecode::Version;
use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Value};
use crate::marshal::Pyc;
use crate::pickle::ModuleByValue;

/// A module from its `.pyc` file, for [`Pickler::register_pickle_by_value`](crate::Pickler::register_pickle_by_value): its functions and classes are
/// written as cloudpickle in that Python writes them, with exactly the globals that they need.
///
/// The bytecode of the module body is followed, and nothing is executed. What cannot be followed makes only that an error which needs it:
/// [`ErrorKind::NotFollowed`] names the instruction and the line. Such a module is shipped whole, as [source](crate::Source) or by its code object.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::CompiledModule;
/// use cloudpickle::{Heap, Pickler};
///
/// let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/tasks.cpython-312.pyc"));
/// let tasks = CompiledModule::from_pyc("tasks", bytes)?;
/// let mut heap = Heap::new();
/// let f = heap.global("tasks", "total");
/// let mut pickler = Pickler::new();
/// pickler.register_pickle_by_value(tasks);
/// // pickle.loads(bytes) is the function, on a worker with Python 3.12 that does not have tasks.py
/// let bytes = pickler.dumps(&heap, f)?;
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub struct CompiledModule {
    name: Box<str>,
    file: Box<str>,
    is_package: bool,
    version: Version,
    target: Target,
    heap: Heap<'static>,
    /// The strs of the heap that Python interns.
    interned: HashSet<Value>,
    nodes: Nodes,
    globals: IndexMap<Box<str>, Node>,
    stars: Vec<Box<str>>,
    imported: IndexMap<Box<str>, ()>,
    plain_bases: HashSet<(Box<str>, Box<str>)>,
    submodules: Vec<Self>,
    /// What it is known by in a heap.
    number: u64,
}

impl fmt::Debug for CompiledModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompiledModule").field("name", &self.name).field("version", &self.version).finish_non_exhaustive()
    }
}

impl CompiledModule {
    /// Follows the body of a module, whose name is that by which it would be imported. It is a package if its source is an `__init__.py`.
    ///
    /// # Errors
    ///
    /// Those of [`Pyc::parse`](crate::marshal::Pyc::parse); [`ErrorKind::NotFound`] for a Python before 3.8; [`ErrorKind::WrongType`] when
    /// there is no code object in the file.
    pub fn from_pyc(name: &str, bytes: &[u8]) -> Result<Self> {
        ModuleOptions::new(name).from_pyc(bytes)
    }

    fn follow(options: &ModuleOptions, bytes: &[u8]) -> Result<Self> {
        let name = &*options.name;
        let pyc = Pyc::parse(bytes)?;
        let python = pyc.header.python;
        let Some(version) = Version::of_python(python) else {
            return Err(ErrorKind::NotFound { what: "bytecode of Python", name: format!("{}.{}", python.0, python.1) }.into());
        };
        let mut heap = Heap::new();
        let (code, interned) = pyc.code.load_interned(&mut heap)?;
        let view = Code::reflect(heap.obj(code))?;
        let file = options.file.clone().unwrap_or_else(|| view.filename().to_string_lossy().as_ref().into());
        let is_package = file.rsplit(['/', '\\']).next() == Some("__init__.py");
        let package = if is_package { name } else { name.rsplit_once('.').map_or("", |(package, _)| package) };
        let mut machine = Machine::new(heap, version, package, options.clone());
        machine.begin(&file, code);
        if machine.run(code).is_err() {
            let why = machine.why("the body of the module is not followed");
            machine.forget_globals(why);
        }
        machine.evaluate_annotations();
        machine.evaluate_fields();
        let interned = interned.into_iter().chain(machine.names.iter().copied()).collect();
        Ok(Self {
            name: name.into(),
            file,
            is_package,
            version,
            target: Target::cpython(python.0, python.1),
            heap: machine.heap,
            interned,
            nodes: machine.nodes,
            globals: machine.globals,
            stars: machine.stars,
            imported: machine.imported,
            plain_bases: HashSet::new(),
            submodules: Vec::new(),
            number: super::source::number(),
        })
    }

    /// Takes the dialect of another release or copy of cloudpickle; otherwise it is cloudpickle 3.1.
    #[must_use]
    pub fn dialect(self, dialect: Dialect) -> Self {
        Self { target: self.target.dialect(dialect), ..self }
    }

    /// Adds a module of the package: what refers to its functions and classes then takes them by value too.
    #[must_use]
    pub fn submodule(mut self, module: Self) -> Self {
        self.submodules.push(module);
        self
    }

    /// Says that a class of another package is made by `type`, as most are: classes that are derived from it can then be built. Those of the standard
    /// library are known.
    #[must_use]
    pub fn plain_base(mut self, module: &str, name: &str) -> Self {
        self.plain_bases.insert((module.into(), name.into()));
        self
    }

    /// The version of Python that compiled it, and that can run what it makes.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The names that the module has when it was imported, as far as they were followed.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.globals.keys().map(|name| &**name).filter(|name| !(name.starts_with("__") && name.ends_with("__")))
    }

    /// What a name of the module is: `function`, `class`, `module`, `reference`, `call`, `constant`, `unknown`.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<&'static str> {
        let node = self.globals.get(name)?;
        Some(match self.nodes.get(*node) {
            Thing::Function(_) => "function",
            Thing::Class(_) => "class",
            Thing::Module(_) => "module",
            Thing::Global(..) => "reference",
            Thing::Unknown(_) => "unknown",
            Thing::Call { .. } | Thing::Attr(..) | Thing::Method(..) | Thing::VersionInfo => "call",
            _ => "constant",
        })
    }

    /// Makes something of the module in a heap: a name, with dots an attribute of a class.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFollowed`] where it, or something that it needs, was not followed; [`ErrorKind::NotFound`].
    pub fn build(&self, heap: &mut Heap<'_>, name: &str) -> Result<Value> {
        self.build_of(self, heap, name)
    }

    /// The same for a module of a package.
    fn build_of(&self, root: &Self, heap: &mut Heap<'_>, name: &str) -> Result<Value> {
        let wanted = format!("{}.{name}", self.name);
        let missing = || ErrorKind::NotFound { what: "definition by value of", name: wanted.clone() };
        let mut path = name.split('.');
        let first = path.next().unwrap_or_default();
        let Some(mut node) = self.globals.get(first).copied() else {
            let star =
                self.stars.iter().rev().find(|star| root.module(star).is_none_or(|module| module.globals.contains_key(first)));
            let mut shipment = Shipment::new(self, root, heap, wanted.clone());
            if let Some(star) = star.filter(|_| !stdlib::is_builtin(first)) {
                return Ok(shipment.reference(star, name));
            }
            // `from . import module`
            let whole = format!("{}.{first}", self.name);
            return match (root.module(&whole), name.split_once('.')) {
                (None, _) => Err(missing().into()),
                (Some(_), Some((_, rest))) => Ok(shipment.reference(&whole, rest)),
                (Some(_), None) => shipment.module_reference(&whole),
            };
        };
        let mut passed = first.len();
        for attribute in path {
            let rest = name.get(passed + 1..).unwrap_or_default();
            node = match self.nodes.get(node) {
                Thing::Class(class) => *class.members.get(attribute).ok_or_else(missing)?,
                Thing::Global(module, name) if !root.covers(module) || root.module(module).is_some() => {
                    let name = format!("{name}.{rest}");
                    return Ok(Shipment::new(self, root, heap, wanted.clone()).reference(module, &name));
                }
                Thing::Module(module) => return Ok(Shipment::new(self, root, heap, wanted.clone()).reference(module, rest)),
                Thing::Unknown(_) | Thing::Call { .. } | Thing::Attr(..) => {
                    let mut shipment = Shipment::new(self, root, heap, wanted);
                    let object = shipment.ship_whole(node)?;
                    return Ok(shipment.attribute_of(object, rest));
                }
                _ => return Err(missing().into()),
            };
            passed += 1 + attribute.len();
        }
        Shipment::new(self, root, heap, wanted).ship_whole(node)
    }

    /// Whether a module is this one or below it.
    fn covers(&self, module: &str) -> bool {
        module.strip_prefix(&*self.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    fn module(&self, name: &str) -> Option<&Self> {
        if &*self.name == name { Some(self) } else { self.submodules.iter().find_map(|module| module.module(name)) }
    }

    /// Where a name of a module comes from, as far as the modules of the package import it from each other: `from .compat import Mapping` leads
    /// to `collections.abc`.
    fn origin(&self, module: &str, name: &str) -> (Box<str>, Box<str>) {
        const FURTHEST: usize = 16;
        let (mut module, mut name) = (Box::<str>::from(module), Box::<str>::from(name));
        for _ in 0..FURTHEST {
            let Some(of) = self.module(&module) else { break };
            let (first, rest) = name.split_once('.').map_or((&*name, None), |(first, rest)| (first, Some(rest)));
            let found = of.globals.get(first).filter(|node| of.nodes.changed(**node).is_none());
            let next = match (found.map(|node| of.nodes.get(*node)), rest) {
                (Some(Thing::Global(module, name)), None) => (module.clone(), name.clone()),
                (Some(Thing::Global(module, name)), Some(rest)) => (module.clone(), format!("{name}.{rest}").into()),
                (Some(Thing::Module(module)), Some(rest)) => (module.clone(), rest.into()),
                _ => break,
            };
            (module, name) = next;
        }
        (module, name)
    }

    /// What a name of a submodule is.
    fn found(&self, module: &str, name: &str) -> Option<(&Self, Node)> {
        let module = self.module(module)?;
        match module.globals.get(name) {
            Some(node) => Some((module, *node)),
            None => module.stars.iter().rev().find_map(|star| {
                let module = self.module(star).filter(|other| other.name != module.name)?;
                Some((module, *module.globals.get(name)?))
            }),
        }
    }

    fn text(&self, node: Node) -> Option<String> {
        self.heap.obj(self.nodes.constant(node)?).as_str().ok().map(ToOwned::to_owned)
    }

    fn int(&self, node: Node) -> Option<i64> {
        match self.nodes.constant(node)? {
            Value::True | Value::False => None,
            value => self.heap.obj(value).as_i64().ok(),
        }
    }

    /// Whether it is something of `typing` that takes brackets.
    fn is_typing(&self, node: Node) -> bool {
        matches!(self.nodes.get(node), Thing::Global(module, name) if &**module == "typing" && !matches!(&**name, "Generic" | "Protocol" | "Annotated" | "Literal"))
    }

    /// The value of flags of `re`.
    fn flags(&self, node: Node) -> Option<u32> {
        const FLAGS: &[(&[&str], u32)] = &[
            (&["I", "IGNORECASE"], 2),
            (&["L", "LOCALE"], 4),
            (&["M", "MULTILINE"], 8),
            (&["S", "DOTALL"], 16),
            (&["U", "UNICODE"], 32),
            (&["X", "VERBOSE"], 64),
            (&["A", "ASCII"], 256),
        ];
        let mut flags = 0;
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            match self.nodes.get(node) {
                Thing::Global(module, name) if &**module == "re" => {
                    flags |= FLAGS.iter().find(|(names, _)| names.contains(&&**name))?.1;
                }
                Thing::Call { callable, args, .. } if self.nodes.is_global(*callable, "operator", "or_") && open.len() < 16 => {
                    open.extend(args.iter().copied());
                }
                _ => flags |= u32::try_from(self.int(node)?).ok()?,
            }
        }
        Some(flags)
    }
}

impl ModuleByValue for CompiledModule {
    fn name(&self) -> &str {
        &self.name
    }

    fn define(&self, heap: &mut Heap<'_>, module: &str, name: &str) -> Result<Value> {
        let found =
            self.module(module).ok_or_else(|| ErrorKind::NotFound { what: "compiled module", name: module.to_owned() })?;
        found.build_of(self, heap, name)
    }
}
