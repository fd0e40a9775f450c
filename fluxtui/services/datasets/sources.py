"""Where training pictures come from: a folder, or a ZIP whose content nobody vouches for.

A source lists its files and reads one at a time, within bounds; nothing is ever extracted or altered.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol, Self

from fluxtui.domain.dataset import DatasetProblem
from fluxtui.domain.errors import DatasetError
from fluxtui.domain.text import file_size, plural, safe_text

MAX_FILES = 5_000
"""Files in one source; more is surely the wrong folder, or an archive made to hurt."""

MAX_FILE_BYTES = 100_000_000
"""Bytes of one picture."""

SYSTEM_FILES = frozenset({"__macosx", "thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})
"""What operating systems leave in folders, in lower case."""


@dataclass(frozen=True)
class Entry:
    """One file of a source: its plain name, how the source finds it, and its bytes."""

    name: str
    address: str
    size: int


@dataclass(frozen=True)
class Listing:
    """The files of a source that can be looked at, the names of those left out, and why where it matters."""

    entries: tuple[Entry, ...]
    ignored: tuple[str, ...] = ()
    problems: tuple[DatasetProblem, ...] = ()


class Source(Protocol):
    """A place with files. `read` may be called from several threads."""

    def listing(self) -> Listing:
        """Return what is in it, by name. Raises `DatasetError`."""
        ...

    def read(self, entry: Entry) -> bytes:
        """Return the whole content of a file. Raises `DatasetError` where that cannot be."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def open_source(path: Path) -> Source:
    """Return the folder or ZIP at `path` as a source.

    Raises:
        DatasetError: nothing is there, or it is neither a folder nor a usable ZIP.
    """
    from fluxtui.services.datasets.archive import ArchiveSource

    try:
        if path.is_dir():
            return FolderSource(path)
        if path.is_file():
            return ArchiveSource(path)
        exists = path.exists()
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    shown = safe_text(path, limit=200)
    if exists:
        raise DatasetError(f"{shown} is neither a folder nor a file.")
    raise DatasetError(f"There is nothing at {shown}.", next_step="Check the path.")


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
        if is_system_name(entry.name):
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

    def complain(self, name: str, reason: str) -> None:
        """Note a file that is left out for a reason the user should know."""
        self.ignore(name)
        self._problems.append(DatasetProblem(name=safe_text(name, limit=120), reason=reason))

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
            sorter.complain(f"{name}/", "is a folder inside; what is in it is not used")


class FolderSource:
    """The files that lie directly in a folder; links that lead out of it are not followed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = folder.resolve()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def listing(self) -> Listing:
        """Return the files of the folder. Raises `DatasetError` where it cannot be read or holds too many."""
        sorter = Sorter()
        folders: list[str] = []
        try:
            with os.scandir(self._folder) as found:
                for count, item in enumerate(found, start=1):
                    if count > MAX_FILES:
                        raise self._too_many()
                    self._sort(item, sorter, folders)
        except OSError as error:
            raise unreadable(self._folder, error) from None
        complain_of_folders(sorter, folders)
        return sorter.listing()

    def _too_many(self) -> DatasetError:
        return DatasetError(
            f"{safe_text(self._folder, limit=200)} holds more than {plural(MAX_FILES, 'file')}.",
            next_step="Choose a folder with only the training pictures.",
        )

    def _sort(self, item: os.DirEntry[str], sorter: Sorter, folders: list[str]) -> None:
        if item.is_symlink() and not self._stays_inside(item):
            sorter.complain(item.name, "is a link that leads out of the folder; not followed")
        elif item.is_dir():
            folders.append(item.name)
        elif item.is_file():
            sorter.offer(Entry(item.name, item.name, item.stat().st_size))
        else:
            sorter.complain(item.name, "is not an ordinary file")

    def _stays_inside(self, item: os.DirEntry[str]) -> bool:
        try:
            return Path(item.path).resolve(strict=True).is_relative_to(self._root)
        except (OSError, RuntimeError):
            return False

    def read(self, entry: Entry) -> bytes:
        """Return the content of one file of the folder. Raises `DatasetError`."""
        path = self._folder / PurePosixPath(entry.address).name
        try:
            with path.open("rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise unreadable(path, error) from None
        if len(content) > MAX_FILE_BYTES:
            raise DatasetError(f"{safe_text(entry.name)} is larger than {file_size(MAX_FILE_BYTES)}.")
        return content
