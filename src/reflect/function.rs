//! Functions: what cloudpickle writes for `def` and `lambda`.
//!
//! A function is made from its code and a few entries of its globals, and then filled in, so that it can refer to itself:
//!
//! ```text
//! from 1.5 on, and on Python 3.8 and later (fast path)
//!     _make_function(code, base_globals, None, None, (empty cell ..))     # up to 2.0: types.LambdaType
//!     _function_setstate(function, (__dict__, {'__name__': .., '__globals__': {..}, '__closure__': (cell ..), ..}))
//! up to 1.4 on Python 3.6 and 3.7 (slow path)
//!     _fill_function(_make_skel_func(code, cell_count, base_globals), {'globals': {..}, 'closure_values': [..], ..})
//! ```

use std::fmt;

use super::{Cell, Code, Helper, Signature, dialect, dill};
use crate::error::Result;
use crate::heap::{CallId, EventKind, Heap, Obj, Value};
use crate::text::PyStr;
use crate::unpickle::Pickle;

/// A function of a pickle: a view of all that it is made of.
///
/// `Display` is what a person is shown: `<function __main__.my_function(data: int) -> int>`.
///
/// # Examples
///
/// ```
/// let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/my_function.pkl"));
/// use cloudpickle::reflect::Function;
///
/// let pickle = cloudpickle::loads(bytes)?;
/// let function = Function::reflect(pickle.root())?;
/// assert_eq!(function.to_string(), "<function __main__.my_function(data: int) -> int>");
/// assert_eq!(function.global("CONSTANT").unwrap().as_i64()?, 42);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Function<'h> {
    heap: &'h Heap<'h>,
    object: Value,
    code: Code<'h>,
    base_globals: Value,
    /// The cells that it is made with, which the state fills.
    own_cells: Value,
    state: State,
}

/// What a function is filled with; `None` where a pickle does not say it.
#[derive(Clone, Copy, Default)]
pub(super) struct State {
    /// The dict of all but the attributes.
    pub(super) slots: Option<Value>,
    pub(super) attributes: Option<Value>,
    pub(super) name: Option<Value>,
    pub(super) qualname: Option<Value>,
    pub(super) annotations: Option<Value>,
    pub(super) kwdefaults: Option<Value>,
    pub(super) defaults: Option<Value>,
    pub(super) module: Option<Value>,
    pub(super) doc: Option<Value>,
    /// Cells in a tuple, on the slow path their contents in a list.
    pub(super) closure: Option<Value>,
    pub(super) submodules: Option<Value>,
    pub(super) globals: Option<Value>,
}

impl State {
    /// The slots of the fast path.
    fn of_slots(attributes: Obj<'_>, slots: Obj<'_>) -> Option<Self> {
        let mut state = Self { slots: Some(slots.value()), attributes: Some(attributes.value()), ..Self::default() };
        for (key, value) in slots.items().ok()? {
            let slot = match key.as_py_str().ok()?.as_bytes() {
                b"__name__" => &mut state.name,
                b"__qualname__" => &mut state.qualname,
                b"__annotations__" => &mut state.annotations,
                b"__kwdefaults__" => &mut state.kwdefaults,
                b"__defaults__" => &mut state.defaults,
                b"__module__" => &mut state.module,
                b"__doc__" => &mut state.doc,
                b"__closure__" => &mut state.closure,
                b"_cloudpickle_submodules" => &mut state.submodules,
                b"__globals__" => &mut state.globals,
                _ => continue,
            };
            *slot = Some(value.value());
        }
        Some(state)
    }

    /// The state of the slow path.
    fn of_fill(dict: Obj<'_>) -> Option<Self> {
        let mut state = Self { slots: Some(dict.value()), ..Self::default() };
        for (key, value) in dict.items().ok()? {
            let slot = match key.as_str().ok()? {
                "name" => &mut state.name,
                "qualname" => &mut state.qualname,
                "annotations" => &mut state.annotations,
                "kwdefaults" => &mut state.kwdefaults,
                "defaults" => &mut state.defaults,
                "module" => &mut state.module,
                "doc" => &mut state.doc,
                "closure_values" => &mut state.closure,
                "_cloudpickle_submodules" => &mut state.submodules,
                "globals" => &mut state.globals,
                "dict" => &mut state.attributes,
                _ => continue,
            };
            *slot = Some(value.value());
        }
        Some(state)
    }

    /// `_fill_function` of 0.4 with five or six arguments: `globals, defaults, dict, [module,] closure_values`.
    fn of_args(args: &[Value]) -> Option<Self> {
        let (globals, defaults, attributes, module, closure) = match *args {
            [globals, defaults, attributes, closure] => (globals, defaults, attributes, None, closure),
            [globals, defaults, attributes, module, closure] => (globals, defaults, attributes, Some(module), closure),
            _ => return None,
        };
        let (globals, defaults, closure) = (Some(globals), Some(defaults), Some(closure));
        Some(Self { globals, defaults, attributes: Some(attributes), module, closure, ..Self::default() })
    }
}

impl<'h> Function<'h> {
    /// Reads a function, whichever release of cloudpickle wrote it, or dill.
    ///
    /// On the slow path the object that refers to itself is the skeleton inside: it reads as a function with its code alone.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for other objects, functions by reference among them.
    pub fn reflect(object: Obj<'h>) -> Result<Self> {
        Self::recognise(object).ok_or_else(|| object.wanted("a function by value"))
    }

    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let Value::Call(_) = object.value() else { return None };
        let call = object.as_call().ok()?;
        let (callable, args) = (call.callable(), call.args());
        match Helper::of(callable) {
            Some(Helper::FillFunction) => {
                let skeleton = args.get(0).ok().filter(|skeleton| Helper::called(*skeleton) != Some(Helper::FillFunction));
                let skeleton = Self::recognise(skeleton?)?;
                let rest: Vec<_> = args.iter().ok()?.skip(1).map(Obj::value).collect();
                let state = match *rest {
                    [state] => State::of_fill(object.heap().obj(state))?,
                    _ => State::of_args(&rest)?,
                };
                Some(Self { object: object.value(), state, ..skeleton })
            }
            Some(Helper::MakeSkelFunc) => {
                let code = Code::reflect(args.get(0).ok()?).ok()?;
                let base_globals = args.get(2).map_or(Value::None, Obj::value);
                Some(Self::of_parts(object, code, base_globals, Value::None, State::default()))
            }
            helper if helper == Some(Helper::MakeFunction) || is_function_type(callable) => {
                let heap = object.heap();
                let &[code, base_globals, ref rest @ ..] = heap.items(args.value()) else { return None };
                let code = Code::recognise(heap.obj(code))?;
                let mut state = State::default();
                if let Some(found) = function_state(object) {
                    let &[attributes, slots, ..] = heap.items(found.value()) else { return None };
                    state = State::of_slots(heap.obj(attributes), heap.obj(slots))?;
                } else {
                    state.name = rest.first().copied().filter(|name| *name != Value::None);
                    state.defaults = rest.get(1).copied();
                    state.closure = rest.get(2).copied();
                }
                Some(Self::of_parts(object, code, base_globals, rest.get(2).copied().unwrap_or(Value::None), state))
            }
            _ => {
                let (code, globals, state) = dill::function(object)?;
                Some(Self::of_parts(object, code, globals, Value::None, state))
            }
        }
    }

    fn of_parts(object: Obj<'h>, code: Code<'h>, base_globals: Value, own_cells: Value, state: State) -> Self {
        Self { heap: object.heap(), object: object.value(), code, base_globals, own_cells, state }
    }

    fn get(self, value: Option<Value>) -> Option<Obj<'h>> {
        value.filter(|value| *value != Value::None).map(|value| self.heap.obj(value))
    }

    fn text(self, value: Option<Value>) -> Option<PyStr<'h>> {
        self.get(value)?.as_py_str().ok()
    }

    /// The object.
    #[must_use]
    pub fn object(self) -> Obj<'h> {
        self.heap.obj(self.object)
    }

    /// `__code__`.
    #[must_use]
    pub fn code(self) -> Code<'h> {
        self.code
    }

    /// `__name__`.
    #[must_use]
    pub fn name(self) -> PyStr<'h> {
        self.text(self.state.name).unwrap_or_else(|| self.code.name())
    }

    /// `__qualname__`; the name where a pickle does not say it.
    #[must_use]
    pub fn qualname(self) -> PyStr<'h> {
        let in_code = || if self.state.name.is_some() { None } else { self.code.qualname() };
        self.text(self.state.qualname).or_else(in_code).unwrap_or_else(|| self.name())
    }

    /// `__module__`, unless it is `None`.
    #[must_use]
    pub fn module(self) -> Option<PyStr<'h>> {
        match self.state.module {
            Some(_) => self.text(self.state.module),
            None => self.heap.obj(self.base_globals).get("__name__").ok()?.as_py_str().ok(),
        }
    }

    /// `__doc__`, unless it is `None`. It need not be a str.
    #[must_use]
    pub fn doc(self) -> Option<Obj<'h>> {
        self.get(self.state.doc)
    }

    /// `__defaults__`: of the last positional parameters; empty for `None`.
    pub fn defaults(self) -> impl ExactSizeIterator<Item = Obj<'h>> + Clone + use<'h> {
        let items = self.state.defaults.filter(|value| matches!(value, Value::Tuple(_))).unwrap_or(Value::EMPTY_TUPLE);
        let heap = self.heap;
        heap.items(items).iter().map(move |value| heap.obj(*value))
    }

    /// `__kwdefaults__`: of keyword-only parameters, by name; empty for `None`.
    pub fn kwdefaults(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        named(self.get(self.state.kwdefaults))
    }

    /// `__annotations__`, by name of a parameter or `return`.
    pub fn annotations(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        named(self.get(self.state.annotations))
    }

    /// `__dict__`: attributes.
    pub fn attributes(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        named(self.get(self.state.attributes))
    }

    /// The globals that the code names, as far as there are: what it uses of its module. dill leaves them to the module unless it is told
    /// to `recurse`, and has what those functions use that the code calls among them.
    pub fn globals(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        let one_dict = self.state.globals == Some(self.base_globals);
        named(self.get(self.state.globals)).filter(move |(name, _)| !one_dict || name != "__name__")
    }

    /// A global that the code names.
    #[must_use]
    pub fn global(self, name: &str) -> Option<Obj<'h>> {
        self.get(self.state.globals)?.get(name).ok()
    }

    /// The globals that a function is made with: `__name__`, `__file__` and what else says where it is from.
    pub fn base_globals(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        named(Some(self.heap.obj(self.base_globals)))
    }

    /// The handle of the dict of [`Function::globals`], to change it; where a pickle has none, that of [`Function::base_globals`].
    ///
    /// # Examples
    ///
    /// ```
    /// let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/my_function.pkl"));
    /// use cloudpickle::reflect::Function;
    ///
    /// let mut pickle = cloudpickle::loads(bytes)?;
    /// let globals = Function::reflect(pickle.root())?.globals_dict();
    /// pickle.heap_mut().set_item(globals, "CONSTANT", 43)?;
    /// let patched = pickle.dumps()?;
    /// # assert_eq!(patched.len(), bytes.len());
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn globals_dict(self) -> Value {
        self.state.globals.unwrap_or(self.base_globals)
    }

    /// Whether it is a closure: `__closure__` is not `None`.
    #[must_use]
    pub fn is_closure(self) -> bool {
        self.get(self.state.closure).is_some()
    }

    /// The variables of the closure, by name.
    pub fn closure(self) -> impl Iterator<Item = (PyStr<'h>, Cell<'h>)> + Clone + use<'h> {
        let heap = self.heap;
        let closure = self.state.closure.unwrap_or(Value::None);
        let cells = heap.items(closure).iter().map(move |value| {
            let object = heap.obj(*value);
            match closure {
                Value::Tuple(_) => Cell::reflect(object).unwrap_or_else(|_| Cell::of_contents(object)),
                _ => Cell::of_contents(object),
            }
        });
        self.code.freevars().zip(cells)
    }

    /// The handle of the cells, a tuple, on the slow path that of the list of their contents; `None` where it is no closure.
    #[must_use]
    pub fn closure_object(self) -> Option<Obj<'h>> {
        self.get(self.state.closure)
    }

    pub(crate) fn slots(self) -> Option<Value> {
        self.state.slots
    }

    pub(super) fn state(self) -> State {
        self.state
    }

    pub(super) fn base_globals_dict(self) -> Value {
        self.base_globals
    }

    /// Whether a pickle says what it is filled with.
    pub(super) fn has_state(self) -> bool {
        self.state.globals.is_some()
    }

    /// Whether it is a skeleton that another call fills.
    pub(super) fn is_skeleton(self) -> bool {
        Helper::called(self.object()) == Some(Helper::MakeSkelFunc)
    }

    pub(crate) fn attributes_object(self) -> Option<Obj<'h>> {
        self.get(self.state.attributes)
    }

    /// The cells that it is made with, empty until its state fills them.
    #[must_use]
    pub fn own_cells(self) -> Option<Obj<'h>> {
        self.get(Some(self.own_cells))
    }

    /// Modules that are imported with it, for attributes of packages that the code names.
    pub fn submodules(self) -> impl Iterator<Item = Obj<'h>> + Clone + use<'h> {
        let heap = self.heap;
        heap.items(self.state.submodules.unwrap_or(Value::None)).iter().map(move |value| heap.obj(*value))
    }

    /// The signature, as `inspect.signature(function, follow_wrapped=False)` gives it.
    #[must_use]
    pub fn signature(self) -> Signature<'h> {
        Signature::of(self)
    }
}

impl fmt::Display for Function<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<function ")?;
        match self.module() {
            Some(module) => write!(f, "{module}")?,
            None => f.write_str("None")?,
        }
        write!(f, ".{}{}>", self.qualname(), self.signature())
    }
}

impl fmt::Debug for Function<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

fn is_function_type(callable: Obj<'_>) -> bool {
    dialect::is_builtin_type(callable, "LambdaType") || dialect::is_builtin_type(callable, "FunctionType")
}

/// The state that `_function_setstate` gives, a pair.
fn function_state(object: Obj<'_>) -> Option<Obj<'_>> {
    let states = object
        .effects()
        .filter(|effect| effect.setter.is_some_and(|setter| Helper::of(setter) == Some(Helper::FunctionSetState)));
    states.last().map(|effect| effect.object)
}

/// The pairs of a dict whose keys are text.
pub(crate) fn named<'h>(dict: Option<Obj<'h>>) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
    let items = dict.and_then(|dict| dict.items().ok());
    items.into_iter().flatten().filter_map(|(key, value)| Some((key.as_py_str().ok()?, value)))
}

impl Pickle<'_> {
    /// The functions by value, in the order in which the stream makes them: methods too, and those that nothing refers to any more.
    ///
    /// # Examples
    ///
    /// ```
    /// let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/my_function.pkl"));
    /// let pickle = cloudpickle::loads(bytes)?;
    /// let names: Vec<String> = pickle.functions().map(|function| function.qualname().to_string()).collect();
    /// assert_eq!(names, ["my_function"]);
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn functions(&self) -> impl Iterator<Item = Function<'_>> {
        let heap = self.heap();
        let calls = (0..).zip(&heap.events).filter(|(_, event)| matches!(event.kind, EventKind::Call(_)));
        calls.filter_map(|(at, _)| {
            let object = heap.obj(Value::Call(CallId(at)));
            // A skeleton is filled by a call, which is the function.
            let skeleton = Helper::called(object) == Some(Helper::MakeSkelFunc);
            Function::recognise(object).filter(|_| !skeleton)
        })
    }
}
