//! Functions by value that depend on the worker's Python: the same closure built here, and pickled by cloudpickle.

use std::fs;
use std::path::Path;

use cloudpickle::marshal::Pyc;
use cloudpickle::reflect::{Code, Dialect, Function, Target};
use cloudpickle::{Heap, Result, Value, loads};
use worker_task::Task;

use crate::python::Python;
use crate::tools::{command, compile, run, scratch_file};

/// `scale(x)` is `max(0, x * factor) + OFFSET`: it closes over `factor`, and has a global and a function among its globals.
const SOURCE: &str = "
OFFSET = 0


def clamp(x):
    return max(0, x)


def make_scale(factor):
    def scale(x):
        return clamp(x * factor) + OFFSET

    return scale
";

/// The closure with a factor and an offset, built in Rust from the bytecode of that Python, for a release of cloudpickle there.
///
/// # Panics
///
/// When it cannot be built.
#[must_use]
pub fn built_closure(python: &Python, dialect: &Dialect, factor: i64, offset: i64) -> Task {
    let file = compile(python, "scales", SOURCE);
    let pyc = Pyc::parse(&file).expect("Python wrote a .pyc");
    let (major, minor) = pyc.header.python;
    let build = |heap: &mut Heap<'static>, target: &Target| {
        let module = pyc.code.load(heap)?;
        let (clamp, scale) = (nested(heap, module, &["clamp"]), nested(heap, module, &["make_scale", "scale"]));
        let clamp = Function::new(clamp).module("scales").build(heap, target)?;
        let scale = Function::new(scale).module("scales").global("clamp", clamp).global("OFFSET", offset);
        scale.closure("factor", factor).build(heap, target)
    };
    let built: Result<Task> = Task::by_value(&Target::cpython(major, minor).dialect(dialect.clone()), build);
    built.expect("the code is of that Python")
}

/// The code object of a definition inside another.
fn nested(heap: &Heap<'_>, module: Value, path: &[&str]) -> Value {
    let mut code = Code::reflect(heap.obj(module)).expect("a .pyc holds a code object");
    for name in path {
        code = code.nested().find(|code| code.name() == *name).unwrap_or_else(|| panic!("{name} is in the source"));
    }
    code.object().value()
}

/// The same closure as the cloudpickle among some packages pickles it.
///
/// # Panics
///
/// When it cannot be made.
#[must_use]
pub fn pickled_closure(python: &Python, packages: &Path, factor: i64, offset: i64) -> Task {
    let file = scratch_file("scale.pkl");
    let script = format!(
        "{SOURCE}
import sys, cloudpickle
OFFSET = {offset}
open(sys.argv[1], 'wb').write(cloudpickle.dumps(make_scale({factor})))
"
    );
    let mut command = command(python, &[packages]);
    run(command.arg("-c").arg(script).arg(&file)).unwrap_or_else(|e| panic!("{e}"));
    let bytes = fs::read(&file).expect("it was written");
    let _ = fs::remove_file(&file);
    Task::payload((python.version.0, python.version.1), &loads(&bytes).expect("cloudpickle wrote a pickle"))
}
