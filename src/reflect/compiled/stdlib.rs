//! What is known of the standard library: enough to tell what an import, a name or a base class is without a Python.

/// The names of `builtins`, of CPython 3.8 to 3.14 together.
const BUILTINS: &[&str] = &[
    "ArithmeticError", "AssertionError", "AttributeError", "BaseException", "BaseExceptionGroup", "BlockingIOError",
    "BrokenPipeError", "BufferError", "BytesWarning", "ChildProcessError", "ConnectionAbortedError",
    "ConnectionError", "ConnectionRefusedError", "ConnectionResetError", "DeprecationWarning", "EOFError", "Ellipsis",
    "EncodingWarning", "EnvironmentError", "Exception", "ExceptionGroup", "False", "FileExistsError",
    "FileNotFoundError", "FloatingPointError", "FutureWarning", "GeneratorExit", "IOError", "ImportError",
    "ImportWarning", "IndentationError", "IndexError", "InterruptedError", "IsADirectoryError", "KeyError",
    "KeyboardInterrupt", "LookupError", "MemoryError", "ModuleNotFoundError", "NameError", "None",
    "NotADirectoryError", "NotImplemented", "NotImplementedError", "OSError", "OverflowError",
    "PendingDeprecationWarning", "PermissionError", "ProcessLookupError", "PythonFinalizationError", "RecursionError",
    "ReferenceError", "ResourceWarning", "RuntimeError", "RuntimeWarning", "StopAsyncIteration", "StopIteration",
    "SyntaxError", "SyntaxWarning", "SystemError", "SystemExit", "TabError", "TimeoutError", "True", "TypeError",
    "UnboundLocalError", "UnicodeDecodeError", "UnicodeEncodeError", "UnicodeError", "UnicodeTranslateError",
    "UnicodeWarning", "UserWarning", "ValueError", "Warning", "ZeroDivisionError", "__build_class__", "__debug__",
    "__import__", "abs", "aiter", "all", "anext", "any", "ascii", "bin", "bool", "breakpoint", "bytearray", "bytes",
    "callable", "chr", "classmethod", "compile", "complex", "copyright", "credits", "delattr", "dict", "dir",
    "divmod", "enumerate", "eval", "exec", "exit", "filter", "float", "format", "frozenset", "getattr", "globals",
    "hasattr", "hash", "help", "hex", "id", "input", "int", "isinstance", "issubclass", "iter", "len", "license",
    "list", "locals", "map", "max", "memoryview", "min", "next", "object", "oct", "open", "ord", "pow", "print",
    "property", "quit", "range", "repr", "reversed", "round", "set", "setattr", "slice", "sorted", "staticmethod",
    "str", "sum", "super", "tuple", "type", "vars", "zip",
];

/// Modules that every CPython from 3.8 on has, on every platform.
const ALWAYS: &[&str] = &[
    "__future__", "_thread", "abc", "argparse", "array", "ast", "asyncio", "base64", "binascii", "bisect", "builtins",
    "calendar", "codecs", "collections", "collections.abc", "colorsys", "concurrent", "concurrent.futures",
    "configparser", "contextlib", "contextvars", "copy", "copyreg", "csv", "dataclasses", "datetime", "decimal",
    "difflib", "dis", "email", "enum", "errno", "fnmatch", "fractions", "functools", "gc", "getpass", "gettext",
    "glob", "hashlib", "heapq", "hmac", "html", "html.entities", "html.parser", "http", "http.client",
    "http.cookiejar", "http.cookies", "http.server", "importlib", "importlib.abc", "importlib.machinery",
    "importlib.util", "inspect", "io", "ipaddress", "itertools", "json", "json.decoder", "json.encoder", "keyword",
    "linecache", "locale", "logging", "logging.config", "logging.handlers", "marshal", "math", "mimetypes", "numbers",
    "opcode", "operator", "os", "os.path", "pathlib", "pdb", "pickle", "pickletools", "pkgutil", "platform",
    "posixpath", "pprint", "queue", "quopri", "random", "re", "reprlib", "runpy", "secrets", "select", "selectors",
    "shlex", "shutil", "signal", "site", "socket", "socketserver", "stat", "statistics", "string", "stringprep",
    "struct", "subprocess", "symtable", "sys", "sysconfig", "tarfile", "tempfile", "textwrap", "threading", "time",
    "timeit", "token", "tokenize", "trace", "traceback", "types", "typing", "unicodedata", "unittest",
    "unittest.mock", "urllib", "urllib.error", "urllib.parse", "urllib.request", "urllib.response", "uuid",
    "warnings", "weakref", "xml", "xml.dom", "xml.etree", "xml.etree.ElementTree", "zipfile",
];

/// Modules that every CPython from a minor version on has.
const SINCE: &[(&str, u8)] = &[("graphlib", 9), ("zoneinfo", 9), ("tomllib", 11), ("importlib.metadata", 8)];

/// What `from package import name` gives that is a module.
const SUBMODULES: &[&str] = &[
    "asyncio.events", "collections.abc", "concurrent.futures", "curses.ascii", "distutils.version", "email.header",
    "email.message", "email.mime", "email.utils", "html.entities", "html.parser", "http.client", "http.cookiejar",
    "http.cookies", "http.server", "importlib.abc", "importlib.machinery", "importlib.metadata",
    "importlib.resources", "importlib.util", "json.decoder", "json.encoder", "logging.config", "logging.handlers",
    "multiprocessing.pool", "multiprocessing.shared_memory", "os.path", "unittest.mock", "urllib.error",
    "urllib.parse", "urllib.request", "urllib.response", "urllib.robotparser", "wsgiref.util", "xml.dom", "xml.etree",
    "xml.etree.ElementTree", "xml.sax",
];

/// Classes whose metaclass is not `type`: module, name, and the metaclass.
const METACLASSES: &[(&str, &str, &str)] = &[
    ("abc", "ABC", "abc.ABCMeta"),
    ("collections", "UserDict", "abc.ABCMeta"),
    ("collections", "UserList", "abc.ABCMeta"),
    ("collections", "UserString", "abc.ABCMeta"),
    ("collections.abc", "AsyncGenerator", "abc.ABCMeta"),
    ("collections.abc", "AsyncIterable", "abc.ABCMeta"),
    ("collections.abc", "AsyncIterator", "abc.ABCMeta"),
    ("collections.abc", "Awaitable", "abc.ABCMeta"),
    ("collections.abc", "Buffer", "abc.ABCMeta"),
    ("collections.abc", "ByteString", "abc.ABCMeta"),
    ("collections.abc", "Callable", "abc.ABCMeta"),
    ("collections.abc", "Collection", "abc.ABCMeta"),
    ("collections.abc", "Container", "abc.ABCMeta"),
    ("collections.abc", "Coroutine", "abc.ABCMeta"),
    ("collections.abc", "Generator", "abc.ABCMeta"),
    ("collections.abc", "Hashable", "abc.ABCMeta"),
    ("collections.abc", "ItemsView", "abc.ABCMeta"),
    ("collections.abc", "Iterable", "abc.ABCMeta"),
    ("collections.abc", "Iterator", "abc.ABCMeta"),
    ("collections.abc", "KeysView", "abc.ABCMeta"),
    ("collections.abc", "Mapping", "abc.ABCMeta"),
    ("collections.abc", "MappingView", "abc.ABCMeta"),
    ("collections.abc", "MutableMapping", "abc.ABCMeta"),
    ("collections.abc", "MutableSequence", "abc.ABCMeta"),
    ("collections.abc", "MutableSet", "abc.ABCMeta"),
    ("collections.abc", "Reversible", "abc.ABCMeta"),
    ("collections.abc", "Sequence", "abc.ABCMeta"),
    ("collections.abc", "Set", "abc.ABCMeta"),
    ("collections.abc", "Sized", "abc.ABCMeta"),
    ("collections.abc", "ValuesView", "abc.ABCMeta"),
    ("contextlib", "AbstractAsyncContextManager", "abc.ABCMeta"),
    ("contextlib", "AbstractContextManager", "abc.ABCMeta"),
    ("contextlib", "AsyncExitStack", "abc.ABCMeta"),
    ("contextlib", "ExitStack", "abc.ABCMeta"),
    ("email.policy", "EmailPolicy", "abc.ABCMeta"),
    ("enum", "Enum", "enum.EnumMeta"),
    ("enum", "Flag", "enum.EnumMeta"),
    ("enum", "IntEnum", "enum.EnumMeta"),
    ("enum", "IntFlag", "enum.EnumMeta"),
    ("enum", "ReprEnum", "enum.EnumMeta"),
    ("enum", "StrEnum", "enum.EnumMeta"),
    ("fractions", "Fraction", "abc.ABCMeta"),
    ("http", "HTTPStatus", "enum.EnumMeta"),
    ("importlib.abc", "Finder", "abc.ABCMeta"),
    ("importlib.abc", "InspectLoader", "abc.ABCMeta"),
    ("importlib.abc", "Loader", "abc.ABCMeta"),
    ("importlib.abc", "MetaPathFinder", "abc.ABCMeta"),
    ("importlib.abc", "PathEntryFinder", "abc.ABCMeta"),
    ("importlib.abc", "ResourceLoader", "abc.ABCMeta"),
    ("importlib.abc", "SourceLoader", "abc.ABCMeta"),
    ("importlib.abc", "Traversable", "abc.ABCMeta"),
    ("io", "BufferedIOBase", "abc.ABCMeta"),
    ("io", "IOBase", "abc.ABCMeta"),
    ("io", "RawIOBase", "abc.ABCMeta"),
    ("io", "TextIOBase", "abc.ABCMeta"),
    ("numbers", "Complex", "abc.ABCMeta"),
    ("numbers", "Integral", "abc.ABCMeta"),
    ("numbers", "Number", "abc.ABCMeta"),
    ("numbers", "Rational", "abc.ABCMeta"),
    ("numbers", "Real", "abc.ABCMeta"),
    ("os", "PathLike", "abc.ABCMeta"),
    ("selectors", "BaseSelector", "abc.ABCMeta"),
    ("typing", "AbstractSet", "abc.ABCMeta"),
    ("typing", "AsyncContextManager", "abc.ABCMeta"),
    ("typing", "AsyncGenerator", "abc.ABCMeta"),
    ("typing", "AsyncIterable", "abc.ABCMeta"),
    ("typing", "AsyncIterator", "abc.ABCMeta"),
    ("typing", "Awaitable", "abc.ABCMeta"),
    ("typing", "ByteString", "abc.ABCMeta"),
    ("typing", "Callable", "abc.ABCMeta"),
    ("typing", "Collection", "abc.ABCMeta"),
    ("typing", "Container", "abc.ABCMeta"),
    ("typing", "ContextManager", "abc.ABCMeta"),
    ("typing", "Coroutine", "abc.ABCMeta"),
    ("typing", "Generator", "abc.ABCMeta"),
    ("typing", "Hashable", "abc.ABCMeta"),
    ("typing", "ItemsView", "abc.ABCMeta"),
    ("typing", "Iterable", "abc.ABCMeta"),
    ("typing", "Iterator", "abc.ABCMeta"),
    ("typing", "KeysView", "abc.ABCMeta"),
    ("typing", "Mapping", "abc.ABCMeta"),
    ("typing", "MappingView", "abc.ABCMeta"),
    ("typing", "MutableMapping", "abc.ABCMeta"),
    ("typing", "MutableSequence", "abc.ABCMeta"),
    ("typing", "MutableSet", "abc.ABCMeta"),
    ("typing", "Reversible", "abc.ABCMeta"),
    ("typing", "Sequence", "abc.ABCMeta"),
    ("typing", "Sized", "abc.ABCMeta"),
    ("typing", "ValuesView", "abc.ABCMeta"),
    ("zipfile", "ZipExtFile", "abc.ABCMeta"),
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

/// The module that `from package import name` gives, where it is known to be one.
pub(super) fn submodule(package: &str, name: &str) -> Option<String> {
    let whole = format!("{package}.{name}");
    SUBMODULES.binary_search(&&*whole).is_ok().then_some(whole)
}

/// The metaclass of a class of the standard library, `type` where it is that; `None` where it is not known.
pub(super) fn metaclass(module: &str, name: &str) -> Option<&'static str> {
    let known = METACLASSES.iter().find(|(m, n, _)| *m == module && *n == name).map(|(_, _, metaclass)| *metaclass);
    let top = module.split('.').next().unwrap_or_default();
    let plain = || {
        let special = matches!(module, "typing" | "typing_extensions") && SPECIAL.contains(&name);
        let here = ALWAYS.binary_search(&top).is_ok() && !matches!(top, "ctypes" | "enum") && !special;
        here.then_some("type")
    };
    known.or_else(plain)
}

/// The `__name__` of a module that is imported by another name.
pub(super) fn own_name(module: &str) -> &str {
    match module {
        "os.path" => "posixpath",
        other => other,
    }
}
