//! Rules: what is known of a global, and what a user says of it.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::names::{canonical, is_class, is_escape, is_exception, is_harmful_name, opens_when_made, says_harm, top};
use super::remembered::Remembered;
use super::table;

/// How much harm something can do when a pickle is loaded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Known to do nothing but make an object.
    Safe,
    /// Not known, or able to do harm later: code that is built and not run, a harmful function that is named and not called.
    Suspicious,
    /// Harm is done on load.
    Dangerous,
}

impl Severity {
    /// The lower-case word: `safe`, `suspicious` or `dangerous`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Suspicious => "suspicious",
            Self::Dangerous => "dangerous",
        }
    }
}

/// A row of the table: modules and names it speaks of, how harmful a call of them is, and why.
///
/// Both columns hold patterns between blanks. A module `a.b` is exactly that, `a.b.**` is it and all that it holds. A name is exact or has one `*` at its
/// end or its beginning; `*` alone is any name without a dot, `**` any name at all, `^` a class: a name that begins with a capital and has no dot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) severity: Severity,
    pub(crate) modules: &'static str,
    pub(crate) names: &'static str,
    pub(crate) reason: &'static str,
    /// It speaks only of objects that are made without their `__init__`.
    pub(crate) made: bool,
}

/// What is known of a global.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Judgement {
    /// How harmful a call is.
    pub(crate) severity: Severity,
    pub(crate) reason: &'static str,
    /// It stands in no row: a class of such a module that is made without its `__init__` is suspicious at most.
    pub(crate) unlisted: bool,
    /// The import alone does the harm.
    pub(crate) on_import: bool,
    /// It is harmless when it is made without its `__init__`.
    pub(crate) plain: bool,
}

impl Judgement {
    fn listed(severity: Severity, reason: &'static str) -> Self {
        Self { severity, reason, unlisted: false, on_import: false, plain: false }
    }

    fn unlisted(severity: Severity, reason: &'static str) -> Self {
        Self { unlisted: true, ..Self::listed(severity, reason) }
    }
}

/// What to make of the globals that pickles name: a table of known modules, and a user's own rules before it.
///
/// # Examples
///
/// ```
/// use cloudpickle::scan::{Rules, Verdict, scan};
///
/// let point = b"cmyapp\nPoint\n)\x81.";
/// assert_eq!(scan(point, &Rules::default()).verdict(), Verdict::Suspicious);
/// assert_eq!(scan(point, &Rules::default().allow("myapp", "Point")).verdict(), Verdict::Safe);
/// assert_eq!(scan(point, &Rules::default().deny("myapp.**", "**")).verdict(), Verdict::Dangerous);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Rules {
    own: Vec<(String, String, Severity)>,
    pub(crate) judge_code: bool,
}

impl Rules {
    /// Rules that hold a module's names for harmless; later rules go before earlier ones, and all of them before the table.
    ///
    /// A module `a.b` is exactly that, `a.b.**` is it and all that it holds. A name is exact, or has one `*` at its end or its beginning;
    /// `*` is any name without a dot and `**` any name at all.
    #[must_use]
    pub fn allow(mut self, module: impl Into<String>, name: impl Into<String>) -> Self {
        self.own.push((module.into(), name.into(), Severity::Safe));
        self
    }

    /// Rules that hold a module's names for dangerous, in the patterns of [`Rules::allow`].
    #[must_use]
    pub fn deny(mut self, module: impl Into<String>, name: impl Into<String>) -> Self {
        self.own.push((module.into(), name.into(), Severity::Dangerous));
        self
    }

    /// Whether code that travels by value and reaches something harmful is dangerous although loading only builds it.
    #[must_use]
    pub fn judge_code(mut self, judge: bool) -> Self {
        self.judge_code = judge;
        self
    }

    /// What the user says of a name.
    fn own(&self, module: &str, name: &str) -> Option<Severity> {
        let found =
            self.own.iter().rev().find(|(modules, names, _)| module_matches(modules, module) && name_matches(names, name));
        found.map(|(_, _, severity)| *severity)
    }

    /// Whether the user says something of a name.
    pub(crate) fn is_own(&self, module: &str, name: &str) -> bool {
        self.own(module, name).is_some()
    }

    /// What is known of a name in a module; an empty name is the module itself.
    pub(crate) fn judge(&self, module: &str, name: &str) -> Judgement {
        if let Some(severity) = self.own(module, name) {
            let reason = if severity == Severity::Safe { "allowed by the user's rules" } else { "denied by the user's rules" };
            return Judgement { on_import: severity == Severity::Dangerous, ..Judgement::listed(severity, reason) };
        }
        KNOWN.with_borrow_mut(|known| known.get(module, name, || judge_by_table(module, name)))
    }
}

thread_local! {
    /// The table does not change.
    static KNOWN: RefCell<Remembered<Judgement>> = RefCell::new(Remembered::new());
}

/// What the table says of a name.
fn judge_by_table(module: &str, name: &str) -> Judgement {
    let judgement = judge_call(module, name);
    // The classes say `_frozen_importlib` of themselves, the rows of a user's module `importlib._bootstrap`.
    let plain = [module, canonical(module)].into_iter().any(|module| {
        let mut rows = index().get(top(module)).into_iter().flatten().filter(|row| row.made);
        rows.any(|row| row.speaks_of(module, name))
    });
    let plain = plain && !judgement.on_import;
    Judgement { plain, ..judgement }
}

/// What the table says of a call of a name.
fn judge_call(module: &str, name: &str) -> Judgement {
    if HARM_ON_IMPORT.iter().any(|import| module_matches(import, module)) || module.ends_with(".__main__") {
        let reason = "importing the module runs a program";
        return Judgement { on_import: true, ..Judgement::listed(Severity::Dangerous, reason) };
    }
    if name.is_empty() {
        return judge_module(module);
    }
    let module = canonical(module);
    // `X.__new__` is as harmful as `X`.
    let name = CONSTRUCTORS
        .iter()
        .find_map(|constructor| name.strip_suffix(constructor))
        .filter(|name| !name.is_empty())
        .unwrap_or(name);
    let top = top(module);
    let known = table::PACKAGES.contains(&top);
    let reaching = table::REACHING.iter().any(|pattern| module_matches(pattern, module));
    if (known || reaching || is_standard(module)) && is_exception(module, name) {
        return Judgement::listed(Severity::Safe, "an exception");
    }
    for row in index().get(top).into_iter().flatten() {
        if !row.made && row.speaks_of(module, name) {
            return Judgement::listed(row.severity, row.reason);
        }
    }
    if name.split('.').any(is_escape) {
        return Judgement::listed(Severity::Dangerous, "a way out of the object: dictionaries, globals and bases of others");
    }
    if is_standard(module) {
        let reason = "a name of the standard library that is not known to be harmless";
        return Judgement::unlisted(Severity::Dangerous, reason);
    }
    if reaching {
        let reason = "a name of a package that runs commands or code, or reaches others";
        return Judgement::unlisted(Severity::Dangerous, reason);
    }
    if known {
        let reason = "a name of a known package that is not known to be harmless";
        let class = is_class(name) && !opens_when_made(name);
        let severity = if class { Severity::Suspicious } else { Severity::Dangerous };
        return Judgement::unlisted(severity, reason);
    }
    if says_harm(name) {
        let reason = "the module is not known, and the name says that it runs, opens or fetches something";
        return Judgement::unlisted(Severity::Dangerous, reason);
    }
    Judgement::unlisted(Severity::Suspicious, "the module is not known")
}

const CONSTRUCTORS: &[&str] = &[".__new__", ".__init__"];

/// Modules whose import is a program that runs.
const HARM_ON_IMPORT: &[&str] =
    &["antigravity", "this", "idlelib.idle", "turtledemo.**", "test.**", "lib2to3.tests.**", "__phello__.**"];

/// A module as an object.
fn judge_module(module: &str) -> Judgement {
    if is_powerful(module) {
        return Judgement::listed(Severity::Dangerous, "a module with harmful functions");
    }
    let known = is_standard(module) || table::PACKAGES.contains(&top(module));
    let severity = if known { Severity::Safe } else { Severity::Suspicious };
    Judgement { unlisted: !known, ..Judgement::listed(severity, if known { "a module" } else { "the module is not known" }) }
}

struct Indexed {
    modules: Vec<&'static str>,
    names: Vec<&'static str>,
    severity: Severity,
    reason: &'static str,
    made: bool,
}

impl Indexed {
    fn speaks_of(&self, module: &str, name: &str) -> bool {
        self.modules.iter().any(|pattern| module_matches(pattern, module))
            && self.names.iter().any(|pattern| row_matches(self.severity, pattern, name))
    }
}

/// The table by the first part of the module's name.
fn index() -> &'static HashMap<&'static str, Vec<Indexed>> {
    static INDEX: OnceLock<HashMap<&'static str, Vec<Indexed>>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index: HashMap<&'static str, Vec<Indexed>> = HashMap::new();
        for row in table::rows() {
            let mut by_top: HashMap<&'static str, Vec<&'static str>> = HashMap::new();
            for module in row.modules.split_whitespace() {
                by_top.entry(top(module)).or_default().push(module);
            }
            for (top, modules) in by_top {
                let names = row.names.split_whitespace().collect();
                index.entry(top).or_default().push(Indexed {
                    modules,
                    names,
                    severity: row.severity,
                    reason: row.reason,
                    made: row.made,
                });
            }
        }
        index
    })
}

fn module_matches(pattern: &str, module: &str) -> bool {
    match pattern.strip_suffix(".**") {
        Some(package) => module.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
        None => pattern == "**" || pattern == module,
    }
}

/// Whether a row speaks of a name: what is harmful is so as a method too (`to_csv`, `DataFrame.to_csv`), what is harmless is so only by its whole name.
fn row_matches(severity: Severity, pattern: &str, name: &str) -> bool {
    if severity == Severity::Dangerous {
        let last = name.rsplit('.').next().unwrap_or(name);
        return name_matches(pattern, name) || (!pattern.contains(['.', '^']) && name_matches(pattern, last));
    }
    let wide = pattern == "*" || (pattern.contains('*') && !pattern.contains('.') && pattern != "**");
    name_matches(pattern, name) && !(wide && (name.contains('.') || is_harmful_name(name)))
}

fn name_matches(pattern: &str, name: &str) -> bool {
    match pattern {
        "**" => true,
        "*" => !name.contains('.') && !is_escape(name),
        "^" => is_class(name),
        _ => match (pattern.strip_suffix('*'), pattern.strip_prefix('*')) {
            (Some(start), _) => name.strip_prefix(start).is_some_and(|rest| !rest.split('.').any(is_escape)),
            (_, Some(end)) => name.ends_with(end) && !name.split('.').any(is_escape),
            _ => pattern == name,
        },
    }
}

/// Whether the table speaks of a module by its whole name.
pub(crate) fn is_listed(module: &str) -> bool {
    static LISTED: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let listed = LISTED.get_or_init(|| {
        let patterns = table::written().flat_map(|row| row.modules.split_whitespace());
        patterns.map(|pattern| pattern.strip_suffix(".**").unwrap_or(pattern)).collect()
    });
    listed.contains(module)
}

/// Whether a module belongs to the standard library of some CPython.
pub(crate) fn is_standard(module: &str) -> bool {
    static STANDARD: OnceLock<HashSet<&'static str>> = OnceLock::new();
    STANDARD.get_or_init(|| table::STANDARD.split_whitespace().collect()).contains(top(module))
}

/// Whether a module is one through which everything can be reached.
pub(crate) fn is_powerful(module: &str) -> bool {
    static POWERFUL: OnceLock<HashSet<&'static str>> = OnceLock::new();
    POWERFUL.get_or_init(|| table::POWERFUL.split_whitespace().collect()).contains(canonical(module))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, expected) in [
            ("*", "system", true),
            ("*", "a.b", false),
            ("*", "__globals__", false),
            ("**", "a.b", true),
            ("^", "Point", true),
            ("^", "_Point", true),
            ("^", "point", false),
            ("^", "Point.x", false),
            ("_rebuild*", "_rebuild_tensor", true),
            ("*Error", "ValueError", true),
            ("str.*", "str.join", true),
            ("str.*", "str.__class__", false),
        ] {
            assert_eq!(name_matches(pattern, name), expected, "{pattern} {name}");
        }
        assert!(module_matches("a.b.**", "a.b"));
        assert!(module_matches("a.b.**", "a.b.c"));
        assert!(!module_matches("a.b.**", "a.bc"));
        assert!(!module_matches("a.b", "a.b.c"));
    }

    #[test]
    fn known_names() {
        for (module, name, expected) in [
            ("os", "system", Severity::Dangerous),
            ("posix", "system", Severity::Dangerous),
            ("datetime", "datetime", Severity::Safe),
            ("collections", "OrderedDict", Severity::Safe),
            ("subprocess", "CalledProcessError", Severity::Safe),
            ("subprocess", "Popen", Severity::Dangerous),
            ("numpy._core.multiarray", "_reconstruct", Severity::Safe),
            ("numpy", "__builtins__", Severity::Dangerous),
            ("myapp", "Point", Severity::Suspicious),
            ("myapp", "run_command", Severity::Dangerous),
            ("ctypes", "c_char", Severity::Safe),
            ("ctypes", "c_char.from_address", Severity::Dangerous),
            ("pandas", "DataFrame.to_csv", Severity::Dangerous),
            ("networkx", "NetworkXError", Severity::Safe),
            ("paramiko", "ProxyCommand", Severity::Dangerous),
            ("myapp", "Point.__globals__", Severity::Dangerous),
        ] {
            assert_eq!(Rules::default().judge(module, name).severity, expected, "{module}.{name}");
        }
        assert!(Rules::default().judge("antigravity", "fly").on_import);
    }

    /// No row can be reached only through a pattern that an earlier one of the same modules takes.
    #[test]
    fn the_table_is_readable() {
        for row in table::rows() {
            assert!(!row.reason.is_empty() && !row.modules.is_empty() && !row.names.is_empty(), "{row:?}");
        }
    }
}
