//! Handles: what objects hold of each other.

/// Makes the typed indices of the heap's arenas.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// The index in the arena of its kind.
            #[inline]
            pub(crate) const fn index(self) -> usize {
                self.0 as usize
            }
        })*
    };
}
ids! {
    /// An int that does not fit [`Value::Int`], or that the stream wrote as a long.
    LongId;
    /// A float.
    FloatId;
    /// A str.
    StrId;
    /// A Python 2 `str`.
    ByteStringId;
    /// Bytes.
    BytesId;
    /// A bytearray.
    ByteArrayId;
    /// An out-of-band buffer.
    BufferId;
    /// A tuple.
    TupleId;
    /// A list.
    ListId;
    /// A dict.
    DictId;
    /// A set.
    SetId;
    /// A frozenset.
    FrozenSetId;
    /// A global.
    GlobalId;
    /// An object behind a persistent id.
    PersistentId;
    /// The result of a call.
    CallId;
}

/// A handle of a Python object in a [`Heap`](crate::Heap): eight bytes, `Copy`.
///
/// `None`, bools, small ints and extension codes are held in place; everything else is an index into the heap that made it. Two handles are
/// equal exactly when they are the same Python object (Python's `is`): two equal strings of a stream are two objects and have two
/// handles. For Python's `==` see [`Obj::py_eq`](crate::Obj::py_eq).
///
/// A handle is good for the heap that made it, and for clones of that heap. Another heap may panic over it, or take it for another object.
///
/// # Examples
///
/// ```
/// use cloudpickle::{Heap, Value};
///
/// let mut heap = Heap::new();
/// let (a, b) = (heap.str("spam"), heap.str("spam"));
/// assert_ne!(a, b);
/// assert!(heap.obj(a).py_eq(heap.obj(b)));
/// assert_eq!(heap.int(7), Value::Int(7));
/// assert_eq!(size_of::<Value>(), 8);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Value {
    /// `None`.
    None,
    /// `True`.
    True,
    /// `False`.
    False,
    /// An int of at most 32 bits.
    Int(i32),
    /// The object that a `copyreg` extension code stands for.
    Extension(i32),
    /// Any other int.
    Long(LongId),
    /// A float.
    Float(FloatId),
    /// A str.
    Str(StrId),
    /// A Python 2 `str`, whose bytes are kept.
    ByteString(ByteStringId),
    /// Bytes.
    Bytes(BytesId),
    /// A bytearray.
    ByteArray(ByteArrayId),
    /// An out-of-band buffer (PEP 574).
    Buffer(BufferId),
    /// A tuple.
    Tuple(TupleId),
    /// A list.
    List(ListId),
    /// A dict.
    Dict(DictId),
    /// A set.
    Set(SetId),
    /// A frozenset.
    FrozenSet(FrozenSetId),
    /// A global: a class, a function, or anything else with a module and a name.
    Global(GlobalId),
    /// An object that lives outside the pickle and is known by a persistent id.
    Persistent(PersistentId),
    /// What a call would give: an instance, mostly.
    Call(CallId),
}

impl Value {
    /// The empty tuple: one object, as in Python.
    pub const EMPTY_TUPLE: Self = Self::Tuple(TupleId(0));

    /// `True` or `False`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Value;
    ///
    /// assert_eq!(Value::bool(1 < 2), Value::True);
    /// ```
    #[inline]
    #[must_use]
    pub const fn bool(bool: bool) -> Self {
        if bool { Self::True } else { Self::False }
    }

    /// Whether nothing lies below the object: `None`, bools, numbers, text and bytes.
    #[inline]
    pub(crate) fn is_leaf(self) -> bool {
        matches!(
            self,
            Self::None | Self::True | Self::False | Self::Int(_) | Self::Long(_) | Self::Float(_) | Self::Str(_) | Self::Bytes(_)
        )
    }

    /// Whether something can be done to the object at its place: scalars and the empty tuple have none of their own.
    pub(crate) fn has_place(self) -> bool {
        !matches!(
            self,
            Self::None
                | Self::True
                | Self::False
                | Self::Int(_)
                | Self::Extension(_)
                | Self::Long(_)
                | Self::Float(_)
                | Self::EMPTY_TUPLE
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_bytes() {
        assert_eq!(size_of::<Value>(), 8);
        assert_eq!(size_of::<Option<Value>>(), 8);
    }
}
