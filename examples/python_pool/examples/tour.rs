//! What the pool does, in one screen: `cargo run -p python_pool --example tour`. `PYTHON=python3.8` takes another Python.

use std::sync::Arc;
use std::time::Duration;

use cloudpickle::Source;
use python_pool::{Callable, Error, Pool, Result};

fn main() -> Result<()> {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let pool = Pool::builder().python(python).workers(2).timeout(Duration::from_secs(30)).start()?;
    println!("{} workers, {}\n", pool.pids().len(), pool.python());

    println!("A function from source, over many inputs, in order:");
    let words = Callable::new(&Source::function(
        "
import re

def words(text):
    return sorted(set(re.findall('[a-z]+', text.lower())))
",
    ))?;
    let lines = ["The cat sat.", "On the mat the cat sat!"];
    for (line, answer) in lines.iter().zip(pool.map(lines.map(|line| words.call((line,))))) {
        println!("  {line:?} -> {:?}", answer?.get::<Vec<String>>()?);
    }

    println!("\nEight megabytes that several calls share, as they end:");
    let data = Arc::new(b"gattaca ".repeat(1 << 20));
    let count = Callable::global("builtins", "bytearray.count");
    let calls = ["g", "a", "t"].map(|letter| count.call(()).shared(data.clone()).arg(cloudpickle::Bytes(letter)));
    let mut counts = pool.as_completed(calls).map(|(n, answer)| Ok((n, answer?.get::<u64>()?))).collect::<Result<Vec<_>>>()?;
    counts.sort_unstable();
    println!("  g, a, t: {counts:?}");

    println!("\nAn exception, with its traceback:");
    let parse = Callable::new(&Source::function("import json\n\ndef parse(text):\n    return json.loads(text)\n"))?;
    if let Err(Error::Raised(raised)) = pool.call(parse.call(("{",))) {
        println!("  {raised}");
        print!("{}", raised.traceback());
    }

    println!("\nA worker that crashes, one that hangs, and the next call:");
    for task in [
        Callable::global("os", "abort").call(()),
        Callable::global("time", "sleep").call((60,)).timeout(Duration::from_millis(200)),
        Callable::global("math", "factorial").call((20,)),
    ] {
        match pool.call(task) {
            Ok(answer) => println!("  {}", answer.pickle()?.root()),
            Err(error) => println!("  {error}"),
        }
    }
    pool.close();
    Ok(())
}
