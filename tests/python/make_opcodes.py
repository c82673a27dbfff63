"""Prints a table of src/bytecode/tables: the opcodes of the interpreter that runs it, from its own `opcode` and `dis`.

    for v in 8 9 10 11 12 13; do python3.$v tests/python/make_opcodes.py > src/bytecode/tables/py3$v.rs; done
    node tests/python/pyodide.mjs PYODIDE ROOT OUT make_opcodes.py > src/bytecode/tables/py314.rs

What an argument means is read from `opcode.hasconst` and its like, and from `dis` itself: an opcode whose argument it prints in a way of its
own is a name in that module.
"""

import dis
import opcode
import sys

# Opcodes that `dis` treats in a way of their own, where it has a name for them.
OWN = {
    "LOAD_GLOBAL": "Global",
    "LOAD_ATTR": "Attr",
    "LOAD_SUPER_ATTR": "SuperAttr",
    "LOAD_SMALL_INT": "SmallInt",
    "END_ASYNC_FOR": "JumpFrom",
    "LOAD_FAST_LOAD_FAST": "LocalPair",
    "LOAD_FAST_BORROW_LOAD_FAST_BORROW": "LocalPair",
    "STORE_FAST_LOAD_FAST": "LocalPair",
    "STORE_FAST_STORE_FAST": "LocalPair",
    "FORMAT_VALUE": "Format",
    "CONVERT_VALUE": "Convert",
    "MAKE_FUNCTION": "Function",
    "SET_FUNCTION_ATTRIBUTE": "Function",
    "BINARY_OP": "Binary",
    "CALL_INTRINSIC_1": "Intrinsic1",
    "CALL_INTRINSIC_2": "Intrinsic2",
    "LOAD_COMMON_CONSTANT": "Common",
    "LOAD_SPECIAL": "Special",
    "IS_OP": "Is",
    "CONTAINS_OP": "Contains",
}

ALL_NAMES = getattr(dis, "_all_opname", opcode.opname)
deopt = getattr(dis, "_deoptop", lambda op: op)
HAS_ARG = getattr(opcode, "hasarg", None)


def has_arg(op):
    return op >= opcode.HAVE_ARGUMENT if HAS_ARG is None else op in HAS_ARG


def is_backward(op):
    return hasattr(dis, "_is_backward_jump") and dis._is_backward_jump(op)


def caches(op):
    entries = getattr(opcode, "_inline_cache_entries", None)
    if entries is None:
        return 0
    return entries.get(opcode.opname[op], 0) if isinstance(entries, dict) else entries[op]


def kind(op):
    """What the argument of an opcode is; the order is that in which `dis` asks."""
    name = opcode.opname[op]
    if not has_arg(op):
        return "NoArg"
    if name == "EXTENDED_ARG":
        return "Extended"
    own = OWN[name] if name in OWN and hasattr(dis, name) else None
    if op in opcode.hasconst:
        # 3.11 resolves `LOAD_CONST` alone.
        return "Keywords" if name == "KW_NAMES" and not hasattr(dis, "RETURN_CONST") else "Const"
    if op in opcode.hasname:
        return own or "Name"
    if op in opcode.hasjabs:
        return "JumpTo"
    if op in opcode.hasjrel:
        return own if own == "JumpFrom" else "JumpBack" if is_backward(op) else "Jump"
    if own:
        return own
    if op in opcode.haslocal:
        return "Local"
    if op in opcode.hasfree:
        return "Cell"
    if op in opcode.hascompare:
        return "Compare"
    return "Number"


def compare_shift():
    """How far the operator of COMPARE_OP is shifted to the left in the argument."""
    code = compile("a >= b", "", "eval").co_code
    arg = code[code.index(bytes([opcode.opmap["COMPARE_OP"]])) + 1]
    shifts = [shift for shift in (0, 4, 5) if opcode.cmp_op[arg >> shift : (arg >> shift) + 1] == (">=",)]
    assert len(shifts) == 1, (arg, shifts)
    return shifts[0]


def texts(name, items):
    line = "        %s: &[%s]," % (name, ", ".join('"%s"' % item for item in items))
    if len(line) <= 130 and len(line) - len("        %s: &[]," % name) <= 130:
        print(line)
        return
    print("        %s: &[" % name)
    short = max(map(len, items)) <= 8
    row = "           "
    for item in items:
        if not short:
            print('            "%s",' % item)
            continue
        if len(row) + len(item) + 4 > 129:
            print(row)
            row = "           "
        row += ' "%s",' % item
    if short:
        print(row)
    print("        ],")


def main():
    names = [repr_of(item) for item in getattr(opcode, "_common_constants", [])]
    flags = getattr(dis, "FUNCTION_ATTR_FLAGS", None) or dis.MAKE_FUNCTION_FLAGS
    print("// Made by tests/python/make_opcodes.py with CPython %s. Do not edit.\n" % sys.version.split()[0])
    forms = "form, " if hasattr(dis, "_deoptop") else ""
    print("use crate::bytecode::opcode::{Kind::*, Table, Texts, %sin_order, op};\n" % forms)
    print("pub(super) static TABLE: Table = Table {")
    print("    texts: Texts {")
    print("        compare_shift: %d," % compare_shift())
    texts("compare", opcode.cmp_op)
    texts("binary", [symbol for _, symbol in getattr(opcode, "_nb_ops", [])])
    texts("intrinsic1", getattr(opcode, "_intrinsic_1_descs", []))
    texts("intrinsic2", getattr(opcode, "_intrinsic_2_descs", []))
    texts("common", names)
    texts("special", getattr(opcode, "_special_method_names", []))
    texts("function", flags)
    print("    },")
    print("    ops: in_order([")
    for op in range(256):
        base = deopt(op)
        name = ALL_NAMES[op] if op < len(ALL_NAMES) else "<%d>" % op
        known = base < len(opcode.opname) and not name.startswith("<")
        what, entries = (kind(base), caches(base)) if known else ("NoArg" if not has_arg(op) else "Number", 0)
        # What the interpreter puts in the place of another opcode while it runs.
        form = known and (base != op or name.startswith("INSTRUMENTED_") or name == "ENTER_EXECUTOR")
        print('        %s(%d, "%s", %s, %d),' % ("form" if form else "op", op, name, what, entries))
    print("    ]),")
    print("};")


def repr_of(item):
    return item.__name__ if isinstance(item, type) else repr(item)


if __name__ == "__main__":
    main()
