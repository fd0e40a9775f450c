"""Captions: text files that lie beside the pictures and have their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from fluxtui.domain.errors import DatasetError
from fluxtui.domain.text import file_size
from fluxtui.services.datasets.sources import Entry, Source

CAPTION_SUFFIX = ".txt"
MAX_CAPTION_BYTES = 64_000


def captions_by_stem(entries: Iterable[Entry]) -> Mapping[str, Entry]:
    """Return the caption files by the stem that they share with their pictures, in lower case."""
    return {stem_of(entry): entry for entry in entries if is_caption(entry)}


def is_caption(entry: Entry) -> bool:
    """Tell whether a file is a caption by its name."""
    return PurePosixPath(entry.name).suffix.lower() == CAPTION_SUFFIX


def stem_of(entry: Entry) -> str:
    """Return the name without its extension, in lower case: what picture and caption have in common."""
    return PurePosixPath(entry.name).stem.casefold()


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
