//! `celery-example redis://127.0.0.1:6379/1`: tasks of each kind for the workers of `worker/rust_tasks.py`.

use std::error::Error;
use std::time::Duration;

use celery_example::{Celery, Sent};
use cloudpickle::{Source, loads};
use worker_task::{Outcome, Task};

/// A closure over a counter that stands at 11, written by cloudpickle on Python 3.11.
const COUNTER: &[u8] = include_bytes!("../../counter.pkl");

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "redis://127.0.0.1:6379/1".into());
    let mut celery = Celery::connect(&url, "celery")?;
    let (major, minor) = celery.python()?;
    println!("the workers have Python {major}.{minor}");

    let sent = celery.send(&Task::global("rust_tasks", "add").args((40, 2)))?;
    show(&mut celery, "a task of the application", &sent)?;

    let squares = Source::lambda("lambda n: [x ** 2 for x in range(n)]");
    let sent = celery.run(&Task::source(&squares)?.arg(5))?;
    show(&mut celery, "a function from source", &sent)?;

    let fails = Source::function("def fails(key):\n    return {}[key]\n");
    let sent = celery.run(&Task::source(&fails)?.arg("spam"))?;
    show(&mut celery, "a function that raises", &sent)?;

    // A worker of another Python is not sent what it cannot run.
    match celery.run_guarded(&Task::payload((3, 11), &loads(COUNTER)?)) {
        Err(celery_example::Error::OtherPython(refused)) => println!("a closure by value: not sent: {refused}"),
        sent => show(&mut celery, "a closure by value", &sent?)?,
    }
    Ok(())
}

/// Prints what came of a task.
fn show(celery: &mut Celery, what: &str, sent: &Sent) -> Result<(), Box<dyn Error>> {
    match celery.wait(sent, Duration::from_secs(30))? {
        Outcome::Value(pickle) => println!("{what}: {}", pickle.root()),
        Outcome::Raised(raised) => println!("{what}: raised {raised}"),
    }
    Ok(())
}
