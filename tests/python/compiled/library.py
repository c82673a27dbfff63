"""Objects of the standard library as globals."""
import functools
import logging
import operator
import re
import threading
from collections import OrderedDict, defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path

logger = logging.getLogger(__name__)
WORD = re.compile(r"\w+")
FLAGS = re.compile("a.b", re.I | re.DOTALL)
INLINE = re.compile("(?i)abc")
double = partial(operator.mul, 2)
parse = partial(int, base=16)
HOME = Path("home") / "user"
by_name = operator.itemgetter("name")
SENTINEL = object


def words(text):
    logger.debug("words of %s", text)
    return WORD.findall(text)


def flags(text):
    return bool(FLAGS.match(text)), bool(INLINE.match(text))


def doubled(x):
    return double(x), parse("ff")


def home():
    return str(HOME)


def named(items):
    return list(map(by_name, items))


@lru_cache(maxsize=None)
def cached(n):
    return n if n < 2 else cached(n - 1) + cached(n - 2)


@contextmanager
def managed(value):
    yield value


def use_managed():
    with managed(3) as value:
        return value


def containers():
    return OrderedDict(a=1), defaultdict(list), deque([1]), list(chain([1], [2]))


def pool():
    return ThreadPoolExecutor.__name__, threading.current_thread is not None


def reduced(items):
    return functools.reduce(operator.add, items)


def calls_cached(n):
    return cached(n)
