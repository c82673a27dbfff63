//! Shows the columns of a pickled `pandas.DataFrame` without Python.
//!
//! `cargo run --example dataframe frame.pkl`. Without an argument it takes `examples/dataframe.pkl`, which pandas 2.2 wrote.

use std::error::Error;

use cloudpickle::reflect::pandas::{Cell, DataFrame};

fn main() -> Result<(), Box<dyn Error>> {
    let bytes = match std::env::args().nth(1) {
        Some(path) => std::fs::read(path)?,
        None => include_bytes!("dataframe.pkl").to_vec(),
    };
    let pickle = cloudpickle::loads(&bytes)?;
    let frame = DataFrame::reflect(pickle.root())?;
    println!("{frame}");
    for (name, column) in frame.names().iter().zip(frame.all()) {
        let first: Vec<String> = column.cells().into_iter().flatten().take(4).map(show).collect();
        println!("{:10} {:15} {}", name.to_string_lossy(), column.dtype_name(), first.join(", "));
    }
    for block in frame.blocks() {
        println!("{:?} is columns {:?}", block.values(), block.places());
    }
    // A column of numbers is read from the bytes of the pickle.
    if let Some(values) = frame.column("people").and_then(|column| column.values::<i64>()) {
        println!("people: {}", values.sum::<i64>());
    }
    Ok(())
}

fn show(cell: Cell<'_>) -> String {
    match cell {
        Cell::Missing => "-".to_owned(),
        Cell::Bool(bool) => bool.to_string(),
        Cell::Int(n) | Cell::Period(n) => n.to_string(),
        Cell::UInt(n) => n.to_string(),
        Cell::Float(float) => float.to_string(),
        Cell::Str(text) => text.to_string_lossy().into_owned(),
        Cell::Time(ticks) => format!("{} s since 1970", ticks / 1_000_000_000),
        Cell::Duration(ticks) => format!("{} s", ticks / 1_000_000_000),
        Cell::Object(object) => object.to_string(),
    }
}
