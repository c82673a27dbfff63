"""Makes src/reflect/compiled/table.rs: what is known of the standard library.

python3.10 make_stdlib.py names > names.json            the modules, as `sys.stdlib_module_names` of 3.10 on has them
python3.x make_stdlib.py collect names.json > 3.x.json    for each version
python3 make_stdlib.py merge 3.*.json > src/reflect/compiled/table.rs
"""
import collections.abc
import importlib
import inspect
import json
import sys
import warnings

warnings.simplefilter("ignore")
BELOW = """collections.abc concurrent.futures os.path urllib.parse urllib.request urllib.error xml.etree.ElementTree
logging.handlers importlib.util importlib.metadata importlib.abc importlib.machinery json.decoder json.encoder
unittest.mock email.message email.utils http.client http.server http.cookies http.cookiejar html.parser multiprocessing.pool""".split()
SKIPPED = {"antigravity", "this", "idlelib", "turtledemo", "lib2to3", "test", "tkinter", "turtle", "nt", "msilib", "winreg"}
HEAP_TYPE = 1 << 9
# What classes of collections.abc ask for.
ASKED = sorted({name for cls in vars(collections.abc).values() for name in getattr(cls, "__abstractmethods__", ())} - {"__hash__", "__call__"})


def own(key, target):
    """Whether it is another name of the module's own thing, not something that the module happens to import."""
    module, name = key.split()
    of, _ = target.split()
    return of.startswith("_") or of in ("posixpath", "posix", "builtins") or of.split(".")[0] == module.split(".")[0]


def collect(names):
    aliases, abstract, in_c, metaclasses, slotless, stateless, concrete = {}, {}, {}, {}, {}, {}, {}
    for name in names + BELOW:
        if name in SKIPPED:
            continue
        try:
            module = importlib.import_module(name)
        except BaseException:
            continue
        for attribute, obj in vars(module).items():
            if attribute.startswith("_") or not (inspect.isclass(obj) or inspect.isfunction(obj) or inspect.isbuiltin(obj)):
                continue
            of, qualname = getattr(obj, "__module__", None), getattr(obj, "__qualname__", None)
            if isinstance(of, str) and isinstance(qualname, str) and (of, qualname) != (name, attribute):
                try:
                    found = importlib.import_module(of)
                    for part in qualname.split("."):
                        found = getattr(found, part)
                except Exception:
                    found = None
                if found is obj:
                    aliases["%s %s" % (name, attribute)] = "%s %s" % (of, qualname)
            key = "%s %s" % (name, attribute)
            if inspect.isclass(obj):
                if type(obj) is not type:
                    metaclasses[key] = type(obj).__module__ + " " + type(obj).__qualname__
                if getattr(obj, "__abstractmethods__", None):
                    abstract[key] = sorted(obj.__abstractmethods__)
                lacking = getattr(obj, "__abstractmethods__", ())
                given = [n for n in ASKED if n not in lacking and any(n in vars(base) for base in obj.__mro__)]
                if given and (not isinstance(of, str) or of == name or name in ("builtins", "collections.abc", "typing") or own(key, "%s %s" % (of, qualname))):
                    concrete[key] = given
                if vars(obj).get("__slots__") == ():
                    slotless[key] = True
                if vars(obj).get("__static_attributes__") == ():
                    stateless[key] = True
            in_c["%s %s" % (of, qualname)] = bool(inspect.isbuiltin(obj) or (inspect.isclass(obj) and not obj.__flags__ & HEAP_TYPE))
    return [aliases, abstract, in_c, metaclasses, slotless, stateless, concrete]


def merge(files):
    versions = []
    for file in files:
        with open(file) as opened:
            versions.append(json.load(opened))

    def together(at):
        found = {}
        for version in versions:
            for key, value in version[at].items():
                found.setdefault(key, []).append(value)
        return found

    aliases = {key: found[0] for key, found in together(0).items() if found == found[:1] * len(versions) and own(key, found[0])}
    abstract = {key: found[-1] for key, found in together(1).items()}
    modules = {}
    for key, found in together(2).items():
        modules.setdefault(key.split()[0], []).append(all(found))
    in_c = sorted(name for name, found in modules.items() if sum(found) * 10 >= len(found) * 9 and name != "None")
    metaclasses = {key: found[-1] for key, found in together(3).items()}
    # The metaclass of enums has another name since 3.11.
    metaclasses = {key: value.replace("EnumType", "EnumMeta") for key, value in metaclasses.items() if not key.startswith("ctypes")}

    def rows(name, kind, lines):
        print("\npub(super) static %s: &[%s] = &[" % (name, kind))
        for line in sorted(lines):
            print("    %s," % line)
        print("];")

    def quoted(*texts):
        return "(" + ", ".join('"%s"' % text for text in texts) + ")"

    print("// Made by tests/python/make_stdlib.py with CPython 3.8 to 3.13. Do not edit.")
    print("\n/// Functions and classes that say to be of another module than they are imported from: both names.", end="")
    rows("ALIASES", "(&str, &str)", [quoted(*item) for item in aliases.items()])
    print("\n/// Classes whose metaclass is not `type`, and their metaclass.", end="")
    rows("METACLASSES", "(&str, &str)", [quoted(*item) for item in metaclasses.items()])
    print("\n/// The abstract methods of abstract classes.", end="")
    rows("ABSTRACT", "(&str, &str)", [quoted(key, " ".join(names)) for key, names in abstract.items()])
    print("\n/// What of the abstract methods of `collections.abc` classes define.", end="")
    rows("CONCRETE", "(&str, &str)", [quoted(key, " ".join(found[-1])) for key, found in together(6).items()])
    print("\n/// Modules whose functions and classes are written in C.", end="")
    rows("IN_C", "&str", ['"%s"' % name for name in in_c])
    print("\n/// Classes whose `__slots__` is the empty tuple.", end="")
    rows("SLOTLESS", "&str", ['"%s"' % name for name in together(4)])
    print("\n/// Classes whose `__static_attributes__` is the empty tuple, which the compiler of 3.13 gives them.", end="")
    rows("STATELESS", "&str", ['"%s"' % name for name in together(5)])


if __name__ == "__main__":
    if sys.argv[1] == "names":
        json.dump(sorted(name for name in sys.stdlib_module_names if name[0] != "_"), sys.stdout)
    elif sys.argv[1] == "collect":
        with open(sys.argv[2]) as file:
            json.dump(collect(json.load(file)), sys.stdout)
    else:
        merge(sys.argv[2:])
