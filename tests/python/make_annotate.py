"""Makes src/op/annotate.rs: what `pickletools.dis` says about each opcode in its annotations.

    python3.13 tests/python/make_annotate.py > src/op/annotate.rs
"""

import pathlib
import pickletools
import platform
import re

# The rows of the table, `BININT = b'J' => BinInt(i32), ...`, know the names of the variants.
table = pathlib.Path(__file__).parents[2].joinpath("src", "opcode.rs").read_text()
variants = dict(re.findall(r"^ +([A-Z0-9_]+) += b'.+?' +=> (\w+)", table, re.M))

print("// Made by tests/python/make_annotate.py with CPython %s. Do not edit." % platform.python_version())
print('''
//! The notes of an annotated disassembly: the first line of each opcode's documentation in `pickletools`.

use crate::opcode::Opcode;

impl Opcode {
    /// What `pickletools.dis` writes behind the opcode when it annotates.
    pub(super) const fn annotation(self) -> &'static str {
        match self {''')
for opcode in pickletools.opcodes:
    print('            Self::%s => "%s",' % (variants[opcode.name], opcode.doc.split("\n", 1)[0]))
print('''        }
    }
}''')
