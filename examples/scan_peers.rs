//! Our scan and others' over the labelled corpus: detection, false alarms, speed.
//!
//! ```text
//! cargo run --release --features cli --example scan_peers
//! ```
//!
//! Makes a virtual environment with fickling, picklescan and modelscan below `target/`, writes the corpus with `tests/python/scan_corpus.py`, and prints a table.
//! `PYTHON` names the interpreter, `python3` by default.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use cloudpickle::container;
use cloudpickle::scan::{Rules, Verdict, scan, scan_each};

// fickling asks for typing_extensions below Python 3.12 without saying so.
const PEERS: [&str; 4] = ["fickling==0.1.12", "picklescan==1.0.5", "modelscan==0.8.8", "typing_extensions"];
const PACKAGES: [&str; 10] =
    ["numpy", "pandas", "scikit-learn", "scipy", "cloudpickle", "dill", "networkx", "sympy", "pyarrow", "lz4"];

/// Three pieces of work: a document, a state dict as torch writes it, many functions by value.
const WORK: &str = r#"
import os, pickle, random, struct, sys
import cloudpickle
out = sys.argv[1]
def write(work, name, data):
    os.makedirs(os.path.join(out, work), exist_ok=True)
    with open(os.path.join(out, work, name), "wb") as f:
        f.write(data)
rng = random.Random(7)
word = lambda: "".join(rng.choice("abcdefghij") for _ in range(8))
document = [{"id": i, "name": word(), "tags": [word(), word()], "score": rng.random(), "text": word() * 8, "nested": {"a": [1, 2, None], word(): True}} for i in range(2600)]
write("document", "document.pkl", pickle.dumps(document, 4))
def text(s):
    return b"X" + struct.pack("<I", len(s)) + s.encode()
state = b"\x80\x02ccollections\nOrderedDict\n)R("
for i in range(2000):
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(str(i)) + text("cpu") + b"J\x00\x10\x00\x00tQ"
    state += text("layers.%d.attention.weight" % i) + b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x00K\x40K\x40\x86K\x40K\x01\x86\x89ccollections\nOrderedDict\n)RtR"
write("state dict", "data.pkl", state + b"u.")
for i in range(5000):
    exec("def f(x, y=%d):\n    total = 0\n    for n in range(x):\n        total += n * y\n    return {'total': total, 'i': %d}\n" % (i, i))
    f.__module__ = "__main__"
    write("functions", "%04d.pkl" % i, cloudpickle.dumps(f))
"#;

fn run(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// A virtual environment with packages, made once.
fn environment(dir: &Path, packages: &[&str]) -> Result<PathBuf, Box<dyn Error>> {
    let python = dir.join("bin").join("python");
    if !dir.join("ready").exists() {
        let base = std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
        run(Command::new(base).args(["-m", "venv"]).arg(dir))?;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages))?;
        fs::write(dir.join("ready"), packages.join("\n"))?;
    }
    Ok(python)
}

/// Whether a file is called dangerous, and whether it is called anything but safe.
fn judge(bytes: &[u8]) -> (bool, bool) {
    let (mut dangerous, mut unsafe_) = (false, false);
    container::each(bytes, &mut |member| {
        unsafe_ |= member.problem.is_some();
        for report in scan_each(member.bytes, &Rules::default()) {
            let nothing = report.verdict() == Verdict::Error && report.globals().is_empty();
            if !(member.may_be_none && nothing) {
                dangerous |= report.verdict() == Verdict::Dangerous;
                unsafe_ |= report.verdict() != Verdict::Safe;
            }
        }
    });
    (dangerous, unsafe_)
}

/// How many bytes a second are scanned; all files, as often as a second has room for.
fn rate(folder: &Path) -> Result<f64, Box<dyn Error>> {
    let files: Vec<Vec<u8>> =
        fs::read_dir(folder)?.map(|entry| Ok(fs::read(entry?.path())?)).collect::<Result<_, Box<dyn Error>>>()?;
    let rules = Rules::default();
    let (mut size, begin) = (0, Instant::now());
    while begin.elapsed().as_secs_f64() < 1.0 {
        for file in &files {
            std::hint::black_box(scan(file, &rules));
            size += file.len();
        }
    }
    Ok(size as f64 / begin.elapsed().as_secs_f64())
}

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scripts = root.join("tests").join("python");
    let target = root.join("target").join("scan-peers");
    fs::create_dir_all(&target)?;
    let peers = environment(&target.join("peers"), &PEERS)?;
    let writers = environment(&target.join("writers"), &PACKAGES)?;
    let (corpus, work) = (target.join("corpus"), target.join("work"));
    println!("corpus: {}", run(Command::new(&writers).arg(scripts.join("scan_corpus.py")).arg(&corpus))?.trim());
    run(Command::new(&writers).args(["-c", WORK]).arg(&work))?;

    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(corpus.join("manifest.json"))?)?;
    let (mut found, mut dangerous, mut alarms, mut unsure, mut harmless, mut seen, mut malformed) = (0, 0, 0, 0, 0, 0, 0);
    for entry in manifest.as_array().ok_or("the manifest is a list")? {
        let bytes = fs::read(corpus.join(entry["file"].as_str().ok_or("a file has a name")?))?;
        let (is_dangerous, is_unsafe) = judge(&bytes);
        match entry["label"].as_str() {
            Some("dangerous") => (dangerous, found) = (dangerous + 1, found + u32::from(is_dangerous)),
            Some("harmless") => {
                let by_value = entry["class"] == "code by value";
                harmless += 1;
                unsure += u32::from(is_unsafe && !is_dangerous && by_value);
                alarms += u32::from(is_dangerous || (is_unsafe && !by_value));
            }
            _ => (malformed, seen) = (malformed + 1, seen + u32::from(is_unsafe)),
        }
    }
    let share = |part: u32, whole: u32| 100.0 * f64::from(part) / f64::from(whole.max(1));
    println!(
        "{:<22} {:>9} {:>12} {:>12} {:>12} {:>12}   MB/s",
        "scanner", "detection", "false alarms", "document", "functions", "state dict"
    );
    let mut own = Vec::new();
    for name in ["document", "functions", "state dict"] {
        own.push(rate(&work.join(name))?);
    }
    let row = |name: &str, detection: f64, alarms: f64, rates: &[f64]| {
        let rates: Vec<String> = rates.iter().map(|rate| format!("{:>12.3}", rate / 1e6)).collect();
        println!("{name:<22} {detection:>8.1}% {alarms:>11.1}% {}", rates.join(" "));
    };
    row("cloudpickle scan", share(found, dangerous), share(alarms, harmless), &own);
    let output = run(Command::new(&peers).arg(scripts.join("scan_peers.py")).arg(&corpus).arg(&work))?;
    let report: serde_json::Value = serde_json::from_str(output.lines().last().unwrap_or_default())?;
    for (name, peer) in report.as_object().ok_or("the report is an object")? {
        let rate = |label: &str| {
            let counts = &peer["counts"][label];
            100.0 * counts[0].as_f64().unwrap_or_default() / counts[1].as_f64().unwrap_or(1.0)
        };
        let rates: Vec<f64> = ["document", "functions", "state dict"]
            .iter()
            .map(|work| peer["rates"][*work].as_f64().unwrap_or_default())
            .collect();
        row(name, rate("dangerous"), rate("harmless"), &rates);
        let ratios: Vec<String> = own.iter().zip(&rates).map(|(ours, theirs)| format!("{:>11.0}x", ours / theirs)).collect();
        println!("{:<22} {:>9} {:>12} {}", "", "", "", ratios.join(" "));
    }
    println!(
        "\nours also: {unsure} of {harmless} harmless files suspicious because code travels by value in them; {seen} of {malformed} malformed ones not safe"
    );
    Ok(())
}
