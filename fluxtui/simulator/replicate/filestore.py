"""Files that were uploaded, on disk until they expire after a day."""

from __future__ import annotations

import base64
import hashlib
import hmac
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fluxtui.simulator.replicate.keys import FILES_SECRET

LIFE_SECONDS = 24 * 3600.0
_DIRECTORY = "replicate-files"
_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One upload: its facts, and whose it is. Times are seconds since the epoch, `size` is bytes."""

    id: str
    key_name: str
    name: str
    content_type: str
    size: int
    sha256: str
    md5: str
    metadata: dict[str, Any]
    created_at: float
    number: int = 0

    @property
    def expires_at(self) -> float:
        """When the file is gone."""
        return self.created_at + LIFE_SECONDS

    def document(self) -> dict[str, Any]:
        """Return the file's facts as JSON-ready data."""
        return asdict(self)


class FileStore:
    """The contents of uploads, below the state directory or in a temporary one of its own."""

    def __init__(self, state_directory: Path | None) -> None:
        self._temporary = None
        if state_directory is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="fluxtui-simulator-", ignore_cleanup_errors=True)
            self._directory = Path(self._temporary.name)
        else:
            self._directory = state_directory / _DIRECTORY
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)

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
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def close(self) -> None:
        """Delete the contents that are not to survive."""
        if self._temporary is not None:
            self._temporary.cleanup()


def download_signature(owner: str, file_id: str, expiry: str) -> str:
    """Return what `signature` of a keyless download must be: base64 of an HMAC-SHA256 with the files' secret."""
    text = f"{owner} {file_id} {expiry}".encode()
    return base64.b64encode(hmac.new(FILES_SECRET.encode(), text, hashlib.sha256).digest()).decode()
