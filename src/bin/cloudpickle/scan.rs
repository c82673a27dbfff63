//! `cloudpickle scan`: judges the pickles in files and folders.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use cloudpickle::container::{self, Member};
use cloudpickle::scan::{Report, Rules, Severity, Verdict, scan_each};
use serde_json::{Value, json};

/// What is said on the command line.
#[derive(Args)]
pub(crate) struct Options {
    /// The files, or folders with files; `-` or nothing for standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print a JSON object a line for each pickle found
    #[arg(long)]
    json: bool,
    /// The least that makes the exit status 1
    #[arg(long, value_name = "VERDICT", default_value = "suspicious")]
    fail_on: FailOn,
    /// Own rules, which go before the known ones: a JSON file {"allow": ["module:name", ..], "deny": [..]}
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Code by value that reaches something harmful is dangerous, although loading only builds it
    #[arg(long)]
    judge_code: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Suspicious,
    Dangerous,
}

/// What was found in all files.
#[derive(Default)]
struct Seen {
    failed: bool,
    unread: bool,
}

/// Judges everything; the exit status is 0 when nothing was found, 1 when something was, else 2 when a file could not be read.
pub(crate) fn run(options: &Options) -> ExitCode {
    let rules = match rules(options) {
        Ok(rules) => rules,
        Err(why) => {
            eprintln!("cloudpickle: {why}");
            return ExitCode::from(2);
        }
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut seen = Seen::default();
    let standard_input = [PathBuf::from("-")];
    let files = if options.files.is_empty() { &standard_input[..] } else { &options.files };
    let result = files.iter().try_for_each(|file| walk(file, options, &rules, &mut out, &mut seen)).and_then(|()| out.flush());
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("cloudpickle: standard output: {error}");
            ExitCode::from(2)
        }
        _ if seen.failed => ExitCode::from(1),
        _ if seen.unread => ExitCode::from(2),
        _ => ExitCode::SUCCESS,
    }
}

/// Rules of the user.
fn rules(options: &Options) -> Result<Rules, String> {
    let mut rules = Rules::default().judge_code(options.judge_code);
    let Some(path) = &options.rules else { return Ok(rules) };
    let say = |why: String| format!("{}: {why}", path.display());
    let text = fs::read_to_string(path).map_err(|error| say(error.to_string()))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| say(error.to_string()))?;
    let object = value.as_object().ok_or_else(|| say("rules are an object with \"allow\" and \"deny\"".to_owned()))?;
    for (key, patterns) in object {
        let patterns = patterns.as_array().ok_or_else(|| say(format!("{key:?} is a list of \"module:name\"")))?;
        for pattern in patterns {
            let pair = pattern.as_str().and_then(|pattern| pattern.split_once(':'));
            let (module, name) = pair.ok_or_else(|| say(format!("{pattern} is not \"module:name\"")))?;
            rules = match key.as_str() {
                "allow" => rules.allow(module, name),
                "deny" => rules.deny(module, name),
                _ => return Err(say(format!("{key:?} is neither \"allow\" nor \"deny\""))),
            };
        }
    }
    Ok(rules)
}

/// A file, or all files in a folder; links to folders are not followed.
fn walk(path: &Path, options: &Options, rules: &Rules, out: &mut impl Write, seen: &mut Seen) -> io::Result<()> {
    let mut open = vec![path.to_path_buf()];
    let named = path;
    while let Some(path) = open.pop() {
        if path != *"-" && path.is_dir() {
            match fs::read_dir(&path) {
                Ok(entries) => {
                    let mut inside: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
                    inside.retain(|inner| !(inner.is_symlink() && inner.is_dir()));
                    inside.sort();
                    open.extend(inside.into_iter().rev());
                }
                Err(error) => unread(&path, &error, options, out, seen)?,
            }
            continue;
        }
        match read(&path) {
            Ok(bytes) => {
                // Among the files of a folder are some that nobody holds for pickles.
                let may_be_none = path != named && !is_pickle_name(&path);
                file(&path, &bytes, may_be_none, options, rules, out, seen)?;
            }
            Err(error) => unread(&path, &error, options, out, seen)?,
        }
    }
    Ok(())
}

/// Names under which pickles are kept.
fn is_pickle_name(path: &Path) -> bool {
    const NAMES: &[&str] =
        &["pkl", "pickle", "p", "pk", "pt", "pth", "bin", "ckpt", "joblib", "dill", "sav", "npy", "npz", "model", "dat", "data"];
    path.extension().and_then(OsStr::to_str).is_some_and(|extension| NAMES.contains(&extension.to_ascii_lowercase().as_str()))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path.as_os_str() == OsStr::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    fs::read(path)
}

fn unread(path: &Path, error: &io::Error, options: &Options, out: &mut impl Write, seen: &mut Seen) -> io::Result<()> {
    seen.unread = true;
    if options.json {
        let line = json!({"file": path.display().to_string(), "verdict": "error", "globals": [], "calls": [], "error": error.to_string()});
        return writeln!(out, "{line}");
    }
    eprintln!("cloudpickle: {}: {error}", path.display());
    Ok(())
}

/// The pickles of a file: of the file itself, or of its members.
fn file(
    path: &Path,
    bytes: &[u8],
    may_be_none: bool,
    options: &Options,
    rules: &Rules,
    out: &mut impl Write,
    seen: &mut Seen,
) -> io::Result<()> {
    let name = if path.as_os_str() == OsStr::new("-") { "standard input".to_owned() } else { path.display().to_string() };
    let mut result = Ok(());
    container::each(bytes, &mut |member: Member<'_>| {
        if result.is_err() {
            return;
        }
        let shown = if member.path.is_empty() { name.clone() } else { format!("{name}:{}", member.path) };
        if let Some(problem) = member.problem {
            seen.unread = true;
            result = say_problem(&shown, problem, options, out);
            return;
        }
        for report in scan_each(member.bytes, rules) {
            if (may_be_none || member.may_be_none)
                && report.error().is_some()
                && report.verdict() == Verdict::Error
                && report.globals().is_empty()
            {
                continue;
            }
            let verdict = report.verdict();
            seen.unread |= verdict == Verdict::Error;
            seen.failed |= match options.fail_on {
                FailOn::Suspicious => matches!(verdict, Verdict::Suspicious | Verdict::Dangerous),
                FailOn::Dangerous => verdict == Verdict::Dangerous,
            };
            result = if options.json { writeln!(out, "{}", json_of(&shown, &report)) } else { say(&shown, &report, out) };
            if result.is_err() {
                return;
            }
        }
    });
    result
}

fn say_problem(name: &str, problem: &str, options: &Options, out: &mut impl Write) -> io::Result<()> {
    if options.json {
        let line = json!({"file": name, "verdict": "error", "globals": [], "calls": [], "error": problem});
        writeln!(out, "{line}")
    } else {
        writeln!(out, "{name}: error: {problem}")
    }
}

/// One line about the pickle, and one about each reason.
fn say(name: &str, report: &Report, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{name}: {}", report.verdict())?;
    let mut shown = 0;
    for finding in report.findings() {
        if finding.severity > Severity::Safe {
            shown += 1;
            if shown > 50 {
                writeln!(out, "    ..")?;
                break;
            }
            writeln!(out, "    {:#x}: {}: {}", finding.offset, finding.severity.as_str(), finding.message)?;
        }
    }
    for call in report.calls().iter().filter(|call| call.severity == Severity::Dangerous).take(20) {
        writeln!(out, "    {:#x}: {}{}", call.offset, call.callable, call.args)?;
    }
    match report.error() {
        Some(error) => writeln!(out, "    error: {error}"),
        None => Ok(()),
    }
}

fn json_of(name: &str, report: &Report) -> Value {
    let globals = report.globals().iter().map(|global| {
        json!({"module": global.module, "name": global.name, "severity": global.severity.as_str(), "offset": global.offset, "reason": global.reason})
    });
    let calls = report.calls().iter().map(|call| {
        json!({"callable": call.callable, "args": call.args, "severity": call.severity.as_str(), "offset": call.offset, "reason": call.reason})
    });
    let states = report.states().iter().map(|state| {
        json!({"target": state.target, "state": state.state, "severity": state.severity.as_str(), "offset": state.offset})
    });
    let findings = report
        .findings()
        .iter()
        .map(|finding| json!({"severity": finding.severity.as_str(), "offset": finding.offset, "message": finding.message}));
    json!({
        "file": name,
        "verdict": report.verdict().as_str(),
        "globals": globals.collect::<Vec<_>>(),
        "calls": calls.collect::<Vec<_>>(),
        "error": report.error().map(ToString::to_string),
        "offset": report.offset(),
        "length": report.length(),
        "states": states.collect::<Vec<_>>(),
        "findings": findings.collect::<Vec<_>>(),
        "left_out": report.calls_left_out(),
    })
}
