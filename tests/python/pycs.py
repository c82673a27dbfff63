"""Writes every .pyc of the standard library into one file: pycs.py DIR

What has no cache is compiled. Every twentieth file is compiled twice more, with the hash of its source, checked and not checked (PEP 552).
The file, DIR/pycs.bin, holds for each: the length of its name and the name, the length of its bytes and the bytes; lengths are four bytes, little-endian.
"""
import os
import py_compile
import struct
import sys
import warnings

warnings.simplefilter("ignore")
sys.dont_write_bytecode = True
LIBRARY = os.path.dirname(os.__file__)


def sources():
    for directory, names, files in os.walk(LIBRARY):
        names[:] = sorted(name for name in names if name not in ("site-packages", "__pycache__"))
        for file in sorted(files):
            if file.endswith(".py"):
                yield os.path.join(directory, file)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def cached(source):
    """The .pyc that was installed; none when there is none."""
    if sys.version_info[0] == 2:
        cache = source + "c"
    else:
        import importlib.util

        cache = importlib.util.cache_from_source(source)
    return read(cache) if os.path.exists(cache) else None


def compiled(source, directory, **options):
    """None for what is no Python of this version: the tests of lib2to3 and of the parser."""
    target = os.path.join(directory, "one.pyc")
    try:
        py_compile.compile(source, cfile=target, doraise=True, **options)
    except (py_compile.PyCompileError, SyntaxError, ValueError):
        return None
    return read(target)


def main(directory):
    count = 0
    with open(os.path.join(directory, "pycs.bin"), "wb") as out:

        def put(name, data):
            if data is not None:
                name = name.encode("utf-8") if sys.version_info[0] > 2 else name
                out.write(struct.pack("<I", len(name)) + name + struct.pack("<I", len(data)) + data)

        for source in sources():
            name = os.path.relpath(source, LIBRARY)
            put(name, cached(source) or compiled(source, directory))
            count += 1
            if count % 20 == 0 and sys.version_info >= (3, 7):
                for mode in (py_compile.PycInvalidationMode.CHECKED_HASH, py_compile.PycInvalidationMode.UNCHECKED_HASH):
                    put(name + " " + mode.name, compiled(source, directory, invalidation_mode=mode))
    path = os.path.join(directory, "one.pyc")
    if os.path.exists(path):
        os.remove(path)


main(sys.argv[1])
