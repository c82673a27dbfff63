//! The opcode table against `pickletools.opcodes` of every CPython there is.

mod common;

use std::collections::BTreeMap;

use cloudpickle::Opcode;
use cloudpickle::opcode::StackItem;

use common::{interpreters, python2};

/// Prints a row as `row` writes it.
const SCRIPT: &str = r#"
import pickletools
for o in pickletools.opcodes:
    print(" ".join([o.name, "%02x" % ord(o.code), o.arg.name if o.arg else "-",
                    "[%s]" % ",".join(s.name for s in o.stack_before),
                    "[%s]" % ",".join(s.name for s in o.stack_after), str(o.proto)]))
"#;

fn row(opcode: Opcode) -> String {
    let names = |items: &[StackItem]| items.iter().map(|item| item.name()).collect::<Vec<_>>().join(",");
    format!(
        "{opcode} {:02x} {} [{}] [{}] {}",
        opcode.byte(),
        opcode.operand().map_or("-", |kind| kind.name()),
        names(opcode.stack_before()),
        names(opcode.stack_after()),
        opcode.proto()
    )
}

/// The rows that a version has otherwise.
fn named_differences(major: u8) -> BTreeMap<&'static str, &'static str> {
    match major {
        // Python 2 has `long`, `unicode` and one kind of string, and memo indices of four bytes were signed.
        2 => BTreeMap::from([
            ("LONG", "LONG 4c decimalnl_long [] [long] 0"),
            ("LONG1", "LONG1 8a long1 [] [long] 2"),
            ("LONG4", "LONG4 8b long4 [] [long] 2"),
            ("STRING", "STRING 53 stringnl [] [str] 0"),
            ("BINSTRING", "BINSTRING 54 string4 [] [str] 1"),
            ("SHORT_BINSTRING", "SHORT_BINSTRING 55 string1 [] [str] 1"),
            ("UNICODE", "UNICODE 56 unicodestringnl [] [unicode] 0"),
            ("BINUNICODE", "BINUNICODE 58 unicodestring4 [] [unicode] 1"),
            ("LONG_BINGET", "LONG_BINGET 6a int4 [] [any] 1"),
            ("LONG_BINPUT", "LONG_BINPUT 72 int4 [] [] 1"),
        ]),
        _ => BTreeMap::new(),
    }
}

#[test]
fn rows_of_pickletools() {
    for python in interpreters().into_iter().chain(python2()) {
        let theirs = python.run(SCRIPT).unwrap();
        let differences = named_differences(python.version.0);
        let ours: Vec<_> = Opcode::ALL
            .iter()
            .filter(|opcode| opcode.proto() <= python.highest_protocol())
            .map(|opcode| differences.get(opcode.name()).map_or_else(|| row(*opcode), |row| (*row).to_owned()))
            .collect();
        assert_eq!(theirs.lines().collect::<Vec<_>>(), ours, "{python}");
        for (opcode, row) in differences {
            assert!(ours.iter().any(|other| other == row), "no {opcode}");
        }
        println!("{python}: {} opcodes", ours.len());
    }
}
