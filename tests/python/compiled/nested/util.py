"""Another one."""
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .core import Base

LIMIT = 10


def helper(n):
    return min(n, LIMIT)


def late(n):
    from .core import Base
    return Base
