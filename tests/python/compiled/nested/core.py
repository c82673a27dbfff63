"""A module of a package."""
from .util import LIMIT, helper


class Base:
    limit = LIMIT

    def go(self, n):
        return helper(n) + self.limit


def run(n):
    return Base().go(n)
