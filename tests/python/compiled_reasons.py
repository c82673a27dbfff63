"""Why two payloads of one object differ, though both behave alike: what is in only one of them tells.

`reasons(ours, theirs)` gives all that are found, as texts of REASONS; none is an error of the test.
"""
import pickletools
from collections import Counter

ENUM = {"_new_member_", "_unhashable_values_", "_all_bits_", "_use_args_", "_member_map_", "_flag_mask_", "_value_repr_", "Enum.__new__"}
PROTOCOL = {"__protocol_attrs__", "__callable_proto_members_only__", "_no_init_or_replace_init", "_no_init", "_proto_hook", "__non_callable_proto_members__"}
COMPUTED = {"truediv", "mul", "pow", "getitem", "add", "sub", "mod", "join", "encode", "format", "frozenset", "or_", "and_", "slice", "tuple", "split", "replace", "eq", "ne", "lt", "le", "gt", "ge", "is_", "is_not", "contains", "not_", "neg", "invert"}


def tokens(payload):
    """The opcodes with their arguments; what is fetched from the memo stands as the str that it is, or as `GET`."""
    found, memo = [], []
    for op, arg, _ in pickletools.genops(payload):
        if op.name in ("FRAME", "PROTO"):
            continue
        if op.name == "MEMOIZE":
            memo.append(found[-1] if "UNICODE" in found[-1][0] else None)
            continue
        if "GET" in op.name:
            found.append(memo[arg] or ("GET", None))
        elif isinstance(arg, str):
            is_id = len(arg) == 32 and all(c in "0123456789abcdef" for c in arg)
            found.append(("UNICODE", "an id" if is_id else arg))
        else:
            found.append((op.name, arg))
    return found


def globals_of(found):
    """What is imported: modules and names."""
    return {(found[at - 2][1], found[at - 1][1]) for at, (op, _) in enumerate(found) if op == "STACK_GLOBAL"}


def texts(found):
    return Counter(arg for op, arg in found if op == "UNICODE")


def reasons(ours, theirs):
    one, other = tokens(ours), tokens(theirs)
    if one == other:
        return ["equal strs: which of them are one object is known only of a process"]
    if Counter(one) == Counter(other) and {"ADDITEMS", "FROZENSET"} & {op for op, _ in one}:
        return ["the order of a set: that of the hashes in a process"]
    only_ours, only_theirs = texts(one) - texts(other), texts(other) - texts(one)
    named, named_there = globals_of(one), globals_of(other)
    more, more_there = named - named_there, named_there - named
    found = []

    def because(condition, text):
        if condition:
            found.append(text)

    because("__dataclass_fields__" in only_theirs, "a dataclass: the decorator makes its methods on the worker")
    because(("collections", "namedtuple") in more, "a named tuple: collections.namedtuple makes it on the worker")
    because(ENUM & set(only_theirs), "an enum: what its metaclass notes in it is made on the worker")
    because(PROTOCOL & set(only_theirs), "a protocol: what typing puts into it is made on the worker")
    because("__forward_arg__" in only_theirs, "a str in the brackets of typing: the worker makes the forward reference")
    because(("functools", "lru_cache") in more, "functools.lru_cache: called on the worker, where cloudpickle refers to the module")
    because({name for of, name in more if of == "contextlib"}, "contextlib.contextmanager: called on the worker, where cloudpickle takes its inside apart")
    because("__slotnames__" in only_theirs, "__slotnames__: copyreg notes in a class that an instance of it was pickled")
    because("__spec__" in only_theirs, "a module as an object: without what the import machinery knows of its file")
    because("__dataclass_fields__" not in only_theirs and COMPUTED & set(only_ours), "a value is computed: by the worker, where cloudpickle has the result")
    numbers, numbers_there = ({arg for op, arg in side if op in ("BININT1", "BININT2")} for side in (one, other))
    because(any(text.startswith("(?") for text in texts(one)) and numbers_there - numbers, "re.compile with flags in the pattern: the worker finds them")
    because("PosixPath" in only_theirs, "pathlib.Path: the worker takes its own kind")
    because({name for _, name in more} & {name for _, name in more_there}, "a name that a package has from elsewhere: under the one that was imported")
    because("UnionType" in only_theirs, "a Union: under the name of typing, where cloudpickle takes the type of types")
    because(("typing", "NewType") in more, "typing.NewType: called on the worker, where cloudpickle takes its inside apart")
    because(set(only_ours) == {"__doc__"} and not only_theirs, "__doc__: None, as in a base of the standard library")
    because(("_functools", "reduce") in more_there, "a parameter of typing with a default: the worker adds it")
    because(("typing", "AnyStr") in more, "a TypeVar of typing: by its name, where cloudpickle takes an attribute of the module")
    made = [sum(1 for token in side if token[0] == "REDUCE") for side in (one, other)]
    nested = ("typing", "Union") in named & named_there and (made[0] != made[1] or not only_ours and not only_theirs)
    because(not found and nested, "a Union in a Union: typing makes one of them on the worker")
    return found
