//! Python's own types: what every CPython pickles at every protocol is read as it says, and what is built it loads as the same.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::IpAddr;
use std::process::{Command, Stdio};

use cloudpickle::reflect::Target;
use cloudpickle::reflect::std_types::{
    Clock, Complex, Date, DateTime, DateTimeParts, Decimal, Fraction, Instance, PathKind, PurePath, Range, Time, TimeDelta,
    TimeParts, TimeZone, Uuid, ZoneInfo,
};
use cloudpickle::{Encoding, Heap, Obj, Pickler, Result, ToPy, Unpickler, Value};
use common::{Python, interpreters, not_run, python2, scripts};
use serde_json::{Value as Json, json};

/// What one type is read as, built as, and shown as.
struct Read {
    fields: Json,
    repr: Option<String>,
    built: Option<(Heap<'static>, Value)>,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
    (0..text.len()).step_by(2).map(digits).collect()
}

fn delta(delta: TimeDelta) -> Json {
    json!([delta.days, delta.seconds, delta.microseconds])
}

fn clock(clock: Clock) -> Json {
    json!([clock.hour, clock.minute, clock.second, clock.microsecond, u8::from(clock.fold)])
}

fn date(date: Date) -> Json {
    json!([date.year, date.month, date.day])
}

fn zone(zone: Option<Obj<'_>>) -> Result<Json> {
    let Some(zone) = zone else { return Ok(Json::Null) };
    if let Ok(zone) = ZoneInfo::reflect(zone) {
        return Ok(json!({"key": zone.key().to_string_lossy()}));
    }
    let zone = TimeZone::reflect(zone)?;
    Ok(json!({"offset": delta(zone.offset()), "name": zone.name().map(|name| name.to_string_lossy().into_owned())}))
}

fn build_zone(heap: &mut Heap<'_>, zone: Option<Obj<'_>>, target: &Target) -> Result<Option<Value>> {
    let Some(zone) = zone else { return Ok(None) };
    if let Ok(zone) = ZoneInfo::reflect(zone) {
        return zone.parts().build(heap, target).map(Some);
    }
    TimeZone::reflect(zone)?.parts().build(heap, target).map(Some)
}

fn read(kind: &str, object: Obj<'_>, target: &Target) -> Result<Read> {
    let mut heap = Heap::new();
    macro_rules! plain {
        ($type:ident, |$value:ident| $fields:expr) => {{
            let $value = $type::reflect(object)?;
            let (fields, repr) = ($fields, $value.to_string());
            assert_eq!(object.extract::<$type>()?, $value);
            // `ToPy` is for every Python.
            let added = heap.add($value.clone());
            assert_eq!($type::reflect(heap.obj(added))?.to_string(), repr);
            let mut heap = Heap::new();
            let built = $value.build(&mut heap, target);
            Read { fields, repr: Some(repr), built: Some((heap, built)) }
        }};
    }
    Ok(match kind {
        "date" => plain!(Date, |value| date(value)),
        "timedelta" => plain!(TimeDelta, |value| delta(value)),
        "Decimal" => plain!(Decimal, |value| json!(value.as_str())),
        "Fraction" => plain!(Fraction, |value| json!([value.numerator.to_string(), value.denominator.to_string()])),
        "complex" => {
            let value = Complex::reflect(object)?;
            let fields = json!([format!("{:016x}", value.real.to_bits()), format!("{:016x}", value.imag.to_bits())]);
            let built = value.build(&mut heap, target);
            Read { fields, repr: Some(value.to_string()), built: Some((heap, built)) }
        }
        "UUID" => plain!(Uuid, |value| {
            let safe = value.is_safe.map(|safe| if safe { 0 } else { -1 });
            json!([value.int.to_string(), safe])
        }),
        "range" => {
            plain!(Range, |value| json!([value.start.to_string(), value.stop.to_string(), value.step.to_string()]))
        }
        "path" => plain!(PurePath, |value| {
            let name = match value.kind {
                PathKind::PurePosix => "PurePosixPath",
                PathKind::Posix => "PosixPath",
                PathKind::PureWindows => "PureWindowsPath",
                PathKind::Windows => "WindowsPath",
            };
            json!([name, value.text, value.parts()])
        }),
        "ip" => {
            let address: IpAddr = object.extract()?;
            let built = address.to_py(&mut heap);
            // Python writes an embedded IPv4 address only from 3.13 on in that way.
            Read { fields: json!(address), repr: None, built: Some((heap, built)) }
        }
        "time" => {
            let value = Time::reflect(object)?;
            let fields = json!([clock(value.clock()), zone(value.tzinfo())?]);
            let tzinfo = build_zone(&mut heap, value.tzinfo(), target)?;
            let built = TimeParts { tzinfo, ..value.parts() }.build(&mut heap, target)?;
            Read { fields, repr: Some(value.to_string()), built: Some((heap, built)) }
        }
        "datetime" => {
            let value = DateTime::reflect(object)?;
            let fields = json!([date(value.date()), clock(value.clock()), zone(value.tzinfo())?]);
            let tzinfo = build_zone(&mut heap, value.tzinfo(), target)?;
            let built = DateTimeParts { tzinfo, ..value.parts() }.build(&mut heap, target)?;
            Read { fields, repr: Some(value.to_string()), built: Some((heap, built)) }
        }
        "timezone" => {
            let value = TimeZone::reflect(object)?;
            let built = value.parts().build(&mut heap, target)?;
            Read { fields: zone(Some(object))?, repr: Some(value.to_string()), built: Some((heap, built)) }
        }
        "ZoneInfo" => {
            let value = ZoneInfo::reflect(object)?;
            let built = value.parts().build(&mut heap, target)?;
            let fields = json!([value.key().to_string_lossy(), value.is_from_cache()]);
            Read { fields, repr: Some(value.to_string()), built: Some((heap, built)) }
        }
        "instance" => {
            let value = Instance::reflect(object)?;
            let class = value.class_name().expect("the class is a global");
            let class = class.strip_prefix("__main__.").expect("of the script");
            let mut attrs = BTreeMap::new();
            for (name, attr) in value.attrs() {
                let name = name.to_string_lossy().into_owned();
                assert_eq!(object.attr(&name)?.value(), attr.value());
                attrs.insert(name, attr.to_string());
            }
            assert!(object.attr("no such attribute").is_err());
            Read { fields: json!([class, attrs.into_iter().collect::<Vec<_>>()]), repr: None, built: None }
        }
        "namedtuple" => {
            let (x, y): (Obj<'_>, Obj<'_>) = object.extract()?;
            let item = |object: Obj<'_>| match object.as_i64() {
                Ok(n) => json!(n),
                Err(_) => json!(object.extract::<Option<&str>>().expect("text or None")),
            };
            Read { fields: json!([item(x), item(y)]), repr: None, built: None }
        }
        other => panic!("no such kind: {other}"),
    })
}

#[derive(Default)]
struct Count {
    values: BTreeSet<u64>,
    pickles: usize,
    built: usize,
    identical: usize,
}

/// What a Python that has its own way of saying a thing says.
fn expected_fields(kind: &str, record: &Json, python2: bool) -> Json {
    let fields = &record["fields"];
    match kind {
        // First, last and length come before start, stop and step, which Python 2 does not tell.
        "range" if !python2 => json!([fields[3], fields[4], fields[5]]),
        _ => fields.clone(),
    }
}

fn compare(python: &Python) -> BTreeMap<String, Count> {
    let script = scripts().join("std_types.py");
    let output = python.command().arg(&script).output().expect("Python runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{python}: {stderr}");
    if stderr.contains("zoneinfo") && python.is_at_least(3, 9) {
        not_run(&format!("{python}: {}", stderr.trim()));
    }
    let text = String::from_utf8(output.stdout).expect("JSON is text");
    let old = python.version.0 == 2;
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mut pairs = Vec::new();
    for line in text.lines() {
        let record: Json = serde_json::from_str(line).expect("JSON");
        let (kind, data) = (record["kind"].as_str().expect("text"), unhex(record["data"].as_str().expect("text")));
        let protocol = u8::try_from(record["protocol"].as_u64().expect("an int")).expect("small");
        let target = Target::cpython(python.version.0, python.version.1).protocol(protocol);
        let count = counts.entry(kind.to_owned()).or_default();
        count.pickles += 1;
        count.values.insert(record["nth"].as_u64().expect("an int"));
        // A Python 2 str may be read as bytes or as text.
        for encoding in if old { &[Encoding::Latin1, Encoding::Bytes][..] } else { &[Encoding::Ascii] } {
            let pickle = Unpickler::new().encoding(*encoding).loads(&data).expect("what Python wrote is read");
            let found = read(kind, pickle.root(), &target).unwrap_or_else(|e| panic!("{python}: {line}\n{e}"));
            if !(old && kind == "range") {
                assert_eq!(found.fields, expected_fields(kind, &record, old), "{python}: {line}");
            }
            if old {
                continue;
            }
            if let Some(repr) = found.repr {
                assert_eq!(repr, record["repr"].as_str().expect("text"), "{python}: {line}");
            }
            if let Some((heap, value)) = found.built {
                let bytes = Pickler::new().protocol(protocol).dumps(&heap, value).expect("what is built is written");
                count.built += 1;
                count.identical += usize::from(bytes == data);
                pairs.push(format!("{kind} {} {}", hex(&data), hex(&bytes)));
            }
        }
    }
    let mut child = Command::from(python.command())
        .arg(&script)
        .arg("check")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = pairs.join("\n");
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).expect("Python reads"));
    let output = child.wait_with_output().expect("Python ends");
    writer.join().expect("all was written");
    let said = String::from_utf8(output.stdout).expect("text");
    assert_eq!(said.lines().count(), pairs.len(), "{python}");
    for (said, pair) in said.lines().zip(&pairs) {
        assert_eq!(said, "same", "{python}: {pair}");
    }
    counts
}

#[test]
fn what_python_wrote_and_what_is_built() {
    let mut all: BTreeMap<String, Count> = BTreeMap::new();
    for python in interpreters().into_iter().chain(python2()) {
        for (kind, count) in compare(&python) {
            assert!(count.values.len() >= 12, "{python}: only {} values of {kind}", count.values.len());
            // Python 3.6 and 3.7 write other bytes for short frames and interned names; from 3.8 on every byte is theirs.
            let exact = python.is_at_least(3, 8);
            assert!(!exact || count.identical == count.built, "{python}: {kind}: {} of {}", count.identical, count.built);
            let sum = all.entry(kind).or_default();
            sum.pickles += count.pickles;
            sum.built += count.built;
            sum.identical += count.identical;
        }
    }
    for (kind, count) in all {
        let Count { pickles, built, identical, .. } = count;
        println!("{kind}: {pickles} pickles read, {built} built and loaded as the same, {identical} byte for byte");
    }
}
