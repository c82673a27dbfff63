"""Annotations that are evaluated."""
from typing import Dict, List, Optional, Tuple, Union
import collections.abc


def lists(x: List[int], y: Dict[str, int], z: Tuple[int, str] = (1, "a")) -> List[int]:
    return x


def optional(x: Optional[int] = None, y: Union[int, str, None] = None) -> Optional[int]:
    return x


def mappings(x: collections.abc.Mapping, y: "later") -> None:
    return len(x)


class Record:
    name: str
    size: Optional[int] = None
    tags: List[str]

    def describe(self) -> str:
        return f"{self.size}"
