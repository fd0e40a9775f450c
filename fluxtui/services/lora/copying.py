"""Whole LoRA files hashed, copied and compared, block by block."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from fluxtui.domain.errors import WeightsError
from fluxtui.domain.text import safe_text
from fluxtui.services.storage.files import check_room, storage_fault
from fluxtui.services.threads import Advance, Stopped
from fluxtui.system.ordinary_files import NotAFile, open_ordinary
from fluxtui.system.private_files import create_anew

_BLOCK_BYTES = 4 << 20


def hashed(file: BinaryIO, size: int, name: str, advance: Advance, stop: threading.Event) -> str:
    """Return the SHA-256 of an open file of `size` bytes; see `copied` for the rest."""
    digest = hashlib.sha256()
    for block in _blocks(file, size, name, advance, stop):
        digest.update(block)
    return digest.hexdigest()


def copied(
    file: BinaryIO, target: Path, size: int, name: str, advance: Advance, stop: threading.Event
) -> str:
    """Copy an open file of `size` bytes over `target`, and return its SHA-256.

    Args:
        file: read from its first byte.
        target: a file that exists.
        size: bytes that the file had when it was looked at.
        name: what a message calls the file.
        advance: is told the bytes done and in all.
        stop: ends the work.

    Raises:
        WeightsError: the file cannot be read, or has changed meanwhile.
        StorageError: `target` cannot be written, or does not fit on its disk.
        Stopped: `stop` was set.
    """
    check_room(target.parent, size)
    digest = hashlib.sha256()
    try:
        writer = create_anew(target, buffering=0)
    except OSError as error:
        raise storage_fault(error, target, "could not be written") from error
    with writer:
        for block in _blocks(file, size, name, advance, stop):
            digest.update(block)
            write_all(writer.write, block, target)
    return digest.hexdigest()


def has_content(path: Path, size: int, sha256: str) -> bool:
    """Tell whether there is an ordinary file, not a link, with just this content. Raises `StorageError`."""
    if path.is_symlink():
        return False
    try:
        with open_ordinary(path) as file:
            if os.fstat(file.fileno()).st_size != size:
                return False
            digest = hashlib.sha256()
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
            return digest.hexdigest() == sha256
    except (NotAFile, FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise storage_fault(error, path, "could not be read") from error


def write_all(write: Callable[[memoryview], int], block: bytes, target: Path) -> None:
    """Write a whole block with the `write` of an unbuffered file. Raises `StorageError` about `target`."""
    left = memoryview(block)
    try:
        while left:
            left = left[write(left) :]
    except OSError as error:
        raise storage_fault(error, target, "could not be written") from error


def _blocks(file: BinaryIO, size: int, name: str, advance: Advance, stop: threading.Event) -> Iterator[bytes]:
    shown = safe_text(name, limit=120)
    done = 0
    advance(0, size)
    try:
        file.seek(0)
        while block := file.read(_BLOCK_BYTES):
            if stop.is_set():
                raise Stopped
            done += len(block)
            yield block
            advance(min(done, size), size)
    except OSError as error:
        raise WeightsError(f"{shown} cannot be read: {safe_text(error.strerror)}.") from error
    if done != size:
        raise WeightsError(
            f"{shown} has changed while it was read.", next_step="Wait until it is finished, then try again."
        )
