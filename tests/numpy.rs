//! What numpy writes, read: shape, strides, dtype and bytes as numpy says; and what is built, which numpy loads as the same.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cloudpickle::reflect::Target;
use cloudpickle::reflect::numpy::{Array, ArrayParts, Dtype, DtypeKind, Element, MaskedArray, Numpy, Scalar, ScalarParts};
use cloudpickle::{ErrorKind, Heap, Pickle, Pickler, Unpickler, Value};
use common::{Python, interpreters, not_run, scripts, venv};
use serde_json::{Value as Json, json};

/// Which numpy is installed for which Python.
const WITH: &[((u8, u8), &str)] =
    &[((3, 8), "1.24.4"), ((3, 9), "1.26.4"), ((3, 11), "1.26.4"), ((3, 11), "2.3.5"), ((3, 12), "2.2.6"), ((3, 13), "2.3.5")];

fn unhex(text: &Json) -> Vec<u8> {
    let text = text.as_str().expect("text").as_bytes();
    let digit = |digit: u8| char::from(digit).to_digit(16).expect("a digit") as u8;
    text.chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn script(python: &Python, libs: &Path, command: &str, file: &Path) -> Result<String, String> {
    let output = python
        .command()
        .env("PYTHONPATH", libs)
        .arg("-W")
        .arg("ignore")
        .arg(scripts().join("numpy_cases.py"))
        .arg(command)
        .arg(file)
        .output()
        .map_err(|e| e.to_string())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A dtype as `of_dtype` of the script tells it.
fn of_dtype(dtype: Dtype<'_>) -> Json {
    let fields = dtype.is_structure().then(|| {
        let fields = dtype.fields().expect("fields");
        let title = |field: &cloudpickle::reflect::numpy::DtypeField<'_>| {
            field.title.map(|title| title.as_str().expect("a title").to_owned())
        };
        let field = |field| (title(field), field.name.to_string_lossy().into_owned(), field.offset, of_dtype(field.dtype));
        fields.iter().map(field).map(|(title, name, offset, dtype)| json!([name, title, offset, dtype])).collect::<Vec<_>>()
    });
    let sub = dtype.subarray().map(|(base, shape)| json!([of_dtype(base), shape]));
    json!({
        "str": dtype.str(), "kind": if dtype.kind() == DtypeKind::Bool { 'b' } else { dtype.kind().letter() }, "order": dtype.byte_order().letter(),
        "itemsize": dtype.item_size(), "alignment": dtype.alignment(), "aligned": dtype.is_aligned(), "hasobject": dtype.has_objects(),
        "fields": fields, "shown": dtype.to_string(), "unit": dtype.time_unit().map(|(unit, count)| json!([unit, count])), "sub": sub,
        "record": dtype.class().is_some_and(|class| class.is_global("numpy", "record")),
    })
}

/// What numpy refuses to print is not compared.
fn without_unknown(expected: &Json, found: &mut Json) {
    match (expected, found) {
        (Json::Object(expected), Json::Object(found)) => {
            for (key, value) in found.iter_mut() {
                match expected.get(key) {
                    Some(Json::Null) if key == "shown" => *value = Json::Null,
                    Some(expected) => without_unknown(expected, value),
                    None => {}
                }
            }
        }
        (Json::Array(expected), Json::Array(found)) => expected.iter().zip(found).for_each(|(a, b)| without_unknown(a, b)),
        _ => {}
    }
}

#[derive(Default, Debug)]
struct Counts {
    cases: usize,
    typed: usize,
    slices: usize,
    /// Built, and the same bytes as numpy's.
    identical: usize,
    built: usize,
    /// Built otherwise than numpy's own, by reason.
    other: BTreeMap<String, usize>,
}

fn equal(label: &str, what: &str, found: &Json, expected: &Json) {
    assert_eq!(found, expected, "{label}: {what}");
}

/// The values as the Rust type, in little endian; `None` if they are not of this type.
fn typed<T: Element>(array: Array<'_>, counts: &mut Counts, label: &str) -> Option<Vec<u8>> {
    if !T::fits(array.dtype()) {
        assert!(array.values::<T>().is_err() && array.as_slice::<T>().is_none(), "{label}");
        return None;
    }
    let values: Vec<T> = array.values().expect("values").collect();
    assert_eq!(values.len(), array.len(), "{label}");
    counts.typed += 1;
    let mut heap = Heap::new();
    let bytes = |values: &[T]| {
        let parts = ArrayParts::new(&mut heap, values.to_vec(), [values.len()]).expect("an array");
        heap.obj(parts.data).as_bytes().expect("bytes").to_vec()
    };
    let bytes = { bytes }(&values);
    if let Some(slice) = array.as_slice::<T>() {
        counts.slices += 1;
        let mut heap = Heap::new();
        let parts = ArrayParts::new(&mut heap, slice, [slice.len()]).expect("an array");
        assert_eq!(heap.obj(parts.data).as_bytes().expect("bytes"), bytes, "{label}: as a slice");
    }
    through_ndarray::<T>(array, &bytes, label);
    Some(bytes)
}

/// The same values by way of the crate `ndarray`: as a view, copied, and built anew.
#[cfg(feature = "ndarray")]
fn through_ndarray<T: Element>(array: Array<'_>, values: &[u8], label: &str) {
    use cloudpickle::reflect::std_types::FromPy;
    use ndarray::ArrayViewD;

    let check = |found: ArrayViewD<'_, T>, what: &str| {
        assert_eq!(found.shape(), array.shape(), "{label}: {what}");
        // What lies in neither order is built in C order.
        let built = what.contains("anew") && !array.is_c_contiguous() && !array.is_f_contiguous();
        if array.len() > 1 && !built {
            let strides: Vec<usize> = found.strides().iter().map(|stride| stride.unsigned_abs() * size_of::<T>()).collect();
            assert_eq!(strides, array.strides(), "{label}: {what}");
        }
        let items: Vec<T> = found.iter().copied().collect();
        let mut heap = Heap::new();
        let parts = ArrayParts::new(&mut heap, items, found.shape()).expect("an array");
        assert_eq!(heap.obj(parts.data).as_bytes().expect("bytes"), values, "{label}: {what}");
    };
    let view = array.view::<T>();
    assert_eq!(view.is_some(), array.as_slice_memory_order::<T>().is_some(), "{label}");
    if let Some(view) = view {
        check(view, "as a view");
    }
    let copied: ndarray::ArrayD<T> = array.to_ndarray().expect("an array");
    check(copied.view(), "copied");
    let mut heap = Heap::new();
    let built = ArrayParts::from_ndarray(&mut heap, &copied).build(&mut heap, &Target::cpython(3, 12)).expect("an array");
    let again = Array::reflect(heap.obj(built)).expect("an array");
    check(again.to_ndarray().expect("an array").view(), "built anew");
    let added = heap.add(copied.view().reversed_axes());
    let turned = ndarray::ArrayD::<T>::from_py(heap.obj(added)).expect("an array");
    check(turned.view().reversed_axes(), "turned and built anew");
}

#[cfg(not(feature = "ndarray"))]
fn through_ndarray<T: Element>(_: Array<'_>, _: &[u8], _: &str) {}

fn any_typed(array: Array<'_>, counts: &mut Counts, label: &str) -> Vec<Vec<u8>> {
    macro_rules! each {
        ($($type:ty)*) => { [$(typed::<$type>(array, counts, label)),*] };
    }
    #[cfg(feature = "num-complex")]
    {
        let complex: [Option<Vec<u8>>; 2] = each!(num_complex::Complex<f32> num_complex::Complex<f64>);
        let pairs: [Option<Vec<u8>>; 2] = each!([f32; 2] [f64; 2]);
        assert_eq!(complex, pairs, "{label}");
    }
    let all: [Option<Vec<u8>>; 13] = each!(bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 [f32; 2] [f64; 2]);
    all.into_iter().flatten().collect()
}

fn check_array(array: Array<'_>, about: &Json, counts: &mut Counts, label: &str) {
    equal(label, "shape", &json!(array.shape()), &about["shape"]);
    equal(label, "strides", &json!(array.strides()), &about["strides"]);
    equal(label, "c order", &json!(array.is_c_contiguous()), &about["c"]);
    equal(label, "fortran order", &json!(array.is_f_contiguous()), &about["f"]);
    check_dtype(array.dtype(), &about["dtype"], label);
    if let Some(objects) = about["objects"].as_array() {
        let found: Vec<String> = array.objects().expect("objects").map(|object| object.to_string()).collect();
        equal(label, "objects", &json!(found), &json!(objects));
        assert!(array.bytes().is_err(), "{label}");
        return;
    }
    equal(label, "bytes", &json!(hex(&array.bytes().expect("bytes"))), &about["memory"]);
    let items: Vec<u8> = array.item_bytes().expect("items").flat_map(|item| item.to_vec()).collect();
    equal(label, "items", &json!(hex(&items)), &about["items"]);
    for values in any_typed(array, counts, label) {
        equal(label, "values", &json!(hex(&values)), &about["native"]);
    }
}

fn check_dtype(dtype: Dtype<'_>, about: &Json, label: &str) {
    let mut found = of_dtype(dtype);
    without_unknown(about, &mut found);
    equal(label, "dtype", &found, about);
}

/// Reads a case and holds it against what numpy said; builds it in another heap.
fn check(case: &Json, pickle: &Pickle<'_>, numpy: Numpy, counts: &mut Counts) -> (Vec<u8>, Vec<Vec<u8>>) {
    let label = case["name"].as_str().expect("a name");
    let about = &case["about"];
    let protocol = u8::try_from(case["protocol"].as_u64().expect("a protocol")).expect("a protocol");
    let target = Target::cpython(3, 12).protocol(protocol);
    let root = pickle.root();
    let mut heap = Heap::new();
    let built = match case["kind"].as_str().expect("a kind") {
        "dtype" => {
            let dtype = Dtype::reflect(root).unwrap_or_else(|e| panic!("{label}: {e}: {root}"));
            check_dtype(dtype, about, label);
            dtype.parts().expect("parts").build(&mut heap, numpy)
        }
        "array" => {
            let array = Array::reflect(root).unwrap_or_else(|e| panic!("{label}: {e}: {root}"));
            check_array(array, about, counts, label);
            let Ok(parts) = array.parts(&mut heap) else {
                assert!(label.starts_with("array") && !array.is_c_contiguous() && !array.is_f_contiguous(), "{label}");
                return (Vec::new(), Vec::new());
            };
            let parts = if array.class().is_some() { parts.buffer(false) } else { parts };
            parts.numpy(numpy).build(&mut heap, &target)
        }
        "masked" => {
            let array = MaskedArray::reflect(root).unwrap_or_else(|e| panic!("{label}: {e}: {root}"));
            check_array(array.data(), about, counts, label);
            equal(label, "mask", &json!(hex(&array.mask().expect("a mask"))), &about["mask"]);
            let parts = array.parts(&mut heap).expect("parts");
            let parts = cloudpickle::reflect::numpy::MaskedArrayParts { data: parts.data.numpy(numpy), ..parts };
            parts.build(&mut heap)
        }
        _ => {
            let scalar = Scalar::reflect(root).unwrap_or_else(|e| panic!("{label}: {e}: {root}"));
            check_dtype(scalar.dtype(), &about["dtype"], label);
            if about["memory"].is_string() {
                equal(label, "bytes", &json!(hex(&scalar.bytes().expect("bytes"))), &about["memory"]);
                macro_rules! each {
                    ($($type:ty)*) => {$(
                        assert_eq!(scalar.value::<$type>().is_ok(), <$type>::fits(scalar.dtype()), "{label}");
                        if let Ok(value) = scalar.value::<$type>() {
                            let parts = ScalarParts::new(&mut heap, value);
                            equal(label, "value", &json!(hex(heap.obj(parts.data).as_bytes().expect("bytes"))), &about["native"]);
                        }
                    )*};
                }
                each!(bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 [f32; 2] [f64; 2]);
            }
            heap = Heap::new();
            scalar.parts(&mut heap).and_then(|parts| parts.numpy(numpy).build(&mut heap))
        }
    };
    let built = built.unwrap_or_else(|e| panic!("{label}: {e}"));
    let pickler = Pickler::new().protocol(protocol);
    if case["outside"] == json!(true) {
        let (bytes, buffers) = pickler.dumps_with_buffers(&heap, built).unwrap_or_else(|e| panic!("{label}: {e}"));
        return (bytes, buffers.into_iter().map(<[u8]>::to_vec).collect());
    }
    (pickler.dumps(&heap, built).unwrap_or_else(|e| panic!("{label}: {e}")), Vec::new())
}

/// How many are built otherwise than numpy's own bytes, of each reason that there is. Everything else is byte for byte what numpy writes.
const OTHER: &[(&str, usize)] = &[
    (B, 156),
    ("a masked array with a fill value of its own", 15),
    ("a scalar of a structure with objects", 24),
    ("a structure with an empty subarray", 10),
    ("a structure without fields", 7),
];

/// On 3.10 to 3.12 the two are one object in 3 cases only.
const B: &str = "a field named b is one object with the b of _reconstruct";

/// Why what is built is not numpy's own bytes although it loads as the same: the kind of case, and the case itself where it is of none.
fn reason(case: &Json) -> String {
    let dtype = if case["about"]["dtype"].is_object() { &case["about"]["dtype"] } else { &case["about"] };
    let structure = dtype["fields"].is_array();
    let reason = match (case["kind"].as_str(), case["protocol"].as_u64()) {
        // Below protocol 3 `_reconstruct`'s `b'b'` is a text, and on some Pythons the same object as the name of a field.
        (_, Some(0..=2)) if dtype.to_string().contains("[\"b\",") => B,
        (Some("scalar"), _) if structure && dtype["hasobject"] == json!(true) => "a scalar of a structure with objects",
        (Some("masked"), _) => "a masked array with a fill value of its own",
        (Some("array"), _) if dtype["fields"] == json!([]) => "a structure without fields",
        (Some("array"), Some(5)) if structure && dtype["itemsize"] == json!(16) => "a structure with an empty subarray",
        _ => case["name"].as_str().expect("a name"),
    };
    reason.to_owned()
}

fn run(python: &Python, release: &str) -> Option<Counts> {
    let libs = match venv(python, &[&format!("numpy=={release}")]) {
        Ok(libs) => libs,
        Err(why) => {
            not_run(&format!("numpy {release} on {python}: {why}"));
            return None;
        }
    };
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = dir.join(format!("numpy-{}-{}-{release}.json", python.version.1, std::process::id()));
    script(python, &libs, "make", &file).unwrap_or_else(|e| panic!("{python}, numpy {release}: {e}"));
    let made: Json = serde_json::from_slice(&fs::read(&file).expect("the script wrote")).expect("JSON");
    assert_eq!(made["numpy"], release);
    let numpy = if release.starts_with('1') { Numpy::V1 } else { Numpy::V2 };
    let mut counts = Counts::default();
    let mut pairs = Vec::new();
    for case in made["cases"].as_array().expect("cases") {
        let payload = unhex(&case["payload"]);
        let given = case["buffers"].as_array().expect("buffers");
        let buffers: Vec<Vec<u8>> = given.iter().map(|buffer| unhex(&buffer[1])).collect();
        let pickle = Unpickler::new().loads_with_buffers(&payload, buffers.iter().map(Vec::as_slice)).expect("a pickle");
        counts.cases += 1;
        let (built, built_buffers) = check(case, &pickle, numpy, &mut counts);
        if built.is_empty() {
            continue;
        }
        counts.built += 1;
        if built == payload && built_buffers == buffers {
            counts.identical += 1;
        } else {
            *counts.other.entry(reason(case)).or_default() += 1;
        }
        let built_buffers: Vec<Json> =
            built_buffers.iter().zip(given).map(|(bytes, given)| json!([given[0], hex(bytes)])).collect();
        pairs.push(json!([case["payload"], case["buffers"], hex(&built), built_buffers]));
    }
    fs::write(&file, serde_json::to_vec(&pairs).expect("JSON")).expect("a file");
    let answer = script(python, &libs, "check", &file).unwrap_or_else(|e| panic!("{python}, numpy {release}: {e}"));
    fs::remove_file(&file).expect("the file is there");
    let lines: Vec<&str> = answer.lines().collect();
    assert_eq!(lines.len(), pairs.len());
    let wrong: Vec<&&str> = lines.iter().filter(|line| !line.is_empty()).collect();
    assert!(wrong.is_empty(), "{python}, numpy {release}: {} differ, the first: {:?}", wrong.len(), &wrong[..wrong.len().min(5)]);
    Some(counts)
}

#[test]
fn every_kind_of_every_numpy() {
    let found = interpreters();
    let mut ran = 0;
    for (version, release) in WITH {
        let Some(python) = found.iter().find(|python| (python.version.0, python.version.1) == *version) else {
            not_run(&format!("numpy {release}: no CPython {}.{}", version.0, version.1));
            continue;
        };
        let Some(counts) = run(python, release) else { continue };
        ran += 1;
        println!("{python}, numpy {release}: {counts:#?}");
        assert!(counts.slices > 100 && counts.typed > 500, "{counts:?}");
        let expected = |reason: &str, count| if reason == B && matches!(version.1, 10..=12) { 3 } else { count };
        let expected: BTreeMap<String, usize> =
            OTHER.iter().map(|(reason, count)| ((*reason).to_owned(), expected(reason, *count))).collect();
        assert_eq!(counts.other, expected, "{python}, numpy {release}");
        assert_eq!(counts.identical + counts.other.values().sum::<usize>(), counts.built);
    }
    assert!(ran > 0, "there is no numpy");
}

/// A structure of fields that are all of one dtype.
fn structure(heap: &mut Heap<'_>, names: &[&str], of: Value, size: i32) -> Value {
    let class = heap.global("numpy", "dtype");
    let dtype = heap.call(class, (format!("V{size}"), false, true));
    let names: Vec<Value> = names.iter().map(|name| heap.str(name)).collect();
    let entry = heap.tuple([of, Value::Int(0)]);
    let fields = heap.dict(names.iter().map(|name| (*name, entry)));
    let names = heap.tuple(names);
    let state = heap.add((3, "|", None::<i32>, names, fields, size, 1, 16));
    heap.build(dtype, state).expect("a call takes a state");
    dtype
}

#[test]
fn dtypes_nested_deep_or_shared_end() {
    for (names, depth) in [(&["a"][..], 100_000), (&["a", "b"][..], 31), (&["a", "b", "c", "d"][..], 3_000)] {
        let mut heap = Heap::new();
        let mut dtype = cloudpickle::reflect::numpy::DtypeParts::of::<u8>().build(&mut heap, Numpy::V1).expect("a dtype");
        for _ in 0..depth {
            dtype = structure(&mut heap, names, dtype, 1);
        }
        let dtype = Dtype::reflect(heap.obj(dtype)).expect("a dtype");
        assert!(dtype.to_string().len() < 1_000_000);
        assert!(dtype.to_string().contains("..."));
        assert!(matches!(dtype.parts().unwrap_err().kind(), ErrorKind::LimitExceeded { .. }));
    }
}

#[test]
fn shapes_are_held_against_the_bytes() {
    let huge = 1i64 << 40;
    let cases: &[(&str, &[i64], usize, bool)] = &[
        ("f8", &[3], 24, true),
        ("f8", &[], 8, true),
        ("f8", &[0, huge], 0, true),
        ("f8", &[3], 23, false),
        ("f8", &[3], 32, false),
        ("f8", &[-1], 8, false),
        ("f8", &[huge], 8, false),
        ("f8", &[huge, huge], 8, false),
        ("f8", &[0, huge, huge], 0, false),
        ("V0", &[5], 0, true),
        ("V0", &[huge], 0, false),
        ("V0", &[huge, huge, huge], 0, false),
        ("x8", &[1], 8, false),
        ("f", &[1], 8, false),
        ("f99999999999999999999", &[1], 8, false),
    ];
    for (of, shape, length, is_array) in cases {
        let mut heap = Heap::new();
        let class = heap.global("numpy", "dtype");
        let dtype = heap.call(class, (*of, false, true));
        let state = heap.add((3, "<", None::<i32>, None::<i32>, None::<i32>, -1, -1, 0));
        heap.build(dtype, state).expect("a call takes a state");
        let reconstruct = heap.global("numpy.core.multiarray", "_reconstruct");
        let class = heap.global("numpy", "ndarray");
        let array = heap.call(reconstruct, (class, (0,), "b"));
        let shape: Vec<Value> = shape.iter().map(|length| heap.add(*length)).collect();
        let shape = heap.tuple(shape);
        let bytes = heap.bytes(vec![1; *length]);
        let state = heap.add((1, shape, dtype, false, bytes));
        heap.build(array, state).expect("a call takes a state");
        let found = Array::reflect(heap.obj(array));
        assert_eq!(found.is_ok(), *is_array, "{of} {} {length}", heap.obj(shape));
        if let Ok(array) = found {
            assert_eq!(array.item_bytes().expect("bytes").map(|item| item.len()).sum::<usize>(), *length);
        }
    }
}
