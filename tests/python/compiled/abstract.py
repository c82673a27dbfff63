"""Abstract classes."""
import abc
from abc import ABC, abstractmethod
from collections.abc import Mapping


class Source(ABC):
    @abstractmethod
    def read(self):
        """Reads."""

    def twice(self):
        return self.read() * 2


class Constant(Source):
    def __init__(self, value):
        self.value = value

    def read(self):
        return self.value


class Named(metaclass=abc.ABCMeta):
    @property
    @abstractmethod
    def name(self):
        ...


class Frozen(Mapping):
    def __init__(self, data):
        self._data = data

    def __getitem__(self, key):
        return self._data[key]

    def __iter__(self):
        return iter(self._data)

    def __len__(self):
        return len(self._data)


def use(value):
    return Constant(value).twice(), len(Frozen({1: 2})), isinstance(Constant(1), Source)
