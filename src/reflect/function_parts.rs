//! Functions taken apart, and put together for a worker: the other half of [`Function`](super::Function).

use super::{Cell, Code, Dialect, Function, Helper, Release, Target};
use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Obj, Value};

/// What a function is made of, as handles of one heap.
///
/// Made from a function that was read by [`Function::parts`], or from nothing; [`FunctionParts::build`] writes it as the cloudpickle of
/// the target does. Those who build from nothing have it easier with a [`FunctionBuilder`](super::FunctionBuilder).
///
/// # Examples
///
/// A function for workers that have PySpark's copy of cloudpickle. Its code and its cells are as they were: `Pickle::redialect` moves
/// everything.
///
/// ```
/// use cloudpickle::reflect::{Dialect, Function, Target};
///
/// let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/counter.pkl"));
/// let mut pickle = cloudpickle::loads(bytes)?;
/// let parts = Function::reflect(pickle.root())?.parts();
/// let target = Target::cpython(3, 11).dialect(Dialect::PYSPARK);
/// let function = parts.build(pickle.heap_mut(), &target)?;
/// pickle.set_root(function);
/// let made_by = pickle.root().as_call()?.callable().to_string();
/// assert_eq!(made_by, "pyspark.cloudpickle.cloudpickle._make_function");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionParts {
    /// `__code__`: a code object.
    pub code: Value,
    /// A dict: the globals that it is made with, `__name__` and what else says where it is from. Functions that share it share their globals.
    pub base_globals: Value,
    /// `__name__`, a str.
    pub name: Value,
    /// `__qualname__`, a str.
    pub qualname: Value,
    /// `__module__`, a str or `None`.
    pub module: Value,
    /// `__doc__`.
    pub doc: Value,
    /// `__defaults__`, a tuple or `None`.
    pub defaults: Value,
    /// `__kwdefaults__`, a dict or `None`.
    pub kwdefaults: Value,
    /// `__annotations__`, a dict.
    pub annotations: Value,
    /// `__dict__`, a dict.
    pub attributes: Value,
    /// The globals that the code names, a dict.
    pub globals: Value,
    /// The cells that it closes over, in the order of the code's free variables; `None` where it is no closure.
    pub closure: Option<Closure>,
    /// Modules that are imported with it, a list.
    pub submodules: Value,
    /// Entries of the state that this release left out.
    missing: Missing,
}

/// What a function closes over.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Closure {
    /// Cells in a tuple, as `__closure__` is.
    Cells(Value),
    /// The contents of cells in a list, as cloudpickle up to 1.4 has it on Python 3.6 and 3.7.
    Contents(Value),
}

/// Entries that some pickles do not have.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Missing {
    /// cloudpickle up to 1.3 on Python 3.6.
    annotations: bool,
    /// cloudpickle up to 1.1.
    submodules: bool,
}

/// The entries of a function's state in their order, up to 1.4 on Python 3.6 and 3.7.
fn slow_keys(release: Release) -> &'static [&'static str] {
    match release {
        Release::V0_4 => &["globals", "defaults", "dict", "module", "closure_values", "qualname"],
        Release::V1_1 => {
            &["globals", "defaults", "dict", "closure_values", "module", "name", "doc", "annotations", "qualname", "kwdefaults"]
        }
        _ => &[
            "globals",
            "defaults",
            "dict",
            "closure_values",
            "module",
            "name",
            "doc",
            "_cloudpickle_submodules",
            "annotations",
            "qualname",
            "kwdefaults",
        ],
    }
}

impl<'h> Function<'h> {
    /// Takes the function apart, to change it and to build it anew.
    #[must_use]
    pub fn parts(self) -> FunctionParts {
        let state = self.state();
        let or_none = |value: Option<Value>| value.unwrap_or(Value::None);
        let name = state.name.unwrap_or_else(|| self.code().name_object().value());
        let closure = match or_none(state.closure) {
            cells @ Value::Tuple(_) => Some(Closure::Cells(cells)),
            contents @ Value::List(_) => Some(Closure::Contents(contents)),
            _ => None,
        };
        FunctionParts {
            code: self.code().object().value(),
            base_globals: self.base_globals_dict(),
            name,
            qualname: state.qualname.unwrap_or(name),
            module: or_none(state.module),
            // Up to 0.4 the worker takes it from the code.
            doc: state
                .doc
                .or_else(|| self.code().consts().next().filter(|first| first.as_py_str().is_ok()).map(Obj::value))
                .unwrap_or(Value::None),
            defaults: or_none(state.defaults),
            kwdefaults: or_none(state.kwdefaults),
            annotations: or_none(state.annotations),
            attributes: or_none(state.attributes),
            globals: or_none(state.globals),
            closure,
            submodules: or_none(state.submodules),
            missing: Missing { annotations: state.annotations.is_none(), submodules: state.submodules.is_none() },
        }
    }
}

impl FunctionParts {
    /// A function without globals, defaults and closure.
    pub fn new(heap: &mut Heap<'_>, code: Value, name: Value, module: Value) -> Self {
        Self {
            code,
            base_globals: heap.dict([]),
            name,
            qualname: name,
            module,
            doc: Value::None,
            defaults: Value::None,
            kwdefaults: Value::None,
            annotations: heap.dict([]),
            attributes: heap.dict([]),
            globals: heap.dict([]),
            closure: None,
            submodules: heap.list([]),
            missing: Missing::default(),
        }
    }

    /// Builds the function as the target's cloudpickle writes it: `_make_function` and `_function_setstate`, and what older releases have
    /// in their place.
    ///
    /// The code is taken as it is: it runs on the Python that it was compiled for only.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotInDialect`] up to 1.4 on Python 3.6 and 3.7 for cells that are no cells of cloudpickle, and in 0.4 for defaults of
    /// keyword-only parameters. There the call that is built fills a function made by another call, its first argument: that one is what the
    /// function's own globals and cells must refer to.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        if target.is_slow() { self.build_slow(heap, target) } else { self.build_fast(heap, target) }
    }

    fn build_fast(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let dialect = target.dialect_of();
        let make = if dialect.release() >= Release::V2_2 {
            dialect.helper(heap, Helper::MakeFunction)
        } else {
            dialect.builtin_type(heap, "LambdaType")
        };
        let cells = match self.closure {
            None => Value::None,
            Some(Closure::Cells(cells)) => cells,
            Some(Closure::Contents(contents)) => cells_of(heap, contents, dialect),
        };
        let own_cells = match cells {
            Value::None => Value::None,
            _ => {
                let own: Vec<Value> = (0..heap.items(cells).len()).map(|_| Cell::build_empty(heap, dialect)).collect();
                heap.tuple(own)
            }
        };
        let args = heap.tuple([self.code, self.base_globals, Value::None, Value::None, own_cells]);
        let function = heap.call(make, args);
        let annotations = if self.missing.annotations { heap.dict([]) } else { self.annotations };
        let submodules = if self.missing.submodules { heap.list([]) } else { self.submodules };
        let slots = [
            ("__name__", self.name),
            ("__qualname__", self.qualname),
            ("__annotations__", annotations),
            ("__kwdefaults__", self.kwdefaults),
            ("__defaults__", self.defaults),
            ("__module__", self.module),
            ("__doc__", self.doc),
            ("__closure__", cells),
            ("_cloudpickle_submodules", submodules),
            ("__globals__", self.globals),
        ];
        let slots = slots.map(|(key, value)| (heap.name(key), value));
        let slots = heap.dict(slots);
        let state = heap.tuple([self.attributes, slots]);
        let setter = dialect.helper(heap, Helper::FunctionSetState);
        heap.set_state(function, setter, state)?;
        Ok(function)
    }

    /// Up to 0.4 the worker has the name and the doc that the code has, and no annotations.
    pub(super) fn lost_in(&self, heap: &Heap<'_>, target: &Target) -> Option<&'static str> {
        if target.dialect_of().release() >= Release::V1_1 {
            return None;
        }
        let code = Code::reflect(heap.obj(self.code)).ok()?;
        let doc = code.consts().next().filter(|first| first.as_py_str().is_ok()).map_or(Value::None, Obj::value);
        match () {
            () if !heap.items(self.annotations).is_empty() => Some("the annotations of a function"),
            () if !code.name_object().py_eq(heap.obj(self.name)) => Some("a function with another name than its code"),
            () if !heap.obj(doc).py_eq(heap.obj(self.doc)) => Some("a function with another doc than its code"),
            () => None,
        }
    }

    fn build_slow(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let dialect = target.dialect_of();
        if dialect.release() < Release::V1_1 && !heap.items(self.kwdefaults).is_empty() {
            let what = "a function with defaults of keyword-only parameters";
            return Err(ErrorKind::NotInDialect { what, dialect: dialect.to_string() }.into());
        }
        let contents = match self.closure {
            None => Value::None,
            Some(Closure::Contents(contents)) => contents,
            Some(Closure::Cells(cells)) => contents_of(heap, cells, dialect)?,
        };
        let count = match contents {
            Value::None => -1,
            _ => i64::try_from(heap.items(contents).len()).unwrap_or(i64::MAX),
        };
        let skeleton = dialect.helper(heap, Helper::MakeSkelFunc);
        let count = heap.int(count);
        let args = heap.tuple([self.code, count, self.base_globals]);
        let skeleton = heap.call(skeleton, args);
        let mut slots = Vec::new();
        for key in slow_keys(dialect.release()) {
            let value = match *key {
                "globals" => self.globals,
                "defaults" => self.defaults,
                "dict" => self.attributes,
                "closure_values" => contents,
                "module" => self.module,
                "name" => self.name,
                "doc" => self.doc,
                "_cloudpickle_submodules" if self.missing.submodules => heap.list([]),
                "_cloudpickle_submodules" => self.submodules,
                "annotations" if self.missing.annotations => continue,
                "annotations" => self.annotations,
                "qualname" => self.qualname,
                _ => self.kwdefaults,
            };
            slots.push((heap.name(key), value));
        }
        let slots = heap.dict(slots);
        let fill = dialect.helper(heap, Helper::FillFunction);
        Ok(fill_call(heap, fill, skeleton, slots))
    }
}

/// A call that fills a skeleton. cloudpickle writes its arguments by hand, with a mark.
pub(super) fn fill_call(heap: &mut Heap<'_>, fill: Value, skeleton: Value, state: Value) -> Value {
    let args = heap.tuple([skeleton, state]);
    heap.marked_tuples.insert(args);
    heap.call(fill, args)
}

/// Cells for their contents.
fn cells_of(heap: &mut Heap<'_>, contents: Value, dialect: &Dialect) -> Value {
    let contents = heap.items(contents).to_vec();
    let cells: Vec<Value> = contents
        .into_iter()
        .map(|content| match Helper::of(heap.obj(content)) {
            Some(Helper::EmptyCellValue) => Cell::build_empty(heap, dialect),
            _ => Cell::build_full(heap, content, dialect),
        })
        .collect();
    heap.tuple(cells)
}

/// The contents of cells.
fn contents_of(heap: &mut Heap<'_>, cells: Value, dialect: &Dialect) -> Result<Value> {
    let cells = heap.items(cells).to_vec();
    let mut contents = Vec::with_capacity(cells.len());
    for cell in cells {
        let cell = Cell::reflect(heap.obj(cell))
            .map_err(|_| ErrorKind::NotInDialect { what: "a cell that a call makes", dialect: dialect.to_string() })?;
        let content = cell.contents().map(Obj::value);
        contents.push(content.unwrap_or_else(|| dialect.helper(heap, Helper::EmptyCellValue)));
    }
    Ok(heap.list(contents))
}
