"""Says whether CPython's C unpickler accepts a pickle, without importing or calling anything in it.

    python accept.py < cases > answers

A case is a u32le length and that many bytes: one byte of flags, then the pickle. The flags:

    bits 0-1  encoding        0 ASCII, 1 latin1, 2 bytes, 3 utf-8
    bit  2    buffers= is given
    bits 3-4  kind of buffers 0 bytes, 1 bytearray, 2 PickleBuffer(bytes), 3 PickleBuffer(bytearray)
    bits 5-7  number of buffers, each of the four bytes 0 1 2 3

An answer is a u8 status, a u16le length and that many bytes of UTF-8:

    0 rejected  Type@offset: message     e.g. "UnpicklingError@3: unexpected MARK found"
    1 accepted  @offset                  the offset is the number of bytes the unpickler has consumed
    2 open      Type@offset: message     only the real objects behind a stand-in could decide
    3 crashed   reason                   the interpreter died or took more than two seconds

Globals, extension codes, persistent ids and results of calls are one stand-in, `Inert`. It is a class (NEWOBJ wants
one), can be called and built, and takes items of every sort, so what is rejected is rejected by the machine and not
by a callee. Where the machine asks it for something that not every object has (to be a tuple of arguments, an index,
a buffer), the answer is "open".

Answers are flushed one by one, so a test can also talk to this program through pipes.
"""

import copyreg
import os
import re
import select
import struct
import subprocess
import sys
import warnings

import _pickle

ENCODINGS = ["ASCII", "latin1", "bytes", "utf-8"]
REJECTED, ACCEPTED, OPEN, CRASHED = range(4)
SECONDS = 2.0
ADDRESS_SPACE = 1 << 30


asked = False  # a stand-in was asked for a number


class Inert(type):
    """The type of the stand-in; so the stand-in itself is a class."""

    def __call__(cls, *args, **kwargs):
        return StandIn

    def __index__(cls):
        global asked
        asked = True
        return 0

    def _nothing(cls, *args):
        pass

    append = extend = add = __setitem__ = __setstate__ = _nothing


class StandIn(metaclass=Inert):
    def __new__(*args, **kwargs):  # no named parameter, which a keyword could mean
        return StandIn


class Input:
    """Shows the unpickler the whole input at once, as `loads` does. From a file, a frame would hide what follows it."""

    def __init__(self, data):
        self.data = data
        self.at = 0
        self.base = 0  # where the unpickler's own buffer begins
        self.short = None  # where it first wanted more than there is

    def _take(self, end, short):
        if short and self.short is None:
            self.short = self.at
        taken, self.at = self.data[self.at : end], end
        return taken

    def peek(self, n):
        self.base = self.at
        return self.data[self.at :]

    def read(self, n):
        end = min(self.at + n, len(self.data))
        return self._take(end, end - self.at < n)

    def readinto(self, buffer):
        taken = self.read(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)

    def readline(self):
        found = self.data.find(b"\n", self.at)
        return self._take(found + 1 or len(self.data), found < 0)


class Unpickler(_pickle.Unpickler):
    def find_class(self, module, name):
        return StandIn

    def persistent_load(self, pid):
        return StandIn


def find_next_read_idx():
    """Where the C struct holds the position in its buffer: the one word that follows inputs of two lengths."""
    try:
        import ctypes
    except ImportError:
        return None

    def words(data):
        unpickler = Unpickler(Input(data))
        try:
            unpickler.load()
        except _pickle.UnpicklingError:
            pass
        size = _pickle.Unpickler.__basicsize__ // 8
        return (ctypes.c_ssize_t * size).from_address(id(unpickler))[:]

    first, second = words(b"N" * 41 + b"\xff."), words(b"N" * 76 + b"\xff.")
    found = [i for i, pair in enumerate(zip(first, second)) if pair == (42, 77)]
    if len(found) != 1:
        return None
    return lambda unpickler: ctypes.c_ssize_t.from_address(id(unpickler) + 8 * found[0]).value


def buffers_of(flags):
    if not flags & 4:
        return {}
    from pickle import PickleBuffer

    kind = [bytes, bytearray, PickleBuffer, lambda b: PickleBuffer(bytearray(b))][flags >> 3 & 3]
    return {"buffers": [kind(b"\0\1\2\3") for _ in range(flags >> 5)]}


def register_extensions(data):
    """Gives every extension code that `data` could mean a name. The C code looks into these very dicts."""
    copyreg._extension_cache.clear()
    copyreg._inverted_registry.clear()
    for match in re.finditer(b"[\x82-\x84]", data):
        size = 1 << data[match.start()] - 0x82
        code = data[match.end() : match.end() + size]
        copyreg._inverted_registry[int.from_bytes(code, "little")] = ("ext", "code")


def judge_once(flags, data):
    """-> (status, exception type, offset, message)"""
    global asked
    asked = False
    register_extensions(data)
    source = Input(data)
    unpickler = None
    try:
        unpickler = Unpickler(source, encoding=ENCODINGS[flags & 3], **buffers_of(flags))
        unpickler.load()
    except Exception as error:
        offset = source.short
        if offset is None and next_read_idx and unpickler is not None:
            offset = source.base + next_read_idx(unpickler)
        message = " ".join(str(error).split())
        status = REJECTED
        if asked or isinstance(error, RecursionError) or re.search(r"\bInert\b|keywords must be strings", message):
            status = OPEN
        elif isinstance(error, MemoryError) and is_put(data, offset):
            status = OPEN
        return status, type(error).__name__, offset, message
    return (OPEN if asked else ACCEPTED), "", source.at, ""


def is_put(data, offset):
    """Whether the opcode that ends at `offset` may be PUT or LONG_BINPUT; another machine may have the memory."""
    return not offset or data[offset - 1 : offset] == b"\n" or data[offset - 5 : offset - 4] == b"r"


# Checks whose messages do not name the type they found; the opcode is one byte, and what it checks is on top of the stack.
UNNAMED = {
    "argument list must be a tuple",
    "NEWOBJ expected an arg tuple.",  # until 3.9
    "STACK_GLOBAL requires str",
    "state is not a dictionary",
    "slot state is not a dictionary",
}


def on_top(flags, data, at, below=0):
    """What lay on the stack, `below` the top, when the opcode at `at` was met."""
    stop = b"0" * below + b"."
    data = data[:at] + stop + data[at + len(stop) :]
    register_extensions(data)
    try:
        return Unpickler(Input(data), encoding=ENCODINGS[flags & 3], **buffers_of(flags)).load()
    except _pickle.UnpicklingError:  # there was nothing
        return None


def checked(flags, data, at, message):
    """The objects that the check with this message looks at."""
    top = on_top(flags, data, at)
    if message == "STACK_GLOBAL requires str":
        return [top, on_top(flags, data, at, 1)]
    if "state is not" in message and type(top) is tuple and len(top) == 2:
        return [top[message.startswith("slot")]]
    return [top]


def judge(flags, data):
    answer = status, kind, offset, message = judge_once(flags, data)
    if status == REJECTED and message in UNNAMED:
        if offset is None or any(isinstance(obj, Inert) for obj in checked(flags, data, offset - 1, message)):
            return (OPEN,) + answer[1:]
    return answer


def pack(status, message):
    message = message.encode("utf-8", "backslashreplace")[:1000]
    return struct.pack("<BH", status, len(message)) + message


def read_exactly(stream, size):
    data = stream.read(size)
    return data if len(data) == size else None


def cases(stream):
    while True:
        head = read_exactly(stream, 4)
        if head is None:
            return
        yield read_exactly(stream, struct.unpack("<I", head)[0])


def serve():
    """The child: judges in this very process."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    out = sys.stdout.buffer
    for case in cases(sys.stdin.buffer):
        status, kind, offset, message = judge(case[0], case[1:])
        where = "@%s" % ("?" if offset is None else offset)
        out.write(pack(status, kind + where + (": " + message if message else "")))
        out.flush()


class Child:
    """The child seen from its parent."""

    def __init__(self):
        self.process = None

    def ask(self, case):
        if self.process is None:
            command = [sys.executable, os.path.abspath(__file__), "--serve"]
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, bufsize=0)
        try:
            self.process.stdin.write(struct.pack("<I", len(case)) + case)
        except BrokenPipeError:
            return self.end("died")
        answer = b""
        while len(answer) < 3 or len(answer) < 3 + struct.unpack("<H", answer[1:3])[0]:
            if not select.select([self.process.stdout], [], [], SECONDS)[0]:
                return self.end("took more than %g s" % SECONDS)
            more = os.read(self.process.stdout.fileno(), 1 << 16)
            if not more:
                return self.end("died")
            answer += more
        return answer

    def end(self, reason):
        self.process.kill()
        code = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                pipe.close()
            except OSError:
                pass
        self.process = None
        return pack(CRASHED, "%s (exit code %d)" % (reason, code))


def main():
    child = Child()
    out = sys.stdout.buffer
    for case in cases(sys.stdin.buffer):
        out.write(child.ask(case))
        out.flush()
    if child.process:
        child.process.stdin.close()
        child.process.wait()


next_read_idx = find_next_read_idx()

if __name__ == "__main__":
    serve() if "--serve" in sys.argv else main()
