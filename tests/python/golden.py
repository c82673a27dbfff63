"""Makes the golden payloads of the reflected object model: `python golden.py` (any CPython from 3.8 on).

What the releases of cloudpickle, the copies of it in other packages, and dill write for the objects of
`golden_cases.py`, on every interpreter that is found, with what each object is (`golden_info.py`) beside it.

One file per Python, `tests/golden/py3.11.zlib`: a zlib stream of records. A record is framed like an answer of the judge,

    record    u32(number of fields) field*          field   u32(length) and that many bytes; little-endian
    fields    name, info, payload*

and the info is JSON:

    case        the name
    source      the source text of the case, file golden_source.py
    modules     modules that must be there when a payload is loaded, besides golden_pkg
    by_value    modules that were registered for pickling by value
    object      what the object is (golden_info.py)
    calls       [expression, what it gave on the original]*
    producers   producer -> what became of it:
        payload     which of the payloads, from 0; several producers can have written the same
        error       instead of it: why nothing was written
        loads       why the payload does not load in that Python with that producer (absent: it loads)
        calls       [expression, result]* that came out differently after loading
        unequal     two loads of the payload do not compare equal, and where (absent: they do)
        object      the description, where it is not the one above

A producer is `cloudpickle 3.1.2`, `ray 3.1.2` (the copy in ray, equal to that release), `dill 0.3.8`, `dill 0.3.8 recurse`.
Everything random is fixed: class ids come from the case's name, hashes from seed 0, files of the standard library are
called /usr/lib/python3.X/.., so that a second run writes the same bytes.

    golden.py [--only py3.11,..] [--producers TEXT] [--keep]     makes and packs; --keep: what is made already is not made again
    golden.py dump OUT LABEL / golden.py check RAW OUT LABEL     one pair, in the interpreter it is for
"""

import base64
import gc
import glob
import hashlib
import importlib.machinery
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import warnings
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WORK = os.path.join(ROOT, "target", "golden")
OUT = os.path.join(ROOT, "tests", "golden")

CLOUDPICKLES = ("1.2.2", "1.6.0", "2.0.0", "2.2.1", "3.0.0", "3.1.2")
DILLS = ("0.3.4", "0.3.8", "0.4.1")
# Copies: the release they are equal to, and the package (or the one module) it is renamed to. wire-format facts:
# pyspark 2.4.8 is 0.4.3, pyspark 3.0.3 is 1.1.1 (one trivial edit), pyspark 3.5.3 is 2.2.1, pyspark 4.0.1 is 3.1.1,
# joblib 1.2.0 is 2.2.0, joblib 1.5.3 and ray 2.60.0 are 3.1.2, the core file unchanged but for its imports.
COPIES = {
    "pyspark 0.4.3": ("0.4.3", "pyspark.cloudpickle", "module"),
    "pyspark 1.1.1": ("1.1.1", "pyspark.cloudpickle", "module"),
    "pyspark 2.2.1": ("2.2.1", "pyspark.cloudpickle", "package"),
    "pyspark 3.1.1": ("3.1.1", "pyspark.cloudpickle", "package"),
    "joblib 2.2.0": ("2.2.0", "joblib.externals.cloudpickle", "package"),
    "joblib 3.1.2": ("3.1.2", "joblib.externals.cloudpickle", "package"),
    "ray 3.1.2": ("3.1.2", "ray.cloudpickle", "package"),
}
VERSIONS = ("3.6.15", "3.7.16", "3.8.18", "3.9.18", "3.10.13", "3.11.7", "3.12.1", "3.13.0", "3.14.2 (pyodide 314.0.7)")
MATRIX = {
    "3.6": ["cloudpickle 1.2.2", "cloudpickle 2.2.1"],
    "3.7": ["cloudpickle 1.2.2", "cloudpickle 2.2.1", "pyspark 0.4.3", "pyspark 1.1.1"],
    "3.8": ["cloudpickle " + r for r in CLOUDPICKLES],
    "3.9": ["cloudpickle " + r for r in CLOUDPICKLES],
    "3.10": ["cloudpickle " + r for r in CLOUDPICKLES] + ["pyspark 2.2.1", "joblib 2.2.0"],
    "3.11": ["cloudpickle " + r for r in CLOUDPICKLES],
    "3.12": ["cloudpickle " + r for r in CLOUDPICKLES] + ["pyspark 3.1.1", "joblib 3.1.2", "ray 3.1.2"],
    "3.13": ["cloudpickle " + r for r in CLOUDPICKLES],
    "3.14": ["cloudpickle 3.1.2"],
}
for _python in ("3.9", "3.12"):
    for _release in DILLS:
        MATRIX[_python] += ["dill %s" % _release, "dill %s recurse" % _release]


FIXED_ADDRESSES = ["setarch", "-R"] if shutil.which("setarch") else []


# --- in the interpreter of a pair ----------------------------------------------------------------------------------


class Producer:
    """The `dumps` that a label names."""

    def __init__(self, label):
        name, release = label.split(" ")[:2]
        self.loader = "dill" if name == "dill" else "pickle"
        if name == "dill":
            import dill

            self.module, self.recurse = dill, label.endswith("recurse")
        else:
            package = COPIES[label][1] if label in COPIES else "cloudpickle"
            self.module = __import__(package, fromlist=["dumps"])

    def dumps(self, value):
        if self.loader == "dill":
            return self.module.dumps(value, recurse=self.recurse)
        return self.module.dumps(value)

    def register(self, names):
        register = getattr(self.module, "register_pickle_by_value", None)
        if names and not register:
            raise NotImplementedError("no register_pickle_by_value in this release")
        for name in names:
            register(sys.modules[name])

    def unregister(self, names):
        for name in names:
            self.module.unregister_pickle_by_value(sys.modules[name])


class Ids:
    """Stands for uuid4 while a case is dumped: ids from the name of the case."""

    def __init__(self):
        self.name, self.count = "", 0

    def begin(self, name):
        self.name, self.count = name, 0

    def __call__(self):
        import uuid

        self.count += 1
        return uuid.UUID(hashlib.md5(("%s %d" % (self.name, self.count)).encode()).hexdigest())


class Neutral:
    """Gives the files of the standard library the paths they have anywhere."""

    def __init__(self):
        lib = os.path.dirname(os.path.abspath(os.__file__))
        self.places = [(lib, "/usr/lib/python%d.%d" % sys.version_info[:2]), (HERE, "/golden")]
        for place in sys.path:
            place = os.path.abspath(place)
            if os.path.isdir(place) and place != HERE and not place.startswith(lib) and not lib.startswith(place):
                self.places.append((place, "/usr/lib/python3/dist-packages"))
        self.names, self.seen = {}, 0
        sys.meta_path.append(self)

    def name(self, path):
        if path not in self.names:
            self.names[path] = path
            for place, neutral in self.places:
                if path.startswith(place + os.sep):
                    self.names[path] = neutral + path[len(place) :].replace(os.sep, "/")
                    break
        return self.names[path]

    def text(self, text):
        for place, neutral in self.places:
            text = text.replace(place, neutral)
        return text

    def apply(self):
        """To everything imported so far."""
        import types

        import _imp

        if len(sys.modules) == self.seen:
            return
        for function in gc.get_objects():
            if type(function) is types.FunctionType:
                path = function.__code__.co_filename
                if self.name(path) != path:
                    _imp._fix_co_filename(function.__code__, self.name(path))
        for name, module in list(sys.modules.items()):
            if type(module) is not types.ModuleType or name == "__main__":
                continue
            spec = getattr(module, "__spec__", None)
            loader = getattr(spec, "loader", None)
            holders = [(module, "__file__"), (module, "__cached__"), (spec, "origin"), (spec, "_cached")]
            if type(loader).__module__ == "_frozen_importlib_external":
                holders.append((loader, "path"))
            for holder, attribute in holders:
                path = getattr(holder, attribute, None)
                if isinstance(path, str) and self.name(path) != path:
                    setattr(holder, attribute, self.name(path))
            if isinstance(getattr(module, "__path__", None), list):
                module.__path__[:] = [self.name(path) for path in module.__path__]
        for value in vars(sys.modules["builtins"]).values():  # `license` and the like
            if type(value).__name__ == "_Printer":
                value._Printer__filenames = [self.name(path) for path in value._Printer__filenames]
        self.seen = len(sys.modules)

    def find_spec(self, name, path=None, target=None):
        """Of sys.meta_path: submodules are still found after their package got a neutral path."""
        real = {neutral: path for path, neutral in self.names.items()}
        if path and any(place in real for place in path):
            return importlib.machinery.PathFinder.find_spec(name, [real.get(place, place) for place in path], target)


def begin(label, out):
    """What both jobs need: the cases, and a file that gets one line per case."""
    sys.path.insert(0, HERE)
    warnings.simplefilter("ignore")
    import golden_cases

    done = set()
    if os.path.exists(out):
        with open(out) as f:
            for line in f:
                done.add(json.loads(line)["case"])
    place = tempfile.mkdtemp()
    os.chdir(place)
    return golden_cases.cases(), done, open(out, "a"), Producer(label)


def dump(out, label):
    cases, done, lines, producer = begin(label, out)
    import uuid

    import golden_cases
    import golden_info
    import golden_judge

    ids, neutral = Ids(), Neutral()
    if producer.loader == "dill":  # it writes a module by reference when its file is where the interpreter is
        for name in ("base_prefix", "base_exec_prefix", "exec_prefix", "prefix", "real_prefix"):
            if hasattr(sys, name):
                setattr(sys, name, "/usr")
    uuid.uuid4 = ids
    neutral.apply()
    freeze()
    roots = [name for name in golden_cases.MODULES if "." not in name]
    for case in cases:
        if case.name in done or not case.runs_on(sys.version_info):
            continue
        watch()
        lines.write(json.dumps({"case": case.name}) + "\n")  # if it is the last line, this case ended the process
        lines.flush()
        for root in roots:
            golden_cases.uninstall(root)
            golden_cases.install(root)
        main = golden_judge.new_main()
        golden_judge.forget()
        ids.begin(case.name)
        found = {"case": case.name}
        before = set(sys.modules)
        exec(compile(case.source, "golden_source.py", "exec", 0, True), vars(main))
        neutral.apply()
        registered = []
        try:
            producer.register(case.by_value)
            registered = case.by_value
            found["payload"] = base64.b64encode(producer.dumps(main.x)).decode("ascii")
        except BaseException as e:
            found["error"] = golden_info.clean(neutral.text("%s: %s" % (type(e).__name__, e)))[:300]
        found["object"] = golden_info.Describer(case.by_value)(main.x)
        producer.unregister(registered)
        found["calls"] = golden_judge.called(main.x, case.calls)
        for name in set(sys.modules) - before:
            if name.startswith("dyn"):
                del sys.modules[name]
        lines.write(json.dumps(found) + "\n")
        lines.flush()
        main.__dict__.clear()
        del main, found
        gc.collect()


def check(raw, out, label):
    cases, done, lines, producer = begin(label, out)
    import golden_judge

    neutral = Neutral()
    records = read_lines(raw)
    freeze()
    for case in cases:
        record = records.get(case.name)
        if case.name in done or not record or "payload" not in record:
            continue
        watch()
        lines.write(json.dumps({"case": case.name}) + "\n")
        lines.flush()
        found = {"case": case.name}
        payload = base64.b64decode(record["payload"])
        options = {"loader": producer.loader, "modules": ",".join(case.modules)}
        try:
            found["calls"] = golden_judge.called(golden_judge.load(payload, options), case.calls)
        except BaseException as e:
            found["loads"] = golden_judge.clean(neutral.text("%s: %s" % (type(e).__name__, e)))[:300]
        else:
            try:
                found["unequal"] = golden_judge.difference(payload, payload, options, case.calls)
            except BaseException as e:
                found["unequal"] = golden_judge.clean("%s: %s" % (type(e).__name__, e))
        lines.write(json.dumps(found) + "\n")
        lines.flush()
        gc.collect()


def watch():
    """Ends the process when a case takes twenty seconds: a loaded lock can be one that nobody opens."""
    import faulthandler

    try:
        faulthandler.dump_traceback_later(20, exit=True)
    except RuntimeError:  # no threads: pyodide
        pass


def freeze():
    """What is there now stays: the collections between cases need not look at it."""
    if hasattr(gc, "freeze"):
        gc.freeze()


def read_lines(path):
    """Records by case. A case whose only line has no more than its name ended the process."""
    records = {}
    with open(path) as f:
        for line in f:
            record = json.loads(line)
            records[record["case"]] = record
    return records


# --- the matrix ----------------------------------------------------------------------------------------------------


def interpreters():
    """`3.11` -> path of it: from PATH, and what pyenv has."""
    found = {}
    for python in MATRIX:
        places = [shutil.which("python" + python)]
        root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
        places += sorted(glob.glob(os.path.join(root, "versions", python + ".*", "bin", "python")))
        for place in places:
            if place and answers(place, python):
                found[python] = place
    return found


def answers(place, python):
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.run([place, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode().strip() == python
    except OSError:
        return False


def fetch(name, release):
    """The release, unpacked: pure Python, one copy serves every interpreter."""
    place = os.path.join(WORK, "releases", "%s-%s" % (name, release))
    if not os.path.isdir(place):
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-compile", "--target", place]
            + ["%s==%s" % (name, release)],
            check=True,
        )
    return place


def place_of(label):
    name, release = label.split(" ")[:2]
    if label not in COPIES:
        return fetch(name, release)
    release, package, form = COPIES[label]
    place = os.path.join(WORK, "releases", label.replace(" ", "-"))
    if os.path.isdir(place):
        return place
    source = os.path.join(fetch("cloudpickle", release), "cloudpickle")
    parts = package.split(".")
    for n in range(1, len(parts)):
        os.makedirs(os.path.join(place, *parts[:n]))
        open(os.path.join(place, *(parts[:n] + ["__init__.py"])), "w").close()
    target = os.path.join(place, *parts)
    if form == "module":
        shutil.copy(os.path.join(source, "cloudpickle.py"), target + ".py")
        return place
    os.makedirs(target)
    for file in glob.glob(os.path.join(source, "*.py")):
        with open(file, encoding="utf-8") as f:
            text = re.sub(r"^from cloudpickle\.", "from %s." % package, f.read(), flags=re.M)
        with open(os.path.join(target, os.path.basename(file)), "w", encoding="utf-8") as f:
            f.write(text)
    return place


def job(python, interpreter, label, arguments, out):
    """Runs until every case has its line: a case that ends the process is noted, and passed over the next time."""
    environment = dict(os.environ, PYTHONHASHSEED="0", PYTHONPATH=place_of(label), PYTHONDONTWRITEBYTECODE="1")
    environment.pop("PYTHONSTARTUP", None)
    for _ in range(60):
        if python == "3.14":
            command = ["node", os.path.join(HERE, "golden_pyodide.mjs"), interpreter, place_of(label), ROOT]
        else:
            # Without address randomisation, where it can be switched off: sets of classes and some hashes show it.
            command = FIXED_ADDRESSES + [interpreter, "-s", os.path.abspath(__file__)]
        ran = subprocess.run(command + arguments + [label], env=environment, stderr=subprocess.PIPE)
        if ran.returncode == 0:
            return
        text = ran.stderr.decode("utf-8", "replace")
        if not os.path.exists(out) or "Traceback" in text and "pyodide_fatal_error" not in text:
            raise SystemExit(text)
        last = list(read_lines(out).items())[-1][1]
        if len(last) > 1:
            raise SystemExit("%s %s after %s:\n%s" % (python, label, last["case"], text))
        print("%s %s: %s ended the process: %s" % (python, label, last["case"], text[-1000:]))
    raise SystemExit("too many cases ended the process")


def pyodide():
    """Where the npm package pyodide is: CPython 3.14 under node. None without npm."""
    place = os.path.join(WORK, "pyodide")
    package = os.path.join(place, "node_modules", "pyodide")
    if not os.path.isdir(package):
        if not shutil.which("npm"):
            return None
        os.makedirs(place, exist_ok=True)
        subprocess.run(["npm", "init", "-y"], cwd=place, stdout=subprocess.PIPE, check=True)
        subprocess.run(["npm", "install", "pyodide@314.0.7"], cwd=place, stdout=subprocess.PIPE, check=True)
    return package


def make(only, text, keep):
    found = interpreters()
    if "3.14" not in found and pyodide():
        found["3.14"] = pyodide()
    for python, labels in MATRIX.items():
        if only and "py" + python not in only:
            continue
        if python not in found:
            print("py%s is not there: its file stays as it is" % python)
            continue
        place = os.path.join(WORK, "raw", "py" + python)
        os.makedirs(place, exist_ok=True)
        for label in labels:
            raw = os.path.join(place, label.replace(" ", "-") + ".jsonl")
            checked = raw.replace(".jsonl", ".check")
            if (text and text not in label) or (keep and os.path.exists(checked)):
                continue
            for file in (raw, checked):
                if os.path.exists(file):
                    os.remove(file)
            job(python, found[python], label, ["dump", raw], raw)
            job(python, found[python], label, ["check", raw, checked], checked)
            print("py%s %s: %s" % (python, label, summary(*counts(read_lines(raw), read_lines(checked)))))
            sys.stdout.flush()
        pack(python, labels, place)
    write_readme()


# --- packing -------------------------------------------------------------------------------------------------------


def counts(records, checks):
    written = [name for name, record in records.items() if "payload" in record]
    loading = [name for name in written if "calls" in checks.get(name, {})]
    unequal = [name for name in loading if checks[name].get("unequal")]
    return len(records), len(written), len(loading), len(unequal)


def summary(total, written, loading, unequal):
    return "%d cases, %d written, %d load, %d not equal to themselves" % (total, written, loading, unequal)


def frame(fields):
    return struct.pack("<I", len(fields)) + b"".join(struct.pack("<I", len(f)) + f for f in fields)


def pack(python, labels, place):
    import golden_cases

    made = {}
    for label in labels:
        raw = os.path.join(place, label.replace(" ", "-") + ".jsonl")
        if os.path.exists(raw):
            made[label] = read_lines(raw), read_lines(raw.replace(".jsonl", ".check"))
    compressor, data = zlib.compressobj(9), b""
    for case in golden_cases.cases():
        info = {"case": case.name, "source": case.source, "modules": case.modules, "by_value": case.by_value}
        payloads, producers, calls = [], {}, None
        for label, (records, checks) in made.items():
            record = records.get(case.name)
            if not record:
                continue
            found = producers[label] = {}
            if len(record) == 1:
                found["error"] = "ended the interpreter, or took too long"
                continue
            if calls is None:
                info["object"], calls = record["object"], record["calls"]
                info["calls"] = [list(pair) for pair in zip(case.calls, calls)]
            elif info["object"] != record["object"]:
                found["object"] = record["object"]
            if "error" in record:
                found["error"] = record["error"]
                continue
            payload = base64.b64decode(record["payload"])
            if payload not in payloads:
                payloads.append(payload)
            found["payload"] = payloads.index(payload)
            checked = checks.get(case.name, {})
            if "calls" not in checked:
                found["loads"] = checked.get("loads", "ended the interpreter, or took too long")
                continue
            different = [list(pair) for pair in zip(case.calls, checked["calls"], calls) if pair[1] != pair[2]]
            if different:
                found["calls"] = [pair[:2] for pair in different]
            if checked["unequal"]:
                found["unequal"] = checked["unequal"]
        if producers:
            info["producers"] = producers
            text = json.dumps(info, sort_keys=False, separators=(",", ":")).encode("ascii")
            data += compressor.compress(frame([case.name.encode(), text] + payloads))
    data += compressor.flush()
    os.makedirs(OUT, exist_ok=True)
    with open(os.path.join(OUT, "py%s.zlib" % python), "wb") as f:
        f.write(data)
    print("py%s: %d bytes" % (python, len(data)))


def unframe(data):
    """The records of a container."""
    at, records = 0, []
    while at < len(data):
        (count,), fields = struct.unpack_from("<I", data, at), []
        at += 4
        for _ in range(count):
            (size,) = struct.unpack_from("<I", data, at)
            fields.append(data[at + 4 : at + 4 + size])
            at += 4 + size
        records.append(fields)
    return records


README = """# Golden payloads

What releases of cloudpickle, copies of it in other packages, and dill write for %(cases)d kinds of object, and what each
object is. Made by

    python tests/python/golden.py

which finds the interpreters on `PATH` and in pyenv, fetches the releases with pip (and CPython 3.14 as the npm package
pyodide), and writes the same bytes every time (but for hashes of addresses, `__tree_hash__`, in some payloads of 3.6). `--only py3.11` makes one file. Versions used: %(pythons)s.
A file that cannot be made again stays as it is.

One file per Python, a zlib stream; the head of `golden.py` tells the format. `golden_cases.py` has the sources,
`golden_info.py` says what an object is, `golden_judge.py` loads payloads and compares them.

Producers named after another package are that release of cloudpickle under the package's module names, which is what
the package carries: pyspark 2.4.8 (0.4.3), 3.0.3 (1.1.1, one trivial edit), 3.5.3 (2.2.1), 4.0.1 (3.1.1), joblib 1.2.0
(2.2.0), 1.5.3 (3.1.2), ray 2.60.0 (3.1.2). `dill .. recurse` is `dumps(x, recurse=True)`.

In the table: *cases* that run on that Python; *written* by `dumps`; *load* with the same release on the same Python;
*as before*: of these, every sample gives what it gave on the original. The rest is in the records, with its reason.

| Python | Producer | cases | written | load | as before |
|---|---|---:|---:|---:|---:|
%(table)s

Sizes: %(sizes)s.
"""


def write_readme():
    table, sizes, names, written = [], [], set(), 0
    for python in MATRIX:
        path = os.path.join(OUT, "py%s.zlib" % python)
        if not os.path.exists(path):
            continue
        with open(path, "rb") as f:
            data = f.read()
        sizes.append("`py%s.zlib` %d KiB" % (python, (len(data) + 1023) // 1024))
        infos = [json.loads(record[1].decode()) for record in unframe(zlib.decompress(data))]
        names.update(info["case"] for info in infos)
        for label in MATRIX[python]:
            mine = [info["producers"][label] for info in infos if label in info["producers"]]
            if mine:
                payloads = [one for one in mine if "payload" in one]
                loading = [one for one in payloads if "loads" not in one]
                same = [one for one in loading if "calls" not in one]
                row = (python, label, len(mine), len(payloads), len(loading), len(same))
                table.append("| %s | %s | %d | %d | %d | %d |" % row)
                written += len(payloads)
    sizes.append("%d payloads in all" % written)
    pythons = ", ".join(VERSIONS)
    text = README % dict(cases=len(names), pythons=pythons, table="\n".join(table), sizes=", ".join(sizes))
    with open(os.path.join(OUT, "README.md"), "w") as f:
        f.write(text)


def main(arguments):
    if arguments and arguments[0] == "dump":
        return dump(*arguments[1:])
    if arguments and arguments[0] == "check":
        return check(*arguments[1:])
    sys.path.insert(0, HERE)
    option = lambda name: arguments[arguments.index(name) + 1] if name in arguments else ""
    make([name for name in option("--only").split(",") if name], option("--producers"), "--keep" in arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
