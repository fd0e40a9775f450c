"""Checks a request against an endpoint's fields and words the refusal as the service does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fluxtui.simulator.bfl.endpoints import MOST_PIXELS, Endpoint
from fluxtui.simulator.core.field_checks import Problem, RefusedError, problem, problems_of


def validated(endpoint: Endpoint, body: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of `body` with defaults filled in. Raises RefusedError with all that is wrong."""
    problems = [found for field in endpoint.fields for found in problems_of(field, body)]
    if endpoint.strict:
        known = {field.name for field in endpoint.fields}
        problems += [
            problem(name, "extra_forbidden", "Extra inputs are not permitted")
            for name in body
            if name not in known
        ]
    if not problems:
        problems += list(_size_problems(endpoint, body))
    if problems:
        raise RefusedError(problems)
    return {field.name: body.get(field.name, field.default) for field in endpoint.fields}


def _size_problems(endpoint: Endpoint, body: dict[str, Any]) -> Iterator[Problem]:
    width, height = body.get("width"), body.get("height")
    if width is None or height is None:
        return
    if endpoint.family in ("flux-2", "tool") and width * height > MOST_PIXELS:
        reason = "Output is limited to 4 megapixels"
        yield problem("width", "value_error", f"Value error, {reason}", error=reason)
