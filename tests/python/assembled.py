"""Writes streams that no pickler writes, each with the verdict of this interpreter's pickle.loads.

    python assembled.py OUTDIR    OUTDIR/assembled-3.11.bin, in the format of corpus.py
    python assembled.py --list    every stream with its verdict

name    asm/<group>/<stream>
info    kind=graph      it loads
        kind=rejected   it does not: error= the exception, message= its text (percent-encoded);
                        own=1 when the stream itself is at fault, own=0 when it would load if every global were there,
                        could be called with anything and took any state and items
        py=loads or py=rejected, when the pure-Python Unpickler decides otherwise
        encoding= how to read Python 2 strings; ids=1, ext=1 and pickles= as in corpus.py
All streams are harmless to load. CPython 3.6 and newer, standard library only.
"""

import io
import os
import pickle
import pickletools
import struct
import sys
import urllib.parse
import warnings

import corpus_types

STREAMS = []
NAMES = set()


def stream(name, data, buffers=(), **info):
    assert name not in NAMES, name
    NAMES.add(name)
    STREAMS.append((name, data, buffers, info))


def group(prefix, streams, **info):
    for name, data in streams:
        stream(prefix + "/" + name, data, **info)


# --- a small assembler -------------------------------------------------------------------------------------------


def text(value):
    data = value.encode("utf-8", "surrogatepass")
    return b"\x8c" + bytes([len(data)]) + data if len(data) < 256 else b"X" + struct.pack("<I", len(data)) + data


def glob(module, name):
    return b"c" + module.encode() + b"\n" + name.encode() + b"\n"


def mine(name):
    return glob("corpus_types", name)


def binput(index):
    return b"q" + bytes([index]) if index < 256 else b"r" + struct.pack("<I", index)


def binget(index):
    return b"h" + bytes([index]) if index < 256 else b"j" + struct.pack("<I", index)


def frame(body):
    return b"\x95" + struct.pack("<Q", len(body)) + body


def call(function, *args):
    return function + b"(" + b"".join(args) + b"tR"


P2, P3, P4, P5 = (bytes([0x80, n]) for n in (2, 3, 4, 5))
ONE, TWO, THREE = b"K\x01", b"K\x02", b"K\x03"


# --- the streams -------------------------------------------------------------------------------------------------


def numbers():
    for line in (
        "0 5 -5 +5 05 00 01 1 007 010 -010 0x10 0X1f 0o17 0b11 1_000 1__0 _1 1_ 2147483647 2147483648 -2147483649 "
        "9223372036854775807 9223372036854775808 99999999999999999999 1.5 1e3 True 5L - + -- 0x x 08 1a 000 001 0-1"
    ).split():
        stream("int/I" + line, b"I" + line.encode() + b"\n.")
        if len(line) < 9:
            stream("int/L" + line, b"L" + line.encode() + b"L\n.")
            stream("int/plain-L" + line, b"L" + line.encode() + b"\n.")
    group(
        "int",
        [
            ("I-empty", b"I\n."),
            ("I-space", b"I 5\n."),
            ("I-space-after", b"I5 \n."),
            ("I-cr", b"I5\r\n."),
            ("I-tab", b"I\t5\t\n."),
            ("I-two", b"I5 6\n."),
            ("I-nul", b"I5\0\n."),
            ("I-nul-inside", b"I5\x006\n."),
            ("I-high", b"I\xb2\n."),
            ("I-arabic", b"I\xd9\xa5\n."),
            ("I-no-newline", b"I5"),
            ("I-vertical-tab", b"I\x0b5\x0c\n."),
            ("I-nbsp", b"I\xc2\xa05\n."),
            ("I01-space", b"I01 \n."),
            ("I01-before", b"I 01\n."),
            ("I00-cr", b"I00\r\n."),
            ("L-empty", b"L\n."),
            ("L-only-L", b"LL\n."),
            ("L-lower", b"L5l\n."),
            ("L-two", b"L5LL\n."),
            ("L-space", b"L 5 L\n."),
            ("L-space-after", b"L5L \n."),
            ("L-cr", b"L5\r\n."),
            ("L-nul", b"L5\x00L\n."),
            ("L-4300-digits", b"L" + b"9" * 4300 + b"L\n."),
            ("L-4301-digits", b"L" + b"9" * 4301 + b"L\n."),
            ("I-4301-digits", b"I" + b"9" * 4301 + b"\n."),
            ("L-hex-long", b"L0x" + b"f" * 6000 + b"L\n."),
            ("long1-empty", P2 + b"\x8a\0."),
            ("long1-zero", P2 + b"\x8a\x01\0."),
            ("long1-five", P2 + b"\x8a\x01\x05."),
            ("long1-five-wide", P2 + b"\x8a\x03\x05\0\0."),
            ("long1-minus-one", P2 + b"\x8a\x01\xff."),
            ("long1-minus-one-wide", P2 + b"\x8a\x09" + b"\xff" * 9 + b"."),
            ("long1-255", P2 + b"\x8a\xff" + b"\x01" * 255 + b"."),
            ("long1-short", P2 + b"\x8a\x05\x01\x02."),
            ("long4-empty", P2 + b"\x8b\0\0\0\0."),
            ("long4-five", P2 + b"\x8b\x01\0\0\0\x05."),
            ("long4-wide", P2 + b"\x8b\x06\0\0\0\xfb\xff\xff\xff\xff\xff."),
            ("long4-256", P2 + b"\x8b\0\x01\0\0" + b"\x80" * 256 + b"."),
            ("long4-negative", P2 + b"\x8b\xff\xff\xff\xff."),
            ("long4-huge", P2 + b"\x8b\xff\xff\xff\x7f."),
            ("long1-no-proto", b"\x8a\x01\x05."),
            ("binint-small", b"J\x05\0\0\0."),
            ("binint-minus", b"J\xff\xff\xff\xff."),
            ("binint-min", b"J\0\0\0\x80."),
            ("binint2-small", b"M\x05\0."),
            ("binint1", b"K\xff."),
        ],
    )
    for (
        line
    ) in "0 1 -1 1.5 1. .5 . 1e5 1E5 1e+5 1e-400 1e400 -1e400 inf -inf +inf Inf INFINITY infinity infin nan NaN -nan +nan nan(1) 0x1p3 1_0.5 1__0 1d5 1e 1e5x 1,5 1.5f 0.1 00.5 1e0005".split():
        stream("float/F" + line, b"F" + line.encode() + b"\n.")
    group(
        "float",
        [
            ("F-empty", b"F\n."),
            ("F-space", b"F 1.5\n."),
            ("F-space-after", b"F1.5 \n."),
            ("F-cr", b"F1.5\r\n."),
            ("F-nul", b"F1.5\0\n."),
            ("F-long", b"F" + b"1" * 400 + b"\n."),
            ("F-digits", b"F0." + b"1" * 400 + b"\n."),
            ("binfloat", b"G?\xf8\0\0\0\0\0\0."),
            ("binfloat-signalling", b"G\x7f\xf0\0\0\0\0\0\x01."),
            ("binfloat-nan-payload", b"G\xff\xf8\xde\xad\xbe\xef\0\x01."),
            ("binfloat-minus-zero", b"G\x80\0\0\0\0\0\0\0."),
            ("binfloat-short", b"G\0\0\0."),
        ],
    )


def strings():
    quoted = [
        ("single", b"'abc'"),
        ("double", b'"abc"'),
        ("empty", b"''"),
        ("empty-double", b'""'),
        ("escapes", rb"'\a\b\f\n\r\t\v\\\'\"'"),
        ("hex", rb"'\x41\x7e'"),
        ("octal", rb"'\101\0\1012\08'"),
        ("octal-high", rb"'\400'"),
        ("unknown-escape", rb"'\q\u1234\N'"),
        ("hex-short", rb"'\x4'"),
        ("hex-bad", rb"'\xzz'"),
        ("backslash-end", b"'abc\\'"),
        ("backslash-only", b"'\\'"),
        ("quote-inside", b"'it's'"),
        ("other-quote", b"'say \"x\"'"),
        ("space-before", b" 'abc'"),
        ("space-after", b"'abc' "),
        ("spaces-after", b"'abc' \t "),
        ("cr-after", b"'abc'\r"),
        ("nul-after", b"'abc'\0"),
        ("unquoted", b"abc"),
        ("open", b"'abc"),
        ("mismatch", b"'abc\""),
        ("one-quote", b"'"),
        ("nothing", b""),
        ("space", b" "),
        ("prefix", b"u'abc'"),
        ("nul", b"'a\0b'"),
        ("cr", b"'a\rb'"),
        ("triple", b"'''abc'''"),
        ("line-continuation", b"'a\\"),
        ("high-escaped", rb"'\xe9'"),
        ("high", b"'\xe9'"),
        ("utf8", b"'\xc3\xa9'"),
        ("concatenated", b"'a' 'b'"),
        ("del", b"'\x7f\x1f'"),
    ]
    for name, body in quoted:
        stream("string/" + name, b"S" + body + b"\n.")
        for encoding in ("latin1", "bytes", "utf-8"):
            if any(byte > 126 or byte == 92 for byte in body):
                stream("string/%s-%s" % (name, encoding), b"S" + body + b"\n.", encoding=encoding)
    for name, data in [
        ("short", b"U\x03abc."),
        ("short-empty", b"U\0."),
        ("short-high", b"U\x02\xc3\xa9."),
        ("bin", b"T\x03\0\0\0abc."),
        ("bin-empty", b"T\0\0\0\0."),
        ("bin-high", b"T\x01\0\0\0\xff."),
        ("bin-nul", b"T\x02\0\0\0\0\n."),
        ("key", b"}U\x01aU\x01bs."),
        ("dict-of-both", b"}(U\x01aK\x01X\x01\0\0\0aK\x02u."),
    ]:
        for encoding in (None, "latin1", "bytes", "utf-8"):
            stream("string/%s-%s" % (name, encoding or "ascii"), data, **({"encoding": encoding} if encoding else {}))
    group(
        "string",
        [
            ("bin-negative", b"T\xff\xff\xff\xff."),
            ("bin-min", b"T\0\0\0\x80."),
            ("bin-long", b"T\xff\xff\xff\x7f."),
            ("short-cut", b"U\x05abc."),
        ],
    )
    lines = [
        ("plain", b"abc"),
        ("empty", b""),
        ("u", rb"\u00e9\u20ac"),
        ("U", rb"\U0001F600\U0010ffff"),
        ("latin1", b"caf\xe9"),
        ("x-kept", rb"\x41\n\t"),
        ("u-short", rb"\u12"),
        ("u-bad", rb"\uzzzz"),
        ("U-short", rb"\U0001F60"),
        ("U-too-big", rb"\U00110000"),
        ("surrogates", rb"\ud83d\ude00"),
        ("lone", rb"a\udc80"),
        ("double-backslash", rb"\\u0041"),
        ("three-backslashes", rb"\\\u0041"),
        ("backslash-end", b"a\\"),
        ("only-backslash", b"\\"),
        ("escaped-backslash", rb"\u005cu0041"),
        ("newline", rb"a\u000ab"),
        ("cr", b"a\rb"),
        ("nul", b"a\0b"),
        ("sub", b"a\x1ab"),
        ("upper", rb"\u00C9\uABCD"),
        ("u-capital", rb"\U0000"),
        ("plus", rb"\u+123"),
        ("spaces", b"  a  "),
    ]
    group("unicode", [("V-" + name, b"V" + body + b"\n.") for name, body in lines])
    group(
        "unicode",
        [
            ("bin", b"X\x03\0\0\0abc."),
            ("bin-empty", b"X\0\0\0\0."),
            ("bin-surrogate", b"X\x03\0\0\0\xed\xa0\x80."),
            ("bin-pair", b"X\x06\0\0\0\xed\xa0\xbd\xed\xb8\x80."),
            ("bin-overlong", b"X\x02\0\0\0\xc0\x80."),
            ("bin-latin1", b"X\x01\0\0\0\xe9."),
            ("bin-cut", b"X\x02\0\0\0\xe2\x82."),
            ("bin-too-high", b"X\x04\0\0\0\xf4\x90\x80\x80."),
            ("bin-continuation", b"X\x01\0\0\0\x80."),
            ("bin-long", b"X\xff\xff\xff\xffabc."),
            ("short", b"\x8c\x03abc."),
            ("short-no-proto", b"\x8c\0."),
            ("bin8", P4 + b"\x8d\x03\0\0\0\0\0\0\0abc."),
            ("bin8-empty", P4 + b"\x8d\0\0\0\0\0\0\0\0."),
            ("bin8-long", P4 + b"\x8d\0\0\0\0\0\0\0\x80abc."),
            ("bin8-max", P4 + b"\x8d" + b"\xff" * 8 + b"."),
            ("bin-nul", b"X\x01\0\0\0\0."),
            ("bin-bom", b"X\x03\0\0\0\xef\xbb\xbf."),
            ("bin-surrogate-cut", b"X\x02\0\0\0\xed\xa0."),
        ],
    )
    group(
        "bytes",
        [
            ("bin", P3 + b"B\x03\0\0\0abc."),
            ("bin-empty", P3 + b"B\0\0\0\0."),
            ("bin-long", P3 + b"B\xff\xff\xff\xff."),
            ("short", P3 + b"C\x03\xff\0\n."),
            ("short-no-proto", b"C\x01a."),
            ("bin8", P4 + b"\x8e\x02\0\0\0\0\0\0\0ab."),
            ("bin8-empty", P4 + b"\x8e" + bytes(8) + b"."),
            ("bin8-max", P4 + b"\x8e" + b"\xff" * 8 + b"."),
            ("bin8-63", P4 + b"\x8e" + b"\xff" * 7 + b"\x7f."),
            ("bytearray", P5 + b"\x96\x02\0\0\0\0\0\0\0ab."),
            ("bytearray-empty", P5 + b"\x96" + bytes(8) + b"."),
            ("bytearray-max", P5 + b"\x96" + b"\xff" * 8 + b"."),
            ("bytearray-shared", P5 + b"]\x94(\x96\x01\0\0\0\0\0\0\0a\x94h\x01e."),
            ("encode-latin1", b"c_codecs\nencode\n(X\x04\0\0\0a\xc3\xa9bX\x06\0\0\0latin1tR."),
            ("encode-latin-1", b"c_codecs\nencode\n(X\x02\0\0\0\xc3\xbfX\x07\0\0\0latin-1tR."),
            ("encode-utf8", b"c_codecs\nencode\n(X\x02\0\0\0\xc3\xbfX\x04\0\0\0utf8tR."),
            ("encode-default", b"c_codecs\nencode\n(X\x01\0\0\0atR."),
            ("encode-outside", b"c_codecs\nencode\n(X\x03\0\0\0\xe2\x82\xacX\x06\0\0\0latin1tR."),
            ("bytes-of-list", b"c__builtin__\nbytes\n((K\x01K\xffltR."),
            ("bytearray-of-text", b"c__builtin__\nbytearray\n(X\x02\0\0\0\xc3\xa9X\x07\0\0\0latin-1tR."),
            ("bytearray-append", b"c__builtin__\nbytearray\n)RK\x41a."),
            ("bytearray-appends", b"c__builtin__\nbytearray\n)R(K\x41K\x42e."),
            ("bytearray-setitem", b"c__builtin__\nbytearray\n(K\x03tRK\x01K\x41s."),
        ],
    )


def stack():
    group(
        "stack",
        [
            ("dup", b"]2\x86."),
            ("dup-none", b"N2\x86."),
            ("dup-append-itself", b"]2a."),
            ("dup-twice", b"]22\x87."),
            ("dup-memo", b"]2p0\na."),
            ("dup-in-mark", b"(]2l."),
            ("dup-empty", b"2."),
            ("dup-at-mark", b"K\x01(2l."),
            ("dup-mark", b"(2."),
            ("dup-stop", b"]2."),
            ("dup-dict", b"}X\x01\0\0\0a2s."),
            ("pop", b"K\x01K\x020."),
            ("pop-list", b"]]0."),
            ("pop-only", b"K\x010."),
            ("pop-mark", b"K\x01(0."),
            ("pop-mark-item", b"K\x01(K\x0200."),
            ("pop-two-marks", b"K\x01((00."),
            ("pop-empty", b"0."),
            ("pop-too-many", b"K\x0100."),
            ("pop-memoized", b"]p0\n0g0\n."),
            ("pop-all-then-value", b"K\x010K\x02."),
            ("pop-mark-op", b"K\x01(K\x02K\x031."),
            ("pop-mark-op-empty", b"K\x01(1."),
            ("pop-mark-op-nested", b"(K\x01(K\x021l."),
            ("pop-mark-op-no-mark", b"K\x011."),
            ("pop-mark-op-memo", b"(]p0\nK\x011g0\n."),
            ("pop-in-list", b"(K\x01K\x020l."),
            ("pop-empty-mark-then-list", b"(K\x01(0l."),
            ("stop-more", b"K\x01K\x02."),
            ("stop-many", b"K\x01K\x02K\x03]."),
            ("stop-mark-below", b"(K\x01."),
            ("stop-marks-below", b"((]."),
            ("stop-mark-top", b"K\x01(."),
            ("stop-empty", b"."),
            ("stop-mark-only", b"(."),
            ("trailing", b"K\x01.K\x02."),
            ("trailing-garbage", b"K\x01.\xff\xff"),
            ("empty-input", b""),
            ("no-stop", b"K\x01"),
            ("no-stop-empty-proto", P2),
            ("newline-first", b"\nK\x01."),
            ("mark-below-append", b"](K\x01a."),
            ("append-below-mark", b"K\x01(a."),
            ("append-one", b"]a."),
            ("list-mark-inside", b"(K\x01(K\x02l."),
            ("tuple-no-mark", b"K\x01t."),
            ("list-no-mark", b"l."),
            ("dict-no-mark", b"d."),
            ("tuple1-empty", b"\x85."),
            ("tuple2-one", b"K\x01\x86."),
            ("tuple3-two", b"K\x01K\x02\x87."),
            ("tuple1-at-mark", b"K\x01(\x85."),
            ("tuple2-across-mark", b"K\x01(K\x02\x86."),
            ("tuple3-across-mark", b"K\x01K\x02(K\x03\x87."),
            ("reduce-across-mark", mine("make") + b"()R."),
            ("build-across-mark", mine("Empty") + b")\x81(}b."),
            ("setitem-across-mark", b"}K\x01(K\x02s."),
            ("newobj-across-mark", mine("Empty") + b"()\x81."),
            ("appends-no-mark", b"]K\x01e."),
            ("appends-nothing-below", b"(K\x01e."),
            ("setitems-nothing-below", b"(K\x01K\x02u."),
            ("additems-nothing-below", P4 + b"(K\x01\x90."),
            ("unused-calls-below", call(mine("make"), ONE) + b"K\x02."),
            ("persid-at-mark", b"(Q."),
            ("memoize-empty", P4 + b"\x94."),
            ("put-empty", b"p0\n."),
            ("binput-empty", b"q\0."),
            ("long-binput-empty", b"r\0\0\0\0."),
            ("put-at-mark", b"(p0\nK\x01."),
            ("binput-at-mark", b"K\x01(q\0."),
            ("memoize-at-mark", P4 + b"K\x01(\x94."),
            ("marks-many", b"(" * 1000 + b"l" * 1000 + b"."),
            ("unused-marks", b"(((((K\x01."),
        ],
    )


def containers():
    deque = b"ccollections\ndeque\n)R"
    group(
        "container",
        [
            ("list", b"(K\x01K\x02l."),
            ("list-empty", b"(l."),
            ("list-memo", b"(lp0\nK\x01ag0\n\x86."),
            ("list-append-after", b"(K\x01lK\x02a(K\x03K\x04e."),
            ("list-nested", b"((K\x01l(K\x02ll."),
            ("dict", b"(K\x01K\x02K\x03K\x04d."),
            ("dict-empty", b"(d."),
            ("dict-odd", b"(K\x01K\x02K\x03d."),
            ("dict-setitem-after", b"(K\x01K\x02dK\x03K\x04s."),
            ("dict-same-key", b"(K\x01K\x02K\x01K\x03d."),
            ("dict-equal-keys", b"}(K\x01K\x02I01\nK\x03G?\xf0\0\0\0\0\0\0K\x04u."),
            ("dict-nan-keys", b"}(G\x7f\xf8\0\0\0\0\0\0K\x01G\x7f\xf8\0\0\0\0\0\0K\x02u."),
            ("dict-unhashable", b"}]K\x01s."),
            ("dict-unhashable-d", b"(]K\x01d."),
            ("dict-dict-key", b"}}Ns."),
            ("dict-tuple-list-key", b"}]\x85Ns."),
            ("dict-instance-key", b"}" + mine("Empty") + b")\x81Ns."),
            ("dict-reordered", b"}(K\x01NK\x02NK\x01K\x05u."),
            ("setitems-empty", b"}(u."),
            ("setitems-odd", b"}(K\x01u."),
            ("appends-empty", b"](e."),
            ("appends-one", b"](K\x01e."),
            ("append-tuple", b")K\x01a."),
            ("append-str", b"X\0\0\0\0K\x01a."),
            ("append-dict", b"}K\x01a."),
            ("append-none", b"NK\x01a."),
            ("append-int", b"K\x05K\x01a."),
            ("appends-tuple", b")(K\x01e."),
            ("appends-tuple-empty", b")(e."),
            ("appends-dict", b"}(K\x01e."),
            ("appends-dict-empty", b"}(e."),
            ("append-set", P4 + b"\x8fK\x01a."),
            ("setitem-list", b"](K\x01K\x02eK\x00K\x05s."),
            ("setitem-list-outside", b"]K\x00K\x05s."),
            ("setitems-list", b"](K\x01K\x02e(K\x00K\x05K\x01K\x06u."),
            ("setitem-tuple", b")K\x00K\x01s."),
            ("setitem-none", b"NK\x00K\x01s."),
            ("setitems-none-empty", b"N(u."),
            ("append-deque", deque + b"K\x01a."),
            ("appends-deque", deque + b"(K\x01K\x02e."),
            ("appends-deque-maxlen", call(b"ccollections\ndeque\n", b")", TWO) + b"(K\x01K\x02K\x03e."),
            ("append-made", mine("make") + b")RK\x01a."),
            ("appends-made", mine("make") + b")R(K\x01K\x02e."),
            ("appends-made-empty", mine("make") + b")R(e."),
            ("setitem-made", mine("make") + b")RK\x01K\x02s."),
            ("setitems-made", mine("make") + b")R(K\x01K\x02K\x03K\x04u."),
            ("additems-made", P4 + mine("make") + b")R(K\x01K\x02\x90."),
            ("append-sub", mine("List") + b")\x81K\x01a(K\x02K\x03e."),
            ("setitem-sub", mine("Dict") + b")\x81K\x01K\x02s."),
            ("append-ordered", b"ccollections\nOrderedDict\n)RK\x01K\x02s(K\x03K\x04u."),
            ("append-userlist", b"ccollections\nUserList\n)R(K\x01K\x02e."),
            ("append-array", call(b"carray\narray\n", b"X\x01\0\0\0i", b"]") + b"(K\x01K\x02e."),
            ("set", P4 + b"\x8f(K\x01K\x02\x90."),
            ("set-empty", P4 + b"\x8f."),
            ("set-no-proto", b"\x8f(K\x01\x90."),
            ("set-twice", P4 + b"\x8f(K\x01\x90(K\x02\x90."),
            ("set-duplicates", P4 + b"\x8f(K\x01K\x01\x88\x90."),
            ("set-unhashable", P4 + b"\x8f(]\x90."),
            ("additems-empty", P4 + b"\x8f(\x90."),
            ("additems-list", P4 + b"](K\x01\x90."),
            ("additems-list-empty", P4 + b"](\x90."),
            ("additems-frozenset", P4 + b"(\x91(K\x01\x90."),
            ("additems-set-class", P4 + b"cbuiltins\nset\n)R(K\x01\x90."),
            ("frozenset", P4 + b"(K\x01K\x02\x91."),
            ("frozenset-empty", P4 + b"(\x91."),
            ("frozenset-duplicates", P4 + b"(K\x01K\x01\x91."),
            ("frozenset-unhashable", P4 + b"(]\x91."),
            ("frozenset-no-mark", P4 + b"\x91."),
            ("frozenset-key", P4 + b"}(K\x01\x91Ns."),
            ("tuple-mark-1", b"(K\x01t."),
            ("tuple-mark-2", b"(K\x01K\x02t."),
            ("tuple-empty-mark", b"(t."),
            ("tuple-of-empty", b"(t)\x86."),
            ("list-in-itself", b"]p0\ng0\na."),
            ("list-in-itself-twice", b"]q\0(h\0h\0e."),
            ("dict-in-itself", b"}q\0K\x01h\0s."),
            ("tuple-by-list", b"]q\0h\0\x85a."),
            ("set-of-itself", P4 + b"\x8fq\0(h\0\x90."),
            ("tuple1-memo-reused", b"K\x01\x85q\0h\0\x86."),
            ("empty-tuple-memoized", b")q\0h\0\x86."),
            ("none-memoized", b"Nq\0h\0\x86."),
            ("int-memoized", b"M\x39\x30q\0h\0h\0\x87."),
            ("appends-later", b"]q\0K\x01\x86h\0(K\x02K\x03e0."),
            ("append-through-memo", b"]q\x000]q\x01(h\0e0h\0K\x05a0h\x01."),
            ("dict-through-memo", b"}q\0h\0K\x01K\x02s\x86."),
            ("list-mutated-after-use", b"]q\0h\0\x86h\0K\x01a0."),
            ("empty-appends-many", b"]" + b"(e" * 50 + b"."),
            ("empty-setitems-many", b"}" + b"(u" * 50 + b"."),
            ("batches-of-one", b"]" + b"".join(b"(K%ce" % i for i in range(40)) + b"."),
            ("append-singles", b"]" + b"".join(b"K%ca" % i for i in range(40)) + b"."),
            ("setitem-singles", b"}" + b"".join(b"K%cNs" % i for i in range(40)) + b"."),
            ("batch-2001", b"](" + b"K\x07" * 2001 + b"e."),
            ("tuple-5000", b"(" + b"K\x07" * 5000 + b"t."),
            ("deep-lists", b"]" * 3000 + b"a" * 2999 + b"."),
            ("deep-tuples", b")" + b"\x85" * 3000 + b"."),
            ("deep-mark-lists", b"(" * 500 + b"l" * 500 + b"."),
            ("ladder", b"]" + b"2\x86" * 40 + b"."),
        ],
    )


def memo():
    group(
        "memo",
        [
            ("sparse", b"]" + binput(100000) + binget(100000) + b"\x86."),
            ("sparse-two", b"]r\x10\x27\0\0" + b"K\x01a" + b"Vx\np500\n\x86g500\nj\x10\x27\0\0\x87."),
            ("text-put", b"]p5\ng5\na."),
            ("text-put-zeros", b"]p007\ng7\na."),
            ("text-put-large", b"]p70000\nj\x70\x11\x01\0a."),
            ("text-put-space", b"]p 5\ng5\na."),
            ("text-put-space-after", b"]p5 \ng5\na."),
            ("text-put-plus", b"]p+5\ng5\na."),
            ("text-put-cr", b"]p5\r\ng5\r\na."),
            ("text-put-underscore", b"]p1_0\ng10\na."),
            ("text-put-minus", b"]p-1\n."),
            ("text-put-minus-zero", b"]p-0\ng0\na."),
            ("text-put-hex", b"]p0x5\ng5\na."),
            ("text-put-word", b"]pabc\n."),
            ("text-put-empty", b"]p\n."),
            ("text-put-long", b"]p99999999999999999999\n."),
            ("text-put-float", b"]p1.0\n."),
            ("text-put-L", b"]p5L\n."),
            ("get-missing", b"g0\n."),
            ("get-missing-2", b"]p0\ng1\n."),
            ("binget-missing", b"h\0."),
            ("long-binget-missing", b"j\0\0\0\0."),
            ("long-binget-huge", b"j\xff\xff\xff\xff."),
            ("get-minus", b"]p0\ng-1\n."),
            ("get-word", b"]p0\ngx\n."),
            ("get-empty", b"g\n."),
            ("get-huge", b"g99999999999999999999\n."),
            ("get-before-put", b"h\0]q\0."),
            ("overwrite", b"]q\0}q\0h\0\x86."),
            ("overwrite-same", b"]q\0q\0h\0\x86."),
            ("two-slots", b"]q\0q\x01h\0h\x01\x87."),
            ("mixed-forms", b"]p0\nh\0j\0\0\0\0\x87."),
            ("long-for-small", b"]r\x05\0\0\0h\x05\x86."),
            ("memoize-after-put", P4 + b"]q\0}q\x05(l\x94h\x02\x86."),
            ("memoize-overwrites", P4 + b"]q\x01}\x94h\x01\x86."),
            ("memoize-hole", P4 + b"]q\x05}\x94h\x01h\x05\x87."),
            ("memoize-twice", P4 + b"]\x94\x94h\0h\x01\x87."),
            ("memoize-no-proto", b"]\x94h\0\x86."),
            ("memoize-overwritten-put", P4 + b"]q\0}q\0(l\x94h\x01\x86."),
            ("put-between-memoize", P4 + b"]\x94}q\x07\x94(t\x94h\x02h\x07\x87."),
            ("get-scalar", b"K\x05q\0K\x06q\x01h\0h\x01\x87."),
            ("put-global", mine("Point") + b"q\0h\0\x86."),
            ("put-persid", b"Pabc\nq\0h\0\x86."),
            ("put-after-build", mine("Empty") + b")\x81}X\x01\0\0\0aK\x01sbq\0h\0\x86."),
            ("put-reduce-late", mine("make") + b")RK\x01aq\0h\0\x86."),
            ("dup-put", b"]2q\0\x86h\0\x86."),
            ("put-popped", b"]q\x000}h\0\x86."),
            ("put-in-mark", b"(]q\0lh\0\x86."),
            ("put-tuple-before-list", b"(K\x01tq\0(h\0h\0l."),
            ("unused-put-many", b"".join(b"K\x01q%c0" % i for i in range(200)) + b"h\x64."),
            ("sparse-million", b"]r\x40\x42\x0f\0j\x40\x42\x0f\0\x86."),
        ],
        ids=1,
    )


def names():
    nested = mine("Point.Inner")
    group(
        "name",
        [
            ("global", mine("Point") + b"."),
            ("global-builtin", glob("builtins", "int") + b"."),
            ("python2-int", glob("__builtin__", "int") + b"."),
            ("python2-long", glob("__builtin__", "long") + b"."),
            ("python2-unicode", glob("__builtin__", "unicode") + b"."),
            ("python2-xrange", glob("__builtin__", "xrange") + b"."),
            ("python2-xrange-p3", P3 + glob("__builtin__", "xrange") + b"."),
            ("python2-basestring", glob("__builtin__", "basestring") + b"."),
            ("python2-exceptions", glob("exceptions", "StandardError") + b"."),
            ("python2-userdict", glob("UserDict", "UserDict") + b"."),
            ("python2-userdict-iterable", glob("UserDict", "IterableUserDict") + b"."),
            ("python2-copy-reg", glob("copy_reg", "_reconstructor") + b"."),
            ("python2-izip", glob("itertools", "izip") + b"."),
            ("python2-reduce", glob("__builtin__", "reduce") + b"."),
            ("python2-stringio", glob("StringIO", "StringIO") + b"."),
            ("python2-cpickle", glob("cPickle", "loads") + b"."),
            ("python2-imap-p2", P2 + glob("itertools", "imap") + b"."),
            ("python2-imap-p4", P4 + glob("itertools", "imap") + b"."),
            ("python3-p0", glob("builtins", "range") + b"."),
            ("python3-reduce-p2", P2 + glob("functools", "reduce") + b"."),
            ("python2-thread", glob("thread", "get_ident") + b"."),
            ("python2-urllib-quote", glob("urllib", "quote") + b"."),
            ("python2-urllib2", glob("urllib2", "URLError") + b"."),
            ("missing-module", glob("no_such_module_here", "x") + b"."),
            ("missing-name", mine("NoSuchName") + b"."),
            ("empty-module", b"c\nPoint\n."),
            ("empty-name", b"ccorpus_types\n\n."),
            ("nested-p0", nested + b"."),
            ("nested-p2", P2 + nested + b"."),
            ("nested-p3", P3 + nested + b"."),
            ("nested-p4", P4 + nested + b"."),
            ("nested-late-proto", b"K\x010" + P4 + nested + b"."),
            ("nested-deep", P4 + mine("Point.Inner.Deep.method") + b"."),
            ("nested-missing", P4 + mine("Point.Nothing") + b"."),
            ("nested-locals", P4 + mine("Point.<locals>.x") + b"."),
            ("nested-empty", P4 + mine("Point.") + b"."),
            ("nested-dot", P4 + mine(".Point") + b"."),
            ("dotted-module", glob("xml.etree.ElementTree", "Element") + b"."),
            ("dotted-module-package", glob("xml.etree", "ElementTree") + b"."),
            ("utf8", b"ccorpus_types\nGr\xc3\xb6\xc3\x9fe\n."),
            ("latin1", b"ccorpus_types\nGr\xf6\xdfe\n."),
            ("cr", b"ccorpus_types\r\nPoint\r\n."),
            ("space", b"c corpus_types\nPoint\n."),
            ("nul", b"ccorpus_types\0\nPoint\n."),
            ("cut-module", b"ccorpus_types"),
            ("cut-name", b"ccorpus_types\nPoint"),
            ("module-itself", glob("corpus_types", "__name__") + b"."),
            ("dunder-dict", P4 + glob("corpus_types", "__dict__") + b"0K\x01."),
            ("stack", P4 + text("corpus_types") + text("Point") + b"\x93."),
            ("stack-nested", P4 + text("corpus_types") + text("Point.Inner") + b"\x93."),
            ("stack-nested-p2", P2 + text("corpus_types") + text("Point.Inner") + b"\x93."),
            ("stack-no-proto", text("corpus_types") + text("Point") + b"\x93."),
            ("stack-no-proto-python2", text("__builtin__") + text("xrange") + b"\x93."),
            ("stack-python2-p4", P4 + text("__builtin__") + text("xrange") + b"\x93."),
            ("stack-bytes", P4 + b"C\x0ccorpus_typesC\x05Point\x93."),
            ("stack-int", P4 + b"K\x01K\x02\x93."),
            ("stack-one", P4 + text("Point") + b"\x93."),
            ("stack-none", P4 + b"\x93."),
            ("stack-across-mark", P4 + text("corpus_types") + b"(" + text("Point") + b"\x93."),
            ("stack-memo", P4 + text("corpus_types") + b"\x94" + text("Point") + b"\x94\x93\x94h\0h\x01\x93\x86."),
            ("stack-V", P4 + b"Vcorpus_types\nVPoint\n\x93."),
            ("stack-string", P4 + b"U\x0ccorpus_typesU\x05Point\x93."),
            ("stack-pop-strings", P4 + text("corpus_types") + b"\x940" + text("Point") + b"\x940h\0h\x01\x93."),
            ("stack-str-subclass", P4 + call(mine("Str"), text("corpus_types")) + text("Point") + b"\x93."),
            ("stack-surrogate", P4 + text("corpus_types") + text("\ud800") + b"\x93."),
            ("stack-empty", P4 + text("") + text("") + b"\x93."),
            ("stack-missing", P4 + text("corpus_types") + text("Nope") + b"\x93."),
            ("getattr", call(glob("__builtin__", "getattr"), mine("Point"), b"VInner\n") + b"."),
            (
                "getattr-getattr",
                call(
                    glob("__builtin__", "getattr"),
                    call(glob("__builtin__", "getattr"), mine("Point"), b"VInner\n"),
                    b"VDeep\n",
                )
                + b".",
            ),
            ("getattr-missing", call(glob("__builtin__", "getattr"), mine("Point"), b"Vnone\n") + b"."),
            ("getattr-default", call(glob("__builtin__", "getattr"), mine("Point"), b"Vnone\n", b"N") + b"."),
            ("popped", mine("Point") + b"0K\x01."),
            ("popped-missing", mine("Nope") + b"0K\x01."),
            ("below", mine("Point") + b"K\x01."),
            ("twice", mine("Point") + mine("Point") + b"\x86."),
            ("ellipsis", glob("__builtin__", "Ellipsis") + b"."),
            ("none", glob("__builtin__", "None") + b"."),
            ("true", glob("builtins", "True") + b"."),
            ("type-none", call(glob("builtins", "type"), b"N") + b"."),
        ],
    )


def calls():
    point, made, empty = mine("Point"), mine("make"), mine("Empty")
    node = mine("Node")
    getattr_ = glob("builtins", "getattr")
    setitem = glob("_operator", "setitem")
    setattr_ = glob("builtins", "setattr")
    group(
        "call",
        [
            ("reduce-empty", made + b")R."),
            ("reduce-class", point + b"(K\x01K\x02tR."),
            ("reduce-list-args", made + b"]R."),
            ("reduce-none-args", made + b"NR."),
            ("reduce-tuple-subclass", made + call(mine("Tuple"), b"(K\x01t") + b"R."),
            ("reduce-not-callable", b"K\x01)R."),
            ("reduce-none", b"N)R."),
            ("reduce-nothing", b")R."),
            ("reduce-raises", glob("builtins", "int") + b"(Vx\ntR."),
            ("reduce-too-many", mine("Empty") + b"(K\x01tR."),
            ("reduce-returns-none", call(setitem, b"}", ONE, TWO) + b"."),
            ("reduce-of-reduce", call(made, call(made, ONE), call(made)) + b"."),
            ("reduce-result-called", call(getattr_, b"]", b"Vappend\n") + b"(K\x01tR."),
            ("reduce-persid", b"Pabc\n)R."),
            ("reduce-memo-args", b"K\x01\x85q\x000" + made + b"h\0R" + made + b"h\0R\x86."),
            ("reduce-memo-function", made + b"q\0)Rh\0)R\x86."),
            ("append-by-call", b"]q\0" + call(getattr_, b"h\0", b"Vappend\n") + b"(K\x01tR0."),
            ("append-by-call-before", b"]q\x000" + call(getattr_, b"h\0", b"Vappend\n") + b"(K\x01tR0h\0."),
            ("setitem-by-call", b"}q\0" + call(setitem, b"h\0", ONE, TWO) + b"0."),
            ("setattr-by-call", node + b")\x81q\0" + call(setattr_, b"h\0", b"Vname\n", ONE) + b"0."),
            ("pop-by-call", b"](K\x01K\x02K\x03eq\0" + call(getattr_, b"h\0", b"Vpop\n") + b")R0."),
            ("clear-by-call", b"](K\x01K\x02eq\0" + call(getattr_, b"h\0", b"Vclear\n") + b")R0K\x05a."),
            ("update-by-call", b"}q\0" + call(getattr_, b"h\0", b"Vupdate\n") + b"(}K\x01K\x02stR0."),
            ("result-used-later", b"]q\0" + call(glob("builtins", "len"), b"h\0") + b"q\x01h\0K\x07ah\x01\x86."),
            ("call-before-root", call(made, ONE) + b"0K\x05."),
            ("calls-before-root", (call(made, ONE) + b"0") * 20 + b"]."),
            ("call-left-below", call(made, ONE) + b"K\x05."),
            ("call-between-items", b"](K\x01" + call(made) + b"0K\x02e."),
            ("call-popped-by-mark", b"K\x01(" + call(made) + call(made, TWO) + b"1."),
            ("setter", made + b")Rq\0" + mine("state_setter") + b"h\0}X\x01\0\0\0sK\x01s\x86R0."),
            ("setter-no-pop", made + b")Rq\0" + mine("state_setter") + b"h\0N\x86R."),
            ("setter-twice", made + b")Rq\0" + (mine("state_setter") + b"h\0N\x86R0") * 2 + b"."),
            ("setter-tuple-mark", made + b")Rq\0" + mine("state_setter") + b"(h\0NtR0."),
            ("setter-then-build", made + b")Rq\0" + mine("state_setter") + b"h\0N\x86R0}b."),
            ("order-of-all", made + b")R(K\x01eq\0(K\x02K\x03uNbK\x04aK\x05K\x06s}b."),
            ("inst", b"(icorpus_types\nEmpty\n."),
            ("inst-args", b"(K\x01K\x02icorpus_types\nPoint\n."),
            ("inst-function", b"(K\x01icorpus_types\nmake\n."),
            ("inst-function-empty", b"(icorpus_types\nmake\n."),
            ("inst-no-mark", b"icorpus_types\nEmpty\n."),
            ("inst-build", b"(icorpus_types\nEmpty\np0\n(dp1\nS'a'\nI1\nsb."),
            ("inst-missing", b"(icorpus_types\nNope\n."),
            ("inst-nested-p4", P4 + b"(icorpus_types\nPoint.Inner\n."),
            ("inst-python2", b"(lp0\n0(g0\ni__builtin__\nlist\n."),
            ("inst-builtin", b"(Vab\ni__builtin__\nlist\n."),
            ("inst-too-many", b"(K\x01icorpus_types\nEmpty\n."),
            ("inst-not-callable", b"(icorpus_types\nEXTENSIONS\n."),
            ("inst-userdict", b"(iUserDict\nUserDict\np0\n(dp1\nS'data'\n(dp2\nI1\nI2\nssb."),
            ("inst-exception", b"(S'x'\niexceptions\nValueError\n."),
            ("inst-newargs", b"(icorpus_types\nNewArgs\n."),
            ("obj", b"(" + empty + b"o."),
            ("obj-args", b"(" + point + b"K\x01K\x02o."),
            ("obj-function", b"(" + made + b"K\x01o."),
            ("obj-function-empty", b"(" + made + b"o."),
            ("obj-not-callable", b"(K\x01K\x02o."),
            ("obj-nothing", b"(o."),
            ("obj-no-mark", empty + b"o."),
            ("obj-build", b"(" + empty + b"oq\0}U\x01aK\x01sb."),
            ("obj-memo", empty + b"q\0(h\0o(h\0o\x86."),
            ("obj-persid", b"(Pabc\nK\x01o."),
            ("newobj", empty + b")\x81."),
            ("newobj-args", mine("NewArgs") + b"(K\x01K\x02t\x81."),
            ("newobj-no-proto-args", mine("Int") + b"K\x05\x85\x81."),
            ("newobj-builtin", glob("builtins", "int") + b"K\x05\x85\x81."),
            ("newobj-list", glob("builtins", "list") + b")\x81K\x01a."),
            ("newobj-dict", glob("builtins", "dict") + b")\x81K\x01K\x02s."),
            ("newobj-object-args", glob("builtins", "object") + b"K\x01\x85\x81."),
            ("newobj-function", made + b")\x81."),
            ("newobj-int", b"K\x01)\x81."),
            ("newobj-list-args", empty + b"]\x81."),
            ("newobj-none-args", empty + b"N\x81."),
            ("newobj-nothing", b")\x81."),
            ("newobj-singleton", glob("builtins", "bool") + b"K\x01\x85\x81."),
            ("newobj-type", glob("builtins", "type") + b"(VC\n)}t\x81."),
            ("newobj-tuple", glob("builtins", "tuple") + b"](K\x01K\x02e\x85\x81."),
            ("newobj-none-type", call(glob("builtins", "type"), b"N") + b")\x81."),
            ("newobj-exception", glob("builtins", "ValueError") + b"K\x01\x85\x81."),
            ("newobj-namedtuple", mine("Pair") + b"K\x01K\x02\x86\x81."),
            ("newobj-enum", mine("Color") + b"K\x01\x85\x81."),
            ("newobj-abstract", glob("collections.abc", "Mapping") + b")\x81."),
            ("newobj-ex", P4 + mine("NewArgsEx") + b")}\x92."),
            ("newobj-ex-kwargs", P4 + mine("NewArgsEx") + b"K\x01\x85}\x8c\x01kK\x02s\x92."),
            ("newobj-ex-no-proto", mine("NewArgsEx") + b")}\x92."),
            ("newobj-ex-list-kwargs", P4 + mine("NewArgsEx") + b")]\x92."),
            ("newobj-ex-list-args", P4 + mine("NewArgsEx") + b"]}\x92."),
            ("newobj-ex-none", P4 + mine("NewArgsEx") + b")N\x92."),
            ("newobj-ex-int-key", P4 + mine("NewArgsEx") + b")}K\x01K\x02s\x92."),
            ("newobj-ex-function", P4 + made + b")}\x92."),
            ("newobj-ex-plain", P4 + empty + b")}\x92."),
            ("newobj-ex-two", P4 + b")}\x92."),
            ("newobj-ex-int", P4 + b"K\x01)}\x92."),
            ("newobj-ex-dict-subclass", P4 + mine("NewArgsEx") + b")" + mine("Dict") + b")\x81\x92."),
            ("copyreg-newobj", call(glob("copyreg", "__newobj__"), empty) + b"."),
            ("copyreg-newobj-p4", P4 + call(glob("copyreg", "__newobj__"), mine("NewArgs"), ONE) + b"."),
            (
                "copyreg-newobj-ex",
                P4 + call(glob("copyreg", "__newobj_ex__"), mine("NewArgsEx"), ONE + b"\x85", b"}") + b".",
            ),
            (
                "reconstructor",
                call(glob("copy_reg", "_reconstructor"), empty, glob("__builtin__", "object"), b"N") + b".",
            ),
            (
                "reconstructor-list",
                call(glob("copy_reg", "_reconstructor"), mine("List"), glob("__builtin__", "list"), b"](K\x01K\x02e")
                + b".",
            ),
            (
                "reconstructor-p4",
                P4 + call(glob("copyreg", "_reconstructor"), mine("Int"), glob("builtins", "int"), b"K\x05") + b".",
            ),
            ("partial", call(glob("functools", "partial"), made, ONE) + b"(" + made + b"K\x02\x85}NtbK\x03\x85R."),
            ("eval", call(glob("builtins", "eval"), b"V1 + 2\n") + b"."),
            (
                "exec-in-dict",
                b"}q\0"
                + call(glob("builtins", "exec"), b"Vx = 5\n", b"h\0")
                + b"0"
                + call(glob("_operator", "getitem"), b"h\0", b"Vx\n")
                + b".",
            ),
            ("type-call", call(glob("builtins", "type"), b"VC\n", b")", b"}") + b"0K\x01."),
            ("enum-call", call(mine("Color"), b"K\x01") + b"."),
            ("enum-alias", call(mine("Color"), b"Vgreen\n") + b"."),
            ("enum-bad", call(mine("Color"), b"Vnone\n") + b"."),
            ("deque-args", call(glob("collections", "deque"), b"](K\x01K\x02e", b"K\x05") + b"."),
            ("ordered-pairs", call(glob("collections", "OrderedDict"), b"](](Va\nK\x01e](Vb\nK\x02ee") + b"."),
            ("set-of-list", call(glob("__builtin__", "set"), b"](K\x01K\x02e") + b"."),
            ("frozenset-of-list", call(glob("__builtin__", "frozenset"), b"](K\x01K\x02e") + b"."),
            ("complex", call(glob("__builtin__", "complex"), b"G?\xf0\0\0\0\0\0\0", b"G\x80\0\0\0\0\0\0\0") + b"."),
            ("str-call", call(glob("builtins", "str"), b"K\x05") + b"."),
            ("dict-pairs", call(glob("builtins", "dict"), b"](K\x01K\x02\x86e") + b"."),
            ("iter-build", call(glob("builtins", "iter"), b"](K\x01K\x02K\x03e") + b"K\x01b."),
            ("recursive-args", b"]q\0" + made + b"h\0\x85Rq\x01ah\x01."),
            ("recursive-pop-get", mine("Recursive") + b"]q\0" + mine("Recursive") + b"h\0\x85Rq\x01a\x85R0h\x01."),
        ],
        ids=1,
    )


def states():
    empty, node, slots, made = mine("Empty"), mine("Node"), mine("Slots"), mine("make")
    a1, b2 = b"}Va\nK\x01s", b"}Vb\nK\x02s"
    new = b")\x81"
    group(
        "build",
        [
            ("dict", node + new + a1 + b"b."),
            ("twice", node + new + a1 + b"b" + b2 + b"b."),
            ("overwrites", node + new + a1 + b"b}Va\nK\x02sb."),
            ("none", node + new + b"Nb."),
            ("empty-dict", node + new + b"}b."),
            ("false", node + new + b"I00\nb."),
            ("zero", node + new + b"K\x00b."),
            ("empty-tuple", node + new + b")b."),
            ("list", node + new + b"]b."),
            ("pair", node + new + a1 + b2 + b"\x86b."),
            ("pair-none", node + new + b"N" + b2 + b"\x86b."),
            ("pair-none-none", node + new + b"NN\x86b."),
            ("pair-list", node + new + b"]N\x86b."),
            ("triple", node + new + b"}}}\x87b."),
            ("pair-ints", node + new + b"K\x01K\x02\x86b."),
            ("int-keys", node + new + b"}K\x01K\x02sb."),
            ("bytes-keys", node + new + b"}C\x01aK\x02sb."),
            ("key-subclass", node + new + b"}" + call(mine("Str"), b"Va\n") + b"K\x01sb."),
            ("dict-subclass", node + new + mine("Dict") + new + b"Va\nK\x01sb."),
            ("shared-state", a1 + b"q\x000" + node + new + b"h\0b" + node + new + b"h\0b\x86."),
            ("state-of-itself", node + new + b"q\0}Vme\nh\0sb."),
            ("python2-string-key", node + new + b"}U\x01aK\x01sb."),
            ("python2-string-key-set", node + new + b"}U\x01aU\x01bsb."),
            ("slots", slots + new + b"N}(Va\nK\x01Vb\nK\x02u\x86b."),
            ("slots-missing", slots + new + b"N}Vz\nK\x01s\x86b."),
            ("slots-dict-state", slots + new + a1 + b"b."),
            ("slots-and-dict", mine("SlotsAndDict") + new + b2 + a1 + b"\x86b."),
            ("setstate", mine("WithState") + new + b"K\x05b."),
            ("setstate-none", mine("WithState") + new + b"Nb."),
            ("setstate-twice", mine("Made") + new + b"K\x05bK\x06b."),
            ("on-list", b"]" + a1 + b"b."),
            ("on-dict", b"}" + a1 + b"b."),
            ("on-dict-empty", b"}}b."),
            ("on-none", b"N" + a1 + b"b."),
            ("on-none-none", b"NNb."),
            ("on-int", b"K\x01" + a1 + b"b."),
            ("on-function", mine("function") + a1 + b"b."),
            ("on-class", empty + a1 + b"b."),
            ("on-class-slots", mine("Ext1") + b"N}Vlate\nK\x01s\x86b."),
            ("on-module", glob("corpus_types", "copyreg") + b"}b0K\x01."),
            ("on-tuple", b")" + a1 + b"b."),
            ("on-str", b"Va\n" + a1 + b"b."),
            ("on-persid", b"Pabc\n}b."),
            ("on-list-subclass", mine("List") + new + b"K\x01a" + a1 + b"bK\x03a."),
            ("on-exception", call(glob("builtins", "ValueError"), b"Vx\n") + a1 + b"b."),
            ("on-namespace", glob("types", "SimpleNamespace") + b")R" + a1 + b"b."),
            ("on-date", call(glob("datetime", "date"), b"M\xd0\x07", ONE, ONE) + b"}b."),
            ("on-partial", call(glob("functools", "partial"), made) + b"(" + made + b")}NtbK\x00\x85R."),
            ("on-partial-bad", call(glob("functools", "partial"), made) + b"}b."),
            ("on-memo", node + new + b"q\0h\0" + a1 + b"b\x86."),
            ("on-dup", node + new + b"2" + a1 + b"b\x86."),
            ("nothing-below", b"}b."),
            ("popped", node + new + b"q\0" + a1 + b"b0h\0."),
            ("after-items", mine("List") + new + b"(K\x01K\x02e" + a1 + b"b."),
            ("before-items", mine("Dict") + new + a1 + b"bK\x01K\x02s."),
            ("ordered-dict", glob("collections", "OrderedDict") + b")RK\x01K\x02s" + a1 + b"b."),
            ("iterator-position", call(glob("builtins", "iter"), b"](K\x01K\x02e") + b"K\x05b."),
            ("iterator-bad", call(glob("builtins", "iter"), b"](K\x01K\x02e") + b"Vx\nb."),
            ("deque", glob("collections", "deque") + b")RK\x01a}b."),
            ("between-appends", made + b")RK\x01a}bK\x02aNb(K\x03e."),
        ],
        ids=1,
    )


def frames():
    big = b"B" + struct.pack("<I", 70000) + bytes(70000)
    group(
        "frame",
        [
            ("one", P4 + frame(b"K\x01.")),
            ("none", P4 + b"]."),
            ("two", P4 + frame(b"]K\x01a") + frame(b"K\x02a.")),
            ("many", P4 + frame(b"](") + b"".join(frame(b"K%c" % i) for i in range(30)) + frame(b"e.")),
            ("empty", P4 + frame(b"") + b"K\x01."),
            ("empty-many", P4 + frame(b"") * 5 + frame(b"K\x01.")),
            ("unframed-between", P4 + frame(b"](") + b"K\x01" + frame(b"K\x02") + b"e."),
            ("unframed-end", P4 + frame(b"]") + b"K\x01a."),
            ("unframed-start", P4 + b"](" + frame(b"K\x01e.")),
            ("stop-unframed", P4 + frame(b"K\x01") + b"."),
            ("past-stop", P4 + frame(b"K\x01.K\x02")),
            ("no-proto", frame(b"K\x01.")),
            ("proto2", P2 + frame(b"K\x01.")),
            ("proto-inside", frame(P4 + b"K\x01.")),
            ("proto-between", P4 + frame(b"]") + P2 + frame(b"K\x01a.")),
            ("ends-in-int", P4 + b"\x95" + struct.pack("<Q", 2) + b"M\x05\x01."),
            ("ends-in-text", P4 + b"\x95" + struct.pack("<Q", 3) + text("abcdef") + b"."),
            ("ends-in-opcode-line", P4 + b"\x95" + struct.pack("<Q", 2) + b"I15\n."),
            ("ends-in-global", P4 + b"\x95" + struct.pack("<Q", 5) + mine("Point") + b"."),
            ("nested", P4 + frame(b"]" + frame(b"K\x01a."))),
            ("nested-inside", P4 + frame(frame(b"K\x01") + b".")),
            ("too-long", P4 + b"\x95" + struct.pack("<Q", 100) + b"K\x01."),
            ("too-long-by-one", P4 + b"\x95" + struct.pack("<Q", 4) + b"K\x01."),
            ("huge", P4 + b"\x95" + b"\xff" * 7 + b"\x7fK\x01."),
            ("max", P4 + b"\x95" + b"\xff" * 8 + b"K\x01."),
            ("cut-header", P4 + b"\x95\x01\0\0"),
            ("big-inside", P4 + frame(b"](" + big + b"K\x01e.")),
            ("big-unframed", P4 + frame(b"](") + big + frame(b"K\x01e.")),
            ("big-ends-inside", P4 + b"\x95" + struct.pack("<Q", 1000) + b"](" + big + b"e."),
            ("in-mark", P4 + b"(" + frame(b"K\x01t.")),
            ("text-lines", P4 + frame(b"(lp0\n") + frame(b"I1\na") + frame(b"g0\n\x86.")),
        ],
    )
    group(
        "proto",
        [
            ("0", b"\x80\x00K\x01."),
            ("1", b"\x80\x01K\x01."),
            ("2", P2 + b"K\x01."),
            ("3", P3 + b"K\x01."),
            ("4", P4 + b"K\x01."),
            ("5", P5 + b"K\x01."),
            ("6", b"\x80\x06K\x01."),
            ("255", b"\x80\xffK\x01."),
            ("twice", P2 + P4 + b"K\x01."),
            ("middle", b"]" + P4 + b"K\x01a."),
            ("lower", P4 + b"]" + P2 + b"K\x01a."),
            ("end", b"K\x01" + P2 + b"."),
            ("none-high-ops", b"\x8f(K\x01\x90."),
            ("6-middle", b"]" + b"\x80\x06."),
            ("cut", b"\x80"),
            ("wrong-low", b"\x80\x00\x8c\x01a."),
            ("changes-names", P4 + glob("builtins", "range") + P2 + glob("__builtin__", "xrange") + b"\x86."),
            ("changes-names-up", P2 + glob("__builtin__", "xrange") + P3 + glob("builtins", "range") + b"\x86."),
            ("long-zero-5", P5 + b"\x8a\0."),
        ],
    )
    known = {ord(op.code) for op in pickletools.opcodes}
    group(
        "unknown",
        [
            ("%02x" % byte, b"]" + bytes([byte]) + b"K\x01a.")
            for byte in range(256)
            if byte not in known and (byte < 48 or byte > 0x96 or byte % 3 == 0)
        ],
    )


def others():
    group(
        "ext",
        [
            ("ext1", P2 + b"\x82\x01."),
            ("ext1-255", P2 + b"\x82\xff."),
            ("ext2", P2 + b"\x83\0\x01."),
            ("ext2-small", P2 + b"\x83\x01\0."),
            ("ext4", P2 + b"\x84\0\0\x01\0."),
            ("ext4-small", P2 + b"\x84\x01\0\0\0."),
            ("ext4-max", P2 + b"\x84\xff\xff\xff\x7f."),
            ("no-proto", b"\x82\x01."),
            ("zero", P2 + b"\x82\0."),
            ("zero2", P2 + b"\x83\0\0."),
            ("zero4", P2 + b"\x84\0\0\0\0."),
            ("negative", P2 + b"\x84\xff\xff\xff\xff."),
            ("unregistered", P2 + b"\x82\x63."),
            ("unregistered4", P2 + b"\x84\x63\x63\x63\x63."),
            ("newobj", P2 + b"\x82\x01)\x81."),
            ("reduce", P2 + b"\x82\x02K\x01\x85R."),
            ("memo", P2 + b"\x82\x01q\0h\0\x86."),
            ("twice", P2 + b"\x82\x01\x82\x01\x86."),
            ("cut", P2 + b"\x84\x01\0"),
        ],
        ext=1,
    )
    group(
        "pid",
        [
            ("text", b"Pabc\n."),
            ("text-empty", b"P\n."),
            ("text-spaces", b"P a b \n."),
            ("text-cr", b"Pa\r\n."),
            ("text-high", b"P\xc3\xa9\n."),
            ("text-number", b"P5\n."),
            ("text-nul", b"Pa\0b\n."),
            ("cut", b"Pabc"),
            ("bin", b"Vabc\nQ."),
            ("bin-int", b"K\x05Q."),
            ("bin-none", b"NQ."),
            ("bin-list", b"]Q."),
            ("bin-tuple", b"Vstorage\nK\x01K\x02\x87Q."),
            ("bin-of-bin", b"K\x05QQ."),
            ("bin-empty", b"Q."),
            ("in-text-stream", b"(lp0\nPid one\naPid two\na."),
            ("memo", b"Pabc\nq\0h\0\x86."),
            ("bin-memo", b"Vabc\nq\0Qh\0Q\x86."),
            ("bin-global", mine("Point") + b"Q."),
            ("twice", b"Pabc\nPabc\n\x86."),
            ("popped", b"Pabc\n0K\x01."),
            ("protocol4", P4 + frame(text("abc") + b"\x94Q.")),
        ],
        ids=1,
    )
    one, two = (0, b"writable"), (1, b"frozen")
    for name, data, buffers in [
        ("next", b"\x97.", [one]),
        ("next-readonly-one", b"\x97.", [two]),
        ("readonly", b"\x97\x98.", [one]),
        ("readonly-of-readonly", b"\x97\x98.", [two]),
        ("readonly-twice", b"\x97\x98\x98.", [one]),
        ("two", b"\x97\x97\x86.", [one, two]),
        ("too-few", b"\x97\x97\x86.", [one]),
        ("too-many", b"\x97.", [one, two]),
        ("none", b"\x97.", []),
        ("readonly-bytes", b"C\x01a\x98.", []),
        ("readonly-bytearray", b"\x96\x01\0\0\0\0\0\0\0a\x98.", []),
        ("readonly-int", b"K\x01\x98.", []),
        ("readonly-empty", b"\x98.", []),
        ("memo", b"\x97\x94h\0\x86.", [one]),
        ("in-call", mine("make") + b"\x97\x85R.", [one]),
        ("popped", b"\x970K\x01.", [one]),
        ("unused", b"K\x01.", [one]),
        ("appended", b"\x97K\x41a.", [one]),
        ("empty", b"\x97.", [(0, b"")]),
        ("at-mark", b"\x97(\x98.", [one]),
    ]:
        if sys.version_info >= (3, 8):
            stream("buffer/" + name, P5 + data, buffers)
    stream("many/text", b"I1\n.(lp0\n.g0\n.", pickles=3)
    stream("many/memo", P4 + b"]\x94." + P4 + b"h\0." + P4 + b"h\0\x85\x94h\x01\x86.", pickles=3)
    stream("many/mixed", b"K\x01." + P5 + frame(text("a") + b"\x94.") + b"(l.", pickles=3)
    stream("many/ends", b"K\x01.", pickles=2)
    stream("many/stack-left", b"K\x01K\x02.K\x03.", pickles=2)
    stream("many/mark-left", b"(K\x01.]t.", pickles=2)
    whole = [
        ("python2-instance", b"(icorpus_types\nPoint\np0\n(dp1\nS'x'\np2\nI1\nsS'y'\np3\nL5L\nsb."),
        (
            "everything",
            P4
            + frame(
                b"](NI01\n\x88K\x01M\x05\x01J\xff\xff\xff\xff\x8a\x01\x05G"
                + bytes(8)
                + text("ab")
                + b"\x94C\x01b}\x94\x8f\x94(K\x01\x90)K\x01\x85\x94(K\x01\x91"
                + mine("Point")
                + b")\x81}Va\nK\x01sb"
                + mine("make")
                + b"(K\x01tRe."
            ),
        ),
        ("text", b"(dp0\nVkey\np1\n(lp2\nI1\naF1.5\naS'x'\naNas(g1\n(g2\nttp3\n0g0\n."),
        (
            "long-lengths",
            P5
            + b"(\x8d\x02\0\0\0\0\0\0\0ab\x8e\x01\0\0\0\0\0\0\0c\x96\x01\0\0\0\0\0\0\0dT\x01\0\0\0eB\x01\0\0\0fX\x01\0\0\0gl.",
        ),
        ("binary-memo", b"]r\0\x01\0\0(j\0\x01\0\0K\x01e."),
        ("names", P4 + text("corpus_types") + b"\x94" + text("Point") + b"\x94\x93\x94)\x81\x94."),
    ]
    group("whole", whole)
    for name, data in whole:
        for end in range(len(data)):
            stream("cut/%s-%d" % (name, end), data[:end])


class Rng:
    def __init__(self, seed):
        self.state = (seed * 0x9E3779B97F4A7C15 + 99) & (2**64 - 1) or 1

    def below(self, n):
        x = self.state
        x ^= x >> 12
        x = (x ^ (x << 25)) & (2**64 - 1)
        x ^= x >> 27
        self.state = x
        return ((x * 2685821657736338717) & (2**64 - 1)) // 2**11 % n


PUSHES = [
    b"N",
    b"K\x01",
    b"K\x07",
    b"I01\n",
    b"\x89",
    b"]",
    b"}",
    b")",
    b"\x8f",
    b"Va\n",
    b"X\x01\0\0\0b",
    b"C\x01c",
    b"G?\xf8\0\0\0\0\0\0",
    b"M\x39\x30",
    b"\x8a\x01\xff",
    mine("Node"),
    mine("make"),
    mine("Point"),
    mine("List"),
    b"(",
    b"(",
    b"(",
    b"Pid\n",
]
EFFECTS = [
    b"a",
    b"s",
    b"e",
    b"u",
    b"\x90",
    b"\x91",
    b"t",
    b"l",
    b"d",
    b"\x85",
    b"\x86",
    b"\x87",
    b"R",
    b"\x81",
    b"\x92",
    b"b",
    b"o",
    b"0",
    b"1",
    b"2",
    b"Q",
    b"\x94",
    b"q\0",
    b"q\x01",
    b"p3\n",
    b"h\0",
    b"h\x01",
    b"h\x02",
    b"g3\n",
    P4,
    b"icorpus_types\nPoint\n",
]


def randoms():
    """Any operations at all, and ones that mostly fit the stack."""
    for seed in range(500):
        rng = Rng(seed)
        body = [(PUSHES if rng.below(5) < 3 else EFFECTS) for _ in range(4 + rng.below(12))]
        stream("random/any-%d" % seed, b"".join(ops[rng.below(len(ops))] for ops in body) + b".", ids=1)
    fits = [
        (b"a", "lx"),
        (b"(K\x01K\x02e", "l"),
        (b"Va\nK\x05s", "d"),
        (b"(K\x01NK\x02]u", "d"),
        (b"\x85", "x"),
        (b"\x86", "xx"),
        (b"2", "x"),
        (b"0", "xx"),
        (b"\x94", "x"),
        (b"q\x09", "x"),
        (b"h\x09", ""),
        (b"(K\x01\x90", "s"),
        (b"}Vk\nK\x01sb", "o"),
        (b"]", ""),
        (b"}", ""),
        (b"\x8f", ""),
        (mine("Node") + b")\x81", ""),
        (mine("make") + b")R", ""),
        (b"K\x05", ""),
        (b"Vtext\n", ""),
        (b")", ""),
        (b"((K\x01\x91t", ""),
        (b"(K\x01]1", "x"),
        (b"Pid\n", ""),
    ]
    for seed in range(700):
        rng = Rng(100000 + seed)
        out, kinds = [b"]q\x09"], ["l"]
        for _ in range(4 + rng.below(25)):
            op, needs = fits[rng.below(len(fits))]
            top = kinds[-len(needs) :] if needs else []
            if len(top) < len(needs) or any(n not in ("x", k) for n, k in zip(needs, top)):
                continue
            out.append(op)
            result = {
                b"]": "l",
                b"}": "d",
                b"\x8f": "s",
                b"h\x09": "x",
                b"K\x05": "x",
                b"Vtext\n": "x",
                b")": "x",
                b"Pid\n": "x",
                b"2": None,
            }.get(op, "o" if op.endswith((b"\x81", b"R")) else "x")
            if op in (b"a", b"0"):
                kinds.pop()
            elif op in (b"\x85", b"\x86"):
                del kinds[-len(needs) :]
                kinds.append("x")
            elif op == b"2":
                kinds.append(kinds[-1])
            elif not needs:
                kinds.append(result)
        stream("random/fits-%d" % seed, b"".join(out) + b".", ids=1)


# --- the verdicts ------------------------------------------------------------------------------------------------


class Anything:
    """Stands for every global: takes whatever a pickle does to it."""

    def __new__(cls, *args, **kwargs):
        return object.__new__(cls)

    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, *args, **kwargs):
        return self

    def __setitem__(self, key, value):
        pass

    __setstate__ = append = extend = add = __call__


class WithAnything(pickle.Unpickler):
    def find_class(self, module, name):
        return Anything


def verdict(data, buffers, info, base):
    """None when it loads, else the exception."""

    class Unpickler(base):
        def persistent_load(self, pid):
            return ("persistent id", pid)

    kwargs = {"encoding": info["encoding"]} if info.get("encoding") else {}
    if sys.version_info >= (3, 8) and buffers:
        kwargs["buffers"] = [content if readonly else bytearray(content) for readonly, content in buffers]
    try:
        unpickler = Unpickler(io.BytesIO(data), **kwargs)
        for _ in range(info.get("pickles", 1)):
            unpickler.load()
    except Exception as e:
        return e
    return None


def field(data):
    return struct.pack("<I", len(data)) + data


def main(argv):
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        os.execv(sys.executable, [sys.executable] + sys.argv)
    if len(argv) != 1:
        raise SystemExit(__doc__)
    warnings.simplefilter("ignore")
    corpus_types.register_extensions()
    for section in (numbers, strings, stack, containers, memo, names, calls, states, frames, others, randoms):
        section()
    out = None
    if argv != ["--list"]:
        out = open(os.path.join(argv[0], "assembled-%d.%d.bin" % sys.version_info[:2]), "wb")
        out.write(b"PICKLES1")
    used = set()
    for name, data, buffers, info in STREAMS:
        error = verdict(data, buffers, info, pickle.Unpickler)
        other = verdict(data, buffers, info, pickle._Unpickler)
        if error is None:
            try:
                used.update(op.name for op, _, _ in pickletools.genops(data))
            except Exception:
                pass  # not every stream that loads can be read by genops
        words = [
            "kind=" + ("rejected" if error else "graph"),
            "pickler=asm",
            "protocol=%d" % (data[1] if data[:1] == b"\x80" and len(data) > 1 else 0),
            "pickles=%d" % info.get("pickles", 1),
        ]
        if error:
            own = verdict(data, buffers, info, WithAnything) is not None
            words.append("own=%d" % own)
            words += [
                "error=" + type(error).__name__,
                "message=" + urllib.parse.quote(str(error).encode("utf-8", "surrogatepass")),
            ]
        if (error is None) != (other is None):
            words.append("py=" + ("loads" if other is None else "rejected"))
        words += ["%s=%s" % (key, value) for key, value in sorted(info.items()) if key != "pickles"]
        if out:
            out.write(
                field(("asm/" + name).encode("utf-8"))
                + field(" ".join(words).encode())
                + field(data)
                + struct.pack("<I", len(buffers))
            )
            for readonly, content in buffers:
                out.write(struct.pack("<B", readonly) + field(content))
        else:
            print(
                "%-36s %-60s %s"
                % (name, repr(data)[1:][:60], "%s: %s" % (type(error).__name__, str(error)[:90]) if error else "loads")
                + ("" if (error is None) == (other is None) else "   py: %r" % other)
            )
    known = {op.name for op in pickletools.opcodes}
    assert known == used, known - used


if __name__ == "__main__":
    main(sys.argv[1:])
