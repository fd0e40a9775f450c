"""The user's wildcards: files in one directory, named by their places in it."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.prompts import can_be_named
from fluxtui.domain.text import safe_text
from fluxtui.services.prompts.collections import (
    STRUCTURED,
    SUFFIXES,
    Collection,
    WildcardOption,
    read_file,
    shown_name,
)

FILES_LIMIT = 2_000
"""Files of the directory that are looked at."""
FOLDERS_LIMIT = 500
FOLDER_DEPTH = 8
MATCHES_LIMIT = 50_000
"""Choices that one wildcard with `*` brings together."""

RENAMING = (
    "Rename it: the name of a wildcard has no “_” or blank at its ends, and no “__”, “{”, “}” or “|” in it."
)
"""What to do with a wildcard that no template can name."""

_PATTERN = re.compile(r"[*?\[]")
_FAULTS_SHOWN = 2

_Mark = tuple[int, int]


class WildcardLibrary:
    """Reads wildcards and remembers what was read until the files change.

    A name is only ever looked up among what was found under the directory, so it leads nowhere else; neither
    do symbolic links. Its methods wait for the disk: call them in a thread.

    Args:
        directory: may be missing; then there are no wildcards.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._read: dict[Path, tuple[_Mark, dict[str, Collection] | InvalidInput]] = {}
        self._names: dict[str, Path] = {}
        """The file of each name."""
        self._faults: dict[str, InvalidInput] = {}
        """Why a file's choices cannot be had, by the name that the file would have."""

        self._called: dict[str, str] | None = None
        """All that wildcards can be called, by its small letters."""

    def refresh(self) -> None:
        """Look at the directory again; only what changed is read anew."""
        self._names, self._faults, self._called = {}, {}, None
        seen = set()
        for path, mark in self._files():
            seen.add(path)
            name = self._name_of(path)
            if path.suffix.casefold() not in STRUCTURED:
                self._names[name] = path
                continue
            collections = self._collections(path, mark)
            if isinstance(collections, InvalidInput):
                self._faults[name] = collections
            else:
                self._names.update({_inner(name, inner): path for inner in collections})
        self._read = {path: known for path, known in self._read.items() if path in seen}

    def names(self) -> tuple[str, ...]:
        """Return the names of all wildcards as they were at the last `refresh`, sorted."""
        return tuple(sorted(self._names, key=lambda name: (name.casefold(), name)))

    def has(self, name: str) -> bool:
        """Tell whether a text is the name of a wildcard, or its last parts."""
        return name in self._names or any(known.endswith(f"/{name}") for known in self._names)

    def meant_by(self, texts: Iterable[str]) -> str | None:
        """Return the name or pattern that one of some texts is, or a name but for capitals, else None."""
        if self._called is None:
            names = (*self.names(), *self._faults)
            ends = (name[place:] for name in names for place in _parts(name))
            self._called = {end.casefold(): end for end in ends}
        for text in texts:
            if text.casefold() in self._called:
                return text if self.has(text) or text in self._faults else self._called[text.casefold()]
            is_pattern = _PATTERN.search(text) and any(sign.isalnum() for sign in text)
            if is_pattern and self._fitting(text):
                return text
        return None

    def choices(self, pattern: str) -> Collection:
        """Return the choices of every wildcard that a name or pattern fits, each choice once.

        Raises:
            InvalidInput: there is none, or its file cannot be used; a sentence says why.
        """
        fitting = self._fitting(pattern)
        if not fitting:
            raise self._faults.get(pattern) or self._missing(pattern)
        found: dict[str, WildcardOption] = {}
        for name in fitting:
            for choice in self._choices_of(name):
                found.setdefault(choice.text, choice)
            if len(found) > MATCHES_LIMIT:
                raise InvalidInput(f"The wildcard {_shown(pattern)} has more than {MATCHES_LIMIT:,} choices.")
        if not found:
            raise InvalidInput(f"The wildcard {_shown(pattern)} has no choices: its file is empty.")
        return tuple(found.values())

    def _name_of(self, path: Path) -> str:
        return shown_name(path.relative_to(self.directory).with_suffix("").as_posix())

    def _fitting(self, pattern: str) -> list[str]:
        if pattern in self._names:
            return [pattern]
        for sought in (pattern, f"**/{pattern}"):
            found = [name for name in self.names() if fnmatchcase(name, sought)]
            if found:
                return found
        return []

    def _choices_of(self, name: str) -> Collection:
        path = self._names[name]
        try:
            mark = _mark(path.stat())
        except OSError as error:
            raise InvalidInput(f"The wildcard {_shown(name)} cannot be read: {error.strerror}.") from error
        collections = self._collections(path, mark)
        if isinstance(collections, InvalidInput):
            raise collections
        own = self._name_of(path)
        return next((items for inner, items in collections.items() if _inner(own, inner) == name), ())

    def _collections(self, path: Path, mark: _Mark) -> dict[str, Collection] | InvalidInput:
        known = self._read.get(path)
        if known is None or known[0] != mark:
            try:
                known = mark, read_file(path)
            except InvalidInput as error:
                known = mark, error
            self._read[path] = known
        return known[1]

    def _missing(self, pattern: str) -> InvalidInput:
        names, faults = self.names(), self._faulty_files()
        near = difflib.get_close_matches(pattern, names, 1)
        hint = _hint(near[0]) if near else "."
        place = safe_text(self.directory)
        where = faults or (f"Wildcards are looked for in {place}." if names else f"{place} has no wildcards.")
        return InvalidInput(f"There is no wildcard {_shown(pattern)}{hint}", next_step=where)

    def _faulty_files(self) -> str:
        """Return why files that may have it cannot be used, as sentences, or `''`."""
        reasons = [fault.message for fault in self._faults.values()]
        more = (
            f" {len(reasons) - _FAULTS_SHOWN} more files cannot be used."
            if len(reasons) > _FAULTS_SHOWN
            else ""
        )
        return " ".join(reasons[:_FAULTS_SHOWN]) + more

    def _files(self) -> Iterator[tuple[Path, _Mark]]:
        """Yield the files that may hold choices; never what a link leads to outside of the directory."""
        try:
            root = self.directory.resolve()
        except (OSError, RuntimeError):
            return
        files = folders = 0
        for place, inner, names in os.walk(self.directory):
            folders += 1
            depth = len(Path(place).relative_to(self.directory).parts)
            inner[:] = sorted(name for name in inner if not name.startswith(".") and depth < FOLDER_DEPTH)
            for name in sorted(names):
                path = Path(place, name)
                if name.startswith(".") or path.suffix.casefold() not in SUFFIXES:
                    continue
                mark = _usable_mark(path, root)
                if mark is not None:
                    files += 1
                    yield path, mark
                if files >= FILES_LIMIT:
                    return
            if folders >= FOLDERS_LIMIT:
                return


def _usable_mark(path: Path, root: Path) -> _Mark | None:
    """Return what tells a change of a file, None where it is not under the root."""
    try:
        return _mark(path.stat()) if path.resolve().is_relative_to(root) else None
    except (OSError, RuntimeError):
        return None


def _mark(about: os.stat_result) -> _Mark:
    return about.st_mtime_ns, about.st_size


def _inner(file: str, collection: str) -> str:
    """Return the name of a collection: the file's own, or beside the file what its lists are called."""
    if not collection:
        return file
    folder, slash, _ = file.rpartition("/")
    return f"{folder}{slash}{collection}"


def _parts(name: str) -> tuple[int, ...]:
    """Return where a name and its last parts begin."""
    return (0, *(place + 1 for place, sign in enumerate(name) if sign == "/"))


def _hint(name: str) -> str:
    """Return how a sentence about a name ends, where another is near it."""
    if can_be_named(name):
        return f"; did you mean {_shown(name)}?"
    return f"; {_shown(name)} cannot be one. {RENAMING}"


def _shown(name: str) -> str:
    return f"“{safe_text(name, limit=80)}”"
