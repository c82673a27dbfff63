//! The pool beside `concurrent.futures.ProcessPoolExecutor`: the same functions, sizes and number of workers, in turns in one run.
//!
//! `cargo bench -p python_pool` prints one table. `PYTHON=/path/to/python3.13` takes another Python than `python3` for both sides.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use cloudpickle::py;
use python_pool::{Callable, Pool, Result, Shared, Task};

const WORKERS: usize = 2;
const ROUNDS: usize = 3;
const SIZE: usize = 64 << 20;

/// The Python side, which times itself.
struct Executor {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Executor {
    fn start(python: &str) -> std::io::Result<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/executor.py");
        let mut child =
            Command::new(python).args([script, &WORKERS.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Ok(Self { child, stdin, stdout })
    }

    fn time(&mut self, name: &str, count: usize) -> f64 {
        let stdin = self.stdin.as_mut().expect("stdin is open");
        writeln!(stdin, "{name} {count}").expect("Python listens");
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("Python answers");
        line.trim().parse().expect("Python answers with seconds")
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.stdin = None;
        let _ = self.child.wait();
    }
}

/// Makes so many calls.
type Ours = Box<dyn Fn(&Pool, usize) -> Result<()>>;

struct Row {
    what: &'static str,
    name: &'static str,
    count: usize,
    /// The bytes that a call moves, where they are what counts.
    bytes: usize,
    ours: Ours,
}

fn submitted(pool: &Pool, count: usize, task: impl Fn() -> Task) -> Result<()> {
    let calls = (0..count).map(|_| pool.submit(task())).collect::<Result<Vec<_>>>()?;
    calls.into_iter().try_for_each(|call| call.wait().map(drop))
}

fn one_by_one(pool: &Pool, count: usize, task: impl Fn() -> Task) -> Result<()> {
    (0..count).try_for_each(|_| pool.call(task()).map(drop))
}

fn rows() -> Result<Vec<Row>> {
    let row = |what, name, count, bytes, ours: Ours| Row { what, name, count, bytes, ours };
    let hypot = Callable::global("math", "hypot");
    let (submit, wait, map, chunks) = (hypot.clone(), hypot.clone(), hypot.clone(), hypot);
    let tags = Callable::with(|heap| {
        let getter = heap.global("operator", "itemgetter");
        Ok(heap.call(getter, ("tags",)))
    })?;
    let upper = Callable::global("builtins", "str.upper");
    let (len, bytes, array) =
        (Callable::global("builtins", "len"), Callable::global("builtins", "bytes"), Callable::global("array", "array"));
    let page = "spam and eggs ".repeat(300);
    let data: Shared = Arc::new(vec![0_u8; SIZE]);
    let doubles = data.clone();
    let record = move || {
        let record = py!({"name": "run-7", "shape": (2, 3), "tags": ["a", "b"], "rate": 0.5});
        tags.call((record.root(),))
    };
    Ok(vec![
        row(
            "hypot(3.0, 4.0), submit all, wait for all",
            "submit",
            4_000,
            0,
            Box::new(move |pool, count| submitted(pool, count, || submit.call((3.0, 4.0)))),
        ),
        row(
            "a dict of four items there, a list back",
            "record",
            4_000,
            0,
            Box::new(move |pool, count| submitted(pool, count, &record)),
        ),
        row(
            "str.upper of 4,200 characters",
            "text",
            2_000,
            0,
            Box::new(move |pool, count| submitted(pool, count, || upper.call((page.as_str(),)))),
        ),
        row(
            "hypot, each waited for before the next",
            "wait",
            1_000,
            0,
            Box::new(move |pool, count| one_by_one(pool, count, || wait.call((3.0, 4.0)))),
        ),
        row(
            "hypot by map",
            "map",
            4_000,
            0,
            Box::new(move |pool, count| {
                pool.map((0..count).map(|_| map.call((3.0, 4.0)))).try_for_each(|answer| answer.map(drop))
            }),
        ),
        row(
            "hypot by map, both in chunks of 100",
            "chunks",
            100_000,
            0,
            Box::new(move |pool, count| {
                let inputs = (0..count).map(|_| (3.0, 4.0));
                let all: Vec<f64> = pool.map_chunks(&chunks, 100, inputs).collect::<Result<_>>()?;
                assert_eq!(all.len(), count);
                Ok(())
            }),
        ),
        row(
            "len of a bytearray of 64 MiB",
            "there",
            8,
            SIZE,
            Box::new(move |pool, count| one_by_one(pool, count, || len.call(()).shared(data.clone()))),
        ),
        row("bytes(64 MiB) back", "back", 4, SIZE, Box::new(move |pool, count| one_by_one(pool, count, || bytes.call((SIZE,))))),
        row(
            "array('d') of 64 MiB there and back",
            "array",
            4,
            2 * SIZE,
            Box::new(move |pool, count| one_by_one(pool, count, || array.call(("d",)).shared(doubles.clone()))),
        ),
    ])
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

fn main() -> Result<()> {
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let pool = Pool::builder().python(&python).workers(WORKERS).start()?;
    let mut executor = Executor::start(&python)?;
    let (major, minor, patch) = pool.python().version();
    println!("Python {major}.{minor}.{patch}, {WORKERS} workers each, {ROUNDS} rounds in turns, medians\n");
    println!("{:<46} {:>12} {:>20} {:>8}", "", "python_pool", "ProcessPoolExecutor", "ratio");
    for Row { what, name, count, bytes, ours } in rows()? {
        let (mut our, mut their, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        // The first round warms both sides up.
        for round in 0..=ROUNDS {
            let begun = Instant::now();
            ours(&pool, count)?;
            let (ours, theirs) = (begun.elapsed().as_secs_f64(), executor.time(name, count));
            if round > 0 {
                our.push(ours);
                their.push(theirs);
                ratios.push(theirs / ours);
            }
        }
        let rate = |seconds: f64| match bytes {
            0 => format!("{:.0} /s", count as f64 / seconds),
            bytes => format!("{:.0} MB/s", (count * bytes) as f64 / seconds / 1e6),
        };
        println!("{what:<46} {:>12} {:>20} {:>7.1}x", rate(median(our)), rate(median(their)), median(ratios));
    }
    Ok(())
}
