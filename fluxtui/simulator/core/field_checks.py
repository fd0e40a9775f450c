"""Checks values against fields and words what is wrong as pydantic does, which the services are built on."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from fluxtui.simulator.core.fields import Field
from fluxtui.simulator.pictures import NoPictureError, check_image_text

_ERROR_PAGE = "https://errors.pydantic.dev/2.11/v/"
LONGEST_ECHO = 4 * 2**20
_MOST_PROBLEMS = 100
_WIDEST, _TALLEST = 21 / 9, 9 / 21

Problem = dict[str, Any]


class RefusedError(Exception):
    """The request is refused with HTTP 422; `problems` is the list for `detail`, still without `input`."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems in the request")
        self.problems = problems


def problem(field: str, kind: str, message: str, **context: Any) -> Problem:
    """Describe what is wrong with one field; `context` holds the limits that were passed."""
    found: Problem = {"type": kind, "loc": ["body", field], "msg": message, "url": _ERROR_PAGE + kind}
    if context:
        found["ctx"] = context
    return found


def refusal(problems: list[Problem], request: Any) -> dict[str, Any]:
    """Return the body of a 422: every problem echoes the whole `request` as its `input`.

    The service sets no limit to the echo. Here texts are cut at 4 MiB and the problems at 100, so that no
    request makes an answer many times its own size.
    """
    if isinstance(request, dict):
        request = {name: _cut(value) for name, value in request.items()}
    return {"detail": [{**found, "input": request} for found in problems[:_MOST_PROBLEMS]]}


def _cut(value: Any) -> Any:
    return value[:LONGEST_ECHO] if isinstance(value, str) else value


def problems_of(field: Field, body: dict[str, Any]) -> Iterator[Problem]:
    """Give what is wrong with one field of a request; a kind of field not known here is left alone."""
    if field.name not in body:
        if field.required:
            yield problem(field.name, "missing", "Field required")
        return
    value = body[field.name]
    if value is None and field.nullable:
        return
    match field.kind:
        case "string":
            yield from _text_problems(field, value)
        case "integer" | "number":
            yield from _number_problems(field, value)
        case "boolean":
            if not isinstance(value, bool):
                yield problem(field.name, "bool_type", "Input should be a valid boolean")
        case "image":
            yield from _image_problems(field, value)
        case "images":
            yield from _list_problems(field, value)
        case "archive":
            if not isinstance(value, str):
                yield problem(field.name, "string_type", "Input should be a valid string")


def _text_problems(field: Field, value: Any) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield problem(field.name, "string_type", "Input should be a valid string")
    elif field.choices and value not in field.choices:
        expected = " or ".join(f"'{word}'" for word in field.choices)
        yield problem(field.name, "enum", f"Input should be {expected}", expected=expected)
    elif field.minimum is not None and len(value) < field.minimum:
        limit = int(field.minimum)
        message = f"String should have at least {limit} characters"
        yield problem(field.name, "string_too_short", message, min_length=limit)
    elif field.maximum is not None and len(value) > field.maximum:
        limit = int(field.maximum)
        message = f"String should have at most {limit} characters"
        yield problem(field.name, "string_too_long", message, max_length=limit)
    elif field.pattern and not re.fullmatch(field.pattern, value):
        message = f"String should match pattern '{field.pattern}'"
        yield problem(field.name, "string_pattern_mismatch", message, pattern=field.pattern)
    elif field.name == "aspect_ratio" and not field.choices:
        width, height = map(int, value.split(":"))
        if not _TALLEST <= width / height <= _WIDEST:
            reason = "Aspect ratio must be between 21:9 and 9:21"
            yield problem(field.name, "value_error", f"Value error, {reason}", error=reason)


def _number_problems(field: Field, value: Any) -> Iterator[Problem]:
    whole = field.kind == "integer"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        kind, name = ("int_type", "integer") if whole else ("float_type", "number")
        yield problem(field.name, kind, f"Input should be a valid {name}")
    elif whole and value != int(value):
        message = "Input should be a valid integer, got a number with a fractional part"
        yield problem(field.name, "int_from_float", message)
    elif field.choices and str(int(value)) not in field.choices:
        expected = " or ".join(field.choices)
        yield problem(field.name, "literal_error", f"Input should be {expected}", expected=expected)
    elif field.minimum is not None and value < field.minimum:
        message = f"Input should be greater than or equal to {field.minimum}"
        yield problem(field.name, "greater_than_equal", message, ge=field.minimum)
    elif field.maximum is not None and value > field.maximum:
        message = f"Input should be less than or equal to {field.maximum}"
        yield problem(field.name, "less_than_equal", message, le=field.maximum)
    elif field.multiple and value % field.multiple:
        message = f"Input should be a multiple of {field.multiple}"
        yield problem(field.name, "multiple_of", message, multiple_of=field.multiple)


def _image_problems(field: Field, value: Any) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield problem(field.name, "string_type", "Input should be a valid string")
        return
    try:
        check_image_text(value, url_allowed=field.url_allowed)
    except NoPictureError as error:
        yield problem(field.name, "value_error", f"Value error, {error}", error=str(error))


def _list_problems(field: Field, value: Any) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield problem(field.name, "list_type", "Input should be a valid list")
        return
    if field.minimum is not None and len(value) < field.minimum:
        message = f"List should have at least {int(field.minimum)} item after validation, not {len(value)}"
        yield problem(field.name, "too_short", message, min_length=int(field.minimum))
    if field.maximum is not None and len(value) > field.maximum:
        message = f"List should have at most {int(field.maximum)} items after validation, not {len(value)}"
        yield problem(field.name, "too_long", message, max_length=int(field.maximum))
        return
    for item in value:
        yield from _image_problems(field, item)
