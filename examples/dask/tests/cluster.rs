//! Tasks from Rust, done by real Dask clusters of a scheduler and two workers.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use cloudpickle::reflect::{Dialect, Function};
use cloudpickle::{Source, loads};
use dask_example::{Cluster, Error, Future, State};
use engines_support::{Python, Server, built_closure, command, free_port, need, pickled_closure, python, run, venv};
use worker_task::{Outcome, Raised, Task};

/// What is installed, with all that it needs. 2026.8 takes Python 3.10 and later.
#[rustfmt::skip]
const DASK_2026_8: &[&str] = &[
    "dask==2026.8.0", "distributed==2026.8.0", "cloudpickle==3.1.2", "click==8.5.1", "fsspec==2026.9.0", "importlib-metadata==10.2.0", "jinja2==3.1.6", "lazy-importer==0.1.0",
    "locket==1.0.0", "markupsafe==3.0.4", "msgpack==1.2.4", "packaging==26.4", "partd==1.4.2", "psutil==7.2.2", "pyyaml==6.0.4", "sortedcontainers==2.4.0",
    "tblib==3.2.2", "toolz==1.2.0", "tornado==6.6.1", "zict==3.0.0", "zipp==4.1.2",
];
/// What was current when 2023.5 was, which takes Python 3.8 and later.
#[rustfmt::skip]
const DASK_2023_5: &[&str] = &[
    "dask==2023.5.0", "distributed==2023.5.0", "cloudpickle==2.2.1", "click==8.1.3", "fsspec==2023.5.0", "importlib-metadata==6.6.0", "jinja2==3.1.2", "locket==1.0.0",
    "markupsafe==2.1.2", "msgpack==1.0.5", "packaging==23.1", "partd==1.4.0", "psutil==5.9.5", "pyyaml==6.0.1", "sortedcontainers==2.4.0", "tblib==1.7.0", "toolz==0.12.0",
    "tornado==6.3.2", "urllib3==2.0.2", "zict==3.0.0", "zipp==3.15.0",
];

const SOON: Duration = Duration::from_secs(60);

/// Dropped from the first to the last: workers before their scheduler.
struct Engine {
    _workers: [Server; 2],
    _scheduler: Server,
    address: String,
    python: Python,
    packages: PathBuf,
    dialect: Dialect,
}

impl Engine {
    fn start(minors: &[u8], requirements: &[&str], dialect: &str) -> Option<Self> {
        let python = need(python(minors))?;
        let packages = need(venv(&python, requirements))?;
        let server = |name: &str, args: &[&str], ready: &'static str| {
            let module = format!("distributed.cli.dask_{name}");
            let mut command = command(&python, &[&packages]);
            command.args(["-m", &*module]).args(args);
            Server::start(&format!("dask-{name}"), &command, move |log| log.contains(ready), SOON)
        };
        let port = free_port().to_string();
        let started = server("scheduler", &["--host", "127.0.0.1", "--port", &port, "--no-dashboard"], "Scheduler at:");
        let scheduler = started.unwrap_or_else(|error| panic!("{error}"));
        let address = format!("tcp://127.0.0.1:{port}");
        let options = ["--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "30"];
        let worker = || {
            let started = server("worker", &[&[&*address], &options[..]].concat(), "Registered to");
            started.unwrap_or_else(|error| panic!("{error}"))
        };
        let workers = [worker(), worker()];
        let dialect = dialect.parse().expect("a release of cloudpickle");
        Some(Self { _workers: workers, _scheduler: scheduler, address, python, packages, dialect })
    }

    fn cluster(&self) -> Cluster {
        Cluster::connect(&self.address, SOON).expect("the scheduler is there")
    }
}

fn source(text: &str) -> Task {
    Task::source(&Source::function(text)).expect("a function from source")
}

/// The result as Python's `repr`, or what was raised.
fn outcome(cluster: &mut Cluster, task: &Task) -> Result<String, Raised> {
    let future = cluster.submit(task).expect("it is submitted");
    let outcome = cluster.wait(&future, SOON).expect("it ends");
    cluster.release(&[future]).expect("it is there");
    outcome.into_value().map(|value| value.root().to_string())
}

fn every_kind(engine: &Engine) {
    let mut cluster = engine.cluster();
    let version = (engine.python.version.0, engine.python.version.1);
    let workers = cluster.workers().unwrap();
    assert_eq!(workers.iter().map(|worker| worker.python).collect::<Vec<_>>(), [version; 2]);

    // By reference, from source, and by value: made here, and by cloudpickle.
    assert_eq!(outcome(&mut cluster, &Task::global("math", "hypot").args((3.0, 4.0))).unwrap(), "5.0");
    let squares = Task::source(&Source::lambda("lambda n, power=2: [x ** power for x in range(n)]")).unwrap();
    assert_eq!(outcome(&mut cluster, &squares.arg(4).kwarg("power", 3)).unwrap(), "[0, 1, 8, 27]");
    let built = built_closure(&engine.python, &engine.dialect, 3, 100);
    for closure in [built, pickled_closure(&engine.python, &engine.packages, 3, 100)] {
        assert_eq!(outcome(&mut cluster, &closure.clone().arg(5)).unwrap(), "115");
        assert_eq!(outcome(&mut cluster, &closure.arg(-5)).unwrap(), "100");
    }
    assert_eq!(outcome(&mut cluster, &source("def nothing():\n    pass\n")).unwrap(), "None");
    // More than one frame.
    let long = Task::global("builtins", "bytes").arg(100 << 20);
    let future = cluster.submit(&long).unwrap();
    let bytes = cluster.wait(&future, SOON).unwrap().into_value().unwrap();
    assert_eq!(bytes.root().as_bytes().unwrap().len(), 100 << 20);
    cluster.release(&[future]).unwrap();

    // A task that fails, at work, and on the way back.
    let raised = outcome(&mut cluster, &source("def divides(a, b):\n    return a / b\n").args((1, 0))).unwrap_err();
    assert_eq!((&*raised.kind, &*raised.message), ("ZeroDivisionError", "division by zero"));
    assert!(raised.traceback.contains("return a / b"), "{}", raised.traceback);
    let raised = outcome(&mut cluster, &source("def lock():\n    import threading\n    return threading.Lock()\n")).unwrap_err();
    assert_eq!(raised.kind, "TypeError");
    let adder = source("def adder(n):\n    return lambda x: x + n\n").arg(7);
    let future = cluster.submit(&adder).unwrap();
    let lambda = cluster.wait(&future, SOON).unwrap().into_value().unwrap();
    assert_eq!(Function::reflect(lambda.root()).unwrap().qualname(), "adder.<locals>.<lambda>");

    // Bytecode of another Python is not submitted.
    let other = (3, if version.1 == 8 { 9 } else { 8 });
    let counter = Task::payload(other, &loads(include_bytes!("../../counter.pkl")).unwrap());
    let refused = cluster.submit(&counter).unwrap_err();
    assert!(matches!(&refused, Error::OtherPython { mismatch, .. } if mismatch.task == other), "{refused}");
}

/// A thousand inputs, on both workers.
fn map(engine: &Engine) {
    let mut cluster = engine.cluster();
    let square = source("def square(x):\n    import os\n    return x * x, os.getpid()\n");
    let closure = built_closure(&engine.python, &engine.dialect, 2, 1);
    let tasks: Vec<Task> = (0..1000).map(|x| if x % 2 == 0 { square.clone().arg(x) } else { closure.clone().arg(x) }).collect();
    let futures = cluster.submit_all(&tasks).unwrap();
    assert_eq!(futures.iter().map(Future::key).collect::<BTreeSet<_>>().len(), 1000);
    let states = cluster.gather(&futures, SOON).unwrap();
    let mut workers = BTreeSet::new();
    for (x, state) in (0_i64..).zip(states) {
        let value = state.outcome().unwrap().into_value().unwrap();
        let result = match x % 2 {
            0 => {
                let (result, worker): (i64, u32) = value.root().extract().unwrap();
                workers.insert(worker);
                (result, x * x)
            }
            _ => (value.root().extract().unwrap(), 2 * x + 1),
        };
        assert_eq!(result.0, result.1);
    }
    assert_eq!(workers.len(), 2);
    cluster.release(&futures).unwrap();
    let gone = cluster.gather(&futures[..1], SOON).unwrap();
    assert!(matches!(&gone[..], [State::Lost(why)] if why.ends_with("unknown")), "{gone:?}");
}

/// Behind two tasks that keep both workers busy, a third is cancelled.
fn cancelled(engine: &Engine) {
    let mut cluster = engine.cluster();
    let sleep = |seconds: f64| Task::global("time", "sleep").arg(seconds);
    let busy = cluster.submit_all(&[sleep(1.5), sleep(1.5)]).unwrap();
    let waits = cluster.submit_all(&[sleep(600.0), sleep(600.0)]).unwrap();
    let states = cluster.gather(&waits, Duration::ZERO).unwrap();
    assert!(matches!(&states[..], [State::Pending(_), State::Pending(_)]), "{states:?}");
    assert!(matches!(cluster.wait(&waits[0], Duration::from_millis(50)), Err(Error::Pending(_))));
    cluster.cancel(&waits).unwrap();
    for future in &waits {
        assert!(matches!(cluster.wait(future, SOON), Err(Error::Cancelled(key)) if key == future.key()));
    }
    // The others are not touched, and both workers go on.
    for state in cluster.gather(&busy, SOON).unwrap() {
        assert!(matches!(state, State::Done(Outcome::Value(value)) if value.root().is_none()));
    }
    assert_eq!(outcome(&mut cluster, &Task::global("math", "sqrt").arg(4)).unwrap(), "2.0");
}

fn demo(engine: &Engine) {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_dask-example"));
    let text = run(demo.arg(&engine.address)).unwrap();
    assert!(text.contains("a function that raises: raised KeyError: 'spam'\n"), "{text}");
    assert!(text.contains("a thousand squares: 332833500\n"), "{text}");
}

/// What the client says when there is nobody.
#[test]
fn nobody_there() {
    let nobody = Cluster::connect(&format!("127.0.0.1:{}", free_port()), Duration::from_secs(5));
    assert!(matches!(nobody, Err(Error::Io(_))), "{nobody:?}");
}

#[test]
fn dask_2026_8() {
    let Some(engine) = Engine::start(&[11, 12, 13, 10], DASK_2026_8, "3.1") else { return };
    every_kind(&engine);
    map(&engine);
    cancelled(&engine);
    demo(&engine);
}

#[test]
fn dask_2023_5() {
    let Some(engine) = Engine::start(&[9, 8, 10, 11], DASK_2023_5, "2.2") else { return };
    every_kind(&engine);
    map(&engine);
    cancelled(&engine);
    demo(&engine);
}
