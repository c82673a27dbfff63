//! What is timed: our own functions and those of the crates beside us.

use std::hint::black_box;

use cloudpickle::reflect::Function;
use cloudpickle::{Dis, Op, Pickle, Pickler, Unpickler, Workspace};

/// The pickles of a set, as bytes and as objects, and memory to work in.
pub(crate) struct Ours<'p> {
    parts: &'p [Vec<u8>],
    pickles: Vec<Pickle<'p>>,
    unpickler: Unpickler,
    workspace: Workspace,
    out: Vec<u8>,
}

impl<'p> Ours<'p> {
    pub(crate) fn new(parts: &'p [Vec<u8>]) -> Self {
        let pickles: Vec<Pickle<'_>> = parts.iter().map(|part| cloudpickle::loads(part).expect("the data is sound")).collect();
        for (pickle, part) in pickles.iter().zip(parts) {
            assert!(pickle.dumps().is_ok_and(|written| written == *part), "what is timed writes the same bytes");
        }
        Self { parts, pickles, unpickler: Unpickler::new(), workspace: Workspace::new(), out: Vec::new() }
    }

    /// `loads`, the drop of the heap within.
    pub(crate) fn decode(&self) {
        self.parts.iter().for_each(|part| drop(black_box(cloudpickle::loads(part))));
    }

    /// `loads_in`, the memory going back to the workspace.
    pub(crate) fn decode_kept(&mut self) {
        for part in self.parts {
            let pickle = self.unpickler.loads_in(&mut self.workspace, part).expect("the data is sound");
            self.workspace.recycle(black_box(pickle));
        }
    }

    /// `dumps`, the drop of the bytes within.
    pub(crate) fn encode(&self) {
        self.pickles.iter().for_each(|pickle| drop(black_box(pickle.dumps())));
    }

    /// `dump_pickle_in`, into the same bytes.
    pub(crate) fn encode_kept(&mut self) {
        for pickle in &self.pickles {
            self.out.clear();
            let written = Pickler::like(pickle).dump_pickle_in(&mut self.workspace, pickle, &mut self.out);
            black_box(written).expect("it was written before");
        }
    }

    pub(crate) fn ops(&self) -> u64 {
        self.parts.iter().map(|part| look(part)).sum()
    }

    pub(crate) fn skip(&self) -> usize {
        self.parts.iter().map(|part| skip(part)).sum()
    }

    pub(crate) fn dis(&self) {
        self.parts.iter().for_each(|part| drop(black_box(Dis::new().write(part, &mut std::io::sink()))));
    }

    /// Reads every function of the lists: its name, its parameters, its globals, its closure.
    pub(crate) fn reflect(&self) -> usize {
        let mut count = 0;
        for pickle in &self.pickles {
            for object in pickle.root().iter().expect("a list") {
                let function = Function::reflect(object).expect("a function of cloudpickle");
                count += function.name().as_bytes().len() + function.signature().parameters().len();
                count += function.globals().count() + function.closure().count();
            }
        }
        count
    }
}

/// What a user of the walk does: looks at each operation, and into its operand.
fn look(part: &[u8]) -> u64 {
    let mut sum = 0;
    for op in cloudpickle::ops(part) {
        let Ok((offset, op)) = op else { break };
        sum += match op {
            Op::ShortBinUnicode(text) => text.0.len() as u64,
            Op::BinInt1(n) => n.into(),
            Op::BinInt2(n) => n.into(),
            Op::BinGet(index) => index.into(),
            Op::LongBinGet(index) => index.into(),
            Op::BinFloat(bits) => bits.0 & 1,
            Op::Memoize => offset as u64,
            _ => 1,
        };
    }
    sum
}

/// The floor of walking: a bare `match` over the opcodes that protocol 4 and 5 use, which skips operands; gives how many there are.
fn skip(input: &[u8]) -> usize {
    let number = |at: usize, width: usize| input[at..at + width].iter().rev().fold(0, |n, byte| n << 8 | usize::from(*byte));
    let (mut at, mut count) = (0, 0);
    loop {
        let byte = input[at];
        count += 1;
        at += 1;
        at += match byte {
            b'.' => return count,
            b'K' | b'h' | b'q' | b'\x80' | b'\x82' => 1,
            b'M' | b'\x83' => 2,
            b'J' | b'j' | b'r' | b'\x84' => 4,
            b'G' | b'\x95' => 8,
            b'\x8c' | b'C' | b'U' | b'\x8a' => 1 + usize::from(input[at]),
            b'X' | b'B' | b'T' | b'\x8b' => 4 + number(at, 4),
            b'\x8d' | b'\x8e' | b'\x96' => 8 + number(at, 8),
            _ => 0,
        };
    }
}

/// A crate beside us, with the values that it reads from a set; none when it does not read it.
pub(crate) trait Foreign: Sized {
    fn read(part: &[u8]) -> Option<Self>;
    fn write(&self) -> Option<Vec<u8>>;

    fn read_all(parts: &[Vec<u8>]) -> Option<Vec<Self>> {
        parts.iter().map(|part| Self::read(part)).collect()
    }
}

impl Foreign for serde_pickle::Value {
    fn read(part: &[u8]) -> Option<Self> {
        serde_pickle::value_from_slice(part, Default::default()).ok()
    }

    fn write(&self) -> Option<Vec<u8>> {
        serde_pickle::value_to_vec(self, Default::default()).ok()
    }
}

impl Foreign for pickled::Value {
    fn read(part: &[u8]) -> Option<Self> {
        pickled::value_from_slice(part, Default::default()).ok()
    }

    fn write(&self) -> Option<Vec<u8>> {
        pickled::value_to_vec(self, Default::default()).ok()
    }
}
