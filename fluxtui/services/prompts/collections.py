"""What a wildcard file holds: choices with weights, one a line, or several lists in JSON or YAML.

The forms are those of the `dynamicprompts` package (its documentation, read 2026-11). Every file is taken for
a stranger's: size, depth and number are bounded, and what is read is made harmless.
"""

from __future__ import annotations

import json
import math
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.text import safe_text

FILE_LIMIT = 1_000_000
"""Bytes of a file that is read; YAML takes long to read and may have a quarter of it."""
CHOICES_LIMIT = 20_000
"""Choices of all lists of a file."""
CHOICE_CHARACTERS = 2_000
DEPTH_LIMIT = 12
STRUCTURED = frozenset({".json", ".yaml", ".yml"})
SUFFIXES = frozenset({".txt", *STRUCTURED})

_WEIGHT = re.compile(r"(\d+(?:\.\d*)?|\.\d+)::(.*)", re.DOTALL)


@dataclass(frozen=True)
class Choice:
    """One of the choices of a wildcard: its text, which may be a template, and how often it is drawn."""

    text: str
    weight: float = 1.0


Collection = tuple[Choice, ...]


def read_file(path: Path) -> dict[str, Collection]:
    """Return the collections of a file by their names: `''` for the file as a whole, else `'colours/warm'`.

    Raises:
        InvalidInput: it is too large, not regular, not readable or not in its form; a sentence says why.
    """
    kind = path.suffix.casefold()
    text = _content(path, FILE_LIMIT // 4 if kind in {".yaml", ".yml"} else FILE_LIMIT)
    if kind == ".txt":
        choices = tuple(islice(_lines(text), CHOICES_LIMIT + 1))
        if len(choices) > CHOICES_LIMIT:
            raise _too_many(path)
        return {"": choices}
    try:
        data = json.loads(text) if kind == ".json" else _yaml(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"The wildcard file {_name(path)} is no {kind[1:].upper()}.") from error
    return dict(_walk(data, (), path, iter(range(CHOICES_LIMIT))))


def _content(path: Path, limit: int) -> str:
    try:
        # A pipe would be waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            about = os.fstat(descriptor)
            if not stat.S_ISREG(about.st_mode):
                raise InvalidInput(f"The wildcard {_name(path)} is no file.")
            content = file.read(limit + 1)
    except OSError as error:
        raise InvalidInput(f"The wildcard file {_name(path)} cannot be read: {error.strerror}.") from error
    if len(content) > limit:
        raise InvalidInput(f"The wildcard file {_name(path)} is larger than {limit:,} bytes.")
    return content.decode("utf-8-sig", errors="replace")


def _yaml(text: str) -> Any:
    import yaml

    # The loader in C is many times faster; it is not built everywhere.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise ValueError("no YAML") from error


def _lines(text: str) -> Iterator[Choice]:
    for line in text.splitlines():
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield _choice(stripped)


def _walk(
    data: Any, names: tuple[str, ...], path: Path, budget: Iterator[int]
) -> Iterator[tuple[str, Collection]]:
    """Yield the lists of a tree by their places in it; `budget` counts the parts, as YAML can repeat some."""
    if next(budget, None) is None:
        raise _too_many(path)
    if len(names) > DEPTH_LIMIT:
        raise InvalidInput(f"The wildcard file {_name(path)} is nested deeper than {DEPTH_LIMIT} times.")
    if isinstance(data, Mapping):
        for name, value in data.items():
            if isinstance(name, str) and value:
                yield from _walk(value, (*names, safe_text(name, limit=80).strip()), path, budget)
    elif isinstance(data, str) and names:
        yield "/".join(names), (_choice(data),)
    elif isinstance(data, list):
        yield "/".join(names), tuple(_items(data, path, budget))


def _items(data: list[Any], path: Path, budget: Iterator[int]) -> Iterator[Choice]:
    for item in data:
        if next(budget, None) is None:
            raise _too_many(path)
        if isinstance(item, str) and item.strip():
            yield _choice(item)
        elif isinstance(item, int | float) and not isinstance(item, bool):
            yield Choice(str(item))
        elif isinstance(item, Mapping):
            text = item.get("text") or item.get("content")
            if isinstance(text, str) and text.strip():
                yield Choice(_harmless(text), _usable(item.get("weight", 1)))


def _choice(text: str) -> Choice:
    found = _WEIGHT.fullmatch(text)
    return Choice(_harmless(found[2]), _usable(found[1])) if found else Choice(_harmless(text))


def _usable(weight: Any) -> float:
    try:
        number = float(weight)
    except (TypeError, ValueError):
        return 1.0
    return number if math.isfinite(number) and number >= 0 else 1.0


def _harmless(text: str) -> str:
    return safe_text(text, newlines=True).strip()[:CHOICE_CHARACTERS]


def _too_many(path: Path) -> InvalidInput:
    return InvalidInput(f"The wildcard file {_name(path)} has more than {CHOICES_LIMIT:,} choices.")


def _name(path: Path) -> str:
    return safe_text(path.name, limit=80)
