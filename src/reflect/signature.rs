//! Signatures: the text that `inspect.signature` prints.
//!
//! Parameters are in the code: their names come first in `co_varnames`, positional ones, then keyword-only ones, then `*args` and `**kwargs` where the
//! flags say so. Defaults and annotations belong to the function.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use super::annotation::{annotation_text, repr_text};
use super::code::count;
use super::{Code, Function};
use crate::heap::{Obj, Value};
use crate::text::PyStr;

/// `co_flags`: takes `*args`.
const VARARGS: u32 = 0x4;
/// `co_flags`: takes `**kwargs`.
const VARKEYWORDS: u32 = 0x8;

/// How a parameter takes its argument.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ParameterKind {
    /// In front of `/`.
    PositionalOnly,
    /// By place or by name.
    PositionalOrKeyword,
    /// `*args`.
    VarPositional,
    /// Behind `*`.
    KeywordOnly,
    /// `**kwargs`.
    VarKeyword,
}

/// A parameter of a function.
#[derive(Clone, Debug)]
pub struct Parameter<'h> {
    /// Its name.
    pub name: Cow<'h, str>,
    /// How it takes its argument.
    pub kind: ParameterKind,
    /// Its default.
    pub default: Option<Obj<'h>>,
    /// Its annotation.
    pub annotation: Option<Obj<'h>>,
}

/// What a function takes and gives. `Display` is Python's: `(data: int, *, scale=2) -> int`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{Function, ParameterKind};
///
/// let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/my_function.pkl"));
/// let pickle = cloudpickle::loads(bytes)?;
/// let signature = Function::reflect(pickle.root())?.signature();
/// assert_eq!(signature.to_string(), "(data: int) -> int");
/// assert_eq!(signature.parameters()[0].kind, ParameterKind::PositionalOrKeyword);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Signature<'h> {
    parameters: Vec<Parameter<'h>>,
    returns: Option<Obj<'h>>,
}

impl<'h> Signature<'h> {
    pub(crate) fn of(function: Function<'h>) -> Self {
        use ParameterKind::*;
        let code = function.code();
        let (positional, keyword) = (count(code.argcount()), count(code.kwonly()));
        let names = code.varname_objects();
        let name = |at: usize| names.get(at).and_then(|name| name_of(code, *name));
        let annotations = Named::new(function.annotations());
        let annotation = |name: &str| annotations.get(name);
        let defaults = function.defaults();
        let first_default = positional.saturating_sub(defaults.len());
        let extra = defaults.len().saturating_sub(positional);
        let mut parameters = Vec::with_capacity(positional.saturating_add(keyword).min(names.len()));
        let mut add = |at: usize, kind, default| {
            if let Some(name) = name(at) {
                let annotation = annotation(&name);
                parameters.push(Parameter { name, kind, default, annotation });
            }
        };
        let named = positional.saturating_add(keyword);
        for at in 0..positional.min(names.len()) {
            let kind = if at < count(code.posonly()) { PositionalOnly } else { PositionalOrKeyword };
            let default = at.checked_sub(first_default).and_then(|nth| defaults.clone().nth(nth + extra));
            add(at, kind, default);
        }
        let varargs = code.flags() & VARARGS != 0;
        if varargs {
            add(named, VarPositional, None);
        }
        let kwdefaults = Named::new(function.kwdefaults());
        for at in positional.min(names.len())..named.min(names.len()) {
            let default = name(at).and_then(|name| kwdefaults.get(&name));
            add(at, KeywordOnly, default);
        }
        if code.flags() & VARKEYWORDS != 0 {
            add(named.saturating_add(varargs.into()), VarKeyword, None);
        }
        // What a comprehension takes has no name that Python could say.
        for parameter in &mut parameters {
            if let Some(number) = parameter.name.strip_prefix('.') {
                parameter.name = Cow::Owned(format!("implicit{number}"));
                parameter.kind = PositionalOnly;
            }
        }
        Self { parameters, returns: annotation("return") }
    }

    /// The parameters, in Python's order.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter<'h>] {
        &self.parameters
    }

    /// The annotation of what it gives.
    #[must_use]
    pub fn returns(&self) -> Option<Obj<'h>> {
        self.returns
    }
}

impl fmt::Display for Signature<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use ParameterKind::*;
        let mut items: Vec<String> = Vec::new();
        let (mut slash, mut star) = (false, true);
        for parameter in &self.parameters {
            match parameter.kind {
                PositionalOnly => slash = true,
                _ if slash => {
                    items.push("/".to_owned());
                    slash = false;
                }
                _ => {}
            }
            match parameter.kind {
                VarPositional => star = false,
                KeywordOnly if star => {
                    items.push("*".to_owned());
                    star = false;
                }
                _ => {}
            }
            items.push(parameter.to_string());
        }
        if slash {
            items.push("/".to_owned());
        }
        write!(f, "({})", items.join(", "))?;
        match self.returns {
            Some(returns) => write!(f, " -> {}", annotation_text(returns)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Parameter<'_> {
    /// As it stands in a signature: `data: int = 3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ParameterKind::VarPositional => f.write_str("*")?,
            ParameterKind::VarKeyword => f.write_str("**")?,
            _ => {}
        }
        f.write_str(&self.name)?;
        if let Some(annotation) = self.annotation {
            write!(f, ": {}", annotation_text(annotation))?;
        }
        match (self.default, self.annotation) {
            (Some(default), Some(_)) => write!(f, " = {}", repr_text(default)),
            (Some(default), None) => write!(f, "={}", repr_text(default)),
            (None, _) => Ok(()),
        }
    }
}

fn name_of<'h>(code: Code<'h>, name: Value) -> Option<Cow<'h, str>> {
    code.object().heap().obj(name).as_py_str().ok().map(|name| name.to_string_lossy())
}

/// Values by name: a few are looked through, many have an index.
enum Named<'h> {
    Few(Vec<(PyStr<'h>, Obj<'h>)>),
    Many(HashMap<Cow<'h, str>, Obj<'h>>),
}

/// How many names are looked through.
const FEW: usize = 8;

impl<'h> Named<'h> {
    fn new(named: impl Iterator<Item = (PyStr<'h>, Obj<'h>)>) -> Self {
        let named: Vec<_> = named.collect();
        if named.len() <= FEW {
            return Self::Few(named);
        }
        Self::Many(named.into_iter().map(|(name, value)| (name.to_string_lossy(), value)).collect())
    }

    /// The value of a name, the last one where there are several.
    fn get(&self, name: &str) -> Option<Obj<'h>> {
        match self {
            Self::Few(named) => {
                named.iter().rev().find(|(other, _)| other.as_bytes() == name.as_bytes()).map(|(_, value)| *value)
            }
            Self::Many(named) => named.get(name).copied(),
        }
    }
}
