//! Generic aliases: types with brackets, and unions.
//!
//! ```text
//! typing.List[int]              operator.getitem(typing.List, int)                          from Python 3.7 on
//!                               _create_parametrized_type_hint(typing.List, (int,))         on 3.6, from 1.4 to 2.2
//! list[int]                     types.GenericAlias(list, (int,))                            from 3.9 on
//! collections.abc.Callable[..]  collections.abc._CallableGenericAlias(Callable, ([int], str))
//! int | str                     functools.reduce(operator.or_, (int, str))                  3.10 to 3.13
//!                               operator.getitem(types.UnionType, (int, str))               from 3.14 on, typing.Union as well
//! ```

use std::fmt;

use super::annotation::repr_text;
use super::shape::{Origin, Shape, handles, unsayable, view};
use super::{Class, Helper, Release, Target, dialect};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};

/// How a generic alias is made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum AliasForm {
    /// Something of `typing`, or a generic class, with brackets: `typing.List[int]`.
    Typing,
    /// A class with brackets: `list[int]`.
    Builtin,
    /// `collections.abc.Callable` with brackets.
    Callable,
    /// `int | str`; from Python 3.14 on `typing.Union` too.
    Union,
}

/// A generic alias of a pickle: a `Copy` view. `Display` is Python's `repr`: `typing.List[int]`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{Alias, AliasParts, Target};
/// use cloudpickle::Heap;
///
/// let mut heap = Heap::new();
/// let (list, int) = (heap.global("typing", "List"), heap.global("builtins", "int"));
/// let alias = AliasParts::typing(list, int).build(&mut heap, &Target::cpython(3, 8))?;
/// assert_eq!(Alias::reflect(heap.obj(alias))?.to_string(), "typing.List[int]");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Alias<'h> {
    object: Obj<'h>,
    from: Origin,
    form: AliasForm,
    origin: Option<Obj<'h>>,
    argument: Obj<'h>,
}
view!(
    /// Reads a generic alias (`__reduce__` of `typing._GenericAlias`, `types.GenericAlias` and `types.UnionType`).
    Alias,
    "a generic alias"
);

impl<'h> Alias<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let shape = Shape::call(object)?;
        let &[first, second] = shape.args() else { return None };
        let (first, argument) = (shape.obj(first), shape.obj(second));
        let found = |form, origin| Some(Self { object, from: shape.origin(), form, origin, argument });
        let is = |module: &str, name: &str| shape.callable.is_global(module, name);
        if is("_operator", "getitem") || is("operator", "getitem") {
            return match () {
                () if dialect::is_builtin_type(first, "UnionType") => found(AliasForm::Union, None),
                // A getitem of anything else is one.
                () if is_generic(first) => found(AliasForm::Typing, Some(first)),
                () => None,
            };
        }
        if !matches!(second, Value::Tuple(_)) {
            return None;
        }
        match () {
            () if shape.helper() == Some(Helper::ParametrizedTypeHint) => found(AliasForm::Typing, Some(first)),
            () if dialect::is_builtin_type(shape.callable, "GenericAlias") || is("types", "GenericAlias") => {
                found(AliasForm::Builtin, Some(first))
            }
            () if is("collections.abc", "_CallableGenericAlias") => found(AliasForm::Callable, Some(first)),
            () if (is("_functools", "reduce") || is("functools", "reduce"))
                && (first.is_global("_operator", "or_") || first.is_global("operator", "or_")) =>
            {
                found(AliasForm::Union, None)
            }
            () => None,
        }
    }

    /// How it is made.
    #[must_use]
    pub fn form(self) -> AliasForm {
        self.form
    }

    /// What has the brackets: `__origin__`, or the alias in `typing` of it; `None` for `int | str`.
    #[must_use]
    pub fn origin(self) -> Option<Obj<'h>> {
        self.origin
    }

    /// What stands in the brackets, or between the bars: a tuple, but for a single one in the brackets of `typing`.
    #[must_use]
    pub fn argument(self) -> Obj<'h> {
        self.argument
    }

    /// What stands in the brackets, or between the bars, one by one. The parameters of a `Callable` are a list, one of these.
    pub fn args(self) -> impl Iterator<Item = Obj<'h>> + Clone + use<'h> {
        let items = match self.argument.value() {
            Value::Tuple(_) => self.argument.iter().ok(),
            _ => None,
        };
        let single = if items.is_some() { None } else { Some(self.argument) };
        items.into_iter().flatten().chain(single)
    }

    /// The oldest and the newest Python that write it as it is.
    pub(super) fn pythons(self) -> ((u8, u8), (u8, u8)) {
        let newest = (u8::MAX, u8::MAX);
        let callable = self.object.as_call().map_or(self.object, |call| call.callable());
        match self.form {
            AliasForm::Typing if Helper::of(callable) == Some(Helper::ParametrizedTypeHint) => ((3, 6), (3, 6)),
            AliasForm::Typing => ((3, 7), newest),
            AliasForm::Builtin | AliasForm::Callable => ((3, 9), newest),
            AliasForm::Union if callable.is_global("_operator", "getitem") => ((3, 14), newest),
            AliasForm::Union => ((3, 10), (3, 13)),
        }
    }

    /// Its parts, to change and to build anew.
    #[must_use]
    pub fn parts(self) -> AliasParts {
        AliasParts {
            form: self.form,
            origin: self.origin.map(Obj::value),
            argument: self.argument.value(),
            operator: self.object.as_call().ok().and_then(|call| call.args().get(0).ok()).map(Obj::value),
            from: self.from,
        }
    }
}

/// Whether brackets behind an object make an alias: a global of a module, a class by value, another alias.
fn is_generic(object: Obj<'_>) -> bool {
    matches!(object.value(), Value::Global(_)) || Class::recognise(object).is_some() || {
        let shape = Shape::call(object);
        shape.is_some_and(|shape| {
            let first = shape.args().first().map(|first| shape.obj(*first));
            shape.callable.is_global("_operator", "getitem")
                && first.is_some_and(|first| matches!(first.value(), Value::Global(_)) || Class::recognise(first).is_some())
        })
    }
}

impl fmt::Display for Alias<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&repr_text(self.object))
    }
}

/// What a generic alias is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AliasParts {
    /// How it is made.
    pub form: AliasForm,
    /// What has the brackets; `None` for `int | str`.
    pub origin: Option<Value>,
    /// What stands in the brackets, or between the bars: a tuple, but for a single one in the brackets of `typing`.
    pub argument: Value,
    /// The first argument as it was read: `operator.or_`, or `types.UnionType`.
    operator: Option<Value>,
    from: Origin,
}
handles!(AliasParts { origin, argument, operator, from });

impl AliasParts {
    fn new(form: AliasForm, origin: Option<Value>, argument: Value) -> Self {
        Self { form, origin, argument, operator: None, from: Origin::default() }
    }

    /// `origin[argument]` of `typing`: the argument is a type, or a tuple of several.
    #[must_use]
    pub fn typing(origin: Value, argument: Value) -> Self {
        Self::new(AliasForm::Typing, Some(origin), argument)
    }

    /// `origin[args]` of a class such as `list`, from Python 3.9 on: the arguments are a tuple.
    #[must_use]
    pub fn builtin(origin: Value, args: Value) -> Self {
        Self::new(AliasForm::Builtin, Some(origin), args)
    }

    /// `collections.abc.Callable[parameters, result]`, from Python 3.9 on: the parameters are a list, or `Ellipsis`.
    pub fn callable(heap: &mut Heap<'_>, parameters: Value, result: Value) -> Self {
        let callable = heap.shared_global("collections.abc", "Callable");
        let args = heap.tuple([parameters, result]);
        Self::new(AliasForm::Callable, Some(callable), args)
    }

    /// `a | b`: the alternatives are a tuple of types.
    #[must_use]
    pub fn union(alternatives: Value) -> Self {
        Self::new(AliasForm::Union, None, alternatives)
    }

    /// Builds the alias in the shape that the target's Python takes. Before Python 3.10 `a | b` is `typing.Union[a, b]`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotInDialect`](crate::ErrorKind::NotInDialect) for `list[int]` and `collections.abc.Callable[..]` before Python 3.9, and on
    /// Python 3.6 but for cloudpickle 1.5 to 2.2.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        let python = target.python();
        let no_brackets = python < (3, 9) && matches!(self.form, AliasForm::Builtin | AliasForm::Callable);
        if no_brackets {
            return Err(unsayable("a class with brackets", target));
        }
        let (callable, first) = match (self.form, self.origin) {
            (AliasForm::Builtin, Some(origin)) => (self.from.builtin_type(heap, target, "GenericAlias"), origin),
            (AliasForm::Callable, Some(origin)) => {
                (self.from.global(heap, &[("collections.abc", "_CallableGenericAlias")]), origin)
            }
            (AliasForm::Typing, Some(origin)) => (self.getitem(heap, target)?, origin),
            _ if python >= (3, 14) && !self.is_or(heap) => {
                let kept = self.operator.filter(|operator| dialect::is_builtin_type(heap.obj(*operator), "UnionType"));
                let union = kept.unwrap_or_else(|| target.dialect_of().builtin_type(heap, "UnionType"));
                (self.getitem(heap, target)?, union)
            }
            _ if python >= (3, 10) => {
                let kept = self.operator.filter(|_| self.is_or(heap));
                let or = kept.unwrap_or_else(|| heap.shared_global("_operator", "or_"));
                (self.from.global(heap, &[("_functools", "reduce"), ("functools", "reduce")]), or)
            }
            _ => {
                let union = heap.shared_global("typing", "Union");
                (self.getitem(heap, target)?, union)
            }
        };
        let hint = Helper::of(heap.obj(callable)) == Some(Helper::ParametrizedTypeHint);
        let argument = match self.argument {
            single if hint && !matches!(single, Value::Tuple(_)) => heap.tuple([single]),
            argument => argument,
        };
        let args = self.from.args(heap, &[first, argument]);
        Ok(heap.call(callable, args))
    }

    /// Whether `operator.or_` was read, which does as well on Python 3.14.
    fn is_or(&self, heap: &Heap<'_>) -> bool {
        self.form == AliasForm::Union && self.operator.is_some_and(|operator| heap.obj(operator).is_global("_operator", "or_"))
    }

    /// What puts the brackets behind something of `typing`.
    fn getitem(&self, heap: &mut Heap<'_>, target: &Target) -> Result<Value> {
        if target.python() >= (3, 7) {
            return Ok(self.from.global(heap, &[("_operator", "getitem"), ("operator", "getitem")]));
        }
        if self.from.is_helper(heap, target, Helper::ParametrizedTypeHint)
            || (Release::V1_6..Release::V3_0).contains(&target.dialect_of().release())
        {
            return Ok(self.from.helper(heap, target, Helper::ParametrizedTypeHint));
        }
        Err(unsayable("a type with brackets", target))
    }
}
