//! What a function needs: the names that its bytecode uses, nested code included.

use std::collections::HashSet;

use indexmap::{IndexMap, IndexSet};

use super::Version;
use super::argument::Argument;
use super::fields::{CodeFields, Variables, items, text};
use super::nested::Nested;
use super::opcode::{Kind, Opcode};
use super::walk::{Labels, Raw, Walk};
use crate::heap::{Obj, Value};
use crate::text::PyStr;

/// A global, and what is done to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct GlobalUse<'h> {
    /// The name.
    pub name: PyStr<'h>,
    /// It is read (`LOAD_GLOBAL`). It may be a builtin.
    pub read: bool,
    /// It is assigned to (`STORE_GLOBAL`).
    pub written: bool,
    /// It is deleted (`DELETE_GLOBAL`).
    pub deleted: bool,
}

/// An import statement in the body: `from module import names`, or `import module` without names.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Import<'h> {
    /// The module as it is written: `os.path`; empty in `from . import names`.
    pub module: PyStr<'h>,
    /// How many dots stand before it.
    pub level: i32,
    /// What is taken from it; `*` for all.
    pub names: Vec<PyStr<'h>>,
}

/// What a code object needs, and the code objects inside it: what cloudpickle walks to decide which globals travel with a function.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Function;
/// use cloudpickle::bytecode::Version;
///
/// let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/my_function.pkl"));
/// let pickle = cloudpickle::loads(bytes)?;
/// let needs = Function::reflect(pickle.root())?.code().needs(Version::Py312);
/// assert_eq!(needs.globals[0].name, "CONSTANT");
/// assert!(needs.globals[0].read && !needs.globals[0].written);
/// assert!(needs.imports.is_empty());
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Needs<'h> {
    /// The globals, in the order of cloudpickle's `_extract_code_globals`: as the instructions name them, then those of the code objects among the
    /// constants, each with its own before those inside it.
    pub globals: Vec<GlobalUse<'h>>,
    /// Names that class bodies and module code read where they are: their own, or globals (`LOAD_NAME` and its like). cloudpickle does not look at
    /// them, so a function with a class in it may miss a global on the worker.
    pub names: Vec<PyStr<'h>>,
    /// Attributes that are read, set or deleted, in the order of `globals`.
    pub attributes: Vec<PyStr<'h>>,
    /// The import statements, in the order of `globals`. What is imported under a name that is not constant is left out, as in `dis._find_imports`.
    pub imports: Vec<Import<'h>>,
    /// The free variables: `co_freevars` of the code object itself.
    pub free: Vec<PyStr<'h>>,
    /// `co_names` of the code object itself.
    co_names: Obj<'h>,
}

impl<'h> Needs<'h> {
    /// Reads what a code object of a version needs.
    #[must_use]
    pub fn new(code: CodeFields<'h>, version: Version) -> Self {
        let mut found = Found::default();
        let mut nested = Nested::new(&code);
        let (consts, co_names) = (code.consts, code.names);
        let free = (0..items(code.freevars).len()).filter_map(|at| text(code.freevars, at)).collect();
        found.walk(code, version);
        // A code object that is met again adds nothing.
        let mut seen: HashSet<Value> = HashSet::new();
        let mut open = vec![(nested.codes(consts), 0)];
        while let Some((codes, next)) = open.last_mut() {
            let Some(value) = codes.get(*next).copied() else {
                open.pop();
                continue;
            };
            *next += 1;
            let fields = seen.insert(value).then(|| nested.fields(consts.heap().obj(value))).flatten();
            if let Some(code) = fields {
                let codes = nested.codes(code.consts);
                found.walk(code, version);
                open.push((codes, 0));
            }
        }
        Self {
            globals: found.globals.into_values().collect(),
            names: found.names.into_iter().collect(),
            attributes: found.attributes.into_iter().collect(),
            imports: found.imports,
            free,
            co_names,
        }
    }

    /// Those of a package's modules that the function can address: cloudpickle's `_find_imported_submodules`, which ships the submodules
    /// `package.a.b` that are loaded (`modules`: the names in `sys.modules`) when `a` and `b` are names in the function's own code.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Heap;
    /// use cloudpickle::bytecode::{CodeFields, Needs, Version};
    ///
    /// let mut heap = Heap::new();
    /// let names = heap.add(("xml", "etree", "ElementTree"));
    /// let code = CodeFields { names: heap.obj(names), ..CodeFields::new(&heap) };
    /// let needs = Needs::new(code, Version::Py312);
    /// let loaded = ["xml", "xml.dom", "xml.etree", "xml.etree.ElementTree", "os"];
    /// assert_eq!(needs.submodules("xml", loaded), ["xml.etree", "xml.etree.ElementTree"]);
    /// ```
    pub fn submodules<'m>(&self, package: &str, modules: impl IntoIterator<Item = &'m str>) -> Vec<&'m str> {
        let own: HashSet<_> = (0..items(self.co_names).len()).filter_map(|at| text(self.co_names, at)).collect();
        let below = |module: &str| {
            let tail = module.strip_prefix(package)?.strip_prefix('.')?;
            Some(tail.split('.').all(|token| own.contains(&PyStr::from(token))))
        };
        modules.into_iter().filter(|module| below(module) == Some(true)).collect()
    }
}

#[derive(Default)]
struct Found<'h> {
    globals: IndexMap<PyStr<'h>, GlobalUse<'h>>,
    names: IndexSet<PyStr<'h>>,
    attributes: IndexSet<PyStr<'h>>,
    imports: Vec<Import<'h>>,
}

impl<'h> Found<'h> {
    /// `_walk_global_ops` of cloudpickle, `_find_imports` of `dis`, and the same for attributes.
    fn walk(&mut self, code: CodeFields<'h>, version: Version) {
        let variables = Variables::new(&code, version);
        let labels = Labels::new(&[], super::exceptions::Exceptions::new(&[]), version);
        let look_up = |raw: Raw| Argument::resolve(raw, &code, &variables, &labels);
        let mut walk = Walk::new(version);
        let mut before: [Option<Raw>; 2] = [None, None];
        while let Some(raw) = walk.next(&code.bytecode) {
            let kind = raw.opcode.op().kind;
            if kind == Kind::Extended {
                continue;
            }
            if matches!(kind, Kind::Name | Kind::Global | Kind::Attr | Kind::SuperAttr)
                && let Some(name) = look_up(raw).name()
            {
                match Use::of(raw.opcode) {
                    Some(Use::Attribute) => {
                        self.attributes.insert(name);
                    }
                    Some(Use::Name) => {
                        self.names.insert(name);
                    }
                    Some(Use::Global(change)) => {
                        let unused = GlobalUse { name, read: false, written: false, deleted: false };
                        change(self.globals.entry(name).or_insert(unused));
                    }
                    Some(Use::Import) => {
                        let [level, names] = before.map(|raw| raw.map(look_up));
                        self.imports.extend(import(name, level, names));
                    }
                    None => {}
                }
            }
            before = [before[1], Some(raw)];
        }
    }
}

/// What an opcode does with a name.
enum Use {
    Global(fn(&mut GlobalUse<'_>)),
    Name,
    Attribute,
    Import,
}

impl Use {
    fn of(opcode: Opcode) -> Option<Self> {
        Some(match opcode.name() {
            "STORE_GLOBAL" => Self::Global(|global| global.written = true),
            "DELETE_GLOBAL" => Self::Global(|global| global.deleted = true),
            "LOAD_NAME" | "LOAD_FROM_DICT_OR_GLOBALS" => Self::Name,
            "IMPORT_NAME" => Self::Import,
            "STORE_ATTR" | "DELETE_ATTR" => Self::Attribute,
            // The interpreter's own forms begin alike.
            name if name.starts_with("LOAD_GLOBAL") => Self::Global(|global| global.read = true),
            name if name.starts_with("LOAD_") && opcode_is_attribute(name) => Self::Attribute,
            name if name.starts_with("STORE_ATTR") => Self::Attribute,
            _ => return None,
        })
    }
}

fn opcode_is_attribute(name: &str) -> bool {
    ["LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR"].iter().any(|base| name.starts_with(base))
}

/// An import, where its level and names are constants.
fn import<'h>(module: PyStr<'h>, level: Option<Argument<'h>>, names: Option<Argument<'h>>) -> Option<Import<'h>> {
    let level = match level? {
        Argument::SmallInt(level) => level,
        Argument::Const(level) => level.as_i64().ok()?.try_into().ok()?,
        _ => return None,
    };
    let Argument::Const(names) = names? else { return None };
    let names = (0..items(names).len()).filter_map(|at| text(names, at)).collect();
    Some(Import { module, level, names })
}
