//! Objects made in Rust, and objects changed.

use std::borrow::Cow;

use super::{Buffer, ByteArrayId, CallKind, EffectKind, Event, Global, Hashable, Heap, Persistent, ToPy, Value};
use crate::error::{Error, ErrorKind, Result};
use crate::int::{self, Int};
use crate::text::PyStr;

impl Default for Heap<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> Heap<'a> {
    /// An empty heap.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::{Heap, Pickler};
    ///
    /// let mut heap = Heap::new();
    /// let hypot = heap.global("math", "hypot");
    /// let call = heap.call(hypot, (3.0, 4.0));
    /// assert_eq!(heap.obj(call).to_string(), "math.hypot(3.0, 4.0)");
    /// let bytes = Pickler::new().protocol(4).dumps(&heap, call)?;
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::over(Cow::Borrowed(&[]))
    }

    /// Adds what a Rust value means in Python: see [`ToPy`].
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Heap;
    ///
    /// let mut heap = Heap::new();
    /// let value = heap.add((6, 7.5, "x", [true, false], None::<i32>));
    /// assert_eq!(heap.obj(value).to_string(), "(6, 7.5, 'x', [True, False], None)");
    /// ```
    pub fn add(&mut self, value: impl ToPy) -> Value {
        value.to_py(self)
    }

    /// An int.
    pub fn int(&mut self, n: impl Into<i128>) -> Value {
        let n = n.into();
        match (i32::try_from(n), i64::try_from(n)) {
            (Ok(n), _) => Value::Int(n),
            (_, Ok(n)) => self.any_int(&Int::Small(n)),
            _ => self.any_int(&Int::Big(n.into())),
        }
    }

    /// An int of any size.
    pub(crate) fn any_int(&mut self, n: &Int) -> Value {
        if let Int::Small(n) = n
            && let Ok(n) = i32::try_from(*n)
        {
            return Value::Int(n);
        }
        let span = self.store.copy(&int::to_le_bytes_minimal(n));
        self.push_long(span, false)
    }

    /// A float.
    pub fn float(&mut self, float: f64) -> Value {
        self.push_float(float)
    }

    /// A str.
    pub fn str(&mut self, text: &str) -> Value {
        self.py_str(PyStr::from(text))
    }

    /// A str that may hold lone surrogates.
    pub fn py_str(&mut self, text: PyStr<'_>) -> Value {
        let span = self.store.copy(text.as_bytes());
        Value::Str(self.push_str(span))
    }

    /// Bytes. A vector, or a slice that lives as long as the heap, is kept without a copy when it is large.
    pub fn bytes(&mut self, bytes: impl Into<Cow<'a, [u8]>>) -> Value {
        let span = self.store.keep(bytes.into());
        self.push_bytes(span)
    }

    /// A bytearray.
    pub fn byte_array(&mut self, bytes: impl Into<Cow<'a, [u8]>>) -> Value {
        let span = self.store.keep(bytes.into());
        self.push_byte_array(span)
    }

    /// A `str` of Python 2, as `STRING` and `BINSTRING` write it.
    pub fn byte_string(&mut self, bytes: impl Into<Cow<'a, [u8]>>) -> Value {
        let span = self.store.keep(bytes.into());
        self.push_byte_string(span)
    }

    /// An out-of-band buffer: Python's `pickle.PickleBuffer` of it.
    pub fn buffer(&mut self, bytes: impl Into<Cow<'a, [u8]>>, readonly: bool) -> Value {
        let data = Some(self.store.keep(bytes.into()));
        self.push_buffer(Buffer { data, readonly, of_byte_array: false })
    }

    /// A tuple of objects.
    pub fn tuple(&mut self, items: impl IntoIterator<Item = Value>) -> Value {
        let items: Vec<Value> = items.into_iter().collect();
        self.push_tuple(&items)
    }

    /// A list of objects.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Heap;
    ///
    /// let mut heap = Heap::new();
    /// let list = heap.list([]);
    /// heap.append(list, list)?; // a list that holds itself
    /// assert_eq!(heap.obj(list).to_string(), "[[...]]");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn list(&mut self, items: impl IntoIterator<Item = Value>) -> Value {
        let items: Vec<Value> = items.into_iter().collect();
        let list = Value::List(self.push_list());
        self.extend(list, &items);
        list
    }

    /// A dict of pairs of objects, in their order.
    pub fn dict(&mut self, pairs: impl IntoIterator<Item = (Value, Value)>) -> Value {
        let items: Vec<Value> = pairs.into_iter().flat_map(|(key, value)| [key, value]).collect();
        let dict = Value::Dict(self.push_dict());
        self.extend(dict, &items);
        dict
    }

    /// A set of objects.
    pub fn set(&mut self, items: impl IntoIterator<Item = Value>) -> Value {
        let items: Vec<Value> = items.into_iter().collect();
        let set = Value::Set(self.push_set());
        self.extend(set, &items);
        set
    }

    /// A frozenset of objects.
    pub fn frozenset(&mut self, items: impl IntoIterator<Item = Value>) -> Value {
        let items: Vec<Value> = items.into_iter().collect();
        self.push_frozenset(&items)
    }

    /// A str that is a name: the same text gives the same object, as interned strings do in Python.
    pub(crate) fn name(&mut self, text: &str) -> Value {
        Value::Str(self.intern(text.as_bytes()))
    }

    /// A global: what `from module import name` gives in Python 3. The name may have dots: `"Outer.Inner.method"`.
    pub fn global(&mut self, module: &str, name: &str) -> Value {
        self.new_global(module, name, false)
    }

    /// A global that a builder calls itself.
    pub(crate) fn fixed_global(&mut self, module: &str, name: &str) -> Value {
        self.new_global(module, name, true)
    }

    /// A global that builders call themselves, the same object for all of them.
    pub(crate) fn shared_global(&mut self, module: &str, name: &str) -> Value {
        let key = (0, format!("{module} {name}").into());
        if let Some(made) = self.made.get(&key) {
            return *made;
        }
        let global = self.fixed_global(module, name);
        self.made.insert(key, global);
        global
    }

    /// The same, where the module's name is a str of the class alone: so it is with classes that an extension module makes when it is imported.
    pub(crate) fn apart_global(&mut self, module: &str, name: &str) -> Value {
        let key = (1, format!("{module} {name}").into());
        if let Some(made) = self.made.get(&key) {
            return *made;
        }
        let (module, name) = (self.str(module), self.str(name));
        let global = self.push_global(Global { module, name, python2: false, text: false, undotted: false, fixed: true });
        self.made.insert(key, global);
        global
    }

    /// A global that is written in C: its name is no str that something else could share.
    pub(crate) fn global_in_c(&mut self, module: &str, name: &str) -> Value {
        let fixed = module == "builtins";
        let (module, name) = (self.name(module), self.str(name));
        self.push_global(Global { module, name, python2: false, text: false, undotted: false, fixed })
    }

    fn new_global(&mut self, module: &str, name: &str, fixed: bool) -> Value {
        // Python has two objects where a class is named as its module is: `datetime.datetime`.
        let same = module == name;
        let module = Value::Str(self.intern(module.as_bytes()));
        let name = if same { self.str(name) } else { self.name(name) };
        self.push_global(Global { module, name, python2: false, text: false, undotted: false, fixed })
    }

    /// Module and name of a global that may be something else in another place: those that builders call themselves aside.
    pub(crate) fn reference(&self, value: Value) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
        match value {
            Value::Global(id) if !self.globals[id.index()].fixed => self.obj(value).global_names(),
            _ => None,
        }
    }

    /// What a `copyreg` extension code stands for.
    #[must_use]
    pub fn extension(&self, code: i32) -> Value {
        Value::Extension(code)
    }

    /// An object that lives outside the pickle: what `persistent_load(id)` gives.
    pub fn persistent(&mut self, id: impl ToPy) -> Value {
        let id = id.to_py(self);
        self.push_persistent(Persistent { id, text: false })
    }

    /// What `callable(*args)` gives: a call that happens when Python unpickles. The arguments are a tuple; anything else is the only one.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Heap;
    ///
    /// let mut heap = Heap::new();
    /// let len = heap.global("builtins", "len");
    /// let call = heap.call(len, ("spam",));
    /// assert_eq!(heap.obj(call).to_string(), "len('spam')");
    /// ```
    pub fn call(&mut self, callable: Value, args: impl ToPy) -> Value {
        self.call_as(CallKind::Reduce, callable, args)
    }

    /// What `cls.__new__(cls, *args)` gives, as instances of Python classes are pickled (`copyreg.__newobj__`).
    pub fn new_object(&mut self, class: Value, args: impl ToPy) -> Value {
        self.call_as(CallKind::NewObj, class, args)
    }

    fn call_as(&mut self, kind: CallKind, callable: Value, args: impl ToPy) -> Value {
        let args = args.to_py(self);
        let args = if let Value::Tuple(_) = args { args } else { self.push_tuple(&[args]) };
        self.push_call(kind, callable, args)
    }

    /// What `cls.__new__(cls, *args, **kwargs)` gives (`copyreg.__newobj_ex__`).
    pub fn new_object_ex(&mut self, class: Value, args: impl ToPy, kwargs: impl ToPy) -> Value {
        let args = args.to_py(self);
        let args = if let Value::Tuple(_) = args { args } else { self.push_tuple(&[args]) };
        let kwargs = kwargs.to_py(self);
        let both = self.push_tuple(&[args, kwargs]);
        self.push_call(CallKind::NewObjEx, class, both)
    }

    /// Gives an object its state: `__setstate__`, or into its `__dict__` (`BUILD`).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for objects that take no state: all but the results of calls, globals and their like.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::{Heap, py};
    ///
    /// let mut heap = Heap::new();
    /// let class = heap.global("types", "SimpleNamespace");
    /// let object = heap.call(class, ());
    /// let state = py!(in heap, {"x": 1});
    /// heap.build(object, state)?;
    /// assert_eq!(heap.obj(object).to_string(), "types.SimpleNamespace().__setstate__({'x': 1})");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn build(&mut self, object: Value, state: impl ToPy) -> Result<()> {
        self.check_open(object, "an object that takes a state")?;
        let state = state.to_py(self);
        self.push_effect(EffectKind::Build, object, state);
        Ok(())
    }

    /// Gives an object its state by a call of `setter(object, state)`, whose result is dropped: the sixth item of what `__reduce__` gives.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for objects that are not the result of a call.
    pub fn set_state(&mut self, object: Value, setter: Value, state: impl ToPy) -> Result<()> {
        let Value::Call(id) = object else { return Err(self.wrong_type("the result of a call", object)) };
        let state = state.to_py(self);
        let mut event = Event::effect(EffectKind::SetState, setter, state);
        event.last = id.0;
        let index = self.push_event(event);
        self.chain_effect(object, index);
        Ok(())
    }

    /// Makes another object right after this one, and drops it: a call for what it does, before anything uses the object.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for `None`, bools, numbers and the empty tuple, which have no place of their own.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::{Heap, Pickler};
    ///
    /// let mut heap = Heap::new();
    /// let globals = heap.dict([]);
    /// let exec = heap.global("builtins", "exec");
    /// let call = heap.call(exec, ("x = 6 * 7", globals));
    /// heap.then(globals, call)?;
    /// // pickle.loads(bytes)["x"] == 42
    /// let bytes = Pickler::new().dumps(&heap, globals)?;
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn then(&mut self, object: Value, dropped: Value) -> Result<()> {
        self.check_placed(object)?;
        self.push_effect(EffectKind::Drop, object, dropped);
        Ok(())
    }

    fn check_placed(&self, object: Value) -> Result<()> {
        if object.has_place() { Ok(()) } else { Err(self.wrong_type("an object with a place of its own", object)) }
    }

    /// Hangs what is done to an object behind what is done to another.
    pub(crate) fn move_effects(&mut self, from: Value, to: Value) -> Result<()> {
        let Some((first, last)) = self.effects.shift_remove(&from) else { return Ok(()) };
        self.check_placed(to)?;
        self.chain_effect(to, first);
        if let Value::Call(call) = to {
            self.events[call.index()].last = last;
        } else if let Some(chain) = self.effects.get_mut(&to) {
            chain.1 = last;
        }
        Ok(())
    }

    /// Appends an item to a list, or to what a call gives.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for objects of other types.
    pub fn append(&mut self, list: Value, item: impl ToPy) -> Result<()> {
        if !matches!(list, Value::List(_)) {
            self.check_open(list, "a list")?;
        }
        let item = item.to_py(self);
        match list {
            Value::List(_) => self.extend(list, &[item]),
            _ => drop(self.gather(EffectKind::Append, list, &[item])),
        }
        Ok(())
    }

    /// Sets a key of a dict, an index of a list, or a key of what a call gives (an `OrderedDict`). A key that is there keeps its
    /// place.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for objects of other types, [`ErrorKind::Unhashable`] for keys that Python cannot hash,
    /// [`ErrorKind::NotFound`] for an index outside of the list.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut pickle = cloudpickle::py!({"a": 1, "b": 2});
    /// let root = pickle.root_value();
    /// pickle.heap_mut().set_item(root, "a", 3)?;
    /// assert_eq!(pickle.root().to_string(), "{'a': 3, 'b': 2}");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn set_item(&mut self, target: Value, key: impl ToPy, value: impl ToPy) -> Result<()> {
        let key = key.to_py(self);
        let value = value.to_py(self);
        if let Value::List(id) = target {
            let index = self.index_in(self.lists[id.index()].len(), key)?;
            self.pool.seq_mut(self.lists[id.index()])[index] = value;
            return Ok(());
        }
        self.check_hashable(key, &mut Hashable::default()).map_err(ErrorKind::Unhashable)?;
        let dict = match target {
            Value::Dict(_) => Some(target),
            _ => {
                self.check_open(target, "a dict")?;
                self.gathered(target, EffectKind::SetItems)
            }
        };
        let Some(dict @ Value::Dict(id)) = dict else {
            self.gather(EffectKind::SetItems, target, &[key, value]);
            return Ok(());
        };
        match self.position_of_key(dict, key) {
            Some(at) => self.pool.seq_mut(self.dicts[id.index()])[at + 1] = value,
            None => self.extend(dict, &[key, value]),
        }
        Ok(())
    }

    /// Takes a key out of a dict, or an index out of a list; gives the value.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] when it is not there, [`ErrorKind::WrongType`] for objects of other types.
    pub fn remove_item(&mut self, target: Value, key: impl ToPy) -> Result<Value> {
        let key = key.to_py(self);
        match target {
            Value::List(id) => {
                let index = self.index_in(self.lists[id.index()].len(), key)?;
                Ok(self.pool.remove(&mut self.lists[id.index()], index))
            }
            Value::Dict(id) => {
                let at = self.position_of_key(target, key);
                let at = at.ok_or_else(|| ErrorKind::NotFound { what: "key", name: self.obj(key).to_string() })?;
                self.pool.remove(&mut self.dicts[id.index()], at);
                Ok(self.pool.remove(&mut self.dicts[id.index()], at))
            }
            _ => Err(self.wrong_type("a dict or a list", target)),
        }
    }

    /// Adds an item to a set, or to what a call gives.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for objects of other types, [`ErrorKind::Unhashable`] for items that Python cannot hash.
    pub fn add_item(&mut self, set: Value, item: impl ToPy) -> Result<()> {
        if !matches!(set, Value::Set(_)) {
            self.check_open(set, "a set")?;
        }
        let item = item.to_py(self);
        self.check_hashable(item, &mut Hashable::default()).map_err(ErrorKind::Unhashable)?;
        match set {
            Value::Set(_) => self.extend(set, &[item]),
            _ => drop(self.gather(EffectKind::AddItems, set, &[item])),
        }
        Ok(())
    }

    /// Gives a bytearray other bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for other objects.
    pub fn set_bytes(&mut self, byte_array: Value, bytes: impl Into<Cow<'a, [u8]>>) -> Result<()> {
        let Value::ByteArray(ByteArrayId(id)) = byte_array else { return Err(self.wrong_type("a bytearray", byte_array)) };
        self.byte_arrays[id as usize] = self.store.keep(bytes.into());
        Ok(())
    }

    fn index_in(&self, length: usize, key: Value) -> Result<usize> {
        let index = self.index_of(key).ok_or_else(|| self.wrong_type("an index", key))?;
        let at = if index < 0 { index.checked_add_unsigned(length as u64) } else { Some(index) };
        let at = at.and_then(|at| usize::try_from(at).ok()).filter(|at| *at < length);
        at.ok_or_else(|| ErrorKind::NotFound { what: "item", name: index.to_string() }.into())
    }

    fn check_open(&self, object: Value, wanted: &'static str) -> Result<()> {
        match object {
            Value::Call(_) | Value::Global(_) | Value::Persistent(_) | Value::Extension(_) => Ok(()),
            _ => Err(self.wrong_type(wanted, object)),
        }
    }

    /// An error that says which object was wanted and what was found.
    #[cold]
    pub(crate) fn wrong_type(&self, wanted: &'static str, found: Value) -> Error {
        ErrorKind::WrongType { wanted, found: self.describe(found) }.into()
    }
}
