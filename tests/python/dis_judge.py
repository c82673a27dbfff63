"""Disassembles and optimizes pickles as the interpreter it runs on does, one after another.

    request   u8(command) i32(annotate) i32(indent) u32(length) payload; every number little-endian
    answer    u32(length) bytes u32(length) sentence

    D   the text of `pickletools.dis`, and the sentence of its error or nothing
    M   the same, with the memo of the requests before
    O   the bytes of `pickletools.optimize`, and the sentence of its error or nothing
    S   pickles of many objects, each u32(length) bytes
"""

import collections
import datetime
import decimal
import fractions
import io
import pickle
import pickletools
import struct
import sys
import warnings


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


class Slots:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a, self.b = 1, [self]


class Arguments(tuple):
    def __new__(cls, *args, **kwargs):
        return super().__new__(cls, args)

    def __getnewargs_ex__(self):
        return (tuple(self), {"key": "value"})


class Persistent:
    pass


def objects():
    yield None, True, False
    yield [0, 1, -1, 255, 256, 65535, 65536, -2**31, 2**31 - 1, 2**31, 2**63, -2**63, 10**40, -10**40, 2**2100]
    yield [0.0, -0.0, 1.5, 1e16, 1e-5, 0.1, 1e300, float("inf"), float("-inf"), float("nan")]
    yield ["", "a", "it's", 'say "x"', "both ' and \"", "a\nb\t\r\\", "caf\xe9", "\u20ac", "\U0001f600", "\ud800", "\x85\xa0\xad"]
    yield [b"", b"a", b"it's", b"\x00\xff\n", bytearray(b"array"), b"x" * 300, "y" * 300]
    yield (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)
    yield {"a": 1, "b": [1, 2, {"c": ()}], (1, 2): {3, 4}, frozenset([5]): "a"}
    recursive = [1]
    recursive.append((recursive, {"self": recursive}))
    yield recursive
    yield [Point(1, [2]), Slots(), Arguments(1, 2), collections.OrderedDict(a=1), collections.Counter("abca")]
    yield [datetime.datetime(2024, 1, 2, 3, 4), decimal.Decimal("1.5"), fractions.Fraction(1, 3), complex(1, 2), range(3)]
    yield [len, Point, collections.OrderedDict, "".join, Ellipsis, NotImplemented, type(None)]
    yield [[i] for i in range(300)] * 2
    yield {i: str(i) for i in range(1100)}
    yield ["z" * 70000, b"z" * 70000, ["same"] * 3]
    nested = ()
    for _ in range(40):
        nested = (nested, 1, 2, 3)
    yield nested
    yield [Persistent(), "after"]


def seeds():
    class Pickler(pickle.Pickler):
        def persistent_id(self, obj):
            return "the id" if isinstance(obj, Persistent) else None

    class PurePickler(pickle._Pickler):
        persistent_id = Pickler.persistent_id

    for obj in objects():
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            for pickler in Pickler, PurePickler:
                out = io.BytesIO()
                try:
                    pickler(out, protocol).dump(obj)
                except Exception:
                    # Not every protocol has everything.
                    continue
                yield out.getvalue()


class Lines:
    """Takes all that is printed, and joins it once."""

    def __init__(self):
        self.parts = []

    def write(self, text):
        self.parts.append(text)


def answer(command, annotate, indent, payload, memo):
    if command == b"S":
        return b"".join(struct.pack("<I", len(seed)) + seed for seed in seeds()), ""
    if command == b"O":
        try:
            return pickletools.optimize(payload), ""
        except Exception as error:
            return b"", str(error)
    out, sentence = Lines(), ""
    try:
        pickletools.dis(payload, out, memo if command == b"M" else None, indent, annotate)
    except Exception as error:
        sentence = str(error)
    return "".join(out.parts).encode(), sentence


def main():
    # Invalid escapes in a STRING.
    warnings.simplefilter("ignore")
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    memo = {}
    while True:
        head = stdin.read(13)
        if len(head) < 13:
            break
        command, annotate, indent, length = struct.unpack("<ciiI", head)
        result, sentence = answer(command, annotate, indent, stdin.read(length), memo)
        sentence = sentence.encode("utf-8", "surrogatepass")
        stdout.write(struct.pack("<I", len(result)) + result + struct.pack("<I", len(sentence)) + sentence)
        stdout.flush()


main()
