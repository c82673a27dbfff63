# Containers, arrays, files in memory, members of enums, instances, exceptions and records of logging for tests/std_objects.rs, with what Python says of each.
# What it is asked is in std_judge.py.
from __future__ import print_function
import array, collections, io, logging, logging.handlers, operator, pickle, sys
import std_types
from std_judge import hexed, run

PY2 = sys.version_info[0] == 2
if PY2:
    def repr(x, plain=repr):
        # The L of a long is of no account.
        return plain(x).rstrip("L")
VERSION = sys.version_info[:2]
# Where addresses have 32 bits, C's long has so many too; what is built is for those of 64 bits, as nearly all workers are.
HAS_LONG = array.array("l").itemsize == 8

Plain, Slotted, Both, Keyed, Stated, Listed, Mapped, Numbered, Pair = [getattr(std_types, n) for n in "Plain Slotted Both Keyed Stated Listed Mapped Numbered Pair".split()]
for cls in (Plain, Slotted, Both, Keyed, Stated, Listed, Mapped, Numbered, Pair):
    # Pickled by the name of the module that is imported.
    assert cls.__module__ == "std_types"


class Texted(str):
    pass


class Tupled(tuple):
    pass


class Floated(float):
    pass


class Bytesed(bytes):
    pass


class SetOf(set):
    pass


class Given(object):
    """Made by __new__ with what __getnewargs__ gives."""
    def __new__(cls, *args):
        self = object.__new__(cls)
        self.given = args
        return self

    def __getnewargs__(self):
        return self.given

    def __getstate__(self):
        return {"note": len(self.given)}


class Reduced(object):
    """All that a __reduce__ can say."""
    def __init__(self, first=None):
        self.first, self.items, self.pairs = first, [], {}

    def append(self, item):
        self.items.append(item)

    def extend(self, items):
        self.items.extend(items)

    def __setitem__(self, key, value):
        self.pairs[key] = value

    def __reduce__(self):
        return (type(self), (self.first,), {"extra": 1} if self.first else None, iter(self.items), iter(self.pairs.items()))


def set_state(self, state):
    self.set = state


class WithSetter(object):
    def __reduce__(self):
        return (WithSetter, (), {"x": 1}, None, None, set_state)


class Whole(object):
    """A state that is no dict."""
    def __init__(self, state=None):
        self.whole = state

    def __getstate__(self):
        return self.whole

    def __setstate__(self, state):
        self.whole = state


class Failure(Exception):
    pass


class Coded(Exception):
    def __init__(self, *args):
        Exception.__init__(self, *args)
        self.code = len(args)


def reduced(first, items, pairs):
    x = Reduced(first)
    x.items, x.pairs = items, pairs
    return x


def with_attr(x, **attrs):
    for name in attrs:
        setattr(x, name, attrs[name])
    return x


def pairs(items):
    return [[repr(k), repr(v)] for k, v in items]


def bits(x):
    return std_types.bits(x)


def array_items(a):
    if a.typecode in "fd":
        return [bits(x) for x in a]
    return [str(ord(x)) if isinstance(x, str) or not isinstance(x, int) and a.typecode in "cuw" else str(x) for x in a]


def seen(x):
    """The attributes that are in the pickle by name."""
    if isinstance(x, Reduced):
        return {"extra": 1} if x.first else {}
    if isinstance(x, Given):
        return {"note": x.note}
    if isinstance(x, WithSetter):
        return x.set
    if isinstance(x, Whole) or type(x).__name__ == "FrozenSlots":
        return {}
    return std_types.attrs_of(x)


def instance(x):
    found = [type(x).__name__, sorted([k, repr(v)] for k, v in seen(x).items()), None, None]
    if isinstance(x, Reduced):
        found[2], found[3] = [repr(i) for i in x.items], pairs(x.pairs.items())
    return found


def derived(x):
    name = type(x).__name__
    value = {"Floated": bits, "SetOf": lambda x: sorted(repr(i) for i in x), "Bytesed": lambda x: hexed(bytes(x)), "Pair": lambda x: repr(tuple(x))}.get(name, repr)(x)
    return [name, value, sorted([k, repr(v)] for k, v in std_types.attrs_of(x).items()) if name != "Pair" else []]


def record(x):
    d = x if isinstance(x, dict) else x.__dict__
    return [d["name"], d["levelno"], d["levelname"], str(d["msg"]), bits(d["created"]), d["pathname"], d["lineno"], d.get("exc_text"),
            sorted([k, repr(v)] for k, v in d.items() if k.startswith("my_"))]


def member(x):
    return [type(x).__name__, x.name, repr(x.value)]


FIELDS = {
    "OrderedDict": lambda x: [pairs(x.items()), sorted(pairs(x.__dict__.items())) if not PY2 else []],
    "defaultdict": lambda x: [x.default_factory and x.default_factory.__name__, pairs(x.items())],
    "Counter": lambda x: pairs(x.items()),
    "deque": lambda x: [x.maxlen, [repr(i) for i in x]],
    "ChainMap": lambda x: [pairs(m.items()) for m in x.maps],
    "UserDict": lambda x: pairs(x.data.items()),
    "UserList": lambda x: [repr(i) for i in x.data],
    "UserString": lambda x: hexed(x.data.encode("utf-8", "surrogatepass")),
    "namespace": lambda x: sorted([k, repr(v)] for k, v in x.__dict__.items()),
    "array": lambda x: [x.typecode, array_items(x)],
    "BytesIO": lambda x: [hexed(x.getvalue()), x.tell(), sorted([k, repr(v)] for k, v in getattr(x, "__dict__", {}).items())],
    "StringIO": lambda x: [x.getvalue(), x.tell(), x.__getstate__()[1], sorted([k, repr(v)] for k, v in getattr(x, "__dict__", {}).items())],
    "enum": member,
    "instance": instance,
    "derived": derived,
    "exception": lambda x: [type(x).__name__, [repr(a) for a in x.args], [repr(n) for n in getattr(x, "__notes__", [])]],
    "LogRecord": record,
    "singleton": repr,
}


def values():
    dicts = [[], [("a", 1)], [("b", 2), ("a", 1)], [(1, "x")], [(None, None)], [((1, 2), (3,))], [(1.5, -1)], [(True, 2 ** 40)], [("k", "a"), ("a", "k")],
             [(i, i * i) for i in range(5)], [(i, str(i)) for i in range(1001)], [("", 0), (-1, 2 ** 70)], [("x" * 300, 1)]]
    yield "OrderedDict", [collections.OrderedDict(d) for d in dicts] + ([] if PY2 else [with_attr(collections.OrderedDict(d), note=1) for d in dicts[:3]])
    yield "defaultdict", ([collections.defaultdict(int, d) for d in dicts] + [collections.defaultdict(f, [("a", 1)]) for f in (None, list, dict, collections.OrderedDict)]
                          + [collections.defaultdict()])
    counts = ["", "a", "aab", "abcabcabc", "zzy", [1, 1, 2], [None, None], [(1, 2), (1, 2)], [True, 1, 1.0], "x" * 300, list(range(1001)), [2 ** 70]]
    yield "Counter", [collections.Counter(c) for c in counts] + [collections.Counter({"a": -1, "b": 0, "c": 2 ** 40}), collections.Counter({"a": 1.5, "b": None})]
    lists = [[], [1], [1, 2], ["a", "b", "a"], [None], [(1, 2)], list(range(5)), list(range(1000)), list(range(1001)), [2 ** 70, -1], [1.5], [True, False]]
    yield "deque", [collections.deque(n) for n in lists] + [collections.deque(n, m) for n in lists[:4] for m in (0, 1, 3, min(2 ** 40, sys.maxsize))]
    arrays = []
    for code, low, high in [("b", -2 ** 7, 2 ** 7 - 1), ("B", 0, 2 ** 8 - 1), ("h", -2 ** 15, 2 ** 15 - 1), ("H", 0, 2 ** 16 - 1), ("i", -2 ** 31, 2 ** 31 - 1),
                            ("I", 0, 2 ** 32 - 1), ("l", -2 ** 63, 2 ** 63 - 1), ("L", 0, 2 ** 64 - 1)][:8 if HAS_LONG else 6] + ([] if PY2 else [("q", -2 ** 63, 2 ** 63 - 1), ("Q", 0, 2 ** 64 - 1)]):
        arrays += [array.array(code), array.array(code, [low, high, 0, 1]), array.array(code, [1] * 300)]
    inf = float("inf")
    for code in "fd":
        arrays += [array.array(code), array.array(code, [0.0, -0.0, 1.5, inf, -inf, 1e-30]), array.array(code, [0.25] * 300)]
    if PY2:
        arrays += [array.array("c"), array.array("c", "ab\xff")]
        arrays += [array.array("u"), array.array("u", u"ab")]
    else:
        for code in ("u", "w") if VERSION >= (3, 13) else ("u",):
            arrays += [array.array(code), array.array(code, "ab"), array.array(code, "\xfc\u20ac\U0001f600" * 30)]
    yield "array", arrays
    files = []
    for data in (b"", b"a", b"\x00\xff", b"line\nline\n", b"x" * 300):
        for at in (0, 1, 1000):
            f = io.BytesIO(data)
            f.seek(at)
            files.append(f)
    yield "BytesIO", files + ([] if PY2 else [with_attr(io.BytesIO(b"x"), note=1)])
    files = []
    for text in (u"", u"a", u"\u00fc\n\U0001f600", u"one\r\ntwo\r", u"x" * 300):
        for newline in ("\n", None, "", "\r\n"):
            f = io.StringIO(text, newline)
            f.seek(min(1, len(f.getvalue())))
            files.append(f)
    yield "StringIO", files + ([] if PY2 else [with_attr(io.StringIO(u"x"), note=1)])
    found = list(std_types.INSTANCES[:15])
    found += [Given(), Given(1), Given(1, "two"), Whole([1, 2]), Whole((1, {"a": 1})), Whole("text"), Whole(7)]
    found += [reduced(None, [], {}), reduced(1, [1, 2], {}), reduced(None, [], {"k": 1}), reduced(2, list(range(1001)), {"a": 1, "b": 2})]
    if VERSION >= (3, 8):
        found.append(WithSetter())
    if not PY2:
        found += DATACLASSES
    yield "instance", found
    derived = []
    for cls, items in [(Numbered, [0, -1, 2 ** 40]), (Texted, ["", "a"]), (Tupled, [(), (1, 2)]), (Floated, [0.5]), (Listed, [[], [1, 2]]), (Mapped, [{}, {"a": 1}]),
                       (SetOf, [[], [1]]), (Bytesed, [b"", b"a\xff"])]:
        for item in items:
            derived += [cls(item), with_attr(cls(item), note=1)]
    yield "derived", derived + [Pair(1, 2), Pair("a", None), Pair((), 2 ** 40)]
    noted = ValueError("noted")
    if hasattr(noted, "add_note"):
        noted.add_note("one")
        noted.add_note("two")
    yield "exception", [ValueError(), ValueError("x"), KeyError("k"), KeyError(1, 2), OSError("no"), OSError(5, "io"), ZeroDivisionError("'\""), StopIteration(5), SystemExit(3), noted,
                        with_attr(RuntimeError("marked", 1), code=5), BaseException(None), KeyboardInterrupt(), Failure(1, 2), Coded(), Coded("a", (1, 2))]
    handler = logging.handlers.SocketHandler("localhost", 1)
    records = []
    for level, msg, args in [(10, "plain", ()), (20, "%d items", (5,)), (30, "%s and %s", ("a", 2)), (40, "%(k)s", ({"k": 1},)), (50, "", ()), (25, "level 25", ())]:
        r = logging.LogRecord("app.part", level, "/srv/app.py", 7, msg, args, None)
        r.my_extra = level
        records += [r, pickle.loads(handler.makePickle(r)[4:])]
    try:
        1 // 0
    except ZeroDivisionError:
        r = logging.LogRecord("app", 40, "/srv/app.py", 8, "failed", (), sys.exc_info())
        records.append(pickle.loads(handler.makePickle(r)[4:]))
    yield "LogRecord", records
    if PY2:
        return
    import types
    yield "ChainMap", [collections.ChainMap(*[dict(d) for d in dicts[n:n + k]]) for n in range(8) for k in (0, 2)]
    yield "UserDict", [collections.UserDict(d) for d in dicts]
    yield "UserList", [collections.UserList(n) for n in lists]
    yield "UserString", [collections.UserString(t) for t in ["", "a", "'", '"', "\n", "\xfc", "\u20ac", "\U0001f600", "\ud800", "x" * 300, "data", "a b"]]
    spaces = [{}, {"a": 1}, {"b": 2, "a": 1}, {"x": None}, {"x": "y"}, {"y": 1.5}, {"n": 2 ** 70}, {"t": (1, 2)}, {"l": [1]}, {"d": {}}, {"\xfc": 1}, {"a": "a"}]
    yield "namespace", [types.SimpleNamespace(**s) for s in spaces]
    yield "enum", MEMBERS
    yield "singleton", [Ellipsis, NotImplemented, type(None), type(Ellipsis), type(NotImplemented)]


DATACLASSES, MEMBERS = [], []
if not PY2:
    exec("""
import dataclasses, enum, http, uuid


@dataclasses.dataclass
class Data:
    x: int
    y: object = None


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: int = 1


DATACLASSES += [Data(1), Data(2, "b"), Frozen(), Frozen(3)]
if VERSION >= (3, 10):
    @dataclasses.dataclass(slots=True)
    class SlotData:
        x: int = 1
        y: int = 2

    @dataclasses.dataclass(frozen=True, slots=True)
    class FrozenSlots:
        x: int = 1
        y: str = "b"

    DATACLASSES += [SlotData(), SlotData(3, 4), FrozenSlots(), FrozenSlots(5, "c")]


class Color(enum.Enum):
    RED = 1
    GREEN = "g"
    BLUE = (1, 2)
    CYAN = None


class Level(enum.IntEnum):
    LOW = -1
    HIGH = 2 ** 40


class Perm(enum.Flag):
    R = 1
    W = 2
    X = 4


class Bits(enum.IntFlag):
    A = 1
    B = 8


class ByName(enum.Enum):
    ONE = 1
    TWO = "2"

    def __reduce_ex__(self, protocol):
        return getattr, (self.__class__, self._name_)


class ByOr(enum.Flag):
    # As enum.Flag of 3.11.0 has it.
    A = 1
    B = 2
    C = 4

    def __reduce_ex__(self, protocol):
        cls, value = self.__class__, self._value_
        for bit in (1, 2, 4):
            if value & bit and value & ~bit:
                return operator.or_, (cls(value & ~bit), cls(bit))
        return cls, (value,)


MEMBERS += list(Color) + list(Level) + [Perm.R, Perm.R | Perm.X, Perm(0), ~Perm.R, Bits.A, Bits.A | Bits.B, Bits(9), Bits(0), Bits(4)]
MEMBERS += list(ByName) + [ByOr.A, ByOr.A | ByOr.C, ByOr.A | ByOr.B | ByOr.C, http.HTTPStatus.NOT_FOUND, uuid.SafeUUID.safe]
""")


def is_apart(kind, x):
    # Objects that are only equal to themselves, records, and what has a NaN in it.
    return kind in ("BytesIO", "StringIO", "exception", "LogRecord", "instance") and type(x).__eq__ in (object.__eq__, getattr(BaseException, "__eq__", None)) or x != x


def has_repr(x):
    return " at 0x" not in repr(x)


if __name__ == "__main__":
    run(values, FIELDS, is_apart, has_repr)
