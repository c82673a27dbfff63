"""Writes src/scan/table/plain.rs: classes of the standard library that are data.

    for python in 3.6 .. 3.13: python make_plain.py --ask > VERSION.json
    python make_plain.py *.json > ../../src/scan/table/plain.rs

Each interpreter says of the classes that its standard library defines which kind they are:

exceptions     derived from BaseException: calling one stores its arguments
enumerations   derived from Enum: calling one looks a member up; members that stand in the module as well are named there
tuples         named tuples: calling one makes a tuple
plain          none of the class and its bases defines a method that runs while the object is made without its `__init__`, given attributes and
               items, and thrown away; what other functions do with such an object is judged when they are called

A class is taken when every interpreter that has it says so; one that is not the same everywhere is plain.
"""

import abc
import collections
import enum
import importlib
import json
import pkgutil
import sys

# Methods that the pickle machine calls on an object, and that run when it is thrown away.
CALLED = set("__new__ __setstate__ __setattr__ __getattr__ __getattribute__ __del__ __setitem__ append extend add".split())
# Bases written in C whose objects are data.
DATA = (object, int, float, str, bytes, list, dict, tuple, set, frozenset)
# What is no part of a library, runs something on import, or is of no use in a pickle.
LEFT_OUT = {
    "test",
    "idlelib",
    "turtledemo",
    "antigravity",
    "this",
    "lib2to3",
    "tkinter",
    "turtle",
    "distutils",
    "ensurepip",
    "__main__",
    "site",
    "msilib",
    "pip",
    "setuptools",
    "pkg_resources",
    "_distutils_hack",
    "__hello__",
    "__phello__",
}


def kind(cls):
    """The kind of a class, or None."""
    if issubclass(cls, BaseException):
        return "exceptions"
    if issubclass(cls, enum.Enum):
        return "enumerations"
    if issubclass(cls, tuple) and hasattr(cls, "_fields") and "__new__" in vars(cls):
        return "tuples"
    if type(cls) not in (type, abc.ABCMeta):
        return None
    for base in cls.__mro__:
        if base in DATA or base is abc.ABC:
            continue
        if not base.__flags__ & 1 << 9:
            return None  # not a class that a class statement made
        if CALLED & set(vars(base)):
            return None
    return "plain"


def modules():
    """The names of the modules of the standard library."""
    import os

    library = os.path.dirname(os.__file__)
    names = set(sys.builtin_module_names)
    for found in pkgutil.walk_packages([library], onerror=lambda name: None):
        if found.name.split(".")[0] not in LEFT_OUT and "site-packages" not in found.name and not found.name.endswith("__main__"):
            names.add(found.name)
    return sorted(names - LEFT_OUT)


def ask():
    """What this interpreter says: {module: {name: kind}}."""
    out, sys.stdout = sys.stdout, sys.stderr  # `__hello__` prints
    found = collections.defaultdict(dict)
    for name in modules():
        if ".test" in name or name.startswith("_test"):
            continue
        try:
            module = importlib.import_module(name)
        except BaseException:
            continue
        classes = [cls for cls in vars(module).values() if isinstance(cls, type) and cls.__module__ in (name, name.lstrip("_"))]
        for cls in list(classes):
            classes += [
                inner
                for inner in vars(cls).values()
                if isinstance(inner, type) and inner.__module__ == cls.__module__ and inner.__qualname__.startswith(cls.__qualname__ + ".")
            ]
        for cls in classes:
            found[cls.__module__][cls.__qualname__] = kind(cls) or "other"
        for key, value in vars(module).items():
            if isinstance(value, enum.Enum) and type(value).__module__ == name:
                found[name][key] = "members"
    json.dump(found, out)


HEAD = """//! Classes of the standard library that are data. `tests/python/make_plain.py` wrote this, from CPython {versions}.

use super::{{plain, safe}};
use crate::scan::rules::Row;

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
"""


def write(files):
    """The table, of what the interpreters said."""
    kinds = collections.defaultdict(set)
    for file in files:
        with open(file) as said:
            for module, classes in json.load(said).items():
                for name, kind in classes.items():
                    kinds[module, name].add(kind)
    rows = collections.defaultdict(lambda: collections.defaultdict(list))
    for (module, name), said in sorted(kinds.items()):
        if "other" not in said:
            rows[said.pop() if len(said) == 1 else "plain"][module].append(name)
    versions = ", ".join(sorted((file.rsplit("/", 1)[-1].replace(".json", "") for file in files), key=lambda version: int(version.split(".")[1])))
    print(HEAD.format(versions=versions), end="")
    for kind, call, reason in [
        ("exceptions", "safe", "an exception"),
        ("enumerations", "safe", "an enumeration"),
        ("members", "safe", "a member of an enumeration"),
        ("tuples", "safe", "a named tuple"),
        ("plain", "plain", "an object that is made without its `__init__`"),
    ]:
        for module, names in sorted(rows[kind].items()):
            print('    %s("%s", "%s", "%s"),' % (call, module, " ".join(names), reason))
    print("];")


if __name__ == "__main__":
    ask() if sys.argv[1:] == ["--ask"] else write(sys.argv[1:])
