"""Harmless pickles of objects that are data although their modules open files, run code or reach the network: made by Python's own pickler.

samples() gives a name, a class and the bytes. Below protocol 2 such objects come from `copyreg._reconstructor`, from then on from NEWOBJ; neither runs their `__init__`.
"""

import pickle
import warnings

PROTOCOLS = (0, 2, 4)


def modules_that_reach():
    import asyncio, email.mime.image, ftplib, http.client, http.cookiejar, imaplib, multiprocessing.managers, smtplib, socket, ssl, unittest, urllib.request, wsgiref.headers

    yield "BadStatusLine", lambda: http.client.BadStatusLine("x")
    yield "IncompleteRead", lambda: http.client.IncompleteRead(b"x", 3)
    yield "ftplib.error_perm", lambda: ftplib.error_perm("500")
    yield "SMTPResponseException", lambda: smtplib.SMTPResponseException(1, b"x")
    yield "socket.AF_INET", lambda: [socket.AF_INET, socket.SOCK_STREAM, socket.MsgFlag.MSG_PEEK]
    yield "ssl.PROTOCOL_TLS_CLIENT", lambda: [ssl.PROTOCOL_TLS_CLIENT, ssl.CERT_REQUIRED]
    yield "headers of wsgiref", lambda: wsgiref.headers.Headers([("a", "b")])
    yield "namespace of a manager", lambda: [
        multiprocessing.managers.Namespace(a=1),
        multiprocessing.managers.Value("i", 3),
        multiprocessing.managers.Token("t", ("a", 1), "id"),
    ]
    yield "test case of a function", lambda: [unittest.FunctionTestCase(print), unittest.TestSuite(), unittest.TestLoader()]
    yield "asyncio lock", lambda: [asyncio.QueueEmpty(), asyncio.Lock()]
    yield "MIMEImage", lambda: email.mime.image.MIMEImage(b"x", "png")
    yield "opener of urllib", lambda: urllib.request.HTTPPasswordMgr()


def modules_that_run_or_open():
    import argparse, cmd, codecs, concurrent.futures.process, contextlib, filecmp, html.parser, mailbox, mimetypes, modulefinder, optparse, shlex, signal, trace, tracemalloc, unittest.mock

    yield "signal.SIGINT", lambda: [signal.SIGINT, signal.Handlers.SIG_DFL]
    yield "item of a pool of processes", lambda: [concurrent.futures.process._CallItem(1, sum, ([1],), {}), concurrent.futures.process._ResultItem(1, result=3)]
    yield "Cmd", lambda: cmd.Cmd
    yield "codec", lambda: [codecs.lookup("utf-8"), codecs.getincrementaldecoder("ascii")()]
    yield "HTMLParser", lambda: html.parser.HTMLParser()
    yield "MimeTypes", lambda: mimetypes.MimeTypes()
    yield "Module of modulefinder", lambda: modulefinder.Module("x")
    yield "OptionParser", lambda: optparse.OptionParser("x")
    yield "shlex", lambda: shlex.shlex("a b")
    yield "CoverageResults", lambda: trace.CoverageResults()
    yield "FileType", lambda: argparse.FileType("r")
    yield "closing", lambda: contextlib.closing(1)
    yield "MHMessage", lambda: mailbox.MHMessage()
    yield "Trace of tracemalloc", lambda: tracemalloc.Filter(True, "x")
    yield "sentinel", lambda: unittest.mock.sentinel.missing


def packages():
    import numpy as np

    yield "ufuncs", lambda: [np.add, np.sin, np.log1p]
    yield "ndenumerate", lambda: np.ndenumerate
    yield "slogdet", lambda: np.linalg.slogdet(np.eye(2))


def groups_of_a_frame():
    import pandas as pd

    yield "groups", lambda: pd.DataFrame({"a": [1, 2]}).groupby("a").groups


def files_of_joblib():
    import io

    import joblib
    import numpy as np

    def dumped(value, compress):
        file = io.BytesIO()
        joblib.dump(value, file, compress=compress)
        return file.getvalue()

    for compress in (0, 3):
        yield "array of objects, compress %d" % compress, dumped(np.array([1, None], object), compress)
        yield "arrays of objects and of numbers, compress %d" % compress, dumped({"a": np.array(["x", None], object), "b": np.arange(9.0)}, compress)


def time_zones():
    import dateutil.tz

    yield "tzfile", lambda: dateutil.tz.gettz("Europe/Berlin")
    yield "tzlocal", lambda: dateutil.tz.tzlocal()


def samples():
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for section in (modules_that_reach, modules_that_run_or_open, packages, groups_of_a_frame, time_zones):
            try:
                objects = list(section())
            except ImportError:
                continue
            for name, make in objects:
                for protocol in PROTOCOLS:
                    # What this Python does not have, or does not pickle at this protocol, is left out.
                    try:
                        found.append(("%s, protocol %d" % (name, protocol), "data", pickle.dumps(make(), protocol)))
                    except Exception:
                        pass
        try:
            found += [(name, "container", data) for name, data in files_of_joblib()]
        except ImportError:
            pass
    return found
