//! Payloads moved to another dialect, and rebuilt for their own: real releases load them, and find what they wrote themselves.
//!
//! Every payload goes to every other release and copy that runs on its Python. A release that is not there is named as not run.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use cloudpickle::Pickler;
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
        let made = Made {
            package,
            release,
            bytes,
            loads: result["loads"].is_null(),
            equal: result["unequal"].as_str().unwrap_or("").is_empty(),
        };
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
    /// Compared, equal and of the same bytes, by what they were moved to.
    goals: BTreeMap<String, [usize; 3]>,
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
        for (goal, counts) in other.goals {
            let sums = self.goals.entry(goal).or_default();
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        self.wrong.extend(other.wrong);
    }
}

/// What can differ, though it is the same object: between which releases, what is not compared then, and why.
struct Allowance {
    between: fn(&Case, &Made, &Goal) -> bool,
    /// Of `ignore=` in `golden_judge.py`: the rest is compared.
    ignored: &'static [&'static str],
    /// Where nothing can be left out: what the first difference says.
    texts: &'static [&'static str],
    why: &'static str,
}

/// Whether a release is older than another.
fn before(release: &str, other: &str) -> bool {
    let numbers = |text: &str| text.split('.').map(|number| number.parse().unwrap_or(0)).collect::<Vec<u32>>();
    numbers(release) < numbers(other)
}

/// The name of what is ignored, as a difference has it.
fn bare(ignored: &str) -> &str {
    if ignored.starts_with("globals.") { "__globals__" } else { ignored }
}

fn has(made: &Made, text: &str) -> bool {
    made.bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

const ALLOWANCES: &[Allowance] = &[
    Allowance {
        between: |case, from, goal| case.python == (3, 10) && before(&from.release, "2.0") != before(goal.release, "2.0"),
        ignored: &["co_linetable"],
        texts: &[],
        why: "up to 1.6 the line table of 3.10 is written in the form of 3.9, which 3.10 misreads",
    },
    Allowance {
        between: |_, _, goal| before(goal.release, "2.2.1"),
        ignored: &["__module__"],
        texts: &[],
        why: "up to 2.2.0 a class forgets its module where that is the one of its base; a moved class knows it",
    },
    Allowance {
        between: |_, from, goal| before(&from.release, "2.2.1") && goal.release == "2.2.1",
        ignored: &["__module__"],
        texts: &[],
        why: "a payload that 2.2.0 can have written counts as one of 2.2, and forgets modules as that does",
    },
    Allowance {
        between: |_, from, goal| before(goal.release, "1.3") || before(&from.release, "1.3"),
        ignored: &["__slots__"],
        texts: &[],
        why: "up to 1.2 the metaclass is told the slots of a base, and so gives them to the class",
    },
    Allowance {
        between: |_, from, goal| (before(goal.release, "1.3") || before(&from.release, "1.3")) && has(from, "__slots__"),
        ignored: &[],
        texts: &[".__dict__: type dict | NoneType", "attributes of class: "],
        why: "up to 1.2 the metaclass is told the slots of a base, and so gives them to the class",
    },
    Allowance {
        between: |_, from, goal| {
            let works = |release: &str| !before(release, "1.1") && before(release, "2.2.1");
            (works(&from.release) != works(goal.release) || goal.release == "2.2.0") && has(from, "__slots__")
        },
        ignored: &["__slots__"],
        texts: &["slots: ", "attributes of class: ", ".__dict__: type dict | NoneType"],
        why: "slots work from 1.1 to 2.2.0; a class that has them keeps them, one that lost them does not get them back for 2.2.0",
    },
    Allowance {
        between: |_, from, goal| from.release == "0.4.3" || goal.release == "0.4.3",
        ignored: &["globals.__package__", "globals.__name__", "globals.__path__", "globals.__file__"],
        texts: &["__annotations__: ", "__kwdefaults__: ", "__doc__: ", ".__name__: ", "attributes of class: "],
        why: "0.4 says of a function neither its module, name, doc nor annotations, and of a class what is the same in its base",
    },
    Allowance {
        between: |case, from, goal| {
            case.name == "property_class_registry" && (from.release == "0.4.3" || goal.release == "0.4.3")
        },
        ignored: &[],
        texts: &["__class__.known['B']: sharing"],
        why: "0.4 does not know a class again: a metaclass that notes each class notes the one that is thrown away",
    },
    Allowance {
        between: |case, from, goal| {
            let of_others = ["enum", "class_total_ordering", "bound_method_of_reference", "reference_method"];
            of_others.iter().any(|name| case.name.contains(name)) && before(&from.release, "1.2") != before(goal.release, "1.2")
        },
        ignored: &[],
        texts: &[".__globals__: dict of "],
        why: "up to 1.1 functions that are found in a class, not in a module, are written by value",
    },
    Allowance {
        between: |case, from, _| case.python < (3, 8) && before(&from.release, "1.4"),
        ignored: &["__doc__"],
        texts: &[],
        why: "up to 1.4 below Python 3.8 a class loses a doc that is the one of its base",
    },
    Allowance {
        between: |case, from, goal| {
            case.python < (3, 8) && case.name.contains("enum") && (before(&from.release, "1.4") || before(goal.release, "1.4"))
        },
        ignored: &["__doc__"],
        texts: &["x.__doc__: "],
        why: "up to 1.4 below Python 3.8 an enum loses its doc; a moved one keeps it",
    },
    Allowance {
        between: |case, from, goal| case.python == (3, 6) && before(&from.release, "1.4") != before(goal.release, "1.4"),
        ignored: &[],
        texts: &["__annotations__: ", "x[0] is typing.AnyStr"],
        why: "up to 1.3 on Python 3.6 annotations are left out, and TypeVars are written by value",
    },
    Allowance {
        between: |_, from, goal| before(&from.release, "3.1") != before(goal.release, "3.1"),
        ignored: &[],
        texts: &["__match_args__: sharing"],
        why: "from 3.1 on tuples of names in a code object are not those that a class has",
    },
];

/// What a release has no way to say, and is told in `Rebuilt::kept`.
const UNSAYABLE: &[&str] = &[
    // Up to 1.3 there is no helper for it.
    "cannot make a TypeVar by value",
    // Up to 1.3 the metaclass is called with the bases as they are.
    "cannot make a class of which a base is no class",
    "cannot make a generic alias",
    // 0.4 fills functions with less.
    "cannot make a function with another doc than its code",
    "cannot make a function with another name than its code",
    "cannot make a function with defaults of keyword-only parameters",
    "cannot make the annotations of a function",
    "cannot make the type of None",
];

fn allowed(case: &Case, from: &Made, goal: &Goal) -> impl Iterator<Item = &'static Allowance> {
    ALLOWANCES.iter().filter(|allowance| (allowance.between)(case, from, goal))
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
    for (goal, [compared, equal, same]) in &outcome.goals {
        println!("{goal}: {compared} compared, {equal} equal, {same} the same bytes");
    }
    for (why, count) in &outcome.kept {
        println!("{count} not moved whole, and said so: {why}");
    }
    for (why, count) in &outcome.explained {
        println!("{count} otherwise: {why}");
    }
    outcome.wrong.iter().for_each(|line| println!("{line}"));
    assert!(outcome.wrong.is_empty(), "{} payloads", outcome.wrong.len());
    let unknown: Vec<_> = outcome.kept.keys().filter(|why| !UNSAYABLE.iter().any(|what| why.ends_with(what))).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert!(outcome.compared > 1000 && outcome.equal * 100 > outcome.compared * 85, "{} of {}", outcome.equal, outcome.compared);
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
    let (mut judge, dialect) = (judge(python, places), goal.dialect());
    let package = if goal.package == "ours" { "cloudpickle" } else { goal.package };
    for case in cases.iter().filter(|case| case.python == numbers(python)) {
        let its_own = case.made.iter().find(|made| (made.package.as_str(), made.release.as_str()) == (package, goal.release));
        let Some(its_own) = its_own.filter(|made| made.loads && made.equal) else { continue };
        for from in case.made.iter().filter(|made| made.loads) {
            if (from.package.as_str(), from.release.as_str()) == (goal.package, goal.release) {
                continue;
            }
            let label =
                format!("{python} {} from {} {} to {} {}", case.name, from.package, from.release, goal.package, goal.release);
            let mut pickle = cloudpickle::loads(&from.bytes).expect(&label);
            let rebuilt = pickle.redialect(&dialect);
            if let Some(kept) = rebuilt.kept.first() {
                let why = kept.error.as_ref().map_or_else(|| format!("{label}: another shape"), ToString::to_string);
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
            let textual = |difference: &str| {
                allowances.iter().find(|allowance| allowance.texts.iter().any(|text| difference.contains(text)))
            };
            let ignored: Vec<_> = allowances.iter().flat_map(|allowance| allowance.ignored).copied().collect();
            match judge.equal(&its_own, &bytes, &format!("{options}ignore={}\n", ignored.join(",")), &case.calls) {
                Ok(()) if ignored.is_empty() => {
                    outcome.wrong.push(format!("{label}: not the second time, but the first: {difference}"))
                }
                Ok(()) => {
                    let why =
                        allowances.iter().find(|allowance| allowance.ignored.iter().any(|name| difference.contains(bare(name))));
                    let why = why.or(allowances.first()).map_or("", |allowance| allowance.why);
                    *outcome.explained.entry(why.to_owned()).or_default() += 1;
                }
                Err(difference) => match textual(&difference) {
                    Some(allowance) => *outcome.explained.entry(allowance.why.to_owned()).or_default() += 1,
                    None => outcome.wrong.push(format!("{label}: {difference}")),
                },
            }
        }
    }
    let (major, minor) = numbers(python);
    let label = format!("{} {} on {major}.{minor}", goal.package, goal.release);
    if outcome.compared > 0 {
        outcome.goals.insert(label, [outcome.compared, outcome.equal, outcome.same_bytes]);
    }
    outcome
}

/// What `rebuild` gives is the same bytes (`tests/rebuild.rs`). Written without memo slots that nobody asks for, and at other protocols, it
/// is still the same object.
#[test]
fn rebuilt_payloads_are_the_same_objects_however_they_are_written() {
    let (cases, goals) = (cases(), goals());
    let mut jobs = Vec::new();
    for python in interpreters() {
        let release = if python.is_at_least(3, 8) { "3.1.2" } else { "2.2.1" };
        let goal = goals.iter().find(|(goal, _)| (goal.package, goal.release) == ("cloudpickle", release));
        let Some((goal, places)) = goal else { continue };
        jobs.push((python.clone(), *goal, places.clone()));
    }
    let outcome = run_all(jobs, |(python, goal, places)| write_otherwise(&cases, &python, goal, &places));
    println!("{} payloads rebuilt and written otherwise: {} equal", outcome.compared, outcome.equal);
    outcome.wrong.iter().for_each(|line| println!("{line}"));
    assert!(outcome.wrong.is_empty(), "{} payloads", outcome.wrong.len());
    assert!(outcome.compared > 200, "{}", outcome.compared);
}

fn write_otherwise(cases: &[Case], python: &Python, goal: &Goal, places: &[PathBuf]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut judge = judge(python, places);
    for case in cases.iter().filter(|case| case.python == numbers(python)) {
        let made = case.made.iter().find(|made| (made.package.as_str(), made.release.as_str()) == (goal.package, goal.release));
        let Some(made) = made.filter(|made| made.loads && made.equal) else { continue };
        let mut pickle = cloudpickle::loads(&made.bytes).expect(&case.name);
        let rebuilt = pickle.rebuild();
        let options = format!("modules={}\n", case.modules.join(","));
        for (how, pickler) in [
            ("optimized", Pickler::like(&pickle).optimize(true)),
            ("at protocol 4", Pickler::like(&pickle).protocol(4)),
            ("at protocol 2", Pickler::like(&pickle).protocol(2)),
        ] {
            let label = format!("{python} {} {how}", case.name);
            let written = pickler.dump_pickle(&pickle);
            let equal = match &written {
                Ok(bytes) => judge.equal(&made.bytes, bytes, &options, &case.calls),
                Err(error) => Err(error.to_string()),
            };
            outcome.compared += 1;
            match equal {
                Ok(()) => outcome.equal += 1,
                // `frozenset([])`, as protocol 2 writes it, is one object before 3.10.
                Err(difference) if how == "at protocol 2" && difference.contains("__abstractmethods__: sharing") => {
                    outcome.equal += 1
                }
                Err(difference) => outcome.wrong.push(format!("{label} ({} kept): {difference}", rebuilt.kept.len())),
            }
        }
    }
    outcome
}
