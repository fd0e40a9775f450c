"""Files that go to a service: what they are known by."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fluxtui.domain.errors import StorageError
from fluxtui.system.ordinary_files import open_ordinary

_BLOCK = 1 << 20


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal. Raises `StorageError`."""
    digest = hashlib.sha256()
    try:
        with open_ordinary(path) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise unreadable(path, error) from None
    return digest.hexdigest()


def unreadable(path: Path, error: OSError) -> StorageError:
    """Return the error for a file that was to be sent and cannot be read."""
    reason = error.strerror or "unknown reason"
    return StorageError(f"{path.name} cannot be read: {reason}. Nothing was sent.")
