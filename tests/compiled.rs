//! Modules by value from `.pyc` files, against cloudpickle with the same modules registered: byte for byte, and by what the worker makes of both.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cloudpickle::reflect::{CompiledModule, ModuleOptions};
use cloudpickle::{ErrorKind, Heap, Pickler};

use common::{Python, interpreters, not_run, pyodide, run_pyodide, scripts, venv};

/// What is installed beside cloudpickle. `NAME:N` are the first N functions and classes of a package.
const REQUIREMENTS: &[&str] =
    &["cloudpickle==3.1.2", "click==8.1.7", "attrs==23.2.0", "requests==2.31.0", "flask==3.0.3", "rich==13.7.1", "networkx==3.1"];
const PACKAGES: &[&str] = &["click", "requests", "flask", "rich:150", "attr", "networkx:300"];

/// What a worker with these requirements has, and what it does not have.
const INSTALLED: &[&str] = &[
    "attr",
    "attrs",
    "blinker",
    "certifi",
    "charset_normalizer",
    "click",
    "flask",
    "idna",
    "itsdangerous",
    "jinja2",
    "markdown_it",
    "markupsafe",
    "mdurl",
    "networkx",
    "pygments",
    "requests",
    "rich",
    "urllib3",
    "werkzeug",
];
const MISSING: &[&str] =
    &["chardet", "cryptography", "module_that_is_not_there", "simplejson", "urllib3.contrib.pyopenssl", "urllib3.contrib.socks"];

/// Bases of other packages, which `type` makes.
const PLAIN_BASES: &[(&str, &str)] = &[
    ("click", "ParamType"),
    ("click", "Path"),
    ("click", "UsageError"),
    ("jinja2", "BaseLoader"),
    ("jinja2", "Environment"),
    ("urllib3.exceptions", "HTTPError"),
    ("werkzeug.datastructures", "CallbackDict"),
];

struct Objects {
    modules: Vec<(String, String, PathBuf)>,
    objects: Vec<(String, String, String, Vec<u8>)>,
    refused: usize,
}

fn records(bytes: &[u8]) -> Objects {
    let mut rest = bytes;
    let mut field = || {
        let (length, behind) = rest.split_first_chunk::<4>()?;
        let (field, behind) = behind.split_at(u32::from_le_bytes(*length) as usize);
        rest = behind;
        Some(field.to_vec())
    };
    let mut found = Objects { modules: Vec::new(), objects: Vec::new(), refused: 0 };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("names are text");
    while let Some(what) = field() {
        let [one, two, three, four] = std::array::from_fn(|_| field().expect("a record has five fields"));
        match &*what {
            b"module" => found.modules.push((text(one), text(two), text(three).into())),
            b"object" => found.objects.push((text(one), text(two), text(three), four)),
            _ => found.refused += 1,
        }
    }
    found
}

/// The tree of modules of a package.
fn package(top: &str, modules: &[(String, String, PathBuf)]) -> CompiledModule {
    let load = |name: &str, path: &Path| {
        let bytes = std::fs::read(path).expect("the .pyc was written");
        let options = ModuleOptions::new(name).platform("linux");
        let options = INSTALLED.iter().fold(options, |options, name| options.installed(name));
        let options = MISSING.iter().fold(options, |options, name| options.missing(name));
        options.from_pyc(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let mut of_top = modules.iter().filter(|(of, _, _)| of == top);
    let (_, name, path) = of_top.next().expect("the package itself comes first");
    let whole = of_top.fold(load(name, path), |whole, (_, name, path)| whole.submodule(load(name, path)));
    PLAIN_BASES.iter().fold(whole, |whole, (module, name)| whole.plain_base(module, name))
}

/// With the ids by which a worker knows classes, which are random, counted.
fn without_ids(payload: &[u8]) -> Vec<u8> {
    let mut out = payload.to_vec();
    let mut known: Vec<Vec<u8>> = Vec::new();
    let mut at = 0;
    while at + 34 <= out.len() {
        let digits = out[at + 2..at + 34].to_vec();
        if out[at..].starts_with(b"\x8c\x20") && digits.iter().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(c)) {
            let nth = known.iter().position(|id| *id == digits).unwrap_or_else(|| {
                known.push(digits);
                known.len() - 1
            });
            out[at + 2..at + 34].copy_from_slice(format!("{nth:032}").as_bytes());
            at += 34;
        } else {
            at += 1;
        }
    }
    out
}

/// What became of the functions and classes of one kind.
#[derive(Default, Debug)]
struct Counts {
    objects: usize,
    identical: usize,
    same: usize,
    only_ours: usize,
    differs: Vec<String>,
    not_followed: Vec<String>,
}

/// What became of the functions and classes of a Python: by their kinds, and why payloads are not those of cloudpickle.
#[derive(Default)]
struct Found {
    kinds: BTreeMap<String, Counts>,
    /// The modules of which something was followed, and behaves as cloudpickle's.
    modules: BTreeSet<String>,
    /// How many objects there are for each reason: for being alike but not identical, for loading as ours only, for not being followed.
    reasons: BTreeMap<String, usize>,
}

impl Found {
    /// Functions and classes, and their modules: those whose payload is identical or behaves alike.
    fn followed(&self) -> (usize, usize) {
        (self.kinds.values().map(|counts| counts.identical + counts.same).sum(), self.modules.len())
    }

    fn differences(&self) -> impl Iterator<Item = &String> {
        self.kinds.values().flat_map(|counts| &counts.differs)
    }
}

/// What runs the scripts: a CPython of this machine, or 3.14 under node.
enum Worker {
    Python(Python, PathBuf),
    Pyodide(PathBuf, PathBuf),
}

impl Worker {
    fn run(&self, out: &Path, arguments: &[&str]) -> Result<String, String> {
        match self {
            Self::Python(python, libs) => {
                let mut command = python.command();
                command.env("PYTHONPATH", libs).arg(scripts().join("compiled.py")).args(arguments);
                let output = command.output().map_err(|error| error.to_string())?;
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
            }
            Self::Pyodide(pyodide, libs) => run_pyodide(pyodide, out, libs, "compiled.py", arguments),
        }
    }
}

fn check(worker: &Worker, name: &str, own: &str, packages: &[&str]) -> Found {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("compiled-{name}"));
    std::fs::create_dir_all(&out).expect("a directory can be made");
    let inside = |file: &str| match worker {
        Worker::Python(..) => out.join(file).to_string_lossy().into_owned(),
        Worker::Pyodide(..) => format!("/out/{file}"),
    };
    let root = inside("");
    let mut arguments = vec!["write", root.trim_end_matches('/'), own];
    arguments.extend(packages);
    worker.run(&out, &arguments).unwrap_or_else(|error| panic!("{name}: {error}"));
    let Objects { mut modules, objects, refused } = records(&std::fs::read(out.join("records")).expect("it was written"));
    for (_, _, path) in &mut modules {
        if let Ok(below) = path.strip_prefix("/out") {
            *path = out.join(below);
        }
    }
    let mut tops: Vec<&str> = modules.iter().map(|(top, _, _)| &**top).collect();
    tops.dedup();
    let (last, blocked) = (tops.last().copied(), tops.clone());
    let mut all = Found::default();
    let (mut every, mut every_kind) = (Vec::new(), BTreeMap::new());
    for top in tops {
        let mut pickler = Pickler::new();
        pickler.register_pickle_by_value(package(top, &modules));
        let mut pairs = Vec::new();
        let covers = |module: &str| module == top || module.strip_prefix(top).is_some_and(|rest| rest.starts_with('.'));
        let mut kinds = BTreeMap::new();
        for (module, name, kind, theirs) in objects.iter().filter(|(module, ..)| covers(module)) {
            let counts = all.kinds.entry(kind.clone()).or_default();
            counts.objects += 1;
            let mut heap = Heap::new();
            let reference = heap.global(module, name);
            match pickler.dumps(&heap, reference) {
                Ok(ours) if without_ids(&ours) == without_ids(theirs) => {
                    counts.identical += 1;
                    all.modules.insert(module.clone());
                }
                Ok(ours) => {
                    kinds.insert(format!("{module}.{name}"), (kind.clone(), module.clone()));
                    for field in [format!("{module}.{name}").as_bytes(), &ours, theirs] {
                        pairs.extend(u32::try_from(field.len()).expect("a payload is small").to_le_bytes());
                        pairs.extend(field);
                    }
                }
                Err(error) => {
                    let ErrorKind::NotFollowed { reason, line, .. } = error.kind() else { panic!("{module}.{name}: {error}") };
                    assert!(line.is_some(), "{module}.{name}: {error}");
                    *all.reasons.entry(format!("not followed: {reason}")).or_default() += 1;
                    counts.not_followed.push(format!("{module}.{name}: {error}"));
                }
            }
        }
        // Under node a process takes long to start: one judges all.
        every.extend(pairs);
        every_kind.extend(kinds);
        if matches!(worker, Worker::Pyodide(..)) && Some(top) != last {
            continue;
        }
        let (pairs, mut kinds) = (std::mem::take(&mut every), std::mem::take(&mut every_kind));
        let file = format!("pairs-{top}");
        std::fs::write(out.join(&file), pairs).expect("pairs can be written");
        let blocked = if matches!(worker, Worker::Pyodide(..)) { blocked.join(",") } else { top.to_owned() };
        let verdicts = worker.run(&out, &["judge", &inside(&file), &blocked]).unwrap_or_else(|error| panic!("{name}: {error}"));
        for line in verdicts.lines() {
            let mut fields = line.splitn(3, '\t');
            let [name, verdict, text] = std::array::from_fn(|_| fields.next().unwrap_or_default());
            let Some((kind, module)) = kinds.remove(name) else { continue };
            let counts = all.kinds.entry(kind).or_default();
            match verdict {
                "same" => {
                    counts.same += 1;
                    all.modules.insert(module);
                    for reason in text.split(", and ") {
                        *all.reasons.entry(format!("alike: {reason}")).or_default() += 1;
                    }
                }
                "only ours" => {
                    counts.only_ours += 1;
                    *all.reasons.entry(format!("only ours: {text}")).or_default() += 1;
                }
                _ => counts.differs.push(format!("{name}: {verdict}: {text}")),
            }
        }
        assert!(kinds.is_empty(), "{name}: not judged: {kinds:?}");
    }
    eprintln!("{name}: {} modules, {} objects; cloudpickle refuses {refused} more", modules.len(), objects.len());
    for (kind, counts) in &all.kinds {
        let Counts { objects, identical, same, only_ours, differs, not_followed } = counts;
        let (different, lost) = (differs.len(), not_followed.len());
        eprintln!(
            "  {kind}: {objects}: {identical} identical, {same} behave alike, {only_ours} load as ours only, {different} differ, {lost} not followed"
        );
        if std::env::var_os("CLOUDPICKLE_LIST").is_some() {
            for line in differs.iter().chain(not_followed) {
                eprintln!("    {line:.400}");
            }
        }
    }
    all
}

/// What must hold for a Python: objects, identical ones, those that behave alike, those of which only ours loads, those that differ, and those that are not followed.
type Row = (u8, [usize; 6]);

/// Why payloads are not cloudpickle's, and for how many objects on 3.8 to 3.13. An object may have several reasons.
type Reason = (&'static str, [usize; 6]);

fn totals(all: &Found) -> [usize; 6] {
    let sum = |of: fn(&Counts) -> usize| all.kinds.values().map(of).sum();
    [
        sum(|c| c.objects),
        sum(|c| c.identical),
        sum(|c| c.same),
        sum(|c| c.only_ours),
        sum(|c| c.differs.len()),
        sum(|c| c.not_followed.len()),
    ]
}

/// Checks each Python against its row, and the reasons of all against theirs.
fn each_python(requirements: &[&str], packages: &[&str], rows: &[Row], reasons: &[Reason], least: (usize, usize)) {
    let mut wrong = Vec::new();
    for python in interpreters().into_iter().filter(|python| python.is_at_least(3, 8)) {
        if std::env::var("CLOUDPICKLE_PYTHON").is_ok_and(|wanted| !python.to_string().contains(&wanted)) {
            continue;
        }
        let libs = match venv(&python, requirements) {
            Ok(libs) => libs,
            Err(why) => {
                not_run(&format!("{python}: {why:.300}"));
                continue;
            }
        };
        let minor = python.version.1;
        let (name, own) = (format!("3.{minor}-{}", packages.len()), scripts().join("compiled"));
        let all = check(&Worker::Python(python, libs), &name, &own.to_string_lossy(), packages);
        let found = totals(&all);
        eprintln!("  ({minor}, {found:?}), followed: {} functions and classes of {} modules", all.followed().0, all.followed().1);
        for (reason, count) in &all.reasons {
            eprintln!("  {count:4} {reason}");
        }
        let Some((column, (_, wanted))) = rows.iter().enumerate().find(|(_, (of, _))| *of == minor) else {
            not_run(&format!("CPython 3.{minor}: what is to be found is not known"));
            continue;
        };
        if *wanted != found {
            let differs: Vec<_> = all.differences().map(|line| format!("{line:.300}")).collect();
            wrong.push(format!("3.{minor}: {found:?}, not {wanted:?}\n{}", differs.join("\n")));
        }
        if all.followed().0 < least.0 || all.followed().1 < least.1 {
            wrong.push(format!("3.{minor}: {:?} functions and classes and modules are followed, not {least:?}", all.followed()));
        }
        let listed =
            reasons.iter().map(|(reason, counts)| ((*reason).to_owned(), counts[column])).filter(|(_, count)| *count > 0);
        let listed: BTreeMap<String, usize> = listed.collect();
        for reason in listed.keys().chain(all.reasons.keys()).collect::<BTreeSet<_>>() {
            let (found, wanted) = (all.reasons.get(reason), listed.get(reason));
            if found != wanted {
                wrong.push(format!("3.{minor}: {found:?}, not {wanted:?}: {reason}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The modules of tests/python/compiled, and one package.
#[test]
fn own_modules() {
    each_python(&REQUIREMENTS[..3], &PACKAGES[..1], OWN, OWN_REASONS, (190, 20));
}

/// Six packages: `CLOUDPICKLE_MODULES=all cargo test --all-features --test compiled -- --nocapture`. It takes some five minutes.
#[test]
fn packages() {
    if std::env::var_os("CLOUDPICKLE_MODULES").is_some_and(|value| value == "all") {
        each_python(REQUIREMENTS, PACKAGES, ALL, ALL_REASONS, (300, 40));
    }
}

/// CPython 3.14, which evaluates annotations late: the modules of tests/python/compiled. Packages are too deep for the stack that it has under node.
#[test]
fn python_3_14() {
    match (pyodide(), venv(&common::default_python(), &REQUIREMENTS[..1])) {
        (Ok(pyodide), Ok(libs)) => {
            let all = check(&Worker::Pyodide(pyodide, libs), "3.14", "/scripts/compiled", &[]);
            let known = |line: &&String| PY314.iter().any(|name| line.starts_with(&format!("{name}:")));
            let wrong: Vec<&String> = all.differences().filter(|line| !known(line)).collect();
            assert!(wrong.is_empty(), "{wrong:#?}");
            assert_eq!(totals(&all), OWN_314);
            assert_eq!(all.followed(), (104, 14));
            let reasons: BTreeMap<String, usize> =
                OWN_314_REASONS.iter().map(|(reason, count)| ((*reason).to_owned(), *count)).collect();
            assert_eq!(all.reasons, reasons);
        }
        (Err(why), _) | (_, Err(why)) => not_run(&format!("CPython 3.14: {why:.300}")),
    }
}

/// Modules with something that is not followed: what is asked of them, and the lines that the error may name.
#[rustfmt::skip]
const LOST: &[(&str, &str, std::ops::RangeInclusive<i32>)] = &[
    ("import sys\nif sys.argv:\n    x = 1\nelse:\n    x = 2\n", "x", 2..=2),
    ("import sys\n\ntry:\n    import unheard_of\nexcept ImportError:\n    unheard_of = None\n", "unheard_of", 4..=4),
    ("x = [1]\n\nprint(x)\n", "x", 3..=3),
    ("x = {}\nfor key in open('f'):\n    x[key] = 1\n", "x", 2..=3),
    ("import other\n\nclass A(other.Base):\n    pass\n", "A", 3..=3),
    ("class M(type):\n    def __new__(c, n, b, d): return type.__new__(c, n, b, d)\n\nclass A(metaclass=M):\n    pass\n", "A", 4..=4),
    ("class A(metaclass=print()):\n    pass\n", "A", 1..=1),
    ("import enum\n\nclass E(enum.Enum):\n    A = 1\n    def _missing_(cls, value): pass\n", "E", 3..=3),
    ("from typing import NamedTuple\n\nclass A(NamedTuple):\n    a: int = 1\n    b: int\n", "A", 3..=3),
    ("class C:\n    def get(self): return c\n\nc = C()\n", "c", 4..=4),
    ("x = 1\ny = enumerate([1])\n", "y", 2..=2),
    ("def f():\n    yield 1\n\nx = f()\n", "x", 2..=4),
    ("\ndef f():\n    return __spec__\n", "f", 1..=2),
    ("x = 1\nexec('x = 2')\n", "x", 2..=2),
    ("x = 1\nglobals().update(x=2)\n", "x", 2..=2),
    ("from os import *\nfrom re import *\n\ndef f():\n    return unheard_of\n", "f", 4..=4),
    ("x = 1\nfrom other import *\n", "x", 2..=2),
    ("x = {1: 2}\ndel x[1]\n", "x", 2..=2),
    ("def f(): pass\n\nf.__code__ = None\n", "f", 3..=3),
    ("import m.other as o\n\ndef f(): return o\n", "f", 1..=1),
    ("i = 0\nwhile i < 1000000000:\n    i += 1\n", "i", 2..=3),
    ("def f(n):\n    return f(n + 1)\n\nx = f(0)\n", "x", 2..=4),
    ("def f(*args):\n    return args\n\nx = f(*open('f'))\n", "x", 4..=4),
    ("async def f(): pass\n\nx = f()\n", "x", 3..=3),
    ("a, *b = open('f')\n", "b", 1..=1),
    ("import sys\nx = sys.version_info[3]\n", "x", 2..=2),
    ("x = 1\nwith open('f') as g:\n    x = 2\n", "x", 2..=3),
    ("def f(a=print([])): pass\nclass A:\n    pass\nA.__name__ = 'B'\n", "A", 4..=4),
    // The names of the module are set by way of a dict that something else hands out, in code that is followed ...
    ("X = 1\ndef f():\n    ns = f.__globals__\n    exec('X = 2', ns)\nf()\ndef g(): return X\n", "g", 3..=4),
    ("X = 1\ndef f():\n    f.__globals__['X'] = 2\nf()\ndef g(): return X\n", "g", 3..=3),
    ("import sys\nX = 1\ndef f():\n    sys._getframe().f_globals['X'] = 2\nf()\ndef g(): return X\n", "g", 4..=4),
    ("X = 1\ndef run(ns): exec('X = 2', ns)\ndef f(): run(globals())\nf()\ndef g(): return X\n", "g", 2..=3),
    // ... and in code that may run or not.
    ("import o\nX = 1\ndef run(ns): exec('X = 2', ns)\ndef f(): run(globals())\nif o.x: f()\ndef g(): return X\n", "g", 5..=5),
    ("import o\nX = 1\ndef put(ns): ns['X'] = 2\ndef f(): put(globals())\nif o.x: f()\ndef g(): return X\n", "g", 5..=5),
    ("import o\nX = 1\ndef put(ns): ns['X'] = 2\ndef f(): put(f.__globals__)\nif o.x: f()\ndef g(): return X\n", "g", 5..=5),
    ("import o\nX = 1\ndef f():\n    ns = globals()\n    def h(): exec('X = 2', ns)\n    h()\nif o.x: f()\ndef g(): return X\n", "g", 7..=7),
    ("import o\nX = 1\ndef get(): return globals()\ndef put(ns): ns['X'] = 2\nif o.x: put(get())\ndef g(): return X\n", "g", 5..=5),
];

/// Each error names the instruction and the line.
#[test]
fn errors_name_the_line() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled-lost");
    std::fs::create_dir_all(&out).expect("a directory can be made");
    for (nth, (source, ..)) in LOST.iter().enumerate() {
        std::fs::write(out.join(format!("m{nth}.py")), source).expect("it can be written");
    }
    let (mut reasons, mut wrong) = (BTreeSet::new(), Vec::new());
    for python in interpreters().into_iter().filter(|python| python.is_at_least(3, 8)) {
        let compile = "import py_compile, sys
for n in range(int(sys.argv[1])): py_compile.compile('m%d.py' % n, cfile='m%d.pyc' % n, doraise=True)";
        let count = LOST.len().to_string();
        let output = python.command().current_dir(&out).args(["-c", compile, &count]).output().expect("it starts");
        assert!(output.status.success(), "{python}: {}", String::from_utf8_lossy(&output.stderr));
        for (nth, (source, name, lines)) in LOST.iter().enumerate() {
            let bytes = std::fs::read(out.join(format!("m{nth}.pyc"))).expect("it was compiled");
            let mut pickler = Pickler::new();
            pickler.register_pickle_by_value(CompiledModule::from_pyc("m", &bytes).expect("its body is followed"));
            let mut heap = Heap::new();
            let reference = heap.global("m", name);
            match pickler.dumps(&heap, reference) {
                Err(error) => match error.kind() {
                    ErrorKind::NotFollowed { instruction, line: Some(line), reason, .. }
                        if lines.contains(line)
                            && instruction.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit()) =>
                    {
                        reasons.insert(*reason);
                    }
                    _ => wrong.push(format!("{python}: {error}, in\n{source}")),
                },
                Ok(_) => wrong.push(format!("{python}: no error, in\n{source}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    eprintln!("{} reasons: {reasons:#?}", reasons.len());
    assert!(reasons.len() >= 20, "{reasons:#?}");
}

/// What a `build.rs` does: each Python compiles the module, and its workers get what it compiled.
#[test]
fn compiled_at_build_time() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled-at-build-time");
    std::fs::create_dir_all(&out).expect("a directory can be made");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/tasks.py");
    std::fs::copy(source, out.join("tasks.py")).expect("the module can be copied");
    let mut ran = 0;
    for python in interpreters().into_iter().filter(|python| python.is_at_least(3, 8)) {
        let output =
            python.command().args(["-m", "compileall", "-q", "-f", "-d", "tasks"]).arg(&out).output().expect("it starts");
        assert!(output.status.success(), "{python}: {}", String::from_utf8_lossy(&output.stderr));
        let file = out.join(format!("__pycache__/tasks.cpython-3{}.pyc", python.version.1));
        let tasks =
            CompiledModule::from_pyc("tasks", &std::fs::read(file).expect("it was compiled")).expect("it can be followed");
        assert_eq!(tasks.version().python(), (3, python.version.1));
        let mut heap = Heap::new();
        let job = heap.list([]);
        for name in ["total", "summarize"] {
            let function = heap.global("tasks", name);
            heap.append(job, function).expect("it is a list");
        }
        let mut pickler = Pickler::new();
        let by_reference = pickler.dumps(&heap, job).expect("it can be written");
        pickler.register_pickle_by_value(tasks);
        let by_value = pickler.dumps(&heap, job).expect("it can be written");
        let Ok(libs) = venv(&python, &["cloudpickle==3.1.2"]) else { continue };
        let run = |payload: &[u8]| {
            let text = payload.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            let code =
                format!("import pickle; t, s = pickle.loads(bytes.fromhex('{text}')); print(t(['a', 'b', 'c']), s([1, 2, 6]))");
            let output =
                python.command().env("PYTHONPATH", &libs).current_dir("/").args(["-c", &code]).output().expect("it starts");
            String::from_utf8_lossy(if output.status.success() { &output.stdout } else { &output.stderr }).into_owned()
        };
        assert!(run(&by_reference).contains("No module named 'tasks'"), "{python}");
        assert_eq!(run(&by_value).trim(), "1.5 3", "{python}");
        ran += 1;
    }
    assert!(ran > 0, "no Python ran");
}

/// What differs on 3.14: the annotations of a function that `functools.wraps` gave another's, a named tuple's, and an internal list of a flag.
const PY314: &[&str] =
    &["closures.nested_decorators", "closures.seven", "data.Access", "data.access", "typed.Pair", "typed.pair"];

const OWN_314: [usize; 6] = [112, 81, 23, 2, 6, 0];

#[rustfmt::skip]
const OWN_314_REASONS: &[(&str, usize)] = &[
    ("alike: a Union: under the name of typing, where cloudpickle takes the type of types", 2),
    ("alike: a dataclass: the decorator makes its methods on the worker", 4),
    ("alike: a module as an object: without what the import machinery knows of its file", 1),
    ("alike: a name that a package has from elsewhere: under the one that was imported", 1),
    ("alike: a named tuple: collections.namedtuple makes it on the worker", 2),
    ("alike: a protocol: what typing puts into it is made on the worker", 1),
    ("alike: a value is computed: by the worker, where cloudpickle has the result", 5),
    ("alike: an enum: what its metaclass notes in it is made on the worker", 3),
    ("alike: contextlib.contextmanager: called on the worker, where cloudpickle takes its inside apart", 2),
    ("alike: equal strs: which of them are one object is known only of a process", 1),
    ("alike: pathlib.Path: the worker takes its own kind", 1),
    ("alike: re.compile with flags in the pattern: the worker finds them", 1),
    ("only ours: cloudpickle's payload imports the module that the worker does not have", 2),
];

#[rustfmt::skip]
const OWN: &[Row] = &[
    (8, [194, 150, 41, 1, 0, 2]), // followed: 191 of 25 modules
    (9, [195, 152, 40, 1, 0, 2]), // followed: 192 of 25 modules
    (10, [195, 154, 37, 2, 0, 2]), // followed: 191 of 25 modules
    (11, [195, 150, 41, 2, 0, 2]), // followed: 191 of 25 modules
    (12, [195, 150, 41, 2, 0, 2]), // followed: 191 of 25 modules
    (13, [195, 149, 42, 2, 0, 2]), // followed: 191 of 25 modules
];

#[rustfmt::skip]
const ALL: &[Row] = &[
    (8, [618, 461, 118, 9, 0, 30]), // followed: 579 of 125 modules
    (9, [619, 476, 104, 9, 0, 30]), // followed: 580 of 125 modules
    (10, [619, 479, 100, 10, 0, 30]), // followed: 579 of 125 modules
    (11, [619, 471, 108, 10, 0, 30]), // followed: 579 of 125 modules
    (12, [619, 469, 110, 10, 0, 30]), // followed: 579 of 125 modules
    (13, [619, 468, 111, 10, 0, 30]), // followed: 579 of 125 modules
];

#[rustfmt::skip]
const OWN_REASONS: &[Reason] = &[
    ("alike: __doc__: None, as in a base of the standard library", [2, 2, 0, 0, 0, 0]),
    ("alike: a TypeVar of typing: by its name, where cloudpickle takes an attribute of the module", [5, 5, 5, 5, 5, 5]),
    ("alike: a Union in a Union: typing makes one of them on the worker", [3, 3, 3, 3, 3, 3]),
    ("alike: a dataclass: the decorator makes its methods on the worker", [4, 4, 4, 4, 4, 4]),
    ("alike: a module as an object: without what the import machinery knows of its file", [1, 1, 1, 1, 1, 1]),
    ("alike: a name that a package has from elsewhere: under the one that was imported", [1, 1, 1, 1, 1, 1]),
    ("alike: a named tuple: collections.namedtuple makes it on the worker", [4, 4, 4, 4, 4, 4]),
    ("alike: a parameter of typing with a default: the worker adds it", [0, 0, 0, 0, 0, 1]),
    ("alike: a protocol: what typing puts into it is made on the worker", [1, 1, 1, 1, 1, 1]),
    ("alike: a str in the brackets of typing: the worker makes the forward reference", [10, 10, 10, 10, 10, 10]),
    ("alike: a value is computed: by the worker, where cloudpickle has the result", [5, 5, 5, 5, 5, 5]),
    ("alike: an enum: what its metaclass notes in it is made on the worker", [3, 3, 3, 6, 6, 6]),
    ("alike: contextlib.contextmanager: called on the worker, where cloudpickle takes its inside apart", [4, 4, 4, 4, 4, 4]),
    ("alike: equal strs: which of them are one object is known only of a process", [1, 0, 0, 0, 1, 1]),
    ("alike: pathlib.Path: the worker takes its own kind", [1, 1, 1, 1, 1, 1]),
    ("alike: re.compile with flags in the pattern: the worker finds them", [1, 1, 1, 1, 1, 1]),
    ("alike: the order of a set: that of the hashes in a process", [0, 0, 0, 1, 0, 0]),
    ("alike: typing.NewType: called on the worker, where cloudpickle takes its inside apart", [1, 1, 0, 0, 0, 0]),
    ("not followed: whether it jumps is not known", [2, 2, 2, 2, 2, 2]),
    ("only ours: cloudpickle's payload imports the module that the worker does not have", [1, 1, 2, 2, 2, 2]),
];

#[rustfmt::skip]
const ALL_REASONS: &[Reason] = &[
    ("alike: __doc__: None, as in a base of the standard library", [2, 2, 0, 0, 0, 0]),
    ("alike: __slotnames__: copyreg notes in a class that an instance of it was pickled", [5, 5, 5, 5, 5, 5]),
    ("alike: a TypeVar of typing: by its name, where cloudpickle takes an attribute of the module", [5, 5, 5, 5, 5, 5]),
    ("alike: a Union in a Union: typing makes one of them on the worker", [3, 3, 3, 3, 3, 3]),
    ("alike: a dataclass: the decorator makes its methods on the worker", [6, 6, 6, 6, 6, 6]),
    ("alike: a module as an object: without what the import machinery knows of its file", [6, 6, 6, 6, 6, 6]),
    ("alike: a name that a package has from elsewhere: under the one that was imported", [15, 15, 15, 15, 15, 15]),
    ("alike: a named tuple: collections.namedtuple makes it on the worker", [20, 20, 20, 20, 20, 20]),
    ("alike: a parameter of typing with a default: the worker adds it", [0, 0, 0, 0, 0, 1]),
    ("alike: a protocol: what typing puts into it is made on the worker", [9, 9, 9, 9, 9, 9]),
    ("alike: a str in the brackets of typing: the worker makes the forward reference", [17, 17, 17, 17, 17, 17]),
    ("alike: a value is computed: by the worker, where cloudpickle has the result", [12, 12, 12, 12, 12, 12]),
    ("alike: an enum: what its metaclass notes in it is made on the worker", [4, 4, 4, 9, 9, 9]),
    ("alike: contextlib.contextmanager: called on the worker, where cloudpickle takes its inside apart", [12, 12, 12, 12, 12, 12]),
    ("alike: equal strs: which of them are one object is known only of a process", [21, 7, 6, 6, 9, 9]),
    ("alike: pathlib.Path: the worker takes its own kind", [1, 1, 1, 1, 1, 1]),
    ("alike: re.compile with flags in the pattern: the worker finds them", [1, 1, 1, 1, 1, 1]),
    ("alike: the order of a set: that of the hashes in a process", [1, 1, 1, 4, 3, 3]),
    ("alike: typing.NewType: called on the worker, where cloudpickle takes its inside apart", [1, 1, 0, 0, 0, 0]),
    ("not followed: a base is of another package, and may define what is abstract", [3, 3, 3, 3, 3, 3]),
    ("not followed: all names are imported", [5, 5, 5, 5, 5, 5]),
    ("not followed: an attribute is set", [13, 13, 13, 13, 13, 13]),
    ("not followed: it is made by a call of what needs it itself", [1, 1, 1, 1, 1, 1]),
    ("not followed: it may raise inside a try whose handler goes on", [1, 1, 1, 1, 1, 1]),
    ("not followed: the call is not followed", [1, 1, 1, 1, 1, 1]),
    ("not followed: the call may change it", [1, 1, 1, 1, 1, 1]),
    ("not followed: whether it jumps is not known", [5, 5, 5, 5, 5, 5]),
    ("only ours: cloudpickle's payload imports the module that the worker does not have", [9, 9, 10, 10, 10, 10]),
];
