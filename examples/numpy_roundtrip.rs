//! Builds a numpy array from a Rust slice, writes it with its bytes aside, reads it again without copying them, and changes it.
//!
//! With a number of megabytes as an argument it says how long each step takes: `cargo run --release --example numpy_roundtrip 64`.

use std::error::Error;
use std::time::Instant;

use cloudpickle::reflect::Target;
use cloudpickle::reflect::numpy::{Array, ArrayParts};
use cloudpickle::{Heap, Pickler, Unpickler};

fn main() -> Result<(), Box<dyn Error>> {
    let megabytes: usize = std::env::args().nth(1).map_or(Ok(1), |argument| argument.parse())?;
    let rows = megabytes * 1_000_000 / 80;
    let samples: Vec<f64> = (0..rows * 10).map(|n| n as f64).collect();

    // The slice lives as long as the heap, so nothing is copied here.
    let mut heap = Heap::new();
    let array = ArrayParts::new(&mut heap, samples.as_slice(), [rows, 10])?.build(&mut heap, &Target::cpython(3, 12))?;

    // In one piece: one copy of the samples. pickle.loads(bytes) gives the array.
    let start = Instant::now();
    let bytes = Pickler::new().dumps(&heap, array)?;
    println!("written: {} bytes in {:?}", bytes.len(), start.elapsed());

    // The samples aside: no copy. pickle.loads(bytes, buffers=buffers) gives the array.
    let start = Instant::now();
    let (head, buffers) = Pickler::new().dumps_with_buffers(&heap, array)?;
    println!("written: {} bytes and {} aside in {:?}", head.len(), buffers[0].len(), start.elapsed());

    // Reading borrows the samples.
    let start = Instant::now();
    let pickle = cloudpickle::loads(&bytes)?;
    let found = Array::reflect(pickle.root())?;
    println!("read: {found} in {:?}", start.elapsed());
    println!("sum: {}", found.values::<f64>()?.sum::<f64>());

    // Aside they are aligned, and so a slice of numbers.
    let pickle = Unpickler::new().loads_with_buffers(&head, buffers)?;
    let found = Array::reflect(pickle.root())?;
    let slice: &[f64] = found.as_slice().ok_or("the buffer is not aligned")?;
    println!("sum: {}", slice.iter().sum::<f64>());
    assert_eq!(slice, samples);
    Ok(())
}
