//! The golden payloads: what releases of cloudpickle and dill wrote, and what Python says that each object is.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

/// A case with its payloads.
pub struct Record {
    pub name: String,
    pub info: Json,
    pub payloads: Vec<Vec<u8>>,
}

/// The files, one for each Python.
pub fn golden_files() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "zlib"));
    files.sort();
    files
}

/// `u32(number of fields) (u32(length) bytes)*`, in a zlib stream.
pub fn records(file: &Path) -> Vec<Record> {
    let packed = fs::read(file).expect("a golden file");
    let data = miniz_oxide::inflate::decompress_to_vec_zlib(&packed).expect("a zlib stream");
    let mut rest = data.as_slice();
    let number = |rest: &mut &[u8]| {
        let (head, tail) = rest.split_at(4);
        *rest = tail;
        u32::from_le_bytes(head.try_into().expect("four bytes")) as usize
    };
    let mut found = Vec::new();
    while !rest.is_empty() {
        let mut fields = Vec::new();
        for _ in 0..number(&mut rest) {
            let length = number(&mut rest);
            let (field, tail) = rest.split_at(length);
            fields.push(field.to_vec());
            rest = tail;
        }
        let payloads = fields.split_off(2);
        let info = serde_json::from_slice(&fields[1]).expect("JSON");
        found.push(Record { name: String::from_utf8(fields.swap_remove(0)).expect("a name"), info, payloads });
    }
    found
}

/// `3.11` as numbers.
pub fn version(text: &str) -> (u32, u32) {
    let mut numbers = text.split('.').filter_map(|number| number.parse().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// The Python that a file is of.
pub fn python_of(file: &Path) -> (u32, u32) {
    version(file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().trim_start_matches("py"))
}
