//! What the names of modules and functions say: a class, an exception, a way out of an object, the module that stands behind another.

/// The first part of a module's name.
pub(super) fn top(module: &str) -> &str {
    module.split('.').next().unwrap_or(module)
}

/// Whether a name looks like that of a class: a capital at its beginning, underscores aside, and no dot.
pub(crate) fn is_class(name: &str) -> bool {
    !name.contains('.') && name.trim_start_matches('_').starts_with(char::is_uppercase)
}

/// Whether a name is that of an exception: by its end, or since a module of exceptions holds it.
pub(super) fn is_exception(module: &str, name: &str) -> bool {
    let holds = module.contains('.') && ["exceptions", "errors", "exc"].contains(&module.rsplit('.').next().unwrap_or(module));
    is_class(name) && (holds || ["Error", "Exception", "Warning"].iter().any(|end| name.ends_with(end)))
}

/// Whether an attribute leads from an object to others that it does not hold: `__globals__`, `__subclasses__`, `__builtins__`, `gi_frame`.
pub(crate) fn is_escape(part: &str) -> bool {
    // Python's own are all small letters: `__WCS_unpickle__` is a function of a package.
    let dunder = part.len() > 4 && part.starts_with("__") && part.ends_with("__") && !part.contains(char::is_uppercase);
    (dunder && !HARMLESS_DUNDERS.contains(&part)) || ESCAPES.contains(&part)
}

const ESCAPES: &[&str] = &[
    "f_globals",
    "f_locals",
    "f_builtins",
    "f_back",
    "f_code",
    "gi_frame",
    "gi_code",
    "cr_frame",
    "ag_frame",
    "tb_frame",
    "func_globals",
    "func_code",
    "im_func",
    "mro",
];

const HARMLESS_DUNDERS: &[&str] = &[
    "__new__",
    "__name__",
    "__qualname__",
    "__doc__",
    "__version__",
    "__add__",
    "__mul__",
    "__mod__",
    "__len__",
    "__contains__",
    "__getitem__",
    "__eq__",
    "__ne__",
    "__lt__",
    "__le__",
    "__gt__",
    "__ge__",
    "__hash__",
    "__repr__",
    "__str__",
    "__iter__",
    "__and__",
    "__or__",
    "__xor__",
    "__sub__",
    "__neg__",
    "__format__",
    "__int__",
    "__float__",
    "__bool__",
    "__index__",
    "__members__",
    "__args__",
    "__origin__",
    "__newobj__",
    "__newobj_ex__",
    "__file__",
];

/// The module that really holds the names: `_operator` is `operator`, `posix` is `os`.
pub(crate) fn canonical(module: &str) -> &str {
    match module {
        "__builtin__" | "__builtins__" | "_sitebuiltins" => "builtins",
        "posix" | "nt" => "os",
        "posixpath" | "ntpath" | "macpath" => "os.path",
        "_operator" => "operator",
        "_functools" => "functools",
        "_io" | "_pyio" => "io",
        "_pickle" | "cPickle" => "pickle",
        "copy_reg" => "copyreg",
        "_collections" => "collections",
        "_collections_abc" => "collections.abc",
        "_datetime" | "_pydatetime" => "datetime",
        "_decimal" | "_pydecimal" => "decimal",
        "_socket" => "socket",
        "_random" => "random",
        "_struct" => "struct",
        "_json" => "json",
        "_codecs" => "codecs",
        "_thread" | "thread" => "threading",
        "_ast" => "ast",
        "_signal" => "signal",
        "_weakref" => "weakref",
        "_typing" => "typing",
        "_bisect" => "bisect",
        "_heapq" => "heapq",
        "_csv" => "csv",
        "_zoneinfo" => "zoneinfo",
        "_elementtree" => "xml.etree.ElementTree",
        "_frozen_importlib" => "importlib._bootstrap",
        "_frozen_importlib_external" => "importlib._bootstrap_external",
        "_locale" => "locale",
        "pathlib._local" | "pathlib._abc" | "pathlib._types" => "pathlib",
        "dill" => "dill._dill",
        "cloudpickle" => "cloudpickle.cloudpickle",
        _ => module,
    }
}

/// Words in the name of a function that say that it runs, opens, fetches or sends something.
const HARMFUL_WORDS: &[&str] = &[
    "exec",
    "execute",
    "eval",
    "execfile",
    "system",
    "popen",
    "popen2",
    "popen3",
    "spawn",
    "shell",
    "subprocess",
    "cmd",
    "command",
    "cmdexec",
    "run",
    "script",
    "open",
    "connect",
    "connection",
    "download",
    "urlopen",
    "urlretrieve",
    "request",
    "fetch",
    "upload",
    "send",
    "sendall",
    "load",
    "loads",
    "unpickle",
    "compile",
    "import",
    "install",
    "delete",
    "unlink",
    "rmtree",
    "remove",
    "write",
    "kill",
    "fork",
    "main",
    "inject",
    "backdoor",
    "exploit",
    "payload",
    "pwn",
    "reverse",
];

/// Whether a class of a known package says by the end of its name that making one opens or reaches something: `BinaryGzipFile`, `SocketServer`.
pub(super) fn opens_when_made(name: &str) -> bool {
    is_class(name)
        && ["File", "Writer", "Server", "Client", "Connection", "Stream", "FileSystem"].iter().any(|end| name.ends_with(end))
}

/// Names of functions that do harm wherever they are.
const HARMFUL_NAMES: &[&str] =
    &["exec", "eval", "execfile", "open", "system", "popen", "compile", "main", "run", "urlopen", "Popen", "Subprocess"];

/// Whether the last part of a name says by a word in it that a call would run, open, fetch or send something: `run_command`, `cmdexec`, `Popen`.
///
/// A function of a module that nobody knows may do anything; that it is called on load is suspicious, and that it is called so is more.
pub(super) fn says_harm(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or(path);
    // What rebuilds an object for a pickle carries such words too: `_unpickle_block`, `_load_state`.
    if last.starts_with('_') && !last.starts_with("__") && !is_harmful_name(last.trim_start_matches('_')) {
        return false;
    }
    is_harmful_name(last)
        || (!is_class(last) && last.split('_').any(|word| HARMFUL_WORDS.contains(&word.to_ascii_lowercase().as_str())))
}

/// Whether the last part of a name is that of a function that does harm wherever it is.
pub(super) fn is_harmful_name(path: &str) -> bool {
    HARMFUL_NAMES.contains(&path.rsplit('.').next().unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_harm() {
        for (path, expected) in [
            ("run_command", true),
            ("utils.download", true),
            ("Popen", true),
            ("_unpickle_block", false),
            ("_exec", true),
            ("Point", false),
            ("rebuild", false),
            ("runtime", false),
            ("from_wkb", false),
        ] {
            assert_eq!(says_harm(path), expected, "{path}");
        }
    }
}
