"""Modules by value, from compiled files: what cloudpickle writes for them, and whether ours behaves as that does.

compiled.py write OUT OWN PACKAGE ...   compiles the modules of the directory OWN and of the packages, imports them from the .pyc files, and writes
                                        what cloudpickle pickles by value for each function and class: OUT/records
compiled.py judge FILE TOP,...          loads pairs of payloads in a process that cannot import these, and says in what they differ
"""
import dataclasses
import dis
import enum
import importlib
import importlib.util
import inspect
import os
import pkgutil
import py_compile
import re
import struct
import sys
import types
import warnings

from compiled_reasons import reasons

warnings.simplefilter("ignore")
sys.setrecursionlimit(20000)


def put(out, *fields):
    for field in fields:
        data = field if isinstance(field, bytes) else field.encode()
        out.write(struct.pack("<I", len(data)) + data)


def kind_of(module, obj):
    if inspect.isfunction(obj):
        return "function" if obj.__code__.co_filename == module.__file__ else "made elsewhere"
    if issubclass(obj, enum.Enum):
        return "enum"
    if dataclasses.is_dataclass(obj) and "__dataclass_fields__" in vars(obj):
        return "dataclass"
    if issubclass(obj, tuple) and hasattr(obj, "_fields"):
        return "namedtuple"
    if "__attrs_attrs__" in vars(obj):
        return "attrs"
    if type(obj) is not type:
        return "class with " + type(obj).__name__
    return "class"


def compiled(name, top):
    """The .pyc of a module that is not imported yet."""
    origin = os.path.splitext(importlib.util.find_spec(top).origin)[0]
    if name != top:
        origin = os.path.join(os.path.dirname(origin), *name.split(".")[1:])
    elif os.path.basename(origin) == "__init__":
        origin = os.path.dirname(origin)
    for path in (origin + ".py", os.path.join(origin, "__init__.py")):
        if os.path.exists(path):
            cache = importlib.util.cache_from_source(path)
            py_compile.compile(path, cfile=cache, doraise=True)
            return cache
    return None


def names_of(package, directories=None):
    """A package and what is below it, found without importing any of it."""
    if directories is None:
        yield package
        directories = importlib.util.find_spec(package).submodule_search_locations or []
    for found in pkgutil.iter_modules(directories):
        if found.name not in ("tests", "test", "testing", "__main__"):
            name = package + "." + found.name
            yield name
            if found.ispkg:
                for below in names_of(name, [os.path.join(directory, found.name) for directory in directories]):
                    yield below


def write(out_dir, own, packages):
    import cloudpickle

    sys.pycache_prefix = os.path.join(out_dir, "pycache")
    sys.path.insert(0, own)
    groups = [[name[:-3]] for name in sorted(os.listdir(own)) if name.endswith(".py")]
    groups += [[name] for name in sorted(os.listdir(own)) if os.path.isdir(os.path.join(own, name)) and name[0] != "_"]
    groups += [[name] for name in packages]
    # All are compiled before any is imported: packages import each other, and what comes from source shares other strs with its code.
    packs = []
    for (top,) in groups:
        top, _, limit = top.partition(":")
        names = list(names_of(sys.intern(top)))
        try:
            files = {name: compiled(name, top) for name in names}
        except py_compile.PyCompileError:
            # Syntax of a newer Python.
            continue
        packs.append((top, int(limit or 100000), {name: cache for name, cache in files.items() if cache}))
    with open(os.path.join(out_dir, "records"), "wb") as out:
        for top, limit, files in packs:
            for name in files:
                try:
                    __import__(sys.intern(name))
                except Exception:
                    pass
            registered = sys.modules[top]
            cloudpickle.register_pickle_by_value(registered)
            for name, cache in files.items():
                put(out, "module", top, name, cache, b"")
            count = 0
            for name in files:
                module = sys.modules.get(name)
                if module is None:
                    continue
                for attribute, obj in sorted(vars(module).items()):
                    if not (inspect.isfunction(obj) or inspect.isclass(obj)) or obj.__module__ != name:
                        continue
                    if obj.__qualname__ != attribute and top not in OWN_NAMES:
                        continue
                    if count >= limit:
                        break
                    count += 1
                    try:
                        payload = cloudpickle.dumps(obj, protocol=5)
                    except Exception as error:
                        put(out, "refused", name, attribute, kind_of(module, obj), repr(error))
                        continue
                    put(out, "object", name, attribute, kind_of(module, obj), payload)
            cloudpickle.unregister_pickle_by_value(registered)


OWN_NAMES = set()


class Blocked:
    def __init__(self, tops):
        self.tops = tops

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.tops:
            raise ImportError("the worker does not have " + name)
        return None


PLAIN = (int, float, str, bytes, bool, complex, type(None), type(...), type(NotImplemented), range, slice)


MACHINERY = ("__spec__", "__loader__", "__cached__", "__builtins__")


class Describer:
    """An object as nested tuples: two that behave alike are described alike."""

    def __init__(self):
        self.seen = {}
        self.kept = []

    def __call__(self, obj):
        if isinstance(obj, PLAIN) and not isinstance(obj, enum.Enum):
            return (type(obj).__name__, repr(obj))
        if isinstance(obj, frozenset):
            return ("frozenset",) + tuple(sorted((self(item) for item in obj), key=repr))
        if id(obj) in self.seen:
            return ("again", self.seen[id(obj)])
        self.kept.append(obj)
        if isinstance(obj, tuple) and type(obj) is tuple:
            return ("tuple",) + tuple(map(self, obj))
        self.seen[id(obj)] = len(self.seen)
        return self.describe(obj)

    def pairs(self, dictionary):
        return tuple((self(key) if not isinstance(key, str) else key, self(value)) for key, value in dictionary.items())

    def sorted_pairs(self, dictionary):
        items = sorted(dictionary.items(), key=lambda item: repr(item[0]))
        return tuple((key, self(value)) for key, value in items)

    def describe(self, obj):
        if isinstance(obj, types.FunctionType):
            if dynamic(obj):
                return self.function(obj)
            return ("reference", obj.__module__, obj.__qualname__)
        if isinstance(obj, types.CodeType):
            return self.code(obj)
        if isinstance(obj, types.CellType):
            try:
                return ("cell", self(obj.cell_contents))
            except ValueError:
                return ("empty cell",)
        if isinstance(obj, type):
            if dynamic(obj):
                return self.type(obj)
            return ("reference", obj.__module__, obj.__qualname__)
        if isinstance(obj, types.ModuleType):
            if obj.__name__ in sys.modules:
                return ("module", obj.__name__)
            # What the import machinery knows of the file does not travel.
            members = {k: v for k, v in vars(obj).items() if k not in MACHINERY and not isinstance(v, types.ModuleType)}
            return ("module by value", obj.__name__, self.sorted_pairs(members))
        if isinstance(obj, (staticmethod, classmethod)):
            return (type(obj).__name__, self(obj.__func__))
        if isinstance(obj, property):
            return ("property", self(obj.fget), self(obj.fset), self(obj.fdel), self(obj.__doc__))
        if isinstance(obj, (list,)):
            return ("list",) + tuple(map(self, obj))
        if isinstance(obj, (set, frozenset)):
            return (type(obj).__name__,) + tuple(sorted((self(item) for item in obj), key=repr))
        if isinstance(obj, dict):
            return (type(obj).__name__, self.pairs(obj))
        if isinstance(obj, (types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType)):
            return ("builtin", getattr(obj, "__module__", None), obj.__qualname__)
        if isinstance(obj, types.MethodType):
            return ("method", self(obj.__func__), self(obj.__self__))
        if isinstance(obj, (re.Pattern,)):
            return ("pattern", repr(obj.pattern), obj.flags)
        if isinstance(obj, enum.Enum):
            return ("member", self(type(obj)), obj.name)
        if isinstance(obj, types.MappingProxyType):
            return ("mappingproxy", self.pairs(obj))
        if type(obj).__name__ in ("member_descriptor", "getset_descriptor"):
            return ("descriptor", obj.__name__)
        state = getattr(obj, "__dict__", None)
        slots = [name for cls in type(obj).__mro__ for name in slots_of(cls) if hasattr(obj, name)]
        text = re.sub(r"0x[0-9a-f]+", "0x", repr(obj)) if type(obj).__repr__ is not object.__repr__ and not dynamic(type(obj)) else ""
        parts = ("object", self(type(obj)), text)
        if isinstance(state, dict):
            parts += (self.sorted_pairs(state),)
        return parts + tuple((name, self(getattr(obj, name))) for name in slots)

    def function(self, f):
        needed = [name for name in names_in(f.__code__) if name in f.__globals__ and name != "__builtins__"]
        attributes = {k: v for k, v in vars(f).items()}
        return (
            "function", f.__module__, f.__name__, f.__qualname__, self(f.__doc__), self(f.__code__), self(f.__defaults__),
            self(f.__kwdefaults__), self(f.__annotations__), self(f.__closure__), self.sorted_pairs(attributes),
            self.sorted_pairs({name: f.__globals__[name] for name in needed}),
        )

    def code(self, c):
        fields = [name for name in dir(c) if name.startswith("co_") and name not in ("co_lines", "co_positions", "co_lnotab", "co_branches")]
        return ("code",) + tuple((name, self(getattr(c, name))) for name in fields)

    def type(self, cls):
        members = {
            k: v for k, v in vars(cls).items()
            if k not in ("__dict__", "__weakref__", "_abc_impl", "_abc_data", "__annotate_func__", "__annotations_cache__", "__slotnames__")
        }
        if "__dataclass_fields__" in members:
            # The methods that the decorator makes are made on the worker; what a base has too, cloudpickle leaves out.
            members.pop("__hash__", None)
            members.pop("__replace__", None)
            members = {k: v for k, v in members.items() if getattr(getattr(v, "__code__", None), "co_filename", "") != "<string>"}
        return ("class", cls.__module__, cls.__name__, cls.__qualname__, tuple(map(self, cls.__bases__)), self(type(cls)), self.sorted_pairs(members))


def names_in(code):
    """The globals that a code object reads, those inside included."""
    names = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= set(names_in(constant))
    return sorted(names)


def slots_of(cls):
    slots = vars(cls).get("__slots__", ())
    return [slots] if isinstance(slots, str) else list(slots)


def dynamic(obj):
    """Whether it is of no module that this process has."""
    module = sys.modules.get(getattr(obj, "__module__", None))
    if module is None:
        return True
    found = module
    for name in obj.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is not obj


def difference(one, other, path=""):
    if type(one) is not type(other):
        return "%s: %.200r, cloudpickle %.200r" % (path, one, other)
    if isinstance(one, tuple):
        if len(one) != len(other):
            keys = [item[0] for item in one if isinstance(item, tuple) and item], [item[0] for item in other if isinstance(item, tuple) and item]
            return "%s: %d parts, cloudpickle %d: %.300r" % (path, len(one), len(other), set(map(repr, keys[0])) ^ set(map(repr, keys[1])))
        label = one[0] if one and isinstance(one[0], str) else ""
        for at, (a, b) in enumerate(zip(one, other)):
            found = difference(a, b, path + "/" + (label or str(at)))
            if found:
                return found
        return None
    return None if one == other else "%s: %.200r, cloudpickle %.200r" % (path, one, other)


def unloadable(error):
    """Why a payload of cloudpickle does not load."""
    if "No module named" in error or "the worker does not have" in error:
        return "cloudpickle's payload imports the module that the worker does not have"
    return "cloudpickle's payload raises " + error.replace("\n", " ")


def load(payload):
    # Classes are tracked by their ids, so the two are apart. `typing` keeps aliases: each payload makes its own.
    import pickle
    import typing

    for forget in typing._cleanups:
        forget()
    return pickle.loads(payload)


def checks():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compiled_checks.py")
    space = {}
    with open(path) as file:
        exec(compile(file.read(), path, "exec"), space)
    return space["CHECKS"]


def outcome(obj, expression):
    try:
        return repr(eval(expression, {"f": obj}))
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)


def judge(path, tops):
    sys.meta_path.insert(0, Blocked(tops.split(",")))
    known = checks()
    with open(path, "rb") as file:
        data = file.read()

    def fields():
        at = 0
        while at < len(data):
            (length,) = struct.unpack_from("<I", data, at)
            yield data[at + 4:at + 4 + length]
            at += 4 + length

    every = list(fields())
    for at in range(0, len(every), 3):
        name, ours, theirs = every[at].decode(), every[at + 1], every[at + 2]
        try:
            expected = load(theirs)
        except Exception as error:
            expected = None
            failed = "%s: %s" % (type(error).__name__, error)
        try:
            found = load(ours)
        except Exception as error:
            print(name, "\t", "fails", "\t", "%s: %.200s" % (type(error).__name__, str(error).replace("\n", " ")), sep="")
            continue
        if expected is None:
            print(name, "\t", "only ours", "\t", unloadable(failed), sep="")
            continue
        calls = [(e, outcome(found, e), outcome(expected, e)) for e in known.get(name, [])]
        wrong = [call for call in calls if call[1] != call[2]]
        broken = [call for call in calls if call[2].startswith(("NameError", "TypeError", "AttributeError"))]
        if wrong:
            print(name, "\t", "differs", "\t", "%s gives %s, cloudpickle's %s" % wrong[0], sep="")
            continue
        if broken:
            print(name, "\t", "differs", "\t", "the check %s gives %s" % broken[0][:2], sep="")
            continue
        try:
            text = difference(Describer()(found), Describer()(expected))
        except Exception as error:
            text = "not described: %s: %s" % (type(error).__name__, error)
        why = "" if text else ", and ".join(reasons(ours, theirs))
        if not text and not why:
            text = "no reason is known why the payloads differ"
        print(name, "\t", "differs" if text else "same", "\t", (text or why).replace("\n", " "), sep="")


if __name__ == "__main__":
    if sys.argv[1] == "write":
        OWN_NAMES.update(name[:-3] for name in os.listdir(sys.argv[3]) if name.endswith(".py"))
        write(sys.argv[2], sys.argv[3], sys.argv[4:])
    else:
        judge(sys.argv[2], sys.argv[3])
