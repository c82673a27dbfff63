//! cloudpickle's own test suite with our recoder between every `dumps` and `loads`: the tests pass that pass without it.
//!
//! ```text
//! cargo test --release --all-features --test conformance                                        two interpreters
//! cargo test --release --all-features --test conformance -- --python 3.11 --release 2.2.1       one of the matrix
//! cargo test --release --all-features --test conformance -- --all                               all of it
//! ```
//!
//! `--rebuild` builds every construct anew on the way. It has a `main` of its own because it is the recoder too (`--serve`): each Python process of
//! the suite starts it (`tests/python/conformance.py`).

#[path = "../common/mod.rs"]
mod common;
mod outcomes;
mod serve;

use std::env;
use std::fs;
use std::path::Path;
use std::process::{ExitCode, Stdio};
use std::sync::Mutex;
use std::thread;

use common::{Python, Suite, default_python, interpreters, not_run, suite};
use outcomes::{Outcomes, Pickles};
use serve::Mode;

/// A suite of 260 tests of which fewer pass did not run as it should: what is compared would say nothing.
const LEAST_PASSED: usize = 225;
/// The suite loads over 800 pickles.
const LEAST_PICKLES: usize = 500;

/// What is asked for on the command line.
#[derive(Default)]
struct Asked {
    serve: bool,
    rebuild: bool,
    all: bool,
    python: Option<String>,
    release: Option<String>,
    /// cargo gives every test the words that tests are chosen by.
    others_only: bool,
}

impl Asked {
    fn new(args: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut asked, mut args, mut words) = (Self::default(), args, Vec::new());
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or_else(|| format!("{arg} wants a value"));
            match arg.as_str() {
                "--serve" => asked.serve = true,
                "--rebuild" => asked.rebuild = true,
                "--all" => asked.all = true,
                "--python" => asked.python = Some(value()?),
                "--release" => asked.release = Some(value()?),
                // Of libtest, given to all tests at once.
                "--nocapture" | "--show-output" | "--quiet" | "-q" | "--exact" | "--include-ignored" => {}
                "--test-threads" | "--color" | "--format" | "--skip" => drop(value()?),
                "--list" | "--ignored" => asked.others_only = true,
                word if !word.starts_with('-') => words.push(arg),
                _ => return Err(format!("unknown argument {arg}")),
            }
        }
        asked.others_only |= !words.is_empty() && !words.iter().any(|word| "conformance".contains(word.as_str()));
        Ok(asked)
    }

    /// The interpreters and releases to run: 2.2.1 on 3.7 to 3.11, 3.1.2 on 3.8 and later, as far as their authors say that they work.
    fn configurations(&self) -> Vec<(Python, &'static str)> {
        let (found, default) = (interpreters(), default_python());
        let releases = |python: &Python| {
            let old = python.is_at_least(3, 7) && !python.is_at_least(3, 12);
            [("2.2.1", old), ("3.1.2", python.is_at_least(3, 8))]
                .into_iter()
                .filter(|(_, runs)| *runs)
                .map(|(release, _)| release)
        };
        let matrix = found.iter().flat_map(|python| releases(python).map(move |release| (python.clone(), release)));
        if self.all || self.python.is_some() || self.release.is_some() {
            let version = |python: &Python| format!("{}.{}", python.version.0, python.version.1);
            let chosen = matrix.filter(|(python, release)| {
                self.python.as_ref().is_none_or(|asked| *asked == version(python))
                    && self.release.as_ref().is_none_or(|asked| asked == release)
            });
            return chosen.collect();
        }
        // The oldest fast path there is, and what a user has.
        let oldest = found.iter().find(|python| python.is_at_least(3, 8));
        let oldest = oldest.filter(|python| !python.is_at_least(3, 12)).map(|python| (python.clone(), "2.2.1"));
        oldest.into_iter().chain([(default, "3.1.2")]).collect()
    }
}

fn main() -> ExitCode {
    let asked = match Asked::new(env::args().skip(1)) {
        Ok(asked) => asked,
        Err(why) => {
            eprintln!("conformance: {why}");
            return ExitCode::FAILURE;
        }
    };
    let mode = if asked.rebuild { Mode::Rebuild } else { Mode::Recode };
    if asked.serve {
        return match serve::serve(mode) {
            Ok(()) => ExitCode::SUCCESS,
            Err(why) => {
                eprintln!("conformance: {why}");
                ExitCode::FAILURE
            }
        };
    }
    if asked.others_only {
        return ExitCode::SUCCESS;
    }
    let configurations = asked.configurations();
    if configurations.is_empty() {
        eprintln!("conformance: no interpreter that is here runs what was asked for");
        return ExitCode::FAILURE;
    }
    let todo = Mutex::new(configurations.into_iter());
    let failed = Mutex::new(false);
    // The suite mostly waits for processes that it starts.
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = todo.lock().expect("no thread panics").next();
                    let Some((python, release)) = next else { return };
                    if !conforms(&python, release, mode) {
                        *failed.lock().expect("no thread panics") = true;
                    }
                }
            });
        }
    });
    if failed.into_inner().expect("no thread panics") { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Runs the suite without us and with us, and says how they differ.
fn conforms(python: &Python, release: &str, mode: Mode) -> bool {
    let name = format!("cloudpickle's tests on cloudpickle {release}, {python}");
    let suite = match suite(python, release) {
        Ok(suite) => suite,
        Err(why) => {
            not_run(&format!("{name}: {why}"));
            return true;
        }
    };
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance");
    let out = |what: &str| out.join(format!("{}.{}-{release}-{what}", python.version.0, python.version.1));
    let (plain, recoded) = (out("plain"), out(if mode == Mode::Rebuild { "rebuild" } else { "recode" }));
    let runs = thread::scope(|scope| {
        let without = scope.spawn(|| run(python, (release, &suite), &plain, None));
        let with = run(python, (release, &suite), &recoded, Some(mode));
        without.join().expect("no thread panics").and_then(|without| Ok((without, with?)))
    });
    let (without, with, pickles) = match runs.and_then(|(without, with)| Ok((without, with, Pickles::read(&recoded)?))) {
        Ok(read) => read,
        Err(why) => {
            println!("{name}: {why}");
            return false;
        }
    };
    let differences = without.differences(&with);
    println!(
        "{name}, {mode:?}: {} passed without us, {} with us, {} differ; {pickles}",
        without.passed(),
        with.passed(),
        differences.len()
    );
    for difference in &differences {
        println!("    {difference}");
    }
    if !differences.is_empty() || pickles.refused > 0 {
        println!("    the pickles are in {}", recoded.display());
    }
    let enough = without.passed() >= LEAST_PASSED && pickles.all() >= LEAST_PICKLES;
    if !enough {
        println!("    too few to say anything: the suite does not run as it should, see {}", plain.display());
    }
    differences.is_empty() && pickles.refused == 0 && enough
}

/// One run of pytest; what it and the hook write is in `out`.
fn run(python: &Python, (release, suite): (&str, &Suite), out: &Path, mode: Option<Mode>) -> Result<Outcomes, String> {
    let said = |e: std::io::Error| format!("{}: {e}", out.display());
    let _ = fs::remove_dir_all(out);
    fs::create_dir_all(out).map_err(said)?;
    let printed = fs::File::create(out.join("pytest.txt")).map_err(said)?;
    let mut command = python.command();
    // Some of the tests pickle sys.stdout, which has to be a file: -s.
    command
        .current_dir(&suite.root)
        .args(["-m", "pytest", "-s", "-rfEs", "-p", "no:cacheprovider", "-p", "sitecustomize", "tests"])
        .env("PYTHONPATH", &suite.root)
        .env("CONFORMANCE_LIBS", &suite.libs)
        .env("CONFORMANCE_OUT", out)
        .stdin(Stdio::null())
        .stderr(printed.try_clone().map_err(said)?)
        .stdout(printed);
    if let Some(mode) = mode {
        let server = env::current_exe().map_err(said)?;
        let rebuild = if mode == Mode::Rebuild { "\n--rebuild" } else { "" };
        command.env("CONFORMANCE_SERVER", format!("{}\n--serve{rebuild}", server.display()));
    }
    // That tests fail is no error here: they may fail without us too.
    command.status().map_err(said)?;
    Outcomes::read(out, release)
}
