//! Writing: the `Pickler` and its options.
//!
//! What the C pickler of CPython writes for a graph, we write, byte for byte: memo slots, frames, batches, names. So
//! `dumps(loads(x)) == x` for what CPython wrote, and what is built in Rust looks as if the newest CPython had written it.

mod atoms;
mod batches;
mod by_value;
mod calls;
mod containers;
mod names;
mod needed;
mod sink;
mod writer;

use std::borrow::Cow;
use std::io::Write;

#[cfg(feature = "serde")]
pub(crate) use self::atoms::{head4, head8};
pub use self::by_value::ModuleByValue;
use self::by_value::Registry;
pub(crate) use self::sink::Sink;
use self::writer::Writer;
use crate::error::{ErrorKind, Result};
use crate::heap::{BufferId, Heap, Table, Value};
use crate::style::{Framing, Memoize, Style};
use crate::unpickle::{PROLOGUE, Pickle, Series, Workspace};

/// Writes pickles: Python's `pickle.Pickler`, with options.
///
/// # Examples
///
/// ```
/// use cloudpickle::{Heap, Pickler};
///
/// let mut heap = Heap::new();
/// let list = heap.add([1, 2]);
/// assert_eq!(Pickler::new().protocol(2).dumps(&heap, list)?, b"\x80\x02]q\x00(K\x01K\x02e.");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pickler {
    protocol: u8,
    style: Style,
    optimize: bool,
    fix_imports: bool,
    out_of_band: bool,
    by_value: Registry,
}

impl Default for Pickler {
    fn default() -> Self {
        Self {
            protocol: 5,
            style: Style::default(),
            optimize: false,
            fix_imports: true,
            out_of_band: false,
            by_value: Registry::default(),
        }
    }
}

impl Pickler {
    /// Writes protocol 5 as the C pickler of the newest CPython does.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes as the pickle at hand was written: its protocol and its style, so that writing back what was read gives the same bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::Pickler;
    ///
    /// let input = b"\x80\x04\x95\x04\0\0\0\0\0\0\0]]\x86.";
    /// let pickle = cloudpickle::loads(input)?;
    /// assert_eq!(Pickler::like(&pickle).dump_pickle(&pickle)?, input);
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn like(pickle: &Pickle<'_>) -> Self {
        Self::with_style(pickle.protocol, pickle.style)
    }

    fn with_style(protocol: u8, style: Style) -> Self {
        Self { protocol, style, out_of_band: true, fix_imports: !style.python3_names, ..Self::default() }
    }

    /// The protocol, 0 to 5.
    ///
    /// # Panics
    ///
    /// For any other number.
    #[must_use]
    pub fn protocol(mut self, protocol: u8) -> Self {
        assert!(protocol <= 5, "pickle protocol {protocol} is not known, 5 is the newest");
        self.protocol = protocol;
        self
    }

    /// Gives memo slots only to objects that are met again: what `pickletools.optimize` makes of a pickle, while writing.
    #[must_use]
    pub fn optimize(mut self, optimize: bool) -> Self {
        self.optimize = optimize;
        self
    }

    /// Whether protocols 0 to 2 get the names of Python 2: the `fix_imports` argument of `pickle.dumps`, true by default.
    #[must_use]
    pub fn fix_imports(mut self, fix_imports: bool) -> Self {
        self.fix_imports = fix_imports;
        self
    }

    /// Writes an object of a heap, and everything below it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotInProtocol`] for what the protocol cannot say.
    pub fn dumps(&self, heap: &Heap<'_>, value: Value) -> Result<Vec<u8>> {
        self.write(heap, value, false, None).map(|(bytes, _)| bytes)
    }

    /// Writes an object of a heap to a writer, as the stream grows: memory for the stream stays at one frame.
    ///
    /// # Errors
    ///
    /// Those of [`Pickler::dumps`], and [`ErrorKind::Io`] for those of the writer.
    pub fn dump(&self, writer: &mut impl Write, heap: &Heap<'_>, value: Value) -> Result<()> {
        self.write(heap, value, false, Some(writer)).map(drop)
    }

    /// Writes an object of a heap behind what is in `out`, in the memory that a [`Workspace`] keeps, for programs that write many.
    ///
    /// # Errors
    ///
    /// Those of [`Pickler::dumps`]; `out` is as it was then.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::{Heap, Pickler, Workspace};
    ///
    /// let (pickler, mut workspace, mut out) = (Pickler::new().protocol(2), Workspace::new(), Vec::new());
    /// let mut heap = Heap::new();
    /// for n in [7, 8] {
    ///     let value = heap.add(n);
    ///     pickler.dump_in(&mut workspace, &heap, value, &mut out)?;
    /// }
    /// assert_eq!(out, b"\x80\x02K\x07.\x80\x02K\x08.");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn dump_in(&self, workspace: &mut Workspace, heap: &Heap<'_>, value: Value, out: &mut Vec<u8>) -> Result<()> {
        self.write_in(&mut workspace.numbers, out, heap, &[value], false, None).map(drop)
    }

    /// Writes an object of a heap with its buffers out of band (PEP 574): the pickle, and the buffers in the order in which it takes them.
    ///
    /// # Errors
    ///
    /// Those of [`Pickler::dumps`].
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::{Heap, Pickler};
    ///
    /// let mut heap = Heap::new();
    /// let buffer = heap.buffer(b"spam".to_vec(), false);
    /// let (bytes, buffers) = Pickler::new().dumps_with_buffers(&heap, buffer)?;
    /// assert_eq!((bytes.as_slice(), buffers), (&b"\x80\x05\x97."[..], vec![&b"spam"[..]]));
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn dumps_with_buffers<'h>(&self, heap: &'h Heap<'_>, value: Value) -> Result<(Vec<u8>, Vec<&'h [u8]>)> {
        let (bytes, buffers) = self.dumps_out_of_band(heap, value)?;
        Ok((bytes, buffers.into_iter().map(|buffer| heap.content(buffer)).collect()))
    }

    /// The same with the handles of the buffers, for whoever takes the heap along to where they are sent.
    ///
    /// # Errors
    ///
    /// Those of [`Pickler::dumps`].
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::{Heap, Pickler};
    ///
    /// let mut heap = Heap::new();
    /// let buffer = heap.buffer(b"spam".to_vec(), false);
    /// let (_, buffers) = Pickler::new().dumps_out_of_band(&heap, buffer)?;
    /// assert_eq!(buffers, [buffer]);
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn dumps_out_of_band(&self, heap: &Heap<'_>, value: Value) -> Result<(Vec<u8>, Vec<Value>)> {
        let pickler = Self { out_of_band: true, ..self.clone() };
        let (bytes, buffers) = pickler.write(heap, value, false, None)?;
        // Those of definitions that are written by value are in no heap that lives on.
        let given = |id: &BufferId| heap.buffers.get(id.index()).is_some_and(|buffer| buffer.data.is_some());
        if let Some(id) = buffers.iter().find(|id| !given(id)) {
            return Err(ErrorKind::BufferMissing(id.index()).into());
        }
        Ok((bytes, buffers.into_iter().map(Value::Buffer).collect()))
    }

    /// Writes a pickle that was read: its root object, and before it what the stream made and dropped before the root.
    ///
    /// # Errors
    ///
    /// Those of [`Pickler::dumps`].
    pub fn dump_pickle(&self, pickle: &Pickle<'_>) -> Result<Vec<u8>> {
        self.write(&pickle.heap, pickle.root, true, None).map(|(bytes, _)| bytes)
    }

    /// Writes a pickle that was read to a writer, as the stream grows.
    ///
    /// # Errors
    ///
    /// Those of [`Pickler::dump`].
    pub fn dump_pickle_to(&self, writer: &mut impl Write, pickle: &Pickle<'_>) -> Result<()> {
        self.write(&pickle.heap, pickle.root, true, Some(writer)).map(drop)
    }

    /// Writes a pickle that was read behind what is in `out`, in the memory that a [`Workspace`] keeps.
    ///
    /// # Errors
    ///
    /// Those of [`Pickler::dump_in`].
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::{Pickler, Unpickler, Workspace};
    ///
    /// let (unpickler, mut workspace, mut out) = (Unpickler::new(), Workspace::new(), Vec::new());
    /// for payload in [b"K\x07.", b"K\x08."] {
    ///     let pickle = unpickler.loads_in(&mut workspace, payload)?;
    ///     Pickler::like(&pickle).dump_pickle_in(&mut workspace, &pickle, &mut out)?;
    ///     workspace.recycle(pickle);
    /// }
    /// assert_eq!(out, b"K\x07.K\x08.");
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn dump_pickle_in(&self, workspace: &mut Workspace, pickle: &Pickle<'_>, out: &mut Vec<u8>) -> Result<()> {
        self.write_in(&mut workspace.numbers, out, &pickle.heap, &[pickle.root], true, None).map(drop)
    }

    fn write(
        &self,
        heap: &Heap<'_>,
        root: Value,
        prologue: bool,
        writer: Option<&mut dyn Write>,
    ) -> Result<(Vec<u8>, Vec<BufferId>)> {
        self.write_all(heap, &[root], prologue, writer)
    }

    /// Writes one pickle after another with one memo.
    fn write_all(
        &self,
        heap: &Heap<'_>,
        roots: &[Value],
        prologue: bool,
        writer: Option<&mut dyn Write>,
    ) -> Result<(Vec<u8>, Vec<BufferId>)> {
        let mut out = Vec::new();
        let buffers = self.write_in(&mut Table::default(), &mut out, heap, roots, prologue, writer)?;
        Ok((out, buffers))
    }

    /// Writes behind what is in `out`, in the memory of `numbers`; gives the buffers that the stream takes.
    fn write_in(
        &self,
        numbers: &mut Table,
        out: &mut Vec<u8>,
        heap: &Heap<'_>,
        roots: &[Value],
        prologue: bool,
        writer: Option<&mut dyn Write>,
    ) -> Result<Vec<BufferId>> {
        let mut style = self.style;
        if self.optimize {
            style.memoize = Memoize::Needed;
        }
        if self.protocol < 4 {
            style.framing = Framing::Never;
        }
        let defined = self.define(heap, roots, prologue)?;
        let heap = defined.as_ref().map_or(heap, |(heap, _)| heap);
        let length = out.len();
        let sink = Sink::behind(std::mem::take(out), writer, style.framing, heap.store.input_len());
        let mut writer = Writer::new(heap, sink, self.protocol, style);
        writer.fix_imports = self.fix_imports;
        writer.out_of_band = self.out_of_band;
        if let Some((_, definitions)) = &defined {
            writer.substitutes.clone_from(definitions);
        }
        let numbers_kept = std::mem::take(numbers);
        writer.memo = if style.memoize == Memoize::All {
            numbers_kept.again_for(heap)
        } else {
            let marked = (style.memoize == Memoize::Marked).then_some(&heap.memoized);
            let starts: Vec<Value> = prologue.then_some(PROLOGUE).into_iter().chain(roots.iter().copied()).collect();
            needed::needed(numbers_kept, heap, &starts, marked, &writer.substitutes, self.protocol >= 4)
        };
        let result = writer.pickles(roots, prologue);
        (*out, *numbers) = (writer.sink.out, writer.memo);
        if result.is_err() {
            out.truncate(length);
        }
        result.map(|()| writer.buffers)
    }
}

impl Series<'_> {
    /// Writes the pickles as they were read, one after another, with one memo.
    ///
    /// # Errors
    ///
    /// Those of [`Pickler::dumps`].
    pub fn dumps(&self) -> Result<Vec<u8>> {
        Pickler::with_style(self.protocol, self.style).write_all(&self.heap, &self.roots, true, None).map(|(bytes, _)| bytes)
    }
}

impl Pickle<'_> {
    /// Writes the pickle as it was read: the same protocol, the same style.
    ///
    /// # Errors
    ///
    /// Those of [`Pickler::dumps`].
    pub fn dumps(&self) -> Result<Vec<u8>> {
        Pickler::like(self).dump_pickle(self)
    }

    /// The out-of-band buffers that the written pickle takes, in their order; those that were not given are empty.
    #[must_use]
    pub fn buffers(&self) -> Vec<Cow<'_, [u8]>> {
        let written = Pickler::like(self).write(&self.heap, self.root, true, None);
        let ids = written.map(|(_, buffers)| buffers).unwrap_or_default();
        ids.into_iter().map(|id| Cow::Borrowed(self.heap.content(Value::Buffer(id)))).collect()
    }
}
