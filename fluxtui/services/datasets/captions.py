"""Captions: text files that lie beside the pictures and have their names."""

from __future__ import annotations

import posixpath
from pathlib import PurePosixPath

from fluxtui.domain.errors import DatasetError
from fluxtui.domain.text import file_size
from fluxtui.services.datasets.sources import Entry, Source

CAPTION_SUFFIX = ".txt"
MAX_CAPTION_BYTES = 64_000


def is_caption(entry: Entry) -> bool:
    """Tell whether a file is a caption by its name."""
    return PurePosixPath(entry.name).suffix.lower() == CAPTION_SUFFIX


def stem_of(name: str) -> str:
    """Return a file's name without its extension, in lower case: what picture and caption have in common."""
    return posixpath.splitext(name)[0].casefold()


def read_caption(source: Source, entry: Entry) -> str:
    """Return the text of a caption file, without surrounding space.

    Raises:
        DatasetError: its message is the reason, to be put after the name: too long, empty, or not UTF-8.
    """
    if entry.size > MAX_CAPTION_BYTES:
        raise DatasetError(f"is longer than {file_size(MAX_CAPTION_BYTES)}, too long for a caption; not used")
    try:
        text = source.read(entry).decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise DatasetError("is not UTF-8 text; save it as UTF-8 to use it") from None
    if "\0" in text:
        raise DatasetError("is not text; not used")
    if not text:
        raise DatasetError("is an empty caption; not used")
    return text


def reread_caption(source: Source, entry: Entry) -> str | None:
    """Return what a caption file that is no UTF-8 says as Windows-1252 text, or None where it is none."""
    if entry.size > MAX_CAPTION_BYTES:
        return None
    try:
        content = source.read(entry)
    except DatasetError:
        return None
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace").strip()
        return text if text and "\0" not in text and "\ufffd" not in text else None
    return None
