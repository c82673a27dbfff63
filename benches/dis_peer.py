"""The other side of `cargo bench --bench bytecode`: CPython's `dis`, timed in a process of its own.

    python benches/dis_peer.py OUT ROUNDS      cloudpickle and tests/python on PYTHONPATH

Writes module code of its standard library to OUT, pickles of cloudpickle with a length of four bytes each. For each round a line is read from standard
input, and one is printed: the seconds for the text of `dis.dis` of all, and for going through `dis.get_instructions` of all, nested code included.
"""

import dis
import io
import struct
import sys
import time
import types

import cloudpickle
import codes


def walk(code):
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from walk(const)


def main(out):
    sys.setrecursionlimit(10000)
    modules = [code for _, code in codes.compiled(codes.library()[7::40])]
    with open(out, "wb") as file:
        for code in modules:
            payload = cloudpickle.dumps(code)
            file.write(struct.pack("<I", len(payload)) + payload)
    inside = [code for module in modules for code in walk(module)]
    print("%d %d" % (len(inside), sum(len(code.co_code) for code in inside)), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        for code in modules:
            text = io.StringIO()
            dis.dis(code, file=text)
            text.getvalue()
        listed = time.perf_counter()
        for code in inside:
            for _ in dis.get_instructions(code):
                pass
        print("%r %r" % (listed - start, time.perf_counter() - listed), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
