//! Arrays and checkpoints beside CPython, in one run: `cargo bench --all-features --bench arrays`.
//!
//! An array of 64 MB is written by this crate and read by both; a state dict of 5,000 tensors is written by this crate and listed by both. CPython's side is `pickle` with the
//! bytes of the array as they are, and for the state dict an `Unpickler` that makes a tuple of each tensor: less than numpy and torch do. The best of several rounds is told.

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use cloudpickle::container::{TorchFile, TorchWriter};
use cloudpickle::reflect::Target;
use cloudpickle::reflect::numpy::{Array, ArrayParts};
use cloudpickle::{Heap, Pickler};

const PEER: &str = r#"
import pickle, sys, time, zipfile
def best(work, rounds=7):
    times = []
    for _ in range(rounds):
        start = time.perf_counter(); work(); times.append(time.perf_counter() - start)
    return min(times)
data = bytes(64_000_000)
dumped = pickle.dumps(data, 5)
print(best(lambda: pickle.loads(dumped)))
print(best(lambda: pickle.dumps(data, 5)))
class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        return dict if name == "OrderedDict" else lambda *args: args
    def persistent_load(self, id):
        return id
def listed():
    with zipfile.ZipFile(sys.argv[1]) as archive:
        return [(name, tensor[2]) for name, tensor in Unpickler(archive.open("archive/data.pkl")).load().items()]
assert len(listed()) == 5000
print(best(listed))
"#;

/// The shortest of several rounds.
fn best<T>(mut work: impl FnMut() -> T) -> Duration {
    let rounds = (0..15).map(|_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    });
    rounds.min().unwrap_or_default()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let numbers = vec![0.5_f64; 8_000_000];
    let mut heap = Heap::new();
    let array = ArrayParts::new(&mut heap, numbers.as_slice(), [8_000, 1_000])?.build(&mut heap, &Target::cpython(3, 12))?;
    let pickle = Pickler::new().dumps(&heap, array)?;
    let read = best(|| {
        let pickle = cloudpickle::loads(&pickle).expect("a pickle");
        let array = Array::reflect(pickle.root()).expect("an array");
        array.bytes().expect("bytes").len()
    });
    let mut out = Vec::with_capacity(pickle.len() + 1024);
    let write = best(|| {
        out.clear();
        Pickler::new().dump(&mut out, &heap, array).expect("a vector takes everything");
    });
    let copy = best(|| {
        out.clear();
        out.extend_from_slice(black_box(&pickle));
    });

    let names: Vec<String> = (0..5_000).map(|n| format!("model.layers.{}.block.{}.weight", n / 10, n % 10)).collect();
    let mut writer = TorchWriter::new();
    let tensors = names.iter().map(|name| Ok((name.as_str(), writer.tensor(vec![1.0_f32; 64], [8, 8])?)));
    let tensors = tensors.collect::<Result<Vec<_>, cloudpickle::Error>>()?;
    let file = writer.state_dict(tensors)?;
    let list = best(|| {
        let file = TorchFile::open(&file).expect("a file");
        let tensors = file.tensors().expect("tensors");
        tensors.iter().map(|(name, tensor)| name.len() + tensor.shape().len()).sum::<usize>()
    });

    let path = std::env::temp_dir().join(format!("cloudpickle-arrays-{}.pt", std::process::id()));
    std::fs::write(&path, &file)?;
    let peer = Command::new("python3").arg("-c").arg(PEER).arg(&path).output();
    std::fs::remove_file(&path)?;
    let peer = String::from_utf8(peer?.stdout)?;
    let peer: Vec<f64> = peer.lines().filter_map(|line| line.parse().ok()).collect();
    let row = |what: &str, ours: Duration, nth: usize| match peer.get(nth) {
        Some(theirs) => {
            println!("{what:40} {ours:>12.2?} {:>12.2?} {:>8.1} x", Duration::from_secs_f64(*theirs), theirs / ours.as_secs_f64())
        }
        None => println!("{what:40} {ours:>12.2?}"),
    };
    println!("{:40} {:>12} {:>12}", "", "cloudpickle", "CPython");
    row("64 MB array: read", read, 0);
    row("64 MB array: written", write, 1);
    println!("{:40} {copy:>12.2?}", "  one copy of as many bytes");
    row("5,000 tensors: opened and listed", list, 2);
    Ok(())
}
