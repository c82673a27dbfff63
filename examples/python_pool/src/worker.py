# What a worker runs: plain Python 3.6 or later, nothing installed. It is handed over with -c, and lives in a namespace of its own,
# so that __main__ is empty for the functions that come.
#
# Messages are framed as multiprocessing.connection frames them. What comes:
#   F  id, pickle of a callable: kept, not loaded yet
#   D  id: forget that callable
#   C  call, callable's id, number of buffers, form, pickle; then the buffers
#      form 0: the pickle is of args; 1: of (args, kwargs); 2: of a list of args, each for a call of its own
# What goes, before the next call is begun:
#   H  pickle of (version, implementation, cloudpickle's version or None, pid)
#   R  call, number of buffers, pickle of the result; then the buffers
#      form 2: a list of the results; where some calls failed, {"results": [None in their places], "failed": {index: what E has}}
#   E  call, 0, pickle of (stage, type, message, traceback, pickle of the exception or None)
import io
import os
import pickle
import struct
import sys

# The connection is moved away from where prints and child processes would find it.
CONNECTION = os.dup(0)
null = os.open(os.devnull, os.O_RDONLY)
os.dup2(null, 0)
os.close(null)
os.dup2(2, 1)
sys.stdout = sys.stderr

try:
    import cloudpickle
except Exception:
    cloudpickle = None

PID = os.getpid()
PROTOCOL = min(pickle.HIGHEST_PROTOCOL, 5)
LENGTH, LONG = struct.Struct(">i"), struct.Struct(">Q")
CALL, ANSWER, NUMBER = struct.Struct("<QQIB"), struct.Struct("<cQI"), struct.Struct("<Q")
CALL_END = 1 + CALL.size
# Pickled at once; what else there is may be large, and is not put together.
PLAIN = frozenset([bool, int, float, complex, type(None)])
# Smaller buffers are not worth a message.
APART = 1 << 14
# writev takes at most IOV_MAX slices.
SLICES = 512

reader = io.open(CONNECTION, "rb", 1 << 16, closefd=False)
functions = {}


def exactly(count):
    if count > APART:
        return fill(bytearray(count))
    data = reader.read(count)
    if len(data) < count:
        raise EOFError
    return data


def fill(data):
    view, filled = memoryview(data), 0
    while filled < len(data):
        got = reader.readinto(view[filled:])
        if not got:
            raise EOFError
        filled += got
    return data


def length():
    (length,) = LENGTH.unpack(exactly(4))
    if length == -1:
        (length,) = LONG.unpack(exactly(8))
    return length


def receive():
    return exactly(length())


def head(length):
    return LENGTH.pack(length) if length <= 0x7FFFFFFF else LENGTH.pack(-1) + LONG.pack(length)


def write(slices):
    while slices:
        written = os.writev(CONNECTION, slices[:SLICES])
        done = 0
        while done < len(slices) and written >= len(slices[done]):
            written -= len(slices[done])
            done += 1
        del slices[:done]
        if written:
            slices[0] = memoryview(slices[0])[written:]


def send(kind, call, chunks, buffers):
    start = ANSWER.pack(kind, call, len(buffers))
    slices = [head(len(start) + sum(map(len, chunks))) + start]
    slices += chunks
    for buffer in buffers:
        slices += (head(len(buffer)), buffer)
    if not buffers and sum(map(len, slices)) <= APART:
        # One small write is cheaper than slices.
        slices = [b"".join(slices)]
        written = os.write(CONNECTION, slices[0])
        if written == len(slices[0]):
            return
        slices[0] = slices[0][written:]
    write(slices)


class Chunks(list):
    # The pickler hands large bytes over as they are: nothing is copied.
    write = list.append


def dump(value):
    if type(value) in PLAIN:
        return [pickle.dumps(value, PROTOCOL)], []
    try:
        return dump_with(pickle.Pickler, value)
    except Exception:
        if cloudpickle is None:
            raise
    return dump_with(cloudpickle.CloudPickler, value)


def dump_with(pickler, value):
    chunks, buffers = Chunks(), []
    if PROTOCOL < 5:
        pickler(chunks, PROTOCOL).dump(value)
        return chunks, buffers

    def in_band(buffer):
        raw = buffer.raw()
        if raw.nbytes < APART:
            return True
        buffers.append(raw)

    pickler(chunks, PROTOCOL, buffer_callback=in_band).dump(value)
    return chunks, buffers


def text(of, value):
    try:
        return of(value)
    except Exception:
        return "<no text: %s failed>" % of.__name__


def describe(stage, error):
    import traceback

    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else kind.__module__ + "." + kind.__qualname__
    trace = error.__traceback__ and error.__traceback__.tb_next
    try:
        lines = "".join(traceback.format_exception(kind, error, trace))
    except Exception:
        lines = name + "\n"
    try:
        pickled = dump_as_bytes(error)
    except Exception:
        pickled = None
    return pickle.dumps((stage, name, text(str, error), lines, pickled), PROTOCOL)


def dump_as_bytes(value):
    try:
        return pickle.dumps(value, PROTOCOL)
    except Exception:
        if cloudpickle is None:
            raise
    return cloudpickle.dumps(value, PROTOCOL)


# The arguments of calls that are still to be made, the next one last.
pending = []
# A fork that comes back makes none of them. Python 3.6 has to be asked after each.
ASK = not hasattr(os, "register_at_fork")
if not ASK:
    os.register_at_fork(after_in_child=pending.clear)


def run_many(function, calls):
    results, failed = [], {}
    # Nothing holds the arguments of a call that was made.
    pending.extend(reversed(calls))
    calls.clear()
    done, take = results.append, pending.pop
    while pending:
        try:
            while pending:
                done(function(*take()))
                if ASK and os.getpid() != PID:
                    os._exit(1)
        except BaseException as error:
            failed[len(results)] = describe("call", error)
            done(None)
    return results, failed


def dump_many(results, failed):
    try:
        return dump({"results": results, "failed": failed} if failed else results)
    except Exception:
        for index, result in enumerate(results):
            try:
                dump_as_bytes(result)
            except Exception as error:
                failed[index] = describe("result", error)
                results[index] = None
    return dump({"results": results, "failed": failed})


def load(function):
    found = functions[function]
    if type(found) is bytes:
        found = functions[function] = Loaded(pickle.loads(found))
    return found.function


class Loaded:
    __slots__ = "function"

    def __init__(self, function):
        self.function = function


def run(message):
    call, function, count, form = CALL.unpack_from(message, 1)
    # Short ones too can be written to.
    buffers = [fill(bytearray(length())) for _ in range(count)]
    stage = "load"
    try:
        function = load(function)
        args = memoryview(message)[CALL_END:]
        args = pickle.loads(args, buffers=buffers) if buffers else pickle.loads(args)
        stage = "call"
        if form == 1:
            args, keywords = args
            result = function(*args, **keywords)
        elif form == 2:
            results = run_many(function, args)
        else:
            result = function(*args)
        stage = "result"
        chunks, buffers = dump_many(*results) if form == 2 else dump(result)
        kind = b"R"
    except BaseException as error:
        kind, chunks, buffers = b"E", [describe(stage, error)], []
    if os.getpid() != PID:
        # A fork that came back: the answer is its parent's to give.
        os._exit(1)
    send(kind, call, chunks, buffers)


def serve():
    version = getattr(cloudpickle, "__version__", None)
    hello = (tuple(sys.version_info[:3]), sys.implementation.name, version, PID)
    hello = b"H" + pickle.dumps(hello, 2)
    write([head(len(hello)) + hello])
    while True:
        try:
            message = receive()
        except (EOFError, KeyboardInterrupt):
            return
        kind = message[:1]
        if kind == b"C":
            run(message)
        elif kind == b"F":
            functions[NUMBER.unpack_from(message, 1)[0]] = bytes(message[9:])
        elif kind == b"D":
            functions.pop(NUMBER.unpack_from(message, 1)[0], None)
        # What a call leaves behind must not outlive it.
        message = None


try:
    serve()
except (BrokenPipeError, ConnectionResetError):
    # Who would want the answer is gone.
    pass
