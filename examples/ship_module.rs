//! A module that workers do not have, compiled for their Python: by reference its function fails there, by value it runs.
//!
//! A service compiles nothing: the `.pyc` files are made when it is built (README, "Modules from compiled files"). Here the `python3` of this machine does
//! it, and is the worker too. It needs cloudpickle for the payload by value, and nothing for the module as a whole.

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cloudpickle::reflect::CompiledModule;
use cloudpickle::{Heap, Pickler, Source};

/// What a worker does: it loads a pickle and calls what comes out.
const WORKER: &str = "import pickle, sys; f = pickle.load(sys.stdin.buffer); print(f.__module__, f.__name__, f(['a', 'b', 'c']))";

fn main() -> Result<(), Box<dyn Error>> {
    let python = std::env::args().nth(1).unwrap_or_else(|| "python3".to_owned());
    let pyc = std::fs::read(compile(&python)?)?;

    let mut heap = Heap::new();
    let total = heap.global("tasks", "total");
    let mut pickler = Pickler::new();
    let by_reference = pickler.dumps(&heap, total)?;
    println!("by reference, {} bytes: {}", by_reference.len(), worker(&python, &by_reference)?);

    let tasks = CompiledModule::from_pyc("tasks", &pyc)?;
    println!("tasks.py as Python {} compiled it: {}", tasks.version(), tasks.names().collect::<Vec<_>>().join(", "));
    pickler.register_pickle_by_value(tasks);
    let by_value = pickler.dumps(&heap, total)?;
    println!("by value, {} bytes: {}", by_value.len(), worker(&python, &by_value)?);

    // Where something of a module cannot be followed, the module goes as a whole: its code object, run once on the worker ..
    let whole = whole_module("tasks", &pyc).dumps()?;
    println!("the module's code, {} bytes: {}", whole.len(), worker(&python, &whole)?);
    // .. or its source, for any Python.
    let source = Source::module("tasks", include_str!("tasks.py")).function("total").dumps()?;
    println!("the module's source, {} bytes: {}", source.len(), worker(&python, &source)?);
    Ok(())
}

/// `tasks.total` of the module that the code object in a `.pyc` makes, once in a worker process.
fn whole_module(name: &str, pyc: &[u8]) -> Source {
    let make = Source::function(
        "def function_of(name, data, wanted):
    import marshal, sys, types
    module = sys.modules.get(name)
    if module is None:
        module = sys.modules[name] = types.ModuleType(name)
        exec(marshal.loads(data), module.__dict__)
    return getattr(module, wanted)",
    );
    // Behind the header of 16 bytes stands what marshal.dumps(code) gives.
    let code = pyc.get(16..).unwrap_or_default().to_vec();
    Source::expression("make(name, code, wanted)")
        .global("make", make)
        .global("name", name.to_owned())
        .global("code", cloudpickle::Bytes(code))
        .global("wanted", "total")
}

/// Compiles `tasks.py` as a `build.rs` would.
fn compile(python: &str) -> Result<PathBuf, Box<dyn Error>> {
    let out = std::env::temp_dir().join(format!("ship-module-{}.pyc", std::process::id()));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/tasks.py");
    let script = "import py_compile, sys; py_compile.compile(sys.argv[1], cfile=sys.argv[2], dfile='tasks.py', doraise=True)";
    let status = Command::new(python).arg("-c").arg(script).arg(source).arg(&out).status()?;
    if !status.success() {
        return Err(format!("{python} does not compile tasks.py").into());
    }
    Ok(out)
}

/// What a worker says to a payload: what it prints, or the last line of its traceback.
fn worker(python: &str, payload: &[u8]) -> Result<String, Box<dyn Error>> {
    let mut child = Command::new(python)
        .args(["-c", WORKER])
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    child.stdin.take().ok_or("the worker has an input")?.write_all(payload)?;
    let output = child.wait_with_output()?;
    let text = if output.status.success() { output.stdout } else { output.stderr };
    Ok(String::from_utf8_lossy(&text).lines().last().unwrap_or_default().to_owned())
}
