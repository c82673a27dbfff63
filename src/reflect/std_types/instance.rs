//! Instances of any class, however they were pickled.
//!
//! ```text
//! NEWOBJ cls (args)                                  and the other ways of copyreg: see `made.rs`
//! BUILD {'x': 1}                                     attributes of `__dict__`
//! BUILD (None, {'a': 1})    ({'x': 1}, {'a': 1})     attributes of `__slots__` beside it
//! BUILD [1, 2]                                       fields of a frozen dataclass with slots
//! BUILD anything            setter(obj, state)       what `__getstate__` gave
//! APPENDS, SETITEMS                                  items of lists and dicts
//! ```

use std::borrow::Cow;
use std::fmt;

use super::instance_parts::{InstanceParts, InstanceState};
use super::made::Made;
use super::pairs::Pairs;
use super::text;
use crate::error::{ErrorKind, Result};
use crate::heap::{EffectKind, Obj, Value};
use crate::reflect::annotation::type_text;
use crate::reflect::function::named;
use crate::reflect::shape::view;
use crate::reflect::{Class, NamedTuple};
use crate::text::PyStr;

/// An object that a pickle makes by a call: its class, what its constructor was given, its attributes. A `Copy` view.
///
/// `Display` shows them: `<geometry.Point x=1, y=2>`. Python's `repr` is up to the class, which is not here.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::std_types::Instance;
///
/// // A class with slots, at protocol 2.
/// let pickle = cloudpickle::loads(b"\x80\x02cgeometry\nPoint\n)\x81N}X\x01\x00\x00\x00xK\x01s\x86b.")?;
/// let point = Instance::reflect(pickle.root())?;
/// assert_eq!(point.class_name().as_deref(), Some("geometry.Point"));
/// assert_eq!(pickle.root().attr("x")?.as_i64()?, 1);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Instance<'h> {
    object: Obj<'h>,
    made: Made<'h>,
}
view!(
    /// Reads what a call gives, whichever way of `copyreg` and `object.__reduce_ex__` it was pickled.
    Instance,
    "an instance"
);

impl<'h> Instance<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        Made::of(object).map(|made| Self { object, made })
    }

    /// The class; for an object that a function gives, that function.
    #[must_use]
    pub fn class(self) -> Obj<'h> {
        self.made.callable
    }

    /// Module and name of the class, `geometry.Point`; of builtins only the name. `None` where a call gives the class and it is not by value.
    #[must_use]
    pub fn class_name(self) -> Option<String> {
        type_text(self.made.callable)
    }

    /// Whether it was made by `cls.__new__`, not by a call of `cls`: `__init__` did not run.
    #[must_use]
    pub fn is_new(self) -> bool {
        self.made.is_new
    }

    /// What the constructor was given.
    pub fn args(self) -> impl ExactSizeIterator<Item = Obj<'h>> + Clone + use<'h> {
        let heap = self.object.heap();
        self.made.args.iter().map(move |arg| heap.obj(*arg))
    }

    /// What the constructor was given by name.
    pub fn kwargs(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        named(self.made.kwargs)
    }

    /// The value as the builtin that the class is derived from, where protocol 0 or 1 has it so: a tuple, an int, a list, ..
    #[must_use]
    pub fn base_value(self) -> Option<Obj<'h>> {
        self.made.base
    }

    /// Its parts, to change and to build anew. Of several states it has the last.
    #[must_use]
    pub fn parts(self) -> InstanceParts {
        let mut parts = InstanceParts::new(self.class().value());
        parts.is_new = self.is_new();
        parts.args = self.made.args.to_vec();
        parts.kwargs = self.made.kwargs.map(Obj::value);
        parts.has_known_base = self.made.base_type.is_some();
        parts.base = self.made.base_type.map(Obj::value).zip(self.made.base.map(Obj::value));
        let gathered = |kind| self.object.heap().gathered(self.object.value(), kind);
        parts.items = gathered(EffectKind::Append).map(|items| self.object.heap().items(items).to_vec()).unwrap_or_default();
        parts.pairs = Pairs::set_on(self.object).map(Pairs::handles).unwrap_or_default();
        let states = self.object.effects().filter(|effect| matches!(effect.kind, EffectKind::Build | EffectKind::SetState));
        if let Some(effect) = states.last() {
            parts.state = InstanceState::Whole(effect.object.value());
            parts.setter = effect.setter.map(Obj::value);
        }
        parts
    }

    /// The state: what `__getstate__` gave, or the attributes.
    #[must_use]
    pub fn state(self) -> Option<Obj<'h>> {
        self.made.state()
    }

    /// The attributes, those of slots behind those of `__dict__`; none where the state is something else. Of a namedtuple and of a frozen
    /// dataclass with slots the fields, where their class is by value and says their names.
    pub fn attrs(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        let [dict, slots] = self.made.state().map_or([None, None], dicts);
        named(dict).chain(named(slots)).chain(self.fields())
    }

    /// Fields by position, of a class by value.
    fn fields(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + Clone + use<'h> {
        let heap = self.object.heap();
        let state = self.made.state().map(Obj::value);
        let list = match state {
            Some(list @ (Value::List(_) | Value::Tuple(_))) if self.is_new() => heap.items(list),
            None if self.is_new() => self.made.base.map_or(self.made.args, |base| heap.items(base.value())),
            _ => &[],
        };
        let class = Class::recognise(self.made.callable).filter(|_| !list.is_empty());
        let names = class.and_then(|class| match state {
            Some(_) => class.dataclass_fields(),
            None => NamedTuple::of(class).map(|class| class.fields().collect()),
        });
        let names = names.filter(|names: &Vec<_>| names.len() == list.len()).unwrap_or_default();
        names.into_iter().zip(list).map(move |(name, value)| (name, heap.obj(*value)))
    }

    /// An attribute: of the states that were given, in turn, the last that has it. Slots come first, as Python looks them up.
    #[must_use]
    pub fn attr(self, name: &str) -> Option<Obj<'h>> {
        let states = self.object.effects().filter(|effect| matches!(effect.kind, EffectKind::Build | EffectKind::SetState));
        let found = states.filter_map(|effect| {
            let [dict, slots] = dicts(effect.object);
            [slots, dict].into_iter().flatten().find_map(|attrs| attrs.get(name).ok())
        });
        found.last().or_else(|| self.fields().find(|(other, _)| *other == *name).map(|(_, value)| value))
    }

    /// The items of a class derived from list, or of a `deque`: what the object was extended by, or the base value.
    pub fn items(self) -> impl Iterator<Item = Obj<'h>> + Clone + use<'h> {
        let heap = self.object.heap();
        let mut kinds = [EffectKind::Append, EffectKind::AddItems].into_iter();
        let gathered = kinds.find_map(|kind| heap.gathered(self.object.value(), kind));
        let base = self.made.base.map(Obj::value).filter(|base| !matches!(base, Value::Dict(_)));
        let items = gathered.or(base).map(|list| heap.items(list)).unwrap_or_default();
        items.iter().map(move |item| heap.obj(*item))
    }

    /// The pairs of a class derived from dict: what was set, or the base value.
    pub fn pairs(self) -> impl Iterator<Item = (Obj<'h>, Obj<'h>)> + Clone + use<'h> {
        let heap = self.object.heap();
        let set = heap.gathered(self.object.value(), EffectKind::SetItems);
        let base = self.made.base.map(Obj::value).filter(|base| matches!(base, Value::Dict(_)));
        let pairs = set.or(base).map(|dict| heap.items(dict)).unwrap_or_default();
        pairs.chunks_exact(2).filter_map(move |pair| match pair {
            [key, value] => Some((heap.obj(*key), heap.obj(*value))),
            _ => None,
        })
    }
}

/// The attributes that a state has, of `__dict__` and of slots. A state may be a dict of a class of its own.
fn dicts(state: Obj<'_>) -> [Option<Obj<'_>>; 2] {
    let heap = state.heap();
    match (state.value(), heap.items(state.value())) {
        (Value::Dict(_) | Value::Call(_), _) => [Some(state), None],
        (Value::Tuple(_), &[first @ (Value::None | Value::Dict(_)), slots @ Value::Dict(_)]) => {
            [Some(heap.obj(first)).filter(|dict| !dict.is_none()), Some(heap.obj(slots))]
        }
        _ => [None, None],
    }
}

impl fmt::Display for Instance<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.class_name().map_or_else(|| text(self.class()), Into::into);
        write!(f, "<{name}")?;
        if self.args().len() > 0 {
            let args: Vec<_> = self.args().map(text).collect();
            write!(f, "({})", args.join(", "))?;
        }
        for (name, value) in self.attrs() {
            write!(f, " {}={}", name.to_string_lossy(), text(value))?;
        }
        f.write_str(">")
    }
}

impl<'h> Obj<'h> {
    /// An attribute of an instance of any class, however it was pickled: of its `__dict__` or its slots, or of a state that is a dict.
    ///
    /// What a class computes, and what the class itself has, is not in the pickle.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for what is no instance, [`ErrorKind::NotFound`] where the pickle has no such attribute.
    ///
    /// # Examples
    ///
    /// ```
    /// // Protocol 0: copyreg._reconstructor, and the state.
    /// let bytes = b"ccopy_reg\n_reconstructor\n(c__main__\nPoint\nc__builtin__\nobject\nNtR(dVx\nI1\nsb.";
    /// let pickle = cloudpickle::loads(bytes)?;
    /// assert_eq!(pickle.root().attr("x")?.as_i64()?, 1);
    /// assert_eq!(pickle.root().attr("y").unwrap_err().to_string(), "no attribute 'y'");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn attr(self, name: &str) -> Result<Obj<'h>> {
        let instance = Instance::reflect(self)?;
        let missing = || ErrorKind::NotFound { what: "attribute", name: format!("{:?}", PyStr::from(name)) };
        instance.attr(name).ok_or_else(|| missing().into())
    }

    /// The class of an instance by module and name, `"geometry.Point"`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`] for what is no instance, or of a class without a name in the pickle.
    pub fn class_name(self) -> Result<Cow<'h, str>> {
        Instance::reflect(self)?.class_name().map(Cow::Owned).ok_or_else(|| self.wanted("an instance of a class with a name"))
    }
}
