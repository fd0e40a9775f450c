"""Where the contents of uploads lie: on disk, read and written in pieces."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from fluxtui.simulator.core.private_files import make_directory, temporary_directory

_DIRECTORY = "replicate-files"
_CHUNK = 2**20


class FileStore:
    """Files by id, below the state directory or in a temporary one of its own."""

    def __init__(self, state_directory: Path | None) -> None:
        self._temporary = None
        if state_directory is None:
            self._temporary = temporary_directory()
            self._directory = Path(self._temporary.name)
        else:
            self._directory = state_directory / _DIRECTORY
        make_directory(self._directory)

    def place(self, file_id: str) -> Path:
        """Return where the content of a file lies or will lie."""
        return self._directory / file_id

    def digests(self, file_id: str) -> tuple[int, str, str]:
        """Return the size in bytes, the SHA-256 and the MD5 of a file, both in hexadecimal."""
        sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
        with self.place(file_id).open("rb") as file:
            while chunk := file.read(_CHUNK):
                size += len(chunk)
                sha256.update(chunk)
                md5.update(chunk)
        return size, sha256.hexdigest(), md5.hexdigest()

    def forget(self, file_id: str) -> None:
        """Delete a file's content where there is any."""
        self.place(file_id).unlink(missing_ok=True)

    def clear(self) -> None:
        """Delete everything."""
        shutil.rmtree(self._directory, ignore_errors=True)
        make_directory(self._directory)

    def close(self) -> None:
        """Delete the contents that are not to survive."""
        if self._temporary is not None:
            self._temporary.cleanup()
