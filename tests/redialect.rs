//! Payloads moved to another dialect, and rebuilt for their own: real releases load them, and find what they wrote themselves.
//!
//! A release that is not there is named as not run. `REDIALECT_EVERY=1` compares every pair of payloads, not a sample.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use cloudpickle::reflect::Dialect;
use common::{Golden, Judge, Python, default_python, golden, interpreters, not_run, venv, version};

/// A payload of a case.
struct Made {
    /// `cloudpickle`, or the package that carries the copy.
    package: String,
    release: String,
    bytes: Vec<u8>,
    /// Whether its own release loads it.
    loads: bool,
    /// Whether two loads of it are equal.
    equal: bool,
}

/// A kind of object on one Python, with all that was written for it.
struct Case {
    python: (u32, u32),
    name: String,
    modules: Vec<String>,
    calls: Vec<String>,
    made: Vec<Made>,
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    golden(|payload| {
        let Golden { python, package, release, case, result, modules, calls, bytes, .. } = payload;
        if package == "dill" {
            return;
        }
        if cases.last().is_none_or(|last| (last.python, &last.name) != (python, &case)) {
            cases.push(Case { python, name: case, modules, calls, made: Vec::new() });
        }
        let made =
            Made { package, release, bytes, loads: result["loads"].is_null(), equal: result["unequal"].as_str().unwrap_or("").is_empty() };
        cases.last_mut().expect("a case").made.push(made);
    });
    cases
}

/// A release, or a copy of it in another package.
#[derive(Clone)]
struct Goal {
    package: &'static str,
    release: &'static str,
    /// The package on the wire.
    path: &'static str,
}

impl Goal {
    const fn new(package: &'static str, release: &'static str, path: &'static str) -> Self {
        Self { package, release, path }
    }

    /// The first copies in PySpark are one module.
    fn is_module(&self) -> bool {
        self.package == "pyspark" && (self.release.starts_with("0.") || self.release.starts_with("1."))
    }

    fn dialect(&self) -> Dialect {
        format!("{} {}", self.path, self.release).parse().expect("a dialect")
    }

    /// What goes on `PYTHONPATH`: the release, or a copy of it under the other name beside it.
    fn place(&self, release: &Path) -> PathBuf {
        if self.package == "cloudpickle" {
            return release.to_path_buf();
        }
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("copies/{}-{}", self.package, self.release));
        let mut place = root.clone();
        let parts: Vec<&str> = self.path.split('.').collect();
        for part in &parts[..parts.len() - 1] {
            place.push(part);
            fs::create_dir_all(&place).expect("a directory");
            fs::write(place.join("__init__.py"), "").expect("a file");
        }
        if self.is_module() {
            fs::copy(release.join("cloudpickle/cloudpickle.py"), place.join("cloudpickle.py")).expect("a copy");
            return root;
        }
        place.push("cloudpickle");
        fs::create_dir_all(&place).expect("a directory");
        for file in fs::read_dir(release.join("cloudpickle")).expect("the release") {
            let file = file.expect("an entry").path();
            if file.extension().is_some_and(|extension| extension == "py") {
                let text = fs::read_to_string(&file).expect("Python source");
                let text = text.replace("from cloudpickle.", &format!("from {}.", self.path));
                fs::write(place.join(file.file_name().expect("a name")), text).expect("a copy");
            }
        }
        root
    }
}

const GOALS: [Goal; 14] = [
    Goal::new("cloudpickle", "1.2.2", "cloudpickle"),
    Goal::new("cloudpickle", "1.6.0", "cloudpickle"),
    Goal::new("cloudpickle", "2.0.0", "cloudpickle"),
    Goal::new("cloudpickle", "2.2.1", "cloudpickle"),
    Goal::new("cloudpickle", "3.0.0", "cloudpickle"),
    Goal::new("cloudpickle", "3.1.2", "cloudpickle"),
    Goal::new("pyspark", "0.4.3", "pyspark.cloudpickle"),
    Goal::new("pyspark", "1.1.1", "pyspark.cloudpickle"),
    Goal::new("pyspark", "2.2.1", "pyspark.cloudpickle"),
    Goal::new("joblib", "2.2.0", "joblib.externals.cloudpickle"),
    Goal::new("pyspark", "3.1.1", "pyspark.cloudpickle"),
    Goal::new("joblib", "3.1.2", "joblib.externals.cloudpickle"),
    Goal::new("ray", "3.1.2", "ray.cloudpickle"),
    // A copy that nobody has: held against what cloudpickle 3.1.2 itself wrote.
    Goal::new("ours", "3.1.2", "ours.vendor.cloudpickle"),
];

/// Releases below 2.1 write no code objects that CPython 3.11 takes.
fn runs(goal: &Goal, python: (u32, u32)) -> bool {
    python < (3, 11) || version(goal.release) >= (2, 1)
}

#[derive(Default)]
struct Outcome {
    compared: usize,
    same_bytes: usize,
    equal: usize,
    kept: BTreeMap<String, usize>,
    explained: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

impl Outcome {
    fn add(&mut self, other: Outcome) {
        self.compared += other.compared;
        self.same_bytes += other.same_bytes;
        self.equal += other.equal;
        for (why, count) in other.kept {
            *self.kept.entry(why).or_default() += count;
        }
        for (why, count) in other.explained {
            *self.explained.entry(why).or_default() += count;
        }
        self.wrong.extend(other.wrong);
    }
}

/// What can differ, though it is the same object: between which releases, what is not compared then, and why.
struct Allowance {
    between: fn(&Case, &Made, &Goal) -> bool,
    /// Of `ignore=` in `golden_judge.py`; nothing where a difference of that text is enough.
    ignored: &'static [&'static str],
    text: &'static str,
    why: &'static str,
}

fn before(release: &str, other: &str) -> bool {
    let numbers = |text: &str| text.split('.').map(|number| number.parse().unwrap_or(0)).collect::<Vec<u32>>();
    numbers(release) < numbers(other)
}

const ALLOWANCES: &[Allowance] = &[
    Allowance {
        between: |case, from, goal| case.python == (3, 10) && before(&from.release, "2.1") != before(goal.release, "2.1"),
        ignored: &["co_linetable"],
        text: "",
        why: "up to 2.0 the line table of 3.10 is written in the form of 3.9, which 3.10 misreads",
    },
    Allowance {
        between: |_, _, goal| before(goal.release, "2.2.1"),
        ignored: &["__module__"],
        text: "",
        why: "up to 2.2.0 a class forgets its module where that is the one of its base; moved classes know it",
    },
    Allowance {
        between: |_, _, goal| before(goal.release, "1.3"),
        ignored: &["__slots__"],
        text: "",
        why: "1.2 tells the metaclass the slots of a base, and so gives them to the class",
    },
    Allowance {
        between: |_, from, goal| from.release == "0.4.3" || goal.release == "0.4.3",
        ignored: &["globals.__package__", "globals.__name__", "globals.__path__", "globals.__file__"],
        text: "",
        why: "0.4 does not say in which module a function's globals are",
    },
];

fn allowed(case: &Case, from: &Made, goal: &Goal) -> impl Iterator<Item = &'static Allowance> {
    ALLOWANCES.iter().filter(|allowance| (allowance.between)(case, from, goal))
}

fn every() -> usize {
    std::env::var("REDIALECT_EVERY").ok().and_then(|text| text.parse().ok()).unwrap_or(12)
}

/// Gives each job to one of two threads, and adds up what comes of them.
fn run_all<J: Send>(jobs: Vec<J>, work: impl Fn(J) -> Outcome + Sync) -> Outcome {
    let (jobs, total) = (Mutex::new(jobs), Mutex::new(Outcome::default()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(job) = jobs.lock().expect("jobs").pop() else { return };
                    let outcome = work(job);
                    total.lock().expect("the total").add(outcome);
                }
            });
        }
    });
    total.into_inner().expect("the total")
}

fn judge(python: &Python, places: &[PathBuf]) -> Judge {
    let judge = Judge::golden(python).with_timeout(Duration::from_secs(30));
    places.iter().fold(judge, |judge, place| judge.with_path(place))
}

fn numbers(python: &Python) -> (u32, u32) {
    (u32::from(python.version.0), u32::from(python.version.1))
}

/// Each goal with the directories that have it and the release that it is held against.
fn goals() -> Vec<(&'static Goal, Vec<PathBuf>)> {
    let python = default_python();
    let mut found = Vec::new();
    for goal in &GOALS {
        let requirement = format!("cloudpickle=={}", goal.release);
        match venv(&python, &[&requirement]) {
            Ok(release) => found.push((goal, vec![goal.place(&release), release])),
            Err(why) => not_run(&format!("{requirement}: {why}")),
        }
    }
    found
}

#[test]
fn moved_payloads_are_what_the_other_release_writes() {
    let (cases, goals) = (cases(), goals());
    let mut jobs = Vec::new();
    for python in interpreters() {
        for (goal, places) in &goals {
            if runs(goal, numbers(&python)) {
                jobs.push((python.clone(), *goal, places.clone()));
            }
        }
    }
    let outcome = run_all(jobs, |(python, goal, places)| move_to(&cases, &python, goal, &places));
    println!(
        "{} payloads moved and compared: {} equal, {} of them byte for byte what the release itself writes",
        outcome.compared, outcome.equal, outcome.same_bytes
    );
    for (why, count) in &outcome.kept {
        println!("{count} not moved whole, and said so: {why}");
    }
    for (why, count) in &outcome.explained {
        println!("{count} otherwise: {why}");
    }
    outcome.wrong.iter().for_each(|line| println!("{line}"));
    assert!(outcome.wrong.is_empty(), "{} payloads", outcome.wrong.len());
    assert!(outcome.compared > 1000 && outcome.equal * 10 > outcome.compared * 9, "{} of {}", outcome.equal, outcome.compared);
}

/// A payload of cloudpickle itself as its copy in another package writes it: the module is another text. A frame that is longer than it
/// says is read all the same.
fn renamed(payload: &[u8], package: &str) -> Vec<u8> {
    let module = b"\x8c\x17cloudpickle.cloudpickle";
    let to = format!("{package}.cloudpickle");
    let mut rest = payload;
    let mut bytes = Vec::new();
    while let Some(at) = rest.windows(module.len()).position(|part| part == module) {
        bytes.extend_from_slice(&rest[..at]);
        bytes.extend([0x8c, u8::try_from(to.len()).expect("a short name")]);
        bytes.extend_from_slice(to.as_bytes());
        rest = &rest[at + module.len()..];
    }
    bytes.extend_from_slice(rest);
    bytes
}

fn move_to(cases: &[Case], python: &Python, goal: &Goal, places: &[PathBuf]) -> Outcome {
    let mut outcome = Outcome::default();
    let (mut judge, dialect, every) = (judge(python, places), goal.dialect(), every());
    let package = if goal.package == "ours" { "cloudpickle" } else { goal.package };
    let mut at = 0;
    for case in cases.iter().filter(|case| case.python == numbers(python)) {
        let its_own = case.made.iter().find(|made| (made.package.as_str(), made.release.as_str()) == (package, goal.release));
        let Some(its_own) = its_own.filter(|made| made.loads && made.equal) else { continue };
        for from in case.made.iter().filter(|made| made.loads) {
            if (from.package.as_str(), from.release.as_str()) == (goal.package, goal.release) {
                continue;
            }
            at += 1;
            if at % every != 0 {
                continue;
            }
            let label = format!("{python} {} from {} {} to {} {}", case.name, from.package, from.release, goal.package, goal.release);
            let mut pickle = cloudpickle::loads(&from.bytes).expect(&label);
            let rebuilt = pickle.redialect(&dialect);
            if let Some(kept) = rebuilt.kept.first() {
                let why = kept.error.as_ref().map_or_else(|| "another shape".to_owned(), ToString::to_string);
                *outcome.kept.entry(why).or_default() += 1;
                continue;
            }
            let bytes = pickle.dumps().expect(&label);
            outcome.compared += 1;
            if bytes == its_own.bytes {
                outcome.same_bytes += 1;
                outcome.equal += 1;
                continue;
            }
            // Up to 1.6 globals are written in the order of a set.
            let ordered = [from.release.as_str(), goal.release].iter().all(|release| version(release) >= (2, 0));
            let options = format!("modules={}\norder={}\n", case.modules.join(","), u8::from(ordered));
            let its_own = if goal.package == "ours" { renamed(&its_own.bytes, goal.path) } else { its_own.bytes.clone() };
            let Err(difference) = judge.equal(&its_own, &bytes, &options, &case.calls) else {
                outcome.equal += 1;
                continue;
            };
            let allowances: Vec<_> = allowed(case, from, goal).collect();
            let textual = allowances.iter().find(|allowance| allowance.ignored.is_empty() && difference.contains(allowance.text));
            if let Some(allowance) = textual {
                *outcome.explained.entry(allowance.why.to_owned()).or_default() += 1;
                continue;
            }
            let ignored: Vec<_> = allowances.iter().flat_map(|allowance| allowance.ignored).copied().collect();
            match judge.equal(&its_own, &bytes, &format!("{options}ignore={}\n", ignored.join(",")), &case.calls) {
                Ok(()) => {
                    let why: Vec<_> = allowances.iter().map(|allowance| allowance.why).collect();
                    *outcome.explained.entry(why.join("; ")).or_default() += 1;
                }
                Err(difference) => outcome.wrong.push(format!("{label}: {difference}")),
            }
        }
    }
    outcome
}
