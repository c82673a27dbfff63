//! What serde-pickle's documentation and its own tests promise, here: the least that a user who comes from there expects.
#![cfg(feature = "serde")]

mod common;

use std::collections::BTreeMap;

use cloudpickle::ser::Options as SerOptions;
use cloudpickle::{ErrorKind, de, from_slice, loads, to_vec};
use common::{Judge, Loading, interpreters, not_run, python2};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
enum Animal {
    Dog,
    Frog(String, Vec<isize>),
    Cat { age: usize, name: String },
    AntHive(Vec<String>),
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
struct Inner {
    a: (),
    b: usize,
    c: Vec<String>,
}

/// Both representations of enums are read, whichever way the bytes came.
#[test]
fn both_forms_of_enums() {
    let forms = [
        ("'Dog'", "('Dog',)", Animal::Dog),
        ("{'AntHive': ['ant', 'aunt']}", "('AntHive', ['ant', 'aunt'])", Animal::AntHive(vec!["ant".into(), "aunt".into()])),
        ("{'Frog': ['Henry', [1, 5]]}", "('Frog', ['Henry', [1, 5]])", Animal::Frog("Henry".into(), vec![1, 5])),
        (
            "{'Cat': {'age': 5, 'name': 'Molyneux'}}",
            "('Cat', {'age': 5, 'name': 'Molyneux'})",
            Animal::Cat { age: 5, name: "Molyneux".into() },
        ),
    ];
    for python in interpreters() {
        let mut judge = Judge::new(&python);
        for protocol in 0..=python.highest_protocol() {
            for (dict, tuple, animal) in &forms {
                for source in [dict, tuple] {
                    let code = format!("import pickle\nr = pickle.dumps([{source}, {source}], {protocol})");
                    let bytes = judge.run(b"", &code, &Loading::default()).unwrap();
                    let read = from_slice::<[Animal; 2]>(&bytes);
                    assert_eq!(read, Ok([animal.clone(), animal.clone()]), "{python} {protocol} {source}");
                }
                let seen = |judge: &mut Judge, bytes: &[u8]| judge.run(bytes, "r = repr(x)", &Loading::default());
                let options = SerOptions::new().protocol(protocol);
                assert_eq!(seen(&mut judge, &options.to_vec(animal).unwrap()).as_deref(), Ok(dict.as_bytes()));
                assert_eq!(seen(&mut judge, &options.tuple_enums(true).to_vec(animal).unwrap()).as_deref(), Ok(tuple.as_bytes()));
            }
        }
    }
}

/// Bytes are read as text where text is wanted, as serde's own `String` allows; tuples and lists for each other.
#[test]
fn what_types_take() {
    assert_eq!(from_slice::<String>(b"C\x05bytes.").as_deref(), Ok("bytes"));
    assert_eq!(from_slice::<String>(b"U\x05bytes.").as_deref(), Ok("bytes"));
    assert_eq!(from_slice::<(u8, u8, u8)>(b"](K\x01K\x02K\x03e."), Ok((1, 2, 3)));
    assert_eq!(from_slice::<[u8; 3]>(b"K\x01K\x02K\x03\x87."), Ok([1, 2, 3]));
    assert_eq!(from_slice::<Vec<u8>>(b"K\x01K\x02K\x03\x87."), Ok(vec![1, 2, 3]));
    assert_eq!(from_slice::<BTreeMap<u8, u8>>(b"}(K\x01K\x02K\x03K\x04u."), Ok(BTreeMap::from([(1, 2), (3, 4)])));
    assert_eq!(from_slice::<char>("X\x02\0\0\0ä.".as_bytes()), Ok('ä'));
    assert_eq!(from_slice::<f64>(b"K\x03."), Ok(3.0));
    let inner = Inner { a: (), b: 32, c: vec!["doc".into()] };
    assert_eq!(from_slice::<Inner>(&to_vec(&inner).unwrap()), Ok(inner));
}

/// The object of serde-pickle's `test/data/generate.py`, with an instance in it that restores its state.
#[test]
fn the_test_object() {
    let source = "
import fractions, pickle
class Class(object):
    def __init__(self):
        self.attr = 5
Class.__module__ = 'fractions'
fractions.Class = Class
obj = {'none': None, 'bools': (False, True), 'int': 100000, 'long': 10**20, 'float': 1.0, 'bytes': bytearray(b'bytes'),
    'string': 'string', 'frozenset': frozenset([0, 42]), 'tuple': (1, 2, 3), 'list': [[1, 2, 3], set([0, 42]), {}],
    'instance': Class()}
";
    #[derive(Deserialize, Debug, PartialEq)]
    struct Object {
        none: (),
        bools: (bool, bool),
        int: i32,
        long: u128,
        float: f64,
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
        string: String,
        frozenset: std::collections::BTreeSet<u8>,
        tuple: (u8, u8, u8),
        list: (Vec<u8>, std::collections::BTreeSet<u8>, BTreeMap<u8, u8>),
        instance: BTreeMap<String, u8>,
    }
    let all = interpreters();
    let two = python2();
    if two.is_none() {
        not_run("the object of serde-pickle's tests in Python 2: no python2.7");
    }
    for python in all.iter().chain(&two) {
        let mut judge = Judge::new(python);
        for protocol in 0..=python.highest_protocol() {
            let bytes = judge.run(b"", &format!("{source}\nr = pickle.dumps(obj, {protocol})"), &Loading::default()).unwrap();
            let wanted = Object {
                none: (),
                bools: (false, true),
                int: 100_000,
                long: 100_000_000_000_000_000_000,
                float: 1.0,
                bytes: b"bytes".to_vec(),
                string: "string".into(),
                frozenset: [0, 42].into(),
                tuple: (1, 2, 3),
                list: (vec![1, 2, 3], [0, 42].into(), BTreeMap::new()),
                instance: [("attr".to_owned(), 5)].into(),
            };
            assert_eq!(from_slice::<Object>(&bytes), Ok(wanted), "{python} {protocol}");
        }
    }
}

/// `x = []; x.append((x,))`: an error, or `None` in the place of the list.
#[test]
fn recursive_structures() {
    for python in interpreters() {
        let mut judge = Judge::new(&python);
        for protocol in 0..=python.highest_protocol() {
            let code = format!("import pickle\ny = []\ny.append((y,))\nr = pickle.dumps(y, {protocol})");
            let bytes = judge.run(b"", &code, &Loading::default()).unwrap();
            assert!(matches!(from_slice::<Value>(&bytes).unwrap_err().kind(), ErrorKind::Cycle), "{python} {protocol}");
            let cut: Value = de::Options::new().cycles_as_none(true).from_slice(&bytes).unwrap();
            // serde-pickle goes round once more: [([None],)].
            assert_eq!(cut, json!([[null]]), "{python} {protocol}");
        }
    }
}

#[test]
fn unresolved_globals() {
    for stream in [&b"cmodule\nname\n."[..], b"\x80\x04\x8c\x06module\x8c\x04name\x93."] {
        assert!(from_slice::<Value>(stream).is_err());
        assert_eq!(de::Options::new().globals_as_none(true).from_slice::<Value>(stream), Ok(Value::Null));
    }
}

#[test]
fn json_round_trip() {
    let original =
        json!([{"null": null, "false": false, "true": true, "int": -1238571, "float": 1.5e10, "list": [false, 5, "true", 3.8]}]);
    for protocol in 0..=5 {
        let bytes = SerOptions::new().protocol(protocol).to_vec(&original).unwrap();
        assert_eq!(from_slice::<Value>(&bytes).as_ref(), Ok(&original));
    }
}

/// Bytes at protocol 2, for which it has no opcode.
#[test]
fn bytes_at_protocol_2() {
    let original = serde_bytes::ByteBuf::from(b"123\xff\xfe".to_vec());
    let bytes = SerOptions::new().protocol(2).to_vec(&original).unwrap();
    assert_eq!(from_slice::<serde_bytes::ByteBuf>(&bytes), Ok(original));
    for python in interpreters() {
        let seen = Judge::new(&python).eval(&bytes, "repr(x)");
        assert_eq!(seen.as_deref(), Ok("b'123\\xff\\xfe'"), "{python}");
    }
}

/// Several pickles behind one another, for which serde-pickle has `reset_memo`.
#[test]
fn pickles_in_a_row() {
    let mut all = Vec::new();
    for n in 0..3 {
        cloudpickle::to_writer(&mut all, &(n, "text", ["text"; 2])).unwrap();
    }
    let (mut rest, mut reader) = (&all[..], &all[..]);
    for n in 0..3 {
        let wanted = (n, "text".to_owned(), ["text".to_owned(), "text".to_owned()]);
        let (read, length) = de::Options::new().from_prefix::<(u8, String, [String; 2])>(rest).unwrap();
        assert_eq!(read, wanted);
        rest = &rest[length..];
        assert_eq!(cloudpickle::from_reader::<(u8, String, [String; 2])>(&mut reader).unwrap(), wanted);
    }
    assert!(rest.is_empty() && reader.is_empty());
    assert!(matches!(from_slice::<(u8, String, [String; 2])>(&all).unwrap_err().kind(), ErrorKind::TrailingBytes(_)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Any bytes give a result or an error.
    #[test]
    fn strange_streams(bytes in proptest::collection::vec(any::<u8>(), 0..1000)) {
        let typed = from_slice::<Value>(&bytes);
        // Whatever is no pickle for a heap is none here.
        if loads(&bytes).is_err() {
            prop_assert!(typed.is_err());
        }
    }
}
