"""Folders and lists of files as sources of training pictures."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self

from fluxtui.domain.errors import DatasetError
from fluxtui.domain.text import plural, safe_text
from fluxtui.services.datasets.captions import names_beside
from fluxtui.services.datasets.links import OUTSIDE, followed
from fluxtui.services.datasets.naming import is_system_name
from fluxtui.services.datasets.sources import (
    MAX_FILES,
    Sorter,
    SourceEntry,
    SourceListing,
    complain_of_folders,
    read_head,
    read_whole,
    stamp_of,
    tell_of_repeats,
    unreadable,
)

MAX_DEPTH = 16
"""Folders within folders that are looked into."""


class FolderSource:
    """The files of a folder; of links that lead out of it, those that `links.followed` allows.

    Args:
        folder: where to look.
        recursive: whether the folders inside are looked into as well.
    """

    def __init__(self, folder: Path, *, recursive: bool = False) -> None:
        self._folder = folder
        self._root = Path(os.path.realpath(folder))
        self._recursive = recursive
        self._followed: Mapping[str, Path] = {}

    @property
    def root(self) -> Path | None:
        """The folder itself."""
        return self._folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def listing(self) -> SourceListing:
        """Return the files of the folder. Raises `DatasetError` where it cannot be read or holds too many."""
        sorter = Sorter()
        inside: list[str] = []
        leading_out: list[tuple[str, Path]] = []
        folders = {self._root.name}
        try:
            for count, (name, item) in enumerate(self._walk(sorter, inside), start=1):
                if count > MAX_FILES:
                    raise too_many(self._folder)
                folders.update(name.split("/")[:-1])
                if item.is_symlink() and not self._stays_inside(item):
                    leading_out.append((name, Path(item.path)))
                else:
                    _sort(name, item, sorter)
        except OSError as error:
            raise unreadable(self._folder, error) from None
        self._follow(leading_out, sorter)
        complain_of_folders(sorter, inside)
        tell_of_repeats(sorter, folders)
        return sorter.listing()

    def _walk(self, sorter: Sorter, inside: list[str]) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """Yield what is no folder, with its name below the source; folders are noted in `inside`."""
        waiting = [("", self._folder, 0)]
        while waiting:
            prefix, folder, depth = waiting.pop()
            for item in _items(folder, prefix, sorter):
                name = prefix + item.name
                if not self._is_folder(item):
                    yield name, item
                elif not self._recursive or is_system_name(item.name):
                    inside.append(item.name)
                elif depth >= MAX_DEPTH:
                    sorter.complain(f"{name}/", "lies too deep in other folders; not looked into")
                else:
                    waiting.append((f"{name}/", Path(item.path), depth + 1))
                if len(inside) + len(waiting) > MAX_FILES:
                    raise too_many(self._folder)

    def _is_folder(self, item: os.DirEntry[str]) -> bool:
        try:
            if not item.is_dir():
                return False
        except OSError:
            # A link to itself, or to what may not be seen.
            return False
        if item.is_symlink() and self._recursive:
            # A link to a folder above it would lead round and round.
            return False
        return not item.is_symlink() or self._stays_inside(item)

    def _follow(self, links: list[tuple[str, Path]], sorter: Sorter) -> None:
        result = followed(links)
        self._followed = result.targets
        for name, reason in result.refused.items():
            mend = "end the path with /* to follow every link" if reason == OUTSIDE else ""
            sorter.complain(name, reason, mend)
        for name, target in result.targets.items():
            status = target.stat()
            sorter.offer(SourceEntry(name, name, status.st_size, stamp_of(status)))
        if result.targets:
            where = f" in {safe_text(result.store, limit=120)}" if result.store is not None else ""
            count = plural(len(result.targets), "file is a link", "files are links")
            sorter.tell("", f"{count} to files{where}; what they lead to is used.")

    def _stays_inside(self, item: os.DirEntry[str]) -> bool:
        return _leads_below(Path(item.path), self._root)

    def read(self, entry: SourceEntry) -> bytes:
        """Return the content of one file of the folder. Raises `DatasetError`."""
        return read_whole(self._place(entry), entry.name)

    def head(self, entry: SourceEntry) -> bytes:
        """Return the first bytes of one file of the folder. Raises `DatasetError`."""
        return read_head(self._place(entry))

    def _place(self, entry: SourceEntry) -> Path:
        """Return where a file really is. Raises `DatasetError` for a link that must not be followed."""
        path = self._folder / entry.address
        try:
            real = path.resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise unreadable(path, error if isinstance(error, OSError) else ValueError("no path")) from None
        if not real.is_relative_to(self._root) and self._followed.get(entry.address) != real:
            raise DatasetError(f"{safe_text(entry.name)} is a link that leads out of the folder.")
        return real


def _leads_below(path: Path, root: Path) -> bool:
    """Tell whether a path, with its links, is in a folder; what leads nowhere is not."""
    try:
        return path.resolve(strict=True).is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False


def _items(folder: Path, prefix: str, sorter: Sorter) -> list[os.DirEntry[str]]:
    """Return what is in a folder by name; a folder inside that cannot be read is told. Raises `OSError`."""
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda item: item.name)
    except OSError as error:
        if not prefix:
            raise
        sorter.complain(prefix, f"cannot be read: {error.strerror or 'unknown reason'}")
        return []


def _sort(name: str, item: os.DirEntry[str], sorter: Sorter) -> None:
    """Take what is an ordinary file, and complain of all else."""
    try:
        if item.is_file():
            status = item.stat()
            sorter.offer(SourceEntry(name, name, status.st_size, stamp_of(status)))
        elif item.is_dir():
            sorter.complain(f"{name}/", "is a link to a folder; not followed")
        else:
            sorter.complain(name, "is not an ordinary file")
    except OSError as error:
        sorter.complain(name, f"cannot be read: {error.strerror or 'unknown reason'}")


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

    def listing(self) -> SourceListing:
        """Return the files, and the captions of the same names. Raises `DatasetError` for too many."""
        if len(self._files) > MAX_FILES:
            raise too_many(self._shown)
        sorter = Sorter()
        named = set(self._files)
        captions = {Path(name) for path in self._files for name in names_beside(str(path))} - named
        refused = self._refused(captions)
        for path in sorted(named | (captions - refused.keys())):
            self._sort(path, sorter, wanted=path in named)
        for path, reason in refused.items():
            sorter.complain(path.relative_to(self._root).as_posix(), reason, "name it as well to follow it")
        tell_of_repeats(sorter, (path.parent.name for path in named))
        return sorter.listing()

    def _refused(self, captions: Iterable[Path]) -> Mapping[Path, str]:
        """Return the captions that nobody has named and that are links to elsewhere, with the reason.

        Where pictures are links to a store, those of its captions are followed like them.
        """
        links = [path for path in captions if os.path.islink(path) and not _leads_below(path, self._root)]
        if not links:
            return {}
        pictures = (path for path in self._files if os.path.islink(path))
        refused = followed((str(path), path) for path in (*pictures, *links)).refused
        return {path: refused[str(path)] for path in links if str(path) in refused}

    def _sort(self, path: Path, sorter: Sorter, *, wanted: bool) -> None:
        name = path.relative_to(self._root).as_posix()
        try:
            if path.is_file():
                status = path.stat()
                sorter.offer(SourceEntry(name, name, status.st_size, stamp_of(status)))
            elif path.is_dir():
                sorter.ignore(f"{name}/")
            elif wanted:
                sorter.complain(name, "is not there, or is not an ordinary file")
        except OSError as error:
            # Beside a picture with the longest of names there can be no caption with a longer one.
            if wanted or error.errno != errno.ENAMETOOLONG:
                sorter.complain(name, f"cannot be read: {error.strerror or 'unknown reason'}")

    def read(self, entry: SourceEntry) -> bytes:
        """Return the content of one of the files. Raises `DatasetError`."""
        return read_whole(self._root / entry.address, entry.name)

    def head(self, entry: SourceEntry) -> bytes:
        """Return the first bytes of one of the files. Raises `DatasetError`."""
        return read_head(self._root / entry.address)


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
