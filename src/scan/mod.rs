//! Scanning: what loading a pickle would import, call and change, and whether that does harm.
//!
//! [`scan`] carries the stream out on the machine that loads ([`crate::Unpickler`]), so it sees what CPython would do: names that come from the memo or are put together on the way,
//! calls whose result is dropped, extension codes, calls made before a stream breaks. Then it follows the calls in their order. The value
//! of a call is known as far as it can be without making it: `getattr(__import__("os"), "system")` is `os.system`. What is called is held against a table of rules
//! and against the user's own, [`Rules`]. Nothing is imported and nothing is called.
//!
//! | verdict | means |
//! | --- | --- |
//! | `safe` | only types and functions that are known to be harmless |
//! | `suspicious` | a module that is not known; code that is built and not run; a harmful function that is named and not called |
//! | `dangerous` | loading does harm: it runs commands or code, opens files, reaches the network, changes the interpreter |
//! | `error` | it cannot be read to its end, and does nothing dangerous before |

mod calls;
mod code;
mod follow;
mod inside;
mod keys;
mod names;
mod places;
mod remembered;
mod report;
mod rules;
mod show;
mod source;
mod special;
mod strings;
mod table;
mod taint;
mod value;

pub use self::report::{CallUse, Finding, GlobalUse, Report, StateUse, Verdict};
pub use self::rules::{Rules, Severity};

use crate::unpickle::Unpickler;

use self::follow::Follow;
use self::places::Places;

/// Judges what loading the input would do: all pickles in it, one after another, in one report.
///
/// Python's `pickle.load` reads one pickle of a file and leaves the others for the next call, so all of them count. Bytes behind the last pickle are looked
/// through for more. [`scan_each`] gives a report for each pickle.
///
/// # Examples
///
/// ```
/// use cloudpickle::scan::{Rules, Verdict, scan};
///
/// let report = scan(b"cbuiltins\ngetattr\n(c__builtin__\n__import__\n(S'os'\ntRS'system'\ntR(S'true'\ntR.", &Rules::default());
/// assert_eq!(report.verdict(), Verdict::Dangerous);
/// let last = report.calls().last().unwrap();
/// assert_eq!((last.callable.as_str(), last.args.as_str()), ("os.system", "('true',)"));
/// ```
///
/// What a stream did before it broke counts:
///
/// ```
/// # use cloudpickle::scan::{Rules, Verdict, scan};
/// assert_eq!(scan(b"cos\nsystem\n(S'true'\ntR\xff", &Rules::default()).verdict(), Verdict::Dangerous);
/// assert_eq!(scan(b"(S'true'\n\xff", &Rules::default()).verdict(), Verdict::Error);
/// ```
#[must_use]
pub fn scan(input: &[u8], rules: &Rules) -> Report {
    let mut reports = scan_each(input, rules).into_iter();
    let mut all = reports.next().unwrap_or_else(|| Report::new(0));
    for report in reports {
        all.absorb(report);
    }
    all
}

/// Judges each pickle in the input by itself: those one after another from its beginning on, and those that stand in bytes that are no pickle.
///
/// An input that is no pickle gives one report with an error.
///
/// # Examples
///
/// ```
/// use cloudpickle::scan::{Rules, Verdict, scan_each};
///
/// let reports = scan_each(b"K\x07.cos\nsystem\n(S'true'\ntR.", &Rules::default());
/// let verdicts: Vec<Verdict> = reports.iter().map(|report| report.verdict()).collect();
/// assert_eq!(verdicts, [Verdict::Safe, Verdict::Dangerous]);
/// assert_eq!(reports[1].offset(), 3);
/// ```
#[must_use]
pub fn scan_each(input: &[u8], rules: &Rules) -> Vec<Report> {
    inside::pickles(input, rules)
}

/// Judges the pickle that begins at `offset`.
fn scan_at(input: &[u8], offset: usize, rules: &Rules, view: View, depth: u32) -> Scanned {
    let stream = input.get(offset..).unwrap_or_default();
    let unpickler = Unpickler::new().encoding(crate::text::Encoding::Latin1).missing_buffers(true).max_digits(0);
    let mut places = Places::new(view);
    let seen = match view {
        View::Series => unpickler.loads_series_watched(stream, &mut places),
        View::Pickle | View::Joblib => unpickler.loads_watched(stream, &mut places),
    };
    Follow::new(&seen.heap, &places, rules, offset, depth).report(seen.result)
}

/// Whose reading it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum View {
    /// `pickle.load`.
    Pickle,
    /// `joblib.load`, which finds the data of arrays behind their wrappers in the stream.
    Joblib,
    /// `Unpickler.load` again and again, which keeps the memo.
    Series,
}

/// A report, and what is known of the root object.
struct Scanned {
    report: Report,
    root: value::Sym,
    /// Raw arrays, as joblib writes them, were wrapped in it.
    wrapped: bool,
    /// Where pickles of arrays of objects begin, which joblib reads from the same file.
    inner: Vec<usize>,
}
