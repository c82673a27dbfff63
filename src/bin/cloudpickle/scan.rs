//! `cloudpickle scan`: judges the pickles in files and folders.

use std::io::{self, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use cloudpickle::container::{self, Member};
use cloudpickle::scan::{Report, Rules, Severity, Verdict, scan_each};
use serde_json::{Value, json};

use super::files::{self, Found};
use super::{input, rules};

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
    /// Own rules, which go before the known ones: a JSON file {"allow": ["module:name", ..], "deny": [..]}, or the same as TOML
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Code by value that reaches something harmful is dangerous, although loading only builds it
    #[arg(long)]
    judge_code: bool,
    /// How many files to look at at the same time; as many as there are cores without it
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZero<usize>>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Suspicious,
    Dangerous,
}

/// What is said of one file.
#[derive(Default)]
struct Told {
    out: Vec<u8>,
    err: String,
    failed: bool,
    unread: bool,
    /// How many lines about pickles there are.
    lines: usize,
    /// How many parts there are in which a pickle may be.
    members: usize,
}

/// Judges everything; the exit status is 0 when nothing was found, 1 when something was, else 2 when a file could not be read.
pub(crate) fn run(options: &Options) -> ExitCode {
    let rules = Rules::default().judge_code(options.judge_code);
    let rules = match &options.rules {
        Some(path) => rules::read(path, rules),
        None => Ok(rules),
    };
    let rules = match rules {
        Ok(rules) => rules,
        Err(why) => {
            eprintln!("cloudpickle: {why}");
            return ExitCode::from(2);
        }
    };
    let standard_input = [PathBuf::from("-")];
    let named = if options.files.is_empty() { &standard_input[..] } else { &options.files };
    let files = files::find(named);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let (mut failed, mut unread) = (false, false);
    let told = files::work(
        &files,
        options.jobs,
        |file| one(file, options, &rules),
        |told: Told| {
            failed |= told.failed;
            unread |= told.unread;
            out.write_all(&told.out)?;
            if !told.err.is_empty() {
                out.flush()?;
                eprint!("{}", told.err);
            }
            Ok(())
        },
    );
    match told.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("cloudpickle: standard output: {error}");
            ExitCode::from(2)
        }
        _ if failed => ExitCode::from(1),
        _ if unread => ExitCode::from(2),
        _ => ExitCode::SUCCESS,
    }
}

/// Judges one file.
fn one(file: &Found, options: &Options, rules: &Rules) -> Told {
    let mut told = Told::default();
    let name = input::name(&file.path);
    let bytes = match &file.error {
        Some(error) => Err(error.to_string()),
        None => input::read(&file.path).map_err(|error| error.to_string()),
    };
    match bytes {
        Ok(bytes) => {
            // Among the files of a folder are some that nobody holds for pickles.
            let may_be_none = file.in_folder && !files::is_pickle_name(&file.path);
            pickles(&name, &bytes, may_be_none, options, rules, &mut told);
            if told.lines == 0 && !may_be_none {
                no_pickle(&name, options, &mut told);
            }
        }
        Err(error) => {
            told.unread = true;
            if options.json {
                problem(&name, &error, options, &mut told);
            } else {
                told.err = format!("cloudpickle: {name}: {error}\n");
            }
        }
    }
    told
}

/// A container in which there is no pickle, such as an array of numbers, does nothing; one in which there is nothing at all cannot be judged.
fn no_pickle(name: &str, options: &Options, told: &mut Told) {
    if told.members == 0 {
        told.unread = true;
        return problem(name, "there is nothing in it", options, told);
    }
    let line = match options.json {
        true => json!({"file": name, "verdict": "safe", "globals": [], "calls": [], "error": null, "note": "no pickle in it"})
            .to_string(),
        false => format!("{name}: safe\n    no pickle in it"),
    };
    told.out.extend_from_slice(line.as_bytes());
    told.out.push(b'\n');
}

/// The pickles of a file: of the file itself, or of its members.
fn pickles(name: &str, bytes: &[u8], may_be_none: bool, options: &Options, rules: &Rules, told: &mut Told) {
    container::each(bytes, &mut |member: Member<'_>| {
        told.members += 1;
        let shown = if member.path.is_empty() { name.to_owned() } else { format!("{name}:{}", member.path) };
        if let Some(why) = member.problem {
            told.unread = true;
            return problem(&shown, why, options, told);
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
            told.lines += 1;
            told.unread |= verdict == Verdict::Error;
            told.failed |= match options.fail_on {
                FailOn::Suspicious => matches!(verdict, Verdict::Suspicious | Verdict::Dangerous),
                FailOn::Dangerous => verdict == Verdict::Dangerous,
            };
            // Writing to memory does not fail.
            let _ = match options.json {
                true => writeln!(told.out, "{}", json_of(&shown, &report)),
                false => say(&shown, &report, &mut told.out),
            };
        }
    });
}

/// Says why something cannot be judged.
fn problem(name: &str, why: &str, options: &Options, told: &mut Told) {
    told.lines += 1;
    let line = match options.json {
        true => json!({"file": name, "verdict": "error", "globals": [], "calls": [], "error": why}).to_string(),
        false => format!("{name}: error: {why}"),
    };
    told.out.extend_from_slice(line.as_bytes());
    told.out.push(b'\n');
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
