"""Checks a request as a JSON schema validator does, and words the refusal as Replicate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fluxtui.simulator.core.fields import Field
from fluxtui.simulator.replicate.problems import ProblemError

_SCHEMES = ("http", "https", "data")
_TYPES = {"image": "string", "archive": "string", "images": "array"}
_NAMES = (
    (bool, "boolean"),
    (str, "string"),
    (int, "integer"),
    (float, "number"),
    (dict, "object"),
    (list, "array"),
)


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong: the rule that was broken, the field (dotted, empty for the body itself), a sentence."""

    rule: str
    field: str
    description: str

    def line(self) -> str:
        """Return the flaw as a line of `detail`."""
        place = f"{self.field}: " if self.field else ""
        return f"- {place}{self.description}\n"


def refusal(flaws: Iterable[Flaw]) -> ProblemError:
    """Return the 422 for `flaws`."""
    found = list(flaws)
    invalid = [{"type": flaw.rule, "field": flaw.field, "description": flaw.description} for flaw in found]
    detail = "".join(flaw.line() for flaw in found)
    return ProblemError(422, detail, "Input validation failed", invalid_fields=invalid)


def check_body(
    body: dict[str, Any], required: tuple[str, ...], optional: tuple[str, ...] | None = None
) -> None:
    """Check the top level of a body; only where `optional` is given are other keys refused.

    Raises ProblemError (422).
    """
    flaws = [Flaw("required", "", f"{name} is required") for name in required if name not in body]
    if optional is not None:
        flaws += [_additional("", name) for name in body if name not in (*required, *optional)]
    flaws += list(_envelope(body))
    if flaws:
        raise refusal(flaws)


def _envelope(body: dict[str, Any]) -> Iterator[Flaw]:
    if "input" in body and not isinstance(body["input"], dict):
        yield _wrong_type("input", "object", body["input"])
    for name in ("version", "destination", "webhook"):
        if name in body and not isinstance(body[name], str):
            yield _wrong_type(name, "string", body[name])
    webhook = body.get("webhook")
    if isinstance(webhook, str) and urlsplit(webhook).scheme != "https":
        yield Flaw("format", "webhook", "webhook must be an HTTPS URL")


def check_input(fields: tuple[Field, ...], given: dict[str, Any]) -> dict[str, Any]:
    """Return `given` with the defaults of `fields` filled in. Raises ProblemError (422)."""
    known = {field.name for field in fields}
    flaws = [_additional("input", name) for name in given if name not in known]
    for field in fields:
        flaws += list(_flaws_of(field, given))
    if flaws:
        raise refusal(flaws)
    return {field.name: given.get(field.name, field.default) for field in fields}


def _additional(place: str, name: str) -> Flaw:
    return Flaw("additional_property_not_allowed", place, f"Additional property {name} is not allowed")


def _wrong_type(place: str, expected: str, value: Any) -> Flaw:
    return Flaw("invalid_type", place, f"Invalid type. Expected: {expected}, given: {_type_of(value)}")


def _type_of(value: Any) -> str:
    return next((name for kind, name in _NAMES if isinstance(value, kind)), "null")


def _flaws_of(field: Field, given: dict[str, Any]) -> Iterator[Flaw]:
    if field.name not in given:
        if field.required:
            yield Flaw("required", "input", f"{field.name} is required")
        return
    value, place = given[field.name], f"input.{field.name}"
    expected = _TYPES.get(field.kind, field.kind)
    if not _fits(expected, value):
        yield _wrong_type(place, expected, value)
    elif field.kind == "images":
        yield from _list_flaws(field, place, value)
    elif field.kind in ("image", "archive"):
        if urlsplit(value).scheme not in _SCHEMES:
            yield Flaw("format", place, "Does not match format 'uri'")
    elif field.choices:
        if value not in field.choices:
            words = ", ".join(f'"{word}"' for word in field.choices)
            yield Flaw("enum", place, f"{place} must be one of the following: {words}")
    elif expected in ("integer", "number"):
        yield from _range_flaws(field, place, value)


def _list_flaws(field: Field, place: str, values: list[Any]) -> Iterator[Flaw]:
    for number, value in enumerate(values):
        if not isinstance(value, str):
            yield _wrong_type(f"{place}.{number}", "string", value)
        elif urlsplit(value).scheme not in _SCHEMES:
            yield Flaw("format", f"{place}.{number}", "Does not match format 'uri'")


def _fits(expected: str, value: Any) -> bool:
    if expected == "array":
        return isinstance(value, list)
    if expected == "boolean" or isinstance(value, bool):
        return expected == "boolean" and isinstance(value, bool)
    if expected == "string":
        return isinstance(value, str)
    if not isinstance(value, int | float) or not math.isfinite(value):
        return False
    return expected == "number" or value == int(value)


def _range_flaws(field: Field, place: str, value: float) -> Iterator[Flaw]:
    if field.minimum is not None and value < field.minimum:
        yield Flaw("number_gte", place, f"Must be greater than or equal to {field.minimum:g}")
    if field.maximum is not None and value > field.maximum:
        yield Flaw("number_lte", place, f"Must be less than or equal to {field.maximum:g}")
