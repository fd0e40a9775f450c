"""Where training pictures come from: a folder, or a ZIP whose content nobody vouches for.

A source lists its files and reads one at a time, within bounds; nothing is ever extracted or altered.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from fluxtui.domain.dataset import DatasetProblem
from fluxtui.domain.errors import DatasetError
from fluxtui.domain.text import file_size, safe_text
from fluxtui.services.storage.files import open_ordinary

MAX_FILES = 5_000
"""Files in one source; more is surely the wrong folder, or an archive made to hurt."""

MAX_FILE_BYTES = 100_000_000
"""Bytes of one picture."""

SYSTEM_FILES = frozenset({"__macosx", "thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})
"""What operating systems leave in folders, in lower case."""


@dataclass(frozen=True)
class Entry:
    """One file of a source.

    Attributes:
        name: its plain name, with the folders inside the source in front where those are looked into.
        address: how the source finds it.
        size: bytes.
        stamp: changes when its content does, as far as can be told without reading it.
    """

    name: str
    address: str
    size: int
    stamp: str = ""


@dataclass(frozen=True)
class Listing:
    """The files of a source that can be looked at, the names of those left out, and why where it matters."""

    entries: tuple[Entry, ...]
    ignored: tuple[str, ...] = ()
    problems: tuple[DatasetProblem, ...] = ()


class Source(Protocol):
    """A place with files. `read` may be called from several threads."""

    @property
    def root(self) -> Path | None:
        """The folder under which the files have their names, or None where they are in an archive."""
        ...

    def listing(self) -> Listing:
        """Return what is in it, by name. Raises `DatasetError`."""
        ...

    def read(self, entry: Entry) -> bytes:
        """Return the whole content of a file. Raises `DatasetError` where that cannot be."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def unreadable(path: Path, error: Exception) -> DatasetError:
    """Return the error for a source that the system does not let us read."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return DatasetError(f"{safe_text(path, limit=200)} cannot be read: {safe_text(reason, limit=200)}.")


class Sorter:
    """Takes the names found in a source and keeps apart what is used, ignored and complained about."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._ignored: list[str] = []
        self._problems: list[DatasetProblem] = []

    def offer(self, entry: Entry) -> None:
        """Take a file, unless its name, size or a file of the same name speaks against it."""
        if any(is_system_name(part) for part in entry.name.split("/")):
            self.ignore(entry.name)
        elif entry.name != safe_text(entry.name):
            self.complain(entry.name, "its name has characters that cannot be shown; rename it")
        elif entry.name in self._entries:
            self.complain(entry.name, "the name is there twice; only the first is used")
        elif entry.size > MAX_FILE_BYTES:
            self.complain(entry.name, f"is larger than {file_size(MAX_FILE_BYTES)}; left out")
        else:
            self._entries[entry.name] = entry

    def ignore(self, name: str) -> None:
        """Note a file that is silently left out."""
        self._ignored.append(safe_text(name, limit=120))

    def complain(self, name: str, reason: str, mend: str = "") -> None:
        """Note a file that is left out for a reason the user should know, and what would mend it."""
        self.ignore(name)
        self._problems.append(DatasetProblem(name=safe_text(name, limit=120), reason=reason, mend=mend))

    def listing(self) -> Listing:
        """Return everything in the order of the names."""
        entries = sorted(self._entries.values(), key=lambda entry: (entry.name.casefold(), entry.name))
        problems = sorted(self._problems, key=lambda problem: problem.name)
        return Listing(tuple(entries), tuple(sorted(self._ignored)), tuple(problems))


def is_system_name(name: str) -> bool:
    """Tell whether a file or folder is hidden or an operating system's own."""
    return name.startswith(".") or name.casefold() in SYSTEM_FILES


def complain_of_folders(sorter: Sorter, folders: Iterable[str]) -> None:
    """Note folders inside a source: trainers want all pictures in one place."""
    for name in sorted(set(folders)):
        if is_system_name(name):
            sorter.ignore(f"{name}/")
        else:
            sorter.complain(
                f"{name}/",
                "is a folder inside; what is in it is not used",
                mend="end the path with /** to look into the folders inside as well",
            )


def stamp_of(status: os.stat_result) -> str:
    """Return what changes when a file is written to."""
    return f"{status.st_mtime_ns:x}-{status.st_ctime_ns:x}-{status.st_ino:x}-{status.st_size:x}"


def read_whole(path: Path, name: str) -> bytes:
    """Return the content of an ordinary file of a source. Raises `DatasetError`."""
    try:
        with open_ordinary(path) as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise unreadable(path, error) from None
    if len(content) > MAX_FILE_BYTES:
        raise DatasetError(f"{safe_text(name)} is larger than {file_size(MAX_FILE_BYTES)}.")
    return content
