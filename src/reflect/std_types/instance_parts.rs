//! Instances of any class, built as `object.__reduce_ex__` has them.
//!
//! ```text
//!                  protocol 0, 1                             2, 3                                 4 and up
//! Plain()          copyreg._reconstructor(cls, object, None) NEWOBJ cls ()
//! Listed([1])      copyreg._reconstructor(cls, list, [1])    NEWOBJ cls (), APPENDS
//! Pair(1, 2)       copyreg._reconstructor(cls, tuple, (1, 2))  NEWOBJ cls (1, 2)
//! __getnewargs__   copyreg.__newobj__(cls, *args)            NEWOBJ cls (args)
//! .. _ex__         copyreg.__newobj_ex__(cls, args, kwargs)  partial(cls.__new__, cls, *args, **kwargs)()   NEWOBJ_EX
//! ```
//!
//! Below protocol 2 Python forgets what `__getnewargs__` gives, and so may fail to load what it wrote; what is built here keeps it.

use super::pairs::{append_items, set_pairs};
use crate::error::Result;
use crate::heap::{Heap, ToPy, Value};
use crate::reflect::shape::handles;
use crate::reflect::{Handles, Target};

/// What an instance of a class is made of: plain ones, of dataclasses, with slots, namedtuples, classes derived from a builtin, and what a
/// `__reduce__` gives.
///
/// # Examples
///
/// A dataclass, or any class whose attributes lie in its `__dict__`:
///
/// ```
/// use cloudpickle::reflect::Target;
/// use cloudpickle::reflect::std_types::InstanceParts;
/// use cloudpickle::{Heap, Pickler};
///
/// let mut heap = Heap::new();
/// let class = heap.global("geometry", "Point");
/// let point = InstanceParts::new(class).attr(&mut heap, "x", 1).attr(&mut heap, "y", 2.5);
/// let point = point.build(&mut heap, &Target::cpython(3, 12))?;
/// assert_eq!(heap.obj(point).attr("y")?.as_f64()?, 2.5);
/// let bytes = Pickler::new().dumps(&heap, point)?;
/// # Ok::<(), cloudpickle::Error>(())
/// ```
///
/// A namedtuple:
///
/// ```
/// # use cloudpickle::reflect::Target;
/// # use cloudpickle::reflect::std_types::InstanceParts;
/// # use cloudpickle::{Heap, Value};
/// let mut heap = Heap::new();
/// let class = heap.global("geometry", "Pair");
/// let pair = InstanceParts::namedtuple(&mut heap, class, &[Value::Int(1), Value::Int(2)]);
/// let pair = pair.build(&mut heap, &Target::cpython(3, 12))?;
/// assert_eq!(heap.obj(pair).extract::<(i32, i32)>()?, (1, 2));
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InstanceParts {
    /// The class, by name or by value; with `is_new` false what is called.
    pub class: Value,
    /// Whether `cls.__new__` makes it, and not a call.
    pub is_new: bool,
    /// What `__new__` is given besides the class (`__getnewargs__`), or the arguments of the call.
    pub args: Vec<Value>,
    /// What `__new__` is given by name (`__getnewargs_ex__`), a dict.
    pub kwargs: Option<Value>,
    /// Of a class derived from a builtin that type and the value as one of it, `(list, [1, 2])`: for protocols 0 and 1, and for values
    /// that were read from these.
    pub base: Option<(Value, Value)>,
    /// Items of a class derived from list, or of what is appended to.
    pub items: Vec<Value>,
    /// Pairs of a class derived from dict.
    pub pairs: Vec<(Value, Value)>,
    /// Attributes, or another state.
    pub state: InstanceState,
    /// What is called with the instance and its state in place of `__setstate__`: the sixth item of what a `__reduce__` gives.
    pub setter: Option<Value>,
    /// Whether a class without a base value is known to be derived from no builtin: protocols from 2 on do not say it.
    pub(super) has_known_base: bool,
}
handles!(InstanceParts { class, args, kwargs, base, items, pairs, state, setter });

/// The state of an instance to build.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum InstanceState {
    /// Attributes, each with its name, a str; none is no state.
    Attrs {
        /// Of `__dict__`.
        dict: Vec<(Value, Value)>,
        /// Of `__slots__`, which protocols below 2 do not have in Python.
        slots: Vec<(Value, Value)>,
    },
    /// What `__setstate__` is given; without that method a dict, or a pair of dicts.
    Whole(Value),
}

impl Handles for InstanceState {
    fn each(&mut self, change: &mut dyn FnMut(&mut Value)) {
        match self {
            Self::Attrs { dict, slots } => {
                dict.each(change);
                slots.each(change);
            }
            Self::Whole(state) => change(state),
        }
    }
}

impl InstanceParts {
    /// An instance without attributes.
    #[must_use]
    pub fn new(class: Value) -> Self {
        let state = InstanceState::Attrs { dict: Vec::new(), slots: Vec::new() };
        Self {
            class,
            is_new: true,
            args: vec![],
            kwargs: None,
            base: None,
            items: vec![],
            pairs: vec![],
            state,
            setter: None,
            has_known_base: true,
        }
    }

    /// What a call gives: `class(*args)`, or another callable's result.
    #[must_use]
    pub fn call(class: Value, args: impl IntoIterator<Item = Value>) -> Self {
        Self { is_new: false, args: args.into_iter().collect(), ..Self::new(class) }
    }

    /// An instance of a namedtuple.
    #[must_use]
    pub fn namedtuple(heap: &mut Heap<'_>, class: Value, fields: &[Value]) -> Self {
        let base = (heap.shared_global("builtins", "tuple"), heap.tuple(fields.iter().copied()));
        Self { args: fields.to_vec(), base: Some(base), ..Self::new(class) }
    }

    /// An instance of a class derived from a builtin, with the value that it has as that: an int, a str, a tuple, a list, a dict, ..
    #[must_use]
    pub fn derived(heap: &mut Heap<'_>, class: Value, value: Value) -> Self {
        let args = if matches!(value, Value::List(_) | Value::Dict(_)) { Vec::new() } else { vec![value] };
        Self { args, base: Some((builtin(heap, value), value)), ..Self::new(class) }
    }

    fn attrs(mut self, heap: &mut Heap<'_>, name: &str, value: impl ToPy, is_slot: bool) -> Self {
        let pair = (heap.name(name), value.to_py(heap));
        let mut attrs = match self.state {
            InstanceState::Attrs { dict, slots } => [dict, slots],
            InstanceState::Whole(_) => [Vec::new(), Vec::new()],
        };
        attrs[usize::from(is_slot)].push(pair);
        let [dict, slots] = attrs;
        self.state = InstanceState::Attrs { dict, slots };
        self
    }

    /// Adds an attribute of `__dict__`. It takes the place of another state.
    #[must_use]
    pub fn attr(self, heap: &mut Heap<'_>, name: &str, value: impl ToPy) -> Self {
        self.attrs(heap, name, value, false)
    }

    /// Adds an attribute of `__slots__`.
    #[must_use]
    pub fn slot(self, heap: &mut Heap<'_>, name: &str, value: impl ToPy) -> Self {
        self.attrs(heap, name, value, true)
    }

    /// Takes what `__setstate__` is given; a list of the fields for a frozen dataclass with slots.
    #[must_use]
    pub fn state(self, state: Value) -> Self {
        Self { state: InstanceState::Whole(state), ..self }
    }

    /// Builds the instance.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) where what makes the instance takes no state.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let object = if self.is_new {
            self.build_new(heap, target)
        } else {
            let args = heap.tuple(self.args.iter().copied());
            heap.call(self.class, args)
        };
        // In protocols 0 and 1 they are in the base value.
        if !self.is_new || target.protocol_number() >= 2 {
            let (items, pairs) = self.contents(heap);
            append_items(heap, object, &items);
            set_pairs(heap, object, &pairs);
        }
        let state = match &self.state {
            InstanceState::Whole(state) => *state,
            InstanceState::Attrs { dict, slots } if dict.is_empty() && slots.is_empty() => return Ok(object),
            InstanceState::Attrs { dict, slots } => {
                let attrs = if dict.is_empty() { Value::None } else { heap.dict(dict.iter().copied()) };
                match slots.is_empty() {
                    true => attrs,
                    false => {
                        let slots = heap.dict(slots.iter().copied());
                        heap.tuple([attrs, slots])
                    }
                }
            }
        };
        match self.setter {
            Some(setter) => heap.set_state(object, setter, state)?,
            None => heap.build(object, state)?,
        }
        Ok(object)
    }

    /// Items and pairs; where they were read from protocol 0 or 1, those of the base value.
    fn contents(&self, heap: &Heap<'_>) -> (Vec<Value>, Vec<(Value, Value)>) {
        let none = self.items.is_empty() && self.pairs.is_empty();
        match self.base {
            Some((_, list @ Value::List(_))) if none => (heap.items(list).to_vec(), Vec::new()),
            Some((_, dict @ Value::Dict(_))) if none => {
                (Vec::new(), heap.items(dict).chunks_exact(2).map(|pair| (pair[0], pair[1])).collect())
            }
            _ => (self.items.clone(), self.pairs.clone()),
        }
    }

    fn build_new(&self, heap: &mut Heap<'_>, target: &Target) -> Value {
        let protocol = target.protocol_number();
        // What `__new__` was given the protocols 0 and 1 did not say.
        let only_value =
            self.args.is_empty() && self.base.is_some_and(|(_, base)| !matches!(base, Value::List(_) | Value::Dict(_)));
        if protocol < 2 || only_value {
            return self.reconstructed(heap);
        }
        let args = heap.tuple(self.args.iter().copied());
        match self.kwargs {
            None => heap.new_object(self.class, args),
            Some(kwargs) if protocol >= 4 => heap.new_object_ex(self.class, args, kwargs),
            Some(kwargs) => self.by_partial(heap, target, kwargs),
        }
    }

    /// `copyreg._reconstructor(cls, base, value)`.
    fn reconstructed(&self, heap: &mut Heap<'_>) -> Value {
        let base = self.base.or_else(|| {
            let value = match (self.items.is_empty(), self.pairs.is_empty()) {
                (false, _) => heap.list(self.items.iter().copied()),
                (_, false) => heap.dict(self.pairs.iter().copied()),
                _ => return None,
            };
            Some((builtin(heap, value), value))
        });
        if base.is_none()
            && let Some(kwargs) = self.kwargs
        {
            let new = heap.shared_global("copyreg", "__newobj_ex__");
            let args = heap.tuple(self.args.iter().copied());
            return heap.call(new, (self.class, args, kwargs));
        }
        if base.is_none() && (!self.args.is_empty() || !self.has_known_base) {
            let new = heap.shared_global("copyreg", "__newobj__");
            let args = heap.tuple([self.class].into_iter().chain(self.args.iter().copied()));
            return heap.call(new, args);
        }
        let (base_type, base) = base.unwrap_or_else(|| (heap.shared_global("builtins", "object"), Value::None));
        let reconstructor = heap.shared_global("copyreg", "_reconstructor");
        heap.call(reconstructor, (self.class, base_type, base))
    }

    /// `functools.partial(cls.__new__, cls, *args, **kwargs)()`.
    fn by_partial(&self, heap: &mut Heap<'_>, target: &Target, kwargs: Value) -> Value {
        let partial = heap.shared_global("functools", "partial");
        let names = heap.obj(self.class).global_names().map(|(module, name)| (module.into_owned(), name.into_owned()));
        let new = match names {
            // 3.13 takes the names one after the other.
            Some((module, name)) if target.python() >= (3, 13) => heap.fixed_global(&module, &format!("{name}.__new__")),
            _ => {
                let getattr = heap.shared_global("builtins", "getattr");
                let name = heap.name("__new__");
                heap.call(getattr, (self.class, name))
            }
        };
        let args = heap.tuple([self.class].into_iter().chain(self.args.iter().copied()));
        let made = heap.call(partial, (new,));
        let state = heap.tuple([new, args, kwargs, Value::None]);
        // What a call gives takes a state.
        let _ = heap.build(made, state);
        heap.call(made, ())
    }
}

/// The type of a value of a builtin.
fn builtin(heap: &mut Heap<'_>, value: Value) -> Value {
    let object = heap.obj(value);
    let name = match object.type_name() {
        "bool" => "int",
        // A call, of a protocol that has no bytes.
        _ if object.called_bytes().is_some() => "bytes",
        name => name,
    };
    heap.shared_global("builtins", name)
}
