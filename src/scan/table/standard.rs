//! Rules for the standard library.

use super::{dangerous, plain, safe, suspicious};
use crate::scan::rules::Row;

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // Builtins.
    dangerous("builtins", "eval exec compile execfile", "runs Python code"),
    dangerous("builtins", "__import__ reload", "imports modules"),
    dangerous("builtins", "open file raw_input input", "opens files or reads the terminal"),
    dangerous("builtins", "getattr", "reaches any attribute"),
    dangerous("builtins", "setattr delattr", "changes objects that others use"),
    dangerous("builtins", "globals locals vars dir", "gives the variables of others"),
    dangerous("builtins", "breakpoint help exit quit apply coerce", "stops or takes over the program"),
    safe("builtins", "print", "writes to standard output"),
    suspicious("builtins", "memoryview super staticmethod classmethod property", "has effects or is part of a class"),
    safe("builtins", "set frozenset list dict tuple bytearray bytes int float complex bool str object slice range type enumerate zip \
        reversed map filter sum min max sorted abs round len repr ascii hash id iter next ord chr hex bin oct pow divmod any all callable format \
        isinstance issubclass Ellipsis NotImplemented None True False long unicode basestring xrange unichr intern cmp reduce \
        hasattr buffer", "a builtin type or function"),
    safe("builtins", "str.* bytes.* bytearray.* int.* float.* complex.* dict.* list.* set.* frozenset.* tuple.* bool.* range.* slice.* \
        object.__new__ object.__init__ object.__reduce__ unicode.*", "a method of a builtin type"),
    safe("builtins", "NoneType EllipsisType ellipsis NotImplementedType", "a builtin type"),
    safe("builtins", "*Error *Exception *Warning BaseException Exception KeyboardInterrupt SystemExit StopIteration StopAsyncIteration \
        GeneratorExit Warning ExceptionGroup BaseExceptionGroup *ExceptionGroup", "an exception"),
    safe("exceptions", "^", "an exception"),

    // What is an exception, an enumeration or a named tuple although its name does not say so.
    safe("termios nis audioop _curses curses select zlib binascii struct pyexpat xml.parsers.expat locale copy ossaudiodev zipimport dbm sunau wave aifc uu binhex getopt", "error Error", "an exception"),
    safe("asyncio.queues queue _queue multiprocessing.queues asyncio", "Empty Full QueueEmpty QueueFull ShutDown QueueShutDown", "an exception"),
    safe("ftplib poplib nntplib", "error_reply error_temp error_perm error_proto Error NNTP*Error", "an exception"),
    safe("smtplib", "SMTPServerDisconnected SMTPSenderRefused SMTPRecipientsRefused", "an exception"),
    safe("bdb pdb tabnanny turtle tokenize inspect shutil socket pickle doctest multiprocessing.context mailcap io threading", "BdbQuit Restart NannyNag Terminator StopTokenizing \
        EndOfBlock _GiveupOnFastCopy _GiveupOnSendfile _Stop DocTestFailure UnexpectedException BufferTooShort UnsafeMailcapInput UnsupportedOperation", "an exception"),
    safe("tkinter py_compile pstats inspect", "EventType PycInvalidationMode SortKey BufferFlags", "an enumeration"),
    safe("ssl", "_SSLMethod _TLSContentType _TLSAlertType _TLSMessageType SSLSession DefaultVerifyPaths", "an enumeration"),
    safe("nntplib sndhdr tkinter aifc sunau inspect wave crypt traceback dis pkgutil zipfile spwd nis chunk functools sysconfig urllib.parse selectors", "GroupInfo ArticleInfo SndHeaders _VersionInfoType _aifc_params \
        _sunau_params _Traceback _FrameInfo _wave_params _Method _Anchors _Instruction _ExceptionTableEntry ModuleInfo _CacheInfo", "a named tuple"),
    safe("logging", "StringTemplateStyle", "a part of a formatter"),
    safe("xmlrpc.client", "DateTime Binary Fault", "a value of XML-RPC"),
    safe("email.headerregistry", "_reconstruct_header ^", "a header of a mail"),
    safe("email._header_value_parser", "^", "a header of a mail"),
    safe("inspect", "signature isfunction isclass ismethod ismodule isbuiltin isroutine isgenerator isgeneratorfunction iscoroutinefunction getdoc cleandoc getmro unwrap", "looks at an object"),
    safe("csv", "reader writer DictReader DictWriter", "reads or writes rows"),
    safe("threading", "current_thread get_ident active_count main_thread Lock RLock _RLock", "a thread"),
    dangerous("decimal", "setcontext localcontext", "changes how the thread calculates"),
    dangerous("calendar", "main", "runs a program"),

    // Types of data.
    safe("datetime", "*", "a date or time"),
    safe("datetime", "datetime.* date.* time.* timedelta.* timezone.*", "a date or time"),
    safe("decimal fractions numbers ipaddress graphlib statistics colorsys cmath math itertools keyword token calendar \
        errno stat html html.entities unicodedata bisect heapq binascii struct zlib secrets string.templatelib", "*", "a type or function of data"),
    safe("decimal fractions statistics ipaddress", "Decimal.* Fraction.* NormalDist.* Context.* IPv4Network.* IPv6Network.*", "a method of a number"),
    safe("itertools", "chain.from_iterable", "an iterator"),
    safe("zoneinfo", "ZoneInfo ZoneInfo._unpickle ZoneInfo.no_cache", "a time zone"),
    safe("uuid", "UUID SafeUUID NAMESPACE_*", "a UUID"),
    safe("uuid", "uuid1 uuid3 uuid4 uuid5", "makes a UUID"),
    safe("collections", "OrderedDict OrderedDict.fromkeys Counter Counter.fromkeys defaultdict deque ChainMap UserDict UserList UserString namedtuple \
        _tuplegetter abc _deque_iterator _deque_reverse_iterator", "a container"),
    safe("collections.abc", "^", "an abstract type"),
    safe("collections.abc", "dict_keys dict_values dict_items list_iterator tuple_iterator range_iterator", "a type of the interpreter"),
    safe("array", "array ArrayType _array_reconstructor", "an array"),
    safe("enum", "^", "an enumeration"),
    safe("enum", "auto unique _decompose", "part of an enumeration"),
    safe("dataclasses", "Field _FIELD _FIELD_CLASSVAR _FIELD_INITVAR MISSING KW_ONLY _HAS_DEFAULT_FACTORY _MISSING_TYPE InitVar FrozenInstanceError \
        _DataclassParams _FIELD_BASE _HAS_DEFAULT_FACTORY_CLASS _KW_ONLY_TYPE field fields asdict astuple is_dataclass replace", "part of a dataclass"),
    safe("types", "SimpleNamespace MappingProxyType GenericAlias UnionType NoneType EllipsisType NotImplementedType ModuleType", "a type of the interpreter"),
    dangerous("types", "FileType", "opens files or reads the terminal"),
    suspicious("types", "^", "a type of the interpreter"),
    safe("typing typing_extensions", "^ cast no_type_check overload final runtime_checkable", "a type hint"),
    safe("abc", "ABC ABCMeta abstractmethod abstractproperty", "an abstract class"),
    safe("copy", "copy deepcopy", "a copy"),
    safe("re sre_constants sre_parse sre_compile _sre re._constants", "_compile compile Pattern Match RegexFlag escape match search fullmatch findall split sub subn A ASCII I \
        IGNORECASE L LOCALE M MULTILINE S DOTALL U UNICODE X VERBOSE", "a regular expression"),
    safe("random", "Random SystemRandom random randint choice choices sample shuffle uniform gauss betavariate expovariate triangular randrange \
        Random.* getrandbits randbytes seed getstate normalvariate", "random numbers"),
    safe("time", "struct_time time time_ns gmtime localtime strftime strptime mktime perf_counter monotonic process_time ctime asctime", "a time"),
    suspicious("time", "sleep", "waits"),
    safe("string", "Template Formatter capwords ascii_letters digits", "a text template"),
    safe("textwrap", "dedent indent fill wrap shorten TextWrapper", "text"),
    safe("difflib", "Match SequenceMatcher Differ HtmlDiff IS_CHARACTER_JUNK IS_LINE_JUNK get_close_matches ndiff unified_diff", "differences of texts"),
    safe("json json.decoder json.encoder", "loads dumps JSONDecoder JSONEncoder JSONDecodeError JSONDecoder.decode JSONEncoder.encode", "JSON in memory"),
    safe("csv", "Dialect excel excel_tab unix_dialect Sniffer QUOTE_* list_dialects", "a CSV dialect"),
    safe("base64", "b64decode b64encode b32decode b32encode b16decode b16encode b85decode b85encode a85decode a85encode urlsafe_b64decode \
        urlsafe_b64encode standard_b64decode standard_b64encode decodebytes encodebytes decodestring encodestring", "decodes bytes"),
    safe("codecs", "encode decode utf_8_decode utf_8_encode latin_1_decode latin_1_encode escape_decode escape_encode ascii_decode ascii_encode lookup \
        getencoder getdecoder CodecInfo", "decodes bytes"),
    safe("gzip bz2 lzma", "compress decompress", "decompresses bytes"),
    safe("hashlib hmac", "md5 sha1 sha224 sha256 sha384 sha512 blake2b blake2s sha3_256 sha3_512 new compare_digest digest pbkdf2_hmac", "a hash"),
    safe("io", "StringIO BytesIO StringIO.* BytesIO.*", "a file in memory"),
    safe("operator", "add sub mul truediv floordiv mod pow neg pos abs and_ or_ xor not_ invert inv lshift rshift eq ne lt le gt ge is_ is_not contains concat \
        countOf indexOf getitem index length_hint truth matmul iadd iconcat imul isub ior iand", "an operator"),
    safe("operator", "attrgetter itemgetter methodcaller", "reaches attributes or items when it is called"),
    dangerous("operator", "setitem delitem call", "changes or calls what it is given"),
    safe("functools", "partial partialmethod cmp_to_key reduce total_ordering cached_property singledispatchmethod _lru_cache_wrapper wraps", "calls what it is given"),
    suspicious("functools", "lru_cache cache singledispatch update_wrapper", "makes a function of a function"),
    safe("unittest.mock", "sentinel sentinel.*", "a sentinel"),
    safe("weakref", "ref WeakSet WeakKeyDictionary WeakValueDictionary WeakMethod KeyedRef", "a weak reference"),
    safe("_weakrefset", "WeakSet", "a weak reference"),
    safe("urllib.parse urlparse", "*", "a URL as text"),
    safe("urllib.error", "^", "an exception"),
    safe("urllib.request", "Request", "a request that is not made"),
    safe("warnings", "WarningMessage", "a warning"),
    safe("zipfile tarfile re sqlite3 dbm zlib gzip lzma", "BadZipFile BadZipfile LargeZipFile error BadGzipFile", "an exception"),
    safe("_hashlib", "openssl_*", "a hash"),
    safe("http", "HTTPStatus HTTPMethod", "an enumeration"),
    safe("http.cookies", "SimpleCookie Morsel BaseCookie", "a cookie"),
    safe("http.cookiejar", "Cookie CookieJar DefaultCookiePolicy", "a cookie"),
    safe("http.client", "HTTPMessage", "headers"),
    safe("email.message email.header email.charset email.policy email._policybase email.mime.text email.mime.multipart email.mime.base email.headerregistry \
        email.utils email.errors email.mime.nonmultipart email.mime.application email.mime.image email.mime.audio email.mime.message", "^ formataddr parseaddr formatdate", "a mail"),
    safe("email", "message_from_string message_from_bytes", "a mail"),
    safe("mailbox", "Message mboxMessage MaildirMessage MHMessage BabylMessage MMDFMessage _mboxMMDFMessage", "a mail"),
    safe("xml.etree.ElementTree", "Element SubElement QName Comment ProcessingInstruction ElementTree tostring", "an XML element"),
    safe("xml.dom.minidom xml.dom.minicompat", "^", "an XML node"),
    safe("configparser", "^ SectionProxy.get* ConfigParser.get* RawConfigParser.get* RawConfigParser._get*", "a configuration"),
    safe("argparse optparse", "Namespace Values ArgumentParser _* HelpFormatter RawDescriptionHelpFormatter RawTextHelpFormatter Action OptionParser Option", "arguments"),
    safe("logging", "getLogger Logger LogRecord Formatter PercentStyle Filter Filterer Manager RootLogger PlaceHolder LoggerAdapter makeLogRecord \
        BufferingFormatter StrFormatStyle NullHandler getLevelName", "a logger"),
    safe("pathlib", "Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath", "a path"),
    safe("pathlib", "PurePath.* PurePosixPath.* PureWindowsPath.*", "a path as text"),
    safe("os.path", "join basename dirname split splitext splitdrive normpath normcase isabs commonprefix commonpath relpath sep", "a path as text"),
    suspicious("os.path", "exists isfile isdir islink abspath realpath getsize expanduser expandvars lexists", "looks at files"),
    safe("os", "stat_result terminal_size times_result uname_result statvfs_result sched_param fspath PathLike fsencode fsdecode strerror", "a record of the system"),
    suspicious("os", "getcwd getpid cpu_count environ getenv getlogin sep linesep name", "looks at the process"),
    safe("sys", "intern version_info float_info int_info hash_info maxsize version_info_type", "a fact of the interpreter"),
    suspicious("sys", "stdout stderr stdin version platform byteorder getsizeof path argv getrecursionlimit", "part of the interpreter"),
    safe("platform", "uname_result", "a record of the system"),
    safe("resource", "struct_rusage", "a record of the system"),
    safe("pwd grp spwd", "struct_passwd struct_group struct_spwd", "a record of the system"),
    safe("shlex", "split quote join", "text"),
    safe("contextlib", "nullcontext suppress ExitStack AbstractContextManager ContextDecorator", "a context manager"),
    safe("inspect", "Parameter Signature _ParameterKind _empty BoundArguments FullArgSpec ArgInfo Arguments Traceback FrameInfo ArgSpec Attribute ClosureVars \
        _VAR_POSITIONAL _KEYWORD_ONLY _POSITIONAL_OR_KEYWORD _POSITIONAL_ONLY _VAR_KEYWORD", "a signature"),
    safe("ast", "^ arguments arg keyword alias withitem comprehension match_case excepthandler expr_context operator unaryop cmpop boolop stmt expr mod slice \
        type_param type_ignore pattern parse literal_eval dump unparse", "a syntax tree"),
    safe("tokenize", "TokenInfo", "a token"),
    safe("dis", "Instruction Positions", "a bytecode instruction"),
    safe("traceback", "TracebackException FrameSummary StackSummary _SyntaxErrorDetails", "a traceback as text"),
    safe("linecache", "cache", "source lines for tracebacks"),
    safe("queue multiprocessing.queues", "Empty Full ShutDown", "an exception"),
    safe("plistlib", "UID FMT_XML FMT_BINARY PlistFormat", "a property list"),
    safe("sched", "Event", "an event"),
    safe("selectors", "SelectorKey", "a record"),
    safe("tarfile zipfile", "TarInfo ZipInfo", "a record of an archive"),
    safe("doctest", "Example DocTest TestResults", "a test as text"),
    safe("signal", "Signals Handlers Sigmasks", "an enumeration"),
    safe("socket", "AddressFamily SocketKind MsgFlag AddressInfo timeout error gaierror herror", "an enumeration"),
    safe("ssl", "TLSVersion VerifyMode VerifyFlags Options Purpose AlertDescription SSLErrorNumber _ASN1Object", "an enumeration"),
    safe("select", "error", "an exception"),
    safe("subprocess", "CalledProcessError TimeoutExpired SubprocessError CompletedProcess STARTUPINFO", "a result"),
    safe("concurrent.futures concurrent.futures._base asyncio asyncio.exceptions concurrent.futures.process", "CancelledError TimeoutError InvalidStateError BrokenExecutor \
        BrokenProcessPool IncompleteReadError QueueEmpty QueueFull", "an exception"),
    safe("concurrent.futures.process", "_ExceptionWithTraceback _rebuild_exc _RemoteTraceback", "an exception"),
    safe("multiprocessing.pool", "RemoteTraceback ExceptionWithTraceback rebuild_exc MaybeEncodingError", "an exception"),
    safe("unittest.case", "SkipTest", "an exception"),
    safe("turtle", "Vec2D", "a vector"),
    safe("ctypes", "c_*", "a C value"),
    safe("_ctypes", "_unpickle", "a C value"),
    safe("ctypes.wintypes", "*", "a C value"),
    safe("locale", "getlocale setlocale LC_*", "a locale"),
    safe("fnmatch", "fnmatch fnmatchcase translate filter", "text"),
    safe("reprlib pprint", "Repr PrettyPrinter pformat saferepr repr", "text"),
    safe("string", "ascii_* digits hexdigits octdigits printable punctuation whitespace", "text"),
    safe("contextvars", "Context ContextVar Token", "a context"),
    safe("gettext", "NullTranslations", "texts"),
    safe("__future__", "*", "a feature"),

    plain("unittest.case unittest.suite unittest.result", "FunctionTestCase TestCase TestSuite BaseTestSuite TestResult", "a test that is not run"),
    plain("wsgiref.headers shlex multiprocessing.managers codecs encodings.**", "Headers shlex Token IncrementalDecoder IncrementalEncoder StreamReader StreamWriter Codec \
        BufferedIncrementalDecoder BufferedIncrementalEncoder", "an object that is made without its `__init__`"),
    safe("encodings.**", "IncrementalDecoder IncrementalEncoder StreamReader StreamWriter Codec getregentry encode decode", "a codec"),

    // What runs, opens and reaches.
    dangerous("os subprocess commands popen2 pty _posixsubprocess _winapi multiprocessing.** pexpect asyncio.subprocess", "**", "runs commands or changes the system"),
    dangerous("code codeop runpy pdb bdb timeit profile cProfile trace doctest compileall py_compile zipimport zipapp site sitecustomize \
        rlcompleter cgitb idlelib.** lib2to3.** _pyrepl.** pydoc ensurepip venv distutils.** unittest.**", "**", "runs Python code"),
    dangerous("importlib.** imp imputil ihooks pkgutil modulefinder _imp", "**", "imports modules"),
    dangerous("pickle shelve dbm.** marshal xmlrpc.** dumbdbm anydbm plistlib", "**", "loads nested data"),
    dangerous("ctypes.** _ctypes mmap _testcapi _testinternalcapi _xxsubinterpreters _interpreters", "**", "native code and memory"),
    dangerous("socket socketserver ssl http.** urllib.** urllib urllib2 httplib ftplib smtplib smtpd poplib imaplib nntplib telnetlib asyncore asynchat \
        SocketServer BaseHTTPServer SimpleHTTPServer xmlrpclib asyncio.** wsgiref.** webbrowser uuid netrc", "**", "reaches the network"),
    dangerous("shutil tempfile fileinput linecache codecs io gzip bz2 lzma tarfile zipfile sqlite3.** csv logging.** pathlib glob filecmp mailbox \
        configparser mimetypes wave aifc sunau sndhdr imghdr dircache os.path genericpath posixfile _io", "**", "opens or changes files"),
    dangerous("sys gc inspect threading signal atexit faulthandler types builtins warnings weakref copyreg sysconfig _sysconfig _thread resource fcntl \
        termios tty readline curses.** tkinter.** turtle winreg msvcrt syslog", "**", "changes the interpreter or the system"),
];

/// Modules that stand for all that they hold: an object of them in a call's arguments is as good as any function of theirs.
pub(crate) const POWERFUL: &str = "os sys subprocess builtins importlib importlib.util importlib.machinery shutil socket ctypes pickle marshal io tempfile runpy code \
    codeop inspect gc threading multiprocessing signal webbrowser urllib urllib.request http http.client pty imp pkgutil linecache zipfile tarfile sqlite3 ssl \
    asyncio platform sysconfig site atexit pdb bdb timeit profile cProfile trace doctest pydoc commands popen2 types shelve dbm logging.config smtplib ftplib \
    telnetlib poplib imaplib nntplib xmlrpc.client fileinput glob pathlib mmap faulthandler idlelib lib2to3 distutils ensurepip venv unittest test \
    concurrent.futures tkinter _posixsubprocess _imp _ctypes importlib._bootstrap importlib._bootstrap_external warnings logging copyreg operator functools codecs";

/// Top-level modules of the standard library, Python 2.7 and 3.6 to 3.14: `sys.stdlib_module_names` and what was removed.
pub(crate) const STANDARD: &str = "__future__ __phello__ _abc _aix_support _android_support _ast _asyncio _bisect _blake2 _bootlocale _bootsubprocess _bz2 _codecs \
    _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _collections _collections_abc _colorize _compat_pickle _compression \
    _contextvars _crypt _csv _ctypes _ctypes_test _curses _curses_panel _datetime _dbm _decimal _elementtree _frozen_importlib _frozen_importlib_external \
    _functools _gdbm _hashlib _heapq _imp _interpchannels _interpqueues _interpreters _io _ios_support _json _locale _lsprof _lzma _markupbase _md5 \
    _multibytecodec _multiprocessing _opcode _opcode_metadata _operator _osx_support _overlapped _peg_parser _pickle _posixshmem _posixsubprocess _py_abc \
    _pydatetime _pydecimal _pyio _pylong _pyrepl _queue _random _remote_debugging _scproxy _sha1 _sha2 _sha256 _sha3 _sha512 _signal _sitebuiltins _socket \
    _sqlite3 _sre _ssl _stat _statistics _string _strptime _struct _suggestions _symtable _sysconfig _testbuffer _testcapi _testimportmultiple \
    _testinternalcapi _testmultiphase _thread _threading_local _tkinter _tokenize _tracemalloc _types _typing _uuid _warnings _weakref _weakrefset _winapi _wmi \
    _xxsubinterpreters _xxtestfuzz _zoneinfo _zstd abc aifc annotationlib antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb \
    binascii binhex bisect builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall compression \
    concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis distutils doctest \
    email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch formatter fractions ftplib functools gc genericpath getopt \
    getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json \
    keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis \
    nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil platform \
    plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib \
    resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site sitecustomize smtpd smtplib sndhdr socket socketserver spwd sqlite3 \
    sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symbol symtable sys sysconfig syslog tabnanny \
    tarfile telnetlib tempfile termios test textwrap this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty \
    turtle turtledemo types typing unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml \
    xmlrpc xxlimited xxsubtype zipapp zipfile zipimport zlib zoneinfo \
    __builtin__ exceptions commands popen2 urllib2 urlparse httplib copy_reg cPickle Queue ConfigParser SocketServer StringIO cStringIO UserDict UserList \
    UserString HTMLParser BaseHTTPServer SimpleHTTPServer CGIHTTPServer Cookie cookielib xmlrpclib dummy_thread thread htmlentitydefs robotparser anydbm \
    dumbdbm whichdb gdbm bsddb dbhash new sets md5 sha imputil ihooks Bastion rexec user compiler hotshot dircache mimetools mimewriter multifile \
    rfc822 statvfs os2emxpath macpath toaiff posixfile repr Tkinter tkMessageBox fpformat future_builtins";
