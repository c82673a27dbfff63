"""An assembler of pickles, and the effects that the dangerous ones of the corpus have."""

import struct


class G:
    """A global."""

    def __init__(self, module, name):
        self.module, self.name = module, name


class R:
    """A call: REDUCE."""

    def __init__(self, function, *args):
        self.function, self.args = function, args


class New:
    """NEWOBJ."""

    def __init__(self, cls, *args):
        self.cls, self.args = cls, args


class Build:
    """BUILD on an object."""

    def __init__(self, target, state):
        self.target, self.state = target, state


class Then:
    """Several objects made and dropped, then a last one."""

    def __init__(self, *objects):
        self.objects = objects


class Raw:
    """Opcodes as they are."""

    def __init__(self, ops):
        self.ops = ops


def text(s, proto):
    data = s.encode("utf-8", "surrogatepass")
    if proto == 0:
        return b"V" + s.encode("raw-unicode-escape").replace(b"\n", b"\\u000a") + b"\n"
    if proto >= 4 and len(data) < 256:
        return b"\x8c" + bytes([len(data)]) + data
    return b"X" + struct.pack("<I", len(data)) + data


def emit(x, proto):
    if isinstance(x, Raw):
        return x.ops
    if isinstance(x, G):
        if proto >= 4:
            return text(x.module, proto) + text(x.name, proto) + b"\x93"
        return b"c" + x.module.encode() + b"\n" + x.name.encode() + b"\n"
    if isinstance(x, R):
        return emit(x.function, proto) + emit(tuple(x.args), proto) + b"R"
    if isinstance(x, New):
        return emit(x.cls, proto) + emit(tuple(x.args), proto) + b"\x81"
    if isinstance(x, Build):
        return emit(x.target, proto) + emit(x.state, proto) + b"b"
    if isinstance(x, Then):
        return b"".join(emit(o, proto) + b"0" for o in x.objects[:-1]) + emit(x.objects[-1], proto)
    if x is None:
        return b"N"
    if x is True or x is False:
        return (b"I01\n" if x else b"I00\n") if proto < 2 else (b"\x88" if x else b"\x89")
    if isinstance(x, int):
        if proto == 0 or not -(2**31) <= x < 2**31:
            return b"L%dL\n" % x if proto == 0 else b"\x8a" + bytes([(x.bit_length() // 8) + 1]) + x.to_bytes((x.bit_length() // 8) + 1, "little", signed=True)
        return b"J" + struct.pack("<i", x)
    if isinstance(x, float):
        return b"G" + struct.pack(">d", x)
    if isinstance(x, str):
        return text(x, proto)
    if isinstance(x, bytes):
        if proto < 3:
            return emit(R(G("_codecs", "encode"), x.decode("latin1"), "latin1"), proto)
        return b"B" + struct.pack("<I", len(x)) + x
    if isinstance(x, tuple):
        return b"(" + b"".join(emit(i, proto) for i in x) + b"t"
    if isinstance(x, list):
        return b"(" + b"".join(emit(i, proto) for i in x) + b"l"
    if isinstance(x, dict):
        return b"(" + b"".join(emit(k, proto) + emit(v, proto) for k, v in x.items()) + b"d"
    raise TypeError(x)


def pickle_of(x, proto):
    return (b"\x80" + bytes([proto]) if proto >= 2 else b"") + emit(x, proto) + b"."


MARK = "MARK"
TOUCH = "touch MARK"
CODE = "open('MARK', 'w').close()"
BODY = "import builtins\nbuiltins.open('MARK', 'w').close()\n"


def module(name):
    return R(G("importlib", "import_module"), name)


def attr(obj, name):
    return R(G("builtins", "getattr"), obj, name)


def s4(s):
    return text(s, 4)


def bs(s):
    return b"U" + bytes([len(s)]) + s.encode()


T = b"X" + struct.pack("<I", len(TOUCH)) + TOUCH.encode()
TUP = T + b"\x85"
