"""Captions beside the pictures: which files are captions by their names, and what they say.

Beside `dog.jpg` that is `dog.txt`, `dog.jpg.txt`, `dog.caption` (kohya's own extension) or `dog.json` with a
caption in it; for a whole folder `metadata.jsonl` or `metadata.csv`, as in Hugging Face's image folders.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from fluxtui.domain.dataset_scan import ScannedCaption
from fluxtui.domain.errors import DatasetError
from fluxtui.domain.text import file_size, safe_text
from fluxtui.services.datasets.caption_files import pairs_in
from fluxtui.services.datasets.encodings import decoded, guessed, is_text
from fluxtui.services.datasets.sources import Source, SourceEntry

CAPTION_SUFFIX = ".txt"
TEXT_SUFFIXES = (CAPTION_SUFFIX, ".caption")
"""Of text files that are captions. Source: kohya's sd-scripts, `--caption_extension`, read 2026-11."""

PERHAPS_SUFFIXES = frozenset({".cap", ".tags", ".caption_txt", ".prompt"})
"""Of files that other tools call captions, but that are not read."""

METADATA_NAMES = ("metadata.jsonl", "metadata.csv")
"""Source: Hugging Face Datasets documentation on image folders, read 2026-11."""

MAX_CAPTION_BYTES = 64_000
MAX_METADATA_BYTES = 20_000_000
EMPTY = "is an empty caption; not used"
"""What is said of a caption file without a word in it."""

NO_TEXT = "is not text; not used"
"""What is said of a caption with zeros or halves of letters in it."""

_JSON_KEYS = ("caption", "text", "prompt")
"""`description` is not among them: photo services keep something else under that name."""


def stem_of(name: str) -> str:
    """Return a file's name without its extension: what picture and caption have in common."""
    return posixpath.splitext(name)[0]


def names_beside(picture: str) -> tuple[str, ...]:
    """Return the names that files with the caption of one picture may have."""
    endings = (*TEXT_SUFFIXES, ".json")
    return tuple(f"{name}{ending}" for name in (picture, stem_of(picture)) for ending in endings)


def is_text_caption(name: str) -> bool:
    """Tell whether a file is a caption by its name."""
    return name.lower().endswith(TEXT_SUFFIXES)


def is_metadata(name: str) -> bool:
    """Tell whether a file by its name has the captions of the folder that it is in."""
    return posixpath.basename(name).lower() in METADATA_NAMES


def read_captions(
    source: Source, entries: Iterable[SourceEntry], pictures: Iterable[str]
) -> tuple[ScannedCaption, ...]:
    """Return all captions among the files of a source, with a fault where one cannot be used.

    Args:
        source: open.
        entries: its files.
        pictures: the names of its pictures; a JSON file is looked into only beside one of them.
    """
    stems = {name for picture in pictures for name in (picture.casefold(), stem_of(picture).casefold())}
    found: list[ScannedCaption] = []
    unread: dict[int, bytes] = {}
    for entry in entries:
        if is_metadata(entry.name):
            found.extend(_metadata(source, entry))
        elif is_text_caption(entry.name):
            caption, content = _text_caption(source, entry)
            if content:
                unread[len(found)] = content
            found.append(caption)
        elif entry.name.lower().endswith(".json") and stem_of(entry.name).casefold() in stems:
            found.extend(_json_caption(source, entry))
    for number, reading in zip(unread, guessed(list(unread.values())), strict=True):
        if reading is not None and reading.text.strip():
            update = {"reread": reading.text.strip(), "encoding": reading.encoding}
            found[number] = found[number].model_copy(update=update)
    return tuple(found)


def _text_caption(source: Source, entry: SourceEntry) -> tuple[ScannedCaption, bytes]:
    """Return a caption, and the bytes of one whose encoding is not known."""
    if entry.size > MAX_CAPTION_BYTES:
        reason = f"is longer than {file_size(MAX_CAPTION_BYTES)}, too long for a caption; not used"
        return ScannedCaption(name=entry.name, fault=reason), b""
    try:
        content = source.read(entry)
    except DatasetError as error:
        return ScannedCaption(name=entry.name, fault=error.message), b""
    text = decoded(content)
    if text is None:
        return ScannedCaption(name=entry.name, fault="is not UTF-8 text; save it as UTF-8 to use it"), content
    if not is_text(text):
        return ScannedCaption(name=entry.name, fault=NO_TEXT), content
    return _with_text(entry.name, text), b""


def _with_text(name: str, text: str, picture: str = "") -> ScannedCaption:
    if not is_text(text):
        return ScannedCaption(name=name, fault=NO_TEXT, picture=picture)
    if text.strip():
        return ScannedCaption(name=name, text=text.strip(), picture=picture)
    return ScannedCaption(name=name, fault=EMPTY, picture=picture)


def _json_caption(source: Source, entry: SourceEntry) -> list[ScannedCaption]:
    """Return the caption in a JSON file beside a picture; nothing where it is a file of another kind."""
    if entry.size > MAX_CAPTION_BYTES:
        return []
    try:
        record: Any = json.loads(decoded(source.read(entry)) or "")
    except (DatasetError, ValueError, RecursionError):
        return []
    if not isinstance(record, dict):
        return []
    texts = (record.get(key) for key in _JSON_KEYS)
    text = next((text for text in texts if isinstance(text, str) and text.strip()), "")
    return [_with_text(entry.name, text)] if text else []


def _metadata(source: Source, entry: SourceEntry) -> list[ScannedCaption]:
    """Return the captions in a file for a whole folder; one with a fault where it cannot be understood."""
    folder = posixpath.dirname(entry.name)
    try:
        if entry.size > MAX_METADATA_BYTES:
            raise DatasetError(f"is larger than {file_size(MAX_METADATA_BYTES)}; not used")
        text = decoded(source.read(entry))
        if text is None:
            raise DatasetError("is not UTF-8 text; save it as UTF-8 to use it")
        pairs = pairs_in(text, PurePosixPath(entry.name).name)
    except DatasetError as error:
        # What is told of a caption stands behind the name of its file.
        name = safe_text(posixpath.basename(entry.name), limit=120)
        return [ScannedCaption(name=entry.name, fault=error.message.removeprefix(f"{name} "))]
    return [
        _with_text(entry.name, caption, posixpath.normpath(posixpath.join(folder, name)))
        for name, caption in pairs
        if caption.strip() and name and is_text(name)
    ]
