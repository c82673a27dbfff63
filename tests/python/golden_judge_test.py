"""Tests of golden_judge.py: it must see each of these differences, and none between two loads of one payload.

    PYTHONPATH=<a release of cloudpickle> python golden_judge_test.py
"""

import sys

import cloudpickle
import golden_judge

PAIRS = [
    ("def x(a): return a", "def x(a): return a+1"),
    ("def x(a=1): return a", "def x(a=2): return a"),
    ("class x:\n a=1", "class x:\n a=2"),
    ("class x:\n def m(self): return 1", "class x:\n def m(self): return 2"),
    ("class C:\n pass\nx=C()", "class C:\n z=1\nx=C()"),
    ("import enum\nclass x(enum.Enum):\n A=1", "import enum\nclass x(enum.Enum):\n A=2"),
    ("import enum\nclass x(enum.Enum):\n A=1\n B=2", "import enum\nclass x(enum.Enum):\n A=1\n C=2"),
    ("G=1\ndef x(): return G", "G=2\ndef x(): return G"),
    ("def m(n):\n return lambda: n\nx=m(1)", "def m(n):\n return lambda: n\nx=m([1])"),
    ("import abc\nclass x(abc.ABC): pass\nx.register(int)", "import abc\nclass x(abc.ABC): pass\nx.register(str)"),
    ("import abc\nclass x(abc.ABC): pass\nx.register(int)", "import abc\nclass x(abc.ABC): pass"),
    ("x=property(lambda s:1)", "x=property(lambda s:1,doc='d')"),
    ("import typing\nx=typing.TypeVar('T')", "import typing\nx=typing.TypeVar('T',bound=int)"),
    ("import typing\nx=typing.List[int]", "import typing\nx=typing.List[str]"),
    ("x={'a':1}.keys()", "x={'b':1}.keys()"),
    ("import types\nx=types.ModuleType('a')\nx.v=1", "import types\nx=types.ModuleType('a')\nx.v=2"),
    ("import functools\nx=functools.partial(int,1)", "import functools\nx=functools.partial(int,2)"),
    ("import logging\nx=logging.getLogger('a')", "import logging\nx=logging.getLogger('b')"),
    (
        "import weakref\nclass K:\n def __hash__(s): return 1\nk=K();k.a=1\nx=[weakref.WeakSet([k]),k]",
        "import weakref\nclass K:\n def __hash__(s): return 1\nk=K();k.a=2\nx=[weakref.WeakSet([k]),k]",
    ),
    ("class C: pass\nx=[C(),C]", "class C: pass\nclass D(C): pass\nD.__qualname__=D.__name__='C'\nx=[C(),D]"),
    ("f=lambda:1\nx=[f,f]", "x=[lambda:1,lambda:1]"),
    ("import re\nx=re.compile('a')", "import re\nx=re.compile('a',re.I)"),
    ("import itertools\nx=itertools.count(1)", "import itertools\nx=itertools.count(2)"),
    ("import operator\nx=operator.itemgetter(1)", "import operator\nx=operator.itemgetter(2)"),
    ("def f(): pass\nf.a=1\nx=f", "def f(): pass\nf.a=2\nx=f"),
    (
        "import dataclasses\n@dataclasses.dataclass\nclass x:\n a:int=1",
        "import dataclasses\n@dataclasses.dataclass\nclass x:\n a:int=2",
    ),
    ("import datetime\nx=datetime.timedelta(1)", "import datetime\nx=datetime.timedelta(2)"),
    ("import types\nx=types.MappingProxyType({1:2})", "import types\nx=types.MappingProxyType({1:3})"),
    ("x=ValueError(1)", "x=ValueError(2)"),
    ("import types\nx=types.SimpleNamespace(a=1)", "import types\nx=types.SimpleNamespace(a=2)"),
    ("x=classmethod(lambda c:1)", "x=classmethod(lambda c:2)"),
    ("x=iter([1,2])", "x=iter([1,3])"),
    ("x=iter((1,2))", "x=iter((1,3))"),
    ("x=zip([1],[2])", "x=zip([1],[3])"),
    ("x=slice(1,2)", "x=slice(1,3)"),
    ("class C:\n def m(self):pass\nx=C().m", "class C:\n def n(self):pass\nx=C().n"),
    ("x=[].append", "x=[1].append"),
    ("x=(5).__add__", "x=(6).__add__"),
    ("x=str.upper", "x=str.lower"),
    ("import enum\nclass E(enum.Enum):\n A=1\n B=2\nx=E.A", "import enum\nclass E(enum.Enum):\n A=1\n B=2\nx=E.B"),
    (
        "import enum\nclass E(enum.IntFlag):\n A=1\n B=2\nx=E.A|E.B",
        "import enum\nclass E(enum.IntFlag):\n A=1\n B=2\nx=E.B",
    ),
    (
        "import collections\nx=collections.OrderedDict(a=1,b=2)",
        "import collections\nx=collections.OrderedDict(b=2,a=1)",
    ),
]


def dumped(source):
    main = golden_judge.new_main()
    golden_judge.forget()
    exec(compile(source, "golden_source.py", "exec", 0, True), vars(main))
    return cloudpickle.dumps(main.x)


def main():
    missed = 0
    for left, right in PAIRS:
        a, b = dumped(left), dumped(right)
        for one, other, equal in ((a, a, True), (b, b, True), (a, b, False), (b, a, False)):
            difference = golden_judge.difference(one, other, {})
            if equal != (difference == ""):
                missed += 1
                print("%r | %r: %r" % (left, right, difference))
    print("%d pairs, %d wrong answers" % (len(PAIRS), missed))
    return missed > 0


if __name__ == "__main__":
    sys.exit(main())
