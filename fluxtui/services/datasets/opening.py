"""From what the user typed to the source of training pictures that it means."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from fluxtui.domain.errors import DatasetError
from fluxtui.domain.text import safe_text
from fluxtui.imaging.kinds import kind_of
from fluxtui.services.datasets.folders import FilesSource, FolderSource, too_many
from fluxtui.services.datasets.sources import MAX_FILE_BYTES, MAX_FILES, Source, read_head, unreadable
from fluxtui.services.datasets.spelling import EVERYTHING_INSIDE, LIST_SIGN, PATTERN_SIGNS, files_named
from fluxtui.services.typed_paths import homeless, meant
from fluxtui.system.ordinary_files import open_ordinary

MAX_SCANNED = 200_000
"""Files and folders that are passed in a search for those that match a pattern."""

_SURE_SIGNS = frozenset("*?")
"""Without one of these a text is taken for the name of what is not there."""


def open_source(text: Path | str) -> Source:
    """Return the source that a text means.

    It is the path of a folder or a ZIP (`~` is the home, and quotation marks, escapes and variables are
    understood); one of them with `/**` behind it, whose inner folders are looked into too; a pattern with
    `*`, `?` or `[...]`; several paths, quoted as for a shell; or `@` and the path of a text file with one
    path on each line. A path that exists is always taken as it is written.

    Raises:
        DatasetError: nothing is there, or it is neither a folder nor a usable ZIP.
    """
    typed = str(text).strip("\r\n")
    path = meant(typed)
    try:
        if path.is_dir():
            return FolderSource(path)
        if path.is_file():
            return _archive(path)
        exists = path.exists()
    except (OSError, ValueError, RuntimeError) as error:
        if getattr(error, "errno", None) != errno.ENAMETOOLONG:
            raise unreadable(path, error) from None
        # The paths of many files are no path, and longer than one can be.
        exists = False
    if exists:
        raise DatasetError(f"{safe_text(path, limit=200)} is neither a folder nor a file.")
    return _other_source(typed.strip(), path)


def _archive(path: Path, *, recursive: bool = False) -> Source:
    # The module is not needed for folders.
    from fluxtui.services.datasets.archive import ArchiveSource

    if kind_of(read_head(path)):
        raise DatasetError(
            f"{safe_text(path.name, limit=120)} is one picture, but a training needs a folder of them.",
            next_step=f"Its folder is {safe_text(Path(os.path.abspath(path)).parent, limit=200)}",
        )
    return ArchiveSource(path, recursive=recursive)


def _other_source(typed: str, path: Path) -> Source:
    if path.name == EVERYTHING_INSIDE and path.parent.is_dir():
        return FolderSource(path.parent, recursive=True)
    if path.name == EVERYTHING_INSIDE and path.parent.is_file():
        return _archive(path.parent, recursive=True)
    if typed.startswith(LIST_SIGN):
        return FilesSource(_listed(meant(typed[1:])), typed)
    if several := files_named(typed):
        return _found(FilesSource, several, typed)
    if _SURE_SIGNS & set(typed):
        return _found(FilesSource, list(_matching(path)), typed)
    if reason := homeless(path):
        raise DatasetError(f"{safe_text(path, limit=200)} {reason}.", next_step="Check the path.")
    raise DatasetError(f"There is nothing at {safe_text(path, limit=200)}.", next_step="Check the path.")


def _found(source: type[FilesSource], files: list[Path], typed: str) -> Source:
    if not files:
        raise DatasetError(f"No file matches {safe_text(typed, limit=200)}.", next_step="Check the pattern.")
    return source(files, typed)


def _listed(path: Path) -> list[Path]:
    """Return the paths in a list; relative ones are meant from where the list is."""
    try:
        with open_ordinary(path) as file:
            content = file.read(MAX_FILE_BYTES)
        text = content.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    lines = [line.strip() for line in text.splitlines()]
    names = [line for line in lines if line and not line.startswith("#")]
    if len(names) > MAX_FILES:
        raise too_many(path)
    if not names:
        raise DatasetError(f"{safe_text(path, limit=200)} lists no file.")
    folder = path.parent
    return [Path(os.path.abspath(folder / os.path.expanduser(name))) for name in names]


def _matching(pattern: Path) -> Iterator[Path]:
    """Yield the files that a pattern matches, within a bounded search."""
    whole = Path(os.path.abspath(pattern))
    fixed = Path(whole.anchor)
    parts = list(whole.parts[1:])
    while parts and not PATTERN_SIGNS & set(parts[0]):
        fixed /= parts.pop(0)
    scanned = 0
    waiting = [(fixed, tuple(parts))]
    while waiting:
        folder, rest = waiting.pop()
        for item in _items(folder):
            scanned += 1
            if scanned > MAX_SCANNED:
                raise DatasetError(
                    f"{safe_text(pattern, limit=200)} leads through more than {MAX_SCANNED} files.",
                    next_step="Begin the pattern with a folder that is nearer to the pictures.",
                )
            for is_match, left in _steps(item.name, rest):
                if is_match and _may_be_file(item):
                    yield Path(item.path)
                elif left and item.is_dir(follow_symlinks=False):
                    waiting.append((Path(item.path), left))


def _may_be_file(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_file()
    except OSError:
        # A link to itself, or to what may not be seen: its source says so.
        return True


def _steps(name: str, parts: tuple[str, ...]) -> set[tuple[bool, tuple[str, ...]]]:
    """Return what a name may be for a pattern: whether its end, and the parts that are left for inside it."""
    if not parts:
        return set()
    first, rest = parts[0], parts[1:]
    if first == EVERYTHING_INSIDE:
        if not rest:
            return {(True, ()), (False, parts)}
        return {(False, parts), *_steps(name, rest)}
    hidden = name.startswith(".") and not first.startswith(".")
    if hidden or not fnmatchcase(name, first):
        return set()
    return {(not rest, rest)}


def _items(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda item: item.name)
    except OSError:
        return []
