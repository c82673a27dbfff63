//! Straight to opcodes: protocols 2 to 5.
//!
//! Serde gives a tree, so nothing has to be remembered but what the writer repeats itself: names of fields and variants, and classes. They get a memo
//! slot when they are written first, and are fetched from there, so that the dicts of a list of structs share their keys in Python as well.

use std::collections::HashMap;
use std::io::Write;

use super::target::{Kind, Open, Target, sealed::Sealed};
use crate::compat;
use crate::error::{ErrorKind, Result};
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

impl<'w> Stream<'w> {
    pub(crate) fn new(writer: Option<&'w mut dyn Write>, protocol: u8) -> Self {
        let framing = if protocol >= 4 { Framing::Modern } else { Framing::Never };
        let mut sink = Sink::new(writer, framing, 0);
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

    #[inline]
    fn boundary(&mut self) -> Result<()> {
        self.sink.boundary()
    }

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

    fn get(&mut self, slot: u32) {
        self.indexed(Opcode::BinGet, Opcode::LongBinGet, slot);
    }

    #[inline]
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

    /// The opcodes that end a batch: of one item without a mark, and of all above the mark.
    fn batch_ends(&self, kind: Kind) -> (Opcode, Opcode) {
        match kind {
            Kind::Dict | Kind::Instance => (Opcode::SetItem, Opcode::SetItems),
            Kind::Set if self.protocol >= 4 => (Opcode::AddItems, Opcode::AddItems),
            _ => (Opcode::Append, Opcode::Appends),
        }
    }

    /// Before the first item of a batch.
    fn begin_batch(&mut self, open: &mut Open) {
        let (one, all) = self.batch_ends(open.kind);
        if open.marked {
            self.op(all);
            open.count = 0;
        } else if open.count > 0 {
            // More than was announced.
            self.op(one);
            open.count = 0;
        } else {
            if open.kind == Kind::Instance {
                self.op(Opcode::EmptyDict);
            }
            if open.length == Some(1) && (open.kind != Kind::Set || self.protocol < 4) {
                return;
            }
        }
        self.op(Opcode::Mark);
        open.marked = true;
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

    fn tuple(&mut self, open: Open) -> Result<()> {
        let opcode = match (open.marked, open.count) {
            (true, _) => Opcode::Tuple,
            (false, 0) => Opcode::EmptyTuple,
            (false, 1) => Opcode::Tuple1,
            (false, 2) => Opcode::Tuple2,
            (false, 3) => Opcode::Tuple3,
            (false, count) => {
                let announced = open.length.unwrap_or_default();
                return Err(ErrorKind::Custom(format!("a tuple of {count} items was announced with {announced}")).into());
            }
        };
        self.op(opcode);
        Ok(())
    }
}

impl Sealed for Stream<'_> {}

impl Target for Stream<'_> {
    #[inline]
    fn none(&mut self) -> Result<()> {
        self.boundary()?;
        self.op(Opcode::None);
        Ok(())
    }

    #[inline]
    fn bool(&mut self, bool: bool) -> Result<()> {
        self.boundary()?;
        self.op(if bool { Opcode::NewTrue } else { Opcode::NewFalse });
        Ok(())
    }

    #[inline]
    fn int(&mut self, n: i64) -> Result<()> {
        self.boundary()?;
        let out = &mut self.sink.out;
        if let Ok(n) = u8::try_from(n) {
            out.extend_from_slice(&[Opcode::BinInt1.byte(), n]);
        } else if let Ok(n) = u16::try_from(n) {
            let [low, high] = n.to_le_bytes();
            out.extend_from_slice(&[Opcode::BinInt2.byte(), low, high]);
        } else if let Ok(n) = i32::try_from(n) {
            let [a, b, c, d] = n.to_le_bytes();
            out.extend_from_slice(&[Opcode::BinInt.byte(), a, b, c, d]);
        } else {
            return self.big(&Int::Small(n));
        }
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

    #[inline]
    fn float(&mut self, float: f64) -> Result<()> {
        self.boundary()?;
        let [a, b, c, d, e, f, g, h] = float.to_bits().to_be_bytes();
        self.sink.out.extend_from_slice(&[Opcode::BinFloat.byte(), a, b, c, d, e, f, g, h]);
        Ok(())
    }

    #[inline]
    fn str(&mut self, text: &str) -> Result<()> {
        self.boundary()?;
        self.text(text.as_bytes())
    }

    #[inline]
    fn name(&mut self, name: &'static str) -> Result<()> {
        self.boundary()?;
        let (address, length) = (name.as_ptr() as usize, name.len());
        let at = (address ^ (address >> 8) ^ length.wrapping_mul(31)) % NAMES;
        match self.names.get(at) {
            Some(known) if known.address == address && known.length == length => {
                let slot = known.slot;
                self.get(slot);
                return Ok(());
            }
            Some(_) => {}
            None => self.names.resize(NAMES, Name::default()),
        }
        self.text(name.as_bytes())?;
        let slot = self.memoize();
        self.names[at] = Name { address, length, slot };
        Ok(())
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
    fn open(&mut self, kind: Kind, length: Option<usize>) -> Result<Open> {
        self.boundary()?;
        let marked = match kind {
            Kind::List => {
                self.op(Opcode::EmptyList);
                false
            }
            Kind::Dict => {
                self.op(Opcode::EmptyDict);
                false
            }
            Kind::Tuple => length.is_none_or(|length| length > 3),
            Kind::Set | Kind::FrozenSet if self.protocol < 4 => {
                self.global("builtins", if kind == Kind::Set { "set" } else { "frozenset" })?;
                self.op(Opcode::EmptyList);
                false
            }
            Kind::Set => {
                self.op(Opcode::EmptySet);
                false
            }
            Kind::FrozenSet => true,
            Kind::Instance => {
                self.op(Opcode::EmptyTuple);
                self.op(Opcode::NewObj);
                false
            }
            Kind::New | Kind::Call => length.is_none_or(|length| length > 3),
        };
        if marked {
            self.op(Opcode::Mark);
        }
        Ok(Open { kind, count: 0, length, marked, start: 0 })
    }

    fn open_call(&mut self, kind: Kind, module: &str, name: &str, length: Option<usize>) -> Result<Open> {
        self.global(module, name)?;
        self.open(kind, length)
    }

    #[inline(always)]
    fn item(&mut self, open: &mut Open) -> Result<()> {
        if self.is_batched(open.kind) && (!open.marked || open.count == BATCH) {
            self.begin_batch(open);
        }
        open.count += 1;
        Ok(())
    }

    #[inline(always)]
    fn close(&mut self, open: Open) -> Result<()> {
        if self.is_batched(open.kind) && open.count > 0 {
            let (one, all) = self.batch_ends(open.kind);
            self.op(if open.marked { all } else { one });
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
            Kind::Instance if open.count > 0 => self.op(Opcode::Build),
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
