"""Dataclasses, enums and named tuples."""
import collections
import dataclasses
import enum
from dataclasses import dataclass, field


@dataclass
class Point:
    x: int
    y: int = 0

    def norm(self):
        return self.x + self.y


@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int = 0
    tags: list = field(default_factory=list, compare=False)


@dataclasses.dataclass
class Derived(Point):
    z: "int" = 3


class Color(enum.Enum):
    RED = 1
    GREEN = 2
    ALIAS = 1

    def describe(self):
        return self.name.lower()


class Level(enum.IntEnum):
    LOW = enum.auto()
    HIGH = enum.auto()


class Access(enum.Flag):
    READ = enum.auto()
    WRITE = enum.auto()
    BOTH = READ | WRITE


Row = collections.namedtuple("Row", ["a", "b"], defaults=[7])


def paint(color=Color.RED):
    return color.describe(), Color(2).name


def row(a):
    return tuple(Row(a))


def versions():
    return Version(1) < Version(1, 2), Derived(1).norm()


def access(value):
    return bool(value & Access.READ.value)
