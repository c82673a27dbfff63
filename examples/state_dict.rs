//! Lists the tensors of a torch checkpoint without torch: names, dtypes, shapes, and the mean of the first one.
//!
//! `cargo run --release --features container --example state_dict model.pt`. Without an argument it writes a small checkpoint first, which `torch.load(file, weights_only=True)` takes.

use std::error::Error;
use std::fs;

use cloudpickle::container::{TorchFile, TorchWriter};
use cloudpickle::reflect::torch::{Dtype, TensorParts};

fn main() -> Result<(), Box<dyn Error>> {
    let bytes = match std::env::args().nth(1) {
        Some(path) => fs::read(path)?,
        None => checkpoint()?,
    };
    let file = TorchFile::open(&bytes)?;
    let tensors = file.tensors()?;
    println!("{} tensors, {:?} format", tensors.len(), file.format());
    for (name, tensor) in &tensors {
        let storage = tensor.storage().map(|storage| storage.key().into_owned()).unwrap_or_default();
        println!("{name:20} {:10} {:?} on {}, storage {storage}", tensor.dtype().name(), tensor.shape(), tensor.device());
    }
    if let Some((name, tensor)) = tensors.first() {
        // A part of the file: nothing is copied.
        let data = file.data(*tensor)?;
        println!("mean of {name}: {}", data.numbers()?.sum::<f64>() / data.len() as f64);
    }
    Ok(())
}

/// Two layers, tied to each other, and a scale in bfloat16.
fn checkpoint() -> Result<Vec<u8>, Box<dyn Error>> {
    let mut writer = TorchWriter::new();
    let weights: Vec<f32> = (0..12).map(|n| n as f32 / 4.0).collect();
    let storage = writer.storage(weights)?;
    let scale = writer.storage_of(Dtype::BF16, vec![0x80, 0x3f, 0x00, 0x40])?;
    let steps = writer.tensor(vec![1000_i64], [])?;
    let heap = writer.heap_mut();
    let encoder = TensorParts::new(storage, Dtype::F32, [4, 3]).build(heap)?;
    let decoder = TensorParts::new(storage, Dtype::F32, [3, 4]).stride([1, 3]).build(heap)?;
    let scale = TensorParts::new(scale, Dtype::BF16, [2]).build(heap)?;
    let names = [("encoder.weight", encoder), ("decoder.weight", decoder), ("scale", scale), ("steps", steps)];
    Ok(writer.state_dict(names)?)
}
