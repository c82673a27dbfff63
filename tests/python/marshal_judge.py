"""What Python's own marshal says.

marshal_judge.py data              writes the cases of plain data, at every version of marshal: fields `version`, `marshal data`
marshal_judge.py codes             the same for a few small code objects, at the version that .pyc files have
marshal_judge.py pycs              compiles the standard library in a zip file on the path: fields `name`, `.pyc`
marshal_judge.py same HEADER       reads fields `name`, `.pyc`, `pickle`, `.pyc` and says where their code objects differ; HEADER is the length of a header
marshal_judge.py equal             reads fields `marshal data`, `marshal data` and says where the objects differ
marshal_judge.py corpus FUZZ       adds the cases and codes to the corpora FUZZ/marshal and FUZZ/pyc
marshal_judge.py verdicts          reads marshal data, answers each with a line: `ok` and the repr, or `no` and the exception

A field is a length of four bytes, little-endian, and so many bytes.
"""
import marshal
import pickle
import struct
import sys
import types

PY2 = sys.version_info[0] == 2
INPUT = sys.stdin if PY2 else sys.stdin.buffer
OUTPUT = sys.stdout if PY2 else sys.stdout.buffer
NEWEST = 2 if PY2 else marshal.version


def fields(count):
    """The fields of the input, so many at a time."""
    while True:
        record = []
        for _ in range(count):
            length = INPUT.read(4)
            if len(length) < 4:
                return
            record.append(INPUT.read(struct.unpack("<I", length)[0]))
        yield record


def put(*parts):
    for part in parts:
        OUTPUT.write(struct.pack("<I", len(part)) + part)


def cases():
    yield (None, True, False, Ellipsis, StopIteration)
    for shift in (0, 7, 14, 15, 16, 29, 30, 31, 32, 45, 59, 60, 61, 62, 63, 64, 65, 89, 90, 1000):
        for near in (-1, 0, 1):
            yield (1 << shift) + near
            yield -(1 << shift) + near
    for text in ("0.0", "-0.0", "0.1", "1e16", "1e17", "-1e-4", "1e-5", "5e-324", "1.7976931348623157e308", "1e400", "-1e400", "123456789012345678.0"):
        yield float(text)
        yield complex(float(text), -float(text))
    yield float("nan")
    yield b""
    yield b"\x00\xff" * 300
    for text in (u"", u"a", u"name_1", u"caf\xe9", u"\u20ac", u"\U0001f600", u"x" * 255, u"x" * 256, u"\xff" * 300, u"a\nb\x00"):
        yield text
    if not PY2:
        yield "a\udc80b"
        yield "\ud83d\ude00"
    yield ()
    yield tuple(range(255))
    yield tuple(range(256))
    yield [[], [[]], [None, [1, (2, {3: [4]})]]]
    yield {}
    yield {"a": 1, 2: (3,), None: {}, (): frozenset()}
    yield set()
    yield {1, "a", (2, 3)}
    yield frozenset([1, 2.5, b"x", frozenset()])
    shared = ["x", (1, 2)]
    yield [shared, shared, {"k": shared}, "long name of which there are two", "long name of which there are two"]
    deep = None
    for _ in range(900):
        deep = [deep]
    yield deep
    text = "".join(["bu", "ilt"])
    yield [text, text, (text,), {text: text}]


def cyclic():
    """What can be read and written from version 3 on only."""
    items = []
    items.append((items, {"self": items}))
    yield items
    pair = ([],)
    pair[0].append(pair)
    yield pair
    keys = {}
    keys["keys"] = [keys]
    yield keys


SOURCES = [
    "x = 1",
    "def f(a, b=2, *args, **kw):\n    def g():\n        return a, b, g\n    return g\n",
    "lambda a, *, c, d=None, **kw: lambda: (a, d)" if not PY2 else "pass",
    "class A(object):\n    '''doc'''\n    x = [y for y in range(3)]\n    def m(self):\n        return super(A, self).m() + 1j + 2.5 + 10**30\n",
    "try:\n    with open('f') as f:\n        pass\nexcept (OSError, ValueError) as e:\n    raise\nfinally:\n    x in {1, 2, 'c'}\n",
]


def data():
    for version in range(NEWEST + 1):
        for case in list(cases()) + (list(cyclic()) if version >= 3 else []):
            put(struct.pack("<I", version), marshal.dumps(case, version))
    if NEWEST >= 5:
        put(struct.pack("<I", 5), marshal.dumps([slice(1, None, 2), slice(None)]))


def codes():
    for source in SOURCES:
        put(struct.pack("<I", NEWEST), marshal.dumps(compile(source, "file.py", "exec")))


def pycs():
    import importlib.util
    import zipfile

    with zipfile.ZipFile([path for path in sys.path if path.endswith(".zip")][0]) as library:
        for name in library.namelist():
            data = library.read(name)
            if name.endswith(".py"):
                data = importlib.util.MAGIC_NUMBER + struct.pack("<III", 0, 1, len(data)) + marshal.dumps(compile(data, name, "exec"))
            if name.endswith((".py", ".pyc")):
                put(name.encode("utf-8"), data)


MODULE = compile("", "", "exec")
FIELDS = [name for name in dir(MODULE) if name.startswith("co_") and (name != "co_lnotab" or sys.version_info < (3, 10))]
FIELDS = [name for name in FIELDS if not callable(getattr(MODULE, name))]


def differ(a, b, path, done):
    """Where two objects differ, types included; none when they are the same."""
    if type(a) is not type(b):
        return "%s: %s and %s" % (path, type(a), type(b))
    if (id(a), id(b)) in done:
        return None
    if isinstance(a, types.CodeType):
        for name in FIELDS:
            found = differ(getattr(a, name), getattr(b, name), path + "." + name, done)
            if found:
                return found
        # A code object with a NaN among its constants is not equal to a copy of itself.
        return None if a == b or a != marshal.loads(marshal.dumps(a)) else path + ": code objects are not equal"
    if isinstance(a, float):
        same = struct.pack("<d", a) == struct.pack("<d", b) or (a != a and b != b)
        return None if same else "%s: %r and %r" % (path, a, b)
    if isinstance(a, complex):
        return differ((a.real, a.imag), (b.real, b.imag), path, done)
    if isinstance(a, (list, tuple)):
        done = done | {(id(a), id(b))} if isinstance(a, list) else done
        if len(a) != len(b):
            return "%s: %d and %d items" % (path, len(a), len(b))
        for index, (one, other) in enumerate(zip(a, b)):
            if one is other:
                continue
            found = differ(one, other, "%s[%d]" % (path, index), done)
            if found:
                return found
        return None
    if isinstance(a, dict):
        done = done | {(id(a), id(b))}
        return differ(list(a.keys()), list(b.keys()), path + ".keys()", done) or differ(list(a.values()), list(b.values()), path + ".values()", done)
    if isinstance(a, (set, frozenset)):
        order = lambda item: (str(type(item)), repr(item))
        return differ(sorted(a, key=order), sorted(b, key=order), path, done)
    if isinstance(a, slice):
        return differ((a.start, a.stop, a.step), (b.start, b.stop, b.step), path, done)
    return None if a == b else "%s: %.200r and %.200r" % (path, a, b)


def count(code):
    return 1 + sum(count(constant) for constant in code.co_consts if isinstance(constant, types.CodeType))


def same(header):
    files = codes = 0
    for name, pyc, pickled, ours in fields(4):
        name = name.decode("utf-8")
        expected = marshal.loads(pyc[header:])
        found = differ(expected, pickle.loads(pickled), name + ": pickle", frozenset())
        found = found or differ(expected, marshal.loads(ours[header:]), name + ": marshal", frozenset())
        found = found or (None if pyc[:header] == ours[:header] else name + ": headers differ")
        if found:
            print(found)
        files += 1
        codes += count(expected)
    print("compared %d %d" % (files, codes))


def equal():
    number = 0
    for expected, ours in fields(2):
        try:
            found = differ(marshal.loads(expected), marshal.loads(ours), "case %d" % number, frozenset())
        except (ValueError, TypeError, EOFError) as error:
            found = "case %d: %s" % (number, error)
        if found:
            print(found)
        number += 1
    print("compared %d" % number)


def verdicts():
    import resource

    # False counts are believed by CPython: it may ask for much, but not get it.
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    for (mutant,) in fields(1):
        try:
            line = "ok " + repr(marshal.loads(mutant))
        except MemoryError:
            line = "memory"
        except Exception as error:
            line = "no %s: %s" % (type(error).__name__, error)
        OUTPUT.write(line.encode("utf-8", "surrogatepass").replace(b"\n", b"\\n") + b"\n")
        OUTPUT.flush()


def corpus(directory):
    """Small files of this Python; the first byte of marshal data chooses the Python in `fuzz/bodies.rs`."""
    chosen = {(2, 7): 0, (3, 6): 1, (3, 8): 2, (3, 11): 3, (3, 12): 4}[sys.version_info[:2]]
    name = "%d.%d" % sys.version_info[:2]
    number = 0
    for version in range(NEWEST + 1):
        for case in list(cases()) + (list(cyclic()) if version >= 3 else []) + ([compile(s, "f", "exec") for s in SOURCES] if version == NEWEST else []):
            number += 1
            data = marshal.dumps(case, version)
            if len(data) < 600 and (number % 29 == 0 or type(case) not in (int, float, complex, type(1 << 80)) and number % 7 == 0):
                with open("%s/marshal/%s-%d" % (directory, name, number), "wb") as file:
                    file.write(struct.pack("B", chosen | version << 3) + data)
    if PY2:
        import imp

        magic = imp.get_magic()
    else:
        import importlib.util

        magic = importlib.util.MAGIC_NUMBER
    for number, source in enumerate(SOURCES):
        code = marshal.dumps(compile(source, "f", "exec"))
        heads = [struct.pack("<I", 7)] if PY2 else [struct.pack("<II", 7, 8)]
        if sys.version_info >= (3, 7):
            heads = [struct.pack("<III", 0, 7, 8), struct.pack("<I", 1) + b"unchecke", struct.pack("<I", 3) + b"checkedh"]
        for kind, head in enumerate(heads):
            with open("%s/pyc/%s-%d-%d" % (directory, name, number, kind), "wb") as file:
                file.write(magic + head + code)


sys.setrecursionlimit(100000)
{"data": data, "codes": codes, "pycs": pycs, "same": lambda: same(int(sys.argv[2])), "equal": equal, "verdicts": verdicts, "corpus": lambda: corpus(sys.argv[2])}[sys.argv[1]]()
