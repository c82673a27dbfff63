//! What a serializer writes to: a stream of opcodes, or a heap.

use crate::error::Result;
use crate::int::Int;

/// The containers that a serializer opens and closes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A list.
    List,
    /// A dict: keys and values in turn.
    Dict,
    /// A tuple.
    Tuple,
    /// A set.
    Set,
    /// A frozenset.
    FrozenSet,
    /// An instance of a class, of which the items are keys and values of its state in turn.
    Instance,
    /// A call of a class's `__new__`, of which the items are the arguments.
    New,
    /// A call of a function, of which the items are the arguments.
    Call,
}

/// What a [`Serializer`](super::Serializer) writes to: [`Stream`](super::Stream) or [`Objects`](super::Objects). Not for other crates to
/// implement.
pub trait Target: sealed::Sealed {
    /// A container that is open: what the target wants to know when it is closed.
    type Open;
    /// `None`.
    fn none(&mut self) -> Result<()>;
    /// A bool.
    fn bool(&mut self, bool: bool) -> Result<()>;
    /// An int of 64 bits.
    fn int(&mut self, n: i64) -> Result<()>;
    /// An int of any size.
    fn big(&mut self, n: &Int) -> Result<()>;
    /// A float.
    fn float(&mut self, float: f64) -> Result<()>;
    /// A str.
    fn str(&mut self, text: &str) -> Result<()>;
    /// The name of a field or variant: the same object each time.
    fn name(&mut self, name: &'static str) -> Result<()>;
    /// Bytes.
    fn bytes(&mut self, bytes: &[u8]) -> Result<()>;
    /// A bytearray.
    fn byte_array(&mut self, bytes: &[u8]) -> Result<()>;
    /// Begins a container, of so many items or pairs if that is known.
    fn open(&mut self, kind: Kind, length: Option<usize>) -> Result<Self::Open>;
    /// Begins an instance or a call of what a module has under this name.
    fn open_call(&mut self, kind: Kind, module: &str, name: &str, length: Option<usize>) -> Result<Self::Open>;
    /// Before each item, or pair.
    fn item(&mut self, open: &mut Self::Open) -> Result<()>;
    /// What kind of container is open.
    fn kind(open: &Self::Open) -> Kind;
    /// Ends a container.
    fn close(&mut self, open: Self::Open) -> Result<()>;
}

pub(super) mod sealed {
    /// Only this crate's targets.
    pub trait Sealed {}
}
