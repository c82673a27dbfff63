//! `classmethod` and `staticmethod`: objects around a function.
//!
//! ```text
//! classmethod(function)           abc.abstractclassmethod(function)
//! staticmethod(function)          abc.abstractstaticmethod(function)
//! ```

use std::fmt;

use super::annotation::repr_text;
use super::shape::{Origin, Shape, handles, view};
use super::{Function, Property, Target};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};

/// The function by value that a member of a class is, or that a `classmethod`, a `staticmethod` or a `property` (its getter) is made of.
pub(crate) fn function_of(member: Obj<'_>) -> Option<Function<'_>> {
    let wrapped = || ClassMethod::recognise(member).map(ClassMethod::function);
    let wrapped = || wrapped().or_else(|| StaticMethod::recognise(member).map(StaticMethod::function));
    let wrapped = || wrapped().or_else(|| Property::recognise(member)?.getter());
    Function::recognise(member).or_else(|| Function::recognise(wrapped()?))
}

macro_rules! wrapper {
    ($(#[$doc:meta])* $name:ident, $(#[$parts_doc:meta])* $parts:ident, $text:literal, $abstract_text:literal, $wanted:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name<'h> {
            object: Obj<'h>,
            origin: Origin,
            function: Obj<'h>,
            is_abstract: bool,
        }
        view!(
            /// Reads one (`_classmethod_reduce` of cloudpickle). One of a subclass is another object.
            $name,
            $wanted
        );

        impl<'h> $name<'h> {
            pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
                let shape = Shape::call(object)?;
                let is_abstract = shape.callable.is_global("abc", $abstract_text);
                match shape.args() {
                    &[function] if is_abstract || shape.callable.is_global("builtins", $text) => {
                        Some(Self { object, origin: shape.origin(), function: shape.obj(function), is_abstract })
                    }
                    _ => None,
                }
            }

            /// `__func__`.
            #[must_use]
            pub fn function(self) -> Obj<'h> {
                self.function
            }

            /// Whether it is the abstract variant in `abc`. A function can be abstract by itself too: `__isabstractmethod__` is among
            /// its attributes then.
            #[must_use]
            pub fn is_abstract(self) -> bool {
                self.is_abstract
            }

            /// Its parts, to change and to build anew.
            #[must_use]
            pub fn parts(self) -> $parts {
                $parts { function: self.function.value(), is_abstract: self.is_abstract, origin: self.origin }
            }
        }

        impl fmt::Display for $name<'_> {
            /// As Python has it from 3.10 on.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("<", $text, "({})>"), repr_text(self.function))
            }
        }

        $(#[$parts_doc])*
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub struct $parts {
            /// `__func__`.
            pub function: Value,
            /// Whether it is the variant in `abc`.
            pub is_abstract: bool,
            origin: Origin,
        }
        handles!($parts { function, origin });

        impl $parts {
            /// One around a function, or around anything else that can be called.
            #[must_use]
            pub fn new(function: Value) -> Self {
                Self { function, is_abstract: false, origin: Origin::default() }
            }

            /// Makes it the variant in `abc`.
            #[must_use]
            pub fn abstracted(self) -> Self {
                Self { is_abstract: true, ..self }
            }

            /// Builds it.
            ///
            /// # Errors
            ///
            /// None: every release writes it the same way.
            pub fn build(&self, heap: &mut Heap<'_>, _target: &Target) -> Result<Value> {
                let name = if self.is_abstract { ("abc", $abstract_text) } else { ("builtins", $text) };
                let callable = self.origin.global(heap, &[name]);
                let args = self.origin.args(heap, &[self.function]);
                Ok(heap.call(callable, args))
            }
        }
    };
}

wrapper!(
    /// A `classmethod` of a pickle: a `Copy` view.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::ClassMethod;
    ///
    /// let pickle = cloudpickle::loads(b"cbuiltins\nclassmethod\n(cshapes\nmake\ntR.")?;
    /// let method = ClassMethod::reflect(pickle.root())?;
    /// assert_eq!(method.to_string(), "<classmethod(<function make>)>");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    ClassMethod,
    /// What a `classmethod` is made of.
    ClassMethodParts,
    "classmethod",
    "abstractclassmethod",
    "a classmethod"
);

wrapper!(
    /// A `staticmethod` of a pickle: a `Copy` view.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::StaticMethod;
    ///
    /// let pickle = cloudpickle::loads(b"cabc\nabstractstaticmethod\n(cbuiltins\nlen\ntR.")?;
    /// let method = StaticMethod::reflect(pickle.root())?;
    /// assert!(method.is_abstract());
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    StaticMethod,
    /// What a `staticmethod` is made of.
    StaticMethodParts,
    "staticmethod",
    "abstractstaticmethod",
    "a staticmethod"
);
