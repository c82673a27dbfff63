"""Writes what the picklers of this interpreter write, for the tests that read it back.

    python corpus.py OUTDIR            OUTDIR/corpus-3.11.bin
    python corpus.py --numpy OUTDIR    OUTDIR/numpy-3.11.bin (needs numpy; pandas when there)
    python corpus.py --count [--numpy] counts, and the cases this interpreter refuses to pickle

CPython 3.6 and newer, standard library only. The same script on the same interpreter writes the same bytes.

    file    b"PICKLES1" record*
    record  name info payload u32(number of buffers) buffer*
    buffer  u8(1 = read-only) bytes          in the order in which the pickler handed them over
    name, info, payload, bytes               u32(length) and that many bytes; every number little-endian

name    p<protocol>/<pickler>/<case>; pickler: c = _pickle.Pickler, py = pickle._Pickler, opt = pickletools.optimize
        of what c wrote, fast = _pickle.Pickler with fast = True
info    words key=value:
        kind=identity   the C pickler of 3.8 or newer wrote it: reading and writing gives these bytes
        kind=graph      any other origin: reading and writing gives the same graph
        protocol= pickler=
        pickles=N       so many pickles one after another (one Pickler wrote them: the memo goes on unless memo=cleared)
        ids=1           holds persistent ids
        ext=1           holds extension codes (corpus_types.EXTENSIONS)
        fix_imports=0   Python 3 names at protocol < 3
        deep=1          nested further than recursive readers like
A payload with the bytes, kind and buffers of an earlier one is left out.
"""

import array
import collections
import copyreg
import datetime
import decimal
import enum
import fractions
import functools
import importlib
import io
import itertools
import math
import operator
import os
import pathlib
import pickle
import pickletools
import re
import struct
import sys
import types
import typing
import uuid
import warnings

import _compat_pickle
import _pickle
import corpus_types as ct

VERSION = sys.version_info[:2]
HIGHEST = pickle.HIGHEST_PROTOCOL
MAGIC = b"PICKLES1"
# pickletools.optimize and the Python pickler show their own ways in small payloads already.
OPT_LIMIT = 3000
PY_LIMIT = 25000

CASES = []
NAMES = set()


class Case:
    def __init__(self, name, make, protocols, how):
        self.name = name
        self.make = make
        self.protocols = protocols
        self.how = how


def case(name, make, protocols=None, since=None, **how):
    """`make` builds the object anew for each pickler and protocol, so that no dump sees the traces of another."""
    if since and VERSION < since:
        return
    assert name not in NAMES, name
    NAMES.add(name)
    protocols = [p for p in (protocols or range(6)) if p <= HIGHEST]
    CASES.append(Case(name, make, protocols, how))


def values(prefix, pairs, **how):
    for name, value in pairs:
        case("%s-%s" % (prefix, name), lambda value=value: value, **how)


class Rng:
    """xorshift64*: the same numbers on every interpreter."""

    def __init__(self, seed):
        self.state = (seed * 0x9E3779B97F4A7C15 + 0x1234567) & (2**64 - 1) or 1
        for _ in range(4):
            self.next()

    def next(self):
        x = self.state
        x ^= x >> 12
        x = (x ^ (x << 25)) & (2**64 - 1)
        x ^= x >> 27
        self.state = x
        return (x * 2685821657736338717) & (2**64 - 1)

    def below(self, n):
        return (self.next() >> 11) % n

    def pick(self, items):
        return items[self.below(len(items))]

    def chance(self, percent):
        return self.below(100) < percent


def fresh(text):
    """An equal string (or bytes) that is another object, unless it is one of CPython's own of length 0 or 1."""
    return text[:1] + text[1:]


# --- what is in it -----------------------------------------------------------------------------------------------


def scalars():
    values(
        "scalar",
        [("none", None), ("true", True), ("false", False), ("ellipsis", ...), ("not-implemented", NotImplemented)],
    )
    case("scalar-all", lambda: [None, True, False, ..., NotImplemented, None, True, False, ..., NotImplemented])
    for bits in (7, 8, 15, 16, 31, 32, 47, 63, 64, 127, 128, 2031, 2032, 2039, 2040, 2041, 2048):
        for delta in (-1, 0, 1):
            n = 2**bits + delta
            protocols = None if bits < 2000 or delta == 0 else (1, 2, 4)
            case("int-2e%d%+d" % (bits, delta), lambda n=n: n, protocols)
            case("int-minus-2e%d%+d" % (bits, delta), lambda n=n: -n, protocols)
    values("int", [(str(n), n) for n in (0, 1, -1, 9, 10, 100, 127, 254, 257, 65534, 1000000, -1000000)])
    case("int-huge", lambda: 3**12000)
    case("int-huge-minus", lambda: [-(2**20000), 2**20000, 2**20000 - 1])
    case("int-twice", lambda: (lambda n: [n, n, -n])(2**70))
    case("ints-all-widths", lambda: [s * (2**b + d) for b in range(0, 136) for d in (-1, 0, 1) for s in (1, -1)])
    floats = [
        ("zero", 0.0),
        ("minus-zero", -0.0),
        ("one", 1.0),
        ("tenth", 0.1),
        ("third", 1 / 3),
        ("pi", math.pi),
        ("inf", float("inf")),
        ("minus-inf", float("-inf")),
        ("nan", float("nan")),
        ("1e16", 1e16),
        ("1e15", 1e15),
        ("1e22", 1e22),
        ("1e23", 1e23),
        ("1e-5", 1e-5),
        ("1e-4", 1e-4),
        ("1e300", 1e300),
        ("max", sys.float_info.max),
        ("min", sys.float_info.min),
        ("subnormal", 5e-324),
        ("subnormal2", 2.2250738585072011e-308),
        ("9007199254740993", 9007199254740993.0),
        ("123456789012345680", 1.2345678901234568e17),
        ("5e-324x3", 1.5e-323),
        ("2e53", 2.0**53),
        ("0.1+0.2", 0.1 + 0.2),
        ("1e21", 1e21),
        ("100", 100.0),
        ("-1.5", -1.5),
        ("4.35", 4.35),
        ("8.41e21", 8.41e21),
        ("2.5e-7", 2.5e-7),
    ]
    values("float", floats)
    case(
        "float-nan-bits",
        lambda: [
            struct.unpack("<d", struct.pack("<Q", b))[0]
            for b in (0x7FF8000000000000, 0xFFF8000000000000, 0x7FF8000000000001, 0xFFFDEADBEEFCAFE0)
        ],
        (1, 2, 3, 4, 5),
    )
    case("floats-all", lambda: [v for _, v in floats])
    rng = Rng(1)
    bits = [rng.next() for _ in range(300)]
    case(
        "floats-random",
        lambda: [struct.unpack("<d", struct.pack("<Q", b))[0] for b in bits if (b >> 52) & 0x7FF != 0x7FF],
    )
    case("floats-short", lambda: [i / 100 for i in range(-150, 150)])
    values(
        "complex",
        [("0", 0j), ("1+2j", 1 + 2j), ("-0-0j", complex(-0.0, -0.0)), ("nan", complex(float("nan"), float("inf")))],
    )


TEXTS = [
    ("empty", ""),
    ("a", "a"),
    ("ab", "ab"),
    ("nul", "\0"),
    ("nul-inside", "a\0b"),
    ("lf", "a\nb"),
    ("cr", "a\rb"),
    ("crlf", "\r\n"),
    ("sub", "a\x1ab"),
    ("backslash", "a\\b"),
    ("backslashes", "\\\\u0041\\"),
    ("backslash-end", "a\\"),
    ("quotes", 'it\'s "quoted"'),
    ("escape-like", "\\u1234 \\n \\x41 \\U0001F600"),
    ("latin1", "caf\xe9 \xa0\xff\x80"),
    ("controls", "".join(map(chr, range(32))) + "\x7f\x80\x9f"),
    ("all-latin1", "".join(map(chr, range(256)))),
    ("greek", "\u03b1\u03b2\u03b3"),
    ("cjk", "\u65e5\u672c\u8a9e"),
    ("bmp-edge", "\u00ff\u0100\u07ff\u0800\ufffe\uffff"),
    ("emoji", "\U0001f600\U0001f680"),
    ("astral-edge", "\U00010000\U0010ffff"),
    ("combining", "e\u0301"),
    ("high-surrogate", "\ud800"),
    ("low-surrogate", "a\udfffb"),
    ("surrogates-in-order", "\ud83d\ude00"),
    ("surrogates-out-of-order", "\ude00\ud83d"),
    ("surrogateescape", "\udc80\udcff"),
    ("bom", "\ufeffa"),
    ("line-separators", "a\u2028b\u2029c\x85d\x0be\x0cf"),
    ("tab-space", " \t x "),
    ("rtl", "\u05d0\u200f\u202e"),
]


def texts():
    values("str", TEXTS)
    case("str-all", lambda: [text for _, text in TEXTS])
    case("str-all-keys", lambda: dict((text, n) for n, (_, text) in enumerate(TEXTS)))
    for n in (2, 254, 255, 256, 257, 1000):
        case("str-len-%d" % n, lambda n=n: "x" * n)
    for n in (63, 64, 65, 85, 86, 127, 128):
        case("str-utf8-len-%d" % n, lambda n=n: ["\u00e9" * n, "\u20ac" * n, "\U0001f600" * n])
    for n in (65535, 65536, 65537):
        case("str-len-%d" % n, lambda n=n: "x" * n, (1, 4))
        case("str-utf8-size-%d" % n, lambda n=n: "\u00e9" + "x" * (n - 2), (4,))
    case("str-same", lambda: (lambda s: [s, s, s, fresh(s), fresh(s)])("hello"))
    case("str-one-char", lambda: ["a", fresh("a"), "\xe9", "\u0100", fresh("\u0100"), "", fresh("")])
    case("str-numeric", lambda: ["1", "-1", "1.5", "1e5", "None", "True", "0x10", "1_000"])

    sample = [
        ("empty", b""),
        ("a", b"a"),
        ("ab", b"ab"),
        ("nul", b"\0"),
        ("lf", b"a\nb"),
        ("crlf", b"\r\n"),
        ("sub", b"\x1a"),
        ("backslash", b"a\\b\\"),
        ("quotes", b'it\'s "x"'),
        ("high", b"\x80\xff"),
        ("all", bytes(range(256))),
    ]
    values("bytes", sample)
    for name, value in sample:
        case("bytearray-" + name, lambda value=value: bytearray(value))
    case("bytes-each", lambda: [value for _, value in sample])
    case("bytearray-each", lambda: [bytearray(value) for _, value in sample])
    for n in (2, 254, 255, 256, 257):
        case("bytes-len-%d" % n, lambda n=n: b"x" * n)
        case("bytearray-len-%d" % n, lambda n=n: bytearray(b"y" * n))
    for n in (65535, 65536, 65537):
        case("bytes-len-%d" % n, lambda n=n: b"x" * n, (1, 3, 5))
        case("bytearray-len-%d" % n, lambda n=n: bytearray(b"y" * n), (4, 5))
    case("bytes-same", lambda: (lambda b: [b, b, fresh(b), fresh(b)])(b"hello"))
    case("bytes-one", lambda: [b"a", fresh(b"a"), b"", fresh(b""), b"\xff", bytes([255])])
    case("bytearray-same", lambda: (lambda b: [b, b, bytearray(b), bytearray(b"")])(bytearray(b"hello")))
    case("bytes-keys", lambda: {b"a": 1, b"bc": b"a", b"": b"bc"})


def framing():
    new = (4, 5)
    for n in (65520, 65521, 65524, 65525, 65526, 65527, 65528, 65529, 65530, 65535, 65536, 65537):
        case("frame-bytes-%d" % n, lambda n=n: [b"b" * n, 1, "after", [2]], (4,) if n % 2 else (5,))
    for n in (65523, 65526, 65527, 65528, 65535, 65536):
        case("frame-str-%d" % n, lambda n=n: ["s" * n, 1, "after", [2]], (5,) if n % 2 else (4,))
    for n in (65521, 65522, 65523, 65524, 65535, 65536):
        case("frame-bytearray-%d" % n, lambda n=n: [bytearray(n), 1, "after", [2]], (5,))
    case("frame-big-second", lambda: [1, b"x" * 65536], new)
    case("frame-big-middle", lambda: (1, "two", b"x" * 70000, "three", "x" * 66000, 4), (5,))
    case("frame-big-twice", lambda: (lambda b: [b, b, (b,)])(b"x" * 65536), new)
    case("frame-big-value", lambda: {"a": 1, "big": b"x" * 65540, "c": [b"y" * 65540]}, (5,))
    case("frame-big-state", lambda: ct.Point("s" * 65536, bytearray(65536)), (5,))
    case("frame-big-key", lambda: {"k" * 65536: 1}, (4,))
    case("frame-big-root", lambda: "r" * 80000, (2, 5))
    case("frame-big-alone", lambda: bytearray(b"r" * 80000), new)
    for n in (21830, 21840, 21841, 21842, 21843):
        case("frame-ints-%d" % n, lambda n=n: [256 + i % 1000 for i in range(n)], (4,) if n % 2 else (5,))
    for n in (65515, 65528, 65532):
        case("frame-nones-%d" % n, lambda n=n: tuple([None] * n), (4,))
    case("frame-many", lambda: [b"%05d" % i * 40 for i in range(1500)], (4,))
    case("frame-many-dict", lambda: {"key %d" % i: "value %d " % i * 10 for i in range(1600)}, (4,))
    case("frame-many-objects", lambda: [ct.Point(i, "y%d" % i) for i in range(6000)], (5,))
    case("frame-long-object", lambda: [[b"p" * 60000], [b"q" * 60000, b"r" * 60000], b"s" * 60000], (5,))
    case("frame-long-int", lambda: [2**530000, 1, 2**530000, 2], (4,))
    case("frame-tuple-across", lambda: tuple("t" * 3000 + str(i) for i in range(50)), (4,))
    case("frame-global-across", lambda: [b"x" * 65510, ct.Point, ct.Empty(), ct.Point()], new)
    for n in (0, 1, 2):  # bodies of 3 bytes have no FRAME, those of 4 do
        case("frame-tiny-%d" % n, lambda n=n: [0] * n, new)


def contents(kind, n):
    if kind == "ints":
        return list(range(n))
    if kind == "wide":
        return [i * 70001 - 35 for i in range(n)]
    if kind == "strings":
        return ["item %d" % i for i in range(n)]
    if kind == "floats":
        return [i / 8 for i in range(n)]
    if kind == "tuples":
        return [(i, str(i)) for i in range(n)]
    if kind == "empties":
        return [()] * n
    if kind == "nested":
        return [((i,), (i, (i, "n"))) for i in range(n)]
    raise ValueError(kind)


def builders():
    yield "list", list
    yield "tuple", tuple
    yield "dict", lambda items: {item: n for n, item in enumerate(items)}
    yield "dict-values", lambda items: {n: item for n, item in enumerate(items)}
    yield "set", set
    yield "frozenset", frozenset


def containers():
    for kind, build in builders():
        for n in (0, 1, 2, 3, 4, 5, 10, 100, 255, 256, 257, 999, 1000, 1001, 1999, 2000, 2001):
            if kind == "dict-values" and n not in (2, 3, 999, 1001):
                continue
            case("%s-%d" % (kind, n), lambda n=n, build=build: build(contents("ints", n)))
        for what in ("wide", "strings", "floats", "tuples", "nested"):
            sizes = {"strings": (1, 2, 3, 4, 100, 999, 1000, 1001, 2001), "tuples": (1, 2, 4, 1000, 1001)}.get(
                what, (1, 2, 3, 4, 100)
            )
            for n in sizes:
                if n > 100 and kind == "dict-values":
                    continue
                protocols = None if n < 999 or kind == "list" else (0, 2, 5) if n % 2 else (1, 3, 4)
                make = lambda n=n, build=build, what=what: build(contents(what, n))
                case("%s-%s-%d" % (kind, what, n), make, protocols)
    for n in (1, 2, 3, 4, 1000, 1001):
        case("list-lists-%d" % n, lambda n=n: [[i] for i in range(n)])
        case("list-dicts-%d" % n, lambda n=n: [{i: i} for i in range(n)])
        case("list-empty-lists-%d" % n, lambda n=n: [[] for i in range(n)])
        case("list-empty-tuples-%d" % n, lambda n=n: [() for i in range(n)])
        case("list-same-list-%d" % n, lambda n=n: [[1, 2]] * n)
        case("list-same-str-%d" % n, lambda n=n: ["shared"] * n)
        case("dict-same-value-%d" % n, lambda n=n: dict.fromkeys(range(n), ("shared", [])))
        case("list-sets-%d" % n, lambda n=n: [{i} for i in range(n)], (0, 2, 4))
        case("list-frozensets-%d" % n, lambda n=n: [frozenset([i, "x"[: i % 2]]) for i in range(n)], (1, 3, 5))
    case(
        "tuples-of-tuples",
        lambda: [tuple(range(n)) for n in range(8)] + [((),), ((), ()), ((), (), ()), ((), (), (), ())],
    )
    case("tuple-same", lambda: (lambda t: [t, t, (t, t), (1, 2)])((1, 2)))
    case("tuple-in-key", lambda: {(1, 2): "a", (1, (2, 3)): "b", ("x",): "c", (): "d"})
    case("frozenset-in-set", lambda: {frozenset([1, 2])})
    case("frozenset-same", lambda: (lambda f: [f, f, frozenset(f), frozenset(), frozenset()])(frozenset([1, 2])))
    case("set-same", lambda: (lambda f: [f, f, set(f), set(), set()])({1, 2}))
    case("set-mixed", lambda: {1, 2.5, "three", b"four", (5, 6), True and 7})
    case(
        "dict-mixed-keys",
        lambda: {
            1: "int",
            2.5: "float",
            "s": "str",
            b"b": "bytes",
            None: "none",
            (1,): "tuple",
            True + 1: "two",
            frozenset([1]): "fs",
        },
    )
    case("dict-equal-keys", lambda: {1: "a", "1": "b", 1.5: "c", b"1": "d"})
    case("dict-reordered", lambda: (lambda d: (d.pop("a"), d.setdefault("a", 9), d)[2])({"a": 1, "b": 2, "c": 3}))
    for depth in (10, 100, 300):

        def deep(depth=depth, kind=None):
            value = 0
            for i in range(depth):
                value = [[value], (value,), {"k": value}, {"a": i, "b": [value]}][kind if kind is not None else i % 4]
            return value

        case("deep-%d" % depth, deep)
        case("deep-lists-%d" % depth, lambda deep=deep: deep(kind=0))
        case("deep-tuples-%d" % depth, lambda deep=deep: deep(kind=1))
        case("deep-dicts-%d" % depth, lambda deep=deep: deep(kind=2))
    case(
        "list-of-everything",
        lambda: [
            None,
            True,
            1,
            300,
            70000,
            2**40,
            1.5,
            "s",
            b"b",
            bytearray(b"ba"),
            (),
            (1,),
            [],
            [1],
            {},
            {1: 2},
            set(),
            {1},
            frozenset(),
            frozenset([1]),
        ],
    )


def sharing():
    for n in (254, 255, 256, 257, 300):

        def shared(n=n):
            items = [[] for _ in range(n)]
            return items + items[-4:] + items[:2]

        case("memo-%d" % n, shared)

    def many():
        items = [[] for _ in range(65540)]
        return items + items[-8:] + items[65530:65536] + [items[0], items[255], items[256]]

    case("memo-65540", many, (0, 2, 4))
    case("memo-scalars", lambda: [1, 1, 1.5, 1.5, None, None, True, True, 2**70, 2**70, (), ()])
    case("shared-pair", lambda: (lambda a: [a, a])([]))
    case("shared-ladder", lambda: functools.reduce(lambda x, _: [x, x], range(30), []))
    case("shared-tuple-ladder", lambda: functools.reduce(lambda x, _: (x, x), range(30), ("t",)))
    case("shared-in-dict", lambda: (lambda a: {"a": a, "b": a, "c": {"d": a}})({"deep": [1]}))
    case("shared-keys", lambda: [{"id": i, "name": "n%d" % i} for i in range(5)])
    case("shared-instances", lambda: (lambda p: [p, p, ct.Point(p, p), {"p": p}])(ct.Point(1, 2)))
    case("shared-dict-of-instance", lambda: (lambda p: [p, p.__dict__])(ct.Point(1, 2)))
    case("shared-dict-of-instance-first", lambda: (lambda p: [p.__dict__, p])(ct.Point(1, 2)))
    for n in (3, 100, 1000):
        case(
            "rows-%d" % n,
            lambda n=n: [
                {
                    "id": i,
                    "name": "user %d" % i,
                    "active": i % 3 == 0,
                    "score": i / 4,
                    "tags": ["t%d" % (i % 5)],
                    "parent": None,
                }
                for i in range(n)
            ],
        )
        case("rows-fresh-keys-%d" % n, lambda n=n: [{fresh("id"): i, fresh("name"): "u%d" % i} for i in range(n)])
        case("rows-tuples-%d" % n, lambda n=n: [(i, "user %d" % i, i / 4) for i in range(n)])
        case("rows-points-%d" % n, lambda n=n: [ct.Point(i, -i) for i in range(n)])
        case("rows-slots-%d" % n, lambda n=n: [ct.Slots(i, "b%d" % i) for i in range(n)], (2, 3, 4, 5))
        case("rows-pairs-%d" % n, lambda n=n: [ct.Pair(i, "r") for i in range(n)])


def cycles():
    def looped(make, link):
        value = make()
        link(value)
        return value

    case("cycle-list", lambda: looped(list, lambda x: x.append(x)))
    case("cycle-list-twice", lambda: looped(list, lambda x: x.extend([x, x, 1])))
    case("cycle-dict", lambda: looped(dict, lambda x: x.update(me=x)))
    case("cycle-dict-list", lambda: looped(dict, lambda x: x.update(a=[x, [x]], b=x)))
    case("cycle-two-lists", lambda: (lambda a, b: (a.append(b), b.append(a), [a, b])[2])([], []))
    for n in range(1, 6):
        for at in range(n):

            def through_list(n=n, at=at):
                inner = []
                value = tuple(inner if i == at else i for i in range(n))
                inner.append(value)
                return value

            case("cycle-tuple%d-at%d" % (n, at), through_list)
            case("cycle-tuple%d-at%d-from-list" % (n, at), lambda f=through_list, at=at: f()[at])

        def through_dict(n=n):
            inner = {}
            value = (inner,) * n
            inner["t"] = value
            return value

        case("cycle-tuple%d-dict" % n, through_dict)

        def through_object(n=n):
            inner = ct.Node()
            value = tuple(range(n - 1)) + (inner,)
            inner.t = value
            return value

        case("cycle-tuple%d-object" % n, through_object)
        case("cycle-tuple%d-in-object" % n, lambda f=through_object: f()[-1])

    def tuples_both():
        inner = []
        one = (inner, "one")
        two = (one, inner, "two")
        inner.extend([one, two])
        return two

    case("cycle-tuples-nested", tuples_both)
    case("cycle-object", lambda: looped(ct.Node, lambda x: setattr(x, "me", x)))
    case("cycle-object-dict", lambda: looped(ct.Node, lambda x: setattr(x, "d", x.__dict__)))
    case("cycle-object-list", lambda: looped(ct.Node, lambda x: setattr(x, "l", [x, [x]])))
    case("cycle-objects", lambda: (lambda a, b: (setattr(a, "b", b), setattr(b, "a", a), a)[2])(ct.Node(), ct.Node()))
    case(
        "cycle-tree",
        lambda: (lambda r: (setattr(r, "kids", [ct.Node(parent=r, n=i) for i in range(5)]), r)[1])(ct.Node()),
    )
    case("cycle-frozenset", lambda: looped(ct.Node, lambda x: setattr(x, "f", frozenset([x]))))
    case("cycle-frozenset-root", lambda: looped(ct.Node, lambda x: setattr(x, "f", frozenset([x]))).f)
    case("cycle-set", lambda: looped(ct.Node, lambda x: setattr(x, "s", {x})))
    case("cycle-set-root", lambda: looped(ct.Node, lambda x: setattr(x, "s", {x})).s)
    case(
        "cycle-frozensets",
        lambda: looped(ct.Node, lambda x: (setattr(x, "f", frozenset([(x, 1)])), setattr(x, "g", frozenset([x])))),
    )
    case("cycle-slots", lambda: looped(ct.Slots, lambda x: setattr(x, "a", x)), (2, 3, 4, 5))
    case("cycle-state", lambda: looped(ct.WithState, lambda x: setattr(x, "state", [x])))
    case("cycle-list-subclass", lambda: looped(ct.List, lambda x: x.append(x)))
    case("cycle-dict-subclass", lambda: looped(ct.Dict, lambda x: x.update(a=x)))
    case("cycle-list-subclass-attr", lambda: looped(ct.List, lambda x: (x.append(1), setattr(x, "me", x))))
    case("cycle-tuple-subclass-attr", lambda: (lambda t: (setattr(t, "me", t), t)[1])(ct.Tuple((1, 2))))
    case("cycle-set-subclass-attr", lambda: looped(ct.Set, lambda x: setattr(x, "me", x)))
    case("cycle-int-subclass-attr", lambda: (lambda t: (setattr(t, "me", t), t)[1])(ct.Int(5)))
    case("cycle-ordered-dict", lambda: looped(collections.OrderedDict, lambda x: x.update(a=x)))
    case("cycle-defaultdict", lambda: (lambda d: (d.update(a=d), d)[1])(collections.defaultdict(list)))
    case("cycle-deque", lambda: looped(collections.deque, lambda x: x.append(x)))
    case("cycle-exception", lambda: (lambda e: (setattr(e, "me", e), e)[1])(ValueError("loop")))
    case("cycle-exception-args", lambda: (lambda box: (box.append(ValueError(box)), box)[1])([]))
    case("cycle-exception-args-root", lambda: (lambda box: (box.append(ValueError(box)), box)[1])([])[0])
    case("cycle-partial", lambda: (lambda d: (d.update(f=functools.partial(print, d)), d)[1])({}))
    case("cycle-bound-method", lambda: looped(ct.Point, lambda x: setattr(x, "x", x.norm)))
    case("cycle-namespace", lambda: looped(types.SimpleNamespace, lambda x: setattr(x, "ns", x)))
    case("cycle-chainmap", lambda: looped(collections.ChainMap, lambda x: x.update(a=x)))
    case("cycle-reduce", lambda: (lambda box: (box.append(ct.Recursive(box)), box[0])[1])([]))
    case("cycle-reduce-list", lambda: (lambda box: (box.append(ct.Recursive(box)), box)[1])([]))
    case("cycle-reduce-dict", lambda: (lambda box: (box.update(r=ct.Recursive(box)), box["r"])[1])({}))
    case("cycle-reduce-twice", lambda: (lambda box: (box.append(ct.Recursive(box)), [box[0], box[0], box])[1])([]))
    case("cycle-reduce-state", lambda: (lambda box: (box.append(ct.RecursiveState(box)), box[0])[1])([]))
    case("cycle-new", lambda: (lambda box: (box.append(ct.RecursiveNew(box)), box[0])[1])([]))
    case("cycle-new-list", lambda: (lambda box: (box.append(ct.RecursiveNew(box)), box)[1])([]))
    case("cycle-iterator", lambda: (lambda box: (box.append(iter(box)), box)[1])([1, 2]))
    case("cycle-values", lambda: (lambda o: (setattr(o, "s", {ct.ByValueHash(1)}), o)[1])(ct.Node()))


def instances():
    for name, make in [
        ("plain", lambda: ct.Point(1, "two")),
        ("empty", ct.Empty),
        ("plain-nested", lambda: ct.Point(ct.Point(1, 2), [ct.Point()])),
        ("node-many", lambda: ct.Node(**{"attr%d" % i: i for i in range(30)})),
        ("one-attr", lambda: ct.Node(only=[])),
        ("node-1000", lambda: ct.Node(**{"a%d" % i: i for i in range(1000)})),
        ("node-1001", lambda: ct.Node(**{"a%d" % i: i for i in range(1001)})),
        ("fresh-attr", lambda: (lambda n: (setattr(n, fresh("name"), 1), n)[1])(ct.Node())),
        ("odd-attrs", lambda: (lambda n: (n.__dict__.update({"": 1, "a b": 2, "\u00e9": 3, 5: 6}), n)[1])(ct.Node())),
        ("slots", lambda: ct.Slots(1, [2])),
        ("slots-some", lambda: ct.Slots(1)),
        ("slots-none", ct.Slots),
        ("slots-dict", lambda: (lambda s: (setattr(s, "more", 3), s)[1])(ct.SlotsAndDict(1, 2))),
        ("slots-dict-empty", lambda: ct.SlotsAndDict(1, 2)),
        ("slots-dict-nothing", ct.SlotsAndDict),
        ("slots-more", lambda: (lambda s: (setattr(s, "a", 5), s)[1])(ct.SlotsMore(1, 2))),
        ("meta", lambda: ct.WithMeta([1])),
        ("getstate-only", lambda: ct.GetStateOnly(a=1)),
        ("setstate-only", lambda: ct.SetStateOnly(a=1)),
        ("registered", lambda: [ct.Registered(1), ct.Registered([2])]),
        ("nested-class", lambda: ct.Point.Inner()),
        ("nested-class-deep", lambda: [ct.Point.Inner.Deep(), ct.Point.Inner.Deep(), ct.Point.Inner()]),
        ("non-ascii-class", lambda: [ct.Größe(), ct.Größe.Übergröße()]),
        ("class-per-item", lambda: [ct.Point(), ct.Empty(), ct.Node(), ct.Point(), ct.Empty()]),
    ]:
        case("obj-" + name, make)
    for name, state in [
        ("none", None),
        ("false", False),
        ("true", True),
        ("zero", 0),
        ("int", 7),
        ("dict-empty", {}),
        ("dict", {"a": 1}),
        ("tuple-empty", ()),
        ("tuple", (1, 2)),
        ("pair-none-dict", (None, {"a": 1})),
        ("str", "state"),
        ("str-empty", ""),
        ("list-empty", []),
        ("list", [1]),
        ("float-zero", 0.0),
        ("bytes", b"x"),
        ("set", {1}),
    ]:
        case("state-" + name, lambda state=state: ct.WithState(state))
        case("state-two-" + name, lambda state=state: [ct.WithState(state), ct.WithState(state)])
    for name, make in [
        ("newargs-0", lambda: ct.NewArgs()),
        ("newargs-1", lambda: ct.NewArgs(1)),
        ("newargs-4", lambda: ct.NewArgs(1, "b", [3], (4,))),
        ("newargs-bare", lambda: ct.NewArgsBare(1, 2)),
        ("newargs-bare-0", lambda: ct.NewArgsBare()),
        ("newargs-ex", lambda: ct.NewArgsEx(1, two=2)),
        ("newargs-ex-no-kwargs", lambda: ct.NewArgsEx(1, 2)),
        ("newargs-ex-nothing", lambda: ct.NewArgsEx()),
        ("newargs-ex-bare", lambda: ct.NewArgsExBare(1, k="v", l=[1])),
        ("newargs-ex-only-kwargs", lambda: ct.NewArgsExBare(k=1)),
        ("newargs-ex-twice", lambda: [ct.NewArgsExBare(1, k=1), ct.NewArgsExBare(2, k=2)]),
    ]:
        case("obj-" + name, make)

    make = ct.make
    setter = ct.state_setter
    for name, value in [
        ("2-no-args", (make, ())),
        ("2-one", (make, (1,))),
        ("2-four", (make, (1, 2, [3], "four"))),
        ("2-class", (ct.Made, ("a",))),
        ("2-builtin", (int, ("12",))),
        ("2-list-class", (list, ((1, 2),))),
        ("3-dict", (make, (1,), {"a": 1})),
        ("3-none", (make, (1,), None)),
        ("3-false", (make, (), False)),
        ("3-empty", (make, (), {})),
        ("3-tuple", (make, (), (1, 2))),
        ("3-zero", (make, (), 0)),
        ("4-items", (make, (), None, [1, 2, 3])),
        ("4-one", (make, (), None, [1])),
        ("4-none", (make, (), None, [])),
        ("4-state", (make, (), {"s": 1}, ["i"])),
        ("5-dict", (make, (), None, None, {"k": "v", "l": [1]})),
        ("5-one", (make, (), None, None, {"k": "v"})),
        ("5-empty", (make, (), None, None, {})),
        ("5-all", (make, ("arg",), {"s": 1}, [1, 2], {"k": "v", "l": "w"})),
        ("5-1001", (make, (), 1, list(range(1001)), {i: i for i in range(1001)})),
        ("4-1000", (make, (), None, list(range(1000)))),
        ("4-2001", (make, (), None, list(range(2001)))),
        ("5-1000", (make, (), None, None, {i: None for i in range(1000)})),
        ("reconstructor", (copyreg._reconstructor, (ct.Point, object, None), {"x": 1})),
        ("partial", (functools.partial(make, 1), (2,))),
        ("instance-method", (ct.Point.origin, ())),
    ]:
        case("reduce-" + name, lambda value=value: ct.Reduced(*value))
        case(
            "reduce-twice-" + name,
            lambda value=value: (lambda r: [r, r, ct.Reduced(*value)])(ct.Reduced(*value)),
            (
                (0, 2, 4, 5)
                if len(value) > 3 and any(isinstance(v, (list, dict)) and len(v) > 50 for v in value[3:])
                else None
            ),
        )
    for name, value in [
        ("6-setter", (make, (), {"s": 1}, None, None, setter)),
        ("6-none-state", (make, (), None, None, None, setter)),
        ("6-false-state", (make, (), False, None, None, setter)),
        ("6-all", (make, (1,), {"s": 1}, [1, 2], {"k": "v"}, setter)),
        ("6-none", (make, (), {"s": 1}, None, None, None)),
        ("6-tuple-state", (make, (), (1, {"a": 2}), None, None, setter)),
    ]:
        case("reduce-" + name, lambda value=value: ct.Reduced(*value), since=(3, 8))
        case("reduce-twice-" + name, lambda value=value: [ct.Reduced(*value), ct.Reduced(*value)], since=(3, 8))
    case("reduce-newobj", lambda: [ct.NewObj(), ct.NewObj(1, [2]), ct.NewObj(1)])
    case("reduce-newobj-state", lambda: [ct.NewObjState(), ct.NewObjState(1, [2])])
    case("reduce-newobj-ex", lambda: [ct.NewObjEx(), ct.NewObjEx(1, [2])])
    case("reduce-ex", lambda: ct.ReducedEx(make, (1,), {"s": 1}))
    case("reduce-string", lambda: [ct.SINGLETON, ct.SINGLETON])
    case("reduce-of-reduce", lambda: ct.Reduced(make, (ct.Reduced(make, (1,)),), ct.Reduced(make, (2,))))


def subclasses():
    def attr(value, **kw):
        value.__dict__.update(kw)
        return value

    for name, cls, samples in [
        ("int", ct.Int, [0, 5, -(2**70)]),
        ("float", ct.Float, [0.0, 1.5, float("nan")]),
        ("str", ct.Str, ["", "text", "\ud800"]),
        ("bytes", ct.Bytes, [b"", b"data"]),
        ("bytearray", ct.ByteArray, [b"", b"data"]),
        ("tuple", ct.Tuple, [(), (1,), (1, 2, 3, 4)]),
        ("list", ct.List, [[], [1], [1, 2, 3], list(range(1000)), list(range(1001)), list(range(2001))]),
        (
            "dict",
            ct.Dict,
            [
                {},
                {1: 2},
                {1: 2, 3: 4},
                {i: i for i in range(1000)},
                {i: i for i in range(1001)},
                {i: i for i in range(2001)},
            ],
        ),
        ("set", ct.Set, [(), (1,), (1, 2), range(1000), range(1001)]),
        ("frozenset", ct.FrozenSet, [(), (1,), (1, 2), range(1001)]),
        ("complex", ct.Complex, [1 + 2j]),
        ("ordered", ct.OrderedSub, [{}, {"a": 1}, {"a": 1, "b": 2}]),
        ("counter", ct.CounterSub, ["", "abca"]),
        ("deque", ct.DequeSub, [(), (1, 2)]),
        ("missing", ct.Missing, [{}, {"a": 1}]),
        ("slotted-tuple", ct.SlottedTuple, [(), (1, 2)]),
    ]:
        for n, sample in enumerate(samples):
            size = len(sample) if hasattr(sample, "__len__") and len(sample) > 9 else n
            case("sub-%s-%s" % (name, size), lambda cls=cls, sample=sample: cls(sample))
        if cls is not ct.SlottedTuple:
            case(
                "sub-%s-attrs" % name,
                lambda cls=cls, sample=samples[-1] if len(samples) < 3 else samples[2]: attr(
                    cls(sample), tag="t", more=[1]
                ),
            )
        case(
            "sub-%s-twice" % name,
            lambda cls=cls, sample=samples[1 if len(samples) > 1 else 0]: (lambda a: [a, a, cls(sample)])(cls(sample)),
        )
    case(
        "sub-slotted-list",
        lambda: (lambda x: (x.extend([1, 2]), setattr(x, "tag", "t"), x)[2])(ct.SlottedList()),
        (2, 3, 4, 5),
    )
    case("sub-default", lambda: attr(ct.DefaultSub(int, {"a": 1}), tag=1))


def library():
    od = collections.OrderedDict
    for n in (0, 1, 2, 3, 999, 1000, 1001, 2001):
        case("ordereddict-%d" % n, lambda n=n: od((i, i) for i in range(n)))
        case(
            "defaultdict-%d" % n,
            lambda n=n: collections.defaultdict(list, {i: [i] for i in range(n)}),
            None if n < 5 else (0, 2, 4),
        )
        case(
            "counter-%d" % n,
            lambda n=n: collections.Counter({"k%d" % i: i for i in range(n)}),
            None if n < 5 else (1, 3, 5),
        )
        case("deque-%d" % n, lambda n=n: collections.deque(range(n)))
    order = lambda: (lambda d: (d.move_to_end("a"), d)[1])(od([("a", 1), ("b", 2)]))
    named = [
        ("ordereddict-moved", order),
        ("ordereddict-attr", lambda: (lambda d: (setattr(d, "tag", 1), d)[1])(od(a=1))),
        ("defaultdict-none", lambda: collections.defaultdict(None, a=1)),
        ("defaultdict-partial", lambda: collections.defaultdict(functools.partial(int, "5"), a=1)),
        ("deque-maxlen", lambda: collections.deque([1, 2, 3], 2)),
        ("deque-maxlen-empty", lambda: collections.deque(maxlen=5)),
        ("deque-maxlen-0", lambda: collections.deque([1], 0)),
        ("deque-maxlen-1001", lambda: collections.deque(range(1001), 1001)),
        ("deque-two", lambda: [collections.deque([1]), collections.deque([2]), collections.deque]),
        ("chainmap", lambda: collections.ChainMap({"a": 1}, {"b": 2})),
        ("chainmap-empty", collections.ChainMap),
        ("userdict", lambda: collections.UserDict(a=1)),
        ("userlist", lambda: collections.UserList([1, 2])),
        ("userstring", lambda: collections.UserString("us")),
        ("pair", lambda: ct.Pair(1, "two")),
        ("pair-twice", lambda: (lambda p: [p, p, ct.Pair(p, p)])(ct.Pair(1, 2))),
        ("single", lambda: ct.Single(None)),
        ("wide", lambda: ct.Wide(1, 2, 3, 4, 5)),
        ("pair-sub", lambda: (lambda p: (setattr(p, "tag", 1), p)[1])(ct.PairSub(1, 2))),
        ("nested-row", lambda: ct.Outer.Row(1, "v")),
        ("enum", lambda: ct.Color.RED),
        ("enum-all", lambda: list(ct.Color) + list(ct.Number) + list(ct.Auto)),
        ("enum-twice", lambda: [ct.Color.RED, ct.Color.RED, ct.Color.CRIMSON]),
        ("intenum", lambda: ct.Number.BIG),
        ("flag", lambda: ct.Perm.R),
        ("flag-or", lambda: ct.Perm.R | ct.Perm.W),
        ("flag-none", lambda: ct.Perm(0)),
        ("flag-three", lambda: [ct.Perm.R | ct.Perm.W | ct.Perm.X, ct.Perm.X]),
        ("intflag", lambda: ct.IntPerm.R | ct.IntPerm.X),
        ("intflag-extra", lambda: ct.IntPerm(64)),
        ("enum-nested", lambda: ct.Outer.Shade.DARK),
        ("enum-keys", lambda: {ct.Color.RED: 1, ct.Color.GREEN: 2}),
        ("enum-class", lambda: [ct.Color, ct.Outer.Shade]),
        ("enum-stdlib", lambda: [re.RegexFlag.I, uuid.SafeUUID.safe] if VERSION >= (3, 7) else re.RegexFlag.I),
        ("date", lambda: datetime.date(2024, 2, 29)),
        ("date-min", lambda: datetime.date.min),
        ("date-max", lambda: datetime.date.max),
        ("time", lambda: datetime.time(12, 34, 56, 789)),
        ("time-zero", datetime.time),
        ("time-fold", lambda: datetime.time(1, 2, fold=1)),
        ("time-tz", lambda: datetime.time(1, tzinfo=datetime.timezone.utc)),
        ("datetime", lambda: datetime.datetime(2024, 2, 29, 23, 59, 59, 999999)),
        ("datetime-utc", lambda: datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)),
        (
            "datetime-offset",
            lambda: datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=5, minutes=30))),
        ),
        (
            "datetime-named",
            lambda: datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(-1, 3600), "X\u00e9")),
        ),
        ("datetime-fold", lambda: datetime.datetime(2000, 1, 1, fold=1)),
        ("datetimes", lambda: [datetime.datetime(2000, 1, d, tzinfo=datetime.timezone.utc) for d in range(1, 20)]),
        ("timedelta", lambda: datetime.timedelta(1, 2, 3)),
        ("timedelta-zero", datetime.timedelta),
        ("timedelta-negative", lambda: -datetime.timedelta(microseconds=1)),
        ("timedelta-max", lambda: datetime.timedelta.max),
        (
            "timezone",
            lambda: [
                datetime.timezone.utc,
                datetime.timezone(datetime.timedelta(0)),
                datetime.timezone(datetime.timedelta(hours=-3), "BRT"),
            ],
        ),
        (
            "decimal",
            lambda: [
                decimal.Decimal(s)
                for s in ("0", "-0", "1.10", "1E+30", "NaN", "sNaN12", "-Infinity", "123456789012345678901234567890.5")
            ],
        ),
        ("decimal-one", lambda: decimal.Decimal("3.14")),
        ("decimal-context", lambda: decimal.Context(prec=7, rounding=decimal.ROUND_UP)),
        ("fraction", lambda: [fractions.Fraction(1, 3), fractions.Fraction(-7)]),
        ("uuid", lambda: uuid.UUID(int=0x12345678123456781234567812345678)),
        ("uuids", lambda: [uuid.UUID(int=i) for i in (0, 1, 2**128 - 1)]),
        ("path", lambda: pathlib.PurePosixPath("/a/b/c.txt")),
        (
            "path-relative",
            lambda: [pathlib.PurePosixPath("x", "y"), pathlib.PurePosixPath(), pathlib.PurePosixPath(".")],
        ),
        ("path-windows", lambda: pathlib.PureWindowsPath("C:\\dir\\file")),
        ("path-concrete", lambda: pathlib.Path("/tmp/x")),
        ("range", lambda: [range(0), range(5), range(1, 10, 3), range(10, 0, -1), range(2**70)]),
        ("range-one", lambda: range(3)),
        ("slice", lambda: [slice(None), slice(1, 2, 3), slice("a", None, [1])]),
        ("partial", lambda: functools.partial(int, base=2)),
        ("partial-args", lambda: functools.partial(ct.function, 1, [2], c=3)),
        ("partial-nested", lambda: functools.partial(functools.partial(max, 1), 2)),
        ("partial-attrs", lambda: (lambda p: (setattr(p, "tag", 1), p)[1])(functools.partial(max, 1))),
        ("partialmethod", lambda: functools.partialmethod(max, 1)),
        ("itemgetter", lambda: [operator.itemgetter(1), operator.itemgetter("a", 2)]),
        ("attrgetter", lambda: [operator.attrgetter("a.b"), operator.attrgetter("a", "b")]),
        (
            "methodcaller",
            lambda: [
                operator.methodcaller("m"),
                operator.methodcaller("m", 1, [2]),
                operator.methodcaller("m", 1, k=2),
            ],
        ),
        ("regex", lambda: re.compile(r"a+\s*(?P<name>b)", re.I | re.M)),
        ("regex-bytes", lambda: re.compile(rb"\d+")),
        ("regexes", lambda: [re.compile("a"), re.compile("b"), re.compile("a")]),
        ("namespace", lambda: types.SimpleNamespace(a=1, b=[2])),
        ("namespace-empty", types.SimpleNamespace),
        ("array-int", lambda: array.array("i", [1, -2, 3])),
        ("array-double", lambda: array.array("d", [0.5, float("inf")])),
        ("array-bytes", lambda: array.array("B", b"abc")),
        ("array-unicode", lambda: array.array("u", "h\xe9\u20ac")),
        ("array-empty", lambda: array.array("q")),
        ("array-all", lambda: [array.array(t, [1, 2]) for t in "bBhHiIlLqQfd"]),
        ("bytesio", lambda: io.BytesIO(b"data")),
        ("stringio", lambda: (lambda f: (f.read(2), f)[1])(io.StringIO("text\nmore"))),
        ("struct-time", lambda: __import__("time").gmtime(0)),
        ("random", lambda: __import__("random").Random(7)),
        ("template", lambda: __import__("string").Template("$a")),
        ("urlparse", lambda: __import__("urllib.parse").parse.urlparse("http://u:p@h:1/p?q#f")),
        ("argparse-namespace", lambda: __import__("argparse").Namespace(x=1)),
        (
            "ipaddress",
            lambda: [
                __import__("ipaddress").ip_address("127.0.0.1"),
                __import__("ipaddress").ip_network("10.0.0.0/8"),
                __import__("ipaddress").ip_address("::1"),
            ],
        ),
        ("element", lambda: __import__("xml.etree.ElementTree").etree.ElementTree.fromstring("<a b='1'>t<c/>u</a>")),
        ("ast", lambda: __import__("ast").parse("x = f(1, *a)\n")),
        ("cookie", lambda: __import__("http.cookies").cookies.SimpleCookie("a=b; c=d")),
        ("signature", lambda: __import__("inspect").signature(ct.function)),
        ("fractions-statistics", lambda: __import__("statistics").NormalDist(1, 2) if VERSION >= (3, 8) else 0),
        ("terminal-size", lambda: os.terminal_size((80, 24))),
        ("configparser", configuration),
        (
            "log-record",
            lambda: (lambda r: (r.__dict__.update(created=0, msecs=0, relativeCreated=0, thread=1, process=1), r)[1])(
                __import__("logging").LogRecord("n", 20, "p", 1, "m %s", ("a",), None)
            ),
        ),
        ("textwrapper", lambda: __import__("textwrap").TextWrapper(width=40)),
        ("calendar", lambda: __import__("calendar").TextCalendar(6)),
        ("csv-dialect", lambda: __import__("csv").excel()),
        (
            "typing",
            lambda: [
                typing.Any,
                typing.List[int],
                typing.Optional[str],
                typing.Dict[str, typing.List[int]],
                typing.Callable[[int], str],
                typing.Union[int, str],
            ],
        ),
        ("typing-plain", lambda: [typing.List, typing.Tuple[int, ...], typing.Iterable[int]]),
    ]
    for name, make in named:
        case("lib-" + name, make)
    case(
        "lib-logger", lambda: [__import__("logging").getLogger("a.b"), __import__("logging").getLogger()], since=(3, 7)
    )
    case("lib-generic-alias", lambda: [list[int], dict[str, tuple[int, ...]]], since=(3, 9))
    case("lib-union", lambda: int | str | None, since=(3, 10))
    if ct.dataclasses:
        for name, make in [
            ("item", lambda: ct.Item("n", 1.5, ["t"])),
            ("frozen", lambda: ct.FrozenItem("n")),
            ("sub", lambda: ct.ItemSub("n", parent=ct.Item("p"))),
            ("many", lambda: [ct.Item("n%d" % i, i / 2) for i in range(50)]),
        ]:
            case("dataclass-" + name, make)
        if hasattr(ct, "SlottedItem"):
            case("dataclass-slots", lambda: ct.SlottedItem("n", 2))
            case("dataclass-slots-frozen", lambda: ct.SlottedFrozenItem("n", 2))
    if VERSION >= (3, 9):
        try:
            importlib.import_module("zoneinfo").ZoneInfo("UTC")
        except Exception:
            pass
        else:
            case(
                "lib-zoneinfo",
                lambda: datetime.datetime(2024, 1, 1, tzinfo=importlib.import_module("zoneinfo").ZoneInfo("UTC")),
            )


def configuration():
    import configparser

    parser = configparser.ConfigParser()
    parser.read_string("[a]\nb = 1\n")
    return parser


def exceptions():
    made = [
        ("value", lambda: ValueError("bad", 1)),
        ("no-args", lambda: ValueError()),
        ("key", lambda: KeyError("k")),
        ("stop", lambda: StopIteration(3)),
        ("exit", lambda: SystemExit(2)),
        ("os", lambda: OSError(2, "No such file", "path")),
        ("os-two", lambda: OSError(13, "denied")),
        ("os-files", lambda: OSError(18, "cross", "a", None, "b")),
        ("os-plain", lambda: OSError("text")),
        ("not-found", lambda: FileNotFoundError(2, "gone")),
        ("blocking", lambda: BlockingIOError(11, "again", 5)),
        ("decode", lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid")),
        ("encode", lambda: UnicodeEncodeError("ascii", "\xe9", 0, 1, "ordinal")),
        ("translate", lambda: UnicodeTranslateError("x", 0, 1, "r")),
        ("import", lambda: ImportError("no", name="m", path="p")),
        ("syntax", lambda: SyntaxError("bad", ("f.py", 1, 2, "x y"))),
        ("attrs", lambda: (lambda e: (setattr(e, "extra", [1]), e)[1])(RuntimeError("r"))),
        ("custom", lambda: ct.Failure("f")),
        ("custom-state", lambda: ct.FailureWithState(5, {"d": 1})),
        ("custom-reduced", lambda: ct.FailureReduced(5, "d")),
        ("nested", lambda: ct.Outer.Error("n")),
        ("base", lambda: BaseException("b")),
        ("warning", lambda: DeprecationWarning("w")),
        ("cause", lambda: (lambda e: (setattr(e, "__cause__", ValueError()), e)[1])(TypeError("t"))),
        ("attribute", lambda: AttributeError("a")),
        ("assertion", lambda: AssertionError((1, 2))),
    ]
    for name, make in made:
        case("exc-" + name, make)
    case("exc-all", lambda: [make() for _, make in made])
    case("exc-group", lambda: ExceptionGroup("g", [ValueError(1), TypeError(2)]), since=(3, 11))  # noqa: F821
    case("exc-notes", lambda: (lambda e: (e.add_note("n"), e)[1])(ValueError("v")), since=(3, 11))
    case("exc-attribute-named", lambda: AttributeError("a", name="n", obj=1), since=(3, 10))


def iterators():
    def step(it, n=1):
        for _ in range(n):
            next(it)
        return it

    for name, make in [
        ("list", lambda: iter([1, 2, 3])),
        ("list-stepped", lambda: step(iter([1, 2, 3]))),
        ("list-done", lambda: list(it for it in [iter([])] if not list(it))[0]),
        ("list-empty", lambda: iter([])),
        ("tuple", lambda: step(iter((1, 2, 3)))),
        ("dict", lambda: iter({"a": 1, "b": 2})),
        ("dict-items", lambda: step(iter({"a": 1, "b": 2}.items()))),
        ("dict-values", lambda: iter({"a": 1}.values())),
        ("set", lambda: iter({1, 2})),
        ("str", lambda: step(iter("abc"))),
        ("str-wide", lambda: step(iter("a\u20ac"))),
        ("bytes", lambda: step(iter(b"abc"))),
        ("bytearray", lambda: iter(bytearray(b"abc"))),
        ("range", lambda: step(iter(range(10)), 3)),
        ("range-long", lambda: step(iter(range(2**70, 2**70 + 9)))),
        ("reversed", lambda: step(reversed([1, 2, 3]))),
        ("reversed-range", lambda: reversed(range(5))),
        ("reversed-tuple", lambda: reversed((1, 2))),
        ("enumerate", lambda: step(enumerate("ab", 5))),
        ("zip", lambda: zip([1, 2], "ab")),
        ("zip-none", lambda: zip()),
        ("map", lambda: map(str, [1, 2])),
        ("filter", lambda: filter(None, [0, 1])),
        ("array", lambda: iter(array.array("i", [1, 2]))),
        ("deque", lambda: step(iter(collections.deque([1, 2])))),
        ("ordered", lambda: step(iter(collections.OrderedDict(a=1, b=2)))),
        ("callable", lambda: iter(int, 1)),
        ("getitem", lambda: iter(range(4))),
        ("same-list", lambda: (lambda x: [iter(x), iter(x), x])([1, 2])),
    ]:
        case("iter-" + name, make)
    it = itertools
    for name, make in [
        ("count", lambda: it.count(3)),
        ("count-step", lambda: it.count(1, 0.5)),
        ("cycle", lambda: step(it.cycle("abc"))),
        ("repeat", lambda: it.repeat("x")),
        ("repeat-n", lambda: step(it.repeat("x", 4))),
        ("chain", lambda: it.chain("ab", [1])),
        ("chain-stepped", lambda: step(it.chain("ab", [1]), 2)),
        ("islice", lambda: it.islice([1, 2, 3], 1, 3)),
        ("takewhile", lambda: it.takewhile(bool, [1, 0])),
        ("dropwhile", lambda: it.dropwhile(bool, [1, 0])),
        ("accumulate", lambda: step(it.accumulate([1, 2, 3]))),
        ("product", lambda: step(it.product("ab", [1, 2]))),
        ("permutations", lambda: step(it.permutations([1, 2, 3], 2))),
        ("combinations", lambda: it.combinations([1, 2, 3], 2)),
        ("combinations-with", lambda: it.combinations_with_replacement([1, 2], 2)),
        ("groupby", lambda: it.groupby("aab")),
        ("starmap", lambda: it.starmap(pow, [(1, 2)])),
        ("compress", lambda: it.compress("abc", [1, 0, 1])),
        ("zip-longest", lambda: it.zip_longest("ab", [1], fillvalue=0)),
        ("filterfalse", lambda: it.filterfalse(None, [0, 1])),
        ("tee", lambda: it.tee([1, 2])[0]),
        ("tees", lambda: it.tee([1, 2])),
    ]:
        case("itertools-" + name, make)


def names():
    P = ct.Point
    for name, make in [
        (
            "builtin-types",
            lambda: [
                int,
                str,
                list,
                dict,
                object,
                type,
                bool,
                float,
                complex,
                bytes,
                bytearray,
                tuple,
                set,
                frozenset,
                range,
                slice,
                property,
                super,
                memoryview,
                enumerate,
                zip,
                map,
                filter,
                reversed,
                classmethod,
                staticmethod,
            ],
        ),
        ("singletons", lambda: [type(None), type(...), type(NotImplemented), type(None)]),
        (
            "builtin-functions",
            lambda: [
                len,
                abs,
                print,
                sorted,
                getattr,
                isinstance,
                chr,
                ord,
                open,
                __import__,
                eval,
                exec,
                compile,
                len,
            ],
        ),
        ("int", lambda: int),
        ("len", lambda: len),
        ("type-none", lambda: type(None)),
        ("type-ellipsis", lambda: type(...)),
        ("class", lambda: P),
        ("function", lambda: ct.function),
        ("generator-function", lambda: ct.generator),
        ("class-twice", lambda: [P, P, ct.Empty, ct.Empty]),
        ("class-and-instances", lambda: [P, P(), ct.Node(cls=P)]),
        ("int-str", lambda: [int, str, len, abs, int, P]),
        ("nested2", lambda: P.Inner),
        ("nested3", lambda: P.Inner.Deep),
        ("nested2-twice", lambda: [P.Inner, P.Inner]),
        ("nested-mixed", lambda: [P.Inner, P.Inner.Deep, P, P.Inner, P.Inner.Deep]),
        ("nested-after-outer", lambda: [P, P.Inner, P.Inner.Deep]),
        ("method-function", lambda: P.norm),
        ("method-nested", lambda: [P.Inner.method, P.Inner.Deep.method]),
        ("static", lambda: P.axes),
        ("classmethod", lambda: P.origin),
        ("bound", lambda: P(1, 2).norm),
        ("bound-twice", lambda: (lambda p: [p.norm, p.norm, p])(P(1, 2))),
        ("bound-nested", lambda: P.Inner.Deep().method),
        ("bound-builtin", lambda: [[1].append, "a".upper, {}.get, b"x".join]),
        ("method-descriptors", lambda: [str.upper, list.append, int.__add__, dict.keys, object.__init__, str.__len__]),
        ("method-wrapper", lambda: [(5).__add__, "s".__len__]),
        ("class-builtin-method", lambda: [dict.fromkeys, int.from_bytes, bytes.fromhex]),
        ("new", lambda: [object.__new__, int.__new__]),
        ("math", lambda: [math.sin, math.floor, operator.add, operator.mul, functools.reduce]),
        (
            "stdlib-classes",
            lambda: [
                collections.OrderedDict,
                collections.deque,
                collections.Counter,
                datetime.date,
                decimal.Decimal,
                pathlib.PurePosixPath,
                array.array,
                re.Pattern if VERSION >= (3, 8) else type(re.compile("")),
                uuid.UUID,
                io.BytesIO,
            ],
        ),
        (
            "exceptions",
            lambda: [
                ValueError,
                KeyError,
                OSError,
                IOError,
                Exception,
                BaseException,
                StopAsyncIteration,
                RecursionError,
                ModuleNotFoundError,
                FileNotFoundError,
            ],
        ),
        ("enum-meta", lambda: [type(ct.Color), enum.Enum, ct.Meta]),
        ("non-ascii", lambda: ct.Größe),
        ("non-ascii-nested", lambda: [ct.Größe.Übergröße, ct.Größe]),
        ("namedtuple-class", lambda: [ct.Pair, ct.Outer.Row]),
        ("stdlib-nested", lambda: [importlib.import_module("logging").Logger.info, collections.OrderedDict.fromkeys]),
    ]:
        case("name-" + name, make)

    seen = []
    for (module, name), _ in sorted(_compat_pickle.REVERSE_NAME_MAPPING.items()):
        try:
            value = getattr(importlib.import_module(module), name)
            pickle.dumps(value)
        except Exception:
            continue
        seen.append(value)
        case("compat-%s.%s" % (module, name), lambda value=value: value, (0, 2))
        case("compat-plain-%s.%s" % (module, name), lambda value=value: value, (1, 2), fix_imports=False)
    case("compat-all", lambda: seen + seen)
    case("compat-all-plain", lambda: seen, (0, 1, 2), fix_imports=False)
    attribute = {
        "queue": "Queue",
        "socketserver": "TCPServer",
        "configparser": "ConfigParser",
        "reprlib": "Repr",
        "_thread": "get_ident",
        "html.parser": "HTMLParser",
        "html.entities": "name2codepoint",
        "http.client": "HTTPConnection",
        "http.cookies": "SimpleCookie",
        "http.cookiejar": "CookieJar",
        "urllib.robotparser": "RobotFileParser",
        "xmlrpc.client": "ServerProxy",
        "collections.abc": "Mapping",
        "copyreg": "pickle",
        "_pickle": "Pickler",
        "subprocess": "Popen",
        "dbm.dumb": "open",
        "urllib.parse": "urlsplit",
        "urllib.request": "Request",
        "http.server": "HTTPServer",
        "_functools": "partial",
    }
    for module, name in sorted(attribute.items()):
        try:
            value = getattr(importlib.import_module(module), name)
            pickle.dumps(value)
        except Exception:
            continue
        case("compat-module-%s" % module, lambda value=value: value, (0, 1, 2, 3))
        case("compat-module-plain-%s" % module, lambda value=value: value, (2,), fix_imports=False)
    for name in ("deque", "reduce", "nested", "codecs", "set"):
        value = {
            "deque": collections.deque([1]),
            "reduce": functools.reduce,
            "nested": P.Inner,
            "codecs": [b"x", b"y"],
            "set": {1},
        }[name]
        case("plain-names-%s" % name, lambda value=value: value, (0, 1, 2), fix_imports=False)


def extensions():
    values(
        "ext",
        [(cls.__name__, cls) for cls in (ct.Ext1, ct.Ext255, ct.Ext256, ct.Ext65535, ct.Ext65536, ct.ExtMax)],
        ext=1,
    )
    case("ext-function", lambda: ct.ext_function, ext=1)
    case("ext-all", lambda: [ct.Ext1, ct.Ext255, ct.Ext256, ct.Ext65535, ct.Ext65536, ct.ExtMax, ct.Ext1], ext=1)
    case("ext-instances", lambda: [ct.Ext1(), ct.Ext1(), ct.ExtMax()], ext=1)
    case("ext-reduce", lambda: ct.Reduced(ct.ext_function, (1,)), ext=1)
    case("ext-twice", lambda: {"a": ct.Ext256, "b": ct.Ext256}, ext=1)


def persistent():
    S = ct.Stored
    case("pid-text", lambda: S("id-1"), ids=1)
    case("pid-twice", lambda: (lambda s: [s, s, S("other")])(S("id")), ids=1)
    case("pid-in-object", lambda: ct.Point(S("a"), [S("b c")]), ids=1)
    case("pid-in-args", lambda: ct.Reduced(ct.make, (S("a"),), S("state")), ids=1)
    case("pid-empty", lambda: S(""), ids=1)
    for name, pid in [
        ("int", 5),
        ("tuple", ("storage", 7, "cpu")),
        ("bytes", b"raw"),
        ("none-in-tuple", (None,)),
        ("list", ["l", 1]),
        ("empty-tuple", ()),
    ]:
        case("pid-" + name, lambda pid=pid: [S(pid), S(pid)], (1, 2, 3, 4, 5), ids=1)
    case("pid-shared", lambda: (lambda t: [S(("x", t)), S(("x", t)), t])(["shared"]), (1, 2, 3, 4, 5), ids=1)
    case("pid-object", lambda: S(ct.Point(1, 2)), (2, 4), ids=1)
    case("pid-class", lambda: [S(("storage", ct.Point, "0", "cpu", 10)), ct.Point], (2, 3, 4), ids=1)
    case("pid-many", lambda: {"w%d" % i: S(("storage", float, str(i), "cpu", 4)) for i in range(20)}, (2, 3, 4), ids=1)
    case("pid-non-ascii", lambda: S("\u00e9"), (1, 4), ids=1)


def picklers():
    table = {ct.Tabled: lambda t: (ct.rebuild_tabled, (t.value, "table"))}
    case("dispatch-table", lambda: [ct.Tabled(1), ct.Tabled([2])], dispatch_table=table)
    case(
        "dispatch-table-complex",
        lambda: [1j, ct.Tabled(1j)],
        dispatch_table={**table, complex: lambda c: (complex, (c.real, c.imag))},
    )
    override = lambda obj: (
        (ct.rebuild_tabled, (obj.value, "override")) if isinstance(obj, ct.Tabled) else NotImplemented
    )
    case("reducer-override", lambda: [ct.Tabled(1), ct.Point(ct.Tabled(2))], since=(3, 8), override=override)
    by_class = lambda obj: (ct.make, (obj.__name__,)) if obj is ct.Empty else NotImplemented
    case("reducer-override-class", lambda: [ct.Empty, ct.Empty, ct.Point], since=(3, 8), override=by_class)
    case(
        "reducer-override-setter",
        lambda: [ct.Tabled(1)],
        since=(3, 8),
        override=lambda obj: (
            (ct.make, (), {"v": obj.value}, None, None, ct.state_setter)
            if isinstance(obj, ct.Tabled)
            else NotImplemented
        ),
    )

    for name, make in [
        ("list", lambda: [1, [2, 3], "x", "x"]),
        ("shared", lambda: (lambda a: [a, a])([1])),
        ("object", lambda: ct.Point(1, [2])),
        ("dict", lambda: {"a": {"b": 1}, "c": (1, 2, 3, 4)}),
        ("set", lambda: [{1}, frozenset([2]), b"x", bytearray(b"y")]),
        ("names", lambda: [int, ct.Point.Inner, ct.Point(), ct.Point()]),
        ("reduce", lambda: ct.Reduced(ct.make, (1,), 2, [3, 4], {5: 6})),
    ]:
        case("fast-" + name, make, fast=1)

    def kept():
        shared = ["shared", {"k": 1}]
        return [shared, [shared, 2], ("x", shared), shared]

    case("many-list", kept, many=1)
    case("many-cleared", kept, many=1, clear=1)
    case("many-scalars", lambda: [1, "a", None, 2.5, "a"], many=1)
    case("many-strings", lambda: (lambda s: [s, s, s])("a string"), many=1)
    case("many-objects", lambda: [ct.Point(1, 2), ct.Point(3, 4), [ct.Point]], many=1)
    case("many-objects-cleared", lambda: [ct.Point(1, 2), ct.Point(3, 4), [ct.Point]], many=1, clear=1)
    case("many-memo-300", lambda: [[[] for _ in range(200)], [[] for _ in range(200)], ["end"] * 3], many=1)
    case("many-tuples", lambda: (lambda t: [t, (t, t), t])((1, 2)), many=1)
    case("many-cycle", lambda: (lambda x: (x.append(x), [x, [x], x])[1])([]), many=1)


def buffers():
    if VERSION < (3, 8):
        return
    PB = pickle.PickleBuffer
    made = [
        ("bytes", lambda: PB(b"read only")),
        ("bytearray", lambda: PB(bytearray(b"writable"))),
        ("empty", lambda: [PB(b""), PB(bytearray())]),
        ("memoryview", lambda: PB(memoryview(b"0123456789")[2:5])),
        ("array", lambda: PB(array.array("i", [1, 2]))),
        ("two", lambda: [PB(b"a one"), PB(bytearray(b"b two")), "end"]),
        ("same", lambda: (lambda b: [b, b])(PB(bytearray(b"same")))),
        ("same-bytes", lambda: (lambda b: [b, b])(PB(b"same"))),
        ("same-data", lambda: (lambda d: [PB(d), PB(d), d])(b"the data")),
        ("class", lambda: ct.Buffer(b"zero copy")),
        ("frozen-class", lambda: [ct.FrozenBuffer(b"zero copy"), ct.FrozenBuffer(b"2")]),
        ("class-same", lambda: (lambda b: [b, b, ct.Buffer(b"other")])(ct.Buffer(b"zero copy"))),
        ("in-object", lambda: ct.Point(PB(bytearray(b"x" * 300)), [PB(b"y" * 300)])),
        ("big", lambda: [PB(bytearray(70000)), PB(b"r" * 70000), 5]),
        ("many", lambda: [PB(b"%d" % i) for i in range(300)]),
    ]
    for name, make in made:
        case("buffer-in-" + name, make, (5,))
        case("buffer-out-" + name, make, (5,), callback="out")
        case("buffer-false-" + name, make, (5,), callback="false")
        case("buffer-true-" + name, make, (5,), callback="true")
        case("buffer-mixed-" + name, make, (5,), callback="mixed")
    for p in range(5):
        case("buffer-class-p%d" % p, lambda: [ct.Buffer(b"copied"), ct.FrozenBuffer(b"copied")], (p,))


WORDS = "alpha beta gamma delta id name value type items count url created_at \u00e9t\u00e9 \u65e5\u672c tags data nested ok".split()


def document(rng, depth, width):
    kind = rng.below(10) if depth > 0 else 4 + rng.below(6)
    if kind < 2:
        return [document(rng, depth - 1, width) for _ in range(rng.below(width))]
    if kind < 4:
        return {
            rng.pick(WORDS) + ("" if rng.chance(60) else str(rng.below(50))): document(rng, depth - 1, width)
            for _ in range(rng.below(width))
        }
    if kind == 4:
        return rng.pick([0, 1, 200, 300, 70000, -1, -70000, 2**31, 2**63, -(2**63)]) + rng.below(90)
    if kind == 5:
        return (rng.below(2000000) - 1000000) / rng.pick([1, 3, 7, 1000])
    if kind < 8:
        return " ".join(rng.pick(WORDS) for _ in range(rng.below(6)))
    return rng.pick([None, True, False, "", [], {}])


def graph(rng, count):
    """Objects that refer to earlier ones, and afterwards to any."""
    nodes = []

    def ref():
        if nodes and rng.chance(55):
            return rng.pick(nodes)
        return rng.pick([None, True, 7, 300, -5, 2**40, 2.5, "text", "k%d" % rng.below(5), b"by", (), ct.Point, len])

    def refs(n):
        return [ref() for _ in range(rng.below(n))]

    for _ in range(count):
        kind = rng.below(16)
        if kind < 3:
            node = refs(6)
        elif kind < 5:
            node = {"k%d" % i: value for i, value in enumerate(refs(6))}
        elif kind < 8:
            node = tuple(refs(6))
        elif kind == 8:
            node = ct.Node(**{"a%d" % i: value for i, value in enumerate(refs(4))})
        elif kind == 9:
            node = ct.Point(ref(), ref())
        elif kind == 10:
            node = {rng.below(1000) for _ in range(rng.below(5))}
        elif kind == 11:
            node = frozenset(rng.below(1000) for _ in range(rng.below(5)))
        elif kind == 12:
            node = rng.pick(
                [
                    lambda: collections.deque(refs(4)),
                    lambda: collections.OrderedDict((i, v) for i, v in enumerate(refs(4))),
                    lambda: ct.List(refs(4)),
                    lambda: ct.Pair(ref(), ref()),
                    lambda: bytearray(b"ba"),
                    lambda: ct.Dict({"d": ref()}),
                ]
            )()
        elif kind == 13:
            node = rng.pick(
                [
                    lambda: ct.Made(ref(), ref()),
                    lambda: ct.Tuple(refs(5)),
                    lambda: ct.Str("sub%d" % rng.below(9)),
                    lambda: ct.Color.RED,
                    lambda: datetime.date(2000, 1, 1 + rng.below(28)),
                    lambda: collections.defaultdict(list, {1: ref()}),
                ]
            )()
        elif kind == 14:
            node = "string number %d" % rng.below(100)
        else:
            node = b"bytes number %d" % rng.below(100)
        nodes.append(node)
    for _ in range(count // 4):
        node = rng.pick(nodes)
        if isinstance(node, (list, collections.deque)):
            node.append(rng.pick(nodes))
        elif isinstance(node, dict):
            node["late%d" % rng.below(9)] = rng.pick(nodes)
        elif isinstance(node, ct.Node):
            setattr(node, "late%d" % rng.below(9), rng.pick(nodes))
    return [rng.pick(nodes) for _ in range(5)] + [nodes[-1]]


def randoms():
    for seed in range(110):
        case("json-%d" % seed, lambda seed=seed: document(Rng(seed), 3 + seed % 3, 4 + seed % 5))
    for seed in range(12):
        case(
            "json-large-%d" % seed,
            lambda seed=seed: [document(Rng(1000 * seed + i), 4, 8) for i in range(12)],
            (0, 2, 5) if seed % 2 else (1, 3, 4),
        )
    for seed in range(90):
        case("graph-%d" % seed, lambda seed=seed: graph(Rng(5000 + seed), 5 + seed))
    for seed in range(4):
        case("graph-large-%d" % seed, lambda seed=seed: graph(Rng(9000 + seed), 700))
    import json

    for seed in range(6):
        # json shares the keys of one document, as most services' data does
        case(
            "json-loaded-%d" % seed,
            lambda seed=seed: json.loads(json.dumps([document(Rng(2000 * seed + i), 4, 6) for i in range(6)])),
        )


def arrays():
    import numpy as np

    def fill(dtype, shape, order="C"):
        dtype = np.dtype(dtype)
        count = int(np.prod(shape, dtype=int))
        if dtype.kind in "biufc":
            return np.arange(count).astype(dtype).reshape(shape, order=order)
        rng = Rng(count)
        data = bytes(rng.below(100) + 27 for _ in range(count * dtype.itemsize))
        return np.frombuffer(data, dtype=dtype).reshape(shape).copy(order)

    kinds = [
        "?",
        "b",
        "B",
        "<i2",
        "<u2",
        "<i4",
        "<u4",
        "<i8",
        "<u8",
        "<f2",
        "<f4",
        "<f8",
        "g",
        "<c8",
        "<c16",
        ">i2",
        ">i4",
        ">i8",
        ">u4",
        ">f4",
        ">f8",
        ">c16",
        "S5",
        "S1",
        "V4",
    ]
    protocols = (2, 3, 4, 5)
    for kind in kinds:
        name = kind.replace("<", "le-").replace(">", "be-").replace("?", "bool")
        if kind != "g":  # padding bytes of long double are not deterministic
            case("np-dtype-%s" % name, lambda kind=kind: np.dtype(kind), protocols)
            case("np-1d-%s" % name, lambda kind=kind: fill(kind, (5,)), protocols)
            case("np-1d-%s-out" % name, lambda kind=kind: fill(kind, (5,)), (5,), callback="out")
            case("np-scalar-%s" % name, lambda kind=kind: fill(kind, (1,))[0], (2, 4))
            case("np-0d-%s" % name, lambda kind=kind: fill(kind, ()), (3, 5))
    two = lambda order="C": np.arange(12.0).reshape(3, 4).copy(order)
    for name, make in [
        ("2d", two),
        ("2d-f", lambda: two("F")),
        ("2d-slice", lambda: two()[:, 1:3]),
        ("2d-reversed", lambda: two()[::-1]),
        ("transposed", lambda: two().T),
        ("3d", lambda: np.arange(24).reshape(2, 3, 4)),
        ("3d-f", lambda: np.arange(24).reshape(2, 3, 4).copy("F")),
        ("empty", lambda: np.zeros((0,))),
        ("empty-2d", lambda: np.zeros((3, 0, 2))),
        ("0d", lambda: np.array(3.5)),
        ("readonly", lambda: (lambda a: (a.setflags(write=False), a)[1])(np.arange(4))),
        ("broadcast", lambda: np.broadcast_to(np.arange(3), (2, 3))),
        ("bool", lambda: np.array([True, False])),
        ("special-floats", lambda: np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324])),
        ("unicode", lambda: np.array(["a", "b\u00e9", "\U0001f600"])),
        ("unicode-be", lambda: np.array(["a", "bc"], ">U3")),
        ("bytes", lambda: np.array([b"a", b"bc"])),
        ("object", lambda: np.array([1, "two", None, [3]], dtype=object)),
        ("object-2d", lambda: np.array([[1, "a"], [None, 2.5]], dtype=object)),
        ("object-f", lambda: np.array([[1, "a"], [None, 2.5]], dtype=object, order="F")),
        ("object-cycle", lambda: (lambda a: (a.__setitem__(0, a), a)[1])(np.array([None, 1], dtype=object))),
        ("datetime64", lambda: np.array(["2020-01-01", "NaT"], "datetime64[D]")),
        ("datetime64-ns", lambda: np.array([0, 1], "datetime64[ns]")),
        ("datetime64-25s", lambda: np.array([0, 1], "datetime64[25s]")),
        ("timedelta64", lambda: np.array([1, 2], "timedelta64[ms]")),
        ("datetime64-be", lambda: np.array([1, 2], ">M8[us]")),
        (
            "structured",
            lambda: np.array([(1, 2.5, b"x"), (3, 4.5, b"yz")], dtype=[("a", "i4"), ("b", "f8"), ("c", "S3")]),
        ),
        ("structured-nested", lambda: np.zeros(2, dtype=[("p", [("x", "f4"), ("y", "f4")]), ("n", "i8", (2, 2))])),
        ("structured-aligned", lambda: np.zeros(2, dtype=np.dtype([("a", "i1"), ("b", "f8")], align=True))),
        ("structured-titles", lambda: np.zeros(1, dtype=[(("Title", "a"), "i4")])),
        ("structured-object", lambda: np.array([(1, "s")], dtype=[("a", "i4"), ("o", object)])),
        ("recarray", lambda: np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])),
        ("record", lambda: np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])[0]),
        ("void-scalar", lambda: np.zeros(1, dtype=[("a", "i4")])[0]),
        ("masked", lambda: np.ma.array([1, 2, 3], mask=[0, 1, 0])),
        ("matrix", lambda: np.matrix([[1, 2], [3, 4]])),
        ("memory-shared", lambda: (lambda a: [a, a, a[:2], a.dtype])(np.arange(4))),
        ("same-dtype", lambda: [np.arange(3), np.arange(2), np.dtype("i8")]),
        (
            "scalars",
            lambda: [
                np.float64(1.5),
                np.int32(3),
                np.bool_(True),
                np.str_("s"),
                np.bytes_(b"b"),
                np.complex64(1j),
                np.datetime64("2020-01-01"),
                np.timedelta64(5, "s"),
                np.float16(0.5),
            ],
        ),
        ("scalar-dict", lambda: {"loss": np.float32(0.25), "step": np.int64(10)}),
        ("ufunc", lambda: [np.add, np.sin, np.logical_or]),
        ("functions", lambda: [np.zeros, np.dot, np.linalg.norm]),
        ("types", lambda: [np.float64, np.int32, np.ndarray, np.dtype, np.bool_]),
        ("generator", lambda: np.random.default_rng(1)),
        ("randomstate", lambda: np.random.RandomState(1)),
        ("poly1d", lambda: np.poly1d([1, 2])),
        ("large", lambda: np.arange(20000)),
        ("large-f", lambda: np.arange(20000.0).reshape(100, 200).copy("F")),
        ("large-two", lambda: [np.zeros(9000), np.ones(9000)]),
        ("dict", lambda: {"w": np.ones((2, 2), "f4"), "b": np.zeros(2, "f4")}),
        ("dtype-metadata", lambda: np.dtype("i4", metadata={"k": 1})),
        ("dtype-subarray", lambda: np.dtype(("i4", (2, 3)))),
        ("finfo", lambda: np.errstate),
        ("iinfo", lambda: np.iinfo("i4")),
    ]:
        case("np-%s" % name, make, protocols)
        case("np-%s-out" % name, make, (5,), callback="out")
    try:
        import pandas as pd
    except ImportError:
        return
    frame = lambda: pd.DataFrame(
        {"i": [1, 2, 3], "f": [0.5, None, 2.5], "s": ["a", None, "c"], "b": [True, False, True]}
    )
    for name, make in [
        ("frame", frame),
        ("frame-empty", pd.DataFrame),
        ("frame-index", lambda: frame().set_index("s")),
        ("frame-multi", lambda: frame().set_index(["i", "b"])),
        (
            "frame-dates",
            lambda: pd.DataFrame(
                {
                    "d": pd.date_range("2020-01-01", periods=3),
                    "z": pd.date_range("2020-01-01", periods=3, tz="UTC"),
                    "t": pd.to_timedelta([1, 2, 3], "h"),
                }
            ),
        ),
        ("frame-category", lambda: pd.DataFrame({"c": pd.Categorical(["a", "b", "a"])})),
        (
            "frame-nullable",
            lambda: pd.DataFrame({"i": pd.array([1, None], "Int64"), "b": pd.array([True, None], "boolean")}),
        ),
        (
            "frame-columns",
            lambda: pd.DataFrame([[1, 2], [3, 4]], columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])),
        ),
        ("frame-attrs", lambda: (lambda f: (f.attrs.update(k=1), f)[1])(frame())),
        ("series", lambda: pd.Series([1, 2, 3], name="n")),
        ("series-object", lambda: pd.Series(["a", 1, None])),
        ("series-string", lambda: pd.Series(["a", None], dtype="string")),
        ("index", lambda: [pd.RangeIndex(5), pd.Index([1, 2]), pd.Index(["a"]), pd.DatetimeIndex(["2020-01-01"])]),
        ("interval", lambda: pd.interval_range(0, 3)),
        ("period", lambda: pd.period_range("2020-01", periods=3, freq="M")),
        (
            "timestamp",
            lambda: [
                pd.Timestamp("2020-01-01 12:00"),
                pd.Timestamp("2020-01-01", tz="UTC"),
                pd.NaT,
                pd.Timedelta("1D"),
                pd.Period("2020-01", "M"),
                pd.Interval(0, 1),
            ],
        ),
        ("na", lambda: [pd.NA, pd.NA]),
        ("offset", lambda: [pd.offsets.MonthEnd(2), pd.offsets.BDay()]),
        (
            "dtypes",
            lambda: [pd.CategoricalDtype(["a"]), pd.Int64Dtype(), pd.StringDtype(), pd.DatetimeTZDtype(tz="UTC")],
        ),
        ("sparse", lambda: pd.arrays.SparseArray([0, 0, 1])),
        ("large", lambda: pd.DataFrame({"a": range(2000), "b": [i / 3 for i in range(2000)]})),
        ("groups", lambda: {"x": frame(), "y": frame()["f"]}),
    ]:
        case("pd-%s" % name, make, (2, 4, 5))
        case("pd-%s-out" % name, make, (5,), callback="out")


# --- how it is written -------------------------------------------------------------------------------------------


def options(base, how):
    """A subclass of `base` with what `how` asks for; without wishes `base` itself."""
    body = {}
    if how.get("ids"):
        body["persistent_id"] = lambda self, obj: obj.pid if isinstance(obj, ct.Stored) else None
    if how.get("override"):
        body["reducer_override"] = lambda self, obj, override=how["override"]: override(obj)
    return type("Sub" + base.__name__, (base,), body) if body else base


def write(case, protocol, base):
    """(payload, number of pickles, buffers) as `base` writes them."""
    how = case.how
    out = io.BytesIO()
    kwargs = {"fix_imports": how.get("fix_imports", True)}
    taken = []
    if how.get("callback"):
        count = itertools.count()

        def callback(buffer):
            keep = {"out": True, "false": True, "true": False, "mixed": next(count) % 2 == 0}[how["callback"]]
            if keep:
                view = buffer.raw()
                taken.append((view.readonly, bytes(view)))
            return {"out": None, "false": 0, "true": 1}.get(how["callback"], not keep)

        kwargs["buffer_callback"] = callback
    pickler = options(base, how)(out, protocol, **kwargs)
    if how.get("dispatch_table"):
        pickler.dispatch_table = collections.ChainMap(how["dispatch_table"], copyreg.dispatch_table)
    if how.get("fast"):
        pickler.fast = True
    value = case.make()
    objects = value if how.get("many") else [value]
    for obj in objects:
        if how.get("clear"):
            pickler.clear_memo()
        pickler.dump(obj)
    return out.getvalue(), len(objects), taken


def records(refused):
    """Yields (name, info, payload, buffers); what cannot be pickled goes to `refused`."""
    seen = set()
    for case in CASES:
        how = case.how
        for protocol in case.protocols:
            made = []
            try:
                c = write(case, protocol, _pickle.Pickler)
            except Exception as e:
                refused.append(("p%d/%s" % (protocol, case.name), "%s: %s" % (type(e).__name__, e)))
                continue
            identity = VERSION >= (3, 8) and not how.get("fast")
            made.append(("fast" if how.get("fast") else "c", "identity" if identity else "graph") + c)
            # Of the random ones a part is enough.
            extra = not (case.name.startswith(("json-", "compat-")) and protocol % 3)
            if extra and len(c[0]) <= PY_LIMIT and not how.get("fast"):
                try:
                    py = write(case, protocol, pickle._Pickler)
                except Exception as e:
                    refused.append(("p%d/py/%s" % (protocol, case.name), "%s: %s" % (type(e).__name__, e)))
                else:
                    made.append(("py", "graph") + py)
            if extra and len(c[0]) <= OPT_LIMIT and c[1] == 1 and not how.get("fast"):
                try:
                    made.append(("opt", "graph", pickletools.optimize(c[0]), 1, c[2]))
                except Exception as e:
                    refused.append(("p%d/opt/%s" % (protocol, case.name), "%s: %s" % (type(e).__name__, e)))
            for pickler, kind, payload, pickles, taken in made:
                key = (payload, tuple(taken))
                if key in seen or (key, kind) in seen:
                    continue
                seen.add(key if kind == "identity" else (key, kind))
                info = ["kind=" + kind, "protocol=%d" % protocol, "pickler=" + pickler, "pickles=%d" % pickles]
                info += ["%s=1" % flag for flag in ("ids", "ext") if how.get(flag)]
                info += ["fix_imports=0"] if not how.get("fix_imports", True) else []
                info += ["memo=cleared"] if how.get("clear") else []
                info += ["deep=1"] if case.name.startswith("deep-") else []
                yield "p%d/%s/%s" % (protocol, pickler, case.name), " ".join(info), payload, taken


def field(data):
    return struct.pack("<I", len(data)) + data


def main(argv):
    if os.environ.get("PYTHONHASHSEED") != "0":  # sets of strings in one order
        os.environ["PYTHONHASHSEED"] = "0"
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        os.execv(sys.executable, [sys.executable] + sys.argv)
    warnings.simplefilter("ignore")
    ct.register_extensions()
    numpy = "--numpy" in argv
    count = "--count" in argv
    rest = [arg for arg in argv if not arg.startswith("--")]
    if len(rest) != (0 if count else 1):
        raise SystemExit(__doc__)
    if numpy:
        arrays()
    else:
        for section in (
            scalars,
            texts,
            framing,
            containers,
            sharing,
            cycles,
            instances,
            subclasses,
            library,
            exceptions,
            iterators,
            names,
            extensions,
            persistent,
            picklers,
            buffers,
            randoms,
        ):
            section()
    refused = []
    counts = collections.Counter()
    size = 0
    out = (
        open(os.path.join(rest[0], "%s-%d.%d.bin" % (("numpy" if numpy else "corpus",) + VERSION)), "wb")
        if rest
        else None
    )
    if out:
        out.write(MAGIC)
    for name, info, payload, taken in records(refused):
        if out:
            out.write(
                field(name.encode("utf-8"))
                + field(info.encode("utf-8"))
                + field(payload)
                + struct.pack("<I", len(taken))
            )
            for readonly, data in taken:
                out.write(struct.pack("<B", readonly) + field(data))
        protocol, pickler = name.split("/")[:2]
        counts[info.split()[0] + " " + pickler + " " + protocol] += 1
        counts[info.split()[0]] += 1
        size += len(payload)
    if out:
        out.close()
    if count:
        print(
            "%d.%d: %d cases, %d payloads, %d bytes"
            % (VERSION + (len(CASES), sum(n for k, n in counts.items() if " " in k), size))
        )
        for key, n in sorted(counts.items()):
            print("  %-28s %d" % (key, n))
        for name, why in refused:
            print("  refused %s: %s" % (name, why[:150]))


if __name__ == "__main__":
    main(sys.argv[1:])
