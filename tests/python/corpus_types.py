"""Classes and functions that the payloads of corpus.py and assembled.py refer to.

Importable by name on every interpreter that loads such a payload (CPython 3.6 to 3.14).
"""

import collections
import copyreg
import enum

try:
    import dataclasses
except ImportError:  # 3.6
    dataclasses = None


class Point:
    """A plain instance: the state is its __dict__."""

    def __init__(self, x=0, y=0):
        self.x = x
        self.y = y

    def norm(self):
        return self.x * self.x + self.y * self.y

    @classmethod
    def origin(cls):
        return cls()

    @staticmethod
    def axes():
        return ("x", "y")

    class Inner:
        """Two names deep."""

        class Deep:
            """Three names deep."""

            def method(self):
                return "deep"

        def method(self):
            return "inner"


class Empty:
    """An instance without state."""


class Node:
    """Takes any attributes; the building block of cycles. Hashed by identity."""

    def __init__(self, **kw):
        self.__dict__.update(kw)


class Slots:
    __slots__ = ("a", "b")

    def __init__(self, *values):
        for name, value in zip(self.__slots__, values):
            setattr(self, name, value)


class SlotsAndDict(Slots):
    """Slots of its base, and a __dict__."""


class SlotsMore(Slots):
    __slots__ = ("c", "_SlotsMore__private")


class WithState:
    """__getstate__ and __setstate__ with any state at all."""

    def __init__(self, state=None):
        self.state = state

    def __getstate__(self):
        return self.state

    def __setstate__(self, state):
        self.state = state


class GetStateOnly:
    def __init__(self, **kw):
        self.__dict__.update(kw)

    def __getstate__(self):
        return dict(self.__dict__, from_getstate=True)


class SetStateOnly:
    def __init__(self, **kw):
        self.__dict__.update(kw)

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.__dict__["from_setstate"] = True


class NewArgs:
    def __new__(cls, *args):
        self = object.__new__(cls)
        self.args = args
        return self

    def __getnewargs__(self):
        return self.args


class NewArgsEx:
    def __new__(cls, *args, **kwargs):
        self = object.__new__(cls)
        self.args = args
        self.kwargs = kwargs
        return self

    def __getnewargs_ex__(self):
        return self.args, self.kwargs


class NewArgsBare(NewArgs):
    """No state beside the arguments."""

    def __getstate__(self):
        return None


class NewArgsExBare(NewArgsEx):
    def __getstate__(self):
        return None


class Made:
    """What make() returns: keeps its arguments and everything done to it since."""

    def __new__(cls, *args):
        self = object.__new__(cls)
        self.args = args
        self.log = []
        return self

    def append(self, item):
        self.log.append(("append", item))

    def extend(self, items):
        for item in items:
            self.log.append(("append", item))

    def __setitem__(self, key, value):
        self.log.append(("set", key, value))

    def add(self, item):
        self.log.append(("add", item))

    def __setstate__(self, state):
        self.__dict__.setdefault("args", ())
        self.__dict__.setdefault("log", []).append(("state", state))


def make(*args):
    return Made(*args)


def state_setter(obj, state):
    obj.log.append(("setter", state))
    return "dropped"


class Reduced:
    """__reduce__ with whatever tuple it was given; list and dict items become iterators."""

    def __init__(self, *value):
        self.value = value

    def __reduce__(self):
        value = list(self.value)
        for at, items in ((3, list), (4, dict)):
            if len(value) > at and isinstance(value[at], items):
                value[at] = iter(value[at].items() if items is dict else value[at])
        return tuple(value)


class ReducedEx(Reduced):
    """The same through __reduce_ex__, with the protocol among the arguments."""

    def __reduce_ex__(self, protocol):
        value = self.__reduce__()
        return (value[0], value[1] + (protocol,)) + value[2:]


class NewObj:
    """__reduce__ names copyreg.__newobj__ itself."""

    def __new__(cls, *args):
        self = object.__new__(cls)
        self.args = args
        return self

    def __reduce__(self):
        return (copyreg.__newobj__, (type(self),) + self.args)


class NewObjState(NewObj):
    def __reduce__(self):
        return (copyreg.__newobj__, (type(self),) + self.args, {"state": list(self.args)})


class NewObjEx(NewArgsEx):
    """__reduce__ names copyreg.__newobj_ex__ itself."""

    def __reduce__(self):
        return copyreg.__newobj_ex__, (type(self), self.args, {"key": self.args})


class Singleton:
    """__reduce__ returns the name of a global."""

    def __init__(self, name):
        self.name = name

    def __reduce__(self):
        return self.name


SINGLETON = Singleton("SINGLETON")


class Recursive:
    """Reached again from the arguments of its own reduce value."""

    def __init__(self, box=None):
        self.box = box

    def __reduce__(self):
        return Recursive, (self.box,)


class RecursiveState(Recursive):
    def __reduce__(self):
        return RecursiveState, (self.box,), {"box": self.box, "more": 1}


class RecursiveNew:
    """Reached again from the arguments of its own __new__."""

    def __new__(cls, box=None):
        self = object.__new__(cls)
        self.box = box
        return self

    def __getnewargs__(self):
        return (self.box,)


class ByValueHash:
    """Hashable without identity, so that sets of it have one order everywhere."""

    def __init__(self, n=0):
        self.n = n

    def __hash__(self):
        return hash(self.__dict__.get("n"))

    def __eq__(self, other):
        return isinstance(other, ByValueHash) and self.n == other.n


class Int(int):
    pass


class Float(float):
    pass


class Str(str):
    pass


class Bytes(bytes):
    pass


class ByteArray(bytearray):
    pass


class Tuple(tuple):
    pass


class List(list):
    pass


class Dict(dict):
    pass


class Set(set):
    pass


class FrozenSet(frozenset):
    pass


class Complex(complex):
    pass


class SlottedList(list):
    __slots__ = ("tag",)


class SlottedTuple(tuple):
    __slots__ = ()


class OrderedSub(collections.OrderedDict):
    pass


class CounterSub(collections.Counter):
    pass


class DequeSub(collections.deque):
    pass


class DefaultSub(collections.defaultdict):
    pass


class Missing(dict):
    def __missing__(self, key):
        return key


Pair = collections.namedtuple("Pair", "left right")
Single = collections.namedtuple("Single", "only")
Wide = collections.namedtuple("Wide", "a b c d e")


class PairSub(Pair):
    """A named tuple with a __dict__."""


class Color(enum.Enum):
    RED = 1
    GREEN = "green"
    BLUE = (0, 0, 255)
    CRIMSON = 1  # an alias


class Number(enum.IntEnum):
    ONE = 1
    TWO = 2
    BIG = 70000


class Perm(enum.Flag):
    R = 4
    W = 2
    X = 1


class IntPerm(enum.IntFlag):
    R = 4
    W = 2
    X = 1


class Auto(enum.Enum):
    FIRST = enum.auto()
    SECOND = enum.auto()


class Outer:
    class Shade(enum.Enum):
        DARK = "dark"

    Row = collections.namedtuple("Row", "id value")
    Row.__qualname__ = "Outer.Row"

    class Error(Exception):
        pass


class Failure(Exception):
    pass


class FailureWithState(Exception):
    def __init__(self, code, detail=None):
        super().__init__(code)
        self.code = code
        self.detail = detail


class FailureReduced(Exception):
    def __init__(self, code, detail):
        super().__init__("%s: %s" % (code, detail))
        self.code = code
        self.detail = detail

    def __reduce__(self):
        return FailureReduced, (self.code, self.detail)


class Meta(type):
    pass


class WithMeta(metaclass=Meta):
    def __init__(self, value=None):
        self.value = value


class Registered:
    """Its reduce function is in copyreg.dispatch_table."""

    def __init__(self, value=None):
        self.value = value


def rebuild_registered(value):
    return Registered(value)


def reduce_registered(obj):
    return rebuild_registered, (obj.value,)


copyreg.pickle(Registered, reduce_registered)


class Tabled:
    """A pickler's own dispatch_table or reducer_override has its reduce function."""

    def __init__(self, value=None):
        self.value = value


def rebuild_tabled(*args):
    return Tabled(args)


class Stored:
    """Goes into a pickle as a persistent id."""

    def __init__(self, pid):
        self.pid = pid


class Buffer(bytearray):
    """Hands its bytes over out of band at protocol 5."""

    def __reduce_ex__(self, protocol):
        if protocol >= 5:
            import pickle

            return type(self)._rebuild, (pickle.PickleBuffer(self),), None
        return type(self)._rebuild, (bytes(self),)

    @classmethod
    def _rebuild(cls, data):
        return cls(data)


class FrozenBuffer(bytes):
    def __reduce_ex__(self, protocol):
        if protocol >= 5:
            import pickle

            return type(self)._rebuild, (pickle.PickleBuffer(self),), None
        return type(self)._rebuild, (bytes(self),)

    @classmethod
    def _rebuild(cls, data):
        return cls(data)


def function(a, b=2, *args, c=3, **kwargs):
    return a


def generator():
    yield 1


class Größe:
    """A name outside ASCII."""

    class Übergröße:
        pass


class Ext1:
    pass


class Ext255(Ext1):
    pass


class Ext256(Ext1):
    pass


class Ext65535(Ext1):
    pass


class Ext65536(Ext1):
    pass


class ExtMax(Ext1):
    pass


def ext_function(*args):
    return args


# (module, name, code) of copyreg.add_extension; whoever loads the payloads registers them too.
EXTENSIONS = [
    ("corpus_types", "Ext1", 1),
    ("corpus_types", "ext_function", 2),
    ("corpus_types", "Ext255", 255),
    ("corpus_types", "Ext256", 256),
    ("corpus_types", "Ext65535", 65535),
    ("corpus_types", "Ext65536", 65536),
    ("corpus_types", "ExtMax", 2**31 - 1),
]


def register_extensions():
    """Registers EXTENSIONS; calling it again does nothing."""
    for module, name, code in EXTENSIONS:
        copyreg.add_extension(module, name, code)


if dataclasses:

    @dataclasses.dataclass
    class Item:
        name: str
        price: float = 0.0
        tags: list = dataclasses.field(default_factory=list)

    @dataclasses.dataclass(frozen=True)
    class FrozenItem:
        name: str
        count: int = 1

    @dataclasses.dataclass
    class ItemSub(Item):
        parent: object = None

    try:

        @dataclasses.dataclass(slots=True)
        class SlottedItem:
            name: str
            count: int = 1

        @dataclasses.dataclass(slots=True, frozen=True)
        class SlottedFrozenItem:
            name: str
            count: int = 1

    except TypeError:  # before 3.10
        pass
