//! Takes a function, changes what it closes over and one of its globals, and sends it on. What is not touched stays as it was.
//!
//! The payloads beside this file are `my_function`, which adds the global `CONSTANT`, and `count`, a closure over a counter that stands at 11.

use std::error::Error;

use cloudpickle::Pickle;
use cloudpickle::reflect::Function;

fn main() -> Result<(), Box<dyn Error>> {
    // A global.
    let bytes = include_bytes!("my_function.pkl");
    let mut pickle = cloudpickle::loads(bytes)?;
    let globals = Function::reflect(pickle.root())?.globals_dict();
    pickle.heap_mut().set_item(globals, "CONSTANT", 43)?;
    let patched = pickle.dumps()?;
    report("my_function", bytes, &patched);
    let again = cloudpickle::loads(&patched)?;
    let constant = Function::reflect(again.root())?.global("CONSTANT").map(|value| value.to_string());
    assert_eq!(constant.as_deref(), Some("43"));

    // The variable of a closure.
    let bytes = include_bytes!("counter.pkl");
    let mut pickle = cloudpickle::loads(bytes)?;
    println!("before: {}", closure(&pickle)?);
    let edit = Function::reflect(pickle.root())?.edit();
    edit.set_closure(pickle.heap_mut(), "n", 100)?;
    println!("after:  {}", closure(&pickle)?);
    report("count", bytes, &pickle.dumps()?);
    Ok(())
}

/// A closure with its variables.
fn closure(pickle: &Pickle<'_>) -> cloudpickle::Result<String> {
    let function = Function::reflect(pickle.root())?;
    let mut text = function.to_string();
    for (name, cell) in function.closure() {
        if let Some(value) = cell.contents() {
            text += &format!(" {name} = {value}");
        }
    }
    Ok(text)
}

/// How much of a payload changed.
fn report(name: &str, before: &[u8], after: &[u8]) {
    let same = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    println!("{name}: {} bytes before, {} after, the first {same} as they were", before.len(), after.len());
}
