//! Reading: the `Unpickler`, its options, and what it gives.
//!
//! [`loads`] is Python's `pickle.loads` without Python: nothing is imported and nothing is called. A `REDUCE` becomes an object that says what would
//! have been called, with what, and what was done to the result.

mod ahead;
mod buffers;
mod calls;
mod containers;
mod drops;
mod lines;
mod machine;
mod memo;
mod options;
mod pickle;
mod policy;
mod pops;
mod series;
mod stream;
mod trace;
mod watch;
mod workspace;

use std::borrow::Cow;
use std::io::BufRead;

use self::machine::Machine;
pub(crate) use self::machine::PROLOGUE;
use self::options::Options;
pub use self::pickle::{Partial, Pickle};
pub use self::policy::Policy;
pub use self::series::Series;
pub use self::stream::Pickles;
pub(crate) use self::trace::is_line;
pub(crate) use self::watch::{Seen, Watch, Watched};
use self::workspace::Tables;
pub use self::workspace::Workspace;
use crate::error::Result;
use crate::heap::{Heap, Value};
use crate::text::Encoding;

/// A pickle of fewer bytes is small: there may be many in memory.
const SMALL: usize = 1 << 14;

/// Loads the first pickle in `input` into a new heap, as Python's `pickle.loads`; what follows its `STOP` is not looked at.
///
/// Nothing is imported and nothing is called: a `REDUCE` becomes an object that says what would have been called.
///
/// # Errors
///
/// [`ErrorKind::UnexpectedEof`](crate::ErrorKind::UnexpectedEof) when the input stops before `STOP`,
/// [`ErrorKind::UnknownOpcode`](crate::ErrorKind::UnknownOpcode) for a byte no protocol has, and the other kinds for what CPython's unpickler
/// refuses too.
///
/// # Examples
///
/// ```
/// let pickle = cloudpickle::loads(b"\x80\x02K\x07.")?;
/// assert_eq!(pickle.root().to_string(), "7");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
///
/// An input that ends too early says where:
///
/// ```
/// let err = cloudpickle::loads(b"\x80\x02K").unwrap_err();
/// assert_eq!(err.offset(), Some(3));
/// ```
pub fn loads(input: &[u8]) -> Result<Pickle<'_>> {
    Unpickler::new().loads(input)
}

/// Loads the first pickle that a reader gives; it never reads past `STOP`.
///
/// # Errors
///
/// Those of [`loads`], and [`ErrorKind::Io`](crate::ErrorKind::Io) for those of the reader.
///
/// # Examples
///
/// ```
/// let mut reader = &b"K\x07.K\x08."[..];
/// assert_eq!(cloudpickle::load(&mut reader)?.root().to_string(), "7");
/// assert_eq!(reader, b"K\x08.");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub fn load(reader: &mut impl BufRead) -> Result<Pickle<'static>> {
    Unpickler::new().load(reader)
}

/// Reads pickles: Python's `pickle.Unpickler`, with options.
///
/// # Examples
///
/// ```
/// use cloudpickle::{Encoding, Unpickler};
///
/// let unpickler = Unpickler::new().encoding(Encoding::Latin1).max_objects(1_000_000);
/// assert_eq!(unpickler.loads(b"U\x01\xe9.")?.root().to_string(), "'é'");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Unpickler {
    options: Options,
}

impl Unpickler {
    /// Reads what CPython's unpickler reads, with its defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How Python 2 strings are read: the `encoding` argument of `pickle.loads`.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.options.encoding = encoding;
        self
    }

    /// Whether the names in streams of protocol 0 to 2 are those of Python 2: the `fix_imports` argument of `pickle.loads`, true by default.
    #[must_use]
    pub fn fix_imports(mut self, fix_imports: bool) -> Self {
        self.options.fix_imports = fix_imports;
        self
    }

    /// Which globals may be named; without a policy all may.
    #[must_use]
    pub fn policy(mut self, policy: &Policy) -> Self {
        self.options.policy = Some(policy.clone());
        self
    }

    /// Says which global an extension code stands for: `copyreg.add_extension`. Codes that are not known are an error as soon as one is.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Unpickler;
    ///
    /// let unpickler = Unpickler::new().extension(7, "myapp", "Point");
    /// assert!(unpickler.loads(b"\x80\x02\x82\x07.").is_ok());
    /// assert!(unpickler.loads(b"\x80\x02\x82\x08.").is_err());
    /// ```
    #[must_use]
    pub fn extension(mut self, code: i32, module: impl Into<String>, name: impl Into<String>) -> Self {
        self.options.extensions.get_or_insert_default().insert(code, (module.into(), name.into()));
        self
    }

    /// Accepts `NEXT_BUFFER` without a buffer: the object is known to be a buffer, its bytes are not.
    #[must_use]
    pub fn missing_buffers(mut self, allowed: bool) -> Self {
        self.options.missing_buffers = allowed;
        self
    }

    /// The longest input, in bytes.
    #[must_use]
    pub fn max_input(mut self, bytes: u64) -> Self {
        self.options.limits.input = bytes;
        self
    }

    /// How many objects there may be: everything but `None`, bools and ints of 32 bits; what is done to a call counts too.
    #[must_use]
    pub fn max_objects(mut self, objects: u64) -> Self {
        self.options.limits.objects = objects;
        self
    }

    /// How many memo slots may be in use.
    #[must_use]
    pub fn max_memo(mut self, entries: u64) -> Self {
        self.options.limits.memo = entries;
        self
    }

    /// How many digits an int in text may have: CPython's `sys.set_int_max_str_digits`, 4300 by default, 0 for any number.
    #[must_use]
    pub fn max_digits(mut self, digits: usize) -> Self {
        self.options.limits.digits = digits;
        self
    }

    /// How many bytes the objects may take, the input aside: see [`Heap::memory`].
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.options.limits.bytes = bytes;
        self
    }

    /// Loads the first pickle in `input`; what follows its `STOP` is not looked at.
    ///
    /// # Errors
    ///
    /// See [`loads`]; [`ErrorKind::LimitExceeded`](crate::ErrorKind::LimitExceeded) and
    /// [`ErrorKind::GlobalNotAllowed`](crate::ErrorKind::GlobalNotAllowed) where options say so.
    pub fn loads<'a>(&self, input: &'a [u8]) -> Result<Pickle<'a>> {
        self.loads_prefix(input).map(|(pickle, _)| pickle)
    }

    /// Loads the first pickle in `input` and says how many bytes it took, so that the next can be read behind it.
    ///
    /// # Errors
    ///
    /// See [`Unpickler::loads`].
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Unpickler;
    ///
    /// let (first, length) = Unpickler::new().loads_prefix(b"K\x07.K\x08.")?;
    /// assert_eq!((first.root().to_string().as_str(), length), ("7", 3));
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn loads_prefix<'a>(&self, input: &'a [u8]) -> Result<(Pickle<'a>, usize)> {
        self.run(input, Vec::new())
    }

    /// Loads the first pickle in `input` in the memory that a [`Workspace`] keeps, for programs that read many; what follows its `STOP` is not looked at.
    ///
    /// # Errors
    ///
    /// See [`Unpickler::loads`]. The memory is kept then, too.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::{Unpickler, Workspace};
    ///
    /// let (unpickler, mut workspace) = (Unpickler::new(), Workspace::new());
    /// for n in 0..3 {
    ///     let payload = [b'K', n, b'.'];
    ///     let pickle = unpickler.loads_in(&mut workspace, &payload)?;
    ///     assert_eq!(pickle.root().as_i64()?, i64::from(n));
    ///     workspace.recycle(pickle);
    /// }
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn loads_in<'a>(&self, workspace: &mut Workspace, input: &'a [u8]) -> Result<Pickle<'a>> {
        let (heap, tables) = (workspace.heap(input), std::mem::take(&mut workspace.tables));
        let mut machine = Machine::new(heap, tables, input.len(), Vec::new(), &self.options);
        let result = match machine.run(input) {
            Ok((root, length)) => {
                let (pickle, tables) = Pickle::finish(machine, root, &input[..length], self.options.encoding);
                workspace.tables = tables;
                Ok(pickle)
            }
            Err(error) => {
                let (heap, tables) = machine.into_parts();
                workspace.recycle_heap(heap);
                workspace.tables = tables;
                Err(error)
            }
        };
        workspace.tables.clear();
        result
    }

    /// Loads the first pickle in `input` with the out-of-band buffers that `NEXT_BUFFER` takes (PEP 574), in their order.
    ///
    /// # Errors
    ///
    /// See [`Unpickler::loads`]; [`ErrorKind::BufferMissing`](crate::ErrorKind::BufferMissing) when there are too few.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Unpickler;
    ///
    /// let pickle = Unpickler::new().loads_with_buffers(b"\x80\x05\x97.", [b"spam"])?;
    /// assert_eq!(pickle.root().as_bytes()?, b"spam");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn loads_with_buffers<'a, B>(&self, input: &'a [u8], buffers: impl IntoIterator<Item = B>) -> Result<Pickle<'a>>
    where
        B: IntoBuffer<'a>,
    {
        let buffers = buffers.into_iter().map(IntoBuffer::into_buffer).collect();
        self.run(input, buffers).map(|(pickle, _)| pickle)
    }

    /// Loads the first pickle that a reader gives; it never reads past `STOP`.
    ///
    /// # Errors
    ///
    /// See [`load`].
    pub fn load(&self, reader: &mut impl BufRead) -> Result<Pickle<'static>> {
        let input = stream::read_pickle(reader, self.options.limits.input)?;
        let mut machine = self.machine(&input, Vec::new());
        let (root, _) = machine.run(&input)?;
        let (pickle, _) = Pickle::finish(machine, root, &input, self.options.encoding);
        Ok(pickle.detach().attach(input))
    }

    /// Loads one pickle after another from a reader, up to its end.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Unpickler;
    ///
    /// let pickles = Unpickler::new().iter(&b"K\x07.K\x08."[..]).collect::<Result<Vec<_>, _>>()?;
    /// assert_eq!(pickles.iter().map(|pickle| pickle.root().to_string()).collect::<String>(), "78");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn iter<R: BufRead>(&self, reader: R) -> Pickles<'_, R> {
        Pickles::new(self, reader)
    }

    /// Loads all pickles in `input` with one memo for them all: what one `Pickler` wrote by several calls of `dump`. The frame of each, and its
    /// `PROTO`, begin anew, but later ones fetch objects of earlier ones.
    ///
    /// Pickles that know nothing of each other are read one by one, by [`Unpickler::loads_prefix`] or [`Unpickler::iter`].
    ///
    /// # Errors
    ///
    /// See [`Unpickler::loads`].
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Unpickler;
    ///
    /// let input = b"]q\x00.h\x00.";
    /// let series = Unpickler::new().loads_series(input)?;
    /// let roots: Vec<_> = series.roots().map(|root| root.value()).collect();
    /// assert_eq!(roots[0], roots[1]);
    /// assert_eq!(series.dumps()?, input);
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn loads_series<'a>(&self, input: &'a [u8]) -> Result<Series<'a>> {
        let mut machine = self.machine(input, Vec::new());
        let mut rest = input;
        let mut roots = Vec::new();
        while !rest.is_empty() {
            let (root, length) = machine.run(rest)?;
            machine.leave();
            roots.push(root);
            rest = rest.get(length..).unwrap_or_default();
        }
        Ok(Series::finish(machine, roots, input, self.options.encoding))
    }

    /// Loads as far as possible: what was built and every call made before an error stay, for inspection.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Unpickler;
    ///
    /// let partial = Unpickler::new().loads_partial(b"(cos\nsystem\n(S'true'\ntR\xff");
    /// assert_eq!(partial.error().unwrap().to_string(), "unknown opcode 0xff (at offset 0x17)");
    /// assert_eq!(partial.stack().map(|obj| obj.to_string()).collect::<Vec<_>>(), ["os.system('true')"]);
    /// ```
    #[must_use]
    pub fn loads_partial<'a>(&self, input: &'a [u8]) -> Partial<'a> {
        let mut machine = self.machine(input, Vec::new());
        let result = machine.run(input);
        Partial::finish(machine, result, self.options.encoding)
    }

    /// Loads as far as possible while somebody watches; of what was dropped nothing is put away.
    pub(crate) fn loads_watched<'a>(&self, input: &'a [u8], watch: &mut impl Watch) -> Seen<'a> {
        let mut machine = self.machine(input, Vec::new());
        let result = machine.watched(input, watch);
        let mut heap = machine.heap;
        heap.encoding = self.options.encoding;
        Seen { heap, result }
    }

    /// Loads the first pickle in `input` while somebody watches, who may skip bytes between its operations.
    pub(crate) fn loads_watching<'a>(&self, input: &'a [u8], watch: &mut impl Watch) -> Result<Pickle<'a>> {
        let mut machine = self.machine(input, Vec::new());
        let (root, length) = machine.watched(input, watch)?;
        let (pickle, _) = Pickle::finish(machine, root, &input[..length], self.options.encoding);
        Ok(pickle)
    }

    /// Loads all pickles of an input with one memo for them all, as far as possible, while somebody watches; gives the last root.
    pub(crate) fn loads_series_watched<'a>(&self, input: &'a [u8], watch: &mut impl Watch) -> Seen<'a> {
        let mut machine = self.machine(input, Vec::new());
        let mut rest = input;
        let mut result = Ok((Value::None, 0));
        while !rest.is_empty() && result.is_ok() {
            result = machine.watched(rest, watch);
            if let Ok((_, length)) = result {
                machine.begin_anew();
                rest = rest.get(length..).unwrap_or_default();
            }
        }
        let mut heap = machine.heap;
        heap.encoding = self.options.encoding;
        Seen { heap, result: result.map(|(root, _)| (root, input.len())) }
    }

    /// The bytes of the first pickle that a reader gives.
    #[cfg(feature = "serde")]
    pub(crate) fn read_bytes(&self, reader: &mut impl BufRead) -> Result<Vec<u8>> {
        stream::read_pickle(reader, self.options.limits.input)
    }

    fn run<'a>(&self, input: &'a [u8], buffers: Vec<Cow<'a, [u8]>>) -> Result<(Pickle<'a>, usize)> {
        let mut machine = self.machine(input, buffers);
        let (root, length) = machine.run(input)?;
        let (mut pickle, _) = Pickle::finish(machine, root, &input[..length], self.options.encoding);
        if length < SMALL {
            pickle.heap.fit();
        }
        Ok((pickle, length))
    }

    fn machine<'a>(&self, input: &'a [u8], buffers: Vec<Cow<'a, [u8]>>) -> Machine<'a, '_> {
        Machine::new(Heap::over(Cow::Borrowed(input)), Tables::over(input), input.len(), buffers, &self.options)
    }
}

/// What can be an out-of-band buffer: a slice, which is borrowed, or a vector, which is kept.
pub trait IntoBuffer<'a> {
    /// The bytes.
    fn into_buffer(self) -> Cow<'a, [u8]>;
}

impl<'a> IntoBuffer<'a> for &'a [u8] {
    fn into_buffer(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self)
    }
}

impl<'a, const N: usize> IntoBuffer<'a> for &'a [u8; N] {
    fn into_buffer(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self)
    }
}

impl<'a> IntoBuffer<'a> for Vec<u8> {
    fn into_buffer(self) -> Cow<'a, [u8]> {
        Cow::Owned(self)
    }
}

impl<'a> IntoBuffer<'a> for Cow<'a, [u8]> {
    fn into_buffer(self) -> Cow<'a, [u8]> {
        self
    }
}
