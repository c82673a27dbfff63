//! The functions that the client has run on a worker.

use std::sync::LazyLock;

use cloudpickle::{Heap, Pickler, Result, Source, SourceModule, Value};

static GATEWAY: LazyLock<SourceModule> = LazyLock::new(|| Source::module("rust_gateway", include_str!("gateway.py")));

/// A call of one of the functions: the pickles of the function and of the tuple of its arguments.
pub(crate) struct Call {
    pub(crate) function: Vec<u8>,
    pub(crate) args: Vec<u8>,
}

impl Call {
    /// Of a function of `gateway.py`, with arguments that are put into a heap.
    pub(crate) fn new(function: &str, args: impl FnOnce(&mut Heap<'static>) -> Result<Vec<Value>>) -> Result<Self> {
        let mut heap = Heap::new();
        let args = args(&mut heap)?;
        let args = heap.tuple(args);
        Ok(Self { function: GATEWAY.function(function).dumps()?, args: Pickler::new().protocol(4).dumps(&heap, args)? })
    }
}
