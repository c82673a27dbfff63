"""Checks of source functions, made by tests/source.rs: loads payloads and uses what comes of them. CPython 3.6 and newer.

    source.py check DIR [024]      runs the checks of DIR, on all protocols or on these
    source.py repickle DIR OUT     loads payloads of DIR and pickles them again with cloudpickle
    source.py reload DIR OUT       loads those, in another process, and checks them

DIR holds `NAME.check`, Python that uses `x`, the loaded object, or `load`, which loads it, and `NAME.pN.pkl` for each protocol N. A
line `# since 3.7` leaves older versions out; what is below a line `# repickle` is for the object that cloudpickle pickled again. Modules
whose names begin with `my_` must not stay behind. Prints what fails and, last, how much was checked.
"""
import asyncio
import doctest
import gc
import inspect
import io
import linecache
import os
import pickle
import re
import sys
import threading
import traceback
import types
import typing
import warnings
import weakref

VERSION = sys.version_info[:2]
LOADERS = {"C": pickle.loads, "Python": pickle._loads}


# --- what checks use; asserts would be gone with -O ----------------------------------------------------------------

def eq(a, b):
    if not a == b:
        raise AssertionError("%r != %r" % (a, b))


def true(x, *more):
    if not x:
        raise AssertionError("not true %s" % (more,))


def raises(call, kind, text=""):
    try:
        call()
    except Exception as error:
        eq(type(error).__name__, kind)
        true(text in str(error), str(error))
        return traceback.format_exc()
    raise AssertionError("nothing was raised")


def run(coroutine):
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


async def collect(generator):
    return [item async for item in generator]


def source(x):
    return inspect.getsource(x)


def cell(f, name):
    return dict(zip(f.__code__.co_freevars, f.__closure__))[name]


def gone(*names):
    for name in names:
        true(name not in sys.modules, name)


def behave(x, name):
    """What comes of shipped/everything.py, under a module's name."""
    eq(x["my_function"](43), 85)
    eq(x["fact"](5), 120)
    true(x["even"](10) and x["odd"](7))
    eq(x["decorated"](3), 31)
    eq(x["decorated"].__name__, "decorated")
    eq(x["fib"](30), 832040)
    eq(run(x["coro"](1)), 43)
    eq(list(x["gen"](3)), [0, 1, 2])
    eq(run(collect(x["agen"](2))), [42, 43])
    eq(x["outer"](1)(2), 3)
    eq(x["lam"](1), 43)
    eq(x["Child"]().hello(), "base child")
    eq(x["Child"]().other(), "Child")
    eq(type(x["Child.make"]()), x["Child"])
    eq(x["Child.static"](1), 2)
    eq(x["Color"](1).name, "RED")
    true(x["Color.RED"] is x["Color"](1))
    eq((x["Flags"].A | x["Flags"].B).value, 3)
    eq(x["NT"](1), (1, "b"))
    eq(x["OldNT"](1, 2).b, 2)
    eq(x["CONSTANT_2"], 84)
    eq(x["RAN_MAIN"], name == "__main__")
    f = x["my_function"]
    true(f.__globals__ is vars(x["module"]) is x["fact"].__globals__)
    true(f.__globals__["my_function"] is f)
    for thing in (f, x["Child"], x["Color"], x["NT"], x["OldNT"], x["decorated"]):
        eq(thing.__module__, name)
    eq((x["Child"].__qualname__, x["Child"].hello.__qualname__), ("Child", "Child.hello"))
    true(x["deep"][0][0]["f"] is f and x["deep"][1] is f)
    if sys.flags.optimize < 2:
        eq(x["module"].__doc__, "Doc of my_module.")
        eq((x["Child"].__doc__, x["decorated"].__doc__), ("child doc", "doc of decorated"))
    eq(typing.get_type_hints(f), {"data": int, "return": int})
    eq(str(inspect.signature(f)).replace(":int", ": int"), "(data: int, *, k=1) -> int")


def sources(x):
    for _ in range(2):
        eq(source(x["my_function"]), "def my_function(data: int, *, k=1) -> int:\n    # a comment\n    return data + CONSTANT * k\n")
        true(source(x["Child"].hello).lstrip().startswith("def hello(self):\n        return super()"))
        true("# nested comment" in source(x["outer"](1)))
        eq(source(x["lam"]), "lam = lambda x: (\n    x +\n    CONSTANT)\n")
        true(source(x["decorated"]).startswith("@deco\ndef decorated"))
        true("yield i" in source(x["gen"]))
        true(source(x["coro"]).startswith("async def coro"))
        true(source(x["Child"].prop.fget).lstrip().startswith("@property"))
        true(source(x["module"]).startswith('"""Doc of my_module.') and source(x["module"]).endswith("RAN_MAIN = False\n"))
        linecache.checkcache()
    true("return 1 / x  # boom line" in raises(lambda: x["boom"](0), "ZeroDivisionError"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        x["warn"]()
    w = caught[0]
    true("# warn line" in warnings.formatwarning(w.message, w.category, w.filename, w.lineno))


def points(x, count=True):
    """What comes of shipped/postponed.py."""
    import dataclasses
    p = x["Point"](1, 2.5)
    eq((p.x, p.y, p.count, p.e, p.parts), (1, 2.5, 7, 3, []))
    if count:
        eq([field.name for field in dataclasses.fields(x["Point"])], ["x", "y", "parts"])
    eq(x["Frozen"]().twice().a, 84)
    true(x["Frozen"](1) < x["Frozen"](2))
    eq(x["norm"](p), 3.5)
    eq(x["norm"].__annotations__, {"point": "Point", "return": "float"})


def closures(x):
    """What comes of shipped/closures.py."""
    eq(x["inc"](), (11, "lab"))
    eq(x["get"](), 11)
    eq(x["get"].__globals__["SEEN"], 11)
    eq(x["Box"]().value(), 111)
    eq(x["rec"](4), 4)
    eq(x["Box"].TEXT, "a\nb")
    eq(x["inc"].__doc__, None)
    eq(x["inc"].__qualname__, "counter.<locals>.inc")
    eq(x["Box"].value.__qualname__, "counter.<locals>.Box.value")
    true(cell(x["inc"], "n") is cell(x["get"], "n") is cell(x["boom"], "n"))
    eq((x["inc"].__code__.co_firstlineno, x["get"].__code__.co_firstlineno), (1, 8))
    true('"""\ntext at column 0 in\n' in source(x["inc"]))
    true(source(x["Box"].value).strip().startswith("def value"))
    true("# closure boom" in raises(x["boom"], "ZeroDivisionError"))
    true("inc" not in x["inc"].__globals__)
    eq(x["inc"].__module__, "my_module")


def no_growth(load, warm=40, rounds=160):
    """Loads again and again; what is loaded goes when it is dropped."""
    x = load()
    refs = [weakref.ref(x), weakref.ref(x.__globals__["Base"])]
    del x
    gc.collect()
    gc.collect()
    eq([ref() for ref in refs], [None, None])
    lines, modules = len(linecache.cache), set(sys.modules)
    for _ in range(warm):
        load()
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(rounds):
        load()
    gc.collect()
    eq((len(linecache.cache), set(sys.modules)), (lines, modules))
    true(len(gc.get_objects()) - before < 100, len(gc.get_objects()) - before)


def in_threads(use, threads=6, times=5):
    errors = []

    def work():
        try:
            for _ in range(times):
                use()
        except BaseException as error:
            errors.append(error)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if errors:
        raise errors[0]


def in_fork(use):
    pid = os.fork()
    if pid == 0:
        try:
            use()
            os._exit(0)
        finally:
            os._exit(1)
    eq(os.waitpid(pid, 0)[1], 0)


def fresh(load, name):
    """Loads with a module of that name there; it must be left alone."""
    real = sys.modules[name] = types.ModuleType(name)
    try:
        x = load()
        true(sys.modules[name] is real)
        eq([key for key in vars(real) if not key.startswith("__")], [])
        return x
    finally:
        del sys.modules[name]


# --- the runner ----------------------------------------------------------------------------------------------------

def cases(directory, marked=""):
    for name in sorted(os.listdir(directory)):
        if not name.endswith(".check"):
            continue
        name = name[:-len(".check")]
        with open(os.path.join(directory, name + ".check"), encoding="utf-8") as file:
            code = file.read()
        since = re.search(r"^# since (\d+)\.(\d+)$", code, re.M)
        if since and VERSION < tuple(map(int, since.groups())):
            continue
        if marked in code:
            yield name, code


def payload(directory, name, protocol):
    with open(os.path.join(directory, "%s.p%d.pkl" % (name, protocol)), "rb") as file:
        return file.read()


def attempt(what, code, load, failures):
    scope = dict(globals(), load=load)
    try:
        if not re.search(r"\bload\b", code):
            scope["x"] = load()
        # Whatever the flags of this process are.
        exec(compile(code, what, "exec", 0, True), scope)
    except BaseException as error:
        where = "".join(traceback.format_tb(sys.exc_info()[2])[-1:])
        failures.append("%s: %s: %s\n%s" % (what, type(error).__name__, error, where))


def check(directory, protocols="012345"):
    failures, count = [], 0
    for name, code in cases(directory):
        for protocol in map(int, protocols):
            if protocol > pickle.HIGHEST_PROTOCOL:
                continue
            for loader in sorted(LOADERS):
                data = payload(directory, name, protocol)
                what = "%s, protocol %d, %s unpickler" % (name, protocol, loader)
                modules = set(sys.modules)
                attempt(what, code.split("# repickle", 1)[0], lambda: LOADERS[loader](data), failures)
                for module in set(sys.modules) - modules:
                    if module.startswith("my_"):
                        failures.append("%s: left %s in sys.modules" % (what, module))
                        del sys.modules[module]
                count += 1
    return failures, count


def repickle(directory, out):
    import cloudpickle
    failures, count = [], 0
    for name, code in cases(directory, "# repickle"):
        for protocol in (2, 4):
            try:
                x = pickle.loads(payload(directory, name, protocol))
                with open(os.path.join(out, "%s.p%d.pkl" % (name, protocol)), "wb") as file:
                    file.write(cloudpickle.dumps(x))
            except BaseException as error:
                failures.append("%s, protocol %d: %s: %s" % (name, protocol, type(error).__name__, error))
            count += 1
    return failures, count


def reload(directory, out):
    failures, count = [], 0
    for name, code in cases(directory, "# repickle"):
        code = code.split("# repickle", 1)[1]
        for protocol in (2, 4):
            data = payload(out, name, protocol)
            attempt("%s, protocol %d, pickled again" % (name, protocol), code, lambda: pickle.loads(data), failures)
            count += 1
    return failures, count


if __name__ == "__main__":
    failures, count = {"check": check, "repickle": repickle, "reload": reload}[sys.argv[1]](*sys.argv[2:])
    for failure in failures:
        print(failure)
    print(count)
    sys.exit(bool(failures))
