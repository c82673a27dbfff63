//! Python functions from Rust, run by real Spark Connect servers. Heavy: PySpark is 450 MB to download and 600 MB on disk, a server takes a gigabyte of memory.
//!
//! `cargo test -p spark-example -- --ignored`

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use cloudpickle::reflect::Dialect;
use cloudpickle::{Source, loads};
use engines_support::{Python, Server, built_closure, free_port, need, pickled_closure, python, run, scratch_file, venv};
use spark_example::arrow_array::cast::AsArray;
use spark_example::arrow_array::types::{Float64Type, Int64Type};
use spark_example::arrow_array::{Array, RecordBatch};
use spark_example::{Column, Error, Eval, Frame, Session, Type, Udf};
use worker_task::{Raised, Task};

/// With the server's jar, unlike 3.5.
const SPARK_4_3: &[&str] = &["pyspark==4.3.0", "py4j==0.10.9.9"];
const SPARK_4_0: &[&str] = &["pyspark==4.0.1", "py4j==0.10.9.9"];

/// What the workers need for functions of columns.
const ARROW: &[&str] = &[
    "pyarrow==21.0.0",
    "pandas==2.3.3",
    "numpy==2.3.4",
    "python-dateutil==2.9.0.post0",
    "pytz==2025.2",
    "tzdata==2025.2",
    "six==1.17.0",
];

/// What writes payloads: PySpark has a copy, whose name it does not go by.
const CLOUDPICKLE: &[&str] = &["cloudpickle==3.1.2"];

const SOON: Duration = Duration::from_secs(60);

/// Dropped from the first to the last: the server before its directory.
struct Engine {
    _server: Server,
    _dir: Dir,
    address: String,
    python: Python,
    cloudpickle: PathBuf,
}

/// A directory for what a server leaves behind.
struct Dir(PathBuf);

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Engine {
    fn start(requirements: &[&str]) -> Option<Self> {
        need(
            run(Command::new("java").arg("-version"))
                .map_err(|error| format!("Java 17 or later (apt-get install openjdk-17-jre-headless): {error}")),
        )?;
        let python = need(python(&[11, 12, 13]))?;
        let [spark, arrow, cloudpickle] =
            [requirements, ARROW, CLOUDPICKLE].map(|requirements| need(venv(&python, requirements)));
        let (home, arrow, cloudpickle) = (spark?.join("pyspark"), arrow?, cloudpickle?);
        let mut last = String::new();
        // Somebody else may take a free port first.
        for _ in 0..3 {
            let port = free_port();
            let mut command = Command::new("bash");
            command.arg(home.join("bin/spark-submit"));
            command.args(["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "--master", "local[2]"]);
            let grpc = format!("spark.connect.grpc.binding.port={port}");
            for setting in [
                &*grpc,
                "spark.connect.grpc.binding.address=127.0.0.1",
                "spark.driver.bindAddress=127.0.0.1",
                "spark.driver.host=127.0.0.1",
                "spark.port.maxRetries=0",
                "spark.ui.enabled=false",
            ] {
                command.args(["--conf", setting]);
            }
            let dir = Dir(scratch_file("spark"));
            fs::create_dir(&dir.0).expect("a scratch directory can be made");
            command.current_dir(&dir.0).env("SPARK_HOME", &home).env("SPARK_LOCAL_IP", "127.0.0.1").env("PYTHONPATH", &arrow);
            command
                .env("PYSPARK_PYTHON", &python.path)
                .env("PYSPARK_DRIVER_PYTHON", &python.path)
                .env("SPARK_LOCAL_DIRS", &dir.0);
            match Server::start("spark", &command, |log| log.contains("Spark Connect server started at"), 3 * SOON) {
                Ok(server) => {
                    let address = format!("http://127.0.0.1:{port}");
                    return Some(Self { _server: server, _dir: dir, address, python, cloudpickle });
                }
                Err(error) => last = error,
            }
        }
        panic!("{last}")
    }

    fn session(&self) -> Session {
        Session::connect(&self.address, SOON).expect("the server is there")
    }
}

fn lambda(text: &str) -> Task {
    Task::source(&Source::lambda(text)).expect("a function from source")
}

fn source(text: &str) -> Task {
    Task::source(&Source::function(text)).expect("a function from source")
}

fn id() -> Column {
    Column::named("id")
}

/// What a function gives for the numbers below `count`.
fn rows(session: &mut Session, function: &Udf, count: i64) -> Vec<RecordBatch> {
    session.collect(&Frame::range(0, count).select([function.on([id()])])).unwrap_or_else(|error| panic!("{error}"))
}

fn longs(batches: &[RecordBatch]) -> Vec<i64> {
    batches.iter().flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec()).collect()
}

fn raised(session: &mut Session, function: &Udf) -> Raised {
    match session.collect(&Frame::range(0, 1).select([function.on([id()])])) {
        Err(Error::Raised(raised)) => raised,
        other => panic!("{other:?}"),
    }
}

/// The sum of what a function gives for a million rows, made there.
fn sum(session: &mut Session, function: &Udf) -> i64 {
    let rows = Frame::range(0, 1_000_000).select([function.on([id()]).alias("y")]);
    let batches =
        session.collect(&rows.aggregate([Column::call("sum", [Column::named("y")])])).unwrap_or_else(|error| panic!("{error}"));
    longs(&batches)[0]
}

fn a_million_rows(engine: &Engine) {
    let mut session = engine.session();
    let squares: i64 = (0..1_000_000).map(|x: i64| x * x).sum();
    let square = session.udf("square", &lambda("lambda x: x * x"), Type::Long).unwrap();
    assert_eq!(sum(&mut session, &square), squares);
    // Closures with a global and a function among their globals: built here, and pickled by cloudpickle.
    let scaled: i64 = (0..1_000_000).map(|x: i64| x * 3 + 100).sum();
    let built = built_closure(&engine.python, &Dialect::PYSPARK, 3, 100);
    let renamed = built_closure(&engine.python, &Dialect::CLOUDPICKLE_3_1, 3, 100);
    for closure in [built, renamed, pickled_closure(&engine.python, &engine.cloudpickle, 3, 100)] {
        let scale = session.udf("scale", &closure, Type::Long).unwrap();
        assert_eq!(sum(&mut session, &scale), scaled);
    }
    // Column by column.
    let arrow = session.udf_with("square", &lambda("lambda x: x * x"), Type::Long, Eval::ArrowRows).unwrap();
    assert_eq!(sum(&mut session, &arrow), squares);
    let pandas = session.udf_with("square", &lambda("lambda x: x * x"), Type::Long, Eval::Pandas).unwrap();
    assert_eq!(sum(&mut session, &pandas), squares);
    session.close().unwrap();
}

fn types_and_rows(engine: &Engine, release: &str) {
    let mut session = engine.session();
    assert_eq!(session.version().unwrap(), release);
    assert_eq!(session.python().unwrap(), (engine.python.version.0, engine.python.version.1));

    // All rows, in their order, from every partition.
    let negative = session.udf("negative", &Task::global("operator", "neg"), Type::Long).unwrap();
    assert_eq!(longs(&rows(&mut session, &negative, 10_000)), (0..10_000).map(|x| -x).collect::<Vec<i64>>());
    // Several columns, of several types; one is nobody's argument.
    let hypot = session.udf("hypot", &Task::global("math", "hypot"), Type::Double).unwrap();
    let text = session.udf("text", &lambda("lambda x: 'caf\\xe9' * x"), Type::String).unwrap();
    let odd = session.udf("odd", &lambda("lambda x: x % 2 == 1"), Type::Boolean).unwrap();
    let frame = Frame::sql("SELECT id, id * 3 AS a, id * 4 AS b FROM range(3)");
    let columns = [hypot.on([Column::named("a"), Column::named("b")]), text.on([id()]), odd.on([id()])];
    let batches = session.collect(&frame.select(columns)).unwrap();
    let all: Vec<(f64, String, bool)> = batches
        .iter()
        .flat_map(|batch| {
            let (lengths, texts, odds) =
                (batch.column(0).as_primitive::<Float64Type>(), batch.column(1).as_string::<i32>(), batch.column(2).as_boolean());
            (0..batch.num_rows()).map(|at| (lengths.value(at), texts.value(at).to_owned(), odds.value(at))).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(all, [(0.0, String::new(), false), (5.0, "café".to_owned(), true), (10.0, "cafécafé".to_owned(), false)]);

    // Anything at all, as bytes.
    let any = source("def any(x):\n    import pickle\n    return pickle.dumps({'x': [x, (x, None)]})\n");
    let any = session.udf("any", &any, Type::Binary).unwrap();
    let batches = rows(&mut session, &any, 3);
    let pickles: Vec<String> = batches
        .iter()
        .flat_map(|batch| {
            let column = batch.column(0).as_binary::<i32>();
            column.iter().map(|bytes| loads(bytes.unwrap()).unwrap().root().to_string()).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(pickles, ["{'x': [0, (0, None)]}", "{'x': [1, (1, None)]}", "{'x': [2, (2, None)]}"]);
    // What is of another type is a null, and nothing says so.
    for function in ["lambda x: 'text'", "lambda x: x"] {
        let wrong = session.udf("wrong", &lambda(function), Type::Double).unwrap();
        let batches = rows(&mut session, &wrong, 4);
        assert_eq!(batches.iter().map(|batch| batch.column(0).null_count()).sum::<usize>(), 4, "{function}");
    }
    session.close().unwrap();
}

fn what_goes_wrong(engine: &Engine) {
    let mut session = engine.session();
    let fails = session.udf("fails", &source("def fails(x):\n    return {}[x + 7]\n"), Type::Long).unwrap();
    let raised = raised(&mut session, &fails);
    assert_eq!((&*raised.kind, &*raised.message), ("KeyError", "7"), "{raised:?}");
    assert!(raised.traceback.contains("return {}[x + 7]") || raised.traceback.contains(", in fails"), "{}", raised.traceback);

    // All of what was raised comes, however long: a status has 2048 characters.
    let long = "def long(x):\n    raise ValueError('one line\\n\\n' + 'and another ' * 4000 + 'end')\n";
    let long = session.udf("long", &source(long), Type::Long).unwrap();
    let long = self::raised(&mut session, &long);
    assert_eq!((&*long.kind, &*long.message), ("ValueError", &*format!("one line\n\n{}end", "and another ".repeat(4000))));

    // Bytecode of another Python is not sent.
    let counter = Task::payload((3, 8), &loads(include_bytes!("../../counter.pkl")).unwrap());
    assert!(matches!(session.udf("count", &counter, Type::Long), Err(Error::OtherPython(other)) if other.task == (3, 8)));

    // What the server says of a plan.
    let unknown = session.collect(&Frame::range(0, 1).select([Column::named("no_such_column")])).unwrap_err();
    assert!(matches!(&unknown, Error::Spark { message, .. } if message.contains("no_such_column")), "{unknown}");
    // And the session goes on.
    let negative = session.udf("negative", &Task::global("operator", "neg"), Type::Long).unwrap();
    assert_eq!(longs(&rows(&mut session, &negative, 2)), [0, -1]);
    session.close().unwrap();
}

fn demo(engine: &Engine) {
    let text = run(Command::new(env!("CARGO_BIN_EXE_spark-example")).arg(&engine.address)).unwrap();
    assert!(text.contains("a million squares: 333332833333500000\n"), "{text}");
    assert!(text.contains("a function that raises: raised KeyError: 0\n"), "{text}");
    let closure = if engine.python.version.1 == 11 { "a closure by value: 12\n" } else { "a closure by value: not sent" };
    assert!(text.contains(closure), "{text}");
}

fn all(requirements: &[&str], release: &str) {
    let Some(engine) = Engine::start(requirements) else { return };
    types_and_rows(&engine, release);
    what_goes_wrong(&engine);
    a_million_rows(&engine);
    demo(&engine);
}

#[test]
fn nobody_there() {
    let nobody = Session::connect(&format!("http://127.0.0.1:{}", free_port()), Duration::from_secs(5));
    assert!(matches!(nobody, Err(Error::Connection(_))), "{nobody:?}");
}

#[test]
#[ignore = "downloads 450 MB, and takes minutes"]
fn spark_4_3() {
    all(SPARK_4_3, "4.3.0");
}

#[test]
#[ignore = "downloads 450 MB, and takes minutes"]
fn spark_4_0() {
    all(SPARK_4_0, "4.0.1");
}
