//! The pickles in an input: one after another, and between bytes that are none.

use super::report::{Finding, Verdict};
use super::value::Sym;
use super::{Report, Rules, Severity, View, scan_at};

/// How many places in bytes that are no pickle are tried.
const TRIES: usize = 4096;

pub(super) fn pickles(input: &[u8], rules: &Rules) -> Vec<Report> {
    let mut reports = Vec::new();
    let mut at = 0;
    while at < input.len() || reports.is_empty() {
        let report = one(input, at, rules);
        let length = report.length;
        let whole = report.error.is_none();
        if !whole && at > 0 && report.calls.is_empty() && report.globals.is_empty() && !input[at..].starts_with(b"\x80") {
            // What follows the last pickle is none.
            break;
        }
        let forgotten =
            matches!(report.error.as_ref().map(crate::error::Error::kind), Some(crate::error::ErrorKind::MemoMissing(_)));
        reports.push(report);
        at += length.max(1);
        if !whole {
            if forgotten && reports.len() > 1 {
                // What one `Unpickler` loads, one pickle after another, has one memo.
                let series = scan_at(input, 0, rules, View::Series, 0).report;
                let verdict = series.verdict();
                match (reports.last_mut(), series.error) {
                    (_, None) => return vec![Report { error: None, ..series }],
                    (Some(last), Some(_)) if verdict == Verdict::Dangerous => last.findings.extend(series.findings),
                    _ => {}
                }
            }
            break;
        }
    }
    let behind = reports.last().map_or(0, |report| report.offset + usize::from(report.error.is_some()));
    let from = if reports.last().is_some_and(|report| report.error.is_some()) { behind } else { at };
    search(input, from, rules, &mut reports);
    reports
}

/// Judges the pickles in the argument of `pickle.loads`, and says what the first one gives.
pub(super) fn nested(input: &[u8], rules: &Rules, depth: u32) -> (Vec<Report>, Sym) {
    let first = scan_at(input, 0, rules, View::Pickle, depth);
    let mut reports = vec![first.report];
    // `torch.load` reads several.
    let mut at = reports[0].length;
    while reports.len() < 16 && at < input.len() && reports.iter().all(|report| report.error.is_none()) {
        let next = scan_at(input, at, rules, View::Pickle, depth).report;
        if next.error.is_some() && next.calls.is_empty() && next.globals.is_empty() {
            break;
        }
        at += next.length.max(1);
        reports.push(next);
    }
    (reports, first.root)
}

/// Judges a pickle as `pickle.load` reads it, and as `joblib.load` does where arrays stand in it.
fn one(input: &[u8], at: usize, rules: &Rules) -> Report {
    let plain = scan_at(input, at, rules, View::Pickle, 0);
    if !plain.wrapped {
        return plain.report;
    }
    let joblib = scan_at(input, at, rules, View::Joblib, 0);
    let mut report = joblib.report;
    for inner in joblib.inner {
        let length = report.length;
        report.absorb(scan_at(input, inner, rules, View::Pickle, 0).report);
        report.length = length;
    }
    // What `pickle.load` would do in the arrays counts too, but not that it cannot read on.
    if plain.report.verdict() == Verdict::Dangerous || report.error.is_some() {
        for finding in plain.report.findings {
            if !report.findings.contains(&finding) {
                report.findings.push(finding);
            }
        }
    }
    report
}

/// Looks for pickles in bytes that are none: by the beginning of protocol 2 and later, and by globals of protocol 0 and 1.
fn search(input: &[u8], from: usize, rules: &Rules, reports: &mut Vec<Report>) {
    let mut at = from;
    let mut tries = TRIES;
    // Each try reads at most to the end of the input; together they read a few times the input.
    let mut budget = input.len().saturating_mul(4).saturating_add(1 << 20);
    let mut starts = Starts { input, proto: Some(0), text: Some(0) };
    if from == 0 {
        (starts.proto, starts.text) = (starts.next_proto(0), starts.next_text(0));
    }
    while let Some(found) = starts.next(at) {
        at = found + 1;
        if tries == 0 || budget == 0 {
            let left = Finding {
                offset: found,
                severity: Severity::Suspicious,
                message: "more bytes that look like pickles than are looked at".to_owned(),
            };
            if let Some(report) = reports.last_mut() {
                report.findings.push(left);
            }
            return;
        }
        tries -= 1;
        let report = one(input, found, rules);
        budget = budget.saturating_sub(report.length.max(64));
        let acts = !report.globals.is_empty();
        let dangerous = report.verdict() == Verdict::Dangerous;
        if dangerous || (report.error.is_none() && acts) {
            at = found + report.length.max(1);
            reports.push(report);
        }
    }
}

/// The places at which a pickle could begin, from left to right.
struct Starts<'i> {
    input: &'i [u8],
    proto: Option<usize>,
    text: Option<usize>,
}

impl Starts<'_> {
    /// The next place from `at` on.
    fn next(&mut self, at: usize) -> Option<usize> {
        if self.proto.is_some_and(|proto| proto < at) {
            self.proto = self.next_proto(at);
        }
        if self.text.is_some_and(|text| text < at) {
            self.text = self.next_text(at);
        }
        match (self.proto, self.text) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// `PROTO` and a protocol.
    fn next_proto(&self, from: usize) -> Option<usize> {
        let rest = self.input.get(from..)?;
        memchr::memchr_iter(0x80, rest).find(|at| matches!(rest.get(at + 1), Some(0..=5))).map(|at| from + at)
    }

    /// A global as text: `c` or `i`, a module, a newline, a name, a newline; `INST` stands behind a mark.
    fn next_text(&self, from: usize) -> Option<usize> {
        let rest = self.input.get(from..)?;
        let named = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        memchr::memchr_iter(b'\n', rest).find_map(|end| {
            let line = rest.get(end.saturating_sub(256)..end)?;
            let length = line.iter().rev().take_while(|byte| named(byte)).count();
            let start = end - length;
            let name = rest.get(end + 1..)?;
            let second = name.iter().take(256).position(|byte| *byte == b'\n')?;
            let global = second > 0 && name.get(..second)?.iter().all(named);
            let word = length > 1 && matches!(rest.get(start), Some(b'c' | b'i'));
            let marked = start > 0 && rest.get(start - 1) == Some(&b'(');
            (global && word).then_some(from + start - usize::from(marked))
        })
    }
}
