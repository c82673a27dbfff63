"""What is looked up by name in sys.modules while a class is made; 3.7 and newer."""
from __future__ import annotations

import dataclasses
import typing
from dataclasses import InitVar, dataclass, field
from typing import ClassVar


@dataclass
class Point:
    x: int
    y: "float" = 0.5
    count: ClassVar[int] = 7
    tags: typing.ClassVar[list] = []
    extra: InitVar[int] = 3
    parts: list = field(default_factory=list)

    def __post_init__(self, extra):
        self.e = extra


@dataclass(frozen=True, order=True)
class Frozen:
    a: int = CONSTANT

    def twice(self) -> Frozen:
        return dataclasses.replace(self, a=2 * self.a)


def norm(point: Point) -> float:
    return abs(point.x) + abs(point.y)
