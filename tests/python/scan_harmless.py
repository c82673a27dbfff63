"""Harmless pickles of the standard library and of packages, where those are installed: samples() gives a name, a class and the bytes."""

import functools
import importlib
import json
import pickle
import sys
import warnings
import datetime, decimal, fractions, enum, logging, pathlib, re, types, uuid, ipaddress, array, random, string, textwrap, time, calendar, argparse, configparser, email, json as js, urllib.parse, http, socket, ssl, signal, subprocess, tokenize, ast, inspect, traceback, difflib, statistics, zoneinfo, typing, dataclasses, contextvars, queue, threading, weakref, operator, itertools, copy, codecs, csv, struct, zlib, hashlib, base64, locale, gettext, shlex, fnmatch, glob, tempfile, tarfile, zipfile, plistlib, sqlite3, xml.dom.minidom, xml.etree.ElementTree as ET, html, numbers, math, cmath, heapq, bisect, graphlib, sched, selectors, optparse, getopt, pprint, reprlib, unittest, doctest, dis, platform, resource, pwd, grp, errno, stat, concurrent.futures, asyncio, multiprocessing, abc, collections.abc, io, os, shutil, secrets, colorsys, keyword, token, symtable, mailbox, mimetypes, netrc, smtplib, ftplib, imaplib, poplib, http.client, http.cookies, http.cookiejar, xmlrpc.client, urllib.error, urllib.request, urllib.robotparser, email.message, email.mime.text, email.mime.multipart, email.policy, email.header, email.charset, wave, ctypes, turtle

# Estimators whose fit takes seconds.
SLOW = (
    "StackingClassifier",
    "GraphicalLassoCV",
    "SparsePCA",
    "DictionaryLearning",
    "MiniBatchDictionaryLearning",
    "MiniBatchSparsePCA",
    "MLPClassifier",
    "MLPRegressor",
)


def standard(h, t):
    # every exception class of the standard library, one instance each
    mods = [m for m in sys.stdlib_module_names if not m.startswith("_") and m not in ("antigravity", "this", "idlelib", "turtledemo", "test", "lib2to3")]
    seen = set()
    for m in mods:
        try:
            mod = importlib.import_module(m)
        except BaseException:
            continue
        for n, c in list(vars(mod).items()):
            if isinstance(c, type) and issubclass(c, BaseException) and c not in seen:
                seen.add(c)
                for a in ((), ("x",), (1, "x"), (1, "x", "y")):
                    try:
                        e = c(*a)
                        pickle.loads(pickle.dumps(e))
                        h("exception %s.%s" % (c.__module__, c.__qualname__), e)
                        break
                    except Exception:
                        continue
            if isinstance(c, type) and issubclass(c, enum.Enum) and c not in seen and c is not enum.Enum and len(c):
                seen.add(c)
                h("enum %s.%s" % (c.__module__, c.__qualname__), list(c)[:3])
    # every concrete namedtuple
    for m in mods:
        mod = sys.modules.get(m)
        for n, c in list(vars(mod).items()) if mod else []:
            if isinstance(c, type) and issubclass(c, tuple) and hasattr(c, "_fields") and c not in seen:
                seen.add(c)
                try:
                    h("namedtuple %s.%s" % (c.__module__, c.__qualname__), c(*range(len(c._fields))))
                except Exception:
                    pass
    # classes by reference
    for m in (
        "collections",
        "datetime",
        "decimal",
        "typing",
        "enum",
        "abc",
        "numbers",
        "io",
        "types",
        "array",
        "random",
        "fractions",
        "pathlib",
        "uuid",
        "string",
        "logging",
        "threading",
        "queue",
        "json",
        "re",
        "contextlib",
        "functools",
        "itertools",
        "operator",
    ):
        mod = importlib.import_module(m)
    for c in [
        collections.OrderedDict,
        datetime.datetime,
        decimal.Decimal,
        pathlib.Path,
        uuid.UUID,
        logging.Logger,
        threading.Thread,
        queue.Queue,
        js.JSONEncoder,
        enum.Enum,
        abc.ABC,
        io.StringIO,
        io.BytesIO,
        types.SimpleNamespace,
        types.FunctionType,
        types.ModuleType,
        random.Random,
        fractions.Fraction,
        typing.NamedTuple,
        string.Template,
        os.PathLike,
        collections.abc.Mapping,
        numbers.Number,
        subprocess.Popen,
        socket.socket,
    ]:
        if c not in (subprocess.Popen, socket.socket, types.FunctionType, types.ModuleType, threading.Thread, queue.Queue):
            h("class %s.%s" % (c.__module__, c.__qualname__), c)
    # functions by reference
    for f in [
        math.sin,
        math.floor,
        cmath.exp,
        json.dumps,
        json.loads,
        os.path.join,
        os.path.basename,
        os.fspath,
        operator.mul,
        operator.itemgetter,
        functools.partial,
        functools.reduce,
        itertools.chain,
        collections.namedtuple,
        copy.copy,
        copy.deepcopy,
        random.random,
        random.randint,
        re.compile,
        re.match,
        statistics.mean,
        statistics.median,
        statistics.stdev,
        string.capwords,
        textwrap.dedent,
        textwrap.fill,
        struct.pack,
        zlib.crc32,
        hashlib.sha256,
        base64.b64encode,
        base64.b64decode,
        time.time,
        datetime.datetime.now,
        datetime.datetime.strptime,
        datetime.date.today,
        uuid.uuid4,
        html.escape,
        html.unescape,
        urllib.parse.quote,
        urllib.parse.urlparse,
        shlex.quote,
        fnmatch.fnmatch,
        heapq.nlargest,
        bisect.bisect_left,
        secrets.token_hex,
        colorsys.rgb_to_hsv,
        calendar.monthrange,
        calendar.isleap,
        decimal.getcontext,
        fractions.Fraction.from_float,
        dict.fromkeys,
        str.upper,
        str.split,
        int.from_bytes,
        float.fromhex,
        bytes.fromhex,
        list.append,
        set.union,
        str.maketrans,
        print,
        sorted,
        map,
        abs,
        isinstance,
        len,
        id,
        repr,
        hash,
        min,
        sum,
        zip,
        enumerate,
        range,
        type,
        iter,
        next,
        callable,
        chr,
        ord,
        hex,
        pow,
        divmod,
        round,
        all,
        any,
        dataclasses.asdict,
        dataclasses.fields,
        inspect.signature,
        inspect.isfunction,
        difflib.unified_diff,
        pprint.pformat,
        csv.reader,
        os.getcwd,
        os.getpid,
        time.sleep,
        logging.getLogger,
        threading.current_thread,
        itertools.chain.from_iterable,
        collections.OrderedDict.fromkeys,
        ast.literal_eval,
    ]:
        t("function %s" % getattr(f, "__qualname__", f), lambda: f)
    t("logging record with args", lambda: logging.LogRecord("n", 20, "/p", 3, "m %s", ("a",), None, "f"))
    t("logging Logger adapter", lambda: logging.LoggerAdapter(logging.getLogger("q"), {"a": 1}))
    t("logging root", lambda: logging.getLogger())
    t(
        "logging NullHandler-less formatter styles",
        lambda: [logging.Formatter("{message}", style="{"), logging.Formatter("$message", style="$"), logging.Filter("x")],
    )

    class _:
        pass

    t(
        "date max",
        lambda: [
            datetime.datetime.max,
            datetime.datetime.min,
            datetime.date.max,
            datetime.time(1, 2, 3, 4, tzinfo=datetime.timezone.utc),
            datetime.timedelta.max,
        ],
    )
    t("fold", lambda: datetime.datetime(2020, 1, 1, fold=1))
    t("zone", lambda: datetime.datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")))
    t("decimal context", lambda: decimal.Context(prec=5))
    t("decimal tuple", lambda: decimal.Decimal("1.5").as_tuple())
    t("decimal specials", lambda: [decimal.Decimal("NaN"), decimal.Decimal("-Infinity"), decimal.Decimal("sNaN")])
    t(
        "deep nested collections",
        lambda: collections.OrderedDict(
            a=collections.defaultdict(set, {1: {2}}), b=collections.Counter(a=1), c=collections.deque([collections.ChainMap({}, {})])
        ),
    )
    t("defaultdict of lists nested", lambda: collections.defaultdict(dict, {"a": {}}))
    t("defaultdict float", lambda: collections.defaultdict(float))
    t("defaultdict partial", lambda: collections.defaultdict(functools.partial(collections.defaultdict, int)))
    t("UserString", lambda: collections.UserString("x"))
    t("views", lambda: [collections.OrderedDict(a=1).keys() if False else 1])
    t("odict iterators", lambda: iter([1]))
    t(
        "iterators",
        lambda: [
            iter((1,)),
            iter("ab"),
            iter(b"ab"),
            iter({1}),
            iter(range(3)),
            reversed([1, 2]),
            enumerate("ab"),
            zip("a", "b"),
            filter(None, [1]),
            map(int, ["1"]),
        ],
    )
    t(
        "itertools all",
        lambda: [
            itertools.repeat(1),
            itertools.cycle([1]),
            itertools.chain([1]),
            itertools.islice([1, 2], 1),
            itertools.product([1], [2]),
            itertools.permutations([1, 2]),
            itertools.combinations([1, 2], 1),
            itertools.accumulate([1, 2]),
            itertools.starmap(pow, [(1, 2)]),
            itertools.takewhile(bool, [1]),
            itertools.zip_longest([1], [2]),
            itertools.compress([1], [1]),
        ],
    )
    t(
        "partial kinds",
        lambda: [
            functools.partial(print, "x"),
            functools.partial(sorted, reverse=True),
            functools.partial(str.split, sep=","),
            functools.partial(functools.partial(int, base=2)),
        ],
    )
    t("partial of math", lambda: functools.partial(math.pow, 2))
    t("cmp_to_key class", lambda: functools.partial(datetime.datetime.strptime))
    t("bound builtin methods", lambda: ["abc".upper, [1].append, {"a": 1}.get, (1).bit_length, b"x".join, {1}.add, "{}".format, "x".join])
    t(
        "bound methods of datetime",
        lambda: [
            datetime.datetime(2020, 1, 1).strftime,
            decimal.Decimal(1).quantize,
            re.compile("a").match,
            collections.OrderedDict().get,
            collections.Counter().most_common,
        ],
    )
    t("uuid variants", lambda: [uuid.uuid4(), uuid.uuid1(), uuid.uuid5(uuid.NAMESPACE_DNS, "x")])
    t("paths", lambda: [pathlib.PureWindowsPath("c:/x"), pathlib.PosixPath("/x"), pathlib.Path(".")])
    t("ip", lambda: [ipaddress.ip_address("::1"), ipaddress.ip_network("::/8"), ipaddress.ip_interface("1.2.3.4/8")])
    t("arrays", lambda: [array.array(c, [1]) for c in "bBhHiIlLqQfd"] + [array.array("u", "x")])
    t("random state", lambda: [random.Random(1).getstate(), random.SystemRandom() if False else 1])
    t("templates", lambda: [string.Template("$a"), string.Formatter()])
    t("textwrap", lambda: textwrap.TextWrapper(width=3))
    t("struct_time", lambda: [time.localtime(0), time.gmtime()])
    t("calendar", lambda: [calendar.Calendar(), calendar.TextCalendar(), calendar.HTMLCalendar()])
    t("argparse", lambda: argparse.Namespace(a=[1], b=argparse.Namespace(c=2)))
    t("argparse parser", lambda: argparse.ArgumentParser("x"))

    def p2():
        p = argparse.ArgumentParser("x")
        p.add_argument("--n", type=int, default=3, help="h")
        p.add_argument("f", nargs="*", choices=["a"])
        p.add_argument("-v", action="store_true")
        return p

    t("argparse parser 2", p2)
    t("optparse values", lambda: optparse.Values({"a": 1}))
    t("configparser", lambda: (lambda c: (c.read_string("[a]\nb=1\n"), c)[1])(configparser.ConfigParser()))
    t("raw configparser", lambda: (lambda c: (c.read_string("[a]\nb=1\n"), c)[1])(configparser.RawConfigParser()))
    t("email", lambda: email.message_from_string("From: a\nTo: b\n\nx"))

    def em():
        m = email.message.EmailMessage()
        m["Subject"] = "x"
        m.set_content("hello")
        return m

    t("email message", em)
    t("mime", lambda: (lambda m: (m.attach(email.mime.text.MIMEText("x")), m)[1])(email.mime.multipart.MIMEMultipart()))
    t("email header", lambda: [email.header.Header("x"), email.charset.Charset("utf-8"), email.policy.default, email.policy.SMTP])
    t(
        "urls",
        lambda: [
            urllib.parse.urlparse("http://a/b"),
            urllib.parse.urlsplit("http://a/b?c"),
            urllib.parse.urldefrag("http://a#b"),
            urllib.parse.urlparse(b"http://x"),
        ],
    )
    t("request", lambda: urllib.request.Request("http://127.0.0.1/"))
    t("cookies", lambda: [http.cookies.SimpleCookie("a=b; Path=/"), http.cookies.Morsel()])
    t("cookie", lambda: http.cookiejar.Cookie(0, "a", "b", None, False, "d", False, False, "/", False, False, None, False, None, None, {}))
    t("AddressInfo", lambda: [socket.AF_INET6, socket.SOCK_STREAM, socket.AddressInfo.AI_CANONNAME])
    t("ssl enums", lambda: [ssl.PROTOCOL_TLS, ssl.CERT_REQUIRED, ssl.TLSVersion.TLSv1_2])
    t("signals", lambda: [signal.SIGTERM, signal.SIG_DFL, signal.Signals(9)])
    t("completed", lambda: subprocess.CompletedProcess(["a"], 0, b"x", b"y"))
    t("tokens", lambda: list(tokenize.generate_tokens(io.StringIO("x = 1\n").readline)))
    t(
        "ast big",
        lambda: ast.parse(
            "def f(a, *b, c=1, **d) -> int:\n  with x as y:\n    return [i for i in a if i]\nclass A(B):\n  x: int = 3\ntry:\n  pass\nexcept E as e:\n  raise\nlambda: (yield)\nmatch x:\n  case 1: pass\n"
        ),
    )
    t("signature", lambda: inspect.signature(js.dumps))
    t("FullArgSpec", lambda: inspect.getfullargspec(js.dumps))

    def tb():
        try:
            1 / 0
        except Exception as e:
            return traceback.TracebackException.from_exception(e)

    t("tb exception", tb)
    t("stack summary", lambda: traceback.extract_stack())
    t("difflib", lambda: [difflib.SequenceMatcher(None, "a", "b").get_matching_blocks(), difflib.Differ()])
    t("NormalDist", lambda: statistics.NormalDist(1, 2))
    t("linreg", lambda: statistics.linear_regression([1, 2], [3, 4]))
    t(
        "typing",
        lambda: [
            typing.Dict[str, int],
            typing.Union[int, str],
            typing.Callable[[int], str],
            typing.Any,
            typing.Tuple[int, ...],
            typing.Literal["a"],
            typing.ClassVar[int],
            typing.Optional[typing.List[int]],
            typing.Annotated[int, 3],
            typing.Type[int],
            typing.Iterable[int],
            typing.NoReturn,
        ],
    )
    t(
        "generic aliases",
        lambda: [
            list[int],
            dict[str, int],
            tuple[int, ...],
            int | str,
            collections.abc.Callable[[int], str],
            type[int],
            collections.deque[int],
            re.Pattern[str],
        ],
    )
    t("dataclass field", lambda: dataclasses.field(default=3))
    t("codecs info", lambda: codecs.BOM_UTF8)
    t("csv dialects", lambda: [csv.excel, csv.excel_tab, csv.unix_dialect])
    t("shlex", lambda: shlex.split("a b"))
    t("tarinfo", lambda: tarfile.TarInfo("x"))
    t("zipinfo", lambda: zipfile.ZipInfo("x"))
    t("plist", lambda: plistlib.UID(3))
    t("sqlite row err", lambda: sqlite3.OperationalError("x"))
    t("minidom", lambda: xml.dom.minidom.parseString("<a b='c'><d/>x</a>"))
    t("etree", lambda: (lambda r: (ET.SubElement(r, "b", {"x": "y"}), r)[1])(ET.Element("a")))
    t("etree tree", lambda: ET.ElementTree(ET.Element("a")))
    t("etree qname", lambda: ET.QName("a", "b"))
    t("graphlib", lambda: graphlib.TopologicalSorter({"a": {"b"}}))
    t("pprint", lambda: [pprint.PrettyPrinter() if False else 1, reprlib.Repr()])
    t("unittest result", lambda: unittest.SkipTest("x"))
    t("doctest example", lambda: doctest.Example("1", "1"))
    t("dis instr", lambda: list(dis.get_instructions(lambda: 1))[0:1] if False else dis.Positions(1, 2, 3, 4))
    t("uname", lambda: [os.uname(), os.stat("/"), os.times(), os.get_terminal_size if False else 1, platform.uname()])
    t("rusage", lambda: resource.getrusage(0))
    t("pwd", lambda: [pwd.getpwuid(0), grp.getgrgid(0)])
    t("ctypes", lambda: [ctypes.c_double(1.5), ctypes.c_char(b"x"), ctypes.c_bool(True), ctypes.c_uint8(3)])

    class CS:
        pass

    t("Vec2D", lambda: turtle.Vec2D(1, 2))
    t("weak", lambda: weakref.WeakValueDictionary if False else 1)
    t("threading local-free", lambda: threading.Barrier if False else 1)
    t("namespace nested", lambda: types.SimpleNamespace(a=types.SimpleNamespace(b=1)))
    t("mappingproxy copy", lambda: dict(types.MappingProxyType({1: 2})))
    t("memo heavy", lambda: (lambda a: [a, a, {"x": a}, (a, a)])([1]))

    def cyc():
        a = []
        a.append(a)
        return a

    t("cycle", cyc)
    t("cycle dict", lambda: (lambda d: (d.__setitem__("self", d), d)[1])({}))
    t("large ints", lambda: [10**1000, -(10**500)])
    t("surrogates", lambda: "\ud800x")
    t("long str", lambda: "x" * 100000)
    t("long bytes", lambda: b"\x80\x04cos\nsystem\n" * 100)
    t(
        "text that looks like code",
        lambda: ["__import__('os').system('id')", "os\nsystem", "builtins", "eval", "exec", "c__builtin__\neval\n", "subprocess.Popen"],
    )
    t("keys that look bad", lambda: {"os": "system", "eval": 1, "__class__": 2, "__reduce__": 3, "__globals__": 4})
    t("object()", lambda: object())
    t("frozenset nested", lambda: frozenset([frozenset([1]), (2,)]))
    t("bytearray big", lambda: bytearray(5000))
    t("PickleBuffer", lambda: pickle.PickleBuffer(b"abc"))
    t("bools", lambda: [True, False, None, ...])
    t("BufferedReader-free io", lambda: [io.StringIO("abc"), io.BytesIO(b"abc")])
    t(
        "functions of modules dotted",
        lambda: [
            datetime.datetime.fromtimestamp,
            collections.Counter.most_common,
            pathlib.PurePath.with_suffix,
            str.title,
            int.bit_length,
            decimal.Decimal.sqrt,
            re.Pattern.match,
        ],
    )
    t("operator objs", lambda: [operator.attrgetter("a", "b.c"), operator.itemgetter(1, 2), operator.methodcaller("f", 1, x=2)])
    t("logging config dict", lambda: {"version": 1, "handlers": {"h": {"class": "logging.FileHandler"}}})
    t("http messages", lambda: http.client.HTTPMessage())
    t("HTTPError-like", lambda: urllib.error.URLError("x"))
    t("xmlrpc", lambda: [xmlrpc.client.DateTime("20200101T00:00:00"), xmlrpc.client.Binary(b"x"), xmlrpc.client.Fault(1, "x")])
    t("mailbox message", lambda: mailbox.mboxMessage())
    t("smtp exceptions", lambda: smtplib.SMTPServerDisconnected("x"))
    t("sched event", lambda: sched.Event(1, 2, 3, print, (), {}))
    t("queue exc", lambda: queue.Empty())
    t("asyncio exc", lambda: [asyncio.TimeoutError(), asyncio.CancelledError()])
    t("mp exceptions", lambda: multiprocessing.ProcessError("x"))
    t("fractions", lambda: [fractions.Fraction(3, 7), fractions.Fraction("1.5")])
    t("complex in dict", lambda: {1j: 2})
    t("exception group", lambda: ExceptionGroup("x", [ValueError(1), OSError(2, "y", "f")]))
    t("exception with notes/cause", lambda: (lambda e: (e.add_note("n"), e)[1])(ValueError("x")))
    t("struct", lambda: struct.Struct("<i") if False else struct.error("x"))
    t("hash names", lambda: hashlib.sha256)
    t("html entities", lambda: html.entities.html5 if hasattr(html, "entities") else 1)
    t("enum members many", lambda: [re.I, http.HTTPStatus.OK, signal.SIGINT, socket.AF_INET, uuid.SafeUUID.safe, inspect.Parameter.KEYWORD_ONLY, enum.auto])


def numpy_types(h, t):
    import numpy as np

    for dt in ["i1", "<i2", ">i4", "u8", "f2", "f4", "f8", "f16", "c8", "c16", "c32", "?", "S", "S5", "U", "U4", "M8[ns]", "M8[D]", "m8[s]", "V3", "O"]:
        t("np array %s" % dt, lambda: np.zeros(3, dt))
        t("np scalar %s" % dt, lambda: np.zeros(1, dt)[0])
        t("np dtype %s" % dt, lambda: np.dtype(dt))
    t("np structured nested", lambda: np.zeros(2, dtype=[("a", [("b", "i4"), ("c", "f8", (2, 2))]), ("d", "U3"), ("e", "O")]))
    t("np aligned", lambda: np.zeros(2, dtype=np.dtype([("a", "i1"), ("b", "f8")], align=True)))
    t("np record scalar", lambda: np.zeros(2, dtype=[("a", "i4")])[0])
    t("np 0d", lambda: np.array(3.5))
    t("np empty", lambda: np.zeros((0, 3)))
    t("np noncontig", lambda: np.arange(10)[::2])
    t("np big endian", lambda: np.arange(3).astype(">i8"))
    t("np view subclass", lambda: np.arange(3).view(np.matrix))
    t("np strings StringDType", lambda: np.array(["a", "bc"], dtype=np.dtypes.StringDType()))
    t("np char", lambda: np.char.array(["a"]))
    t("np ma", lambda: np.ma.masked_array([1.0, 2], mask=[1, 0], fill_value=9))
    t("np ma masked", lambda: np.ma.masked)
    t("np mvoid", lambda: np.ma.array([(1, 2.0)], mask=[(0, 1)], dtype=[("a", int), ("b", float)])[0])
    for n in ["add", "sin", "exp", "logical_and", "maximum", "matmul", "isnan", "floor_divide", "arctan2", "bitwise_or", "heaviside", "gcd"]:
        t("ufunc " + n, lambda: getattr(np, n))
    for n in [
        "mean",
        "sum",
        "std",
        "median",
        "percentile",
        "argsort",
        "concatenate",
        "linspace",
        "zeros",
        "dot",
        "einsum",
        "histogram",
        "isclose",
        "nanmean",
        "unravel_index",
        "array_split",
        "pad",
        "roll",
        "tril",
        "meshgrid",
        "apply_along_axis",
        "interp",
        "convolve",
        "gradient",
        "trapezoid",
        "kron",
        "outer",
        "allclose",
        "nan_to_num",
        "logical_or",
        "select",
        "clip",
        "hanning",
        "cumsum",
        "rot90",
        "argwhere",
        "flatnonzero",
        "count_nonzero",
        "delete",
        "insert",
        "append",
        "resize",
        "atleast_2d",
        "squeeze",
        "broadcast_to",
    ]:
        if n != "apply_along_axis":
            t("np function " + n, lambda: getattr(np, n))
    for n in ["norm", "inv", "svd", "eig", "det", "qr", "solve", "cholesky", "lstsq", "matrix_rank", "pinv"]:
        t("np.linalg " + n, lambda: getattr(np.linalg, n))
    for n in ["fft", "ifft", "rfft", "fft2", "fftfreq"]:
        t("np.fft " + n, lambda: getattr(np.fft, n))
    for n in ["MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"]:
        t("np bitgen " + n, lambda: np.random.Generator(getattr(np.random, n)(1)))
    t("np SeedSequence", lambda: np.random.SeedSequence(3))
    t("np RandomState rand", lambda: np.random.RandomState(1))
    t("np random fn", lambda: np.random.default_rng)
    for n in ["Chebyshev", "Legendre", "Hermite", "HermiteE", "Laguerre"]:
        t("np poly " + n, lambda: getattr(np.polynomial, n)([1, 2]))
    t("np vectorize", lambda: np.vectorize(math.sqrt))
    t("np finfo", lambda: np.finfo("f8"))
    t("np iinfo", lambda: np.iinfo("i4"))
    t("np ndenumerate types", lambda: [np.float64, np.generic, np.number, np.integer, np.floating])
    t("np datetime list", lambda: [np.datetime64("2020-01-01T00"), np.timedelta64(3, "D")])
    t("np busdaycal", lambda: np.exceptions.AxisError("x"))
    t("np LinAlgError", lambda: np.linalg.LinAlgError("x"))
    t("np warnings", lambda: np.exceptions.ComplexWarning("x"))
    t("np large", lambda: np.random.rand(300, 300))
    t("np object nested", lambda: np.array([{"a": [1]}, (1,), np.arange(2), datetime.date(2020, 1, 1)], dtype=object))


def pandas_types(h, t):
    import numpy as np
    import pandas as pd

    df = pd.DataFrame(
        {
            "i": [1, 2, 3],
            "f": [1.5, None, 2],
            "s": ["a", "b", None],
            "d": pd.date_range("2020", periods=3),
            "c": pd.Categorical(["x", "y", "x"]),
            "b": [True, False, True],
            "td": pd.to_timedelta([1, 2, 3], unit="D"),
        }
    )
    t("df", lambda: df)
    t("df mi", lambda: df.set_index(["i", "s"]))
    t("df mi columns", lambda: df.pivot_table(index="i", columns="c", values="f", observed=False))
    t("df period", lambda: df.set_index(pd.period_range("2020", periods=3, freq="M")))
    t("df interval", lambda: pd.cut(df.f, 2))
    t("df empty", lambda: pd.DataFrame())
    t("df sparse", lambda: pd.DataFrame({"a": pd.arrays.SparseArray([0, 0, 1])}))
    t("df string", lambda: df.astype({"s": "string"}))
    t("df ext", lambda: df.convert_dtypes())
    t("df attrs", lambda: (lambda d: (d.attrs.update(a=1), d)[1])(df.copy()))
    t("df tz", lambda: df.assign(d=df.d.dt.tz_localize("Europe/Berlin")))
    t("df tz utc", lambda: df.assign(d=df.d.dt.tz_localize("UTC")))
    t("df object", lambda: pd.DataFrame({"a": [{"x": 1}, [2], None]}))
    t("df arrow", lambda: df.convert_dtypes(dtype_backend="pyarrow"))
    t("series each", lambda: [df[c] for c in df])
    t("groupby", lambda: df.groupby("c", observed=False))
    t("rolling", lambda: df.f.rolling(2))
    t("ewm", lambda: df.f.ewm(1))
    t("resampler", lambda: df.set_index("d").resample("D"))
    t(
        "indexes",
        lambda: [
            pd.RangeIndex(3),
            pd.Index([1, 2]),
            pd.Index(["a"]),
            pd.DatetimeIndex(["2020"]),
            pd.TimedeltaIndex(["1D"]),
            pd.PeriodIndex(["2020"], freq="Y"),
            pd.IntervalIndex.from_breaks([0, 1, 2]),
            pd.CategoricalIndex(["a"]),
            pd.MultiIndex.from_product([[1], [2]]),
        ],
    )
    t(
        "pd dtypes",
        lambda: [
            pd.Int64Dtype(),
            pd.StringDtype(),
            pd.BooleanDtype(),
            pd.Float32Dtype(),
            pd.CategoricalDtype(["a"]),
            pd.DatetimeTZDtype(tz="UTC"),
            pd.PeriodDtype("D"),
            pd.IntervalDtype("int64"),
            pd.SparseDtype("f8"),
        ],
    )
    t("pd arrow dtype", lambda: pd.ArrowDtype(__import__("pyarrow").int64()))
    t(
        "pd arrays",
        lambda: [
            pd.array([1, None]),
            pd.array(["a", None]),
            pd.array([True, None]),
            pd.array([1.5]),
            pd.array(pd.date_range("2020", periods=2)),
            pd.arrays.IntervalArray.from_breaks([0, 1]),
        ],
    )
    for n in [
        "Day",
        "Hour",
        "MonthEnd",
        "BMonthEnd",
        "Week",
        "QuarterEnd",
        "YearEnd",
        "BusinessDay",
        "CustomBusinessDay",
        "Easter",
        "LastWeekOfMonth",
        "FY5253",
        "SemiMonthEnd",
        "DateOffset",
        "BusinessHour",
    ]:
        t("pd offset " + n, lambda: getattr(pd.offsets, n)() if n != "FY5253" else pd.offsets.FY5253(weekday=1, startingMonth=3))
    t(
        "pd flags",
        lambda: [
            pd.NaT,
            pd.NA,
            pd.Timestamp("2020", tz="UTC"),
            pd.Timestamp("2020", tz="Europe/Berlin"),
            pd.Timedelta("1D"),
            pd.Interval(0, 1),
            pd.Period("2020-01", "M"),
        ],
    )
    t("pd functions", lambda: [pd.to_datetime, pd.isna, pd.concat, pd.merge, pd.cut, pd.get_dummies, pd.DataFrame.mean if False else pd.notna])
    t("pd exc", lambda: pd.errors.ParserError("x"))
    t("pd NamedAgg", lambda: pd.NamedAgg("a", "sum"))
    t("pd Grouper", lambda: pd.Grouper(key="a", freq="D"))
    t("pd holiday", lambda: __import__("pandas.tseries.holiday").tseries.holiday.USFederalHolidayCalendar())
    t("pd styler-free option", lambda: pd.io.formats.style if False else 1)


def models(h, t):
    import numpy as np
    import pandas as pd

    df = pd.DataFrame({"i": [1, 2, 3], "f": [1.5, None, 2], "c": pd.Categorical(["x", "y", "x"])})
    from sklearn.utils import all_estimators

    X = np.abs(np.random.RandomState(0).rand(30, 4))
    yb = (X[:, 0] > 0.5).astype(int)
    from sklearn.base import is_classifier

    for name, cls in all_estimators():
        if name in SLOW:
            continue
        try:
            try:
                est = cls()
            except TypeError:
                continue
            try:
                est.fit(X, yb)
            except Exception:
                pass
            finally:
                h("sk %s" % name, est)
        except BaseException as e:
            pass
    from sklearn import (
        pipeline,
        compose,
        preprocessing,
        linear_model,
        ensemble,
        svm,
        model_selection,
        feature_extraction,
        metrics,
        multiclass,
        multioutput,
        tree,
        neighbors,
        gaussian_process,
        calibration,
        feature_selection,
        decomposition,
        impute,
        cluster,
    )

    t(
        "sk pipeline text",
        lambda: pipeline.make_pipeline(
            feature_extraction.text.CountVectorizer(), feature_extraction.text.TfidfTransformer(), linear_model.LogisticRegression()
        ).fit(["a bc", "d ef"] * 3, [0, 1] * 3),
    )
    t(
        "sk column",
        lambda: compose.make_column_transformer(
            (preprocessing.OneHotEncoder(), ["c"]),
            (pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.StandardScaler()), ["f"]),
            remainder="passthrough",
        ).fit(df[["c", "f", "i"]]),
    )
    t("sk vote", lambda: ensemble.VotingClassifier([("a", linear_model.LogisticRegression()), ("b", tree.DecisionTreeClassifier())]).fit(X, yb))
    t("sk stack", lambda: ensemble.StackingClassifier([("a", linear_model.LogisticRegression()), ("b", tree.DecisionTreeClassifier())], cv=2).fit(X, yb))
    t(
        "sk search",
        lambda: model_selection.RandomizedSearchCV(svm.SVC(), {"C": __import__("scipy.stats").stats.loguniform(1e-2, 10)}, n_iter=2, cv=2).fit(X, yb),
    )
    t(
        "sk gs scorer",
        lambda: model_selection.GridSearchCV(
            linear_model.Ridge(), {"alpha": [1]}, scoring=metrics.make_scorer(metrics.mean_squared_error, greater_is_better=False), cv=2
        ).fit(X, yb),
    )
    t("sk scorers", lambda: [metrics.get_scorer(s) for s in ("accuracy", "f1", "roc_auc", "neg_mean_squared_error", "r2", "neg_log_loss")])
    t("sk cal", lambda: calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=2).fit(X, yb))
    t("sk ovr", lambda: multiclass.OneVsRestClassifier(svm.SVC()).fit(X, yb))
    t("sk mo", lambda: multioutput.MultiOutputRegressor(linear_model.Ridge()).fit(X, X))
    t("sk chain", lambda: multioutput.RegressorChain(linear_model.Ridge()).fit(X, X))
    t("sk selectk", lambda: feature_selection.SelectKBest(feature_selection.f_classif, k=2).fit(X, yb))
    t("sk rfe", lambda: feature_selection.RFE(linear_model.Ridge()).fit(X, yb))
    t(
        "sk gp kernels",
        lambda: gaussian_process.GaussianProcessRegressor(
            gaussian_process.kernels.RBF() + gaussian_process.kernels.WhiteKernel() * gaussian_process.kernels.Matern()
        ).fit(X, yb),
    )
    t("sk FT", lambda: preprocessing.FunctionTransformer(np.log1p, inverse_func=np.expm1).fit(X))
    t("sk FT2", lambda: preprocessing.FunctionTransformer(np.sqrt))
    t("sk folds", lambda: [model_selection.KFold(3), model_selection.StratifiedKFold(), model_selection.TimeSeriesSplit(), model_selection.ShuffleSplit()])
    t("sk bunch", lambda: __import__("sklearn.utils").utils.Bunch(a=1))
    t("sk trees", lambda: [neighbors.KDTree(X), neighbors.BallTree(X), tree.DecisionTreeRegressor().fit(X, yb).tree_])
    t("sk hash", lambda: feature_extraction.text.HashingVectorizer())
    t("sk dictvec", lambda: feature_extraction.DictVectorizer().fit([{"a": 1}]))
    t("sk tfidf pandas", lambda: feature_extraction.text.TfidfVectorizer(stop_words="english", ngram_range=(1, 2)).fit(["a bc de", "fg hi"]))
    t("sk tuned", lambda: model_selection.TunedThresholdClassifierCV(linear_model.LogisticRegression()).fit(X, yb))
    t(
        "sk metrics fn",
        lambda: [metrics.accuracy_score, metrics.f1_score, metrics.mean_squared_error, metrics.pairwise.rbf_kernel, metrics.pairwise.cosine_similarity],
    )
    t("sk bagging", lambda: ensemble.BaggingClassifier(n_estimators=2).fit(X, yb))
    t("sk displays", lambda: metrics.ConfusionMatrixDisplay(np.eye(2)))
    t("sk exceptions", lambda: __import__("sklearn.exceptions").exceptions.NotFittedError("x"))


def scipy_types(h, t):
    import numpy as np
    import scipy, scipy.sparse as sp, scipy.stats, scipy.interpolate, scipy.spatial, scipy.optimize, scipy.signal, scipy.cluster, scipy.linalg, scipy.ndimage, scipy.integrate, scipy.special, scipy.fft

    for f in ["csr", "csc", "coo", "lil", "dok", "dia", "bsr"]:
        t("sp %s_matrix" % f, lambda: getattr(sp, f + "_matrix")(np.eye(3)))
        t("sp %s_array" % f, lambda: getattr(sp, f + "_array")(np.eye(3)))
    for d_ in [
        "norm",
        "expon",
        "gamma",
        "beta",
        "t",
        "uniform",
        "poisson",
        "binom",
        "lognorm",
        "weibull_min",
        "multivariate_normal",
        "dirichlet",
        "randint",
        "nbinom",
        "chi2",
        "f",
        "cauchy",
        "laplace",
    ]:
        t("stats " + d_, lambda: getattr(scipy.stats, d_))
    for d_, a in [
        ("norm", ()),
        ("expon", ()),
        ("gamma", (2,)),
        ("beta", (1, 2)),
        ("t", (3,)),
        ("uniform", ()),
        ("poisson", (2,)),
        ("binom", (3, 0.5)),
        ("lognorm", (1,)),
        ("multivariate_normal", ([0, 0],)),
        ("dirichlet", ([1, 2],)),
        ("randint", (0, 5)),
    ]:
        t("frozen " + d_, lambda: getattr(scipy.stats, d_)(*a))
    t("kde", lambda: scipy.stats.gaussian_kde([1, 2, 3.0]))
    t("rv_discrete", lambda: scipy.stats.rv_discrete(values=([1, 2], [0.5, 0.5])))
    t("rv_hist", lambda: scipy.stats.rv_histogram(np.histogram([1, 2, 3])))
    t("ttest", lambda: scipy.stats.ttest_ind([1, 2, 3], [2, 3, 5]))
    t("linregress", lambda: scipy.stats.linregress([1, 2, 3], [2, 3, 5]))
    t("spearman", lambda: scipy.stats.spearmanr([1, 2, 3], [2, 3, 5]))
    t("describe", lambda: scipy.stats.describe([1, 2]))
    t("ks", lambda: scipy.stats.kstest([0.1, 0.2], "uniform"))
    t("optres", lambda: scipy.optimize.minimize(lambda x: float(x[0] ** 2), [1.0]))
    t("rootres", lambda: scipy.optimize.root(lambda x: x, [1.0]))
    t("linprog", lambda: scipy.optimize.linprog([1], bounds=[(0, 1)]))
    t("bounds", lambda: [scipy.optimize.Bounds([0], [1]), scipy.optimize.LinearConstraint([[1]], 0, 1)])
    for n, f in [
        ("cubic", lambda: scipy.interpolate.CubicSpline([1, 2, 3], [1, 2, 3])),
        ("pchip", lambda: scipy.interpolate.PchipInterpolator([1, 2, 3], [1, 2, 3])),
        ("akima", lambda: scipy.interpolate.Akima1DInterpolator([1, 2, 3], [1, 2, 3])),
        ("bspline", lambda: scipy.interpolate.make_interp_spline([1, 2, 3, 4], [1, 2, 3, 4])),
        ("uni", lambda: scipy.interpolate.UnivariateSpline([1, 2, 3, 4], [1, 2, 3, 4])),
        ("rbf", lambda: scipy.interpolate.RBFInterpolator([[1], [2]], [1, 2])),
        ("grid", lambda: scipy.interpolate.RegularGridInterpolator(([1, 2],), [1, 2])),
        ("lin", lambda: scipy.interpolate.LinearNDInterpolator([[0, 0], [0, 1], [1, 0.0]], [1, 2, 3])),
        ("interp1d", lambda: scipy.interpolate.interp1d([1, 2], [1, 2], kind="nearest", fill_value="extrapolate")),
        ("bary", lambda: scipy.interpolate.BarycentricInterpolator([1, 2], [1, 2])),
        ("ppoly", lambda: scipy.interpolate.PPoly([[1.0]], [0, 1])),
        ("tri", lambda: scipy.spatial.Delaunay([[0, 0], [0, 1], [1, 0.0]])),
        ("hull", lambda: scipy.spatial.ConvexHull([[0, 0], [0, 1], [1, 0.0]])),
        ("kd", lambda: scipy.spatial.KDTree([[1, 2.0], [3, 4]])),
        ("rot", lambda: scipy.spatial.transform.Rotation.identity()),
        ("slerp", lambda: scipy.spatial.transform.Slerp([0, 1], scipy.spatial.transform.Rotation.identity(2))),
        ("lti", lambda: scipy.signal.lti([1], [1, 2])),
        ("tf", lambda: scipy.signal.TransferFunction([1], [1, 2])),
        ("ss", lambda: scipy.signal.StateSpace(1, 1, 1, 1)),
        ("ode", lambda: scipy.integrate.solve_ivp(lambda t, y: -y, [0, 1], [1])),
        ("splfn", lambda: [scipy.special.expit, scipy.special.gammaln, scipy.special.eval_legendre, scipy.special.softmax]),
        (
            "fns",
            lambda: [
                scipy.signal.butter,
                scipy.linalg.inv,
                scipy.ndimage.gaussian_filter,
                scipy.spatial.distance.cosine,
                scipy.stats.pearsonr,
                scipy.optimize.curve_fit,
                scipy.fft.fft,
                scipy.integrate.quad,
                scipy.cluster.hierarchy.linkage,
                scipy.stats.zscore,
            ],
        ),
        ("link", lambda: scipy.sparse.linalg.aslinearoperator(np.eye(2))),
        ("lu", lambda: scipy.linalg.lu_factor(np.eye(2))),
        ("odr", lambda: scipy.stats.qmc.Sobol(2)),
        ("boot", lambda: scipy.stats.bootstrap(([1, 2, 3.0],), np.mean, n_resamples=9)),
    ]:
        t("scipy " + n, f)


def others(h, t):
    import numpy as np
    import networkx as nx, sympy

    for f in [
        lambda: nx.path_graph(4),
        lambda: nx.DiGraph([(1, 2)]),
        lambda: nx.MultiGraph([(1, 2), (1, 2)]),
        lambda: nx.MultiDiGraph([(1, 2)]),
        lambda: nx.karate_club_graph(),
        lambda: nx.path_graph(4).subgraph([1, 2]),
        lambda: nx.path_graph(3).nodes,
        lambda: nx.path_graph(3).edges(data=True),
        lambda: nx.path_graph(3).degree,
        lambda: nx.NetworkXError("x"),
        lambda: nx.DiGraph([(1, 2)]).reverse(copy=False),
        lambda: nx.path_graph(3).adj,
    ]:
        t("nx %s" % f.__code__.co_firstlineno, f)
    x, y_ = sympy.symbols("x y")
    f_ = sympy.Function("f")
    for e in [
        x + y_,
        sympy.sin(x) ** 2,
        sympy.Integral(x, x),
        sympy.Derivative(f_(x), x),
        sympy.Matrix([[x, 1]]),
        sympy.Eq(x, 1),
        sympy.Rational(1, 3),
        sympy.Integer(5),
        sympy.Float("1.5"),
        sympy.pi,
        sympy.E,
        sympy.oo,
        sympy.I,
        sympy.Piecewise((x, x > 0), (0, True)),
        sympy.Interval(0, 1),
        sympy.FiniteSet(1, 2),
        sympy.Poly(x**2 + 1, x),
        sympy.Symbol("a", positive=True),
        sympy.Dummy("d"),
        sympy.sqrt(2),
        sympy.exp(x),
        sympy.Sum(x, (x, 1, 3)),
        sympy.ImmutableMatrix([[1]]),
        sympy.And(x > 0, y_ < 1),
        sympy.true,
        sympy.S.Reals,
        sympy.MatrixSymbol("A", 2, 2),
        sympy.Lambda(x, x + 1),
        sympy.nan,
        sympy.zoo,
        sympy.Tuple(1, 2),
        sympy.Abs(x),
        sympy.Max(x, 1),
        sympy.gamma(x),
        sympy.DiracDelta(x),
        sympy.Limit(x, x, 0),
        sympy.Order(x),
        sympy.RootOf(x**3 - x - 1, 0) if True else 0,
        sympy.Point(1, 2),
    ]:
        t("sympy %s" % str(e)[:20], lambda: e)
    import pytz, dateutil.tz, dateutil.rrule, dateutil.relativedelta

    t("pytz", lambda: [pytz.utc, pytz.timezone("Europe/Berlin"), pytz.FixedOffset(60), pytz.timezone("US/Eastern").localize(datetime.datetime(2020, 1, 1))])
    t(
        "dateutil",
        lambda: [
            dateutil.tz.tzutc(),
            dateutil.tz.tzoffset("x", 3600),
            dateutil.tz.gettz("Europe/Berlin"),
            dateutil.tz.tzlocal(),
            dateutil.relativedelta.relativedelta(months=1),
            dateutil.relativedelta.MO(1),
        ],
    )
    t("rrule", lambda: dateutil.rrule.rrule(dateutil.rrule.DAILY, count=3))
    try:
        import sortedcontainers, frozendict, attr, xarray, statsmodels.api as sm, shapely, pyarrow as pa

        t("sorted", lambda: [sortedcontainers.SortedDict(a=1), sortedcontainers.SortedList([1]), sortedcontainers.SortedSet([1])])
        t("frozendict", lambda: frozendict.frozendict(a=1))
        t("xarray", lambda: xarray.DataArray(np.eye(2), dims=("a", "b")))
        t("xarray ds", lambda: xarray.Dataset({"a": ("x", [1, 2])}))
        t("sm ols", lambda: sm.OLS([1, 2, 3.0], [[1, 1], [1, 2], [1, 4.0]]).fit())
        t("sm logit", lambda: sm.GLM([0, 1, 1.0], [[1, 1], [1, 2], [1, 4.0]], family=sm.families.Binomial()).fit())
        t("shapely", lambda: [shapely.Point(1, 2), shapely.Polygon([(0, 0), (1, 0), (1, 1)])])
        t("arrow", lambda: [pa.array([1, 2]), pa.table({"a": [1]}), pa.int64(), pa.schema([("a", pa.int64())])])
    except ImportError as e:
        pass
    try:
        import lightgbm, xgboost

        X = np.abs(np.random.RandomState(0).rand(30, 4))
        yb = (X[:, 0] > 0.5).astype(int)
        t("lgb", lambda: lightgbm.LGBMClassifier(n_estimators=2, verbose=-1, min_child_samples=1).fit(X, yb))
        t("xgb", lambda: xgboost.XGBClassifier(n_estimators=2).fit(X, yb))
        t("xgb booster", lambda: xgboost.XGBClassifier(n_estimators=2).fit(X, yb).get_booster())
        t("lgb booster", lambda: lightgbm.LGBMClassifier(n_estimators=2, verbose=-1).fit(X, yb).booster_)
    except ImportError as e:
        pass


def containers(put):
    import joblib
    import numpy as np
    import pandas as pd
    from sklearn import ensemble

    X = np.abs(np.random.RandomState(0).rand(30, 4))
    yb = (X[:, 0] > 0.5).astype(int)
    df = pd.DataFrame({"a": [1, 2], "s": ["x", None]})
    m = ensemble.RandomForestClassifier(2).fit(X, yb)
    for c in [0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3), ("lz4", 3)]:
        for nm, o in [
            ("model", m),
            (
                "arrays",
                {
                    "a": np.arange(1000.0),
                    "o": np.array([{"x": np.arange(3)}, None], dtype=object),
                    "f": np.asfortranarray(np.eye(3)),
                    "e": np.zeros(0),
                    "s": np.array(["a"]),
                    "d": np.array(["2020"], dtype="M8[D]"),
                },
            ),
            ("df", df),
        ]:
            b = io.BytesIO()
            try:
                joblib.dump(o, b, compress=c)
            except Exception:
                continue
            put("joblib %s %s" % (nm, c), "container", b.getvalue())
    b = io.BytesIO()
    np.savez(b, a=np.arange(3), o=np.array([1, "x", None], dtype=object))
    put("npz", "container", b.getvalue())
    b = io.BytesIO()
    np.savez_compressed(b, a=np.arange(3), o=np.array([1, "x", None], dtype=object))
    put("npz compressed", "container", b.getvalue())
    for a in [np.arange(3), np.array([1, None], dtype=object), np.array([(1, "x")], dtype=[("a", "i4"), ("b", "O")]), np.array(["a"])]:
        b = io.BytesIO()
        np.save(b, a)
        put("npy %s" % a.dtype, "container", b.getvalue())
    for n in (3, 50):
        put("%d pickles in a row" % n, "several", b"".join(pickle.dumps({"i": i, "d": datetime.date(2020, 1, 1)}) for i in range(n)))


def samples():
    found, objects = [], []

    def h(name, obj, cls="data"):
        objects.append((name, obj, cls))

    def t(name, make):
        # What this Python or this release does not have is left out.
        try:
            h(name, make())
        except Exception:
            pass

    def put(name, cls, data):
        found.append((name, cls, data))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for section in (standard, numpy_types, pandas_types, models, scipy_types, others):
            try:
                section(h, t)
            except ImportError:
                pass
        for i, (name, obj, cls) in enumerate(objects):
            for proto in ((0, 4), (2,), (5,))[i % 3]:
                try:
                    put("%s, protocol %d" % (name, proto), cls, pickle.dumps(obj, proto))
                except Exception:
                    pass
        try:
            containers(put)
        except ImportError:
            pass
    return found
