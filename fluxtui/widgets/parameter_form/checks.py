"""Asking an endpoint what is wrong with the values of a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fluxtui.domain.endpoint import Endpoint
from fluxtui.domain.errors import InvalidInput, Problem

FindProblems = Callable[[Mapping[str, Any]], tuple[Problem, ...]]


def problem_finder(endpoint: type[Endpoint]) -> FindProblems:
    """Return a function that names the problems of values, by the endpoint's own check."""

    def find(values: Mapping[str, Any]) -> tuple[Problem, ...]:
        try:
            endpoint.checked(values)
        except InvalidInput as error:
            return error.problems
        return ()

    return find
