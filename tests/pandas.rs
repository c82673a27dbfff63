//! What pandas, scikit-learn and joblib write, read: columns, indexes, scalars, fitted arrays and the arrays of joblib's files as Python says of them.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cloudpickle::reflect::numpy::Array;
use cloudpickle::reflect::pandas::{Cell, Column, ColumnKind, DataFrame, Index, IndexKind, Series, scalar};
use cloudpickle::reflect::sklearn::{self, Estimator};
use cloudpickle::reflect::{joblib, std_types::Instance};
use cloudpickle::{Obj, Pickle};
use common::{Python, interpreters, not_run, scripts, venv};
use serde_json::{Map, Value as Json, json};

/// What is installed for which Python.
const WITH: &[((u8, u8), &[&str])] = &[
    ((3, 8), &["numpy==1.24.4", "pandas==1.5.3", "scikit-learn==1.3.2", "joblib==1.1.1"]),
    ((3, 11), &["numpy==1.26.4", "pandas==2.1.4", "scikit-learn==1.4.2", "joblib==1.3.2"]),
    ((3, 12), &["numpy==2.2.6", "pandas==2.2.3", "scikit-learn==1.5.2", "joblib==1.4.2"]),
];

fn unhex(text: &Json) -> Vec<u8> {
    let digits = text.as_str().expect("text").as_bytes();
    digits.chunks_exact(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn hex(bytes: impl IntoIterator<Item = u8>) -> String {
    bytes.into_iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A float as Python's `repr` has it.
fn shown(float: f64) -> String {
    if float.is_nan() { "nan".to_owned() } else { cloudpickle::py!(float).root().to_string() }
}

/// How many nanoseconds a unit has.
fn nanoseconds(unit: Option<&str>) -> i64 {
    match unit {
        Some("s") => 1_000_000_000,
        Some("ms") => 1_000_000,
        Some("us") => 1_000,
        _ => 1,
    }
}

fn of_cell(cell: Cell<'_>, unit: Option<&str>) -> Json {
    match cell {
        Cell::Missing => json!(["missing"]),
        Cell::Bool(bool) => json!(["bool", bool]),
        Cell::Int(n) => json!(["int", n.to_string()]),
        Cell::UInt(n) => json!(["int", n.to_string()]),
        Cell::Float(float) => json!(["float", shown(float)]),
        Cell::Str(text) => json!(["str", text.to_str().expect("no surrogates")]),
        Cell::Time(ticks) => json!(["time", (ticks * nanoseconds(unit)).to_string()]),
        Cell::Duration(ticks) => json!(["duration", (ticks * nanoseconds(unit)).to_string()]),
        Cell::Period(ordinal) => json!(["period", ordinal]),
        Cell::Object(_) => json!(["object"]),
    }
}

fn of_cells<'h>(cells: Option<impl Iterator<Item = Cell<'h>>>, unit: Option<&str>, label: &str) -> Json {
    cells.unwrap_or_else(|| panic!("{label}: no cells")).map(|cell| of_cell(cell, unit)).collect()
}

fn of_column(column: Column<'_>, label: &str) -> Json {
    let zone = column.zone().is_some();
    let name = column.dtype_name();
    let name = if zone { format!("{}]", name.trim_end_matches(']')) } else { name };
    let mut found = json!({"dtype": name, "len": column.len()});
    if let Some((categories, ordered)) = column.categories() {
        found["categories"] = of_cells(categories.cells(), None, label);
        found["ordered"] = json!(ordered);
    }
    match column.kind() {
        ColumnKind::Sparse => {
            let values = column.sparse().unwrap_or_else(|| panic!("{label}: not sparse"));
            assert!(column.fill_value().is_some(), "{label}");
            found["sparse"] = values.into_iter().map(|(place, cell)| json!([place, of_cell(cell, None)])).collect();
        }
        ColumnKind::Interval => {
            let (left, right) = column.ends().unwrap_or_else(|| panic!("{label}: no ends"));
            assert_eq!((left.len(), right.len()), (column.len(), column.len()), "{label}");
        }
        _ => found["cells"] = of_cells(column.cells(), column.unit().as_deref(), label),
    }
    found
}

fn text(object: Option<Obj<'_>>) -> Option<String> {
    object.map(|object| object.as_str().expect("a name").to_owned())
}

fn of_index(index: Index<'_>, about: &Json, label: &str) -> Json {
    let kind = match index.kind() {
        IndexKind::Plain => "Index",
        IndexKind::Range => "RangeIndex",
        IndexKind::Multi => "MultiIndex",
        IndexKind::DateTime => "DatetimeIndex",
        IndexKind::TimeDelta => "TimedeltaIndex",
        IndexKind::Period => "PeriodIndex",
        IndexKind::Categorical => "CategoricalIndex",
        _ => "IntervalIndex",
    };
    // pandas 1 has a class for each dtype.
    let said = about["kind"].as_str().expect("a kind");
    let kind = if kind == "Index" && matches!(said, "Int64Index" | "UInt64Index" | "Float64Index") { said } else { kind };
    let mut found = json!({"kind": kind, "len": index.len(), "name": text(index.name())});
    match index.kind() {
        IndexKind::Multi => {
            found["name"] = Json::Null;
            found["names"] = index.names().into_iter().map(text).collect();
            found["levels"] = (0..index.levels().len()).map(|level| of_cells(index.level_cells(level), None, label)).collect();
        }
        IndexKind::Interval => {
            let (left, right) = index.ends().unwrap_or_else(|| panic!("{label}: no ends"));
            (found["left"], found["right"]) = (of_cells(left.cells(), None, label), of_cells(right.cells(), None, label));
        }
        _ => {
            let unit = index.values().and_then(Column::unit);
            found["cells"] = of_cells(index.cells(), unit.as_deref(), label);
        }
    }
    found
}

/// Arrays of numbers below an object, as the script tells them.
fn of_arrays(object: Obj<'_>, counts: &mut BTreeMap<String, usize>) -> Json {
    let mut found = Map::new();
    for (path, array) in sklearn::arrays(object).expect("arrays") {
        let plain = array.class().is_none_or(|class| class.is_global("numpy", "ndarray"));
        if array.dtype().has_objects() || array.dtype().is_structure() || !plain {
            continue;
        }
        *counts.entry("arrays".to_owned()).or_default() += 1;
        if matches!(array.bytes().expect("bytes"), std::borrow::Cow::Borrowed(_)) {
            *counts.entry("borrowed".to_owned()).or_default() += 1;
        }
        let items = array.item_bytes().expect("bytes").flat_map(std::borrow::Cow::into_owned);
        found.insert(path, json!([array.dtype().str(), array.shape(), hex(items)]));
    }
    Json::Object(found)
}

fn check_estimator(root: Obj<'_>, about: &Json, counts: &mut BTreeMap<String, usize>, label: &str) {
    let model = Estimator::reflect(root).unwrap_or_else(|e| panic!("{label}: {e}"));
    assert_eq!(model.class_name(), about["class"], "{label}");
    let mut fitted: Vec<String> = model.fitted().map(|(name, _)| name.to_string_lossy().into_owned()).collect();
    fitted.sort();
    assert_eq!(json!(fitted), about["fitted"], "{label}");
    for (name, value) in about["params"].as_object().expect("parameters") {
        let found = model.attr(name).unwrap_or_else(|| panic!("{label}: no {name}"));
        assert_eq!(found.to_string(), *value, "{label}: {name}");
    }
    let steps: Vec<_> = model
        .steps()
        .map(|(name, step)| {
            assert!(Estimator::reflect(step).is_ok(), "{label}");
            name.to_string_lossy().into_owned()
        })
        .collect();
    assert_eq!(json!(steps), about["steps"], "{label}");
    assert_eq!(of_arrays(root, counts), about["arrays"], "{label}");
    if let Some(tree) = model.attr("tree_") {
        let nodes = Array::reflect(tree.attr("nodes").expect("nodes")).expect("an array");
        assert_eq!(nodes.len(), usize::try_from(tree.attr("node_count").unwrap().as_u64().unwrap()).unwrap(), "{label}");
        assert!(nodes.dtype().fields().unwrap().iter().any(|field| field.name.to_str() == Some("threshold")), "{label}");
        assert!(Instance::reflect(tree).unwrap().args().len() == 3, "{label}");
    }
}

#[cfg(feature = "container")]
fn unpacked(file: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    cloudpickle::container::unpacked(file).expect("a whole stream")
}

fn check_joblib(file: &[u8], about: &Json, counts: &mut BTreeMap<String, usize>, label: &str) {
    #[cfg(feature = "container")]
    let file = &*unpacked(file);
    let pickle: Pickle<'_> = joblib::loads(file).unwrap_or_else(|e| panic!("{label}: {e}"));
    assert_eq!(of_arrays(pickle.root(), counts), about["arrays"], "{label}");
    if let Some(repr) = about["repr"].as_str() {
        assert_eq!(pickle.root().to_string(), repr, "{label}");
    }
    // Written again it is a pickle as any other.
    let plain = pickle.dumps().unwrap_or_else(|e| panic!("{label}: {e}"));
    let again = cloudpickle::loads(&plain).unwrap_or_else(|e| panic!("{label}: {e}"));
    assert_eq!(of_arrays(again.root(), &mut BTreeMap::new()), about["arrays"], "{label}: written again");
    // Cut anywhere, it is an error and no more.
    for end in (0..file.len().min(4_000)).step_by(7) {
        let _ = joblib::loads(&file[..end]);
    }
}

fn check(case: &Json, counts: &mut BTreeMap<String, usize>) {
    let label = case["name"].as_str().expect("a name");
    let (file, about, kind) = (unhex(&case["file"]), &case["about"], case["kind"].as_str().expect("a kind"));
    *counts.entry(kind.to_owned()).or_default() += 1;
    if kind == "joblib" {
        return check_joblib(&file, about, counts, label);
    }
    let pickle = cloudpickle::loads(&file).unwrap_or_else(|e| panic!("{label}: {e}"));
    let root = pickle.root();
    match kind {
        "frame" => {
            let frame = DataFrame::reflect(root).unwrap_or_else(|e| panic!("{label}: {e}"));
            let (columns, rows) = (frame.columns().expect("columns"), frame.index().expect("an index"));
            assert_eq!(of_index(columns, &about["columns"], label), about["columns"], "{label}");
            assert_eq!(of_index(rows, &about["index"], label), about["index"], "{label}");
            let values: Vec<Json> = frame.all().into_iter().map(|column| of_column(column, label)).collect();
            let said = about["values"].as_array().expect("values");
            assert_eq!(values.len(), said.len(), "{label}");
            for (place, (found, said)) in values.iter().zip(said).enumerate() {
                assert_eq!(found, said, "{label}: column {place}");
                assert_eq!(of_column(frame.column_at(place).expect("a column"), label), *said, "{label}: column {place} alone");
            }
            let names: Vec<String> = frame.names().into_iter().map(|name| name.to_string_lossy().into_owned()).collect();
            assert_eq!(json!(names), about["names"], "{label}");
            for name in &names {
                assert!(frame.column(name.as_str()).is_some(), "{label}: {name}");
            }
            assert!(frame.column("no such column").is_none());
        }
        "series" => {
            let series = Series::reflect(root).unwrap_or_else(|e| panic!("{label}: {e}"));
            assert_eq!(json!(text(series.name())), about["name"], "{label}");
            assert_eq!(of_index(series.index().expect("an index"), &about["index"], label), about["index"], "{label}");
            assert_eq!(of_column(series.values().expect("values"), label), about["values"], "{label}");
        }
        "index" => {
            let index = Index::reflect(root).unwrap_or_else(|e| panic!("{label}: {e}"));
            assert_eq!(of_index(index, about, label), *about, "{label}");
        }
        "scalar" => {
            let cell = scalar(root).unwrap_or_else(|| panic!("{label}: no scalar: {root}"));
            assert_eq!(of_cell(cell, None), *about, "{label}");
        }
        _ => check_estimator(root, about, counts, label),
    }
}

fn run(python: &Python, packages: &[&str]) -> Option<BTreeMap<String, usize>> {
    let libs = match venv(python, packages) {
        Ok(libs) => libs,
        Err(why) => {
            not_run(&format!("{} on {python}: {why}", packages.join(" ")));
            return None;
        }
    };
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pandas-{}-{}.json", python.version.1, std::process::id()));
    let mut command = python.command();
    let output = command
        .env("PYTHONPATH", libs)
        .args(["-W", "ignore"])
        .arg(scripts().join("pandas_cases.py"))
        .arg(&file)
        .output()
        .expect("Python runs");
    assert!(output.status.success(), "{python}: {}", String::from_utf8_lossy(&output.stderr));
    let made: Json = serde_json::from_slice(&fs::read(&file).expect("the script wrote")).expect("JSON");
    fs::remove_file(&file).expect("the file is there");
    let mut counts = BTreeMap::new();
    let mut failed = Vec::new();
    for case in made["cases"].as_array().expect("cases") {
        if !cfg!(feature = "container") && case["kind"] == "joblib" && !case["name"].as_str().unwrap().contains(" 0 ") {
            continue;
        }
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(case, &mut counts)));
        if result.is_err() {
            failed.push(case["name"].as_str().expect("a name").to_owned());
        }
    }
    assert!(
        failed.is_empty(),
        "{python}, {}: {} differ: {:?}",
        packages.join(" "),
        failed.len(),
        &failed[..failed.len().min(40)]
    );
    Some(counts)
}

#[test]
fn what_python_says() {
    let found = interpreters();
    let mut ran = 0;
    for (version, packages) in WITH {
        let Some(python) = found.iter().find(|python| (python.version.0, python.version.1) == *version) else {
            not_run(&format!("{}: no CPython {}.{}", packages.join(" "), version.0, version.1));
            continue;
        };
        let Some(counts) = run(python, packages) else { continue };
        ran += 1;
        println!("{python}, {}: {counts:?}", packages.join(" "));
        for kind in ["frame", "series", "index", "scalar", "estimator"] {
            assert!(counts[kind] >= 12 * 6, "{kind}: {counts:?}");
        }
        assert!(counts["arrays"] > 300 && counts["borrowed"] > 150 && counts["joblib"] > 20, "{counts:?}");
    }
    assert!(ran > 0, "there is no pandas");
}
