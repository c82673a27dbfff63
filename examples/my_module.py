"""A module that the worker does not have."""


def my_function(data: int) -> int:
    return add(data, CONSTANT)


def add(a, b):
    return a + b
