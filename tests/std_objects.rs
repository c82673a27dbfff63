//! Containers, arrays, files in memory, members of enums, instances and exceptions: what every CPython pickles at every protocol is read as it
//! says, and what is built, for that protocol and for others, it loads as the same.

mod common;

use std::collections::BTreeMap;

use cloudpickle::reflect::std_types::{
    Array, ArrayItem, BytesIo, ChainMap, Counter, DefaultDict, Deque, EnumValue, EnumValueParts, Exception, Instance, LogRecord,
    OrderedDict, StringIo, UserDict, UserList, UserString,
};
use cloudpickle::reflect::{Namespace, Singleton, Target, TypeOf};
use cloudpickle::text::PyStr;
use cloudpickle::{Heap, Obj, Result, Value};
use common::std::{Built, Read, Types, bits, hex};
use serde_json::{Value as Json, json};

/// `repr`; what Python 2 wrote as str may be read as bytes, and bytes are a call below protocol 3.
fn show(object: Obj<'_>) -> String {
    let text = object.to_string();
    match object.value() {
        Value::ByteString(_) => text.trim_start_matches('b').to_owned(),
        _ => text,
    }
}

fn pairs<'h>(items: impl Iterator<Item = (Obj<'h>, Obj<'h>)>) -> Json {
    items.map(|(key, value)| json!([show(key), show(value)])).collect()
}

fn items<'h>(items: impl Iterator<Item = Obj<'h>>) -> Json {
    items.map(|item| json!(show(item))).collect()
}

fn attrs<'h, N: std::fmt::Display>(attrs: impl Iterator<Item = (N, Obj<'h>)>) -> Json {
    let attrs: BTreeMap<String, String> = attrs.map(|(name, value)| (name.to_string(), show(value))).collect();
    json!(attrs.into_iter().collect::<Vec<_>>())
}

fn last_name(class: Obj<'_>) -> String {
    let (_, name) = class.as_global().expect("a class by name");
    name.rsplit('.').next().unwrap_or_default().to_owned()
}

fn read(kind: &str, object: Obj<'_>, target: &Target) -> Result<Read> {
    let python = target.python();
    /// Reads, and builds from the parts in a heap of its own.
    macro_rules! view {
        ($type:ident, |$value:ident| $fields:expr, $repr:expr) => {{
            let $value = $type::reflect(object)?;
            let mut heap = Heap::new();
            let copy = heap.copy(object);
            let parts = $type::reflect(heap.obj(copy))?.parts();
            let built = parts.build(&mut heap, target)?;
            let repr = $value.to_string();
            Read { fields: $fields, repr: $repr.then_some(repr), built: Some((heap, built)) }
        }};
    }
    Ok(match kind {
        "OrderedDict" => view!(
            OrderedDict,
            |value| {
                for (key, other) in value.items() {
                    assert_eq!(value.get(key).map(Obj::value), Some(other.value()));
                }
                assert_eq!(value.len(), value.items().count());
                let state = value.parts().state.map(|state| object.heap().obj(state));
                let state = state.into_iter().flat_map(|state| state.items().expect("a dict"));
                json!([pairs(value.items()), pairs(state)])
            },
            python >= (3, 12)
        ),
        "defaultdict" => {
            view!(DefaultDict, |value| json!([value.factory().map(last_name), pairs(value.items())]), python >= (3, 8))
        }
        "Counter" => view!(Counter, |value| pairs(value.items()), python >= (3, 8)),
        "deque" => view!(Deque, |value| json!([value.maxlen(), items(value.items())]), true),
        "ChainMap" => {
            view!(ChainMap, |value| value.maps().iter()?.map(|map| map.items().map(pairs)).collect::<Result<Json>>()?, true)
        }
        "UserDict" => view!(UserDict, |value| pairs(value.data().items()?), true),
        "UserList" => view!(UserList, |value| items(value.data().iter()?), true),
        "UserString" => view!(UserString, |value| json!(hex(value.data().as_py_str()?.as_bytes())), true),
        // 3.8 sorts the attributes.
        "namespace" => view!(Namespace, |value| attrs(value.attributes()), python >= (3, 9)),
        "array" => view!(
            Array,
            |value| {
                let item = |item| match item {
                    ArrayItem::Int(n) => n.to_string(),
                    ArrayItem::Float(x) => bits(x),
                    ArrayItem::Char(unit) => unit.to_string(),
                };
                typed(value);
                assert_eq!(value.len(), value.items().count());
                json!([value.type_code().to_string(), value.items().map(item).collect::<Vec<_>>()])
            },
            true
        ),
        "BytesIO" => view!(
            BytesIo,
            |value| json!([hex(&value.contents()), value.position(), dict_attrs(object, value.parts().dict)]),
            false
        ),
        "StringIO" => view!(
            StringIo,
            |value| {
                let newline = value.newline().map(|newline| newline.to_string());
                json!([value.contents().to_string(), value.position(), newline, dict_attrs(object, value.parts().dict)])
            },
            false
        ),
        "enum" => {
            let value = EnumValue::reflect(object)?;
            let mut heap = Heap::new();
            let copy = heap.copy(object);
            let mut values = Heap::new();
            let int = EnumValue::reflect(heap.obj(copy))?.int_value();
            let parts = EnumValue::reflect(heap.obj(copy))?.parts(&mut values).expect("all are ints");
            let parts = match (parts, int) {
                // A number made for a combination.
                (EnumValueParts::Value { class, .. }, Some(int)) if value.value().is_none() => {
                    EnumValueParts::Value { class, value: heap.add(int) }
                }
                (parts, _) => parts,
            };
            let built = parts.build(&mut heap, target)?;
            let shown = value.value().map(show).or_else(|| value.int_value().map(|int| int.to_string()));
            let fields = json!([last_name(value.class()), value.name().map(|name| name.to_string()), shown]);
            Read { fields, repr: None, built: Some((heap, built)) }
        }
        "instance" => view!(
            Instance,
            |value| {
                let class = last_name(value.class());
                for (name, attr) in value.attrs() {
                    assert_eq!(object.attr(&name.to_string_lossy())?.value(), attr.value());
                }
                assert!(object.attr("no such attribute").is_err());
                assert!(class != "Whole" || value.state().is_some());
                let contents = (class == "Reduced").then(|| [items(value.items()), pairs(value.pairs())]);
                let [list, dict] = contents.unwrap_or_default();
                json!([class, attrs(value.attrs()), list, dict])
            },
            false
        ),
        "derived" => view!(
            Instance,
            |value| {
                let class = last_name(value.class());
                let first = value.base_value().or_else(|| value.args().next());
                let number = |object: Obj<'_>| object.as_f64().map(bits);
                let shown = match &*class {
                    "Floated" => json!(number(first.expect("a value"))?),
                    "SetOf" => {
                        let mut items: Vec<_> = first.expect("a value").iter()?.map(show).collect();
                        items.sort();
                        json!(items)
                    }
                    "Bytesed" => {
                        json!(first.map_or_else(|| Ok(String::new()), |bytes| bytes.to_bytes().map(|bytes| hex(&bytes)))?)
                    }
                    "Listed" => json!(format!("[{}]", value.items().map(show).collect::<Vec<_>>().join(", "))),
                    "Mapped" => {
                        let pairs: Vec<_> = value.pairs().map(|(key, value)| format!("{}: {}", show(key), show(value))).collect();
                        json!(format!("{{{}}}", pairs.join(", ")))
                    }
                    "Pair" => {
                        let (x, y): (Obj<'_>, Obj<'_>) = object.extract()?;
                        json!(format!("({}, {})", show(x), show(y)))
                    }
                    _ => json!(show(first.expect("a value"))),
                };
                json!([class, shown, attrs(value.attrs())])
            },
            false
        ),
        "exception" => view!(Exception, |value| json!([value.class_name(), items(value.args()), items(value.notes())]), true),
        "LogRecord" => {
            let record = LogRecord::reflect(object)?;
            let (path, line) = record.place().expect("a place");
            let text = |text: Option<PyStr<'_>>| text.map(|text| text.to_string());
            let message = record.msg().map(|msg| msg.as_py_str().expect("a str").to_string());
            // `SocketHandler` has put the arguments in.
            assert!(record.args().is_some() || record.message() == message);
            let extras = attrs(record.extras());
            let created = record.created().map(bits);
            let fields = json!([
                text(record.name()),
                record.level(),
                text(record.level_name()),
                message,
                created,
                path.to_string(),
                line,
                text(record.exception_text()),
                extras
            ]);
            Read { fields, repr: None, built: None }
        }
        "singleton" if matches!(object.value(), Value::Global(_)) => view!(Singleton, |value| json!(value.to_string()), true),
        "singleton" => view!(TypeOf, |value| json!(value.to_string()), true),
        other => panic!("no such kind: {other}"),
    })
}

fn dict_attrs(object: Obj<'_>, dict: Option<Value>) -> Json {
    let dict = dict.map(|dict| object.heap().obj(dict));
    let items = dict.into_iter().flat_map(|dict| dict.items().expect("a dict"));
    attrs(items.map(|(name, value)| (name.as_py_str().expect("a name"), value)))
}

/// The items of an array as Rust numbers, whichever way they are taken.
fn typed(array: Array<'_>) {
    macro_rules! check {
        ($($type:ty)*) => {
            $(if let Some(values) = array.values::<$type>() {
                let items = array.items().map(|item| match item {
                    ArrayItem::Int(n) => n.to_string(),
                    ArrayItem::Float(x) => x.to_string(),
                    ArrayItem::Char(_) => panic!("a character is no number"),
                });
                assert!(values.iter().map(ToString::to_string).eq(items.map(|item| match stringify!($type) {
                    "f32" => (item.parse::<f64>().expect("a number") as f32).to_string(),
                    _ => item,
                })));
                assert!(array.as_slice::<$type>().is_none_or(|slice| slice == values));
                return;
            })*
        };
    }
    check!(i8 i16 i32 i64 u8 u16 u32 u64 f32 f64);
    assert!(array.text().is_some());
}

/// What Python said, but for what an enum's member has not in the pickle.
fn fits(kind: &str, found: &Json, record: &Json, _: bool) -> bool {
    let said = &record["fields"];
    if kind != "enum" {
        return found == said;
    }
    let known = |nth: usize| !found[nth].is_null();
    found[0] == said[0] && (known(1) || known(2)) && (1..=2).all(|nth| !known(nth) || found[nth] == said[nth])
}

const TYPES: Types = Types { script: "std_objects.py", read, fits, other_protocols: true };

/// Why what is built is not byte for byte what Python wrote.
fn reason(built: &Built<'_>) -> Option<&'static str> {
    let count = |text: &[u8]| built.written.windows(text.len()).filter(|window| *window == text).count();
    let contains = |text| count(text) > 0;
    Some(match built.kind {
        "enum" if contains(b"or_") => "a combination of flags is built by its number",
        "defaultdict" if contains(b"OrderedDict") => "the factory's module is the str that the class's is",
        "UserString" if count(b"data") == 1 => "the text is the very str that the attribute's name is",
        _ => return None,
    })
}

#[test]
fn what_python_wrote_and_what_is_built() {
    let mut reasons: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    let wrong = TYPES.compare_all(
        |built| match reason(built) {
            Some(reason) => *reasons.entry((built.kind.to_owned(), reason)).or_default() += 1,
            None => unexplained.push(format!(
                "{}: {} at protocol {}:\n  {:.300}\n  {:.300}",
                built.python,
                built.kind,
                built.protocol,
                built.written.escape_ascii().to_string(),
                built.built.escape_ascii().to_string()
            )),
        },
        |python, kind, count| {
            // There are no more than five of these.
            let least = if kind == "singleton" { 5 } else { 12 };
            assert!(count.values.len() >= least, "{python}: only {} values of {kind}", count.values.len());
        },
    );
    for ((kind, reason), count) in reasons {
        println!("{kind}: {count} not byte for byte: {reason}");
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{:.20000}", wrong.len(), wrong.join("\n"));
    assert!(unexplained.is_empty(), "{} are not byte for byte:\n{:.20000}", unexplained.len(), unexplained.join("\n"));
}
