//! Jobs from Rust, done by real RQ workers.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use cloudpickle::reflect::{Dialect, Function};
use cloudpickle::{Source, loads};
use engines_support::{
    Python, Redis, Server, built_closure, command, need, pickled_closure, python, run, scratch_file, venv, wait_for,
};
use rq_example::{Error, Queue};
use worker_task::{Outcome, Raised, Task};

/// What is installed, with all that it needs. RQ 3.0 takes Python 3.10 and later, 2.8 Python 3.9 and later.
#[rustfmt::skip]
const RQ_3_0: &[&str] = &[
    "rq==3.0.0", "redis==8.1.0", "click==8.5.1", "croniter==7.0.0", "python-dateutil==4.0.0", "tzdata==2026.6", "cloudpickle==3.1.2",
];
#[rustfmt::skip]
const RQ_2_8: &[&str] = &[
    "rq==2.8.0", "redis==7.0.1", "click==8.1.8", "croniter==6.0.0", "python-dateutil==2.9.0.post0", "six==1.17.0", "pytz==2026.6", "cloudpickle==3.1.2",
];

const SOON: Duration = Duration::from_secs(60);

/// Redis, and workers that end with it.
struct Engine {
    url: String,
    python: Python,
    packages: PathBuf,
    workers: Vec<Server>,
    _redis: Redis,
}

impl Engine {
    fn start(requirements: &[&str]) -> Option<Self> {
        // Both releases run on these.
        let python = need(python(&[11, 12, 13, 10]))?;
        let packages = need(venv(&python, requirements))?;
        let redis = need(Redis::start())?;
        let mut engine = Self { url: redis.url(0), python, packages, workers: Vec::new(), _redis: redis };
        engine.work(&[]);
        Some(engine)
    }

    /// Starts one more worker.
    fn work(&mut self, options: &[&str]) {
        let mut command = command(&self.python, &[&self.packages]);
        command.args(["-m", "rq.cli", "worker", "default", "--url", &self.url]).args(options);
        let worker = Server::start("rq-worker", &command, |log| log.contains("Listening on"), SOON);
        self.workers.push(worker.unwrap_or_else(|error| panic!("{error}")));
    }

    fn queue(&self) -> Queue {
        Queue::connect(&self.url, "default").expect("Redis is there")
    }
}

fn source(text: &str) -> Task {
    Task::source(&Source::function(text)).expect("a function from source")
}

/// The result of a task as Python's `repr`, or what it raised.
fn outcome(queue: &mut Queue, task: &Task) -> Result<String, Raised> {
    let job = queue.enqueue(task).expect("it is queued");
    let value = queue.wait(&job, SOON).expect("it has a result").into_value()?;
    assert_eq!(queue.status(&job).unwrap().as_deref(), Some("finished"));
    Ok(value.root().to_string())
}

fn guarded(queue: &mut Queue, task: &Task) -> Outcome {
    let job = queue.enqueue_guarded(task).expect("it is queued");
    queue.wait(&job, SOON).expect("it has a result")
}

fn every_kind(engine: &Engine, rq: &str) {
    let mut queue = engine.queue();
    let workers = queue.workers().unwrap();
    let version = (engine.python.version.0, engine.python.version.1);
    assert_eq!(workers.iter().map(|worker| (worker.python, &*worker.rq)).collect::<Vec<_>>(), [(version, rq)]);

    // By reference: an attribute of a module, a method of a class, a builtin.
    assert_eq!(outcome(&mut queue, &Task::global("math", "hypot").args((3.0, 4.0))).unwrap(), "5.0");
    assert_eq!(
        outcome(&mut queue, &Task::global("fractions", "Fraction.from_float").arg(0.5)).unwrap(),
        "fractions.Fraction(1, 2)"
    );
    assert_eq!(
        outcome(&mut queue, &Task::global("builtins", "sorted").arg([3, 1, 2]).kwarg("reverse", true)).unwrap(),
        "[3, 2, 1]"
    );

    // From source.
    let squares = Task::source(&Source::lambda("lambda n, power=2: [x ** power for x in range(n)]")).unwrap();
    assert_eq!(outcome(&mut queue, &squares.clone().arg(4)).unwrap(), "[0, 1, 4, 9]");
    assert_eq!(outcome(&mut queue, &squares.arg(4).kwarg("power", 3)).unwrap(), "[0, 1, 8, 27]");
    let slow = source("async def later(x):\n    import asyncio\n    await asyncio.sleep(0.01)\n    return x + 1\n");
    assert_eq!(outcome(&mut queue, &slow.arg(41)).unwrap(), "42");

    // By value, for this Python: made here, and by cloudpickle.
    for closure in [
        built_closure(&engine.python, &Dialect::CLOUDPICKLE_3_1, 3, 100),
        pickled_closure(&engine.python, &engine.packages, 3, 100),
    ] {
        assert_eq!(closure.python(), Some(version));
        assert_eq!(outcome(&mut queue, &closure.clone().arg(5)).unwrap(), "115");
        assert_eq!(outcome(&mut queue, &closure.arg(-5)).unwrap(), "100");
    }

    // No result.
    assert_eq!(outcome(&mut queue, &source("def nothing():\n    pass\n")).unwrap(), "None");

    // Failures.
    let divides = source("def divides(a, b):\n    return a / b\n").args((1, 0));
    let raised = outcome(&mut queue, &divides).unwrap_err();
    assert_eq!((&*raised.kind, &*raised.message), ("ZeroDivisionError", "division by zero"));
    assert!(raised.traceback.contains("return a / b"), "{}", raised.traceback);
    let Outcome::Raised(raised) = guarded(&mut queue, &divides) else { panic!("it divides by zero") };
    assert_eq!((&*raised.kind, &*raised.message), ("ZeroDivisionError", "division by zero"));
    assert!(raised.traceback.contains("return a / b"), "{}", raised.traceback);
    let raised = outcome(&mut queue, &Task::global("nosuch", "function")).unwrap_err();
    assert!(raised.to_string().contains("nosuch"), "{raised}");
    let raised = outcome(&mut queue, &source("def dies():\n    import os\n    os._exit(3)\n"));
    assert!(raised.unwrap_err().to_string().contains("Work-horse terminated unexpectedly"));
}

fn unserialisable(engine: &Engine) {
    let mut queue = engine.queue();
    // RQ alone says so as if it were the result ..
    let lock = source("def lock():\n    import threading\n    return threading.Lock()\n");
    assert_eq!(outcome(&mut queue, &lock).unwrap(), "'Unserializable return value'");
    // .. inside the guard it is an error ..
    let Outcome::Raised(raised) = guarded(&mut queue, &lock) else { panic!("a lock cannot be pickled") };
    assert_eq!(raised.kind, "TypeError");
    assert_eq!(raised.message, "cannot pickle '_thread.lock' object");
    // .. and what cloudpickle can pickle arrives.
    let adder = source("def adder(n):\n    return lambda x: x + n\n").arg(7);
    assert_eq!(outcome(&mut queue, &adder).unwrap(), "'Unserializable return value'");
    let lambda = guarded(&mut queue, &adder).into_value().unwrap();
    let lambda = Function::reflect(lambda.root()).unwrap();
    assert_eq!(lambda.qualname(), "adder.<locals>.<lambda>");
    assert_eq!(
        lambda.closure().map(|(name, cell)| format!("{name} = {}", cell.contents().unwrap())).collect::<Vec<_>>(),
        ["n = 7"]
    );
    // It runs here, as any payload does: on the Python it is of.
    let again =
        Task::payload((engine.python.version.0, engine.python.version.1), &loads(&lambda_bytes(&mut queue, &adder)).unwrap());
    assert_eq!(outcome(&mut queue, &again.arg(35)).unwrap(), "42");
}

fn lambda_bytes(queue: &mut Queue, task: &Task) -> Vec<u8> {
    guarded(queue, task).into_value().unwrap().dumps().unwrap()
}

fn refused(engine: &Engine) {
    let mut queue = engine.queue();
    let other = (3, if engine.python.version.1 == 8 { 9 } else { 8 });
    let counter = Task::payload(other, &loads(include_bytes!("../../counter.pkl")).unwrap());
    for refused in [
        queue.enqueue(&counter),
        queue.enqueue_guarded(&counter),
        queue.enqueue_all(std::slice::from_ref(&counter)).map(|mut jobs| jobs.remove(0)),
    ] {
        let refused = refused.unwrap_err();
        assert!(matches!(&refused, Error::OtherPython { mismatch, .. } if mismatch.task == other), "{refused}");
    }
    let mut nobody = Queue::connect(&engine.url, "nobody").unwrap();
    assert!(matches!(nobody.enqueue(&counter), Err(Error::NoWorker(_))));
    // Nothing was sent: what is queued now is the first job of that queue.
    let job = nobody.enqueue(&Task::global("math", "hypot").args((3, 4))).unwrap();
    assert!(matches!(nobody.wait(&job, Duration::from_millis(50)), Err(Error::TimedOut(_))));
    assert_eq!(nobody.status(&job).unwrap().as_deref(), Some("queued"));
}

#[test]
fn rq_3_0() {
    all(RQ_3_0, "3.0.0");
}

#[test]
fn rq_2_8() {
    all(RQ_2_8, "2.8.0");
}

fn all(requirements: &[&str], release: &str) {
    let Some(mut engine) = Engine::start(requirements) else { return };
    every_kind(&engine, release);
    unserialisable(&engine);
    refused(&engine);
    demo(&engine);
    retried_and_stopped(&mut engine, release);
    thousand(&mut engine);
}

/// Runs that fail are made again, as often as was said; what runs is stopped, and not run again.
fn retried_and_stopped(engine: &mut Engine, rq: &str) {
    engine.workers.clear();
    engine.work(&["--with-scheduler"]);
    let runs = scratch_file("runs");
    let path = runs.to_str().unwrap();
    let made = || std::fs::read_to_string(&runs).unwrap().lines().count();
    let forget = || std::fs::remove_file(&runs).unwrap();
    // The first runs leave a line, and raise or die.
    let fails = |how: &str, times: u32| {
        let text = format!(
            "
def flaky(path):
    import os
    with open(path, 'a') as file:
        file.write('run\\n')
    with open(path) as file:
        runs = len(file.readlines())
    if runs <= {times}:
        {how}
    return runs
"
        );
        source(&text).arg(path)
    };

    // No retries unless it is said.
    let mut queue = engine.queue();
    assert_eq!(outcome(&mut queue, &fails("raise OSError('busy')", 1)).unwrap_err().to_string(), "OSError: busy");
    assert_eq!(made(), 1);
    forget();
    let mut queue = engine.queue().retries(3, []);
    for how in ["raise OSError('busy')", "os._exit(3)"] {
        let job = queue.enqueue(&fails(how, 2)).unwrap();
        assert_eq!(queue.wait(&job, SOON).unwrap().into_value().unwrap().root().to_string(), "3");
        assert_eq!((made(), queue.retries_left(&job).unwrap()), (3, Some(1)));
        forget();
    }
    // The last one counts.
    let job = queue.enqueue(&fails("raise OSError(runs)", 100)).unwrap();
    assert_eq!(queue.wait(&job, SOON).unwrap().into_value().unwrap_err().to_string(), "OSError: 4");
    assert_eq!((made(), queue.retries_left(&job).unwrap()), (4, Some(0)));
    assert_eq!(queue.status(&job).unwrap().as_deref(), Some("failed"));
    forget();
    // After a pause, which the scheduler looks after.
    let mut pausing = engine.queue().retries(1, [Duration::from_secs(2)]);
    let job = pausing.enqueue(&fails("raise OSError('busy')", 1)).unwrap();
    let state = wait_for(SOON, || pausing.status(&job).unwrap().filter(|state| state == "scheduled"));
    assert_eq!(state.as_deref(), Some("scheduled"));
    assert_eq!(pausing.wait(&job, SOON).unwrap().into_value().unwrap().root().to_string(), "2");
    forget();
    // A job can say itself that it wants to be run again.
    let again = fails("from rq import Retry; return Retry(max=5)", 2);
    assert_eq!(outcome(&mut engine.queue(), &again).unwrap(), "3");
    forget();

    // Stopped: no retry, and the worker goes on.
    assert!(!queue.stop(&job).unwrap(), "it has ended");
    let sleeps = source("def sleeps():\n    import time\n    time.sleep(600)\n");
    let job = queue.enqueue(&sleeps).unwrap();
    let waiting = queue.enqueue(&sleeps).unwrap();
    assert!(!queue.stop(&waiting).unwrap(), "no worker has it");
    for job in [job, waiting] {
        assert!(wait_for(SOON, || queue.stop(&job).unwrap().then_some(())).is_some(), "RQ {rq}: it never ran");
        assert!(matches!(queue.wait(&job, SOON), Err(Error::Stopped(id)) if id == job.id()));
        assert_eq!(queue.status(&job).unwrap().as_deref(), Some("stopped"));
        assert_eq!(queue.retries_left(&job).unwrap(), Some(3));
    }
    assert_eq!(outcome(&mut queue, &Task::global("math", "hypot").args((3.0, 4.0))).unwrap(), "5.0");
}

fn demo(engine: &Engine) {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_rq-example"));
    let text = run(demo.arg(&engine.url)).unwrap();
    let closure = if engine.python.version.1 == 11 { "a closure by value: 12\n" } else { "a closure by value: not sent" };
    for line in [closure, "a function that raises: raised KeyError: 'spam'\n", "100 jobs at once: 328350\n"] {
        assert!(text.contains(line), "{text}");
    }
}

/// A thousand jobs at once, for two workers that do not fork.
fn thousand(engine: &mut Engine) {
    engine.workers.clear();
    engine.work(&["--worker-class", "rq.SimpleWorker"]);
    engine.work(&["--worker-class", "rq.SimpleWorker"]);
    let mut queue = engine.queue();
    let closure = built_closure(&engine.python, &Dialect::CLOUDPICKLE_3_1, 2, 1);
    let tasks: Vec<Task> = (0..1000)
        .map(|x| match x % 2 {
            0 => closure.clone().arg(x),
            _ => Task::global("operator", "add").args((x * 2, 1)),
        })
        .collect();
    let jobs = queue.enqueue_all(&tasks).unwrap();
    let results: Vec<i64> =
        jobs.iter().map(|job| queue.wait(job, SOON).unwrap().into_value().unwrap().root().extract().unwrap()).collect();
    assert_eq!(results, (0..1000).map(|x| x * 2 + 1).collect::<Vec<i64>>());
}
