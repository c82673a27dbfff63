//! Types of Python's standard library, and what options say about objects that are no plain data, with CPython as the judge.
#![cfg(feature = "serde")]

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use cloudpickle::ser::Options as SerOptions;
use cloudpickle::{ErrorKind, de, from_slice, to_vec};
use common::{Judge, Loading, interpreters, not_run, python2};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
struct Event {
    #[serde(with = "cloudpickle::with::datetime")]
    at: String,
    #[serde(with = "cloudpickle::with::date")]
    day: String,
    #[serde(with = "cloudpickle::with::time")]
    clock: String,
    #[serde(with = "cloudpickle::with::timedelta")]
    took: Duration,
    #[serde(with = "cloudpickle::with::uuid")]
    id: String,
    #[serde(with = "cloudpickle::with::complex")]
    root: (f64, f64),
    #[serde(with = "cloudpickle::with::decimal")]
    price: String,
}

fn events() -> [(Event, &'static str); 3] {
    let event = Event {
        at: "2022-12-31T23:59:59.999999".into(),
        day: "0001-01-01".into(),
        clock: "00:00:00.000001".into(),
        took: Duration::new(3 * 86_400 + 7, 250_000_000),
        id: "12345678-9abc-def0-1234-56789abcdef0".into(),
        root: (1.5, -2.0),
        price: "-0.10".into(),
    };
    let eastern = Event {
        at: "2024-02-29T00:00:00-05:30".into(),
        clock: "23:59:59+00:00".into(),
        took: Duration::ZERO,
        id: "00000000-0000-0000-0000-000000000001".into(),
        ..event.clone()
    };
    let late = Event {
        at: "9999-12-31T23:59:59+23:59".into(),
        day: "9999-12-31".into(),
        id: "f".repeat(8) + "-ffff-ffff-ffff-ffffffffffff",
        ..event.clone()
    };
    [
        (
            event,
            "{'at': D.datetime(2022, 12, 31, 23, 59, 59, 999999), 'day': D.date(1, 1, 1), 'clock': D.time(0, 0, 0, 1), \
             'took': D.timedelta(3, 7, 250000), 'id': U('12345678-9abc-def0-1234-56789abcdef0'), 'root': 1.5-2j, 'price': C('-0.10')}",
        ),
        (
            eastern,
            "{'at': D.datetime(2024, 2, 29, tzinfo=D.timezone(-D.timedelta(hours=5, minutes=30))), 'day': D.date(1, 1, 1), \
             'clock': D.time(23, 59, 59, tzinfo=D.timezone.utc), 'took': D.timedelta(0), 'id': U(int=1), 'root': 1.5-2j, 'price': C('-0.10')}",
        ),
        (
            late,
            "{'at': D.datetime(9999, 12, 31, 23, 59, 59, tzinfo=D.timezone(D.timedelta(hours=23, minutes=59))), \
             'day': D.date(9999, 12, 31), 'clock': D.time(0, 0, 0, 1), 'took': D.timedelta(3, 7, 250000), \
             'id': U(int=(1 << 128) - 1), 'root': 1.5-2j, 'price': C('-0.10')}",
        ),
    ]
}

const IMPORTS: &str = "import datetime as D, pickle\nfrom uuid import UUID as U\nfrom decimal import Decimal as C\n";

#[test]
fn standard_types_both_ways() {
    for python in interpreters() {
        let mut judge = Judge::new(&python);
        for (event, source) in events() {
            for protocol in 0..=python.highest_protocol() {
                let bytes = SerOptions::new().protocol(protocol).to_vec(&event).unwrap();
                let code = format!(
                    "{IMPORTS}y = {source}\nr = repr(x) + repr(x == y) + repr(x['at'].tzinfo == y['at'].tzinfo)\nr = r == repr(y) + 'TrueTrue' or r"
                );
                let seen = judge.run(&bytes, &code, &Loading::default()).unwrap();
                assert_eq!(String::from_utf8_lossy(&seen), "True", "{python} {protocol}: {}", bytes.escape_ascii());
                assert_eq!(from_slice::<Event>(&bytes).as_ref(), Ok(&event), "{python} {protocol}: {}", bytes.escape_ascii());
                let code = format!("{IMPORTS}r = pickle.dumps({source}, {protocol})");
                let written = judge.run(b"", &code, &Loading::default()).unwrap();
                assert_eq!(from_slice::<Event>(&written).as_ref(), Ok(&event), "{python} {protocol}: {}", written.escape_ascii());
            }
        }
    }
}

#[test]
fn standard_types_of_python_2() {
    let Some(python) = python2() else { return not_run("standard types of Python 2: no python2.7") };
    let mut judge = Judge::new(&python);
    #[derive(Deserialize, Debug, PartialEq)]
    struct Old {
        #[serde(with = "cloudpickle::with::datetime")]
        at: String,
        #[serde(with = "cloudpickle::with::date")]
        day: String,
        #[serde(with = "cloudpickle::with::uuid")]
        id: String,
    }
    let old = Old {
        at: "2022-12-31T23:59:59.999999".into(),
        day: "2000-02-03".into(),
        id: "00000000-0000-0000-0000-000000000007".into(),
    };
    for protocol in 0..=2 {
        let code = format!(
            "import datetime as D, pickle, uuid\nr = pickle.dumps({{'at': D.datetime(2022, 12, 31, 23, 59, 59, 999999), 'day': D.date(2000, 2, 3), 'id': uuid.UUID(int=7)}}, {protocol})"
        );
        let written = judge.run(b"", &code, &Loading::default()).unwrap();
        // As in Python 3: the bytes of the state want `encoding='latin1'`.
        let read = de::Options::new().encoding(cloudpickle::Encoding::Latin1).from_slice::<Old>(&written);
        assert_eq!(read.as_ref(), Ok(&old), "{protocol}: {}", written.escape_ascii());
    }
}

#[test]
fn what_is_no_date() {
    #[derive(Serialize, Deserialize, Debug)]
    struct At(#[serde(with = "cloudpickle::with::datetime")] String);
    #[derive(Serialize, Deserialize, Debug)]
    struct Id(#[serde(with = "cloudpickle::with::uuid")] String);
    #[derive(Serialize, Deserialize, Debug)]
    struct Took(#[serde(with = "cloudpickle::with::timedelta")] Duration);
    assert_eq!(to_vec(&At("tomorrow".into())).unwrap_err().to_string(), "\"tomorrow\" is no datetime");
    assert_eq!(to_vec(&Id("1234".into())).unwrap_err().to_string(), "\"1234\" is no UUID");
    assert!(to_vec(&Took(Duration::MAX)).is_err());
    // Text is read as it is, anything else is not.
    assert_eq!(from_slice::<At>(b"\x8c\x03now.").unwrap().0, "now");
    let error = from_slice::<At>(b"K\x07.").unwrap_err();
    assert_eq!(error.to_string(), "datetime.datetime wanted, int 7 found (at offset 0x0)");
    assert!(matches!(from_slice::<Id>(b"}.").unwrap_err().kind(), ErrorKind::WrongType { .. }));
    // datetime.timedelta(-1)
    let negative = b"cdatetime\ntimedelta\n(J\xff\xff\xff\xffK\x00K\x00tR.";
    assert_eq!(
        from_slice::<Took>(negative).unwrap_err().to_string(),
        "a timedelta of zero or more wanted, a negative one found (at offset 0x1f)"
    );
    // A time zone without a fixed offset.
    let zoned =
        b"cdatetime\ndatetime\n(C\x0a\x07\xe6\x01\x01\x00\x00\x00\x00\x00\x00czoneinfo\nZoneInfo\n\x8c\x03CETK\x01\x86RtR.";
    let error = from_slice::<At>(zoned).unwrap_err().to_string();
    assert!(error.starts_with("a time zone with a fixed offset wanted"), "{error}");
    // A month that there is not.
    assert!(from_slice::<At>(b"cdatetime\ndatetime\n(C\x0a\x07\xe6\x0d\x01\x00\x00\x00\x00\x00\x00tR.").is_err());
    // Other formats see text and numbers.
    let json = serde_json::to_string(&(At("2022-12-31T23:59:59".into()), Took(Duration::new(86_401, 5_000)))).unwrap();
    assert_eq!(json, "[\"2022-12-31T23:59:59\",[1,1,5]]");
    let (at, took): (At, Took) = serde_json::from_str(&json).unwrap();
    assert_eq!((at.0.as_str(), took.0), ("2022-12-31T23:59:59", Duration::new(86_401, 5_000)));
}

/// What an option says of instances, classes and objects in themselves, for what each Python writes.
#[test]
fn options_for_objects() {
    let source = "
import pickle, fractions, collections
class Order(object):
    pass
Order.__module__ = 'fractions'
fractions.Order = Order
order = Order()
order.id = 7
loop = [1]
loop.append(loop)
";
    for python in interpreters() {
        let mut judge = Judge::new(&python);
        for protocol in 0..=python.highest_protocol() {
            let mut dumps = |object: &str| {
                judge.run(b"", &format!("{source}\nr = pickle.dumps({object}, {protocol})"), &Loading::default()).unwrap()
            };
            let order = dumps("order");
            let plain: BTreeMap<String, u8> = from_slice(&order).unwrap();
            assert_eq!(plain, BTreeMap::from([("id".to_owned(), 7)]), "{python} {protocol}");
            #[derive(Deserialize, Debug, PartialEq)]
            struct Named {
                #[serde(rename = "__class__")]
                class: String,
                id: u8,
            }
            let named: Named = de::Options::new().class_key("__class__").from_slice(&order).unwrap();
            assert_eq!(named, Named { class: "fractions.Order".into(), id: 7 }, "{python} {protocol}");

            let class = dumps("[Order, 1]");
            assert!(from_slice::<Vec<Option<u8>>>(&class).is_err());
            let read: Vec<Option<u8>> = de::Options::new().globals_as_none(true).from_slice(&class).unwrap();
            assert_eq!(read, [None, Some(1)], "{python} {protocol}");

            let looped = dumps("loop");
            #[derive(Deserialize, Debug, PartialEq)]
            #[serde(untagged)]
            enum Tree {
                Leaf(Option<u8>),
                Node(Vec<Tree>),
            }
            assert!(
                matches!(from_slice::<serde_json::Value>(&looped).unwrap_err().kind(), ErrorKind::Cycle),
                "{python} {protocol}"
            );
            let cut: Tree = de::Options::new().cycles_as_none(true).from_slice(&looped).unwrap();
            assert_eq!(cut, Tree::Node(vec![Tree::Leaf(Some(1)), Tree::Leaf(None)]), "{python} {protocol}");

            // Shared is not looped: it is repeated, within the budget.
            let shared = dumps("(lambda x: [x, x, x])([1, 2])");
            assert_eq!(from_slice::<Vec<Vec<u8>>>(&shared).unwrap(), vec![vec![1, 2]; 3], "{python} {protocol}");
            let laughs = dumps("__import__('functools').reduce(lambda x, _: [x] * 10, range(20), [1])");
            let few = de::Options::new().max_repeats(1000).from_slice::<serde_json::Value>(&laughs);
            assert!(matches!(few.unwrap_err().kind(), ErrorKind::LimitExceeded { limit: 1000, .. }));
        }
    }
}

/// A dict keeps the last value of a key.
#[test]
fn the_last_of_a_repeated_key() {
    #[derive(Deserialize, Debug, PartialEq)]
    struct Pair {
        a: i32,
        b: i32,
    }
    // {'a': 1, 'b': 2, 'a': 3}, the keys as different objects, and 'a' from the memo.
    let streams = [
        &b"\x80\x04}(\x8c\x01aK\x01\x8c\x01bK\x02\x8c\x01aK\x03u."[..],
        b"\x80\x04}(\x8c\x01a\x94K\x01\x8c\x01bK\x02h\x00K\x03u.",
        b"(dS'a'\nI1\nsS'b'\nI2\nsS'a'\nI3\ns.",
        b"ctypes\nSimpleNamespace\n)\x81}(X\x01\x00\x00\x00aK\x01X\x01\x00\x00\x00aK\x03X\x01\x00\x00\x00bK\x02ub.",
    ];
    let mut judge = Judge::new(&common::default_python());
    for stream in streams {
        let seen = judge.eval(stream, "sorted((x if isinstance(x, dict) else vars(x)).items())");
        assert_eq!(seen.as_deref(), Ok("[('a', 3), ('b', 2)]"));
        for heap_only in [false, true] {
            let options = de::Options::new().heap_only(heap_only);
            assert_eq!(options.from_slice::<Pair>(stream), Ok(Pair { a: 3, b: 2 }), "{}", stream.escape_ascii());
            let map: BTreeMap<String, i32> = options.from_slice(stream).unwrap();
            assert_eq!(map, BTreeMap::from([("a".into(), 3), ("b".into(), 2)]));
        }
    }
    // Names that look alike to a quick look.
    #[derive(Deserialize, Debug, PartialEq)]
    struct Alike {
        aabbb: u8,
        #[serde(rename = "aaXbbb")]
        x: u8,
        #[serde(rename = "aaYbbb")]
        y: u8,
    }
    let alike: Alike = de::Options::new()
        .heap_only(true)
        .from_slice(b"}(\x8c\x06aaXbbbK\x01\x8c\x06aaYbbbK\x02\x8c\x05aabbbK\x03\x8c\x06aaYbbbK\x04u.")
        .unwrap();
    assert_eq!(alike, Alike { aabbb: 3, x: 1, y: 4 });
}
