"""Streams that scanners and CPython may read differently, names put together on the way, code by value that runs, and containers: whole, lying, broken.

samples() gives a label ("dangerous" or "malformed"), a name, a class, the effect ("any" where it is not shown) and the bytes.
"""

import base64
import bz2
import gzip
import io
import lzma
import marshal
import os
import pickle
import random
import struct
import tarfile
import tempfile
import warnings
import zipfile
import zlib

from scan_assembler import *


def samples():
    found = []
    here = os.getcwd()
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as away:
        # A name twice in a zip file is meant.
        warnings.simplefilter("ignore")
        # To make some of these runs their own code.
        os.chdir(away)
        try:
            collect(found)
        finally:
            os.chdir(here)
    return found


def collect(found):
    def put(name, label, cls, effect, data):
        found.append((label, name, cls, effect, data))

    g = b"cos\nsystem\n"
    call = g + TUP + b"R"
    P2 = b"\x80\x02"
    P4 = b"\x80\x04"

    def sd(name, ops, effect="mark", cls="stream"):
        put(name, "dangerous", cls, effect, ops)

    S = s4
    # --- stream tricks
    sd("utf8 module with NUL-less unicode ident", P4 + S("os") + S("system") + b"\x93" + T + b"\x85R.")
    sd("nfkc identifier getattr", P4 + emit(R(attr(module("os"), "system"), TOUCH), 4) + b".")
    sd("GLOBAL with utf-8 BOM-less, crlf? no", b"cos\nsystem\n" + TUP + b"R" + b".")
    sd("INST mark far below", b"(" + T + b"K\x01" + b"0" + b"ios\nsystem\n.")
    sd("OBJ class under args", b"(" + g + T + b"oN.", "mark")
    sd("two marks then OBJ", b"((" + g + T + b"o" + b"t.")
    sd("nested MARK tuples", P2 + b"(((" + call + b"ttt.")
    sd("DICT builds with call as value", P2 + b"(" + S("k") + call + b"d.")
    sd("LIST with call", b"(" + call + b"l.")
    sd("ADDITEMS call", P4 + b"\x8f(" + call + b"\x90.")
    sd("FROZENSET call", P4 + b"(" + call + b"\x91.")
    sd("APPEND to call result fails after", P2 + call + b"K\x01a.")
    sd("BUILD on call result fails after", P2 + call + b"}b.")
    sd("SETITEM unhashable after", P2 + call + b"0}]Ks.")
    sd("NEWOBJ after call", P2 + call + b"0" + b"c__builtin__\nint\n)\x81.")
    sd("DUP of function twice", P2 + g + b"2" + TUP + b"R0" + b".")
    sd("memo GET of tuple", P2 + TUP + b"q\x01" + b"0" + g + b"h\x01R.")
    sd("BINPUT overwritten by MEMOIZE order", P4 + S("os") + b"\x94" + S("system") + b"\x94" + b"00" + b"h\x00h\x01\x93" + TUP + b"R.")
    sd("MEMOIZE after sparse PUT", P4 + S("x") + b"q\x09" + b"0" + S("os") + b"\x94" + b"0" + S("system") + b"\x940" + b"h\x01h\x02\x93" + TUP + b"R.")
    sd("LONG_BINPUT huge", P4 + S("os") + b"r\x00\x00\x01\x00" + b"0j\x00\x00\x01\x00" + S("system") + b"\x93" + TUP + b"R.")
    sd("GET with sign", S("os") + b"p7\n0g+7\n" + S("system") + b"\x93" + TUP + b"R.")
    sd("PUT hex-like underscore 1_0", S("os") + b"p1_0\n0g10\n" + S("system") + b"\x93" + TUP + b"R.", "any")
    sd("INT underscore", b"I1_0\n0" + call + b".")
    sd("INT hex", b"I0x10\n0" + call + b".", "any")
    sd("INT long text", b"I" + b"9" * 400 + b"\n0" + call + b".")
    sd("LONG hex", b"L0x10L\n0" + call + b".", "any")
    sd("STRING prefix quotes mixed", b'S"it\'s"\n0' + call + b".")
    sd("UNICODE raw escapes", b"V\\u0041\\x\\U00000042\n0" + call + b".", "any")
    sd("UNICODE lone surrogate", b"V\\ud800\n0" + call + b".")
    sd("BINUNICODE surrogatepass", b"X\x03\0\0\0\xed\xa0\x800" + call + b".")
    sd("SHORT_BINBYTES", b"\x80\x03C\x03abc0" + call + b".")
    sd("BINBYTES8", P4 + b"\x8e\x03\0\0\0\0\0\0\0abc0" + call + b".")
    sd("BYTEARRAY8 in proto 0", b"\x96\x03\0\0\0\0\0\0\0abc0" + call + b".")
    sd("PERSID text then call", call + b"0Pabc\n.", "any")
    sd("call then BINPERSID", call + b"Q.", "any")
    sd("call then NEXT_BUFFER", b"\x80\x05" + call + b"0\x97.", "mark")
    sd("call then READONLY_BUFFER", b"\x80\x05" + call + b"\x98.", "mark")
    sd("call then EXT unknown", P2 + call + b"0\x82\xfa.", "mark")
    sd("call then EXT1 zero", P2 + call + b"0\x82\x00.", "mark")
    sd("call then GLOBAL missing module", call + b"0cnothing_like_it\nx\n.", "mark")
    sd("call then STACK_GLOBAL with ints", P4 + call + b"0K\x01K\x02\x93.", "mark")
    sd("call then invalid utf8 in GLOBAL", call + b"0c\xff\xfe\nx\n.", "mark")
    sd("call then POP on empty", call + b"0" + b"0.", "mark")
    sd("call then POP_MARK no mark", call + b"1.", "mark")
    sd("call then TUPLE1 underflow", P2 + call + b"0\x85.", "mark")
    sd("call then STOP empty", call + b"0.", "mark")
    sd("call then frame beyond", P4 + call + b"\x95\x05\0\0\0\0\0\0\0.", "mark")
    sd("call then LONG4 negative size", P2 + call + b"0\x8b\xff\xff\xff\xff.", "mark")
    sd("call then BINSTRING negative", call + b"0T\xff\xff\xff\xff.", "mark")
    sd("call then BINUNICODE8 huge", P4 + call + b"0\x8d\xff\xff\xff\xff\xff\xff\xff\x7f.", "mark")
    sd("call then BINBYTES huge", b"\x80\x03" + call + b"0B\xff\xff\xff\x7f.", "mark")
    sd("two frames", P4 + b"\x95" + struct.pack("<Q", len(g)) + g + b"\x95" + struct.pack("<Q", len(TUP) + 2) + TUP + b"R.")
    sd("frame in frame", P4 + b"\x95" + struct.pack("<Q", 9 + len(call) + 1) + b"\x95" + struct.pack("<Q", len(call) + 1) + call + b".")
    sd("large frame padded", P4 + b"\x95" + struct.pack("<Q", 70000 + len(call) + 1) + b"N0" * 35000 + call + b".")
    sd("PROTO 0", b"\x80\x00" + call + b".")
    sd("PROTO 1", b"\x80\x01" + call + b".")
    sd("PROTO 5 with text ops", b"\x80\x05(S'" + TOUCH.encode() + b"'\nios\nsystem\n.")
    sd("second pickle after junk newline", pickle.dumps(1) + b"\n" + P2 + call + b".", "any")
    sd("second pickle after zeros", pickle.dumps(1, 2) + b"\0" * 512 + P2 + call + b".", "any")
    sd("second pickle proto0 after junk", pickle.dumps(1, 2) + b"\xff\xfe" + call + b".", "any")
    sd("pickle after text header", b"#!/usr/bin/env python\n# model\n" + P4 + call + b".", "any")
    sd("pickle after 16 byte header", bytes(range(200, 216)) + P4 + call + b".", "any")
    sd("behind many harmless", b"".join(pickle.dumps(i) for i in range(500)) + P2 + call + b".", "any")
    sd("behind broken pickle", b"\x80\x04\x95\xff\0\0\0\0\0\0\0]" + P4 + call + b".", "any")
    sd(
        "in a str that pickle.loads gets later: loads(encode)",
        P4 + emit(R(G("pickle", "loads"), R(G("builtins", "str.encode"), (call + b".").decode("latin1"), "latin1")), 4) + b".",
    )
    sd("loads of bytes.fromhex", P4 + emit(R(G("pickle", "loads"), R(G("builtins", "bytes.fromhex"), (call + b".").hex())), 4) + b".")
    sd("loads of b85", P4 + emit(R(G("pickle", "loads"), R(G("base64", "b85decode"), base64.b85encode(call + b"."))), 4) + b".")
    sd("loads of a85/b32", P4 + emit(R(G("pickle", "loads"), R(G("base64", "b32decode"), base64.b32encode(call + b"."))), 4) + b".")
    sd("loads of gzip", P4 + emit(R(G("pickle", "loads"), R(G("gzip", "decompress"), gzip.compress(call + b"."))), 4) + b".")
    sd("loads of bz2", P4 + emit(R(G("pickle", "loads"), R(G("bz2", "decompress"), bz2.compress(call + b"."))), 4) + b".")
    sd("loads of lzma", P4 + emit(R(G("pickle", "loads"), R(G("lzma", "decompress"), lzma.compress(call + b"."))), 4) + b".")
    sd("loads of codecs zlib", P4 + emit(R(G("pickle", "loads"), R(G("codecs", "decode"), zlib.compress(call + b"."), "zlib")), 4) + b".")
    sd("loads of codecs hex", P4 + emit(R(G("pickle", "loads"), R(G("codecs", "decode"), (call + b".").hex().encode(), "hex")), 4) + b".")
    sd("loads of joined", P4 + emit(R(G("pickle", "loads"), R(G("builtins", "bytes.join"), b"", [call[:5], call[5:] + b"."])), 4) + b".")
    sd("loads of bytes(list)", P4 + emit(R(G("pickle", "loads"), R(G("builtins", "bytes"), list(call + b"."))), 4) + b".")
    sd("loads of add", P4 + emit(R(G("pickle", "loads"), R(G("operator", "add"), call[:5], call[5:] + b".")), 4) + b".")
    sd("loads of bytearray", b"\x80\x05" + emit(G("pickle", "loads"), 4) + b"\x96" + struct.pack("<Q", len(call) + 1) + call + b"." + b"\x85R.")
    sd("loads with kwargs", P4 + emit(R(R(G("functools", "partial"), G("pickle", "loads")), call + b"."), 4) + b".")
    sd("dill.loads nested", P4 + emit(R(G("dill", "loads"), call + b"."), 4) + b".", "any")
    sd("_loads pure", P4 + emit(R(G("pickle", "_loads"), call + b"."), 4) + b".")
    sd("cPickle.loads proto0", b"ccPickle\nloads\n" + emit((call + b".",), 0) + b"R.")
    sd("nested with persistent", P4 + emit(R(G("pickle", "loads"), call + b"Q."), 4) + b".")
    sd("nested broken", P4 + emit(R(G("pickle", "loads"), call + b"\xff"), 4) + b".")
    sd("marshal by exec", P4 + emit(R(G("builtins", "exec"), R(G("marshal", "loads"), marshal.dumps(compile(BODY, "x", "exec")))), 4) + b".")
    sd(
        "marshal function called",
        P4 + emit(R(R(G("types", "FunctionType"), R(G("marshal", "loads"), marshal.dumps(compile(BODY, "x", "exec"))), {})), 4) + b".",
    )
    sd(
        "marshal via zlib",
        P4
        + emit(R(G("builtins", "exec"), R(G("marshal", "loads"), R(G("zlib", "decompress"), zlib.compress(marshal.dumps(compile(BODY, "x", "exec")))))), 4)
        + b".",
    )
    sd("reduce with list args", P2 + emit(G("builtins", "eval"), 2) + emit(R(G("builtins", "tuple"), [CODE]), 2) + b"R.")
    sd("args through memo mutated list", P2 + g + b"](" + T + b"e" + b"q\x000" + g + emit(G("builtins", "tuple"), 2) + b"h\x00\x85RR.")
    sd("NEWOBJ_EX FileIO", P4 + emit(G("_io", "FileIO"), 4) + b")}" + b"\x92" + b"0" + emit(R(G("_io", "FileIO"), MARK, "w"), 4) + b".")
    sd("NEWOBJ of Popen then __init__ BUILD", P4 + emit(R(G("subprocess", "Popen.__init__"), New(G("subprocess", "Popen")), ["touch", MARK]), 4) + b".")
    sd("BUILD slots state on sys", P4 + emit(Build(module("sys"), (None, {"x_mark": 1})), 4) + b".", "any")
    sd("BUILD with __setstate__ = os.system", P4 + emit(Build(Build(R(G("types", "SimpleNamespace")), {"__setstate__": G("os", "system")}), TOUCH), 4) + b".")
    sd("__reduce__ via copy", P4 + emit(R(G("copy", "copy"), Build(R(G("types", "SimpleNamespace")), {"__reduce_ex__": G("os", "system")})), 4) + b".", "any")
    sd(
        "__setstate__ set by BUILD on class instance",
        P4 + emit(G("collections", "UserDict"), 4) + b")\x81}" + S("__setstate__") + emit(G("os", "system"), 4) + b"sb" + T + b"b.",
    )
    sd(
        "append attr = os.system then APPEND",
        P4 + emit(G("collections", "UserString"), 4) + b")\x81}" + S("append") + emit(G("os", "system"), 4) + b"sb" + T + b"a.",
    )
    sd("extend attr then APPENDS", P4 + emit(G("types", "SimpleNamespace"), 4) + b")\x81}" + S("append") + emit(G("os", "system"), 4) + b"sb(" + T + b"e.")
    sd("add attr then ADDITEMS", P4 + emit(G("types", "SimpleNamespace"), 4) + b")\x81}" + S("add") + emit(G("os", "system"), 4) + b"sb(" + T + b"\x90.")
    sd(
        "partial as append",
        P4 + emit(G("types", "SimpleNamespace"), 4) + b")\x81}" + S("extend") + emit(G("os", "system"), 4) + b"sb" + b"(" + T + b"e.",
        "any",
    )
    sd("getattr of Namespace BUILD", P4 + emit(R(attr(Build(New(G("argparse", "Namespace")), {"f": G("os", "system")}), "f"), TOUCH), 4) + b".")
    sd(
        "attrgetter on Namespace",
        P4 + emit(R(R(R(G("operator", "attrgetter"), "f"), Build(New(G("argparse", "Namespace")), {"f": G("os", "system")})), TOUCH), 4) + b".",
    )
    sd(
        "methodcaller f on Namespace",
        P4 + emit(R(R(G("operator", "methodcaller"), "f", TOUCH), Build(New(G("argparse", "Namespace")), {"f": G("os", "system")})), 4) + b".",
    )
    sd(
        "itemgetter of dict built by SETITEM",
        P4 + emit(R(G("operator", "itemgetter"), "f"), 4) + b"}" + S("f") + emit(G("os", "system"), 4) + b"s\x85R" + TUP + b"R.",
    )
    sd("list index via __getitem__", P4 + emit(R(R(G("builtins", "list.__getitem__"), [G("os", "system")], 0), TOUCH), 4) + b".")
    sd(
        "dict.values",
        P4 + emit(R(R(G("builtins", "next"), R(G("builtins", "iter"), R(G("builtins", "dict.values"), {1: G("os", "system")}))), TOUCH), 4) + b".",
    )
    sd("map of getattr", P4 + emit(R(R(G("builtins", "next"), R(G("builtins", "map"), G("builtins", "getattr"), [module("os")], ["system"])), TOUCH), 4) + b".")
    sd(
        "starmap of getattr",
        P4 + emit(R(R(G("builtins", "next"), R(G("itertools", "starmap"), G("builtins", "getattr"), [(module("os"), "system")])), TOUCH), 4) + b".",
    )
    sd(
        "map of __import__",
        P4
        + emit(R(R(G("operator", "methodcaller"), "system", TOUCH), R(G("builtins", "next"), R(G("builtins", "map"), G("builtins", "__import__"), ["os"]))), 4)
        + b".",
    )
    sd("reduce getattr dotted", P4 + emit(R(R(G("functools", "reduce"), G("builtins", "getattr"), ["os", "system"], module("shutil")), TOUCH), 4) + b".")
    sd("partial getattr", P4 + emit(R(R(R(G("functools", "partial"), G("builtins", "getattr"), module("os")), "system"), TOUCH), 4) + b".")
    sd("partial of partial of import", P4 + emit(R(attr(R(R(G("functools", "partial"), G("builtins", "__import__"), "os")), "system"), TOUCH), 4) + b".")
    sd("getattr default", P4 + emit(R(R(G("builtins", "getattr"), 1, "nothing", G("os", "system")), TOUCH), 4) + b".")
    sd("dict.get default", P4 + emit(R(R(G("builtins", "dict.get"), {}, "x", G("os", "system")), TOUCH), 4) + b".")
    sd("dict.setdefault", P4 + emit(R(R(G("builtins", "dict.setdefault"), {}, "x", G("os", "system")), TOUCH), 4) + b".")
    sd(
        "OrderedDict.setdefault",
        P4 + emit(R(R(G("collections", "OrderedDict.setdefault"), R(G("collections", "OrderedDict")), "x", G("os", "system")), TOUCH), 4) + b".",
    )
    sd("next default", P4 + emit(R(R(G("builtins", "next"), R(G("builtins", "iter"), []), G("os", "system")), TOUCH), 4) + b".")
    sd("min default", P4 + emit(R(R(R(G("functools", "partial"), G("builtins", "min"), [G("os", "system")])), TOUCH), 4) + b".")
    sd("or_ / and_", P4 + emit(R(R(G("operator", "getitem"), R(G("operator", "add"), [], [G("os", "system")]), 0), TOUCH), 4) + b".")
    sd(
        "chr joined name",
        P4
        + emit(
            R(
                attr(R(G("builtins", "__import__"), R(G("builtins", "str.join"), "", [R(G("builtins", "chr"), 111), R(G("builtins", "chr"), 115)])), "system"),
                TOUCH,
            ),
            4,
        )
        + b".",
    )
    sd("bytes.decode name", P4 + emit(R(attr(R(G("builtins", "__import__"), R(G("builtins", "bytes.decode"), b"os")), "system"), TOUCH), 4) + b".")
    sd("str(bytes) name", P4 + emit(R(attr(R(G("builtins", "__import__"), R(G("builtins", "str"), b"os", "ascii")), "system"), TOUCH), 4) + b".")
    sd("str.replace name", P4 + emit(R(attr(R(G("builtins", "__import__"), R(G("builtins", "str.replace"), "oXs", "X", "")), "system"), TOUCH), 4) + b".")
    sd(
        "getitem slice name",
        P4 + emit(R(attr(R(G("builtins", "__import__"), R(G("operator", "getitem"), "xosx", R(G("builtins", "slice"), 1, 3))), "system"), TOUCH), 4) + b".",
    )
    sd("mul, mod name", P4 + emit(R(attr(R(G("builtins", "__import__"), R(G("operator", "mod"), "%ss", "o")), "system"), TOUCH), 4) + b".")
    sd("str.lower name", P4 + emit(R(attr(R(G("builtins", "__import__"), R(G("builtins", "str.lower"), "OS")), "system"), TOUCH), 4) + b".")
    sd(
        "unicodedata name",
        P4 + emit(R(attr(R(G("builtins", "__import__"), R(G("unicodedata", "normalize"), "NFKC", "\uff4f\uff53")), "system"), TOUCH), 4) + b".",
    )
    sd("json.loads name", P4 + emit(R(attr(R(G("builtins", "__import__"), R(G("json", "loads"), '"os"')), "system"), TOUCH), 4) + b".")
    sd("literal_eval name", P4 + emit(R(attr(R(G("builtins", "__import__"), R(G("ast", "literal_eval"), "'os'")), "system"), TOUCH), 4) + b".")
    sd("stack global from json", P4 + emit(R(G("json", "loads"), '"os"'), 4) + S("system") + b"\x93" + TUP + b"R.")
    sd("stack global name from unquote", P4 + emit(R(G("urllib.parse", "unquote"), "%6fs"), 4) + S("system") + b"\x93" + TUP + b"R.")
    sd(
        "string.Template substitute",
        P4 + emit(R(G("string", "Template.substitute"), R(G("string", "Template"), "o$x"), {"x": "s"}), 4) + S("system") + b"\x93" + TUP + b"R.",
    )
    sd("re.sub name", P4 + emit(R(G("re", "sub"), "X", "s", "oX"), 4) + S("system") + b"\x93" + TUP + b"R.")
    sd(
        "BUILD adds module attr then dotted global",
        P4 + emit(Build(G("string", "Template"), (None, {"z": module("os")})), 4) + b"0" + S("string") + S("Template.z.system") + b"\x93" + TUP + b"R.",
    )
    sd("SETITEM sys.modules alias", P4 + emit(G("sys", "modules"), 4) + S("zz") + emit(module("os"), 4) + b"s0" + S("zz") + S("system") + b"\x93" + TUP + b"R.")
    sd(
        "types.ModuleType in sys.modules",
        P4
        + emit(G("sys", "modules"), 4)
        + S("zz")
        + emit(Build(R(G("types", "ModuleType"), "zz"), {"f": G("os", "system")}), 4)
        + b"s0"
        + S("zz")
        + S("f")
        + b"\x93"
        + TUP
        + b"R.",
    )
    sd("type() with __reduce__", P4 + emit(R(R(G("builtins", "type"), "A", (), {"__call__": G("os", "system")})), 4) + b".", "any")
    sd(
        "type() with __new__",
        P4 + emit(R(R(G("builtins", "type"), "A", (), {"__new__": R(G("functools", "partial"), G("os", "system"), TOUCH)})), 4) + b".",
        "any",
    )
    sd(
        "type() with __class_getitem__",
        P4 + emit(R(G("operator", "getitem"), R(G("builtins", "type"), "A", (), {"__class_getitem__": G("os", "system")}), TOUCH), 4) + b".",
    )
    sd(
        "type() with __add__",
        P4
        + emit(R(G("operator", "add"), R(R(G("builtins", "type"), "A", (), {"__add__": R(G("functools", "partial"), G("os", "system"), TOUCH)})), 1), 4)
        + b".",
        "any",
    )
    sd(
        "type() with __eq__ hash in dict",
        P4 + b"}" + emit(R(R(G("builtins", "type"), "A", (), {"__hash__": R(G("functools", "partial"), G("os", "system"), TOUCH)})), 4) + b"Ns.",
    )
    sd(
        "type() with __setstate__",
        P4 + emit(Build(R(R(G("builtins", "type"), "A", (), {"__setstate__": R(G("builtins", "staticmethod"), G("os", "system"))})), TOUCH), 4) + b".",
    )
    sd(
        "namedtuple class with __add__ set",
        P4 + emit(R(G("builtins", "setattr"), R(G("collections", "namedtuple"), "A", "x"), "__add__", G("os", "system")), 4) + b".",
        "any",
    )
    sd("enum from callable", P4 + emit(R(G("enum", "Enum"), "A", {"x": 1}), 4) + b"0" + call + b".")
    sd("source exec with tab", P4 + emit(R(G("builtins", "exec"), "if 1:\n\topen('MARK','w').close()"), 4) + b".")
    sd("source exec lambda default", P4 + emit(R(G("builtins", "eval"), "lambda x=open('MARK','w').close(): x"), 4) + b".")
    sd("source exec f-string", P4 + emit(R(G("builtins", "exec"), "x = f\"{open('MARK','w').close()}\""), 4) + b".")
    sd("source eval comprehension", P4 + emit(R(G("builtins", "eval"), "[open('MARK','w').close() for _ in [1]]"), 4) + b".")
    sd("source walrus/annotation", P4 + emit(R(G("builtins", "exec"), "x: open('MARK','w').close() = 1"), 4) + b".")
    sd("source def with return annotation", P4 + emit(R(G("builtins", "exec"), "def f() -> open('MARK','w').close():\n    pass"), 4) + b".")
    sd("source line continuation", P4 + emit(R(G("builtins", "exec"), "def f(): pass\nopen\\\n('MARK','w').close()"), 4) + b".")
    sd("source in class def", P4 + emit(R(G("builtins", "exec"), "class A(open('MARK','w').close() or object): pass"), 4) + b".")
    sd("source decorator with lambda", P4 + emit(R(G("builtins", "exec"), "@(lambda f: open('MARK','w').close())\ndef f(): pass"), 4) + b".")
    sd("source from os import", P4 + emit(R(G("builtins", "exec"), "from os import *\nsystem('touch MARK')"), 4) + b".")
    sd("source import gadget", P4 + emit(R(G("builtins", "exec"), "import gadget"), 4) + b".")
    sd("source del/global/assert", P4 + emit(R(G("builtins", "exec"), "assert not open('MARK','w').close()"), 4) + b".")
    sd("source type alias 3.12", P4 + emit(R(G("builtins", "exec"), "import os\nos.mkdir('MARK')"), 4) + b".")
    sd("source nul/unicode ident", P4 + emit(R(G("builtins", "exec"), "\uff4f\uff50\uff45\uff4e('MARK','w').close()"), 4) + b".")
    sd("source subscript call", P4 + emit(R(G("builtins", "exec"), "x = {'a': open}['a']('MARK','w')"), 4) + b".")
    sd("source matmul op", P4 + emit(R(G("builtins", "exec"), "def f(x): return x\nx = [f, open][1]('MARK','w')"), 4) + b".")
    sd("source star import in try", P4 + emit(R(G("builtins", "exec"), "try:\n    import gadget\nexcept Exception:\n    pass"), 4) + b".")
    try:
        import cloudpickle
    except ImportError:
        cloudpickle = None

    def evil():
        open("MARK", "w").close()

    evil.__module__ = "__main__"

    class Evil:
        def __reduce__(self):
            return evil, ()

    Evil.__module__ = "__main__"

    class EvilState:
        def __setstate__(self, s):
            open("MARK", "w").close()

    EvilState.__module__ = "__main__"

    class EvilNew:
        def __new__(cls):
            open("MARK", "w").close()
            return object.__new__(cls)

    EvilNew.__module__ = "__main__"

    class EvilSub:
        def __init_subclass__(cls):
            open("MARK", "w").close()

    EvilSub.__module__ = "__main__"

    class EvilHash:
        def __hash__(self):
            open("MARK", "w").close()
            return 1

    EvilHash.__module__ = "__main__"

    class EvilItem(dict):
        def __setitem__(self, k, v):
            open("MARK", "w").close()

    EvilItem.__module__ = "__main__"

    class EvilMeta(type):
        def __new__(m, n, b, d, **k):
            open("MARK", "w").close()
            return type.__new__(m, n, b, d)

    EvilMeta.__module__ = "__main__"

    class EvilSetattr:
        __slots__ = ("a",)

        def __setattr__(self, k, v):
            open("MARK", "w").close()

    EvilSetattr.__module__ = "__main__"
    import os as _os

    for proto in (2, 5) if cloudpickle else ():
        cp = lambda o: cloudpickle.dumps(o, protocol=proto)
        sd("cloudpickle reduce %d" % proto, cp(Evil()), "mark", "by value that runs")
        s = EvilState()
        s.x = 1
        sd("cloudpickle setstate %d" % proto, cp(s), "mark", "by value that runs")
        sd("cloudpickle new %d" % proto, cp(EvilNew()), "mark", "by value that runs")

        class Child(EvilSub):
            pass

        Child.__module__ = "__main__"
        sd("cloudpickle init_subclass %d" % proto, cp(Child), "mark", "by value that runs")
        sd("cloudpickle hash %d" % proto, cp({EvilHash(): 1}), "mark", "by value that runs")
        sd("cloudpickle hash set %d" % proto, cp({EvilHash()}), "mark", "by value that runs")
        e = EvilItem()
        dict.__setitem__(e, "a", 1)
        sd("cloudpickle setitem %d" % proto, cp(e), "mark", "by value that runs")
        C = EvilMeta("C", (), {})
        C.__module__ = "__main__"
        sd("cloudpickle metaclass %d" % proto, cp(C), "mark", "by value that runs")
        v = object.__new__(EvilSetattr)
        object.__setattr__(v, "a", 1)
        sd("cloudpickle setattr %d" % proto, cp(v), "mark", "by value that runs")
        body = cp(lambda: open("MARK", "w").close())
        sd("cloudpickle lambda called %d" % proto, body[:-1] + b")R.", "mark", "by value that runs")
        body = cp(lambda x: _os.system(x))
        sd("cloudpickle lambda called with arg %d" % proto, body[:-1] + TUP + b"R.", "mark", "by value that runs")
        sd(
            "cloudpickle map of lambda %d" % proto,
            b"\x80"
            + bytes([proto])
            + emit(G("builtins", "list"), 2)
            + emit(G("builtins", "map"), 2)
            + b"("
            + cp(lambda x: _os.system(x))[2 if proto == 2 else 11 : -1]
            + emit([TOUCH], 2)
            + b"tR\x85R.",
            "any",
            "by value that runs",
        )
    # --- containers
    inner = P2 + call + b"."
    bad4 = pickle_of(R(G("os", "system"), TOUCH), 4)

    def zipped(members, method=0, **kw):
        o = io.BytesIO()
        with zipfile.ZipFile(o, "w", method) as f:
            for n, d in members:
                f.writestr(n, d)
        return o.getvalue()

    def sc(name, data):
        put("container: " + name, "dangerous", "container", "any", data)

    for m, mn in ((0, "stored"), (8, "deflate"), (12, "bz2"), (14, "lzma")):
        for nm in (
            "archive/data.pkl",
            "x/data/0",
            "model.bin",
            "a.txt",
            "noext",
            "sub/dir/file.json",
            "data.pkl/",
            "../x.pkl",
            "config.yaml",
            "constants.pkl",
            "\u00e9.pkl",
        ):
            sc("zip %s %s" % (mn, nm), zipped([("archive/version", "3\n"), (nm, inner)], m))
    sc(
        "zip torch full",
        zipped(
            [
                ("archive/data.pkl", inner),
                ("archive/byteorder", "little"),
                ("archive/data/0", b"\0" * 4096),
                ("archive/version", "3\n"),
                ("archive/.data/serialization_id", "1"),
            ]
        ),
    )
    sc("zip duplicated name, second bad", zipped([("archive/data.pkl", pickle.dumps(1)), ("archive/data.pkl", inner)]))
    sc("zip duplicated name, first bad", zipped([("archive/data.pkl", inner), ("archive/data.pkl", pickle.dumps(1))]))
    z = zipped([("archive/data.pkl", inner)])
    zd = zipped([("archive/data.pkl", inner)], 8)

    def ch(raw, sig, at, new, nth=0):
        raw = bytearray(raw)
        i = -1
        for _ in range(nth + 1):
            i = raw.find(sig, i + 1)
        raw[i + at : i + at + len(new)] = new
        return bytes(raw)

    C, L, E = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"
    for nm, d in [("stored", z), ("deflated", zd)]:
        for flag in (1, 2, 8, 0x10, 0x20, 0x40, 0x800, 0x2000, 0xFFFF):
            sc("zip %s central flag %x" % (nm, flag), ch(d, C, 8, struct.pack("<H", flag)))
            sc("zip %s local flag %x" % (nm, flag), ch(d, L, 6, struct.pack("<H", flag)))
            sc("zip %s both flags %x" % (nm, flag), ch(ch(d, L, 6, struct.pack("<H", flag)), C, 8, struct.pack("<H", flag)))
        for meth in (1, 6, 8, 9, 12, 14, 93, 95, 99, 0xFFFF):
            sc("zip %s central method %d" % (nm, meth), ch(d, C, 10, struct.pack("<H", meth)))
            sc("zip %s local method %d" % (nm, meth), ch(d, L, 8, struct.pack("<H", meth)))
        sc("zip %s versions" % nm, ch(ch(d, C, 6, b"\xff\0"), L, 4, b"\xff\0"))
        sc("zip %s crc both" % nm, ch(ch(d, C, 16, b"abcd"), L, 14, b"abcd"))
        sc("zip %s usize lies small" % nm, ch(d, C, 24, b"\1\0\0\0"))
        sc("zip %s usize lies large" % nm, ch(d, C, 24, b"\xff\xff\xff\x7f"))
        sc("zip %s csize lies large" % nm, ch(d, C, 20, b"\xff\xff\xff\x7f"))
        sc("zip %s csize zero" % nm, ch(d, C, 20, b"\0\0\0\0"))
        sc("zip %s both csize zero" % nm, ch(ch(d, C, 20, b"\0\0\0\0"), L, 18, b"\0\0\0\0"))
        sc("zip %s local sizes garbage" % nm, ch(d, L, 18, b"\x99\x99\x99\x99\x99\x99\x99\x99"))
        sc("zip %s local name length longer" % nm, ch(d, L, 26, b"\x10\0"))
        None
        sc("zip %s local signature broken" % nm, ch(d, L, 0, b"PK\x09\x09"))
        sc("zip %s end counts wrong" % nm, ch(ch(d, E, 8, b"\0\0"), E, 10, b"\0\0"))
        sc("zip %s end size wrong" % nm, ch(d, E, 12, b"\x01\0\0\0"))
        sc("zip %s end offset wrong" % nm, ch(d, E, 16, b"\x01\0\0\0"))
        sc("zip %s end comment len" % nm, ch(d, E, 20, b"\x05\0"))
        sc("zip %s disk number" % nm, ch(d, E, 4, b"\1\0\1\0"))
        sc("zip %s cut at end" % nm, d[:-10])
        sc("zip %s central broken" % nm, ch(d, C, 0, b"XX"))
        sc("zip %s prefix 1" % nm, b"x" + d)
        sc("zip %s prefix MZ exe" % nm, b"MZ" + b"\0" * 1000 + d)
        sc("zip %s prefix JPEG" % nm, b"\xff\xd8\xff\xe0" + b"\1" * 300 + d)
        sc("zip %s suffix" % nm, d + b"\0" * 70000)
        sc("zip %s twice" % nm, zipped([("ok.pkl", pickle.dumps(1))]) + d)
        sc("zip %s then ok" % nm, d + zipped([("ok.pkl", pickle.dumps(1))]))
        sc("zip %s comment holds end" % nm, ch(d, E, 20, b"\x1a\0") + b"abcd" + E + b"\0" * 18)
    o = io.BytesIO()

    class NoSeek(io.RawIOBase):
        def writable(self):
            return True

        def write(self, b):
            o.write(b)
            return len(b)

    with zipfile.ZipFile(NoSeek(), "w", 8) as f:
        f.writestr("archive/data.pkl", inner)
    sc("zip data descriptor deflated", o.getvalue())
    sc("zip data descriptor no directory", o.getvalue()[: o.getvalue().find(C)])
    o = io.BytesIO()
    with zipfile.ZipFile(NoSeek(), "w", 0) as f:
        f.writestr("archive/data.pkl", inner)
    sc("zip data descriptor stored", o.getvalue())
    o = io.BytesIO()
    with zipfile.ZipFile(o, "w") as f:
        with f.open("archive/data.pkl", "w", force_zip64=True) as m:
            m.write(inner)
    sc("zip64 local", o.getvalue())
    z64 = o.getvalue()

    def zip64end(d):
        e = d.rfind(E)
        size, off = struct.unpack("<II", d[e + 12 : e + 20])
        n = struct.unpack("<H", d[e + 10 : e + 12])[0]
        rec = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, n, n, size, off)
        loc = b"PK\x06\x07" + struct.pack("<IQI", 0, e, 1)
        return d[:e] + rec + loc + E + b"\0\0\0\0" + b"\xff\xff\xff\xff" + b"\xff" * 8 + b"\0\0"

    sc("zip64 end", zip64end(z))
    sc("zip64 end deflated", zip64end(zd))
    sc(
        "zip in tar in gzip",
        None
        or (
            lambda b: (
                lambda t: (
                    t.addfile((lambda i: (setattr(i, "size", len(z)), i)[1])(tarfile.TarInfo("m.pt")), io.BytesIO(z)),
                    t.close(),
                    gzip.compress(b.getvalue()),
                )[-1]
            )(tarfile.open(fileobj=b, mode="w"))
        )(io.BytesIO()),
    )

    def tarred(members, fmt=tarfile.GNU_FORMAT, mode="w"):
        b = io.BytesIO()
        t = tarfile.open(fileobj=b, mode=mode, format=fmt)
        for n, d in members:
            i = tarfile.TarInfo(n)
            i.size = len(d)
            t.addfile(i, io.BytesIO(d))
        t.close()
        return b.getvalue()

    for fmt, fn in ((tarfile.GNU_FORMAT, "gnu"), (tarfile.PAX_FORMAT, "pax"), (tarfile.USTAR_FORMAT, "ustar")):
        for mode in ("w", "w:gz", "w:bz2", "w:xz"):
            sc("tar %s %s" % (fn, mode), tarred([("a/pickle", inner)], fmt, mode))
        if fmt != tarfile.USTAR_FORMAT:
            sc("tar %s long name" % fn, tarred([("d/" * 120 + "x.pkl", inner)], fmt))
        sc("tar %s second member" % fn, tarred([("storages", b"\0" * 1000), ("tensors", b"\1" * 600), ("pickle", inner)], fmt))
        sc("tar %s pax nonascii" % fn, tarred([("\u00e9.pkl", inner)], fmt))
    tt = tarred([("a.pkl", inner)])
    sc("tar checksum wrong", tt[:148] + b"000000\0 " + tt[156:])
    sc("tar truncated", tt[: 512 + len(inner)])
    sc("tar size octal spaces", tt)
    sc("tar type weird", (lambda b: b[:156] + b"7" + b[157:])(tt))
    sc("legacy torch tar", tarred([("sys_info", pickle.dumps({}, 2)), ("pickle", inner), ("storages", pickle.dumps(0, 2))]))
    MAG = pickle_of(0x1950A86A20F9469CFC6C, 2)
    sc("legacy torch, bad sys info", MAG + pickle_of(1001, 2) + inner + pickle_of(1, 2) + pickle_of([], 2))
    sc("legacy torch, bad obj", MAG + pickle_of(1001, 2) + pickle_of({}, 2) + inner + pickle_of(["0"], 2) + struct.pack("<q", 4) + b"\0" * 16)
    sc("legacy torch, bad keys", MAG + pickle_of(1001, 2) + pickle_of({}, 2) + pickle_of(1, 2) + inner)
    sc(
        "legacy torch, behind storages",
        MAG + pickle_of(1001, 2) + pickle_of({}, 2) + pickle_of(1, 2) + pickle_of(["0"], 2) + struct.pack("<q", 4) + b"\0" * 160 + inner,
    )
    sc("legacy torch bad magic pickle", inner + pickle_of(1001, 2))

    def npyh(descr, data, v=(1, 0), extra=""):
        h = ("{'descr': %s, 'fortran_order': False, 'shape': (1,), %s}" % (descr, extra)).encode()
        pad = 64 - (10 + len(h) + 1 + (2 if v[0] > 1 else 0)) % 64
        h += b" " * pad + b"\n"
        return b"\x93NUMPY" + bytes(v) + (struct.pack("<H", len(h)) if v[0] == 1 else struct.pack("<I", len(h))) + h + data

    for descr in ("'|O'", "'O'", "'object'", "[('a','O')]", "[('a','<i4'),('b','|O')]", "'O8'", "dtype('O')"):
        sc("npy %s" % descr, npyh(descr, inner))
    sc("npy v2", npyh("'|O'", inner, (2, 0)))
    sc("npy v3", npyh("'|O'", inner, (3, 0)))
    sc("npy v9", npyh("'|O'", inner, (9, 0)))
    sc("npy compressed", gzip.compress(npyh("'|O'", inner)))
    sc("npz deflated", zipped([("arr_0.npy", npyh("'|O'", inner))], 8))
    sc("npz second", zipped([("a.npy", npyh("'<f8'", b"\0" * 8)), ("b.npy", npyh("'|O'", inner))], 8))
    sc("npz pickle member", zipped([("a.npy", inner)]))
    sc("npy several", npyh("'<f8'", b"\0" * 8) + npyh("'|O'", inner))
    for nm, f in (
        ("gzip", gzip.compress),
        ("bz2", bz2.compress),
        ("xz", lzma.compress),
        ("lzma", lambda d: lzma.compress(d, format=lzma.FORMAT_ALONE)),
        ("zlib", zlib.compress),
        ("zlib 1", lambda d: zlib.compress(d, 1)),
        ("zlib 9", lambda d: zlib.compress(d, 9)),
    ):
        sc(nm + " of pickle", f(inner))
        sc(nm + " of zip", f(z))
        sc(nm + " of " + nm, f(f(inner)))
        sc(nm + " two streams", f(pickle.dumps(1)) + f(inner))
        sc(nm + " junk behind", f(inner) + b"junk" * 10)
        big = f(inner + random.Random(1).randbytes(5000))
        nm == "bz2" or sc(nm + " cut", big[:-2500])
        sc(nm + " several pickles", f(pickle.dumps([1]) + inner))
    gz = gzip.compress(inner)
    sc("gzip with name and extra", b"\x1f\x8b\x08\x1c" + gz[4:10] + b"\x04\0abcd" + b"name\0" + b"comment\0" + gz[10:])
    sc("gzip reserved flags", gz[:3] + b"\xe0" + gz[4:])
    sc("gzip bad isize", gz[:-4] + b"\xff\xff\xff\xff")
    sc("xz check none", lzma.compress(inner, check=lzma.CHECK_NONE))
    sc("xz crc32", lzma.compress(inner, check=lzma.CHECK_CRC32))
    sc("xz sha256", lzma.compress(inner, check=lzma.CHECK_SHA256))
    sc("xz filters delta", lzma.compress(inner, filters=[{"id": lzma.FILTER_DELTA, "dist": 1}, {"id": lzma.FILTER_LZMA2}]))
    sc("xz bcj", lzma.compress(inner, filters=[{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2}]))
    sc("xz large dict / multi-block", lzma.compress(inner + b"\0" * 100000, preset=9))
    sc("zlib no header raw in zip", zd)
    try:
        import lz4.frame as lf

        sc("lz4", lf.compress(inner))
        sc("lz4 linked", lf.compress(inner * 1, block_linked=True, content_checksum=True))
        sc("lz4 cut", lf.compress(inner + random.Random(2).randbytes(9000))[:-4000])
        sc("lz4 bad checksum", lf.compress(inner, content_checksum=True)[:-4] + b"abcd")
    except ImportError:
        pass
    # joblib
    try:
        import joblib
        import numpy as np
    except ImportError:
        joblib = None

    class Bad:
        def __reduce__(self):
            return (os.system, (TOUCH,))

    for c in (0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3), ("lz4", 3)):
        if joblib is None:
            break
        for nm, o in (
            ("plain", {"a": Bad()}),
            ("behind arrays", {"x": np.arange(5000.0), "b": Bad()}),
            ("in object array", {"o": np.array([1, Bad()], dtype=object)}),
            ("object array in list behind", [np.arange(100), np.array([{"k": np.array([Bad()], dtype=object)}], dtype=object)]),
            ("before", [Bad(), np.zeros(1000)]),
        ):
            b = io.BytesIO()
            joblib.dump(o, b, compress=c)
            sc("joblib %s %s" % (nm, c), b.getvalue())
            b2 = io.BytesIO()
            joblib.dump(o, b2, compress=0, protocol=2) if c == 0 else None
            if c == 0:
                sc("joblib %s proto 2" % nm, b2.getvalue())
    # pad: zip member stored named pickle containing several
    sc("zip member with two pickles", zipped([("d.pkl", pickle.dumps(1) + inner)]))
    sc("zip member gzip", zipped([("d.pkl.gz", gzip.compress(inner))]))
    sc("zip member joblib zlib", zipped([("d.joblib", zlib.compress(inner))]))
    sc("zip nested 3", zipped([("a.zip", zipped([("b.zip", z)]))]))
    sc("pickle inside bytes of pickle not loaded", P4 + emit({"a": 1, "b": R(G("pickle", "loads"), inner)}, 4) + b".")
    sc("7z-like prefix then pickle", b"7z\xbc\xaf\x27\x1c" + inner)
    sc("rar prefix", b"Rar!\x1a\x07\0" + inner)
    sc("zstd prefix then pickle", b"\x28\xb5\x2f\xfd" + inner)
    sc("pdf then pickle", b"%PDF-1.4\n" + inner)
    sc("elf then pickle", b"\x7fELF" + b"\0" * 60 + inner)
    sc("html then pickle", b"<html>\n" + inner)
    sc("utf-8 bom then pickle", b"\xef\xbb\xbf" + inner)
    sc("keras h5-like then pickle", b"\x89HDF\r\n\x1a\n" + inner)
    sc("gguf then", b"GGUF\x03\0\0\0" + inner)
    sc("safetensors then", struct.pack("<Q", 2) + b"{}" + inner)

    # --- malformed
    def mf(name, d):
        put(name, "malformed", "malformed", "", d)

    mf("zip empty", E + b"\0" * 18)
    mf("zip one empty member", zipped([("archive/data.pkl", b"")]))
    mf("zip truncated pkl", zipped([("archive/data.pkl", pickle.dumps([1, 2], 2)[:-1])]))
    mf("zip cut data", zipped([("archive/data.pkl", pickle.dumps(list(range(1000)), 2))])[:600])
    mf("zip deflate garbage", ch(zd, L, 46, b"\xff\xff\xff")[:60])
    mf("gzip header only", b"\x1f\x8b\x08\0\0\0\0\0\0\xff")
    mf("gzip empty", gzip.compress(b""))
    mf("zlib empty", zlib.compress(b""))
    mf("bz2 header", b"BZh9")
    mf("xz header", b"\xfd7zXZ\0")
    mf("lz4 header", b"\x04\x22\x4d\x18")
    mf("npy header cut", b"\x93NUMPY\x01\0\xff\0{")
    mf("npy object cut", npyh("'|O'", b"\x80\x04]"))
    mf("npy object none", npyh("'|O'", b""))
    mf("npz broken member", zipped([("a.npy", b"\x93NUMPY\x01\0")]))
    mf("tar of broken", tarred([("a.pkl", b"\x80\x04]")]))
    mf("tar empty", b"\0" * 10240)
    mf("empty", b"")
    mf("newline", b"\n")
    mf("dot", b".")
    mf("proto only", b"\x80\x04")
    mf("proto bad", b"\x80\x7fN.")
    mf("json", b'{"a": 1}')
    mf("text", b"hello world")
    mf("random", random.Random(1).randbytes(300))
    mf("7z", b"7z\xbc\xaf\x27\x1c\0\4")
    mf("rar", b"Rar!\x1a\x07\0")
    mf("zst", b"\x28\xb5\x2f\xfd\x04\0")
    mf("cut list", b"\x80\x04]\x94(K\x01K")
    mf("unhashable key", b"\x80\x04}]Ns.")
    mf("memo miss", b"h\x05.")
    mf("mark left", b"(N")
    mf("stop in mark", b"((.")
    mf("append to int", b"K\x01K\x02a.")
    mf("reduce non tuple", b"cbuiltins\nint\nK\x01R.")
    mf("reduce non callable", b"K\x01)R.")
    mf("newobj on int", b"\x80\x02K\x01)\x81.")
    mf("bad string", b"Sabc\n.")
    mf("bad unicode", b"X\1\0\0\0\xff.")
    mf("bad float", b"Fxyz\n.")
    mf("bad long", b"Lxyz\n.")
    mf("huge", b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f")
    mf("stack global ints", b"\x80\x04K\1K\2\x93.")
    mf("ext unknown", b"\x82\1.")
    mf("memoize empty", b"\x94.")
    mf("dict odd", b"(K\1d.")
    mf("setitems odd", b"}(K\1u.")
    mf("global no newline", b"cos")
    mf("second broken", pickle.dumps(1) + b"\x80\x04]")
