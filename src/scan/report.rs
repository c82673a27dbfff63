//! What a scan says: everything that loading would import, call and change, and a verdict.

use std::borrow::Cow;
use std::fmt;

use super::Severity;
use crate::error::Error;

/// The judgement of a pickle.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verdict {
    /// Everything in it is known to be harmless.
    Safe,
    /// Something in it is not known, or could do harm after loading.
    Suspicious,
    /// Loading does harm.
    Dangerous,
    /// It cannot be read to its end, and what comes before the error does no harm.
    Error,
}

impl Verdict {
    /// The lower-case word: `safe`, `suspicious`, `dangerous` or `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Suspicious => "suspicious",
            Self::Dangerous => "dangerous",
            Self::Error => "error",
        }
    }

    /// The worse of two: dangerous, then error, then suspicious.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        let rank = |verdict| match verdict {
            Self::Safe => 0,
            Self::Suspicious => 1,
            Self::Error => 2,
            Self::Dangerous => 3,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A global that a pickle names, and so imports.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GlobalUse {
    /// Where it is named first.
    pub offset: usize,
    /// The module that Python 3 imports; empty when only running the pickle would tell.
    pub module: String,
    /// The qualified name in it.
    pub name: String,
    /// How harmful a call of it is.
    pub severity: Severity,
    /// Why.
    pub reason: &'static str,
}

/// A call that loading makes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallUse {
    /// Where it is made.
    pub offset: usize,
    /// What is called, as far as it is known: `os.system`, also where it came through `getattr`.
    pub callable: String,
    /// The arguments as Python would write them, cut when they are long.
    pub args: String,
    /// How harmful it is.
    pub severity: Severity,
    /// Why.
    pub reason: Cow<'static, str>,
}

/// A state that loading sets: `BUILD`, or items of an object that a call gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StateUse {
    /// Where it is set first.
    pub offset: usize,
    /// The object that is changed.
    pub target: String,
    /// The state or the items, cut when they are long.
    pub state: String,
    /// How harmful it is.
    pub severity: Severity,
}

/// One reason for a verdict.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// Where in the input.
    pub offset: usize,
    /// How much it weighs.
    pub severity: Severity,
    /// What was found, in words.
    pub message: String,
}

/// What loading a pickle would import, call and change, in program order, and a verdict. Made by [`scan`](super::scan).
#[derive(Debug)]
pub struct Report {
    pub(crate) offset: usize,
    pub(crate) length: usize,
    pub(crate) globals: Vec<GlobalUse>,
    pub(crate) calls: Vec<CallUse>,
    pub(crate) calls_left_out: usize,
    pub(crate) states: Vec<StateUse>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) error: Option<Error>,
    pub(crate) pickles: usize,
}

impl Report {
    pub(crate) fn new(offset: usize) -> Self {
        Self {
            offset,
            length: 0,
            globals: Vec::new(),
            calls: Vec::new(),
            calls_left_out: 0,
            states: Vec::new(),
            findings: Vec::new(),
            error: None,
            pickles: 1,
        }
    }

    /// The verdict: dangerous when a finding is; else error when the pickle cannot be read to its end; else its worst finding.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let worst = self.findings.iter().map(|finding| finding.severity).max();
        match (worst, &self.error) {
            (Some(Severity::Dangerous), _) => Verdict::Dangerous,
            (_, Some(_)) => Verdict::Error,
            (Some(Severity::Suspicious), None) => Verdict::Suspicious,
            (Some(Severity::Safe) | None, None) => Verdict::Safe,
        }
    }

    /// Where in the input it begins.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// How many bytes it takes; up to the error when there is one.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// How many pickles it speaks of: those in the input, one after another.
    #[must_use]
    pub fn pickles(&self) -> usize {
        self.pickles
    }

    /// Every global, each once, in the order of the stream; also those that `getattr` and its like reach.
    #[must_use]
    pub fn globals(&self) -> &[GlobalUse] {
        &self.globals
    }

    /// The calls in program order. Of very many harmless ones only the first are listed.
    #[must_use]
    pub fn calls(&self) -> &[CallUse] {
        &self.calls
    }

    /// How many harmless calls and states are not listed.
    #[must_use]
    pub fn calls_left_out(&self) -> usize {
        self.calls_left_out
    }

    /// The states that are set, in program order.
    #[must_use]
    pub fn states(&self) -> &[StateUse] {
        &self.states
    }

    /// Why the verdict is what it is.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Why reading stopped before `STOP`.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Adds what is said of another pickle of the same input.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.length = (other.offset + other.length).saturating_sub(self.offset).max(self.length);
        self.globals.extend(other.globals);
        self.calls.extend(other.calls);
        self.calls_left_out += other.calls_left_out;
        self.states.extend(other.states);
        self.findings.extend(other.findings);
        self.pickles += other.pickles;
        if self.error.is_none() {
            self.error = other.error;
        }
    }
}
