//! Types of the standard library built from nothing, and Rust types of other crates: every CPython loads them as what it makes itself.

mod common;

use std::collections::BTreeMap;
use std::io::Write;
use std::process::Stdio;

use cloudpickle::reflect::Target;
use cloudpickle::reflect::std_types::{
    ArrayParts, BytesIoParts, ChainMapParts, CounterParts, DefaultDictParts, DequeParts, EnumValueParts, Exception,
    ExceptionParts, FromPy, Instance, InstanceParts, OrderedDictParts, StringIoParts, UserDictParts, UserListParts,
    UserStringParts,
};
use cloudpickle::reflect::{SingletonParts, std_types};
use cloudpickle::{Bytes, Heap, Obj, Pickler, Result, ToPy, Value, loads};
use common::std::hex;
use common::{Python, default_python, interpreters, not_run, venv};

/// Reads lines of hex and an expression; says of each whether the pickle is what the expression gives.
const JUDGE: &str = r#"
import array, binascii, collections, dataclasses, datetime, decimal, enum, fractions, http, io, ipaddress, pathlib, pickle, sys, types, uuid
from std_types import Plain, Slotted, Both, Listed, Mapped, Numbered, Pair, Keyed
try:
    from zoneinfo import ZoneInfo
except ImportError:
    pass

def noted(x, *notes, **attrs):
    x.__notes__ = list(notes)
    x.__dict__.update(attrs)
    return x

def set_(object, **attrs):
    for name in attrs:
        setattr(object, name, attrs[name])
    return object

def fields(x):
    if isinstance(x, (io.BytesIO, io.StringIO)):
        return x.__getstate__()
    if isinstance(x, BaseException):
        return x.args, x.__dict__
    if type(x) in (Slotted, Both, Keyed):
        return [getattr(x, name, None) for name in "abx"], getattr(x, "__dict__", None)
    if isinstance(x, datetime.datetime):
        return x, x.tzinfo, x.fold
    if isinstance(x, (Listed, Mapped, Numbered)):
        return x, x.__dict__
    return x

for line in sys.stdin:
    data, expression = line.rstrip("\n").split(" ", 1)
    try:
        found, wanted = pickle.loads(binascii.unhexlify(data)), eval(expression)
        same = type(found) is type(wanted) and fields(found) == fields(wanted)
        print("same" if same else "%r is not %r" % (fields(found), fields(wanted)))
    except Exception as e:
        print("%s: %s" % (type(e).__name__, e))
"#;

/// Objects and the Python expressions that give the same.
struct Cases(Vec<(String, &'static str)>);

impl Cases {
    /// What `build` gives at every protocol.
    fn add(&mut self, python: &Python, expression: &'static str, build: impl Fn(&mut Heap<'_>, &Target) -> Result<Value>) {
        for protocol in 0..=5 {
            let target = Target::cpython(python.version.0, python.version.1).protocol(protocol);
            let mut heap = Heap::new();
            let object = build(&mut heap, &target).unwrap_or_else(|e| panic!("{expression}: {e}"));
            let bytes = Pickler::new().protocol(protocol).dumps(&heap, object).expect("it is written");
            self.0.push((hex(&bytes), expression));
        }
    }

    /// A Rust value, which is read back as it was.
    fn value<T: ToPy + for<'h> FromPy<'h> + PartialEq + std::fmt::Debug>(
        &mut self,
        python: &Python,
        expression: &'static str,
        value: T,
    ) {
        self.add(python, expression, |heap, _| Ok(heap.add(&value)));
        let mut heap = Heap::new();
        let object = heap.add(&value);
        let bytes = Pickler::new().dumps(&heap, object).expect("it is written");
        assert_eq!(loads(&bytes).expect("a pickle").root().extract::<T>().expect(expression), value, "{expression}");
    }

    fn check(self, python: &Python) -> usize {
        let mut command = python.command();
        let child =
            command.env("PYTHONPATH", common::scripts()).arg("-c").arg(JUDGE).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = child.spawn().expect("Python runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        let lines: Vec<String> = self.0.iter().map(|(data, expression)| format!("{data} {expression}\n")).collect();
        let writer = std::thread::spawn(move || stdin.write_all(lines.concat().as_bytes()).expect("Python reads"));
        let output = child.wait_with_output().expect("Python ends");
        writer.join().expect("all was written");
        let said = String::from_utf8(output.stdout).expect("text");
        let wrong: Vec<String> = said
            .lines()
            .zip(&self.0)
            .filter(|(said, _)| *said != "same")
            .map(|(said, case)| format!("{}: {said}: {}", case.1, case.0))
            .collect();
        assert!(wrong.is_empty(), "{python}:\n{}", wrong.join("\n"));
        assert_eq!(said.lines().count(), self.0.len(), "{python}");
        self.0.len()
    }
}

fn text_pairs(heap: &mut Heap<'_>, pairs: &[(&str, i32)]) -> Vec<(Value, Value)> {
    pairs.iter().map(|(key, value)| (heap.str(key), Value::Int(*value))).collect()
}

fn objects(cases: &mut Cases, python: &Python) {
    cases.add(python, "collections.OrderedDict([('b', 2), ('a', 1)])", |heap, target| {
        OrderedDictParts { pairs: text_pairs(heap, &[("b", 2), ("a", 1)]), state: None }.build(heap, target)
    });
    cases.add(python, "collections.defaultdict(list, {'a': 1})", |heap, target| {
        let factory = Some(heap.global("builtins", "list"));
        DefaultDictParts { factory, pairs: text_pairs(heap, &[("a", 1)]) }.build(heap, target)
    });
    cases.add(python, "collections.Counter('aab')", |heap, target| {
        CounterParts { pairs: text_pairs(heap, &[("a", 2), ("b", 1)]) }.build(heap, target)
    });
    cases.add(python, "collections.deque([1, 2], 3)", |heap, target| {
        DequeParts { items: vec![Value::Int(1), Value::Int(2)], maxlen: Some(3) }.build(heap, target)
    });
    cases.add(python, "collections.ChainMap({'a': 1}, {})", |heap, target| {
        let maps = heap.add([BTreeMap::from([("a", 1)]), BTreeMap::new()]);
        ChainMapParts { maps }.build(heap, target)
    });
    cases.add(python, "collections.UserDict(a=1)", |heap, target| {
        let data = heap.add(BTreeMap::from([("a", 1)]));
        UserDictParts { data }.build(heap, target)
    });
    cases.add(python, "collections.UserList([1])", |heap, target| {
        let data = heap.add([1]);
        UserListParts { data }.build(heap, target)
    });
    cases.add(python, "collections.UserString('ü')", |heap, target| {
        let data = heap.str("ü");
        UserStringParts { data }.build(heap, target)
    });
    cases.add(python, "types.SimpleNamespace(a=1)", |heap, target| {
        let class = heap.global("types", "SimpleNamespace");
        InstanceParts::call(class, []).attr(heap, "a", 1).build(heap, target)
    });
    cases.add(python, "array.array('i', [-1, 2])", |heap, target| ArrayParts::from_slice(&[-1_i32, 2]).build(heap, target));
    cases.add(python, "array.array('B', [255])", |heap, target| ArrayParts::from_slice(&[255_u8]).build(heap, target));
    cases.add(python, "array.array('Q', [2 ** 64 - 1])", |heap, target| ArrayParts::from_slice(&[u64::MAX]).build(heap, target));
    cases.add(python, "array.array('f', [0.1])", |heap, target| ArrayParts::from_slice(&[0.1_f32]).build(heap, target));
    cases.add(python, "array.array('d')", |heap, target| ArrayParts::from_slice::<f64>(&[]).build(heap, target));
    cases.add(python, "io.BytesIO(b'ab')", |heap, target| {
        let contents = heap.bytes(b"ab");
        BytesIoParts { contents, position: 0, dict: None }.build(heap, target)
    });
    cases.add(python, "io.StringIO('a\\nb')", |heap, target| StringIoParts::new(heap.str("a\nb")).build(heap, target));
    cases.add(python, "...", |heap, target| SingletonParts::ellipsis().build(heap, target));
    cases.add(python, "http.HTTPStatus(404)", |heap, target| {
        EnumValueParts::Value { class: heap.global("http", "HTTPStatus"), value: Value::Int(404) }.build(heap, target)
    });
    cases.add(python, "http.HTTPStatus.OK", |heap, target| {
        EnumValueParts::Name { class: heap.global("http", "HTTPStatus"), name: "OK".into() }.build(heap, target)
    });
    cases.add(python, "noted(ValueError('a', 1), 'one', 'two', code=5)", |heap, target| {
        let args = [heap.str("a"), Value::Int(1)];
        let class = heap.global("builtins", "ValueError");
        ExceptionParts::new(class, args).note(heap, "one").note(heap, "two").attr(heap, "code", 5).build(heap, target)
    });
    instances(cases, python);
}

fn instances(cases: &mut Cases, python: &Python) {
    let class = |heap: &mut Heap<'_>, name| InstanceParts::new(heap.global("std_types", name));
    cases.add(python, "Plain(x=1, y='two')", |heap, target| {
        class(heap, "Plain").attr(heap, "x", 1).attr(heap, "y", "two").build(heap, target)
    });
    cases.add(python, "Plain()", |heap, target| class(heap, "Plain").build(heap, target));
    cases.add(python, "Slotted(a=1)", |heap, target| class(heap, "Slotted").slot(heap, "a", 1).build(heap, target));
    cases.add(python, "Both(a=1, x=2)", |heap, target| {
        class(heap, "Both").attr(heap, "x", 2).slot(heap, "a", 1).build(heap, target)
    });
    cases.add(python, "Keyed(x=2)", |heap, target| {
        let mut parts = class(heap, "Keyed").attr(heap, "x", 2);
        parts.args = vec![Value::Int(1)];
        parts.kwargs = Some(heap.add(BTreeMap::from([("three", 3)])));
        parts.build(heap, target)
    });
    cases.add(python, "Pair(1, 'b')", |heap, target| {
        let fields = [Value::Int(1), heap.str("b")];
        let class = heap.global("std_types", "Pair");
        InstanceParts::namedtuple(heap, class, &fields).build(heap, target)
    });
    cases.add(python, "set_(Listed([1, 2]), x=3)", |heap, target| {
        let (class, value) = (heap.global("std_types", "Listed"), heap.add([1, 2]));
        InstanceParts::derived(heap, class, value).attr(heap, "x", 3).build(heap, target)
    });
    cases.add(python, "Mapped({'a': 1})", |heap, target| {
        let (class, value) = (heap.global("std_types", "Mapped"), heap.add(BTreeMap::from([("a", 1)])));
        InstanceParts::derived(heap, class, value).build(heap, target)
    });
    cases.add(python, "Numbered(7)", |heap, target| {
        let class = heap.global("std_types", "Numbered");
        InstanceParts::derived(heap, class, Value::Int(7)).build(heap, target)
    });
}

#[cfg(feature = "jiff")]
fn jiff_types(cases: &mut Cases, python: &Python) {
    use jiff::{SignedDuration, Timestamp, ZonedDateTime, civil, tz::Offset};
    cases.value(python, "datetime.date(2024, 2, 29)", civil::Date::constant(2024, 2, 29));
    cases.value(python, "datetime.time(1, 2, 3, 4)", civil::Time::constant(1, 2, 3, 4000));
    cases.value(python, "datetime.datetime(1, 1, 1)", civil::DateTime::constant(1, 1, 1, 0, 0, 0, 0));
    cases.value(python, "datetime.timezone(datetime.timedelta(hours=-5))", Offset::constant(-5));
    cases.value(python, "datetime.timedelta(seconds=-1, microseconds=5)", SignedDuration::new(-1, 5000));
    cases.value(python, "datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)", Timestamp::UNIX_EPOCH);
    if !python.is_at_least(3, 9) {
        return;
    }
    // The clock goes back at three.
    for (text, expression) in [
        ("2020-10-25T02:30:00+02:00[Europe/Berlin]", "datetime.datetime(2020, 10, 25, 2, 30, tzinfo=ZoneInfo('Europe/Berlin'))"),
        (
            "2020-10-25T02:30:00+01:00[Europe/Berlin]",
            "datetime.datetime(2020, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo('Europe/Berlin'))",
        ),
        ("2024-07-01T12:00:00+05:30[Asia/Kolkata]", "datetime.datetime(2024, 7, 1, 12, tzinfo=ZoneInfo('Asia/Kolkata'))"),
    ] {
        match text.parse::<ZonedDateTime>() {
            Ok(moment) => cases.value(python, expression, moment),
            Err(error) => not_run(&format!("zones by name: {error}")),
        }
    }
}

#[cfg(feature = "chrono")]
fn chrono_types(cases: &mut Cases, python: &Python) {
    use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
    let date = NaiveDate::from_ymd_opt(2024, 2, 29).expect("a day");
    let time = NaiveTime::from_hms_micro_opt(1, 2, 3, 4).expect("a time");
    cases.value(python, "datetime.date(2024, 2, 29)", date);
    cases.value(python, "datetime.time(1, 2, 3, 4)", time);
    cases.value::<NaiveDateTime>(python, "datetime.datetime(2024, 2, 29, 1, 2, 3, 4)", date.and_time(time));
    let moment: DateTime<FixedOffset> = "2024-02-29T01:02:03+05:30".parse().expect("a moment");
    cases.value(
        python,
        "datetime.datetime(2024, 2, 29, 1, 2, 3, tzinfo=datetime.timezone(datetime.timedelta(hours=5, minutes=30)))",
        moment,
    );
    cases.value::<DateTime<Utc>>(
        python,
        "datetime.datetime(2024, 2, 28, 19, 32, 3, tzinfo=datetime.timezone.utc)",
        moment.to_utc(),
    );
    cases.value(python, "datetime.timezone(datetime.timedelta(seconds=3601))", FixedOffset::east_opt(3601).expect("an offset"));
    cases.value(python, "datetime.timedelta(seconds=-1, microseconds=5)", TimeDelta::new(-1, 5000).expect("a duration"));
}

fn crates(cases: &mut Cases, python: &Python) {
    #[cfg(feature = "jiff")]
    jiff_types(cases, python);
    #[cfg(feature = "chrono")]
    chrono_types(cases, python);
    #[cfg(feature = "rust_decimal")]
    for (text, expression) in [
        ("1.10", "decimal.Decimal('1.10')"),
        ("-0.0000000000000000000000000001", "decimal.Decimal('-1E-28')"),
        ("79228162514264337593543950335", "decimal.Decimal(79228162514264337593543950335)"),
    ] {
        cases.value(python, expression, text.parse::<rust_decimal::Decimal>().expect("a number"));
    }
    #[cfg(feature = "uuid")]
    cases.value(python, "uuid.UUID(int=2 ** 128 - 1)", uuid::Uuid::max());
    #[cfg(feature = "num-complex")]
    cases.value(python, "complex(1.5, -2)", num_complex::Complex::new(1.5, -2.0));
    cases.value(python, "[1, 'a', b'']", (std::rc::Rc::new(1), std::sync::Arc::new("a".to_owned()), Bytes(Vec::new())).listed());
}

/// A list of values of several types.
#[derive(PartialEq, Debug)]
struct Listed<T>(T);

trait ToListed: Sized {
    fn listed(self) -> Listed<Self> {
        Listed(self)
    }
}

impl<T> ToListed for T {}

impl<A: ToPy, B: ToPy, C: ToPy> ToPy for Listed<(A, B, C)> {
    fn to_py(&self, heap: &mut Heap<'_>) -> Value {
        let items = [self.0.0.to_py(heap), self.0.1.to_py(heap), self.0.2.to_py(heap)];
        heap.list(items)
    }
}

impl<'h, T: FromPy<'h>> FromPy<'h> for Listed<T> {
    fn from_py(object: Obj<'h>) -> Result<Self> {
        object.extract().map(Self)
    }
}

#[test]
fn python_loads_what_is_built_from_nothing() {
    let mut all = 0;
    for python in interpreters().into_iter().filter(|python| python.is_at_least(3, 8)) {
        let mut cases = Cases(Vec::new());
        objects(&mut cases, &python);
        crates(&mut cases, &python);
        all += cases.check(&python);
    }
    println!("{all} pickles built from nothing and loaded as what Python makes");
}

/// Of a class by value the names of fields are known, where the state has no names.
#[test]
fn fields_of_classes_by_value() -> Result<()> {
    let python = default_python();
    let path = match venv(&python, &["cloudpickle==3.1.2"]) {
        Ok(path) => path,
        Err(why) => {
            not_run(&why);
            return Ok(());
        }
    };
    let source = "import cloudpickle, collections, dataclasses, sys\n\
        P = collections.namedtuple('P', 'x y')\n\
        @dataclasses.dataclass(frozen=True, **({'slots': True} if sys.version_info >= (3, 10) else {}))\n\
        class D:\n    x: int\n    y: str\n\
        class S:\n    __slots__ = ('x', 'y')\n\
        s = S(); s.x, s.y = 1, 'b'\n\
        print(cloudpickle.dumps([P(1, 'b'), D(1, 'b'), s]).hex())";
    let output = python.command().env("PYTHONPATH", path).arg("-c").arg(source).output().expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let bytes = common::std::unhex(String::from_utf8(output.stdout).expect("hex").trim());
    let pickle = loads(&bytes)?;
    for object in pickle.root().iter()? {
        assert_eq!((object.attr("x")?.as_i64()?, object.attr("y")?.as_str()?), (1, "b"), "{object}");
        let names: Vec<String> = Instance::reflect(object)?.attrs().map(|(name, _)| name.to_string()).collect();
        assert_eq!(names, ["x", "y"]);
    }
    Ok(())
}

/// What was given by several states, by a state that is a dict of a class of its own, and by a setter.
#[test]
fn attributes_of_several_states() -> Result<()> {
    let pickle = loads(b"\x80\x02cm\nC\n)\x81}(X\x01\x00\x00\x00aK\x01X\x01\x00\x00\x00bK\x02ub}X\x01\x00\x00\x00aK\x03sb.")?;
    assert_eq!((pickle.root().attr("a")?.as_i64()?, pickle.root().attr("b")?.as_i64()?), (3, 2));
    let pickle = loads(b"\x80\x02cm\nC\n)\x81ccollections\nOrderedDict\n)RX\x01\x00\x00\x00aK\x01sb.")?;
    assert_eq!(pickle.root().attr("a")?.as_i64()?, 1);
    // An old-style instance of Python 2.
    let pickle = loads(b"(im\nC\n(dS'a'\nI1\nsb.")?;
    assert_eq!(pickle.root().attr("a")?.as_i64()?, 1);
    Ok(())
}

/// Shapes that no Python writes are refused, and nothing of them is believed.
#[test]
fn what_is_none_of_these() {
    fn refused<'h, T>(read: impl Fn(Obj<'h>) -> Result<T>, pickle: &'h cloudpickle::Pickle<'_>) -> bool {
        read(pickle.root()).is_err()
    }
    let load = |bytes: &'static [u8]| loads(bytes).expect("a pickle");
    // A format that there is not, bytes that are no whole items, numbers that do not fit, text that is more than one character.
    for bytes in [
        &b"\x80\x03carray\n_array_reconstructor\n(carray\narray\nX\x01\x00\x00\x00iK\x16C\x04\0\0\0\0tR."[..],
        b"\x80\x03carray\n_array_reconstructor\n(carray\narray\nX\x01\x00\x00\x00iK\x08C\x03\0\0\0tR.",
        b"\x80\x02carray\narray\nX\x01\x00\x00\x00b](K\x01M\x00\x01e\x86R.",
        b"\x80\x02carray\narray\nX\x01\x00\x00\x00u](X\x02\x00\x00\x00abe\x86R.",
        b"\x80\x02carray\narray\nX\x01\x00\x00\x00z]\x86R.",
    ] {
        assert!(refused(std_types::Array::reflect, &load(bytes)), "{}", bytes.escape_ascii());
    }
    assert!(refused(std_types::OrderedDict::reflect, &load(b"ccollections\nOrderedDict\n((lI1\natR.")));
    assert!(refused(std_types::Deque::reflect, &load(b"ccollections\ndeque\n((lI-1\ntR.")));
    assert!(refused(std_types::BytesIo::reflect, &load(b"\x80\x02c_io\nBytesIO\n)\x81NK\x00N\x87b.")));
    assert!(refused(std_types::LogRecord::reflect, &load(b"}.")));
    assert!(refused(Exception::reflect, &load(b"cbuiltins\nlen\n(I1\ntR.")));
}

/// A combination of flags that goes on for ever, and one of a million.
#[test]
fn flags_without_end() -> Result<()> {
    let mut heap = Heap::new();
    let or = heap.global("_operator", "or_");
    let class = heap.global("m", "Flags");
    let mut flags = heap.call(class, (1,));
    for _ in 0..1_000_000 {
        flags = heap.call(or, (flags, flags));
    }
    assert!(std_types::EnumValue::reflect(heap.obj(flags)).is_err());
    Ok(())
}

#[cfg(feature = "rust_decimal")]
#[test]
fn decimals_are_not_rounded() {
    let read = |text: &str| {
        let mut heap = Heap::new();
        let object = heap.add(std_types::Decimal::new(text));
        heap.obj(object).extract::<rust_decimal::Decimal>().map(|number| number.to_string()).map_err(|error| error.to_string())
    };
    for (text, number) in
        [("1E+3", "1000"), ("9.99E+5", "999000"), ("-1.5E-7", "-0.00000015"), ("0E-28", "0.0000000000000000000000000000")]
    {
        assert_eq!(read(text).as_deref(), Ok(number));
    }
    for text in
        ["NaN", "Infinity", "1E+29", "1E-29", "1E+999999999", "79228162514264337593543950336", "0.12345678901234567890123456789"]
    {
        assert_eq!(read(text), Err(format!("decimal.Decimal('{text}') does not fit rust_decimal::Decimal")));
    }
}

#[cfg(feature = "chrono")]
#[test]
fn zones_are_asked_for() {
    let pickle = loads(b"cdatetime\ndatetime\n(V\\u0007\\u00e6\\u000c\\u001f\\u0017\\u003b\\u003b\\u0000\\u0000\\u0000\ntR.")
        .expect("a pickle");
    let error = pickle.root().extract::<chrono::DateTime<chrono::Utc>>().expect_err("it has no zone");
    assert!(error.to_string().starts_with("a datetime with a time zone wanted"), "{error}");
}
