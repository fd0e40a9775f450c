"""The one door through which files are read: an ordinary one, never a pipe or a device that is waited for."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 1_000_000_000
"""Of a file that is read as a whole, where nobody says less; a sparse file can claim to be any size."""


class NotAFile(OSError):
    """What has the name is a directory, a pipe or a device."""


def open_ordinary(path: Path) -> BinaryIO:
    """Open an ordinary file for reading, without waiting for the other end of what is none.

    Raises:
        NotAFile: it is none.
        OSError: it cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except ValueError as error:
        raise OSError(errno.EINVAL, "the name is no file name") from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotAFile(errno.EINVAL, "it is not a file")
        return open(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_ordinary(path: Path, most: int = MOST_BYTES) -> bytes:
    """Return the content of an ordinary file.

    Raises:
        NotAFile: it is none.
        OSError: it cannot be read, or has more than `most` bytes.
    """
    with open_ordinary(path) as file:
        # It may grow while it is read, and files of /proc tell no size.
        is_too_large = os.fstat(file.fileno()).st_size > most
        content = b"" if is_too_large else file.read(most + 1)
        if is_too_large or len(content) > most:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        return content
