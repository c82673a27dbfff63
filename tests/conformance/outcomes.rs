//! What came out of a run: the outcome of each test, and what became of each pickle.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

/// The outcome of each test, by its name.
pub(crate) struct Outcomes(BTreeMap<String, Outcome>);

#[derive(Clone, PartialEq, Eq)]
enum Outcome {
    Passed,
    Skipped,
    /// With the end of what pytest says.
    Failed(String),
    /// As the suite expects.
    FailedAsExpected,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Skipped => f.write_str("skipped"),
            Self::Failed(_) => f.write_str("failed"),
            Self::FailedAsExpected => f.write_str("failed as expected"),
        }
    }
}

impl Outcomes {
    /// Reads what the plugin wrote: the release that was imported, then a line for each phase of each test.
    pub(crate) fn read(out: &Path, release: &str) -> Result<Self, String> {
        let path = out.join("outcomes.jsonl");
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}; see pytest.txt beside it", path.display()))?;
        let mut outcomes = BTreeMap::new();
        let lines = text.lines().map(|line| serde_json::from_str(line).map_err(|e| format!("{}: {e}", path.display())));
        let lines = lines.collect::<Result<Vec<serde_json::Value>, _>>()?;
        let imported = lines.first().and_then(|line| line["cloudpickle"].as_str());
        if imported != Some(release) {
            return Err(format!("the suite imported cloudpickle {imported:?}"));
        }
        for line in lines.iter().skip(1) {
            let text = |key: &str| line[key].as_str().map(str::to_owned).ok_or_else(|| format!("{}: no {key}", path.display()));
            let outcome = match text("outcome")?.as_str() {
                "passed" => Outcome::Passed,
                "skipped" if line["expected"] == true => Outcome::FailedAsExpected,
                "skipped" => Outcome::Skipped,
                _ => Outcome::Failed(text("why")?),
            };
            // A test passes when setup, call and teardown do.
            let known = outcomes.entry(text("test")?).or_insert(Outcome::Passed);
            if *known == Outcome::Passed {
                *known = outcome;
            }
        }
        Ok(Self(outcomes))
    }

    pub(crate) fn passed(&self) -> usize {
        self.0.values().filter(|outcome| **outcome == Outcome::Passed).count()
    }

    /// Every test whose outcome is another one with us, failing with another message aside.
    pub(crate) fn differences(&self, with: &Self) -> Vec<String> {
        let mut names: Vec<_> = self.0.keys().chain(with.0.keys()).collect();
        names.sort();
        names.dedup();
        let differ = names.into_iter().filter_map(|name| {
            let say = |outcomes: &Self| outcomes.0.get(name).map_or("not run".to_owned(), Outcome::to_string);
            let (before, after) = (say(self), say(with));
            let why = |outcomes: &Self| match outcomes.0.get(name) {
                Some(Outcome::Failed(why)) => format!("\n{why}"),
                _ => String::new(),
            };
            (before != after).then(|| format!("{name}: {before} without us, {after} with us{}{}", why(self), why(with)))
        });
        differ.collect()
    }
}

/// What became of the pickles that went through us.
pub(crate) struct Pickles {
    pub(crate) same: usize,
    pub(crate) changed: usize,
    /// Python loads them, and we do not recode them.
    pub(crate) refused: usize,
}

impl Pickles {
    /// Reads what the hook wrote: a word for each pickle.
    pub(crate) fn read(out: &Path) -> Result<Self, String> {
        let path = out.join("pickles.log");
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let count = |word: &str| text.lines().filter(|line| *line == word).count();
        Ok(Self { same: count("same"), changed: count("changed"), refused: count("refused") })
    }

    pub(crate) fn all(&self) -> usize {
        self.same + self.changed + self.refused
    }
}

impl fmt::Display for Pickles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} pickles, {} of them unchanged, {} changed, {} refused", self.all(), self.same, self.changed, self.refused)
    }
}
