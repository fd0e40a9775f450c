"""What is known of pictures, as rows of a table in a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Protocol

from fluxtui.domain.gallery import GalleryEntry
from fluxtui.domain.text import no_formula


class Table(Protocol):
    """Takes entries one after the other."""

    def write(self, entry: GalleryEntry) -> None:
        """Write what is known of a picture. Raises `OSError`."""


def known_of(entry: GalleryEntry) -> dict[str, Any]:
    """Return everything that is known of a picture; times are in UTC, sizes in pixels and bytes."""
    picture, marks = entry.picture, entry.marks
    return {
        "file": picture.path,
        "created_at": picture.created_at.isoformat(),
        "provider": entry.provider,
        "profile": entry.profile,
        "endpoint": picture.endpoint,
        "finetune": picture.finetune_name,
        "prompt": picture.prompt,
        "seed": picture.seed,
        "width": picture.width,
        "height": picture.height,
        "format": picture.format,
        "bytes": picture.size,
        "sha256": picture.sha256,
        "credits": entry.credits,
        "starred": marks.starred,
        "rating": marks.rating,
        "tags": list(marks.tags),
        "note": marks.note,
        "missing": entry.missing,
        "parameters": picture.parameters,
    }


class JsonLines:
    """One JSON object a line."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, entry: GalleryEntry) -> None:
        """Write a line. Raises `OSError`."""
        self._file.write(json.dumps(known_of(entry), ensure_ascii=False).encode("utf-8", "replace") + b"\n")


class Csv:
    """Comma-separated values in UTF-8, with a first line of names.

    Text that a spreadsheet would take for a formula gets an apostrophe in front.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._begun = False

    def write(self, entry: GalleryEntry) -> None:
        """Write a row. Raises `OSError`."""
        values = known_of(entry)
        line = io.StringIO()
        rows = csv.writer(line)
        if not self._begun:
            rows.writerow(values)
            self._begun = True
        rows.writerow(_cell(value) for value in values.values())
        self._file.write(line.getvalue().encode("utf-8", "replace"))


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = ", ".join(value)
    elif isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    return no_formula(value) if isinstance(value, str) else value


TABLES: Mapping[str, Callable[[BinaryIO], Table]] = {".csv": Csv, ".jsonl": JsonLines}
"""The forms of a table by the end of the file's name."""
