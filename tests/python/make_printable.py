"""Writes src/text/printable.rs: the code points which repr(str) escapes.

Usage: python3.13 tests/python/make_printable.py > src/text/printable.rs

Run it with the newest CPython there is, since each brings a newer Unicode.
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


def main():
    version = "%d.%d.%d" % sys.version_info[:3]
    pairs = list(ranges())
    print("// Made by tests/python/make_printable.py with CPython %s. Do not edit." % version)
    print()
    print("/// The version of Unicode, `unicodedata.unidata_version`, which says what `repr` escapes.")
    print('pub const UNICODE_VERSION: &str = "%s";' % unicodedata.unidata_version)
    print()
    print("/// The first and the last of each run of code points for which `str.isprintable()` is false, in order.")
    print("#[rustfmt::skip]")
    print("pub(super) const NOT_PRINTABLE: [(u32, u32); %d] = [" % len(pairs))
    line = "   "
    for pair in pairs:
        item = " (0x%x, 0x%x)," % pair
        if len(line) + len(item) > 100:
            print(line)
            line = "   "
        line += item
    print(line)
    print("];")


main()
