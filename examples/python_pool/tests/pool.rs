//! Pools of every Python that is found.

#[allow(dead_code, unreachable_pub)]
#[path = "../../../tests/common/python.rs"]
mod python;

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use cloudpickle::{Bytes, Source, py};
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
