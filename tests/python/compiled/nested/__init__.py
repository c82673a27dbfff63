"""A package."""
from .core import Base, run
from .util import helper as shared_helper
from . import util

VERSION = "1.2"


def version():
    return VERSION, run(2)


def through_module():
    return util.helper(3)
