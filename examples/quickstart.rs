//! The examples of cloudpickle's own README, in Rust: a lambda, a function, and a function of a module that the worker does not have.
//!
//! Each payload is made here and handed to a plain `python3`, which loads it with the standard library's `pickle` and uses it. What
//! Python was told and what it answered is printed. `PYTHON=python3.8 cargo run --example quickstart` takes another Python.

use std::error::Error;
use std::io::{ErrorKind, Write};
use std::process::{Command, ExitCode, Stdio};

use cloudpickle::{Heap, Pickler, Source};

fn main() -> ExitCode {
    match examples() {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            eprintln!("{err}");
            ExitCode::FAILURE
        }
    }
}

fn examples() -> Result<(), Box<dyn Error>> {
    println!("A lambda.");
    let squared = Source::lambda("lambda x: x ** 2");
    python(&squared.dumps()?, &["squared = pickle.load(payload)", "squared(2)"])?;

    println!("A function. Its global comes from Rust, its annotations from the source.");
    let my_function = Source::function(
        "
def my_function(data: int) -> int:
    return data + CONSTANT
",
    );
    let bytes = my_function.global("CONSTANT", 42).dumps()?;
    python(
        &bytes,
        &[
            "my_function = pickle.load(payload)",
            "my_function(43)",
            "print(my_function.__name__ + str(inspect.signature(my_function)))",
            "my_function.__annotations__",
            "print(inspect.getsource(my_function), end='')",
        ],
    )?;

    println!("A function of a module, by reference: the worker has to have my_module.");
    let mut heap = Heap::new();
    let f = heap.global("my_module", "my_function");
    let mut pickler = Pickler::new().protocol(4);
    python(&pickler.dumps(&heap, f)?, &["pickle.load(payload)"])?;

    println!("The same function by value: my_module travels along.");
    let my_module = Source::module("my_module", include_str!("my_module.py")).global("CONSTANT", 42);
    pickler.register_pickle_by_value(my_module);
    python(&pickler.dumps(&heap, f)?, &["f = pickle.load(payload)", "f(43)", "f.__module__"])?;
    Ok(())
}

/// Has Python carry out statements, with a payload on standard input, and prints what an interactive session would show.
fn python(payload: &[u8], statements: &[&str]) -> Result<(), Box<dyn Error>> {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let mut child = match Command::new(&python).args(["-c", SESSION]).args(statements).stdin(Stdio::piped()).spawn() {
        Err(err) if err.kind() == ErrorKind::NotFound => {
            return Err(
                format!("{python} was not found: install Python 3 (Debian: apt-get install python3), or set PYTHON").into()
            );
        }
        child => child?,
    };
    child.stdin.take().ok_or("no standard input")?.write_all(payload)?;
    if !child.wait()?.success() {
        return Err(format!("{python} failed").into());
    }
    println!();
    Ok(())
}

/// Nothing but the standard library, and no word of the objects to come.
const SESSION: &str = r#"
import inspect, pickle, sys

payload = sys.stdin.buffer
for statement in sys.argv[1:]:
    print(">>>", statement)
    try:
        exec(compile(statement, "<session>", "single"))
    except Exception as error:
        print(type(error).__name__ + ":", error)
"#;
