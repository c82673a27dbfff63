//! Classes made in Rust: an enum, a dataclass, and a class with a method, for a worker with cloudpickle.
//!
//! The code of the method is taken from a payload, as it would be from a `.pyc`: bytecode is of one Python, and so the class is built for
//! that one. An enum, a dataclass and whatever has no methods of its own run on every Python.

use std::error::Error;

use cloudpickle::reflect::{Class, Dialect, Function, Target};
use cloudpickle::{Heap, Pickler};

fn main() -> Result<(), Box<dyn Error>> {
    let target = Target::cpython(3, 11);
    let mut heap = Heap::new();

    let color = Class::enumeration("Color").member("RED", 1).member("GREEN", 2).build(&mut heap, &target)?;
    let red = heap.call(color, (1,));

    let (int, list) = (heap.global("builtins", "int"), heap.global("builtins", "list"));
    let job = Class::dataclass("Job")
        .field("number", int)
        .field_default("retries", int, 3)
        .field_factory("tags", list, list)
        .option("order", true)
        .build(&mut heap, &target)?;
    let first = heap.call(job, (1,));

    // def my_function(data): return data + CONSTANT, as Python 3.11 compiled it.
    let payload = cloudpickle::loads(include_bytes!("my_function.pkl"))?;
    let code = heap.copy(Function::reflect(payload.root())?.code().object());
    let add = Function::new(code).name("add").qualname("Adder.add").global("CONSTANT", 42);
    let adder =
        Class::new("Adder").doc("Adds a constant.").attr("unit", "m").staticmethod("add", add).build(&mut heap, &target)?;

    for class in [color, job, adder] {
        let class = Class::reflect(heap.obj(class))?;
        println!("{class}");
        for (name, member) in class.members() {
            println!("    {name} = {member:.60}");
        }
    }

    let all = heap.list([color, red, job, first, adder]);
    let bytes = Pickler::new().protocol(target.protocol_number()).dumps(&heap, all)?;
    println!("{} bytes for {}", bytes.len(), target.dialect_of());

    // The same for PySpark's copy.
    let mut pickle = cloudpickle::loads(&bytes)?;
    let moved = pickle.redialect(&Dialect::PYSPARK);
    println!("{} constructs moved to {}", moved.built, Dialect::PYSPARK);
    assert!(moved.kept.is_empty());
    Ok(())
}
