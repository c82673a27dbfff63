"""judge.py for Python 2.7: the same requests and answers, of them V, E, D, R, T, L and X.

E compares types, values (floats by their bits) and sharing; dicts and sets by key, as their order means nothing here.
Options it knows: protocol=, pickler=c or py, optimize=1, annotate=, indentlevel=, pickles=N, sharing=0. Persistent ids
load as the tuple ("persistent id", id).
"""

import cPickle
import copy_reg
import cStringIO
import os
import pickle
import pickletools
import struct
import sys
import traceback
import types


def load(payload, options):
    unpickler = cPickle.Unpickler(cStringIO.StringIO(payload))
    unpickler.persistent_load = lambda pid: ("persistent id", pid)
    if "pickles" in options:
        return [unpickler.load() for _ in range(int(options["pickles"]))]
    return unpickler.load()


class Different(Exception):
    pass


class Comparison(object):
    def __init__(self, options):
        self.sharing = options.get("sharing") != "0"
        self.there, self.back, self.seen, self.alive, self.work = {}, {}, set(), [], []

    def run(self, a, b):
        self.work.append((a, b, "x"))
        while self.work:
            a, b, path = self.work.pop()
            if type(a) is not type(b):
                raise Different("at %s: %s | %s" % (path[-200:], type(a).__name__, type(b).__name__))
            if isinstance(a, float):
                if struct.pack("<d", a) != struct.pack("<d", b):
                    raise Different("at %s: %r | %r" % (path[-200:], a, b))
            elif a is None or type(a) in (bool, int, long, str, unicode, complex) or type(a) is tuple and not a:
                if a != b:
                    raise Different("at %s: %.80r | %.80r" % (path[-200:], a, b))
            elif self.is_new(a, b, path) and a is not b:
                for step, x, y in self.parts(a, b, path):
                    self.work.append((x, y, path[-200:] + step))

    def is_new(self, a, b, path):
        self.alive.append((a, b))
        pair = (id(a), id(b))
        if not self.sharing:
            new = pair not in self.seen
            self.seen.add(pair)
            return new
        if self.there.get(id(a)) is None and self.back.get(id(b)) is None:
            self.there[id(a)], self.back[id(b)] = id(b), id(a)
            return True
        if self.there.get(id(a)) != id(b) or self.back.get(id(b)) != id(a):
            raise Different("at %s: sharing of %s" % (path[-200:], type(a).__name__))
        return False

    def parts(self, a, b, path):
        if isinstance(a, types.InstanceType):
            return [(".__class__", a.__class__, b.__class__), (".__dict__", a.__dict__, b.__dict__)]
        if isinstance(a, (type, types.ClassType)):
            raise Different("at %s: %r | %r" % (path[-200:], a, b))
        found = []
        if isinstance(a, (tuple, list)):
            found = [("[%d]" % i, x, y) for i, (x, y) in enumerate(self.same_length(list(a), list(b), path))]
        elif isinstance(a, dict):
            self.same_length(a, b, path)
            keys = self.matched(a, b, path)
            found = [("[%.40r]" % k, dict.__getitem__(a, k), dict.__getitem__(b, l)) for k, l in keys]
            found += [(".keys(%.40r)" % k, k, l) for k, l in keys]
        elif isinstance(a, (set, frozenset)):
            self.same_length(a, b, path)
            found = [("{%.40r}" % x, x, y) for x, y in self.matched(a, b, path)]
        elif isinstance(a, bytearray):
            found = [("<bytes>", bytes(a), bytes(b))]
        if type(a) in (tuple, list, dict, set, frozenset, bytearray):
            return found
        mine, other = self.reduced(a), self.reduced(b)
        if isinstance(mine, str) or isinstance(other, str):
            return found + [("<name>", mine, other)]
        if isinstance(a, (set, frozenset)):
            mine[1], other[1] = mine[1][1:], other[1][1:]
        for i, (x, y) in enumerate(zip(mine, other)):
            if i == 1:
                found += [("<arg %d>" % n, v, w) for n, (v, w) in enumerate(self.same_length(x, y, path))]
            elif not (i == 4 and isinstance(a, dict)):
                found.append(("<reduce %d>" % i, x, y))
        return found

    def same_length(self, a, b, path):
        if len(a) != len(b):
            raise Different("at %s: %d | %d items" % (path[-200:], len(a), len(b)))
        return zip(a, b)

    def matched(self, a, b, path):
        there = dict((key, key) for key in b)
        pairs, rest = [], []
        for key in a:
            if key in there:
                pairs.append((key, there.pop(key)))
            else:
                rest.append(key)
        return pairs + zip(sorted(rest, key=self.look), sorted(there, key=self.look))

    def look(self, value):
        return type(value).__name__, repr(value) if isinstance(value, float) else ""

    def reduced(self, value):
        reducer = copy_reg.dispatch_table.get(type(value))
        value = reducer(value) if reducer else value.__reduce_ex__(2)
        if isinstance(value, str):
            return value
        value = list(value) + [None] * (5 - len(value))
        for at in (3, 4):
            if value[at] is not None:
                value[at] = list(value[at])
        self.alive.append(value)
        return value


def version(options, fields):
    return ["%d.%d.%d" % sys.version_info[:3]]


def equal(options, fields):
    a = load(fields[0], options)
    try:
        b = load(fields[1], options)
    except Exception as e:
        return ["the second cannot be loaded: %s: %s" % (type(e).__name__, e)]
    try:
        Comparison(options).run(a, b)
    except Different as e:
        return [str(e).replace("\n", " ")]
    return [""]


def dumps(options, fields):
    module = pickle if options.get("pickler") == "py" else cPickle
    data = module.dumps(load(fields[0], options), int(options.get("protocol", 0)))
    return [pickletools.optimize(data) if options.get("optimize") == "1" else data]


def representation(options, fields):
    return [repr(load(fields[0], options))]


def disassembly(options, fields):
    out = cStringIO.StringIO()
    why = ""
    try:
        pickletools.dis(fields[0], out, None, int(options.get("indentlevel", 4)), int(options.get("annotate", 0)))
    except Exception as e:
        why = str(e)
    return [out.getvalue(), why]


def loads(options, fields):
    load(fields[0], options)
    return [""]


def run(options, fields):
    space = {"__name__": "judge_source", "x": load(fields[0], options) if fields[0] else None, "r": None}
    exec(compile(fields[1], "<request>", "exec"), space)
    r = space["r"]
    return [r.encode("utf-8") if isinstance(r, unicode) else r if isinstance(r, str) else repr(r)]


COMMANDS = {"V": version, "E": equal, "D": dumps, "R": representation, "T": disassembly, "L": loads, "X": run}


def main():
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    while True:
        command = stdin.read(1)
        if not command:
            return
        fields = []
        for _ in range(struct.unpack("<I", stdin.read(4))[0]):
            fields.append(stdin.read(struct.unpack("<I", stdin.read(4))[0]))
        options = dict(line.split("=", 1) for line in fields[0].split("\n") if line)
        try:
            status, texts = "+", COMMANDS[command](options, fields[1:])
        except BaseException as e:
            status, texts = "-", ["%s: %s" % (type(e).__name__, e), traceback.format_exc()]
        stdout.write(status + struct.pack("<I", len(texts)) + "".join(struct.pack("<I", len(t)) + t for t in texts))
        stdout.flush()


if __name__ == "__main__":
    main()
