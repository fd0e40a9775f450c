"""What a wildcard file holds: choices with weights, one a line, or several lists in JSON or YAML.

The forms are those of the `dynamicprompts` package (its documentation, read 2026-11). Every file is taken for
a stranger's: size, depth and number are bounded, and what is read is made harmless.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.prompts import place_in
from fluxtui.domain.text import LOST_LETTER, safe_text
from fluxtui.system.dataclass import dataclass
from fluxtui.system.ordinary_files import NotAFile, open_ordinary

FILE_LIMIT = 1_000_000
"""Bytes of a file that is read."""
YAML_LIMIT = 250_000
"""Bytes of a file in YAML, which takes long to read."""
CHOICES_LIMIT = 20_000
"""Choices of all lists of a file."""
CHOICE_CHARACTERS = 2_000
DEPTH_LIMIT = 12
STRUCTURED = frozenset({".json", ".yaml", ".yml"})
SUFFIXES = frozenset({".txt", *STRUCTURED})

_WEIGHT = re.compile(r"(\d+(?:\.\d*)?|\.\d+)::(.*)", re.DOTALL)


@dataclass(frozen=True)
class WildcardOption:
    """One of the choices of a wildcard: its text, which may be a template, and how often it is drawn."""

    text: str
    weight: float = 1.0


Collection = tuple[WildcardOption, ...]


def read_file(path: Path) -> dict[str, Collection]:
    """Return the collections of a file by their names: `''` for the file as a whole, else `'colours/warm'`.

    Raises:
        InvalidInput: it is too large, not regular, not readable or not in its form; a sentence says why.
    """
    kind = path.suffix.casefold()
    is_yaml = kind in {".yaml", ".yml"}
    text = _content(path, YAML_LIMIT if is_yaml else FILE_LIMIT)
    if kind == ".txt":
        choices = tuple(islice(_lines(text), CHOICES_LIMIT + 1))
        if len(choices) > CHOICES_LIMIT:
            raise _too_many(path)
        if not choices and text.strip():
            raise InvalidInput(f"{_name(path)} has no choices: {_ALL_COMMENTS}")
        return {"": choices}
    try:
        data = _yaml(text) if is_yaml else _json(text)
    except (ValueError, RecursionError) as error:
        form = "YAML" if is_yaml else "JSON"
        why = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise InvalidInput(f"The wildcard file {_name(path)} is no {form}: {why}.") from error
    return dict(_walk(data, (), path, iter(range(CHOICES_LIMIT))))


_ALL_COMMENTS = (
    "all its lines begin with #, which marks comments. Write 1:: before what is meant as it stands, such as "
    "1::#ff0000."
)


def _content(path: Path, limit: int) -> str:
    try:
        with open_ordinary(path) as file:
            content = file.read(limit + 1)
    except NotAFile:
        raise InvalidInput(f"The wildcard {_name(path)} is no file.") from None
    except OSError as error:
        raise InvalidInput(f"The wildcard file {_name(path)} cannot be read: {error.strerror}.") from error
    if len(content) > limit:
        also = " in YAML; JSON and text may be larger" if limit < FILE_LIMIT else ""
        raise InvalidInput(
            f"The wildcard file {_name(path)} is larger than {limit:,} bytes, which is the most{also}. "
            "Divide it into several files."
        )
    return _decoded(content, path)


def _decoded(content: bytes, path: Path) -> str:
    """Return the text of a file by the mark that it begins with, without one in UTF-8; never a guess."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    name = _name(path)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        how = "UTF-8" if encoding.startswith("utf-8") else encoding.upper()
        raise InvalidInput(
            f"The wildcard file {name} is not in {how} (line {line}), so its letters are not known. "
            "Save it as UTF-8."
        ) from None
    if "\0" in text:
        raise InvalidInput(f"The wildcard file {name} is no text, or in UTF-16 without its mark. {_SAVE}")
    if LOST_LETTER in text:
        line = text.count("\n", 0, text.index(LOST_LETTER)) + 1
        raise InvalidInput(
            f"The wildcard file {name} has a lost letter ({LOST_LETTER}) in line {line}. {_SAVE}"
        )
    return text


_SAVE = "Save it as UTF-8."
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def _json(text: str) -> Any:
    """Return what is in JSON, numbers as they are written. Raises `ValueError` with the place of a fault."""

    def refused(name: str) -> Any:
        raise ValueError(f"{name} is no value")

    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=refused)
    except json.JSONDecodeError as error:
        raise ValueError(f"its fault is at {place_in(text, error.pos)}") from error


def _yaml(text: str) -> Any:
    """Return what is in YAML, every value as it is written: `no`, `1.10` and `2024-01-01` are words.

    Raises:
        ValueError: with the place of a fault. No object is ever made.
    """
    import yaml

    # The loader in C is many times faster; it is not built everywhere.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        if any(_is_foreign(getattr(event, "tag", None)) for event in yaml.parse(text, Loader=loader)):
            raise ValueError("it has values of a kind of its own")
        return yaml.load(text, Loader=loader)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = (
            f"its fault is at line {mark.line + 1}, character {mark.column + 1}" if mark else "it is faulty"
        )
        raise ValueError(where) from error


def _is_foreign(tag: str | None) -> bool:
    return tag is not None and tag != "!" and not re.fullmatch(r"tag:yaml\.org,2002:[a-z]+", tag)


def _lines(text: str) -> Iterator[WildcardOption]:
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
                yield from _walk(value, (*names, shown_name(name, limit=80).strip()), path, budget)
    elif isinstance(data, str) and names:
        yield "/".join(names), (_choice(data),)
    elif isinstance(data, list):
        yield "/".join(names), tuple(_items(data, path, budget))


def _items(data: list[Any], path: Path, budget: Iterator[int]) -> Iterator[WildcardOption]:
    for item in data:
        if next(budget, None) is None:
            raise _too_many(path)
        if isinstance(item, str) and item.strip():
            yield _choice(item)
        elif isinstance(item, Mapping):
            text = item.get("text") or item.get("content")
            if isinstance(text, str) and text.strip():
                yield WildcardOption(_harmless(text), _usable(item.get("weight", 1)))


def _choice(text: str) -> WildcardOption:
    found = _WEIGHT.fullmatch(text)
    return (
        WildcardOption(_harmless(found[2]), _usable(found[1])) if found else WildcardOption(_harmless(text))
    )


def _usable(weight: Any) -> float:
    try:
        number = float(weight)
    except (TypeError, ValueError):
        return 1.0
    return number if math.isfinite(number) and number >= 0 else 1.0


def _harmless(text: str) -> str:
    return safe_text(text, newlines=True).strip()[:CHOICE_CHARACTERS]


def shown_name(name: str, limit: int | None = None) -> str:
    """Return a name as it is offered and typed: harmless, and its letters composed."""
    return safe_text(unicodedata.normalize("NFC", name), limit=limit)


def _too_many(path: Path) -> InvalidInput:
    return InvalidInput(f"The wildcard file {_name(path)} has more than {CHOICES_LIMIT:,} choices.")


def _name(path: Path) -> str:
    return safe_text(path.name, limit=80)
