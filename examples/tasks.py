"""What a Rust service ships to its workers, which do not have this file."""
import statistics

WEIGHTS = {"a": 1.0, "b": 0.5}


def weight(name):
    return WEIGHTS.get(name, 0.0)


def total(names):
    """The weights of some names together."""
    return sum(weight(name) for name in names)


class Summary:
    """Numbers, seen as a whole."""

    def __init__(self, numbers):
        self.numbers = list(numbers)

    def mean(self):
        return statistics.mean(self.numbers)


def summarize(numbers):
    return Summary(numbers).mean()
