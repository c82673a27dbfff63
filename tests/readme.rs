//! The code of README.md, run; and a check that it stands there word for word.

// The README binds what a reader would use.
#![allow(unused_variables)]

use cloudpickle::Result;

#[test]
fn functions_for_workers() -> Result<()> {
    use cloudpickle::{Heap, Pickler, Source};

    // A lambda.
    let squared = Source::lambda("lambda x: x ** 2");
    let bytes = squared.dumps()?;

    // A function. Its global comes from Rust, its annotations from the source.
    let my_function = Source::function("def my_function(data: int) -> int:\n    return data + CONSTANT\n");
    let bytes = my_function.global("CONSTANT", 42).dumps()?;

    // A function of a module that the worker does not have: by reference ...
    let mut heap = Heap::new();
    let f = heap.global("my_module", "my_function");
    let mut pickler = Pickler::new().protocol(4);
    let by_reference = pickler.dumps(&heap, f)?;

    // ... and by value, as cloudpickle's register_pickle_by_value.
    let my_module =
        Source::module("my_module", "def my_function(data: int) -> int:\n    return data + CONSTANT\n").global("CONSTANT", 42);
    pickler.register_pickle_by_value(my_module);
    let by_value = pickler.dumps(&heap, f)?;
    Ok(())
}

#[test]
fn functions_by_value() -> Result<()> {
    use cloudpickle::loads;
    use cloudpickle::reflect::{Dialect, Function};

    let bytes = include_bytes!("../examples/counter.pkl"); // written by cloudpickle
    let mut pickle = loads(bytes)?;
    println!("{}", Function::reflect(pickle.root())?); // <function __main__.make_counter.<locals>.count(..)>

    // For workers with PySpark's copy of cloudpickle; an older release is "2.2".parse()?.
    let moved = pickle.redialect(&Dialect::PYSPARK);
    assert!(moved.kept.is_empty()); // else: what that release cannot say
    let bytes = pickle.dumps()?;
    Ok(())
}

#[test]
fn modules_from_compiled_files() -> Result<()> {
    use cloudpickle::reflect::{CompiledModule, Target};
    use cloudpickle::{Heap, Pickler};

    let target = Target::cpython(3, 12); // the worker's Python
    let pyc: &[u8] = match target.python() {
        (3, 12) => include_bytes!("../examples/tasks.cpython-312.pyc"),
        other => panic!("tasks.py is not compiled for {other:?}"),
    };
    let mut heap = Heap::new();
    let total = heap.global("tasks", "total");
    let mut pickler = Pickler::new();
    pickler.register_pickle_by_value(CompiledModule::from_pyc("tasks", pyc)?);
    let by_value = pickler.dumps(&heap, total)?;
    Ok(())
}

#[test]
fn data_and_calls() -> Result<()> {
    use cloudpickle::{Bytes, Heap, Pickler, py};

    // A Rust tuple is a Python tuple, a Vec or an array a list, None is None.
    let bytes = py!({"name": "run-7", "shape": (2, 3), "tags": ["a", "b"], "blob": Bytes(b"\x00\x01"), "next": None}).dumps()?;

    // A call that happens when the worker unpickles: math.hypot(3.0, 4.0).
    let mut heap = Heap::new();
    let hypot = heap.global("math", "hypot");
    let call = heap.call(hypot, (3.0, 4.0));
    let bytes = Pickler::new().protocol(4).dumps(&heap, call)?;
    Ok(())
}

#[test]
fn looking_in() -> Result<()> {
    use cloudpickle::{dis, loads, py};

    let bytes = py!({"config": {"rate": 0.5, "name": "run-7"}}).dumps()?;

    let pickle = loads(&bytes)?;
    println!("{}", pickle.root()); // Python's repr
    let rate = pickle.root().get("config")?.get("rate")?.as_f64()?;
    let err = pickle.root().get("config")?.get("name")?.as_f64().unwrap_err();
    assert_eq!(err.to_string(), "float wanted, str 'run-7' found at root['config']['name']");

    // What is not touched stays as it was, byte for byte.
    let mut pickle = pickle.into_owned();
    let config = pickle.root().get("config")?.value();
    pickle.heap_mut().set_item(config, "rate", rate / 2.0)?;
    let bytes = pickle.dumps()?;

    print!("{}", dis(&bytes)?); // the text of pickletools.dis
    Ok(())
}

#[test]
fn a_gate() -> Result<()> {
    use cloudpickle::{Policy, Unpickler};

    let policy = Policy::deny_all().allow("builtins", ["set", "frozenset"]).allow_module("myapp.jobs");
    let err = Unpickler::new().policy(&policy).max_objects(1_000_000).loads(b"cos\nsystem\n(S'true'\ntR.").unwrap_err();
    assert_eq!(err.to_string(), "global os.system is not allowed in GLOBAL (at offset 0x0)");
    Ok(())
}

#[test]
fn many_payloads() -> Result<()> {
    use cloudpickle::{Pickler, Unpickler, Workspace};

    let (unpickler, mut workspace, mut out) = (Unpickler::new(), Workspace::new(), Vec::new());
    for payload in [b"\x80\x05K\x07.", b"\x80\x05K\x08."] {
        let pickle = unpickler.loads_in(&mut workspace, payload)?;
        out.clear();
        Pickler::like(&pickle).dump_pickle_in(&mut workspace, &pickle, &mut out)?;
        assert_eq!(out, payload);
        workspace.recycle(pickle); // the next one is read into its memory
    }
    Ok(())
}

#[test]
fn the_readme_says_what_runs_here() {
    // rustfmt breaks lines where the README does not.
    let without_blanks = |text: &str| text.split_whitespace().collect::<String>();
    let here = without_blanks(include_str!("readme.rs"));
    let readme = include_str!("../README.md");
    let blocks: Vec<&str> = readme.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 7);
    for block in blocks {
        assert!(here.contains(&without_blanks(block)), "not run here:\n{block}");
    }
}
