//! What the reading machine is told.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::error::{ErrorKind, Result};
use crate::heap::{Global, Heap, Value};
use crate::limits::Limits;
use crate::text::Encoding;

use super::policy::Policy;

#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) limits: Limits,
    pub(crate) encoding: Encoding,
    pub(crate) fix_imports: bool,
    pub(crate) missing_buffers: bool,
    pub(crate) policy: Option<Policy>,
    pub(crate) extensions: Option<HashMap<i32, (String, String)>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: Limits::NONE,
            encoding: Encoding::default(),
            fix_imports: true,
            missing_buffers: false,
            policy: None,
            extensions: None,
        }
    }
}

impl Options {
    /// Asks the policy about a global; names that only a call would give are allowed by a policy that allows all.
    #[inline]
    pub(crate) fn check_global(&self, heap: &Heap<'_>, value: Value) -> Result<()> {
        match (&self.policy, value) {
            (Some(policy), Value::Global(id)) => check_named(policy, heap, heap.globals[id.index()]),
            _ => Ok(()),
        }
    }

    pub(crate) fn check_extension(&self, code: i32) -> Result<()> {
        let named = self.extensions.as_ref().map(|extensions| extensions.get(&code));
        match (named, &self.policy) {
            (Some(None), _) => Err(ErrorKind::NotFound { what: "extension code", name: code.to_string() }.into()),
            (Some(Some((module, name))), Some(policy)) => policy.check(module, name, false),
            (None, Some(policy)) => policy.check("copyreg", &format!("extension code {code}"), false),
            _ => Ok(()),
        }
    }
}

#[cold]
fn check_named(policy: &Policy, heap: &Heap<'_>, global: Global) -> Result<()> {
    let text = |value: Value| match value {
        Value::Str(_) | Value::ByteString(_) => String::from_utf8_lossy(heap.content(value)),
        _ => Cow::Borrowed("<made at run time>"),
    };
    policy.check(&text(global.module), &text(global.name), global.python2)
}
