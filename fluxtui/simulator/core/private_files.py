"""The one place that makes the simulator's files and directories: for its user alone at any umask."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import BinaryIO


def make_directory(path: Path) -> None:
    """Make a directory (mode 0700), and those above it that are missing. Raises OSError."""
    if not path.parent.exists():
        make_directory(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)


def create(path: Path) -> BinaryIO:
    """Make a file (mode 0600) in the place of any other, following no link, and open it. Raises OSError."""
    if path.is_file() or path.is_symlink():
        path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def make_lasting(path: Path) -> None:
    """Make an empty file (mode 0600) if there is none, following no link. Raises OSError."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    os.close(os.open(path, flags, 0o600))


def temporary_directory() -> tempfile.TemporaryDirectory[str]:
    """Return a new directory that is deleted at the end of its `with`. Raises OSError."""
    return tempfile.TemporaryDirectory(prefix="fluxtui-simulator-")


def new_directory() -> Path:
    """Make a new directory and return its path. Raises OSError."""
    return Path(tempfile.mkdtemp(prefix="fluxtui-simulator-"))


def open_temporary(directory: Path, prefix: str) -> tuple[BinaryIO, Path]:
    """Make a file with a new name, and return it, open for writing, with its path. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=directory, prefix=prefix)
    return os.fdopen(handle, "wb"), Path(name)
