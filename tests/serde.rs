//! Rust values to Python objects and back, by serde, with CPython as the judge.
#![cfg(feature = "serde")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use cloudpickle::ser::Options as SerOptions;
use cloudpickle::{Encoding, Heap, de, from_slice, to_vec};
use common::{Judge, Loading, interpreters};
use num_bigint::BigInt;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteBuf, Bytes};

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
struct Unit;

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
struct Newtype(i32);

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
struct Pair(i32, bool);

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
struct Point {
    x: i32,
    y: f64,
}

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
struct Outer {
    inner: (Newtype, usize),
    points: Vec<Point>,
    animal: Option<Animal>,
}

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
enum Animal {
    Dog,
    Frog(String, Vec<isize>),
    Cat { age: usize, name: String },
    AntHive(Vec<String>),
}

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
#[serde(untagged)]
enum Either {
    Number(i64),
    Float(f64),
    Text(String),
    List(Vec<Either>),
    Point { x: i32, y: i32 },
}

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
#[serde(tag = "kind")]
enum Tagged {
    Circle { radius: f64 },
    Square { side: f64 },
}

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    One(i32),
    Two(i32, i32),
    Nothing,
}

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
struct Flat {
    id: u32,
    #[serde(flatten)]
    point: Point,
    #[serde(flatten)]
    rest: BTreeMap<String, Either>,
}

/// A value and what Python sees: checked through bytes of each protocol and through a heap, and read back by both routes.
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(judges: &mut [Judge], value: &T, python: &str) {
    for protocol in 0..=5 {
        let bytes = SerOptions::new().protocol(protocol).to_vec(value).unwrap();
        check_bytes(judges, &bytes, python, protocol);
        check_read(&bytes, value);
    }
    let mut heap = Heap::new();
    let object = cloudpickle::to_heap(&mut heap, value).unwrap();
    assert_eq!(cloudpickle::from_obj::<T>(heap.obj(object)).unwrap(), *value, "{python}");
    for protocol in 0..=5 {
        let bytes = cloudpickle::Pickler::new().protocol(protocol).dumps(&heap, object).unwrap();
        check_bytes(judges, &bytes, python, protocol);
        check_read(&bytes, value);
    }
    let mut written = Vec::new();
    cloudpickle::to_writer(&mut written, value).unwrap();
    assert_eq!(written, to_vec(value).unwrap());
    assert_eq!(cloudpickle::from_reader::<T>(written.as_slice()).unwrap(), *value);
    // What Python writes for the same object.
    for judge in judges {
        for protocol in 0..=judge.python().highest_protocol() {
            let bytes = judge.dumps(&written, protocol, &Loading::default()).unwrap();
            check_read(&bytes, value);
        }
    }
}

fn check_read<T: DeserializeOwned + PartialEq + Debug>(bytes: &[u8], value: &T) {
    for heap_only in [false, true] {
        match de::Options::new().heap_only(heap_only).from_slice::<T>(bytes) {
            Ok(read) => assert_eq!(read, *value, "{}", bytes.escape_ascii()),
            Err(error) => panic!("{value:?}: {error}: {}", bytes.escape_ascii()),
        }
    }
}

fn check_bytes(judges: &mut [Judge], bytes: &[u8], python: &str, protocol: u8) {
    for judge in judges {
        if protocol <= judge.python().highest_protocol() {
            let seen = judge.eval(
                bytes,
                &format!("repr(x) + repr(x == {python}) + type(x).__name__ == repr({python}) + 'True' + type({python}).__name__"),
            );
            assert_eq!(seen.as_deref(), Ok("True"), "{python}, protocol {protocol}: {}", bytes.escape_ascii());
        }
    }
}

/// The oldest and the newest interpreter.
fn judges() -> Vec<Judge> {
    let all = interpreters();
    let mut few = vec![all[0].clone()];
    few.extend((all.len() > 1).then(|| all[all.len() - 1].clone()));
    few.iter().map(Judge::new).collect()
}

#[test]
fn every_type_both_ways() {
    let judges = &mut judges();
    check(judges, &(), "None");
    check(judges, &true, "True");
    check(judges, &None::<i32>, "None");
    check(judges, &Some(false), "False");
    for n in [0_i64, 1, -1, 255, 256, -128, 65535, 65536, 1 << 31, -(1 << 31), (1 << 31) - 1, i64::MAX, i64::MIN] {
        check(judges, &n, &n.to_string());
    }
    check(judges, &i8::MIN, "-128");
    check(judges, &u16::MAX, "65535");
    check(judges, &u32::MAX, "4294967295");
    check(judges, &u64::MAX, "18446744073709551615");
    check(judges, &i128::MIN, "-(1 << 127)");
    check(judges, &u128::MAX, "(1 << 128) - 1");
    check(judges, &4.5_f64, "4.5");
    check(judges, &0.1_f32, "0.10000000149011612");
    check(judges, &f64::NEG_INFINITY, "float('-inf')");
    check(judges, &'ä', "'ä'");
    check(judges, &String::from("sträng\n\0😀"), "'sträng\\n\\0😀'");
    check(judges, &"x".repeat(300), "'x' * 300");
    check(judges, &"é".repeat(100_000), "'é' * 100000");
    check(judges, &ByteBuf::from(b"\x00\xff\n".to_vec()), "b'\\x00\\xff\\n'");
    check(judges, &ByteBuf::from(vec![]), "b''");
    check(judges, &ByteBuf::from(vec![7; 70_000]), "b'\\x07' * 70000");
    check(judges, &Vec::<i32>::new(), "[]");
    check(judges, &vec![1], "[1]");
    check(judges, &vec![1, 2, 3], "[1, 2, 3]");
    check(judges, &(0..2500).collect::<Vec<i32>>(), "list(range(2500))");
    check(judges, &(0..2001).collect::<Vec<i32>>(), "list(range(2001))");
    check(judges, &vec![vec![], vec![1], vec![], vec![2, 3]], "[[], [1], [], [2, 3]]");
    check(judges, &(1,), "(1,)");
    check(judges, &(1, "a".to_owned()), "(1, 'a')");
    check(judges, &(1, 2.5, Some('c')), "(1, 2.5, 'c')");
    check(judges, &(1, 2, 3, 4, 5), "(1, 2, 3, 4, 5)");
    check(judges, &[1, 2, 3], "(1, 2, 3)");
    check(judges, &vec![(1, vec![(2, 3)]), (4, vec![])], "[(1, [(2, 3)]), (4, [])]");
    check(judges, &((1, 2), (3, (4, 5))), "((1, 2), (3, (4, 5)))");
    check(judges, &BTreeMap::from([(1, 2), (3, 4)]), "{1: 2, 3: 4}");
    check(judges, &BTreeMap::<u8, u8>::new(), "{}");
    check(judges, &BTreeMap::from([((1, true), "x".to_owned())]), "{(1, True): 'x'}");
    check(judges, &BTreeMap::from([(None, 1), (Some('k'), 2)]), "{None: 1, 'k': 2}");
    check(judges, &(0..1500).map(|n| (n, n * n)).collect::<BTreeMap<u64, u64>>(), "{n: n * n for n in range(1500)}");
    let nested = BTreeMap::from([("a".to_owned(), BTreeMap::new()), ("b".to_owned(), BTreeMap::from([("c".to_owned(), 1)]))]);
    check(judges, &nested, "{'a': {}, 'b': {'c': 1}}");
    check(judges, &Unit, "None");
    check(judges, &Newtype(42), "42");
    check(judges, &Pair(42, false), "(42, False)");
    check(judges, &Point { x: 1, y: -0.5 }, "{'x': 1, 'y': -0.5}");
    check(judges, &Animal::Dog, "'Dog'");
    check(judges, &Animal::Frog("Henry".into(), vec![1, -2]), "{'Frog': ['Henry', [1, -2]]}");
    check(judges, &Animal::Cat { age: 5, name: "Whyskers".into() }, "{'Cat': {'age': 5, 'name': 'Whyskers'}}");
    check(judges, &Animal::AntHive(vec!["a".into(), "b".into()]), "{'AntHive': ['a', 'b']}");
    let outer =
        Outer { inner: (Newtype(3), 7), points: vec![Point { x: 1, y: 2.0 }, Point { x: 3, y: 4.0 }], animal: Some(Animal::Dog) };
    check(judges, &outer, "{'inner': (3, 7), 'points': [{'x': 1, 'y': 2.0}, {'x': 3, 'y': 4.0}], 'animal': 'Dog'}");
    check(
        judges,
        &vec![outer.clone(), Outer { animal: None, ..outer }],
        "[{'inner': (3, 7), 'points': [{'x': 1, 'y': 2.0}, {'x': 3, 'y': 4.0}], 'animal': 'Dog'}, {'inner': (3, 7), 'points': [{'x': 1, 'y': 2.0}, {'x': 3, 'y': 4.0}], 'animal': None}]",
    );
    let either = vec![
        Either::Number(1),
        Either::Float(1.5),
        Either::Text("t".into()),
        Either::List(vec![Either::Number(2)]),
        Either::Point { x: 1, y: 2 },
    ];
    check(judges, &either, "[1, 1.5, 't', [2], {'x': 1, 'y': 2}]");
    check(judges, &Tagged::Square { side: 2.0 }, "{'kind': 'Square', 'side': 2.0}");
    check(
        judges,
        &vec![Adjacent::One(1), Adjacent::Two(1, 2), Adjacent::Nothing],
        "[{'t': 'One', 'c': 1}, {'t': 'Two', 'c': (1, 2)}, {'t': 'Nothing'}]",
    );
    let flat = Flat { id: 7, point: Point { x: 1, y: 2.0 }, rest: BTreeMap::from([("extra".into(), Either::Number(3))]) };
    check(judges, &flat, "{'id': 7, 'x': 1, 'y': 2.0, 'extra': 3}");
}

#[test]
fn what_serde_has_no_word_for() {
    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Special {
        #[serde(with = "cloudpickle::with::set")]
        set: BTreeSet<i32>,
        #[serde(with = "cloudpickle::with::frozenset")]
        frozen: Vec<(i32, String)>,
        #[serde(with = "cloudpickle::with::tuple")]
        tuple: Vec<u8>,
        #[serde(with = "cloudpickle::with::list")]
        list: [i32; 2],
        #[serde(with = "cloudpickle::with::bytearray")]
        array: Vec<u8>,
        #[serde(with = "cloudpickle::with::int")]
        big: BigInt,
        #[serde(with = "cloudpickle::with::int")]
        small: BigInt,
        #[serde(with = "cloudpickle::with::decimal")]
        price: String,
        #[serde(with = "cloudpickle::with::fraction")]
        part: String,
    }
    let special = Special {
        set: BTreeSet::from([1]),
        frozen: vec![(1, "a".into())],
        tuple: vec![1, 2],
        list: [1, 2],
        array: b"a\xff".to_vec(),
        big: -(BigInt::from(1) << 200_u8),
        small: BigInt::from(-7),
        price: "19.90".into(),
        part: "1/3".into(),
    };
    check(
        &mut judges(),
        &special,
        "{'set': {1}, 'frozen': frozenset([(1, 'a')]), 'tuple': (1, 2), 'list': [1, 2], 'array': bytearray(b'a\\xff'), \
         'big': -(1 << 200), 'small': -7, 'price': __import__('decimal').Decimal('19.90'), 'part': __import__('fractions').Fraction(1, 3)}",
    );
}

#[test]
fn borrowed_from_the_input() {
    let bytes = to_vec(&("text", Bytes::new(b"\x00\xff"))).unwrap();
    for heap_only in [false, true] {
        let (text, raw): (&str, &[u8]) = de::Options::new().heap_only(heap_only).from_slice(&bytes).unwrap();
        assert_eq!((text, raw), ("text", &b"\x00\xff"[..]));
        assert!(bytes.as_ptr_range().contains(&text.as_ptr()));
    }
}

#[test]
fn older_enums() {
    let options = SerOptions::new().tuple_enums(true);
    let animals = [
        Animal::Dog,
        Animal::Frog("Henry".into(), vec![1, -2]),
        Animal::Cat { age: 5, name: "Whyskers".into() },
        Animal::AntHive(vec!["a".into(), "b".into()]),
    ];
    let python =
        ["('Dog',)", "('Frog', ['Henry', [1, -2]])", "('Cat', {'age': 5, 'name': 'Whyskers'})", "('AntHive', ['a', 'b'])"];
    let mut judges = judges();
    for (animal, python) in animals.iter().zip(python) {
        let bytes = options.to_vec(animal).unwrap();
        check_bytes(&mut judges, &bytes, python, 4);
        check_read(&bytes, animal);
    }
}

/// Instances of classes both ways: `Item` and `Pair` are made in Python.
#[test]
fn instances_both_ways() {
    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct SimpleNamespace {
        id: u32,
        tags: Vec<String>,
    }
    let value = vec![SimpleNamespace { id: 7, tags: vec!["a".into()] }, SimpleNamespace { id: 8, tags: vec![] }];
    for python in interpreters() {
        let mut judge = Judge::new(&python);
        for protocol in 0..=python.highest_protocol() {
            let options = SerOptions::new().protocol(protocol).instances_in("types");
            let bytes = options.to_vec(&value).unwrap();
            let seen = judge.eval(&bytes, "[(type(i).__name__, sorted(vars(i).items())) for i in x]");
            let wanted = "[('SimpleNamespace', [('id', 7), ('tags', ['a'])]), ('SimpleNamespace', [('id', 8), ('tags', [])])]";
            assert_eq!(seen.as_deref(), Ok(wanted), "{python} {protocol}");
            check_read(&bytes, &value);
            let written = judge.dumps(&bytes, protocol, &Loading::default()).unwrap();
            check_read(&written, &value);
        }
        #[derive(Serialize, Deserialize, Debug, PartialEq)]
        struct ParseResult(String, String, String, String, String, String);
        let url = ParseResult("http".into(), "a.example".into(), "/".into(), "".into(), "".into(), "".into());
        for protocol in 0..=python.highest_protocol() {
            let options = SerOptions::new().protocol(protocol).namedtuple("ParseResult", "urllib.parse", "ParseResult");
            let bytes = options.to_vec(&url).unwrap();
            assert_eq!(judge.eval(&bytes, "x.netloc").as_deref(), Ok("a.example"), "{python} {protocol}");
            check_read(&bytes, &url);
            let written = judge.dumps(&bytes, protocol, &Loading::default()).unwrap();
            check_read(&written, &url);
        }
    }
}

#[test]
fn what_python_has_no_word_for_in_rust() {
    let sources = [
        ("__import__('collections').OrderedDict([('a', 1), ('b', 2)])", "map"),
        ("__import__('collections').defaultdict(int, {'a': 1, 'b': 2})", "map"),
        ("__import__('collections').Counter({'a': 1, 'b': 2})", "map"),
        ("{'a': 1, 'b': 2}", "map"),
        ("__import__('collections').deque([1, 2])", "items"),
        ("{1, 2}", "items"),
        ("frozenset([1, 2])", "items"),
        ("bytearray(b'\\x01\\x02')", "items"),
        ("b'\\x01\\x02'", "items"),
        ("range(3) and (1, 2)", "items"),
        ("__import__('decimal').Decimal('1.5')", "text"),
    ];
    for python in interpreters() {
        let mut judge = Judge::new(&python);
        for (source, read_as) in &sources {
            for protocol in 0..=python.highest_protocol() {
                let code = format!("import pickle\nr = pickle.dumps({source}, {protocol})");
                let bytes = judge.run(b"", &code, &Loading::default()).unwrap();
                match *read_as {
                    "map" => check_read(&bytes, &BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)])),
                    "items" => check_read(&bytes, &vec![1_u8, 2]),
                    _ => check_read(&bytes, &"1.5".to_owned()),
                }
            }
        }
    }
}

#[test]
fn errors_say_where_and_what() {
    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct Users {
        users: Vec<BTreeMap<String, (i32, Option<bool>)>>,
    }
    let bytes = to_vec(&BTreeMap::from([("users", vec![BTreeMap::from([("it's", (1, "x"))])])])).unwrap();
    let errors: [(String, &str); 8] = [
        (
            from_slice::<Users>(&bytes).unwrap_err().to_string(),
            "a boolean wanted, string \"x\" found at users[0][\"it's\"][1] (at offset 0x1d)",
        ),
        (from_slice::<u8>(b"M\x00\x01.").unwrap_err().to_string(), "u8 wanted, integer `256` found (at offset 0x0)"),
        (from_slice::<(u8, u8)>(b"(K\x01K\x02K\x03t.").unwrap_err().to_string(), "2 items wanted, 3 items found (at offset 0x7)"),
        (from_slice::<String>(b"cos\nsystem\n.").unwrap_err().to_string(), "data wanted, global os.system found (at offset 0x0)"),
        (
            from_slice::<Vec<String>>(b"]K\x07a.").unwrap_err().to_string(),
            "a string wanted, integer `7` found at [0] (at offset 0x1)",
        ),
        (
            from_slice::<String>(b"\x8c\x03\xed\xa0\x80.").unwrap_err().to_string(),
            "text is not UTF-8 from byte 0 on (at offset 0x0)",
        ),
        (from_slice::<u8>(b"K\x07.K").unwrap_err().to_string(), "1 bytes left after STOP (at offset 0x3)"),
        (
            from_slice::<Animal>(b"K\x07.").unwrap_err().to_string(),
            "a variant, as a str or a dict of one pair wanted, int 7 found (at offset 0x0)",
        ),
    ];
    for (error, wanted) in &errors {
        assert_eq!(error, wanted);
    }
    let deep = [vec![b']'; 200], vec![b'a'; 199], vec![b'.']].concat();
    #[derive(Deserialize, Debug)]
    struct Deep(#[allow(dead_code)] Vec<Deep>);
    let error = from_slice::<Deep>(&deep).unwrap_err().to_string();
    assert!(error.starts_with("limit reached: more than 128 levels of nesting at [0][0]"), "{error}");
    assert!(de::Options::new().max_depth(200).from_slice::<Deep>(&deep).is_ok());
    let unhashable = to_vec(&BTreeMap::from([(vec![1], 2)])).unwrap_err();
    assert_eq!(unhashable.to_string(), "a list cannot be hashed, so it cannot be a dict key or a set item");
    assert_eq!(de::Options::new().encoding(Encoding::Latin1).from_slice::<String>(b"U\x01\xe9.").unwrap(), "é");
}
