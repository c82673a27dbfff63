"""Plain functions."""
import math
import os.path
from math import sqrt

CONSTANT = 42
NAMES = ["a", "b", "name"]
TABLE = {"one": 1, "two": [1, 2, 3], ("x", 1): None}
PI2 = math.pi * 2
LIMIT = 60 * 60 * 24


def add(a, b=2, *args, c, d=4, **kwargs):
    """Adds."""
    return a + b + c + d + sum(args) + len(kwargs)


def use_constant(x):
    return x * CONSTANT + len(NAMES) + TABLE["one"]


def hyp(a, b):
    return sqrt(a * a + b * b) + math.floor(0.5)


def fact(n):
    return 1 if n < 2 else n * fact(n - 1)


def even(n):
    return n == 0 or odd(n - 1)


def odd(n):
    return n != 0 and even(n - 1)


def annotated(x: int, y: "str" = "t", *, z: float = 1.5) -> list:
    return [x, y, z, LIMIT]


def outer(x):
    def inner(y):
        return x + y + CONSTANT
    return inner(1) + (lambda q: q * LIMIT)(1)


def generator(n):
    for i in range(n):
        yield i * CONSTANT


def name_of():
    return __name__, os.path.basename(__file__)


def setter(value):
    global STATE
    STATE = value
    return STATE


def joined(*parts):
    return os.path.join(*parts)


def floats():
    return 1.5, -0.0, 1e300, 2j, b"bytes", b"x", "y", "", ..., None, True, 10**30


def unused():
    try:
        import json
        return json.dumps({"a": NAMES})
    except ImportError:
        return None


square = lambda x: x * x
