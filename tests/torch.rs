//! What `torch.save` writes, read without torch: dtype, shape, stride, storage and numbers as torch says, in both formats; and what is written, which
//! `torch.load(weights_only=True)` takes.
//!
//! torch is too large for a test: its smallest wheel for Linux is of 530 MB, and wants 2 GB of CUDA libraries. By default the files are made by `tests/python/torch_stub.py`, by
//! the format as torch's sources have it. `CLOUDPICKLE_TORCH_PYTHON=/path/to/python cargo test --all-features --test torch` runs the same with the torch of that interpreter.
#![cfg(feature = "container")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use cloudpickle::container::{TorchFile, TorchFormat, TorchWriter};
use cloudpickle::reflect::numpy::Element;
use cloudpickle::reflect::torch::{Dtype, Module, Quantizer, Storage, StorageParts, Tensor, TensorKind, TensorParts};
use cloudpickle::{ErrorKind, Heap, Value};
use common::{interpreters, not_run, scripts};
use serde_json::{Value as Json, json};

fn unhex(text: &Json) -> Vec<u8> {
    let digits = text.as_str().expect("text").as_bytes();
    digits.chunks_exact(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn hex<'b>(items: impl Iterator<Item = &'b [u8]>) -> String {
    items.flatten().map(|byte| format!("{byte:02x}")).collect()
}

fn script(mut python: Command, command: &str, file: &Path) -> String {
    let output = python
        .arg("-W")
        .arg("ignore")
        .arg(scripts().join("torch_cases.py"))
        .arg(command)
        .arg(file)
        .output()
        .expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A float as Python's `repr` has it, signs of NaN aside.
fn shown(number: f64) -> Json {
    let mut heap = Heap::new();
    let float = heap.float(number);
    if number.is_nan() { json!("nan") } else { json!(heap.obj(float).to_string()) }
}

/// The values as the Rust type, if they are of it, in little endian.
fn typed<T: Element>(file: &TorchFile<'_>, tensor: Tensor<'_>, slices: &mut usize) -> Option<Vec<u8>> {
    let data = file.data(tensor).expect("data");
    if !data.dtype().is_of::<T>() {
        assert!(data.values::<T>().is_err() && data.as_slice::<T>().is_none());
        return None;
    }
    let values: Vec<T> = data.values().expect("values").collect();
    if let Some(slice) = data.as_slice::<T>() {
        *slices += 1;
        assert!(data.is_contiguous() && slice.len() == values.len());
        let bytes = data.bytes().expect("contiguous");
        assert_eq!(slice.as_ptr().cast(), bytes.as_ptr(), "a slice is a part of the file");
    }
    let mut heap = Heap::new();
    let array = cloudpickle::reflect::numpy::ArrayParts::new(&mut heap, values, data.shape().to_vec()).expect("an array");
    Some(heap.obj(array.data).as_bytes().expect("bytes").to_vec())
}

fn check_tensor(file: &TorchFile<'_>, name: &str, tensor: Tensor<'_>, about: &Json, label: &str, slices: &mut usize) {
    let storage = tensor.storage().expect("a storage");
    let mut found = json!({
        "path": name, "dtype": tensor.dtype().name(), "shape": tensor.shape(), "parameter": tensor.is_parameter(), "requires_grad": tensor.requires_grad(),
        "stride": tensor.stride(), "offset": tensor.storage_offset(), "device": storage.device(),
    });
    assert_eq!(tensor.kind(), TensorKind::Strided, "{label}");
    let data = file.data(tensor).unwrap_or_else(|e| panic!("{label} {name}: {e}"));
    found["items"] = json!(hex(data.item_bytes()));
    match data.numbers() {
        Ok(numbers) => found["numbers"] = numbers.map(shown).collect(),
        Err(_) => assert!(tensor.dtype().name().starts_with("complex"), "{label}"),
    }
    assert_eq!(&found, about, "{label} {name}");
    if let Some(bytes) = data.bytes() {
        assert_eq!(hex([bytes].into_iter()), found["items"], "{label} {name}");
    }
    macro_rules! each {
        ($($type:ty)*) => { [$(typed::<$type>(file, tensor, slices)),*].into_iter().flatten().collect::<Vec<_>>() };
    }
    for values in each!(bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 [f32; 2] [f64; 2]) {
        assert_eq!(hex([&values[..]].into_iter()), found["items"], "{label} {name}");
    }
}

/// Writes a state dict anew: the same tensors in the same storages.
fn written(file: &TorchFile<'_>) -> (Vec<u8>, Vec<usize>) {
    let mut writer = TorchWriter::new();
    let mut storages: Vec<(String, Value)> = Vec::new();
    let (mut tensors, mut groups) = (Vec::new(), Vec::new());
    let mut made: Vec<(Value, Value)> = Vec::new();
    for (name, tensor) in file.tensors().expect("tensors") {
        let storage = tensor.storage().expect("a storage");
        let key = storage.key().into_owned();
        let place = storages.iter().position(|(of, _)| *of == key).unwrap_or_else(|| {
            let bytes = file.storage(storage).expect("bytes").to_vec();
            storages.push((key, writer.storage_of(tensor.dtype(), bytes).expect("whole items")));
            storages.len() - 1
        });
        groups.push(place);
        // What is one tensor in Python stays one.
        if let Some((_, value)) = made.iter().find(|(of, _)| *of == tensor.object().value()) {
            tensors.push((name, *value));
            continue;
        }
        let parts = TensorParts::new(storages[place].1, tensor.dtype(), tensor.shape())
            .offset(tensor.storage_offset())
            .stride(tensor.stride());
        let parts = TensorParts { requires_grad: tensor.requires_grad(), is_parameter: tensor.is_parameter(), ..parts };
        let value = parts.build(writer.heap_mut()).expect("a tensor");
        made.push((tensor.object().value(), value));
        tensors.push((name, value));
    }
    let first: Vec<usize> = groups.iter().map(|group| groups.iter().position(|other| other == group).unwrap()).collect();
    (writer.state_dict(tensors.iter().map(|(name, value)| (name.as_str(), *value))).expect("a file"), first)
}

fn check_special(file: &TorchFile<'_>, label: &str) {
    let tensor = |name| Tensor::reflect(file.root().get(name).unwrap()).unwrap_or_else(|e| panic!("{label} {name}: {e}"));
    let sparse = tensor("sparse");
    assert_eq!((sparse.kind(), sparse.layout(), sparse.shape()), (TensorKind::Sparse, "torch.sparse_coo", vec![2, 2]), "{label}");
    let parts = sparse.components();
    assert_eq!(parts.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["indices", "values"]);
    let indices: Vec<i64> = file.data(parts[0].1).unwrap().values().unwrap().collect();
    assert_eq!((indices, sparse.dtype(), &*sparse.device()), (vec![0, 1, 0, 1], Dtype::F32, "cpu"));
    assert!(file.data(sparse).is_err());
    let csr = tensor("csr");
    let names: Vec<_> = csr.components().iter().map(|(name, _)| *name).collect();
    assert_eq!((csr.layout(), names), ("torch.sparse_csr", vec!["crow_indices", "col_indices", "values"]));
    let meta = tensor("meta");
    assert_eq!(meta.to_string(), "<torch.Tensor (2, 3) bfloat16 meta>", "{label}");
    let q = tensor("q");
    assert!(matches!(q.quantizer(), Some(Quantizer::PerTensor { scale: 0.1, zero_point: 3 })), "{label}: {:?}", q.quantizer());
    assert_eq!(
        (q.kind(), q.dtype(), file.data(q).unwrap().values::<u8>().unwrap().collect::<Vec<_>>()),
        (TensorKind::Quantized, Dtype::QU8, vec![13, 13])
    );
    let qc = tensor("qc");
    let Some(Quantizer::PerChannel { zero_points, axis: 0, .. }) = qc.quantizer() else {
        panic!("{label}: {:?}", qc.quantizer())
    };
    assert_eq!(file.data(zero_points).unwrap().numbers().unwrap().collect::<Vec<_>>(), [3.0, 4.0]);
    if let Ok(conj) = file.root().get("conj") {
        let conj = Tensor::reflect(conj).unwrap();
        assert!(conj.is_conj() && !conj.is_neg() && conj.dtype() == Dtype::Complex64, "{label}");
    }
}

fn check_module(file: &TorchFile<'_>, label: &str) {
    let module = Module::reflect(file.root()).unwrap_or_else(|e| panic!("{label}: {e}"));
    assert_eq!(module.class_name().as_deref(), Some("torch.nn.modules.container.Sequential"), "{label}");
    let (name, linear) = module.modules().next().expect("a submodule");
    let linear = Module::reflect(linear).expect("a module");
    assert_eq!((name.to_str(), linear.class_name().as_deref()), (Some("0"), Some("torch.nn.modules.linear.Linear")));
    assert!(!linear.is_training() && linear.attr("in_features").unwrap().as_i64() == Ok(3));
    assert_eq!(linear.source().is_some(), file.format() == TorchFormat::Legacy, "{label}");
    assert!(linear.is_persistent("scale".into()) && !linear.is_persistent("cache".into()), "{label}");
    assert_eq!(linear.parameters().count(), 2);
}

/// Reads every case, writes the state dicts, has Python load them; gives what was counted.
fn run(python: impl Fn() -> Command, name: &str) -> (String, BTreeMap<&'static str, usize>) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!(
        "torch-{}-{}.json",
        std::process::id(),
        name.replace(['/', ' '], "_")
    ));
    script(python(), "make", &path);
    let made: Json = serde_json::from_slice(&fs::read(&path).expect("the script wrote")).expect("JSON");
    let mut counts = BTreeMap::new();
    let mut back = Vec::new();
    let mut slices = 0;
    for case in made["cases"].as_array().expect("cases") {
        let label = case["name"].as_str().expect("a name");
        let bytes = unhex(&case["file"]);
        // As a file that is mapped lies in memory.
        let mut room = vec![0_u8; bytes.len() + 64];
        let start = room.as_ptr().align_offset(64);
        room[start..start + bytes.len()].copy_from_slice(&bytes);
        let file = TorchFile::open(&room[start..start + bytes.len()]).unwrap_or_else(|e| panic!("{label}: {e}"));
        let legacy = case["legacy"] == json!(true);
        assert_eq!(file.format(), if legacy { TorchFormat::Legacy } else { TorchFormat::Zip });
        assert_eq!(file.pickle().protocol(), case["protocol"], "{label}");
        *counts.entry("files").or_default() += 1;
        if case["kind"] == "special" {
            check_special(&file, label);
            continue;
        }
        if case["case"] == "module" {
            check_module(&file, label);
        }
        let tensors = file.tensors().expect("tensors");
        let about = case["tensors"].as_array().expect("tensors");
        let names: Vec<&str> = tensors.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(json!(names), about.iter().map(|about| about["path"].clone()).collect::<Json>(), "{label}");
        for ((name, tensor), about) in tensors.iter().zip(about) {
            check_tensor(&file, name, *tensor, about, label, &mut slices);
            *counts.entry("tensors").or_default() += 1;
        }
        if case["kind"] == "state" {
            let (written, groups) = written(&file);
            let again = TorchFile::open(&written).expect("what was written");
            assert_eq!(again.tensors().expect("tensors").len(), tensors.len());
            back.push(json!({"name": label, "written": hex([&written[..]].into_iter()), "tensors": about, "groups": groups}));
        }
    }
    *counts.entry("slices").or_default() += slices;
    *counts.entry("written").or_default() += back.len();
    fs::write(&path, serde_json::to_vec(&back).expect("JSON")).expect("a file");
    let answer = script(python(), "check", &path);
    fs::remove_file(&path).expect("the file is there");
    let wrong: Vec<&str> = answer.lines().filter(|line| !line.is_empty()).collect();
    assert!(wrong.is_empty(), "{} of {}: {:.2000}", wrong.len(), back.len(), wrong[0]);
    assert_eq!(answer.lines().count(), back.len());
    (made["torch"].as_str().expect("a version").to_owned(), counts)
}

#[test]
fn files_by_the_format() {
    for python in interpreters().iter().filter(|python| python.is_at_least(3, 8)) {
        let (torch, counts) = run(|| python.command(), &python.to_string());
        println!("{python}, torch {torch}: {counts:?}");
        assert!(torch == "stub" && counts["tensors"] > 2_000 && counts["slices"] > 500 && counts["written"] > 100, "{counts:?}");
    }
}

#[test]
fn files_of_torch() {
    let Some(path) = std::env::var_os("CLOUDPICKLE_TORCH_PYTHON") else {
        return not_run("files of a real torch: CLOUDPICKLE_TORCH_PYTHON names no interpreter that has one");
    };
    let (torch, counts) = run(|| Command::new(&path), "real");
    println!("torch {torch}: {counts:?}");
    assert!(torch != "stub" && counts["tensors"] > 1_500, "{torch}: {counts:?}");
}

/// Files that are none, are cut, or lie: an error each, and no panic.
#[test]
fn broken_files() {
    let mut writer = TorchWriter::new();
    let weight = writer.tensor(vec![1_i32, 2, 3, 4], [2, 2]).unwrap();
    let whole = writer.state_dict([("w", weight)]).unwrap();
    for end in 0..whole.len() {
        if let Ok(file) = TorchFile::open(&whole[..end]) {
            for (_, tensor) in file.tensors().unwrap() {
                let _ = file.data(tensor);
            }
        }
    }
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= [1, 8, 0x80, 0xff][at % 4];
        if let Ok(file) = TorchFile::open(&bytes) {
            for (_, tensor) in file.tensors().unwrap() {
                let _ = file.data(tensor).map(|data| data.len());
            }
        }
    }
    assert!(
        TorchFile::open(b"").is_err() && TorchFile::open(b"\x80\x02K\x01.").is_err() && TorchFile::open(b"PK\x03\x04").is_err()
    );
}

/// A tensor is held against its storage, and the storage against the file.
#[test]
fn tensors_lie_in_their_storage() {
    let huge = usize::MAX / 2;
    let cases: &[(usize, &[usize], &[usize], bool)] = &[
        (0, &[2, 3], &[3, 1], true),
        (5, &[], &[], true),
        (6, &[], &[], false),
        (0, &[1 << 40, 0], &[1, 1], true),
        (0, &[huge, 0], &[1, 1], false),
        (0, &[7], &[1], false),
        (0, &[2], &[6], false),
        (0, &[1 << 20], &[0], true),
        (0, &[huge, huge], &[0, 0], false),
        (huge, &[1], &[1], false),
        (0, &[2], &[huge], false),
        (0, &[2, 3], &[3], false),
        (0, &[1; 65], &[1; 65], false),
    ];
    for (offset, shape, stride, good) in cases {
        let mut heap = Heap::new();
        let storage = StorageParts::new(Dtype::F32, "0", 6).build(&mut heap);
        let parts = TensorParts::new(storage, Dtype::F32, *shape).offset(*offset).stride(*stride);
        assert_eq!(parts.build(&mut heap).is_ok(), *good, "{offset} {shape:?} {stride:?}");
    }
    // The pickle says six items, the file has five.
    let mut heap = Heap::new();
    let storage = StorageParts::new(Dtype::F32, "0", 6).build(&mut heap);
    let tensor = TensorParts::new(storage, Dtype::F32, [6]).build(&mut heap).unwrap();
    let tensor = Tensor::reflect(heap.obj(tensor)).unwrap();
    assert!(matches!(tensor.with_bytes(&[0; 20]).unwrap_err().kind(), ErrorKind::WrongType { .. }));
    assert!(Storage::reflect(heap.obj(storage)).unwrap().byte_len() == Some(24));
}

/// Sharing makes a small pickle into a huge tree; modules that hold themselves have no end.
#[test]
fn walks_end() {
    let mut heap = Heap::new();
    let mut list = heap.list([]);
    for _ in 0..60 {
        list = heap.list([list, list]);
    }
    let found = cloudpickle::reflect::torch::tensors(heap.obj(list));
    assert!(matches!(found.unwrap_err().kind(), ErrorKind::LimitExceeded { .. }));
    for key in ["", "x"] {
        let mut heap = Heap::new();
        let dict = heap.dict([]);
        heap.set_item(dict, key, dict).unwrap();
        assert!(cloudpickle::reflect::torch::tensors(heap.obj(dict)).is_err(), "{key:?}");
    }
}
