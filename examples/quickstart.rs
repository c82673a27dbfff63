//! The examples of cloudpickle's own README, in Rust: a lambda, a function, and a function of a module that the worker does not have.
//!
//! Each payload is made here and handed to a plain `python3` (by the worker pool of `examples/python_pool`), which loads it with the standard library's
//! `pickle` and uses it. What Python was told and what it answered is printed. `PYTHON=python3.8 cargo run --example quickstart` takes another Python.

use std::process::ExitCode;

use cloudpickle::{Bytes, Heap, Pickler, Source};
use python_pool::{Callable, Pool, Result};

fn main() -> ExitCode {
    match examples() {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            eprintln!("{err}");
            ExitCode::FAILURE
        }
    }
}

fn examples() -> Result<()> {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let pool = Pool::builder().python(python).workers(1).start()?;

    println!("A lambda.");
    let squared = Source::lambda("lambda x: x ** 2");
    show(&pool, squared.dumps()?, &["squared = pickle.load(payload)", "squared(2)"])?;

    println!("A function. Its global comes from Rust, its annotations from the source.");
    let my_function = Source::function(
        "
def my_function(data: int) -> int:
    return data + CONSTANT
",
    );
    let bytes = my_function.global("CONSTANT", 42).dumps()?;
    show(
        &pool,
        bytes,
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
    show(&pool, pickler.dumps(&heap, f)?, &["pickle.load(payload)"])?;

    println!("The same function by value: my_module travels along.");
    let my_module = Source::module("my_module", include_str!("my_module.py")).global("CONSTANT", 42);
    pickler.register_pickle_by_value(my_module);
    show(&pool, pickler.dumps(&heap, f)?, &["f = pickle.load(payload)", "f(43)", "f.__module__"])?;
    Ok(())
}

/// Has the worker carry out statements with a payload, and prints what an interactive session would show.
fn show(pool: &Pool, payload: Vec<u8>, statements: &[&str]) -> Result<()> {
    let session = Callable::new(&Source::function(SESSION))?;
    let shown: String = pool.call(session.call((Bytes(payload), statements)))?.get()?;
    println!("{shown}");
    Ok(())
}

/// Nothing but the standard library, and no word of the objects to come.
const SESSION: &str = r#"
import contextlib, inspect, io, pickle

def session(payload, statements):
    names = {"inspect": inspect, "pickle": pickle, "payload": io.BytesIO(payload)}
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        for statement in statements:
            print(">>>", statement)
            try:
                exec(compile(statement, "<session>", "single"), names)
            except Exception as error:
                print(type(error).__name__ + ":", error)
    return shown.getvalue()
"#;
