//! `rq-example redis://127.0.0.1:6379/0`: jobs of each kind for the workers of the queue `default`.

use std::error::Error;
use std::time::Duration;

use cloudpickle::{Source, loads};
use rq_example::Queue;
use worker_task::{Outcome, Task};

/// A closure over a counter that stands at 11, written by cloudpickle on Python 3.11.
const COUNTER: &[u8] = include_bytes!("../../counter.pkl");

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "redis://127.0.0.1:6379/0".into());
    let mut queue = Queue::connect(&url, "default")?;
    for worker in queue.workers()? {
        println!("worker {}: Python {}.{}, RQ {}", worker.name, worker.python.0, worker.python.1, worker.rq);
    }

    let hypot = Task::global("math", "hypot").args((3.0, 4.0));
    show(&mut queue, "a function by reference", &hypot)?;

    let squares = Source::lambda("lambda n: [x ** 2 for x in range(n)]");
    show(&mut queue, "a function from source", &Task::source(&squares)?.arg(5))?;

    let fails = Source::function("def fails(key):\n    return {}[key]\n");
    show(&mut queue, "a function that raises", &Task::source(&fails)?.arg("spam"))?;

    let counter = Task::payload((3, 11), &loads(COUNTER)?);
    show(&mut queue, "a closure by value", &counter)?;

    let many: Vec<Task> = (0..100).map(|x| Task::global("operator", "mul").args((x, x))).collect();
    let mut sum = 0;
    for job in queue.enqueue_all(&many)? {
        sum += queue.wait(&job, Duration::from_secs(60))?.into_value()?.root().extract::<i64>()?;
    }
    println!("100 jobs at once: {sum}");
    Ok(())
}

/// Has a task done, and prints what came of it.
fn show(queue: &mut Queue, what: &str, task: &Task) -> Result<(), Box<dyn Error>> {
    // A worker of another Python is not sent what it cannot run.
    let job = match queue.enqueue_guarded(task) {
        Err(refused @ rq_example::Error::OtherPython { .. }) => {
            println!("{what}: not sent: {refused}");
            return Ok(());
        }
        job => job?,
    };
    match queue.wait(&job, Duration::from_secs(30))? {
        Outcome::Value(pickle) => println!("{what}: {}", pickle.root()),
        Outcome::Raised(raised) => println!("{what}: raised {raised}"),
    }
    Ok(())
}
