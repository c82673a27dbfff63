//! Straight to opcodes: protocols 2 to 5.
//!
//! Serde gives a tree, so nothing has to be remembered but what the writer repeats itself: names of fields and variants, and classes. They get a memo
//! slot when they are written first, and are fetched from there, so that the dicts of a list of structs share their keys in Python as well.

use std::collections::HashMap;
use std::io::Write;

use super::target::{Kind, Target, sealed::Sealed};
use crate::compat;
use crate::error::{Error, ErrorKind, Result};
use crate::int::{self, Int};
use crate::opcode::Opcode;
use crate::pickle::{Sink, head4, head8};
use crate::style::Framing;

/// How many items go into one batch.
const BATCH: usize = 1000;

/// How many names of fields are known at a time.
const NAMES: usize = 256;

/// A name of a field by its place in the program, and its memo slot.
#[derive(Clone, Copy, Default)]
struct Name {
    address: usize,
    length: usize,
    slot: u32,
}

/// Writes opcodes.
pub struct Stream<'w> {
    sink: Sink<'w>,
    protocol: u8,
    /// How many memo slots are in use.
    memo: u32,
    names: Vec<Name>,
    classes: HashMap<(String, String), u32>,
}

/// How the items of an open container are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    /// Nothing is written yet that says.
    Undecided,
    /// One by one.
    Single,
    /// Above a mark.
    Marked,
}

/// A container that is open.
#[derive(Clone, Copy, Debug)]
pub struct OpenItems {
    kind: Kind,
    way: Way,
    /// How many more items may follow before something is to be done.
    left: usize,
}

/// Of tuples, nothing is to be done between the items.
const TUPLE: usize = usize::MAX;

impl<'w> Stream<'w> {
    pub(crate) fn new(writer: Option<&'w mut dyn Write>, protocol: u8) -> Self {
        let framing = if protocol >= 4 { Framing::Modern } else { Framing::Never };
        let mut sink = Sink::new(writer, framing, 128);
        sink.out.extend_from_slice(&[Opcode::Proto.byte(), protocol]);
        sink.begin();
        Self { sink, protocol, memo: 0, names: Vec::new(), classes: HashMap::new() }
    }

    pub(crate) fn finish(mut self) -> Result<Vec<u8>> {
        self.op(Opcode::Stop);
        self.sink.finish()
    }

    #[inline(always)]
    fn op(&mut self, opcode: Opcode) {
        self.sink.out.push(opcode.byte());
    }

    /// The first opcode, and the second if it is wanted.
    #[inline(always)]
    fn ops(&mut self, opcodes: [u8; 2], both: bool) {
        if both {
            self.sink.out.extend_from_slice(&opcodes);
        } else {
            self.sink.out.push(opcodes[0]);
        }
    }

    #[inline(always)]
    fn boundary(&mut self) -> Result<()> {
        self.sink.boundary()
    }

    #[inline]
    fn memoize(&mut self) -> u32 {
        let slot = self.memo;
        self.memo += 1;
        if self.protocol >= 4 {
            self.op(Opcode::Memoize);
        } else {
            self.indexed(Opcode::BinPut, Opcode::LongBinPut, slot);
        }
        slot
    }

    #[inline]
    fn indexed(&mut self, short: Opcode, long: Opcode, slot: u32) {
        if let Ok(slot) = u8::try_from(slot) {
            self.sink.out.extend_from_slice(&[short.byte(), slot]);
        } else {
            let [a, b, c, d] = slot.to_le_bytes();
            self.sink.out.extend_from_slice(&[long.byte(), a, b, c, d]);
        }
    }

    /// An int of 5 to 8 bytes: as few as hold it with its sign.
    #[inline(never)]
    fn long(&mut self, n: i64) {
        let bits = 65 - (n ^ (n >> 63)).leading_zeros();
        let count = bits.div_ceil(8) as u8;
        let out = &mut self.sink.out;
        out.extend_from_slice(&[Opcode::Long1.byte(), count]);
        out.extend_from_slice(&n.to_le_bytes());
        out.truncate(out.len() - 8 + usize::from(count));
    }

    #[inline]
    fn get(&mut self, slot: u32) {
        self.indexed(Opcode::BinGet, Opcode::LongBinGet, slot);
    }

    #[inline(always)]
    fn text(&mut self, text: &[u8]) -> Result<()> {
        match u8::try_from(text.len()) {
            Ok(count) if self.protocol >= 4 => {
                let out = &mut self.sink.out;
                out.extend_from_slice(&[Opcode::ShortBinUnicode.byte(), count]);
                out.extend_from_slice(text);
                Ok(())
            }
            _ => self.long_text(text),
        }
    }

    fn long_text(&mut self, text: &[u8]) -> Result<()> {
        match head4(Opcode::BinUnicode, text.len()) {
            Some(head) => self.sink.payload(&head, text),
            None if self.protocol >= 4 => self.sink.payload(&head8(Opcode::BinUnicode8, text.len()), text),
            None => Err(ErrorKind::NotInProtocol { what: "a str of 4 GiB", protocol: self.protocol }.into()),
        }
    }

    fn global(&mut self, module: &str, name: &str) -> Result<()> {
        self.boundary()?;
        let key = (module.to_owned(), name.to_owned());
        if let Some(slot) = self.classes.get(&key) {
            self.get(*slot);
            return Ok(());
        }
        if self.protocol >= 4 {
            self.text(module.as_bytes())?;
            self.text(name.as_bytes())?;
            self.op(Opcode::StackGlobal);
        } else {
            if name.contains('.') || [module, name].iter().any(|part| part.is_empty() || part.contains('\n')) {
                return Err(ErrorKind::NotInProtocol { what: "a global of such a name", protocol: self.protocol }.into());
            }
            let (module, name) = if self.protocol < 3 { compat::to_python2(module, name) } else { (module, name) };
            self.op(Opcode::Global);
            for part in [module, name] {
                self.sink.out.extend_from_slice(part.as_bytes());
                self.sink.out.push(b'\n');
            }
        }
        let slot = self.memoize();
        self.classes.insert(key, slot);
        Ok(())
    }

    /// A name that is not among those known.
    fn new_name(&mut self, name: &'static str, at: usize) -> Result<()> {
        self.text(name.as_bytes())?;
        let slot = self.memoize();
        if self.names.is_empty() {
            self.names.resize(NAMES, Name::default());
        }
        self.names[at] = Name { address: name.as_ptr() as usize, length: name.len(), slot };
        Ok(())
    }

    /// The opcodes that end a batch: of one item without a mark, and of all above the mark.
    fn batch_ends(&self, kind: Kind) -> (Opcode, Opcode) {
        match kind {
            Kind::Dict | Kind::Instance => (Opcode::SetItem, Opcode::SetItems),
            Kind::Set if self.protocol >= 4 => (Opcode::AddItems, Opcode::AddItems),
            _ => (Opcode::Append, Opcode::Appends),
        }
    }

    /// Before the first item of a batch.
    #[cold]
    fn begin_batch(&mut self, open: &mut OpenItems) {
        let (one, all) = self.batch_ends(open.kind);
        match open.way {
            Way::Marked => self.op(all),
            // More than was announced.
            Way::Single => self.op(one),
            Way::Undecided if open.kind == Kind::Instance => self.op(Opcode::EmptyDict),
            Way::Undecided => {}
        }
        self.op(Opcode::Mark);
        (open.way, open.left) = (Way::Marked, BATCH);
    }

    /// Whether the one item of a container is put in without a mark.
    fn has_single(&self, kind: Kind) -> bool {
        kind != Kind::Set || self.protocol < 4
    }

    /// Whether the items are put into the container in batches.
    #[inline(always)]
    fn is_batched(&self, kind: Kind) -> bool {
        match kind {
            Kind::List | Kind::Dict | Kind::Set | Kind::Instance => true,
            Kind::FrozenSet => self.protocol < 4,
            Kind::Tuple | Kind::New | Kind::Call => false,
        }
    }

    #[inline(always)]
    fn tuple(&mut self, open: OpenItems) -> Result<()> {
        let opcode = match (open.way, TUPLE - open.left) {
            (Way::Marked, _) => Opcode::Tuple,
            (_, 0) => Opcode::EmptyTuple,
            (_, 1) => Opcode::Tuple1,
            (_, 2) => Opcode::Tuple2,
            (_, 3) => Opcode::Tuple3,
            (_, count) => return Err(more_than_announced(count)),
        };
        self.op(opcode);
        Ok(())
    }
}

#[cold]
fn more_than_announced(count: usize) -> Error {
    ErrorKind::Custom(format!("a tuple of {count} items was announced with three or fewer")).into()
}

impl Sealed for Stream<'_> {}

impl Target for Stream<'_> {
    type Open = OpenItems;

    #[inline(always)]
    fn none(&mut self) -> Result<()> {
        self.boundary()?;
        self.op(Opcode::None);
        Ok(())
    }

    #[inline(always)]
    fn bool(&mut self, bool: bool) -> Result<()> {
        self.boundary()?;
        self.op(if bool { Opcode::NewTrue } else { Opcode::NewFalse });
        Ok(())
    }

    #[inline(always)]
    fn int(&mut self, n: i64) -> Result<()> {
        self.boundary()?;
        let [a, b, c, d, ..] = n.to_le_bytes();
        let (opcode, spare) = if u8::try_from(n).is_ok() {
            (Opcode::BinInt1, 3)
        } else if u16::try_from(n).is_ok() {
            (Opcode::BinInt2, 2)
        } else if i32::try_from(n).is_ok() {
            (Opcode::BinInt, 0)
        } else {
            self.long(n);
            return Ok(());
        };
        // All bytes are written and some taken back, so that nothing depends on how many there are: that cannot be predicted.
        let out = &mut self.sink.out;
        out.extend_from_slice(&[opcode.byte(), a, b, c, d]);
        out.truncate(out.len() - spare);
        Ok(())
    }

    fn big(&mut self, n: &Int) -> Result<()> {
        let bytes = int::to_le_bytes_minimal(n);
        if let Ok(count) = u8::try_from(bytes.len()) {
            self.sink.out.extend_from_slice(&[Opcode::Long1.byte(), count]);
        } else if let Ok(count) = i32::try_from(bytes.len()) {
            self.op(Opcode::Long4);
            self.sink.out.extend_from_slice(&count.to_le_bytes());
        } else {
            return Err(ErrorKind::NotInProtocol { what: "an int of more than 2 GiB", protocol: self.protocol }.into());
        }
        self.sink.out.extend_from_slice(&bytes);
        Ok(())
    }

    #[inline(always)]
    fn float(&mut self, float: f64) -> Result<()> {
        self.boundary()?;
        let [a, b, c, d, e, f, g, h] = float.to_bits().to_be_bytes();
        self.sink.out.extend_from_slice(&[Opcode::BinFloat.byte(), a, b, c, d, e, f, g, h]);
        Ok(())
    }

    #[inline(always)]
    fn str(&mut self, text: &str) -> Result<()> {
        self.boundary()?;
        self.text(text.as_bytes())
    }

    #[inline(always)]
    fn name(&mut self, name: &'static str) -> Result<()> {
        self.boundary()?;
        let (address, length) = (name.as_ptr() as usize, name.len());
        let at = (address ^ (address >> 8) ^ length.wrapping_mul(31)) % NAMES;
        match self.names.get(at) {
            Some(known) if known.address == address && known.length == length => {
                self.get(known.slot);
                Ok(())
            }
            _ => self.new_name(name, at),
        }
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.boundary()?;
        if self.protocol < 3 {
            if bytes.is_empty() {
                self.global("builtins", "bytes")?;
                self.op(Opcode::EmptyTuple);
            } else {
                self.global("_codecs", "encode")?;
                let latin1: String = bytes.iter().copied().map(char::from).collect();
                self.text(latin1.as_bytes())?;
                self.name("latin1")?;
                self.op(Opcode::Tuple2);
            }
            self.op(Opcode::Reduce);
            return Ok(());
        }
        if let Ok(count) = u8::try_from(bytes.len()) {
            return self.sink.payload(&[Opcode::ShortBinBytes.byte(), count], bytes);
        }
        match head4(Opcode::BinBytes, bytes.len()) {
            Some(head) => self.sink.payload(&head, bytes),
            None if self.protocol >= 4 => self.sink.payload(&head8(Opcode::BinBytes8, bytes.len()), bytes),
            None => Err(ErrorKind::NotInProtocol { what: "bytes of 4 GiB", protocol: self.protocol }.into()),
        }
    }

    fn byte_array(&mut self, bytes: &[u8]) -> Result<()> {
        if self.protocol >= 5 {
            self.boundary()?;
            return self.sink.payload(&head8(Opcode::ByteArray8, bytes.len()), bytes);
        }
        self.global("builtins", "bytearray")?;
        if bytes.is_empty() {
            self.op(Opcode::EmptyTuple);
        } else {
            self.bytes(bytes)?;
            self.op(Opcode::Tuple1);
        }
        self.op(Opcode::Reduce);
        Ok(())
    }

    #[inline(always)]
    fn open(&mut self, kind: Kind, length: Option<usize>) -> Result<OpenItems> {
        self.boundary()?;
        let (way, left) = match kind {
            Kind::Tuple | Kind::New | Kind::Call => match length {
                Some(0..=3) => (Way::Single, TUPLE),
                _ => (Way::Marked, TUPLE),
            },
            Kind::FrozenSet if self.protocol >= 4 => (Way::Marked, TUPLE),
            _ => match length {
                None | Some(0) => (Way::Undecided, 0),
                Some(1) if self.has_single(kind) => (Way::Single, 1),
                Some(_) => (Way::Marked, BATCH),
            },
        };
        let marked = way == Way::Marked;
        let mark = Opcode::Mark.byte();
        match kind {
            Kind::List => self.ops([Opcode::EmptyList.byte(), mark], marked),
            Kind::Dict => self.ops([Opcode::EmptyDict.byte(), mark], marked),
            Kind::Set if self.protocol >= 4 => self.ops([Opcode::EmptySet.byte(), mark], marked),
            Kind::FrozenSet if self.protocol >= 4 => self.op(Opcode::Mark),
            Kind::Set | Kind::FrozenSet => {
                self.global("builtins", if kind == Kind::Set { "set" } else { "frozenset" })?;
                self.ops([Opcode::EmptyList.byte(), mark], marked);
            }
            Kind::Instance => {
                self.op(Opcode::EmptyTuple);
                self.op(Opcode::NewObj);
                if way != Way::Undecided {
                    self.ops([Opcode::EmptyDict.byte(), mark], marked);
                }
            }
            Kind::Tuple | Kind::New | Kind::Call if marked => self.op(Opcode::Mark),
            Kind::Tuple | Kind::New | Kind::Call => {}
        }
        Ok(OpenItems { kind, way, left })
    }

    fn open_call(&mut self, kind: Kind, module: &str, name: &str, length: Option<usize>) -> Result<OpenItems> {
        self.global(module, name)?;
        self.open(kind, length)
    }

    #[inline(always)]
    fn item(&mut self, open: &mut OpenItems) -> Result<()> {
        if open.left == 0 {
            self.begin_batch(open);
        }
        open.left -= 1;
        Ok(())
    }

    #[inline(always)]
    fn kind(open: &OpenItems) -> Kind {
        open.kind
    }

    #[inline(always)]
    fn close(&mut self, open: OpenItems) -> Result<()> {
        if self.is_batched(open.kind) {
            let (one, all) = self.batch_ends(open.kind);
            match open.way {
                Way::Marked => self.op(all),
                Way::Single if open.left == 0 => self.op(one),
                // Announced, and not given.
                Way::Single | Way::Undecided => {}
            }
        }
        match open.kind {
            Kind::List | Kind::Dict => {}
            Kind::Set | Kind::FrozenSet if self.protocol < 4 => {
                self.op(Opcode::Tuple1);
                self.op(Opcode::Reduce);
            }
            Kind::Set => {}
            Kind::FrozenSet => self.op(Opcode::FrozenSet),
            Kind::Tuple => self.tuple(open)?,
            Kind::Instance if open.way != Way::Undecided => self.op(Opcode::Build),
            Kind::Instance => {}
            Kind::New => {
                self.tuple(open)?;
                self.op(Opcode::NewObj);
            }
            Kind::Call => {
                self.tuple(open)?;
                self.op(Opcode::Reduce);
            }
        }
        Ok(())
    }
}
