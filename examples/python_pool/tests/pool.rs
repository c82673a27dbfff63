//! Pools of every Python that is found.

#[allow(dead_code, unreachable_pub)]
#[path = "../../../tests/common/python.rs"]
mod python;

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use cloudpickle::{Bytes, Source};
use python_pool::{Builder, Callable, Error, Pool, Stage};

use crate::python::{Python, default_python, interpreters, not_run, venv};

/// More than any of these calls takes; a test that would hang ends here.
const LONG: Duration = Duration::from_secs(60);

fn builder(python: &Python) -> Builder {
    Pool::builder().python(&python.path).workers(2).timeout(LONG).command(|command| {
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONNOUSERSITE", "1").env_remove("PYTHONPATH");
    })
}

fn pool(python: &Python) -> Pool {
    builder(python).start().unwrap_or_else(|err| panic!("{python}: {err}"))
}

fn source(text: &str) -> Callable {
    Callable::new(&Source::function(text)).expect("source can be pickled")
}

/// A file of its own for what workers leave behind.
fn scratch(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.{}", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

#[test]
fn calls_on_every_python() {
    for python in interpreters() {
        let pool = pool(&python);
        assert_eq!(pool.python().version(), python.version);
        assert_eq!(pool.python().implementation(), "cpython");

        let hypot = Callable::global("math", "hypot").call((3.0, 4.0));
        assert_eq!(pool.call(hypot).unwrap().get::<f64>().unwrap(), 5.0);
        let int = Callable::global("builtins", "int").call(("ff",)).kwarg("base", 16);
        assert_eq!(pool.call(int).unwrap().get::<u8>().unwrap(), 255);

        // A function with a global, that keeps something from call to call.
        let count = source(
            "seen = []\n\ndef count(x, *, twice=False):\n    seen.append(x)\n    return len(seen) * (2 if twice else 1), __name__\n",
        );
        let counts: Vec<_> = (0..20).map(|n| pool.submit(count.call((n,)).kwarg("twice", true)).unwrap()).collect();
        let counts: Vec<(u32, String)> = counts.into_iter().map(|call| call.wait().unwrap().get().unwrap()).collect();
        assert!(counts.iter().all(|(n, name)| n % 2 == 0 && *n <= 40 && name == "__main__"), "{counts:?}");

        // What is there of the worker itself.
        let names =
            source("def names():\n    import __main__\n    return sorted(n for n in vars(__main__) if not n.startswith('__'))\n");
        assert_eq!(pool.call(names.call(())).unwrap().pickle().unwrap().root().to_string(), "[]", "{python}");

        let raised = pool.call(source("def fail(x):\n    raise KeyError(x, 'caf\\xe9')\n").call((7,))).unwrap_err();
        let raised = raised.raised().unwrap_or_else(|| panic!("{python}: {raised}"));
        assert_eq!((raised.type_name(), raised.stage()), ("KeyError", Stage::Call));
        assert_eq!(raised.message(), "(7, 'café')");
        assert!(raised.traceback().contains("    raise KeyError(x, 'caf\\xe9')"), "{}", raised.traceback());
        assert!(!raised.traceback().contains("python_pool"), "{}", raised.traceback());
        assert_eq!(raised.object().unwrap().unwrap().root().to_string(), "KeyError(7, 'café')");

        let err = pool.call(Callable::global("no_such_module", "f").call(())).unwrap_err();
        let raised = err.raised().unwrap();
        assert_eq!((raised.type_name(), raised.stage()), ("ModuleNotFoundError", Stage::Load));

        for exit in ["raise SystemExit(3)", "raise KeyboardInterrupt", "def f(): f()\n    f()"] {
            let err = pool.call(source(&format!("def leave():\n    {exit}\n")).call(())).unwrap_err();
            assert!(err.raised().is_some(), "{python}: {err}");
        }
        pool.close();
    }
}

#[test]
fn by_value_and_refused() {
    let default = default_python();
    let by_value = |python: &Python| match venv(python, &["cloudpickle==3.1.2"]) {
        Ok(libs) => Some((
            builder(python)
                .command(move |command| {
                    command.env("PYTHONPATH", &libs);
                })
                .start()
                .unwrap(),
            python.clone(),
        )),
        Err(err) => {
            not_run(&format!("by value on {python}: {err}"));
            None
        }
    };
    // A closure and a class, pickled by cloudpickle in each Python, for the pool of each Python.
    let newer: Vec<(Pool, Python)> =
        interpreters().iter().filter(|python| python.is_at_least(3, 8)).filter_map(by_value).collect();
    let make = source(
        "
def make(n):
    import cloudpickle
    class Scale:
        factor = n
        def __init__(self, by):
            self.by = by
        def times(self, x):
            return self.factor * self.by * x
    def closure(x, y=1):
        return Scale(n).times(x) + [i + y for i in range(3)][-1]
    return cloudpickle.dumps(closure)
",
    );
    for (pool, python) in &newer {
        let pickle = pool.call(make.call((3,))).unwrap();
        let closure = Callable::pickled(pickle.pickle().unwrap().root().as_bytes().unwrap()).unwrap();
        let stated = closure.for_python(python.version.0, python.version.1);
        assert_eq!(pool.call(stated.call((5,))).unwrap().get::<i64>().unwrap(), 48, "{python}");
        let bytes = pickle.pickle().unwrap().root().as_bytes().unwrap().to_vec();
        for (other, of) in &newer {
            let same = (of.version.0, of.version.1) == (python.version.0, python.version.1);
            let as_argument = || {
                let task = Callable::global("builtins", "callable").call(());
                task.arg_with(|heap| Ok(heap.copy(cloudpickle::loads(&bytes)?.root()))).unwrap()
            };
            let stated_argument = as_argument().for_python(python.version.0, python.version.1);
            for (task, is_stated) in
                [(closure.call((5,)), false), (stated.call((5,)), true), (as_argument(), false), (stated_argument, true)]
            {
                match other.prepare(task) {
                    Ok(_) => assert!(same, "{python} -> {of}"),
                    // Bytecode of 3.8 to 3.10 looks alike, and is not.
                    Err(Error::Refused(why)) if same => assert!(!is_stated && why.contains("look alike"), "{python}: {why}"),
                    Err(Error::Refused(_)) => {}
                    Err(err) => panic!("{python} -> {of}: {err}"),
                }
            }
        }
        if python.is_at_least(3, 11) {
            assert_eq!(pool.call(closure.call((5,))).unwrap().get::<i64>().unwrap(), 48, "{python}");
        }
    }
    // Without cloudpickle there nothing is sent.
    let plain = pool(&default);
    if let (None, Some((pool, _))) = (plain.python().cloudpickle(), newer.iter().find(|(_, python)| *python == default)) {
        let pickle = pool.call(make.call((3,))).unwrap();
        let closure = Callable::pickled(pickle.pickle().unwrap().root().as_bytes().unwrap()).unwrap();
        let err = plain.submit(closure.call((5,))).unwrap_err();
        assert!(err.to_string().contains("needs cloudpickle"), "{err}");
    }
}

#[test]
fn buffers_of_64_megabytes_both_ways() {
    const MB64: usize = 64 << 20;
    for python in interpreters().into_iter().filter(|python| python.is_at_least(3, 8)) {
        let pool = pool(&python);
        let kind = source("def kind(data):\n    data += b'!'\n    return type(data).__name__, len(data)\n");
        let short = pool.call(kind.call(()).buffer(vec![7; 3])).unwrap().get::<(String, usize)>().unwrap();
        assert_eq!(short, ("bytearray".to_owned(), 4));
        let mut data = vec![0_u8; MB64];
        data.iter_mut().zip(0_u32..).for_each(|(byte, n)| *byte = (n.wrapping_mul(2_654_435_761) >> 24) as u8);
        let echo = source(
            "
import pickle

def echo(kind, data):
    assert type(data) is bytearray, type(data)
    data[0] ^= 0xff
    return {'buffer': lambda: [pickle.PickleBuffer(data)], 'bytes': lambda: bytes(data), 'bytearray': lambda: data}[kind]()
",
        );
        let shared = std::sync::Arc::new(data.clone());
        data[0] ^= 0xff;
        for kind in ["buffer", "bytes", "bytearray"] {
            let answer = pool.call(echo.call((kind,)).shared(shared.clone())).unwrap();
            assert_eq!(answer.buffers().len(), usize::from(kind == "buffer"));
            let pickle = answer.pickle().unwrap();
            let root = if kind == "buffer" { pickle.root().get(0).unwrap() } else { pickle.root() };
            assert_eq!(root.type_name(), kind);
            assert!(root.as_bytes().unwrap() == data, "{python}: {kind}");
        }
    }
    // Older ones do not know buffers: bytes go in the pickle.
    for python in interpreters().into_iter().filter(|python| !python.is_at_least(3, 8)) {
        let pool = pool(&python);
        let len = Callable::global("builtins", "len");
        assert!(matches!(pool.submit(len.call(()).buffer(vec![0; 10])), Err(Error::Refused(_))));
        assert_eq!(pool.call(len.call((Bytes(vec![0; MB64]),))).unwrap().get::<usize>().unwrap(), MB64);
        let zeros = pool.call(Callable::global("builtins", "bytes").call((MB64,))).unwrap();
        assert_eq!(zeros.pickle().unwrap().root().len().unwrap(), MB64);
    }
}

/// Bytes on fd 1, prints, children that print: none of it is in the way.
#[test]
fn what_workers_print() {
    for python in interpreters() {
        let log = scratch(&format!("printed-{}", python.version.1));
        let file = log.clone();
        let pool = builder(&python).command(move |command| {
            command.stderr(OpenOptions::new().create(true).append(true).open(&file).unwrap());
        });
        let pool = pool.start().unwrap();
        let noisy = source(
            "
import os, subprocess, sys

def noisy(n):
    print('printed', n)
    sys.__stdout__.write('to the old stdout\\n')
    sys.__stdout__.flush()
    os.write(1, b'\\x00\\x00\\x00\\x04junk on fd 1')
    assert sys.stdin.read() == '' and os.read(0, 10) == b''
    return subprocess.call([sys.executable, '-c', 'print(\"from a child\")']) + n
",
        );
        let answers: Vec<i64> = pool.map((0..4).map(|n| noisy.call((n,)))).map(|answer| answer.unwrap().get().unwrap()).collect();
        assert_eq!(answers, [0, 1, 2, 3], "{python}");
        pool.close();
        let text = fs::read(&log).unwrap();
        let text = String::from_utf8_lossy(&text);
        for printed in ["printed 3", "to the old stdout", "junk on fd 1", "from a child"] {
            assert!(text.contains(printed), "{python}: {text}");
        }
        let _ = fs::remove_file(&log);
    }
}

#[test]
fn crashes_hangs_and_junk() {
    for python in interpreters() {
        let pool = builder(&python).workers(1).max_message(1 << 20).start().unwrap();
        let alive = || pool.call(Callable::global("builtins", "abs").call((-1,))).unwrap().get::<i64>().unwrap();
        assert_eq!(alive(), 1);

        let err = pool.call(Callable::global("os", "_exit").call((3,))).unwrap_err();
        assert!(matches!(&err, Error::Died(Some(status)) if status.code() == Some(3)), "{python}: {err}");
        assert_eq!(alive(), 1);

        let err = pool.call(Callable::global("os", "abort").call(())).unwrap_err();
        assert!(err.to_string().contains("signal: 6"), "{python}: {err}");
        assert_eq!(alive(), 1);

        // It hangs, and keeps a child that has its socket.
        let hang = source(
            "import os, time\n\ndef hang():\n    if os.fork() == 0:\n        time.sleep(3)\n        os._exit(0)\n    time.sleep(100)\n",
        );
        let begun = Instant::now();
        let err = pool.call(hang.call(()).timeout(Duration::from_millis(200))).unwrap_err();
        assert!(matches!(err, Error::TimedOut(_)), "{python}: {err}");
        assert!(begun.elapsed() < LONG);
        assert_eq!(alive(), 1);

        // The same when it is killed while a child has its socket.
        let leave = source(
            "import os, time\n\ndef leave():\n    if os.fork() == 0:\n        time.sleep(3)\n        os._exit(0)\n    os.kill(os.getpid(), 9)\n",
        );
        let err = pool.call(leave.call(())).unwrap_err();
        assert!(err.to_string().contains("signal: 9"), "{python}: {err}");
        assert_eq!(alive(), 1);

        // A worker that does not read: it never had the call, which another one gets. The other has the whole time limit again.
        if python == default_python() {
            let stopped = pool.pids();
            assert!(Command::new("kill").args(["-STOP", &stopped[0].to_string()]).status().unwrap().success());
            let large = Callable::global("builtins", "len").call((Bytes(vec![0; 8 << 20]),));
            assert_eq!(pool.call(large.timeout(Duration::from_secs(5))).unwrap().get::<usize>().unwrap(), 8 << 20);
            assert_ne!(pool.pids(), stopped);
        }

        // It writes to its own socket: junk, a length that lies, the answer to another call.
        for (bytes, wanted) in [
            ("b'junk and more junk'", "message"),
            ("b'\\xff\\xff\\xff\\xff' + b'\\xff' * 8", "message of 18446744073709551615 bytes"),
            ("b'\\xff\\xff\\xff\\xfe'", "message of -2 bytes"),
            ("b'\\x00\\x00\\x00\\x02R!'", "no answer"),
            ("b'\\x00\\x00\\x00\\x0eR' + b'\\x09' * 8 + b'\\x00' * 4 + b'N'", "answer to call"),
            (
                "b'\\x00\\x00\\x00\\x0dR' + b'\\x01' + b'\\x00' * 7 + b'\\xff' * 4 + b'\\xff\\xff\\xff\\xff' + b'\\x7f' * 8",
                "are allowed",
            ),
        ] {
            let junk = source(&format!(
                "
import os, stat

def junk():
    for fd in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                os.write(fd, {bytes})
        except OSError:
                pass
"
            ));
            // A new worker, so that its calls are numbered from 1.
            let _ = pool.call(Callable::global("os", "_exit").call((0,)));
            let err = pool.call(junk.call(())).unwrap_err();
            assert!(err.to_string().contains(wanted), "{python}: {bytes}: {err}");
            assert_eq!(alive(), 1);
        }

        // More than is allowed.
        let err = pool.call(Callable::global("builtins", "bytes").call((2 << 20,))).unwrap_err();
        assert!(matches!(err, Error::TooLong { limit: 1_048_576, .. }), "{python}: {err}");
        assert_eq!(alive(), 1);

        // A fork that comes back is not a second worker.
        let err = pool.call(Callable::global("os", "fork").call(()));
        assert!(err.unwrap().get::<u32>().unwrap() > 0);
        assert_eq!(alive(), 1);

        // What cannot be pickled is an error, and the worker goes on.
        let pid = pool.pids();
        let err = pool.call(source("import threading\n\ndef lock():\n    return [threading.Lock()]\n").call(())).unwrap_err();
        assert_eq!(err.raised().map(|raised| raised.stage()), Some(Stage::Result), "{python}: {err}");
        assert!(err.to_string().contains("cannot be pickled"), "{err}");
        let err =
            pool.call(source("import threading\n\ndef fail():\n    raise ValueError(threading.Lock())\n").call(())).unwrap_err();
        assert!(err.raised().unwrap().object().unwrap().is_none());
        assert_eq!(pool.pids(), pid);
    }
}

#[test]
fn huge_results() {
    for python in interpreters() {
        let pool = pool(&python);
        let rows = source("def rows(n):\n    return [(i, str(i), float(i)) for i in range(n)]\n");
        let rows: Vec<(u32, String, f64)> = pool.call(rows.call((300_000,))).unwrap().get().unwrap();
        assert_eq!((rows.len(), &rows[299_999]), (300_000, &(299_999, "299999".to_owned(), 299_999.0)), "{python}");
        let text = pool.call(source("def text(n):\n    return ['\\u20ac' * n, 'x' * n]\n").call((5_000_000,))).unwrap();
        assert_eq!(text.pickle().unwrap().root().get(0).unwrap().len().unwrap(), 5_000_000);
        // Large arguments and large answers at once, in both workers: nobody waits for the other to read.
        let echo = source("def echo(x):\n    return x\n");
        let sizes = pool.map((0..8).map(|n| echo.call((Bytes(vec![n; 4_000_000]),))));
        for (n, answer) in (0_u8..).zip(sizes) {
            assert_eq!(answer.unwrap().pickle().unwrap().root().as_bytes().unwrap(), vec![n; 4_000_000]);
        }
    }
}

/// How the calls of a test are made.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Way {
    AsCompleted,
    /// More threads than workers, each waits for its call: some run it themselves, some queue.
    Threads,
    Chunks,
}

/// Random workers are killed while 10,000 calls run. Each call writes its number to a file first: no number may be there twice, and every call that has a
/// result must be there.
#[test]
fn killed_at_random() {
    let oldest = interpreters()[0].clone();
    let newest = interpreters().last().unwrap().clone();
    let mut total = 0;
    for (python, calls) in [(default_python(), 10_000_u32), (oldest, 1_000), (newest, 1_000)] {
        for retries in [0, 20] {
            let calls = if retries > 0 { calls.min(2_000) } else { calls };
            total += kill(&python, calls, retries, Way::AsCompleted);
        }
    }
    assert!(total > 100, "only {total} workers were killed");
}

/// The same when threads make the calls that they wait for.
#[test]
fn killed_at_random_under_their_callers() {
    let total = kill(&default_python(), 10_000, 0, Way::Threads) + kill(&default_python(), 2_000, 20, Way::Threads);
    assert!(total > 50, "only {total} workers were killed");
}

/// The same for chunks of calls, whose calls end with their worker all together.
#[test]
fn killed_at_random_in_chunks() {
    let total = kill(&default_python(), 10_000, 0, Way::Chunks) + kill(&default_python(), 2_000, 20, Way::Chunks);
    assert!(total > 20, "only {total} workers were killed");
}

/// Makes calls while workers are killed, and says how many were.
fn kill(python: &Python, calls: u32, retries: u32, way: Way) -> i32 {
    let log = scratch(&format!("killed-{}-{retries}-{way:?}", python.version.1));
    let pool = builder(python).workers(3).queue(500).retries(retries).start().unwrap();
    let note = source(
        "
import os

def note(path, n):
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(fd, b'%d\\n' % n)
    os.close(fd)
    return n * 2
",
    );
    let path = log.to_str().unwrap();
    let (mut random, mut killed) = (0x9e37_79b9_7f4a_7c15_u64, 0);
    let mut kill_some = |one_in: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let pids = pool.pids();
        if random % one_in == 0
            && let Some(pid) = pids.get((random >> 32) as usize % pids.len().max(1))
        {
            killed += i32::from(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
        }
    };
    let mut outcomes = HashMap::new();
    let mut ended = |number: u32, outcome: Result<u32, Error>| {
        assert!(outcomes.insert(number, outcome).is_none(), "{number} has two outcomes");
    };
    match way {
        Way::AsCompleted => {
            for (number, outcome) in pool.as_completed((0..calls).map(|n| note.call((path, n)))) {
                kill_some(60);
                ended(number as u32, outcome.and_then(|answer| answer.get()));
            }
        }
        Way::Chunks => {
            for (number, outcome) in pool.map_chunks(&note, 20, (0..calls).map(|n| (path, n))).enumerate() {
                kill_some(60);
                ended(number as u32, outcome);
            }
        }
        Way::Threads => std::thread::scope(|scope| {
            let (pool, note, (sender, outcomes)) = (&pool, &note, std::sync::mpsc::channel());
            for first in 0..5 {
                let sender = sender.clone();
                scope.spawn(move || {
                    for n in (first..calls).step_by(5) {
                        sender.send((n, pool.call(note.call((path, n))).and_then(|answer| answer.get()))).unwrap();
                    }
                });
            }
            drop(sender);
            for (number, outcome) in outcomes {
                kill_some(60);
                ended(number, outcome);
            }
        }),
    }
    assert_eq!(outcomes.len(), calls as usize, "{python}: some calls are lost");
    let text = fs::read_to_string(&log).unwrap();
    let mut runs: HashMap<u32, u32> = HashMap::new();
    text.lines().for_each(|line| *runs.entry(line.parse().unwrap()).or_default() += 1);
    let mut died = 0;
    for (n, outcome) in &outcomes {
        let run = runs.get(n).copied().unwrap_or(0);
        match outcome {
            Ok(answer) => {
                assert_eq!(*answer, n * 2);
                assert!(run == 1 || (retries > 0 && run > 0), "{python}: call {n} has a result and ran {run} times");
            }
            Err(err @ Error::Died(Some(_))) => {
                died += 1;
                assert!(err.to_string().contains("signal: 9"), "{err}");
                assert!(run <= 1 && retries == 0, "{python}: call {n} ran {run} times");
            }
            Err(err) => panic!("{python}: call {n}: {err}"),
        }
    }
    eprintln!("{python}, {way:?}, {retries} retries: {calls} calls, {killed} workers killed, {died} calls ended with them");
    let _ = fs::remove_file(&log);
    killed
}

/// Chunks of calls: order, what raises, what cannot be pickled, what is of another type, forks that come back, ends of workers.
#[test]
fn chunks() {
    for python in interpreters() {
        let pool = builder(&python).workers(2).start().unwrap();
        let hypot = Callable::global("math", "hypot");
        let all: Vec<f64> = pool.map_chunks(&hypot, 7, (0..1000).map(|n| (f64::from(n), 0.0))).map(Result::unwrap).collect();
        assert_eq!(all, (0..1000).map(f64::from).collect::<Vec<_>>(), "{python}");
        assert_eq!(pool.map_chunks::<f64, _>(&hypot, 7, std::iter::empty::<(f64, f64)>()).count(), 0);

        let odd = source(
            "
import os, pickle, sys, threading, time

def odd(n):
    if n == 3:
        raise KeyError(n)
    if n == 5:
        return threading.Lock()
    if n == 7:
        return 'text'
    if n == 8:
        sys.exit(8)
    if n == 10:
        os.fork()
    if n == 20:
        os._exit(3)
    if n == 30:
        time.sleep(60)
    if n == 40:
        wrap = getattr(pickle, 'PickleBuffer', bytes)
        return wrap(b'x' * 100000)
    return n
",
        );
        let few: Vec<Result<u32, Error>> = pool.map_chunks(&odd, 100, 0..12).collect();
        assert_eq!(few.len(), 12);
        for (n, outcome) in (0..12).zip(&few) {
            match (n, outcome) {
                (3, Err(Error::Raised(raised))) => {
                    assert_eq!((raised.type_name(), raised.message(), raised.stage()), ("KeyError", "3", Stage::Call));
                    assert!(raised.traceback().contains("    raise KeyError(n)"), "{python}: {}", raised.traceback());
                    assert!(!raised.traceback().contains("python_pool"), "{python}: {}", raised.traceback());
                }
                (5, Err(Error::Raised(raised))) => assert_eq!(raised.stage(), Stage::Result, "{python}: {raised}"),
                (7, Err(Error::Pickle(_))) => {}
                (8, Err(Error::Raised(raised))) => assert_eq!(raised.type_name(), "SystemExit", "{python}"),
                (_, Ok(answer)) => assert_eq!(*answer, n, "{python}"),
                (_, outcome) => panic!("{python}: call {n}: {outcome:?}"),
            }
        }
        // What is said of failures is not taken for results, whatever is wanted.
        let texts: Vec<Result<String, Error>> = pool.map_chunks(&odd, 2, [7, 3]).collect();
        assert!(matches!(&texts[..], [Ok(text), Err(Error::Raised(_))] if text == "text"), "{python}: {texts:?}");
        // Buffers of results come out of band.
        let large: Vec<Vec<u8>> = pool.map_chunks(&odd, 2, [40, 40, 40]).map(Result::unwrap).collect();
        assert!(large.len() == 3 && large.iter().all(|bytes| *bytes == vec![b'x'; 100_000]));
        // What cannot be loaded is said of every call.
        let missing: Vec<Result<u32, Error>> = pool.map_chunks(&Callable::global("no_such_module", "f"), 2, 0..3).collect();
        assert!(missing.iter().all(|outcome| matches!(outcome, Err(Error::Raised(raised)) if raised.stage() == Stage::Load)));
        // A worker that ends takes its chunk along, and no other.
        let ends: Vec<Result<u32, Error>> = pool.map_chunks(&odd, 3, [11, 20, 12, 13, 14, 15]).collect();
        assert!(ends[..3].iter().all(|outcome| matches!(outcome, Err(Error::Died(Some(status))) if status.code() == Some(3))));
        assert!(ends[3..].iter().zip(13..).all(|(outcome, n)| matches!(outcome, Ok(answer) if *answer == n)), "{ends:?}");
        drop(pool);
        // So does one that takes too long: longer than all of the chunk may.
        let pool = builder(&python).workers(1).timeout(Duration::from_millis(150)).start().unwrap();
        let late: Vec<Result<u32, Error>> = pool.map_chunks(&odd, 2, [11, 30, 12]).collect();
        let limit = Duration::from_millis(300);
        assert!(late[..2].iter().all(|outcome| matches!(outcome, Err(Error::TimedOut(took)) if *took == limit)), "{late:?}");
        assert!(matches!(late[2], Ok(12)), "{late:?}");
    }
}

/// A call on the thread of its caller leaves the worker to the queue, and to those who come after.
#[test]
fn callers_and_the_queue() {
    let python = default_python();
    let pool = builder(&python).workers(1).max_calls(7).start().unwrap();
    let look = source("import os, time\n\ndef look(seconds):\n    time.sleep(seconds)\n    return os.getpid()\n");
    let pid = |seconds: f64| pool.call(look.call((seconds,))).unwrap().get::<u32>().unwrap();
    let mut by_worker: HashMap<u32, u32> = HashMap::new();
    for _ in 0..30 {
        *by_worker.entry(pid(0.0)).or_default() += 1;
    }
    assert!(by_worker.len() > 4 && by_worker.values().all(|calls| *calls <= 7), "{by_worker:?}");

    // What is submitted meanwhile is run as soon as the worker is given back, also where nobody else calls.
    std::thread::scope(|scope| {
        let busy = scope.spawn(|| pid(0.3));
        std::thread::sleep(Duration::from_millis(100));
        let (begun, call) = (Instant::now(), pool.submit(look.call((0.0,))).unwrap());
        assert!(!call.is_done());
        assert!(call.wait_timeout(LONG / 2));
        assert!(begun.elapsed() >= Duration::from_millis(50) && begun.elapsed() < LONG / 2);
        call.wait().unwrap();
        busy.join().unwrap();
    });
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..50).map(|_| pid(0.0)).max());
        }
        let calls: Vec<_> = (0..50).map(|_| pool.submit(look.call((0.0,))).unwrap()).collect();
        calls.into_iter().for_each(|call| drop(call.wait().unwrap()));
    });
    assert_eq!(pool.waiting(), 0);
    // A worker that has ended while it was idle: the call goes to another.
    for pid in pool.pids() {
        assert!(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
        while fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z")) {
            std::thread::yield_now();
        }
    }
    assert!(pid(0.0) > 0);
    pool.close();
}

/// The queue's bound, calls that are taken back, initializers, workers that retire, and what is left when a pool is dropped.
#[test]
fn bounds_and_ends() {
    let python = default_python();
    let pool = builder(&python).workers(1).queue(2).start().unwrap();
    let sleep = pool.prepare(Callable::global("time", "sleep").call((30,))).unwrap();
    let running = pool.submit(&sleep).unwrap();
    while pool.waiting() > 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let waiting = [pool.try_submit(&sleep).unwrap(), pool.try_submit(&sleep).unwrap()];
    assert!(matches!(pool.try_submit(&sleep), Err(Error::Full(2))));
    assert!(!running.cancel() && waiting[0].cancel() && !waiting[1].is_done());
    let pids = pool.pids();
    let begun = Instant::now();
    drop(pool);
    assert!(begun.elapsed() < Duration::from_secs(20), "a busy worker is not waited for");
    let [cancelled, closed] = waiting;
    assert!(matches!(cancelled.wait(), Err(Error::Cancelled)));
    assert!(matches!(closed.wait(), Err(Error::Closed)));
    assert!(matches!(running.wait(), Err(Error::Closed)));
    // Not even a zombie is left.
    assert!(pids.iter().all(|pid| !PathBuf::from(format!("/proc/{pid}")).exists()), "{pids:?}");

    // submit waits for room, and all calls end before close comes back.
    let pool = builder(&python).queue(1).max_calls(7).initializer(Callable::global("os", "umask").call((0o27,))).start().unwrap();
    let look = source("import os\n\ndef look():\n    return os.umask(0o27), os.getpid()\n");
    let calls: Vec<_> = (0..50).map(|_| pool.submit(look.call(())).unwrap()).collect();
    pool.close();
    let mut by_worker: HashMap<u32, u32> = HashMap::new();
    for call in calls {
        let (umask, pid) = call.wait().unwrap().get::<(u32, u32)>().unwrap();
        assert_eq!(umask, 0o27);
        *by_worker.entry(pid).or_default() += 1;
    }
    assert!(by_worker.values().all(|calls| *calls <= 7), "{by_worker:?}");

    // What cannot start says why.
    let fail = source("def fail():\n    raise ValueError('no')\n").call(());
    let err = builder(&python).initializer(fail).start().unwrap_err();
    assert_eq!(err.to_string(), "ValueError: no");
    let err = Pool::builder().python("no-such-python").start().unwrap_err();
    assert!(err.to_string().contains("no-such-python could not be started: it was not found"), "{err}");
    let err = Pool::builder().python("false").start().unwrap_err();
    assert!(err.to_string().contains("exit status: 1"), "{err}");
}
