//! What is known of the standard library: enough to tell what an import, a name or a base class is without a Python.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::table;

/// The names of `builtins`, of CPython 3.8 to 3.14 together.
const BUILTINS: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "BaseExceptionGroup",
    "BlockingIOError",
    "BrokenPipeError",
    "BufferError",
    "BytesWarning",
    "ChildProcessError",
    "ConnectionAbortedError",
    "ConnectionError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "DeprecationWarning",
    "EOFError",
    "Ellipsis",
    "EncodingWarning",
    "EnvironmentError",
    "Exception",
    "ExceptionGroup",
    "False",
    "FileExistsError",
    "FileNotFoundError",
    "FloatingPointError",
    "FutureWarning",
    "GeneratorExit",
    "IOError",
    "ImportError",
    "ImportWarning",
    "IndentationError",
    "IndexError",
    "InterruptedError",
    "IsADirectoryError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "ModuleNotFoundError",
    "NameError",
    "None",
    "NotADirectoryError",
    "NotImplemented",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PendingDeprecationWarning",
    "PermissionError",
    "ProcessLookupError",
    "PythonFinalizationError",
    "RecursionError",
    "ReferenceError",
    "ResourceWarning",
    "RuntimeError",
    "RuntimeWarning",
    "StopAsyncIteration",
    "StopIteration",
    "SyntaxError",
    "SyntaxWarning",
    "SystemError",
    "SystemExit",
    "TabError",
    "TimeoutError",
    "True",
    "TypeError",
    "UnboundLocalError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "UnicodeTranslateError",
    "UnicodeWarning",
    "UserWarning",
    "ValueError",
    "Warning",
    "ZeroDivisionError",
    "__build_class__",
    "__debug__",
    "__import__",
    "abs",
    "aiter",
    "all",
    "anext",
    "any",
    "ascii",
    "bin",
    "bool",
    "breakpoint",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "copyright",
    "credits",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "exit",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "help",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "license",
    "list",
    "locals",
    "map",
    "max",
    "memoryview",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "quit",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
];

/// Modules that every CPython from 3.8 on has, on every platform.
const ALWAYS: &[&str] = &[
    "__future__",
    "_thread",
    "abc",
    "argparse",
    "array",
    "ast",
    "asyncio",
    "base64",
    "binascii",
    "bisect",
    "builtins",
    "calendar",
    "codecs",
    "collections",
    "collections.abc",
    "colorsys",
    "concurrent",
    "concurrent.futures",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "copyreg",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "dis",
    "email",
    "enum",
    "errno",
    "fnmatch",
    "fractions",
    "functools",
    "gc",
    "getpass",
    "gettext",
    "glob",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "html.entities",
    "html.parser",
    "http",
    "http.client",
    "http.cookiejar",
    "http.cookies",
    "http.server",
    "importlib",
    "importlib.abc",
    "importlib.machinery",
    "importlib.util",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "json.decoder",
    "json.encoder",
    "keyword",
    "linecache",
    "locale",
    "logging",
    "logging.config",
    "logging.handlers",
    "marshal",
    "math",
    "mimetypes",
    "numbers",
    "opcode",
    "operator",
    "os",
    "os.path",
    "pathlib",
    "pdb",
    "pickle",
    "pickletools",
    "pkgutil",
    "platform",
    "posixpath",
    "pprint",
    "queue",
    "quopri",
    "random",
    "re",
    "reprlib",
    "runpy",
    "secrets",
    "select",
    "selectors",
    "shlex",
    "shutil",
    "signal",
    "site",
    "socket",
    "socketserver",
    "stat",
    "statistics",
    "string",
    "stringprep",
    "struct",
    "subprocess",
    "symtable",
    "sys",
    "sysconfig",
    "tarfile",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "timeit",
    "token",
    "tokenize",
    "trace",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "unittest.mock",
    "urllib",
    "urllib.error",
    "urllib.parse",
    "urllib.request",
    "urllib.response",
    "uuid",
    "warnings",
    "weakref",
    "xml",
    "xml.dom",
    "xml.etree",
    "xml.etree.ElementTree",
    "zipfile",
];

/// Modules that every CPython from a minor version on has.
const SINCE: &[(&str, u8)] = &[("graphlib", 9), ("zoneinfo", 9), ("tomllib", 11), ("importlib.metadata", 8)];

/// What `from package import name` gives that is a module.
const SUBMODULES: &[&str] = &[
    "asyncio.events",
    "collections.abc",
    "concurrent.futures",
    "curses.ascii",
    "distutils.version",
    "email.header",
    "email.message",
    "email.mime",
    "email.utils",
    "html.entities",
    "html.parser",
    "http.client",
    "http.cookiejar",
    "http.cookies",
    "http.server",
    "importlib.abc",
    "importlib.machinery",
    "importlib.metadata",
    "importlib.resources",
    "importlib.util",
    "json.decoder",
    "json.encoder",
    "logging.config",
    "logging.handlers",
    "multiprocessing.pool",
    "multiprocessing.shared_memory",
    "os.path",
    "unittest.mock",
    "urllib.error",
    "urllib.parse",
    "urllib.request",
    "urllib.response",
    "urllib.robotparser",
    "wsgiref.util",
    "xml.dom",
    "xml.etree",
    "xml.etree.ElementTree",
    "xml.sax",
];

/// Names of `typing` whose subclasses are made in a way of their own.
const SPECIAL: &[&str] = &["NamedTuple", "Protocol", "TypedDict", "Any"];

pub(super) fn is_builtin(name: &str) -> bool {
    BUILTINS.binary_search(&name).is_ok()
}

/// Whether an import of the module cannot fail.
pub(super) fn is_always_there(module: &str, python: (u8, u8)) -> bool {
    ALWAYS.binary_search(&module).is_ok() || SINCE.iter().any(|(name, since)| *name == module && python >= (3, *since))
}

/// Whether a module, or the package above it, is of the standard library.
pub(super) fn is_of_every_python(module: &str) -> bool {
    let top = module.split('.').next().unwrap_or_default();
    ALWAYS.binary_search(&module).is_ok() || ALWAYS.binary_search(&top).is_ok() || SINCE.iter().any(|(name, _)| *name == module)
}

/// The module that `from package import name` gives, where it is known to be one.
pub(super) fn submodule(package: &str, name: &str) -> Option<String> {
    let whole = format!("{package}.{name}");
    SUBMODULES.binary_search(&&*whole).is_ok().then_some(whole)
}

fn key(module: &str, name: &str) -> String {
    format!("{module} {name}")
}

/// The module and name that a function or class says to be of.
pub(super) fn own_names<'n>(module: &'n str, name: &'n str) -> (&'n str, &'n str) {
    static ALIASES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| table::ALIASES.iter().copied().collect());
    let found = ALIASES.get(&*key(module, name)).and_then(|names| names.split_once(' '));
    found.unwrap_or((module, name))
}

/// Whether the functions and classes of a module are written in C: their names are no strs of the process but made each time.
pub(super) fn is_in_c(module: &str, name: &str) -> bool {
    let types = match module {
        "collections" => matches!(name, "OrderedDict" | "deque" | "defaultdict"),
        "functools" => name == "partial",
        "operator" => matches!(name, "attrgetter" | "itemgetter" | "methodcaller"),
        "re" => matches!(name, "Match" | "Pattern"),
        "decimal" => matches!(name, "Context" | "Decimal"),
        "itertools" | "array" => true,
        _ => false,
    };
    types || table::IN_C.contains(&module)
}

/// The abstract methods of a class of the standard library.
pub(super) fn abstract_methods(module: &str, name: &str) -> impl Iterator<Item = &'static str> {
    let wanted = key(generic(module), name);
    let found = table::ABSTRACT.iter().find(|(class, _)| *class == wanted).map_or("", |(_, names)| *names);
    found.split(' ').filter(|name| !name.is_empty())
}

/// Whether a class of the standard library, or one of its bases, defines what a class of `collections.abc` asks for.
pub(super) fn has_concrete(module: &str, name: &str, wanted: &str) -> bool {
    let class = key(generic(module), name);
    let found = table::CONCRETE.binary_search_by(|(known, _)| (*known).cmp(&class));
    found.ok().and_then(|at| table::CONCRETE.get(at)).is_some_and(|(_, names)| names.split(' ').any(|name| name == wanted))
}

/// Whether the `__slots__` of a class of the standard library are the empty tuple, and its `__static_attributes__`.
pub(super) fn empty_tuples(module: &str, name: &str) -> (bool, bool) {
    let has = |table: &[&str]| [module, generic(module)].iter().any(|module| table.binary_search(&&*key(module, name)).is_ok());
    // `typing` has `Generic` from C since 3.12.
    let is_generic = module == "typing" && name == "Generic";
    (is_generic || has(table::SLOTLESS), is_generic || has(table::STATELESS))
}

/// `typing` has names for the classes of `collections.abc`.
fn generic(module: &str) -> &str {
    if module == "typing" { "collections.abc" } else { module }
}

/// The metaclass of a class of the standard library, `type` where it is that; `None` where it is not known.
pub(super) fn metaclass(module: &str, name: &str) -> Option<(&'static str, &'static str)> {
    let of = |module: &str| {
        let wanted = key(module, name);
        table::METACLASSES.iter().find(|(class, _)| *class == wanted).and_then(|(_, metaclass)| metaclass.split_once(' '))
    };
    let top = module.split('.').next().unwrap_or_default();
    let plain = || {
        let special = matches!(module, "typing" | "typing_extensions") && SPECIAL.contains(&name);
        let here = ALWAYS.binary_search(&top).is_ok() && !matches!(top, "ctypes" | "enum") && !special;
        here.then_some(("builtins", "type"))
    };
    match name {
        "ByteString" => Some(("abc", "ABCMeta")),
        _ => of(module).or_else(|| of(generic(module))).or_else(plain),
    }
}

/// The `__name__` of a module that is imported by another name.
pub(super) fn own_name(module: &str) -> &str {
    match module {
        "os.path" => "posixpath",
        other => other,
    }
}
