"""Methods that can be handed on without what they belong to."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar
from weakref import WeakMethod

Options = ParamSpec("Options")
Result = TypeVar("Result")


def weak_method(method: Callable[Options, Result]) -> Callable[Options, Result]:
    """Return a method as a function that does not hold what it belongs to.

    What is a part of something, and calls it back, would tie it to itself otherwise. A call raises
    `ReferenceError` when what it belongs to is gone.
    """
    held = WeakMethod(method)

    def call(*values: Options.args, **options: Options.kwargs) -> Result:
        found = held()
        if found is None:
            raise ReferenceError("what the method belongs to is gone")
        return found(*values, **options)

    return call
