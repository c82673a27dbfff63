//! Changes to a function or class that was read: globals, what it closes over, names, attributes.

use super::{Class, Function, Helper};
use crate::error::{ErrorKind, Result};
use crate::heap::{Heap, Obj, ToPy, Value};

/// The handles of a function's parts, to change them: made by [`Function::edit`], good for the heap that the function is in.
///
/// What is not touched stays as it was, and what other objects share with the function stays shared.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Function;
///
/// let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/counter.pkl"));
/// let mut pickle = cloudpickle::loads(bytes)?;
/// let edit = Function::reflect(pickle.root())?.edit();
/// edit.set_closure(pickle.heap_mut(), "n", 100)?;
/// let (name, cell) = Function::reflect(pickle.root())?.closure().next().unwrap();
/// assert_eq!((name.to_string(), cell.contents().unwrap().as_i64()?), ("n".to_owned(), 100));
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FunctionEdit {
    /// The dict of the state.
    slots: Option<Value>,
    globals: Value,
    attributes: Option<Value>,
    closure: Value,
    freevars: Vec<String>,
}

impl<'h> Function<'h> {
    /// The handles of its parts, to change them.
    #[must_use]
    pub fn edit(self) -> FunctionEdit {
        FunctionEdit {
            slots: self.slots(),
            globals: self.globals_dict(),
            attributes: self.attributes_object().map(Obj::value),
            closure: self.closure_object().map_or(Value::None, Obj::value),
            freevars: self.code().freevars().map(|name| name.to_string_lossy().into_owned()).collect(),
        }
    }
}

impl FunctionEdit {
    /// Sets a global that the code names.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] where the globals are no dict of the pickle.
    pub fn set_global(&self, heap: &mut Heap<'_>, name: &str, value: impl ToPy) -> Result<()> {
        heap.set_item(self.globals, name, value)
    }

    /// Sets an attribute.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] where a pickle does not say what attributes there are.
    pub fn set_attribute(&self, heap: &mut Heap<'_>, name: &str, value: impl ToPy) -> Result<()> {
        heap.set_item(self.attributes.unwrap_or(Value::None), name, value)
    }

    /// Sets `__name__`. The name in the code, which tracebacks show, stays.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for a function without a state.
    pub fn set_name(&self, heap: &mut Heap<'_>, name: &str) -> Result<()> {
        self.set(heap, "__name__", "name", name)
    }

    /// Sets `__defaults__`: of the last positional parameters.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for a function without a state.
    pub fn set_defaults(&self, heap: &mut Heap<'_>, defaults: impl IntoIterator<Item = Value>) -> Result<()> {
        let defaults = heap.tuple(defaults);
        self.set(heap, "__defaults__", "defaults", defaults)
    }

    /// Sets `__qualname__`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for a function without a state.
    pub fn set_qualname(&self, heap: &mut Heap<'_>, qualname: &str) -> Result<()> {
        self.set(heap, "__qualname__", "qualname", qualname)
    }

    /// Sets `__doc__`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for a function without a state.
    pub fn set_doc(&self, heap: &mut Heap<'_>, doc: impl ToPy) -> Result<()> {
        self.set(heap, "__doc__", "doc", doc)
    }

    /// Sets the default of a keyword-only parameter.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for a function without a state.
    pub fn set_kwdefault(&self, heap: &mut Heap<'_>, name: &str, value: impl ToPy) -> Result<()> {
        let slots = heap.obj(self.slots.unwrap_or(Value::None));
        let found = slots.get("__kwdefaults__").or_else(|_| slots.get("kwdefaults")).map(Obj::value);
        match found {
            Ok(kwdefaults @ Value::Dict(_)) => heap.set_item(kwdefaults, name, value),
            _ => {
                let (name, value) = (heap.name(name), value.to_py(heap));
                let kwdefaults = heap.dict([(name, value)]);
                self.set(heap, "__kwdefaults__", "kwdefaults", kwdefaults)
            }
        }
    }

    /// Sets a variable that the function closes over. The cell becomes this function's own: cloudpickle does not keep cells shared
    /// between functions either.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] where it closes over no variable of that name.
    pub fn set_closure(&self, heap: &mut Heap<'_>, name: &str, value: impl ToPy) -> Result<()> {
        let at = self.freevars.iter().position(|other| other == name);
        let cells = heap.items(self.closure).to_vec();
        let Some((at, cell)) = at.and_then(|at| Some((at, *cells.get(at)?))) else {
            return Err(ErrorKind::NotFound { what: "closure variable", name: name.to_owned() }.into());
        };
        if let Value::List(_) = self.closure {
            return heap.set_item(self.closure, at, value);
        }
        let callable = heap.obj(cell).as_call()?.callable();
        let other_module = match Helper::of(callable) {
            Some(Helper::MakeEmptyCell) => callable.as_global().ok().map(|(module, _)| module.into_owned()),
            _ => None,
        };
        let callable = callable.value();
        let callable = match other_module {
            Some(module) => heap.fixed_global(&module, Helper::MakeCell.name()),
            None => callable,
        };
        let value = value.to_py(heap);
        let args = heap.tuple([value]);
        let cell = heap.call(callable, args);
        let cells: Vec<_> = cells.into_iter().enumerate().map(|(nth, old)| if nth == at { cell } else { old }).collect();
        let cells = heap.tuple(cells);
        self.set(heap, "__closure__", "closure_values", cells)
    }

    fn set(&self, heap: &mut Heap<'_>, fast: &str, slow: &str, value: impl ToPy) -> Result<()> {
        let slots = self.slots.unwrap_or(Value::None);
        let is_slow = heap.obj(slots).get("closure_values").is_ok();
        heap.set_item(slots, if is_slow { slow } else { fast }, value)
    }
}

/// The handles of a class's parts, to change them: made by [`Class::edit`], good for the heap that the class is in.
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use cloudpickle::reflect::{Class, Target};
///
/// let mut heap = Heap::new();
/// let class = Class::new("Job").attr("retries", 3).build(&mut heap, &Target::cpython(3, 12))?;
/// let edit = Class::reflect(heap.obj(class))?.edit();
/// edit.set_attribute(&mut heap, "retries", 5)?;
/// edit.set_attribute(&mut heap, "queue", "slow")?;
/// let class = Class::reflect(heap.obj(class))?;
/// assert_eq!(class.member("retries").unwrap().as_i64()?, 5);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ClassEdit {
    attributes: Option<Value>,
}

impl Class<'_> {
    /// The handles of its parts, to change them.
    #[must_use]
    pub fn edit(self) -> ClassEdit {
        ClassEdit { attributes: self.members_dict() }
    }
}

impl ClassEdit {
    /// Sets an attribute: a value, or a method that was built in the same heap. One that is there keeps its place.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for a class without attributes of its own.
    pub fn set_attribute(&self, heap: &mut Heap<'_>, name: &str, value: impl ToPy) -> Result<()> {
        heap.set_item(self.attributes.unwrap_or(Value::None), name, value)
    }

    /// Takes an attribute away; gives what it was.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] where there is none of that name, [`ErrorKind::WrongType`] for a class without attributes of its own.
    pub fn remove_attribute(&self, heap: &mut Heap<'_>, name: &str) -> Result<Value> {
        heap.remove_item(self.attributes.unwrap_or(Value::None), name)
    }
}
