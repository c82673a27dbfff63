"""Prints the tables of src/compat/tables.rs from the interpreter's own `_compat_pickle`."""

import _compat_pickle as c
import sys


def pairs(name, doc, table):
    print(f"/// {doc}")
    print(f"pub(crate) const {name}: &Names = &[")
    for (a, b), (x, y) in sorted(table.items()):
        print(f'    (("{a}", "{b}"), ("{x}", "{y}")),')
    print("];\n")


def modules(name, doc, table):
    print(f"/// {doc}")
    print(f"pub(crate) const {name}: &Modules = &[")
    for a, x in sorted(table.items()):
        print(f'    ("{a}", "{x}"),')
    print("];\n")


# 3.13 dropped tix from the tables; earlier releases still map it.
to3 = dict(c.IMPORT_MAPPING)
to3.setdefault("Tix", "tkinter.tix")
to2 = dict(c.REVERSE_IMPORT_MAPPING)
to2.setdefault("tkinter.tix", "Tix")
print(f"// Made by tests/python/make_compat.py with CPython {sys.version.split()[0]}.\n")
print("//! The tables of `_compat_pickle`, sorted.\n")
print("use super::{Modules, Names};\n")
pairs("NAMES_TO_3", "Names of Python 2 that Python 3 has elsewhere (`NAME_MAPPING`).", c.NAME_MAPPING)
modules("MODULES_TO_3", "Modules of Python 2 by their names in Python 3 (`IMPORT_MAPPING`).", to3)
pairs("NAMES_TO_2", "Names of Python 3 that Python 2 has elsewhere (`REVERSE_NAME_MAPPING`).", c.REVERSE_NAME_MAPPING)
modules("MODULES_TO_2", "Modules of Python 3 by their names in Python 2 (`REVERSE_IMPORT_MAPPING`).", to2)
