//! Tasks from Rust, done by real Celery workers.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use celery_example::{Celery, Error};
use cloudpickle::reflect::{Dialect, Function};
use cloudpickle::{Source, loads};
use engines_support::{Python, Redis, Server, built_closure, command, need, pickled_closure, python, run, venv};
use worker_task::{Outcome, Raised, Task};

/// What is installed, with all that it needs. 5.7 takes Python 3.10 and later, 5.4 Python 3.8 and later.
#[rustfmt::skip]
const CELERY_5_7: &[&str] = &[
    "celery==5.7.0", "kombu==5.7.0", "redis==8.1.0", "amqp==5.4.2", "billiard==4.3.2", "vine==5.1.0", "click==8.5.1", "click-didyoumean==0.3.1",
    "click-plugins==1.1.1.2", "click-repl==0.4.1", "prompt-toolkit==3.0.53", "wcwidth==0.9.4", "packaging==26.3", "python-dateutil==2.9.0.post0", "six==1.17.0",
    "typing-extensions==4.16.0", "tzlocal==5.4.5", "cloudpickle==3.1.2",
];
#[rustfmt::skip]
const CELERY_5_4: &[&str] = &[
    "celery==5.4.0", "kombu==5.4.2", "redis==5.2.1", "amqp==5.3.1", "billiard==4.2.1", "vine==5.1.0", "click==8.1.8", "click-didyoumean==0.3.1",
    "click-plugins==1.1.1", "click-repl==0.3.0", "prompt-toolkit==3.0.50", "wcwidth==0.2.13", "python-dateutil==2.9.0.post0", "six==1.17.0",
    "typing-extensions==4.12.2", "tzdata==2025.1", "cloudpickle==3.1.2",
];

const SOON: Duration = Duration::from_secs(60);

struct Engine {
    url: String,
    python: Python,
    packages: PathBuf,
    _redis: Redis,
}

impl Engine {
    fn start(requirements: &[&str]) -> Option<Self> {
        // Both releases run on these.
        let python = need(python(&[11, 12, 10]))?;
        let packages = need(venv(&python, requirements))?;
        let redis = need(Redis::start())?;
        Some(Self { url: redis.url(1), python, packages, _redis: redis })
    }

    /// Starts a worker; one that a message ends at once may be ready or not.
    fn worker(&self, options: &[&str]) -> Result<Server, String> {
        let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("worker");
        let mut command = command(&self.python, &[&self.packages, &module]);
        // A worker that unpickles does not start as root otherwise.
        command.env("C_FORCE_ROOT", "1").env("CELERY_URL", &self.url);
        command.args(["-m", "celery", "-A", "rust_tasks", "worker", "-l", "INFO"]).args(options);
        Server::start("celery-worker", &command, |log| log.contains("ready."), SOON)
    }

    fn client(&self) -> Celery {
        Celery::connect(&self.url, "celery").expect("Redis is there")
    }
}

fn source(text: &str) -> Task {
    Task::source(&Source::function(text)).expect("a function from source")
}

/// The result as Python's `repr`, or what was raised.
fn outcome(celery: &mut Celery, task: &Task) -> Result<String, Raised> {
    let sent = celery.run(task).expect("it is sent");
    celery.wait(&sent, SOON).expect("it has a result").into_value().map(|value| value.root().to_string())
}

fn guarded(celery: &mut Celery, task: &Task) -> Outcome {
    let sent = celery.run_guarded(task).expect("it is sent");
    celery.wait(&sent, SOON).expect("it has a result")
}

fn every_kind(engine: &Engine) {
    let _worker = engine.worker(&["-c", "2"]).unwrap_or_else(|error| panic!("{error}"));
    let mut celery = engine.client();
    let version = (engine.python.version.0, engine.python.version.1);
    assert_eq!(celery.python().unwrap(), version);

    // A task of the application, by its name.
    let sent = celery.send(&Task::global("rust_tasks", "add").arg(40).kwarg("y", 2)).unwrap();
    assert_eq!(celery.wait(&sent, SOON).unwrap().into_value().unwrap().root().to_string(), "42");
    let sent = celery.send(&Task::global("rust_tasks", "nosuch")).unwrap();
    let Outcome::Raised(raised) = celery.wait(&sent, SOON).unwrap() else { panic!("there is no such task") };
    assert_eq!(raised.kind, "NotRegistered");

    // Functions by reference, from source, and by value: made here, and by cloudpickle.
    assert_eq!(outcome(&mut celery, &Task::global("math", "hypot").args((3.0, 4.0))).unwrap(), "5.0");
    let squares = Task::source(&Source::lambda("lambda n, power=2: [x ** power for x in range(n)]")).unwrap();
    assert_eq!(outcome(&mut celery, &squares.arg(4).kwarg("power", 3)).unwrap(), "[0, 1, 8, 27]");
    for closure in [
        built_closure(&engine.python, &Dialect::CLOUDPICKLE_3_1, 3, 100),
        pickled_closure(&engine.python, &engine.packages, 3, 100),
    ] {
        assert_eq!(outcome(&mut celery, &closure.clone().arg(5)).unwrap(), "115");
        assert_eq!(guarded(&mut celery, &closure.arg(-5)).into_value().unwrap().root().to_string(), "100");
    }
    assert_eq!(outcome(&mut celery, &source("def nothing():\n    pass\n")).unwrap(), "None");

    // Failures.
    let divides = source("def divides(a, b):\n    return a / b\n").args((1, 0));
    let raised = outcome(&mut celery, &divides).unwrap_err();
    assert_eq!((&*raised.kind, &*raised.message), ("ZeroDivisionError", "division by zero"));
    assert!(raised.traceback.contains("divides"), "{}", raised.traceback);
    let Outcome::Raised(raised) = guarded(&mut celery, &divides) else { panic!("it divides by zero") };
    assert_eq!((&*raised.kind, &*raised.message), ("ZeroDivisionError", "division by zero"));
    assert!(raised.traceback.contains("return a / b"), "{}", raised.traceback);

    // What the standard library's pickle cannot take is a failure of Celery's, and no trouble inside the guard.
    let adder = source("def adder(n):\n    return lambda x: x + n\n").arg(7);
    assert_eq!(outcome(&mut celery, &adder).unwrap_err().kind, "EncodeError");
    let lambda = guarded(&mut celery, &adder).into_value().unwrap();
    assert_eq!(Function::reflect(lambda.root()).unwrap().qualname(), "adder.<locals>.<lambda>");

    // Bytecode of another Python is not sent.
    let other = (3, if version.1 == 8 { 9 } else { 8 });
    let counter = Task::payload(other, &loads(include_bytes!("../../counter.pkl")).unwrap());
    for refused in [celery.run(&counter), celery.run_guarded(&counter)] {
        assert!(matches!(refused, Err(Error::OtherPython(mismatch)) if mismatch.task == other && mismatch.worker == version));
    }
    assert!(matches!(celery.send(&counter), Err(Error::NoName)));

    // Many at once.
    let sent: Vec<_> = (0..200).map(|x| celery.run(&Task::global("operator", "mul").args((x, x))).unwrap()).collect();
    let results = sent.iter().map(|sent| celery.wait(sent, SOON).unwrap().into_value().unwrap().root().extract().unwrap());
    assert_eq!(results.collect::<Vec<i64>>(), (0..200).map(|x| x * x).collect::<Vec<_>>());

    let mut demo = Command::new(env!("CARGO_BIN_EXE_celery-example"));
    let text = run(demo.arg(&engine.url)).unwrap();
    assert!(text.contains("a function from source: [0, 1, 4, 9, 16]\n"), "{text}");
    assert!(text.contains("a function that raises: raised KeyError: 'spam'\n"), "{text}");
    let closure = if version.1 == 11 { "a closure by value: 12\n" } else { "a closure by value: not sent" };
    assert!(text.contains(closure), "{text}");
}

/// A function by value among the arguments ends prefork workers, one after the other; bytes, and workers without processes, are safe.
fn the_trap(engine: &Engine) {
    let mut celery = engine.client();
    let call = built_closure(&engine.python, &Dialect::CLOUDPICKLE_3_1, 3, 100).into_call();
    let function = call.heap.obj(call.function);
    let sent = celery.send(&Task::global("rust_tasks", "apply").arg(function).arg(5)).unwrap();
    for _ in 0..2 {
        match engine.worker(&["-c", "1"]) {
            Ok(mut worker) => assert!(worker.ended(SOON).is_some(), "the worker goes on\n{}", worker.log()),
            Err(error) => assert!(error.contains("ended with"), "{error}"),
        }
        assert!(matches!(celery.wait(&sent, Duration::ZERO), Err(Error::TimedOut(_))), "nothing came of it");
    }
    let _solo = engine.worker(&["-P", "solo"]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(celery.wait(&sent, SOON).unwrap().into_value().unwrap().root().to_string(), "115");
}

#[test]
fn celery_5_7() {
    let Some(engine) = Engine::start(CELERY_5_7) else { return };
    every_kind(&engine);
    the_trap(&engine);
}

#[test]
fn celery_5_4() {
    let Some(engine) = Engine::start(CELERY_5_4) else { return };
    every_kind(&engine);
    the_trap(&engine);
}
