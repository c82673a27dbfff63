//! Values from Rust that are made when their heap is known.

use std::fmt;
use std::sync::Arc;

use super::Build;
use crate::error::Result;
use crate::heap::{Heap, Value};

/// A value from Rust, made when its heap is known.
#[derive(Clone)]
pub(crate) struct Given(Arc<dyn Build + Send + Sync>);

impl Given {
    pub(crate) fn new(value: impl Build + Send + Sync + 'static) -> Self {
        Self(Arc::new(value))
    }

    pub(crate) fn build(&self, heap: &mut Heap<'_>) -> Result<Value> {
        self.0.build(heap)
    }
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}
