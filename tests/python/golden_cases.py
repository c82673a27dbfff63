"""The objects of the golden payloads: source text of each, and of the modules they come from.

A case is `# case: name`, source that binds `x` in a fresh `__main__`, and comments that say more:

    #? expression    a sample to evaluate with `x` bound: what it gives is recorded, and compared after loading
    #: since 3.8     from this Python on                  (until 3.9: up to this one)
    #: by value M    `M` is registered for pickling by value while the case is dumped
    #: with M        module `M` is there when the case is loaded (golden_pkg always is)

Line 1 of a case's file is the line after its name. The file name is `golden_source.py` everywhere. Samples may use
`run` (a coroutine to its end), `drain` (an asynchronous generator to a list), `tried` (the exception as text) and the
modules named in `golden_judge.py`.
"""

import importlib.machinery
import importlib.util
import sys

# Modules by name. Their files do not exist; the paths are what a reader of a payload sees.
MODULES = {
    "golden_pkg": '''
"""A package that payloads refer to by name."""
import typing

LIMIT = 10
T = typing.TypeVar("T")

def helper(a, b=LIMIT):
    """Adds."""
    return a + b

class Base:
    """A base by reference."""

    tag = "base"

    def name(self):
        return type(self).__name__

    class Inner:
        def where(self):
            return "inner"

class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a=1, b=2):
        self.a = a
        self.b = b

class Meta(type):
    def __call__(cls, *args, **kwargs):
        made = super().__call__(*args, **kwargs)
        made.made_by = "Meta"
        return made
''',
    "golden_pkg.sub": '''
"""A submodule."""
DEPTH = 2

def deep(n):
    return n * DEPTH
''',
    "golden_pkg.sub.leaf": '''
LEAF = "leaf"
''',
    "golden_value_pkg": '''
"""A package that is registered for pickling by value."""
import typing
from enum import Enum

SCALE = 3
T = typing.TypeVar("T")

def scale(n: int) -> int:
    """Scales."""
    return n * SCALE

class Scaler:
    """Scales and keeps count."""

    def __init__(self, by=SCALE):
        self.by = by

    def __call__(self, n):
        return n * self.by

class Level(Enum):
    LOW = 1
    HIGH = 2
''',
    "golden_value_pkg.sub": '''
"""A submodule: covered by its parent's registration."""
OFFSET = 100

def shift(n):
    return n + OFFSET
''',
    "golden_value_mod": '''
"""A module without a package, by value."""
UNIT = "m"

def label(n):
    return "%d %s" % (n, UNIT)

class Label:
    def __init__(self, n):
        self.text = label(n)
''',
}
COMPILED = {}
PACKAGES = {"golden_pkg", "golden_pkg.sub", "golden_value_pkg"}


def install(root):
    """Makes `root` and its submodules importable, as if their files stood in /golden."""
    for name, source in MODULES.items():
        if name != root and not name.startswith(root + ".") or name in sys.modules:
            continue
        package = name in PACKAGES
        path = "/golden/" + name.replace(".", "/")
        file = path + ("/__init__.py" if package else ".py")
        spec = importlib.machinery.ModuleSpec(
            name, importlib.machinery.SourceFileLoader(name, file), origin=file, is_package=package
        )
        if package:
            spec.submodule_search_locations.append(path)
        spec.has_location = True
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        if name not in COMPILED:
            COMPILED[name] = compile(source.lstrip("\n"), file, "exec")
        exec(COMPILED[name], vars(module))
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], last, module)


def uninstall(root):
    for name in MODULES:
        if name == root or name.startswith(root + "."):
            sys.modules.pop(name, None)


class Case:
    def __init__(self, name, lines):
        self.name = name
        self.source = "\n".join(lines) + "\n"
        self.calls = [line[2:].strip() for line in lines if line.startswith("#?")]
        self.since, self.until, self.by_value, self.modules = (3, 6), (4, 0), [], []
        for line in lines:
            if line.startswith("#:"):
                word, rest = line[2:].strip().split(" ", 1)
                if word in ("since", "until"):
                    setattr(self, word, tuple(int(part) for part in rest.split(".")))
                elif word == "by":
                    self.by_value.append(rest[len("value ") :])
                elif word == "with":
                    self.modules.append(rest)
                else:
                    raise ValueError(line)

    def runs_on(self, version):
        return self.since <= version[:2] <= self.until


def cases():
    found, name, lines = [], None, []
    for line in CASES.split("\n") + ["# case: "]:
        if line.startswith("# case: "):
            if name:
                while lines and not lines[-1]:
                    lines.pop()
                found.append(Case(name, lines))
            name, lines = line[len("# case: ") :], []
        elif not line.startswith("# ---"):
            lines.append(line)
    names = [case.name for case in found]
    assert len(names) == len(set(names)), [n for n in names if names.count(n) > 1]
    return found


CASES = r'''
# --- functions -------------------------------------------------------------------------------------------------

# case: lambda
x = lambda a, b=2: a + b
#? x(1)
#? x(b=5, a=1)

# case: function
CONSTANT = 42
def my_function(data: int) -> int:
    """Adds a constant."""
    return data + CONSTANT
x = my_function
#? x(1)
#? x.__doc__

# case: function_bare
def x():
    pass
#? x()

# case: function_docless_name_f
def f(a):
    return [a]
x = f
#? x(3)

# case: function_positional_only
#: since 3.8
def x(a, b=1, /):
    return a - b
#? x(5)
#? tried(lambda: x(a=1))

# case: function_keyword_only
def x(*, a, b=2, c):
    return a, b, c
#? x(a=1, c=3)

# case: function_var_positional
def x(*args):
    return args[::-1]
#? x(1, 2, 3)

# case: function_var_keyword
def x(**kwargs):
    return sorted(kwargs.items())
#? x(b=1, a=2)

# case: function_every_parameter
#: since 3.8
def x(a, b=1, /, c=2, *args, d, e=5, **kw):
    return a, b, c, args, d, e, sorted(kw)
#? x(0, d=4)
#? x(0, 1, 2, 3, 4, d=4, z=1, y=2)

# case: function_parameters_no_posonly
def x(a, b=1, c="two", *args, d, e=None, **kw):
    return a, b, c, args, d, e, sorted(kw)
#? x(0, d=4)

# case: function_defaults_plain
def x(a=None, b=True, c=1.5, d="s", e=b"b", f=(1, (2,)), g=-7, h=2 ** 80, i=1j, j=...):
    return a, b, c, d, e, f, g, h, i, j
#? x()

# case: function_defaults_mutable
def x(item, box=[], table={"k": [1]}, seen=set()):
    box.append(item)
    return box, table
#? x(1)
#? x(2)

# case: function_defaults_shared
BOX = ["shared"]
def one(box=BOX):
    return box
def two(*, box=BOX):
    return box
x = [one, two, BOX]
#? x[0]() is x[1]() is x[2]

# case: function_default_lambda
def x(n, key=lambda v: v * 2):
    return key(n)
#? x(4)

# case: function_default_itself
def x(n, me=None):
    return n if n < 1 else me(n - 1)
x.__defaults__ = (x,)
#? x(3)

# case: function_kwdefaults_objects
import math
def x(*, kind=int, where=math, how=len, what=[1, 2]):
    return kind, where.__name__, how(what)
#? x()

# case: function_annotations_types
import typing
def x(a: int, b: "text", c: typing.List[str] = None, *args: float, d: typing.Optional[int] = 1, **kw: dict) -> typing.Dict[str, int]:
    return {}
#? x(1, 2)
#? sorted(x.__annotations__)

# case: function_annotations_future
#: since 3.7
from __future__ import annotations
def x(a: int, b: Missing[str] = None) -> list[Missing]:
    return [a, b]
#? x(1)
#? x.__annotations__

# case: function_annotations_objects
def x(a: 1 + 1, b: [1, 2] = 3, *, c: (lambda: 0) = 4) -> None:
    return a
#? x(1)

# case: function_annotation_by_value_class
class Unit:
    size = 3
def x(a: Unit) -> Unit:
    return a
#? x(1)
#? x.__annotations__["a"].size

# case: function_annotations_builtin_generics
#: since 3.10
def x(a: list[int], b: dict[str, int] | None = None) -> tuple[int, ...]:
    return tuple(a)
#? x([1])
#? x.__annotations__

# case: function_type_parameters
#: since 3.12
def x[T: int, U](a: T, b: U = None) -> dict[T, U]:
    return {a: b}
#? x(1)
#? [t.__name__ for t in x.__type_params__]

# case: function_type_parameters_all
#: since 3.12
def x[T: int, *Ts, **P](a: T, *rest: *Ts) -> T:
    return a
#? x(1)

# case: function_globals
import math
PI, NAMES, TABLE = math.pi, ["a", "b"], {"a": (1, 2)}
def helper(v):
    return TABLE[v]
def x(i):
    return helper(NAMES[i]), round(PI, 2), math.floor(2.5), len(NAMES)
#? x(0)

# case: function_globals_nested_code
A, B, C, D = 1, 2, 3, 4
def x():
    def inner():
        return [B + i for i in range(C)]
    return A, inner(), (lambda: D)()
#? x()

# case: function_global_stored
COUNT = 0
def x():
    global COUNT
    COUNT += 1
    return COUNT
#? x()
#? x()

# case: function_global_deleted
THING = 1
def x():
    global THING
    seen = THING
    del THING
    return seen
#? x()
#? tried(x)

# case: function_global_missing
def x():
    return not_defined_anywhere
#? tried(x)

# case: function_global_shadows_builtin
def len(v):
    return "mine"
def x():
    return len([1])
#? x()

# case: function_builtins_used
def x(v):
    return sorted(map(str, filter(None, v))), isinstance(v, list), print
#? x([3, 0, 1])

# case: functions_share_globals
BOX = []
def add(v):
    BOX.append(v)
def get():
    return BOX
x = {"add": add, "get": get}
#? x["add"](1)
#? x["get"]()

# case: functions_list_same_twice
def f():
    return 1
x = [f, f, lambda: 2]
#? x[0] is x[1]

# case: closure
def make(n):
    def add(v):
        return v + n
    return add
x = make(10)
#? x(1)

# case: closure_several
def make(a, b, c):
    def inner(z):
        return c, a, z, b
    return inner
x = make([1], {"k": "v"}, "c")
#? x(0)

# case: closure_objects
import math
class Local:
    v = 7
def make(fn, mod, cls, inst):
    return lambda: (fn(2), mod.floor(1.5), cls.v, inst.v)
x = make(lambda q: q * q, math, Local, Local())
#? x()

# case: closure_empty_cell
def make():
    def inner():
        return later
    if False:
        later = 1
    return inner
x = make()
#? tried(x)

# case: closure_one_of_two_empty
def make():
    first = "first"
    def inner(which):
        return first if which else second
    if False:
        second = 1
    return inner
x = make()
#? x(True)
#? tried(x, False)

# case: closure_filled_late
def make():
    def inner():
        return later
    later = "filled"
    return inner
x = make()
#? x()

# case: closure_shared_cell
def make():
    n = 0
    def get():
        return n
    def add(v):
        nonlocal n
        n += v
        return n
    return [get, add]
x = make()
#? x[0](), x[1](5)
#? x[1](5)

# case: closure_shared_empty_cell
def make():
    def one():
        return later
    def two():
        return [later]
    if False:
        later = 1
    return one, two
x = make()
#? tried(x[0])

# case: closure_shared_contents
def make(box):
    return [lambda: box, lambda v: box.append(v)]
x = make([1])
#? x[0]()
#? x[1](2)
#? x[0]()

# case: closure_counter
def make(start):
    n = start
    def count():
        nonlocal n
        n += 1
        return n
    return count
x = make(10)
x()
#? x()
#? x()

# case: closure_three_levels
def one(a):
    def two(b):
        def three(c):
            return a, b, c
        return three
    return two
x = one(1)(2)
#? x(3)

# case: closure_outer_of_levels
def one(a):
    def two(b):
        def three(c):
            return a, b, c
        return three
    return two
x = one(1)
#? x(2)(3)

# case: closure_over_itself_in_list
def make():
    box = []
    def inner():
        return len(box)
    box.append(inner)
    return box
x = make()
#? x[0]()
#? x[0].__closure__[0].cell_contents is x

# case: closure_over_loop
x = [lambda i=i: i for i in range(3)] + [lambda: i for i in [7]]
#? [f() for f in x]

# case: closure_argument_is_cell
def make(a, b):
    def inner():
        return a
    def other():
        return inner() + b
    return other
x = make(1, 2)
#? x()

# case: recursion_global
def fact(n):
    return 1 if n < 2 else n * fact(n - 1)
x = fact
#? x(10)

# case: recursion_local
def make():
    def fib(n):
        return n if n < 2 else fib(n - 1) + fib(n - 2)
    return fib
x = make()
#? x(10)

# case: recursion_mutual_global
def even(n):
    return True if n == 0 else odd(n - 1)
def odd(n):
    return False if n == 0 else even(n - 1)
x = even
#? x(10), x(7)

# case: recursion_mutual_local
def make():
    def even(n):
        return True if n == 0 else odd(n - 1)
    def odd(n):
        return False if n == 0 else even(n - 1)
    return even, odd
x = make()
#? x[0](10), x[1](7)

# case: recursion_three_local
def make():
    def a(n):
        return ["a"] + (b(n - 1) if n else [])
    def b(n):
        return ["b"] + (c(n - 1) if n else [])
    def c(n):
        return ["c"] + (a(n - 1) if n else [])
    return a
x = make()
#? x(4)

# case: function_nested
def x(n):
    """Outer."""
    def inner(m):
        """Inner."""
        def innermost(k=1):
            return k + m
        return innermost
    return inner(n)()
#? x(2)

# case: function_comprehensions
K = 3
def x(n):
    return [i * K for i in range(n)], {i for i in range(n)}, {i: [j for j in range(i)] for i in range(n)}, list(i + n for i in range(2))
#? x(3)

# case: generator
def x(n):
    """Counts."""
    for i in range(n):
        got = yield i
        if got:
            yield got
    return "end"
#? list(x(3))

# case: generator_delegating
def inner():
    yield 1
    return 2
def x():
    got = yield from inner()
    yield got
#? list(x())

# case: generator_expression_maker
x = lambda n: (i * i for i in range(n))
#? list(x(4))

# case: async
async def step(n):
    return n + 1
async def x(n: int) -> int:
    """Steps twice."""
    return await step(await step(n))
#? run(x(1))

# case: async_generator
async def x(n):
    for i in range(n):
        yield i
#? drain(x(3))

# case: async_with_for
class Gate:
    async def __aenter__(self):
        return self
    async def __aexit__(self, *exc):
        return False
async def items():
    yield 1
    yield 2
async def x():
    got = []
    async with Gate() as gate:
        async for item in items():
            got.append(item)
    return got + [i async for i in items()], type(gate).__name__
#? run(x())

# case: coroutine_iterable
import types
@types.coroutine
def tick():
    yield
    return "ticked"
async def x():
    return await tick()
#? run(x())

# case: coroutine_iterable_itself
import types
@types.coroutine
def x():
    yield
    return 5
#? x.__code__.co_flags & 0x100

# case: decorated
def twice(fn):
    def wrapper(*args):
        return fn(*args), fn(*args)
    return wrapper
@twice
def x(n):
    return n
#? x(1)

# case: decorated_wraps
import functools
def logged(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        """Hidden."""
        return ["call", fn(*args, **kwargs)]
    return wrapper
@logged
def x(a: int, b: str = "b") -> str:
    """Shown."""
    return b * a
#? x(2)
#? x.__name__, x.__doc__, x.__wrapped__(1)

# case: decorated_with_arguments
import functools
def times(n):
    def decorator(fn):
        @functools.wraps(fn)
        def wrapper(*args):
            return [fn(*args)] * n
        return wrapper
    return decorator
@times(3)
def x(v):
    return v
#? x("v")

# case: decorated_by_class
class Counted:
    def __init__(self, fn):
        self.fn = fn
        self.calls = 0
    def __call__(self, *args):
        self.calls += 1
        return self.calls, self.fn(*args)
@Counted
def x(v):
    return v
#? x("v")
#? x("w")

# case: decorated_contextmanager
import contextlib
@contextlib.contextmanager
def x(v):
    yield v
#? x(1).__enter__()

# case: decorated_lru_cache
import functools
@functools.lru_cache(maxsize=4)
def x(n):
    return n

# case: decorated_lru_cache_local
import functools
def make():
    @functools.lru_cache()
    def cached(n):
        return n
    return cached
x = make()

# case: decorated_singledispatch
import functools
@functools.singledispatch
def x(v):
    return "any"
@x.register(int)
def _(v):
    return "int"

# case: decorated_overload
import typing
@typing.overload
def f(a: int) -> int: ...
@typing.overload
def f(a: str) -> str: ...
def f(a):
    return a
x = f
#? x(1)

# case: function_attributes
def x():
    return x.calls
x.calls = 3
x.tags = ["a", {"b": 1}]
x.hook = lambda: "hooked"
#? x.calls, x.tags, x.hook()

# case: function_attribute_itself
def f():
    return 1
f.me = f
x = f
#? x.me is x

# case: function_attribute_odd_names
def x():
    pass
x.__dict__["not an identifier"] = 1
x.__dict__["ünïcode"] = 2
#? sorted(x.__dict__)

# case: function_renamed
def original():
    return 1
original.__name__ = "renamed"
original.__qualname__ = "Somewhere.renamed"
original.__doc__ = "Given later."
x = original
#? x.__name__, x.__qualname__, x.__doc__

# case: function_module_none
def f():
    return 1
f.__module__ = None
x = f
#? x.__module__

# case: function_module_elsewhere
def f():
    return 1
f.__module__ = "not_a.module"
x = f
#? x.__module__

# case: function_bare_namespace
space = {}
exec(compile("G = 5\ndef f(a):\n    return a + G\n", "golden_source.py", "exec"), space)
x = space["f"]
#? x(1)

# case: function_named_namespace
space = {"__name__": "spaced", "__file__": "spaced.py", "__package__": ""}
exec(compile("G = 5\ndef f(a):\n    return a + G\n", "spaced.py", "exec"), space)
x = space["f"]
#? x(1), x.__module__

# case: function_two_namespaces
one, two = {"__name__": "one", "G": 1}, {"__name__": "two", "G": 2}
code = compile("def f():\n    return G\n", "golden_source.py", "exec")
exec(code, one)
exec(code, two)
x = [one["f"], two["f"], one["f"]]
#? [f() for f in x]

# case: function_eval_lambda
x = eval("lambda q: q ** 2")
#? x(3)

# case: function_unicode
def größe(ñ="é", *, 名前="日本"):
    """Größe 😀"""
    return ñ + 名前
größe.__doc__ += " \udc80"
x = größe
#? x()
#? ascii(x.__doc__)

# case: function_constants
def x(a):
    if a in {1, 2, "three"}:
        return frozenset
    return (0, -1, 255, 256, 65535, 65536, -2147483648, 2147483648, 2 ** 100, -(2 ** 63), 1.0, -0.0, 1e300 * 1e10, 2j, b"", b"\x00\xff", "", "é", "\udcff", ..., None, True, (), (1, (2, (3,))), "a" * 3, 1 if a else 2)
#? x(1)
#? x(5)

# case: function_try_with
import contextlib
def x(v):
    try:
        with contextlib.suppress(KeyError):
            {}[v]
        if v == 1:
            raise ValueError("one")
    except (ValueError, TypeError) as e:
        return str(e)
    else:
        return "else"
    finally:
        v = None
#? x(0), x(1)

# case: function_walrus_fstring
#: since 3.8
def x(v):
    if (n := len(v)) > 2:
        return f"{n!r:>4} {v=} {v[0]:{n}}"
    return n
#? x([1, 2, 3])
#? x([])

# case: function_match
#: since 3.10
def x(v):
    match v:
        case {"k": [a, *rest], **more}:
            return a, rest, more
        case str() | bytes() as s if s:
            return s
        case complex(real=1.0):
            return "one"
        case _:
            return None
#? x({"k": [1, 2], "z": 3})
#? x("s")
#? x(1j)

# case: function_except_star
#: since 3.11
def x():
    got = []
    try:
        raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
    except* ValueError as g:
        got.append(str(g.exceptions))
    except* TypeError as g:
        got.append(str(g.exceptions))
    return got
#? x()

# case: function_imports_inside
def x(v):
    import json
    from os.path import join as j
    return json.dumps(v), j.__name__
#? x([1])

# case: function_star_calls
def f(*args, **kwargs):
    return args, sorted(kwargs.items())
def x(a, k):
    return f(0, *a, 9, z=1, **k), [*a, *a], {**k, "n": 1}
#? x([1, 2], {"y": 2})

# case: function_many_names
space = {"__name__": "__main__"}
text = "def f(a):\n" + "".join("    v%d = a + %d\n" % (i, i + 1000) for i in range(300)) + "    if a:\n        return v299\n    return v0\n"
exec(compile(text, "golden_source.py", "exec"), space)
x = space["f"]
#? x(0), x(1)

# case: function_many_globals
space = {"__name__": "__main__"}
for i in range(120):
    space["g%d" % i] = i * i
exec(compile("def f():\n    return [" + ", ".join("g%d" % i for i in range(119, -1, -1)) + "]\n", "golden_source.py", "exec"), space)
x = space["f"]
#? sum(x())

# case: function_uses_module
import math
import os.path
def x(v):
    return math.sqrt(v), os.path.basename("a/b")
#? x(4)

# case: function_uses_submodule
import xml.etree.ElementTree
def x():
    return xml.etree.ElementTree.Element("tag").tag
#? x()

# case: function_uses_two_submodules
import concurrent.futures
import xml.dom.minidom
def x():
    return concurrent.futures.Future.__name__, xml.dom.minidom.Node.ELEMENT_NODE
#? x()

# case: closure_uses_submodule
import golden_pkg
import golden_pkg.sub.leaf
def make(pkg):
    return lambda: (pkg.sub.leaf.LEAF, pkg.sub.deep(4))
x = make(golden_pkg)
#? x()

# case: function_in_container_uses_submodule
import golden_pkg.sub
def x():
    return golden_pkg.sub.DEPTH
x = {"f": [x]}
#? x["f"][0]()

# case: function_uses_reference
from golden_pkg import helper, Base, LIMIT
def x(v):
    return helper(v), Base().name(), LIMIT
#? x(1)

# case: reference_function
import golden_pkg
x = golden_pkg.helper
#? x(1)

# case: reference_class
import golden_pkg
x = golden_pkg.Base
#? x().name()

# case: reference_nested_class
import golden_pkg
x = golden_pkg.Base.Inner
#? x().where()

# case: reference_method
import golden_pkg
x = golden_pkg.Base.name
#? x(golden_pkg.Base())

# case: reference_function_in_submodule
import golden_pkg.sub
x = [golden_pkg.sub.deep, golden_pkg.sub.deep]
#? x[0](3), x[0] is x[1]

# case: function_old_signature_overridden
import inspect
def f(*args):
    return args
f.__signature__ = inspect.Signature([inspect.Parameter("only", inspect.Parameter.POSITIONAL_OR_KEYWORD)])
x = f
#? x(1)
#? str(inspect.signature(x))

# case: functions_hundred
space = {"__name__": "__main__"}
text = "".join("def f%d(a, b=%d):\n    return a + b + %s\n" % (i, i, "f%d(a)" % (i - 1) if i else "0") for i in range(100))
exec(compile(text, "golden_source.py", "exec"), space)
x = [space["f%d" % i] for i in range(0, 100, 10)]
#? [f(1) for f in x]

# --- classes ---------------------------------------------------------------------------------------------------

# case: class_empty
class x:
    pass
#? x.__name__, x.__mro__[1]
#? x().__dict__

# case: class_plain
class Point:
    """A point."""
    origin = (0, 0)
    count = 0
    def __init__(self, a, b=2):
        self.a = a
        self.b = b
    def total(self) -> int:
        """Sum."""
        return self.a + self.b
    def __repr__(self):
        return "Point(%r, %r)" % (self.a, self.b)
x = Point
#? x(1).total()
#? x(1, 5)
#? x.__doc__, x.origin

# case: class_annotations
class x:
    a: int
    b: "str" = "b"
    c: list = []
    def m(self, q: float) -> "x":
        return self
#? x.b

# case: class_annotations_asked
class x:
    a: int
    b: "str" = "b"
x.__annotations__
#? sorted(x.__annotations__.items(), key=str)

# case: class_bases
class A:
    def who(self):
        return "A"
class B(A):
    def both(self):
        return self.who() + "B"
class x(B):
    def who(self):
        return "x"
#? x().both()
#? [c.__name__ for c in x.__mro__]

# case: class_diamond
class Root:
    def path(self):
        return ["Root"]
class Left(Root):
    def path(self):
        return ["Left"] + super().path()
class Right(Root):
    def path(self):
        return ["Right"] + super().path()
class x(Left, Right):
    """Diamond."""
    def path(self):
        return ["x"] + super().path()
#? x().path()

# case: class_base_reference
import golden_pkg
class x(golden_pkg.Base):
    tag = "derived"
#? x().name(), x.tag

# case: class_base_nested_reference
import golden_pkg
class x(golden_pkg.Base.Inner, golden_pkg.Base):
    pass
#? x().name(), x().where()

# case: class_base_builtin
class x(dict):
    def first(self):
        return next(iter(self))
#? x(a=1).first()

# case: class_base_shared_twice
class Base:
    def m(self):
        return type(self).__name__
class One(Base):
    pass
class Two(Base):
    pass
x = [One, Two, Base]
#? x[0]().m(), x[1]().m(), x[0].__bases__[0] is x[2]

# case: class_inherits_same_objects
class Base:
    """Doc."""
    def m(self):
        return "m"
    attr = [1]
class x(Base):
    m = Base.m
    attr = Base.attr
    other = 2
#? x().m(), x.attr, x.other

# case: metaclass
class Meta(type):
    def __new__(mcs, name, bases, space):
        space["added"] = name.lower()
        return super().__new__(mcs, name, bases, space)
    def shout(cls):
        return cls.__name__.upper()
class x(metaclass=Meta):
    pass
#? x.added, x.shout()

# case: metaclass_itself
class x(type):
    def __call__(cls, *args):
        return ("made", args)
#? x("A", (), {})

# case: metaclass_reference
import golden_pkg
class x(metaclass=golden_pkg.Meta):
    v = 1
#? x().made_by

# case: metaclass_keywords
class Meta(type):
    def __new__(mcs, name, bases, space, flag=None):
        cls = super().__new__(mcs, name, bases, space)
        cls.flag = flag
        return cls
    def __init__(cls, name, bases, space, flag=None):
        super().__init__(name, bases, space)
class x(metaclass=Meta, flag="on"):
    pass
#? x.flag

# case: metaclass_prepare
import collections
class Meta(type):
    @classmethod
    def __prepare__(mcs, name, bases, **kw):
        return collections.OrderedDict(prepared=True)
    def __new__(mcs, name, bases, space):
        return super().__new__(mcs, name, bases, dict(space))
class x(metaclass=Meta):
    b = 1
    a = 2
#? x.prepared, x.a

# case: class_init_subclass
class Base:
    seen = []
    def __init_subclass__(cls, **kw):
        Base.seen.append(cls.__name__)
class x(Base):
    pass
#? x.seen[:1]

# case: class_class_getitem
#: since 3.7
class x:
    def __class_getitem__(cls, item):
        return cls.__name__, item
#? x[3]

# case: class_slots
class x:
    __slots__ = ("a", "b")
    def __init__(self, a=1):
        self.a = a
#? x(5).a
#? tried(lambda: x().b)

# case: class_slots_string
class x:
    __slots__ = "only"
#? tried(lambda: x().only)

# case: class_slots_private
class x:
    __slots__ = ["__hidden", "shown", "__weakref__"]
    def __init__(self):
        self.__hidden = 1
        self.shown = 2
    def get(self):
        return self.__hidden
#? x().get()

# case: class_slots_dict
class x:
    __slots__ = ("a", "__dict__")
    def __init__(self):
        self.a, self.b = 1, 2
#? x().a, x().b

# case: class_slots_inherited
class Base:
    __slots__ = ("a",)
class x(Base):
    __slots__ = ("b",)
    def __init__(self):
        self.a, self.b = 1, 2
#? x().a + x().b

# case: class_slots_subclass_without
class Base:
    __slots__ = ("a",)
class x(Base):
    pass
#? sorted(vars(x()))

# case: class_slots_empty
class x:
    __slots__ = ()
    def m(self):
        return 1
#? x().m()

# case: class_properties
class x:
    def __init__(self):
        self._v = 1
    @property
    def read(self):
        """Reads."""
        return self._v
    @property
    def both(self) -> int:
        return self._v
    @both.setter
    def both(self, v):
        self._v = v
    @both.deleter
    def both(self):
        self._v = None
    write = property(None, lambda self, v: None, doc="Writes only.")
#? x().read, x.read.__doc__
#? tried(lambda: setattr(x(), "read", 1)).split(":")[0]

# case: class_methods_kinds
class x:
    @classmethod
    def made(cls, *args):
        return cls.__name__, args
    @staticmethod
    def add(a, b=1):
        return a + b
    short = staticmethod(lambda v: v)
    plain = lambda self: "plain"
#? x.made(1), x.add(1), x.short(3), x().plain()

# case: class_super
class Base:
    def m(self, v):
        return [v]
class x(Base):
    def m(self, v):
        return super().m(v) + ["x"]
#? x().m(1)

# case: class_super_classmethod
class Base:
    @classmethod
    def make(cls):
        return ["Base", cls.__name__]
class x(Base):
    @classmethod
    def make(cls):
        return super().make() + ["x"]
#? x.make()

# case: class_dunder_class
class x:
    def me(self):
        return __class__
    def named(self):
        return x.__name__, __class__.__name__
#? x().me().__name__, x().named()

# case: class_names_itself
class Node:
    def grow(self):
        return Node()
x = Node
#? type(x().grow()) is x

# case: class_names_another
class One:
    def other(self):
        return Two()
class Two:
    def other(self):
        return One()
x = One
#? type(x().other().other()) is x

# case: class_holds_own_instance
class x:
    def __init__(self, n):
        self.n = n
x.default = x(5)
#? x.default.n, type(x.default) is x

# case: class_holds_itself
class x:
    pass
x.me = x
x.box = [x]
#? x.me is x, x.box[0] is x

# case: class_nested
class x:
    class Inner:
        class Innermost:
            v = 1
        def m(self):
            return self.Innermost.v
    def make(self):
        return self.Inner()
#? x().make().m()
#? x.Inner.Innermost.v

# case: class_nested_taken_out
class Outer:
    class Inner:
        def m(self):
            return "inner"
x = Outer.Inner
#? x().m()

# case: class_local
def make(n):
    class Local:
        size = n
        def get(self):
            return n, self.size
    return Local
x = make(4)
#? x().get()

# case: class_locals_same_source
def make(n):
    class Local:
        def get(self):
            return n
    return Local
x = [make(1), make(2)]
#? [c().get() for c in x]

# case: class_decorated
def tag(cls):
    cls.tagged = True
    return cls
@tag
class x:
    pass
#? x.tagged

# case: class_total_ordering
import functools
@functools.total_ordering
class x:
    def __init__(self, v):
        self.v = v
    def __eq__(self, other):
        return self.v == other.v
    def __lt__(self, other):
        return self.v < other.v
#? x(1) >= x(2), x(2) > x(1)

# case: class_operators
class x:
    def __init__(self, v=0):
        self.v = v
    def __add__(self, o):
        return x(self.v + o)
    def __call__(self, k):
        return self.v * k
    def __getitem__(self, i):
        return self.v, i
    def __len__(self):
        return 3
    def __iter__(self):
        return iter([self.v])
    def __enter__(self):
        return self
    def __exit__(self, *e):
        return True
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return "got " + name
    def __contains__(self, v):
        return v == self.v
#? (x(1) + 2).v, x(3)(2), x(1)["i"], len(x()), list(x(9)), x().anything, 5 in x(5)

# case: class_eq_without_hash
class x:
    def __eq__(self, other):
        return True
#? x.__hash__ is None

# case: class_descriptor
class Field:
    def __set_name__(self, owner, name):
        self.name = "_" + name
    def __get__(self, obj, owner):
        return self if obj is None else getattr(obj, self.name, "unset")
    def __set__(self, obj, value):
        setattr(obj, self.name, value)
class x:
    a = Field()
    b = Field()
#? x().a, x.a.name, x.b.name

# case: class_new
class x:
    made = []
    def __new__(cls, *args):
        self = super().__new__(cls)
        self.args = args
        return self
#? x(1, 2).args

# case: class_pickle_hooks
class x:
    def __init__(self, v):
        self.v = v
    def __getstate__(self):
        return {"kept": self.v}
    def __setstate__(self, state):
        self.v = state["kept"]
    def __copy__(self):
        return x(self.v)
#? x(1).__getstate__()

# case: class_weird_members
import math
import re
class x:
    mod = math
    builtin = len
    method = "abc".upper
    pattern = re.compile("a+")
    number, text, none, dots = 3.5, "t", None, ...
    table = {"k": [1, (2, 3)]}
    unbound = str.upper
    type = int
    fn = staticmethod(len)
#? x.mod.floor(1.5), x.builtin([1]), x.method(), x.type("3"), x.fn("ab")

# case: class_by_type_call
x = type("Made", (object,), {"v": 1, "m": lambda self: self.v})
#? x().m()

# case: class_by_new_class
import types
x = types.new_class("Fresh", (list,), {}, lambda ns: ns.update(v=2))
#? x([1]), x.v

# case: class_renamed
class x:
    pass
x.__name__ = "Other"
x.__qualname__ = "Deep.Other"
x.__module__ = "some.where"
#? x.__name__, x.__module__

# case: class_attribute_set_later
class x:
    pass
x.late = lambda self: "late"
x.__doc__ = "Doc set later."
#? x().late(), x.__doc__

# case: class_dict_property
class x:
    @property
    def __dict__(self):
        return {"fake": 1}
#? x().__dict__

# case: class_many_members
x = type("Many", (), {"m%02d" % i: i for i in range(60)})
#? sum(getattr(x, "m%02d" % i) for i in range(60))

# case: class_type_parameters
#: since 3.12
class x[T: int, U]:
    v: T
    def m[V](self, a: T, b: V) -> U:
        return a
#? x[int, str]().m(1, 2)
#? [t.__name__ for t in x.__type_params__]

# case: class_mangled
class x:
    __secret = 5
    def __hidden(self):
        return self.__secret
    def show(self):
        return self.__hidden()
#? x().show()

# case: class_unicode
class Größe:
    länge = "é"
    def größer(self):
        return self.länge * 2
x = Größe
#? x().größer(), x.__name__

# case: abc
import abc
class x(abc.ABC):
    @abc.abstractmethod
    def must(self):
        """Must."""
    def may(self):
        return "may"
#? sorted(x.__abstractmethods__)
#? tried(x).split(" ")[0]

# case: abc_concrete
import abc
class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...
class x(Shape):
    def area(self):
        return 4
#? x().area(), sorted(x.__abstractmethods__)

# case: abc_every_abstract
import abc
class x(abc.ABC):
    @property
    @abc.abstractmethod
    def p(self): ...
    @classmethod
    @abc.abstractmethod
    def c(cls): ...
    @staticmethod
    @abc.abstractmethod
    def s(): ...
    @abc.abstractmethod
    async def a(self): ...
#? sorted(x.__abstractmethods__)

# case: abc_old_decorators
import abc
class x(abc.ABC):
    @abc.abstractproperty
    def p(self): ...
    @abc.abstractclassmethod
    def c(cls): ...
    @abc.abstractstaticmethod
    def s(): ...
#? sorted(x.__abstractmethods__)

# case: abc_registered
import abc
class Virtual:
    pass
class x(abc.ABC):
    pass
x.register(Virtual)
#? [c.__name__ for c in registered(x)]

# case: abc_registered_builtin
import abc
class x(abc.ABC):
    pass
x.register(int)
#? isinstance(1, x), isinstance("", x)

# case: abc_subclasshook
import abc
class x(abc.ABC):
    @classmethod
    def __subclasshook__(cls, other):
        return hasattr(other, "quack") or NotImplemented
#? isinstance(1, x)

# case: abc_from_collections
import collections.abc
class x(collections.abc.Mapping):
    def __getitem__(self, k):
        return k * 2
    def __len__(self):
        return 1
    def __iter__(self):
        return iter(["k"])
#? dict(x()), x().get("k")

# case: abc_instance_registered_tree
import abc
class Base(abc.ABC):
    pass
class Sub(Base):
    pass
Base.register(float)
x = [Sub, Base, Sub()]
#? isinstance(1.0, x[1]), isinstance(x[2], x[1]), isinstance(1.0, x[0])

# case: generic_class
import typing
T = typing.TypeVar("T")
class x(typing.Generic[T]):
    def __init__(self, v: T):
        self.v = v
    def get(self) -> T:
        return self.v
#? x(1).get(), x[int]("s").get()
#? [p.__name__ for p in x.__parameters__]

# case: generic_two_parameters
import typing
K = typing.TypeVar("K", bound=str)
V = typing.TypeVar("V", int, float)
class x(typing.Generic[K, V]):
    pass
#? [p.__name__ for p in x.__parameters__]

# case: generic_subclass
import typing
T = typing.TypeVar("T")
class Box(typing.Generic[T]):
    pass
class x(Box[int]):
    pass
#? str(x.__orig_bases__[0].__args__)

# case: generic_of_builtin
import typing
T = typing.TypeVar("T")
class x(typing.List[T]):
    pass
#? x([1])

# case: protocol
#: since 3.8
import typing
class x(typing.Protocol):
    size: int
    def go(self, n: int) -> str: ...
#? tried(x).split(":")[0]

# case: protocol_runtime
#: since 3.8
import typing
@typing.runtime_checkable
class x(typing.Protocol):
    def go(self): ...
#? isinstance(1, x)

# case: protocol_implemented
#: since 3.8
import typing
class Go(typing.Protocol):
    def go(self):
        return "default"
class x(Go):
    pass
#? x().go()

# case: typed_dict
#: since 3.9
import typing
class x(typing.TypedDict):
    a: int
    b: str
#? x(a=1, b="b")

# case: typed_dict_total
#: since 3.9
import typing
class Base(typing.TypedDict):
    a: int
class x(Base, total=False):
    b: str
#? x(a=1), sorted(x.__optional_keys__)

# case: typed_dict_functional
#: since 3.9
import typing
x = typing.TypedDict("Fun", {"in": int, "b-c": str})
#? x(**{"in": 1})

# case: namedtuple
import collections
x = collections.namedtuple("Pair", "left right")
#? x(1, 2), x._fields, x(3, 4).left

# case: namedtuple_defaults
#: since 3.7
import collections
x = collections.namedtuple("Pair", ["left", "right"], defaults=[9], module="__main__")
#? x(1), x._field_defaults

# case: namedtuple_instance
import collections
Pair = collections.namedtuple("Pair", "left right")
x = [Pair(1, 2), Pair("a", [3])]
#? x[0].right, x[1]._asdict()["left"], type(x[0]) is type(x[1])

# case: namedtuple_subclass
import collections
class x(collections.namedtuple("P", "a b")):
    __slots__ = ()
    def total(self):
        return self.a + self.b
#? x(1, 2).total(), x(1, 2)

# case: typing_namedtuple
import typing
class x(typing.NamedTuple):
    """Row."""
    a: int
    b: str = "b"
    def both(self):
        return self.a, self.b
#? x(1), x(1).both(), x._fields

# case: typing_namedtuple_functional
import typing
x = typing.NamedTuple("Row", [("a", int), ("b", str)])
#? x(1, "b")

# case: typing_namedtuple_instance
import typing
class Row(typing.NamedTuple):
    a: int
    b: str = "b"
x = {"row": Row(1)}
#? x["row"].b

# case: enum
import enum
class x(enum.Enum):
    """Colours."""
    RED = 1
    GREEN = "g"
    BLUE = (1, 2)
#? list(x), x(1), x["GREEN"].value, x.__doc__

# case: enum_undocumented
import enum
class x(enum.Enum):
    A = 1
    B = 2
#? [m.name for m in x]

# case: enum_aliases
import enum
class x(enum.Enum):
    ONE = 1
    UNO = 1
    TWO = 2
    ZWEI = 2
#? list(x), x.UNO is x.ONE, sorted(x.__members__)

# case: enum_methods
import enum
class x(enum.Enum):
    A = 1
    B = 2
    def double(self):
        return self.value * 2
    @property
    def lower(self):
        return self.name.lower()
    @classmethod
    def first(cls):
        return cls.A
    @staticmethod
    def static():
        return 0
    def __str__(self):
        return "<%s>" % self.name
#? x.B.double(), x.B.lower, x.first(), x.static(), str(x.A)

# case: enum_auto
import enum
class x(enum.Enum):
    def _generate_next_value_(name, start, count, last):
        return name * 2
    A = enum.auto()
    B = enum.auto()
#? [m.value for m in x]

# case: enum_init
import enum
class x(enum.Enum):
    EARTH = (5.97, 6.37)
    MARS = (0.64, 3.39)
    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius
#? x.MARS.mass, x((5.97, 6.37)).radius

# case: enum_missing
import enum
class x(enum.Enum):
    A = 1
    UNKNOWN = 0
    @classmethod
    def _missing_(cls, value):
        return cls.UNKNOWN
#? x(99)

# case: enum_functional
import enum
x = enum.Enum("Animal", "CAT DOG", module="__main__")
#? list(x)

# case: enum_functional_qualname
import enum
x = enum.Enum("Animal", {"CAT": "meow", "DOG": "woof"}, module="zoo", qualname="Cage.Animal")
#? [m.value for m in x], x.__module__

# case: enum_unhashable_values
import enum
class x(enum.Enum):
    LIST = [1]
    DICT = {"k": 1}
#? x([1]), x.DICT.value

# case: enum_base_without_members
import enum
class Base(enum.Enum):
    def shout(self):
        return self.name.upper() + "!"
class x(Base):
    a = 1
    b = 2
#? x.a.shout()

# case: enum_unique
import enum
@enum.unique
class x(enum.Enum):
    A = 1
    B = 2
#? len(x)

# case: enum_ignore
#: since 3.7
import enum
class x(enum.Enum):
    _ignore_ = "k"
    for k in "ab":
        vars()[k] = k * 2
#? list(x)

# case: enum_nested_in_class
import enum
class Outer:
    class Kind(enum.Enum):
        A = 1
x = Outer
#? x.Kind.A.value

# case: enum_nested_taken_out
import enum
class Outer:
    class Kind(enum.Enum):
        A = 1
x = Outer.Kind
#? x.A.value, x.__qualname__

# case: enum_with_mixin
import enum
class Shouts:
    def shout(self):
        return self.name + "!"
class x(Shouts, enum.Enum):
    A = 1
#? x.A.shout()

# case: enum_int
import enum
class x(enum.IntEnum):
    LOW = 1
    HIGH = 10
#? x.HIGH + 1, x(1), sorted([x.HIGH, x.LOW])

# case: enum_flag
import enum
class x(enum.Flag):
    R = 4
    W = 2
    X = 1
    RWX = 7
#? (x.R | x.W).value, x.X in x.RWX, x(3).value

# case: enum_int_flag
import enum
class x(enum.IntFlag):
    A = enum.auto()
    B = enum.auto()
    C = enum.auto()
#? int(x.A | x.C), x(5) == 5

# case: enum_flag_boundary
#: since 3.11
import enum
class x(enum.Flag, boundary=enum.KEEP):
    A = 1
    B = 2
#? x(9).value

# case: enum_str_mixin
import enum
class x(str, enum.Enum):
    A = "a"
    B = "b"
#? x.A == "a", x("b").upper()

# case: enum_str
#: since 3.11
import enum
class x(enum.StrEnum):
    A = enum.auto()
    B = "bee"
#? x.A, str(x.B), x("bee")

# case: enum_float_mixin
import enum
class x(float, enum.Enum):
    HALF = 0.5
    ONE = 1.0
#? x.HALF + 1

# case: enum_date_mixin
import datetime
import enum
class x(datetime.date, enum.Enum):
    EPOCH = 1970, 1, 1
    Y2K = 2000, 1, 1
#? x.Y2K.year

# case: enum_member_and_nonmember
#: since 3.11
import enum
class x(enum.Enum):
    A = 1
    @enum.member
    def fn(self):
        return 1
    data = enum.nonmember(5)
#? x.data, sorted(x.__members__)

# case: enum_dataclass_values
#: since 3.7
import dataclasses
import enum
@dataclasses.dataclass(frozen=True)
class Size:
    w: int
    h: int
class x(enum.Enum):
    SMALL = Size(1, 2)
    LARGE = Size(10, 20)
#? x.SMALL.value.w, x(x.LARGE.value).name

# case: enum_member
import enum
class Colour(enum.Enum):
    RED = 1
    GREEN = 2
x = Colour.GREEN
#? x.name, x.value, type(x)(1).name

# case: enum_members_in_containers
import enum
class Colour(enum.Enum):
    RED = 1
    GREEN = 2
    ROT = 1
x = {Colour.RED: [Colour.GREEN, Colour.ROT], "cls": Colour}
#? [k.name for k in list(x)[:1]], x["cls"].RED in x

# case: enum_flag_member
import enum
class Perm(enum.Flag):
    R = 4
    W = 2
x = [Perm.R, Perm.R | Perm.W, Perm(0)]
#? [m.value for m in x]

# case: enum_int_flag_member
import enum
class Perm(enum.IntFlag):
    R = 4
    W = 2
x = [Perm.R | Perm.W, Perm.W]
#? [int(m) for m in x]

# case: enum_reference_members
import re
import signal
import http
x = [re.RegexFlag.IGNORECASE, signal.Signals.SIGINT, http.HTTPStatus.OK]
#? [int(m) for m in x]

# case: dataclass
#: since 3.7
import dataclasses
@dataclasses.dataclass
class x:
    """Data."""
    a: int
    b: str = "b"
    def both(self):
        return self.a, self.b
#? x(1).both(), repr(x(1, "c")).split(".")[-1], x(1) == x(1)
#? [(f.name, f.type, f.default) for f in dataclasses.fields(x)][1]

# case: dataclass_factories
#: since 3.7
import dataclasses
@dataclasses.dataclass
class x:
    items: list = dataclasses.field(default_factory=list)
    table: dict = dataclasses.field(default_factory=lambda: {"k": 1}, repr=False, compare=False, metadata={"unit": "m"})
    fixed: int = dataclasses.field(default=3, init=False)
#? x().items, x().table, x().fixed
#? dict(dataclasses.fields(x)[1].metadata)

# case: dataclass_frozen
#: since 3.7
import dataclasses
@dataclasses.dataclass(frozen=True, order=True)
class x:
    a: int
    b: int = 0
#? x(1) < x(2), hash(x(1)) == hash(x(1)), tried(lambda: setattr(x(1), "a", 2)).split(":")[0]

# case: dataclass_options
#: since 3.7
import dataclasses
@dataclasses.dataclass(init=False, repr=False, eq=False)
class x:
    a: int = 1
#? x().a

# case: dataclass_unsafe_hash
#: since 3.7
import dataclasses
@dataclasses.dataclass(unsafe_hash=True)
class x:
    a: int
    b: int = dataclasses.field(hash=False, default=2)
#? hash(x(1)) == hash(x(1, 5))

# case: dataclass_slots
#: since 3.10
import dataclasses
@dataclasses.dataclass(slots=True)
class x:
    a: int
    b: int = 5
#? x(1).a, x(1).b

# case: dataclass_kw_only
#: since 3.10
import dataclasses
@dataclasses.dataclass(kw_only=True, match_args=False)
class x:
    a: int
    b: int = 2
#? x(a=1).b

# case: dataclass_kw_only_sentinel
#: since 3.10
import dataclasses
@dataclasses.dataclass
class x:
    a: int
    _: dataclasses.KW_ONLY
    b: int = 2
#? x(1, b=3).b, x.__match_args__

# case: dataclass_classvar_initvar
#: since 3.7
import dataclasses
import typing
@dataclasses.dataclass
class x:
    total: typing.ClassVar[int] = 0
    seed: dataclasses.InitVar[int]
    v: int = 0
    def __post_init__(self, seed):
        self.v = seed * 2
#? x(4).v, [f.name for f in dataclasses.fields(x)]

# case: dataclass_inherited
#: since 3.7
import dataclasses
@dataclasses.dataclass
class Base:
    a: int = 1
@dataclasses.dataclass
class x(Base):
    b: int = 2
#? x(5), [f.name for f in dataclasses.fields(x)]

# case: dataclass_generic
#: since 3.7
import dataclasses
import typing
T = typing.TypeVar("T")
@dataclasses.dataclass
class x(typing.Generic[T]):
    v: T
    def get(self) -> T:
        return self.v
#? x(1).get()

# case: dataclass_annotations_strings
#: since 3.7
from __future__ import annotations
import dataclasses
@dataclasses.dataclass
class x:
    a: int
    b: list[x] = dataclasses.field(default_factory=list)
#? x(1).b, x.__annotations__

# case: dataclass_made
#: since 3.7
import dataclasses
x = dataclasses.make_dataclass("Made", ["a", ("b", int), ("c", int, dataclasses.field(default=3))])
#? x(1, 2).c

# case: dataclass_instance
#: since 3.7
import dataclasses
@dataclasses.dataclass
class Item:
    a: int
    tags: list = dataclasses.field(default_factory=list)
x = [Item(1), Item(2, ["t"])]
#? x[1].tags, x[0] == type(x[0])(1), dataclasses.asdict(x[1])

# case: dataclass_instance_frozen
#: since 3.7
import dataclasses
@dataclasses.dataclass(frozen=True)
class Item:
    a: int
    b: tuple = ()
x = {Item(1): Item(2, (Item(3),))}
#? list(x)[0].a, list(x.values())[0].b[0].a

# case: dataclass_instance_slots
#: since 3.10
import dataclasses
@dataclasses.dataclass(slots=True)
class Item:
    a: int
    b: int = 5
x = Item(1)
#? x.a, x.b

# case: dataclass_instance_tree
#: since 3.7
import dataclasses
import typing
@dataclasses.dataclass
class Tree:
    v: int
    kids: typing.List["Tree"] = dataclasses.field(default_factory=list)
    def total(self):
        return self.v + sum(k.total() for k in self.kids)
x = Tree(1, [Tree(2), Tree(3, [Tree(4)])])
#? x.total()

# --- instances and exceptions ----------------------------------------------------------------------------------

# case: instance
class Point:
    def __init__(self, a):
        self.a = a
        self.b = [a]
    def get(self):
        return self.a, self.b
x = Point(3)
#? x.get()

# case: instance_empty
class Empty:
    pass
x = Empty()
#? vars(x)

# case: instances_share
class Box:
    pass
one, two = Box(), Box()
one.items = two.items = [1]
x = [one, two, one]
#? x[0] is x[2], x[0].items is x[1].items, type(x[0]) is type(x[1])

# case: instance_cycle
class Node:
    pass
x = Node()
x.me = x
x.kids = [Node()]
x.kids[0].parent = x
#? x.me is x, x.kids[0].parent is x

# case: instance_slots
class Slotted:
    __slots__ = ("a", "b", "c")
    def __init__(self):
        self.a, self.b = 1, [2]
x = Slotted()
#? x.a, x.b, hasattr(x, "c")

# case: instance_slots_and_dict
class Base:
    __slots__ = ("a",)
class Both(Base):
    pass
x = Both()
x.a, x.b = 1, 2
#? x.a, x.b

# case: instance_with_functions
class Runner:
    def __init__(self, fn):
        self.fn = fn
        self.steps = [lambda v: v + 1, fn]
    def go(self, v):
        for step in self.steps:
            v = step(v)
        return v
x = Runner(lambda v: v * 10)
#? x.go(1)

# case: instance_of_reference
import golden_pkg
x = [golden_pkg.Base(), golden_pkg.Slotted(5), golden_pkg.Base.Inner()]
x[0].extra = 1
#? x[0].extra, x[1].a, x[2].where()

# case: instance_getstate
class State:
    def __init__(self):
        self.v, self.cache = 1, "dropped"
    def __getstate__(self):
        return {"v": self.v}
    def __setstate__(self, s):
        self.__dict__.update(s, restored=True)
x = State()
#? x.v, hasattr(x, "restored")

# case: instance_state_not_dict
class State:
    def __getstate__(self):
        return (1, "two")
    def __setstate__(self, s):
        self.s = s
x = State()
#? sorted(vars(x).items()) and None

# case: instance_reduce
class Red:
    def __init__(self, v):
        self.v = v
    def __reduce__(self):
        return Red, (self.v,)
x = [Red(1), Red([2])]
#? x[0].v, x[1].v

# case: instance_reduce_ex_full
class Red:
    def __init__(self):
        self.items, self.table = [], {}
    def append(self, v):
        self.items.append(v)
    def extend(self, v):
        self.items.extend(v)
    def __setitem__(self, k, v):
        self.table[k] = v
    def __reduce_ex__(self, protocol):
        return Red, (), {"state": 1}, iter([1, 2]), iter([("k", "v")])
x = Red()
x.items, x.table, x.state = [1, 2], {"k": "v"}, 1
#? x.items, x.table, x.state

# case: instance_newargs
class New:
    def __new__(cls, a, *, b=1):
        self = super().__new__(cls)
        self.a, self.b = a, b
        return self
    def __getnewargs_ex__(self):
        return (self.a,), {"b": self.b}
x = New(1, b=2)
#? x.a, x.b

# case: instance_newargs_plain
class New(int):
    def __new__(cls, v, unit):
        self = super().__new__(cls, v)
        self.unit = unit
        return self
    def __getnewargs__(self):
        return int(self), self.unit
x = New(5, "m")
#? x + 1, x.unit

# case: instance_of_builtin_subclasses
class I(int):
    pass
class S(str):
    pass
class L(list):
    pass
class D(dict):
    pass
class T(tuple):
    pass
class F(float):
    pass
class B(bytes):
    pass
class E(set):
    pass
x = [I(5), S("s"), L([1, 2]), D(k=1), T((1, 2)), F(1.5), B(b"b"), E({1})]
x[2].note, x[3].note = "on list", "on dict"
#? [type(v).__name__ for v in x], x[0] + 1, x[2].note, x[3]["k"]

# case: instance_generic
import typing
T = typing.TypeVar("T")
class Box(typing.Generic[T]):
    def __init__(self, v):
        self.v = v
x = [Box(1), Box[int](2)]
#? x[0].v, x[1].v

# case: instance_metaclass
class Meta(type):
    pass
class Made(metaclass=Meta):
    def m(self):
        return type(type(self)).__name__
x = Made()
#? x.m()

# case: instance_callable
class Adder:
    def __init__(self, n):
        self.n = n
    def __call__(self, v):
        return self.n + v
x = Adder(5)
#? x(1)

# case: instances_two_hundred
class P:
    def __init__(self, i):
        self.i = i
x = [P(i) for i in range(200)]
#? sum(p.i for p in x)

# case: exception_class
class x(Exception):
    """Bad."""
    code = 7
#? tried(lambda: (_ for _ in ()).throw(x("m")))

# case: exception_hierarchy
class Base(Exception):
    pass
class Mid(Base, ValueError):
    def __init__(self, code, text):
        super().__init__(code, text)
        self.code = code
class x(Mid):
    pass
#? x(1, "t").code, issubclass(x, ValueError)

# case: exception_instance
class Bad(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code
x = Bad(7)
x.extra = ["more"]
#? x.code, x.args, x.extra

# case: exception_builtin
x = [ValueError("v"), KeyError("k", 1), OSError(2, "gone", "file"), StopIteration(5), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")]
x[0].note = 1
#? [type(e).__name__ for e in x], x[2].errno, x[0].note

# case: exception_group
#: since 3.11
x = ExceptionGroup("g", [ValueError(1), ExceptionGroup("h", [TypeError(2)])])
x.add_note("noted")
#? x.exceptions[0].args, x.__notes__

# --- modules ---------------------------------------------------------------------------------------------------

# case: module_reference
import math
x = math
#? x.floor(1.5)

# case: module_reference_renamed
import os.path
x = [os, os.path, os]
#? x[0] is x[2], x[1].basename("a/b")

# case: module_reference_submodule
import xml.etree.ElementTree
x = xml.etree.ElementTree
#? x.Element("a").tag

# case: module_reference_package
import golden_pkg.sub.leaf
x = {"pkg": golden_pkg, "leaf": golden_pkg.sub.leaf}
#? x["leaf"].LEAF, x["pkg"].LIMIT

# case: module_dynamic
import types
x = types.ModuleType("dyn", "Dynamic.")
x.a, x.b = 1, [2]
#? x.a, x.b, x.__name__, x.__doc__

# case: module_dynamic_with_code
import types
x = types.ModuleType("dyn")
exec(compile("K = 3\ndef f(v):\n    return v * K\nclass C:\n    def m(self):\n        return 'm'\n", "golden_source.py", "exec"), vars(x))
#? x.f(2), x.C().m(), x.K

# case: module_dynamic_recursive_function
import types
x = types.ModuleType("dyn")
exec(compile("def f(n):\n    return n if n < 1 else f(n - 1)\n", "golden_source.py", "exec"), vars(x))
#? x.f(2)

# case: module_dynamic_self
import types
x = types.ModuleType("dyn")
x.me = x

# case: module_dynamic_nested
import types
inner = types.ModuleType("dyn.inner")
inner.v = 5
x = types.ModuleType("dyn")
x.inner = inner
#? x.inner.v

# case: module_dynamic_shared
import types
m = types.ModuleType("dyn")
m.v = 1
def f():
    return m.v
x = [m, f, m]
#? x[1](), x[0] is x[2]

# case: module_dynamic_function_taken_out
import types
m = types.ModuleType("dyn")
exec(compile("K = 4\ndef f():\n    return K\n", "golden_source.py", "exec"), vars(m))
x = m.f
#? x(), x.__module__

# case: module_dynamic_registered_in_sys
import sys
import types
m = types.ModuleType("dyn_in_sys")
exec(compile("K = 4\ndef f():\n    return K\n", "golden_source.py", "exec"), vars(m))
sys.modules["dyn_in_sys"] = m
x = [m.f, m]

# case: by_value_function
#: by value golden_value_pkg
import golden_value_pkg
x = golden_value_pkg.scale
#? x(2), x.__module__

# case: by_value_class
#: by value golden_value_pkg
import golden_value_pkg
x = golden_value_pkg.Scaler
#? x()(2), x.__module__

# case: by_value_instance
#: by value golden_value_pkg
import golden_value_pkg
x = golden_value_pkg.Scaler(5)
#? x(2)

# case: by_value_enum
#: by value golden_value_pkg
import golden_value_pkg
x = [golden_value_pkg.Level, golden_value_pkg.Level.HIGH]
#? x[1].value, x[0](1).name

# case: by_value_typevar
#: by value golden_value_pkg
import golden_value_pkg
x = golden_value_pkg.T
#? x.__name__

# case: by_value_submodule_function
#: by value golden_value_pkg
import golden_value_pkg.sub
x = golden_value_pkg.sub.shift
#? x(1)

# case: by_value_submodule_only
#: by value golden_value_pkg.sub
#: with golden_value_pkg
import golden_value_pkg.sub
x = [golden_value_pkg.sub.shift, golden_value_pkg.scale]
#? x[0](1), x[1](1)

# case: by_value_module
#: by value golden_value_mod
import golden_value_mod
x = golden_value_mod
#? x.UNIT, x.__name__

# case: by_value_mixed
#: by value golden_value_mod
import golden_pkg
import golden_value_mod
def go(n):
    return golden_value_mod_label(n), golden_pkg.helper(n)
golden_value_mod_label = golden_value_mod.label
x = [go, golden_value_mod.Label(3), golden_pkg.helper]
#? x[0](1), x[1].text

# case: by_reference_when_not_registered
#: with golden_value_pkg
import golden_value_pkg
x = [golden_value_pkg.scale, golden_value_pkg.Scaler(2), golden_value_pkg.Level.LOW]
#? x[0](1), x[1](1), x[2].name

# --- methods and descriptors -----------------------------------------------------------------------------------

# case: bound_method
class C:
    def __init__(self, v):
        self.v = v
    def m(self, k):
        return self.v * k
x = C(3).m
#? x(2)

# case: bound_methods_same_self
class C:
    def __init__(self):
        self.n = 0
    def up(self):
        self.n += 1
        return self.n
c = C()
x = [c.up, c.up, c]
#? x[0](), x[1](), x[2].n

# case: bound_method_in_attribute
class C:
    def m(self):
        return self.v
x = C()
x.v = 1
x.cb = x.m
#? x.cb()

# case: bound_classmethod
class C:
    @classmethod
    def m(cls, v):
        return cls.__name__, v
x = C.m
#? x(1)

# case: bound_method_of_reference
import golden_pkg
x = [golden_pkg.Base().name, golden_pkg.Base.name]
#? x[0]()

# case: bound_method_to_any_self
import types
x = types.MethodType(lambda self, v: (self, v), [1, 2])
#? x(3)

# case: bound_method_of_class_instance_nested
class Outer:
    class Inner:
        def m(self):
            return "inner"
x = Outer.Inner().m
#? x()

# case: unbound_method
class C:
    def m(self, v):
        return v
x = C.m
#? x(None, 1)

# case: method_builtin_bound
box = [1]
x = [box.append, "a,b".split, {"k": 1}.get, (1, 2).count, box]
#? x[0](2), x[1](","), x[2]("k"), x[3](1), x[4]

# case: method_builtin_class
x = [dict.fromkeys, int.from_bytes, bytes.fromhex, str.maketrans]
#? x[0]("ab"), x[1](b"\x01", "big"), x[2]("ff")

# case: method_descriptors
x = [str.upper, list.append, dict.items, str.join]
#? x[0]("a"), x[3](",", "ab")

# case: slot_wrappers
x = [int.__add__, str.__len__, list.__getitem__, object.__init__]
#? x[0](1, 2), x[1]("abc")

# case: method_wrappers
x = [(5).__add__, "abc".__len__, [1, 2].__getitem__]
#? x[0](1), x[1](), x[2](1)

# case: classmethod_descriptor
x = [dict.__dict__["fromkeys"], int.__dict__["from_bytes"]]
#? [type(v).__name__ for v in x]

# case: getset_descriptors
import types
x = [types.FunctionType.__code__, types.FunctionType.__dict__["__name__"], type.__dict__["__dict__"]]
#? [v.__name__ for v in x]

# case: getset_of_by_value_class
class C:
    pass
x = C.__dict__["__dict__"]
#? x.__name__

# case: member_descriptors
import datetime
import types
import golden_pkg
x = [golden_pkg.Slotted.a, types.FunctionType.__globals__, slice.start]
#? [v.__name__ for v in x]

# case: builtin_functions
import math
import operator
x = [len, print, math.sqrt, operator.add, getattr, isinstance, open]
#? x[0]([1]), x[2](4), x[3](1, 2)

# case: builtin_new
x = [int.__new__, object.__new__]
#? x[0](int, "5")

# case: classmethod_object
def f(cls, v):
    return cls, v
x = classmethod(f)
#? x.__func__(1, 2)

# case: staticmethod_object
x = staticmethod(lambda v: v + 1)
#? x.__func__(1)

# case: classmethod_of_builtin
x = [classmethod(len), staticmethod(int)]
#? x[0].__func__([]), x[1].__func__("3")

# case: classmethod_with_attributes
#: since 3.10
x = classmethod(lambda cls: 1)
x.note = "n"
#? x.__func__(None)

# case: classmethod_subclass
class Special(classmethod):
    pass
x = Special(lambda cls: "special")
#? type(x).__name__, x.__func__(None)

# case: property_object
def get(self):
    """Getter."""
    return 1
x = property(get, lambda s, v: None, lambda s: None, "Doc.")
#? x.fget(0), x.__doc__

# case: property_getter_only
x = property(lambda s: 1)
#? x.fget(0), x.fset, x.fdel, x.__doc__

# case: property_subclass
class Prop(property):
    pass
x = Prop(lambda s: 5)
#? type(x).__name__

# case: property_builtin_functions
import operator
x = property(operator.itemgetter(0), doc="First.")
#? x.fget([7])

# case: abstract_method
import abc
@abc.abstractmethod
def x(self):
    return 1
#? x.__isabstractmethod__, x(0)

# case: abstract_variants
import abc
import warnings
warnings.simplefilter("ignore")
f = lambda self: 1
x = [abc.abstractproperty(f), abc.abstractclassmethod(f), abc.abstractstaticmethod(f)]
#? [type(v).__mro__[-2].__name__ for v in x]

# case: partialmethod
import functools
class x:
    def m(self, a, b):
        return a, b
    half = functools.partialmethod(m, 1)
#? x().half(2)

# case: cached_property
#: since 3.8
import functools
class x:
    @functools.cached_property
    def slow(self):
        return [1]
#? x().slow

# case: singledispatchmethod
#: since 3.8
import functools
class x:
    @functools.singledispatchmethod
    def m(self, v):
        return "any"

# --- typing ----------------------------------------------------------------------------------------------------

# case: typevar
import typing
x = typing.TypeVar("T")
#? x.__name__, x.__constraints__

# case: typevar_bound
import typing
x = typing.TypeVar("T", bound=int)
#? x.__bound__

# case: typevar_constraints
import typing
x = typing.TypeVar("T", int, str)
#? x.__constraints__

# case: typevar_variance
import typing
x = [typing.TypeVar("T_co", covariant=True), typing.TypeVar("T_contra", contravariant=True)]
#? [(t.__covariant__, t.__contravariant__) for t in x]

# case: typevar_bound_by_value_class
import typing
class Unit:
    pass
x = typing.TypeVar("T", bound=Unit)
#? x.__bound__.__name__

# case: typevar_same_twice
import typing
T = typing.TypeVar("T")
x = [T, T, typing.TypeVar("T")]
#? x[0] is x[1], x[0] is x[2]

# case: typevar_reference
import typing
import golden_pkg
x = [typing.AnyStr, golden_pkg.T]
#? x[0] is typing.AnyStr, x[1].__name__

# case: typevar_default
#: since 3.13
import typing
x = typing.TypeVar("T", default=int)
#? x.__name__

# case: typevar_infer_variance
#: since 3.12
import typing
x = typing.TypeVar("T", infer_variance=True)
#? x.__name__

# case: paramspec
#: since 3.10
import typing
P = typing.ParamSpec("P")
x = P

# case: typevartuple
#: since 3.11
import typing
Ts = typing.TypeVarTuple("Ts")
x = Ts

# case: type_alias_statement
#: since 3.12
type x = int | list[x]

# case: newtype
import typing
UserId = typing.NewType("UserId", int)
x = UserId
#: until 3.9
#? x(5)

# case: newtype_class
#: since 3.10
import typing
UserId = typing.NewType("UserId", int)
x = UserId

# case: alias_list
import typing
x = [typing.List[int], typing.Dict[str, typing.List[int]], typing.Set[str], typing.Tuple[int, ...], typing.Tuple[int, str], typing.Type[int]]
#? x

# case: alias_empty_tuple
import typing
x = typing.Tuple[()]
#? x

# case: alias_builtin
#: since 3.9
import collections
x = [list[int], dict[str, list[int]], tuple[int, ...], type[int], collections.deque[int]]
#? x

# case: alias_union
import typing
x = [typing.Union[int, str], typing.Optional[int], typing.Union[int, str, None]]
#? x

# case: alias_union_operator
#: since 3.10
x = [int | str, int | None, list[int] | None]
#? x

# case: alias_callable
import typing
x = [typing.Callable[[int], str], typing.Callable[..., str], typing.Callable[[], None]]
#? x

# case: alias_callable_abc
#: since 3.9
import collections.abc
x = [collections.abc.Callable[[int], str], collections.abc.Iterable[int]]
#? x

# case: alias_literal
#: since 3.8
import typing
x = [typing.Literal[1, "two", b"3", True, None], typing.Final[int]]
#? x

# case: alias_annotated
#: since 3.9
import typing
x = typing.Annotated[int, "meta", 3, {"k": 1}]
#? x

# case: alias_classvar
import typing
x = typing.ClassVar[int]
#? x

# case: alias_concatenate
#: since 3.11
import typing
P = typing.TypeVar("P")
x = [typing.Unpack[typing.Tuple[int]], typing.Required[int], typing.TypeGuard[int]]
#? x

# case: alias_of_by_value_generic
import typing
T = typing.TypeVar("T")
class Box(typing.Generic[T]):
    pass
x = [Box[int], Box[T], typing.List[Box]]
#? [a.__origin__.__name__ for a in x[:2]]

# case: alias_of_typevar
import typing
T = typing.TypeVar("T")
x = [typing.List[T], typing.Dict[str, T]]
#? x

# case: alias_bare
import typing
x = [typing.Any, typing.List, typing.Union, typing.Optional, typing.Callable, typing.Iterable, typing.NoReturn]
#? x

# case: forward_reference
#: since 3.7
import typing
x = typing.List["Later"]
#? x

# --- everything else -------------------------------------------------------------------------------------------

# case: dict_views
d = {"a": 1, "b": [2]}
x = [d.keys(), d.values(), d.items()]
#? [list(v) for v in x]

# case: dict_keys
x = {"a": 1, "b": 2}.keys()
#? sorted(x)

# case: dict_values
x = {"a": 1, "b": (2,)}.values()
#? list(x)

# case: dict_items
x = {"a": 1, "b": None}.items()
#? list(x)

# case: ordered_dict_views
import collections
d = collections.OrderedDict([("b", 1), ("a", 2)])
x = [d.keys(), d.values(), d.items()]
#? [list(v) for v in x], [type(v).__name__ for v in x]

# case: mappingproxy
import types
x = types.MappingProxyType({"k": [1]})
#? x["k"], dict(x)

# case: memoryview
x = memoryview(b"abcdef")[1:4]
#? bytes(x)

# case: memoryview_of_bytearray
x = [memoryview(bytearray(b"abc")), memoryview(b"")]
#? bytes(x[0])

# case: weak_set
import weakref
class Key:
    def __init__(self, n):
        self.n = n
    def __hash__(self):
        return self.n
    def __eq__(self, o):
        return self.n == o.n
keys = [Key(1), Key(2)]
x = [weakref.WeakSet(keys), keys]
#? sorted(k.n for k in x[0])

# case: weak_set_empty
import weakref
x = weakref.WeakSet()
#? len(x)

# case: loggers
import logging
x = [logging.getLogger("a.b"), logging.getLogger(), logging.getLogger("a")]
#? [l.name for l in x]

# case: function_with_logger
import logging
log = logging.getLogger("golden")
def x():
    return log.name
#? x()

# case: file_reading
with open("golden_file.txt", "w") as f:
    f.write("first line\nsecond line\n")
x = open("golden_file.txt")
x.readline()
#? x.read()

# case: file_empty
with open("golden_file.txt", "w") as f:
    f.write("")
x = open("golden_file.txt")
#? x.read()

# case: file_standard
import sys
x = [sys.__stdout__, sys.__stderr__] if False else [sys.stdout, sys.stderr]

# case: file_binary
with open("golden_file.txt", "w") as f:
    f.write("x")
x = open("golden_file.txt", "rb")

# case: partial
import functools
x = functools.partial(lambda a, b, c=0: (a, b, c), 1, c=5)
#? x(2)

# case: partial_nested
import functools
def f(*args, **kw):
    return args, kw
x = [functools.partial(functools.partial(f, 1), 2, k=3), functools.partial(int, base=2), functools.partial(print)]
#? x[0](9), x[1]("101")

# case: partial_attributes
import functools
x = functools.partial(len)
x.note = "n"
#? x.note, x([])

# case: partial_subclass
import functools
class P(functools.partial):
    def twice(self):
        return self(), self()
x = P(int, "5")
#? x.twice()

# case: itertools
import itertools
x = [itertools.count(5, 2), itertools.repeat("r", 2), itertools.chain([1], [2]), itertools.islice([1, 2, 3], 1, None), itertools.accumulate([1, 2, 3]), itertools.product("ab", repeat=2)]
#? next(x[0]), list(x[1]), list(x[2]), list(x[3]), list(x[4]), len(list(x[5]))

# case: itertools_with_function
import itertools
x = [itertools.takewhile(lambda v: v < 3, [1, 2, 3]), itertools.starmap(lambda a, b: a + b, [(1, 2)]), itertools.groupby([1, 1, 2], lambda v: v), itertools.cycle([1, 2])]
#? list(x[0]), list(x[1]), next(x[3])

# case: iterators
x = [iter([1, 2, 3]), iter((1, 2)), iter("abc"), iter(range(3)), iter({"k": 1}), iter({5}), reversed([1, 2]), enumerate("ab", 1), zip("ab", [1, 2]), map(str, [1]), filter(None, [0, 1])]
next(x[0])
#? [list(i) for i in x]

# case: singletons_types
x = [type(None), type(...), type(NotImplemented), None, ..., NotImplemented]
#? x

# case: builtin_types
x = [int, float, complex, bool, str, bytes, bytearray, list, tuple, dict, set, frozenset, object, type, range, slice, memoryview, property, classmethod, staticmethod, super, map, filter, zip, enumerate, reversed, BaseException, ValueError]
#? x

# case: types_constants
import types
x = [getattr(types, name) for name in sorted(vars(types)) if name.endswith("Type") and name != "ClassType" and isinstance(getattr(types, name), type)]
#? len(x) > 10

# case: types_by_reference
import collections
import datetime
import decimal
import enum
x = [collections.OrderedDict, collections.defaultdict, collections.deque, datetime.datetime, decimal.Decimal, enum.Enum, type(iter([])), type({}.keys())]

# case: types_reachable_only
x = [type(d) for d in ({}.keys(), {}.values(), {}.items())]

# case: operator_getters
import operator
x = [operator.itemgetter(1), operator.itemgetter("a", 2), operator.attrgetter("real"), operator.attrgetter("a.b", "c"), operator.methodcaller("upper"), operator.methodcaller("split", ",", maxsplit=1)]
#? x[0]([5, 6]), x[2](3), x[4]("a"), x[5]("a,b,c")

# case: patterns
import re
x = [re.compile("a(b+)"), re.compile(b"\\x00", re.S), re.compile("(?P<n>é)", re.I | re.X)]
#? [p.pattern for p in x], [int(p.flags) for p in x]

# case: pattern_match
import re
x = re.match("a", "a")

# case: code_object
def f(a, *args, b=1, **kw):
    """Doc."""
    c = a
    return lambda: (c, b)
x = f.__code__
#? x.co_name, x.co_varnames

# case: code_module
x = compile("import math\nv = math.pi\ndef f():\n    return v\n", "golden_source.py", "exec")
#? x.co_name, x.co_names

# case: code_expression
x = compile("1 + len('ab')", "golden_source.py", "eval")
#? eval(x)

# case: code_class_body
def f():
    class C:
        a = 1
        def m(self):
            return __class__
    return C
x = [c for c in f.__code__.co_consts if hasattr(c, "co_code")][0]
#? x.co_name

# case: codes_shared
def f():
    return lambda: 1
x = [f.__code__, f.__code__, f]
#? x[0] is x[1], x[2].__code__ is x[0]

# case: cell
def make(v):
    return (lambda: v).__closure__[0]
x = make([1, "two"])
#? x.cell_contents

# case: cell_empty
def make():
    f = lambda: later
    if False:
        later = 1
    return f.__closure__[0]
x = make()
#? tried(lambda: x.cell_contents)

# case: cells_shared
def make(v):
    def a():
        return v
    def b():
        return v
    return [a.__closure__[0], b.__closure__[0], a, b]
x = make(5)
#? x[0] is x[1], x[2](), x[0].cell_contents

# case: cell_of_cell
import types
def make(v):
    return (lambda: v).__closure__[0]
x = make(make(3))
#? x.cell_contents.cell_contents

# case: cell_holding_function
def make():
    def f():
        return f
    return f.__closure__[0]
x = make()
#? x.cell_contents() is x.cell_contents

# case: simple_namespace
import types
x = types.SimpleNamespace(a=1, b=[2], f=lambda: 3)
#? x.a, x.f()

# case: ranges_slices
x = [range(1, 10, 2), slice(1, None, 2), 1 + 2j]
#? list(x[0]), [1, 2, 3, 4][x[1]]

# case: collections
import collections
x = [collections.OrderedDict(b=1, a=2), collections.defaultdict(list, k=[1]), collections.Counter("aab"), collections.deque([1, 2], 5), collections.ChainMap({"a": 1}, {}), collections.UserDict(k=1), collections.UserList([1])]
#? x[1]["new"], x[2]["a"], x[3].maxlen, x[4]["a"]

# case: defaultdict_lambda
import collections
x = collections.defaultdict(lambda: [0], k=1)
#? x["missing"], x["k"]

# case: standard_values
import datetime
import decimal
import fractions
import pathlib
import uuid
x = [datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc), datetime.timedelta(1, 2), decimal.Decimal("1.50"), fractions.Fraction(1, 3), uuid.UUID(int=5), pathlib.PurePosixPath("a/b")]
#? x

# case: plain_values
x = {"none": None, "bools": [True, False], "ints": [0, -1, 2 ** 31, 2 ** 70], "floats": [1.5, -0.0, float("inf")], "text": ["", "a", "é😀"], "bytes": [b"", b"\x00"], "sets": [{1}, frozenset({2})], "tuple": ((), (1,), (1, 2, 3, 4)), "array": bytearray(b"ab")}
#? x

# case: context_variable_token
import contextvars
#: since 3.7
x = contextvars.ContextVar("v")

# case: weak_reference
import weakref
class C:
    pass
c = C()
x = weakref.ref(c)

# case: generator_running
x = (i for i in range(3))

# case: lock
import threading
x = threading.Lock()

# case: frame
import sys
x = sys._getframe()

# case: coroutine_running
async def f():
    pass
x = f()

# case: property_class_registry
class Registry(type):
    known = {}
    def __init__(cls, name, bases, space):
        super().__init__(name, bases, space)
        Registry.known[name] = cls
class A(metaclass=Registry):
    pass
class B(A):
    pass
x = [B, Registry]
#? sorted(x[1].known)

# case: functions_in_dispatch_table
import operator
OPS = {"+": operator.add, "-": lambda a, b: a - b, "max": max}
class Calc:
    ops = OPS
    def run(self, op, a, b):
        return self.ops[op](a, b)
x = Calc()
#? x.run("+", 1, 2), x.run("-", 1, 2), x.run("max", 1, 2)

# case: pipeline
import functools
import re
class Stage:
    def __init__(self, fn, name=None):
        self.fn, self.name = fn, name or fn.__name__
    def __call__(self, v):
        return self.fn(v)
def clean(text, pattern=re.compile(r"\s+")):
    return pattern.sub(" ", text).strip()
def pipeline(*stages):
    def run(v):
        for stage in stages:
            v = stage(v)
        return v
    run.stages = [s.name for s in stages]
    return run
x = pipeline(Stage(clean), Stage(str.upper, "upper"), Stage(functools.partial(str.split, sep=" "), "split"))
#? x("  a   b "), x.stages

# case: everything
import abc
import collections
import enum
import functools
import math
import typing
T = typing.TypeVar("T")
class Kind(enum.Enum):
    A = 1
    B = 2
class Base(abc.ABC):
    registry = {}
    @abc.abstractmethod
    def area(self) -> float: ...
    def __init_subclass__(cls, **kw):
        super().__init_subclass__(**kw)
class Shape(Base, typing.Generic[T]):
    kinds = list(Kind)
    def __init__(self, size: T, kind=Kind.A):
        self.size, self.kind = size, kind
        self.hooks = [lambda s: s * 2, functools.partial(math.pow, 2)]
    def area(self) -> float:
        return super().__init__.__name__, self.size, [h(self.size) for h in self.hooks]
    @property
    def doubled(self):
        return make(2)(self.size)
    @staticmethod
    def of(v):
        return Shape(v)
Pair = collections.namedtuple("Pair", "left right")
def make(n):
    cache = {}
    def times(v):
        if v not in cache:
            cache[v] = v * n
        return cache[v]
    times.cache = cache
    return times
triple = make(3)
shape = Shape(2, Kind.B)
Base.registry["shape"] = shape
x = {"shape": shape, "cls": Shape, "pair": Pair(shape, triple), "kind": Kind.B, "bound": shape.area, "fn": triple, "t": T, "types": [int, type(None), typing.List[T]], "mod": math}
#? x["shape"].area()[1:], x["shape"].doubled, x["pair"].right(4), x["kind"].name, x["bound"]()[1]
#? x["cls"].registry["shape"] is x["shape"], x["pair"].left is x["shape"], x["fn"].cache
'''
