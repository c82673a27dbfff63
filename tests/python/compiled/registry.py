"""Registries that are filled while the module is imported."""
HANDLERS = {}
ORDER = []


def register(name, *, priority=0):
    def decorate(function):
        HANDLERS[name] = function
        ORDER.append((priority, name))
        return function
    return decorate


@register("upper")
def upper(text):
    return text.upper()


@register("lower", priority=2)
def lower(text):
    return text.lower()


def dispatch(name, text):
    return HANDLERS[name](text)


def names():
    return sorted(HANDLERS), ORDER


SQUARES = [n * n for n in range(5)]
BY_NAME = {name: len(name) for name in ("a", "bb", "ccc")}
TOTAL = 0
for _n in SQUARES:
    TOTAL += _n
del _n


def total():
    return TOTAL, SQUARES, BY_NAME
