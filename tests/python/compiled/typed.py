"""Annotations, TypeVars, aliases and protocols."""
from __future__ import annotations

import typing
from typing import Any, Callable, Dict, List, NamedTuple, NewType, Optional, Tuple, TypeVar, Union

T = TypeVar("T")
N = TypeVar("N", int, float)
B = TypeVar("B", bound="Box", covariant=True)
UserId = NewType("UserId", int)
Numbers = Union[int, float]
Table = Dict[str, List[int]]


class Pair(NamedTuple):
    """Two."""
    left: int
    right: str = "r"

    def swap(self):
        return self.right, self.left


class Box(typing.Generic[T]):
    def __init__(self, item: T):
        self.item = item

    def get(self) -> T:
        return self.item

    def map(self, function: Callable[[T], Any]) -> "Box":
        return Box(function(self.item))


class Shape(typing.Protocol):
    def area(self) -> float: ...


def first(items: List[T]) -> Optional[T]:
    return items[0] if items else None


def numbers(x: Numbers, table: Optional[Table] = None) -> Tuple[int, ...]:
    return (int(x),)


def pair(a, b="x"):
    return Pair(a, b).swap()


def user(n):
    return UserId(n)
