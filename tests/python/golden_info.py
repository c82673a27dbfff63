"""Says what a Python object is, as JSON: what a reader of its pickle should find.

Every description is `{"kind": .., ..}`. Objects with identity also have `"id": n`; met again they are `{"ref": n}`.
Plain values are `{"kind": "int", "repr": "42"}`. What goes by reference is `{"kind": "reference", "module", "name"}`.
Nothing is evaluated that would change how the object is pickled (the annotations of a class of 3.14).
"""

import base64
import collections
import copyreg
import dis
import enum
import functools
import inspect
import io
import logging
import re
import sys
import types
import typing
import weakref

PLAIN = (type(None), bool, int, float, complex, str, bytes, type(...), type(NotImplemented))
CellType = type((lambda v: lambda: v)(0).__closure__[0])
MethodWrapper = type((5).__add__)
DESCRIPTORS = {
    type(str.upper): "method descriptor",
    type(int.__add__): "slot wrapper",
    type(dict.__dict__["fromkeys"]): "classmethod descriptor",
    types.GetSetDescriptorType: "getset descriptor",
    types.MemberDescriptorType: "member descriptor",
}
VIEWS = {
    type({}.keys()): "dict_keys",
    type({}.values()): "dict_values",
    type({}.items()): "dict_items",
    type(collections.OrderedDict().keys()): "odict_keys",
    type(collections.OrderedDict().values()): "odict_values",
    type(collections.OrderedDict().items()): "odict_items",
}
SINGLE_TYPES = {type(None): "None", type(...): "Ellipsis", type(NotImplemented): "NotImplemented"}
TYPES_NAMES = {}
for _name, _value in sorted(vars(types).items()):
    if type(_value) is type and _name != "ClassType":  # cloudpickle 1.2.2 adds that name
        TYPES_NAMES.setdefault(_value, []).append(_name)
GLOBAL_OPS = ("LOAD_GLOBAL", "STORE_GLOBAL", "DELETE_GLOBAL")
BASE_GLOBALS = ("__package__", "__name__", "__path__", "__file__")
HEAP_TYPE = 1 << 9


def clean(text):
    """Without addresses, which differ from run to run."""
    return re.sub(r"0x[0-9a-fA-F]{4,}", "0x0", text)


def lookup(module, name):
    found = sys.modules.get(module)
    for part in name.split("."):
        if found is None or part == "<locals>":
            return None
        found = getattr(found, part, None)
    return found


def code_names(code):
    """Names that the code and the code inside it use as globals: own ones first, first use first."""
    names = {}
    for instruction in dis.get_instructions(code):
        if instruction.opname in GLOBAL_OPS:
            names.setdefault(instruction.argval)
    for const in code.co_consts or ():
        if isinstance(const, types.CodeType):
            for name in code_names(const):
                names.setdefault(name)
    return list(names)


def b64(data):
    return base64.b64encode(data).decode("ascii")


def signature(function, follow):
    try:
        return clean(str(inspect.signature(function, follow_wrapped=follow)))
    except (ValueError, TypeError):
        return None


class Describer:
    def __init__(self, by_value=()):
        self.by_value = set(by_value)
        self.numbers = {}
        self.alive = []

    def registered(self, module):
        parts = module.split(".")
        return any(".".join(parts[:n]) in self.by_value for n in range(1, len(parts) + 1))

    def by_reference(self, value, name):
        module = getattr(value, "__module__", None)
        if not isinstance(module, str) or module == "__main__" or self.registered(module):
            return False
        return lookup(module, name) is value

    def reference(self, value, what):
        return {
            "kind": "reference",
            "what": what,
            "module": value.__module__,
            "name": getattr(value, "__qualname__", None) or value.__name__,
        }

    def __call__(self, value):
        cls = type(value)
        if cls in PLAIN:
            return {"kind": cls.__name__, "repr": repr(value)}
        if cls is tuple and not value:
            return {"kind": "tuple", "items": []}
        if issubclass(cls, type):  # isinstance(list[int], type) holds on 3.9 and 3.10
            by_name = self.class_by_name(value)
            if by_name:
                return by_name
        number = self.numbers.get(id(value))
        if number is not None:
            return {"ref": number}
        found = {"kind": None, "id": len(self.numbers)}
        self.numbers[id(value)] = found["id"]
        self.alive.append(value)
        found.update(self.described(value, cls))
        return found

    def pairs(self, items):
        return [[str(k), self(v)] for k, v in items]

    def listed(self, values):
        return [self(v) for v in values]

    def described(self, v, cls):
        if cls in (tuple, list):
            return {"kind": cls.__name__, "items": self.listed(v)}
        if cls in (set, frozenset):
            return {"kind": cls.__name__, "items": [self(item) for item in sorted(v, key=repr)]}
        if cls is dict:
            return {"kind": "dict", "items": [[self(k), self(w)] for k, w in v.items()]}
        if cls is bytearray:
            return {"kind": "bytearray", "repr": repr(v)}
        if cls is types.FunctionType:
            return self.function(v)
        if cls is types.CodeType:
            return self.code(v)
        if cls is CellType:
            return self.cell(v)
        if isinstance(v, types.ModuleType):
            return self.module(v)
        if cls is types.MethodType:
            return {"kind": "method", "function": self(v.__func__), "self": self(v.__self__)}
        if cls is types.BuiltinFunctionType:
            if v.__self__ is None or isinstance(v.__self__, types.ModuleType):
                return self.reference(v, "builtin function")
            return {"kind": "builtin method", "name": v.__name__, "self": self(v.__self__)}
        if cls is MethodWrapper:
            return {"kind": "method wrapper", "name": v.__name__, "self": self(v.__self__)}
        if cls in DESCRIPTORS:
            return {"kind": DESCRIPTORS[cls], "name": v.__name__, "class": self(v.__objclass__)}
        if issubclass(cls, type):
            return self.class_by_value(v)
        if isinstance(v, (classmethod, staticmethod)):
            kind = "classmethod" if isinstance(v, classmethod) else "staticmethod"
            found = {"kind": kind, "class": self(cls), "function": self(v.__func__)}
            copied = functools.WRAPPER_ASSIGNMENTS + ("__wrapped__", "__isabstractmethod__", "__annotate__")
            extra = {k: w for k, w in getattr(v, "__dict__", {}).items() if k not in copied}
            return dict(found, attributes=self.pairs(extra.items())) if extra else found
        if isinstance(v, property):
            return {
                "kind": "property",
                "class": self(cls),
                "get": self(v.fget),
                "set": self(v.fset),
                "delete": self(v.fdel),
                "doc": v.__doc__,
            }
        if isinstance(v, enum.Enum):
            return {"kind": "enum member", "class": self(cls), "name": v._name_, "value": self(v._value_)}
        if isinstance(v, typing.TypeVar):
            return self.typevar(v)
        if cls.__name__ in ("ParamSpec", "TypeVarTuple", "TypeAliasType", "NewType"):
            return {"kind": cls.__name__, "module": v.__module__, "name": v.__name__}
        if cls in VIEWS:
            return {
                "kind": VIEWS[cls],
                "items": self.listed(v)
                if not VIEWS[cls].endswith("items")
                else [[self(k), self(w)] for k, w in v],
            }
        if cls is types.MappingProxyType:
            return {"kind": "mappingproxy", "items": [[self(k), self(w)] for k, w in v.items()]}
        if cls is memoryview:
            return {"kind": "memoryview", "base64": b64(bytes(v)), "readonly": v.readonly}
        if cls is weakref.WeakSet:
            return {"kind": "WeakSet", "items": [self(w) for w in sorted(v, key=hash)]}
        if isinstance(v, logging.Logger):
            return {"kind": "logger", "name": v.name, "root": isinstance(v, logging.RootLogger)}
        if isinstance(v, io.TextIOWrapper):
            return {"kind": "text file", "name": v.name, "mode": v.mode}
        if isinstance(v, functools.partial):
            found = {
                "kind": "partial",
                "class": self(cls),
                "function": self(v.func),
                "args": self.listed(v.args),
                "keywords": self.pairs(v.keywords.items()),
            }
            return dict(found, attributes=self.pairs(vars(v).items())) if getattr(v, "__dict__", None) else found
        if cls is types.SimpleNamespace:
            return {"kind": "SimpleNamespace", "attributes": self.pairs(vars(v).items())}
        if cls is slice:
            return {"kind": "slice", "items": self.listed((v.start, v.stop, v.step))}
        if isinstance(v, re.compile("").__class__):
            return {"kind": "pattern", "pattern": self(v.pattern), "flags": v.flags}
        return self.instance(v, cls)

    # --- functions and code

    def function(self, f):
        if self.by_reference(f, f.__qualname__):
            return self.reference(f, "function")
        space = f.__globals__
        names = code_names(f.__code__)
        found = {
            "kind": "function",
            "name": f.__name__,
            "qualname": f.__qualname__,
            "module": f.__module__,
            "doc": None if f.__doc__ is None else repr(f.__doc__),
            "signature": signature(f, True),
        }
        own = signature(f, False)
        if own != found["signature"]:
            found["own_signature"] = own
        # What a person is shown, as IPython does it: module and qualified name, signature.
        found["display"] = "<function %s.%s%s>" % (f.__module__, f.__qualname__, own)
        found["code"] = self(f.__code__)
        found["base_globals"] = self.pairs((k, space[k]) for k in BASE_GLOBALS if k in space)
        found["globals"] = self.pairs((k, space[k]) for k in names if k in space)
        found["not_in_globals"] = [k for k in names if k not in space]
        cells = f.__closure__
        found["closure"] = None if cells is None else self.pairs(zip(f.__code__.co_freevars, cells))
        found["defaults"] = None if f.__defaults__ is None else self.listed(f.__defaults__)
        found["kwdefaults"] = None if f.__kwdefaults__ is None else self.pairs(f.__kwdefaults__.items())
        found["annotations"] = [[k, clean(repr(v)), self(v)] for k, v in f.__annotations__.items()]
        found["attributes"] = self.pairs(f.__dict__.items())
        if getattr(f, "__type_params__", ()):
            found["type_params"] = self.listed(f.__type_params__)
        return found

    def code(self, c):
        found = {"kind": "code"}
        for name in (
            "argcount",
            "posonlyargcount",
            "kwonlyargcount",
            "nlocals",
            "stacksize",
            "flags",
            "firstlineno",
            "filename",
            "name",
            "qualname",
            "names",
            "varnames",
            "freevars",
            "cellvars",
        ):
            if hasattr(c, "co_" + name):
                found[name] = getattr(c, "co_" + name)
        found["code"] = b64(c.co_code)
        table = "linetable" if sys.version_info >= (3, 10) else "lnotab"
        found[table] = b64(getattr(c, "co_" + table))
        if hasattr(c, "co_exceptiontable"):
            found["exceptiontable"] = b64(c.co_exceptiontable)
        found["consts"] = self.listed(c.co_consts)
        return found

    def cell(self, c):
        try:
            return {"kind": "cell", "contents": self(c.cell_contents)}
        except ValueError:
            return {"kind": "cell", "empty": True}

    # --- classes

    def class_by_name(self, cls):
        if cls in SINGLE_TYPES:
            return {"kind": "type of", "value": SINGLE_TYPES[cls]}
        if type(cls) is type and cls in TYPES_NAMES:
            return {"kind": "types constant", "names": TYPES_NAMES[cls]}
        if self.by_reference(cls, cls.__qualname__):
            return self.reference(cls, "class")
        return None

    def class_of(self, value):
        """The class of an instance. One of a builtin type that no module has is only named: it is not pickled."""
        cls = type(value)
        if cls.__flags__ & HEAP_TYPE or self.class_by_name(cls):
            return self(cls)
        return dict(self.reference(cls, "class"), reachable=False)

    def class_by_value(self, cls):
        if getattr(cls, "__args__", None) is not None and isinstance(getattr(cls, "__origin__", None), type):
            # typing.List[int] of 3.6 is a class
            return {"kind": "alias", "origin": self(cls.__origin__), "args": self.listed(cls.__args__)}
        found = {
            "kind": "class",
            "name": cls.__name__,
            "qualname": cls.__qualname__,
            "module": cls.__module__,
            "doc": None if not isinstance(cls.__doc__, str) else repr(cls.__doc__),
            "metaclass_name": "%s.%s" % (type(cls).__module__, type(cls).__qualname__),
            "base_names": ["%s.%s" % (b.__module__, b.__qualname__) for b in cls.__bases__],
            "mro_names": ["%s.%s" % (b.__module__, b.__qualname__) for b in cls.__mro__],
            "metaclass": self(type(cls)),
            "bases": self.listed(cls.__bases__),
        }
        space = vars(cls)
        if "__orig_bases__" in space:
            found["orig_bases"] = self.listed(space["__orig_bases__"])
        slots = space.get("__slots__")
        if slots is not None:
            found["slots"] = [slots] if isinstance(slots, str) else [str(name) for name in slots]
        if "__abstractmethods__" in space:
            found["abstract"] = sorted(cls.__abstractmethods__)
            registered = self.registry(cls)
            found["registered"] = self.listed(registered)
        if isinstance(cls, type(enum.Enum)):
            found["enum"] = [
                {"name": name, "value": self(m._value_), "alias": m._name_ != name}
                for name, m in cls.__members__.items()
            ]
        if "__dataclass_fields__" in space:
            found["dataclass"] = self.dataclass(cls)
        if issubclass(cls, tuple) and "_fields" in space:
            found["namedtuple"] = {
                "fields": list(cls._fields),
                "defaults": self.pairs(getattr(cls, "_field_defaults", {}).items()),
            }
        members = []
        for name, value in space.items():
            if name in ("__slotnames__", "__tree_hash__", "__dict__", "__weakref__") and not isinstance(value, property):
                continue  # bookkeeping of copyreg and typing, and what every class has
            member = [name, self(value)]
            if any(vars(base).get(name, found) is value for base in cls.__bases__):
                member.append("same object in a base")
            members.append(member)
        found["members"] = members
        return found

    def registry(self, cls):
        if hasattr(cls, "_abc_registry"):
            registered = list(cls._abc_registry)
        else:
            import _abc

            registered = [ref() for ref in _abc._get_dump(cls)[0]]
        return sorted((c for c in registered if c), key=lambda c: (c.__module__, c.__qualname__))

    def dataclass(self, cls):
        import dataclasses

        fields = []
        for f in cls.__dataclass_fields__.values():
            field = {"name": f.name, "type": clean(repr(f.type)), "kind": repr(f._field_type)}
            for name in ("default", "default_factory"):
                value = getattr(f, name)
                if value is not dataclasses.MISSING:
                    field[name] = self(value)
            for name in ("init", "repr", "hash", "compare", "kw_only"):
                if isinstance(getattr(f, name, ""), (bool, type(None))):
                    field[name] = getattr(f, name)
            field["metadata"] = self.pairs(f.metadata.items())
            fields.append(field)
        params = cls.__dataclass_params__
        names = getattr(type(params), "__slots__", ())
        return {"fields": fields, "params": {name: getattr(params, name) for name in names}}

    def typevar(self, t):
        # 3.6 to 3.12 find a TypeVar of a module by its name
        if self.by_reference(t, t.__name__):
            return dict(self.reference(t, "TypeVar"))
        return {
            "kind": "TypeVar",
            "name": t.__name__,
            "module": t.__module__,
            "bound": None if t.__bound__ is None else self(t.__bound__),
            "constraints": self.listed(t.__constraints__),
            "covariant": t.__covariant__,
            "contravariant": t.__contravariant__,
        }

    # --- modules and instances

    def module(self, m):
        if m.__name__ in sys.modules and not self.registered(m.__name__):
            return {"kind": "module", "name": m.__name__, "by": "reference"}
        return {
            "kind": "module",
            "name": m.__name__,
            "by": "value",
            "vars": self.pairs((k, v) for k, v in vars(m).items() if k != "__builtins__"),
        }

    def instance(self, v, cls):
        found = {"kind": "instance", "class": self.class_of(v), "class_name": "%s.%s" % (cls.__module__, cls.__qualname__)}
        try:
            text = repr(v)
        except Exception:
            text = ""
        if text and text == clean(text) and len(text) < 200:
            found["repr"] = text
        attributes = getattr(v, "__dict__", None)
        by_value = "class" == found["class"].get("kind") or "ref" in found["class"] or cls.__module__ == "golden_pkg"
        if isinstance(attributes, dict) and attributes and not isinstance(v, type(typing.List)):
            found["attributes"] = self.pairs(attributes.items())
        if by_value:
            slots = list(slots_of(v))
            if slots:
                found["slots"] = self.pairs(slots)
            for base in (int, float, str, bytes, tuple, list, dict, set, frozenset, BaseException):
                if isinstance(v, base):
                    plain = v.args if base is BaseException else base.__new__(base) if base is dict else base(v)
                    if base is dict:
                        plain.update(v)
                    found["args" if base is BaseException else "value"] = self(plain)
                    break
            return found
        # Written in C or part of the standard library: what it reduces to says what it is.
        try:
            reducer = copyreg.dispatch_table.get(cls)
            reduced = reducer(v) if reducer else v.__reduce_ex__(4)
        except Exception as e:
            found["no_reduce"] = clean("%s: %s" % (type(e).__name__, e))
            return found
        if isinstance(reduced, str):
            found["reduce"] = reduced
            return found
        steps = {}
        for name, step in zip(("callable", "args", "state", "items", "pairs"), reduced):
            if step is None:
                continue
            if name == "callable":
                steps[name] = getattr(step, "__qualname__", None) or clean(repr(step))
            elif name == "args":
                steps[name] = [self(arg) for arg in (sorted(step, key=repr) if isinstance(step, (set)) else step)]
            elif name == "pairs":
                steps[name] = [[self(k), self(w)] for k, w in step]
            elif name == "items":
                steps[name] = self.listed(step)
            else:
                steps[name] = self(step)
        found["reduce"] = steps
        return found


def slots_of(value):
    for cls in reversed(type(value).__mro__):
        names = vars(cls).get("__slots__", ())
        for name in [names] if isinstance(names, str) else names:
            if name in ("__dict__", "__weakref__"):
                continue
            if name.startswith("__") and not name.endswith("__"):
                name = "_%s%s" % (cls.__name__.lstrip("_"), name)
            member = vars(cls).get(name)
            if isinstance(member, types.MemberDescriptorType):
                try:
                    yield name, member.__get__(value, type(value))
                except AttributeError:
                    pass
