"""Connected catalog that all steps use, and functions that mark, list and check steps."""

import importlib

catalog = None
properties = {}


def step(function):
    """Marks a function as a step. Its docstring is the title of the step, and its argument is the namespace."""
    function.is_step = True
    return function


def list_steps(module):
    """Returns the title and the name of each step of a module, in the order of the source."""
    functions = vars(importlib.import_module(f"steps.{module}")).values()
    return [[f.__doc__, f"{module}.{f.__name__}"] for f in functions if getattr(f, "is_step", False)]


def raises(kind, action):
    """Calls the function and returns its error. Fails unless it raises an error of the given kind."""
    try:
        action()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


def same(got, wanted):
    assert got == wanted, f"wanted {wanted!r}, got {got!r}"
