# -*- coding: utf-8 -*-
"""Writes what the picklers of Python 2.7 write: protocols 0 to 2, cPickle (c) and pickle (py).

    python2.7 corpus2.py OUTDIR    OUTDIR/corpus-2.7.bin, in the format of corpus.py

Every record is of kind=graph and has encoding=latin1, with which Python 3 loads all of them. Those whose name holds
`plain` have no str outside ASCII and load without an encoding too.
"""

import array
import collections
import cPickle
import datetime
import decimal
import fractions
import os
import pickle
import pickletools
import StringIO
import struct
import sys
import uuid

import corpus_types2 as ct

CASES = []


def case(name, make, protocols=(0, 1, 2), **how):
    assert name not in [c[0] for c in CASES], name
    CASES.append((name, make, protocols, how))


def fresh(text):
    return text[:1] + text[1:]


def scalars():
    for name, value in [("none", None), ("true", True), ("false", False), ("empty-tuple", ())]:
        case("scalar-plain-" + name, lambda value=value: value)
    for bits in (0, 7, 8, 15, 16, 31, 32, 62, 63, 64, 2039, 2040):
        for n in sorted(set([2**bits, 2**bits - 1, -(2**bits), -(2**bits) - 1])):
            case(
                (
                    "int-plain-%d-%d" % (bits, n)
                    if bits < 100
                    else "int-plain-%d-%s" % (bits, "minus" if n < 0 else "plus") + str(n % 7)
                ),
                lambda n=n: n,
            )
            if bits < 100:
                case("long-plain-%d-%d" % (bits, n), lambda n=n: long(n))
    for value in (
        0.0,
        -0.0,
        1.0,
        0.1,
        1e16,
        1e22,
        1.5e-7,
        float("inf"),
        float("-inf"),
        float("nan"),
        5e-324,
        1 / 3.0,
        123456789012345680.0,
    ):
        case("float-plain-%r" % value, lambda value=value: value)
    case("complex-plain", lambda: [1 + 2j, -0.0j])
    texts = [
        "",
        "a",
        "abc",
        "it's",
        'say "x"',
        "both ' and \"",
        "a\nb",
        "\r\n",
        "tab\t",
        "a\\b",
        "\\n",
        "nul\0",
        "\x1a",
        "x" * 255,
        "x" * 256,
        "".join(map(chr, range(128))),
        "".join(map(chr, range(256))),
        "caf\xc3\xa9",
        "\xff",
        "\x80\x81",
    ]
    for n, value in enumerate(texts):
        plain = "plain-" if all(c < "\x80" for c in value) else ""
        case("str-%s%d" % (plain, n), lambda value=value: value)
        case("str-list-%s%d" % (plain, n), lambda value=value: [value, value, fresh(value)])
    for n, value in enumerate(
        [
            u"",
            u"a",
            u"abc",
            u"a\nb",
            u"\r",
            u"\\",
            u"\\u1234",
            u"\0",
            u"\x1a",
            u"caf\xe9",
            u"\u20ac",
            u"\U0001f600",
            u"\ud800",
            u"\udc00\ud800",
            u"x" * 255,
            u"x" * 256,
            u"\u65e5" * 100,
            u"".join(map(unichr, range(256))),
        ]
    ):
        case("unicode-plain-%d" % n, lambda value=value: value)
        case("unicode-list-plain-%d" % n, lambda value=value: [value, value, fresh(value)])
    case("both-plain", lambda: ["a", u"a", {"k": u"v", u"l": "w"}])
    case("bytearray", lambda: [bytearray("ab\xff"), bytearray("")])
    case("str-long-plain", lambda: "x" * 70000, (1, 2))


def containers():
    for n in (0, 1, 2, 3, 4, 10, 255, 256, 257, 999, 1000, 1001, 2001):
        case("list-plain-%d" % n, lambda n=n: range(n))
        case("tuple-plain-%d" % n, lambda n=n: tuple(range(n)))
        case("dict-plain-%d" % n, lambda n=n: dict((i, str(i)) for i in range(n)))
        case("set-plain-%d" % n, lambda n=n: set(range(n)))
        case("frozenset-plain-%d" % n, lambda n=n: frozenset(range(n)))
        if n < 1002:
            case("list-lists-plain-%d" % n, lambda n=n: [[i] for i in range(n)])
            case("list-strs-plain-%d" % n, lambda n=n: ["item %d" % i for i in range(n)])
            case("list-unicodes-plain-%d" % n, lambda n=n: [u"item %d" % i for i in range(n)])
    shared = [1]
    case("shared-plain", lambda: [shared, shared, (shared, shared), {"a": shared}])
    case(
        "rows-plain",
        lambda: [{"id": i, "name": u"user %d" % i, "tags": ["a", "b"], "score": i / 4.0} for i in range(50)],
    )
    case("nested-plain", lambda: {"a": [1, (2, {"b": [None, (True, False)]})], u"c": ((), [], {})})
    case("memo-300-plain", lambda: (lambda x: x + x[250:])([[] for _ in range(300)]))
    case("tuples-plain", lambda: [tuple(range(n)) for n in range(7)])


def cycles():
    def looped(value, link):
        link(value)
        return value

    case("cycle-list-plain", lambda: looped([], lambda x: x.append(x)))
    case("cycle-dict-plain", lambda: looped({}, lambda x: x.update(me=x)))
    for n in range(1, 6):

        def tuples(n=n):
            inner = []
            value = (inner,) * n
            inner.append(value)
            return value

        case("cycle-tuple%d-plain" % n, tuples)
        case("cycle-tuple%d-list-plain" % n, lambda tuples=tuples: tuples()[0])
    case("cycle-old-plain", lambda: looped(ct.OldEmpty(), lambda x: setattr(x, "me", x)))
    case("cycle-new-plain", lambda: looped(ct.New(), lambda x: setattr(x, "me", x)))
    case("cycle-set-plain", lambda: looped(ct.New(), lambda x: setattr(x, "s", set([x]))))
    case("cycle-list-sub-plain", lambda: looped(ct.List(), lambda x: x.append(x)), (2,))
    case("cycle-reduce-plain", lambda: (lambda box: (box.append(ct.Recursive(box)), box)[1])([]))


def objects():
    def slots(*values):
        value = ct.Slots()
        for name, item in zip("ab", values):
            setattr(value, name, item)
        return value

    def old_state(state):
        value = ct.OldState()
        value.state = state
        return value

    made = [
        ("old", lambda: ct.Old(1, "x")),
        ("old-empty", ct.OldEmpty),
        ("old-init", lambda: ct.OldInit(1, [2])),
        ("old-twice", lambda: (lambda o: [o, o, ct.Old()])(ct.Old())),
        ("old-class", lambda: [ct.Old, ct.OldEmpty]),
        ("old-error", lambda: ct.OldError("e", 1)),
        ("new", lambda: ct.New(a=1, b=[u"x"])),
        ("new-empty", ct.NewEmpty),
        ("new-twice", lambda: (lambda o: [o, o, ct.New(o=o)])(ct.New())),
        ("new-class", lambda: [ct.New, ct.New, int, long, str, unicode, list, dict, object, type, set]),
        ("newargs", lambda: ct.NewArgs(1, 2)),
        ("function", lambda: [ct.function, ct.make, len, map, xrange, reduce, unichr]),
        ("int-sub", lambda: ct.Int(5)),
        ("str-sub", lambda: ct.Str("s")),
        ("unicode-sub", lambda: ct.Unicode(u"u\u20ac")),
        ("list-sub", lambda: ct.List([1, 2])),
        ("list-sub-1001", lambda: ct.List(range(1001))),
        ("dict-sub", lambda: ct.Dict(a=1)),
        ("dict-sub-1001", lambda: ct.Dict((i, i) for i in range(1001))),
        ("tuple-sub", lambda: ct.Tuple((1, 2))),
        ("set-sub", lambda: ct.Set([1])),
        ("pair", lambda: [ct.Pair(1, u"r"), ct.Pair(3, 4)]),
        ("exceptions", lambda: [ValueError("v"), KeyError(u"k"), IOError(2, "no", "f"), StopIteration()]),
        ("exception-classes", lambda: [ValueError, StandardError, IOError, EnvironmentError, Exception]),
        ("ordered", lambda: collections.OrderedDict([("a", 1), ("b", 2)])),
        ("defaultdict", lambda: collections.defaultdict(list, {"a": [1]})),
        ("counter", lambda: collections.Counter("abca")),
        ("deque", lambda: [collections.deque([1, 2]), collections.deque([1], 5)]),
        ("decimal", lambda: [decimal.Decimal("1.10"), decimal.Decimal("NaN")]),
        ("fraction", lambda: fractions.Fraction(1, 3)),
        ("uuid", lambda: uuid.UUID(int=5)),
        ("xrange", lambda: xrange(1, 10, 3)),
        ("slice", lambda: slice(1, 2)),
        ("exception-attrs", lambda: (lambda e: (setattr(e, "more", 1), e)[1])(ValueError("v"))),
    ]
    for name, make in made:
        case("obj-plain-" + name, make)
    for name, make in [
        ("date", lambda: datetime.date(2024, 2, 29)),
        ("time", lambda: datetime.time(12, 34, 56, 789)),
        ("datetime", lambda: datetime.datetime(2024, 2, 29, 23, 59, 59, 999999)),
        ("timedelta", lambda: datetime.timedelta(1, 2, 3)),
        ("array", lambda: array.array("i", [1, 2])),
        ("array-double", lambda: array.array("d", [0.5])),
        ("dates", lambda: [datetime.date(2000, 1, d) for d in range(1, 9)]),
    ]:
        case("obj-" + name, make)
    for n, state in enumerate([None, False, 0, 1, {}, {"a": 1}, (), (1, 2), "s", u"u", [], [1], (None, {"a": 1})]):
        case("state-plain-%d" % n, lambda state=state: ct.State(state))
        case("old-state-plain-%d" % n, lambda state=state: old_state(state))
    for n, value in enumerate(
        [
            (ct.make, ()),
            (ct.make, (1, "two", [3])),
            (ct.Made, (1,)),
            (ct.make, (1,), {"a": 1}),
            (ct.make, (), None),
            (ct.make, (), 0),
            (ct.make, (), None, [1, 2, 3]),
            (ct.make, (), None, [1]),
            (ct.make, (), {"s": 1}, [1], {"k": "v"}),
            (ct.make, (), None, None, {"k": "v", "l": 1}),
            (ct.make, (), None, range(1001)),
            (ct.make, (), None, None, dict((i, i) for i in range(1001))),
        ]
    ):
        case("reduce-plain-%d" % n, lambda value=value: ct.Reduced(*value))
    case("slots-plain", lambda: slots(1, [2]), (2,))
    case("slots-some-plain", lambda: slots(1), (2,))
    case("pid-plain", lambda: [ct.Stored("id 1"), ct.Stored("id 1"), ct.New(s=ct.Stored("x"))], ids=1)
    case("pid-object-plain", lambda: [ct.Stored(("storage", 5)), ct.Stored(7)], (1, 2), ids=1)
    case("fast-plain-list", lambda: [1, [2, 3], "x"], fast=1)
    case("fast-plain-object", lambda: ct.New(a=[1]), fast=1)
    case("many-plain", lambda: (lambda x: [x, [x, "s"], (x,)])(["shared"]), many=1)


def words(seed):
    while True:
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        yield seed >> 33


def document(numbers, depth):
    kind = next(numbers) % (9 if depth else 6)
    if kind < 6:
        return [
            lambda: next(numbers) % 100000 - 50000,
            lambda: "str %d" % (next(numbers) % 50),
            lambda: u"unicode \u20ac %d" % (next(numbers) % 50),
            lambda: next(numbers) / 7.0,
            lambda: [None, True, False, 2**40, "", u""][next(numbers) % 6],
            lambda: long(next(numbers) % 300),
        ][kind]()
    items = [document(numbers, depth - 1) for _ in range(next(numbers) % 6)]
    if kind == 6:
        return items
    if kind == 7:
        return dict(("k%d" % i if i % 2 else u"k%d" % i, item) for i, item in enumerate(items))
    return [tuple(items), ct.New(items=items), ct.Old(*items), set([len(items)])][next(numbers) % 4]


def randoms():
    for seed in range(80):
        case("random-plain-%d" % seed, lambda seed=seed: document(words(seed), 4))


def write(make, protocol, how, module):
    out = StringIO.StringIO()
    pickler = module.Pickler(out, protocol)
    if how.get("ids"):
        identify = lambda obj: obj.pid if isinstance(obj, ct.Stored) else None
        pickler.persistent_id = identify
    if how.get("fast"):
        pickler.fast = 1
    value = make()
    objects = value if how.get("many") else [value]
    for obj in objects:
        pickler.dump(obj)
    return out.getvalue(), len(objects)


def field(data):
    return struct.pack("<I", len(data)) + data


def main(argv):
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        os.execv(sys.executable, [sys.executable] + sys.argv)
    if len(argv) != 1:
        raise SystemExit(__doc__)
    for section in (scalars, containers, cycles, objects, randoms):
        section()
    seen = set()
    out = open(os.path.join(argv[0], "corpus-2.7.bin"), "wb")
    out.write("PICKLES1")
    for name, make, protocols, how in CASES:
        for protocol in protocols:
            payloads = []
            for pickler, module in (("c", cPickle), ("py", pickle)):
                try:
                    payloads.append((pickler,) + write(make, protocol, how, module))
                except Exception as e:
                    sys.stderr.write(
                        "not written: p%d/%s/%s: %s: %s\n" % (protocol, pickler, name, type(e).__name__, e)
                    )
            if payloads and payloads[0][2] == 1 and len(payloads[0][1]) < 3000:
                payloads.append(("opt", pickletools.optimize(payloads[0][1]), 1))
            for pickler, payload, pickles in payloads:
                if payload in seen:
                    continue
                seen.add(payload)
                info = "kind=graph protocol=%d pickler=%s pickles=%d encoding=latin1 python=2" % (
                    protocol,
                    pickler,
                    pickles,
                )
                info += " ids=1" if how.get("ids") else ""
                out.write(
                    field("p%d/%s/%s" % (protocol, pickler, name)) + field(info) + field(payload) + struct.pack("<I", 0)
                )
    out.close()


if __name__ == "__main__":
    main(sys.argv[1:])
