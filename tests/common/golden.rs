//! The golden payloads of `tests/golden`: what releases of cloudpickle and dill wrote, and what Python said of it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

/// A kind of object on one Python.
struct Record {
    name: String,
    info: Json,
    payloads: Vec<Vec<u8>>,
}

/// One payload.
pub struct Golden {
    /// Which Python wrote it: `3.12`.
    pub python: (u32, u32),
    /// The package: `cloudpickle`, `pyspark`, `dill`.
    pub package: String,
    /// The release: `3.1.2`, with `recurse` behind it for dill.
    pub release: String,
    /// The kind of object.
    pub case: String,
    /// What Python said of the object.
    pub object: Json,
    /// What came of loading and comparing it.
    pub result: Json,
    /// Modules that must be there when it is loaded.
    pub modules: Vec<String>,
    /// What is asked of the object: expressions of `x`.
    pub calls: Vec<String>,
    pub bytes: Vec<u8>,
}

impl Golden {
    /// Which payload it is, for a person.
    pub fn label(&self) -> String {
        format!("{}.{} {} {} {}", self.python.0, self.python.1, self.package, self.release, self.case)
    }
}

fn files() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files: Vec<_> = fs::read_dir(dir).expect("tests/golden").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "zlib"));
    files.sort();
    files
}

/// `u32(number of fields) (u32(length) bytes)*`, in a zlib stream.
fn records(file: &Path) -> Vec<Record> {
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

/// Two numbers of a version: `3.12` of `3.12.1`.
pub fn version(text: &str) -> (u32, u32) {
    let mut numbers = text.split('.').filter_map(|number| number.parse().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// Gives every payload to `each`.
pub fn golden(mut each: impl FnMut(Golden)) {
    let files = files();
    assert!(!files.is_empty(), "there are no golden payloads");
    for file in files {
        let python = version(file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().trim_start_matches("py"));
        for record in records(&file) {
            let texts =
                |list: &Json| list.as_array().into_iter().flatten().filter_map(|text| Some(text.as_str()?.to_owned())).collect();
            let modules: Vec<String> = texts(&record.info["modules"]);
            let calls = record.info["calls"].as_array().into_iter().flatten();
            let calls: Vec<String> = calls.filter_map(|call| Some(call[0].as_str()?.to_owned())).collect();
            for (producer, result) in record.info["producers"].as_object().into_iter().flatten() {
                let Some(at) = result["payload"].as_u64() else { continue };
                let (package, release) = producer.split_once(' ').expect("package and release");
                each(Golden {
                    python,
                    package: package.to_owned(),
                    release: release.to_owned(),
                    case: record.name.clone(),
                    object: result.get("object").unwrap_or(&record.info["object"]).clone(),
                    result: result.clone(),
                    modules: modules.clone(),
                    calls: calls.clone(),
                    bytes: record.payloads[usize::try_from(at).expect("an index")].clone(),
                });
            }
        }
    }
}
