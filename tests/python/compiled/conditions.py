"""Conditions whose outcome is known, and some whose outcome is not."""
import sys
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from collections.abc import Sequence

if sys.version_info >= (3, 10):
    def by_version():
        return "new"
elif sys.version_info[:2] == (3, 9):
    def by_version():
        return "3.9"
else:
    def by_version():
        return "old"

try:
    import json
except ImportError:
    json = None

try:
    import module_that_is_not_there as missing
except ImportError:
    missing = None

if sys.platform == "win32":
    SEPARATOR = "\\"
else:
    SEPARATOR = "/"

DEBUG = False
LEVEL = 1 if DEBUG else 2
PREFIX = "pre" + "fix" if LEVEL == 2 else ""
VERSION = "%d.%d" % (1, 2)
F = f"{PREFIX}-x"
__all__ = ["by_version", "dump"]
__all__ += ["level"]


def dump(value: Optional[int]):
    return json.dumps(value)


def level():
    return LEVEL, DEBUG, PREFIX, F, __all__


def formatted():
    return VERSION


def needs_unknown(x):
    return SEPARATOR.join(x)


def needs_missing():
    return missing is None


def only_names(x: "Sequence"):
    return list(x)


def main():
    return 1


if __name__ == "__main__":
    main()
    DEBUG = True
