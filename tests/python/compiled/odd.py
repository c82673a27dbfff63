"""What is seldom seen."""
import os
import sys

(first, second), *rest = [(1, 2), 3, 4]
a = b = {"shared": []}
del b
x, y = 5, 6
MESSAGE = """A long text
of two lines."""
BIG = 2 ** 70
SLICE = "abcdef"[1:3]
NESTED = {"a": [{"b": (1, [2, {"c"}])}]}
EMPTY = ((), [], {}, set(), frozenset(), "", b"")
UNICODE = "käse \u20ac \U0001f600"
LATIN = "é"
matrix = [[i * j for j in range(3)] for i in range(3)]
flat = [n for row in matrix for n in row if n]
lookup = dict(zip("abc", range(3)))
lookup["d"] = 3
lookup.update(e=4)
names = []
for name in ("x", "y"):
    names.append(name * 2 if name == "x" else name)
else:
    names.append("end")
while len(names) < 5:
    names.append(len(names))
assert names, "never empty"


def unpacked():
    return first, second, rest, a, x, y


def constants():
    return MESSAGE, BIG, SLICE, UNICODE, LATIN


def nested():
    return NESTED, EMPTY[0]


def comprehended():
    return matrix, flat, lookup, names


def positional(p, /, q=BIG, *, r=None):
    return p, q, r


def inner_class():
    class Local:
        value = BIG
    return Local().value


async def coroutine(x):
    return x


def walrus(items):
    return [n for item in items if (n := len(item)) > 1]


def environment():
    return isinstance(os.environ, object), sys.version_info[0]


def deleted():
    return "b" in globals()


def many_defaults(a=1, b=(1, 2), c=None, d="d", e=1.5, f=b"f"):
    return a, b, c, d, e, f


lambdas = [lambda v: v + 1, lambda v, w=2: v * w]


def apply(v):
    return [f(v) for f in lambdas]
