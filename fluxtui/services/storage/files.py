"""Writing files so that they are whole or absent, and private, in the data directory and elsewhere."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from fluxtui.domain.errors import StorageError
from fluxtui.domain.text import file_size, safe_text
from fluxtui.system.ordinary_files import open_ordinary
from fluxtui.system.private_files import create_new, make_directory, open_temporary, set_mode

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM})
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})

_HASH_BLOCK = 1 << 20
_SPARE_BYTES = 50_000_000
"""Room that is left on a disk for everything else, such as the journal."""


def storage_fault(error: OSError, path: Path, what: str) -> StorageError:
    """Return the sentence for a failure of the operating system.

    Args:
        error: the failure.
        path: the file or directory it is about.
        what: what failed, to stand after the path: `could not be written`.
    """
    place = safe_text(path)
    if error.errno in _FULL:
        return StorageError(
            f"{place} {what}: the disk is full.", next_step="Make room on that disk, then try again."
        )
    if error.errno == errno.EROFS:
        return StorageError(
            f"{place} {what}: its disk is read-only.", next_step="Choose another data directory."
        )
    if error.errno in _FORBIDDEN:
        return StorageError(
            f"{place} {what}: you have no permission.",
            next_step="Change the permissions there, or choose another place.",
        )
    if error.errno == errno.EBUSY:
        return StorageError(
            f"{place} {what}: it is mounted by itself, as files are into containers, or in use.",
            next_step="Mount the directory that holds it, not the file.",
        )
    return StorageError(f"{place} {what}: {error.strerror or type(error).__name__}.")


def check_room(directory: Path, size: int) -> None:
    """Raise `StorageError` if a file of `size` bytes does not fit on the disk of a directory."""
    try:
        free = shutil.disk_usage(directory).free
    except OSError as error:
        raise storage_fault(error, directory, "cannot be used") from error
    if size + _SPARE_BYTES > free:
        raise StorageError(
            f"{file_size(size)} do not fit on the disk of {safe_text(directory)}, "
            f"where {file_size(free)} are free.",
            next_step="Make room on that disk, then try again.",
        )


def make_private_directory(path: Path) -> None:
    """Create a directory, and those above it that are missing, for the user alone (mode 0700).

    A directory that exists keeps its mode. Raises `StorageError`.
    """
    try:
        make_directory(path)
    except OSError as error:
        raise storage_fault(error, path, "cannot be used as a directory") from error


def write_atomic(path: Path, data: bytes, mode: int | None = None, *, lasting: bool = True) -> None:
    """Write a whole file in the place of any other, or leave that as it was.

    A symbolic link in its place is replaced, not followed. Raises `StorageError`.

    Args:
        path: of the file.
        data: all that is to be in it.
        mode: its permissions; for the user alone (0600) if None.
        lasting: whether to wait until it is on the disk; else it may be lost or empty if the power fails.
    """
    write_blocks_atomic(path, (data,), mode, lasting=lasting)


def write_blocks_atomic(
    path: Path, blocks: Iterable[bytes], mode: int | None = None, *, lasting: bool = True
) -> None:
    """Write a whole file like `write_atomic` from blocks, which need not be in memory together.

    Raises `StorageError`, and what `blocks` raises; nothing was changed then.
    """
    try:
        opened, temporary = open_temporary(path.parent, prefix=f".{path.name[:100]}.", suffix=".tmp")
        try:
            with opened as file:
                file.writelines(blocks)
                file.flush()
                if mode is not None:
                    set_mode(file.fileno(), mode)
                if lasting:
                    os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
            raise
        if lasting:
            sync_directory(path.parent)
    except OSError as error:
        raise storage_fault(error, path, "could not be written") from error


def move_to_new_name(source: Path, target: Path) -> bool:
    """Give a file another name on the same disk, atomically, and only if that name is free.

    Returns:
        False if the name is taken; the file is then where it was.

    Raises:
        OSError: it could not be moved.
    """
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _move_without_links(source, target)
    source.unlink()
    return True


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content, hexadecimal. Raises `OSError`."""
    digest = hashlib.sha256()
    with open_ordinary(path) as file:
        while block := file.read(_HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def sync_file(path: Path) -> None:
    """Wait until a file's content is on the disk. Raises `OSError`."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_directory(path: Path) -> None:
    """Wait until a directory's names are on the disk, where the file system can do that. Raises `OSError`."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def _move_without_links(source: Path, target: Path) -> bool:
    try:
        # An exclusive empty file holds the name on file systems that have no hard links.
        create_new(target).close()
    except FileExistsError:
        return False
    try:
        source.replace(target)
    except BaseException:
        target.unlink()
        raise
    return True
