//! Functions and classes built from nothing but code objects, loaded and used by real interpreters with real releases of cloudpickle.

mod common;

use cloudpickle::reflect::{Cell, Class, Code, Dialect, Function, PickledModule, Target};
use cloudpickle::{Heap, Pickler, Result, Value};
use common::{Judge, Loading, interpreters, not_run, venv};

/// What the code objects are of, by name.
const SOURCE: &str = r#"
def plain(a, b=2, *args, c=3, **kw):
    "adds"
    return a + b + c + CONSTANT + sum(args) + sum(kw.values())

def fact(n):
    return 1 if n < 2 else n * fact(n - 1)

def even(n):
    return n == 0 or odd(n - 1)

def odd(n):
    return n != 0 and even(n - 1)

def outer():
    x = y = None
    def get():
        return x
    def put(value):
        nonlocal x
        x = value
    def empty():
        return y
    return get, put, empty

class Base:
    def __init__(self, n):
        self.n = n
    def area(self):
        return self.n ** 2

class Sub(Base):
    def area(self):
        return super().area() + 1
    def name(cls):
        return cls.__name__
    def twice(x):
        return 2 * x
    def half(self):
        return self.n / 2
"#;

/// Writes the code objects as cloudpickle of that release does: a dict by qualified name.
fn codes_script(source: &str) -> String {
    format!(
        r#"
import cloudpickle, types
found = {{}}
def walk(code, path):
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            found[".".join(path + [const.co_name])] = const
            walk(const, path + [const.co_name])
walk(compile({source:?}, "built.py", "exec"), [])
r = cloudpickle.dumps(found)
"#
    )
}

struct Bench {
    judge: Judge,
    target: Target,
    codes: Vec<u8>,
    label: String,
}

impl Bench {
    /// A heap with the code objects, and a way to ask for them.
    fn heap(&self) -> (Heap<'static>, impl Fn(&str) -> Value + use<>) {
        let pickle = cloudpickle::loads(&self.codes).expect("code objects").into_owned();
        let (heap, root) = pickle.into_parts();
        let codes: Vec<(String, Value)> = heap
            .obj(root)
            .items()
            .expect("a dict")
            .map(|(name, code)| (name.as_str().expect("a name").to_owned(), code.value()))
            .collect();
        let label = self.label.clone();
        let of = move |name: &str| match codes.iter().find(|(other, _)| other == name) {
            Some((_, code)) => *code,
            None => panic!("{label}: no code of {name}"),
        };
        (heap, of)
    }

    /// Writes the object, has it loaded as `x`, and checks that each expression is `True`.
    fn check(&mut self, what: &str, heap: &Heap<'_>, root: Value, expressions: &[&str]) {
        let bytes = Pickler::new().protocol(self.target.protocol_number()).dumps(heap, root).expect(what);
        for expression in expressions {
            let answer = self.judge.eval(&bytes, expression);
            assert_eq!(answer.as_deref(), Ok("True"), "{}: {what}: {expression}", self.label);
        }
    }
}

/// Runs `test` for each interpreter with each release that runs there and writes loadable code.
fn with_every(what: &str, mut test: impl FnMut(&mut Bench) -> Result<()>) {
    let mut ran = Vec::new();
    for python in interpreters() {
        let releases: &[(&str, Dialect)] = match python.version {
            (3, 8..=10, _) => &[
                ("cloudpickle==1.6.0", Dialect::CLOUDPICKLE_1_6),
                ("cloudpickle==2.2.1", Dialect::CLOUDPICKLE_2_2),
                ("cloudpickle==3.1.2", Dialect::CLOUDPICKLE_3_1),
            ],
            (3, 11.., _) => &[("cloudpickle==2.2.1", Dialect::CLOUDPICKLE_2_2), ("cloudpickle==3.1.2", Dialect::CLOUDPICKLE_3_1)],
            _ => &[("cloudpickle==2.2.1", Dialect::CLOUDPICKLE_2_2)],
        };
        for (release, dialect) in releases {
            let libs = match venv(&python, &[release]) {
                Ok(libs) => libs,
                Err(why) => {
                    not_run(&format!("{what} with {release} on {}.{}: {why}", python.version.0, python.version.1));
                    continue;
                }
            };
            let mut judge = Judge::new(&python).with_path(libs);
            let codes = judge.run(b"", &codes_script(SOURCE), &Loading::default()).expect("code objects");
            let (major, minor, _) = python.version;
            let target = Target::cpython(major, minor).dialect(dialect.clone());
            let label = format!("{major}.{minor} {release}");
            test(&mut Bench { judge, target, codes, label: label.clone() }).expect(&label);
            ran.push(label);
        }
    }
    println!("{what}: {}", ran.join(", "));
    assert!(!ran.is_empty());
}

#[test]
fn functions() {
    with_every("functions", |bench| {
        let (mut heap, code) = bench.heap();
        let target = &bench.target.clone();
        let int = heap.global("builtins", "int");
        let plain = Function::new(code("plain"))
            .module("tasks")
            .global("CONSTANT", 100)
            .default(20)
            .kwdefault("c", 30)
            .annotation("a", int)
            .attribute("tag", "t")
            .build(&mut heap, target)?;
        assert_eq!(Function::reflect(heap.obj(plain))?.to_string(), "<function tasks.plain(a: int, b=20, *args, c=30, **kw)>");
        bench.check(
            "plain",
            &heap,
            plain,
            &[
                "x(1) == 151",
                "x(1, 2, 3, c=4, d=5) == 115",
                "(x.__name__, x.__qualname__, x.__module__, x.__doc__, x.tag) == ('plain', 'plain', 'tasks', 'adds', 't')",
                "str(__import__('inspect').signature(x)).replace('a:int', 'a: int') == '(a: int, b=20, *args, c=30, **kw)'",
            ],
        );

        let fact = Function::new(code("fact")).build(&mut heap, target)?;
        let edit = Function::reflect(heap.obj(fact))?.edit();
        edit.set_global(&mut heap, "fact", fact)?;
        bench.check("a recursive function", &heap, fact, &["x(5) == 120"]);

        let even = Function::new(code("even")).build(&mut heap, target)?;
        let odd = Function::new(code("odd")).global("even", even).build(&mut heap, target)?;
        let edit = Function::reflect(heap.obj(even))?.edit();
        edit.set_global(&mut heap, "odd", odd)?;
        let both = heap.tuple([even, odd]);
        bench.check(
            "mutually recursive functions",
            &heap,
            both,
            &["x[0](10) and not x[1](10)", "x[0].__globals__ is x[1].__globals__"],
        );

        let cell = Cell::build(&mut heap, Some(Value::Int(5)), target);
        let get = Function::new(code("outer.get")).cell("x", cell).build(&mut heap, target)?;
        let put = Function::new(code("outer.put")).cell("x", cell).build(&mut heap, target)?;
        let empty = Function::new(code("outer.empty")).build(&mut heap, target)?;
        let seven = Function::new(code("outer.get")).closure("x", 7).build(&mut heap, target)?;
        let all = heap.list([get, put, empty, seven]);
        bench.check(
            "closures",
            &heap,
            all,
            &[
                "x[0]() == 5",
                "x[1](6) is None",
                "x[3]() == 7",
                "[c.cell_contents for c in x[0].__closure__] == [5]",
                "'empty' in repr(x[2].__closure__[0])",
            ],
        );
        let wrong = Function::new(code("outer.get")).closure("z", 1).build(&mut heap, target).unwrap_err();
        assert_eq!(wrong.to_string(), "no free variable z");
        Ok(())
    });
}

#[test]
fn classes() {
    with_every("classes", |bench| {
        let (mut heap, code) = bench.heap();
        let target = &bench.target.clone();
        let base = Class::new("Base")
            .module("shapes")
            .doc("a base")
            .method("__init__", Function::new(code("Base.__init__")))
            .method("area", Function::new(code("Base.area")))
            .build(&mut heap, target)?;
        let sub = Class::new("Sub")
            .base(base)
            .attr("scale", 2)
            .method("area", Function::new(code("Sub.area")))
            .classmethod("name", Function::new(code("Sub.name")))
            .staticmethod("twice", Function::new(code("Sub.twice")))
            .property("half", Function::new(code("Sub.half")))
            .build(&mut heap, target)?;
        let instance = heap.call(sub, (3,));
        let all = heap.tuple([base, sub, instance]);
        bench.check(
            "classes",
            &heap,
            all,
            &[
                "x[2].area() == 10",
                "type(x[2]) is x[1] and x[1].__mro__[1] is x[0]",
                "(x[1].name(), x[1].twice(4), x[2].half, x[1].scale) == ('Sub', 8, 1.5, 2)",
                "(x[0].__module__, x[0].__name__, x[0].__doc__, x[1].__module__) == ('shapes', 'Base', 'a base', '__main__')",
                "x[1].area.__qualname__ == 'Sub.area'",
                "__import__('cloudpickle').loads(__import__('cloudpickle').dumps(x))[2].area() == 10",
            ],
        );

        let color = Class::enumeration("Color").module("shapes").qualname("Shapes.Color").member("RED", 1).member("GREEN", "g");
        let color = color.attr("shade", 5).build(&mut heap, target)?;
        let red = heap.call(color, (1,));
        let all = heap.tuple([color, red]);
        bench.check(
            "an enum",
            &heap,
            all,
            &[
                "list(x[0].__members__) == ['RED', 'GREEN']",
                "x[1] is x[0].RED and x[0]('g').name == 'GREEN'",
                "(x[0].__qualname__, x[0].__module__) == ('Shapes.Color', 'shapes')",
            ],
        );
        let int_flag = heap.global("enum", "IntFlag");
        let flag = Class::enumeration("Bits").base(int_flag).member("A", 1).member("B", 2).build(&mut heap, target)?;
        bench.check("a flag", &heap, flag, &["(x.A | x.B) == 3 and (x.A | x.B) & x.B is x.B"]);

        let abc = heap.global("abc", "ABCMeta");
        let abstract_class = Class::new("Abstract").metaclass(abc).slots(["a", "b"]).build(&mut heap, target)?;
        bench.check("an abstract class", &heap, abstract_class, &["type(x).__name__ == 'ABCMeta'", "x.__slots__ == ('a', 'b')"]);
        let (int, list) = (heap.global("builtins", "int"), heap.global("builtins", "list"));
        let point = Class::dataclass("Point")
            .field("x", int)
            .field_default("y", int, 4)
            .field_factory("tags", list, list)
            .option("order", true)
            .method("area", Function::new(code("Base.area")))
            .build(&mut heap, target)?;
        let made = heap.call(point, (3,));
        let all = heap.tuple([point, made]);
        // Python 3.6 has no dataclasses.
        if !bench.judge.python().is_at_least(3, 7) {
            return Ok(());
        }
        bench.check(
            "a dataclass",
            &heap,
            all,
            &[
                "repr(x[1]) == 'Point(x=3, y=4, tags=[])'",
                "x[1] == x[0](3, 4) and x[1] < x[0](3, 5) and x[0](1).tags is not x[0](1).tags",
                "[f.name for f in __import__('dataclasses').fields(x[0])] == ['x', 'y', 'tags']",
            ],
        );
        Ok(())
    });
}

/// A module's definitions from a pickle of cloudpickle, sent on with references to them.
#[test]
fn modules_from_payloads() {
    with_every("modules from payloads", |bench| {
        let written = bench.judge.run(
            b"",
            r#"
import cloudpickle, sys, types
m = types.ModuleType("my_jobs")
sys.modules["my_jobs"] = m
exec("""
LIMIT = 10
def helper(x): return min(x, LIMIT)
def job(x): return helper(x) + 1
class Task:
    def run(self): return job(5)
    @staticmethod
    def double(x): return 2 * x
""", m.__dict__)
del sys.modules["my_jobs"]
r = cloudpickle.dumps([m.job, m.Task])
"#,
            &Loading::default(),
        );
        let pickle = cloudpickle::loads(&written.expect("a payload"))?.into_owned();
        let module = PickledModule::new("my_jobs", pickle)?;
        let names: Vec<&str> = module.definitions().into_iter().map(|(_, name)| name).collect();
        assert!(names.contains(&"Task") && names.contains(&"job") && names.contains(&"helper"), "{names:?}");

        let mut heap = Heap::new();
        let references = ["job", "Task", "Task.double", "helper"].map(|name| heap.global("my_jobs", name));
        let again = heap.global("my_jobs", "job");
        let all = heap.list(references.into_iter().chain([again]));
        let mut pickler = Pickler::new().protocol(bench.target.protocol_number());
        pickler.register_pickle_by_value(module);
        let bytes = pickler.dumps(&heap, all)?;
        for expression in
            ["x[0](50) == 11", "x[1]().run() == 6", "x[2](4) == 8", "x[0].__globals__['helper'] is x[3]", "x[0] is x[4]"]
        {
            assert_eq!(bench.judge.eval(&bytes, expression).as_deref(), Ok("True"), "{}: {expression}", bench.label);
        }
        let unknown = heap.global("my_jobs", "nothing");
        let err = pickler.dumps(&heap, unknown).unwrap_err();
        assert_eq!(err.to_string(), "no definition by value of my_jobs.nothing");
        Ok(())
    });
}

/// Everything that an edit can change, on functions and classes that cloudpickle wrote.
#[test]
fn changed_and_sent_on() {
    with_every("changes", |bench| {
        let written = bench.judge.run(
            b"",
            r#"
import cloudpickle
space = {"__name__": "__main__", "K": 1}
exec("""
def f(a, *, b=2):
    "doc"
    return a + b + K
class C:
    x = 1
    def m(self): return self.x
""", space)
r = cloudpickle.dumps((space["f"], space["C"], space["f"]))
"#,
            &Loading::default(),
        );
        let written = written.expect("a payload");
        let mut pickle = cloudpickle::loads(&written)?.into_owned();
        assert_eq!(pickle.dumps()?, written);
        let (f, class) = (Function::reflect(pickle.root().get(0)?)?.edit(), Class::reflect(pickle.root().get(1)?)?.edit());
        let heap = pickle.heap_mut();
        f.set_global(heap, "K", 100)?;
        f.set_kwdefault(heap, "b", 20)?;
        let default = heap.add(3);
        f.set_defaults(heap, [default])?;
        f.set_name(heap, "g")?;
        f.set_qualname(heap, "Q.g")?;
        f.set_doc(heap, "another")?;
        f.set_attribute(heap, "tag", (1, 2))?;
        class.set_attribute(heap, "x", 7)?;
        class.set_attribute(heap, "y", "new")?;
        let bytes = pickle.dumps()?;
        for expression in [
            "x[0]() == 123 and x[0](1) == 121 and x[0](1, b=1) == 102",
            "(x[0].__name__, x[0].__qualname__, x[0].__doc__, x[0].tag) == ('g', 'Q.g', 'another', (1, 2))",
            "(x[1]().m(), x[1].y) == (7, 'new')",
            "x[0] is x[2]",
        ] {
            assert_eq!(bench.judge.eval(&bytes, expression).as_deref(), Ok("True"), "{}: {expression}", bench.label);
        }
        Ok(())
    });
}

#[test]
fn code_of_another_python_is_refused() {
    let mut heap = Heap::new();
    let parts = cloudpickle::reflect::CodeParts { name: "f".into(), ..Default::default() };
    let code = parts.build(&mut heap, &Target::cpython(3, 9));
    assert!(Code::reflect(heap.obj(code)).is_ok());
    let wrong = Function::new(code).build(&mut heap, &Target::cpython(3, 12)).unwrap_err();
    assert_eq!(wrong.to_string(), "code of Python 3.8 to 3.10 does not run on Python 3.12");
}
