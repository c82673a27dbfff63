//! What is in a payload: its functions, as a person sees them. Nothing is imported, nothing is called.
//!
//! `cargo run --example inspect_function [FILE]`; without a file it takes the two payloads beside this file.

use std::error::Error;
use std::{env, fs};

use cloudpickle::reflect::{Dialect, Function};

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = env::args().skip(1).collect();
    if files.is_empty() {
        inspect(include_bytes!("my_function.pkl"))?;
        inspect(include_bytes!("counter.pkl"))?;
    }
    for file in files {
        inspect(&fs::read(file)?)?;
    }
    Ok(())
}

fn inspect(bytes: &[u8]) -> cloudpickle::Result<()> {
    let pickle = cloudpickle::loads(bytes)?;
    let function = Function::reflect(pickle.root())?;
    println!("{function}");
    if let Some(dialect) = Dialect::detect(pickle.root()) {
        println!("  written by    {dialect}");
    }
    if let Some(doc) = function.doc() {
        println!("  doc           {doc}");
    }
    let code = function.code();
    println!("  source        {}, line {}, {} bytes of bytecode", code.filename(), code.firstlineno(), code.bytecode().len());
    for (name, value) in function.globals() {
        println!("  global        {name} = {value:.60}");
    }
    for (name, cell) in function.closure() {
        match cell.contents() {
            Some(value) => println!("  closes over   {name} = {value:.60}"),
            None => println!("  closes over   {name}, which is not set"),
        }
    }
    for parameter in function.signature().parameters() {
        println!("  parameter     {parameter}");
    }
    Ok(())
}
