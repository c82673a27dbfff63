"""The other side of `cargo bench`: CPython's `_pickle`, timed in a process of its own.

    python3 benches/peer.py DIR            answers requests, a line each, on standard input
    python3 benches/peer.py DIR cold NAME  loads once: seconds, and by how many KiB that raised the peak of resident memory

A request is `WHAT NAME CALLS GC`: `loads`, `dumps`, the same of the pickle module's Python code as `loads-py` and `dumps-py`, or `dis`; so many calls, with
the garbage collector `on` or `off` while they are timed. The answer is seconds per call, the drop of the result within the time, or `-` for what is not there.
"""

import gc
import io
import os
import pickle
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
DIRECTORY = sys.argv[1]
sys.path[:0] = [os.path.join(DIRECTORY, "site"), HERE]

import _pickle  # noqa: E402

import peer_types  # noqa: E402

try:
    import cloudpickle
except ImportError:
    cloudpickle = None

BY_CLOUDPICKLE = ("functions", "payloads")


class PersistentPickler(_pickle.Pickler):
    def persistent_id(self, obj):
        if type(obj) is peer_types.Storage:
            return ("storage", peer_types.Storage, obj.key, "cpu", 64)
        return None


class PersistentUnpickler(_pickle.Unpickler):
    def persistent_load(self, pid):
        return peer_types.Storage(pid[2])


class PythonPickler(pickle._Pickler):
    persistent_id = PersistentPickler.persistent_id


class PythonUnpickler(pickle._Unpickler):
    persistent_load = PersistentUnpickler.persistent_load


def dumps_persistent(obj):
    out = io.BytesIO()
    PersistentPickler(out, 5).dump(obj)
    return out.getvalue()


def loads_persistent(data):
    return PersistentUnpickler(io.BytesIO(data)).load()


def dumps5(obj):
    return _pickle.dumps(obj, 5)


def loads_python(data):
    return PythonUnpickler(io.BytesIO(data)).load()


def dumps_python(obj):
    out = io.BytesIO()
    PythonPickler(out, 5).dump(obj)
    return out.getvalue()


def loads_of(name):
    return loads_persistent if name == "torch" else _pickle.loads


def dumps_of(name):
    if name == "torch":
        return dumps_persistent
    return (lambda obj: cloudpickle.dumps(obj, 5)) if name in BY_CLOUDPICKLE else dumps5


def disassemble(data):
    import pickletools

    pickletools.dis(data, io.StringIO())


def read(name):
    with open(os.path.join(DIRECTORY, name + ".pkl"), "rb") as file:
        data = file.read()
    if name != "payloads":
        return [data]
    stream, parts = io.BytesIO(data), []
    while stream.tell() < len(data):
        start = stream.tell()
        pickle.load(stream)
        parts.append(data[start : stream.tell()])
    return parts


def timed(call, arguments, calls, collector):
    gc.collect()
    if collector == "off":
        gc.disable()
    start = time.perf_counter()
    for _ in range(calls):
        for argument in arguments:
            call(argument)
    end = time.perf_counter()
    gc.enable()
    return (end - start) / calls


def serve():
    sys.setrecursionlimit(10_000)
    data_of, objects_of = (None, None), (None, None)
    for line in sys.stdin:
        what, name, calls, collector = line.split()
        if data_of[0] != name:
            data_of, objects_of = (name, read(name)), (None, None)
        if what == "dumps-py" and name in BY_CLOUDPICKLE:
            # Its pickler is made of the C pickler where there is one.
            print("-", flush=True)
            continue
        if what in ("dumps", "dumps-py"):
            if objects_of[0] != name:
                objects_of = (name, [loads_of(name)(data) for data in data_of[1]])
            dumps = dumps_of(name) if what == "dumps" else dumps_python
            seconds = timed(dumps, objects_of[1], int(calls), collector)
        else:
            objects_of = (None, None)
            call = {"loads": loads_of(name), "loads-py": loads_python, "dis": disassemble}[what]
            seconds = timed(call, data_of[1], int(calls), collector)
        print(seconds, flush=True)


def status(field):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(field))


def cold(name):
    parts = read(name) if name == "payloads" else [open(os.path.join(DIRECTORY, name + ".pkl"), "rb").read()]
    loads = loads_of(name)
    before = status("VmRSS")
    start = time.perf_counter()
    kept = [loads(data) for data in parts]
    seconds = time.perf_counter() - start
    print(seconds, status("VmHWM") - before)
    del kept


if __name__ == "__main__":
    cold(sys.argv[3]) if sys.argv[2:3] == ["cold"] else serve()
