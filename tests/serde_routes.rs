//! Reading straight from the opcodes and reading by way of a heap give the same value, for any stream.
#![cfg(feature = "serde")]

mod common;

use std::fmt;

use cloudpickle::de::Options;
use cloudpickle::{Heap, Pickler, Value};
use common::{corpus, interpreters};
use proptest::prelude::*;
use serde::de::{DeserializeOwned, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Everything that a deserializer can say.
#[derive(Debug, PartialEq)]
enum Said {
    Unit,
    Bool(bool),
    I64(i64),
    U64(u64),
    I128(i128),
    U128(u128),
    F64(u64),
    Str(String),
    Bytes(Vec<u8>),
    Seq(Vec<Said>),
    Map(Vec<(Said, Said)>),
}

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Hear;

        impl<'de> Visitor<'de> for Hear {
            type Value = Said;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }
            fn visit_unit<E>(self) -> Result<Said, E> {
                Ok(Said::Unit)
            }
            fn visit_bool<E>(self, v: bool) -> Result<Said, E> {
                Ok(Said::Bool(v))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Said, E> {
                Ok(Said::I64(v))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Said, E> {
                Ok(Said::U64(v))
            }
            fn visit_i128<E>(self, v: i128) -> Result<Said, E> {
                Ok(Said::I128(v))
            }
            fn visit_u128<E>(self, v: u128) -> Result<Said, E> {
                Ok(Said::U128(v))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Said, E> {
                Ok(Said::F64(v.to_bits()))
            }
            fn visit_str<E>(self, v: &str) -> Result<Said, E> {
                Ok(Said::Str(v.to_owned()))
            }
            fn visit_bytes<E>(self, v: &[u8]) -> Result<Said, E> {
                Ok(Said::Bytes(v.to_vec()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Said, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = items.next_element()? {
                    all.push(item);
                }
                Ok(Said::Seq(all))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Said, A::Error> {
                let mut all = Vec::new();
                while let Some(pair) = pairs.next_entry()? {
                    all.push(pair);
                }
                Ok(Said::Map(all))
            }
            fn visit_enum<A: EnumAccess<'de>>(self, variant: A) -> Result<Said, A::Error> {
                let (name, data) = variant.variant()?;
                Ok(Said::Seq(vec![Said::Str(name), data.newtype_variant()?]))
            }
        }
        deserializer.deserialize_any(Hear)
    }
}

#[derive(Deserialize, Debug, PartialEq)]
struct Record {
    #[serde(default)]
    a: Option<(i64, String)>,
    #[serde(default)]
    b: Vec<Record>,
    #[serde(default)]
    c: std::collections::BTreeMap<String, Vec<u8>>,
    #[serde(default)]
    d: Option<Box<Record>>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(untagged)]
enum Loose {
    Pair((i64, Box<Loose>)),
    Text(String),
    Many(Vec<Loose>),
    Int(i64),
    Record { a: Box<Loose> },
    Nothing,
}

#[derive(Deserialize, Debug, PartialEq)]
enum Shape {
    A,
    B(i64),
    C(i64, i64),
    D { a: Vec<Shape> },
}

/// Whether it was read directly; both ways must agree.
fn agree_as<T: DeserializeOwned + PartialEq + fmt::Debug>(input: &[u8]) -> bool {
    let direct = Options::new().direct_only(true).from_prefix::<T>(input);
    if let Ok(direct) = direct {
        let heap = Options::new().heap_only(true).from_prefix::<T>(input);
        assert_eq!(Ok(direct), heap, "{}", input.escape_ascii());
        return true;
    }
    false
}

/// In how many of these types it was read directly.
fn agree(input: &[u8]) -> usize {
    let ways = [
        agree_as::<Said>(input),
        agree_as::<()>(input),
        agree_as::<Option<Said>>(input),
        agree_as::<Vec<Said>>(input),
        agree_as::<(Said, Said)>(input),
        agree_as::<Vec<(Said, Said)>>(input),
        agree_as::<Vec<(i64, String, Said)>>(input),
        agree_as::<Vec<Vec<Said>>>(input),
        agree_as::<Vec<(Vec<Said>,)>>(input),
        agree_as::<Record>(input),
        agree_as::<Vec<Record>>(input),
        agree_as::<Loose>(input),
        agree_as::<Shape>(input),
        agree_as::<Vec<Shape>>(input),
        agree_as::<Skipped>(input),
        agree_as::<std::collections::BTreeMap<String, Said>>(input),
    ];
    ways.iter().filter(|direct| **direct).count()
}

#[derive(Clone, Debug)]
enum Made {
    None,
    Bool(bool),
    Int(i64),
    Big(i128),
    Float(f64),
    Str(String),
    Bytes(Vec<u8>),
    ByteArray(Vec<u8>),
    Tuple(Vec<Made>),
    List(Vec<Made>),
    Dict(Vec<(Made, Made)>),
    Set(Vec<Made>),
    FrozenSet(Vec<Made>),
    Instance(Vec<(String, Made)>),
    Named(Vec<Made>),
    /// The object made last once more.
    Again,
}

fn keys() -> impl Strategy<Value = Made> {
    prop_oneof![
        Just(Made::None),
        any::<i8>().prop_map(|n| Made::Int(n.into())),
        "[abcd]".prop_map(Made::Str),
        ("[abcd]", any::<i8>()).prop_map(|(text, n)| Made::Tuple(vec![Made::Str(text), Made::Int(n.into())])),
    ]
}

fn made() -> impl Strategy<Value = Made> {
    let leaf = prop_oneof![
        Just(Made::None),
        any::<bool>().prop_map(Made::Bool),
        any::<i16>().prop_map(|n| Made::Int(n.into())),
        any::<i64>().prop_map(Made::Int),
        any::<i128>().prop_map(Made::Big),
        any::<f64>().prop_map(Made::Float),
        "[ABCD]|[a-d]{0,3}|\\PC{0,4}".prop_map(Made::Str),
        proptest::collection::vec(any::<u8>(), 0..4).prop_map(Made::Bytes),
        proptest::collection::vec(any::<u8>(), 0..4).prop_map(Made::ByteArray),
        Just(Made::Again),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let items = || proptest::collection::vec(inner.clone(), 0..5);
        prop_oneof![
            items().prop_map(Made::Tuple),
            items().prop_map(Made::List),
            items().prop_map(Made::List),
            proptest::collection::vec((keys(), inner.clone()), 0..4).prop_map(Made::Dict),
            proptest::collection::vec(("[abcd]".prop_map(Made::Str), inner.clone()), 0..4).prop_map(Made::Dict),
            proptest::collection::vec(keys(), 0..3).prop_map(Made::Set),
            proptest::collection::vec(keys(), 0..3).prop_map(Made::FrozenSet),
            proptest::collection::vec(("[abcd]", inner.clone()), 0..4).prop_map(Made::Instance),
            items().prop_map(Made::Named),
        ]
    })
}

fn build(heap: &mut Heap<'_>, made: &Made, last: &mut Vec<Value>) -> Value {
    let value = match made {
        Made::None => Value::None,
        Made::Bool(bool) => Value::bool(*bool),
        Made::Int(n) => heap.int(*n),
        Made::Big(n) => heap.int(*n),
        Made::Float(float) => heap.float(*float),
        Made::Str(text) => heap.add(text.as_str()),
        Made::Bytes(bytes) => heap.bytes(bytes.clone()),
        Made::ByteArray(bytes) => heap.byte_array(bytes.clone()),
        Made::Tuple(items) => {
            let items: Vec<Value> = items.iter().map(|item| build(heap, item, last)).collect();
            heap.tuple(items)
        }
        Made::List(items) => {
            let items: Vec<Value> = items.iter().map(|item| build(heap, item, last)).collect();
            heap.list(items)
        }
        Made::Dict(pairs) => {
            let pairs: Vec<_> = pairs.iter().map(|(key, value)| (build(heap, key, last), build(heap, value, last))).collect();
            heap.dict(pairs)
        }
        Made::Set(items) | Made::FrozenSet(items) => {
            let items: Vec<Value> = items.iter().map(|item| build(heap, item, last)).collect();
            if let Made::Set(_) = made { heap.set(items) } else { heap.frozenset(items) }
        }
        Made::Instance(fields) => {
            let fields: Vec<_> = fields.iter().map(|(name, value)| (heap.str(name), build(heap, value, last))).collect();
            let class = heap.global("mod", "Class");
            let instance = heap.new_object(class, ());
            let state = heap.dict(fields);
            heap.build(instance, state).unwrap();
            instance
        }
        Made::Named(items) => {
            let items: Vec<Value> = items.iter().map(|item| build(heap, item, last)).collect();
            let class = heap.global("mod", "Named");
            let args = heap.tuple(items);
            heap.new_object(class, args)
        }
        Made::Again => return last.last().copied().unwrap_or(Value::None),
    };
    last.push(value);
    value
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_ways_give_the_same(made in made(), protocol in 1_u8..=5, optimize: bool, changes in proptest::collection::vec((any::<u16>(), any::<u8>()), 0..3)) {
        let mut heap = Heap::new();
        let root = build(&mut heap, &made, &mut Vec::new());
        let mut bytes = Pickler::new().protocol(protocol).optimize(optimize).dumps(&heap, root).unwrap();
        agree(&bytes);
        // Any change at all, opcodes more than anything.
        let opcodes = b"K(]})eaust\x85\x86\x87\x94h\x8c\x81b.N\x8f\x90\x91\x93R0";
        for (at, byte) in changes {
            let at = usize::from(at) % bytes.len();
            bytes[at] = if byte < 160 { opcodes[usize::from(byte) % opcodes.len()] } else { byte };
            agree(&bytes);
        }
    }
}

#[test]
fn both_ways_give_the_same_for_what_python_wrote() {
    let (mut streams, mut direct) = (0, 0);
    let all = interpreters();
    for python in all.iter().take(1).chain(all.last()) {
        for record in corpus(python).iter().filter(|record| record.payload.len() < 20_000) {
            streams += 1;
            direct += usize::from(agree(&record.payload) > 0);
        }
    }
    println!("{streams} streams, {direct} of them read directly as some type");
    assert!(direct > 100, "{direct}");
}

/// Items that nobody wants, and one field that somebody does.
#[derive(Deserialize, Debug, PartialEq)]
struct Skipped {
    #[serde(default)]
    b: Option<Said>,
}
