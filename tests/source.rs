//! Source functions on every CPython found, 3.6 and newer: loaded with plain `pickle`, both unpicklers, every protocol, and used.
//!
//! The checks are Python and run there (`tests/python/source.py`); cases are a few lines of Rust that build an object and a few lines of
//! Python that use it.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::thread;

use cloudpickle::{Bytes, ErrorKind, Heap, Pickler, Result, Source, SourceModule, Value, py};
use common::{Python, interpreters, not_run, scripts, venv};

const EVERYTHING: &str = include_str!("python/shipped/everything.py");
const POSTPONED: &str = include_str!("python/shipped/postponed.py");
const CLOSURES: &str = include_str!("python/shipped/closures.py");

/// A name, how the object is built, and Python that uses it as `x`, or loads it with `load()`.
struct Case(&'static str, Builder, Pickler, &'static str);

type Builder = Box<dyn Fn(&mut Heap<'_>) -> Result<Value>>;

fn case(name: &'static str, build: impl Fn(&mut Heap<'_>) -> Result<Value> + 'static, check: &'static str) -> Case {
    Case(name, Box::new(build), Pickler::new(), check)
}

/// One source by itself.
fn one(name: &'static str, source: Source, check: &'static str) -> Case {
    case(name, move |heap| source.build(heap), check)
}

/// References that a pickler writes by value.
fn by_value(
    name: &'static str,
    modules: impl IntoIterator<Item = SourceModule>,
    build: impl Fn(&mut Heap<'_>) -> Value + 'static,
    check: &'static str,
) -> Case {
    let mut pickler = Pickler::new();
    modules.into_iter().for_each(|module| pickler.register_pickle_by_value(module));
    Case(name, Box::new(move |heap| Ok(build(heap))), pickler, check)
}

fn module(name: &str, text: &str) -> SourceModule {
    Source::module(name, text).global("CONSTANT", 42)
}

/// Everything of [`EVERYTHING`] that is looked at, in a dict, with the module itself.
fn everything(heap: &mut Heap<'_>, module: &SourceModule) -> Result<Value> {
    let names = "my_function fact even odd decorated fib coro gen agen boom warn outer lam Base Child Color Color.RED Flags NT OldNT \
                 Child.make Child.static RAN_MAIN CONSTANT_2";
    let mut items = vec![(heap.str("module"), module.build(heap)?)];
    for name in names.split_whitespace() {
        items.push((heap.str(name), module.get(name).build(heap)?));
    }
    let f = module.function("my_function").build(heap)?;
    items.push((heap.str("deep"), py!(in *heap, ([{"f": f}], f))));
    Ok(heap.dict(items))
}

fn members(heap: &mut Heap<'_>, module: &SourceModule, names: &str) -> Result<Value> {
    siblings(heap, &module.get(""), names)
}

fn siblings(heap: &mut Heap<'_>, source: &Source, names: &str) -> Result<Value> {
    let items = names.split_whitespace().map(|name| Ok((heap.str(name), source.sibling(name).build(heap)?)));
    let items = items.collect::<Result<Vec<_>>>()?;
    Ok(heap.dict(items))
}

fn cases() -> Vec<Case> {
    let mut cases = definitions();
    cases.extend(lambdas());
    cases.extend(closures());
    cases.extend(modules());
    cases.extend(texts());
    cases.extend(errors());
    cases.extend(references());
    cases
}

fn definitions() -> Vec<Case> {
    let plain = "def f(x):\n    return x + 1\n\ndef g(x):\n    return f(x) * CONSTANT\n";
    vec![
        case(
            "everything",
            |heap| everything(heap, &module("my_module", EVERYTHING)),
            "behave(x, 'my_module'); sources(x)\n\
             raises(lambda: pickle.dumps(x['Child']()), 'PicklingError')",
        ),
        case(
            "everything-in-main",
            |heap| everything(heap, &module("__main__", EVERYTHING)),
            "behave(x, '__main__'); sources(x)",
        ),
        case(
            "postponed",
            |heap| members(heap, &module("my_module", POSTPONED), "Point Frozen norm"),
            "# since 3.7\npoints(x)\n\
             if VERSION >= (3, 10): eq(typing.get_type_hints(x['Frozen']), {'a': int})\n\
             # repickle\npoints(x, count=VERSION >= (3, 8))",
        ),
        case(
            "everything-again",
            |heap| {
                let names = "my_function fact even odd decorated coro gen outer lam Child Color NT OldNT";
                members(heap, &module("my_module", EVERYTHING), names)
            },
            "eq(x['my_function'](43), 85)\n# repickle\n\
             eq(x['my_function'](43), 85); eq(x['fact'](5), 120); true(x['even'](6)); eq(x['decorated'](3), 31)\n\
             eq(run(x['coro'](1)), 43); eq(list(x['gen'](2)), [0, 1]); eq(x['outer'](1)(2), 3); eq(x['lam'](1), 43)\n\
             eq(x['Child']().hello(), 'base child'); eq(x['Child']().other(), 'Child'); eq(x['Color'](1).name, 'RED')\n\
             eq(x['NT'](1), (1, 'b')); eq(x['OldNT'](1, 2).b, 2)\n\
             g = x['my_function'].__globals__; true(g is x['lam'].__globals__); g['CONSTANT'] = 1; eq(x['lam'](1), 2)",
        ),
        case(
            "shared-globals",
            |heap| {
                let counter = Source::module(
                    "my_module",
                    "n = 0\ndef up():\n    global n\n    n += STEP\ndef value():\n    return n\n",
                );
                let counter = counter.global("STEP", 5);
                let both = [counter.function("up"), counter.clone().function("value")].map(|f| f.build(heap));
                let [up, value] = both;
                Ok(heap.add((up?, value?)))
            },
            "x[0](); x[0](); eq(x[1](), 10); true(x[0].__globals__ is x[1].__globals__)\n\
             # repickle\nx[0](); eq(x[1](), 5)",
        ),
        case(
            "two-modules",
            |heap| {
                let one = Source::module("my_module", "def f(): return A\n").global("A", 1);
                let two = one.clone().global("A", 2);
                let first = one.function("f").build(heap)?;
                let second = two.function("f").build(heap)?;
                let third = Source::module("my_other", "def g(): return f() + h()\n")
                    .global("f", one.function("f"))
                    .global("h", Source::lambda("lambda: 10"))
                    .function("g")
                    .build(heap)?;
                Ok(heap.add((first, second, third)))
            },
            "eq([f() for f in x], [1, 2, 11]); true(x[0].__globals__ is x[2].__globals__['f'].__globals__)\n\
             # repickle\neq([f() for f in x], [1, 2, 11])",
        ),
        case(
            "twice-one-object",
            |heap| {
                let f = Source::function("def f(): pass");
                let pair = [f.build(heap)?, f.clone().build(heap)?];
                Ok(heap.tuple(pair))
            },
            "true(x[0] is x[1])",
        ),
        one(
            "function",
            Source::function("import math\n\ndef half(n):\n    return math.ldexp(n, -1)\n\ndef my_function(data: int) -> int:\n    return half(data) + CONSTANT")
                .global("CONSTANT", 42),
            "eq(x(86), 85); eq((x.__module__, x.__qualname__), ('__main__', 'my_function')); eq(x.__annotations__, {'data': int, 'return': int})\n\
             true(source(x).startswith('def my_function'))\n# repickle\neq(x(86), 85); eq(x.__name__, 'my_function')",
        ),
        one("function-async", Source::function("async def f(x):\n    return x\n"), "eq(run(x(3)), 3)"),
        one(
            "function-class",
            Source::function("@str\n@repr\nclass Shown: pass\n\nclass Point:\n    scale = CONSTANT\n    def norm(self): return self.scale\n")
                .global("CONSTANT", 2),
            "eq(x().norm(), 2); eq((x.__module__, x.__name__), ('__main__', 'Point'))\n# repickle\neq(x().norm(), 2)",
        ),
        one(
            "dropped-module",
            module("my_module", plain).function("g"),
            "gc.collect(); eq(x(1), 84); gc.collect(); eq(x(1), 84); eq(x.__globals__['__package__'], '')\n\
             true(x.__globals__['__file__'].startswith('<my_module ') and x.__code__.co_filename == x.__globals__['__file__'])\n\
             eq(x.__globals__['__name__'], 'my_module')",
        ),
        one(
            "no-growth",
            Source::module("my_module", "class Base: pass\ndef f(): return Base\n").function("f"),
            "no_growth(load, 10, 40)",
        ),
        one(
            "independent",
            module("my_module", plain).function("g"),
            "f, g = load(), load(); true(f is not g and f.__globals__ is not g.__globals__); f.__globals__['CONSTANT'] = 0; eq(g(1), 84)",
        ),
        one(
            "inherits-nothing",
            module("my_module", "def f(data: int): return data\n").function("f"),
            "flag = 'annotations' if VERSION >= (3, 7) else 'generator_stop'\n\
             space = {'load': load}; exec(compile('from __future__ import %s\\nf = load()' % flag, 'q', 'exec'), space)\n\
             eq(space['f'].__annotations__['data'], int); true('CONSTANT' not in space)",
        ),
        one(
            "real-module-stays",
            module("my_module", EVERYTHING).function("my_function"),
            "eq(fresh(load, 'my_module')(43), 85)",
        ),
        one(
            "threads",
            module("my_module", EVERYTHING).class("Child"),
            "in_threads(lambda: eq(load()().hello(), 'base child')); gone('my_module')",
        ),
        one(
            "fork",
            module("my_module", EVERYTHING).class("Child"),
            "if VERSION < (3, 12):\n    C = load(); in_fork(lambda: (eq(C().hello(), 'base child'), eq(load()().hello(), 'base child')))",
        ),
        one(
            "sys-modules-idiom",
            Source::module("my_module", "import sys\nTHIS = sys.modules[__name__]\ndef f(): return THIS\n").function("f"),
            "eq(vars(x())['f'], x); gone('my_module')",
        ),
        one(
            "doctest",
            Source::module("my_module", "def f(x):\n    \"\"\"Doubles.\n\n    >>> f(2)\n    4\n    \"\"\"\n    return 2 * x\n").function("f"),
            "if sys.flags.optimize < 2:\n    tests = doctest.DocTestFinder().find(x, 'f', globs=x.__globals__); eq(len(tests), 1)\n    \
             eq(doctest.DocTestRunner(verbose=False).run(tests[0]), (0, 1))",
        ),
        one(
            "doctest-cleared",
            module("my_module", plain).function("g"),
            "linecache.clearcache(); raises(lambda: source(x), 'OSError'); eq(x(1), 84)",
        ),
    ]
}

fn lambdas() -> Vec<Case> {
    vec![
        one(
            "lambda",
            Source::lambda("lambda x: x ** 2"),
            "eq(x(2), 4); eq(x.__module__, '__main__'); eq(source(x), 'lambda x: x ** 2\\n'); eq(x.__code__.co_firstlineno, 1)\n\
             # repickle\neq(x(2), 4)",
        ),
        one(
            "lambda-traceback",
            Source::lambda("lambda x: 1 / x  # here"),
            "true('# here' in raises(lambda: x(0), 'ZeroDivisionError'))",
        ),
        one(
            "lambda-lines",
            Source::lambda("\n  lambda x: (\n    x * 2  # twice\n    + offset\n)").global("offset", 5),
            "eq(x(4), 13); eq(source(x), 'lambda x: (\\n    x * 2  # twice\\n    + offset\\n)\\n')\n# repickle\neq(x(4), 13)",
        ),
        one("expression", Source::expression("[i * i for i in range(n)]").global("n", 4), "eq(x, [0, 1, 4, 9])"),
        one(
            "expression-partial",
            Source::expression("__import__('functools').partial(\n    lambda x, y: (\n        x + y),\n    1)"),
            "eq(x(2), 3); true('x + y),' in source(x.func))",
        ),
        one(
            "lambda-within",
            Source::lambda("lambda x: my_function(x) * CONSTANT").within(&module("my_module", EVERYTHING)),
            "eq(x(1), 43 * 42); eq(x.__module__, 'my_module'); eq(source(x), 'lambda x: my_function(x) * CONSTANT\\n')\n\
             # repickle\neq(x(1), 43 * 42)",
        ),
        case(
            "lambda-within-shared",
            |heap| {
                let module = module("my_module", EVERYTHING);
                let lambda = Source::lambda("lambda: my_function").within(&module).build(heap)?;
                let f = module.function("my_function").build(heap)?;
                Ok(heap.add((f, lambda)))
            },
            "true(x[1]() is x[0] and x[0].__globals__ is x[1].__globals__)",
        ),
        one(
            "changed",
            Source::module("my_module", "def f(a, b=1, *, k=2):\n    return a, b, k\n")
                .function("f")
                .defaults((10, 20))
                .kwdefault("k", 30)
                .attribute("tag", "x")
                .attribute("n", vec![5]),
            "eq(x(1), (1, 20, 30)); eq(x(), (10, 20, 30)); eq((x.tag, x.n), ('x', [5])); true(x.__globals__['f'] is x)\n\
             # repickle\neq(x(), (10, 20, 30)); eq(x.tag, 'x')",
        ),
        one(
            "changed-slots",
            Source::lambda("lambda a, b=1: (a, b)")
                .defaults((7,))
                .name("add")
                .qualname("Outer.add")
                .doc("d")
                .annotations(std::collections::BTreeMap::from([("a", "int")])),
            "eq(x(1), (1, 7)); eq((x.__name__, x.__qualname__, x.__doc__, x.__annotations__), ('add', 'Outer.add', 'd', {'a': 'int'}))\n\
             eq(x.__dict__, {})\n# repickle\neq(x(1), (1, 7)); eq(x.__qualname__, 'Outer.add')",
        ),
        one("no-defaults", Source::lambda("lambda a=1: a").defaults(None::<i32>), "raises(x, 'TypeError')"),
        case(
            "changed-once",
            |heap| {
                let f = Source::lambda("lambda n=0: n").defaults((Bytes(b"b"),));
                let pair = [f.build(heap)?, f.build(heap)?];
                Ok(heap.tuple(pair))
            },
            "true(x[0] is x[1]); eq(x[0](), b'b')",
        ),
    ]
}

fn closures() -> Vec<Case> {
    vec![
        case(
            "closures",
            |heap| {
                let module = Source::module("my_module", "class Base:\n    def value(self): return 100\nLABEL = 'lab'\n");
                let group = Source::function(CLOSURES).within(&module);
                let group = group.closure("n", 10).closure("Base", module.class("Base")).outer("counter");
                siblings(heap, &group, "inc get Box rec boom")
            },
            "closures(x)\n# repickle\nx['inc'](); eq(x['rec'](3), 3); eq(x['get'](), 10); eq(x['Box']().value(), 110)",
        ),
        case(
            "closures-in-main",
            |heap| {
                let value = Source::function("def up():\n    nonlocal n\n    n += STEP\n\ndef value():\n    return n");
                let value = value.closure("n", 10).global("STEP", 3);
                let both = [value.sibling("up"), value].map(|source| source.build(heap));
                let [up, value] = both;
                Ok(heap.add((up?, value?)))
            },
            "x[0](); eq(x[1](), 13); eq(x[0].__qualname__, 'closure.<locals>.up'); eq(x[0].__module__, '__main__')",
        ),
        one(
            "closure-of-a-module",
            module("my_module", "def f(): return n + CONSTANT\n").function("f").closure("n", 1),
            "eq(x(), 43); eq(x.__module__, 'my_module')",
        ),
        one(
            "function-within",
            Source::function("def f(n): return n and n + f(n - 1) + g()\n")
                .within(&Source::module("my_module", "def g(): return 0\n")),
            "eq(x(3), 6)\n# repickle\neq(x(3), 6)",
        ),
        one(
            "closure-lambda",
            Source::lambda("lambda x: (\n    x * 2  # twice\n    + offset\n)").closure("offset", 5).closure("unused", [1, 2]),
            "eq(x(4), 13); eq(x.__code__.co_freevars, ('offset',)); eq(source(x).count('\\n'), 4); eq(x.__closure__[0].cell_contents, 5)\n\
             # repickle\neq(x(4), 13)",
        ),
        one(
            "closure-pair",
            Source::expression("{'add': lambda x: items.append(x), 'all': lambda: items}").closure("items", vec![1]),
            "x['add'](5); eq(x['all'](), [1, 5])\n# repickle\nx['add'](5); eq(x['all'](), [1, 5])",
        ),
        one(
            "closure-within",
            Source::lambda("lambda: my_function(n)").within(&module("my_module", EVERYTHING)).closure("n", 1),
            "eq(x(), 43)",
        ),
        one(
            "closure-future",
            Source::function("from __future__ import annotations\ndef f(): return a\n").closure("a", 1),
            "raises(load, 'SyntaxError')",
        ),
    ]
}

fn modules() -> Vec<Case> {
    let package = || Source::module("my_pk", "NAME = __name__\n").global("__path__", [(); 0]).register();
    let util = move || {
        let text = "def helper(x): return x + 1\nPKG = __package__\nclass C: pass\n";
        Source::module("my_pk.util", text).require(package()).register()
    };
    let app = "import my_pk.util\nfrom my_pk import util\nfrom .util import helper\n\
               def run(x): return helper(x) + util.helper(x) + my_pk.util.helper(x)\n";
    vec![
        case(
            "module",
            |heap| module("my_module", &EVERYTHING.replace("@functools.lru_cache(None)\n", "")).build(heap),
            "eq(x.my_function(43), 85); eq(type(x), types.ModuleType); true(source(x).startswith('\"\"\"Doc'))\n\
             # repickle\neq(x.my_function(43), 85); eq(x.Child().hello(), 'base child')",
        ),
        one(
            "module-odd-name",
            Source::module("my\0'<module>\n%s", "class C:\n    def f(self): return 1\n").class("C"),
            "eq(x.__module__, \"my\\0'<module>\\n%s\"); true(source(x.f).lstrip().startswith('def f'))",
        ),
        one("module-dotted", Source::module("my_pk.mod.x", "P = __package__\n").get("P"), "eq(x, 'my_pk.mod')"),
        one(
            "module-getattr",
            Source::module("my_module", "def __getattr__(name): return lambda state: None\ndef f(): return A\n")
                .global("A", 1)
                .function("f"),
            "eq(x(), 1)",
        ),
        case(
            "late-global",
            |heap| {
                let module = Source::module("my_module", "def f(): return sorted(REG)\ndef g(): return REG['f']()\n");
                let f = module.function("f").build(heap)?;
                let registry = py!(in *heap, {"f": f});
                module.set_global(heap, "REG", registry)?;
                module.function("g").build(heap)
            },
            "eq(x(), ['f']); true(x.__globals__['REG']['f'] is x.__globals__['f'])\n# repickle\neq(x(), ['f'])",
        ),
        case(
            "late-global-reached-first",
            |heap| {
                let module = Source::module("my_module", "def f(): return REG\n");
                let f = module.function("f").build(heap)?;
                let lambda = Source::lambda("lambda: f").within(&module).build(heap)?;
                module.set_global(heap, "REG", (f, lambda))?;
                Ok(heap.add([lambda, f]))
            },
            "true(x[0]() is x[1]); eq(x[1](), (x[1], x[0]))",
        ),
        case(
            "registered",
            |heap| {
                let module = module("my_module", EVERYTHING).register();
                let function = Source::lambda("lambda: Child").within(&module).build(heap)?;
                let all = members(heap, &module, "my_function Child Color NT outer")?;
                Ok(heap.add((all, function)))
            },
            "a, b = load()[0], load()[0]; m = sys.modules['my_module']; true(a['Child'] is b['Child'] is m.Child)\n\
             o = pickle.loads(pickle.dumps([a['Child'](), a['Color'](1), a['NT'](1)])); true(type(o[0]) is a['Child'])\n\
             s = source(a['Child']); true(s.startswith('class Child(Base):') and s.rstrip().endswith('return self'), s)\n\
             true(inspect.getmodule(a['outer']) is m); true(source(m).startswith('\"\"\"Doc')); typing.get_type_hints(m.NT)\n\
             import my_module; true(my_module is m); eq(a['my_function'](43), 85); del sys.modules['my_module']; linecache.checkcache()",
        ),
        case(
            "registered-postponed",
            |heap| members(heap, &module("my_module", POSTPONED).register(), "Point Frozen norm"),
            "# since 3.7\npoints(x); eq(typing.get_type_hints(x['Frozen']), {'a': int}); del sys.modules['my_module']",
        ),
        case(
            "registered-other",
            |heap| {
                let version = |n: i32| Source::module("my_module", "def f(): return N\n").global("N", n).register().function("f");
                let broken = Source::module("my_module", "raise ValueError(N)\n").global("N", 3).register();
                let pickles = [version(1).dumps()?, version(2).dumps()?, version(1).dumps()?, broken.dumps()?];
                Ok(heap.add(pickles.map(Bytes)))
            },
            "fs = [pickle.loads(data) for data in x[:3]]; eq([f() for f in fs], [1, 2, 1]); m = sys.modules['my_module']; true(m.f is fs[2])\n\
             raises(lambda: pickle.loads(x[3]), 'ValueError', '3'); true(sys.modules.pop('my_module') is m)\n\
             raises(lambda: pickle.loads(x[3]), 'ValueError', '3'); gone('my_module')",
        ),
        case(
            "registered-packages",
            move |heap| Source::module("my_pk.app", app).require(package()).require(util()).function("run").build(heap),
            "eq(x(1), 6); gone('my_pk.app'); true('my_pk.util' in sys.modules); eq(sys.modules['my_pk.util'].PKG, 'my_pk')\n\
             for name in ('my_pk', 'my_pk.util'): del sys.modules[name]",
        ),
        case(
            "registered-late",
            |heap| {
                let module = Source::module("my_module", "def f(): return REG\n").register();
                let f = module.function("f").build(heap)?;
                module.set_global(heap, "REG", [f])?;
                Ok(f)
            },
            "eq(x(), [x]); del sys.modules['my_module']",
        ),
        case(
            "required",
            |heap| {
                let helpers = Source::module("my_helpers", "def twice(x): return 2 * x").register();
                let text = "from my_helpers import twice\ndef run(x): return twice(x) + 1\n";
                Source::module("my_job", text).require(helpers).function("run").build(heap)
            },
            "eq(x(4), 9); del sys.modules['my_helpers']",
        ),
        case(
            "values-of-the-heap",
            |heap| {
                let shared = heap.list([]);
                heap.append(shared, shared)?;
                let f = Source::module("my_module", "def f(): return SHARED\n").global("SHARED", shared).function("f");
                let f = f.attribute("shared", shared).build(heap)?;
                Ok(heap.add((shared, f)))
            },
            "true(x[0][0] is x[0] is x[1]() is x[1].shared)",
        ),
    ]
}

fn texts() -> Vec<Case> {
    vec![
        one(
            "text-crlf-bom-form-feed",
            Source::module(
                "my_module",
                "\u{feff}def f():\r\n    s = \"\"\"a\r\nb\"\"\"\r\n    return s\r\n\x0c\r\ndef g():\r\n    return 1\r\n",
            )
            .function("g"),
            "eq(source(x), 'def g():\\n    return 1\\n'); eq(x.__globals__['f'](), 'a\\nb')",
        ),
        one(
            "text-cr",
            Source::module("my_module", "def f():\r    return 1\rdef g():\r    return 2").function("g"),
            "eq(x(), 2); eq(source(x), 'def g():\\n    return 2\\n')",
        ),
        one(
            "text-unicode",
            Source::module("my_größe", "def größe():\n    # \u{e9} \u{2028} \u{1f600}\n    return \"\\u00e9\u{e9}\u{1f600}\"\n")
                .function("größe"),
            "eq(x(), '\\u00e9\\u00e9\\U0001f600'); true('\\u2028' in source(x)); eq(source(x).count('\\n'), 3); eq(x.__name__, 'gr\\u00f6\\u00dfe')",
        ),
        one("text-unicode-closure", Source::lambda("lambda: größe").closure("größe", "ß"), "eq(x(), '\\u00df')"),
        one("text-empty", Source::module("my_module", "").get("__name__"), "eq(x, 'my_module')"),
        one("text-tabs", Source::function("def f():\n\tif True:\n\t\treturn '\t'"), "eq(x(), '\\t')"),
        one("text-lambda-bom", Source::lambda("\u{feff} lambda: 1"), "eq(x(), 1)"),
        one("text-encoding-line", Source::function("# -*- coding: latin-1 -*-\ndef f(): return 'é'\n"), "eq(x(), '\\u00e9')"),
        one("text-long", Source::function(&format!("def f():\n    return {}1\n", "0 + ".repeat(300))), "eq(x(), 1)"),
    ]
}

fn errors() -> Vec<Case> {
    vec![
        one(
            "error-missing",
            Source::module("my_module", "x = 1\n").function("nosuch"),
            "raises(load, 'AttributeError', \"module 'my_module' has no attribute 'nosuch'\")",
        ),
        one(
            "error-relative",
            Source::module("my_module", "from .a import b\n").get("b"),
            "raises(load, 'ImportError', 'attempted relative import with no known parent package')",
        ),
        one(
            "error-raised",
            Source::module("my_module", "class A: pass\nraise ValueError('inside')  # here\n").get("A"),
            "true('# here' in raises(load, 'ValueError', 'inside')); gone('my_module')",
        ),
        one(
            "error-syntax",
            Source::module("my_module", "x = 1\ndef (:\n").get("x"),
            "raises(load, 'SyntaxError', 'invalid syntax (<my_module '); raises(load, 'SyntaxError', ', line 2)')",
        ),
        one(
            "error-statement",
            Source::expression("def f(): pass"),
            "raises(load, 'SyntaxError', 'invalid syntax (<expression ')",
        ),
    ]
}

fn references() -> Vec<Case> {
    let package = || {
        let sub = Source::module("my_pk.sub.deep", "def f(): return g() + 1\ndef g(): return 1\n");
        Source::module("my_pk", "def top(): return 0\n").require(Source::module("my_pk.sub", "").require(sub))
    };
    vec![
        by_value(
            "by-value",
            [module("my_module", EVERYTHING)],
            |heap| {
                let f = heap.global("my_module", "my_function");
                let again = heap.global("my_module", "my_function");
                let class = heap.global("my_module", "Child");
                let instance = heap.new_object(class, ());
                let state = py!(in *heap, {"a": 1});
                heap.build(instance, state).expect("a call");
                let make = heap.global("my_module", "Child.make");
                let other = heap.global("operator", "add");
                heap.add((f, again, class, instance, make, other))
            },
            "f, again, Child, child, make, add = x; true(f is again); eq(f(43), 85); true(type(child) is Child and child.a == 1)\n\
             true(type(make()) is Child); eq(add(1, 2), 3); gone('my_module')\n# repickle\neq(x[0](43), 85); eq(x[3].hello(), 'base child')",
        ),
        by_value(
            "by-value-packages",
            [package()],
            |heap| {
                let all = [("my_pk", "top"), ("my_pk.sub.deep", "f"), ("my_pk.sub.deep", "g")];
                let all = all.map(|(module, name)| heap.global(module, name));
                heap.tuple(all)
            },
            "eq([f() for f in x], [0, 2, 1]); true(x[1].__globals__ is x[2].__globals__)",
        ),
        by_value(
            "by-value-nearest",
            [package(), Source::module("my_pk.sub", "def f(): return 'near'\n")],
            |heap| heap.global("my_pk.sub", "f"),
            "eq(x(), 'near')",
        ),
        by_value(
            "by-value-through-values",
            [
                Source::module("my_module", "def f(): return OTHER()\n").global("OTHER", Reference("my_other", "g")),
                Source::module("my_other", "def g(): return sorted(ALL)\ndef h(): return ALL['g']\n").global("ALL", Commands),
            ],
            |heap| {
                let all = [("my_module", "f"), ("my_other", "h"), ("my_other", "g")];
                let all = all.map(|(module, name)| heap.global(module, name));
                heap.tuple(all)
            },
            "eq(x[0](), ['g', 'len']); true(x[1]() is x[2] is x[0].__globals__['OTHER'])",
        ),
        by_value(
            "by-value-standard-name",
            [
                Source::module("types", "def f(): return A\n").global("A", Reference("builtins", "getattr")),
                Source::module("builtins", "getattr = 1\n"),
            ],
            |heap| heap.global("types", "f"),
            "true(x.__globals__['__name__'] == 'types' and x() == 1)",
        ),
        by_value(
            "by-value-done-to-it",
            [Source::module("my_module", "REG = {}\ndef f(): return REG\n")],
            |heap| {
                let registry = heap.global("my_module", "REG");
                heap.set_item(registry, "a", 1).expect("a global");
                let f = heap.global("my_module", "f");
                heap.add((registry, f))
            },
            "eq(x, ({'a': 1}, x[1])); true(x[1]() is x[0])",
        ),
    ]
}

/// A reference to something of a module.
struct Reference(&'static str, &'static str);

impl cloudpickle::ToPy for Reference {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        heap.global(self.0, self.1)
    }
}

/// Functions by name, one of them of the very module whose global this is.
struct Commands;

impl cloudpickle::ToPy for Commands {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        py!(in *heap, {"g": Reference("my_other", "g"), "len": Reference("builtins", "len")})
    }
}

/// A directory with all cases in all protocols, plain and optimized, made once.
fn payloads() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("source");
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).expect("a directory below target");
        for (number, Case(name, build, pickler, check)) in cases().into_iter().enumerate() {
            for protocol in 0..=5 {
                // Both ways to give memo slots take part.
                for optimize in [false, true] {
                    let mut heap = Heap::new();
                    let root = build(&mut heap).unwrap_or_else(|err| panic!("{name}: {err}"));
                    let bytes = pickler.clone().protocol(protocol).optimize(optimize).dumps(&heap, root);
                    let bytes = bytes.unwrap_or_else(|err| panic!("{name}: {err}"));
                    let name = format!("{number:02}-{name}{}", if optimize { "-optimized" } else { "" });
                    fs::write(dir.join(format!("{name}.p{protocol}.pkl")), bytes).expect("a file below target");
                    fs::write(dir.join(format!("{name}.check")), check).expect("a file below target");
                }
            }
        }
        dir
    })
}

/// Runs `source.py` to its end; how much it checked, or what failed.
fn checked(python: &Python, flags: &[&str], path: Option<&Path>, args: &[&Path], mode: &str) -> Result<usize, String> {
    let mut command = python.command();
    command.args(flags).arg(scripts().join("source.py")).arg(mode).args(args).stdin(Stdio::null());
    if let Some(path) = path {
        command.env("PYTHONPATH", path);
    }
    let output = command.output().map_err(|err| err.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let count = text.lines().last().and_then(|line| line.parse().ok());
    match count {
        Some(count) if output.status.success() => Ok(count),
        _ => Err(format!("{python} {flags:?} {mode}\n{text}{}", String::from_utf8_lossy(&output.stderr))),
    }
}

/// Does something with every interpreter, two at a time, and says what came of it.
fn with_every(what: &str, run: impl Fn(&Python) -> Result<usize, String> + Sync) {
    let found = interpreters();
    for minor in 6..8 {
        if !found.iter().any(|python| python.version.1 == minor) {
            not_run(&format!("CPython 3.{minor} not found"));
        }
    }
    let mut failures = Vec::new();
    for pair in found.chunks(2) {
        let results = thread::scope(|scope| {
            let running: Vec<_> = pair.iter().map(|python| scope.spawn(|| run(python))).collect();
            running.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
        });
        for (python, result) in pair.iter().zip(results) {
            match result {
                Ok(count) => println!("{python}: {count} {what}"),
                Err(failure) => failures.push(failure),
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn loads_and_works() {
    with_every("loads checked", |python| checked(python, &[], None, &[payloads()], "check"));
}

#[test]
fn works_under_other_flags() {
    with_every("loads checked with flags", |python| {
        let dev: &[&str] = if python.is_at_least(3, 7) { &["-I", "-W", "error", "-X", "dev"] } else { &["-I", "-W", "error"] };
        let run = |flags| checked(python, flags, None, &[payloads(), Path::new("24")], "check");
        Ok(run(&["-OO"])? + run(dev)?)
    });
}

#[test]
fn is_pickled_again_by_cloudpickle() {
    with_every("objects pickled again by cloudpickle", |python| {
        let release = if python.is_at_least(3, 8) { "cloudpickle==3.1.2" } else { "cloudpickle==2.2.1" };
        let libs = match venv(python, &[release]) {
            Ok(libs) => libs,
            Err(why) => {
                not_run(&format!("{release} on {python}: {why}"));
                return Ok(0);
            }
        };
        let (major, minor, _) = python.version;
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("source-again-{major}.{minor}"));
        fs::create_dir_all(&out).map_err(|err| err.to_string())?;
        checked(python, &[], Some(&libs), &[payloads(), &out], "repickle")?;
        checked(python, &[], Some(&libs), &[payloads(), &out], "reload")
    });
}

#[test]
fn refuses() {
    let check = |source: Source, expected: ErrorKind| assert_eq!(*source.dumps().unwrap_err().kind(), expected);
    check(Source::lambda("lambda: '\0'"), ErrorKind::NulInSource { position: 9 });
    check(Source::module("m", "\0").function("f"), ErrorKind::NulInSource { position: 0 });
    check(Source::function("f = lambda: 1"), ErrorKind::NoDefinition);
    check(Source::lambda("lambda: 1").closure("a b", 1), ErrorKind::NotAnIdentifier("a b".into()));
    check(Source::function("def f(): pass").closure("class", 1), ErrorKind::NotAnIdentifier("class".into()));
    check(Source::function("def f(): pass").outer("1"), ErrorKind::NotAnIdentifier("1".into()));
    let err = Source::lambda("lambda: 1").defaults([1]).dumps().unwrap_err();
    assert_eq!(err.to_string(), "a tuple of default arguments wanted, list [1] found");
    // An error inside of a value comes out.
    let err = Source::lambda("lambda: f").global("f", Source::function("")).dumps().unwrap_err();
    assert_eq!(*err.kind(), ErrorKind::NoDefinition);
}

#[test]
fn registers_by_value() -> Result<()> {
    let mut heap = Heap::new();
    let f = heap.global("my_module", "f");
    let sub = heap.global("my_module.sub", "f");
    let plain = Pickler::new();
    let mut pickler = Pickler::new();
    assert_eq!(pickler.list_registry_pickle_by_value().len(), 0);
    pickler.register_pickle_by_value(Source::module("my_module", "def f(): pass\n"));
    pickler.register_pickle_by_value(Source::module("a", ""));
    assert_eq!(pickler.list_registry_pickle_by_value().collect::<Vec<_>>(), ["my_module", "a"]);
    assert_ne!(pickler.dumps(&heap, f)?, plain.dumps(&heap, f)?);
    let err = pickler.dumps(&heap, sub).unwrap_err();
    assert_eq!(err.to_string(), "no source of module my_module.sub");
    pickler.unregister_pickle_by_value("my_module")?;
    assert_eq!(pickler.dumps(&heap, f)?, plain.dumps(&heap, f)?);
    let err = pickler.unregister_pickle_by_value("my_module").unwrap_err();
    assert_eq!(*err.kind(), ErrorKind::NotRegistered("my_module".into()));
    // A name of any length.
    let deep = heap.global("my_module", &"a.".repeat(100_000));
    pickler.register_pickle_by_value(Source::module("my_module", ""));
    assert!(pickler.dumps(&heap, deep)?.len() > 500_000);
    // A name that only begins like a registered one, and a graph without any.
    let other = heap.global("ab.c", "f");
    assert_eq!(pickler.dumps(&heap, other)?, plain.dumps(&heap, other)?);
    Ok(())
}

#[test]
fn a_pickle_that_was_read_is_written_by_value() -> Result<()> {
    let pickle = cloudpickle::loads(b"(cmy_module\nC\np0\n(imy_module\nC\np1\ng0\ntp2\n.")?;
    let mut pickler = Pickler::like(&pickle);
    assert_eq!(pickler.dump_pickle(&pickle)?, b"(cmy_module\nC\np0\n(imy_module\nC\np1\ng0\ntp2\n.");
    pickler.register_pickle_by_value(Source::module("my_module", "class C: pass\n"));
    let written = cloudpickle::loads(&pickler.dump_pickle(&pickle)?)?.into_owned();
    assert!(!written.root().to_string().contains("my_module.C"), "{}", written.root());
    Ok(())
}

#[test]
fn is_small_and_loads_here() -> Result<()> {
    let bytes = Source::lambda("lambda x: x ** 2").dumps()?;
    assert!(bytes.len() <= 200, "{} bytes", bytes.len());
    let pickle = cloudpickle::loads(&bytes)?;
    let call = pickle.root().as_call()?;
    assert!(call.callable().is_global("builtins", "eval"));
    assert_eq!(pickle.dumps()?, bytes);
    fn shared<T: Send + Sync + Clone>() {}
    shared::<(Source, SourceModule, Pickler)>();
    Ok(())
}
