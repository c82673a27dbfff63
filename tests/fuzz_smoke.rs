//! What the fuzz targets do, done with the pickles in `fuzz/corpus`.

#[path = "../fuzz/bodies.rs"]
mod bodies;

fn run(target: &str, body: fn(&[u8])) {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path());
    let mut count = 0;
    for file in files {
        let data = std::fs::read(&file).unwrap();
        let result = std::panic::catch_unwind(|| body(&data));
        assert!(result.is_ok(), "{} of {}", target, file.display());
        count += 1;
    }
    assert!(count > 50, "{count} files for {target}");
}

#[test]
fn ops() {
    run("ops", bodies::ops_target);
}

#[test]
fn unpickle() {
    run("unpickle", bodies::unpickle);
}

#[test]
fn roundtrip() {
    run("roundtrip", bodies::roundtrip);
}

#[test]
fn dis() {
    run("dis", bodies::disassemble);
}
