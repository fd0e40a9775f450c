"""Where training pictures come from: a folder, or a ZIP whose content nobody vouches for.

A source lists its files and reads one at a time, within bounds; nothing is ever extracted or altered.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Protocol, Self

from fluxtui.domain.dataset import DatasetProblem
from fluxtui.domain.errors import DatasetError
from fluxtui.domain.text import file_size, safe_text, shorten
from fluxtui.imaging.kinds import HEAD_BYTES
from fluxtui.services.datasets.naming import is_system_name, repeats_of, shown, shown_names
from fluxtui.system.dataclass import dataclass
from fluxtui.system.ordinary_files import open_ordinary

MAX_FILES = 5_000
"""Files in one source; more is surely the wrong folder, or an archive made to hurt."""

MAX_FILE_BYTES = 100_000_000
"""Bytes of one picture."""

MAX_NAME_CHARACTERS = 4_000
"""Characters of a name with its folders; no disk takes more, so only an archive made to hurt has more."""


@dataclass(frozen=True)
class SourceEntry:
    """One file of a source.

    Attributes:
        name: under which it is known and shown, another one for each file, with the folders inside the source
            in front where those are looked into.
        address: how the source finds it.
        size: bytes.
        stamp: changes when its content does, as far as can be told without reading it.
    """

    name: str
    address: str
    size: int
    stamp: str = ""


@dataclass(frozen=True)
class SourceListing:
    """What is in a source.

    Attributes:
        entries: the files that can be looked at.
        ignored: the names of those left out.
        problems: why, where it matters.
        real: what names without their extension really are, as bytes of the disk, where they are shown
            otherwise.
    """

    entries: tuple[SourceEntry, ...]
    ignored: tuple[str, ...] = ()
    problems: tuple[DatasetProblem, ...] = ()
    real: Mapping[str, bytes] = field(default_factory=dict)


class Source(Protocol):
    """A place with files. `read` may be called from several threads."""

    @property
    def root(self) -> Path | None:
        """The folder under which the files have their names, or None where they are in an archive."""
        ...

    def listing(self) -> SourceListing:
        """Return what is in it, by name. Raises `DatasetError`."""
        ...

    def read(self, entry: SourceEntry) -> bytes:
        """Return the whole content of a file. Raises `DatasetError` where that cannot be."""
        ...

    def head(self, entry: SourceEntry) -> bytes:
        """Return the first `kinds.HEAD_BYTES` of a file. Raises `DatasetError` where that cannot be."""
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
        self._entries: dict[str, SourceEntry] = {}
        self._ignored: list[str] = []
        self._problems: list[DatasetProblem] = []

    def offer(self, entry: SourceEntry) -> None:
        """Take a file by its real name, unless that, its size or another of that name speaks against it."""
        if len(entry.name) > MAX_NAME_CHARACTERS:
            self.complain(entry.name, "its name is far too long; left out", "give it a shorter name")
        elif any(is_system_name(part) for part in entry.name.split("/")):
            self.ignore(entry.name)
        elif entry.name in self._entries:
            self.complain(entry.name, "the name is there twice; only the first is used")
        elif entry.size > MAX_FILE_BYTES:
            self.complain(
                entry.name, f"is larger than {file_size(MAX_FILE_BYTES)}; left out", "make it smaller"
            )
        else:
            self._entries[entry.name] = entry

    def ignore(self, name: str) -> None:
        """Note a file that is silently left out."""
        self._ignored.append(shorten(shown(name), 120))

    def complain(self, name: str, reason: str, mend: str = "") -> None:
        """Note a file that is left out for a reason the user should know, and what would mend it."""
        self.ignore(name)
        self.tell(name, reason, mend)

    def tell(self, name: str, reason: str, mend: str = "") -> None:
        """Note something about a file or folder, or about the whole source where the name is `''`."""
        self._problems.append(DatasetProblem(name=shorten(shown(name), 120), reason=reason, mend=mend))

    def listing(self) -> SourceListing:
        """Return everything in the order of the names under which it is shown."""
        plain_names = shown_names(self._entries)
        entries = [replace(entry, name=plain_names[name]) for name, entry in self._entries.items()]
        entries.sort(key=lambda entry: (entry.name.casefold(), entry.name))
        problems = sorted(self._problems, key=lambda problem: problem.name)
        real = {
            posixpath.splitext(plain)[0]: os.fsencode(posixpath.splitext(name)[0])
            for name, plain in plain_names.items()
            if name != plain
        }
        return SourceListing(tuple(entries), tuple(sorted(self._ignored)), tuple(problems), real)


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


def tell_of_repeats(sorter: Sorter, folders: Iterable[str]) -> None:
    """Note folders whose names ask another trainer to take their pictures several times."""
    asked = {name: count for name in sorted(set(folders)) if (count := repeats_of(name)) and count > 1}
    weighs = len(set(asked.values())) > 1
    for name, count in asked.items():
        sorter.tell(
            f"{name}/",
            f"asks kohya's trainer to take its pictures {count} times; here each is sent once",
            mend="the folders count alike: leave out pictures of one to make it count less" if weighs else "",
        )


def stamp_of(status: os.stat_result) -> str:
    """Return what changes when a file is written to."""
    return f"{status.st_mtime_ns:x}-{status.st_ctime_ns:x}-{status.st_ino:x}-{status.st_size:x}"


def read_whole(path: Path, name: str) -> bytes:
    """Return the content of an ordinary file of a source. Raises `DatasetError`."""
    content = _read(path, MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise DatasetError(f"{safe_text(name)} is larger than {file_size(MAX_FILE_BYTES)}.")
    return content


def read_head(path: Path) -> bytes:
    """Return the first bytes of an ordinary file, enough to tell its kind. Raises `DatasetError`."""
    return _read(path, HEAD_BYTES)


def _read(path: Path, most: int) -> bytes:
    try:
        with open_ordinary(path) as file:
            return file.read(most)
    except OSError as error:
        raise unreadable(path, error) from None
