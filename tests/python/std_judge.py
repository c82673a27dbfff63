# What tests/std_types.rs and tests/std_objects.rs ask: a script has values by kind, and for each kind a function that says what an object is as JSON.
# Without arguments: writes a JSON line for each pickle. `check`: reads pairs of pickles in hex and says of each whether both load as the same.
from __future__ import print_function
import binascii, json, pickle, sys

if sys.version_info[0] == 2:
    import cPickle
    dumps = cPickle.dumps
else:
    dumps = pickle.dumps


def hexed(data):
    return binascii.hexlify(data).decode("ascii")


def write(values, fields):
    for kind, items in values():
        for n, x in enumerate(items):
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                try:
                    data = dumps(x, protocol)
                except TypeError:
                    # Slots below protocol 2.
                    continue
                back = pickle.loads(data)
                print(json.dumps({"kind": kind, "nth": n, "protocol": protocol, "data": hexed(data), "fields": fields[kind](back), "repr": repr(back)}))


def check(fields, is_apart, has_repr):
    for line in sys.stdin:
        kind, a, b = line.split()
        try:
            a, b = pickle.loads(binascii.unhexlify(a)), pickle.loads(binascii.unhexlify(b))
            if type(a) is not type(b):
                print("types %r, %r" % (type(a), type(b)))
            elif fields[kind](a) != fields[kind](b) or has_repr(a) and repr(a) != repr(b):
                print("%r is not %r" % (a, b))
            elif not is_apart(kind, a) and not a == b:
                print("%r != %r" % (a, b))
            else:
                print("same")
        except Exception as e:
            print("%s: %s" % (type(e).__name__, e))


def run(values, fields, is_apart, has_repr=lambda x: True):
    if sys.argv[1:] == ["check"]:
        check(fields, is_apart, has_repr)
    else:
        write(values, fields)
