"""Classes that the payloads of corpus2.py refer to. Python 2.7 writes them, Python 3 can import this module too."""

import collections


class Old:
    """An old-style class on Python 2: INST and OBJ."""

    def __init__(self, *args):
        self.args = args


class OldEmpty:
    pass


class OldInit:
    def __init__(self, a, b=2):
        self.a = a
        self.b = b

    def __getinitargs__(self):
        return (self.a, self.b)


class OldState:
    def __getstate__(self):
        return self.state

    def __setstate__(self, state):
        self.state = state


class OldError(Exception):
    pass


class New(object):
    def __init__(self, **kw):
        self.__dict__.update(kw)


class NewEmpty(object):
    pass


class Slots(object):
    __slots__ = ("a", "b")


class State(object):
    state = None

    def __init__(self, state=None):
        self.state = state

    def __getstate__(self):
        return self.state

    def __setstate__(self, state):
        self.state = state


class NewArgs(object):
    def __new__(cls, *args):
        self = object.__new__(cls)
        self.args = args
        return self

    def __getnewargs__(self):
        return self.args


class Made(object):
    def __init__(self, *args):
        self.args = args
        self.log = []

    def append(self, item):
        self.log.append(("append", item))

    def extend(self, items):
        for item in items:
            self.append(item)

    def __setitem__(self, key, value):
        self.log.append(("set", key, value))

    def __setstate__(self, state):
        self.log.append(("state", state))


def make(*args):
    return Made(*args)


class Reduced(object):
    def __init__(self, *value):
        self.value = value

    def __reduce__(self):
        value = list(self.value)
        if len(value) > 3 and value[3] is not None:
            value[3] = iter(value[3])
        if len(value) > 4 and value[4] is not None:
            value[4] = iter(value[4].items())
        return tuple(value)


class Recursive(object):
    def __init__(self, box=None):
        self.box = box

    def __reduce__(self):
        return Recursive, (self.box,)


class Int(int):
    pass


class Str(str):
    pass


class Unicode(type(u"")):
    pass


class List(list):
    pass


class Dict(dict):
    pass


class Tuple(tuple):
    pass


class Set(set):
    pass


class Stored(object):
    def __init__(self, pid):
        self.pid = pid


def function():
    pass


Pair = collections.namedtuple("Pair", "left right")
