//! What a stream shows of its writer.
//!
//! Writers differ for the same graph: which objects get a memo slot, how batches of items end, where frames begin. What a stream shows of
//! that is remembered here in a few bits, so that writing back what was read gives the same bytes.

/// How batches of items end, and what happens to objects that are reached again from their own arguments.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Flavor {
    /// The C pickler, `_pickle.Pickler`: what `pickle.dumps` uses.
    #[default]
    C,
    /// The pickler written in Python, `pickle._Pickler`: cloudpickle before Python 3.8, and dill.
    Python,
}

/// How frames are made at protocols 4 and 5.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Framing {
    /// As Python 3.7 and later: none for less than four bytes, large payloads outside of frames.
    #[default]
    Modern,
    /// As Python 3.6: always, large payloads too.
    Python36,
    /// No frames.
    Never,
}

/// Which objects get a memo slot.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) enum Memoize {
    /// All that CPython's pickler remembers.
    #[default]
    All,
    /// Only those that the heap marks, and those that are needed again.
    Marked,
    /// Only those that are needed again.
    Needed,
}

/// The habits of a writer.
///
/// [`Pickle::style`](crate::Pickle::style) tells what a stream showed; the default is the C pickler of the newest CPython.
///
/// # Examples
///
/// ```
/// use cloudpickle::style::Framing;
///
/// let pickle = cloudpickle::loads(b"\x80\x04\x95\x02\0\0\0\0\0\0\0N.")?;
/// assert_eq!(pickle.style().framing(), Framing::Python36);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Style {
    pub(crate) flavor: Flavor,
    pub(crate) framing: Framing,
    pub(crate) memoize: Memoize,
    /// The first memo index: Python 2's cPickle counts from one.
    pub(crate) memo_base: u32,
    /// Text of protocol 0 leaves NUL, carriage return and 0x1a as they are: Python 2 and 3.6.
    pub(crate) bare_controls: bool,
    /// Names below protocol 3 are those of Python 3: `fix_imports=False`. The stream does not show it, the reader was told.
    pub(crate) python3_names: bool,
    /// No `PROTO` although the protocol has it, as some hand-made streams.
    pub(crate) no_header: bool,
}

impl Style {
    /// Which of CPython's two picklers it looks like.
    #[must_use]
    pub fn flavor(&self) -> Flavor {
        self.flavor
    }

    /// How frames are made.
    #[must_use]
    pub fn framing(&self) -> Framing {
        self.framing
    }
}
