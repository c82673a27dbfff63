"""Doc of my_module."""
import collections, enum, functools, typing, warnings
from typing import NamedTuple, Optional

CONSTANT_2 = CONSTANT * 2


def my_function(data: int, *, k=1) -> int:
    # a comment
    return data + CONSTANT * k


def fact(n):
    return 1 if n < 2 else n * fact(n - 1)


def even(n): return n == 0 or odd(n - 1)
def odd(n): return n != 0 and even(n - 1)


def deco(f):
    @functools.wraps(f)
    def inner(*a):
        return f(*a) + 1
    return inner


@deco
def decorated(x):
    """doc of decorated"""
    return x * 10


@functools.lru_cache(None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


async def coro(x):
    return x + CONSTANT


def gen(n):
    for i in range(n):
        yield i


async def agen(n):
    for i in range(n):
        yield await coro(i)


def boom(x):
    return 1 / x  # boom line


def warn():
    warnings.warn("careful")  # warn line


def outer(a):
    def nested(b):
        # nested comment
        return a + b
    return nested


lam = lambda x: (
    x +
    CONSTANT)


class Base:
    def hello(self): return "base"


class Child(Base):
    """child doc"""
    s = """multi
line"""
    def hello(self):
        return super().hello() + " child"
    def other(self):
        return __class__.__name__
    @classmethod
    def make(cls): return cls()
    @staticmethod
    def static(x): return x + 1
    @property
    def prop(self) -> Optional[Base]: return self


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Flags(enum.IntFlag):
    A = 1
    B = 2


class NT(NamedTuple):
    a: int
    b: str = "b"


OldNT = collections.namedtuple("OldNT", "a b")

if __name__ == '__main__':
    RAN_MAIN = True
else:
    RAN_MAIN = False
