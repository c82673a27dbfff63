//! A function of a module that workers do not have: by reference it fails there, by value it travels along.
//!
//! The definitions come from the module's source, and from a payload that a Python program wrote. Nothing but `pickle.loads` is needed for
//! the first; the second needs cloudpickle on the worker.

use std::error::Error;

use cloudpickle::reflect::{Function, PickledModule};
use cloudpickle::{Heap, Pickler, Source};

fn main() -> Result<(), Box<dyn Error>> {
    // A job: a call that is to happen on a worker.
    let mut heap = Heap::new();
    let function = heap.global("my_module", "my_function");
    let job = heap.dict([]);
    heap.set_item(job, "function", function)?;
    heap.set_item(job, "args", (43,))?;

    let mut pickler = Pickler::new();
    let by_reference = pickler.dumps(&heap, job)?;
    println!("by reference: {} bytes, {}", by_reference.len(), heap.obj(job));

    // From source: every CPython from 3.6 on takes it.
    let my_module = Source::module("my_module", include_str!("my_module.py")).global("CONSTANT", 42);
    pickler.register_pickle_by_value(my_module);
    let by_value = pickler.dumps(&heap, job)?;
    println!("by value, from source: {} bytes", by_value.len());
    let registered: Vec<&str> = pickler.list_registry_pickle_by_value().collect();
    assert_eq!(registered, ["my_module"]);
    pickler.unregister_pickle_by_value("my_module")?;
    assert_eq!(pickler.dumps(&heap, job)?, by_reference);
    let err = pickler.unregister_pickle_by_value("my_module").unwrap_err();
    println!("twice: {err}");

    // From a payload that carries it, written by a Python program: here its `__main__`.
    let carried = PickledModule::new("__main__", cloudpickle::loads(include_bytes!("my_function.pkl"))?.into_owned())?;
    println!("the payload carries {:?}", carried.definitions());
    pickler.register_pickle_by_value(carried);
    let main = heap.global("__main__", "my_function");
    let bytes = pickler.dumps(&heap, main)?;
    println!("by value, from a payload: {} bytes, {}", bytes.len(), Function::reflect(cloudpickle::loads(&bytes)?.root())?);
    Ok(())
}
