"""Folders and lists of files as sources of training pictures."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from fluxtui.domain.errors import DatasetError
from fluxtui.domain.text import plural, safe_text
from fluxtui.services.datasets.captions import names_beside
from fluxtui.services.datasets.sources import (
    MAX_FILES,
    Entry,
    Listing,
    Sorter,
    complain_of_folders,
    is_system_name,
    read_whole,
    stamp_of,
    unreadable,
)

MAX_DEPTH = 16
"""Folders within folders that are looked into."""


class FolderSource:
    """The files of a folder; links that lead out of it are not followed.

    Args:
        folder: where to look.
        recursive: whether the folders inside are looked into as well.
    """

    def __init__(self, folder: Path, *, recursive: bool = False) -> None:
        self._folder = folder
        self._root = folder.resolve()
        self._recursive = recursive

    @property
    def root(self) -> Path | None:
        """The folder itself."""
        return self._folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def listing(self) -> Listing:
        """Return the files of the folder. Raises `DatasetError` where it cannot be read or holds too many."""
        sorter = Sorter()
        inside: list[str] = []
        try:
            for count, (name, item) in enumerate(self._walk(sorter, inside), start=1):
                if count > MAX_FILES:
                    raise too_many(self._folder)
                self._sort(name, item, sorter)
        except OSError as error:
            raise unreadable(self._folder, error) from None
        complain_of_folders(sorter, inside)
        return sorter.listing()

    def _walk(self, sorter: Sorter, inside: list[str]) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """Yield what is no folder, with its name below the source; folders are noted in `inside`."""
        waiting = [("", self._folder, 0)]
        while waiting:
            prefix, folder, depth = waiting.pop()
            with os.scandir(folder) as found:
                items = sorted(found, key=lambda item: item.name)
            for item in items:
                name = prefix + item.name
                if not self._is_folder(item, sorter, name):
                    yield name, item
                elif not self._recursive or is_system_name(item.name):
                    inside.append(item.name)
                elif depth >= MAX_DEPTH:
                    sorter.complain(f"{name}/", "lies too deep in other folders; not looked into")
                else:
                    waiting.append((f"{name}/", Path(item.path), depth + 1))
                if len(inside) + len(waiting) > MAX_FILES:
                    raise too_many(self._folder)

    def _is_folder(self, item: os.DirEntry[str], sorter: Sorter, name: str) -> bool:
        if not item.is_dir():
            return False
        if item.is_symlink() and self._recursive:
            # A link to a folder above it would lead round and round.
            return False
        return not item.is_symlink() or self._stays_inside(item)

    def _sort(self, name: str, item: os.DirEntry[str], sorter: Sorter) -> None:
        if item.is_symlink() and not self._stays_inside(item):
            sorter.complain(name, "is a link that leads out of the folder; not followed")
        elif item.is_file():
            status = item.stat()
            sorter.offer(Entry(name, name, status.st_size, stamp_of(status)))
        elif item.is_dir():
            sorter.complain(f"{name}/", "is a link to a folder; not followed")
        else:
            sorter.complain(name, "is not an ordinary file")

    def _stays_inside(self, item: os.DirEntry[str]) -> bool:
        try:
            return Path(item.path).resolve(strict=True).is_relative_to(self._root)
        except (OSError, RuntimeError):
            return False

    def read(self, entry: Entry) -> bytes:
        """Return the content of one file of the folder. Raises `DatasetError`."""
        path = self._folder / entry.address
        try:
            inside = path.resolve().is_relative_to(self._root)
        except (OSError, RuntimeError, ValueError) as error:
            raise unreadable(path, error if isinstance(error, OSError) else ValueError("no path")) from None
        if not inside:
            raise DatasetError(f"{safe_text(entry.name)} is a link that leads out of the folder.")
        return read_whole(path, entry.name)


class FilesSource:
    """Files that the user named one by one or by a pattern, each with the caption beside it.

    Args:
        files: absolute paths.
        shown: what was asked for, for people.
    """

    def __init__(self, files: Iterable[Path], shown: str) -> None:
        self._files = sorted(set(files))
        self._shown = shown
        self._root = _common_folder(self._files)

    @property
    def root(self) -> Path | None:
        """The folder that all the files have in common."""
        return self._root

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def listing(self) -> Listing:
        """Return the files, and the captions of the same names. Raises `DatasetError` for too many."""
        if len(self._files) > MAX_FILES:
            raise too_many(self._shown)
        sorter = Sorter()
        named = set(self._files)
        captions = {Path(name) for path in self._files for name in names_beside(str(path))} - named
        for path in sorted(named | captions):
            self._sort(path, sorter, wanted=path in named)
        return sorter.listing()

    def _sort(self, path: Path, sorter: Sorter, *, wanted: bool) -> None:
        name = path.relative_to(self._root).as_posix()
        try:
            if path.is_file():
                status = path.stat()
                sorter.offer(Entry(name, name, status.st_size, stamp_of(status)))
            elif path.is_dir():
                sorter.ignore(f"{name}/")
            elif wanted:
                sorter.complain(name, "is not there, or is not an ordinary file")
        except OSError as error:
            sorter.complain(name, f"cannot be read: {error.strerror or 'unknown reason'}")

    def read(self, entry: Entry) -> bytes:
        """Return the content of one of the files. Raises `DatasetError`."""
        return read_whole(self._root / entry.address, entry.name)


def too_many(source: Path | str) -> DatasetError:
    """Return the error for a source with more files than are looked at."""
    return DatasetError(
        f"{safe_text(source, limit=200)} holds more than {plural(MAX_FILES, 'file')}.",
        next_step="Choose a folder with only the training pictures.",
    )


def _common_folder(files: list[Path]) -> Path:
    if not files:
        return Path("/")
    return Path(os.path.commonpath([path.parent for path in files]))
