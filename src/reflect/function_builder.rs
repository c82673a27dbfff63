//! Functions from nothing but their code.

use indexmap::IndexMap;

use super::function_parts::Closure;
use super::{Build, Cell, Code, CodeParts, Function, FunctionParts, Given, Target};
use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Obj, Value};

/// Builds a function: begun by [`Function::new`] with its code, what is not told is as `def` leaves it.
///
/// Functions of one module share their globals on the worker.
///
/// # Examples
///
/// A function that uses a global and closes over a variable:
///
/// ```
/// use cloudpickle::Heap;
/// use cloudpickle::reflect::{CodeParts, Function, Target};
///
/// let mut heap = Heap::new();
/// let target = Target::cpython(3, 11);
/// // lambda x: x + CONSTANT + n, as Python 3.11 compiles it
/// let code = CodeParts {
///     argcount: 1,
///     nlocals: 1,
///     stacksize: 2,
///     flags: 0x13,
///     bytecode: b"\x95\x01\x97\x00|\x00t\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00z\x00\x00\x00\x89\x01z\x00\x00\x00S\x00".to_vec(),
///     names: vec!["CONSTANT".into()],
///     varnames: vec!["x".into()],
///     freevars: vec!["n".into()],
///     filename: "tasks.py".into(),
///     name: "add".into(),
///     firstlineno: 1,
///     ..CodeParts::default()
/// };
/// let add = Function::new(code).module("tasks").global("CONSTANT", 42).closure("n", 7).default(1).build(&mut heap, &target)?;
/// assert_eq!(Function::reflect(heap.obj(add))?.to_string(), "<function tasks.add(x=1)>");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
///
/// A function that calls itself, or two that call each other, get those globals when they are there:
///
/// ```
/// use cloudpickle::Heap;
/// use cloudpickle::reflect::{CodeParts, Function, Target};
///
/// let mut heap = Heap::new();
/// let target = Target::cpython(3, 11);
/// let code = || CodeParts { name: "again".into(), names: vec!["again".into()], ..CodeParts::default() };
/// let again = Function::new(code()).build(&mut heap, &target)?;
/// let edit = Function::reflect(heap.obj(again))?.edit();
/// edit.set_global(&mut heap, "again", again)?;
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is built before `build`"]
pub struct FunctionBuilder {
    code: CodeSource,
    name: Option<Box<str>>,
    qualname: Option<Box<str>>,
    module: Option<Box<str>>,
    doc: Option<Given>,
    defaults: Vec<Given>,
    kwdefaults: IndexMap<Box<str>, Given>,
    annotations: IndexMap<Box<str>, Given>,
    attributes: IndexMap<Box<str>, Given>,
    globals: IndexMap<Box<str>, Given>,
    base_globals: Option<Value>,
    closure: IndexMap<Box<str>, Captured>,
    submodules: Vec<Given>,
}

/// Where the code of a function comes from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CodeSource {
    /// A code object of the heap in which the function is built.
    Object(Value),
    /// The fields of a code object.
    Parts(Box<CodeParts>),
}

impl From<Value> for CodeSource {
    fn from(code: Value) -> Self {
        Self::Object(code)
    }
}

impl From<Code<'_>> for CodeSource {
    fn from(code: Code<'_>) -> Self {
        Self::Object(code.object().value())
    }
}

impl From<CodeParts> for CodeSource {
    fn from(parts: CodeParts) -> Self {
        Self::Parts(Box::new(parts))
    }
}

/// What a free variable is bound to.
#[derive(Clone, Debug)]
enum Captured {
    Contents(Given),
    Cell(Value),
}

impl Function<'_> {
    /// Begins a function from its code: a code object of the heap, or [`CodeParts`].
    #[expect(clippy::new_ret_no_self, reason = "a function in a heap is read; one that is made has to be built into it")]
    pub fn new(code: impl Into<CodeSource>) -> FunctionBuilder {
        FunctionBuilder {
            code: code.into(),
            name: None,
            qualname: None,
            module: None,
            doc: None,
            defaults: Vec::new(),
            kwdefaults: IndexMap::new(),
            annotations: IndexMap::new(),
            attributes: IndexMap::new(),
            globals: IndexMap::new(),
            base_globals: None,
            closure: IndexMap::new(),
            submodules: Vec::new(),
        }
    }
}

/// What a setter takes: any [`ToPy`](crate::ToPy) value, and what is built itself.
macro_rules! entries {
    ($($(#[$doc:meta])* $name:ident into $field:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(mut self, name: &str, value: impl Build + Send + Sync + 'static) -> Self {
            self.$field.insert(name.into(), Given::new(value));
            self
        }
    )*};
}

impl FunctionBuilder {
    entries! {
        /// Sets a global that the code names.
        global into globals;
        /// Sets the default of a keyword-only parameter.
        kwdefault into kwdefaults;
        /// Sets the annotation of a parameter, or of `return`.
        annotation into annotations;
        /// Sets an attribute, an entry of `__dict__`.
        attribute into attributes;
    }

    /// Sets `__name__`; otherwise it is that of the code.
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets `__qualname__`; otherwise it is that of the code, or the name.
    pub fn qualname(mut self, qualname: &str) -> Self {
        self.qualname = Some(qualname.into());
        self
    }

    /// Sets `__module__`, and with it the module whose globals the function shares; otherwise it is `__main__`.
    pub fn module(mut self, module: &str) -> Self {
        self.module = Some(module.into());
        self
    }

    /// Sets `__doc__`; otherwise it is the docstring that stands in the code.
    pub fn doc(mut self, doc: impl Build + Send + Sync + 'static) -> Self {
        self.doc = Some(Given::new(doc));
        self
    }

    /// Adds a default: the last is that of the last positional parameter.
    pub fn default(mut self, value: impl Build + Send + Sync + 'static) -> Self {
        self.defaults.push(Given::new(value));
        self
    }

    /// Binds a free variable to a value, in a cell of its own. Free variables that are not bound get empty cells.
    pub fn closure(mut self, name: &str, value: impl Build + Send + Sync + 'static) -> Self {
        self.closure.insert(name.into(), Captured::Contents(Given::new(value)));
        self
    }

    /// Binds a free variable to a [cell](Cell::build) of the heap, which other functions can hold too.
    pub fn cell(mut self, name: &str, cell: Value) -> Self {
        self.closure.insert(name.into(), Captured::Cell(cell));
        self
    }

    /// Binds a free variable to a cell unless it is bound.
    pub(super) fn or_cell(mut self, name: &str, cell: Value) -> Self {
        self.closure.entry(name.into()).or_insert(Captured::Cell(cell));
        self
    }

    pub(super) fn or_module(mut self, module: &str) -> Self {
        self.module.get_or_insert_with(|| module.into());
        self
    }

    pub(super) fn or_qualname(mut self, heap: &Heap<'_>, prefix: &str, name: &str) -> Self {
        let in_code = match &self.code {
            CodeSource::Object(code) => Code::reflect(heap.obj(*code)).is_ok_and(|code| code.qualname().is_some()),
            CodeSource::Parts(parts) => parts.qualname.is_some(),
        };
        if !in_code {
            self.qualname.get_or_insert_with(|| format!("{prefix}.{name}").into());
        }
        self
    }

    /// Makes it share its globals with the functions that have this dict; it holds `__name__` and what else says where they are from.
    pub fn base_globals(mut self, dict: Value) -> Self {
        self.base_globals = Some(dict);
        self
    }

    /// Has a module imported before the function is there, for attributes of packages that the code names.
    pub fn submodule(mut self, module: impl Build + Send + Sync + 'static) -> Self {
        self.submodules.push(Given::new(module));
        self
    }

    /// Whether the code has a free variable of a name.
    pub(super) fn has_free(&self, heap: &Heap<'_>, name: &str) -> bool {
        match &self.code {
            CodeSource::Object(code) => Code::reflect(heap.obj(*code)).is_ok_and(|code| code.freevars().any(|free| free == name)),
            CodeSource::Parts(parts) => parts.freevars.iter().any(|free| free == name),
        }
    }

    /// Builds the function in a heap.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] when the code is no code object, [`ErrorKind::CodeOfOtherPython`] when it is one that the target cannot
    /// load, [`ErrorKind::NotFound`] for a free variable that the code does not have, and those of the values.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let code = match &self.code {
            CodeSource::Object(code) => *code,
            CodeSource::Parts(parts) => parts.build(heap, target),
        };
        let view = Code::reflect(heap.obj(code))?;
        view.shape().check(target.python())?;
        let freevars: Vec<String> = view.freevars().map(|name| name.to_string_lossy().into_owned()).collect();
        let name = self.name.as_deref().map_or_else(|| view.name().to_string_lossy().into_owned(), ToOwned::to_owned);
        let in_code = view.qualname().map(|qualname| qualname.to_string_lossy().into_owned());
        let qualname = self.qualname.as_deref().map(ToOwned::to_owned).or(in_code).unwrap_or_else(|| name.clone());
        let docstring = view.docstring(target.python()).map_or(Value::None, Obj::value);
        if let Some(unknown) = self.closure.keys().find(|name| !freevars.iter().any(|free| **free == ***name)) {
            return Err(ErrorKind::NotFound { what: "free variable", name: unknown.to_string() }.into());
        }
        let module = self.module.as_deref().unwrap_or("__main__");
        let (name, module_name) = (heap.name(&name), heap.name(module));
        let mut parts = FunctionParts::new(heap, code, name, module_name);
        parts.qualname = heap.str(&qualname);
        parts.base_globals = self.base_globals.unwrap_or_else(|| namespace(heap, module));
        parts.doc = self.doc.as_ref().map_or(Ok(docstring), |doc| doc.build(heap))?;
        if !self.defaults.is_empty() {
            let defaults = self.defaults.iter().map(|value| value.build(heap)).collect::<Result<Vec<_>>>()?;
            parts.defaults = heap.tuple(defaults);
        }
        if !self.kwdefaults.is_empty() {
            parts.kwdefaults = dict(heap, &self.kwdefaults)?;
        }
        parts.annotations = dict(heap, &self.annotations)?;
        parts.attributes = dict(heap, &self.attributes)?;
        parts.globals = dict(heap, &self.globals)?;
        let submodules = self.submodules.iter().map(|module| module.build(heap)).collect::<Result<Vec<_>>>()?;
        parts.submodules = heap.list(submodules);
        if !freevars.is_empty() {
            let mut cells = Vec::with_capacity(freevars.len());
            for free in &freevars {
                cells.push(match self.closure.get(free.as_str()) {
                    None => Cell::build(heap, None, target),
                    Some(Captured::Cell(cell)) => *cell,
                    Some(Captured::Contents(contents)) => {
                        let contents = contents.build(heap)?;
                        Cell::build(heap, Some(contents), target)
                    }
                });
            }
            parts.closure = Some(Closure::Cells(heap.tuple(cells)));
        }
        parts.build(heap, target)
    }
}

/// The globals that the functions of a module share.
fn namespace(heap: &mut Heap<'_>, module: &str) -> Value {
    let key = (0, format!("globals of {module}").into());
    if let Some(made) = heap.made.get(&key) {
        return *made;
    }
    let (name, module) = (heap.name("__name__"), heap.name(module));
    let made = heap.dict([(name, module)]);
    heap.made.insert(key, made);
    made
}

pub(super) fn dict(heap: &mut Heap<'_>, entries: &IndexMap<Box<str>, Given>) -> Result<Value> {
    let mut pairs = Vec::with_capacity(entries.len());
    for (name, value) in entries {
        let value = value.build(heap)?;
        pairs.push((heap.name(name), value));
    }
    Ok(heap.dict(pairs))
}
