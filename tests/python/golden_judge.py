"""Loads two payloads of cloudpickle or dill and says whether they are the same objects, as this interpreter sees them.

The release that loads is the one on PYTHONPATH. Requests and answers are framed as those of `judge.py`, the first
field of a request is the options, lines `key=value`:

    V  -                  version of Python, and of cloudpickle and dill where they can be imported
    E  A B [calls]        loads both; "" when they are equal, else one line that says where they differ. `calls` is a
                          JSON list of expressions: each is evaluated with `x` bound to one and to the other object
    C  A [calls]          loads it; a JSON list of what the calls give

Options: loader=dill (absent: pickle), modules=a,b (modules of golden_cases that are there besides golden_pkg),
order=0 (dicts may differ in order), ignore=a,globals.b (attributes of classes, fields of code objects and globals that are
not compared). Equal means: functions by code, names, defaults, annotations, attributes,
globals and closure; classes member by member, registered subclasses included; instances by their state. Each payload
is loaded into a fresh `__main__` and without classes remembered from the one before.
CPython 3.6 and newer.
"""

import abc
import collections
import enum
import gc
import inspect
import json
import os
import pickle
import re
import struct
import sys
import threading
import traceback
import types
import typing
import warnings
import weakref

import golden_cases
import judge

try:
    import dataclasses
except ImportError:  # 3.6
    dataclasses = None

VIEWS = (
    type({}.keys()),
    type({}.values()),
    type({}.items()),
    type(collections.OrderedDict().keys()),
    type(collections.OrderedDict().values()),
    type(collections.OrderedDict().items()),
)
HEAP_TYPE = 1 << 9
# Python 3.6: caches, hashes of addresses, and the registry, which is compared by itself.
judge.IGNORED_IN_CLASS.update(
    ("_abc_registry", "_abc_cache", "_abc_negative_cache", "_abc_negative_cache_version", "__tree_hash__")
)


def clean(text):
    return re.sub(r"0x[0-9a-fA-F]{4,}", "0x0", text)


# --- loading -----------------------------------------------------------------------------------------------------


def new_main():
    """A fresh `__main__`, as a script called golden_source.py has it."""
    main = types.ModuleType("__main__")
    main.__file__ = "golden_source.py"
    main.__builtins__ = sys.modules["builtins"]
    sys.modules["__main__"] = main
    if "dill" in sys.modules:
        sys.modules["dill._dill"]._main_module = main
    return main


def forget():
    """Drops the classes that cloudpickle, under whatever name, knows by their ids."""
    for name, module in list(sys.modules.items()):
        if name.rpartition(".")[2] in ("cloudpickle", "cloudpickle_fast"):
            for table in ("_DYNAMIC_CLASS_TRACKER_BY_CLASS", "_DYNAMIC_CLASS_TRACKER_BY_ID"):
                if table in vars(module):
                    vars(module)[table].clear()


def load(payload, options):
    forget()
    new_main()
    present = ["golden_pkg"] + options.get("modules", "").split(",")
    for name in [name for name in golden_cases.MODULES if "." not in name]:
        if name in present:
            golden_cases.install(name)
        else:
            golden_cases.uninstall(name)
    if options.get("loader") == "dill":
        import dill

        return dill.loads(payload)
    return pickle.loads(payload)


# --- samples -----------------------------------------------------------------------------------------------------


def run(coroutine):
    """Runs a coroutine that waits for nothing."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as e:
        return e.value


def drain(generator):
    got = []
    while True:
        try:
            got.append(run(generator.__anext__()))
        except StopAsyncIteration:
            return got


def tried(function, *args):
    try:
        return "gave " + repr(function(*args))
    except BaseException as e:
        return "%s: %s" % (type(e).__name__, e)


def registered(cls):
    if hasattr(cls, "_abc_registry"):
        found = list(cls._abc_registry)
    else:
        import _abc

        found = [ref() for ref in _abc._get_dump(cls)[0]]
    return sorted((c for c in found if c), key=lambda c: (c.__module__, c.__qualname__))


def sample_names():
    return dict(
        run=run,
        drain=drain,
        tried=tried,
        registered=registered,
        dataclasses=dataclasses,
        enum=enum,
        inspect=inspect,
        typing=typing,
        types=types,
        collections=collections,
        golden_pkg=sys.modules.get("golden_pkg"),
    )


def called(x, calls):
    """What each expression gives: repr without addresses, or the exception."""
    names = dict(sample_names(), x=x)
    results = []
    for call in calls:
        try:
            results.append(clean(repr(eval(call, names))))
        except BaseException as e:
            results.append(clean("raises %s: %s" % (type(e).__name__, e)))
    return results


# --- comparing ---------------------------------------------------------------------------------------------------


class Comparison(judge.Comparison):
    """Adds to the comparison of judge.py what only cloudpickle and dill write."""

    EXACT = dict(judge.Comparison.EXACT)

    def related(self, a, b, path):
        """Objects of a class by value: each load makes the class anew, so the classes are compared too."""
        left, right = type(a), type(b)
        if not (left.__flags__ & right.__flags__ & HEAP_TYPE) or left.__qualname__ != right.__qualname__:
            return False
        self.also(left, right, path, ".__class__")
        return True

    def classes(self, a, b, path):
        super().classes(a, b, path)
        if isinstance(a, abc.ABCMeta) and isinstance(b, abc.ABCMeta) and a is not b:
            self.also(registered(a), registered(b), path, "<registered>")

    def typevars(self, a, b, path):
        for name in ("__name__", "__bound__", "__constraints__", "__covariant__", "__contravariant__", "__module__"):
            self.also(getattr(a, name, None), getattr(b, name, None), path, "." + name)

    def aliases(self, a, b, path):
        for name in ("__origin__", "__args__"):
            self.also(getattr(a, name), getattr(b, name), path, "." + name)

    def locks(self, a, b, path):
        self.also(a.locked(), b.locked(), path, ".locked()")

    def views(self, a, b, path):
        self.also(list(a), list(b), path, "<items>")

    def weak_sets(self, a, b, path):
        self.sets(set(a), set(b), path)


Comparison.EXACT[typing.TypeVar] = Comparison.typevars
Comparison.EXACT[type(threading.Lock())] = Comparison.locks
Comparison.EXACT[weakref.WeakSet] = Comparison.weak_sets
if hasattr(types, "GenericAlias"):  # isinstance(list[int], type) holds on 3.9 and 3.10
    Comparison.EXACT[types.GenericAlias] = Comparison.aliases
for _cls in VIEWS:
    Comparison.EXACT[_cls] = Comparison.views


def difference(a, b, options, calls=()):
    """Loads both. "" or where they differ. What only weak references hold, such as a registered class, stays for so long."""
    gc.disable()
    try:
        return difference_of(a, b, options, calls)
    finally:
        gc.enable()


def difference_of(a, b, options, calls):
    first = load(a, options)
    try:
        second = load(b, options)
    except Exception as e:
        return clean("the second cannot be loaded: %s: %s" % (type(e).__name__, e))
    try:
        Comparison(options).run(first, second)
    except judge.Different as e:
        return clean(" ".join(str(e).split("\n")))
    for call, left, right in zip(calls, called(first, calls), called(second, calls)):
        if left != right:
            return "%s: %s | %s" % (call, left, right)
    return ""


# --- requests ----------------------------------------------------------------------------------------------------


def versions(options, fields):
    texts = ["%d.%d.%d" % sys.version_info[:3]]
    for name in ("cloudpickle", "dill"):
        try:
            texts.append("%s %s" % (name, __import__(name).__version__))
        except ImportError:
            pass
    return [text.encode() for text in texts]


def calls_of(fields, n):
    return json.loads(fields[n].decode("utf-8")) if len(fields) > n else []


def equal(options, fields):
    return [difference(fields[0], fields[1], options, calls_of(fields, 2)).encode("utf-8", "surrogatepass")]


def samples(options, fields):
    return [json.dumps(called(load(fields[0], options), calls_of(fields, 1))).encode("ascii")]


COMMANDS = {b"V": versions, b"E": equal, b"C": samples}


def answer(command, fields):
    options = dict(line.split("=", 1) for line in fields[0].decode("utf-8").split("\n") if line) if fields else {}
    try:
        return b"+", COMMANDS[command](options, fields[1:])
    except BaseException as e:
        return b"-", [
            text.encode("utf-8", "surrogatepass") for text in ("%s: %s" % (type(e).__name__, e), traceback.format_exc())
        ]


def main():
    # Whatever a payload prints or reads must not meet the requests.
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    while True:
        command = stdin.read(1)
        if not command:
            return
        fields = []
        for _ in range(struct.unpack("<I", stdin.read(4))[0]):
            (size,) = struct.unpack("<I", stdin.read(4))
            fields.append(stdin.read(size))
        status, texts = answer(command, fields)
        stdout.write(status + struct.pack("<I", len(texts)) + b"".join(struct.pack("<I", len(t)) + t for t in texts))
        stdout.flush()


if __name__ == "__main__":
    main()
