"""Times CPython's marshal for benches/marshal.rs: marshal_peer.py FILE, a file of tests/python/pycs.py

A line on the input asks, a line on the output answers with seconds: `loads COUNT`, `dumps COUNT`.
"""
import gc
import marshal
import struct
import sys
import time

with open(sys.argv[1], "rb") as file:
    data = file.read()
files = []
at = 0
while at < len(data):
    for part in range(2):
        (length,) = struct.unpack_from("<I", data, at)
        at += 4 + length
    files.append(data[at - length + 16 : at])
del data
print(sys.version.split()[0], flush=True)
objects = None
gc.disable()
for line in sys.stdin:
    what, count = line.split()
    total = 0.0
    for _ in range(int(count)):
        if what == "loads":
            start = time.perf_counter()
            for file in files:
                marshal.loads(file)
        else:
            objects = objects or [marshal.loads(file) for file in files]
            start = time.perf_counter()
            for code in objects:
                marshal.dumps(code)
        total += time.perf_counter() - start
    print(total / int(count), flush=True)
