"""What the steps share: the connected catalog, and the list of a module's steps."""

import importlib

catalog = None
properties = {}


def step(function):
    """Marks a function as a step. Its docstring is the promise that it checks; its argument the namespace."""
    function.is_step = True
    return function


def list_steps(module):
    """Titles and names of a module's steps in the order in which they are written."""
    functions = vars(importlib.import_module(f"steps.{module}")).values()
    return [[f.__doc__, f"{module}.{f.__name__}"] for f in functions if getattr(f, "is_step", False)]


def raises(kind, action):
    """Runs the action and gives the error, which must be of the given kind."""
    try:
        action()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


def same(got, wanted):
    assert got == wanted, f"wanted {wanted!r}, got {got!r}"
