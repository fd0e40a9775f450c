"""What is wrong with a configuration, in words: all of it, with the place, and never with the value."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from fluxtui.domain.endpoint import number_text
from fluxtui.domain.errors import Problem
from fluxtui.domain.text import plural, safe_text
from fluxtui.services.config.layers import dotted_keys, table_at
from fluxtui.services.config.model import Config

_HEADER = re.compile(r"\[\[?([^\[\]#]+)\]\]?\s*(?:#|$)")
_ASSIGNMENT = re.compile(r"([A-Za-z0-9_\-.\"' \t]+)=")
_MOST_TOLD = 50
_KINDS = {
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "model_type": "must be a table of keys and values",
    "dict_type": "must be a table of keys and values",
    "string_too_short": "must not be empty",
}
_LIMITS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def problems_of(error: ValidationError, text: str, places: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return the faults that pydantic found, and of more than some dozens the number.

    Args:
        error: what pydantic found.
        text: the file, to name the line.
        places: where values that are not from the file came from, by dotted key.
    """
    details = {}
    for detail in error.errors(include_url=False, include_input=False, include_context=True):
        path = tuple(str(part) for part in detail["loc"])
        details[path[:-1] if path and path[-1] == "[key]" else path] = dict(detail)
    lines = _lines_in(text)
    told = [
        _placed(path, _reason(path, detail), _line_of(path, lines), places)
        for path, detail in list(details.items())[:_MOST_TOLD]
    ]
    left = len(details) - len(told)
    return (*told, *([Problem("", f"and {plural(left, 'more fault')}")] if left else []))


def _placed(path: tuple[str, ...], reason: str, line: int | None, places: Mapping[str, str]) -> Problem:
    key = ".".join(path)
    shown = safe_text(key, limit=120)
    place = places.get(key)
    if place is None:
        return Problem(shown, f"{reason} (line {line})" if line else reason)
    if place.isupper():
        return Problem(place, reason)
    return Problem(shown, f"{reason} (given by {place})")


def _reason(path: tuple[str, ...], detail: Mapping[str, Any]) -> str:
    kind = str(detail["type"])
    context = detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown(path)
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        return f"must be {words} {number_text(context[name])}"
    if kind == "literal_error":
        return f"must be {context['expected']}".replace("'", "")
    if kind == "string_too_long":
        return f"must have at most {context['max_length']} characters"
    if kind == "value_error":
        return safe_text(context["error"], limit=200)
    return _KINDS.get(kind, "has a value of the wrong kind")


def _unknown(path: tuple[str, ...]) -> str:
    *above, name = path
    table = table_at(tuple(above))
    siblings = list(table.model_fields) if table else []
    near = difflib.get_close_matches(name.replace("-", "_").lower(), siblings, 1)
    if near:
        return f"is not a known key; did you mean {safe_text('.'.join([*above, near[0]]), limit=120)}?"
    elsewhere = [key for key in dotted_keys(Config) if key.rpartition(".")[2] == name]
    if elsewhere:
        return f"is not a known key here; did you mean {elsewhere[0]}?"
    return f"is not a known key; those known here are {', '.join(siblings)}"


def _lines_in(text: str) -> Mapping[tuple[str, ...], int]:
    """Return the first line, from 1, where each key and table of a TOML text is set."""
    table: tuple[str, ...] = ()
    found: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        # Nothing in the patterns may match the same blanks in two ways: a line can have a million of them.
        bare = line.strip()
        header = _HEADER.match(bare)
        assignment = None if header else _ASSIGNMENT.match(bare)
        if header:
            table = here = _split(header[1])
        elif assignment:
            here = table + _split(assignment[1])
        else:
            continue
        found.setdefault(here, number)
    return found


def _line_of(path: Sequence[str], lines: Mapping[tuple[str, ...], int]) -> int | None:
    """Return the line of a key or else of its table; None if not found."""
    ends = range(len(path), 0, -1)
    return next((lines[tuple(path[:end])] for end in ends if tuple(path[:end]) in lines), None)


def _split(key: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in key.split("."))
