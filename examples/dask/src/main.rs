//! `dask-example 127.0.0.1:8786`: tasks of each kind for the cluster of that scheduler.

use std::error::Error;
use std::time::Duration;

use cloudpickle::{Source, loads};
use dask_example::Cluster;
use worker_task::{Outcome, Task};

/// A closure over a counter that stands at 11, written by cloudpickle on Python 3.11.
const COUNTER: &[u8] = include_bytes!("../../counter.pkl");

fn main() -> Result<(), Box<dyn Error>> {
    let scheduler = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8786".into());
    let mut cluster = Cluster::connect(&scheduler, Duration::from_secs(10))?;
    for worker in cluster.workers()? {
        println!("worker {}: Python {}.{}", worker.address, worker.python.0, worker.python.1);
    }

    show(&mut cluster, "a function by reference", &Task::global("math", "hypot").args((3.0, 4.0)))?;

    let fails = Source::function("def fails(key):\n    return {}[key]\n");
    show(&mut cluster, "a function that raises", &Task::source(&fails)?.arg("spam"))?;

    show(&mut cluster, "a closure by value", &Task::payload((3, 11), &loads(COUNTER)?))?;

    let square = Task::source(&Source::lambda("lambda x: x ** 2"))?;
    let squares: Vec<Task> = (0..1000).map(|x| square.clone().arg(x)).collect();
    let futures = cluster.submit_all(&squares)?;
    let mut sum = 0;
    for state in cluster.gather(&futures, Duration::from_secs(60))? {
        sum += state.outcome()?.into_value()?.root().extract::<i64>()?;
    }
    cluster.release(&futures)?;
    println!("a thousand squares: {sum}");
    Ok(())
}

/// Has a task done, and prints what came of it.
fn show(cluster: &mut Cluster, what: &str, task: &Task) -> Result<(), Box<dyn Error>> {
    // A worker of another Python is not sent what it cannot run.
    let future = match cluster.submit(task) {
        Err(refused @ dask_example::Error::OtherPython { .. }) => {
            println!("{what}: not sent: {refused}");
            return Ok(());
        }
        future => future?,
    };
    match cluster.wait(&future, Duration::from_secs(30))? {
        Outcome::Value(pickle) => println!("{what}: {}", pickle.root()),
        Outcome::Raised(raised) => println!("{what}: raised {raised}"),
    }
    Ok(cluster.release(&[future])?)
}
