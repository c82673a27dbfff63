"""Writes src/text/printable.rs: the code points which repr(str) escapes, and src/text/printable_since.rs: since when it does not.

    python3.13 tests/python/make_printable.py > src/text/printable.rs

    python3.8 tests/python/make_printable.py OUT8       a byte for each code point, and so on with every version up to 3.14
    python3 tests/python/make_printable.py since OUT8 OUT9 .. OUT14 > src/text/printable_since.rs

Each CPython brings a newer Unicode.
"""

import sys
import unicodedata


def ranges():
    """The ranges of code points for which str.isprintable() is false, as pairs (first, last)."""
    first = None
    for code_point in range(sys.maxunicode + 1):
        if not chr(code_point).isprintable():
            if first is None:
                first = code_point
        elif first is not None:
            yield first, code_point - 1
            first = None
    if first is not None:
        yield first, sys.maxunicode


def write_bits(path):
    """A byte for each code point, 1 when it is printable."""
    with open(path, "wb") as file:
        file.write(bytes(chr(code_point).isprintable() for code_point in range(sys.maxunicode + 1)))


def since(paths):
    """The runs of code points that became printable after 3.8, as (first, last, minor version)."""
    tables = [open(path, "rb").read() for path in paths]
    runs = []
    for code_point in range(sys.maxunicode + 1):
        bits = [table[code_point] for table in tables]
        assert bits == sorted(bits), "printable no more"
        if bits[0] == bits[-1]:
            continue
        minor = 8 + bits.index(1)
        if runs and runs[-1][1:] == [code_point - 1, minor]:
            runs[-1][1] = code_point
        else:
            runs.append([code_point, code_point, minor])
    print("// Made by tests/python/make_printable.py with CPython 3.8 to 3.%d. Do not edit.\n" % (7 + len(paths)))
    print("/// The first and the last of each run of code points that are printable since a later CPython than 3.8, and its minor version.")
    table("PRINTABLE_SINCE", "(u32, u32, u8)", ["(0x%x, 0x%x, %d)" % tuple(run) for run in runs])


def table(name, kind, items):
    print("#[rustfmt::skip]")
    print("pub(super) const %s: [%s; %d] = [" % (name, kind, len(items)))
    line = "   "
    for item in items:
        item = " %s," % item
        if len(line) + len(item) > 100:
            print(line)
            line = "   "
        line += item
    print(line)
    print("];")


def main():
    if sys.argv[1:2] == ["since"]:
        return since(sys.argv[2:])
    if sys.argv[1:]:
        return write_bits(sys.argv[1])
    version = "%d.%d.%d" % sys.version_info[:3]
    pairs = list(ranges())
    print("// Made by tests/python/make_printable.py with CPython %s. Do not edit." % version)
    print()
    print("/// The version of Unicode, `unicodedata.unidata_version`, which says what `repr` escapes.")
    print('pub const UNICODE_VERSION: &str = "%s";' % unicodedata.unidata_version)
    print()
    print("/// The first and the last of each run of code points for which `str.isprintable()` is false, in order.")
    table("NOT_PRINTABLE", "(u32, u32)", ["(0x%x, 0x%x)" % pair for pair in pairs])


main()
