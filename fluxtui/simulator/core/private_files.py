"""The one place that makes the simulator's files and directories: for its user alone at any umask."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import weakref
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

LEFT_SECONDS: Final = 24 * 3600.0
"""After so long what nobody holds was left by a simulator that was killed."""
_PREFIX: Final = "fluxtui-simulator-"


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
    return tempfile.TemporaryDirectory(prefix=_PREFIX)


def open_temporary(directory: Path, prefix: str) -> tuple[BinaryIO, Path]:
    """Make a file with a new name, and return it, open for writing, with its path. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=directory, prefix=prefix)
    return os.fdopen(handle, "wb"), Path(name)


class HeldDirectory:
    """A new directory that is deleted by `close`, at the end of the program, or else by a later one.

    Whoever makes one deletes those whose holder was killed: what nobody holds a lock on any more, and is old.

    Attributes:
        path: where files are kept; it may be deleted and made anew.
    """

    def __init__(self) -> None:
        _delete_left()
        base = Path(tempfile.mkdtemp(prefix=_PREFIX))
        held = os.open(base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        _is_lockable(held)
        self.path = base / "files"
        make_directory(self.path)
        self._end = weakref.finalize(self, _delete, base, held)

    def close(self) -> None:
        """Delete it. Idempotent."""
        self._end()


def _is_lockable(descriptor: int) -> bool:
    """Take the lock on a directory; tell whether it was free. Where there are no locks it counts as held."""
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True


def _delete(base: Path, held: int) -> None:
    os.close(held)
    shutil.rmtree(base, ignore_errors=True)


def _delete_left() -> None:
    """Delete the directories of simulators that were killed long ago, and of nobody else."""
    for base in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            held = os.open(base, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            facts = os.fstat(held)
            is_old = time.time() - facts.st_mtime > LEFT_SECONDS
            if facts.st_uid == os.geteuid() and is_old and _is_lockable(held):
                _delete(base, held)
            else:
                os.close(held)
