"""Writes code objects of the standard library, and what `dis`, cloudpickle and the code objects themselves say of them.

    python codes.py OUT STEP FIRST      every STEP-th module from the FIRST on, cloudpickle on PYTHONPATH

OUT is a sequence of records of four fields, each a length of four bytes (little-endian) and so many bytes: the file, its module code as
cloudpickle writes it, the text of `dis.dis`, and facts, a line each, about every code object in the order of that text, behind a line with
the modules that are loaded. In the text the address of a code object is `0x...`.

    code NAME
    globals NAME:rwd ..         cloudpickle's _extract_code_globals; whether it is read, written, deleted
    names NAME ..               what LOAD_NAME and its like read
    attributes NAME ..
    imports LEVEL:MODULE:NAMES ..
    submodules NAME ..          cloudpickle's _find_imported_submodules for a few packages
    lines START-END:LINE ..     co_lines (3.10 and later)
    positions COUNT*LINE,END,COLUMN,END ..      co_positions (3.11 and later), runs of equal ones
    starts OFFSET:START ..      start_offset where it is not the offset (3.13 and later)
"""

import dis
import io
import itertools
import os
import struct
import sys
import types
import warnings

import cloudpickle
import cloudpickle.cloudpickle as inner
import concurrent.futures  # noqa: F401
import email.mime.text  # noqa: F401
import importlib.util  # noqa: F401
import json.encoder  # noqa: F401
import logging.handlers  # noqa: F401
import xml.etree.ElementTree  # noqa: F401

OP = dis.opmap
PACKAGES = [concurrent, email, importlib, json, logging, xml]
MODULES = sorted(name for name in sys.modules if name.split(".")[0] in [package.__name__ for package in PACKAGES])
READ_NAME = {OP[name] for name in ("LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS") if name in OP}
ATTRIBUTE = {
    OP[name] for name in ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR", "STORE_ATTR", "DELETE_ATTR") if OP.get(name, 256) < 256
}
CHANGES = {OP["LOAD_GLOBAL"]: "r", OP["STORE_GLOBAL"]: "w", OP["DELETE_GLOBAL"]: "d"}


def library():
    """The files of the standard library, by the names that their code objects get."""
    root = os.path.dirname(os.__file__)
    if not os.path.isdir(root):  # pyodide: a zip
        import zipfile

        with zipfile.ZipFile(root) as zip:
            return [(name, zip.read(name)) for name in sorted(zip.namelist()) if name.endswith(".py")]
    found = []
    for directory, directories, files in os.walk(root):
        directories[:] = sorted(set(directories) - {"site-packages", "__pycache__"})
        for name in sorted(files):
            if name.endswith(".py"):
                path = os.path.join(directory, name)
                found.append((os.path.relpath(path, root).replace(os.sep, "/"), path))
    return found


def compiled(files):
    """Module code of those files that compile."""
    for name, source in files:
        if isinstance(source, str):
            with open(source, "rb") as file:
                source = file.read()
        try:
            yield name, compile(source, name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            pass


def nested(code):
    return [const for const in code.co_consts if isinstance(const, types.CodeType)]


def walk(code):
    yield code
    for const in nested(code):
        yield from walk(const)


def text_of(code):
    """What `dis.dis` prints, with dots for addresses; what it raises when it does."""
    out = io.StringIO()
    try:
        dis.dis(code, file=out)
    except Exception as error:
        return "%s: %s\n" % (type(error).__name__, error)
    text = out.getvalue()
    for inside in walk(code):
        text = text.replace(" at 0x%x, file" % id(inside), " at 0x..., file")
    return text


class Facts:
    """What a code object uses itself."""

    def __init__(self, code):
        self.changes, self.names, self.attributes, self.imports = {}, {}, {}, []
        before = [None, None]
        for instruction in dis.get_instructions(code):
            op, value = instruction.opcode, instruction.argval
            if op == dis.EXTENDED_ARG:
                continue
            if op in CHANGES:
                self.changes.setdefault(value, set()).add(CHANGES[op])
            elif op in READ_NAME:
                self.names[value] = None
            elif op in ATTRIBUTE:
                self.attributes[value] = None
            elif op == OP["IMPORT_NAME"] and all(b and b.opname in ("LOAD_CONST", "LOAD_SMALL_INT") for b in before):
                level, names = (b.argval for b in before)
                self.imports.append("%d:%s:%s" % (level, value, ",".join(names or ())))
            before = [before[1], instruction]

    def add(self, other):
        for name, changes in other.changes.items():
            self.changes.setdefault(name, set()).update(changes)
        self.names.update(other.names)
        self.attributes.update(other.attributes)
        self.imports += other.imports


def facts_of(code, out):
    """The facts about a code object, written behind those about what is around it; those inside it come after."""
    lines = ["code " + code.co_name]
    at = len(out)
    out.append("")
    facts = Facts(code)
    for const in nested(code):
        facts.add(facts_of(const, out))
    names = inner._extract_code_globals(code)
    assert set(names) == set(facts.changes)
    lines.append("globals " + " ".join("%s:%s" % (n, "".join(c for c in "rwd" if c in facts.changes[n])) for n in names))
    lines.append("names " + " ".join(facts.names))
    lines.append("attributes " + " ".join(facts.attributes))
    lines.append("imports " + " ".join(facts.imports))
    modules = sys.modules
    found = [m.__name__ for m in inner._find_imported_submodules(code, PACKAGES)]
    assert sys.modules is modules
    lines.append("submodules " + " ".join(sorted(found)))
    if hasattr(code, "co_lines"):
        lines.append("lines " + " ".join("%d-%d:%s" % line for line in code.co_lines()))
    if hasattr(code, "co_positions"):
        runs = itertools.groupby(code.co_positions())
        lines.append("positions " + " ".join("%d*%s,%s,%s,%s" % (len(list(run)), *key) for key, run in runs))
    if sys.version_info >= (3, 13):
        starts = ((i.offset, i.start_offset) for i in dis.get_instructions(code) if i.start_offset != i.offset)
        lines.append("starts " + " ".join("%d:%d" % start for start in starts))
    out[at] = "".join(line + "\n" for line in lines)
    return facts


def main(out, step, first):
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(10000)
    files = library()[int(first) :: int(step)]
    with open(out, "wb") as file:
        for name, code in compiled(files):
            facts = [" ".join(MODULES) + "\n"]
            facts_of(code, facts)
            try:
                payload = cloudpickle.dumps(code)
            except RecursionError:
                continue
            for field in (name, payload, text_of(code), "".join(facts)):
                field = field if isinstance(field, bytes) else field.encode("utf-8", "surrogatepass")
                file.write(struct.pack("<I", len(field)) + field)


if __name__ == "__main__":
    main(*sys.argv[1:])
