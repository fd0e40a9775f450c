"""The one place that makes files and directories: each is for the user alone from its first moment.

No symbolic link is followed where something is made, whatever the umask is. `tests/architecture` reads the
source for other places. The simulator, which uses nothing of ours, has a place of its own.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from pathlib import Path
from typing import BinaryIO

_NO_MODES = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})
"""What file systems say that know no permissions: CIFS, FAT, some mounts of NTFS."""

_TRIES = 100
_DIRECTORY = 0o700
_FILE = 0o600


def make_directory(path: Path) -> None:
    """Make a directory (mode 0700), and those above it that are missing; one that exists keeps its mode.

    Raises:
        OSError: it cannot be made, or something else has its name.
    """
    missing = []
    current = path
    while not current.exists() and current != current.parent:
        missing.append(current)
        current = current.parent
    for directory in reversed(missing):
        directory.mkdir(mode=_DIRECTORY, exist_ok=True)
    if not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "it is a file, not a directory", str(path))


def create_new(path: Path, *, buffering: int = -1) -> BinaryIO:
    """Make a file (mode 0600) under a name that is free, and open it for writing.

    Args:
        path: of the file.
        buffering: as for `open`.

    Raises:
        FileExistsError: the name is taken, if only by a symbolic link that leads nowhere.
        OSError: it cannot be made.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, _FILE), "wb", buffering=buffering)


def create_anew(path: Path, *, buffering: int = -1) -> BinaryIO:
    """Make a file (mode 0600) in the place of any other, and open it for writing.

    A file or link that had the name is taken away first: a link is not followed, and nobody who has the old
    file open, or owns it, can read or change the new one. A pipe or a device stays.

    Args:
        path: of the file.
        buffering: as for `open`.

    Raises:
        OSError: it cannot be made, or what has its name cannot be taken away.
    """
    for _ in range(_TRIES):
        with contextlib.suppress(FileNotFoundError):
            kind = os.lstat(path).st_mode
            if not (stat.S_ISREG(kind) or stat.S_ISLNK(kind)):
                raise FileExistsError(errno.EEXIST, "what has its name is no file", str(path))
            path.unlink()
        with contextlib.suppress(FileExistsError):
            return create_new(path, buffering=buffering)
    raise FileExistsError(errno.EEXIST, "another program makes it again and again", str(path))


def open_lasting(path: Path | str, flags: int = os.O_RDWR) -> int:
    """Open a file that several programs share by its name (a lock, a log, the journal), made if missing.

    Args:
        path: of the file; a symbolic link is not followed, and the other end of a pipe not waited for.
        flags: how it is opened.

    Returns:
        Its descriptor. Whose file it is has to be looked at by the caller.

    Raises:
        OSError: it cannot be made or opened.
    """
    return os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, _FILE)


def open_temporary(directory: Path, *, prefix: str, suffix: str) -> tuple[BinaryIO, Path]:
    """Make a file with a new name in a directory, and return it, open for writing, with its path.

    Raises:
        OSError: it cannot be made.
    """
    handle, name = tempfile.mkstemp(dir=directory, prefix=prefix, suffix=suffix)
    return os.fdopen(handle, "wb"), Path(name)


def new_temporary(directory: Path | None = None, *, prefix: str = "fluxtui-", suffix: str = "") -> Path:
    """Make an empty file with a new name and return its path.

    Args:
        directory: where; the system's directory for temporary files if None.
        prefix: how its name begins.
        suffix: how its name ends.

    Raises:
        OSError: it cannot be made.
    """
    handle, name = tempfile.mkstemp(dir=directory, prefix=prefix, suffix=suffix)
    os.close(handle)
    return Path(name)


def temporary_directory(directory: Path, *, prefix: str) -> tempfile.TemporaryDirectory[str]:
    """Return a new directory that is deleted with all that is in it at the end of its `with`.

    Raises:
        OSError: it cannot be made.
    """
    return tempfile.TemporaryDirectory(prefix=prefix, dir=directory)


def set_mode(file: Path | int, mode: int) -> None:
    """Give a file, by its path or its descriptor, its permissions where the file system knows any.

    Raises:
        OSError: something is wrong with the file itself.
    """
    try:
        os.chmod(file, mode)
    except OSError as error:
        if error.errno not in _NO_MODES:
            raise


def knows_owners(directory: Path) -> bool:
    """Whether a file system keeps who owns a file and who may write to it, as FAT, CIFS and WSL's /mnt/c do
    not: tried with a file of our own.

    Where none can be made, it is taken to know them.
    """
    try:
        handle, name = tempfile.mkstemp(dir=directory, prefix=".fluxtui-")
    except OSError:
        return True
    try:
        found = os.fstat(handle)
    finally:
        os.close(handle)
        with contextlib.suppress(OSError):
            os.unlink(name)
    # Fewer permissions than asked for can be had by a default access list; more cannot.
    return found.st_uid == os.geteuid() and not found.st_mode & 0o077
