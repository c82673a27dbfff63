"""Closures and decorators of the module's own."""
import functools

CALLS = []


def make_adder(n):
    def adder(x):
        return x + n
    return adder


add5 = make_adder(5)
add7 = make_adder(n=7)


def counter():
    count = 0

    def up():
        nonlocal count
        count += 1
        return count

    return up


up = counter()


def twice(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return 2 * function(*args, **kwargs)
    return wrapper


def times(n):
    def decorate(function):
        def wrapper(*args):
            """Wrapped."""
            return n * function(*args)
        return wrapper
    return decorate


@twice
def seven(x=0):
    """Seven."""
    return 7 + x


@times(3)
def eleven():
    return 11


@times(2)
@twice
def nested_decorators(x):
    return x


def tag(**kwargs):
    def decorate(function):
        for key, value in kwargs.items():
            setattr(function, key, value)
        function.tagged = True
        return function
    return decorate


@tag(color="red", size=3)
def tagged():
    return tagged.color, tagged.size, tagged.tagged


def compose(*functions):
    def composed(x):
        for function in functions:
            x = function(x)
        return x
    return composed


both = compose(add5, add7)
