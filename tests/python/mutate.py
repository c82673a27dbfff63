"""Makes pickles at and beyond the edge of what CPython accepts, and asks `accept.py` about them.

    python mutate.py DIRECTORY [--seed 0] [--count 24000] [--judge PYTHON]

DIRECTORY/cases.bin    records of a u32le length and a case: a byte of flags, then the pickle (see accept.py)
DIRECTORY/kinds.txt    one line for each case: how it was made
DIRECTORY/answers.bin  what accept.py says to them: u8 status, u16le length, message

and on standard output how many cases of each kind were accepted, and which reasons occur how often. The same seed,
count and interpreter give the same bytes.
"""

import argparse
import array
import collections
import datetime
import decimal
import fractions
import io
import os
import pickle
import pickletools
import random
import re
import struct
import subprocess
import sys
import uuid

from corners import CORNERS

HERE = os.path.dirname(os.path.abspath(__file__))
OPCODES = [op.code.encode("latin1") for op in pickletools.opcodes]


# ---- Seeds: pickles as they are written ------------------------------------------------------------------------------


class Plain:
    def __init__(self, **state):
        self.__dict__.update(state)


class Slots:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a, self.b = a, b


class Arguments(int):
    def __getnewargs__(self):
        return (int(self),)


class Keywords:
    def __new__(cls, *, size=1):
        return object.__new__(cls)

    def __getnewargs_ex__(self):
        return (), {"size": 3}


class Everything:
    """Reduces with state, list items and dict items."""

    def append(self, item):
        pass

    def __setitem__(self, key, value):
        pass

    def __reduce__(self):
        return Everything, (), {"x": 1}, iter([1, 2]), iter([("k", 1), ("l", 2)])


class SubList(list):
    pass


class SubDict(dict):
    pass


class Persistent:
    pass


class Pickler(pickle._Pickler):
    def persistent_id(self, obj):
        return "id-7" if isinstance(obj, Persistent) else None


def cyclic_list():
    inner = []
    inner.append([1, inner])
    return inner


def cyclic_tuple():
    inner = []
    outer = (1, 2, 3, 4, inner)
    inner.append(outer)
    return outer


def cyclic_instance():
    obj = Plain(name="loop")
    obj.me = obj
    obj.pair = (obj, {obj.name: obj})
    return obj


def objects():
    shared = ["shared"]
    return [
        None,
        [True, False, None],
        [0, 1, 255, 256, 65535, 65536, -1, 2**31, -(2**31), 2**63, 10**30],
        [0.0, -0.0, 1.5, 1e300, float("inf"), float("nan")],
        ["", "a", "h\xe9llo", "\u4f60\u597d", "\ud800", "\U0001f600", "line\nbreak\\"],
        [b"", b"bytes", bytearray(b"array")],
        ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)),
        {"k": [1, 2], 1: "one", (1, 2): None, 2.5: {}},
        [set(), {1, 2, 3}, frozenset([4, 5]), frozenset()],
        [shared, shared, {"again": shared}],
        [[[[[]]]], {"a": {"b": {"c": ()}}}],
        cyclic_list(),
        cyclic_tuple(),
        cyclic_instance(),
        [Plain(a=1), Plain()],
        Arguments(7),
        Everything(),
        [SubList([1, 2, 3]), SubDict(a=1), collections.OrderedDict(a=1, b=2)],
        [len, dict, datetime.date, collections.OrderedDict],
        [datetime.datetime(2024, 2, 29, 12, 30), datetime.timedelta(1, 2, 3), datetime.timezone.utc],
        [decimal.Decimal("1.50"), fractions.Fraction(1, 3), uuid.UUID(int=7), complex(1, -2), range(1, 9, 2), slice(1, 2)],
        [collections.deque([1, 2], 5), collections.Counter("aab"), collections.defaultdict(list, {1: [2]})],
        [array.array("i", [1, 2]), ValueError("no", 3), Persistent(), Persistent()],
    ]


def written():
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        for obj in objects():
            yield pickle.dumps(obj, protocol)
        for obj in [Slots(1, "b"), Keywords()] if protocol >= 2 else []:
            yield pickle.dumps(obj, protocol)
        file = io.BytesIO()
        Pickler(file, protocol).dump([Persistent(), [Persistent()]])
        yield file.getvalue()
    buffers = []
    if sys.version_info >= (3, 8):
        data = [pickle.PickleBuffer(b"0123"), pickle.PickleBuffer(bytearray(b"0123"))]
        yield pickle.dumps(data, 5, buffer_callback=buffers.append)
        yield pickle.dumps(data, 5)


# As Python 2 wrote them, or nobody; together with the above, all 68 opcodes.
ASSEMBLED = [
    b"(dp0\nS'key'\np1\n(lp2\nI1\naI01\naI00\naL12345678901234567890L\naF1.5\nasS'n'\np3\nNs.",
    b"(ilegacy\nPoint\np0\n(dp1\nS'x'\np2\nI3\nsb.",
    b"(i__main__\nEmpty\n.",
    b"(clegacy\nPoint\nI1\nI2\no}U\x01xK\x03sb.",
    b"ccopy_reg\n_reconstructor\np0\n(c__builtin__\nobject\np1\ng1\nNtRp2\n(dp3\nVname\nV\\u00e9\nsb.",
    b"]q\x00(U\x03abcq\x01T\x04\x00\x00\x00\x00\x01\x7fzX\x02\x00\x00\x00\xc3\xa9e.",
    b"\x80\x02]q\x00(cmod\ncls\nq\x01)\x81q\x02}q\x03(U\x01aK\x01U\x01bM\x00\x01ubh\x02h\x02e.",
    b"\x80\x02(\x82\x01\x83\x00\x02\x84\x00\x00\x03\x00t.",
    b"\x80\x02(Vid\nQPplain\nl.",
    b"\x80\x03C\x02\x00\xffB\x01\x00\x00\x00x\x86r\x00\x01\x00\x00j\x00\x01\x00\x00\x86.",
    b"\x80\x04\x95\x28\x00\x00\x00\x00\x00\x00\x00\x8c\x01m\x8c\x01n\x93\x94)}\x8c\x01kK\x01s\x92\x94"
    b"\x8d\x01\x00\x00\x00\x00\x00\x00\x00u\x8e\x01\x00\x00\x00\x00\x00\x00\x00b\x87.",
    b"\x80\x05\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x94\x98\x8f(K\x01K\x02\x90(K\x03\x91\x87.",
    b"\x80\x02(\x8a\x02\x00\x01\x8b\x03\x00\x00\x00\x01\x02\x03\x88\x89G?\xf8\x00\x00\x00\x00\x00\x00J\xff\xff\xff\xfft.",
    b"(N(NN1N20tp7\ng7\n\x86.",
    b"(I1\nI2\nd(I3\nlI4\na\x86.",
    b"}(K\x01](K\x02K\x03eK\x04\x85)u.",
]


def seeds():
    found = [(0x44 if b"\x97" in pickle_ else 0, pickle_) for pickle_ in list(written()) + ASSEMBLED]
    if sys.version_info >= (3, 8):
        found += [(0x44, b"\x80\x05\x97\x97\x98\x86."), (0x4C, b"\x80\x05\x97\x98\x97\x86."), (0x5C, b"\x97(\x97\x98\x94t.")]
    found += [(flags, b"U\x03a\xe9z\x94S'\\xe9'\n\x86.") for flags in (1, 2)]
    return found


# ---- Operands --------------------------------------------------------------------------------------------------------

TEXT = [b"", b"a", b"key", b"h\xc3\xa9", b"\xe4\xbd\xa0", b"\xed\xa0\x80", b"with space", b"x" * 20]
HOSTILE_TEXT = TEXT + [b"\xff", b"\xc3", b"\xed\xa0", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\x00", b"a\r", b"\\"]
NUMBERS = [b"0", b"1", b"7", b"-5", b"00", b"01", b"10", b"123456", b" 4", b"+6", b"1_000", b"9" * 19, b"-" + b"9" * 25]
HOSTILE_NUMBERS = NUMBERS + [
    b"", b"x", b"007", b"08", b"0x1f", b"0o7", b"0b1", b"0x", b"5L", b"L", b"5 ", b"5\r", b" ", b"-", b"--1", b"_1", b"1_",
    b"1__0", b"1.0", b"\x00", b"\x00\x00", b"3\x00x", b"\xff", b"\xd9\xa3", b"- 1", b"0_0", b"000", b"9" * 4301,
]  # fmt: skip
FLOATS = [b"1.5", b"-0.0", b"1e10", b"inf", b"-nan", b".5", b"5.", b"1E-400", b"7"]
HOSTILE_FLOATS = FLOATS + [b"", b" 1", b"1 ", b"1e999", b"1e", b"x", b"1_0", b"0x1", b"1\x00z", b"\x00", b".", b"1\r", b"nan(1)"]
STRINGS = [b"''", b'"a"', b"'b\\x41'", b"'\\n\\t\\\\'", b"'\\q\\8'", b"'it's'", b"'\\101'"]
HOSTILE_STRINGS = STRINGS + [b"", b"'", b"'a", b"'a\"", b"'a' ", b"'\\x4'", b"'\\'", b"'\\xff'", b"'\xe9'", b"'\\777'", b"x", b"'a'\r"]
UNICODES = [b"", b"key", b"\\u00e9", b"\\U0001f600", b"\\ud800", b"\xe9", b"\\\\u12", b"\\x"]
HOSTILE_UNICODES = UNICODES + [b"\\u12", b"\\u", b"\\U00110000", b"\\U0000", b"\\\\\\u12", b"\\", b"\x00", b"\\u00g0"]
NAMES = [b"m", b"os.path", b"h\xc3\xa9", b"a b", b"C.D", b"x\r"]
HOSTILE_NAMES = NAMES + [b"", b"\xff", b"\xed\xa0\x80", b"\x00", b"<locals>"]
SIZES = {b"\x8c": 1, b"X": 4, b"\x8d": 8, b"C": 1, b"B": 4, b"\x8e": 8, b"\x96": 8, b"U": 1, b"T": 4, b"\x8a": 1, b"\x8b": 4}
FIXED = {b"K": 1, b"M": 2, b"J": 4, b"G": 8, b"h": 1, b"q": 1, b"j": 4, b"r": 4, b"\x82": 1, b"\x83": 2, b"\x84": 4, b"\x80": 1}


def line_choices(code, hostile):
    return {
        b"I": HOSTILE_NUMBERS if hostile else NUMBERS[:9],
        b"L": HOSTILE_NUMBERS if hostile else [n for n in NUMBERS if n != b"01"] + [b"5L", b"-12L"],
        b"F": HOSTILE_FLOATS if hostile else FLOATS,
        b"S": HOSTILE_STRINGS if hostile else STRINGS,
        b"V": HOSTILE_UNICODES if hostile else UNICODES,
        b"P": HOSTILE_NAMES if hostile else [b"", b"id", b"7"],
        b"g": HOSTILE_NUMBERS if hostile else [b"0", b"1", b"2", b" 1", b"0_1"],
        b"p": HOSTILE_NUMBERS if hostile else [b"0", b"1", b"2", b"+3", b"4 "],
    }[code]


def random_bytes(rng, size):
    return bytes(rng.randrange(256) for _ in range(size))


def instruction(rng, code, hostile=False):
    """An opcode with an operand: one that could have been written, or one that tries the reader."""
    if code in b"ILFSVPgp":
        return code + rng.choice(line_choices(code, hostile)) + b"\n"
    if code == b"c":
        names = HOSTILE_NAMES if hostile else NAMES
        return code + rng.choice(names) + b"\n" + rng.choice(names) + b"\n"
    if code == b"i":
        names = HOSTILE_NAMES if hostile else [b"m", b"a b", b"C.D"]
        return code + rng.choice(names) + b"\n" + rng.choice(names) + b"\n"
    if code in SIZES:
        width = SIZES[code]
        if code in (b"\x8c", b"X", b"\x8d"):
            body = rng.choice(HOSTILE_TEXT if hostile else TEXT)
        elif code in (b"U", b"T"):
            body = rng.choice(HOSTILE_TEXT if hostile else [b"", b"a", b"key"])
        else:
            body = random_bytes(rng, rng.choice([0, 1, 2, 5, 9]))
        size = len(body)
        if hostile and rng.random() < 0.5:
            size = rng.choice([size + 1, size - 1, 1 << 31, (1 << 32) - 1, (1 << 63) - 5, (1 << 63) - 50, 1 << 63, 1 << 40, -1])
        return code + (size % (1 << 8 * width)).to_bytes(width, "little") + body
    if code == b"\x95":
        size = rng.choice([0, 1, 5, 50, 1 << 40, (1 << 63) - 1, 1 << 63]) if hostile else 0
        return code + size.to_bytes(8, "little")
    if code == b"\x80":
        return code + bytes([rng.choice([0, 1, 2, 3, 4, 5, 6, 255]) if hostile else rng.randrange(2, 6)])
    if code in (b"h", b"q", b"j", b"r"):
        index = rng.choice([0, 1, 2, 3, 31, 32, 33, 255, 1 << 31, (1 << 32) - 1]) if hostile else rng.randrange(4)
        return code + (index % (1 << 8 * FIXED[code])).to_bytes(FIXED[code], "little")
    if code in (b"\x82", b"\x83", b"\x84"):
        number = rng.choice([0, 1, 7, 255, -1, -(1 << 31)]) if hostile else rng.randrange(1, 128)
        return code + (number % (1 << 8 * FIXED[code])).to_bytes(FIXED[code], "little")
    return code + random_bytes(rng, FIXED.get(code, 0))


# ---- Soup: random programs -------------------------------------------------------------------------------------------


class Thing:
    """What the soup knows of an object on the stack."""

    def __init__(self, kind, hashable=True, small=False, words=False):
        self.kind = kind
        self.hashable = hashable
        self.small = small  # an int that fits in a byte
        self.words = words  # a dict with str keys only
        self.lent = False  # a bytearray that may have a memoryview


class Soup:
    """Writes opcodes that the machine accepts, by keeping a stack of what it would have."""

    def __init__(self, rng, wild=0, bold=0):
        self.rng = rng
        self.wild = wild  # how probable an opcode is that does not fit
        self.bold = bold  # how probable it is that the type of an object is not minded
        self.parts = []
        self.stack = []
        self.marks = []
        self.memo = {}
        self.buffers = rng.randrange(4) if rng.random() < 0.2 else 0
        self.given = self.buffers
        self.kind = rng.randrange(4)

    def flags(self):
        encoding = self.rng.choice([0, 0, 0, 0, 1, 2, 3])
        return encoding | (4 | self.kind << 3 | self.given << 5 if self.given else 0)

    def above(self):
        fence = self.marks[-1] if self.marks else 0
        return self.stack[fence:]

    def put(self, index):
        self.memo[index] = self.stack[-1]

    def slice(self):
        start = self.marks.pop()
        items, self.stack[start:] = self.stack[start:], []
        return items

    def below_mark(self):
        """The object that APPENDS and its like would change, or None if the mark is at the fence."""
        fence = self.marks[-2] if len(self.marks) > 1 else 0
        return self.stack[self.marks[-1] - 1] if self.marks[-1] > fence else None

    def atom(self):
        rng = self.rng
        choices = [b"N", b"\x88", b"\x89", b"K", b"K", b"K", b"M", b"J", b"I", b"L", b"F", b"G", b"V", b"X", b"\x8c", b"\x8d"]
        choices += [b"S", b"T", b"U", b"B", b"C", b"\x8e", b"\x96", b"\x96", b")", b"]", b"]", b"}", b"}", b"\x8f", b"\x8f"]
        choices += [b"\x8a", b"\x8b", b"c", b"c", b"P", b"\x82", b"\x83", b"\x84"]
        code = rng.choice(choices)
        text = instruction(rng, code)
        if code in b"]}\x8f":
            thing = Thing({b"]": "list", b"}": "dict", b"\x8f": "set"}[code], False, words=code == b"}")
        elif code == b"\x96":
            thing = Thing("bytearray", False)
        elif code in b"BC\x8e":
            thing = Thing("bytes")
        elif code in b"STU":
            thing = Thing("string")  # str or bytes, as the encoding says
        elif code in b"VX\x8c\x8d":
            thing = Thing("str")
        elif code in b"KMJIL\x8a\x8b\x88\x89":
            thing = Thing("int", small=code in b"K\x88\x89")
        elif code in b"cP\x82\x83\x84":
            thing = Thing("stand-in")
        elif code == b")":
            thing = Thing("tuple")
        else:
            thing = Thing("none" if code == b"N" else "float")
        self.push(text, thing)

    def push(self, text, thing):
        self.parts.append(text)
        self.stack.append(thing)

    def replace(self, text, count, thing):
        del self.stack[len(self.stack) - count :]
        self.push(text, thing)

    def dares(self):
        return self.bold and self.rng.random() < self.bold

    def hashable(self, items):
        return all(item.hashable for item in items) or self.dares()

    def fits_append(self, target, items):
        if self.dares():
            return True
        if target.kind == "bytearray":
            return not target.lent and all(item.kind == "int" and item.small for item in items)
        return target.kind in ("list", "stand-in")

    def fits_pairs(self, target, items):
        if self.dares():
            return True
        if target.kind == "dict":
            return self.hashable(items[::2])
        return target.kind == "stand-in"

    def moves(self):
        """Opcodes that fit now, each with what it does. Named so that a list of them can be weighted."""
        above, marks = self.above(), self.marks
        found = [self.atom] * 3
        if len(marks) < 6:
            found.append(self.mark)
        if above:
            top = above[-1]
            found += [self.store, self.memoize, self.dup, self.pop, self.persist, self.tuple_n]
            if top.kind in ("bytes", "bytearray", "memoryview") or self.dares():
                found.append(self.read_only)
        if self.memo:
            found += [self.fetch] * 2
        if self.buffers:
            found.append(self.next_buffer)
        if len(above) >= 2:
            below, top = above[-2:]
            if self.fits_append(below, [top]):
                found += [self.append] * 4
            if below.kind == "stand-in" or top.kind == "none" or self.dares():
                found += [self.build] * 3
            if below.kind == "str" and top.kind == "str" or self.dares():
                found += [self.stack_global] * 3
            if (below.kind == "stand-in" or self.dares()) and (top.kind == "tuple" or self.dares()):
                found += [self.reduce, self.newobj] * 3
        if len(above) >= 3:
            target, key, value = above[-3:]
            if self.fits_pairs(target, [key, value]):
                found += [self.setitem] * 4
            fits = [target.kind == "stand-in", key.kind == "tuple", value.kind == "dict" and value.words]
            if all(fit or self.dares() for fit in fits):
                found += [self.newobj_ex] * 4
        if marks:
            items = self.stack[marks[-1] :]
            found += [self.tuple, self.list, self.pop_mark]
            if self.hashable(items):
                found += [self.frozenset] * 2
            if (len(items) % 2 == 0 or self.dares()) and self.hashable(items[::2]):
                found += [self.dict] * 2
            if items and (items[0].kind == "stand-in" or self.dares()):
                found += [self.obj] * 3
            found.append(self.inst)
            target = self.below_mark()
            if target is not None:
                if not items or self.fits_append(target, items):
                    found += [self.appends] * 3
                if not items or (len(items) % 2 == 0 or self.dares()) and self.fits_pairs(target, items):
                    found += [self.setitems] * 3
                if not items or target.kind == "stand-in" or target.kind == "set" and self.hashable(items) or self.dares():
                    found += [self.additems] * 3
        if self.rng.random() < 0.2:
            found += [self.proto, self.frame, self.prepare, self.prepare, self.prepare]
        return found

    def mark(self):
        self.parts.append(b"(")
        self.marks.append(len(self.stack))

    def store(self):
        rng = self.rng
        index = rng.choice([0, 1, 2, 3, 9, 40])
        code = rng.choice([b"p%d\n" % index, b"p %d\n" % index, b"q%c" % index, b"r" + index.to_bytes(4, "little")])
        self.parts.append(code)
        self.put(index)

    def memoize(self):
        self.parts.append(b"\x94")
        self.put(len(self.memo))

    def fetch(self):
        index = self.rng.choice(sorted(self.memo))
        code = self.rng.choice([b"g%d\n" % index, b"g0%d\n" % index, b"h%c" % index, b"j" + index.to_bytes(4, "little")])
        self.push(code, self.memo[index])

    def dup(self):
        self.push(b"2", self.stack[-1])

    def pop(self):
        self.parts.append(b"0")
        self.stack.pop()

    def pop_mark(self):
        self.parts.append(b"1")
        self.slice()

    def persist(self):
        self.replace(b"Q", 1, Thing("stand-in"))

    def tuple_n(self):
        count = self.rng.randrange(1, min(3, len(self.above())) + 1)
        hashable = all(item.hashable for item in self.stack[-count:])
        self.replace(b"\x84\x85\x86\x87"[count : count + 1], count, Thing("tuple", hashable))

    def read_only(self):
        if self.stack[-1].kind != "bytes":
            self.stack[-1].lent = True
            self.stack[-1] = Thing("memoryview", False)
        self.parts.append(b"\x98")

    def next_buffer(self):
        self.buffers -= 1
        kinds = [Thing("bytes"), Thing("bytearray", False), Thing("buffer"), Thing("buffer")]
        self.push(b"\x97", kinds[self.kind])

    def append(self):
        self.parts.append(b"a")
        self.stack.pop()

    def build(self):
        self.parts.append(b"b")
        self.stack.pop()

    def stack_global(self):
        self.replace(b"\x93", 2, Thing("stand-in"))

    def reduce(self):
        self.replace(b"R", 2, Thing("stand-in"))

    def newobj(self):
        self.replace(b"\x81", 2, Thing("stand-in"))

    def newobj_ex(self):
        self.replace(b"\x92", 3, Thing("stand-in"))

    def setitem(self):
        self.parts.append(b"s")
        self.stack[-3].words = False
        del self.stack[-2:]

    def tuple(self):
        items = self.slice()
        self.push(b"t", Thing("tuple", all(item.hashable for item in items)))

    def list(self):
        self.slice()
        self.push(b"l", Thing("list", False))

    def dict(self):
        self.slice()
        self.push(b"d", Thing("dict", False))

    def frozenset(self):
        self.slice()
        self.push(b"\x91", Thing("frozenset"))

    def obj(self):
        self.slice()
        self.push(b"o", Thing("stand-in"))

    def inst(self):
        self.slice()
        self.push(instruction(self.rng, b"i"), Thing("stand-in"))

    def many(self, code):
        if self.slice():
            self.stack[-1].words = False
        self.parts.append(code)

    def appends(self):
        self.many(b"e")

    def setitems(self):
        self.many(b"u")

    def additems(self):
        self.many(b"\x90")

    def proto(self):
        self.parts.append(instruction(self.rng, b"\x80"))

    def frame(self):
        self.parts.append(None)  # the length is known in the end

    def prepare(self):
        """Puts in place what the rarer opcodes need."""
        rng = self.rng
        number = (b"K%c" % rng.randrange(3), Thing("int", small=True))
        word = (b"\x8c\x01k", Thing("str"))
        there = (b"cm\nn\n", Thing("stand-in"))
        wishes = [
            [there, (b"Va\n\x85", Thing("tuple"))],
            [there, (b")", Thing("tuple")), (b"}Vk\nNs", Thing("dict", False, words=True))],
            [word, (b"X\x01\x00\x00\x00n", Thing("str"))],
            [(b"}", Thing("dict", False)), word, number],
            [there, number, word],
            [(b"](NNNe%sNs" % number[0], Thing("list", False))],
            [(b"\x96\x03\x00\x00\x00\x00\x00\x00\x00abc%sK\xffs" % number[0], Thing("bytearray", False))],
        ]
        for text, thing in rng.choice(wishes):
            self.push(text, thing)

    def disturb(self):
        """An opcode without regard to the stack; what is known of the stack may be wrong from here on."""
        self.parts.append(instruction(self.rng, self.rng.choice(OPCODES).replace(b".", b"N"), self.rng.random() < 0.3))

    def make(self, length):
        for _ in range(length):
            if self.rng.random() < self.wild:
                self.disturb()
            else:
                self.rng.choice(self.moves())()
        if not self.above():
            self.atom()
        self.parts.append(b".")
        if self.rng.random() < 0.1:
            self.parts.append(b"behind")
        out, rest = [], 0
        for part in reversed(self.parts):
            if part is None:
                part = b"\x95" + self.rng.randrange(rest + 1).to_bytes(8, "little")
            out.append(part)
            rest += len(part)
        return b"".join(reversed(out))


def soup(rng, wild=0, bold=0):
    made = Soup(rng, wild, bold)
    pickle_ = made.make(rng.randrange(4, 60))
    return made.flags(), pickle_


def any_opcodes(rng):
    parts = [instruction(rng, rng.choice(OPCODES)) for _ in range(rng.randrange(1, 12))]
    return rng.choice([0, 1, 2, 0x44]), b"".join(parts) + b"N."


# ---- Mutations -------------------------------------------------------------------------------------------------------


def instruction_end(pickle_, start):
    code = pickle_[start : start + 1]
    start += 1
    for _ in range(2 if code in (b"c", b"i") else code in (b"I", b"L", b"F", b"S", b"V", b"P", b"g", b"p")):
        start = pickle_.index(b"\n", start) + 1
    if code in SIZES:
        width = SIZES[code]
        start += width + int.from_bytes(pickle_[start : start + width], "little")
    return start + (8 if code == b"\x95" else FIXED.get(code, 0))


def cut(pickle_):
    """The instructions of a valid pickle, and what is behind STOP. (`pickletools.genops` refuses texts the C code reads.)"""
    parts, start = [], 0
    while parts[-1:] != [b"."]:
        end = instruction_end(pickle_, start)
        parts.append(pickle_[start:end])
        start = end
    return parts, pickle_[start:]


def flip(rng, flags, pickle_):
    changed = bytearray(pickle_)
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return flags, bytes(changed)


def other_byte(rng, flags, pickle_):
    changed = bytearray(pickle_)
    changed[rng.randrange(len(changed))] = rng.choice(OPCODES)[0]
    return flags, bytes(changed)


def on_instructions(change):
    def mutate(rng, flags, pickle_):
        parts, rest = cut(pickle_)
        change(rng, parts)
        return flags, b"".join(parts) + rest

    return mutate


@on_instructions
def other_opcode(rng, parts):
    at = rng.randrange(len(parts))
    parts[at] = rng.choice(OPCODES) + parts[at][1:]


@on_instructions
def insert(rng, parts):
    parts.insert(rng.randrange(len(parts)), instruction(rng, rng.choice(OPCODES)))


@on_instructions
def delete(rng, parts):
    del parts[rng.randrange(len(parts))]


@on_instructions
def duplicate(rng, parts):
    at = rng.randrange(len(parts))
    parts.insert(at, parts[at])


@on_instructions
def swap(rng, parts):
    first = rng.randrange(len(parts))
    second = (first + 1) % len(parts) if rng.random() < 0.5 else rng.randrange(len(parts))
    parts[first], parts[second] = parts[second], parts[first]


@on_instructions
def operand(rng, parts):
    with_operand = [at for at, part in enumerate(parts) if len(part) > 1]
    at = rng.choice(with_operand or [0])
    parts[at] = instruction(rng, parts[at][:1], hostile=True)


@on_instructions
def exchange(rng, parts):
    at = rng.randrange(len(parts))
    parts[at] = instruction(rng, rng.choice(OPCODES), rng.random() < 0.3)


MUTATIONS = {
    "flip": flip,
    "other byte": other_byte,
    "other opcode": other_opcode,
    "insert": insert,
    "delete": delete,
    "duplicate": duplicate,
    "swap": swap,
    "operand": operand,
    "exchange": exchange,
}


def splice(rng, one, other):
    head, _ = cut(one[1])
    tail, rest = cut(other[1])
    return one[0] | other[0], b"".join(head[: rng.randrange(len(head))] + tail[rng.randrange(len(tail)) :]) + rest


def make(seed, count):
    """Yields (kind, flags, pickle), `count` of them."""
    rng = random.Random(seed)
    valid = seeds()
    cases = [("corner", flags, pickle_) for flags, pickle_ in CORNERS]
    cases += [("seed", flags, pickle_) for flags, pickle_ in valid]
    short = [case for case in valid if len(case[1]) < 120]
    prefixes = [("truncated", flags, p[:end]) for flags, p in short for end in range(len(p))]
    rng.shuffle(prefixes)
    cases += prefixes[: count // 12]
    # Frames would make most mutations fail at once: the length no longer fits. So most mutants have none.
    bare = []
    for flags, pickle_ in valid:
        parts, rest = cut(pickle_)
        bare.append((flags, b"".join(part for part in parts if part[:1] != b"\x95") + rest))
    bare = [case for case in bare if len(case[1]) < 400]
    while len(cases) < count:
        share = rng.random()
        if share < 0.18:
            cases.append(("soup",) + soup(rng))
        elif share < 0.30:
            cases.append(("wild soup",) + soup(rng, wild=rng.choice([0.02, 0.05, 0.1])))
        elif share < 0.42:
            cases.append(("bold soup",) + soup(rng, bold=rng.choice([0.01, 0.03])))
        elif share < 0.45:
            cases.append(("any opcodes",) + any_opcodes(rng))
        elif share < 0.50:
            cases.append(("splice",) + splice(rng, rng.choice(bare), rng.choice(bare)))
        else:
            kind = rng.choice(sorted(MUTATIONS))
            source = rng.random()
            base = rng.choice(valid) if source < 0.1 else soup(rng) if source < 0.4 else rng.choice(bare)
            cases.append((kind,) + MUTATIONS[kind](rng, *base))
    return cases[:count]


# ---- The program -----------------------------------------------------------------------------------------------------


def answers(data):
    at = 0
    while at < len(data):
        status, size = struct.unpack_from("<BH", data, at)
        yield status, data[at + 3 : at + 3 + size].decode()
        at += 3 + size


def reason(message):
    """The message without what differs from case to case."""
    message = re.sub(r"@[0-9?]+", "", message)
    message = re.sub(r"'(__dict__|append|add)'", r"<\1>", message)
    message = re.sub(r"b?'[^']*'|\"[^\"]*\"", "'..'", message)
    return re.sub(r"(byte|bytes|position|index|base|protocol:|load key,|code) \S*[0-9]\S*", r"\1 N", message)[:100]


def report(cases, judged):
    names = ["rejected", "accepted", "open", "crashed"]
    kinds = collections.OrderedDict()
    reasons = collections.Counter()
    for (kind, _, _), (status, message) in zip(cases, judged):
        kinds.setdefault(kind, collections.Counter())[status] += 1
        if status != 1:
            reasons[names[status], reason(message)] += 1
    total = sum(kinds.values(), collections.Counter())
    kinds["all"] = total
    print("%-14s %7s" % ("kind", "cases") + "".join("%10s" % name for name in names))
    for kind, counts in kinds.items():
        cases_here = sum(counts.values())
        shares = "".join("%9.1f%%" % (100 * counts[status] / cases_here) for status in range(4))
        print("%-14s %7d" % (kind, cases_here) + shares)
    print()
    for (status, text), number in reasons.most_common():
        print("%6d  %-8s  %s" % (number, status, text))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("directory")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=24000)
    parser.add_argument("--judge", default=sys.executable, help="the interpreter that answers")
    options = parser.parse_args()
    cases = make(options.seed, options.count)
    os.makedirs(options.directory, exist_ok=True)
    records = b"".join(struct.pack("<I", 1 + len(p)) + bytes([flags]) + p for _, flags, p in cases)
    with open(os.path.join(options.directory, "cases.bin"), "wb") as file:
        file.write(records)
    with open(os.path.join(options.directory, "kinds.txt"), "w") as file:
        file.writelines(kind + "\n" for kind, _, _ in cases)
    command = [options.judge, os.path.join(HERE, "accept.py")]
    judged = subprocess.run(command, input=records, stdout=subprocess.PIPE, check=True).stdout
    with open(os.path.join(options.directory, "answers.bin"), "wb") as file:
        file.write(judged)
    report(cases, list(answers(judged)))
    print("\nmean size %.1f bytes" % (sum(len(p) for _, _, p in cases) / len(cases)))


if __name__ == "__main__":
    main()
