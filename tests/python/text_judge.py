"""What CPython says about texts; tests/text_vs_python.rs asks.

Each line of the input is a letter, a space and bytes in hexadecimal; each is answered with one line. The answer to the
first line, which is empty, is about this Python: the version of Unicode and the limit on decimal digits, 0 for none.
"""

import pickle
import struct
import sys
import unicodedata
import warnings


def decode(data):
    return data.decode("utf-8", "surrogatepass")


def encode(text):
    return text.encode("utf-8", "surrogatepass").hex()


def printable(data):
    """One character for each of 256 code points: 1 if printable, 0 if not, ? if this Unicode does not have it."""
    first = int.from_bytes(data, "big") * 256
    chars = map(chr, range(first, first + 256))
    return "".join("?" if unicodedata.category(c) == "Cn" else str(int(c.isprintable())) for c in chars)


def line_of(data):
    """The first line of a pickle of protocol 0, without the opcode."""
    return data[1:data.index(b"\n")]


def repr_float(data):
    value, = struct.unpack(">d", data)
    text = repr(value)
    assert line_of(pickle.dumps(value, 0)) == text.encode()
    return text


def opcode(letter):
    def load(line):
        return pickle.loads(letter + line + b"\n.", encoding="bytes")
    return load


def binunicode(data):
    return encode(pickle.loads(b"X" + struct.pack("<I", len(data)) + data + b"."))


def long4(data):
    return pickle.loads(b"\x8b" + struct.pack("<i", len(data)) + data + b".")


ANSWERS = {
    "P": printable,
    "r": lambda data: encode(repr(decode(data))),
    "b": lambda data: encode(repr(data)),
    "g": repr_float,
    "F": lambda line: struct.pack(">d", opcode(b"F")(line)).hex(),
    "I": opcode(b"I"),
    "L": opcode(b"L"),
    "z": lambda text: int(text, 0),
    "t": lambda text: int(text, 10),
    "l": long4,
    "d": lambda text: line_of(pickle.dumps(int(text), 0)).decode(),
    "e": lambda text: pickle.encode_long(int(text)).hex(),
    "V": lambda line: encode(opcode(b"V")(line)),
    "v": lambda data: line_of(pickle.dumps(decode(data), 0)).hex(),
    "S": lambda line: opcode(b"S")(line).hex(),
    "X": binunicode,
}


def answer(line):
    if not line:
        limit = getattr(sys, "get_int_max_str_digits", int)()
        return "%s %d" % (unicodedata.unidata_version, limit)
    if line[0] in "dv" and sys.version_info < (3, 7):
        # It wrote all ints as LONG, and escaped backslash and line feed only.
        return "not asked"
    try:
        result = ANSWERS[line[0]](bytes.fromhex(line[2:]))
        # Hexadecimal, as there is a limit to decimal digits when they are written, too.
        return "ok %s" % (hex(result) if type(result) is int else result)
    except UnicodeDecodeError as error:
        # Elsewhere it only means that CPython could not put the text into the message of its ValueError.
        return "UnicodeDecodeError %d" % error.start if line[0] in "VX" else "ValueError"
    except (ValueError, OverflowError, pickle.UnpicklingError) as error:
        return type(error).__name__


def main():
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        print(answer(line.rstrip("\n")))


main()
