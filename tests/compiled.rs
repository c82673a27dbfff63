//! Modules by value from `.pyc` files, against cloudpickle with the same modules registered: byte for byte, and by what the worker makes of both.

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cloudpickle::reflect::{CompiledModule, ModuleOptions};
use cloudpickle::{ErrorKind, Heap, Pickler};

use common::{Python, interpreters, not_run, scripts, venv};

/// What is installed beside cloudpickle. `NAME:N` are the first N functions and classes of a package.
const REQUIREMENTS: &[&str] = &["cloudpickle==3.1.2", "attrs==23.2.0", "click==8.1.7", "requests==2.31.0", "flask==3.0.3", "rich==13.7.1", "networkx==3.1"];
const PACKAGES: &[&str] = &["click", "requests", "flask", "rich:150", "attr", "networkx:250"];

struct Objects {
    modules: Vec<(String, String, PathBuf)>,
    objects: Vec<(String, String, String, Vec<u8>)>,
    refused: usize,
}

fn records(bytes: &[u8]) -> Objects {
    let mut rest = bytes;
    let mut field = || {
        let (length, behind) = rest.split_first_chunk::<4>()?;
        let (field, behind) = behind.split_at(u32::from_le_bytes(*length) as usize);
        rest = behind;
        Some(field.to_vec())
    };
    let mut found = Objects { modules: Vec::new(), objects: Vec::new(), refused: 0 };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("names are text");
    while let Some(what) = field() {
        let [one, two, three, four] = std::array::from_fn(|_| field().expect("a record has five fields"));
        match &*what {
            b"module" => found.modules.push((text(one), text(two), text(three).into())),
            b"object" => found.objects.push((text(one), text(two), text(three), four)),
            _ => found.refused += 1,
        }
    }
    found
}

/// The tree of modules of a package.
fn package(top: &str, modules: &[(String, String, PathBuf)]) -> CompiledModule {
    let load = |name: &str, path: &Path| {
        let bytes = std::fs::read(path).expect("the .pyc was written");
        ModuleOptions::new(name).platform("linux").missing("module_that_is_not_there").from_pyc(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let mut of_top = modules.iter().filter(|(of, _, _)| of == top);
    let (_, name, path) = of_top.next().expect("the package itself comes first");
    of_top.fold(load(name, path), |whole, (_, name, path)| whole.submodule(load(name, path)))
}

/// With the ids by which a worker knows classes, which are random, counted.
fn without_ids(payload: &[u8]) -> Vec<u8> {
    let mut out = payload.to_vec();
    let mut known: Vec<Vec<u8>> = Vec::new();
    let mut at = 0;
    while at + 34 <= out.len() {
        let digits = out[at + 2..at + 34].to_vec();
        if out[at..].starts_with(b"\x8c\x20") && digits.iter().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(c)) {
            let nth = known.iter().position(|id| *id == digits).unwrap_or_else(|| {
                known.push(digits);
                known.len() - 1
            });
            out[at + 2..at + 34].copy_from_slice(format!("{nth:032}").as_bytes());
            at += 34;
        } else {
            at += 1;
        }
    }
    out
}

#[derive(Default, Debug)]
struct Counts {
    objects: usize,
    identical: usize,
    same: usize,
    only_ours: usize,
    differs: Vec<String>,
    not_followed: Vec<String>,
}

fn check(python: &Python) -> Option<BTreeMap<String, Counts>> {
    let libs = match venv(python, REQUIREMENTS) {
        Ok(libs) => libs,
        Err(why) => {
            not_run(&format!("{python}: {why:.300}"));
            return None;
        }
    };
    let (major, minor, _) = python.version;
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("compiled-{major}.{minor}"));
    std::fs::create_dir_all(&out).expect("a directory can be made");
    let script = scripts().join("compiled.py");
    let only = std::env::var("CLOUDPICKLE_ONLY").ok();
    let packages: Vec<&str> = PACKAGES.iter().copied().filter(|name| only.as_ref().is_none_or(|only| name.starts_with(only))).collect();
    let mut command = python.command();
    command.env("PYTHONPATH", &libs).arg(&script).arg("write").arg(&out).arg(scripts().join("compiled")).args(packages);
    let output = command.output().expect("the interpreter starts");
    assert!(output.status.success(), "{python}: {}", String::from_utf8_lossy(&output.stderr));
    let Objects { modules, objects, refused } = records(&std::fs::read(out.join("records")).expect("it was written"));
    let mut tops: Vec<&str> = modules.iter().map(|(top, _, _)| &**top).collect();
    tops.dedup();
    let mut all: BTreeMap<String, Counts> = BTreeMap::new();
    for top in tops {
        let mut pickler = Pickler::new();
        pickler.register_pickle_by_value(package(top, &modules));
        let mut pairs = Vec::new();
        let covers = |module: &str| module == top || module.strip_prefix(top).is_some_and(|rest| rest.starts_with('.'));
        let mut kinds = BTreeMap::new();
        for (module, name, kind, theirs) in objects.iter().filter(|(module, ..)| covers(module)) {
            let counts = all.entry(kind.clone()).or_default();
            counts.objects += 1;
            let mut heap = Heap::new();
            let reference = heap.global(module, name);
            match pickler.dumps(&heap, reference) {
                Ok(ours) if without_ids(&ours) == without_ids(theirs) => counts.identical += 1,
                Ok(ours) => {
                    kinds.insert(format!("{module}.{name}"), kind.clone());
                    for field in [format!("{module}.{name}").as_bytes(), &ours, theirs] {
                        pairs.extend(u32::try_from(field.len()).expect("a payload is small").to_le_bytes());
                        pairs.extend(field);
                    }
                }
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::NotFollowed { .. } | ErrorKind::NotFound { .. } | ErrorKind::LimitExceeded { .. }), "{error}");
                    counts.not_followed.push(format!("{module}.{name}: {error}"));
                }
            }
        }
        let file = out.join(format!("pairs-{top}"));
        std::fs::write(&file, pairs).expect("pairs can be written");
        let mut command = python.command();
        command.env("PYTHONPATH", &libs).arg(&script).arg("judge").arg(&file).arg(top);
        let output = command.output().expect("the interpreter starts");
        assert!(output.status.success(), "{python}: {}", String::from_utf8_lossy(&output.stderr));
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let mut fields = line.splitn(3, '\t');
            let [name, verdict, text] = std::array::from_fn(|_| fields.next().unwrap_or_default());
            let Some(kind) = kinds.remove(name) else { continue };
            let counts = all.entry(kind).or_default();
            match verdict {
                "same" => counts.same += 1,
                "only ours" => counts.only_ours += 1,
                _ => counts.differs.push(format!("{name}: {verdict}: {text}")),
            }
        }
        assert!(kinds.is_empty(), "{python}: not judged: {kinds:?}");
    }
    eprintln!("{python}: {} modules, {} objects, cloudpickle refuses {refused}", modules.len(), objects.len());
    Some(all)
}

#[test]
fn against_cloudpickle() {
    for python in interpreters().into_iter().filter(|python| python.is_at_least(3, 8)) {
        if std::env::var("CLOUDPICKLE_PYTHON").is_ok_and(|wanted| !python.to_string().contains(&wanted)) {
            continue;
        }
        let Some(all) = check(&python) else { continue };
        for (kind, counts) in &all {
            let Counts { objects, identical, same, only_ours, differs, not_followed } = counts;
            let (different, lost) = (differs.len(), not_followed.len());
            eprintln!("  {kind}: {objects} objects: {identical} identical, {same} behave alike, {only_ours} only ours load, {different} differ, {lost} not followed");
            if std::env::var_os("CLOUDPICKLE_LIST").is_some() {
                for line in differs.iter().chain(not_followed) {
                    eprintln!("    {line:.400}");
                }
            }
        }
    }
}
