"""Stands in cloudpickle's test suite as its sitecustomize.py: every Python process that the suite starts runs it first.

With CONFORMANCE_SERVER set, every pickle that `pickle.load` and `pickle.loads` are given (cloudpickle's are the same functions) goes to that program
and comes back recoded before it is loaded. Each process has its own server, which it starts with the first pickle. A pickle goes as its
length (4 bytes, little-endian) and its bytes; a byte 0, a length and the recoded pickle come back, or a byte 1, a length and why not.

pytest takes the same file as a plugin (`-p sitecustomize`), which writes a line of JSON for each phase of each test.

Environment:
    CONFORMANCE_LIBS     where cloudpickle, pytest and the rest are
    CONFORMANCE_SERVER   the program and its arguments, one a line; without it pickles stay as they are
    CONFORMANCE_OUT      a directory: outcomes.jsonl, and with a server pickles.log (a word for each pickle) and the pickles that were changed or refused
"""
# Nothing is imported that a script would not have anyway: the suite looks at what is in sys.modules.
import os
import sys

LIBS = os.environ.get("CONFORMANCE_LIBS")
SERVER = os.environ.get("CONFORMANCE_SERVER")
OUT = os.environ.get("CONFORMANCE_OUT")

if LIBS and LIBS not in sys.path:
    # Behind the suite's own directories and the standard library, before what else is installed here.
    installed = [at for at, path in enumerate(sys.path) if path.endswith("-packages")]
    sys.path.insert(installed[0] if installed else len(sys.path), LIBS)


class Refused(Exception):
    """The server does not recode a pickle that Python loads."""


class Recoder:
    """The server of this process."""

    def __init__(self):
        import _thread
        import atexit
        import subprocess

        self.pid = os.getpid()
        self.lock = _thread.allocate_lock()
        # What the server says goes past the pipes of this process: the suite reads those to their end.
        with open(os.path.join(OUT, "server.log"), "ab") as log:
            self.server = subprocess.Popen(SERVER.split("\n"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        atexit.register(self.close)

    def close(self):
        if self.pid == os.getpid():
            self.server.stdin.close()
            self.server.stdout.close()
            try:
                self.server.wait(10)
            except Exception:
                # A process that was forked from this one and still runs has the other end open.
                self.server.kill()

    def recode(self, data):
        with self.lock:
            self.server.stdin.write(len(data).to_bytes(4, "little"))
            self.server.stdin.write(data)
            self.server.stdin.flush()
            status = self.read(1)
            answer = self.read(int.from_bytes(self.read(4), "little"))
        return status == b"\0", answer

    def read(self, length):
        data = self.server.stdout.read(length)
        if len(data) != length:
            raise Refused("the server ended: see server.log")
        return data


# The last one is of this process; those before it are of processes that this one was forked from, and stay as they are.
recoders = []


def recoder():
    if not recoders or recoders[-1].pid != os.getpid():
        recoders.append(Recoder())
    return recoders[-1]


def note(line):
    handle = os.open(os.path.join(OUT, "pickles.log"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, line.encode() + b"\n")
    os.close(handle)


def keep(what, **parts):
    import hashlib

    for kind, data in parts.items():
        name = "%s-%s.%s" % (what, hashlib.sha1(parts["given"]).hexdigest()[:12], kind)
        with open(os.path.join(OUT, name), "wb") as file:
            file.write(data)


def hook():
    import pickle

    real = pickle.loads

    def recoded(data, args):
        """What to load, or the error of the real `loads` for what the server refuses."""
        data = bytes(data)
        ok, answer = recoder().recode(data)
        if not ok:
            real(data, **args)
            note("refused")
            keep("refused", given=data, why=answer)
            raise Refused(answer.decode())
        if answer == data:
            note("same")
        else:
            note("changed")
            keep("changed", given=data, recoded=answer)
        return answer

    def loads(data, **args):
        return real(recoded(data, args), **args)

    def load(file, **args):
        return loads(one_pickle(file), **args)

    for function in load, loads:
        # They are pickled by reference.
        function.__module__ = "pickle"
        function.__qualname__ = function.__name__
        setattr(pickle, function.__name__, function)


def one_pickle(file):
    """The bytes of the next pickle of a file; what follows it stays there."""
    import pickletools

    taken = []

    class Tee:
        def read(self, *args):
            taken.append(file.read(*args))
            return taken[-1]

        def readline(self):
            taken.append(file.readline())
            return taken[-1]

    try:
        for _ in pickletools.genops(Tee()):
            pass
    except ValueError:
        # The real function says what is wrong.
        taken.append(file.read())
    return b"".join(taken)


def tell(line):
    import json

    with open(os.path.join(OUT, "outcomes.jsonl"), "a") as file:
        file.write(json.dumps(line) + "\n")


def pytest_sessionstart():
    import cloudpickle

    tell({"cloudpickle": cloudpickle.__version__})


def pytest_runtest_logreport(report):
    outcome = {
        "test": report.nodeid,
        "when": report.when,
        "outcome": report.outcome,
        "expected": hasattr(report, "wasxfail"),
        "why": report.longreprtext[-2000:] if report.outcome == "failed" else "",
    }
    tell(outcome)


if SERVER:
    hook()
