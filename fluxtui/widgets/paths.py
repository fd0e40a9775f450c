"""Looking at folders and picture files for the path widgets. Blocking: to be called in threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path

from fluxtui.domain.text import file_size, safe_text
from fluxtui.services.typed_paths import meant
from fluxtui.system.dataclass import dataclass

LORA_SUFFIXES = frozenset({".safetensors", ".sft", ".tar", ".tgz", ".gz", ".bz2", ".zip"})
PICTURE_SUFFIXES = frozenset(
    [
        ".png",
        ".jpg",
        ".jpeg",
        ".jfif",
        ".mpo",
        ".webp",
        ".gif",
        ".bmp",
        ".tif",
        ".tiff",
        ".heic",
        ".heif",
        ".hif",
        ".avif",
    ]
)
MAX_SCANNED = 20_000
"""Entries of one folder that are looked at; more would take seconds on a network drive."""

Cancelled = Callable[[], bool]


class PathKind(StrEnum):
    """What a path should lead to."""

    FOLDER = "folder"
    PICTURE = "picture"
    DATASET = "dataset"
    LORA = "LoRA file"
    ANY = "any"

    def takes(self, name: str, is_folder: bool) -> bool:
        """Tell whether a file or folder may be the answer; a dataset is a folder or a ZIP archive."""
        if is_folder:
            return self not in {PathKind.PICTURE, PathKind.LORA}
        suffix = os.path.splitext(name)[1].lower()
        if self is PathKind.LORA:
            return suffix in LORA_SUFFIXES
        if self is PathKind.PICTURE:
            return suffix in PICTURE_SUFFIXES
        return self is PathKind.ANY or (self is PathKind.DATASET and suffix == ".zip")


@dataclass(frozen=True)
class Entry:
    """One line of a folder: its name as it is on disk, whether it is a folder, and its size in bytes."""

    name: str
    is_folder: bool
    size: int = 0

    @property
    def is_hidden(self) -> bool:
        """Whether its name starts with a dot."""
        return self.name.startswith(".")


@dataclass(frozen=True)
class FolderListing:
    """What is in a folder: folders first, by name. `cut` tells that there was more than was looked at."""

    folder: Path
    entries: tuple[Entry, ...]
    cut: bool = False
    problem: str = ""


def expanded(text: str) -> Path:
    """Return the path that a user means by `text`, however it is quoted; `~` is the home directory."""
    return meant(text)


def list_folder(folder: Path, kind: PathKind, cancelled: Cancelled = bool) -> FolderListing:
    """Return the folders and the files of a kind in `folder`; a fault becomes the listing's `problem`."""
    entries: list[Entry] = []
    try:
        for count, entry in enumerate(_scan(folder)):
            if count >= MAX_SCANNED or cancelled():
                return FolderListing(folder, _sorted(entries), cut=True)
            if entry.is_folder or kind.takes(entry.name, False):
                entries.append(entry)
    except OSError as error:
        return FolderListing(folder, (), problem=f"cannot be read: {os_reason(error)}")
    return FolderListing(folder, _sorted(entries))


def _scan(folder: Path) -> Iterator[Entry]:
    with os.scandir(folder) as found:
        for item in found:
            try:
                is_folder = item.is_dir()
                yield Entry(item.name, is_folder, 0 if is_folder else item.stat().st_size)
            except OSError:
                # A dangling link or a file that vanished: shown without its size, opening it will say why.
                yield Entry(item.name, False)


def _sorted(entries: list[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: (not entry.is_folder, entry.name.casefold())))


def count_pictures(folder: Path, cancelled: Cancelled = bool) -> tuple[int, bool]:
    """Return how many picture files lie directly in `folder`, and whether there was more to look at.

    Raises:
        OSError: the folder cannot be read.
    """
    pictures = 0
    with os.scandir(folder) as found:
        for count, item in enumerate(found):
            if count >= MAX_SCANNED or cancelled():
                return pictures, True
            pictures += PathKind.PICTURE.takes(item.name, False) and not item.name.startswith(".")
    return pictures, False


def completion(text: str, kind: PathKind) -> str | None:
    """Return `text` continued to the first matching path, folders ending in a separator, or None.

    Names with control characters are never offered: an input line could not show them as they are.
    """
    head, typed = os.path.split(text)
    if not head and not typed:
        return None
    if text == "~":
        return "~" + os.sep
    folder = expanded(head) if head else Path()
    listing = list_folder(folder, kind)
    for match_case in (True, False):
        for entry in listing.entries:
            if _continues(entry, typed, match_case=match_case):
                return text + entry.name[len(typed) :] + (os.sep if entry.is_folder else "")
    return None


def _continues(entry: Entry, typed: str, *, match_case: bool) -> bool:
    if entry.is_hidden and not typed.startswith("."):
        return False
    if safe_text(entry.name) != entry.name:
        return False
    name, start = (entry.name, typed) if match_case else (entry.name.casefold(), typed.casefold())
    return name.startswith(start) and (len(name) > len(start) or entry.is_folder)


@dataclass(frozen=True)
class PathNote:
    """What is to be said about a path: words, and whether it can be used."""

    text: str
    usable: bool


def note_dataset(text: str) -> PathNote:
    """Return in a few words what a folder or ZIP archive of training pictures holds, or what is wrong."""
    path = expanded(text)
    try:
        if path.is_dir():
            pictures, more = count_pictures(path)
            return PathNote(f"{pictures}{'+' if more else ''} pictures", pictures > 0)
        size = path.stat().st_size
    except OSError as error:
        return PathNote(os_reason(error), False)
    if path.suffix.lower() == ".zip":
        return PathNote(f"ZIP archive · {file_size(size)}", True)
    return PathNote("is neither a folder nor a ZIP archive", False)


def os_reason(error: OSError) -> str:
    """Return the operating system's reason in its own words, without path and number."""
    return (error.strerror or type(error).__name__).lower()
