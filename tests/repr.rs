//! `Display` is Python's `repr`, and `py_eq` its `==`: compared with CPython on the plain data of the corpus, cycles included.

mod common;

use common::{Judge, Loading, corpus, default_python};
use std::collections::HashSet;

use cloudpickle::{Obj, Value};

/// Whether an object and all below it are plain data whose `repr` does not depend on a hash order.
fn is_plain(root: Obj<'_>) -> bool {
    let mut seen = HashSet::new();
    let mut open = vec![root];
    while let Some(object) = open.pop() {
        if !seen.insert(object.value()) {
            continue;
        }
        match object.value() {
            Value::Call(_)
            | Value::Global(_)
            | Value::Persistent(_)
            | Value::Extension(_)
            | Value::Buffer(_)
            | Value::ByteString(_) => {
                return false;
            }
            Value::Set(_) | Value::FrozenSet(_) if object.len().is_ok_and(|length| length > 1) => return false,
            Value::Dict(_) => {
                for (key, value) in object.items().expect("a dict has pairs") {
                    open.extend([key, value]);
                }
            }
            Value::Tuple(_) | Value::List(_) | Value::Set(_) | Value::FrozenSet(_) => {
                open.extend(object.iter().expect("a container has items"));
            }
            _ => {}
        }
    }
    true
}

#[test]
fn display_is_repr() {
    let python = default_python();
    let mut judge = Judge::new(&python);
    let mut compared = 0;
    let mut failures = Vec::new();
    for record in corpus(&python) {
        if record.pickles != 1 || record.deep || record.payload.len() > 20_000 || !record.buffers.is_empty() {
            continue;
        }
        let Ok(pickle) = cloudpickle::loads(&record.payload) else { continue };
        if !is_plain(pickle.root()) {
            continue;
        }
        // Sharing makes some so long that Python would not come to an end.
        let shown = format!("{:.60000}", pickle.root());
        if shown.len() >= 60_000 {
            continue;
        }
        // Python refuses to print ints of more than 4300 digits.
        let Ok(expected) = judge.repr(&record.payload, &Loading::default()) else { continue };
        compared += 1;
        if shown.as_bytes() != expected {
            failures.push(format!("{}: {shown:.100} | {:.100}", record.name, String::from_utf8_lossy(&expected)));
        }
    }
    println!("{python}: repr of {compared} plain objects compared, {} differ", failures.len());
    assert!(compared > 1000, "only {compared} objects compared");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn py_eq_is_python_s() {
    let python = default_python();
    let mut judge = Judge::new(&python);
    let values = [
        "None",
        "True",
        "False",
        "0",
        "1",
        "-1",
        "2**63",
        "2**64",
        "10**30",
        "0.0",
        "-0.0",
        "1.0",
        "float('nan')",
        "float('inf')",
        "2.0**64",
        "1e300",
        "0.5",
        "''",
        "'a'",
        "'\\udc80'",
        "b''",
        "b'a'",
        "bytearray(b'a')",
        "()",
        "(1,)",
        "(1.0,)",
        "(True,)",
        "[]",
        "[1]",
        "[1.0]",
        "(1, (2, 'x'))",
        "(1.0, (2, 'x'))",
        "{}",
        "{1: 2}",
        "{1.0: 2.0}",
        "{'a': [1], 'b': 2}",
        "{'b': 2.0, 'a': [True]}",
        "set()",
        "frozenset()",
        "{1, 2}",
        "{2.0, 1.0}",
        "frozenset({1, 2})",
        "{(1, 2): {3}}",
        "{(1.0, 2): {3.0}}",
        "[[], [[]]]",
        "{frozenset({1}): 1}",
        "{frozenset({True}): 1}",
    ];
    let source = format!(
        "import pickle\nvalues = [{}]\nr = pickle.dumps((values, [[a == b for b in values] for a in values]), 5)",
        values.join(", ")
    );
    let answer = judge.run(b"", &source, &Loading::default()).expect("Python compares");
    let pickle = cloudpickle::loads(&answer).expect("CPython writes pickles");
    let (objects, table) = (pickle.root().get(0).unwrap(), pickle.root().get(1).unwrap());
    for (i, a) in objects.iter().unwrap().enumerate() {
        for (j, b) in objects.iter().unwrap().enumerate() {
            let expected = table.get(i).unwrap().get(j).unwrap().as_bool().unwrap();
            assert_eq!(a.py_eq(b), expected, "{} == {}", values[i], values[j]);
        }
    }
}

#[test]
fn cycles_are_shown_as_python_shows_them() {
    let python = default_python();
    let mut judge = Judge::new(&python);
    for source in [
        "x = []; x.append(x)",
        "x = {}; x[1] = x",
        "x = ([],); x[0].append(x)",
        "x = [{}, 1]; x[0]['a'] = (x, x[0])",
        "a = [1]; x = [a, a, (a, [a])]",
    ] {
        let source = format!("import pickle\n{source}\nr = pickle.dumps((x, repr(x)), 4)");
        let answer = judge.run(b"", &source, &Loading::default()).expect("Python pickles");
        let pickle = cloudpickle::loads(&answer).expect("CPython writes pickles");
        let (object, expected) = (pickle.root().get(0).unwrap(), pickle.root().get(1).unwrap());
        assert_eq!(object.to_string(), expected.as_str().unwrap());
    }
}
