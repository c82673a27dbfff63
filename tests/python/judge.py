"""Answers questions about pickles, as the interpreter it runs on sees them.

    request   u8(command) u32(number of fields) field*
    answer    u8("+" or "-") u32(number of fields) field*
    field     u32(length) and that many bytes; every number little-endian

The first field of a request is the options, lines `key=value`. "-" says that Python raised: the fields are
`TypeError: message` and the traceback.

    V  -                       version, `3.11.7`
    E  A B [buffers of both]   loads both: "" when they are the same graph, else one line that says where they differ
    D  payload [buffers]       loads and dumps (option protocol=; pickler=c or py; optimize=1; fix_imports=0)
    R  payload [buffers]       loads; repr in UTF-8 with surrogatepass
    T  payload                 pickletools.dis (annotate=, indentlevel=): the text so far, and why it stopped (or "")
    L  payload [buffers]       loads; "" (the answer is "-" when CPython rejects it)
    X  payload source          loads into `x`, runs the source, answers its `r`: bytes as they are, str in UTF-8, else repr

Options of loading: encoding=, errors=, fix_imports=0, pickles=N (so many from one Unpickler: a list of them),
readonly=0110 (one digit per buffer), in E also readonly2= and split= (how many of the buffers are A's, absent: as many
as B's). Persistent ids load as the tuple ("persistent id", id). Options of E: sharing=0 compares values only,
strings=1 holds str and bytes to the same sharing too, order=0 ignores the order of dicts.
Modules beside this file (corpus_types) and on PYTHONPATH can be imported. CPython 3.6 and newer.
"""

import array
import collections
import copyreg
import io
import os
import pickle
import pickletools
import reprlib
import struct
import sys
import traceback
import types
import warnings
import weakref


class Unpickler(pickle.Unpickler):
    def persistent_load(self, pid):
        return ("persistent id", pid)


def load(payload, options, buffers=(), readonly=""):
    kwargs = {}
    if options.get("encoding"):
        kwargs["encoding"] = options["encoding"]
    if options.get("errors"):
        kwargs["errors"] = options["errors"]
    if options.get("fix_imports") == "0":
        kwargs["fix_imports"] = False
    if buffers:
        kwargs["buffers"] = [
            data if flag == "1" else bytearray(data) for data, flag in zip(buffers, readonly.ljust(len(buffers), "1"))
        ]
    unpickler = Unpickler(io.BytesIO(payload), **kwargs)
    if "pickles" in options:
        return [unpickler.load() for _ in range(int(options["pickles"]))]
    return unpickler.load()


# --- the same graph? ---------------------------------------------------------------------------------------------


class Different(Exception):
    pass


def bits(value):
    return struct.pack("<d", value)


class Shown(reprlib.Repr):
    """repr of builtin values, cut off: the repr of a small graph can be endless."""

    def __init__(self):
        super().__init__()
        self.maxlevel = 3
        self.maxstring = self.maxother = self.maxlong = 60

    def repr_instance(self, value, level):
        if (
            isinstance(value, (float, complex, bytes, type, types.FunctionType, types.BuiltinFunctionType))
            or value is None
            or value is ...
        ):
            text = repr(value)
            return text if len(text) < 80 else text[:77] + "..."
        return "<%s>" % type(value).__qualname__


def shown(value):
    return Shown().repr(value)


def slots_of(value):
    """Name and value of the slots that are set, base classes first."""
    for cls in reversed(type(value).__mro__):
        names = cls.__dict__.get("__slots__", ())
        for name in [names] if isinstance(names, str) else names:
            if name in ("__dict__", "__weakref__"):
                continue
            if name.startswith("__") and not name.endswith("__"):
                name = "_%s%s" % (cls.__name__.lstrip("_"), name)
            member = cls.__dict__.get(name)
            if isinstance(member, types.MemberDescriptorType):
                try:
                    yield name, member.__get__(value, type(value))
                except AttributeError:
                    pass


CODE_FIELDS = [
    name
    for name in (
        "co_argcount",
        "co_posonlyargcount",
        "co_kwonlyargcount",
        "co_nlocals",
        "co_stacksize",
        "co_flags",
        "co_code",
        "co_consts",
        "co_names",
        "co_varnames",
        "co_freevars",
        "co_cellvars",
        "co_filename",
        "co_name",
        "co_qualname",
        "co_firstlineno",
        "co_linetable" if sys.version_info >= (3, 10) else "co_lnotab",
        "co_exceptiontable",
    )
    if hasattr((lambda: 0).__code__, name)
]
FUNCTION_FIELDS = (
    "__code__",
    "__name__",
    "__qualname__",
    "__module__",
    "__doc__",
    "__defaults__",
    "__kwdefaults__",
    "__annotations__",
    "__dict__",
    "__closure__",
)
IGNORED_IN_CLASS = {"__dict__", "__weakref__", "__doc__", "_abc_impl", "__slotnames__"}
# Bookkeeping that is not part of the value and cannot be compared: pandas' weak references between blocks.
IGNORED_TYPES = {"BlockValuesRefs"}
CellType = type((lambda x: lambda: x)(0).__closure__[0])
METHODS = (types.BuiltinMethodType, types.MethodType, type((5).__add__))
DESCRIPTORS = (
    type(str.upper),
    type(int.__add__),
    type(dict.__dict__["fromkeys"]),
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
)
VALUES = (int, str, bytes, bool, type(None), type(...), type(NotImplemented))


class Comparison:
    def __init__(self, options):
        self.sharing = options.get("sharing") != "0"
        self.strings = options.get("strings") == "1"
        self.order = options.get("order") != "0"
        self.ignored = set(options.get("ignore", "").split(","))
        self.there = {}
        self.back = {}
        self.seen = set()
        self.alive = []  # ids of temporaries must not be given out again
        self.work = []
        self.budget = 50000000

    def run(self, a, b):
        self.work.append((a, b, ()))
        while self.work:
            self.budget -= 1
            if self.budget < 0:
                raise Different("too many objects to compare")
            a, b, path = self.work.pop()
            try:
                self.pair(a, b, path)
            except Different as e:
                steps = []
                while path:
                    path, step = path
                    steps.append(step)
                raise Different("at x%s: %s" % ("".join(reversed(steps)), e))

    def differ(self, what, a, b):
        raise Different("%s: %s | %s" % (what, shown(a), shown(b)))

    def also(self, a, b, path, step):
        self.work.append((a, b, (path, step)))

    def sequence(self, what, a, b, path):
        if len(a) != len(b):
            raise Different("%s of %d | %d items" % (what, len(a), len(b)))
        for i in range(len(a) - 1, -1, -1):
            self.also(a[i], b[i], path, "[%d]" % i)

    def pair(self, a, b, path):
        cls = type(a)
        if cls is not type(b):
            if not (isinstance(a, type) and isinstance(b, type)) and not self.related(a, b, path):
                self.differ("type %s | %s" % (cls.__qualname__, type(b).__qualname__), a, b)
        if cls is int or cls is bool or a is None or a is ... or a is NotImplemented:
            if a != b:
                self.differ("value", a, b)
            return
        if cls is float:
            if bits(a) != bits(b):
                self.differ("float", a, b)
            return
        if cls is complex:
            if bits(a.real) != bits(b.real) or bits(a.imag) != bits(b.imag):
                self.differ("complex", a, b)
            return
        if cls is str or cls is bytes:
            if a != b:
                self.differ("value", a, b)
            if self.strings and self.sharing and len(a) > 1:
                self.same_place(a, b)
            return
        if cls is tuple and not a:
            if b:
                self.differ("value", a, b)
            return
        if self.sharing:
            if self.same_place(a, b):
                return
        elif (id(a), id(b)) in self.seen:
            return
        else:
            self.seen.add((id(a), id(b)))
            self.alive.append((a, b))
        if a is b or cls.__name__ in IGNORED_TYPES:
            return
        handler = self.EXACT.get(cls)
        if handler:
            handler(self, a, b, path)
        elif isinstance(a, type):
            self.classes(a, b, path)
        else:
            self.objects(a, b, path)

    def related(self, a, b, path):
        """Whether objects of two types may be equal all the same."""
        return False

    def same_place(self, a, b):
        """Both were met before, as a pair (True), or both are new (False)."""
        there, back = self.there.get(id(a)), self.back.get(id(b))
        if there is None and back is None:
            self.there[id(a)] = id(b)
            self.back[id(b)] = id(a)
            self.alive.append((a, b))
            return False
        if there != id(b) or back != id(a):
            first = (
                "the left is shared, the right is not" if there is not None else "the right is shared, the left is not"
            )
            self.differ("sharing (%s)" % (first if there is None or back is None else "with another object"), a, b)
        return True

    def tuples(self, a, b, path):
        self.sequence("tuple", a, b, path)

    def lists(self, a, b, path):
        self.sequence("list", a, b, path)

    def bytearrays(self, a, b, path):
        if a != b:
            self.differ("value", bytes(a), bytes(b))

    def dicts(self, a, b, path):
        self.items(list(a.items()), list(b.items()), path)

    def items(self, left, right, path):
        if len(left) != len(right):
            raise Different(
                "dict of %d | %d items: %s | %s"
                % (len(left), len(right), shown([k for k, _ in left]), shown([k for k, _ in right]))
            )
        if not self.order:
            left, right = zip(*self.matched(left, right, lambda item: item[0])) if left else ((), ())
        for (k, v), (l, w) in reversed(list(zip(left, right))):
            self.also(v, w, path, "[%s]" % shown(k))
            self.also(k, l, path, ".keys(%s)" % shown(k))

    def sets(self, a, b, path):
        a, b = list(a), list(b)
        if len(a) != len(b):
            raise Different("set of %d | %d items" % (len(a), len(b)))
        for x, y in self.matched(a, b, lambda item: item):
            self.also(x, y, path, "{%s}" % shown(x))

    def matched(self, a, b, key):
        """Pairs equal ones; the rest in the order of what they look like."""
        pairs, rest = [], []
        by_key = {}
        for y in b:
            by_key.setdefault(key(y), []).append(y)
        for x in a:
            found = by_key.get(key(x))
            if found:
                pairs.append((x, found.pop()))
            else:
                rest.append(x)
        other = [y for found in by_key.values() for y in found]
        look = lambda item: (
            type(key(item)).__name__,
            len(shown(key(item))),
            shown(sorted(getattr(key(item), "__dict__", {}))),
            "",
        )
        pairs.extend(zip(sorted(rest, key=look), sorted(other, key=look)))
        return pairs

    def functions(self, a, b, path):
        for name in FUNCTION_FIELDS:
            self.also(getattr(a, name), getattr(b, name), path, "." + name)
        if getattr(a, "__type_params__", ()) or getattr(b, "__type_params__", ()):
            self.also(a.__type_params__, b.__type_params__, path, ".__type_params__")
        if a.__globals__ is not b.__globals__:
            self.also(GlobalsOf(a.__globals__), GlobalsOf(b.__globals__), path, ".__globals__")

    def globals_of(self, a, b, path):
        a, b = a.namespace, b.namespace
        if self.sharing and self.same_place(a, b):
            return
        left, right = [[(k, v) for k, v in d.items() if k != "__builtins__" and "globals." + k not in self.ignored] for d in (a, b)]
        self.items(left, right, path)

    def codes(self, a, b, path):
        for name in CODE_FIELDS:
            x, y = getattr(a, name), getattr(b, name)
            if name in self.ignored:
                continue
            if name == "co_consts":  # constants are equal by type and value
                self.sequence(name, x, y, path)
            elif x != y:
                self.differ(name, x, y)

    def cells(self, a, b, path):
        empty = object()
        contents = []
        for cell in (a, b):
            try:
                contents.append(cell.cell_contents)
            except ValueError:
                contents.append(empty)
        if empty in [c for c in contents if c is empty]:
            if contents[0] is not contents[1]:
                raise Different("only one cell is empty")
            return
        self.also(contents[0], contents[1], path, ".cell_contents")

    def classes(self, a, b, path):
        if type(a) is not type(b):
            self.also(type(a), type(b), path, ".__class__")
        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            if name not in self.ignored and getattr(a, name, None) != getattr(b, name, None):
                self.differ(name, getattr(a, name, None), getattr(b, name, None))
        self.also(a.__bases__, b.__bases__, path, ".__bases__")
        ignored = IGNORED_IN_CLASS | self.ignored
        left, right = [{k: v for k, v in vars(c).items() if k not in ignored} for c in (a, b)]
        if set(left) != set(right):
            self.differ("attributes of class", sorted(set(left) - set(right)), sorted(set(right) - set(left)))
        for name in left:
            self.also(left[name], right[name], path, "." + name)

    def modules(self, a, b, path):
        if a.__name__ != b.__name__:
            self.differ("module", a, b)
        self.also(GlobalsOf(vars(a)), GlobalsOf(vars(b)), path, ".__dict__")

    def parts(self, names):
        def compare(self, a, b, path):
            for name in names:
                self.also(getattr(a, name), getattr(b, name), path, "." + name)

        return compare

    def objects(self, a, b, path):
        """By __dict__, slots, the builtin it extends, and what it reduces to."""
        known = False
        mine, other = [getattr(v, "__dict__", None) for v in (a, b)]
        if isinstance(mine, dict):
            self.also(mine, other, path, ".__dict__")
            known = True
        left, right = list(slots_of(a)), list(slots_of(b))
        if [name for name, _ in left] != [name for name, _ in right]:
            self.differ("slots", [name for name, _ in left], [name for name, _ in right])
        for (name, x), (_, y) in zip(left, right):
            self.also(x, y, path, "." + name)
            known = True
        for base in (bool, int, float, complex, str, bytes, bytearray):
            if isinstance(a, base):
                known = True
                if base is float or base is complex:
                    self.also(
                        base.__pos__(a) if base is complex else float.__add__(a, -0.0) if a == a else nan_of(a),
                        base.__pos__(b) if base is complex else float.__add__(b, -0.0) if b == b else nan_of(b),
                        path,
                        "<value>",
                    )
                elif base.__ne__(a, b):
                    self.differ("value", a, b)
        if isinstance(a, tuple):
            self.sequence("tuple", tuple.__getitem__(a, slice(None)), tuple.__getitem__(b, slice(None)), path)
            known = True
        elif isinstance(a, list):
            self.sequence("list", list.__getitem__(a, slice(None)), list.__getitem__(b, slice(None)), path)
            known = True
        elif isinstance(a, dict):
            items = collections.OrderedDict.items if isinstance(a, collections.OrderedDict) else dict.items
            self.items(list(items(a)), list(items(b)), path)
            known = True
        elif isinstance(a, (set, frozenset)):
            self.sets(a, b, path)
            known = True
        elif isinstance(a, memoryview):
            self.also(bytes(a), bytes(b), path, "<bytes>")
            return
        elif isinstance(a, array.array):
            self.also((a.typecode, a.tobytes()), (b.typecode, b.tobytes()), path, "<array>")
            return
        flags = [getattr(getattr(v, "flags", None), "writeable", None) for v in (a, b)]
        if flags[0] != flags[1]:
            self.differ("writeable", *flags)
        try:
            mine, other = self.reduce(a), self.reduce(b)
        except RecursionError:
            raise
        except Exception as e:
            if (
                type(a).__reduce_ex__ is object.__reduce_ex__
                and type(a).__reduce__ is object.__reduce__
                and type(a) is object
            ):
                return
            if not known:
                raise Different("cannot compare %s (%s: %s)" % (type(a).__qualname__, type(e).__name__, e))
            return
        if isinstance(mine, str) or isinstance(other, str):
            if mine != other:
                self.differ("reduce", mine, other)
            return
        mine, other = [list(value) + [None] * (6 - len(value)) for value in (mine, other)]
        for value in (mine, other):
            if isinstance(a, (list, collections.deque)) or value[3] is not None:
                value[3] = list(value[3] or ())
            if value[4] is not None:
                value[4] = list(value[4])
        self.alive.append((mine, other))
        for i, step in enumerate(("callable", "args", "state", "list items", "dict items", "setter")):
            if i == 4 and isinstance(a, dict) or i == 3 and isinstance(a, list):
                continue  # compared above, in their own order
            x, y = mine[i], other[i]
            if i == 1 and isinstance(x, tuple) and isinstance(y, tuple):
                # The tuple itself is made on every call and has no identity to compare.
                if len(x) != len(y):
                    self.differ("reduce arguments", x, y)
                for n in range(len(x)):
                    if isinstance(a, (set, frozenset)) and n == 0 and isinstance(x[n], list):
                        continue  # the items, compared above
                    self.also(x[n], y[n], path, "<arg %d>" % n)
            elif x is not None or y is not None:
                self.also(x, y, path, "<%s>" % step)

    def reduce(self, value):
        reducer = copyreg.dispatch_table.get(type(value))
        if reducer:
            return reducer(value)
        return value.__reduce_ex__(4)

    EXACT = {
        tuple: tuples,
        list: lists,
        dict: dicts,
        set: sets,
        frozenset: sets,
        bytearray: bytearrays,
        types.FunctionType: functions,
        types.CodeType: codes,
        CellType: cells,
        types.ModuleType: modules,
        types.MappingProxyType: lambda self, a, b, path: self.also(dict(a), dict(b), path, "<mapping>"),
        weakref.ReferenceType: lambda self, a, b, path: self.also(a(), b(), path, "<referent>"),
        property: parts(None, ("fget", "fset", "fdel", "__doc__")),
        classmethod: parts(None, ("__func__",)),
        staticmethod: parts(None, ("__func__",)),
        types.MethodType: parts(None, ("__func__", "__self__")),
    }
    for _cls in METHODS:
        EXACT.setdefault(_cls, parts(None, ("__name__", "__self__")))
    for _cls in DESCRIPTORS:
        EXACT.setdefault(_cls, parts(None, ("__name__", "__objclass__")))


def nan_of(value):
    return struct.unpack("<d", struct.pack("<d", value))[0]


class GlobalsOf:
    """Stands for a namespace, compared without __builtins__."""

    def __init__(self, namespace):
        self.namespace = namespace


Comparison.EXACT[GlobalsOf] = Comparison.globals_of


# --- requests ----------------------------------------------------------------------------------------------------


def version(options, fields):
    return [("%d.%d.%d" % sys.version_info[:3]).encode()]


def equal(options, fields):
    buffers = fields[2:]
    split = int(options.get("split", len(buffers) // 2))
    a = load(fields[0], options, buffers[:split], options.get("readonly", ""))
    try:
        b = load(fields[1], options, buffers[split:], options.get("readonly2", options.get("readonly", "")))
    except Exception as e:
        return [("the second cannot be loaded: %s: %s" % (type(e).__name__, e)).encode("utf-8", "surrogatepass")]
    try:
        Comparison(options).run(a, b)
    except Different as e:
        return [" ".join(str(e).split("\n")).encode("utf-8", "surrogatepass")]
    return [b""]


def dumps(options, fields):
    value = load(fields[0], options, fields[1:], options.get("readonly", ""))
    out = io.BytesIO()
    cls = pickle._Pickler if options.get("pickler") == "py" else pickle.Pickler
    cls(out, int(options.get("protocol", pickle.DEFAULT_PROTOCOL)), fix_imports=options.get("fix_imports") != "0").dump(
        value
    )
    data = out.getvalue()
    return [pickletools.optimize(data) if options.get("optimize") == "1" else data]


def representation(options, fields):
    return [repr(load(fields[0], options, fields[1:], options.get("readonly", ""))).encode("utf-8", "surrogatepass")]


def disassembly(options, fields):
    out = io.StringIO()
    why = ""
    try:
        pickletools.dis(fields[0], out, None, int(options.get("indentlevel", 4)), int(options.get("annotate", 0)))
    except Exception as e:
        why = str(e)
    return [text.encode("utf-8", "surrogatepass") for text in (out.getvalue(), why)]


def loads(options, fields):
    load(fields[0], options, fields[1:], options.get("readonly", ""))
    return [b""]


def run(options, fields):
    space = {"__name__": "judge_source", "x": load(fields[0], options) if fields[0] else None, "r": None}
    exec(compile(fields[1].decode("utf-8"), "<request>", "exec"), space)
    r = space["r"]
    if isinstance(r, (bytes, bytearray)):
        return [bytes(r)]
    return [(r if isinstance(r, str) else repr(r)).encode("utf-8", "surrogatepass")]


COMMANDS = {b"V": version, b"E": equal, b"D": dumps, b"R": representation, b"T": disassembly, b"L": loads, b"X": run}


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
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import corpus_types

    corpus_types.register_extensions()
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
