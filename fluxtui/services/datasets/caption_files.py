"""Captions of a whole dataset in one file, CSV or JSON Lines, as other tools write and read them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from fluxtui.domain.errors import DatasetError
from fluxtui.domain.text import file_size, plural, safe_text
from fluxtui.services.datasets.encodings import decoded, is_text
from fluxtui.services.datasets.sources import unreadable
from fluxtui.services.storage.files import write_atomic
from fluxtui.services.typed_paths import meant
from fluxtui.system.dataclass import dataclass
from fluxtui.system.ordinary_files import open_ordinary

MAX_BYTES = 50_000_000
MAX_PAIRS = 50_000
"""Captions in one file: ten times the pictures that one source may have."""

NAME_KEYS = ("file_name", "filename", "file", "image", "path", "name")
TEXT_KEYS = ("text", "caption", "prompt", "description")
"""Names of columns in use; the first of each is what we write.

Source: Hugging Face Datasets documentation on image folders with metadata, read 2026-11.
"""


@dataclass(frozen=True)
class Imported:
    """Captions from a file: by the names of our pictures, and the names in it that no picture has."""

    captions: Mapping[str, str]
    unknown: tuple[str, ...]


def as_jsonl(captions: Mapping[str, str]) -> str:
    """Return captions as JSON Lines, one picture on each line."""
    return "".join(
        json.dumps({NAME_KEYS[0]: name, TEXT_KEYS[0]: text}, ensure_ascii=False) + "\n"
        for name, text in captions.items()
    )


def as_csv(captions: Mapping[str, str]) -> str:
    """Return captions as CSV with a line of titles."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow((NAME_KEYS[0], TEXT_KEYS[0]))
    writer.writerows(captions.items())
    return target.getvalue()


def write_captions(path: Path, captions: Mapping[str, str]) -> None:
    """Write captions into a new file, as CSV or JSON Lines by its extension.

    Raises:
        DatasetError: the file exists, or has neither extension.
        StorageError: it could not be written.
    """
    path = meant(path)
    if path.exists():
        raise DatasetError(f"{safe_text(path)} exists already.", next_step="Give another name.")
    text = as_csv(captions) if _is_csv(path) else as_jsonl(captions)
    write_atomic(path, text.encode())


def read_captions(path: Path, names: Iterable[str]) -> Imported:
    """Return the captions in a file for pictures with certain names.

    A picture is found by its whole name, else by the end of the path, else without the extension, as long as
    only one has it.

    Raises:
        DatasetError: the file cannot be read, or is neither CSV nor JSON Lines with names and texts.
    """
    path = meant(path)
    _is_csv(path)
    pairs = pairs_in(_text(path), path.name)
    ours = _Finder(names)
    captions: dict[str, str] = {}
    unknown: list[str] = []
    for name, caption in pairs:
        found = ours(name)
        if found is None:
            unknown.append(safe_text(name, limit=120))
        elif not is_text(caption):
            raise DatasetError(
                f"{safe_text(path.name, limit=120)} has what is no text as the caption of "
                f"{safe_text(name, limit=120)}: zeros, or halves of letters.",
                next_step="Write that caption anew.",
            )
        else:
            captions[found] = caption.strip()
    return Imported(captions, tuple(unknown))


def pairs_in(text: str, name: str) -> list[tuple[str, str]]:
    """Return the names and captions in the text of a CSV or JSON Lines file, as its name says.

    Raises `DatasetError` where it cannot be understood.
    """
    shown = safe_text(name, limit=120)
    is_csv = _is_csv(Path(name))
    try:
        pairs = list(islice(_csv_pairs(text, shown) if is_csv else _jsonl_pairs(text, shown), MAX_PAIRS + 1))
    except (csv.Error, ValueError, RecursionError) as error:
        reason = safe_text(error, limit=120)
        raise DatasetError(f"{shown} cannot be understood: {reason}.") from None
    if len(pairs) > MAX_PAIRS:
        raise DatasetError(f"{shown} has more than {plural(MAX_PAIRS, 'caption')}; not used.")
    return pairs


def _is_csv(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix not in {".csv", ".jsonl"}:
        raise DatasetError(
            f"{safe_text(path.name, limit=120)} is neither a CSV nor a JSON Lines file.",
            next_step="Give a name that ends in .csv or .jsonl.",
        )
    return suffix == ".csv"


def _text(path: Path) -> str:
    try:
        with open_ordinary(path) as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise DatasetError(f"{safe_text(path.name)} is larger than {file_size(MAX_BYTES)}.")
    except OSError as error:
        raise unreadable(path, error) from None
    text = decoded(content)
    if text is None:
        raise DatasetError(
            f"{safe_text(path.name, limit=120)} is not UTF-8 text.", next_step="Save it as UTF-8 to use it."
        )
    return text


def _csv_pairs(text: str, shown: str) -> Iterator[tuple[str, str]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    titles = {str(title).strip().casefold(): title for title in reader.fieldnames or ()}
    name = next((titles[key] for key in NAME_KEYS if key in titles), None)
    caption = next((titles[key] for key in TEXT_KEYS if key in titles), None)
    if name is None or caption is None:
        raise _no_columns(shown)
    for row in reader:
        yield str(row.get(name) or ""), str(row.get(caption) or "")


def _jsonl_pairs(text: str, shown: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if line.strip():
            record: Any = json.loads(line)
            if not isinstance(record, dict):
                raise _no_columns(shown)
            name = next((record[key] for key in NAME_KEYS if key in record), None)
            caption = next((record[key] for key in TEXT_KEYS if key in record), None)
            if not isinstance(name, str) or not isinstance(caption, str):
                raise _no_columns(shown)
            yield name, caption


def _no_columns(shown: str) -> DatasetError:
    return DatasetError(
        f"{shown} does not say which caption belongs to which picture.",
        next_step=f"It needs {NAME_KEYS[0]} and {TEXT_KEYS[0]}.",
    )


class _Finder:
    """Finds a picture by what another tool calls it."""

    def __init__(self, names: Iterable[str]) -> None:
        self._whole = set(names)
        self._ends: dict[str, set[str]] = {}
        self._stems: dict[str, set[str]] = {}
        for name in self._whole:
            path = PurePosixPath(name)
            self._ends.setdefault(path.name.casefold(), set()).add(name)
            self._stems.setdefault(path.stem.casefold(), set()).add(name)

    def __call__(self, name: str) -> str | None:
        if name in self._whole:
            return name
        path = PurePosixPath(name.replace("\\", "/"))
        for known, key in ((self._ends, path.name.casefold()), (self._stems, path.stem.casefold())):
            found = known.get(key, set())
            if len(found) == 1:
                return next(iter(found))
        return None
