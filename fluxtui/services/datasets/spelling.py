"""One spelling for each source of training pictures, however it is typed."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from fluxtui.domain.typed_paths import words
from fluxtui.services.typed_paths import meant
from fluxtui.system.dataclass import dataclass

LIST_SIGN = "@"
"""In front of the path of a text file that lists pictures, one path on a line."""

EVERYTHING_INSIDE = "**"
"""At the end of a path: the folders inside as well."""

PATTERN_SIGNS = frozenset("*?[")


@dataclass(frozen=True)
class Spelling:
    """How a source is written.

    Attributes:
        shown: absolute, for people and to be remembered; links stay as they are.
        key: the same for all spellings of a source that is there, with links resolved.
    """

    shown: str
    key: str


def spelled(text: Path | str) -> Spelling:
    """Return the spelling of what was typed as a source, in every form that `opening.open_source` takes.

    What is not there is spelled by its absolute path. Asks the disk.
    """
    typed = str(text).strip("\r\n")
    if not typed.strip():
        return Spelling("", "")
    path = meant(typed)
    if os.path.lexists(path):
        return _of_path(path)
    typed = typed.strip()
    if typed.startswith(LIST_SIGN):
        listed = _of_path(meant(typed[1:]))
        return Spelling(LIST_SIGN + listed.shown, LIST_SIGN + listed.key)
    several = files_named(typed)
    if several:
        each = [_of_path(item) for item in several]
        return Spelling(_joined([item.shown for item in each]), _joined(sorted(item.key for item in each)))
    return _with_pattern(path)


def files_named(text: str) -> list[Path]:
    """Return the absolute paths in a text with several, if every one is a file; else none."""
    parts = words(text)
    if len(parts) < 2:
        return []
    paths = [Path(os.path.abspath(meant(part))) for part in parts]
    try:
        return paths if all(path.is_file() for path in paths) else []
    except (OSError, ValueError):
        return []


def _with_pattern(path: Path) -> Spelling:
    """Spell the folder in front of a pattern and leave the pattern, if it is one."""
    parts = Path(os.path.abspath(path)).parts
    count = next((n for n, part in enumerate(parts) if PATTERN_SIGNS & set(part)), len(parts))
    folder, rest = _of_path(Path(*parts[:count])), parts[count:]
    return Spelling(os.path.join(folder.shown, *rest), os.path.join(folder.key, *rest))


def _of_path(path: Path) -> Spelling:
    try:
        key = os.path.realpath(path)
        # What lies above a link is not what `..` behind it looks like.
        return Spelling(key if ".." in path.parts else os.path.abspath(path), key)
    except (OSError, ValueError):
        return Spelling(str(path), str(path))


def _joined(paths: list[str]) -> str:
    return " ".join(shlex.quote(path) for path in paths)
